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
    /// The fact at `path` of this subject type, where paths inside lists are relative to `list`.
    pub fn fact(&self, subject_type: &str, path: &str, list: Option<&str>) -> Option<&FactSpec> {
        let subject = self.types.get(subject_type)?;
        match list {
            None => subject.facts.get(path),
            Some(list) => subject.facts.get(list)?.of.get(path),
        }
    }
}
