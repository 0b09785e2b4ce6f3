//! The words of all names of a schema, made once: many questions are asked of each name.

use super::judge::last_part;
use crate::parse::sql::{Schema, Table};
use crate::privacy::names::words_of;

/// The words of the tables and columns of a schema, each at its place there.
pub(super) struct Said(Vec<Of>);

/// A table's name and those of its columns, in words.
#[derive(Default)]
pub(super) struct Of {
    /// Of the name, without its schema.
    pub(super) name: Vec<String>,
    /// Of the columns, in their order.
    pub(super) columns: Vec<Vec<String>>,
}

impl Said {
    /// Makes the words of a schema.
    pub(super) fn of(schema: &Schema) -> Self {
        let words = |table: &Table| Of {
            name: words_of(last_part(&table.name)),
            columns: table.columns.iter().map(|c| words_of(&c.name)).collect(),
        };
        Self(schema.tables.iter().map(words).collect())
    }

    /// The words of the table at this place.
    pub(super) fn table(&self, at: usize) -> Option<&Of> {
        self.0.get(at)
    }

    /// The words of all tables.
    pub(super) fn tables(&self) -> &[Of] {
        &self.0
    }

    /// The words of a column of the table at this place.
    pub(super) fn column(&self, table: usize, column: usize) -> &[String] {
        let of = self.0.get(table).and_then(|t| t.columns.get(column));
        of.map_or(&[], Vec::as_slice)
    }
}
