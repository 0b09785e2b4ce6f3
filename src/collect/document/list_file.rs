//! One list that a company keeps as a CSV file: read under a cap, recorded as evidence, parsed as a table.

use std::path::{Path, PathBuf};

use super::table::{self, Table};
use crate::collect::{ASSUMED, Context, Reader, RootFolder};
use crate::model::{EvidenceItem, Reason, SourceError};
use crate::parse::vietnamese;

/// A file and how people see it.
#[derive(Debug)]
pub(in crate::collect) struct ListFile {
    path: PathBuf,
    pub(in crate::collect) shown: String,
}

impl ListFile {
    pub(in crate::collect) fn new(path: &Path, shown: String) -> Self {
        Self {
            path: path.to_owned(),
            shown,
        }
    }

    /// A file named beside the first of an asset, as people name it: from the same folder on.
    pub(in crate::collect) fn beside(path: &Path, first: &Path, first_shown: &str) -> Self {
        Self::new(path, shown_beside(path, first, first_shown))
    }

    /// The table in it, which has at least the columns `needed` of those `known`; `names` are the needed ones for people.
    ///
    /// # Errors
    /// Where it cannot be read, or has not these columns.
    pub(in crate::collect) fn read(
        &self,
        cx: &Context,
        known: &[&'static str],
        needed: &'static [&'static str],
        names: &'static str,
        evidence: &mut Vec<EvidenceItem>,
    ) -> Result<Table, Reason> {
        let text = self
            .text(cx, evidence)
            .map_err(|e| Reason::new(e.code(), self.shown.clone()))?;
        table::read(&text, known, needed, names)
            .map_err(|e| Reason::new("not-parsed", format!("{}: {e}", self.shown)))
    }

    /// The text of the file, recorded as evidence.
    pub(in crate::collect) fn text(
        &self,
        cx: &Context,
        seen: &mut Vec<EvidenceItem>,
    ) -> Result<String, SourceError> {
        let bytes = self.bytes(cx, seen)?;
        let (text, assumed) = vietnamese::text(&bytes)
            .map_err(|e| SourceError::Unreadable(self.shown.clone(), e.to_string()))?;
        if assumed && let Some(item) = seen.iter_mut().rfind(|e| e.id == self.shown) {
            item.command = Some(ASSUMED.to_owned());
        }
        Ok(text)
    }

    /// The bytes of the file, recorded as evidence.
    pub(in crate::collect) fn bytes(
        &self,
        cx: &Context,
        seen: &mut Vec<EvidenceItem>,
    ) -> Result<Vec<u8>, SourceError> {
        let (folder, name) = super::attestation::folder_and_name(&self.path)?;
        let source = RootFolder::open(&folder)?;
        let mut reader = Reader::new(&source, String::new(), cx.now);
        let bytes = reader.bytes(&name);
        seen.extend(reader.into_evidence().into_iter().map(|item| EvidenceItem {
            id: self.shown.clone(),
            kind: "document".into(),
            source: self.shown.clone(),
            ..item
        }));
        bytes
    }
}

/// The second file as people name it: beside the first, from the same folder on.
fn shown_beside(path: &Path, first: &Path, first_shown: &str) -> String {
    let base = first
        .to_string_lossy()
        .strip_suffix(first_shown)
        .map(str::to_owned);
    let path = path.to_string_lossy();
    base.filter(|base| !base.is_empty())
        .and_then(|base| path.strip_prefix(base.as_str()))
        .map_or_else(|| path.clone().into_owned(), str::to_owned)
}
