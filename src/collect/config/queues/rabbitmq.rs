//! RabbitMQ: `rabbitmq.conf`, then `conf.d` beside it; the last line wins. `advanced.config` counts after them and is not
//! worked out: what it names is not known. Beside an old `rabbitmq.config` nothing of them counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::is_weak;
use crate::collect::config::kind::Kind;
use crate::collect::config::settings::{Settings, is_loopback, on, told};
use crate::collect::config::tree::{Tree, folder};
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::rabbitmq::{atoms, parse};

pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    let mut servers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in tree.of_kind(&Kind::Rabbitmq) {
        let here = folder(&file);
        let home = here.strip_suffix("/conf.d").unwrap_or(here).to_owned();
        let home = if home.is_empty() {
            "/".to_owned()
        } else {
            home
        };
        servers.entry(home).or_default().push(file);
    }
    let erlang = tree.of_kind(&Kind::RabbitmqAdvanced);
    for (home, mut files) in servers {
        // The main file is read first.
        files.sort_by_key(|file| {
            (
                file.ends_with(".conf") && folder(file) != home,
                file.clone(),
            )
        });
        let mut settings = Settings::default();
        for file in &files {
            read(tree, file, &mut settings);
        }
        let Some(first) = files.first() else { continue };
        let subject = Subject::new("rabbitmq", "rabbitmq").at(tree.place(first, 1));
        let mut subject = facts(&settings, subject);
        for file in erlang.iter().filter(|file| folder(file) == home) {
            let Ok(text) = tree.text(file) else { continue };
            let over = Over {
                file: tree.shown(file),
                whole: file.ends_with("/rabbitmq.config"),
                names: atoms(&text),
            };
            over.hide(&mut subject);
        }
        out.subjects.push(subject);
    }
    // Without a file of the other kind beside it nothing of it is known.
    for file in erlang {
        let beside = tree
            .of_kind(&Kind::Rabbitmq)
            .iter()
            .any(|other| folder(other).trim_end_matches("/conf.d") == folder(&file));
        if !beside || file.ends_with("/rabbitmq.config") {
            told(tree, &file, 1, "terms of Erlang, which are not read");
        }
    }
}

/// What a file in terms of Erlang lays over the others.
struct Over {
    file: Arc<str>,
    /// It takes the place of the others.
    whole: bool,
    names: BTreeSet<String>,
}

impl Over {
    /// What it names is not known.
    fn hide(&self, subject: &mut Subject) {
        for (path, names) in NAMED {
            let named = names.iter().any(|name| self.names.contains(*name));
            if let Some(fact) = subject.facts.get_mut(path)
                && (named || self.whole)
            {
                let why = format!("{} may say otherwise", self.file);
                fact.value = Value::unseen("include-missing", why);
            }
        }
    }
}

fn read(tree: &mut Tree<'_>, file: &str, settings: &mut Settings) {
    let Ok(text) = tree.text(file) else { return };
    let (all, broken) = parse(&text);
    for line in broken {
        told(tree, file, line, "not a setting");
    }
    for setting in all {
        let place = tree.place(file, setting.line);
        let name = setting.name.to_ascii_lowercase();
        // The file holds the password of the first account in clear; only whether it is the known one is kept.
        let value = match name.as_str() {
            "default_pass" if setting.value == KNOWN => KNOWN.to_owned(),
            "default_pass" => "***".to_owned(),
            _ => setting.value,
        };
        settings.add(name, value, place);
    }
}

