//! sudo: who may do what, without a password or not.

use super::host::{Host, reason, set, texts};
use crate::model::{Collected, Fact, List, Reason, Seen, Subject, Value};
use crate::parse::keyword::sudoers::{Line, parse};

const SUDOERS: &str = "/etc/sudoers";

/// How many files are read.
const MAX_FILES: usize = 200;

#[derive(Default)]
struct Rules {
    items: Vec<Value>,
    defaults: Vec<(String, String, u32)>,
    hidden: Vec<Reason>,
    files: usize,
}

/// Collects the subject type `privilege`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let text = match host.text(SUDOERS) {
        Ok(text) => text,
        Err(e) if e.is_missing() => {
            out.saw("privilege", host.without(SUDOERS, &["sudo", "sudo-ldap"]));
            return;
        }
        Err(e) => {
            out.saw("privilege", Seen::Not(reason(&e)));
            return;
        }
    };
    let mut rules = Rules::default();
    add(host, SUDOERS, &text, &mut rules);
    let mut subject = Subject::new("privilege", "sudo");
    let complete = rules.hidden.is_empty();
    subject.put(Fact::derived(
        "rules",
        Value::List(List {
            items: rules.items,
            complete,
        }),
    ));
    for (path, on) in [
        ("use_pty", "use_pty"),
        ("logfile", "logfile"),
        ("no_authentication", "!authenticate"),
        ("log_output", "log_output"),
    ] {
        let found = rules
            .defaults
            .iter()
            .find(|(s, _, _)| s == on || s.starts_with(&format!("{on}=")));
        let fact = match found {
            Some((_, file, line)) => set(path, true, file, *line),
            None if !complete => Fact::derived(
                path,
                Value::unseen("unreadable", "not all files of sudoers were read"),
            ),
            None => Fact::default_of(path, false),
        };
        subject.put(fact);
    }
    subject.put(Fact::derived(
        "hidden",
        texts(rules.hidden.iter().map(|r| r.detail.clone())),
    ));
    out.subjects.push(subject);
    match rules.hidden.into_iter().next() {
        Some(why) => out.saw("privilege", Seen::Not(why)),
        None => out.saw("privilege", Seen::Whole),
    }
}

fn add(host: &mut Host<'_>, path: &str, text: &str, rules: &mut Rules) {
    rules.files += 1;
    for line in parse(text) {
        match line {
            Line::Rule {
                line,
                who,
                nopasswd,
                all,
                commands,
            } => rules.items.push(Value::map([
                ("everyone", Value::Bool(who == "ALL")),
                ("root", Value::Bool(who == "root" || who == "#0")),
                ("group", Value::Bool(who.starts_with('%'))),
                ("who", who.into()),
                ("nopasswd", nopasswd.into()),
                ("all", all.into()),
                ("commands", commands.into()),
                ("file", path.into()),
                ("line", i64::from(line).into()),
            ])),
            Line::Defaults { line, settings } => {
                rules
                    .defaults
                    .extend(settings.into_iter().map(|s| (s, path.to_owned(), line)));
            }
            Line::Include {
                path: other,
                folder,
                ..
            } => include(host, path, &other, folder, rules),
        }
    }
}

fn include(host: &mut Host<'_>, from: &str, other: &str, folder: bool, rules: &mut Rules) {
    let other = if other.starts_with('/') {
        other.to_owned()
    } else {
        format!("{}/{other}", from.rsplit_once('/').map_or("", |(f, _)| f))
    };
    let files = if folder {
        match host.names(&other) {
            // sudo leaves out names with a dot or a tilde at the end.
            Ok(names) => names
                .into_iter()
                .filter(|n| !n.contains('.') && !n.ends_with('~'))
                .map(|n| format!("{other}/{n}"))
                .collect(),
            Err(e) => {
                rules.hidden.push(reason(&e));
                return;
            }
        }
    } else {
        vec![other]
    };
    for file in files {
        if rules.files >= MAX_FILES {
            rules.hidden.push(Reason::new("too-large", file));
            return;
        }
        match host.text(&file) {
            Ok(text) => add(host, &file, &text, rules),
            Err(e) => rules.hidden.push(reason(&e)),
        }
    }
}
