//! The groups of the key exchange: in TLS 1.3 the server names the one that it wants, before that it uses one.

use super::super::leaf::{Leaf, NOT_APPLICABLE, PROTOCOL, RATE_LIMITED};
use super::line::{Answer, Line, Offer};
use super::names::{GROUPS, Version, group, suite};
use super::survey::{Seen, open};

/// All groups of the newest version, and of the newest before TLS 1.3.
pub(super) async fn ask(line: &Line, seen: &[Seen]) -> Leaf<Vec<String>> {
    let newest = |new: bool| {
        seen.iter()
            .rev()
            .filter(|one| one.offered.v == Some(true) && one.version >= Version::Tls10)
            .find(|one| (one.version == Version::Tls13) == new)
    };
    // A version that was not seen, or whose suites are not all known, may have groups of its own.
    let of_groups = seen.iter().filter(|one| one.version >= Version::Tls10);
    if let Some(why) = open(of_groups) {
        return Leaf::unseen(why);
    }
    let mut found: Vec<u16> = Vec::new();
    let mut asked = false;
    for one in [newest(true), newest(false)].into_iter().flatten() {
        let with_groups: Vec<u16> = one
            .suites
            .iter()
            .copied()
            .filter(|id| one.version == Version::Tls13 || suite(*id).contains("_ECDHE_"))
            .collect();
        if with_groups.is_empty() {
            continue;
        }
        asked = true;
        match of_version(line, &one.offer(&with_groups)).await {
            Ok(more) => found.extend(
                more.into_iter()
                    .filter(|id| !found.contains(id))
                    .collect::<Vec<_>>(),
            ),
            Err(why) => return Leaf::unseen(why),
        }
    }
    match asked {
        true => Leaf::seen(found.into_iter().map(group).collect()),
        false => Leaf::unseen(NOT_APPLICABLE),
    }
}

/// Takes group after group, until the server refuses what is left.
async fn of_version(line: &Line, offer: &Offer) -> Result<Vec<u16>, &'static str> {
    let mut left: Vec<u16> = GROUPS.iter().map(|(id, _)| *id).collect();
    let mut found = Vec::new();
    while !left.is_empty() {
        let now = Offer {
            groups: left.clone(),
            ..offer.clone()
        };
        match line.ask(&now).await {
            Answer::Flight(flight) => {
                let Some(id) = flight.group.filter(|id| left.contains(id)) else {
                    return Err(PROTOCOL);
                };
                left.retain(|other| *other != id);
                found.push(id);
            }
            // Only a refusal of what is left ends the list, while what was taken still is.
            Answer::Alert(40 | 47 | 71) if !found.is_empty() => {
                let good = Offer {
                    groups: found.clone(),
                    ..offer.clone()
                };
                match line.ask(&good).await {
                    Answer::Flight(_) => break,
                    Answer::Alert(_) => return Err(RATE_LIMITED),
                    Answer::Dropped(why) | Answer::Unseen(why) => return Err(why),
                }
            }
            Answer::Alert(_) => return Err("alert"),
            Answer::Dropped(why) => {
                let good = Offer {
                    groups: found.clone(),
                    ..offer.clone()
                };
                if found.is_empty() {
                    return Err(why);
                }
                line.drops(&now, &good).await?;
                break;
            }
            Answer::Unseen(why) => return Err(why),
        }
    }
    Ok(found)
}
