//! Data schemas: every column with its class, whose data it is and whether it is stored protected; account tables;
//! what the schema as a whole shows. Reads definitions only, never rows.

use std::path::Path;

use super::walk::{Opened, Walk};
use super::{Context, Reader};
use crate::model::{Collected, Declared, Reason, Seen};
use crate::parse::sql::{Dialect, Schema};

mod accounts;
mod columns;
mod declared;
mod dump;
mod judge;
mod shield;
mod whole;

/// The subject types of this collector.
pub const KINDS: [&str; 4] = ["column", "column-other", "schema", "account-table"];

/// Collects the schema at `path`: one SQL file, or a folder of them. `shown` is the path that people see.
///
/// What the company declares of its columns counts where its paper is there and is the one that was named.
pub fn collect(
    path: &Path,
    shown: &str,
    dialect: Option<&str>,
    declared: &[Declared],
    cx: &Context,
) -> Collected {
    let mut out = Collected::default();
    let opened = match Opened::at(path, shown) {
        Ok(opened) => opened,
        Err(e) => return unseen(out, e.code(), shown),
    };
    let mut reader = Reader::new(&opened.root, opened.base.as_str(), cx.now);
    let files = opened.files(&reader, &dump::is_sql);
    let only = &opened.only;
    let Walk { files, faults } = match files {
        Ok(walk) => walk,
        Err(e) => return unseen(out, e.code(), shown),
    };
    let (proven, unproven) = declared::check(declared);
    let mut state = State {
        declared: proven,
        unproven,
        ..State::default()
    };
    state.failed.extend(faults);
    for file in &files {
        let place = if only.is_some() {
            shown.to_owned()
        } else {
            reader.shown(&format!("/{file}"))
        };
        let dialect = dialect.and_then(Dialect::from_word);
        match dump::read(&mut reader, &format!("/{file}"), dialect) {
            Ok(schema) => state.add(&schema, file, &place, &mut out),
            Err(code) => state.failed.push(Reason::new(code, place)),
        }
    }
    out.evidence = reader.into_evidence();
    if let Some(name) = only {
        // Evidence names the file as people do, also where it stands in no folder.
        for item in &mut out.evidence {
            if item.source.trim_start_matches('/') == name {
                item.id = shown.to_owned();
                item.source = shown.to_owned();
            }
        }
    }
    state.sights(shown, &mut out);
    out
}

fn unseen(mut out: Collected, code: &'static str, detail: &str) -> Collected {
    for kind in KINDS {
        out.saw(kind, Seen::Not(Reason::new(code, detail)));
    }
    out
}

/// What was seen so far over all files.
#[derive(Debug, Default)]
struct State {
    tables: usize,
    accounts: usize,
    unparsed: usize,
    files: usize,
    failed: Vec<Reason>,
    ids: std::collections::BTreeSet<String>,
    declared: Vec<Declared>,
    unproven: Vec<String>,
}

impl State {
    fn add(&mut self, schema: &Schema, file: &str, place: &str, out: &mut Collected) {
        self.files += 1;
        self.tables += schema.tables.len();
        self.unparsed += schema.unparsed.len();
        if schema.tables.is_empty() && schema.unparsed.is_empty() {
            return;
        }
        let judged = judge::judge(schema, &self.declared);
        for subject in columns::subjects(schema, &judged, place) {
            out.subjects.push(self.unique(subject, file));
        }
        for subject in accounts::subjects(schema, &judged, place) {
            self.accounts += 1;
            out.subjects.push(self.unique(subject, file));
        }
        let subject = whole::subject(schema, &judged, &self.unproven, file, place);
        out.subjects.push(self.unique(subject, file));
    }

    /// Two alike in an asset carry their file, then a number.
    fn unique(&mut self, mut subject: crate::model::Subject, file: &str) -> crate::model::Subject {
        let id = subject.id.to_string();
        let chosen = [id.clone(), format!("{id}@{file}")]
            .into_iter()
            .chain((2..100_000).map(|n| format!("{id}@{file}#{n}")))
            .find(|t| !self.ids.contains(t));
        let chosen = chosen.unwrap_or(id);
        self.ids.insert(chosen.clone());
        subject.id = chosen.into();
        subject
    }

    fn sights(&self, shown: &str, out: &mut Collected) {
        for kind in KINDS {
            let seen = if let Some(reason) = self.failed.first() {
                Seen::Not(reason.clone())
            } else if self.tables == 0 {
                Seen::Not(Reason::new("no-schema", shown))
            } else if kind != "schema" && self.unparsed > 0 {
                // A statement that was not understood may hold a table.
                Seen::Not(Reason::new(
                    "partly-parsed",
                    format!("{shown}: {}", self.unparsed),
                ))
            } else if kind == "account-table" && self.accounts == 0 {
                Seen::Absent(format!(
                    "{shown}: no table with a password column among {}",
                    self.tables
                ))
            } else {
                Seen::Whole
            };
            out.saw(kind, seen);
        }
    }
}

#[cfg(test)]
#[allow(clippy::print_stdout)]
mod measured;
#[cfg(test)]
mod shield_tests;
#[cfg(test)]
mod tests;
