//! A duty: one requirement as it holds for one system on the day.

use super::{Day, Force, Level, Text};

/// The pseudo-system of organisation-wide duties.
pub const ORG: &str = "org";

/// One requirement for one system, or for the organisation under [`ORG`].
#[derive(Debug, Clone)]
pub struct Duty {
    /// The requirement's id.
    pub requirement: String,
    /// The system's id, or [`ORG`].
    pub system: String,
    /// The level at which it is judged.
    pub level: Level,
    /// How strongly it holds here.
    pub force: Force,
    /// Why it is weaker here than in the text.
    pub weaker_because: Option<Text>,
    /// The last day to close a gap.
    pub due: Option<Day>,
}
