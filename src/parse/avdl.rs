//! Avro IDL (`.avdl`): records as the tree that the same schema has in JSON (`.avsc`), each name with its line.
//!
//! Messages of a protocol are passed over: who may call stands in no such file.

use super::diagnostic::Span;
use super::yaml::{Key, Node, NodeValue};

/// The deepest nesting of types.
const MAX_DEPTH: u32 = 64;
/// The most words of a file.
const MAX_WORDS: usize = 500_000;

/// Reads a file: a list of its records; nothing where it is none.
pub fn parse(text: &str) -> Option<Node> {
    let words = words(text)?;
    let mut reader = Reader {
        words: &words,
        at: 0,
        records: Vec::new(),
    };
    reader.declarations()?;
    let records = reader.records;
    (!records.is_empty()).then(|| node(1, NodeValue::List(records)))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    Name(String),
    Text,
    Doc(String),
    Sign(char),
}

/// The words with their lines; nothing where a comment or text does not end.
fn words(text: &str) -> Option<Vec<(Word, u32)>> {
    let mut out = Vec::new();
    let mut line = 1_u32;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let begins = line;
        let (word, length) = if rest.starts_with("//") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            let end = rest.get(2..)?.find("*/")? + 4;
            let inner = rest.get(2..end - 2)?;
            let doc = inner.strip_prefix('*').map(|d| {
                Word::Doc(
                    d.split('\n')
                        .map(|l| l.trim().trim_start_matches('*').trim())
                        .collect::<Vec<_>>()
                        .join(" ")
                        .trim()
                        .to_owned(),
                )
            });
            (doc, end)
        } else if c == '"' {
            (Some(Word::Text), quoted(rest)?)
        } else if c == '`' {
            let end = rest.get(1..)?.find('`')? + 1;
            (Some(Word::Name(rest.get(1..end)?.to_owned())), end + 1)
        } else if is_name(c) {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            (Some(Word::Name(rest.get(..end)?.to_owned())), end)
        } else if c.is_whitespace() {
            (None, c.len_utf8())
        } else {
            (Some(Word::Sign(c)), c.len_utf8())
        };
        let used = rest.get(..length)?;
        let ends = used.matches('\n').count();
        line = line.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        rest = rest.get(length..)?;
        out.extend(word.map(|w| (w, begins)));
        if out.len() > MAX_WORDS {
            return None;
        }
    }
    Some(out)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// The length of a text in quotes.
