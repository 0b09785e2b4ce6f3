//! Controls and vocabulary: parsing, compiling, diagnosing.
//!
//! The law is given as an argument; nothing here judges.

mod compile;
mod lint;
mod mutate;
mod pages;
mod predicate;
mod select;
mod syntax;
mod vocabulary;

pub use compile::{control_shape, load};
pub use mutate::{Mutant, mutants};
pub use pages::control_pages;
pub use predicate::fact_value;
pub use select::{Choice, ParameterValue, choose, weaker};
pub use syntax::{ControlFile, VocabularyFile};
