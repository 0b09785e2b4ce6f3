//! The files of an asset that is a folder: sorted, capped, and what was not looked into is said.

use super::Reader;
use crate::model::{EntryKind, Reason, SourceError};

/// Deepest folder below the asset that is looked into.
const MAX_DEPTH: u32 = 12;
/// The most files of one asset.
const MAX_FILES: usize = 5_000;

/// What was found below a folder.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The wanted files, sorted, relative.
    pub(super) files: Vec<String>,
    /// What was not looked into, and why: an asset with one of these was not seen whole.
    pub(super) faults: Vec<Reason>,
}

/// All files below the reader's folder whose names are wanted.
///
/// # Errors
/// Where the folder itself cannot be listed.
pub(super) fn walk(
    reader: &Reader<'_>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Walk, SourceError> {
    let mut found = Walk::default();
    let mut todo = vec![(String::new(), 0)];
    let mut first = true;
    while let Some((folder, depth)) = todo.pop() {
        let entries = match reader.list(&format!("/{folder}")) {
            Ok(entries) => entries,
            Err(error) if first => return Err(error),
            Err(error) => {
                found.faults.push(Reason::new(
                    error.code(),
                    reader.shown(&format!("/{folder}")),
                ));
                continue;
            }
        };
        first = false;
        for entry in entries {
            let path = if folder.is_empty() {
                entry.name.clone()
            } else {
                format!("{folder}/{}", entry.name)
            };
            let shown = reader.shown(&format!("/{path}"));
            match entry.kind {
                // Named as a file, but a folder.
                EntryKind::Folder if wanted(&entry.name) => {
                    found.faults.push(Reason::new("wrong-kind", shown));
                }
                // A linked folder may lead round: it is named, not entered.
                EntryKind::Folder if entry.link => {
                    found.faults.push(Reason::new("link-folder", shown))
                }
                EntryKind::Folder if depth < MAX_DEPTH => todo.push((path, depth + 1)),
                EntryKind::Folder => found.faults.push(Reason::new("too-deep", shown)),
                EntryKind::File if wanted(&entry.name) && found.files.len() < MAX_FILES => {
                    found.files.push(path)
                }
                EntryKind::File if wanted(&entry.name) => {
                    found.faults.push(Reason::new("too-many", shown));
                    return Ok(found);
                }
                EntryKind::Other if wanted(&entry.name) => {
                    found.faults.push(Reason::new("wrong-kind", shown))
                }
                EntryKind::File | EntryKind::Other => {}
            }
        }
    }
    found.files.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::collect::RootFolder;

    #[test]
    fn what_is_not_looked_into_is_said() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/b/one.sql"), "").unwrap();
        fs::write(dir.path().join("two.txt"), "").unwrap();
        symlink("..", dir.path().join("a/round")).unwrap();
        symlink("nowhere", dir.path().join("a/lost.sql")).unwrap();
        let mut deep = dir.path().join("deep");
        for _ in 0..14 {
            deep.push("d");
        }
        fs::create_dir_all(&deep).unwrap();
        let root = RootFolder::open(dir.path()).unwrap();
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let walk = walk(&Reader::new(&root, "x", now), &|name| {
            name.ends_with(".sql")
        })
        .unwrap();
        assert_eq!(walk.files, ["a/b/one.sql"]);
        let mut codes: Vec<&str> = walk.faults.iter().map(|r| &*r.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["link-folder", "too-deep", "wrong-kind"]);
    }
}
