//! What later statements change: other names of tables, triggers that no longer run, tables copied out of others,
//! types made of columns.

use super::columns::What;
use super::lex::{Kind, Token};
use super::{
    Column, Dialect, Grant, GuardKind, Schema, Table, Target, Type, Unguard, place, same_table,
    table, taken, types,
};

/// `RENAME [TO] t` of `ALTER TABLE`: another name of the table itself.
pub(super) fn renamed_table(action: &[Token], name: &str, schema: &mut Schema) -> bool {
    let other = |t: &Token| {
        ["constraint", "index", "key", "column"]
            .iter()
            .any(|w| t.is(w))
    };
    let Some(first) = action.first() else {
        return true;
    };
    if !first.is("rename") || action.get(1).is_some_and(other) {
        return true;
    }
    match action.iter().rposition(|t| t.is("to") || t.is("as")) {
        Some(at) if at > 1 => return true,
        Some(at) => match table::name(action.get(at + 1..).unwrap_or_default()) {
            Some((new, _)) => rename(name, &new, schema),
            None => return false,
        },
        None => match table::name(action.get(1..).unwrap_or_default()) {
            Some((new, _)) => rename(name, &new, schema),
            None => return false,
        },
    }
    true
}

/// A table gets another name, and with it what was said of it.
pub(super) fn rename(old: &str, new: &str, schema: &mut Schema) {
    // The schema of the old name stays.
    let full = match old.rsplit_once('.') {
        Some((of, _)) if !new.contains('.') => format!("{of}.{new}"),
        Some(_) | None => new.to_owned(),
    };
    let is_old = |name: &str| same_table(name, old);
    let used = schema.in_use.clone();
    let home = place::Home::new(schema.dialect, used.as_deref());
    for table in &mut schema.tables {
        if is_old(&table.name) {
            table.name.clone_from(&full);
            table.full = home.full(&full);
        }
    }
    for guard in &mut schema.guards {
        if is_old(&guard.table) {
            guard.table.clone_from(&full);
        }
    }
    for grant in schema.grants.iter_mut().chain(&mut schema.denials) {
        renamed_in(grant, old, &full);
    }
    for name in &mut schema.partitioned {
        if is_old(name) {
            name.clone_from(&full);
        }
    }
    for view in &mut schema.views {
        for of in &mut view.of {
            if is_old(of) {
                of.clone_from(&full);
            }
        }
    }
    schema.renamed.push((old.to_owned(), full));
}

/// A right to a table is a right to it under its other name.
pub fn renamed_in(grant: &mut Grant, old: &str, new: &str) {
    if let Some(Target::Table(on)) = &mut grant.on
        && same_table(on, old)
    {
        // What the old name does not say stays.
        let of = on.rsplit_once('.').map(|(of, _)| of.to_owned());
        *on = match of {
            Some(of) if !new.contains('.') => format!("{of}.{new}"),
            Some(_) | None => new.to_owned(),
        };
    }
    let words: Vec<&str> = grant.object.split(' ').collect();
    if !words.iter().any(|w| same_table(w.trim_matches(','), old)) {
        return;
    }
    let words: Vec<String> = words
        .into_iter()
        .map(|w| match same_table(w.trim_matches(','), old) {
            true if w.ends_with(',') => format!("{new},"),
            true => new.to_owned(),
            false => w.to_owned(),
        })
        .collect();
    grant.object = words.join(" ");
}

/// `RENAME TABLE a TO b, c TO d`, `RENAME a TO b` of Oracle.
pub(super) fn rename_tables(tokens: &[Token], schema: &mut Schema) -> bool {
    let from = match tokens.get(1) {
        Some(t) if t.is("table") || t.is("tables") => 2,
        Some(t) if t.is("user") || t.is("column") => return true,
        Some(_) | None => 1,
    };
    let mut good = true;
    for pair in tokens
        .get(from..)
        .unwrap_or_default()
        .split(|t| t.sign(','))
    {
        let to = pair.iter().position(|t| t.is("to"));
        let new = to.and_then(|at| table::name(pair.get(at + 1..)?));
        match (table::name(pair), new) {
            (Some((old, _)), Some((new, _))) => rename(&old, &new, schema),
            (_, _) => good = false,
        }
    }
    good
}

