//! Names of people as they are written: do they name somebody, and do two of them name one person?

use unicode_normalization::UnicodeNormalization;

use unicode_security::confusable_detection::skeleton;

use super::unicode::{blank, fold};

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
///
/// Letters of other alphabets count as those that they look like: whoever writes `Lê Hoài Phοng` with a Greek letter is no other person.
pub fn same_person(a: &str, b: &str) -> bool {
    let strange = |name: &str| {
        seen(name)
            .chars()
            .any(|c| c.is_alphanumeric() && !is_ours(c))
    };
    if strange(a) || strange(b) {
        let looks = |name: &str| {
            let mut words: Vec<String> =
                bare(&in_our_letters(name)).iter().map(|w| eye(w)).collect();
            words.sort();
            words
        };
        return looks(a) == looks(b);
    }
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

/// Does a word mix our letters with letters of another alphabet that look like ours? No name is written so.
pub fn is_disguised(name: &str) -> bool {
    let seen = seen(name);
    seen.split(|c: char| !c.is_alphabetic()).any(|word| {
        let strange = |c: char| !is_ours(c) && in_our_letters(&c.to_string()).chars().all(is_ours);
        word.chars().any(is_ours) && word.chars().any(strange)
    })
}

/// Is it a letter of Vietnamese or English, with or without marks, or a digit?
fn is_ours(c: char) -> bool {
    let base = c.nfd().next().unwrap_or(c);
    base.is_ascii_alphanumeric()
        || matches!(c, 'đ' | 'Đ')
        || unicode_normalization::char::is_combining_mark(c)
}

/// The text with each letter of another alphabet as the one of ours that it looks like.
fn in_our_letters(text: &str) -> String {
    let each = seen(text).chars().collect::<Vec<_>>().into_iter();
    each.flat_map(|c| {
        let one = c.to_string();
        if is_ours(c) || !c.is_alphanumeric() {
            one.chars().collect::<Vec<_>>()
        } else {
            skeleton(&one).collect()
        }
    })
    .collect()
}

/// A word as the eye takes it: without marks, and with what is told apart by its place alone as one.
fn eye(word: &str) -> String {
    fold(word).replace(['l', '1', '|'], "i").replace('0', "o")
}

/// The text without what is drawn as nothing; blanks stay.
fn seen(text: &str) -> String {
    // What hides between a letter and its mark goes first.
    let kept = text.chars().filter(|c| c.is_whitespace() || !blank(*c));
    kept.nfc().collect()
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
    seen(text)
        .split(|c: char| !c.is_alphanumeric())
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
    fn letters_that_look_alike_make_no_other_person() {
        let name = "Lê Hoài Phong";
        for other in [
            "Lê Hoài Phοng",         // Greek omicron
            "Lê Hоài Рhong",         // Cyrillic o and Er
            "LÊ HОÀІ PHONG",         // Cyrillic, capitals
            "Lê Hoàі Phong",         // Ukrainian i
            "Lê Hoài \u{FF30}hong",  // full width
            "Lê Hoài \u{1D40F}hong", // a letter of mathematics
            "Lê Hoa\u{AD}\u{300}i Ph\u{2060}ong",
            "Lê Hoài Phong\u{3164}",
            "Ông Lê Hoài Phоng (Trưởng phòng)",
        ] {
            assert!(same_person(name, other), "{other}");
        }
        for other in ["Lê Hoài Phương", "Trần Quốc Mẫn", "Иван Петров", "山田太郎"]
        {
            assert!(!same_person(name, other), "{other}");
        }
        assert!(!same_person("山田太郎", "山田花子"));
        assert!(is_disguised("Lê Hoài Phοng") && is_disguised("Рhong"));
        for honest in [
            name,
            "Иван Петров",
            "山田太郎",
            "Trần Quốc Mẫn (P.3)",
            "O'Brien",
        ] {
            assert!(!is_disguised(honest), "{honest}");
        }
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
            "\u{3164}\u{3164}",
            "\u{AD}\u{FE0F}",
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
