//! References inside one description, and what an object holds in all its parts.

use super::{entries, items, text};
use crate::parse::yaml::{Node, NodeValue};

/// The deepest nesting of schemas that is followed.
const MAX_DEPTH: u32 = 12;

/// The node that a `$ref` of this document names, or the node itself. References to other files lead nowhere.
pub(super) fn follow<'a>(root: &'a Node, node: &'a Node) -> &'a Node {
    let mut now = node;
    for _ in 0..MAX_DEPTH {
        let Some(path) = text(now, "$ref").and_then(|r| r.strip_prefix("#/")) else {
            return now;
        };
        let mut at = root;
        for part in path.split('/') {
            let part = part.replace("~1", "/").replace("~0", "~");
            let Some(next) = at.get(&part) else {
                return now;
            };
            at = next;
        }
        now = at;
    }
    now
}

/// The last part of a `$ref`: the name of the schema.
pub(super) fn name_of(node: &Node) -> Option<&str> {
    text(node, "$ref")?.rsplit('/').next()
}

/// A property of an object, and what it is called around.
pub(super) struct Property<'a> {
    /// The name of the object, where it has one.
    pub(super) object: Option<&'a str>,
    /// Its name.
    pub(super) name: &'a str,
    /// Its line.
    pub(super) line: u32,
    /// Its schema, references followed.
    pub(super) schema: &'a Node,
}

/// All properties that a schema holds, at any depth, each schema once; and whether a part of it is described in a place
/// that could not be followed to.
pub(super) fn properties<'a>(
    root: &'a Node,
    schema: &'a Node,
    name: Option<&'a str>,
) -> (Vec<Property<'a>>, bool) {
    let mut out = Vec::new();
    let mut seen = Vec::new();
    let outside = walk(root, schema, name, MAX_DEPTH, &mut seen, &mut out);
    (out, outside)
}

fn walk<'a>(
    root: &'a Node,
    schema: &'a Node,
    name: Option<&'a str>,
    depth: u32,
    seen: &mut Vec<*const Node>,
    out: &mut Vec<Property<'a>>,
) -> bool {
    let name = name_of(schema).or(name);
    let schema = follow(root, schema);
    let here: *const Node = schema;
    if depth == 0 || seen.contains(&here) || out.len() >= MAX_PROPERTIES {
        return false;
    }
    seen.push(here);
    let mut outside = schema.get("$ref").is_some();
    for (key, line, property) in entries(schema.get("properties")) {
        let inner = follow(root, property);
        out.push(Property {
            object: name,
            name: key,
            line,
            schema: inner,
        });
        outside |= walk(root, property, Some(key), depth - 1, seen, out);
    }
    for list in ["allOf", "anyOf", "oneOf"] {
        for part in items(schema.get(list)) {
            outside |= walk(root, part, name, depth - 1, seen, out);
        }
    }
    for one in ["items", "additionalProperties"] {
        if let Some(part) = schema.get(one) {
            outside |= walk(root, part, name, depth - 1, seen, out);
        }
    }
    outside
}

/// The most properties of one answer.
const MAX_PROPERTIES: usize = 5000;

/// Is it a list, or an object that holds one beside a count or a page?
pub(super) fn is_list(root: &Node, schema: &Node) -> bool {
    let schema = follow(root, schema);
    if text(schema, "type") == Some("array") || schema.get("items").is_some() {
        return true;
    }
    let holds = entries(schema.get("properties")).any(|(key, _, p)| {
        let p = follow(root, p);
        let of_objects = p.get("items").is_some_and(|i| {
            let i = follow(root, i);
            matches!(i.value, NodeValue::Map(_)) && i.get("properties").or(i.get("allOf")).is_some()
        });
        of_objects && LISTS.contains(&key.to_ascii_lowercase().as_str())
    });
    holds
        || items(schema.get("allOf"))
            .iter()
            .any(|part| is_list(root, part))
}

/// Names under which lists of results stand.
const LISTS: [&str; 16] = [
    "data",
    "items",
    "results",
    "records",
    "rows",
    "list",
    "content",
    "orders",
    "customers",
    "users",
    "shipments",
    "parcels",
    "docs",
    "entries",
    "values",
    "danh_sach",
];
