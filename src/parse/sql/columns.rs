//! What later statements do to columns: another name, another type, a mask that is taken away, columns and tables that
//! go. A change counts for the tables of its own file at once; those of other files are changed when all are read.

use super::about::actions;
use super::lex::Token;
use super::{Column, Dialect, Guard, Schema, Table, same_table, table};

/// One change, kept for the tables of other files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub table: String,
    /// What becomes of it.
    pub what: What,
}

/// What becomes of a table or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The table goes.
    TableDropped,
    /// The column goes.
    Dropped(String),
    /// The column gets another name: the old one, the new one.
    Renamed(String, String),
    /// The column is defined anew; what the new definition does not say is no longer so.
    Defined(String, Column),
    /// The column gets another type; what else was said of it stays.
    Typed(Column),
    /// The same in Oracle, where a column stays enciphered when its type is another.
    Modified(Column),
    /// A mask or encryption is taken away: the word that the type ends with.
    Bared(String, &'static str),
}

/// The most changes that are kept of a file.
const MAX_CHANGES: usize = 20_000;

/// What a list of DROP goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// The action before was no DROP.
    None,
    /// Columns.
    Columns,
    /// Constraints and the like.
    Others,
}

impl List {
    /// What follows after this action.
    pub(super) fn after(self, action: &[Token], goes_on: bool) -> Self {
        let word = |at: usize, w: &str| action.get(at).is_some_and(|t| t.is(w));
        let kind = |at: usize| match (word(at, "column"), word(at, "constraint")) {
            (true, _) => Some(Self::Columns),
            (_, true) => Some(Self::Others),
            (false, false) => None,
        };
        match (word(0, "drop"), goes_on && self != Self::None) {
            (true, _) => kind(1).unwrap_or(Self::Others),
            (false, true) => kind(0).unwrap_or(self),
            (false, false) => Self::None,
        }
    }
}

/// What one action of `ALTER TABLE` does to columns; `None` where it was not understood. `list`: it goes on with one.
pub(super) fn read(action: &[Token], dialect: Dialect, list: List) -> Option<Vec<What>> {
    let Some(first) = action.first() else {
        return Some(Vec::new());
    };
    let rest = action.get(1..).unwrap_or_default();
    match list {
        List::None => {}
        _ if first.is("column") => return Some(dropped(rest, true, dialect)),
        List::Columns => return Some(dropped(action, action.len() == 1, dialect)),
        List::Others => return Some(Vec::new()),
    }
    let named = rest.first().is_some_and(|t| t.is("column"));
    let rest = rest.get(usize::from(named)..).unwrap_or_default();
    if first.is("drop") {
        return Some(dropped(rest, named, dialect));
    }
    if first.is("rename") {
        return renamed(rest, named);
    }
    if first.is("change") {
        let (old, item) = rest.split_first()?;
        let column = table::column(item)?;
        return Some(vec![What::Defined(old.text.clone(), column)]);
    }
    if first.is("modify") {
        return modified(rest, dialect);
    }
    if first.is("alter") {
        return altered(rest, named);
    }
    Some(Vec::new())
}

/// `DROP [COLUMN] [IF EXISTS] c`, `DROP (a, b)` of Oracle. Without the word, in SQL Server it is a constraint.
fn dropped(rest: &[Token], named: bool, dialect: Dialect) -> Vec<What> {
    const OTHERS: [&str; 14] = [
        "constraint",
        "primary",
        "foreign",
        "index",
        "key",
        "check",
        "partition",
        "partitions",
        "period",
        "unused",
        "default",
        "system",
        "unique",
        "supplemental",
    ];
    let exists = rest.first().is_some_and(|t| t.is("if"));
    let rest = rest.get(if exists { 2 } else { 0 }..).unwrap_or_default();
    let one = |t: &Token| What::Dropped(t.text.clone());
    match rest.first() {
        Some(t) if t.sign('(') => rest
            .iter()
            .skip(1)
            .take_while(|t| !t.sign(')'))
            .filter(|t| t.names())
            .map(one)
            .collect(),
        Some(t) if named && t.names() => vec![one(t)],
        Some(_) if dialect == Dialect::Mssql => Vec::new(),
        Some(t) if t.names() && !OTHERS.iter().any(|w| t.is(w)) => vec![one(t)],
        Some(_) | None => Vec::new(),
    }
}

