//! A collection in memory: what was asked, what was found, what was refused and why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::asked::{Asked, clean};
use crate::model::{Entry, EntryKind, Output, SourceError};

/// What the system says where a right is missing: the same words as for a folder that is read directly.
const DENIED: &str = "Permission denied (os error 13)";

/// Why a file is no collection.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Neither a framed answer nor a bundle.
    #[error("no collection of capdo: {0}")]
    Foreign(String),
    /// Written by a version that this one does not know.
    #[error("its format is `{0}`, which this version does not know")]
    Version(String),
    /// More than is unpacked.
    #[error("larger than {0} bytes unpacked")]
    TooLarge(u64),
    /// It is a bundle, and not what was written: integrity failed.
    #[error("integrity: {0}")]
    Integrity(String),
}

/// Why something was not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Proven: it is not there.
    Missing,
    /// It is there, and may not be read.
    Unreadable(String),
    /// It is no regular file, or no folder.
    WrongKind,
    /// It is larger than is read.
    TooLarge(u64),
    /// Links lead round.
    Links,
    /// It may not be run or read without a right that was not given.
    Refused(String),
    /// It did not answer in time.
    TimedOut,
    /// The answer ends before it.
    Lost,
}

impl Fault {
    /// It may not be read.
    pub fn denied() -> Self {
        Self::Unreadable(DENIED.into())
    }

    /// As an error on `path`.
    pub(super) fn on(&self, path: &str) -> SourceError {
        let path = path.to_owned();
        match self {
            Self::Missing => SourceError::Missing(path),
            Self::Unreadable(why) => SourceError::Unreadable(path, why.clone()),
            Self::WrongKind => SourceError::WrongKind(path, "no regular file"),
            Self::TooLarge(cap) => SourceError::TooLarge(path, *cap),
            Self::Links => SourceError::Links(path),
            Self::Refused(why) => SourceError::Refused(path, why.clone()),
            Self::TimedOut => SourceError::TimedOut(path),
            Self::Lost => SourceError::Lost(path),
        }
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Missing(_) => Self::Missing,
            SourceError::Unreadable(_, why) => Self::Unreadable(why),
            SourceError::WrongKind(..) => Self::WrongKind,
            SourceError::TooLarge(_, cap) => Self::TooLarge(cap),
            SourceError::Links(_) => Self::Links,
            SourceError::Refused(_, why) => Self::Refused(why),
            SourceError::TimedOut(_) => Self::TimedOut,
            SourceError::Failed(what, status) => {
                Self::Refused(format!("{what}: exit status {status}"))
            }
            SourceError::NotLive(_) | SourceError::NotCollected(_) | SourceError::Lost(_) => {
                Self::Lost
            }
        }
    }
}

/// What the host says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFacts {
    /// Its name.
    pub name: Option<String>,
    /// Its kernel, as `uname -sr` says.
    pub kernel: Option<String>,
    /// Its clock in seconds since 1970; evidence, never the day of judging.
    pub clock: Option<i64>,
    /// The number of the account that the script ran as.
    pub uid: Option<u32>,
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The moment of collecting, by the auditor's clock.
    pub collected_at: Timestamp,
    /// The id of the script that answered; none where a folder was read.
    pub script: Option<String>,
    /// What the host says of itself.
    pub host: HostFacts,
    /// Did the host run? A folder of files does not.
    pub live: bool,
    /// Is it whole, not cut?
    pub complete: bool,
    pub(super) asked: Vec<Asked>,
    pub(super) stats: BTreeMap<String, Result<Entry, Fault>>,
    pub(super) folders: BTreeMap<String, Result<Vec<Entry>, Fault>>,
    pub(super) files: BTreeMap<String, Result<Vec<u8>, Fault>>,
    pub(super) commands: BTreeMap<String, Result<Output, Fault>>,
}

