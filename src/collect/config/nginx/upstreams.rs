//! Where a server passes requests on, and whether they leave this machine in the clear.

use super::expand::Node;
use super::locations;
use super::scope::Scope;
use super::server::is_local;
use crate::model::Value;

/// The plain ways out of this machine: `/path -> http://app.example.vn:8080`; incomplete where a target is a variable.
pub(super) fn plain(scope: &Scope<'_>) -> Value {
    let mut found = Vec::new();
    let mut whole = true;
    let mut see = |place: &str, level: &[Node]| {
        for pass in passes(level) {
            match leaves_plain(pass, scope) {
                Some(true) => found.push(Value::from(format!(
                    "{place} -> {}",
                    without_user(pass.arg(0))
                ))),
                Some(false) => {}
                None => whole = false,
            }
        }
    };
    see("/", scope.here());
    locations::each(scope, scope.here(), &mut |inner, node| {
        see(&node.text(), inner.here());
        // `if` in a location may pass on as well.
        for branch in inner
            .here()
            .iter()
            .filter(|n| n.name == "if" || n.name == "limit_except")
        {
            see(&node.text(), branch.children());
        }
    });
    if whole {
        Value::list(found)
    } else {
        Value::partial_list(found)
    }
}

/// The lines that pass a request on.
pub(super) fn passes(level: &[Node]) -> impl Iterator<Item = &Node> {
    level
        .iter()
        .filter(|n| PASSES.contains(&n.name.as_str()) && n.children.is_none())
}

fn leaves_plain(pass: &Node, scope: &Scope<'_>) -> Option<bool> {
    let target = pass.arg(0);
    let secure = ["https://", "grpcs://", "suwsgi://"]
        .iter()
        .any(|s| target.starts_with(s));
    if secure {
        return Some(false);
    }
    let host = target.split_once("://").map_or(target, |(_, rest)| rest);
    if host.starts_with("unix:") {
        return Some(false);
    }
    let host = host.split('/').next().unwrap_or("");
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.contains('$') || target.is_empty() {
        return None;
    }
    let http = scope.http();
    let upstream = http
        .iter()
        .find(|n| n.name == "upstream" && n.arg(0) == host);
    match upstream {
        Some(upstream) => {
            let servers = || upstream.children().iter().filter(|n| n.name == "server");
            if servers().any(|n| !is_local(without_port(n.arg(0)))) {
                return Some(true);
            }
            // Others may stand in a file that is not here, or be found while it runs.
            let hidden = upstream.children().iter().any(|n| n.name == "include");
            (!hidden && servers().next().is_some()).then_some(false)
        }
        None if is_local(without_port(host)) => Some(false),
        // A bare name is one of an `upstream` that may stand where nobody looked.
        None if !host.contains(['.', ':'])
            && (!scope.whole || http.iter().any(|n| n.name == "include")) =>
        {
            None
        }
        None => Some(true),
    }
}

fn without_port(host: &str) -> &str {
    if host.starts_with("unix:") {
        return host;
    }
    match host.rsplit_once(':') {
        Some((name, port))
            if !port.contains(']') && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        Some(_) | None => host,
    }
}

/// An address without the account in it.
fn without_user(target: &str) -> String {
    match (target.split_once("://"), target.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (Some(_) | None, Some(_) | None) => target.to_owned(),
    }
}

const PASSES: [&str; 6] = [
    "proxy_pass",
    "grpc_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "scgi_pass",
    "memcached_pass",
];
