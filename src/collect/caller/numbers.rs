//! Numbers as they are written: one, a range, or one with open last digits. Pure; numbers never leave this part.

use crate::text::unicode;

/// The digits of a number of Viet Nam with its 0: mobile 10, land line 11.
const DOMESTIC: std::ops::RangeInclusive<usize> = 10..=11;
/// The digits of a number of another country.
const FOREIGN: std::ops::RangeInclusive<usize> = 8..=15;
/// The widest range, in numbers: a carrier gives blocks of a hundred or a thousand.
const MAX_OPEN_DIGITS: usize = 4;

/// Numbers from the first to the last, both of the same length.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    first: String,
    last: String,
}

impl Span {
    /// Reads `02473001000`, `+84 24 7300 1000`, `024730010xx`, `02473001000 - 02473001099`, `02473001000-99`.
    pub(super) fn parse(written: &str) -> Option<Self> {
        if let Some(one) = national(written) {
            return Some(Self {
                first: one.clone(),
                last: one,
            });
        }
        Self::open(written).or_else(|| Self::between(written))
    }

    /// The last digits are `x` or `*`.
    fn open(written: &str) -> Option<Self> {
        let written = written.trim().to_ascii_lowercase();
        let head = written.trim_end_matches(['x', '*']);
        let width = written.len() - head.len();
        if !(1..=MAX_OPEN_DIGITS).contains(&width) {
            return None;
        }
        let fill = |digit: &str| national(&format!("{head}{}", digit.repeat(width)));
        Some(Self {
            first: fill("0")?,
            last: fill("9")?,
        })
    }

    fn between(written: &str) -> Option<Self> {
        let written = unicode::fold(written);
        let dash = [" - ", "–", "—", " den ", " to ", "->", "-", "~"]
            .iter()
            .find_map(|dash| written.rsplit_once(*dash))?;
        let first = national(dash.0)?;
        let tail: String = dash.1.chars().filter(char::is_ascii_digit).collect();
        let last = match national(dash.1) {
            Some(last) => last,
            // `…1000-99`: only the digits that change.
            None if tail.len() <= MAX_OPEN_DIGITS && tail.len() < first.len() => {
                let keep = first.len() - tail.len();
                format!("{}{tail}", first.get(..keep)?)
            }
            None => return None,
        };
        let narrow = first.len() == last.len()
            && first <= last
            && first.get(..first.len().saturating_sub(MAX_OPEN_DIGITS))
                == last.get(..last.len().saturating_sub(MAX_OPEN_DIGITS));
        narrow.then_some(Self { first, last })
    }

    /// Is the number one of these?
    pub(super) fn holds(&self, number: &str) -> bool {
        number.len() == self.first.len()
            && self.first.as_str() <= number
            && number <= self.last.as_str()
    }

    /// Have the two a number in common?
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.first.len() == other.first.len()
            && self.first <= other.last
            && other.first <= self.last
    }
}

/// A number in its national form, `0…`; hotlines `1900…`, `1800…` and short numbers as they are.
pub(super) fn national(written: &str) -> Option<String> {
    let written = written.trim();
    let signs = |c: char| c.is_ascii_digit() || " .-()+/".contains(c);
    if written.is_empty() || !written.chars().all(signs) {
        return None;
    }
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let abroad = written.starts_with('+') || digits.starts_with("00");
    let bare = digits.strip_prefix("00").unwrap_or(&digits);
    if abroad && !bare.starts_with("84") {
        return FOREIGN.contains(&bare.len()).then(|| format!("+{bare}"));
    }
    let digits = match bare.strip_prefix("84") {
        Some(rest) if abroad || (rest.len() >= 9 && !digits.starts_with('0')) => {
            format!("0{}", rest.trim_start_matches('0'))
        }
        Some(_) | None => digits,
    };
    // Spreadsheets take the leading 0 away.
    let digits = match digits.len() {
        9 if digits.starts_with(['3', '5', '7', '8', '9']) => format!("0{digits}"),
        10 if digits.starts_with('2') => format!("0{digits}"),
        _ => digits,
    };
    let hotline = digits.starts_with("1900") || digits.starts_with("1800");
    let length = digits.len();
    let whole = digits.starts_with('0') && DOMESTIC.contains(&length)
        || hotline && (8..=10).contains(&length)
        || !digits.starts_with('0') && (3..=6).contains(&length);
    whole.then_some(digits)
}

/// Is it the number of a mobile telephone?
pub(super) fn is_mobile(national: &str) -> bool {
    national.len() == 10
        && national
            .as_bytes()
            .get(1)
            .is_some_and(|d| matches!(d, b'3' | b'5' | b'7' | b'8' | b'9'))
        && national.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form() {
        for (written, expected) in [
            ("+84 24 7300 1000", Some("02473001000")),
            ("84247300 1000", Some("02473001000")),
            ("(024) 7300.1000", Some("02473001000")),
            ("0084 912 345 678", Some("0912345678")),
            ("912345678", Some("0912345678")),
            ("1900 1234", Some("19001234")),
            ("8198", Some("8198")),
            ("+65 6123 4567", Some("+6561234567")),
            ("0912***678", None),
            ("anonymous", None),
            ("", None),
            ("12", None),
        ] {
            assert_eq!(national(written).as_deref(), expected, "{written}");
        }
        assert!(is_mobile("0912345678") && !is_mobile("02473001000"));
    }

    #[test]
    fn ranges() {
        let holds = |span: &str, number: &str| Span::parse(span).unwrap().holds(number);
        assert!(holds("024730010xx", "02473001042"));
        assert!(!holds("024730010xx", "02473001142"));
        assert!(holds("02473001000 - 02473001099", "02473001099"));
        assert!(holds("02473001000-99", "02473001050"));
        assert!(holds("02473001000 đến 02473001099", "02473001050"));
        assert!(holds("024-7300-1000", "02473001000"));
        assert!(!holds("02473001000-99", "02473001100"));
        for wrong in [
            "0*********",
            "02473001099 - 02473001000",
            "02473001000 - 02573001000",
            "x",
            "a-b",
        ] {
            assert_eq!(Span::parse(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[0-9x*+ .đ–-]{0,30}|.{0,20}") {
            let _ = Span::parse(&text);
        }
    }
}
