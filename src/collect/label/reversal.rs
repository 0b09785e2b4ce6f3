//! How what labels hide is had again: the company says it, and its paper proves it.

use std::fs;

use crate::collect::{MAX_FILE_BYTES, hex_sha256};
use crate::model::{CodeReversal, Collected, Fact, Value};

/// Puts on the set of labels what the inventory says of the way back from a code or mask.
pub(in crate::collect) fn reversal(out: &mut Collected, said: Option<&CodeReversal>) {
    let proven = said.map(|s| (s, is_proven(s)));
    let told = |of: fn(&CodeReversal) -> bool| match proven {
        None => Value::unseen("not_asked", "the inventory has no code_reversal"),
        // A word against oneself needs no paper.
        Some((s, _)) if !of(s) => false.into(),
        Some((_, true)) => true.into(),
        Some((s, false)) => Value::unseen(
            "unreadable",
            format!("{}: not there, empty, or another hash", s.evidence.written),
        ),
    };
    for set in out.subjects.iter_mut().filter(|s| &*s.kind == "label-set") {
        set.put(Fact::derived("reversal_authorised", told(|s| s.authorised)));
        set.put(Fact::derived("reversal_logged", told(|s| s.logged)));
    }
}

fn is_proven(said: &CodeReversal) -> bool {
    let paper = &said.evidence;
    fs::metadata(&paper.path).is_ok_and(|m| m.is_file() && m.len() <= MAX_FILE_BYTES)
        && fs::read(&paper.path).is_ok_and(|bytes| {
            // An empty file is no paper.
            hex_sha256(&bytes) == paper.sha256 && !bytes.trim_ascii().is_empty()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EvidenceFile, Subject};

    fn told(said: Option<&CodeReversal>) -> [String; 2] {
        let mut out = Collected::default();
        out.subjects.push(Subject::new("label-set", "labels"));
        reversal(&mut out, said);
        ["reversal_authorised", "reversal_logged"].map(|path| {
            let value = &out.subjects[0].facts.get(path).unwrap().value;
            if let Value::Unseen(reason) = value {
                return reason.code.to_string();
            }
            value.shown()
        })
    }

    #[test]
    fn a_word_counts_with_its_paper() {
        assert_eq!(told(None), ["not_asked", "not_asked"]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quy-trinh.md");
        fs::write(&path, "Quét, phân quyền, nhật ký").unwrap();
        let mut said = CodeReversal {
            authorised: true,
            logged: false,
            evidence: EvidenceFile {
                written: "quy-trinh.md".into(),
                sha256: hex_sha256("Quét, phân quyền, nhật ký".as_bytes()),
                path,
            },
        };
        assert_eq!(told(Some(&said)), ["true", "false"]);
        fs::write(&said.evidence.path, "").unwrap();
        said.evidence.sha256 = hex_sha256(b"");
        assert_eq!(told(Some(&said)), ["unreadable", "false"]);
        said.evidence.sha256 = "0".repeat(64);
        assert_eq!(told(Some(&said)), ["unreadable", "false"]);
    }
}
