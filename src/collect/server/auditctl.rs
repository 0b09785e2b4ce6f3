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
            // What begins with neither is no rule that somebody meant; a host may leave it out.
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
    let mut held: Vec<(Key, Rule)> = Vec::new();
    let (mut goes_on, mut locked) = (false, false);
    for line in lines {
        let words = &line.2;
        goes_on |= words.iter().any(|w| w == "-i" || w == "-c");
        let refused = match read(words) {
            Err(why) => Some(why),
            Ok(_) if locked => Some("the rules are locked before it"),
            Ok(None) => {
                locked |= matches!(words.as_slice(), [e, n] if e == "-e" && n == "2");
                if words.first().is_some_and(|w| w == "-D") {
                    let key = words.get(2);
                    held.retain(|(k, _)| !k.is_rule() || key.is_some_and(|key| !k.has_key(key)));
                } else {
                    held.push((Key::default(), line.clone()));
                }
                None
            }
            Ok(Some(key)) if key.removes => {
                let before = held.len();
                held.retain(|(k, _)| !k.is_like(&key));
                (before == held.len()).then_some("it removes a rule that is not there")
            }
            Ok(Some(key)) if held.iter().any(|(k, _)| *k == key) => {
                Some("the same rule stands before")
            }
            Ok(Some(key)) => {
                held.push((key, line.clone()));
                None
            }
        };
        if let Some(why) = refused
            && !goes_on
        {
            out.refused = Some((line.0, line.1, why));
            break;
        }
    }
    out.rules = held.into_iter().map(|(_, rule)| rule).collect();
    out
}

