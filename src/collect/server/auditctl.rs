//! How `auditctl -R` reads rules: in the order that augenrules gives them, to the first line that it refuses, unless a line
//! before says to go on (`-i`, `-c`). What stands behind that line is not loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A line: its file, its number, its words.
pub(super) type Rule = (String, u32, Vec<String>);

/// What is loaded of the lines.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) rules: Vec<Rule>,
    /// The line at which the reading ends: file, line, why.
    pub(super) refused: Option<(String, u32, &'static str)>,
}

/// The lines of one file, as it splits them: at blanks only.
pub(super) fn lines(file: &str, text: &str) -> Vec<Rule> {
    let split = |line: &str| -> Vec<String> {
        let words = line.split(' ').filter(|w| !w.is_empty());
        words.map(str::to_owned).collect()
    };
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim_start().starts_with('#'))
        .map(|(number, line)| (file.to_owned(), number, split(line)))
        .filter(|(_, _, words)| {
            // What begins otherwise is no rule that somebody meant.
            words
                .first()
                .is_some_and(|w| MEANT.iter().any(|m| w.starts_with(m)))
        })
        .collect()
}

/// As augenrules puts files together: the last `-D`, `-b` and `-f` first, the last `-e` at the end.
pub(super) fn put_together(lines: Vec<Rule>) -> Vec<Rule> {
    let (mut first, mut last) = (BTreeMap::new(), None);
    let mut rest = Vec::new();
    for line in lines {
        let word = line.2.first().map_or("", String::as_str);
        if word.starts_with("-e") {
            last = Some(line);
        } else if word == "-D" && line.2.len() == 1 {
            first.insert(0, line);
        } else if word.starts_with("-b") {
            first.insert(1, line);
        } else if word.starts_with("-f") {
            first.insert(2, line);
        } else {
            rest.push(line);
        }
    }
    first.into_values().chain(rest).chain(last).collect()
}

/// What the kernel has after all lines.
pub(super) fn loaded(lines: Vec<Rule>) -> Loaded {
    let mut out = Loaded::default();
    let mut held: Vec<Option<Rule>> = Vec::new();
    let mut present: BTreeMap<Key, usize> = BTreeMap::new();
    let (mut goes_on, mut locked) = (false, false);
    for (nth, line) in lines.into_iter().enumerate() {
        let words = &line.2;
        goes_on |= words.iter().any(|w| w == "-i" || w == "-c");
        let mut forget = |at: usize| {
            if let Some(rule) = held.get_mut(at) {
                *rule = None;
            }
        };
        let refused = match read(words) {
            _ if nth >= MAX_LINES => Some("more lines than are looked at"),
            Err(why) => Some(why),
            Ok(_) if locked => Some("the rules are locked before it"),
            Ok(None) if words.first().is_some_and(|w| w == "-D") => {
                let name = words.get(2);
                present.retain(|key, at| {
                    let goes = name.is_none_or(|name| key.names.contains(name));
                    if goes {
                        forget(*at);
                    }
                    !goes
                });
                None
            }
            Ok(None) => {
                locked |= matches!(words.as_slice(), [e, n] if e == "-e" && n == "2");
                held.push(Some(line.clone()));
                None
            }
            Ok(Some(key)) if key.removes => {
                let ways = [false, true].map(|prepended| Key {
                    prepended,
                    removes: false,
                    ..key.clone()
                });
                let gone = ways
                    .iter()
                    .filter_map(|way| present.remove(way))
                    .collect::<Vec<_>>();
                gone.iter().for_each(|at| forget(*at));
                gone.is_empty()
                    .then_some("it removes a rule that is not there")
            }
            Ok(Some(key)) if present.contains_key(&key) => Some("the same rule stands before"),
            Ok(Some(key)) => {
                present.insert(key, held.len());
                held.push(Some(line.clone()));
                None
            }
        };
        if let Some(why) = refused
            && (!goes_on || nth >= MAX_LINES)
        {
            out.refused = Some((line.0, line.1, why));
            break;
        }
    }
    out.rules = held.into_iter().flatten().collect();
    out
}

/// What makes a rule the same as another.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    list: String,
    action: String,
    calls: BTreeSet<String>,
    fields: Vec<String>,
    names: Vec<String>,
    prepended: bool,
    removes: bool,
}

impl Key {
    fn is_rule(&self) -> bool {
        !self.list.is_empty()
    }

    /// A field; `path` and `dir` of a watch are one.
    fn field(&mut self, field: &str) {
        let field = field
            .replace("!=-1", "!=unset")
            .replace("!=4294967295", "!=unset");
        let path = field
            .strip_prefix("dir=")
            .or_else(|| field.strip_prefix("path="));
        self.fields.push(match path {
            Some(path) => format!("path={}", path.trim_end_matches('/')),
            None => field,
        });
    }

