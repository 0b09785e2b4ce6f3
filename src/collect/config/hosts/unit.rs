//! Units of systemd with their drop-ins: the last line wins, an empty one takes back, systemd's own values.

use std::collections::BTreeMap;

use crate::collect::config::kind::Kind;
use crate::collect::config::secrets;
use crate::collect::config::seen;
use crate::collect::config::settings::{Settings, on, told};
use crate::collect::config::tree::{Tree, folder};
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::keyword::joined_without;

/// Adds a subject for each service.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    let files = unmasked(tree.of_kind(&Kind::Unit));
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files.iter().filter(|f| f.ends_with(".service")) {
        units.entry(file.clone()).or_default().push(file.clone());
    }
    let mut parts: Vec<&String> = files.iter().filter(|f| f.ends_with(".conf")).collect();
    parts.sort_by_key(|f| f.rsplit('/').next().map(str::to_owned));
    let (wide, own): (Vec<&String>, Vec<&String>) = parts.into_iter().partition(|f| is_wide(f));
    for part in own {
        // `x.service.d/a.conf` belongs to `x.service` beside the folder, or anywhere in the tree.
        let unit = folder(part).trim_end_matches(".d").to_owned();
        let name = unit.rsplit('/').next().unwrap_or(&unit).to_owned();
        let key = units
            .keys()
            .find(|k| **k == unit)
            .or_else(|| units.keys().find(|k| k.ends_with(&format!("/{name}"))))
            .cloned()
            .unwrap_or(unit);
        units.entry(key).or_default().push(part.clone());
    }
    for (unit, files) in &mut units {
        let wide = wide.iter().filter(|part| is_for(part, unit));
        lay_under(files, wide.map(|part| (*part).clone()).collect());
    }
    for (unit, files) in units {
        one(tree, &unit, &files, out);
    }
    out.saw("systemd-unit", seen(tree, &[Kind::Unit]));
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Is it a part of many units: `service.d`, `app-.service.d`?
fn is_wide(part: &str) -> bool {
    let unit = name_of(folder(part)).trim_end_matches(".d");
    unit == "service" || unit.ends_with("-.service")
}

/// Is this part for this unit of the same host?
fn is_for(part: &str, unit: &str) -> bool {
    let host = |path: &str| {
        let found = FOLDERS.iter().find_map(|f| path.split_once(f));
        found.map(|(host, _)| host.strip_suffix("/usr").unwrap_or(host).to_owned())
    };
    let same = match (host(part), host(unit)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => folder(folder(part)) == folder(unit),
        (Some(_), None) | (None, Some(_)) => false,
    };
    let named = name_of(folder(part)).trim_end_matches(".d");
    let begins = named.strip_suffix(".service");
    same && (named == "service" || begins.is_some_and(|start| name_of(unit).starts_with(start)))
}

/// Puts parts of many units among those of one: by their names, and where two have one name the unit's own counts.
fn lay_under(files: &mut Vec<String>, mut wide: Vec<String>) {
    // The longer beginning is the nearer one.
    wide.sort_by_key(|part| std::cmp::Reverse(name_of(folder(part)).len()));
    for part in wide {
        let taken = |f: &String| f.ends_with(".conf") && name_of(f) == name_of(&part);
        if !files.iter().any(taken) {
            files.push(part);
        }
    }
    files.sort_by_key(|f| (f.ends_with(".conf"), name_of(f).to_owned()));
}

/// Where systemd looks for a unit or a part of one, the first that has it wins.
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system/",
    "/run/systemd/system/",
    "/usr/local/lib/systemd/system/",
    "/usr/lib/systemd/system/",
    "/lib/systemd/system/",
];

/// Without the files of one host that another of the same name masks.
fn unmasked(files: Vec<String>) -> Vec<String> {
    // Of `host/etc/systemd/system/a.service`: the host, the name, and the rank of the folder.
    let place = |file: &str| {
        FOLDERS.iter().enumerate().find_map(|(rank, folder)| {
            let (host, name) = file.split_once(folder)?;
            // `/usr/lib/…` holds `/lib/…`, too.
            let host = host.strip_suffix("/usr").unwrap_or(host);
            Some((host.to_owned(), name.to_owned(), rank))
        })
    };
    let mut best: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (host, name, rank) in files.iter().filter_map(|f| place(f)) {
        let known = best.entry((host, name)).or_insert(rank);
        *known = rank.min(*known);
    }
    let counts = |file: &String| {
        place(file).is_none_or(|(host, name, rank)| best.get(&(host, name)) == Some(&rank))
    };
    files.into_iter().filter(counts).collect()
}

