//! Bytes to text: byte order marks, UTF-16 and line ends, as files of real hosts have them.

use crate::text::unicode::blank;

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// A zero byte outside UTF-16: a binary file.
    #[error("binary, not text (a zero byte at offset {0})")]
    Binary(usize),
    /// Neither UTF-8 nor UTF-16.
    #[error("neither UTF-8 nor UTF-16 (byte {0})")]
    Encoding(usize),
}

/// The text of a file: UTF-8 with or without a mark, or UTF-16 with one; `\r\n` becomes `\n`.
///
/// # Errors
/// Where the bytes are no text.
pub fn text(bytes: &[u8]) -> Result<String, NotText> {
    let utf16 = |rest: &[u8], order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest
            .chunks_exact(2)
            .map(|pair| order([pair[0], pair[1]]))
            .collect();
        String::from_utf16(&units).map_err(|_| NotText::Encoding(0))
    };
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, 3)?,
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        all => utf8(all, 0)?,
    };
    Ok(if text.contains("\r\n") {
        text.replace("\r\n", "\n")
    } else {
        text
    })
}

/// Text of a file whose program does not care for its encoding (sshd, PAM, shadow): what is no UTF-8 becomes the
/// replacement sign, so that its other lines still count.
///
/// # Errors
/// Where it is binary.
pub fn lossy(bytes: &[u8]) -> Result<String, NotText> {
    match text(bytes) {
        Err(NotText::Encoding(_)) => Ok(String::from_utf8_lossy(bytes).replace("\r\n", "\n")),
        other => other,
    }
}

/// Is there nothing to read in it: no bytes, blanks alone, signs that nobody sees?
pub fn is_empty(bytes: &[u8]) -> bool {
    let read = text(bytes).ok();
    let text = read.or_else(|| std::str::from_utf8(bytes).ok().map(str::to_owned));
    text.map_or(bytes.is_empty(), |text| text.chars().all(blank))
}

/// Is it a file that people write for this program: an inventory, waivers, attestations, a plan? Such a file is no paper.
pub fn is_own_form(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default();
    let text = lossy(head).unwrap_or_default();
    text.lines().any(|line| {
        let value = line.strip_prefix("schema:").map(str::trim_start);
        let value = value.map(|v| v.trim_start_matches(['"', '\'']));
        value.is_some_and(|v| v.starts_with("capdo/"))
    })
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<String, NotText> {
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(NotText::Binary(at + skipped));
    }
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|e| NotText::Encoding(e.valid_up_to() + skipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_line_ends() {
        assert_eq!(text(b"\xEF\xBB\xBFa\r\nb").unwrap(), "a\nb");
        assert_eq!(text(b"\xFF\xFEa\0\xB0\x01").unwrap(), "aư");
        assert_eq!(text(b"a\0b"), Err(NotText::Binary(1)));
        assert_eq!(text(b"ab\xFF"), Err(NotText::Encoding(2)));
        assert_eq!(lossy(b"ab\xFF").unwrap(), "ab\u{FFFD}");
    }

    #[test]
    fn what_is_no_paper() {
        for nothing in ["", " \r\n\t", "\u{FEFF}", "\u{200B}\u{3164}\n", "\0\0\0"] {
            assert!(is_empty(nothing.as_bytes()), "{nothing:?}");
        }
        assert!(is_empty(b"\xFF\xFE \0"));
        assert!(!is_empty("Quyết định".as_bytes()) && !is_empty(b"%PDF-1.4\0\xFF"));
        assert!(is_own_form(
            b"\xEF\xBB\xBF# x\nschema: \"capdo/waivers/1\"\n"
        ));
        assert!(!is_own_form(
            b"Use `schema: capdo/inventory/1` at the top.\n"
        ));
    }
}
