//! Name resolution: which servers are asked, whether they filter, whether answers are checked or encrypted.
//!
//! Where resolv.conf names the local stub, systemd-resolved's own files say who is really asked.

use std::net::IpAddr;

use super::host::{Host, texts, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::pairs;
use crate::parse::keyword::words;

const CLASSES: &str = include_str!("../../../rules/data/resolvers.txt");
const CONF: &str = "/etc/resolv.conf";
const RESOLVED: &str = "/etc/systemd/resolved.conf";
const FOLDERS: [&str; 4] = [
    "/etc/systemd/resolved.conf.d",
    "/run/systemd/resolved.conf.d",
    "/usr/local/lib/systemd/resolved.conf.d",
    "/usr/lib/systemd/resolved.conf.d",
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file(CONF, Keep::Lines(&["nameserver", "options", "search"])),
    file(RESOLVED, SETTINGS),
    file("/etc/systemd/resolved.conf.d/*.conf", SETTINGS),
    file("/run/systemd/resolved.conf.d/*.conf", SETTINGS),
    file("/usr/local/lib/systemd/resolved.conf.d/*.conf", SETTINGS),
    file("/usr/lib/systemd/resolved.conf.d/*.conf", SETTINGS),
];

const SETTINGS: Keep = Keep::Lines(&[
    "dns=",
    "fallbackdns=",
    "dnssec=",
    "dnsovertls=",
    "llmnr=",
    "multicastdns=",
]);

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["resolver"],
    }
}

/// An address that no Internet service has.
pub(super) fn is_private(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            (first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfe80
        }
    }
}

fn known(class: &str, address: &str) -> bool {
    let lines = CLASSES
        .lines()
        .filter_map(|l| l.strip_prefix(class)?.strip_prefix(' '));
    lines.flat_map(str::split_whitespace).any(|a| a == address)
}

/// Settings of systemd-resolved with its drop-ins: a later file counts.
struct Resolved(Vec<(pairs::Pair, String)>);

impl Resolved {
    fn read(host: &mut Host<'_>) -> Result<Self, SourceError> {
        let mut all = Vec::new();
        let files = host.drop_ins(&FOLDERS, ".conf")?;
        for file in std::iter::once(RESOLVED.to_owned()).chain(files) {
            let text = host.optional(&file)?.unwrap_or_default();
            let of = pairs::ini(&text)
                .into_iter()
                .filter(|p| p.section == "Resolve");
            all.extend(of.map(|p| (p, file.clone())));
        }
        Ok(Self(all))
    }

    /// Lists grow from line to line; an empty value empties them.
    fn list(&self, key: &str) -> Vec<String> {
        let mut list = Vec::new();
        for (pair, _) in self
            .0
            .iter()
            .filter(|(p, _)| p.key.eq_ignore_ascii_case(key))
        {
            if pair.value.is_empty() {
                list.clear();
            }
            list.extend(pair.value.split_whitespace().map(str::to_owned));
        }
        list
    }

    fn fact(&self, path: &'static str, key: &str, own: &str) -> Fact {
        let found = self
            .0
            .iter()
            .rev()
            .find(|(p, _)| p.key.eq_ignore_ascii_case(key));
        match found {
            Some((pair, file)) => {
                let value = match pair.value.to_ascii_lowercase().as_str() {
                    "true" | "1" | "on" => "yes".to_owned(),
                    "false" | "0" | "off" => "no".to_owned(),
                    other => other.to_owned(),
                };
                Fact::set(path, value).at(Place::new(file.as_str(), pair.line))
            }
            None => Fact::default_of(path, own),
        }
    }
}

