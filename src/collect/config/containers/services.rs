//! The services of compose files, put together as compose does: `extends`, the file of changes beside the main one,
//! files that are chosen, files that are included.

use std::collections::{BTreeMap, BTreeSet};

use super::compose::facts;
use super::merge::merged;
use crate::collect::config::kind::Kind;
use crate::collect::config::node::{Putter, texts};
use crate::collect::config::settings::told;
use crate::collect::config::tree::{Tree, folder, join};
use crate::model::{Collected, Subject};
use crate::parse::diagnostic::Span;
use crate::parse::yaml::{self, Key, Node, NodeValue};

/// The documents of each compose file, by its path.
type Files = BTreeMap<String, Vec<Node>>;

/// A service as it is started: what it says, and where that is all that there is of it.
pub(super) struct Service {
    pub(super) node: Node,
    pub(super) whole: bool,
}

/// Adds a subject for each service, with what `extends` and files beside lay below or over it.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    let mut files = Files::new();
    let mut taken_back = BTreeSet::new();
    for path in tree.of_kind(&Kind::Compose) {
        let Ok(text) = tree.text(&path) else { continue };
        // What these take back is not known to the reader of YAML.
        if text.contains("!reset") || text.contains("!override") {
            taken_back.insert(path.clone());
        }
        let roots = files.entry(path.clone()).or_default();
        for doc in yaml::documents(&text) {
            match doc {
                Ok(root) => roots.push(root),
                Err(fault) => told(tree, &path, fault.line, &fault.what),
            }
        }
    }
    for (path, roots) in &files {
        for root in roots {
            includes(tree, path, root, &files);
            for (key, service) in services(root).filter(|(_, s)| !s.entries().is_empty()) {
                let beside = Beside {
                    files: &files,
                    taken_back: &taken_back,
                    path,
                    name: &key.name,
                };
                if let Some(subject) = beside.subject(tree, service, root, key.span.line) {
                    out.subjects.push(subject);
                }
            }
        }
    }
}

/// The services of a document; the first form of the file had them at its top.
fn services(root: &Node) -> impl Iterator<Item = &(Key, Node)> {
    root.get("services").unwrap_or(root).entries().iter()
}

/// Files that a document includes: what is not here was not seen.
fn includes(tree: &mut Tree<'_>, path: &str, root: &Node, files: &Files) {
    for item in root.get("include").map_or(&[][..], Node::items) {
        let paths = match item.get("path") {
            Some(paths) => texts(Some(paths)),
            None => texts(Some(item)),
        };
        for (written, line) in paths {
            let at = join(folder(path), &written);
            if !files.contains_key(&at) {
                told(
                    tree,
                    path,
                    line,
                    &format!("includes {written}, which is not here"),
                );
            }
        }
    }
}

/// A service with the files around it.
struct Beside<'f> {
    files: &'f Files,
    taken_back: &'f BTreeSet<String>,
    path: &'f str,
    name: &'f str,
}

