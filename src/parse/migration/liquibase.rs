//! Change logs of Liquibase in XML, YAML and JSON: `createTable`, `addColumn` and what changes tables later. SQL that
//! they hold is read as SQL; of `rollback` nothing is, for it only takes back.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::parse::sql::{Column, Dialect, Schema, Table, What, steps};
use crate::parse::yaml::{Node, documents, json_document};

/// An element, or a key with what it holds.
#[derive(Debug, Default)]
struct Step {
    name: String,
    line: u32,
    given: Vec<(String, String)>,
    inner: Vec<Step>,
    text: String,
}

/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 40;

impl Step {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.given.iter().find(|(n, _)| n == name);
        found.map(|(_, v)| v.as_str())
    }

    /// The columns of a change, also inside `columns:` of YAML.
    fn columns(&self) -> Vec<&Step> {
        let mut out = Vec::new();
        for one in &self.inner {
            match one.name.as_str() {
                "column" => out.push(one),
                "columns" => out.extend(one.inner.iter().filter(|c| c.name == "column")),
                _ => {}
            }
        }
        out
    }
}

/// Reads XML.
pub(super) fn xml(text: &str, dialect: Dialect) -> Schema {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Step> = Vec::new();
    let mut root = Step::default();
    let (mut line, mut seen) = (1_u32, 0_usize);
    let mut broken = None;
    loop {
        let event = reader.read_event();
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let at = at.min(text.len());
        let passed = text.get(seen..at).map_or(0, |t| t.matches('\n').count());
        line = line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        seen = at;
        match event {
            Ok(Event::Start(tag)) => open.push(step(&tag, line)),
            Ok(Event::Empty(tag)) => {
                let done = step(&tag, line);
                open.last_mut().unwrap_or(&mut root).inner.push(done);
            }
            Ok(Event::End(_)) => {
                if let Some(done) = open.pop() {
                    open.last_mut().unwrap_or(&mut root).inner.push(done);
                }
            }
            Ok(Event::Text(said)) => {
                if let (Some(now), Ok(said)) = (open.last_mut(), said.decode()) {
                    now.text.push_str(&said);
                }
            }
            Ok(Event::GeneralRef(said)) => {
                if let Some(now) = open.last_mut() {
                    now.text.push_str(match &*said {
                        b"lt" => "<",
                        b"gt" => ">",
                        b"amp" => "&",
                        b"quot" => "\"",
                        b"apos" => "'",
                        _ => "?",
                    });
                }
            }
            Ok(Event::CData(said)) => {
                if let Some(now) = open.last_mut() {
                    now.text.push_str(&String::from_utf8_lossy(&said));
                }
            }
            Ok(Event::Eof) => break,
            Err(_) => {
                broken = Some(line);
                break;
            }
            Ok(_) => {}
        }
        if open.len() > MAX_DEPTH {
            broken = Some(line);
            break;
        }
    }
    // What stands open at the end of a broken file was read as far as it goes.
    while let Some(done) = open.pop() {
        broken = broken.or(Some(line));
        open.last_mut().unwrap_or(&mut root).inner.push(done);
    }
    let mut schema = of(&root, dialect);
    if let Some(line) = broken {
        schema.misses(line, "xml");
    }
    schema
}

fn step(tag: &BytesStart<'_>, line: u32) -> Step {
    let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
    let given = tag.attributes().flatten().map(|a| {
        let key = String::from_utf8_lossy(a.key.local_name().as_ref()).into_owned();
        let value = String::from_utf8_lossy(&a.value);
        let value = quick_xml::escape::unescape(&value)
            .map_or_else(|_| value.to_string(), |v| v.into_owned());
        (key, value)
    });
    Step {
        name,
        line,
        given: given.collect(),
        ..Step::default()
    }
}

