//! Words that options take.

use clap::ValueEnum;

use crate::model::{AssetKind, Lang, Severity};

/// A kind of target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindArg {
    /// local, ssh:[user@]host[:port], a folder that is the root of a host, or an evidence bundle
    Server,
    /// An address host:port, or a file of recorded facts
    Endpoint,
    /// A file or folder: servers, databases, containers, pipelines, secrets in clear
    Config,
    /// SQL and dumps, Prisma, OpenAPI, Protocol Buffers, Avro; or env:VARIABLE, a database that runs
    Schema,
    /// Shipping labels: templates, commands of printers, PDF, pictures
    Label,
    /// The list of brand names; numbers, calls and the rest as options
    CallerId,
    /// The list of staff, with --trained
    Document,
}

impl From<KindArg> for AssetKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Server => Self::Server,
            KindArg::Endpoint => Self::Endpoint,
            KindArg::Config => Self::Config,
            KindArg::Schema => Self::Schema,
            KindArg::Label => Self::Label,
            KindArg::CallerId => Self::CallerId,
            KindArg::Document => Self::Document,
        }
    }
}

/// A severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Info => Self::Info,
            SeverityArg::Low => Self::Low,
            SeverityArg::Medium => Self::Medium,
            SeverityArg::High => Self::High,
            SeverityArg::Critical => Self::Critical,
        }
    }
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    Vi,
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Vi => Self::Vi,
            LangArg::En => Self::En,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}
