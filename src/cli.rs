//! The command line: types only, no behaviour.

mod draw;
mod records;
mod words;

use std::path::PathBuf;

pub(crate) use draw::{DrawArgs, RedactArg, SarifProfile};
pub(crate) use records::{
    AttestArgs, CompletionsArgs, DiffArgs, DispositionArg, InitArgs, KeygenArgs, ManArgs,
    VerifyArgs, WaiveArgs,
};

pub(crate) use words::{ColorArg, KindArg, LangArg, SeverityArg};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::{Day, Level};

/// Audits the information systems of a Vietnamese postal company against the security level that the law gives each.
#[derive(Debug, Parser)]
#[command(
    name = "capdo",
    version,
    max_term_width = 110,
    propagate_version = false
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The day whose law, attestations and waivers count (YYYY-MM-DD; today in UTC+7 where absent)
    #[arg(long, global = true, value_name = "DATE", value_parser = as_of)]
    pub(crate) as_of: Option<Day>,
    /// The language of reports; written, that of help and errors too, which else follow the locale (LC_ALL, LC_MESSAGES, LANG)
    #[arg(long, global = true, value_enum, default_value = "vi")]
    pub(crate) lang: LangArg,
    /// A folder of rules (controls/, vocabulary/, law/) over the embedded ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) rules: Option<PathBuf>,
    /// Take rules that are weaker than the embedded ones; the report says so
    #[arg(long, global = true)]
    pub(crate) allow_weaker: bool,
    /// Use colours: auto, always, never
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(crate) color: ColorArg,
    /// Say nothing: only files, the format that was asked for, and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more; twice: everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A first inventory, from what lies around
    Init(InitArgs),
    /// Collect, judge, report, gate: the main job
    Audit(AuditArgs),
    /// Judge one thing without an inventory
    Scan(Box<ScanArgs>),
    /// What a collector sees, one JSON object a line
    Facts(FactsArgs),
    /// Bring home what an audit needs of a host, as an evidence bundle
    Collect(CollectArgs),
    /// Every file, command and address that an audit will touch, and the rights to grant for it
    Plan(PlanArgs),
    /// Judge evidence bundles, offline
    Judge(JudgeArgs),
    /// Draw the formats of a run again
    Report(ReportArgs),
    /// What changed between two runs: steps back, steps forward
    Diff(DiffArgs),
    /// The level that each system must have, with the deciding article
    Classify(ClassifyArgs),
    /// Record that a failure is accepted for a time
    Waive(WaiveArgs),
    /// Papers: record one, or name those that are still owed
    Attest(AttestArgs),
    /// Instruments and requirements by date
    #[command(subcommand)]
    Law(LawCommand),
    /// Does a report folder or a bundle hold: hashes, chain, seal
    Verify(VerifyArgs),
    /// A pair of keys for the integrity seal
    Keygen(KeygenArgs),
    /// A control or a requirement in words, with the values that count
    Explain(ExplainArgs),
    /// For those who write controls
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Completions for a shell, to stdout
    Completions(CompletionsArgs),
    /// Manual pages
    Man(ManArgs),
}

/// Options of the gate.
#[derive(Debug, Clone, Args)]
pub(crate) struct GateArgs {
    /// The severity from which binding failures fail the gate
    #[arg(long, value_enum, default_value = "medium", value_name = "SEVERITY")]
    pub(crate) fail_on: SeverityArg,
    /// The coverage in percent below which the gate fails
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100), value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) min_coverage: u8,
    /// How many undetermined duties do not make the run incomplete
    #[arg(
        long,
        default_value_t = 0,
        value_name = "N",
        allow_negative_numbers = true
    )]
    pub(crate) max_undetermined: u64,
    /// An earlier run.json: what failed there and passes now is `fixed`
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Fail only on what did not fail in the baseline; what can no longer be judged makes the run incomplete
    #[arg(long, requires = "baseline")]
    pub(crate) fail_on_new: bool,
    /// Count remarks too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Leave out gaps whose time to adapt has not passed
    #[arg(long)]
    pub(crate) allow_transition: bool,
}

