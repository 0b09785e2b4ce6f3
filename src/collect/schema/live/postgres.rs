//! PostgreSQL: its catalog, asked in one read-only transaction.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Address, is_local};
use super::ddl::{self, Row, at};
use super::{Answers, MAX_SAMPLED_TABLES};
use crate::collect::system_roots::system_roots;
use crate::privacy::values::Sampled;

/// Schemas and objects that are the server's own, or an extension's.
const OURS: &str = "n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'";

/// Asks for everything.
pub(super) async fn ask(
    address: &Address,
    sample: Option<u32>,
    timeout: Duration,
) -> Result<Answers, &'static str> {
    let mut config: Config = address.url.parse().map_err(|_| "no-url")?;
    let local = config.get_hosts().iter().all(|h| match h {
        Host::Tcp(name) => is_local(name),
        Host::Unix(_) => true,
    });
    let tls = address.needs_tls(local)?;
    config
        .connect_timeout(timeout)
        .application_name("capdo")
        .ssl_mode(if tls {
            SslMode::Require
        } else {
            SslMode::Disable
        });
    let client = tokio::time::timeout(timeout, connect(&config, address, tls))
        .await
        .map_err(|_| "timeout")??;
    let mut answers = Answers {
        tls,
        ..Answers::default()
    };
    let seconds = timeout.as_secs().max(1);
    // What follows can change nothing, whatever the account may do, and waits for nobody.
    let begin = format!(
        "BEGIN READ ONLY; SET LOCAL statement_timeout = '{seconds}s'; SET LOCAL lock_timeout = '2s'; SET LOCAL search_path = ''"
    );
    rows(&client, &begin, &mut answers).await?;
    catalog(&client, &mut answers).await?;
    if let Some(sample) = sample {
        sampled(&client, sample, &mut answers).await?;
    }
    rows(&client, "ROLLBACK", &mut answers).await?;
    Ok(answers)
}

async fn connect(config: &Config, address: &Address, tls: bool) -> Result<Client, &'static str> {
    if !tls {
        let (client, connection) = config.connect(NoTls).await.map_err(|e| code(&e))?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let connector = MakeRustlsConnect::new(tls_config(address)?);
    let (client, connection) = config.connect(connector).await.map_err(|e| code(&e))?;
    tokio::spawn(connection);
    Ok(client)
}

/// The system's roots, and the file that the address names.
fn tls_config(address: &Address) -> Result<rustls::ClientConfig, &'static str> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(system_roots().iter().cloned());
    if let Some(file) = &address.roots {
        let own = CertificateDer::pem_file_iter(file).map_err(|_| "roots-unreadable")?;
        roots.add_parsable_certificates(own.flatten());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| "tls-failed")?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Why it failed, as a code: messages of the server are not repeated.
fn code(error: &tokio_postgres::Error) -> &'static str {
    let state = error
        .code()
        .map(|c| c.code().to_owned())
        .unwrap_or_default();
    if state.starts_with("28") {
        return "not-permitted";
    }
    match state.as_str() {
        "57014" => "timeout",
        "3D000" => "missing",
        "42501" => "not-permitted",
        "" if error.is_closed() => "connection-lost",
        "" if error.to_string().to_lowercase().contains("tls") => "tls-failed",
        "" => "unreachable",
        _ => "command-failed",
    }
}

async fn rows(
    client: &Client,
    query: &str,
    answers: &mut Answers,
) -> Result<Vec<Row>, &'static str> {
    let stream = client.simple_query_raw(query).await.map_err(|e| code(&e))?;
    let mut stream = std::pin::pin!(stream);
    let mut out = Vec::new();
    while let Some(message) = stream.try_next().await.map_err(|e| code(&e))? {
        if let SimpleQueryMessage::Row(row) = message {
            let row: Row = (0..row.len())
                .map(|i| row.try_get(i).ok().flatten().map(str::to_owned))
                .collect();
            answers.count(row.iter().flatten().map(String::len).sum::<usize>() + 16)?;
            out.push(row);
        }
    }
    Ok(out)
}

