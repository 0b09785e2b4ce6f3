//! Checks a YAML tree against the JSON Schema of a type: all mistakes at once, each at its place.
//!
//! Understands what `schemars` writes for our types, and no more: references, types, objects, lists,
//! enumerations, alternatives, bounds and dates. The same schema is what editors get.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value as Json;

use super::diagnostic::Span;
use super::yaml::{Key, Node, NodeValue};
use crate::model::Day;

/// The schema of a type, ready for checking.
#[derive(Debug, Clone)]
pub struct Shape {
    schema: Json,
}

/// A mistake of shape.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Shape {
    /// The shape of a type.
    pub fn of<T: JsonSchema>() -> Self {
        Self {
            schema: schemars::schema_for!(T).to_value(),
        }
    }

    /// The JSON Schema, for editors.
    pub fn schema(&self) -> &Json {
        &self.schema
    }

    /// Every mistake of the tree.
    pub fn check(&self, node: &Node) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.node(node, &self.schema, &mut problems);
        problems
    }

    fn resolve<'a>(&'a self, mut schema: &'a Json) -> &'a Json {
        while let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            let Some(found) = reference
                .strip_prefix('#')
                .and_then(|path| self.schema.pointer(path))
            else {
                break;
            };
            schema = found;
        }
        schema
    }

    fn node(&self, node: &Node, schema: &Json, problems: &mut Vec<Problem>) {
        let schema = self.resolve(schema);
        if let Some(choices) = schema
            .get("anyOf")
            .or_else(|| schema.get("oneOf"))
            .and_then(Json::as_array)
        {
            return self.choice(node, choices, problems);
        }
        if let Some(types) = schema.get("type")
            && !types_of(types).iter().any(|t| has_type(node, t))
        {
            let wanted: Vec<&str> = types_of(types)
                .into_iter()
                .filter(|t| *t != "null")
                .map(type_words)
                .collect();
            return problems.push(wrong_type(node, &wanted.join(" or ")));
        }
        let words: Vec<&str> = words_of(schema);
        if !words.is_empty() {
            return self.word(node, &words, problems);
        }
        match &node.value {
            NodeValue::Map(entries) => self.object(node, entries, schema, problems),
            NodeValue::List(items) => {
                if let Some(schema) = schema.get("items") {
                    items
                        .iter()
                        .for_each(|item| self.node(item, schema, problems));
                }
            }
            NodeValue::Int(n) => bounds(node, *n, schema, problems),
            NodeValue::Text(text) => {
                if schema.get("format").and_then(Json::as_str) == Some("date")
                    && Day::parse(text).is_none()
                {
                    problems.push(Problem {
                        span: node.span,
                        message: format!("`{text}` is no day"),
                        help: Some("write it as YYYY-MM-DD, for instance 2026-11-23".into()),
                    });
                }
            }
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Float(_) => {}
        }
    }

    fn choice(&self, node: &Node, choices: &[Json], problems: &mut Vec<Problem>) {
        let mut best: Option<Vec<Problem>> = None;
        let words: Vec<&str> = choices
            .iter()
            .flat_map(|c| words_of(self.resolve(c)))
            .collect();
        if !words.is_empty() && matches!(node.value, NodeValue::Text(_)) {
            return self.word(node, &words, problems);
        }
        for choice in choices {
            let mut found = Vec::new();
            self.node(node, choice, &mut found);
            if found.is_empty() {
                return;
            }
            let is_null = self.resolve(choice).get("type").and_then(Json::as_str) == Some("null");
            // Mistakes inside the right kind of value say more than "this should be nothing".
            if !is_null
                && best
                    .as_ref()
                    .is_none_or(|b| rank(&found, node) < rank(b, node))
            {
                best = Some(found);
            }
        }
        problems.extend(best.unwrap_or_default());
    }

    fn word(&self, node: &Node, words: &[&str], problems: &mut Vec<Problem>) {
        let NodeValue::Text(text) = &node.value else {
            return problems.push(wrong_type(node, &format!("one of {}", words.join(", "))));
        };
        if !words.contains(&text.as_str()) {
            problems.push(Problem {
                span: node.span,
                message: format!("`{text}` is not one of {}", words.join(", ")),
                help: nearest(text, words.iter().copied()).map(|w| format!("did you mean `{w}`?")),
            });
        }
    }

    fn object(
        &self,
        node: &Node,
        entries: &[(Key, Node)],
        schema: &Json,
        problems: &mut Vec<Problem>,
    ) {
        let empty = serde_json::Map::new();
        let properties = schema
            .get("properties")
            .and_then(Json::as_object)
            .unwrap_or(&empty);
        let more = schema.get("additionalProperties");
        let patterns = schema.get("patternProperties").and_then(Json::as_object);
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (key, value) in entries {
            if let Some(first) = seen.insert(&key.name, key.span) {
                problems.push(Problem {
                    span: key.span,
                    message: format!("`{}` stands twice (first in line {})", key.name, first.line),
                    help: Some("leave one of them out".into()),
                });
            }
            if let Some(schema) = properties.get(&key.name) {
                self.node(value, schema, problems);
            } else if let Some(schema) = patterns.and_then(|p| p.values().next()) {
                if key.name.parse::<i64>().is_err() {
                    problems.push(Problem {
                        span: key.span,
                        message: format!("`{}` is no number", key.name),
                        help: Some("the keys here are numbers".into()),
                    });
                }
                self.node(value, schema, problems);
            } else if more == Some(&Json::Bool(false)) {
                problems.push(Problem {
                    span: key.span,
                    message: format!("unknown key `{}`", key.name),
                    help: Some(
                        match nearest(&key.name, properties.keys().map(String::as_str)) {
                            Some(near) => format!("did you mean `{near}`?"),
                            // `{ vi: Bưu chính, Chuyển phát, en: … }`: a comma ends a text in braces.
                            None if matches!(value.value, NodeValue::Null)
                                && key.name.contains(' ') =>
                            {
                                "put a text with a comma in quotes".to_owned()
                            }
                            None => format!(
                                "known here: {}",
                                properties
                                    .keys()
                                    .map(String::as_str)
                                    .collect::<Vec<_>>()
                                    .join(", ")
                            ),
                        },
                    ),
                });
            } else if let Some(schema) = more.filter(|m| m.is_object()) {
                self.node(value, schema, problems);
            }
        }
        for required in schema
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(name) = required.as_str().filter(|name| !seen.contains_key(name)) {
                problems.push(Problem {
                    span: node.span,
                    message: format!("`{name}` is missing"),
                    help: properties
                        .get(name)
                        .and_then(|p| p.get("description"))
                        .and_then(Json::as_str)
                        .map(|d| format!("`{name}`: {d}")),
                });
            }
        }
    }
}

