//! A root and the collection of it must say the same: facts of both, side by side.

use std::collections::BTreeMap;

use capdo::model::{Collected, Seen, Value};

/// What the collection says otherwise than the root. It may not see what no piece names, and must say so; it may
/// never say anything else.
pub(crate) fn differences(root: &Collected, again: &Collected) -> Vec<String> {
    let mut wrong = Vec::new();
    let sights = |c: &Collected| -> BTreeMap<String, Seen> {
        c.sights
            .iter()
            .map(|s| (s.kind.to_string(), s.seen.clone()))
            .collect()
    };
    let (saw, sees) = (sights(root), sights(again));
    // The database of rpm has no form in a plan: what rests on packages is then not seen, for reasons of many kinds.
    let no_packages = matches!(sees.get("packages"), Some(Seen::Not(_)));
    let unseen = |kind: &str| matches!(sees.get(kind), Some(Seen::Not(r)) if no_packages || unplanned(&r.code, &r.detail));
    let not_told = |value: &Value| not_told(value, no_packages);
    for (kind, seen) in &saw {
        if sees.get(kind) != Some(seen) && !unseen(kind) {
            wrong.push(format!("{kind}: {seen:?}, then {:?}", sees.get(kind)));
        }
    }
    for subject in &root.subjects {
        let Some(other) = again.subjects.iter().find(|s| s.id == subject.id) else {
            if !unseen(&subject.kind) {
                wrong.push(format!("{}: then not there", subject.id));
            }
            continue;
        };
        if subject.other != other.other {
            wrong.push(format!("{}: other lines differ", subject.id));
        }
        for path in subject.facts.keys().chain(other.facts.keys()) {
            match (subject.facts.get(path), other.facts.get(path)) {
                (Some(fact), Some(then)) if fact == then => {}
                (_, Some(then)) if not_told(&then.value) => {}
                (fact, then) => {
                    wrong.push(format!("{}.{path}: {fact:?}, then {then:?}", subject.id))
                }
            }
        }
    }
    for subject in &again.subjects {
        if !root.subjects.iter().any(|s| s.id == subject.id) {
            wrong.push(format!("{}: only then there", subject.id));
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn not_told(value: &Value, no_packages: bool) -> bool {
    match value {
        Value::Unseen(why) => no_packages || unplanned(why.code, &why.detail),
        // A list is whole, or says that it is not.
        Value::List(list) => {
            (no_packages && !list.complete) || list.items.iter().any(|v| not_told(v, no_packages))
        }
        Value::Map(map) => map.iter().any(|(_, v)| not_told(v, no_packages)),
        Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Day(_) | Value::Absent => false,
    }
}

fn unplanned(code: &str, detail: &str) -> bool {
    code == "not-collected" || detail.contains("not in the collection plan")
}
