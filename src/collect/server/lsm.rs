//! Mandatory access control: SELinux or AppArmor, on after a restart, enforcing, and as the kernel has it now.

use super::cmdline;
use super::drift;
use super::host::{Host, both, derived, texts, unseen};
use super::plan::{Keep, Piece, What};
use super::record::Manager;
use crate::model::{Collected, Command, EntryKind, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{numbered, pairs};

const SELINUX: &str = "/etc/selinux/config";
const PROFILES: &str = "/etc/apparmor.d";
/// Profiles that are not loaded.
const DISABLED: &str = "/etc/apparmor.d/disable";
const KERNEL: &str = "/sys/kernel/security/apparmor/profiles";

const ENFORCE: Command = Command {
    id: "getenforce",
    argv: &["/usr/sbin/getenforce"],
    root: false,
};
const STATUS: Command = Command {
    id: "aa-status",
    argv: &["/usr/sbin/aa-status", "--json"],
    root: true,
};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file(SELINUX, Keep::Lines(&["selinux=", "selinuxtype="])),
    file("/etc/apparmor.d/*", Keep::Lines(&["profile", "/", "\""])),
    Piece {
        what: What::Folder(PROFILES),
        serves: &["lsm"],
    },
    Piece {
        what: What::Folder("/etc/apparmor.d/force-complain"),
        serves: &["lsm"],
    },
    Piece {
        what: What::Folder(DISABLED),
        serves: &["lsm"],
    },
    file(KERNEL, Keep::Whole),
    Piece {
        what: What::Command(&ENFORCE),
        serves: &["lsm"],
    },
    Piece {
        what: What::Command(&STATUS),
        serves: &["lsm"],
    },
];

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["lsm"],
    }
}

/// Collects the subject type `lsm`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    match saved(host, out) {
        Ok(Some(subject)) => {
            let kind = subject.facts.get("kind").map(|f| f.value.clone());
            out.saw("lsm", Seen::Whole);
            let selinux = kind == Some("selinux".into());
            let running = running(host, selinux);
            if let Some(running) = &running {
                drift::compare("lsm", differences(&subject, running), out);
            }
            out.subjects.push(subject);
            out.subjects.extend(running);
        }
        Ok(None) => {
            let files = "/etc/selinux/config, /etc/apparmor.d";
            let packages = ["apparmor", "selinux-policy-targeted", "selinux-basics"];
            out.saw("lsm", host.without(files, &packages));
        }
        Err(e) => out.saw("lsm", Seen::Not(super::host::reason(&e))),
    }
}

/// Where the kernel guards otherwise than it will after a restart.
fn differences(saved: &Subject, now: &Subject) -> Result<Vec<String>, SourceError> {
    let mut found = Vec::new();
    for path in ["enabled", "enforcing"] {
        let of = |subject: &Subject| subject.facts.get(path).map(|f| f.value.clone());
        match (of(saved), of(now)) {
            (Some(Value::Bool(saved)), Some(Value::Bool(now))) if saved != now => {
                found.push(format!("{path}: running {now}, saved {saved}"));
            }
            (Some(Value::Unseen(why)), _) | (_, Some(Value::Unseen(why))) => {
                return Err(SourceError::Unreadable(
                    "lsm".to_owned(),
                    why.detail.clone(),
                ));
            }
            (Some(_) | None, Some(_) | None) => {}
        }
    }
    Ok(found)
}

