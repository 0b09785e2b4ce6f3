//! One rule of nftables or iptables as words: which ports, for which sources, and what is done with a new connection.

use std::collections::BTreeMap;

use super::Range;

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

/// Targets of iptables that end nothing.
pub(super) const BUILT_IN: [&str; 9] = [
    "LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "AUDIT", "SET", "TRACE", "CT",
];

/// Sources of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum From {
    #[default]
    Any,
    Some,
    /// All but some.
    Not,
}

/// What is done with what fits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Target {
    #[default]
    None,
    Accept,
    Drop,
    Return,
    /// A chain, and whether the packet comes back from it.
    Chain(String, bool),
}

/// A rule.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) ports: Option<Vec<Range>>,
    pub(super) source: From,
    pub(super) faced: bool,
    /// It is for no new connection to a port from outside.
    pub(super) skip: bool,
    pub(super) unclear: bool,
    pub(super) logs: bool,
    pub(super) limits: bool,
    pub(super) target: Target,
}

/// Puts values in place of names.
pub(super) fn expand(words: &[String], defines: &BTreeMap<String, Vec<String>>) -> Vec<String> {
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
            (
                not,
                values.collect(),
                rest.get(end + 1..).unwrap_or_default(),
            )
        }
        [first, rest @ ..] => (
            not,
            first.split(',').filter(|w| !w.is_empty()).collect(),
            rest,
        ),
        [] => (not, Vec::new(), &[]),
    }
}

/// Reads a rule of nftables.
pub(super) fn nft(words: &[String]) -> Rule {
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
            (
                "ip" | "ip6" | "tcp" | "udp" | "th" | "sctp" | "dccp",
                Some("daddr" | "sport" | "flags"),
            ) => operand(tail(after)).2,
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
                    && !values
                        .iter()
                        .any(|v| matches!(*v, "tcp" | "udp" | "6" | "17"));
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

/// Reads a rule of iptables.
pub(super) fn iptables(words: &[String]) -> Rule {
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

fn range(text: &str, between: char) -> Option<Range> {
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
