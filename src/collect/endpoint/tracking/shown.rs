//! Does a page show anything for a waybill that it does not show for one that does not exist?
//!
//! Pages differ by themselves: a token, a clock, the number repeated. Only words that the other page lacks count.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use super::answer::{Kind, documents, texts};
use crate::parse::html::{self, Where};
use crate::text::unicode;

/// A page and the number that it was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) kind: Kind,
    pub(super) body: &'a str,
    pub(super) waybill: &'a str,
}

impl Asked<'_> {
    /// The texts that a reader of this page has, and a reader of the other has not.
    pub(super) fn more_than(self, other: Asked<'_>) -> Vec<String> {
        let theirs: BTreeSet<String> = other
            .pieces()
            .iter()
            .map(|text| shape(text, other.waybill))
            .collect();
        self.pieces()
            .into_iter()
            .filter(|text| {
                let shape = shape(text, self.waybill);
                shape.chars().any(char::is_alphabetic) && !theirs.contains(&shape)
            })
            .collect()
    }

    fn pieces(self) -> Vec<String> {
        let mut all = Vec::new();
        match (self.kind, documents(self.body)) {
            (Kind::Json | Kind::Html | Kind::Text, Some(documents)) => {
                for json in &documents {
                    keys(json, "", &mut all);
                    texts(json, &mut |text| all.push(text.to_owned()));
                }
            }
            (Kind::Html | Kind::Pdf, _) => {
                let printed = html::parse(self.body).into_iter();
                all.extend(printed.filter(|p| p.place == Where::Text).map(|p| p.text));
            }
            (Kind::Json | Kind::Text, None) | (Kind::Other, _) => {
                all.extend(self.body.lines().map(str::to_owned));
            }
        }
        all
    }

    /// Does the page show what stands elsewhere: a frame, or the page that it leads on to?
    pub(super) fn leads_on(self, other: Asked<'_>) -> bool {
        let frames = |body: &str| -> BTreeSet<String> {
            let found = FRAME.iter().flat_map(|f| f.find_iter(body));
            found.map(|m| m.as_str().to_owned()).collect()
        };
        self.kind == Kind::Html && !frames(self.body).is_subset(&frames(other.body))
    }
}

/// The names of a document's values.
fn keys(json: &Json, path: &str, to: &mut Vec<String>) {
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                let path = format!("{path} {key}");
                if !value.is_null() {
                    to.push(path.clone());
                }
                keys(value, &path, to);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| keys(item, path, to)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// A text without the number that was asked for, and with one sign for whatever may be a number, a moment or a token.
fn shape(text: &str, waybill: &str) -> String {
    let bare = |text: &str| -> String {
        let lower = text.to_lowercase();
        lower.chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let waybill = bare(waybill);
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    // The number may be written in pieces.
    if !waybill.is_empty() && bare(text).contains(&waybill) {
        words.retain(|word| !waybill.contains(word.as_str()));
    }
    let token =
        |word: &String| word.chars().any(|c| c.is_ascii_digit()) || word.chars().count() >= TOKEN;
    let mut out: Vec<&str> = words
        .iter()
        .map(|w| if token(w) { "#" } else { w })
        .collect();
    out.dedup();
    out.join(" ")
}

/// May these words hold the name of a person that no caption announces?
pub(super) fn may_name(text: &str) -> bool {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|w| w.trim_matches(['.', ',', ';', ':', '(', ')', '"', '-', '|']))
        .collect();
    let capital = |word: &&str| {
        word.chars().all(char::is_alphabetic) && word.chars().next().is_some_and(char::is_uppercase)
    };
    (0..words.len()).any(|at| {
        let (before, from) = words.split_at(at);
        let count = from.iter().take_while(|w| capital(w)).count();
        let first = from.first().is_some_and(|w| is_surname(w));
        (NAME.contains(&count)) && first && !is_of_place(before)
    })
}

fn is_surname(word: &str) -> bool {
    let lower = word.to_lowercase();
    SURNAMES.contains(&lower.as_str())
}

/// A street, a ward, an office, a house number before it.
fn is_of_place(before: &[&str]) -> bool {
    let Some(last) = before.last() else {
        return false;
    };
    let house = last.chars().next().is_some_and(|c| c.is_ascii_digit())
        && !last.contains(':')
        && last.matches('/').count() < 2;
    let mut near = before.iter().rev().take(2);
    house || near.any(|word| OF_PLACES.contains(&unicode::fold(word).as_str()))
}

static FRAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)<(?:iframe|frame|object|embed)\b[^>]*>|<meta\b[^>]*http-equiv=["']?refresh[^>]*>"#,
    )
    .ok()
});

