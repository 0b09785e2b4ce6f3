//! Opens our users' files: capped, regular files only; and says where a written path stands.
//!
//! A relative path may not climb out of the folder of the file that names it, neither by `..` nor by a link.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use crate::parse::diagnostic::{Diagnostic, Diagnostics};
use crate::parse::yaml::{Document, MAX_BYTES};

/// The folder to which the paths in a file are relative.
#[derive(Debug, Clone)]
pub(super) struct Base {
    folder: PathBuf,
    shown: String,
}

/// What is wrong with a written path, or with the file it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathProblem {
    pub(super) message: String,
    pub(super) help: String,
}

impl PathProblem {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }
}

impl Base {
    /// The folder of this file.
    pub(super) fn of(file: &Path, shown: &str) -> Self {
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
        let shown = match shown.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/"),
            None => String::new(),
        };
        Self {
            folder: folder.map_or_else(|| PathBuf::from("."), Path::to_owned),
            shown,
        }
    }

    /// A written path as people see it from where the program was called.
    pub(super) fn shown(&self, written: &str) -> String {
        if Path::new(written).is_absolute() {
            written.to_owned()
        } else {
            format!("{}{written}", self.shown)
        }
    }

    /// Where a written path stands. It need not exist.
    pub(super) fn resolve(&self, written: &str) -> Result<PathBuf, PathProblem> {
        if written.trim().is_empty() || written.contains('\0') {
            return Err(PathProblem::new(
                "this is no path",
                "write a file or folder, relative to this file",
            ));
        }
        let path = Path::new(written);
        if path.is_absolute() {
            return Ok(path.to_owned());
        }
        if climbs(path) {
            return Err(PathProblem::new(
                format!("`{written}` climbs out of the folder of this file"),
                OUTSIDE,
            ));
        }
        let joined = self.folder.join(path);
        self.check_links(&joined, written)?;
        Ok(joined)
    }

    /// Follows the links of what exists of a path.
    fn check_links(&self, joined: &Path, written: &str) -> Result<(), PathProblem> {
        let Ok(home) = fs::canonicalize(&self.folder) else {
            return Ok(());
        };
        for part in joined.ancestors() {
            match fs::canonicalize(part) {
                Ok(real) if real.starts_with(&home) => return Ok(()),
                Ok(_) => {
                    return Err(PathProblem::new(
                        format!("`{written}` leads out of the folder of this file by a link"),
                        OUTSIDE,
                    ));
                }
                Err(e) if is_loop(&e) => {
                    return Err(PathProblem::new(
                        format!("the links of `{written}` lead round"),
                        "replace the link by what it should lead to",
                    ));
                }
                // A link that leads to nothing may lead out once something is put there.
                Err(_) if fs::symlink_metadata(part).is_ok_and(|m| m.is_symlink()) => {
                    return Err(PathProblem::new(
                        format!("`{written}` is a link that leads nowhere"),
                        "replace the link by what it should lead to",
                    ));
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Contents that files are about to get: they are checked as if they stood there already.
#[derive(Debug, Clone, Default)]
pub struct Overlay(Vec<(PathBuf, Vec<u8>)>);

impl Overlay {
    /// One more file.
    pub fn put(&mut self, path: &Path, bytes: Vec<u8>) {
        self.0.push((whole(path), bytes));
    }

    /// The content that a file is about to get.
    pub(super) fn get(&self, path: &Path) -> Option<&[u8]> {
        if self.0.is_empty() {
            return None;
        }
        let path = whole(path);
        let found = self.0.iter().find(|(p, _)| *p == path);
        found.map(|(_, bytes)| bytes.as_slice())
    }
}

/// A path without links and detours, as far as it exists.
fn whole(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    let parent = fs::canonicalize(parent.unwrap_or(Path::new(".")));
    match (parent, path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

/// Reads a YAML file of our users, or what it is about to become.
pub(super) fn read_yaml_over(
    path: &Path,
    shown: &str,
    over: &Overlay,
) -> Result<Document, Diagnostics> {
    match over.get(path) {
        Some(bytes) => Document::parse(shown, bytes),
        None => read_yaml(path, shown),
    }
}

/// Reads a YAML file of our users.
pub(super) fn read_yaml(path: &Path, shown: &str) -> Result<Document, Diagnostics> {
    let bytes = read_capped(path, MAX_BYTES as u64).map_err(|problem| {
        Diagnostics(vec![Diagnostic::of_file(
            shown,
            problem.message,
            problem.help,
        )])
    })?;
    Document::parse(shown, &bytes)
}

/// The bytes of a regular file that is not too large.
pub(super) fn read_capped(path: &Path, cap: u64) -> Result<Vec<u8>, PathProblem> {
    let meta = fs::metadata(path).map_err(|e| io_problem(&e))?;
    if meta.is_dir() {
        return Err(PathProblem::new(
            "this is a folder, not a file",
            "name the file inside it, for instance capdo.yaml",
        ));
    }
    if !meta.is_file() {
        return Err(PathProblem::new(
            "this is no regular file",
            "name a file, not a pipe or device",
        ));
    }
    let too_large = |bytes: u64| {
        PathProblem::new(
            format!("too large: {bytes} bytes, at most {cap} are read"),
            "is this the right file?",
        )
    };
    if meta.len() > cap {
        return Err(too_large(meta.len()));
    }
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(O_NONBLOCK)
        .open(path)
        .map_err(|e| io_problem(&e))?;
    let mut bytes = Vec::new();
    file.take(cap + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| io_problem(&e))?;
    if bytes.len() as u64 > cap {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// Is this a regular file that may be read?
pub(super) fn check_readable(path: &Path) -> Result<(), PathProblem> {
    let meta = fs::metadata(path).map_err(|e| io_problem(&e))?;
    if !meta.is_file() {
        return Err(PathProblem::new(
            "this is no file",
            "name the file, not its folder",
        ));
    }
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(O_NONBLOCK)
        .open(path)
        .map(drop)
        .map_err(|e| io_problem(&e))
}

fn io_problem(error: &io::Error) -> PathProblem {
    let missing = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
    if missing.contains(&error.kind()) {
        PathProblem::new(
            "there is no such file",
            "check the name; relative paths are relative to the file that names them",
        )
    } else if is_loop(error) {
        PathProblem::new(
            "its links lead round",
            "replace the link by what it should lead to",
        )
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        PathProblem::new(
            "it may not be read",
            "give the user who runs capdo the right to read it",
        )
    } else {
        PathProblem::new(
            format!("it could not be read: {error}"),
            "check the file and its disk",
        )
    }
}

/// ELOOP of Linux: `ErrorKind::FilesystemLoop` is not stable yet.
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(40)
}

/// Does the path leave the folder it begins in, at any step?
fn climbs(path: &Path) -> bool {
    let mut depth = 0_i64;
    path.components().any(|part| {
        match part {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
        depth < 0
    })
}

const OUTSIDE: &str =
    "keep what belongs together in one folder, or write the absolute path if you mean it";

/// On Linux: opening a pipe does not hang.
const O_NONBLOCK: i32 = 0o4_000;
