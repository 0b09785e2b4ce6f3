//! The raw prober: hellos of our own, which offer what no TLS library offers any more, and the server's answers.
//!
//! `names` are the registries, `hello` builds a ClientHello, `flight` reads what came back, `line` is one connection
//! with its deadlines and manners, `survey` asks version by version, `groups` asks for key exchange groups, `extras`
//! for what single hellos prove. No handshake is ever ended here, and nothing of ours is sent but the name.

mod extras;
mod flight;
mod groups;
mod hello;
mod line;
mod names;
mod survey;
#[cfg(test)]
mod tests;

pub(super) use flight::Flight;
pub(super) use line::Line;
use survey::survey;
pub(super) use survey::{Seen, chains};

use super::facts::{SuiteFacts, TlsFacts};
use super::leaf::{Leaf, NOT_APPLICABLE, RATE_LIMITED};
use names::Version;

/// Asks everything that needs no ended handshake, and fills the leaves. `known` names the versions in which a whole
/// handshake succeeded. Returns the chains that came in clear.
pub(super) async fn ask(line: &Line, facts: &mut TlsFacts) -> Vec<Seen> {
    let mut seen = survey(line).await;
    for one in &mut seen {
        // Taken by a whole handshake and refused here: it answers one connection so and another otherwise.
        let taken = facts.versions.get(one.version.key());
        if taken.is_some_and(|leaf| leaf.v == Some(true)) && one.offered.v == Some(false) {
            one.offered = Leaf::unseen(RATE_LIMITED);
        }
    }
    let offers = |v: Version| {
        seen.iter()
            .any(|s| s.version == v && s.offered.v == Some(true))
    };
    let newest = Version::ALL.iter().rev().copied().find(|v| offers(*v));
    for one in &seen {
        let key = one.version.key().to_owned();
        // A whole handshake proves a version even where this prober saw nothing.
        let known = facts
            .versions
            .get(&key)
            .is_some_and(|leaf| leaf.v == Some(true));
        facts.suites.insert(key.clone(), suites(one));
        if one.offered.v.is_some() || !known {
            facts.versions.insert(key, one.offered.clone());
        }
    }
    let Some(newest) = newest else {
        return seen;
    };
    facts.encrypted = Leaf::seen(true);
    facts.groups = groups::ask(line, &seen).await;
    facts.dh_bits = extras::dh_bits(line, &seen).await;
    facts.secure_renegotiation = extras::of_hello(&seen, |f| f.secure_renegotiation);
    facts.extended_master_secret = extras::of_hello(&seen, |f| f.extended_master_secret);
    facts.compression = extras::compression(line, &seen).await;
    facts.fallback_scsv = extras::fallback(line, &seen, newest).await;
    seen
}

fn suites(one: &Seen) -> SuiteFacts {
    match one.offered.v {
        Some(true) => SuiteFacts {
            v: Some(if one.version == Version::Ssl2 {
                kinds(one)
            } else {
                one.suites.iter().map(|id| names::suite(*id)).collect()
            }),
            why: one.cut.map(str::to_owned),
            order: one.order.map(str::to_owned),
            complete: one.cut.is_none(),
        },
        Some(false) => SuiteFacts {
            why: Some(NOT_APPLICABLE.to_owned()),
            ..SuiteFacts::default()
        },
        None => SuiteFacts {
            why: one.offered.why.clone(),
            ..SuiteFacts::default()
        },
    }
}

/// SSL 2.0 names its kinds of cipher at once.
fn kinds(one: &Seen) -> Vec<String> {
    let kinds = one.flights.iter().flat_map(|flight| &flight.ssl2);
    kinds.map(|name| (*name).to_owned()).collect()
}

/// What was not seen for the reason that another thing was not.
fn as_unseen<T>(other: &Leaf<bool>) -> Leaf<T> {
    Leaf {
        v: None,
        why: other.why.clone(),
    }
}
