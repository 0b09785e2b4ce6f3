//! Backup jobs: which tool runs on which schedule, whether copies are encrypted, leave the host, are kept in versions,
//! and when the last one succeeded. What only a script or another host knows is said to be unseen.

mod tools;

use super::host::{Host, both, certainty, texts, unseen};
use super::plan::{Keep, Piece, Reduction, What};
use super::schedule::{self, Job};
use super::shippers::{host_of, is_here};
use super::started::{programs, statements};
use crate::model::{Collected, Day, Fact, Place, Seen, SourceError, Subject, Value};
use tools::{Cipher, TOOLS, Tool, is_tool, saves};

/// Daemons that another host tells when to save.
const SERVED: [(&str, &str); 4] = [
    ("bareos-fd.service", "bareos-fd"),
    ("bareos-filedaemon.service", "bareos-fd"),
    ("bacula-fd.service", "bacula-fd"),
    ("veeamservice.service", "veeam"),
];

/// Logs of tools that name the day of each success.
const LOGS: [(&str, &str); 3] = [
    (
        "/var/log/pgbackrest/*-backup.log",
        "backup command end: completed successfully",
    ),
    ("/var/log/borgmatic.log", "completed"),
    ("/var/log/restic.log", "snapshot "),
];

/// What this part reads beside the schedules.
pub(super) const PIECES: &[Piece] = &[
    masked("/etc/restic/*.env"),
    masked("/etc/restic/*.conf"),
    masked("/etc/default/restic"),
    masked("/etc/borgmatic/config.yaml"),
    masked("/etc/borgmatic.d/*.yaml"),
    masked("/etc/pgbackrest.conf"),
    masked("/etc/pgbackrest/pgbackrest.conf"),
    masked("/etc/pgbackrest/conf.d/*.conf"),
    masked("/etc/barman.conf"),
    masked("/etc/barman.d/*.conf"),
    masked("/etc/bareos/bareos-fd.d/client/*.conf"),
    masked("/etc/bacula/bacula-fd.conf"),
    masked("/etc/rsnapshot.conf"),
    masked("/usr/local/bin/*backup*"),
    masked("/usr/local/sbin/*backup*"),
    masked("/usr/local/bin/*sao*luu*"),
    masked("/usr/local/sbin/*sao*luu*"),
    masked("/var/log/pgbackrest/*-backup.log"),
    masked("/var/log/borgmatic.log"),
    masked("/var/log/restic.log"),
];

const fn masked(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["backup"],
    }
}

/// Collects the subject type `backup`: always one subject, since a host without a job is what an auditor asks for.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let (mut jobs, mut hidden) = schedule::read(host);
    for job in &mut jobs {
        if let Err(e) = follow(host, job) {
            hidden.get_or_insert(e);
        }
    }
    let mut subject = Subject::new("backup", "backup");
    let found: Vec<(&Tool, &Job)> = jobs
        .iter()
        .filter(|j| j.enabled != Value::Bool(false))
        .flat_map(|j| TOOLS.iter().map(move |t| (t, j)))
        .filter(|(tool, job)| match saves(tool, &job.command) {
            Some(saves) => saves,
            None => {
                let why = format!("{}: a variable says what it does", tool.name);
                hidden.get_or_insert(SourceError::Unreadable(job.place.0.clone(), why));
                false
            }
        })
        .collect();
    let served: Vec<&str> = SERVED
        .iter()
        .filter(|(unit, _)| host.unit_on(&[unit]) == Value::Bool(true))
        .map(|(_, name)| *name)
        .collect();
    let scheduled = scheduled(&found, &served, hidden.as_ref());
    let mut fact = Fact::derived("scheduled", scheduled.clone());
    if let Some((_, job)) = found.first() {
        fact = fact.at(Place::new(job.place.0.clone(), job.place.1));
    }
    subject.put(fact);
    let names = found
        .iter()
        .map(|(t, _)| t.name)
        .chain(served.iter().copied());
    subject.put(Fact::derived("tools", texts(names)));
    subject.put(Fact::derived("interval.days", interval(&found)));
    details(host, &found, hidden.as_ref(), &mut subject);
    subject.put(Fact::derived("last_success.days", last_success(host)));
    out.subjects.push(subject);
    out.saw("backup", Seen::Whole);
}

/// What the names of scripts say that save.
const NAMES: [&str; 6] = ["backup", "bak", "sao-luu", "saoluu", "sao_luu", "dump"];

/// Where packages put their programs.
const OF_PACKAGES: [&str; 8] = [
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/lib/",
    "/usr/libexec/",
    "/usr/share/",
    "/bin/",
    "/sbin/",
    "/lib/",
];

