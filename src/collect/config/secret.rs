//! Subjects of secrets in clear: one for each, and one for each class of which there is none.

use super::secrets::Class;
use super::tree::Tree;
use crate::model::{Collected, Fact, Reason, Seen, Subject, Value};

pub(super) const TYPES: &[&str] = &[
    "secret-private-key",
    "secret-cloud-key",
    "secret-token",
    "secret-connection",
    "secret-password",
];

/// Adds what was found while the tree was walked.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    for (path, hit) in &tree.secrets {
        let name = if hit.key.is_empty() {
            hit.kind
        } else {
            &hit.key
        };
        let id = format!("secret[{}:{name}]", path.trim_start_matches('/'));
        let place = tree.place(path, hit.line);
        let mut subject = Subject::new(hit.class.subject(), id).at(place.clone());
        for (path, value) in [
            ("class", Value::from(hit.class.word())),
            ("found", true.into()),
            ("kind", hit.kind.into()),
            ("mask", hit.mask.as_str().into()),
        ] {
            subject.put(Fact::derived(path, value).at(place.clone()));
        }
        out.subjects.push(subject);
    }
    let seen = if let Some((file, why)) = tree.unreadable.first() {
        Seen::Not(Reason::new("unreadable", format!("{file}: {why}")))
    } else if let Some(file) = tree.not_searched.first() {
        Seen::Not(Reason::new(
            "too-large",
            format!("{file}: lines that are too long"),
        ))
    } else if tree.truncated {
        Seen::Not(Reason::new("too-large", "more files than are looked at"))
    } else {
        Seen::Whole
    };
    let aside = i64::try_from(tree.set_aside).unwrap_or(i64::MAX);
    for class in Class::ALL {
        if tree.secrets.iter().any(|(_, hit)| hit.class == class) {
            continue;
        }
        let mut subject = Subject::new(class.subject(), format!("secret.none[{}]", class.word()));
        subject.put(Fact::derived("class", class.word()));
        subject.put(Fact::derived(
            "found",
            match &seen {
                Seen::Not(why) => Value::unseen("unreadable", why.detail.clone()),
                Seen::Whole | Seen::Absent(_) => Value::Bool(false),
            },
        ));
        subject.put(Fact::derived("set_aside", Value::Int(aside)));
        out.subjects.push(subject);
    }
    for kind in TYPES {
        out.saw(kind, seen.clone());
    }
}