fn saved(host: &mut Host<'_>, out: &Collected) -> Result<Option<Subject>, SourceError> {
    // A word on the command line of the kernel counts more than all files.
    let off = |word: &str| {
        let kernel = out.subjects.iter().find(|s| &*s.id == "kernel")?;
        let line = &kernel.facts.get("command_line.weakening")?.value;
        let Value::List(list) = line else { return None };
        Some(list.items.contains(&Value::from(word)))
    };
    // A command line that is there and could not be read may switch all of it off.
    let line = out.subjects.iter().find(|s| &*s.id == "kernel");
    let line = line.and_then(|k| k.facts.get("command_line.weakening"));
    let hidden = line.and_then(|fact| match &fact.value {
        Value::Unseen(why) if why.code != "missing-fact" => Some(fact.value.clone()),
        Value::Unseen(_)
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Text(_)
        | Value::Day(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Absent => None,
    });
    let unless_hidden = |value: Value| match &hidden {
        Some(hidden) if value == Value::Bool(true) => hidden.clone(),
        Some(_) | None => value,
    };
    let mut subject = Subject::new("lsm", "lsm");
    let chosen = chosen(host);
    let selinux = host.optional(SELINUX)?;
    if let Some(text) = selinux.filter(|_| chosen != Value::Bool(false)) {
        let pairs = pairs::equals(&text);
        let mode = pairs::last(&pairs, "SELINUX");
        let line = mode.map_or(0, |p| p.line);
        let mode = mode
            .map(|p| p.value.to_ascii_lowercase())
            .unwrap_or_default();
        let known = matches!(mode.as_str(), "enforcing" | "permissive" | "disabled");
        let of = |yes: bool| match known {
            true => Value::Bool(yes),
            false => Value::unseen("not-parsed", "SELINUX= has none of its three values"),
        };
        let enabled = if off("selinux=0") == Some(true) {
            Value::Bool(false)
        } else {
            both(chosen, unless_hidden(of(mode != "disabled")))
        };
        let enforcing = if off("enforcing=0") == Some(true) || enabled == Value::Bool(false) {
            Value::Bool(false)
        } else {
            both(enabled.clone(), unless_hidden(of(mode == "enforcing")))
        };
        subject.put(derived("kind", "selinux", SELINUX, line));
        subject.put(derived("enabled", enabled, SELINUX, line));
        subject.put(derived("enforcing", enforcing, SELINUX, line));
        subject.put(derived(
            "complaining",
            texts(Vec::<String>::new()),
            SELINUX,
            line,
        ));
        return Ok(Some(subject));
    }
    if host.exists(PROFILES) == Some(false) || host.has(&["apparmor"]) == Some(false) {
        return Ok(None);
    }
    let on = match off("apparmor=0") {
        Some(true) => Value::Bool(false),
        Some(false) | None => unless_hidden(host.unit_on(&["apparmor.service"])),
    };
    let (profiles, complaining) = complaining(host)?;
    let enforcing = if on == Value::Bool(true) {
        Value::Bool(profiles > 0 && complaining.is_empty())
    } else {
        on.clone()
    };
    subject.put(derived("kind", "apparmor", PROFILES, 0));
    subject.put(derived("enabled", on, PROFILES, 0));
    subject.put(derived("enforcing", enforcing, PROFILES, 0));
    subject.put(derived("complaining", texts(complaining), PROFILES, 0));
    Ok(Some(subject))
}

/// Does the kernel take SELinux at all? Debian's and Ubuntu's take AppArmor where their command line does not say other.
fn chosen(host: &mut Host<'_>) -> Value {
    if !matches!(host.record().map(|r| r.manager), Ok(Manager::Dpkg)) {
        return Value::Bool(true);
    }
    let names = |word: &String| {
        let list = word.strip_prefix("lsm=");
        word == "security=selinux" || list.is_some_and(|l| l.split(',').any(|m| m == "selinux"))
    };
    match cmdline::saved(host) {
        Ok(lines) => Value::Bool(lines.iter().all(|l| l.words.iter().any(names))),
        Err(e) => unseen(&e),
    }
}

/// How many profiles there are, and those that only complain. One that is not loaded is none, nor is one that confines
/// nothing and is only a name (Ubuntu brings many).
fn complaining(host: &mut Host<'_>) -> Result<(usize, Vec<String>), SourceError> {
    let (mut count, mut found) = (0, Vec::new());
    let forced = host.names("/etc/apparmor.d/force-complain")?;
    let disabled = host.names(DISABLED)?;
    for entry in host.entries(PROFILES)? {
        let left = entry.name.starts_with('.') || disabled.contains(&entry.name);
        if entry.kind != EntryKind::File || left {
            continue;
        }
        let text = host.optional(&format!("{PROFILES}/{}", entry.name))?;
        let text = text.unwrap_or_default();
        let heads: Vec<&str> = numbered(&text)
            .map(|(_, l)| l.trim())
            .filter(|l| is_head(l) && !l.contains("unconfined"))
            .collect();
        count += heads.len();
        let flagged = heads.iter().any(|l| l.contains("complain"));
        if !heads.is_empty() && (flagged || forced.contains(&entry.name)) {
            found.push(entry.name);
        }
    }
    Ok((count, found))
}

/// `/usr/sbin/chronyd flags=(attach_disconnected) {`, `profile nginx /usr/sbin/nginx {`.
fn is_head(line: &str) -> bool {
    let starts = ["/", "\"", "profile "].iter().any(|p| line.starts_with(p));
    starts && line.ends_with('{')
}

/// What the kernel has now, by the kind that the files name.
fn running(host: &mut Host<'_>, selinux: bool) -> Option<Subject> {
    let mut subject = Subject::new("lsm", "lsm@running");
    let facts: Result<[(&str, Value); 3], SourceError> = if selinux {
        host.run(&ENFORCE).map(|text| {
            let mode = text.trim().to_ascii_lowercase();
            [
                ("enabled", Value::Bool(mode != "disabled")),
                ("enforcing", Value::Bool(mode == "enforcing")),
                ("complaining", texts(Vec::<String>::new())),
            ]
        })
    } else {
        // The command only tells a live host from a folder; the kernel's own list is the answer.
        match host.run(&STATUS) {
            Err(SourceError::NotLive(what)) => Err(SourceError::NotLive(what)),
            _ => host.text(KERNEL).map(|text| apparmor(&text)),
        }
    };
    let place = if selinux {
        ENFORCE.shown()
    } else {
        KERNEL.to_owned()
    };
    match facts {
        Err(SourceError::NotLive(_)) => return None,
        Ok(facts) => {
            for (path, value) in facts {
                subject.put(Fact::derived(path, value).at(Place::new(place.as_str(), 0)));
            }
        }
        Err(e) => {
            for path in ["enabled", "enforcing", "complaining"] {
                subject.put(Fact::derived(path, unseen(&e)));
            }
        }
    }
    subject.put(Fact::derived(
        "kind",
        if selinux { "selinux" } else { "apparmor" },
    ));
    Some(subject)
}

/// `name (enforce)` lines of the kernel's list.
fn apparmor(text: &str) -> [(&'static str, Value); 3] {
    let modes: Vec<(&str, &str)> = text.lines().filter_map(|l| l.rsplit_once(" (")).collect();
    let soft: Vec<String> = modes
        .iter()
        .filter(|(_, mode)| mode.starts_with("complain"))
        .map(|(name, _)| (*name).to_owned())
        .collect();
    [
        ("enabled", Value::Bool(!modes.is_empty())),
        (
            "enforcing",
            Value::Bool(!modes.is_empty() && soft.is_empty()),
        ),
        ("complaining", texts(soft)),
    ]
}
