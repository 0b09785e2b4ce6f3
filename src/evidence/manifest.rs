//! What `manifest.json` and `index.json` of a bundle say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::bundle::{Bundle, Fault, HostFacts};
use crate::model::{Entry, EntryKind};

/// The format of a bundle.
pub(super) const SCHEMA: &str = "capdo/bundle/1";

/// `manifest.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) schema: String,
    pub(super) tool: String,
    /// The id of the script that answered; none where a folder was read.
    pub(super) script: Option<String>,
    pub(super) host: HostFacts,
    pub(super) collected_at: Timestamp,
    pub(super) live: bool,
    pub(super) complete: bool,
    pub(super) asked: Vec<Asked>,
    pub(super) index: Sum,
    pub(super) pieces: Vec<Row>,
    /// What was asked and not given, with the reason; for people.
    pub(super) refused: Vec<Refusal>,
}

/// Size and hash of a part of the bundle.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// One content: a file, or what a command said.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Row {
    /// The path or the command.
    pub(super) what: String,
    /// The exit status of a command; none for a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) exit: Option<i32>,
    #[serde(flatten)]
    pub(super) sum: Sum,
}

/// What was not given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    pub(super) what: String,
    pub(super) why: Fault,
}

/// `index.json`: what stands where, and why something is not told.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    stats: BTreeMap<String, Result<Stand, Fault>>,
    folders: BTreeMap<String, Result<Vec<Stand>, Fault>>,
    files: BTreeMap<String, Fault>,
    commands: BTreeMap<String, Fault>,
}

/// An entry: name, kind, mode, uid, gid, size, is it a link.
#[derive(Debug, Serialize, Deserialize)]
struct Stand(String, char, u32, u32, u32, u64, bool);

impl From<&Entry> for Stand {
    fn from(e: &Entry) -> Self {
        let kind = match e.kind {
            EntryKind::File => 'f',
            EntryKind::Folder => 'd',
            EntryKind::Other => 'o',
        };
        Self(e.name.clone(), kind, e.mode, e.uid, e.gid, e.size, e.link)
    }
}

impl From<Stand> for Entry {
    fn from(Stand(name, kind, mode, uid, gid, size, link): Stand) -> Self {
        let kind = match kind {
            'f' => EntryKind::File,
            'd' => EntryKind::Folder,
            _ => EntryKind::Other,
        };
        Self {
            name,
            kind,
            mode,
            uid,
            gid,
            size,
            link,
        }
    }
}

impl Index {
    pub(super) fn of(bundle: &Bundle) -> Self {
        let fault = |fault: &Fault| fault.clone();
        let stand = |found: &Result<Entry, Fault>| found.as_ref().map(Stand::from).map_err(fault);
        let stands = |found: &Result<Vec<Entry>, Fault>| {
            let found = found.as_ref().map_err(fault)?;
            Ok(found.iter().map(Stand::from).collect())
        };
        let stats = bundle.stats.iter();
        let folders = bundle.folders.iter();
        let files = bundle.files.iter();
        let commands = bundle.commands.iter();
        Self {
            stats: stats.map(|(p, f)| (p.clone(), stand(f))).collect(),
            folders: folders.map(|(p, f)| (p.clone(), stands(f))).collect(),
            files: files
                .filter_map(|(p, f)| Some((p.clone(), f.as_ref().err()?.clone())))
                .collect(),
            commands: commands
                .filter_map(|(p, f)| Some((p.clone(), f.as_ref().err()?.clone())))
                .collect(),
        }
    }

    pub(super) fn put_into(self, bundle: &mut Bundle) {
        let entries = |all: Vec<Stand>| all.into_iter().map(Entry::from).collect();
        for (path, found) in self.stats {
            bundle.put_stat(&path, found.map(Entry::from));
        }
        for (path, found) in self.folders {
            bundle.put_folder(&path, found.map(entries));
        }
        for (path, fault) in self.files {
            bundle.put_file(&path, Err(fault));
        }
        for (shown, fault) in self.commands {
            bundle.put_command(&shown, Err(fault));
        }
    }
}
