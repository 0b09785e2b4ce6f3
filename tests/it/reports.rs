//! Reports as files: the examples of the sample company, plan files, codes for hosts, and folders that cannot be written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{DAY, capdo, code, command, stderr, stdout};

const RUN: &str = "tests/fixtures/run.json";
/// What docs/examples holds; what is large is left out.
const EXAMPLES: [&str; 6] = [
    "annotations.txt",
    "mau-08.csv",
    "mau-08.docx",
    "regulator.html",
    "report.docx",
    "summary.md",
];

/// Drawn anew: `CAPDO_BLESS=1 cargo test --test it reports::the_examples`.
#[test]
fn the_examples_are_those_of_the_sample_company() {
    let made = tempfile::tempdir().unwrap();
    let out = made.path().join("out");
    let output = capdo(&[
        "audit",
        "sample-configs/capdo.yaml",
        "--as-of",
        DAY,
        "--offline",
        "--plan",
        "sample-configs/remedies.yaml",
        "--format",
        "docx,regulator-html,mau08,mau08-csv,markdown,github",
        "--out",
        out.to_str().unwrap(),
        "-q",
    ]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    for name in EXAMPLES {
        let new = fs::read(out.join(name)).unwrap();
        if std::env::var_os("CAPDO_BLESS").is_some() {
            fs::create_dir_all(&examples).unwrap();
            fs::write(examples.join(name), &new).unwrap();
        }
        let old = fs::read(examples.join(name)).unwrap_or_default();
        assert!(
            old == new,
            "docs/examples/{name} is not up to date: CAPDO_BLESS=1 cargo test --test it reports::the_examples"
        );
    }
}

/// Every format of the fixture, into this folder.
fn drawn(out: &Path, more: &[&str]) -> std::process::Output {
    let mut args = vec![
        "report",
        RUN,
        "--format",
        ALL,
        "--out",
        out.to_str().unwrap(),
        "-q",
    ];
    args.extend(more);
    capdo(&args)
}

const ALL: &str = "html,sarif,junit,json,docx,regulator-html,mau08,mau08-csv,csv,markdown,github,gitlab,oscal,hdf";

#[test]
fn every_format_has_a_file_for_its_owner() {
    let made = tempfile::tempdir().unwrap();
    let output = drawn(made.path(), &[]);
    assert_eq!(
        (code(&output), stdout(&output).as_str()),
        (0, ""),
        "{}",
        stderr(&output)
    );
    let names: Vec<PathBuf> = fs::read_dir(made.path())
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    // And the manifest.
    assert_eq!(names.len(), ALL.split(',').count() + 1);
    for path in names {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    for format in ALL.split(',') {
        let output = capdo(&["report", RUN, "--format", format]);
        assert_eq!(code(&output), 0, "{format}");
        assert!(!output.stdout.is_empty(), "{format}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_keeps_the_old_reports() {
    let made = tempfile::tempdir().unwrap();
    let out = made.path().join("out");
    assert_eq!(code(&drawn(&out, &[])), 0);
    let files = || -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(&out)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.is_file())
            .map(|p| (p.clone(), fs::read(&p).unwrap()))
            .collect();
        files.sort();
        files
    };
    let old = files();

    // No room: a limit on the size of files stands for a full disk.
    let capdo_path = env!("CARGO_BIN_EXE_capdo");
    let script = format!(
        "trap '' XFSZ; ulimit -f 16; exec {capdo_path} report {RUN} --lang en --format {ALL} --out {} -q",
        out.display()
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let words = stderr(&output);
    assert!(
        words.contains("cannot be written") && words.contains("changed"),
        "{words}"
    );
    assert_eq!(files(), old, "something was replaced or left lying about");

    // A folder in the place of a report.
    fs::remove_file(out.join("report.sarif")).unwrap();
    fs::create_dir(out.join("report.sarif")).unwrap();
    let old = files();
    let output = drawn(&out, &["--lang", "en"]);
    assert_eq!(code(&output), 4);
    assert!(
        stderr(&output).contains("a folder of this name"),
        "{}",
        stderr(&output)
    );
    assert_eq!(files(), old);

    // A file in the place of the folder.
    let output = drawn(&out.join("run.json"), &[]);
    assert_eq!(code(&output), 4);
    assert!(stderr(&output).contains("--out"), "{}", stderr(&output));
    assert_eq!(files(), old);
}

#[test]
fn mistakes_of_a_plan_are_told_at_their_places() {
    let made = tempfile::tempdir().unwrap();
    let plan = made.path().join("plan.yaml");
    fs::write(
        &plan,
        "schema: capdo/plan/1\nremedies:\n  - { requirement: letter.9.9, measure: x, owner: y, due: 2026-12-31 }\n  - { control: DOC-LVL-001, system: nowhere, measure: \" \", owner: y, due: 2026-12-31 }\nsystems:\n  - { id: nowhere }\n",
    )
    .unwrap();
    let output = drawn(
        &made.path().join("out"),
        &["--plan", plan.to_str().unwrap()],
    );
    assert_eq!(code(&output), 4);
    let words = stderr(&output);
    for told in [
        "letter.9.9",
        "plan.yaml:3:",
        "plan.yaml:4:",
        "plan.yaml:6:",
        "nowhere",
        "this is empty",
    ] {
        assert!(words.contains(told), "{told} in {words}");
    }
    assert!(!made.path().join("out").exists(), "nothing is written");
}

#[test]
fn codes_stand_for_hosts_and_the_key_stands_apart() {
    let made = tempfile::tempdir().unwrap();
    let out = made.path().join("out");
    let key = made.path().join("key.csv");
    let key = key.to_str().unwrap();
    let output = drawn(&out, &["--redact", "hosts", "--redact-key", key]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let run: serde_json::Value = serde_json::from_slice(&fs::read(RUN).unwrap()).unwrap();
    let hosts: Vec<&str> = run["assets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["kind"] == "server" || a["kind"] == "endpoint")
        .map(|a| a["id"].as_str().unwrap())
        .collect();
    assert!(!hosts.is_empty());
    let opened = fs::read_to_string(key).unwrap();
    for host in &hosts {
        assert!(opened.contains(host));
        for name in [
            "report.html",
            "report.sarif",
            "junit.xml",
            "regulator.html",
            "summary.md",
            "findings.csv",
            "hdf.json",
        ] {
            let text = fs::read_to_string(out.join(name)).unwrap();
            assert!(!text.contains(host), "{host} in {name}");
        }
    }
    let coded: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("run.json")).unwrap()).unwrap();
    let ids = |run: &serde_json::Value| -> Vec<String> {
        let list = run["requirements"].as_array().unwrap().iter();
        list.map(|r| r["id"].to_string()).collect()
    };
    assert_eq!(ids(&coded), ids(&run), "ids of the law are no hosts");
    // Never beside reports that have the names.
    let beside = made.path().join("beside");
    assert_eq!(code(&drawn(&beside, &[])), 0);
    let output = drawn(&beside, &["--redact", "hosts", "--redact-key", key]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    // Beside others with codes it may stand.
    assert_eq!(
        code(&drawn(&out, &["--redact", "hosts", "--redact-key", key])),
        0
    );
    // Never among the reports, and never without being asked for.
    let inside = out.join("key.csv");
    let output = drawn(
        &out,
        &[
            "--redact",
            "hosts",
            "--redact-key",
            inside.to_str().unwrap(),
        ],
    );
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    assert_eq!(code(&drawn(&out, &["--redact", "hosts"])), 2);
}

#[test]
fn the_trend_takes_earlier_runs_of_the_same_inventory_only() {
    let made = tempfile::tempdir().unwrap();
    let run: serde_json::Value = serde_json::from_slice(&fs::read(RUN).unwrap()).unwrap();
    let write = |name: &str, change: &dyn Fn(&mut serde_json::Value)| {
        let mut changed = run.clone();
        change(&mut changed);
        let path = made.path().join(name);
        fs::write(&path, changed.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let earlier = write("earlier.json", &|run| {
        run["run"]["finished"] = "2026-05-04T08:00:00+07:00".into();
        run["run"]["id"] = "an-earlier-one".into();
    });
    // The run itself, as a pattern of names takes it in, is no step of its own.
    let output = capdo(&["report", RUN, "--history", &earlier, &earlier, RUN]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let page = stdout(&output);
    assert!(page.contains("Qua 2 lần kiểm tra, từ ngày 04/05/2026"));
    let summary = capdo(&[
        "report",
        RUN,
        "--format",
        "markdown",
        "--lang",
        "en",
        "--history",
        &earlier,
    ]);
    assert!(stdout(&summary).contains("Over 2 runs, from 2026-05-04"));

    let later = write("later.json", &|run| {
        run["run"]["finished"] = "2031-05-04T08:00:00+07:00".into()
    });
    let company = write("company.json", &|run| {
        run["organisation"]["tax_code"] = "9999999999".into()
    });
    let assets = write("assets.json", &|run| {
        for asset in run["assets"].as_array_mut().unwrap() {
            asset["id"] = format!("{}-elsewhere", asset["id"].as_str().unwrap()).into();
        }
    });
    let timeless = write("timeless.json", &|run| {
        run["run"]["finished"] = "yesterday".into()
    });
    for (path, why) in [
        (&later, "later"),
        (&company, "companies"),
        (&assets, "no asset in common"),
        (&timeless, "when it ended"),
    ] {
        let out = made.path().join("out");
        let output = drawn(&out, &["--lang", "en", "--history", path]);
        assert_eq!(code(&output), 4, "{path}");
        let words = stderr(&output);
        assert!(words.contains(why) && words.contains("help: "), "{words}");
        assert!(!out.exists(), "{path}");
    }
    // An audit refuses it before anything is looked at.
    let output = capdo(&[
        "audit",
        "sample-configs/capdo.yaml",
        "--lang",
        "en",
        "--history",
        &company,
    ]);
    assert_eq!((code(&output), stdout(&output).as_str()), (4, ""));
    assert!(
        stderr(&output).contains("tax code 9999999999"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn help_names_every_format() {
    let help = stdout(&capdo(&["report", "--help"]));
    for format in ALL.split(',') {
        assert!(help.contains(format), "{format}");
    }
}

#[test]
fn a_scan_takes_the_same_formats() {
    let output = command(&[
        "scan",
        "config",
        "sample-configs/configs/portal",
        "--as-of",
        DAY,
        "--format",
        "markdown",
    ])
    .output()
    .unwrap();
    assert!(
        stdout(&output).starts_with("# Kết quả kiểm tra một phần"),
        "{}",
        stderr(&output)
    );
}
