//! Security groups of AWS-like and OpenStack-like clouds: who reaches which ports, and what goes out.

use super::scope::{number, text};
use super::{Resource, World};
use crate::collect::config::containers::image;
use crate::model::{Collected, Fact, Place, Subject, Value};
use crate::parse::hcl::{Body, Expr};

/// One rule, as far as it is known.
struct Rule {
    egress: bool,
    /// From or to anywhere; nothing where the addresses are not known.
    anywhere: Option<bool>,
    /// First and last port; nothing where they are not known.
    ports: Option<(u16, u16)>,
    place: Place,
}

/// What the rules of one group come to.
#[derive(Default)]
struct Group {
    rules: Vec<Rule>,
    /// Rules that are made by a loop.
    open: Option<Place>,
}

/// Adds a subject for each group, and for each rule of a group that is not here.
pub(super) fn collect(world: &World<'_, '_>, out: &mut Collected) {
    let rules: Vec<&Resource> = world
        .resources
        .iter()
        .filter(|r| is_rule(&r.kind))
        .collect();
    let mut taken = vec![false; rules.len()];
    for resource in world.resources.iter().filter(|r| is_group(&r.kind)) {
        if world.get(resource, "count").and_then(|(v, _)| number(&v)) == Some(0) {
            continue;
        }
        let mut group = Group::default();
        inline(world, resource, &mut group);
        for (at, rule) in rules.iter().enumerate() {
            if world.names(rule, "security_group_id", resource, None) {
                if let Some(taken) = taken.get_mut(at) {
                    *taken = true;
                }
                group.rules.extend(apart(world, rule));
            }
        }
        let mut subject = world.subject("tf-security-group", "tf.security-group", resource);
        group.facts(&mut subject);
        defaults(world, resource, &group, &mut subject);
        out.subjects.push(subject);
    }
    for (rule, _) in rules.iter().zip(taken).filter(|(_, taken)| !taken) {
        let mut group = Group::default();
        group.rules.extend(apart(world, rule));
        let mut subject = world.subject("tf-security-group", "tf.security-group", rule);
        group.facts(&mut subject);
        let what = "the group itself is not among the files";
        for path in ["open_egress", "default_network"] {
            if !(path == "open_egress" && group.opens_out() == Some(true)) {
                subject.put(Fact::derived(path, Value::unseen("missing-fact", what)));
            }
        }
        out.subjects.push(subject);
    }
}

fn is_group(kind: &str) -> bool {
    kind == "aws_security_group"
        || kind == "aws_default_security_group"
        || kind.ends_with("_networking_secgroup_v2")
}

fn is_rule(kind: &str) -> bool {
    [
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    ]
    .contains(&kind)
        || kind.ends_with("_networking_secgroup_rule_v2")
}

/// Rules that stand in the group itself, as blocks or as a list of objects.
fn inline(world: &World<'_, '_>, resource: &Resource, group: &mut Group) {
    for (name, egress) in [("ingress", false), ("egress", true)] {
        for block in resource.body.of(name) {
            let place = world.tree.place(&resource.path, block.line);
            let get = |key: &str| world.get_in(&block.body, resource, key).map(|(v, _)| v);
            group.rules.push(aws(egress, &get, place));
        }
        if let Some((value, place)) = world.get(resource, name) {
            let Expr::List(items) = value else {
                group.open = Some(place);
                continue;
            };
            for item in items {
                let Expr::Map(pairs, true) = item else {
                    group.open = Some(place.clone());
                    continue;
                };
                let get = |key: &str| {
                    let found = pairs.iter().find(|(name, _)| name == key);
                    found.map(|(_, v)| v.clone()).filter(|v| *v != Expr::Null)
                };
                group.rules.push(aws(egress, &get, place.clone()));
            }
        }
    }
    let made = |body: &Body| {
        let mut loops = body.of("dynamic").filter(|b| {
            b.labels
                .first()
                .is_some_and(|l| l == "ingress" || l == "egress")
        });
        loops
            .next()
            .map(|b| world.tree.place(&resource.path, b.line))
    };
    group.open = group.open.take().or_else(|| made(&resource.body));
}

