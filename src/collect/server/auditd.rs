//! auditd: is it on, what does it record, what does it do when the disk fills, who may read its log, where else it goes.

use super::auditrules;
use super::host::{Host, derived, number, reason, set, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Seen, Subject, Value};
use crate::parse::keyword::pairs;

const CONFIG: &str = "/etc/audit/auditd.conf";
const REMOTE: &str = "/etc/audit/audisp-remote.conf";
const PACKAGES: [&str; 2] = ["auditd", "audit"];

/// Plugins that hand records on: to another auditd, or to syslog.
const PLUGINS: [&str; 2] = ["au-remote.conf", "syslog.conf"];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    lines(
        CONFIG,
        &[
            "write_logs",
            "log_",
            "space_left",
            "admin_space_left",
            "max_log_file",
            "disk_",
            "num_logs",
            "flush",
            "freq",
            "name_format",
        ],
    ),
    // Whole: a line that is not meant as a rule may stop those after it.
    whole("/etc/audit/rules.d/*.rules"),
    whole("/etc/audit/audit.rules"),
    lines(REMOTE, &["remote_server", "port", "transport", "mode"]),
    lines("/etc/audit/plugins.d/*.conf", &["active"]),
    lines("/etc/audisp/plugins.d/*.conf", &["active"]),
    piece(What::Folder("/etc/audit/rules.d")),
    piece(What::Stat("/var/log/audit")),
    piece(What::Stat("/var/log/audit/audit.log")),
    piece(What::Stat(CONFIG)),
    piece(What::Stat("/etc/audit/rules.d/*.rules")),
    Piece {
        what: What::Command(&auditrules::STATUS),
        serves: &["drift"],
    },
    Piece {
        what: What::Command(&auditrules::LOADED),
        serves: &["drift"],
    },
];

const fn lines(path: &'static str, words: &'static [&'static str]) -> Piece {
    piece(What::File {
        path,
        keep: Keep::Lines(words),
    })
}

const fn whole(path: &'static str) -> Piece {
    piece(What::File {
        path,
        keep: Keep::Whole,
    })
}

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["auditd"],
    }
}

/// Collects the subject type `auditd`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let text = match host.text(CONFIG) {
        // A removed package leaves its configuration behind.
        Ok(_) if host.has(&PACKAGES) == Some(false) => {
            out.saw(
                "auditd",
                Seen::Absent(format!("no package {}", PACKAGES.join(", "))),
            );
            return;
        }
        Ok(text) => text,
        // Rules that were copied out of a host without the rest.
        Err(e) if e.is_missing() && host.has(&PACKAGES).is_none() && auditrules::any(host) => {
            let mut subject = Subject::new("auditd", "auditd");
            auditrules::collect(host, &mut subject, out);
            out.subjects.push(subject);
            out.saw("auditd", Seen::Whole);
            return;
        }
        Err(e) if e.is_missing() => {
            out.saw("auditd", host.without(CONFIG, &PACKAGES));
            return;
        }
        Err(e) => {
            out.saw("auditd", Seen::Not(reason(&e)));
            return;
        }
    };
    let mut subject = Subject::new("auditd", "auditd");
    let enabled = host.unit_on(&["auditd.service"]);
    subject.put(Fact::derived("enabled", enabled));
    settings(&mut subject, &text);
    auditrules::collect(host, &mut subject, out);
    subject.put(auditrules::at_boot(host));
    access(host, &mut subject);
    remote(host, &mut subject);
    out.subjects.push(subject);
    out.saw("auditd", Seen::Whole);
}

/// auditd's own values where its file is silent.
fn settings(subject: &mut Subject, text: &str) {
    const WORDS: [(&str, &str); 9] = [
        ("space_left_action", "ignore"),
        ("admin_space_left_action", "ignore"),
        ("max_log_file_action", "ignore"),
        ("disk_full_action", "ignore"),
        ("disk_error_action", "syslog"),
        ("write_logs", "yes"),
        ("log_format", "raw"),
        ("name_format", "none"),
        ("flush", "none"),
    ];
    let pairs = pairs::equals(text);
    for (key, own) in WORDS {
        subject.put(match pairs::last(&pairs, key) {
            Some(pair) => set(key, pair.value.to_ascii_lowercase(), CONFIG, pair.line),
            None => Fact::default_of(key, own),
        });
    }
    for key in ["max_log_file", "num_logs"] {
        subject.put(match pairs::last(&pairs, key) {
            Some(pair) => set(key, number(&pair.value), CONFIG, pair.line),
            None => Fact::default_of(key, 0),
        });
    }
}

/// May others read the log, or change what auditd is told? What is not there lets nobody in.
fn access(host: &Host<'_>, subject: &mut Subject) {
    let open = |paths: &[String], bits: u32| {
        let mut answer = Value::Bool(false);
        for path in paths {
            match host.entry(path) {
                Ok(entry) if entry.mode & bits != 0 => return Value::Bool(true),
                Ok(_) => {}
                Err(e) if e.is_missing() => {}
                Err(e) => answer = unseen(&e),
            }
        }
        answer
    };
    // A folder that others may not enter hides what is in it.
    let folder = open(&["/var/log/audit".to_owned()], 0o007);
    let log = if folder == Value::Bool(true) {
        open(&["/var/log/audit/audit.log".to_owned()], 0o007)
    } else {
        folder
    };
    subject.put(derived(
        "log_file.others",
        log,
        "/var/log/audit/audit.log",
        0,
    ));
    let mut files = vec![CONFIG.to_owned(), "/etc/audit/audit.rules".to_owned()];
    let writable = match host.drop_ins(&["/etc/audit/rules.d"], ".rules") {
        Ok(more) => {
            files.extend(more);
            open(&files, 0o022)
        }
        Err(e) => unseen(&e),
    };
    subject.put(derived("settings.writable", writable, CONFIG, 0));
}

/// Are records handed on to another host or to syslog, which may forward them?
fn remote(host: &mut Host<'_>, subject: &mut Subject) {
    let mut active: Vec<&str> = Vec::new();
    for plugin in PLUGINS {
        for folder in ["/etc/audit/plugins.d", "/etc/audisp/plugins.d"] {
            match host.optional(&format!("{folder}/{plugin}")) {
                Ok(text) => {
                    let pairs = pairs::equals(&text.unwrap_or_default());
                    if pairs::last(&pairs, "active").is_some_and(|p| p.value == "yes") {
                        active.push(plugin);
                    }
                }
                Err(e) => {
                    subject.put(Fact::derived("forwarded", unseen(&e)));
                    return;
                }
            }
        }
    }
    let server = match host.optional(REMOTE) {
        Ok(text) => {
            let pairs = pairs::equals(&text.unwrap_or_default());
            pairs::last(&pairs, "remote_server").is_some_and(|p| !p.value.is_empty())
        }
        Err(e) => {
            subject.put(Fact::derived("forwarded", unseen(&e)));
            return;
        }
    };
    let forwarded =
        active.contains(&"syslog.conf") || (active.contains(&"au-remote.conf") && server);
    subject.put(derived("forwarded", forwarded, REMOTE, 0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_values() {
        let mut subject = Subject::new("auditd", "auditd");
        settings(&mut subject, "max_log_file_action = ROTATE\nnum_logs = 5\n");
        assert_eq!(
            subject.facts["max_log_file_action"].value,
            Value::Text("rotate".into())
        );
        assert_eq!(subject.facts["num_logs"].value, Value::Int(5));
        assert_eq!(subject.facts["flush"].value, Value::Text("none".into()));
    }
}
