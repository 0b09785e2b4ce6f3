//! The vocabulary: every subject type and fact path that collectors may emit and controls may name.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AssetKind, Text};

/// All subject types.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    /// By name.
    pub types: BTreeMap<String, SubjectType>,
}

/// One type of subject.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubjectType {
    /// The kind of asset in which it is found.
    pub asset: AssetKind,
    /// What it is.
    pub title: Text,
    /// Its facts, by path.
    pub facts: BTreeMap<String, FactSpec>,
    /// Any other path is a directive of the program, as text (`nginx`, `postgresql`).
    pub open: bool,
    /// One for each requirement: a control names it as `paper[REQUIREMENT]`.
    pub keyed: bool,
}

/// One fact path.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FactSpec {
    /// Its type; of the elements where it is a list.
    pub kind: ValueType,
    /// Is it a list?
    pub list: bool,
    /// Its unit, for people.
    pub unit: Option<String>,
    /// What it means.
    pub meaning: Text,
    /// The facts of each element, where the elements are objects.
    pub of: BTreeMap<String, FactSpec>,
}

/// The type of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// true or false.
    Bool,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// A day.
    Date,
    /// An object: only as elements of a list.
    Object,
}

impl Vocabulary {
    /// The subject type of this name; `paper[REQUIREMENT]` is a `paper`.
    pub fn of(&self, subject: &str) -> Option<&SubjectType> {
        let (name, key) = keyed(subject);
        self.types
            .get(name)
            .filter(|found| found.keyed == key.is_some())
    }

    /// The fact at `path` of this subject type, where paths inside lists are relative to `list`.
    pub fn fact(&self, subject_type: &str, path: &str, list: Option<&str>) -> Option<&FactSpec> {
        let subject = self.of(subject_type)?;
        match list {
            None => subject.facts.get(path),
            Some(list) => subject.facts.get(list)?.of.get(path),
        }
    }
}

/// The name of a subject type, and its key where it has one: `paper[l91.9]` is `paper` and `l91.9`.
pub fn keyed(subject: &str) -> (&str, Option<&str>) {
    let parts = subject
        .strip_suffix(']')
        .and_then(|rest| rest.split_once('['));
    parts.map_or((subject, None), |(name, key)| (name, Some(key)))
}
