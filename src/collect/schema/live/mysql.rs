//! MariaDB and MySQL: the definitions as the server itself writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Opts, OptsBuilder, SslOpts, Value};

use super::address::{Address, is_local};
use super::ddl::{Row, at};
use super::{Answers, MAX_SAMPLED_TABLES};
use crate::privacy::values::Sampled;

/// The largest answer of one row.
const MAX_PACKET_BYTES: usize = 16 * 1024 * 1024;

/// Asks for everything.
pub(super) async fn ask(
    address: &Address,
    sample: Option<u32>,
    timeout: Duration,
) -> Result<Answers, &'static str> {
    let opts = Opts::from_url(&address.url).map_err(|_| "no-url")?;
    let local = opts.socket().is_some() || is_local(opts.ip_or_hostname());
    let tls = address.needs_tls(local)?;
    let mut builder = OptsBuilder::from_opts(opts)
        .max_allowed_packet(Some(MAX_PACKET_BYTES))
        .stmt_cache_size(0)
        .prefer_socket(false);
    if tls {
        let roots = address.roots.iter().map(|p| p.clone().into()).collect();
        builder = builder.ssl_opts(SslOpts::default().with_root_certs(roots));
    }
    let mut conn = tokio::time::timeout(timeout, Conn::new(builder))
        .await
        .map_err(|_| "timeout")?
        .map_err(|e| code(&e))?;
    let mut answers = Answers {
        tls,
        ..Answers::default()
    };
    // What follows can change nothing, whatever the account may do.
    rows(&mut conn, "SET SESSION TRANSACTION READ ONLY", &mut answers).await?;
    deadline(&mut conn, timeout, &mut answers).await?;
    rows(&mut conn, "START TRANSACTION READ ONLY", &mut answers).await?;
    let asked = catalog(&mut conn, sample, &mut answers).await;
    let closed = rows(&mut conn, "ROLLBACK", &mut answers).await;
    let _ = conn.disconnect().await;
    asked?;
    closed?;
    Ok(answers)
}

/// MariaDB counts in seconds, MySQL in milliseconds, each by another name.
async fn deadline(
    conn: &mut Conn,
    timeout: Duration,
    answers: &mut Answers,
) -> Result<(), &'static str> {
    let seconds = timeout.as_secs().max(1);
    let mariadb = format!("SET SESSION max_statement_time = {seconds}");
    if rows(conn, &mariadb, answers).await.is_err() {
        let mysql = format!("SET SESSION max_execution_time = {}", seconds * 1000);
        rows(conn, &mysql, answers).await?;
    }
    rows(conn, "SET SESSION lock_wait_timeout = 2", answers).await?;
    Ok(())
}

/// Why it failed, as a code: messages of the server are not repeated.
fn code(error: &Error) -> &'static str {
    match error {
        Error::Server(e) => match e.code {
            1045 | 1044 | 1142 | 1143 | 1227 | 1698 => "not-permitted",
            1049 => "missing",
            // `require_secure_transport`: the server takes nobody without TLS.
            3159 => "tls-required",
            1969 | 3024 | 1205 => "timeout",
            _ => "command-failed",
        },
        Error::Io(mysql_async::IoError::Tls(_)) => "tls-failed",
        // What rustls does not trust comes out as an error of reading.
        Error::Io(mysql_async::IoError::Io(e))
            if e.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) =>
        {
            "tls-failed"
        }
        Error::Io(_) => "unreachable",
        Error::Driver(mysql_async::DriverError::NoClientSslFlagFromServer) => "tls-failed",
        Error::Driver(_) | Error::Other(_) | Error::Url(_) => "connection-lost",
    }
}

async fn rows(
    conn: &mut Conn,
    query: &str,
    answers: &mut Answers,
) -> Result<Vec<Row>, &'static str> {
    let mut result = conn.query_iter(query).await.map_err(|e| code(&e))?;
    let mut out = Vec::new();
    while let Some(row) = result.next().await.map_err(|e| code(&e))? {
        let row: Row = row.unwrap().into_iter().map(text).collect();
        answers.count(row.iter().flatten().map(String::len).sum::<usize>() + 16)?;
        out.push(row);
    }
    Ok(out)
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::Int(n) => Some(n.to_string()),
        Value::UInt(n) => Some(n.to_string()),
        Value::Float(n) => Some(n.to_string()),
        Value::Double(n) => Some(n.to_string()),
        Value::Date(..) | Value::Time(..) => Some(String::new()),
    }
}

fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

async fn catalog(
    conn: &mut Conn,
    sample: Option<u32>,
    answers: &mut Answers,
) -> Result<(), &'static str> {
    let version = rows(conn, "SELECT VERSION()", answers).await?;
    let version = version
        .first()
        .map(|r| at(r, 0).to_owned())
        .unwrap_or_default();
    let maker = match version.contains("MariaDB") {
        true => "",
        false => "MySQL ",
    };
    answers.version = format!("{maker}{version}");
    let list = "SELECT table_name, table_type, table_rows FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name";
    let tables = rows(conn, list, answers).await?;
    for table in &tables {
        let of = at(table, 0);
        let view = at(table, 1).contains("VIEW");
        let kind = if view { "VIEW" } else { "TABLE" };
        let made = rows(conn, &format!("SHOW CREATE {kind} {}", name(of)), answers).await?;
        for row in &made {
            let _ = writeln!(answers.text, "{};", at(row, 1));
        }
        if let (false, Ok(n)) = (view, at(table, 2).parse()) {
            answers.rows.insert(of.to_owned(), n);
        }
    }
    routines(conn, answers).await?;
    grants(conn, answers).await?;
    if let Some(sample) = sample {
        for table in tables
            .iter()
            .filter(|t| at(t, 1) == "BASE TABLE")
            .take(MAX_SAMPLED_TABLES)
        {
            sampled(conn, at(table, 0), sample, answers).await?;
        }
    }
    Ok(())
}

