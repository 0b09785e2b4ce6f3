//! `capdo init`: a first inventory from what lies around. It asks nothing; what it cannot find it leaves marked for people.

mod apps;
mod gather;
mod look;
mod names;
mod served;
mod write;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::entry::relative;
use super::{Failure, Outcome, Pack, now, output};
use crate::cli::{Common, InitArgs};
use crate::collect::Context;
use crate::input::{self, Overlay};
use crate::model::Lang;
use crate::text::{init as words, unicode};
use gather::Found;

/// The most paths that are told of one reason; the inventory has more of them.
const MOST_NAMED: usize = 3;

/// Runs the command.
pub(super) fn run(args: &InitArgs, common: &Common) -> Outcome {
    let lang: Lang = common.lang.into();
    let pack = Pack::of(common)?;
    if !args.folder.is_dir() {
        return Err(Failure::File(format!(
            "{}: no folder there\n  help: name the folder to look around in",
            args.folder.display()
        )));
    }
    let file = args.output.clone().unwrap_or_else(|| beside(&args.folder));
    if file.symlink_metadata().is_ok() && !args.force {
        return Err(Failure::File(format!(
            "{}: there is an inventory already\n  help: name another file with -o, or overwrite it with --force",
            file.display()
        )));
    }
    let cx = Context {
        now: now(),
        timeout: Duration::from_secs(1),
        offline: true,
    };
    let found = gather::gather(look::around(&args.folder, &file, &cx));
    let text = write::inventory(args, &found, &file, true, lang);
    // Waivers and attestations of other systems than the one that is written wait in a comment.
    let text = match reads(&file, &text, &pack) {
        Ok(()) => text,
        Err(_) => write::inventory(args, &found, &file, false, lang),
    };
    // What is written must be read again; anything else is a mistake of ours.
    reads(&file, &text, &pack)?;
    if let Some(folder) = file
        .parent()
        .filter(|p| !p.as_os_str().is_empty() && !p.exists())
    {
        fs::create_dir_all(folder)
            .map_err(|e| Failure::File(format!("{}: {e}", folder.display())))?;
    }
    output::rewrite(&file, text.as_bytes())?;
    if !common.quiet {
        output::said(&told(&found, &file, lang))?;
    }
    Ok(0)
}

/// `capdo.yaml` in the folder, as people write it.
fn beside(folder: &Path) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from("capdo.yaml")
    } else {
        folder.join("capdo.yaml")
    }
}

/// Is this an inventory without a mistake, if it stood there?
fn reads(file: &Path, text: &str, pack: &Pack) -> Result<(), Failure> {
    let mut over = Overlay::default();
    over.put(file, text.to_owned().into_bytes());
    input::load_over(file, &pack.law, &pack.rules, &over)?;
    Ok(())
}

/// What was found, and what to do next.
fn told(found: &Found, file: &Path, lang: Lang) -> String {
    let shown = file.display().to_string();
    let mut text = format!("{}\n", words::written(&shown).get(lang));
    for (kind, count) in counts(found) {
        if count > 0 {
            let _ = writeln!(text, "  {count:>4}  {}", words::kind(kind).get(lang));
        }
    }
    not_placed(&mut text, found, file, lang);
    if found.is_empty() {
        let _ = writeln!(text, "{}", words::nothing().get(lang));
    }
    if found.cut {
        let _ = writeln!(text, "{}", words::cut().get(lang));
    }
    let _ = writeln!(text, "{}", words::next(&shown).get(lang));
    text
}

fn counts(found: &Found) -> [(&'static str, usize); 8] {
    [
        ("server", found.roots.len() + found.bundles.len()),
        ("endpoint", found.endpoints.len()),
        ("config", found.configs.len()),
        ("schema", found.schemas.len()),
        ("label", found.labels.len()),
        ("caller-id", usize::from(found.has_callers())),
        ("document", usize::from(found.has_staff())),
        ("entries", found.waivers.len() + found.attestations.len()),
    ]
}

/// What could not be placed, with the first of its paths.
fn not_placed(text: &mut String, found: &Found, file: &Path, lang: Lang) {
    if found.not_placed.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}", words::comment("not_placed").get(lang));
    for (why, paths) in &found.not_placed {
        let _ = writeln!(
            text,
            "  {:>4}  {}",
            paths.len(),
            words::why(why.word()).get(lang)
        );
        for path in paths.iter().take(MOST_NAMED) {
            let _ = writeln!(
                text,
                "          {}",
                unicode::visible(&relative(file, path))
            );
        }
        let more = paths.len().saturating_sub(MOST_NAMED);
        if more > 0 {
            let _ = writeln!(text, "          {}", words::more(more).get(lang));
        }
    }
}
