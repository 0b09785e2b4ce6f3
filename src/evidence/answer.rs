//! The framed answer of the collection script: lines, each with a sign for what it is. Hostile input is safe: what does
//! not fit ends the reading there, and all that stands after it is lost, never missing.
//!
//! ```text
//! capdo/answer/1 ID      the script
//! H key value            what the host says of itself
//! A kind what            a piece that is asked, in order; B ends them
//! P n … E n              the answer to piece n
//! D path … d word        a folder, its entries between; s mode uid gid size time path, l path (is a link), o path
//! s … · x word path      what stands at a path, or why that is not told
//! F path |line… f word n content of a file; n bytes were seen of it
//! C what |line… c word   what a command said, and its exit status
//! Z                      the end
//! ```

use jiff::Timestamp;

use super::asked::{Asked, Kind, parent};
use super::bundle::{Bundle, Fault, Problem, entry};
use super::{ANSWER_FORMAT, MAX_ANSWER_BYTES, MAX_COMMAND_BYTES, MAX_FILE_BYTES};
use crate::model::{Entry, EntryKind, Output};

/// How many pieces an answer may name.
const MAX_PIECES: usize = 10_000;

/// Does a framed answer begin here?
pub fn is_answer(bytes: &[u8]) -> bool {
    bytes.starts_with(b"capdo/answer/")
}

impl Bundle {
    /// Reads a framed answer, as much of it as came. `at` is the auditor's clock.
    ///
    /// # Errors
    /// Where it is no answer, of another format, or too large. A cut answer is none: see [`Bundle::complete`].
    pub fn of_answer(bytes: &[u8], at: Timestamp) -> Result<Self, Problem> {
        if bytes.len() as u64 > MAX_ANSWER_BYTES {
            return Err(Problem::TooLarge(MAX_ANSWER_BYTES));
        }
        let mut lines = Lines { rest: bytes };
        let head = lines.next().map(lossy).unwrap_or_default();
        if !head.starts_with("capdo/answer/") {
            return Err(Problem::Foreign("its first line is no answer's".into()));
        }
        let (format, script) = head.split_once(' ').unwrap_or((&head, ""));
        if format != ANSWER_FORMAT {
            return Err(Problem::Version(format.to_owned()));
        }
        let mut bundle = Self::new(at, true, Vec::new());
        bundle.script = Some(script.to_owned()).filter(|s| !s.is_empty());
        let whole = header(&mut bundle, &mut lines).and_then(|()| body(&mut bundle, &mut lines));
        bundle.complete = whole.is_some() && bundle.asked.iter().all(|a| a.done);
        Ok(bundle)
    }
}

/// Lines that end; a last one without an end is cut and does not count.
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|b| *b == b'\n')?;
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line)
    }
}

fn lossy(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}

/// The sign of a line and what follows it.
fn split(line: &[u8]) -> Option<(u8, String)> {
    match line {
        [sign] => Some((*sign, String::new())),
        [sign, b' ', rest @ ..] => Some((*sign, lossy(rest))),
        _ => None,
    }
}

/// Everything before `B`. `None` where it was cut: nothing is known then of what was asked.
fn header(bundle: &mut Bundle, lines: &mut Lines<'_>) -> Option<()> {
    loop {
        let (sign, rest) = split(lines.next()?)?;
        match sign {
            b'H' => {
                let (key, value) = rest.split_once(' ')?;
                let host = &mut bundle.host;
                match key {
                    "name" => host.name = Some(value.to_owned()),
                    "kernel" => host.kernel = Some(value.to_owned()),
                    "clock" => host.clock = value.parse().ok(),
                    "uid" => host.uid = value.parse().ok(),
                    _ => {}
                }
            }
            b'A' if bundle.asked.len() < MAX_PIECES => {
                let (kind, what) = rest.split_once(' ')?;
                let kind = match kind {
                    "file" => Kind::File,
                    "folder" => Kind::Folder,
                    "stat" => Kind::Stat,
                    "command" => Kind::Command,
                    _ => return None,
                };
                bundle.asked.push(Asked::new(kind, what));
            }
            b'B' => return Some(()),
            _ => return None,
        }
    }
}

