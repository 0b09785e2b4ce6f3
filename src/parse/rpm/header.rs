//! A header of rpm: a table of tags, then the store of their values, all numbers big-endian.

use super::{Package, RpmError};

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const BUILD_TIME: u32 = 1006;
const INSTALL_TIME: u32 = 1008;
const VENDOR: u32 = 1011;
const ARCH: u32 = 1022;

/// Kinds of values: a number of 32 bits, a text, a text in several languages.
const INT32: u32 = 4;
const STRING: u32 = 6;
const I18N: u32 = 9;

/// How long one entry of the table is.
const ENTRY: usize = 16;

/// The package that a header describes.
///
/// # Errors
/// Where the header is cut short, leads out of itself, or has no name and version.
pub fn package(blob: &[u8]) -> Result<Package, RpmError> {
    let count = number(blob, 0)?;
    let size = number(blob, 4)?;
    let table = count
        .checked_mul(ENTRY)
        .and_then(|n| n.checked_add(8))
        .filter(|end| end.checked_add(size).is_some_and(|all| all <= blob.len()))
        .ok_or_else(short)?;
    let store = blob.get(table..table + size).ok_or_else(short)?;
    let mut found = Package::default();
    for at in (8..table).step_by(ENTRY) {
        let tag = word(blob, at)?;
        let kind = word(blob, at + 4)?;
        let offset = number(blob, at + 8)?;
        match (tag, kind) {
            (NAME, STRING) => found.name = text(store, offset)?,
            (VERSION, STRING) => found.version = text(store, offset)?,
            (RELEASE, STRING) => found.release = text(store, offset)?,
            (ARCH, STRING) => found.arch = text(store, offset)?,
            (VENDOR, STRING | I18N) => found.vendor = Some(text(store, offset)?),
            (EPOCH, INT32) => found.epoch = word(store, offset)?,
            (INSTALL_TIME, INT32) => found.installed = Some(i64::from(word(store, offset)?)),
            (BUILD_TIME, INT32) => found.built = Some(i64::from(word(store, offset)?)),
            _ => {}
        }
    }
    if found.name.is_empty() || found.version.is_empty() {
        return Err(RpmError::Damaged("a header without name or version".into()));
    }
    Ok(found)
}

fn word(bytes: &[u8], at: usize) -> Result<u32, RpmError> {
    let end = at.checked_add(4).ok_or_else(short)?;
    let four = bytes.get(at..end).ok_or_else(short)?;
    Ok(four.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
}

fn number(bytes: &[u8], at: usize) -> Result<usize, RpmError> {
    word(bytes, at).map(|n| n as usize)
}

/// A text up to its zero byte.
fn text(store: &[u8], at: usize) -> Result<String, RpmError> {
    let rest = store.get(at..).ok_or_else(short)?;
    let end = rest.iter().position(|b| *b == 0).ok_or_else(short)?;
    let bytes = rest.get(..end).unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn short() -> RpmError {
    RpmError::Damaged("a header is cut short".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(entries: &[(u32, u32, &[u8])]) -> Vec<u8> {
        let mut table = Vec::new();
        let mut store: Vec<u8> = Vec::new();
        for (tag, kind, value) in entries {
            let offset = u32::try_from(store.len()).unwrap();
            for n in [*tag, *kind, offset, 1] {
                table.extend(n.to_be_bytes());
            }
            store.extend(*value);
        }
        let mut all = u32::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
        all.extend(u32::try_from(store.len()).unwrap().to_be_bytes());
        all.extend(table);
        all.extend(store);
        all
    }

    #[test]
    fn tags_are_read_and_cuts_are_errors() {
        let whole = header(&[
            (NAME, STRING, b"sudo\0"),
            (VERSION, STRING, b"1.9\0"),
            (RELEASE, STRING, b"1.el9\0"),
            (EPOCH, INT32, &[0, 0, 0, 2]),
        ]);
        let found = package(&whole).unwrap();
        assert_eq!(
            (found.name.as_str(), found.full()),
            ("sudo", "2:1.9-1.el9".to_owned())
        );
        for cut in 0..whole.len() {
            assert!(package(&whole[..cut]).is_err(), "{cut}");
        }
        assert!(package(&[0xff; 64]).is_err());
    }
}
