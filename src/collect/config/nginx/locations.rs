//! The locations of a server: one subject each, and which of them nginx would take for a path.

use std::collections::BTreeMap;

use regex::Regex;

use super::expand::Node;
use super::scope::Scope;
use super::values;
use crate::model::{Fact, Subject, Value};

/// Adds one subject for each location that sets something: what stands in it, and what that overrides.
pub(super) fn subjects(server: &Scope<'_>, level: &[Node], id: &str, out: &mut Vec<Subject>) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    each(server, level, &mut |scope, node| {
        let own = format!("{id}.location[{}]", node.text());
        let nth = seen.entry(own.clone()).or_default();
        *nth += 1;
        let own = if *nth > 1 {
            format!("{own}#{nth}")
        } else {
            own
        };
        let mut subject = Subject::new("nginx-location", own).at(node.place.clone());
        values::put_all(&mut subject, scope, false);
        let has = |name: &str| scope.here().iter().any(|n| n.name == name);
        // Only what stands here: the rest is the server's.
        subject.facts.retain(|path, _| has(path));
        subject.other.retain(|fact| has(&fact.path));
        subject.put(Fact::derived("server", id));
        subject.put(Fact::derived(
            "path",
            node.args.last().map_or("", String::as_str),
        ));
        let modifier = if node.args.len() > 1 { node.arg(0) } else { "" };
        subject.put(Fact::derived("modifier", Value::from(modifier)));
        out.push(subject);
    });
}

/// Calls `see` for each location of a level, and those inside them.
pub(super) fn each(scope: &Scope<'_>, level: &[Node], see: &mut dyn FnMut(&Scope<'_>, &Node)) {
    for node in level.iter().filter(|n| n.children.is_some()) {
        if node.name == "location" {
            let inner = scope.with(node.children());
            see(&inner, node);
            each(&inner, node.children(), see);
        }
    }
}

/// The location that nginx takes for this path: an exact one, else the longest prefix (`^~` ends the search), else the
/// first expression that matches. `Err` where an expression is beyond us.
pub(super) fn choose<'n>(level: &'n [Node], path: &str) -> Result<Option<&'n Node>, ()> {
    let locations = || {
        level
            .iter()
            .filter(|n| n.name == "location" && n.children.is_some())
    };
    if let Some(exact) = locations().find(|n| n.arg(0) == "=" && n.arg(1) == path) {
        return Ok(Some(exact));
    }
    let prefix = locations()
        .filter_map(|n| match (n.args.len(), n.arg(0)) {
            (1, p) if !p.starts_with(['~', '@', '=']) => Some((n, p, false)),
            (2, "^~") => Some((n, n.arg(1), true)),
            _ => None,
        })
        .filter(|(_, p, _)| path.starts_with(p))
        .max_by_key(|(_, p, _)| p.len());
    if let Some((node, _, true)) = prefix {
        return Ok(Some(node));
    }
    for node in locations() {
        let (insensitive, pattern) = match (node.args.len(), node.arg(0)) {
            (2, "~") => (false, node.arg(1)),
            (2, "~*") => (true, node.arg(1)),
            // `~*\.php$` without a space is taken too.
            (1, p) if p.starts_with("~*") => (true, p.trim_start_matches("~*")),
            (1, p) if p.starts_with('~') => (false, p.trim_start_matches('~')),
            _ => continue,
        };
        if expression(pattern, insensitive).ok_or(())?.is_match(path) {
            return Ok(Some(node));
        }
    }
    Ok(prefix.map(|(node, _, _)| node))
}

/// A PCRE as our own kind of expression: negative look-aheads are left out (the paths that we ask for meet none).
fn expression(pattern: &str, insensitive: bool) -> Option<Regex> {
    let mut plain = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find("(?!") {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 3..];
        let mut depth = 1_usize;
        let end = rest.char_indices().find_map(|(at, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at + 1)
        })?;
        rest = &rest[end..];
    }
    plain.push_str(rest);
    regex::RegexBuilder::new(&plain)
        .case_insensitive(insensitive)
        .size_limit(1 << 20)
        .build()
        .ok()
}
