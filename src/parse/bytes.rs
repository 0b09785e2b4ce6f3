//! Bytes to text: byte order marks, UTF-16 and line ends, as files of real hosts have them.

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
}
