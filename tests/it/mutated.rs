//! Real files, damaged at random: whatever stands in them, the program ends in order, keeps every line within its file, and
//! never panics.
//!
//! `CAPDO_MUTATED_SEED` begins elsewhere, `CAPDO_MUTATED_ROUNDS` goes on longer; a failure names the seed that shows it
//! again and leaves its folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use walkdir::WalkDir;

use crate::support::{command, stderr};

/// Pieces that mean something to one parser or another.
const PIECES: [&[u8]; 48] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b"\"",
    b"'",
    b"\\",
    b"\\\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"/*",
    b"*/",
    b"<!--",
    b"<%",
    b"{{",
    b"}}",
    b"${",
    b"$$",
    b"&&",
    b"<<EOF\n",
    b";",
    b"\t",
    b"\r",
    b"-- ",
    b"\xe2\x80\xae",
    b"\xc4\x91",
    b"\xcc\x81",
    b"\xff",
    b"99999999999999999999",
    b"-1",
    b"&a ",
    b"*a ",
    b"include *;\n",
    b"!include x\n",
    b"^XA",
    b"^XZ",
    b"^FD",
    b"CREATE TABLE x (",
    b"COPY x FROM stdin;\n",
    b"\\.\n",
    b"Match all\n",
    b"<Directory />\n",
    b"<?php",
    b"?>",
    b"---\n",
    b"1e999",
];

/// The largest file that is made.
const MOST: usize = 200_000;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(otherwise, |n| n.parse().expect("a number"))
}

/// One to twenty damages.
fn damaged(rng: &mut fastrand::Rng, bytes: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let most = [1, 2, 4, 20][rng.usize(..4)];
    for _ in 0..rng.usize(1..=most) {
        let at = rng.usize(..=bytes.len());
        let end = (at + rng.usize(1..200)).min(bytes.len());
        match rng.u8(..8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let again = bytes[at..end].repeat(rng.usize(1..50));
                bytes.splice(at..at, again);
            }
            3 if at < bytes.len() => bytes[at] = rng.u8(..),
            4 => {
                let other = &others[rng.usize(..others.len())];
                let from = rng.usize(..=other.len());
                let to = (from + 400).min(other.len());
                bytes.splice(at..at, other[from..to].to_vec());
            }
            _ => {
                let piece = PIECES[rng.usize(..PIECES.len())];
                let often = if rng.u8(..8) == 0 { 200 } else { 1 };
                bytes.splice(at..at, piece.repeat(often));
            }
        }
        bytes.truncate(MOST);
    }
    bytes
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = WalkDir::new(folder).sort_by_file_name().into_iter();
    all.map(Result::unwrap)
        .filter(|e| e.file_type().is_file() && e.metadata().unwrap().len() < MOST as u64)
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Runs one scan; what it says of itself must be in order.
fn ends_in_order(args: &[&str], within: &Path, told: &str) {
    let output = command(args).current_dir(within).output().unwrap();
    let words = stderr(&output);
    assert!(!words.contains("panicked"), "{told}: {words}");
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1 | 3)), "{told}: {code:?} {words}");
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    for finding in run["findings"].as_array().unwrap() {
        assert_ne!(finding["reason"]["code"], "panic", "{told}: {finding}");
        let place = &finding["location"];
        let (Some(file), Some(line)) = (place["file"].as_str(), place["line"].as_u64()) else {
            continue;
        };
        let Ok(bytes) = fs::read(within.join(file.trim_start_matches('/'))) else {
            continue;
        };
        // A sign of two bytes may end a line, too.
        let ends = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
        assert!(line <= ends as u64 + 2, "{told}: {file}:{line}");
    }
}

/// Damages a part of the files of each folder and scans all of them as one.
fn survives(kind: &str, folders: &[&str]) {
    let seed = number("CAPDO_MUTATED_SEED", 1);
    for round in 0..number("CAPDO_MUTATED_ROUNDS", 1) {
        for folder in folders {
            let mut rng = fastrand::Rng::with_seed(seed + round);
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            let dir = tempfile::tempdir().unwrap();
            let copied = std::process::Command::new("cp")
                .args(["-a", "--no-preserve=ownership"])
                .args([&from, &dir.path().join("copy")])
                .status();
            assert!(copied.unwrap().success());
            let copy = dir.path().join("copy");
            let paths = files(&copy);
            let all: Vec<Vec<u8>> = paths.iter().map(|p| fs::read(p).unwrap()).collect();
            for (path, bytes) in paths.iter().zip(&all) {
                // A host of which all is broken has little to say.
                if kind != "server" || rng.u8(..3) == 0 {
                    fs::write(path, damaged(&mut rng, bytes, &all)).unwrap();
                }
            }
            let told = format!("{folder}, CAPDO_MUTATED_SEED={}", seed + round);
            let args = ["scan", kind, ".", "--format", "json", "--offline"];
            let kept = dir.keep();
            ends_in_order(&args, &copy, &format!("{told}, {}", kept.display()));
            fs::remove_dir_all(kept).unwrap();
        }
    }
}

#[test]
fn configurations() {
    survives(
        "config",
        &["tests/fixtures/configs", "sample-configs/configs"],
    );
}

#[test]
fn schemas() {
    survives("schema", &["sample-configs/schemas"]);
}

#[test]
fn labels() {
    survives("label", &["sample-configs/labels"]);
}

#[test]
fn hosts() {
    survives(
        "server",
        &["tests/roots/bases/debian12", "tests/roots/bases/rocky9"],
    );
}

/// What was written is what is read, or the run ends and says so.
#[test]
fn bundles() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole.capdo");
    let root = "tests/roots/bases/debian12";
    let made = command(&["collect", root, "-o", whole.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let bytes = fs::read(&whole).unwrap();
    let seed = number("CAPDO_MUTATED_SEED", 1);
    for round in 0..10 * number("CAPDO_MUTATED_ROUNDS", 1) {
        let mut rng = fastrand::Rng::with_seed(seed + round);
        let damaged = damaged(&mut rng, &bytes, std::slice::from_ref(&bytes));
        if damaged == bytes {
            continue;
        }
        let path = dir.path().join("damaged.capdo");
        fs::write(&path, damaged).unwrap();
        let output = command(&["judge", path.to_str().unwrap(), "--format", "json"])
            .output()
            .unwrap();
        let words = stderr(&output);
        assert!(
            !words.contains("panicked"),
            "seed {}: {words}",
            seed + round
        );
        // Not what was written, or no bundle at all; never a judgement.
        let code = output.status.code();
        assert!(
            matches!(code, Some(4 | 5)),
            "seed {}: {code:?} {words}",
            seed + round
        );
    }
}
