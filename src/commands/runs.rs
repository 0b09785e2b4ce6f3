//! Reads a `run.json` of an earlier run: of another version, cut short or changed by hand it is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::error::Category;
use sha2::{Digest, Sha256};

use super::Failure;
use super::hand::changed;
use crate::assess::Baseline;
use crate::cli::GateArgs;
use crate::evidence::seal;
use crate::model::{AssetKind, Inventory, Run};
use crate::report::Past;

/// The form of runs that this version reads.
const SCHEMA: &str = "capdo/run/1";

/// What stands before anything else is believed of a file.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

/// What the user names of earlier runs.
pub(super) struct Earlier {
    pub(super) baseline: Option<Baseline>,
    /// The figures of the baseline and of those of `--history`, the oldest first.
    pub(super) history: Vec<Past>,
}

/// The baseline and the earlier runs that the user names; they must be of the same things.
///
/// # Errors
/// Where one is no run, of something else, or of the future.
pub(super) fn earlier(
    gate: &GateArgs,
    named: &[PathBuf],
    inventory: &Inventory,
    scan: Option<AssetKind>,
    now: Timestamp,
) -> Result<Earlier, Failure> {
    let foreign = |run: &Run| Baseline::of(run).foreign(inventory, scan);
    let mut history = history(named, now, foreign)?;
    let Some(path) = &gate.baseline else {
        return Ok(Earlier {
            baseline: None,
            history,
        });
    };
    let run = read(path)?;
    let baseline = Baseline::of(&run);
    if let Some(why) = baseline.foreign(inventory, scan) {
        return Err(Failure::File(format!(
            "{}: this baseline is of something else: {why}\n  help: name the run.json of an earlier run of the same inventory, or leave out --baseline",
            path.display()
        )));
    }
    let past = Past::of(&run);
    let ended = |past: &Past| past.finished.parse::<Timestamp>().ok();
    if !history.contains(&past) && ended(&past).is_some_and(|at| at <= now) {
        history.push(past);
        history.sort_by_key(ended);
    }
    Ok(Earlier {
        baseline: Some(baseline),
        history,
    })
}

/// Why two runs are not of the same thing; nothing where they are.
pub(super) fn apart(old: &Run, new: &Run) -> Option<&'static str> {
    let company = |run: &Run| {
        let organisation = run.organisation.as_ref();
        organisation.map(|o| o.tax_code.clone().unwrap_or_else(|| o.name.vi.clone()))
    };
    let known: BTreeSet<&str> = new.assets.iter().map(|a| a.id.as_str()).collect();
    let shared = old.assets.iter().any(|a| known.contains(a.id.as_str()));
    let empty = old.assets.is_empty() || new.assets.is_empty();
    if old.run.scope != new.run.scope || old.run.kind != new.run.kind {
        Some("one is an audit or a scan of another kind")
    } else if company(old) != company(new) {
        Some("they are of different companies")
    } else if !shared && !empty {
        Some("they have no asset in common")
    } else {
        None
    }
}

/// The figures of the earlier runs that the user names, the oldest first, each once. `foreign` says why one is of something else.
///
/// # Errors
/// Where one is no run, of something else, or later than the run that is drawn.
pub(super) fn history(
    paths: &[PathBuf],
    until: Timestamp,
    foreign: impl Fn(&Run) -> Option<String>,
) -> Result<Vec<Past>, Failure> {
    let mut found: BTreeMap<(Timestamp, String), Past> = BTreeMap::new();
    for path in paths {
        let run = read(path)?;
        let refused = |why: String| {
            Failure::File(format!(
                "{}: this is no earlier run of the same thing: {why}\n  help: name with --history only run.json files of the same inventory, written before",
                path.display()
            ))
        };
        if let Some(why) = foreign(&run) {
            return Err(refused(why));
        }
        let finished: Timestamp = (run.run.finished.parse())
            .map_err(|_| refused("it does not say when it ended".into()))?;
        if finished > until {
            return Err(refused(format!(
                "it ended at {finished}, later than the run that is drawn"
            )));
        }
        found.insert((finished, run.run.id.clone()), Past::of(&run));
    }
    Ok(found.into_values().collect())
}

