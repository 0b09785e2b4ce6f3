//! The files as they are written: what serde reads and what the JSON Schema for editors is made of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{
    Assessor, AssetKind, Authorised, DataSubjects, Day, Hosting, IncidentKind, Level,
    LevelDecision, MaskProfile, Organisation, ProtectionKind, RemedyEntry, ReportHead, Signer,
    SystemPlan, Text, Traits, WaiverDisposition,
};

/// `capdo.yaml`: the company, its systems and what can be looked at.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InventoryFile {
    /// `capdo/inventory/1`.
    pub schema: String,
    /// The company.
    pub organisation: Organisation,
    /// Who judges.
    #[serde(default)]
    pub assessor: Option<Assessor>,
    /// Its information systems.
    pub systems: Vec<SystemEntry>,
    /// What can be looked at.
    #[serde(default)]
    pub assets: Vec<AssetEntry>,
    /// Files with attestations.
    #[serde(default)]
    pub attestations: Vec<String>,
    /// Incidents and breaches; `[]` says that there were none, no key that nothing is told.
    #[serde(default)]
    pub incidents: Option<Vec<IncidentEntry>>,
    /// Files with waivers.
    #[serde(default)]
    pub waivers: Vec<String>,
    /// `CONTROL.parameter: number`: values stricter than the law's.
    #[serde(default)]
    pub parameters: BTreeMap<String, i64>,
    /// How much of each field labels may show, in place of the default (`rules/privacy/masks.yaml`).
    #[serde(default)]
    pub mask_profile: Option<MaskProfile>,
    /// How what labels hide is had again: by an authorised, logged scan?
    #[serde(default)]
    pub code_reversal: Option<CodeReversalEntry>,
}

/// An information system.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemEntry {
    /// Its id in this inventory.
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
    /// What else decides its level; a key that is left out is not told.
    #[serde(default)]
    pub classification: Traits,
    /// Its network zones: `servers`, `dmz`, `internal`, `border`, `database`, `management`, `devices`, `wireless`, `wan`, or names of
    /// your own.
    #[serde(default)]
    pub zones: Option<Vec<String>>,
    /// Kinds of asset that it does not have, with the reason.
    #[serde(default)]
    pub without: BTreeMap<String, Text>,
}

