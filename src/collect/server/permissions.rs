//! Who may read and write the files that a host's safety hangs on: accounts, passwords, keys, sudo, cron, the boot loader.
//!
//! Each group of files is one list of those that give more than they should; where a file could not be asked, or the root
//! is a copy that lost its owners, the list is not whole and nothing passes by it.

use super::host::{Host, reason};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Entry, EntryKind, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::accounts;

/// Files of one kind, and the most that they may give.
struct Kind {
    fact: &'static str,
    paths: &'static [&'static str],
    /// Bits that no file of the group may have.
    never: u32,
    /// Groups besides root that may have what the group bits give.
    groups: &'static [&'static str],
    /// Must root own it?
    root: bool,
    /// May folders stand among the paths?
    folders: bool,
}

const KINDS: [Kind; 9] = [
    Kind {
        fact: "accounts.loose",
        paths: &["/etc/passwd", "/etc/group", "/etc/passwd-", "/etc/group-"],
        never: 0o133,
        groups: &[],
        root: true,
        folders: false,
    },
    Kind {
        fact: "shadow.loose",
        paths: &["/etc/shadow", "/etc/gshadow"],
        never: 0o137,
        groups: &["shadow"],
        root: true,
        folders: false,
    },
    Kind {
        fact: "shadow_copies.loose",
        paths: &["/etc/shadow-", "/etc/gshadow-"],
        never: 0o137,
        groups: &["shadow"],
        root: true,
        folders: false,
    },
    Kind {
        fact: "sudo.loose",
        paths: &["/etc/sudoers", "/etc/sudoers.d", "/etc/sudoers.d/*"],
        never: 0o022,
        groups: &[],
        root: true,
        folders: true,
    },
    Kind {
        fact: "ssh_keys.loose",
        paths: &["/etc/ssh/ssh_host_*_key"],
        never: 0o137,
        groups: &["ssh_keys"],
        root: true,
        folders: false,
    },
    Kind {
        fact: "sshd.loose",
        paths: &[
            "/etc/ssh/sshd_config",
            "/etc/ssh/sshd_config.d",
            "/etc/ssh/sshd_config.d/*.conf",
        ],
        never: 0o022,
        groups: &[],
        root: true,
        folders: true,
    },
    Kind {
        fact: "cron.loose",
        paths: &[
            "/etc/crontab",
            "/etc/anacrontab",
            "/etc/cron.d",
            "/etc/cron.hourly",
            "/etc/cron.daily",
            "/etc/cron.weekly",
            "/etc/cron.monthly",
            "/etc/cron.d/*",
            "/etc/cron.hourly/*",
            "/etc/cron.daily/*",
            "/etc/cron.weekly/*",
            "/etc/cron.monthly/*",
        ],
        never: 0o022,
        groups: &[],
        root: true,
        folders: true,
    },
    Kind {
        fact: "private_keys.loose",
        paths: &[
            "/etc/ssl/private/*",
            "/etc/pki/tls/private/*",
            "/etc/letsencrypt/archive/*/privkey*.pem",
            "/etc/nginx/*.key",
            "/etc/nginx/ssl/*.key",
            "/etc/apache2/ssl/*.key",
            "/etc/httpd/ssl/*.key",
            "/root/.ssh/id_*",
        ],
        never: 0o137,
        groups: &["*"],
        root: false,
        folders: true,
    },
    Kind {
        fact: "boot.loose",
        paths: &[
            "/boot/grub/grub.cfg",
            "/boot/grub2/grub.cfg",
            "/boot/grub2/user.cfg",
            "/boot/grub/grubenv",
        ],
        never: 0o177,
        groups: &[],
        root: true,
        folders: false,
    },
];

/// What this part reads: rights and owners, no content but that of the groups' numbers, which the accounts are read for.
pub(super) const PIECES: &[Piece] = &[
    Piece {
        what: What::File {
            path: "/etc/group",
            keep: Keep::Reduced(Reduction::Group),
        },
        serves: &["permissions"],
    },
    stat("/etc"),
    stat("/etc/passwd"),
    stat("/etc/group"),
    stat("/etc/passwd-"),
    stat("/etc/group-"),
    stat("/etc/shadow"),
    stat("/etc/gshadow"),
    stat("/etc/shadow-"),
    stat("/etc/gshadow-"),
    stat("/etc/sudoers"),
    stat("/etc/sudoers.d"),
    folder("/etc/sudoers.d"),
    folder("/etc/ssh"),
    stat("/etc/ssh/sshd_config"),
    stat("/etc/ssh/sshd_config.d"),
    folder("/etc/ssh/sshd_config.d"),
    stat("/etc/crontab"),
    stat("/etc/anacrontab"),
    stat("/etc/cron.d"),
    stat("/etc/cron.hourly"),
    stat("/etc/cron.daily"),
    stat("/etc/cron.weekly"),
    stat("/etc/cron.monthly"),
    folder("/etc/cron.d"),
    folder("/etc/cron.hourly"),
    folder("/etc/cron.daily"),
    folder("/etc/cron.weekly"),
    folder("/etc/cron.monthly"),
    folder("/etc/ssl/private"),
    folder("/etc/pki/tls/private"),
    folder("/etc/letsencrypt/archive"),
    folder("/etc/letsencrypt/archive/*"),
    folder("/etc/nginx"),
    folder("/etc/nginx/ssl"),
    folder("/etc/apache2/ssl"),
    folder("/etc/httpd/ssl"),
    folder("/root/.ssh"),
    stat("/boot/grub/grub.cfg"),
    stat("/boot/grub2/grub.cfg"),
    stat("/boot/grub2/user.cfg"),
    stat("/boot/grub/grubenv"),
];

