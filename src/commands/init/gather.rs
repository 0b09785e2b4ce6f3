//! Puts together what belongs together: files of one configuration, migrations of one database, parts of one label; and of several
//! lists of a kind chooses the one that an asset names. What is not chosen is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::look::{Endpoint, Look, Why};
use super::names;
use crate::collect::lists::List;

/// What an inventory can name.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) roots: Vec<PathBuf>,
    pub(super) bundles: Vec<PathBuf>,
    pub(super) configs: Vec<PathBuf>,
    pub(super) schemas: Vec<PathBuf>,
    pub(super) labels: BTreeSet<PathBuf>,
    /// Lists of staff and their papers.
    pub(super) lists: BTreeMap<List, PathBuf>,
    /// Has the list of staff their accounts?
    pub(super) accounts: bool,
    pub(super) internal_rule: Option<PathBuf>,
    pub(super) exchange: Option<PathBuf>,
    pub(super) traces: Option<PathBuf>,
    pub(super) app: Option<PathBuf>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) waivers: Vec<PathBuf>,
    pub(super) attestations: Vec<PathBuf>,
    pub(super) not_placed: BTreeMap<Why, BTreeSet<PathBuf>>,
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
            && self.endpoints.is_empty()
            && !self.has_staff()
            && !self.has_callers()
    }

    /// Is there an asset of kind document? It needs both lists.
    pub(super) fn has_staff(&self) -> bool {
        [List::Roster, List::Trained]
            .iter()
            .all(|list| self.lists.contains_key(list))
    }

    /// Is there an asset of kind caller-id? It needs the brand names.
    pub(super) fn has_callers(&self) -> bool {
        self.lists.contains_key(&List::Brandnames)
    }
}

/// Puts together what was seen.
pub(super) fn gather(mut look: Look) -> Found {
    let configs = configs(&look);
    let schemas = schemas(&look);
    let labels = labels(&look);
    let lists = lists(&mut look);
    let (roster, accounts) = lists
        .get(&List::Roster)
        .map_or((None, false), |(p, a)| (Some(p), *a));
    let accounts = accounts && roster.is_some();
    let exchange = one_folder(&mut look, |l| &l.exchange);
    let traces = one_folder(&mut look, |l| &l.traces);
    let app = app(&mut look);
    let internal_rule = internal_rule(&look);
    papers(&mut look, internal_rule.as_deref());
    let mut found = Found {
        configs,
        schemas,
        labels,
        lists: lists
            .into_iter()
            .map(|(list, (path, _))| (list, path))
            .collect(),
        accounts,
        internal_rule,
        exchange,
        traces,
        app,
        endpoints: endpoints(&look),
        roots: look.roots,
        bundles: look.bundles,
        waivers: look.waivers,
        attestations: look.attestations,
        not_placed: look.not_placed,
        cut: look.cut,
    };
    alone(&mut found);
    found
}

/// Folders of configuration, those that stand in another left out. A folder in which hosts or lists of the company lie, too, gives
/// its files one by one: what lies beside them is no configuration.
fn configs(look: &Look) -> Vec<PathBuf> {
    let company = !look.roots.is_empty() || !look.bundles.is_empty() || !look.lists.is_empty();
    let mixed = |folder: &Path| {
        (folder == look.top && (company || !look.labels.is_empty() && !look.papers.is_empty()))
            || look.roots.iter().any(|root| {
                // The folders of a root that hold everything: its `etc`.
                root.starts_with(folder) || folder.parent() == Some(root)
            })
    };
    let mut out: BTreeSet<PathBuf> = BTreeSet::new();
    for file in &look.configs {
        let folder = folder_of(file);
        out.insert(if mixed(&folder) { file.clone() } else { folder });
    }
    outermost(out)
}

/// Leaves out what stands in another.
fn outermost(paths: BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = Vec::new();
    for path in paths {
        // Sorted by their parts: what holds others stands before them.
        if !out.iter().any(|known| path.starts_with(known)) {
            out.push(path);
        }
    }
    out
}

