//! `CREATE TABLE name ( … )`: columns with type, comment and line, in any dialect.

use super::lex::{Kind, Token};
use super::{Column, Table, guard};

/// The most columns of one table.
const MAX_COLUMNS: usize = 5000;

/// Words with which an item of the list begins that is no column.
const CONSTRAINTS: [&str; 13] = [
    "constraint",
    "primary",
    "unique",
    "key",
    "index",
    "foreign",
    "check",
    "exclude",
    "fulltext",
    "spatial",
    "like",
    "period",
    "supplemental",
];

/// Words that end the type of a column.
const OPTIONS: [&str; 34] = [
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "references",
    "check",
    "constraint",
    "comment",
    "collate",
    "auto_increment",
    "autoincrement",
    "generated",
    "identity",
    "on",
    "enable",
    "disable",
    "sparse",
    "rowguidcol",
    "as",
    "invisible",
    "visible",
    "storage",
    "compression",
    "key",
    "charset",
    "always",
    "encode",
    "virtual",
    "persisted",
    "distkey",
    "sortkey",
    "deferrable",
    "encrypt",
];

/// Reads the words after `TABLE`; `None` where they are no list of columns that we understand whole.
pub(super) fn read(tokens: &[Token]) -> Option<(Table, bool)> {
    let (name, mut at) = name(tokens)?;
    let mut table = Table {
        name,
        line: tokens.first()?.line,
        ..Table::default()
    };
    if !tokens.get(at)?.sign('(') {
        return None;
    }
    at += 1;
    let mut whole = true;
    let mut checked = Vec::new();
    loop {
        let end = item_end(tokens, at);
        let item = tokens.get(at..end)?;
        match item.first() {
            None => {}
            Some(first) if is_constraint(item, first) => checked.extend(guard::hash_check(item)),
            Some(_) => match column(item) {
                Some(column) if table.columns.len() < MAX_COLUMNS => table.columns.push(column),
                Some(_) | None => whole = false,
            },
        }
        match tokens.get(end) {
            Some(t) if t.sign(',') => at = end + 1,
            Some(_) => {
                check_hashes(&mut table, checked);
                table.comment = table_comment(tokens.get(end..).unwrap_or_default());
                return Some((table, whole));
            }
            None => return Some((table, false)),
        }
    }
}

