//! What an access log records, from its format.

use super::expand::Node;
use super::locations;
use super::scope::{Lines, Scope};
use super::values::unseen;
use crate::model::{Fact, Place, Subject, Value};

/// Puts whether requests are logged, and which of source, destination, account, time and action each line has: what
/// holds for every level that serves something.
pub(super) fn put(subject: &mut Subject, scope: &Scope<'_>) {
    let mut looks = Vec::new();
    locations::serving(scope, &mut |inner| looks.push(Look::at(inner)));
    let hidden = looks.iter().find_map(|look| look.hidden.clone());
    let place = looks.iter().find_map(|look| look.place.clone());
    let off = looks.iter().find(|l| l.hidden.is_none() && !l.enabled);
    let some = looks.iter().find(|l| l.conditional);
    let mut put = |path: &'static str, value: Value, place: Option<Place>| {
        let fact = Fact::derived(path, value);
        subject.put(match place {
            Some(place) => fact.at(place),
            None => fact,
        });
    };
    let at = |look: Option<&Look>| look.and_then(|l| l.place.clone()).or(place.clone());
    let or_hidden = |sure: bool, value: bool| match &hidden {
        Some(hidden) if !sure => hidden.clone(),
        Some(_) | None => value.into(),
    };
    let enabled = or_hidden(off.is_some(), off.is_none());
    put("access_log_enabled", enabled, at(off));
    let conditional = or_hidden(some.is_some(), some.is_some());
    put("access_log_conditional", conditional, at(some));
    put(
        "access_log_fields",
        hidden.clone().unwrap_or_else(|| common(&looks)),
        place.clone(),
    );
}

/// The fields that every level has which logs at all.
fn common(looks: &[Look]) -> Value {
    let logging = || looks.iter().filter(|look| look.enabled);
    let whole = logging().all(|look| look.whole);
    let items = FIELDS
        .iter()
        .map(|(field, _)| *field)
        .filter(|field| logging().next().is_some() && logging().all(|l| l.fields.contains(field)))
        .map(Value::from);
    if whole {
        Value::list(items)
    } else {
        Value::partial_list(items)
    }
}

/// The logs of one level.
#[derive(Debug)]
struct Look {
    /// Why its lines were not seen.
    hidden: Option<Value>,
    enabled: bool,
    conditional: bool,
    fields: Vec<&'static str>,
    /// Are these all fields that it has?
    whole: bool,
    place: Option<Place>,
}

impl Look {
    fn at(scope: &Scope<'_>) -> Self {
        let lines = scope.lines(&["access_log"]);
        let logs: Vec<&Node> = lines
            .count
            .iter()
            .copied()
            .filter(|n| !["off", "/dev/null"].contains(&n.arg(0)))
            .collect();
        let silent = lines.count.is_empty();
        let formats: Vec<&str> = if silent {
            vec!["combined"]
        } else {
            logs.iter()
                .map(|n| match n.arg(1) {
                    "" => "combined",
                    word if word.contains('=') => "combined",
                    name => name,
                })
                .collect()
        };
        let (fields, whole) = fields(scope, &formats, &lines);
        Self {
            hidden: lines.unseen.then(|| unseen(&lines)),
            enabled: silent || !logs.is_empty(),
            conditional: logs
                .iter()
                .any(|n| n.args.iter().any(|a| a.starts_with("if="))),
            fields,
            whole,
            place: lines.count.first().map(|n| n.place.clone()),
        }
    }
}

/// The fields that at least one of the logs has.
fn fields(scope: &Scope<'_>, formats: &[&str], lines: &Lines<'_>) -> (Vec<&'static str>, bool) {
    let mut text = String::new();
    let mut whole = lines.unsure.is_none();
    for format in formats {
        let written = scope
            .http()
            .iter()
            .rfind(|n| n.name == "log_format" && n.arg(0) == *format);
        match written {
            Some(node) => text.push_str(&node.args[1..].concat()),
            None if *format == "combined" => text.push_str(COMBINED),
            // The format stands where we did not look.
            None => whole = false,
        }
        text.push(' ');
    }
    let names = variables(&text);
    let found = FIELDS.iter().filter(|(_, vars)| {
        names.iter().any(|name| {
            vars.iter()
                .any(|var| name == var || (var.ends_with('_') && name.starts_with(var)))
        })
    });
    (found.map(|(field, _)| *field).collect(), whole)
}

/// The names of the variables in a text.
pub(super) fn variables(text: &str) -> Vec<&str> {
    text.split('$')
        .skip(1)
        .map(|rest| rest.strip_prefix('{').unwrap_or(rest))
        .map(|rest| {
            &rest[..rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len())]
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// The format that nginx has built in.
const COMBINED: &str = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
                        \"$http_referer\" \"$http_user_agent\"";

/// Which variables say what; one that ends with `_` stands for all that begin so.
const FIELDS: [(&str, &[&str]); 5] = [
    (
        "source",
        &[
            "remote_addr",
            "binary_remote_addr",
            "realip_remote_addr",
            "proxy_protocol_addr",
            "http_x_forwarded_for",
            "http_x_real_ip",
            "proxy_add_x_forwarded_for",
        ],
    ),
    (
        "destination",
        &[
            "server_addr",
            "server_name",
            "host",
            "http_host",
            "upstream_addr",
            "hostname",
            "proxy_host",
        ],
    ),
    (
        "account",
        &[
            "remote_user",
            "ssl_client_s_dn",
            "ssl_client_serial",
            "ssl_client_fingerprint",
            "jwt_claim_",
            "oidc_",
            "user_id",
            "userid",
            "username",
            "account",
        ],
    ),
    ("time", &["time_local", "time_iso8601", "msec"]),
    (
        "action",
        &["request", "request_method", "request_uri", "uri"],
    ),
];
