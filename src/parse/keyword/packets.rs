//! Packet filters as files hold them: the rules of nftables and of `iptables-save`, and what a chain does with a packet
//! that no rule of its own is made for.

use std::collections::BTreeMap;

use super::numbered;

/// How deep chains may jump.
const MAX_DEPTH: usize = 16;

/// How many rules are followed for one chain.
const MAX_STEPS: usize = 10_000;

/// What happens to a packet in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Let in.
    Accept,
    /// Dropped or rejected.
    Drop,
    /// The file does not say it in a form that is read.
    Unclear,
}

/// A rule that fits every packet.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Bare {
    Ends(Verdict),
    Return,
    Jump(String),
    Goto(String),
}

/// A chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The line that says where it hooks in, or its first.
    pub line: u32,
    /// `inet`, `ip`, `ip6`.
    pub family: String,
    /// Its name.
    pub name: String,
    /// Its rules, word by word, each with its line.
    pub rules: Vec<(u32, Vec<String>)>,
    pub(super) table: String,
    hook: Option<String>,
    policy: Option<Verdict>,
    bare: Vec<Bare>,
}

impl Chain {
    /// Does it hook in here?
    pub fn at(&self, hook: &str) -> bool {
        self.hook.as_deref() == Some(hook)
    }

    /// Does it hook in and let pass what reaches its end?
    pub fn ends_open(&self) -> bool {
        self.hook.is_some() && self.policy != Some(Verdict::Drop)
    }
}

/// The chains of a file, and whether something in it was not understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chains {
    /// The chains.
    pub all: Vec<Chain>,
    /// Files that it includes, as written.
    pub includes: Vec<String>,
    /// Names that the file gives to values, as `define` says.
    pub defines: BTreeMap<String, Vec<String>>,
    /// Something was not understood.
    pub unclear: bool,
}

impl Chains {
    /// What a chain does with a packet that no narrower rule fits.
    pub fn verdict(&self, chain: &Chain) -> Verdict {
        let policy = chain.policy.unwrap_or(Verdict::Accept);
        let mut left = MAX_STEPS;
        self.walk(chain, 0, &mut left).unwrap_or(policy)
    }

    /// `None`: the packet comes out at the chain's end.
    fn walk(&self, chain: &Chain, depth: usize, left: &mut usize) -> Option<Verdict> {
        for rule in &chain.bare {
            // Chains that jump to each other many times make ever more ways.
            if depth > MAX_DEPTH || *left == 0 {
                return Some(Verdict::Unclear);
            }
            *left -= 1;
            let (name, goes_back) = match rule {
                Bare::Ends(verdict) => return Some(*verdict),
                Bare::Return => return None,
                Bare::Jump(name) => (name, true),
                Bare::Goto(name) => (name, false),
            };
            let same =
                |c: &&Chain| c.name == *name && c.table == chain.table && c.family == chain.family;
            let Some(next) = self.all.iter().find(same) else {
                return Some(Verdict::Unclear);
            };
            match self.walk(next, depth + 1, left) {
                Some(verdict) => return Some(verdict),
                None if goes_back => {}
                None => return None,
            }
        }
        None
    }

    /// Takes in the chains of a file that is read after this one.
    pub fn join(&mut self, other: Self) {
        self.all.extend(other.all);
        self.defines.extend(other.defines);
        self.unclear |= other.unclear;
    }
}

/// Reads a file of nftables.
pub fn nft(text: &str) -> Chains {
    let mut reader = Nft::default();
    for (line, content) in numbered(text) {
        for token in tokens(content) {
            reader.token(line, token);
        }
        reader.line_ends();
    }
    reader.line_ends();
    reader.out
}

/// The words of a line of nftables; braces and semicolons are words of their own.
fn tokens(content: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in content.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            '{' | '}' | ';' if !quoted => {
                all.push(std::mem::take(&mut word));
                all.push(c.to_string());
            }
            c if c.is_whitespace() && !quoted => all.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    all.push(word);
    all.retain(|w| !w.is_empty());
    all
}