fn one(tree: &mut Tree<'_>, unit: &str, files: &[String], out: &mut Collected) {
    let mut settings = Settings::default();
    if !files.iter().any(|f| f == unit) {
        settings.missing = Some("the unit itself is not among the files".into());
    }
    for file in files {
        read(tree, file, &mut settings);
    }
    if settings.all("execstart").is_empty() && settings.missing.is_none() {
        return;
    }
    let name = unit.rsplit('/').next().unwrap_or(unit);
    let first = files.first().map_or(unit, String::as_str);
    let mut subject =
        Subject::new("systemd-unit", format!("systemd.unit[{name}]")).at(tree.place(first, 1));
    settings.put_all(&mut subject, &OWN, MANY);
    for flag in FLAGS {
        settings.conclude(&mut subject, format!("{flag}_on"), flag, "no", |v| {
            on(v).map(Value::Bool).or_else(|| {
                ["strict", "full", "read-only", "tmpfs"]
                    .contains(&v)
                    .then_some(Value::Bool(true))
            })
        });
    }
    let dynamic = settings.get("dynamicuser").and_then(on) == Some(true);
    settings.conclude(&mut subject, "runs_as_root", "user", "root", |v| {
        Some((!dynamic && ["root", "0", ""].contains(&v)).into())
    });
    settings.conclude(&mut subject, "resident", "type", "simple", |v| {
        Some((v != "oneshot").into())
    });
    let named: Vec<Value> = settings
        .all("environment")
        .iter()
        .flat_map(|line| {
            line.value
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .map(|pair| pair.trim_matches(['"', '\'']).to_owned())
        .filter(|pair| !secrets::scan(pair, secrets::Look::Config).is_empty())
        .map(|pair| Value::from(pair.split('=').next().unwrap_or_default()))
        .collect();
    subject.put(Fact::derived("secret_variables", Value::list(named)));
    // What it is started with may hold a password.
    for (path, mask) in [("environment", true), ("execstart", false)] {
        if let Some(fact) = subject.facts.get_mut(path)
            && let Value::List(list) = &mut fact.value
        {
            for item in &mut list.items {
                let text = item.shown();
                if mask || !secrets::scan(&text, secrets::Look::Config).is_empty() {
                    *item = Value::from(text.split('=').next().unwrap_or_default());
                }
            }
        }
    }
    out.subjects.push(subject);
}

fn read(tree: &mut Tree<'_>, file: &str, settings: &mut Settings) {
    let Ok(text) = tree.text(file) else { return };
    let mut section = String::new();
    for (line, content) in joined_without(&text, &['#', ';']) {
        let content = content.trim();
        if content.is_empty() {
            continue;
        }
        if let Some(name) = content.strip_prefix('[') {
            section = name.trim_end_matches(']').to_ascii_lowercase();
            continue;
        }
        let Some((name, value)) = content.split_once('=') else {
            told(tree, file, line, "neither a section nor a setting");
            continue;
        };
        if section != "service" {
            continue;
        }
        // systemd warns of a name in other letters, and goes on without it.
        let written = name.trim();
        let (name, value) = (written.to_ascii_lowercase(), value.trim());
        if is_judged(&name) && !NAMES.contains(&written) {
            told(
                tree,
                file,
                line,
                "systemd does not know the setting in these letters",
            );
            continue;
        }
        // An empty line takes back what lines before it said.
        if value.is_empty() {
            settings.forget(&name);
        } else {
            let place = tree.place(file, line);
            settings.add(name, value, place);
        }
    }
}

const MANY: &[&str] = &[
    "execstart",
    "execstartpre",
    "execstartpost",
    "execstop",
    "execreload",
    "environment",
    "environmentfile",
    "readwritepaths",
    "readonlypaths",
    "inaccessiblepaths",
    "systemcallfilter",
    "restrictaddressfamilies",
    "capabilityboundingset",
    "ambientcapabilities",
    "loadcredential",
    "bindpaths",
];
const FLAGS: [&str; 6] = [
    "nonewprivileges",
    "protectsystem",
    "protecthome",
    "privatetmp",
    "privatedevices",
    "dynamicuser",
];

/// Do facts of ours hang on it?
fn is_judged(name: &str) -> bool {
    MANY.contains(&name) || FLAGS.contains(&name) || OWN.iter().any(|(own, _)| *own == name)
}

/// The names of these as systemd writes them.
const NAMES: [&str; 25] = [
    "ExecStart",
    "ExecStartPre",
    "ExecStartPost",
    "ExecStop",
    "ExecReload",
    "Environment",
    "EnvironmentFile",
    "ReadWritePaths",
    "ReadOnlyPaths",
    "InaccessiblePaths",
    "SystemCallFilter",
    "RestrictAddressFamilies",
    "CapabilityBoundingSet",
    "AmbientCapabilities",
    "LoadCredential",
    "BindPaths",
    "NoNewPrivileges",
    "ProtectSystem",
    "ProtectHome",
    "PrivateTmp",
    "PrivateDevices",
    "DynamicUser",
    "Type",
    "User",
    "UMask",
];

/// systemd's own values.
const OWN: [(&str, &str); 9] = [
    ("type", "simple"),
    ("user", "root"),
    ("nonewprivileges", "no"),
    ("protectsystem", "no"),
    ("protecthome", "no"),
    ("privatetmp", "no"),
    ("privatedevices", "no"),
    ("dynamicuser", "no"),
    ("umask", "0022"),
];
