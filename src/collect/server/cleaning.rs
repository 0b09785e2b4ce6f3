//! What takes logs away besides logrotate and journald: jobs that delete or empty files in `/var/log`, and files that
//! systemd-tmpfiles cleans. A log that is kept a year by logrotate and deleted after a week is kept a week.

use super::host::{Host, unseen};
use super::plan::{Keep, Piece, What};
use super::schedule::{self, Job};
use super::started::statements;
use crate::model::{SourceError, Value};
use crate::parse::keyword::{systemd_seconds, words};

/// In this order a folder hides files of the same name in those after it.
const TMPFILES: [&str; 3] = ["/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d"];

/// What this part reads beside the schedules.
pub(super) const PIECES: &[Piece] = &[
    file("/etc/tmpfiles.d/*.conf"),
    file("/run/tmpfiles.d/*.conf"),
    file("/usr/lib/tmpfiles.d/*.conf"),
];

const fn file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(&["d", "e", "q", "v"]),
        },
        serves: &["logging"],
    }
}

const DAY_SECONDS: i64 = 86_400;

/// Days after which something goes, and where that is said.
pub(super) type After = (Value, Option<(String, u32)>);

/// What is taken away, the soonest of each kind.
#[derive(Default)]
pub(super) struct Cleaning {
    /// Of the files of logs.
    pub(super) files: Option<After>,
    /// Of the journal.
    pub(super) journal: Option<After>,
}

/// Reads jobs and settings.
pub(super) fn read(host: &mut Host<'_>) -> Cleaning {
    let mut cleaning = Cleaning::default();
    let (jobs, _) = schedule::read(host);
    for job in jobs.iter().filter(|j| j.enabled != Value::Bool(false)) {
        for statement in statements(&job.command) {
            let Some((kind, days)) = taken(&statement, job) else {
                continue;
            };
            // Whether the job runs at all is not known.
            let days = if job.enabled == Value::Bool(true) {
                days
            } else {
                job.enabled.clone()
            };
            let slot = match kind {
                Kind::Files => &mut cleaning.files,
                Kind::Journal => &mut cleaning.journal,
            };
            sooner(slot, (days, Some(job.place.clone())));
        }
    }
    if let Err(e) = by_tmpfiles(host, &mut cleaning.files) {
        sooner(&mut cleaning.files, (unseen(&e), None));
    }
    cleaning
}

fn sooner(slot: &mut Option<After>, new: After) {
    let days = |after: &After| {
        if let Value::Int(n) = after.0 {
            n
        } else {
            i64::MAX
        }
    };
    if slot.as_ref().is_none_or(|old| days(&new) < days(old)) {
        *slot = Some(new);
    }
}

enum Kind {
    Files,
    Journal,
}

/// What a statement takes away, and after how many days.
fn taken(statement: &str, job: &Job) -> Option<(Kind, Value)> {
    let words: Vec<&str> = statement
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
        .filter(|w| !w.is_empty())
        .collect();
    let at = |name: &str| {
        words
            .iter()
            .position(|w| w.rsplit('/').next() == Some(name))
    };
    if let Some(n) = at("journalctl") {
        let rest = words.get(n..).unwrap_or_default();
        return rest.iter().enumerate().find_map(|(n, word)| {
            let next = || rest.get(n + 1).copied().unwrap_or_default();
            let value = |name: &str| match word.strip_prefix(name)? {
                "" => Some(next()),
                value => value.strip_prefix('='),
            };
            if let Some(time) = value("--vacuum-time") {
                let days = systemd_seconds(time).map(|s| s / DAY_SECONDS);
                let days = days.map_or_else(|| unclear(statement), Value::Int);
                return Some((Kind::Journal, days));
            }
            value("--vacuum-size")?;
            let why = "a job bounds the journal by size";
            Some((Kind::Journal, Value::unseen("bounded-by-size", why)))
        });
    }
    let logs = |word: &&str| of_system(word);
    if let Some(n) = at("find") {
        let rest = words.get(n + 1..).unwrap_or_default();
        let deletes = rest.contains(&"-delete") || at("rm").is_some() || at("unlink").is_some();
        if !(rest.iter().any(logs) && deletes) {
            return None;
        }
        let age = |name: &str, per_day: i64| {
            let n = rest.iter().position(|w| *w == name)?;
            let n = rest.get(n + 1)?.strip_prefix('+')?.parse::<i64>().ok()?;
            Some(n / per_day)
        };
        let days = age("-mtime", 1).or(age("-ctime", 1)).or(age("-mmin", 1440));
        let days = days.map_or_else(|| unclear(statement), Value::Int);
        return Some((Kind::Files, days));
    }
    // `rm /var/log/*.gz`, `truncate -s 0 /var/log/syslog`: nothing is older than the job is rare.
    let removes = at("rm")
        .or_else(|| at("truncate"))
        .or_else(|| at("shred"))?;
    let rest = words.get(removes + 1..).unwrap_or_default();
    rest.iter()
        .any(logs)
        .then(|| (Kind::Files, job.days.clone()))
}

