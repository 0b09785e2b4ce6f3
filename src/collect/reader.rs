//! Reads files of a source and keeps the record of what was read: path, size, hash, time.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read;

use jiff::Timestamp;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::MAX_FILE_BYTES;
use crate::model::{Command, Entry, EvidenceItem, Output, Source, SourceError};
use crate::parse::bytes;

/// A source together with the record of what was read from it.
pub struct Reader<'a> {
    source: &'a dyn Source,
    shown: String,
    at: Timestamp,
    evidence: Vec<EvidenceItem>,
    /// What stands in the evidence already.
    read: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    /// Reads from `source`. `shown` stands before each path in places and evidence: empty for a host, whose paths
    /// are its own; the asset's path for configurations, schemas and labels.
    pub fn new(source: &'a dyn Source, shown: impl Into<String>, at: Timestamp) -> Self {
        Self {
            source,
            shown: shown.into(),
            at,
            evidence: Vec::new(),
            read: BTreeSet::new(),
        }
    }

    /// The moment of collecting.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What is read from.
    pub fn source(&self) -> &'a dyn Source {
        self.source
    }

    /// The path as people see it.
    pub fn shown(&self, path: &str) -> String {
        if self.shown.is_empty() {
            path.to_owned()
        } else {
            format!(
                "{}{}",
                self.shown.trim_end_matches('/'),
                path.trim_end_matches('/')
            )
        }
    }

    /// The bytes of a file, recorded as evidence.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn bytes(&mut self, path: &str) -> Result<Vec<u8>, SourceError> {
        self.bytes_up_to(path, MAX_FILE_BYTES)
    }

    /// The bytes of a file that may be larger than others, recorded as evidence.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn bytes_up_to(&mut self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        let bytes = self.source.read(path, cap)?;
        let sha256 = hex_sha256(&bytes);
        self.record(path, sha256, bytes.len());
        Ok(bytes)
    }

    /// The first bytes of a file, for its marks; no evidence of anything.
    ///
    /// # Errors
    /// As [`Source::stream`].
    pub fn streamed_head(&self, path: &str, bytes: u64) -> Result<Vec<u8>, SourceError> {
        let mut head = Vec::new();
        self.source
            .stream(path, u64::MAX)?
            .take(bytes)
            .read_to_end(&mut head)
            .map_err(|e| SourceError::Unreadable(self.shown(path), e.to_string()))?;
        Ok(head)
    }

    /// Reads a file as a stream, at most `cap` bytes of it; what was read to its end is recorded as evidence.
    ///
    /// # Errors
    /// As [`Source::stream`].
    pub fn streamed<T>(
        &mut self,
        path: &str,
        cap: u64,
        read: impl FnOnce(&mut dyn Read) -> T,
    ) -> Result<T, SourceError> {
        let mut hashing = Hashing {
            inner: self.source.stream(path, cap)?,
            hash: Sha256::new(),
            bytes: 0,
        };
        let out = read(&mut hashing);
        let shown = self.shown(path);
        // A file that was not read to its end has no hash that others could compare.
        let ended = matches!(hashing.inner.read(&mut [0]), Ok(0));
        self.evidence.push(EvidenceItem {
            id: shown.clone(),
            kind: "file".into(),
            source: shown,
            command: None,
            sha256: ended.then(|| hex(&hashing.hash.finalize())),
            collected_at: self.at.to_string(),
            bytes: hashing.bytes,
        });
        Ok(out)
    }

    /// Looks at many files at once, each read whole, recorded as evidence in their order.
    pub fn each<T: Send>(
        &mut self,
        paths: &[String],
        look: impl Fn(&str, Result<Vec<u8>, SourceError>) -> T + Sync,
    ) -> Vec<T> {
        let source = self.source;
        let seen: Vec<(Option<(String, usize)>, T)> = paths
            .par_iter()
            .map(|path| {
                let read = source.read(path, MAX_FILE_BYTES);
                let record = read.as_ref().ok().map(|b| (hex_sha256(b), b.len()));
                (record, look(path, read))
            })
            .collect();
        let mut out = Vec::with_capacity(seen.len());
        for (path, (record, value)) in paths.iter().zip(seen) {
            if let Some((sha256, length)) = record {
                self.record(path, sha256, length);
            }
            out.push(value);
        }
        out
    }

    fn record(&mut self, path: &str, sha256: String, length: usize) {
        let shown = self.shown(path);
        if !self.read.insert(shown.clone()) {
            return;
        }
        self.evidence.push(EvidenceItem {
            id: shown.clone(),
            kind: "file".into(),
            source: shown,
            command: None,
            sha256: Some(sha256),
            collected_at: self.at.to_string(),
            bytes: length as u64,
        });
    }

    /// Says of a file in the evidence that it was taken for Windows-1258, which nothing in it says.
    pub fn note_encoding(&mut self, path: &str) {
        let shown = self.shown(path);
        let found = self.evidence.iter_mut().find(|e| e.id == shown);
        if let Some(item) = found {
            item.command = Some(ASSUMED.to_owned());
        }
    }

    /// What a command says on the live host, recorded as evidence.
    ///
    /// # Errors
    /// As [`Source::run`].
    pub fn run(&mut self, command: &'static Command) -> Result<Output, SourceError> {
        let output = self.source.run(command)?;
        let shown = command.shown();
        if self.read.insert(shown.clone()) {
            self.evidence.push(EvidenceItem {
                id: shown.clone(),
                kind: "command".into(),
                source: shown.clone(),
                command: Some(shown),
                sha256: Some(hex_sha256(&output.stdout)),
                collected_at: self.at.to_string(),
                bytes: output.stdout.len() as u64,
            });
        }
        Ok(output)
    }

    /// The text of a file that must be UTF-8 or UTF-16.
    ///
    /// # Errors
    /// As [`Source::read`]; a file that is no text is of the wrong kind.
    pub fn text(&mut self, path: &str) -> Result<String, SourceError> {
        let bytes = self.bytes(path)?;
        bytes::text(&bytes).map_err(|e| SourceError::Unreadable(self.shown(path), e.to_string()))
    }

    /// The text of a file in which bytes that are no UTF-8 do no harm.
    ///
    /// # Errors
    /// As [`Source::read`]; a binary file is not readable.
    pub fn lossy(&mut self, path: &str) -> Result<String, SourceError> {
        let bytes = self.bytes(path)?;
        bytes::lossy(&bytes).map_err(|e| SourceError::Unreadable(self.shown(path), e.to_string()))
    }

    /// The entries of a folder.
    ///
    /// # Errors
    /// As [`Source::list`].
    pub fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        self.source.list(path)
    }

    /// What stands at a path.
    ///
    /// # Errors
    /// As [`Source::stat`].
    pub fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        self.source.stat(path)
    }

    /// What was read.
    pub fn into_evidence(self) -> Vec<EvidenceItem> {
        self.evidence
    }
}

/// What evidence says of a file whose encoding was assumed.
pub const ASSUMED: &str = "decode windows-1258 (assumed)";

/// A stream that is hashed while it is read.
struct Hashing {
    inner: Box<dyn Read + Send>,
    hash: Sha256,
    bytes: u64,
}

impl Read for Hashing {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(into)?;
        self.hash.update(into.get(..n).unwrap_or_default());
        self.bytes += n as u64;
        Ok(n)
    }
}

/// SHA-256 as lower-case hex.
pub fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
