//! A dump read as a stream: what defines is kept, rows are passed over. A dump of any size needs the memory of its
//! definitions and one window; of rows nothing is kept but the name of their table.

use std::collections::BTreeMap;
use std::io::{self, Read};

use memchr::{memchr, memmem};

use super::lex::{Token, lex};
use super::rows::{Found, Scan};
use super::sections::Sections;
use super::split::between;
use super::{Dialect, Schema, read, split};
use crate::parse::vietnamese;

/// What is held of the stream at once.
const WINDOW_BYTES: usize = 256 * 1024;
/// The first part, in which the dialect is looked for.
const HEAD_BYTES: usize = 128 * 1024;
/// The most that is kept of all definitions together.
const MAX_KEPT_BYTES: usize = 48 * 1024 * 1024;
/// The most that is kept of one line.
const MAX_LINE_BYTES: usize = 2 * 1024 * 1024;
/// How much is looked through for the ends of statements before it is done more seldom.
const MAX_CHECKED_BYTES: usize = 32 * 1024 * 1024;
/// How far the name of a table is looked for in a statement of rows.
const NAME_BYTES: usize = 16 * 1024;
/// The most tables with rows that are named.
const MAX_TABLES: usize = 5000;

/// Why a stream could not be read as SQL.
#[derive(Debug, thiserror::Error)]
pub enum SkimError {
    /// Reading failed.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
    /// It is no text.
    #[error("binary, not text")]
    Binary,
    /// Its definitions alone are more than is kept.
    #[error("definitions of more than {MAX_KEPT_BYTES} bytes")]
    TooLarge,
}

/// Reads a dump; without a dialect it is guessed from its first part.
///
/// # Errors
/// Where the stream fails, is binary, or holds more definitions than are kept.
pub fn skim(stream: &mut dyn Read, dialect: Option<Dialect>) -> Result<Schema, SkimError> {
    let mut window = Window::new(stream);
    window.fill(HEAD_BYTES)?;
    let head = window.bytes();
    let head = head.get(..head.len().min(HEAD_BYTES)).unwrap_or_default();
    if memchr(0, head).is_some() {
        return Err(SkimError::Binary);
    }
    let dialect = dialect.unwrap_or_else(|| Dialect::guess(&String::from_utf8_lossy(head)));
    if head.starts_with(b"\xEF\xBB\xBF") {
        window.skip(3);
    }
    let mut skimmer = Skimmer {
        window,
        dialect,
        line: 1,
        kept: String::new(),
        kept_line: 1,
        next_check: 0,
        checked: 0,
        total: 0,
        schema: Schema::empty(dialect),
        rows: BTreeMap::new(),
    };
    skimmer.run()?;
    let Skimmer {
        mut schema, rows, ..
    } = skimmer;
    for (table, statements) in rows {
        *schema.rows.entry(table).or_default() += statements;
    }
    schema.settle();
    Ok(schema)
}

struct Skimmer<'a> {
    window: Window<'a>,
    dialect: Dialect,
    /// The line that the window stands at.
    line: u32,
    /// Definitions not read yet, whole lines.
    kept: String,
    kept_line: u32,
    /// The length of `kept` from which it is worth looking whether a statement has ended.
    next_check: usize,
    /// How much was looked through for that.
    checked: usize,
    total: usize,
    schema: Schema,
    rows: BTreeMap<String, u32>,
}

