//! `capdo classify`, `law coverage` and `attest --missing` on both sample companies, at days on which the law differs.

use std::fs;

use crate::support::{DAY, capdo, code, sample_copy, stderr, stdout};

const SAMPLES: [(&str, &str); 2] = [
    ("large", "sample-configs/capdo.yaml"),
    ("small", "sample-configs/small-private.yaml"),
];
/// Under the older decree; when neither binds; under the newer one; after the list of conditional businesses lapsed.
const DAYS: [&str; 4] = ["2025-04-01", "2026-07-15", DAY, "2027-03-01"];

fn json(args: &[&str]) -> serde_json::Value {
    let output = capdo(args);
    assert_eq!(code(&output), 0, "{args:?}: {}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// How many requirements and controls there are changes with every new one: no snapshot should.
fn without_sums(text: &str) -> String {
    let sums = regex::Regex::new(
        r"\d+( more)? (yêu cầu|requirements), \d+( more)? (phép kiểm tra|controls)|thiếu \d+|\(\d+\)$",
    );
    text.lines()
        .map(|line| format!("{}\n", sums.as_ref().unwrap().replace_all(line, "N")))
        .collect()
}

#[test]
fn both_samples_at_four_days() {
    for (name, sample) in SAMPLES {
        for day in DAYS {
            let output = capdo(&["classify", sample, "--as-of", day]);
            assert_eq!(code(&output), 0, "{}", stderr(&output));
            insta::assert_snapshot!(
                format!("classify_{name}_{day}"),
                without_sums(&stdout(&output))
            );
        }
    }
}

#[test]
fn the_whole_table_in_both_languages() {
    let sample = SAMPLES[1].1;
    for day in ["2026-06-30", DAY] {
        let output = capdo(&[
            "classify",
            sample,
            "--explain",
            "--lang",
            "en",
            "--as-of",
            day,
        ]);
        insta::assert_snapshot!(format!("explain_{day}"), without_sums(&stdout(&output)));
    }
    let vi = stdout(&capdo(&["classify", sample, "--explain", "--as-of", DAY]));
    assert!(vi.contains("▶ 3 331/2026/NĐ-CP Điều 13 khoản 2 điểm a"));
}

#[test]
fn json_tells_the_same() {
    let told = json(&[
        "classify",
        SAMPLES[1].1,
        "--format",
        "json",
        "--as-of",
        "2026-06-30",
    ]);
    assert_eq!(told["instrument"], "nd85");
    let orders = &told["systems"][0];
    assert_eq!(
        (
            orders["level"].as_u64(),
            orders["firm"].as_u64(),
            orders["declared"].as_u64()
        ),
        (Some(3), Some(2), Some(2))
    );
    // 8 200 of 10 000: near enough to be told.
    assert_eq!(orders["near"][0]["percent"], 82);
    assert_eq!(orders["near"][0]["warn"], true);
    let higher = &orders["higher"];
    assert_eq!(higher["level"], 3);
    assert!(higher["requirements"].as_u64().unwrap() > 10);
    assert!(higher["controls"].as_u64().unwrap() > 10);
    let between = json(&[
        "classify",
        SAMPLES[1].1,
        "--format",
        "json",
        "--as-of",
        "2026-07-15",
    ]);
    assert_eq!(
        (between["in_force"].as_bool(), between["from"].as_str()),
        (Some(false), Some("2026-08-19"))
    );
}

#[test]
fn a_draft_names_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ho-so.md");
    let path = path.to_str().unwrap();
    let sample = SAMPLES[1].1;
    let output = capdo(&[
        "classify", sample, "--draft", "app", "--out", path, "--as-of", DAY,
    ]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, ""));
    let text = fs::read_to_string(path).unwrap();
    let head: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("### Từng"))
        .collect();
    insta::assert_snapshot!("draft", without_sums(&head.join("\n")));
    let todo = text.lines().filter(|l| l.starts_with("- [ ]")).count();
    assert!(todo > 10, "{todo}");
    let all = stdout(&capdo(&["classify", sample, "--draft", "--as-of", DAY]));
    assert_eq!(all.lines().filter(|l| l.starts_with("# ")).count(), 3);
    let wrong = capdo(&["classify", sample, "--draft", "ap"]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("did you mean `app`?"));
}

#[test]
fn coverage_of_an_inventory_and_of_each_level() {
    for (name, sample) in SAMPLES {
        let told = json(&[
            "law", "coverage", sample, "--format", "json", "--as-of", DAY,
        ]);
        let rows = told["requirements"].as_array().unwrap();
        assert!(rows.len() > 100, "{name}");
        for row in rows {
            let controls = row["controls"].as_array().unwrap().len();
            let decided = row["decided"].as_str().unwrap();
            let by_machine = ["whole", "part", "controls-and-attestation"].contains(&decided);
            // A paper alone: its control reads the attestation.
            let papers = row["controls"].as_array().unwrap().iter();
            let papers = papers
                .filter(|c| c.as_str().unwrap().starts_with("DOC-"))
                .count();
            assert!(
                if by_machine {
                    controls > 0
                } else {
                    controls == papers
                },
                "{row}"
            );
            // What asks nothing of anybody is no duty.
            assert_ne!(row["id"], "nd331.14.2");
            assert_ne!(row["id"], "letter.1.6");
        }
        let standard = &told["by_instrument"]["tcvn14423"];
        assert_eq!(
            (standard["nothing"].as_u64(), standard["part"].as_u64()),
            (Some(0), Some(0)),
            "{name}"
        );
    }
    for level in ["1", "2", "3", "4", "5"] {
        let output = capdo(&["law", "coverage", "--level", level, "--as-of", DAY]);
        assert_eq!(code(&output), 0);
        let total = stdout(&output);
        assert!(total.lines().any(|l| l.starts_with('Σ')), "{level}");
    }
}

