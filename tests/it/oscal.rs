//! The OSCAL catalogue and profiles of the law: no reference leads nowhere, and the assessment-results stand on them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{DAY, capdo, code, stderr, stdout};

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Each value of these keys, wherever it stands.
fn values<'v>(value: &'v Value, keys: &[&str], found: &mut Vec<&'v str>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if keys.contains(&key.as_str()) {
                    found.extend(value.as_str());
                }
                values(value, keys, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|v| values(v, keys, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn all<'v>(value: &'v Value, keys: &[&str]) -> Vec<&'v str> {
    let mut found = Vec::new();
    values(value, keys, &mut found);
    found
}

fn set<'v>(found: &[&'v str]) -> BTreeSet<&'v str> {
    found.iter().copied().collect()
}

#[test]
fn catalogue_profiles_and_results_refer_to_each_other() {
    let made = tempfile::tempdir().unwrap();
    let out = made.path().join("oscal");
    let folder = out.to_str().unwrap();
    let output = capdo(&["law", "oscal", "--as-of", DAY, "--out", folder]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let catalog = read(&out.join("oscal-catalog.json"));
    let (ids, uuids) = (all(&catalog, &["id"]), all(&catalog, &["uuid"]));
    let (known, resources) = (set(&ids), set(&uuids));
    assert_eq!(known.len(), ids.len(), "an id stands twice");
    assert_eq!(resources.len(), uuids.len(), "a uuid stands twice");
    for uuid in &uuids {
        assert_eq!(uuid::Uuid::parse_str(uuid).unwrap().get_version_num(), 5);
    }
    for href in all(&catalog, &["href"]) {
        let to = href.strip_prefix('#').unwrap();
        assert!(known.contains(to) || resources.contains(to), "{href}");
    }

    let mut documents = BTreeSet::from([catalog["catalog"]["uuid"].as_str().unwrap().to_owned()]);
    let mut most = 0;
    for level in 1..=5 {
        let profile = read(&out.join(format!("oscal-profile-level-{level}.json")));
        let profile = &profile["profile"];
        documents.insert(profile["uuid"].as_str().unwrap().to_owned());
        let import = &profile["imports"][0];
        assert!(out.join(import["href"].as_str().unwrap()).is_file());
        let asked = import["include-controls"][0]["with-ids"]
            .as_array()
            .unwrap();
        assert!(
            asked.len() > most,
            "level {level} asks no more than the one below"
        );
        most = asked.len();
        for id in asked.iter().filter_map(Value::as_str) {
            assert!(known.contains(id), "{id}");
        }
        for id in all(profile, &["param-id"]) {
            assert!(known.contains(id), "{id}");
        }
    }
    // The figure of a level stands in its profile.
    let third = read(&out.join("oscal-profile-level-3.json"));
    let set_at = third["profile"]["modify"]["set-parameters"]
        .as_array()
        .unwrap();
    let retention = set_at
        .iter()
        .find(|p| p["param-id"] == "tcvn14423.log-5_prm-retention");
    assert_eq!(retention.unwrap()["values"][0], "3");

    let run = made.path().join("run");
    let sample = [
        "audit",
        "sample-configs/capdo.yaml",
        "--as-of",
        DAY,
        "--offline",
        "-q",
    ];
    let output = capdo(
        &[
            &sample[..],
            &["--format", "oscal", "--out", run.to_str().unwrap()],
        ]
        .concat(),
    );
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let results = read(&run.join("oscal-assessment-results.json"));
    let named = all(&results, &["target-id", "control-id"]);
    assert!(named.len() > 300);
    for id in named {
        assert!(known.contains(id), "{id}");
    }
    let identified = all(&results, &["identifier"]);
    assert_eq!(identified.len(), 3, "the catalogue and the levels 2 and 3");
    for document in identified {
        assert!(
            documents.contains(document.strip_prefix("urn:uuid:").unwrap()),
            "{document}"
        );
    }
}

#[test]
fn the_catalogue_alone_goes_to_stdout_and_a_day_without_law_is_told() {
    let first = capdo(&["law", "oscal", "--lang", "en"]);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    let later = capdo(&["law", "oscal", "--lang", "en", "--as-of", "2027-01-01"]);
    assert!(
        first.stdout == later.stdout,
        "the catalogue hangs on the day"
    );
    let catalog: Value = serde_json::from_str(&stdout(&first)).unwrap();
    assert_eq!(catalog["catalog"]["metadata"]["oscal-version"], "1.1.2");

    let made = tempfile::tempdir().unwrap();
    let out = made.path().join("oscal");
    let output = capdo(&[
        "law",
        "oscal",
        "--as-of",
        "1990-01-01",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("--as-of"), "{}", stderr(&output));
    assert!(!out.exists());
}
