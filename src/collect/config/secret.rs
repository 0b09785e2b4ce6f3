//! Subjects of secrets in clear: one for each, and one for each class of which there is none.

use std::collections::BTreeMap;

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

/// A secret that the control of its own program tells too, by the name that it stands behind: the secret says which
/// subject that is. Neither yields: each may be asked for alone, and the one has the line, the other the program.
pub(super) fn refer(subjects: &mut [Subject]) {
    let mut owners: BTreeMap<String, Vec<(String, Vec<String>)>> = BTreeMap::new();
    let others = subjects
        .iter()
        .filter(|s| !TYPES.contains(&&*s.kind))
        .filter_map(|s| {
            let file = s.place.as_ref()?.file.to_string();
            let names: Vec<String> = NAMED
                .iter()
                .filter_map(|path| s.facts.get(path))
                .filter_map(|fact| match &fact.value {
                    Value::List(list) => Some(&list.items),
                    Value::Bool(_)
                    | Value::Int(_)
                    | Value::Text(_)
                    | Value::Day(_)
                    | Value::Map(_)
                    | Value::Absent
                    | Value::Unseen(_) => None,
                })
                .flatten()
                .map(|item| item.shown().to_lowercase())
                .collect();
            (!names.is_empty()).then(|| (file, (s.id.to_string(), names)))
        });
    for (file, owner) in others {
        owners.entry(file).or_default().push(owner);
    }
    for secret in subjects.iter_mut().filter(|s| TYPES.contains(&&*s.kind)) {
        let Some(place) = secret.place.clone() else {
            continue;
        };
        let key = name_of(&secret.id).to_lowercase();
        let also: Vec<Value> = owners
            .get(&*place.file)
            .into_iter()
            .flatten()
            .filter(|(_, names)| names.iter().any(|name| is_same(name, &key)))
            .map(|(id, _)| Value::from(id.as_str()))
            .collect();
        secret.put(Fact::derived("also", Value::list(also)).at(place));
    }
}

/// What a secret stands behind: `secret[file:NAME]`, with a number where there are more of the name.
fn name_of(id: &str) -> &str {
    let inner = id.split(']').next().unwrap_or(id);
    inner.rsplit(':').next().unwrap_or(inner)
}

/// `spring.datasource.password` and `password` are one.
fn is_same(long: &str, key: &str) -> bool {
    let last = |text: &str| {
        let part = text.rsplit(['.', ':']).next().unwrap_or(text);
        part.replace(['_', '-'], "")
    };
    !key.is_empty() && (long == key || last(long) == last(key))
}

/// Facts in which programs name what holds a secret.
const NAMED: [&str; 4] = [
    "secret_keys",
    "secret_variables",
    "values_in_clear",
    "plain_passwords",
];
