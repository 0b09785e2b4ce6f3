//! How compose lays one service over another: mappings key by key, lists one after the other, mounts by their target.

use crate::parse::yaml::{Node, NodeValue};

/// `over` laid over `base`.
pub(super) fn merged(base: &Node, over: &Node) -> Node {
    lay("", base, over, 0)
}

fn lay(name: &str, base: &Node, over: &Node, depth: usize) -> Node {
    if depth > MAX_DEPTH || REPLACED.contains(&name) {
        return over.clone();
    }
    let value = match (&base.value, &over.value) {
        (NodeValue::Map(below), NodeValue::Map(above)) => {
            let mut all = below.clone();
            for (key, held) in above {
                match all.iter_mut().find(|(k, _)| k.name == key.name) {
                    Some((at, old)) => {
                        *old = lay(&key.name, old, held, depth + 1);
                        *at = key.clone();
                    }
                    None => all.push((key.clone(), held.clone())),
                }
            }
            NodeValue::Map(all)
        }
        (NodeValue::List(below), NodeValue::List(above)) => {
            let targets: Vec<String> = above.iter().filter_map(target).collect();
            let is_mount = name == "volumes";
            let kept = below
                .iter()
                .filter(|item| !is_mount || target(item).is_none_or(|t| !targets.contains(&t)));
            NodeValue::List(kept.chain(above).cloned().collect())
        }
        // `NAME=value` beside `NAME: value`: the list is made a list of both.
        (NodeValue::Map(_), NodeValue::List(above)) if PAIRS.contains(&name) => {
            NodeValue::List(listed(base).into_iter().chain(above.clone()).collect())
        }
        (NodeValue::List(below), NodeValue::Map(_)) if PAIRS.contains(&name) => {
            NodeValue::List(below.iter().cloned().chain(listed(over)).collect())
        }
        (
            _,
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Int(_)
            | NodeValue::Float(_)
            | NodeValue::Text(_)
            | NodeValue::List(_)
            | NodeValue::Map(_),
        ) => over.value.clone(),
    };
    Node {
        value,
        ..over.clone()
    }
}

/// Where a mount stands in the container.
fn target(mount: &Node) -> Option<String> {
    match mount.scalar() {
        Some(text) => text.split(':').nth(1).map(str::to_owned),
        None => mount.get("target")?.scalar(),
    }
}

/// A mapping as a list of `NAME=value`.
fn listed(map: &Node) -> Vec<Node> {
    map.entries()
        .iter()
        .map(|(key, held)| Node {
            value: NodeValue::Text(format!(
                "{}={}",
                key.name,
                held.scalar().unwrap_or_default()
            )),
            ..held.clone()
        })
        .collect()
}

/// What the later one replaces whole.
const REPLACED: [&str; 3] = ["command", "entrypoint", "test"];
/// What may be a list of `NAME=value` or a mapping.
const PAIRS: [&str; 2] = ["environment", "labels"];
const MAX_DEPTH: usize = 20;
