//! The operating system and how long its maker mends it.

use super::host::{Host, derived, reason, set, unseen};
use super::plan::{Keep, Piece, What};
use super::record::{Manager, Record};
use crate::model::{Collected, Command, Day, Fact, Seen, Subject, Value};
use crate::parse::keyword::{dpkg, pairs};

/// The kernel that runs.
const RUNNING: Command = Command {
    id: "kernel-running",
    argv: &["/usr/bin/uname", "-r"],
    root: false,
};
/// Stands there where an update waits for a restart.
const RESTART: &str = "/run/reboot-required";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    piece(What::File {
        path: FILES[0],
        keep: Keep::Whole,
    }),
    piece(What::File {
        path: FILES[1],
        keep: Keep::Whole,
    }),
    piece(What::Stat(RESTART)),
    piece(What::Command(&RUNNING)),
];

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["host"],
    }
}

const SUPPORT: &str = include_str!("../../../rules/data/end-of-support.txt");
const FILES: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// Collects the subject type `host`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut failed = None;
    for file in FILES {
        match host.text(file) {
            Ok(text) => {
                let mut subject = subject(&text, file, host.today);
                kernel(host, &mut subject);
                out.subjects.push(subject);
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
        ("ID_LIKE", "id_like"),
        ("VERSION_CODENAME", "codename"),
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

/// What distribution it is, for parts that depend on it.
pub(super) struct Release {
    /// The id in os-release.
    pub(super) id: String,
    /// The version.
    pub(super) version: String,
    /// The last day of its support.
    pub(super) end: Option<Day>,
}

/// The distribution; `None` where no file says it.
pub(super) fn release(host: &mut Host<'_>) -> Option<Release> {
    let text = FILES.iter().find_map(|file| host.text(file).ok())?;
    let pairs = pairs::equals(&text);
    let get = |key| pairs::last(&pairs, key).map(|p| p.value.clone());
    let (id, version) = (get("ID")?, get("VERSION_ID")?);
    let end = end_of_support(SUPPORT, &id, &version);
    Some(Release { id, version, end })
}

/// The newest kernel that is installed, the one that runs, and whether a restart waits.
fn kernel(host: &mut Host<'_>, subject: &mut Subject) {
    let place = host.record_place().to_owned();
    let running = match host.run(&RUNNING) {
        Ok(text) => Value::Text(text.trim().to_owned()),
        Err(e) => unseen(&e),
    };
    let now = if let Value::Text(name) = &running {
        name.as_str()
    } else {
        ""
    };
    let newest = match host.record() {
        Ok(record) => newest_kernel(record, now).map_or_else(
            // A container has none of its own.
            || Value::unseen("not_applicable", format!("{}: no kernel", record.place)),
            Value::Text,
        ),
        Err(e) => unseen(&e),
    };
    let asked = host.exists(RESTART);
    let pending = match (&newest, &running) {
        (_, Value::Text(_)) if asked == Some(true) => Value::Bool(true),
        // An update may have asked for a restart that the kernel does not show.
        (_, Value::Text(_)) if asked.is_none() => Value::unseen("unreadable", RESTART),
        (Value::Text(newest), Value::Text(running)) => Value::Bool(!is_kernel(running, newest)),
        (_, Value::Text(_)) => newest.clone(),
        _ => running.clone(),
    };
    subject.put(derived("kernel.newest", newest, &place, 0));
    let place = RUNNING.shown();
    subject.put(derived("kernel.running", running, &place, 0));
    subject.put(derived("restart.pending", pending, &place, 0));
}

/// Is it this kernel that runs? rpm's names end with the architecture.
fn is_kernel(running: &str, installed: &str) -> bool {
    running
        .strip_prefix(installed)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The newest kernel of the running one's kind, as `uname -r` would name it, on RHEL without the architecture.
fn newest_kernel(record: &Record, running: &str) -> Option<String> {
    match record.manager {
        Manager::Dpkg => {
            let names = record
                .every
                .iter()
                .filter_map(|p| p.name.strip_prefix("linux-image-"))
                .map(|n| n.strip_prefix("unsigned-").unwrap_or(n))
                .map(|n| n.strip_suffix("-unsigned").unwrap_or(n))
                .filter(|n| n.starts_with(|c: char| c.is_ascii_digit()) && !n.ends_with("-dbg"));
            // A cloud's kernel is not followed by a plain one.
            let kind = |n: &str| {
                n.trim_start_matches(|c: char| c.is_ascii_digit() || ".-".contains(c))
                    .to_owned()
            };
            let all: Vec<&str> = names.collect();
            let same: Vec<&&str> = all.iter().filter(|n| kind(n) == kind(running)).collect();
            let of = if same.is_empty() {
                all.iter().collect()
            } else {
                same
            };
            let newest = of.into_iter().max_by(|a, b| dpkg::compare(a, b));
            newest.map(|n| (*n).to_owned())
        }
        Manager::Rpm => {
            const NAMES: [&str; 6] = [
                "kernel-core",
                "kernel",
                "kernel-uek-core",
                "kernel-uek",
                "kernel-rt-core",
                "kernel-64k-core",
            ];
            let of = |name: &str| record.every.iter().rfind(|p| p.name == name);
            let runs = record
                .every
                .iter()
                .filter(|p| NAMES.contains(&p.name.as_str()))
                .find(|p| is_kernel(running, &p.version));
            let name = runs.map(|p| p.name.as_str());
            let newest = name
                .and_then(of)
                .or_else(|| NAMES.iter().find_map(|n| of(n)))?;
            Some(newest.version.clone())
        }
    }
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
