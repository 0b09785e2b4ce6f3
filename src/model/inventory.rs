//! What the company says of itself: systems, assets, attestations, waivers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Asset, AssetKind, Day, Level, MaskProfile, Text, Traits};

/// An inventory whose every word was checked.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// The file, as it was named.
    pub file: String,
    /// The company.
    pub organisation: Organisation,
    /// Who judges.
    pub assessor: Option<Assessor>,
    /// Its information systems.
    pub systems: Vec<System>,
    /// What can be looked at.
    pub assets: Vec<Asset>,
    /// Recorded statements about documents.
    pub attestations: Vec<Attestation>,
    /// Incidents and breaches; absent: the inventory does not tell.
    pub incidents: Option<Vec<Incident>>,
    /// Recorded acceptances of findings.
    pub waivers: Vec<Waiver>,
    /// `CONTROL.parameter`: values stricter than the law's.
    pub parameters: BTreeMap<String, i64>,
    /// How much of each field labels and tracking pages may show; the default profile where absent.
    pub mask_profile: Option<MaskProfile>,
    /// How a code or mask on a label leads back to the whole, where it says.
    pub code_reversal: Option<CodeReversal>,
}

/// The company.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name.
    pub name: Text,
    /// Mã số thuế.
    #[serde(default)]
    pub tax_code: Option<String>,
    /// Who owns it.
    pub ownership: Ownership,
    /// How large it is.
    pub size: Size,
    /// Do others deliver for it?
    #[serde(default)]
    pub subcontractors: bool,
}

/// Who owns the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ownership {
    /// Private.
    Private,
    /// A state body or state enterprise.
    State,
}

/// How large the organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// Siêu nhỏ.
    Micro,
    /// Nhỏ.
    Small,
    /// Vừa.
    Medium,
    /// Lớn.
    Large,
}

/// Who judges.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessor {
    /// The unit.
    pub unit: String,
    /// Is it independent of operation (NĐ 331/2026 Điều 31.2.c)?
    #[serde(default)]
    pub independent_of_operation: Option<bool>,
    /// What it is, where the law asks for one from outside.
    #[serde(default)]
    pub kind: Option<AssessorKind>,
}

/// Who may assess where an assessor from outside is compulsory, and who may not (NĐ 331/2026 Điều 31.2.c).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssessorKind {
    /// A unit of the company.
    Internal,
    /// An organisation that is licensed.
    Licensed,
    /// An organisation that was designated.
    Designated,
    /// A state non-business unit with the function.
    StateUnit,
    /// Another organisation.
    Other,
}

impl AssessorKind {
    /// The word of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Licensed => "licensed",
            Self::Designated => "designated",
            Self::StateUnit => "state-unit",
            Self::Other => "other",
        }
    }
}

/// An information system.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its id in the inventory.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The level declared for it.
    pub level: Level,
    /// The decision that approved the level; absent: not levelled.
    #[serde(default)]
    pub level_decision: Option<LevelDecision>,
    /// The day it went live.
    #[serde(default)]
    pub go_live: Option<Day>,
    /// The day its investment began.
    #[serde(default)]
    pub investment_from: Option<Day>,
    /// Where it stands.
    pub hosting: Hosting,
    /// Does it serve people or businesses over a network?
    pub online_service: bool,
    /// How many people's data it holds, ever.
    #[serde(default)]
    pub data_subjects: Option<DataSubjects>,
    /// What else decides its level.
    #[serde(default)]
    pub classification: Traits,
    /// Its network zones; none where the inventory does not name them.
    #[serde(default)]
    pub zones: Option<Vec<String>>,
    /// Kinds of asset that it does not have, with the reason.
    #[serde(default)]
    pub without: BTreeMap<AssetKind, Text>,
}

/// The decision that approved a level.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelDecision {
    /// Its number.
    pub number: String,
    /// Its day.
    pub date: Day,
    /// Who decided.
    pub authority: String,
    /// Under which regime.
    pub regime: Regime,
}

/// Under which text a level was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Regime {
    /// NĐ 85/2016.
    Nd85,
    /// NĐ 331/2026.
    Nd331,
}

/// Where a system stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hosting {
    /// In the company's own rooms.
    Own,
    /// In a rented data centre.
    Datacentre,
    /// In a cloud.
    Cloud,
}

/// How many people's data a system holds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSubjects {
    /// With basic personal data (NĐ 356/2025 Điều 3).
    pub basic: u64,
    /// With sensitive personal data (NĐ 356/2025 Điều 4).
    #[serde(default)]
    pub sensitive: u64,
}

/// A recorded statement about a document whose hash is kept.
#[derive(Debug, Clone)]
pub struct Attestation {
    /// Its id.
    pub id: String,
    /// The requirement it speaks of.
    pub requirement: String,
    /// A system's id, or `organisation`.
    pub scope: String,
    /// What is stated.
    pub statement: Text,
    /// The document.
    pub evidence: EvidenceFile,
    /// Who signed.
    pub signer: Signer,
    /// When.
    pub issued: Day,
    /// Does the paper say that the duty is met? One that says it is not is the company's own word for a gap.
    pub met: bool,
    /// How long it counts.
    pub valid_for: Period,
    /// The last day it counts.
    pub valid_to: Day,
    /// Its place in our user's files.
    pub file: String,
    /// Its line.
    pub line: u32,
}

impl Attestation {
    /// Does it speak of this system? One of the organisation speaks of all.
    pub fn speaks_of(&self, system: &str) -> bool {
        self.scope == system || self.scope == "organisation"
    }

