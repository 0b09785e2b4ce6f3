//! Where settings of the kernel and of its audit lie among configurations: in a copy of `/etc`, in a folder of their own,
//! in files whose names say nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Mount;
use crate::collect::config::kind::Kind;
use crate::collect::config::settings::Settings;
use crate::collect::config::tree::{Tree, folder, join};
use crate::model::{Subject, Value};
use crate::parse::keyword::pairs;

/// The folders to read, each with the only files that count there.
pub(super) fn mounts(tree: &Tree<'_>) -> Vec<Mount> {
    let mut found: BTreeMap<(String, &'static str, &'static str), BTreeSet<String>> =
        BTreeMap::new();
    for path in tree.of_kind(&Kind::Sysctl) {
        let (from, at) = sysctl(&path);
        found.entry((from, at, "sysctl")).or_default().insert(path);
    }
    for path in tree.of_kind(&Kind::Auditd) {
        let (from, at) = auditd(&path);
        found.entry((from, at, "auditd")).or_default().insert(path);
    }
    found
        .into_iter()
        .map(|((from, at, part), mut only)| {
            // Links of the same names are files too: `99-sysctl.conf` is one.
            let folders: BTreeSet<String> = only.iter().map(|f| folder(f).to_owned()).collect();
            for folder in folders {
                let linked = tree.linked_in(&folder);
                only.extend(
                    linked.filter(|path| path.ends_with(".conf") || path.ends_with(".rules")),
                );
            }
            Mount {
                from,
                at,
                parts: vec![part],
                only: Some(only),
            }
        })
        .collect()
}

/// What the folder of a file of sysctl stands for.
fn sysctl(path: &str) -> (String, &'static str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let here = folder(path);
    for end in ["/etc/sysctl.d", "/usr/lib/sysctl.d", "/run/sysctl.d"] {
        if let Some(root) = here.strip_suffix(end) {
            return (whole(root), "");
        }
    }
    if name == "sysctl.conf" {
        return match here.strip_suffix("/etc") {
            Some(root) => (whole(root), ""),
            None => (here.to_owned(), "/etc"),
        };
    }
    match here.strip_suffix("/sysctl.d") {
        Some(above) => (whole(above), "/etc"),
        None => (here.to_owned(), "/etc/sysctl.d"),
    }
}

/// What the folder of a file of the audit stands for.
fn auditd(path: &str) -> (String, &'static str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let here = folder(path);
    if let Some(above) = here.strip_suffix("/rules.d") {
        return (whole(above), "/etc/audit");
    }
    if ["auditd.conf", "audit.rules"].contains(&name) {
        return (here.to_owned(), "/etc/audit");
    }
    (here.to_owned(), "/etc/audit/rules.d")
}

fn whole(root: &str) -> String {
    if root.is_empty() {
        "/".to_owned()
    } else {
        root.to_owned()
    }
}

/// What no file says that was handed in is not known, and no fault: another file of the host may say it.
pub(super) fn known(subject: &mut Subject) {
    if !["sysctl-config", "auditd-config"].contains(&&*subject.kind) {
        return;
    }
    // Rights of a copy and the state of the host are no configuration.
    for path in [
        "enabled",
        "log_file.others",
        "settings.writable",
        "boot.audit",
    ] {
        subject.facts.remove(path);
    }
    if subject.place.is_none() {
        subject.place = subject.facts.values().find_map(|f| f.place.clone());
    }
    for fact in subject.facts.values_mut() {
        if matches!(&fact.value, Value::Unseen(why) if why.code == crate::collect::server::NOT_A_ROOT)
        {
            fact.value = Value::unseen("missing-fact", "no file that is here says it");
        }
    }
}

/// Settings of `auditd.conf` for which the reader for servers has no question: the last line of each counts.
pub(super) fn rest(tree: &mut Tree<'_>, from: &str, at: &str, subject: &mut Subject) {
    if &*subject.kind != "auditd-config" || at != "/etc/audit" {
        return;
    }
    let path = join(from, "auditd.conf");
    let Ok(text) = tree.text(&path) else { return };
    let mut settings = Settings::default();
    for pair in pairs::equals(&text) {
        let place = tree.place(&path, pair.line);
        settings.add(pair.key.to_ascii_lowercase(), pair.value, place);
    }
    let mut whole = Subject::new("auditd-config", "auditd");
    settings.put_all(&mut whole, &[], &[]);
    for fact in whole.facts {
        if !subject.facts.contains_key(&fact.path) {
            subject.facts.insert(fact);
        }
    }
    subject.other.extend(whole.other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stand_for_others() {
        for (path, wanted) in [
            ("/host/etc/sysctl.d/a.conf", ("/host", "")),
            ("/etc/sysctl.conf", ("/", "")),
            ("/usr/lib/sysctl.d/a.conf", ("/", "")),
            ("/roles/x/sysctl.d/a.conf", ("/roles/x", "/etc")),
            ("/roles/sysctl.conf", ("/roles", "/etc")),
            ("/files/99-kernel.conf", ("/files", "/etc/sysctl.d")),
        ] {
            let (from, at) = sysctl(path);
            assert_eq!((from.as_str(), at), wanted, "{path}");
        }
        for (path, wanted) in [
            ("/etc/audit/rules.d/a.rules", ("/etc/audit", "/etc/audit")),
            ("/etc/audit/auditd.conf", ("/etc/audit", "/etc/audit")),
            ("/files/audit.rules", ("/files", "/etc/audit")),
            ("/files/x.rules", ("/files", "/etc/audit/rules.d")),
        ] {
            let (from, at) = auditd(path);
            assert_eq!((from.as_str(), at), wanted, "{path}");
        }
    }
}
