//! The lines of Python as tokens: brackets, long texts and a backslash at the end go on.

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Int(i64),
    /// A text; nothing where it has parts to fill in.
    Text(Option<String>),
    Sign(char),
    /// What has no meaning here.
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: u32,
}

/// One statement: how far in it stands, its tokens.
pub(super) struct Line {
    pub(super) inside: bool,
    pub(super) tokens: Vec<Token>,
}

/// Physical lines put together: brackets and a backslash at the end go on.
pub(super) fn logical(text: &str) -> (Vec<Line>, Vec<u32>) {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
    };
    let (mut lines, mut broken) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    let mut current = Line {
        inside: false,
        tokens: Vec::new(),
    };
    let mut column = 0;
    while let Some(c) = reader.peek() {
        match c {
            '\n' | ';' => {
                let ends = depth == 0 && !current.tokens.is_empty();
                if ends {
                    let inside = c == ';' && current.inside;
                    let fresh = Line {
                        inside,
                        tokens: Vec::new(),
                    };
                    lines.push(std::mem::replace(&mut current, fresh));
                }
                if c == '\n' {
                    column = 0;
                }
                reader.step();
            }
            ' ' | '\t' | '\r' | '\u{c}' | '\u{feff}' => {
                column += usize::from(c != '\u{feff}');
                reader.step();
            }
            '#' => reader.skip_line(),
            '\\' => {
                reader.step();
                if reader.peek() == Some('\r') {
                    reader.step();
                }
                if reader.peek() == Some('\n') {
                    reader.step();
                }
            }
            c => {
                if current.tokens.is_empty() && depth == 0 {
                    current.inside |= column > 0;
                }
                column += 1;
                let line = reader.line;
                let Some(kind) = reader.token(c) else {
                    broken.push(line);
                    continue;
                };
                match kind {
                    Kind::Sign('(' | '[' | '{') => depth += 1,
                    Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                    Kind::Word(_) | Kind::Int(_) | Kind::Text(_) | Kind::Sign(_) | Kind::Other => {}
                }
                if current.tokens.len() < MAX_TOKENS {
                    current.tokens.push(Token { kind, line });
                }
            }
        }
    }
    if depth > 0 {
        broken.push(current.tokens.first().map_or(1, |t| t.line));
    } else if !current.tokens.is_empty() {
        lines.push(current);
    }
    (lines, broken)
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: u32,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn step(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        if c == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(c)
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.at += 1;
        }
    }

    fn taken(&mut self, is: impl Fn(char) -> bool) -> String {
        let mut out = String::new();
        while let Some(c) = self.peek().filter(|c| is(*c)) {
            out.push(c);
            self.at += 1;
        }
        out
    }

    /// The token at a sign that is no space; nothing for a text that does not end.
    fn token(&mut self, c: char) -> Option<Kind> {
        if c == '"' || c == '\'' {
            return self.text("");
        }
        if c.is_alphabetic() || c == '_' {
            let word = self.taken(|c| c.is_alphanumeric() || c == '_');
            let prefix = word.len() <= 2 && word.chars().all(|c| "rRbBuUfF".contains(c));
            if prefix && matches!(self.peek(), Some('"' | '\'')) {
                return self.text(&word.to_ascii_lowercase());
            }
            return Some(Kind::Word(word));
        }
        if c.is_ascii_digit() {
            let word = self.taken(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            return Some(word.replace('_', "").parse().map_or(Kind::Other, Kind::Int));
        }
        self.step();
        Some(Kind::Sign(c))
    }

    fn text(&mut self, prefix: &str) -> Option<Kind> {
        let quote = self.step()?;
        let mut long = false;
        if self.peek() == Some(quote) {
            self.step();
            if self.peek() != Some(quote) {
                return Some(Kind::Text(Some(String::new())));
            }
            self.step();
            long = true;
        }
        let mut out = String::new();
        loop {
            let c = self.step()?;
            let closes = c == quote
                && (!long
                    || (self.chars.get(self.at) == Some(&quote)
                        && self.chars.get(self.at + 1) == Some(&quote)));
            if closes {
                if long {
                    self.at += 2;
                }
                let plain = !prefix.contains('f');
                return Some(Kind::Text(plain.then_some(out)));
            }
            if c == '\n' && !long {
                return None;
            }
            if c == '\\' {
                let next = self.step()?;
                match next {
                    '\n' => {}
                    '\\' | '\'' | '"' if !prefix.contains('r') => out.push(next),
                    next => out.extend(['\\', next]),
                }
                continue;
            }
            out.push(c);
        }
    }
}

const MAX_TOKENS: usize = 20_000;
