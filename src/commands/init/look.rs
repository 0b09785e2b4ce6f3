//! Looks around a folder and says of each file what it may be. Reads only, asks no network; the collectors themselves say whether
//! they know a file. What belongs together is put together by `gather`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::apps;
use super::names;
use super::served::{self, Served};
use crate::collect::lists::{self, Listed};
use crate::collect::{Context, config, label, schema};
use crate::model::Collected;
use crate::parse::{bytes, sip};

/// How deep and how much is looked at.
const DEEPEST: usize = 12;
const MOST_ENTRIES: usize = 100_000;
/// The largest text that is looked into.
const MOST_BYTES: u64 = 2 * 1024 * 1024;
/// How much of a larger dump is looked at.
const HEAD_BYTES: u64 = 256 * 1024;

/// Folders that belong to tools.
const SKIPPED: [&str; 5] = ["node_modules", "target", "__pycache__", "Pods", "build"];
/// Folders with a dot that hold configuration of the company's own.
const DOTTED: [&str; 4] = [".github", ".gitlab", ".forgejo", ".circleci"];
/// Folders of a host's root that its system fills.
const OF_SYSTEM: [&str; 17] = [
    "bin",
    "boot",
    "dev",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "lost+found",
    "media",
    "mnt",
    "proc",
    "run",
    "sbin",
    "sys",
    "tmp",
    "usr",
    "var",
];
/// What in these is a company's own all the same.
const OWN: [&str; 2] = ["var/www", "usr/local/etc"];

/// Why something was found and not placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// A workbook: lists are read as CSV.
    Workbook,
    /// A CSV file whose header is not known.
    List,
    /// Another list of the same kind.
    SecondList,
    /// A list that needs another one which is not there.
    Alone,
    /// An archive.
    Archive,
    /// A copy of a database that is not read.
    DatabaseCopy,
    /// Tables made by a program.
    Migrations,
    /// A capture of packets.
    Capture,
    /// It serves with TLS under a name that does not stand there.
    Nameless,
    /// The source of an app, of which it is not said that couriers use it.
    App,
    /// Pages with data of people that may be labels.
    PerhapsLabel,
    /// Another inventory.
    Inventory,
    /// May not be read.
    Unreadable,
    /// Too large to be looked into.
    TooLarge,
    /// A paper that no attestation names.
    Paper,
}

impl Why {
    /// The key of its text.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Workbook => "workbook",
            Self::List => "list",
            Self::SecondList => "second-list",
            Self::Alone => "alone",
            Self::Archive => "archive",
            Self::DatabaseCopy => "database-copy",
            Self::Migrations => "migrations",
            Self::Capture => "capture",
            Self::Nameless => "nameless",
            Self::App => "app",
            Self::PerhapsLabel => "perhaps-label",
            Self::Inventory => "inventory",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too-large",
            Self::Paper => "paper",
        }
    }
}

/// An address to ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Endpoint {
    pub(super) address: String,
    pub(super) starttls: Option<&'static str>,
    /// Recorded facts in place of the network.
    pub(super) facts: Option<PathBuf>,
}

/// What was seen, each with its path.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) top: PathBuf,
    pub(super) roots: Vec<PathBuf>,
    pub(super) bundles: Vec<PathBuf>,
    /// Files of configuration.
    pub(super) configs: BTreeSet<PathBuf>,
    /// Files of SQL, with whether tables are made there.
    pub(super) sql: BTreeMap<PathBuf, bool>,
    pub(super) models: BTreeSet<PathBuf>,
    pub(super) interfaces: BTreeSet<PathBuf>,
    pub(super) labels: BTreeSet<PathBuf>,
    pub(super) lists: Vec<(Listed, PathBuf)>,
    pub(super) exchange: BTreeSet<PathBuf>,
    pub(super) traces: BTreeSet<PathBuf>,
    /// Folders of apps, with whether couriers use them.
    pub(super) apps: BTreeMap<PathBuf, bool>,
    pub(super) endpoints: BTreeSet<Endpoint>,
    pub(super) waivers: Vec<PathBuf>,
    pub(super) attestations: Vec<PathBuf>,
    pub(super) papers: BTreeSet<PathBuf>,
    pub(super) not_placed: BTreeMap<Why, BTreeSet<PathBuf>>,
    /// Was it more than is looked at?
    pub(super) cut: bool,
}

