//! sudo: who may do what, without a password or not.

use std::collections::{BTreeMap, BTreeSet};

use super::host::{Host, reason, set, texts};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Fact, List, Reason, Seen, Subject, Value};
use crate::parse::keyword::sudoers::{Alias, Line, parse};
use crate::parse::keyword::{Words, words};

const SUDOERS: &str = "/etc/sudoers";

/// The rules of doas, where that is there instead or beside.
const DOAS: [&str; 2] = ["/etc/doas.conf", "/etc/doas.d/*.conf"];
const DOAS_PACKAGES: [&str; 2] = ["doas", "opendoas"];

/// What this part reads. Files that sudoers includes from elsewhere were not seen.
pub(super) const PIECES: &[Piece] = &[
    file(SUDOERS),
    file("/etc/sudoers.d/*"),
    file(DOAS[0]),
    file(DOAS[1]),
    Piece {
        what: What::Folder("/etc/sudoers.d"),
        serves: &["privilege"],
    },
];

const fn file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["privilege"],
    }
}

/// Programs that can run any other or write any file: who may run one as root is root.
const OPEN: [&str; 30] = [
    "bash", "sh", "dash", "zsh", "ksh", "su", "vi", "vim", "nano", "emacs", "ed", "less", "more",
    "man", "find", "awk", "gawk", "sed", "perl", "python", "python3", "ruby", "env", "tee", "cp",
    "mv", "dd", "tar", "docker", "chroot",
];

/// How many rules are shown, aliases resolved.
const MAX_RULES: usize = 10_000;

/// How many files are read.
const MAX_FILES: usize = 200;

/// A rule as it stands in a file.
struct Rule {
    who: String,
    nopasswd: bool,
    all: bool,
    negated: bool,
    commands: String,
    file: String,
    line: u32,
}

/// One setting of a `Defaults` line.
struct Setting {
    text: String,
    scoped: bool,
    file: String,
    line: u32,
}

#[derive(Default)]
struct Rules {
    rules: Vec<Rule>,
    aliases: BTreeMap<(Alias, String), Vec<String>>,
    /// A line or an alias was not understood.
    unclear: bool,
    defaults: Vec<Setting>,
    hidden: Vec<Reason>,
    files: usize,
}

/// Collects the subject type `privilege`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let text = match host.text(SUDOERS) {
        Ok(text) => text,
        Err(e) if e.is_missing() => {
            let packages = [&["sudo", "sudo-ldap"][..], &DOAS_PACKAGES].concat();
            out.saw("privilege", host.without(SUDOERS, &packages));
            return;
        }
        Err(e) => {
            out.saw("privilege", Seen::Not(reason(&e)));
            return;
        }
    };
    let mut rules = Rules::default();
    add(host, SUDOERS, &text, &mut rules);
    if host.has(&DOAS_PACKAGES) != Some(false) {
        by_doas(host, &mut rules);
    }
    let mut subject = Subject::new("privilege", "sudo");
    let complete = rules.hidden.is_empty();
    let exempt = exempt(&rules);
    let items = resolved(&mut rules, exempt.as_ref());
    subject.put(Fact::derived(
        "rules",
        Value::List(List {
            complete: complete && !rules.unclear,
            items,
        }),
    ));
    let hidden = || Value::unseen("unreadable", "not all files of sudoers were read");
    for (path, name, own) in [
        ("use_pty", "use_pty", pty_of(host)),
        ("logfile", "logfile", Value::Bool(false)),
        ("log_output", "log_output", Value::Bool(false)),
        ("syslog", "syslog", Value::Bool(true)),
    ] {
        subject.put(match rules.last(name) {
            // A file that was not read may say other after it.
            Some(_) | None if !complete => Fact::derived(path, hidden()),
            Some((on, _, setting)) => set(path, on, &setting.file, setting.line),
            None => Fact::default_of(path, own),
        });
    }
    // Whoever need not show who they are is one too many.
    let open = rules.defaults.iter().find(|s| s.text == "!authenticate");
    let open = open.map(|s| (s.file.clone(), s.line));
    let open = open.or(exempt.map(|e| (e.file, e.line)));
    subject.put(match open {
        Some((file, line)) => set("no_authentication", true, &file, line),
        None if !complete => Fact::derived("no_authentication", hidden()),
        None => Fact::default_of("no_authentication", false),
    });
    subject.put(match rules.last("timestamp_timeout") {
        Some(_) | None if !complete => Fact::derived("timestamp_minutes", hidden()),
        Some((on, value, s)) => set("timestamp_minutes", minutes(on, value), &s.file, s.line),
        // Its own value is 5; Debian builds it with 15: no longer than that.
        None => Fact::default_of("timestamp_minutes", 15),
    });
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

/// The group whose members never show who they are.
struct Exempt {
    group: String,
    file: String,
    line: u32,
}

/// `exempt_group`: for some users, or the last one for all.
fn exempt(rules: &Rules) -> Option<Exempt> {
    let scoped = rules.defaults.iter().filter(|s| s.scoped).find_map(|s| {
        let (key, value) = s.text.split_once('=')?;
        (key.trim() == "exempt_group").then(|| (value.trim(), s))
    });
    let (value, s) = match scoped {
        Some(found) => found,
        None => {
            let (on, value, s) = rules.last("exempt_group")?;
            on.then_some((value, s))?
        }
    };
    let group = value.trim_matches('"');
    (!group.is_empty()).then(|| Exempt {
        group: group.to_owned(),
        file: s.file.clone(),
        line: s.line,
    })
}

