//! Kernel settings: `sysctl.d` in the order of systemd-sysctl, `/etc/sysctl.conf` last, the kernel's own values else.

use std::collections::{BTreeMap, BTreeSet};

use super::drift;
use super::host::{Host, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{
    Collected, Command, Fact, Origin, Place, Reason, Seen, SourceError, Subject, Value,
};
use crate::parse::keyword::pairs;

/// What runs.
const RUNNING: Command = Command {
    id: "sysctl",
    argv: &["/usr/sbin/sysctl", "-a"],
    root: false,
};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file("/etc/sysctl.d/*.conf"),
    file("/run/sysctl.d/*.conf"),
    file("/usr/local/lib/sysctl.d/*.conf"),
    file("/usr/lib/sysctl.d/*.conf"),
    file("/lib/sysctl.d/*.conf"),
    file(LAST),
    file("/etc/ufw/sysctl.conf"),
    super::firewall::UFW_CONF,
    super::firewall::UFW_DEFAULTS,
    stat("/sbin/init"),
    stat("/usr/sbin/init"),
    Piece {
        what: What::Command(&RUNNING),
        serves: &["sysctl", "drift"],
    },
];

const fn stat(path: &'static str) -> Piece {
    Piece {
        what: What::Stat(path),
        serves: &["sysctl"],
    }
}

/// Settings of the kernel have no secrets; comments and all else stay on the host.
const fn file(path: &'static str) -> Piece {
    let keep = Keep::Lines(&["-", "fs", "kernel", "net", "vm", "dev", "user"]);
    Piece {
        what: What::File { path, keep },
        serves: &["sysctl"],
    }
}

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
const OWN: [(&str, Option<i64>); 39] = [
    ("fs.protected_fifos", None),
    ("fs.protected_hardlinks", None),
    ("fs.protected_regular", None),
    ("fs.protected_symlinks", None),
    ("fs.suid_dumpable", Some(0)),
    ("kernel.dmesg_restrict", None),
    ("kernel.kexec_load_disabled", Some(0)),
    ("kernel.kptr_restrict", Some(0)),
    ("kernel.perf_event_paranoid", None),
    ("kernel.randomize_va_space", Some(2)),
    ("kernel.sysrq", None),
    ("kernel.unprivileged_bpf_disabled", None),
    ("kernel.yama.ptrace_scope", None),
    ("net.core.bpf_jit_harden", Some(0)),
    ("net.ipv4.conf.all.accept_redirects", Some(1)),
    ("net.ipv4.conf.all.accept_source_route", Some(0)),
    ("net.ipv4.conf.all.log_martians", Some(0)),
    ("net.ipv4.conf.all.rp_filter", Some(0)),
    ("net.ipv4.conf.all.secure_redirects", Some(1)),
    ("net.ipv4.conf.all.send_redirects", Some(1)),
    ("net.ipv4.conf.default.accept_redirects", Some(1)),
    ("net.ipv4.conf.default.accept_source_route", Some(1)),
    ("net.ipv4.conf.default.log_martians", Some(0)),
    ("net.ipv4.conf.default.rp_filter", Some(0)),
    ("net.ipv4.conf.default.secure_redirects", Some(1)),
    ("net.ipv4.conf.default.send_redirects", Some(1)),
    ("net.ipv4.icmp_echo_ignore_broadcasts", Some(1)),
    ("net.ipv4.icmp_ignore_bogus_error_responses", Some(1)),
    ("net.ipv4.ip_forward", Some(0)),
    ("net.ipv4.tcp_syncookies", Some(1)),
    ("net.ipv6.conf.all.accept_ra", Some(1)),
    ("net.ipv6.conf.all.accept_redirects", Some(1)),
    ("net.ipv6.conf.all.accept_source_route", Some(0)),
    ("net.ipv6.conf.all.disable_ipv6", Some(0)),
    ("net.ipv6.conf.all.forwarding", Some(0)),
    ("net.ipv6.conf.default.accept_ra", Some(1)),
    ("net.ipv6.conf.default.accept_redirects", Some(1)),
    ("net.ipv6.conf.default.accept_source_route", Some(0)),
    ("net.ipv6.conf.default.disable_ipv6", Some(0)),
];

