//! What people and pipelines see on the command line, as whole texts.

use crate::support::{DAY, capdo, code, stderr, stdout};

#[test]
fn help_names_the_exit_codes() {
    let help = stdout(&capdo(&["--help"]));
    for word in [
        "0 gate passed",
        "130 interrupted",
        "audit",
        "scan",
        "explain",
    ] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn audit_of_the_sample_company() {
    let output = capdo(&["audit", "sample-configs/capdo.yaml", "--as-of", DAY]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    insta::assert_snapshot!("audit", stdout(&output));
}

#[test]
fn every_result_word_occurs_in_the_sample_company() {
    let args = [
        "audit",
        "sample-configs/capdo.yaml",
        "--as-of",
        DAY,
        "--format",
        "json",
    ];
    let with_baseline = [
        &args[..],
        &["--baseline", "sample-configs/previous/run.json"],
    ]
    .concat();
    let run: serde_json::Value = serde_json::from_str(&stdout(&capdo(&with_baseline))).unwrap();
    let words = run["summary"]["by_result"].as_object().unwrap();
    let all = [
        "pass",
        "fail",
        "error",
        "unknown",
        "notapplicable",
        "notchecked",
        "notselected",
        "informational",
        "fixed",
    ];
    for word in all {
        assert!(
            words.get(word).and_then(|n| n.as_u64()).unwrap_or(0) > 0,
            "no `{word}`: {words:?}"
        );
    }
    assert_eq!(run["letter"].as_array().unwrap().len(), 5);
}

#[test]
fn the_law_of_the_letter_and_the_law_of_today() {
    insta::assert_snapshot!(
        "law_2025",
        stdout(&capdo(&["law", "list", "--as-of", "2025-04-01"]))
    );
    insta::assert_snapshot!("law_2026", stdout(&capdo(&["law", "list", "--as-of", DAY])));
}

#[test]
fn audits_of_different_days_stand_on_different_law() {
    let on = |day: &str| -> serde_json::Value {
        let output = capdo(&[
            "audit",
            "sample-configs/capdo.yaml",
            "--as-of",
            day,
            "--format",
            "json",
        ]);
        assert_eq!(code(&output), 1, "{day}: {}", stderr(&output));
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let instruments = |run: &serde_json::Value| -> Vec<String> {
        let mut ids: Vec<String> = run["requirements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["instrument"].as_str().unwrap().to_owned())
            .collect();
        ids.dedup();
        ids
    };
    let before = on("2025-03-27");
    assert_eq!(
        before["letter"].as_array().unwrap().len(),
        0,
        "before the letter there is none"
    );
    assert_eq!(
        instruments(&on("2025-04-01")),
        [
            "l49",
            "l86-2015",
            "letter",
            "nd30-2020",
            "nd53",
            "nd85",
            "tcvn11930",
            "tt02-2012",
            "tt12",
            "tt14-2018",
            "tt31-2017",
            "tt35-2016",
            "ttlt06"
        ]
    );
    assert_eq!(
        instruments(&on("2026-07-15")),
        [
            "l116",
            "l49",
            "l91",
            "letter",
            "nd30-2020",
            "nd356",
            "qcvn12",
            "qd20-2025",
            "tt02-2012",
            "tt14-2018",
            "tt35-2016",
            "ttlt06"
        ]
    );
    assert_eq!(
        instruments(&on(DAY)),
        [
            "l116",
            "l49",
            "l91",
            "letter",
            "nd30-2020",
            "nd331",
            "nd333",
            "nd356",
            "qcvn12",
            "qd20-2025",
            "tcvn14423",
            "tt02-2012",
            "tt14-2018",
            "tt35-2016",
            "ttlt06"
        ]
    );
}

#[test]
fn explain_gives_the_value_and_its_source() {
    insta::assert_snapshot!(
        "explain_control",
        stdout(&capdo(&["explain", "SRV-LOG-003", "--as-of", DAY]))
    );
    insta::assert_snapshot!(
        "explain_requirement",
        stdout(&capdo(&[
            "explain",
            "letter.4.3",
            "--as-of",
            DAY,
            "--lang",
            "en"
        ]))
    );
}

#[test]
fn every_format_is_drawn_from_the_run_alone() {
    let dir = tempfile::tempdir().unwrap();
    let first = dir.path().join("first").display().to_string();
    let again = dir.path().join("again").display().to_string();
    let output = capdo(&[
        "audit",
        "sample-configs/capdo.yaml",
        "--as-of",
        DAY,
        "--out",
        &first,
        "-q",
    ]);
    assert_eq!((code(&output), stdout(&output).as_str()), (1, ""));
    let output = capdo(&[
        "report",
        &format!("{first}/run.json"),
        "--format",
        "html,sarif,junit,json",
        "--out",
        &again,
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for name in ["run.json", "report.html", "report.sarif", "junit.xml"] {
        let read = |folder: &str| std::fs::read(format!("{folder}/{name}")).unwrap();
        assert!(
            read(&first) == read(&again),
            "{name} is not drawn from run.json alone"
        );
    }
}

#[test]
fn facts_are_one_object_a_line() {
    let output = capdo(&["facts", "config", "sample-configs/configs/portal"]);
    let lines: Vec<serde_json::Value> = stdout(&output)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert!(lines.len() > 50);
    for line in &lines {
        assert_eq!(line["kind"], "config");
        for key in ["subject", "path", "value"] {
            assert!(line.get(key).is_some(), "{line}");
        }
    }
}