impl Skimmer<'_> {
    fn run(&mut self) -> Result<(), SkimError> {
        loop {
            self.window.fill(NAME_BYTES)?;
            if self.window.bytes().is_empty() {
                break;
            }
            if self.begins_rows() && self.is_between() {
                self.read_kept();
                self.rows()?;
            } else {
                self.keep_line()?;
            }
        }
        self.read_kept();
        Ok(())
    }

    /// Does the line begin a statement of rows?
    fn begins_rows(&self) -> bool {
        let bytes = self.window.bytes();
        let start = bytes
            .iter()
            .position(|b| !matches!(b, b' ' | b'\t'))
            .unwrap_or(bytes.len());
        let word = bytes.get(start..).unwrap_or_default();
        [&b"INSERT"[..], b"REPLACE", b"COPY"].iter().any(|w| {
            word.get(..w.len())
                .is_some_and(|b| b.eq_ignore_ascii_case(w))
                && word.get(w.len()).is_some_and(u8::is_ascii_whitespace)
        })
    }

    /// Are we between statements? Asked at each line of rows; where that was much, only when more was kept.
    fn is_between(&mut self) -> bool {
        self.checked = self.checked.saturating_add(self.kept.len());
        if self.checked > MAX_CHECKED_BYTES && self.kept.len() < self.next_check {
            return false;
        }
        let done = between(&self.kept, self.dialect);
        self.next_check = if done {
            0
        } else {
            self.kept.len() + self.kept.len() / 8 + 1
        };
        done
    }

    fn keep_line(&mut self) -> Result<(), SkimError> {
        if self.kept.is_empty() {
            self.kept_line = self.line;
        }
        let mut length = 0;
        loop {
            let mut end = memchr(b'\n', self.window.bytes());
            while end.is_none() && self.window.more()? {
                end = memchr(b'\n', self.window.bytes());
            }
            let end = end.map(|n| n + 1);
            let bytes = self.window.bytes();
            if bytes.is_empty() {
                return Ok(());
            }
            let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            if memchr(0, part).is_some() {
                return Err(SkimError::Binary);
            }
            if length < MAX_LINE_BYTES {
                // A character cut by the window's end becomes a replacement sign: only in lines longer than the window.
                let (text, old) = vietnamese::line(part);
                self.schema.old_encoding |= old;
                self.total += text.len();
                self.kept.push_str(&text.replace('\r', ""));
            }
            length += part.len();
            let used = part.len();
            self.window.skip(used);
            if self.total > MAX_KEPT_BYTES {
                return Err(SkimError::TooLarge);
            }
            if end.is_some() {
                self.line = self.line.saturating_add(1);
                return Ok(());
            }
        }
    }

    fn read_kept(&mut self) {
        let text = std::mem::take(&mut self.kept);
        self.next_check = 0;
        let mut sections = Sections::of(&text, self.schema.takes_back);
        for mut statement in split(&text, self.dialect) {
            self.schema.takes_back = sections.at(statement.line);
            let before = self.kept_line.saturating_sub(1);
            statement.line = statement.line.saturating_add(before);
            for (line, _) in &mut statement.notes {
                *line = line.saturating_add(before);
            }
            self.schema.statements += 1;
            read::read(&statement, &mut self.schema);
        }
        self.schema.takes_back = sections.last();
    }

    /// Passes over one statement of rows.
    fn rows(&mut self) -> Result<(), SkimError> {
        let bytes = self.window.bytes();
        let head =
            String::from_utf8_lossy(bytes.get(..bytes.len().min(NAME_BYTES)).unwrap_or_default())
                .into_owned();
        self.schema.statements += 1;
        let first = head.lines().next().unwrap_or_default().to_ascii_lowercase();
        let copies = first.trim_start().starts_with("copy ") && first.contains("from stdin");
        // pg_dump writes the block of an empty table too.
        let empty = copies && head.lines().nth(1).is_some_and(|l| l.trim_end() == "\\.");
        if !empty
            && let Some(table) = table_of(&lex(&head, 1, false))
            && (self.rows.len() < MAX_TABLES || self.rows.contains_key(&table))
        {
            *self.rows.entry(table).or_default() += 1;
        }
        match copies {
            true => self.copied(),
            false => self.inserted(),
        }
    }

    /// To the line `\.`.
    fn copied(&mut self) -> Result<(), SkimError> {
        let end = memmem::Finder::new(b"\n\\.");
        loop {
            let bytes = self.window.bytes();
            match end.find(bytes) {
                Some(at) => {
                    self.pass(at + 3);
                    return self.rest_of_line();
                }
                None => {
                    // The mark may stand across two windows.
                    let safe = bytes.len().saturating_sub(2);
                    self.pass(safe);
                    if !self.window.more()? {
                        let begins = self.line;
                        let rest = self.window.bytes().len();
                        self.pass(rest);
                        read::torn(begins, "copy", &mut self.schema);
                        return Ok(());
                    }
                }
            }
        }
    }

    fn rest_of_line(&mut self) -> Result<(), SkimError> {
        loop {
            let bytes = self.window.bytes();
            if let Some(at) = memchr(b'\n', bytes) {
                self.pass(at + 1);
                return Ok(());
            }
            let all = bytes.len();
            self.pass(all);
            if !self.window.more()? {
                return Ok(());
            }
        }
    }

    /// To the semicolon outside quotes; in SQL Server a line end does as well, where no list goes on.
    fn inserted(&mut self) -> Result<(), SkimError> {
        let begins = self.line;
        let mut scan = Scan::new(self.dialect);
        let mut last = false;
        loop {
            let (used, found) = scan.feed(self.window.bytes(), last);
            self.pass(used);
            match found {
                Found::Semicolon => {
                    self.rest_of_line_if_blank()?;
                    break;
                }
                Found::Line => {
                    self.window.fill(NAME_BYTES)?;
                    if !goes_on(self.window.bytes()) {
                        break;
                    }
                }
                Found::More if last => {
                    let rest = self.window.bytes().len();
                    self.pass(rest);
                    break;
                }
                Found::More => last = !self.window.more()?,
            }
        }
        if scan.is_torn() {
            read::torn(begins, "insert", &mut self.schema);
        }
        Ok(())
    }

    /// The end of the line belongs to the statement where nothing else stands there.
    fn rest_of_line_if_blank(&mut self) -> Result<(), SkimError> {
        self.window.fill(NAME_BYTES)?;
        let bytes = self.window.bytes();
        let blank = bytes
            .iter()
            .position(|b| !matches!(b, b' ' | b'\t' | b'\r'))
            .unwrap_or(bytes.len());
        if bytes.get(blank) == Some(&b'\n') {
            self.pass(blank + 1);
        }
        Ok(())
    }

    /// Moves on; lines are counted.
    fn pass(&mut self, bytes: usize) {
        let part = self.window.bytes();
        let part = part.get(..bytes.min(part.len())).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', part).count();
        self.line = self
            .line
            .saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        let used = part.len();
        self.window.skip(used);
    }
}

