//! The language of nginx: words with quotes and escapes, `;`, `{}` blocks and `#` comments, each directive with its line.
//!
//! Reads as nginx's own reader does (`ngx_conf_read_token`) and goes on where that one stops: what is wrong becomes
//! a [`Problem`]. It knows no directive, follows no `include` and resolves no variable.

use std::iter::Peekable;
use std::str::Chars;

/// A file of nginx directives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    /// The outermost directives.
    pub directives: Vec<Directive>,
    /// What nginx itself would refuse.
    pub problems: Vec<Problem>,
}

/// One directive, simple or with a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Directive {
    /// The name as written.
    pub name: String,
    /// The words after the name, quotes and escapes resolved.
    pub args: Vec<String>,
    /// The line of the name.
    pub line: u32,
    /// What stands between the braces; `None` for a simple directive. Lua blocks are skipped: theirs is empty.
    pub block: Option<Vec<Directive>>,
}

/// Something that nginx would not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line.
    pub line: u32,
    /// What is wrong; holds no value of the file.
    pub what: &'static str,
}

/// Parses the text of a configuration file.
pub fn parse(text: &str) -> File {
    let mut lexer = Lexer {
        rest: text.chars().peekable(),
        line: 1,
        problems: Vec::new(),
    };
    let mut tree = Tree::default();
    while let Some(token) = lexer.next() {
        match token {
            Token::Word(word, line) => tree.word(word, line),
            Token::End(line) => tree.end(line),
            Token::Open(line) => {
                if tree.opens_lua() {
                    tree.open_lua();
                    lexer.skip_lua(line);
                } else {
                    tree.open(line);
                }
            }
            Token::Close(line) => tree.close(line),
        }
    }
    let mut file = tree.finish();
    file.problems.append(&mut lexer.problems);
    file.problems.sort_by_key(|p| p.line);
    file
}

/// The tree while it grows. Kept on a stack of its own, so that hostile nesting cannot exhaust the program's.
#[derive(Default)]
struct Tree {
    open: Vec<Directive>,
    top: Vec<Directive>,
    now: Option<Directive>,
    skipped: usize,
    problems: Vec<Problem>,
}

impl Tree {
    fn word(&mut self, word: String, line: u32) {
        match &mut self.now {
            Some(directive) => directive.args.push(word),
            None => {
                self.now = Some(Directive {
                    name: word,
                    line,
                    ..Directive::default()
                });
            }
        }
    }

    fn end(&mut self, line: u32) {
        match self.now.take() {
            Some(directive) => self.push(directive),
            None => self.problem(line, "unexpected ;"),
        }
    }

    fn opens_lua(&self) -> bool {
        self.now
            .as_ref()
            .is_some_and(|d| d.name.ends_with("_by_lua_block"))
    }

    fn open_lua(&mut self) {
        if let Some(mut directive) = self.now.take() {
            directive.block = Some(Vec::new());
            self.push(directive);
        }
    }

    fn open(&mut self, line: u32) {
        let mut directive = self.now.take().unwrap_or_else(|| {
            self.problems.push(Problem {
                line,
                what: "unexpected {",
            });
            Directive {
                line,
                ..Directive::default()
            }
        });
        if self.skipped > 0 || self.open.len() >= MAX_DEPTH {
            if self.skipped == 0 {
                self.problem(line, "blocks too deep");
            }
            self.skipped += 1;
            return;
        }
        directive.block = Some(Vec::new());
        self.open.push(directive);
    }

    fn close(&mut self, line: u32) {
        self.unended();
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if let Some(done) = self.open.pop() {
            self.push(done);
        } else {
            self.problem(line, "unexpected }");
        }
    }

    fn finish(mut self) -> File {
        self.unended();
        self.skipped = 0;
        while let Some(done) = self.open.pop() {
            self.problem(done.line, "block is not closed");
            self.push(done);
        }
        File {
            directives: self.top,
            problems: self.problems,
        }
    }

    fn unended(&mut self) {
        if let Some(directive) = self.now.take() {
            self.problem(directive.line, "directive is not ended by ;");
            self.push(directive);
        }
    }

