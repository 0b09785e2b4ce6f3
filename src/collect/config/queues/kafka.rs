//! Kafka: `server.properties` of a broker or a controller; the last line wins, its own values where it is silent.

use std::collections::BTreeMap;

use super::is_weak;
use crate::collect::config::kind::Kind;
use crate::collect::config::settings::{Settings, is_loopback, on};
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::properties;

pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    for file in tree.of_kind(&Kind::Kafka) {
        let Ok(text) = tree.text(&file) else { continue };
        let mut settings = Settings::default();
        for property in properties::parse(&text).into_iter().flatten() {
            let place = tree.place(&file, property.line);
            // A line for JAAS holds accounts with their passwords.
            let jaas = property.name.ends_with("jaas.config");
            let value = if jaas {
                "***".to_owned()
            } else {
                property.value
            };
            settings.add(property.name.to_ascii_lowercase(), value, place);
        }
        let subject = Subject::new("kafka", "kafka").at(tree.place(&file, 1));
        out.subjects.push(facts(&settings, subject));
    }
}

fn facts(s: &Settings, mut subject: Subject) -> Subject {
    s.put_all(&mut subject, &OWN, &[]);
    let listeners = listeners(s);
    let protocols = protocols(s);
    let of = |name: &str| {
        let name = name.trim().to_ascii_uppercase();
        match protocols.get(&name) {
            Some(protocol) => protocol.clone(),
            None if SECURE.contains(&name.as_str()) => name,
            // A controller without a line in the map; any other name would not start.
            None => "PLAINTEXT".to_owned(),
        }
    };
    let named = |wanted: &dyn Fn(&str, &str) -> bool| {
        let found = listeners
            .iter()
            .filter(|(_, remote)| *remote)
            .filter(|(name, _)| wanted(name, &of(name)));
        Value::list(found.map(|(name, _)| Value::from(name.as_str())))
    };
    let plain = |p: &str| ["PLAINTEXT", "SASL_PLAINTEXT"].contains(&p);
    // Clients prove who they are by SASL, or by a certificate that is asked for.
    let certificates = |name: &str| {
        let own = format!("listener.name.{}.ssl.client.auth", name.to_lowercase());
        s.get(&own).or_else(|| s.get("ssl.client.auth")) == Some("required")
    };
    let unproven = |name: &str, p: &str| p == "PLAINTEXT" || (p == "SSL" && !certificates(name));
    let place = s.line("listeners").map(|l| l.place.clone());
    let unclear = s.get("listeners").is_some_and(|v| v.contains("${"));
    let mut put = |path: &'static str, value: Value| {
        let value = if unclear {
            Value::unseen("ambiguous", "a variable of the environment")
        } else {
            value
        };
        let fact = Fact::derived(path, value);
        subject.put(match &place {
            Some(place) => fact.at(place.clone()),
            None => fact,
        });
    };
    put("plain_listeners", named(&|_, p| plain(p)));
    put("unauthenticated_listeners", named(&unproven));
    let between = s
        .get("inter.broker.listener.name")
        .map(&of)
        .or_else(|| {
            s.get("security.inter.broker.protocol")
                .map(str::to_ascii_uppercase)
        })
        .unwrap_or_else(|| "PLAINTEXT".to_owned());
    let name = if s.line("inter.broker.listener.name").is_some() {
        "inter.broker.listener.name"
    } else {
        "security.inter.broker.protocol"
    };
    // Controllers speak to brokers, too.
    let controllers = s.get("controller.listener.names").unwrap_or_default();
    let by_controller = controllers
        .split(',')
        .filter(|name| !name.trim().is_empty())
        .any(|name| plain(&of(name)));
    let name = if plain(&between) || !by_controller {
        name
    } else {
        "controller.listener.names"
    };
    let fact = Fact::derived("brokers_in_plain", plain(&between) || by_controller);
    subject.put(match s.line(name) {
        Some(line) => fact.at(line.place.clone()),
        None => fact,
    });
    s.conclude(
        &mut subject,
        "authorizer_on",
        "authorizer.class.name",
        "",
        |v| Some((!v.trim().is_empty()).into()),
    );
    for (path, name, own) in [
        (
            "open_without_rule",
            "allow.everyone.if.no.acl.found",
            "false",
        ),
        ("makes_topics", "auto.create.topics.enable", "true"),
        (
            "unclean_election",
            "unclean.leader.election.enable",
            "false",
        ),
    ] {
        s.conclude(&mut subject, path, name, own, |v| on(v).map(Value::Bool));
    }
    // Who does not say who he is, may be one of those who may do everything.
    let everybody = s.line("super.users").filter(|l| {
        l.value
            .split(';')
            .any(|user| ["User:ANONYMOUS", "User:*"].contains(&user.trim()))
    });
    if let Some(line) = everybody {
        let fact = Fact::derived("open_without_rule", true);
        subject.put(fact.at(line.place.clone()));
    }
    of_each(s, &mut subject, "weak_tls", "ssl.enabled.protocols", |v| {
        let weak = v.split(',').map(str::trim).filter(|p| is_weak(p));
        weak.map(str::to_owned).collect()
    });
    of_each(s, &mut subject, "weak_ciphers", "ssl.cipher.suites", |v| {
        let weak = crate::collect::config::nginx::weak_ciphers(v);
        weak.into_iter().map(str::to_owned).collect()
    });
    // Kafka's own is the largest number there is.
    for (path, name, own) in [
        (
            "connections_by_source",
            "max.connections.per.ip",
            "2147483647",
        ),
        ("connections", "max.connections", "2147483647"),
        ("idle_ms", "connections.max.idle.ms", "600000"),
        ("replicas", "default.replication.factor", "1"),
        ("replicas_written", "min.insync.replicas", "1"),
    ] {
        s.conclude(&mut subject, path, name, own, |v| {
            v.trim().parse().ok().map(Value::Int)
        });
    }
    subject
}

