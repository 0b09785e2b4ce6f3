//! The data map: what the collectors recognised as personal data, counted by place.

use std::collections::BTreeMap;

use super::Judged;
use crate::model::{DataPlace, Finding, ResultWord, Subject, Value};

/// Classes that are sensitive in themselves, where the collector does not say (NĐ 356/2025 Art. 4: d, h, k).
const SENSITIVE: [&str; 4] = ["gps", "bank", "card", "health"];

/// Ids of failing findings by asset and subject.
type Failing<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

/// The map of all assets, sorted.
pub(super) fn of(assets: &[Judged], findings: &[Finding]) -> Vec<DataPlace> {
    let mut failing: Failing<'_> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.result == ResultWord::Fail) {
        let at = (finding.asset.as_str(), finding.subject.as_str());
        failing.entry(at).or_default().push(&finding.id);
    }
    let mut map: BTreeMap<Vec<String>, DataPlace> = BTreeMap::new();
    for judged in assets {
        for subject in &judged.collected.subjects {
            for seen in seen(subject) {
                add(&mut map, judged, subject, &seen, &failing);
            }
        }
    }
    map.into_values().collect()
}

/// A field that holds personal data.
struct Field {
    place: String,
    class: String,
    party: String,
    sensitive: Option<bool>,
    /// `None`: not known.
    protected: Option<bool>,
}

fn seen(subject: &Subject) -> Vec<Field> {
    if let Some(Value::List(list)) = subject.facts.get("fields").map(|f| &f.value)
        && &*subject.kind == "tracking"
    {
        let mut fields = Vec::new();
        for item in &list.items {
            if let Value::Map(map) = item {
                fields.extend(field(subject.id.to_string(), &|key| map.get(key)));
            }
        }
        return fields;
    }
    // A column is `schema.table.column`, a printed field `label.field`.
    let place = subject
        .id
        .rsplit_once('.')
        .map_or(&*subject.id, |(place, _)| place);
    let get = |key: &str| subject.facts.get(key).map(|f| &f.value);
    field(place.to_owned(), &get).into_iter().collect()
}

fn field<'a>(place: String, get: &dyn Fn(&str) -> Option<&'a Value>) -> Option<Field> {
    let text = |key: &str| match get(key) {
        Some(Value::Text(text)) => Some(text.as_str()),
        Some(_) | None => None,
    };
    let class = text("class").filter(|class| *class != "none")?;
    let protected = match (get("protected"), get("exposure")) {
        (Some(Value::Text(word)), _) => match word.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        (None, Some(Value::Text(word))) => match word.as_str() {
            "full" => Some(false),
            "absent" => return None,
            _ => Some(true),
        },
        (Some(_), _) | (None, Some(_)) => None,
        (None, None) => return None,
    };
    Some(Field {
        place,
        class: class.to_owned(),
        party: text("party").unwrap_or("unknown").to_owned(),
        sensitive: match get("sensitive") {
            Some(Value::Bool(sensitive)) => Some(*sensitive),
            Some(_) | None => None,
        },
        protected,
    })
}

fn add(
    map: &mut BTreeMap<Vec<String>, DataPlace>,
    judged: &Judged,
    subject: &Subject,
    field: &Field,
    failing: &Failing<'_>,
) {
    let system = judged.systems.first().cloned().unwrap_or_default();
    let asset = judged.asset.id.clone();
    let key = [&system, &asset, &field.place, &field.class, &field.party].map(Clone::clone);
    let entry = map.entry(key.to_vec()).or_insert_with(|| DataPlace {
        system,
        asset,
        kind: judged.asset.kind,
        place: field.place.clone(),
        class: field.class.clone(),
        party: field.party.clone(),
        sensitive: false,
        protected: 0,
        open: 0,
        unknown: 0,
        findings: Vec::new(),
    });
    entry.sensitive |= field
        .sensitive
        .unwrap_or_else(|| SENSITIVE.contains(&field.class.as_str()));
    match field.protected {
        Some(true) => entry.protected += 1,
        Some(false) => entry.open += 1,
        None => entry.unknown += 1,
    }
    let touching = failing.get(&(entry.asset.as_str(), &*subject.id));
    for id in touching.into_iter().flatten() {
        if !entry.findings.iter().any(|known| known == id) {
            entry.findings.push((*id).to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fact;

    fn subject(kind: &str, id: &str, facts: &[(&str, Value)]) -> Subject {
        let mut subject = Subject::new(kind, id);
        for (path, value) in facts {
            subject.put(Fact::derived(*path, value.clone()));
        }
        subject
    }

    #[test]
    fn columns_fields_and_pages() {
        let column = subject(
            "column",
            "public.orders.phone",
            &[
                ("class", "phone".into()),
                ("party", "sender".into()),
                ("protected", "no".into()),
            ],
        );
        let [field] = &seen(&column)[..] else {
            panic!()
        };
        assert_eq!(
            (field.place.as_str(), field.protected),
            ("public.orders", Some(false))
        );
        let absent = subject(
            "label-field",
            "a.zpl.recipient_name",
            &[("class", "name".into()), ("exposure", "absent".into())],
        );
        assert!(seen(&absent).is_empty());
        let unseen = subject(
            "label-field",
            "a.zpl.recipient_name",
            &[
                ("class", "name".into()),
                ("exposure", Value::unseen("ambiguous", "")),
            ],
        );
        assert_eq!(seen(&unseen)[0].protected, None);
        let none = subject(
            "column-other",
            "t.id",
            &[("class", "none".into()), ("protected", "no".into())],
        );
        assert!(seen(&none).is_empty());
        let page = [
            ("class", Value::from("name")),
            ("exposure", Value::from("masked")),
        ];
        let page = subject(
            "tracking",
            "x:443",
            &[("fields", Value::list([Value::map(page)]))],
        );
        assert_eq!(
            (seen(&page)[0].place.as_str(), seen(&page)[0].protected),
            ("x:443", Some(true))
        );
    }
}
