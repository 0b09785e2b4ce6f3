//! Steps of migrations that programs write in their own language: what they make of tables is what SQL makes of them.

use super::split::{Statement, split};
use super::{Column, Dialect, Schema, Table, Unparsed, What, about, changes, read};

/// The most steps of one file that are told as not understood.
const MAX_UNPARSED: usize = 1000;

impl Schema {
    /// The tables of a program's migrations: no rights, triggers, jobs or rows stand there, but where it runs SQL.
    pub fn of_steps(dialect: Dialect) -> Self {
        Self {
            only_models: true,
            steps: true,
            ..Self::empty(dialect)
        }
    }

    /// A table is made.
    pub fn makes(&mut self, table: Table) {
        self.statements += 1;
        let (tables, views) = (self.tables.len(), self.views.len());
        self.tables.push(table);
        self.place(tables, views);
    }

    /// Columns are added to a table.
    pub fn adds(&mut self, of: &str, columns: Vec<Column>, line: u32) {
        self.statements += 1;
        about::add(columns, of, line, self);
    }

    /// Something becomes of a table or a column that is there.
    pub fn changes(&mut self, of: &str, what: What, line: u32) {
        self.statements += 1;
        self.change(of, what, line);
    }

    /// A table gets another name.
    pub fn renames(&mut self, old: &str, new: &str) {
        self.statements += 1;
        changes::rename(old, new, self);
    }

    /// SQL is run.
    pub fn runs(&mut self, text: &str, line: u32) {
        for statement in split(text, self.dialect) {
            self.statements += 1;
            let statement = Statement {
                line: statement.line.saturating_add(line.saturating_sub(1)),
                ..statement
            };
            read::read(&statement, self);
        }
    }

    /// A step was not understood.
    pub fn misses(&mut self, line: u32, begins: &str) {
        if self.unparsed.len() < MAX_UNPARSED {
            self.unparsed.push(Unparsed {
                line,
                begins: begins.chars().take(40).collect(),
            });
        }
    }

    /// All steps were read.
    pub fn ends(&mut self) {
        self.settle();
    }
}

/// A column of these words, as SQL would define it.
pub fn column(name: &str, data_type: &str, line: u32) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.to_lowercase(),
        line,
        ..Column::default()
    }
}
