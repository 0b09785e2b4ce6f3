//! Backup jobs: which tool runs on which schedule, whether copies are encrypted, leave the host, are kept in versions,
//! and when the last one succeeded. What only a script or another host knows is said to be unseen.

mod tools;

use super::host::{Host, both, certainty, texts, unseen};
use super::plan::{Keep, Piece, Reduction, What};
use super::schedule::{self, Job};
use super::shippers::{host_of, is_here};
use crate::model::{Collected, Day, Fact, Place, Seen, SourceError, Subject, Value};
use tools::{Cipher, TOOLS, Tool, saves};

/// Programs that encrypt what is piped through them.
const PIPES: &[&str] = &[
    "gpg ",
    "gpg2 ",
    "openssl enc",
    "openssl smime",
    "openssl cms",
    "age -r",
    "age --recipient",
];

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

/// A script of the host's own that a job starts: what it says is part of the job.
fn follow(host: &mut Host<'_>, job: &mut Job) -> Result<(), SourceError> {
    let scripts: Vec<String> = job
        .command
        .split([' ', '=', '\n', ';', '"'])
        .filter(|w| {
            (w.starts_with("/usr/local/bin/") || w.starts_with("/usr/local/sbin/"))
                && w.contains("backup")
        })
        .map(str::to_owned)
        .collect();
    for script in scripts {
        if let Some(text) = host.optional(&script)? {
            job.command.push('\n');
            let code = text.lines().filter(|l| !l.trim_start().starts_with('#'));
            job.command.push_str(&code.collect::<Vec<_>>().join("\n"));
        }
    }
    Ok(())
}

fn scheduled(found: &[(&Tool, &Job)], served: &[&str], hidden: Option<&SourceError>) -> Value {
    let jobs = found
        .iter()
        .map(|(_, j)| j.enabled.clone())
        .min_by_key(certainty);
    match (jobs, served.is_empty(), hidden) {
        (Some(Value::Bool(true)), _, _) | (_, false, _) => Value::Bool(true),
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
        let hosts = remotes(tool, &text);
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
    if has(PIPES) {
        return Value::Bool(true);
    }
    match tool.cipher {
        Cipher::Always => Value::Bool(true),
        Cipher::Unless(words) => Value::Bool(!has(words)),
        Cipher::Where(words) => Value::Bool(has(words)),
        Cipher::Hidden(words) if has(words) => Value::Bool(true),
        Cipher::Hidden(_) => Value::unseen(
            "not-parsed",
            format!("{}: only the repository knows", tool.name),
        ),
    }
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
        if tool.hosts.contains(&key.trim()) && !host.is_empty() && !is_here(&host) {
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
