//! Evaluates predicates over the facts of one subject.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;

use super::truth::Truth;
use crate::model::{
    Actual, Count, Day, Fact, FactPath, Facts, Literal, Op, Operand, ParameterValue, Path,
    Predicate, Quantifier, Reach, Value, WhenEmpty,
};

/// How many facts a judgement shows.
pub(crate) const MAX_ACTUAL: usize = 20;

/// The expressions of all controls; one that does not compile decides nothing.
pub(crate) type Regexes<'a> = BTreeMap<&'a str, OnceLock<Option<Regex>>>;

/// Everything that a predicate may look at.
pub(crate) struct Scope<'a> {
    pub(crate) subject: &'a Facts,
    pub(crate) host: Option<&'a Facts>,
    pub(crate) asset: &'a BTreeMap<String, Value>,
    pub(crate) system: &'a BTreeMap<String, Value>,
    pub(crate) org: &'a BTreeMap<String, Value>,
    pub(crate) parameters: &'a BTreeMap<String, ParameterValue>,
    pub(crate) regexes: &'a Regexes<'a>,
    /// The day on which the evidence was collected.
    pub(crate) today: Day,
}

/// The facts that decided, gathered on the way.
#[derive(Default)]
pub(crate) struct Trail {
    pub(crate) actual: Vec<Actual>,
    pub(crate) more: u32,
}

impl Trail {
    fn note(&mut self, actual: impl FnOnce() -> Actual) {
        if self.actual.len() < MAX_ACTUAL {
            let actual = actual();
            if !self.actual.contains(&actual) {
                self.actual.push(actual);
            }
        } else {
            self.more += 1;
        }
    }
}

/// What a path leads to.
struct Found<'a> {
    value: Option<&'a Value>,
    fact: Option<&'a Fact>,
}