/// `RENAME [COLUMN] a TO b`. Names of tables, constraints and indexes are no matter of this part.
fn renamed(rest: &[Token], named: bool) -> Option<Vec<What>> {
    let Some(to) = rest.iter().rposition(|t| t.is("to") || t.is("as")) else {
        return Some(Vec::new());
    };
    let other = rest
        .first()
        .is_some_and(|t| t.is("constraint") || t.is("index") || t.is("key"));
    if to == 0 || other && !named {
        return Some(Vec::new());
    }
    let (old, new) = (rest.first()?, rest.get(to + 1)?);
    Some(vec![What::Renamed(old.text.clone(), new.text.clone())])
}

/// `MODIFY [COLUMN] c …` of MySQL, `MODIFY (a …, b …)` of Oracle, where each may leave its type out.
fn modified(rest: &[Token], dialect: Dialect) -> Option<Vec<What>> {
    const OTHERS: [&str; 7] = [
        "constraint",
        "partition",
        "subpartition",
        "default",
        "lob",
        "primary",
        "nested",
    ];
    if rest.first().is_some_and(|t| OTHERS.iter().any(|w| t.is(w))) {
        return Some(Vec::new());
    }
    let listed = rest.first().is_some_and(|t| t.sign('('));
    let items = match listed {
        true => actions(
            rest.get(1..rest.len().saturating_sub(1))
                .unwrap_or_default(),
        ),
        false => vec![rest],
    };
    let mut out = Vec::new();
    for item in items {
        let name = item.first()?.text.clone();
        if item.get(1).is_some_and(|t| t.is("decrypt")) {
            out.push(What::Bared(name, ENCIPHERED));
            continue;
        }
        let column = table::column(item).or_else(|| {
            // Only what is not the type: `c NOT NULL`.
            let bare = item.len() > 1;
            bare.then(|| Column {
                name: name.clone(),
                line: item.first().map_or(0, |t| t.line),
                ..Column::default()
            })
        })?;
        out.push(match dialect {
            Dialect::Mysql => What::Defined(name, column),
            Dialect::Oracle => What::Modified(column),
            Dialect::Postgres | Dialect::Mssql | Dialect::Generic => What::Typed(column),
        });
    }
    Some(out)
}

/// `ALTER [COLUMN] c [SET DATA] TYPE t`, `ALTER COLUMN c t` of SQL Server, `… DROP MASKED`, `… RENAME TO d`.
fn altered(rest: &[Token], named: bool) -> Option<Vec<What>> {
    let (name, after) = rest.split_first()?;
    let word = |at: usize, w: &str| after.get(at).is_some_and(|t| t.is(w));
    if word(0, "drop") {
        let bared = word(1, "masked").then(|| What::Bared(name.text.clone(), MASKED));
        return Some(bared.into_iter().collect());
    }
    if word(0, "rename") {
        let new = after.get(2).filter(|_| word(1, "to"));
        return Some(
            new.map(|t| What::Renamed(name.text.clone(), t.text.clone()))
                .into_iter()
                .collect(),
        );
    }
    let from = match (word(0, "type"), word(0, "set"), word(1, "data")) {
        (true, ..) => 1,
        (_, true, true) => 3,
        (_, true, false) => return Some(Vec::new()),
        // `ALTER INDEX i INVISIBLE`, `ALTER CONSTRAINT c …`.
        (false, false, _) if !named => return Some(Vec::new()),
        (false, false, _) => 0,
    };
    const NO_TYPES: [&str; 8] = [
        "add",
        "restart",
        "not",
        "null",
        "index",
        "check",
        "reset",
        "invisible",
    ];
    let item = after.get(from..)?;
    let first = item.first()?;
    if from == 0 && NO_TYPES.iter().any(|w| first.is(w)) || !name.names() || !first.names() {
        return Some(Vec::new());
    }
    let end = item
        .iter()
        .position(|t| t.is("using"))
        .unwrap_or(item.len());
    let mut whole = vec![name.clone()];
    whole.extend(item.get(..end)?.iter().cloned());
    Some(vec![What::Typed(table::column(&whole)?)])
}

/// How the type of a column ends that is enciphered.
const ENCIPHERED: &str = " encrypted with";
/// How the type of a column ends that is masked on reading.
const MASKED: &str = " masked with";

