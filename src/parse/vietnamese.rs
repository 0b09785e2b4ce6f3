//! Text of old Windows programs: where it is no UTF-8, Windows-1258 is assumed, line by line, and that it was is told.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1258;

use super::bytes::{self, NotText};
use crate::text::unicode;

/// Text of a file of a Vietnamese company: lines that are no UTF-8 are read as Windows-1258, the page of old Windows
/// programs. True where that was assumed of any line.
///
/// # Errors
/// Where it is binary.
pub fn text(bytes: &[u8]) -> Result<(String, bool), NotText> {
    match bytes::text(bytes) {
        Ok(text) => return Ok((text, false)),
        Err(NotText::Encoding(0)) if bytes.starts_with(&[0xFF, 0xFE]) => {
            return Ok((bytes::lossy(bytes)?, false));
        }
        Err(NotText::Encoding(_)) => {}
        Err(binary @ NotText::Binary(_)) => return Err(binary),
    }
    let mut out = String::with_capacity(bytes.len());
    let mut assumed = false;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let (line, is_old) = self::line(line);
        assumed |= is_old;
        out.push_str(&line);
    }
    Ok((out.replace("\r\n", "\n"), assumed))
}

/// One line, and whether it was taken for Windows-1258.
pub fn line(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => {
            // Marks of tones are letters of their own there.
            let (text, _) = WINDOWS_1258.decode_without_bom_handling(bytes);
            (Cow::Owned(unicode::nfc(&text)), true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_vietnamese_files() {
        // "Số điện thoại" of Windows-1258, beside a line of UTF-8.
        let old = b"S\xF4\xEC \xF0i\xEA\xF2n thoa\xF2i\r\n";
        assert_eq!(text(old).unwrap(), ("Số điện thoại\n".to_owned(), true));
        let mixed = [old.as_slice(), "Họ tên\n".as_bytes()].concat();
        assert_eq!(text(&mixed).unwrap().0, "Số điện thoại\nHọ tên\n");
        assert_eq!(
            text("Họ tên".as_bytes()).unwrap(),
            ("Họ tên".to_owned(), false)
        );
        assert_eq!(text(b"a\0\xFF"), Err(NotText::Binary(1)));
    }
}
