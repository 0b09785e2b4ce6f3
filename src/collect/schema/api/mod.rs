//! Descriptions of interfaces: OpenAPI 3, Swagger 2, JSON Schema, Protocol Buffers and Avro. Which fields hold personal data, which operations
//! give them, whether they ask who calls, and what the addresses give away.

use crate::model::{Fact, Place, Subject, Value};
use crate::parse::avdl;
use crate::parse::yaml::{Document, Node, NodeValue};

mod avro;
mod fields;
mod operations;
pub(super) mod proto;
mod resolve;

use fields::Field;

/// A description that was read.
pub(super) struct Api {
    root: Node,
    kind: Kind,
}

/// What a description is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    OpenApi,
    Swagger,
    JsonSchema,
    Protobuf,
    Avro,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::Swagger => "swagger",
            Self::JsonSchema => "json-schema",
            Self::Protobuf => "protobuf",
            Self::Avro => "avro",
        }
    }
}

/// May a file of this name hold a description?
pub(super) fn is_named_so(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".json", ".yaml", ".yml", ".avsc", ".avpr", ".avdl"]
        .iter()
        .any(|e| lower.ends_with(e))
}

/// Is it a file of Protocol Buffers, by its name?
pub(super) fn is_proto(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".proto")
}

/// Reads a file; `None` where it describes no interface. A file that begins like one and cannot be read is an error.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Option<Api>, &'static str> {
    if name.to_ascii_lowercase().ends_with(".avdl") {
        let root = avdl::parse(&String::from_utf8_lossy(bytes)).ok_or("not-parsed")?;
        let kind = Kind::Avro;
        return Ok(Some(Api { root, kind }));
    }
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or_default());
    let looks = ["openapi", "swagger", "$schema", "\"$id\"", "$defs"]
        .iter()
        .any(|w| head.contains(w))
        || [".avsc", ".avpr"]
            .iter()
            .any(|e| name.to_ascii_lowercase().ends_with(e));
    match Document::parse(name, bytes) {
        Ok(Document { root, .. }) => Ok(kind(&root).map(|kind| Api { root, kind })),
        Err(_) if looks => Err("not-parsed"),
        Err(_) => Ok(None),
    }
}

fn kind(root: &Node) -> Option<Kind> {
    if root.get("openapi").is_some() && root.get("paths").or(root.get("components")).is_some() {
        return Some(Kind::OpenApi);
    }
    if root.get("swagger").is_some() && root.get("paths").is_some() {
        return Some(Kind::Swagger);
    }
    if avro::is_one(root) {
        return Some(Kind::Avro);
    }
    let told = text(root, "$schema").is_some_and(|s| s.contains("json-schema.org"));
    let shape = ["properties", "$defs", "definitions"]
        .iter()
        .any(|k| root.get(k).is_some());
    (shape && (told || root.get("$id").is_some() || text(root, "type") == Some("object")))
        .then_some(Kind::JsonSchema)
}

/// The subjects of a description: `api`, an `api-operation` each, an `api-field` for each personal field.
pub(super) fn subjects(api: &Api, id: &str, file: &str) -> Vec<Subject> {
    let root = &api.root;
    let fields = fields::all(root, api.kind);
    let operations = operations::all(root, api.kind);
    let plain = operations::plain_servers(root, api.kind);
    told(api.kind, &fields, &operations, plain, id, file)
}

/// The same of a file of Protocol Buffers, beside all files of its asset.
pub(super) fn of_proto(
    one: &proto::File,
    all: &proto::Files<'_>,
    id: &str,
    file: &str,
) -> Vec<Subject> {
    let (fields, operations) = (all.fields(one), all.operations(one));
    let plain = Value::unseen("not_applicable", "it describes no server");
    told(Kind::Protobuf, &fields, &operations, plain, id, file)
}

fn told(
    kind: Kind,
    all: &[Field],
    operations: &[operations::Operation],
    plain_servers: Value,
    id: &str,
    file: &str,
) -> Vec<Subject> {
    let personal: Vec<&Field> = all.iter().filter(|f| f.verdict.is_personal()).collect();
    let mut out: Vec<Subject> = personal.iter().map(|f| f.subject(file)).collect();
    out.extend(operations.iter().map(|o| o.subject(file)));
    let mut whole = Subject::new("api", id).at(Place::new(file, 0));
    let mut put = |path: &'static str, value: Value| {
        whole.put(Fact::derived(path, value).at(Place::new(file, 0)))
    };
    put("kind", kind.word().into());
    put("fields", count(all.len()));
    put("personal_fields", count(personal.len()));
    let sensitive = personal.iter().filter(|f| f.verdict.sensitive);
    put("sensitive_fields", count(sensitive.count()));
    put("operations", count(operations.len()));
    let giving = operations.iter().filter(|o| !o.gives.is_empty());
    put("personal_operations", count(giving.count()));
    put("plain_servers", plain_servers);
    out.push(whole);
    out
}

fn count(n: usize) -> Value {
    i64::try_from(n).unwrap_or(i64::MAX).into()
}

/// The text under a key.
fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    match &node.get(key)?.value {
        NodeValue::Text(t) => Some(t),
        NodeValue::Null
        | NodeValue::Bool(_)
        | NodeValue::Int(_)
        | NodeValue::Float(_)
        | NodeValue::List(_)
        | NodeValue::Map(_) => None,
    }
}

/// The entries of a mapping, with the line of each key.
fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, u32, &Node)> {
    let list = match node.map(|n| &n.value) {
        Some(NodeValue::Map(entries)) => entries.as_slice(),
        Some(
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::List(_),
        )
        | None => &[],
    };
    list.iter().map(|(k, v)| (k.name.as_str(), k.span.line, v))
}

/// The elements of a list.
fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|n| &n.value) {
        Some(NodeValue::List(items)) => items,
        Some(
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::Map(_),
        )
        | None => &[],
    }
}

#[cfg(test)]
mod tests;
