//! The book of instruments and requirements by date: loading, who is bound, which level is demanded.
//!
//! Knows no controls and no findings. What a text demands stands in `rules/law`, never here.

mod applies;
mod check;
mod classify;
mod compile;
mod criteria;
mod duties;
mod page;
mod sanctions;
mod syntax;

pub use applies::{Bearing, bearing, due};
pub use classify::{Branch, Classification, Demanded, Nearness, Outcome, classify, demanded_level};
pub use compile::load;
pub use criteria::{Measure, Row, TABLE, Test};
pub use duties::duties;
pub use page::page;
pub use sanctions::SanctionFile;
pub use syntax::{LawFile, LawPackFile};