/// What makes a rule the same as another.
#[derive(Debug, Clone, Default, PartialEq)]
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

    fn has_key(&self, key: &str) -> bool {
        self.names.iter().any(|name| name == key)
    }

    fn is_like(&self, other: &Self) -> bool {
        let plain = |key: &Self| Self {
            prepended: false,
            removes: false,
            ..key.clone()
        };
        plain(self) == plain(other)
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
            'e' | 'f' => {
                if !["0", "1", "2"].contains(&word.as_str()) {
                    return Err("a switch other than 0, 1 and 2");
                }
            }
            'b' | 'r' | 'n' => {
                if !word.starts_with(|c: char| c.is_ascii_digit()) {
                    return Err("no number");
                }
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
mod tests {
    use super::*;

    /// How many rules are loaded, and whether the last line is one of them.
    fn of(text: &str) -> (usize, bool) {
        let all = lines("f", text);
        let last = all.last().map(|l| l.1);
        let out = loaded(all);
        let rules: Vec<&Rule> = out
            .rules
            .iter()
            .filter(|r| {
                r.2.first()
                    .is_some_and(|w| ["-w", "-a", "-A", "-S"].iter().any(|o| w.starts_with(o)))
            })
            .collect();
        (rules.len(), rules.last().map(|r| r.1) == last)
    }

    /// As auditctl 3.0.9 loads them, with `-w /etc/group` behind each.
    #[test]
    fn to_the_first_line_that_is_refused() {
        for (text, rules) in [
            ("-w /etc/passwd -p wa -k a", 2),
            ("-w /etc/passwd -pwa -kx", 2),
            ("-w /etc/passwd -p WA -k x", 2),
            ("-a always,exit -F arch=b64 -S open,openat -k x", 2),
            ("-a exit,always -F arch=b32 -S umount -S stime -k m", 2),
            ("-a always,exit -F arch=b64 -C euid!=uid -S execve", 2),
            ("-a always,exit -F perm=x -F auid>=1000 -k x", 2),
            ("-a always,exit -F arch=b64 -S 59", 2),
            ("-a always,exit -F exit=-EACCES -S open -F exit>0", 2),
            ("-a never,user -F uid=0", 2),
            ("-a always,exclude -F msgtype=CWD", 2),
            ("-a never,filesystem -F fstype=tracefs", 2),
            ("-a always,exit -F a0&0100 -S open", 2),
            ("-S open -a always,exit", 2),
            ("-a always,exit -F arch=b64 -S open -k a -k b", 2),
            ("-a always,exit -F arch=b64 -S open -k \"a\"", 2),
            ("-b 8192", 1),
            ("--backlog_wait_time 60000", 1),
            ("-D -k x", 1),
            ("-s", 1),
            ("-i\n-w relative", 1),
            ("-c\n-foo", 1),
            ("-foo -i", 1),
        ] {
            assert_eq!(
                of(&format!("{text}\n-w /etc/group")),
                (rules, true),
                "{text}"
            );
        }
        for text in [
            "-w relative -p wa",
            "-w /etc/group -p q",
            "-w /etc/group -p rwxar",
            "-w /etc/group -k",
            "-w",
            "-w /etc/hosts -w /etc/passwd",
            "-w /etc/passwd -p wa -k \"a b\"",
            "-w /etc/passwd -p wa # remark",
            "-w\t/etc/passwd",
            "–w /etc/passwd -p wa",
            "auditctl -w /etc/passwd",
            "-a exit -S open",
            "-a always,entry -S open",
            "-a always,possible -S open",
            "-a always,task -S open",
            "-a always,exit -F arch=b64 -S nosuchcall -k x",
            "-a always,exit -F arch=b64 -S umount -k m",
            "-a always,exit -F arch=b64 -S creat,stime -k a",
            "-a always,exit -F arch=b64 -S open openat",
            "-a always,exit -F arch=b64 -S open, openat",
            "-a always,exit -F arch=b64 -S ALL",
            "-a always,exit -F arch=b65 -S openat",
            "-a always,exit -F arch=b64 -k a",
            "-a always,exit -S open -F arch=b64",
            "-a always,exit -F foo=1 -S open",
            "-a always,exit -F auid >= 1000 -S open",
            "-a always,exit -F \"auid>=1000\" -S open",
            "-a always,exit -F success=yes -S open",
            "-a always,exit -F path=rel -F perm=w",
            "-a always,exit -F perm=zz -F path=/etc/passwd",
            "-a always,exit -F arch=b64 -C foo!=uid -S execve",
            "-F arch=b64 -a always,exit -S open",
            "-k x -w /etc/hosts",
            "-p wa -w /etc/hosts",
            "-W /etc/passwd",
            "-e 5",
            "-b many",
            "-D foo",
            "-x",
            "-w relative\n-i",
        ] {
            assert_eq!(of(&format!("{text}\n-w /etc/group")), (0, false), "{text}");
        }
    }

    #[test]
    fn the_same_rule_twice() {
        let watch = "-w /etc/passwd -p wa -k a";
        let call = "-a always,exit -F arch=b64 -F auid!=unset -S open -S openat -k a";
        for (one, other, rules) in [
            (watch, watch, 1),
            (watch, "-w /etc/passwd/ -p aw -k a", 1),
            (watch, "-w /etc/passwd -p wa -k b", 3),
            (
                watch,
                "-a always,exit -F path=/etc/passwd -F perm=wa -F key=a",
                1,
            ),
            (
                call,
                "-a exit,always -F arch=b64 -S openat,open -F auid!=-1 -F key=a",
                1,
            ),
            (
                call,
                "-A always,exit -F arch=b64 -F auid!=unset -S open,openat -k a",
                3,
            ),
            (
                call,
                "-a always,exit -F auid!=unset -F arch=b64 -S open,openat -k a",
                3,
            ),
            (watch, "-W /etc/passwd -p wa -k a", 1),
            (watch, "-e 2", 1),
        ] {
            let (loaded, last) = of(&format!("{one}\n{other}\n-w /etc/group"));
            assert_eq!(
                (loaded, last),
                (rules, rules > 1 || other.starts_with("-W")),
                "{other}"
            );
        }
    }

    #[test]
    fn the_order_of_augenrules() {
        let text = "-e 2\n-w /a\n-f 1\n-D\n-b 8192\n-w /b\n";
        let order: Vec<u32> = put_together(lines("f", text)).iter().map(|l| l.1).collect();
        assert_eq!(order, [4, 5, 3, 2, 6, 1]);
        assert_eq!(loaded(put_together(lines("f", text))).refused, None);
    }
}
