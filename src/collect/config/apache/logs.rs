//! What each request leaves behind in the access logs.

use std::collections::BTreeMap;

use super::Node;
use super::exceptions::{self, Takes};
use super::facts::put;
use crate::collect::config::settings::Settings;
use crate::model::{Place, Subject, Value};
use crate::parse::apache::words;

/// The formats of logs by their names.
pub(super) fn formats(nodes: &[Node]) -> BTreeMap<String, String> {
    nodes
        .iter()
        .filter(|n| n.name == "logformat")
        .filter_map(|n| Some((n.args.get(1)?.clone(), n.args.first()?.clone())))
        .collect()
}

/// Which fields each request leaves behind. A host with a log of its own does not write to the server's. `levels` are
/// the lines among which variables are set.
pub(super) fn logs(
    whole: &Settings,
    own: &Settings,
    formats: &BTreeMap<String, String>,
    levels: &[&[Node]],
    subject: &mut Subject,
) {
    let has_own = ["customlog", "transferlog"]
        .iter()
        .any(|n| !own.all(n).is_empty());
    let from = if has_own { own } else { whole };
    let lines = from
        .all("customlog")
        .iter()
        .chain(from.all("transferlog"))
        // This one is written to whatever a host says.
        .chain(whole.all("globallog"));
    let logs: Vec<Log> = lines
        .filter_map(|line| Log::of(&line.value, &line.place, formats))
        .collect();
    let place = logs.first().map(|log| log.place.clone());
    let judged = Judged::of(&logs, levels, whole.missing.as_deref());
    let value = match (judged.enabled, whole.missing.as_deref()) {
        (Some(true), _) => Value::Bool(true),
        (Some(false), Some(what)) => Value::unseen("include-missing", what),
        (Some(false), None) => Value::Bool(false),
        (None, _) => conditional(),
    };
    put(subject, "access_log_enabled", value, place.clone());
    let shown = judged.fields.into_iter().map(Value::from);
    let value = if judged.enabled.is_none() {
        conditional()
    } else if judged.partial {
        Value::partial_list(shown)
    } else {
        Value::list(shown)
    };
    put(subject, "access_log_fields", value, place);
}

fn conditional() -> Value {
    Value::unseen("ambiguous", "a condition of the log leaves requests out")
}

/// A log that is written to.
struct Log {
    fields: Vec<&'static str>,
    /// The name of its format is not among the files.
    unknown: bool,
    /// `env=` or `expr=`.
    condition: Option<String>,
    place: Place,
}

impl Log {
    fn of(text: &str, place: &Place, formats: &BTreeMap<String, String>) -> Option<Self> {
        let words = words(text);
        if words.first().is_none_or(|path| path == "/dev/null") {
            return None;
        }
        let is_condition = |w: &&String| w.starts_with("env=") || w.starts_with("expr=");
        let condition = words.iter().skip(1).find(is_condition).cloned();
        let nick = words.iter().skip(1).find(|w| !is_condition(w));
        let nick = nick.map_or("common", String::as_str);
        let (format, unknown) = match formats.get(nick) {
            Some(format) => (format.as_str(), false),
            None if nick == "common" => ("%h %l %u %t \"%r\" %>s %b", false),
            None if nick.contains('%') => (nick, false),
            None => ("", true),
        };
        let has = |marks: &[&str]| marks.iter().any(|m| format.contains(m));
        let fields = FIELDS.iter().filter(|(_, marks)| has(marks));
        Some(Self {
            fields: fields.map(|(field, _)| *field).collect(),
            unknown,
            condition,
            place: place.clone(),
        })
    }
}

/// What all logs of a host come to.
struct Judged {
    /// Is every request written down? Nothing where that hangs on a condition.
    enabled: Option<bool>,
    fields: Vec<&'static str>,
    partial: bool,
}

impl Judged {
    fn of(logs: &[Log], levels: &[&[Node]], missing: Option<&str>) -> Self {
        let takes = |log: &&Log| match &log.condition {
            None => Takes::All,
            Some(condition) => exceptions::takes(condition, levels, missing.is_some()),
        };
        let of = |wanted: Takes| logs.iter().filter(move |log| takes(log) == wanted);
        let all: Vec<&Log> = of(Takes::All).collect();
        if !all.is_empty() {
            let in_one = |field: &&str| all.iter().any(|log| log.fields.contains(field));
            return Self {
                enabled: Some(true),
                fields: FIELDS.iter().map(|(f, _)| *f).filter(in_one).collect(),
                partial: all.iter().any(|log| log.unknown),
            };
        }
        // Two logs of opposite conditions: each request is in one of them.
        let pair = logs.iter().find_map(|log| {
            let name = log.condition.as_deref()?.strip_prefix("env=!")?;
            let other = format!("env={name}");
            let other = logs.iter().find(|l| l.condition.as_deref() == Some(&other));
            Some((log, other?))
        });
        if let Some((one, other)) = pair {
            let in_both = |field: &&str| one.fields.contains(field) && other.fields.contains(field);
            return Self {
                enabled: Some(true),
                fields: FIELDS.iter().map(|(f, _)| *f).filter(in_both).collect(),
                partial: one.unknown || other.unknown,
            };
        }
        let some = of(Takes::Some).next().is_some();
        Self {
            enabled: if some { None } else { Some(false) },
            fields: Vec::new(),
            partial: false,
        }
    }
}

/// The fields of an access log, by the marks of `LogFormat`.
const FIELDS: [(&str, &[&str]); 5] = [
    (
        "source",
        &["%h", "%a", "%{c}a", "X-Forwarded-For", "X-Real-IP"],
    ),
    (
        "destination",
        &["%v", "%V", "%A", "%{Host}i", "%p", "%{HOST}i"],
    ),
    ("account", &["%u", "REMOTE_USER"]),
    ("time", &["%t", "%{%", "}t"]),
    ("action", &["%r", "%m", "%U"]),
];
