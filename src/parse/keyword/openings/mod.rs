//! Which ports a packet filter lets anybody reach: the rules of chains walked in order, as nftables and iptables do.
//!
//! A port counts as open only where a rule accepts it without asking for a source; where a rule is not understood or
//! asks for an interface the answer says that it is not whole.

mod rule;
#[cfg(test)]
mod tests;

use super::packets::{Chain, Chains};
use rule::{BUILT_IN, From, Target, expand, iptables, nft};

/// How deep chains may jump.
const MAX_DEPTH: usize = 16;

/// How many rules are followed for one chain.
const MAX_STEPS: usize = 50_000;

/// Ports from one to another, both in it.
type Range = (u16, u16);

/// What a filter lets in.
#[derive(Debug, Clone)]
pub struct Openings {
    /// Sorted, apart from each other.
    open: Vec<Range>,
    guarded: Vec<Range>,
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
            open: Vec::new(),
            guarded: Vec::new(),
            whole: true,
            logs: false,
            limits: false,
        }
    }

    /// May anybody reach this port?
    pub fn at(&self, port: u16) -> bool {
        self.open.iter().any(|(a, b)| (*a..=*b).contains(&port))
    }

    /// Opens ports, but those that an earlier rule keeps for some sources.
    pub fn open(&mut self, from: u16, to: u16) {
        let mut left = vec![(from, to)];
        for (a, b) in &self.guarded {
            left = left
                .into_iter()
                .flat_map(|r| without(r, (*a, *b)))
                .collect();
        }
        left.into_iter().for_each(|r| add(&mut self.open, r));
    }

    /// Keeps ports for some sources, or for none, whatever a later rule says.
    pub fn guard(&mut self, from: u16, to: u16) {
        add(&mut self.guarded, (from, to));
    }

    /// The open ports as ranges.
    pub fn ranges(&self) -> &[Range] {
        &self.open
    }

    /// What another filter, which the same packet has to pass, leaves open.
    fn meet(&mut self, other: &Self) {
        let mut both = Vec::new();
        for (a, b) in &self.open {
            for (c, d) in &other.open {
                let (from, to) = (*a.max(c), *b.min(d));
                if from <= to {
                    add(&mut both, (from, to));
                }
            }
        }
        self.open = both;
        self.take(other);
    }

    /// What another filter of the same host opens too.
    pub fn join(&mut self, other: &Self) {
        other.open.iter().for_each(|(a, b)| self.open(*a, *b));
        self.take(other);
    }

    fn take(&mut self, other: &Self) {
        self.whole &= other.whole;
        self.logs |= other.logs;
        self.limits |= other.limits;
    }
}

/// What is left of a range without another.
fn without((from, to): Range, (a, b): Range) -> Vec<Range> {
    if b < from || to < a {
        return vec![(from, to)];
    }
    let mut left = Vec::new();
    if from < a {
        left.push((from, a - 1));
    }
    if b < to {
        left.push((b + 1, to));
    }
    left
}

/// Puts a range among others, joined with those that it touches.
fn add(all: &mut Vec<Range>, (mut from, mut to): Range) {
    all.retain(|(a, b)| {
        let apart = b.checked_add(1).is_some_and(|next| next < from)
            || to.checked_add(1).is_some_and(|next| next < *a);
        if !apart {
            from = from.min(*a);
            to = to.max(*b);
        }
        apart
    });
    let at = all.partition_point(|(a, _)| *a < from);
    all.insert(at, (from, to));
}

/// What anybody may reach through the chains that hook in here: over IPv4 and over IPv6 each, what all chains let
/// pass. Where no chain of a family hooks in, nothing is said of that family.
pub fn through(chains: &Chains, hook: &str) -> Openings {
    let mut all = Openings::none();
    for (family, six) in [("ip", false), ("ip6", true)] {
        let of = |c: &&Chain| c.at(hook) && [family, "inet"].contains(&c.family.as_str());
        let met = Met {
            six: Some(six),
            ..Met::default()
        };
        let found = chains.all.iter().filter(of);
        let mut each = found.map(|c| let_in(chains, c, &met));
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
    let_in(chains, chain, &Met::default())
}

fn let_in(chains: &Chains, chain: &Chain, met: &Met) -> Openings {
    let mut out = Openings::none();
    let mut left = MAX_STEPS;
    let came_out = walk(chains, chain, met, &mut out, 0, &mut left);
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
    /// It came here by a rule that asked for more.
    narrow: bool,
    /// Is it one of IPv6? `None` where that is all the same.
    six: Option<bool>,
    ports: Option<Vec<Range>>,
}

/// Walks a chain; false where nothing comes out at its end.
fn walk(
    chains: &Chains,
    chain: &Chain,
    met: &Met,
    out: &mut Openings,
    depth: usize,
    left: &mut usize,
) -> bool {
    if depth > MAX_DEPTH {
        out.whole = false;
        return true;
    }
    for (_, words) in &chain.rules {
        // Chains that jump to each other many times make ever more ways.
        if *left == 0 {
            out.whole = false;
            return true;
        }
        *left -= 1;
        let words = expand(words, &chains.defines);
        let rule = if words.first().is_some_and(|w| w.starts_with(['-', '!'])) {
            iptables(&words)
        } else {
            nft(&words)
        };
        out.logs |= rule.logs;
        out.limits |= rule.limits;
        let other = matches!((rule.six, met.six), (Some(a), Some(b)) if a != b);
        if rule.skip || other {
            continue;
        }
        if rule.unclear && rule.target != Target::None {
            out.whole = false;
            continue;
        }
        let here = Met {
            sourced: met.sourced || rule.source == From::Some,
            faced: met.faced || rule.faced,
            narrow: met.narrow || rule.narrow || (rule.six.is_some() && met.six.is_none()),
            six: met.six,
            ports: rule.ports.clone().or_else(|| met.ports.clone()),
        };
        let ranges = here.ports.clone().unwrap_or_else(|| vec![(0, u16::MAX)]);
        match &rule.target {
            Target::None => {}
            Target::Accept if here.sourced => {}
            Target::Accept if here.faced => out.whole = false,
            // For whom that is cannot be told; of a port that is named somebody will make use.
            Target::Accept if here.narrow && here.ports.is_none() => out.whole = false,
            Target::Accept => {
                ranges.iter().for_each(|(from, to)| out.open(*from, *to));
                if here.ports.is_none() {
                    return false;
                }
            }
            // What drops some packets keeps a port from nobody.
            Target::Drop if here.sourced || here.faced || here.narrow || rule.limits => {}
            Target::Drop => {
                ranges.iter().for_each(|(from, to)| out.guard(*from, *to));
                if here.ports.is_none() && rule.source == From::Any {
                    return false;
                }
            }
            Target::Return => {
                // What returns early is not asked for the rules below.
                if !here.sourced && here.ports.is_none() && !here.faced && !here.narrow {
                    return true;
                }
            }
            Target::Chain(name, returns) => {
                let same = |c: &&Chain| {
                    c.name == *name && c.table == chain.table && c.family == chain.family
                };
                match chains.all.iter().find(same) {
                    Some(next) => {
                        let came_out = walk(chains, next, &here, out, depth + 1, left);
                        let every = !here.sourced && !here.faced && !here.narrow;
                        let all = every && here.ports.is_none();
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
