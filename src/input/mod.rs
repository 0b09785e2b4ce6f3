//! Files that our users write: the inventory, attestations and waivers. Bytes to model, every mistake told at its
//! place, before any target is touched.
//!
//! Targets are not looked at here: a missing host root is a result of the audit, a missing list is a mistake.

mod assets;
mod attestations;
mod check;
mod files;
mod inventory;
mod remedy;
pub mod syntax;
mod waivers;

use std::path::Path;

pub use remedy::load as load_plan;

use crate::model::{Inventory, Law, RulePack};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::shape::Shape;
use files::{Base, read_yaml};

/// Reads an inventory with the attestations and waivers that it names.
///
/// # Errors
/// Every mistake of the files, at its place.
pub fn load(path: &Path, law: &Law, rules: &RulePack) -> Result<Inventory, Diagnostics> {
    let shown = path.display().to_string();
    let doc = read_yaml(path, &shown)?;
    let written: syntax::InventoryFile = doc.decode(&Shape::of::<syntax::InventoryFile>())?;
    let base = Base::of(path, &shown);
    let mut mistakes = Diagnostics::default();
    let mut inventory = inventory::build(&doc, written, &base, &mut mistakes);
    inventory.attestations = attestations::load(&doc, &inventory, &base, law, &mut mistakes);
    inventory.waivers = waivers::load(&doc, &inventory, &base, law, rules, &mut mistakes);
    mistakes.into_result(inventory)
}

#[cfg(test)]
mod tests;