impl<'a> Scope<'a> {
    /// Is it true of the subject? Notes the facts that made it false or unknown; with `want_true`, also those that
    /// made it true.
    pub(crate) fn eval(
        &self,
        p: &Predicate,
        element: Option<(&'a Value, &str)>,
        want: bool,
        trail: &mut Trail,
    ) -> Truth {
        match p {
            Predicate::All(parts) => {
                let mut result = Truth::True;
                for part in parts {
                    match self.eval(part, element, want, trail) {
                        Truth::True => {}
                        Truth::False => result = Truth::False,
                        unknown @ Truth::Unknown(_) => {
                            if result != Truth::False {
                                result = Truth::worse(unknown, result);
                            }
                        }
                    }
                }
                result
            }
            Predicate::Any(parts) => {
                let mut result = Truth::False;
                let mut inner = Trail::default();
                for part in parts {
                    match self.eval(part, element, want, &mut inner) {
                        Truth::True => return Truth::True,
                        Truth::False => {}
                        unknown @ Truth::Unknown(_) => result = Truth::worse(unknown, result),
                    }
                }
                if result != Truth::True || !want {
                    inner.actual.into_iter().for_each(|a| trail.note(|| a));
                    trail.more += inner.more;
                }
                result
            }
            Predicate::Not(part) => self.eval(part, element, !want, trail).not(),
            Predicate::Test { path, op } => {
                let found = self.find(path, element.map(|(value, _)| value));
                let truth = self.test(path, found.value, op, element.map(|(value, _)| value));
                if truth != Truth::of(want) {
                    trail.note(|| actual(path, &found, element.map(|(_, name)| name)));
                }
                truth
            }
            Predicate::Over {
                quantifier,
                of,
                filter,
                assert,
                empty,
            } => self.over(*quantifier, of, filter.as_deref(), assert, *empty, trail),
        }
    }

    fn over(
        &self,
        quantifier: Quantifier,
        of: &Path,
        filter: Option<&Predicate>,
        assert: &Predicate,
        empty: WhenEmpty,
        trail: &mut Trail,
    ) -> Truth {
        let found = self.find(of, None);
        let list = match found.value {
            Some(Value::List(list)) => list,
            other => {
                trail.note(|| actual(of, &found, None));
                return unseen(of, other);
            }
        };
        let mut judged = 0usize;
        let mut unknown: Option<Truth> = None;
        let worse = |unknown: &mut Option<Truth>, truth: Truth| {
            *unknown = Some(match unknown.take() {
                Some(before) => Truth::worse(before, truth),
                None => truth,
            });
        };
        let mut hit = false;
        for (index, item) in list.items.iter().enumerate() {
            let name = element_name(of, item, index);
            let mut quiet = Trail::default();
            match filter.map_or(Truth::True, |f| {
                self.eval(f, Some((item, &name)), true, &mut quiet)
            }) {
                Truth::False => continue,
                Truth::True => {}
                gap @ Truth::Unknown(_) => {
                    worse(&mut unknown, gap);
                    continue;
                }
            }
            judged += 1;
            let wanted = quantifier != Quantifier::None;
            let mut own = Trail::default();
            let truth = self.eval(assert, Some((item, &name)), wanted, &mut own);
            let noted = match (&truth, quantifier) {
                (Truth::False, Quantifier::Each | Quantifier::Some)
                | (Truth::True, Quantifier::None) => true,
                (Truth::Unknown(_), _) => true,
                (Truth::True, Quantifier::Each | Quantifier::Some)
                | (Truth::False, Quantifier::None) => false,
            };
            if noted {
                own.actual.into_iter().for_each(|a| trail.note(|| a));
                trail.more += own.more;
            }
            match (truth, quantifier) {
                (Truth::False, Quantifier::Each)
                | (Truth::True, Quantifier::Some | Quantifier::None) => hit = true,
                (Truth::Unknown(gap), _) => worse(&mut unknown, Truth::Unknown(gap)),
                (Truth::True, Quantifier::Each)
                | (Truth::False, Quantifier::Some | Quantifier::None) => {}
            }
        }
        if hit {
            return Truth::of(quantifier == Quantifier::Some);
        }
        if let Some(unknown) = unknown {
            return unknown;
        }
        if !list.complete {
            return Truth::unknown("incomplete-list", of.to_string());
        }
        match (quantifier, judged, empty) {
            (Quantifier::Each, 0, WhenEmpty::Unknown) => {
                Truth::unknown("empty-list", of.to_string())
            }
            (Quantifier::Each, 0, WhenEmpty::NotApplicable) => {
                Truth::unknown("not_applicable", of.to_string())
            }
            (Quantifier::Each, _, _) | (Quantifier::None, _, _) => Truth::True,
            (Quantifier::Some, _, _) => {
                trail.note(|| actual(of, &found, None));
                Truth::False
            }
        }
    }

    fn find(&self, path: &Path, element: Option<&'a Value>) -> Found<'a> {
        let of_fact = |facts: &'a Facts| {
            let fact = facts.get(path.key.as_str());
            Found {
                value: fact.map(|f| &f.value),
                fact,
            }
        };
        let of_value = |values: &'a BTreeMap<String, Value>| Found {
            value: values.get(&path.key),
            fact: None,
        };
        match (path.reach, element) {
            (Reach::Here, Some(element)) => match element {
                _ if path.key.is_empty() => Found {
                    value: Some(element),
                    fact: None,
                },
                Value::Map(map) => Found {
                    value: map.get(&path.key),
                    fact: None,
                },
                Value::Bool(_)
                | Value::Int(_)
                | Value::Text(_)
                | Value::Day(_)
                | Value::List(_)
                | Value::Absent
                | Value::Unseen(_) => Found {
                    value: None,
                    fact: None,
                },
            },
            (Reach::Here, None) | (Reach::Subject, _) => of_fact(self.subject),
            (Reach::Host, _) => self.host.map_or(
                Found {
                    value: None,
                    fact: None,
                },
                of_fact,
            ),
            (Reach::Asset, _) => of_value(self.asset),
            (Reach::System, _) => of_value(self.system),
            (Reach::Org, _) => of_value(self.org),
        }
    }

