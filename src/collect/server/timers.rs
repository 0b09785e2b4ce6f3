//! Timers of systemd, each with what its service starts: units with their drop-ins, as systemd puts them together.

use super::host::Host;
use super::plan::{Keep, Piece, Reduction, What};
use super::schedule::Job;
use crate::model::{SourceError, Value};
use crate::parse::keyword::{pairs, pairs::Pair, systemd_seconds};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    unit("/etc/systemd/system/*.timer"),
    unit("/etc/systemd/system/*.service"),
    unit("/etc/systemd/system/*.timer.d/*.conf"),
    unit("/etc/systemd/system/*.service.d/*.conf"),
    unit("/usr/lib/systemd/system/*.timer"),
    unit("/usr/lib/systemd/system/*.service"),
    unit("/usr/lib/systemd/system/*.timer.d/*.conf"),
    unit("/usr/lib/systemd/system/*.service.d/*.conf"),
    unit("/lib/systemd/system/*.timer.d/*.conf"),
    unit("/lib/systemd/system/*.service.d/*.conf"),
];

const fn unit(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["backup", "integrity", "logging"],
    }
}

/// In this order a unit hides those of the same name in the folders after it.
const FOLDERS: [&str; 3] = [
    "/etc/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// Adds the jobs that timers start.
pub(super) fn read(host: &mut Host<'_>, jobs: &mut Vec<Job>) -> Result<(), SourceError> {
    for file in host.drop_ins(&FOLDERS, ".timer")? {
        let name = file.rsplit('/').next().unwrap_or_default().to_owned();
        let Some(files) = files(host, &name)? else {
            continue;
        };
        let lines: Vec<(String, Pair)> = files
            .iter()
            .flat_map(|(file, text)| pairs::ini(text).into_iter().map(|p| (file.clone(), p)))
            .collect();
        let unit = lines.iter().rev().find(|(_, p)| p.key == "Unit");
        let own = format!("{}.service", name.trim_end_matches(".timer"));
        let service = unit.map_or(own, |(_, p)| p.value.clone());
        let (days, place) = days(&lines);
        let command = text(host, &service)?.unwrap_or_default();
        jobs.push(Job {
            command: command_of(&command),
            days,
            enabled: on(host, &name),
            place: place.unwrap_or((file, 1)),
        });
    }
    Ok(())
}

/// Is the timer on, or one made of it where it is a template?
fn on(host: &Host<'_>, name: &str) -> Value {
    let Some((before, after)) = name.split_once("@.") else {
        return host.unit_on(&[name]);
    };
    let (wanted, _) = host.wanted();
    let made = |unit: &&String| unit.starts_with(&format!("{before}@")) && unit.ends_with(after);
    match wanted.iter().find(made) {
        Some(unit) => host.unit_on(&[unit.as_str()]),
        None => host.unit_on(&[name]),
    }
}

/// A unit with its drop-ins behind it; none where it is masked or nowhere.
pub(super) fn text(host: &mut Host<'_>, name: &str) -> Result<Option<String>, SourceError> {
    let texts = |files: Vec<(String, String)>| {
        let texts: Vec<String> = files.into_iter().map(|(_, text)| text).collect();
        texts.join("\n")
    };
    Ok(files(host, name)?.map(texts))
}

/// The files of a unit, each with its text.
fn files(host: &mut Host<'_>, name: &str) -> Result<Option<Vec<(String, String)>>, SourceError> {
    if host.masked(name)? {
        return Ok(None);
    }
    let mut found = Vec::new();
    for folder in FOLDERS {
        let path = format!("{folder}/{name}");
        if let Some(text) = host.optional(&path)? {
            found.push((path, text));
            break;
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    let folders = FOLDERS.map(|folder| format!("{folder}/{name}.d"));
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    for path in host.drop_ins(&folders, ".conf")? {
        let text = host.optional(&path)?.unwrap_or_default();
        found.push((path, text));
    }
    Ok(Some(found))
}

/// What the lines of a service start; an empty one takes back those before it.
fn command_of(text: &str) -> String {
    let whole = text.replace("\\\n", " ");
    let mut lines: Vec<(String, String)> = Vec::new();
    for pair in pairs::ini(&whole)
        .into_iter()
        .filter(|p| p.section == "Service")
    {
        let starts = pair.key.starts_with("ExecStart");
        if starts && pair.value.is_empty() {
            lines.retain(|(key, _)| *key != pair.key);
        } else if starts || pair.key == "Environment" {
            let line = format!("{}={}", pair.key, pair.value);
            lines.push((pair.key, line));
        }
    }
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    lines.join("\n")
}

/// Days between two runs at the most, and the line that says so. Of several times the one that comes most often
/// counts; an empty line takes back those before it, of every kind.
fn days(lines: &[(String, Pair)]) -> (Value, Option<(String, u32)>) {
    let mut found: Vec<(Value, (String, u32))> = Vec::new();
    for (file, pair) in lines.iter().filter(|(_, p)| p.section == "Timer") {
        let days = match pair.key.as_str() {
            "OnCalendar" | "OnUnitActiveSec" if pair.value.is_empty() => {
                found.clear();
                continue;
            }
            "OnCalendar" => calendar_days(&pair.value),
            "OnUnitActiveSec" => systemd_seconds(&pair.value).map_or_else(
                || Value::unseen("not-parsed", "OnUnitActiveSec"),
                |s| Value::Int((s / 86_400).max(1)),
            ),
            _ => continue,
        };
        found.push((days, (file.clone(), pair.line)));
    }
    let least = found.into_iter().min_by_key(|(days, _)| {
        if let Value::Int(n) = days {
            *n
        } else {
            i64::MAX
        }
    });
    match least {
        Some((days, place)) => (days, Some(place)),
        None => (Value::unseen("not-parsed", "no OnCalendar"), None),
    }
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
        assert_eq!(calendar_days("*-*-* 02:00:00"), Value::Int(1));
        assert_eq!(calendar_days("Sun 03:00"), Value::Int(7));
        assert_eq!(calendar_days("*-*-01 00:00"), Value::Int(31));
        assert!(matches!(calendar_days("2026-01-01"), Value::Unseen(_)));
        let lines = |file: &str, text: &str| -> Vec<(String, Pair)> {
            let all = pairs::ini(text).into_iter();
            all.map(|p| (file.to_owned(), p)).collect()
        };
        let of = |text: &str| days(&lines("a", text)).0;
        let daily = "[Timer]\nOnCalendar=daily\n";
        assert_eq!(of(daily), Value::Int(1));
        let drop_in = lines("b", "[Timer]\nOnCalendar=\nOnCalendar=yearly\n");
        assert_eq!(
            days(&[lines("a", daily), drop_in].concat()),
            (Value::Int(366), Some(("b".to_owned(), 3)))
        );
        let later = format!("{daily}\n[Timer]\nOnCalendar=\nOnCalendar=monthly\n");
        assert_eq!(of(&later), Value::Int(31));
        assert_eq!(
            of(&format!("[Timer]\nOnCalendar=weekly\n{daily}")),
            Value::Int(1)
        );
    }

    #[test]
    fn what_a_service_starts() {
        let of = |text: &str| command_of(text);
        let own = "[Service]\nEnvironment=A=b\nExecStart=/usr/bin/restic \\\n  backup /srv\n";
        assert_eq!(
            of(own),
            "Environment=A=b\nExecStart=/usr/bin/restic    backup /srv"
        );
        let other = format!("{own}[Service]\nExecStart=\nExecStart=/bin/true\n");
        assert_eq!(of(&other), "Environment=A=b\nExecStart=/bin/true");
    }
}