/// Minutes for which sudo does not ask again; below zero for ever.
fn minutes(on: bool, value: &str) -> Value {
    if !on {
        return Value::Int(0);
    }
    let value = value.trim_matches('"');
    // Parts of a minute count as a whole one.
    match value.parse::<i64>() {
        Ok(n) => Value::Int(n),
        Err(_) => match value.split_once('.').map(|(n, _)| n.parse::<i64>()) {
            Some(Ok(n)) if !value.starts_with('-') => Value::Int(n.saturating_add(1)),
            Some(_) | None => Value::unseen("not-a-number", "timestamp_timeout"),
        },
    }
}

/// Does sudo of itself run commands in a terminal of their own? Since 1.9.14.
fn pty_of(host: &Host<'_>) -> Value {
    let Some(version) = host.version("sudo") else {
        return Value::unseen(
            "ambiguous",
            "depends on the version of sudo, which is not known",
        );
    };
    let version = version.rsplit_once(':').map_or(version, |(_, v)| v);
    let mut parts = version
        .split(|c: char| !c.is_ascii_digit())
        .map(|n| n.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let version = (next(), next(), next());
    Value::Bool(version >= (1, 9, 14))
}

/// The rules, one for each user that its aliases name, with the commands that theirs name.
fn resolved(rules: &mut Rules, exempt: Option<&Exempt>) -> Vec<Value> {
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
            let members = exempt
                .is_some_and(|e| who == "ALL" || who.strip_prefix('%') == Some(e.group.as_str()));
            items.push(Value::map([
                ("everyone", Value::Bool(who == "ALL")),
                ("root", Value::Bool(who == "root" || who == "#0")),
                ("group", Value::Bool(who.starts_with('%'))),
                ("who", who.into()),
                ("nopasswd", (rule.nopasswd || members).into()),
                ("all", all.into()),
                (
                    "negated",
                    (rule.negated || commands.iter().any(|c| c.starts_with('!'))).into(),
                ),
                (
                    "escapes",
                    (!all && commands.iter().any(|c| escapes(c))).into(),
                ),
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

/// Is it a program that can run any other? Names may be patterns; a folder is all that stands in it.
fn escapes(command: &str) -> bool {
    let name = command.rsplit('/').next().unwrap_or_default();
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    OPEN.contains(&name) || OPEN.contains(&stem) || command.ends_with('/') || name == "*"
}

impl Rules {
    /// What counts of a setting: the last line for all, on or off, with its value.
    fn last(&self, name: &str) -> Option<(bool, &str, &Setting)> {
        self.defaults
            .iter()
            .rev()
            .filter(|s| !s.scoped)
            .find_map(|s| {
                let (key, value) = s.text.split_once('=').unwrap_or((&s.text, ""));
                let key = key.trim();
                let off = key.strip_prefix('!').map(str::trim);
                (off.unwrap_or(key) == name).then_some((off.is_none(), value.trim(), s))
            })
    }

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
                negated,
                commands,
            } => rules.rules.push(Rule {
                who,
                nopasswd,
                all,
                negated,
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
            Line::Defaults {
                line,
                scoped,
                settings,
            } => {
                rules
                    .defaults
                    .extend(settings.into_iter().map(|text| Setting {
                        text,
                        scoped,
                        file: path.to_owned(),
                        line,
                    }));
            }
            Line::Include {
                path: other,
                folder,
                ..
            } => include(host, path, &other, folder, rules),
        }
    }
}

/// `permit nopass :wheel as root cmd /bin/x`: who is permitted may it as by a rule of sudo.
fn by_doas(host: &mut Host<'_>, rules: &mut Rules) {
    for pattern in DOAS {
        let files = match host.glob(pattern) {
            Ok(files) => files,
            Err(e) => {
                rules.hidden.push(reason(&e));
                continue;
            }
        };
        for file in files {
            match host.optional(&file) {
                Ok(text) => {
                    let all = words(&text.unwrap_or_default(), &['#']);
                    rules
                        .rules
                        .extend(all.iter().filter_map(|w| permitted(&file, w)));
                }
                Err(e) => rules.hidden.push(reason(&e)),
            }
        }
    }
}

fn permitted(file: &str, line: &Words) -> Option<Rule> {
    if line.keyword() != "permit" {
        return None;
    }
    let (mut nopasswd, mut inside, mut who) = (false, false, None);
    let mut rest = line.args().iter();
    for word in rest.by_ref() {
        match word.as_str() {
            // `setenv { NAME=value }`
            "{" => inside = true,
            "}" => inside = false,
            _ if inside => {}
            "nopass" => nopasswd = true,
            "nolog" | "persist" | "keepenv" | "setenv" => {}
            other => {
                who = Some(other.to_owned());
                break;
            }
        }
    }
    let command = rest.skip_while(|w| *w != "cmd").nth(1).cloned();
    let who = who?;
    Some(Rule {
        who: match who.strip_prefix(':') {
            Some(group) => format!("%{group}"),
            None => who,
        },
        nopasswd,
        all: command.is_none(),
        negated: false,
        commands: command.unwrap_or_else(|| "ALL".to_owned()),
        file: file.to_owned(),
        line: line.line,
    })
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
    let owner = host.entry(SUDOERS).map(|e| e.uid);
    for file in files {
        if rules.files >= MAX_FILES {
            rules.hidden.push(Reason::new("too-large", file));
            return;
        }
        let settings = rules.defaults.len();
        match host.text(&file) {
            Ok(text) => add(host, &file, &text, rules),
            Err(e) => rules.hidden.push(reason(&e)),
        }
        // sudo passes over a file that others may write; what its rules would give stays a finding.
        let loose = host.entry(&file).is_ok_and(|e| {
            let group = e.mode & 0o020 != 0 && e.gid != 0;
            e.mode & 0o002 != 0 || group || owner.as_ref().is_ok_and(|uid| e.uid != *uid)
        });
        if loose {
            rules.defaults.truncate(settings);
        }
    }
}
