//! Documents: staff lists with their trainings, and what the inventory itself says of levels, attestations and the
//! assessor.
//!
//! Names and ids of people never become facts: counts and days only.

mod attestation;
mod incident;
mod inventory;
pub(in crate::collect) mod list_file;
mod network;
mod paper;
pub(in crate::collect) mod people;
mod registers;
mod roster;
mod rule;
pub(in crate::collect) mod table;
pub(in crate::collect) mod words;

use super::lists::Columns;

pub use attestation::fault;
pub use inventory::collect_inventory;
pub use roster::collect;

/// The columns of its lists.
pub(super) const ROSTER: Columns = (roster::ROSTER_COLUMNS, roster::ROSTER_NEEDED);
pub(super) const TRAINED: Columns = (roster::TRAINED_COLUMNS, roster::TRAINED_NEEDED);
pub(super) const REQUESTS: Columns = (registers::REQUEST_COLUMNS, registers::REQUEST_NEEDED);
pub(super) const ROLES: Columns = (registers::ROLE_COLUMNS, registers::ROLE_NEEDED);
