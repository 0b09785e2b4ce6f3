//! What stands beside the reports of a run: the manifest with the hash of each file and of all that was judged, the link to the
//! manifest before it, and the seal.
//!
//! A manifest is one form of bytes only: read and written again it must be the same, so that no byte of it is free. It holds its own
//! hash, which tells an accident; only the seal tells who wrote it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::key::{PublicKey, SigningKey, from_hex, hex};
use crate::model::{Day, Run};

/// The manifest's file.
pub const MANIFEST: &str = "manifest.json";
/// The seal's file.
pub const SEAL: &str = "manifest.sig";
/// The folder of earlier manifests.
pub const CHAIN: &str = "chain";

const SCHEMA: &str = "capdo/manifest/1";
const SEAL_SCHEMA: &str = "capdo/seal/1";
const ALGORITHM: &str = "Ed25519";
/// More runs than this nobody keeps in one folder.
const LONGEST_CHAIN: usize = 10_000;

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportManifest {
    schema: String,
    /// What wrote it.
    pub tool: String,
    /// The run.
    pub run: RunSum,
    /// Of the controls and the vocabulary.
    pub rules_sha256: String,
    /// Of the law.
    pub law_sha256: String,
    /// Inventory, waivers, attestations, bundles: what was judged.
    pub inputs: Vec<FileSum>,
    /// The files beside the manifest.
    pub files: Vec<FileSum>,
    /// The manifest before this one.
    pub previous: Option<Previous>,
    /// The public key of the seal, where it is sealed.
    pub sealed_by: Option<String>,
    sha256: String,
}

/// What a manifest says of its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSum {
    /// Its id.
    pub id: String,
    /// `audit` or `scan`.
    pub scope: String,
    /// The day whose law counts.
    pub as_of: Day,
    /// When it ended.
    pub finished: String,
    /// Of `run.json`.
    pub sha256: String,
}

/// A file and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSum {
    /// `report`, `inventory`, `waivers`, `attestations`, `bundle`.
    pub kind: String,
    /// Its name beside the manifest; an input as the user named it.
    pub name: String,
    /// How many bytes.
    pub bytes: u64,
    /// Of its bytes.
    pub sha256: String,
}

/// The link to the manifest before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// The id of its run.
    pub run: String,
    /// Of its bytes; it is kept as `chain/<sha256>.json`.
    pub sha256: String,
}

/// `manifest.sig`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    schema: String,
    algorithm: String,
    key: String,
    signature: String,
}

impl FileSum {
    /// Of these bytes.
    pub fn of(kind: &str, name: &str, bytes: &[u8]) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        }
    }

    /// Of bytes that went by: their number and the digest of them.
    pub fn summed(kind: &str, name: &str, bytes: u64, digest: &[u8]) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            bytes,
            sha256: hex(digest),
        }
    }
}

/// A manifest with its seal, as they are written.
#[derive(Debug)]
pub struct Written {
    /// The bytes of the manifest.
    pub manifest: Vec<u8>,
    /// The bytes of the seal.
    pub seal: Option<Vec<u8>>,
}

/// Makes the manifest of a run, sealed where there is a key.
///
/// # Errors
/// Where it cannot be serialised.
pub fn write(
    run: &Run,
    run_sha256: String,
    files: Vec<FileSum>,
    inputs: Vec<FileSum>,
    previous: Option<Previous>,
    key: Option<&SigningKey>,
) -> Result<Written, serde_json::Error> {
    let mut manifest = ReportManifest {
        schema: SCHEMA.into(),
        tool: format!("{} {}", run.tool.name, run.tool.version),
        run: RunSum {
            id: run.run.id.clone(),
            scope: run.run.scope.clone(),
            as_of: run.run.as_of,
            finished: run.run.finished.clone(),
            sha256: run_sha256,
        },
        rules_sha256: run.tool.rules_sha256.clone(),
        law_sha256: run.tool.law_sha256.clone(),
        inputs,
        files,
        previous,
        sealed_by: key.map(|k| k.public().hex()),
        sha256: String::new(),
    };
    manifest.sha256 = sha256(&lines(&manifest)?);
    let bytes = lines(&manifest)?;
    let seal = key.map(|key| {
        lines(&Seal {
            schema: SEAL_SCHEMA.into(),
            algorithm: ALGORITHM.into(),
            key: key.public().hex(),
            signature: hex(&key.sign(&bytes)),
        })
    });
    Ok(Written {
        manifest: bytes,
        seal: seal.transpose()?,
    })
}

