//! The labels of an asset together: two that hide different parts of the same field show it whole.

use super::look::hidden_together;
use crate::model::{Fact, Place, Subject, Value};

/// The fields that are compared.
const FIELDS: [&str; 6] = [
    "recipient_name",
    "recipient_phone",
    "recipient_address",
    "sender_name",
    "sender_phone",
    "sender_address",
];

/// What the labels show together; `whole` where every label was read.
pub(super) fn set(subjects: &[Subject], whole: bool, shown: &str) -> Option<Subject> {
    let alike = |s: &Subject| match s.facts.get("alike").map(|f| &f.value) {
        Some(Value::Int(n)) => usize::try_from(*n).unwrap_or(1),
        Some(_) | None => 1,
    };
    let labels = subjects.iter().filter(|s| &*s.kind == "label");
    let labels: usize = labels.map(alike).sum();
    if labels == 0 {
        return None;
    }
    let mut set = Subject::new("label-set", "labels");
    set.place = Some(Place::new(shown, 0));
    set.put(Fact::derived(
        "labels",
        i64::try_from(labels).unwrap_or(i64::MAX),
    ));
    let mut differing = Vec::new();
    let mut unclear = !whole;
    let mut least: Option<usize> = None;
    let mut shapeless = false;
    for name in FIELDS {
        let mut looks: Vec<String> = Vec::new();
        let mut shapes: Vec<&str> = Vec::new();
        for subject in fields(subjects, name) {
            match text(subject, "exposure") {
                // A label that does not print the field at all gives nothing to put together.
                Some("absent") => {}
                Some(exposure) => {
                    let shape = text(subject, "shape");
                    shapeless |= exposure == "masked" && shape.is_none() && name.ends_with("phone");
                    shapes.extend(shape);
                    looks.push(format!(
                        "{exposure} {} {}",
                        digits(subject),
                        shape.unwrap_or_default()
                    ));
                }
                None => unclear = true,
            }
        }
        looks.sort();
        looks.dedup();
        if looks.len() > 1 {
            differing.push(Value::from(name));
        }
        if name.ends_with("phone") && shapes.len() > 1 {
            let hidden = hidden_together(shapes.into_iter());
            least = Some(least.map_or(hidden, |l| l.min(hidden)));
        }
    }
    let one = labels == 1 && whole;
    let same = match (one, differing.is_empty(), unclear) {
        (true, _, _) => Value::unseen("not_applicable", "one label"),
        (_, false, _) => false.into(),
        (_, true, true) => Value::unseen("ambiguous", "not every label was understood"),
        (_, true, false) => true.into(),
    };
    set.put(Fact::derived("same_exposure", same));
    set.put(Fact::derived("differing_fields", Value::list(differing)));
    let hidden = match least {
        Some(hidden) => i64::try_from(hidden).unwrap_or(0).into(),
        None if unclear || shapeless => {
            Value::unseen("ambiguous", "templates do not tell which digits show")
        }
        None => Value::unseen(
            "not_applicable",
            "no two labels print a masked number of one side",
        ),
    };
    set.put(Fact::derived("together_hidden_digits", hidden));
    set.put(Fact::derived(
        "protected_fields",
        protected(subjects, unclear),
    ));
    Some(set)
}

/// How many kinds of fields some label masks, codes or leaves out.
fn protected(subjects: &[Subject], unclear: bool) -> Value {
    let names = FIELDS.into_iter().chain(["contents"]);
    let hides = |s: &Subject| matches!(text(s, "exposure"), Some("masked" | "coded" | "absent"));
    let count = names
        .filter(|name| fields(subjects, name).any(hides))
        .count();
    if count == 0 && unclear {
        return Value::unseen("ambiguous", "not every label was understood");
    }
    i64::try_from(count).unwrap_or(0).into()
}

fn fields<'a>(subjects: &'a [Subject], name: &'a str) -> impl Iterator<Item = &'a Subject> {
    subjects.iter().filter(move |s| {
        let id = s.id.split(['@', '#']).next().unwrap_or_default();
        &*s.kind == "label-field" && id.rsplit('.').next() == Some(name)
    })
}

fn text<'a>(subject: &'a Subject, path: &str) -> Option<&'a str> {
    match subject.facts.get(path).map(|f| &f.value) {
        Some(Value::Text(text)) => Some(text),
        Some(_) | None => None,
    }
}

fn digits(subject: &Subject) -> String {
    match subject.facts.get("hidden_digits").map(|f| &f.value) {
        Some(Value::Int(n)) => n.to_string(),
        Some(_) | None => String::new(),
    }
}
