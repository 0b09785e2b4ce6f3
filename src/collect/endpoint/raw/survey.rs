//! Version by version: is it offered, with which suites, and who chooses.
//!
//! All versions are asked at the same time. In one version the server takes a suite of each hello, which the next one
//! leaves out, until it refuses: so the list is whole and in the server's order.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::super::leaf::{CLOSED, Leaf, PROTOCOL};
use super::flight::Flight;
use super::hello::FEW;
use super::line::{Answer, Line, Offer};
use super::names::{GROUPS, Version, suites};

/// What was seen of one version.
#[derive(Debug, Clone)]
pub(in crate::collect::endpoint) struct Seen {
    /// The version.
    pub(super) version: Version,
    /// Is it offered?
    pub(in crate::collect::endpoint) offered: Leaf<bool>,
    /// Its suites, in the order in which the server took them.
    pub(super) suites: Vec<u16>,
    /// Who chooses.
    pub(super) order: Option<&'static str>,
    /// Why these are not all suites.
    pub(super) cut: Option<&'static str>,
    /// The answers.
    pub(in crate::collect::endpoint) flights: Vec<Flight>,
    /// Does it bear only small hellos?
    pub(super) small: bool,
}

impl Seen {
    fn of(version: Version, offered: Leaf<bool>) -> Self {
        Self {
            version,
            offered,
            suites: Vec::new(),
            order: None,
            cut: None,
            flights: Vec::new(),
            small: false,
        }
    }

    /// A hello that this version is known to take, with these suites.
    pub(super) fn offer(&self, suites: &[u16]) -> Offer {
        let whole = offer(self.version);
        Offer {
            suites: suites.to_vec(),
            groups: match self.small {
                true => few_groups(),
                false => whole.groups,
            },
            small: self.small,
            ..whole
        }
    }
}

/// A hello with everything that this version knows.
fn offer(version: Version) -> Offer {
    let groups = match version {
        Version::Ssl2 | Version::Ssl3 => Vec::new(),
        Version::Tls10 | Version::Tls11 | Version::Tls12 | Version::Tls13 => {
            GROUPS.iter().map(|(id, _)| *id).collect()
        }
    };
    Offer {
        version,
        suites: suites(version),
        groups,
        deflate: false,
        fallback: false,
        small: false,
    }
}

/// All versions.
pub(in crate::collect::endpoint) async fn survey(line: &Line) -> Vec<Seen> {
    let asked = Version::ALL.map(|version| async move {
        let answer = line.ask(&offer(version)).await;
        match first(version, &answer) {
            Some(seen) => (answer, enumerate(line, seen).await),
            None => (answer, Seen::of(version, Leaf::default())),
        }
    });
    let mut seen = join_all(asked).await;
    // A server that drops long hellos may take short ones.
    for (answer, one) in &mut seen {
        if matches!(answer, Answer::Dropped(_))
            && one.version > Version::Ssl3
            && let Some(found) = in_pieces(line, one.version).await
        {
            *one = found;
        }
    }
    let good = seen
        .iter()
        .rev()
        .find(|(_, one)| one.offered.v == Some(true) && one.version != Version::Ssl2)
        .map(|(_, one)| one.offer(&one.suites));
    let mut all = Vec::new();
    for (answer, mut one) in seen {
        if one.offered.v.is_none() {
            one.offered = refusal(line, one.version, &answer, good.as_ref()).await;
        }
        all.push(one);
    }
    all
}

/// The version, where the answer shows that it is offered.
fn first(version: Version, answer: &Answer) -> Option<Seen> {
    let Answer::Flight(flight) = answer else {
        return None;
    };
    if flight.version != version.wire() {
        return None;
    }
    let mut seen = Seen::of(version, Leaf::seen(true));
    seen.suites.push(flight.suite);
    seen.flights.push((**flight).clone());
    Some(seen)
}

/// Does this answer prove that the version is not offered? Only an alert that says so, a lower version, or the end of
/// the connection between two hellos that are taken.
async fn refusal(
    line: &Line,
    version: Version,
    answer: &Answer,
    good: Option<&Offer>,
) -> Leaf<bool> {
    match (answer, good) {
        (Answer::Flight(_), _) => Leaf::proven(false, "lower_version"),
        (Answer::Alert(70), _) => Leaf::proven(false, "alert:70"),
        // It may be our name that is refused: only a server that takes some hello of ours refuses the version.
        (Answer::Alert(what @ (40 | 71 | 86)), Some(_)) => {
            Leaf::proven(false, format!("alert:{what}"))
        }
        (Answer::Alert(what), _) => Leaf::unseen(format!("alert:{what}")),
        (Answer::Dropped(why), Some(good)) => match line.drops(&offer(version), good).await {
            Ok(()) => Leaf::proven(false, *why),
            Err(why) => Leaf::unseen(why),
        },
        (Answer::Dropped(why) | Answer::Unseen(why), _) => Leaf::unseen(*why),
    }
}