/// Does the next line go on with a list of rows?
fn goes_on(bytes: &[u8]) -> bool {
    let rest = bytes
        .iter()
        .position(|b| !b.is_ascii_whitespace())
        .and_then(|at| bytes.get(at..))
        .unwrap_or_default();
    let word = |w: &[u8]| {
        rest.get(..w.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(w))
    };
    rest.first()
        .is_some_and(|b| matches!(b, b'(' | b',' | b')' | b'\''))
        || word(b"VALUES")
        || word(b"SELECT")
        || word(b"UNION")
}

/// The table of `INSERT INTO t`, `COPY t`, `REPLACE INTO t`.
pub(super) fn table_of(tokens: &[Token]) -> Option<String> {
    let at = tokens
        .iter()
        .take(6)
        .position(|t| t.is("into"))
        .unwrap_or(0);
    super::table::name(tokens.get(at + 1..)?).map(|(name, _)| name)
}

/// A part of the stream in memory: what was read and not yet passed stands between `start` and `end`.
struct Window<'a> {
    stream: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
}

impl<'a> Window<'a> {
    fn new(stream: &'a mut dyn Read) -> Self {
        Self {
            stream,
            buffer: vec![0; WINDOW_BYTES],
            start: 0,
            end: 0,
            ended: false,
        }
    }

    fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// At least so many bytes, unless the stream ends.
    fn fill(&mut self, bytes: usize) -> io::Result<()> {
        while self.bytes().len() < bytes && self.more()? {}
        Ok(())
    }

