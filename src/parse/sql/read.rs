//! One statement: what it is, and what it says of tables, views, comments and grants.

use sqlparser::ast;
use sqlparser::dialect::{
    Dialect as Grammar, GenericDialect, MsSqlDialect, MySqlDialect, OracleDialect,
    PostgreSqlDialect,
};
use sqlparser::parser::Parser;

use super::about::{alter, comment_on, described, same_name};
use super::lex::{Kind, Token, lex};
use super::split::Statement;
use super::{Column, Dialect, Schema, Table, Unparsed};
use super::{about, accounts, bare, changes, files, guard, inside, rights, table, taken, view};

/// The most statements not understood that are kept.
const MAX_UNPARSED: usize = 1000;
/// The most words of one statement that are looked at.
const MAX_TOKENS: usize = 200_000;

/// Statements that say nothing of tables, by first word.
const HARMLESS: [&str; 64] = [
    "set",
    "select",
    "insert",
    "update",
    "delete",
    "drop",
    "use",
    "lock",
    "unlock",
    "begin",
    "start",
    "commit",
    "rollback",
    "copy",
    "analyze",
    "vacuum",
    "revoke",
    "exec",
    "execute",
    "print",
    "declare",
    "call",
    "pragma",
    "truncate",
    "replace",
    "with",
    "do",
    "reindex",
    "cluster",
    "refresh",
    "security",
    "go",
    "end",
    "prompt",
    "flush",
    "rename",
    "explain",
    "merge",
    "show",
    "describe",
    "values",
    "savepoint",
    "release",
    "discard",
    "reset",
    "listen",
    "notify",
    "checkpoint",
    "load",
    "import",
    "reassign",
    "prepare",
    "deallocate",
    "raiserror",
    "throw",
    "waitfor",
    "kill",
    "optimize",
    "repair",
    "change",
    "purge",
    "else",
    "disable",
    "enable",
];

/// Things whose making says nothing of columns.
const OTHER_THINGS: [&str; 48] = [
    "index",
    "unique",
    "sequence",
    "function",
    "procedure",
    "proc",
    "trigger",
    "extension",
    "schema",
    "database",
    "type",
    "domain",
    "role",
    "user",
    "rule",
    "policy",
    "event",
    "aggregate",
    "operator",
    "collation",
    "statistics",
    "publication",
    "subscription",
    "server",
    "fulltext",
    "spatial",
    "clustered",
    "nonclustered",
    "synonym",
    "language",
    "cast",
    "conversion",
    "tablespace",
    "package",
    "login",
    "group",
    "text",
    "access",
    "foreign-data",
    "directory",
    "profile",
    "bitmap",
    "definer",
    "constraint",
    "partition",
    "default",
    "columnstore",
    "trusted",
];

/// Reads one statement into the schema.
pub(super) fn read(statement: &Statement, schema: &mut Schema) {
    let mysql = schema.dialect == Dialect::Mysql;
    if is_data(&statement.text) && !statement.unterminated {
        inside::rows(statement, schema);
        return;
    }
    let tokens = lex(&statement.text, statement.line, mysql);
    let tokens = tokens
        .get(..tokens.len().min(MAX_TOKENS))
        .unwrap_or_default();
    guard::literal_keys(tokens, schema);
    schema.purges |= guard::purges(tokens);
    let (tables, views) = (schema.tables.len(), schema.views.len());
    if statement.unterminated || !understood(statement, tokens, schema) {
        unparsed(statement, tokens, schema);
    }
    schema.place(tables, views);
}

/// A statement of rows whose end did not show: what follows may be a part of it.
pub(super) fn torn(line: u32, begins: &str, schema: &mut Schema) {
    if schema.unparsed.len() < MAX_UNPARSED {
        schema.unparsed.push(Unparsed {
            line,
            begins: begins.to_owned(),
        });
    }
}

/// Rows are not looked at.
fn is_data(text: &str) -> bool {
    let word = text
        .trim_start()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    ["insert", "copy", "replace", "update"]
        .iter()
        .any(|w| word.eq_ignore_ascii_case(w))
}