    fn perms(&mut self, letters: &str) {
        let sorted: BTreeSet<char> = letters.to_ascii_lowercase().chars().collect();
        self.fields
            .push(format!("perm={}", sorted.into_iter().collect::<String>()));
    }
}

/// A line as options with their words; nothing where it is no rule.
fn read(words: &[String]) -> Result<Option<Key>, &'static str> {
    let mut key = Key::default();
    let (mut calls, mut filtered, mut narrow) = (false, false, "");
    for (option, word) in options(words)? {
        let listed = key.is_rule();
        match option {
            'a' | 'A' | 'd' => {
                if listed {
                    return Err("two lists");
                }
                (key.list, key.action) = list(&word)?;
                if key.list == "task" && calls {
                    return Err("system calls in the list of tasks");
                }
                key.prepended = option == 'A';
                key.removes = option == 'd';
            }
            'w' | 'W' => {
                if listed {
                    return Err("a watch inside a rule");
                }
                if !word.starts_with('/') {
                    return Err("a path that does not begin with /");
                }
                (key.list, key.action) = ("exit".into(), "always".into());
                key.removes = option == 'W';
                key.field(&format!("path={word}"));
                calls = true;
            }
            'S' => {
                if ["task", "user", "filesystem", "exclude"].contains(&key.list.as_str()) {
                    return Err("system calls in a list that has none");
                }
                for call in word.split(',') {
                    if key.list != "io_uring" && !is_call(call, narrow) {
                        return Err("a system call that is not known");
                    }
                    key.calls.insert(call.to_owned());
                }
                calls = true;
            }
            'F' => {
                if !listed {
                    return Err("a field before the list");
                }
                if let Some(name) = word.strip_prefix("key=") {
                    key.names.push(name.to_owned());
                    continue;
                }
                let (name, value) = field(&word)?;
                if name == "arch" {
                    if calls {
                        return Err("arch behind a system call");
                    }
                    narrow = if value.contains("32") || value == "i386" {
                        "32"
                    } else {
                        "64"
                    };
                }
                filtered |= ["perm", "exe", "fstype"].contains(&name);
                if name == "perm" {
                    key.perms(value);
                } else {
                    key.field(&word);
                }
            }
            'C' => {
                let (one, other) = word
                    .split_once("!=")
                    .or_else(|| word.split_once('='))
                    .ok_or("a comparison without = or !=")?;
                if ![one, other].iter().all(|name| COMPARED.contains(name)) {
                    return Err("a field that is not compared");
                }
                key.fields.push(word);
            }
            'p' => {
                let letters = word.to_ascii_lowercase();
                if !listed || letters.len() > 4 || letters.contains(|c| !"rwxa".contains(c)) {
                    return Err("permissions that are not known, or without a watch");
                }
                key.perms(&letters);
            }
            'k' => {
                if !listed || !(calls || filtered) {
                    return Err("a key before the watch or the system call");
                }
                key.names.push(word);
            }
            'e' | 'f' if !["0", "1", "2"].contains(&word.as_str()) => {
                return Err("a switch other than 0, 1 and 2");
            }
            'b' | 'r' | 'n' if !word.starts_with(|c: char| c.is_ascii_digit()) => {
                return Err("no number");
            }
            'R' | 'h' => return Err("an option that no file may have"),
            _ => {}
        }
    }
    match (key.is_rule(), calls) {
        (true, _) => Ok(Some(key)),
        (false, true) => Err("system calls without a list"),
        (false, false) => Ok(None),
    }
}

/// The options of a line, as getopt takes them.
fn options(words: &[String]) -> Result<Vec<(char, String)>, &'static str> {
    let mut out = Vec::new();
    // A list, a status and a removal take a key or `-i` behind them.
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').unwrap_or((long, ""));
            match LONG.iter().find(|(known, _)| *known == name) {
                Some((_, 'n')) if value.is_empty() => {
                    out.push(('n', rest.next().ok_or("a word is missing")?.clone()));
                }
                Some((_, letter)) => out.push((*letter, value.to_owned())),
                None => return Err("an option that is not known"),
            }
            continue;
        }
        let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) else {
            return Err("a word that belongs to no option");
        };
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            if WITH_WORD.contains(letter) {
                let own = letters.as_str();
                let value = if own.is_empty() {
                    rest.next().ok_or("a word is missing")?
                } else {
                    own
                };
                out.push((letter, value.to_owned()));
                break;
            }
            if !WITHOUT.contains(letter) {
                return Err("an option that is not known");
            }
            out.push((letter, String::new()));
        }
    }
    let removes = out
        .first()
        .is_some_and(|(letter, _)| ['D', 'l'].contains(letter));
    if removes {
        // Their key is none of a rule.
        out.retain(|(letter, _)| *letter != 'k');
    }
    Ok(out)
}

