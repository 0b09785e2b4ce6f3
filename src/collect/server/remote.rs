//! Remote access through this host: OpenVPN servers and WireGuard, how clients prove who they are and with what ciphers.
//!
//! Keys stand in the same files: none of their lines is ever taken in.

use super::host::{Host, derived, reason, texts};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Place, Reason, Seen, SourceError, Subject, Value};
use crate::parse::keyword::words;

const PACKAGES: [&str; 3] = ["openvpn", "wireguard", "wireguard-tools"];

/// Servers of remote access whose settings are not read.
const NOT_READ: [&str; 7] = [
    "strongswan",
    "strongswan-starter",
    "strongswan-swanctl",
    "libreswan",
    "ocserv",
    "pptpd",
    "xl2tpd",
];

/// OpenVPN from here on takes neither weak ciphers nor TLS 1.1 unless it is told to.
const SAFE_OPENVPN: (u32, u32) = (2, 6);

const PATTERNS: [&str; 3] = [
    "/etc/openvpn/*.conf",
    "/etc/openvpn/server/*.conf",
    "/etc/wireguard/*.conf",
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file(PATTERNS[0], OPENVPN),
    file(PATTERNS[1], OPENVPN),
    file(PATTERNS[2], Keep::Lines(&["listenport", "allowedips"])),
];

const OPENVPN: Keep = Keep::Lines(&[
    "server",
    "server-bridge",
    "mode",
    "tls-server",
    "secret",
    "verify-client-cert",
    "client-cert-not-required",
    "plugin",
    "auth-user-pass-verify",
    "cipher",
    "data-ciphers",
    "ncp-ciphers",
    "data-ciphers-fallback",
    "auth",
    "tls-version-min",
    "tls-auth",
    "tls-crypt",
    "tls-crypt-v2",
    "management",
    "config",
]);

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["vpn"],
    }
}

/// Ciphers and digests with a published weakness.
const WEAK: [&str; 11] = [
    "none",
    "bf-cbc",
    "des-cbc",
    "des-ede-cbc",
    "des-ede3-cbc",
    "cast5-cbc",
    "rc2-cbc",
    "idea-cbc",
    "seed-cbc",
    "md5",
    "rsa-md5",
];

/// Collects the subject type `vpn`, one subject for each server.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let before = out.subjects.len();
    for pattern in PATTERNS {
        let read = host.glob(pattern).and_then(|files| {
            files
                .into_iter()
                .map(|f| Ok((host.text(&f)?, f)))
                .collect::<Result<Vec<_>, SourceError>>()
        });
        match read {
            Ok(files) => {
                let safe = safe_openvpn(host);
                for (text, file) in files {
                    out.subjects.extend(server(&text, &file, safe));
                }
            }
            Err(e) => {
                out.saw("vpn", Seen::Not(reason(&e)));
                return;
            }
        }
    }
    let seen = if out.subjects.len() > before {
        Seen::Whole
    } else {
        match (host.has(&PACKAGES), host.has(&NOT_READ)) {
            // IPsec and others keep their settings in their own way.
            (_, Some(true)) => Seen::Not(Reason::new("not-parsed", NOT_READ.join(", "))),
            // A package may stand there for a client alone: no server is told of anywhere.
            (Some(_), _) => Seen::Absent("no server in /etc/openvpn, /etc/wireguard".into()),
            (None, _) => host.without("/etc/openvpn, /etc/wireguard", &PACKAGES),
        }
    };
    out.saw("vpn", seen);
}

/// Is OpenVPN's own choice of ciphers and versions a safe one? False where its version is not known.
fn safe_openvpn(host: &Host<'_>) -> bool {
    let version = host
        .version("openvpn")
        .map(crate::parse::keyword::dpkg::upstream);
    let mut numbers = version
        .unwrap_or_default()
        .split('.')
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= SAFE_OPENVPN,
        (_, _) => false,
    }
}

/// What a file says of a server; `None` for that of a client. `safe`: is what OpenVPN does by itself a safe choice?
fn server(text: &str, file: &str, safe: bool) -> Option<Subject> {
    let name = file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".conf");
    if file.starts_with("/etc/wireguard") {
        // Each peer has a key of its own; WireGuard knows no second factor and one set of ciphers.
        let mut subject = Subject::new("vpn", format!("vpn.wireguard[{name}]"));
        let listens = words(text, &['#'])
            .iter()
            .any(|w| w.keyword().starts_with("listenport"));
        listens.then_some(())?;
        for (path, value) in [
            ("kind", Value::from("wireguard")),
            ("authenticates", true.into()),
            ("second_factor", false.into()),
            ("weak_ciphers", texts(Vec::<String>::new())),
            ("old_tls", false.into()),
        ] {
            subject.put(derived(path, value, file, 0));
        }
        return Some(subject.at(Place::new(file, 0)));
    }
    let lines = words(text, &['#', ';']);
    let last = |key: &str| lines.iter().rev().find(|w| w.keyword() == key);
    ["server", "server-bridge", "tls-server"]
        .iter()
        .any(|k| last(k).is_some())
        .then_some(())?;
    let mut subject = Subject::new("vpn", format!("vpn.openvpn[{name}]"));
    let waived = last("client-cert-not-required").or_else(|| {
        let first = |w: &&crate::parse::keyword::Words| {
            w.args()
                .first()
                .is_some_and(|a| a == "none" || a == "optional")
        };
        last("verify-client-cert").filter(first)
    });
    let asks = last("plugin").or_else(|| last("auth-user-pass-verify"));
    let line = waived.map_or(0, |w| w.line);
    subject.put(derived("kind", "openvpn", file, 0));
    subject.put(derived(
        "authenticates",
        waived.is_none() || asks.is_some(),
        file,
        line,
    ));
    let both = waived.is_none() && asks.is_some();
    subject.put(derived(
        "second_factor",
        both,
        file,
        asks.map_or(0, |w| w.line),
    ));
    let mut weak = Vec::new();
    for key in [
        "cipher",
        "data-ciphers",
        "ncp-ciphers",
        "data-ciphers-fallback",
        "auth",
    ] {
        let values = last(key)
            .and_then(|w| w.args().first())
            .map(String::as_str)
            .unwrap_or_default();
        weak.extend(
            values
                .split(':')
                .map(str::to_ascii_lowercase)
                .filter(|c| WEAK.contains(&c.as_str())),
        );
    }
    let more = last("config").is_some();
    let told = |key: &str| last(key).is_some() || safe;
    let own = || {
        Value::unseen(
            "ambiguous",
            "what OpenVPN does by itself depends on its version",
        )
    };
    let elsewhere = || Value::unseen("not-parsed", "another file is read by `config`");
    let weak = match (weak.is_empty(), more) {
        (false, _) => texts(weak),
        (true, true) => elsewhere(),
        (true, false) if told("data-ciphers") || told("ncp-ciphers") => texts(weak),
        (true, false) => own(),
    };
    subject.put(derived("weak_ciphers", weak, file, 0));
    let tls = last("tls-version-min");
    let old = tls.is_some_and(|w| w.args().first().is_some_and(|v| v == "1.0" || v == "1.1"));
    let old = match (old, more) {
        (true, _) => Value::Bool(true),
        (false, true) => elsewhere(),
        (false, false) if told("tls-version-min") => Value::Bool(false),
        (false, false) => own(),
    };
    subject.put(derived("old_tls", old, file, tls.map_or(0, |w| w.line)));
    Some(subject.at(Place::new(file, 0)))
}
