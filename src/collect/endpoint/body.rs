//! The bytes of an answer as text: unpacked, then read in the character set that it names. What could not be read whole
//! is said: text that was not understood proves nothing.

use std::io::Read;

use encoding_rs::{Encoding, UTF_8};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::leaf::{CAPPED, NOT_PARSED};

/// The most that comes out of a packed body.
const MAX_UNPACKED: usize = 1024 * 1024;

/// A text, and why it is not all of the answer.
pub(super) struct Text {
    /// What could be read.
    pub(super) text: String,
    /// `capped` or `not-parsed`; none where all of it was read.
    pub(super) lacks: Option<&'static str>,
}

/// What the server packed, as the list of its encodings says, and what it packed without a word.
pub(super) fn unpacked(bytes: Vec<u8>, encodings: &str) -> (Vec<u8>, Option<&'static str>) {
    let mut bytes = bytes;
    let mut lacks = None;
    let named = encodings.split(',').map(|e| e.trim().to_ascii_lowercase());
    // The last one was laid on last.
    for encoding in named.collect::<Vec<_>>().into_iter().rev() {
        let read = match encoding.as_str() {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => take(MultiGzDecoder::new(bytes.as_slice())),
            // Some send the bare form, though the RFC asks for that of zlib.
            "deflate" if bytes.first().is_some_and(|b| b & 0x0f == 8) => {
                take(ZlibDecoder::new(bytes.as_slice()))
            }
            "deflate" => take(DeflateDecoder::new(bytes.as_slice())),
            _unknown => return (Vec::new(), Some(NOT_PARSED)),
        };
        lacks = lacks.or(read.1);
        bytes = read.0;
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let read = take(MultiGzDecoder::new(bytes.as_slice()));
        return (read.0, lacks.or(read.1));
    }
    (bytes, lacks)
}

fn take(from: impl Read) -> (Vec<u8>, Option<&'static str>) {
    let mut out = Vec::new();
    let end = from
        .take(MAX_UNPACKED as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|_| NOT_PARSED);
    let long = out.len() > MAX_UNPACKED;
    out.truncate(MAX_UNPACKED);
    (out, end.err().or(long.then_some(CAPPED)))
}

/// The text in the character set of its mark, of its media type, of the page itself, or in UTF-8.
pub(super) fn text(bytes: &[u8], media_type: &str) -> Text {
    let named = || charset(media_type).or_else(|| charset(&head(bytes)));
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (Some(encoding), bytes.get(mark..).unwrap_or_default()),
        None => match named() {
            Some(name) => (Encoding::for_label(name.as_bytes()), bytes),
            None => (Some(UTF_8), bytes),
        },
    };
    let known = encoding.is_some();
    let (text, broken) = encoding.unwrap_or(UTF_8).decode_without_bom_handling(bytes);
    Text {
        text: narrow(&text),
        lacks: (broken || !known).then_some(NOT_PARSED),
    }
}

/// Where a page may name its own character set.
fn head(bytes: &[u8]) -> String {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    String::from_utf8_lossy(head).into_owned()
}

/// The word behind `charset=`.
fn charset(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once("charset")?;
    let rest = rest.trim_start().strip_prefix('=')?;
    let rest = rest.trim_start().trim_start_matches(['"', '\'']);
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':' | '.'))
        .unwrap_or(rest.len());
    rest.get(..end).filter(|s| !s.is_empty()).map(str::to_owned)
}

/// Letters and digits of full width are those of usual width.
fn narrow(text: &str) -> String {
    let of = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars().map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn packed_once_twice_unsaid_and_otherwise() {
        let once = gzip(b"abc");
        assert_eq!(unpacked(once.clone(), "gzip"), (b"abc".to_vec(), None));
        assert_eq!(unpacked(once.clone(), ""), (b"abc".to_vec(), None));
        assert_eq!(
            unpacked(gzip(&once), "gzip, x-gzip"),
            (b"abc".to_vec(), None)
        );
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(b"abc").unwrap();
        assert_eq!(
            unpacked(zlib.finish().unwrap(), "deflate"),
            (b"abc".to_vec(), None)
        );
        assert_eq!(
            unpacked(b"abc".to_vec(), "br"),
            (Vec::new(), Some(NOT_PARSED))
        );
        assert_eq!(unpacked(once[..12].to_vec(), "gzip").1, Some(NOT_PARSED));
        let bomb = gzip(&vec![0; 2 * MAX_UNPACKED]);
        let (out, lacks) = unpacked(bomb, "gzip");
        assert_eq!((out.len(), lacks), (MAX_UNPACKED, Some(CAPPED)));
    }

    #[test]
    fn character_sets() {
        let of = |bytes: &[u8], media: &str| {
            let read = text(bytes, media);
            (read.text, read.lacks)
        };
        let wide: Vec<u8> = "đ1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(of(&wide, "text/html; charset=UTF-16LE").0, "đ1");
        let marked = [&[0xff, 0xfe][..], &wide].concat();
        assert_eq!(of(&marked, "text/html"), ("đ1".to_owned(), None));
        assert_eq!(
            of(b"\xf0", "text/html; charset=\"windows-1258\""),
            ("đ".into(), None)
        );
        let own = b"<meta charset=windows-1258>\xf0";
        assert!(of(own, "text/html").0.ends_with('đ'));
        assert_eq!(of(b"\xf0\x41", "text/html").1, Some(NOT_PARSED));
        assert_eq!(of(b"a", "text/html; charset=none-such").1, Some(NOT_PARSED));
        assert_eq!(of("０９".as_bytes(), ""), ("09".into(), None));
    }
}
