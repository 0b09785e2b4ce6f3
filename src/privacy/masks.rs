//! How far a value, a placeholder or an expression is hidden: how many digits, which words. Keeps no value.

use super::Class;
use super::area;
use super::values;
use crate::text::unicode;

/// Characters that stand for hidden ones. `x` and `X` only where they stand in a row.
pub const MASK_CHARS: [char; 9] = ['*', 'x', 'X', '•', '●', '#', '▇', '○', '█'];

/// How far a value shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exposure {
    /// Shown whole.
    Full,
    /// Shown in part.
    Masked,
    /// A code or a general word in its place.
    Coded,
    /// Not shown.
    Absent,
}

impl Exposure {
    /// The word that facts use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Masked => "masked",
            Self::Coded => "coded",
            Self::Absent => "absent",
        }
    }
}

/// What is hidden and what shows of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// How far it shows.
    pub exposure: Exposure,
    /// Digits that are hidden.
    pub hidden: u32,
    /// Digits that show.
    pub visible: u32,
}

/// Has the text a run of mask characters?
pub fn has_mask(text: &str) -> bool {
    hidden_count(text) > 0
}

/// How many characters of the text stand for hidden ones: `x` only in runs of three, or next to another mask.
pub fn hidden_count(text: &str) -> u32 {
    let chars: Vec<char> = unicode::nfc(text).chars().collect();
    let mut total: u32 = 0;
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        while at < chars.len() && MASK_CHARS.contains(&chars[at]) {
            at += 1;
        }
        let run = &chars[start..at];
        let letters = run.iter().all(|c| matches!(c, 'x' | 'X'));
        let sharp_alone = run == ['#'];
        let enough = if letters {
            run.len() >= 3
        } else {
            !run.is_empty()
        };
        if enough && !sharp_alone {
            total = total.saturating_add(u32::try_from(run.len()).unwrap_or(u32::MAX));
        }
        if at == start {
            at += 1;
        }
    }
    total
}

/// What a literal value of this class shows.
pub fn of_value(class: Class, text: &str) -> Mask {
    let text = text.trim();
    // A whole number stands there: stars beside it hide nothing of it.
    let whole = if class == Class::Phone {
        values::phones(text).first().map(String::len)
    } else {
        let number = matches!(class, Class::NationalId | Class::Card);
        (number && values::classes(text).contains(&class)).then_some(12)
    };
    if let Some(length) = whole {
        return Mask {
            exposure: Exposure::Full,
            hidden: 0,
            visible: u32::try_from(length).unwrap_or(u32::MAX),
        };
    }
    let hidden = hidden_count(text);
    let visible =
        u32::try_from(text.chars().filter(char::is_ascii_digit).count()).unwrap_or(u32::MAX);
    let exposure = match class {
        _ if text.is_empty() => Exposure::Absent,
        Class::Phone => phone(text, hidden),
        Class::Name => name(text, hidden),
        // The house is not shown.
        Class::Address if area::is_area(text) => Exposure::Masked,
        Class::Address => address(text, hidden),
        Class::Contents => contents(text, hidden),
        Class::Email
        | Class::NationalId
        | Class::Dob
        | Class::Gender
        | Class::Bank
        | Class::Card
        | Class::Gps
        | Class::Cod
        | Class::Credential
        | Class::Signature
        | Class::Photo
        | Class::Plate
        | Class::TaxCode
        | Class::Passport
        | Class::SocialInsurance
        | Class::Ip
        | Class::Device
        | Class::Health
        | Class::Ethnicity
        | Class::Religion
        | Class::Politics
        | Class::SexLife
        | Class::Criminal
        | Class::Biometric
        | Class::Nationality
        | Class::Marital
        | Class::Finance
        | Class::None => other(hidden),
    };
    Mask {
        exposure,
        hidden,
        visible,
    }
}

fn other(hidden: u32) -> Exposure {
    if hidden > 0 {
        Exposure::Masked
    } else {
        Exposure::Full
    }
}

fn phone(text: &str, hidden: u32) -> Exposure {
    if hidden > 0 {
        Exposure::Masked
    } else if values::phones(text).is_empty() && !text.chars().any(|c| c.is_ascii_digit()) {
        Exposure::Coded
    } else {
        Exposure::Full
    }
}

/// How the words of a text stand to masks.
struct Masks {
    /// Words of letters that show whole.
    whole: usize,
    /// Words of which a part is hidden.
    part: usize,
    /// Masks of part of a word, and those that stand alone; not those of a number, nor one or two as a mark: `(*)`.
    hidden: u32,
}