impl Beside<'_> {
    /// The subject of a service; nothing where the main file tells of it together with this one.
    fn subject(&self, tree: &Tree<'_>, service: &Node, root: &Node, line: u32) -> Option<Subject> {
        let own = self.drawn(
            tree,
            self.path,
            line,
            &self.extended(self.path, service, 0),
            &[root],
        );
        if let Some((main, base, base_root, base_line)) = self.main() {
            // A file of changes: the main file holds the rest.
            if is_override(self.path) {
                return None;
            }
            if service.get("image").is_some() || service.get("build").is_some() {
                return Some(own);
            }
            let below = self.extended(&main, base, 0);
            let under = self.drawn(tree, &main, base_line, &below, &[base_root]);
            return Some(self.laid(
                tree,
                (self.path, service, root, line),
                &below,
                under,
                base_root,
            ));
        }
        match self.changes() {
            Some((path, over, over_root, over_line)) => {
                let below = self.extended(self.path, service, 0);
                let mut both =
                    self.laid(tree, (&path, over, over_root, over_line), &below, own, root);
                both.place = Some(tree.place(self.path, line));
                Some(both)
            }
            None => Some(own),
        }
    }

    /// One service over another: what differs stands in the file above, the rest where it stood.
    fn laid(
        &self,
        tree: &Tree<'_>,
        (path, over, over_root, line): (&str, &Node, &Node, u32),
        below: &Service,
        under: Subject,
        base_root: &Node,
    ) -> Subject {
        let above = self.extended(path, over, 0);
        let both = Service {
            node: merged(&below.node, &above.node),
            whole: below.whole && above.whole && !self.taken_back.contains(path),
        };
        let mut subject = self.drawn(tree, path, line, &both, &[base_root, over_root]);
        let place = tree.place(path, line);
        for fact in &mut subject.facts {
            match under.facts.get(&fact.path) {
                Some(old) if old.value == fact.value => *fact = old.clone(),
                Some(_) | None => fact.place = Some(place.clone()),
            }
        }
        subject
    }

    fn drawn(
        &self,
        tree: &Tree<'_>,
        path: &str,
        line: u32,
        service: &Service,
        roots: &[&Node],
    ) -> Subject {
        let file = self.path.trim_start_matches('/');
        let id = format!("compose.service[{file}:{}]", self.name);
        let mut subject = Subject::new("compose-service", id).at(tree.place(path, line));
        let mut put = Putter {
            subject: &mut subject,
            file: tree.shown(path),
        };
        facts(service, roots, &mut put);
        subject
    }

    /// The service of this name in the main file of the folder, where this file is another.
    fn main(&self) -> Option<(String, &Node, &Node, u32)> {
        let main = MAINS
            .iter()
            .map(|name| join(folder(self.path), name))
            .find(|at| self.files.contains_key(at))?;
        (main != self.path).then_some(())?;
        let (service, root, line) = self.of(&main)?;
        Some((main, service, root, line))
    }

    /// The service of this name in the file of changes that is read beside this one of itself.
    fn changes(&self) -> Option<(String, &Node, &Node, u32)> {
        let name = self.path.rsplit('/').next()?;
        if !MAINS.contains(&name) {
            return None;
        }
        let stem = name.split('.').next()?;
        let over = ["yml", "yaml"]
            .iter()
            .map(|end| join(folder(self.path), &format!("{stem}.override.{end}")))
            .find(|at| self.files.contains_key(at))?;
        let (service, root, line) = self.of(&over)?;
        Some((over, service, root, line))
    }

    fn of(&self, path: &str) -> Option<(&Node, &Node, u32)> {
        self.files.get(path)?.iter().find_map(|root| {
            let (key, service) = services(root).find(|(key, _)| key.name == self.name)?;
            Some((service, root, key.span.line))
        })
    }

    /// What `extends` names, laid below.
    fn extended(&self, path: &str, service: &Node, depth: usize) -> Service {
        let Some(extends) = service.get("extends") else {
            return Service {
                node: service.clone(),
                whole: true,
            };
        };
        let name = extends
            .scalar()
            .or_else(|| extends.get("service").and_then(Node::scalar));
        let file = extends.get("file").and_then(Node::scalar);
        let at = file.map_or_else(|| path.to_owned(), |file| join(folder(path), &file));
        let base = (depth < MAX_EXTENDS)
            .then_some(())
            .and(name)
            .and_then(|name| {
                let mut all = self.files.get(&at)?.iter().flat_map(services);
                all.find(|(key, _)| key.name == name).map(|(_, s)| s)
            });
        let Some(base) = base else {
            return Service {
                node: service.clone(),
                whole: false,
            };
        };
        let mut below = self.extended(&at, base, depth + 1);
        // What comes from another file stands, in this one, where it is asked for.
        if at != path {
            relined(&mut below.node, extends.span);
        }
        Service {
            node: merged(&below.node, service),
            whole: below.whole && !self.taken_back.contains(path),
        }
    }
}

fn relined(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        NodeValue::Map(entries) => {
            for (key, held) in entries {
                key.span = span;
                relined(held, span);
            }
        }
        NodeValue::List(items) => items.iter_mut().for_each(|item| relined(item, span)),
        NodeValue::Null
        | NodeValue::Bool(_)
        | NodeValue::Int(_)
        | NodeValue::Float(_)
        | NodeValue::Text(_) => {}
    }
}

/// Is it read beside the main file without being named?
fn is_override(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains(".override."))
}

/// What `docker compose` looks for where no file is named, the first that is there.
const MAINS: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];
const MAX_EXTENDS: usize = 8;
