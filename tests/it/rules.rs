//! `capdo rules check` and `capdo rules test` on the shipped rules and on broken copies of them.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{capdo, code, stdout};

/// A folder of rules with one control of ours, changed.
fn folder(file: &str, change: &dyn Fn(String) -> String) -> TempDir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("rules/controls").join(file)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("controls");
    fs::create_dir(&at).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed, "the change changes something");
    let name = changed
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap();
    fs::write(at.join(format!("{name}.yaml")), &changed).unwrap();
    folder
}

/// What `rules check` says of it: line and message of each mistake.
fn mistakes(folder: &TempDir) -> Vec<(u64, String)> {
    let path = folder.path().to_str().unwrap();
    let check = ["--rules", path, "--allow-weaker", "rules", "check"];
    let out = capdo(&[&check[..], &["--format", "sarif"]].concat());
    assert_eq!(code(&out), 4);
    assert_eq!(code(&capdo(&check)), 4);
    let log: Value = serde_json::from_str(&stdout(&out)).unwrap();
    log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| {
            let region = &r["locations"][0]["physicalLocation"]["region"];
            (
                region["startLine"].as_u64().unwrap(),
                r["message"]["text"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

const SSH: &str = "server/SRV-SSH-005.yaml";

#[test]
fn no_mutant_of_the_shipped_rules_survives() {
    let out = capdo(&["rules", "test"]);
    assert_eq!(code(&out), 0, "{}", stdout(&out));
    assert!(stdout(&out).contains(" mutants: "));
    let out = capdo(&["rules", "test", "--no-mutants"]);
    assert!(!stdout(&out).contains(" mutants: "));
    let out = capdo(&["rules", "check", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&stdout(&out)).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn a_surviving_mutant_is_named() {
    let rules = folder(SSH, &|text| {
        text.lines()
            .filter(|line| !line.contains("maxauthtries: 5"))
            .collect::<Vec<_>>()
            .join("\n")
    });
    let path = rules.path().to_str().unwrap();
    let run = || {
        capdo(&[
            "--rules",
            path,
            "--allow-weaker",
            "rules",
            "test",
            "SRV-SSH-005",
        ])
    };
    let out = run();
    assert_eq!(code(&out), 1);
    assert!(stdout(&out).contains("SRV-SSH-005: $max - 1 survives"));
    // With a reason it may; a reason for what is caught may not stand.
    let lines: Vec<String> = stdout(&out)
        .lines()
        .filter_map(|l| l.strip_suffix(" survives"))
        .map(|l| format!("{} | tried", l.replacen(": ", " | ", 1)))
        .collect();
    fs::write(rules.path().join("survivors.txt"), lines.join("\n")).unwrap();
    assert_eq!(code(&run()), 0, "{}", stdout(&run()));
    let stale = format!(
        "{}\nSRV-SSH-005 | assert at_most → at_least | tried",
        lines.join("\n")
    );
    fs::write(rules.path().join("survivors.txt"), stale).unwrap();
    assert_eq!(code(&run()), 1);
    assert!(stdout(&run()).contains("assert at_most → at_least stands in survivors.txt"));
    fs::write(rules.path().join("survivors.txt"), "SRV-SSH-005 | x\n").unwrap();
    assert_eq!(code(&run()), 4);
}

#[test]
fn texts_have_their_length() {
    for (key, longest) in [("title", 120), ("rationale", 400), ("remediation", 500)] {
        let long = format!("{key}:\n  vi: \"{}", "ở ".repeat(longest));
        let rules = folder(SSH, &|text| {
            text.replace(&format!("{key}:\n  vi: \""), &long)
        });
        let found = mistakes(&rules);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.contains(&format!("at most {longest}")));
    }
}

#[test]
fn vietnamese_has_its_marks_and_no_banned_word() {
    let plain = folder(SSH, &|text| {
        text.replace(
            "Ít lần thử hơn thì dò mật khẩu chậm hơn và để lại nhiều dấu vết hơn.",
            "It lan thu hon thi do mat khau cham hon.",
        )
    });
    let found = mistakes(&plain);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("without diacritics"));
    for (from, to) in [
        ("Ít lần thử hơn", "Tuân thủ hơn"),
        ("Fewer attempts", "Compliant servers"),
    ] {
        let banned = folder(SSH, &|text| text.replace(from, to));
        let found = mistakes(&banned);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.contains("has no place here"));
    }
}

#[test]
fn the_remediation_names_what_is_asserted() {
    let other = folder(SSH, &|text| {
        text.replace("Ghi `MaxAuthTries 4`", "Ghi `LoginGraceTime 4`")
    });
    let found = mistakes(&other);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("names none of: maxauthtries"));
}

#[test]
fn two_controls_do_not_assert_the_same() {
    let twin = folder(SSH, &|text| text.replace("SRV-SSH-005", "SRV-SSH-905"));
    let found = mistakes(&twin);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("SRV-SSH-005 asserts the same"));
}

#[test]
fn parameters_levels_and_papers_fit() {
    let unused = folder(SSH, &|text| text.replace("at_most: $max", "at_most: 4"));
    let found = mistakes(&unused);
    assert!(
        found
            .iter()
            .any(|(_, m)| m.contains("the parameter `max` is not used")),
        "{found:?}"
    );
    let paper = "document/DOC-RSK-004.yaml";
    let other = folder(paper, &|text| {
        text.replace(
            "satisfies: [ tcvn14423.rsk-4 ]",
            "satisfies: [ tcvn14423.rsk-1 ]",
        )
    });
    let found = mistakes(&other);
    assert!(
        found
            .iter()
            .any(|(_, m)| m.contains("it is the paper of `tcvn14423.rsk-4`")),
        "{found:?}"
    );
    let level = folder("document/DOC-VUL-005.yaml", &|text| {
        text.lines()
            .map(|l| {
                if l.starts_with("levels:") {
                    "levels: 1+"
                } else {
                    l
                }
            })
            .collect::<Vec<_>>()
            .join("\n")
    });
    let found = mistakes(&level);
    assert!(found.iter().any(|(_, m)| m.contains("level")), "{found:?}");
    let keyless = folder(paper, &|text| {
        text.replace("subject: \"paper[tcvn14423.rsk-4]\"", "subject: paper")
    });
    let found = mistakes(&keyless);
    assert!(
        found
            .iter()
            .any(|(_, m)| m.contains("no subject type `paper`")),
        "{found:?}"
    );
}

/// The embedded rules, given as a folder, are weaker in nothing.
#[test]
fn a_pack_is_not_weaker_than_itself() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let out = capdo(&["--rules", rules.to_str().unwrap(), "rules", "check"]);
    assert_eq!(code(&out), 0, "{}", stdout(&out));
}
