//! What the files of one asset say of each other's tables: rights, rows, views, other names, triggers that were
//! dropped. A schema is often written in many files, and a right stands seldom in that of its table.

use std::collections::{BTreeMap, BTreeSet};

use super::dump;
use super::judge::last_part;
use super::order::{self, Order};
use crate::parse::sql::{
    self, Change, Files, Grant, Guard, GuardKind, Schema, Taking, Trigger, Type, Unguard, View,
    What,
};

mod guards;
mod rights;

/// A file that was read.
pub(super) struct File {
    /// What stands in it.
    pub(super) schema: Schema,
    /// Its name in the asset.
    pub(super) file: String,
    /// The name that people see.
    pub(super) place: String,
}

/// What one file says that matters to tables of others.
#[derive(Default)]
struct Said {
    at: usize,
    grants: Vec<Grant>,
    denials: Vec<Grant>,
    takings: Vec<Taking>,
    rights_shown: bool,
    guards: Vec<Guard>,
    unguards: Vec<Unguard>,
    triggers: Vec<Trigger>,
    routines: Vec<(String, Vec<(String, GuardKind)>)>,
    files: Vec<Files>,
    makes: Vec<String>,
    rows: BTreeMap<String, u32>,
    views: Vec<View>,
    set: BTreeSet<(String, String)>,
    types: Vec<Type>,
    changes: Vec<Change>,
    roles: Vec<String>,
    renamed: Vec<(String, String)>,
    dropped: Vec<(String, Option<String>)>,
    purges: bool,
}

/// Files beside the schemas that hold rows and that nobody reads: packed dumps, backups, and tables written out as
/// files, where a table is called so.
pub(super) fn unread(beside: &[(String, String)], read: &[File]) -> Vec<String> {
    let is_table = |file: &str| {
        let name = file.rsplit('/').next().unwrap_or(file);
        let stem = name.split('.').next().unwrap_or(name);
        read.iter()
            .flat_map(|f| &f.schema.tables)
            .any(|t| last_part(&t.name).eq_ignore_ascii_case(stem))
    };
    beside
        .iter()
        .filter(|(file, _)| dump::is_unread(file) || is_table(file))
        .map(|(_, place)| place.clone())
        .collect()
}

/// The most names of one table that are followed.
const MAX_NAMES: usize = 16;

/// Gives each file with tables what the others say of them.
pub(super) fn join(files: &mut [File], unread: &[String]) {
    for file in files.iter_mut() {
        file.schema.unread = unread.to_vec();
    }
    if files.len() < 2 {
        return files.iter_mut().for_each(|f| f.schema.note_undefined());
    }
    let said: Vec<Said> = files
        .iter()
        .enumerate()
        .map(|(at, f)| said(at, f))
        .filter(Said::matters)
        .collect();
    for (at, file) in files.iter_mut().enumerate() {
        if file.schema.tables.is_empty() || file.schema.is_of_models() {
            continue;
        }
        for other in said.iter().filter(|s| s.at != at) {
            add(&mut file.schema, other);
        }
    }
    rights::join(files, &said);
    guards::join(files, &said);
    change(files, &said);
    for file in files.iter_mut() {
        file.schema.define();
        file.schema.note_undefined();
    }
}

/// Changes of columns in the order in which tools run the files: what comes last counts.
fn change(files: &mut [File], said: &[Said]) {
    let orders: Vec<Order> = files.iter().map(|f| Order::of(&f.file)).collect();
    // A table that another file gives another name is known in its own by the first one.
    let names: Vec<&(String, String)> = said.iter().flat_map(|s| &s.renamed).collect();
    let first_name = |of: &str| {
        let mut name = of;
        for _ in 0..names.len().min(MAX_NAMES) {
            match names.iter().find(|(_, new)| sql::same_table(new, name)) {
                Some((old, _)) => name = old,
                None => break,
            }
        }
        name.to_owned()
    };
    let mut sorted: Vec<&Said> = said.iter().filter(|s| !s.changes.is_empty()).collect();
    sorted.sort_by(|a, b| orders.get(a.at).cmp(&orders.get(b.at)));
    for one in sorted {
        for change in &one.changes {
            let older = first_name(&change.table);
            let mut found = false;
            for (at, file) in files.iter_mut().enumerate().filter(|(at, _)| *at != one.at) {
                let after = orders.get(at).zip(orders.get(one.at));
                let when = after.map_or(order::When::NotKnown, |(of, by)| by.when(of));
                found |= apply(&mut file.schema, change, &older, when);
            }
            if found {
                moved(files, one.at, change);
            }
        }
    }
}