/// Collects the subject type `sysctl`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    if is_image(host) {
        match host.run(&RUNNING).map(|text| values_of(&text)) {
            Err(SourceError::NotLive(_)) => {
                let why =
                    "no init is installed: an image of a container has the kernel of its host";
                out.saw("sysctl", Seen::Not(Reason::new("missing-fact", why)));
            }
            running => {
                out.subjects.push(as_it_runs(running));
                out.saw("sysctl", Seen::Whole);
            }
        }
        return;
    }
    let mut subject = Subject::new("sysctl", "sysctl");
    let mut values: BTreeMap<String, Fact> = BTreeMap::new();
    let mut patterns = Patterns::default();
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
            Ok(text) => {
                let text = text.unwrap_or_default();
                apply(&file, &text, &mut values, &mut patterns, &mut subject);
            }
            Err(e) => {
                // It may hold other values for all that was read so far.
                values.clear();
                patterns.set.clear();
                hidden = Some(e);
            }
        }
    }
    patterns.fill(&mut values);
    match of_ufw(host) {
        Ok(Some((file, text, on))) => overlay(&file, &text, &on, &mut values, &mut subject),
        Ok(None) => {}
        Err(e) => {
            values.clear();
            hidden = Some(e);
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
    let running = host.run(&RUNNING).map(|text| values_of(&text));
    let differences = running
        .as_ref()
        .map(|now| differences(now, &subject))
        .map_err(Clone::clone);
    drift::compare("sysctl", differences, out);
    out.subjects.push(subject);
    if !matches!(running, Err(SourceError::NotLive(_))) {
        out.subjects.push(as_it_runs(running));
    }
    out.saw("sysctl", Seen::Whole);
}

/// Does nothing here ever start a kernel, or apply what files say of it?
fn is_image(host: &Host<'_>) -> bool {
    const INITS: [&str; 8] = [
        "systemd",
        "systemd-sysv",
        "sysvinit-core",
        "initscripts",
        "openrc",
        "runit",
        "runit-init",
        "upstart",
    ];
    let none = |path: &&str| host.exists(path) == Some(false);
    host.has(&INITS) == Some(false) && ["/sbin/init", "/usr/sbin/init"].iter().all(none)
}

/// The settings that ufw makes when it starts, after all others, and whether it starts.
fn of_ufw(host: &mut Host<'_>) -> Result<Option<(String, String, Value)>, SourceError> {
    if host.has(&["ufw"]) == Some(false) {
        return Ok(None);
    }
    let Some(conf) = host.optional("/etc/ufw/ufw.conf")? else {
        return Ok(None);
    };
    let enabled = pairs::last(&pairs::equals(&conf), "ENABLED")
        .is_some_and(|p| p.value.eq_ignore_ascii_case("yes"));
    let on = host.unit_on(&["ufw.service"]);
    if !enabled || on == Value::Bool(false) {
        return Ok(None);
    }
    let defaults = host.optional("/etc/default/ufw")?.unwrap_or_default();
    let path = pairs::last(&pairs::equals(&defaults), "IPT_SYSCTL").map(|p| p.value.clone());
    let Some(path) = path.filter(|p| !p.is_empty()) else {
        return Ok(None);
    };
    let text = host.optional(&path)?;
    Ok(text.map(|text| (path, text, on)))
}

/// Puts settings over those that were read; where nobody knows whether they are made, what they would change is not known.
fn overlay(
    file: &str,
    text: &str,
    on: &Value,
    values: &mut BTreeMap<String, Fact>,
    subject: &mut Subject,
) {
    let mut later = BTreeMap::new();
    apply(file, text, &mut later, &mut Patterns::default(), subject);
    for (key, mut fact) in later {
        let same = values.get(&key).is_some_and(|old| old.value == fact.value);
        if same {
            continue;
        }
        if *on != Value::Bool(true) {
            fact.value = on.clone();
        }
        if let Some(mut old) = values.insert(key, fact) {
            old.origin = Origin::Shadowed;
            subject.put(old);
        }
    }
}

/// What the kernel says now, as a subject of its own: the same controls judge both.
fn as_it_runs(running: Result<BTreeMap<String, Value>, SourceError>) -> Subject {
    let mut subject = Subject::new("sysctl", "sysctl@running");
    for (key, _) in OWN {
        let value = match &running {
            Ok(now) => now.get(key).cloned().unwrap_or_else(|| {
                Value::unseen("ambiguous", "the running kernel does not name it")
            }),
            Err(e) => unseen(e),
        };
        let place = Place::new(RUNNING.shown(), 0);
        subject.put(Fact::derived(key, value).at(place));
    }
    subject
}

/// `key = value` lines of `sysctl -a`.
fn values_of(text: &str) -> BTreeMap<String, Value> {
    let pair = |line: &str| {
        let (key, value) = line.split_once('=')?;
        Some((key.trim().to_owned(), value_of(value)))
    };
    text.lines().filter_map(pair).collect()
}

/// Settings of the files that the running kernel does not have.
fn differences(now: &BTreeMap<String, Value>, saved: &Subject) -> Vec<String> {
    let mut found = Vec::new();
    for fact in &saved.facts {
        let key = &fact.path;
        let Some(running) = now.get(&**key).filter(|_| fact.origin == Origin::Set) else {
            continue;
        };
        if *running != fact.value {
            let place = fact.place.as_ref().map(ToString::to_string);
            found.push(format!(
                "{key}: running {}, saved {} ({})",
                running.json(),
                fact.value.json(),
                place.unwrap_or_default()
            ));
        }
    }
    found
}

fn value_of(text: &str) -> Value {
    match text.trim().parse::<i64>() {
        Ok(n) => Value::Int(n),
        Err(_) => Value::Text(text.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

/// Lines with `*`, which count only for keys that no line names, and keys that are taken out of them.
#[derive(Default)]
struct Patterns {
    set: Vec<(String, Fact)>,
    out: BTreeSet<String>,
}

impl Patterns {
    fn fill(self, values: &mut BTreeMap<String, Fact>) {
        for (pattern, fact) in self.set.into_iter().rev() {
            for (key, _) in OWN {
                let fits = crate::parse::keyword::sshd::fits(key, &pattern);
                if fits && !self.out.contains(key) && !values.contains_key(key) {
                    let mut fact = fact.clone();
                    fact.path = key.into();
                    values.insert(key.to_owned(), fact);
                }
            }
        }
    }
}

fn apply(
    file: &str,
    text: &str,
    values: &mut BTreeMap<String, Fact>,
    patterns: &mut Patterns,
    subject: &mut Subject,
) {
    for pair in pairs::equals(text) {
        // A dash before the key: errors are let pass. Without a value it takes the key out of patterns.
        let dashed = pair.key.starts_with('-');
        let key = pair.key.trim_start_matches('-').trim();
        let key = if key.contains('/') && !key.contains('.') {
            key.replace('/', ".")
        } else {
            key.to_owned()
        };
        if pair.value.is_empty() {
            if dashed {
                patterns.out.insert(key);
            }
            continue;
        }
        let fact = super::host::set(key.clone(), value_of(&pair.value), file, pair.line);
        if key.contains('*') {
            patterns.set.push((key, fact));
        } else if let Some(mut old) = values.insert(key, fact) {
            old.origin = Origin::Shadowed;
            subject.put(old);
        }
    }
}
