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
    /// It asks for more than source, interface and port: it does not fit every connection to the ports that it names.
    pub(super) narrow: bool,
    /// It is for IPv6 alone, or for IPv4 alone.
    pub(super) six: Option<bool>,
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
        match word.as_str() {
            "ip" => rule.six = Some(false),
            "ip6" => rule.six = Some(true),
            _ => {}
        }
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
                rule.narrow |= !matches!(word.as_str(), "tcp" | "th");
                rule.ports = ports;
                next
            }
            (
                "ip" | "ip6" | "tcp" | "udp" | "th" | "sctp" | "dccp",
                Some("daddr" | "sport" | "flags"),
            ) => {
                rule.narrow = true;
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
            ("meta", Some("nfproto")) => {
                rule.six = Some(said(after, 1) == "ipv6");
                after.get(2..).unwrap_or_default()
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
                rule.narrow |= !values.iter().any(|v| matches!(*v, "tcp" | "6"));
                rule.skip |= !rule.unclear
                    && !values
                        .iter()
                        .any(|v| matches!(*v, "tcp" | "udp" | "6" | "17"));
                next
            }
            ("icmp" | "icmpv6" | "igmp" | "esp" | "ah" | "vrrp", _) => {
                rule.skip = true;
                after
            }
            // What is for this host; else where a packet came from, or whom it is for.
            ("fib", Some("daddr")) if said(after, 1) == "type" => {
                let (not, values, next) = operand(after.get(2..).unwrap_or_default());
                rule.skip |= values.contains(&"local") == not;
                next
            }
            ("log", _) => {
                rule.logs = true;
                options(after, &LOG_OPTIONS)
            }
            ("counter", Some("packets")) => after.get(4..).unwrap_or_default(),
            ("counter", _) => after,
            ("comment", _) => tail(after),
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
            _ => {
                rule.narrow = true;
                after
            }
        };
    }
    rule
}

/// What `log` may be told.
const LOG_OPTIONS: [&str; 6] = [
    "prefix",
    "level",
    "group",
    "flags",
    "snaplen",
    "queue-threshold",
];

/// What stands behind options, each with its value.
fn options<'a>(mut words: &'a [String], names: &[&str]) -> &'a [String] {
    while let [name, _, after @ ..] = words
        && names.contains(&name.as_str())
    {
        words = after;
    }
    words
}

fn said(words: &[String], at: usize) -> &str {
    words.get(at).map_or("", String::as_str)
}

/// Reads a rule of iptables.
pub(super) fn iptables(words: &[String]) -> Rule {
    let mut rule = Rule::default();
    let mut not = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = said(words, at + 1);
        let values: Vec<&str> = next.split(',').collect();
        at += 1;
        match word.as_str() {
            "!" => {
                not = true;
                continue;
            }
            "-s" | "--source" | "--src-range" | "--mac-source" => rule.source = from(not, &values),
            "--match-set" => {
                if said(words, at + 1).starts_with("src") {
                    rule.source = if not { From::Not } else { From::Some };
                } else {
                    rule.narrow = true;
                }
            }
            "-p" | "--protocol" => {
                rule.skip |= !not && !matches!(next, "tcp" | "udp" | "all" | "6" | "17");
                rule.narrow |= not || !matches!(next, "tcp" | "all" | "6");
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
            // A new connection begins with SYN alone.
            "--syn" => rule.skip |= not,
            "--tcp-flags" if next == "FIN,SYN,RST,ACK" && said(words, at + 1) == "SYN" => {
                rule.skip |= not;
            }
            "--dst-type" => {
                let here = values.iter().any(|v| matches!(*v, "LOCAL" | "UNICAST"));
                rule.skip |= here == not;
            }
            "--pkt-type" => rule.skip |= (next == "host") == not,
            "-m" if matches!(next, "limit" | "hashlimit" | "connlimit" | "recent") => {
                rule.limits = true;
            }
            "-m" if matches!(next, "icmp" | "icmp6") => rule.skip = true,
            "-m" => rule.narrow |= !MATCHES.contains(&next),
            "--comment" => at += quoted(words.get(at..).unwrap_or_default()),
            "-j" | "-g" => {
                rule.logs |= matches!(next, "LOG" | "NFLOG" | "ULOG");
                rule.target = match next {
                    "ACCEPT" => Target::Accept,
                    "DROP" | "REJECT" => Target::Drop,
                    "RETURN" => Target::Return,
                    name if BUILT_IN.contains(&name) => Target::None,
                    name => Target::Chain(name.to_owned(), word == "-j"),
                };
                // What follows is told to the target.
                break;
            }
            "-c" => {}
            option if LIMITING.iter().any(|o| option.starts_with(o)) => {}
            option => rule.narrow |= option.starts_with('-'),
        }
        not = false;
    }
    rule
}

/// Modules of iptables whose options say all that they ask.
const MATCHES: [&str; 11] = [
    "tcp",
    "udp",
    "conntrack",
    "state",
    "multiport",
    "comment",
    "set",
    "iprange",
    "mac",
    "addrtype",
    "pkttype",
];

/// How options begin by which a rule counts connections.
const LIMITING: [&str; 9] = [
    "--limit",
    "--hashlimit",
    "--connlimit",
    "--name",
    "--set",
    "--update",
    "--rcheck",
    "--seconds",
    "--hitcount",
];

/// How many words a text in quotes takes.
fn quoted(words: &[String]) -> usize {
    let whole = |w: &&String| w.ends_with('"') && !w.ends_with("\\\"");
    match words.first().and_then(|w| w.strip_prefix('"')) {
        Some(first) if !first.ends_with('"') || first.ends_with("\\\"") => {
            let end = words.iter().skip(1).position(|w| whole(&w));
            end.map_or(words.len(), |n| n + 2)
        }
        Some(_) | None => 1,
    }
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
