//! What every column of a schema holds, and whether it is stored protected. Pure: no facts, no files.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::model::Declared;
use crate::parse::sql::{Column, Schema, Table};
use crate::privacy::names::classify_in;
use crate::privacy::protection::{Protected, Stored, judge as protection};
use crate::privacy::values::Sampled;
use crate::privacy::{Setting, Verdict};

use super::shield::{Access, Held, Shield, shield};

/// What was concluded of one column.
pub(super) struct Judged {
    /// Its table and its place there.
    pub(super) table: usize,
    /// Its place in the table.
    pub(super) column: usize,
    /// What it holds.
    pub(super) verdict: Verdict,
    /// Does anything protect it: encryption, a hash, a mask, a limit of access?
    pub(super) protected: Protected,
    /// Is it protected where it is stored?
    pub(super) at_rest: Protected,
    /// Why.
    pub(super) why: String,
    /// The kind of hash, where it is told.
    pub(super) hash: Option<&'static str>,
}

impl Judged {
    /// Its table.
    pub(super) fn of<'a>(&self, schema: &'a Schema) -> Option<(&'a Table, &'a Column)> {
        let table = schema.tables.get(self.table)?;
        Some((table, table.columns.get(self.column)?))
    }

    /// Its full name.
    pub(super) fn name(&self, schema: &Schema) -> String {
        self.of(schema)
            .map(|(t, c)| format!("{}.{}", t.name, c.name))
            .unwrap_or_default()
    }
}

/// What is known beside the definitions.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// What the company declares, proven by papers.
    pub(super) declared: &'a [Declared],
    /// What sampled values of `table.column` look like.
    pub(super) sampled: Option<&'a BTreeMap<String, Sampled>>,
}

/// The most columns of a table that are looked at to say what the table is.
const MAX_NEIGHBOURS: usize = 60;

/// Judges every column of the schema.
pub(super) fn judge(schema: &Schema, beside: &Beside<'_>) -> Vec<Judged> {
    let tables = schema.tables.par_iter().enumerate();
    tables
        .flat_map_iter(|(at, table)| of_table(schema, at, table, beside))
        .collect()
}

fn of_table(schema: &Schema, at: usize, table: &Table, beside: &Beside<'_>) -> Vec<Judged> {
    let mut out = Vec::with_capacity(table.columns.len());
    let names: Vec<&str> = table
        .columns
        .iter()
        .take(MAX_NEIGHBOURS)
        .map(|c| c.name.as_str())
        .collect();
    let setting = Setting::of(Some(last_part(&table.name)), &names);
    let access = Access::of(table, schema);
    for (column_at, column) in table.columns.iter().enumerate() {
        let comment = Some(column.comment.as_str()).filter(|c| !c.is_empty());
        let data_type = column.base.as_ref().unwrap_or(&column.data_type);
        let mut verdict = classify_in(&column.name, Some(data_type), comment, &setting);
        let values = beside
            .sampled
            .and_then(|all| all.get(&format!("{}.{}", table.name, column.name)));
        if let Some(values) = values {
            verdict.weigh_values(values);
        }
        let Shield {
            protected,
            at_rest,
            why,
            hash,
        } = shield(
            verdict.class,
            stored(&verdict, column),
            &Held {
                table,
                column,
                access: &access,
                values,
            },
            beside.declared,
        );
        out.push(Judged {
            table: at,
            column: column_at,
            verdict,
            protected,
            at_rest,
            why,
            hash,
        });
    }
    out
}

fn stored(verdict: &Verdict, column: &Column) -> (Protected, String, Option<&'static str>) {
    protection(
        verdict.class,
        &Stored {
            name: &column.name,
            data_type: column.base.as_deref().unwrap_or(&column.data_type),
            comment: &column.comment,
            has_default_text: column.default_text,
            undefined: column.undefined,
        },
    )
}

/// The name without its schema.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
