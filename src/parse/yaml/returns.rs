//! Lines as editors count them: to YAML a lone carriage return ends one, too, to nobody else.

use super::{Node, NodeValue, Span};

/// Where lines begin, of a text with lone carriage returns; nothing of any other.
pub(super) struct Starts(Option<Vec<usize>>);

impl Starts {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut returns = text.match_indices('\r');
        let lone = returns.any(|(at, _)| bytes.get(at + 1) != Some(&b'\n'));
        Self(lone.then(|| {
            let after = text.match_indices('\n').map(|(at, _)| at + 1);
            let after = after.filter(|at| *at < bytes.len());
            std::iter::once(0).chain(after).collect()
        }))
    }

    /// The span with its line counted anew.
    pub(super) fn span(&self, span: Span) -> Span {
        let Some(starts) = &self.0 else { return span };
        // A place of a mistake has a line alone.
        let told = usize::try_from(span.line).unwrap_or(usize::MAX);
        let line = if span.start == 0 {
            told.min(starts.len())
        } else {
            starts.partition_point(|start| *start <= span.start)
        };
        Span {
            line: u32::try_from(line.max(1)).unwrap_or(u32::MAX),
            ..span
        }
    }

    /// The same of a node and all in it.
    pub(super) fn node(&self, node: &mut Node) {
        if self.0.is_none() {
            return;
        }
        node.span = self.span(node.span);
        match &mut node.value {
            NodeValue::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            NodeValue::Map(entries) => {
                for (key, value) in entries {
                    key.span = self.span(key.span);
                    self.node(value);
                }
            }
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Document, documents};

    #[test]
    fn lines_of_files_with_lone_returns() {
        let doc = documents("a: 1\r\r\nb:\r\r\n  - c\r\r\n  - d: e\r\r\n")
            .remove(0)
            .unwrap();
        let line = |key: &str| {
            let found = doc.entries().iter().find(|(k, _)| k.name == key);
            found.map(|(k, _)| k.span.line)
        };
        assert_eq!((line("a"), line("b")), (Some(1), Some(2)));
        assert_eq!(doc.get("b").unwrap().items()[1].entries()[0].0.span.line, 4);
        let text = "a: 1\nb: c: d\r/";
        let mistakes = Document::parse("a.yaml", text.as_bytes()).unwrap_err();
        assert_eq!(mistakes.0[0].span.unwrap().line, 2);
    }
}
