//! How much of each field a label may show.

use schemars::JsonSchema;
use serde::Deserialize;

/// A mask profile; what is left out is that of the default profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MaskProfile {
    /// Names.
    pub name: NameMask,
    /// Telephone numbers.
    pub phone: PhoneMask,
    /// Addresses.
    pub address: AddressMask,
    /// Contents of the item.
    pub contents: ShowMask,
    /// The amount to collect.
    pub cod: ShowMask,
}

/// How much of a name shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NameMask {
    /// How many of a hundred letters are hidden.
    pub min_hidden_percent: Option<u32>,
}

/// How much of a telephone number shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PhoneMask {
    /// How many digits are hidden.
    pub min_hidden: Option<u32>,
    /// How many digits show.
    pub max_visible: Option<u32>,
}

/// How much of an address shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AddressMask {
    /// May number of house, lane, flat or floor show?
    pub show_house: Option<bool>,
}

/// May a field show?
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ShowMask {
    /// In clear.
    pub show: Option<bool>,
}
