//! `CREATE VIEW`: of which tables, which columns it shows as they are and which it hides.

use super::lex::{Kind, Token};
use super::{View, table};

/// The most columns of a view that are kept.
const MAX_COLUMNS: usize = 2000;

/// Reads the words after `VIEW`.
pub(super) fn read(tokens: &[Token], line: u32) -> Option<View> {
    let (name, end) = table::name(tokens)?;
    let mut view = View {
        name,
        full: String::new(),
        line,
        of: Vec::new(),
        shows: Vec::new(),
        hides: Vec::new(),
    };
    let rest = tokens.get(end..).unwrap_or_default();
    let Some(select) = rest.iter().position(|t| t.is("select")) else {
        return Some(view);
    };
    let body = rest.get(select + 1..).unwrap_or_default();
    let from = at_depth_0(body, "from").unwrap_or(body.len());
    for item in items(body.get(..from).unwrap_or_default()) {
        column(item, &mut view);
    }
    sources(body.get(from..).unwrap_or_default(), &mut view);
    Some(view)
}

fn at_depth_0(tokens: &[Token], word: &str) -> Option<usize> {
    let mut depth = 0_i32;
    tokens.iter().position(|t| {
        depth += i32::from(t.sign('(')) - i32::from(t.sign(')'));
        depth == 0 && t.is(word)
    })
}

fn items(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0_i32;
    tokens.split(move |t| {
        depth += i32::from(t.sign('(')) - i32::from(t.sign(')'));
        depth == 0 && t.sign(',')
    })
}

fn column(item: &[Token], view: &mut View) {
    if view.shows.len() + view.hides.len() >= MAX_COLUMNS {
        return;
    }
    let end = at_depth_0(item, "as").unwrap_or(item.len());
    let value = item.get(..end).unwrap_or_default();
    // The last part of each name that is no function: "o.phone", "phone".
    let names = value.iter().enumerate().filter(|(at, t)| {
        let next = value.get(at + 1);
        t.names() && !next.is_some_and(|n| n.sign('(') || n.sign('.'))
    });
    let names: Vec<String> = names
        .filter(|(_, t)| !KEYWORDS.iter().any(|k| t.is(k)))
        .map(|(_, t)| t.text.to_lowercase())
        .collect();
    if value.iter().any(|t| t.sign('*')) && !value.iter().any(|t| t.sign('(')) {
        view.shows.push("*".into());
    } else if hides(value) {
        view.hides.extend(names);
    } else {
        view.shows.extend(names);
    }
}

/// Does the expression cut, hash or cover its columns?
fn hides(value: &[Token]) -> bool {
    value.iter().enumerate().any(|(at, t)| {
        let calls = t.names() && value.get(at + 1).is_some_and(|n| n.sign('('));
        let lower = t.text.to_ascii_lowercase();
        calls
            && (COVERS.contains(&lower.as_str())
                || lower.contains("mask")
                || lower.contains("anon"))
            || t.kind == Kind::Text
                && ["**", "xxx", "XXX", "••"]
                    .iter()
                    .any(|m| t.text.contains(m))
    })
}

fn sources(tokens: &[Token], view: &mut View) {
    for (at, token) in tokens.iter().enumerate() {
        if (token.is("from") || token.is("join"))
            && let Some((name, _)) = table::name(tokens.get(at + 1..).unwrap_or_default())
        {
            view.of.push(name);
        }
    }
}

const KEYWORDS: [&str; 18] = [
    "case",
    "when",
    "then",
    "else",
    "end",
    "and",
    "or",
    "not",
    "null",
    "is",
    "in",
    "distinct",
    "text",
    "varchar",
    "character",
    "varying",
    "cast",
    "for",
];

const COVERS: [&str; 17] = [
    "substr",
    "substring",
    "left",
    "right",
    "overlay",
    "regexp_replace",
    "repeat",
    "rpad",
    "lpad",
    "md5",
    "sha1",
    "sha2",
    "sha256",
    "digest",
    "hmac",
    "stuff",
    "translate",
];
