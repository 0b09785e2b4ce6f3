//! Avro: the fields of records, at any depth. Such a file describes what is stored or sent, no operation.

use super::fields::Field;
use super::{entries, items, text};
use crate::parse::yaml::{Node, NodeValue};
use crate::privacy::Setting;
use crate::privacy::names::classify_in;

/// The deepest nesting of records.
const MAX_DEPTH: u32 = 16;
/// The most fields of one file.
const MAX_FIELDS: usize = 50_000;

/// Is it a description in Avro: a record, or a list with one?
pub(super) fn is_one(root: &Node) -> bool {
    let record = |n: &Node| {
        matches!(text(n, "type"), Some("record" | "error"))
            && n.get("fields").is_some()
            && text(n, "name").is_some()
    };
    // A protocol (`.avpr`) lists its types.
    let types = items(root.get("types")).iter().any(record);
    let protocol = text(root, "protocol").is_some() && types;
    protocol || record(root) || items(Some(root)).iter().any(record)
}

/// All fields.
pub(super) fn all(root: &Node) -> Vec<Field> {
    let mut out = Vec::new();
    walk(root, MAX_DEPTH, &mut out);
    out
}

fn walk(node: &Node, depth: u32, out: &mut Vec<Field>) {
    if depth == 0 || out.len() >= MAX_FIELDS {
        return;
    }
    for one in items(Some(node)) {
        walk(one, depth - 1, out);
    }
    if entries(Some(node)).next().is_none() {
        return;
    }
    if matches!(text(node, "type"), Some("record" | "error")) {
        record(node, depth, out);
        return;
    }
    // An array's items, a map's values, a type that is written out.
    for key in ["items", "values", "type", "types"] {
        if let Some(inner) = node.get(key) {
            walk(inner, depth - 1, out);
        }
    }
}

fn record(node: &Node, depth: u32, out: &mut Vec<Field>) {
    let name = text(node, "name").unwrap_or("record");
    let name = name.rsplit('.').next().unwrap_or(name);
    let fields = items(node.get("fields"));
    let names: Vec<&str> = fields.iter().filter_map(|f| text(f, "name")).collect();
    let setting = Setting::of(Some(name), &names);
    for field in fields {
        let (Some(own), Some(written)) = (text(field, "name"), field.get("type")) else {
            continue;
        };
        if let Some(data_type) = data_type(written) {
            out.push(Field {
                id: format!("{name}.{own}"),
                line: field.get("name").map_or(0, |n| n.span.line),
                verdict: classify_in(own, Some(data_type), text(field, "doc"), &setting),
                data_type: data_type.to_owned(),
                write_only: false,
            });
        }
        walk(written, depth - 1, out);
    }
}

/// The type in the words of SQL; nothing for a record, whose own fields are told.
fn data_type(written: &Node) -> Option<&'static str> {
    match &written.value {
        NodeValue::Text(name) => named(name, ""),
        // A union: the first that is not null.
        NodeValue::List(parts) => parts
            .iter()
            .filter(|p| !matches!(&p.value, NodeValue::Text(t) if t == "null"))
            .find_map(data_type),
        NodeValue::Map(_) => {
            let logical = text(written, "logicalType").unwrap_or_default();
            match text(written, "type") {
                Some("array") => written.get("items").and_then(data_type),
                Some("map") => written.get("values").and_then(data_type),
                Some(name) => named(name, logical),
                None => written.get("type").and_then(data_type),
            }
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Int(_) | NodeValue::Float(_) => None,
    }
}

fn named(name: &str, logical: &str) -> Option<&'static str> {
    Some(match (name, logical) {
        (_, l) if l.contains("timestamp") => "timestamp",
        (_, "date") => "date",
        (_, l) if l.starts_with("time-") => "time",
        (_, "decimal") => "decimal",
        (_, "uuid") => "uuid",
        ("string", _) => "text",
        ("int", _) => "int",
        ("long", _) => "bigint",
        ("float" | "double", _) => "double",
        ("boolean", _) => "boolean",
        ("bytes" | "fixed", _) => "bytea",
        ("enum", _) => "enum",
        // A record, or a name that was given to one (or to an enum) elsewhere.
        _ => return None,
    })
}