/// Something of a system that can be looked at; which keys it may have follows from its kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetEntry {
    /// Its name in this inventory.
    pub id: String,
    /// The system it serves.
    #[serde(default)]
    pub system: Option<String>,
    /// The systems it serves, where there are several.
    #[serde(default)]
    pub systems: Option<Vec<String>>,
    /// Its kind.
    pub kind: AssetKind,
    /// What it does: `web`, `db`.
    #[serde(default)]
    pub roles: Vec<String>,
    /// server: a folder that is the root of a host's file system.
    #[serde(default)]
    pub root: Option<String>,
    /// server: `[user@]host[:port]`, over SSH.
    #[serde(default)]
    pub ssh: Option<String>,
    /// server: this machine.
    #[serde(default)]
    pub local: Option<bool>,
    /// server, over SSH or this machine: may `sudo -n` be asked for what only root may read?
    #[serde(default)]
    pub sudo: Option<bool>,
    /// server, over SSH: is the key restricted to the installed script, so that nothing is sent?
    #[serde(default)]
    pub restricted: Option<bool>,
    /// server: a bundle collected elsewhere.
    #[serde(default)]
    pub bundle: Option<String>,
    /// endpoint: `host:port`.
    #[serde(default)]
    pub address: Option<String>,
    /// endpoint: what it is for.
    #[serde(default)]
    pub purpose: Option<Purpose>,
    /// endpoint: ports that must not answer.
    #[serde(default)]
    pub closed: Option<Vec<u16>>,
    /// endpoint: the name to ask for.
    #[serde(default)]
    pub sni: Option<String>,
    /// endpoint: the protocol in which TLS is begun.
    #[serde(default)]
    pub starttls: Option<Protocol>,
    /// endpoint: a file with the certificates to trust.
    #[serde(default)]
    pub roots: Option<String>,
    /// endpoint: the name server to ask about the mail domain.
    #[serde(default)]
    pub resolver: Option<String>,
    /// endpoint: the mail domain; the host of the address where not written.
    #[serde(default)]
    pub domain: Option<String>,
    /// endpoint: selectors of DKIM in use.
    #[serde(default)]
    pub dkim: Option<Vec<String>>,
    /// endpoint: recorded facts instead of the network.
    #[serde(default)]
    pub facts: Option<String>,
    /// endpoint: a permission to do more than any visitor does.
    #[serde(default)]
    pub authorised: Option<Authorised>,
    /// endpoint: a waybill of the company's own, to look at the tracking page.
    #[serde(default)]
    pub sample_waybill: Option<String>,
    /// endpoint: path and query of the tracking page, `{waybill}` for the number; `/{waybill}` where not written.
    #[serde(default)]
    pub request: Option<String>,
    /// endpoint: may neighbouring waybills be asked for?
    #[serde(default)]
    pub enumerate: Option<bool>,
    /// config, schema, label: a file or folder.
    #[serde(default)]
    pub path: Option<String>,
    /// schema: `postgresql` or `mysql`.
    #[serde(default)]
    pub dialect: Option<Dialect>,
    /// schema: the environment variable with the address of a database.
    #[serde(default)]
    pub url_env: Option<String>,
    /// schema behind `url_env`: how many values of each column may be looked at, in memory; none where not written.
    #[serde(default)]
    pub sample: Option<u32>,
    /// schema: protection that no definition shows, with the paper that proves it.
    #[serde(default)]
    pub protection: Option<Vec<ProtectionEntry>>,
    /// caller-id: registered names.
    #[serde(default)]
    pub brandnames: Option<String>,
    /// caller-id: numbers bound to them.
    #[serde(default)]
    pub numbers: Option<String>,
    /// caller-id: a sample of calls.
    #[serde(default)]
    pub calls: Option<String>,
    /// caller-id: configuration of the telephone exchange (Asterisk, Kamailio, FreeSWITCH).
    #[serde(default)]
    pub sip: Option<String>,
    /// caller-id: traces of SIP as text.
    #[serde(default)]
    pub traces: Option<String>,
    /// caller-id: the source of the couriers' app.
    #[serde(default)]
    pub app: Option<String>,
    /// server: the software that is allowed on it, a package (`nginx`, `lib*`) or a runtime (`php 8.2`) on each line.
    #[serde(default)]
    pub software: Option<String>,
    /// document: who works, delivers, and for whom. caller-id: the same list, where it is not that of the documents. server: the
    /// same list with the accounts they hold, so that those of leavers are found.
    #[serde(default)]
    pub roster: Option<String>,
    /// document: who was trained.
    #[serde(default)]
    pub trained: Option<String>,
    /// document: the register of requests of authorities (Luật Bưu chính Điều 14).
    #[serde(default)]
    pub requests: Option<String>,
    /// document: what each role may see and export.
    #[serde(default)]
    pub rights: Option<String>,
    /// document: the internal rule that names the sanction for leaks, as text or PDF.
    #[serde(default)]
    pub internal_rule: Option<String>,
}

/// What an endpoint is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A web site.
    Web,
    /// A tracking page.
    Tracking,
    /// A link printed on labels.
    LabelLink,
    /// Mail.
    Mail,
    /// An interface for programs.
    Api,
}

impl Purpose {
    /// The word of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Tracking => "tracking",
            Self::LabelLink => "label-link",
            Self::Mail => "mail",
            Self::Api => "api",
        }
    }
}

/// A protocol that begins in clear and turns to TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Mail between servers.
    Smtp,
    /// Mail handed in.
    Submission,
    /// Mail boxes.
    Imap,
    /// Mail boxes.
    Pop3,
    /// Files.
    Ftp,
    /// Directories.
    Ldap,
    /// Messages.
    Xmpp,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Protocol {
    /// The word of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Submission => "submission",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Ftp => "ftp",
            Self::Ldap => "ldap",
            Self::Xmpp => "xmpp",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }
}

/// The dialect of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL.
    Postgresql,
    /// MySQL, MariaDB.
    Mysql,
}

impl Dialect {
    /// The word of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
        }
    }
}

