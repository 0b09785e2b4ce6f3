//! Provisions on sanctions: a reference, never a conclusion and never a sum.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Day, Reading, Text};

/// One provision: which act may be fined, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sanction {
    /// Its id, `nd330.23.2.a`.
    pub id: String,
    /// The id of its instrument.
    pub instrument: String,
    /// The act, in our words.
    pub text: Text,
    /// When it applies only so far, doubts.
    pub conditions: Option<Text>,
    /// What is printed in the text; none where it was not read, or is no range.
    pub range: Option<FineRange>,
    /// For whom the text prints it.
    pub payer: Payer,
    /// Does an organisation pay double what is printed?
    pub doubled_for_organisation: bool,
    /// How we read it.
    pub reading: Reading,
    /// The first day in force.
    pub in_force_from: Day,
    /// The last day in force.
    pub in_force_to: Option<Day>,
}

impl Sanction {
    /// Is it in force on this day?
    pub fn in_force(&self, on: Day) -> bool {
        self.in_force_from <= on && self.in_force_to.is_none_or(|to| on <= to)
    }

    /// What an organisation pays; none on an amount that nobody confirmed.
    pub fn for_organisation(&self) -> Option<FineRange> {
        let printed = self.printed()?;
        let times = match (self.payer, self.doubled_for_organisation) {
            (Payer::Individual, true) => 2,
            (Payer::Individual, false) => return None,
            (Payer::Organisation, _) => 1,
        };
        Some(FineRange {
            from: printed.from.saturating_mul(times),
            to: printed.to.map(|to| to.saturating_mul(times)),
            unit: printed.unit,
        })
    }

    /// What the text prints; none on an amount that nobody confirmed.
    pub fn printed(&self) -> Option<FineRange> {
        match self.reading {
            Reading::Read | Reading::Secondary => self.range,
            Reading::Unverified => None,
        }
    }
}

/// From how much to how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FineRange {
    /// At least.
    pub from: u64,
    /// At most; none where the provision names no end.
    #[serde(default)]
    pub to: Option<u64>,
    /// Of what.
    pub unit: FineUnit,
}

/// The unit of a fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FineUnit {
    /// Million dong.
    MillionVnd,
    /// Of a hundred of the revenue of the year before.
    PercentOfRevenue,
}

/// For whom a text prints its amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Payer {
    /// An organisation.
    Organisation,
    /// A person.
    Individual,
}

/// A provision on sanctions under which a gap may fall: a reference, no conclusion.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Exposure {
    /// Its id, `nd174.12.3.c`.
    pub provision: String,
    /// The act, in our words.
    pub text: Text,
    /// When it applies only so far, doubts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Text>,
    /// For whom the text prints its amounts.
    #[serde(rename = "for")]
    pub payer: Payer,
    /// What the text prints; absent where nobody confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<FineRange>,
    /// What an organisation pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_range: Option<FineRange>,
    /// How it was read.
    pub reading: Reading,
}
