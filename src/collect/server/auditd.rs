//! auditd: is it on, what does it watch, what does it do when the disk fills.

use super::host::{Host, number, reason, set, texts, unseen};
use crate::model::{Collected, Fact, Seen, SourceError, Subject};
use crate::parse::keyword::{pairs, words};

const CONFIG: &str = "/etc/audit/auditd.conf";
const PACKAGES: [&str; 2] = ["auditd", "audit"];

/// Collects the subject type `auditd`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let text = match host.text(CONFIG) {
        // A removed package leaves its configuration behind.
        Ok(_) if host.has(&PACKAGES) == Some(false) => {
            out.saw(
                "auditd",
                Seen::Absent(format!("/var/lib/dpkg/status: {}", PACKAGES.join(", "))),
            );
            return;
        }
        Ok(text) => text,
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
    let enabled = host.unit_on(&["auditd.service"]).unwrap_or(true);
    subject.put(Fact::derived("enabled", enabled));
    settings(&mut subject, &text);
    rules(host, &mut subject);
    out.subjects.push(subject);
    out.saw("auditd", Seen::Whole);
}

/// auditd's own values where its file is silent.
fn settings(subject: &mut Subject, text: &str) {
    const WORDS: [(&str, &str); 5] = [
        ("space_left_action", "ignore"),
        ("admin_space_left_action", "ignore"),
        ("max_log_file_action", "ignore"),
        ("disk_full_action", "ignore"),
        ("disk_error_action", "syslog"),
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

type Rule = (String, u32, Vec<String>);

/// `rules.d` as augenrules puts it together, else `audit.rules`.
fn read(host: &mut Host<'_>) -> Result<Vec<Rule>, SourceError> {
    let mut files = host.drop_ins(&["/etc/audit/rules.d"], ".rules")?;
    if files.is_empty() {
        files.push("/etc/audit/audit.rules".to_owned());
    }
    let mut rules: Vec<Rule> = Vec::new();
    for file in files {
        let text = host.optional(&file)?.unwrap_or_default();
        for line in words(&text, &['#']) {
            // `-D` removes all rules before it.
            if line.words.first().is_some_and(|w| w == "-D") && line.words.len() == 1 {
                rules.clear();
            }
            rules.push((file.clone(), line.line, line.words));
        }
    }
    Ok(rules)
}

fn rules(host: &mut Host<'_>, subject: &mut Subject) {
    const ALL: [&str; 8] = [
        "rules.count",
        "rules.execve",
        "rules.identity",
        "rules.time",
        "rules.sudoers",
        "rules.access",
        "immutable",
        "watches",
    ];
    let rules = match read(host) {
        Ok(rules) => rules,
        Err(e) => {
            for path in ALL {
                subject.put(Fact::derived(path, unseen(&e)));
            }
            return;
        }
    };
    subject.put(Fact::derived("rules.count", count(&rules)));
    let find = |path: &'static str, fits: &dyn Fn(&[String]) -> bool| match rules
        .iter()
        .find(|(_, _, w)| fits(w))
    {
        Some((file, line, _)) => set(path, true, file, *line),
        None => Fact::derived(path, false),
    };
    subject.put(find("rules.execve", &|w| calls(w, &["execve", "execveat"])));
    subject.put(find("rules.time", &|w| {
        calls(w, &["adjtimex", "settimeofday", "clock_settime"])
    }));
    subject.put(find("rules.access", &|w| {
        calls(w, &["open", "openat", "creat", "truncate", "ftruncate"])
    }));
    subject.put(find(
        "immutable",
        &|w| matches!(w, [e, n] if e == "-e" && n == "2"),
    ));
    watches(subject, &rules);
}

fn watches(subject: &mut Subject, rules: &[Rule]) {
    let watched: Vec<&str> = rules.iter().filter_map(|(_, _, w)| watched(w)).collect();
    let covers = |file: &str| {
        watched.iter().any(|w| {
            file == *w
                || file
                    .strip_prefix(w.trim_end_matches('/'))
                    .is_some_and(|r| r.starts_with('/'))
        })
    };
    let identity = ["/etc/passwd", "/etc/shadow", "/etc/group"]
        .iter()
        .all(|f| covers(f));
    subject.put(Fact::derived("rules.identity", identity));
    subject.put(Fact::derived("rules.sudoers", covers("/etc/sudoers")));
    subject.put(Fact::derived("watches", texts(watched)));
}

fn count(rules: &[Rule]) -> i64 {
    let is_rule = |w: &[String]| matches!(w.first().map(String::as_str), Some("-w" | "-a" | "-A"));
    let count = rules.iter().filter(|(_, _, w)| is_rule(w)).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Does a rule record one of these system calls?
fn calls(w: &[String], names: &[&str]) -> bool {
    let always = |a: &String| matches!(a.as_str(), "always,exit" | "exit,always");
    let named = |list: &str| list.split(',').any(|n| names.contains(&n) || n == "all");
    // A rule for refused calls or for a change of user alone (CIS, STIG) does not record the call.
    let narrow = |a: &String| a == "-C" || a == "success=0" || a.starts_with("exit=");
    w.iter().any(always)
        && !w.iter().any(narrow)
        && w.windows(2)
            .any(|p| matches!(p, [s, n] if s == "-S" && named(n)))
}

/// The path that a rule watches for changes: `-w PATH -p wa`, or `-F path=` and `-F dir=`.
fn watched(w: &[String]) -> Option<&str> {
    if let [flag, path, rest @ ..] = w
        && flag == "-w"
    {
        let writes = rest
            .windows(2)
            .find(|p| matches!(p, [f, _] if f == "-p"))
            .is_none_or(|p| matches!(p, [_, v] if v.contains('w')));
        return writes.then_some(path.as_str());
    }
    // Only reading is watched, not changes.
    if w.iter().any(|a| {
        a.strip_prefix("perm=")
            .is_some_and(|p| !p.contains(['w', 'a']))
    }) {
        return None;
    }
    w.iter()
        .find_map(|a| a.strip_prefix("path=").or_else(|| a.strip_prefix("dir=")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    #[test]
    fn narrow_rules_do_not_count() {
        let words = |t: &str| t.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let run = |t: &str| calls(&words(t), &["execve"]);
        assert!(run("-a always,exit -F arch=b64 -S execve -k exec"));
        assert!(!run(
            "-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation"
        ));
        assert!(!run("-a always,exit -S execve -F exit=-EACCES -k access"));
    }

    #[test]
    fn watches() {
        let words = |t: &str| t.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            watched(&words("-w /etc/passwd -p wa -k identity")),
            Some("/etc/passwd")
        );
        assert_eq!(watched(&words("-w /etc/passwd -p r")), None);
        assert_eq!(
            watched(&words("-a always,exit -F dir=/etc -F perm=wa")),
            Some("/etc")
        );
        let mut subject = Subject::new("auditd", "auditd");
        settings(&mut subject, "max_log_file_action = ROTATE\nnum_logs = 5\n");
        assert_eq!(
            subject.facts["max_log_file_action"].value,
            Value::Text("rotate".into())
        );
        assert_eq!(subject.facts["num_logs"].value, Value::Int(5));
    }
}
