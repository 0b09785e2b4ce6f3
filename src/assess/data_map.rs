//! The data map: what the collectors recognised as personal data, counted by place.

use std::collections::BTreeMap;

use super::Judged;
use crate::model::{AssetKind, DataPlace, Finding, ORG, ResultWord, Subject, Value};

/// Classes that are sensitive in themselves, where the collector does not say (NĐ 356/2025 Art. 4: d, h, k).
const SENSITIVE: [&str; 4] = ["gps", "bank", "card", "health"];

/// The most that are told of one place.
const MAX_READERS: usize = 30;

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
        let subjects = &judged.collected.subjects;
        // Where operations give them, the fields of a description are told there.
        let operations = subjects.iter().any(|s| &*s.kind == "api-operation");
        for subject in subjects {
            if operations && &*subject.kind == "api-field" {
                continue;
            }
            for seen in seen(subject) {
                add(&mut map, judged, subject, &seen, &failing);
            }
        }
    }
    let roles = roles(assets);
    for place in map.values_mut().filter(|p| p.kind == AssetKind::Schema) {
        let of_it = roles
            .iter()
            .filter(|(system, _)| *system == place.system || *system == ORG);
        place.readers.extend(of_it.map(|(_, code)| code.clone()));
    }
    map.into_values().collect()
}

/// What matrices of roles say: of which system, how many roles, how many of them may export.
fn roles(assets: &[Judged]) -> Vec<(&str, String)> {
    let mut out = Vec::new();
    for judged in assets {
        for subject in &judged.collected.subjects {
            let number = |path: &str| match subject.facts.get(path).map(|f| &f.value) {
                Some(Value::Int(n)) => Some(*n),
                Some(_) | None => None,
            };
            if &*subject.kind == "role-matrix"
                && let (Some(all), Some(exporting)) = (number("rows"), number("exporting"))
            {
                let code = format!("roles:{all}:{exporting}");
                out.extend(judged.systems.iter().map(|s| (s.as_str(), code.clone())));
            }
        }
    }
    out
}

/// A field that holds personal data.
struct Field {
    place: String,
    class: String,
    party: String,
    sensitive: Option<bool>,
    /// `None`: not known.
    protected: Option<bool>,
    /// Who can see it; `None`: not known.
    readers: Option<Vec<String>>,
}

fn seen(subject: &Subject) -> Vec<Field> {
    if let Some(Value::List(list)) = subject.facts.get("fields").map(|f| &f.value)
        && &*subject.kind == "tracking"
    {
        let mut fields = Vec::new();
        for item in &list.items {
            if let Value::Map(map) = item {
                let seen = field(subject.id.to_string(), &|key| map.get(key));
                fields.extend(seen.map(|field| Field {
                    // The page was asked for as anybody may.
                    readers: Some(vec!["anyone".into()]),
                    ..field
                }));
            }
        }
        return fields;
    }
    if &*subject.kind == "api-operation" {
        return given(subject);
    }
    // A column is `schema.table.column`, a printed field `label.field`.
    let place = subject
        .id
        .rsplit_once('.')
        .map_or(&*subject.id, |(place, _)| place);
    let get = |key: &str| subject.facts.get(key).map(|f| &f.value);
    field(place.to_owned(), &get).into_iter().collect()
}

/// What an operation gives, `class:name` each, and whether it asks who calls.
fn given(subject: &Subject) -> Vec<Field> {
    let asks = match subject.facts.get("authenticated").map(|f| &f.value) {
        Some(Value::Bool(asks)) => Some(*asks),
        Some(_) | None => None,
    };
    let reader = asks.map(|asks| if asks { "callers" } else { "anyone" });
    let Some(Value::List(list)) = subject.facts.get("personal_fields").map(|f| &f.value) else {
        return Vec::new();
    };
    let text = list.items.iter().map(Value::shown);
    let classes = text.filter_map(|t| t.split_once(':').map(|(class, _)| class.to_owned()));
    classes
        .map(|class| Field {
            place: subject.id.to_string(),
            class,
            party: "unknown".into(),
            sensitive: None,
            protected: asks,
            readers: reader.map(|r| vec![r.to_owned()]),
        })
        .collect()
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
        // A field of a description without operations: who gets it, and how, stands elsewhere.
        (None, None) if get("write_only").is_some() => None,
        (None, None) => return None,
    };
    let readers = match (get("readers"), get("exposure")) {
        (Some(Value::List(list)), _) if list.items.is_empty() => Some(vec!["owner".to_owned()]),
        (Some(Value::List(list)), _) => Some(
            list.items
                .iter()
                .map(|item| format!("grant:{}", item.shown()))
                .collect(),
        ),
        (None, Some(Value::Text(word))) => match word.as_str() {
            "coded" => Some(vec!["scan".to_owned()]),
            _ => Some(vec!["parcel".to_owned()]),
        },
        (Some(_), _) | (None, _) => None,
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
        readers,
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
        readers: Vec::new(),
        readers_unknown: false,
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
    match &field.readers {
        Some(readers) => {
            for reader in readers {
                if entry.readers.len() < MAX_READERS && !entry.readers.contains(reader) {
                    entry.readers.push(reader.clone());
                }
            }
        }
        None => entry.readers_unknown = true,
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

    fn subject(kind: &str, id: &str, facts: &[(&'static str, Value)]) -> Subject {
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
        let readers = |value: Value| {
            let column = subject(
                "column",
                "t.phone",
                &[
                    ("class", "phone".into()),
                    ("protected", "no".into()),
                    ("readers", value),
                ],
            );
            seen(&column)[0].readers.clone()
        };
        let some = Value::list([Value::from("public"), Value::from("bao_cao (v)")]);
        assert_eq!(
            readers(some).unwrap(),
            ["grant:public", "grant:bao_cao (v)"]
        );
        assert_eq!(readers(Value::list([])).unwrap(), ["owner"]);
        assert_eq!(readers(Value::unseen("not_asked", "")), None);
        let operation = |asks: Value| {
            let operation = subject(
                "api-operation",
                "GET /don",
                &[
                    (
                        "personal_fields",
                        Value::list([Value::from("phone:sdt"), Value::from("gps:lat")]),
                    ),
                    ("authenticated", asks),
                ],
            );
            let seen = seen(&operation);
            assert_eq!(seen.len(), 2);
            (seen[0].protected, seen[0].readers.clone())
        };
        let told = |reader: &str| Some(vec![reader.to_owned()]);
        assert_eq!(operation(true.into()), (Some(true), told("callers")));
        assert_eq!(operation(false.into()), (Some(false), told("anyone")));
        assert_eq!(operation(Value::unseen("not_asked", "")), (None, None));
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
