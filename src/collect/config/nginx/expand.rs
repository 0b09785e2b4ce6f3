//! Puts included files in the place of their `include`, within limits.

use std::collections::BTreeSet;

use crate::collect::config::found::Found;
use crate::collect::config::tree::{Tree, folder};
use crate::model::Place;
use crate::parse::nginx::{self, Directive};

/// A directive with its place; includes are put in. A node `include` is one that was not found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) args: Vec<String>,
    pub(super) place: Place,
    pub(super) children: Option<Vec<Node>>,
}

impl Node {
    pub(super) fn children(&self) -> &[Node] {
        self.children.as_deref().unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        self.args.join(" ")
    }

    pub(super) fn arg(&self, nth: usize) -> &str {
        self.args.get(nth).map_or("", String::as_str)
    }
}

/// Reads files and what they include.
pub(super) struct Expander<'t, 'a> {
    tree: &'t mut Tree<'a>,
    /// The folder of the main file: includes are relative to it.
    dir: String,
    stack: Vec<String>,
    /// How many blocks are open.
    inside: usize,
    budget: usize,
    pub(super) included: BTreeSet<String>,
    pub(super) problems: Vec<String>,
    pub(super) missing: Vec<String>,
}

impl<'t, 'a> Expander<'t, 'a> {
    pub(super) fn new(tree: &'t mut Tree<'a>, main: &str) -> Self {
        let dir = config_dir(main);
        Self {
            tree,
            dir,
            stack: Vec::new(),
            inside: 0,
            budget: MAX_NODES,
            included: BTreeSet::new(),
            problems: Vec::new(),
            missing: Vec::new(),
        }
    }

    pub(super) fn file(&mut self, path: &str) -> Vec<Node> {
        let shown = self.tree.reader.shown(path);
        let text = match self.tree.text(path) {
            Ok(text) => text,
            Err(e) => {
                self.missing.push(e.to_string());
                return vec![Node {
                    name: "include".into(),
                    args: vec![shown.clone()],
                    place: Place::new(shown, 0),
                    children: None,
                }];
            }
        };
        let file = nginx::parse(&text);
        self.problems.extend(
            file.problems
                .iter()
                .map(|p| format!("{shown}:{}: {}", p.line, p.what)),
        );
        self.stack.push(self.tree.real(path));
        let nodes = self.level(path, file.directives);
        self.stack.pop();
        nodes
    }

    fn level(&mut self, path: &str, directives: Vec<Directive>) -> Vec<Node> {
        let mut nodes = Vec::new();
        for directive in directives {
            if self.budget == 0 {
                self.problems.push(format!(
                    "{}: too many directives",
                    self.tree.reader.shown(path)
                ));
                return nodes;
            }
            self.budget -= 1;
            let place = self.tree.place(path, directive.line);
            if directive.name == "include" && directive.block.is_none() {
                self.include(path, directive, place, &mut nodes);
                continue;
            }
            let is_data = DATA_BLOCKS.contains(&directive.name.as_str());
            nodes.push(Node {
                // nginx compares names by letter; a name in other letters is another (unknown) directive.
                name: directive.name,
                args: directive.args,
                place,
                children: match directive.block {
                    Some(block) if is_data => Some(self.data(path, block)),
                    Some(block) => {
                        self.inside += 1;
                        let inner = self.level(path, block);
                        self.inside -= 1;
                        Some(inner)
                    }
                    None => None,
                },
            });
        }
        nodes
    }

    /// Inside `map`, `geo` and `types` the words are data, not directives.
    fn data(&mut self, path: &str, block: Vec<Directive>) -> Vec<Node> {
        block
            .into_iter()
            .map(|d| Node {
                name: d.name,
                args: d.args,
                place: self.tree.place(path, d.line),
                children: None,
            })
            .collect()
    }

