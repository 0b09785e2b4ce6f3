//! The lock of the screen of GNOME: what the system's dconf databases set, and whether people may change it.
//!
//! A host without GNOME's login has no screen that this could be asked of; other desktops are not read.

use super::host::{Host, derived, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::numbered;
use crate::parse::keyword::pairs::{self, Pair};

const DCONF: &str = "/etc/dconf/db";
const KEYS: &[&str] = &["idle-delay", "lock-enabled", "lock-delay"];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    folder(DCONF),
    folder("/etc/dconf/db/*.d"),
    folder("/etc/dconf/db/*.d/locks"),
    lines("/etc/dconf/db/*.d/*", KEYS),
    lines("/etc/dconf/db/*.d/locks/*", &["/org/gnome/desktop/"]),
];

const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
        serves: &["screen"],
    }
}

const fn lines(path: &'static str, words: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(words),
        },
        serves: &["screen"],
    }
}

/// Collects the subject type `screen`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    const GNOME: [&str; 3] = ["gdm3", "gdm", "gnome-shell"];
    const OTHERS: [&str; 4] = ["lightdm", "sddm", "xdm", "greetd"];
    match (host.has(&GNOME), host.has(&OTHERS)) {
        (Some(true), _) => {}
        (Some(false), Some(false)) => {
            out.saw(
                "screen",
                host.without("a desktop", &[&GNOME[..], &OTHERS].concat()),
            );
            return;
        }
        _ => {
            let why = crate::model::Reason::new("not-parsed", "only the screen of GNOME is read");
            out.saw("screen", Seen::Not(why));
            return;
        }
    }
    let mut subject = Subject::new("screen", "screen");
    match settings(host) {
        Ok(found) => put(&mut subject, &found),
        Err(e) => {
            for path in ["locks", "idle_seconds", "enforced"] {
                subject.put(Fact::derived(path, unseen(&e)));
            }
        }
    }
    out.subjects.push(subject);
    out.saw("screen", Seen::Whole);
}

/// What was found: settings with their files, keys that are locked.
struct Found {
    settings: Vec<(String, Pair)>,
    locked: Vec<String>,
}

/// All databases; of one its files in the order of their names.
fn settings(host: &mut Host<'_>) -> Result<Found, SourceError> {
    let mut found = Found {
        settings: Vec::new(),
        locked: Vec::new(),
    };
    for folder in host.names(DCONF)?.into_iter().filter(|n| n.ends_with(".d")) {
        let folder = format!("{DCONF}/{folder}");
        for name in host.names(&folder)?.into_iter().filter(|n| n != "locks") {
            let file = format!("{folder}/{name}");
            let text = host.optional(&file)?.unwrap_or_default();
            found
                .settings
                .extend(pairs::ini(&text).into_iter().map(|p| (file.clone(), p)));
        }
        for name in host.names(&format!("{folder}/locks"))? {
            let text = host
                .optional(&format!("{folder}/locks/{name}"))?
                .unwrap_or_default();
            found
                .locked
                .extend(numbered(&text).map(|(_, l)| l.trim().to_owned()));
        }
    }
    Ok(found)
}

fn put(subject: &mut Subject, found: &Found) {
    let of = |key: &str| found.settings.iter().rev().find(|(_, p)| p.key == key);
    // `uint32 900`; GNOME's own values: five minutes, locked at once.
    let seconds = |key: &str, own: i64| match of(key) {
        Some((_, p)) => p
            .value
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .parse::<i64>()
            .ok(),
        None => Some(own),
    };
    let bad = || Value::unseen("not-a-number", "a time of dconf");
    let (idle, delay) = (seconds("idle-delay", 300), seconds("lock-delay", 0));
    let enabled = of("lock-enabled").is_none_or(|(_, p)| p.value != "false");
    let locks = match idle {
        _ if !enabled => Value::Bool(false),
        Some(idle) => Value::Bool(idle > 0),
        None => bad(),
    };
    let total = match (&locks, idle, delay) {
        (Value::Bool(false), _, _) => Value::Absent,
        (_, Some(idle), Some(delay)) => Value::Int(idle.saturating_add(delay)),
        _ => bad(),
    };
    let places = ["lock-enabled", "idle-delay"]
        .map(|key| of(key).map_or((DCONF, 0), |(f, p)| (f.as_str(), p.line)));
    let [(file, line), (idle_file, idle_line)] = places;
    subject.put(derived("locks", locks, file, line));
    subject.put(derived("idle_seconds", total, idle_file, idle_line));
    let enforced = [
        "/org/gnome/desktop/session/idle-delay",
        "/org/gnome/desktop/screensaver/lock-enabled",
        "/org/gnome/desktop/screensaver/lock-delay",
    ]
    .iter()
    .all(|key| found.locked.iter().any(|l| l == key));
    subject.put(derived("enforced", enforced, DCONF, 0));
}
