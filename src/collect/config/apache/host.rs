//! Facts of each host: it has its own line, else the server's, else Apache's own value.

use std::collections::BTreeMap;

use super::Node;
use super::expand::Expander;
use super::facts::{MANY, MISSING, lines, list, put};
use super::htaccess::{self, Folder, Served};
use super::logs::{formats, logs};
use super::tls::weak_protocols;
use super::{headers, redirect, upstreams};
use crate::collect::config::nginx;
use crate::collect::config::settings::{Settings, is_loopback};
use crate::model::{Collected, Place, Subject, Value};

/// One subject for each host; a server without hosts is its own. The first host for which there are too many, if there is
/// one.
pub(super) fn hosts(
    nodes: &[Node],
    above: &Settings,
    folders: &[Folder],
    expander: &Expander,
    out: &mut Collected,
) -> Option<Place> {
    let found: Vec<&Node> = nodes.iter().filter(|n| n.name == "virtualhost").collect();
    let shared = Shared {
        all: nodes,
        above,
        expander,
        sections: headers::sections(nodes),
        formats: formats(nodes),
        folders,
        roots: roots(&found, above, expander),
    };
    // Each host is laid over all lines of the server.
    let most = MAX_LOOKED / nodes.len().max(1);
    for node in found.iter().take(most) {
        let own = lines(node.children(), expander);
        let name = own.get("servername").unwrap_or("_").to_owned();
        let address = node.args.first().map_or("*", String::as_str);
        let port = port_of(address).map_or_else(|| "*".to_owned(), |p| p.to_string());
        let id = format!(
            "apache.vhost[{}:{port}]",
            name.rsplit_once(':').map_or(name.as_str(), |(n, _)| n)
        );
        let mut subject = Subject::new("apache-vhost", id).at(node.place.clone());
        host(node.children(), &own, &shared, address, &mut subject);
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
        let own = Settings::default();
        host(nodes, &own, &shared, &listen, &mut subject);
        out.subjects.push(subject);
    }
    found.get(most).map(|node| node.place.clone())
}

/// What is looked for once for all hosts.
struct Shared<'n> {
    /// The lines of the server with their sections.
    all: &'n [Node],
    above: &'n Settings,
    expander: &'n Expander,
    sections: Vec<&'n Node>,
    formats: BTreeMap<String, String>,
    folders: &'n [Folder],
    /// The folders that hosts serve.
    roots: Vec<String>,
}

fn roots(hosts: &[&Node], above: &Settings, expander: &Expander) -> Vec<String> {
    let own = hosts.iter().filter_map(|host| {
        let root = lines(host.children(), expander);
        root.get("documentroot").map(str::to_owned)
    });
    let mut all: Vec<String> = own.collect();
    all.extend(above.get("documentroot").map(str::to_owned));
    all.sort();
    all.dedup();
    all
}

fn port_of(address: &str) -> Option<u16> {
    let first = address.split_whitespace().next()?;
    first.rsplit(':').next()?.parse().ok()
}

fn host(nodes: &[Node], own: &Settings, shared: &Shared<'_>, address: &str, subject: &mut Subject) {
    let (all, above, expander) = (shared.all, shared.above, shared.expander);
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
    let missing = whole.missing.as_deref();
    let served = Served {
        all,
        host: if std::ptr::eq(nodes, all) { &[] } else { nodes },
        root: whole.get("documentroot"),
        roots: &shared.roots,
        main: expander.main(),
        missing: missing.is_some(),
    };
    let over = htaccess::over(shared.folders, &served);
    headers::put_all(nodes, all, &shared.sections, &over, missing, subject);
    logs(&whole, own, &shared.formats, &[all, nodes], subject);
    let ssl = whole
        .get("sslengine")
        .is_some_and(|v| v.eq_ignore_ascii_case("on"));
    let to_https = redirect::to_https(nodes, all, port).filter(|_| !ssl);
    put(
        subject,
        "redirect_to_https",
        to_https.is_some(),
        to_https.map(|n| n.place.clone()),
    );
    // Even a host without a folder of its own serves that of the server.
    let plain = !ssl && to_https.is_none() && !local;
    // An inclusion of the host itself may pass on what the redirect is meant for.
    let hidden = to_https.is_some() && nodes.iter().any(|n| n.name == MISSING);
    let value = match &whole.missing {
        Some(what) if plain || hidden => Value::unseen("include-missing", what.as_str()),
        Some(_) | None => plain.into(),
    };
    put(subject, "serves_plain_http", value, None);
    let upstreams = upstreams::of(nodes, all);
    let names = upstreams.far.iter().map(|(u, _)| Value::from(u.as_str()));
    let names = if upstreams.partial {
        Value::partial_list(names)
    } else {
        list(names, expander)
    };
    put(
        subject,
        "plain_upstreams",
        names,
        upstreams.far.first().map(|(_, p)| p.clone()),
    );
}

/// How many lines are looked at for all hosts together.
const MAX_LOOKED: usize = 20_000_000;

/// What a host does not take over from the server.
const NOT_INHERITED: [&str; 8] = [
    "servername",
    "serveralias",
    "listen",
    "loadmodule",
    "rewriterule",
    "rewritecond",
    "rewriteengine",
    "proxypass",
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