    /// One among `others` that said on the same day or later, up to `on`, that the duty is not met: that it ended or lost its
    /// document makes no paper of before true again.
    pub fn denied_by<'a>(
        &self,
        others: impl IntoIterator<Item = &'a Attestation>,
        on: Day,
    ) -> Option<&'a Attestation> {
        let later = |a: &&Attestation| !a.met && a.issued >= self.issued && a.issued <= on;
        let mut later = others.into_iter().filter(later);
        if self.met { later.next() } else { None }
    }
}

/// Something that happened, and when the authority was told.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Its id in the company's own register.
    pub id: String,
    /// What it is.
    pub kind: IncidentKind,
    /// When it was found, with the offset: `2026-11-01T08:00:00+07:00`.
    pub detected: Timestamp,
    /// When the authority was told first; absent: not yet.
    pub notified: Option<Timestamp>,
    /// Of a breach: may it harm national defence, security or public order, or life, health, honour, dignity or property of
    /// the people whose data they are (Law 91/2025 Art. 23.1)?
    pub harm_class: Option<bool>,
    /// Of an incident of a system: is it serious (NĐ 331/2026 Art. 31.2.d)?
    pub serious: Option<bool>,
}

/// What an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentKind {
    /// Of personal data.
    PersonalData,
    /// Of a system.
    System,
}

/// How what a label hides is had again, as the company says and proves it.
#[derive(Debug, Clone)]
pub struct CodeReversal {
    /// Only who is authorised may, after a scan.
    pub authorised: bool,
    /// Each time is logged.
    pub logged: bool,
    /// The paper that shows it.
    pub evidence: EvidenceFile,
}

/// A protection that no definition shows, as the company says and proves it.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The columns, `table.column`, `*` for any run of letters.
    pub columns: Vec<String>,
    /// How they are protected.
    pub by: ProtectionKind,
    /// The paper that shows it.
    pub evidence: EvidenceFile,
}

impl Declared {
    /// Is the column among those it speaks of? A pattern without a schema means the table in any.
    pub fn covers(&self, column: &str) -> bool {
        let column = column.to_lowercase();
        let short = column
            .split_once('.')
            .filter(|(_, rest)| rest.contains('.'));
        self.columns.iter().any(|pattern| {
            let pattern = pattern.to_lowercase();
            fits(&pattern, &column) || short.is_some_and(|(_, rest)| fits(&pattern, rest))
        })
    }

    /// Does it protect what is stored, not only what is shown?
    pub fn at_rest(&self) -> bool {
        match self.by {
            ProtectionKind::Disk
            | ProtectionKind::Files
            | ProtectionKind::Column
            | ProtectionKind::Application => true,
            ProtectionKind::Masking => false,
        }
    }
}

/// Does a pattern with `*` fit the whole text?
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len())
                .filter_map(|at| rest.get(at..))
                .any(|tail| fits(after, tail))
        }),
    }
}

/// Ways of protecting that no definition shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProtectionKind {
    /// The disk is enciphered.
    Disk,
    /// The files of the database are enciphered (TDE).
    Files,
    /// The column is enciphered.
    Column,
    /// The application enciphers before it writes.
    Application,
    /// Readers see a mask.
    Masking,
}

impl ProtectionKind {
    /// The word that facts and inventories use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Files => "files",
            Self::Column => "column",
            Self::Application => "application",
            Self::Masking => "masking",
        }
    }
}

/// A document and its hash.
#[derive(Debug, Clone)]
pub struct EvidenceFile {
    /// As it was written.
    pub written: String,
    /// Where it stands.
    pub path: PathBuf,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
}

/// A person who acts for the company.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Name.
    pub name: String,
    /// Post.
    pub role: String,
}

/// A length of time in an input: `12 months`, `30 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Calendar months.
    Months(i64),
    /// Days.
    Days(i64),
}

impl Period {
    /// Reads `12 months`, `1 year`, `30 days`.
    pub fn parse(words: &str) -> Option<Self> {
        let (number, unit) = words.trim().split_once(' ')?;
        let number: i64 = number.parse().ok().filter(|n| (1..=1200).contains(n))?;
        match unit.trim() {
            "day" | "days" => Some(Self::Days(number)),
            "month" | "months" => Some(Self::Months(number)),
            "year" | "years" => Some(Self::Months(number * 12)),
            _ => None,
        }
    }

    /// The last day of this time when it begins on `from`.
    pub fn last_day(self, from: Day) -> Day {
        match self {
            Self::Months(n) => from.plus_months(n),
            Self::Days(n) => from.plus_days(n),
        }
    }
}

/// A recorded acceptance of findings.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// Only this control.
    pub control: Option<String>,
    /// Only controls on this requirement.
    pub requirement: Option<String>,
    /// Only this system.
    pub system: Option<String>,
    /// Only this asset.
    pub asset: Option<String>,
    /// Only this subject.
    pub subject: Option<String>,
    /// Only findings of this file.
    pub in_file: Option<String>,
    /// What it does.
    pub disposition: WaiverDisposition,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it; a waiver without approver does not count.
    pub approver: Option<String>,
    /// The document behind it.
    pub evidence: Option<EvidenceFile>,
    /// The ticket.
    pub ticket: Option<String>,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// Its place in our user's files.
    pub file: String,
    /// Its line.
    pub line: u32,
}

/// What a waiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverDisposition {
    /// The gap is accepted for a time.
    Waived,
    /// Another safeguard stands in its place; needs evidence.
    Compensating,
    /// The tool is wrong here; needs evidence.
    FalsePositive,
}
