//! The whole tree of files: what anybody may write, what has no owner, what runs with the rights of another.
//!
//! A root is walked under caps, a live host is asked by one constant `find`. What was not walked leaves the lists open.

use std::collections::BTreeSet;

use super::host::{Host, reason};
use super::plan::{Piece, What};
use crate::model::{Collected, Command, EntryKind, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::accounts;

const EXPECTED: &str = include_str!("../../../rules/data/setuid.txt");

/// How many entries are looked at, and how deep.
const MAX_ENTRIES: usize = 500_000;
const MAX_DEPTH: usize = 40;
/// How many findings of a kind are named.
const MAX_NAMED: usize = 200;

/// Not files of the host itself: the kernel's, and the insides of containers.
const SKIPPED: [&str; 7] = [
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/containerd",
];

const FIND: Command = Command {
    id: "files-rights",
    argv: &[
        "/usr/bin/find",
        "/",
        "(",
        "-path",
        "/proc",
        "-o",
        "-path",
        "/sys",
        "-o",
        "-path",
        "/dev",
        "-o",
        "-path",
        "/run",
        "-o",
        "-path",
        "/var/lib/docker",
        "-o",
        "-path",
        "/var/lib/containers",
        "-o",
        "-path",
        "/var/lib/containerd",
        "-o",
        "-fstype",
        "nfs",
        "-o",
        "-fstype",
        "nfs4",
        "-o",
        "-fstype",
        "cifs",
        "-o",
        "-fstype",
        "autofs",
        ")",
        "-prune",
        "-o",
        // Root is always there; each other owner is looked up anew, which costs more than all the rest.
        "(",
        "!",
        "-uid",
        "0",
        "-nouser",
        "-o",
        "!",
        "-gid",
        "0",
        "-nogroup",
        ")",
        "-printf",
        "unowned %y %m %p\\n",
        "-o",
        "!",
        "-type",
        "l",
        "(",
        "-perm",
        "-0002",
        "-o",
        "-type",
        "f",
        "-perm",
        "/6000",
        ")",
        "-printf",
        "rights %y %m %p\\n",
    ],
    root: true,
};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[Piece {
    what: What::Command(&FIND),
    serves: &["files"],
}];

/// What was found.
#[derive(Default)]
struct Found {
    writable: Vec<String>,
    unsticky: Vec<String>,
    unowned: Vec<String>,
    setuid: Vec<String>,
    /// Why these are not all.
    open: Option<String>,
    looked: usize,
}

impl Found {
    fn take(&mut self, path: &str, folder: bool, file: bool, mode: u32) {
        if mode & 0o002 != 0 && file {
            self.writable.push(path.to_owned());
        }
        if mode & 0o002 != 0 && folder && mode & 0o1000 == 0 {
            self.unsticky.push(path.to_owned());
        }
        if mode & 0o6000 != 0 && file && !expected(path) {
            self.setuid.push(format!("{path}: {mode:04o}"));
        }
    }
}

/// Is this program known to run with the rights of another, as its distribution ships it?
fn expected(path: &str) -> bool {
    EXPECTED
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(str::split_whitespace)
        .any(|known| known == path || known.strip_prefix("/usr") == Some(path))
}

/// Collects the subject type `files`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let (found, place) = match host.output(&FIND) {
        // 1: something was not let in; what was said before holds.
        Ok(output) if output.status <= 1 => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut found = of_find(&text);
            if output.status == 1 {
                found.open = Some("find could not look everywhere".into());
            }
            (found, FIND.shown())
        }
        Ok(output) => {
            let error = SourceError::Failed(FIND.shown(), output.status);
            out.saw("files", Seen::Not(reason(&error)));
            return;
        }
        Err(SourceError::NotLive(_)) => (walk(host), "/".to_owned()),
        Err(e) => {
            out.saw("files", Seen::Not(reason(&e)));
            return;
        }
    };
    let mut subject = Subject::new("files", "files");
    let open = found.open;
    for (path, all) in [
        ("world_writable", found.writable),
        ("folders.unsticky", found.unsticky),
        ("unowned", found.unowned),
        ("setuid.unknown", found.setuid),
    ] {
        let cut = all.len() > MAX_NAMED;
        let items = all.into_iter().take(MAX_NAMED).map(Value::Text);
        let value = match &open {
            Some(why) if items.len() == 0 => Value::unseen("incomplete-list", why.clone()),
            None if !cut => Value::list(items),
            _ => Value::partial_list(items),
        };
        subject.put(Fact::derived(path, value).at(Place::new(place.clone(), 0)));
    }
    out.subjects.push(subject);
    out.saw("files", Seen::Whole);
}

