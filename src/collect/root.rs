//! A folder that is the root of a file system: paths and links resolve inside it, never out of it.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::model::{Entry, EntryKind, Source, SourceError};

/// How many links one path may lead through, as on Linux.
const MAX_LINKS: usize = 40;

/// `O_NOFOLLOW | O_NONBLOCK` on Linux: a link put there meanwhile is not followed, a pipe does not hang.
const OPEN_FLAGS: i32 = 0o400_000 | 0o4_000;

/// A folder seen as the root of a host.
#[derive(Debug, Clone)]
pub struct RootFolder {
    root: PathBuf,
}

impl RootFolder {
    /// The folder at `root`.
    ///
    /// # Errors
    /// Where it is not there, no folder or not readable.
    pub fn open(root: &Path) -> Result<Self, SourceError> {
        let name = root.display().to_string();
        match fs::metadata(root) {
            Ok(meta) if meta.is_dir() => {
                fs::read_dir(root).map_err(|e| io(&name, &e))?;
                Ok(Self {
                    root: root.to_owned(),
                })
            }
            Ok(_) => Err(SourceError::WrongKind(name, "no folder")),
            Err(e) => Err(io(&name, &e)),
        }
    }

    /// Where `path` really stands, each link resolved as if the folder were `/`.
    fn resolve(&self, path: &str) -> Result<PathBuf, SourceError> {
        let mut todo: Vec<String> = parts(path).rev().map(str::to_owned).collect();
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = todo.pop() {
            if part == ".." {
                done.pop();
                continue;
            }
            let real = self.root.join(done.join("/")).join(&part);
            let meta = fs::symlink_metadata(&real).map_err(|e| io(path, &e))?;
            if !meta.file_type().is_symlink() {
                if !meta.is_dir() && !todo.is_empty() {
                    return Err(SourceError::Missing(path.to_owned()));
                }
                done.push(part);
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(SourceError::Links(path.to_owned()));
            }
            let target = fs::read_link(&real).map_err(|e| io(path, &e))?;
            let Some(target) = target.to_str() else {
                return Err(SourceError::Links(path.to_owned()));
            };
            if target.starts_with('/') {
                done.clear();
            }
            todo.extend(parts(target).rev().map(str::to_owned));
        }
        Ok(self.root.join(done.join("/")))
    }

    /// A regular file of at most `cap` bytes, opened.
    fn regular(&self, path: &str, cap: u64) -> Result<fs::File, SourceError> {
        let real = self.resolve(path)?;
        let meta = fs::symlink_metadata(&real).map_err(|e| io(path, &e))?;
        if meta.is_dir() {
            return Err(SourceError::WrongKind(
                path.to_owned(),
                "a folder, not a file",
            ));
        }
        if !meta.is_file() {
            return Err(SourceError::WrongKind(path.to_owned(), "no regular file"));
        }
        if meta.len() > cap {
            return Err(SourceError::TooLarge(path.to_owned(), cap));
        }
        fs::OpenOptions::new()
            .read(true)
            .custom_flags(OPEN_FLAGS)
            .open(&real)
            .map_err(|e| io(path, &e))
    }

    fn entry(name: &str, meta: &fs::Metadata) -> Entry {
        let kind = if meta.is_file() {
            EntryKind::File
        } else if meta.is_dir() {
            EntryKind::Folder
        } else {
            EntryKind::Other
        };
        Entry {
            name: name.to_owned(),
            kind,
            mode: meta.mode() & 0o7777,
            uid: meta.uid(),
            gid: meta.gid(),
            size: meta.len(),
            link: false,
        }
    }
}

impl Source for RootFolder {
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        let file = self.regular(path, cap)?;
        let mut bytes = Vec::new();
        file.take(cap + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| io(path, &e))?;
        if bytes.len() as u64 > cap {
            return Err(SourceError::TooLarge(path.to_owned(), cap));
        }
        Ok(bytes)
    }

    fn stream(&self, path: &str, cap: u64) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(self.regular(path, cap)?.take(cap)))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        let real = self.resolve(path)?;
        let meta = fs::symlink_metadata(&real).map_err(|e| io(path, &e))?;
        if !meta.is_dir() {
            return Err(SourceError::WrongKind(
                path.to_owned(),
                "a file, not a folder",
            ));
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(&real).map_err(|e| io(path, &e))? {
            let entry = entry.map_err(|e| io(path, &e))?;
            // A name that is no UTF-8 cannot be asked for again: it is shown with the replacement sign.
            let name = entry.file_name().to_string_lossy().into_owned();
            let meta = match entry.metadata().map_err(|e| io(path, &e)) {
                Ok(meta) => meta,
                // Gone meanwhile.
                Err(e) if e.is_missing() => continue,
                Err(e) => return Err(e),
            };
            let link = meta.file_type().is_symlink();
            // Only a link has to be looked up anew.
            let mut found = Self::entry(&name, &meta);
            if link {
                let inside = format!("{}/{name}", path.trim_end_matches('/'));
                found = self.stat(&inside).unwrap_or(Entry {
                    name,
                    kind: EntryKind::Other,
                    mode: 0,
                    uid: 0,
                    gid: 0,
                    size: 0,
                    link,
                });
                found.link = link;
            }
            entries.push(found);
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        let real = self.resolve(path)?;
        let meta = fs::symlink_metadata(&real).map_err(|e| io(path, &e))?;
        Ok(Self::entry(parts(path).next_back().unwrap_or("/"), &meta))
    }
}

fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/')
        .filter(|part| !part.is_empty() && *part != ".")
}

fn io(path: &str, error: &std::io::Error) -> SourceError {
    // ELOOP of Linux: `ErrorKind::FilesystemLoop` is not stable yet.
    const ELOOP: i32 = 40;
    let missing = [
        std::io::ErrorKind::NotFound,
        std::io::ErrorKind::NotADirectory,
    ];
    if missing.contains(&error.kind()) {
        SourceError::Missing(path.to_owned())
    } else if error.raw_os_error() == Some(ELOOP) {
        SourceError::Links(path.to_owned())
    } else {
        SourceError::Unreadable(path.to_owned(), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_stay_inside() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("etc/ssh")).unwrap();
        fs::write(root.join("etc/ssh/sshd_config"), "Port 22\n").unwrap();
        symlink("/etc/ssh/sshd_config", root.join("etc/absolute")).unwrap();
        symlink("../../../../etc/ssh/sshd_config", root.join("etc/climbs")).unwrap();
        symlink("round", root.join("etc/round")).unwrap();
        let source = RootFolder::open(root).unwrap();
        assert_eq!(source.read("/etc/absolute", 100).unwrap(), b"Port 22\n");
        assert_eq!(source.read("/etc/climbs", 100).unwrap(), b"Port 22\n");
        assert!(matches!(
            source.read("/etc/round", 100),
            Err(SourceError::Links(_))
        ));
        assert!(matches!(
            source.read("/etc/ssh", 100),
            Err(SourceError::WrongKind(..))
        ));
        assert!(matches!(
            source.read("/etc/ssh/sshd_config", 3),
            Err(SourceError::TooLarge(..))
        ));
        assert!(source.read("/etc/none", 100).unwrap_err().is_missing());
        assert_eq!(source.list("/etc").unwrap().len(), 4);
    }
}
