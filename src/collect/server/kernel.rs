//! The kernel beside its settings: modules that may be loaded, its command line, core dumps, the loader's password.
//!
//! A module is shut out by `install NAME /bin/false` (or true); `blacklist` alone stops only the loading by alias.

use std::collections::{BTreeMap, BTreeSet};

use super::cmdline::{self, Line};
use super::drift;
use super::host::{Host, derived, texts, unseen};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{joined, pairs, words};

const FOLDERS: [&str; 5] = [
    "/etc/modprobe.d",
    "/run/modprobe.d",
    "/usr/local/lib/modprobe.d",
    "/usr/lib/modprobe.d",
    "/lib/modprobe.d",
];
const COREDUMP: [&str; 4] = [
    "/etc/systemd/coredump.conf.d",
    "/run/systemd/coredump.conf.d",
    "/usr/local/lib/systemd/coredump.conf.d",
    "/usr/lib/systemd/coredump.conf.d",
];
const CMDLINE: &str = "/proc/cmdline";
const LOADED: &str = "/proc/modules";
const LIMITS: &str = "/etc/security/limits.conf";

/// Modules by what they are; each group is a fact.
const GROUPS: [(&str, &[&str]); 4] = [
    (
        "modules.filesystems",
        &["cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "udf"],
    ),
    ("modules.protocols", &["dccp", "tipc", "rds", "sctp"]),
    ("modules.usb_storage", &["usb_storage"]),
    (
        "modules.dma",
        &[
            "firewire_core",
            "firewire_ohci",
            "firewire_sbp2",
            "thunderbolt",
        ],
    ),
];

/// Words of the command line that take protection away.
const WEAK: [&str; 36] = [
    "mitigations=off",
    "nokaslr",
    "nosmep",
    "nosmap",
    "nopti",
    "pti=off",
    "kpti=0",
    "nospectre_v1",
    "nospectre_v2",
    "nospectre_bhb",
    "spectre_v2=off",
    "spectre_v2_user=off",
    "spec_store_bypass_disable=off",
    "ssbd=force-off",
    "l1tf=off",
    "mds=off",
    "mmio_stale_data=off",
    "retbleed=off",
    "spec_rstack_overflow=off",
    "srbds=off",
    "tsx_async_abort=off",
    "gather_data_sampling=off",
    "reg_file_data_sampling=off",
    "kvm.nx_huge_pages=off",
    "noexec=off",
    "vsyscall=native",
    "selinux=0",
    "enforcing=0",
    "apparmor=0",
    "security=none",
    "audit=0",
    "audit=off",
    "module.sig_enforce=0",
    "init_on_alloc=0",
    "systemd.debug_shell",
    "systemd.debug_shell=1",
];

/// Does a word of the command line take protection away?
fn weakens(word: &str) -> bool {
    // Only the modules of the list are loaded.
    let unguarded = |list: &str| !list.split(',').any(|m| matches!(m, "selinux" | "apparmor"));
    WEAK.contains(&word) || word.strip_prefix("lsm=").is_some_and(unguarded)
}

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file("/etc/modprobe.d/*.conf", MODPROBE),
    file("/run/modprobe.d/*.conf", MODPROBE),
    file("/usr/local/lib/modprobe.d/*.conf", MODPROBE),
    file("/usr/lib/modprobe.d/*.conf", MODPROBE),
    file("/lib/modprobe.d/*.conf", MODPROBE),
    file(CMDLINE, Keep::Reduced(Reduction::Masked)),
    file(LOADED, Keep::Whole),
    file(LIMITS, Keep::Lines(&["*"])),
    file("/etc/security/limits.d/*.conf", Keep::Lines(&["*"])),
    file("/etc/systemd/coredump.conf", DUMPS),
    file("/etc/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/run/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/usr/local/lib/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/usr/lib/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/boot/grub2/user.cfg", FIRST),
    file("/etc/grub.d/*", FIRST),
];

const MODPROBE: Keep = Keep::Lines(&["install", "blacklist", "alias"]);
const DUMPS: Keep = Keep::Lines(&["storage", "processsizemax"]);
const FIRST: Keep = Keep::Reduced(Reduction::FirstWord);

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["kernel"],
    }
}

/// Collects the subject type `kernel`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("kernel", "kernel");
    for fact in modules(host) {
        subject.put(fact);
    }
    let saved = cmdline::saved(host);
    subject.put(weakening(saved.as_deref().map_err(Clone::clone)));
    subject.put(limited(host));
    subject.put(stored(host));
    subject.put(password(host));
    out.subjects.push(subject);
    if let Some(running) = now(host) {
        compare(&saved, &running, out);
        out.subjects.push(as_it_runs(host, running));
    }
    out.saw("kernel", Seen::Whole);
}

