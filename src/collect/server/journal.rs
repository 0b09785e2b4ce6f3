//! journald: does it write to disk, and for how long.

use super::host::{Host, set, unseen};
use crate::model::{Fact, SourceError, Subject, Value};
use crate::parse::keyword::pairs::{self, Pair};
use crate::parse::keyword::systemd_seconds;

const JOURNALD: &str = "/etc/systemd/journald.conf";

const DAY_SECONDS: i64 = 86_400;

/// What journald keeps.
pub(super) struct Journal {
    /// Is it installed?
    pub(super) runs: bool,
    /// Does it write to disk?
    pub(super) persistent: Value,
    /// Days kept.
    pub(super) days: Value,
    /// The line that says so.
    pub(super) place: (String, u32),
}

/// Reads journald's configuration and puts `journald.storage`.
pub(super) fn journald(host: &mut Host<'_>, subject: &mut Subject) -> Journal {
    let mut journal = Journal {
        runs: host.has(&["systemd"]).unwrap_or(false) || host.exists(JOURNALD) == Some(true),
        persistent: Value::Bool(false),
        days: Value::Int(0),
        place: (JOURNALD.to_owned(), 0),
    };
    let settings = match settings(host) {
        Ok(settings) => settings,
        Err(e) => {
            journal.persistent = unseen(&e);
            journal.days = unseen(&e);
            for path in ["storage", "forward", "seal", "compress"] {
                subject.put(Fact::derived(format!("journald.{path}"), unseen(&e)));
            }
            return journal;
        }
    };
    let last = |key: &str| {
        settings
            .iter()
            .rev()
            .find(|(_, p)| p.key == key && p.section == "Journal")
    };
    let storage = match last("Storage") {
        Some((file, pair)) => {
            journal.place = (file.clone(), pair.line);
            subject.put(set(
                "journald.storage",
                pair.value.as_str(),
                file,
                pair.line,
            ));
            pair.value.clone()
        }
        None => {
            subject.put(Fact::default_of("journald.storage", "auto"));
            "auto".to_owned()
        }
    };
    for (path, key, own) in [
        ("journald.forward", "ForwardToSyslog", true),
        ("journald.seal", "Seal", true),
        ("journald.compress", "Compress", true),
    ] {
        subject.put(match last(key) {
            Some((file, pair)) => set(path, is_yes(&pair.value), file, pair.line),
            None => Fact::default_of(path, own),
        });
    }
    journal.persistent = persistent(host, &storage, journal.runs);
    journal.days = match (&journal.persistent, last("MaxRetentionSec")) {
        // MaxRetentionSec only deletes: how long logs stay is told where room for them was set as well.
        (Value::Bool(true), Some((file, pair))) if last("SystemMaxUse").is_some() => {
            journal.place = (file.clone(), pair.line);
            match systemd_seconds(&pair.value) {
                Some(n) if n > 0 => Value::Int(n / DAY_SECONDS),
                Some(_) | None => bounded(),
            }
        }
        (Value::Bool(true), _) => bounded(),
        (Value::Unseen(why), _) => Value::Unseen(why.clone()),
        _other => Value::Int(0),
    };
    journal
}

fn persistent(host: &Host<'_>, storage: &str, runs: bool) -> Value {
    match storage {
        "persistent" => Value::Bool(runs),
        // `auto` keeps on disk where the folder is there.
        "auto" => match host.exists("/var/log/journal") {
            Some(there) => Value::Bool(there && runs),
            None => Value::unseen("unreadable", "/var/log/journal"),
        },
        _ => Value::Bool(false),
    }
}

/// Yes as systemd takes it; a size for `Compress=` means yes as well.
fn is_yes(value: &str) -> bool {
    !matches!(
        value.to_ascii_lowercase().as_str(),
        "no" | "false" | "off" | "0" | "n" | "f"
    )
}

fn bounded() -> Value {
    Value::unseen("bounded-by-size", "journald: bounded by size alone")
}

fn settings(host: &mut Host<'_>) -> Result<Vec<(String, Pair)>, SourceError> {
    let mut files = vec![JOURNALD.to_owned()];
    files.extend(host.drop_ins(
        &[
            "/etc/systemd/journald.conf.d",
            "/run/systemd/journald.conf.d",
            "/usr/lib/systemd/journald.conf.d",
        ],
        ".conf",
    )?);
    let mut all = Vec::new();
    for file in files {
        let pairs = pairs::ini(&host.optional(&file)?.unwrap_or_default());
        all.extend(pairs.into_iter().map(|p| (file.clone(), p)));
    }
    Ok(all)
}