/// `EXEC sp_rename 'dbo.a', 'b'`, also of columns: `EXEC sp_rename 'dbo.a.c', 'd', 'COLUMN'`.
pub(super) fn renamed_by_procedure(tokens: &[Token], schema: &mut Schema) {
    if !tokens.iter().take(8).any(|t| t.is("sp_rename")) {
        return;
    }
    let texts: Vec<String> = tokens
        .iter()
        .filter(|t| t.kind == Kind::Text)
        .map(|t| t.text.replace(['[', ']'], ""))
        .collect();
    let (Some(old), Some(new)) = (texts.first(), texts.get(1)) else {
        return;
    };
    match texts.get(2).map(|kind| kind.to_ascii_lowercase()) {
        Some(kind) if kind == "column" => {
            if let Some((of, column)) = old.rsplit_once('.') {
                let what = What::Renamed(column.to_owned(), new.clone());
                schema.change(of, what, 0);
            }
        }
        Some(kind) if kind != "object" => {}
        Some(_) | None => rename(old, new, schema),
    }
}

/// `DROP TRIGGER t ON a`, `ALTER TABLE a DISABLE TRIGGER t`, `DISABLE TRIGGER t ON a`, `ALTER TRIGGER t DISABLE`, and
/// the way back.
pub(super) fn dropped(tokens: &[Token], schema: &mut Schema) {
    let Some(at) = tokens.iter().take(24).position(|t| t.is("trigger")) else {
        return;
    };
    let before = tokens.get(..at).unwrap_or_default();
    let rest = tokens.get(at + 1..).unwrap_or_default();
    let word = |part: &[Token], w: &str| part.iter().any(|t| t.is(w));
    // `ENABLE REPLICA TRIGGER`: it runs only where rows come from another server.
    let replica = before.last().is_some_and(|t| t.is("replica"));
    let off = word(before, "drop") || word(before, "disable") || replica;
    let on = word(before, "enable") && !replica;
    let altered = tokens.first().is_some_and(|t| t.is("alter")) && at == 1;
    if !off && !on && !altered {
        return;
    }
    let of = before
        .iter()
        .position(|t| t.is("table"))
        .and_then(|n| table::name(before.get(n + 1..)?))
        .or_else(|| {
            let n = rest.iter().position(|t| t.is("on"))?;
            table::name(rest.get(n + 1..)?)
        })
        .map(|(name, _)| name);
    let all = rest.first().is_none_or(|t| t.is("all") || t.is("user"));
    let name = match all {
        true => Some("*".to_owned()),
        false => table::name(rest).map(|(name, _)| name),
    };
    let Some(name) = name else {
        return;
    };
    if off || altered && word(rest, "disable") {
        let gone = forget_trigger(&name, of.as_deref(), schema);
        if !word(before, "drop") {
            schema.disabled.extend(gone);
        }
        schema.dropped.push((name, of));
    } else if on || altered && word(rest, "enable") {
        let is_it = |by: &str, table: &str| is_trigger(by, table, &name, of.as_deref());
        let back = schema
            .disabled
            .extract_if(.., |g| is_it(&g.by, &g.table))
            .collect::<Vec<_>>();
        schema.guards.extend(back);
        schema.dropped.retain(|(by, _)| *by != name);
    }
}

/// `DROP TABLE [IF EXISTS] a, b`: kept for the files before; a file that only begins anew drops what it then makes.
pub(super) fn dropped_tables(tokens: &[Token], schema: &mut Schema) {
    let drops = tokens.first().is_some_and(|t| t.is("drop"));
    let at = tokens.iter().take(3).position(|t| t.is("table"));
    let Some(at) = at.filter(|_| drops) else {
        return;
    };
    let rest = tokens.get(at + 1..).unwrap_or_default();
    for part in rest.split(|t| t.sign(',')) {
        if let Some((name, _)) = table::name(part) {
            let line = part.first().map_or(0, |t| t.line);
            taken::dropped_table(&name, schema);
            dropped_with(&name, schema);
            schema.change(&name, What::TableDropped, line);
        }
    }
}