/// `always,exit`, in either order.
fn list(word: &str) -> Result<(String, String), &'static str> {
    let Some((one, other)) = word.split_once(',') else {
        return Err("a list without an action");
    };
    let is_action = |w: &str| ["always", "never"].contains(&w);
    let is_list = |w: &str| LISTS.contains(&w);
    if is_action(one) && is_list(other) {
        Ok((other.to_owned(), one.to_owned()))
    } else if is_list(one) && is_action(other) {
        Ok((one.to_owned(), other.to_owned()))
    } else {
        Err("a list or an action that is not known")
    }
}

/// A field with its value.
fn field(word: &str) -> Result<(&str, &str), &'static str> {
    let at = word
        .find(['=', '!', '<', '>', '&'])
        .ok_or("a field without a comparison")?;
    let (name, rest) = word
        .split_at_checked(at)
        .ok_or("a field without a comparison")?;
    let value = ["!=", ">=", "<=", "&=", "=", ">", "<", "&"]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign))
        .ok_or("a field without a comparison")?;
    if !FIELDS.contains(&name) {
        return Err("a field that is not known");
    }
    let is_number = |text: &str| {
        let text = text.trim_start_matches('-');
        text.starts_with(|c: char| c.is_ascii_digit())
    };
    let fits = match name {
        "arch" => ARCHES.contains(&value),
        "path" | "dir" | "exe" => value.starts_with('/'),
        "perm" => {
            !value.is_empty()
                && value
                    .chars()
                    .all(|c| "rwxa".contains(c.to_ascii_lowercase()))
        }
        "success" => is_number(value),
        "exit" => is_number(value) || value.trim_start_matches('-').starts_with('E'),
        "pid" | "ppid" | "devmajor" | "devminor" | "inode" => is_number(value),
        _ => !value.is_empty() && !value.contains(['"', '\'']),
    };
    if fits {
        Ok((name, value))
    } else {
        Err("a value that the field does not take")
    }
}

/// Is a system call known where the rule is for?
fn is_call(name: &str, narrow: &str) -> bool {
    if name == "all" || (!name.is_empty() && name.chars().all(|c| c.is_ascii_digit())) {
        return true;
    }
    let narrow = if narrow.is_empty() { "64" } else { narrow };
    CALLS
        .get(name)
        .is_some_and(|of| *of == "both" || *of == narrow)
}

/// The names with where they are known: `64`, `32` or `both`.
static CALLS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("syscalls.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .flat_map(|(of, names)| names.split(' ').map(move |name| (name, of)))
        .collect()
});

/// How a line begins that is meant as a rule; text copied from a page has other dashes.
pub(super) const MEANT: &[&str] = &["-", "–", "—", "−", "a", "w"];

/// How many lines of rules are looked at.
const MAX_LINES: usize = 20_000;

const WITH_WORD: &str = "CefrbaAdSFmRwWkpq";
const WITHOUT: &str = "hicslDvt";

const LONG: [(&str, char); 5] = [
    ("loginuid-immutable", 'i'),
    ("backlog_wait_time", 'n'),
    ("reset-lost", 'i'),
    ("reset_backlog_wait_time_actual", 'i'),
    ("signal", 'm'),
];

const LISTS: [&str; 6] = ["exit", "task", "user", "exclude", "filesystem", "io_uring"];

const ARCHES: [&str; 15] = [
    "b64", "b32", "x86_64", "i386", "i486", "i586", "i686", "aarch64", "arm", "armv7l", "ppc64",
    "ppc64le", "ppc", "s390x", "s390",
];

const COMPARED: [&str; 11] = [
    "uid", "euid", "suid", "fsuid", "auid", "obj_uid", "gid", "egid", "sgid", "fsgid", "obj_gid",
];

const FIELDS: [&str; 46] = [
    "a0",
    "a1",
    "a2",
    "a3",
    "arch",
    "auid",
    "devmajor",
    "devminor",
    "dir",
    "egid",
    "euid",
    "exe",
    "exit",
    "field_compare",
    "filetype",
    "fsgid",
    "fstype",
    "fsuid",
    "gid",
    "inode",
    "key",
    "loginuid",
    "msgtype",
    "obj_gid",
    "obj_lev_high",
    "obj_lev_low",
    "obj_role",
    "obj_type",
    "obj_uid",
    "obj_user",
    "path",
    "perm",
    "pers",
    "pid",
    "ppid",
    "saddr_fam",
    "sessionid",
    "sgid",
    "subj_clr",
    "subj_role",
    "subj_sen",
    "subj_type",
    "subj_user",
    "success",
    "suid",
    "uid",
];

#[cfg(test)]
#[path = "auditctl_tests.rs"]
mod tests;
