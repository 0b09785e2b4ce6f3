//! MongoDB, Elasticsearch and OpenSearch: one YAML file each, keys with dots or inside each other, their own values.

use super::kind::Kind;
use super::seen;
use super::settings::{Settings, is_loopback, on, told};
use super::tree::Tree;
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::yaml::{self, Node};

pub(super) const TYPES: &[&str] = &["mongodb", "elasticsearch"];

/// Adds a subject for each file.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    for (kind, name) in [(Kind::Mongodb, "mongodb"), (Kind::Elastic, "elasticsearch")] {
        for path in tree.of_kind(&kind) {
            let Some(settings) = read(tree, &path) else {
                continue;
            };
            let mut subject = Subject::new(name, name).at(tree.place(&path, 1));
            if kind == Kind::Mongodb {
                mongodb(&settings, &mut subject);
            } else {
                let opensearch = path.ends_with("/opensearch.yml");
                elastic(&settings, opensearch, &mut subject);
            }
            out.subjects.push(subject);
        }
        out.saw(name, seen(tree, &[kind]));
    }
}

/// The keys with dots and their values; nothing where the file is no YAML.
fn read(tree: &mut Tree<'_>, path: &str) -> Option<Settings> {
    let text = tree.text(path).ok()?;
    let mut settings = Settings::default();
    for doc in yaml::documents(&text) {
        match doc {
            Ok(node) => flatten(tree, path, &node, "", &mut settings),
            Err(fault) => {
                told(tree, path, fault.line, &fault.what);
                return None;
            }
        }
    }
    Some(settings)
}

fn flatten(tree: &Tree<'_>, path: &str, node: &Node, above: &str, settings: &mut Settings) {
    for (key, value) in node.entries() {
        let name = if above.is_empty() {
            key.name.to_lowercase()
        } else {
            format!("{above}.{}", key.name.to_lowercase())
        };
        let place = tree.place(path, key.span.line);
        let words: Vec<String> = value.items().iter().filter_map(Node::scalar).collect();
        match value.scalar() {
            Some(text) => settings.add(name, text, place),
            None if !words.is_empty() => settings.add(name, words.join(","), place),
            None => flatten(tree, path, value, &name, settings),
        }
    }
}

fn mongodb(s: &Settings, subject: &mut Subject) {
    s.put_all(subject, &MONGODB, &[]);
    let all = s.get("net.bindipall").and_then(on) == Some(true);
    s.conclude(
        subject,
        "listens_remotely",
        "net.bindip",
        "localhost",
        |v| {
            Some(
                (all || v
                    .split(',')
                    .any(|a| !is_loopback(a) && !a.trim().starts_with('/')))
                .into(),
            )
        },
    );
    // A key file between members asks for accounts too.
    let key = s.line("security.keyfile").is_some();
    s.conclude(
        subject,
        "authorization_on",
        "security.authorization",
        "disabled",
        |v| Some((v == "enabled" || key).into()),
    );
    // While members move to accounts, those who have none come in as well.
    let moving = s.line("security.transitiontoauth");
    if let Some(line) = moving.filter(|l| on(&l.value) != Some(false)) {
        let fact = Fact::derived("authorization_on", false);
        subject.put(fact.at(line.place.clone()));
    }
    let name = if s.line("net.tls.mode").is_some() {
        "net.tls.mode"
    } else {
        "net.ssl.mode"
    };
    s.conclude(subject, "tls_required", name, "disabled", |v| {
        Some(["requireTLS", "requireSSL"].contains(&v).into())
    });
    subject.put(told_at(
        s,
        "audit_log",
        "auditlog.destination",
        s.line("auditlog.destination").is_some(),
    ));
}

fn elastic(s: &Settings, opensearch: bool, subject: &mut Subject) {
    s.put_all(subject, &ELASTIC, &[]);
    // The nearest name counts: of HTTP before that of all, where it binds before where it is found.
    let host = [
        "http.bind_host",
        "http.host",
        "network.bind_host",
        "network.host",
    ]
    .iter()
    .find(|n| s.line(n).is_some());
    s.conclude(
        subject,
        "listens_remotely",
        host.unwrap_or(&"network.host"),
        "_local_",
        |v| {
            Some(
                v.split(',')
                    .any(|a| a.trim() != "_local_" && !is_loopback(a))
                    .into(),
            )
        },
    );
    security(s, opensearch, subject);
    let name = TLS
        .iter()
        .find(|n| s.line(n).is_some())
        .unwrap_or(&"xpack.security.http.ssl.enabled");
    s.conclude(subject, "http_tls", name, "false", |v| {
        on(v).map(Value::Bool)
    });
    // Where security is off, nothing of it counts.
    if subject
        .facts
        .get("security_on")
        .is_some_and(|f| f.value == Value::Bool(false))
        && *name == "xpack.security.http.ssl.enabled"
    {
        subject.put(Fact::derived("http_tls", false));
    }
    let anonymous = s.line("xpack.security.authc.anonymous.roles").is_some();
    subject.put(told_at(
        s,
        "anonymous",
        "xpack.security.authc.anonymous.roles",
        anonymous,
    ));
}

/// OpenSearch has its security on unless its plugin is turned off, or does nothing but TLS; Elasticsearch since 8.0.
fn security(s: &Settings, opensearch: bool, subject: &mut Subject) {
    let off = OFF
        .iter()
        .filter_map(|n| s.line(n))
        .find(|l| on(&l.value) != Some(false));
    if let Some(line) = off {
        let value = match on(&line.value) {
            Some(_) => Value::Bool(false),
            None => Value::unseen("ambiguous", "a variable of the environment"),
        };
        let fact = Fact::derived("security_on", value);
        subject.put(fact.at(line.place.clone()));
        return;
    }
    let name = "xpack.security.enabled";
    let opensearch = opensearch
        || s.names()
            .any(|n| n.starts_with("plugins.security.") || n.starts_with("opendistro_security."));
    if s.line(name).is_none() && !opensearch {
        let why = "on since 8.0, off before: the version is not known";
        subject.put(Fact::derived(
            "security_on",
            Value::unseen("missing-fact", why),
        ));
        return;
    }
    s.conclude(subject, "security_on", name, "true", |v| {
        on(v).map(Value::Bool)
    });
}

/// A conclusion at the line of a name.
fn told_at(s: &Settings, path: &'static str, name: &str, value: bool) -> Fact {
    let fact = Fact::derived(path, value);
    match s.line(name) {
        Some(line) => fact.at(line.place.clone()),
        None => fact,
    }
}

/// MongoDB's own values (7.0).
const MONGODB: [(&str, &str); 6] = [
    ("net.bindip", "localhost"),
    ("net.port", "27017"),
    ("net.maxincomingconnections", "65536"),
    ("security.authorization", "disabled"),
    ("net.tls.mode", "disabled"),
    ("security.javascriptenabled", "true"),
];

/// What turns the security of OpenSearch off.
const OFF: [&str; 4] = [
    "plugins.security.disabled",
    "plugins.security.ssl_only",
    "opendistro_security.disabled",
    "opendistro_security.ssl_only",
];

/// What turns TLS on for those who ask by HTTP.
const TLS: [&str; 3] = [
    "plugins.security.ssl.http.enabled",
    "opendistro_security.ssl.http.enabled",
    "xpack.security.http.ssl.enabled",
];

/// Own values that Elasticsearch and OpenSearch have had in all versions.
const ELASTIC: [(&str, &str); 3] = [
    ("network.host", "_local_"),
    ("http.port", "9200"),
    ("xpack.security.http.ssl.enabled", "false"),
];