    fn put_in(&mut self, path: &str, place: &Place, files: Vec<String>, nodes: &mut Vec<Node>) {
        for file in files {
            // A file costs more than a line: files that include each other twice make ever more of them.
            self.budget = self.budget.saturating_sub(FILE_COST);
            let real = self.tree.real(&file);
            if self.stack.contains(&real) || self.stack.len() >= MAX_INCLUDES {
                let shown = self.tree.reader.shown(path);
                self.problems
                    .push(format!("{shown}:{}: includes go round", place.line));
                continue;
            }
            self.included.extend([file.clone(), real]);
            nodes.append(&mut self.file(&file));
        }
    }

    fn include(&mut self, path: &str, directive: Directive, place: Place, nodes: &mut Vec<Node>) {
        let written = directive.args.first().map_or("", String::as_str);
        // Where modules are loaded, before any block, nothing else stands: their links lead out of every copy.
        let modules = self.inside == 0 && is_of_modules(written);
        match self.tree.find(&self.dir, written) {
            Found::Part(files, _) if modules => self.put_in(path, &place, files, nodes),
            Found::NoFolder | Found::Missing if modules => {}
            Found::Files(files) => self.put_in(path, &place, files, nodes),
            Found::Part(files, why) => {
                self.put_in(path, &place, files, nodes);
                self.missing
                    .push(format!("{}:{}: {why}", place.file, place.line));
                nodes.push(Node {
                    name: "include".into(),
                    args: directive.args,
                    place,
                    children: None,
                });
            }
            // The package brings it, and it holds nothing but `types`: a copy of one's own files rarely has it.
            Found::Missing if OWN_TYPES.contains(&written) => {}
            // An empty folder is not to be told from one that nobody copied.
            Found::NoFolder | Found::Missing => {
                self.missing
                    .push(format!("{}:{}: {written}", place.file, place.line));
                nodes.push(Node {
                    name: "include".into(),
                    args: directive.args,
                    place,
                    children: None,
                });
            }
        }
    }
}

/// The list of types of files, where nginx and its packages have it.
const OWN_TYPES: [&str; 4] = [
    "mime.types",
    "/etc/nginx/mime.types",
    "/usr/local/nginx/conf/mime.types",
    "/usr/local/openresty/nginx/conf/mime.types",
];

/// Relative includes start at the folder of `nginx.conf`; a part alone lies in that folder's `conf.d` and the like.
fn config_dir(main: &str) -> String {
    let dir = folder(main);
    let name = dir.rsplit('/').next().unwrap_or("");
    let is_part = name.starts_with("conf.d") || name.starts_with("sites-") || name == "snippets";
    if is_part {
        folder(dir).to_owned()
    } else {
        dir.to_owned()
    }
}

/// A pattern in a folder such as `modules-enabled`, `modules.d`, `/usr/share/nginx/modules`.
fn is_of_modules(written: &str) -> bool {
    let name = folder(written).rsplit('/').next().unwrap_or("");
    written.ends_with("*.conf") && name.starts_with("modules")
}

/// Has it what only a whole configuration has?
pub(super) fn is_main(tree: &mut Tree<'_>, path: &str) -> bool {
    top(tree, path)
        .iter()
        .any(|d| d.block.is_some() && matches!(d.name.as_str(), "http" | "events"))
}

/// Does it stand at the http level when it is alone?
pub(super) fn is_http_level(tree: &mut Tree<'_>, path: &str) -> bool {
    let dir = folder(path).rsplit('/').next().unwrap_or("").to_owned();
    dir.starts_with("conf.d")
        || top(tree, path).iter().any(|d| {
            matches!(
                d.name.as_str(),
                "server" | "upstream" | "map" | "log_format"
            )
        })
}

fn top(tree: &mut Tree<'_>, path: &str) -> Vec<Directive> {
    tree.text(path)
        .map(|text| nginx::parse(&text).directives)
        .unwrap_or_default()
}

/// Blocks whose lines are data.
const DATA_BLOCKS: [&str; 5] = ["map", "geo", "types", "split_clients", "charset_map"];

/// How deep includes go.
const MAX_INCLUDES: usize = 16;

/// How many directives one configuration may come to.
const MAX_NODES: usize = 200_000;

/// How many directives an included file counts for.
const FILE_COST: usize = 10;