/// Triggers and events, as the server writes them.
async fn routines(conn: &mut Conn, answers: &mut Answers) -> Result<(), &'static str> {
    let triggers = "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY trigger_name";
    let events = "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY event_name";
    for (list, kind, column) in [(triggers, "TRIGGER", 2), (events, "EVENT", 3)] {
        for one in rows(conn, list, answers).await? {
            let query = format!("SHOW CREATE {kind} {}", name(at(&one, 0)));
            for row in rows(conn, &query, answers).await? {
                let _ = write!(
                    answers.text,
                    "DELIMITER ;;\n{}\n;;\nDELIMITER ;\n",
                    at(&row, column)
                );
            }
        }
    }
    Ok(())
}

/// Rights on the tables of this database and on all of it, as far as the account may see them.
async fn grants(conn: &mut Conn, answers: &mut Answers) -> Result<(), &'static str> {
    let lists = [
        // Of the whole server only accounts count that may come from anywhere: others keep it running.
        "SELECT grantee, '', '', privilege_type, is_grantable FROM information_schema.user_privileges WHERE privilege_type <> 'USAGE' AND grantee LIKE '%\\%%' ORDER BY 1, 4",
        "SELECT grantee, '', '', privilege_type, is_grantable FROM information_schema.schema_privileges WHERE DATABASE() LIKE table_schema ORDER BY 1, 4",
        "SELECT grantee, table_name, '', privilege_type, is_grantable FROM information_schema.table_privileges WHERE table_schema = DATABASE() ORDER BY 1, 2, 4",
        "SELECT grantee, table_name, column_name, privilege_type, is_grantable FROM information_schema.column_privileges WHERE table_schema = DATABASE() ORDER BY 1, 2, 4, 3",
    ];
    let own = rows(conn, "SELECT DATABASE()", answers).await?;
    let own = own.first().map(|r| name(at(r, 0))).unwrap_or_default();
    let on = [
        "*.*".to_owned(),
        format!("{own}.*"),
        String::new(),
        String::new(),
    ];
    for (list, on) in lists.into_iter().zip(on) {
        let rows = rows(conn, list, answers).await?;
        answers.text.push_str(&granted(&rows, &on));
    }
    Ok(())
}

/// `GRANT`. Rows: grantee, table, column, right, may be given on; where there is no table, the rights are on `all_of`. An
/// account without a host is a role.
fn granted(rows: &[Row], all_of: &str) -> String {
    let mut by: BTreeMap<[&str; 3], Vec<String>> = BTreeMap::new();
    for row in rows {
        let right = match at(row, 2) {
            "" => at(row, 3).to_owned(),
            column => format!("{} ({})", at(row, 3), name(column)),
        };
        by.entry([at(row, 0), at(row, 1), at(row, 4)])
            .or_default()
            .push(right);
    }
    let mut out = String::new();
    for ([grantee, table, option], rights) in by {
        let all = ALL.iter().all(|r| rights.iter().any(|x| x == r));
        let rights = match all {
            true => "ALL PRIVILEGES".to_owned(),
            false => rights.join(", "),
        };
        let role = grantee.strip_suffix("@''");
        if let Some(role) = role.filter(|r| !r.eq_ignore_ascii_case("'PUBLIC'")) {
            let _ = writeln!(out, "CREATE ROLE {role};");
        }
        let on = match table {
            "" => all_of.to_owned(),
            table => name(table),
        };
        let to = role.unwrap_or(grantee);
        let option = match option {
            "YES" => " WITH GRANT OPTION",
            _ => "",
        };
        let _ = writeln!(out, "GRANT {rights} ON {on} TO {to}{option};");
    }
    out
}

/// The rights that make up ALL on a database; new versions add to them.
const ALL: [&str; 12] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "INDEX",
    "TRIGGER",
    "EVENT",
    "LOCK TABLES",
    "CREATE VIEW",
];

/// At most `sample` values of each column, looked at and let go.
async fn sampled(
    conn: &mut Conn,
    table: &str,
    sample: u32,
    answers: &mut Answers,
) -> Result<(), &'static str> {
    let list = format!(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '{}' ORDER BY ordinal_position",
        table.replace('\\', "\\\\").replace('\'', "''")
    );
    let columns: Vec<String> = rows(conn, &list, answers)
        .await?
        .iter()
        .map(|r| at(r, 0).to_owned())
        .collect();
    let cut: Vec<String> = columns
        .iter()
        .map(|c| format!("LEFT(CAST({} AS CHAR), 200)", name(c)))
        .collect();
    let query = format!(
        "SELECT {} FROM {} LIMIT {sample}",
        cut.join(", "),
        name(table)
    );
    let values = match rows(conn, &query, answers).await {
        Ok(values) => values,
        // A table that may not be read is left: its columns stay judged by their names.
        Err("not-permitted" | "timeout" | "command-failed") => return Ok(()),
        Err(other) => return Err(other),
    };
    for (place, column) in columns.iter().enumerate() {
        let of_column = values.iter().filter_map(|r| r.get(place)?.as_deref());
        answers
            .sampled
            .insert(format!("{table}.{column}"), Sampled::of(of_column));
    }
    Ok(())
}
