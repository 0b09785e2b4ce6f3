//! Where personal data live: classes by place, with how they are protected and which findings touch them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AssetKind;

/// One class of personal data of one party in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DataPlace {
    /// The system of the highest level.
    pub system: String,
    /// The asset's id.
    pub asset: String,
    /// The asset's kind.
    pub kind: AssetKind,
    /// The table, label or endpoint.
    pub place: String,
    /// `name`, `phone`, …
    pub class: String,
    /// `sender`, `recipient`, …
    pub party: String,
    /// Sensitive personal data (NĐ 356/2025 Art. 4)?
    pub sensitive: bool,
    /// Columns or fields enciphered, hashed, masked or coded.
    pub protected: u64,
    /// Those in clear.
    pub open: u64,
    /// Those of which it is not known.
    pub unknown: u64,
    /// Failing findings that touch them.
    pub findings: Vec<String>,
}
