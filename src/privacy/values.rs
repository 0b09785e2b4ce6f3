//! Values that give themselves away: phone, identity number, tax code, card, e-mail, position, address.
//!
//! Values are looked at in memory; callers keep only what class they are of.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::Class;
use crate::text::unicode;

/// The longest text that is searched.
const MAX_TEXT_BYTES: usize = 8192;

/// Prefixes of Vietnamese mobile numbers after the leading 0 (087 counts).
const MOBILE: [&str; 36] = [
    "32", "33", "34", "35", "36", "37", "38", "39", "52", "55", "56", "58", "59", "70", "76", "77",
    "78", "79", "81", "82", "83", "84", "85", "86", "87", "88", "89", "90", "91", "92", "93", "94",
    "96", "97", "98", "99",
];

/// Province codes of identity numbers: the list of TT 07/2016/TT-BCA, read in a copy of its appendix.
const PROVINCES: [&str; 63] = [
    "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019", "020",
    "022", "024", "025", "026", "027", "030", "031", "033", "034", "035", "036", "037", "038",
    "040", "042", "044", "045", "046", "048", "049", "051", "052", "054", "056", "058", "060",
    "062", "064", "066", "067", "068", "070", "072", "074", "075", "077", "079", "080", "082",
    "083", "084", "086", "087", "089", "091", "092", "093", "094", "095", "096",
];

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}").ok()
});
static DIGITS: LazyLock<Option<Regex>> =
    // `(+84) 912…`, `+84 (0) 912…`: what stands in brackets belongs to it.
    LazyLock::new(|| {
        let code = r"(?:\(\+?84\)[ .\-]?|\+84[ .\-]?\(0\)[ .\-]?)?";
        Regex::new(&format!(r"{code}\+?[0-9](?:[ .\-]?[0-9]){{5,}}")).ok()
    });
static GPS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(-?[0-9]{1,3}\.[0-9]{3,})\s*[,; ]\s*(-?[0-9]{1,3}\.[0-9]{3,})").ok()
});

/// The classes that a text shows by its form alone.
pub fn classes(text: &str) -> Vec<Class> {
    let text = clip(text);
    let mut out = Vec::new();
    if is_email(text) {
        out.push(Class::Email);
    }
    if !phones(text).is_empty() {
        out.push(Class::Phone);
    }
    for digits in digit_runs(text) {
        if digits.len() == 12 && is_cccd(&digits) {
            out.push(Class::NationalId);
        } else if matches!(digits.len(), 16 | 19) && luhn(&digits) {
            out.push(Class::Card);
        }
    }
    if has_gps(text) {
        out.push(Class::Gps);
    }
    if address_words(text) >= 2 {
        out.push(Class::Address);
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// What values of one column look like. Holds none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sampled {
    /// How many values were looked at.
    pub count: usize,
    /// The class that most of them show by their form.
    pub class: Option<Class>,
    /// The kind of hash that most of them have.
    pub hash: Option<&'static str>,
    /// All of them are too short for any hash.
    pub short: bool,
}

impl Sampled {
    /// Looks at values; empty ones do not count.
    pub fn of<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut out = Self {
            short: true,
            ..Self::default()
        };
        let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
        let mut hashes: BTreeMap<&'static str, usize> = BTreeMap::new();
        for value in values.map(str::trim).filter(|v| !v.is_empty()) {
            out.count += 1;
            out.short &= value.chars().count() < 32;
            if let Some(class) = whole(value) {
                *classes.entry(class).or_default() += 1;
            }
            if let Some(kind) = hash_of(value) {
                *hashes.entry(kind).or_default() += 1;
            }
        }
        let most = |n: usize| out.count >= FEWEST && n * 10 >= out.count * 7;
        let class = classes.into_iter().find(|(_, n)| most(*n));
        let hash = hashes.into_iter().find(|(_, n)| most(*n));
        (out.class, out.hash) = (class.map(|(c, _)| c), hash.map(|(k, _)| k));
        out.short &= out.count >= FEWEST;
        out
    }
}

/// The fewest values that say anything.
const FEWEST: usize = 5;

