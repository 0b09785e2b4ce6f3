//! Which ports a packet filter lets anybody reach: the rules of chains walked in order, as nftables and iptables do.
//!
//! A port counts as open only where a rule accepts it without asking for a source; where a rule is not understood or
//! asks for an interface the answer says that it is not whole.

use std::collections::BTreeMap;

use super::packets::{Chain, Chains};

/// How deep chains may jump.
const MAX_DEPTH: usize = 16;

/// All ports there are.
const PORTS: usize = 65_536;

/// Names of services in rules, as /etc/services has them.
const NAMES: [(&str, u16); 24] = [
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("tftp", 69),
    ("http", 80),
    ("sunrpc", 111),
    ("ntp", 123),
    ("imap2", 143),
    ("imap", 143),
    ("snmp", 161),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("submission", 587),
    ("ldaps", 636),
    ("imaps", 993),
    ("mysql", 3306),
    ("ms-wbt-server", 3389),
    ("postgresql", 5432),
    ("mdns", 5353),
    ("bootps", 67),
    ("bootpc", 68),
];

/// What a filter lets in.
#[derive(Debug, Clone)]
pub struct Openings {
    open: Vec<bool>,
    guarded: Vec<bool>,
    /// Is the answer whole? What is open is open; what is not may be.
    pub whole: bool,
    /// Does a rule write to the log what it meets?
    pub logs: bool,
    /// Does a rule count or limit connections of a source?
    pub limits: bool,
}

impl Openings {
    /// Nothing is open.
    pub fn none() -> Self {
        Self {
            open: vec![false; PORTS],
            guarded: vec![false; PORTS],
            whole: true,
            logs: false,
            limits: false,
        }
    }

    /// May anybody reach this port?
    pub fn at(&self, port: u16) -> bool {
        self.open.get(usize::from(port)) == Some(&true)
    }

    /// Opens ports, but those that an earlier rule keeps for some sources.
    pub fn open(&mut self, from: u16, to: u16) {
        for port in usize::from(from)..=usize::from(to) {
            if let (Some(open), Some(false)) = (self.open.get_mut(port), self.guarded.get(port)) {
                *open = true;
            }
        }
    }

    /// Keeps ports for some sources, or for none, whatever a later rule says.
    pub fn guard(&mut self, from: u16, to: u16) {
        for port in usize::from(from)..=usize::from(to) {
            if let Some(guarded) = self.guarded.get_mut(port) {
                *guarded = true;
            }
        }
    }

    /// The open ports as ranges.
    pub fn ranges(&self) -> Vec<(u16, u16)> {
        let mut all: Vec<(u16, u16)> = Vec::new();
        for port in (0..=u16::MAX).filter(|p| self.at(*p)) {
            match all.last_mut() {
                Some((_, last)) if port > 0 && *last == port - 1 => *last = port,
                _ => all.push((port, port)),
            }
        }
        all
    }

    /// What another filter, which the same packet has to pass, leaves open.
    fn meet(&mut self, other: &Self) {
        for (here, there) in self.open.iter_mut().zip(&other.open) {
            *here &= there;
        }
        self.whole &= other.whole;
        self.logs |= other.logs;
        self.limits |= other.limits;
    }

    /// What another filter of the same host opens too.
    pub fn join(&mut self, other: &Self) {
        for (from, to) in other.ranges() {
            self.open(from, to);
        }
        self.whole &= other.whole;
        self.logs |= other.logs;
        self.limits |= other.limits;
    }
}

/// What anybody may reach through the chains that hook in here: over IPv4 and over IPv6 each, what all chains let
/// pass. Where no chain of a family hooks in, nothing is said of that family.
pub fn through(chains: &Chains, hook: &str) -> Openings {
    let mut all = Openings::none();
    for families in [["ip", "inet"], ["ip6", "inet"]] {
        let of = |c: &&Chain| c.at(hook) && families.contains(&c.family.as_str());
        let mut each = chains.all.iter().filter(of).map(|c| of_chain(chains, c));
        if let Some(mut met) = each.next() {
            each.for_each(|other| met.meet(&other));
            all.join(&met);
        }
    }
    all.whole &= !chains.unclear;
    all
}

/// What anybody may reach through one chain.
pub fn of_chain(chains: &Chains, chain: &Chain) -> Openings {
    let mut out = Openings::none();
    let came_out = walk(chains, chain, &Met::default(), &mut out, 0);
    if came_out && chain.ends_open() {
        out.open(0, u16::MAX);
    }
    out
}

/// What a packet has met on its way into a chain.
#[derive(Debug, Clone, Default)]
struct Met {
    sourced: bool,
    faced: bool,
    ports: Option<Vec<(u16, u16)>>,
}

