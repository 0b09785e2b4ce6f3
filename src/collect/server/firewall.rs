//! The host's own firewall, as far as files tell: ufw, nftables, saved iptables rules, firewalld.

use super::host::{Host, both, certainty, derived, reason};
use crate::model::{Collected, Seen, SourceError, Subject, Value};
use crate::parse::keyword::packets::{self, Chain, Chains, Verdict};
use crate::parse::keyword::pairs;

/// How many included files are read.
const MAX_FILES: usize = 100;

const PACKAGES: [&str; 5] = [
    "ufw",
    "nftables",
    "iptables-persistent",
    "firewalld",
    "netfilter-persistent",
];

/// What one kind of firewall says.
struct Wall {
    kind: &'static str,
    file: String,
    line: u32,
    enabled: Value,
    input: Value,
    output: Value,
}

/// Collects the subject type `firewall`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut walls = Vec::new();
    for read in [ufw, nftables, iptables, firewalld] {
        match read(host) {
            Ok(wall) => walls.extend(wall),
            Err(e) => {
                out.saw("firewall", Seen::Not(reason(&e)));
                return;
            }
        }
    }
    // The one that is on counts, then one that may be, else the first that is there.
    let rank = |w: &&Wall| certainty(&w.enabled);
    let Some(wall) = walls.iter().min_by_key(rank) else {
        let seen = host.without(
            "ufw.conf, nftables.conf, rules.v4, firewalld.conf",
            &PACKAGES,
        );
        out.saw("firewall", seen);
        return;
    };
    let blocks = if let Value::Text(policy) = &wall.input {
        Value::Bool(policy == "drop" || policy == "reject")
    } else {
        wall.input.clone()
    };
    let mut subject = Subject::new("firewall", "firewall");
    for (path, value) in [
        ("kind", wall.kind.into()),
        ("enabled", wall.enabled.clone()),
        ("input.policy", wall.input.clone()),
        ("output.policy", wall.output.clone()),
        ("blocks_by_default", both(wall.enabled.clone(), blocks)),
    ] {
        subject.put(derived(path, value, &wall.file, wall.line));
    }
    out.subjects.push(subject);
    out.saw("firewall", Seen::Whole);
}

fn ufw(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    const CONF: &str = "/etc/ufw/ufw.conf";
    const DEFAULTS: &str = "/etc/default/ufw";
    if host.has(&["ufw"]) == Some(false) {
        return Ok(None);
    }
    let Some(text) = host.optional(CONF)? else {
        return Ok(None);
    };
    let conf = pairs::equals(&text);
    let defaults = pairs::equals(&host.optional(DEFAULTS)?.unwrap_or_default());
    let policy = |key: &str| pairs::last(&defaults, key).map(|p| p.value.to_ascii_lowercase());
    let enabled =
        pairs::last(&conf, "ENABLED").is_some_and(|p| p.value.eq_ignore_ascii_case("yes"));
    let line = pairs::last(&conf, "ENABLED").map_or(0, |p| p.line);
    Ok(Some(Wall {
        kind: "ufw",
        file: CONF.to_owned(),
        line,
        enabled: both(enabled.into(), host.unit_on(&["ufw.service"])),
        // ufw's own values: in is dropped, out accepted.
        input: policy("DEFAULT_INPUT_POLICY").map_or_else(|| "drop".into(), Value::Text),
        output: policy("DEFAULT_OUTPUT_POLICY").map_or_else(|| "accept".into(), Value::Text),
    }))
}

fn nftables(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    if host.has(&["nftables"]) == Some(false) {
        return Ok(None);
    }
    for file in ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"] {
        let Some(text) = host.optional(file)? else {
            continue;
        };
        let mut chains = packets::nft(&text);
        let line = chains
            .all
            .iter()
            .find(|c| c.at("input"))
            .map_or(0, |c| c.line);
        included(host, &mut chains)?;
        return Ok(Some(Wall {
            kind: "nftables",
            file: file.to_owned(),
            line,
            enabled: host.unit_on(&["nftables.service"]),
            input: policy(&chains, "input"),
            output: policy(&chains, "output"),
        }));
    }
    Ok(None)
}

