//! The host's own firewall: ufw, nftables, saved rules of iptables, firewalld, as their files say and as it runs.
//!
//! Of several the one that is on counts; that others are on too is a fact of its own. A port is open where anybody
//! may reach it; what is kept for some sources is not.

mod running;
mod saved;
mod zones;

pub(in crate::collect) use saved::{Rules, hooked, of_rules};

use super::drift;
use super::host::{Host, both, certainty, derived, reason, texts};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Fact, Place, Seen, Subject, Value};
use crate::parse::keyword::openings::Openings;

/// Ports by which hosts are administered: SSH, telnet, RPC of Windows, RDP, VNC, X11, WinRM, Docker, Cockpit, Webmin.
const ADMIN: [u16; 13] = [
    22, 23, 135, 2375, 2376, 3389, 5900, 5901, 5985, 5986, 6000, 9090, 10_000,
];

/// Ports of databases, caches and message stores.
pub(super) const DATABASES: [u16; 14] = [
    1433, 1521, 2379, 3306, 5432, 5984, 6379, 6380, 8086, 9042, 9200, 11_211, 27_017, 50_000,
];

/// A range of so many ports is no list of services.
const WIDE: u16 = 1000;

const PACKAGES: [&str; 6] = [
    "ufw",
    "nftables",
    "iptables-persistent",
    "iptables-services",
    "firewalld",
    "netfilter-persistent",
];

/// Rules have comments, in which anything may stand.
const MASKED: Keep = Keep::Reduced(Reduction::Masked);

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    UFW_CONF,
    UFW_DEFAULTS,
    file("/etc/ufw/*.rules", MASKED),
    file("/etc/nftables.conf", MASKED),
    file("/etc/sysconfig/nftables.conf", MASKED),
    file("/etc/nftables/*", MASKED),
    file("/etc/nftables.d/*", MASKED),
    file("/etc/iptables/rules.v4", MASKED),
    file("/etc/iptables/rules.v6", MASKED),
    file("/etc/sysconfig/iptables", MASKED),
    file("/etc/sysconfig/ip6tables", MASKED),
    file(
        "/etc/firewalld/firewalld.conf",
        Keep::Lines(&["defaultzone", "logdenied"]),
    ),
    file("/etc/firewalld/zones/*.xml", MASKED),
    file("/usr/lib/firewalld/zones/*.xml", MASKED),
    file("/etc/firewalld/services/*.xml", MASKED),
    file("/usr/lib/firewalld/services/*.xml", MASKED),
    file("/etc/firewalld/direct.xml", MASKED),
    file("/etc/firewalld/policies/*.xml", MASKED),
    file(zones::CONNECTIONS[0], Keep::Lines(&["zone"])),
    file(zones::CONNECTIONS[1], Keep::Lines(&["zone"])),
    Piece {
        what: What::Command(&running::NFT),
        serves: &["firewall", "drift"],
    },
    Piece {
        what: What::Command(&running::IPTABLES),
        serves: &["firewall", "drift"],
    },
    Piece {
        what: What::Command(&running::IP6TABLES),
        serves: &["firewall", "drift"],
    },
];

/// Whether ufw is on.
pub(super) const UFW_CONF: Piece = Piece {
    what: What::File {
        path: "/etc/ufw/ufw.conf",
        keep: Keep::Lines(&["enabled", "loglevel"]),
    },
    serves: &["firewall", "sysctl"],
};

/// What ufw does of itself, and the settings of the kernel that it makes.
pub(super) const UFW_DEFAULTS: Piece = Piece {
    what: What::File {
        path: "/etc/default/ufw",
        keep: Keep::Lines(&["default_", "ipv6", "ipt_sysctl"]),
    },
    serves: &["firewall", "sysctl"],
};

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["firewall"],
    }
}

