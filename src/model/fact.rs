//! Facts: what a collector saw, with where it saw it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Day, EvidenceItem, Facts, Object, Reason};

/// The path of a fact in its subject: nearly all are words of ours.
pub type FactPath = Cow<'static, str>;

/// One value of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The path, relative to the subject: `permitrootlogin`, `retention.days`.
    pub path: FactPath,
    /// The value.
    pub value: Value,
    /// Where the value comes from.
    pub origin: Origin,
    /// The line that set it.
    pub place: Option<Place>,
}

impl Fact {
    /// The only way to make a fact: secret and personal values are replaced here by their kind and length
    /// class, so that no output can hold them.
    pub fn new(
        path: impl Into<FactPath>,
        value: impl Into<Value>,
        origin: Origin,
        sensitivity: Sensitivity,
    ) -> Self {
        let value = value.into();
        let value = match sensitivity {
            Sensitivity::Public => value,
            Sensitivity::Personal(kind) => value.masked("personal", kind),
            Sensitivity::Secret(kind) => value.masked("secret", kind),
        };
        Self {
            path: path.into(),
            value,
            origin,
            place: None,
        }
    }

    /// A public value that a line of the target sets.
    pub fn set(path: impl Into<FactPath>, value: impl Into<Value>) -> Self {
        Self::new(path, value, Origin::Set, Sensitivity::Public)
    }

    /// A public value that the collector concluded.
    pub fn derived(path: impl Into<FactPath>, value: impl Into<Value>) -> Self {
        Self::new(path, value, Origin::Derived, Sensitivity::Public)
    }

    /// The program's own value where the target is silent.
    pub fn default_of(path: impl Into<FactPath>, value: impl Into<Value>) -> Self {
        Self::new(path, value, Origin::Default, Sensitivity::Public)
    }

    /// The same fact at this place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// How a value must be treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// May be shown.
    Public,
    /// A personal value of this kind.
    Personal(&'static str),
    /// A secret of this kind.
    Secret(&'static str),
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A line of the target.
    Set,
    /// The program's own, where the target is silent.
    Default,
    /// Concluded by the collector.
    Derived,
    /// A line that another overrides.
    Shadowed,
}

/// A line in a file of the target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the collector names it.
    pub file: Arc<str>,
    /// The line, from 1; 0 for the file as a whole.
    pub line: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

impl Place {
    /// A line of a file.
    pub fn new(file: impl Into<Arc<str>>, line: u32) -> Self {
        Self {
            file: file.into(),
            line,
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// true or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// A day.
    Day(Day),
    /// A list.
    List(List),
    /// An object: an element of a list.
    Map(Object),
    /// The collector looked, and it is not there.
    Absent,
    /// It could not be seen.
    Unseen(Box<Why>),
}

/// A list that knows whether it is whole.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Its elements.
    pub items: Vec<Value>,
    /// Are these all? On an incomplete list nothing becomes true by absence.
    pub complete: bool,
}

/// Why a value could not be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// A stable code: `not_applicable`, `not_asked`, `unsupported_by_prober`, `unreadable`, `timeout`, `not-parsed`, …
    pub code: &'static str,
    /// What happened, without values of the target that are secret or personal.
    pub detail: String,
}

impl Value {
    /// A complete list.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::List(List {
            items: items.into_iter().collect(),
            complete: true,
        })
    }

    /// A list of which there may be more.
    pub fn partial_list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::List(List {
            items: items.into_iter().collect(),
            complete: false,
        })
    }

    /// An object.
    pub fn map<K: Into<Cow<'static, str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(entries.into_iter().collect())
    }

    /// A value that could not be seen.
    pub fn unseen(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Unseen(Box::new(Why {
            code,
            detail: detail.into(),
        }))
    }

    /// For machines: JSON, `null` for what is not there or could not be seen.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Bool(b) => (*b).into(),
            Self::Int(n) => (*n).into(),
            Self::Text(t) => t.as_str().into(),
            Self::Day(d) => d.to_string().into(),
            Self::List(list) => list.items.iter().map(Self::json).collect(),
            Self::Map(map) => map.iter().map(|(k, v)| (k.to_owned(), v.json())).collect(),
            Self::Absent | Self::Unseen(_) => serde_json::Value::Null,
        }
    }

    /// For people: one line.
    pub fn shown(&self) -> String {
        match self {
            Self::Bool(b) => b.to_string(),
            Self::Int(n) => n.to_string(),
            Self::Text(t) => t.clone(),
            Self::Day(d) => d.to_string(),
            Self::List(list) => {
                let mut words: Vec<String> = list.items.iter().take(20).map(Self::shown).collect();
                if list.items.len() > 20 {
                    words.push(format!("… ({})", list.items.len()));
                }
                format!("[{}]", words.join(", "))
            }
            Self::Map(map) => {
                let words: Vec<String> = map
                    .iter()
                    .map(|(k, v)| format!("{k}: {}", v.shown()))
                    .collect();
                format!("{{{}}}", words.join(", "))
            }
            Self::Absent => "∅".into(),
            Self::Unseen(why) => format!("? ({})", why.code),
        }
    }

    fn masked(self, class: &str, kind: &str) -> Self {
        let length = match &self {
            Self::Absent | Self::Unseen(_) => return self,
            Self::Text(t) => t.chars().count(),
            Self::Bool(_) | Self::Int(_) | Self::Day(_) | Self::List(_) | Self::Map(_) => 0,
        };
        let length = match length {
            0 => "",
            1..=3 => ", 1–3",
            4..=7 => ", 4–7",
            8..=13 => ", 8–13",
            14..=31 => ", 14–31",
            _ => ", 32+",
        };
        Self::Text(format!("‹{class}: {kind}{length}›"))
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<&str> for Value {
    fn from(t: &str) -> Self {
        Self::Text(t.into())
    }
}

impl From<String> for Value {
    fn from(t: String) -> Self {
        Self::Text(t)
    }
}

impl From<Day> for Value {
    fn from(d: Day) -> Self {
        Self::Day(d)
    }
}

/// One thing that a control judges.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name in the asset, never a position: `sshd`, `sshd.match[User git]`.
    pub id: Arc<str>,
    /// Its type in the vocabulary.
    pub kind: Arc<str>,
    /// The systems it belongs to, where these are not those of its asset.
    pub systems: Option<Vec<String>>,
    /// Where it is.
    pub place: Option<Place>,
    /// The value that counts for each path.
    pub facts: Facts,
    /// Lines that others override, and further lines of paths with many.
    pub other: Vec<Fact>,
}