    fn test(
        &self,
        path: &Path,
        value: Option<&Value>,
        op: &Op,
        element: Option<&'a Value>,
    ) -> Truth {
        let value = match value {
            Some(Value::Absent) => return absent(path, op),
            None | Some(Value::Unseen(_)) => return unseen(path, value),
            Some(value) => value,
        };
        let wrong = || Truth::unknown("wrong-type", path.to_string());
        let operand = |operand: &Operand| self.operand(operand, element);
        let equal = |o: &Operand| match operand(o) {
            Ok(other) => same(value, &other).map_or_else(wrong, Truth::of),
            Err(gap) => gap,
        };
        match op {
            Op::Exists(wanted) => Truth::of(*wanted),
            Op::Is(o) => equal(o),
            Op::IsNot(o) => equal(o).not(),
            Op::In(options) => one_of(value, options).map_or_else(wrong, Truth::of),
            Op::NotIn(options) => {
                one_of(value, options).map_or_else(wrong, |held| Truth::of(!held))
            }
            Op::AtLeast(o) => self.number(path, value, o, element, |a, b| a >= b),
            Op::AtMost(o) => self.number(path, value, o, element, |a, b| a <= b),
            Op::Between(low, high) => {
                let above = self.number(path, value, low, element, |a, b| a >= b);
                let below = self.number(path, value, high, element, |a, b| a <= b);
                match (above, below) {
                    (Truth::False, _) | (_, Truth::False) => Truth::False,
                    (Truth::True, Truth::True) => Truth::True,
                    (gap @ Truth::Unknown(_), _) | (_, gap @ Truth::Unknown(_)) => gap,
                }
            }
            Op::Matches(pattern) => self.regex(value, pattern).map_or_else(wrong, Truth::of),
            Op::NotMatches(pattern) => self
                .regex(value, pattern)
                .map_or_else(wrong, |held| Truth::of(!held)),
            Op::StartsWith(words) => match value {
                Value::Text(text) => Truth::of(text.starts_with(words.as_str())),
                Value::Bool(_) | Value::Int(_) | Value::Day(_) | Value::List(_) | Value::Map(_) => {
                    wrong()
                }
                Value::Absent | Value::Unseen(_) => wrong(),
            },
            Op::Contains(o) => match operand(o) {
                Ok(other) => contains(path, value, &other),
                Err(gap) => gap,
            },
            Op::Count(count) => self.count(path, value, count, element),
            Op::NewerThan(o) => self.age(path, value, o, element, |age, days| age <= days),
            Op::OlderThan(o) => self.age(path, value, o, element, |age, days| age > days),
            Op::SubsetOf(options) => set(path, value, options, true),
            Op::DisjointFrom(options) => set(path, value, options, false),
        }
    }

    fn operand(&self, operand: &Operand, element: Option<&'a Value>) -> Result<Value, Truth> {
        match operand {
            Operand::Literal(literal) => Ok(value_of(literal)),
            Operand::Param(name) => match self.parameters.get(name) {
                Some(parameter) => Ok(Value::Int(parameter.value)),
                None => Err(Truth::unknown("missing-fact", format!("${name}"))),
            },
            Operand::Fact(path) => match self.find(path, element).value {
                Some(Value::Absent) => Err(Truth::unknown("absent-fact", path.to_string())),
                value @ (None | Some(Value::Unseen(_))) => Err(unseen(path, value)),
                Some(value) => Ok(value.clone()),
            },
        }
    }

    fn number(
        &self,
        path: &Path,
        value: &Value,
        o: &Operand,
        element: Option<&'a Value>,
        holds: fn(i64, i64) -> bool,
    ) -> Truth {
        let other = match self.operand(o, element) {
            Ok(other) => other,
            Err(gap) => return gap,
        };
        match (as_number(value), as_number(&other)) {
            (Some(a), Some(b)) => Truth::of(holds(a, b)),
            _ => Truth::unknown("not-a-number", path.to_string()),
        }
    }