    fn push(&mut self, directive: Directive) {
        if self.skipped > 0 {
            return;
        }
        match self.open.last_mut().and_then(|d| d.block.as_mut()) {
            Some(block) => block.push(directive),
            None => self.top.push(directive),
        }
    }

    fn problem(&mut self, line: u32, what: &'static str) {
        self.problems.push(Problem { line, what });
    }
}

enum Token {
    Word(String, u32),
    End(u32),
    Open(u32),
    Close(u32),
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: u32,
    problems: Vec<Problem>,
}

impl Lexer<'_> {
    fn bump(&mut self) -> Option<char> {
        let c = self.rest.next();
        // A line end at the very end of the file begins no line of its own.
        if c == Some('\n') && self.rest.peek().is_some() {
            self.line = self.line.saturating_add(1);
        }
        c
    }

    fn next(&mut self) -> Option<Token> {
        loop {
            let line = self.line;
            let first = *self.rest.peek()?;
            match first {
                ' ' | '\t' | '\r' | '\n' => {
                    self.bump();
                }
                '#' => {
                    while self.rest.peek().is_some_and(|c| *c != '\n') {
                        self.bump();
                    }
                }
                ';' => {
                    self.bump();
                    return Some(Token::End(line));
                }
                '{' => {
                    self.bump();
                    return Some(Token::Open(line));
                }
                '}' => {
                    self.bump();
                    return Some(Token::Close(line));
                }
                '"' | '\'' => {
                    self.bump();
                    return Some(Token::Word(self.quoted(first, line), line));
                }
                _ => return Some(Token::Word(self.bare(), line)),
            }
        }
    }

    fn quoted(&mut self, quote: char, line: u32) -> String {
        let mut word = String::new();
        loop {
            match self.bump() {
                None => {
                    self.problems.push(Problem {
                        line,
                        what: "quote is not closed",
                    });
                    return word;
                }
                Some('\\') => self.escaped(&mut word),
                Some(c) if c == quote => break,
                Some(c) => word.push(c),
            }
        }
        match self.rest.peek() {
            Some(' ' | '\t' | '\r' | '\n' | ';' | '{' | ')') | None => {}
            Some(_) => self.problems.push(Problem {
                line: self.line,
                what: "no space after a quote",
            }),
        }
        word
    }

    fn bare(&mut self) -> String {
        let mut word = String::new();
        while let Some(&c) = self.rest.peek() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' => break,
                // `${name}` is a variable, any other brace opens a block.
                '{' if !word.ends_with('$') => break,
                '\\' => {
                    self.bump();
                    self.escaped(&mut word);
                }
                _ => {
                    self.bump();
                    word.push(c);
                }
            }
        }
        word
    }

    /// What follows a backslash: nginx resolves only these, and keeps the backslash before all else.
    fn escaped(&mut self, word: &mut String) {
        match self.bump() {
            Some(c @ ('"' | '\'' | '\\')) => word.push(c),
            Some('t') => word.push('\t'),
            Some('r') => word.push('\r'),
            Some('n') => word.push('\n'),
            Some(c) => {
                word.push('\\');
                word.push(c);
            }
            None => word.push('\\'),
        }
    }

    /// Skips Lua code to the brace that closes its block: strings, comments and long brackets may hold braces.
    fn skip_lua(&mut self, line: u32) {
        let mut depth = 1_usize;
        while let Some(c) = self.bump() {
            match c {
                '{' => depth += 1,
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                '"' | '\'' => self.skip_lua_string(c),
                '[' => {
                    self.skip_long_bracket();
                }
                '-' if self.rest.peek() == Some(&'-') => {
                    self.bump();
                    let long = self.rest.peek() == Some(&'[') && {
                        self.bump();
                        self.skip_long_bracket()
                    };
                    while !long && self.rest.peek().is_some_and(|c| *c != '\n') {
                        self.bump();
                    }
                }
                _ => {}
            }
        }
        self.problems.push(Problem {
            line,
            what: "block is not closed",
        });
    }

    fn skip_lua_string(&mut self, quote: char) {
        while let Some(c) = self.bump() {
            match c {
                '\\' => {
                    self.bump();
                }
                // A Lua string ends with its line: an unclosed one must not swallow the file.
                '\n' => return,
                c if c == quote => return,
                _ => {}
            }
        }
    }

    /// After a `[`: skips `[[ … ]]` and `[==[ … ]==]`; says whether there was one.
    fn skip_long_bracket(&mut self) -> bool {
        let mut level = 0_usize;
        while self.rest.peek() == Some(&'=') {
            self.bump();
            level += 1;
        }
        if self.rest.peek() != Some(&'[') {
            return false;
        }
        self.bump();
        let mut signs: Option<usize> = None;
        while let Some(c) = self.bump() {
            signs = match (c, signs) {
                (']', Some(n)) if n == level => return true,
                (']', _) => Some(0),
                ('=', Some(n)) => Some(n + 1),
                _ => None,
            };
        }
        true
    }
}

