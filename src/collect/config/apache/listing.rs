//! Which folders Apache lists: `Options` of the server, of a host, of folders and of places, each over the one before.

use super::Node;
use crate::model::Place;

/// Each folder or place that is listed, and the line that says so.
pub(super) fn listed(nodes: &[Node]) -> Vec<(String, Place)> {
    let server = State::default().after(nodes);
    let mut sections: Vec<(&Node, State)> = Vec::new();
    gather(nodes, &server, &mut sections);
    let folders = folders(sections);
    let mut out: Vec<(String, Place)> = Vec::new();
    let mut put = |name: String, state: State| {
        if let (true, Some(place)) = (state.on, state.place)
            && !out.iter().any(|(other, _)| *other == name)
        {
            out.push((name, place));
        }
    };
    for (name, state) in &folders {
        put(name.clone(), state.clone());
    }
    let hosts: Vec<&Node> = nodes.iter().filter(|n| n.name == "virtualhost").collect();
    let server_root = last(nodes, "documentroot");
    for host in &hosts {
        let state = server.clone().after(host.children());
        let root = last(host.children(), "documentroot").or(server_root);
        put_root(root, state, &folders, &mut put);
    }
    if hosts.is_empty() {
        put_root(server_root, server, &folders, &mut put);
    }
    places(nodes, &mut put);
    conditions(nodes, &State::default(), "/", &mut put);
    out
}

/// The line of a `.htaccess` that lists its folder, on a condition too.
pub(super) fn lists(nodes: &[Node]) -> Option<Place> {
    let here = State::default().after(nodes);
    if here.on {
        return here.place;
    }
    let mut found = None;
    conditions(nodes, &here, "", &mut |_, state| {
        found = found.take().or(state.place);
    });
    found
}

/// What lists a folder for some requests only.
fn conditions(nodes: &[Node], above: &State, name: &str, put: &mut impl FnMut(String, State)) {
    let here = above.clone().after(nodes);
    for node in nodes.iter().filter(|n| n.block.is_some()) {
        let asks = ["if", "elseif", "else", "files", "filesmatch"].contains(&node.name.as_str());
        let name = match node.args.last() {
            Some(path) if !asks => path.as_str(),
            Some(_) | None => name,
        };
        let options = node.children().iter().any(|n| n.name == "options");
        let inside = here.clone().after(node.children());
        if asks && options && inside.on {
            put(name.to_owned(), inside);
        }
        conditions(node.children(), &here, name, put);
    }
}

/// Whether folders are listed, and the line that decides.
#[derive(Debug, Clone, Default)]
struct State {
    on: bool,
    place: Option<Place>,
}

impl State {
    /// What the `Options` of one level make of it.
    fn after(mut self, level: &[Node]) -> Self {
        for options in level.iter().filter(|n| n.name == "options") {
            let absolute = options.args.iter().all(|w| !w.starts_with(['+', '-']));
            if absolute {
                self.on = false;
            }
            for word in &options.args {
                match word.to_ascii_lowercase().as_str() {
                    "indexes" | "+indexes" | "all" | "+all" => {
                        self.on = true;
                        self.place = Some(options.place.clone());
                    }
                    "-indexes" | "none" | "-all" => self.on = false,
                    _ => {}
                }
            }
        }
        self
    }
}

fn last<'n>(nodes: &'n [Node], name: &str) -> Option<&'n str> {
    let node = nodes.iter().rfind(|n| n.name == name)?;
    node.args.first().map(String::as_str)
}

/// The root of a host has what the nearest section above it says, and else what the host says.
fn put_root(
    root: Option<&str>,
    host: State,
    folders: &[(String, State)],
    put: &mut impl FnMut(String, State),
) {
    let root = root.map_or("/", |r| r.trim_end_matches('/'));
    let above = folders
        .iter()
        .rev()
        .find(|(folder, _)| is_above(folder, root));
    if above.is_none() {
        put(if root.is_empty() { "/" } else { root }.to_owned(), host);
    }
}

fn is_above(folder: &str, path: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path == folder || path.starts_with(&format!("{folder}/"))
}

/// Each folder that a section names: sections of folders above count before it.
fn folders(mut sections: Vec<(&Node, State)>) -> Vec<(String, State)> {
    let path = |node: &Node| {
        let path = node.args.first().map_or("", String::as_str);
        path.trim_end_matches('/').to_owned()
    };
    sections.sort_by_key(|(node, _)| path(node).matches('/').count());
    let mut out: Vec<(String, State)> = Vec::new();
    for (node, base) in sections {
        let path = path(node);
        let above = out.iter().rev().find(|(other, _)| is_above(other, &path));
        let state = above.map_or(base, |(_, state)| state.clone());
        let state = state.after(node.children());
        out.push((if path.is_empty() { "/".into() } else { path }, state));
    }
    out
}

fn gather<'n>(nodes: &'n [Node], base: &State, out: &mut Vec<(&'n Node, State)>) {
    for node in nodes {
        if node.name == "directory" && node.args.first().is_some_and(|a| !a.starts_with('~')) {
            out.push((node, base.clone()));
        }
        if node.name == "virtualhost" {
            gather(node.children(), &base.clone().after(node.children()), out);
        }
    }
}

/// Places and patterns, which come after the folders.
fn places(nodes: &[Node], put: &mut impl FnMut(String, State)) {
    for node in nodes {
        let is_pattern =
            node.name == "directory" && node.args.first().is_some_and(|a| a.starts_with('~'));
        if is_pattern || PLACES.contains(&node.name.as_str()) {
            let state = State::default().after(node.children());
            put(node.args.last().cloned().unwrap_or_default(), state);
        }
        if node.name == "virtualhost" {
            places(node.children(), put);
        }
    }
}

const PLACES: [&str; 3] = ["location", "locationmatch", "directorymatch"];
