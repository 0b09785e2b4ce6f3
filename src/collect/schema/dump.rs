//! SQL files: definitions and dumps of any size, also packed with gzip.

use std::io::{BufReader, Read};

use flate2::read::MultiGzDecoder;

use crate::collect::Reader;
use crate::parse::sql::{self, Dialect, Schema, SkimError};

/// The largest dump that is read.
const MAX_DUMP_BYTES: u64 = 64 * 1024 * 1024 * 1024;
/// The most that a packed dump may unfold to.
const MAX_UNPACKED_BYTES: u64 = 16 * 1024 * 1024 * 1024;

/// Is it a file of SQL, by its name?
pub(super) fn is_sql(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let lower = lower.strip_suffix(".gz").unwrap_or(&lower);
    [".sql", ".ddl", ".dump", ".psql", ".dmp"]
        .iter()
        .any(|e| lower.ends_with(e))
}

/// Reads one file; where it cannot be read, the stable code of the reason.
pub(super) fn read(
    reader: &mut Reader<'_>,
    path: &str,
    dialect: Option<Dialect>,
) -> Result<Schema, &'static str> {
    let marks = reader.streamed_head(path, 4).map_err(|e| e.code())?;
    // SQL Server's own tool writes UTF-16: such files are read whole.
    if marks.starts_with(&[0xFF, 0xFE]) || marks.starts_with(&[0xFE, 0xFF]) {
        let text = reader.lossy(path).map_err(|e| e.code())?;
        let text = text.trim_start_matches('\u{FEFF}');
        return sql::skim(&mut text.as_bytes(), dialect).map_err(code);
    }
    let packed = marks.starts_with(&[0x1F, 0x8B]);
    let read = |stream: &mut dyn Read| {
        if !packed {
            return sql::skim(stream, dialect);
        }
        let mut unpacked = MultiGzDecoder::new(BufReader::new(stream)).take(MAX_UNPACKED_BYTES);
        let schema = sql::skim(&mut unpacked, dialect);
        match unpacked.limit() {
            0 => Err(SkimError::TooLarge),
            _ => schema,
        }
    };
    let schema = reader.streamed(path, MAX_DUMP_BYTES, read);
    let schema = schema.map_err(|e| e.code())?.map_err(code)?;
    if schema.old_encoding {
        reader.note_encoding(path);
    }
    Ok(schema)
}

fn code(error: SkimError) -> &'static str {
    match error {
        SkimError::Io(_) | SkimError::Binary => "unreadable",
        SkimError::TooLarge => "too-large",
    }
}

/// Is it a copy of a database that we cannot read, by its name: a packed dump, or the backup of a server?
pub(super) fn is_unread(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let packed = PACKED
        .iter()
        .find_map(|e| lower.strip_suffix(e))
        .is_some_and(|inner| {
            // SQL packed with gzip is read.
            if is_sql(name) {
                return false;
            }
            let stem = inner.strip_suffix(".tar").unwrap_or(inner);
            is_sql(stem) || COPIES.iter().any(|w| stem.contains(w))
        });
    packed || BACKUPS.iter().any(|e| lower.ends_with(e))
}

/// A table written out as a file, by its name; it holds rows where a table is named so.
pub(super) fn is_table_file(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".ndjson"]
        .iter()
        .any(|e| lower.ends_with(e))
}

/// Is it a migration that a program runs (Rails, Laravel, Django, EF Core, Liquibase), by its name? Tables are made
/// there, and nobody reads them.
pub(super) fn is_migration(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let file = lower.rsplit('/').next().unwrap_or(&lower);
    let snapshot = file == "schema.rb" || file.ends_with("modelsnapshot.cs");
    let numbered = file.chars().take_while(char::is_ascii_digit).count() >= 4;
    let named = file
        .split(['.', '_', '-'])
        .any(|w| ["migration", "changelog", "changeset"].contains(&w));
    MIGRATIONS.iter().any(|e| file.ends_with(e)) && (snapshot || numbered || named)
}

/// Ends of files in which programs write migrations.
const MIGRATIONS: [&str; 10] = [
    ".rb", ".php", ".cs", ".py", ".xml", ".java", ".kt", ".groovy", ".ts", ".js",
];

/// Ends of packed files, beside gzip.
const PACKED: [&str; 10] = [
    ".zip", ".bz2", ".xz", ".zst", ".7z", ".rar", ".lz4", ".tgz", ".tar.gz", ".gz",
];

/// Words in names of packed copies of databases.
const COPIES: [&str; 5] = ["dump", "backup", "database", "sao_luu", "saoluu"];

/// Ends of files that servers of databases write.
const BACKUPS: [&str; 9] = [
    ".bak", ".bacpac", ".mdf", ".ndf", ".backup", ".sqlite", ".sqlite3", ".ibd", ".frm",
];
