//! A file that holds what was collected of a host: a bundle, or the raw answer of the script that someone brought.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use thiserror::Error;

use crate::evidence::{Bundle, MAX_ANSWER_BYTES, Problem, is_answer, is_bundle};
use crate::model::Reason;

/// Why it cannot be read.
#[derive(Debug, Error)]
pub enum Unopened {
    /// The file itself.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// What it holds.
    #[error("{0}")]
    Holds(#[from] Problem),
}

impl Unopened {
    /// As a reason for everything that it would have shown.
    pub fn reason(&self, shown: &str) -> Reason {
        let code = match self {
            Self::File(e) if e.kind() == std::io::ErrorKind::NotFound => "missing",
            Self::File(_) => "unreadable",
            Self::Holds(Problem::Foreign(_)) => "not-a-bundle",
            Self::Holds(Problem::Version(_)) => "bundle-version",
            Self::Holds(Problem::TooLarge(_)) => "too-large",
            Self::Holds(Problem::Integrity(_)) => "bundle-integrity",
        };
        Reason::new(code, format!("{shown}: {self}"))
    }
}

/// Opens the file. A raw answer has no day of its own: it is taken for one of `now`.
///
/// # Errors
/// Where it cannot be read, or holds no collection.
pub fn open(path: &Path, now: Timestamp) -> Result<Bundle, Unopened> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(Problem::Foreign("no regular file".into()).into());
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_ANSWER_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_ANSWER_BYTES {
        return Err(Problem::TooLarge(MAX_ANSWER_BYTES).into());
    }
    if is_answer(&bytes) {
        return Ok(Bundle::of_answer(&bytes, now)?);
    }
    if !is_bundle(&bytes) {
        return Err(
            Problem::Foreign("it is neither a bundle nor an answer of the script".into()).into(),
        );
    }
    Ok(Bundle::of_file(&bytes)?)
}
