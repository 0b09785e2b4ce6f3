//! RabbitMQ: `rabbitmq.conf`, then `conf.d` beside it; the last line wins. `advanced.config` is a program of its own and is
//! named, not read: where it stands, silence proves nothing.

use std::collections::BTreeMap;

use super::is_weak;
use crate::collect::config::kind::Kind;
use crate::collect::config::settings::{Settings, is_loopback, on, told};
use crate::collect::config::tree::{Tree, folder};
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::rabbitmq::parse;

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
    let advanced = tree.of_kind(&Kind::RabbitmqAdvanced);
    for file in &advanced {
        told(tree, file, 1, "terms of Erlang, which are not read");
    }
    for (home, mut files) in servers {
        // The main file is read first.
        files.sort_by_key(|file| {
            (
                file.ends_with(".conf") && folder(file) != home,
                file.clone(),
            )
        });
        let beside = advanced.iter().find(|file| folder(file) == home);
        let mut settings = Settings::without(beside.map(|file| tree.reader.shown(file)));
        for file in &files {
            read(tree, file, &mut settings);
        }
        if let Some(first) = files.first() {
            let subject = Subject::new("rabbitmq", "rabbitmq").at(tree.place(first, 1));
            out.subjects.push(facts(&settings, subject));
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
            "default_pass" if setting.value == "guest" => "guest".to_owned(),
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
    s.conclude(&mut subject, "guest_remote", name, "true", |v| {
        Some((v == "none" || on(v) == Some(false)).into())
    });
    // The known password stays with the account that is made first.
    s.conclude(
        &mut subject,
        "known_password",
        "default_pass",
        "guest",
        |v| Some((v == "guest").into()),
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
    let mut said = none;
    let mut place = s.line("listeners.tcp").map(|l| l.place.clone());
    for (name, value) in numbered(s, "listeners.tcp.") {
        said = true;
        place = place.or_else(|| s.line(name).map(|l| l.place.clone()));
        let host = value.rsplit_once(':').map_or("*", |(host, _)| host);
        if !is_loopback(host) && !none {
            plain.push(Value::from(value));
        }
    }
    let value = match &s.missing {
        Some(what) if !said => Value::unseen("include-missing", what.as_str()),
        // Its own: every address.
        None if !said => Value::list([Value::from("5672")]),
        Some(_) | None => Value::list(plain),
    };
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

fn logs(s: &Settings, subject: &mut Subject) {
    let off = |name: &str| s.get(name).and_then(on) == Some(false);
    let other = s.get("log.console").and_then(on) == Some(true)
        || s.get("log.syslog").and_then(on) == Some(true);
    put(
        s,
        subject,
        "log_enabled",
        "log.file",
        (!off("log.file") || other).into(),
    );
    s.conclude(
        subject,
        "logs_connections",
        "log.connection.level",
        "info",
        |v| Some(["debug", "info"].contains(&v).into()),
    );
    let remote = s.get("log.syslog").and_then(on) == Some(true);
    put(s, subject, "log_syslog", "log.syslog", remote.into());
}

/// A conclusion at the line of a name; where the line is not there and another file may hold it, nothing is known.
fn put(s: &Settings, subject: &mut Subject, path: &str, name: &str, value: Value) {
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