    fn age(
        &self,
        path: &Path,
        value: &Value,
        o: &Operand,
        element: Option<&'a Value>,
        holds: fn(i64, i64) -> bool,
    ) -> Truth {
        let days = match self.operand(o, element) {
            Ok(days) => days,
            Err(gap) => return gap,
        };
        match (value, as_number(&days)) {
            (Value::Day(day), Some(days)) => Truth::of(holds(self.today.days_since(*day), days)),
            _ => Truth::unknown("wrong-type", path.to_string()),
        }
    }

    fn count(
        &self,
        path: &Path,
        value: &Value,
        count: &Count,
        element: Option<&'a Value>,
    ) -> Truth {
        let Value::List(list) = value else {
            return Truth::unknown("wrong-type", path.to_string());
        };
        let length = Value::Int(i64::try_from(list.items.len()).unwrap_or(i64::MAX));
        let (truth, may_grow_true, may_grow_false) = match count {
            Count::Is(o) => (
                self.number(path, &length, o, element, |a, b| a == b),
                true,
                true,
            ),
            Count::AtLeast(o) => (
                self.number(path, &length, o, element, |a, b| a >= b),
                true,
                false,
            ),
            Count::AtMost(o) => (
                self.number(path, &length, o, element, |a, b| a <= b),
                false,
                true,
            ),
        };
        // Of an incomplete list there may be more: what more elements could turn is unknown.
        match truth {
            Truth::False if !list.complete && may_grow_true => {
                Truth::unknown("incomplete-list", path.to_string())
            }
            Truth::True if !list.complete && may_grow_false => {
                Truth::unknown("incomplete-list", path.to_string())
            }
            truth @ (Truth::True | Truth::False | Truth::Unknown(_)) => truth,
        }
    }

    fn regex(&self, value: &Value, pattern: &str) -> Option<bool> {
        let Value::Text(text) = value else {
            return None;
        };
        let compiled = self.regexes.get(pattern)?;
        let regex = compiled.get_or_init(|| Regex::new(pattern).ok());
        Some(regex.as_ref()?.is_match(text))
    }
}

fn absent(path: &Path, op: &Op) -> Truth {
    match op {
        Op::Exists(wanted) => Truth::of(!wanted),
        // Proven absent: it is not equal, not enough, not in the list.
        Op::Is(_)
        | Op::In(_)
        | Op::AtLeast(_)
        | Op::AtMost(_)
        | Op::Between(..)
        | Op::Matches(_)
        | Op::Contains(_)
        | Op::StartsWith(_)
        | Op::Count(_)
        | Op::NewerThan(_)
        | Op::OlderThan(_)
        | Op::SubsetOf(_) => Truth::False,
        // Never true by absence.
        Op::IsNot(_) | Op::NotIn(_) | Op::NotMatches(_) | Op::DisjointFrom(_) => {
            Truth::unknown("absent-fact", path.to_string())
        }
    }
}

fn unseen(path: &Path, value: Option<&Value>) -> Truth {
    match value {
        Some(Value::Unseen(why)) if why.detail.is_empty() => {
            Truth::unknown(why.code, path.to_string())
        }
        Some(Value::Unseen(why)) => Truth::unknown(why.code, format!("{path}: {}", why.detail)),
        Some(Value::Absent) => Truth::unknown("absent-fact", path.to_string()),
        None => Truth::unknown("missing-fact", path.to_string()),
        Some(
            Value::Bool(_)
            | Value::Int(_)
            | Value::Text(_)
            | Value::Day(_)
            | Value::List(_)
            | Value::Map(_),
        ) => Truth::unknown("wrong-type", path.to_string()),
    }
}

fn value_of(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Int(n) => Value::Int(*n),
        Literal::Text(t) => Value::Text(t.clone()),
    }
}

