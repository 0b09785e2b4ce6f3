//! A dump taken apart into statements: quotes, dollar quotes, comments, DELIMITER, client commands, COPY data.

use super::Dialect;

/// The most that is kept of one statement; what is longer is marked.
pub const MAX_STATEMENT_BYTES: usize = 512 * 1024;
/// The most line comments that are kept of one statement.
const MAX_NOTES: usize = 4000;
/// The most that is kept of a line comment.
const MAX_NOTE_CHARS: usize = 200;

/// One statement, comments taken out, line ends kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text.
    pub text: String,
    /// The line where it begins, from 1.
    pub line: u32,
    /// Line comments inside it and after it on its last line.
    pub notes: Vec<(u32, String)>,
    /// Longer than [`MAX_STATEMENT_BYTES`]: the text is cut.
    pub cut: bool,
    /// The file ended inside a quote or comment.
    pub unterminated: bool,
    /// Rows of `COPY … FROM stdin` followed.
    pub copied: bool,
}

/// The statements of a file.
pub fn split(text: &str, dialect: Dialect) -> Vec<Statement> {
    let mut splitter = Splitter::new(text, dialect);
    splitter.run();
    splitter.finish();
    splitter.out
}

/// Does the text end between two statements, so that what follows may be read alone?
pub(super) fn between(text: &str, dialect: Dialect) -> bool {
    let mut splitter = Splitter::new(text, dialect);
    splitter.run();
    let ended = splitter.now.line == 0 || text.ends_with('\n') && splitter.is_complete();
    ended && splitter.delimiter == ";" && splitter.versions == 0
}

/// Does a backslash in a text take the mark after it into the text?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// It is a sign as any.
    Never,
    /// It does.
    Always,
    /// The dialect does not show: it does, unless what follows the mark looks like the end of a value.
    UnlessLast,
}

impl Escapes {
    /// Is what follows the backslash at the beginning of `tail` a part of the text?
    pub(super) fn covers(self, tail: &[u8]) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::UnlessLast => {
                !(matches!(tail.get(1), Some(b'\'' | b'"'))
                    && matches!(tail.get(2), None | Some(b',' | b')' | b';' | b'\n')))
            }
        }
    }
}

impl Statement {
    fn empty() -> Self {
        Self {
            text: String::new(),
            line: 0,
            notes: Vec::new(),
            cut: false,
            unterminated: false,
            copied: false,
        }
    }
}

struct Splitter<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    dialect: Dialect,
    delimiter: String,
    /// Open `/*!` comments, whose text counts.
    versions: u32,
    out: Vec<Statement>,
    now: Statement,
}

