//! firewalld: the default zone, zones that interfaces are put into, services by name, rich rules.

use std::collections::BTreeSet;

use super::Wall;
use crate::collect::server::host::Host;
use crate::model::{EntryKind, SourceError, Value};
use crate::parse::keyword::openings::Openings;
use crate::parse::keyword::pairs;
use crate::parse::keyword::tags::{self, Tag};

const CONF: &str = "/etc/firewalld/firewalld.conf";

/// The administrator's files come before those of the package.
const FOLDERS: [&str; 2] = ["/etc/firewalld", "/usr/lib/firewalld"];

/// Where connections are put into zones.
pub(super) const CONNECTIONS: [&str; 2] = [
    "/etc/NetworkManager/system-connections/*",
    "/etc/sysconfig/network-scripts/ifcfg-*",
];

/// What a rich rule may name of the traffic.
const PARTS: [&str; 8] = [
    "service",
    "port",
    "source-port",
    "protocol",
    "icmp-block",
    "icmp-type",
    "masquerade",
    "forward-port",
];

pub(super) fn firewalld(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    if host.has(&["firewalld"]) == Some(false) {
        return Ok(None);
    }
    let Some(text) = host.optional(CONF)? else {
        return Ok(None);
    };
    let pairs = pairs::equals(&text);
    let zone = pairs::last(&pairs, "DefaultZone");
    let default = zone.map_or("public", |p| p.value.as_str()).to_owned();
    let logs = pairs::last(&pairs, "LogDenied").is_some_and(|p| p.value != "off");
    let (mut open, mut accepts) = (Openings::none(), Some(default == "trusted"));
    let given = given(host)?;
    let mut names = vec![default.clone()];
    for path in host.glob("/etc/firewalld/zones/*.xml")? {
        let name = path.rsplit('/').next().unwrap_or_default();
        names.push(name.trim_end_matches(".xml").to_owned());
    }
    names.extend(given.iter().cloned());
    let mut met = BTreeSet::new();
    names.retain(|name| met.insert(name.clone()));
    for (at, name) in names.iter().enumerate() {
        let bound = given.contains(name);
        // The one zone that lets everything in and needs no file.
        if at > 0 && bound && name == "trusted" {
            open.open(0, u16::MAX);
            accepts = Some(true);
        }
        let Some(tags) = tags_of(host, "zones", name)? else {
            // What a zone of the package says is not known where its file is not there.
            let known = matches!(name.as_str(), "drop" | "block" | "trusted");
            open.whole &= known || (at > 0 && !bound);
            continue;
        };
        let Some(tags) = tags else {
            open.whole = false;
            accepts = if at == 0 { None } else { accepts };
            continue;
        };
        // A zone for some sources, or for nothing, lets nobody else in.
        let bound = bound
            || tags.iter().any(|t| {
                let source = t.name == "source" && is_anybody(Some(t));
                t.depth == 1 && (t.name == "interface" || source)
            });
        if at > 0 && !bound {
            continue;
        }
        let all = tags.first().and_then(|t| t.get("target")) == Some("ACCEPT");
        if at == 0 || all {
            accepts = Some(all);
        }
        let mut zone = Openings::none();
        fill(host, &tags, &mut zone)?;
        if all {
            zone.open(0, u16::MAX);
        }
        open.join(&zone);
    }
    if accepts == Some(true) {
        open.open(0, u16::MAX);
    }
    // What stands in folders beside the zones is one with them, and is not read.
    let entries = host.entries("/etc/firewalld/zones")?;
    open.whole &= !entries.iter().any(|e| e.kind == EntryKind::Folder);
    // A policy may let in what no zone does.
    open.whole &= host.glob("/etc/firewalld/policies/*.xml")?.is_empty();
    let direct = host.optional("/etc/firewalld/direct.xml")?;
    open.whole &=
        !direct.is_some_and(|text| text.contains("<rule") || text.contains("<passthrough"));
    Ok(Some(Wall {
        kind: "firewalld",
        file: CONF.to_owned(),
        line: zone.map_or(0, |p| p.line),
        enabled: host.unit_on(&["firewalld.service"]),
        // Of the zones that firewalld brings, only `trusted` lets everything in.
        input: match accepts {
            Some(true) => "accept".into(),
            Some(false) => "reject".into(),
            None => Value::unseen("not-parsed", "the file of the default zone is no XML"),
        },
        output: "accept".into(),
        forward: "reject".into(),
        six: Value::Bool(true),
        logs: Value::Bool(logs),
        limits: Value::Bool(open.limits),
        open,
    }))
}

/// The zones that connections are put into: by NetworkManager, which firewalld asks to keep them, or by older files.
fn given(host: &mut Host<'_>) -> Result<BTreeSet<String>, SourceError> {
    let mut zones = BTreeSet::new();
    for pattern in CONNECTIONS {
        for path in host.glob(pattern)? {
            let text = host.optional(&path)?.unwrap_or_default();
            let all = pairs::equals(&text).into_iter();
            let named = all.filter(|p| p.key.eq_ignore_ascii_case("zone") && !p.value.is_empty());
            zones.extend(named.map(|p| p.value));
        }
    }
    Ok(zones)
}

/// Does a source leave nobody out?
fn is_anybody(source: Option<&Tag>) -> bool {
    let Some(source) = source else { return true };
    let inverted = source
        .get("invert")
        .is_some_and(|i| i.eq_ignore_ascii_case("true") || i == "yes");
    inverted || source.get("address").is_some_and(|a| a.ends_with("/0"))
}