fn facts(s: &Settings, mut subject: Subject) -> Subject {
    s.put_all(&mut subject, &OWN, &[]);
    listeners(s, &mut subject);
    let weak: Vec<Value> = numbered(s, "ssl_options.versions.")
        .filter(|(_, value)| is_weak(value))
        .map(|(_, value)| Value::from(value))
        .collect();
    put(
        s,
        &mut subject,
        "weak_tls",
        "ssl_options.versions.1",
        Value::list(weak),
    );
    let verified = s.get("ssl_options.verify") == Some("verify_peer")
        && s.get("ssl_options.fail_if_no_peer_cert").and_then(on) == Some(true);
    put(
        s,
        &mut subject,
        "clients_verified",
        "ssl_options.verify",
        verified.into(),
    );
    let name = if s.line("loopback_users").is_some() {
        "loopback_users"
    } else {
        "loopback_users.guest"
    };
    // Where others are kept to this machine, only they are.
    let others = s.line(name).is_none() && numbered(s, "loopback_users.").next().is_some();
    let own = if others { "none" } else { "true" };
    s.conclude(&mut subject, "guest_remote", name, own, |v| {
        Some((v == "none" || on(v) == Some(false)).into())
    });
    // The known password stays with the account that is made first.
    s.conclude(
        &mut subject,
        "known_password",
        "default_pass",
        "guest",
        |v| Some((v == KNOWN).into()),
    );
    let anonymous =
        numbered(s, "auth_mechanisms.").any(|(_, v)| v.eq_ignore_ascii_case("anonymous"));
    put(
        s,
        &mut subject,
        "anonymous",
        "auth_mechanisms.1",
        anonymous.into(),
    );
    logs(s, &mut subject);
    for (path, name, own) in [
        ("connections", "connection_max", "infinity"),
        ("channels", "channel_max", "2047"),
        ("heartbeat_seconds", "heartbeat", "60"),
    ] {
        s.conclude(&mut subject, path, name, own, |v| match v {
            "infinity" => Some(Value::Int(0)),
            v => v.parse().ok().map(Value::Int),
        });
    }
    management(s, &mut subject);
    subject
}

/// Where it listens in plain for other machines, and whether it listens with TLS.
fn listeners(s: &Settings, subject: &mut Subject) {
    let none = s.get("listeners.tcp") == Some("none");
    let mut plain: Vec<Value> = Vec::new();
    let mut place = s.line("listeners.tcp").map(|l| l.place.clone());
    if !none && numbered(s, "listeners.tcp.").next().is_none() {
        // Its own: every address.
        plain.push(Value::from("5672"));
    }
    for start in PLAIN {
        // `none` counts beside any address.
        let whole = start.trim_end_matches('.');
        if s.get(whole) == Some("none") {
            continue;
        }
        for (name, value) in numbered(s, start) {
            place = place.or_else(|| s.line(name).map(|l| l.place.clone()));
            let host = value.rsplit_once(':').map_or("*", |(host, _)| host);
            if !is_loopback(host) {
                plain.push(Value::from(value));
            }
        }
    }
    for service in ["web_mqtt", "web_stomp"] {
        let port = s.line(&format!("{service}.tcp.port"));
        let own = s.get(&format!("{service}.tcp.ip")).is_some_and(is_loopback);
        if let Some(line) = port.filter(|_| !own) {
            plain.push(Value::from(line.value.as_str()));
        }
    }
    let value = Value::list(plain);
    let fact = Fact::derived("plain_listeners", value);
    subject.put(match place {
        Some(place) => fact.at(place),
        None => fact,
    });
    let tls = numbered(s, "listeners.ssl.").next().is_some();
    put(s, subject, "tls_on", "listeners.ssl.default", tls.into());
}

/// Is its page of administration reached in plain by other machines?
fn management(s: &Settings, subject: &mut Subject) {
    let name = [
        "management.tcp.port",
        "management.tcp.ip",
        "management.ssl.port",
    ]
    .into_iter()
    .find(|n| s.line(n).is_some());
    let Some(name) = name else {
        let why = "whether the plugin is on stands in enabled_plugins";
        subject.put(Fact::derived(
            "management_plain",
            Value::unseen("missing-fact", why),
        ));
        return;
    };
    let remote = s.get("management.tcp.ip").is_none_or(|ip| !is_loopback(ip));
    let plain = name.starts_with("management.tcp.") && remote;
    put(s, subject, "management_plain", name, plain.into());
}

