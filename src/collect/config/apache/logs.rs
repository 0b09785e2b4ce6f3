//! What each request leaves behind in the access logs.

use std::collections::BTreeMap;

use super::Node;
use super::facts::put;
use crate::collect::config::settings::Settings;
use crate::model::{Subject, Value};
use crate::parse::apache::words;

/// The formats of logs by their names.
pub(super) fn formats(nodes: &[Node]) -> BTreeMap<String, String> {
    nodes
        .iter()
        .filter(|n| n.name == "logformat")
        .filter_map(|n| Some((n.args.get(1)?.clone(), n.args.first()?.clone())))
        .collect()
}

/// Which fields each request leaves behind. A host with a log of its own does not write to the server's.
pub(super) fn logs(
    whole: &Settings,
    own: &Settings,
    formats: &BTreeMap<String, String>,
    subject: &mut Subject,
) {
    let has_own = ["customlog", "transferlog"]
        .iter()
        .any(|n| !own.all(n).is_empty());
    let from = if has_own { own } else { whole };
    let mut fields: Vec<&str> = Vec::new();
    let mut any = false;
    let mut place = None;
    let mut unknown = false;
    for line in from.all("customlog").iter().chain(from.all("transferlog")) {
        any = true;
        place = place.or_else(|| Some(line.place.clone()));
        let words = words(&line.value);
        let nick = words.get(1).map_or("common", String::as_str);
        let own_format = formats.get(nick).map(String::as_str);
        let format = match (own_format, nick) {
            (Some(format), _) => format,
            (None, "common") => "%h %l %u %t \"%r\" %>s %b",
            (None, nick) if nick.contains('%') => nick,
            (None, _) => {
                unknown = true;
                ""
            }
        };
        for (field, marks) in FIELDS {
            if marks.iter().any(|m| format.contains(m)) && !fields.contains(&field) {
                fields.push(field);
            }
        }
    }
    let value = match (any, whole.missing.as_deref()) {
        (false, Some(what)) => Value::unseen("include-missing", what),
        _ => any.into(),
    };
    put(subject, "access_log_enabled", value, place.clone());
    let shown = fields.into_iter().map(Value::from);
    let value = if unknown {
        Value::partial_list(shown)
    } else {
        Value::list(shown)
    };
    put(subject, "access_log_fields", value, place);
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