/// A folder of reports.
pub trait Kept {
    /// The bytes of a small file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, name: &str) -> Result<Vec<u8>, String>;
    /// Size and hash of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn sum(&self, name: &str) -> Result<(u64, String), String>;
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The file.
    pub what: String,
    /// What is wrong with it.
    pub fault: BrokenWhy,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokenWhy {
    /// It cannot be read.
    Unreadable(String),
    /// It is not what was written.
    Changed,
    /// It is no manifest or seal of capdo.
    Foreign,
    /// It was written by a newer version.
    Newer(String),
    /// It is sealed by another key.
    OtherKey(String),
    /// It is not sealed, and a key was named.
    NotSealed,
    /// A seal stands beside a manifest that says it has none.
    Stray,
    /// The chain goes round, or is longer than anybody keeps.
    Endless,
}

/// What holds.
#[derive(Debug)]
pub struct Holds {
    /// The manifest.
    pub manifest: ReportManifest,
    /// The earlier manifests, the latest first.
    pub chain: Vec<ReportManifest>,
}

/// Checks files, chain and seals. With a key the seal must be of that key.
///
/// # Errors
/// With everything that does not hold.
pub fn verify(kept: &dyn Kept, key: Option<&PublicKey>) -> Result<Holds, Vec<Broken>> {
    let mut broken = Vec::new();
    let Some((manifest, _)) = one(kept, MANIFEST, SEAL, &mut broken) else {
        return Err(broken);
    };
    if let Some(wanted) = key {
        match &manifest.sealed_by {
            Some(by) if *by == wanted.hex() => {}
            Some(by) => broken.push(Broken::of(SEAL, BrokenWhy::OtherKey(by.clone()))),
            None => broken.push(Broken::of(MANIFEST, BrokenWhy::NotSealed)),
        }
    }
    for file in &manifest.files {
        if !plain_name(&file.name) {
            broken.push(Broken::of(MANIFEST, BrokenWhy::Foreign));
            continue;
        }
        match kept.sum(&file.name) {
            Ok((bytes, sha256)) if (bytes, &sha256) == (file.bytes, &file.sha256) => {}
            Ok(_) => broken.push(Broken::of(&file.name, BrokenWhy::Changed)),
            Err(why) => broken.push(Broken::of(&file.name, BrokenWhy::Unreadable(why))),
        }
    }
    let chain = chain(kept, &manifest, &mut broken);
    if broken.is_empty() {
        Ok(Holds { manifest, chain })
    } else {
        Err(broken)
    }
}

/// The parts of the link to a manifest: its run and the hash of its bytes.
///
/// # Errors
/// Where it is no manifest that holds.
pub fn link(bytes: &[u8]) -> Result<Previous, BrokenWhy> {
    let manifest = parse(bytes)?;
    Ok(Previous {
        run: manifest.run.id,
        sha256: sha256(bytes),
    })
}

/// The hash that a manifest that holds has for a file beside it.
pub fn hash_of(manifest: &[u8], name: &str) -> Option<String> {
    let manifest = parse(manifest).ok()?;
    let file = manifest.files.into_iter().find(|f| f.name == name)?;
    Some(file.sha256)
}

/// Is it a manifest of ours that does not hold? Programs of others have files of this name, too.
pub fn is_broken(manifest: &[u8]) -> bool {
    let ours = String::from_utf8_lossy(manifest).contains("capdo/manifest/");
    ours && parse(manifest).is_err()
}

/// Does a manifest name files that were judged by their own names, and not by number?
pub fn names_inputs(manifest: &[u8]) -> bool {
    let numbered = |f: &FileSum| {
        let number = f.name.strip_prefix(f.kind.as_str()).map(str::trim_start);
        number.is_some_and(|n| n.parse::<usize>().is_ok())
    };
    parse(manifest).is_ok_and(|m| !m.inputs.iter().all(numbered))
}

/// Where an earlier manifest and its seal are kept.
pub fn chain_names(sha256: &str) -> (String, String) {
    (
        format!("{CHAIN}/{sha256}.json"),
        format!("{CHAIN}/{sha256}.sig"),
    )
}

impl Broken {
    fn of(what: &str, fault: BrokenWhy) -> Self {
        Self {
            what: what.to_owned(),
            fault,
        }
    }
}

fn chain(kept: &dyn Kept, head: &ReportManifest, broken: &mut Vec<Broken>) -> Vec<ReportManifest> {
    let mut chain: Vec<ReportManifest> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = head.previous.clone();
    while let Some(previous) = next {
        let (name, seal) = chain_names(&previous.sha256);
        let hash = from_hex(&previous.sha256).is_some_and(|h| h.len() == 32);
        if !hash || !seen.insert(previous.sha256.clone()) || chain.len() >= LONGEST_CHAIN {
            broken.push(Broken::of(&name, BrokenWhy::Endless));
            break;
        }
        let Some((manifest, bytes)) = one(kept, &name, &seal, broken) else {
            break;
        };
        if sha256(&bytes) != previous.sha256 || manifest.run.id != previous.run {
            broken.push(Broken::of(&name, BrokenWhy::Changed));
            break;
        }
        next = manifest.previous.clone();
        chain.push(manifest);
    }
    chain
}

/// One manifest with its seal; what does not hold is told.
fn one(
    kept: &dyn Kept,
    name: &str,
    seal: &str,
    broken: &mut Vec<Broken>,
) -> Option<(ReportManifest, Vec<u8>)> {
    let bytes = kept
        .read(name)
        .map_err(|why| broken.push(Broken::of(name, BrokenWhy::Unreadable(why))))
        .ok()?;
    let manifest = parse(&bytes)
        .map_err(|why| broken.push(Broken::of(name, why)))
        .ok()?;
    if let Some(by) = &manifest.sealed_by {
        match kept.read(seal) {
            Err(why) => broken.push(Broken::of(seal, BrokenWhy::Unreadable(why))),
            Ok(seal_bytes) if sealed(&bytes, &seal_bytes, by) => {}
            Ok(_) => broken.push(Broken::of(seal, BrokenWhy::Changed)),
        }
    } else if kept.read(seal).is_ok() {
        // Whoever writes a sealed manifest anew has no key, and takes the seal out of its words.
        broken.push(Broken::of(seal, BrokenWhy::Stray));
    }
    Some((manifest, bytes))
}

/// Is this the seal of these bytes by this key, in the one form that is written?
fn sealed(manifest: &[u8], bytes: &[u8], by: &str) -> bool {
    let Ok(seal) = serde_json::from_slice::<Seal>(bytes) else {
        return false;
    };
    let same = lines(&seal).is_ok_and(|again| again == bytes);
    let known = seal.schema == SEAL_SCHEMA && seal.algorithm == ALGORITHM && seal.key == by;
    let (Ok(key), Some(signature)) = (PublicKey::parse(&seal.key), from_hex(&seal.signature))
    else {
        return false;
    };
    same && known && key.hex() == seal.key && key.signed(manifest, &signature)
}

fn parse(bytes: &[u8]) -> Result<ReportManifest, BrokenWhy> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|_| BrokenWhy::Foreign)?;
    if head.schema != SCHEMA {
        let number = head.schema.strip_prefix("capdo/manifest/");
        let newer = number
            .and_then(|n| n.parse::<u32>().ok())
            .is_some_and(|n| n > 1);
        return Err(if newer {
            BrokenWhy::Newer(head.schema)
        } else {
            BrokenWhy::Foreign
        });
    }
    let manifest: ReportManifest = serde_json::from_slice(bytes).map_err(|_| BrokenWhy::Changed)?;
    let own = |m: &ReportManifest| {
        let bare = ReportManifest {
            sha256: String::new(),
            ..m.clone()
        };
        lines(&bare).map(|bytes| sha256(&bytes))
    };
    let same = lines(&manifest).is_ok_and(|again| again == bytes);
    let whole = own(&manifest).is_ok_and(|hash| hash == manifest.sha256);
    if same && whole {
        Ok(manifest)
    } else {
        Err(BrokenWhy::Changed)
    }
}

/// The one form in which manifests and seals are written.
fn lines<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Is this the name of a file in the folder itself?
fn plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
