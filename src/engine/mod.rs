//! Predicates over facts, applicability, judgements. Pure: no clock, no files, no network.
//!
//! What could not be seen is never a pass: every way out of here that is not a decision says why.

mod judge;
mod predicate;
mod truth;

pub use judge::{AssetView, Engine};
