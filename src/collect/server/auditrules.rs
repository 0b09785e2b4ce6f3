//! Rules of the kernel's audit: what they record, by the questions of an auditor; on a live host beside what is loaded.

use super::auditctl::{self, Loaded, Rule};
use super::cmdline::{self, Line};
use super::drift;
use super::host::{Host, set, texts, unseen};
use crate::model::{Collected, Command, Fact, Place, SourceError, Subject, Value};
use crate::parse::keyword::words;

/// The state of the kernel's audit.
pub(super) const STATUS: Command = Command {
    id: "auditctl-status",
    argv: &["/usr/sbin/auditctl", "-s"],
    root: true,
};

/// The rules that are loaded.
pub(super) const LOADED: Command = Command {
    id: "auditctl-rules",
    argv: &["/usr/sbin/auditctl", "-l"],
    root: true,
};

/// System calls of which each group needs one that is recorded.
const CALLS: [(&str, &[&[&str]]); 7] = [
    ("rules.execve", &[&["execve", "execveat"]]),
    (
        "rules.time",
        &[&["adjtimex", "settimeofday", "clock_settime"]],
    ),
    (
        "rules.access",
        &[&["open", "openat", "creat", "truncate", "ftruncate"]],
    ),
    (
        "rules.modules",
        &[&["finit_module"], &["init_module"], &["delete_module"]],
    ),
    (
        "rules.permissions",
        &[
            &["chmod", "fchmodat"],
            &["chown", "fchownat"],
            &["setxattr"],
        ],
    ),
    (
        "rules.deletion",
        &[&["unlinkat"], &["rename", "renameat", "renameat2"]],
    ),
    ("rules.mounts", &[&["mount"]]),
];

/// Files that must all be watched for changes (each by one of its names).
const WATCHES: [(&str, &[&[&str]]); 8] = [
    (
        "rules.identity",
        &[&["/etc/passwd"], &["/etc/shadow"], &["/etc/group"]],
    ),
    ("rules.sudoers", &[&["/etc/sudoers"], &["/etc/sudoers.d"]]),
    (
        "rules.logins",
        &[
            &["/var/log/lastlog"],
            &["/var/run/faillock", "/run/faillock", "/var/log/tallylog"],
        ],
    ),
    (
        "rules.sessions",
        &[
            &["/var/run/utmp", "/run/utmp"],
            &["/var/log/wtmp"],
            &["/var/log/btmp"],
        ],
    ),
    (
        "rules.network",
        &[
            &["/etc/hosts"],
            &[
                "/etc/network",
                "/etc/sysconfig/network",
                "/etc/NetworkManager",
                "/etc/netplan",
            ],
        ],
    ),
    (
        "rules.mac",
        &[&["/etc/apparmor.d", "/etc/apparmor", "/etc/selinux"]],
    ),
    ("rules.configuration", &[&["/etc/audit"]]),
    ("rules.sshd", &[&["/etc/ssh/sshd_config", "/etc/ssh"]]),
];

/// Programs whose use tells that packages change.
const INSTALLERS: [&str; 8] = [
    "/usr/bin/dpkg",
    "/usr/bin/apt",
    "/usr/bin/apt-get",
    "/usr/bin/rpm",
    "/usr/bin/dnf",
    "/usr/bin/dnf-3",
    "/usr/bin/yum",
    "/usr/bin/snap",
];

/// The databases of installed packages.
const DATABASES: [&str; 2] = ["/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite"];

/// Facts of this file that are true or false.
const OTHERS: [&str; 5] = [
    "rules.packages",
    "rules.privileged",
    "rules.denied",
    "rules.log_reads",
    "immutable",
];

