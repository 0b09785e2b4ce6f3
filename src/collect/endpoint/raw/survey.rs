//! Version by version: is it offered, with which suites, and who chooses.
//!
//! All versions are asked at the same time. In one version the server takes a suite of each hello, which the next one
//! leaves out, until it refuses. A server may refuse because it cannot do the one that it chose (Diffie-Hellman without
//! or with too short a prime): so what it refused together is asked again, each kind of key exchange alone.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::super::leaf::{CLOSED, Leaf, PROTOCOL, RATE_LIMITED};
use super::flight::Flight;
use super::hello::FEW;
use super::line::{Answer, Line, Offer};
use super::names::{GROUPS, Version, suite, suites};

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
            Some(seen) => (answer, enumerate(line, seen).await, false),
            None => (answer, Seen::of(version, Leaf::default()), false),
        }
    });
    let mut seen = join_all(asked).await;
    let taken = seen.iter().any(|(_, one, _)| one.offered.v == Some(true));
    for (answer, one, each_refused) in &mut seen {
        let version = one.version;
        // A server that drops long hellos may take short ones.
        if matches!(answer, Answer::Dropped(_))
            && version > Version::Ssl3
            && let Some(found) = in_pieces(line, version).await
        {
            *one = found;
        } else if refuses(answer, taken) {
            match by_key_exchange(line, version).await {
                Ok(found) => *one = found,
                Err(refused) => *each_refused = refused,
            }
        }
    }
    let good = seen
        .iter()
        .rev()
        .find(|(_, one, _)| one.offered.v == Some(true) && one.version != Version::Ssl2)
        .map(|(_, one, _)| one.offer(&one.suites));
    let mut all = Vec::new();
    for (answer, mut one, each_refused) in seen {
        if one.offered.v.is_none() {
            one.offered = match (&answer, good.as_ref()) {
                (Answer::Alert(INTERNAL_ERROR), Some(good)) if each_refused => {
                    unable(line, one.version, good).await
                }
                (answer, good) => refusal(line, one.version, answer, good).await,
            };
        }
        all.push(one);
    }
    if let Some(good) = &good {
        still_takes(line, good, &mut all).await;
    }
    all
}

/// A server that, after all of it, refuses what it took has lost patience somewhere before: its refusals prove nothing.
async fn still_takes(line: &Line, good: &Offer, all: &mut [Seen]) {
    let by_alert = |leaf: &Leaf<bool>| leaf.why.as_deref().is_some_and(|w| w.starts_with("alert:"));
    let refused = |one: &Seen| one.offered.v == Some(false) && by_alert(&one.offered);
    if !all.iter().any(refused) || matches!(line.ask(good).await, Answer::Flight(_)) {
        return;
    }
    for one in all.iter_mut() {
        if refused(one) {
            one.offered = Leaf::unseen(RATE_LIMITED);
        } else if one.offered.v == Some(true) {
            one.cut = one.cut.or(Some(RATE_LIMITED));
        }
    }
}