/// The class of a value that is nothing else.
fn whole(value: &str) -> Option<Class> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let only_digits = value
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '+' | '(' | ')'));
    if value.len() <= 254 && !value.contains(' ') && is_email(value) {
        return Some(Class::Email);
    }
    if value.contains(['.', ':']) && value.parse::<std::net::IpAddr>().is_ok() {
        return Some(Class::Ip);
    }
    if only_digits && value.len() <= 20 {
        if is_cccd(&digits) {
            return Some(Class::NationalId);
        }
        if matches!(digits.len(), 16 | 19) && luhn(&digits) {
            return Some(Class::Card);
        }
        if national(&digits).is_some() {
            return Some(Class::Phone);
        }
        return is_mst(value).then_some(Class::TaxCode);
    }
    if has_gps(value) {
        return Some(Class::Gps);
    }
    (address_words(value) >= 3).then_some(Class::Address)
}

/// The kind of a stored hash, by its form.
fn hash_of(value: &str) -> Option<&'static str> {
    const MARKS: [(&str, &str); 9] = [
        ("$2a$", "bcrypt"),
        ("$2b$", "bcrypt"),
        ("$2y$", "bcrypt"),
        ("$argon2", "argon2"),
        ("$scrypt$", "scrypt"),
        ("pbkdf2", "pbkdf2"),
        ("$pbkdf2", "pbkdf2"),
        ("$6$", "sha512crypt"),
        ("scrypt:", "scrypt"),
    ];
    if let Some((_, kind)) = MARKS.iter().find(|(mark, _)| value.starts_with(mark)) {
        return Some(kind);
    }
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit());
    match value.len() {
        32 if hex => Some("md5"),
        40 if hex => Some("sha1"),
        64 | 128 if hex => Some("sha2"),
        _ => None,
    }
}

/// Does the text look like the name of a Vietnamese person: a family name and more words, each with a capital?
pub fn is_person(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capital = |w: &&str| {
        w.chars().all(char::is_alphabetic) && w.chars().next().is_some_and(char::is_uppercase)
    };
    if !(2..=5).contains(&words.len()) || !words.iter().all(capital) {
        return false;
    }
    let folded = unicode::fold(text);
    let first = folded.split_whitespace().next().unwrap_or_default();
    let least = if ALSO_PLACES.contains(&first) { 3 } else { 2 };
    words.len() >= least
        && folded != "ho chi minh"
        && (FAMILIES.contains(&first) || ALSO_PLACES.contains(&first))
}

/// Frequent family names, without their marks.
const FAMILIES: [&str; 32] = [
    "nguyen", "tran", "le", "pham", "huynh", "hoang", "phan", "vu", "vo", "dang", "bui", "do",
    "ngo", "duong", "dinh", "doan", "trinh", "luong", "truong", "ta", "to", "ton", "kieu", "quach",
    "vuong", "dao", "phung", "tang", "trieu", "hua", "chu", "luu",
];
/// Those with which names of places and of services begin as well.
const ALSO_PLACES: [&str; 9] = ["ho", "ha", "cao", "mai", "thai", "lam", "chau", "ly", "la"];

/// Where phone numbers stand in the text, as national digits (`0912…`).
pub fn phones(text: &str) -> Vec<String> {
    digit_runs(clip(text))
        .into_iter()
        .filter_map(|d| national(&d))
        .collect()
}

/// A mobile or land-line number as `0…`, where the digits are one.
fn national(digits: &str) -> Option<String> {
    let rest = digits
        .strip_prefix("0084")
        .or_else(|| digits.strip_prefix("84").filter(|r| r.len() >= 9))
        // `+84 0912…`: the zero is one too many, and the number is known all the same.
        .map(|rest| rest.strip_prefix('0').unwrap_or(rest))
        .or_else(|| digits.strip_prefix('0'))?;
    let mobile = rest.len() == 9 && rest.get(..2).is_some_and(|p| MOBILE.contains(&p));
    // 0 + 2 + area + number: 11 digits in all.
    let landline = rest.len() == 10 && rest.starts_with('2');
    let legacy = rest.len() == 10
        && ["12", "16", "188", "186", "199"]
            .iter()
            .any(|p| rest.starts_with(p));
    (mobile || landline || legacy).then(|| format!("0{rest}"))
}