fn unparsed(statement: &Statement, tokens: &[Token], schema: &mut Schema) {
    if schema.unparsed.len() >= MAX_UNPARSED {
        return;
    }
    // Only words of the language: a torn row may begin with a name.
    let begins: Vec<String> = tokens
        .iter()
        .take(3)
        .take_while(|t| t.kind == Kind::Word)
        .map(|t| t.text.to_ascii_lowercase())
        .take_while(|w| is_language(w))
        .collect();
    let begins = match begins.is_empty() {
        true => "…".to_owned(),
        false => begins.join(" "),
    };
    schema.unparsed.push(Unparsed {
        line: statement.line,
        begins,
    });
}

fn is_language(word: &str) -> bool {
    let more = [
        "create",
        "alter",
        "table",
        "view",
        "comment",
        "grant",
        "if",
        "on",
        "or",
        "column",
        "not",
        "exists",
        "temporary",
        "global",
        "unlogged",
        "foreign",
        "external",
        "materialized",
    ];
    HARMLESS.contains(&word) || OTHER_THINGS.contains(&word) || more.contains(&word)
}

fn understood(statement: &Statement, tokens: &[Token], schema: &mut Schema) -> bool {
    let Some(first) = tokens.first() else {
        return true;
    };
    if first.kind != Kind::Word {
        return first.sign('(') || first.sign('{');
    }
    let word = first.text.to_ascii_lowercase();
    match word.as_str() {
        "create" => create(statement, tokens, schema),
        "alter" => {
            files::read(tokens, schema);
            files::moved(tokens, schema);
            guard::alter(tokens, schema);
            alter(tokens, schema)
        }
        "comment" => comment_on(tokens, schema),
        "grant" => {
            let given = rights::grants(tokens, schema);
            schema.rights_shown |= !given.is_empty();
            let read = !given.is_empty();
            schema.give(given);
            read
        }
        "revoke" => {
            taken::revoke(tokens, schema);
            true
        }
        "deny" => {
            taken::deny(tokens, schema);
            true
        }
        "rename" => {
            accounts::renamed_account(tokens, schema);
            changes::rename_tables(tokens, schema)
        }
        "drop" | "disable" | "enable" => {
            taken::dropped_accounts(tokens, schema);
            bare::dropped_policy(tokens, schema);
            changes::dropped(tokens, schema);
            changes::dropped_tables(tokens, schema);
            true
        }
        "use" | "set" | "reset" => {
            accounts::used(tokens, schema);
            true
        }
        "commit" | "rollback" | "start" => {
            taken::transaction(tokens, schema);
            true
        }
        "select" => changes::select_into(tokens, statement.line, schema),
        "do" => inside::block(statement, schema),
        "merge" => {
            inside::rows_of_block(tokens, schema);
            true
        }
        "if" => match tokens
            .windows(2)
            .position(|w| w[0].is("create") && w[1].is("table"))
        {
            Some(at) => table_statement(
                statement,
                tokens.get(at..).unwrap_or_default(),
                1,
                schema,
                false,
            ),
            None => {
                accounts::inside(tokens, schema);
                inside::rows_of_block(tokens, schema);
                inside::executed(tokens, schema)
            }
        },
        "exec" | "execute" | "begin" | "call" | "declare" | "prepare" => {
            described(tokens, schema);
            guard::redaction(tokens, schema);
            bare::dropped_redaction(tokens, schema);
            changes::renamed_by_procedure(tokens, schema);
            taken::transaction(tokens, schema);
            accounts::member(tokens, schema);
            if word == "begin" || word == "declare" {
                accounts::inside(tokens, schema);
            }
            inside::rows_of_block(tokens, schema);
            inside::executed(tokens, schema)
        }
        "security" => {
            guard::security_label(tokens, schema);
            true
        }
        other => HARMLESS.contains(&other),
    }
}