/// The pieces and the end; `None` where it was cut or does not fit.
fn body(bundle: &mut Bundle, lines: &mut Lines<'_>) -> Option<()> {
    let mut reading: Option<usize> = None;
    loop {
        let (sign, rest) = split(lines.next()?)?;
        match (sign, reading) {
            (b'Z', None) => return Some(()),
            (b'P', None) => {
                let piece: usize = rest.parse().ok()?;
                bundle.asked.get(piece)?;
                reading = Some(piece);
            }
            (b'E', Some(piece)) if rest == piece.to_string() => {
                bundle.finish(piece);
                reading = None;
            }
            (_, Some(piece)) => record(bundle, lines, piece, sign, &rest)?,
            (_, None) => return None,
        }
    }
}

/// One record of a piece. What the piece does not name is read and not kept.
fn record(
    bundle: &mut Bundle,
    lines: &mut Lines<'_>,
    piece: usize,
    sign: u8,
    rest: &str,
) -> Option<()> {
    let asked = bundle.asked.get(piece)?.clone();
    match sign {
        b's' => {
            let (path, found) = stat(rest)?;
            if asked.stats(&path) {
                bundle.put_stat(&path, Ok(found));
            }
        }
        b'x' => {
            let (word, path) = rest.split_once(' ')?;
            let found = fault(word)?;
            if asked.stats(path) {
                bundle.put_stat(path, Err(found));
            }
        }
        b'D' => {
            let (found, broken) = folder(lines, rest)?;
            if asked.lists(rest) {
                bundle.put_folder(rest, found);
                for (path, fault) in broken {
                    bundle.put_stat(&path, Err(fault));
                }
            }
        }
        b'F' => {
            let (bytes, end) = content(lines, b'f')?;
            let found = file(bundle, rest, bytes, &end)?;
            if asked.reads(rest) {
                bundle.put_file(rest, found);
            }
        }
        b'C' => {
            let (bytes, end) = content(lines, b'c')?;
            let found = said(bytes, &end)?;
            if asked.runs(rest) {
                bundle.put_command(rest, found);
            }
        }
        _ => return None,
    }
    Some(())
}

/// `|` lines up to the closing one, and what that says.
fn content(lines: &mut Lines<'_>, close: u8) -> Option<(Vec<u8>, String)> {
    let mut bytes = Vec::new();
    loop {
        match lines.next()? {
            [b'|', line @ ..] => {
                bytes.extend_from_slice(line);
                bytes.push(b'\n');
            }
            line => {
                let (sign, rest) = split(line)?;
                return (sign == close).then_some((bytes, rest));
            }
        }
    }
}

fn file(bundle: &Bundle, path: &str, bytes: Vec<u8>, end: &str) -> Option<Result<Vec<u8>, Fault>> {
    let Some(seen) = end.strip_prefix("ok ") else {
        return Some(Err(fault(end)?));
    };
    let seen: u64 = seen.parse().ok()?;
    let size = size_of(bundle, path);
    // Files of /proc have no size. The last line may have no end, which counts as one all the same.
    let whole = size.is_none_or(|size| size == 0 || size == seen || size + 1 == seen);
    Some(if whole {
        Ok(bytes)
    } else {
        Err(Fault::Unreadable(
            "binary, or changed while it was read".into(),
        ))
    })
}

/// The size of a file as it was told.
fn size_of(bundle: &Bundle, path: &str) -> Option<u64> {
    if let Some(Ok(entry)) = bundle.stats.get(path) {
        return Some(entry.size);
    }
    let entries = bundle.folders.get(parent(path)?)?.as_ref().ok()?;
    let name = path.rsplit('/').next()?;
    entries.iter().find(|e| e.name == name).map(|e| e.size)
}