/// Puts what the rules record.
pub(super) fn collect(host: &mut Host<'_>, subject: &mut Subject, out: &mut Collected) {
    let Loaded { rules, refused } = match read(host) {
        Ok(loaded) => loaded,
        Err(e) => {
            let names = CALLS.iter().map(|c| c.0).chain(WATCHES.iter().map(|w| w.0));
            for path in names
                .chain(OTHERS)
                .chain(["rules.count", "rules.refused", "watches"])
            {
                subject.put(Fact::derived(path, unseen(&e)));
            }
            return;
        }
    };
    subject.put(Fact::derived("rules.count", count(&rules)));
    subject.put(match &refused {
        Some((file, line, why)) => set("rules.refused", *why, file, *line),
        None => Fact::derived("rules.refused", Value::Absent),
    });
    calls_recorded(subject, &rules);
    watches(subject, &rules);
    others(subject, &rules);
    if let Some((file, line)) = stopped(&rules) {
        let names = CALLS.iter().map(|c| c.0).chain(WATCHES.iter().map(|w| w.0));
        for path in names.chain(OTHERS).filter(|p| p.starts_with("rules.")) {
            subject.put(set(path, false, &file, line));
        }
        subject.put(set("watches", Value::list([]), &file, line));
    }
    // That no rule says something, the files as a whole say, or the line at which their reading ends.
    let whole = rules.first().map(|(file, ..)| (file, 0));
    let end = refused.as_ref().map(|(file, line, _)| (file, *line));
    if let Some((file, line)) = end.or(whole) {
        for fact in subject.facts.values_mut() {
            let of_rules =
                fact.path.starts_with("rules.") || ["watches", "immutable"].contains(&&*fact.path);
            if of_rules && fact.place.is_none() {
                fact.place = Some(Place::new(file.as_str(), line));
            }
        }
    }
    let differences = running(host, &rules);
    drift::compare("auditd", differences, out);
}

/// Are there files of rules?
pub(super) fn any(host: &Host<'_>) -> bool {
    let files = host.drop_ins(&["/etc/audit/rules.d"], ".rules");
    files.is_ok_and(|f| !f.is_empty()) || host.exists("/etc/audit/audit.rules") == Some(true)
}

/// `rules.d` as augenrules puts it together, else `audit.rules`; what is loaded of it.
fn read(host: &mut Host<'_>) -> Result<Loaded, SourceError> {
    let mut files = host.drop_ins(&["/etc/audit/rules.d"], ".rules")?;
    // As augenrules takes them: `9.rules` before `10.rules`.
    files.sort_by_key(|file| by_numbers(file));
    let of_folder = !files.is_empty();
    if !of_folder {
        files.push("/etc/audit/audit.rules".to_owned());
    }
    let mut all: Vec<Rule> = Vec::new();
    for file in files {
        let text = host.optional(&file)?.unwrap_or_default();
        all.extend(auditctl::lines(&file, &text));
    }
    if of_folder {
        all = auditctl::put_together(all);
    }
    Ok(auditctl::loaded(all))
}

/// A name with its numbers as numbers.
fn by_numbers(name: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let at = rest.find(|c: char| c.is_ascii_digit());
        let (words, behind) = rest.split_at(at.unwrap_or(rest.len()));
        let end = behind.find(|c: char| !c.is_ascii_digit());
        let (number, more) = behind.split_at(end.unwrap_or(behind.len()));
        parts.push((words.to_owned(), number.parse().unwrap_or(0)));
        rest = more;
    }
    parts
}

/// The line by which nothing is recorded, whatever the rules say: the last `-e 0`, or no task that is looked at.
fn stopped(rules: &[Rule]) -> Option<(String, u32)> {
    let switch = rules
        .iter()
        .rfind(|(_, _, w)| w.first().is_some_and(|e| e == "-e"));
    let off = switch.filter(|(_, _, w)| matches!(w.as_slice(), [_, n] if n == "0"));
    let no_task = |(_, _, w): &&Rule| {
        let list = w.get(1).map_or("", String::as_str);
        is_rule(w) && matches!(list, "task,never" | "never,task") && fields(w).next().is_none()
    };
    // Without the record of the call nobody knows who did what.
    let no_record = |(_, _, w): &&Rule| {
        let list = w.get(1).map_or("", String::as_str);
        let types = |f: &str| ["msgtype=SYSCALL", "msgtype=1300"].contains(&f);
        is_rule(w)
            && [
                "exclude,always",
                "always,exclude",
                "exclude,never",
                "never,exclude",
            ]
            .contains(&list)
            && fields(w).all(types)
    };
    let (file, line, _) = off
        .or_else(|| rules.iter().find(no_task))
        .or_else(|| rules.iter().find(no_record))?;
    Some((file.clone(), *line))
}