/// A script of the host's own that a job starts: what it says is part of the job.
///
/// # Errors
/// Where a script by its name saves, and is none of those that are read.
fn follow(host: &mut Host<'_>, job: &mut Job) -> Result<(), SourceError> {
    if job.enabled == Value::Bool(false) {
        return Ok(());
    }
    let local = |w: &str| w.starts_with("/usr/local/bin/") || w.starts_with("/usr/local/sbin/");
    let read = |w: &str| {
        let name = w.rsplit('/').next().unwrap_or_default();
        local(w) && (name.contains("backup") || (name.contains("sao") && name.contains("luu")))
    };
    let mut scripts: Vec<String> = job
        .command
        .split([' ', '=', '\n', ';', '"'])
        .filter(|w| read(w))
        .map(str::to_owned)
        .collect();
    scripts.dedup();
    let mut unread = None;
    for script in programs(&job.command) {
        let name = script.rsplit('/').next().unwrap_or_default();
        // What packages bring saves their own records at the most.
        let of_package = OF_PACKAGES.iter().any(|f| script.starts_with(f));
        let by_name = !of_package && NAMES.iter().any(|n| name.to_lowercase().contains(n));
        if by_name && !is_tool(name) && !read(&script) {
            unread = Some(script);
        }
    }
    for script in scripts {
        if let Some(text) = host.optional(&script)? {
            job.command.push('\n');
            let code = text.lines().filter(|l| !l.trim_start().starts_with('#'));
            job.command.push_str(&code.collect::<Vec<_>>().join("\n"));
        }
    }
    unread.map_or(Ok(()), |script| Err(SourceError::NotCollected(script)))
}

fn scheduled(found: &[(&Tool, &Job)], served: &[&str], hidden: Option<&SourceError>) -> Value {
    let jobs = found
        .iter()
        .map(|(_, j)| j.enabled.clone())
        .min_by_key(certainty);
    match (jobs, served.is_empty(), hidden) {
        (Some(Value::Bool(true)), _, _) => Value::Bool(true),
        // That it would answer does not say that it is asked.
        (_, false, _) => {
            let why = format!("{}: another host tells when it saves", served.join(", "));
            Value::unseen("ambiguous", why)
        }
        (Some(unsure), _, _) => unsure,
        (None, true, Some(e)) => unseen(e),
        (None, true, None) => Value::Bool(false),
    }
}

/// Days between two runs of the job that runs most often.
fn interval(found: &[(&Tool, &Job)]) -> Value {
    let least = found
        .iter()
        .filter_map(|(_, j)| {
            if let Value::Int(n) = j.days {
                Some(n)
            } else {
                None
            }
        })
        .min();
    match (least, found.first()) {
        (Some(days), _) => Value::Int(days),
        (None, Some((_, job))) => job.days.clone(),
        (None, None) => Value::unseen("missing-fact", "no schedule on this host"),
    }
}

/// What the jobs and the files of their tools say; of several jobs all must say so.
fn details(
    host: &mut Host<'_>,
    found: &[(&Tool, &Job)],
    hidden: Option<&SourceError>,
    subject: &mut Subject,
) {
    let (mut encrypted, mut offsite, mut kept) = (None, None, None);
    let mut targets: Vec<String> = Vec::new();
    for (tool, job) in found {
        let mut text = job.command.clone();
        let mut error = None;
        for pattern in tool.files {
            match config(host, pattern) {
                Ok(more) => text.push_str(&more),
                Err(e) => error = Some(e),
            }
        }
        let answer = |value: Value| match &error {
            // What was read may say yes; only the whole may say no.
            Some(e) if value != Value::Bool(true) => unseen(e),
            _ => value,
        };
        let lower = text.to_ascii_lowercase();
        merge(&mut encrypted, answer(cipher(tool, &lower)));
        // rsnapshot always keeps copies here: hosts in its file are those that it copies from.
        let hosts = match tool.name {
            "rsnapshot" => remotes(tool, &job.command),
            _ => remotes(tool, &text),
        };
        let away = !hosts.is_empty();
        targets.extend(hosts);
        // What a variable or a file that is not read names cannot be told.
        let away = if !away && text.contains('$') {
            Value::unseen(
                "not-parsed",
                format!("{}: the target is a variable", tool.name),
            )
        } else {
            Value::Bool(away)
        };
        merge(&mut offsite, answer(away));
        let keeps = tool.keeps.iter().any(|word| lower.contains(word));
        merge(&mut kept, answer(Value::Bool(keeps)));
    }
    let none = || Value::unseen("missing-fact", "no job on this host tells");
    for (path, value) in [
        ("encrypted", encrypted),
        ("offsite", offsite),
        ("versions", kept),
    ] {
        let value = match (value.unwrap_or_else(none), hidden) {
            // A job that was not seen may do otherwise.
            (Value::Bool(true), Some(e)) => unseen(e),
            (value, _) => value,
        };
        subject.put(Fact::derived(path, value));
    }
    targets.sort();
    targets.dedup();
    subject.put(Fact::derived("targets", texts(targets)));
}

