//! What an inventory says, by day.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use super::*;
use crate::collect::hex_sha256;
use crate::model::{
    Assessor, Attestation, DataSubjects, EvidenceFile, Hosting, Level, Organisation, Period,
    Signer, Text,
};

fn day(words: &str) -> Day {
    Day::parse(words).unwrap()
}

fn system(id: &str) -> System {
    System {
        id: id.into(),
        name: Text::same(id),
        level: Level::new(3).unwrap(),
        level_decision: Some(LevelDecision {
            number: "12/QĐ-BC".into(),
            date: day("2025-06-10"),
            authority: "Tổng giám đốc".into(),
            regime: Regime::Nd85,
        }),
        go_live: Some(day("2023-05-01")),
        investment_from: None,
        hosting: Hosting::Own,
        online_service: true,
        data_subjects: Some(DataSubjects {
            basic: 1_200_000,
            sensitive: 30_000,
        }),
        classification: crate::model::Traits::default(),
        zones: None,
        without: BTreeMap::new(),
    }
}

fn attestation(folder: &std::path::Path, id: &str, issued: &str) -> Attestation {
    let valid_for = Period::Months(12);
    Attestation {
        id: id.into(),
        requirement: "letter.1.4".into(),
        scope: "portal".into(),
        statement: Text::same("x"),
        evidence: EvidenceFile {
            written: "paper.md".into(),
            path: folder.join("paper.md"),
            sha256: hex_sha256(b"paper"),
        },
        signer: Signer {
            name: "A".into(),
            role: " ".into(),
        },
        issued: day(issued),
        met: true,
        valid_for,
        valid_to: valid_for.last_day(day(issued)),
        file: "attestations.yaml".into(),
        line: 3,
    }
}

fn inventory(systems: Vec<System>, attestations: Vec<Attestation>) -> Inventory {
    Inventory {
        file: "capdo.yaml".into(),
        organisation: Organisation {
            name: Text::same("x"),
            tax_code: None,
            ownership: Ownership::Private,
            size: Size::Large,
            subcontractors: false,
        },
        assessor: Some(Assessor {
            unit: "Ban ANTT".into(),
            independent_of_operation: None,
            kind: None,
        }),
        systems,
        assets: Vec::new(),
        attestations,
        incidents: None,
        waivers: Vec::new(),
        parameters: BTreeMap::new(),
        mask_profile: None,
        code_reversal: None,
    }
}

fn seen(inventory: &Inventory, as_of: &str) -> Collected {
    let cx = Context {
        now: "2026-11-23T03:00:00Z".parse().unwrap(),
        timeout: Duration::from_secs(1),
        offline: true,
    };
    collect_inventory(inventory, &[], day(as_of), &cx)
}

fn value<'a>(collected: &'a Collected, subject: &str, path: &str) -> &'a Value {
    let subject = collected.subjects.iter().find(|s| &*s.id == subject);
    &subject.unwrap().facts[path].value
}

#[test]
fn a_decision_counts_from_its_day() {
    let inventory = inventory(vec![system("portal")], Vec::new());
    let now = seen(&inventory, "2026-11-23");
    let id = "level_decision[portal]";
    assert_eq!(value(&now, id, "present"), &Value::Bool(true));
    assert_eq!(value(&now, id, "before_go_live"), &Value::Bool(false));
    assert_eq!(value(&now, id, "basic_subjects"), &Value::Int(1_200_000));
    assert_eq!(value(&now, id, "levelled_under_nd85"), &Value::Bool(true));
    let before = seen(&inventory, "2025-06-09");
    assert_eq!(value(&before, id, "present"), &Value::Bool(false));
    assert_eq!(value(&before, id, "dated_ahead"), &Value::Bool(true));
    assert_eq!(value(&before, id, "number"), &Value::Absent);
}

#[test]
fn what_the_inventory_does_not_say_is_unseen() {
    let mut bare = system("portal");
    (bare.go_live, bare.data_subjects) = (None, None);
    let collected = seen(&inventory(vec![bare], Vec::new()), "2026-11-23");
    for path in [
        "go_live",
        "before_go_live",
        "basic_subjects",
        "sensitive_subjects",
    ] {
        let value = value(&collected, "level_decision[portal]", path);
        assert!(matches!(value, Value::Unseen(why) if why.code == "missing-fact"));
    }
    let independent = value(&collected, "assessor", "independent");
    assert!(matches!(independent, Value::Unseen(_)));
    assert_eq!(
        value(&collected, "assessor", "highest_level"),
        &Value::Int(3)
    );
}

#[test]
fn attestations_and_their_documents() {
    let folder = tempfile::tempdir().unwrap();
    let paper = folder.path().join("paper.md");
    let one = |issued: &str| {
        inventory(
            vec![system("portal")],
            vec![attestation(folder.path(), "att-1", issued)],
        )
    };
    let id = "attestation[att-1]";
    let missing = seen(&one("2026-01-10"), "2026-11-23");
    assert_eq!(value(&missing, id, "evidence_present"), &Value::Bool(false));
    fs::write(&paper, "paper").unwrap();
    let whole = seen(&one("2026-01-10"), "2026-11-23");
    assert_eq!(value(&whole, id, "hash_matches"), &Value::Bool(true));
    assert_eq!(value(&whole, id, "in_date"), &Value::Bool(true));
    assert_eq!(value(&whole, id, "days_left"), &Value::Int(48));
    assert_eq!(value(&whole, id, "signer_role_named"), &Value::Bool(false));
    assert_eq!(whole.evidence[0].source, "paper.md");
    fs::write(&paper, "paper!").unwrap();
    let changed = seen(&one("2025-01-10"), "2026-11-23");
    assert_eq!(value(&changed, id, "hash_matches"), &Value::Bool(false));
    assert_eq!(value(&changed, id, "in_date"), &Value::Bool(false));
    fs::remove_file(&paper).unwrap();
    fs::create_dir(&paper).unwrap();
    let folder_there = seen(&one("2026-01-10"), "2026-11-23");
    let Value::Unseen(why) = value(&folder_there, id, "hash_matches") else {
        panic!("seen");
    };
    assert_eq!(why.code, "wrong-kind");
}

#[test]
fn what_is_dated_ahead_does_not_exist_yet() {
    let folder = tempfile::tempdir().unwrap();
    let one = |issued: &str| {
        inventory(
            vec![system("portal")],
            vec![attestation(folder.path(), "att-1", issued)],
        )
    };
    let id = "attestation[att-1]";
    let earlier_law = seen(&one("2026-01-10"), "2025-11-23");
    assert!(earlier_law.subjects.iter().all(|s| &*s.id != id));
    let ahead = seen(&one("2026-12-01"), "2026-11-23");
    assert_eq!(value(&ahead, id, "issued_in_future"), &Value::Bool(true));
    assert_eq!(value(&ahead, id, "in_date"), &Value::Bool(false));
    let Value::Unseen(why) = value(&ahead, id, "hash_matches") else {
        panic!("seen");
    };
    assert_eq!(why.code, "not_applicable");
}
