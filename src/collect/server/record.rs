//! The record of the packages of a host: dpkg's or rpm's.
//!
//! A host has one of them; where both are there (Debian with rpm installed, or the other way round), the one that names
//! packages counts, dpkg's first. A live host is asked for `rpm -qa`; in a folder the database itself is read.

use std::collections::BTreeMap;

use super::plan::{Keep, Piece, Reduction, What};
use crate::collect::Reader;
use crate::model::{Command, Day, SourceError};
use crate::parse::keyword::dpkg;
use crate::parse::rpm;

/// Where dpkg keeps its record.
pub(super) const DPKG_STATUS: &str = "/var/lib/dpkg/status";

/// Where rpm keeps its database since RHEL 9, and where newer Fedora does.
const SQLITE: [&str; 2] = [
    "/var/lib/rpm/rpmdb.sqlite",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
];
/// The hash table of RHEL 7 and 8.
const BERKELEY: &str = "/var/lib/rpm/Packages";
/// The database of SUSE.
const NDB: [&str; 2] = [
    "/usr/lib/sysimage/rpm/Packages.db",
    "/var/lib/rpm/Packages.db",
];

/// How large a database of rpm may be: with the lists of files and changes of all packages it is far larger than any
/// configuration.
const MAX_DATABASE: u64 = 512 * 1024 * 1024;

/// What rpm says on a live host.
const QUERY: Command = Command {
    id: "rpm-packages",
    argv: &["/usr/bin/rpm", "-qa", "--qf", rpm::QUERY],
    root: false,
};

/// What serves nearly every type: whether a program is there at all.
const SERVES: &[&str] = &["packages"];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    Piece {
        what: What::File {
            path: DPKG_STATUS,
            keep: Keep::Reduced(Reduction::Dpkg),
        },
        serves: SERVES,
    },
    Piece {
        what: What::Command(&QUERY),
        serves: SERVES,
    },
];

/// Whose record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manager {
    /// Debian, Ubuntu.
    Dpkg,
    /// RHEL, Rocky, Alma, Oracle, Fedora, Amazon, SUSE.
    Rpm,
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    /// Its name without architecture.
    pub(super) name: String,
    /// `epoch:version-release`.
    pub(super) version: String,
    /// The day it was installed, where the record says it.
    pub(super) installed: Option<Day>,
    /// Its line in the record; 0 in a database.
    pub(super) line: u32,
}

/// The record.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Whose it is.
    pub(super) manager: Manager,
    /// Where it stands.
    pub(super) place: String,
    /// By name; of several versions (kernels) the newest.
    pub(super) all: BTreeMap<String, Package>,
    /// All of them, versions of one name in order.
    pub(super) every: Vec<Package>,
}

impl Record {
    fn new(manager: Manager, place: &str, every: Vec<Package>) -> Result<Self, SourceError> {
        // A record without a single package is no record of a host.
        if every.is_empty() {
            return Err(SourceError::Unreadable(
                place.into(),
                "names no installed package".into(),
            ));
        }
        Ok(Self {
            manager,
            place: place.into(),
            all: every.iter().map(|p| (p.name.clone(), p.clone())).collect(),
            every,
        })
    }
}

/// Reads the record of the host.
///
/// # Errors
/// Where none can be read: the one of dpkg says why, or that of rpm where dpkg is not there.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Record, SourceError> {
    let of_dpkg = match reader.lossy(DPKG_STATUS) {
        Ok(text) => Record::new(Manager::Dpkg, DPKG_STATUS, of_status(&text)),
        Err(e) => Err(e),
    };
    let Err(no_dpkg) = of_dpkg else {
        return of_dpkg;
    };
    match of_rpm(reader) {
        Err(no_rpm) if no_rpm.is_missing() => Err(no_dpkg),
        other => other,
    }
}

fn of_status(text: &str) -> Vec<Package> {
    let package = |p: dpkg::Package| Package {
        name: p.name,
        version: p.version,
        installed: None,
        line: p.line,
    };
    dpkg::installed(text).into_iter().map(package).collect()
}

fn of_rpm(reader: &mut Reader<'_>) -> Result<Record, SourceError> {
    match reader.run(&QUERY) {
        Ok(output) if output.status == 0 => {
            let text = String::from_utf8_lossy(&output.stdout);
            return record(&QUERY.shown(), rpm::of_query(&text));
        }
        // A live host without rpm, or one that does not answer, may still show its files.
        Ok(_) | Err(_) => {}
    }
    for path in SQLITE {
        match reader.bytes_up_to(path, MAX_DATABASE) {
            Ok(file) => {
                let log = beside(reader, &format!("{path}-wal"))?;
                if !beside(reader, &format!("{path}-journal"))?.is_empty() {
                    let why = "a change of it was not brought to its end";
                    return Err(SourceError::Unreadable(path.into(), why.into()));
                }
                return record(path, rpm::of_sqlite(file, &log));
            }
            Err(e) if e.is_missing() => {}
            Err(e) => return Err(e),
        }
    }
    for path in NDB {
        if reader.stat(path).is_ok() {
            let why = "a database of rpm in the form of SUSE (ndb), which is not read in files";
            return Err(SourceError::Unreadable(path.into(), why.into()));
        }
    }
    let file = reader.bytes_up_to(BERKELEY, MAX_DATABASE)?;
    record(BERKELEY, rpm::of_berkeley(&file))
}

/// A file that need not be there.
fn beside(reader: &mut Reader<'_>, path: &str) -> Result<Vec<u8>, SourceError> {
    match reader.bytes_up_to(path, MAX_DATABASE) {
        Ok(bytes) => Ok(bytes),
        Err(e) if e.is_missing() => Ok(Vec::new()),
        Err(e) => Err(e),
    }
}

fn record(
    place: &str,
    found: Result<Vec<rpm::Package>, rpm::RpmError>,
) -> Result<Record, SourceError> {
    let mut all = found.map_err(|e| SourceError::Unreadable(place.into(), e.to_string()))?;
    all.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| rpm::newer(a, b)));
    let package = |p: rpm::Package| Package {
        version: p.full(),
        installed: p.installed.and_then(day),
        name: p.name,
        line: 0,
    };
    Record::new(Manager::Rpm, place, all.into_iter().map(package).collect())
}

fn day(seconds: i64) -> Option<Day> {
    jiff::Timestamp::from_second(seconds).ok().map(Day::of)
}
