//! The installed packages, by what they are, and how they are kept up to date.

use super::host::{Host, derived, reason, texts, unseen};
use crate::model::{Collected, Day, Fact, Seen, Subject, Value};

const CLASSES: &str = include_str!("../../../rules/data/packages.txt");

/// Logs in which package tools write what they did, newest first.
const LOGS: [&str; 2] = ["/var/log/dpkg.log", "/var/log/dpkg.log.1"];

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
    match host.packages() {
        Ok(all) => texts(class(name).into_iter().filter(|n| all.contains_key(*n))),
        Err(e) => unseen(&e),
    }
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
    let facts = [automatic(host), changed(host)];
    facts.into_iter().for_each(|f| subject.put(f));
    out.subjects.push(subject);
    out.saw("packages", Seen::Whole);
}

/// Does apt fetch and install security updates on its own?
fn automatic(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "updates.automatic";
    let files = match host.drop_ins(&["/etc/apt/apt.conf.d"], "") {
        Ok(files) => files,
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let mut found = None;
    for file in files {
        let text = match host.optional(&file) {
            Ok(text) => text.unwrap_or_default(),
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        for (line, content) in crate::parse::keyword::numbered(&text) {
            let content = content.trim();
            if content.starts_with("APT::Periodic::Unattended-Upgrade ") {
                let on = !content.contains("\"0\"");
                found = Some((on, file.clone(), line));
            }
        }
    }
    let tool = host.has(&["unattended-upgrades"]).unwrap_or(false);
    match found {
        Some((on, file, line)) => derived(PATH, on && tool, &file, line),
        None => derived(PATH, false, "/etc/apt/apt.conf.d", 0),
    }
}

/// Days since a package was last installed or upgraded, from dpkg's log.
fn changed(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "updates.age_days";
    for file in LOGS {
        let text = match host.optional(file) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        let last = crate::parse::keyword::numbered(&text)
            .filter(|(_, l)| l.contains(" upgrade ") || l.contains(" install "))
            .filter_map(|(line, l)| Some((line, Day::parse(l.get(..10)?)?)))
            .last();
        if let Some((line, day)) = last {
            return derived(PATH, host.today.days_since(day), file, line);
        }
    }
    Fact::derived(
        PATH,
        Value::unseen("missing-fact", "no log of dpkg names an upgrade"),
    )
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
