//! Facts of each host: it has its own line, else the server's, else Apache's own value.

use std::collections::BTreeMap;

use super::Node;
use super::expand::Expander;
use super::facts::{MANY, lines, list, put};
use super::logs::{formats, logs};
use super::tls::{headers, weak_protocols};
use crate::collect::config::nginx;
use crate::collect::config::settings::{Settings, is_loopback};
use crate::model::{Collected, Place, Subject, Value};

/// One subject for each host; a server without hosts is its own.
pub(super) fn hosts(
    nodes: &[Node],
    above: &Settings,
    all: &[Node],
    expander: &Expander,
    out: &mut Collected,
) {
    let formats = formats(all);
    let found: Vec<&Node> = nodes.iter().filter(|n| n.name == "virtualhost").collect();
    for node in &found {
        let own = lines(node.children(), expander);
        let name = own.get("servername").unwrap_or("_").to_owned();
        let address = node.args.first().map_or("*", String::as_str);
        let port = port_of(address).map_or_else(|| "*".to_owned(), |p| p.to_string());
        let id = format!(
            "apache.vhost[{}:{port}]",
            name.rsplit_once(':').map_or(name.as_str(), |(n, _)| n)
        );
        let mut subject = Subject::new("apache-vhost", id).at(node.place.clone());
        host(
            node.children(),
            above,
            &own,
            &formats,
            expander,
            address,
            &mut subject,
        );
        out.subjects.push(subject);
    }
    if found.is_empty() && !expander.part {
        let name = above.get("servername").unwrap_or("_");
        let listen: Vec<&str> = above
            .all("listen")
            .iter()
            .map(|l| l.value.as_str())
            .collect();
        let listen = listen.join(" ");
        let shown = port_of(&listen).map_or_else(|| "*".to_owned(), |p| p.to_string());
        let mut subject = Subject::new("apache-vhost", format!("apache.vhost[{name}:{shown}]"));
        if let Some(first) = nodes.first() {
            subject = subject.at(first.place.clone());
        }
        host(
            nodes,
            above,
            &Settings::default(),
            &formats,
            expander,
            &listen,
            &mut subject,
        );
        out.subjects.push(subject);
    }
}

fn port_of(address: &str) -> Option<u16> {
    let first = address.split_whitespace().next()?;
    first.rsplit(':').next()?.parse().ok()
}

fn host(
    nodes: &[Node],
    above: &Settings,
    own: &Settings,
    formats: &BTreeMap<String, String>,
    expander: &Expander,
    address: &str,
    subject: &mut Subject,
) {
    let port = port_of(address);
    let local = !address.is_empty()
        && address.split_whitespace().all(|one| {
            let host = one.rsplit_once(':').map_or(one, |(host, _)| host);
            is_loopback(host)
        });
    let mut whole = Settings::without(above.missing.clone().or_else(|| own.missing.clone()));
    // The server's lines first, the host's after them: the last one counts.
    for from in [above, own] {
        let names: Vec<String> = from.names().map(str::to_owned).collect();
        for name in names {
            if NOT_INHERITED.contains(&name.as_str())
                && std::ptr::eq(from, above)
                && !own.is_empty()
            {
                continue;
            }
            for line in from.all(&name) {
                whole.add(name.as_str(), line.value.as_str(), line.place.clone());
            }
        }
    }
    whole.put_all(subject, &HOST, MANY);
    whole.conclude(subject, "ssl", "sslengine", "off", |v| {
        Some(v.eq_ignore_ascii_case("on").into())
    });
    whole.conclude(
        subject,
        "weak_protocols",
        "sslprotocol",
        "all -SSLv3",
        |v| Some(Value::list(weak_protocols(v).into_iter().map(Value::from))),
    );
    whole.conclude(subject, "weak_ciphers", "sslciphersuite", "", |v| {
        let suite = v.strip_prefix("SSL ").unwrap_or(v);
        Some(Value::list(
            nginx::weak_ciphers(suite).into_iter().map(Value::from),
        ))
    });
    headers(&whole, subject);
    logs(&whole, own, formats, subject);
    let ssl = whole
        .get("sslengine")
        .is_some_and(|v| v.eq_ignore_ascii_case("on"));
    let redirect = nodes.iter().find(|n| redirects_all(n));
    let to_https = redirect.filter(|_| !ssl && port != Some(443));
    put(
        subject,
        "redirect_to_https",
        to_https.is_some(),
        to_https.map(|n| n.place.clone()),
    );
    // Even a host without a folder of its own serves that of the server.
    let plain = !ssl && port != Some(443) && to_https.is_none() && !local;
    let value = match &whole.missing {
        Some(what) if plain => Value::unseen("include-missing", what.as_str()),
        Some(_) | None => plain.into(),
    };
    put(subject, "serves_plain_http", value, None);
    let mut upstreams = Vec::new();
    far_upstreams(nodes, &mut upstreams);
    let names = upstreams.iter().map(|(u, _)| Value::from(u.as_str()));
    put(
        subject,
        "plain_upstreams",
        list(names, expander),
        upstreams.first().map(|(_, p)| p.clone()),
    );
}