fn merge(all: &mut Option<Value>, one: Value) {
    *all = Some(match all.take() {
        None => one,
        Some(so_far) => both(so_far, one),
    });
}

fn config(host: &mut Host<'_>, pattern: &str) -> Result<String, SourceError> {
    let mut all = String::new();
    for file in host.glob(pattern)? {
        let text = host.optional(&file)?.unwrap_or_default();
        for line in text
            .lines()
            .filter(|l| !l.trim_start().starts_with(['#', ';']))
        {
            all.push('\n');
            all.push_str(line.trim());
        }
    }
    Ok(all)
}

fn cipher(tool: &Tool, lower: &str) -> Value {
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if encrypts(lower) {
        return Value::Bool(true);
    }
    match tool.cipher {
        Cipher::Unless(words) => Value::Bool(!has(words)),
        Cipher::Where(words) => Value::Bool(has(words)),
        Cipher::Stores => Value::Bool(each_store(lower)),
        Cipher::Hidden(words) if has(words) => Value::Bool(true),
        Cipher::Hidden(_) => Value::unseen(
            "not-parsed",
            format!("{}: only the repository knows", tool.name),
        ),
    }
}

/// Does a program of the job encrypt what it is given? Those who only look at keys or decrypt do not.
fn encrypts(lower: &str) -> bool {
    statements(lower).iter().any(|statement| {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let at = |name: &str| {
            words
                .iter()
                .position(|w| w.rsplit('/').next() == Some(name))
        };
        let Some(n) = at("gpg").or(at("gpg2")).or(at("age")).or(at("openssl")) else {
            return false;
        };
        let rest = words.get(n + 1..).unwrap_or_default();
        let says = |all: &[&str]| rest.iter().any(|w| all.contains(w));
        match words.get(n).map(|w| w.rsplit('/').next().unwrap_or(w)) {
            Some("openssl") => match rest.first() {
                Some(&"enc") => !says(&["-d"]),
                Some(&("smime" | "cms")) => says(&["-encrypt"]),
                Some(_) | None => false,
            },
            Some("age") => !says(&["-d", "--decrypt"]) && says(&["-r", "--recipient", "-p", "-e"]),
            Some(_) | None => {
                let short = |w: &&&str| {
                    let cluster = w.strip_prefix('-').filter(|c| !c.starts_with('-'));
                    cluster.is_some_and(|c| c.contains(['e', 'c', 'r']) && !c.contains('d'))
                };
                let long = [
                    "--encrypt",
                    "--symmetric",
                    "--recipient",
                    "--recipient-file",
                ];
                rest.iter().any(|w| short(&w) || long.contains(w)) && !says(&["--decrypt", "-d"])
            }
        }
    })
}

/// Has each store of pgBackRest (`repo1-…`, `repo2-…`) a cipher?
fn each_store(lower: &str) -> bool {
    let mut any = false;
    for n in 1..=9 {
        let lines = lower.lines().filter_map(|l| {
            let (key, value) = l.trim().split_once('=')?;
            let key = key.trim().strip_prefix("--").unwrap_or(key.trim());
            Some((
                key.strip_prefix(&format!("repo{n}-"))?.to_owned(),
                value.trim(),
            ))
        });
        let settings: Vec<(String, &str)> = lines.collect();
        any |= !settings.is_empty();
        let cipher =
            |(key, value): &(String, &str)| key == "cipher-type" && value.starts_with("aes");
        if !settings.is_empty() && !settings.iter().any(cipher) {
            return false;
        }
    }
    any
}

