//! What single hellos prove: compression, secure renegotiation, extended master secret, downgrade protection, DH size.

use super::super::leaf::{Leaf, NOT_APPLICABLE, PROTOCOL, RATE_LIMITED};
use super::as_unseen;
use super::flight::Flight;
use super::line::{Answer, Line, Offer};
use super::names::{FINITE, Version, suite};
use super::survey::{Seen, open};

/// The newest version before TLS 1.3 that is offered: the question of it does not arise where there is none, and is
/// open where one could not be seen.
fn before_13(seen: &[Seen]) -> Result<&Seen, Leaf<bool>> {
    let old = |one: &&Seen| (Version::Ssl3..=Version::Tls12).contains(&one.version);
    let offered = seen
        .iter()
        .rev()
        .filter(old)
        .find(|one| one.offered.v == Some(true));
    offered.ok_or_else(|| {
        let open = seen.iter().filter(old).find(|one| one.offered.v.is_none());
        match open {
            Some(open) => as_unseen(&open.offered),
            None => Leaf::unseen(NOT_APPLICABLE),
        }
    })
}

/// A property of the server's hello before TLS 1.3.
pub(super) fn of_hello(seen: &[Seen], has: impl Fn(&Flight) -> bool) -> Leaf<bool> {
    match before_13(seen) {
        Ok(one) => match one.flights.first() {
            Some(flight) => Leaf::seen(has(flight)),
            None => Leaf::unseen(PROTOCOL),
        },
        Err(why) => why,
    }
}

/// Does the server take the compression that is offered to it?
pub(super) async fn compression(line: &Line, seen: &[Seen]) -> Leaf<bool> {
    let one = match before_13(seen) {
        Ok(one) => one,
        Err(why) => return why,
    };
    let offer = Offer {
        deflate: true,
        ..one.offer(&one.suites)
    };
    match line.ask(&offer).await {
        Answer::Flight(flight) => Leaf::seen(flight.compressed),
        Answer::Alert(what) => Leaf::unseen(format!("alert:{what}")),
        Answer::Dropped(why) | Answer::Unseen(why) => Leaf::unseen(why),
    }
}

/// Does the server notice that a client came down from a version that it offers (RFC 7507)?
pub(super) async fn fallback(line: &Line, seen: &[Seen], newest: Version) -> Leaf<bool> {
    let lower = seen.iter().rev().find(|one| {
        one.version < newest && one.version > Version::Ssl2 && one.offered.v == Some(true)
    });
    let Some(lower) = lower else {
        let open = seen
            .iter()
            .find(|one| one.version < newest && one.offered.v.is_none());
        return open.map_or(Leaf::unseen(NOT_APPLICABLE), |open| {
            as_unseen(&open.offered)
        });
    };
    let offer = Offer {
        fallback: true,
        ..lower.offer(&lower.suites)
    };
    match line.ask(&offer).await {
        Answer::Alert(86) => Leaf::seen(true),
        Answer::Flight(_) => Leaf::seen(false),
        Answer::Alert(what) => Leaf::unseen(format!("alert:{what}")),
        // Some end the connection without the alert: only the signal is what they refuse.
        Answer::Dropped(why) => match line.drops(&offer, &lower.offer(&lower.suites)).await {
            Ok(()) => Leaf::proven(true, why),
            Err(why) => Leaf::unseen(why),
        },
        Answer::Unseen(why) => Leaf::unseen(why),
    }
}

/// The smallest Diffie-Hellman prime that was used before TLS 1.3. Where a version was not seen whole, a smaller one may
/// hide there.
pub(super) async fn dh_bits(line: &Line, seen: &[Seen]) -> Leaf<i64> {
    let old = |one: &&Seen| (Version::Ssl3..=Version::Tls12).contains(&one.version);
    if let Some(why) = open(seen.iter().filter(old)) {
        return Leaf::unseen(why);
    }
    let uses = |id: &u16| {
        let name = suite(*id);
        name.contains("_DHE_") || name.contains("_DH_anon")
    };
    let of = |one: &Seen| -> Vec<u16> { one.suites.iter().copied().filter(uses).collect() };
    let newest = seen
        .iter()
        .rev()
        .filter(old)
        .find(|one| !of(one).is_empty());
    let Some(newest) = newest else {
        return Leaf::unseen(NOT_APPLICABLE);
    };
    let mut flights: Vec<i64> = seen
        .iter()
        .flat_map(|one| &one.flights)
        .filter_map(|flight| flight.dh_bits)
        .collect();
    match without_named(line, newest, &of(newest)).await {
        Ok(bits) => flights.extend(bits),
        Err(why) => return Leaf::unseen(why),
    }
    match flights.into_iter().min() {
        Some(bits) => Leaf::seen(bits),
        None => Leaf::unseen(PROTOCOL),
    }
}

/// The prime that clients get who know no named groups (RFC 7919): GnuTLS then takes the one of its settings.
async fn without_named(
    line: &Line,
    one: &Seen,
    suites: &[u16],
) -> Result<Option<i64>, &'static str> {
    let whole = one.offer(suites);
    let offer = Offer {
        groups: whole
            .groups
            .iter()
            .copied()
            .filter(|id| !FINITE.contains(id))
            .collect(),
        ..whole.clone()
    };
    match line.ask(&offer).await {
        Answer::Flight(flight) => Ok(flight.dh_bits),
        // It gives such clients none, while it still takes others.
        Answer::Alert(40 | 47 | 71) => match line.ask(&whole).await {
            Answer::Flight(_) => Ok(None),
            Answer::Alert(_) | Answer::Dropped(_) | Answer::Unseen(_) => Err(RATE_LIMITED),
        },
        Answer::Alert(_) => Err("alert"),
        Answer::Dropped(why) => match line.drops(&offer, &one.offer(&one.suites)).await {
            Ok(()) => Ok(None),
            Err(_) => Err(why),
        },
        Answer::Unseen(why) => Err(why),
    }
}
