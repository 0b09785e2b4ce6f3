//! Small words that stand in law, controls, inventories and reports alike.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text in Vietnamese and English. Vietnamese comes first everywhere.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Vietnamese, NFC, with diacritics.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Makes a text from both languages.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// The same words in both languages: for names, numbers and paths.
    pub fn same(words: impl Into<String>) -> Self {
        let vi = words.into();
        Self { en: vi.clone(), vi }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// The language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}

/// What kind of thing an asset is; each kind has one collector.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AssetKind {
    /// A Linux host.
    Server,
    /// A network endpoint: TLS, HTTP.
    Endpoint,
    /// Configuration files.
    Config,
    /// A data schema.
    Schema,
    /// Shipping labels and their templates.
    Label,
    /// How couriers' calls are identified.
    CallerId,
    /// Documents, rosters, decisions, attestations.
    Document,
}

impl AssetKind {
    /// All kinds, in the order of reports.
    pub const ALL: [AssetKind; 7] = [
        Self::Server,
        Self::Endpoint,
        Self::Config,
        Self::Schema,
        Self::Label,
        Self::CallerId,
        Self::Document,
    ];

    /// The word that files use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Endpoint => "endpoint",
            Self::Config => "config",
            Self::Schema => "schema",
            Self::Label => "label",
            Self::CallerId => "caller-id",
            Self::Document => "document",
        }
    }
}

/// How bad a failing control is; decides the gate, never whether something is a gap.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information: a failing control is `informational`.
    Info,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// The word that files use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How strongly a duty holds. Ordered: the weaker of two is the smaller.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Force {
    /// Our reading of the texts; never a gap.
    Interpretation,
    /// Suggested by the text; never a gap.
    Suggested,
    /// Binding: not met is a gap.
    #[default]
    Binding,
}
