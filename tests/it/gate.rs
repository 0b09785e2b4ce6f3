//! The gate: one exit code for every format; baselines; what changed between two runs.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{DAY, capdo, code, sample_copy, stderr, stdout};

/// A target for each outcome of a scan: fails, passes, cannot be judged.
fn targets(folder: &Path) -> [(i32, &'static str, String); 3] {
    let at = |name: &str| folder.join(name).display().to_string();
    fs::create_dir(at("pg")).unwrap();
    fs::write(at("pg/postgresql.conf"), OPEN).unwrap();
    fs::write(at("good.sql"), "CREATE TABLE parcels (weight integer);\n").unwrap();
    [
        (1, "config", at("pg")),
        (0, "schema", at("good.sql")),
        (3, "schema", at("none.sql")),
    ]
}

#[test]
fn exit_codes_are_the_same_for_every_format() {
    let dir = tempfile::tempdir().unwrap();
    let mut formats: Vec<&str> = capdo::report::names().collect();
    formats.push("");
    for (wanted, kind, target) in targets(dir.path()) {
        for format in &formats {
            let mut args = vec!["scan", kind, &target, "--as-of", DAY];
            if !format.is_empty() {
                args.extend(["--format", format]);
            }
            let output = capdo(&args);
            assert_eq!(code(&output), wanted, "{format:?}: {}", stderr(&output));
            let out = dir.path().join("out").display().to_string();
            let output = capdo(&[&args[..], &["--out", &out, "-q"]].concat());
            assert_eq!(code(&output), wanted, "{format:?} into a folder");
        }
    }
    // What ends before a verdict ends alike, too.
    let broken = dir.path().join("broken.yaml").display().to_string();
    fs::write(&broken, "schema: capdo/inventory/1\n").unwrap();
    let bundle = dir.path().join("changed.capdo").display().to_string();
    let made = capdo(&["collect", "sample-configs/servers/web-01", "-o", &bundle]);
    assert!(code(&made) == 0 || code(&made) == 3, "{}", stderr(&made));
    let mut bytes = fs::read(&bundle).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    for format in formats.iter().filter(|f| !f.is_empty()) {
        let of = |args: &[&str]| code(&capdo(&[args, &["--format", format]].concat()));
        assert_eq!(of(&["audit", &broken]), 4, "{format}");
        assert_eq!(of(&["judge", &bundle]), 5, "{format}");
        assert_eq!(of(&["scan", "schema"]), 2, "{format}");
    }
}

/// A run over one configuration, kept.
fn run_of(folder: &Path, lines: &str, name: &str, more: &[&str]) -> (i32, String) {
    fs::create_dir_all(folder.join("pg")).unwrap();
    fs::write(folder.join("pg/postgresql.conf"), OPEN).unwrap();
    fs::write(folder.join("pg/pg_hba.conf"), lines).unwrap();
    let target = folder.join("pg").display().to_string();
    let out = folder.join(name).display().to_string();
    let args = [
        "scan", "config", &target, "--as-of", DAY, "-q", "--format", "json", "--out", &out,
    ];
    let output = capdo(&[&args[..], more].concat());
    assert!(code(&output) < 4, "{}", stderr(&output));
    (code(&output), format!("{out}/run.json"))
}

const OPEN: &str = "ssl = off\n";
/// The rules of access beside a server that has no TLS.
const STRICT: &str = "local all all peer\n";
const MORE: &str = "local all all trust\n";

#[test]
fn only_what_is_new_fails_where_that_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let (before, first) = run_of(dir.path(), STRICT, "first", &[]);
    assert_eq!(before, 1);
    let since = ["--baseline", &first, "--fail-on-new"];
    assert_eq!(run_of(dir.path(), STRICT, "same", &since).0, 0);
    assert_eq!(run_of(dir.path(), MORE, "more", &since).0, 1);
    let output = capdo(&["scan", "schema", "x.sql", "--fail-on-new"]);
    assert_eq!(code(&output), 2, "it needs a baseline");
}

