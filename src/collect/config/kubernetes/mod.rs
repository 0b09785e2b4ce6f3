//! Manifests of Kubernetes: many documents, lists, every kind that holds a pod.

use rayon::prelude::*;

use super::kind::{Kind, TEMPLATE};
use super::seen;
use super::settings::told;
use super::tree::Tree;
use crate::model::{Collected, Reason, Seen, Subject};
use crate::parse::yaml::{self, Node};

mod access;
mod kustomize;
mod network;
mod workload;

pub(super) const TYPES: &[&str] = &[
    "k8s-container",
    "k8s-workload",
    "k8s-namespace",
    "k8s-ingress",
    "k8s-service",
    "k8s-role",
    "k8s-binding",
    "k8s-secret",
    "k8s-serviceaccount",
];

/// An object with where it stands.
struct Object {
    kind: String,
    name: String,
    namespace: String,
    /// Does it name its namespace itself?
    named: bool,
    node: Node,
    path: String,
}

impl Object {
    /// Its id: kind, namespace and name, never its place.
    fn id(&self, prefix: &str) -> String {
        format!(
            "{prefix}[{}/{}/{}]",
            self.namespace,
            self.kind.to_lowercase(),
            self.name
        )
    }

    fn subject(&self, tree: &Tree<'_>, kind: &str, prefix: &str) -> Subject {
        Subject::new(kind, self.id(prefix)).at(tree.place(&self.path, self.node.span.line))
    }
}

/// Adds what stands in the tree's manifests.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    let overlays = kustomize::read(tree);
    let mut objects = Vec::new();
    let mut texts = Vec::new();
    for path in tree.of_kind(&Kind::Kubernetes) {
        if let Ok(text) = tree.text(&path) {
            texts.push((path, text));
        }
    }
    let read: Vec<_> = texts
        .par_iter()
        .map(|(path, text)| match path.ends_with(".json") {
            true => vec![yaml::json_document(text)],
            false => yaml::documents(text),
        })
        .collect();
    for ((path, _), docs) in texts.iter().zip(read) {
        for doc in docs {
            match doc {
                Ok(node) => add(node, path, &mut objects, 0),
                Err(fault) => told(tree, path, fault.line, &fault.what),
            }
        }
    }
    // A patch is no object of its own.
    objects.retain(|object| !overlays.patches.contains(&object.path));
    objects.iter_mut().for_each(|object| overlays.place(object));
    for object in &objects {
        let before = out.subjects.len();
        workload::collect(tree, object, &objects, out);
        network::collect(tree, object, out);
        access::collect(tree, object, out);
        overlays.blind(object, out.subjects.get_mut(before..).unwrap_or_default());
    }
    network::namespaces(tree, &objects, out);
    let mut seen = seen(tree, &[Kind::Kubernetes, Kind::Kustomize]);
    if seen == Seen::Whole
        && let Some(template) = unrendered(tree)
    {
        let why = format!("{template}: {TEMPLATE}");
        seen = Seen::Not(Reason::new("not-parsed", why));
    }
    for kind in TYPES {
        out.saw(kind, seen.clone());
    }
}

/// A template of manifests: what it becomes was not seen.
fn unrendered(tree: &mut Tree<'_>) -> Option<String> {
    let templates = tree.of_kind(&Kind::Unknown(TEMPLATE));
    let of_objects = |path: &String| {
        let text = tree.text(path);
        text.is_ok_and(|text| text.contains("apiVersion:") && text.contains("kind:"))
    };
    let path = templates.into_iter().find(of_objects)?;
    Some(tree.reader.shown(&path))
}

/// Lists are taken apart; what is no object of Kubernetes is left.
fn add(node: Node, path: &str, objects: &mut Vec<Object>, depth: usize) {
    let text = |keys: &[&str]| node.at(keys).and_then(Node::scalar);
    let Some(kind) = text(&["kind"]) else { return };
    if kind.ends_with("List") && node.get("items").is_some() {
        let items = node.get("items").map_or(&[][..], Node::items);
        if depth < 4 {
            items
                .iter()
                .for_each(|item| add(item.clone(), path, objects, depth + 1));
        }
        return;
    }
    if text(&["apiVersion"]).is_none() {
        return;
    }
    objects.push(Object {
        name: text(&["metadata", "name"])
            .or_else(|| text(&["metadata", "generateName"]))
            .unwrap_or_else(|| "-".into()),
        namespace: text(&["metadata", "namespace"]).unwrap_or_else(|| "default".into()),
        named: text(&["metadata", "namespace"]).is_some(),
        kind,
        node,
        path: path.to_owned(),
    });
}
