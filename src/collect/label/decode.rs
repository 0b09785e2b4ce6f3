//! What only looks like a token: base64, hexadecimal and percent signs are ways to write a text, and hide nothing.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The shortest text that is taken for one that was written in another way.
const MIN_ENCODED: usize = 12;
/// The most parts of a payload that are looked at.
const MAX_PARTS: usize = 64;

/// The texts inside a payload: of the whole, and of its parts (a field of an address, the body of a JSON Web Token).
pub(super) fn inside(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    out.extend(percent(text));
    let separators = |c: char| "/?&.|;:,\"' \n".contains(c);
    // A `/` may belong to base64: the whole comes first.
    let values = text.split(['?', '&', '|', ';']).map(after_key);
    let parts = text.split(separators).map(after_key);
    for part in std::iter::once(text.trim())
        .chain(values)
        .chain(parts)
        .take(MAX_PARTS)
    {
        let part = part.trim_end_matches('=');
        if part.len() < MIN_ENCODED {
            continue;
        }
        for found in [hex(part), base64(part)].into_iter().flatten() {
            if !out.contains(&found) {
                out.push(found);
            }
        }
    }
    out
}

/// `d=QUJD`: what follows the name. The signs at the end of base64 are no name.
fn after_key(part: &str) -> &str {
    match part.split_once('=') {
        Some((key, value)) if key.len() <= 20 && !value.trim_matches('=').is_empty() => value,
        Some(_) | None => part,
    }
}

fn base64(text: &str) -> Option<String> {
    let bytes = STANDARD_NO_PAD
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text))
        .ok()?;
    readable(bytes)
}

fn hex(text: &str) -> Option<String> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let digits = digits.filter(|d| d.len() % 2 == 0)?;
    let pair = |p: &[u8]| match p {
        [high, low] => high * 16 + low,
        _ => 0,
    };
    readable(digits.chunks(2).map(pair).collect())
}

/// `%7B%22sdt%22`: only where there is such a sign.
fn percent(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            Some(_) | None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    readable(bytes).filter(|found| found != text)
}

/// A text that people could have written.
fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let good = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (text.len() > 6 && text.chars().all(good)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_inside() {
        for written in [
            "MDkxMjM0NTY3OHxBbg==",
            "303931323334353637387c416e",
            "https://mau.example/t?d=MDkxMjM0NTY3OHxBbg",
            "eyJhbGciOiJub25lIn0.MDkxMjM0NTY3OHxBbg.",
            "0912345678%7CAn",
        ] {
            let found = inside(written);
            assert!(
                found.iter().any(|t| t == "0912345678|An"),
                "{written}: {found:?}"
            );
        }
        for token in [
            "BC123456789VN",
            "138963567225",
            "9f86d081884c7d659a2feaa0c55ad015",
        ] {
            assert_eq!(inside(token), Vec::<String>::new(), "{token}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,80}|[0-9a-f%=/.]{0,80}") {
            let _ = inside(&text);
        }
    }
}