/// Looks around a folder; `own` is the inventory that is being written.
pub(super) fn around(folder: &Path, own: &Path, cx: &Context) -> Look {
    let mut look = Look {
        top: folder.to_owned(),
        ..Look::default()
    };
    let mut walk = WalkDir::new(folder)
        .max_depth(DEEPEST)
        .sort_by_file_name()
        .into_iter();
    let mut seen = 0;
    while let Some(entry) = walk.next() {
        seen += 1;
        if seen > MOST_ENTRIES {
            look.cut = true;
            break;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                if let Some(path) = e.path() {
                    look.not_placed(Why::Unreadable, path);
                }
                continue;
            }
        };
        if entry.file_type().is_dir() {
            if is_skipped(&entry) {
                walk.skip_current_dir();
            } else if is_root(entry.path()) {
                look.root(entry.path(), cx);
                walk.skip_current_dir();
            } else if let Some(app) = apps::ios(entry.path()) {
                look.app(&app, "");
                walk.skip_current_dir();
            }
        } else if entry.file_type().is_file() && entry.path() != own {
            look.file(entry.path(), cx);
        }
    }
    look
}

/// Folders of tools, of others, and reports of this program.
fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let has = |name: &str| entry.path().join(name).is_file();
    entry.depth() > 0
        && (name.starts_with('.') && !DOTTED.contains(&&*name)
            || SKIPPED.contains(&&*name)
            || config::is_left_out(entry)
            || has("run.json") && has("manifest.json"))
}

/// Is this the root of a host's file system?
fn is_root(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    has("etc/os-release") || has("etc/passwd") || has("etc/ssh/sshd_config")
}

impl Look {
    pub(super) fn not_placed(&mut self, why: Why, path: &Path) {
        self.not_placed.entry(why).or_default().insert(path.into());
    }

