//! What an access log records, from its format.

use super::expand::Node;
use super::scope::{Lines, Scope};
use super::values::unseen;
use crate::model::{Fact, Subject, Value};

/// Puts whether requests are logged, and which of source, destination, account, time and action each line has.
pub(super) fn put(subject: &mut Subject, scope: &Scope<'_>) {
    let lines = scope.lines(&["access_log"]);
    if lines.unseen {
        for path in [
            "access_log_enabled",
            "access_log_fields",
            "access_log_conditional",
        ] {
            subject.put(Fact::derived(path, unseen(&lines)));
        }
        return;
    }
    let logs: Vec<&Node> = lines
        .count
        .iter()
        .copied()
        .filter(|n| n.arg(0) != "off")
        .collect();
    let silent = lines.count.is_empty();
    let place = lines.count.first().map(|n| n.place.clone());
    let mut put = |path: &str, value: Value| {
        let fact = Fact::derived(path, value);
        subject.put(match &place {
            Some(place) => fact.at(place.clone()),
            None => fact,
        });
    };
    put("access_log_enabled", (silent || !logs.is_empty()).into());
    let conditional = logs
        .iter()
        .any(|n| n.args.iter().any(|a| a.starts_with("if=")));
    put("access_log_conditional", conditional.into());
    let formats = logs.iter().map(|n| match n.arg(1) {
        "" => "combined",
        word if word.contains('=') => "combined",
        name => name,
    });
    let formats: Vec<&str> = if silent {
        vec!["combined"]
    } else {
        formats.collect()
    };
    put("access_log_fields", fields(scope, &formats, &lines));
}

/// The fields that at least one of the logs has.
fn fields(scope: &Scope<'_>, formats: &[&str], lines: &Lines<'_>) -> Value {
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
    let items: Vec<Value> = found.map(|(field, _)| Value::from(*field)).collect();
    if whole {
        Value::list(items)
    } else {
        Value::partial_list(items)
    }
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
