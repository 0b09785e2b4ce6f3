//! `capdo verify`: does a report folder or a bundle hold? Offline; in words.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::sealing::{public_key, small};
use super::{Failure, Outcome, now, output};
use crate::cli::{Common, VerifyArgs};
use crate::collect::bundle;
use crate::evidence::seal::{self, BrokenWhy, CHAIN, Holds, Kept, MANIFEST, ReportManifest, SEAL};
use crate::model::{Day, Lang, Text};
use crate::text::evidence as words;
use crate::text::labels;
use crate::text::unicode::visible;

/// More than a manifest or seal ever is.
const MAX_SMALL: u64 = 16 * 1024 * 1024;

/// Runs the command.
pub(super) fn run(args: &VerifyArgs, common: &Common) -> Outcome {
    let lang: Lang = common.lang.into();
    let key = args.key.as_deref().map(public_key).transpose()?;
    let shown = args.path.display().to_string();
    if args.path.is_file() {
        if key.is_some() {
            return Err(Failure::Usage(format!(
                "{shown}: a bundle has no seal\n  help: leave out --key, or name the folder of a report"
            )));
        }
        let said = of_bundle(&args.path, &shown, lang)?;
        return say(&said, common).map(|()| 0);
    }
    if !args.path.join(MANIFEST).exists() {
        return Err(Failure::File(format!(
            "{shown}: {}\n  help: name a folder that `capdo audit --out` wrote, or a bundle",
            if args.path.exists() {
                format!("no {MANIFEST} there")
            } else {
                "there is no such file or folder".to_owned()
            }
        )));
    }
    let folder = Folder(args.path.clone());
    match seal::verify(&folder, key.as_ref()) {
        Ok(holds) => {
            let said = in_words(&holds, &folder, key.is_some(), lang);
            say(&said, common).map(|()| 0)
        }
        Err(faults) => {
            let list: Vec<String> = faults
                .iter()
                .map(|f| format!("  {}: {}", visible(&f.what), fault(&f.fault).get(lang)))
                .collect();
            Err(Failure::Integrity(format!(
                "{shown}: {}\n{}",
                words::does_not_hold().get(lang),
                list.join("\n")
            )))
        }
    }
}

fn fault(why: &BrokenWhy) -> Text {
    match why {
        BrokenWhy::Unreadable(why) => words::broken("unreadable", &visible(why)),
        BrokenWhy::Changed => words::broken("changed", ""),
        BrokenWhy::Foreign => words::broken("foreign", ""),
        BrokenWhy::Newer(schema) => words::broken("newer", &visible(schema)),
        BrokenWhy::OtherKey(key) => words::broken("other-key", &visible(key)),
        BrokenWhy::NotSealed => words::broken("not-sealed", ""),
        BrokenWhy::Stray => words::broken("stray", ""),
        BrokenWhy::Endless => words::broken("endless", ""),
    }
}

fn say(text: &str, common: &Common) -> Result<(), Failure> {
    if common.quiet {
        return Ok(());
    }
    output::said(text)
}

fn of_bundle(path: &Path, shown: &str, lang: Lang) -> Result<String, Failure> {
    use crate::collect::bundle::Unopened;
    use crate::evidence::Problem;
    match bundle::open(path, now()) {
        Ok(opened) => Ok(format!(
            "{shown}: {}\n",
            words::bundle_holds(&opened.collected_at.to_string(), opened.complete).get(lang)
        )),
        Err(Unopened::Holds(Problem::Integrity(why))) => {
            Err(Failure::Integrity(format!("{shown}: {why}")))
        }
        Err(other) => Err(Failure::File(format!(
            "{shown}: {other}\n  help: name a bundle that `capdo collect` wrote, or a report folder"
        ))),
    }
}

