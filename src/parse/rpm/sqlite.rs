//! `rpmdb.sqlite`, read in memory: nothing is locked, made or changed beside the file.

use rusqlite::Connection;

use super::{Package, RpmError, header, wal};

/// Where the header of an SQLite file says which versions write and read it: 2 for a write-ahead log, 1 without.
const VERSIONS: std::ops::Range<usize> = 18..20;

/// The packages of a database and of the write-ahead log beside it, which may hold what is not in the file yet.
///
/// # Errors
/// Where it is no such database, or one of its headers cannot be read.
pub fn packages(mut file: Vec<u8>, log: &[u8]) -> Result<Vec<Package>, RpmError> {
    if !file.starts_with(b"SQLite format 3\0") {
        return Err(RpmError::Kind("no SQLite file".into()));
    }
    wal::apply(&mut file, log)?;
    // A database in memory has no log beside it.
    if let Some(versions) = file.get_mut(VERSIONS) {
        versions.fill(1);
    }
    let mut db = Connection::open_in_memory().map_err(damaged)?;
    let size = file.len();
    db.deserialize_read_exact("main", file.as_slice(), size, true)
        .map_err(damaged)?;
    let mut query = db
        .prepare("SELECT blob FROM Packages ORDER BY hnum")
        .map_err(damaged)?;
    let mut rows = query.query([]).map_err(damaged)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(damaged)? {
        let blob = row.get_ref(0).map_err(damaged)?;
        let blob = blob
            .as_blob()
            .map_err(|e| RpmError::Damaged(e.to_string()))?;
        let package = header::package(blob)?;
        if !package.is_key() {
            all.push(package);
        }
    }
    Ok(all)
}

fn damaged(error: rusqlite::Error) -> RpmError {
    RpmError::Damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROCKY: &[u8] =
        include_bytes!("../../../tests/roots/bases/rocky9/var/lib/rpm/rpmdb.sqlite");

    #[test]
    fn a_real_database_is_read() {
        let all = packages(ROCKY.to_vec(), &[]).unwrap();
        let sshd = all.iter().find(|p| p.name == "openssh-server").unwrap();
        assert_eq!(sshd.full(), "8.7p1-38.el9_4.4");
        assert_eq!(sshd.arch, "x86_64");
        assert!(sshd.installed.is_some() && sshd.built.is_some());
        assert!(sshd.vendor.as_deref().unwrap().contains("Rocky"));
    }

    #[test]
    fn a_database_that_is_cut_or_another_one_is_an_error() {
        assert!(packages(ROCKY[..ROCKY.len() / 2].to_vec(), &[]).is_err());
        assert!(packages(ROCKY[..100].to_vec(), &[]).is_err());
        assert!(packages(b"nothing".to_vec(), &[]).is_err());
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE x (y)").unwrap();
        let other = db.serialize("main").unwrap().to_vec();
        assert!(packages(other, &[]).is_err());
    }

    #[test]
    fn what_stands_only_in_the_log_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rpmdb.sqlite");
        std::fs::write(&path, ROCKY).unwrap();
        let db = Connection::open(&path).unwrap();
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; DELETE FROM Packages WHERE hnum > 3;",
        )
        .unwrap();
        let file = std::fs::read(&path).unwrap();
        let log = std::fs::read(dir.path().join("rpmdb.sqlite-wal")).unwrap();
        assert!(packages(file.clone(), &[]).unwrap().len() > 3);
        assert_eq!(packages(file.clone(), &log).unwrap().len(), 3);
        // A frame that was not written to its end does not count: neither does its transaction.
        let cut = &log[..log.len() - 10];
        assert!(packages(file, cut).unwrap().len() > 3);
    }
}
