//! The operating system and how long its maker mends it.

use super::host::{Host, derived, reason, set};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Day, Fact, Seen, Subject, Value};
use crate::parse::keyword::pairs;

const SUPPORT: &str = include_str!("../../../rules/data/end-of-support.txt");
const FILES: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[file(FILES[0]), file(FILES[1])];

/// Names and addresses of the distribution, readable by all.
const fn file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Whole,
        },
        serves: &["host"],
    }
}

/// Collects the subject type `host`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut failed = None;
    for file in FILES {
        match host.text(file) {
            Ok(text) => {
                out.subjects.push(subject(&text, file, host.today));
                out.saw("host", Seen::Whole);
                return;
            }
            Err(e) => failed = failed.or(Some(e)),
        }
    }
    if let Some(e) = failed {
        out.saw("host", Seen::Not(reason(&e)));
    }
}

fn subject(text: &str, file: &str, today: Day) -> Subject {
    let pairs = pairs::equals(text);
    let mut subject = Subject::new("host", "host");
    for (key, path) in [
        ("ID", "id"),
        ("VERSION_ID", "version_id"),
        ("PRETTY_NAME", "name"),
    ] {
        match pairs::last(&pairs, key) {
            Some(pair) => subject.put(set(path, pair.value.as_str(), file, pair.line)),
            None => subject.put(Fact::derived(path, Value::Absent)),
        }
    }
    let get = |key| pairs::last(&pairs, key);
    let id = get("ID").map_or("", |p| p.value.as_str());
    let (version, line) = get("VERSION_ID").map_or(("", 0), |p| (p.value.as_str(), p.line));
    let (end, left) = match end_of_support(SUPPORT, id, version) {
        Some(end) => (Value::Day(end), Value::Int(end.days_since(today))),
        None => {
            let why = Value::unseen(
                "missing-fact",
                "the table of support ends does not name this system",
            );
            (why.clone(), why)
        }
    };
    subject.put(derived("end_of_support", end, file, line));
    subject.put(derived("support.days_left", left, file, line));
    subject
}

/// The last day of support in the table: the longest version that is the host's or its beginning.
fn end_of_support(table: &str, id: &str, version: &str) -> Option<Day> {
    table
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| {
            let mut words = l.split_whitespace();
            let (of, begins, day) = (words.next()?, words.next()?, words.next()?);
            let fits = version == begins || version.strip_prefix(begins)?.starts_with('.');
            (of == id && fits).then_some((begins.len(), Day::parse(day)?))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, day)| day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        for line in SUPPORT.lines().filter(|l| !l.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words.len(), 4, "{line}");
            assert!(Day::parse(words[2]).is_some(), "{line}");
        }
        let end = |id, version| end_of_support(SUPPORT, id, version).map(|d| d.to_string());
        assert_eq!(end("debian", "12").as_deref(), Some("2028-06-30"));
        assert_eq!(end("rhel", "8.10").as_deref(), Some("2029-05-31"));
        assert_eq!(end("debian", "1"), None);
        assert_eq!(end("rhel", "80"), None);
    }
}
