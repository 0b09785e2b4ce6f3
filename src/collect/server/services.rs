//! Units that are switched on, by what they are, with what inetd and xinetd start; on a live host those that run.
//!
//! A unit that is switched on in the files but masked is off. What a unit that runs is for is told by its name.

use std::collections::{BTreeMap, BTreeSet};

use super::drift;
use super::host::{Host, certainty, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Command, EntryKind, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{numbered, words};

const CLASSES: &str = include_str!("../../../rules/data/services.txt");

/// Classes of units, each a fact of its name.
const FACTS: [&str; 8] = [
    "cleartext",
    "superserver",
    "discovery",
    "printing",
    "file_sharing",
    "desktop",
    "wireless",
    "automount",
];

/// What inetd and xinetd start in clear text.
const CLEAR: [&str; 16] = [
    "telnet", "telnets", "shell", "login", "exec", "rsh", "rlogin", "rexec", "ftp", "tftp",
    "finger", "talk", "ntalk", "chargen", "daytime", "echo",
];

const UNITS: Command = Command {
    id: "systemctl-units",
    argv: &[
        "/usr/bin/systemctl",
        "list-units",
        "--type=service,socket",
        "--all",
        "--plain",
        "--no-legend",
        "--no-pager",
    ],
    root: false,
};
const UNIT_FILES: Command = Command {
    id: "systemctl-unit-files",
    argv: &[
        "/usr/bin/systemctl",
        "list-unit-files",
        "--type=service,socket",
        "--no-legend",
        "--no-pager",
    ],
    root: false,
};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    piece(What::Folder("/etc/systemd/system")),
    piece(What::Folder("/etc/systemd/system/*.wants")),
    piece(What::Folder("/etc/systemd/system/*.requires")),
    piece(What::Folder("/usr/lib/systemd/system")),
    piece(What::Folder("/usr/lib/systemd/system/*.wants")),
    piece(What::Folder("/usr/lib/systemd/system/*.requires")),
    piece(What::Folder("/lib/systemd/system")),
    piece(What::Folder("/lib/systemd/system/*.wants")),
    piece(What::Folder("/lib/systemd/system/*.requires")),
    piece(What::File {
        path: "/etc/inetd.conf",
        keep: Keep::Lines(&CLEAR),
    }),
    piece(What::File {
        path: "/etc/xinetd.d/*",
        keep: Keep::Lines(&["service", "disable"]),
    }),
    piece(What::Command(&UNITS)),
    piece(What::Command(&UNIT_FILES)),
];

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["services", "drift"],
    }
}

/// The units of a class.
fn class(name: &str) -> Vec<&'static str> {
    CLASSES
        .lines()
        .filter_map(|l| l.strip_prefix(name)?.strip_prefix(' '))
        .flat_map(str::split_whitespace)
        .collect()
}

/// Is it one of these units, or an instance of one of them?
fn among(unit: &str, units: &[&str]) -> bool {
    let template = unit.split_once('@').and_then(|(name, instance)| {
        let kind = instance.rsplit_once('.')?.1;
        Some(format!("{name}@.{kind}"))
    });
    units
        .iter()
        .any(|u| *u == unit || template.as_deref() == Some(u))
}

/// Collects the subject type `services`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let (on, off) = units(host);
    let mut saved = Subject::new("services", "services");
    let found: Vec<String> = match &on {
        Ok(names) => names.iter().cloned().collect(),
        Err(_) => Vec::new(),
    };
    put(&mut saved, &found, on.as_ref().err());
    let started = inetd(host, &found);
    let clear = saved.facts.remove("cleartext").map(|f| f.value);
    saved.put(Fact::derived("cleartext", joined(clear, started)));
    for (path, unit) in [
        ("debug_shell", "debug-shell.service"),
        ("ctrl_alt_del", "ctrl-alt-del.target"),
    ] {
        // The second one answers unless it is masked.
        let value = match (path, &off) {
            ("ctrl_alt_del", Ok(masked)) => Value::Bool(!masked.contains(unit)),
            ("ctrl_alt_del", Err(e)) => unseen(e),
            _ => host.unit_on(&[unit]),
        };
        saved.put(Fact::derived(path, value));
    }
    out.subjects.push(saved);
    out.saw("services", Seen::Whole);
    let now = host.run(&UNITS);
    let files = now.clone().and_then(|_| host.run(&UNIT_FILES));
    let differences = match (&now, &files) {
        (Ok(now), Ok(files)) => Ok(differences(now, files)),
        (Err(e), _) | (_, Err(e)) => Err(e.clone()),
    };
    drift::compare("services", differences, out);
    if !matches!(now, Err(SourceError::NotLive(_))) {
        out.subjects.push(running(&now));
    }
}

