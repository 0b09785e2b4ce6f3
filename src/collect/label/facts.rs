//! Subjects of a label: one for each printed field, one for the label.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::model::{Fact, Place, Subject, Value};
use crate::privacy::masks::Exposure;
use crate::privacy::{Class, Party};

use super::look::Look;
use super::payload::Link;
use super::profile::Profile;
use super::read::{Field, Label, Medium, kind_of};
use super::taken::Taken;

/// The fields of which the letter speaks.
const MAIN: [(Party, Class); 7] = [
    (Party::Recipient, Class::Name),
    (Party::Recipient, Class::Phone),
    (Party::Recipient, Class::Address),
    (Party::Sender, Class::Name),
    (Party::Sender, Class::Phone),
    (Party::Sender, Class::Address),
    (Party::Unknown, Class::Contents),
];

/// So many labels of one file stand each for itself; of more, those that look alike stand once.
const MANY: usize = 50;

/// The subjects of the labels of one file, with ids that begin with `id`.
pub(super) fn all(labels: &[Label], id: &str, file: &str, profile: &Profile) -> Vec<Subject> {
    if let [label] = labels {
        return subjects(label, id, file, profile, 1);
    }
    let numbered = labels.iter().zip(1_u32..);
    let kept: Vec<(u32, &Label, u32)> = match labels.len() > MANY {
        false => numbered.map(|(label, n)| (n, label, 1)).collect(),
        true => {
            let mut looks: HashMap<Label, usize> = HashMap::new();
            let mut kept: Vec<(u32, &Label, u32)> = Vec::new();
            for (label, n) in numbered {
                match looks.entry(label.without_lines()) {
                    Entry::Occupied(at) => {
                        if let Some((.., alike)) = kept.get_mut(*at.get()) {
                            *alike += 1;
                        }
                    }
                    Entry::Vacant(free) => {
                        free.insert(kept.len());
                        kept.push((n, label, 1));
                    }
                }
            }
            kept
        }
    };
    kept.into_iter()
        .flat_map(|(n, label, alike)| subjects(label, &format!("{id}[{n}]"), file, profile, alike))
        .collect()
}

/// The subjects of one label, which stands for `alike` labels.
fn subjects(label: &Label, id: &str, file: &str, profile: &Profile, alike: u32) -> Vec<Subject> {
    let mut out: Vec<Subject> = Vec::new();
    let mut taken = Taken::default();
    for field in &label.fields {
        let prefix = match field.medium {
            Medium::Text => "",
            Medium::Qr => "qr_",
            Medium::Barcode => "barcode_",
        };
        let name = kind_of(field);
        let name = if name.is_empty() {
            "field".to_owned()
        } else {
            name
        };
        let full = taken.free(&format!("{id}.{prefix}{name}"));
        out.push(subject(field, &full, file, profile));
    }
    for (party, class) in MAIN {
        if !printed(label, party, class) {
            out.push(not_printed(label, party, class, id, file));
        }
    }
    out.push(whole(label, id, file, alike));
    out
}

fn printed(label: &Label, party: Party, class: Class) -> bool {
    label.fields.iter().any(|f| {
        f.class == class
            && f.medium == Medium::Text
            && (f.party == party || class == Class::Contents)
    })
}

fn subject(field: &Field, id: &str, file: &str, profile: &Profile) -> Subject {
    let place = Place::new(file, field.line);
    let mut subject = Subject::new("label-field", id).at(place.clone());
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(place.clone()))
    };
    put("class", field.class.word().into());
    put("party", field.party.word().into());
    put("exposure", field.exposure.word().into());
    put("medium", field.medium.word().into());
    if field.class == Class::Phone {
        let (hidden, visible) = match (field.digits, field.exposure) {
            (Some((hidden, visible)), _) => (i64::from(hidden).into(), i64::from(visible).into()),
            (None, Exposure::Coded | Exposure::Absent) => (not_applicable(), not_applicable()),
            (None, Exposure::Masked | Exposure::Full) => (uncounted(), uncounted()),
        };
        put("hidden_digits", hidden);
        put("visible_digits", visible);
    }
    if field.class == Class::None {
        return subject;
    }
    let look = field
        .look
        .as_ref()
        .filter(|_| field.exposure == Exposure::Masked);
    if let Some(look) = look {
        put("hidden_percent", i64::from(look.hidden_percent()).into());
        put("shape", look.shape.as_str().into());
        if field.class == Class::Address {
            put("shows_house", look.house.into());
        }
    } else if field.exposure == Exposure::Masked {
        for path in ["hidden_percent", "shape", "shows_house"] {
            put(path, uncounted());
        }
    }
    put(
        "within_profile",
        match profile.holds(
            field.class,
            field.exposure,
            field.look.as_ref().or(counted(field).as_ref()),
        ) {
            Some(holds) => holds.into(),
            None if MASKED.contains(&field.class) => uncounted(),
            None => Value::unseen("not_applicable", "the profile says nothing of this class"),
        },
    );
    put("profile", profile.name.into());
    subject
}

/// Of a template that cuts or pads digits only their numbers are known.
fn counted(field: &Field) -> Option<Look> {
    let (hidden, visible) = field.digits?;
    Some(Look {
        hidden,
        visible,
        ..Look::default()
    })
}

/// Classes of which a profile says how much is hidden.
const MASKED: [Class; 3] = [Class::Name, Class::Phone, Class::Address];