fn check_hashes(table: &mut Table, checked: Vec<(&'static str, Vec<String>)>) {
    for (kind, names) in checked {
        for column in &mut table.columns {
            if names.iter().any(|n| n.eq_ignore_ascii_case(&column.name)) {
                column.hash = Some(kind);
            }
        }
    }
}

/// A name of parts, and where it ends: `public.orders`, `[dbo].[Orders]`.
pub(super) fn name(tokens: &[Token]) -> Option<(String, usize)> {
    let mut at = 0;
    if tokens.first()?.is("if") {
        at = tokens.iter().take(4).position(|t| t.is("exists"))? + 1;
    }
    if tokens.get(at)?.is("only") {
        at += 1;
    }
    let mut name = String::new();
    loop {
        let token = tokens.get(at)?;
        if !token.names() {
            return None;
        }
        name.push_str(&token.text);
        at += 1;
        if tokens.get(at).is_some_and(|t| t.sign('.')) {
            name.push('.');
            at += 1;
        } else {
            return Some((name, at));
        }
    }
}

/// `key text` is a column named so, `key (a, b)` and `key k (a)` are none.
fn is_constraint(item: &[Token], first: &Token) -> bool {
    if first.kind != Kind::Word || !CONSTRAINTS.iter().any(|c| first.is(c)) {
        return false;
    }
    if first.is("constraint") || first.is("foreign") || first.is("primary") || first.is("like") {
        return true;
    }
    item.get(1).is_none_or(|t| {
        t.sign('(') || t.is("key") || t.is("index") || t.is("using") || t.is("for") || t.is("log")
    }) || item.get(2).is_some_and(|t| t.sign('('))
        && !item.get(1).is_some_and(|t| is_length_type(&t.text))
        || item.get(2).is_some_and(|t| t.is("using") || t.is("on"))
        || first.is("index")
            && item.get(2).is_some_and(|t| {
                ["clustered", "nonclustered", "unique", "hash"]
                    .iter()
                    .any(|w| t.is(w))
            })
        || (first.is("unique")
            && item
                .get(1)
                .is_some_and(|t| t.is("clustered") || t.is("nonclustered") || t.is("nulls")))
}

fn is_length_type(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    [
        "char", "binary", "int", "dec", "num", "bit", "float", "double", "enum", "set", "time",
        "string",
    ]
    .iter()
    .any(|t| lower.contains(t))
}

fn item_end(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        if token.sign('(') {
            depth += 1;
        } else if token.sign(')') {
            if depth == 0 {
                return at;
            }
            depth -= 1;
        } else if token.sign(',') && depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// One column; `None` where it is none.
pub(super) fn column(item: &[Token]) -> Option<Column> {
    let first = item.first()?;
    // Old MySQL dumps and hand-written files quote names like texts.
    if !first.names() && first.kind != Kind::Text {
        return None;
    }
    let mut column = Column {
        name: first.text.clone(),
        line: first.line,
        ..Column::default()
    };
    let end = type_end(item);
    let words = item.get(1..end)?;
    if words.iter().any(|t| t.kind == Kind::Text)
        && !words.iter().any(|t| t.is("enum") || t.is("set"))
    {
        return None;
    }
    column.data_type = type_text(words);
    options(item.get(end..)?, &mut column);
    let generated = column.generated || column.data_type.is_empty();
    // "AS (…)" has no type; anything else without one we did not understand, except in SQLite.
    if column.data_type.is_empty() && item.len() > 1 && !generated {
        return None;
    }
    Some(column)
}

fn type_end(item: &[Token]) -> usize {
    let mut depth = 0_u32;
    for (at, token) in item.iter().enumerate().skip(1) {
        if token.sign('(') {
            depth += 1;
        } else if token.sign(')') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.kind == Kind::Word {
            let set = token.is("character") && item.get(at + 1).is_some_and(|t| t.is("set"));
            let guard = (token.is("encrypted") || token.is("masked"))
                && item.get(at + 1).is_some_and(|t| t.is("with"));
            if set || guard || OPTIONS.iter().any(|o| token.is(o)) {
                return at;
            }
        }
    }
    item.len()
}

/// The type at the beginning of words, without what follows it: `varchar(15)` of `varchar(15) NOT NULL`.
pub(super) fn type_of(words: &[Token]) -> Option<String> {
    let mut item = vec![words.first()?.clone()];
    item.extend(words.iter().cloned());
    let end = type_end(&item);
    let text = type_text(item.get(1..end)?);
    (!text.is_empty()).then_some(text)
}

/// The type as one text: `character varying(255)`.
fn type_text(words: &[Token]) -> String {
    let mut text = String::new();
    for token in words {
        let glue =
            token.kind == Kind::Sign || text.ends_with(['(', '.', ',', ' ']) || text.is_empty();
        if !glue {
            text.push(' ');
        }
        match token.kind {
            // The values of an enumeration say nothing of the type.
            Kind::Text => text.push('…'),
            Kind::Word | Kind::Name | Kind::Sign => text.push_str(&token.text.to_lowercase()),
        }
        if text.len() > 120 {
            break;
        }
    }
    text
}

fn options(rest: &[Token], column: &mut Column) {
    for (at, token) in rest.iter().enumerate() {
        let next = rest.get(at + 1);
        if token.is("comment") {
            let value = rest
                .iter()
                .skip(at + 1)
                .take(2)
                .find(|t| t.kind == Kind::Text);
            if let Some(value) = value {
                column.comment = value.text.chars().take(400).collect();
                column.has_comment = true;
            }
        } else if token.is("default") {
            column.default_text = next.is_some_and(|t| t.kind == Kind::Text && !t.text.is_empty());
        } else if token.is("not") {
            column.not_null |= next.is_some_and(|t| t.is("null"));
        } else if token.is("generated") || token.is("as") {
            column.generated = true;
        } else if token.is("check") {
            column.hash = guard::hash_check(rest).map(|(kind, _)| kind);
        } else if token.is("references") {
            column.refers = true;
        } else if token.is("encrypt") {
            column.data_type.push_str(" encrypted with");
        } else if (token.is("encrypted") || token.is("masked"))
            && next.is_some_and(|t| t.is("with"))
        {
            column.data_type.push_str(if token.is("masked") {
                " masked with"
            } else {
                " encrypted with"
            });
        }
    }
}

/// `) ENGINE=InnoDB COMMENT='Đơn hàng'`.
fn table_comment(rest: &[Token]) -> String {
    rest.iter()
        .position(|t| t.is("comment"))
        .and_then(|at| {
            rest.iter()
                .skip(at + 1)
                .take(2)
                .find(|t| t.kind == Kind::Text)
        })
        .map(|t| t.text.chars().take(400).collect())
        .unwrap_or_default()
}