fn said(bytes: Vec<u8>, end: &str) -> Option<Result<Output, Fault>> {
    if bytes.len() as u64 > MAX_COMMAND_BYTES {
        return Some(Err(Fault::TooLarge(MAX_COMMAND_BYTES)));
    }
    Some(match end.parse::<i32>() {
        // What timeout(1) of GNU and of busybox, and our own watch, leave behind.
        Ok(124 | 137 | 143) => Err(Fault::TimedOut),
        Ok(status) => Ok(Output {
            status,
            stdout: bytes,
        }),
        Err(_) => Err(fault(end)?),
    })
}

fn fault(word: &str) -> Option<Fault> {
    Some(match word {
        "missing" => Fault::Missing,
        "unreadable" => Fault::denied(),
        "loop" => Fault::Links,
        "wrong-kind" => Fault::WrongKind,
        "too-large" => Fault::TooLarge(MAX_FILE_BYTES),
        "refused" => Fault::Refused("the right was not given".into()),
        "foreign-link" => Fault::Refused("the link belongs to another account".into()),
        "timeout" => Fault::TimedOut,
        _ => return None,
    })
}

type Listing = (Result<Vec<Entry>, Fault>, Vec<(String, Fault)>);

/// The entries of a folder, and those of them whose kind could not be told.
fn folder(lines: &mut Lines<'_>, path: &str) -> Option<Listing> {
    let (mut entries, mut links, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    let inside = |p: &str| {
        parent(p) == Some(path.trim_end_matches('/')) || (path == "/" && parent(p) == Some("/"))
    };
    loop {
        let (sign, rest) = split(lines.next()?)?;
        match sign {
            b's' => {
                let (at, found) = stat(&rest)?;
                if inside(&at) {
                    entries.push(found);
                }
            }
            b'l' => links.push(name_of(&rest)),
            b'o' if inside(&rest) => entries.push(entry(&rest, EntryKind::Other)),
            b'o' => {}
            b'x' => {
                let (word, at) = rest.split_once(' ')?;
                let fault = fault(word)?;
                if inside(at) {
                    broken.push((at.to_owned(), fault));
                }
            }
            b'd' if rest == "ok" => {
                links.sort();
                for entry in &mut entries {
                    entry.link = links.binary_search(&entry.name).is_ok();
                }
                return Some((Ok(entries), broken));
            }
            b'd' => return Some((Err(fault(&rest)?), Vec::new())),
            _ => return None,
        }
    }
}

fn name_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// `mode uid gid size time path`; the mode as `stat -c %f` or as `ls -l` writes it.
fn stat(rest: &str) -> Option<(String, Entry)> {
    let mut words = rest.splitn(6, ' ');
    let (kind, mode) = mode(words.next()?)?;
    let uid = words.next()?.parse().ok()?;
    let gid = words.next()?.parse().ok()?;
    let size = words.next()?.parse().ok()?;
    let _time = words.next()?;
    let path = words.next()?;
    let found = Entry {
        mode,
        uid,
        gid,
        size,
        ..entry(path, kind)
    };
    Some((path.to_owned(), found))
}

fn mode(word: &str) -> Option<(EntryKind, u32)> {
    if word.len() < 10 {
        let raw = u32::from_str_radix(word, 16).ok()?;
        let kind = match raw & 0o170_000 {
            0o100_000 => EntryKind::File,
            0o040_000 => EntryKind::Folder,
            _ => EntryKind::Other,
        };
        return Some((kind, raw & 0o7777));
    }
    let kind = match word.as_bytes().first()? {
        b'-' => EntryKind::File,
        b'd' => EntryKind::Folder,
        b'b' | b'c' | b'l' | b'p' | b's' => EntryKind::Other,
        _ => return None,
    };
    let letters = word.as_bytes().get(1..10)?;
    let mut bits = 0;
    for (at, letter) in letters.iter().enumerate() {
        let special = 0o4000 >> (at / 3);
        match (at % 3, letter) {
            (_, b'-') => {}
            (0, b'r') | (1, b'w') | (2, b'x') => bits |= 0o400 >> at,
            (2, b's' | b't') => bits |= (0o400 >> at) | special,
            (2, b'S' | b'T') => bits |= special,
            _ => return None,
        }
    }
    Some((kind, bits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Source;

    fn at() -> Timestamp {
        "2026-11-23T00:00:00Z".parse().unwrap()
    }

    const WHOLE: &str = "capdo/answer/1 abc
H clock 1795392000
H name web-01
A file /etc/a.d/*.conf
A file /etc/one
A command /usr/bin/true x
B
P 0
D /etc/a.d
l /etc/a.d/x.conf
s 81a4 0 0 3 1700000000 /etc/a.d/x.conf
s drwxr-xr-x 1 2 4096 - /etc/a.d/a folder
o /etc/a.d/gone
x missing /etc/a.d/gone
d ok
F /etc/a.d/x.conf
|a
|
f ok 3
E 0
P 1
x unreadable /etc/one
E 1
P 2
C /usr/bin/true x
|said
c 3
E 2
Z
";

    #[test]
    fn a_whole_answer_is_read() {
        let bundle = Bundle::of_answer(WHOLE.as_bytes(), at()).unwrap();
        assert!(bundle.complete);
        assert_eq!(bundle.script.as_deref(), Some("abc"));
        assert_eq!(bundle.host.name.as_deref(), Some("web-01"));
        assert_eq!(bundle.read("/etc/a.d/x.conf", 99).unwrap(), b"a\n\n");
        let entries = bundle.list("/etc/a.d").unwrap();
        let shown: Vec<_> = entries
            .iter()
            .map(|e| (e.name.as_str(), e.kind, e.mode, e.link))
            .collect();
        assert_eq!(
            shown,
            [
                ("a folder", EntryKind::Folder, 0o755, false),
                ("gone", EntryKind::Other, 0, false),
                ("x.conf", EntryKind::File, 0o644, true),
            ]
        );
        assert!(bundle.stat("/etc/a.d/gone").unwrap_err().is_missing());
        assert_eq!(bundle.read("/etc/one", 9).unwrap_err().code(), "unreadable");
        assert_eq!(bundle.faults().len(), 1);
    }

    #[test]
    fn a_cut_answer_loses_and_never_misses() {
        for end in 0..WHOLE.len() {
            let Ok(bundle) = Bundle::of_answer(&WHOLE.as_bytes()[..end], at()) else {
                continue;
            };
            assert!(!bundle.complete, "{end}");
            for found in [
                bundle.read("/etc/one", 9),
                bundle.read("/etc/a.d/y.conf", 9),
            ] {
                let code = found.unwrap_err().code();
                let known = &WHOLE[..end];
                let may = match code {
                    "missing" => known.contains("d ok\n"),
                    "unreadable" => known.contains("x unreadable /etc/one\n"),
                    other => ["connection-lost", "not-collected"].contains(&other),
                };
                assert!(may, "{end}: {code}");
            }
        }
    }

    #[test]
    fn what_changed_or_was_not_seen_whole_is_no_content() {
        let text = WHOLE.replace("f ok 3", "f ok 2");
        let bundle = Bundle::of_answer(text.as_bytes(), at()).unwrap();
        let error = bundle.read("/etc/a.d/x.conf", 99).unwrap_err();
        assert_eq!(error.code(), "unreadable");
        assert_eq!(mode("-rwsr-Sr-t"), Some((EntryKind::File, 0o7745)));
        assert_eq!(mode("81ed"), Some((EntryKind::File, 0o755)));
        assert_eq!(mode("-rwzr-xr-x"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..400), at_byte in 0usize..400) {
            let mut all = WHOLE.as_bytes().to_vec();
            let at_byte = at_byte.min(all.len());
            all.splice(at_byte..at_byte, bytes.iter().copied());
            let _ = Bundle::of_answer(&all, at());
            let _ = Bundle::of_answer(&bytes, at());
        }
    }
}
