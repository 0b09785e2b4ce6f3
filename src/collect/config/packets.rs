//! Rules for packets wherever they lie: files of nftables, what `iptables-save` wrote. Judged as if they were in force.

use super::found::Found;
use super::kind::Kind;
use super::seen;
use super::settings::told;
use super::tree::{Tree, folder};
use crate::collect::server::{FirewallRules, firewall_line, firewall_of_rules};
use crate::model::{Collected, Subject};
use crate::parse::keyword::packets::{self, Chains};

pub(super) const TYPES: &[&str] = &["packet-filter"];

/// Adds a subject for each set of rules that filters something.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    nftables(tree, out, unused);
    iptables(tree, out, unused);
    let kinds = [Kind::Nftables, Kind::Iptables];
    out.saw("packet-filter", seen(tree, &kinds));
}

fn nftables(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let mut included: Vec<String> = Vec::new();
    let mut read: Vec<(String, u32, Chains)> = Vec::new();
    for file in tree.of_kind(&Kind::Nftables) {
        let Ok(text) = tree.text(&file) else { continue };
        let mut chains = packets::nft(&text);
        let line = firewall_line(&chains);
        includes(tree, &file, &mut chains, &mut included);
        read.push((file, line, chains));
    }
    for (file, line, chains) in read {
        if included.contains(&file) {
            continue;
        }
        // Sets, names and translations of addresses filter nothing.
        if !filters(&chains) {
            unused.push(tree.reader.shown(&file));
            continue;
        }
        let shown = tree.reader.shown(&file);
        let subject = firewall_of_rules(FirewallRules::Nft(&shown, line, chains));
        out.subjects.push(named(subject, "nftables", &file));
    }
}

/// Takes in what a file includes; what is not here may say anything.
fn includes(tree: &mut Tree<'_>, file: &str, chains: &mut Chains, included: &mut Vec<String>) {
    let mut todo: Vec<(String, String)> = std::mem::take(&mut chains.includes)
        .into_iter()
        .map(|written| (file.to_owned(), written))
        .collect();
    let mut files = 0;
    while let Some((from, written)) = todo.pop() {
        match tree.find(folder(&from), &written) {
            found @ (Found::Files(_) | Found::Part(..)) => {
                let (found, hidden) = match found {
                    Found::Files(files) => (files, None),
                    Found::Part(files, why) => (files, Some(why)),
                    Found::NoFolder | Found::Missing => (Vec::new(), None),
                };
                if let Some(why) = hidden {
                    chains.unclear = true;
                    let what = format!("includes {why}, which is not here");
                    told(tree, &from, 0, &what);
                }
                for path in found {
                    files += 1;
                    if files > MAX_FILES || path == file {
                        chains.unclear = true;
                        return told(tree, file, 1, "inclusions go round");
                    }
                    let Ok(text) = tree.text(&path) else {
                        chains.unclear = true;
                        continue;
                    };
                    let mut more = packets::nft(&text);
                    let next = std::mem::take(&mut more.includes);
                    todo.extend(next.into_iter().map(|written| (path.clone(), written)));
                    chains.join(more);
                    included.push(path);
                }
            }
            // A pattern that meets nothing is nothing.
            Found::NoFolder => {}
            Found::Missing if written.contains('*') => {}
            Found::Missing => {
                chains.unclear = true;
                told(
                    tree,
                    &from,
                    0,
                    &format!("includes {written}, which is not here"),
                );
            }
        }
    }
}

/// Does it stand in the way of IP? Frames and what belongs to a single card are another matter.
fn filters(chains: &Chains) -> bool {
    let of_ip = |family: &str| ["ip", "ip6", "inet"].contains(&family);
    chains
        .all
        .iter()
        .filter(|c| of_ip(&c.family))
        .any(|c| ["input", "forward", "output"].iter().any(|hook| c.at(hook)))
}

fn iptables(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let files = tree.of_kind(&Kind::Iptables);
    let pairs = [("rules.v4", "rules.v6"), ("iptables", "ip6tables")];
    let second = |file: &str| {
        pairs.iter().find_map(|(four, six)| {
            let start = file.strip_suffix(four)?;
            (start.is_empty() || start.ends_with('/')).then(|| format!("{start}{six}"))
        })
    };
    let seconds: Vec<String> = files.iter().filter_map(|f| second(f)).collect();
    for file in &files {
        let first = files.iter().any(|f| second(f).as_ref() == Some(file));
        if first && seconds.contains(file) {
            continue;
        }
        let Ok(text) = tree.text(file) else { continue };
        let four = packets::iptables(&text);
        if !filters(&four) {
            unused.push(tree.reader.shown(file));
            continue;
        }
        let six = second(file)
            .filter(|six| files.contains(six))
            .and_then(|six| tree.text(&six).ok())
            .map(|text| packets::iptables(&text));
        let shown = tree.reader.shown(file);
        let subject = firewall_of_rules(FirewallRules::Iptables(&shown, four, six));
        out.subjects.push(named(subject, "iptables", file));
    }
}

/// The subject under the name of its file. That the rules are loaded is taken for granted: nothing here says it.
fn named(mut subject: Subject, tool: &str, file: &str) -> Subject {
    let name = file.rsplit('/').next().unwrap_or(file);
    subject.kind = "packet-filter".into();
    subject.id = format!("{tool}[{name}]").into();
    for path in ["enabled", "others_enabled"] {
        subject.facts.remove(path);
    }
    subject
}

const MAX_FILES: usize = 100;
