//! What can be concluded of a server: weak protocols, headers, redirects, limits, timeouts, what it lets out.

use super::expand::Node;
use super::scope::{Lines, Scope};
use super::server::Listen;
use super::values::{bytes, seconds, unseen};
use super::{ciphers, directives, locations, logs, upstreams};
use crate::model::{Fact, Subject, Value};

pub(super) fn put(subject: &mut Subject, scope: &Scope<'_>, listens: &[Listen]) {
    tls(subject, scope);
    headers(subject, scope);
    redirect(subject, scope, listens);
    limits(subject, scope);
    numbers(subject, scope);
    lets_out(subject, scope);
    logs::put(subject, scope);
    subject.put(Fact::derived("plain_upstreams", upstreams::plain(scope)));
}

/// Puts a conclusion drawn from lines, or why it cannot be drawn.
fn put_from(subject: &mut Subject, path: &str, lines: &Lines<'_>, value: Value) {
    let value = if lines.unseen { unseen(lines) } else { value };
    let fact = Fact::derived(path, value);
    subject.put(match lines.count.first() {
        Some(node) => fact.at(node.place.clone()),
        None => fact,
    });
}

fn own_value(name: &str) -> &'static str {
    directives::find(name).and_then(|k| k.default).unwrap_or("")
}

fn tls(subject: &mut Subject, scope: &Scope<'_>) {
    let lines = scope.lines(&["ssl_protocols"]);
    let own: Vec<&str> = own_value("ssl_protocols").split(' ').collect();
    let set: Vec<&str> = lines
        .count
        .iter()
        .flat_map(|n| &n.args)
        .map(String::as_str)
        .collect();
    let words = if set.is_empty() { own } else { set };
    let weak = OLD_PROTOCOLS
        .iter()
        .filter(|old| words.iter().any(|w| w.eq_ignore_ascii_case(old)));
    let weak = Value::list(weak.map(|w| Value::from(*w)));
    put_from(subject, "weak_protocols", &lines, weak);
    let lines = scope.lines(&["ssl_ciphers"]);
    let list = lines
        .count
        .last()
        .map_or(own_value("ssl_ciphers").to_owned(), |n| n.text());
    let weak = Value::list(ciphers::weak(&list).into_iter().map(Value::from));
    put_from(subject, "weak_ciphers", &lines, weak);
}

fn headers(subject: &mut Subject, scope: &Scope<'_>) {
    // The headers-more module inherits downwards as well, and is asked beside.
    let lines = scope.lines(&["add_header"]);
    let more = scope.lines(&["more_set_headers"]);
    let names = names_of(&lines, &more);
    let items = names.iter().map(|n| Value::from(n.as_str()));
    let list = if lines.unsure.is_some() {
        Value::partial_list(items)
    } else {
        Value::list(items)
    };
    put_from(subject, "header_names", &lines, list);
    let age = match hsts(&lines, &more) {
        None => Value::Int(0),
        Some(text) if text.contains('$') => max_age_of_map(&text, scope),
        Some(text) => {
            max_age(&text).map_or_else(|| Value::unseen("not-a-number", "max-age"), Value::Int)
        }
    };
    let age = if lines.unsure.is_some() && age == Value::Int(0) {
        unseen(&lines)
    } else {
        age
    };
    put_from(subject, "hsts_max_age", &lines, age);
    let mut gaps = Vec::new();
    locations::each(scope, scope.here(), &mut |inner, node| {
        let here = names_of(
            &inner.lines(&["add_header"]),
            &inner.lines(&["more_set_headers"]),
        );
        if SECURITY_HEADERS
            .iter()
            .any(|h| names.iter().any(|n| n == h) && !here.iter().any(|n| n == h))
        {
            gaps.push(Value::from(node.text()));
        }
    });
    subject.put(Fact::derived("header_gaps", Value::list(gaps)));
}

fn names_of(lines: &Lines<'_>, more: &Lines<'_>) -> Vec<String> {
    let mut names: Vec<String> = lines
        .count
        .iter()
        .map(|n| n.arg(0).to_lowercase())
        .collect();
    let more = more
        .count
        .iter()
        .flat_map(|n| &n.args)
        .filter_map(|a| a.split_once(':'));
    names.extend(more.map(|(name, _)| name.trim().to_lowercase()));
    names.sort();
    names.dedup();
    names
}

