//! An address that HAProxy listens on: the versions of TLS and the ciphers that are left there.

use std::collections::BTreeMap;

use super::Part;
use crate::collect::config::nginx::weak_ciphers;
use crate::collect::config::settings::{Line, Settings, is_loopback};
use crate::model::{Fact, Place, Subject, Value};

/// A `bind` line taken apart.
pub(super) struct Bind<'l> {
    line: &'l Line,
    pub(super) addresses: String,
    words: Vec<&'l str>,
}

impl<'l> Bind<'l> {
    pub(super) fn of(line: &'l Line) -> Self {
        let mut words: Vec<&str> = line.value.split(' ').collect();
        let addresses = if words.is_empty() {
            String::new()
        } else {
            words.remove(0).to_owned()
        };
        Self {
            line,
            addresses,
            words,
        }
    }

    pub(super) fn is_tls(&self) -> bool {
        self.words.contains(&"ssl")
    }

    /// Can other machines reach it? What a variable says is not known, so they may.
    pub(super) fn is_remote(&self) -> bool {
        self.addresses.split(',').any(is_remote)
    }

    /// Does it take only those who show a certificate?
    pub(super) fn asks_certificate(&self) -> bool {
        self.is_tls() && self.value("verify") == Some("required")
    }

    fn value(&self, name: &str) -> Option<&'l str> {
        value(&self.words, name)
    }
}

/// Is the address one that other machines reach?
pub(super) fn is_remote(address: &str) -> bool {
    let address = address.trim();
    let own = ["unix@", "abns@", "fd@", "sockpair@", "/", "rhttp@"];
    if own.iter().any(|start| address.starts_with(start)) {
        return false;
    }
    let address = [
        "ipv4@", "ipv6@", "tcp@", "tcp4@", "tcp6@", "quic4@", "quic6@", "udp@",
    ]
    .iter()
    .find_map(|start| address.strip_prefix(start))
    .unwrap_or(address);
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    !is_loopback(host)
}

fn value<'w>(words: &[&'w str], name: &str) -> Option<&'w str> {
    let at = words.iter().rposition(|w| *w == name)?;
    words.get(at + 1).copied()
}

/// The options that lists of certificates give, by the path as it is written; nothing where a list is not here.
pub(super) type Lists = BTreeMap<String, Option<Vec<Vec<String>>>>;

/// What a list gives: the words in brackets of each line.
pub(super) fn entries(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('[')?.1.split_once(']'))
        .map(|(inner, _)| inner.split_whitespace().map(str::to_owned).collect())
        .collect()
}

/// The lists that a line names.
pub(super) fn list_of(line: &Line) -> Option<&str> {
    Bind::of(line).value("crt-list")
}

/// The subject of one address.
pub(super) fn subject(part: &Part, bind: &Bind<'_>, global: &Settings, lists: &Lists) -> Subject {
    let id = format!(
        "haproxy.{}[{}].bind[{}]",
        part.kind, part.name, bind.addresses
    );
    let mut subject = Subject::new("haproxy-bind", id).at(bind.line.place.clone());
    let place = &bind.line.place;
    let here = |path: &'static str, value: Value| Fact::derived(path, value).at(place.clone());
    subject.put(Fact::set("address", bind.addresses.as_str()).at(place.clone()));
    subject.put(here("ssl", bind.is_tls().into()));
    subject.put(here("remote", bind.is_remote().into()));
    for name in VALUES {
        if let Some(value) = bind.value(name) {
            subject.put(Fact::set(name, value).at(place.clone()));
        }
    }
    if !bind.is_tls() {
        for path in [
            "versions",
            "weak_protocols",
            "weak_ciphers",
            "client_certificate",
        ] {
            subject.put(here(
                path,
                Value::unseen("not_applicable", "no TLS on this line"),
            ));
        }
        return subject;
    }
    // A list of certificates may say other for each of them.
    let own = Vec::new();
    let entries = match bind.value("crt-list").map(|path| (path, lists.get(path))) {
        Some((_, Some(Some(entries)))) => entries,
        Some((path, Some(None) | None)) => {
            for path_of in ["versions", "weak_protocols", "weak_ciphers"] {
                subject.put(here(path_of, Value::unseen("include-missing", path)));
            }
            subject.put(here("client_certificate", bind.asks_certificate().into()));
            return subject;
        }
        None => &own,
    };
    versions(bind, global, entries, &mut subject);
    ciphers(bind, global, entries, &mut subject);
    subject.put(here("client_certificate", bind.asks_certificate().into()));
    if bind.value("verify").is_none() {
        subject.put(Fact::default_of("verify", "none"));
    }
    subject
}

