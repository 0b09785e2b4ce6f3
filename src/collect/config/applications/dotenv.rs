//! `.env` of Laravel, Node and others: the last line of a name counts, quotes are taken off.

use crate::collect::config::secrets;
use crate::collect::config::settings::{Settings, is_loopback, on, on_value, told};
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Origin, Sensitivity, Subject, Value};
use crate::parse::keyword::numbered;

/// Adds the subject of one file.
pub(super) fn collect(tree: &mut Tree<'_>, path: &str, text: &str, out: &mut Collected) {
    let mut settings = Settings::default();
    for (line, content) in numbered(text) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let content = content.strip_prefix("export ").unwrap_or(content);
        let Some((name, value)) = content.split_once('=') else {
            told(tree, path, line, "no NAME=value");
            continue;
        };
        let name = name.trim().to_ascii_lowercase();
        if name.is_empty() || name.contains(char::is_whitespace) {
            told(tree, path, line, "no NAME=value");
            continue;
        }
        let place = tree.place(path, line);
        settings.add(name, unquoted(value), place);
    }
    let id = format!("dotenv[{}]", path.trim_start_matches('/'));
    let mut subject = Subject::new("dotenv", id).at(tree.place(path, 1));
    let names: Vec<String> = settings.names().map(str::to_owned).collect();
    let mut named = Vec::new();
    for name in &names {
        let all = settings.all(name);
        for (nth, line) in all.iter().enumerate() {
            let origin = if nth + 1 == all.len() {
                Origin::Set
            } else {
                Origin::Shadowed
            };
            let hit =
                !secrets::scan(&format!("{name}={}", line.value), secrets::Look::Config).is_empty();
            // What a file of variables holds is often a secret by another name: only what we ask of is shown.
            let sensitivity = if SHOWN.contains(&name.as_str()) {
                Sensitivity::Public
            } else {
                Sensitivity::Secret("value")
            };
            subject.put(
                Fact::new(name.clone(), line.value.as_str(), origin, sensitivity)
                    .at(line.place.clone()),
            );
            if hit && nth + 1 == all.len() {
                named.push(Value::from(name.as_str()));
            }
        }
    }
    subject.put(Fact::derived("secret_keys", Value::list(named)));
    conclusions(&settings, path, &mut subject);
    out.subjects.push(subject);
}

fn unquoted(raw: &str) -> String {
    let raw = raw.trim();
    for quote in ['"', '\'', '`'] {
        if let Some(rest) = raw.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or(rest).to_owned();
        }
    }
    raw.split(" #").next().unwrap_or(raw).trim().to_owned()
}