/// All suites of a version of which one is known.
async fn enumerate(line: &Line, mut seen: Seen) -> Seen {
    // In SSL 2.0 the server names all its kinds at once.
    if seen.version == Version::Ssl2 {
        seen.suites.clear();
        return seen;
    }
    let all = suites(seen.version);
    let whole = match seen.small {
        false => vec![all],
        true => all.chunks(FEW).map(<[u16]>::to_vec).collect(),
    };
    for piece in whole {
        if !take_all(line, &mut seen, piece).await {
            return seen;
        }
    }
    order(line, &mut seen).await;
    seen
}

/// Takes suite after suite of the list, until the server refuses what is left. False where it could not be ended.
async fn take_all(line: &Line, seen: &mut Seen, mut left: Vec<u16>) -> bool {
    left.retain(|id| !seen.suites.contains(id));
    while !left.is_empty() {
        let offer = seen.offer(&left);
        match line.ask(&offer).await {
            Answer::Flight(flight) if flight.version != seen.version.wire() => return true,
            Answer::Flight(flight) => {
                let before = left.len();
                left.retain(|id| *id != flight.suite);
                if left.len() == before {
                    // A suite that was not offered: nothing that it says can be counted on.
                    seen.cut = Some(PROTOCOL);
                    return false;
                }
                seen.suites.push(flight.suite);
                seen.flights.push(*flight);
            }
            Answer::Alert(40 | 47 | 70 | 71) => return true,
            Answer::Alert(_) => {
                seen.cut = Some("alert");
                return false;
            }
            Answer::Dropped(_) => {
                let good = seen.offer(&seen.suites);
                if let Err(why) = line.drops(&offer, &good).await {
                    seen.cut = Some(why);
                }
                return seen.cut.is_none();
            }
            Answer::Unseen(why) => {
                seen.cut = Some(why);
                return false;
            }
        }
    }
    true
}

/// Offered in the reverse order: does the server still take the same one?
async fn order(line: &Line, seen: &mut Seen) {
    let (Some(first), true) = (seen.suites.first().copied(), seen.suites.len() > 1) else {
        return;
    };
    let mut reversed: Vec<u16> = seen.suites.iter().rev().copied().collect();
    if seen.small {
        // The first one and what the server took after it.
        let few = seen.suites.len().min(FEW);
        reversed.drain(..seen.suites.len() - few);
    }
    if let Answer::Flight(flight) = line.ask(&seen.offer(&reversed)).await {
        seen.order = Some(match flight.suite == first {
            true => "server",
            false => "client",
        });
    }
}

/// The version by small hellos, one piece of the list after the other.
async fn in_pieces(line: &Line, version: Version) -> Option<Seen> {
    for piece in suites(version).chunks(FEW) {
        let small = Offer {
            suites: piece.to_vec(),
            groups: few_groups(),
            small: true,
            ..offer(version)
        };
        let answer = line.ask(&small).await;
        if let Some(mut seen) = first(version, &answer) {
            seen.small = true;
            return Some(enumerate(line, seen).await);
        }
        // It is not the length that it does not bear.
        if matches!(answer, Answer::Dropped(_) | Answer::Unseen(_)) {
            return None;
        }
    }
    None
}

/// Groups that every server knows one of.
fn few_groups() -> Vec<u16> {
    [29, 23, 24, 25].into()
}

/// Why these versions are not known whole: one was not seen, or its list of suites was cut.
pub(super) fn open<'a>(mut versions: impl Iterator<Item = &'a Seen>) -> Option<String> {
    versions.find_map(|one| match (one.offered.v, one.cut) {
        (None, _) => Some(one.offered.why.clone().unwrap_or_else(|| CLOSED.to_owned())),
        (Some(true), Some(cut)) => Some(cut.to_owned()),
        (Some(_), _) => None,
    })
}

/// Chains that came in clear, each once.
pub(in crate::collect::endpoint) fn chains(seen: &[Seen]) -> Vec<&Flight> {
    let mut known = BTreeSet::new();
    seen.iter()
        .flat_map(|one| &one.flights)
        .filter(|flight| !flight.chain.is_empty() && known.insert(&flight.chain))
        .collect()
}
