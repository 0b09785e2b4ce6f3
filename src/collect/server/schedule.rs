//! What runs on a schedule: crontabs, the folders of cron, and timers of systemd, each with how often at the least.

use super::host::Host;
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{SourceError, Value};
use crate::parse::keyword::{joined_without, numbered, pairs, systemd_seconds};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    masked("/etc/crontab"),
    masked("/etc/anacrontab"),
    masked("/etc/cron.d/*"),
    masked("/etc/cron.hourly/*"),
    masked("/etc/cron.daily/*"),
    masked("/etc/cron.weekly/*"),
    masked("/etc/cron.monthly/*"),
    masked("/var/spool/cron/crontabs/*"),
    masked("/var/spool/cron/*"),
    unit("/etc/systemd/system/*.timer"),
    unit("/etc/systemd/system/*.service"),
    unit("/usr/lib/systemd/system/*.timer"),
    unit("/usr/lib/systemd/system/*.service"),
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

const fn unit(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["backup"],
    }
}

/// Something that runs on a schedule.
#[derive(Debug)]
pub(super) struct Job {
    /// What is run.
    pub(super) command: String,
    /// Days between two runs at the most; not to be told where the schedule is of a kind that is not read.
    pub(super) days: Value,
    /// Is it switched on?
    pub(super) enabled: Value,
    /// Where it stands.
    pub(super) place: (String, u32),
}

const FOLDERS: [(&str, i64); 4] = [
    ("/etc/cron.hourly", 1),
    ("/etc/cron.daily", 1),
    ("/etc/cron.weekly", 7),
    ("/etc/cron.monthly", 31),
];

/// All jobs, and the first error that may hide others.
pub(super) fn read(host: &mut Host<'_>) -> (Vec<Job>, Option<SourceError>) {
    let (mut jobs, mut hidden) = (Vec::new(), None);
    let mut tables = vec![("/etc/crontab".to_owned(), true)];
    for (pattern, user) in [
        ("/etc/cron.d/*", true),
        ("/var/spool/cron/crontabs/*", false),
        ("/var/spool/cron/*", false),
    ] {
        match host.glob(pattern) {
            Ok(files) => tables.extend(files.into_iter().map(|f| (f, user))),
            Err(e) => _ = hidden.get_or_insert(e),
        }
    }
    for (file, user) in tables {
        match host.optional(&file) {
            Ok(text) => table(&file, &text.unwrap_or_default(), user, &mut jobs),
            Err(SourceError::WrongKind(..)) => {}
            Err(e) => _ = hidden.get_or_insert(e),
        }
    }
    for (folder, days) in FOLDERS {
        match host.glob(&format!("{folder}/*")) {
            Ok(files) => {
                for file in files {
                    script(host, file, days, &mut jobs, &mut hidden);
                }
            }
            Err(e) => _ = hidden.get_or_insert(e),
        }
    }
    if let Err(e) = timers(host, &mut jobs) {
        hidden.get_or_insert(e);
    }
    (jobs, hidden)
}

/// A file in a folder of cron: run-parts leaves out names with a dot and files that may not be run.
fn script(
    host: &mut Host<'_>,
    file: String,
    days: i64,
    jobs: &mut Vec<Job>,
    hidden: &mut Option<SourceError>,
) {
    let runs = host.entry(&file).is_ok_and(|e| e.mode & 0o111 != 0)
        && !file.rsplit('/').next().is_some_and(|n| n.contains('.'));
    match host.optional(&file) {
        Ok(text) => {
            let text = text.unwrap_or_default();
            let code = |l: &&str| !l.trim_start().starts_with('#');
            jobs.push(Job {
                command: text.lines().filter(code).collect::<Vec<_>>().join("\n"),
                days: Value::Int(days),
                enabled: Value::Bool(runs),
                place: (file, 1),
            });
        }
        Err(e) => _ = hidden.get_or_insert(e),
    }
}

/// The lines of a crontab.
fn table(file: &str, text: &str, with_user: bool, jobs: &mut Vec<Job>) {
    for (line, content) in joined_without(text, &['#']) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = content.split_whitespace().collect();
        let (days, skip) = match words.first() {
            Some(word) if word.starts_with('@') => (named(word), 1),
            Some(word) if word.contains('=') => continue,
            _ => match words.get(..5) {
                Some(fields) => (Value::Int(fields_days(fields)), 5),
                None => continue,
            },
        };
        let skip = skip + usize::from(with_user);
        let Some(command) = words.get(skip..).filter(|c| !c.is_empty()) else {
            continue;
        };
        jobs.push(Job {
            command: command.join(" "),
            days,
            enabled: Value::Bool(true),
            place: (file.to_owned(), line),
        });
    }
}

