//! Migrations of programs, read into the same model as SQL; those of kinds that we do not read are told.

use super::order::Order;
use crate::collect::Reader;
use crate::model::Reason;
use crate::parse::migration::{self, Kind};
use crate::parse::sql::{Dialect, Schema};

/// The largest file that is read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The most files that others take in.
const MAX_INCLUDED: usize = 2000;

/// Is it a file of a language that migrations are written in, by its name?
pub(super) fn may_be(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".php", ".rb", ".py", ".xml"]
        .iter()
        .any(|e| lower.ends_with(e))
}

/// Does it lie among change logs of Liquibase? Those that others take in have any name.
pub(super) fn is_of_changelog(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let folder = lower.rsplit_once('/').map_or("", |(folder, _)| folder);
    let log = |part: &str| part.contains("changelog") || part == "liquibase" || part == "changes";
    lower.ends_with(".xml") && folder.split('/').any(log)
}

/// Reads a file; nothing where it is no migration that we read.
pub(super) fn read(
    reader: &mut Reader<'_>,
    name: &str,
    dialect: Option<Dialect>,
) -> Result<Option<Schema>, &'static str> {
    let bytes = reader
        .bytes_up_to(&format!("/{name}"), MAX_BYTES)
        .map_err(|e| e.code())?;
    Ok(of(name, &bytes, dialect))
}

/// What the bytes of a file say.
pub(super) fn of(name: &str, bytes: &[u8], dialect: Option<Dialect>) -> Option<Schema> {
    let text = String::from_utf8_lossy(bytes);
    let kind = Kind::of(name, &text)?;
    let mut schema = migration::parse(kind, name, &text, dialect);
    if kind == Kind::Rails {
        schema.up_to = migration::version_of_rails(&text);
    }
    Some(schema)
}

/// Takes out migrations that a `schema.rb` holds already.
pub(super) fn without_those_held(read: &mut Vec<super::together::File>) {
    let held = read
        .iter()
        .filter_map(|f| Some((folder(&f.file).to_owned(), f.schema.up_to?)));
    let held: Vec<(String, u64)> = held.collect();
    read.retain(|f| {
        let lower = f.file.to_ascii_lowercase();
        let number = Order::first_number(&f.file);
        let is_held = |(of, up_to): &(String, u64)| {
            f.file.starts_with(of.as_str()) && number.is_some_and(|n| n <= *up_to)
        };
        !lower.ends_with(".rb") || f.schema.up_to.is_some() || !held.iter().any(is_held)
    });
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Reads what change logs take in; what is not there is told.
pub(super) fn included(
    reader: &mut Reader<'_>,
    read: &mut Vec<super::together::File>,
    dialect: Option<Dialect>,
) -> Vec<Reason> {
    let mut failed = Vec::new();
    let mut at = 0;
    while let Some(file) = read.get(at) {
        at += 1;
        let (from, place) = (file.file.clone(), file.place.clone());
        for include in file.schema.includes.clone() {
            let name = include
                .trim_start_matches("classpath:")
                .trim_start_matches("./");
            let name = name.trim_start_matches('/').to_owned();
            let is_it = |f: &super::together::File| {
                f.file == name || f.file.ends_with(&format!("/{name}")) || name.ends_with(&f.file)
            };
            if name.is_empty() || read.iter().any(is_it) {
                continue;
            }
            let near = match folder(&from) {
                "" => name.clone(),
                folder => format!("{folder}/{name}"),
            };
            let found = [near, name].into_iter().find_map(|path| {
                let schema = match super::dump::is_sql(&path) {
                    true => super::dump::read(reader, &format!("/{path}"), dialect).ok(),
                    false => self::read(reader, &path, dialect).ok().flatten(),
                }?;
                Some((path, schema))
            });
            match found.filter(|_| read.len() < MAX_INCLUDED) {
                Some((file, schema)) => read.push(super::together::File {
                    place: reader.shown(&format!("/{file}")),
                    schema,
                    file,
                }),
                None => failed.push(Reason::new("missing", format!("{place}: {include}"))),
            }
        }
    }
    failed
}
