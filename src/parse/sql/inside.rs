//! What stands inside a block or an executed text: `DO $$ … $$`, `EXECUTE 'GRANT …'`, rows that a block gives.

use super::lex::{Kind, Token, lex};
use super::split::{Statement, split};
use super::{Dialect, Schema, read, skim};

/// How far a statement of rows is looked into.
const HEAD_BYTES: usize = 16 * 1024;

/// Counts the table that a statement of rows gives rows to; rows that are made from others are none.
pub(super) fn rows(statement: &Statement, schema: &mut Schema) {
    let mut end = statement.text.len().min(HEAD_BYTES);
    while !statement.text.is_char_boundary(end) {
        end -= 1;
    }
    let head = statement.text.get(..end).unwrap_or_default();
    let tokens = lex(head, statement.line, schema.dialect == Dialect::Mysql);
    if tokens.first().is_some_and(|t| t.is("update")) {
        sets(&tokens, schema);
    } else if statement.copied || gives_values(&tokens) {
        count(&tokens, schema);
    }
}

/// `UPDATE t SET c = '…'`: a value written out is a row of a person, where it is one.
fn sets(tokens: &[Token], schema: &mut Schema) {
    let (Some(set), Some(first)) = (
        tokens.iter().position(|t| t.is("set")),
        tokens.iter().skip(1).position(|t| {
            t.names()
                && !["low_priority", "ignore", "only", "top"]
                    .iter()
                    .any(|w| t.is(w))
        }),
    ) else {
        return;
    };
    let Some((table, _)) = super::table::name(tokens.get(first + 1..set).unwrap_or_default())
    else {
        return;
    };
    let rest = tokens.get(set + 1..).unwrap_or_default();
    let end = rest.iter().position(|t| t.is("where"));
    let (values, of) = rest.split_at(end.unwrap_or(rest.len()));
    // One row is meant where the condition names it by a value.
    let one_row = of.windows(2).any(|w| {
        w[0].sign('=')
            && (w[1].kind == Kind::Text || w[1].text.starts_with(|c: char| c.is_ascii_digit()))
    });
    for (at, token) in values.iter().enumerate() {
        let before = |n: usize| at.checked_sub(n).and_then(|i| values.get(i));
        let equals = match before(1) {
            Some(n) if n.is("n") => 2,
            Some(_) | None => 1,
        };
        if token.kind != Kind::Text || !before(equals).is_some_and(|t| t.sign('=')) {
            continue;
        }
        let digits = token.text.chars().filter(char::is_ascii_digit).count();
        let tells = digits >= 8 || token.text.contains('@');
        let names = one_row && token.text.split_whitespace().count() > 1;
        if let Some(column) = before(equals + 1).filter(|_| tells || names)
            && schema.set.len() < MAX_SET
        {
            let column = column.text.to_lowercase();
            schema.set.insert((table.clone(), column));
        }
    }
}

/// The most columns that values written out are kept of.
const MAX_SET: usize = 2000;

/// Counts rows that a block gives: `BEGIN INSERT INTO t VALUES ('…'); END`.
pub(super) fn rows_of_block(tokens: &[Token], schema: &mut Schema) {
    for (at, token) in tokens.iter().enumerate() {
        let part = tokens.get(at..).unwrap_or_default();
        let begins = token.is("insert") || token.is("merge");
        // `INTO` may be left out in SQL Server.
        if begins && part.get(1).is_some_and(|t| t.is("into") || t.names()) {
            let end = part.iter().position(|t| t.sign(';')).unwrap_or(part.len());
            let part = part.get(..end).unwrap_or_default();
            if gives_values(part) {
                count(part, schema);
            }
        }
    }
}

fn count(tokens: &[Token], schema: &mut Schema) {
    if let Some(table) = skim::table_of(tokens) {
        *schema.rows.entry(table).or_default() += 1;
    }
}

/// Are there values written out, not only taken from a row, a variable or another table?
fn gives_values(tokens: &[Token]) -> bool {
    let Some(at) = tokens
        .iter()
        .position(|t| t.is("values") || t.is("select") || t.is("value"))
    else {
        return false;
    };
    if tokens
        .first()
        .is_some_and(|t| t.is("update") || t.is("copy"))
    {
        return false;
    }
    let rest = tokens.get(at..).unwrap_or_default();
    let taken = rest.iter().any(|t| {
        t.is("new") || t.is("old") || t.is("inserted") || t.is("deleted") || t.text.starts_with('@')
    });
    let written = rest.iter().any(|t| {
        t.kind == Kind::Text
            || t.kind == Kind::Word && t.text.starts_with(|c: char| c.is_ascii_digit())
    });
    let from = rest.first().is_some_and(|t| t.is("select")) && is_from_table(rest);
    written && !taken && !from
}

/// Does the query take its rows from a table? `DUAL` has none of its own.
fn is_from_table(query: &[Token]) -> bool {
    let mut depth = 0_i32;
    query.iter().enumerate().any(|(at, t)| {
        if t.sign('(') {
            depth += 1;
        } else if t.sign(')') {
            depth -= 1;
        }
        depth == 0 && t.is("from") && !query.get(at + 1).is_some_and(|t| t.is("dual"))
    })
}

