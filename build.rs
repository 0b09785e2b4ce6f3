//! Checks and compiles the embedded pack (law, controls, vocabulary) into one blob, so that the program loads it in
//! milliseconds and a mistake in a rule ends the build with its place.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    unused_imports,
    clippy::print_stderr,
    clippy::print_stdout
)]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

#[path = "src/law/mod.rs"]
mod law;
#[path = "src/model/mod.rs"]
mod model;
#[path = "src/rules/mod.rs"]
mod rules;
#[path = "src/text/mod.rs"]
mod text;

/// Only what the pack needs: the other parsers bring crates that a build script has no use for.
#[path = "src/parse"]
mod parse {
    pub mod bytes;
    pub mod diagnostic;
    pub mod levels;
    pub mod shape;
    pub mod yaml;
}

fn main() -> Result<(), Box<dyn Error>> {
    for watched in [
        "build.rs",
        "rules",
        "src/law",
        "src/model",
        "src/parse",
        "src/rules",
        "src/text",
    ] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let laws = files(Path::new("rules/law"))?;
    let mut controls = files(Path::new("rules/vocabulary"))?;
    controls.extend(files(Path::new("rules/controls"))?);
    let book = law::load(model::Law::default(), &laws).map_err(|mistakes| mistakes.to_string());
    let packed = book.and_then(|book| {
        let pack = rules::load(model::RulePack::default(), &book, &controls)
            .map_err(|mistakes| mistakes.to_string())?;
        Ok((book, pack))
    });
    match packed {
        Ok((book, mut pack)) => {
            // Examples are half of the controls, and only their own test and pages read them.
            let examples: Vec<Vec<model::Example>> = pack
                .controls
                .iter_mut()
                .map(|control| std::mem::take(&mut control.examples))
                .collect();
            let blob = postcard::to_stdvec(&(sha256(&laws), sha256(&controls), book, pack))?;
            let out = PathBuf::from(std::env::var("OUT_DIR")?);
            fs::write(out.join("pack.bin"), blob)?;
            fs::write(out.join("examples.bin"), postcard::to_stdvec(&examples)?)?;
            Ok(())
        }
        Err(mistakes) => {
            eprintln!("{mistakes}");
            Err("the rules have mistakes: see above".into())
        }
    }
}

/// Files with their names and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// All YAML files below a folder with their bytes, sorted by name.
fn files(folder: &Path) -> Result<Files, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                found.push((path.to_string_lossy().replace('\\', "/"), fs::read(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// One hash over the names and bytes of all files.
fn sha256(files: &[(String, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(bytes);
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
