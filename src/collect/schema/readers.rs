//! Who was given the right to read a column: by the table, column by column, or by a view that shows it.

use std::collections::BTreeSet;

use super::whole::NO_RIGHTS;
use crate::model::Value;
use crate::parse::sql::{Column, Grant, Schema, Table, View, same_table};
use crate::text::unicode;

/// The most names of one column.
const MAX_NAMES: usize = 40;

/// The rights that a schema shows, looked up once for each table.
pub(super) struct Readers<'a> {
    schema: &'a Schema,
    /// Does the schema show rights at all? A dump without them says nothing.
    known: bool,
    of: Option<usize>,
    grants: Vec<&'a Grant>,
    views: Vec<(&'a View, Vec<&'a Grant>)>,
}

impl<'a> Readers<'a> {
    /// `live`: the database was asked, so that no grant means that there is none.
    pub(super) fn of(schema: &'a Schema, live: bool) -> Self {
        let rights = |g: &Grant| g.privileges != Grant::LOGIN;
        let shown = live || schema.grants.iter().any(rights);
        Self {
            schema,
            known: shown && !schema.only_models,
            of: None,
            grants: Vec::new(),
            views: Vec::new(),
        }
    }

    /// Does the schema show rights at all?
    pub(super) fn known(&self) -> bool {
        self.known
    }

    /// The accounts and roles that may read the column; its owner may always.
    pub(super) fn column(&mut self, at: usize, table: &Table, column: &Column) -> Value {
        if !self.known {
            return Value::unseen("not_asked", NO_RIGHTS);
        }
        if self.of != Some(at) {
            self.look(table);
            self.of = Some(at);
        }
        let name = column.name.to_lowercase();
        let mut out = BTreeSet::new();
        for grant in self.grants.iter().filter(|g| names_column(g, &name)) {
            out.extend(grant.to.iter().map(|t| unicode::visible(t)));
        }
        for (view, grants) in &self.views {
            if view.shows.iter().any(|s| *s == name || s == "*") {
                let to = grants.iter().flat_map(|g| &g.to);
                out.extend(to.map(|t| unicode::visible(&format!("{t} ({})", view.name))));
            }
        }
        let more = out.len() > MAX_NAMES;
        let names = out.into_iter().take(MAX_NAMES).map(Value::from);
        match more {
            true => Value::partial_list(names),
            false => Value::list(names),
        }
    }

    fn look(&mut self, table: &Table) {
        let schema = self.schema;
        let on = |name: &str| -> Vec<&'a Grant> {
            schema.grants.iter().filter(|g| reads(g, name)).collect()
        };
        self.grants = on(&table.name);
        self.views = schema
            .views
            .iter()
            .filter(|v| v.of.iter().any(|of| same_table(of, &table.name)))
            .map(|v| (v, on(&v.name)))
            .collect();
    }
}

/// Is it the right to read this table or view, or all of them?
fn reads(grant: &Grant, name: &str) -> bool {
    let privileges = grant.privileges.to_lowercase();
    let on = grant.object.to_lowercase();
    let all = on.contains("all tables") || on.starts_with("default tables") || on.ends_with('*');
    (privileges.contains("select") || privileges.starts_with("all"))
        && (all
            || grant
                .object
                .split([' ', ','])
                .filter(|w| !w.is_empty())
                .any(|w| same_table(w, name)))
}

/// `SELECT (a, b)` is a right to these columns only.
fn names_column(grant: &Grant, name: &str) -> bool {
    let privileges = grant.privileges.to_lowercase();
    let Some((_, after)) = privileges.split_once("select") else {
        return true;
    };
    let Some(list) = after.trim_start().strip_prefix('(') else {
        return true;
    };
    list.split(')')
        .next()
        .unwrap_or_default()
        .split(',')
        .any(|c| c.trim().trim_matches(['"', '`', '[', ']']) == name)
}