/// Reads the texts that a statement executes; false where one of them that defines something is put together.
pub(super) fn executed(tokens: &[Token], schema: &mut Schema) -> bool {
    let mut good = true;
    let before = schema.perhaps;
    schema.perhaps |= tokens.iter().any(|t| {
        ["if", "case", "loop", "when", "while"]
            .iter()
            .any(|w| t.is(w))
    });
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Text || !defines(&token.text) {
            continue;
        }
        let before = tokens.get(..at).unwrap_or_default();
        // `N'…'` of SQL Server.
        let before = match before.split_last() {
            Some((n, rest)) if n.is("n") => rest,
            Some(_) | None => before,
        };
        let joined = |t: Option<&Token>| t.is_some_and(|t| t.sign('|') || t.sign('+'));
        let called = before.split_last().is_some_and(|(t, rest)| {
            t.sign('(')
                && rest.last().is_some_and(|f| {
                    f.names() && !["exec", "execute", "immediate"].iter().any(|w| f.is(w))
                })
        });
        if joined(before.last()) || joined(tokens.get(at + 1)) || called {
            good = false;
            continue;
        }
        for statement in split(&token.text, schema.dialect) {
            let line = token.line.saturating_sub(1);
            let statement = Statement {
                line: statement.line.saturating_add(line),
                ..statement
            };
            read::read(&statement, schema);
        }
    }
    schema.perhaps = before;
    good
}

/// Does the text begin as a statement that changes tables or rights?
fn defines(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    words.next().is_some()
        && [
            "create", "alter", "grant", "revoke", "deny", "rename", "comment",
        ]
        .iter()
        .any(|w| first.eq_ignore_ascii_case(w))
}

/// Reads the statements of `DO $$ … $$`.
pub(super) fn block(statement: &Statement, schema: &mut Schema) -> bool {
    let text = statement.text.as_str();
    let Some((body, line)) = body(text) else {
        return true;
    };
    // What a block takes away under a condition may stay.
    let before = schema.perhaps;
    schema.perhaps |= conditional(body);
    for part in split(body, schema.dialect) {
        let (rest, lines) = without_frame(&part.text);
        let first = rest.split_whitespace().next().unwrap_or_default();
        if !READ.iter().any(|w| first.eq_ignore_ascii_case(w)) {
            continue;
        }
        let inner = Statement {
            line: part
                .line
                .saturating_add(lines)
                .saturating_add(line)
                .saturating_add(statement.line)
                .saturating_sub(1),
            text: rest.to_owned(),
            notes: Vec::new(),
            ..part
        };
        read::read(&inner, schema);
    }
    schema.perhaps = before;
    true
}

/// Has the block a condition, a loop or a handler?
fn conditional(body: &str) -> bool {
    ["if", "case", "loop", "when"]
        .iter()
        .any(|w| after_word(body, w).is_some())
}

/// The statements of a block that are read.
const READ: [&str; 10] = [
    "create", "alter", "grant", "revoke", "drop", "comment", "execute", "insert", "merge",
    "security",
];

/// What stands between dollar quotes or quotes, and how many lines before.
fn body(text: &str) -> Option<(&str, u32)> {
    let from = text.find(['$', '\''])?;
    let rest = text.get(from..)?;
    let mark = match rest.strip_prefix('$') {
        Some(inner) => rest.get(..inner.find('$')? + 2)?,
        None => "'",
    };
    let inner = rest.get(mark.len()..)?;
    let end = inner.rfind(mark).unwrap_or(inner.len());
    let lines = text.get(..from)?.matches('\n').count();
    Some((inner.get(..end)?, u32::try_from(lines).unwrap_or(u32::MAX)))
}

/// The statement without the words of the block before it: `BEGIN`, `IF … THEN`, `ELSE`, `LOOP`; and how many lines
/// these were.
fn without_frame(text: &str) -> (&str, u32) {
    let mut rest = text.trim_start();
    for _ in 0..64 {
        let word = rest
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let cut = match word.as_str() {
            "begin" | "else" | "then" | "loop" => Some(word.len()),
            "if" | "elsif" | "elseif" | "when" | "exception" => after_word(rest, "then"),
            "for" | "while" | "foreach" => after_word(rest, "loop"),
            _ => None,
        };
        match cut.and_then(|n| rest.get(n..)) {
            Some(more) => rest = more.trim_start(),
            None => break,
        }
    }
    let passed = text.len().saturating_sub(rest.len());
    let lines = text.get(..passed).unwrap_or_default().matches('\n').count();
    (rest, u32::try_from(lines).unwrap_or(u32::MAX))
}

/// Where the text goes on after the first such word.
fn after_word(text: &str, word: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    lower.match_indices(word).find_map(|(at, _)| {
        let end = at + word.len();
        let whole = !is_part(lower.get(..at)?.chars().next_back())
            && !is_part(lower.get(end..)?.chars().next());
        whole.then_some(end)
    })
}