/// The command line of the kernel that runs, where one does.
fn now(host: &mut Host<'_>) -> Option<Result<Line, SourceError>> {
    match host.optional(CMDLINE) {
        // A folder of files has no running kernel.
        Ok(None) => None,
        Ok(Some(text)) => Some(Ok(Line {
            words: text.split_whitespace().map(str::to_owned).collect(),
            place: Place::new(CMDLINE, 1),
        })),
        Err(e) => Some(Err(e)),
    }
}

/// What the kernel was started with beside what it will be started with.
fn compare(
    saved: &Result<Vec<Line>, SourceError>,
    now: &Result<Line, SourceError>,
    out: &mut Collected,
) {
    let differences = match (saved, now) {
        // Another loader, or a container, whose kernel is that of its host.
        (Err(e), _) if e.is_missing() => return,
        (Ok(_), Ok(now)) if !now.words.iter().any(|w| of_a_loader(w)) => return,
        (Ok(saved), Ok(now)) => Ok(differences(saved, now)),
        (Err(e), _) | (_, Err(e)) => Err(e.clone()),
    };
    drift::compare("kernel", differences, out);
}

/// Words that a boot loader adds of its own accord.
fn of_a_loader(word: &str) -> bool {
    ["BOOT_IMAGE=", "initrd="]
        .iter()
        .any(|p| word.starts_with(p))
}

/// Words that every line has and that it was not started with; words that take protection away and that no line has.
fn differences(saved: &[Line], now: &Line) -> Vec<String> {
    let Some((first, others)) = saved.split_first() else {
        return Vec::new();
    };
    let has = |line: &Line, word: &String| line.words.contains(word);
    let kept = first
        .words
        .iter()
        .filter(|w| others.iter().all(|l| has(l, w)) && !has(now, w))
        .map(|w| format!("{w}: saved ({}), not running", first.place));
    let gone = now
        .words
        .iter()
        .filter(|w| weakens(w) && !saved.iter().any(|l| has(l, w)))
        .map(|w| format!("{w}: running, not saved"));
    kept.chain(gone).collect()
}

/// The modules of each group that may be loaded.
fn modules(host: &mut Host<'_>) -> Vec<Fact> {
    let shut = shut_out(host);
    GROUPS
        .iter()
        .map(|(path, names)| match &shut {
            Ok(shut) => {
                let free = names.iter().filter(|n| !shut.contains_key(**n));
                let place = names.iter().find_map(|n| shut.get(*n));
                let fact = Fact::derived(*path, texts(free.copied()));
                match place {
                    Some(place) => fact.at(place.clone()),
                    None => fact.at(Place::new(FOLDERS[0], 0)),
                }
            }
            Err(e) => Fact::derived(*path, unseen(e)),
        })
        .collect()
}

/// Modules whose loading runs a program that does nothing, with the line that says so.
fn shut_out(host: &mut Host<'_>) -> Result<BTreeMap<String, Place>, SourceError> {
    let mut shut = BTreeMap::new();
    for file in host.drop_ins(&FOLDERS, ".conf")? {
        let text = host.optional(&file)?.unwrap_or_default();
        for (line, content) in joined(&text) {
            let words: Vec<&str> = content.split_whitespace().collect();
            let ["install", name, program, ..] = words.as_slice() else {
                continue;
            };
            // The kernel takes both for the same.
            let name = name.replace('-', "_");
            let nothing = matches!(program.rsplit('/').next(), Some("false" | "true"));
            // The first line that says what to run counts.
            shut.entry(name)
                .or_insert((nothing, Place::new(file.as_str(), line)));
        }
    }
    let of = |(name, (nothing, place)): (String, (bool, Place))| nothing.then_some((name, place));
    Ok(shut.into_iter().filter_map(of).collect())
}