/// Ports of administration, with those that sshd was given; and whether these are all.
pub(super) fn admin_ports(out: &Collected) -> (Vec<u16>, bool) {
    let mut ports = ADMIN.to_vec();
    let sshd = out.subjects.iter().find(|s| &*s.id == "sshd");
    let mut whole = true;
    for path in ["port", "socket.ports"] {
        match sshd.and_then(|s| s.facts.get(path)).map(|f| &f.value) {
            Some(Value::List(list)) => {
                for item in &list.items {
                    if let Value::Int(n) = item {
                        ports.extend(u16::try_from(*n).ok().filter(|p| !ADMIN.contains(p)));
                    }
                }
            }
            Some(Value::Unseen(_)) => whole = false,
            Some(_) | None => {}
        }
    }
    let sshd = out.sights.iter().find(|s| &*s.kind == "sshd");
    let hidden = sshd.is_some_and(|s| matches!(s.seen, Seen::Not(_)));
    (ports, whole && !hidden)
}

/// What one kind of firewall says.
struct Wall {
    kind: &'static str,
    file: String,
    line: u32,
    enabled: Value,
    input: Value,
    output: Value,
    forward: Value,
    /// Is IPv6 filtered as IPv4 is?
    six: Value,
    open: Openings,
    logs: Value,
    limits: Value,
}

/// Collects the subject type `firewall`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let saved = collect_saved(host, out);
    let now = running::read(host);
    let differences = match (&now, &saved) {
        (Ok(now), Some(wall)) => Ok(differences(now, wall)),
        (Ok(now), None) => Ok(running::without_files(now)),
        (Err(e), _) => Err(e.clone()),
    };
    drift::compare("firewall", differences, out);
    match now {
        Ok(wall) => out
            .subjects
            .push(subject("firewall@running", &wall, &[], out)),
        Err(crate::model::SourceError::NotLive(_)) => {}
        Err(e) => {
            let mut subject = Subject::new("firewall", "firewall@running");
            for path in PATHS {
                subject.put(Fact::derived(path, super::host::unseen(&e)));
            }
            out.subjects.push(subject);
        }
    }
}

/// The facts that controls ask for.
const PATHS: [&str; 12] = [
    "enabled",
    "blocks_by_default",
    "input.policy",
    "output.policy",
    "forward.policy",
    "ipv6.covered",
    "open.admin",
    "open.databases",
    "open.wide",
    "logs_denied",
    "limits_connections",
    "others_enabled",
];

fn collect_saved(host: &mut Host<'_>, out: &mut Collected) -> Option<Wall> {
    let mut walls = Vec::new();
    for read in [
        saved::ufw,
        saved::nftables,
        saved::iptables,
        zones::firewalld,
    ] {
        match read(host) {
            Ok(wall) => walls.extend(wall),
            Err(e) => {
                out.saw("firewall", Seen::Not(reason(&e)));
                return None;
            }
        }
    }
    // The one that is on counts, then one that may be, else the first that is there.
    let first = (0..walls.len()).min_by_key(|n| walls.get(*n).map(|w| certainty(&w.enabled)));
    let Some(first) = first else {
        let seen = host.without(
            "ufw.conf, nftables.conf, rules.v4, firewalld.conf",
            &PACKAGES,
        );
        out.saw("firewall", seen);
        return None;
    };
    let wall = walls.swap_remove(first);
    let on = |w: &&Wall| w.enabled == Value::Bool(true);
    let others: Vec<&'static str> = walls.iter().filter(on).map(|w| w.kind).collect();
    let subject = subject("firewall", &wall, &others, out);
    out.subjects.push(subject);
    out.saw("firewall", Seen::Whole);
    Some(wall)
}

