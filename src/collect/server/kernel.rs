//! The kernel beside its settings: modules that may be loaded, its command line, core dumps, the loader's password.
//!
//! A module is shut out by `install NAME /bin/false` (or true); `blacklist` alone stops only the loading by alias.

use std::collections::{BTreeMap, BTreeSet};

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
const GRUB: &str = "/etc/default/grub";
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
const WEAK: [&str; 20] = [
    "mitigations=off",
    "nokaslr",
    "nosmep",
    "nosmap",
    "nopti",
    "pti=off",
    "kpti=0",
    "nospectre_v1",
    "nospectre_v2",
    "spectre_v2=off",
    "spec_store_bypass_disable=off",
    "l1tf=off",
    "mds=off",
    "noexec=off",
    "selinux=0",
    "enforcing=0",
    "apparmor=0",
    "security=none",
    "audit=0",
    "module.sig_enforce=0",
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file("/etc/modprobe.d/*.conf", MODPROBE),
    file("/run/modprobe.d/*.conf", MODPROBE),
    file("/usr/local/lib/modprobe.d/*.conf", MODPROBE),
    file("/usr/lib/modprobe.d/*.conf", MODPROBE),
    file("/lib/modprobe.d/*.conf", MODPROBE),
    file(GRUB, Keep::Lines(&["GRUB_CMDLINE_LINUX"])),
    file(
        "/etc/default/grub.d/*.cfg",
        Keep::Lines(&["GRUB_CMDLINE_LINUX"]),
    ),
    file(CMDLINE, Keep::Reduced(Reduction::Masked)),
    file(LOADED, Keep::Whole),
    file(LIMITS, Keep::Lines(&["*"])),
    file("/etc/security/limits.d/*.conf", Keep::Lines(&["*"])),
    file("/etc/systemd/coredump.conf", DUMPS),
    file("/etc/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/run/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/usr/local/lib/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/usr/lib/systemd/coredump.conf.d/*.conf", DUMPS),
    file("/boot/grub/grub.cfg", FIRST),
    file("/boot/grub2/grub.cfg", FIRST),
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
    let line = command_line(host);
    put_line(&mut subject, line, GRUB);
    subject.put(limited(host));
    subject.put(stored(host));
    subject.put(password(host));
    out.subjects.push(subject);
    if let Some(running) = running(host) {
        out.subjects.push(running);
    }
    out.saw("kernel", Seen::Whole);
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

/// The words that the loader will hand to the kernel.
fn command_line(host: &mut Host<'_>) -> Result<Vec<String>, SourceError> {
    let Some(text) = host.optional(GRUB)? else {
        return Err(SourceError::Missing(GRUB.into()));
    };
    let mut all = pairs::equals(&text);
    for file in host.glob("/etc/default/grub.d/*.cfg")? {
        all.extend(pairs::equals(&host.optional(&file)?.unwrap_or_default()));
    }
    let mut line = Vec::new();
    for key in ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"] {
        if let Some(pair) = pairs::last(&all, key) {
            line.extend(pair.value.split_whitespace().map(str::to_owned));
        }
    }
    Ok(line)
}

fn put_line(subject: &mut Subject, line: Result<Vec<String>, SourceError>, file: &str) {
    match line {
        Ok(line) => {
            let weak = line.iter().filter(|w| WEAK.contains(&w.as_str()));
            subject.put(derived(
                "command_line.weakening",
                texts(weak.cloned()),
                file,
                0,
            ));
        }
        Err(e) => {
            let value = if e.is_missing() {
                Value::unseen("missing-fact", format!("{e}: another loader, or none"))
            } else {
                unseen(&e)
            };
            subject.put(Fact::derived("command_line.weakening", value));
        }
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
fn running(host: &mut Host<'_>) -> Option<Subject> {
    let line = match host.optional(CMDLINE) {
        // A folder of files has no running kernel.
        Ok(None) => return None,
        Ok(Some(text)) => Ok(text.split_whitespace().map(str::to_owned).collect()),
        Err(e) => Err(e),
    };
    let mut subject = Subject::new("kernel", "kernel@running");
    // Where even that it runs could not be seen, nothing is said of it.
    let of_files = match &line {
        Ok(_) => Value::unseen("not_applicable", "said by the files"),
        Err(e) => unseen(e),
    };
    put_line(&mut subject, line, CMDLINE);
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
    Some(subject)
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
