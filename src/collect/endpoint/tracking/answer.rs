//! What an answer of a tracking page shows of persons: classes, parties, how far hidden. Values stay in memory.

use serde_json::Value as Json;

use crate::collect::label::{self, Printed as Shown};
use crate::privacy::masks::{self, Exposure};
use crate::privacy::names::{self, Around, classify};
use crate::privacy::{Class, Party, values};

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Html,
    Json,
    Text,
    /// Its text, made a page of.
    Pdf,
    /// A picture: not looked into.
    Other,
}

impl Kind {
    /// By its media type; where that is missing, by its first sign.
    pub(super) fn of(media_type: &str, body: &str) -> Self {
        let media = media_type.to_ascii_lowercase();
        let first = body.trim_start().chars().next();
        if media.contains("json") {
            Self::Json
        } else if media.contains("pdf") {
            Self::Pdf
        } else if media.contains("html") || media.contains("xml") {
            Self::Html
        } else if media.starts_with("text/") {
            Self::Text
        } else if media.is_empty() {
            match first {
                Some('{' | '[') => Self::Json,
                Some('<') => Self::Html,
                Some(_) | None => Self::Text,
            }
        } else {
            Self::Other
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Text => "text",
            Self::Pdf => "pdf",
            Self::Other => "other",
        }
    }
}

/// The personal fields of an answer that `common` does not show too; `None` where it could not be understood.
pub(super) fn read(kind: Kind, body: &str, common: &str) -> Option<Vec<Shown>> {
    let mut found = match kind {
        Kind::Json => {
            let json: Json = serde_json::from_str(body).ok()?;
            let mut found = Vec::new();
            walk(&json, &mut Vec::new(), &mut found);
            found
        }
        Kind::Html => page(body, common),
        Kind::Pdf if body.is_empty() => return None,
        Kind::Pdf => label::read_page(body, common),
        Kind::Text => plain(body),
        Kind::Other => return None,
    };
    found.retain(|shown| ASKED.contains(&shown.class) && shown.exposure != Exposure::Absent);
    found.sort();
    Some(found)
}

/// What a page prints; the data that a script of it carries for its first drawing counts as shown too.
fn page(body: &str, common: &str) -> Vec<Shown> {
    let mut found = label::read_page(body, common);
    for data in embedded(body) {
        walk(&data, &mut Vec::new(), &mut found);
    }
    found
}

/// `<script type="application/json">` and `<script id="__NEXT_DATA__" …>`: JSON that a page carries.
fn embedded(body: &str) -> Vec<Json> {
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find("<script") {
        rest = &rest[at..];
        let (Some(open), Some(end)) = (rest.find('>'), rest.find("</script")) else {
            break;
        };
        if open < end
            && rest[..open].contains("json")
            && let Ok(json) = serde_json::from_str(rest[open + 1..end].trim())
        {
            found.push(json);
        }
        rest = &rest[end + 1..];
    }
    found
}

/// Lines of text: `caption: value`, or values that give themselves away.
fn plain(body: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    for line in body.lines().take(MAX_LINES) {
        let (key, value) = line.split_once([':', '=']).unwrap_or(("", line));
        leaf(&[key.trim()], value.trim(), &mut found);
    }
    found
}

fn walk<'j>(json: &'j Json, path: &mut Vec<&'j str>, found: &mut Vec<Shown>) {
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                path.push(key);
                walk(value, path, found);
                path.pop();
            }
        }
        Json::Array(items) => items.iter().for_each(|item| walk(item, path, found)),
        Json::String(text) => leaf(path, text, found),
        Json::Number(number) => leaf(path, &number.to_string(), found),
        Json::Null | Json::Bool(_) => {}
    }
}

/// One value under its names, the outermost first.
fn leaf(path: &[&str], value: &str, found: &mut Vec<Shown>) {
    let value = value.trim();
    if value.is_empty() || found.len() >= MAX_FIELDS {
        return;
    }
    let key = path.last().copied().unwrap_or_default();
    let alone = classify(key, &Around::default());
    let whole = path.join("_");
    let named = match alone.is_personal() {
        true => alone.clone(),
        false => classify(&whole, &Around::default()),
    };
    let vague = matches!(named.party, Party::Unknown | Party::Customer);
    let party = names::party_of(&whole)
        .filter(|_| vague)
        .unwrap_or(named.party);
    let by_value = values::classes(value);
    // A thing has a name and an address too: an office, a hub, a shop of ours.
    let of_a_thing = path.iter().any(|part| {
        let words = names::words_of(part);
        words.iter().any(|w| PLACES.contains(&w.as_str()))
    }) && !matches!(party, Party::Sender | Party::Recipient);
    let class = match by_value.first() {
        // What the value gives away counts, whatever it is called; but not what a code only looks like.
        Some(Class::Phone) if is_code(key) => Class::None,
        Some(seen @ (Class::Phone | Class::Email | Class::NationalId | Class::Card)) => *seen,
        Some(Class::Address) if of_a_thing => Class::None,
        Some(_) | None if of_a_thing && named.class != Class::Phone => Class::None,
        Some(Class::Address) if !named.is_personal() => Class::Address,
        Some(_) | None => named.class,
    };
    if class == Class::None {
        return;
    }
    let mask = masks::of_value(class, value);
    found.push(Shown {
        class,
        party,
        exposure: mask.exposure,
        digits: (class == Class::Phone).then_some((mask.hidden, mask.visible)),
    });
}