/// Reads YAML or JSON.
pub(super) fn yaml(text: &str, dialect: Dialect) -> Schema {
    let read = match text.trim_start().starts_with('{') {
        true => vec![json_document(text)],
        false => documents(text),
    };
    let mut root = Step::default();
    let mut broken = None;
    for document in read {
        match document {
            Ok(node) => entries(&node, &mut root, 0),
            Err(fault) => broken = Some(fault.line),
        }
    }
    let mut schema = of(&root, dialect);
    if let Some(line) = broken {
        schema.misses(line, "yaml");
    }
    schema
}

/// Takes the entries of a mapping, or of each mapping of a list, into a step.
fn entries(node: &Node, into: &mut Step, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for item in node.items() {
        match item.scalar() {
            Some(said) => into.text.push_str(&said),
            None => entries(item, into, depth + 1),
        }
    }
    for (key, value) in node.entries() {
        if let Some(said) = value.scalar() {
            into.given.push((key.name.clone(), said));
            continue;
        }
        let mut inner = Step {
            name: key.name.clone(),
            line: key.span.line,
            ..Step::default()
        };
        entries(value, &mut inner, depth + 1);
        into.inner.push(inner);
    }
}

fn of(root: &Step, dialect: Dialect) -> Schema {
    let mut schema = Schema::of_steps(dialect);
    let mut names = Vec::new();
    properties(root, &mut names);
    for log in root.inner.iter().filter(|s| s.name == "databaseChangeLog") {
        changes(log, &names, &mut schema);
    }
    schema.ends();
    schema
}

/// `property name="t" value="varchar(20)"`; one that is given twice with other values is not known.
fn properties(step: &Step, out: &mut Vec<(String, Option<String>)>) {
    for one in &step.inner {
        if one.name == "property" {
            let (Some(name), Some(value)) = (one.get("name"), one.get("value")) else {
                continue;
            };
            match out.iter_mut().find(|(n, _)| n == name) {
                Some((_, known)) if known.as_deref() != Some(value) => *known = None,
                Some(_) => {}
                None => out.push((name.to_owned(), Some(value.to_owned()))),
            }
        } else if one.name == "databaseChangeLog" {
            properties(one, out);
        }
    }
}

type Names = [(String, Option<String>)];

/// The text with `${properties}` filled in; none where one is not known.
fn filled(text: &str, names: &Names) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, more) = after.split_once('}')?;
        out.push_str(before);
        let (_, value) = names.iter().find(|(n, _)| n == name)?;
        out.push_str(value.as_deref()?);
        rest = more;
    }
    out.push_str(rest);
    Some(out)
}

fn changes(step: &Step, names: &Names, schema: &mut Schema) {
    for one in &step.inner {
        match one.name.as_str() {
            "changeSet" | "changes" => changes(one, names, schema),
            name if HARMLESS.contains(&name) => {}
            name => {
                if change(one, names, schema).is_none() {
                    schema.misses(one.line, name);
                }
            }
        }
    }
}