/// Options of collecting and of what is written.
#[derive(Debug, Clone, Args)]
pub(crate) struct WorkArgs {
    /// Formats, separated by commas; without --out a single one goes to stdout (see `capdo report --help`)
    #[arg(long, value_delimiter = ',', value_name = "FORMAT")]
    pub(crate) format: Vec<String>,
    /// A folder for the files; run.json and manifest.json are always among them
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Seal the manifest in --out with this Ed25519 key: a file, or env:NAME
    #[arg(long, value_name = "KEY", requires = "out")]
    pub(crate) sign: Option<String>,
    /// How many targets at once (0: as many as there are cores, and sixteen over the network)
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) jobs: usize,
    /// The deadline of one network call, in seconds
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=600), value_name = "SECONDS")]
    pub(crate) timeout: u64,
    /// No network at all
    #[arg(long)]
    pub(crate) offline: bool,
    /// The SSH configuration for hosts behind SSH, instead of the user's own
    #[arg(long, value_name = "FILE")]
    pub(crate) ssh_config: Option<PathBuf>,
    /// How the formats are drawn
    #[command(flatten)]
    pub(crate) draw: DrawArgs,
}

/// `capdo audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// The inventory
    #[arg(default_value = "capdo.yaml")]
    pub(crate) inventory: PathBuf,
    /// The gate
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    /// The work
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

/// `capdo scan`.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// What kind of thing the targets are
    #[arg(value_enum)]
    pub(crate) kind: KindArg,
    /// Folders, files or addresses
    #[arg(required = true)]
    pub(crate) targets: Vec<String>,
    /// The level at which to judge
    #[arg(long, default_value = "3", value_parser = level)]
    pub(crate) level: Level,
    /// What only some kinds take
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// The gate
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    /// The work
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

/// Options that only some kinds of target take.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TargetArgs {
    /// endpoint: a PEM file of roots to trust, instead of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) roots: Option<PathBuf>,
    /// endpoint: the name to ask for, instead of the host
    #[arg(long, value_name = "NAME")]
    pub(crate) sni: Option<String>,
    /// endpoint: the protocol in which TLS is begun
    #[arg(long, value_name = "PROTOCOL", value_parser = ["smtp", "submission", "imap", "pop3", "ftp", "ldap", "xmpp", "postgres", "mysql"])]
    pub(crate) starttls: Option<String>,
    /// endpoint: also ask `GET /`
    #[arg(long)]
    pub(crate) http: bool,
    /// server, on a host that runs: ask `sudo -n` for what only root may read
    #[arg(long)]
    pub(crate) sudo: bool,
    /// server behind SSH: the key is restricted to the installed script, so nothing is sent
    #[arg(long)]
    pub(crate) restricted: bool,
    /// config: read everything, tell only what stands in files that differ from this revision of git
    #[arg(long, value_name = "REV")]
    pub(crate) changed_since: Option<String>,
    /// schema: postgresql or mysql, instead of guessing
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: Option<String>,
    /// schema env:VARIABLE (a database that runs): look at so many values of each column, in memory
    #[arg(long, value_name = "N")]
    pub(crate) sample: Option<u32>,
    /// document: who was trained (the target is the staff list)
    #[arg(long, value_name = "FILE")]
    pub(crate) trained: Option<PathBuf>,
    /// document: the register of requests of authorities
    #[arg(long, value_name = "FILE")]
    pub(crate) requests: Option<PathBuf>,
    /// document: what each role may see and export
    #[arg(long, value_name = "FILE")]
    pub(crate) rights: Option<PathBuf>,
    /// document: the internal rule on confidentiality, as text or PDF
    #[arg(long, value_name = "FILE")]
    pub(crate) internal_rule: Option<PathBuf>,
    /// caller-id: numbers bound to the brand names
    #[arg(long, value_name = "FILE")]
    pub(crate) numbers: Option<PathBuf>,
    /// caller-id: a sample of calls
    #[arg(long, value_name = "FILE")]
    pub(crate) calls: Option<PathBuf>,
    /// caller-id: who works
    #[arg(long, value_name = "FILE")]
    pub(crate) roster: Option<PathBuf>,
    /// caller-id: configuration of the telephone exchange
    #[arg(long, value_name = "PATH")]
    pub(crate) sip: Option<PathBuf>,
    /// caller-id: traces of SIP as text
    #[arg(long, value_name = "PATH")]
    pub(crate) traces: Option<PathBuf>,
    /// caller-id: the source of the couriers' app
    #[arg(long, value_name = "PATH")]
    pub(crate) app: Option<PathBuf>,
}