/// Collects the subject type `resolver`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("resolver", "resolver");
    let conf = host.optional(CONF);
    let on = host.unit_on(&["systemd-resolved.service"]);
    let resolved = Resolved::read(host);
    let text = match &conf {
        Ok(Some(text)) => Ok(text.clone()),
        Ok(None) => Err(SourceError::Missing(CONF.into())),
        Err(e) => Err(e.clone()),
    };
    let named = text.as_ref().map(|text| servers(text));
    let stub = matches!(&named, Ok(list) if list.iter().any(|(a, _)| a.starts_with("127.0.0.5")));
    // The stub's file stands in /run, which only a running host has.
    let gone = matches!(&named, Err(e) if e.is_missing());
    let uses = stub || (gone && on == Value::Bool(true));
    let servers: Result<Vec<(String, u32, String)>, SourceError> = match (uses, &named, &resolved) {
        (true, _, Ok(settings)) => {
            let list = settings.list("DNS").into_iter();
            // An address may carry a port, an interface and a name.
            let plain = |a: String| (bare(&a), 0, RESOLVED.to_owned());
            Ok(list.map(plain).collect())
        }
        (true, _, Err(e)) => Err(e.clone()),
        (false, Err(e), _) => Err((*e).clone()),
        (false, Ok(list), _) => {
            let all = list
                .iter()
                .map(|(a, line)| (a.clone(), *line, CONF.to_owned()));
            Ok(all.collect())
        }
    };
    put_servers(&mut subject, uses, servers);
    subject.put(Fact::derived(
        "resolved",
        if uses { Value::Bool(true) } else { on },
    ));
    match resolved {
        Ok(settings) => {
            for (path, key, own) in [
                ("dnssec", "DNSSEC", "allow-downgrade"),
                ("dns_over_tls", "DNSOverTLS", "no"),
                ("llmnr", "LLMNR", "yes"),
                ("multicast_dns", "MulticastDNS", "yes"),
            ] {
                subject.put(settings.fact(path, key, own));
            }
            // How the package was built decides where the file is silent.
            if let Some(fact) = subject.facts.get_mut("dnssec")
                && fact.origin == crate::model::Origin::Default
            {
                fact.value = Value::unseen("ambiguous", "depends on how systemd was built");
            }
        }
        Err(e) => {
            for path in ["dnssec", "dns_over_tls", "llmnr", "multicast_dns"] {
                subject.put(Fact::derived(path, unseen(&e)));
            }
        }
    }
    out.subjects.push(subject);
    out.saw("resolver", Seen::Whole);
}

fn put_servers(
    subject: &mut Subject,
    uses: bool,
    servers: Result<Vec<(String, u32, String)>, SourceError>,
) {
    let list = match servers {
        Ok(list) if list.is_empty() && uses => {
            let why = "each interface brings its own servers, by DHCP for one";
            let why = Value::unseen("ambiguous", why);
            for path in ["servers", "untrusted", "unfiltered"] {
                subject.put(Fact::derived(path, why.clone()));
            }
            return;
        }
        Ok(list) => list,
        Err(e) => {
            for path in ["servers", "untrusted", "unfiltered"] {
                subject.put(Fact::derived(path, unseen(&e)));
            }
            return;
        }
    };
    let place = list
        .first()
        .map(|(_, line, file)| Place::new(file.as_str(), *line));
    let inside = |a: &str| {
        a.parse::<IpAddr>()
            .is_ok_and(|ip| is_private(&ip) || ip.is_loopback())
    };
    let of = |keep: &dyn Fn(&str) -> bool| -> Vec<String> {
        let kept = list.iter().filter(|(a, ..)| keep(a));
        kept.map(|(a, ..)| a.clone()).collect()
    };
    let untrusted = of(&|a| !inside(a) && !known("filtering", a) && !known("public", a));
    let plain = of(&|a| !inside(a) && !known("filtering", a));
    // A server of the company's own may filter; nobody outside can see whether it does.
    let unfiltered = if plain.is_empty() && list.iter().any(|(a, ..)| inside(a)) {
        Value::unseen(
            "ambiguous",
            "whether a server inside filters is not seen from here",
        )
    } else {
        texts(plain)
    };
    for (path, value) in [
        ("servers", texts(of(&|_| true))),
        ("untrusted", texts(untrusted)),
        ("unfiltered", unfiltered),
    ] {
        let mut fact = Fact::derived(path, value);
        fact.place.clone_from(&place);
        subject.put(fact);
    }
}

/// The servers of resolv.conf with their lines.
fn servers(text: &str) -> Vec<(String, u32)> {
    let lines = words(text, &['#', ';']);
    let named = lines.iter().filter(|w| w.keyword() == "nameserver");
    named
        .filter_map(|w| Some((bare(w.args().first()?), w.line)))
        .collect()
}

/// `[2001:db8::1]:53#name`, `192.0.2.1%eth0` without port, interface and name.
fn bare(address: &str) -> String {
    let address = address.split(['#', '%']).next().unwrap_or_default();
    if let Some(rest) = address.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default().to_owned();
    }
    match address.split_once(':') {
        Some((ip, port)) if !port.contains(':') => ip.to_owned(),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(bare("[2620:fe::fe]:853#dns.quad9.net"), "2620:fe::fe");
        assert_eq!(bare("9.9.9.9:853#x"), "9.9.9.9");
        assert_eq!(bare("2620:fe::fe"), "2620:fe::fe");
        assert!(known("filtering", "9.9.9.9") && !known("filtering", "8.8.8.8"));
        assert!(is_private(&"fd00::1".parse().unwrap()));
        assert!(!is_private(&"203.113.131.1".parse().unwrap()));
    }
}
