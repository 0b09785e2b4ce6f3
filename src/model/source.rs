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

    /// The bytes of a regular file as a stream, for files that are too large to be read whole.
    ///
    /// # Errors
    /// As [`Source::read`].
    fn stream(&self, path: &str, cap: u64) -> Result<Box<dyn std::io::Read + Send>, SourceError> {
        Ok(Box::new(std::io::Cursor::new(self.read(path, cap)?)))
    }

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

    /// What a command of the constant list says on the host as it runs. A folder of files is no live host.
    ///
    /// # Errors
    /// Where the host is not live, has no such program, refuses it, or does not answer in time.
    fn run(&self, command: &'static Command) -> Result<Output, SourceError> {
        Err(SourceError::NotLive(command.shown()))
    }
}

/// A read-only command that may be run on a host. All of them stand in constants: none is built from what was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// Its stable name: `sshd-effective`.
    pub id: &'static str,
    /// The absolute path of the program and its arguments.
    pub argv: &'static [&'static str],
    /// Does it say all only to root?
    pub root: bool,
}

impl Command {
    /// The command as it is typed.
    pub fn shown(&self) -> String {
        self.argv.join(" ")
    }
}

/// What a command said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit status.
    pub status: i32,
    /// Its standard output, whole; one over the cap is an error.
    pub stdout: Vec<u8>,
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
    /// The host was not asked as it runs: only its files are here.
    #[error("{0}: only files were looked at, not the running host")]
    NotLive(String),
    /// It was not in the plan of the collection, so nothing is known of it.
    #[error("{0}: not in the collection plan")]
    NotCollected(String),
    /// It may not be run or read without a right that was not given.
    #[error("{0}: refused: {1}")]
    Refused(String, String),
    /// The command ended with this exit status.
    #[error("{0}: ended with exit status {1}")]
    Failed(String, i32),
    /// It did not answer in time.
    #[error("{0}: no answer in time")]
    TimedOut(String),
    /// The answer was cut before it came to this.
    #[error("{0}: the answer ends before it")]
    Lost(String),
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
            Self::NotLive(_) => "not-live",
            Self::NotCollected(_) => "not-collected",
            Self::Refused(..) => "not-permitted",
            Self::Failed(..) => "command-failed",
            Self::TimedOut(_) => "timeout",
            Self::Lost(_) => "connection-lost",
        }
    }
}
