//! What was collected of a host, kept so that it can be judged again later, elsewhere, by newer rules.
//!
//! The collection script streams a framed answer ([`Bundle::of_answer`]); a bundle file is that answer with a manifest
//! ([`Bundle::to_bytes`], [`Bundle::of_file`]). Both are a [`Source`](crate::model::Source): what was not asked is
//! `not-collected`, what was refused keeps its reason, what a cut took away is `connection-lost`, never missing.

mod answer;
mod archive;
mod asked;
mod bundle;
pub mod key;
mod manifest;
pub mod seal;
mod source;

pub use answer::is_answer;
pub use archive::is_bundle;
pub use asked::{Asked, Kind};
pub use bundle::{Bundle, Fault, HostFacts, Problem};

/// The first words of a framed answer; the id of the script follows.
pub const ANSWER_FORMAT: &str = "capdo/answer/1";

/// The most bytes of a framed answer, and of all that a bundle holds unpacked.
pub const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// The largest file that is collected, as everywhere else.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// The most that one command may say.
pub const MAX_COMMAND_BYTES: u64 = 4 * 1024 * 1024;