/// Changes the tables of a file that stands before, or of which the order does not show; there nothing is taken away.
fn apply(schema: &mut Schema, change: &Change, older: &str, when: order::When) -> bool {
    let takes = matches!(change.what, What::Dropped(_) | What::TableDropped);
    let counts = match when {
        order::When::After => true,
        order::When::NotKnown => !takes,
        order::When::Before => false,
    };
    if !counts || schema.is_of_models() {
        return false;
    }
    let is_it = |name: &str| sql::same_table(name, &change.table) || sql::same_table(name, older);
    if change.what == What::TableDropped {
        schema.tables.retain(|t| !is_it(&t.name));
        return false;
    }
    let mut found = false;
    for table in schema.tables.iter_mut().filter(|t| is_it(&t.name)) {
        let lines: BTreeMap<String, u32> = table
            .columns
            .iter()
            .map(|c| (c.name.to_lowercase(), c.line))
            .collect();
        found |= sql::apply(table, &change.what);
        // The table's file has no line of the change.
        if let What::Defined(old, new) = &change.what {
            let line = lines.get(&old.to_lowercase()).copied();
            let mut columns = table.columns.iter_mut();
            if let (Some(column), Some(line)) = (columns.find(|c| c.name == new.name), line) {
                column.line = line;
            }
        }
    }
    if found {
        for name in [change.table.as_str(), older] {
            sql::follow(&mut schema.guards, name, &change.what);
        }
    }
    found
}

/// A column that was known by its change alone stands in the file of its table.
fn moved(files: &mut [File], at: usize, change: &Change) {
    let name = match &change.what {
        What::Defined(_, column) | What::Typed(column) | What::Modified(column) => &column.name,
        What::TableDropped | What::Dropped(_) | What::Renamed(..) | What::Bared(..) => return,
    };
    let Some(file) = files.get_mut(at) else {
        return;
    };
    for table in &mut file.schema.tables {
        if table.in_part && sql::same_table(&table.name, &change.table) {
            table.columns.retain(|c| c.name != *name);
        }
    }
    file.schema
        .tables
        .retain(|t| !t.in_part || !t.columns.is_empty());
}

impl Said {
    fn matters(&self) -> bool {
        !(self.grants.is_empty()
            && self.denials.is_empty()
            && self.takings.is_empty()
            && !self.rights_shown
            && self.guards.is_empty()
            && self.unguards.is_empty()
            && self.triggers.is_empty()
            && self.routines.is_empty()
            && self.files.is_empty()
            && self.rows.is_empty()
            && self.views.is_empty()
            && self.set.is_empty()
            && self.types.is_empty()
            && self.changes.is_empty()
            && self.renamed.is_empty()
            && self.dropped.is_empty()
            && !self.purges)
    }
}

fn said(at: usize, file: &File) -> Said {
    let schema = &file.schema;
    let placed = |g: &Grant| Grant {
        file: file.file.clone(),
        ..g.clone()
    };
    let back = sql::takes_back(&file.file);
    Said {
        at,
        grants: schema.grants.iter().map(placed).collect(),
        denials: schema.denials.iter().map(placed).collect(),
        takings: match back {
            true => Vec::new(),
            false => schema.takings.clone(),
        },
        rights_shown: schema.rights_shown,
        guards: schema.guards.clone(),
        unguards: match back {
            true => Vec::new(),
            false => schema.unguards.clone(),
        },
        triggers: schema.triggers.clone(),
        routines: schema.routines.clone(),
        files: schema.files.clone(),
        makes: schema
            .tables
            .iter()
            .filter(|t| !t.in_part)
            .map(|t| t.name.clone())
            .collect(),
        rows: schema.rows.clone(),
        views: schema.views.clone(),
        set: schema.set.clone(),
        types: schema.types.clone(),
        changes: match back {
            true => Vec::new(),
            false => schema.changes.clone(),
        },
        roles: schema.roles.clone(),
        renamed: schema.renamed.clone(),
        dropped: schema.dropped.clone(),
        purges: schema.purges,
    }
}

fn add(schema: &mut Schema, other: &Said) {
    let has =
        |schema: &Schema, name: &str| schema.tables.iter().any(|t| sql::same_table(&t.name, name));
    let names = names_here(schema, &other.renamed);
    schema.roles.extend(other.roles.iter().cloned());
    for (table, count) in &other.rows {
        let old = names.iter().find(|(_, new)| sql::same_table(new, table));
        let table = old.map_or(table, |(old, _)| old);
        if has(schema, table) {
            *schema.rows.entry(table.clone()).or_default() += count;
        }
    }
    schema.set.extend(other.set.iter().cloned());
    schema.types.extend(other.types.iter().cloned());
    let views = other
        .views
        .iter()
        .filter(|v| v.of.iter().any(|of| has(schema, of)));
    let views: Vec<View> = views.cloned().collect();
    schema.views.extend(views);
    for table in &mut schema.tables {
        sql::expand(table, &schema.types);
    }
    schema.purges |= other.purges;
}

/// A table that another file gives another name is known here by its first one.
fn names_here(schema: &Schema, renamed: &[(String, String)]) -> Vec<(String, String)> {
    let has = |name: &str| schema.tables.iter().any(|t| sql::same_table(&t.name, name));
    renamed
        .iter()
        .filter(|(old, new)| has(old) && !has(new))
        .cloned()
        .collect()
}