fn hsts(lines: &Lines<'_>, more: &Lines<'_>) -> Option<String> {
    let added = lines
        .count
        .iter()
        .find(|n| n.arg(0).eq_ignore_ascii_case(HSTS))
        .map(|n| n.arg(1).to_owned());
    added.or_else(|| {
        let args = more.count.iter().flat_map(|n| &n.args);
        args.filter_map(|a| a.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case(HSTS))
            .map(|(_, v)| v.to_owned())
    })
}

fn max_age(text: &str) -> Option<i64> {
    text.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then(|| value.trim().trim_matches('"').parse().ok())
            .flatten()
    })
}

/// `$hsts_header` is mostly a `map` from the scheme: the smallest age that it gives.
fn max_age_of_map(text: &str, scope: &Scope<'_>) -> Value {
    let map = scope
        .http()
        .iter()
        .find(|n| n.name == "map" && n.arg(1) == text.trim());
    let ages = map
        .into_iter()
        .flat_map(Node::children)
        .filter_map(|n| max_age(n.arg(0)));
    ages.min().map_or_else(
        || Value::unseen("ambiguous", "the header's value is a variable"),
        Value::Int,
    )
}

fn redirect(subject: &mut Subject, scope: &Scope<'_>, listens: &[Listen]) {
    let level = scope.here();
    let plain = listens.iter().any(Listen::is_plain_and_open);
    let mut redirects = level.iter().any(to_https);
    let ifs = || level.iter().filter(|n| n.name == "if");
    // certbot writes one `if ($host = …)` for each name, and `return 404` for all others.
    redirects |= ifs().any(|n| {
        n.children().iter().any(to_https)
            && (n.text().contains("scheme") || n.text().contains("$https") || answers_all(level))
    });
    let open: Vec<&Node> = level
        .iter()
        .filter(|n| n.name == "location" && !n.text().contains(ACME) && !n.arg(0).starts_with('@'))
        .collect();
    let root = open.iter().any(|n| n.args.last().is_some_and(|p| p == "/"));
    let each = root
        && open
            .iter()
            .all(|n| n.children().iter().any(to_https) || answers_all(n.children()));
    let redirects = redirects || (each && open.iter().any(|n| n.children().iter().any(to_https)));
    subject.put(Fact::derived("redirect_to_https", redirects));
    let silent = answers_all(level)
        || each
        || level
            .iter()
            .any(|n| n.name == "ssl_reject_handshake" && n.arg(0) == "on" && !plain);
    let unsure = level.iter().find(|n| n.name == "include");
    let serves = plain && !redirects && !silent;
    let value = match unsure {
        Some(missing) if serves => Value::unseen("include-missing", missing.text()),
        Some(_) | None => serves.into(),
    };
    subject.put(Fact::derived("serves_plain_http", value));
}

/// `return 301 https://…` or `rewrite ^ https://…`.
fn to_https(node: &Node) -> bool {
    let target = match node.name.as_str() {
        "return" => node.args.last(),
        "rewrite" => node.args.get(1),
        _ => None,
    };
    target.is_some_and(|t| t.starts_with("https://"))
        && (node.name != "return" || node.args.len() == 1 || node.arg(0).starts_with('3'))
}

/// A bare error for every request: nothing is served. Whom an `allow` lets past a `deny all` is served.
fn answers_all(level: &[Node]) -> bool {
    let own = |address: &str| address.starts_with("127.") || matches!(address, "::1" | "unix:");
    let lets_in = |n: &Node| n.name == "allow" && !own(n.arg(0));
    let exceptions = level
        .iter()
        .any(|n| lets_in(n) || n.children().iter().any(lets_in));
    level
        .iter()
        .any(|n| denies(n) && (n.name == "return" || !exceptions))
}

fn denies(node: &Node) -> bool {
    node.name == "return"
        && node.args.len() == 1
        && node.arg(0).starts_with('4')
        && node.arg(0).len() == 3
        || (node.name == "deny" && node.arg(0) == "all")
}

fn limits(subject: &mut Subject, scope: &Scope<'_>) {
    for (path, name) in [
        ("limits_requests", "limit_req"),
        ("limits_connections", "limit_conn"),
    ] {
        let lines = scope.lines(&[name]);
        put_from(subject, path, &lines, (!lines.count.is_empty()).into());
        let mut at = Vec::new();
        locations::each(scope, scope.here(), &mut |inner, node| {
            if inner.here().iter().any(|n| n.name == name) {
                at.push(Value::from(node.text()));
            }
        });
        subject.put(Fact::derived(format!("{name}_locations"), Value::list(at)));
    }
}