/// Databases: a folder of migrations is one, and so are files of which some say only rights or triggers; else each file is one.
fn schemas(look: &Look) -> Vec<PathBuf> {
    let mut out: BTreeSet<PathBuf> = BTreeSet::new();
    let mut folders: BTreeMap<PathBuf, Vec<(&PathBuf, bool)>> = BTreeMap::new();
    for (file, makes) in &look.sql {
        match migrations(look, file) {
            Some(folder) => {
                out.insert(folder);
            }
            None => folders
                .entry(folder_of(file))
                .or_default()
                .push((file, *makes)),
        }
    }
    for (folder, files) in folders {
        let numbered = files.iter().filter(|(file, _)| is_numbered(file)).count();
        let makes = files.iter().filter(|(_, makes)| *makes).count();
        let together = numbered > 1 || files.len() > makes;
        if makes == 0 {
            continue;
        }
        // The top is no database: what else lies there would be read with it.
        if together && files.len() > 1 && folder != look.top {
            out.insert(folder);
        } else {
            let tables = files.into_iter().filter(|(_, makes)| *makes);
            out.extend(tables.map(|(file, _)| file.clone()));
        }
    }
    let models: BTreeSet<PathBuf> = look.models.iter().map(|m| folder_of(m)).collect();
    for folder in outermost(models) {
        let files: Vec<&PathBuf> = look
            .models
            .iter()
            .filter(|m| m.starts_with(&folder))
            .collect();
        match files.as_slice() {
            [one] => out.insert((*one).clone()),
            _ if folder == look.top => {
                out.extend(files.into_iter().cloned());
                true
            }
            _ => out.insert(folder),
        };
    }
    let mut out = outermost(out);
    // A description of an interface is an asset of its own, unless its folder is one already.
    for file in &look.interfaces {
        if !out.iter().any(|known| file.starts_with(known)) {
            out.push(file.clone());
        }
    }
    out
}

/// The folder of migrations in which a file stands.
fn migrations(look: &Look, file: &Path) -> Option<PathBuf> {
    let phrases = [
        "migration",
        "migrations",
        "migrate",
        "flyway",
        "liquibase",
        "changelog",
        "changelogs",
    ];
    let mut above: Vec<&Path> = file.ancestors().skip(1).collect();
    above.retain(|folder| folder.starts_with(&look.top) && *folder != look.top);
    above.reverse();
    let found = above.into_iter().find(|folder| {
        let name = folder.file_name().map(Path::new).unwrap_or(Path::new(""));
        names::has(&names::words(name), &phrases)
    })?;
    Some(found.to_owned())
}

/// `V1__init.sql`, `001_orders.sql`, `20260101-rights.sql`.
fn is_numbered(file: &Path) -> bool {
    let name = file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let bare = name.trim_start_matches(['V', 'v', 'R', 'U']);
    let digits = bare.chars().take_while(char::is_ascii_digit).count();
    digits > 0 && bare.chars().nth(digits).is_some_and(|c| "_-.".contains(c))
}

/// A folder whose name says labels is one asset; elsewhere each file is.
fn labels(look: &Look) -> BTreeSet<PathBuf> {
    let of = |file: &PathBuf| {
        let folder = folder_of(file);
        let says = names::is_label(&names::words(look.inside(&folder)));
        let printer = crate::collect::label::named(&file.to_string_lossy())
            == Some(crate::collect::label::Named::Printer);
        if folder != look.top && (says || printer) {
            folder
        } else {
            file.clone()
        }
    };
    outermost(look.labels.iter().map(of).collect())
        .into_iter()
        .collect()
}

/// One list of each kind: the latest year, then the longest; the others are told.
fn lists(look: &mut Look) -> BTreeMap<List, (PathBuf, bool)> {
    let mut kinds: BTreeMap<List, Vec<_>> = BTreeMap::new();
    for (listed, path) in &look.lists {
        let year = names::year(&names::words(look.inside(path)));
        kinds.entry(listed.list).or_default().push((
            year,
            listed.rows,
            path.clone(),
            listed.accounts,
        ));
    }
    let mut out = BTreeMap::new();
    for (list, mut files) in kinds {
        files.sort();
        if let Some((_, _, path, accounts)) = files.pop() {
            out.insert(list, (path, accounts));
        }
        for (_, _, path, _) in files {
            look.not_placed(Why::SecondList, &path);
        }
    }
    out
}

