//! The top level of a Python file that only sets names: what literals stand for, and which names are set by what only
//! Python could work out.
//!
//! It runs nothing: a call, a condition, a comprehension is open. What stands inside a block may or may not run.

/// A statement that matters.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `NAME = value`.
    Set {
        /// The name.
        name: String,
        /// What it is set to.
        value: Literal,
        /// The line of the name.
        line: u32,
    },
    /// The name is changed in place, or set inside a block: its value is not known.
    Changed {
        /// The name.
        name: String,
        /// The line.
        line: u32,
    },
    /// `from x.y import *`.
    Star {
        /// What is imported, dots and all.
        module: String,
        /// The line.
        line: u32,
        /// Stands in a block: it may or may not run.
        maybe: bool,
    },
}

/// A literal with its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// What it is.
    pub value: Held,
    /// The line on which it begins.
    pub line: u32,
}

/// What a literal holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// `None`.
    Nothing,
    /// A truth.
    Bool(bool),
    /// A whole number, or a product or sum of such.
    Int(i64),
    /// A text.
    Text(String),
    /// A list, tuple or set.
    List(Vec<Literal>),
    /// A mapping.
    Map(Vec<(Literal, Literal)>),
    /// What only Python works out.
    Open,
}

impl Literal {
    /// What a mapping holds under a text.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Held::Map(pairs) = &self.value else {
            return None;
        };
        // The last one counts, as in Python.
        let mut found = pairs.iter().rev();
        found
            .find(|(k, _)| k.value == Held::Text(key.to_owned()))
            .map(|(_, v)| v)
    }

    /// The elements of a list.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Held::List(items) => items,
            Held::Nothing
            | Held::Bool(_)
            | Held::Int(_)
            | Held::Text(_)
            | Held::Map(_)
            | Held::Open => &[],
        }
    }
}

/// The statements of a file, and the lines that no Python would take.
pub fn parse(text: &str) -> (Vec<Statement>, Vec<u32>) {
    let (lines, broken) = logical(text);
    let statements = lines.iter().filter_map(|line| statement(line)).collect();
    (statements, broken)
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Word(String),
    Int(i64),
    /// A text; nothing where it has parts to fill in.
    Text(Option<String>),
    Sign(char),
    /// What has no meaning here.
    Other,
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    kind: Kind,
    line: u32,
}

/// One statement: how far in it stands, its tokens.
struct Line {
    inside: bool,
    tokens: Vec<Token>,
}

