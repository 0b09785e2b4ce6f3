//! Rights as statements give them: which rights, on what, to whom. `GRANT`, `REVOKE` and `DENY` are written alike.

use super::about::actions;
use super::lex::{Kind, Token};
use super::{Dialect, Schema, table};

/// A right that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What is granted, as people read it: `SELECT`, `ALL`.
    pub privileges: String,
    /// On what, as people read it: `public.orders`, `schema public`, `default tables`; empty where it is on nothing.
    pub object: String,
    /// What is granted, each by itself.
    pub rights: Vec<Right>,
    /// On what; none where a role or a right of the whole server is granted.
    pub on: Option<Target>,
    /// Tables that it was taken from again, with the rights that were.
    pub except: Vec<(String, Vec<Right>)>,
    /// To whom.
    pub to: Vec<Grantee>,
    /// They may give it on.
    pub option: bool,
    /// Whether it still holds could not be followed.
    pub doubt: bool,
    /// The role that the script had taken on when it gave the right; else empty.
    pub by: String,
    /// The file where it stands, where that is not the one of the schema; else empty.
    pub file: String,
    /// Its line.
    pub line: u32,
}

/// One right, lower case: `select`, `all`, the name of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Right {
    /// Its name.
    pub name: String,
    /// The columns that it is for, lower case; none where it is for all.
    pub columns: Vec<String>,
}

/// What a right is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One table or view.
    Table(String),
    /// All tables of a schema or database; of everything where none is named.
    Tables(Option<String>),
    /// Tables made later: in which schema, and by whom.
    Later(Option<String>, Option<String>),
    /// What holds no rows: a schema itself, a function.
    Other(String),
}

/// An account or role, lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grantee {
    /// Its name.
    pub name: String,
    /// Where it comes from, in MySQL; else empty.
    pub host: String,
    /// It may come from any address.
    pub open: bool,
}

impl Grant {
    /// What stands for the making of an account, which gives no right to rows.
    pub const LOGIN: &'static str = "CREATE USER";

    /// The names of those who have it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.to.iter().map(|t| t.name.as_str())
    }

    /// Was it given to an account that may come from any address?
    pub fn anywhere(&self) -> bool {
        self.to.iter().any(|t| t.open)
    }

    /// Is it for tables that are made later?
    pub fn is_later(&self) -> bool {
        matches!(self.on, Some(Target::Later(..)))
    }

    /// Does it give all rights at once?
    pub fn gives_all(&self) -> bool {
        self.rights.iter().any(Right::is_all)
    }

    /// The roles that it makes its grantees members of.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        let of = (self.on.is_none() && self.privileges != Self::LOGIN).then_some(&self.rights);
        of.into_iter().flatten().map(|r| r.name.as_str())
    }
}

impl Right {
    /// `ALL`, `ALL PRIVILEGES`.
    pub fn is_all(&self) -> bool {
        self.columns.is_empty() && matches!(self.name.as_str(), "all" | "all privileges")
    }
}

/// What a statement of rights says, before it is known what it does.
pub(super) struct Said {
    pub(super) rights: Vec<Right>,
    pub(super) on: Vec<Target>,
    pub(super) to: Vec<Grantee>,
    /// The text of each target.
    shown: Vec<String>,
    privileges: String,
    option: bool,
    line: u32,
}

/// Reads what stands between the verb and the grantees, and these; `ends` are the words before them.
pub(super) fn said(tokens: &[Token], ends: &[&str], schema: &Schema) -> Option<Said> {
    let is_end = |t: &Token| ends.iter().any(|w| t.is(w));
    let on = tokens.iter().position(|t| t.is("on"));
    let to = match on {
        Some(on) => on + tokens.get(on..)?.iter().position(is_end)?,
        None => tokens.iter().position(is_end)?,
    };
    let end = on.unwrap_or(to);
    let written = tokens.get(1..end)?;
    let mut rights: Vec<Right> = actions(written).into_iter().filter_map(right).collect();
    let (on, shown, columns) = match on {
        Some(on) => targets(tokens.get(on + 1..to)?, schema),
        None => (Vec::new(), Vec::new(), Vec::new()),
    };
    for right in rights.iter_mut().filter(|r| r.columns.is_empty()) {
        right.columns.clone_from(&columns);
    }
    let after = tokens.get(to + 1..)?;
    Some(Said {
        rights,
        on,
        to: grantees(after, schema),
        shown,
        privileges: text(written),
        option: after
            .windows(2)
            .any(|w| w[0].is("grant") && w[1].is("option")),
        line: tokens.first()?.line,
    })
}

