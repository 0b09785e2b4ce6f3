//! Looks around a folder for what an audit can look at: roots of hosts, bundles, configurations, schemas, labels, lists of staff, recorded
//! endpoints, and the addresses that nginx serves. Reads only; the collectors themselves say whether they know a file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::collect::{Context, config, label, schema};
use crate::model::Collected;
use crate::parse::nginx::{self, Directive};

/// How deep and how much is looked at.
const DEEPEST: usize = 8;
const MOST_ENTRIES: usize = 100_000;
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// Folders that belong to tools.
const SKIPPED: [&str; 4] = ["node_modules", "target", "vendor", "__pycache__"];
/// Words in the path of a page that is a label.
const LABEL_WORDS: [&str; 8] = [
    "label", "nhan", "phieu", "waybill", "van-don", "vandon", "tem", "bill",
];

/// What was found, each with its path.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) roots: Vec<PathBuf>,
    pub(super) bundles: Vec<PathBuf>,
    pub(super) configs: BTreeSet<PathBuf>,
    pub(super) schemas: Vec<PathBuf>,
    pub(super) labels: BTreeSet<PathBuf>,
    /// Staff list and list of trainings.
    pub(super) staff: Option<(PathBuf, PathBuf)>,
    /// Address, and recorded facts where there are any.
    pub(super) endpoints: Vec<(String, Option<PathBuf>)>,
    pub(super) waivers: Vec<PathBuf>,
    pub(super) attestations: Vec<PathBuf>,
    /// Was it more than is looked at?
    pub(super) cut: bool,
}

impl Found {
    /// Nothing that can be looked at?
    pub(super) fn is_empty(&self) -> bool {
        self.roots.is_empty()
            && self.bundles.is_empty()
            && self.configs.is_empty()
            && self.schemas.is_empty()
            && self.labels.is_empty()
            && self.staff.is_none()
            && self.endpoints.is_empty()
    }
}

/// Looks around a folder.
pub(super) fn around(folder: &Path, cx: &Context) -> Found {
    let mut found = Found::default();
    let (mut rosters, mut trained) = (Vec::new(), Vec::new());
    let mut walk = WalkDir::new(folder)
        .max_depth(DEEPEST)
        .sort_by_file_name()
        .into_iter();
    let mut seen = 0;
    while let Some(entry) = walk.next() {
        // What may not be read is not there for whoever looks.
        let Ok(entry) = entry else { continue };
        seen += 1;
        if seen > MOST_ENTRIES {
            found.cut = true;
            break;
        }
        if entry.file_type().is_dir() {
            if is_skipped(&entry) {
                walk.skip_current_dir();
            } else if is_root(entry.path()) {
                found.roots.push(entry.path().to_owned());
                served(&entry.path().join("etc/nginx"), &mut found);
                walk.skip_current_dir();
            }
            continue;
        }
        if entry.file_type().is_file() {
            file(entry.path(), cx, &mut found, &mut rosters, &mut trained);
        }
    }
    if let (Some(roster), Some(trained)) = (rosters.into_iter().next(), trained.into_iter().next())
    {
        found.staff = Some((roster, trained));
    }
    for config in found.configs.clone() {
        served(&config, &mut found);
    }
    let mut known = BTreeSet::new();
    found
        .endpoints
        .sort_by_key(|(address, facts)| (address.clone(), facts.is_none()));
    found
        .endpoints
        .retain(|(address, _)| known.insert(address.clone()));
    found
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() > 0 && (name.starts_with('.') || SKIPPED.contains(&&*name))
}

/// Is this the root of a host's file system?
fn is_root(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    has("etc/os-release") || has("etc/passwd") || has("etc/ssh/sshd_config")
}

fn file(
    path: &Path,
    cx: &Context,
    found: &mut Found,
    rosters: &mut Vec<PathBuf>,
    trained: &mut Vec<PathBuf>,
) {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return;
    };
    let lower = name.to_lowercase();
    let end = lower.rsplit('.').next().unwrap_or_default();
    if fs::metadata(path).is_ok_and(|m| m.len() > MOST_BYTES) && end != "capdo" {
        return;
    }
    match end {
        "capdo" => found.bundles.push(path.to_owned()),
        "sql" | "prisma" if knows(&schema::collect(path, name, None, &[], cx)) => {
            found.schemas.push(path.to_owned());
        }
        "zpl" | "html" | "htm"
            if (end == "zpl" || is_label_path(path))
                && knows(&label::collect(path, name, None, cx)) =>
        {
            found.labels.insert(folder_of(path));
        }
        "jsonl" => found.endpoints.extend(recorded(path)),
        "csv" => match header(path) {
            Some(List::Roster) => rosters.push(path.to_owned()),
            Some(List::Trained) => trained.push(path.to_owned()),
            None => {}
        },
        "yaml" | "yml" => match schema_of(path).as_deref() {
            Some("capdo/waivers/1") => found.waivers.push(path.to_owned()),
            Some("capdo/attestations/1") => found.attestations.push(path.to_owned()),
            Some(_) | None => {}
        },
        "conf" | "cnf" | "cfg" if knows(&config::collect(path, name, cx)) => {
            let folder = folder_of(path);
            // Parts that another file takes in stand with it.
            if !found.configs.iter().any(|known| folder.starts_with(known)) {
                found.configs.retain(|known| !known.starts_with(&folder));
                found.configs.insert(folder);
            }
        }
        _ => {}
    }
}

