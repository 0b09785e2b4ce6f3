//! Files of `/etc` that lie among other configurations: sshd, sudo, PAM, rsyslog, sysctl and auditd, read by the same
//! readers as on a server; and units of systemd.

use std::collections::{BTreeMap, BTreeSet};

use super::kind::Kind;
use super::tree::{Tree, folder, join};
use crate::collect::server;
use crate::model::{Collected, Entry, Place, Reason, Seen, Source, SourceError, Subject};

mod kernel;
mod unit;

pub(super) const TYPES: &[&str] = &[
    "sshd-config",
    "sudoers",
    "pam-password",
    "pam-lockout",
    "rsyslog-config",
    "sysctl-config",
    "auditd-config",
    "systemd-unit",
];

/// What the readers for servers call it, and what it is called here.
const NAMES: [(&str, &str); 7] = [
    ("sshd", "sshd-config"),
    ("privilege", "sudoers"),
    ("password-policy", "pam-password"),
    ("lockout", "pam-lockout"),
    ("logging", "rsyslog-config"),
    ("sysctl", "sysctl-config"),
    ("auditd", "auditd-config"),
];

/// Adds what stands in the tree's files of hosts.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    let mut not_seen: BTreeMap<&str, Reason> = BTreeMap::new();
    let mut all: Vec<Mount> = mounts(tree)
        .into_iter()
        .map(|((from, at), parts)| Mount {
            from,
            at,
            parts,
            only: None,
        })
        .collect();
    all.extend(kernel::mounts(tree));
    for Mount {
        from,
        at,
        parts,
        only,
    } in all
    {
        let source = Mounted {
            source: tree.reader.source(),
            from: from.clone(),
            at,
            only,
        };
        let found = server::of_files(&source, &parts, tree.reader.at());
        for sight in found.sights {
            let name = NAMES
                .iter()
                .find(|(own, _)| *own == &*sight.kind)
                .map(|(_, name)| *name);
            if let (Some(name), Seen::Not(mut why)) = (name, sight.seen) {
                why.detail = source.shown(tree, &why.detail);
                not_seen.entry(name).or_insert(why);
            }
        }
        let mut found_in = Vec::new();
        for mut subject in found.subjects {
            let Some((_, name)) = NAMES.iter().find(|(own, _)| *own == &*subject.kind) else {
                continue;
            };
            subject.kind = (*name).into();
            kernel::known(&mut subject);
            moved(&mut subject, &|file| source.shown(tree, file));
            found_in.push(subject);
        }
        for mut subject in found_in {
            kernel::rest(tree, &from, at, &mut subject);
            out.subjects.push(subject);
        }
    }
    for (_, name) in NAMES {
        let kind = match name {
            "sysctl-config" => Kind::Sysctl,
            "auditd-config" => Kind::Auditd,
            _ => Kind::Host,
        };
        let unreadable = tree.unreadable_of(&kind).cloned();
        let seen = match (not_seen.remove(name), &unreadable) {
            (Some(why), _) => Seen::Not(why),
            (None, Some((file, why))) => {
                Seen::Not(Reason::new("unreadable", format!("{file}: {why}")))
            }
            (None, None) => Seen::Whole,
        };
        out.saw(name, seen);
    }
    unit::collect(tree, out);
}

/// Which folders stand for `/etc` or a folder in it, and which readers have something to read there.
fn mounts(tree: &Tree<'_>) -> BTreeMap<(String, &'static str), Vec<&'static str>> {
    let mut mounts: BTreeMap<(String, &'static str), Vec<&'static str>> = BTreeMap::new();
    for path in tree.of_kind(&Kind::Host) {
        let name = path.rsplit('/').next().unwrap_or(&path);
        let here = folder(&path);
        let above = folder(here).to_owned();
        let ends = |word: &str| here == format!("/{word}") || here.ends_with(&format!("/{word}"));
        let (from, at, parts): (String, &str, &[&'static str]) =
            if name == "sshd_config" && ends("ssh") {
                (above, "/etc", &["sshd"])
            } else if name == "sshd_config" {
                (here.to_owned(), "/etc/ssh", &["sshd"])
            } else if name == "sudoers" {
                (here.to_owned(), "/etc", &["privilege"])
            } else if name == "rsyslog.conf" {
                (here.to_owned(), "/etc", &["logging"])
            } else if name == "login.defs" {
                (here.to_owned(), "/etc", &["password"])
            } else if ends("pam.d") || ends("security") {
                (above, "/etc", &["password", "lockout"])
            } else {
                // A part without its main file: the main file's reader takes it in.
                continue;
            };
        let entry = mounts.entry((from, at)).or_default();
        for part in parts {
            if !entry.contains(part) {
                entry.push(part);
            }
        }
    }
    mounts
}

/// Every place of a subject, as people see it.
fn moved(subject: &mut Subject, shown: &dyn Fn(&str) -> String) {
    let to = |place: &Place| Place::new(shown(&place.file), place.line);
    subject.place = subject.place.as_ref().map(to);
    for fact in subject.facts.values_mut().chain(&mut subject.other) {
        fact.place = fact.place.as_ref().map(to);
    }
}

/// A folder of the tree, what it stands for on a host, which readers read it, and the only files that count there.
struct Mount {
    from: String,
    at: &'static str,
    parts: Vec<&'static str>,
    only: Option<BTreeSet<String>>,
}

/// A folder of the tree seen as a folder of a host; nothing else of the host is there.
struct Mounted<'a> {
    source: &'a dyn Source,
    from: String,
    at: &'static str,
    only: Option<BTreeSet<String>>,
}

impl Mounted<'_> {
    fn real(&self, path: &str) -> Result<String, SourceError> {
        match path.strip_prefix(self.at) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok(join(&self.from, rest)),
            Some(_) | None => Err(SourceError::Missing(path.to_owned())),
        }
    }

    fn shown(&self, tree: &Tree<'_>, file: &str) -> String {
        match self.real(file) {
            Ok(real) => tree.reader.shown(&real),
            Err(_) => file.to_owned(),
        }
    }
}

impl Source for Mounted<'_> {
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        self.source.read(&self.real(path)?, cap)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        let real = self.real(path)?;
        let mut entries = self.source.list(&real)?;
        if let Some(only) = &self.only {
            entries.retain(|entry| only.contains(&join(&real, &entry.name)));
        }
        Ok(entries)
    }

    fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        self.source.stat(&self.real(path)?)
    }
}
