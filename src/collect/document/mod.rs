//! Documents: staff lists with their trainings, and what the inventory itself says of levels, attestations and the
//! assessor.
//!
//! Names and ids of people never become facts: counts and days only.

mod attestation;
mod incident;
mod inventory;
mod network;
mod paper;
mod people;
mod roster;
mod table;
mod words;

pub use inventory::collect_inventory;
pub use roster::collect;
