//! The words that people read, in Vietnamese and English, and what Unicode asks of text.
//!
//! The only place in Rust with Vietnamese literals; everything else that is read stands in YAML.

pub mod classify;
pub mod compare;
pub mod coverage;
pub mod dossier;
pub mod entries;
pub mod errors;
pub mod evidence;
pub mod expected;
pub mod help;
pub mod init;
pub mod labels;
pub mod lists;
pub mod names;
pub mod oscal;
pub mod plan;
pub mod protection;
pub mod reasons;
pub mod regulator;
pub mod unicode;
pub mod why;
