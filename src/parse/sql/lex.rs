//! Words of one statement, each with its line.

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word or number.
    Word,
    /// A quoted name.
    Name,
    /// A quoted text.
    Text,
    /// One sign.
    Sign,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Without quotes.
    pub(super) text: String,
    pub(super) line: u32,
}

impl Token {
    /// Is it this keyword?
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Is it this sign?
    pub(super) fn sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign && self.text.starts_with(sign)
    }

    /// Can it be a name?
    pub(super) fn names(&self) -> bool {
        matches!(self.kind, Kind::Name)
            || self.kind == Kind::Word
                && self
                    .text
                    .chars()
                    .next()
                    .is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '#' | '@'))
    }
}

/// The words of a text that begins on `line`.
pub(super) fn lex(text: &str, line: u32, mysql: bool) -> Vec<Token> {
    let mut out = Vec::new();
    let mut line = line;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|r| r.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if c.is_whitespace() {
            line += u32::from(c == '\n');
            at += c.len_utf8();
            continue;
        }
        let (kind, value, length) = match c {
            '\'' => quoted(rest, '\'', Kind::Text, mysql),
            '"' => quoted(rest, '"', Kind::Name, false),
            '`' => quoted(rest, '`', Kind::Name, false),
            '[' if rest
                .get(1..)
                .is_some_and(|r| r.starts_with(|c: char| c.is_alphabetic() || c == '_')) =>
            {
                match rest.find(']') {
                    Some(end) => (
                        Kind::Name,
                        rest.get(1..end).unwrap_or_default().to_owned(),
                        end + 1,
                    ),
                    None => (Kind::Sign, "[".into(), 1),
                }
            }
            c if c.is_alphanumeric() || matches!(c, '_' | '@' | '#' | '$') => {
                let end = rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | '#' | '$')))
                    .unwrap_or(rest.len());
                (
                    Kind::Word,
                    rest.get(..end).unwrap_or_default().to_owned(),
                    end,
                )
            }
            other => (Kind::Sign, other.to_string(), other.len_utf8()),
        };
        out.push(Token {
            kind,
            text: value,
            line,
        });
        let ends = rest.get(..length).unwrap_or_default().matches('\n').count();
        line = line.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        at += length;
    }
    out
}

fn quoted(rest: &str, quote: char, kind: Kind, escapes: bool) -> (Kind, String, usize) {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            if let Some((_, next)) = chars.next() {
                value.push(next);
            }
        } else if c == quote {
            if chars.peek().is_some_and(|(_, n)| *n == quote) {
                value.push(quote);
                chars.next();
            } else {
                return (kind, value, at + c.len_utf8());
            }
        } else {
            value.push(c);
        }
    }
    (kind, value, rest.len())
}
