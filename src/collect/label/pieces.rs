//! A number that is printed in pieces: `0912`, `345`, `678` beside each other are one.

use super::read::{Medium, Spot};
use crate::privacy::values;

/// The most pieces of one number.
const MAX_PIECES: usize = 10;

/// The pieces with those put together that make a telephone number only together.
pub(super) fn joined(spots: &[Spot]) -> Vec<Spot> {
    let mut out: Vec<Spot> = Vec::with_capacity(spots.len());
    let mut rest = spots;
    while let Some((first, after)) = rest.split_first() {
        let more = after
            .iter()
            .take(MAX_PIECES)
            .take_while(|s| s.medium == Medium::Text && is_digits(&s.text))
            .count();
        let mut taken = 0;
        if more > 0 && first.medium == Medium::Text && ends_in_digits(&first.text) {
            let mut text = first.text.clone();
            for (at, spot) in after.iter().take(more).enumerate() {
                text.push(' ');
                text.push_str(spot.text.trim());
                let before = values::phones(&first.text).len();
                if values::phones(&text).len() > before && values::phones(&spot.text).is_empty() {
                    let mut whole = first.clone();
                    whole.text = text;
                    out.push(whole);
                    taken = at + 1;
                    break;
                }
            }
        }
        if taken == 0 {
            out.push(first.clone());
        }
        rest = after.get(taken..).unwrap_or_default();
    }
    out
}

fn is_digits(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let only = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-');
    (1..=8).contains(&digits) && text.chars().all(only)
}

fn ends_in_digits(text: &str) -> bool {
    let tail = text.rsplit([':', ' ']).next().unwrap_or_default();
    is_digits(tail) || tail.starts_with('+') && is_digits(tail.trim_start_matches('+'))
}
