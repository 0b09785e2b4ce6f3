//! HAProxy as it starts: the files of one process in their order, each proxy over its section of defaults, each address
//! that it listens on with the versions of TLS that are left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::found::Found;
use super::kind::Kind;
use super::seen;
use super::settings::{Settings, told};
use super::tree::{Tree, folder};
use crate::model::{Collected, Place};
use crate::parse::haproxy::Line;

mod bind;
mod lines;
mod logs;
mod process;
mod proxy;
mod rules;
mod worlds;

pub(super) const TYPES: &[&str] = &["haproxy", "haproxy-proxy", "haproxy-bind"];

/// A section with the file that it stands in.
pub(super) struct Part {
    file: String,
    kind: String,
    name: String,
    from: Option<String>,
    line: u32,
    lines: Vec<Line>,
}

/// The files of one process of HAProxy, in their order.
#[derive(Default)]
struct Process {
    files: Vec<(String, Arc<str>)>,
    /// The file with its `global` section is not here.
    missing: Option<String>,
}

/// Adds the subjects of every process whose files the tree has.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    let mut processes: BTreeMap<String, Process> = BTreeMap::new();
    let mut files = tree.of_kind(&Kind::Haproxy);
    let mains: BTreeSet<String> = files
        .iter()
        .filter(|file| tree.text(file).is_ok_and(|text| has_global(&text)))
        .cloned()
        .collect();
    // A part is read after the main file beside it or above it.
    files.sort_by_key(|file| (!mains.contains(file), file.clone()));
    for file in files {
        let main = main_of(&file, &mains);
        let key = main.clone().unwrap_or_else(|| file.clone());
        let process = processes.entry(key).or_default();
        if main.is_none() {
            process.missing = Some("the file with its global section".to_owned());
        }
        let Ok(text) = tree.text(&file) else { continue };
        process.files.push((file, text));
    }
    for process in processes.values() {
        started(tree, process, out);
    }
    for kind in TYPES {
        out.saw(kind, seen(tree, &[Kind::Haproxy]));
    }
}

/// The subjects of one process, under all answers to what only its start decides.
fn started(tree: &mut Tree<'_>, process: &Process, out: &mut Collected) {
    let worlds = match worlds::read(&process.files) {
        Ok(worlds) => worlds,
        Err((file, line)) => {
            return told(tree, &file, line, "more conditions than are worked out");
        }
    };
    let open: Vec<String> = worlds
        .open
        .iter()
        .map(|(file, line)| tree.place(file, *line).to_string())
        .collect();
    let known = tree.problems.len();
    let mut versions = Vec::new();
    for world in &worlds.all {
        for (file, line, why) in &world.problems {
            told(tree, file, *line, why);
        }
        let mut version = Collected::default();
        subjects(tree, &world.parts, &process.missing, &mut version);
        versions.push(version.subjects);
    }
    // Each is told once, however many answers lead there.
    let mut mine = tree.problems.split_off(known);
    mine.sort();
    mine.dedup();
    tree.problems.extend(mine);
    let why = format!("decided when HAProxy starts: {}", open.join(", "));
    out.subjects.extend(worlds::merged(versions, &why));
}

/// The main file that a file belongs to: itself, else the only one in the nearest folder, or `haproxy.cfg` of several.
fn main_of(file: &str, mains: &BTreeSet<String>) -> Option<String> {
    if mains.contains(file) {
        return Some(file.to_owned());
    }
    let above = |main: &&String| is_below(folder(file), folder(main));
    let nearest = mains
        .iter()
        .filter(above)
        .map(|main| folder(main))
        .max_by_key(|f| f.len())?;
    let here: Vec<&String> = mains
        .iter()
        .filter(|main| folder(main) == nearest)
        .collect();
    match here.as_slice() {
        [one] => Some((*one).clone()),
        several => several
            .iter()
            .find(|main| main.ends_with("/haproxy.cfg"))
            .map(|main| (*main).clone()),
    }
}

fn has_global(text: &str) -> bool {
    text.lines()
        .any(|line| line.split_whitespace().next() == Some("global"))
}

fn is_below(folder: &str, above: &str) -> bool {
    folder == above
        || folder
            .strip_prefix(above.trim_end_matches('/'))
            .is_some_and(|rest| rest.starts_with('/'))
}