fn quoted(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

struct Reader<'a> {
    words: &'a [(Word, u32)],
    at: usize,
    records: Vec<Node>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at).map(|(w, _)| w)
    }

    fn line(&self) -> u32 {
        self.words.get(self.at).map_or(1, |(_, line)| *line)
    }

    fn sign(&mut self, sign: char) -> bool {
        let is_it = self.peek() == Some(&Word::Sign(sign));
        self.at += usize::from(is_it);
        is_it
    }

    fn name(&mut self) -> Option<(String, u32)> {
        let line = self.line();
        match self.peek()? {
            Word::Name(name) => {
                let name = name.clone();
                self.at += 1;
                Some((name, line))
            }
            Word::Text | Word::Doc(_) | Word::Sign(_) => None,
        }
    }

    /// Annotations and documentation before something: `@order("ignore")`, `/** … */`.
    fn before(&mut self) -> String {
        let mut doc = String::new();
        loop {
            if let Some(Word::Doc(text)) = self.peek() {
                doc.clone_from(text);
                self.at += 1;
            } else if self.sign('@') {
                let _ = self.name();
                if self.peek() == Some(&Word::Sign('(')) {
                    self.brackets('(', ')');
                }
            } else {
                return doc;
            }
        }
    }

    /// Passes over brackets with all that is in them.
    fn brackets(&mut self, open: char, close: char) {
        let mut depth = 0_u32;
        while let Some(word) = self.peek() {
            if *word == Word::Sign(open) {
                depth += 1;
            } else if *word == Word::Sign(close) {
                depth = depth.saturating_sub(1);
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// To the end of a statement.
    fn statement(&mut self) {
        while let Some(word) = self.peek() {
            match word {
                Word::Sign(';') => {
                    self.at += 1;
                    return;
                }
                Word::Sign('{') => self.brackets('{', '}'),
                Word::Sign('}') => return,
                Word::Name(_) | Word::Text | Word::Doc(_) | Word::Sign(_) => self.at += 1,
            }
        }
    }

    fn declarations(&mut self) -> Option<()> {
        loop {
            let doc = self.before();
            let Some(word) = self.peek() else {
                return Some(());
            };
            match word {
                Word::Sign('}') => self.at += 1,
                Word::Name(kind) => match kind.as_str() {
                    "protocol" => {
                        self.at += 1;
                        self.name()?;
                        self.sign('{').then_some(())?;
                    }
                    "record" | "error" => {
                        self.at += 1;
                        self.record(&doc)?;
                    }
                    "enum" => {
                        self.at += 1;
                        self.name()?;
                        self.brackets('{', '}');
                        if self.sign('=') {
                            self.statement();
                        }
                        self.sign(';');
                    }
                    _ => self.statement(),
                },
                Word::Text | Word::Doc(_) | Word::Sign(_) => self.at += 1,
            }
        }
    }

    fn record(&mut self, doc: &str) -> Option<()> {
        let (name, line) = self.name()?;
        self.sign('{').then_some(())?;
        let mut fields = Vec::new();
        while !self.sign('}') {
            let doc = self.before();
            let kind = self.kind(MAX_DEPTH)?;
            loop {
                let own = self.before();
                let (name, line) = self.name()?;
                if self.sign('=') {
                    self.default();
                }
                let doc = if own.is_empty() { &doc } else { &own };
                fields.push(map(
                    line,
                    vec![
                        ("name", text(line, &name)),
                        ("type", kind.clone()),
                        ("doc", text(line, doc)),
                    ],
                ));
                if !self.sign(',') {
                    break;
                }
            }
            self.sign(';').then_some(())?;
        }
        self.records.push(map(
            line,
            vec![
                ("type", text(line, "record")),
                ("name", text(line, &name)),
                ("doc", text(line, doc)),
                ("fields", node(line, NodeValue::List(fields))),
            ],
        ));
        Some(())
    }

    /// A default value, up to the comma or semicolon after it.
    fn default(&mut self) {
        while let Some(word) = self.peek() {
            match word {
                Word::Sign(',' | ';') => return,
                Word::Sign('{') => self.brackets('{', '}'),
                Word::Sign('[') => self.brackets('[', ']'),
                Word::Name(_) | Word::Text | Word::Doc(_) | Word::Sign(_) => self.at += 1,
            }
        }
    }

    fn kind(&mut self, depth: u32) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        self.before();
        let (name, line) = self.name()?;
        let kind = match name.as_str() {
            "array" | "map" if self.sign('<') => {
                let inner = self.kind(depth)?;
                self.sign('>').then_some(())?;
                let key = if name == "array" { "items" } else { "values" };
                map(line, vec![("type", text(line, &name)), (key, inner)])
            }
            "union" if self.sign('{') => {
                let mut parts = Vec::new();
                while !self.sign('}') {
                    parts.push(self.kind(depth)?);
                    self.sign(',');
                }
                node(line, NodeValue::List(parts))
            }
            "decimal" => {
                self.brackets('(', ')');
                logical(line, "bytes", "decimal")
            }
            "date" => logical(line, "int", "date"),
            "time_ms" => logical(line, "int", "time-millis"),
            "timestamp_ms" | "local_timestamp_ms" => logical(line, "long", "timestamp-millis"),
            "uuid" => logical(line, "string", "uuid"),
            other => text(line, other),
        };
        // `string?` is a union with nothing.
        self.sign('?');
        Some(kind)
    }
}

fn logical(line: u32, of: &str, name: &str) -> Node {
    map(
        line,
        vec![("type", text(line, of)), ("logicalType", text(line, name))],
    )
}

fn text(line: u32, text: &str) -> Node {
    node(line, NodeValue::Text(text.to_owned()))
}

fn map(line: u32, entries: Vec<(&str, Node)>) -> Node {
    let entries = entries.into_iter().map(|(name, value)| {
        let key = Key {
            name: name.to_owned(),
            span: span(line),
        };
        (key, value)
    });
    node(line, NodeValue::Map(entries.collect()))
}

fn node(line: u32, value: NodeValue) -> Node {
    Node {
        span: span(line),
        value,
    }
}

fn span(line: u32) -> Span {
    Span {
        line,
        column: 1,
        start: 0,
        end: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        let Some(Node {
            value: NodeValue::List(records),
            ..
        }) = parse(text)
        else {
            return Vec::new();
        };
        let of = |n: &Node, key: &str| match n.get(key).map(|n| (&n.value, n.span.line)) {
            Some((NodeValue::Text(t), line)) => format!("{t}:{line}"),
            Some(_) | None => "…".into(),
        };
        let mut out = Vec::new();
        for record in &records {
            if let Some(NodeValue::List(fields)) = record.get("fields").map(|f| &f.value) {
                out.extend(
                    fields
                        .iter()
                        .map(|f| format!("{} {}", of(f, "name"), of(f, "doc"))),
                );
            }
        }
        out
    }

    #[test]
    fn records_of_a_protocol() {
        let text = "/** Đơn */\n@namespace(\"vn.bc\")\nprotocol Don {\n  import idl \"a.avdl\";\n  enum Loai { A, B } = A;\n  fixed F(16);\n  record NguoiNhan {\n    /** Số máy */ string sdt;\n    union { null, string } `hoTen` = null;\n    array<map<string>> @order(\"ignore\") ds = [];\n    string? email, zalo = \"a;b\";\n    decimal(9,2) tien; // cod\n    timestamp_ms luc;\n  }\n  NguoiNhan xem(string ma, int n = 1) throws Loi;\n  void ping() oneway;\n  error Loi { string ly_do; }\n}\n";
        assert_eq!(
            fields(text),
            [
                "sdt:8 Số máy:8",
                "hoTen:9 :9",
                "ds:10 :10",
                "email:11 :11",
                "zalo:11 :11",
                "tien:12 :12",
                "luc:13 :13",
                "ly_do:17 :17",
            ]
        );
        assert!(parse("record A { string sdt").is_none());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(record A \\{|string x;|\\}|union \\{|array<|>|/\\*\\*|\\*/|@a\\(|\\)|\"|`|,|=| ){0,40}|.{0,120}") {
            let _ = parse(&text);
        }
    }
}
