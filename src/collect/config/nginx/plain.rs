//! Does a server hand out content over plain HTTP, or does it only send on to HTTPS? Asked in nginx's own order: the
//! rewrite phase of the server, then that of each location, then who may come in.

use super::expand::Node;
use super::locations::{self, covers_all};
use super::scope::Scope;
use super::server::Listen;
use crate::model::{Fact, Subject, Value};

pub(super) fn put(subject: &mut Subject, scope: &Scope<'_>, listens: &[Listen]) {
    let open = || listens.iter().filter(|l| l.is_plain_and_open());
    let plain = open().next().is_some();
    let mut view = View {
        ports: open().map(|l| l.port.as_str()).collect(),
        ..View::default()
    };
    match view.rewrites(scope.here()) {
        End::Closed => {}
        End::Content => view.serves = true,
        End::GoesOn => view.locations(scope),
    }
    let value = |known: bool| match &view.unsure {
        Some(missing) => Value::unseen("include-missing", missing.as_str()),
        None => known.into(),
    };
    subject.put(Fact::derived(
        "redirect_to_https",
        value(view.redirects && !view.serves),
    ));
    let serves = if plain {
        value(view.serves)
    } else {
        false.into()
    };
    subject.put(Fact::derived("serves_plain_http", serves));
}

/// What was met on the way of a plain request.
#[derive(Debug, Default)]
struct View<'l> {
    /// The ports on which it may come in.
    ports: Vec<&'l str>,
    redirects: bool,
    serves: bool,
    /// A file that was not found, and that may answer in another way.
    unsure: Option<String>,
}

/// Where the rewrite phase of a level ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Every request is sent on to HTTPS or refused.
    Closed,
    /// Some get an answer with content at once.
    Content,
    /// Some go on to the next phase.
    GoesOn,
}

impl View<'_> {
    fn rewrites(&mut self, level: &[Node]) -> End {
        // Of those that left the phase before the line looked at, nothing is known from there on.
        let mut left = false;
        let closed = |left: bool| if left { End::GoesOn } else { End::Closed };
        for node in level {
            match node.name.as_str() {
                "include" => {
                    self.unsure.get_or_insert_with(|| node.text());
                }
                "return" if to_https(node) => {
                    self.redirects = true;
                    return closed(left);
                }
                "return" if refuses(node) => return closed(left),
                "return" => return End::Content,
                "rewrite" if to_https(node) => {
                    self.redirects = true;
                    if meets_every_path(node.arg(0)) {
                        return closed(left);
                    }
                }
                "rewrite" => left |= leaves(node),
                "break" => return End::GoesOn,
                "if" => {
                    let holds = holds(node, &self.ports);
                    if holds == Some(false) {
                        continue;
                    }
                    match self.rewrites(node.children()) {
                        End::Closed if holds == Some(true) => return closed(left),
                        End::Closed => {}
                        End::Content => self.serves = true,
                        End::GoesOn => left |= node.children().iter().any(leaves),
                    }
                }
                _ => {}
            }
        }
        End::GoesOn
    }

    fn locations(&mut self, scope: &Scope<'_>) {
        let level = scope.here();
        locations::each(scope, level, &mut |inner, node| {
            let inside = inner.here().iter().any(|n| n.name == "internal");
            if inside || node.arg(0).starts_with('@') || node.text().contains(ACME) {
                return;
            }
            self.serves |= match self.rewrites(inner.here()) {
                End::Closed => false,
                End::Content => true,
                End::GoesOn => !is_closed(inner),
            };
        });
        if !level.iter().any(covers_all) {
            self.serves |= !is_closed(scope);
        }
    }
}