fn named(word: &str) -> Value {
    match word {
        "@hourly" | "@daily" | "@midnight" => Value::Int(1),
        "@weekly" => Value::Int(7),
        "@monthly" => Value::Int(31),
        "@yearly" | "@annually" => Value::Int(366),
        _ => Value::unseen("not-parsed", format!("cron: {word}")),
    }
}

/// Days between two runs at the most, by the day fields: minute hour day-of-month month day-of-week.
fn fields_days(fields: &[&str]) -> i64 {
    let any = |at: usize| fields.get(at).is_none_or(|f| *f == "*" || *f == "*/1");
    if !any(3) {
        return 366;
    }
    if any(2) && any(4) {
        return 1;
    }
    if !any(4) {
        let field = fields.get(4).copied().unwrap_or_default();
        // Working days leave a gap of three days; else as if all named days followed each other.
        return if field == "1-5" || field.eq_ignore_ascii_case("mon-fri") {
            3
        } else {
            7
        };
    }
    fields
        .get(2)
        .and_then(|f| f.strip_prefix("*/"))
        .and_then(|n| n.parse().ok())
        .unwrap_or(31)
}

/// Timers of systemd with the service that each starts.
fn timers(host: &mut Host<'_>, jobs: &mut Vec<Job>) -> Result<(), SourceError> {
    let folders = [
        "/etc/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ];
    for file in host.drop_ins(&folders, ".timer")? {
        let Some(text) = host.optional(&file)? else {
            continue;
        };
        let name = file.rsplit('/').next().unwrap_or_default().to_owned();
        let own = format!("{}.service", name.trim_end_matches(".timer"));
        let pairs = pairs::ini(&text);
        let service = pairs::last(&pairs, "Unit").map_or(own, |p| p.value.clone());
        let calendar = pairs
            .iter()
            .find(|p| matches!(p.key.as_str(), "OnCalendar" | "OnUnitActiveSec"));
        let (days, line) = match calendar {
            Some(p) if p.key == "OnCalendar" => (calendar_days(&p.value), p.line),
            Some(p) => (
                systemd_seconds(&p.value).map_or_else(
                    || Value::unseen("not-parsed", "OnUnitActiveSec"),
                    |s| Value::Int((s / 86_400).max(1)),
                ),
                p.line,
            ),
            None => (Value::unseen("not-parsed", "no OnCalendar"), 1),
        };
        let mut command = String::new();
        for folder in folders {
            if let Some(text) = host.optional(&format!("{folder}/{service}"))? {
                let starts = |l: &(u32, &str)| {
                    l.1.starts_with("ExecStart") || l.1.starts_with("Environment")
                };
                command = numbered(&text)
                    .filter(starts)
                    .map(|l| l.1)
                    .collect::<Vec<_>>()
                    .join("\n");
                break;
            }
        }
        jobs.push(Job {
            command,
            days,
            enabled: host.unit_on(&[&name]),
            place: (file, line),
        });
    }
    Ok(())
}

/// Days between two runs at the most of `OnCalendar=`.
fn calendar_days(value: &str) -> Value {
    let lower = value.to_ascii_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    match first {
        "minutely" | "hourly" | "daily" => return Value::Int(1),
        "weekly" => return Value::Int(7),
        "monthly" => return Value::Int(31),
        "quarterly" => return Value::Int(92),
        "yearly" | "annually" | "semiannually" => return Value::Int(366),
        _ => {}
    }
    let weekday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .any(|d| first.starts_with(d));
    if weekday {
        return Value::Int(7);
    }
    match first.split('-').collect::<Vec<_>>().as_slice() {
        [_, "*", "*"] | ["*", "*"] => Value::Int(1),
        [_] if first.contains(':') => Value::Int(1),
        [_, "*", _] => Value::Int(31),
        _ => Value::unseen("not-parsed", "OnCalendar of another form"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often() {
        let of = |t: &str| fields_days(&t.split(' ').collect::<Vec<_>>());
        assert_eq!(of("0 2 * * *"), 1);
        assert_eq!(of("0 2 * * 0"), 7);
        assert_eq!(of("0 2 1 * *"), 31);
        assert_eq!(of("0 2 1 1 *"), 366);
        assert_eq!(calendar_days("*-*-* 02:00:00"), Value::Int(1));
        assert_eq!(calendar_days("Sun 03:00"), Value::Int(7));
        assert_eq!(calendar_days("*-*-01 00:00"), Value::Int(31));
        assert!(matches!(calendar_days("2026-01-01"), Value::Unseen(_)));
        let mut jobs = Vec::new();
        table(
            "/etc/crontab",
            "PATH=/bin\n17 3 * * * root restic backup /srv\n",
            true,
            &mut jobs,
        );
        assert_eq!(jobs[0].command, "restic backup /srv");
    }
}
