//! `Packages` of RHEL 7 and 8: a hash table of Berkeley DB, its pages read one after the other.
//!
//! Each value is a header of a package, mostly on a chain of overflow pages. Anything that does not fit is an error: half
//! a list of packages is none.

use super::{Package, RpmError, header};

const MAGIC: u32 = 0x0006_1561;
const PAGE_HEADER: usize = 26;

/// Types of pages.
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;

/// Types of items.
const KEY_DATA: u8 = 1;
const OFF_PAGE: u8 = 3;

/// The packages of a database.
///
/// # Errors
/// Where it is no such database, is encrypted, or something in it leads nowhere.
pub fn packages(file: &[u8]) -> Result<Vec<Package>, RpmError> {
    let pages = Pages::open(file)?;
    let mut all = Vec::new();
    for number in 0..=pages.last {
        let page = pages.get(number)?;
        if !matches!(byte(page, 25)?, HASH | HASH_UNSORTED) {
            continue;
        }
        let count = usize::from(pages.short(page, 20)?);
        if count % 2 != 0 {
            return Err(damaged("a page with half a pair"));
        }
        // Keys and values take turns; items stand from the page's end backwards.
        for value in (1..count).step_by(2) {
            let start = usize::from(pages.short(page, PAGE_HEADER + 2 * value)?);
            let end = usize::from(pages.short(page, PAGE_HEADER + 2 * (value - 1))?);
            let item = page
                .get(start..end)
                .ok_or_else(|| damaged("an item outside its page"))?;
            let blob = match byte(item, 0)? {
                OFF_PAGE => pages.chain(pages.word(item, 4)?, pages.word(item, 8)? as usize)?,
                // The number that the next package will have stands under the key 0.
                KEY_DATA if item.len() <= 5 => continue,
                KEY_DATA => item.get(1..).unwrap_or_default().to_vec(),
                _ => return Err(damaged("an item of another type")),
            };
            let package = header::package(&blob)?;
            if !package.is_key() {
                all.push(package);
            }
        }
    }
    Ok(all)
}

/// A file as pages.
struct Pages<'a> {
    file: &'a [u8],
    size: usize,
    last: u32,
    big: bool,
}

impl<'a> Pages<'a> {
    fn open(file: &'a [u8]) -> Result<Self, RpmError> {
        let kind = || RpmError::Kind("no hash table of Berkeley DB".into());
        let mut pages = Self {
            file,
            size: 0,
            last: 0,
            big: false,
        };
        if pages.word(file, 12).map_err(|_| kind())? != MAGIC {
            pages.big = true;
            if pages.word(file, 12)? != MAGIC {
                return Err(kind());
            }
        }
        pages.size = pages.word(file, 20)? as usize;
        pages.last = pages.word(file, 32)?;
        if !pages.size.is_power_of_two() || !(512..=65_536).contains(&pages.size) {
            return Err(damaged("an impossible page size"));
        }
        if byte(file, 24)? != 0 {
            return Err(RpmError::Kind("encrypted".into()));
        }
        if (u64::from(pages.last) + 1) * pages.size as u64 > file.len() as u64 {
            return Err(damaged("pages are missing at its end"));
        }
        Ok(pages)
    }

    fn get(&self, number: u32) -> Result<&'a [u8], RpmError> {
        let start = number as usize * self.size;
        self.file
            .get(start..start + self.size)
            .ok_or_else(|| damaged("a page that is not there"))
    }

    /// A value of `length` bytes on overflow pages.
    fn chain(&self, first: u32, length: usize) -> Result<Vec<u8>, RpmError> {
        if length > self.file.len() {
            return Err(damaged("a value longer than the file"));
        }
        let mut value = Vec::with_capacity(length);
        let mut number = first;
        // Each page gives at least one byte or ends the chain: it cannot lead round for ever.
        while number != 0 && value.len() < length {
            let page = self.get(number)?;
            let used = usize::from(self.short(page, 22)?);
            let part = page
                .get(PAGE_HEADER..PAGE_HEADER + used)
                .filter(|p| byte(page, 25) == Ok(OVERFLOW) && !p.is_empty())
                .ok_or_else(|| damaged("a chain leads to another page"))?;
            value.extend_from_slice(part);
            number = self.word(page, 16)?;
        }
        if value.len() != length || number != 0 {
            return Err(damaged("a value of another length"));
        }
        Ok(value)
    }

    fn word(&self, bytes: &[u8], at: usize) -> Result<u32, RpmError> {
        let four = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
        let four: [u8; 4] = four.ok_or_else(|| damaged("cut short"))?;
        Ok(if self.big {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    }

    fn short(&self, bytes: &[u8], at: usize) -> Result<u16, RpmError> {
        let two = bytes.get(at..at + 2).and_then(|b| b.try_into().ok());
        let two: [u8; 2] = two.ok_or_else(|| damaged("cut short"))?;
        Ok(if self.big {
            u16::from_be_bytes(two)
        } else {
            u16::from_le_bytes(two)
        })
    }
}

fn byte(bytes: &[u8], at: usize) -> Result<u8, RpmError> {
    bytes.get(at).copied().ok_or_else(|| damaged("cut short"))
}

fn damaged(why: &str) -> RpmError {
    RpmError::Damaged(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by Berkeley DB 5.3 itself from the headers of the SQLite database: `tests/roots/make-rocky9`.
    const REAL: &[u8] = include_bytes!("../../../tests/fixtures/rpm/Packages");

    #[test]
    fn a_real_database_is_read_as_the_other_one() {
        let mut all = packages(REAL).unwrap();
        let sqlite = include_bytes!("../../../tests/roots/bases/rocky9/var/lib/rpm/rpmdb.sqlite");
        let mut other = super::super::of_sqlite(sqlite.to_vec(), &[]).unwrap();
        all.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| super::super::newer(a, b)));
        other.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| super::super::newer(a, b)));
        assert!(all.len() > 20);
        assert_eq!(all, other);
    }

    #[test]
    fn a_file_that_is_cut_or_changed_is_an_error_or_the_same() {
        for cut in [0, 10, 512, 4096, REAL.len() - 1] {
            assert!(packages(&REAL[..cut]).is_err(), "{cut}");
        }
        let mut other = REAL.to_vec();
        other[24] = 1;
        assert!(packages(&other).is_err());
        // No byte of the file makes it panic or run for ever.
        for at in (0..REAL.len()).step_by(97) {
            let mut other = REAL.to_vec();
            other[at] ^= 0xff;
            let _ = packages(&other);
        }
    }
}