/// The facts of one firewall.
fn subject(id: &str, wall: &Wall, others: &[&str], out: &Collected) -> Subject {
    let blocks = if let Value::Text(policy) = &wall.input {
        Value::Bool(policy == "drop" || policy == "reject")
    } else {
        wall.input.clone()
    };
    let on = |value: Value| both(wall.enabled.clone(), value);
    // Without IPv6 there is nothing of it to filter.
    let off = out.subjects.iter().find(|s| &*s.id == "sysctl");
    let off = off.and_then(|s| s.facts.get("net.ipv6.conf.all.disable_ipv6"));
    let six = if off.is_some_and(|f| f.value == Value::Int(1)) {
        Value::Bool(true)
    } else {
        wall.six.clone()
    };
    let among = |ports: &[u16]| {
        listed(wall, |open| {
            let there = ports.iter().filter(|p| open.at(**p));
            there.map(|p| Value::Int(i64::from(*p))).collect()
        })
    };
    let (ports, all) = admin_ports(out);
    let mut admin = among(&ports);
    // Where sshd listens is not known: another port may be one of its own.
    if let Value::List(list) = &mut admin {
        list.complete &= all;
    }
    let mut subject = Subject::new("firewall", id);
    for (path, value) in [
        ("kind", wall.kind.into()),
        ("enabled", wall.enabled.clone()),
        ("input.policy", wall.input.clone()),
        ("output.policy", wall.output.clone()),
        ("forward.policy", wall.forward.clone()),
        ("blocks_by_default", on(blocks)),
        ("ipv6.covered", on(six)),
        ("open.ports", listed(wall, |open| shown(open.ranges(), 1))),
        ("open.admin", admin),
        ("open.databases", among(&DATABASES)),
        ("open.wide", listed(wall, |open| shown(open.ranges(), WIDE))),
        ("logs_denied", on(wall.logs.clone())),
        ("limits_connections", on(wall.limits.clone())),
        ("others_enabled", texts(others.iter().copied())),
    ] {
        subject.put(derived(path, value, &wall.file, wall.line));
    }
    subject.place = Some(Place::new(wall.file.as_str(), wall.line));
    subject
}

/// A list of what is open. A firewall that is off keeps nothing shut.
fn listed(wall: &Wall, of: impl Fn(&Openings) -> Vec<Value>) -> Value {
    if wall.enabled == Value::Bool(false) {
        let mut all = Openings::none();
        all.open(0, u16::MAX);
        Value::list(of(&all))
    } else if wall.enabled != Value::Bool(true) {
        wall.enabled.clone()
    } else if wall.open.whole {
        Value::list(of(&wall.open))
    } else {
        Value::partial_list(of(&wall.open))
    }
}

/// Ranges of at least so many ports, as people write them.
fn shown(ranges: &[(u16, u16)], at_least: u16) -> Vec<Value> {
    let long = ranges.iter().filter(|(a, b)| b - a >= at_least - 1);
    long.map(|(a, b)| {
        let text = if a == b {
            a.to_string()
        } else {
            format!("{a}-{b}")
        };
        Value::Text(text)
    })
    .collect()
}

/// Where the running firewall says other than its files.
fn differences(now: &Wall, saved: &Wall) -> Vec<String> {
    let mut found = Vec::new();
    for (name, now, saved) in [
        ("input.policy", &now.input, &saved.input),
        ("output.policy", &now.output, &saved.output),
        ("forward.policy", &now.forward, &saved.forward),
    ] {
        let plain = |v: &Value| {
            let Value::Text(policy) = v else { return None };
            let rejects = policy == "reject";
            Some(if rejects {
                "drop".to_owned()
            } else {
                policy.clone()
            })
        };
        if let (Some(now), Some(saved)) = (plain(now), plain(saved))
            && now != saved
        {
            found.push(format!("{name}: running {now}, saved {saved}"));
        }
    }
    if saved.enabled == Value::Bool(false) && now.enabled == Value::Bool(true) {
        found.push(format!("{} runs, and will not after a restart", saved.kind));
    }
    if now.open.whole && saved.open.whole {
        let (now, saved) = (shown(now.open.ranges(), 1), shown(saved.open.ranges(), 1));
        let only = |a: &[Value], b: &[Value]| -> Vec<String> {
            let missing = a.iter().filter(|v| !b.contains(v));
            missing.map(Value::shown).collect()
        };
        for (what, ports) in [
            ("open now, not in the files", only(&now, &saved)),
            ("open in the files, not now", only(&saved, &now)),
        ] {
            if !ports.is_empty() {
                found.push(format!("{what}: {}", ports.join(", ")));
            }
        }
    }
    found
}