async fn catalog(client: &Client, answers: &mut Answers) -> Result<(), &'static str> {
    let own = |oid: &str, class: &str| {
        format!(
            "{OURS} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = '{class}'::pg_catalog.regclass AND e.objid = {oid} AND e.deptype = 'e')"
        )
    };
    let of_table = own("c.oid", "pg_catalog.pg_class");
    let version = rows(client, "SHOW server_version", answers).await?;
    answers.version = version
        .first()
        .map(|r| format!("PostgreSQL {}", at(r, 0)))
        .unwrap_or_default();
    types(client, answers).await?;
    let columns = format!(
        "SELECT n.nspname, c.relname, c.relkind = 'p', pg_catalog.obj_description(c.oid, 'pg_class'), a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid), pg_catalog.col_description(c.oid, a.attnum), a.attgenerated FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'p', 'f') AND {of_table} ORDER BY n.nspname, c.relname, a.attnum"
    );
    let columns = rows(client, &columns, answers).await?;
    let checks = format!(
        "SELECT n.nspname, c.relname, pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'c' AND {of_table}"
    );
    let checks = rows(client, &checks, answers).await?;
    answers.text.push_str(&ddl::tables(&columns, &checks));
    let routines = format!(
        "SELECT pg_catalog.pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p') AND {}",
        own("p.oid", "pg_catalog.pg_proc")
    );
    let triggers = format!(
        "SELECT pg_catalog.pg_get_triggerdef(t.oid) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND {of_table}"
    );
    let views = format!(
        "SELECT n.nspname, c.relname, pg_catalog.pg_get_viewdef(c.oid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND {of_table}"
    );
    let policies = format!(
        "SELECT n.nspname, c.relname, c.relrowsecurity, p.polname, pg_catalog.pg_get_expr(p.polqual, p.polrelid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid WHERE c.relkind IN ('r', 'p') AND (c.relrowsecurity OR p.oid IS NOT NULL) AND {OURS}"
    );
    let grants = format!(
        "SELECT n.nspname, c.relname, '', pg_catalog.pg_get_userbyid(NULLIF(x.grantee, 0)), x.privilege_type, x.is_grantable FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_catalog.aclexplode(c.relacl) x WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND x.grantee <> c.relowner AND {OURS} UNION ALL SELECT n.nspname, c.relname, a.attname, pg_catalog.pg_get_userbyid(NULLIF(x.grantee, 0)), x.privilege_type, x.is_grantable FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_catalog.aclexplode(a.attacl) x WHERE x.grantee <> c.relowner AND {OURS}"
    );
    let defaults = "SELECT pg_catalog.pg_get_userbyid(NULLIF(x.grantee, 0)), x.privilege_type FROM pg_catalog.pg_default_acl d, LATERAL pg_catalog.aclexplode(d.defaclacl) x WHERE d.defaclobjtype = 'r' AND x.grantee <> d.defaclrole";
    let labels = "SELECT objname, label FROM pg_catalog.pg_seclabels WHERE objtype = 'column'";
    // Functions stand before the triggers that run them.
    let routines = rows(client, &routines, answers).await?;
    answers.text.push_str(&ddl::statements(&routines));
    let triggers = rows(client, &triggers, answers).await?;
    answers.text.push_str(&ddl::statements(&triggers));
    // One that is disabled, or that runs for copied rows alone, protects nothing.
    let idle = format!(
        "SELECT pg_catalog.format('ALTER TABLE %I.%I DISABLE TRIGGER %I', n.nspname, c.relname, t.tgname) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND t.tgenabled IN ('D', 'R') AND {of_table}"
    );
    let idle = rows(client, &idle, answers).await?;
    answers.text.push_str(&ddl::statements(&idle));
    let views = rows(client, &views, answers).await?;
    answers.text.push_str(&ddl::views(&views));
    let policies = rows(client, &policies, answers).await?;
    answers.text.push_str(&ddl::policies(&policies));
    let labels = rows(client, labels, answers).await?;
    answers.text.push_str(&ddl::labels(&labels));
    let grants = rows(client, &grants, answers).await?;
    answers.text.push_str(&ddl::grants(&grants));
    let defaults = rows(client, defaults, answers).await?;
    answers.text.push_str(&ddl::default_grants(&defaults));
    let counts = format!(
        "SELECT n.nspname || '.' || c.relname, c.reltuples::pg_catalog.int8 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {of_table}"
    );
    for row in rows(client, &counts, answers).await? {
        // Below zero: never counted.
        if let Some(n) = at(&row, 1).parse().ok().filter(|n| *n >= 0) {
            answers.rows.insert(at(&row, 0).to_owned(), n);
        }
    }
    Ok(())
}

/// Domains, types made of columns, and all others by their names.
async fn types(client: &Client, answers: &mut Answers) -> Result<(), &'static str> {
    let named = format!(
        "SELECT n.nspname, t.typname, CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('b', 'd', 'e', 'r', 'm') AND t.typelem = 0 AND {OURS} ORDER BY 1, 2"
    );
    let named = rows(client, &named, answers).await?;
    let fields = format!(
        "SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind = 'c' AND {OURS} ORDER BY n.nspname, c.relname, a.attnum"
    );
    let fields = rows(client, &fields, answers).await?;
    answers.text.push_str(&ddl::types(&named, &fields));
    Ok(())
}

/// At most `sample` values of each column, looked at and let go.
async fn sampled(client: &Client, sample: u32, answers: &mut Answers) -> Result<(), &'static str> {
    let list = format!(
        "SELECT n.nspname, c.relname, pg_catalog.string_agg('pg_catalog.left(' || pg_catalog.quote_ident(a.attname) || '::text, 200)', ', ' ORDER BY a.attnum), pg_catalog.string_agg(a.attname, E'\\x01' ORDER BY a.attnum) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {OURS} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {MAX_SAMPLED_TABLES}"
    );
    for table in rows(client, &list, answers).await? {
        let of = ddl::full(at(&table, 0), at(&table, 1));
        let query = format!("SELECT {} FROM {of} LIMIT {sample}", at(&table, 2));
        // A table that may not be read is left: its columns stay judged by their names.
        rows(client, "SAVEPOINT s", answers).await?;
        let values = match rows(client, &query, answers).await {
            Ok(values) => values,
            Err("not-permitted" | "timeout" | "command-failed") => {
                rows(client, "ROLLBACK TO SAVEPOINT s", answers).await?;
                continue;
            }
            Err(other) => return Err(other),
        };
        for (place, column) in at(&table, 3).split('\u{1}').enumerate() {
            let of_column = values.iter().filter_map(|r| r.get(place)?.as_deref());
            let key = format!("{}.{}.{column}", at(&table, 0), at(&table, 1));
            answers.sampled.insert(key, Sampled::of(of_column));
        }
    }
    Ok(())
}
