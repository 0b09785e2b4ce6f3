//! Updates: whether they install themselves, how long ago the last one came, which security updates wait.

use std::borrow::Cow;

use super::host::{Host, both, derived, texts, unseen};
use super::os::release;
use super::plan::{Keep, Piece, Reduction, What};
use super::record::Manager;
use super::repositories::apt_settings;
use crate::collect::MAX_FILE_BYTES;
use crate::model::{Command, Day, Fact, SourceError, Value};
use crate::parse::keyword::aptconf::{Settings, is_off};
use crate::parse::keyword::{dpkg, numbered, pairs};
use crate::parse::packed::unpacked;

/// Logs in which package tools write what they did, newest first.
const LOGS: [&str; 2] = ["/var/log/dpkg.log", "/var/log/dpkg.log.1"];
const LISTS: &str = "/var/lib/apt/lists";
const APT_CONF: &str = "/etc/apt/apt.conf.d";
const DNF_AUTOMATIC: &str = "/etc/dnf/automatic.conf";
const YUM_CRON: &str = "/etc/yum/yum-cron.conf";

/// How old a list of security updates may be to prove that none waits.
const FRESH_DAYS: i64 = 31;

/// What dnf knows of security updates without asking anybody.
const UPDATE_INFO: Command = Command {
    id: "dnf-security",
    argv: &[
        "/usr/bin/dnf",
        "-q",
        "-C",
        "updateinfo",
        "list",
        "--security",
    ],
    root: false,
};

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    log(LOGS[0]),
    log(LOGS[1]),
    Piece {
        what: What::File {
            path: "/var/lib/apt/lists/*security*_Packages*",
            keep: Keep::Reduced(Reduction::Offered),
        },
        serves: SERVES,
    },
    list("/var/lib/apt/lists/*security*_InRelease", &["Date:"]),
    list("/var/lib/apt/lists/*security*_Release", &["Date:"]),
    list(DNF_AUTOMATIC, &["apply_updates", "upgrade_type"]),
    list(YUM_CRON, &["apply_updates", "update_cmd"]),
    Piece {
        what: What::Folder(LISTS),
        serves: SERVES,
    },
    Piece {
        what: What::Command(&UPDATE_INFO),
        serves: SERVES,
    },
];

const SERVES: &[&str] = &["packages"];

const fn list(path: &'static str, words: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(words),
        },
        serves: SERVES,
    }
}

/// Names of packages, versions and times only.
const fn log(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Whole,
        },
        serves: SERVES,
    }
}

/// All facts on updates.
pub(super) fn facts(host: &mut Host<'_>) -> Vec<Fact> {
    let Ok(manager) = host.record().map(|r| r.manager) else {
        return Vec::new();
    };
    let mut all = match manager {
        Manager::Dpkg => vec![of_apt(host), of_log(host)],
        Manager::Rpm => vec![of_dnf(host), of_record(host)],
    };
    all.extend(match manager {
        Manager::Dpkg => waiting_apt(host),
        Manager::Rpm => waiting_dnf(host),
    });
    all
}

