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
    etc(tree, out);
    unit::collect(tree, out);
}

fn etc(tree: &mut Tree<'_>, out: &mut Collected) {
    let mut not_seen: BTreeMap<&str, Reason> = BTreeMap::new();
    let named = named(tree);
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
            tree,
            named: &named,
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
                why.detail = source.shown(&why.detail);
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
            // Which sockets are on is no configuration of sshd.
            subject.facts.remove("socket.ports");
            moved(&mut subject, &|file| source.shown(file));
            found_in.push(subject);
        }
        for mut subject in found_in {
            kernel::rest(tree, &from, at, &mut subject);
            out.subjects.push(subject);
        }
    }
    let not_whole = tree.not_whole();
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
            (None, None) => not_whole.clone().map_or(Seen::Whole, Seen::Not),
        };
        out.saw(name, seen);
    }
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

/// The paths of the real host that inclusions name, up to their first wildcard.
fn named(tree: &mut Tree<'_>) -> Vec<String> {
    let mut named = Vec::new();
    for file in tree.of_kind(&Kind::Host) {
        let Ok(text) = tree.text(&file) else { continue };
        let lines = text
            .lines()
            .filter(|l| l.to_ascii_lowercase().contains("include"));
        for word in lines.flat_map(|l| l.split([' ', '\t', '"', '='])) {
            let plain = word.split(['*', '?', '[']).next().unwrap_or(word);
            if plain.len() > 1 && plain.starts_with('/') {
                named.push(plain.to_owned());
            }
        }
    }
    named
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
struct Mounted<'t, 'a> {
    tree: &'t Tree<'a>,
    /// What inclusions name by its path on the real host.
    named: &'t [String],
    from: String,
    at: &'static str,
    only: Option<BTreeSet<String>>,
}

impl Mounted<'_, '_> {
    /// Where it stands in the tree. What is included from elsewhere on the host was not seen, nor where a link leads out.
    fn inside(&self, path: &str) -> Result<String, SourceError> {
        let at = match path.strip_prefix(self.at) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => join(&self.from, rest),
            Some(_) | None if self.is_named(path) => {
                return Err(SourceError::NotCollected(path.to_owned()));
            }
            Some(_) | None => return Err(SourceError::Missing(path.to_owned())),
        };
        if self.tree.leads_out(&at) {
            return Err(SourceError::Links(path.to_owned()));
        }
        Ok(self.tree.real(&at))
    }

    fn is_named(&self, path: &str) -> bool {
        self.named
            .iter()
            .any(|n| n.starts_with(path) || path.starts_with(n.as_str()))
    }

    /// A file that stands alone is no copy of its folder: what else that holds was not seen.
    fn list_inside(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        let at = self.inside(path)?;
        match self.tree.reader.source().list(&at) {
            Err(e) if e.is_missing() && self.tree.is_alone(folder(&at)) => {
                Err(SourceError::NotCollected(path.to_owned()))
            }
            found => found,
        }
    }

    fn shown(&self, file: &str) -> String {
        match self.inside(file) {
            Ok(at) => self.tree.reader.shown(&at),
            Err(_) => file.to_owned(),
        }
    }
}

impl Source for Mounted<'_, '_> {
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        self.tree.reader.source().read(&self.inside(path)?, cap)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        let Some(only) = &self.only else {
            return self.list_inside(path);
        };
        let real = self.inside(path)?;
        let mut entries = self.tree.reader.source().list(&real)?;
        entries.retain(|entry| only.contains(&join(&real, &entry.name)));
        Ok(entries)
    }

    fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        self.tree.reader.source().stat(&self.inside(path)?)
    }
}
