//! Whom a right is given to, and what rights without an object reach.

use super::lex::{Kind, Token};
use super::{Dialect, Schema};

/// The privileges and the object of a grant, where it reaches all tables without saying so: `SCHEMA::dbo`,
/// `SELECT ANY TABLE`, roles of the server that read everything.
pub(super) fn everything(
    privileges: String,
    object: Option<String>,
    dialect: Dialect,
) -> (String, String) {
    if let Some(object) = object {
        let lower = object.to_ascii_lowercase();
        for kind in ["schema", "database"] {
            if let Some(name) = lower
                .strip_prefix(kind)
                .and_then(|rest| rest.strip_prefix(" : : "))
            {
                return (privileges, format!("all tables in {kind} {name}"));
            }
        }
        return (privileges, object);
    }
    let lower = privileges.to_ascii_lowercase();
    let first = lower
        .split([' ', ','])
        .next()
        .unwrap_or_default()
        .to_owned();
    let whole = dialect == Dialect::Mssql
        && ["select", "insert", "update", "delete", "control"].contains(&first.as_str());
    let all = first == "all" && (lower == "all" || lower.starts_with("all privileges"));
    let reads = lower
        .split([' ', ','])
        .find(|w| READS_ALL.contains(w))
        .map(str::to_owned);
    if let Some(role) = reads {
        return (format!("SELECT by {role}"), "all tables".to_owned());
    }
    if lower.contains("any table") || whole || all {
        return (privileges, "all tables".to_owned());
    }
    (privileges, String::new())
}

/// Roles that servers come with and that read or write all tables.
const READS_ALL: [&str; 12] = [
    "pg_read_all_data",
    "pg_write_all_data",
    "db_datareader",
    "db_datawriter",
    "db_owner",
    "sysadmin",
    "dba",
    "exp_full_database",
    "imp_full_database",
    "datapump_exp_full_database",
    "datapump_imp_full_database",
    "rds_superuser",
];

/// Is one of the accounts allowed to come from any address? In MySQL an account without a host is.
pub(super) fn anywhere(tokens: &[Token], schema: &Schema) -> bool {
    let end = tokens
        .iter()
        .position(|t| {
            [
                "with",
                "identified",
                "require",
                "granted",
                "as",
                "default",
                "account",
                "password",
            ]
            .iter()
            .any(|w| t.is(w))
        })
        .unwrap_or(tokens.len());
    tokens
        .get(..end)
        .unwrap_or_default()
        .split(|t| t.sign(',') || t.sign(';'))
        .any(|account| is_open(account, schema))
}

fn is_open(account: &[Token], schema: &Schema) -> bool {
    let Some(name) = account.first() else {
        return false;
    };
    for (at, token) in account.iter().enumerate() {
        let (bare, host) = match token.kind {
            // `app@localhost`, `app@'10.%'`, `'app'@'%'`.
            Kind::Word => token
                .text
                .split_once('@')
                .map_or((false, ""), |(_, h)| (true, h)),
            Kind::Name | Kind::Text | Kind::Sign => (false, ""),
        };
        if bare && !host.is_empty() {
            return is_open_host(host);
        }
        if bare {
            let host: String = account
                .get(at + 1..)
                .unwrap_or_default()
                .iter()
                .map(|t| t.text.as_str())
                .collect();
            return is_open_host(&host);
        }
    }
    let lower = name.text.to_lowercase();
    schema.dialect == Dialect::Mysql
        && !["public", "current_user", "role"].contains(&lower.as_str())
        && !schema.roles.contains(&lower)
}

/// `%`, `%.%.%.%`, `0.0.0.0/0`: hosts that leave nobody out.
fn is_open_host(host: &str) -> bool {
    let any = host.contains('%') && host.chars().all(|c| matches!(c, '%' | '.' | ':' | '_'));
    any || ["0.0.0.0", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::", "::/0"].contains(&host)
}