fn rank(problems: &[Problem], node: &Node) -> (bool, usize) {
    let wrong_kind = problems.len() == 1 && problems[0].span == node.span;
    (wrong_kind, problems.len())
}

fn types_of(types: &Json) -> Vec<&str> {
    match types {
        Json::String(one) => vec![one],
        Json::Array(many) => many.iter().filter_map(Json::as_str).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => Vec::new(),
    }
}

fn words_of(schema: &Json) -> Vec<&str> {
    if let Some(word) = schema.get("const").and_then(Json::as_str) {
        return vec![word];
    }
    let listed = schema
        .get("enum")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str);
    let one_of = schema
        .get("oneOf")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    listed.chain(one_of.flat_map(words_of)).collect()
}

fn has_type(node: &Node, kind: &str) -> bool {
    match node.value {
        NodeValue::Null => kind == "null",
        NodeValue::Bool(_) => kind == "boolean",
        NodeValue::Int(_) => kind == "integer" || kind == "number",
        NodeValue::Float(_) => kind == "number",
        NodeValue::Text(_) => kind == "string",
        NodeValue::List(_) => kind == "array",
        NodeValue::Map(_) => kind == "object",
    }
}

fn type_words(kind: &str) -> &str {
    match kind {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        "object" => "a mapping",
        other => other,
    }
}

fn wrong_type(node: &Node, wanted: &str) -> Problem {
    let scalar = matches!(
        node.value,
        NodeValue::Int(_) | NodeValue::Float(_) | NodeValue::Bool(_)
    );
    Problem {
        span: node.span,
        message: format!("this must be {wanted}, but is {}", node.kind()),
        help: (scalar && wanted.contains("a text")).then(|| "put it in quotes".to_owned()),
    }
}

fn bounds(node: &Node, n: i64, schema: &Json, problems: &mut Vec<Problem>) {
    let bound = |key: &str| schema.get(key).and_then(Json::as_i64);
    let (low, high) = (bound("minimum"), bound("maximum"));
    if low.is_some_and(|low| n < low) || high.is_some_and(|high| n > high) {
        let words = match (low, high) {
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("at least {low}"),
            (None, Some(high)) => format!("at most {high}"),
            (None, None) => String::new(),
        };
        problems.push(Problem {
            span: node.span,
            message: format!("{n} is not {words}"),
            help: None,
        });
    }
}

/// The candidate nearest to a word, where one is near.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(d, candidate)| *d <= 1 + candidate.chars().count() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The edit distance of Levenshtein.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(200).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let here = (diagonal + usize::from(ca != *cb))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = here;
        }
    }
    row[b.len()]
}
