//! Unicode: NFC, folding of Vietnamese letters, and text of targets made safe to show.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in NFC.
pub fn nfc(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.nfc().collect()
}

/// Is it in NFC already?
pub fn is_nfc(text: &str) -> bool {
    unicode_normalization::is_nfc(text)
}

/// Lower case without diacritics, đ as d: `Số Điện Thoại` → `so dien thoai`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' | 'Đ' => 'd',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Does a character act on what stands around it, or is it nothing that can be seen?
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFFE}'..='\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

/// May a text hold a character that is [`hidden`]? No, for nearly all that stands in a run; told by bytes, many at a time.
pub fn may_hide(text: &str) -> bool {
    // Control characters, and what all others begin with in UTF-8, but for one: `E1` begins Vietnamese letters too.
    let begins =
        |b: u8| (b < b' ') | (b == 0x7f) | (b == 0xc2) | (b == 0xd8) | (b == 0xe2) | (b >= 0xef);
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let one = bytes.iter().fold(0, |any, b| any | u8::from(begins(*b)));
    let two = pairs.fold(0, |any, (a, b)| any | u8::from((*a == 0xe1) & (*b == 0xa0)));
    one | two != 0
}

/// Is it drawn as nothing at all? Beside what [`hidden`] knows: soft hyphens, joiners, fillers, variation selectors.
pub fn blank(c: char) -> bool {
    hidden(c)
        || c.is_whitespace()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2800}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0080}'..='\u{E0FFF}')
}

/// Text of a target, safe in a terminal: control characters, bidirectional marks, line separators and what is no character are shown
/// as `\u{…}`.
pub fn visible(text: &str) -> String {
    if !text.chars().any(hidden) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| {
            if hidden(c) {
                c.escape_unicode().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_hides_may_hide() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let text = format!("ắ{c}ạ");
            assert!(may_hide(&text) || !hidden(c), "{c:?}");
        }
        assert!(!may_hide("Số điện thoại của người nhận: 12 \"a\""));
    }

    #[test]
    fn folds_vietnamese() {
        assert_eq!(fold("Số Điện Thoại NGƯỜI NHẬN"), "so dien thoai nguoi nhan");
        assert_eq!(fold("So\u{0302}\u{0301}"), "so");
    }

    #[test]
    fn shows_what_hides() {
        assert_eq!(visible("a\u{1b}[31m\u{202E}b"), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(visible("đạt"), "đạt");
        assert_eq!(
            visible("\u{61c}\u{fffe}\u{e0041}"),
            "\\u{61c}\\u{fffe}\\u{e0041}"
        );
    }
}
