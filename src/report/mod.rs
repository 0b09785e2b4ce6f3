//! Reports: each format is a pure drawing of one [`Run`]. Nothing here judges, reads or writes files.
//!
//! Adding a format is one file and one line in [`FORMATS`], which also feeds `--format`.

pub mod html;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod terminal;

mod common;
#[cfg(test)]
mod sample;

use crate::model::{Lang, Run};

/// What the user asked of a report.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The language that comes first, or alone where a format has one.
    pub lang: Lang,
    /// In SARIF, every result instead of only those that code scanning shows.
    pub sarif_full: bool,
    /// The folder under which paths in SARIF are relative, with `/`; empty for none.
    pub source_root: String,
}

/// Why a report could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The template does not fit the view: a mistake of ours.
    #[error("the page could not be drawn: {0}")]
    Template(#[from] tera::Error),
    /// Serialisation failed.
    #[error("JSON could not be written: {0}")]
    Json(#[from] serde_json::Error),
    /// Serialisation failed.
    #[error("JUnit could not be written: {0}")]
    Junit(#[from] quick_junit::SerializeError),
}

/// A format.
pub trait Render: Sync {
    /// Its word in `--format`.
    fn name(&self) -> &'static str;
    /// Its file in `--out`.
    fn file_name(&self) -> &'static str;
    /// The bytes of the report.
    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError>;
}

/// All formats; the order of `--help`.
pub static FORMATS: [&dyn Render; 4] = [&html::Html, &sarif::Sarif, &junit::Junit, &json::Json];

/// The format with this word.
pub fn format(name: &str) -> Option<&'static dyn Render> {
    FORMATS.into_iter().find(|f| f.name() == name)
}

/// The words of all formats, for `--format`.
pub fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.into_iter().map(Render::name)
}
