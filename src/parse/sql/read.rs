//! One statement: what it is, and what it says of tables, views, comments and grants.

use sqlparser::ast;
use sqlparser::dialect::{
    Dialect as Grammar, GenericDialect, MsSqlDialect, MySqlDialect, OracleDialect,
    PostgreSqlDialect,
};
use sqlparser::parser::Parser;

use super::lex::{Kind, Token, lex};
use super::split::Statement;
use super::table;
use super::{Dialect, Grant, Schema, Table, Unparsed, View};

/// The most statements not understood that are kept.
const MAX_UNPARSED: usize = 1000;
/// The most words of one statement that are looked at.
const MAX_TOKENS: usize = 200_000;

/// Statements that say nothing of tables, by first word.
const HARMLESS: [&str; 62] = [
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
        return;
    }
    let tokens = lex(&statement.text, statement.line, mysql);
    let tokens = tokens
        .get(..tokens.len().min(MAX_TOKENS))
        .unwrap_or_default();
    if statement.unterminated || !understood(statement, tokens, schema) {
        unparsed(statement, tokens, schema);
    }
}

/// Rows are not looked at.
fn is_data(text: &str) -> bool {
    let word = text
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
    let words: Vec<&str> = tokens
        .iter()
        .take(3)
        .filter(|t| t.kind == Kind::Word)
        .map(|t| t.text.as_str())
        .collect();
    let begins: String = words
        .join(" ")
        .chars()
        .filter(|c| c.is_alphabetic() || matches!(c, ' ' | '_'))
        .take(40)
        .collect();
    schema.unparsed.push(Unparsed {
        line: statement.line,
        begins,
    });
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
        "alter" => alter(tokens, schema),
        "comment" => comment_on(tokens, schema),
        "grant" => {
            schema.grants.extend(grant(tokens));
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
            None => true,
        },
        "exec" | "execute" => {
            described(tokens, schema);
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
            let Some((name, _)) = table::name(rest) else {
                return false;
            };
            schema.views.push(View {
                name,
                line: statement.line,
            });
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
    if let Some(read) = without_list(rest, schema) {
        return read;
    }
    let Some((mut table, whole)) = table::read(rest) else {
        return false;
    };
    table.line = statement.line.max(tokens.first().map_or(0, |t| t.line));
    notes(statement, &mut table);
    // Two readers must say the same; where the grammar does not know the statement, ours must have understood all.
    let agreed = !check || agrees(&statement.text, schema.dialect, &table);
    let empty = table.columns.is_empty();
    schema.tables.push(table);
    whole && agreed && !empty
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

/// `ALTER TABLE t ADD COLUMN c type`, also `ADD (a …, b …)`; other changes do not matter here.
fn alter(tokens: &[Token], schema: &mut Schema) -> bool {
    if tokens.get(1).is_some_and(|t| t.is("default")) {
        schema.grants.extend(default_grant(tokens));
        return true;
    }
    let Some(at) = tokens.iter().take(6).position(|t| t.is("table")) else {
        return true;
    };
    let rest = tokens.get(at + 1..).unwrap_or_default();
    let Some((name, end)) = table::name(rest) else {
        return false;
    };
    let mut added = Vec::new();
    let mut good = true;
    for action in actions(rest.get(end..).unwrap_or_default()) {
        good &= added_columns(action, &mut added);
    }
    if !added.is_empty() {
        match schema.tables.iter_mut().find(|t| same_name(&t.name, &name)) {
            Some(table) => {
                for column in added {
                    table
                        .columns
                        .retain(|c| !c.name.eq_ignore_ascii_case(&column.name));
                    table.columns.push(column);
                }
            }
            None => schema.tables.push(Table {
                name,
                line: rest.first().map_or(0, |t| t.line),
                columns: added,
                comment: String::new(),
            }),
        }
    }
    good
}

/// The parts of an ALTER TABLE between commas.
fn actions(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_u32;
    tokens
        .split(|t| {
            if t.sign('(') {
                depth += 1;
            } else if t.sign(')') {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && t.sign(',')
        })
        .collect()
}

fn added_columns(action: &[Token], added: &mut Vec<super::Column>) -> bool {
    let Some(first) = action.first() else {
        return true;
    };
    let change = ["modify", "change", "alter"].iter().any(|w| first.is(w));
    if !first.is("add") || change {
        return true;
    }
    let mut rest = action.get(1..).unwrap_or_default();
    let not_columns = [
        "constraint",
        "primary",
        "unique",
        "foreign",
        "index",
        "key",
        "fulltext",
        "spatial",
        "check",
        "partition",
        "default",
        "value",
        "generated",
        "period",
        "supplemental",
        "exclude",
    ];
    if rest
        .first()
        .is_none_or(|t| not_columns.iter().any(|w| t.is(w)))
    {
        return true;
    }
    if rest.first().is_some_and(|t| t.is("column")) {
        rest = rest.get(1..).unwrap_or_default();
    }
    if rest.first().is_some_and(|t| t.is("if")) {
        rest = rest.get(3..).unwrap_or_default();
    }
    if rest.first().is_some_and(|t| t.sign('(')) {
        let inner = rest
            .get(1..rest.len().saturating_sub(1))
            .unwrap_or_default();
        return actions(inner).into_iter().all(|item| {
            let constraint = item
                .first()
                .is_some_and(|t| not_columns.iter().any(|w| t.is(w)));
            constraint || table::column(item).map(|c| added.push(c)).is_some()
        });
    }
    table::column(rest).map(|c| added.push(c)).is_some()
}

/// `COMMENT ON COLUMN a.b.c IS '…'`, `COMMENT ON TABLE …`.
fn comment_on(tokens: &[Token], schema: &mut Schema) -> bool {
    let (Some(on), Some(kind)) = (tokens.get(1), tokens.get(2)) else {
        return false;
    };
    if !on.is("on") {
        return false;
    }
    if !kind.is("column") && !kind.is("table") {
        return true;
    }
    let Some((name, end)) = table::name(tokens.get(3..).unwrap_or_default()) else {
        return false;
    };
    let text = tokens
        .get(3 + end..)
        .unwrap_or_default()
        .iter()
        .find(|t| t.kind == Kind::Text)
        .map(|t| t.text.chars().take(400).collect::<String>())
        .unwrap_or_default();
    set_comment(&name, kind.is("table"), text, schema);
    true
}

fn set_comment(name: &str, of_table: bool, text: String, schema: &mut Schema) {
    if of_table {
        if let Some(table) = schema.tables.iter_mut().find(|t| same_name(&t.name, name)) {
            table.comment = text;
        }
        return;
    }
    let Some((of, column)) = name.rsplit_once('.') else {
        return;
    };
    let column = schema
        .tables
        .iter_mut()
        .find(|t| same_name(&t.name, of))
        .and_then(|t| {
            t.columns
                .iter_mut()
                .find(|c| c.name.eq_ignore_ascii_case(column))
        });
    if let Some(column) = column {
        column.comment = text;
        column.has_comment = true;
    }
}

/// `EXEC sp_addextendedproperty 'MS_Description', N'…', 'SCHEMA', 'dbo', 'TABLE', 'Orders', 'COLUMN', 'Phone'`.
fn described(tokens: &[Token], schema: &mut Schema) {
    if !tokens
        .iter()
        .take(6)
        .any(|t| t.text.eq_ignore_ascii_case("sp_addextendedproperty"))
    {
        return;
    }
    let texts: Vec<&str> = tokens
        .iter()
        .filter(|t| t.kind == Kind::Text)
        .map(|t| t.text.as_str())
        .collect();
    let after = |word: &str| {
        texts
            .iter()
            .position(|t| t.eq_ignore_ascii_case(word))
            .and_then(|at| texts.get(at + 1))
    };
    if let (Some(value), Some(table), Some(column)) =
        (texts.get(1), after("table"), after("column"))
    {
        set_comment(
            &format!("{table}.{column}"),
            false,
            (*value).chars().take(400).collect(),
            schema,
        );
    }
}

fn grant(tokens: &[Token]) -> Option<Grant> {
    let on = tokens.iter().position(|t| t.is("on"));
    let to = tokens.iter().rposition(|t| t.is("to"))?;
    let words = |part: &[Token]| {
        let text: Vec<&str> = part.iter().map(|t| t.text.as_str()).collect();
        text.join(" ")
            .replace(" , ", ", ")
            .replace(" . ", ".")
            .chars()
            .take(120)
            .collect::<String>()
    };
    let end = on.unwrap_or(to).min(to);
    Some(Grant {
        privileges: words(tokens.get(1..end)?),
        object: on
            .and_then(|on| tokens.get(on + 1..to))
            .map(words)
            .unwrap_or_default(),
        to: grantees(tokens.get(to + 1..)?),
        line: tokens.first()?.line,
    })
}

/// `ALTER DEFAULT PRIVILEGES … GRANT … TO PUBLIC`.
fn default_grant(tokens: &[Token]) -> Option<Grant> {
    let at = tokens.iter().position(|t| t.is("grant"))?;
    let mut grant = grant(tokens.get(at..)?)?;
    grant.object = format!("default {}", grant.object);
    Some(grant)
}

fn grantees(tokens: &[Token]) -> Vec<String> {
    tokens
        .iter()
        .take_while(|t| {
            !t.is("with") && !t.is("granted") && !t.is("identified") && !t.is("require")
        })
        .filter(|t| t.kind != Kind::Sign && !t.is("group") && !t.is("role"))
        .map(|t| t.text.to_lowercase())
        .take(20)
        .collect()
}

/// `orders` and `public.orders` are the same table where one of them names no schema.
fn same_name(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let last = |n: &str| {
        n.rsplit('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    (!a.contains('.') || !b.contains('.') || a.matches('.').count() != b.matches('.').count())
        && last(a) == last(b)
}
