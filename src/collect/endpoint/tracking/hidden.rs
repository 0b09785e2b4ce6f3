//! What a page carries and does not print: data in scripts, attributes, comments, links to call or to write.
//!
//! Whoever asks for the page has it all the same.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use super::answer::Finder;
use crate::parse::html::{self, Where};

/// What a page carries.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Values with the names that they stand under.
    pub(super) values: Vec<(String, String)>,
    /// Documents.
    pub(super) data: Vec<Json>,
}

/// Adds what the page carries.
pub(super) fn read(body: &str, finder: &mut Finder) {
    let carried = carried(body);
    carried.data.iter().for_each(|json| finder.walk(json));
    for (key, value) in &carried.values {
        finder.carried(key, value);
    }
}

/// All that a page carries.
pub(super) fn carried(body: &str) -> Carried {
    let mut out = Carried::default();
    for piece in html::parse(body) {
        match piece.place {
            Where::Script => script(&piece.text, &mut out),
            Where::Attribute(name) if FETCHED.contains(&name.as_str()) => {}
            Where::Attribute(name) => {
                // Such an attribute says nothing of itself: its element is named.
                let about = match OF_ELEMENT.contains(&name.as_str()) {
                    true => piece.inside.last().cloned().unwrap_or_default(),
                    false => name.trim_start_matches("data-").to_owned(),
                };
                out.values.push((about, piece.text));
            }
            Where::Style => out.values.push((String::new(), piece.text)),
            Where::Text | Where::Element => {}
        }
    }
    for found in COMMENT.iter().flat_map(|c| c.captures_iter(body)) {
        let lines = found.get(1).map_or("", |m| m.as_str()).lines();
        let lines = lines.map(|line| (String::new(), line.trim().to_owned()));
        out.values
            .extend(lines.filter(|(_, line)| !line.is_empty()));
    }
    for found in LINK.iter().flat_map(|l| l.captures_iter(body)) {
        let to = found.get(1).map_or("", |m| m.as_str());
        out.values.push((String::new(), to.replace("%2B", "+")));
    }
    out.values.truncate(MAX_VALUES);
    out
}

/// Documents that a script holds, then its literals with the names before them.
fn script(text: &str, out: &mut Carried) {
    let mut left = String::new();
    let mut rest = text;
    let mut tries = 0;
    while let Some(at) = rest.find(['{', '[']) {
        let (before, after) = rest.split_at(at);
        left.push_str(before);
        tries += 1;
        let mut documents = serde_json::Deserializer::from_str(after).into_iter::<Json>();
        let read = match tries < MAX_TRIES {
            true => documents.next().and_then(Result::ok),
            false => None,
        };
        let taken = match &read {
            Some(_) => documents.byte_offset(),
            None => 1,
        };
        let (these, next) = after.split_at(taken);
        match read {
            Some(json) => out.data.push(json),
            None => left.push_str(these),
        }
        rest = next;
    }
    left.push_str(rest);
    for found in LITERAL.iter().flat_map(|l| l.captures_iter(&left)) {
        let part = |at: usize| found.get(at).map(|m| m.as_str());
        let key = part(1).unwrap_or_default().to_owned();
        let value = part(2).or(part(3)).or(part(4)).map(unescaped);
        out.values.extend(value.map(|value| (key, value)));
    }
    for found in NUMBER.iter().flat_map(|n| n.captures_iter(&left)) {
        let part = |at: usize| found.get(at).map_or("", |m| m.as_str()).to_owned();
        out.values.push((part(1), part(2)));
    }
}

/// A literal of JavaScript as the text that it stands for.
fn unescaped(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = |from: usize, to: usize| {
            let digits = after.get(from..to)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        };
        let (sign, length) = match after.as_bytes().first() {
            Some(b'u') => (code(1, 5), 5),
            Some(b'x') => (code(1, 3), 3),
            Some(b'n' | b'r' | b't') => (Some(' '), 1),
            Some(_) | None => (None, 0),
        };
        out.extend(sign);
        // Any other sign stands for itself.
        rest = match sign {
            Some(_) => after.get(length..).unwrap_or_default(),
            None => after,
        };
        if sign.is_none()
            && let Some(first) = rest.chars().next()
        {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)<!--(.*?)-->").ok());
static LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)\b(?:tel|sms|callto|mailto):([^"'<>\s?]{3,100})"#).ok());
/// `name: "text"`, `name = 'text'`, a text alone.
static LITERAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let text = r#""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`"#;
    Regex::new(&format!("(?:{NAME})?(?:{text})")).ok()
});
/// A long number behind a name.
static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"{NAME}(\d{{8,15}})\b")).ok());
const NAME: &str = r#"["'`]?([A-Za-z_$][\w$-]{0,60})["'`]?\s*[:=]\s*"#;

/// Attributes that name what else is fetched, or how it is drawn.
const FETCHED: [&str; 12] = [
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "d",
    "points",
    "type",
    "rel",
    "integrity",
    "nonce",
    "xmlns",
];
/// Attributes whose meaning is that of their element.
const OF_ELEMENT: [&str; 7] = [
    "value",
    "content",
    "alt",
    "title",
    "placeholder",
    "aria-label",
    "label",
];

const MAX_VALUES: usize = 20_000;
/// The most places of a script at which a document is looked for.
const MAX_TRIES: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn values(body: &str) -> Vec<(String, String)> {
        carried(body).values
    }

    #[test]
    fn scripts_in_any_form() {
        let all = carried(
            r#"<SCRIPT>window.X = {"a":{"b":"c"}}; var o = {n: 'x\u1ec5', "p": "1\"2", t: 84912345678}</SCRIPT>"#,
        );
        assert_eq!(all.data.len(), 1);
        let of = |key: &str| {
            all.values
                .iter()
                .find(|(k, _)| k == key)
                .map(|(_, v)| v.as_str())
        };
        assert_eq!(of("n"), Some("xễ"));
        assert_eq!(of("p"), Some("1\"2"));
        assert_eq!(of("t"), Some("84912345678"));
    }

    #[test]
    fn attributes_comments_and_links() {
        let all =
            values("<b data-phone='1' title=x class=y></b><!-- a: b --><a href='tel:%2B84912'>");
        let has = |key: &str, value: &str| {
            all.iter()
                .any(|(k, v)| (k.as_str(), v.as_str()) == (key, value))
        };
        assert!(
            has("phone", "1") && has("", "a: b") && has("", "+84912"),
            "{all:?}"
        );
        assert!(!all.iter().any(|(_, v)| v == "y"));
    }

    #[test]
    fn hostile_scripts_end() {
        let began = std::time::Instant::now();
        for text in [
            "{".repeat(20_000),
            "\\".repeat(200_000),
            "={\"a".repeat(5_000),
            "[[".repeat(10_000),
        ] {
            let _ = carried(&format!("<script>{text}</script>"));
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(60));
    }
}