fn create(statement: &Statement, tokens: &[Token], schema: &mut Schema) -> bool {
    let head = tokens.len().min(14);
    let kind = tokens.iter().take(head).enumerate().skip(1).find(|(_, t)| {
        t.is("table")
            || t.is("view")
            || OTHER_THINGS
                .iter()
                .any(|w| t.is(w) && !t.is("default") && !t.is("definer"))
    });
    match kind {
        Some((at, t)) if t.is("table") => table_statement(statement, tokens, at, schema, true),
        Some((at, t)) if t.is("view") => {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            let Some(view) = view::read(rest, statement.line) else {
                return false;
            };
            // A view that is made again replaces the one before.
            schema.views.retain(|v| !same_name(&v.name, &view.name));
            schema.views.push(view);
            true
        }
        Some((at, t)) if t.is("type") => {
            changes::defined_type(tokens.get(at + 1..).unwrap_or_default(), schema)
        }
        Some((at, t)) if t.is("domain") => {
            changes::domain(tokens.get(at + 1..).unwrap_or_default(), schema)
        }
        Some((_, t)) if t.is("tablespace") => {
            files::read(tokens, schema);
            true
        }
        Some((at, t)) if t.is("role") || t.is("user") => {
            about::account(tokens.get(at..).unwrap_or_default(), schema);
            true
        }
        Some((_, t)) if t.is("policy") => {
            guard::policy(tokens, schema);
            true
        }
        Some((_, t)) if ["trigger", "function", "procedure"].iter().any(|w| t.is(w)) => {
            guard::routine(tokens, &statement.text, schema);
            true
        }
        Some(_) => true,
        // CREATE DEFINER=`root`@`%` PROCEDURE with a long head, CREATE DEFAULT.
        None => tokens
            .iter()
            .take(40)
            .any(|t| t.is("definer") || t.is("default")),
    }
}

/// `CREATE TABLE`, where `at` is the word TABLE.
fn table_statement(
    statement: &Statement,
    tokens: &[Token],
    at: usize,
    schema: &mut Schema,
    check: bool,
) -> bool {
    let rest = tokens.get(at + 1..).unwrap_or_default();
    if statement.cut {
        return false;
    }
    let named = named_by_text(rest);
    let rest = named.as_deref().unwrap_or(rest);
    if let Some(read) = virtual_table(rest, schema) {
        return read;
    }
    if let Some(read) = without_list(rest, schema) {
        return read;
    }
    let Some((mut table, mut whole)) = table::read(rest) else {
        return false;
    };
    // Two readers must say the same; where the grammar does not know the statement, ours must have understood all.
    let agreed = !check || agrees(&statement.text, schema.dialect, &table);
    whole &= inherit(&mut table, rest, schema);
    table.line = statement.line.max(tokens.first().map_or(0, |t| t.line));
    table.encrypted = files::encrypts(rest);
    table.tablespaces = files::tablespaces(rest);
    if rest
        .windows(2)
        .any(|w| w[0].is("partition") && w[1].is("by"))
    {
        schema.partitioned.push(table.name.clone());
    }
    notes(statement, &mut table);
    let empty = table.columns.is_empty();
    changes::expand(&mut table, &schema.types);
    schema.tables.push(table);
    whole && agreed && !empty
}

/// SQLite writes `CREATE TABLE 'kh_data'(…)`: the text is a name.
fn named_by_text(rest: &[Token]) -> Option<Vec<Token>> {
    let at = match rest.first() {
        Some(t) if t.is("if") => 3,
        Some(_) | None => 0,
    };
    rest.get(at).filter(|t| t.kind == Kind::Text)?;
    let mut named = rest.to_vec();
    named.get_mut(at)?.kind = Kind::Name;
    Some(named)
}

/// `CREATE VIRTUAL TABLE kh USING fts5(ho_ten, dia_chi)` of SQLite: its arguments are columns, but those with a value.
fn virtual_table(rest: &[Token], schema: &mut Schema) -> Option<bool> {
    let (name, at) = table::name(rest)?;
    if !rest.get(at)?.is("using") {
        return None;
    }
    let module = rest.get(at + 1)?;
    let list = rest.get(at + 2).filter(|t| t.sign('('));
    let indexes = ["fts3", "fts4", "fts5", "rtree"]
        .iter()
        .any(|m| module.is(m));
    if !indexes || list.is_none() {
        return Some(false);
    }
    let inner = rest.get(at + 3..rest.len().saturating_sub(1))?;
    let columns = about::actions(inner)
        .into_iter()
        .filter(|item| !item.iter().any(|t| t.sign('=')))
        .filter_map(|item| item.first())
        .map(|first| Column {
            name: first.text.clone(),
            line: first.line,
            ..Column::default()
        });
    let table = Table {
        name,
        columns: columns.collect(),
        line: module.line,
        ..Table::default()
    };
    schema.tables.push(table);
    Some(true)
}