/// A rule as AWS writes it.
fn aws(egress: bool, get: &dyn Fn(&str) -> Option<Expr>, place: Place) -> Rule {
    let all = get("protocol").or_else(|| get("ip_protocol"));
    let addresses: Vec<Expr> = ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"]
        .iter()
        .filter_map(|key| get(key))
        .collect();
    Rule {
        egress,
        anywhere: anywhere(&addresses),
        ports: ports(
            all.as_ref(),
            get("from_port").as_ref(),
            get("to_port").as_ref(),
        ),
        place,
    }
}

/// A rule that is a resource of its own.
fn apart(world: &World<'_, '_>, rule: &Resource) -> Option<Rule> {
    if world.get(rule, "count").and_then(|(v, _)| number(&v)) == Some(0) {
        return None;
    }
    let get = |key: &str| world.get(rule, key).map(|(v, _)| v);
    let place = world.place(rule);
    if !rule.kind.starts_with("aws_") {
        return Some(openstack(&get, place));
    }
    let way = get("type").as_ref().and_then(text);
    let egress = rule.kind.ends_with("egress_rule") || way.as_deref() == Some("egress");
    Some(aws(egress, &get, place))
}

/// A rule as OpenStack writes it: without addresses it speaks of all, without ports of all of them.
fn openstack(get: &dyn Fn(&str) -> Option<Expr>, place: Place) -> Rule {
    let written = get("remote_ip_prefix");
    let anywhere = match (&written, get("remote_group_id")) {
        (Some(address), _) => anywhere(std::slice::from_ref(address)),
        (None, Some(_)) => Some(false),
        (None, None) => Some(true),
    };
    let (first, last) = (get("port_range_min"), get("port_range_max"));
    let none = first.is_none() && last.is_none();
    let protocol = get("protocol");
    let whole = protocol.is_none()
        || (none
            && protocol
                .as_ref()
                .and_then(text)
                .is_some_and(|p| p == "tcp" || p == "udp"));
    Rule {
        egress: get("direction").as_ref().and_then(text).as_deref() == Some("egress"),
        anywhere,
        ports: if whole {
            Some((0, u16::MAX))
        } else {
            ports(protocol.as_ref(), first.as_ref(), last.as_ref())
        },
        place,
    }
}

/// Is one of the addresses half of the Internet or more?
fn anywhere(addresses: &[Expr]) -> Option<bool> {
    let mut known = true;
    for address in addresses {
        for item in address.each() {
            match text(item) {
                Some(text) if is_wide(&text) => return Some(true),
                Some(_) => {}
                // The name of another group, or of a network of one's own.
                None if matches!(item, Expr::Name(path) if is_own(path)) => {}
                None => known = false,
            }
        }
    }
    known.then_some(false)
}

/// Does it name something that the cloud has made: a network, a group, an address? What a loop, a module or a file elsewhere
/// gives is another matter.
fn is_own(path: &[String]) -> bool {
    let (Some(first), second) = (path.first(), path.get(1)) else {
        return false;
    };
    let of_cloud = |kind: &str| {
        [
            "vpc",
            "subnet",
            "eip",
            "instance",
            "network",
            "group",
            "address",
            "ip_ranges",
            "prefix_list",
            "gateway",
        ]
        .iter()
        .any(|word| kind.contains(word))
    };
    match first.as_str() {
        "data" => second.is_some_and(|kind| of_cloud(kind)),
        kind => kind.contains('_') && of_cloud(kind),
    }
}

fn is_wide(address: &str) -> bool {
    let length = address
        .rsplit_once('/')
        .and_then(|(_, n)| n.trim().parse::<u8>().ok());
    length.is_some_and(|length| length < 4)
}

/// The ports of a rule: `-1` and `all` are all of them; what has no ports has none.
fn ports(protocol: Option<&Expr>, first: Option<&Expr>, last: Option<&Expr>) -> Option<(u16, u16)> {
    let protocol = text(protocol?)?;
    match protocol.to_ascii_lowercase().as_str() {
        "-1" | "all" | "any" => return Some((0, u16::MAX)),
        "tcp" | "udp" | "6" | "17" => {}
        // No ports: 0 stands for none of those that are asked about.
        _ => return Some((0, 0)),
    }
    let first = number(first?)?;
    let last = number(last?)?;
    let port = |n: i64| u16::try_from(n.clamp(0, 65_535)).ok();
    if first < 0 {
        return Some((0, u16::MAX));
    }
    Some((port(first)?, port(last)?))
}