/// Where a reader of nftables stands.
#[derive(Default)]
struct Nft {
    out: Chains,
    statement: Vec<String>,
    line: u32,
    table: Option<(String, String)>,
    dormant: bool,
    chain: Option<Chain>,
    /// Braces that are open besides those of the table and the chain.
    inner: usize,
    goes_on: bool,
}

impl Nft {
    fn token(&mut self, line: u32, token: String) {
        self.goes_on = false;
        match token.as_str() {
            "\\" => self.goes_on = true,
            "{" => self.opens(),
            "}" => self.closes(),
            ";" if self.inner == 0 => self.ends(),
            ";" => {}
            _ => {
                if self.statement.is_empty() {
                    self.line = line;
                }
                self.statement.push(token);
            }
        }
    }

    /// Is it in the middle of `add rule …`?
    fn in_rule(&self) -> bool {
        let words = |n: usize| self.statement.get(n).map_or("", String::as_str);
        self.table.is_none() && ["add", "insert"].contains(&words(0)) && words(1) == "rule"
    }

    fn line_ends(&mut self) {
        if self.inner == 0 && !std::mem::take(&mut self.goes_on) {
            self.ends();
        }
    }

    fn opens(&mut self) {
        let at = |word: &str| self.statement.iter().position(|w| w == word);
        let after = |n: usize| self.statement.get(n..).unwrap_or_default().to_vec();
        let family = |words: &[String]| match words {
            [family, rest @ ..] if FAMILIES.contains(&family.as_str()) => {
                (family.clone(), rest.to_vec())
            }
            words => ("ip".to_owned(), words.to_vec()),
        };
        if self.inner > 0 || self.chain.is_some() || self.in_rule() {
            self.inner += 1;
            self.statement.push("{".to_owned());
        } else if let Some(n) = at("table").filter(|_| self.table.is_none()) {
            let (family, rest) = family(&after(n + 1));
            self.table = Some((family, rest.first().cloned().unwrap_or_default()));
            self.statement.clear();
        } else if let Some(n) = at("chain") {
            let (family, table, name) = match &self.table {
                Some((family, table)) => (family.clone(), table.clone(), after(n + 1)),
                None => {
                    let (family, rest) = family(&after(n + 1));
                    let table = rest.first().cloned().unwrap_or_default();
                    (family, table, rest.get(1..).unwrap_or_default().to_vec())
                }
            };
            self.chain = Some(Chain {
                line: self.line,
                family,
                table,
                name: name.first().cloned().unwrap_or_default(),
                ..Chain::default()
            });
            self.statement.clear();
        } else {
            self.inner += 1;
        }
    }

    fn closes(&mut self) {
        if self.inner > 0 {
            self.inner -= 1;
            if self.chain.is_some() || self.in_rule() {
                self.statement.push("}".to_owned());
            }
            return;
        }
        self.ends();
        match self.chain.take() {
            Some(chain) if !self.dormant => self.out.all.push(chain),
            Some(_) => {}
            None => {
                self.table = None;
                self.dormant = false;
            }
        }
    }