/// `) INHERITS (a, b)` of PostgreSQL: the columns of other tables, which a dump does not write again. False where one
/// of them is not known.
fn inherit(table: &mut Table, rest: &[Token], schema: &Schema) -> bool {
    let Some(at) = rest.iter().rposition(|t| t.is("inherits")) else {
        return true;
    };
    let list = rest.get(at + 1..).unwrap_or_default();
    if !list.first().is_some_and(|t| t.sign('(')) {
        return true;
    }
    let end = list.iter().position(|t| t.sign(')')).unwrap_or(list.len());
    let mut columns: Vec<Column> = Vec::new();
    let mut known = true;
    for part in list.get(1..end).unwrap_or_default().split(|t| t.sign(',')) {
        let parent = table::name(part)
            .and_then(|(name, _)| schema.tables.iter().find(|t| same_name(&t.name, &name)));
        match parent {
            Some(parent) => columns.extend(parent.columns.iter().cloned()),
            None => known = false,
        }
    }
    let own = std::mem::take(&mut table.columns);
    columns.retain(|c| !own.iter().any(|o| o.name.eq_ignore_ascii_case(&c.name)));
    table.columns = columns;
    table.columns.extend(own);
    known
}

/// `PARTITION OF`, `LIKE`, `AS SELECT`: tables without a list of their own. `None` where there is a list.
fn without_list(rest: &[Token], schema: &mut Schema) -> Option<bool> {
    let (name, at) = table::name(rest)?;
    let next = rest.get(at)?;
    if next.is("partition") || next.is("inherits") {
        return Some(true);
    }
    let inner = if next.sign('(') { at + 1 } else { at };
    if rest.get(inner).is_some_and(|t| t.is("like")) {
        let (of, end) = table::name(rest.get(inner + 1..)?)?;
        // ( LIKE a INCLUDING ALL, more columns … ) is read as a list.
        let more = rest
            .get(inner + 1 + end..)
            .is_some_and(|r| r.iter().any(|t| t.sign(',')));
        let found = schema
            .tables
            .iter()
            .find(|t| same_name(&t.name, &of))
            .cloned();
        return match found {
            Some(mut table) if !more => {
                table.name = name;
                table.line = next.line;
                schema.tables.push(table);
                Some(true)
            }
            Some(_) | None => Some(false),
        };
    }
    (next.is("as") || next.is("select")).then_some(false)
}

/// Line comments beside a column stand for a comment where it has none.
fn notes(statement: &Statement, table: &mut Table) {
    for column in &mut table.columns {
        if column.comment.is_empty()
            && let Ok(at) = statement
                .notes
                .binary_search_by_key(&column.line, |(line, _)| *line)
            && let Some((_, note)) = statement.notes.get(at)
        {
            column.comment = note.clone();
        }
    }
}

fn grammar(dialect: Dialect) -> Box<dyn Grammar> {
    match dialect {
        Dialect::Postgres => Box::new(PostgreSqlDialect {}),
        Dialect::Mysql => Box::new(MySqlDialect {}),
        Dialect::Mssql => Box::new(MsSqlDialect {}),
        Dialect::Oracle => Box::new(OracleDialect {}),
        Dialect::Generic => Box::new(GenericDialect {}),
    }
}

/// Does the grammar of the dialect find the same columns? What it cannot read it does not deny.
fn agrees(text: &str, dialect: Dialect, table: &Table) -> bool {
    let parsed = Parser::parse_sql(grammar(dialect).as_ref(), text)
        .or_else(|_| Parser::parse_sql(&GenericDialect {}, text));
    let Ok(statements) = parsed else {
        return true;
    };
    let Some(ast::Statement::CreateTable(create)) = statements.into_iter().next() else {
        return true;
    };
    create.columns.is_empty()
        || create.columns.len() == table.columns.len()
            && create
                .columns
                .iter()
                .zip(&table.columns)
                .all(|(a, b)| a.name.value.eq_ignore_ascii_case(&b.name))
}
