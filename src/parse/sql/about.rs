//! Statements about tables that are there already: added columns, comments, grants.

use super::columns::{self, List};
use super::lex::{Kind, Token};
use super::{Column, Grant, Schema, Table, accounts, changes, rights, table, taken};

/// `ALTER TABLE t ADD COLUMN c type`, also `ADD (a …, b …)`; what becomes of columns that are there.
pub(super) fn alter(tokens: &[Token], schema: &mut Schema) -> bool {
    if tokens.get(1).is_some_and(|t| t.is("default")) {
        taken::revoke(tokens, schema);
        let given = rights::of_later(tokens, schema);
        schema.rights_shown |= !given.is_empty();
        schema.give(given);
        return true;
    }
    accounts::used(tokens, schema);
    accounts::member(tokens, schema);
    accounts::renamed_account(tokens, schema);
    changes::dropped(tokens, schema);
    let Some(at) = tokens.iter().take(6).position(|t| t.is("table")) else {
        return true;
    };
    let rest = tokens.get(at + 1..).unwrap_or_default();
    let Some((name, end)) = table::name(rest) else {
        return false;
    };
    let mut added = Vec::new();
    let mut good = true;
    let mut adds = false;
    let mut list = List::None;
    let line = rest.first().map_or(0, |t| t.line);
    for action in actions(rest.get(end..).unwrap_or_default()) {
        let first = action.first();
        // `ADD a int, b int`: what begins with no word of another change goes on with the list.
        let goes_on = first.is_some_and(|t| !ACTIONS.iter().any(|w| t.is(w)));
        adds = adds && goes_on || first.is_some_and(|t| t.is("add"));
        if adds {
            list = List::None;
            good &= match goes_on {
                true => added_column(action, &mut added),
                false => added_columns(action, &mut added),
            };
            continue;
        }
        let of = if goes_on { list } else { List::None };
        let read = columns::read(action, schema.dialect, of);
        list = list.after(action, goes_on);
        good &= read.is_some() && changes::renamed_table(action, &name, schema);
        for what in read.into_iter().flatten() {
            // A column that was added just before is there already.
            add(std::mem::take(&mut added), &name, line, schema);
            schema.change(&name, what, line);
        }
    }
    add(added, &name, line, schema);
    good
}

/// Puts new columns into the table.
pub(super) fn add(added: Vec<Column>, name: &str, line: u32, schema: &mut Schema) {
    if added.is_empty() {
        return;
    }
    let mut more = Table {
        columns: added,
        ..Table::default()
    };
    changes::expand(&mut more, &schema.types);
    let table = schema.in_part(name, line);
    for column in more.columns {
        // `ADD COLUMN IF NOT EXISTS` leaves one that is there.
        let there = |c: &Column| c.name.eq_ignore_ascii_case(&column.name);
        if !table.columns.iter().any(there) {
            table.columns.push(column);
        }
    }
}