/// The one folder of these files; where there are several, the first, and the others are told. A file that stands alone is named
/// itself.
fn one_folder(look: &mut Look, of: impl Fn(&Look) -> &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let files = of(look).clone();
    let folders = outermost(files.iter().map(|f| folder_of(f)).collect());
    let first = folders.first()?.clone();
    for other in files.iter().filter(|f| !f.starts_with(&first)) {
        look.not_placed(Why::SecondList, other);
    }
    let inside: Vec<&PathBuf> = files.iter().filter(|f| f.starts_with(&first)).collect();
    match inside.as_slice() {
        [one] => Some((*one).clone()),
        [first_file, ..] if first == look.top => {
            for other in inside.iter().skip(1) {
                look.not_placed(Why::SecondList, other);
            }
            Some((*first_file).clone())
        }
        _ => Some(first),
    }
}

/// The app of the couriers, where one says so.
fn app(look: &mut Look) -> Option<PathBuf> {
    let all = outermost(look.apps.keys().cloned().collect());
    let said = |app: &PathBuf| {
        let within = look.apps.iter().filter(|(path, _)| path.starts_with(app));
        within.into_iter().any(|(_, said)| *said)
    };
    let chosen = all.iter().find(|app| said(app)).cloned();
    for app in all.iter().filter(|a| Some(*a) != chosen.as_ref()) {
        look.not_placed(Why::App, app);
    }
    chosen
}

fn internal_rule(look: &Look) -> Option<PathBuf> {
    let rule = look.papers.iter().find(|path| {
        let name = path.file_name().map(Path::new).unwrap_or(path);
        let end = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        ["md", "pdf"].contains(&end.to_ascii_lowercase().as_str())
            && names::is_internal_rule(&names::words(name))
    });
    rule.cloned()
}

/// Papers that no attestation names yet.
fn papers(look: &mut Look, rule: Option<&Path>) {
    let named: String = look
        .attestations
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .collect();
    let open: Vec<PathBuf> = look
        .papers
        .iter()
        .filter(|path| Some(path.as_path()) != rule)
        .filter(|path| {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            !name.is_some_and(|n| named.contains(&n))
        })
        .cloned()
        .collect();
    for path in open {
        look.not_placed(Why::Paper, &path);
    }
}

/// Each address once; recorded facts rather than the network.
fn endpoints(look: &Look) -> Vec<Endpoint> {
    let mut sorted: Vec<&Endpoint> = look.endpoints.iter().collect();
    sorted.sort_by_key(|e| (&e.address, e.facts.is_none()));
    let mut known = BTreeSet::new();
    sorted.retain(|e| known.insert(&e.address));
    sorted.into_iter().cloned().collect()
}

/// Lists that are named nowhere, since the one that their asset needs is not there.
fn alone(found: &mut Found) {
    let mut alone: Vec<PathBuf> = Vec::new();
    let staff = [List::Roster, List::Trained, List::Requests, List::Rights];
    for list in staff.iter().filter(|_| !found.has_staff()) {
        let used = *list == List::Roster && (found.has_callers() || found.accounts);
        alone.extend(found.lists.get(list).filter(|_| !used).cloned());
    }
    if !found.has_staff() {
        alone.extend(found.internal_rule.clone());
    }
    if !found.has_callers() {
        for list in [List::Numbers, List::Calls] {
            alone.extend(found.lists.get(&list).cloned());
        }
        let others = [&found.exchange, &found.traces, &found.app];
        alone.extend(others.into_iter().flatten().cloned());
    }
    if !alone.is_empty() {
        found
            .not_placed
            .entry(Why::Alone)
            .or_default()
            .extend(alone);
    }
}

pub(super) fn folder_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}
