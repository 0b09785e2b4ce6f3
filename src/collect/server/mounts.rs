//! File systems: which parts of the tree are of their own, with which options, and whether data and swap are encrypted.
//!
//! fstab and `.mount` units say what will be after a restart, `findmnt` and `lsblk` what is now.

use super::drift;
use super::host::{Host, reason, texts, unseen};
use super::mountunits;
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Command, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::mounts::{self, Mount};

const FSTAB: &str = "/etc/fstab";
const CRYPTTAB: &str = "/etc/crypttab";
const MOUNTED: Command = Command {
    id: "mounts",
    argv: &[
        "/usr/bin/findmnt",
        "-rn",
        "-o",
        "SOURCE,TARGET,FSTYPE,OPTIONS",
    ],
    root: false,
};
const BLOCKS: Command = Command {
    id: "block-devices",
    argv: &["/usr/bin/lsblk", "-P", "-o", "NAME,TYPE,MOUNTPOINT,PKNAME"],
    root: false,
};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    // A mount of the network may have a password among its options.
    file(FSTAB, Keep::Reduced(Reduction::Masked)),
    file(CRYPTTAB, Keep::Reduced(Reduction::Masked)),
    piece(What::Stat("/var/lib/postgresql")),
    piece(What::Stat("/var/lib/pgsql")),
    piece(What::Stat("/var/lib/mysql")),
    piece(What::Stat("/var/lib/mongodb")),
    piece(What::Stat("/var/lib/mongo")),
    piece(What::Stat("/var/lib/redis")),
    piece(What::Command(&MOUNTED)),
    piece(What::Command(&BLOCKS)),
];

const fn file(path: &'static str, keep: Keep) -> Piece {
    piece(What::File { path, keep })
}

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["filesystems", "drift"],
    }
}

/// Parts that ought to be file systems of their own, besides `/tmp`.
const PARTS: [&str; 4] = ["/var", "/var/log", "/var/log/audit", "/home"];
/// Which options are looked for, and where.
const OPTIONS: [(&str, &str, &[&str]); 3] = [
    (
        "nodev",
        "nodev.missing",
        &["/tmp", "/var/tmp", "/dev/shm", "/home", "/var/log"],
    ),
    (
        "nosuid",
        "nosuid.missing",
        &["/tmp", "/var/tmp", "/dev/shm", "/home", "/var/log"],
    ),
    (
        "noexec",
        "noexec.missing",
        &["/tmp", "/var/tmp", "/dev/shm"],
    ),
];
/// Where servers of data keep them.
const DATA: [&str; 6] = [
    "/var/lib/postgresql",
    "/var/lib/pgsql",
    "/var/lib/mysql",
    "/var/lib/mongodb",
    "/var/lib/mongo",
    "/var/lib/redis",
];

/// Collects the subject type `filesystems`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let saved = table(host);
    let running = host.run(&MOUNTED).and_then(|text| {
        mounts::findmnt(&text)
            .ok_or_else(|| SourceError::Unreadable(MOUNTED.shown(), "lines of another form".into()))
    });
    let differences = match (&saved, &running) {
        (_, Err(e)) => Err(e.clone()),
        (Err(e), Ok(_)) => Err(e.clone()),
        (Ok(saved), Ok(running)) => Ok(compare(saved, running)),
    };
    drift::compare("filesystems", differences, out);
    let live = !matches!(running, Err(SourceError::NotLive(_)));
    if live {
        let mut now = Subject::new("filesystems", "filesystems@running");
        layout(&mut now, &running, &MOUNTED.shown());
        running_encryption(host, &mut now);
        out.subjects.push(now);
    }
    if let (Err(e), false) = (&saved, live) {
        out.saw("filesystems", Seen::Not(reason(e)));
        return;
    }
    let mut subject = Subject::new("filesystems", "filesystems");
    layout(&mut subject, &saved, FSTAB);
    saved_encryption(host, &mut subject, &saved);
    out.subjects.push(subject);
    out.saw("filesystems", Seen::Whole);
}

