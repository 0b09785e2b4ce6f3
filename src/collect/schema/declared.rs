//! What the company declares counts only with its paper.

use std::fs;

use crate::collect::{MAX_FILE_BYTES, hex_sha256};
use crate::model::Declared;

/// The declarations whose paper is there and is the one that was named; of the others, what is wrong.
pub(super) fn check(declared: &[Declared]) -> (Vec<Declared>, Vec<String>) {
    let mut proven = Vec::new();
    let mut unproven = Vec::new();
    for one in declared {
        let paper = &one.evidence;
        let small =
            fs::metadata(&paper.path).is_ok_and(|m| m.is_file() && m.len() <= MAX_FILE_BYTES);
        // A pipe is never opened: it would be waited for.
        let bytes = small.then(|| fs::read(&paper.path).ok()).flatten();
        match bytes {
            Some(bytes) if is_it(&bytes, &paper.sha256) => proven.push(one.clone()),
            Some(_) => unproven.push(format!("{}: another hash, or empty", paper.written)),
            None => unproven.push(format!("{}: not readable", paper.written)),
        }
    }
    (proven, unproven)
}

/// The document that was named; an empty file is none.
fn is_it(bytes: &[u8], sha256: &str) -> bool {
    hex_sha256(bytes) == sha256 && !bytes.trim_ascii().is_empty()
}