/// The folder of the baseline: its manifest is the one before.
pub(super) fn folder_of(gate: &GateArgs) -> Option<PathBuf> {
    let path = gate.baseline.as_ref()?;
    path.parent().map(Path::to_owned)
}

/// Reads a run.json.
pub(super) fn read(path: &Path) -> Result<Run, Failure> {
    let shown = path.display();
    let run = match streamed(path) {
        Some((run, sha256)) => {
            beside_manifest(path, &sha256)?;
            run
        }
        None => explained(path)?,
    };
    match changed(&run) {
        None => Ok(run),
        Some(why) => Err(Failure::Integrity(format!(
            "{shown}: this run was changed after capdo wrote it: {why}\n  help: take the file as it was written, or run the audit again"
        ))),
    }
}

/// The run and the hash of its file, which is never held whole; nothing where it is no run.
fn streamed(path: &Path) -> Option<(Run, String)> {
    let mut hashing = Hashing {
        file: fs::File::open(path).ok()?,
        hash: Sha256::new(),
    };
    let reader = BufReader::with_capacity(1 << 16, &mut hashing);
    let run: Run = serde_json::from_reader(reader).ok()?;
    let digest = hashing.hash.finalize();
    let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    (run.schema == SCHEMA).then_some((run, sha256))
}

/// A file that is hashed while it is read.
struct Hashing {
    file: fs::File,
    hash: Sha256,
}

impl Read for Hashing {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(into)?;
        self.hash.update(into.get(..n).unwrap_or_default());
        Ok(n)
    }
}

/// Why a file is no run; slower, and told in words.
fn explained(path: &Path) -> Result<Run, Failure> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|e| {
        let what = if path.is_dir() {
            "this is a folder: name the run.json in it".to_owned()
        } else {
            format!("cannot be read: {e}")
        };
        Failure::File(format!(
            "{shown}: {what}\n  help: name a run.json that capdo wrote (`capdo audit --out DIR`)"
        ))
    })?;
    beside_manifest(path, &seal::sha256(&bytes))?;
    parse(&bytes).map_err(|why| Failure::File(format!("{shown}: {why}")))
}

/// Where a manifest stands beside it and names it, it must be the file that was written.
fn beside_manifest(path: &Path, sha256: &str) -> Result<(), Failure> {
    let name = path.file_name().and_then(|n| n.to_str());
    let manifest = fs::read(path.with_file_name(seal::MANIFEST));
    let (Some(name), Ok(manifest)) = (name, manifest) else {
        return Ok(());
    };
    match seal::hash_of(&manifest, name) {
        Some(hash) if hash != sha256 => Err(Failure::Integrity(format!(
            "{}: this is not the file that the {} beside it names\n  help: take the file as it was written, or copy it away from that folder",
            path.display(),
            seal::MANIFEST
        ))),
        Some(_) => Ok(()),
        // A manifest of ours that does not hold names nothing: whoever changes a run changes that, too.
        None if seal::is_broken(&manifest) => Err(Failure::Integrity(format!(
            "{}: the {} beside it does not hold\n  help: take the folder as it was written, or copy the file away from it",
            path.display(),
            seal::MANIFEST
        ))),
        None => Ok(()),
    }
}

fn parse(bytes: &[u8]) -> Result<Run, String> {
    let head: Head = serde_json::from_slice(bytes).map_err(|e| no_run(&e))?;
    match head.schema.as_deref() {
        Some(SCHEMA) => {}
        Some(other) if major(other).is_some_and(|n| n > 1) => {
            return Err(format!(
                "it is `{other}`, written by a newer capdo; this version reads {SCHEMA}\n  help: use a capdo at least as new as the one that wrote it"
            ));
        }
        Some(other) => {
            return Err(format!(
                "it is `{}`, and no run: {SCHEMA} is read here\n  help: name the run.json of a report folder",
                other.escape_debug()
            ));
        }
        None => {
            return Err(format!(
                "no run of capdo: it does not say `schema: {SCHEMA}`\n  help: name the run.json of a report folder"
            ));
        }
    }
    serde_json::from_slice(bytes).map_err(|e| no_run(&e))
}