    fn ends(&mut self) {
        let statement = std::mem::take(&mut self.statement);
        let words: Vec<&str> = statement.iter().map(String::as_str).collect();
        let Some(chain) = &mut self.chain else {
            match words.as_slice() {
                ["include", path, ..] => self.out.includes.push((*path).to_owned()),
                ["define", name, "=", values @ ..] => {
                    let values = values.iter().map(|v| (*v).to_owned()).collect();
                    self.out.defines.insert((*name).to_owned(), values);
                }
                ["flush", "ruleset", ..] => self.out.all.clear(),
                ["flags", rest @ ..] => self.dormant |= rest.contains(&"dormant"),
                [way @ ("add" | "insert"), "rule", rest @ ..] => {
                    let first = *way == "insert";
                    let rule: Vec<String> = rest.iter().map(|w| (*w).to_owned()).collect();
                    self.out.unclear |= !add_rule(&mut self.out.all, &rule, first, self.line);
                }
                // Without braces it hooks in nowhere.
                ["add", "chain", rest @ ..] => {
                    let (family, rest) = match rest {
                        [family, rest @ ..] if FAMILIES.contains(family) => (*family, rest),
                        rest => ("ip", rest),
                    };
                    if let [table, name] = rest {
                        self.out.all.push(Chain {
                            line: self.line,
                            family: family.to_owned(),
                            table: (*table).to_owned(),
                            name: (*name).to_owned(),
                            ..Chain::default()
                        });
                    }
                }
                [
                    "add" | "insert" | "replace" | "delete" | "destroy" | "flush" | "reset",
                    ..,
                ] => {
                    // A table that is made and emptied before it is written changes nothing.
                    self.out.unclear |=
                        !matches!(words.get(1), Some(&"table")) || words.first() == Some(&"insert");
                }
                _ => {}
            }
            return;
        };
        match words.as_slice() {
            ["type", kind, "hook", hook, ..] => {
                chain.hook = (*kind == "filter").then(|| (*hook).to_owned());
                chain.line = self.line;
            }
            ["policy", "drop", ..] => chain.policy = Some(Verdict::Drop),
            ["policy", ..] => chain.policy = Some(Verdict::Accept),
            ["include", ..] => chain.bare.push(Bare::Ends(Verdict::Unclear)),
            [] => {}
            rule => {
                chain.bare.extend(bare(rule));
                chain.rules.push((self.line, statement));
            }
        }
    }
}

/// `add rule inet filter input …`: adds it to its chain, where that is here.
fn add_rule(all: &mut [Chain], words: &[String], first: bool, line: u32) -> bool {
    let (family, rest) = match words {
        [family, rest @ ..] if FAMILIES.contains(&family.as_str()) => (family.as_str(), rest),
        rest => ("ip", rest),
    };
    let [table, name, rule @ ..] = rest else {
        return false;
    };
    // By a place among the others: which one is not known here.
    if ["index", "position", "handle"].contains(&rule.first().map_or("", String::as_str)) {
        return false;
    }
    let mut recent = all.iter_mut().rev().take(MAX_CHAINS);
    let Some(chain) = recent.find(|c| c.family == family && c.table == *table && c.name == *name)
    else {
        return false;
    };
    let rule: Vec<&str> = rule.iter().map(String::as_str).collect();
    let owned = rule.iter().map(|w| (*w).to_owned()).collect();
    if first {
        chain.rules.insert(0, (line, owned));
        if let Some(bare) = bare(&rule) {
            chain.bare.insert(0, bare);
        }
    } else {
        chain.rules.push((line, owned));
        chain.bare.extend(bare(&rule));
    }
    true
}

/// Among how many chains one is looked for.
const MAX_CHAINS: usize = 1_000;

const FAMILIES: [&str; 6] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

/// A rule of nftables that fits every packet, or every new connection.
fn bare(words: &[&str]) -> Option<Bare> {
    let mut rest = words;
    loop {
        rest = match rest {
            ["counter", "packets", _, "bytes", _, r @ ..] | ["counter", r @ ..] => r,
            ["log", r @ ..] => {
                let mut r = r;
                while let [
                    "prefix" | "level" | "group" | "flags" | "snaplen",
                    _,
                    after @ ..,
                ] = r
                {
                    r = after;
                }
                r
            }
            [
                "ip" | "ip6",
                "saddr" | "daddr",
                "0.0.0.0/0" | "::/0",
                r @ ..,
            ]
            | ["meta", "l4proto", "tcp", r @ ..]
            | ["ip", "protocol", "tcp", r @ ..]
            | ["tcp", "dport", "0-65535" | "1-65535", r @ ..] => r,
            ["ct", "state", states, r @ ..] if states.split(',').any(|s| s == "new") => r,
            ["ct", "state", "{", r @ ..] => {
                let end = r.iter().position(|w| *w == "}")?;
                let states = r.get(..end)?;
                let new = |w: &&str| w.split(',').any(|s| s == "new");
                states.iter().any(new).then_some(())?;
                r.get(end + 1..)?
            }
            _ => break,
        };
    }
    match rest {
        ["accept"] | ["accept", "comment", _] => Some(Bare::Ends(Verdict::Accept)),
        // A narrower rule that drops is no verdict on all packets.
        ["drop"] | ["drop", "comment", _] | ["reject", ..] => {
            let whole = words
                .iter()
                .all(|w| !matches!(*w, "ct" | "tcp" | "meta" | "ip" | "ip6"));
            whole.then_some(Bare::Ends(Verdict::Drop))
        }
        ["return", ..] => Some(Bare::Return),
        ["jump", name, ..] => Some(Bare::Jump((*name).to_owned())),
        ["goto", name, ..] => Some(Bare::Goto((*name).to_owned())),
        ["queue", ..] => Some(Bare::Ends(Verdict::Unclear)),
        _ => None,
    }
}