/// What of the lines that may be booted takes protection away, of any of them.
fn weakening(lines: Result<&[Line], SourceError>) -> Fact {
    const PATH: &str = "command_line.weakening";
    let lines = match lines {
        Ok(lines) => lines,
        Err(e) if e.is_missing() => {
            let why = format!("{e}: another loader, or none");
            return Fact::derived(PATH, Value::unseen("missing-fact", why));
        }
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let weak: BTreeSet<&String> = lines
        .iter()
        .flat_map(|l| l.words.iter().filter(|w| weakens(w)))
        .collect();
    let at = lines.iter().find(|l| l.words.iter().any(|w| weakens(w)));
    let fact = Fact::derived(PATH, texts(weak.into_iter().cloned()));
    match at.or(lines.first()) {
        Some(line) => fact.at(line.place.clone()),
        None => fact,
    }
}

/// Are core dumps of all users held at nothing, by a hard limit?
fn limited(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "core_dumps.limited";
    let mut files = match host.glob("/etc/security/limits.d/*.conf") {
        Ok(files) => files,
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    files.insert(0, LIMITS.to_owned());
    let mut last = None;
    for file in files {
        let text = match host.optional(&file) {
            Ok(text) => text.unwrap_or_default(),
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        for line in words(&text, &['#']) {
            let words: Vec<&str> = line.words.iter().map(String::as_str).collect();
            if let ["*", "hard" | "-", "core", value] = words.as_slice() {
                last = Some((*value == "0", file.clone(), line.line));
            }
        }
    }
    match last {
        Some((limited, file, line)) => derived(PATH, limited, &file, line),
        None => derived(PATH, false, LIMITS, 0),
    }
}

/// Does systemd-coredump keep what programs leave behind?
fn stored(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "core_dumps.stored";
    const CONF: &str = "/etc/systemd/coredump.conf";
    let files = match host.drop_ins(&COREDUMP, ".conf") {
        Ok(files) => files,
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let (mut seen, mut storage, mut size) = (false, None, None);
    for file in std::iter::once(CONF.to_owned()).chain(files) {
        let text = match host.optional(&file) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        seen = true;
        for pair in pairs::ini(&text) {
            let at = (pair.value.clone(), file.clone(), pair.line);
            match pair.key.to_ascii_lowercase().as_str() {
                "storage" => storage = Some(at),
                "processsizemax" => size = Some(at),
                _ => {}
            }
        }
    }
    let none = storage
        .as_ref()
        .is_some_and(|(v, ..)| v.eq_ignore_ascii_case("none"));
    let empty = size.as_ref().is_some_and(|(v, ..)| v == "0");
    match (storage.or(size), seen) {
        (Some((_, file, line)), _) => derived(PATH, !(none || empty), &file, line),
        (None, true) => derived(PATH, true, CONF, 0),
        // The program is a package of its own, with this file in it.
        (None, false) => derived(PATH, false, CONF, 0),
    }
}

/// Does the loader ask for a password before its commands are changed?
fn password(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "loader.password";
    let mut seen = None;
    let mut hidden: Option<SourceError> = None;
    let scripts = host.glob("/etc/grub.d/*").unwrap_or_else(|e| {
        hidden = Some(e);
        Vec::new()
    });
    let written = [
        "/boot/grub/grub.cfg",
        "/boot/grub2/grub.cfg",
        "/boot/grub2/user.cfg",
    ];
    for file in written.into_iter().map(str::to_owned).chain(scripts) {
        let text = match host.optional(&file) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(e) => {
                hidden.get_or_insert(e);
                continue;
            }
        };
        for line in words(&text, &['#']) {
            let word = line.keyword();
            // The script that RHEL brings asks for the password of user.cfg, and names it without setting one.
            let set = word == "password_pbkdf2"
                && !file.ends_with("/01_users")
                && !has_variable(&line.words);
            if set || word.starts_with("grub2_password=") {
                return derived(PATH, true, &file, line.line);
            }
        }
        if file.starts_with("/boot") {
            seen = Some(file);
        }
    }
    match (hidden, seen) {
        (Some(e), _) => Fact::derived(PATH, unseen(&e)),
        (None, Some(file)) => derived(PATH, false, &file, 0),
        (None, None) => Fact::derived(
            PATH,
            Value::unseen(
                "missing-fact",
                "no grub.cfg in /boot: another loader, or none",
            ),
        ),
    }
}

/// Does a line take its password from a variable, which may be empty?
fn has_variable(words: &[String]) -> bool {
    words
        .last()
        .is_some_and(|w| w.contains('$') || w.is_empty())
}

/// What the running kernel was started with, and which of the modules it has loaded.
fn as_it_runs(host: &mut Host<'_>, line: Result<Line, SourceError>) -> Subject {
    let mut subject = Subject::new("kernel", "kernel@running");
    // Where even that it runs could not be seen, nothing is said of it.
    let of_files = match &line {
        Ok(_) => Value::unseen("not_applicable", "said by the files"),
        Err(e) => unseen(e),
    };
    subject.put(weakening(
        line.as_ref()
            .map(std::slice::from_ref)
            .map_err(Clone::clone),
    ));
    let loaded: Result<BTreeSet<String>, SourceError> = host.text(LOADED).map(|text| {
        let names = text.lines().filter_map(|l| l.split_whitespace().next());
        names.map(str::to_owned).collect()
    });
    for (path, names) in GROUPS {
        let fact = match &loaded {
            Ok(loaded) => {
                let found = names.iter().filter(|n| loaded.contains(**n));
                derived(path, texts(found.copied()), LOADED, 0)
            }
            Err(e) => Fact::derived(path, unseen(e)),
        };
        subject.put(fact);
    }
    for path in ["core_dumps.limited", "core_dumps.stored", "loader.password"] {
        subject.put(Fact::derived(path, of_files.clone()));
    }
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_from_a_variable_is_none() {
        let words = |t: &str| -> Vec<String> { t.split(' ').map(str::to_owned).collect() };
        assert!(has_variable(&words(
            "password_pbkdf2 root ${GRUB2_PASSWORD}"
        )));
        assert!(!has_variable(&words(
            "password_pbkdf2 root grub.pbkdf2.sha512"
        )));
        assert!(!has_variable(&words("password_pbkdf2")));
    }
}