/// `GRANT`: one right for each thing that it is on.
pub(super) fn grants(tokens: &[Token], schema: &Schema) -> Vec<Grant> {
    let Some(said) = said(tokens, &["to"], schema) else {
        return Vec::new();
    };
    let one = |on: Option<Target>, object: String| Grant {
        privileges: said.privileges.clone(),
        object,
        rights: said.rights.clone(),
        on,
        except: Vec::new(),
        to: said.to.clone(),
        option: said.option,
        doubt: schema.perhaps || schema.takes_back,
        by: schema.acting.clone(),
        file: String::new(),
        line: said.line,
    };
    if said.on.is_empty() {
        return vec![everywhere(one(None, String::new()), schema.dialect)];
    }
    let each = said.on.iter().cloned().zip(said.shown.iter().cloned());
    each.map(|(on, shown)| one(Some(on), shown)).collect()
}

/// A right on nothing that reaches all tables without saying so: `SELECT ANY TABLE`, roles that read everything,
/// `GRANT SELECT TO u` of SQL Server.
fn everywhere(mut grant: Grant, dialect: Dialect) -> Grant {
    let role = grant.roles().find(|r| reads_all(r)).map(str::to_owned);
    if let Some(role) = role {
        grant.privileges = format!("SELECT by {role}");
        grant.object = "all tables".to_owned();
    } else if grant.rights.iter().any(|r| is_everywhere(r, dialect)) {
        grant.object = "all tables".to_owned();
    }
    grant
}

/// Is it a right to the rows of all tables, though it is on nothing?
pub(super) fn is_everywhere(right: &Right, dialect: Dialect) -> bool {
    let rows = ["select", "insert", "update", "delete", "control"];
    right.is_all()
        || right.name.contains("any table")
        || dialect == Dialect::Mssql && rows.contains(&right.name.as_str())
}

/// `ALTER DEFAULT PRIVILEGES [FOR ROLE r] [IN SCHEMA s] GRANT|REVOKE …`: for whom and where.
pub(super) fn later(tokens: &[Token], at: usize) -> (Vec<Option<String>>, Option<String>) {
    let head = tokens.get(..at).unwrap_or_default();
    let after = |word: &str| {
        let from = head.iter().position(|t| t.is(word))? + 1;
        head.get(from..)
    };
    let role = after("role")
        .or_else(|| after("user"))
        .and_then(|r| r.first());
    let schemas: Vec<Option<String>> = after("schema")
        .into_iter()
        .flatten()
        .take_while(|t| t.names() && !t.is("for") || t.sign(','))
        .filter(|t| t.names())
        .map(|t| Some(t.text.to_lowercase()))
        .collect();
    let schemas = match schemas.is_empty() {
        true => vec![None],
        false => schemas,
    };
    (schemas, role.map(|t| t.text.to_lowercase()))
}

/// Rights on what is made later.
pub(super) fn of_later(tokens: &[Token], schema: &Schema) -> Vec<Grant> {
    let Some(at) = tokens.iter().position(|t| t.is("grant")) else {
        return Vec::new();
    };
    let (schemas, role) = later(tokens, at);
    let given = grants(tokens.get(at..).unwrap_or_default(), schema);
    let given = given.into_iter().flat_map(|g| {
        let schemas = schemas.clone();
        let role = role.clone();
        schemas.into_iter().map(move |s| Grant {
            object: format!("default {}", g.object),
            on: Some(made_later(g.on.as_ref(), s, role.clone())),
            ..g.clone()
        })
    });
    given.collect()
}

