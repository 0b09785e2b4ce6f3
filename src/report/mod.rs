//! Reports: each format is a pure drawing of one [`Run`]. Nothing here judges, reads or writes files.
//!
//! Adding a format is one file and one line in [`FORMATS`], which also feeds `--format`.

pub mod csv;
pub mod github;
pub mod gitlab;
pub mod hdf;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod oscal;
pub mod redact;
pub mod regulator;
pub mod sarif;
pub mod terminal;

mod common;
mod past;
#[cfg(test)]
mod sample;

use std::io::Write;

use crate::model::{Lang, RemedyPlan, Run};

pub use past::Past;

/// What the user asked of a report.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The language that comes first, or alone where a format has one.
    pub lang: Lang,
    /// In SARIF, every result instead of only those that code scanning shows.
    pub sarif_full: bool,
    /// The folder under which paths in SARIF are relative, with `/`; empty for none.
    pub source_root: String,
    /// What the company plans to do; empty where no plan file was named.
    pub plan: RemedyPlan,
    /// The figures of earlier runs of the same thing, the oldest first.
    pub history: Vec<Past>,
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
    /// A part of a Word document could not be packed.
    #[error("the document could not be packed: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// Serialisation failed.
    #[error("CSV could not be written: {0}")]
    Csv(#[from] ::csv::Error),
    /// Writing to memory failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A format.
pub trait Render: Sync {
    /// Its word in `--format`.
    fn name(&self) -> &'static str;
    /// Its file in `--out`.
    fn file_name(&self) -> &'static str;
    /// Is it drawn into a folder where no format is named?
    fn is_usual(&self) -> bool {
        true
    }
    /// The bytes of the report.
    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError>;
    /// The same, written out: a large one need not be held.
    fn draw(&self, run: &Run, options: &Options, out: &mut dyn Write) -> Result<(), ReportError> {
        Ok(out.write_all(&self.render(run, options)?)?)
    }
}

/// All formats; the order of `--help`.
pub static FORMATS: [&dyn Render; 14] = [
    &html::Html,
    &sarif::Sarif,
    &junit::Junit,
    &json::Json,
    &regulator::Docx,
    &regulator::Page,
    &regulator::FormDocx,
    &regulator::FormCsv,
    &csv::Csv,
    &markdown::Markdown,
    &github::Github,
    &gitlab::Gitlab,
    &oscal::Oscal,
    &hdf::Hdf,
];

/// The format with this word.
pub fn format(name: &str) -> Option<&'static dyn Render> {
    FORMATS.into_iter().find(|f| f.name() == name)
}

/// The words of all formats, for `--format`.
pub fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.into_iter().map(Render::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For the eye and for outside validators: `CAPDO_REPORT_PREVIEW=/tmp/out cargo test report::tests::preview`.
    #[test]
    fn preview() {
        let Ok(folder) = std::env::var("CAPDO_REPORT_PREVIEW") else {
            return;
        };
        let full = Options {
            sarif_full: true,
            ..Options::default()
        };
        let began = std::time::Instant::now();
        for (name, run) in [
            ("run", sample::run()),
            ("scan", sample::scan()),
            ("hostile", sample::hostile()),
            ("large", sample::large(5000)),
        ] {
            for format in FORMATS {
                let path = format!("{folder}/{name}-{}", format.file_name());
                let bytes = format.render(&run, &full).unwrap();
                std::fs::write(path, bytes).unwrap();
                println!("{name} {}: {:?}", format.name(), began.elapsed());
            }
        }
        let text = terminal::summary(&sample::run(), Lang::Vi, terminal::WIDTH);
        std::fs::write(format!("{folder}/run.txt"), text).unwrap();
    }

    #[test]
    fn formats_have_names_and_files_of_their_own() {
        for format in FORMATS {
            assert_eq!(
                super::format(format.name()).unwrap().file_name(),
                format.file_name()
            );
        }
        let mut names: Vec<_> = names().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FORMATS.len());
    }

    #[test]
    fn no_report_claims_too_much() {
        let mut run = sample::run();
        // Titles of instruments and texts of the law are not ours.
        run.instruments.clear();
        run.requirements.clear();
        run.letter.clear();
        for format in FORMATS {
            let bytes = format.render(&run, &Options::default()).unwrap();
            // Word documents say what `regulator-html` says.
            let Ok(text) = String::from_utf8(bytes) else {
                assert!(
                    matches!(format.name(), "docx" | "mau08"),
                    "{}",
                    format.name()
                );
                continue;
            };
            let text = text.to_lowercase();
            for never in ["tuân thủ", "hợp chuẩn", "compliant", "certified", "vi phạm"] {
                assert!(!text.contains(never), "{}: {never}", format.name());
            }
        }
    }

    #[test]
    fn the_same_run_gives_the_same_bytes() {
        for format in FORMATS {
            let draw = || format.render(&sample::run(), &Options::default()).unwrap();
            assert_eq!(draw(), draw());
        }
    }

    /// What can be read of a report: of a Word document, all of its parts.
    fn read(format: &dyn Render, run: &Run) -> String {
        use std::io::Read;

        let bytes = format.render(run, &Options::default()).unwrap();
        if !bytes.starts_with(b"PK") {
            return String::from_utf8(bytes).unwrap();
        }
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        for at in 0..zip.len() {
            zip.by_index(at).unwrap().read_to_string(&mut text).unwrap();
        }
        text
    }

    #[test]
    fn hostile_text_is_neutralised_in_every_format() {
        let long = format!(
            "=cmd|' /C calc'!A0{}{}",
            sample::HOSTILE,
            "B".repeat(1_000_000)
        );
        let mut run = sample::hostile();
        for finding in run.findings.iter_mut().take(3) {
            finding.subject = long.as_str().into();
            for fact in &mut finding.actual {
                fact.value.clone_from(&long);
            }
        }
        for format in FORMATS.into_iter().filter(|f| f.name() != "json") {
            let text = read(format, &run);
            for (never, what) in [
                ('\u{1b}', "ANSI"),
                ('\u{202e}', "right-to-left"),
                ('\u{0}', "NUL"),
                ('\u{2028}', "line separator"),
            ] {
                assert!(!text.contains(never), "{}: {what}", format.name());
            }
            assert!(
                text.len() < 2_000_000,
                "{}: {} bytes",
                format.name(),
                text.len()
            );
        }
        // The run itself keeps what was said; JSON escapes what a terminal would obey.
        assert!(!read(&json::Json, &run).contains('\u{1b}'));
    }
}