/// The units that are on and those that are masked.
fn units(
    host: &Host<'_>,
) -> (
    Result<BTreeSet<String>, SourceError>,
    Result<BTreeSet<String>, SourceError>,
) {
    const OWN: &str = "/etc/systemd/system";
    // A folder of its own that is not there proves nothing of what is switched on.
    let own = match host.exists(OWN) {
        Some(true) => host.entries(OWN),
        Some(false) | None => Err(SourceError::Missing(OWN.into())),
    };
    let masked: Result<BTreeSet<String>, SourceError> = own.map(|entries| {
        let masks = |e: &&crate::model::Entry| {
            matches!(
                (e.kind, e.size),
                (EntryKind::Other, _) | (EntryKind::File, 0)
            )
        };
        entries
            .iter()
            .filter(masks)
            .map(|e| e.name.clone())
            .collect()
    });
    let on = match (host.wanted(), &masked) {
        ((names, None), Ok(masked)) => Ok(names.difference(masked).cloned().collect()),
        ((_, Some(e)), _) => Err(e),
        (_, Err(e)) => Err(e.clone()),
    };
    (on, masked)
}

fn put(subject: &mut Subject, units: &[String], error: Option<&SourceError>) {
    let list = |names: Vec<String>| match error {
        Some(e) => unseen(e),
        None => super::host::texts(names),
    };
    subject.put(Fact::derived("enabled", list(units.to_vec())));
    for fact in FACTS {
        let class = class(fact);
        let found = units.iter().filter(|u| among(u, &class));
        subject.put(Fact::derived(fact, list(found.cloned().collect())));
    }
}

/// What inetd and xinetd start in clear text, where one of them is on.
fn inetd(host: &mut Host<'_>, on: &[String]) -> Result<Vec<String>, SourceError> {
    let runs = |unit: &str| on.iter().any(|u| u == unit);
    let mut found = Vec::new();
    if [
        "inetd.service",
        "openbsd-inetd.service",
        "inetutils-inetd.service",
    ]
    .into_iter()
    .any(runs)
    {
        let text = host.optional("/etc/inetd.conf")?.unwrap_or_default();
        for line in words(&text, &['#']) {
            if CLEAR.contains(&line.keyword().as_str()) {
                found.push(format!("inetd: {}", line.keyword()));
            }
        }
    }
    if runs("xinetd.service") {
        for path in host.glob("/etc/xinetd.d/*")? {
            let text = host.optional(&path)?.unwrap_or_default();
            found.extend(xinetd(&text).into_iter().map(|s| format!("xinetd: {s}")));
        }
    }
    Ok(found)
}

/// Services of a file of xinetd that are in clear text and not disabled.
fn xinetd(text: &str) -> Vec<String> {
    let mut services: BTreeMap<String, bool> = BTreeMap::new();
    let mut name = String::new();
    for (_, line) in numbered(text) {
        let line = line.trim();
        if let Some(service) = line.strip_prefix("service ") {
            service.trim_matches(['{', ' ']).clone_into(&mut name);
            services.insert(name.clone(), true);
        } else if let Some((key, value)) = line.split_once('=')
            && key.trim() == "disable"
        {
            services.insert(name.clone(), value.trim() != "yes");
        }
    }
    let on = services
        .into_iter()
        .filter(|(name, on)| *on && CLEAR.contains(&name.as_str()));
    on.map(|(name, _)| name).collect()
}