/// The rules in the order in which the kernel asks them: `-A` puts one before all others.
fn in_order(rules: &[Rule]) -> Vec<&Rule> {
    let first = |r: &&Rule| r.2.first().is_some_and(|w| w == "-A");
    let before = rules.iter().rev().filter(first);
    before.chain(rules.iter().filter(|r| !first(r))).collect()
}

/// The rule that records one of these calls. The first rule that fits counts: one that leaves a call of the group out
/// for everybody hides those after it.
fn recorded<'a>(rules: &'a [Rule], names: &[&str]) -> Option<&'a Rule> {
    let left_out = |w: &[String]| leaves_out(w) && for_this_host(w);
    in_order(rules)
        .into_iter()
        .take_while(|(_, _, w)| !(left_out(w) && (names_none(w) || names_call(w, names))))
        .find(|(_, _, w)| calls(w, names))
}

/// The paths that rules watch for one of these kinds of use, without those that a rule before them leaves out.
fn watched<'a>(rules: &'a [Rule], perms: &[char]) -> Vec<&'a str> {
    let (mut found, mut hidden): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for (_, _, w) in in_order(rules) {
        if leaves_out(w) && for_this_host(w) && (names_none(w) || names_call(w, &["all"])) {
            break;
        }
        hidden.extend(left_path(w));
        found.extend(touched(w, perms).filter(|path| !covers(&hidden, path)));
    }
    found
}

fn calls_recorded(subject: &mut Subject, rules: &[Rule]) {
    for (path, groups) in CALLS {
        let mut found = groups.iter().map(|names| recorded(rules, names));
        let first = found.next().flatten();
        subject.put(match first {
            Some((file, line, _)) if found.all(|f| f.is_some()) => set(path, true, file, *line),
            _ => Fact::derived(path, false),
        });
    }
}

fn watches(subject: &mut Subject, rules: &[Rule]) {
    let watched = watched(rules, &['w', 'a']);
    for (path, files) in WATCHES {
        let all = files
            .iter()
            .all(|names| names.iter().any(|name| covers(&watched, name)));
        let first = rules.iter().find(|(_, _, w)| {
            let touched = touched(w, &['w', 'a']);
            let names = files.iter().flat_map(|names| names.iter());
            touched.is_some_and(|t| names.into_iter().any(|name| covers(&[t], name)))
        });
        subject.put(match first {
            Some((file, line, _)) if all => set(path, true, file, *line),
            Some(_) | None => Fact::derived(path, all),
        });
    }
    subject.put(Fact::derived("watches", texts(watched)));
}

fn others(subject: &mut Subject, rules: &[Rule]) {
    let of = |perms: &[char]| watched(rules, perms);
    let (runs, changes, reads) = (of(&['x']), of(&['w', 'a']), of(&['r']));
    let packages = INSTALLERS.iter().any(|f| covers(&runs, f))
        || DATABASES.iter().any(|f| covers(&changes, f));
    subject.put(Fact::derived("rules.packages", packages));
    let sudo = covers(&runs, "/usr/bin/sudo")
        || covers(&changes, "/var/log/sudo.log")
        || rules.iter().any(|(_, _, w)| changes_user(w));
    subject.put(Fact::derived("rules.privileged", sudo));
    let refused = |code: &str| rules.iter().any(|(_, _, w)| refuses(w, code));
    let denied = refused("EACCES") && refused("EPERM");
    subject.put(Fact::derived("rules.denied", denied));
    let log_reads = covers(&reads, "/var/log/audit");
    subject.put(Fact::derived("rules.log_reads", log_reads));
    // The last `-e` counts.
    let lock = rules
        .iter()
        .rev()
        .find(|(_, _, w)| w.first().is_some_and(|e| e == "-e"));
    subject.put(match lock {
        Some((file, line, w)) => {
            let locked = matches!(w.as_slice(), [_, n] if n == "2");
            set("immutable", locked, file, *line)
        }
        None => Fact::derived("immutable", false),
    });
}

/// Where the loaded rules differ from the files.
fn running(host: &mut Host<'_>, saved: &[Rule]) -> Result<Vec<String>, SourceError> {
    let status = host.run(&STATUS)?;
    let loaded = host.run(&LOADED)?;
    let now: Vec<Rule> = words(&loaded, &['#'])
        .into_iter()
        .map(|w| (LOADED.shown(), w.line, w.words))
        .collect();
    Ok(between(&status, &now, saved))
}

