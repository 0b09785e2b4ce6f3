//! The fields of a description and what they hold.

use super::resolve::{Property, follow};
use super::{Kind, entries, text};
use crate::model::{Fact, Place, Subject, Value};
use crate::parse::yaml::Node;
use crate::privacy::names::classify_in;
use crate::privacy::{Class, Setting, Verdict};
use crate::text::why;

/// A field of a named schema.
pub(super) struct Field {
    /// Its name with that of its schema.
    pub(super) id: String,
    /// Its type as written.
    pub(super) data_type: String,
    /// Its line.
    pub(super) line: u32,
    /// What it holds.
    pub(super) verdict: Verdict,
    /// Only written, never given (`writeOnly`).
    pub(super) write_only: bool,
}

impl Field {
    pub(super) fn subject(&self, file: &str) -> Subject {
        let place = Place::new(file, self.line);
        let mut subject = Subject::new("api-field", self.id.as_str()).at(place.clone());
        let mut put = |path: &'static str, value: Value| {
            subject.put(Fact::derived(path, value).at(place.clone()))
        };
        put("class", self.verdict.class.word().into());
        put("party", self.verdict.party.word().into());
        put("confidence", i64::from(self.verdict.confidence).into());
        put("sensitive", self.verdict.sensitive.into());
        put("write_only", self.write_only.into());
        put("reason", self.verdict.reason().into());
        let words = why::words(self.verdict.reasons.iter().map(String::as_str));
        put("why_vi", words.vi.into());
        put("why_en", words.en.into());
        subject.put(Fact::set("type", self.data_type.as_str()).at(place));
        subject
    }
}

/// All fields of the named schemas of a description.
pub(super) fn all(root: &Node, kind: Kind) -> Vec<Field> {
    let mut out = Vec::new();
    match kind {
        Kind::Avro => return super::avro::all(root),
        // Read from its own description.
        Kind::Protobuf => {}
        Kind::OpenApi => {
            let schemas = root.get("components").and_then(|c| c.get("schemas"));
            for (name, _, schema) in entries(schemas) {
                object(root, name, schema, &mut out);
            }
        }
        Kind::Swagger => {
            for (name, _, schema) in entries(root.get("definitions")) {
                object(root, name, schema, &mut out);
            }
        }
        Kind::JsonSchema => {
            object(
                root,
                text(root, "title").unwrap_or("schema"),
                root,
                &mut out,
            );
            for key in ["$defs", "definitions"] {
                for (name, _, schema) in entries(root.get(key)) {
                    object(root, name, schema, &mut out);
                }
            }
        }
    }
    out
}

fn object(root: &Node, name: &str, schema: &Node, out: &mut Vec<Field>) {
    // What another named schema holds is told there: only own properties, and those of parts written in place.
    let own = own_properties(root, schema, name, 6);
    let names: Vec<&str> = own.iter().map(|(_, p)| p.name).collect();
    let setting = Setting::of(Some(name), &names);
    for (path, property) in &own {
        out.push(Field {
            id: format!("{path}.{}", property.name),
            data_type: data_type(property.schema),
            line: property.line,
            verdict: judge(property, &setting),
            write_only: is_true(property.schema, "writeOnly"),
        });
    }
}

fn own_properties<'a>(
    root: &'a Node,
    schema: &'a Node,
    path: &str,
    depth: u32,
) -> Vec<(String, Property<'a>)> {
    let mut out = Vec::new();
    if depth == 0 || schema.get("$ref").is_some() {
        return out;
    }
    for (key, line, property) in entries(schema.get("properties")) {
        out.push((
            path.to_owned(),
            Property {
                object: None,
                name: key,
                line,
                schema: follow(root, property),
            },
        ));
        out.extend(own_properties(
            root,
            property,
            &format!("{path}.{key}"),
            depth - 1,
        ));
    }
    for list in ["allOf", "anyOf", "oneOf"] {
        for part in super::items(schema.get(list)) {
            out.extend(own_properties(root, part, path, depth - 1));
        }
    }
    if let Some(part) = schema.get("items") {
        out.extend(own_properties(root, part, path, depth - 1));
    }
    out
}

/// What a property holds. An object or a list of objects holds only what its own properties hold.
pub(super) fn judge(property: &Property<'_>, setting: &Setting) -> Verdict {
    let schema = property.schema;
    let format = text(schema, "format").unwrap_or_default();
    if schema.get("properties").is_some() || schema.get("allOf").is_some() {
        return Verdict::none(80, "object");
    }
    let told = match format {
        "email" | "idn-email" => Some(Class::Email),
        "password" => Some(Class::Credential),
        "ipv4" | "ipv6" => Some(Class::Ip),
        _ => None,
    };
    let mut verdict = classify_in(
        property.name,
        Some(&data_type(schema)),
        text(schema, "description").or(text(schema, "title")),
        setting,
    );
    if let (Some(class), false) = (told, verdict.is_personal()) {
        verdict.class = class;
        verdict.confidence = 80;
        verdict.reasons = [format!("type:{format}")].into();
    }
    verdict
}

/// The type in the words of SQL, which the classifier knows.
fn data_type(schema: &Node) -> String {
    let format = text(schema, "format").unwrap_or_default();
    match (text(schema, "type").unwrap_or_default(), format) {
        (_, "date-time") => "timestamp".into(),
        (_, "date") => "date".into(),
        (_, "binary" | "byte") => "blob".into(),
        ("integer", "int64") => "bigint".into(),
        ("string", _) => "text".into(),
        ("number", _) => "double".into(),
        (other, _) => other.into(),
    }
}

pub(super) fn is_true(node: &Node, key: &str) -> bool {
    node.get(key)
        .is_some_and(|n| matches!(n.value, crate::parse::yaml::NodeValue::Bool(true)))
}
