//! Adds an entry to a file of waivers or attestations: what comes out is checked as a whole before a byte is written.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Failure, Pack, output};
use crate::input::{self, Overlay, append};
use crate::model::Inventory;

/// A kind of entry: the key of the inventory and of the file, and the schema of the file.
pub(super) struct Kind {
    pub(super) key: &'static str,
    pub(super) schema: &'static str,
}

/// Where the entry goes: the file that the user names, the first that the inventory lists, or a new one beside it.
pub(super) fn target(
    kind: &Kind,
    inventory: &Path,
    named: Option<&Path>,
) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let listed = input::listed(inventory, kind.key)?;
    let beside = || inventory.with_file_name(format!("{}.yaml", kind.key));
    Ok(listed.into_iter().next().unwrap_or_else(beside))
}

/// Checks inventory and file with the entry in it, then writes them.
///
/// # Errors
/// With every mistake that the entry would bring; nothing is written then.
pub(super) fn add(
    kind: &Kind,
    inventory: &Path,
    file: &Path,
    entry: &[String],
    pack: &Pack,
    check: impl Fn(&Inventory) -> Result<(), String>,
) -> Result<(), Failure> {
    let shown = file.display();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => format!("schema: {}\n", kind.schema),
        Err(e) => return Err(Failure::File(format!("{shown}: {e}"))),
    };
    let made = append::append(&text, kind.key, entry)
        .map_err(|e| Failure::File(format!("{shown}: {}: {e}", kind.key)))?;
    let mut over = Overlay::default();
    over.put(file, made.clone().into_bytes());
    let listing = listing(kind, inventory, file)?;
    if let Some(text) = &listing {
        over.put(inventory, text.clone().into_bytes());
    }
    let read = input::load_over(inventory, &pack.law, &pack.rules, &over)?;
    check(&read).map_err(|why| Failure::File(format!("{shown}: {why}")))?;
    output::rewrite(file, made.as_bytes())?;
    if let Some(text) = listing {
        output::rewrite(inventory, text.as_bytes())?;
    }
    Ok(())
}

/// The inventory with the file in its list; nothing where it stands there already.
fn listing(kind: &Kind, inventory: &Path, file: &Path) -> Result<Option<String>, Failure> {
    let same = |a: &Path, b: &Path| match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    let listed = input::listed(inventory, kind.key)?;
    if listed.iter().any(|path| same(path, file)) {
        return Ok(None);
    }
    let text = fs::read_to_string(inventory)
        .map_err(|e| Failure::File(format!("{}: {e}", inventory.display())))?;
    let name = relative(inventory, file);
    append::append(&text, kind.key, &[format!("- {}", quoted(&name))])
        .map(Some)
        .map_err(|e| Failure::File(format!("{}: {}: {e}", inventory.display(), kind.key)))
}

/// The path of a file as another file names it: relative where it stands at or below its folder.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let folder = from.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")));
    let parent = to.parent().filter(|p| !p.as_os_str().is_empty());
    let parent = fs::canonicalize(parent.unwrap_or(Path::new(".")));
    let (Ok(folder), Ok(parent), Some(name)) = (folder, parent, to.file_name()) else {
        return to.display().to_string();
    };
    let whole = parent.join(name);
    whole
        .strip_prefix(&folder)
        .unwrap_or(&whole)
        .display()
        .to_string()
}

/// The lines of `evidence:` for a document, relative to the file that names it.
pub(super) fn evidence(file: &Path, document: &Path) -> Result<String, Failure> {
    let shown = document.display();
    let fault = |why: &dyn std::fmt::Display| {
        Failure::File(format!("{shown}: {why}\n  help: name the document itself"))
    };
    let meta = fs::metadata(document).map_err(|e| fault(&e))?;
    if !meta.is_file() {
        return Err(fault(&"this is no file"));
    }
    let bytes = fs::read(document).map_err(|e| fault(&e))?;
    let sha256: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = quoted(&relative(file, document));
    Ok(format!("evidence: {{ path: {path}, sha256: {sha256} }}"))
}

/// A text as YAML takes it, whatever it holds: the double quotes of JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The next id of a series: `wvr-003` after `wvr-002`.
pub(super) fn next_id<'a>(prefix: &str, taken: impl Iterator<Item = &'a str>) -> String {
    let numbers = taken.filter_map(|id| id.strip_prefix(prefix)?.parse::<u32>().ok());
    format!(
        "{prefix}{:03}",
        numbers.max().unwrap_or(0).saturating_add(1)
    )
}