fn unclear(statement: &str) -> Value {
    Value::unseen(
        "not-parsed",
        statement.trim().chars().take(80).collect::<String>(),
    )
}

/// Does a path mean the logs of the system: all of the folder, or its files of logins and messages?
fn of_system(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/var/log") else {
        return false;
    };
    let rest = rest.trim_start_matches('/');
    rest.is_empty()
        || rest.starts_with('*')
        || ["auth", "syslog", "messages", "secure"]
            .iter()
            .any(|n| rest.starts_with(n))
}

/// `e /var/log - - - 30d`
fn by_tmpfiles(host: &mut Host<'_>, files: &mut Option<After>) -> Result<(), SourceError> {
    for file in host.drop_ins(&TMPFILES, ".conf")? {
        let text = host.optional(&file)?.unwrap_or_default();
        for line in words(&text, &['#']) {
            let (Some(kind), Some(path)) = (line.words.first(), line.words.get(1)) else {
                continue;
            };
            let cleans = kind.starts_with(['d', 'D', 'e', 'q', 'Q', 'v']);
            let age = line.words.get(5).filter(|a| *a != "-");
            if let Some(age) = age.filter(|_| cleans && of_system(path)) {
                // A mark before it leaves out what lies at the top.
                let age = age
                    .trim_start_matches('~')
                    .rsplit(':')
                    .next()
                    .unwrap_or(age);
                let days = systemd_seconds(age).map(|s| s / DAY_SECONDS);
                let days = days.map_or_else(|| unclear(age), Value::Int);
                sooner(files, (days, Some((file.clone(), line.line))));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statement: &str) -> Option<(bool, Value)> {
        let job = Job {
            command: statement.to_owned(),
            days: Value::Int(7),
            enabled: Value::Bool(true),
            place: ("/etc/crontab".to_owned(), 1),
        };
        let (kind, days) = taken(statement, &job)?;
        Some((matches!(kind, Kind::Journal), days))
    }

    #[test]
    fn what_goes_and_when() {
        let files = |days| Some((false, Value::Int(days)));
        assert_eq!(
            of("find /var/log -name '*.gz' -mtime +30 -delete"),
            files(30)
        );
        assert_eq!(
            of("find /var/log/ -type f -mmin +2880 -exec rm {} +"),
            files(2)
        );
        assert_eq!(of("find /var/log/nginx -mtime +30 -delete"), None);
        assert_eq!(of("find /var/log -mtime +30 -print"), None);
        assert_eq!(of("rm -f /var/log/*.gz"), files(7));
        assert_eq!(of("truncate -s 0 /var/log/syslog"), files(7));
        assert_eq!(
            of("journalctl --vacuum-time=2weeks"),
            Some((true, Value::Int(14)))
        );
        assert!(matches!(
            of("journalctl --vacuum-size 1G"),
            Some((true, Value::Unseen(_)))
        ));
        assert_eq!(of("echo /var/log"), None);
    }
}
