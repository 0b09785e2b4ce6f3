//! Files that our users write: the inventory, attestations and waivers. Bytes to model, every mistake told at its
//! place, before any target is touched.
//!
//! Targets are not looked at here: a missing host root is a result of the audit, a missing list is a mistake.

pub mod append;
mod assets;
mod attestations;
mod check;
mod files;
mod inventory;
mod remedy;
pub mod syntax;
mod waivers;

use std::path::{Path, PathBuf};

pub use files::Overlay;

pub use remedy::load as load_plan;

use crate::model::{Inventory, Law, RulePack};
use crate::parse::diagnostic::{Diagnostic, Diagnostics};
use crate::parse::shape::Shape;
use files::{Base, read_yaml, read_yaml_over};

/// Reads an inventory with the attestations and waivers that it names.
///
/// # Errors
/// Every mistake of the files, at its place.
pub fn load(path: &Path, law: &Law, rules: &RulePack) -> Result<Inventory, Diagnostics> {
    load_over(path, law, rules, &Overlay::default())
}

/// The same, with contents that some of the files are about to get.
///
/// # Errors
/// Every mistake of the files, at its place.
pub fn load_over(
    path: &Path,
    law: &Law,
    rules: &RulePack,
    over: &Overlay,
) -> Result<Inventory, Diagnostics> {
    let shown = path.display().to_string();
    if over.get(path).is_none() && path.symlink_metadata().is_err() {
        let help = "name your inventory, or make a first one with `capdo init`";
        let missing = Diagnostic::of_file(&shown, "there is no such file", help);
        return Err(Diagnostics(vec![missing]));
    }
    let doc = read_yaml_over(path, &shown, over)?;
    let written: syntax::InventoryFile = doc.decode(&Shape::of::<syntax::InventoryFile>())?;
    let base = Base::of(path, &shown);
    let mut mistakes = Diagnostics::default();
    let mut inventory = inventory::build(&doc, written, &base, &mut mistakes);
    inventory.attestations = attestations::load(&doc, &inventory, &base, law, over, &mut mistakes);
    inventory.waivers = waivers::load(&doc, &inventory, &base, law, rules, over, &mut mistakes);
    mistakes.into_result(inventory)
}

/// The files that an inventory lists under `waivers` or `attestations`.
///
/// # Errors
/// Where the inventory cannot be read.
pub fn listed(path: &Path, key: &str) -> Result<Vec<PathBuf>, Diagnostics> {
    let doc = read_yaml(path, &path.display().to_string())?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let list = doc.root.get(key).map(|node| node.json());
    let names = list.iter().flat_map(|l| l.as_array()).flatten();
    Ok(names
        .filter_map(|n| n.as_str())
        .map(|n| folder.join(n))
        .collect())
}

#[cfg(test)]
mod tests;
