//! Asterisk: endpoints of `pjsip.conf` that lead to a carrier.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{MAX_PARTS, Trunk, way_of};

#[derive(Debug, Clone, Default)]
struct Section {
    name: String,
    line: u32,
    keys: BTreeMap<String, String>,
}

impl Section {
    fn get(&self, key: &str) -> &str {
        self.keys.get(key).map_or("", String::as_str)
    }
}

/// The line without its remark; `\\;` is a sign, `;--` begins a remark of many lines.
fn without_remark<'a>(line: &'a str, inside: &mut bool) -> &'a str {
    if *inside {
        match line.find("--;") {
            Some(end) => {
                *inside = false;
                return without_remark(line.get(end + 3..).unwrap_or_default(), inside);
            }
            None => return "",
        }
    }
    let bytes = line.as_bytes();
    let mark =
        (0..bytes.len()).find(|at| bytes[*at] == b';' && (*at == 0 || bytes[at - 1] != b'\\'));
    let Some(at) = mark else {
        return line;
    };
    let rest = line.get(at..).unwrap_or_default();
    if rest.starts_with(";--") && !rest.starts_with(";---") {
        *inside = !rest.get(3..).unwrap_or_default().contains("--;");
    }
    line.get(..at).unwrap_or_default()
}

/// `[name](template)` sections with `key=value` lines.
fn sections(text: &str) -> Vec<Section> {
    let mut all: Vec<Section> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        let line = without_remark(line, &mut inside).trim();
        if let Some((name, rest)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
            let mut section = Section {
                name: name.trim().to_owned(),
                line: u32::try_from(number + 1).unwrap_or(u32::MAX),
                keys: BTreeMap::new(),
            };
            let from = rest.trim().trim_matches(['(', ')']);
            for template in from
                .split(',')
                .map(str::trim)
                .filter(|t| !matches!(*t, "" | "!" | "+"))
            {
                if let Some(base) = all.iter().rev().find(|s| s.name == template) {
                    section.keys.extend(base.keys.clone());
                }
            }
            if all.len() < MAX_PARTS {
                all.push(section);
            }
        } else if let (Some(section), Some((key, value))) = (all.last_mut(), line.split_once('=')) {
            let value = value.trim_start_matches('>').trim();
            let kept = section
                .keys
                .entry(key.trim().to_ascii_lowercase())
                .or_default();
            // An address may be named more than once; of all else the last counts.
            match key.trim().eq_ignore_ascii_case("contact") && !kept.is_empty() {
                true => *kept = format!("{kept},{value}"),
                false => value.clone_into(kept),
            }
        }
    }
    all
}

/// A section of `pjsip_wizard.conf` as the endpoint that it makes.
fn by_wizard(section: &Section) -> Section {
    let mut keys: BTreeMap<String, String> = section
        .keys
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("endpoint/")?.to_owned(), value.clone())))
        .collect();
    let hosts = section.get("remote_hosts").split(',').map(str::trim);
    let contacts: Vec<String> = hosts
        .filter(|h| !h.is_empty())
        .map(|h| format!("sip:{h}"))
        .collect();
    keys.insert("type".into(), "endpoint".into());
    keys.insert("outbound_proxy".into(), contacts.join(","));
    for key in ["transport", "sends_auth", "sends_registrations"] {
        if let Some(value) = section.keys.get(key) {
            let key = if key == "transport" {
                key
            } else {
                "outbound_auth"
            };
            if key == "transport" || matches!(value.as_str(), "yes" | "true" | "1" | "on") {
                keys.insert(key.into(), value.clone());
            }
        }
    }
    Section {
        keys,
        ..section.clone()
    }
}

/// Endpoints that register at a carrier, are recognised by its address, or send to an address outside. `beside`: the
/// other files of the exchange, which may hold what the endpoints name.
pub(super) fn trunks(text: &str, beside: &str) -> Vec<Trunk> {
    let mut own = sections(text);
    for section in &mut own {
        if section.get("type") == "wizard" {
            *section = by_wizard(section);
        }
    }
    let count = own.len();
    let mut all = own;
    all.extend(sections(beside));
    let whole = !text.lines().any(|l| {
        l.trim_start().starts_with("#include") || l.trim_start().starts_with("#tryinclude")
    });
    let of = |kind: &'static str| all.iter().filter(move |s| s.get("type") == kind);
    let named = |name: &str| {
        of("identify")
            .chain(of("registration"))
            .any(|s| s.get("endpoint") == name)
    };
    let contacts = |section: &Section| -> Vec<String> {
        let aors: Vec<&str> = section.get("aors").split(',').map(str::trim).collect();
        of("aor")
            .filter(|a| aors.contains(&a.name.as_str()))
            .map(|a| a.get("contact").to_owned())
            .chain(std::iter::once(section.get("outbound_proxy").to_owned()))
            .flat_map(|c| {
                c.split(',')
                    .map(|c| c.trim().to_owned())
                    .collect::<Vec<_>>()
            })
            .filter(|c| !c.is_empty())
            .collect()
    };
    let trunk = |section: &Section| {
        let transport = of("transport").find(|t| t.name == section.get("transport"));
        let ways: Vec<Option<bool>> = contacts(section).iter().map(|c| way_of(c)).collect();
        let tls = match transport {
            _ if ways.contains(&Some(false)) => Some(false),
            Some(transport) => Some(transport.get("protocol").eq_ignore_ascii_case("tls")),
            None if ways.contains(&Some(true)) => Some(true),
            None if !ways.is_empty() && section.get("transport").is_empty() => Some(false),
            None => None,
        };
        let optional = matches!(
            section.get("media_encryption_optimistic"),
            "yes" | "true" | "on" | "1"
        );
        let srtp = match section.get("media_encryption") {
            "" if !whole => None,
            "" | "no" => Some(false),
            "sdes" | "dtls" => Some(!optional),
            // What stands in a variable is not known here.
            _ => None,
        };
        let number = [section.get("from_user"), digits_of(section.get("callerid"))]
            .into_iter()
            .find(|n| !n.is_empty());
        let caller = match number {
            Some(number) => Some(Some(number.to_owned())),
            None => whole.then_some(None),
        };
        Trunk {
            name: section.name.clone(),
            line: section.line,
            tls,
            srtp,
            caller,
        }
    };
    all.iter()
        .take(count)
        .filter(|s| s.get("type") == "endpoint")
        .filter(|s| {
            !s.get("outbound_auth").is_empty()
                || named(&s.name)
                || contacts(s).iter().any(|c| leads_outside(c))
        })
        .map(trunk)
        .collect()
}

/// Does the contact name a host that is not one of the company's own network?
fn leads_outside(contact: &str) -> bool {
    let rest = contact.split_once(':').map_or(contact, |(_, rest)| rest);
    let host = rest.rsplit('@').next().unwrap_or(rest);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => host.split([':', ';', '\\', '/']).next().unwrap_or(host),
    };
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local()),
        Ok(IpAddr::V6(ip)) => !(ip.is_loopback() || ip.is_unique_local()),
        Err(_) => host.contains('.') && !host.ends_with(".local") && !host.ends_with(".lan"),
    }
}

/// `"Name" <0247…>` → `0247…`.
fn digits_of(callerid: &str) -> &str {
    callerid
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or(callerid, |(number, _)| number)
        .trim()
}
