//! Ways in which a command ends without a verdict, each with its exit code.

use crate::model::Lang;
use crate::parse::diagnostic::Diagnostics;
use crate::text::errors;

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The words of the command line do not fit: exit 2.
    Usage(String),
    /// Files of ours or our users are missing or wrong: exit 4.
    Input(Diagnostics),
    /// One file is missing or wrong: exit 4.
    File(String),
    /// Nothing could be collected: exit 3.
    Collect(String),
    /// What was kept is not what was written: exit 5.
    Integrity(String),
    /// Something that should not happen: exit 70.
    Internal(String),
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Input(_) | Self::File(_) => 4,
            Self::Collect(_) => 3,
            Self::Integrity(_) => 5,
            Self::Internal(_) => 70,
        }
    }

    /// For stderr, in the language that was asked for.
    pub fn render(&self, lang: Lang) -> String {
        match self {
            Self::Integrity(words)
            | Self::Collect(words)
            | Self::Usage(words)
            | Self::File(words) => errors::say(&format!("error: {words}\n"), lang),
            Self::Input(mistakes) => format!("{}\n", mistakes.say(lang)),
            Self::Internal(words) if words.is_empty() => String::new(),
            Self::Internal(words) => format!("capdo: internal error: {words}\n"),
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(mistakes: Diagnostics) -> Self {
        Self::Input(mistakes)
    }
}
