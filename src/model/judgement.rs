//! What the engine says of one control on one subject.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FactPath, Origin, Place, Value};

/// The result words of XCCDF 1.2.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ResultWord {
    /// All conditions met.
    Pass,
    /// A condition not met.
    Fail,
    /// Could not be looked at.
    Error,
    /// Looked at, but not decidable.
    Unknown,
    /// The duty is proven absent.
    NotApplicable,
    /// Not looked at.
    NotChecked,
    /// Not in force on the day.
    NotSelected,
    /// For information.
    Informational,
    /// Failed in the baseline, passes now.
    Fixed,
}

impl ResultWord {
    /// All words, in the order of reports.
    pub const ALL: [ResultWord; 9] = [
        Self::Fail,
        Self::Error,
        Self::Unknown,
        Self::NotChecked,
        Self::Pass,
        Self::Fixed,
        Self::Informational,
        Self::NotApplicable,
        Self::NotSelected,
    ];

    /// The word of XCCDF.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Unknown => "unknown",
            Self::NotApplicable => "notapplicable",
            Self::NotChecked => "notchecked",
            Self::NotSelected => "notselected",
            Self::Informational => "informational",
            Self::Fixed => "fixed",
        }
    }

    /// Could the thing not be decided, though it was asked?
    pub fn is_undecided(self) -> bool {
        matches!(self, Self::Error | Self::Unknown | Self::NotChecked)
    }
}

/// What stands beside a result and never overwrites it.
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
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// Nothing.
    #[default]
    None,
    /// Accepted for a time.
    Waived,
    /// Another safeguard stands in its place.
    Compensating,
    /// Stated in a document.
    Attested,
    /// Judged elsewhere.
    Inherited,
    /// The tool is wrong here.
    FalsePositive,
}

/// Why a result is not `pass`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// A stable code; its words in both languages stand in `text`.
    pub code: Cow<'static, str>,
    /// What completes the words: a path, a number, an error.
    pub detail: String,
}

impl Reason {
    /// A reason with its detail.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code: Cow::Borrowed(code),
            detail: detail.into(),
        }
    }
}

/// The result of one control on one subject, small enough for a million of them.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The control, as its place in the pack.
    pub control: u32,
    /// The asset, as its place in what was judged.
    pub asset: u32,
    /// The subject's id.
    pub subject: Arc<str>,
    /// The systems, where these are not the asset's.
    pub systems: Option<Arc<[String]>>,
    /// The result.
    pub result: ResultWord,
    /// Why, where it is not `pass`.
    pub reason: Option<Reason>,
    /// The facts that decided, at most 20.
    pub actual: Vec<Actual>,
    /// How many more there were.
    pub more: u32,
    /// Where to look.
    pub place: Option<Place>,
}

/// One fact that decided a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Actual {
    /// Its path.
    pub path: FactPath,
    /// Its value; none where the collector gave none.
    pub value: Option<Value>,
    /// Where the value comes from.
    pub origin: Option<Origin>,
    /// The line that set it.
    pub place: Option<Place>,
}

impl Actual {
    /// The value, as people read it.
    pub fn shown(&self) -> String {
        self.value
            .as_ref()
            .map_or_else(|| "?".to_owned(), Value::shown)
    }
}