/// `capdo facts`.
#[derive(Debug, Args)]
pub(crate) struct FactsArgs {
    /// What kind of thing the targets are
    #[arg(value_enum)]
    pub(crate) kind: KindArg,
    /// Folders, files or addresses
    #[arg(required = true)]
    pub(crate) targets: Vec<String>,
    /// What only some kinds take
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// The deadline of one network call, in seconds
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=600), value_name = "SECONDS")]
    pub(crate) timeout: u64,
    /// The SSH configuration for hosts behind SSH, instead of the user's own
    #[arg(long, value_name = "FILE")]
    pub(crate) ssh_config: Option<PathBuf>,
}

/// `capdo collect`.
#[derive(Debug, Args)]
pub(crate) struct CollectArgs {
    /// `local`, `ssh:[user@]host[:port]`, or a folder that is the root of a host
    #[arg(required_unless_present_any = ["script", "from"], conflicts_with_all = ["script", "from"])]
    pub(crate) target: Option<String>,
    /// The bundle to write
    #[arg(long, short, value_name = "FILE", required_unless_present = "script")]
    pub(crate) output: Option<PathBuf>,
    /// Print the collection script, for a host that is asked by hand
    #[arg(long, conflicts_with = "output")]
    pub(crate) script: bool,
    /// The script may ask `sudo -n`
    #[arg(long)]
    pub(crate) sudo: bool,
    /// The SSH key is restricted to the installed script, so nothing is sent
    #[arg(long)]
    pub(crate) restricted: bool,
    /// The deadline of one network call, in seconds; the whole answer has thirty times as long
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=600), value_name = "SECONDS")]
    pub(crate) timeout: u64,
    /// The SSH configuration for hosts behind SSH, instead of the user's own
    #[arg(long, value_name = "FILE")]
    pub(crate) ssh_config: Option<PathBuf>,
    /// The answer that the script gave (`-`: standard input)
    #[arg(long, value_name = "ANSWER", conflicts_with = "script")]
    pub(crate) from: Option<PathBuf>,
}

/// `capdo plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The inventory
    #[arg(default_value = "capdo.yaml")]
    pub(crate) inventory: PathBuf,
    /// human or json
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: ListFormat,
}

/// `capdo judge`.
#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    /// Bundles, or answers of the collection script
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    /// The level at which to judge
    #[arg(long, default_value = "3", value_parser = level)]
    pub(crate) level: Level,
    /// The gate
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    /// The work
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

/// `capdo report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A run.json
    pub(crate) run: PathBuf,
    /// Formats, separated by commas: html, sarif, junit, json, csv, markdown, github, gitlab, oscal, hdf; in Vietnamese for an authority:
    /// docx, regulator-html, mau08, mau08-csv
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "html",
        value_name = "FORMAT"
    )]
    pub(crate) format: Vec<String>,
    /// A folder for the files; run.json and manifest.json are always among them
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Seal the manifest in --out with this Ed25519 key: a file, or env:NAME
    #[arg(long, value_name = "KEY", requires = "out")]
    pub(crate) sign: Option<String>,
    /// How the formats are drawn
    #[command(flatten)]
    pub(crate) draw: DrawArgs,
}

/// `capdo law`.
#[derive(Debug, Subcommand)]
pub(crate) enum LawCommand {
    /// Instruments with their dates
    List {
        /// human or json
        #[arg(long, value_enum, default_value = "human")]
        format: ListFormat,
    },
    /// One instrument or requirement
    Show {
        /// `tcvn14423`, `letter.2.2`
        id: String,
    },
    /// Write docs/law.md: every instrument, requirement and figure with its source, for proofreading
    Docs {
        /// The file
        #[arg(long, default_value = "docs/law.md", value_name = "FILE")]
        out: PathBuf,
        /// Write nothing: say whether it is up to date
        #[arg(long)]
        check: bool,
    },
    /// The requirements as an OSCAL catalogue, and one profile for each level by the law of the day
    Oscal {
        /// A folder for the catalogue and the profiles; the catalogue alone goes to stdout where absent
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Which requirements in force are decided, in part, by attestation, by nothing
    Coverage(CoverageArgs),
}

/// `capdo law coverage`.
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// The inventory whose duties count; without it one level counts whole
    #[arg(conflicts_with = "level")]
    pub(crate) inventory: Option<PathBuf>,
    /// Only this level
    #[arg(long, default_value = "3", value_parser = level)]
    pub(crate) level: Level,
    /// Exit 1 where less than this can be decided whole
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100), value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) fail_under: u8,
    /// human, json, or sarif: what nothing decides whole
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: CoverageFormat,
}

