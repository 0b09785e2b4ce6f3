//! [`Source`]: how a collector reads a host, whether it is a folder, a live machine or a bundle.

use thiserror::Error;

/// Something with files, read-only. Paths are absolute inside the source (`/etc/ssh/sshd_config`) and links
/// resolve inside it.
pub trait Source: Send + Sync {
    /// The bytes of a regular file, at most `cap` of them; a larger file is an error, never cut short.
    ///
    /// # Errors
    /// Where it is not there, no regular file, not readable, too large, or a link that leads nowhere or round.
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError>;

    /// The entries of a folder, sorted by name.
    ///
    /// # Errors
    /// Where it is not there, no folder, or not readable.
    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError>;

    /// What stands at this path, links followed.
    ///
    /// # Errors
    /// Where it is not there or may not be asked.
    fn stat(&self, path: &str) -> Result<Entry, SourceError>;
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name without its folder.
    pub name: String,
    /// What it is, links followed.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: u32,
    /// Owner's number.
    pub uid: u32,
    /// Group's number.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// Is the entry itself a symbolic link?
    pub link: bool,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Something else, or a link that leads nowhere.
    Other,
}

/// Why a source could not give something.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SourceError {
    /// Proven: it is not there.
    #[error("{0}: not there")]
    Missing(String),
    /// It is there, and may not be read.
    #[error("{0}: not readable: {1}")]
    Unreadable(String, String),
    /// It is no regular file, or no folder.
    #[error("{0}: {1}")]
    WrongKind(String, &'static str),
    /// It is larger than we read.
    #[error("{0}: larger than {1} bytes")]
    TooLarge(String, u64),
    /// Links lead round, or out.
    #[error("{0}: symbolic links lead round or nowhere")]
    Links(String),
}

impl SourceError {
    /// Proven absent?
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    /// The stable code for facts and reasons.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Unreadable(..) => "unreadable",
            Self::WrongKind(..) => "wrong-kind",
            Self::TooLarge(..) => "too-large",
            Self::Links(_) => "link-loop",
        }
    }
}