/// The tags of a zone or a service: none where no such file is there, none inside where it is no XML.
#[allow(clippy::option_option)]
fn tags_of(
    host: &mut Host<'_>,
    kind: &str,
    name: &str,
) -> Result<Option<Option<Vec<Tag>>>, SourceError> {
    if name.contains(['/', '.']) {
        return Ok(None);
    }
    for folder in FOLDERS {
        if let Some(text) = host.optional(&format!("{folder}/{kind}/{name}.xml"))? {
            return Ok(Some(tags::read(&text)));
        }
    }
    Ok(None)
}

/// What a zone opens. Rules that deny come before those that accept.
fn fill(host: &mut Host<'_>, tags: &[Tag], zone: &mut Openings) -> Result<(), SourceError> {
    let mut rules: Vec<&[Tag]> = Vec::new();
    let mut plain: Vec<&Tag> = Vec::new();
    let mut at = 1;
    while let Some(tag) = tags.get(at) {
        let inside = tags.get(at + 1..).unwrap_or_default();
        let inside = inside.iter().take_while(|t| t.depth > tag.depth).count();
        if tag.name == "rule" {
            rules.extend(tags.get(at..=at + inside));
        } else {
            plain.push(tag);
        }
        at += inside + 1;
    }
    // What comes before all that deny is not taken back by them.
    for rule in rules.iter().filter(|r| priority(r) < 0) {
        accept(host, rule, zone)?;
    }
    for rule in &rules {
        zone.limits |= has(rule, "limit");
        zone.logs |= has(rule, "log");
        let denies = has(rule, "drop") || has(rule, "reject");
        // What is for one family or one address alone, or comes after what accepts, keeps a port from nobody.
        let narrow = ["limit", "destination", "mac"].iter().any(|n| has(rule, n))
            || rule.first().is_some_and(|r| r.get("family").is_some())
            || priority(rule) > 0;
        if denies && !narrow && is_anybody(rule.iter().find(|t| t.name == "source")) {
            for (from, to) in ports(host, rule, zone)? {
                zone.guard(from, to);
            }
        }
    }
    for rule in rules.iter().filter(|r| priority(r) >= 0) {
        accept(host, rule, zone)?;
    }
    for tag in plain {
        for (from, to) in ports(host, std::slice::from_ref(tag), zone)? {
            zone.open(from, to);
        }
    }
    Ok(())
}

fn has(rule: &[Tag], name: &str) -> bool {
    rule.iter().any(|t| t.name == name)
}

/// Opens what a rule lets everybody reach.
fn accept(host: &mut Host<'_>, rule: &[Tag], zone: &mut Openings) -> Result<(), SourceError> {
    if !(is_anybody(rule.iter().find(|t| t.name == "source")) && has(rule, "accept")) {
        return Ok(());
    }
    // Of a rule that names no part of the traffic, all of it.
    if !PARTS.iter().any(|part| has(rule, part)) {
        zone.open(0, u16::MAX);
    }
    for (from, to) in ports(host, rule, zone)? {
        zone.open(from, to);
    }
    Ok(())
}

/// Rules of a lower number come first; 0 where none is written.
fn priority(rule: &[Tag]) -> i64 {
    let number = rule.first().and_then(|r| r.get("priority")?.parse().ok());
    number.unwrap_or(0)
}

/// The ports of a service with those that it includes; `None` where one of them is not known.
fn of_service(
    host: &mut Host<'_>,
    name: &str,
    met: &mut BTreeSet<String>,
) -> Result<Option<Vec<(u16, u16)>>, SourceError> {
    // Services may include each other.
    if !met.insert(name.to_owned()) {
        return Ok(Some(Vec::new()));
    }
    let Some(Some(tags)) = tags_of(host, "services", name)? else {
        return Ok((name == "ssh").then(|| vec![(22, 22)]));
    };
    let mut all = Vec::new();
    for tag in tags {
        match tag.name.as_str() {
            "port" => match tag.get("port").filter(|p| !p.is_empty()) {
                Some(port) => all.extend(range(port)),
                // A protocol alone is all of it.
                None => all.extend(whole(tag.get("protocol"))),
            },
            "protocol" => all.extend(whole(tag.get("value"))),
            // Who sends chooses where he sends from.
            "source-port" => all.push((0, u16::MAX)),
            "include" => match of_service(host, tag.get("service").unwrap_or_default(), met)? {
                Some(more) => all.extend(more),
                None => return Ok(None),
            },
            _ => {}
        }
    }
    Ok(Some(all))
}

/// All ports, where a protocol that has some is let in whole.
fn whole(protocol: Option<&str>) -> Option<(u16, u16)> {
    let named = matches!(protocol, Some("tcp" | "udp" | "ip" | "ipv4" | "ipv6"));
    named.then_some((0, u16::MAX))
}

/// The ports of services, ports and forwarded ports among some tags.
fn ports(
    host: &mut Host<'_>,
    tags: &[Tag],
    zone: &mut Openings,
) -> Result<Vec<(u16, u16)>, SourceError> {
    let mut all = Vec::new();
    for tag in tags {
        match (tag.name.as_str(), tag.get("name"), tag.get("port")) {
            ("service", Some(name), _) => match of_service(host, name, &mut BTreeSet::new())? {
                Some(ports) => all.extend(ports),
                None => zone.whole = false,
            },
            // Who sends chooses where he sends from.
            ("source-port", ..) => all.push((0, u16::MAX)),
            ("protocol", ..) => all.extend(whole(tag.get("value"))),
            ("port" | "forward-port", _, Some(port)) => match range(port) {
                Some(range) => all.push(range),
                None => zone.whole = false,
            },
            _ => {}
        }
    }
    Ok(all)
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to).then_some((from, to))
}
