//! Files of targets: many documents in one, each read for itself, and JSON with remarks.

use std::sync::Arc;

use super::returns::Starts;
use super::{IntoNode, Key, MAX_BYTES, Node, NodeValue, parse_raw, yaml_error};

impl Node {
    /// Moves it and all inside it so many lines down.
    fn move_down(&mut self, lines: u32) {
        self.span.line = self.span.line.saturating_add(lines);
        match &mut self.value {
            NodeValue::List(items) => items.iter_mut().for_each(|item| item.move_down(lines)),
            NodeValue::Map(entries) => {
                for (key, value) in entries {
                    key.span.line = key.span.line.saturating_add(lines);
                    value.move_down(lines);
                }
            }
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_) => {}
        }
    }

    /// The text of a scalar as it would be written.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            NodeValue::Bool(b) => Some(b.to_string()),
            NodeValue::Int(n) => Some(n.to_string()),
            NodeValue::Float(n) => Some(n.to_string()),
            NodeValue::Text(t) => Some(t.clone()),
            NodeValue::Null | NodeValue::List(_) | NodeValue::Map(_) => None,
        }
    }

    /// The elements of a list; none where it is no list.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::List(items) => items,
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::Map(_) => &[],
        }
    }

    /// The entries of a mapping; none where it is no mapping.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            NodeValue::Map(entries) => entries,
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::List(_) => &[],
        }
    }

    /// The value under keys, one inside the other.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }
}

/// Why a document of a target could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong, without values of the target.
    pub what: String,
}

/// The documents of a file of a target, one after another: what cannot be read of one says nothing of the others.
pub fn documents(text: &str) -> Vec<Result<Node, Fault>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut first_line = 0;
    let mut offset = 0;
    let mut push = |from: usize, to: usize, first: u32| {
        let part = text.get(from..to).unwrap_or_default();
        if !is_blank(part) && out.len() < MAX_DOCUMENTS {
            out.push(document(part, first));
        }
    };
    for (line, content) in (0_u32..).zip(text.split_inclusive('\n')) {
        let bare = content.trim_end();
        // The mark of a document stands at the left margin, whatever it stands in.
        if bare == "---" || bare.starts_with("--- ") || bare == "..." {
            push(start, offset, first_line);
            start = offset + 3;
            first_line = line;
        }
        offset += content.len();
    }
    push(start, text.len(), first_line);
    out
}

/// JSON as programs write and read it: remarks and a last comma do no harm.
pub fn json_document(text: &str) -> Result<Node, Fault> {
    document(&without_remarks(text), 0)
}

fn document(part: &str, lines_before: u32) -> Result<Node, Fault> {
    let fault = |line: u32, what: String| Fault {
        line: line.max(1).saturating_add(lines_before),
        what,
    };
    if part.len() > MAX_BYTES {
        return Err(fault(1, format!("larger than {MAX_BYTES} bytes")));
    }
    let last = u32::try_from(part.lines().count()).unwrap_or(u32::MAX);
    match parse_raw(part) {
        Ok(raw) => {
            let mut node = raw.into_node();
            Starts::of(part).node(&mut node);
            // Nothing at all stands behind the last line.
            node.span.line = node.span.line.min(last.max(1));
            node.move_down(lines_before);
            Ok(node)
        }
        Err(error) => {
            let file: Arc<str> = "".into();
            let told = yaml_error(&file, &part.into(), &error);
            let line = told.span.map_or(1, |span| span.line).min(last);
            Err(fault(line, "not readable as YAML".into()))
        }
    }
}

fn is_blank(part: &str) -> bool {
    part.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with("%YAML")
    })
}

/// Remarks become blanks, so that every line stays where it is; so do tabs, which YAML does not like.
fn without_remarks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_text = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_text => {
                out.push(c);
                out.extend(chars.next());
            }
            '"' => {
                in_text = !in_text;
                out.push(c);
            }
            '/' if !in_text && chars.peek() == Some(&'/') => {
                while chars.next_if(|c| *c != '\n').is_some() {}
            }
            '/' if !in_text && chars.peek() == Some(&'*') => {
                chars.next();
                let mut before = ' ';
                for c in chars.by_ref() {
                    if c == '\n' {
                        out.push(c);
                    }
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            '\t' if !in_text => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The most documents of one file.
const MAX_DOCUMENTS: usize = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_their_lines() {
        let text = "a: 1\n---\n# none\n---\nb:\n  - x\n---\nc: [\n---\nd: 4\n";
        let docs = documents(text);
        assert_eq!(docs.len(), 4);
        let b = docs[1].as_ref().unwrap();
        assert_eq!(b.get("b").unwrap().item(0).unwrap().span.line, 6);
        assert!((7..=9).contains(&docs[2].as_ref().unwrap_err().line));
        assert_eq!(docs[3].as_ref().unwrap().get("d").unwrap().span.line, 10);
        let json =
            json_document("{ // remark\n\t\"a\": \"//no\", /* two\n lines */ \"b\": 1 }").unwrap();
        assert_eq!(json.get("a").unwrap().scalar().unwrap(), "//no");
        assert_eq!(json.get("b").unwrap().span.line, 3);
    }
}
