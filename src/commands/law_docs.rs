//! `capdo law docs`: the page of the law for proofreading.

use std::fs;
use std::path::Path;

use super::{Failure, Outcome, Pack, output};

/// Writes the page, or says whether the one there is up to date.
pub(super) fn run(pack: &Pack, out: &Path, check: bool) -> Outcome {
    let page = crate::law::page(&pack.law);
    if !check {
        if let Some(folder) = out.parent() {
            fs::create_dir_all(folder)
                .map_err(|e| Failure::File(format!("{}: {e}", folder.display())))?;
        }
        fs::write(out, page).map_err(|e| Failure::File(format!("{}: {e}", out.display())))?;
        return Ok(0);
    }
    if fs::read_to_string(out).is_ok_and(|there| there == page) {
        return Ok(0);
    }
    output::stderr(&format!(
        "not up to date: {}\n  help: run `capdo law docs`\n",
        out.display()
    ));
    Ok(1)
}