/// Nobody from another machine comes in. Under `satisfy any` a password is as good as an address.
pub(super) fn is_closed(scope: &Scope<'_>) -> bool {
    let own = |address: &str| address.starts_with("127.") || matches!(address, "::1" | "unix:");
    let by_password = scope.one("satisfy").is_some_and(|n| n.arg(0) == "any")
        && ["auth_basic", "auth_request", "auth_jwt"]
            .iter()
            .any(|name| scope.one(name).is_some_and(|n| n.arg(0) != "off"));
    let rules = scope.lines(&["allow", "deny"]).count;
    // The first line that meets an address decides.
    let first = rules
        .iter()
        .find(|n| n.arg(0) == "all" || (n.name == "allow" && !own(n.arg(0))));
    !by_password && first.is_some_and(|n| n.name == "deny")
}

/// `return 301 https://…` or `rewrite … https://…`.
fn to_https(node: &Node) -> bool {
    let target = match node.name.as_str() {
        "return" => node.args.last(),
        "rewrite" => node.args.get(1),
        _ => None,
    };
    target.is_some_and(|t| t.starts_with("https://"))
        && (node.name != "return" || node.args.len() == 1 || node.arg(0).starts_with('3'))
}

/// A bare error: nothing is served.
pub(super) fn refuses(node: &Node) -> bool {
    node.name == "return"
        && node.args.len() == 1
        && node.arg(0).starts_with('4')
        && node.arg(0).len() == 3
}

/// Does it end the phase for the requests that it meets?
fn leaves(node: &Node) -> bool {
    node.name == "break"
        || (node.name == "rewrite"
            && node
                .args
                .last()
                .is_some_and(|flag| flag == "last" || flag == "break"))
}

/// Does the condition of an `if` hold for a plain request? Nothing where it is about something else.
fn holds(node: &Node, ports: &[&str]) -> Option<bool> {
    let text = node.text();
    let mut words = text
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', '"', '\'']));
    let name = words.by_ref().find(|word| !word.is_empty())?;
    let (sign, value) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let plain = match (name, value) {
        ("$scheme", "http") | ("$https" | "$ssl_protocol", "") => true,
        ("$scheme", "https") | ("$https", "on") => false,
        // Who comes without a proxy has no such header, and who comes through one has it from there.
        ("$http_x_forwarded_proto", "https") if sign == "!=" => false,
        ("$server_port", port) if ports.iter().all(|p| *p == port) => true,
        ("$server_port", port) if ports.iter().all(|p| *p != port) => false,
        _ => return None,
    };
    match sign {
        "=" => Some(plain),
        "!=" => Some(!plain),
        // A bare variable holds where it is not empty.
        "" => Some(!plain),
        _ => None,
    }
}

/// Is it an expression that every path meets: `^`, `.*`, `^/?(.*)$`? Where it is not clear, it is not.
pub(in crate::collect::config) fn meets_every_path(pattern: &str) -> bool {
    let bare: String = pattern.chars().filter(|c| !"()".contains(*c)).collect();
    let bare = bare.replace("?:", "");
    let start = bare.strip_prefix('^').unwrap_or(&bare);
    let start = start
        .strip_prefix("/?")
        .or_else(|| start.strip_prefix('/'))
        .unwrap_or(start);
    matches!(start, "" | "." | ".*" | ".*$" | ".*?$" | ".+" | ".+$")
        && !(bare.starts_with("^/.+") || bare.starts_with("/.+"))
        && bare != "^/."
        && bare != "/."
}

const ACME: &str = "/.well-known";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_all_meet() {
        for pattern in [
            "^", "/", ".*", "^/?(.*)$", "(.*)", "^(.*)", "^(.*)$", "^/", "^(.+)$", "^/(.*)$",
        ] {
            assert!(meets_every_path(pattern), "{pattern}");
        }
        for pattern in [
            "^/login",
            "^/admin/(.*)$",
            "/kho",
            "^$",
            "^/$",
            "^/?$",
            "^/(.+)$",
            "^/.",
            "!^/api",
            "^/(?!api)",
        ] {
            assert!(!meets_every_path(pattern), "{pattern}");
        }
    }
}