/// A number of an identity card: province, century and sex, year, six digits. It has no check digit.
pub fn is_cccd(digits: &str) -> bool {
    digits.len() == 12
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.get(..3).is_some_and(|p| PROVINCES.contains(&p))
        && digits
            .as_bytes()
            .get(3)
            .is_some_and(|b| matches!(b, b'0'..=b'3'))
}

/// A tax code of ten digits (with or without `-NNN`): modulus 11.
pub fn is_mst(text: &str) -> bool {
    const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];
    let (main, branch) = text.split_once('-').unwrap_or((text, "000"));
    let digits: Vec<u32> = main.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != 10
        || main.len() != 10
        || branch.len() != 3
        || !branch.bytes().all(|b| b.is_ascii_digit())
    {
        return false;
    }
    let sum: u32 = WEIGHTS.iter().zip(&digits).map(|(w, d)| w * d).sum();
    let check = 10 - sum % 11;
    check != 10 && digits.get(9) == Some(&check)
}

/// The check of payment cards.
pub fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (at, c) in digits.chars().rev().enumerate() {
        let Some(d) = c.to_digit(10) else {
            return false;
        };
        sum += match (at % 2, d * 2) {
            (0, _) => d,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        };
    }
    digits.len() >= 12 && sum % 10 == 0 && digits.bytes().any(|b| b != b'0')
}

/// Has the text an e-mail address?
pub fn is_email(text: &str) -> bool {
    EMAIL.as_ref().is_some_and(|r| r.is_match(clip(text)))
}

/// Has the text a position inside the box of Viet Nam?
pub fn has_gps(text: &str) -> bool {
    let Some(re) = GPS.as_ref() else {
        return false;
    };
    re.captures_iter(clip(text)).any(|c| {
        let number = |i: usize| c.get(i).and_then(|m| m.as_str().parse::<f64>().ok());
        let inside =
            |lat: f64, lon: f64| (8.0..=23.5).contains(&lat) && (102.0..=110.0).contains(&lon);
        match (number(1), number(2)) {
            (Some(a), Some(b)) => inside(a, b) || inside(b, a),
            (Some(_) | None, _) => false,
        }
    })
}

/// How many kinds of address words the text has.
pub fn address_words(text: &str) -> usize {
    const KINDS: [&[&str]; 6] = [
        &["so nha", "so ", "sn "],
        &["ngo ", "ngach ", "hem ", "kiet "],
        &["duong ", "pho ", "d. "],
        &[
            "thon ",
            "xom ",
            "ap ",
            "to dan pho",
            "khu pho",
            "kp ",
            "chung cu",
            "toa ",
            "tang ",
            "can ho",
        ],
        &[
            "phuong ", "p. ", "p.", "xa ", "thi tran", "tt. ", "quan ", "q.", "huyen ", "h.",
            "thi xa", "tx. ",
        ],
        &[
            "thanh pho",
            "tp.",
            "tp ",
            "tinh ",
            "ha noi",
            "ho chi minh",
            "da nang",
            "hai phong",
            "can tho",
            "hue",
        ],
    ];
    let folded = format!(
        " {} ",
        unicode::fold(clip(text)).replace([',', ';', '\n'], " ")
    );
    KINDS
        .iter()
        .filter(|words| words.iter().any(|w| folded.contains(&format!(" {w}"))))
        .count()
}

/// The numbers that runs of digits hold, separators taken out: `0912345678 0987 654 321` are two, beside `Q1 ` it is one.
fn digit_runs(text: &str) -> Vec<String> {
    let Some(re) = DIGITS.as_ref() else {
        return Vec::new();
    };
    re.find_iter(text)
        .flat_map(|m| numbers_in(m.as_str()))
        .collect()
}