impl Group {
    fn facts(&self, subject: &mut Subject) {
        let inward = || self.rules.iter().filter(|r| !r.egress);
        let unknown = self.open.clone().or_else(|| {
            inward()
                .find(|r| match (r.anywhere, r.ports) {
                    (Some(false), _) | (Some(true), Some(_)) => false,
                    (None, _) | (Some(true), None) => true,
                })
                .map(|r| r.place.clone())
        });
        for (path, is) in ASKED {
            let mut found: Vec<(String, Place)> = Vec::new();
            for rule in inward().filter(|r| r.anywhere == Some(true)) {
                let Some((first, last)) = rule.ports else {
                    continue;
                };
                // Everything open is told by its own fact and named here once.
                if let Some(port) = (first..=last).find(|p| is(*p)) {
                    found.push((port.to_string(), rule.place.clone()));
                }
            }
            let place = found
                .first()
                .map(|(_, p)| p.clone())
                .or_else(|| unknown.clone());
            let items = found.into_iter().map(|(port, _)| Value::from(port));
            let value = if unknown.is_some() {
                Value::partial_list(items)
            } else {
                Value::list(items)
            };
            put(subject, path, value, place);
        }
        let all = inward().find(|r| r.anywhere == Some(true) && r.ports.is_some_and(is_all));
        let value = match (&all, &unknown) {
            (Some(_), _) => Value::Bool(true),
            (None, Some(_)) => {
                Value::unseen("ambiguous", "a rule whose addresses or ports are not here")
            }
            (None, None) => Value::Bool(false),
        };
        put(
            subject,
            "open_all",
            value,
            all.map(|r| r.place.clone()).or(unknown),
        );
        let out = self
            .rules
            .iter()
            .find(|r| r.egress && r.anywhere == Some(true) && r.ports.is_some_and(is_all));
        let value = match self.opens_out() {
            Some(open) => Value::Bool(open),
            None => Value::unseen("ambiguous", "a rule whose addresses or ports are not here"),
        };
        put(subject, "open_egress", value, out.map(|r| r.place.clone()));
    }

    fn opens_out(&self) -> Option<bool> {
        let mut known = self.open.is_none();
        for rule in self.rules.iter().filter(|r| r.egress) {
            match (rule.anywhere, rule.ports) {
                (Some(true), Some(ports)) if is_all(ports) => return Some(true),
                (Some(_), Some(_)) | (Some(false), None) => {}
                (None, _) | (Some(true), None) => known = false,
            }
        }
        known.then_some(false)
    }
}

/// Is a port one of those that are asked about?
type IsPort = fn(u16) -> bool;

/// What may not be open to everybody.
const ASKED: [(&str, IsPort); 2] = [
    ("open_admin", image::is_admin_port),
    ("open_databases", image::is_database_port),
];

fn is_all((first, last): (u16, u16)) -> bool {
    last - first.min(last) >= 60_000
}

/// What a cloud does of itself: OpenStack lets everything out, AWS puts a group without a network into the default one.
fn defaults(world: &World<'_, '_>, resource: &Resource, group: &Group, subject: &mut Subject) {
    let place = world.place(resource);
    if !resource.kind.starts_with("aws_") {
        let deleted = world.get(resource, "delete_default_rules");
        let kept = deleted
            .as_ref()
            .is_none_or(|(v, _)| super::scope::truth(v) == Some(false));
        if kept && group.opens_out() != Some(true) {
            let at = deleted.map_or_else(|| place.clone(), |(_, at)| at);
            subject.put(Fact::derived("open_egress", true).at(at));
        }
        let value = Value::unseen("not_applicable", "no default network");
        subject.put(Fact::derived("default_network", value));
        return;
    }
    let own = resource.kind == "aws_default_security_group";
    let network = world.get(resource, "vpc_id");
    let value = match &network {
        Some((Expr::Name(path), _)) => path.iter().any(|p| p == "aws_default_vpc").into(),
        Some(_) => Value::Bool(false),
        None => Value::Bool(!own),
    };
    let at = network.map_or(place, |(_, at)| at);
    subject.put(Fact::derived("default_network", value).at(at));
}

fn put(subject: &mut Subject, path: &'static str, value: impl Into<Value>, place: Option<Place>) {
    let fact = Fact::derived(path, value);
    subject.put(match place {
        Some(place) => fact.at(place),
        None => fact,
    });
}
