//! What can be concluded of a server: weak protocols, headers, redirects, limits, timeouts, what it lets out.

use super::expand::Node;
use super::scope::{Lines, Scope};
use super::server::Listen;
use super::values::{bytes, seconds, unseen};
use super::{ciphers, directives, locations, logs, plain, upstreams};
use crate::model::{Fact, Place, Subject, Value};

pub(super) fn put(subject: &mut Subject, scope: &Scope<'_>, listens: &[Listen]) {
    tls(subject, scope);
    headers(subject, scope);
    plain::put(subject, scope, listens);
    limits(subject, scope);
    numbers(subject, scope);
    lets_out(subject, scope);
    tokens(subject, scope);
    logs::put(subject, scope);
    subject.put(Fact::derived("plain_upstreams", upstreams::plain(scope)));
}

/// Puts a conclusion drawn from lines, or why it cannot be drawn.
fn put_from(subject: &mut Subject, path: &'static str, lines: &Lines<'_>, value: Value) {
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
    let mut ages: Vec<(Value, Option<Place>)> = Vec::new();
    locations::serving(scope, &mut |inner| ages.push(age(inner)));
    put_worst(subject, "hsts_max_age", ages, Worst::Least);
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

/// How long HSTS holds at a level, and the line that says so.
fn age(scope: &Scope<'_>) -> (Value, Option<Place>) {
    let lines = scope.lines(&["add_header"]);
    let value = match hsts(&lines, &scope.lines(&["more_set_headers"])) {
        None if lines.unseen || lines.unsure.is_some() => unseen(&lines),
        None => Value::Int(0),
        Some(text) if text.contains('$') => max_age_of_map(&text, scope),
        Some(text) => {
            max_age(&text).map_or_else(|| Value::unseen("not-a-number", "max-age"), Value::Int)
        }
    };
    (value, lines.count.first().map(|n| n.place.clone()))
}

/// Which of several numbers counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worst {
    Least,
    Greatest,
    /// The greatest, where zero is no bound at all.
    Boundless,
}

