//! What a repository changed since a revision: a scan then tells only of that, and says so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Failure;
use crate::assess::Judged;
use crate::model::{Collected, Inventory, Subject};

/// The files that differ from a revision, by their absolute paths.
pub(super) struct Changed {
    files: BTreeSet<PathBuf>,
}

impl Changed {
    /// Asks git, for each target, which of the files below it differ from `revision` or are new.
    pub(super) fn since(revision: &str, inventory: &Inventory) -> Result<Self, Failure> {
        if revision.is_empty() || revision.starts_with('-') {
            return Err(Failure::Usage(format!(
                "`{revision}` is no revision\n  help: write a commit, a branch or a tag: --changed-since origin/main"
            )));
        }
        let mut files = BTreeSet::new();
        for asset in &inventory.assets {
            let folder = folder_of(Path::new(&asset.shown));
            let diff = [
                "diff",
                "--name-only",
                "-z",
                "--no-ext-diff",
                "--relative",
                revision,
                "--",
            ];
            let new = ["ls-files", "-z", "--others", "--exclude-standard", "--"];
            for args in [&diff[..], &new[..]] {
                for name in git(&folder, args)?.split('\0').filter(|n| !n.is_empty()) {
                    files.insert(real(&folder.join(name)));
                }
            }
        }
        Ok(Self { files })
    }

    /// Keeps the subjects of which a line stands in a changed file, and what was walked as a whole.
    pub(super) fn narrow(&self, judged: &mut [Judged]) {
        for one in judged {
            let Collected { subjects, .. } = &mut one.collected;
            subjects.retain(|s| &*s.kind == "config-files" || self.touches(s));
        }
    }

    /// Does any line of the subject stand in a changed file: its own, or one that it includes?
    fn touches(&self, subject: &Subject) -> bool {
        let facts = subject.facts.values().chain(&subject.other);
        let mut seen = BTreeSet::new();
        subject
            .place
            .iter()
            .chain(facts.filter_map(|f| f.place.as_ref()))
            .filter(|place| seen.insert(place.file.clone()))
            .any(|place| self.files.contains(&real(Path::new(&*place.file))))
    }
}

/// The folder that git is asked in: the target, or where it stands.
fn folder_of(target: &Path) -> PathBuf {
    let mut at = target;
    while !at.is_dir() {
        match at.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => at = parent,
            Some(_) | None => return PathBuf::from("."),
        }
    }
    at.to_owned()
}

fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

/// Nothing of the repository is run by it: neither hooks nor programs for differences.
fn git(folder: &Path, args: &[&str]) -> Result<String, Failure> {
    let said = Command::new("git")
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "diff.external=",
        ])
        .arg("-C")
        .arg(folder)
        .args(args)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .output()
        .map_err(|e| {
            Failure::Usage(format!(
                "git could not be run: {e}\n  help: install git, or leave --changed-since out"
            ))
        })?;
    if !said.status.success() {
        let why = String::from_utf8_lossy(&said.stderr);
        let why = why
            .lines()
            .next()
            .unwrap_or("git ended with an error")
            .to_owned();
        return Err(Failure::Usage(format!(
            "{}: {why}\n  help: --changed-since needs a repository that knows the revision (in CI: fetch-depth 0)",
            folder.display()
        )));
    }
    Ok(String::from_utf8_lossy(&said.stdout).into_owned())
}
