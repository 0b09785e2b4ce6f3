//! The files below `/var/log`: which of them others may read or change. Names, modes and owners only, no content.

use super::host::{Host, derived, unseen};
use super::plan::{Piece, What};
use crate::model::{Entry, EntryKind, List, SourceError, Subject, Value};

const FOLDER: &str = "/var/log";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[folder("/var/log"), folder("/var/log/*")];

const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
        serves: &["logging"],
    }
}

/// Logs of logins, of the system and of services hold accounts and addresses.
const SENSITIVE: [&str; 18] = [
    "auth.log",
    "secure",
    "syslog",
    "messages",
    "daemon.log",
    "user.log",
    "kern.log",
    "cron.log",
    "cron",
    "maillog",
    "mail.log",
    "btmp",
    "sudo.log",
    "audit.log",
    "debug",
    "access.log",
    "error.log",
    "postgresql.log",
];

/// Puts which logs are open to others.
pub(super) fn collect(host: &Host<'_>, subject: &mut Subject) {
    let (mut readable, mut writable) = (Vec::new(), Vec::new());
    let mut hidden: Option<SourceError> = None;
    let top = match host.entries(FOLDER) {
        Ok(entries) => entries,
        Err(e) => {
            subject.put(derived("dir.readable", unseen(&e), FOLDER, 0));
            subject.put(derived("dir.writable", unseen(&e), FOLDER, 0));
            return;
        }
    };
    let mut judge = |path: String, entry: &Entry, closed: bool| {
        if entry.link || closed {
            return;
        }
        if entry.kind == EntryKind::File && is_sensitive(&entry.name) && entry.mode & 0o004 != 0 {
            readable.push(Value::Text(path.clone()));
        }
        // Sticky folders let everybody write their own files alone; logs do not belong there either.
        if entry.mode & 0o002 != 0 {
            writable.push(Value::Text(path));
        }
    };
    for entry in &top {
        let path = format!("{FOLDER}/{}", entry.name);
        judge(path.clone(), entry, false);
        if entry.kind != EntryKind::Folder || entry.link {
            continue;
        }
        // Others cannot enter: what is in the folder is closed to them, whatever its own mode.
        let closed = entry.mode & 0o001 == 0;
        match host.entries(&path) {
            Ok(inner) => {
                for one in &inner {
                    judge(format!("{path}/{}", one.name), one, closed);
                }
            }
            Err(_) if closed => {}
            Err(e) => hidden = Some(e),
        }
    }
    let complete = hidden.is_none();
    for (name, items) in [("dir.readable", readable), ("dir.writable", writable)] {
        let list = Value::List(List { items, complete });
        subject.put(derived(name, list, FOLDER, 0));
    }
}

/// The name of a log without what rotation adds.
fn is_sensitive(name: &str) -> bool {
    SENSITIVE.iter().any(|log| {
        name.strip_prefix(log)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_logs_are_logs() {
        assert!(is_sensitive("auth.log.2.gz") && is_sensitive("secure-20261101"));
        assert!(!is_sensitive("dpkg.log") && !is_sensitive("lastlog"));
    }
}
