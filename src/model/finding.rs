//! Findings as `run.json` has them: the result of one control on one subject, with everything that a reader needs.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::shared::{Name, Names, Pool};
use super::{Day, Disposition, Force, Origin, ReasonReport, ResultWord, Severity, Shared, Text};

/// The result of one control on one subject.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// First 16 hex digits of SHA-256 over control, asset and subject.
    pub id: String,
    /// The control's id.
    pub control: Name,
    /// Its severity.
    pub severity: Severity,
    /// The strongest of its pairs with requirements in force.
    pub force: Force,
    /// The result.
    pub result: ResultWord,
    /// What stands beside it.
    pub disposition: Disposition,
    /// The system of the highest level.
    pub system: Name,
    /// All systems.
    pub systems: Shared<Vec<String>>,
    /// The asset's id.
    pub asset: Name,
    /// The subject's id.
    pub subject: Name,
    /// The control's title.
    pub title: Shared<Text>,
    /// What was expected, in words, with the value that counts.
    pub expected: Shared<Text>,
    /// The facts that decided.
    pub actual: Vec<ActualReport>,
    /// How many more facts there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub actual_more: u32,
    /// Why it is not `pass`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Shared<ReasonReport>>,
    /// Where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Ids of what was read.
    pub evidence: Vec<Name>,
    /// How to mend it.
    pub remediation: Shared<Text>,
    /// The requirements in force on which it bears.
    pub requirements: Shared<Vec<FindingRequirement>>,
    /// The values that counted.
    #[serde(default, skip_serializing_if = "none")]
    pub parameters: Shared<BTreeMap<String, ParameterReport>>,
    /// The waiver that stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Box<FindingWaiver>>,
    /// Its result in the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<ResultWord>,
}

/// One fact that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActualReport {
    /// Its path.
    pub path: Name,
    /// Its value.
    pub value: String,
    /// Where the value comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The file that set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Name>,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// A file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Name>,
    /// Its line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Its column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Name>,
}

/// A requirement on which a finding bears.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FindingRequirement {
    /// Its id.
    pub id: String,
    /// The weaker of control and requirement, for this system.
    pub force: Force,
}

/// A value that counted, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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

fn none(parameters: &Shared<BTreeMap<String, ParameterReport>>) -> bool {
    parameters.is_empty()
}

/// Reads the findings of a file; what many of them say is kept once.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Finding>, D::Error> {
    deserializer.deserialize_seq(Reading::default())
}

/// What the findings so far said.
#[derive(Default)]
struct Reading {
    names: Names,
    texts: Pool<Text>,
    reasons: Pool<ReasonReport>,
    systems: Pool<Vec<String>>,
    requirements: Pool<Vec<FindingRequirement>>,
    parameters: Pool<BTreeMap<String, ParameterReport>>,
}

impl Reading {
    fn share(&mut self, finding: &mut Finding) {
        for text in [
            &mut finding.title,
            &mut finding.expected,
            &mut finding.remediation,
        ] {
            self.texts.share(text);
        }
        if let Some(reason) = &mut finding.reason {
            self.reasons.share(reason);
        }
        let places = finding.location.iter_mut();
        let of_facts = finding.actual.iter_mut();
        let names = [
            &mut finding.control,
            &mut finding.system,
            &mut finding.asset,
            &mut finding.subject,
        ];
        (names.into_iter())
            .chain(&mut finding.evidence)
            .chain(places.flat_map(|l| l.file.iter_mut().chain(&mut l.address)))
            .chain(of_facts.flat_map(|a| std::iter::once(&mut a.path).chain(&mut a.file)))
            .for_each(|name| self.names.share(name));
        self.systems.share(&mut finding.systems);
        self.requirements.share(&mut finding.requirements);
        self.parameters.share(&mut finding.parameters);
    }
}

impl<'de> Visitor<'de> for Reading {
    type Value = Vec<Finding>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Vec<Finding>, A::Error> {
        let mut findings = Vec::new();
        while let Some(mut finding) = seq.next_element::<Finding>()? {
            self.share(&mut finding);
            findings.push(finding);
        }
        Ok(findings)
    }
}
