//! Findings as `run.json` has them: the result of one control on one subject, with everything that a reader needs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Day, Disposition, Force, Origin, ReasonReport, ResultWord, Severity, Text};

/// The result of one control on one subject.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// First 16 hex digits of SHA-256 over control, asset and subject.
    pub id: String,
    /// The control's id.
    pub control: String,
    /// Its severity.
    pub severity: Severity,
    /// The strongest of its pairs with requirements in force.
    pub force: Force,
    /// The result.
    pub result: ResultWord,
    /// What stands beside it.
    pub disposition: Disposition,
    /// The system of the highest level.
    pub system: String,
    /// All systems.
    pub systems: Vec<String>,
    /// The asset's id.
    pub asset: String,
    /// The subject's id.
    pub subject: String,
    /// The control's title.
    pub title: Text,
    /// What was expected, in words, with the value that counts.
    pub expected: Text,
    /// The facts that decided.
    pub actual: Vec<ActualReport>,
    /// How many more facts there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub actual_more: u32,
    /// Why it is not `pass`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonReport>,
    /// Where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Ids of what was read.
    pub evidence: Vec<String>,
    /// How to mend it.
    pub remediation: Text,
    /// The requirements in force on which it bears.
    pub requirements: Vec<FindingRequirement>,
    /// The values that counted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, ParameterReport>,
    /// The waiver that stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<FindingWaiver>,
    /// Its result in the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<ResultWord>,
}

/// One fact that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActualReport {
    /// Its path.
    pub path: String,
    /// Its value.
    pub value: String,
    /// Where the value comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The file that set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// A file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Its column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A requirement on which a finding bears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingRequirement {
    /// Its id.
    pub id: String,
    /// The weaker of control and requirement, for this system.
    pub force: Force,
}

/// A value that counted, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterReport {
    /// The value.
    pub value: i64,
    /// Its unit.
    pub unit: String,
    /// The requirement, or `inventory`.
    pub source: String,
}

/// A waiver beside a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingWaiver {
    /// Its id.
    pub id: String,
    /// The last day.
    pub until: Day,
    /// Does it count: approved, begun, not ended?
    pub active: bool,
    /// Why it was given.
    pub reason: String,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(n: &u32) -> bool {
    *n == 0
}
