//! Draws a run in the formats that were asked for, and puts them where they belong.

use std::borrow::Cow;
use std::path::Path;

use super::{Failure, Pack, output};
use crate::cli::{Common, DrawArgs, SarifProfile};
use crate::input;
use crate::model::{RemedyPlan, Run};
use crate::report::{self, Options, Render};

/// The formats that were asked for: the usual ones into a folder where none is named.
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
        formats.extend(report::FORMATS.into_iter().filter(|f| f.is_usual()));
    }
    Ok(formats)
}

/// The plan file, checked before any target is touched; an empty plan where none is named. A key must not stand beside what it
/// unlocks.
///
/// # Errors
/// Every mistake of the file; a key in the folder of the reports.
pub(super) fn plan(
    draw: &DrawArgs,
    out: Option<&Path>,
    pack: &Pack,
    systems: &[&str],
) -> Result<RemedyPlan, Failure> {
    if let (Some(key), Some(out)) = (&draw.redact_key, out)
        && is_inside(key, out)
    {
        return Err(Failure::Usage(format!(
            "{}: the key would stand among the reports\n  help: name a file outside of {}",
            key.display(),
            out.display()
        )));
    }
    match &draw.plan {
        None => Ok(RemedyPlan::default()),
        Some(path) => Ok(input::load_plan(path, &pack.law, &pack.rules, systems)?),
    }
}

fn is_inside(key: &Path, out: &Path) -> bool {
    let real = |path: &Path| {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        };
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        path.file_name()
            .map_or(folder.clone(), |name| folder.join(name))
    };
    let out = out.canonicalize().unwrap_or_else(|_| real(out));
    real(key).starts_with(out)
}

/// Writes the formats into the folder and the summary to the terminal; or the one format to stdout.
///
/// Everything is drawn before anything is written: a format that cannot be drawn leaves the old reports as they are.
pub(super) fn deliver(
    run: &Run,
    formats: &[&'static dyn Render],
    out: Option<&Path>,
    draw: &DrawArgs,
    plan: RemedyPlan,
    common: &Common,
) -> Result<(), Failure> {
    let options = Options {
        lang: common.lang.into(),
        sarif_full: draw.sarif_profile == SarifProfile::Full,
        plan,
        ..Options::default()
    };
    let run = redacted(run, draw)?;
    let drawn = |format: &dyn Render| {
        format
            .render(&run, &options)
            .map_err(|e| Failure::Internal(format!("{}: {e}", format.name())))
    };
    let Some(folder) = out else {
        return match formats.first() {
            Some(format) => output::bytes(&drawn(*format)?),
            None => output::stdout(&report::terminal::summary(&run, common.lang.into())),
        };
    };
    let mut files = Vec::with_capacity(formats.len());
    for format in formats {
        files.push((format.file_name(), drawn(*format)?));
    }
    output::folder(folder)?;
    output::files(folder, &files)?;
    if common.quiet {
        return Ok(());
    }
    let names: Vec<String> = formats
        .iter()
        .map(|f| folder.join(f.file_name()).display().to_string())
        .collect();
    output::stdout(&report::terminal::summary(&run, common.lang.into()))?;
    output::stdout(&format!("\n→ {}\n", names.join("\n→ ")))
}

/// The run with codes for hosts, and the key written where it was asked for.
fn redacted<'a>(run: &'a Run, draw: &DrawArgs) -> Result<Cow<'a, Run>, Failure> {
    let (Some(_), Some(path)) = (draw.redact, &draw.redact_key) else {
        return Ok(Cow::Borrowed(run));
    };
    let (run, key) =
        report::redact::hosts(run).map_err(|e| Failure::Internal(format!("redact: {e}")))?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return Err(Failure::Usage(format!(
            "{}: this is no file name\n  help: name a file for the key",
            path.display()
        )));
    };
    output::file(folder, name, key.as_bytes())?;
    Ok(Cow::Owned(run))
}
