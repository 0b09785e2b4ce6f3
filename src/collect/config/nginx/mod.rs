//! nginx as it would run: includes put in, directives inherited by nginx's own rules, its own values where silent.

use std::collections::BTreeSet;

use super::kind::Kind;
use super::tree::{Tree, folder};
use crate::model::{Collected, Reason, Seen};

mod ciphers;
mod derive;
mod directives;
mod expand;
mod http;
mod locations;
mod logs;
mod plain;
mod scope;
mod server;
#[cfg(test)]
mod tests;
mod upstreams;
mod values;

pub(super) use ciphers::weak as weak_ciphers;
use expand::{Expander, Node};
pub(super) use locations::is_aside_path as is_aside;
pub(super) use plain::meets_every_path;
use scope::Scope;

/// Adds what stands in the tree's nginx files.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let files = tree.of_kind(&Kind::Nginx);
    let mut state = State::default();
    let mains: Vec<String> = files
        .iter()
        .filter(|f| expand::is_main(tree, f))
        .cloned()
        .collect();
    let mut included = BTreeSet::new();
    let expanded: Vec<(String, Vec<Node>)> = mains
        .iter()
        .map(|main| (main.clone(), expand(tree, main, &mut included, &mut state)))
        .collect();
    for (main, nodes) in &expanded {
        // A whole file that another whole file includes is no program of its own.
        if !included.contains(main) || mains.iter().all(|m| included.contains(m)) {
            whole(tree, main, nodes, out);
        }
    }
    let left: Vec<String> = files
        .into_iter()
        .filter(|f| !mains.contains(f) && !included.contains(f))
        .collect();
    // What lies beside no main file belongs to another server, whose main file is not here.
    let (near, far): (Vec<String>, Vec<String>) = left.into_iter().partition(|f| {
        mains.iter().any(|main| {
            let dir = folder(main).trim_end_matches('/');
            f.starts_with(&format!("{dir}/"))
        })
    });
    fragments(tree, &far, out, unused, &mut state);
    unused.extend(near.iter().map(|f| tree.reader.shown(f)));
    let seen = state.seen(tree);
    for kind in ["nginx", "nginx-server", "nginx-location"] {
        out.saw(kind, seen.clone());
    }
}

/// What kept the view from being whole.
#[derive(Debug, Default)]
struct State {
    problem: Option<String>,
    missing: Option<String>,
}

impl State {
    fn seen(&self, tree: &Tree<'_>) -> Seen {
        if let Some((file, why)) = tree.unreadable_of(&Kind::Nginx) {
            return Seen::Not(Reason::new("unreadable", format!("{file}: {why}")));
        }
        if let Some(why) = tree.not_whole() {
            return Seen::Not(why);
        }
        if let Some(problem) = &self.problem {
            return Seen::Not(Reason::new("not-parsed", problem.clone()));
        }
        if let Some(missing) = &self.missing {
            return Seen::Not(Reason::new("include-missing", missing.clone()));
        }
        Seen::Whole
    }
}

fn expand(
    tree: &mut Tree<'_>,
    main: &str,
    included: &mut BTreeSet<String>,
    state: &mut State,
) -> Vec<Node> {
    let mut expander = Expander::new(tree, main);
    let nodes = expander.file(main);
    included.append(&mut expander.included);
    if state.problem.is_none() {
        state.problem = expander.problems.into_iter().next();
    }
    if state.missing.is_none() {
        state.missing = expander.missing.into_iter().next();
    }
    nodes
}

fn whole(tree: &Tree<'_>, main: &str, nodes: &[Node], out: &mut Collected) {
    let http: Vec<&Node> = nodes.iter().filter(|n| n.name == "http").collect();
    let level: Vec<Node> = http.iter().flat_map(|n| n.children().to_vec()).collect();
    let scope = Scope::new(true).with(nodes).with(&level);
    let place = http
        .first()
        .map_or_else(|| tree.place(main, 1), |n| n.place.clone());
    out.subjects.push(http::subject(&scope, nodes, place));
    servers(&scope, &level, out);
}

/// Parts without an `nginx.conf`: what the http level says is not known.
fn fragments(
    tree: &mut Tree<'_>,
    files: &[String],
    out: &mut Collected,
    unused: &mut Vec<String>,
    state: &mut State,
) {
    let mut included = BTreeSet::new();
    let mut level = Vec::new();
    let mut taken = Vec::new();
    for file in files {
        if !expand::is_http_level(tree, file) {
            continue;
        }
        level.append(&mut expand(tree, file, &mut included, state));
        taken.push(file.clone());
    }
    let left = files
        .iter()
        .filter(|f| !taken.contains(f) && !included.contains(*f));
    unused.extend(left.map(|f| tree.reader.shown(f)));
    let scope = Scope::new(false).with(&[]).with(&level);
    servers(&scope, &level, out);
}

fn servers(scope: &Scope<'_>, level: &[Node], out: &mut Collected) {
    for node in level
        .iter()
        .filter(|n| n.name == "server" && n.children.is_some())
    {
        let inner = scope.with(node.children());
        let (subject, id) = server::subject(&inner, node);
        out.subjects.push(subject);
        locations::subjects(&inner, node.children(), &id, &mut out.subjects);
    }
}
