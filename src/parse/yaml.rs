//! The one reader of YAML: strict scalars, budgets against bombs, and the place of every node.
//!
//! A document becomes a tree of [`Node`]s; `shape` checks the tree against the schema of a type, and only then
//! does serde make the type of it. So every mistake of a file can be told at once, at its place.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::bytes;
use super::diagnostic::{Diagnostic, Diagnostics, Span};
use super::shape::Shape;
use crate::text::unicode;

mod documents;
mod returns;

pub use documents::{Fault, documents, json_document};

/// The largest YAML file that is read.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 64;

/// The most nodes of a file, aliases counted each time: more is a bomb, not an inventory.
const MAX_NODES: usize = 400_000;

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: NodeValue,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum NodeValue {
    /// Nothing.
    Null,
    /// true or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number that is not whole.
    Float(f64),
    /// A text, in NFC.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the file; a key may stand twice.
    Map(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            NodeValue::Map(entries) => entries
                .iter()
                .find(|(k, _)| k.name == key)
                .map(|(_, node)| node),
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::List(_) => None,
        }
    }

    /// The element of a list.
    pub fn item(&self, index: usize) -> Option<&Node> {
        match &self.value {
            NodeValue::List(items) => items.get(index),
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::Map(_) => None,
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self.value {
            NodeValue::Null => "nothing",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Int(_) => "a number",
            NodeValue::Float(_) => "a decimal number",
            NodeValue::Text(_) => "a text",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a mapping",
        }
    }

    /// The same as JSON, without places.
    pub fn json(&self) -> serde_json::Value {
        match &self.value {
            NodeValue::Null => serde_json::Value::Null,
            NodeValue::Bool(b) => (*b).into(),
            NodeValue::Int(n) => (*n).into(),
            NodeValue::Float(n) => (*n).into(),
            NodeValue::Text(t) => t.as_str().into(),
            NodeValue::List(items) => items.iter().map(Self::json).collect(),
            NodeValue::Map(entries) => entries
                .iter()
                .map(|(k, v)| (k.name.clone(), v.json()))
                .collect(),
        }
    }
}

/// A step from a node to one inside it.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The value under a key.
    Key(&'a str),
    /// The element of a list.
    Item(usize),
}

impl<'a> From<&'a str> for Step<'a> {
    fn from(key: &'a str) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Step<'_> {
    fn from(index: usize) -> Self {
        Self::Item(index)
    }
}

/// A document that was read: its name, its text, its tree.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// Its text.
    pub source: Arc<str>,
    /// Its tree.
    pub root: Node,
}

