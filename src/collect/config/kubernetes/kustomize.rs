//! Kustomize: which manifests a `kustomization.yaml` takes, and what it changes in them. What a patch touches was not
//! seen as it will be: those facts are unseen.

use std::collections::{BTreeMap, BTreeSet};

use super::Object;
use crate::collect::config::found::Found;
use crate::collect::config::kind::Kind;
use crate::collect::config::node::texts;
use crate::collect::config::settings::told;
use crate::collect::config::tree::{Tree, folder, join};
use crate::model::{EntryKind, Subject, Value};
use crate::parse::yaml::{self, Node};

/// What the kustomizations of a tree say.
#[derive(Default)]
pub(super) struct Overlays {
    /// Files that are laid over objects, and are none themselves.
    pub(super) patches: BTreeSet<String>,
    /// The namespaces that files are put into.
    namespaces: BTreeMap<String, BTreeSet<String>>,
    changes: Vec<Change>,
}

/// A change of some objects.
struct Change {
    /// The files whose objects it may touch.
    files: BTreeSet<String>,
    /// The kind of the objects; all of them where absent.
    kind: Option<String>,
    name: Option<String>,
    what: What,
    place: String,
}

/// What is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Image,
    Limits,
    All,
}

/// Reads the kustomizations of the tree.
pub(super) fn read(tree: &mut Tree<'_>) -> Overlays {
    let mut overlays = Overlays::default();
    let mut roots = BTreeMap::new();
    for path in tree.of_kind(&Kind::Kustomize) {
        let Ok(text) = tree.text(&path) else { continue };
        for doc in yaml::documents(&text) {
            match doc {
                Ok(root) => {
                    roots.insert(path.clone(), root);
                }
                Err(fault) => told(tree, &path, fault.line, &fault.what),
            }
        }
    }
    for (path, root) in &roots {
        let mut way = Way::default();
        way.taken(tree, path, root, &roots);
        let files = way.files;
        if let Some(namespace) = root.get("namespace").and_then(Node::scalar) {
            for file in &files {
                let all = overlays.namespaces.entry(file.clone()).or_default();
                all.insert(namespace.clone());
            }
        }
        changes(tree, path, root, &files, &mut overlays);
    }
    overlays
}

/// The manifests that a kustomization takes, through others too.
#[derive(Default)]
struct Way {
    files: BTreeSet<String>,
    /// Kustomizations that are being read, the first one first.
    open: Vec<String>,
    /// Those that were: what they take stands there already.
    done: BTreeSet<String>,
}

impl Way {
    fn taken(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        root: &Node,
        roots: &BTreeMap<String, Node>,
    ) {
        if self.open.iter().any(|open| open == path) || self.open.len() > MAX_DEPTH {
            return told(tree, path, 1, "kustomizations go round");
        }
        if !self.done.insert(path.to_owned()) {
            return;
        }
        self.open.push(path.to_owned());
        for key in ["resources", "bases", "components"] {
            for (written, line) in texts(root.get(key)) {
                let at = join(folder(path), &written);
                let own = NAMES
                    .iter()
                    .map(|name| join(&at, name))
                    .find(|at| roots.contains_key(at));
                if let Some((own, root)) = own.and_then(|own| Some((own.clone(), roots.get(&own)?)))
                {
                    self.taken(tree, &own, root, roots);
                    continue;
                }
                let is_file = tree
                    .reader
                    .stat(&tree.real(&at))
                    .is_ok_and(|e| e.kind == EntryKind::File);
                if is_file {
                    self.files.insert(tree.real(&at));
                } else {
                    told(
                        tree,
                        path,
                        line,
                        &format!("takes {written}, which is not here"),
                    );
                }
            }
        }
        self.open.pop();
    }
}

