//! The long tables of the page: drawn a few rows at a time while the page is written, so that a hundred thousand
//! findings are never held as rows. In the page stands a mark for each until then.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use tera::{Context, Tera};

use super::filter::Items;
use super::rows::{Row, Told};
use super::undecided::{self, Line};
use crate::model::{Finding, Run, Text};
use crate::report::ReportError;
use crate::text::labels::page;

/// The findings of one table, and what stands above them.
pub(super) enum Table<'a> {
    /// Failures of one control; what all of them tell stands above.
    Rows {
        findings: Vec<&'a Finding>,
        expected: &'a Text,
        shared: Vec<Told>,
    },
    /// What could not be decided; the words that stand above.
    Lines {
        findings: Vec<&'a Finding>,
        lead: Text,
    },
}

/// All tables, by the number in their mark.
pub(super) struct Tables<'a> {
    tables: Vec<Table<'a>>,
    evidence: BTreeMap<&'a str, usize>,
    items: Items<'a>,
}

impl<'a> Tables<'a> {
    /// None yet.
    pub(super) fn of(run: &'a Run) -> Self {
        let numbered = run.evidence.iter().enumerate();
        Self {
            tables: Vec::new(),
            evidence: numbered.map(|(at, e)| (e.id.as_str(), at + 1)).collect(),
            items: Items::of_run(run),
        }
    }

    /// Keeps a table for later; what comes back is its mark.
    pub(super) fn keep(&mut self, table: Table<'a>) -> String {
        self.tables.push(table);
        format!("{MARK}{}{MARK}", self.tables.len() - 1)
    }

    /// Writes the page with the tables in the place of their marks.
    pub(super) fn write(
        &self,
        page: &str,
        tera: &Tera,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let mut context = Context::new();
        context.insert("w", &page::words());
        // No text in the page holds the sign: what hides is shown as `\u{…}`.
        for (at, part) in page.split(MARK).enumerate() {
            let number = part.parse::<usize>().ok().filter(|_| at % 2 == 1);
            match number.and_then(|number| self.tables.get(number)) {
                Some(table) => self.table(table, tera, &mut context, out)?,
                None => out.write_all(part.as_bytes())?,
            }
        }
        Ok(())
    }

    fn table(
        &self,
        table: &Table<'a>,
        tera: &Tera,
        context: &mut Context,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        match table {
            Table::Rows {
                findings,
                expected,
                shared,
            } => {
                for some in findings.chunks(AT_ONCE) {
                    let row = |f: &&Finding| {
                        let mut row = Row::of(f, expected, &self.evidence, &self.items);
                        row.told.retain(|t| !shared.contains(t));
                        row
                    };
                    let rows: Vec<Row> = some.iter().map(row).collect();
                    draw("rows.html", &rows, tera, context, out)?;
                }
            }
            Table::Lines { findings, lead } => {
                for some in findings.chunks(AT_ONCE) {
                    let line = |f: &&Finding| undecided::line(f, lead, &self.evidence, &self.items);
                    let lines: Vec<Line> = some.iter().map(line).collect();
                    draw("lines.html", &lines, tera, context, out)?;
                }
            }
        }
        Ok(())
    }
}

fn draw(
    template: &str,
    rows: &impl Serialize,
    tera: &Tera,
    context: &mut Context,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    context.insert("rows", rows);
    Ok(tera.render_to(template, context, out)?)
}

/// Around the number of a table: a sign that no text of the page holds.
const MARK: char = '\u{1a}';

/// How many rows are drawn at once.
const AT_ONCE: usize = 256;
