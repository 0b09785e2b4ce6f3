//! The installed packages, by what they are, and how they are kept up to date.

use super::host::{Host, derived, reason, texts, unseen};
use super::{runtimes, updates};
use crate::model::{Collected, Seen, SourceError, Subject, Value};

const CLASSES: &str = include_str!("../../../rules/data/packages.txt");

/// The names of a class.
pub(super) fn class(name: &str) -> Vec<&'static str> {
    CLASSES
        .lines()
        .filter_map(|l| l.strip_prefix(name)?.strip_prefix(' '))
        .flat_map(str::split_whitespace)
        .collect()
}

/// The installed packages of a class.
pub(super) fn installed(host: &Host<'_>, name: &str) -> Value {
    match found(host, name) {
        Ok(found) => texts(found),
        Err(e) => unseen(&e),
    }
}

/// The names of a class that are installed.
pub(super) fn found(host: &Host<'_>, name: &str) -> Result<Vec<&'static str>, SourceError> {
    let all = host.packages()?;
    let mut found = class(name);
    found.retain(|n| all.contains_key(*n));
    Ok(found)
}

/// Collects the subject type `packages`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let names: Vec<String> = match host.packages() {
        Ok(all) => all.keys().cloned().collect(),
        Err(e) => {
            out.saw("packages", Seen::Not(reason(&e)));
            return;
        }
    };
    let place = host.record_place().to_owned();
    let mut subject = Subject::new("packages", "packages");
    subject.put(derived(
        "count",
        i64::try_from(names.len()).unwrap_or(i64::MAX),
        &place,
        0,
    ));
    subject.put(derived("names", texts(names), &place, 0));
    for (path, of) in [
        ("cleartext_services", "cleartext"),
        ("insecure_clients", "insecure-client"),
        ("surplus_services", "surplus"),
        ("compilers", "compiler"),
        ("update_tools", "update"),
        ("execution_control", "execution"),
        ("integrity_tools", "integrity"),
        ("intrusion_tools", "intrusion"),
        ("dhcp_servers", "dhcp"),
        ("log_agents", "siem"),
        ("mfa_modules", "mfa"),
    ] {
        subject.put(derived(path, installed(host, of), &place, 0));
    }
    for fact in updates::facts(host) {
        subject.put(fact);
    }
    subject.put(updates::execution(host));
    subject.put(runtimes::fact(host));
    out.subjects.push(subject);
    out.saw("packages", Seen::Whole);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found() {
        assert!(class("cleartext").contains(&"telnetd") && class("cleartext").contains(&"nis"));
        assert!(!class("clear").contains(&"telnetd"));
        assert!(class("antimalware").contains(&"clamav"));
    }
}