/// The longest number that begins at each group and is one, the groups taken from the left.
fn numbers_in(run: &str) -> Vec<String> {
    let groups: Vec<&str> = run
        .split(|c: char| !c.is_ascii_digit())
        .filter(|g| !g.is_empty())
        .collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < groups.len() {
        let mut joined = String::new();
        let mut found = None;
        for (end, group) in groups.iter().enumerate().skip(at) {
            joined.push_str(group);
            if joined.len() > LONGEST_NUMBER {
                break;
            }
            if is_number(&joined) {
                found = Some((end, joined.clone()));
            }
        }
        match found {
            Some((end, number)) => {
                out.push(number);
                at = end + 1;
            }
            None => at += 1,
        }
    }
    out
}

/// The most digits of a number that is looked for: a payment card.
const LONGEST_NUMBER: usize = 19;

fn is_number(digits: &str) -> bool {
    national(digits).is_some() || is_cccd(digits) || matches!(digits.len(), 16 | 19) && luhn(digits)
}

fn clip(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers() {
        assert_eq!(phones("0871 234 567"), ["0871234567"]);
        assert_eq!(phones("+84912345678"), ["0912345678"]);
        for text in [
            "(+84)912345678",
            "+84 (0) 912-345-678",
            "(84) 912.345.678",
            "+840912345678",
        ] {
            assert_eq!(phones(text), ["0912345678"], "{text}");
        }
        assert_eq!(phones("(0084) 91"), Vec::<String>::new());
        assert_eq!(phones("138963567225"), Vec::<String>::new());
        assert_eq!(phones("02438223344"), ["02438223344"]);
        assert_eq!(phones("19001234"), Vec::<String>::new());
        let two = ["0912345678", "0987654321"];
        assert_eq!(phones("0912345678 0987654321"), two);
        assert_eq!(phones("0912 345 678-0987.654.321"), two);
        assert_eq!(phones("Q1 0912345678"), ["0912345678"]);
        assert_eq!(phones("BC1-0912345678-HN"), ["0912345678"]);
        assert_eq!(phones("0912345678 0987654321 0912345678").len(), 3);
        assert_eq!(phones("4111 1111 1111 1111"), Vec::<String>::new());
        assert_eq!(
            classes("001095012345 0912345678"),
            [Class::Phone, Class::NationalId]
        );
    }

    #[test]
    fn checks() {
        assert!(is_mst("0100109106"));
        assert!(!is_mst("0100109107"));
        assert!(is_cccd("001199000001"));
        assert!(!is_cccd("003199000001"));
        assert!(luhn("4111111111111111"));
        assert!(!luhn("4111111111111112"));
        assert!(has_gps("21.0285, 105.8542"));
        assert!(!has_gps("48.8566, 2.3522"));
        assert!(address_words("Số 12 Ngõ 7, Phường Mẫu, TP. Hà Nội") >= 3);
    }

    #[test]
    fn values_of_a_column() {
        let phones = [
            "0912345678",
            "0871 234 567",
            "",
            "+84 912 345 679",
            "0912345670",
            "x",
            "0351234567",
            "0912345671",
        ];
        let seen = Sampled::of(phones.into_iter());
        assert_eq!(
            (seen.count, seen.class, seen.short),
            (7, Some(Class::Phone), true)
        );
        let few = Sampled::of(["0912345678"; 4].into_iter());
        assert_eq!(few.class, None);
        let hashes = Sampled::of(
            ["$2y$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"; 6].into_iter(),
        );
        assert_eq!((hashes.hash, hashes.short), (Some("bcrypt"), false));
        assert_eq!(
            Sampled::of(["5f4dcc3b5aa765d61d8327deb882cf99"; 6].into_iter()).hash,
            Some("md5")
        );
        assert_eq!(
            Sampled::of(["001199000001"; 6].into_iter()).class,
            Some(Class::NationalId)
        );
        assert_eq!(
            Sampled::of(["10.0.0.1"; 6].into_iter()).class,
            Some(Class::Ip)
        );
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,120}") {
            let _ = classes(&text);
            let _ = is_mst(&text);
            let _ = luhn(&text);
            let _ = Sampled::of([text.as_str(); 6].into_iter());
        }
    }
}
