//! Two sides of a label beside each other: the left is read first, then the right.

use crate::privacy::Party;
use crate::privacy::names;

use super::parts::{Part, parts};
use super::read::{Medium, Spot};

/// How far two pieces of one row may stand apart in height, in heights of a letter.
const ROW: f32 = 0.6;

/// The spots in reading order. Where the headings of sender and recipient stand on one row, what is below each belongs
/// to it; all else stays as it is.
pub(super) fn in_columns(spots: Vec<Spot>) -> Vec<Spot> {
    let headings: Vec<(f32, f32, Party)> = spots.iter().filter_map(heading).collect();
    let pair = headings.iter().find_map(|left| {
        let right = headings.iter().find(|right| {
            (right.1 - left.1).abs() <= ROW && right.0 > left.0 + 2.0 && right.2 != left.2
        })?;
        Some((*left, *right))
    });
    let Some((left, right)) = pair else {
        return spots;
    };
    let top = left.1.min(right.1) - ROW;
    let bottom = headings
        .iter()
        .map(|h| h.1)
        .filter(|y| *y > top + 2.0 * ROW)
        .fold(f32::INFINITY, f32::min);
    let side = |spot: &Spot| match spot.at {
        Some((_, y)) if y < top => 0,
        Some((_, y)) if y >= bottom - ROW => 3,
        Some((x, _)) if x >= right.0 - 1.0 => 2,
        Some(_) => 1,
        None => 0,
    };
    let mut sorted: Vec<(u8, Spot)> = spots.into_iter().map(|s| (side(&s), s)).collect();
    sorted.sort_by_key(|(side, _)| *side);
    sorted.into_iter().map(|(_, spot)| spot).collect()
}

/// A piece of text that names one side.
fn heading(spot: &Spot) -> Option<(f32, f32, Party)> {
    let (x, y) = spot.at?;
    if spot.medium != Medium::Text {
        return None;
    }
    let words = parts(&spot.text).into_iter().find_map(|part| match part {
        Part::Words(words) => Some(words),
        Part::Put(_) | Part::Fetch(_) => None,
    })?;
    let caption = words.split([':', '：']).next().unwrap_or(&words).to_owned();
    let party = names::party_of(&caption)?;
    matches!(party, Party::Sender | Party::Recipient).then_some((x, y, party))
}