/// What a default right is on.
pub(super) fn made_later(
    on: Option<&Target>,
    schema: Option<String>,
    role: Option<String>,
) -> Target {
    let kind = match on {
        Some(Target::Table(kind) | Target::Other(kind)) => kind.rsplit('.').next(),
        Some(Target::Tables(_) | Target::Later(..)) | None => None,
    };
    let kind = kind.unwrap_or_default();
    match kind.eq_ignore_ascii_case("tables") {
        true => Target::Later(schema, role),
        false => Target::Other(format!("default {kind}")),
    }
}

fn right(words: &[Token]) -> Option<Right> {
    let open = words
        .iter()
        .position(|t| t.sign('('))
        .unwrap_or(words.len());
    let (name, list) = words.split_at(open);
    let name: Vec<String> = name.iter().map(|t| t.text.to_lowercase()).collect();
    let columns = list.iter().filter(|t| t.names());
    // A role of MySQL may be written with a host.
    let name = name.join(" ");
    let name = name.split('@').next().unwrap_or_default().trim_end();
    Some(Right {
        name: name.to_owned(),
        columns: columns.map(|t| t.text.to_lowercase()).collect(),
    })
    .filter(|r| !r.name.is_empty())
}

/// What stands after `ON`: each target, its text, and the columns that SQL Server writes there.
fn targets(tokens: &[Token], schema: &Schema) -> (Vec<Target>, Vec<String>, Vec<String>) {
    let one = |target: Target| (vec![target], vec![text(tokens)], Vec::new());
    let word = |at: usize, w: &str| tokens.get(at).is_some_and(|t| t.is(w));
    if word(0, "all") && tokens.len() > 2 {
        let names = tokens.get(4..).unwrap_or_default();
        let tables = word(1, "tables") && word(2, "in");
        let each = names.iter().filter(|t| tables && t.names());
        let each: Vec<String> = each.map(|t| t.text.clone()).collect();
        if each.is_empty() {
            return one(Target::Other(text(tokens)));
        }
        let shown = each.iter().map(|n| format!("all tables in schema {n}"));
        let shown = shown.collect();
        let each = each.into_iter().map(|n| Target::Tables(Some(n)));
        return (each.collect(), shown, Vec::new());
    }
    if let Some(at) = tokens
        .windows(2)
        .position(|w| w[0].sign(':') && w[1].sign(':'))
    {
        let name = tokens.get(at + 2..).unwrap_or_default();
        return match tokens.first() {
            Some(t) if t.is("object") => targets(name, schema),
            Some(t) if t.is("schema") || t.is("database") => {
                let named = name.first().map(|n| n.text.clone());
                let shown = format!("all tables in {} {}", t.text.to_lowercase(), text(name));
                let of = named.filter(|_| t.is("schema"));
                (vec![Target::Tables(of)], vec![shown], Vec::new())
            }
            Some(_) | None => one(Target::Other(text(tokens))),
        };
    }
    let kind = tokens.get(1).is_some_and(|t| t.names() || t.sign('*'))
        && tokens
            .first()
            .is_some_and(|t| OTHERS.iter().any(|w| t.is(w)));
    if kind {
        return one(Target::Other(text(tokens)));
    }
    let names = match tokens.get(1) {
        Some(t) if word(0, "table") && (t.names() || t.sign('*')) => tokens.get(1..),
        Some(_) | None => Some(tokens),
    };
    let (mut out, mut shown, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    for name in actions(names.unwrap_or_default()) {
        let end = name.iter().position(|t| t.sign('(')).unwrap_or(name.len());
        let (name, list) = name.split_at(end);
        columns.extend(
            list.iter()
                .filter(|t| t.names())
                .map(|t| t.text.to_lowercase()),
        );
        shown.push(text(name));
        out.push(target(name, schema));
    }
    (out, shown, columns)
}

/// `*.*`, `db.*`, `*`, or the name of a table.
fn target(name: &[Token], schema: &Schema) -> Target {
    let star = |at: usize| name.get(at).is_some_and(|t| t.sign('*'));
    match name.len() {
        1 if star(0) => Target::Tables(schema.in_use.clone()),
        3 if star(0) => Target::Tables(None),
        3 if star(2) => Target::Tables(name.first().map(|t| t.text.clone())),
        _ => match table::name(name) {
            Some((full, _)) => Target::Table(schema.home().full(&full)),
            None => Target::Other(text(name)),
        },
    }
}

/// Things that hold no rows and are named before their names.
const OTHERS: [&str; 24] = [
    "schema",
    "database",
    "function",
    "procedure",
    "routine",
    "sequence",
    "type",
    "domain",
    "language",
    "tablespace",
    "foreign",
    "large",
    "parameter",
    "directory",
    "package",
    "edition",
    "mining",
    "java",
    "user",
    "role",
    "server",
    "endpoint",
    "library",
    "operator",
];

/// Words after the grantees.
const AFTER: [&str; 14] = [
    "with",
    "granted",
    "identified",
    "require",
    "cascade",
    "restrict",
    "as",
    "container",
    "default",
    "account",
    "password",
    "comment",
    "attribute",
    "force",
];

/// The accounts and roles of a list.
pub(super) fn grantees(tokens: &[Token], schema: &Schema) -> Vec<Grantee> {
    let end = tokens
        .iter()
        .position(|t| AFTER.iter().any(|w| t.is(w)) || t.sign(';'))
        .unwrap_or(tokens.len());
    let list = tokens.get(..end).unwrap_or_default();
    list.split(|t| t.sign(','))
        .filter_map(|account| grantee(account, schema))
        .collect()
}

/// `app`, `GROUP app`, `app@localhost`, `'app'@'10.%'`, `[buudien\app]`.
fn grantee(account: &[Token], schema: &Schema) -> Option<Grantee> {
    let named = account.get(1).is_some_and(Token::names);
    let from = usize::from(
        named
            && account
                .first()
                .is_some_and(|t| t.is("group") || t.is("role")),
    );
    let (first, rest) = account.get(from..)?.split_first()?;
    let host: String = rest.iter().map(|t| t.text.as_str()).collect();
    let (name, host) = match (first.kind, first.text.split_once('@')) {
        (Kind::Word, Some((name, bare))) => (name.to_owned(), Some(format!("{bare}{host}"))),
        (_, _) => (
            first.text.clone(),
            host.strip_prefix('@').map(str::to_owned),
        ),
    };
    let name = name.to_lowercase();
    let mysql = schema.dialect == Dialect::Mysql;
    let hostless = ["public", "current_user", "role"].contains(&name.as_str());
    let role = hostless || schema.roles.contains(&name);
    let open = match &host {
        Some(host) => is_open_host(host),
        None => mysql && !role,
    };
    let host = host.unwrap_or_else(|| if mysql { "%".into() } else { String::new() });
    Some(Grantee { name, host, open }).filter(|g| !g.name.is_empty())
}

/// `%`, `%.%.%.%`, `0.0.0.0/0`: hosts that leave nobody out.
fn is_open_host(host: &str) -> bool {
    let any = host.contains('%') && host.chars().all(|c| matches!(c, '%' | '.' | ':' | '_'));
    any || ["0.0.0.0", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::", "::/0"].contains(&host)
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

/// Does the role read or write all tables?
pub(super) fn reads_all(role: &str) -> bool {
    READS_ALL.contains(&role)
}

/// Words as people read them, not too many.
fn text(part: &[Token]) -> String {
    let text: Vec<&str> = part.iter().map(|t| t.text.as_str()).collect();
    text.join(" ")
        .replace(" , ", ", ")
        .replace(" . ", ".")
        .chars()
        .take(120)
        .collect()
}