fn as_number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) => Some(*n),
        // Configurations give numbers as text.
        Value::Text(text) => text.trim().parse().ok(),
        Value::Bool(_)
        | Value::Day(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Absent
        | Value::Unseen(_) => None,
    }
}

fn same(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Int(a), Value::Int(b)) => Some(a == b),
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        (Value::Day(a), Value::Day(b)) => Some(a == b),
        (Value::Text(text), Value::Int(n)) | (Value::Int(n), Value::Text(text)) => {
            Some(text.trim().parse() == Ok(*n))
        }
        (Value::Text(text), Value::Bool(b)) | (Value::Bool(b), Value::Text(text)) => {
            Some(text.parse() == Ok(*b))
        }
        (Value::Day(day), Value::Text(text)) | (Value::Text(text), Value::Day(day)) => {
            Day::parse(text).map(|other| other == *day)
        }
        _ => None,
    }
}

fn one_of(value: &Value, options: &[Literal]) -> Option<bool> {
    let mut known = options.is_empty();
    for option in options {
        match same(value, &value_of(option)) {
            Some(true) => return Some(true),
            Some(false) => known = true,
            None => {}
        }
    }
    known.then_some(false)
}

fn contains(path: &Path, value: &Value, other: &Value) -> Truth {
    match value {
        Value::Text(text) => match other {
            Value::Text(part) => Truth::of(text.contains(part.as_str())),
            Value::Bool(_) | Value::Int(_) | Value::Day(_) | Value::List(_) | Value::Map(_) => {
                Truth::False
            }
            Value::Absent | Value::Unseen(_) => Truth::unknown("wrong-type", path.to_string()),
        },
        Value::List(list) => {
            if list
                .items
                .iter()
                .any(|item| same(item, other) == Some(true))
            {
                Truth::True
            } else if list.complete && !list.items.iter().any(|i| matches!(i, Value::Unseen(_))) {
                Truth::False
            } else {
                Truth::unknown("incomplete-list", path.to_string())
            }
        }
        Value::Bool(_)
        | Value::Int(_)
        | Value::Day(_)
        | Value::Map(_)
        | Value::Absent
        | Value::Unseen(_) => Truth::unknown("wrong-type", path.to_string()),
    }
}

/// Subset (`inside`) or disjoint: one element that breaks it suffices; that none does needs the whole list.
fn set(path: &Path, value: &Value, options: &[Literal], inside: bool) -> Truth {
    let Value::List(list) = value else {
        return Truth::unknown("wrong-type", path.to_string());
    };
    let mut unsure = !list.complete;
    for item in &list.items {
        match one_of(item, options) {
            Some(held) if held != inside => return Truth::False,
            Some(_) => {}
            None => unsure = true,
        }
    }
    if unsure {
        Truth::unknown("incomplete-list", path.to_string())
    } else {
        Truth::True
    }
}

fn element_name(of: &Path, item: &Value, index: usize) -> String {
    let named = match item {
        Value::Map(map) => ["name", "id", "user", "path"]
            .iter()
            .find_map(|key| map.get(key))
            .map(Value::shown),
        Value::Text(text) => Some(text.clone()),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Day(_)
        | Value::List(_)
        | Value::Absent
        | Value::Unseen(_) => None,
    };
    format!("{of}[{}]", named.unwrap_or_else(|| index.to_string()))
}

fn actual(path: &Path, found: &Found<'_>, element: Option<&str>) -> Actual {
    let path: FactPath = match (element.filter(|_| path.reach == Reach::Here), found.fact) {
        (Some(element), _) if path.key.is_empty() => element.to_owned().into(),
        (Some(element), _) => format!("{element}.{}", path.key).into(),
        (None, Some(fact)) if path.reach == Reach::Here => fact.path.clone(),
        (None, _) => path.to_string().into(),
    };
    Actual {
        path,
        value: found.value.cloned(),
        origin: found.fact.map(|f| f.origin),
        place: found.fact.and_then(|f| f.place.clone()),
    }
}