/// May the server have refused the suite that it chose, rather than the version? One that ends each connection tells
/// nothing more when it is asked again.
const fn refuses(answer: &Answer, taken: bool) -> bool {
    match answer {
        Answer::Alert(what) => matches!(what, 40 | 47 | 71 | 80),
        Answer::Dropped(_) => taken,
        Answer::Flight(_) | Answer::Unseen(_) => false,
    }
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

/// The alert of a server that found that it cannot go on.
const INTERNAL_ERROR: u8 = 80;

/// OpenSSL answers so where its security level allows it no signature of this version: it refused each kind of key
/// exchange, and still does between two hellos that it takes. Nobody can agree on the version with it.
async fn unable(line: &Line, version: Version, good: &Offer) -> Leaf<bool> {
    match line.between(&offer(version), good).await {
        Ok(Answer::Alert(INTERNAL_ERROR)) => Leaf::proven(false, "alert:80"),
        Ok(_) => Leaf::unseen("alert:80"),
        Err(why) => Leaf::unseen(why),
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

/// Takes suite after suite of the list, until the server refuses what is left, also of each kind of key exchange alone.
/// False where it could not be ended.
async fn take_all(line: &Line, seen: &mut Seen, left: Vec<u16>) -> bool {
    let (rest, cut) = take(line, seen, left).await;
    if cut.is_some_and(|why| why != ALERT) {
        seen.cut = cut;
        return false;
    }
    let parts = by_kind(seen.version, &rest);
    if parts.len() < 2 {
        seen.cut = cut;
        return cut.is_none();
    }
    for part in parts {
        let (_, cut) = take(line, seen, part).await;
        // What is open in one kind does not keep us from finding more in the next.
        seen.cut = seen.cut.or(cut);
        if cut.is_some_and(|why| why != ALERT) {
            break;
        }
    }
    seen.cut.is_none()
}

/// An alert that is no refusal of the suites.
const ALERT: &str = "alert";

/// Takes suite after suite, until the server refuses: what is left then, and why that is no end of the list.
async fn take(
    line: &Line,
    seen: &mut Seen,
    mut left: Vec<u16>,
) -> (Vec<u16>, Option<&'static str>) {
    left.retain(|id| !seen.suites.contains(id));
    while !left.is_empty() {
        let offer = seen.offer(&left);
        match line.ask(&offer).await {
            Answer::Flight(flight) if flight.version != seen.version.wire() => break,
            Answer::Flight(flight) => {
                let before = left.len();
                left.retain(|id| *id != flight.suite);
                if left.len() == before {
                    // A suite that was not offered: nothing that it says can be counted on.
                    return (left, Some(PROTOCOL));
                }
                seen.suites.push(flight.suite);
                seen.flights.push(*flight);
            }
            Answer::Alert(40 | 47 | 71) => break,
            // It refuses a version that it took: the end of the list only where it does so each time.
            Answer::Alert(70) => {
                let good = seen.offer(&seen.suites);
                let cut = match line.between(&offer, &good).await {
                    Ok(Answer::Alert(40 | 47 | 70 | 71)) => None,
                    Ok(_) => Some(RATE_LIMITED),
                    Err(why) => Some(why),
                };
                return (left, cut);
            }
            Answer::Alert(_) => return (left, Some(ALERT)),
            Answer::Dropped(_) => {
                let good = seen.offer(&seen.suites);
                let cut = line.drops(&offer, &good).await.err();
                return (left, cut);
            }
            Answer::Unseen(why) => return (left, Some(why)),
        }
    }
    (left, None)
}

/// The suites by their kind of key exchange; in TLS 1.3 it is not theirs to say.
fn by_kind(version: Version, all: &[u16]) -> Vec<Vec<u16>> {
    const KINDS: [&str; 6] = [
        "TLS_ECDHE_RSA_WITH",
        "TLS_ECDHE_ECDSA_WITH",
        "TLS_DHE_RSA_WITH",
        "TLS_RSA_WITH",
        "TLS_DH_anon_WITH",
        "TLS_ECDH_anon_WITH",
    ];
    if version == Version::Tls13 || version == Version::Ssl2 {
        return Vec::new();
    }
    let kind = |id: u16| {
        let name = suite(id);
        KINDS.iter().position(|kind| name.starts_with(kind))
    };
    let kinds = (0..KINDS.len()).map(Some).chain([None]);
    kinds
        .map(|wanted| {
            all.iter()
                .copied()
                .filter(|id| kind(*id) == wanted)
                .collect()
        })
        .filter(|part: &Vec<u16>| !part.is_empty())
        .collect()
}

/// The version, where the server takes one kind of key exchange though it refused all kinds together; else whether it
/// answered each kind with an alert.
async fn by_key_exchange(line: &Line, version: Version) -> Result<Seen, bool> {
    let mut refused = true;
    for part in by_kind(version, &suites(version)) {
        let alone = Offer {
            suites: part,
            ..offer(version)
        };
        let answer = line.ask(&alone).await;
        if let Some(seen) = first(version, &answer) {
            return Ok(enumerate(line, seen).await);
        }
        refused &= matches!(answer, Answer::Alert(40 | 47 | 70 | 71 | INTERNAL_ERROR));
    }
    Err(refused)
}

/// Offered in the reverse order: does the server still take the same one? That it takes any shows that what it refused just
/// before was the end of its list, and not of its patience.
async fn order(line: &Line, seen: &mut Seen) {
    let Some(first) = seen.suites.first().copied() else {
        return;
    };
    let mut reversed: Vec<u16> = seen.suites.iter().rev().copied().collect();
    if seen.small {
        // The first one and what the server took after it.
        let few = seen.suites.len().min(FEW);
        reversed.drain(..seen.suites.len() - few);
    }
    match line.ask(&seen.offer(&reversed)).await {
        Answer::Flight(_) if seen.suites.len() == 1 => {}
        Answer::Flight(flight) => {
            seen.order = Some(match flight.suite == first {
                true => "server",
                false => "client",
            });
        }
        Answer::Alert(_) => seen.cut = Some(RATE_LIMITED),
        Answer::Dropped(why) | Answer::Unseen(why) => seen.cut = Some(why),
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