fn conclusions(s: &Settings, path: &str, subject: &mut Subject) {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let word = [
        "app_env",
        "node_env",
        "rails_env",
        "environment",
        "django_env",
    ]
    .iter()
    .find_map(|n| s.get(n))
    .unwrap_or("production")
    .to_ascii_lowercase();
    let develops = ["local", "dev", "development", "test", "testing", "ci"];
    let of_name = develops.iter().any(|w| name.ends_with(&format!(".{w}")));
    subject.put(Fact::derived(
        "production",
        !of_name && !develops.contains(&word.as_str()),
    ));
    // Both Laravel and Django turn it off where nothing is said.
    let debug = ["app_debug", "debug", "django_debug", "flask_debug"]
        .iter()
        .find(|n| s.line(n).is_some());
    if debug.is_some() || s.line("app_key").is_some() {
        s.conclude(
            subject,
            "debug_on",
            debug.unwrap_or(&"app_debug"),
            "false",
            on_value,
        );
    } else {
        let value = Value::unseen("not_applicable", "no variable speaks of debugging");
        subject.put(Fact::derived("debug_on", value));
    }
    if s.line("session_secure_cookie").is_some() || s.line("app_key").is_some() {
        s.conclude(
            subject,
            "cookie_secure",
            "session_secure_cookie",
            "false",
            on_value,
        );
        s.conclude(subject, "session_minutes", "session_lifetime", "120", |v| {
            v.trim().parse().ok().map(Value::Int)
        });
    } else {
        for path in ["cookie_secure", "session_minutes"] {
            subject.put(Fact::derived(
                path,
                Value::unseen("not_applicable", "no application of Laravel"),
            ));
        }
    }
    let remote = s
        .get("db_host")
        .is_some_and(|h| !h.is_empty() && !is_loopback(h));
    let password = s.line("db_password");
    let value = match password {
        Some(line) => Value::Bool(line.value.is_empty() && s.get("db_host").is_some()),
        None => Value::unseen("not_applicable", "no DB_PASSWORD"),
    };
    let fact = Fact::derived("empty_database_password", value);
    subject.put(match password {
        Some(line) => fact.at(line.place.clone()),
        None => fact,
    });
    let tls = ["db_sslmode", "mysql_attr_ssl_ca", "db_ssl", "db_ssl_ca"]
        .iter()
        .any(|n| {
            s.get(n).is_some_and(|v| {
                !["", "disable", "prefer", "allow"].contains(&v) && on(v) != Some(false)
            })
        });
    // `DATABASE_URL` and its kin say it all in one line; the worst of them counts, and what is not read counts before what is well.
    let (plain, url) = s
        .names()
        .filter(|n| n.ends_with("_url") || n.ends_with("_uri") || n.ends_with("_dsn"))
        .filter_map(|n| Some((n, s.line(n)?)))
        .filter(|(n, line)| {
            is_database(&line.value) || (speaks_of_one(n) && line.value.contains('$'))
        })
        .map(|(_, line)| (is_plain_url(&line.value), line))
        .max_by_key(|(plain, _)| match plain {
            Some(true) => 2,
            None => 1,
            Some(false) => 0,
        })
        .unzip();
    let (value, line) = match (s.line("db_host"), plain) {
        (_, Some(Some(true))) => (Value::Bool(true), url),
        (Some(host), _) if remote && !tls => (Value::Bool(true), Some(host)),
        (_, Some(None)) => (
            Value::unseen("ambiguous", "an address that is not read"),
            url,
        ),
        (Some(host), _) => (Value::Bool(false), Some(host)),
        (None, Some(Some(_))) => (Value::Bool(false), url),
        (None, None) => (
            Value::unseen("not_applicable", "no DB_HOST and no address of a database"),
            None,
        ),
    };
    let fact = Fact::derived("plain_database", value);
    subject.put(match line {
        Some(line) => fact.at(line.place.clone()),
        None => fact,
    });
}

/// Is it called as the address of a database is?
fn speaks_of_one(name: &str) -> bool {
    [
        "database", "db", "redis", "mongo", "postgres", "mysql", "cache",
    ]
    .iter()
    .any(|word| name.split('_').any(|part| part.starts_with(word)))
}

/// Is it the address of a database, a cache or a broker's store?
fn is_database(value: &str) -> bool {
    let scheme = value
        .split("://")
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    // `postgresql+psycopg2`, `mysql+pymysql`.
    let scheme = scheme.split('+').next().unwrap_or_default();
    value.contains("://") && DATABASES.contains(&scheme)
}

const DATABASES: [&str; 12] = [
    "postgres",
    "postgresql",
    "mysql",
    "mysql2",
    "mariadb",
    "redis",
    "mongodb",
    "sqlserver",
    "mssql",
    "oracle",
    "pgsql",
    "postgis",
];

/// Does such an address lead off this machine without TLS? `None` where only the server could say.
fn is_plain_url(value: &str) -> Option<bool> {
    let lower = value.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://")?;
    let host = rest.split(['/', '?']).next()?;
    let host = host.rsplit('@').next()?;
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    if host.contains('$') {
        return None;
    }
    if host.is_empty() || is_loopback(host) {
        return Some(false);
    }
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    match scheme.split('+').next()? {
        "redis" => Some(true),
        "sqlserver" | "mssql" if has(&["encrypt=true", "encrypt=strict"]) => Some(false),
        "oracle" | "sqlserver" | "mssql" => None,
        _ => Some(!has(&[
            "sslmode=require",
            "sslmode=verify",
            "ssl=true",
            "tls=true",
            "ssl-mode=required",
            "ssl_mode=required",
            "ssl-mode=verify",
            "ssl_mode=verify",
            "sslaccept=strict",
            "mongodb+srv",
        ])),
    }
}

/// What may be shown of a file of variables.
const SHOWN: [&str; 26] = [
    "app_env",
    "app_debug",
    "app_name",
    "app_url",
    "node_env",
    "debug",
    "db_connection",
    "db_port",
    "db_sslmode",
    "log_channel",
    "log_level",
    "session_driver",
    "session_lifetime",
    "session_secure_cookie",
    "cache_driver",
    "queue_connection",
    "mail_port",
    "mail_encryption",
    "port",
    "rails_env",
    "flask_debug",
    "django_debug",
    "environment",
    "session_encrypt",
    "bcrypt_rounds",
    "filesystem_disk",
];
