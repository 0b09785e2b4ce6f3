//! Names of people as they are written: do they name somebody, and do two of them name one person?

use unicode_normalization::UnicodeNormalization;

use super::unicode::{fold, hidden};

/// Does the text name somebody? Blanks, signs and words such as `chưa có` or `TBD` name nobody.
pub fn names_somebody(name: &str) -> bool {
    let words = words(name).join(" ");
    let folded = fold(&words);
    let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
    let denied = NOBODY.contains(&&*folded) || DENIES.iter().any(|none| folded.starts_with(none));
    letters >= 1 && !denied && !folded.chars().all(|c| c == 'x' || c == ' ')
}

/// Do two names name one person, however they are spaced, cased, ordered, titled, and with or without diacritics?
///
/// `Hùng` and `Hưng` are two people; a name that is written without diacritics may be either.
pub fn same_person(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (bare(a), bare(b));
    a.sort();
    b.sort();
    if a.is_empty() || b.is_empty() {
        return a == b;
    }
    let plain = |words: &[String]| words.iter().all(|w| w.is_ascii());
    if plain(&a) || plain(&b) {
        let folded = |words: &[String]| {
            let mut words: Vec<String> = words.iter().map(|w| fold(w)).collect();
            words.sort();
            words
        };
        return folded(&a) == folded(&b);
    }
    let toned = |words: &[String]| {
        let mut words: Vec<(String, Vec<char>)> = words.iter().map(|w| toned(w)).collect();
        words.sort();
        words
    };
    toned(&a) == toned(&b)
}

/// The words of a name without what stands in brackets or behind a comma or dash, and without titles.
fn bare(name: &str) -> Vec<String> {
    let name = name.split(['(', '[', ',', ';', '/']).next().unwrap_or(name);
    let name = name.split(" - ").next().unwrap_or(name);
    let name = name.split(" – ").next().unwrap_or(name);
    let mut words = words(name);
    while words.len() > 1 && words.first().is_some_and(|w| TITLES.contains(&&*fold(w))) {
        words.remove(0);
    }
    words
}

/// Runs of letters and digits, in small letters; what cannot be seen is none.
fn words(text: &str) -> Vec<String> {
    let seen: String = text.nfc().filter(|c| !hidden(*c)).collect();
    seen.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// A word without its tone, and the tone: `Hòa` and `Hoà` are written both ways.
fn toned(word: &str) -> (String, Vec<char>) {
    let (tones, letters): (Vec<char>, Vec<char>) = word.nfd().partition(|c| TONES.contains(c));
    (letters.into_iter().nfc().collect(), tones)
}

/// Grave, acute, tilde, hook above, dot below: the tones, not the letters ă â ê ô ơ ư.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

const TITLES: &[&str] = &[
    "ong", "ba", "anh", "chi", "ts", "ths", "pgs", "gs", "ks", "mr", "mrs", "ms", "dr",
];

/// What is written where nobody is named.
const NOBODY: &[&str] = &[
    "n a", "na", "none", "nobody", "null", "nil", "tbd", "tba", "tbc", "todo", "unknown", "name",
    "signer", "approver", "owner", "test",
];

/// How words begin that put it off or deny it: `chưa duyệt`, `không có`, `to be named`.
const DENIES: &[&str] = &[
    "chua",
    "khong",
    "dang cho",
    "cho duyet",
    "cho ky",
    "pending",
    "to be ",
    "not yet",
    "nguoi ky",
    "ho ten",
    "ho va ten",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_written_in_many_ways() {
        let name = "Lê Hoài Phong";
        for other in [
            "Lê Hoài Phong",
            "Le\u{302} Hoa\u{300}i Phong",
            "LÊ HOÀI  PHONG",
            "Le Hoai Phong",
            "Lê\u{200b} Hoài\u{a0}Phong.",
            "Ông Lê Hoài Phong",
            "Lê Hoài Phong (Trưởng phòng)",
            "Lê Hoài Phong, Trưởng phòng",
            "Lê Hoài Phong - Phòng CNTT",
            "Phong Lê Hoài",
        ] {
            assert!(same_person(name, other), "{other}");
        }
        assert!(same_person("Nguyễn Thị Hòa", "Nguyễn Thị Hoà"));
        for other in ["Trần Quốc Mẫn", "Lê Hoài Phương", "Lê Phong"] {
            assert!(!same_person(name, other), "{other}");
        }
        assert!(!same_person("Nguyễn Văn Hùng", "Nguyễn Văn Hưng"));
        assert!(same_person("Nguyễn Văn Hùng", "Nguyen Van Hung"));
    }

    #[test]
    fn nobody_is_named() {
        for none in [
            "",
            " ",
            "-",
            "...",
            "……",
            "N/A",
            "n.a.",
            "TBD",
            "Chưa có",
            "chưa duyệt",
            "Không có",
            "xxx",
            "?",
            "\u{200b}",
            "(chưa ký)",
        ] {
            assert!(!names_somebody(none), "{none:?}");
        }
        for some in [
            "Lê Hoài Phong",
            "A",
            "Na Vi",
            "Trưởng ban",
            "Ban An ninh thông tin",
            "Xuân",
            "Chu Văn An",
        ] {
            assert!(names_somebody(some), "{some}");
        }
    }
}