fn changes(
    tree: &mut Tree<'_>,
    path: &str,
    root: &Node,
    files: &BTreeSet<String>,
    overlays: &mut Overlays,
) {
    let mut add = |kind: Option<String>, name: Option<String>, what: What, place: String| {
        overlays.changes.push(Change {
            files: files.clone(),
            kind,
            name,
            what,
            place,
        });
    };
    let place = |tree: &Tree<'_>, line: u32| tree.place(path, line).to_string();
    for item in root.get("images").map_or(&[][..], Node::items) {
        add(None, None, What::Image, place(tree, item.span.line));
    }
    let mut laid = Vec::new();
    for (text, line) in texts(root.get("patchesStrategicMerge")) {
        laid.push((text, line, None));
    }
    for key in ["patches", "patchesJson6902"] {
        for item in root.get(key).map_or(&[][..], Node::items) {
            let line = item.span.line;
            let text = |key: &str| item.get(key).and_then(Node::scalar);
            let target = item.get("target");
            if let Some(written) = text("path")
                .or_else(|| text("patch"))
                .or_else(|| item.scalar())
            {
                laid.push((written, line, target));
            }
        }
    }
    // Later forms of what changes every object.
    for key in ["transformers", "replacements", "vars", "helmCharts"] {
        if let Some(node) = root.get(key) {
            add(None, None, What::All, place(tree, node.span.line));
        }
    }
    for (written, line, target) in laid {
        let inline = written.contains('\n') || written.trim_start().starts_with('{');
        let text = if inline {
            Some(written)
        } else {
            match tree.find(folder(path), &written) {
                Found::Files(found) => {
                    let file = found.into_iter().next().map(|f| tree.real(&f));
                    file.and_then(|file| {
                        let text = tree.text(&file).ok().map(|t| t.to_string());
                        overlays.patches.insert(file);
                        text
                    })
                }
                Found::Part(..) | Found::NoFolder | Found::Missing => {
                    told(
                        tree,
                        path,
                        line,
                        &format!("takes {written}, which is not here"),
                    );
                    None
                }
            }
        };
        let place = place(tree, line);
        let named = |key: &str| target.and_then(|t| t.get(key)).and_then(Node::scalar);
        let mut any = false;
        for doc in text.iter().flat_map(|t| yaml::documents(t)).flatten() {
            any = true;
            let own = |keys: &[&str]| doc.at(keys).and_then(Node::scalar);
            overlays.changes.push(Change {
                files: files.clone(),
                kind: named("kind").or_else(|| own(&["kind"])),
                name: named("name").or_else(|| own(&["metadata", "name"])),
                what: touched(&doc),
                place: place.clone(),
            });
        }
        if !any {
            overlays.changes.push(Change {
                files: files.clone(),
                kind: named("kind"),
                name: named("name"),
                what: What::All,
                place,
            });
        }
    }
}

/// What a patch touches: little where it speaks only of labels, numbers of copies, limits or images.
fn touched(patch: &Node) -> What {
    let mut words = BTreeSet::new();
    gather(patch, &mut words, 0);
    let only = |allowed: &[&str]| {
        words
            .iter()
            .all(|w| FRAME.contains(&w.as_str()) || allowed.contains(&w.as_str()))
    };
    if only(&["image"]) {
        What::Image
    } else if only(&["resources", "limits", "requests", "cpu", "memory"]) {
        What::Limits
    } else {
        What::All
    }
}

/// The keys of a patch; of a list of operations, the names on their paths.
fn gather(node: &Node, words: &mut BTreeSet<String>, depth: usize) {
    if depth > MAX_DEPTH {
        words.insert("deeper".into());
        return;
    }
    for (key, held) in node.entries() {
        if key.name == "path" && node.get("op").is_some() {
            let path = held.scalar().unwrap_or_default();
            let parts = path.split('/').filter(|p| !p.is_empty());
            words.extend(
                parts
                    .filter(|p| *p != "-" && p.parse::<u32>().is_err())
                    .map(str::to_owned),
            );
            continue;
        }
        if key.name != "op" || node.get("path").is_none() {
            words.insert(key.name.clone());
        }
        if key.name != "labels" && key.name != "annotations" {
            gather(held, words, depth + 1);
        }
    }
    for item in node.items() {
        gather(item, words, depth + 1);
    }
}

impl Overlays {
    /// Puts an object into the namespace that every kustomization of it names.
    pub(super) fn place(&self, object: &mut Object) {
        if let Some(all) = self.namespaces.get(&object.path)
            && let (1, Some(namespace)) = (all.len(), all.first())
        {
            object.namespace.clone_from(namespace);
            object.named = true;
        }
    }

    /// What patches touch was not seen as it will be.
    pub(super) fn blind(&self, object: &Object, subjects: &mut [Subject]) {
        for change in &self.changes {
            let is = change.files.contains(&object.path)
                && change.kind.as_ref().is_none_or(|k| *k == object.kind)
                && change.name.as_ref().is_none_or(|n| *n == object.name);
            if !is {
                continue;
            }
            for fact in subjects.iter_mut().flat_map(|s| s.facts.values_mut()) {
                let path: &str = &fact.path;
                let touched = match change.what {
                    What::Image => path.starts_with("image"),
                    What::Limits => path.contains("limit"),
                    What::All => path != "container",
                };
                if touched {
                    let why = format!("{}: kustomize changes it", change.place);
                    fact.value = Value::unseen("ambiguous", why);
                }
            }
        }
    }
}

/// How a folder's kustomization is called.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Keys that only lead to others, or that nothing is concluded from.
const FRAME: [&str; 14] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "labels",
    "annotations",
    "spec",
    "template",
    "containers",
    "replicas",
    "value",
    "minReplicas",
    "maxReplicas",
];
const MAX_DEPTH: usize = 16;