#[test]
fn sight_that_is_lost_is_a_step_back() {
    let dir = tempfile::tempdir().unwrap();
    let server = dir.path().join("web-01");
    let copy = std::process::Command::new("cp")
        .args(["-a", "sample-configs/servers/web-01"])
        .arg(&server)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(copy.success());
    let target = server.display().to_string();
    let run = |name: &str, more: &[&str]| {
        let out = dir.path().join(name).display().to_string();
        let args = [
            "scan", "server", &target, "--as-of", DAY, "-q", "--format", "json", "--out", &out,
        ];
        let output = capdo(&[&args[..], more].concat());
        (code(&output), format!("{out}/run.json"))
    };
    let (_, old) = run("old", &[]);
    // A folder in its place: it is there and cannot be read, for root too.
    let config = server.join("etc/ssh/sshd_config");
    fs::remove_file(&config).unwrap();
    fs::create_dir(&config).unwrap();
    let (gate, new) = run("new", &["--baseline", &old, "--fail-on-new"]);
    assert_ne!(
        gate, 0,
        "what can no longer be judged does not pass the gate"
    );
    let output = capdo(&["diff", &old, &new, "--format", "json", "--fail-on-worse"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let diff: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let lost = diff["findings"].as_array().unwrap().iter();
    let lost = lost.filter(|s| s["from"] == "pass" && s["to"] == "unseen");
    let ways: Vec<&Value> = lost.map(|s| &s["way"]).collect();
    assert!(
        !ways.is_empty() && ways.iter().all(|w| *w == "worse"),
        "{ways:?}"
    );
    let text = stdout(&capdo(&["diff", &old, &new]));
    assert!(text.contains("Bước lùi") && text.contains("▼"), "{text}");
    let text = stdout(&capdo(&["diff", &old, &old, "--lang", "en"]));
    assert!(text.contains("Nothing changed"), "{text}");
}

#[test]
fn a_baseline_of_something_else_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let (_, scan) = run_of(dir.path(), STRICT, "scan", &[]);
    let sample = sample_copy(dir.path());
    let inventory = sample.join("capdo.yaml");
    let text = fs::read_to_string(&inventory).unwrap();
    fs::write(&inventory, text.replace("0100109106", "0312345678")).unwrap();
    let inventory = inventory.display().to_string();
    let other = dir.path().join("other.sql").display().to_string();
    fs::write(&other, OPEN).unwrap();
    for (args, why) in [
        (
            &["audit", "sample-configs/capdo.yaml", "--baseline", &scan][..],
            "of a scan",
        ),
        (
            &[
                "audit",
                &inventory,
                "--baseline",
                "sample-configs/previous/run.json",
            ],
            "tax code",
        ),
        (
            &["scan", "schema", &other, "--baseline", &scan],
            "kind config",
        ),
        (
            &["scan", "config", &other, "--baseline", &scan],
            "none of the assets",
        ),
    ] {
        let output = capdo(args);
        assert_eq!(code(&output), 4, "{args:?}");
        let said = stderr(&output);
        assert!(said.contains(why) && said.contains("help:"), "{said}");
    }
    let output = capdo(&["diff", &scan, "sample-configs/previous/run.json"]);
    assert_eq!(code(&output), 4);
    assert!(stderr(&output).contains("not runs of the same thing"));
}

#[test]
fn a_run_that_is_newer_cut_or_changed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_, run) = run_of(dir.path(), STRICT, "run", &[]);
    let text = fs::read_to_string(&run).unwrap();
    let put = |name: &str, text: &str| {
        let path = dir.path().join(name).display().to_string();
        fs::write(&path, text).unwrap();
        path
    };
    let target = dir.path().join("pg").display().to_string();
    for (path, wanted, why) in [
        (
            put(
                "newer.json",
                &text.replacen("capdo/run/1", "capdo/run/7", 1),
            ),
            4,
            "newer capdo",
        ),
        (
            put("cut.json", text.get(..text.len() / 3).unwrap_or_default()),
            4,
            "cut short",
        ),
        (
            put("other.json", "{\"schema\": \"capdo/bundle/1\"}"),
            4,
            "no run",
        ),
        (
            put(
                "hand.json",
                &text.replacen("\"result\": \"fail\"", "\"result\": \"pass\"", 1),
            ),
            5,
            "changed after",
        ),
        (
            put(
                "hand2.json",
                &text.replacen("\"severity\": \"", "\"severity\": \"x", 1),
            ),
            4,
            "by hand",
        ),
        (dir.path().display().to_string(), 4, "folder"),
        (
            dir.path().join("none").display().to_string(),
            4,
            "cannot be read",
        ),
    ] {
        for args in [
            &["report", &path][..],
            &["scan", "config", &target, "--baseline", &path],
            &["diff", &run, &path],
        ] {
            let output = capdo(args);
            let said = stderr(&output);
            assert_eq!(code(&output), wanted, "{args:?}: {said}");
            assert!(
                said.contains(why) && said.contains("help:"),
                "{args:?}: {said}"
            );
        }
    }
}

