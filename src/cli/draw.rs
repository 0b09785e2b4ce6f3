//! Options of how formats are drawn.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How formats are drawn.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DrawArgs {
    /// What will be mended by whom and when, and who reports to whom (`capdo/plan/1`), for docx, regulator-html and mau08
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Put codes in the place of names, in every format; both with a comma between
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        value_delimiter = ',',
        requires = "redact_key"
    )]
    pub(crate) redact: Vec<RedactArg>,
    /// Where the key to the codes is written; never in the folder of the reports
    #[arg(long, value_name = "FILE", requires = "redact")]
    pub(crate) redact_key: Option<PathBuf>,
    /// Earlier run.json files of the same inventory: html and markdown show the trend
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) history: Vec<PathBuf>,
    /// SARIF: only what code scanning takes, or every result
    #[arg(long, value_enum, default_value = "github", value_name = "PROFILE")]
    pub(crate) sarif_profile: SarifProfile,
}

/// What is left out of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedactArg {
    /// Names and addresses of hosts
    Hosts,
    /// Names of those who sign, answer and approve; their posts stay
    People,
}

/// A way of writing SARIF.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SarifProfile {
    /// Active failures only, within the limits of code scanning
    #[default]
    Github,
    /// Every result, with suppressions
    Full,
}