impl Subject {
    /// A subject without facts.
    pub fn new(kind: &str, id: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            kind: kind.into(),
            systems: None,
            place: None,
            facts: Facts::default(),
            other: Vec::new(),
        }
    }

    /// Adds a fact; one that is shadowed goes beside those that count.
    pub fn put(&mut self, fact: Fact) {
        if fact.origin == Origin::Shadowed {
            self.other.push(fact);
        } else {
            self.facts.insert(fact);
        }
    }

    /// The same subject at this place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// What a collector says of one subject type in one asset.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The subject type.
    pub kind: Arc<str>,
    /// What was seen.
    pub seen: Seen,
}

/// How much of a subject type was seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// All that there is; where no subject stands beside it, there is none.
    Whole,
    /// Proven that it is not there; the words name the proof.
    Absent(String),
    /// Not seen, or not all: an `error` beside the subjects that were seen.
    Not(Reason),
}

/// All that a collector saw in one asset.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// The subjects.
    pub subjects: Vec<Subject>,
    /// What was seen of each subject type.
    pub sights: Vec<Sight>,
    /// What was read.
    pub evidence: Vec<EvidenceItem>,
    /// Waivers that stand in remarks of the target's files.
    pub inline: Vec<InlineWaiver>,
}

/// A waiver in a remark of a file: `# capdo:waive ID until=2027-03-01 reason="…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineWaiver {
    /// The control that it names.
    pub control: String,
    /// Where it stands.
    pub place: Place,
    /// The last line for which it speaks: the next one that says something, or the file's last where it stands above
    /// all lines.
    pub to: u32,
    /// Its last day; without one it counts for nothing.
    pub until: Option<Day>,
    /// Why; without a reason it counts for nothing.
    pub reason: String,
}

impl Collected {
    /// Says what was seen of a subject type.
    pub fn saw(&mut self, kind: &str, seen: Seen) {
        self.sights.push(Sight {
            kind: kind.into(),
            seen,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_becomes_a_value() {
        let fact = Fact::new(
            "requirepass",
            "hunter2-hunter2",
            Origin::Set,
            Sensitivity::Secret("password"),
        );
        assert_eq!(fact.value, Value::Text("‹secret: password, 14–31›".into()));
        let fact = Fact::new(
            "note",
            "0912345678",
            Origin::Set,
            Sensitivity::Personal("phone"),
        );
        assert!(!fact.value.shown().contains("0912"));
    }
}