/// What is found in the values of a setting, of all listeners and of each that has its own.
fn of_each(
    s: &Settings,
    subject: &mut Subject,
    path: &'static str,
    name: &str,
    find: impl Fn(&str) -> Vec<String>,
) {
    let own = |of: &str| of.starts_with("listener.name.") && of.ends_with(&format!(".{name}"));
    let mut found = Vec::new();
    let mut place = s.line(name).map(|l| l.place.clone());
    for line in s
        .names()
        .filter(|of| *of == name || own(of))
        .filter_map(|of| s.line(of))
    {
        let here = find(&line.value);
        if !here.is_empty() {
            place = Some(line.place.clone());
        }
        found.extend(here);
    }
    found.sort();
    found.dedup();
    let fact = Fact::derived(path, Value::list(found.into_iter().map(Value::from)));
    subject.put(match place {
        Some(place) => fact.at(place),
        None => fact,
    });
}

/// The names of the listeners, and whether other machines reach them.
fn listeners(s: &Settings) -> Vec<(String, bool)> {
    let written = s.get("listeners").unwrap_or("PLAINTEXT://:9092");
    written
        .split(',')
        .filter_map(|one| one.trim().split_once("://"))
        .map(|(name, address)| {
            let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
            (name.to_owned(), !is_loopback(host))
        })
        .collect()
}

/// Which protocol each name of a listener stands for.
fn protocols(s: &Settings) -> BTreeMap<String, String> {
    let written = s.get("listener.security.protocol.map").unwrap_or_default();
    written
        .split(',')
        .filter_map(|one| one.trim().split_once(':'))
        .map(|(name, protocol)| {
            (
                name.to_ascii_uppercase(),
                protocol.trim().to_ascii_uppercase(),
            )
        })
        .collect()
}

/// Is it the configuration of a broker?
pub(in crate::collect::config) fn looks_like(text: &str) -> bool {
    let names = [
        "broker.id",
        "node.id",
        "process.roles",
        "zookeeper.connect",
        "log.dirs",
        "advertised.listeners",
        "allow.everyone.if.no.acl.found",
        "authorizer.class.name",
        "controller.listener.names",
        "controller.quorum.voters",
        "inter.broker.listener.name",
        "listener.security.protocol.map",
        "offsets.topic.replication.factor",
        "sasl.enabled.mechanisms",
        "security.inter.broker.protocol",
        "super.users",
    ];
    let found = properties::parse(text)
        .into_iter()
        .flatten()
        .filter(|p| names.contains(&p.name.as_str()));
    found.count() >= 2
}

/// Protocols that need no line in the map.
const SECURE: [&str; 3] = ["SSL", "SASL_SSL", "SASL_PLAINTEXT"];

/// Kafka's own values (3.6).
const OWN: [(&str, &str); 15] = [
    ("listeners", "PLAINTEXT://:9092"),
    ("security.inter.broker.protocol", "PLAINTEXT"),
    ("authorizer.class.name", ""),
    ("allow.everyone.if.no.acl.found", "false"),
    ("auto.create.topics.enable", "true"),
    ("delete.topic.enable", "true"),
    ("unclean.leader.election.enable", "false"),
    ("ssl.enabled.protocols", "TLSv1.2,TLSv1.3"),
    ("ssl.protocol", "TLSv1.3"),
    ("ssl.client.auth", "none"),
    ("ssl.endpoint.identification.algorithm", "https"),
    ("connections.max.idle.ms", "600000"),
    ("default.replication.factor", "1"),
    ("min.insync.replicas", "1"),
    ("sasl.enabled.mechanisms", "GSSAPI"),
];
