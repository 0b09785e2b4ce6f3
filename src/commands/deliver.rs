//! Draws a run in the formats that were asked for, and puts them where they belong.

use std::path::Path;

use super::sealing::{self, Sealing};
use super::{Failure, output};
use crate::cli::Common;
use crate::evidence::seal::{self, FileSum, MANIFEST, SEAL};
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
    sealing: &Sealing,
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
            None if common.quiet => Ok(()),
            None => output::stdout(&said(run, common)),
        };
    };
    output::folder(folder)?;
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    for format in formats {
        files.push((format.file_name(), draw(*format)?));
    }
    // Without the run nothing could be drawn or compared again.
    if !formats.iter().any(|f| f.name() == "json")
        && let Some(json) = report::format("json")
    {
        files.push((json.file_name(), draw(json)?));
    }
    keep(run, folder, &files, sealing)?;
    if common.quiet {
        return Ok(());
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    output::stdout(&said(run, common))?;
    output::stdout(&format!(
        "→ {}: {} {MANIFEST}\n",
        folder.display(),
        names.join(" ")
    ))
}

/// The summary that fits a screen, or the long one.
fn said(run: &Run, common: &Common) -> String {
    let draw = match common.verbose {
        0 => report::terminal::brief,
        _ => report::terminal::summary,
    };
    draw(run, common.lang.into())
}

/// Reports, chain, manifest and seal appear together; what stood there before stays until all of them are written.
fn keep(
    run: &Run,
    folder: &Path,
    files: &[(&str, Vec<u8>)],
    sealing: &Sealing,
) -> Result<(), Failure> {
    let before = sealing::before(folder, sealing.earlier.as_deref())?;
    let sums: Vec<FileSum> = files
        .iter()
        .map(|(name, bytes)| FileSum::of("report", name, bytes))
        .collect();
    let run_sha256 = sums
        .iter()
        .find(|f| f.name == "run.json")
        .map_or_else(String::new, |f| f.sha256.clone());
    let written = seal::write(
        run,
        run_sha256,
        sums,
        sealing.inputs.clone(),
        before.previous,
        sealing.key.as_ref(),
    )
    .map_err(|e| Failure::Internal(e.to_string()))?;
    let mut staged = output::Staged::new(folder);
    for (name, bytes) in &before.files {
        staged.put(name, bytes)?;
    }
    for (name, bytes) in files {
        staged.put(name, bytes)?;
    }
    staged.put(MANIFEST, &written.manifest)?;
    if let Some(bytes) = &written.seal {
        staged.put(SEAL, bytes)?;
    }
    staged.keep()?;
    if written.seal.is_none() {
        // That of the manifest before went into the chain.
        let _ = std::fs::remove_file(folder.join(SEAL));
    }
    Ok(())
}