/// A word of so many letters is a token.
const TOKEN: usize = 20;
/// How many words a name has.
const NAME: std::ops::RangeInclusive<usize> = 3..=6;

/// Family names that are hardly anything else; also as they are written without marks, where nothing else is.
const SURNAMES: [&str; 26] = [
    "nguy\u{1ec5}n",
    "tr\u{1ea7}n",
    "l\u{ea}",
    "ph\u{1ea1}m",
    "ho\u{e0}ng",
    "hu\u{1ef3}nh",
    "phan",
    "v\u{169}",
    "v\u{f5}",
    "\u{111}\u{1eb7}ng",
    "b\u{f9}i",
    "\u{111}\u{1ed7}",
    "ng\u{f4}",
    "d\u{1b0}\u{1a1}ng",
    "\u{111}inh",
    "tr\u{1ecb}nh",
    "tr\u{1b0}\u{1a1}ng",
    "\u{111}o\u{e0}n",
    "l\u{1b0}\u{1a1}ng",
    "ph\u{f9}ng",
    "nguyen",
    "tran",
    "pham",
    "hoang",
    "huynh",
    "bui",
];

/// Words that make a name one of a place.
const OF_PLACES: [&str; 22] = [
    "duong", "pho", "phuong", "quan", "huyen", "xa", "cuc", "kho", "ga", "cho", "truong", "vien",
    "toa", "ngo", "hem", "so", "tp", "kcn", "ap", "thon", "khu", "bc",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<'a>(kind: Kind, body: &'a str, waybill: &'a str) -> Asked<'a> {
        Asked {
            kind,
            body,
            waybill,
        }
    }

    #[test]
    fn only_words_of_its_own_count() {
        let more = |kind, own: &str, nobody: &str| {
            !asked(kind, own, "BC000000123VN")
                .more_than(asked(kind, nobody, "CAPDO-NO"))
                .is_empty()
        };
        // Numbers, moments and tokens differ by themselves.
        let shell = |token| format!("<p>Tra cứu</p><p>Lúc {token}</p><script>x='{token}'</script>");
        assert!(!more(Kind::Html, &shell("08:01 1f"), &shell("08:02 2e")));
        assert!(!more(
            Kind::Html,
            "<p>Mã bc 000000123 vn</p>",
            "<p>Mã CAPDO&#45;NO</p>"
        ));
        assert!(more(
            Kind::Html,
            "<p>Đang giao</p>",
            "<p>Không tìm thấy</p>"
        ));
        assert!(!more(
            Kind::Json,
            r#"{"t":"3f9a","data":null}"#,
            r#"{"t":"77bc","data":null}"#
        ));
        assert!(more(
            Kind::Json,
            r#"{"data":{"state":3}}"#,
            r#"{"data":null}"#
        ));
    }

    #[test]
    fn frames_and_pages_that_lead_on() {
        let on = |own: &str| {
            asked(Kind::Html, own, "1").leads_on(asked(Kind::Html, "<iframe src=/ads>", "2"))
        };
        assert!(
            on("<iframe src='/p?ma=1'>") && on("<META http-equiv='refresh' content='0;url=/p'>")
        );
        assert!(!on("<iframe src=/ads><p>x"));
    }

    #[test]
    fn words_that_may_be_a_name() {
        for text in [
            "Nguyễn Văn Mẫu",
            "08:00 12/11/2026 Trần Thị Bích Ngọc ký nhận",
            "NGUYEN VAN MAU",
            "ký: Lê Văn Tám.",
        ] {
            assert!(may_name(text), "{text}");
        }
        for text in [
            "Bưu cục Nguyễn Thị Minh Khai",
            "12 Nguyễn Thị Minh Khai",
            "phường Trần Hưng Đạo",
            "Lệ Phí Vận Chuyển",
            "Đang giao hàng",
            "Nguyễn V** M**",
            "Hồ Chí Minh",
        ] {
            assert!(!may_name(text), "{text}");
        }
    }
}