fn not_applicable() -> Value {
    Value::unseen("not_applicable", "no digits are printed")
}

fn uncounted() -> Value {
    Value::unseen(
        "ambiguous",
        "the template does not tell how many digits its filter hides",
    )
}

/// A main field that was not found: not printed where the whole label was understood.
fn not_printed(label: &Label, party: Party, class: Class, id: &str, file: &str) -> Subject {
    let name = if class == Class::Contents {
        "contents".to_owned()
    } else {
        format!("{}_{}", party.word(), class.word())
    };
    let place = Place::new(file, 0);
    let mut subject = Subject::new("label-field", format!("{id}.{name}")).at(place.clone());
    let other = label.fields.iter().any(|f| {
        f.class == class
            && f.medium == Medium::Text
            && matches!(f.party, Party::Unknown | Party::Customer)
    });
    let exposure = match label.unknown.first() {
        _ if other => Value::unseen("ambiguous", "the label does not tell whose it is"),
        Some(unknown) => Value::unseen("ambiguous", format!("not understood: {unknown}")),
        None => Exposure::Absent.word().into(),
    };
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(place.clone()))
    };
    put("class", class.word().into());
    put("party", party.word().into());
    put("medium", Medium::Text.word().into());
    if class == Class::Phone {
        let digits = match &exposure {
            Value::Unseen(_) => uncounted(),
            Value::Text(_)
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Day(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Absent => not_applicable(),
        };
        put("hidden_digits", digits.clone());
        put("visible_digits", digits);
    }
    put("exposure", exposure);
    subject
}

fn whole(label: &Label, id: &str, file: &str, alike: u32) -> Subject {
    let place = Place::new(file, 0);
    let mut subject = Subject::new("label", id).at(place.clone());
    let whole = label.unknown.is_empty();
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(place.clone()))
    };
    let printed: Vec<&Field> = label
        .fields
        .iter()
        .filter(|f| f.class != Class::None && f.medium == Medium::Text)
        .collect();
    let fields = printed
        .iter()
        .map(|f| format!("{}: {}", kind_of(f), f.exposure.word()));
    put("fields", list(fields, whole));
    let full = printed.iter().filter(|f| f.exposure == Exposure::Full);
    put("full_fields", list(full.map(|f| kind_of(f)), whole));
    put("qr_payload", list(payloads(label, Medium::Qr), whole));
    put(
        "barcode_payload",
        list(payloads(label, Medium::Barcode), whole),
    );
    put(
        "codes",
        i64::try_from(label.payloads.len())
            .unwrap_or(i64::MAX)
            .into(),
    );
    put("code_personal", code_personal(label));
    let mut kinds: Vec<&str> = label.code_kinds.clone();
    kinds.sort_unstable();
    kinds.dedup();
    put(
        "code_kinds",
        list(kinds.into_iter().map(str::to_owned), !label.hidden_codes),
    );
    let link = |l: &Link| {
        let fact = |b: bool| Value::Bool(b);
        Value::map([
            ("expires", fact(l.expires)),
            ("signed", fact(l.signed)),
            ("print", fact(l.print)),
        ])
    };
    let links: Vec<Value> = label.links.iter().take(50).map(link).collect();
    // A placeholder or code that was not understood may be an address.
    put(
        "links",
        if whole && !label.hidden_codes {
            Value::list(links)
        } else {
            Value::partial_list(links)
        },
    );
    put("cod_with_full_contact", cod(label, whole));
    put("unknown", list(label.unknown.iter().cloned(), true));
    put("understood", whole.into());
    put("template", label.template.into());
    if alike > 1 {
        put("alike", i64::from(alike).into());
    }
    subject
}

/// A list without neighbours that are alike; of a label not understood there may be more.
fn list(items: impl Iterator<Item = String>, whole: bool) -> Value {
    let mut items: Vec<Value> = items.take(200).map(Value::from).collect();
    items.dedup();
    if whole {
        Value::list(items)
    } else {
        Value::partial_list(items)
    }
}

fn payloads(label: &Label, medium: Medium) -> impl Iterator<Item = String> {
    label
        .payloads
        .iter()
        .filter(move |(m, _)| *m == medium)
        .map(|(_, kind)| kind.clone())
}

/// Does a QR code or barcode carry personal data in clear?
fn code_personal(label: &Label) -> Value {
    let carries = label.fields.iter().any(|f| {
        f.medium != Medium::Text
            && !matches!(f.class, Class::None | Class::Credential)
            && matches!(f.exposure, Exposure::Full | Exposure::Masked)
    });
    if carries {
        return true.into();
    }
    if label.hidden_codes {
        return Value::unseen("ambiguous", "a picture may hold a code that was not read");
    }
    if label.payloads.iter().any(|(_, k)| k == "unknown") {
        return Value::unseen("ambiguous", "the payload of a code was not understood");
    }
    false.into()
}

/// The amount to collect beside a full telephone number and a full name.
fn cod(label: &Label, whole: bool) -> Value {
    let full = |class: Class| {
        label.fields.iter().any(|f| {
            f.class == class
                && f.exposure == Exposure::Full
                && f.medium == Medium::Text
                && f.party != Party::Sender
        })
    };
    if full(Class::Cod) && full(Class::Phone) && full(Class::Name) {
        return true.into();
    }
    if whole {
        false.into()
    } else {
        Value::unseen("ambiguous", "not the whole label was understood")
    }
}