/// How coverage is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    Human,
    Json,
    Sarif,
}

/// `capdo classify`.
#[derive(Debug, Args)]
pub(crate) struct ClassifyArgs {
    /// The inventory
    #[arg(default_value = "capdo.yaml")]
    pub(crate) inventory: PathBuf,
    /// The whole table of criteria, with the line that decides
    #[arg(long)]
    pub(crate) explain: bool,
    /// The skeleton of the level dossier, for this system or for all
    #[arg(long, num_args = 0..=1, value_name = "SYSTEM", conflicts_with = "explain")]
    pub(crate) draft: Option<Option<String>>,
    /// A file for the draft, instead of stdout
    #[arg(long, value_name = "FILE", requires = "draft")]
    pub(crate) out: Option<PathBuf>,
    /// human or json
    #[arg(long, value_enum, default_value = "human", conflicts_with = "draft")]
    pub(crate) format: ListFormat,
}

/// `capdo explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A control or a requirement
    pub(crate) id: String,
    /// The level whose values count
    #[arg(long, default_value = "3", value_parser = level)]
    pub(crate) level: Level,
}

/// `capdo rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// All controls
    List {
        /// human or json
        #[arg(long, value_enum, default_value = "human")]
        format: ListFormat,
    },
    /// Every mistake of every rule file
    Check {
        /// human or sarif
        #[arg(long, value_enum, default_value = "human")]
        format: CheckFormat,
    },
    /// Run the examples of the controls, and look whether they catch every mutant
    Test {
        /// Only controls whose id begins so
        prefix: Option<String>,
        /// Only the examples
        #[arg(long)]
        no_mutants: bool,
    },
    /// Draw a page for each control
    Docs {
        /// The folder
        #[arg(long, default_value = "docs/controls")]
        out: PathBuf,
        /// Write nothing; fail where a page would change
        #[arg(long)]
        check: bool,
    },
    /// The JSON Schema of a file format, for editors
    Schema {
        /// Which one
        #[arg(value_enum, default_value = "control")]
        which: SchemaKind,
    },
    /// A first file for a new control
    New {
        /// `SRV-LOG-009`
        id: String,
        /// The kind of asset
        #[arg(long, value_enum, default_value = "server")]
        kind: KindArg,
    },
}

/// Forms of the mistakes of rule files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    Human,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
}

/// File formats that have a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaKind {
    /// rules/controls
    Control,
    /// rules/vocabulary
    Vocabulary,
    /// rules/law
    Law,
    /// rules/law/sanctions
    Sanctions,
    /// run.json
    Run,
    /// capdo.yaml
    Inventory,
    /// waivers.yaml
    Waivers,
    /// attestations.yaml
    Attestations,
    /// The plan of remedies of `--plan`
    Plan,
}

/// How a list is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Human,
    Json,
}

fn day(words: &str) -> Result<Day, String> {
    Day::parse(words)
        .ok_or_else(|| "write the day as YYYY-MM-DD, for instance 2026-11-23".to_owned())
}

/// Before 2010 the pack knows no law, and nobody knows that of the next century.
fn as_of(words: &str) -> Result<Day, String> {
    let written = day(words)?;
    match (Day::new(2010, 1, 1), Day::new(2099, 12, 31)) {
        (Some(first), Some(last)) if written < first || written > last => Err(format!(
            "the law of {written} is not in the pack: name a day from {first} to {last}"
        )),
        _ => Ok(written),
    }
}

fn level(words: &str) -> Result<Level, String> {
    words
        .parse()
        .ok()
        .and_then(Level::new)
        .ok_or_else(|| "a level is 1 to 5".to_owned())
}
