//! What an answer of a tracking page shows of persons: classes, parties, how far hidden. Values stay in memory.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::hidden;
use crate::collect::label::{self, Printed as Shown};
use crate::parse::html::{self, Where};
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
        if media.contains("json") || media.contains("javascript") {
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
    let mut finder = Finder::beside(common);
    match (kind, documents(body)) {
        (Kind::Json | Kind::Html | Kind::Text, Some(all)) => {
            all.iter().for_each(|json| finder.walk(json));
        }
        (Kind::Json, None) => return None,
        (Kind::Html, None) => {
            finder.found = label::read_page(body, common);
            sentences(body, &mut finder);
            hidden::read(body, &mut finder);
        }
        (Kind::Pdf, _) if body.is_empty() => return None,
        (Kind::Pdf, _) => finder.found = label::read_page(body, common),
        (Kind::Text, None) => body.lines().take(MAX_LINES).for_each(|l| finder.line(l)),
        (Kind::Other, _) => return None,
    }
    let mut found = finder.found;
    found.retain(|shown| ASKED.contains(&shown.class) && shown.exposure != Exposure::Absent);
    found.sort();
    Some(found)
}

/// "Delivered. Signed by: …": a caption within a sentence, where no name was found under one of its own.
fn sentences(body: &str, finder: &mut Finder) {
    let named = |shown: &Shown| shown.class == Class::Name && shown.exposure == Exposure::Full;
    if finder.found.iter().any(named) {
        return;
    }
    let pieces = html::parse(body).into_iter();
    for piece in pieces.filter(|p| p.place == Where::Text && p.text.contains(':')) {
        if finder.known.contains(&piece.text) {
            continue;
        }
        let clauses = piece.text.split(['.', ';', '|', ',', '(']);
        clauses
            .filter(|clause| clause.contains(':') && *clause != piece.text)
            .for_each(|clause| finder.line(clause));
    }
}

/// JSON, alone, behind the prefix or within the call that some servers put around it, or one object a line.
pub(super) fn documents(body: &str) -> Option<Vec<Json>> {
    let body = body.trim();
    if let Ok(json) = serde_json::from_str::<Json>(body) {
        return (json.is_object() || json.is_array()).then(|| vec![json]);
    }
    let (begin, end) = (body.find(['{', '['])?, body.rfind(['}', ']'])?);
    let wrapped = body.get(begin..=end)?;
    // What stands around is short and no page.
    if begin <= MAX_WRAP
        && body.len() - end <= MAX_WRAP
        && !body.starts_with('<')
        && let Ok(json) = serde_json::from_str(wrapped)
    {
        return Some(vec![json]);
    }
    let lines: Option<Vec<Json>> = body
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(MAX_LINES)
        .map(|line| serde_json::from_str(line).ok().filter(Json::is_object))
        .collect();
    lines
}

/// Collects fields under their names; values that the page for nobody has too are the company's own.
pub(super) struct Finder {
    known: BTreeSet<String>,
    pub(super) found: Vec<Shown>,
}

impl Finder {
    fn beside(common: &str) -> Self {
        let mut known = BTreeSet::new();
        let carried = hidden::carried(common);
        for json in documents(common).iter().flatten().chain(&carried.data) {
            texts(json, &mut |text| {
                known.insert(text.trim().to_owned());
            });
        }
        known.extend(carried.values.into_iter().map(|(_, value)| value));
        known.extend(common.lines().map(|line| line.trim().to_owned()));
        known.extend(html::parse(common).into_iter().map(|piece| piece.text));
        Self {
            known,
            found: Vec::new(),
        }
    }

    /// All values of a document.
    pub(super) fn walk(&mut self, json: &Json) {
        self.under(json, &mut Vec::new(), 0);
    }

    fn under<'j>(&mut self, json: &'j Json, path: &mut Vec<&'j str>, depth: u8) {
        match json {
            Json::Object(map) => {
                for (key, value) in map {
                    path.push(key);
                    self.under(value, path, depth);
                    path.pop();
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.under(item, path, depth)),
            Json::String(text) => self.text(path, text, depth, true),
            Json::Number(number) => self.value(path, &number.to_string(), true),
            Json::Null | Json::Bool(_) => {}
        }
    }

    /// `caption: value`, or a value that gives itself away.
    pub(super) fn line(&mut self, line: &str) {
        if self.known.contains(line.trim()) {
            return;
        }
        let (key, value) = line.split_once([':', '=']).unwrap_or(("", line));
        self.value(&[key.trim()], value, true);
    }

    /// A value that is not printed, under the name of what carries it.
    pub(super) fn carried(&mut self, key: &str, value: &str) {
        if self.known.contains(value.trim()) {
            return;
        }
        match value.contains(": ") && document(value).is_none() {
            true => self.line(value),
            false => self.text(&[key], value, 0, false),
        }
    }

    /// A text, which may hold another document, as it is or only written otherwise.
    fn text(&mut self, path: &[&str], text: &str, depth: u8, places: bool) {
        if depth >= MAX_INSIDE {
            return self.value(path, text, places);
        }
        if let Some(json) = document(text) {
            return self.under(&json, &mut path.to_vec(), depth + 1);
        }
        for written in label::decoded(text) {
            self.text(path, &written, depth + 1, false);
        }
        self.value(path, text, places);
    }

    /// One value under its names, the outermost first. Only `places` are known by their words alone.
    fn value(&mut self, path: &[&str], value: &str, places: bool) {
        let value = value.trim();
        if value.is_empty() || self.known.contains(value) || self.found.len() >= MAX_FIELDS {
            return;
        }
        self.found.extend(field(path, value, places));
    }
}

/// What a value is under these names.
fn field(path: &[&str], value: &str, places: bool) -> Option<Shown> {
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
        Some(Class::Address) if !named.is_personal() && places => Class::Address,
        Some(_) | None => named.class,
    };
    let mask = masks::of_value(class, value);
    (class != Class::None).then_some(Shown {
        class,
        party,
        exposure: mask.exposure,
        digits: (class == Class::Phone).then_some((mask.hidden, mask.visible)),
    })
}

/// A document that was written as a text.
fn document(text: &str) -> Option<Json> {
    let text = text.trim();
    let json: Json = text
        .starts_with(['{', '['])
        .then(|| serde_json::from_str(text).ok())??;
    (json.is_object() || json.is_array()).then_some(json)
}

/// Every text and number of a document.
pub(super) fn texts(json: &Json, to: &mut impl FnMut(&str)) {
    match json {
        Json::Object(map) => map.values().for_each(|value| texts(value, to)),
        Json::Array(items) => items.iter().for_each(|item| texts(item, to)),
        Json::String(text) => to(text),
        Json::Number(number) => to(&number.to_string()),
        Json::Null | Json::Bool(_) => {}
    }
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
/// The most that stands around a document.
const MAX_WRAP: usize = 200;
/// The deepest that documents within texts are followed.
const MAX_INSIDE: u8 = 3;

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
