//! The server collector: a root file system in, facts on sshd, accounts, passwords, logs, time, audit, packages,
//! anti-malware, firewall, kernel settings, sessions and sudo out.
//!
//! It reads files only, never judges, and says of each subject type whether it saw it whole, proved that it is not
//! there (no configuration file and no package), or could not see it.

mod accounts;
mod auditd;
mod firewall;
mod host;
mod journal;
mod lockout;
mod logging;
mod malware;
mod os;
mod packages;
mod pam;
mod password;
mod privilege;
mod rotation;
mod session;
mod sshd;
mod sysctl;
#[cfg(test)]
mod tests;
mod timesync;

use super::Context;
use crate::model::{Collected, Source};
use host::Host;

pub use sshd::{Files as SshdFiles, Version as SshdVersion, subjects as sshd_subjects};

/// Everything that can be seen of a server in its file system.
pub fn collect(source: &dyn Source, asset: &str, cx: &Context) -> Collected {
    let mut host = Host::new(source, cx.now);
    let mut out = Collected::default();
    for part in [
        os::collect,
        packages::collect,
        sshd::collect,
        password::collect,
        lockout::collect,
        accounts::collect,
        privilege::collect,
        session::collect,
        logging::collect,
        timesync::collect,
        auditd::collect,
        malware::collect,
        firewall::collect,
        sysctl::collect,
    ] {
        part(&mut host, &mut out);
    }
    out.evidence = host.into_evidence();
    for item in &mut out.evidence {
        item.id = format!("{asset}:{}", item.source);
    }
    out
}
