//! Files that a host keeps packed, such as the lists of apt.

use std::borrow::Cow;
use std::io::Read;

/// Why a packed file could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum NotUnpacked {
    /// A kind that is not read here.
    #[error("packed with {0}, which is not read")]
    Kind(&'static str),
    /// Not whole, or no such file.
    #[error("packed, and broken: {0}")]
    Broken(#[from] std::io::Error),
    /// More than the cap comes out of it.
    #[error("packed, and more than {0} bytes when unpacked")]
    TooLarge(u64),
}

/// The content of a file that may be packed (lz4 or gzip), of at most `cap` bytes; what is not packed is as it was.
///
/// # Errors
/// Where it is packed otherwise, broken, or larger than `cap`.
pub fn unpacked(bytes: &[u8], cap: u64) -> Result<Cow<'_, [u8]>, NotUnpacked> {
    match bytes {
        [0x04, 0x22, 0x4d, 0x18, ..] => read(lz4_flex::frame::FrameDecoder::new(bytes), cap),
        [0x1f, 0x8b, ..] => read(flate2::read::MultiGzDecoder::new(bytes), cap),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Err(NotUnpacked::Kind("xz")),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(NotUnpacked::Kind("zstd")),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Err(NotUnpacked::Kind("bzip2")),
        _ => Ok(Cow::Borrowed(bytes)),
    }
}

fn read<'a>(from: impl Read, cap: u64) -> Result<Cow<'a, [u8]>, NotUnpacked> {
    let mut out = Vec::new();
    from.take(cap.saturating_add(1)).read_to_end(&mut out)?;
    if out.len() as u64 > cap {
        return Err(NotUnpacked::TooLarge(cap));
    }
    Ok(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn lz4(text: &[u8]) -> Vec<u8> {
        let mut packer = lz4_flex::frame::FrameEncoder::new(Vec::new());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn packed_or_not_the_content_is_the_same() {
        for bytes in [
            b"Package: a\n".to_vec(),
            lz4(b"Package: a\n"),
            gzip(b"Package: a\n"),
        ] {
            assert_eq!(unpacked(&bytes, 100).unwrap().as_ref(), b"Package: a\n");
        }
    }

    #[test]
    fn what_is_cut_too_large_or_packed_otherwise_is_not_read() {
        for packed in [lz4(&[b'x'; 9000]), gzip(&[b'x'; 9000])] {
            let cut = packed.len() - 5;
            assert!(matches!(
                unpacked(&packed[..cut], 10_000),
                Err(NotUnpacked::Broken(_))
            ));
            assert!(matches!(
                unpacked(&packed, 8999),
                Err(NotUnpacked::TooLarge(8999))
            ));
        }
        assert!(matches!(
            unpacked(b"\xfd7zXZ\0", 9),
            Err(NotUnpacked::Kind("xz"))
        ));
    }
}
