//! Acceptances: they never turn a result, they end, and what is odd about them is told; entries are written whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{DAY, capdo, code, sample_copy, stderr, stdout};

fn audit(inventory: &Path) -> Value {
    let output = capdo(&[
        "audit",
        inventory.to_str().unwrap(),
        "--as-of",
        DAY,
        "--format",
        "json",
    ]);
    assert!(code(&output) < 4, "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn entry(id: &str, covers: &str, from: &str, until: &str) -> String {
    format!(
        "  - {{ id: {id}, {covers}, disposition: waived, reason: r, owner: An, approver: Bình, ticket: T-1, from: {from}, until: {until} }}\n"
    )
}

fn with_waivers(folder: &Path, entries: &str) -> PathBuf {
    let sample = sample_copy(folder);
    let text = format!("schema: capdo/waivers/1\nwaivers:\n{entries}");
    fs::write(sample.join("waivers.yaml"), text).unwrap();
    sample.join("capdo.yaml")
}

#[test]
fn results_stay_and_figures_before_and_after_are_both_there() {
    let dir = tempfile::tempdir().unwrap();
    let bare = audit(&with_waivers(
        &dir.path().join("."),
        &entry(
            "w",
            "control: SRV-SSH-004, asset: office-01",
            "2026-11-01",
            "2026-11-02",
        ),
    ));
    assert!(
        bare["summary"].get("before_waivers").is_none(),
        "nothing counts: one figure"
    );
    let dir = tempfile::tempdir().unwrap();
    let inventory = with_waivers(
        dir.path(),
        &entry(
            "w",
            "control: CFG-PG-001, system: sorting",
            "2026-10-01",
            "2027-02-01",
        ),
    );
    let run = audit(&inventory);
    let waived: Vec<&Value> = run["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["control"] == "CFG-PG-001" && f["result"] == "fail")
        .collect();
    assert!(!waived.is_empty() && waived.iter().all(|f| f["disposition"] == "waived"));
    let count = |of: &Value| {
        of.as_object()
            .unwrap()
            .values()
            .map(|n| n.as_u64().unwrap())
            .sum::<u64>()
    };
    let before = count(&run["summary"]["before_waivers"]["by_severity"]);
    assert_eq!(
        before,
        count(&run["summary"]["by_severity"]) + waived.len() as u64
    );
    assert_eq!(before, count(&bare["summary"]["by_severity"]));
    // A waiver lifts no gap.
    assert_eq!(
        run["summary"]["before_waivers"]["requirements"],
        run["summary"]["requirements"]
    );
    let text = stdout(&capdo(&[
        "audit",
        inventory.to_str().unwrap(),
        "--as-of",
        DAY,
    ]));
    assert!(text.contains("Trước khi xét chấp nhận"), "{text}");
}

#[test]
fn what_is_odd_about_a_waiver_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let all = [
        entry(
            "a-first",
            "control: CFG-PG-001, asset: sorting-conf",
            "2026-10-01",
            "2027-02-01",
        ),
        entry(
            "b-overlaps",
            "control: CFG-PG-001, system: sorting",
            "2026-10-01",
            "2027-02-01",
        ),
        entry(
            "c-ending",
            "control: SRV-SSH-003, asset: sort-01",
            "2026-10-01",
            "2026-12-20",
        ),
        entry(
            "d-ended",
            "control: SRV-ACC-001, asset: sort-01",
            "2026-05-01",
            "2026-10-01",
        ),
        entry(
            "e-unused",
            "control: SRV-SSH-003, asset: sort-01, subject: nobody",
            "2026-10-01",
            "2027-02-01",
        ),
        entry(
            "f-later",
            "control: SRV-NET-010, asset: sort-01",
            "2026-12-01",
            "2027-02-01",
        ),
    ];
    let run = audit(&with_waivers(dir.path(), &all.concat()));
    let codes = |id: &str| -> Vec<String> {
        let waivers = run["waivers"].as_array().unwrap();
        let waiver = waivers.iter().find(|w| w["id"] == id).unwrap();
        let remarks = waiver["remarks"].as_array().cloned().unwrap_or_default();
        remarks
            .iter()
            .map(|r| r["code"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(codes("a-first"), Vec::<String>::new());
    assert_eq!(codes("b-overlaps"), ["waiver-broad", "waiver-overlaps"]);
    assert_eq!(codes("c-ending"), ["waiver-ending"]);
    assert_eq!(codes("d-ended"), ["waiver-ended"]);
    assert_eq!(codes("e-unused"), ["waiver-unused"]);
    assert_eq!(codes("f-later"), ["waiver-not-begun"]);
}

#[test]
fn wrong_waivers_are_all_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let all = [
        entry(
            "a",
            "control: SRV-SSH-0044, asset: sort-01",
            "2026-10-01",
            "2026-11-01",
        ),
        entry(
            "b",
            "control: SRV-SSH-004, asset: sort-01",
            "2026-10-01",
            "2027-10-01",
        ),
        entry(
            "c",
            "control: SRV-SSH-004, asset: sort-01",
            "2026-10-01",
            "2026-11-01",
        )
        .replace("Bình", "' an '"),
        entry(
            "d",
            "control: SRV-SSH-004, asset: nowhere/server",
            "2026-10-01",
            "2026-11-01",
        ),
        // Everywhere: it would hide what nobody has seen yet.
        entry(
            "e",
            "control: SRV-SSH-004, subject: sshd",
            "2026-10-01",
            "2026-11-01",
        ),
        // A Cyrillic A is no other person, and no name mixes alphabets.
        entry(
            "f",
            "control: SRV-SSH-004, asset: sort-01",
            "2026-10-01",
            "2026-11-01",
        )
        .replace("Bình", "Аn"),
    ];
    let inventory = with_waivers(dir.path(), &all.concat());
    let output = capdo(&["audit", inventory.to_str().unwrap()]);
    assert_eq!(code(&output), 4);
    let said = stderr(&output);
    for words in [
        "SRV-SSH-0044",
        "at most 180",
        "cannot approve it",
        "`nowhere`",
        "where the failure is accepted",
        "several alphabets",
        "7 mistakes",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn ten_thousand_waivers_are_no_burden() {
    let dir = tempfile::tempdir().unwrap();
    let all: String = (0..10_000)
        .map(|n| {
            entry(
                &format!("w-{n:05}"),
                "requirement: letter.2.2, system: portal",
                "2026-10-01",
                "2027-02-01",
            )
        })
        .collect();
    let inventory = with_waivers(dir.path(), &all);
    let began = Instant::now();
    let run = audit(&inventory);
    assert_eq!(run["waivers"].as_array().unwrap().len(), 10_000);
    let took = began.elapsed();
    eprintln!("ten thousand waivers: {took:?}");
    // A debug build beside other tests; a quarter of it is the audit itself.
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn an_entry_is_added_and_the_rest_of_the_file_stays() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let inventory = sample.join("capdo.yaml").display().to_string();
    let path = sample.join("waivers.yaml");
    let commented = fs::read_to_string(&path).unwrap() + "# cuối tệp\n";
    fs::write(&path, &commented).unwrap();
    let waive = |more: &[&str]| {
        let args = [
            "waive", &inventory, "--owner", "Lê An", "--ticket", "T-1", "--as-of", DAY,
        ];
        capdo(&[&args[..], more].concat())
    };
    let output = waive(&[
        "--control",
        "SRV-LOG-003",
        "--system",
        "portal",
        "--reason",
        "chờ: \"ổ đĩa\" # 3",
        "--approver",
        "Trần Bình",
        "--days",
        "90",
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = commented.split_once("# cuối tệp").unwrap();
    assert!(
        text.starts_with(before) && text.ends_with(&format!("# cuối tệp{after}")),
        "{text}"
    );
    let run = audit(&sample.join("capdo.yaml"));
    let waivers = run["waivers"].as_array().unwrap();
    let made = waivers.iter().find(|w| w["id"] == "wvr-003").unwrap();
    assert_eq!(
        (&made["reason"], &made["until"]),
        (&"chờ: \"ổ đĩa\" # 3".into(), &"2027-02-21".into())
    );
    // Wrong ones: all mistakes at once, and not a byte is written.
    let output = waive(&[
        "--control",
        "SRV-LOG-03",
        "--system",
        "nowhere",
        "--reason",
        " ",
        "--approver",
        "lê  an",
        "--until",
        "2027-12-31",
    ]);
    assert_eq!(code(&output), 4);
    assert!(
        stderr(&output).contains("5 mistakes"),
        "{}",
        stderr(&output)
    );
    let output = waive(&[
        "--control",
        "SRV-LOG-003",
        "--asset",
        "web-01",
        "--reason",
        "x",
        "--from",
        "2026-09-01",
        "--until",
        "2026-10-01",
    ]);
    assert_eq!(code(&output), 4, "it would have ended already");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    for wanting in [
        &["--reason", "x", "--days", "3"][..],
        &["--control", "SRV-LOG-003", "--reason", "x", "--days", "3"],
    ] {
        assert_eq!(code(&waive(wanting)), 2, "{wanting:?}");
    }
}

#[test]
fn the_first_entry_makes_the_file_and_names_it_in_the_inventory() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let inventory = sample.join("capdo.yaml");
    let text = fs::read_to_string(&inventory).unwrap();
    let text = text
        .replace("waivers: [ waivers.yaml ]\n", "")
        .replace("attestations: [ documents/attestations.yaml ]\n", "");
    fs::write(&inventory, &text).unwrap();
    fs::remove_file(sample.join("waivers.yaml")).unwrap();
    let shown = inventory.display().to_string();
    let paper = sample
        .join("documents/ra-soat-he-thong-2026.md")
        .display()
        .to_string();
    for args in [
        &[
            "waive",
            &shown,
            "--requirement",
            "letter.2.2",
            "--system",
            "portal",
            "--reason",
            "r",
            "--owner",
            "A",
            "--ticket",
            "T",
            "--days",
            "9",
        ][..],
        &[
            "attest",
            &shown,
            "--requirement",
            "letter.1.1",
            "--statement",
            "Đã ban hành",
            "--evidence",
            &paper,
            "--signer",
            "A",
            "--role",
            "B",
        ],
    ] {
        let output = capdo(&[args, &["--as-of", DAY]].concat());
        assert_eq!(code(&output), 0, "{}", stderr(&output));
    }
    let now = fs::read_to_string(&inventory).unwrap();
    assert!(now.starts_with(&text), "the rest stays");
    let run = audit(&inventory);
    assert_eq!(run["waivers"][0]["remark"]["code"], "waiver-not-approved");
    assert_eq!(
        run["attestations"][0]["in_date"], true,
        "{}",
        run["attestations"]
    );
}

#[test]
fn wrong_attestations_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let inventory = sample.join("capdo.yaml").display().to_string();
    let file = sample.join("documents/attestations.yaml");
    let before = fs::read(&file).unwrap();
    let paper = sample
        .join("documents/ra-soat-he-thong-2026.md")
        .display()
        .to_string();
    let attest = |requirement: &str, paper: &str, more: &[&str]| {
        let args = [
            "attest",
            &inventory,
            "--requirement",
            requirement,
            "--evidence",
            paper,
            "--statement",
            "Đã rà soát",
            "--signer",
            "A",
            "--role",
            "B",
            "--as-of",
            DAY,
        ];
        let output = capdo(&[&args[..], more].concat());
        (code(&output), stderr(&output))
    };
    for (requirement, paper, more, wanted, why) in [
        ("letter.1.1x", paper.as_str(), &[][..], 2, "did you mean"),
        ("letter.1.1", "none.pdf", &[], 4, "none.pdf"),
        ("letter.2.1", &paper, &[], 2, "--scope portal"),
        (
            "letter.1.1",
            &paper,
            &["--scope", "nowhere"],
            4,
            "`nowhere`",
        ),
        (
            "letter.1.1",
            &paper,
            &["--issued", "2027-01-01"],
            4,
            "after today",
        ),
        (
            "letter.1.1",
            &paper,
            &["--issued", "2020-01-01"],
            4,
            "newer document",
        ),
        (
            "letter.1.1",
            &paper,
            &["--valid-for", "ever"],
            4,
            "no length of time",
        ),
        (
            "letter.1.1",
            &paper,
            &["--id", "att-001"],
            4,
            "stands twice",
        ),
    ] {
        let (code, said) = attest(requirement, paper, more);
        assert_eq!(code, wanted, "{requirement} {more:?}: {said}");
        assert!(said.contains(why), "{requirement} {more:?}: {said}");
    }
    assert!(fs::read(&file).unwrap() == before);
}

#[test]
fn an_attestation_that_ended_counts_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let inventory = sample.join("capdo.yaml");
    let file = sample.join("documents/attestations.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let in_date = audit(&inventory);
    let ids = |run: &Value| -> Vec<String> {
        let met = run["requirements"].as_array().unwrap().iter();
        met.filter(|r| !r["attestations"].as_array().unwrap().is_empty())
            .map(|r| r["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(!ids(&in_date).is_empty());
    fs::write(
        &file,
        text.replace("months", "days").replace("year", "days"),
    )
    .unwrap();
    let ended = audit(&inventory);
    assert_eq!(ids(&ended), Vec::<String>::new());
    for attestation in ended["attestations"].as_array().unwrap() {
        assert_eq!(attestation["in_date"], false, "{attestation}");
    }
    let papers = ended["findings"].as_array().unwrap().iter();
    let counted: Vec<&Value> = papers
        .filter(|f| f["subject"].as_str().unwrap().starts_with("paper["))
        .filter(|f| ["pass", "fail"].contains(&f["result"].as_str().unwrap()))
        .collect();
    assert!(counted.is_empty(), "{counted:?}");
    let met = |run: &Value| run["summary"]["requirements"]["met"].as_u64().unwrap();
    assert!(met(&ended) < met(&in_date));
}

#[test]
fn what_was_approved_for_one_duty_lifts_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let inventory = with_waivers(dir.path(), "");
    let sample = inventory.parent().unwrap();
    fs::write(
        sample.join("waivers.yaml"),
        "schema: capdo/waivers/1\nwaivers: []\n",
    )
    .unwrap();
    let hash = stdout_of_sha256(&sample.join("hr/roster.csv"));
    let status = |covers: &str, duty: &str| {
        let entry = format!(
            "  - {{ id: w, {covers}, system: sorting, disposition: compensating, reason: r, owner: An, approver: Bình, ticket: T, \
             evidence: {{ path: hr/roster.csv, sha256: {hash} }}, from: 2026-10-01, until: 2027-02-01 }}\n"
        );
        let text = format!("schema: capdo/waivers/1\nwaivers:\n{entry}");
        fs::write(sample.join("waivers.yaml"), text).unwrap();
        let run = audit(&inventory);
        let all = run["requirements"].as_array().unwrap();
        let found = all.iter().find(|r| r["id"] == duty).unwrap();
        let systems = found["systems"].as_array().unwrap();
        let own = systems.iter().find(|s| s["id"] == "sorting").unwrap();
        let findings = run["findings"].as_array().unwrap().iter();
        let mut failing =
            findings.filter(|f| f["control"] == "DOC-LVL-001" && f["result"] == "fail");
        // What breaks another duty stays active, and counts in the gate.
        let wanted = if covers.starts_with("requirement") {
            "none"
        } else {
            "compensating"
        };
        assert!(failing.all(|f| f["disposition"] == wanted), "{covers}");
        own["status"].as_str().unwrap().to_owned()
    };
    assert_ne!(status("requirement: nd331.20.3", "nd331.20.3"), "gap");
    assert_eq!(status("requirement: nd331.20.3", "nd331.18.2"), "gap");
    assert_ne!(status("control: DOC-LVL-001", "nd331.18.2"), "gap");
    // An empty file is no document, whatever its hash.
    fs::write(sample.join("empty.md"), "").unwrap();
    let text = fs::read_to_string(sample.join("waivers.yaml")).unwrap();
    let none = stdout_of_sha256(&sample.join("empty.md"));
    let text = text
        .replace("hr/roster.csv", "empty.md")
        .replace(&hash, &none);
    fs::write(sample.join("waivers.yaml"), text).unwrap();
    let output = capdo(&["audit", inventory.to_str().unwrap(), "--as-of", DAY]);
    assert_eq!(code(&output), 4);
    assert!(stderr(&output).contains("empty document"));
}

fn stdout_of_sha256(path: &Path) -> String {
    let output = std::process::Command::new("sha256sum")
        .arg(path)
        .output()
        .unwrap();
    stdout(&output).split(' ').next().unwrap().to_owned()
}

#[test]
fn whoever_answers_for_a_waiver_is_known_however_the_name_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let plan = |owner: &str, approver: &str| {
        let entry = entry(
            "w",
            "control: CFG-PG-001, asset: sorting-conf",
            "2026-10-01",
            "2027-02-01",
        )
        .replace("owner: An", &format!("owner: {owner}"))
        .replace("approver: Bình", &format!("approver: {approver}"));
        let folder = dir.path().join(approver.len().to_string());
        fs::create_dir(&folder).unwrap();
        let inventory = with_waivers(&folder, &entry);
        let output = capdo(&[
            "audit",
            inventory.to_str().unwrap(),
            "--as-of",
            DAY,
            "--format",
            "json",
        ]);
        (code(&output), stderr(&output), stdout(&output))
    };
    for approver in [
        "Le Hoai Phong",
        "Ông Lê Hoài Phong",
        "Lê Hoài Phong (Trưởng phòng)",
    ] {
        let (code, told, _) = plan("Lê Hoài Phong", approver);
        assert_eq!(code, 4, "{approver}");
        assert!(told.contains("cannot approve"), "{told}");
    }
    let (code, _, run) = plan("Lê Hoài Phong", "'TBD'");
    assert!(code < 4);
    let run: Value = serde_json::from_str(&run).unwrap();
    assert_eq!(run["waivers"][0]["remark"]["code"], "waiver-not-approved");
    assert_eq!(run["waivers"][0]["active"], false);
    assert_eq!(plan("'...'", "Trần Quốc Mẫn").0, 4);
}

/// Whoever accepted a failure for a whole system has not seen what came later; where a run of that day shows it, it is not covered.
#[test]
fn a_broad_waiver_does_not_cover_what_came_after_its_approval() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let inventory = sample.join("capdo.yaml");
    let run = |name: &str, more: &[&str]| -> (i32, Value) {
        let out = dir.path().join(name);
        let args = [
            "audit",
            inventory.to_str().unwrap(),
            "--as-of",
            DAY,
            "--fail-on",
            "critical",
            "--max-undetermined",
            "1000000",
            "--out",
            out.to_str().unwrap(),
        ];
        let output = capdo(&[&args[..], more].concat());
        let text = fs::read_to_string(out.join("run.json")).unwrap();
        (code(&output), serde_json::from_str(&text).unwrap())
    };
    let waive = |from: &str| {
        let scope = "control: CFG-PG-001, system: portal";
        let text = format!(
            "schema: capdo/waivers/1\nwaivers:\n{}",
            entry("w", scope, from, "2027-02-01")
        );
        fs::write(sample.join("waivers.yaml"), text).unwrap();
    };
    waive("2026-11-01");
    let (_, _) = run("before", &[]);
    let conf = sample.join("configs/portal/postgresql/postgresql.conf");
    let text = fs::read_to_string(&conf).unwrap();
    assert!(text.contains("ssl = on"), "the portal's passed");
    fs::write(&conf, text.replace("ssl = on", "ssl = off")).unwrap();
    let of = |run: &Value| -> (String, Vec<String>) {
        let findings = run["findings"].as_array().unwrap().iter();
        let own = findings.filter(|f| f["control"] == "CFG-PG-001" && f["system"] == "portal");
        let dispositions: Vec<&Value> = own.map(|f| &f["disposition"]).collect();
        assert_eq!(dispositions.len(), 1);
        let remarks = run["waivers"][0]["remarks"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let codes = remarks
            .iter()
            .map(|r| r["code"].as_str().unwrap().to_owned());
        (
            dispositions[0].as_str().unwrap_or("none").to_owned(),
            codes.collect(),
        )
    };
    // Nothing shows when the failure came: it is covered, and that is told.
    let (_, alone) = run("alone", &[]);
    assert_eq!(
        of(&alone),
        ("waived".into(), vec!["waiver-broad".to_owned()])
    );
    let baseline = dir.path().join("before/run.json");
    let against = ["--baseline", baseline.to_str().unwrap()];
    let (_, shown) = run("shown", &against);
    assert_eq!(of(&shown), ("none".into(), vec!["waiver-later".to_owned()]));
    // Approved after that run: whoever approved it may have seen it.
    waive("2026-12-01");
    let (_, begun) = run("begun", &against);
    assert_eq!(of(&begun).0, "none", "it has not begun");
    // A waiver of the asset itself was given for this very thing.
    let scope = "control: CFG-PG-001, asset: portal-conf";
    let text = format!(
        "schema: capdo/waivers/1\nwaivers:\n{}",
        entry("w", scope, "2026-11-01", "2027-02-01")
    );
    fs::write(sample.join("waivers.yaml"), text).unwrap();
    let (_, exact) = run("exact", &against);
    assert_eq!(of(&exact), ("waived".into(), Vec::new()));
}

/// A file of this program, an empty one and one of blanks that nobody sees prove nothing.
#[test]
fn a_paper_that_says_nothing_does_not_count() {
    use sha2::{Digest, Sha256};
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let hash = |bytes: &[u8]| -> String {
        Sha256::digest(bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    };
    fs::write(
        sample.join("documents/blank.md"),
        "\u{FEFF}\u{200B}\u{3164} \n",
    )
    .unwrap();
    fs::copy(sample.join("capdo.yaml"), sample.join("documents/copy.pdf")).unwrap();
    let mut entries = String::from("schema: capdo/attestations/1\nattestations:\n");
    for (at, path) in ["blank.md", "copy.pdf"].iter().enumerate() {
        let sha = hash(&fs::read(sample.join("documents").join(path)).unwrap());
        entries += &format!(
            "  - {{ id: a-{at}, requirement: letter.1.1, scope: organisation, statement: {{ vi: x, en: x }}, evidence: {{ path: {path}, sha256: {sha} }}, signer: {{ name: An, role: B }}, issued: 2026-10-01, valid_for: 12 months }}\n"
        );
    }
    fs::write(sample.join("documents/attestations.yaml"), entries).unwrap();
    let run = audit(&sample.join("capdo.yaml"));
    for attestation in run["attestations"].as_array().unwrap() {
        assert_eq!(attestation["in_date"], false, "{attestation}");
        assert_eq!(
            attestation["remark"]["code"],
            "attestation-missing-evidence"
        );
    }
    // A waiver that lifts a gap with such a paper is refused.
    let sha = hash(&fs::read(sample.join("capdo.yaml")).unwrap());
    let waiver = format!(
        "schema: capdo/waivers/1\nwaivers:\n  - {{ id: w, control: SRV-SSH-004, asset: sort-01, disposition: false-positive, reason: r, owner: An, approver: Bình, evidence: {{ path: capdo.yaml, sha256: {sha} }}, from: 2026-10-01, until: 2027-02-01 }}\n"
    );
    fs::write(sample.join("waivers.yaml"), waiver).unwrap();
    let output = capdo(&["audit", sample.join("capdo.yaml").to_str().unwrap()]);
    assert_eq!(code(&output), 4);
    assert!(
        stderr(&output).contains("proves nothing"),
        "{}",
        stderr(&output)
    );
}

/// A paper that still counts by its own time, and is past the cycle of the law, is owed.
#[test]
fn a_paper_past_the_cycle_of_the_law_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let inventory = sample.join("capdo.yaml").display().to_string();
    let missing = || -> Value {
        let output = capdo(&[
            "attest",
            "--missing",
            &inventory,
            "--as-of",
            DAY,
            "--format",
            "json",
        ]);
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let all = missing();
    let cyclic = all["missing"].as_array().unwrap().iter().find(|m| {
        m["cycle_months"].as_i64().is_some_and(|c| c <= 12)
            && m["system"] == "org"
            && m["last"].is_null()
    });
    let id = cyclic.expect("a cyclic duty of the company")["requirement"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = sample.join("documents/attestations.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let paper = fs::read(sample.join("documents/quy-che-an-ninh-mang.md")).unwrap();
    let sha: String = {
        use sha2::Digest;
        sha2::Sha256::digest(&paper)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    };
    let state = |issued: &str| {
        let entry = format!(
            "\n  - {{ id: cyc, requirement: {id}, scope: organisation, statement: {{ vi: x, en: x }}, evidence: {{ path: quy-che-an-ninh-mang.md, sha256: {sha} }}, signer: {{ name: An, role: B }}, issued: {issued}, valid_for: 5 years }}\n"
        );
        fs::write(&path, text.trim_end().to_owned() + &entry).unwrap();
        let now = missing();
        let mine = now["missing"]
            .as_array()
            .unwrap()
            .iter()
            .find(|m| m["requirement"] == id.as_str() && m["system"] == "org");
        mine.map(|m| m["state"]["en"].as_str().unwrap().to_owned())
    };
    assert_eq!(state("2026-11-01"), None, "done again in time");
    let old = state("2024-06-01").expect("past its cycle");
    assert!(old.contains("older than the cycle"), "{old}");
}
