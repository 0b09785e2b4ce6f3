//! `capdo keygen`: a pair of keys for the integrity seal of reports.

use std::path::{Path, PathBuf};

use super::{Failure, Outcome, output};
use crate::cli::{Common, KeygenArgs};
use crate::evidence::key::{self, PublicKey};
use crate::model::Lang;
use crate::text::evidence as words;

/// Runs the command.
pub(super) fn run(args: &KeygenArgs, common: &Common) -> Outcome {
    let public = public_path(&args.output);
    for path in [&args.output, &public] {
        if path.symlink_metadata().is_ok() {
            return Err(Failure::File(format!(
                "{}: something stands there already, and keys are never overwritten\n  help: name another file with -o",
                path.display()
            )));
        }
    }
    let (private_text, public_text) =
        key::generate().map_err(|e| Failure::Internal(e.to_string()))?;
    put(&args.output, &private_text)?;
    put(&public, &public_text)?;
    if !common.quiet {
        let hex = PublicKey::parse(&public_text).map(|k| k.hex());
        let lang: Lang = common.lang.into();
        let said = words::generated(
            &args.output.display().to_string(),
            &public.display().to_string(),
            &hex.unwrap_or_default(),
        );
        output::said(&format!("{}\n", said.get(lang)))?;
    }
    Ok(0)
}

/// The public half stands beside the private one.
fn public_path(private: &Path) -> PathBuf {
    let mut name = private.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return Err(Failure::Usage(format!(
            "{}: this is no file name\n  help: name a file with -o",
            path.display()
        )));
    };
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    output::file(parent.unwrap_or(Path::new(".")), name, text.as_bytes())
}
