//! The bundle file `*.capdo`: a compressed tar of `manifest.json`, `index.json` and the contents, always the same bytes
//! for the same collection.
//!
//! It is read in memory and nothing is unpacked: each part must stand where the manifest says, so that foreign paths,
//! links, devices and parts that stand twice have no place in it.

use std::io::{Read, Write};

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::MAX_ANSWER_BYTES;
use super::bundle::{Bundle, Problem};
use super::manifest::{Index, Manifest, Refusal, Row, SCHEMA, Sum};
use crate::model::Output;

/// How a bundle begins: gzip without name, time or flags. A byte that differs was not written by us.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Manifest, index and tar's own blocks come on top of what a host may answer.
const MAX_UNPACKED: u64 = 2 * MAX_ANSWER_BYTES;

/// Above this size, more than so many bytes for each packed one are no text of a host but a bomb.
const MAX_RATIO: u64 = 250;
const RATIO_FROM: u64 = 16 * 1024 * 1024;

const MANIFEST: &str = "manifest.json";
const INDEX: &str = "index.json";

/// Does a bundle, or another compressed file, begin here?
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

impl Bundle {
    /// The bytes of the bundle file; `tool` names the version that writes it.
    ///
    /// # Errors
    /// Where they cannot be packed, which memory alone decides.
    pub fn to_bytes(&self, tool: &str) -> std::io::Result<Vec<u8>> {
        let index = serde_json::to_vec(&Index::of(self))?;
        let mut pieces = Vec::new();
        let mut contents: Vec<&[u8]> = Vec::new();
        for (what, found) in &self.files {
            if let Ok(bytes) = found {
                pieces.push(row(what, None, bytes));
                contents.push(bytes);
            }
        }
        for (what, found) in &self.commands {
            if let Ok(output) = found {
                pieces.push(row(what, Some(output.status), &output.stdout));
                contents.push(&output.stdout);
            }
        }
        let manifest = Manifest {
            schema: SCHEMA.into(),
            tool: tool.into(),
            script: self.script.clone(),
            host: self.host.clone(),
            collected_at: self.collected_at,
            live: self.live,
            complete: self.complete,
            asked: self.asked.clone(),
            index: sum(&index),
            pieces,
            refused: self
                .faults()
                .into_iter()
                .map(|(what, why)| Refusal { what, why })
                .collect(),
        };
        let mut tar = tar::Builder::new(Vec::new());
        append(&mut tar, MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
        append(&mut tar, INDEX, &index)?;
        for (at, bytes) in contents.into_iter().enumerate() {
            append(&mut tar, &name(at), bytes)?;
        }
        let gzip = GzBuilder::new().operating_system(0xff);
        let mut packed = gzip.write(Vec::new(), Compression::new(6));
        packed.write_all(&tar.into_inner()?)?;
        packed.finish()
    }

    /// Reads a bundle file.
    ///
    /// # Errors
    /// Where it is none, of another format, too large, or not what was written.
    pub fn of_file(bytes: &[u8]) -> Result<Self, Problem> {
        if !is_bundle(bytes) {
            return Err(Problem::Foreign("it is no compressed tar".into()));
        }
        let unpacked = unpack(bytes)?;
        let mut parts = Parts {
            entries: tar::Archive::new(unpacked.as_slice()),
        };
        parts.read()
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    if !bytes.starts_with(&HEAD) {
        return Err(Problem::Integrity("its first bytes are not ours".into()));
    }
    let mut decoder = GzDecoder::new(bytes);
    let mut unpacked = Vec::new();
    let most = MAX_UNPACKED
        .min((bytes.len() as u64).saturating_mul(MAX_RATIO))
        .max(RATIO_FROM);
    let mut limited = (&mut decoder).take(most + 1);
    limited
        .read_to_end(&mut unpacked)
        .map_err(|e| Problem::Integrity(format!("it cannot be unpacked: {e}")))?;
    if unpacked.len() as u64 > most {
        return Err(Problem::TooLarge(most));
    }
    if !decoder.into_inner().is_empty() {
        return Err(Problem::Integrity("something stands after its end".into()));
    }
    Ok(unpacked)
}

struct Parts<'a> {
    entries: tar::Archive<&'a [u8]>,
}

impl Parts<'_> {
    fn read(&mut self) -> Result<Bundle, Problem> {
        let broken = |e: std::io::Error| Problem::Integrity(format!("its tar is broken: {e}"));
        let mut entries = self.entries.entries().map_err(broken)?.raw(true);
        let mut next = |wanted: &str| -> Result<Vec<u8>, Problem> {
            let Some(entry) = entries.next() else {
                return Err(Problem::Integrity(format!("`{wanted}` is missing")));
            };
            let mut entry = entry.map_err(broken)?;
            let path = entry.path_bytes();
            if path != wanted.as_bytes() || !entry.header().entry_type().is_file() {
                let found = String::from_utf8_lossy(&path).into_owned();
                return Err(Problem::Integrity(format!(
                    "`{}` stands where `{wanted}` should",
                    found.escape_debug()
                )));
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(broken)?;
            Ok(bytes)
        };
        let manifest = next(MANIFEST)?;
        version(&manifest)?;
        let manifest: Manifest = json(MANIFEST, &manifest)?;
        let index = next(INDEX)?;
        same(INDEX, &manifest.index, &index)?;
        let mut bundle = Bundle::new(manifest.collected_at, manifest.live, manifest.asked);
        bundle.script = manifest.script;
        bundle.host = manifest.host;
        json::<Index>(INDEX, &index)?.put_into(&mut bundle);
        for (at, row) in manifest.pieces.into_iter().enumerate() {
            let bytes = next(&name(at))?;
            same(&row.what, &row.sum, &bytes)?;
            match row.exit {
                None if !bundle.files.contains_key(&row.what) => {
                    bundle.put_file(&row.what, Ok(bytes));
                }
                Some(status) if !bundle.commands.contains_key(&row.what) => {
                    let stdout = bytes;
                    bundle.put_command(&row.what, Ok(Output { status, stdout }));
                }
                None | Some(_) => {
                    return Err(Problem::Integrity(format!("`{}` stands twice", row.what)));
                }
            }
        }
        if entries.next().is_some() {
            return Err(Problem::Integrity(
                "it holds more than its manifest says".into(),
            ));
        }
        bundle.complete = manifest.complete && bundle.asked.iter().all(|a| a.done);
        Ok(bundle)
    }
}

/// An unknown format is told before its unknown fields.
fn version(manifest: &[u8]) -> Result<(), Problem> {
    let value: serde_json::Value = json(MANIFEST, manifest)?;
    match value.get("schema").and_then(|s| s.as_str()) {
        Some(SCHEMA) => Ok(()),
        Some(other) => Err(Problem::Version(other.to_owned())),
        None => Err(Problem::Foreign("its manifest names no format".into())),
    }
}

fn json<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|e| Problem::Integrity(format!("{name}: {e}")))
}

fn same(what: &str, told: &Sum, bytes: &[u8]) -> Result<(), Problem> {
    if *told == sum(bytes) {
        Ok(())
    } else {
        Err(Problem::Integrity(format!(
            "`{what}` is not what the manifest says"
        )))
    }
}

fn row(what: &str, exit: Option<i32>, bytes: &[u8]) -> Row {
    Row {
        what: what.to_owned(),
        exit,
        sum: sum(bytes),
    }
}

fn sum(bytes: &[u8]) -> Sum {
    let hash = Sha256::digest(bytes);
    Sum {
        bytes: bytes.len() as u64,
        sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn name(at: usize) -> String {
    format!("pieces/{at:05}")
}

fn append(tar: &mut tar::Builder<Vec<u8>>, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(0);
    header.set_cksum();
    tar.append(&header, bytes)
}