    /// The path from the top on, as collectors see it.
    pub(super) fn inside<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.top).unwrap_or(path)
    }

    fn words(&self, path: &Path) -> String {
        names::words(self.inside(path))
    }

    fn app(&mut self, folder: &Path, said: &str) {
        let words = self.words(folder) + &names::words(Path::new(said));
        let of_couriers = names::is_of_couriers(&words);
        *self.apps.entry(folder.to_owned()).or_default() |= of_couriers;
    }

    /// A host's root: its own collector reads the system; what else lies there is looked at like any folder.
    fn root(&mut self, root: &Path, cx: &Context) {
        self.roots.push(root.to_owned());
        let mut folders: Vec<PathBuf> = OWN.iter().map(|own| root.join(own)).collect();
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            if !OF_SYSTEM.iter().any(|own| name == *own) {
                folders.push(entry.path());
            }
        }
        folders.sort();
        let mut seen = 0;
        for folder in folders {
            let walk = WalkDir::new(&folder)
                .max_depth(DEEPEST)
                .sort_by_file_name()
                .into_iter()
                .filter_entry(|entry| !entry.file_type().is_dir() || !is_skipped(entry));
            for entry in walk.flatten().filter(|e| e.file_type().is_file()) {
                seen += 1;
                if seen > MOST_ENTRIES {
                    self.cut = true;
                    return;
                }
                let path = entry.path();
                let inside = path.strip_prefix(root).unwrap_or(path);
                if !inside.starts_with("etc") {
                    self.file(path, cx);
                } else if let Some(text) = small_text(path) {
                    self.configuration(path, &format!("/{}", inside.display()), &text, true);
                }
            }
        }
    }

    fn file(&mut self, path: &Path, cx: &Context) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
            return;
        };
        let lower = name.to_lowercase();
        let end = lower.rsplit('.').next().unwrap_or_default();
        if fs::File::open(path).is_err() {
            return self.not_placed(Why::Unreadable, path);
        }
        match schema::named(name) {
            Some(schema::Named::Sql) => return self.sql(path, name, cx),
            // Others have files that end so, too: Postfix its `main.cf.proto`.
            Some(schema::Named::Model) if knows(&schema::collect(path, name, None, &[], cx)) => {
                self.models.insert(path.into());
                return;
            }
            Some(schema::Named::Copy) => return self.not_placed(Why::DatabaseCopy, path),
            Some(schema::Named::Program) if self.words(path).contains(" migrat") => {
                return self.not_placed(Why::Migrations, path);
            }
            Some(schema::Named::Model | schema::Named::Program | schema::Named::Perhaps) | None => {
            }
        }
        match end {
            "capdo" => self.bundles.push(path.to_owned()),
            "xlsx" | "xls" | "ods" => self.not_placed(Why::Workbook, path),
            "pcap" | "pcapng" | "cap" => self.not_placed(Why::Capture, path),
            "zip" | "tar" | "tgz" | "gz" | "bz2" | "xz" | "7z" | "rar" | "zst" => {
                self.not_placed(Why::Archive, path);
            }
            "jsonl" => self.endpoints.extend(recorded(path)),
            "csv" | "tsv" => self.list(path, name),
            "docx" | "doc" | "odt" | "rtf" | "pdf" | "md" => self.page(path, name, cx),
            _ => match label::named(name) {
                Some(label::Named::Printer) => {
                    self.labels.insert(path.into());
                }
                Some(label::Named::Perhaps) => self.page(path, name, cx),
                None => self.text(path, name, cx),
            },
        }
    }

    fn sql(&mut self, path: &Path, name: &str, cx: &Context) {
        let small = fs::metadata(path).is_ok_and(|m| m.len() <= MOST_BYTES);
        let makes = if name.to_ascii_lowercase().ends_with(".gz") {
            true
        } else if small {
            knows(&schema::collect(path, name, None, &[], cx))
        } else {
            head(path).is_some_and(|h| h.to_ascii_lowercase().contains("create table"))
        };
        self.sql.insert(path.into(), makes);
    }

    fn list(&mut self, path: &Path, name: &str) {
        match small_text(path).map(|text| lists::listed(name, &text)) {
            Some(Some(listed)) => self.lists.push((listed, path.to_owned())),
            Some(None) => self.not_placed(Why::List, path),
            None => self.not_placed(Why::TooLarge, path),
        }
    }

    /// A template, a picture or a paper: a label where its path says so and it prints whose parcel it is.
    fn page(&mut self, path: &Path, name: &str, cx: &Context) {
        let small = fs::metadata(path).is_ok_and(|m| m.len() <= MOST_BYTES);
        let perhaps = label::named(name) == Some(label::Named::Perhaps) && small;
        let says_label = names::is_label(&self.words(path));
        if perhaps && says_label && prints(&label::collect(path, name, None, cx)) {
            self.labels.insert(path.into());
            return;
        }
        let folder = self.words(path.parent().unwrap_or(path));
        let end = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let written = ["docx", "doc", "odt", "rtf", "pdf", "md"].contains(&&*end);
        if written && names::is_paper(&names::words(Path::new(name)), &folder) {
            self.papers.insert(path.into());
        } else if perhaps && !written && !["png", "jpg", "jpeg", "svg"].contains(&&*end) {
            self.text(path, name, cx);
            if self.is_filled_in(path) && prints_both(&label::collect(path, name, None, cx)) {
                self.not_placed(Why::PerhapsLabel, path);
            }
        }
    }

    /// Does a template hold words of shipments at all? Reading each page of a large site would take long.
    fn is_filled_in(&self, path: &Path) -> bool {
        small_text(path).is_some_and(|text| {
            let words = names::words(Path::new(&text));
            names::has(
                &words,
                &[
                    "waybill",
                    "van don",
                    "tracking",
                    "buu gui",
                    "barcode",
                    "qrcode",
                    "ma van don",
                ],
            )
        })
    }

    fn text(&mut self, path: &Path, name: &str, cx: &Context) {
        let Some(text) = small_text(path) else { return };
        match form_of(name, &text).as_deref() {
            Some("capdo/waivers/1") => return self.waivers.push(path.to_owned()),
            Some("capdo/attestations/1") => return self.attestations.push(path.to_owned()),
            Some("capdo/inventory/1") => return self.not_placed(Why::Inventory, path),
            Some(_) => return,
            None => {}
        }
        if let Some((app, said)) = apps::of(path, name, &text) {
            self.app(&app, &said);
        }
        if schema::named(name) == Some(schema::Named::Perhaps)
            && ["openapi", "swagger", "json-schema.org", "asyncapi"]
                .iter()
                .any(|w| text.contains(w))
            && knows(&schema::collect(path, name, None, &[], cx))
        {
            self.interfaces.insert(path.into());
            return;
        }
        let inside = format!("/{}", self.inside(path).display());
        self.configuration(path, &inside, &text, false);
    }

    /// `inside` is the path as the collector of configurations sees it.
    fn configuration(&mut self, path: &Path, inside: &str, text: &str, in_root: bool) {
        let name = inside.rsplit('/').next().unwrap_or(inside);
        if name == "Caddyfile" {
            let served = served::of("caddy", text);
            return self.served(path, served);
        }
        if [".conf", ".cfg", ".xml"].iter().any(|e| name.ends_with(e))
            && sip::program(name, text).is_some()
        {
            self.exchange.insert(path.into());
            return;
        }
        if !in_root && is_trace(name, text) {
            self.traces.insert(path.into());
            return;
        }
        let Some(recognised) = config::recognise(inside, text) else {
            return;
        };
        let served = served::of(recognised.word, text);
        self.served(path, served);
        if !in_root || !recognised.of_host {
            self.configs.insert(path.into());
        }
    }

    fn served(&mut self, path: &Path, served: Served) {
        if served.nameless {
            self.not_placed(Why::Nameless, path);
        }
        self.endpoints.extend(
            served
                .addresses
                .into_iter()
                .map(|(address, starttls)| Endpoint {
                    address,
                    starttls,
                    facts: None,
                }),
        );
    }
}