fn in_words(holds: &Holds, folder: &Folder, key_named: bool, lang: Lang) -> String {
    let manifest = &holds.manifest;
    let mut lines = vec![words::holds(
        &manifest.run.id,
        &manifest.run.as_of.to_string(),
        manifest.files.len(),
        manifest.sealed_by.is_some(),
    )];
    lines.push(ended(&manifest.run.finished));
    lines.push(words::made_of(
        &manifest.tool,
        &manifest.rules_sha256,
        &manifest.law_sha256,
    ));
    let sealed = |m: &&ReportManifest| m.sealed_by.is_some();
    let by_this = |m: &&ReportManifest| sealed(m) && m.sealed_by == manifest.sealed_by;
    let all = holds.chain.iter().filter(sealed).count();
    let same = holds.chain.iter().filter(by_this).count();
    lines.push(words::chain(same, all - same, holds.chain.len() - all));
    lines.push(match &manifest.sealed_by {
        None => words::not_sealed(),
        Some(by) => words::sealed(by, key_named),
    });
    let mut text: String = lines.iter().map(|l| format!("{}\n", l.get(lang))).collect();
    for input in &manifest.inputs {
        let now = folder.sum_of(Path::new(&input.name));
        let said = match now {
            Ok((_, sha256)) if sha256 == input.sha256 => words::input_same(),
            Ok(_) => words::input_changed(),
            Err(_) => words::input_away(),
        };
        text.push_str(&format!(
            "  {} {}: {}\n",
            visible(&input.kind),
            visible(&input.name),
            said.get(lang)
        ));
    }
    for name in linked(folder, holds) {
        text.push_str(&format!(
            "  {}: {}\n",
            visible(&name),
            words::linked().get(lang)
        ));
    }
    for name in besides(folder, holds) {
        text.push_str(&format!(
            "  {}: {}\n",
            visible(&name),
            words::not_covered().get(lang)
        ));
    }
    text
}

/// When the run ended, and how long ago that is.
fn ended(finished: &str) -> Text {
    let days = finished
        .parse()
        .map_or(0, |at| Day::of(now()).days_since(Day::of(at)));
    words::ended(&labels::moment(finished), days)
}

/// Files that are links: today they lead to what was written.
fn linked(folder: &Folder, holds: &Holds) -> Vec<String> {
    let files = holds.manifest.files.iter().map(|f| f.name.as_str());
    let all = [MANIFEST, SEAL, CHAIN].into_iter().chain(files);
    let is_link =
        |name: &&str| fs::symlink_metadata(folder.0.join(name)).is_ok_and(|m| m.is_symlink());
    all.filter(is_link).map(str::to_owned).collect()
}

/// Files in the folder and in its chain that no manifest names.
fn besides(folder: &Folder, holds: &Holds) -> Vec<String> {
    let named = |name: &String| {
        let files = holds.manifest.files.iter();
        [MANIFEST, SEAL, CHAIN].contains(&name.as_str()) || files.clone().any(|f| f.name == *name)
    };
    let mut found: Vec<String> = folder.names("").into_iter().filter(|n| !named(n)).collect();
    let mut links = BTreeSet::new();
    let manifests = std::iter::once(&holds.manifest).chain(&holds.chain);
    for previous in manifests.filter_map(|m| m.previous.as_ref()) {
        let (manifest, seal) = seal::chain_names(&previous.sha256);
        links.extend([manifest, seal]);
    }
    let inside = folder.names(CHAIN).into_iter();
    let inside = inside.map(|name| format!("{CHAIN}/{name}"));
    found.extend(inside.filter(|name| !links.contains(name)));
    found
}

/// A folder on disk.
struct Folder(PathBuf);

impl Folder {
    fn sum_of(&self, path: &Path) -> std::io::Result<(u64, String)> {
        let meta = fs::metadata(path)?;
        if !meta.is_file() {
            return Err(std::io::Error::other("no regular file"));
        }
        let mut file = fs::File::open(path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        let mut bytes = 0u64;
        loop {
            let read = file.read(&mut buffer)?;
            let Some(part) = buffer.get(..read).filter(|p| !p.is_empty()) else {
                break;
            };
            hash.update(part);
            bytes += read as u64;
        }
        let hex = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok((bytes, hex))
    }

    /// The names in the folder, or in one inside it.
    fn names(&self, inside: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(inside)).into_iter().flatten();
        let names = entries
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

impl Kept for Folder {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        small(&self.0.join(name), MAX_SMALL).map_err(|e| e.to_string())
    }

    fn sum(&self, name: &str) -> Result<(u64, String), String> {
        self.sum_of(&self.0.join(name)).map_err(|e| e.to_string())
    }
}
