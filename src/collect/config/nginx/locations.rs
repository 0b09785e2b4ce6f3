//! The locations of a server: one subject each, and which of them nginx would take for a path.

use std::collections::BTreeMap;

use regex::Regex;

use super::expand::Node;
use super::plain;
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
        subject.facts.retain(|fact| has(&fact.path));
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

/// Calls `see` for each level whose settings reach a request for content: the server itself unless a location takes
/// every path, and the locations, but for those that answer at once, that are closed, or where only what is public
/// anyway lies. Where no such level is left, the server stands for itself.
pub(super) fn serving(server: &Scope<'_>, see: &mut dyn FnMut(&Scope<'_>)) {
    let level = server.here();
    let at_once = |level: &[Node]| level.iter().any(|n| n.name == "return");
    let mut any = false;
    if !at_once(level) {
        each(server, level, &mut |inner, node| {
            let inside = |name: &str| node.children().iter().any(|n| n.name == name);
            if at_once(inner.here())
                || inside("internal")
                || inside("stub_status")
                || is_aside(node)
                || plain::is_closed(inner)
            {
                return;
            }
            any = true;
            see(inner);
        });
    }
    if !any || at_once(level) || !level.iter().any(covers_all) {
        see(server);
    }
}

/// Does the location take every path that no other takes?
pub(super) fn covers_all(node: &Node) -> bool {
    node.name == "location"
        && match (node.args.len(), node.arg(0)) {
            (1, path) => path == "/",
            (2, "^~") => node.arg(1) == "/",
            (2, "~" | "~*") => plain::meets_every_path(node.arg(1)),
            _ => false,
        }
}

fn is_aside(node: &Node) -> bool {
    let path = node.args.last().map_or("", String::as_str);
    is_aside_path(path, node.args.len() > 1 && node.arg(0).starts_with('~'))
}

/// Icons, scripts and styles, signs of life, proofs for a certificate: what everybody may know.
pub(in crate::collect::config) fn is_aside_path(path: &str, is_pattern: bool) -> bool {
    let path = path.to_lowercase();
    if path.contains("/.well-known") || path.contains("/\\.well-known") {
        return true;
    }
    if is_pattern {
        return is_of_assets(&path);
    }
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    ASIDE.contains(&last)
}

/// `\.(css|js|jpe?g)$` and nothing else beside.
fn is_of_assets(pattern: &str) -> bool {
    let Some((_, endings)) = pattern.rsplit_once("\\.") else {
        return false;
    };
    let Some(endings) = endings.strip_suffix('$') else {
        return false;
    };
    let endings = endings.replace("?:", "").replace('?', "");
    let endings = endings.trim_matches(['(', ')']);
    endings.split('|').all(|ending| ASSETS.contains(&ending))
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

/// Last parts of paths where nothing of anybody lies.
const ASIDE: [&str; 21] = [
    "favicon.ico",
    "robots.txt",
    "apple-touch-icon.png",
    "health",
    "healthz",
    "healthcheck",
    "health-check",
    "livez",
    "readyz",
    "ping",
    "nginx_status",
    "basic_status",
    "nginx-health",
    "static",
    "assets",
    "css",
    "js",
    "img",
    "fonts",
    "icons",
    "favicon",
];

/// Endings of files that make up a page.
const ASSETS: [&str; 20] = [
    "css",
    "js",
    "mjs",
    "map",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "ico",
    "svg",
    "svgz",
    "webp",
    "avif",
    "bmp",
    "woff",
    "woff2",
    "ttf",
    "eot",
    "otf",
    "webmanifest",
];
