//! What Postfix does as a whole: how it sends, whom it trusts, how large a letter may be.

use super::Effective;
use super::values::{seconds, wide, words};
use crate::collect::config::settings::{Settings, is_loopback};
use crate::model::{Subject, Value};

/// Puts what `main.cf` says of Postfix as a whole; of how it sends the worst that one of its clients does. `clients` is
/// what `master.cf` overrides for each of them.
pub(super) fn put(settings: &Settings, clients: &[Settings], subject: &mut Subject) {
    let own = Effective {
        main: settings,
        service: None,
    };
    own.put(
        subject,
        "listens_remotely",
        &["inet_interfaces"],
        remote(own).map(Value::Bool),
    );
    let clients: Vec<Effective<'_>> = if clients.is_empty() {
        vec![own]
    } else {
        let of = |service| Effective {
            main: settings,
            service: Some(service),
        };
        clients.iter().map(of).collect()
    };
    sends(&clients, subject);
    own.put(subject, "wide_networks", &["mynetworks"], networks(own));
    let number = |name: &str| own.get(name)?.trim().parse().ok().map(Value::Int);
    own.put(
        subject,
        "message_bytes",
        &["message_size_limit"],
        number("message_size_limit"),
    );
    own.put(
        subject,
        "tls_log_level",
        &["smtpd_tls_loglevel"],
        number("smtpd_tls_loglevel"),
    );
    let held = own.get("maximal_queue_lifetime").and_then(|v| {
        // This span is in days where no unit stands.
        v.trim()
            .parse()
            .ok()
            .or_else(|| Some(seconds(&v)? / 86_400))
    });
    own.put(
        subject,
        "queue_days",
        &["maximal_queue_lifetime"],
        held.map(Value::Int),
    );
}

/// How the clients send: the weakest of them.
fn sends(clients: &[Effective<'_>], subject: &mut Subject) {
    let names = [
        "smtp_tls_security_level",
        "smtp_enforce_tls",
        "smtp_use_tls",
    ];
    let rank = |level: &Option<String>| match level.as_deref() {
        Some("none") => 0,
        None => 1,
        Some("may") => 2,
        Some(_) => 3,
    };
    let weakest = clients
        .iter()
        .map(|own| (level(*own, "smtp"), own))
        .min_by_key(|(level, _)| rank(level));
    if let Some((level, own)) = weakest {
        own.put(subject, "smtp_tls_level", &names, level.map(Value::from));
    }
    let clear = |own: &Effective<'_>| {
        let (auth, level) = own
            .is_on("smtp_sasl_auth_enable")
            .zip(level(*own, "smtp"))?;
        Some(auth && ["none", "may"].contains(&level.as_str()))
    };
    let worst = clients
        .iter()
        .map(|own| (clear(own), own))
        .min_by_key(|(clear, _)| match clear {
            Some(true) => 0,
            None => 1,
            Some(false) => 2,
        });
    if let Some((clear, own)) = worst {
        own.put(
            subject,
            "relay_password_in_clear",
            &["smtp_sasl_auth_enable"],
            clear.map(Value::Bool),
        );
    }
}

/// Do other machines reach it?
pub(super) fn remote(own: Effective<'_>) -> Option<bool> {
    let interfaces = own.get("inet_interfaces")?;
    let names = words(&interfaces);
    Some(
        !names
            .iter()
            .all(|name| *name == "loopback-only" || is_loopback(name)),
    )
}

/// The level of TLS of a client or a server; old names count where the new one is empty.
pub(super) fn level(own: Effective<'_>, program: &str) -> Option<String> {
    let level = own.get(&format!("{program}_tls_security_level"))?;
    if !level.trim().is_empty() {
        return Some(level.trim().to_ascii_lowercase());
    }
    let old = if own.is_on(&format!("{program}_enforce_tls"))? {
        "encrypt"
    } else if own.is_on(&format!("{program}_use_tls"))? {
        "may"
    } else {
        "none"
    };
    Some(old.to_owned())
}

/// Trusted networks that are too wide; those that Postfix makes of the host's own are not known here.
fn networks(own: Effective<'_>) -> Option<Value> {
    if let Some(set) = own.get("mynetworks") {
        let wide = wide(&set).into_iter().map(Value::from);
        // A table or a file may hold any network.
        let table = words(&set)
            .iter()
            .any(|w| w.starts_with('/') || (w.contains(':') && !w.contains('[')));
        return Some(if table {
            Value::partial_list(wide)
        } else {
            Value::list(wide)
        });
    }
    match own.get("mynetworks_style")?.trim() {
        "host" => Some(Value::list([])),
        _ => None,
    }
}
