//! The import rules of docs/architecture.md: who may know whom.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What each part of `src/` may import of ours. `commands` and `lib.rs` may import all.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("model", &[][..]),
        ("cli", &["model"]),
        ("text", &["model"]),
        ("parse", &["model", "text"]),
        ("privacy", &["model", "text"]),
        ("law", &["model", "text", "parse"]),
        ("rules", &["model", "text", "parse"]),
        ("input", &["model", "text", "parse"]),
        ("engine", &["model", "text"]),
        ("assess", &["model", "text"]),
        ("report", &["model", "text"]),
        ("evidence", &["model", "parse"]),
        (
            "collect",
            &["model", "text", "parse", "privacy", "evidence"],
        ),
    ])
}

#[test]
fn parts_import_only_what_they_may() {
    let allowed = allowed();
    let single = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let grouped = Regex::new(r"\bcrate::\{([^}]*)\}").unwrap();
    let mut wrong = Vec::new();
    for path in sources() {
        let part = part_of(&path);
        let Some(may) = allowed.get(part.as_str()) else {
            continue;
        };
        // Test modules may import more.
        let name = path.file_stem().unwrap().to_string_lossy();
        let inside = path.parent().is_some_and(|p| p.ends_with("tests"));
        if name == "tests" || name.ends_with("_tests") || inside {
            continue;
        }
        let code = without_tests(&fs::read_to_string(&path).unwrap());
        let first = |list: &str| {
            list.split("::")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let named = single.captures_iter(&code).map(|c| c[1].to_owned());
        let listed = grouped
            .captures_iter(&code)
            .flat_map(|c| c[1].split(',').map(first).collect::<Vec<_>>());
        for name in named.chain(listed).filter(|name| !name.is_empty()) {
            if name != part && !may.contains(&name.as_str()) {
                wrong.push(format!("{} imports crate::{name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_yaml_reader_knows_the_yaml_crate() {
    for path in sources() {
        let named = fs::read_to_string(&path).unwrap().contains("serde_saphyr");
        assert!(
            !named || path.ends_with("parse/yaml.rs"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn only_text_holds_vietnamese() {
    let vietnamese =
        Regex::new("[ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")
            .unwrap();
    let mut wrong = Vec::new();
    for path in sources() {
        if part_of(&path) == "text" || path.to_string_lossy().contains("tests") {
            continue;
        }
        for (number, line) in without_tests(&fs::read_to_string(&path).unwrap())
            .lines()
            .enumerate()
        {
            let code = line.split("//").next().unwrap_or_default();
            if code.contains('"') && vietnamese.is_match(code) {
                wrong.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_small() {
    for path in sources() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{}: {lines} lines: split it", path.display());
    }
}

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect();
    found.sort();
    found
}

fn part_of(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = path.strip_prefix(root).unwrap();
    inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Test modules may import more.
fn without_tests(code: &str) -> String {
    match code.find("#[cfg(test)]\nmod tests {") {
        Some(at) => code[..at].to_owned(),
        None => code.to_owned(),
    }
}
