//! What shows of a printed value: counts and positions, never the value.

use crate::privacy::Class;
use crate::privacy::masks::{self, MASK_CHARS};
use crate::text::unicode;

/// The digits of a mobile number.
const DIGITS: usize = 10;

/// What shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Look {
    /// Letters or digits hidden.
    pub(super) hidden: u32,
    /// Letters or digits that show.
    pub(super) visible: u32,
    /// Which stand where: of a number `2+5*+3`, of a name the parts of words that show: `begin`, `end`, `both`, `word`.
    pub(super) shape: String,
    /// Do the number of house, lane, flat or floor show?
    pub(super) house: bool,
}

impl Look {
    /// What shows of this value.
    pub(super) fn of(class: Class, text: &str) -> Self {
        let text = unicode::nfc(text);
        if class == Class::Phone {
            return number(&text);
        }
        Self {
            house: class == Class::Address && shows_house(&text),
            ..letters(&text)
        }
    }

    /// How many of a hundred are hidden, rounded down.
    pub(super) fn hidden_percent(&self) -> u32 {
        let all = self.hidden + self.visible;
        (self.hidden * 100).checked_div(all).unwrap_or(0)
    }
}

fn number(text: &str) -> Look {
    let mut look = Look::default();
    let mut runs: Vec<(bool, u32)> = Vec::new();
    for c in text.chars() {
        let shows = if c.is_ascii_digit() {
            look.visible += 1;
            true
        } else if MASK_CHARS.contains(&c) {
            look.hidden += 1;
            false
        } else {
            continue;
        };
        match runs.last_mut().filter(|(last, _)| *last == shows) {
            Some((_, n)) => *n += 1,
            None => runs.push((shows, 1)),
        }
    }
    let words = runs.iter().map(|(shows, n)| {
        if *shows {
            n.to_string()
        } else {
            format!("{n}*")
        }
    });
    look.shape = words.collect::<Vec<_>>().join("+");
    look
}

fn letters(text: &str) -> Look {
    let mut look = Look::default();
    let mut shapes: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let marks: Vec<bool> = word
            .chars()
            .filter(|c| c.is_alphanumeric() || MASK_CHARS.contains(c))
            .map(|c| !MASK_CHARS.contains(&c))
            .collect();
        // `X` and `x` are letters of a word that has no other mask.
        let masked = masks::has_mask(word);
        let visible = if masked {
            marks.iter().filter(|m| **m).count()
        } else {
            marks.len()
        };
        look.visible += u32::try_from(visible).unwrap_or(0);
        look.hidden += u32::try_from(marks.len() - visible).unwrap_or(0);
        shapes.push(match (masked, marks.first(), marks.last()) {
            (false, _, _) => "word",
            (true, Some(true), Some(true)) => "both",
            (true, Some(true), _) => "begin",
            (true, _, Some(true)) => "end",
            (true, _, _) => "none",
        });
    }
    shapes.sort_unstable();
    shapes.dedup();
    look.shape = shapes.join("+");
    look
}

/// `Số 5`, `Ngõ 7`, `P.1203`, `12/3 Nguyễn …`: digits right after such a word, or at the beginning.
fn shows_house(text: &str) -> bool {
    const WORDS: [&str; 19] = [
        "so", "nha", "sn", "ngo", "ngach", "hem", "kiet", "can", "ho", "phong", "tang", "toa",
        "no", "apt", "flat", "floor", "unit", "house", "lo",
    ];
    let folded = unicode::fold(text);
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';' | '.' | '(' | ')'))
        .filter(|w| !w.is_empty())
        .collect();
    let digit_first = |w: &&str| w.starts_with(|c: char| c.is_ascii_digit());
    let postcode = |w: &&str| w.len() >= 5 && w.chars().all(|c| c.is_ascii_digit());
    let begins = words
        .first()
        .is_some_and(|w| digit_first(w) && !postcode(w));
    let named = words.windows(2).any(|pair| match pair {
        [word, number] => WORDS.contains(word) && digit_first(number),
        _ => false,
    });
    begins || named
}

/// Which of the last ten digits show, by a shape.
fn shown(shape: &str) -> [bool; DIGITS] {
    let mut out = [false; DIGITS];
    let mut at = 0;
    for part in shape.split('+').rev() {
        let shows = !part.ends_with('*');
        let count: usize = part.trim_end_matches('*').parse().unwrap_or(0);
        for slot in out.iter_mut().skip(at).take(count) {
            *slot = shows;
        }
        at += count;
    }
    out
}

/// How many digits stay hidden to who sees numbers of these shapes together.
pub(super) fn hidden_together<'a>(shapes: impl Iterator<Item = &'a str>) -> usize {
    let mut seen = [false; DIGITS];
    for shape in shapes {
        for (slot, shows) in seen.iter_mut().zip(shown(shape)) {
            *slot |= shows;
        }
    }
    seen.iter().filter(|s| !**s).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let look = Look::of(Class::Phone, "081****600");
        assert_eq!(
            (look.shape.as_str(), look.hidden, look.visible),
            ("3+4*+3", 4, 6)
        );
        assert_eq!(Look::of(Class::Name, "T*** T** M**").shape, "begin");
        assert_eq!(Look::of(Class::Name, "T*** T** M**").hidden_percent(), 70);
        assert_eq!(Look::of(Class::Name, "*** Mẫu").shape, "none+word");
        assert_eq!(hidden_together(["3+4*+3", "7*+3"].into_iter()), 4);
        assert_eq!(hidden_together(["3+7*", "7*+3"].into_iter()), 4);
        assert_eq!(hidden_together(["5+5*", "5*+5"].into_iter()), 0);
    }

    #[test]
    fn houses() {
        for (text, shows) in [
            ("Số 5 Ngõ *, Phường Mẫu", true),
            ("12/3 N***", true),
            ("P.1203 ***", false),
            ("Căn hộ 1203, ***", true),
            ("***, Phường 7, Quận 3", false),
            ("*** Phường Mẫu, Hà Nội 100000", false),
            ("100000 Hà Nội", false),
        ] {
            assert_eq!(shows_house(text), shows, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,60}|[0-9*+x ]{0,30}") {
            for class in [Class::Phone, Class::Name, Class::Address] {
                let look = Look::of(class, &text);
                proptest::prop_assert!(hidden_together([look.shape.as_str()].into_iter()) <= DIGITS);
            }
        }
    }
}
