//! Does a host send every plain request on to HTTPS, not only those for one folder or one name?

use regex::RegexBuilder;

use super::Node;
use super::condition::{self, Asks};
use crate::collect::config::nginx::meets_every_path;

/// The line that sends all of them on. `all` are the lines of the server, whose `ProxyPass` a host takes over.
pub(super) fn to_https<'n>(host: &'n [Node], all: &[Node], port: Option<u16>) -> Option<&'n Node> {
    let passes = passes_on(host) || passes_on(all);
    let engine = host.iter().rfind(|n| n.name == "rewriteengine");
    let rewrites = engine.is_some_and(|n| n.text().eq_ignore_ascii_case("on"));
    let request = Request::of(host, port);
    let mut conditions: Vec<&Node> = Vec::new();
    // Requests that an earlier rule ends with do not come to the later ones.
    let mut left = false;
    for node in host {
        match node.name.as_str() {
            // What is passed on is passed on before.
            "redirect" | "redirectmatch" if !passes && redirects_all(node) => return Some(node),
            // For the plain ones alone.
            "if" if !passes && condition::of_expression(&node.text()) == Asks::Plain => {
                if let Some(inner) = node.children().iter().find(|n| redirects_all(n)) {
                    return Some(inner);
                }
            }
            "rewritecond" => conditions.push(node),
            "rewriterule" => {
                let of_rule = std::mem::take(&mut conditions);
                if !rewrites {
                    continue;
                }
                if sends_on(node) {
                    if !left && is_for_all(node) && request.meets(&of_rule) {
                        return Some(node);
                    }
                } else {
                    left |= ends(node);
                }
            }
            _ => {}
        }
    }
    None
}

/// Does a `ProxyPass` stand here, or in a section of this level?
fn passes_on(level: &[Node]) -> bool {
    level.iter().filter(|n| n.name != "virtualhost").any(|n| {
        let passes = ["proxypass", "proxypassmatch"].contains(&n.name.as_str());
        (passes
            && n.args
                .iter()
                .any(|a| a.contains("://") || a.starts_with("unix:")))
            || passes_on(n.children())
    })
}

fn redirects_all(node: &Node) -> bool {
    let to = ["redirect", "redirectmatch"].contains(&node.name.as_str())
        && node.args.last().is_some_and(|a| a.starts_with("https://"));
    to && node.args.iter().any(|a| match node.name.as_str() {
        "redirect" => a == "/",
        _ => meets_every_path(a),
    })
}

fn is_for_all(rule: &Node) -> bool {
    rule.args.first().is_some_and(|a| meets_every_path(a))
}

/// The flags of a rule or a condition in capitals, without their values.
pub(super) fn flags(node: &Node) -> Vec<String> {
    arguments(node)
        .into_iter()
        .map(|flag| flag.split('=').next().unwrap_or(flag).trim())
        .map(str::to_ascii_uppercase)
        .collect()
}

/// The flags of a rule or a condition as they are written.
pub(super) fn arguments(node: &Node) -> Vec<&str> {
    let text = node.args.get(2).map_or("", String::as_str);
    text.trim_matches(['[', ']'])
        .split(',')
        .map(str::trim)
        .collect()
}

fn has(flags: &[String], names: &[&str]) -> bool {
    flags.iter().any(|flag| names.contains(&flag.as_str()))
}

/// An address of another scheme is a redirect even without its flag.
fn sends_on(rule: &Node) -> bool {
    let to = rule.args.get(1).is_some_and(|a| a.starts_with("https://"));
    to && !has(&flags(rule), &["P", "PROXY"])
}

/// Does the rule serve what it meets, so that later rules do not see it? The proof for a certificate may be served.
fn ends(rule: &Node) -> bool {
    let flags = flags(rule);
    let refuses = has(&flags, &["F", "FORBIDDEN", "G", "GONE"]);
    let stops = has(
        &flags,
        &[
            "L",
            "LAST",
            "END",
            "P",
            "PROXY",
            "S",
            "SKIP",
            "PT",
            "PASSTHROUGH",
        ],
    );
    let proof = rule.args.first().is_some_and(|a| a.contains("well-known"));
    stops && !refuses && !proof
}

/// What a plain request to the host looks like.
struct Request {
    /// The names by which it is asked.
    names: Vec<String>,
    port: Option<u16>,
}

impl Request {
    fn of(host: &[Node], port: Option<u16>) -> Self {
        let names = host
            .iter()
            .filter(|n| n.name == "servername" || n.name == "serveralias")
            .flat_map(|n| &n.args)
            .map(|name| {
                let name = name.split_once("://").map_or(name.as_str(), |(_, n)| n);
                // Any name will do for one with a star.
                let name = name.split(':').next().unwrap_or(name);
                name.replace('*', "any-name").to_ascii_lowercase()
            });
        Self {
            names: names.collect(),
            port,
        }
    }

    /// Do these conditions hold for every name of the host? Those bound by `OR` stand for each other.
    fn meets(&self, conditions: &[&Node]) -> bool {
        let mut group: Vec<&Node> = Vec::new();
        for condition in conditions {
            group.push(condition);
            if has(&flags(condition), &["OR", "ORNEXT"]) {
                continue;
            }
            let any = |name: Option<&str>| group.iter().any(|c| self.holds(c, name) == Some(true));
            let all = if self.names.is_empty() {
                any(None)
            } else {
                self.names.iter().all(|name| any(Some(name)))
            };
            if !all {
                return false;
            }
            group.clear();
        }
        group.is_empty()
    }

    /// Nothing where the condition asks for something else.
    fn holds(&self, condition: &Node, name: Option<&str>) -> Option<bool> {
        let (what, pattern) = (condition.args.first()?, condition.args.get(1)?);
        let what = what.strip_prefix("%{")?.strip_suffix('}')?;
        let what = what.to_ascii_uppercase();
        let (negated, pattern) = match pattern.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern.as_str()),
        };
        if what == "REQUEST_URI" {
            return (negated && pattern.contains("well-known")).then_some(true);
        }
        let value = match what.as_str() {
            "HTTPS" => "off".to_owned(),
            "REQUEST_SCHEME" => "http".to_owned(),
            "SERVER_PORT" => self.port?.to_string(),
            "SERVER_NAME" | "HTTP_HOST" => name?.to_owned(),
            // Who comes without a proxy has no such header, and who comes through one has it from there.
            _ if what.starts_with("HTTP:X-FORWARDED-PROTO") && negated => String::new(),
            _ => return None,
        };
        let met = match pattern.strip_prefix('=') {
            Some(text) => text.trim_matches('"').eq_ignore_ascii_case(&value),
            None if pattern.starts_with(['-', '<', '>']) => return None,
            None => RegexBuilder::new(pattern)
                .case_insensitive(has(&flags(condition), &["NC", "NOCASE"]))
                .size_limit(1 << 20)
                .build()
                .ok()?
                .is_match(&value),
        };
        Some(met != negated)
    }
}
