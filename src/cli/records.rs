//! The commands that begin, record, compare and verify: their options.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ListFormat, day, level};
use crate::model::{Day, Level};

/// `capdo init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder to look around in
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// The inventory to write (capdo.yaml in that folder where absent)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite an inventory that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// The name of the company
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Its tax code
    #[arg(long, value_name = "CODE")]
    pub(crate) tax_code: Option<String>,
    /// The level of the system
    #[arg(long, default_value = "3", value_parser = level)]
    pub(crate) level: Level,
}

/// `capdo completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// `capdo man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A folder for one page a command; the first page goes to stdout where absent
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// `capdo verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A folder that --out named, or a bundle
    pub(crate) path: PathBuf,
    /// The key that must have sealed it: the file that keygen wrote beside the private one, or its 64 hexadecimal digits
    #[arg(long, value_name = "PUB")]
    pub(crate) key: Option<String>,
}

/// `capdo keygen`.
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The file of the private key; the public one is put beside it with .pub
    #[arg(long, short, value_name = "FILE", default_value = "capdo-seal.key")]
    pub(crate) output: PathBuf,
}

/// `capdo diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier run.json
    pub(crate) old: PathBuf,
    /// The later run.json
    pub(crate) new: PathBuf,
    /// Exit 1 where anything took a step back
    #[arg(long)]
    pub(crate) fail_on_worse: bool,
    /// human or json
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: ListFormat,
}

/// `capdo waive`.
#[derive(Debug, Args)]
pub(crate) struct WaiveArgs {
    /// The inventory
    #[arg(default_value = "capdo.yaml")]
    pub(crate) inventory: PathBuf,
    /// The control whose failures are accepted
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "requirement",
        conflicts_with = "requirement"
    )]
    pub(crate) control: Option<String>,
    /// Or the requirement on which they bear
    #[arg(long, value_name = "ID")]
    pub(crate) requirement: Option<String>,
    /// Where: this system (`org`: a duty of the whole company); this or --asset is needed
    #[arg(long, value_name = "ID")]
    pub(crate) system: Option<String>,
    /// Where: this asset alone, which hides least
    #[arg(long, value_name = "ID")]
    pub(crate) asset: Option<String>,
    /// Only on this subject, as the report names it
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: Option<String>,
    /// What it does; all but waived need --evidence
    #[arg(long, value_enum, default_value = "waived")]
    pub(crate) disposition: DispositionArg,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Who approved it, another person; without one it does not count yet
    #[arg(long, value_name = "NAME")]
    pub(crate) approver: Option<String>,
    /// The ticket where it was decided
    #[arg(long, value_name = "ID")]
    pub(crate) ticket: String,
    /// The document behind it; its SHA-256 is recorded
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence: Option<PathBuf>,
    /// The first day (today where absent)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) from: Option<Day>,
    /// The last day, at most 180 days after the first
    #[arg(long, value_name = "DATE", value_parser = day, required_unless_present = "days", conflicts_with = "days")]
    pub(crate) until: Option<Day>,
    /// Or for how many days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=180))]
    pub(crate) days: Option<i64>,
    /// Its id (the next wvr-NNN where absent)
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// The file of waivers (the first that the inventory names, or waivers.yaml beside it)
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// What a waiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DispositionArg {
    /// The gap stays a gap, accepted for a time
    Waived,
    /// Another safeguard stands in its place
    Compensating,
    /// The tool is wrong here
    FalsePositive,
}

/// `capdo attest`.
#[derive(Debug, Args)]
pub(crate) struct AttestArgs {
    /// The inventory
    #[arg(default_value = "capdo.yaml")]
    pub(crate) inventory: PathBuf,
    /// Record nothing: name the papers that are still owed, with article, cycle and due date
    #[arg(long, conflicts_with_all = ["requirement", "evidence", "signer", "role", "statement"])]
    pub(crate) missing: bool,
    /// With --missing: human or json
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: ListFormat,
    /// The requirement that the paper speaks of
    #[arg(long, value_name = "ID", required_unless_present = "missing")]
    pub(crate) requirement: Option<String>,
    /// `organisation`, or the id of a system (organisation where the duty is one of the whole company)
    #[arg(long, value_name = "ID")]
    pub(crate) scope: Option<String>,
    /// What is stated, in Vietnamese
    #[arg(long, value_name = "TEXT", required_unless_present = "missing")]
    pub(crate) statement: Option<String>,
    /// The same in English
    #[arg(long, value_name = "TEXT", requires = "statement")]
    pub(crate) statement_en: Option<String>,
    /// The document; its SHA-256 is recorded
    #[arg(long, value_name = "FILE", required_unless_present = "missing")]
    pub(crate) evidence: Option<PathBuf>,
    /// Who signed it
    #[arg(long, value_name = "NAME", required_unless_present = "missing")]
    pub(crate) signer: Option<String>,
    /// The post of who signed
    #[arg(long, value_name = "POST", required_unless_present = "missing")]
    pub(crate) role: Option<String>,
    /// The day of the document (today where absent)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) issued: Option<Day>,
    /// How long it counts: `12 months`, `90 days` (the cycle that the law sets at the level, or 12 months)
    #[arg(long, value_name = "TIME")]
    pub(crate) valid_for: Option<String>,
    /// The document itself says that the duty is not met
    #[arg(long)]
    pub(crate) not_met: bool,
    /// Its id (the next att-NNN where absent)
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// The file of attestations (the first that the inventory names, or attestations.yaml beside it)
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