fn of_find(text: &str) -> Found {
    let mut found = Found::default();
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(tag), Some(kind), Some(mode), Some(path)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let mode = u32::from_str_radix(mode, 8).unwrap_or(0);
        if tag == "unowned" {
            found.unowned.push(path.to_owned());
        }
        found.take(path, kind == "d", kind == "f", mode);
    }
    found
}

/// Walks a root of files.
fn walk(host: &mut Host<'_>) -> Found {
    let mut found = Found::default();
    let users = ids(host.text("/etc/passwd"), |t| {
        accounts::passwd(t).0.iter().map(|u| u.uid).collect()
    });
    let groups = ids(host.text("/etc/group"), |t| {
        accounts::group(t).0.iter().map(|g| g.gid).collect()
    });
    // In a copy that was made without its owners, an owner proves nothing; nor does one where names come from elsewhere.
    let owners = host.entry("/etc").is_ok_and(|e| e.uid == 0);
    let mut todo = vec![(String::from("/"), 0usize)];
    while let Some((folder, depth)) = todo.pop() {
        let entries = match host.listing(&folder) {
            Ok(entries) => entries,
            Err(e) => {
                found.open.get_or_insert(e.to_string());
                continue;
            }
        };
        for entry in entries {
            if entry.link {
                continue;
            }
            let path = format!("{}/{}", folder.trim_end_matches('/'), entry.name);
            if SKIPPED.contains(&path.as_str()) {
                continue;
            }
            found.looked += 1;
            let (is_folder, is_file) = (
                entry.kind == EntryKind::Folder,
                entry.kind == EntryKind::File,
            );
            found.take(&path, is_folder, is_file, entry.mode);
            let known = |ids: &Option<BTreeSet<i64>>, id: u32| {
                ids.as_ref().is_none_or(|all| all.contains(&i64::from(id)))
            };
            if owners && !(known(&users, entry.uid) && known(&groups, entry.gid)) {
                found.unowned.push(path.clone());
            }
            if is_folder && depth < MAX_DEPTH {
                todo.push((path, depth + 1));
            } else if is_folder {
                found.open.get_or_insert(format!("{path}: too deep"));
            }
        }
        if found.looked > MAX_ENTRIES {
            found
                .open
                .get_or_insert(format!("more than {MAX_ENTRIES} files"));
            break;
        }
    }
    if !owners || users.is_none() || groups.is_none() {
        found
            .open
            .get_or_insert("owners are not those of the host".into());
    }
    for all in [
        &mut found.writable,
        &mut found.unsticky,
        &mut found.unowned,
        &mut found.setuid,
    ] {
        all.sort();
    }
    found
}

fn ids(
    text: Result<String, SourceError>,
    of: impl Fn(&str) -> BTreeSet<i64>,
) -> Option<BTreeSet<i64>> {
    text.ok().map(|t| of(&t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_find_are_sorted_by_what_they_say() {
        let found = of_find(
            "rights f 4755 /usr/bin/passwd\nrights f 4755 /opt/a b/root\nrights d 0777 /srv/up\nrights d 1777 /tmp\nrights f 0666 /srv/x\nunowned f 0644 /srv/y\nrights s 0777 /srv/sock\nrights f 4755 /bin/su\n",
        );
        assert_eq!(found.setuid, ["/opt/a b/root: 4755"]);
        assert_eq!(found.unsticky, ["/srv/up"]);
        assert_eq!(found.writable, ["/srv/x"]);
        assert_eq!(found.unowned, ["/srv/y"]);
    }
}