/// Changes the table; false where it does not have the column.
pub fn apply(table: &mut Table, what: &What) -> bool {
    let place = |table: &Table, name: &str| {
        table
            .columns
            .iter()
            .position(|c| c.name.eq_ignore_ascii_case(name))
    };
    match what {
        What::TableDropped => true,
        What::Dropped(name) => match place(table, name) {
            Some(at) => {
                table.columns.remove(at);
                true
            }
            None => false,
        },
        What::Renamed(old, new) => {
            let found = table
                .columns
                .iter_mut()
                .find(|c| c.name.eq_ignore_ascii_case(old));
            found.map(|c| c.name.clone_from(new)).is_some()
        }
        What::Defined(old, new) => {
            let found = table
                .columns
                .iter_mut()
                .find(|c| c.name.eq_ignore_ascii_case(old));
            found.map(|c| *c = new.clone()).is_some()
        }
        What::Typed(new) | What::Modified(new) => {
            let stays = matches!(what, What::Modified(_));
            let found = table
                .columns
                .iter_mut()
                .find(|c| c.name.eq_ignore_ascii_case(&new.name));
            found.map(|c| retype(c, new, stays)).is_some()
        }
        What::Bared(name, word) => {
            let found = table
                .columns
                .iter_mut()
                .find(|c| c.name.eq_ignore_ascii_case(name));
            found
                .map(|c| c.data_type = c.data_type.replace(word, ""))
                .is_some()
        }
    }
}

/// The type of a new definition; a part that it leaves out stays. `stays`: so does encryption.
fn retype(column: &mut Column, new: &Column, stays: bool) {
    if new.data_type == ENCIPHERED {
        column.data_type.push_str(ENCIPHERED);
    } else if !new.data_type.is_empty() {
        let had = |word: &str| column.data_type.contains(word) && !new.data_type.contains(word);
        // A mask on reading stays when the type is altered.
        let (masked, enciphered) = (had(MASKED), stays && had(ENCIPHERED));
        column.data_type.clone_from(&new.data_type);
        for (kept, word) in [(masked, MASKED), (enciphered, ENCIPHERED)] {
            column.data_type.push_str(if kept { word } else { "" });
        }
    }
    if new.has_comment {
        column.comment.clone_from(&new.comment);
        column.has_comment = true;
    }
    column.default_text |= new.default_text;
    column.not_null |= new.not_null;
}

/// Guards of a column follow its name and go with it.
pub fn follow(guards: &mut Vec<Guard>, of: &str, what: &What) {
    let is_it = |g: &Guard, name: &str| {
        same_table(&g.table, of)
            && g.column
                .as_ref()
                .is_some_and(|c| c.eq_ignore_ascii_case(name))
    };
    match what {
        What::Dropped(name) => guards.retain(|g| !is_it(g, name)),
        What::Renamed(old, new) => {
            for guard in guards.iter_mut().filter(|g| is_it(g, old)) {
                guard.column = Some(new.clone());
            }
        }
        What::Defined(old, new) => {
            for guard in guards.iter_mut().filter(|g| is_it(g, old)) {
                guard.column = Some(new.name.clone());
            }
        }
        What::TableDropped | What::Typed(_) | What::Modified(_) | What::Bared(..) => {}
    }
}

impl Schema {
    /// Changes what this file holds, and keeps the change for the other files.
    pub(super) fn change(&mut self, of: &str, what: What, line: u32) {
        // What takes a migration back happens only where something went wrong.
        if self.takes_back {
            return;
        }
        let mut found = false;
        if what != What::TableDropped {
            for table in self.tables.iter_mut().filter(|t| same_table(&t.name, of)) {
                found |= apply(table, &what);
            }
            follow(&mut self.guards, of, &what);
        }
        let column = match &what {
            What::Defined(_, column) | What::Typed(column) | What::Modified(column) if !found => {
                Some(column.clone())
            }
            What::Defined(..)
            | What::Typed(_)
            | What::Modified(_)
            | What::TableDropped
            | What::Dropped(_)
            | What::Renamed(..)
            | What::Bared(..) => None,
        };
        if let Some(column) = column.filter(|c| !c.data_type.is_empty()) {
            self.in_part(of, line).columns.push(column);
        }
        if self.changes.len() < MAX_CHANGES {
            self.changes.push(Change {
                table: of.to_owned(),
                what,
            });
        }
    }

    /// The table, or what this file says of it where it stands in another.
    pub(super) fn in_part(&mut self, of: &str, line: u32) -> &mut Table {
        let at = self
            .tables
            .iter()
            .position(|t| same_table(&t.name, of))
            .unwrap_or_else(|| {
                self.tables.push(Table {
                    name: of.to_owned(),
                    line,
                    in_part: true,
                    ..Table::default()
                });
                self.tables.len() - 1
            });
        &mut self.tables[at]
    }
}
