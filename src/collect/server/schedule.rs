//! What runs on a schedule: crontabs, the folders of cron, and timers of systemd, each with how often at the least.
//!
//! A table that cron does not take (its name, its mode), and one that no daemon reads, runs nothing.

use super::host::{Host, both, unseen};
use super::plan::{Keep, Piece, Reduction, What};
use super::record::Manager;
use super::timers;
use crate::model::{SourceError, Value};
use crate::parse::keyword::joined_without;

const CRONTAB: &str = "/etc/crontab";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    masked(CRONTAB),
    masked("/etc/anacrontab"),
    masked("/etc/cron.d/*"),
    masked("/etc/cron.hourly/*"),
    masked("/etc/cron.daily/*"),
    masked("/etc/cron.weekly/*"),
    masked("/etc/cron.monthly/*"),
    masked("/var/spool/cron/crontabs/*"),
    masked("/var/spool/cron/*"),
];

const fn masked(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["backup", "integrity", "logging"],
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
    let daemon = daemon(host);
    let mut tables = vec![(CRONTAB.to_owned(), true)];
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
            Ok(text) => {
                let enabled = match user {
                    true => both(is_taken(host, &file), daemon.clone()),
                    false => daemon.clone(),
                };
                let text = text.unwrap_or_default();
                table(&file, &text, user, &enabled, &mut jobs);
            }
            // Debian keeps the tables of people in a folder there.
            Err(SourceError::WrongKind(..)) if file.starts_with("/var/spool/cron/") => {}
            Err(e) => _ = hidden.get_or_insert(e),
        }
    }
    for (folder, days) in FOLDERS {
        match host.glob(&format!("{folder}/*")) {
            Ok(files) => {
                for file in files {
                    script(host, file, days, &daemon, &mut jobs, &mut hidden);
                }
            }
            Err(e) => _ = hidden.get_or_insert(e),
        }
    }
    if let Err(e) = timers::read(host, &mut jobs) {
        hidden.get_or_insert(e);
    }
    (jobs, hidden)
}

/// A file in a folder of cron: run-parts leaves out names with a dot and files that may not be run.
fn script(
    host: &mut Host<'_>,
    file: String,
    days: i64,
    daemon: &Value,
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
                enabled: both(Value::Bool(runs), daemon.clone()),
                place: (file, 1),
            });
        }
        Err(e) => _ = hidden.get_or_insert(e),
    }
}

/// Does a daemon run what the files of cron say? One whose units are not known is believed.
pub(super) fn daemon(host: &Host<'_>) -> Value {
    const OTHERS: [&str; 4] = ["systemd-cron", "bcron", "fcron", "anacron"];
    if host.has(&OTHERS) == Some(true) {
        return Value::Bool(true);
    }
    match host.has(&["cron", "cronie"]) {
        Some(false) => Value::Bool(false),
        Some(true) | None => host.unit_on(&["cron.service", "crond.service"]),
    }
}

/// Does cron take this table of the system? Where nobody knows which cron it is, what both take or leave is known.
fn is_taken(host: &Host<'_>, file: &str) -> Value {
    let name = file.rsplit('/').next().unwrap_or_default();
    let mode = host.entry(file).map_or(0o600, |e| e.mode);
    let by = |manager| takes(manager, name, mode);
    match host.record().map(|r| r.manager) {
        Ok(manager) => Value::Bool(by(manager)),
        Err(_) if by(Manager::Dpkg) == by(Manager::Rpm) => Value::Bool(by(Manager::Dpkg)),
        Err(e) => unseen(&e),
    }
}

/// Debian's cron leaves out names with a dot and what others may write, cronie copies that packages leave behind and
/// what may be run.
fn takes(manager: Manager, name: &str, mode: u32) -> bool {
    match manager {
        Manager::Dpkg => {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            name.chars().all(plain) && mode & 0o022 == 0
        }
        Manager::Rpm => {
            let left = [".rpmsave", ".rpmorig", ".rpmnew", "~"];
            !left.iter().any(|end| name.ends_with(end))
                && !name.starts_with('#')
                && mode & 0o7533 == 0o400
        }
    }
}

/// What cron hands to the shell of a line: what stands before the first `%` that no backslash keeps; the rest is its
/// input. `None` where the shell then finds an open quote or bracket and runs nothing.
fn handed_on(command: &str) -> Option<String> {
    let (mut text, mut kept) = (String::new(), false);
    for c in command.chars() {
        if c == '%' && !kept {
            break;
        }
        if c == '%' {
            text.pop();
        }
        kept = c == '\\' && !kept;
        text.push(c);
    }
    let (mut quote, mut depth, mut ticks, mut before) = (None, 0i32, 0u32, ' ');
    for c in text.chars() {
        match (c, quote) {
            _ if before == '\\' => {}
            ('\'', Some('\'')) | ('"', Some('"')) => quote = None,
            (_, Some('\'')) => {}
            ('\'' | '"', None) => quote = Some(c),
            ('`', _) => ticks += 1,
            ('(', _) if before == '$' => depth += 1,
            (')', _) if depth > 0 => depth -= 1,
            _ => {}
        }
        before = if before == '\\' { ' ' } else { c };
    }
    (quote.is_none() && depth == 0 && ticks % 2 == 0).then_some(text)
}

/// The lines of a crontab.
fn table(file: &str, text: &str, with_user: bool, enabled: &Value, jobs: &mut Vec<Job>) {
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
        let command = command.join(" ");
        let handed = handed_on(&command);
        jobs.push(Job {
            enabled: match handed {
                Some(_) => enabled.clone(),
                None => Value::Bool(false),
            },
            command: handed.unwrap_or(command),
            days,
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
        let mut jobs = Vec::new();
        table(
            "/etc/crontab",
            "PATH=/bin\n17 3 * * * root restic backup /srv\n",
            true,
            &Value::Bool(true),
            &mut jobs,
        );
        assert_eq!(jobs[0].command, "restic backup /srv");
    }

    #[test]
    fn tables_that_are_taken() {
        for (name, mode, debian, red_hat) in [
            ("sao-luu", 0o644, true, true),
            ("sao.luu", 0o644, false, true),
            ("sao-luu.rpmsave", 0o644, false, false),
            ("sao-luu", 0o755, true, false),
            ("sao-luu", 0o664, false, false),
            ("sao-luu", 0o600, true, true),
        ] {
            assert_eq!(takes(Manager::Dpkg, name, mode), debian, "{name} {mode:o}");
            assert_eq!(takes(Manager::Rpm, name, mode), red_hat, "{name} {mode:o}");
        }
    }

    #[test]
    fn what_the_shell_gets() {
        let of = |text: &str| handed_on(text);
        assert_eq!(of("pg_dump x > /b/$(date +%F).sql"), None);
        assert_eq!(
            of("pg_dump x > /b/$(date +\\%F).sql").as_deref(),
            Some("pg_dump x > /b/$(date +%F).sql")
        );
        assert_eq!(of("mail -s x an%hello").as_deref(), Some("mail -s x an"));
        assert_eq!(of("tar cf \"/b/`date +%F`\" /srv"), None);
        assert_eq!(of("echo it\\'s").as_deref(), Some("echo it\\'s"));
    }
}
