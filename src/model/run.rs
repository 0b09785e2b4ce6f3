//! The run: the one serialised result, `capdo/run/1`, from which every format is drawn.
//!
//! Keys are only added within a major version. Nothing here computes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AssetKind, DataSubjects, Day, Disposition, Exposure, Finding, Force, Hosting, IncidentKind,
    InstrumentKind, Level, LevelDecision, Organisation, Reading, Severity, Shared, Strength, Text,
};

/// A whole run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Always `capdo/run/1`.
    pub schema: String,
    /// What judged.
    pub tool: Tool,
    /// When, of what, under which law.
    pub run: RunInfo,
    /// The company; absent in a scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// Who judges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessor: Option<super::Assessor>,
    /// The gate.
    pub gate: Gate,
    /// Counts.
    pub summary: Summary,
    /// The items of letter 509/BTTTT-BC; empty in a scan and before the letter.
    pub letter: Vec<LetterItem>,
    /// The systems, `org` last where organisation-wide duties were judged.
    pub systems: Vec<SystemReport>,
    /// The assets that were named, with what was seen of each.
    #[serde(default)]
    pub assets: Vec<AssetReport>,
    /// The requirements in force that bind a system or `org`.
    pub requirements: Vec<RequirementReport>,
    /// The controls that were asked: their texts stand once.
    #[serde(default)]
    pub controls: Vec<ControlReport>,
    /// The findings.
    #[serde(deserialize_with = "super::finding::read")]
    pub findings: Vec<Finding>,
    /// What was read.
    pub evidence: Vec<EvidenceItem>,
    /// The instruments, with dates.
    pub instruments: Vec<InstrumentReport>,
    /// Waivers, used or not.
    #[serde(default)]
    pub waivers: Vec<WaiverReport>,
    /// Attestations, in date or not.
    #[serde(default)]
    pub attestations: Vec<AttestationReport>,
    /// Incidents and breaches; absent: the inventory does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incidents: Option<Vec<IncidentReport>>,
    /// Where personal data live.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_map: Vec<super::DataPlace>,
    /// What every format carries.
    #[serde(default)]
    pub disclaimer: Text,
    /// Remarks on the run itself: law that is not in force yet, weakened rules, parts read in secondary sources.
    #[serde(default)]
    pub notes: Vec<Text>,
}

/// What judged.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `capdo`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Of the controls and the vocabulary.
    pub rules_sha256: String,
    /// Of the law.
    pub law_sha256: String,
}

/// When, of what, under which law.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// Hash of inputs, rules, law and date.
    pub id: String,
    /// `audit` or `scan`.
    pub scope: String,
    /// In a scan, the kind that was selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AssetKind>,
    /// What was judged, as the user named it.
    #[serde(default)]
    pub input: String,
    /// RFC 3339.
    pub started: String,
    /// RFC 3339.
    pub finished: String,
    /// The day whose law counts.
    pub as_of: Day,
    /// The machine that judged.
    pub host: String,
    /// False where the run was interrupted.
    pub complete: bool,
}

/// The gate.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// `pass`, `fail` or `incomplete`.
    pub outcome: String,
    /// The exit code.
    pub exit_code: u8,
    /// The severity from which failures count.
    pub fail_on: Severity,
    /// Does only count what is new since the baseline?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_only: bool,
    /// Why.
    pub reasons: Vec<Text>,
}

/// Counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Findings by result word.
    pub by_result: BTreeMap<String, u64>,
    /// Active failures by severity.
    pub by_severity: BTreeMap<String, u64>,
    /// Pairs of requirement and system by status.
    pub requirements: Counts,
    /// met / (met + remark + gap), in percent; absent where nothing was determined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance: Option<u8>,
    /// determined / applicable, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<u8>,
    /// The same figures as if there were no waiver; absent where none counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_waivers: Option<BeforeWaivers>,
}

/// What would be counted if there were no waiver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BeforeWaivers {
    /// Failures by severity.
    pub by_severity: BTreeMap<String, u64>,
    /// Pairs of requirement and system by status.
    pub requirements: Counts,
    /// As in the summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance: Option<u8>,
    /// As in the summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<u8>,
}

/// Pairs of requirement and system by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Met.
    pub met: u64,
    /// Gaps.
    pub gap: u64,
    /// Remarks.
    pub remark: u64,
    /// Not determined.
    pub undetermined: u64,
    /// The duty is absent.
    pub notapplicable: u64,
}

/// The state of a requirement, an obligation, an item, a system. Ordered: the worst is the greatest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The duty is absent.
    NotApplicable,
    /// Met.
    Met,
    /// A suggestion not followed.
    Remark,
    /// Not determined; never counts as met.
    Undetermined,
    /// A binding duty not met.
    Gap,
}

impl Status {
    /// The word of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "notapplicable",
            Self::Met => "met",
            Self::Remark => "remark",
            Self::Undetermined => "undetermined",
            Self::Gap => "gap",
        }
    }
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, status: Status) {
        match status {
            Status::NotApplicable => self.notapplicable += 1,
            Status::Met => self.met += 1,
            Status::Remark => self.remark += 1,
            Status::Undetermined => self.undetermined += 1,
            Status::Gap => self.gap += 1,
        }
    }

    /// All but those whose duty is absent.
    pub fn applicable(&self) -> u64 {
        self.met + self.gap + self.remark + self.undetermined
    }
}

/// One of the five items of the letter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LetterItem {
    /// 1 to 5.
    pub item: u8,
    /// What it asks.
    pub title: Text,
    /// Worst of its obligations.
    pub status: Status,
    /// Its obligations.
    pub obligations: Vec<Obligation>,
}