/// Deeper blocks are skipped: nginx has no use for them, and the tree stays safe to walk.
const MAX_DEPTH: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str) -> Directive {
        let file = parse(text);
        assert_eq!(file.problems, vec![]);
        file.directives.into_iter().next().unwrap()
    }

    #[test]
    fn words_as_nginx_reads_them() {
        let d = one("log_format  main '$a \\'x\\' ;' # no\n \"b\\\"{}\" ${c}d\\.e;");
        assert_eq!(d.name, "log_format");
        assert_eq!(d.args, ["main", "$a 'x' ;", "b\"{}", "${c}d\\.e"]);
        // As in nginx: a brace in an unquoted expression opens the block.
        let file = parse("location ~ ^/x(?<n>[0-9]){2}$ {}");
        assert_eq!(file.directives[0].args[1], "^/x(?<n>[0-9])");
    }

    #[test]
    fn blocks_and_lines() {
        let file = parse("http {\n  server {\n listen 80;}\n}\nuser\n www;");
        assert_eq!(file.problems, vec![]);
        assert_eq!(file.directives[1].line, 5);
        let server = &file.directives[0].block.as_ref().unwrap()[0];
        assert_eq!(
            (server.line, server.block.as_ref().unwrap()[0].line),
            (2, 3)
        );
    }

    #[test]
    fn lua_is_skipped_whole() {
        let file = parse(
            "location / {\n content_by_lua_block {\n local s = \"}\" -- }\n --[==[ } ]=] ]==] x = [[ } ]]\n if a { } \n }\n deny all;\n}\n",
        );
        assert_eq!(file.problems, vec![]);
        let block = file.directives[0].block.as_ref().unwrap();
        assert_eq!(block.len(), 2);
        assert_eq!((block[1].name.as_str(), block[1].line), ("deny", 7));
    }

    #[test]
    fn goes_on_after_mistakes() {
        let file = parse("a 1\n}\nserver { listen 80; \n");
        assert_eq!(file.directives.len(), 2);
        let whats: Vec<_> = file.problems.iter().map(|p| (p.line, p.what)).collect();
        assert_eq!(
            whats,
            [
                (1, "directive is not ended by ;"),
                (2, "unexpected }"),
                (3, "block is not closed")
            ]
        );
        let deep = "a {".repeat(100_000);
        assert!(!parse(&deep).problems.is_empty());
    }

    fn max_line(directives: &[Directive]) -> u32 {
        directives
            .iter()
            .map(|d| d.line.max(max_line(d.block.as_deref().unwrap_or_default())))
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn never_panics_and_lines_stay_inside(
            text in r#"([a-z$_]{1,9}|_by_lua_block|[ \n\t{};#"'\[\]=\-]|[^a]|--\[\[){0,80}"#
        ) {
            let file = parse(&text);
            let lines = text.lines().count().max(1) as u32;
            prop_assert!(max_line(&file.directives) <= lines);
            prop_assert!(file.problems.iter().all(|p| p.line >= 1 && p.line <= lines));
        }
    }
}
