//! What a hostile target can say, in every format at once: terminal sequences, markup, ends of CDATA, formulas, marks that turn the
//! reading direction, and a megabyte of it.

use std::fs;
use std::io::{Cursor, Read};

use serde_json::Value;

use crate::support::{capdo, code, stderr, stdout};

const HOSTILE: &str = "=cmd|' /C calc'!A0 <script>alert(1)</script><img src=x onerror=alert(2)>\"'&]]>\u{1b}[31m\u{1b}]8;;http://x\u{7}\u{9b}31m\u{0}\u{8}\r\n::error::\u{202e}\u{2066}txt\u{200f}\u{2028}\u{fffe}{{7*7}} ${x} | `a` [x](javascript:1)";

/// The fixture in which everything that a target or a user's file says is hostile; a few texts have a megabyte.
fn run() -> Value {
    let mut run: Value =
        serde_json::from_slice(&fs::read("tests/fixtures/run.json").unwrap()).unwrap();
    let long = format!("{HOSTILE}{}", "A".repeat(1_000_000));
    let text = Value::from(HOSTILE);
    for finding in run["findings"].as_array_mut().unwrap() {
        spoil(
            finding,
            &[
                "subject",
                "value",
                "path",
                "file",
                "address",
                "title",
                "expected",
                "remediation",
                "reason",
            ],
            &text,
        );
    }
    let first = &mut run["findings"][0];
    spoil(
        first,
        &["subject", "value", "file", "reason"],
        &Value::from(long),
    );
    for (list, keys) in [
        ("evidence", &["source", "command"][..]),
        (
            "waivers",
            &["reason", "covers", "owner", "approver", "ticket"],
        ),
        ("assets", &["target"]),
        ("attestations", &["statement", "evidence", "name", "role"]),
        ("systems", &["name"]),
        (
            "requirements",
            &["title", "text", "ref", "reason", "clause"],
        ),
        (
            "controls",
            &["title", "expected", "rationale", "remediation"],
        ),
    ] {
        spoil(&mut run[list], keys, &text);
    }
    spoil(&mut run["run"], &["input", "host"], &text);
    spoil(&mut run["organisation"], &["name"], &text);
    spoil(&mut run["assessor"], &["unit"], &text);
    run["gate"]["reasons"] = serde_json::json!([{ "vi": HOSTILE, "en": HOSTILE }]);
    run["notes"] = serde_json::json!([{ "vi": HOSTILE, "en": HOSTILE }]);
    run
}

/// Puts the text in the place of every text under one of these keys; codes, ids and days stay.
fn spoil(value: &mut Value, keys: &[&str], text: &Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match (keys.contains(&key.as_str()), &mut *value) {
                    (true, Value::String(_)) => value.clone_from(text),
                    (true, Value::Object(inner)) if inner.contains_key("vi") => {
                        inner.insert("vi".into(), text.clone());
                        inner.insert("en".into(), text.clone());
                    }
                    _ => spoil(value, keys, text),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|v| spoil(v, keys, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn nothing_of_it_acts_in_any_format() {
    let made = tempfile::tempdir().unwrap();
    let path = made.path().join("hostile.json");
    fs::write(&path, run().to_string()).unwrap();
    let path = path.to_str().unwrap();
    for format in capdo::report::names() {
        let output = capdo(&[
            "report",
            path,
            "--format",
            format,
            "--sarif-profile",
            "full",
        ]);
        assert_eq!(code(&output), 0, "{format}: {}", stderr(&output));
        for part in parts(output.stdout) {
            harmless(format, &part);
        }
    }
    // What is said on the terminal beside the files.
    let out = made.path().join("out");
    let output = capdo(&[
        "report",
        path,
        "-v",
        "--format",
        "csv",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    harmless("terminal", &stdout(&output));
}

/// The texts of a report: a Word document has several.
fn parts(bytes: Vec<u8>) -> Vec<String> {
    if !bytes.starts_with(b"PK") {
        return vec![String::from_utf8(bytes).unwrap()];
    }
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..package.len())
        .map(|at| {
            let mut text = String::new();
            package
                .by_index(at)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            text
        })
        .collect()
}

fn harmless(format: &str, text: &str) {
    for c in text.chars() {
        let line = match c {
            '\n' | '\r' | '\t' => true,
            '\u{feff}' => format.ends_with("csv"),
            // Ours: where a long path may break.
            '\u{200b}' => matches!(format, "docx" | "mau08" | "regulator-html"),
            _ => false,
        };
        assert!(line || !capdo::text::unicode::hidden(c), "{format}: {c:?}");
    }
    let most = if format == "json" {
        40_000_000
    } else {
        1_000_000
    };
    assert!(text.len() < most, "{format}: {} bytes", text.len());
    match format {
        "html" | "regulator-html" => {
            assert!(text.matches("<script").count() <= 1, "{format}");
            assert!(
                !text.contains("<img") && !text.contains("onerror=alert(2)>"),
                "{format}"
            );
        }
        "junit" | "docx" | "mau08" => {
            assert!(
                !text.contains("]]>") && !text.contains("<script") && !text.contains("<img"),
                "{format}"
            );
        }
        "csv" | "mau08-csv" => {
            let mut reader = csv::ReaderBuilder::new()
                .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            for row in reader.records() {
                for cell in &row.unwrap() {
                    let first = cell.trim_start().chars().next();
                    assert!(
                        !matches!(first, Some('=' | '+' | '-' | '@')),
                        "{format}: {cell}"
                    );
                }
            }
        }
        // Only our own lines are commands: what stands further on in a line is text.
        "github" => {
            let ours = ["::error ", "::warning ", "::notice "];
            for line in text.lines() {
                assert!(ours.iter().any(|o| line.starts_with(o)), "{line}");
            }
            assert!(text.lines().count() <= 31);
        }
        "json" | "sarif" | "oscal" | "hdf" | "gitlab" => {
            let read: Value = serde_json::from_str(text).unwrap();
            assert!(read.is_object() || read.is_array());
        }
        _ => {
            // A command of a workflow begins a line; the terminal of a pipeline would obey it.
            assert!(
                !text.lines().any(|l| l.trim_start().starts_with("::")),
                "{format}: {text}"
            );
        }
    }
}
