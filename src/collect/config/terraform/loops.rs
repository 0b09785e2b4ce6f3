//! `for_each` and `dynamic` written out, where what they go through is known here.

use super::Resource;
use super::scope::{Scope, text};
use crate::parse::hcl::{Attribute, Block, Body, Expr};

/// The resources, each that is made several times once for each time; where that is not known, as they are written.
pub(super) fn written_out(resources: Vec<Resource>, scope: &Scope) -> Vec<Resource> {
    let mut budget = MAX_TIMES;
    let mut out = Vec::new();
    for mut resource in resources {
        resource.body.blocks = blocks(
            std::mem::take(&mut resource.body.blocks),
            scope,
            &mut budget,
        );
        let times = resource
            .body
            .get("for_each")
            .map(|a| times(&a.value, scope));
        match times {
            Some(Some(times)) if times.len() <= budget => {
                budget -= times.len();
                out.extend(times.iter().map(|turn| Resource {
                    kind: resource.kind.clone(),
                    name: resource.name.clone(),
                    key: text(&turn.key),
                    line: resource.line,
                    path: resource.path.clone(),
                    body: turn.body("each", &resource.body),
                }));
            }
            Some(_) | None => out.push(resource),
        }
    }
    out
}

/// Blocks with those that `dynamic` makes.
fn blocks(all: Vec<Block>, scope: &Scope, budget: &mut usize) -> Vec<Block> {
    let mut out = Vec::new();
    for block in all {
        match made(&block, scope) {
            Some(made) if made.len() <= *budget => {
                *budget -= made.len();
                out.extend(made);
            }
            Some(_) | None => out.push(block),
        }
    }
    out
}

/// The blocks that a `dynamic` makes; nothing where it is none, or they are not known.
fn made(block: &Block, scope: &Scope) -> Option<Vec<Block>> {
    let name = block.labels.first().filter(|_| block.name == "dynamic")?;
    let iterator = match block.body.get("iterator").map(|a| &a.value) {
        Some(Expr::Name(path)) => path.first()?,
        Some(_) => return None,
        None => name,
    };
    let content = block.body.of("content").next()?;
    let times = times(&block.body.get("for_each")?.value, scope)?;
    let one = |turn: &Turn| Block {
        name: name.clone(),
        labels: Vec::new(),
        line: block.line,
        body: turn.body(iterator, &content.body),
    };
    Some(times.iter().map(one).collect())
}

/// One turn of a loop.
struct Turn {
    key: Expr,
    value: Expr,
}

/// The turns of a loop; nothing where they are not all known.
fn times(value: &Expr, scope: &Scope) -> Option<Vec<Turn>> {
    match scope.resolved(value) {
        Expr::List(items) => items
            .into_iter()
            .map(|item| {
                let known = !matches!(item, Expr::Open(_) | Expr::Name(_) | Expr::Call(..));
                known.then(|| Turn {
                    key: item.clone(),
                    value: item,
                })
            })
            .collect(),
        Expr::Map(pairs, true) => Some(
            pairs
                .into_iter()
                .map(|(key, value)| Turn {
                    key: Expr::Text(key),
                    value,
                })
                .collect(),
        ),
        Expr::Map(_, false)
        | Expr::Null
        | Expr::Bool(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Parts(_)
        | Expr::Name(_)
        | Expr::Call(..)
        | Expr::Open(_) => None,
    }
}

impl Turn {
    fn body(&self, iterator: &str, body: &Body) -> Body {
        Body {
            attributes: body
                .attributes
                .iter()
                .filter(|a| a.name != "for_each")
                .map(|a| Attribute {
                    name: a.name.clone(),
                    value: self.put_in(iterator, &a.value),
                    line: a.line,
                })
                .collect(),
            blocks: body
                .blocks
                .iter()
                .map(|b| Block {
                    name: b.name.clone(),
                    labels: b.labels.clone(),
                    line: b.line,
                    body: self.body(iterator, &b.body),
                })
                .collect(),
        }
    }

    /// The expression with what this turn has for the names of the loop.
    fn put_in(&self, iterator: &str, value: &Expr) -> Expr {
        let all = |items: &[Expr]| items.iter().map(|i| self.put_in(iterator, i)).collect();
        match value {
            Expr::Name(path) if path.first().is_some_and(|first| first == iterator) => {
                match path.get(1).map(String::as_str) {
                    Some("key") if path.len() == 2 => self.key.clone(),
                    Some("value") => part(&self.value, path.get(2..).unwrap_or_default()),
                    Some(_) | None => Expr::Open("a part of a loop"),
                }
            }
            Expr::List(items) => Expr::List(all(items)),
            Expr::Parts(parts) => Expr::Parts(all(parts)),
            Expr::Call(name, args) => Expr::Call(name.clone(), all(args)),
            Expr::Map(pairs, whole) => Expr::Map(
                pairs
                    .iter()
                    .map(|(key, held)| (key.clone(), self.put_in(iterator, held)))
                    .collect(),
                *whole,
            ),
            Expr::Null
            | Expr::Bool(_)
            | Expr::Number(_)
            | Expr::Text(_)
            | Expr::Name(_)
            | Expr::Open(_) => value.clone(),
        }
    }
}

/// A part of an object.
fn part(value: &Expr, path: &[String]) -> Expr {
    let mut held = value;
    for name in path {
        let found = match held {
            Expr::Map(pairs, _) => pairs.iter().find(|(key, _)| key == name),
            Expr::Null
            | Expr::Bool(_)
            | Expr::Number(_)
            | Expr::Text(_)
            | Expr::List(_)
            | Expr::Parts(_)
            | Expr::Name(_)
            | Expr::Call(..)
            | Expr::Open(_) => None,
        };
        match found {
            Some((_, inner)) => held = inner,
            None => return Expr::Open("a part of a value"),
        }
    }
    held.clone()
}

/// How many turns all loops of a module have together.
const MAX_TIMES: usize = 2_000;
