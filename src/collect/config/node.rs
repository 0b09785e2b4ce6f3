//! What collectors ask of a tree of YAML or JSON: texts, truths, lists, with the lines they stand on.

use std::sync::Arc;

use crate::model::{Fact, Place, Subject, Value};
use crate::parse::yaml::{Node, NodeValue};

/// `true`, `"true"`, `yes` as YAML of old has it.
pub(super) fn truth(node: &Node) -> Option<bool> {
    match &node.value {
        NodeValue::Bool(b) => Some(*b),
        NodeValue::Text(t) => super::settings::on(t),
        NodeValue::Null
        | NodeValue::Int(_)
        | NodeValue::Float(_)
        | NodeValue::List(_)
        | NodeValue::Map(_) => None,
    }
}

/// The texts of a list, or the one text.
pub(super) fn texts(node: Option<&Node>) -> Vec<(String, u32)> {
    let Some(node) = node else { return Vec::new() };
    if let Some(text) = node.scalar() {
        return vec![(text, node.span.line)];
    }
    node.items()
        .iter()
        .filter_map(|item| Some((item.scalar()?, item.span.line)))
        .collect()
}

/// Pairs of a mapping, or of a list of `NAME=value`.
pub(super) fn pairs(node: Option<&Node>) -> Vec<(String, Option<String>, u32)> {
    let Some(node) = node else { return Vec::new() };
    let mut out: Vec<_> = node
        .entries()
        .iter()
        .map(|(key, value)| (key.name.clone(), value.scalar(), key.span.line))
        .collect();
    for (text, line) in texts(Some(node)) {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text, None),
        };
        out.push((name, value, line));
    }
    out
}

/// Facts of one subject of a tree, each at its line.
pub(super) struct Putter<'s> {
    pub(super) subject: &'s mut Subject,
    pub(super) file: Arc<str>,
}

impl Putter<'_> {
    pub(super) fn place(&self, line: u32) -> Place {
        Place::new(self.file.clone(), line)
    }

    /// A truth that is written, or the program's own.
    pub(super) fn flag(&mut self, path: &'static str, node: Option<&Node>, own: bool) {
        self.put_own(path, node, Value::Bool(own), |node| {
            truth(node).map(Value::Bool)
        });
    }

    /// A text that is written, or the program's own.
    pub(super) fn text(&mut self, path: &'static str, node: Option<&Node>, own: impl Into<Value>) {
        self.put_own(path, node, own.into(), |node| {
            node.scalar().map(Value::Text)
        });
    }

    fn put_own(
        &mut self,
        path: &'static str,
        node: Option<&Node>,
        own: Value,
        read: impl Fn(&Node) -> Option<Value>,
    ) {
        self.subject.put(match node {
            None => Fact::default_of(path, own),
            Some(node) => {
                let value = read(node).unwrap_or_else(|| Value::unseen("ambiguous", path));
                Fact::set(path, value).at(self.place(node.span.line))
            }
        });
    }

    /// Where only a part is written, what it does not say is not known.
    pub(super) fn blind(&mut self, why: &str) {
        for fact in self
            .subject
            .facts
            .values_mut()
            .filter(|f| f.place.is_none())
        {
            fact.value = Value::unseen("missing-fact", why);
        }
    }

    /// A conclusion, at a line where it has one.
    pub(super) fn derived(
        &mut self,
        path: &'static str,
        value: impl Into<Value>,
        line: Option<u32>,
    ) {
        let fact = Fact::derived(path, value);
        let fact = match line {
            Some(line) => fact.at(self.place(line)),
            None => fact,
        };
        self.subject.put(fact);
    }

    /// A list of texts, at the line of the first.
    pub(super) fn list(&mut self, path: &'static str, items: &[(String, u32)]) {
        let values = Value::list(items.iter().map(|(text, _)| Value::from(text.as_str())));
        self.derived(path, values, items.first().map(|(_, line)| *line));
    }
}
