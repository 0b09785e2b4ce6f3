//! Kernel settings: `sysctl.d` in the order of systemd-sysctl, `/etc/sysctl.conf` last, the kernel's own values else.

use std::collections::BTreeMap;

use super::host::{Host, unseen};
use crate::model::{Collected, Fact, Origin, Seen, SourceError, Subject, Value};
use crate::parse::keyword::pairs;

/// In this order a folder hides files of the same name in those after it.
const FOLDERS: [&str; 5] = [
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
];
const LAST: &str = "/etc/sysctl.conf";

/// The kernel's documented values; `None` where they depend on how it was built or on drivers.
const OWN: [(&str, Option<i64>); 20] = [
    ("fs.protected_fifos", None),
    ("fs.protected_hardlinks", None),
    ("fs.protected_symlinks", None),
    ("fs.suid_dumpable", Some(0)),
    ("kernel.dmesg_restrict", None),
    ("kernel.kptr_restrict", Some(0)),
    ("kernel.randomize_va_space", Some(2)),
    ("kernel.unprivileged_bpf_disabled", None),
    ("kernel.yama.ptrace_scope", None),
    ("net.ipv4.conf.all.accept_redirects", Some(1)),
    ("net.ipv4.conf.all.accept_source_route", Some(0)),
    ("net.ipv4.conf.all.log_martians", Some(0)),
    ("net.ipv4.conf.all.rp_filter", Some(0)),
    ("net.ipv4.conf.all.secure_redirects", Some(1)),
    ("net.ipv4.conf.all.send_redirects", Some(1)),
    ("net.ipv4.icmp_echo_ignore_broadcasts", Some(1)),
    ("net.ipv4.ip_forward", Some(0)),
    ("net.ipv4.tcp_syncookies", Some(1)),
    ("net.ipv6.conf.all.accept_redirects", Some(1)),
    ("net.ipv6.conf.all.accept_ra", Some(1)),
];

/// Collects the subject type `sysctl`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("sysctl", "sysctl");
    let mut values: BTreeMap<String, Fact> = BTreeMap::new();
    let mut hidden: Option<SourceError> = None;
    let mut files = host.drop_ins(&FOLDERS, ".conf").unwrap_or_else(|e| {
        hidden = Some(e);
        Vec::new()
    });
    // Debian's link 99-sysctl.conf leads there; without it procps reads the file last.
    if !files.iter().any(|f| f.ends_with("/99-sysctl.conf")) {
        files.push(LAST.to_owned());
    }
    for file in files {
        match host.optional(&file) {
            Ok(text) => apply(&file, &text.unwrap_or_default(), &mut values, &mut subject),
            Err(e) => {
                // It may hold other values for all that was read so far.
                values.clear();
                hidden = Some(e);
            }
        }
    }
    for (key, own) in OWN {
        let fact = match (values.remove(key), &hidden, own) {
            (Some(fact), _, _) => fact,
            (None, Some(e), _) => Fact::derived(key, unseen(e)),
            (None, None, Some(n)) => Fact::default_of(key, n),
            (None, None, None) => Fact::default_of(
                key,
                Value::unseen("ambiguous", "depends on how the kernel was built"),
            ),
        };
        subject.put(fact);
    }
    values.into_values().for_each(|f| subject.put(f));
    out.subjects.push(subject);
    out.saw("sysctl", Seen::Whole);
}

fn apply(file: &str, text: &str, values: &mut BTreeMap<String, Fact>, subject: &mut Subject) {
    for pair in pairs::equals(text) {
        // A dash before the key: errors are let pass.
        let key = pair.key.trim_start_matches('-').trim();
        let key = if key.contains('/') && !key.contains('.') {
            key.replace('/', ".")
        } else {
            key.to_owned()
        };
        let value = match pair.value.parse::<i64>() {
            Ok(n) => Value::Int(n),
            Err(_) => Value::Text(pair.value.split_whitespace().collect::<Vec<_>>().join(" ")),
        };
        let keys: Vec<String> = if key.contains('*') {
            OWN.iter()
                .map(|(k, _)| (*k).to_owned())
                .filter(|k| crate::parse::keyword::sshd::fits(k, &key))
                .collect()
        } else {
            vec![key]
        };
        for key in keys {
            let fact = super::host::set(&key, value.clone(), file, pair.line);
            if let Some(mut old) = values.insert(key, fact) {
                old.origin = Origin::Shadowed;
                subject.put(old);
            }
        }
    }
}
