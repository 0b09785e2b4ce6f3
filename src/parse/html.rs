//! HTML templates: pieces of text and attributes with their lines, the codes of template languages left whole.
//!
//! Template code is neither HTML nor text: `<?= $o->sdt ?>` holds a `>`. It is taken out before the tokenizer runs
//! and put back into what the tokenizer gives.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// The most pieces of one file: where there are so many, the rest was not read.
pub const MAX_PIECES: usize = 50_000;
/// The deepest nesting that is kept.
const MAX_DEPTH: usize = 200;
/// The most template codes of one file.
const MAX_CODES: usize = 50_000;

/// Where a piece stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// Text of an element.
    Text,
    /// An attribute with this name.
    Attribute(String),
    /// The text of a script.
    Script,
    /// An element that may draw by itself, or that is called like a code: its text is empty.
    Element,
    /// What a style puts on the page: the address of a picture, or a text.
    Style,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its line.
    pub line: u32,
    /// Its text, template codes as written.
    pub text: String,
    /// Where it stands.
    pub place: Where,
    /// The element.
    pub element: String,
    /// Names, classes and ids of the element and what it stands in, the outermost first.
    pub inside: Vec<String>,
    /// The first text after a new block (`td`, `div`, `p`, `li`, `br`, …) began.
    pub new_block: bool,
}

/// The pieces of a template.
pub fn parse(text: &str) -> Vec<Piece> {
    let (plain, codes) = take_out(text);
    let sink = Sink {
        state: RefCell::new(State::new(&codes, &plain)),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(plain.as_str()));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut state = tokenizer.sink.state.borrow_mut();
    state.flush();
    std::mem::take(&mut state.out)
}

/// Marks that stand for template codes while the tokenizer runs: `\u{E000}number\u{E001}` and its line ends.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// Beginnings and ends of template codes; comments are dropped.
const CODES: [(&str, &str, bool); 12] = [
    ("{{--", "--}}", true),
    ("{{!--", "--}}", true),
    ("{#", "#}", true),
    ("<%--", "--%>", true),
    ("<?", "?>", false),
    ("<%", "%>", false),
    ("{!!", "!!}", false),
    ("{{{", "}}}", false),
    ("{{", "}}", false),
    ("{%", "%}", false),
    ("[[", "]]", false),
    ("${", "}", false),
];