const fn stat(path: &'static str) -> Piece {
    Piece {
        what: What::Stat(path),
        serves: &["permissions"],
    }
}

const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
        serves: &["permissions"],
    }
}

/// Collects the subject type `permissions`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let etc = match host.entry("/etc") {
        Ok(entry) => entry,
        Err(e) => {
            out.saw("permissions", Seen::Not(reason(&e)));
            return;
        }
    };
    // In a copy that was made without its owners, an owner proves nothing.
    let owners = etc.uid == 0;
    let groups = host.text("/etc/group").map(|text| accounts::group(&text).0);
    let mut subject = Subject::new("permissions", "permissions");
    for kind in &KINDS {
        let numbers = groups.as_ref().map(|all| {
            let of = |name: &str| kind.groups.contains(&name);
            let own = all.iter().filter(|g| of(&g.name)).map(|g| g.gid);
            own.collect::<Vec<i64>>()
        });
        let (value, first) = loose(host, kind, &numbers.map_err(Clone::clone), owners);
        let place =
            first.unwrap_or_else(|| kind.paths.first().map_or(String::new(), |p| (*p).into()));
        subject.put(Fact::derived(kind.fact, value).at(Place::new(place, 0)));
    }
    out.subjects.push(subject);
    out.saw("permissions", Seen::Whole);
}

/// The files of a kind that give too much, and the first of them.
fn loose(
    host: &Host<'_>,
    kind: &Kind,
    groups: &Result<Vec<i64>, SourceError>,
    owners: bool,
) -> (Value, Option<String>) {
    let (mut found, mut first, mut there) = (Vec::new(), None, false);
    let mut hidden: Option<SourceError> = None;
    for pattern in kind.paths {
        let paths = match host.glob(pattern) {
            Ok(paths) => paths,
            Err(e) => {
                hidden.get_or_insert(e);
                continue;
            }
        };
        for path in paths {
            let entry = match host.entry(&path) {
                Ok(entry) => entry,
                Err(e) if e.is_missing() => continue,
                Err(e) => {
                    hidden.get_or_insert(e);
                    continue;
                }
            };
            // Certificates and keys that anybody may have stand beside the private ones.
            if path.ends_with(".pub") || path.ends_with(".crt") || path.ends_with("README") {
                continue;
            }
            there = true;
            // A folder where a file should stand: the rights of the file cannot be seen.
            if entry.kind == EntryKind::Folder && !kind.folders {
                let wrong = SourceError::WrongKind(path.clone(), "a folder");
                hidden.get_or_insert(wrong);
                continue;
            }
            // Whose number a group has cannot be told without the file of groups.
            let known: &[i64] = match groups {
                Ok(known) => known,
                Err(e) if entry.gid != 0 && !kind.groups.is_empty() => {
                    hidden.get_or_insert_with(|| e.clone());
                    &[]
                }
                Err(_) => &[],
            };
            let groupless = groups.is_err() && entry.gid != 0;
            if let Some(why) = too_much(&entry, kind, known, owners && !groupless) {
                first.get_or_insert_with(|| path.clone());
                found.push(Value::Text(format!("{path}: {why}")));
            }
        }
    }
    let value = match hidden {
        Some(_) if !found.is_empty() => Value::partial_list(found),
        Some(e) => super::host::unseen(&e),
        None if !there => Value::unseen("not_applicable", kind.paths.join(", ")),
        // Rights are seen, owners are not.
        None if !owners => Value::partial_list(found),
        None => Value::list(found),
    };
    (value, first)
}

/// What a file gives that it should not.
fn too_much(entry: &Entry, kind: &Kind, groups: &[i64], owners: bool) -> Option<String> {
    // A folder is entered by its x bits.
    let never = if entry.kind == EntryKind::Folder {
        kind.never & 0o022
    } else {
        kind.never
    };
    // What others may run is no danger here, only what they may read and write.
    let never = never & !0o111;
    if entry.mode & never != 0 {
        return Some(format!("mode {:04o}", entry.mode));
    }
    if !owners {
        return None;
    }
    if kind.root && entry.uid != 0 {
        return Some(format!("owner {}", entry.uid));
    }
    let group = i64::from(entry.gid);
    let read = entry.mode & 0o040 != 0 && kind.never & 0o004 != 0;
    let known = group == 0 || groups.contains(&group) || kind.groups == ["*"];
    (read && !known).then(|| format!("group {group} reads it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_gives_is_measured() {
        let entry = |mode, uid, gid| Entry {
            name: "x".into(),
            kind: EntryKind::File,
            mode,
            uid,
            gid,
            size: 1,
            link: false,
        };
        let shadow = &KINDS[1];
        assert_eq!(too_much(&entry(0o640, 0, 42), shadow, &[42], true), None);
        assert!(too_much(&entry(0o640, 0, 43), shadow, &[42], true).is_some());
        assert!(too_much(&entry(0o644, 0, 0), shadow, &[42], true).is_some());
        assert!(too_much(&entry(0o600, 5, 0), shadow, &[42], true).is_some());
        assert_eq!(too_much(&entry(0o600, 5, 0), shadow, &[42], false), None);
        assert!(too_much(&entry(0o644, 0, 0), &KINDS[8], &[], true).is_some());
        assert_eq!(too_much(&entry(0o644, 0, 0), &KINDS[0], &[], true), None);
        assert!(too_much(&entry(0o664, 0, 0), &KINDS[0], &[], true).is_some());
    }
}