/// Does apt fetch and install security updates on its own?
fn of_apt(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "updates.automatic";
    let settings = match apt_settings(host) {
        Ok(settings) => settings,
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let upgrade = settings.get("APT::Periodic::Unattended-Upgrade");
    let Some(upgrade) = upgrade.filter(|s| !is_off(&s.value)) else {
        let (file, line) = upgrade.map_or((APT_CONF, 0), |s| (s.file.as_str(), s.line));
        return derived(PATH, false, file, line);
    };
    // The whole of the daily work may be switched off.
    let off = settings.get("APT::Periodic::Enable");
    if let Some(off) = off.filter(|s| is_off(&s.value)) {
        return derived(PATH, false, &off.file, off.line);
    }
    // Without new lists it finds nothing to install.
    let lists = settings.get("APT::Periodic::Update-Package-Lists");
    let Some(_) = lists.filter(|s| !is_off(&s.value)) else {
        let (file, line) = lists.map_or((APT_CONF, 0), |s| (s.file.as_str(), s.line));
        return derived(PATH, false, file, line);
    };
    let (from, file, line) = match takes_security(&settings) {
        Some((file, line)) => (Value::Bool(true), file, line),
        None if is_debian(host) => (Value::Bool(false), APT_CONF.to_owned(), 0),
        None => {
            let why = "none of the origins has a name of security updates";
            (Value::unseen("ambiguous", why), APT_CONF.to_owned(), 0)
        }
    };
    let tool = host.has(&["unattended-upgrades"]).unwrap_or(false);
    let fetches = host.unit_on(&["apt-daily.timer"]);
    let installs = host.unit_on(&["apt-daily-upgrade.timer"]);
    let on = both(Value::Bool(tool), both(fetches, installs));
    if from == Value::Bool(true) {
        derived(PATH, on, &upgrade.file, upgrade.line)
    } else {
        derived(PATH, both(on, from), &file, line)
    }
}

/// The line by which unattended-upgrades takes security updates; `None` where no origin is of that kind, or all packages
/// are kept back.
fn takes_security(settings: &Settings) -> Option<(String, u32)> {
    let kept = settings.list("Unattended-Upgrade::Package-Blacklist");
    if kept
        .iter()
        .any(|s| ["", ".", ".*", "^", "^.*"].contains(&s.value.trim()))
    {
        return None;
    }
    let lists = [
        "Unattended-Upgrade::Origins-Pattern",
        "Unattended-Upgrade::Allowed-Origins",
    ];
    let mut all = lists.iter().flat_map(|name| settings.list(name));
    let found = all.find(|s| {
        let value = s.value.to_ascii_lowercase();
        // A pattern of the origin alone takes all that comes from there.
        let own = ["debian", "ubuntu", "${distro_id}", "*"];
        let origin = value.strip_prefix("origin=").or(value.strip_prefix("o="));
        let whole = origin.is_some_and(|name| own.contains(&name.trim()));
        value.contains("security") || whole
    })?;
    Some((found.file.clone(), found.line))
}

/// Does the distribution keep security updates apart, as Debian and Ubuntu do?
fn is_debian(host: &mut Host<'_>) -> bool {
    release(host).is_some_and(|r| ["debian", "ubuntu"].contains(&r.id.as_str()))
}

/// Does dnf-automatic or yum-cron install updates, and does it run?
fn of_dnf(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "updates.automatic";
    if host.has(&["dnf-automatic", "dnf5-plugin-automatic", "yum-cron"]) == Some(false) {
        return derived(PATH, false, host.record_place(), 0);
    }
    // This timer installs, whatever the file says.
    if host.unit_on(&["dnf-automatic-install.timer"]) == Value::Bool(true) {
        return derived(PATH, true, DNF_AUTOMATIC, 0);
    }
    for (file, units) in [
        (
            DNF_AUTOMATIC,
            &["dnf-automatic.timer", "dnf5-automatic.timer"][..],
        ),
        (YUM_CRON, &["yum-cron.service"][..]),
    ] {
        let text = match host.optional(file) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        let all = pairs::ini(&text);
        let applies = pairs::last(&all, "apply_updates");
        let (on, line) = applies.map_or((false, 0), |p| {
            (matches!(p.value.as_str(), "yes" | "1" | "true"), p.line)
        });
        return derived(PATH, both(Value::Bool(on), host.unit_on(units)), file, line);
    }
    Fact::derived(PATH, Value::unseen("missing", DNF_AUTOMATIC))
}

/// Days since a package was last installed or upgraded, from dpkg's log.
fn of_log(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "updates.age_days";
    for file in LOGS {
        let text = match host.optional(file) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        let last = numbered(&text)
            .filter(|(_, l)| l.contains(" upgrade ") || l.contains(" install "))
            .filter_map(|(line, l)| Some((line, Day::parse(l.get(..10)?)?)))
            .last();
        if let Some((line, day)) = last {
            return derived(PATH, host.today.days_since(day), file, line);
        }
    }
    Fact::derived(
        PATH,
        Value::unseen("missing-fact", "no log of dpkg names an upgrade"),
    )
}

/// Days since rpm last installed a package.
fn of_record(host: &Host<'_>) -> Fact {
    const PATH: &str = "updates.age_days";
    let last = host.record().ok().and_then(|r| {
        let days = r.every.iter().filter_map(|p| p.installed);
        days.max()
    });
    match last {
        Some(day) => derived(PATH, host.today.days_since(day), host.record_place(), 0),
        None => Fact::derived(
            PATH,
            Value::unseen("missing-fact", "the record of rpm names no day"),
        ),
    }
}

/// Security updates that the lists on the host offer above what is installed.
fn waiting_apt(host: &mut Host<'_>) -> Vec<Fact> {
    let age = age(host);
    let found = listed(host);
    let waiting = match (found, &age) {
        (Err(value), _) => value,
        (Ok(found), _) if !found.is_empty() => texts(found),
        (Ok(_), Err(value)) => value.clone(),
        (Ok(_), Ok((days, file))) if *days > FRESH_DAYS => Value::unseen(
            "ambiguous",
            format!("{file}: the lists are {days} days old"),
        ),
        (Ok(found), Ok(_)) => texts(found),
    };
    let (days, place) = match age {
        Ok((days, file)) => (Value::Int(days), file),
        Err(value) => (value, LISTS.to_owned()),
    };
    vec![
        derived("security.waiting", waiting, &place, 0),
        derived("lists.age_days", days, &place, 0),
    ]
}

/// How old the oldest list of security updates is, and where it stands.
fn age(host: &mut Host<'_>) -> Result<(i64, String), Value> {
    let mut oldest: Option<(i64, String)> = None;
    let names = host.names(LISTS).map_err(|e| unseen(&e))?;
    for name in &names {
        let suite = name
            .strip_suffix("InRelease")
            .or_else(|| name.strip_suffix("Release"));
        // A release without a list of packages says nothing of them.
        let listed = |suite: &str| {
            let of = |n: &&String| n.starts_with(suite) && n.contains("_Packages");
            names.iter().any(|n| of(&n))
        };
        if !(suite.is_some_and(listed) && name.contains("security")) {
            continue;
        }
        let file = format!("{LISTS}/{name}");
        let text = host.text(&file).map_err(|e| unseen(&e))?;
        let day = text
            .lines()
            .find_map(|l| l.strip_prefix("Date:"))
            .and_then(|d| jiff::fmt::rfc2822::parse(&d.trim().replace("UTC", "+0000")).ok())
            .map(|z| Day::of(z.timestamp()));
        let Some(day) = day else {
            return Err(Value::unseen("not-parsed", format!("{file}: no date")));
        };
        let days = host.today.days_since(day);
        if oldest.as_ref().is_none_or(|(most, _)| days > *most) {
            oldest = Some((days, file));
        }
    }
    oldest.ok_or_else(|| {
        let why = format!("{LISTS}: no list of security updates");
        Value::unseen("missing-fact", why)
    })
}

/// What the lists on the host offer above what is installed.
fn listed(host: &mut Host<'_>) -> Result<Vec<String>, Value> {
    let mut found = Vec::new();
    let mut read = false;
    for name in host.names(LISTS).map_err(|e| unseen(&e))? {
        if !name.contains("security") {
            continue;
        }
        let is_list = name.ends_with("_Packages") || name.contains("_Packages.");
        if !is_list {
            continue;
        }
        let file = format!("{LISTS}/{name}");
        let bytes = host.bytes(&file).map_err(|e| unseen(&e))?;
        let text =
            packages(&bytes).map_err(|why| unseen(&SourceError::Unreadable(file.clone(), why)))?;
        let text = String::from_utf8_lossy(&text);
        read = true;
        for (package, version) in dpkg::offered(&text) {
            if let Some(own) = host.version(package)
                && dpkg::compare(own, version).is_lt()
            {
                found.push(format!("{package} {own} < {version}"));
            }
        }
    }
    if !read {
        let why = format!("{LISTS}: no list of security updates");
        return Err(Value::unseen("missing-fact", why));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A list of packages, unpacked.
///
/// # Errors
/// Why it cannot be read: packed in another way, broken, or no list.
pub(super) fn packages(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let list = unpacked(bytes, MAX_FILE_BYTES).map_err(|e| e.to_string())?;
    if dpkg::is_list(&list) {
        Ok(list)
    } else {
        Err("no list of packages".into())
    }
}

/// Security updates that dnf knows of, on a live host.
fn waiting_dnf(host: &mut Host<'_>) -> Vec<Fact> {
    let waiting = match host.run(&UPDATE_INFO) {
        Ok(text) => {
            let packages = text
                .lines()
                .filter_map(|l| l.split_whitespace().last())
                .filter(|w| w.contains('-') && w.contains('.'));
            texts(packages)
        }
        Err(e) => unseen(&e),
    };
    let age = Value::unseen("not_applicable", "dnf keeps its own time of lists");
    let place = UPDATE_INFO.shown();
    vec![
        derived("security.waiting", waiting, &place, 0),
        derived("lists.age_days", age, &place, 0),
    ]
}

/// fapolicyd: installed, started, and refusing rather than only noting.
pub(super) fn execution(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "execution.enforced";
    const CONF: &str = "/etc/fapolicyd/fapolicyd.conf";
    match host.has(&["fapolicyd"]) {
        Some(true) => {}
        Some(false) => {
            let why = format!("{}: fapolicyd", host.record_place());
            return Fact::derived(PATH, Value::unseen("not_applicable", why));
        }
        None => return Fact::derived(PATH, Value::unseen("unreadable", "packages")),
    }
    let text = match host.optional(CONF) {
        Ok(text) => text.unwrap_or_default(),
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let all = pairs::equals(&text);
    let (enforces, line) =
        pairs::last(&all, "permissive").map_or((true, 0), |p| (p.value.trim() == "0", p.line));
    let on = host.unit_on(&["fapolicyd.service"]);
    derived(PATH, both(Value::Bool(enforces), on), CONF, line)
}

/// What [`execution`] reads.
pub(super) const EXECUTION: &[Piece] = &[list("/etc/fapolicyd/fapolicyd.conf", &["permissive"])];