/// Did the collector see anything there that it knows?
fn knows(collected: &Collected) -> bool {
    !collected.subjects.is_empty()
}

/// Does it print anything of a sender or of a recipient?
fn prints(collected: &Collected) -> bool {
    parties(collected).next().is_some()
}

fn prints_both(collected: &Collected) -> bool {
    let has = |word: &str| parties(collected).any(|id| id.contains(word));
    has("recipient") && has("sender")
}

/// The fields that are printed of people; those that are not there have no line.
fn parties(collected: &Collected) -> impl Iterator<Item = &str> {
    let printed = collected
        .subjects
        .iter()
        .filter(|s| &*s.kind == "label-field" && s.place.as_ref().is_some_and(|p| p.line > 0));
    printed
        .map(|s| s.id.rsplit('.').next().unwrap_or(&s.id))
        .filter(|id| id.starts_with("recipient") || id.starts_with("sender"))
}

/// The address of recorded facts.
fn recorded(path: &Path) -> Option<Endpoint> {
    let text = small_text(path)?;
    let first: serde_json::Value = serde_json::from_str(text.lines().next()?).ok()?;
    if first.get("schema")?.as_str()? != "tls-facts/1" {
        return None;
    }
    let target = first.get("target")?;
    let name = target.get("name")?.as_str()?;
    let port = target.get("port")?.as_u64()?;
    Some(Endpoint {
        address: format!("{name}:{port}"),
        starttls: None,
        facts: Some(path.to_owned()),
    })
}

/// A trace of calls as text: requests and answers of SIP.
fn is_trace(name: &str, text: &str) -> bool {
    [".txt", ".log", ".sip", ".trace", ".sngrep"]
        .iter()
        .any(|e| name.ends_with(e))
        && text.contains("INVITE sip")
        && text.contains("SIP/2.0")
}

/// The form of our own that a YAML file names.
fn form_of(name: &str, text: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if !lower.ends_with(".yaml") && !lower.ends_with(".yml") {
        return None;
    }
    let line = text.lines().find_map(|l| l.strip_prefix("schema:"))?;
    let word = line.split('#').next().unwrap_or(line);
    let word = word.trim().trim_matches(['"', '\'']);
    word.starts_with("capdo/").then(|| word.to_owned())
}

/// The text of a file that is not too large and is text.
fn small_text(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    if !meta.is_file() || meta.len() > MOST_BYTES {
        return None;
    }
    bytes::lossy(&fs::read(path).ok()?).ok()
}

/// The beginning of a large file.
fn head(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let file = fs::File::open(path).ok()?;
    file.take(HEAD_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
