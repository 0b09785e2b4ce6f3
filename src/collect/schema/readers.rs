//! Who was given the right to read a column: by the table, column by column, by a role, or by a view that shows it.

use std::collections::BTreeSet;

use super::whole::NO_RIGHTS;
use crate::model::Value;
use crate::parse::sql::{Column, Reading, Schema, Table, View, same_table};
use crate::text::unicode;

/// The most names of one column.
const MAX_NAMES: usize = 40;

/// The rights that a schema shows, looked up once for each table.
pub(super) struct Readers<'a> {
    schema: &'a Schema,
    /// Does the schema show rights at all? A dump without them says nothing.
    known: bool,
    of: Option<usize>,
    table: Vec<Reading<'a>>,
    views: Vec<(&'a View, Vec<Reading<'a>>)>,
}

impl<'a> Readers<'a> {
    /// `live`: the database was asked, so that no grant means that there is none.
    pub(super) fn of(schema: &'a Schema, live: bool) -> Self {
        Self {
            schema,
            known: (live || schema.rights_shown) && !schema.is_of_models(),
            of: None,
            table: Vec::new(),
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
        let mut whole = true;
        for reading in self.table.iter().filter(|r| r.shows(&name)) {
            whole &= self.add(reading, None, &mut out);
        }
        for (view, readings) in &self.views {
            if view.shows.iter().any(|s| *s == name || s == "*") {
                for reading in readings {
                    whole &= self.add(reading, Some(view), &mut out);
                }
            }
        }
        whole &= out.len() <= MAX_NAMES;
        let names = out.into_iter().take(MAX_NAMES).map(Value::from);
        match whole {
            true => Value::list(names),
            false => Value::partial_list(names),
        }
    }

    /// Adds whom the right is given to and the members of that role; false where one of them is in doubt.
    fn add(&self, reading: &Reading<'_>, by: Option<&View>, out: &mut BTreeSet<String>) -> bool {
        if reading.grant.doubt {
            return false;
        }
        let by = by.map(|v| format!(" ({})", v.name)).unwrap_or_default();
        out.insert(unicode::visible(&format!("{}{by}", reading.to)));
        let members = self.schema.members(reading.to);
        for (member, _) in members.iter().filter(|(_, doubt)| !doubt) {
            out.insert(unicode::visible(&format!("{member} ({})", reading.to)));
        }
        !members.iter().any(|(_, doubt)| *doubt)
    }

    fn look(&mut self, table: &Table) {
        let schema = self.schema;
        self.table = schema.readings(table.full());
        self.views = schema
            .views
            .iter()
            .filter(|v| v.of.iter().any(|of| same_table(of, &table.name)))
            .map(|v| (v, schema.readings(v.full())))
            .collect();
    }
}