/// Numbers of waybills and orders may have the form of a telephone number.
fn is_code(key: &str) -> bool {
    let words = names::words_of(key);
    words.iter().any(|w| CODES.contains(&w.as_str()))
}

const CODES: [&str; 10] = [
    "id",
    "code",
    "ma",
    "waybill",
    "tracking",
    "order",
    "van",
    "don",
    "barcode",
    "timestamp",
];

/// Words of places of the company itself.
const PLACES: [&str; 16] = [
    "office",
    "branch",
    "hub",
    "depot",
    "station",
    "warehouse",
    "kho",
    "buucuc",
    "cuc",
    "location",
    "post",
    "center",
    "centre",
    "store",
    "shop",
    "company",
];

/// What item 1 of the letter names, and what gives a person away as surely.
const ASKED: [Class; 8] = [
    Class::Name,
    Class::Phone,
    Class::Address,
    Class::Contents,
    Class::Email,
    Class::NationalId,
    Class::Bank,
    Class::Card,
];

const MAX_FIELDS: usize = 2_000;
const MAX_LINES: usize = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, body: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        read(kind, body, "")
            .unwrap()
            .iter()
            .map(|s| (s.class.word(), s.party.word(), s.exposure.word()))
            .collect()
    }

    #[test]
    fn json_with_and_without_masks() {
        let clear = r#"{"data":{"waybill":"0912345678","receiver":{"name":"Nguyễn Văn Mẫu","phone":"0912345678",
            "address":"12 Đường Mẫu, phường Mẫu, quận Mẫu, Hà Nội"},"goods_description":"Điện thoại",
            "events":[{"time":"2026-11-01 08:00","post_office":"Bưu cục Mẫu","location":"Quận Mẫu, Hà Nội"}]}}"#;
        let found = of(Kind::Json, clear);
        assert!(found.contains(&("phone", "recipient", "full")), "{found:?}");
        assert!(found.contains(&("name", "recipient", "full")));
        assert!(found.contains(&("address", "recipient", "full")));
        assert!(found.iter().any(|f| f.0 == "contents"));
        assert_eq!(found.iter().filter(|f| f.0 == "address").count(), 1);
        assert_eq!(found.iter().filter(|f| f.0 == "phone").count(), 1);
        let masked = r#"{"receiver_name":"N*** V** M**","receiver_phone":"*******678","status":"delivered"}"#;
        let found = read(Kind::Json, masked, "").unwrap();
        assert!(
            found.iter().all(|s| s.exposure == Exposure::Masked),
            "{found:?}"
        );
        let phone = found.iter().find(|s| s.class == Class::Phone).unwrap();
        assert_eq!(phone.digits, Some((7, 3)));
        assert_eq!(of(Kind::Json, r#"{"status":"delivered","code":"VN1"}"#), []);
        assert_eq!(read(Kind::Json, "{", ""), None);
        assert_eq!(read(Kind::Other, "%PDF-1.7", ""), None);
    }

    #[test]
    fn pages_and_the_data_they_carry() {
        let page =
            "<h1>Tra cứu</h1><p>Người nhận: Nguyễn Văn Mẫu</p><p>Điện thoại: 0912 345 678</p>";
        let found = of(Kind::Html, page);
        assert!(
            found.iter().any(|f| (f.0, f.2) == ("phone", "full")),
            "{found:?}"
        );
        assert!(
            found.iter().any(|f| (f.0, f.2) == ("name", "full")),
            "{found:?}"
        );
        let drawn_later = r#"<div id=app></div><script id="__NEXT_DATA__" type="application/json">{"props":{"receiver_phone":"0912345678"}}</script>"#;
        assert_eq!(
            of(Kind::Html, drawn_later),
            [("phone", "recipient", "full")]
        );
    }

    #[test]
    fn hostile_answers_end() {
        let deep = "[".repeat(100_000);
        assert_eq!(read(Kind::Json, &deep, ""), None);
        assert!(read(Kind::Html, &"<script".repeat(50_000), "").is_some());
        assert!(read(Kind::Text, &"a:".repeat(100_000), "").is_some());
    }
}