/// What will be mounted after a restart.
fn table(host: &mut Host<'_>) -> Result<Vec<Mount>, SourceError> {
    let bad = |why: &str| SourceError::Unreadable(FSTAB.into(), why.into());
    let text = host.text(FSTAB)?;
    let mut all = mounts::fstab(&text).ok_or_else(|| bad("a line of another form"))?;
    if !all.iter().any(|m| m.target == "/") {
        return Err(bad(
            "names no root file system, so it is not what the host uses",
        ));
    }
    all = mountunits::laid_over(host, all)?;
    let has = |all: &[Mount], at: &str| all.iter().any(|m| m.target == at);
    if !has(&all, "/dev/shm") {
        // systemd mounts it so where no line says otherwise.
        all.push(in_memory("/dev/shm", "nosuid,nodev"));
    }
    Ok(all)
}

fn in_memory(target: &str, options: &str) -> Mount {
    Mount {
        line: 0,
        source: "tmpfs".into(),
        target: target.into(),
        kind: "tmpfs".into(),
        options: options.split(',').map(str::to_owned).collect(),
    }
}

/// Which parts are of their own, and which options they lack.
fn layout(subject: &mut Subject, table: &Result<Vec<Mount>, SourceError>, place: &str) {
    let mut put = |path: &'static str, value: Value, line: u32| {
        subject.put(Fact::derived(path, value).at(Place::new(place.to_owned(), line)));
    };
    let all = match table {
        Ok(all) => all,
        Err(e) => {
            put("tmp.separate", unseen(e), 0);
            put("parts.joined", unseen(e), 0);
            OPTIONS.iter().for_each(|o| put(o.1, unseen(e), 0));
            return;
        }
    };
    // What is mounted by hand alone is not there after a restart.
    let by_hand = |m: &Mount| {
        let says = |word: &str| m.options.iter().any(|o| o == word);
        says("noauto") && !says("x-systemd.automount")
    };
    let find = |at: &str| all.iter().rev().find(|m| m.target == at && !by_hand(m));
    put(
        "tmp.separate",
        Value::Bool(find("/tmp").is_some()),
        find("/tmp").map_or(0, |m| m.line),
    );
    put(
        "parts.joined",
        texts(PARTS.into_iter().filter(|p| find(p).is_none())),
        0,
    );
    for (option, path, points) in OPTIONS {
        let own: Vec<&Mount> = points.iter().filter_map(|p| find(p)).collect();
        let without: Vec<&Mount> = own.iter().copied().filter(|m| !m.has(option)).collect();
        put(
            path,
            texts(without.iter().map(|m| m.target.as_str())),
            without.first().map_or(0, |m| m.line),
        );
    }
}

/// Options that the files give and the running host does not have, or the other way round.
fn compare(saved: &[Mount], running: &[Mount]) -> Vec<String> {
    let mut found = Vec::new();
    for mount in saved.iter().filter(|m| m.target.starts_with('/')) {
        let Some(now) = running.iter().rev().find(|m| m.target == mount.target) else {
            if !mount.options.iter().any(|o| o == "noauto") && mount.line > 0 {
                found.push(format!(
                    "{}: not mounted ({FSTAB}:{})",
                    mount.target, mount.line
                ));
            }
            continue;
        };
        for (option, ..) in OPTIONS {
            if mount.line > 0 && mount.has(option) != now.has(option) {
                let state = |on| if on { option } else { "-" };
                found.push(format!(
                    "{}: running {}, saved {} ({FSTAB}:{})",
                    mount.target,
                    state(now.has(option)),
                    state(mount.has(option)),
                    mount.line
                ));
            }
        }
    }
    found
}

/// The mount that holds a path.
fn holder<'a, T>(all: &'a [T], target: impl Fn(&T) -> &str, path: &str) -> Option<&'a T> {
    all.iter()
        .filter(|m| {
            let at = target(m);
            at == "/" || path == at || path.strip_prefix(at).is_some_and(|r| r.starts_with('/'))
        })
        .max_by_key(|m| target(m).len())
}