/// What protects a table goes with it.
fn dropped_with(name: &str, schema: &mut Schema) {
    schema.unguard(Unguard {
        kind: None,
        table: Some(name.to_owned()),
        column: None,
        by: None,
    });
    schema.triggers.retain(|t| !same_table(&t.table, name));
}

/// Takes what a trigger protects out of the guards.
pub(super) fn forget_trigger(
    name: &str,
    of: Option<&str>,
    schema: &mut Schema,
) -> Vec<super::Guard> {
    let is_policy = |g: &super::Guard| matches!(g.kind, GuardKind::Policy | GuardKind::Open);
    schema
        .triggers
        .retain(|t| !is_trigger(&t.name, &t.table, name, of));
    schema
        .guards
        .extract_if(.., |g| {
            !is_policy(g) && is_trigger(&g.by, &g.table, name, of)
        })
        .collect()
}

/// Is the trigger `by` of `table` the one that is named, on the table that is named?
pub fn is_trigger(by: &str, table: &str, name: &str, of: Option<&str>) -> bool {
    !by.is_empty()
        && (name == "*" || same_table(by, name))
        && of.is_none_or(|of| same_table(table, of))
}

/// `SELECT … INTO new FROM old`: a table with the columns of the other.
pub(super) fn select_into(tokens: &[Token], line: u32, schema: &mut Schema) -> bool {
    // In blocks of Oracle and MySQL it fills a variable.
    if matches!(schema.dialect, Dialect::Oracle | Dialect::Mysql) {
        return true;
    }
    let (Some(into), Some(from)) = (at_top(tokens, "into"), at_top(tokens, "from")) else {
        return true;
    };
    if into > from {
        return true;
    }
    let mut target = tokens.get(into + 1..).unwrap_or_default();
    while target.first().is_some_and(|t| {
        ["table", "unlogged", "temp", "temporary"]
            .iter()
            .any(|w| t.is(w))
    }) {
        target = target.get(1..).unwrap_or_default();
    }
    let Some((name, _)) = table::name(target) else {
        return false;
    };
    if name.starts_with(['#', '@']) {
        return true;
    }
    let Some((of, end)) = table::name(tokens.get(from + 1..).unwrap_or_default()) else {
        return false;
    };
    let source = schema.tables.iter().find(|t| same_table(&t.name, &of));
    let list = tokens.get(1..into).unwrap_or_default();
    let joins = tokens
        .get(from + 1 + end..)
        .unwrap_or_default()
        .iter()
        .any(|t| t.is("join") || t.sign(','));
    let Some(source) = source else {
        return false;
    };
    let all = list.iter().any(|t| t.sign('*'));
    let named = |c: &Column| {
        list.iter()
            .any(|t| t.names() && t.text.eq_ignore_ascii_case(&c.name))
    };
    let columns: Vec<Column> = source
        .columns
        .iter()
        .filter(|c| all || named(c))
        .cloned()
        .collect();
    let whole = !joins && !columns.is_empty();
    schema.tables.push(Table {
        name,
        columns,
        line,
        ..Table::default()
    });
    whole
}

