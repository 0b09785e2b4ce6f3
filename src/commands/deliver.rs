//! Draws a run in the formats that were asked for, and puts them where they belong.

use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::sealing::{self, Sealing};
use super::{Failure, Pack, output};
use crate::cli::{Common, DrawArgs, RedactArg, SarifProfile};
use crate::evidence::seal::{self, FileSum, MANIFEST, SEAL};
use crate::input;
use crate::model::{AssetKind, RemedyPlan, Run};
use crate::report::redact::{Redacted, What};
use crate::report::{self, Options, Past, Render};

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

/// What is drawn of a run, and where it goes.
pub(super) struct Reports<'a> {
    pub(super) formats: &'a [&'static dyn Render],
    pub(super) out: Option<&'a Path>,
    pub(super) draw: &'a DrawArgs,
    pub(super) plan: RemedyPlan,
    pub(super) history: Vec<Past>,
    pub(super) sealing: Sealing,
}

/// Writes the formats into the folder and the summary to the terminal; or the one format to stdout.
pub(super) fn deliver(run: &Run, reports: Reports<'_>, common: &Common) -> Result<(), Failure> {
    let redacted = redacted(run, &reports)?;
    let (run, plan) = match redacted {
        None => (Cow::Borrowed(run), reports.plan),
        Some(redacted) => (Cow::Owned(redacted.run), redacted.plan),
    };
    let options = Options {
        lang: common.lang.into(),
        sarif_full: reports.draw.sarif_profile == SarifProfile::Full,
        plan,
        history: reports.history,
        ..Options::default()
    };
    let Some(folder) = reports.out else {
        return match reports.formats.first() {
            Some(format) => output::drawn(|out| {
                let drawn = format.draw(&run, &options, out);
                drawn.map_err(|e| undrawn(*format, &e))
            }),
            None if common.quiet => Ok(()),
            None => output::stdout(&said(&run, common)),
        };
    };
    output::folder(folder)?;
    let mut formats = reports.formats.to_vec();
    // Without the run nothing could be drawn or compared again.
    if !formats.iter().any(|f| f.name() == "json") {
        formats.extend(report::format("json"));
    }
    let mut sealing = reports.sealing;
    if reports.draw.redact.contains(&RedactArg::Hosts) {
        sealing.hide_hosts();
        // The manifests of another folder name files after hosts: a new chain begins.
        sealing.earlier = None;
    }
    keep(&run, folder, &formats, &options, &sealing)?;
    if common.quiet {
        return Ok(());
    }
    let names: Vec<&str> = formats.iter().map(|f| f.file_name()).collect();
    output::stdout(&said(&run, common))?;
    output::stdout(&format!(
        "→ {}: {} {MANIFEST}\n",
        folder.display(),
        names.join(" ")
    ))
}

fn undrawn(format: &dyn Render, why: &dyn std::fmt::Display) -> Failure {
    Failure::Internal(format!("{}: {why}", format.name()))
}

/// The summary that fits a screen, or the long one.
fn said(run: &Run, common: &Common) -> String {
    let draw = match common.verbose {
        0 => report::terminal::brief,
        _ => report::terminal::summary,
    };
    draw(run, common.lang.into(), columns())
}

/// The columns of the terminal, within reason; what goes into a file or a pipe has those that we choose.
fn columns() -> usize {
    output::columns().map_or(report::terminal::WIDTH, |columns| columns.clamp(60, 120))
}

/// Reports, chain, manifest and seal appear together; what stood there before stays until all of them are written.
fn keep(
    run: &Run,
    folder: &Path,
    formats: &[&'static dyn Render],
    options: &Options,
    sealing: &Sealing,
) -> Result<(), Failure> {
    let before = sealing::before(folder, sealing.earlier.as_deref())?;
    let mut staged = output::Staged::new(folder);
    for (name, bytes) in &before.files {
        staged.put(name, bytes)?;
    }
    let mut sums = Vec::new();
    for format in formats {
        let mut sum = Summed::default();
        staged.write(format.file_name(), |file| {
            sum.over(file, |out| format.draw(run, options, out))
                .map_err(|e| undrawn(*format, &e))
        })?;
        sums.push(sum.of("report", format.file_name()));
    }
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

/// The hash and the length of what goes through, so that a large report need not be held for them.
#[derive(Default)]
struct Summed {
    hash: Sha256,
    bytes: u64,
}

impl Summed {
    fn over<E: From<std::io::Error>>(
        &mut self,
        file: &mut dyn Write,
        draw: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        // Formats write a few bytes at a time, and a hash wants many.
        let mut out = BufWriter::with_capacity(1 << 16, Through { file, sum: self });
        draw(&mut out)?;
        Ok(out.flush()?)
    }

    fn of(self, kind: &str, name: &str) -> FileSum {
        FileSum::summed(kind, name, self.bytes, &self.hash.finalize())
    }
}

struct Through<'a> {
    file: &'a mut dyn Write,
    sum: &'a mut Summed,
}

impl Write for Through<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum
            .hash
            .update(bytes.get(..written).unwrap_or_default());
        self.sum.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// The run with codes for hosts and people, where it was asked for; its key is written.
fn redacted(run: &Run, reports: &Reports<'_>) -> Result<Option<Redacted>, Failure> {
    let of = &reports.draw.redact;
    let Some(path) = reports.draw.redact_key.as_ref().filter(|_| !of.is_empty()) else {
        return Ok(None);
    };
    let what = What {
        hosts: of.contains(&RedactArg::Hosts),
        people: of.contains(&RedactArg::People),
    };
    let redacted = report::redact::redact(run, &reports.plan, what)
        .map_err(|e| Failure::Internal(format!("redact: {e}")))?;
    if let Some(folder) = reports.out.filter(|f| what.hosts && names_hosts(f)) {
        return Err(Failure::Usage(format!(
            "{}: what stands there already names hosts, and would stand beside the codes\n  help: name an empty folder with --out",
            folder.display()
        )));
    }
    let key = redacted
        .key()
        .map_err(|e| Failure::Internal(format!("redact: {e}")))?;
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
    Ok(Some(redacted))
}

/// Is there a run in the folder whose hosts have no codes, or a manifest or chain that names the files of a run without codes?
fn names_hosts(folder: &Path) -> bool {
    let bytes = |path: std::path::PathBuf| std::fs::read(path).ok();
    let open_run = bytes(folder.join("run.json"))
        .and_then(|run| serde_json::from_slice::<Hosts>(&run).ok())
        .is_some_and(|run| run.assets.iter().any(Host::is_open));
    let chain = std::fs::read_dir(folder.join(seal::CHAIN))
        .into_iter()
        .flatten();
    let links = chain.flatten().map(|entry| entry.path());
    let mut manifests = std::iter::once(folder.join(MANIFEST))
        .chain(links)
        .filter_map(bytes);
    open_run || manifests.any(|manifest| seal::names_inputs(&manifest))
}

/// What a run says of its hosts.
#[derive(serde::Deserialize)]
struct Hosts {
    assets: Vec<Host>,
}

#[derive(serde::Deserialize)]
struct Host {
    id: String,
    kind: AssetKind,
}

impl Host {
    fn is_open(&self) -> bool {
        matches!(self.kind, AssetKind::Server | AssetKind::Endpoint)
            && !report::redact::is_code(&self.id)
    }
}
