//! What the targets share: inputs as files of a folder, and the assertion on lines.
//!
//! An input is one or more parts with [`NEXT`] between them. The first byte of a part says its name among those of the
//! target (`names`), the rest is its content. That nothing panics, takes too long or too much is libFuzzer's to see.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use capdo::collect::Context;
use capdo::model::Collected;

pub mod names;

/// Stands between the parts of an input.
pub const NEXT: u8 = 0x1e;

/// The parts of an input, each with its name; of parts with one name the last one.
pub fn parts<'d>(data: &'d [u8], names: &[&'static str]) -> Vec<(&'static str, &'d [u8])> {
    let mut out: Vec<(&'static str, &[u8])> = Vec::new();
    for part in data.split(|b| *b == NEXT).take(MAX_PARTS) {
        let Some((first, content)) = part.split_first() else {
            continue;
        };
        let name = names[usize::from(*first) % names.len()];
        out.retain(|(other, _)| *other != name);
        out.push((name, content));
    }
    out
}

/// The parts as files of a folder that held others before.
pub fn folder(parts: &[(&str, &[u8])]) -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let above = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        above.join(format!("capdo-fuzz-{}", std::process::id()))
    });
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder to write in");
    for (name, content) in parts {
        let path = folder.join(name);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above).expect("a folder to write in");
        }
        fs::write(path, content).expect("a file that can be written");
    }
    folder
}

/// What every collector is told.
pub fn context() -> Context {
    Context {
        now: now(),
        timeout: Duration::from_secs(1),
        offline: true,
    }
}

/// A day that does not change.
pub fn now() -> jiff::Timestamp {
    "2026-07-01T00:00:00Z".parse().expect("a constant day")
}

/// Every line that is named stands inside the file that is named.
pub fn lines_within(collected: &Collected, parts: &[(&str, &[u8])]) {
    let facts = collected
        .subjects
        .iter()
        .flat_map(|s| s.facts.values().chain(&s.other));
    let places = facts
        .filter_map(|f| f.place.as_ref())
        .chain(collected.subjects.iter().filter_map(|s| s.place.as_ref()))
        .chain(collected.inline.iter().map(|w| &w.place));
    for place in places {
        let Some((name, content)) = parts.iter().find(|(name, _)| place.file.ends_with(name))
        else {
            continue;
        };
        let last = lines(content);
        assert!(
            place.line <= last,
            "{name} has {last} lines, {place} is named"
        );
    }
}

/// How many lines a content has, whatever its encoding.
fn lines(content: &[u8]) -> u32 {
    let text = capdo::parse::bytes::lossy(content)
        .unwrap_or_else(|_| String::from_utf8_lossy(content).into_owned());
    let ends = text.bytes().filter(|b| *b == b'\n').count();
    u32::try_from(ends + 1).unwrap_or(u32::MAX)
}

const MAX_PARTS: usize = 4;