impl Bundle {
    /// An empty collection of these pieces.
    pub fn new(collected_at: Timestamp, live: bool, asked: Vec<Asked>) -> Self {
        Self {
            collected_at,
            script: None,
            host: HostFacts::default(),
            live,
            complete: false,
            asked,
            stats: BTreeMap::new(),
            folders: BTreeMap::new(),
            files: BTreeMap::new(),
            commands: BTreeMap::new(),
        }
    }

    /// The pieces that were asked.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// The piece was answered to its end.
    pub fn finish(&mut self, piece: usize) {
        if let Some(asked) = self.asked.get_mut(piece) {
            asked.done = true;
        }
        self.complete = self.asked.iter().all(|a| a.done);
    }

    /// Keeps what stands at a path; the first answer counts.
    pub fn put_stat(&mut self, path: &str, found: Result<Entry, Fault>) {
        self.stats.entry(clean(path)).or_insert(found);
    }

    /// Keeps the entries of a folder.
    pub fn put_folder(&mut self, path: &str, found: Result<Vec<Entry>, Fault>) {
        let found = found.map(|mut entries| {
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            entries.dedup_by(|a, b| a.name == b.name);
            entries
        });
        self.folders.entry(clean(path)).or_insert(found);
    }

    /// Keeps the content of a file. Where two pieces name different lines of it, all of them are kept.
    pub fn put_file(&mut self, path: &str, found: Result<Vec<u8>, Fault>) {
        let merged = match (self.files.remove(&clean(path)), found) {
            (Some(Ok(old)), Ok(new)) => together(&old, &new)
                .ok_or_else(|| Fault::Unreadable("changed while it was collected".into())),
            (Some(old), _) => old,
            (None, new) => new,
        };
        self.files.insert(clean(path), merged);
    }

    /// Keeps what a command said.
    pub fn put_command(&mut self, shown: &str, found: Result<Output, Fault>) {
        self.commands.entry(shown.to_owned()).or_insert(found);
    }

    /// What was asked and not given, with the reason: for the manifest and for people.
    pub fn faults(&self) -> Vec<(String, Fault)> {
        let of = |path: &String, fault: &Fault| (path.clone(), fault.clone());
        let refused = |fault: &&Fault| **fault != Fault::Missing;
        let mut all: Vec<(String, Fault)> = Vec::new();
        let stats = self.stats.iter().map(|(p, r)| (p, r.as_ref().err()));
        let folders = self.folders.iter().map(|(p, r)| (p, r.as_ref().err()));
        let files = self.files.iter().map(|(p, r)| (p, r.as_ref().err()));
        let commands = self.commands.iter().map(|(p, r)| (p, r.as_ref().err()));
        for (path, fault) in stats.chain(folders).chain(files) {
            all.extend(fault.filter(refused).map(|f| of(path, f)));
        }
        // A program that is not there is worth knowing, too.
        all.extend(commands.filter_map(|(shown, fault)| fault.map(|f| of(shown, f))));
        let cut = self.asked.iter().filter(|a| !a.done);
        all.extend(cut.map(|a| (a.what.clone(), Fault::Lost)));
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup();
        all
    }

    /// Does any piece of this kind name the path?
    pub(super) fn named(&self, names: impl Fn(&Asked) -> bool) -> Vec<&Asked> {
        self.asked.iter().filter(|a| names(a)).collect()
    }
}

/// Both contents of one file line by line: of a line that one of them leaves out, the other's counts.
fn together(old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    if old == new {
        return Some(old.to_vec());
    }
    let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = (
        old.split(|b| *b == b'\n').collect(),
        new.split(|b| *b == b'\n').collect(),
    );
    if old.len() != new.len() {
        return None;
    }
    let lines: Vec<&[u8]> = old
        .into_iter()
        .zip(new)
        .map(|(a, b)| if b.len() > a.len() { b } else { a })
        .collect();
    Some(lines.join(&b'\n'))
}

/// An entry without a name of its own is named by its path.
pub(super) fn entry(path: &str, kind: EntryKind) -> Entry {
    Entry {
        name: path.rsplit('/').next().unwrap_or_default().to_owned(),
        kind,
        mode: 0,
        uid: 0,
        gid: 0,
        size: 0,
        link: false,
    }
}