/// The folders of data that are there; not applicable where none is.
fn data(host: &Host<'_>) -> Result<Vec<&'static str>, Value> {
    let mut found = Vec::new();
    for path in DATA {
        match host.entry(path) {
            Ok(_) => found.push(path),
            Err(e) if e.is_missing() => {}
            Err(e) => return Err(unseen(&e)),
        }
    }
    if found.is_empty() {
        return Err(Value::unseen("not_applicable", DATA.join(", ")));
    }
    Ok(found)
}

/// Encryption as fstab and crypttab give it.
fn saved_encryption(
    host: &mut Host<'_>,
    subject: &mut Subject,
    table: &Result<Vec<Mount>, SourceError>,
) {
    let crypttab = host.optional(CRYPTTAB);
    let (data, swap) = match (table, &crypttab) {
        (Err(e), _) | (_, Err(e)) => (unseen(e), unseen(e)),
        (Ok(table), Ok(text)) => {
            let opened = mounts::crypttab(text.as_deref().unwrap_or_default());
            // ZFS encrypts by itself, or not: its files do not say.
            let of = |m: &Mount| match m.kind.as_str() {
                "zfs" => None,
                _ => on_crypt(&m.source, &opened),
            };
            let data = match data(host) {
                Err(why) => why,
                Ok(found) => listed(found.into_iter().map(|path| {
                    let mount = holder(table, |m: &Mount| &m.target, path);
                    (path.to_owned(), mount.and_then(of))
                })),
            };
            let mut swaps = table.iter().filter(|m| m.kind == "swap").peekable();
            let swap = if swaps.peek().is_none() {
                Value::unseen("not_applicable", format!("{FSTAB}: no swap"))
            } else {
                listed(swaps.map(|m| {
                    let source = if m.source.starts_with("/dev/") || m.source.contains('=') {
                        of(m)
                    } else {
                        // A file: as its file system.
                        holder(table, |m: &Mount| &m.target, &m.source).and_then(of)
                    };
                    (m.source.clone(), source)
                }))
            };
            (data, swap)
        }
    };
    for (path, value) in [("data.clear", data), ("swap.clear", swap)] {
        subject.put(Fact::derived(path, value).at(Place::new(FSTAB, 0)));
    }
}

/// Does this source stand on an encrypted device? `None` where files cannot tell: a volume or a UUID may lie on one.
fn on_crypt(source: &str, opened: &[(u32, String, Vec<String>)]) -> Option<bool> {
    let name = source.strip_prefix("/dev/mapper/");
    if name.is_some_and(|n| opened.iter().any(|(_, o, _)| o == n)) {
        return Some(true);
    }
    // Nothing opens an encrypted device on this host.
    if opened.is_empty() {
        return Some(false);
    }
    let plain = ["/dev/sd", "/dev/vd", "/dev/nvme", "/dev/xvd"];
    plain.iter().any(|p| source.starts_with(p)).then_some(false)
}

/// Those that are not encrypted; not all where something could not be told.
fn listed(all: impl Iterator<Item = (String, Option<bool>)>) -> Value {
    let (mut clear, mut open) = (Vec::new(), false);
    for (path, encrypted) in all {
        match encrypted {
            Some(true) => {}
            Some(false) => clear.push(Value::Text(path)),
            None => open = true,
        }
    }
    if open {
        Value::partial_list(clear)
    } else {
        Value::list(clear)
    }
}

/// Encryption as `lsblk` shows it.
fn running_encryption(host: &mut Host<'_>, subject: &mut Subject) {
    let blocks = host.run(&BLOCKS).and_then(|text| {
        mounts::lsblk(&text)
            .ok_or_else(|| SourceError::Unreadable(BLOCKS.shown(), "lines of another form".into()))
    });
    let (clear, swap) = match &blocks {
        Err(e) => (unseen(e), unseen(e)),
        Ok(blocks) => {
            let clear = match data(host) {
                Err(why) => why,
                Ok(found) => listed(found.into_iter().map(|path| {
                    let mounted: Vec<_> = blocks
                        .iter()
                        .filter(|b| b.target.starts_with('/'))
                        .cloned()
                        .collect();
                    let block = holder(&mounted, |b| &b.target, path);
                    (path.to_owned(), block.map(|b| mounts::encrypted(blocks, b)))
                })),
            };
            let swaps = blocks.iter().filter(|b| b.target == "[SWAP]");
            (
                clear,
                listed(swaps.map(|b| (b.name.clone(), Some(mounts::encrypted(blocks, b))))),
            )
        }
    };
    for (path, value) in [("data.clear", clear), ("swap.clear", swap)] {
        subject.put(Fact::derived(path, value).at(Place::new(BLOCKS.shown(), 0)));
    }
}