fn masks_of(text: &str) -> Masks {
    let mut out = Masks {
        whole: 0,
        part: 0,
        hidden: 0,
    };
    for word in text.split(|c: char| c.is_whitespace() || ",;:()/".contains(c)) {
        let hidden = hidden_count(word);
        let shows = |c: char| c.is_alphanumeric() && !MASK_CHARS.contains(&c);
        let digits = word.chars().any(|c| c.is_ascii_digit());
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        match (hidden, word.chars().any(shows)) {
            (0, _) => out.whole += usize::from(letters > 1),
            (_, true) => {
                out.part += 1;
                // Of a number it hides the number, of a house its number.
                out.hidden =
                    out.hidden
                        .saturating_add(if digits && letters == 0 { 0 } else { hidden });
            }
            (1 | 2, false) => {}
            (_, false) => out.hidden = out.hidden.saturating_add(hidden),
        }
    }
    out
}

/// `N*** V** A`, `Nguyễn V. A.`, `Chị A***`: masked; a code without a space and with digits: coded.
fn name(text: &str, hidden: u32) -> Exposure {
    if hidden > 0 {
        let shown = masks_of(without_title(text));
        let part = shown.part > 0 && shown.hidden > 0;
        // Two whole words and stars beside them are a name; so are three, whatever follows.
        if shown.whole > 2 || shown.whole > 1 && (!part || has_digit(text)) {
            return Exposure::Full;
        }
        let hidden = shown.hidden;
        // At least half of the letters must be hidden: one star hides no name.
        let masks = |c: &char| MASK_CHARS.contains(c);
        let letters = without_title(text)
            .chars()
            .filter(|c| c.is_alphabetic() && !masks(c));
        let visible = u32::try_from(letters.count()).unwrap_or(u32::MAX);
        return if hidden >= visible {
            Exposure::Masked
        } else {
            Exposure::Full
        };
    }
    if is_code(text) {
        return Exposure::Coded;
    }
    // One letter without a dot may be a whole name (Lê Ý, Nguyễn Văn A).
    let letters = || {
        text.split_whitespace()
            .filter(|w| w.trim_end_matches('.').chars().count() == 1)
    };
    let half = 2 * letters().count() >= without_title(text).split_whitespace().count();
    if half && (letters().count() > 1 || letters().any(|w| w.ends_with('.'))) {
        Exposure::Masked
    } else {
        Exposure::Full
    }
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

/// The name without the word by which its bearer is addressed: that word is no part of what a mask hides.
fn without_title(text: &str) -> &str {
    const TITLES: [&str; 10] = [
        "chi", "anh", "ong", "ba", "co", "chu", "em", "mr", "mrs", "ms",
    ];
    match text.trim().split_once(char::is_whitespace) {
        Some((first, rest)) if TITLES.contains(&unicode::fold(first).trim_end_matches('.')) => rest,
        Some(_) | None => text,
    }
}

/// House and street are what must be hidden; ward, district and province may show, and stars there hide nothing.
fn address(text: &str, hidden: u32) -> Exposure {
    let place = place_of(text);
    let shown = masks_of(place);
    let masked = hidden_count(place);
    let shows = |c: &char| c.is_alphanumeric() && !MASK_CHARS.contains(c);
    let visible = u32::try_from(place.chars().filter(shows).count()).unwrap_or(u32::MAX);
    // A star or two in a street leave it readable.
    let words = place.split(|c: char| c.is_whitespace() || c == ',');
    let first = words.map(str::trim).find(|w| !w.is_empty());
    let no_house = first.is_some_and(|w| hidden_count(w) > 1 && !w.chars().any(|c| shows(&c)));
    let enough = no_house || masked.saturating_mul(3) >= visible;
    if hidden > 0 && masked > 0 && enough && (shown.hidden > 0 || shown.part > 0) {
        Exposure::Masked
    } else if is_code(text) {
        Exposure::Coded
    } else if hidden > 0 && place.trim().is_empty() {
        Exposure::Masked
    } else {
        Exposure::Full
    }
}

/// The part of an address before its ward, district or province, where it has one; else all of it.
fn place_of(text: &str) -> &str {
    let mut end = 0;
    for part in text.split_inclusive([',', ';', '\n']) {
        let folded = unicode::fold(part);
        let first = folded
            .split(|c: char| !c.is_alphanumeric())
            .find(|w| !w.is_empty())
            .unwrap_or_default();
        let area = AREAS.contains(&first)
            || first
                .strip_prefix(['p', 'q'])
                .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
        if area && end > 0 {
            return text.get(..end).unwrap_or(text);
        }
        end += part.len();
    }
    text
}

/// Words with which the ward, the district or the province of an address begins.
const AREAS: [&str; 18] = [
    "phuong", "xa", "quan", "huyen", "tp", "tinh", "thanh", "thi", "p", "q", "x", "h", "tt", "tx",
    "ward", "district", "province", "dist",
];

fn contents(text: &str, hidden: u32) -> Exposure {
    const GENERAL: [&str; 8] = [
        "hang hoa",
        "buu kien",
        "buu pham",
        "goods",
        "parcel",
        "buu gui",
        "hang",
        "kien hang",
    ];
    // Stars that stand alone are an ornament where words show: `*** HÀNG DỄ VỠ ***`.
    let shown = masks_of(text);
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    let visible = letters.filter(|c| !MASK_CHARS.contains(c)).count();
    let visible = u32::try_from(visible).unwrap_or(u32::MAX);
    // A star or two in a word leave it readable.
    let enough = hidden.saturating_mul(3) >= visible;
    if hidden > 0 && enough && (shown.part > 0 || shown.whole < 2) {
        Exposure::Masked
    } else if is_code(text) && !has_word(text) || GENERAL.contains(&unicode::fold(text).as_str()) {
        Exposure::Coded
    } else {
        Exposure::Full
    }
}

/// A code of goods has no words: `IPHONE-15-PRO` says what is inside.
fn has_word(text: &str) -> bool {
    text.split(|c: char| !c.is_alphabetic())
        .any(|run| run.chars().count() > 4)
}

/// `HN-07-112`, `K7F2Q9`, `C03`: no spaces, upper case and digits, at most 24.
pub fn is_code(text: &str) -> bool {
    let text = text.trim();
    (2..=24).contains(&text.len())
        && text.chars().all(|c| {
            c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '/')
        })
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().any(|c| c.is_ascii_uppercase())
        && values::phones(text).is_empty()
}

