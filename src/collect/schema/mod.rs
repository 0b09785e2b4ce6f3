//! Data schemas: every column with its class, whose data it is and whether it is stored protected; account tables;
//! what the schema as a whole shows; descriptions of interfaces. Reads definitions; of rows only whose they are.

use std::path::Path;

use super::walk::{Opened, Walk};
use super::{Context, Reader};
use crate::model::{Collected, Declared, EvidenceItem, Reason, Seen};
use crate::parse::sql::{Dialect, Schema};
use judge::Beside;
use live::Live;
use readers::Readers;
use said::Said;

mod accounts;
mod api;
mod columns;
mod counts;
mod declared;
mod dump;
mod duties;
mod judge;
mod live;
mod models;
mod order;
mod programs;
mod readers;
mod rights;
mod said;
mod shield;
mod together;
mod whole;

/// The subject types of this collector.
pub const KINDS: [&str; 7] = [
    "column",
    "column-other",
    "schema",
    "account-table",
    "api",
    "api-operation",
    "api-field",
];

/// Those of them that describe interfaces, not tables.
const OF_APIS: [&str; 3] = ["api", "api-operation", "api-field"];

/// What a file may be to this collector, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// SQL, also packed with gzip.
    Sql,
    /// A model or an interface: Prisma, Protocol Buffers, Avro.
    Model,
    /// JSON or YAML, which may describe an interface.
    Perhaps,
    /// A copy of a database that is not read.
    Copy,
    /// A migration written in a programming language, which is not read.
    Program,
}

/// What a file may be, by its name.
pub fn named(name: &str) -> Option<Named> {
    let lower = name.to_ascii_lowercase();
    if dump::is_sql(name) {
        Some(Named::Sql)
    } else if api::is_proto(name)
        || models::is_prisma(name)
        || [".avsc", ".avpr", ".avdl"]
            .iter()
            .any(|e| lower.ends_with(e))
    {
        Some(Named::Model)
    } else if dump::is_unread(name) {
        Some(Named::Copy)
    } else if dump::is_migration(name) {
        Some(Named::Program)
    } else if api::is_named_so(name) {
        Some(Named::Perhaps)
    } else {
        None
    }
}

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
    let files = opened.files(&reader, &|name| {
        dump::is_sql(name)
            || api::is_named_so(name)
            || api::is_proto(name)
            || models::is_prisma(name)
            || dump::is_unread(name)
            || dump::is_migration(name)
            || programs::is_of_changelog(name)
            || dump::is_table_file(name)
    });
    let only = &opened.only;
    let dialect = dialect.and_then(Dialect::from_word);
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
    let mut read = Vec::new();
    let mut beside = Vec::new();
    for file in &files {
        let place = if only.is_some() {
            shown.to_owned()
        } else {
            reader.shown(&format!("/{file}"))
        };
        let path = format!("/{file}");
        if api::is_proto(file) || models::is_prisma(file) {
            match reader
                .bytes_up_to(&path, MAX_API_BYTES)
                .map_err(|e| e.code())
            {
                Ok(bytes) if api::is_proto(file) => match api::proto::read(file, &bytes) {
                    Some(read) => state.protos.push((file.clone(), place, read)),
                    None => state.failed.push(Reason::new("not-parsed", place)),
                },
                Ok(bytes) => state.add(&models::read(&bytes), file, &place, &mut out),
                Err(code) => state.failed.push(Reason::new(code, place)),
            }
            continue;
        }
        if api::is_named_so(file) {
            match reader
                .bytes_up_to(&path, MAX_API_BYTES)
                .map_err(|e| e.code())
            {
                Ok(bytes) => match programs::of(file, &bytes, dialect) {
                    Some(schema) => read.push(together::File {
                        schema,
                        file: file.clone(),
                        place,
                    }),
                    None => state.api(file, &place, &bytes, &mut out),
                },
                // A large file of data beside the schemas is none of ours; one that was named is.
                Err("too-large") if only.is_none() => {}
                Err(code) => state.failed.push(Reason::new(code, place)),
            }
            continue;
        }
        let named = dump::is_migration(file);
        if named || programs::is_of_changelog(file) || only.is_some() && programs::may_be(file) {
            match programs::read(&mut reader, file, dialect) {
                Ok(Some(schema)) => read.push(together::File {
                    schema,
                    file: file.clone(),
                    place,
                }),
                Ok(None) if named || only.is_some() => {
                    state.failed.push(Reason::new("unsupported-format", place));
                }
                Ok(None) => {}
                Err(code) => state.failed.push(Reason::new(code, place)),
            }
            continue;
        }
        if only.is_none() && !dump::is_sql(file) {
            beside.push((file.clone(), place));
            continue;
        }
        match dump::read(&mut reader, &path, dialect) {
            Ok(schema) => read.push(together::File {
                schema,
                file: file.clone(),
                place,
            }),
            Err(code) => state.failed.push(Reason::new(code, place)),
        }
    }
    let missing = programs::included(&mut reader, &mut read, dialect);
    state.failed.extend(missing);
    programs::without_those_held(&mut read);
    if dialect.is_none() {
        speak_alike(&mut reader, &mut read);
    }
    let unread = together::unread(&beside, &read);
    state.failed.extend(
        unread
            .iter()
            .map(|place| Reason::new("unsupported-format", place.clone())),
    );
    together::join(&mut read, &unread);
    for one in &read {
        state.add(&one.schema, &one.file, &one.place, &mut out);
    }
    state.protos(&mut out);
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