/// Walks a chain; false where nothing comes out at its end.
fn walk(chains: &Chains, chain: &Chain, met: &Met, out: &mut Openings, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        out.whole = false;
        return true;
    }
    for (_, words) in &chain.rules {
        let words = expand(words, &chains.defines);
        let rule = if words.iter().any(|w| w == "-j" || w == "-g") {
            iptables(&words)
        } else {
            nft(&words)
        };
        out.logs |= rule.logs;
        out.limits |= rule.limits;
        if rule.skip {
            continue;
        }
        if rule.unclear && rule.target != Target::None {
            out.whole = false;
            continue;
        }
        let here = Met {
            sourced: met.sourced || rule.source == From::Some,
            faced: met.faced || rule.faced,
            ports: rule.ports.clone().or_else(|| met.ports.clone()),
        };
        let ranges = here.ports.clone().unwrap_or_else(|| vec![(0, u16::MAX)]);
        match &rule.target {
            Target::None => {}
            Target::Accept if here.sourced => {}
            Target::Accept if here.faced => out.whole = false,
            Target::Accept => {
                ranges.iter().for_each(|(from, to)| out.open(*from, *to));
                if here.ports.is_none() {
                    return false;
                }
            }
            Target::Drop if here.sourced || here.faced || rule.limits => {}
            Target::Drop => {
                ranges.iter().for_each(|(from, to)| out.guard(*from, *to));
                if here.ports.is_none() && rule.source == From::Any {
                    return false;
                }
            }
            Target::Return => {
                // What returns early is not asked for the rules below.
                if !here.sourced && here.ports.is_none() && !here.faced {
                    return true;
                }
            }
            Target::Chain(name, returns) => {
                let same = |c: &&Chain| {
                    c.name == *name && c.table == chain.table && c.family == chain.family
                };
                match chains.all.iter().find(same) {
                    Some(next) => {
                        let came_out = walk(chains, next, &here, out, depth + 1);
                        let all = here.ports.is_none() && !here.sourced && !here.faced;
                        if all && (!came_out || !returns) {
                            return came_out;
                        }
                    }
                    None if BUILT_IN.contains(&name.as_str()) => {}
                    None => out.whole = false,
                }
            }
        }
    }
    true
}

