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
        match fs::read(&paper.path) {
            Ok(bytes) if small && hex_sha256(&bytes) == paper.sha256 => proven.push(one.clone()),
            Ok(_) if small => unproven.push(format!("{}: another hash", paper.written)),
            Ok(_) | Err(_) => unproven.push(format!("{}: not readable", paper.written)),
        }
    }
    (proven, unproven)
}
