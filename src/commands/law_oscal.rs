//! `capdo law oscal`: the requirements as an OSCAL catalogue, with one profile for each level.

use std::path::Path;

use serde_json::Value;

use super::{Failure, Outcome, Pack, coverage, output};
use crate::cli::Common;
use crate::model::{Day, Level, Requirement};
use crate::report::oscal::{CATALOG_FILE, Source, profile_file};

/// Runs the command.
pub(super) fn run(pack: &Pack, out: Option<&Path>, on: Day, common: &Common) -> Outcome {
    let source = Source {
        law: &pack.law,
        rules: &pack.rules,
        law_sha256: &pack.law_sha256,
        as_of: on,
        lang: common.lang.into(),
    };
    let catalog = bytes(&source.catalog())?;
    let Some(folder) = out else {
        return output::bytes(&catalog).map(|()| 0);
    };
    let mut files = vec![(CATALOG_FILE.to_owned(), catalog)];
    for level in Level::ALL {
        let chosen: Vec<&Requirement> = pack
            .law
            .requirements
            .iter()
            .filter(|r| r.in_force(on) && r.levels.contains(level) && coverage::is_duty(r))
            .collect();
        if chosen.is_empty() {
            return Err(Failure::Usage(format!(
                "no requirement for level {level} is in force on {on}\n  help: name another day with --as-of; `capdo law list` has the dates"
            )));
        }
        files.push((profile_file(level), bytes(&source.profile(level, &chosen))?));
    }
    output::folder(folder)?;
    let mut staged = output::Staged::new(folder);
    for (name, bytes) in &files {
        staged.put(name, bytes)?;
    }
    staged.keep()?;
    if !common.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        output::stdout(&format!("→ {}: {}\n", folder.display(), names.join(" ")))?;
    }
    Ok(0)
}

fn bytes(document: &Value) -> Result<Vec<u8>, Failure> {
    let mut bytes =
        serde_json::to_vec_pretty(document).map_err(|e| Failure::Internal(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}