/// One obligation of an item.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Obligation {
    /// `letter.2.2`.
    pub id: String,
    /// What it asks.
    pub title: Text,
    /// Must or should.
    pub strength: Strength,
    /// Worst of its requirements.
    pub status: Status,
    /// Its own requirement and those in force that correspond to it.
    pub requirements: Vec<String>,
}

/// One system.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SystemReport {
    /// Its id; `org` for the organisation.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The level declared.
    pub level: Level,
    /// The level that the law demands, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_level: Option<Level>,
    /// Why that level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_because: Option<Text>,
    /// The decision; absent: not levelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_decision: Option<LevelDecision>,
    /// Worst of its requirements.
    pub status: Status,
    /// Its requirements by status.
    pub counts: Counts,
    /// Kinds of asset that it is declared to be without.
    #[serde(default)]
    pub without: BTreeMap<AssetKind, Text>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosting: Option<Hosting>,
    /// Does it serve people or businesses over a network?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online_service: Option<bool>,
    /// The day it went live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go_live: Option<Day>,
    /// How many people's data it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_subjects: Option<DataSubjects>,
}

/// An incident or breach that the inventory tells of.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IncidentReport {
    /// Its id in the company's own register.
    pub id: String,
    /// What it is.
    pub kind: IncidentKind,
    /// When it was found, RFC 3339.
    pub detected: String,
    /// When the authority was told first, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notified: Option<String>,
    /// Of a system: is it serious? Of personal data: is it of the kind that must be told within 72 hours?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grave: Option<bool>,
}

/// One asset of the inventory.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AssetReport {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: AssetKind,
    /// The systems it serves.
    pub systems: Vec<String>,
    /// What was looked at, as the user named it.
    pub target: String,
    /// How many subjects were seen.
    pub subjects: u64,
    /// Its line in the inventory.
    pub line: u32,
}

/// One requirement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequirementReport {
    /// Its id.
    pub id: String,
    /// The id of its instrument.
    pub instrument: String,
    /// Instrument and clause, as people cite it.
    #[serde(rename = "ref")]
    pub reference: Text,
    /// A short noun phrase.
    pub title: Text,
    /// The duty in our words.
    #[serde(default)]
    pub text: Text,
    /// Its force.
    pub force: Force,
    /// Must or should.
    pub strength: Strength,
    /// How we read it.
    pub reading: Reading,
    /// Worst of its systems.
    pub status: Status,
    /// Why.
    pub reason: ReasonReport,
    /// The last day to close the gap, where a transition holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// The controls that bear on it.
    pub controls: Vec<String>,
    /// The findings that bear on it.
    pub findings: Vec<String>,
    /// Attestations in date.
    #[serde(default)]
    pub attestations: Vec<String>,
    /// Its state for each system.
    pub systems: Vec<RequirementSystem>,
    /// Provisions on sanctions, as a reference, never a sum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposure: Vec<Exposure>,
}

/// A requirement for one system.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequirementSystem {
    /// The system's id, or `org`.
    pub id: String,
    /// Its state.
    pub status: Status,
    /// Why.
    pub reason: ReasonReport,
    /// The clause at the level of the system.
    #[serde(default)]
    pub clause: String,
    /// The last day to close the gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// Is the gap accepted until a day?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_until: Option<Day>,
}

/// A reason in words.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct ReasonReport {
    /// A stable code.
    pub code: String,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// A control: its texts stand once, however many findings it has.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ControlReport {
    /// Its id.
    pub id: String,
    /// What must be so.
    pub title: Shared<Text>,
    /// The kind of asset.
    pub asset: AssetKind,
    /// Its severity.
    pub severity: Severity,
    /// Its force.
    pub force: Force,
    /// What was expected, in words.
    pub expected: Shared<Text>,
    /// Why it matters.
    pub rationale: Text,
    /// How to mend it.
    pub remediation: Shared<Text>,
}

/// Something that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceItem {
    /// `<asset>:<source>`.
    pub id: String,
    /// `file`, `endpoint`, `document`.
    pub kind: String,
    /// The file or address.
    pub source: String,
    /// The command, where one was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Of its bytes; absent where it was not read whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// RFC 3339.
    pub collected_at: String,
    /// How many bytes.
    pub bytes: u64,
}

/// An instrument with its dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InstrumentReport {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// What it is.
    pub kind: InstrumentKind,
    /// Its title.
    pub title: Text,
    /// The first day in force.
    pub in_force_from: Day,
    /// The last day in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_force_to: Option<Day>,
    /// Is it in force on the day?
    pub in_force: bool,
    /// What came in its place.
    pub replaced_by: Vec<String>,
    /// Does the letter cite it?
    pub cited_by_letter: bool,
    /// How we read it.
    pub reading: Reading,
    /// Doubts, status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// A waiver and what it did.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WaiverReport {
    /// Its id.
    pub id: String,
    /// `waived`, `compensating` or `false-positive`.
    pub disposition: Disposition,
    /// The control or requirement, system, asset and subject it names.
    pub covers: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// The ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// Does it count on the day?
    pub active: bool,
    /// The first of its remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<ReasonReport>,
    /// Why it does not count, that it matched nothing, that another stands beside the same finding, that it ends soon.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<ReasonReport>,
    /// How many findings it stands beside.
    pub findings: u64,
}

/// An attestation and whether it counts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AttestationReport {
    /// Its id.
    pub id: String,
    /// The requirement it speaks of.
    pub requirement: String,
    /// A system's id, or `organisation`.
    pub scope: String,
    /// What is stated.
    pub statement: Text,
    /// The document.
    pub evidence: String,
    /// The hash that was recorded.
    pub sha256: String,
    /// Who signed.
    pub signer: super::Signer,
    /// When.
    pub issued: Day,
    /// The last day it counts.
    pub valid_to: Day,
    /// Does it count on the day?
    pub in_date: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<ReasonReport>,
}