/// Hosts and stores to which copies go; never what stands before `@`.
fn remotes(tool: &Tool, text: &str) -> Vec<String> {
    const SCHEMES: [&str; 12] = [
        "ssh://", "sftp:", "sftp://", "s3:", "s3://", "b2:", "azure:", "gs:", "rest:", "rclone:",
        "rsync://", "swift:",
    ];
    let mut found = Vec::new();
    for word in text.split([' ', '\n', '\t', '"', '\'', '=', ',']) {
        let scheme = SCHEMES.iter().find(|s| word.starts_with(**s));
        let user_at = word.split_once('@').is_some_and(|(user, rest)| {
            !user.is_empty() && !user.contains(['/', ':']) && rest.contains(':')
        });
        let host = match scheme {
            Some(s) if s.ends_with("//") => host_of(word),
            Some(s) => {
                let rest = word.strip_prefix(s).unwrap_or(word);
                host_of(
                    rest.split(':')
                        .next()
                        .filter(|r| !r.starts_with("http"))
                        .unwrap_or(rest),
                )
            }
            None if user_at => host_of(word.split(':').next().unwrap_or(word)),
            None => continue,
        };
        if !host.is_empty() && !is_here(&host) {
            found.push(host);
        }
    }
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let host = host_of(value);
        // Stores of pgBackRest have numbers.
        let plain = |key: &str| key.trim().replace(|c: char| c.is_ascii_digit(), "1");
        let named = tool.hosts.iter().any(|h| plain(h) == plain(key));
        if named && !host.is_empty() && !is_here(&host) {
            found.push(host);
        }
    }
    found
}

/// Days since a log of a tool named a success.
fn last_success(host: &mut Host<'_>) -> Value {
    let mut last: Option<Day> = None;
    for (pattern, word) in LOGS {
        let files = match host.glob(pattern) {
            Ok(files) => files,
            Err(e) => return unseen(&e),
        };
        for file in files {
            let text = match host.optional(&file) {
                Ok(text) => text.unwrap_or_default(),
                Err(e) => return unseen(&e),
            };
            let days = text
                .lines()
                .filter(|l| l.contains(word))
                .filter_map(|l| Day::parse(l.trim_start_matches('[').get(..10)?));
            last = days.chain(last).max();
        }
    }
    match last {
        Some(day) => Value::Int(host.today.days_since(day)),
        None => Value::unseen("missing-fact", "no log of a backup tool names a success"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str) -> &'static Tool {
        const ALL: &[Tool] = &TOOLS;
        ALL.iter().find(|t| t.name == name).unwrap()
    }

    #[test]
    fn targets_without_users() {
        let of = |name: &str, text: &str| remotes(tool(name), text);
        assert_eq!(
            of("restic", "restic -r sftp:sao@kho.vn:/srv backup /srv"),
            ["kho.vn"]
        );
        assert_eq!(
            of(
                "restic",
                "RESTIC_REPOSITORY=rest:https://u:bi-mat@kho.vn:8000/r"
            ),
            ["kho.vn"]
        );
        assert_eq!(of("borg", "- path: ssh://borg@kho.vn/./repo"), ["kho.vn"]);
        assert_eq!(of("pgbackrest", "repo1-host=kho.vn"), ["kho.vn"]);
        assert!(of("borg", "- path: /mnt/backup").is_empty());
        assert!(of("pgbackrest", "repo1-host=localhost").is_empty());
    }

    #[test]
    fn ciphers() {
        assert_eq!(cipher(tool("restic"), ""), Value::Bool(true));
        let restic = "restic backup --insecure-no-password /srv";
        assert_eq!(cipher(tool("restic"), restic), Value::Bool(false));
        for (text, safe) in [
            ("pg_dump x | gpg --batch -aer sao > /x", true),
            ("pg_dump x | openssl enc -aes-256-cbc -pass file:/k", true),
            ("pg_dump x > /x; gpg --list-keys", false),
            ("openssl enc -d -in /old; pg_dump x > /x", false),
            ("gpg --import /k; pg_dump x", false),
        ] {
            assert_eq!(cipher(tool("pg_dump"), text), Value::Bool(safe), "{text}");
        }
        let one = "repo1-path=/b\nrepo1-cipher-type=aes-256-cbc\n";
        assert_eq!(cipher(tool("pgbackrest"), one), Value::Bool(true));
        let two = format!("{one}repo2-type=s3\n");
        assert_eq!(cipher(tool("pgbackrest"), &two), Value::Bool(false));
        assert_eq!(remotes(tool("pgbackrest"), "repo2-host=kho.vn"), ["kho.vn"]);
        assert_eq!(
            cipher(tool("duplicity"), "duplicity --no-encryption"),
            Value::Bool(false)
        );
        assert_eq!(
            cipher(tool("pg_dump"), "pg_dump x | gpg -e"),
            Value::Bool(true)
        );
        assert!(matches!(
            cipher(tool("borg"), "borg create"),
            Value::Unseen(_)
        ));
    }
}
