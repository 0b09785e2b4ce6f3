//! Errors in Vietnamese: none of those that people meet is left without its words, and each is told in one language.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use capdo::text::errors::vietnamese;
use regex::Regex;

use crate::support::{capdo, code, stderr};

/// Where the errors of those who audit are made; those of who writes controls stay in English.
const SOURCES: [&str; 27] = [
    "src/assess/baseline.rs",
    "src/cli.rs",
    "src/commands/attest_write.rs",
    "src/commands/audit.rs",
    "src/commands/bundles.rs",
    "src/commands/changed.rs",
    "src/commands/deliver.rs",
    "src/commands/diff.rs",
    "src/commands/keygen.rs",
    "src/commands/law_oscal.rs",
    "src/commands/output.rs",
    "src/commands/pack.rs",
    "src/commands/runs.rs",
    "src/commands/scan.rs",
    "src/commands/sealing.rs",
    "src/commands/verify.rs",
    "src/evidence/key.rs",
    "src/input/append.rs",
    "src/input/assets.rs",
    "src/input/attestations.rs",
    "src/input/check.rs",
    "src/input/files.rs",
    "src/input/inventory.rs",
    "src/input/mod.rs",
    "src/input/remedy.rs",
    "src/input/waivers.rs",
    "src/parse/shape.rs",
];

/// What looks like an error there and is none.
const NO_ERRORS: [&str; 16] = [
    "{} months",
    "{} {}",
    "kind of asset",
    "history",
    "the embedded rules do not load: {}",
    "the embedded examples do not load: {}",
    "redact: {}",
    "stdout: {}",
    "{}: {}",
    "{} to {}",
    "at least {}",
    "at most {}",
    "{} is not {}",
    "outcome: not-met",
    // Its braces are no gap: they stand in the path of a user.
    "write the path with {} in it, for instance \"/tra-cuu?ma={}\"",
    "capdo scan config . --changed-since REV",
];

#[test]
fn every_error_has_its_vietnamese() {
    let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
    let gap = Regex::new(r"\{[^{} ]*\}").unwrap();
    let word = Regex::new("[a-z]{3}").unwrap();
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for source in SOURCES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let code: Vec<&str> = text
            .lines()
            .filter(|l| !l.trim_start().starts_with("//"))
            .collect();
        let code = code.join("\n").replace("'\"'", "' '").replace("\\\n", "");
        for found in literal.captures_iter(&code) {
            let message = found[1].replace("\\n", "\n").replace("\\\"", "\"");
            if !message.contains(' ')
                || message.starts_with([' ', '\n', '-']) && !message.contains("help: ")
            {
                continue;
            }
            for line in message.lines() {
                let line = line.trim();
                let line = line.strip_prefix("help: ").unwrap_or(line);
                let line = gap.replace_all(line, "{}");
                let bare = line.strip_prefix("{}: ").unwrap_or(&line);
                let is_none = NO_ERRORS.contains(&bare) || NO_ERRORS.contains(&&*line);
                if is_none || bare.is_empty() || !word.is_match(bare) {
                    continue;
                }
                seen += 1;
                let filled = |line: &str| vietnamese(&line.replace("{}", "X9")).is_some();
                if !filled(bare) && !filled(&line) {
                    missing.insert(format!("{source}: {bare}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(seen > 200, "{seen} only: are the sources still read?");
}

#[test]
fn mistakes_are_told_in_the_language_that_was_asked_for() {
    let made = tempfile::tempdir().unwrap();
    let inventory = made.path().join("capdo.yaml");
    fs::write(
        &inventory,
        "schema: capdo/inventory/1\norganisaton: {}\nsystems: []\n",
    )
    .unwrap();
    let inventory = inventory.to_str().unwrap();
    let fixture = "tests/fixtures/run.json";
    let cases: [(&[&str], i32, &str, &str); 12] = [
        (
            &["audit", "--foo"],
            2,
            "không có tham số --foo",
            "unexpected argument",
        ),
        (&["adit"], 2, "có phải là audit?", "unrecognized subcommand"),
        (&["report"], 2, "còn thiếu: <RUN>", "required arguments"),
        (
            &["audit", "--fail-on", "hgh"],
            2,
            "có phải là high?",
            "invalid value",
        ),
        (
            &["audit", "-q", "-v"],
            2,
            "không dùng cùng với",
            "cannot be used with",
        ),
        (
            &["--as-of", "x", "law", "list"],
            2,
            "NĂM-THÁNG-NGÀY",
            "YYYY-MM-DD",
        ),
        (
            &["audit", "/nope/capdo.yaml"],
            4,
            "không có tệp này",
            "no such file",
        ),
        (
            &["audit", inventory],
            4,
            "không có trường `organisaton`",
            "unknown key",
        ),
        (
            &["explain", "SRV-SSH-999"],
            2,
            "không có phép kiểm tra",
            "no control",
        ),
        (
            &["report", fixture, "--format", "pdf"],
            2,
            "không có định dạng",
            "no format",
        ),
        (
            &["report", "sample-configs/capdo.yaml"],
            4,
            "không phải JSON",
            "no JSON",
        ),
        (
            &["verify", "/nope"],
            4,
            "không có tệp hoặc thư mục này",
            "no such file or folder",
        ),
    ];
    for (args, exit, vi, en) in cases {
        let output = capdo(&[args, &["--lang", "vi"]].concat());
        let words = stderr(&output);
        assert_eq!(code(&output), exit, "{args:?}: {words}");
        assert!(
            words.starts_with("lỗi") && words.contains(vi),
            "{args:?}: {words}"
        );
        for english in ["error", "help: ", "Usage", "mistake", "tip: ", en] {
            assert!(!words.contains(english), "{args:?}: {english}: {words}");
        }
        let output = capdo(&[args, &["--lang", "en"]].concat());
        let words = stderr(&output);
        assert_eq!(code(&output), exit, "{args:?}");
        assert!(
            words.starts_with("error") && words.contains(en),
            "{args:?}: {words}"
        );
    }
}
