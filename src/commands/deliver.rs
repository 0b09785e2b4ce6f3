//! Draws a run in the formats that were asked for, and puts them where they belong.

use std::path::Path;

use super::{Failure, output};
use crate::cli::Common;
use crate::model::Run;
use crate::report::{self, Options, Render};

/// The formats that were asked for: all of them into a folder where none is named.
pub(super) fn formats(
    words: &[String],
    out: Option<&Path>,
) -> Result<Vec<&'static dyn Render>, Failure> {
    let known: Vec<&str> = report::names().collect();
    let mut formats = Vec::new();
    for word in words {
        match report::format(word) {
            Some(format) => formats.push(format),
            None => {
                let near = crate::parse::shape::nearest(word, known.iter().copied());
                let help = near.map_or_else(
                    || format!("known: {}", known.join(", ")),
                    |n| format!("did you mean `{n}`?"),
                );
                return Err(Failure::Usage(format!(
                    "no format `{word}`\n  help: {help}"
                )));
            }
        }
    }
    if formats.len() > 1 && out.is_none() {
        return Err(Failure::Usage(
            "several formats need a folder\n  help: add --out DIR".into(),
        ));
    }
    if formats.is_empty() && out.is_some() {
        formats.extend(report::FORMATS);
    }
    Ok(formats)
}

/// Writes the formats into the folder and the summary to the terminal; or the one format to stdout.
pub(super) fn deliver(
    run: &Run,
    formats: &[&'static dyn Render],
    out: Option<&Path>,
    common: &Common,
) -> Result<(), Failure> {
    let options = Options {
        lang: common.lang.into(),
        ..Options::default()
    };
    let draw = |format: &dyn Render| {
        format
            .render(run, &options)
            .map_err(|e| Failure::Internal(format!("{}: {e}", format.name())))
    };
    let Some(folder) = out else {
        return match formats.first() {
            Some(format) => output::bytes(&draw(*format)?),
            None => output::stdout(&report::terminal::summary(run, common.lang.into())),
        };
    };
    output::folder(folder)?;
    for format in formats {
        output::file(folder, format.file_name(), &draw(*format)?)?;
    }
    if common.quiet {
        return Ok(());
    }
    let names: Vec<String> = formats
        .iter()
        .map(|f| folder.join(f.file_name()).display().to_string())
        .collect();
    output::stdout(&report::terminal::summary(run, common.lang.into()))?;
    output::stdout(&format!("\n→ {}\n", names.join("\n→ ")))
}