impl Document {
    /// Reads one YAML document.
    ///
    /// # Errors
    /// Where it is too large, no text, empty, no YAML, or more than the budget allows.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let whole = |message: String, help: &str| {
            Diagnostics(vec![Diagnostic::of_file(file, message, help)])
        };
        if bytes.len() > MAX_BYTES {
            let megabytes = MAX_BYTES / 1024 / 1024;
            return Err(whole(
                format!("too large: {} bytes", bytes.len()),
                &format!(
                    "a YAML file of capdo has at most {megabytes} MB: is this the right file?"
                ),
            ));
        }
        let source = bytes::text(bytes).map_err(|e| {
            whole(
                format!("not a YAML text: {e}"),
                "save it as UTF-8, or name another file",
            )
        })?;
        if source.trim().is_empty() {
            return Err(whole(
                "the file is empty".into(),
                "see docs/inventory.md for what stands in it",
            ));
        }
        let parsed = parse_raw(&source);
        let source: Arc<str> = source.into();
        let file: Arc<str> = file.into();
        match parsed {
            Ok(raw) => {
                let mut root = raw.into_node();
                returns::Starts::of(&source).node(&mut root);
                Ok(Self { file, source, root })
            }
            Err(error) => Err(Diagnostics(vec![yaml_error(&file, &source, &error)])),
        }
    }

    /// Makes a type of the document, where its shape is right.
    ///
    /// # Errors
    /// Every mistake of its shape.
    pub fn decode<T: DeserializeOwned>(&self, shape: &Shape) -> Result<T, Diagnostics> {
        let problems = shape.check(&self.root);
        if !problems.is_empty() {
            return Err(Diagnostics(
                problems
                    .into_iter()
                    .map(|p| self.diagnostic(Some(p.span), p.message, p.help))
                    .collect(),
            ));
        }
        serde_json::from_value(self.root.json()).map_err(|error| {
            // The shape is checked above: what is left are checks of single types, such as levels and dates.
            Diagnostics(vec![self.diagnostic(
                Some(self.root.span),
                error.to_string(),
                None,
            )])
        })
    }

    /// The span of the node that the steps lead to, or of the nearest one above it.
    pub fn span(&self, steps: &[Step<'_>]) -> Span {
        let mut node = &self.root;
        let mut span = node.span;
        for step in steps {
            let next = match step {
                Step::Key(key) => node.get(key),
                Step::Item(index) => node.item(*index),
            };
            let Some(next) = next else { break };
            node = next;
            span = node.span;
        }
        span
    }

    /// The span of the key that the last step names.
    pub fn key_span(&self, steps: &[Step<'_>], key: &str) -> Span {
        let mut node = &self.root;
        for step in steps {
            let next = match step {
                Step::Key(key) => node.get(key),
                Step::Item(index) => node.item(*index),
            };
            let Some(next) = next else { break };
            node = next;
        }
        match &node.value {
            NodeValue::Map(entries) => entries
                .iter()
                .find(|(k, _)| k.name == key)
                .map_or(node.span, |(k, _)| k.span),
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::List(_) => node.span,
        }
    }

    /// A mistake at the node that the steps lead to.
    pub fn mistake(
        &self,
        steps: &[Step<'_>],
        message: impl Into<String>,
        help: Option<String>,
    ) -> Diagnostic {
        self.diagnostic(Some(self.span(steps)), message.into(), help)
    }

    fn diagnostic(&self, span: Option<Span>, message: String, help: Option<String>) -> Diagnostic {
        Diagnostic {
            file: self.file.clone(),
            source: Some(self.source.clone()),
            span,
            message,
            help,
        }
    }
}

fn yaml_error(file: &Arc<str>, source: &Arc<str>, error: &serde_saphyr::Error) -> Diagnostic {
    let error = error.without_snippet();
    let location = error.location();
    let starts = returns::Starts::of(source);
    let span = location.map(|at| starts.span(plain_span(at)));
    let message = error.to_string();
    // The place stands in front already.
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or(&message)
        .trim_end_matches(':')
        .to_owned();
    Diagnostic {
        file: file.clone(),
        source: span.map(|_| source.clone()),
        span,
        message: format!("not readable as YAML: {message}"),
        help: Some("mend the indentation or the quotes there; see docs/inventory.md".into()),
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the one place")]
fn parse_raw(source: &str) -> Result<Spanned<Raw>, serde_saphyr::Error> {
    let budget = serde_saphyr::budget! {
        max_depth: MAX_DEPTH,
        max_nodes: MAX_NODES,
        max_documents: 1,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Merge,
    };
    serde_saphyr::from_str_with_options(source, options)
}

/// What serde sees, before it becomes nodes.
enum Raw {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

trait IntoNode {
    fn into_node(self) -> Node;
}

impl IntoNode for Spanned<Raw> {
    fn into_node(self) -> Node {
        let span = plain_span(self.referenced);
        let value = match self.value {
            Raw::Null => NodeValue::Null,
            Raw::Bool(b) => NodeValue::Bool(b),
            Raw::Int(n) => NodeValue::Int(n),
            Raw::Float(n) => NodeValue::Float(n),
            Raw::Text(t) => NodeValue::Text(if unicode::is_nfc(&t) {
                t
            } else {
                unicode::nfc(&t)
            }),
            Raw::List(items) => {
                NodeValue::List(items.into_iter().map(IntoNode::into_node).collect())
            }
            Raw::Map(entries) => NodeValue::Map(
                entries
                    .into_iter()
                    .map(|(k, v)| {
                        (
                            Key {
                                span: plain_span(k.referenced),
                                name: unicode::nfc(&k.value),
                            },
                            v.into_node(),
                        )
                    })
                    .collect(),
            ),
        };
        Node { span, value }
    }
}

fn plain_span(at: serde_saphyr::Location) -> Span {
    let span = at.span();
    let start = span
        .byte_offset()
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0);
    let length = span
        .byte_len()
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0);
    Span {
        line: u32::try_from(at.line()).unwrap_or(0),
        column: u32::try_from(at.column()).unwrap_or(0),
        start,
        end: start.saturating_add(length),
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, b: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Raw, E> {
        Ok(Raw::Int(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Raw, E> {
        Ok(i64::try_from(n).map_or_else(|_| Raw::Text(n.to_string()), Raw::Int))
    }

    fn visit_f64<E>(self, n: f64) -> Result<Raw, E> {
        Ok(Raw::Float(n))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, schemars::JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        id: String,
        level: crate::model::Level,
        #[serde(rename = "severity")]
        _severity: crate::model::Severity,
        #[serde(default, rename = "title")]
        _title: Option<crate::model::Text>,
        #[serde(default)]
        days: std::collections::BTreeMap<u8, i64>,
        #[serde(default)]
        from: Option<crate::model::Day>,
    }

    fn decode(text: &str) -> Result<Sample, String> {
        let shape = Shape::of::<Sample>();
        Document::parse("a.yaml", text.as_bytes())
            .and_then(|doc| doc.decode(&shape))
            .map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn reads_what_is_right() {
        let sample =
            decode("\u{feff}id: a\r\nlevel: 3\r\nseverity: high\r\ndays: { 2: 30 }\r\nfrom: 2026-07-01\r\n").unwrap();
        assert_eq!(
            (sample.id.as_str(), sample.level.number(), sample.days[&2]),
            ("a", 3, 30)
        );
        assert_eq!(sample.from.unwrap().to_string(), "2026-07-01");
    }

    #[test]
    fn tells_all_mistakes_at_once() {
        let text = "id: 12\nlevel: 7\nseverity: hihg\ntitel: { vi: a }\nid: b\ntitle: { vi: x }\nfrom: 1/7/2026\n";
        insta::assert_snapshot!(decode(text).unwrap_err());
    }

    #[test]
    fn bad_input_is_told_not_suffered() {
        let bomb = format!(
            "a: &a [x,x,x,x,x,x,x,x,x]\n{}",
            ('b'..='k').fold(String::new(), |text, c| {
                let before = char::from(c as u8 - 1);
                text + &format!("{c}: &{c} [*{before},*{before},*{before},*{before},*{before},*{before},*{before}]\n")
            })
        );
        let deep = "[".repeat(20_000);
        for (name, text) in [
            ("bomb", bomb.as_str()),
            ("deep", &deep),
            ("empty", ""),
            ("tab", "a:\n\t- b"),
            ("binary", "a\0b"),
        ] {
            let error = decode(text).unwrap_err();
            assert!(
                error.starts_with("error: ") && error.contains("a.yaml"),
                "{name}: {error}"
            );
        }
        assert!(Document::parse("a.yaml", &vec![b'a'; MAX_BYTES + 1]).is_err());
    }

    #[test]
    fn scalars_stay_what_they_are() {
        let doc = Document::parse(
            "a.yaml",
            "a: no\nb: 0777\nc: 1_000\nd: 00012\ne: \"1\"\n".as_bytes(),
        )
        .unwrap();
        let json = doc.root.json();
        assert_eq!(
            json,
            serde_json::json!({ "a": "no", "b": "0777", "c": "1_000", "d": "00012", "e": "1" })
        );
    }

    #[test]
    fn decomposed_letters_are_composed() {
        let doc = Document::parse("a.yaml", "a: Ti\u{00ea}\u{0301}ng\n".as_bytes()).unwrap();
        assert_eq!(doc.root.json(), serde_json::json!({ "a": "Tiếng" }));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[ -~\n\tàđ&*!|>{}\\[\\]:#-]{0,200}") {
            let _ = decode(&text);
            let last = u32::try_from(text.lines().count()).unwrap_or(0).max(1);
            for doc in documents(&text).into_iter().chain([json_document(&text)]) {
                let line = doc.map_or_else(|fault| fault.line, |node| node.span.line);
                prop_assert!(line <= last, "{line} of {last}");
            }
        }
    }
}