/// What is passed on without TLS to another machine.
fn far_upstreams(nodes: &[Node], out: &mut Vec<(String, Place)>) {
    for node in nodes {
        if ["proxypass", "proxypassmatch", "balancermember"].contains(&node.name.as_str()) {
            for arg in &node.args {
                let host = ["http://", "ajp://", "ws://"]
                    .iter()
                    .find_map(|s| arg.strip_prefix(s));
                let Some(host) = host else { continue };
                let name = host.split(['/', '?']).next().unwrap_or(host);
                let name = if name.starts_with('[') {
                    name.split(']').next().unwrap_or(name)
                } else {
                    name.split(':').next().unwrap_or(name)
                };
                if !is_loopback(name) {
                    out.push((
                        arg.split('?').next().unwrap_or(arg).to_owned(),
                        node.place.clone(),
                    ));
                }
            }
        }
        far_upstreams(node.children(), out);
    }
}

/// Does the line send every request on to HTTPS, not only those for one folder?
fn redirects_all(node: &Node) -> bool {
    let to = node.text().contains("https://");
    match node.name.as_str() {
        "redirect" => to && node.args.iter().any(|a| a == "/"),
        "redirectmatch" => to && node.args.iter().any(|a| is_everything(a)),
        "rewriterule" => {
            let flags = node.args.get(2).map_or("", String::as_str);
            let sends = flags
                .trim_matches(['[', ']'])
                .split(',')
                .any(|flag| flag == "R" || flag.starts_with("R=") || flag.starts_with("redirect"));
            to && sends && node.args.first().is_some_and(|a| is_everything(a))
        }
        _ => false,
    }
}

/// A pattern that every path meets: `^`, `.*`, `^/?(.*)$`.
fn is_everything(pattern: &str) -> bool {
    let bare: String = pattern.chars().filter(|c| !"^$()/?".contains(*c)).collect();
    bare.is_empty() || bare == ".*" || bare == "."
}

/// What a host does not take over from the server.
const NOT_INHERITED: [&str; 9] = [
    "servername",
    "serveralias",
    "listen",
    "loadmodule",
    "rewriterule",
    "rewritecond",
    "rewriteengine",
    "proxypass",
    "sslengine",
];

/// Its own values for a host.
const HOST: [(&str, &str); 8] = [
    ("sslengine", "off"),
    ("sslprotocol", "all -SSLv3"),
    ("sslhonorcipherorder", "off"),
    ("sslcompression", "off"),
    ("sslinsecurerenegotiation", "off"),
    ("serversignature", "Off"),
    ("traceenable", "On"),
    ("timeout", "60"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_all_meet() {
        for pattern in ["^", "/", ".*", "^/?(.*)$", "(.*)", "^(.*)"] {
            assert!(is_everything(pattern), "{pattern}");
        }
        for pattern in ["^/login", "^/admin/(.*)$", "/kho"] {
            assert!(!is_everything(pattern), "{pattern}");
        }
    }
}