/// The parts of a list between commas.
pub(super) fn actions(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_u32;
    tokens
        .split(|t| {
            if t.sign('(') {
                depth += 1;
            } else if t.sign(')') {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && t.sign(',')
        })
        .collect()
}

/// Words with which a change of a table begins.
const ACTIONS: [&str; 40] = [
    "add",
    "drop",
    "alter",
    "modify",
    "change",
    "rename",
    "set",
    "enable",
    "disable",
    "owner",
    "attach",
    "detach",
    "validate",
    "order",
    "convert",
    "engine",
    "comment",
    "with",
    "check",
    "nocheck",
    "force",
    "lock",
    "algorithm",
    "reset",
    "inherit",
    "no",
    "cluster",
    "replica",
    "switch",
    "rebuild",
    "move",
    "truncate",
    "default",
    "auto_increment",
    "tablespace",
    "discard",
    "import",
    "row_format",
    "charset",
    "character",
];

/// Words that begin what is added and is no column.
const NOT_COLUMNS: [&str; 16] = [
    "constraint",
    "primary",
    "unique",
    "foreign",
    "index",
    "key",
    "fulltext",
    "spatial",
    "check",
    "partition",
    "default",
    "value",
    "generated",
    "period",
    "supplemental",
    "exclude",
];

fn is_no_column(item: &[Token]) -> bool {
    item.first()
        .is_some_and(|t| NOT_COLUMNS.iter().any(|w| t.is(w)))
}

fn added_column(item: &[Token], added: &mut Vec<Column>) -> bool {
    is_no_column(item) || table::column(item).map(|c| added.push(c)).is_some()
}

fn added_columns(action: &[Token], added: &mut Vec<Column>) -> bool {
    let Some(first) = action.first() else {
        return true;
    };
    if !first.is("add") {
        return true;
    }
    let mut rest = action.get(1..).unwrap_or_default();
    if rest.is_empty() || is_no_column(rest) {
        return true;
    }
    if rest.first().is_some_and(|t| t.is("column")) {
        rest = rest.get(1..).unwrap_or_default();
    }
    if rest.first().is_some_and(|t| t.is("if")) {
        rest = rest.get(3..).unwrap_or_default();
    }
    if rest.first().is_some_and(|t| t.sign('(')) {
        let inner = rest
            .get(1..rest.len().saturating_sub(1))
            .unwrap_or_default();
        return actions(inner)
            .into_iter()
            .all(|item| added_column(item, added));
    }
    table::column(rest).map(|c| added.push(c)).is_some()
}

/// `COMMENT ON COLUMN a.b.c IS '…'`, `COMMENT ON TABLE …`.
pub(super) fn comment_on(tokens: &[Token], schema: &mut Schema) -> bool {
    let (Some(on), Some(kind)) = (tokens.get(1), tokens.get(2)) else {
        return false;
    };
    if !on.is("on") {
        return false;
    }
    if !kind.is("column") && !kind.is("table") {
        return true;
    }
    let Some((name, end)) = table::name(tokens.get(3..).unwrap_or_default()) else {
        return false;
    };
    let text = tokens
        .get(3 + end..)
        .unwrap_or_default()
        .iter()
        .find(|t| t.kind == Kind::Text)
        .map(|t| t.text.chars().take(400).collect::<String>())
        .unwrap_or_default();
    set_comment(&name, kind.is("table"), text, schema);
    true
}

fn set_comment(name: &str, of_table: bool, text: String, schema: &mut Schema) {
    if of_table {
        // Comments follow their tables.
        let mut tables = schema.tables.iter_mut().rev();
        if let Some(table) = tables.find(|t| same_name(&t.name, name)) {
            table.comment = text;
        }
        return;
    }
    let Some((of, column)) = name.rsplit_once('.') else {
        return;
    };
    let column = schema
        .tables
        .iter_mut()
        .rev()
        .find(|t| same_name(&t.name, of))
        .and_then(|t| {
            t.columns
                .iter_mut()
                .find(|c| c.name.eq_ignore_ascii_case(column))
        });
    if let Some(column) = column {
        column.comment = text;
        column.has_comment = true;
    }
}

/// `EXEC sp_addextendedproperty 'MS_Description', N'…', 'SCHEMA', 'dbo', 'TABLE', 'Orders', 'COLUMN', 'Phone'`.
pub(super) fn described(tokens: &[Token], schema: &mut Schema) {
    if !tokens
        .iter()
        .take(6)
        .any(|t| t.text.eq_ignore_ascii_case("sp_addextendedproperty"))
    {
        return;
    }
    let texts: Vec<&str> = tokens
        .iter()
        .filter(|t| t.kind == Kind::Text)
        .map(|t| t.text.as_str())
        .collect();
    let after = |word: &str| {
        texts
            .iter()
            .position(|t| t.eq_ignore_ascii_case(word))
            .and_then(|at| texts.get(at + 1))
    };
    if let (Some(value), Some(table), Some(column)) =
        (texts.get(1), after("table"), after("column"))
    {
        set_comment(
            &format!("{table}.{column}"),
            false,
            (*value).chars().take(400).collect(),
            schema,
        );
    }
}

/// `CREATE ROLE r`: it comes from no address. `CREATE USER 'u'@'%'`: it may come from all of them.
pub(super) fn account(tokens: &[Token], schema: &mut Schema) {
    let mut rest = tokens.get(1..).unwrap_or_default();
    if rest.first().is_some_and(|t| t.is("if")) {
        rest = rest.get(3..).unwrap_or_default();
    }
    let to = rights::grantees(rest, schema);
    accounts::joined(rest, schema);
    if tokens.first().is_some_and(|t| t.is("role")) {
        schema.roles.extend(to.into_iter().map(|t| t.name));
    } else if schema.dialect == super::Dialect::Mysql && to.iter().any(|t| t.open) {
        schema.grants.push(Grant {
            privileges: Grant::LOGIN.to_owned(),
            object: String::new(),
            rights: Vec::new(),
            on: None,
            except: Vec::new(),
            to,
            option: false,
            doubt: false,
            by: String::new(),
            file: String::new(),
            line: tokens.first().map_or(0, |t| t.line),
        });
    }
}

/// `orders` and `public.orders` are the same table where one of them names no schema.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    // Asked of every pair of table and right, and nearly all of them end otherwise.
    let end = |n: &str| n.as_bytes().last().map(u8::to_ascii_lowercase);
    if end(a) != end(b) {
        return false;
    }
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let last = |n: &str| n.rfind('.').map_or(0, |at| at + 1);
    let ends = a.get(last(a)..).zip(b.get(last(b)..));
    (!a.contains('.') || !b.contains('.') || a.matches('.').count() != b.matches('.').count())
        && ends.is_some_and(|(x, y)| x.eq_ignore_ascii_case(y))
}
