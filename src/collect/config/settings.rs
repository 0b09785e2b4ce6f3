//! Lines of a program that has one value for each name: which counts, which others tried, its own where all are silent.

use std::collections::BTreeMap;

use super::secrets;
use super::tree::Tree;
use crate::model::{Fact, FactPath, Origin, Place, Sensitivity, Subject, Value};

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) value: String,
    pub(super) place: Place,
}

/// The lines of one program, in the order in which it reads them: the last one counts.
#[derive(Debug, Default, Clone)]
pub(super) struct Settings {
    lines: BTreeMap<String, Vec<Line>>,
    /// Lines that a file which is not here may hold: where it is silent, nothing is known.
    pub(super) missing: Option<String>,
}

impl Settings {
    /// No lines yet, where a file is missing or none is.
    pub(super) fn without(missing: Option<String>) -> Self {
        Self {
            missing,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, name: impl Into<String>, value: impl Into<String>, place: Place) {
        self.lines.entry(name.into()).or_default().push(Line {
            value: value.into(),
            place,
        });
    }

    /// Takes back what lines before said.
    pub(super) fn forget(&mut self, name: &str) {
        self.lines.remove(name);
    }

    /// All lines of a name that has many.
    pub(super) fn all(&self, name: &str) -> &[Line] {
        self.lines.get(name).map_or(&[], Vec::as_slice)
    }

    /// The line that counts.
    pub(super) fn line(&self, name: &str) -> Option<&Line> {
        self.lines.get(name).and_then(|lines| lines.last())
    }

    /// The value that counts.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.line(name).map(|line| line.value.as_str())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.lines.keys().map(String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Puts every name: the line that counts as set, the others as shadowed; the program's own values where no line
    /// speaks. `many` are names whose lines all count.
    pub(super) fn put_all(
        &self,
        subject: &mut Subject,
        own: &[(&'static str, &'static str)],
        many: &[&str],
    ) {
        for (name, lines) in &self.lines {
            let secret = is_secret(name);
            if many.contains(&name.as_str()) {
                let Some(first) = lines.first() else { continue };
                let values = lines.iter().map(|l| shown(name, &l.value));
                subject.put(Fact::set(name.clone(), Value::list(values)).at(first.place.clone()));
                continue;
            }
            for (nth, line) in lines.iter().enumerate() {
                let origin = if nth + 1 == lines.len() {
                    Origin::Set
                } else {
                    Origin::Shadowed
                };
                let hidden = secret || holds_secret(name, &line.value);
                let sensitivity = if hidden && !line.value.is_empty() {
                    Sensitivity::Secret("value")
                } else {
                    Sensitivity::Public
                };
                let fact = Fact::new(name.clone(), line.value.as_str(), origin, sensitivity);
                subject.put(fact.at(line.place.clone()));
            }
        }
        for (name, value) in own {
            if self.lines.contains_key(*name) {
                continue;
            }
            subject.put(match &self.missing {
                Some(what) => Fact::derived(*name, Value::unseen("include-missing", what.as_str())),
                None if many.contains(name) => {
                    Fact::default_of(*name, Value::list([Value::from(*value)]))
                }
                None => Fact::default_of(*name, *value),
            });
        }
    }

    /// Puts a conclusion from the value of `name`, at its line; `own` is the program's value.
    pub(super) fn conclude(
        &self,
        subject: &mut Subject,
        path: impl Into<FactPath>,
        name: &str,
        own: &str,
        value: impl Fn(&str) -> Option<Value>,
    ) {
        let read = |text: &str| value(text).unwrap_or_else(|| Value::unseen("ambiguous", name));
        subject.put(match (self.line(name), &self.missing) {
            (Some(line), _) => Fact::derived(path, read(&line.value)).at(line.place.clone()),
            (None, Some(what)) => {
                Fact::derived(path, Value::unseen("include-missing", what.as_str()))
            }
            (None, None) => Fact::derived(path, read(own)),
        });
    }
}

/// Does the name say that its value is a secret?
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "password",
        "passwd",
        "secret",
        "requirepass",
        "masterauth",
        "primaryauth",
        "token",
        "apikey",
        "api_key",
        "api-key",
    ]
    .iter()
    .any(|word| name.ends_with(word))
}

fn shown(name: &str, value: &str) -> Value {
    if is_secret(name) || holds_secret(name, value) {
        let fact = Fact::new("v", value, Origin::Set, Sensitivity::Secret("value"));
        return fact.value;
    }
    Value::from(value)
}

/// Does the line hold a secret, whatever its name is?
pub(super) fn holds_secret(name: &str, value: &str) -> bool {
    // Most hold nothing that could name one: nothing more is looked for then.
    if !secrets::may_be(&format!("{name}={value}")) {
        return false;
    }
    // A value may hold names and values of its own: `SetEnv A x password: y`.
    secrets::says_one(value)
        || ["=", " "].iter().any(|sign| {
            !secrets::scan(&format!("{name}{sign}{value}"), secrets::Look::Config).is_empty()
        })
}

/// `on`, `true`, `1`, `yes` and their opposites.
pub(super) fn on(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" | "true" | "1" | "yes" => Some(true),
        "off" | "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// The same as a value.
pub(super) fn on_value(text: &str) -> Option<Value> {
    on(text).map(Value::Bool)
}

/// Is this an address that only this machine reaches?
pub(super) fn is_loopback(address: &str) -> bool {
    let address = address.trim().trim_start_matches('[').trim_end_matches(']');
    address == "localhost"
        || address == "::1"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// The first thing that no reader understood becomes what the types say; all of them stand in the summary.
pub(super) fn told(tree: &mut Tree<'_>, path: &str, line: u32, what: &str) {
    let place = tree.place(path, line);
    tree.problems.push((place, what.to_owned()));
}