/// Physical lines put together: brackets and a backslash at the end go on.
fn logical(text: &str) -> (Vec<Line>, Vec<u32>) {
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

fn statement(line: &Line) -> Option<Statement> {
    let word = |at: usize| match line.tokens.get(at).map(|t| &t.kind) {
        Some(Kind::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    let sign = |at: usize| match line.tokens.get(at).map(|t| &t.kind) {
        Some(Kind::Sign(c)) => Some(*c),
        _ => None,
    };
    let first = line.tokens.first()?;
    let name = word(0)?.to_owned();
    if name == "from" {
        return star(line);
    }
    // One line with its block: `if X: A = 1`.
    if BLOCKS.contains(&name.as_str()) {
        let at = line.tokens.iter().position(|t| t.kind == Kind::Sign(':'))?;
        let rest = Line {
            inside: true,
            tokens: line.tokens.get(at + 1..)?.to_vec(),
        };
        return statement(&rest);
    }
    let line_at = first.line;
    let changed = || {
        Some(Statement::Changed {
            name: name.clone(),
            line: line_at,
        })
    };
    match (sign(1), sign(2)) {
        // A comparison is no statement of its own.
        (Some('='), Some('=')) => None,
        (Some('='), _) if !line.inside => {
            let value = whole(line.tokens.get(2..)?);
            Some(Statement::Set {
                name,
                value,
                line: line_at,
            })
        }
        (Some('='), _) => changed(),
        // `NAME: type = value`.
        (Some(':'), _) => {
            let at = line.tokens.iter().position(|t| t.kind == Kind::Sign('='))?;
            if line.inside {
                return changed();
            }
            Some(Statement::Set {
                name,
                value: whole(line.tokens.get(at + 1..)?),
                line: line_at,
            })
        }
        // `NAME += …`, `NAME['a'] = …`, `NAME.append(…)`, `A, B = …`.
        (Some('+' | '-' | '*' | '/' | '|' | '&' | '%' | '[' | '.' | ','), _) => changed(),
        (Some(_) | None, _) => None,
    }
}

fn star(line: &Line) -> Option<Statement> {
    let mut module = String::new();
    for token in line.tokens.get(1..)? {
        match &token.kind {
            Kind::Sign('.') => module.push('.'),
            Kind::Word(word) if word == "import" => break,
            Kind::Word(word) => module.push_str(word),
            Kind::Sign(_) | Kind::Int(_) | Kind::Text(_) | Kind::Other => return None,
        }
    }
    let last = line.tokens.last()?;
    (last.kind == Kind::Sign('*')).then_some(Statement::Star {
        module,
        line: last.line,
        maybe: line.inside,
    })
}

/// The value of all these tokens; open where they are no literal.
fn whole(tokens: &[Token]) -> Literal {
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
    };
    let line = tokens.first().map_or(0, |t| t.line);
    let found = parser.sum();
    match found {
        Some(literal) if parser.at == tokens.len() => literal,
        Some(_) | None => Literal {
            value: Held::Open,
            line,
        },
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn kind(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|t| &t.kind)
    }

    fn takes(&mut self, sign: char) -> bool {
        let is = self.kind() == Some(&Kind::Sign(sign));
        self.at += usize::from(is);
        is
    }

    /// `60 * 60 + 1`; anything else than numbers is one value.
    fn sum(&mut self) -> Option<Literal> {
        let mut all = self.product()?;
        while let Some(Kind::Sign(sign @ ('+' | '-'))) = self.kind().cloned() {
            self.at += 1;
            let next = self.product()?;
            all.value = match (&all.value, &next.value) {
                (Held::Int(a), Held::Int(b)) if sign == '+' => int(a.checked_add(*b)),
                (Held::Int(a), Held::Int(b)) => int(a.checked_sub(*b)),
                _ => Held::Open,
            };
        }
        Some(all)
    }

    fn product(&mut self) -> Option<Literal> {
        let mut all = self.one()?;
        while self.takes('*') {
            let next = self.one()?;
            all.value = match (&all.value, &next.value) {
                (Held::Int(a), Held::Int(b)) => int(a.checked_mul(*b)),
                _ => Held::Open,
            };
        }
        Some(all)
    }

    fn one(&mut self) -> Option<Literal> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        let mut value = match token.kind {
            Kind::Word(word) => match word.as_str() {
                "None" => Held::Nothing,
                "True" => Held::Bool(true),
                "False" => Held::Bool(false),
                _ => Held::Open,
            },
            Kind::Int(n) => Held::Int(n),
            Kind::Text(text) => self.texts(text),
            Kind::Sign('-') => match self.one()?.value {
                Held::Int(n) => int(n.checked_neg()),
                _ => Held::Open,
            },
            Kind::Sign(open @ ('[' | '(' | '{')) => return self.brackets(open, token.line),
            Kind::Sign(_) | Kind::Other => return None,
        };
        if self.goes_on() {
            value = Held::Open;
        }
        Some(Literal {
            value,
            line: token.line,
        })
    }

    /// Texts that stand side by side are one.
    fn texts(&mut self, first: Option<String>) -> Held {
        let mut all = first;
        while let Some(Kind::Text(next)) = self.kind().cloned() {
            self.at += 1;
            all = all.zip(next).map(|(a, b)| a + &b);
        }
        all.map_or(Held::Open, Held::Text)
    }

    /// What makes more of a value: a call, a part, a condition, a path. All of it is passed over.
    fn goes_on(&mut self) -> bool {
        let mut on = false;
        loop {
            match self.kind() {
                Some(Kind::Sign('(' | '[' | '{')) => {
                    on = true;
                    self.pass();
                }
                Some(Kind::Sign(',' | ')' | ']' | '}' | ':' | '+' | '-' | '*')) | None => {
                    return on;
                }
                Some(
                    Kind::Word(_) | Kind::Int(_) | Kind::Text(_) | Kind::Sign(_) | Kind::Other,
                ) => {
                    on = true;
                    self.at += 1;
                }
            }
        }
    }

    /// Over a bracket with all that stands in it.
    fn pass(&mut self) {
        let mut depth = 0_usize;
        while let Some(kind) = self.kind() {
            match kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                Kind::Word(_) | Kind::Int(_) | Kind::Text(_) | Kind::Sign(_) | Kind::Other => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn brackets(&mut self, open: char, line: u32) -> Option<Literal> {
        let close = match open {
            '[' => ']',
            '(' => ')',
            _ => '}',
        };
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let (mut items, mut pairs) = (Vec::new(), Vec::new());
        let mut commas = 0;
        let mut is_open = false;
        while !self.takes(close) {
            // `*others` and `**others` hold what is not here.
            let spread = self.takes('*');
            let spread = self.takes('*') || spread;
            let item = self.sum()?;
            if self.takes(':') {
                let held = self.sum()?;
                pairs.push((item, held));
            } else if spread {
                is_open = true;
            } else {
                items.push(item);
            }
            if self.takes(',') {
                commas += 1;
            } else if self.kind() != Some(&Kind::Sign(close)) {
                return None;
            }
        }
        self.depth -= 1;
        let value = match (open, items.len()) {
            // A part of what is not known is not known, but the rest is.
            _ if is_open && pairs.is_empty() => {
                items.push(Literal {
                    value: Held::Open,
                    line,
                });
                Held::List(items)
            }
            ('{', 0) if is_open => Held::Open,
            ('{', 0) => Held::Map(pairs),
            ('(', 1) if commas == 0 => items.remove(0).value,
            _ => Held::List(items),
        };
        let value = if self.goes_on() { Held::Open } else { value };
        Some(Literal { value, line })
    }
}

fn int(value: Option<i64>) -> Held {
    value.map_or(Held::Open, Held::Int)
}

const BLOCKS: [&str; 9] = [
    "if", "else", "elif", "try", "except", "finally", "for", "while", "with",
];
const MAX_TOKENS: usize = 20_000;
const MAX_DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Held {
        match parse(&format!("A = {text}\n")).0.remove(0) {
            Statement::Set { value, .. } => value.value,
            Statement::Changed { .. } | Statement::Star { .. } => panic!("{text}"),
        }
    }

    #[test]
    fn literals() {
        assert_eq!(value("True"), Held::Bool(true));
        assert_eq!(value("60 * 60 + 1  # an hour"), Held::Int(3601));
        assert_eq!(value("'a' \"b\""), Held::Text("ab".into()));
        assert_eq!(value("'''a\nb'''"), Held::Text("a\nb".into()));
        assert_eq!(value("(1)"), Held::Int(1));
        assert_eq!(
            value("(1,)"),
            Held::List(vec![Literal {
                value: Held::Int(1),
                line: 1
            }])
        );
        for open in [
            "env('A')",
            "not True",
            "True if X else False",
            "os.environ.get('A', 'b') == 'c'",
            "f'{a}'",
            "'a' % b",
            "['a'] + B",
            "BASE / 'a'",
            "{'a': 1}['a']",
            "'a'.split(',')",
        ] {
            assert_eq!(value(open), Held::Open, "{open}");
        }
        // A loop is a list of which nothing is known.
        let Held::List(items) = value("[x for x in y]") else {
            panic!()
        };
        assert_eq!(items[0].value, Held::Open);
        let Held::List(items) = value("[\n  'a',\n  env('B'),\n  *C,\n]") else {
            panic!()
        };
        assert_eq!(items.len(), 3);
        assert_eq!((items[0].line, &items[1].value), (2, &Held::Open));
    }

    #[test]
    fn statements() {
        let (all, broken) = parse(
            "from .base import *\nimport os\nDEBUG = False\nif X:\n    DEBUG = True\nHOSTS += ['a']\nD['x'] = 1\ntry:\n    from .local import *\nexcept ImportError:\n    pass\nM: dict = {\n  'a': {'b': 1},\n}\n",
        );
        assert!(broken.is_empty());
        let changed = |name: &str, line| Statement::Changed {
            name: name.into(),
            line,
        };
        assert_eq!(all[2], changed("DEBUG", 5));
        assert_eq!(all[3], changed("HOSTS", 6));
        assert_eq!(all[4], changed("D", 7));
        let Statement::Star {
            module,
            maybe,
            line,
        } = &all[5]
        else {
            panic!()
        };
        assert_eq!((module.as_str(), *maybe, *line), (".local", true, 9));
        let Statement::Set { value, .. } = &all[6] else {
            panic!()
        };
        let inner = value.get("a").and_then(|a| a.get("b")).unwrap();
        assert_eq!((&inner.value, inner.line), (&Held::Int(1), 13));
        assert_eq!(parse("A = [\n").1, [1]);
        assert_eq!(parse("A = 'x\nB = 1\n").1, [1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::parse::cases()))]
        #[test]
        fn never_panics(text in "(?s)([ -~àạ\\n\\t]|A = \\[|\\{'a': |'''|f\"|if x: |from \\. import \\*|\\(|\\)){0,60}") {
            let lines = u32::try_from(text.lines().count().max(1)).unwrap();
            let (all, broken) = parse(&text);
            for statement in all {
                let (Statement::Set { line, .. } | Statement::Changed { line, .. } | Statement::Star { line, .. }) = statement;
                prop_assert!(line >= 1 && line <= lines);
            }
            prop_assert!(broken.iter().all(|line| *line >= 1 && *line <= lines));
        }
    }
}
