//! Firewalls whose files are rules: ufw, nftables, what iptables-save wrote.

use super::Wall;
use crate::collect::server::host::{Host, both};
use crate::model::{Collected, SourceError, Subject, Value};
use crate::parse::keyword::openings::{self, Openings};
use crate::parse::keyword::packets::{self, Chain, Chains, Verdict};
use crate::parse::keyword::pairs;

/// How many included files are read.
const MAX_FILES: usize = 100;

/// Chains into which ufw puts what it was told, in the order in which packets meet them.
const UFW_CHAINS: [&str; 6] = [
    "ufw-before-input",
    "ufw6-before-input",
    "ufw-user-input",
    "ufw6-user-input",
    "ufw-after-input",
    "ufw6-after-input",
];

pub(super) fn ufw(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
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
    // ufw's own values: in and through is dropped, out accepted.
    let policy = |key: &str, own: &str| {
        let set = pairs::last(&defaults, key).map(|p| p.value.to_ascii_lowercase());
        Value::Text(set.unwrap_or_else(|| own.to_owned()))
    };
    let enabled =
        pairs::last(&conf, "ENABLED").is_some_and(|p| p.value.eq_ignore_ascii_case("yes"));
    let quiet = pairs::last(&conf, "LOGLEVEL").is_some_and(|p| p.value.eq_ignore_ascii_case("off"));
    let mut chains = Chains::default();
    for path in host.glob("/etc/ufw/*.rules")? {
        chains.join(packets::iptables(
            &host.optional(&path)?.unwrap_or_default(),
        ));
    }
    let mut open = Openings::none();
    for name in UFW_CHAINS {
        for chain in chains.all.iter().filter(|c| c.name == name) {
            open.join(&openings::of_chain(&chains, chain));
        }
    }
    // Chains that ufw makes itself are in none of its files, and open nothing.
    open.whole = !chains.unclear;
    let input = policy("DEFAULT_INPUT_POLICY", "drop");
    if input == Value::from("accept") {
        open.open(0, u16::MAX);
    }
    Ok(Some(Wall {
        kind: "ufw",
        file: CONF.to_owned(),
        line: pairs::last(&conf, "ENABLED").map_or(0, |p| p.line),
        enabled: both(enabled.into(), host.unit_on(&["ufw.service"])),
        input,
        output: policy("DEFAULT_OUTPUT_POLICY", "accept"),
        forward: policy("DEFAULT_FORWARD_POLICY", "drop"),
        // With IPV6=no it drops all of it but on the loopback.
        six: Value::Bool(true),
        logs: Value::Bool(!quiet),
        limits: Value::Bool(open.limits),
        open,
    }))
}

pub(super) fn nftables(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    if host.has(&["nftables"]) == Some(false) {
        return Ok(None);
    }
    for file in ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"] {
        let Some(text) = host.optional(file)? else {
            continue;
        };
        let mut chains = packets::nft(&text);
        let line = hooked(&chains);
        included(host, &mut chains)?;
        let enabled = host.unit_on(&["nftables.service"]);
        return Ok(Some(nft_wall(file, line, &chains, enabled)));
    }
    Ok(None)
}

/// The line of the chain that takes what comes in; 0 where there is none.
pub(in crate::collect) fn hooked(chains: &Chains) -> u32 {
    let input = chains.all.iter().find(|c| c.at("input"));
    input.map_or(0, |c| c.line)
}

fn nft_wall(file: &str, line: u32, chains: &Chains, enabled: Value) -> Wall {
    let open = open_through(chains);
    Wall {
        kind: "nftables",
        file: file.to_owned(),
        line,
        enabled,
        input: policy(chains, "input"),
        output: policy(chains, "output"),
        forward: policy(chains, "forward"),
        six: six(chains),
        logs: Value::Bool(open.logs),
        limits: Value::Bool(open.limits),
        open,
    }
}