/// Reads what `iptables-save` wrote: the chains of the table `filter`.
pub fn iptables(text: &str) -> Chains {
    let mut chains: BTreeMap<String, Chain> = BTreeMap::new();
    let mut unclear = false;
    let mut table = "filter".to_owned();
    for (line, content) in numbered(text) {
        let words: Vec<&str> = content.split_whitespace().collect();
        if let Some(name) = content.strip_prefix('*') {
            table = name.trim().to_owned();
        }
        if table != "filter" {
            continue;
        }
        match words.as_slice() {
            [first, policy, ..] if first.starts_with(':') => {
                let name = first.trim_start_matches(':').to_owned();
                let chain = chains.entry(name.clone()).or_default();
                chain.line = line;
                chain.policy = match *policy {
                    "DROP" => Some(Verdict::Drop),
                    "ACCEPT" => Some(Verdict::Accept),
                    _ => None,
                };
                "ip".clone_into(&mut chain.family);
                chain.hook = chain.policy.map(|_| name.to_ascii_lowercase());
                chain.name = name;
            }
            ["-A", name, rule @ ..] => {
                if let Some(chain) = chains.get_mut(*name) {
                    chain.bare.extend(target(rule));
                    let words = rule.iter().map(|w| (*w).to_owned()).collect();
                    chain.rules.push((line, words));
                } else {
                    unclear = true;
                }
            }
            ["-I" | "-P" | "-F" | "-D" | "-R", ..] => unclear = true,
            _ => {}
        }
    }
    Chains {
        all: chains.into_values().collect(),
        unclear,
        ..Chains::default()
    }
}

/// A rule of iptables that fits every packet, or every new connection.
fn target(words: &[&str]) -> Option<Bare> {
    let mut rest = words;
    let mut narrow = false;
    loop {
        rest = match rest {
            ["-m", "comment" | "state" | "conntrack" | "tcp", r @ ..] => r,
            ["-s" | "-d", "0.0.0.0/0" | "::/0", r @ ..] | ["-p", "all", r @ ..] => r,
            ["-p", "tcp", r @ ..] => {
                narrow = true;
                r
            }
            ["--comment", r @ ..] => {
                let end = match r.first()?.strip_prefix('"') {
                    Some(first) if !first.ends_with('"') => {
                        r.iter().skip(1).position(|w| w.ends_with('"'))? + 2
                    }
                    Some(_) | None => 1,
                };
                r.get(end..)?
            }
            ["--state" | "--ctstate", states, r @ ..] if states.split(',').any(|s| s == "NEW") => {
                narrow = true;
                r
            }
            ["-c", _, _, r @ ..] => r,
            _ => break,
        };
    }
    match rest {
        ["-j", "ACCEPT"] => Some(Bare::Ends(Verdict::Accept)),
        ["-j", "DROP" | "REJECT", ..] => (!narrow).then_some(Bare::Ends(Verdict::Drop)),
        ["-j", "RETURN"] => Some(Bare::Return),
        [
            "-j",
            "LOG" | "NFLOG" | "ULOG" | "MARK" | "CONNMARK" | "AUDIT" | "SET" | "TRACE",
            ..,
        ] => None,
        ["-j", name] => Some(Bare::Jump((*name).to_owned())),
        ["-g", name] => Some(Bare::Goto((*name).to_owned())),
        _ => None,
    }
}

#[cfg(test)]
#[path = "packets_tests.rs"]
mod tests;