fn between(status: &str, now: &[Rule], saved: &[Rule]) -> Vec<String> {
    let mut found = Vec::new();
    let enabled = status
        .lines()
        .find_map(|l| l.strip_prefix("enabled "))
        .unwrap_or_default()
        .trim();
    if enabled == "0" {
        found.push("auditctl -s: enabled 0".to_owned());
    }
    let locks = saved
        .iter()
        .rfind(|(_, _, w)| w.first().is_some_and(|e| e == "-e"))
        .is_some_and(|(_, _, w)| w.get(1).is_some_and(|n| n == "2"));
    match (locks, enabled) {
        (true, "0" | "1") => found.push("immutable: saved, not running".to_owned()),
        (false, "2") => found.push("immutable: running, not saved".to_owned()),
        _ => {}
    }
    if count(now) != count(saved) {
        found.push(format!(
            "rules: running {}, saved {}",
            count(now),
            count(saved)
        ));
    }
    // As many rules may yet be others.
    for (path, groups) in CALLS {
        let all = |rules: &[Rule]| groups.iter().all(|names| recorded(rules, names).is_some());
        match (all(saved), all(now)) {
            (true, false) => found.push(format!("{path}: saved, not running")),
            (false, true) => found.push(format!("{path}: running, not saved")),
            (true, true) | (false, false) => {}
        }
    }
    let paths = |rules: &[Rule]| -> Vec<String> {
        let all = ['r', 'w', 'x', 'a'];
        let path = |w: &Vec<String>| touched(w, &all).map(|p| p.trim_end_matches('/').to_owned());
        rules.iter().filter_map(|(_, _, w)| path(w)).collect()
    };
    let (now, before) = (paths(now), paths(saved));
    let missing = before.iter().filter(|p| !now.contains(p));
    found.extend(missing.map(|p| format!("{p}: saved, not running")));
    found
}

fn is_rule(w: &[String]) -> bool {
    matches!(w.first().map(String::as_str), Some("-w" | "-a" | "-A"))
}

