//! Where a statement of rows ends: quotes, comments and dollar quotes as the splitter knows them, over a stream.

use memchr::{memchr, memchr_iter, memchr2, memmem};

use super::Dialect;
use super::split::Escapes;

/// What ends the part that was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing: more of the stream is needed.
    More,
    /// The semicolon of the statement.
    Semicolon,
    /// A line end outside quotes, in SQL Server.
    Line,
}

/// What we stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Inside {
    Nothing,
    Quote(u8, Escapes),
    Line,
    Block,
    Dollar(Vec<u8>),
}

/// Looks for the end of one statement.
pub(super) struct Scan {
    dialect: Dialect,
    inside: Inside,
    /// The two bytes before the window.
    before: [u8; 2],
    /// A quote holds what looks like the beginning of a statement: it may have begun in the wrong place.
    torn: bool,
}

/// The longest tag of a dollar quote, with its signs.
const TAG_BYTES: usize = 66;

impl Scan {
    /// Begins before a statement.
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            inside: Inside::Nothing,
            before: [b'\n'; 2],
            torn: false,
        }
    }

    /// Did the quotes of the statement, read to its end, show their own ends?
    pub(super) fn is_torn(&self) -> bool {
        self.torn || !matches!(self.inside, Inside::Nothing | Inside::Line)
    }

    /// How much was passed, and what was found; `last`: the stream holds no more.
    pub(super) fn feed(&mut self, bytes: &[u8], last: bool) -> (usize, Found) {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let (used, found) = match self.inside.clone() {
                Inside::Nothing => self.outside(bytes, at, last),
                Inside::Quote(quote, escapes) => self.quoted(rest, quote, escapes, last),
                Inside::Line => match memchr(b'\n', rest) {
                    Some(n) => self.leave(n),
                    None => (rest.len(), Some(Found::More)),
                },
                Inside::Block => self.until(rest, b"*/"),
                Inside::Dollar(tag) => self.until(rest, &tag),
            };
            at += used;
            if let Some(found) = found {
                for byte in bytes.get(at.saturating_sub(2)..at).unwrap_or_default() {
                    self.before = [self.before[1], *byte];
                }
                return (at, found);
            }
        }
    }

    fn leave(&mut self, used: usize) -> (usize, Option<Found>) {
        self.inside = Inside::Nothing;
        (used, None)
    }

    fn enter(&mut self, used: usize, inside: Inside) -> (usize, Option<Found>) {
        self.inside = inside;
        (used, None)
    }

    fn until(&mut self, rest: &[u8], mark: &[u8]) -> (usize, Option<Found>) {
        match memmem::find(rest, mark) {
            Some(n) => self.leave(n + mark.len()),
            // The mark may stand across two windows.
            None => (
                rest.len().saturating_sub(mark.len().saturating_sub(1)),
                Some(Found::More),
            ),
        }
    }

    /// To the next sign that begins or ends something.
    fn outside(&mut self, bytes: &[u8], at: usize, last: bool) -> (usize, Option<Found>) {
        let rest = bytes.get(at..).unwrap_or_default();
        let mssql = self.dialect == Dialect::Mssql;
        let mysql = self.dialect == Dialect::Mysql;
        let dollars = matches!(self.dialect, Dialect::Postgres | Dialect::Generic);
        let mark = rest.iter().position(|b| match b {
            b'\'' | b'"' | b';' | b'-' | b'/' => true,
            b'`' | b'#' => mysql,
            b'\n' | b'[' => mssql,
            b'$' => dollars,
            _ => false,
        });
        let Some(n) = mark else {
            return (rest.len(), Some(Found::More));
        };
        let next = rest.get(n + 1).copied();
        let more = next.is_none() && !last;
        match rest.get(n).copied().unwrap_or_default() {
            b';' => (n + 1, Some(Found::Semicolon)),
            b'\n' => (n + 1, Some(Found::Line)),
            b'\'' => {
                let escapes = match self.dialect {
                    Dialect::Mysql => Escapes::Always,
                    Dialect::Generic => Escapes::UnlessLast,
                    Dialect::Postgres if self.is_escaping(bytes, at + n) => Escapes::Always,
                    Dialect::Postgres | Dialect::Mssql | Dialect::Oracle => Escapes::Never,
                };
                self.enter(n + 1, Inside::Quote(b'\'', escapes))
            }
            b'"' if mysql => self.enter(n + 1, Inside::Quote(b'"', Escapes::Always)),
            quote @ (b'"' | b'`') => self.enter(n + 1, Inside::Quote(quote, Escapes::Never)),
            b'[' => self.enter(n + 1, Inside::Quote(b']', Escapes::Never)),
            b'#' => self.enter(n + 1, Inside::Line),
            b'-' | b'/' if more => (n, Some(Found::More)),
            b'-' if next == Some(b'-') => self.enter(n + 2, Inside::Line),
            b'/' if next == Some(b'*') => self.enter(n + 2, Inside::Block),
            b'$' => {
                let from = rest.get(n..).unwrap_or_default();
                if from.len() < TAG_BYTES && !last {
                    return (n, Some(Found::More));
                }
                match tag(from) {
                    Some(tag) => self.enter(n + tag.len(), Inside::Dollar(tag.to_vec())),
                    None => (n + 1, None),
                }
            }
            _ => (n + 1, None),
        }
    }

    /// Is the quote at `at` that of `E'…'`?
    fn is_escaping(&self, bytes: &[u8], at: usize) -> bool {
        let back = |n: usize| match at.checked_sub(n) {
            Some(i) => bytes.get(i).copied().unwrap_or_default(),
            None => self.before[(2 + at).saturating_sub(n).min(1)],
        };
        matches!(back(1), b'e' | b'E') && !(back(2).is_ascii_alphanumeric() || back(2) == b'_')
    }

    /// To the end of a quoted text; a pair of marks is one sign of it.
    fn quoted(
        &mut self,
        rest: &[u8],
        quote: u8,
        escapes: Escapes,
        last: bool,
    ) -> (usize, Option<Found>) {
        let mut at = 0;
        loop {
            let from = rest.get(at..).unwrap_or_default();
            let found = match escapes {
                Escapes::Never => memchr(quote, from),
                Escapes::Always | Escapes::UnlessLast => memchr2(quote, b'\\', from),
            };
            let Some(n) = found.map(|n| at + n) else {
                self.torn |= holds_statement(rest);
                return (rest.len(), Some(Found::More));
            };
            // What follows may stand in the next window.
            if n + 2 >= rest.len() && !last {
                self.torn |= holds_statement(rest.get(..n).unwrap_or_default());
                return (n, Some(Found::More));
            }
            let tail = rest.get(n..).unwrap_or_default();
            if rest.get(n) == Some(&b'\\') {
                at = n + if escapes.covers(tail) { 2 } else { 1 };
            } else if rest.get(n + 1) == Some(&quote) {
                at = n + 2;
            } else {
                self.torn |= holds_statement(rest.get(..n).unwrap_or_default());
                return self.leave(n + 1);
            }
            if at >= rest.len() {
                return (rest.len(), Some(Found::More));
            }
        }
    }
}

/// Does a line of a quoted text begin as a statement does?
fn holds_statement(text: &[u8]) -> bool {
    memchr_iter(b'\n', text).any(|at| {
        let line = text.get(at + 1..).unwrap_or_default();
        BEGINNINGS.iter().any(|b| {
            line.get(..b.len())
                .is_some_and(|l| l.eq_ignore_ascii_case(b))
        })
    })
}

/// How statements begin that change what is in a database.
const BEGINNINGS: [&[u8]; 5] = [
    b"create table ",
    b"alter table ",
    b"insert into ",
    b"create index ",
    b"grant select ",
];

/// `$$` or `$tag$` at the beginning.
fn tag(from: &[u8]) -> Option<&[u8]> {
    let end = memchr(b'$', from.get(1..)?)? + 1;
    let name = from.get(1..end)?;
    let fits = name.len() <= TAG_BYTES - 2
        && !name.first().is_some_and(u8::is_ascii_digit)
        && name
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'_' || !b.is_ascii());
    fits.then(|| from.get(..=end)).flatten()
}