/// Reads the files that a file of nftables includes; one that is not there hides what it may say.
fn included(host: &mut Host<'_>, chains: &mut Chains) -> Result<(), SourceError> {
    let mut todo = std::mem::take(&mut chains.includes);
    let mut files = 0;
    while let Some(pattern) = todo.pop() {
        let pattern = if pattern.starts_with('/') {
            pattern
        } else {
            format!("/etc/{}", pattern.trim_start_matches("./"))
        };
        for path in host.glob(&pattern)? {
            files += 1;
            let text = host.optional(&path)?;
            chains.unclear |= files > MAX_FILES || text.is_none();
            let mut more = packets::nft(&text.unwrap_or_default());
            if files <= MAX_FILES {
                todo.append(&mut more.includes);
            }
            chains.join(more);
        }
    }
    Ok(())
}

/// What happens by default to what comes to a hook, over IPv4 and over IPv6.
fn policy(chains: &Chains, hook: &str) -> Value {
    let over = |families: [&str; 2]| {
        let of = |c: &&Chain| c.at(hook) && families.contains(&c.family.as_str());
        let found = chains.all.iter().filter(of).map(|c| chains.verdict(c));
        // One chain that drops is enough.
        found.min_by_key(|v| match v {
            Verdict::Drop => 0,
            Verdict::Unclear => 1,
            Verdict::Accept => 2,
        })
    };
    let (four, six) = (over(["ip", "inet"]), over(["ip6", "inet"]));
    joint(four, six, chains.unclear)
}

fn joint(four: Option<Verdict>, six: Option<Verdict>, unclear: bool) -> Value {
    match (four, six) {
        (Some(Verdict::Accept), _) | (_, Some(Verdict::Accept)) | (None, None) if !unclear => {
            "accept".into()
        }
        (Some(Verdict::Drop), Some(Verdict::Drop)) if !unclear => "drop".into(),
        (Some(Verdict::Drop), None) if !unclear => Value::unseen(
            "ambiguous",
            "only IPv4 is filtered; whether the host speaks IPv6 is not known",
        ),
        _other => not_said(),
    }
}

fn not_said() -> Value {
    Value::unseen(
        "not-parsed",
        "the files do not say it in a form that we read",
    )
}

fn iptables(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    for (file, six) in [
        ("/etc/iptables/rules.v4", "/etc/iptables/rules.v6"),
        ("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables"),
    ] {
        let Some(text) = host.optional(file)? else {
            continue;
        };
        let four = packets::iptables(&text);
        let six = host.optional(six)?.map(|text| packets::iptables(&text));
        let told = |hook: &str| {
            let verdict = |chains: &Chains| {
                let chain = chains.all.iter().find(|c| c.at(hook));
                chain.map_or(Verdict::Accept, |c| chains.verdict(c))
            };
            let unclear = four.unclear || six.as_ref().is_some_and(|c| c.unclear);
            joint(Some(verdict(&four)), six.as_ref().map(verdict), unclear)
        };
        let units: &[&str] = if file.contains("sysconfig") {
            &["iptables.service"]
        } else {
            &["netfilter-persistent.service"]
        };
        return Ok(Some(Wall {
            kind: "iptables",
            file: file.to_owned(),
            line: four
                .all
                .iter()
                .find(|c| c.at("input"))
                .map_or(0, |c| c.line),
            enabled: host.unit_on(units),
            input: told("input"),
            output: told("output"),
        }));
    }
    Ok(None)
}

fn firewalld(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    const CONF: &str = "/etc/firewalld/firewalld.conf";
    if host.has(&["firewalld"]) == Some(false) {
        return Ok(None);
    }
    let Some(text) = host.optional(CONF)? else {
        return Ok(None);
    };
    let pairs = pairs::equals(&text);
    let zone = pairs::last(&pairs, "DefaultZone");
    let name = zone.map_or("public", |p| p.value.as_str());
    let own = host.optional(&format!("/etc/firewalld/zones/{name}.xml"))?;
    let open = own.map(|zone| zone.contains("target=\"ACCEPT\""));
    Ok(Some(Wall {
        kind: "firewalld",
        file: CONF.to_owned(),
        line: zone.map_or(0, |p| p.line),
        enabled: host.unit_on(&["firewalld.service"]),
        // Of the zones that firewalld brings, only `trusted` lets everything in.
        input: match open {
            Some(true) => "accept".into(),
            None if name == "trusted" => "accept".into(),
            Some(false) | None => "reject".into(),
        },
        output: "accept".into(),
    }))
}
