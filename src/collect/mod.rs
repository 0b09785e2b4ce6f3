//! Collectors: the only code that touches targets. Each reads one kind of asset and emits facts; none judges.
//!
//! Read-only, capped, with deadlines. What could not be seen is said with a reason, never left out.

use std::time::Duration;

use jiff::Timestamp;

pub mod config;
pub mod document;
pub mod endpoint;
pub mod label;
mod reader;
mod root;
pub mod schema;
pub mod server;

pub use reader::{Reader, hex_sha256};
pub use root::RootFolder;

/// The largest file that is read whole.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// What every collector is told.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment of collecting: ages count from it.
    pub now: Timestamp,
    /// The deadline of one network call.
    pub timeout: Duration,
    /// No network at all.
    pub offline: bool,
}