/// Where the word stands outside brackets.
fn at_top(tokens: &[Token], word: &str) -> Option<usize> {
    let mut depth = 0_u32;
    tokens.iter().position(|t| {
        if t.sign('(') {
            depth += 1;
        } else if t.sign(')') {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && t.is(word)
    })
}

/// `CREATE TYPE t AS (a text, b date)`, `AS OBJECT (…)`, `FROM base`, `AS TABLE OF t`: what stands after `TYPE`.
pub(super) fn defined_type(rest: &[Token], schema: &mut Schema) -> bool {
    let rest = match rest.first() {
        // The body of a type of Oracle holds code.
        Some(t) if t.is("body") => return true,
        Some(_) | None => rest,
    };
    let Some((name, end)) = table::name(rest) else {
        return true;
    };
    let mut after = rest.get(end..).unwrap_or_default();
    // `OID '…'`, `FORCE`, `AUTHID …` of Oracle.
    let begins = |t: &Token| ["as", "is", "from", "under"].iter().any(|w| t.is(w));
    let start = after.iter().take(6).position(begins);
    after = after.get(start.unwrap_or(0)..).unwrap_or_default();
    let list = match (after.first(), after.get(1)) {
        (Some(a), Some(b)) if (a.is("as") || a.is("is")) && b.sign('(') => Some(1),
        (Some(a), Some(b)) if (a.is("as") || a.is("is")) && b.is("object") => Some(2),
        // The columns of the type above it are not copied: they are its own fields too.
        (Some(a), Some(_)) if a.is("under") => after.iter().position(|t| t.sign('(')),
        (_, _) => None,
    };
    let Some(list) = list else {
        let base = base_of(after);
        schema.types.push(Type {
            name,
            columns: Vec::new(),
            base,
        });
        return true;
    };
    let mut words: Vec<Token> = rest.get(..end).unwrap_or_default().to_vec();
    words.extend(after.get(list..).unwrap_or_default().iter().cloned());
    match table::read(&words) {
        Some((read, whole)) => {
            schema.types.push(Type {
                name,
                columns: read.columns,
                base: None,
            });
            whole
        }
        None => false,
    }
}

/// `FROM varchar(15) NULL`, `AS TABLE OF t`, `AS VARRAY(5) OF t`: the type that it is made of.
fn base_of(after: &[Token]) -> Option<String> {
    let from = match after.first() {
        Some(t) if t.is("from") => 1,
        Some(_) => after.iter().position(|t| t.is("of"))? + 1,
        None => return None,
    };
    table::type_of(after.get(from..)?)
}

/// `CREATE DOMAIN d AS varchar(15) CHECK (…)`: what stands after `DOMAIN`.
pub(super) fn domain(rest: &[Token], schema: &mut Schema) -> bool {
    let Some((name, end)) = table::name(rest) else {
        return true;
    };
    let after = rest.get(end..).unwrap_or_default();
    let from = usize::from(after.first().is_some_and(|t| t.is("as")));
    schema.types.push(Type {
        name,
        columns: Vec::new(),
        base: table::type_of(after.get(from..).unwrap_or_default()),
    });
    true
}

/// The deepest nesting of types that is followed.
const MAX_NESTED: usize = 4;

/// A column of a type that is made of columns holds them all.
pub fn expand(table: &mut Table, types: &[Type]) {
    if types
        .iter()
        .all(|t| t.columns.is_empty() && t.base.is_none())
    {
        return;
    }
    let mut from = 0;
    for _ in 0..MAX_NESTED {
        let mut found: Vec<Column> = Vec::new();
        for column in table.columns.iter().skip(from) {
            let of = fields(&column.data_type, types).iter();
            for field in of {
                let same = |c: &Column| c.name.eq_ignore_ascii_case(&field.name);
                if !table.columns.iter().any(same) && !found.iter().any(same) {
                    found.push(field.clone());
                }
            }
        }
        from = table.columns.len();
        if found.is_empty() {
            return;
        }
        table.columns.extend(found);
    }
}

/// The columns that a type is made of, also that of a list of it.
fn fields<'a>(written: &str, types: &'a [Type]) -> &'a [Column] {
    let mut name = types::bare(written);
    for _ in 0..MAX_NESTED {
        let Some(found) = types.iter().find(|t| same_table(&t.name, name)) else {
            return &[];
        };
        match &found.base {
            Some(base) => name = types::bare(base),
            None => return &found.columns,
        }
    }
    &[]
}
