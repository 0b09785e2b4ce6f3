//! The write-ahead log of an SQLite file: pages that belong to the database but do not stand in it yet.
//!
//! As SQLite recovers it: frames count up to the last one that ends a transaction, as long as salt and checksum fit.

use super::RpmError;

const HEADER: usize = 32;
const FRAME: usize = 24;

/// Puts the pages of whole transactions into the file.
///
/// # Errors
/// Where the log is none, or has pages of another size than the file.
pub(super) fn apply(file: &mut Vec<u8>, log: &[u8]) -> Result<(), RpmError> {
    // A log that was written out and emptied.
    if log.is_empty() {
        return Ok(());
    }
    let none = || RpmError::Damaged("its write-ahead log cannot be read".into());
    let head = log.get(..HEADER).ok_or_else(none)?;
    let big = match word(head, 0, true) {
        Some(0x377f_0682) => false,
        Some(0x377f_0683) => true,
        _ => return Err(none()),
    };
    let page = word(head, 8, true).map_or(0, |n| n as usize);
    let own = match file.get(16..18) {
        Some([0, 1]) => 65_536,
        Some([a, b]) => usize::from(*a) << 8 | usize::from(*b),
        _ => 0,
    };
    if own < 512 || page != own {
        return Err(none());
    }
    let mut sum = checksum(head.get(..24).unwrap_or_default(), (0, 0), big);
    if (word(head, 24, true), word(head, 28, true)) != (Some(sum.0), Some(sum.1)) {
        return Err(none());
    }
    let mut waiting: Vec<(usize, &[u8])> = Vec::new();
    let mut rest = log.get(HEADER..).unwrap_or_default();
    while let (Some(frame), Some(data)) = (rest.get(..FRAME), rest.get(FRAME..FRAME + page)) {
        let salts_fit = frame.get(8..16) == head.get(16..24);
        sum = checksum(frame.get(..8).unwrap_or_default(), sum, big);
        sum = checksum(data, sum, big);
        let sums = (word(frame, 16, true), word(frame, 20, true));
        let number = word(frame, 0, true).map_or(0, |n| n as usize);
        // What stands there is of an older log, or was not written to its end.
        if !salts_fit || sums != (Some(sum.0), Some(sum.1)) || number == 0 {
            break;
        }
        waiting.push((number, data));
        let size = word(frame, 4, true).map_or(0, |n| n as usize);
        if size > 0 {
            commit(file, &mut waiting, size, page).ok_or_else(none)?;
        }
        rest = rest.get(FRAME + page..).unwrap_or_default();
    }
    Ok(())
}

/// Ends a transaction, after which the database has `size` pages.
fn commit(
    file: &mut Vec<u8>,
    waiting: &mut Vec<(usize, &[u8])>,
    size: usize,
    page: usize,
) -> Option<()> {
    let bytes = size.checked_mul(page)?;
    // Each page beyond the file's end came with a frame.
    if bytes > file.len() + waiting.len() * page {
        return None;
    }
    file.resize(bytes, 0);
    for (number, data) in waiting.drain(..) {
        let start = (number - 1).checked_mul(page)?;
        if let Some(place) = file.get_mut(start..start + page) {
            place.copy_from_slice(data);
        }
    }
    Some(())
}

fn word(bytes: &[u8], at: usize, big: bool) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(if big {
        u32::from_be_bytes(four)
    } else {
        u32::from_le_bytes(four)
    })
}

/// The running sum over pairs of words.
fn checksum(bytes: &[u8], start: (u32, u32), big: bool) -> (u32, u32) {
    let (mut a, mut b) = start;
    for pair in bytes.chunks_exact(8) {
        a = a
            .wrapping_add(word(pair, 0, big).unwrap_or(0))
            .wrapping_add(b);
        b = b
            .wrapping_add(word(pair, 4, big).unwrap_or(0))
            .wrapping_add(a);
    }
    (a, b)
}