#[test]
fn coverage_gates_and_draws_sarif() {
    let args = ["law", "coverage", "--as-of", DAY, "--format", "sarif"];
    let sarif = json(&args);
    assert_eq!(sarif["version"], "2.1.0");
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"];
        let file = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(fs::metadata(file).is_ok(), "{file}");
        assert_eq!(place["region"]["startLine"], 1);
    }
    let under = |percent: &str| {
        code(&capdo(&[
            "law",
            "coverage",
            "--as-of",
            DAY,
            "--fail-under",
            percent,
        ]))
    };
    assert_eq!(under("50"), 0);
    let before = code(&capdo(&[
        "law",
        "coverage",
        "--as-of",
        "2025-04-01",
        "--fail-under",
        "100",
    ]));
    assert_eq!(before, 1, "the old standard is decided in part only");
    let both = capdo(&["law", "coverage", SAMPLES[0].1, "--level", "3"]);
    assert_eq!(code(&both), 2);
}

#[test]
fn papers_that_are_owed() {
    let missing = |day: &str| {
        json(&[
            "attest",
            "--missing",
            SAMPLES[1].1,
            "--format",
            "json",
            "--as-of",
            day,
        ])
    };
    let find = |told: &serde_json::Value, id: &str, system: &str| {
        let rows = told["missing"].as_array().unwrap().clone();
        rows.into_iter()
            .find(|r| r["requirement"] == id && r["system"] == system)
    };
    let now = missing(DAY);
    // In date for the whole organisation.
    assert!(find(&now, "nd331.30.7", "orders").is_none());
    // Its time has passed: due since then; the others never had one.
    let ended = find(&now, "letter.2.1", "orders").unwrap();
    assert_eq!(ended["due"], "2026-10-01");
    assert_eq!(find(&now, "letter.2.1", "app").unwrap()["due"], "now");
    let review = find(&now, "tcvn14423.dat-4", "orders").unwrap();
    assert_eq!(review["cycle_months"], 12);
    // A year later the regulation has ended too.
    assert!(find(&missing("2027-11-01"), "nd331.30.7", "orders").is_some());
    let output = capdo(&["attest", "--missing", SAMPLES[1].1, "--as-of", DAY]);
    let head: Vec<String> = stdout(&output)
        .lines()
        .take(12)
        .map(str::to_owned)
        .collect();
    insta::assert_snapshot!("attest_missing", without_sums(&head.join("\n")));
    assert_eq!(code(&capdo(&["attest", SAMPLES[1].1])), 2);
}

#[test]
fn a_changed_document_is_owed_again() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    fs::write(sample.join("small/documents/quy-che.md"), "changed").unwrap();
    let path = sample.join("small-private.yaml");
    let output = capdo(&[
        "attest",
        "--missing",
        path.to_str().unwrap(),
        "--format",
        "json",
        "--as-of",
        DAY,
    ]);
    let told: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let rows = told["missing"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|r| r["requirement"] == "nd331.30.7")
        .unwrap();
    assert_eq!(row["due"], "now");
    assert!(row["last"].is_string());
}

#[test]
fn wrong_facts_end_with_4_and_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let path = sample.join("small-private.yaml");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("basic: 8200", "basic: -1"),
        ("basic: 8200", "basic: many"),
        ("basic: 8200", "basic: 8200.5"),
        ("basic: 8200", "basic: 99999999999999999999999"),
        ("infrastructure: none", "infrastructure: world"),
        ("internal: true", "internal: maybe"),
        ("public_service_degree: 0", "public_service_degree: 9"),
        ("information: [private, personal]", "information: []"),
        ("national: []", "internal: true"),
        ("security_harm: none", "security_harms: none"),
    ] {
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let output = capdo(&["classify", path.to_str().unwrap()]);
        let said = stderr(&output);
        assert_eq!(code(&output), 4, "{to}: {said}");
        assert!(said.contains("small-private.yaml"), "{to}: {said}");
        assert!(!said.contains("panicked"), "{to}");
    }
}

#[test]
fn the_small_company_can_be_audited() {
    for day in DAYS {
        let output = capdo(&["audit", SAMPLES[1].1, "--as-of", day, "--format", "json"]);
        assert!([0, 1, 3].contains(&code(&output)), "{}", stderr(&output));
        let run: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        let told = json(&["classify", SAMPLES[1].1, "--format", "json", "--as-of", day]);
        // The audit demands what the table of criteria says, and nothing while no text binds.
        let level = told["systems"][2]["level"].clone();
        let wanted = if told["in_force"] == true {
            level
        } else {
            serde_json::Value::Null
        };
        assert_eq!(run["systems"][2]["required_level"], wanted, "{day}");
    }
}

#[test]
fn a_set_that_names_no_control_of_ours_is_a_mistake() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("law")).unwrap();
    let good = fs::read_to_string("rules/law/letter.yaml").unwrap();
    for (named, said) in [
        ("SRV-LOG-033", "there is no such control"),
        ("SRV-LOG-003", "does not bear on it"),
    ] {
        // The first set of the file is that of letter.1.1, on which no server control bears.
        let wrong = good.replacen("[controls, attestation]", &format!("[{named}]"), 1);
        fs::write(dir.path().join("law/letter.yaml"), wrong).unwrap();
        let output = capdo(&["law", "list", "--rules", dir.path().to_str().unwrap()]);
        assert_eq!(code(&output), 4, "{}", stderr(&output));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert!(stderr(&output).contains("letter.1.1"));
    }
}
