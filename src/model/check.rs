//! Predicates: the closed vocabulary in which controls say what must hold.
//!
//! Closed on purpose: what can be listed can be explained in two languages, checked by a schema and
//! mutated by a test. Evaluation is three-valued and lives in `engine`.

use serde::{Deserialize, Serialize};

/// What must hold of a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Predicate {
    /// All of them.
    All(Vec<Predicate>),
    /// One of them.
    Any(Vec<Predicate>),
    /// Not this one; not unknown is unknown.
    Not(Box<Predicate>),
    /// One fact compared.
    Test {
        /// The fact.
        path: Path,
        /// The comparison.
        op: Op,
    },
    /// Over the elements of a list.
    Over {
        /// Each, some, none.
        quantifier: Quantifier,
        /// The list.
        of: Path,
        /// Only the elements for which this holds.
        filter: Option<Box<Predicate>>,
        /// What must hold of them; paths inside are relative to the element.
        assert: Box<Predicate>,
        /// What `each` says of a complete list without such elements.
        empty: WhenEmpty,
    },
}

/// How many elements of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantifier {
    /// Every element.
    Each,
    /// At least one.
    Some,
    /// No element.
    None,
}

/// What `each` says of an empty complete list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenEmpty {
    /// Nothing was judged: unknown.
    Unknown,
    /// It holds.
    Pass,
    /// The duty is absent.
    NotApplicable,
}

/// Where a fact is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Path {
    /// Whose fact.
    pub reach: Reach,
    /// The fact's path; empty for the list element itself.
    pub key: String,
}

/// Whose fact a path means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reach {
    /// The subject, or inside `each`, `some`, `none` the element.
    Here,
    /// `subject.`: the subject, from inside a list.
    Subject,
    /// `asset.`: what the inventory says of the asset.
    Asset,
    /// `system.`: what the inventory says of the system.
    System,
    /// `org.`: what the inventory says of the organisation.
    Org,
    /// `host.`: the subject `host` of the same asset.
    Host,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Op {
    /// Equal.
    Is(Operand),
    /// Not equal.
    IsNot(Operand),
    /// One of these.
    In(Vec<Literal>),
    /// None of these.
    NotIn(Vec<Literal>),
    /// At least this much.
    AtLeast(Operand),
    /// At most this much.
    AtMost(Operand),
    /// Within these bounds, both included.
    Between(Operand, Operand),
    /// The text matches this expression somewhere.
    Matches(String),
    /// It does not.
    NotMatches(String),
    /// The list has this element; the text has this part.
    Contains(Operand),
    /// The text begins so.
    StartsWith(String),
    /// The fact is there (true), or the collector looked and it is not there (false).
    Exists(bool),
    /// The length of the list.
    Count(Count),
    /// The day is at most this many days before the evidence was collected.
    NewerThan(Operand),
    /// The day is more than this many days before the evidence was collected.
    OlderThan(Operand),
    /// Every element of the list is one of these.
    SubsetOf(Vec<Literal>),
    /// No element of the list is one of these.
    DisjointFrom(Vec<Literal>),
}

/// A bound on the length of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Count {
    /// Exactly.
    Is(Operand),
    /// At least.
    AtLeast(Operand),
    /// At most.
    AtMost(Operand),
}

/// What a fact is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Operand {
    /// A value written in the control.
    Literal(Literal),
    /// `$name`: a parameter.
    Param(String),
    /// `{fact: PATH}`: another fact.
    Fact(Path),
}

/// A value written in a control.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Literal {
    /// true or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Text(t) => write!(f, "{t}"),
        }
    }
}

impl Predicate {
    /// Calls `see` for every path in the predicate, with the list path whose elements it is relative to.
    pub fn each_path<'a>(
        &'a self,
        inside: Option<&'a Path>,
        see: &mut dyn FnMut(&'a Path, Option<&'a Path>),
    ) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|p| p.each_path(inside, see))
            }
            Self::Not(part) => part.each_path(inside, see),
            Self::Test { path, op } => {
                see(path, inside);
                op.operands(&mut |operand| {
                    if let Operand::Fact(path) = operand {
                        see(path, inside);
                    }
                });
            }
            Self::Over {
                of, filter, assert, ..
            } => {
                see(of, inside);
                if let Some(filter) = filter {
                    filter.each_path(Some(of), see);
                }
                assert.each_path(Some(of), see);
            }
        }
    }

    /// Calls `see` for every comparison in the predicate.
    pub fn each_op<'a>(&'a self, see: &mut dyn FnMut(&'a Path, &'a Op)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|p| p.each_op(see)),
            Self::Not(part) => part.each_op(see),
            Self::Test { path, op } => see(path, op),
            Self::Over { filter, assert, .. } => {
                if let Some(filter) = filter {
                    filter.each_op(see);
                }
                assert.each_op(see);
            }
        }
    }
}

impl Op {
    /// Calls `see` for every operand that may name a parameter or a fact.
    pub fn operands<'a>(&'a self, see: &mut dyn FnMut(&'a Operand)) {
        match self {
            Self::Is(o)
            | Self::IsNot(o)
            | Self::AtLeast(o)
            | Self::AtMost(o)
            | Self::Contains(o)
            | Self::NewerThan(o)
            | Self::OlderThan(o)
            | Self::Count(Count::Is(o) | Count::AtLeast(o) | Count::AtMost(o)) => see(o),
            Self::Between(low, high) => {
                see(low);
                see(high);
            }
            Self::In(_)
            | Self::NotIn(_)
            | Self::Matches(_)
            | Self::NotMatches(_)
            | Self::StartsWith(_)
            | Self::Exists(_)
            | Self::SubsetOf(_)
            | Self::DisjointFrom(_) => {}
        }
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = match self.reach {
            Reach::Here => "",
            Reach::Subject => "subject.",
            Reach::Asset => "asset.",
            Reach::System => "system.",
            Reach::Org => "org.",
            Reach::Host => "host.",
        };
        write!(f, "{prefix}{}", self.key)
    }
}
