//! What stands beside the reports of a run: its inputs with their hashes, the manifest before, the key of the seal.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::evidence::key::{NoKey, PublicKey, SigningKey};
use crate::evidence::seal::{self, FileSum, MANIFEST, Previous, SEAL};
use crate::input;
use crate::model::{Inventory, Target};

/// More than a manifest ever is.
const MAX_MANIFEST: u64 = 16 * 1024 * 1024;

/// What is known before the run.
#[derive(Default)]
pub(super) struct Sealing {
    pub(super) key: Option<SigningKey>,
    pub(super) inputs: Vec<FileSum>,
    /// A folder of an earlier run, where it is another than the folder that is written.
    pub(super) earlier: Option<PathBuf>,
}

impl Sealing {
    /// Files are often named after a host, and folders after a person: a number stands in the place of their names.
    pub(super) fn hide_hosts(&mut self) {
        for (at, file) in self.inputs.iter_mut().enumerate() {
            file.name = format!("{} {}", file.kind, at + 1);
        }
    }
}

/// The manifest before, with its bytes and its own chain, to be kept beside the new one.
#[derive(Default)]
pub(super) struct Before {
    pub(super) previous: Option<Previous>,
    /// Names in the folder, and bytes.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// The key that `--sign` names: a file, or `env:NAME`.
pub(super) fn signing_key(named: Option<&str>) -> Result<Option<SigningKey>, Failure> {
    let Some(named) = named else { return Ok(None) };
    let text = match named.strip_prefix("env:") {
        Some(name) => std::env::var(name).map_err(|_| {
            Failure::File(format!(
                "--sign {named}: there is no variable {name}\n  help: put the text of the key file into it, or name the file"
            ))
        })?,
        None => key_text(Path::new(named), "--sign")?,
    };
    let key = SigningKey::parse(&text).map_err(|why| no_key(named, why))?;
    Ok(Some(key))
}

/// The key that `--key` names: a file, or 64 hexadecimal digits.
pub(super) fn public_key(named: &str) -> Result<PublicKey, Failure> {
    if let Ok(key) = PublicKey::parse(named) {
        return Ok(key);
    }
    let text = key_text(Path::new(named), "--key")?;
    PublicKey::parse(&text).map_err(|why| no_key(named, why))
}

fn no_key(named: &str, why: NoKey) -> Failure {
    Failure::File(format!(
        "{named}: {why}\n  help: `capdo keygen -o seal.key` makes a pair: seal.key to seal, seal.key.pub to check"
    ))
}

fn key_text(path: &Path, option: &str) -> Result<String, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::File(format!(
            "{option} {}: {why}\n  help: `capdo keygen -o seal.key` makes one",
            path.display()
        ))
    };
    let bytes = small(path, 64 * 1024).map_err(|e| failed(&e))?;
    String::from_utf8(bytes).map_err(|_| failed(&"this is no text"))
}

/// The files that were judged by name: inventory, waivers, attestations, and bundles.
pub(super) fn inputs(
    inventory: &Inventory,
    file: Option<&Path>,
    earlier: &[PathBuf],
) -> Vec<FileSum> {
    let mut named: Vec<(&str, PathBuf)> = Vec::new();
    if let Some(path) = file {
        named.push(("inventory", path.to_owned()));
        for key in ["waivers", "attestations"] {
            let listed = input::listed(path, key).unwrap_or_default();
            named.extend(listed.into_iter().map(|p| (key, p)));
        }
    }
    for asset in &inventory.assets {
        match &asset.target {
            Target::Bundle(path) => named.push(("bundle", path.clone())),
            Target::EndpointFacts { file, .. } => named.push(("facts", file.clone())),
            Target::ServerRoot(_)
            | Target::Local { .. }
            | Target::Ssh { .. }
            | Target::Endpoint { .. }
            | Target::Config(_)
            | Target::Schema { .. }
            | Target::Database { .. }
            | Target::Label(_)
            | Target::Roster { .. }
            | Target::CallerId { .. }
            | Target::NotBuilt(_) => {}
        }
    }
    let mut sums: Vec<FileSum> = named
        .iter()
        .filter_map(|(kind, path)| sum(kind, path))
        .collect();
    sums.dedup();
    sums.extend(history(earlier));
    sums
}

/// The earlier runs that a trend was drawn of.
pub(super) fn history(paths: &[PathBuf]) -> Vec<FileSum> {
    paths
        .iter()
        .filter_map(|path| sum("history", path))
        .collect()
}

fn sum(kind: &str, path: &Path) -> Option<FileSum> {
    let bytes = fs::read(path).ok()?;
    Some(FileSum::of(kind, &path.display().to_string(), &bytes))
}

/// The manifest before: that of the folder that is written, or of the run that is the baseline.
///
/// # Errors
/// Where it does not hold: a chain is not continued from what was changed.
pub(super) fn before(out: &Path, earlier: Option<&Path>) -> Result<Before, Failure> {
    let beside = |folder: &Path| folder.join(MANIFEST).is_file().then(|| folder.to_owned());
    let Some(folder) = beside(out).or_else(|| earlier.and_then(beside)) else {
        return Ok(Before::default());
    };
    let manifest = folder.join(MANIFEST);
    let failed = |why: String| {
        Failure::Integrity(format!(
            "{}: {why}\n  help: the new run would be chained to it; `capdo verify {}` says more; write to another folder to begin a new chain",
            manifest.display(),
            folder.display()
        ))
    };
    let bytes = small(&manifest, MAX_MANIFEST).map_err(|e| failed(e.to_string()))?;
    let previous =
        seal::link(&bytes).map_err(|_| failed("this manifest is not what was written".into()))?;
    let (name, seal_name) = seal::chain_names(&previous.sha256);
    let mut files = vec![(name, bytes)];
    if let Ok(bytes) = small(&folder.join(SEAL), MAX_MANIFEST) {
        files.push((seal_name, bytes));
    }
    // In the folder itself the older links stand already.
    if folder != out {
        files.extend(older(&folder));
    }
    Ok(Before {
        previous: Some(previous),
        files,
    })
}

/// The links of the chain of another folder.
fn older(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder.join(seal::CHAIN)) else {
        return Vec::new();
    };
    let one = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let bytes = small(&entry.path(), MAX_MANIFEST).ok()?;
        Some((format!("{}/{name}", seal::CHAIN), bytes))
    };
    let mut files: Vec<_> = entries.flatten().filter_map(one).collect();
    files.sort();
    files
}

/// The bytes of a regular file that is not too large.
pub(super) fn small(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() || meta.len() > most {
        return Err(std::io::Error::other("this is no such file"));
    }
    fs::read(path)
}