fn change(step: &Step, names: &Names, schema: &mut Schema) -> Option<()> {
    let line = step.line;
    let get = |name: &str| filled(step.get(name)?, names);
    let of = || {
        let table = get("tableName")?;
        Some(match get("schemaName") {
            Some(space) => format!("{space}.{table}"),
            None => table,
        })
    };
    match step.name.as_str() {
        "createTable" => {
            let table = Table {
                name: of()?,
                line,
                comment: get("remarks").unwrap_or_default(),
                columns: columns(step, names, schema),
                ..Table::default()
            };
            if table.columns.is_empty() {
                schema.misses(line, "createTable");
            }
            schema.makes(table);
        }
        "addColumn" => {
            let columns = columns(step, names, schema);
            if columns.is_empty() {
                return None;
            }
            schema.adds(&of()?, columns, line);
        }
        "dropTable" => schema.changes(&of()?, What::TableDropped, line),
        "dropColumn" => {
            let of = of()?;
            let named = get("columnName").into_iter();
            let inner = step.columns();
            let inner = inner.iter().filter_map(|c| filled(c.get("name")?, names));
            let all: Vec<String> = named.chain(inner).collect();
            for name in all {
                schema.changes(&of, What::Dropped(name), line);
            }
        }
        "renameColumn" => {
            let what = What::Renamed(get("oldColumnName")?, get("newColumnName")?);
            schema.changes(&of()?, what, line);
        }
        "renameTable" => schema.renames(&get("oldTableName")?, &get("newTableName")?),
        "modifyDataType" => {
            let column = steps::column(&get("columnName")?, &get("newDataType")?, line);
            schema.changes(&of()?, What::Typed(column), line);
        }
        "setColumnRemarks" => {
            let mut column = steps::column(&get("columnName")?, "", line);
            column.comment = get("remarks")?;
            column.has_comment = true;
            schema.changes(&of()?, What::Typed(column), line);
        }
        "sql" => schema.runs(&filled(sql_of(step), names)?, line),
        "createView" => {
            let name = get("viewName")?;
            let text = filled(sql_of(step), names)?;
            let head = text.trim_start().get(..6).unwrap_or_default();
            match head.eq_ignore_ascii_case("create") {
                true => schema.runs(&text, line),
                false => schema.runs(&format!("CREATE VIEW {name} AS {text}"), line),
            }
        }
        "include" => schema.includes.push(get("file")?),
        "sqlFile" => schema.includes.push(get("path")?),
        _ => return None,
    }
    Some(())
}

/// What SQL a step holds: its text, or `sql:` and `selectQuery:` of YAML.
fn sql_of(step: &Step) -> &str {
    match step.get("sql").or_else(|| step.get("selectQuery")) {
        Some(text) => text,
        None => &step.text,
    }
}

fn columns(step: &Step, names: &Names, schema: &mut Schema) -> Vec<Column> {
    let mut out = Vec::new();
    for one in step.columns() {
        let line = if one.line == 0 { step.line } else { one.line };
        let name = one.get("name").and_then(|n| filled(n, names));
        let Some(name) = name else {
            schema.misses(line, "column");
            continue;
        };
        let written = one.get("type").unwrap_or_default();
        let kind = filled(written, names).unwrap_or_else(|| written.to_owned());
        let mut column = steps::column(&name, &typed(&kind), line);
        if let Some(remarks) = one.get("remarks") {
            column.comment = remarks.chars().take(400).collect();
            column.has_comment = true;
        }
        column.default_text = one.get("defaultValue").is_some_and(|v| !v.is_empty());
        for limit in one.inner.iter().filter(|i| i.name == "constraints") {
            column.not_null |= limit.get("nullable") == Some("false");
            column.refers |=
                limit.get("references").is_some() || limit.get("referencedTableName").is_some();
        }
        out.push(column);
    }
    out
}

/// `java.sql.Types.VARCHAR(20)` as SQL has it.
fn typed(written: &str) -> String {
    let lower = written.to_ascii_lowercase();
    lower
        .strip_prefix("java.sql.types.")
        .unwrap_or(&lower)
        .to_owned()
}

/// What makes no column.
const HARMLESS: [&str; 40] = [
    "loadData",
    "loadUpdateData",
    "property",
    "preConditions",
    "rollback",
    "comment",
    "validCheckSum",
    "tagDatabase",
    "empty",
    "output",
    "stop",
    "logicalFilePath",
    "includeAll",
    "addPrimaryKey",
    "dropPrimaryKey",
    "addForeignKeyConstraint",
    "dropForeignKeyConstraint",
    "dropAllForeignKeyConstraints",
    "addUniqueConstraint",
    "dropUniqueConstraint",
    "addNotNullConstraint",
    "dropNotNullConstraint",
    "addDefaultValue",
    "dropDefaultValue",
    "addAutoIncrement",
    "addCheckConstraint",
    "dropCheckConstraint",
    "createIndex",
    "dropIndex",
    "createSequence",
    "dropSequence",
    "alterSequence",
    "createProcedure",
    "dropProcedure",
    "createFunction",
    "dropView",
    "insert",
    "update",
    "delete",
    "setTableRemarks",
];
