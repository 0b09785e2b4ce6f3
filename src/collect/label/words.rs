//! What the text of a placeholder or of a sample says, without its surroundings.

use crate::privacy::{masks, names, values};
use crate::text::unicode;

/// Only the words of a hint that stand nearest: the last elements.
pub(super) fn hint_words(hint: &str) -> String {
    hint.split(' ')
        .rev()
        .take(6)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The path that is put in, without filters, defaults and helpers.
pub(super) fn path_of(put: &str) -> String {
    let put = put.split("??").next().unwrap_or(put);
    let mut out = String::new();
    let mut chars = put.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '|' {
            if chars.peek() == Some(&'|') || !out.trim().is_empty() {
                break;
            }
        } else {
            out.push(c);
        }
    }
    out.trim().trim_end_matches(')').chars().take(200).collect()
}

/// Is the placeholder named as a code, a number or a class?
pub(super) fn is_code_name(put: &str) -> bool {
    names::words_of(&path_of(put)).iter().any(|w| {
        matches!(
            w.as_str(),
            "code" | "ma" | "category" | "type" | "loai" | "class" | "group" | "nhom"
        )
    })
}

pub(super) fn name_of(put: &str) -> String {
    let words = names::words_of(&path_of(put));
    let skip = words.len().saturating_sub(4);
    let name = words.get(skip..).unwrap_or_default().join("_");
    if is_names_only(&name) {
        name
    } else {
        "field".into()
    }
}

/// A placeholder or a name of a file as people may see it: one that holds more than names may hold a value, and is not shown.
pub(super) fn short(text: &str) -> String {
    if is_names_only(text) {
        unicode::visible(&text.chars().take(60).collect::<String>())
    } else {
        "a placeholder".into()
    }
}

/// Identifiers, calls and paths, without words in quotes and without long numbers.
fn is_names_only(text: &str) -> bool {
    let quoted = text.split(['"', '\'', '`']).skip(1).step_by(2);
    let names = |part: &str| {
        part.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
    };
    let long = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() >= 6);
    text.is_ascii() && !text.contains('@') && !long && quoted.into_iter().all(names)
}

pub(super) fn has_phone(text: &str) -> bool {
    !values::phones(text).is_empty() || is_masked_phone(&phone_part(text))
}

/// The run of digits and mask characters of a text.
pub(super) fn phone_part(text: &str) -> String {
    let fits = |c: char| {
        c.is_ascii_digit() || masks::MASK_CHARS.contains(&c) || matches!(c, '+' | '.' | '-' | ' ')
    };
    text.split(|c| !fits(c))
        .map(str::trim)
        .max_by_key(|r| r.chars().filter(|c| *c != ' ').count())
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn is_masked_phone(run: &str) -> bool {
    let hidden = masks::hidden_count(run);
    let digits = u32::try_from(run.chars().filter(char::is_ascii_digit).count()).unwrap_or(0);
    hidden >= 3 && digits >= 1 && (8..=13).contains(&(hidden + digits))
}

/// `10:30` is a time and no caption.
pub(super) fn is_time(before: &str, after: &str) -> bool {
    before.ends_with(|c: char| c.is_ascii_digit())
        && after.starts_with(|c: char| c.is_ascii_digit())
}

/// Two to six words of letters, each with a capital.
pub(super) fn looks_like_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    (2..=6).contains(&words.len())
        && words.iter().all(|w| {
            w.chars()
                .all(|c| c.is_alphabetic() || c == '.' || masks::MASK_CHARS.contains(&c))
                && w.chars().next().is_some_and(char::is_uppercase)
        })
}

/// Only ward, district or province of an address: the house is not shown.
pub(super) fn is_area(put: &str) -> bool {
    const AREA: [&str; 20] = [
        "ward", "district", "province", "city", "commune", "communes", "town", "zip", "postcode",
        "tinh", "phuong", "xa", "quan", "huyen", "zipcode", "postal", "thanh", "state", "country",
        "region",
    ];
    const EXACT: [&str; 14] = [
        "address",
        "street",
        "chi",
        "duong",
        "nha",
        "house",
        "line",
        "detail",
        "building",
        "apartment",
        "hamlet",
        "village",
        "full",
        "ngo",
    ];
    let words = names::words_of(&path_of(put));
    let any = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    any(&AREA) && !any(&EXACT)
}