/// What a filter or a function call in a template does with its value.
pub fn of_expression(expression: &str) -> Option<Exposure> {
    let mut words = super::names::words_of(expression);
    words.retain(|w| w.len() > 2);
    let any = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    if any(&["unmask", "unmasked", "decrypt", "decrypted", "reveal"]) {
        return Some(Exposure::Full);
    }
    if any(&[
        "mask",
        "masked",
        "masking",
        "redact",
        "redacted",
        "obfuscate",
        "obfuscated",
        "anonymize",
        "anonymise",
        "hide",
        "che",
        "star",
        "stars",
        "asterisk",
        "hidden",
        "partial",
    ]) {
        return Some(Exposure::Masked);
    }
    let words = names_that_do(expression);
    let any = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    any(&[
        "hash",
        "hashed",
        "encrypt",
        "encrypted",
        "enc",
        "token",
        "tokenize",
        "virtual",
        "alias",
        "cipher",
        "coded",
        "pseudonym",
        "proxy",
    ])
    .then_some(Exposure::Coded)
}

/// The words that say what becomes of a value: of each filter and function, and the first and last of the field's own name.
/// The object that a field stands in (`tokens.phone`, `order.proxy.name`) says nothing of it.
fn names_that_do(expression: &str) -> Vec<String> {
    let mut out = Vec::new();
    let last = |path: &str| {
        let path = path.replace("->", ".").replace("?.", ".");
        let path = path.trim().trim_end_matches(['.', ' ']);
        path.rsplit(['.', ' ', ',', '[', '!'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    for (at, piece) in expression.split('|').enumerate() {
        let calls: Vec<&str> = piece.split('(').collect();
        let (field, functions) = calls.split_last().unwrap_or((&"", &[]));
        for function in functions {
            out.extend(super::names::words_of(&last(function)));
        }
        let field = field.split([')', ',', ':']).next().unwrap_or_default();
        let words = super::names::words_of(&last(field.trim_end_matches(['"', '\'', ']'])));
        if at > 0 {
            out.extend(words);
        } else {
            out.extend(words.first().cloned());
            out.extend(words.last().cloned());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_digits() {
        let m = of_value(Class::Phone, "098****412");
        assert_eq!((m.exposure, m.hidden, m.visible), (Exposure::Masked, 4, 6));
        let m = of_value(Class::Phone, "0*******12");
        assert_eq!((m.hidden, m.visible), (7, 3));
        assert_eq!(
            of_value(Class::Phone, "0871234567").exposure,
            Exposure::Full
        );
        assert_eq!(of_value(Class::Phone, "09xxxxx678").hidden, 5);
        assert_eq!(of_value(Class::Phone, "●●●●●●●412").hidden, 7);
    }

    #[test]
    fn names_addresses_contents() {
        assert_eq!(
            of_value(Class::Name, "N*** V** A").exposure,
            Exposure::Masked
        );
        assert_eq!(
            of_value(Class::Name, "Trần Thị Mẫu").exposure,
            Exposure::Full
        );
        assert_eq!(of_value(Class::Name, "Maxine Fox").exposure, Exposure::Full);
        assert_eq!(of_value(Class::Name, "Lê Ý").exposure, Exposure::Full);
        assert_eq!(
            of_value(Class::Name, "Nguyễn V. A.").exposure,
            Exposure::Masked
        );
        for (text, exposure) in [
            ("Nguyễn Văn A*", Exposure::Full),
            ("Trần Thị M*u", Exposure::Full),
            ("Nguyễn Văn A.", Exposure::Full),
            ("Chị A***", Exposure::Masked),
            ("N***** V** A", Exposure::Masked),
            ("T*** T** M**", Exposure::Masked),
        ] {
            assert_eq!(of_value(Class::Name, text).exposure, exposure, "{text}");
        }
        assert_eq!(of_value(Class::Name, "KH-00912").exposure, Exposure::Coded);
        assert_eq!(
            of_value(Class::Contents, "Hàng hóa").exposure,
            Exposure::Coded
        );
        assert_eq!(
            of_value(Class::Contents, "1 x giấy tờ").exposure,
            Exposure::Full
        );
    }

    #[test]
    fn stars_beside_a_value_hide_nothing_of_it() {
        for (class, text) in [
            (Class::Name, "Lê An - 09********"),
            (Class::Name, "Trần Thị Bích ****************"),
            (Class::Contents, "Que thử thai *** HÀNG DỄ VỠ ***"),
            (Class::Address, "Số 12 Ngõ 7, Phường Mẫu, Hà Nội (*)"),
            (Class::Address, "12 Lê Lợi, P. ***, Q.1, TP.HCM"),
            (Class::Address, "Số 12 Ng* 7 Đường Láng, Phường Mẫu, Hà Nội"),
            (Class::Address, "12/3 Nguyễn Tr*i, Quận 5"),
            (Class::Contents, "IPHONE-15-PRO"),
            (Class::Contents, "Điện tho*i"),
            (Class::Phone, "0912345678 - 09******12"),
            (Class::Phone, "0912345678 xxx"),
        ] {
            let mask = of_value(class, text);
            assert_eq!(mask.exposure, Exposure::Full, "{text}");
            assert!(class != Class::Phone || mask.hidden == 0, "{text}");
        }
        for (class, text) in [
            (Class::Name, "N***** T*** H****"),
            (Class::Name, "*** *** A"),
            (Class::Contents, "*****"),
            (Class::Contents, "Q** t** t***"),
            (Class::Address, "***, Phường Mẫu, Hà Nội"),
            (Class::Address, "Số 1**, N** 7, Hà Nội"),
            (Class::Address, "*** Nguyễn Trãi, Quận 5"),
            (Class::Address, "12* L** L**, P. Bến Nghé, Q.1"),
        ] {
            assert_eq!(of_value(class, text).exposure, Exposure::Masked, "{text}");
        }
    }

    #[test]
    fn filters() {
        assert_eq!(of_expression("order.phone|mask"), Some(Exposure::Masked));
        assert_eq!(
            of_expression("maskPhone(order.phone)"),
            Some(Exposure::Masked)
        );
        assert_eq!(of_expression("order.phone"), None);
        assert_eq!(of_expression("order.virtual_phone"), Some(Exposure::Coded));
        for coded in [
            "encrypt(order.phone)",
            "order.phone|hash",
            "Hash::make($o->phone)",
            "order.phone_enc",
        ] {
            assert_eq!(of_expression(coded), Some(Exposure::Coded), "{coded}");
        }
        for shown in [
            "order.phone|json_encode",
            "order.phone|url_encode",
            "base64_encode($o->phone)",
            "Html.Encode(Model.ReceiverPhone)",
            "tokens.receiver_phone",
            "order.proxy.receiver_name",
        ] {
            assert_eq!(of_expression(shown), None, "{shown}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,60}") {
            for class in Class::ALL {
                let _ = of_value(class, &text);
            }
            let _ = of_expression(&text);
        }
    }
}