#[test]
fn what_targets_say_does_no_harm_in_a_comparison() {
    let dir = tempfile::tempdir().unwrap();
    let (_, old) = run_of(dir.path(), STRICT, "old", &[]);
    let mut run: Value = serde_json::from_slice(&fs::read(&old).unwrap()).unwrap();
    let hostile = format!(
        "\u{1b}[31m<b>]]>=cmd|\u{202e}\r\n{}",
        "A".repeat(1024 * 1024)
    );
    for finding in run["findings"].as_array_mut().unwrap() {
        finding["subject"] = hostile.as_str().into();
        finding["title"]["vi"] = hostile.as_str().into();
        finding["id"] = format!("x{}", finding["id"].as_str().unwrap()).into();
    }
    let ids: Vec<Value> = run["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["findings"].clone())
        .collect();
    for (requirement, list) in run["requirements"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(ids)
    {
        let renamed = list
            .as_array()
            .unwrap()
            .iter()
            .map(|id| format!("x{}", id.as_str().unwrap()));
        requirement["findings"] = renamed.collect();
    }
    let new = dir.path().join("new.json").display().to_string();
    fs::write(&new, run.to_string()).unwrap();
    let output = capdo(&["diff", &old, &new]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    let wrong = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(wrong, None);
    assert!(text.lines().all(|l| l.chars().count() < 1000));
}

#[test]
fn no_allowance_makes_a_verdict_where_nothing_was_seen() {
    let dir = tempfile::tempdir().unwrap();
    let audit = |assets: &str| {
        let path = dir.path().join("capdo.yaml").display().to_string();
        let text = format!(
            "schema: capdo/inventory/1\norganisation: {{ name: {{ vi: Mẫu, en: Sample }}, ownership: private, size: large }}\nsystems:\n  - {{ id: portal, name: {{ vi: Cổng, en: Portal }}, level: 1, hosting: own, online_service: true, go_live: 2023-05-01, level_decision: {{ number: '12', date: 2025-06-10, authority: a, regime: nd85 }} }}\nassets:\n{assets}"
        );
        fs::write(&path, text).unwrap();
        let more = ["--max-undetermined", "100000", "--fail-on", "critical"];
        let output = capdo(
            &[
                &["audit", &path, "--as-of", DAY, "--format", "json"],
                &more[..],
            ]
            .concat(),
        );
        assert!(code(&output) < 4, "{}", stderr(&output));
        let run: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(run["gate"]["exit_code"], code(&output));
        code(&output)
    };
    assert_eq!(
        audit("  - { id: w, system: portal, kind: server, root: nowhere }\n"),
        3
    );
    fs::write(
        dir.path().join("a.sql"),
        "CREATE TABLE parcels (weight integer);\n",
    )
    .unwrap();
    assert_eq!(
        audit("  - { id: s, system: portal, kind: schema, path: a.sql }\n"),
        0
    );
}

/// A day on which no law asks anything, and files in which nothing could be decided, are no pass.
#[test]
fn where_nothing_was_decided_there_is_no_verdict() {
    let target = "sample-configs/configs/portal";
    for (more, wanted) in [(&[][..], 3), (&["--min-coverage", "50"], 1)] {
        let args = [
            "scan",
            "config",
            target,
            "--as-of",
            "2010-01-02",
            "--fail-on",
            "critical",
        ];
        let output = capdo(&[&args[..], more].concat());
        assert_eq!(code(&output), wanted, "{more:?}: {}", stdout(&output));
    }
}