fn subjects(tree: &mut Tree<'_>, parts: &[Part], missing: &Option<String>, out: &mut Collected) {
    let mut global = Settings::without(missing.clone());
    let mut users: Vec<(String, Place)> = Vec::new();
    for part in parts {
        if part.kind == "global" {
            lines::add(tree, part, &part.lines, &mut global);
        }
        if part.kind == "userlist" {
            users.extend(lines::plain_users(tree, part));
        }
    }
    let before = out.subjects.len();
    let mut named: BTreeMap<&str, &Part> = BTreeMap::new();
    for part in parts.iter().filter(|p| p.kind == "defaults") {
        named.entry(part.name.as_str()).or_insert(part);
    }
    let (mut last, mut read) = (None, 0_usize);
    for part in parts {
        if part.kind == "defaults" {
            last = Some(part);
        }
        if !["frontend", "backend", "listen"].contains(&part.kind.as_str()) {
            continue;
        }
        let mut settings = Settings::without(None);
        for defaults in chain(tree, part, last, &named) {
            lines::add(tree, defaults, &defaults.lines, &mut settings);
            read += defaults.lines.len();
        }
        // Long defaults over many proxies are more than anybody has.
        if read > MAX_READ {
            told(
                tree,
                &part.file,
                part.line,
                "more proxies than are looked at",
            );
            break;
        }
        lines::add(tree, part, &part.lines, &mut settings);
        let lists = lists(tree, part, &settings);
        proxy::put(tree, part, &settings, &global, &lists, out);
    }
    let proxies = out.subjects.len() > before;
    if let Some(first) = parts.iter().find(|p| p.kind == "global") {
        let place = tree.place(&first.file, first.line);
        process::put(&global, &users, place, out);
    } else if proxies && let Some(first) = parts.first() {
        let place = tree.place(&first.file, first.line);
        process::put(&global, &users, place, out);
    }
}

/// The lists of certificates that the addresses of a proxy name.
fn lists(tree: &mut Tree<'_>, part: &Part, settings: &Settings) -> bind::Lists {
    let mut lists = bind::Lists::new();
    for path in settings.all("bind").iter().filter_map(bind::list_of) {
        let found = match tree.find(folder(&part.file), path) {
            Found::Files(files) => files.first().cloned(),
            Found::Part(..) | Found::NoFolder | Found::Missing => None,
        };
        let text = found.and_then(|file| tree.text(&file).ok());
        lists.insert(path.to_owned(), text.map(|text| bind::entries(&text)));
    }
    lists
}

/// The sections of defaults that a proxy takes its values from, the outermost first: the one it names, else the last
/// before it. A section of defaults may name another.
fn chain<'p>(
    tree: &mut Tree<'_>,
    part: &Part,
    last: Option<&'p Part>,
    named: &BTreeMap<&str, &'p Part>,
) -> Vec<&'p Part> {
    let mut chain = Vec::new();
    let mut next = match &part.from {
        Some(name) => {
            let found = named.get(name.as_str()).copied();
            if found.is_none() {
                told(
                    tree,
                    &part.file,
                    part.line,
                    "names defaults that are not here",
                );
            }
            found
        }
        None => last,
    };
    while let Some(defaults) = next {
        if chain.len() >= MAX_CHAIN {
            told(tree, &defaults.file, defaults.line, "defaults go round");
            break;
        }
        chain.insert(0, defaults);
        next = defaults
            .from
            .as_deref()
            .and_then(|name| named.get(name).copied());
    }
    chain
}

/// How many lines of defaults are read for all proxies together.
const MAX_READ: usize = 5_000_000;

const MAX_CHAIN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_belong_to_a_main_file() {
        let mains = [
            "/a/haproxy.cfg",
            "/b/x.cfg",
            "/b/y.cfg",
            "/c/x.cfg",
            "/c/haproxy.cfg",
        ]
        .map(str::to_owned)
        .into();
        for (file, wanted) in [
            ("/a/haproxy.cfg", Some("/a/haproxy.cfg")),
            ("/a/conf.d/1.cfg", Some("/a/haproxy.cfg")),
            ("/b/conf.d/1.cfg", None),
            ("/c/z.cfg", Some("/c/haproxy.cfg")),
            ("/d/z.cfg", None),
        ] {
            assert_eq!(main_of(file, &mains).as_deref(), wanted, "{file}");
        }
    }
}
