//! The server collector: a root file system in, facts on sshd, accounts, passwords, logs, time, audit, packages,
//! anti-malware, firewall, kernel settings, sessions and sudo out.
//!
//! It reads files only, never judges, and says of each subject type whether it saw it whole, proved that it is not
//! there (no configuration file and no package), or could not see it.

mod accounts;
mod auditctl;
mod auditd;
mod auditrules;
mod authentication;
mod backup;
mod cleaning;
mod cmdline;
mod common;
mod containers;
mod dhcp;
mod drift;
mod firewall;
mod gather;
pub mod grant;
mod groups;
mod homes;
mod host;
mod integrity;
mod intrusion;
mod journal;
mod kernel;
mod lastlogin;
mod legacy;
mod lists;
mod lockout;
mod logfiles;
mod logging;
mod lsm;
mod malware;
mod monitoring;
mod mounts;
mod mountunits;
mod open_stack;
mod os;
mod packages;
mod pam;
mod password;
mod permissions;
pub mod plan;
mod privilege;
mod proxy;
mod record;
mod reduce;
mod remote;
mod repositories;
mod resolver;
mod rotation;
mod runtimes;
mod schedule;
mod screen;
pub mod script;
mod services;
mod session;
mod shippers;
mod sockets;
mod sshd;
mod started;
mod sysctl;
#[cfg(test)]
mod tests;
mod timers;
mod timesync;
mod tree;
mod updates;

use std::collections::BTreeSet;

use super::Context;
use crate::model::{Collected, Place, Reason, Seen, Source, Value};
use host::Host;

pub(in crate::collect) use firewall::{
    Rules as FirewallRules, hooked as firewall_line, of_rules as firewall_of_rules,
};
pub use gather::{gather, gather_of};
pub use lists::beside;
pub(in crate::collect) use rotation::days as days_kept;
pub(in crate::collect) use timesync::of_lines as time_lines;

pub use sshd::{Files as SshdFiles, Version as SshdVersion, subjects as sshd_subjects};

/// A part of the collector.
type Part = fn(&mut Host<'_>, &mut Collected);

/// Parts with their names.
macro_rules! named {
    ($($part:path,)*) => { [$((stringify!($part), $part as Part)),*] };
}

/// All parts, in the order in which they run.
fn parts() -> impl IntoIterator<Item = (&'static str, Part)> {
    named![
        os::collect,
        packages::collect,
        sshd::collect,
        password::collect,
        lockout::collect,
        accounts::collect,
        privilege::collect,
        session::collect,
        authentication::collect,
        screen::collect,
        logging::collect,
        timesync::collect,
        auditd::collect,
        backup::collect,
        monitoring::collect,
        malware::collect,
        integrity::collect,
        sysctl::collect,
        firewall::collect,
        repositories::collect,
        runtimes::collect,
        mounts::collect,
        permissions::collect,
        tree::collect,
        containers::collect,
        services::collect,
        legacy::collect,
        sockets::collect,
        kernel::collect,
        lsm::collect,
        resolver::collect,
        dhcp::collect,
        intrusion::collect,
        remote::collect,
        proxy::collect,
    ]
}

/// Everything that can be seen of a server in its file system.
pub fn collect(source: &dyn Source, asset: &str, cx: &Context) -> Collected {
    let mut host = Host::new(source, cx.now);
    let mut out = Collected::default();
    for (_, part) in parts() {
        part(&mut host, &mut out);
    }
    out.evidence = host.into_evidence();
    if !is_whole(source) {
        blind(&mut out);
    }
    for item in &mut out.evidence {
        item.id = format!("{asset}:{}", item.source);
    }
    out
}

/// What some parts see of files that were copied out of a host: what is not among them is not known.
pub(in crate::collect) fn of_files(
    source: &dyn Source,
    names: &[&str],
    cx_now: jiff::Timestamp,
) -> Collected {
    let mut host = Host::new(source, cx_now);
    let mut out = Collected::default();
    for (_, part) in parts().into_iter().filter(|(name, _)| {
        names
            .iter()
            .any(|n| name.strip_suffix("::collect") == Some(n))
    }) {
        part(&mut host, &mut out);
    }
    out.evidence = host.into_evidence();
    // All that sudo is told stands below this file.
    for subject in out.subjects.iter_mut().filter(|s| &*s.kind == "privilege") {
        subject
            .place
            .get_or_insert_with(|| Place::new("/etc/sudoers", 1));
    }
    blind(&mut out);
    out
}

/// Is this the root of a host, not a few files copied out of one? Every Linux host has one of these.
fn is_whole(source: &dyn Source) -> bool {
    ["/etc/passwd", "/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .any(|path| source.stat(path).is_ok())
}

/// In a few files copied out of a host, a file that is not there proves nothing: what rests on no file that was read
/// was not seen.
fn blind(out: &mut Collected) {
    let read: BTreeSet<String> = out
        .evidence
        .iter()
        .map(|item| item.source.clone())
        .collect();
    let seen = |place: Option<&Place>| place.is_some_and(|p| read.contains(&*p.file));
    for subject in &mut out.subjects {
        // Files that were copied out have the rights and owners of the copy.
        let of_copy = &*subject.kind == "permissions";
        // A program whose own file was read has its defaults.
        if !of_copy && seen(subject.place.as_ref()) {
            continue;
        }
        for fact in subject
            .facts
            .values_mut()
            .filter(|fact| of_copy || !seen(fact.place.as_ref()))
        {
            fact.value = Value::unseen(NOT_A_ROOT, "");
        }
    }
    for sight in &mut out.sights {
        if let Seen::Absent(proof) = &sight.seen {
            sight.seen = Seen::Not(Reason::new(NOT_A_ROOT, proof.clone()));
        }
    }
}

/// The code of what a folder that is no whole root cannot show.
pub const NOT_A_ROOT: &str = "not-a-root";