/// A list with what else was found; what could not be seen hides the rest, but not what was found.
fn joined(list: Option<Value>, more: Result<Vec<String>, SourceError>) -> Value {
    match (list, more) {
        (Some(Value::List(mut list)), Ok(more)) => {
            list.items.extend(more.into_iter().map(Value::Text));
            Value::List(list)
        }
        (Some(Value::List(list)), Err(_)) if !list.items.is_empty() => {
            Value::partial_list(list.items)
        }
        (_, Err(e)) => unseen(&e),
        (other, Ok(_)) => other.unwrap_or(Value::Absent),
    }
}

/// Lines of systemctl as words. A dot before a failed unit is no word of it.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().map(|line| {
        let line = line.trim_start_matches(['●', '×', '○', '*', ' ']);
        line.split_whitespace().collect()
    })
}

/// The units that run now, judged by the same controls.
fn running(now: &Result<String, SourceError>) -> Subject {
    let mut subject = Subject::new("services", "services@running");
    let mut active = Vec::new();
    if let Ok(text) = now {
        for row in rows(text) {
            if let [unit, _, "active" | "activating" | "reloading", ..] = row.as_slice() {
                active.push((*unit).to_owned());
            }
        }
    }
    put(&mut subject, &active, now.as_ref().err());
    let shell = match now {
        Ok(_) => Value::Bool(active.iter().any(|u| u == "debug-shell.service")),
        Err(e) => unseen(e),
    };
    subject.put(Fact::derived("debug_shell", shell));
    // What a key would do is said by the files alone.
    let why = Value::unseen("not_applicable", "said by the files");
    subject.put(Fact::derived("ctrl_alt_del", why));
    subject.place = Some(Place::new(UNITS.shown(), 0));
    subject
}

/// Units of security that are on and do not run, and services that run and are off.
fn differences(units: &str, files: &str) -> Vec<String> {
    let states: BTreeMap<&str, &str> = rows(files)
        .filter_map(|row| Some((*row.first()?, *row.get(1)?)))
        .collect();
    let security = class("security");
    let network: Vec<&str> = FACTS.iter().flat_map(|f| class(f)).collect();
    let mut active = BTreeSet::new();
    let mut found = Vec::new();
    for row in rows(units) {
        let [unit, _, state, ..] = row.as_slice() else {
            continue;
        };
        let runs = matches!(*state, "active" | "activating" | "reloading");
        let saved = states.get(unit).copied().unwrap_or_default();
        if runs {
            active.insert((*unit).to_owned());
        }
        let watched = among(unit, &security) || among(unit, &network);
        if runs && watched && matches!(saved, "disabled" | "masked") {
            found.push(format!("{unit} runs, and is {saved}"));
        }
    }
    for (unit, state) in &states {
        let wanted = state.starts_with("enabled") && among(unit, &security);
        if wanted && !active.contains(*unit) {
            found.push(format!("{unit} is {state}, and does not run"));
        }
    }
    found
}

/// Is one of these units on, by the files?
pub(super) fn any_on(host: &Host<'_>, units: &[&str]) -> Value {
    let each = units.iter().map(|u| host.unit_on(&[u]));
    each.min_by_key(certainty).unwrap_or(Value::Bool(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_instances() {
        assert!(among("telnet@3.service", &class("cleartext")));
        assert!(!among("ssh.service", &class("cleartext")));
        assert_eq!(
            xinetd("service telnet\n{\n disable = no\n}\nservice tftp\n{\n disable = yes\n}\n"),
            ["telnet"]
        );
    }

    #[test]
    fn what_runs_beside_what_is_enabled() {
        let units = "auditd.service loaded active running x\n● rsyslog.service loaded failed failed x\nvsftpd.service loaded active running x\n";
        let files = "auditd.service enabled enabled\nrsyslog.service enabled enabled\nvsftpd.service disabled enabled\n";
        assert_eq!(
            differences(units, files),
            [
                "vsftpd.service runs, and is disabled",
                "rsyslog.service is enabled, and does not run"
            ]
        );
        assert_eq!(rows(units).nth(1).unwrap()[0], "rsyslog.service");
    }
}
