//! The files of an asset that is a folder: sorted, capped, and what was not looked into is said.

use std::path::{Path, PathBuf};

use super::{Reader, RootFolder};
use crate::model::{EntryKind, Reason, SourceError};

/// Deepest folder below the asset that is looked into.
const MAX_DEPTH: u32 = 12;
/// The most files of one asset.
const MAX_FILES: usize = 5_000;

/// An asset that is one file or a folder of them, opened.
pub(super) struct Opened {
    /// The folder, or the one that the file stands in.
    pub(super) root: RootFolder,
    /// What stands before the paths below it, as people see them.
    pub(super) base: String,
    /// The file, where the asset is one.
    pub(super) only: Option<String>,
}

impl Opened {
    /// Opens the asset at `path`, which people see as `shown`.
    ///
    /// # Errors
    /// Where its folder is not there or not readable.
    pub(super) fn at(path: &Path, shown: &str) -> Result<Self, SourceError> {
        if path.is_dir() {
            return Ok(Self {
                root: RootFolder::open(path)?,
                base: shown.to_owned(),
                only: None,
            });
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = parent.map_or_else(|| PathBuf::from("."), Path::to_owned);
        let only = path.file_name().and_then(|n| n.to_str()).map(str::to_owned);
        // A file without a folder has nothing before its name.
        let base = only
            .as_deref()
            .and_then(|name| shown.strip_suffix(name))
            .unwrap_or(shown);
        Ok(Self {
            root: RootFolder::open(&folder)?,
            base: base.to_owned(),
            only,
        })
    }

    /// The files of the asset: the one, or all below the folder whose names are wanted.
    ///
    /// # Errors
    /// Where the folder cannot be listed.
    pub(super) fn files(
        &self,
        reader: &Reader<'_>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Walk, SourceError> {
        match &self.only {
            Some(name) => Ok(Walk {
                files: vec![name.clone()],
                faults: Vec::new(),
            }),
            None => walk(reader, wanted),
        }
    }
}

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
fn walk(reader: &Reader<'_>, wanted: &dyn Fn(&str) -> bool) -> Result<Walk, SourceError> {
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
