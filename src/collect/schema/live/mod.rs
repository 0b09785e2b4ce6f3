//! A database that runs, asked for its definitions: catalog queries only, read-only, with TLS and deadlines. The answers
//! are written as statements and read like a dump, so that both say the same. Values are read only where it was asked
//! for, at most N of a column, and leave memory as a class.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::collect::Context;
use crate::parse::sql::{self, Dialect, Schema};
use crate::privacy::values::Sampled;

mod address;
mod ddl;
mod mysql;
mod postgres;

use address::Address;

/// The longest that one database may take in all.
const MAX_SECONDS: u64 = 180;
/// The most that one database may answer in all.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// The most values of a column that are looked at.
const MAX_SAMPLE: u32 = 1000;
/// The most tables whose values are looked at.
const MAX_SAMPLED_TABLES: usize = 500;

/// What a database said.
pub(super) struct Live {
    /// Its definitions.
    pub(super) schema: Schema,
    /// Estimated rows of each table, from its statistics.
    pub(super) rows: BTreeMap<String, i64>,
    /// What sampled values of `table.column` looked like.
    pub(super) sampled: BTreeMap<String, Sampled>,
    /// The connection was enciphered.
    pub(super) tls: bool,
    /// Its version, as it says.
    pub(super) version: String,
}

/// What was gathered before it is read.
#[derive(Default)]
struct Answers {
    text: String,
    rows: BTreeMap<String, i64>,
    sampled: BTreeMap<String, Sampled>,
    tls: bool,
    version: String,
    bytes: usize,
}

impl Answers {
    /// Counts what came in; a server that never ends is left.
    fn count(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.bytes += bytes;
        match self.bytes > MAX_ANSWER_BYTES {
            true => Err("too-large"),
            false => Ok(()),
        }
    }
}

/// Asks the database whose address stands in the environment variable. The address, which holds a password, is in no
/// message.
///
/// # Errors
/// The stable code of the reason.
pub(super) fn ask(variable: &str, sample: Option<u32>, cx: &Context) -> Result<Live, &'static str> {
    if cx.offline {
        return Err("offline");
    }
    let written = std::env::var(variable).map_err(|_| "no-url")?;
    let address = Address::parse(&written)?;
    let sample = sample.map(|n| n.min(MAX_SAMPLE));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| "unreachable")?;
    let all = Duration::from_secs(MAX_SECONDS);
    let answers = runtime.block_on(async {
        let asked = async {
            match address.dialect {
                Dialect::Mysql => mysql::ask(&address, sample, cx.timeout).await,
                Dialect::Postgres | Dialect::Mssql | Dialect::Oracle | Dialect::Generic => {
                    postgres::ask(&address, sample, cx.timeout).await
                }
            }
        };
        tokio::time::timeout(all, asked)
            .await
            .unwrap_or(Err("timeout"))
    });
    // A driver that still waits for its server must not hold the audit.
    runtime.shutdown_background();
    let answers = answers?;
    let mut schema = sql::parse(&answers.text, Some(address.dialect));
    schema.note_undefined();
    without_lines(&mut schema);
    Ok(Live {
        schema,
        rows: answers.rows,
        sampled: answers.sampled,
        tls: answers.tls,
        version: answers.version.chars().take(80).collect(),
    })
}

/// The statements are ours: their lines stand in no file.
fn without_lines(schema: &mut Schema) {
    for table in &mut schema.tables {
        table.line = 0;
        for column in &mut table.columns {
            column.line = 0;
        }
    }
    for view in &mut schema.views {
        view.line = 0;
    }
    for grant in &mut schema.grants {
        grant.line = 0;
    }
    for one in &mut schema.unparsed {
        one.line = 0;
    }
    schema.literal_keys.fill(0);
}