fn count(rules: &[Rule]) -> i64 {
    let count = rules.iter().filter(|(_, _, w)| is_rule(w)).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn always(w: &[String]) -> bool {
    w.iter()
        .any(|a| matches!(a.as_str(), "always,exit" | "exit,always"))
}

/// A rule for programs of 32 bits alone does not see those of the host.
fn for_this_host(w: &[String]) -> bool {
    !w.iter().any(|a| a == "arch=b32")
}

fn names_call(w: &[String], names: &[&str]) -> bool {
    let named = |list: &str| list.split(',').any(|n| names.contains(&n) || n == "all");
    w.windows(2)
        .any(|p| matches!(p, [s, n] if s == "-S" && named(n)))
}

/// Does a rule name no call at all? Then it is for all of them.
fn names_none(w: &[String]) -> bool {
    !w.iter().any(|a| a.starts_with("-S"))
}

/// What a rule asks of an event, the calls apart.
fn fields(w: &[String]) -> impl Iterator<Item = &str> {
    let behind = w.windows(2).filter_map(|p| match p {
        [flag, field] if flag == "-F" || flag == "-C" => Some(field.as_str()),
        _ => None,
    });
    behind.chain(
        w.iter()
            .filter_map(|a| a.strip_prefix("-F").or_else(|| a.strip_prefix("-C")))
            .filter(|a| !a.is_empty()),
    )
}

/// Does a field leave out events of the people of this host? The machine's kind, the key and "somebody logged in"
/// (CIS, STIG) do not.
fn is_narrow(field: &str) -> bool {
    let people = ["auid>=", "auid>"].iter().any(|f| {
        let least = field.strip_prefix(f).and_then(|n| n.parse::<u32>().ok());
        least.is_some_and(|n| n <= 1000)
    });
    let logged_in = ["auid!=unset", "auid!=-1", "auid!=4294967295"].contains(&field);
    !(people || logged_in || field.starts_with("arch=") || field.starts_with("key="))
}

/// A rule that leaves out what it names for everybody.
fn leaves_out(w: &[String]) -> bool {
    let never = |a: &String| matches!(a.as_str(), "never,exit" | "exit,never");
    let own = |field: &str| field.starts_with("arch=") || field.starts_with("key=");
    is_rule(w) && w.iter().any(never) && fields(w).all(own)
}

/// The path that a rule leaves out for everybody.
fn left_path(w: &[String]) -> Option<&str> {
    let never = |a: &String| matches!(a.as_str(), "never,exit" | "exit,never");
    let path = |f: &str| f.starts_with("path=") || f.starts_with("dir=");
    let own = |f: &str| path(f) || f.starts_with("arch=b64") || f.starts_with("key=");
    let whole = is_rule(w) && w.iter().any(never) && names_none(w) && fields(w).all(own);
    let mut all = fields(w);
    let found = all.find(|f| path(f)).filter(|_| whole)?;
    found.split_once('=').map(|(_, path)| path)
}

/// Does a rule record one of these system calls?
fn calls(w: &[String], names: &[&str]) -> bool {
    // A rule for refused calls, for a change of user or for one account alone (CIS, STIG) does not record the call.
    always(w) && for_this_host(w) && !fields(w).any(is_narrow) && names_call(w, names)
}

/// Does a rule record that somebody acts as another user?
fn changes_user(w: &[String]) -> bool {
    always(w)
        && for_this_host(w)
        && names_call(w, &["execve"])
        && w.iter()
            .any(|a| matches!(a.as_str(), "euid!=uid" | "uid!=euid"))
}

/// Does a rule record that opening a file was refused?
fn refuses(w: &[String], code: &str) -> bool {
    let refused = |a: &String| a == &format!("exit=-{code}") || a == "success=0";
    let narrow = |f: &str| is_narrow(f) && !f.starts_with("exit=") && f != "success=0";
    always(w)
        && for_this_host(w)
        && w.iter().any(refused)
        && !fields(w).any(narrow)
        && names_call(w, &["open", "openat"])
}

/// The path that a rule watches for one of these kinds of use: `-w PATH -p wa`, or `-F path=` and `-F dir=`.
fn touched<'a>(w: &'a [String], perms: &[char]) -> Option<&'a str> {
    if let [flag, path, rest @ ..] = w
        && flag == "-w"
    {
        // Without `-p` all are watched.
        let fits = rest
            .windows(2)
            .find(|p| matches!(p, [f, _] if f == "-p"))
            .is_none_or(|p| matches!(p, [_, v] if v.contains(perms)));
        return fits.then_some(path.as_str());
    }
    // `never` leaves out; a rule for some system calls does not see the others.
    if !always(w) || w.iter().any(|a| a == "-S") && !names_call(w, &["all"]) {
        return None;
    }
    let own = |f: &str| {
        ["path=", "dir=", "perm="]
            .iter()
            .any(|own| f.starts_with(own))
    };
    if fields(w).any(|f| is_narrow(f) && !own(f)) {
        return None;
    }
    let perm = w.iter().find_map(|a| a.strip_prefix("perm="));
    if perm.is_some_and(|p| !p.contains(perms)) {
        return None;
    }
    w.iter()
        .find_map(|a| a.strip_prefix("path=").or_else(|| a.strip_prefix("dir=")))
}

fn covers(watched: &[&str], file: &str) -> bool {
    watched.iter().any(|w| {
        file == w.trim_end_matches('/')
            || file
                .strip_prefix(w.trim_end_matches('/'))
                .is_some_and(|r| r.starts_with('/'))
    })
}

/// Is the kernel told to audit from its start, however it is booted? Not known where no boot loader says anything.
pub(super) fn at_boot(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "boot.audit";
    let lines = match cmdline::saved(host) {
        Ok(lines) => lines,
        Err(e) if e.is_missing() => {
            let why = format!("{e}: another loader, or none");
            return Fact::derived(PATH, Value::unseen("not-parsed", why));
        }
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    // The last word of the name counts.
    let on = |line: &Line| {
        let last = line
            .words
            .iter()
            .rev()
            .find_map(|w| w.strip_prefix("audit="));
        matches!(last, Some("1" | "on"))
    };
    let off = lines.iter().find(|l| !on(l) && !l.mends());
    let place = off.or(lines.first()).map(|l| l.place.clone());
    let fact = Fact::derived(PATH, off.is_none());
    match place {
        Some(place) => fact.at(place),
        None => fact,
    }
}

#[cfg(test)]
#[path = "auditrules_tests.rs"]
mod tests;