/// `attestations.yaml`: recorded statements about documents.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestationsFile {
    /// `capdo/attestations/1`.
    pub schema: String,
    /// The statements.
    pub attestations: Vec<AttestationEntry>,
}

/// One statement.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestationEntry {
    /// Its id, of its own in all files.
    pub id: String,
    /// The id of the requirement it speaks of.
    pub requirement: String,
    /// `organisation`, or the id of a system.
    pub scope: String,
    /// What is stated.
    pub statement: Text,
    /// The document.
    pub evidence: EvidenceEntry,
    /// Who signed.
    pub signer: Signer,
    /// When.
    pub issued: Day,
    /// What the paper says of the duty; `met` where it is not written.
    #[serde(default)]
    pub outcome: Outcome,
    /// How long it counts: `12 months`, `90 days`.
    pub valid_for: String,
}

/// Something that happened, and when the authority was told.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentEntry {
    /// Its id in the company's own register.
    pub id: String,
    /// What it is.
    pub kind: IncidentKind,
    /// When it was found: `2026-11-01T08:00:00+07:00`.
    pub detected: String,
    /// When the authority was told first; absent: not yet.
    #[serde(default)]
    pub notified: Option<String>,
    /// personal-data: may it do the harm that Law 91/2025 Art. 23.1 names?
    #[serde(default)]
    pub harm_class: Option<bool>,
    /// system: is it serious (NĐ 331/2026 Art. 31.2.d)?
    #[serde(default)]
    pub serious: Option<bool>,
}

/// What a paper says of a duty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is met.
    #[default]
    Met,
    /// It is not met: a gap on the company's own word.
    NotMet,
}

/// How what a label hides is had again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeReversalEntry {
    /// Only who is authorised may, after a scan.
    pub authorised: bool,
    /// Each time is logged: who, when, which item.
    pub logged: bool,
    /// The paper that shows it.
    pub evidence: EvidenceEntry,
}

/// A protection of columns that no definition shows.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectionEntry {
    /// The columns, `table.column`; `*` for any run of letters.
    pub columns: Vec<String>,
    /// How: `disk`, `files`, `column`, `application`, `masking`.
    pub by: ProtectionKind,
    /// The paper that shows it.
    pub evidence: EvidenceEntry,
}

/// A document and its hash.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceEntry {
    /// The document, relative to this file.
    pub path: String,
    /// Its SHA-256: 64 hexadecimal digits.
    pub sha256: String,
}

/// `waivers.yaml`: recorded acceptances of findings.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiversFile {
    /// `capdo/waivers/1`.
    pub schema: String,
    /// The acceptances.
    pub waivers: Vec<WaiverEntry>,
}

/// One acceptance.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverEntry {
    /// Its id, of its own in all files.
    pub id: String,
    /// The id of a control; this or `requirement`.
    #[serde(default)]
    pub control: Option<String>,
    /// The id of a requirement; this or `control`.
    #[serde(default)]
    pub requirement: Option<String>,
    /// Only this system; this, `asset` or `file` says where.
    #[serde(default)]
    pub system: Option<String>,
    /// Only this asset.
    #[serde(default)]
    pub asset: Option<String>,
    /// Only this subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// Only findings of this file, as reports name it or as it is called below the asset.
    #[serde(default)]
    pub file: Option<String>,
    /// What it does.
    pub disposition: WaiverDisposition,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it; without approver it does not count.
    #[serde(default)]
    pub approver: Option<String>,
    /// The document behind it.
    #[serde(default)]
    pub evidence: Option<EvidenceEntry>,
    /// The ticket.
    #[serde(default)]
    pub ticket: Option<String>,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
}

/// The plan of remedies (`--plan`): what will be done by whom and when, and what a report to an authority needs beside
/// the run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// `capdo/plan/1`.
    pub schema: String,
    /// Who reports, to whom.
    #[serde(default)]
    pub report: ReportHead,
    /// What will be done.
    #[serde(default)]
    pub remedies: Vec<RemedyEntry>,
    /// What a run does not know of a system.
    #[serde(default)]
    pub systems: Vec<SystemPlan>,
    /// What is asked of the authority.
    #[serde(default)]
    pub proposals: Vec<String>,
}
