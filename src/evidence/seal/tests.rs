//! No byte of what is kept is free: each flip, cut, loss and exchange is noticed.

use std::collections::BTreeMap;

use super::*;
use crate::evidence::key::generate;

#[derive(Clone, Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Kept for Memory {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        self.0.get(name).cloned().ok_or_else(|| "missing".into())
    }

    fn sum(&self, name: &str) -> Result<(u64, String), String> {
        let bytes = self.read(name)?;
        Ok((bytes.len() as u64, sha256(&bytes)))
    }
}

fn run(id: &str) -> Run {
    let text = include_str!("../../../tests/fixtures/run.json");
    let mut run: Run = serde_json::from_str(text).unwrap();
    run.run.id = id.to_owned();
    run
}

/// A folder after `runs` runs, each with two files.
fn folder(runs: usize, key: Option<&SigningKey>) -> Memory {
    let mut kept = Memory::default();
    for number in 0..runs {
        let files = [
            ("run.json", format!("run {number}")),
            ("report.html", "<p>x".into()),
        ];
        let previous = kept.0.get(MANIFEST).cloned().map(|bytes| {
            let previous = link(&bytes).unwrap();
            let (name, seal) = chain_names(&previous.sha256);
            kept.0.insert(name, bytes);
            if let Some(bytes) = kept.0.remove(SEAL) {
                kept.0.insert(seal, bytes);
            }
            previous
        });
        let sums = files
            .iter()
            .map(|(name, text)| FileSum::of("report", name, text.as_bytes()))
            .collect();
        let inputs = vec![FileSum::of("inventory", "capdo.yaml", b"x")];
        let id = format!("run-{number}");
        let written = write(&run(&id), sha256(b"x"), sums, inputs, previous, key).unwrap();
        for (name, text) in files {
            kept.0.insert(name.into(), text.into_bytes());
        }
        kept.0.insert(MANIFEST.into(), written.manifest);
        if let Some(seal) = written.seal {
            kept.0.insert(SEAL.into(), seal);
        }
    }
    kept
}

fn key() -> SigningKey {
    SigningKey::parse(&generate().unwrap().0).unwrap()
}

#[test]
fn what_was_written_holds() {
    let key = key();
    for (sealing, wanted) in [
        (None, None),
        (Some(&key), None),
        (Some(&key), Some(key.public())),
    ] {
        let kept = folder(3, sealing);
        let holds = verify(&kept, wanted.as_ref()).unwrap();
        assert_eq!(holds.manifest.run.id, "run-2");
        let chain: Vec<&str> = holds.chain.iter().map(|m| m.run.id.as_str()).collect();
        assert_eq!(chain, ["run-1", "run-0"]);
    }
}

/// Every byte of every file, each by several bits.
#[test]
fn every_flipped_byte_is_noticed() {
    let key = key();
    for sealing in [None, Some(&key)] {
        let kept = folder(2, sealing);
        for (name, bytes) in &kept.0 {
            for at in 0..bytes.len() {
                for flip in [0x01, 0x20, 0x80] {
                    let mut changed = kept.clone();
                    let mut other = bytes.clone();
                    other[at] ^= flip;
                    changed.0.insert(name.clone(), other);
                    assert!(
                        verify(&changed, None).is_err(),
                        "{name} byte {at} by {flip:#x}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_lost_cut_or_longer_file_is_noticed() {
    let kept = folder(2, Some(&key()));
    for (name, bytes) in &kept.0 {
        let mut lost = kept.clone();
        lost.0.remove(name);
        assert!(verify(&lost, None).is_err(), "{name} lost");
        for other in [&bytes[..bytes.len() - 1], &[bytes, &b"\n"[..]].concat()] {
            let mut changed = kept.clone();
            changed.0.insert(name.clone(), other.to_vec());
            assert!(verify(&changed, None).is_err(), "{name} {}", other.len());
        }
    }
}

#[test]
fn only_the_named_key_counts_where_one_is_named() {
    let (mine, other) = (key(), key());
    let theirs = folder(1, Some(&other));
    let faults = verify(&theirs, Some(&mine.public())).unwrap_err();
    assert_eq!(faults[0].fault, BrokenWhy::OtherKey(other.public().hex()));
    let bare = folder(1, None);
    let faults = verify(&bare, Some(&mine.public())).unwrap_err();
    assert_eq!(faults[0].fault, BrokenWhy::NotSealed);
    // A manifest that someone makes anew without the key cannot carry the old seal.
    let mut forged = folder(1, Some(&mine));
    let anew = folder(1, Some(&other));
    forged.0.insert(MANIFEST.into(), anew.0[MANIFEST].clone());
    assert!(verify(&forged, Some(&mine.public())).is_err());
}

#[test]
fn names_do_not_lead_out_of_the_folder() {
    let sums = vec![FileSum::of("report", "../secret", b"x")];
    let written = write(&run("r"), sha256(b"x"), sums, Vec::new(), None, None).unwrap();
    let mut kept = Memory::default();
    kept.0.insert(MANIFEST.into(), written.manifest);
    kept.0.insert("../secret".into(), b"x".to_vec());
    assert!(verify(&kept, None).is_err());
    let newer = b"{\"schema\": \"capdo/manifest/2\"}";
    assert_eq!(
        link(newer),
        Err(BrokenWhy::Newer("capdo/manifest/2".into()))
    );
}
