//! A value cut at a length: how much of it still shows.

use crate::privacy::Class;

/// What a cut leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// So long a part that it is as good as the whole.
    Whole,
    /// So many characters.
    Shows(u32),
    /// Its length is not written there, or can be read in two ways.
    Unclear,
}

/// Words that cut, and how their numbers count.
const WORDS: [(&str, Kind); 14] = [
    ("truncatechars", Kind::First),
    ("truncatewords", Kind::Unclear),
    ("truncate", Kind::First),
    ("limit(", Kind::First),
    ("left(", Kind::First),
    ("right(", Kind::First),
    ("last(", Kind::First),
    ("takelast", Kind::First),
    ("substring", Kind::Part),
    ("substr", Kind::Part),
    ("slice", Kind::Part),
    ("[-", Kind::Index),
    ("[:", Kind::Index),
    ("[0:", Kind::Index),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The first number is the length.
    First,
    /// From where, and how many or up to where.
    Part,
    /// `[from:to]`.
    Index,
    /// Not in characters.
    Unclear,
}

/// `phone[-3:]`, `substr($p, -4)`, `phone.slice(-4)`, `phone|slice:"-4:"`, `name|truncate(255)`: what shows of a value of this
/// class. Two parts of one expression show together.
pub(super) fn cut_of(put: &str, class: Class) -> Option<Cut> {
    let lower = put.to_ascii_lowercase();
    let usual = usual_length(class);
    let mut rest = lower.as_str();
    let mut shown: Option<i64> = None;
    while let Some((at, word, kind)) = WORDS
        .iter()
        .filter_map(|(word, kind)| rest.find(word).map(|at| (at, *word, *kind)))
        .min_by_key(|(at, word, _)| (*at, std::cmp::Reverse(word.len())))
    {
        let from = at + if kind == Kind::Index { 1 } else { word.len() };
        let after = rest.get(from..).unwrap_or_default();
        let Some(part) = part(after, kind, usual) else {
            return Some(Cut::Unclear);
        };
        shown = Some(shown.unwrap_or(0) + part);
        rest = after;
    }
    let shown = shown?.clamp(0, usual);
    // Digits are counted; of words, most of them are as good as all.
    let whole = if class == Class::Phone {
        shown >= usual
    } else {
        10 * shown >= 6 * usual
    };
    Some(if whole {
        Cut::Whole
    } else {
        Cut::Shows(u32::try_from(shown).unwrap_or(0))
    })
}

/// How long values usually are, at the least that has to be thought of.
pub(super) fn usual_length(class: Class) -> i64 {
    const LENGTHS: [(Class, i64); 4] = [
        (Class::Phone, 10),
        (Class::Name, 16),
        (Class::Address, 40),
        (Class::Contents, 20),
    ];
    let known = LENGTHS.iter().find(|(c, _)| *c == class);
    known.map_or(12, |(_, length)| *length)
}

/// How many characters one cut leaves; `None` where it cannot be told.
fn part(after: &str, kind: Kind, usual: i64) -> Option<i64> {
    let args = arguments(after, kind);
    let numbers: Vec<Option<i64>> = args.iter().map(|a| a.parse().ok()).collect();
    let first = args.first().copied().unwrap_or_default();
    // The first argument of a function may be the value itself.
    let skip = usize::from(
        matches!(kind, Kind::First | Kind::Part)
            && first.parse::<i64>().is_err()
            && !first.is_empty(),
    );
    let get = |at: usize| numbers.get(at + skip).copied().flatten();
    let written = args.len().saturating_sub(skip);
    match kind {
        Kind::Unclear => None,
        Kind::First => get(0).filter(|n| *n >= 0),
        Kind::Part | Kind::Index => {
            let second_empty = args.get(1 + skip).is_none_or(|a| a.is_empty());
            let from = match (args.get(skip), get(0)) {
                (_, Some(n)) => n,
                // `:3` begins at the beginning.
                (Some(text), None) if text.is_empty() && written > 1 => 0,
                (Some(_) | None, None) => return None,
            };
            let left = if from < 0 {
                -from
            } else {
                (usual - from).max(0)
            };
            match (get(1), second_empty) {
                (Some(to), _) if to < 0 => Some((left + to).max(0)),
                // A length or an end: the same only from the beginning.
                (Some(to), _) if from == 0 || kind == Kind::Index => Some(if from < 0 {
                    left.min(to.max(0))
                } else {
                    (to - from).clamp(0, left)
                }),
                (Some(to), _) if from < 0 => Some(left.min(to)),
                (Some(to), _) if to >= left => Some(left),
                (Some(_), _) => None,
                (None, true) => Some(left),
                (None, false) => None,
            }
        }
    }
}

/// The arguments up to the end of the call, without quotes.
fn arguments(after: &str, kind: Kind) -> Vec<&str> {
    let after = after.trim_start_matches(['(', ' ']);
    // The colon of a filter of Django or Liquid.
    let after = match after.strip_prefix(':') {
        Some(filter) if kind != Kind::Index => filter.trim_start(),
        Some(_) | None => after,
    };
    let after = after.trim_start_matches(['"', '\'']);
    let end = after.find([')', ']', '|', '}']).unwrap_or(after.len());
    after
        .get(..end)
        .unwrap_or_default()
        .split([',', ':'])
        .map(|a| a.trim_matches(['"', '\'', ' ']))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows() {
        for (put, class, expected) in [
            ("phone[-3:]", Class::Phone, Some(Cut::Shows(3))),
            ("phone[:3]", Class::Phone, Some(Cut::Shows(3))),
            ("substr($p, -4)", Class::Phone, Some(Cut::Shows(4))),
            ("phone.slice(-4)", Class::Phone, Some(Cut::Shows(4))),
            ("phone|slice:\"-4:\"", Class::Phone, Some(Cut::Shows(4))),
            ("phone|slice(0, 10)", Class::Phone, Some(Cut::Whole)),
            ("substr($p, 0, 10)", Class::Phone, Some(Cut::Whole)),
            ("phone.slice(3)", Class::Phone, Some(Cut::Shows(7))),
            (
                "substr($p,0,4) . substr($p,4)",
                Class::Phone,
                Some(Cut::Whole),
            ),
            (
                "substr($p,0,3) . '***' . substr($p,-3)",
                Class::Phone,
                Some(Cut::Shows(6)),
            ),
            (
                "phone.substring(phone.length - 3)",
                Class::Phone,
                Some(Cut::Unclear),
            ),
            ("phone|slice(3, 5)", Class::Phone, Some(Cut::Unclear)),
            ("name|truncate(255)", Class::Name, Some(Cut::Whole)),
            ("Str::limit($name, 2)", Class::Name, Some(Cut::Shows(2))),
            (
                "address|truncatechars:200",
                Class::Address,
                Some(Cut::Whole),
            ),
            ("order.phone", Class::Phone, None),
        ] {
            assert_eq!(cut_of(put, class), expected, "{put}");
        }
    }
}