/// Versions of TLS that are left by the line and by `ssl-default-bind-options`.
fn versions(bind: &Bind<'_>, global: &Settings, entries: &[Vec<String>], subject: &mut Subject) {
    let defaults = global.line("ssl-default-bind-options");
    let default_words: Vec<&str> = defaults
        .map(|l| l.value.split_whitespace().collect())
        .unwrap_or_default();
    let own = bind.words.iter().any(|w| is_about_versions(w));
    let place = match defaults {
        Some(line) if !own && default_words.iter().any(|w| is_about_versions(w)) => &line.place,
        Some(_) | None => &bind.line.place,
    };
    let complete = own || defaults.is_some() || global.missing.is_none();
    let unclear = bind
        .words
        .iter()
        .chain(&default_words)
        .any(|w| w.contains("${"));
    let put = |subject: &mut Subject, path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(place.clone()));
    };
    if !complete || unclear {
        let why = match &global.missing {
            Some(what) if !complete => Value::unseen("include-missing", what.as_str()),
            Some(_) | None => Value::unseen("ambiguous", "a variable of the environment"),
        };
        for path in ["versions", "weak_protocols", "ssl-min-ver"] {
            put(subject, path, why.clone());
        }
        return;
    }
    let mut left = left(&[&bind.words, &default_words]);
    for entry in entries {
        let words: Vec<&str> = entry.iter().map(String::as_str).collect();
        left.extend(self::left(&[&words, &bind.words, &default_words]));
    }
    left.sort_by_key(|version| VERSIONS.iter().position(|v| v == version));
    left.dedup();
    let weak = left.iter().filter(|v| WEAK.contains(v));
    put(
        subject,
        "weak_protocols",
        Value::list(weak.map(|v| Value::from(*v))),
    );
    put(
        subject,
        "versions",
        Value::list(left.iter().map(|v| Value::from(*v))),
    );
    if bind.value("ssl-min-ver").is_none() {
        subject.put(match value(&default_words, "ssl-min-ver") {
            Some(min) => Fact::set("ssl-min-ver", min).at(place.clone()),
            None => Fact::default_of("ssl-min-ver", "TLSv1.2"),
        });
    }
}

fn is_about_versions(word: &str) -> bool {
    ["ssl-min-ver", "ssl-max-ver"].contains(&word)
        || word.starts_with("force-")
        || word.starts_with("no-ssl")
        || word.starts_with("no-tlsv")
}

/// HAProxy's own arithmetic (2.2 and later), the nearest level first: bounds of the line count before those of the defaults, `force-` is both
/// bounds, and what `no-` takes out counts only where there are no bounds.
fn left(levels: &[&[&str]]) -> Vec<&'static str> {
    let at = |name: &str| VERSIONS.iter().position(|v| *v == name);
    let bounds = |words: &[&str]| {
        let forced = words
            .iter()
            .filter_map(|w| w.strip_prefix("force-"))
            .filter_map(|w| VERSION_WORDS.iter().position(|v| *v == w))
            .next_back();
        let bound = |name: &str| value(words, name).and_then(at);
        (
            forced.or_else(|| bound("ssl-min-ver")),
            forced.or_else(|| bound("ssl-max-ver")),
        )
    };
    let min = levels.iter().find_map(|words| bounds(words).0);
    let max = levels.iter().find_map(|words| bounds(words).1);
    let bounded = min.is_some() || max.is_some();
    let taken = |version: usize| {
        !bounded
            && levels.iter().copied().flatten().any(|w| {
                w.strip_prefix("no-")
                    .is_some_and(|w| VERSION_WORDS.get(version) == Some(&w))
            })
    };
    let max = max.unwrap_or(VERSIONS.len() - 1);
    // Its own lower bound, or the upper one where that is below it.
    let min = min.unwrap_or(OWN_MIN.min(max));
    VERSIONS
        .iter()
        .enumerate()
        .filter(|(version, _)| (min..=max).contains(version) && !taken(*version))
        .map(|(_, name)| *name)
        .collect()
}