/// Targets of iptables that end nothing.
const BUILT_IN: [&str; 9] = [
    "LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "AUDIT", "SET", "TRACE", "CT",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum From {
    #[default]
    Any,
    Some,
    /// All but some.
    Not,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Target {
    #[default]
    None,
    Accept,
    Drop,
    Return,
    /// A chain, and whether the packet comes back from it.
    Chain(String, bool),
}

#[derive(Debug, Default)]
struct Rule {
    ports: Option<Vec<(u16, u16)>>,
    source: From,
    faced: bool,
    /// It is for no new connection to a port from outside.
    skip: bool,
    unclear: bool,
    logs: bool,
    limits: bool,
    target: Target,
}

/// Puts values in place of names.
fn expand(words: &[String], defines: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut all = Vec::new();
    for word in words {
        let name = word.strip_prefix('$').map(|n| n.trim_end_matches(','));
        match name.and_then(|n| defines.get(n)) {
            Some(values) if values.len() > 1 => {
                all.push("{".to_owned());
                all.extend(values.iter().cloned());
                all.push("}".to_owned());
            }
            Some(values) => all.extend(values.iter().cloned()),
            None => all.push(word.clone()),
        }
    }
    all
}

/// The values at the start of some words, whether they are turned round, and what follows.
fn operand(words: &[String]) -> (bool, Vec<&str>, &[String]) {
    let (not, words) = match words {
        [first, rest @ ..] if first == "!=" => (true, rest),
        [first, rest @ ..] if first == "==" => (false, rest),
        _ => (false, words),
    };
    match words {
        [first, rest @ ..] if first == "{" => {
            // Sets in sets come from names that stand for several values.
            let mut depth = 1_usize;
            let end = rest.iter().position(|w| {
                depth = match w.as_str() {
                    "{" => depth + 1,
                    "}" => depth.saturating_sub(1),
                    _ => depth,
                };
                depth == 0
            });
            let end = end.unwrap_or(rest.len());
            let values = rest.get(..end).unwrap_or_default();
            let values = values.iter().flat_map(|w| w.split(','));
            let values = values.filter(|w| !w.is_empty() && *w != "{" && *w != "}");
            (not, values.collect(), rest.get(end + 1..).unwrap_or_default())
        }
        [first, rest @ ..] => (
            not,
            first.split(',').filter(|w| !w.is_empty()).collect(),
            rest,
        ),
        [] => (not, Vec::new(), &[]),
    }
}

fn nft(words: &[String]) -> Rule {
    let mut rule = Rule::default();
    let mut rest = words;
    while let [word, after @ ..] = rest {
        let second = after.first().map(String::as_str);
        rest = match (word.as_str(), second) {
            ("ip" | "ip6" | "ether", Some("saddr")) => {
                let (not, values, next) = operand(tail(after));
                rule.source = from(not, &values);
                next
            }
            ("tcp" | "udp" | "th" | "sctp" | "dccp", Some("dport")) => {
                let (not, values, next) = operand(tail(after));
                if values.first() == Some(&"vmap") {
                    rule.unclear = true;
                    rule.target = Target::Accept;
                }
                let ports: Option<Vec<_>> = values.iter().map(|v| range(v, '-')).collect();
                rule.unclear |= not || ports.is_none();
                rule.ports = ports;
                next
            }
            ("ip" | "ip6" | "tcp" | "udp" | "th" | "sctp" | "dccp", Some("daddr" | "sport" | "flags")) => {
                operand(tail(after)).2
            }
            ("iif" | "iifname", _) => {
                let (not, values, next) = operand(after);
                if values.first() == Some(&"vmap") {
                    rule.unclear = true;
                    rule.target = Target::Accept;
                } else if values == ["lo"] {
                    rule.skip |= !not;
                } else {
                    rule.faced = true;
                }
                next
            }
            ("ct", Some("state")) => {
                let (not, values, next) = operand(tail(after));
                if values.first() == Some(&"vmap") {
                    rule.skip = true;
                    &[]
                } else {
                    let new = values.iter().any(|v| matches!(*v, "new" | "untracked"));
                    rule.skip |= new == not;
                    next
                }
            }
            ("ct", Some("count")) | ("limit", Some("rate")) | ("meter" | "update", _) => {
                rule.limits = true;
                tail(after)
            }
            ("meta", Some("l4proto")) | ("ip", Some("protocol")) | ("ip6", Some("nexthdr")) => {
                let (_, values, next) = operand(tail(after));
                // What stands in a named set is not looked up.
                rule.unclear |= values.iter().any(|v| v.starts_with('@'));
                rule.skip |= !rule.unclear
                    && !values.iter().any(|v| matches!(*v, "tcp" | "udp" | "6" | "17"));
                next
            }
            ("icmp" | "icmpv6" | "igmp" | "esp" | "ah" | "vrrp" | "fib", _) => {
                rule.skip = true;
                after
            }
            ("log", _) => {
                rule.logs = true;
                after
            }
            ("xt", _) => {
                rule.unclear = true;
                after
            }
            ("accept", _) => {
                rule.target = Target::Accept;
                &[]
            }
            ("drop" | "reject", _) => {
                rule.target = Target::Drop;
                &[]
            }
            ("return", _) => {
                rule.target = Target::Return;
                &[]
            }
            ("jump" | "goto", Some(name)) => {
                rule.target = Target::Chain(name.to_owned(), word == "jump");
                &[]
            }
            ("queue", _) => {
                rule.unclear = true;
                rule.target = Target::Accept;
                &[]
            }
            _ => after,
        };
    }
    rule
}

fn iptables(words: &[String]) -> Rule {
    let mut rule = Rule::default();
    let mut not = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1).map_or("", String::as_str);
        let values: Vec<&str> = next.split(',').collect();
        at += 1;
        match word.as_str() {
            "!" => {
                not = true;
                continue;
            }
            "-s" | "--source" | "--src-range" | "--mac-source" => rule.source = from(not, &values),
            "--match-set" => {
                let by_source = words.get(at + 1).is_some_and(|w| w.starts_with("src"));
                if by_source {
                    rule.source = if not { From::Not } else { From::Some };
                }
            }
            "-p" | "--protocol" => {
                rule.skip |= !not && !matches!(next, "tcp" | "udp" | "all" | "6" | "17");
            }
            "--dport" | "--dports" | "--destination-port" | "--destination-ports" => {
                let ports: Option<Vec<_>> = values.iter().map(|v| range(v, ':')).collect();
                rule.unclear |= not || ports.is_none();
                rule.ports = ports;
            }
            "-i" | "--in-interface" if next == "lo" => rule.skip |= !not,
            "-i" | "--in-interface" => rule.faced = true,
            "--ctstate" | "--state" => {
                let new = values.iter().any(|v| matches!(*v, "NEW" | "UNTRACKED"));
                rule.skip |= new == not;
            }
            "-m" if matches!(next, "limit" | "hashlimit" | "connlimit" | "recent") => {
                rule.limits = true;
            }
            "-m" if matches!(next, "addrtype" | "icmp" | "icmp6" | "pkttype") => rule.skip = true,
            "-j" | "-g" => {
                rule.logs |= matches!(next, "LOG" | "NFLOG" | "ULOG");
                rule.target = match next {
                    "ACCEPT" => Target::Accept,
                    "DROP" | "REJECT" => Target::Drop,
                    "RETURN" => Target::Return,
                    name if BUILT_IN.contains(&name) => Target::None,
                    name => Target::Chain(name.to_owned(), word == "-j"),
                };
            }
            _ => {}
        }
        not = false;
    }
    rule
}