/// Did the collector see anything there that it knows?
fn knows(collected: &Collected) -> bool {
    !collected.subjects.is_empty()
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new(".")).to_owned()
}

fn is_label_path(path: &Path) -> bool {
    let shown = path.to_string_lossy().to_lowercase();
    LABEL_WORDS.iter().any(|word| shown.contains(word))
}

/// The address of recorded facts.
fn recorded(path: &Path) -> Option<(String, Option<PathBuf>)> {
    let text = fs::read_to_string(path).ok()?;
    let first: serde_json::Value = serde_json::from_str(text.lines().next()?).ok()?;
    if first.get("schema")?.as_str()? != "tls-facts/1" {
        return None;
    }
    let target = first.get("target")?;
    let name = target.get("name")?.as_str()?;
    let port = target.get("port")?.as_u64()?;
    Some((format!("{name}:{port}"), Some(path.to_owned())))
}

enum List {
    Roster,
    Trained,
}

/// Which list of people is it, by the first line?
fn header(path: &Path) -> Option<List> {
    let text = fs::read_to_string(path).ok()?;
    let first = text.lines().next()?.trim_start_matches('\u{feff}');
    let folded = crate::text::unicode::fold(first);
    let columns: Vec<&str> = folded.split([',', ';', '\t']).map(str::trim).collect();
    let has = |words: &[&str]| columns.iter().any(|c| words.contains(c));
    if !has(&["id", "ma", "ma nv", "ma nhan vien"]) {
        return None;
    }
    if has(&["role", "chuc danh", "chuc vu", "vi tri", "vai tro"]) {
        Some(List::Roster)
    } else if has(&["date", "ngay", "ngay hoc", "ngay dao tao"]) {
        Some(List::Trained)
    } else {
        None
    }
}

/// The form that a YAML file names.
fn schema_of(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("schema:"))?;
    let word = line.split('#').next().unwrap_or(line);
    Some(word.trim().trim_matches('"').to_owned())
}

/// The addresses that nginx serves with TLS, from the configurations below a folder.
fn served(folder: &Path, found: &mut Found) {
    for entry in WalkDir::new(folder)
        .max_depth(4)
        .sort_by_file_name()
        .into_iter()
        .flatten()
    {
        let small = entry
            .metadata()
            .is_ok_and(|m| m.is_file() && m.len() <= MOST_BYTES);
        if !small {
            continue;
        }
        let Ok(text) = fs::read_to_string(entry.path()) else {
            continue;
        };
        if !text.contains("listen") {
            continue;
        }
        let mut open: Vec<&Directive> = Vec::new();
        let file = nginx::parse(&text);
        open.extend(&file.directives);
        while let Some(directive) = open.pop() {
            let Some(block) = &directive.block else {
                continue;
            };
            if directive.name == "server" {
                found
                    .endpoints
                    .extend(addresses(block).into_iter().map(|a| (a, None)));
            } else {
                open.extend(block);
            }
        }
    }
}

/// `name:port` of a server block that speaks TLS.
fn addresses(block: &[Directive]) -> Vec<String> {
    let named = |name: &'static str| block.iter().filter(move |d| d.name == name);
    let host = named("server_name")
        .flat_map(|d| &d.args)
        .find(|n| n.contains('.') && !n.contains(['*', '~', '$', '_']));
    let Some(host) = host else { return Vec::new() };
    let ports = named("listen").filter_map(|d| {
        let tls = d.args.iter().any(|a| a == "ssl" || a == "quic");
        let address = d.args.first()?;
        let port = address.rsplit(':').next()?;
        let port: u16 = port.parse().ok()?;
        (tls || port == 443).then_some(port)
    });
    let ports: BTreeSet<u16> = ports.collect();
    ports
        .into_iter()
        .map(|port| format!("{host}:{port}"))
        .collect()
}