    /// One more reading; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        loop {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            if room.is_empty() {
                // Nobody asks for more than a window holds.
                return Ok(false);
            }
            match self.stream.read(room) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
                Ok(n) => {
                    self.end += n;
                    self.ended = n == 0;
                    return Ok(n > 0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::sql::parse;

    /// A reader that gives little at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(into.len());
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn skimmed(text: &str, step: usize) -> Schema {
        skim(&mut Slow(text.as_bytes(), step), None).unwrap()
    }

    fn lines(schema: &Schema) -> Vec<String> {
        let columns = schema.tables.iter().flat_map(|t| {
            t.columns
                .iter()
                .map(move |c| format!("{}.{}:{}", t.name, c.name, c.line))
        });
        columns
            .chain(schema.unparsed.iter().map(|u| format!("? {}", u.line)))
            .collect()
    }

    const MYSQL: &str = "-- MySQL dump 10.13\nCREATE TABLE `kh` (\n  `id` int(11) NOT NULL,\n  `sdt` varchar(15)\n) ENGINE=InnoDB;\nINSERT INTO `kh` VALUES (1,'a;b\\'c'),(2,'CREATE TABLE x (y int);');\nINSERT INTO `kh` VALUES\n(3,'it''s'),\n(4,'\\\\');\nDELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON kh FOR EACH ROW BEGIN\nINSERT INTO log VALUES (1);\nINSERT INTO log VALUES (2);\nEND ;;\nDELIMITER ;\nCREATE TABLE `z` (\n  `a` int(11)\n) ENGINE=InnoDB;\n";
    const POSTGRES: &str = "-- PostgreSQL database dump\n\\restrict x\nCREATE TABLE public.o (\n    phone character varying(20)\n);\nCOPY public.o (phone) FROM stdin;\n09'1\n\\N\n\\.x\n\\.\nCREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\nINSERT INTO o VALUES ('x');\nEND $$;\nINSERT INTO public.o VALUES ('a\\');\nCREATE TABLE public.p (\n    a integer\n);\n";
    const MSSQL: &str = "SET ANSI_NULLS ON\nGO\nCREATE TABLE [dbo].[K](\n\t[SDT] [nvarchar](20) NULL\n) ON [PRIMARY]\nGO\nINSERT [dbo].[K] ([SDT]) VALUES (N'09;''1')\nINSERT [dbo].[K] ([SDT]) VALUES (N'a\nb')\nGO\nINSERT INTO [dbo].[K] VALUES\n('1'),\n('2')\nGO\nCREATE TABLE [dbo].[L](\n\t[A] [int] NULL\n)\nGO\n";

    #[test]
    fn says_what_the_whole_text_says() {
        for text in [MYSQL, POSTGRES, MSSQL] {
            let whole = parse(text, None);
            for step in [1, 7, 100, 100_000] {
                assert_eq!(lines(&skimmed(text, step)), lines(&whole), "{step}\n{text}");
            }
        }
        assert_eq!(skimmed(MYSQL, 9).rows.get("kh"), Some(&2));
        assert_eq!(skimmed(POSTGRES, 9).rows.get("public.o"), Some(&2));
        assert_eq!(skimmed(MSSQL, 9).rows.get("dbo.K"), Some(&3));
    }

    #[test]
    fn rows_of_any_size_keep_no_memory() {
        /// Rows without end, then a definition.
        struct Rows(u64, usize);
        impl Read for Rows {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let row: &[u8] = match self.0 {
                    0 => return Ok(0),
                    1 => b"(0,'x');\nCREATE TABLE last (a int);\n",
                    _ => b"(7,'Nguy\xE1\xBB\x85n','0912 345 678','S\xE1\xBB\x91 1'),\n",
                };
                let n = row.len().min(into.len());
                into[..n].copy_from_slice(&row[..n]);
                self.0 -= 1;
                self.1 += n;
                Ok(n)
            }
        }
        let head = io::Cursor::new(
            &b"-- MySQL dump\nCREATE TABLE t (a int) ENGINE=InnoDB;\nINSERT INTO t VALUES "[..],
        );
        let mut stream = head.chain(Rows(60_000, 0));
        let schema = skim(&mut stream, Some(Dialect::Mysql)).unwrap();
        assert_eq!(schema.tables.len(), 2);
        assert_eq!(schema.tables[1].line, 60_003);
    }

    #[test]
    fn what_is_no_text_is_said() {
        assert!(matches!(
            skim(&mut &b"PGDMP\x01\0\0"[..], None),
            Err(SkimError::Binary)
        ));
        let endless = vec![b'a'; MAX_LINE_BYTES + 4 * WINDOW_BYTES];
        let schema = skim(&mut endless.as_slice(), None).unwrap();
        assert_eq!(schema.tables.len(), 0);
        assert_eq!(schema.unparsed.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(CREATE TABLE a \\(b int\\);|INSERT INTO a VALUES \\(|COPY a FROM stdin;\n|'|\\\\|;|\n|\\\\.\n|GO\n|\\$\\$|đ|--|/\\*|DELIMITER ;;\n){0,40}", step in 1_usize..50) {
            for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Mssql] {
                let _ = skim(&mut Slow(text.as_bytes(), step), Some(dialect));
            }
        }
    }
}