/// Collects the schema of a database that runs, whose address stands in an environment variable.
pub fn collect_live(
    variable: &str,
    sample: Option<u32>,
    declared: &[Declared],
    shown: &str,
    cx: &Context,
) -> Collected {
    let mut out = Collected::default();
    let live = match live::ask(variable, sample, cx) {
        Ok(live) => live,
        Err(code) => return unseen(out, code, shown),
    };
    let (proven, unproven) = declared::check(declared);
    let mut state = State {
        declared: proven,
        unproven,
        ..State::default()
    };
    let beside = Beside {
        declared: &state.declared.clone(),
        sampled: Some(&live.sampled),
    };
    state.judged(&live.schema, &beside, Some(&live), shown, shown, &mut out);
    out.evidence.push(EvidenceItem {
        id: shown.to_owned(),
        kind: "database".into(),
        source: shown.to_owned(),
        command: Some("catalog".into()),
        sha256: None,
        collected_at: cx.now.to_string(),
        bytes: 0,
    });
    state.sights(shown, &mut out);
    out
}

/// Files that do not show their dialect are read in that of the others, where these have one.
fn speak_alike(reader: &mut Reader<'_>, read: &mut [together::File]) {
    let spoken = read
        .iter()
        .map(|f| f.schema.dialect)
        .filter(|d| *d != Dialect::Generic);
    let spoken: Vec<Dialect> = spoken.collect();
    let Some(one) = spoken.first().copied() else {
        return;
    };
    if spoken.iter().any(|d| *d != one) {
        return;
    }
    for file in read.iter_mut() {
        if file.schema.dialect == Dialect::Generic
            && !file.schema.steps
            && let Ok(schema) = dump::read(reader, &format!("/{}", file.file), Some(one))
        {
            file.schema = schema;
        }
    }
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
    apis: usize,
    operations: usize,
    failed: Vec<Reason>,
    ids: std::collections::BTreeSet<String>,
    declared: Vec<Declared>,
    unproven: Vec<String>,
    /// Files of Protocol Buffers with their places: judged when all are read, since they import each other.
    protos: Vec<(String, String, api::proto::File)>,
}

impl State {
    fn add(&mut self, schema: &Schema, file: &str, place: &str, out: &mut Collected) {
        let declared = self.declared.clone();
        let beside = Beside {
            declared: &declared,
            sampled: None,
        };
        self.judged(schema, &beside, None, file, place, out);
    }

    fn judged(
        &mut self,
        schema: &Schema,
        beside: &Beside<'_>,
        live: Option<&Live>,
        file: &str,
        place: &str,
        out: &mut Collected,
    ) {
        self.files += 1;
        self.tables += schema.tables.len();
        self.unparsed += schema.unparsed.len();
        if schema.tables.is_empty() && schema.unparsed.is_empty() {
            return;
        }
        let judged = judge::judge(schema, beside);
        let said = Said::of(schema);
        let mut readers = Readers::of(schema, live.is_some());
        for subject in columns::subjects(schema, &judged, &mut readers, place) {
            out.subjects.push(self.unique(subject, file));
        }
        for subject in accounts::subjects(schema, &said, &judged, place) {
            self.accounts += 1;
            out.subjects.push(self.unique(subject, file));
        }
        let mut subject = whole::subject(
            schema,
            &said,
            &judged,
            &self.unproven,
            file,
            (place, readers.known()),
        );
        counts::put(&mut subject, schema, &judged, live);
        out.subjects.push(self.unique(subject, file));
    }

    /// A file that may describe an interface.
    fn api(&mut self, file: &str, place: &str, bytes: &[u8], out: &mut Collected) {
        let api = match api::read(file, bytes) {
            Ok(Some(api)) => api,
            Ok(None) => return,
            Err(code) => return self.failed.push(Reason::new(code, place)),
        };
        self.interface(api::subjects(&api, file, place), file, out);
    }

    fn protos(&mut self, out: &mut Collected) {
        let files = std::mem::take(&mut self.protos);
        let all = api::proto::Files::of(files.iter().map(|(_, _, read)| read));
        for (file, place, read) in &files {
            self.interface(api::of_proto(read, &all, file, place), file, out);
        }
    }

    fn interface(&mut self, subjects: Vec<crate::model::Subject>, file: &str, out: &mut Collected) {
        self.apis += 1;
        for subject in subjects {
            self.operations += usize::from(&*subject.kind == "api-operation");
            out.subjects.push(self.unique(subject, file));
        }
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
            let seen = match self.failed.first() {
                Some(reason) => Seen::Not(reason.clone()),
                None if self.tables == 0 && self.apis == 0 => {
                    Seen::Not(Reason::new("no-schema", shown))
                }
                None if OF_APIS.contains(&kind) => self.sight_of_api(kind, shown),
                None => self.sight_of_table(kind, shown),
            };
            out.saw(kind, seen);
        }
    }

    fn sight_of_api(&self, kind: &str, shown: &str) -> Seen {
        if self.apis == 0 {
            Seen::Absent(format!("{shown}: no description of an interface"))
        } else if kind == "api-operation" && self.operations == 0 {
            Seen::Absent(format!("{shown}: no operation is described"))
        } else {
            Seen::Whole
        }
    }

    fn sight_of_table(&self, kind: &str, shown: &str) -> Seen {
        if self.tables == 0 && self.files > 0 {
            Seen::Not(Reason::new("no-schema", shown))
        } else if self.tables == 0 {
            Seen::Absent(format!("{shown}: only descriptions of interfaces"))
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
        }
    }
}

/// The largest description of an interface that is read.
const MAX_API_BYTES: u64 = crate::parse::yaml::MAX_BYTES as u64;

#[cfg(test)]
mod across_tests;
#[cfg(test)]
#[allow(clippy::print_stdout)]
mod measured;
#[cfg(test)]
mod shield_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod together_tests;