/// Where the brace closes that was opened before this text, on the same line: `\d{3}` holds others.
fn balanced(text: &str) -> Option<usize> {
    let mut depth = 1_u32;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => return None,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Takes template codes out: the text with marks, and the codes.
fn take_out(text: &str) -> (String, Vec<String>) {
    let mut plain = String::with_capacity(text.len());
    let mut codes = Vec::new();
    let mut rest = text;
    let mut no_php_end = false;
    while !rest.is_empty() {
        let Some(at) = rest.find(['{', '<', '[', '$', OPEN, CLOSE]) else {
            plain.push_str(rest);
            break;
        };
        plain.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let found = CODES
            .iter()
            .filter(|(open, ..)| rest.starts_with(open))
            .find_map(|(open, close, drop)| {
                let inner = rest.get(open.len()..)?;
                let window = if *open == "<?" && !no_php_end {
                    inner
                } else {
                    clip(inner, 4096)
                };
                let end = match *open {
                    "${" => balanced(window).or_else(|| window.find(close)),
                    _ => window.find(close),
                };
                end.map(|end| (open.len() + end + close.len(), *drop))
            });
        let runs_on = found.is_none() && (rest.starts_with("<?php") || rest.starts_with("<?="));
        no_php_end |= found.is_none() && rest.starts_with("<?");
        if runs_on {
            // The last block of PHP may be left open: it runs to the end of the file.
            plain.push(OPEN);
            plain.push_str(&codes.len().to_string());
            plain.push(CLOSE);
            codes.push(format!("{rest}?>"));
            plain.extend(std::iter::repeat_n('\n', rest.matches('\n').count()));
            break;
        }
        match found {
            Some((length, drop)) if codes.len() < MAX_CODES => {
                let code = rest.get(..length).unwrap_or_default();
                if !drop {
                    plain.push(OPEN);
                    plain.push_str(&codes.len().to_string());
                    plain.push(CLOSE);
                    codes.push(code.to_owned());
                }
                plain.extend(std::iter::repeat_n('\n', code.matches('\n').count()));
                rest = rest.get(length..).unwrap_or_default();
            }
            Some(_) | None => {
                let first = rest.chars().next().unwrap_or(' ');
                // Marks of ours in the file itself would point to nothing.
                if first != OPEN && first != CLOSE {
                    plain.push(first);
                }
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    (plain, codes)
}

fn clip(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Puts template codes back.
fn put_back(text: &str, codes: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        out.push_str(before);
        match after.split_once(CLOSE) {
            Some((number, tail)) => {
                if let Some(code) = number.parse::<usize>().ok().and_then(|n| codes.get(n)) {
                    out.push_str(code);
                }
                rest = tail;
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

struct Sink<'a> {
    state: RefCell<State<'a>>,
}

struct State<'a> {
    codes: &'a [String],
    /// Byte offsets at which the lines of the marked text begin.
    lines: Vec<&'a str>,
    out: Vec<Piece>,
    stack: Vec<(String, String)>,
    text: String,
    text_line: u32,
    new_block: bool,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<()> {
        let line = u32::try_from(line_number).unwrap_or(u32::MAX).max(1);
        let mut state = self.state.borrow_mut();
        let mut result = TokenSinkResult::Continue;
        match token {
            Token::CharacterTokens(text) => state.characters(&text, line),
            Token::TagToken(tag) => result = state.tag(&tag, line),
            Token::EOFToken => state.flush(),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::ParseError(_) => {}
        }
        result
    }
}

impl<'a> State<'a> {
    fn new(codes: &'a [String], plain: &'a str) -> Self {
        Self {
            codes,
            lines: plain.split('\n').collect(),
            out: Vec::new(),
            stack: Vec::new(),
            text: String::new(),
            text_line: 0,
            new_block: true,
        }
    }

    fn characters(&mut self, text: &str, line: u32) {
        if self.text.trim().is_empty() {
            self.text.clear();
            // The line is that of the first sign that is no space.
            let ends = text
                .get(..text.len() - text.trim_start().len())
                .unwrap_or_default()
                .matches('\n')
                .count();
            let last = text.matches('\n').count();
            let back = u32::try_from(last - ends.min(last)).unwrap_or(0);
            self.text_line = if text.trim() == "" {
                line
            } else {
                line.saturating_sub(back).max(1)
            };
        }
        self.text.push_str(text);
    }

    /// Ends a run of text.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() || self.out.len() >= MAX_PIECES {
            return;
        }
        let element = self
            .stack
            .last()
            .map(|(e, _)| e.clone())
            .unwrap_or_default();
        if element == "style" {
            let line = self.line_of(&text, self.text_line);
            return self.style(&text, "style", Vec::new(), line);
        }
        if self.stack.iter().any(|(e, _)| e == "head" || e == "title") && element != "script" {
            return;
        }
        let place = if element == "script" {
            Where::Script
        } else {
            Where::Text
        };
        let line = self.line_of(&text, self.text_line);
        self.out.push(Piece {
            line,
            text: put_back(text.trim(), self.codes),
            place,
            element,
            inside: self.stack.iter().map(|(e, a)| format!("{e} {a}")).collect(),
            new_block: std::mem::replace(&mut self.new_block, false),
        });
    }

    /// The tokenizer names the line that it has come to; the piece began there or before.
    fn line_of(&self, text: &str, line: u32) -> u32 {
        let first = text.trim().lines().next().unwrap_or_default();
        let probe = clip(first, 80);
        let from = usize::try_from(line)
            .unwrap_or(usize::MAX)
            .min(self.lines.len());
        (from.saturating_sub(60)..from)
            .rev()
            .find(|at| self.lines.get(*at).is_some_and(|l| l.contains(probe)))
            .and_then(|at| u32::try_from(at + 1).ok())
            .unwrap_or_else(|| {
                line.min(u32::try_from(self.lines.len()).unwrap_or(u32::MAX))
                    .max(1)
            })
    }

    fn tag(&mut self, tag: &Tag, line: u32) -> TokenSinkResult<()> {
        let name = tag.name.to_string();
        self.flush();
        if BLOCKS.contains(&name.as_str()) {
            self.new_block = true;
        }
        // `</head>` may be left out: what does not belong there ends it.
        if tag.kind == TagKind::StartTag
            && !HEAD.contains(&name.as_str())
            && let Some(at) = self.stack.iter().rposition(|(e, _)| e == "head")
        {
            self.stack.truncate(at);
        }
        if tag.kind == TagKind::EndTag {
            if let Some(at) = self.stack.iter().rposition(|(e, _)| *e == name) {
                self.stack.truncate(at);
            }
            return TokenSinkResult::Continue;
        }
        let named: Vec<String> = tag
            .attrs
            .iter()
            .filter(|a| matches!(&*a.name.local, "class" | "id" | "name" | "data-field"))
            .map(|a| a.value.to_string())
            .collect();
        let inside = put_back(&named.join(" "), self.codes);
        if draws(&name, &inside) {
            self.element(&name, &inside, line);
        }
        for attribute in &tag.attrs {
            self.attribute(
                &name,
                &attribute.name.local,
                &attribute.value,
                &inside,
                line,
            );
        }
        if !VOID.contains(&name.as_str()) && !tag.self_closing && self.stack.len() < MAX_DEPTH {
            self.stack.push((name.clone(), inside));
        }
        match name.as_str() {
            "script" => TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }

    fn attribute(&mut self, element: &str, name: &str, value: &str, inside: &str, line: u32) {
        if value.trim().is_empty()
            || self.out.len() >= MAX_PIECES
            || matches!(name, "class" | "id")
            || name == "href" && element != "image"
        {
            return;
        }
        let line = self.line_of(value, line);
        let inside = self.inside(element, inside);
        if name == "style" {
            return self.style(value, element, inside, line);
        }
        self.out.push(Piece {
            line,
            text: put_back(value.trim(), self.codes),
            place: Where::Attribute(name.to_owned()),
            element: element.to_owned(),
            inside,
            new_block: false,
        });
    }

    fn inside(&self, element: &str, named: &str) -> Vec<String> {
        let mut all: Vec<String> = self.stack.iter().map(|(e, a)| format!("{e} {a}")).collect();
        all.push(format!("{element} {named}"));
        all
    }

    fn element(&mut self, element: &str, named: &str, line: u32) {
        if self.out.len() < MAX_PIECES {
            self.out.push(Piece {
                line: self.line_of(element, line),
                text: String::new(),
                place: Where::Element,
                element: element.to_owned(),
                inside: self.inside(element, named),
                new_block: false,
            });
        }
    }

    /// Pictures that a style names, and texts that it writes (`content: "…"`).
    fn style(&mut self, text: &str, element: &str, inside: Vec<String>, line: u32) {
        for (mark, close) in [("url(", ')'), ("content:", ';')] {
            let mut rest = text;
            while let Some((_, after)) = rest.split_once(mark) {
                let end = after.find([close, '}']).unwrap_or(after.len());
                // An address in quotes may hold anything.
                let quote = after.trim_start().chars().next();
                let quoted = quote.filter(|q| matches!(q, '"' | '\'')).and_then(|q| {
                    let from = after.find(q)? + 1;
                    Some((from, from + after.get(from..)?.find(q)?))
                });
                let (from, end) = quoted.unwrap_or((0, end));
                let value = after.get(from..end).unwrap_or_default().trim();
                rest = after.get(end..).unwrap_or_default();
                let address = mark == "url(";
                let writes = quoted.is_some() || value.contains("attr(");
                if value.is_empty() || !address && !writes || self.out.len() >= MAX_PIECES {
                    continue;
                }
                self.out.push(Piece {
                    line,
                    text: put_back(value, self.codes),
                    place: match quoted.is_some() && !address {
                        true => Where::Text,
                        false => Where::Style,
                    },
                    element: element.to_owned(),
                    inside: inside.clone(),
                    new_block: true,
                });
            }
        }
    }
}

/// Elements that show what stands elsewhere or what a script draws, and those that are called like codes.
fn draws(name: &str, named: &str) -> bool {
    let lower = named.to_ascii_lowercase();
    matches!(name, "canvas" | "iframe" | "object" | "embed" | "applet")
        || name.contains('-')
        || !matches!(name, "img" | "script" | "style" | "link" | "meta")
            && (lower.contains("qr") || lower.contains("barcode"))
}

/// Elements that stand in a head.
const HEAD: [&str; 8] = [
    "title", "meta", "link", "style", "script", "base", "noscript", "template",
];

const BLOCKS: [&str; 20] = [
    "div", "p", "td", "th", "tr", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "section",
    "table", "dd", "dt", "article", "header", "footer",
];

const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_with_lines() {
        let text = "<html><head><title>T {{ x }}</title></head>\n<body>\n<p>Người nhận:\n  <b>{{ order.name|mask }}</b></p>\n<img\n  src=\"/qr?d={{ code }}\" class=\"qr\">\n<?= $o->sdt ?>\n{# {{ hidden }} #}<!-- {{ gone }} -->\n<script>new QRCode(a, \"{{ payload }}\")</script>";
        let found: Vec<(u32, String)> = parse(text).into_iter().map(|p| (p.line, p.text)).collect();
        assert_eq!(
            found,
            [
                (3, "Người nhận:".into()),
                (4, "{{ order.name|mask }}".into()),
                (6, "/qr?d={{ code }}".into()),
                (7, "<?= $o->sdt ?>".into()),
                (9, "new QRCode(a, \"{{ payload }}\")".into()),
            ]
        );
    }

    #[test]
    fn a_head_and_a_block_of_php_that_are_left_open() {
        let found =
            |text: &str| -> Vec<String> { parse(text).into_iter().map(|p| p.text).collect() };
        assert_eq!(
            found("<html><head><title>T</title><meta charset=utf-8><p>{{ a }}</p>"),
            ["utf-8", "{{ a }}"]
        );
        assert_eq!(
            found("<p>x</p><?php echo $o->sdt;"),
            ["x", "<?php echo $o->sdt;?>"]
        );
        let long = format!("<?php /*{}*/ echo $o->sdt; ?>", "x".repeat(6000));
        assert_eq!(found(&long), [long.as_str()]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(<p>|</p>|<script>|<img src=\"|\">|\\{\\{|\\}\\}|<\\?|\\?>|<!--|-->|đ|a|\n|\u{E000}|\u{E001}|1|&amp;|<){0,40}") {
            let lines = u32::try_from(text.split('\n').count()).unwrap();
            for piece in parse(&text) {
                assert!(piece.line >= 1 && piece.line <= lines, "{piece:?}");
            }
        }
    }
}