fn numbers(subject: &mut Subject, scope: &Scope<'_>) {
    for name in [
        "client_header_timeout",
        "client_body_timeout",
        "send_timeout",
        "keepalive_timeout",
    ] {
        let lines = scope.lines(&[name]);
        let text = lines.count.last().map_or(own_value(name), |n| n.arg(0));
        let value = seconds(text).map_or_else(|| Value::unseen("not-a-number", name), Value::Int);
        put_from(subject, &format!("{name}_seconds"), &lines, value);
    }
    let lines = scope.lines(&["client_max_body_size"]);
    let text = lines
        .count
        .last()
        .map_or(own_value("client_max_body_size"), |n| n.arg(0));
    let value = bytes(text).map_or_else(
        || Value::unseen("not-a-number", "client_max_body_size"),
        Value::Int,
    );
    put_from(subject, "client_max_body_size_bytes", &lines, value);
}

fn lets_out(subject: &mut Subject, scope: &Scope<'_>) {
    let mut lists = Vec::new();
    let mut status = false;
    let on = |scope: &Scope<'_>| scope.one("autoindex").is_some_and(|n| n.arg(0) == "on");
    if on(scope) {
        lists.push(Value::from("/"));
    }
    let guarded = |scope: &Scope<'_>| {
        let rules = scope.lines(&["allow", "deny"]).count;
        rules.iter().any(|n| n.name == "deny" && n.arg(0) == "all")
            || scope.one("auth_basic").is_some_and(|n| n.arg(0) != "off")
            || scope.here().iter().any(|n| n.name == "internal")
    };
    status |= scope.here().iter().any(|n| n.name == "stub_status") && !guarded(scope);
    locations::each(scope, scope.here(), &mut |inner, node| {
        let here = |name: &str| inner.here().iter().any(|n| n.name == name);
        if here("autoindex") && on(inner) {
            lists.push(Value::from(node.text()));
        }
        status |= here("stub_status") && !guarded(inner);
    });
    subject.put(Fact::derived("autoindex_locations", Value::list(lists)));
    let open = !matches!(
        subject.facts.get("loopback_only").map(|f| &f.value),
        Some(Value::Bool(true))
    );
    subject.put(Fact::derived("stub_status_exposed", status && open));
    subject.put(Fact::derived("dotfiles_denied", dotfiles(scope)));
}

/// Is `/.git/config` refused? Asked of nginx's own choice of location, and only where files are served at all.
fn dotfiles(scope: &Scope<'_>) -> Value {
    let nothing = || Value::unseen("not_applicable", "the server serves no files at this path");
    let mut denied = true;
    for path in ["/.git/config", "/.env"] {
        let mut scope = scope.clone();
        let mut level = scope.here();
        loop {
            if level
                .iter()
                .any(|n| n.name == "return" && !n.arg(0).starts_with('4'))
                || upstreams::passes(level).next().is_some()
            {
                return nothing();
            }
            match locations::choose(level, path) {
                Err(()) => {
                    return Value::unseen(
                        "ambiguous",
                        "an expression of a location is not understood",
                    );
                }
                Ok(None) => break,
                Ok(Some(node)) => {
                    scope = scope.with(node.children());
                    level = node.children();
                }
            }
        }
        if let Some(missing) = level.iter().find(|n| n.name == "include") {
            return Value::unseen("include-missing", missing.text());
        }
        let rules = scope.lines(&["allow", "deny"]).count;
        let first = rules
            .first()
            .is_some_and(|n| n.name == "deny" && n.arg(0) == "all");
        denied &= first || level.iter().any(|n| denies(n) || n.name == "internal");
    }
    denied.into()
}

/// RFC 8996, RFC 7568, RFC 6176: no longer to be used.
const OLD_PROTOCOLS: [&str; 4] = ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1"];

const HSTS: &str = "strict-transport-security";

/// Those whose loss in a location is worth a word.
const SECURITY_HEADERS: [&str; 5] = [
    HSTS,
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
];

const ACME: &str = "/.well-known";
