//! Duties that only papers prove: a control for each, coverage of a company that has them all, and what ends or is missing.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use capdo::commands::embedded;
use capdo::model::{Otherwise, keyed};
use serde_json::Value;

use crate::support::{DAY, capdo, code, stderr, stdout};

/// One attestation: requirement, scope, day of issue, months that it counts, outcome.
pub(crate) type Said<'a> = (&'a str, &'a str, &'a str, u32, &'a str);

/// A company with one document and these attestations; `rest` stands after the organisation.
pub(crate) fn company(folder: &Path, rest: &str, said: &[Said<'_>]) -> PathBuf {
    fs::write(folder.join("paper.md"), "paper\n").unwrap();
    let mut text = "schema: capdo/attestations/1\nattestations:\n".to_owned();
    for (n, (requirement, scope, issued, months, outcome)) in said.iter().enumerate() {
        let hash = sha256(&folder.join("paper.md"));
        let _ = writeln!(
            text,
            "  - {{ id: a{n}, requirement: {requirement}, scope: {scope}, statement: {{ vi: Đã có, en: There }}, outcome: {outcome}, \
             evidence: {{ path: paper.md, sha256: {hash} }}, signer: {{ name: A, role: B }}, issued: {issued}, valid_for: {months} months }}"
        );
    }
    if said.is_empty() {
        text = "schema: capdo/attestations/1\nattestations: []\n".to_owned();
    }
    fs::write(folder.join("attestations.yaml"), text).unwrap();
    let inventory = format!(
        "schema: capdo/inventory/1\norganisation: {{ name: {{ vi: Mẫu, en: Sample }}, ownership: private, size: large, subcontractors: true }}\n{rest}\nattestations: [ attestations.yaml ]\n"
    );
    let path = folder.join("capdo.yaml");
    fs::write(&path, inventory).unwrap();
    path
}

fn sha256(path: &Path) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output();
    let said = String::from_utf8(output.unwrap().stdout).unwrap();
    said.split(' ').next().unwrap().to_owned()
}

/// One system that has nothing a machine could look at.
pub(crate) const NO_MACHINES: &str = "assessor: { unit: A, independent_of_operation: true }\nincidents: []\nsystems:\n  - { id: portal, name: { vi: Cổng, en: Portal }, level: 3, hosting: own, online_service: true, go_live: 2023-05-01,\n      data_subjects: { basic: 1200000, sensitive: 30000 }, level_decision: { number: '12', date: 2025-06-10, authority: a, regime: nd85 },\n      without: { server: *no, endpoint: *no, config: *no, schema: *no, label: *no, caller-id: *no } }";

fn no_machines() -> String {
    NO_MACHINES.replace("*no", "{ vi: Không có, en: None }")
}