/// Rules that were read already, wherever their file lies.
pub(in crate::collect) enum Rules<'r> {
    /// A file of nftables, the line of its own chain that takes what comes in, and all that it includes.
    Nft(&'r str, u32, Chains),
    /// What `iptables-save` wrote, and what `ip6tables-save` did.
    Iptables(&'r str, Chains, Option<Chains>),
}

/// The facts of rules as if they were in force.
pub(in crate::collect) fn of_rules(rules: Rules<'_>) -> Subject {
    let on = Value::Bool(true);
    let wall = match rules {
        Rules::Nft(file, line, chains) => nft_wall(file, line, &chains, on),
        Rules::Iptables(file, four, six) => iptables_wall(file, &four, six.as_ref(), on),
    };
    super::subject("firewall", &wall, &[], &Collected::default())
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

/// What anybody may reach; everything where nothing hooks in.
pub(super) fn open_through(chains: &Chains) -> Openings {
    let mut open = openings::through(chains, "input");
    if !chains.all.iter().any(|c| c.at("input")) {
        open.open(0, u16::MAX);
    }
    open
}

/// What happens by default to what comes to a hook over these families.
fn over(chains: &Chains, hook: &str, families: [&str; 2]) -> Option<Verdict> {
    let of = |c: &&Chain| c.at(hook) && families.contains(&c.family.as_str());
    let found = chains.all.iter().filter(of).map(|c| chains.verdict(c));
    // One chain that drops is enough.
    found.min_by_key(|v| match v {
        Verdict::Drop => 0,
        Verdict::Unclear => 1,
        Verdict::Accept => 2,
    })
}

/// What happens by default to what comes to a hook, over IPv4 and over IPv6.
pub(super) fn policy(chains: &Chains, hook: &str) -> Value {
    let four = over(chains, hook, ["ip", "inet"]);
    joint(four, over(chains, hook, ["ip6", "inet"]), chains.unclear)
}

/// Is what comes in over IPv6 dropped by default?
pub(super) fn six(chains: &Chains) -> Value {
    match over(chains, "input", ["ip6", "inet"]) {
        _ if chains.unclear => not_said(),
        Some(Verdict::Drop) => Value::Bool(true),
        Some(Verdict::Unclear) => not_said(),
        Some(Verdict::Accept) | None => Value::Bool(false),
    }
}

pub(super) fn joint(four: Option<Verdict>, six: Option<Verdict>, unclear: bool) -> Value {
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

pub(super) fn iptables(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    for (file, second) in [
        ("/etc/iptables/rules.v4", "/etc/iptables/rules.v6"),
        ("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables"),
    ] {
        let Some(text) = host.optional(file)? else {
            continue;
        };
        let four = packets::iptables(&text);
        let mut other = host.optional(second)?.map(|text| packets::iptables(&text));
        let units: &[&str] = if file.contains("sysconfig") {
            // There IPv6 has a service of its own.
            match (host.unit_on(&["ip6tables.service"]), &mut other) {
                (Value::Bool(true), _) | (_, None) => {}
                (Value::Bool(false), _) => other = None,
                (_, Some(chains)) => chains.unclear = true,
            }
            &["iptables.service"]
        } else {
            &["netfilter-persistent.service"]
        };
        let enabled = host.unit_on(units);
        return Ok(Some(iptables_wall(file, &four, other.as_ref(), enabled)));
    }
    Ok(None)
}

fn iptables_wall(file: &str, four: &Chains, other: Option<&Chains>, enabled: Value) -> Wall {
    let told = |hook: &str| {
        let verdict = |chains: &Chains| {
            let chain = chains.all.iter().find(|c| c.at(hook));
            chain.map_or(Verdict::Accept, |c| chains.verdict(c))
        };
        let unclear = four.unclear || other.is_some_and(|c| c.unclear);
        joint(Some(verdict(four)), other.map(verdict), unclear)
    };
    let mut open = open_through(four);
    let mut covered = Value::Bool(false);
    if let Some(mut chains) = other.cloned() {
        for chain in &mut chains.all {
            "ip6".clone_into(&mut chain.family);
        }
        open.join(&open_through(&chains));
        covered = six(&chains);
    }
    Wall {
        kind: "iptables",
        file: file.to_owned(),
        line: hooked(four),
        enabled,
        input: told("input"),
        output: told("output"),
        forward: told("forward"),
        six: covered,
        logs: Value::Bool(open.logs),
        limits: Value::Bool(open.limits),
        open,
    }
}