fn ciphers(bind: &Bind<'_>, global: &Settings, entries: &[Vec<String>], subject: &mut Subject) {
    let default = global.line("ssl-default-bind-ciphers");
    let (list, place): (&str, Option<&Place>) = match (bind.value("ciphers"), default) {
        (Some(list), _) => (list, Some(&bind.line.place)),
        (None, Some(line)) => (&line.value, Some(&line.place)),
        (None, None) => ("", None),
    };
    let mut weak: Vec<_> = weak_ciphers(list);
    for entry in entries {
        let words: Vec<&str> = entry.iter().map(String::as_str).collect();
        weak.extend(self::value(&words, "ciphers").map_or_else(Vec::new, weak_ciphers));
    }
    weak.sort_unstable();
    weak.dedup();
    let mut value = Value::list(weak.into_iter().map(Value::from));
    if list.contains("${") {
        value = Value::unseen("ambiguous", "a variable of the environment");
    }
    if let (None, Some(what)) = (place, &global.missing) {
        value = Value::unseen("include-missing", what.as_str());
    }
    let fact = Fact::derived("weak_ciphers", value);
    subject.put(match place {
        Some(place) => fact.at(place.clone()),
        None => fact.at(bind.line.place.clone()),
    });
    if let (None, Some(line)) = (bind.value("ciphers"), default) {
        subject.put(Fact::set("ciphers", line.value.as_str()).at(line.place.clone()));
    }
}

const VERSIONS: [&str; 5] = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const VERSION_WORDS: [&str; 5] = ["sslv3", "tlsv10", "tlsv11", "tlsv12", "tlsv13"];
const WEAK: [&str; 3] = ["SSLv3", "TLSv1.0", "TLSv1.1"];
const OWN_MIN: usize = 3;

/// Words of the line that have a value and are shown.
const VALUES: [&str; 14] = [
    "crt",
    "crt-list",
    "ca-file",
    "crl-file",
    "verify",
    "ciphers",
    "ciphersuites",
    "curves",
    "alpn",
    "ssl-min-ver",
    "ssl-max-ver",
    "maxconn",
    "interface",
    "mode",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_are_left() {
        let of = |line: &str, defaults: &str| {
            let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
            let (line, defaults) = (line.to_owned().leak(), defaults.to_owned().leak());
            left(&[&words(line), &words(defaults)]).join(" ")
        };
        assert_eq!(of("", ""), "TLSv1.2 TLSv1.3");
        assert_eq!(
            of("", "ssl-min-ver TLSv1.0"),
            "TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3"
        );
        assert_eq!(of("ssl-min-ver TLSv1.3", "ssl-min-ver TLSv1.0"), "TLSv1.3");
        assert_eq!(of("force-tlsv10", ""), "TLSv1.0");
        assert_eq!(of("no-tlsv13", "no-sslv3"), "TLSv1.2");
        assert_eq!(of("ssl-max-ver TLSv1.1", ""), "TLSv1.1");
        assert_eq!(
            of("no-tlsv10", "ssl-min-ver TLSv1.0"),
            "TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3"
        );
    }

    #[test]
    fn addresses() {
        for (address, remote) in [
            ("*:443", true),
            (":80", true),
            ("[::]:443", true),
            ("ipv4@0.0.0.0:80", true),
            ("127.0.0.1:80", false),
            ("[::1]:80", false),
            ("localhost:80", false),
            ("unix@/run/x", false),
            ("/run/x.sock", false),
            ("${HOST}:80", true),
        ] {
            assert_eq!(is_remote(address), remote, "{address}");
        }
    }
}
