//! The small parts of OSCAL: identifiers, tokens, texts that its schema takes.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::report::common::{VALUE_CHARS, short};

/// The version of OSCAL that we write.
pub(super) const VERSION: &str = "1.1.2";

/// Where our properties have their meaning.
const NAMESPACE: &str = "https://capdo.example/ns/oscal";

/// Version 5, over the kind of thing and our id of it.
pub(super) fn uuid(kind: &str, id: &str) -> String {
    let home = Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes());
    Uuid::new_v5(&home, format!("{kind}\n{id}").as_bytes()).to_string()
}

/// A property of ours.
pub(super) fn prop(key: &str, value: &str) -> Value {
    json!({ "name": key, "ns": NAMESPACE, "value": short_or(value, "-") })
}

/// One line that is not empty and has no space at its ends.
pub(super) fn short_or(text: &str, otherwise: &str) -> String {
    let shown = short(text, VALUE_CHARS);
    match shown.trim() {
        "" if otherwise.trim().is_empty() => "-".to_owned(),
        "" => short(otherwise, VALUE_CHARS).trim().to_owned(),
        shown => shown.to_owned(),
    }
}

/// A title.
pub(super) fn name(text: &str) -> String {
    short_or(text, "-")
}

/// A token: it begins with a letter or an underscore, and holds letters, digits and `-_.`.
pub(super) fn token(id: &str) -> String {
    let mut token: String = id
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '_'
            }
        })
        .collect();
    if !token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        token.insert(0, '_');
    }
    token
}

/// The objective of a requirement: the part of the catalogue that findings are of.
pub(super) fn objective(requirement: &str) -> String {
    format!("{}_obj", token(requirement))
}

/// A moment with its zone; the first of all moments where it is none.
pub(super) fn moment(text: &str) -> String {
    text.parse::<Timestamp>().unwrap_or_default().to_string()
}