/// Puts the worst of the values that the levels of a server have; none where one of them is not known, unless another
/// is zero and nothing could be less.
fn put_worst(
    subject: &mut Subject,
    path: &'static str,
    values: Vec<(Value, Option<Place>)>,
    which: Worst,
) {
    // A time is never less than zero, so only what is not known comes between zero and the rest.
    let number = |value: &Value| match value {
        Value::Int(number) => Some(*number),
        Value::Absent
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Day(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Unseen(_) => None,
    };
    let rank = |value: &Value| match (number(value), which) {
        (None, _) => (1, 0),
        (Some(0), Worst::Least | Worst::Boundless) => (0, 0),
        (Some(n), Worst::Least) => (2, n),
        (Some(n), Worst::Greatest | Worst::Boundless) => (2, n.saturating_neg()),
    };
    let Some((value, place)) = values.into_iter().min_by_key(|(value, _)| rank(value)) else {
        return;
    };
    let fact = Fact::derived(path, value);
    subject.put(match place {
        Some(place) => fact.at(place),
        None => fact,
    });
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

/// `$hsts_header` is mostly a `map` from the scheme: the smallest age that it gives. What asks for something else than
/// the scheme gives nothing to those that it does not name.
fn max_age_of_map(text: &str, scope: &Scope<'_>) -> Value {
    let map = scope
        .http()
        .iter()
        .find(|n| n.name == "map" && n.arg(1) == text.trim());
    let unclear = || Value::unseen("ambiguous", "the header's value is a variable");
    let Some(map) = map else { return unclear() };
    let lines = || {
        let all = map.children().iter();
        all.filter(|n| !["hostnames", "volatile"].contains(&n.name.as_str()))
    };
    if lines().any(|n| n.name == "include") {
        return unclear();
    }
    let mut ages: Vec<i64> = lines().filter_map(|n| max_age(n.arg(0))).collect();
    if ages.is_empty() {
        return unclear();
    }
    let silent = lines().any(|n| n.arg(0).is_empty()) || !lines().any(|n| n.name == "default");
    if silent && !ASK_SCHEME.contains(&map.arg(0)) {
        ages.push(0);
    }
    ages.into_iter().min().map_or_else(unclear, Value::Int)
}

/// Variables that say whether a request came over TLS, or whether the header is there already.
const ASK_SCHEME: [&str; 7] = [
    "$https",
    "$scheme",
    "$server_port",
    "$http_x_forwarded_proto",
    "$ssl_protocol",
    "$sent_http_strict_transport_security",
    "$upstream_http_strict_transport_security",
];

fn denies(node: &Node) -> bool {
    plain::refuses(node) || (node.name == "deny" && node.arg(0) == "all")
}

fn limits(subject: &mut Subject, scope: &Scope<'_>) {
    for (path, name) in [
        ("limits_requests", "limit_req"),
        ("limits_connections", "limit_conn"),
    ] {
        let lines = scope.lines(&[name]);
        // Where it runs dry, a limit is written to the log and holds nobody back.
        let mut dry = is_dry(scope, name);
        locations::serving(scope, &mut |inner| dry |= is_dry(inner, name));
        let limits = !lines.count.is_empty() && !dry;
        put_from(subject, path, &lines, limits.into());
        let mut at = Vec::new();
        locations::each(scope, scope.here(), &mut |inner, node| {
            if inner.here().iter().any(|n| n.name == name) && !is_dry(inner, name) {
                at.push(Value::from(node.text()));
            }
        });
        subject.put(Fact::derived(format!("{name}_locations"), Value::list(at)));
    }
}

fn is_dry(scope: &Scope<'_>, limit: &str) -> bool {
    scope
        .one(&format!("{limit}_dry_run"))
        .is_some_and(|n| n.arg(0) == "on")
}

/// Times and sizes: the worst of the levels that serve something.
fn numbers(subject: &mut Subject, scope: &Scope<'_>) {
    for (name, path, read, worst) in NUMBERS {
        let mut values: Vec<(Value, Option<Place>)> = Vec::new();
        locations::serving(scope, &mut |inner| {
            let lines = inner.lines(&[name]);
            let text = lines.count.last().map_or(own_value(name), |n| n.arg(0));
            let value = match read(text) {
                _ if lines.unseen => unseen(&lines),
                Some(number) => Value::Int(number),
                None => Value::unseen("not-a-number", name),
            };
            values.push((value, lines.count.first().map(|n| n.place.clone())));
        });
        put_worst(subject, path, values, worst);
    }
}

fn lets_out(subject: &mut Subject, scope: &Scope<'_>) {
    let mut lists = Vec::new();
    let mut status = false;
    let names = ["autoindex", "fancyindex"];
    let on = |scope: &Scope<'_>| {
        let is_on = |name: &&str| scope.one(name).is_some_and(|n| n.arg(0) == "on");
        names.iter().any(is_on)
    };
    if on(scope) {
        lists.push(Value::from("/"));
    }
    let mut whole = !scope.lines(&["autoindex"]).unseen;
    let mut missing = scope.here().iter().find(|n| n.name == "include").cloned();
    let guarded = |scope: &Scope<'_>| {
        plain::is_closed(scope)
            || scope
                .lines(&["allow", "deny"])
                .count
                .iter()
                .any(|n| n.name == "deny" && n.arg(0) == "all")
            || scope.one("auth_basic").is_some_and(|n| n.arg(0) != "off")
            || scope.here().iter().any(|n| n.name == "internal")
    };
    status |= scope.here().iter().any(|n| n.name == "stub_status") && !guarded(scope);
    locations::each(scope, scope.here(), &mut |inner, node| {
        let here = |name: &str| inner.here().iter().any(|n| n.name == name);
        if names.iter().any(|name| here(name)) && on(inner) {
            lists.push(Value::from(node.text()));
        }
        if let Some(include) = inner.here().iter().find(|n| n.name == "include") {
            whole = false;
            missing.get_or_insert_with(|| include.clone());
        }
        status |= here("stub_status") && !guarded(inner);
    });
    let lists = if whole {
        Value::list(lists)
    } else {
        Value::partial_list(lists)
    };
    subject.put(Fact::derived("autoindex_locations", lists));
    let open = !matches!(
        subject.facts.get("loopback_only").map(|f| &f.value),
        Some(Value::Bool(true))
    );
    let exposed = match missing {
        Some(include) if !status && open => Value::unseen("include-missing", include.text()),
        Some(_) | None => (status && open).into(),
    };
    subject.put(Fact::derived("stub_status_exposed", exposed));
    subject.put(Fact::derived("dotfiles_denied", dotfiles(scope)));
}

/// A location may say the version although the server does not.
fn tokens(subject: &mut Subject, scope: &Scope<'_>) {
    let says = |scope: &Scope<'_>| {
        let node = scope.one("server_tokens").filter(|n| n.arg(0) != "off")?;
        Some(Fact::set("server_tokens", node.text()).at(node.place.clone()))
    };
    let off = scope
        .one("server_tokens")
        .is_some_and(|n| n.arg(0) == "off");
    let mut told = None;
    locations::serving(scope, &mut |inner| {
        told = told.take().or_else(|| says(inner))
    });
    if let Some(fact) = told.filter(|_| off) {
        subject.put(fact);
    }
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

/// A directive, the fact of it, how its value is read, and which of several counts.
type Number = (&'static str, &'static str, fn(&str) -> Option<i64>, Worst);

const NUMBERS: [Number; 5] = [
    (
        "client_header_timeout",
        "client_header_timeout_seconds",
        seconds,
        Worst::Greatest,
    ),
    (
        "client_body_timeout",
        "client_body_timeout_seconds",
        seconds,
        Worst::Greatest,
    ),
    (
        "send_timeout",
        "send_timeout_seconds",
        seconds,
        Worst::Greatest,
    ),
    (
        "keepalive_timeout",
        "keepalive_timeout_seconds",
        seconds,
        Worst::Greatest,
    ),
    (
        "client_max_body_size",
        "client_max_body_size_bytes",
        bytes,
        Worst::Boundless,
    ),
];

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