/// Where it writes, and whether what is written says who connects.
fn logs(s: &Settings, subject: &mut Subject) {
    let is = |name: &str, wanted: bool| s.get(name).and_then(on) == Some(wanted);
    let outputs = [
        ("log.file", !is("log.file", false)),
        ("log.console", is("log.console", true)),
        ("log.syslog", is("log.syslog", true)),
        ("log.exchange", is("log.exchange", true)),
    ];
    let enabled = outputs.iter().any(|(_, on)| *on);
    put(s, subject, "log_enabled", "log.file", enabled.into());
    // Connections are told at the level `info`; an output takes its own level, else that of all.
    let tells = |level: &str| ["debug", "info"].contains(&level);
    let all = s.get("log.default.level").unwrap_or("info");
    let category = s.get("log.connection.level").unwrap_or(all);
    let written = |name: &str| s.get(&format!("{name}.level")).is_none_or(tells);
    let connections = tells(category) && outputs.iter().any(|(name, on)| *on && written(name));
    let name = [
        "log.connection.level",
        "log.file.level",
        "log.default.level",
    ]
    .into_iter()
    .find(|name| s.line(name).is_some())
    .unwrap_or("log.connection.level");
    put(s, subject, "logs_connections", name, connections.into());
    let remote = is("log.syslog", true);
    put(s, subject, "log_syslog", "log.syslog", remote.into());
}

/// A conclusion at the line of a name; where the line is not there and another file may hold it, nothing is known.
fn put(s: &Settings, subject: &mut Subject, path: &'static str, name: &str, value: Value) {
    let fact = match (s.line(name), &s.missing) {
        (Some(line), _) => Fact::derived(path, value).at(line.place.clone()),
        (None, Some(what)) => Fact::derived(path, Value::unseen("include-missing", what.as_str())),
        (None, None) => Fact::derived(path, value),
    };
    subject.put(fact);
}

/// The settings of a list, `name.1`, `name.default`.
fn numbered<'s>(s: &'s Settings, start: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
    s.names()
        .filter(move |name| name.starts_with(start))
        .filter_map(|name| Some((name, s.get(name)?)))
}

/// Listeners in plain, of itself and of its plugins.
const PLAIN: [&str; 4] = [
    "listeners.tcp.",
    "mqtt.listeners.tcp.",
    "stomp.listeners.tcp.",
    "stream.listeners.tcp.",
];

/// The password that every installation begins with.
const KNOWN: &str = "guest";

/// What each conclusion hangs on, as terms of Erlang name it.
const NAMED: [(&str, &[&str]); 13] = [
    (
        "plain_listeners",
        &[
            "tcp_listeners",
            "rabbitmq_mqtt",
            "rabbitmq_stomp",
            "rabbitmq_stream",
            "rabbitmq_web_mqtt",
            "rabbitmq_web_stomp",
        ],
    ),
    ("tls_on", &["ssl_listeners"]),
    ("weak_tls", &["ssl_options", "ssl"]),
    ("clients_verified", &["ssl_options"]),
    ("guest_remote", &["loopback_users"]),
    ("known_password", &["default_pass", "default_user"]),
    ("anonymous", &["auth_mechanisms"]),
    ("log_enabled", &["log", "lager"]),
    ("logs_connections", &["log", "lager"]),
    ("log_syslog", &["log", "lager", "syslog"]),
    ("connections", &["connection_max"]),
    ("heartbeat_seconds", &["heartbeat"]),
    ("management_plain", &["rabbitmq_management"]),
];

/// RabbitMQ's own values (3.10).
const OWN: [(&str, &str); 13] = [
    ("listeners.tcp.default", "5672"),
    ("loopback_users.guest", "true"),
    ("default_user", "guest"),
    ("default_vhost", "/"),
    ("heartbeat", "60"),
    ("channel_max", "2047"),
    ("connection_max", "infinity"),
    ("handshake_timeout", "10000"),
    ("log.file.level", "info"),
    ("log.connection.level", "info"),
    ("ssl_options.verify", "verify_none"),
    ("ssl_options.fail_if_no_peer_cert", "false"),
    ("vm_memory_high_watermark.relative", "0.4"),
];