fn tail(words: &[String]) -> &[String] {
    words.get(1..).unwrap_or_default()
}

fn from(not: bool, values: &[&str]) -> From {
    let any = values.iter().any(|v| matches!(*v, "0.0.0.0/0" | "::/0"));
    match (any, not) {
        (true, false) => From::Any,
        (_, true) => From::Not,
        (false, false) => From::Some,
    }
}

fn range(text: &str, between: char) -> Option<(u16, u16)> {
    let port = |t: &str| match t.parse::<u16>() {
        Ok(n) => Some(n),
        Err(_) => NAMES.iter().find(|(name, _)| *name == t).map(|(_, n)| *n),
    };
    if let Some(port) = port(text) {
        return Some((port, port));
    }
    let (from, to) = text.split_once(between)?;
    let from = if from.is_empty() { 0 } else { port(from)? };
    let to = if to.is_empty() { u16::MAX } else { port(to)? };
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::super::packets;
    use super::*;

    fn of(rules: &str) -> (Vec<(u16, u16)>, bool) {
        let text = format!(
            "define ADMINS = {{ 10.0.0.1, 10.0.0.2 }}\ndefine SSH = 22\ntable inet f {{\n chain web {{ tcp dport {{ 80, https }} accept }}\n chain input {{\n type filter hook input priority 0; policy drop;\n{rules}\n }}\n}}\n"
        );
        let out = through(&packets::nft(&text), "input");
        (out.ranges(), out.whole)
    }

    #[test]
    fn rules_of_nftables() {
        let none = (Vec::new(), true);
        assert_eq!(of("ct state established,related accept\niif \"lo\" accept\nicmp type echo-request accept"), none);
        assert_eq!(of("tcp dport ssh ct state new accept"), (vec![(22, 22)], true));
        assert_eq!(of("ip saddr 10.0.0.0/8 tcp dport 22 accept"), none);
        assert_eq!(of("ip saddr $ADMINS tcp dport $SSH accept"), none);
        assert_eq!(of("tcp dport $SSH accept"), (vec![(22, 22)], true));
        assert_eq!(of("ip saddr 0.0.0.0/0 tcp dport 22 accept"), (vec![(22, 22)], true));
        assert_eq!(of("ip saddr != 10.0.0.0/8 tcp dport 22 drop\ntcp dport { 22, 443 } accept"), (vec![(443, 443)], true));
        assert_eq!(of("jump web"), (vec![(80, 80), (443, 443)], true));
        assert_eq!(of("ip saddr 10.0.0.0/8 jump web"), none);
        assert_eq!(of("tcp dport 8000-8100 jump ports"), (vec![], false));
        assert_eq!(of("iifname \"eth1\" tcp dport 22 accept"), (vec![], false));
        assert_eq!(of("tcp dport @ports accept"), (vec![], false));
        assert_eq!(of("drop\ntcp dport 22 accept"), none);
        assert_eq!(of("accept"), (vec![(0, 65_535)], true));
        assert!(!of("tcp dport vmap { 22 : accept, 80 : drop }").1);
        // A packet has to pass both tables: the second one drops nothing of its own.
        let two = "ct state invalid drop\n }\n}\ntable inet f2b {\n chain c {\n type filter hook input priority -1; policy accept;\nip saddr @banned drop";
        assert_eq!(of(two), (vec![], true));
    }

    #[test]
    fn rules_of_iptables() {
        let of = |rules: &str| {
            let text = format!("*filter\n:INPUT DROP [0:0]\n:LIM - [0:0]\n{rules}\n-A LIM -j ACCEPT\nCOMMIT\n");
            let out = through(&packets::iptables(&text), "input");
            (out.ranges(), out.whole)
        };
        assert_eq!(of("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"), (vec![(22, 22)], true));
        assert_eq!(of("-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT"), (vec![], true));
        assert_eq!(of("-A INPUT ! -s 10.0.0.0/8 -p tcp --dport 22 -j DROP\n-A INPUT -p tcp -m multiport --dports 22,80:81 -j ACCEPT"), (vec![(80, 81)], true));
        assert_eq!(of("-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update -j LIM"), (vec![(22, 22)], true));
        assert_eq!(of("-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p icmp -j ACCEPT"), (vec![], true));
    }
}