pub(crate) fn run(path: &Path, more: &[&str]) -> Value {
    let path = path.to_str().unwrap();
    let output = capdo(&[&["audit", path, "--as-of", DAY, "--format", "json"], more].concat());
    assert!([0, 1, 3].contains(&code(&output)), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The status of a requirement, empty where it is not in the run.
pub(crate) fn status(run: &Value, id: &str) -> String {
    let all = run["requirements"].as_array().unwrap();
    let found = all.iter().find(|r| r["id"] == id);
    found.map_or_else(String::new, |r| r["status"].as_str().unwrap().to_owned())
}

fn missing(path: &Path) -> BTreeSet<(String, String)> {
    let path = path.to_str().unwrap();
    let output = capdo(&[
        "attest",
        "--missing",
        path,
        "--as-of",
        DAY,
        "--format",
        "json",
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let rows = told["missing"].as_array().unwrap();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    rows.iter()
        .map(|r| (text(&r["requirement"]), text(&r["system"])))
        .collect()
}

/// What the controls of papers lack: requirement and system.
fn lacking(run: &Value) -> BTreeSet<(String, String)> {
    let findings = run["findings"].as_array().unwrap();
    findings
        .iter()
        .filter(|f| f["result"] == "notchecked")
        .filter_map(|f| {
            let subject = f["subject"].as_str()?.strip_prefix("paper[")?;
            let (system, requirement) = subject.strip_suffix(']')?.split_once('/')?;
            Some((requirement.to_owned(), system.to_owned()))
        })
        .collect()
}

#[test]
fn every_duty_that_a_paper_proves_has_its_control() {
    let pack = embedded().unwrap();
    let read: BTreeSet<&str> = pack
        .rules
        .controls
        .iter()
        .filter_map(|c| keyed(&c.subject).1)
        .collect();
    for r in &pack.law.requirements {
        let binds_nobody = r
            .binds
            .as_ref()
            .is_some_and(|b| b.any.is_empty() && b.otherwise == Otherwise::Exempt);
        let paper = |set: &Vec<String>| set.iter().any(|id| id == "attestation");
        let needs = !r.decided_by.is_empty() && r.decided_by.iter().all(paper);
        if needs && !binds_nobody {
            assert!(read.contains(r.id.as_str()), "{}", r.id);
        }
    }
}

#[test]
fn a_company_with_all_its_papers_is_covered_whole() {
    for level in ["1", "2", "3", "4", "5"] {
        let output = capdo(&[
            "law",
            "coverage",
            "--level",
            level,
            "--as-of",
            DAY,
            "--fail-under",
            "100",
        ]);
        assert_eq!(code(&output), 0, "{level}: {}", stdout(&output));
    }
    let folder = tempfile::tempdir().unwrap();
    let bare = company(folder.path(), &no_machines(), &[]);
    let before = run(&bare, &[]);
    let owed = missing(&bare);
    assert_eq!(owed, lacking(&before), "both name the same papers");
    assert!(owed.len() > 250, "{}", owed.len());
    let said: Vec<Said<'_>> = owed
        .iter()
        .map(|(requirement, system)| {
            let scope = if system == "org" {
                "organisation"
            } else {
                system
            };
            (requirement.as_str(), scope, "2026-11-01", 12, "met")
        })
        .collect();
    let full = company(folder.path(), &no_machines(), &said);
    assert!(missing(&full).is_empty());
    let after = run(&full, &[]);
    assert!(lacking(&after).is_empty());
    let left: Vec<String> = after["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["status"] == "undetermined")
        .map(|r| format!("{} {}", r["id"], r["reason"]["code"]))
        .collect();
    // What nobody could confirm is never decided, with papers or without.
    let unverified: Vec<&String> = left.iter().filter(|l| !l.contains("unverified")).collect();
    assert!(unverified.is_empty(), "{unverified:?}");
    assert!(
        after["summary"]["coverage"].as_u64().unwrap() >= 98,
        "{}",
        after["summary"]
    );
    for id in ["l49.7.6", "l49.30.2", "l116.41.4"] {
        assert_ne!(status(&before, id), "met", "{id}");
        assert_eq!(status(&after, id), "met", "{id}");
    }
}

#[test]
fn papers_end_are_late_or_say_no() {
    let folder = tempfile::tempdir().unwrap();
    let id = "tcvn14423.rsk-2";
    let with = |issued: &str, months: u32, outcome: &str| {
        let said = [(id, "organisation", issued, months, outcome)];
        let run = run(&company(folder.path(), &no_machines(), &said), &[]);
        status(&run, id)
    };
    assert_eq!(with("2026-11-01", 12, "met"), "met");
    assert_eq!(
        with("2025-11-23", 12, "met"),
        "met",
        "the last day of its year"
    );
    assert_eq!(
        with("2025-11-22", 12, "met"),
        "undetermined",
        "ended: not checked"
    );
    assert_eq!(
        with("2025-11-22", 24, "met"),
        "gap",
        "in date, past the yearly cycle"
    );
    assert_eq!(with("2026-12-01", 12, "met"), "undetermined", "not begun");
    assert_eq!(with("2026-11-01", 12, "not-met"), "gap", "by its own words");
    // The latest word counts.
    let twice = [
        (id, "organisation", "2026-01-01", 12, "not-met"),
        (id, "organisation", "2026-11-01", 12, "met"),
    ];
    let path = company(folder.path(), &no_machines(), &twice);
    assert_eq!(status(&run(&path, &[]), id), "met");
    fs::write(folder.path().join("paper.md"), "changed").unwrap();
    assert_eq!(status(&run(&path, &[]), id), "undetermined");
}

#[test]
fn a_paper_never_covers_what_a_machine_saw() {
    let folder = tempfile::tempdir().unwrap();
    let said = [("nd331.31.2.c", "organisation", "2026-11-01", 12, "met")];
    let dependent = no_machines().replace(
        "independent_of_operation: true",
        "independent_of_operation: false",
    );
    let path = company(folder.path(), &dependent, &said);
    assert_eq!(status(&run(&path, &[]), "nd331.31.2.c"), "gap");
    let path = company(folder.path(), &no_machines(), &said);
    assert_eq!(status(&run(&path, &[]), "nd331.31.2.c"), "met");
}

#[test]
fn incidents_must_be_right() {
    let folder = tempfile::tempdir().unwrap();
    for (wrong, said) in [
        (
            "{ id: a, kind: system, detected: 2026-11-01 }",
            "`2026-11-01` is no moment",
        ),
        (
            "{ id: a, kind: system, detected: '2026-11-02T00:00:00+07:00', notified: '2026-11-01T00:00:00+07:00' }",
            "told before it was found",
        ),
        (
            "{ id: a, kind: system, detected: '2026-11-02T00:00:00+07:00', harm_class: true }",
            "`harm_class` is asked of incidents of kind personal-data only",
        ),
        (
            "{ id: a, kind: fire, detected: '2026-11-02T00:00:00+07:00' }",
            "fire",
        ),
    ] {
        let rest = no_machines().replace("incidents: []", &format!("incidents: [ {wrong} ]"));
        let path = company(folder.path(), &rest, &[]);
        let output = capdo(&["audit", path.to_str().unwrap()]);
        assert_eq!(code(&output), 4, "{wrong}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}

#[test]
fn a_later_no_is_not_undone_by_its_end() {
    const DUTY: &str = "l116.10.1.e";
    let status_of = |said: &[Said<'_>]| {
        let dir = tempfile::tempdir().unwrap();
        let path = company(dir.path(), &no_machines(), said);
        status(&run(&path, &[]), DUTY)
    };
    let met = (DUTY, "organisation", "2026-01-05", 12, "met");
    assert_eq!(status_of(&[met]), "met");
    let ended = (DUTY, "organisation", "2026-06-05", 1, "not-met");
    assert_eq!(status_of(&[met, ended]), "undetermined");
    let dir = tempfile::tempdir().unwrap();
    let path = company(dir.path(), &no_machines(), &[met, ended]);
    assert!(
        missing(&path).iter().any(|(id, _)| id == DUTY),
        "it is owed again"
    );
    let lasting = (DUTY, "organisation", "2026-06-05", 12, "not-met");
    assert_eq!(status_of(&[met, lasting]), "gap");
    // Of two of one day the one that says no, in whatever order.
    let same_day = (DUTY, "organisation", "2026-06-05", 12, "met");
    assert_eq!(status_of(&[same_day, lasting]), "gap");
    assert_eq!(status_of(&[lasting, same_day]), "gap");
    let again = (DUTY, "organisation", "2026-07-05", 12, "met");
    assert_eq!(status_of(&[met, ended, again]), "met");
}

#[test]
fn an_attestation_that_no_duty_asks_for_is_told() {
    let dir = tempfile::tempdir().unwrap();
    // A duty of the whole company, said of one system.
    let said = [("l116.10.1.e", "portal", "2026-06-05", 12, "met")];
    let path = company(dir.path(), &no_machines(), &said);
    let run = run(&path, &[]);
    assert_eq!(status(&run, "l116.10.1.e"), "undetermined");
    assert_eq!(
        run["attestations"][0]["remark"]["code"],
        "attestation-unused"
    );
}

#[test]
fn what_nobody_signed_and_an_empty_document_prove_nothing() {
    const DUTY: &str = "l116.10.1.e";
    let dir = tempfile::tempdir().unwrap();
    let said = [(DUTY, "organisation", "2026-06-05", 12, "met")];
    let path = company(dir.path(), &no_machines(), &said);
    let file = dir.path().join("attestations.yaml");
    let text = fs::read_to_string(&file).unwrap();
    for signer in [
        "name: Chưa có, role: B",
        "name: A, role: '...'",
        "name: '-', role: TBD",
    ] {
        fs::write(&file, text.replace("name: A, role: B", signer)).unwrap();
        let run = run(&path, &[]);
        assert_eq!(status(&run, DUTY), "undetermined", "{signer}");
        assert_eq!(
            run["attestations"][0]["remark"]["code"],
            "attestation-unsigned"
        );
    }
    let hash = sha256(&dir.path().join("paper.md"));
    for content in ["", " \n\n"] {
        fs::write(dir.path().join("paper.md"), content).unwrap();
        let now = sha256(&dir.path().join("paper.md"));
        fs::write(&file, text.replace(&hash, &now)).unwrap();
        assert_eq!(
            status(&run(&path, &[]), DUTY),
            "undetermined",
            "{content:?}"
        );
    }
}