impl<'a> Splitter<'a> {
    fn new(text: &'a str, dialect: Dialect) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            dialect,
            delimiter: ";".into(),
            versions: 0,
            out: Vec::new(),
            now: Statement::empty(),
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn run(&mut self) {
        let mut fresh = true;
        while self.at < self.text.len() {
            if fresh && self.ends_before_line() {
                self.finish();
            }
            if fresh && self.client_line() {
                continue;
            }
            fresh = false;
            let rest = self.rest();
            if rest.starts_with('\n') {
                self.keep(1);
                fresh = true;
            } else if rest.starts_with(self.delimiter.as_str()) && !self.in_routine() {
                self.at += self.delimiter.len();
                self.finish();
            } else if !self.comment() && !self.quoted() {
                self.keep(self.next_bytes());
            }
        }
    }

    /// One character, or a run in which nothing can begin.
    fn next_bytes(&self) -> usize {
        let rest = self.rest();
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let mark = self.delimiter.chars().next().unwrap_or(';');
        let run = rest
            .find(|c: char| {
                c == mark
                    || matches!(
                        c,
                        '\n' | '\'' | '"' | '`' | '[' | '$' | '-' | '#' | '/' | '*'
                    )
            })
            .unwrap_or(rest.len());
        run.max(first)
    }

    /// Moves on by `bytes` and keeps them.
    fn keep(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        let part = self.text.get(self.at..end).unwrap_or_default();
        if self.now.line == 0 && !part.trim().is_empty() {
            self.now.line = self.line;
            self.now.text.clear();
        }
        let mut room = MAX_STATEMENT_BYTES.saturating_sub(self.now.text.len());
        if part.len() > room {
            while !part.is_char_boundary(room) {
                room -= 1;
            }
            self.now.cut = true;
        }
        self.now.text.push_str(part.get(..room).unwrap_or(part));
        self.skip(bytes);
    }

    /// Moves on by `bytes`; only their line ends are kept.
    fn drop_text(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        let ends = self
            .text
            .get(self.at..end)
            .unwrap_or_default()
            .matches('\n')
            .count();
        if self.now.line != 0 && self.now.text.len() + ends < MAX_STATEMENT_BYTES {
            self.now.text.push(' ');
            self.now.text.extend(std::iter::repeat_n('\n', ends));
        }
        self.skip(bytes);
    }

    fn skip(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        let ends = self
            .text
            .get(self.at..end)
            .unwrap_or_default()
            .matches('\n')
            .count();
        self.line = self
            .line
            .saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.at = end;
    }

    fn finish(&mut self) {
        let done = std::mem::replace(&mut self.now, Statement::empty());
        if done.line == 0 || done.text.trim().is_empty() {
            return;
        }
        let copies = is_copy(&done.text);
        self.out.push(done);
        if copies {
            let from = self.line;
            self.copy_data();
            // The line of the statement itself and the mark of the end are no rows.
            if let Some(copy) = self.out.last_mut() {
                copy.copied = self.line > from.saturating_add(2);
            }
        }
    }

    /// The rows after `COPY … FROM stdin;` up to `\.` are data.
    fn copy_data(&mut self) {
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return;
            }
            let length = rest.find('\n').map_or(rest.len(), |n| n + 1);
            let last = rest.get(..length).is_some_and(|l| l.trim_end() == "\\.");
            self.skip(length);
            if last {
                return;
            }
        }
    }

    /// Lines for the client, no SQL: `\restrict`, `DELIMITER`, `GO`, `/`, `REM`, `PROMPT`.
    fn client_line(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.find('\n').map_or(rest.len(), |n| n + 1);
        let line = rest
            .get(..length.min(200))
            .or_else(|| rest.get(..rest.len().min(1)))
            .unwrap_or_default()
            .trim();
        let lower = line.to_ascii_lowercase();
        let empty = self.now.line == 0;
        let word = lower.split_whitespace().next().unwrap_or_default();
        if empty && line.starts_with('\\') {
            self.skip(length);
        } else if empty && word == "delimiter" {
            let mark = line.split_whitespace().nth(1).unwrap_or(";").to_owned();
            self.delimiter = mark;
            self.skip(length);
        } else if length < 200
            && (word == "go" && lower.trim_end_matches(';').trim() == "go" || line == "/")
        {
            self.finish();
            self.skip(length);
        } else if empty && (is_client_word(word) || self.is_oracle_set(word, &lower)) {
            self.skip(length);
        } else {
            return false;
        }
        true
    }

    /// `SET ECHO ON` of SQL*Plus has no semicolon.
    fn is_oracle_set(&self, word: &str, line: &str) -> bool {
        self.dialect == Dialect::Oracle && word == "set" && !line.contains(';')
    }

    /// Statements of SQL Server need no semicolon: one that is complete ends where a line begins the next.
    fn ends_before_line(&self) -> bool {
        if self.dialect != Dialect::Mssql || self.now.line == 0 {
            return false;
        }
        let line = self.rest().trim_start_matches([' ', '\t']);
        let begins = BEGINNINGS.iter().any(|b| {
            line.get(..b.len())
                .is_some_and(|l| l.eq_ignore_ascii_case(b))
        });
        begins && self.is_complete()
    }

    /// Could the statement of SQL Server that we stand in end here?
    fn is_complete(&self) -> bool {
        if self.dialect != Dialect::Mssql || self.in_routine() {
            return false;
        }
        let mut words = self.now.text.split_whitespace();
        let word = words.next().unwrap_or_default().to_ascii_lowercase();
        match word.as_str() {
            "create" | "alter" => {
                let table = words
                    .next()
                    .is_some_and(|w| w.eq_ignore_ascii_case("table"));
                let tokens = super::lex::lex(&self.now.text, 1, false);
                let count = |c: char| tokens.iter().filter(|t| t.sign(c)).count();
                table && (word == "alter" || count('(') > 0) && count('(') == count(')')
            }
            other => SHORT.contains(&other),
        }
    }

    /// Procedures of SQL Server end at GO, not at a semicolon.
    fn in_routine(&self) -> bool {
        if self.dialect != Dialect::Mssql {
            return false;
        }
        let head: Vec<String> = self
            .now
            .text
            .split_whitespace()
            .take(4)
            .map(str::to_ascii_lowercase)
            .collect();
        matches!(head.first().map(String::as_str), Some("create" | "alter"))
            && head
                .iter()
                .skip(1)
                .any(|w| matches!(w.as_str(), "procedure" | "proc" | "function" | "trigger"))
    }

    /// `#` begins a comment in MySQL; where the dialect does not show, between statements.
    fn hash_comments(&self) -> bool {
        match self.dialect {
            Dialect::Mysql => true,
            Dialect::Generic => self.now.line == 0,
            Dialect::Postgres | Dialect::Mssql | Dialect::Oracle => false,
        }
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("--") || (rest.starts_with('#') && self.hash_comments()) {
            let length = rest.find('\n').unwrap_or(rest.len());
            let note: String = rest
                .get(..length)
                .unwrap_or_default()
                .trim_start_matches(['-', '#', ' '])
                .chars()
                .take(MAX_NOTE_CHARS)
                .collect();
            self.note(note);
            self.skip(length);
            return true;
        }
        if self.versions > 0 && rest.starts_with("*/") {
            self.versions -= 1;
            self.drop_text(2);
            return true;
        }
        if !rest.starts_with("/*") {
            return false;
        }
        if let Some(mark) = version_mark(rest) {
            self.versions += 1;
            self.drop_text(mark);
            return true;
        }
        match block_end(rest, self.dialect == Dialect::Postgres) {
            Some(length) => self.drop_text(length),
            None => self.open_end(),
        }
        true
    }

    /// A line comment belongs to the statement it stands in, or to the one that just ended on the same line.
    fn note(&mut self, note: String) {
        let line = self.line;
        let target = if self.now.line != 0 {
            Some(&mut self.now)
        } else {
            None
        };
        if let Some(statement) = target
            && statement.notes.len() < MAX_NOTES
        {
            statement.notes.push((line, note));
        }
    }

    fn open_end(&mut self) {
        self.now.unterminated = true;
        if self.now.line == 0 {
            self.now.line = self.line;
            self.now.text.push('?');
        }
        self.skip(self.text.len());
    }

    fn quoted(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        let end = match first {
            '\'' => quote_end(rest, '\'', self.escapes()),
            '"' => quote_end(
                rest,
                '"',
                match self.dialect {
                    Dialect::Mysql => Escapes::Always,
                    Dialect::Postgres | Dialect::Mssql | Dialect::Oracle | Dialect::Generic => {
                        Escapes::Never
                    }
                },
            ),
            '`' => quote_end(rest, '`', Escapes::Never),
            '[' if self.dialect == Dialect::Mssql => rest.find(']').map(|n| n + 1),
            '$' if matches!(self.dialect, Dialect::Postgres | Dialect::Generic) => {
                match dollar_tag(rest) {
                    Some(tag) => rest
                        .get(tag.len()..)
                        .and_then(|r| r.find(tag))
                        .map(|n| n + 2 * tag.len()),
                    None => return false,
                }
            }
            _ => return false,
        };
        match end {
            Some(length) => self.keep(length),
            None => {
                self.keep(first.len_utf8());
                self.open_end();
            }
        }
        true
    }

    /// Does a backslash escape in texts? In MySQL, and in `E'…'` of PostgreSQL.
    fn escapes(&self) -> Escapes {
        let marked = || {
            self.now.text.ends_with(['E', 'e'])
                && !self
                    .now
                    .text
                    .trim_end_matches(['E', 'e'])
                    .ends_with(|c: char| c.is_alphanumeric() || c == '_')
        };
        match self.dialect {
            Dialect::Mysql => Escapes::Always,
            Dialect::Generic => Escapes::UnlessLast,
            Dialect::Postgres if marked() => Escapes::Always,
            Dialect::Postgres | Dialect::Mssql | Dialect::Oracle => Escapes::Never,
        }
    }
}