fn no_run(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => format!(
            "the file is cut short: it ends in the middle, at line {}\n  help: copy it again, whole",
            error.line()
        ),
        Category::Data => format!(
            "not what capdo writes: {error}\n  help: was it changed by hand? take the file as it was written"
        ),
        Category::Syntax | Category::Io => format!(
            "no JSON: {error}\n  help: name a run.json that capdo wrote; was it changed by hand?"
        ),
    }
}

/// The number at the end of `capdo/run/N`.
fn major(schema: &str) -> Option<u32> {
    schema.strip_prefix("capdo/run/")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Disposition, ResultWord, Status};

    const FIXTURE: &str = include_str!("../../tests/fixtures/run.json");

    fn value() -> serde_json::Value {
        serde_json::from_str(FIXTURE).unwrap()
    }

    fn why(value: &serde_json::Value) -> Option<String> {
        changed(&parse(value.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn a_run_as_it_was_written_is_taken() {
        assert_eq!(why(&value()), None);
    }

    #[test]
    fn a_newer_version_a_cut_file_and_another_file_are_told_apart() {
        let newer = FIXTURE.replacen("capdo/run/1", "capdo/run/2", 1);
        assert!(parse(newer.as_bytes()).unwrap_err().contains("newer capdo"));
        let cut = &FIXTURE[..FIXTURE.len() / 2];
        let end = (0..=3)
            .find(|n| cut.is_char_boundary(cut.len() - n))
            .unwrap();
        let cut = &cut[..cut.len() - end];
        assert!(parse(cut.as_bytes()).unwrap_err().contains("cut short"));
        for other in ["{}", "{\"schema\": \"capdo/waivers/1\"}"] {
            assert!(parse(other.as_bytes()).unwrap_err().contains("no run"));
        }
        assert!(parse(b"schema: x").unwrap_err().contains("no JSON"));
        let wrong = FIXTURE.replacen("\"fail_on\": \"", "\"fail_on\": \"x", 1);
        assert!(parse(wrong.as_bytes()).unwrap_err().contains("by hand"));
    }

    #[test]
    fn a_hand_is_noticed() {
        let mut turned = value();
        let list = turned["findings"].as_array_mut().unwrap();
        let failed = list.iter_mut().find(|f| f["result"] == "fail").unwrap();
        failed["result"] = "pass".into();
        assert!(why(&turned).unwrap().contains("findings"));
        let mut gone = value();
        gone["findings"].as_array_mut().unwrap().pop();
        assert!(why(&gone).is_some());
        let mut lifted = value();
        let list = lifted["requirements"].as_array_mut().unwrap();
        let gap = list.iter_mut().find(|r| r["status"] == "gap").unwrap();
        gap["status"] = "met".into();
        assert!(why(&lifted).unwrap().contains("worst"));
        let mut gate = value();
        assert_eq!(gate["gate"]["outcome"], "fail");
        gate["gate"]["exit_code"] = 0.into();
        gate["gate"]["outcome"] = "pass".into();
        assert!(why(&gate).unwrap().contains("gate"));
        gate["gate"]["exit_code"] = 0.into();
        gate["gate"]["outcome"] = "fail".into();
        assert!(why(&gate).unwrap().contains("exit code"));
        // A hand that keeps the counts in step: all failures of a gap become passes.
        let mut run = parse(FIXTURE.as_bytes()).unwrap();
        let gap = run.requirements.iter().find(|r| r.status == Status::Gap);
        let own = gap.unwrap().findings.clone();
        for finding in &mut run.findings {
            if own.contains(&finding.id) && finding.result == ResultWord::Fail {
                let add = |counts: &mut BTreeMap<String, u64>, key: &str, by: i64| {
                    let now = counts.entry(key.to_owned()).or_default();
                    *now = now.checked_add_signed(by).unwrap();
                    counts.retain(|_, n| *n > 0);
                };
                if finding.disposition == Disposition::None {
                    add(&mut run.summary.by_severity, finding.severity.word(), -1);
                }
                add(&mut run.summary.by_result, "fail", -1);
                add(&mut run.summary.by_result, "pass", 1);
                finding.result = ResultWord::Pass;
            }
        }
        let told = changed(&run).unwrap();
        assert!(told.contains("state of requirement"), "{told}");
    }
}
