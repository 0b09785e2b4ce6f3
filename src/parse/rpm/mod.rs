//! The database of rpm: which packages are installed, from its SQLite file, its Berkeley DB file or `rpm -qa`.
//!
//! rpm keeps one binary header for each package; only the few tags that say what it is and since when are read.

mod berkeley;
mod header;
mod sqlite;
mod wal;

use std::cmp::Ordering;

use thiserror::Error;

pub use berkeley::packages as of_berkeley;
pub use header::package as of_header;
pub use sqlite::packages as of_sqlite;

/// What `rpm -qa --qf` is asked for: one package in a line, fields between tabs.
pub const QUERY: &str = "%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\t%{VENDOR}\\t%{INSTALLTIME}\\t%{BUILDTIME}\\n";

/// Why a database could not be read. Nothing is told of its packages then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RpmError {
    /// It is no database of a kind that is read.
    #[error("no database of rpm that can be read: {0}")]
    Kind(String),
    /// Something in it leads nowhere.
    #[error("the database of rpm is damaged: {0}")]
    Damaged(String),
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The epoch, 0 where it has none.
    pub epoch: u32,
    /// The version of its makers.
    pub version: String,
    /// The release of the distribution.
    pub release: String,
    /// The architecture.
    pub arch: String,
    /// Who built it.
    pub vendor: Option<String>,
    /// When it was installed, in seconds since 1970.
    pub installed: Option<i64>,
    /// When it was built.
    pub built: Option<i64>,
}

impl Package {
    /// `epoch:version-release`; the epoch only where it has one.
    pub fn full(&self) -> String {
        let Self {
            epoch,
            version,
            release,
            ..
        } = self;
        if *epoch == 0 {
            format!("{version}-{release}")
        } else {
            format!("{epoch}:{version}-{release}")
        }
    }

    /// A key of a signer, which rpm keeps among the packages.
    pub(crate) fn is_key(&self) -> bool {
        self.name == "gpg-pubkey"
    }
}

/// The packages in the output of `rpm -qa` with [`QUERY`].
///
/// # Errors
/// Where a line is none of a package.
pub fn of_query(text: &str) -> Result<Vec<Package>, RpmError> {
    let mut all = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [
            name,
            epoch,
            version,
            release,
            arch,
            vendor,
            installed,
            built,
        ] = fields[..]
        else {
            return Err(RpmError::Damaged("a line of another form".into()));
        };
        let package = Package {
            name: name.into(),
            epoch: epoch.parse().unwrap_or(0),
            version: version.into(),
            release: release.into(),
            arch: arch.into(),
            vendor: (vendor != "(none)").then(|| vendor.into()),
            installed: installed.parse().ok(),
            built: built.parse().ok(),
        };
        if !package.is_key() {
            all.push(package);
        }
    }
    Ok(all)
}

/// The order of two versions or releases, as rpm has it: runs of digits as numbers, runs of letters as text, digits
/// before letters; `~` comes before the end, `^` after it.
pub fn compare(a: &str, b: &str) -> Ordering {
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '~' || c == '^';
    let (mut a, mut b) = (a, b);
    loop {
        a = a.trim_start_matches(|c| !kept(c));
        b = b.trim_start_matches(|c| !kept(c));
        match (a.strip_prefix('~'), b.strip_prefix('~')) {
            (Some(x), Some(y)) => {
                (a, b) = (x, y);
                continue;
            }
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => {}
        }
        match (a.strip_prefix('^'), b.strip_prefix('^')) {
            (Some(x), Some(y)) => {
                (a, b) = (x, y);
                continue;
            }
            (Some(_), None) if b.is_empty() => return Ordering::Greater,
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) if a.is_empty() => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => {}
        }
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len());
        }
        let digits = a.starts_with(|c: char| c.is_ascii_digit());
        let same = |c: char| c.is_ascii_alphanumeric() && c.is_ascii_digit() == digits;
        let (x, rest_a) = a.split_at(a.find(|c| !same(c)).unwrap_or(a.len()));
        let (y, rest_b) = b.split_at(b.find(|c| !same(c)).unwrap_or(b.len()));
        if y.is_empty() {
            // Digits are newer than letters.
            return if digits {
                Ordering::Greater
            } else {
                Ordering::Less
            };
        }
        let order = if digits {
            let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            x.cmp(y)
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// The order of two packages of the same name.
pub fn newer(a: &Package, b: &Package) -> Ordering {
    a.epoch
        .cmp(&b.epoch)
        .then_with(|| compare(&a.version, &b.version))
        .then_with(|| compare(&a.release, &b.release))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `rpm.vercmp` of rpm 4.18 says.
    #[test]
    fn versions_are_ordered_as_rpm_does() {
        for (a, b, order) in [
            ("1.0", "1.0", Ordering::Equal),
            ("1.0", "2.0", Ordering::Less),
            ("2.0.1", "2.0", Ordering::Greater),
            ("2.0", "2.0.1a", Ordering::Less),
            ("5.5p10", "5.5p2", Ordering::Greater),
            ("10xyz", "10.1xyz", Ordering::Less),
            ("xyz10", "xyz10.1", Ordering::Less),
            ("6.0.rc1", "6.0", Ordering::Greater),
            ("10b2", "10a1", Ordering::Greater),
            ("1.0~rc1", "1.0", Ordering::Less),
            ("1.0~rc1~git1", "1.0~rc1", Ordering::Less),
            ("1.0^", "1.0", Ordering::Greater),
            ("1.0^git1", "1.01", Ordering::Less),
            ("1.0^git1~pre", "1.0^git1", Ordering::Less),
            ("010", "10", Ordering::Equal),
            ("1..0", "1.0", Ordering::Equal),
            ("a", "1", Ordering::Less),
        ] {
            assert_eq!(compare(a, b), order, "{a} {b}");
            assert_eq!(compare(b, a), order.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn a_line_of_another_form_is_an_error() {
        let good = "sudo\t0\t1.9.5p2\t10.el9\tx86_64\tRocky\t1700000000\t1690000000\n";
        let all = of_query(good).unwrap();
        assert_eq!(all[0].full(), "1.9.5p2-10.el9");
        assert_eq!(all[0].installed, Some(1_700_000_000));
        assert!(of_query("error: rpmdb\n").is_err());
    }
}