/// Statements of SQL Server that go over no lines which begin as statements do.
const SHORT: [&str; 17] = [
    "set",
    "print",
    "use",
    "insert",
    "exec",
    "execute",
    "grant",
    "deny",
    "revoke",
    "truncate",
    "drop",
    "select",
    "delete",
    "update",
    "declare",
    "waitfor",
    "raiserror",
];

/// How lines begin that begin a statement of SQL Server.
const BEGINNINGS: [&str; 18] = [
    "create ",
    "insert ",
    "insert\t",
    "insert[",
    "alter table ",
    "grant ",
    "deny ",
    "revoke ",
    "alter role ",
    "drop user ",
    "drop role ",
    "set identity_insert ",
    "set ansi_",
    "set quoted_",
    "exec ",
    "execute ",
    "print ",
    "use ",
];

fn is_client_word(word: &str) -> bool {
    matches!(word, "rem" | "remark" | "prompt" | "whenever" | "spool")
}

fn is_copy(text: &str) -> bool {
    let text = text.trim();
    let head = text.get(..5).unwrap_or_default();
    head.eq_ignore_ascii_case("copy ") && {
        let tail: String = text
            .chars()
            .rev()
            .take(60)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        tail.to_ascii_lowercase().contains("from stdin")
    }
}

/// `/*!40101 `, `/*M!100616 `: what stands inside is executed.
fn version_mark(rest: &str) -> Option<usize> {
    let mark = ["/*!", "/*M!"].iter().find(|m| rest.starts_with(**m))?;
    let digits = rest
        .get(mark.len()..)?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let end = mark.len() + digits;
    // "/*M!999999\- enable the sandbox mode */" is a command for the client.
    (!rest.get(end..)?.starts_with('\\')).then_some(end)
}

fn block_end(rest: &str, nested: bool) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut depth = 0_u32;
    let mut at = 0;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') if depth == 0 || nested => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
    None
}

fn quote_end(rest: &str, quote: char, escapes: Escapes) -> Option<usize> {
    let bytes = rest.as_bytes();
    let quote = u8::try_from(quote).ok()?;
    let mut at = 1;
    while at < bytes.len() {
        let covers = bytes[at] == b'\\' && bytes.get(at..).is_some_and(|t| escapes.covers(t));
        if covers {
            at += 2;
        } else if bytes[at] == quote {
            if bytes.get(at + 1) == Some(&quote) {
                at += 2;
            } else {
                return Some(at + 1);
            }
        } else {
            at += 1;
        }
    }
    None
}

/// `$$` or `$tag$` at the beginning.
fn dollar_tag(rest: &str) -> Option<&str> {
    let inner = rest.get(1..)?;
    let end = inner.find('$')?;
    let tag = inner.get(..end)?;
    let fits = tag.len() <= 63
        && !tag.starts_with(|c: char| c.is_ascii_digit())
        && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    fits.then(|| rest.get(..end + 2)).flatten()
}
