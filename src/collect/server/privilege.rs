//! sudo: who may do what, without a password or not.

use std::collections::{BTreeMap, BTreeSet};

use super::host::{Host, reason, set, texts};
use crate::model::{Collected, Fact, List, Reason, Seen, Subject, Value};
use crate::parse::keyword::sudoers::{Alias, Line, parse};

const SUDOERS: &str = "/etc/sudoers";

/// How many rules are shown, aliases resolved.
const MAX_RULES: usize = 10_000;

/// How many files are read.
const MAX_FILES: usize = 200;

/// A rule as it stands in a file.
struct Rule {
    who: String,
    nopasswd: bool,
    all: bool,
    commands: String,
    file: String,
    line: u32,
}

#[derive(Default)]
struct Rules {
    rules: Vec<Rule>,
    aliases: BTreeMap<(Alias, String), Vec<String>>,
    /// A line or an alias was not understood.
    unclear: bool,
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
    let items = resolved(&mut rules);
    subject.put(Fact::derived(
        "rules",
        Value::List(List {
            complete: complete && !rules.unclear,
            items,
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

/// The rules, one for each user that its aliases name, with the commands that theirs name.
fn resolved(rules: &mut Rules) -> Vec<Value> {
    let mut items = Vec::new();
    let mut unclear = rules.unclear;
    for rule in &rules.rules {
        let named = rule.commands.split(", ").map(str::to_owned).collect();
        let commands = rules.expand(Alias::Command, named, &mut unclear);
        let all = rule.all || commands.iter().any(|c| c == "ALL");
        for who in rules.expand(Alias::User, vec![rule.who.clone()], &mut unclear) {
            // Who is left out of a list may nothing by it.
            if who.starts_with('!') {
                continue;
            }
            items.push(Value::map([
                ("everyone", Value::Bool(who == "ALL")),
                ("root", Value::Bool(who == "root" || who == "#0")),
                ("group", Value::Bool(who.starts_with('%'))),
                ("who", who.into()),
                ("nopasswd", rule.nopasswd.into()),
                ("all", all.into()),
                ("commands", commands.join(", ").into()),
                ("file", rule.file.as_str().into()),
                ("line", i64::from(rule.line).into()),
            ]));
            if items.len() >= MAX_RULES {
                rules.unclear = true;
                return items;
            }
        }
    }
    rules.unclear = unclear;
    items
}

impl Rules {
    /// The names with what the aliases among them stand for; an alias that is nowhere makes it unclear.
    fn expand(&self, kind: Alias, names: Vec<String>, unclear: &mut bool) -> Vec<String> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        let mut todo: Vec<String> = names.into_iter().rev().collect();
        while let Some(name) = todo.pop() {
            let alias = name.starts_with(|c: char| c.is_ascii_uppercase())
                && name
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
            if !alias || name == "ALL" {
                all.push(name);
                continue;
            }
            if !seen.insert(name.clone()) {
                continue;
            }
            match self.aliases.get(&(kind, name.clone())) {
                Some(members) => todo.extend(members.iter().rev().cloned()),
                None => {
                    *unclear = true;
                    all.push(name);
                }
            }
        }
        all
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
            } => rules.rules.push(Rule {
                who,
                nopasswd,
                all,
                commands,
                file: path.to_owned(),
                line,
            }),
            Line::Alias {
                kind,
                name,
                members,
                ..
            } => {
                rules.aliases.insert((kind, name), members);
            }
            Line::Broken { .. } => rules.unclear = true,
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
