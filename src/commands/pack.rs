//! The law and the controls: embedded, with a folder of our user's over them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Failure;
use crate::cli::Common;
use crate::model::{Example, Law, RulePack};
use crate::parse::diagnostic::{Diagnostic, Diagnostics};
use crate::{law, rules};

/// The law and the controls that count in this run.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The law.
    pub law: Law,
    /// The controls and the vocabulary.
    pub rules: RulePack,
    /// Of the files of the law.
    pub law_sha256: String,
    /// Of the files of the controls and the vocabulary.
    pub rules_sha256: String,
    /// In what the user's rules are weaker than the embedded ones.
    pub weakened: Vec<String>,
}

/// The pack that is built in.
///
/// # Errors
/// Never, in a program that was built whole.
pub fn embedded() -> Result<Pack, Failure> {
    let mut pack = to_judge()?;
    let own = ids(&pack.rules);
    give_examples(&own, &mut pack.rules)?;
    Ok(pack)
}

/// The same without the examples of its controls, which no judgement reads.
fn to_judge() -> Result<Pack, Failure> {
    let blob = include_bytes!(concat!(env!("OUT_DIR"), "/pack.bin"));
    let (law_sha256, rules_sha256, law, rules) = postcard::from_bytes(blob)
        .map_err(|e| Failure::Internal(format!("the embedded rules do not load: {e}")))?;
    Ok(Pack {
        law,
        rules,
        law_sha256,
        rules_sha256,
        weakened: Vec::new(),
    })
}

/// Gives the controls of the embedded pack their examples; those of a folder over it have their own.
///
/// # Errors
/// Never, in a program that was built whole.
fn give_examples(embedded: &[String], pack: &mut RulePack) -> Result<(), Failure> {
    let blob = include_bytes!(concat!(env!("OUT_DIR"), "/examples.bin"));
    let examples: Vec<Vec<Example>> = postcard::from_bytes(blob)
        .map_err(|e| Failure::Internal(format!("the embedded examples do not load: {e}")))?;
    let mut by_id: BTreeMap<&String, Vec<Example>> = embedded.iter().zip(examples).collect();
    for control in pack.controls.iter_mut().filter(|c| c.examples.is_empty()) {
        control.examples = by_id.remove(&control.id).unwrap_or_default();
    }
    Ok(())
}

fn ids(pack: &RulePack) -> Vec<String> {
    pack.controls.iter().map(|c| c.id.clone()).collect()
}

impl Pack {
    /// The same as [`Pack::of`], with the examples of all controls: for their test and their pages.
    ///
    /// # Errors
    /// Those of [`Pack::of`].
    pub(super) fn with_examples(common: &Common) -> Result<Self, Failure> {
        let mut pack = Self::of(common)?;
        give_examples(&ids(&to_judge()?.rules), &mut pack.rules)?;
        Ok(pack)
    }

    /// The embedded pack with the folder of `--rules` over it.
    ///
    /// # Errors
    /// Every mistake of the folder, and where it is weaker without `--allow-weaker`.
    pub(super) fn of(common: &Common) -> Result<Self, Failure> {
        let base = to_judge()?;
        let Some(folder) = &common.rules else {
            return Ok(base);
        };
        let over = Self::over(&base, folder)?;
        if !over.weakened.is_empty() && !common.allow_weaker {
            let list: Vec<String> = over.weakened.iter().map(|w| format!("  {w}")).collect();
            return Err(Failure::File(format!(
                "{}: these rules are weaker than the embedded ones:\n{}\n  help: tighten or add; or take them with --allow-weaker, and the report says so",
                folder.display(),
                list.join("\n")
            )));
        }
        Ok(over)
    }

    fn over(base: &Pack, folder: &Path) -> Result<Self, Failure> {
        let laws = files(folder, "law")?;
        let mut controls = files(folder, "vocabulary")?;
        controls.extend(files(folder, "controls")?);
        if laws.is_empty() && controls.is_empty() {
            return Err(Failure::File(format!(
                "{}: no rules there\n  help: the folder has controls/, vocabulary/ or law/ with YAML files in it",
                folder.display()
            )));
        }
        let law = law::load(base.law.clone(), &laws)?;
        let rules = rules::load(base.rules.clone(), &law, &controls)?;
        let mut weakened = Vec::new();
        for old in &base.law.requirements {
            match law.requirement(&old.id) {
                None => weakened.push(format!("{}: the requirement is gone", old.id)),
                Some(new) if new.force < old.force => {
                    weakened.push(format!("{}: a weaker force", old.id))
                }
                Some(new) if !old.levels.is_subset(new.levels) => {
                    weakened.push(format!("{}: fewer levels", old.id))
                }
                Some(_) => {}
            }
        }
        for old in &base.rules.controls {
            if let Some(new) = rules.control(&old.id) {
                weakened.extend(
                    rules::weaker(old, new)
                        .into_iter()
                        .map(|why| format!("{}: {why}", old.id)),
                );
            }
        }
        Ok(Self {
            law_sha256: if laws.is_empty() {
                base.law_sha256.clone()
            } else {
                sha256(&base.law_sha256, &laws)
            },
            rules_sha256: sha256(&base.rules_sha256, &controls),
            law,
            rules,
            weakened,
        })
    }
}

/// The YAML files of one part of a rules folder, with names and bytes, sorted.
fn files(folder: &Path, part: &str) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let root = folder.join(part);
    if !folder.is_dir() {
        let help = "name the folder that has controls/, vocabulary/ or law/ in it";
        return Err(Diagnostics(vec![Diagnostic::of_file(
            &folder.display().to_string(),
            "no folder there",
            help,
        )])
        .into());
    }
    let mut found = Vec::new();
    if !root.exists() {
        return Ok(found);
    }
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.map_err(|e| Failure::File(e.to_string()))?;
        let path = entry.path();
        if entry.file_type().is_file()
            && path.extension().is_some_and(|e| e == "yaml" || e == "yml")
        {
            let bytes =
                fs::read(path).map_err(|e| Failure::File(format!("{}: {e}", path.display())))?;
            found.push((path.display().to_string(), bytes));
        }
    }
    Ok(found)
}

fn sha256(base: &str, files: &[(String, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    hash.update(base.as_bytes());
    for (name, bytes) in files {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(bytes);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
