//! One subject for each column.

use crate::model::{Fact, Place, Subject, Value};
use crate::parse::sql::{Column, Schema, Table};
use crate::privacy::names::{Around, classify};
use crate::privacy::protection::{Protected, Stored, judge as protection};
use crate::privacy::{Class, Verdict};

/// What was concluded of one column.
pub(super) struct Judged {
    /// Its table and its place there.
    pub(super) table: usize,
    /// Its place in the table.
    pub(super) column: usize,
    /// What it holds.
    pub(super) verdict: Verdict,
    /// Is it stored protected?
    pub(super) protected: Protected,
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

/// Judges every column of the schema.
pub(super) fn judge(schema: &Schema) -> Vec<Judged> {
    let mut out = Vec::new();
    for (at, table) in schema.tables.iter().enumerate() {
        // Neighbours are asked only for bare names; the first columns of a table tell enough.
        let names: Vec<&str> = table
            .columns
            .iter()
            .take(60)
            .map(|c| c.name.as_str())
            .collect();
        for (column_at, column) in table.columns.iter().enumerate() {
            let verdict = classify(
                &column.name,
                &Around {
                    table: Some(last_part(&table.name)),
                    data_type: Some(&column.data_type),
                    comment: Some(column.comment.as_str()).filter(|c| !c.is_empty()),
                    neighbours: &names,
                },
            );
            let (protected, why, hash) = stored(&verdict, column);
            out.push(Judged {
                table: at,
                column: column_at,
                verdict,
                protected,
                why,
                hash,
            });
        }
    }
    out
}

fn stored(verdict: &Verdict, column: &Column) -> (Protected, String, Option<&'static str>) {
    protection(
        verdict.class,
        &Stored {
            name: &column.name,
            data_type: &column.data_type,
            comment: &column.comment,
            has_default_text: column.default_text,
        },
    )
}

/// The name without its schema.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A subject for each column: `column` where it holds personal data, else `column-other`.
pub(super) fn subjects(schema: &Schema, judged: &[Judged], file: &str) -> Vec<Subject> {
    judged
        .iter()
        .filter_map(|j| {
            let (table, column) = j.of(schema)?;
            let place = Place::new(file, column.line);
            let kind = if j.verdict.is_personal() {
                "column"
            } else {
                "column-other"
            };
            let mut subject =
                Subject::new(kind, format!("{}.{}", table.name, column.name)).at(place.clone());
            let mut put = |path: &str, value: Value| {
                subject.put(Fact::derived(path, value).at(place.clone()))
            };
            put("class", j.verdict.class.word().into());
            put("party", j.verdict.party.word().into());
            put("protected", j.protected.word().into());
            put("stored_safely", stored_safely(j));
            put("confidence", i64::from(j.verdict.confidence).into());
            put("sensitive", j.verdict.sensitive.into());
            put("reason", reason(j).into());
            subject.put(Fact::set("type", column.data_type.as_str()).at(place.clone()));
            Some(subject)
        })
        .collect()
}

/// A readable column whose class is a guess is not called unprotected.
fn stored_safely(j: &Judged) -> Value {
    match j.protected {
        Protected::Yes => true.into(),
        Protected::No if j.verdict.is_personal() && j.verdict.confidence < SURE => {
            Value::unseen("ambiguous", "what the column holds is not sure")
        }
        Protected::No => false.into(),
        Protected::Unknown => Value::unseen("ambiguous", j.why.clone()),
    }
}

/// From this confidence on a class counts.
const SURE: u8 = 60;

fn reason(j: &Judged) -> String {
    if j.verdict.class == Class::None {
        j.verdict.reason()
    } else {
        format!("{} {}", j.verdict.reason(), j.why)
    }
}
