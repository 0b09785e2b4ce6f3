//! `capdo scan config` in a repository, as a pipeline runs it: relative paths, ids that stay, waivers in remarks, and
//! only what changed.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{DAY, EPOCH, code, stderr, stdout};

const COMPOSE: &str =
    "services:\n  kho:\n    image: kho:1.2\n    ports: [ \"5432:5432\" ]\n    privileged: true\n";

fn git(folder: &Path, args: &[&str]) {
    let said = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.vn",
            "-c",
            "commit.gpgsign=false",
        ])
        .arg("-C")
        .arg(folder)
        .args(args)
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

/// The program in a folder.
fn scan(folder: &Path, args: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_capdo"))
        .args(["scan", "config", ".", "--level", "3", "--as-of", DAY])
        .args(args)
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", EPOCH)
        .output()
        .unwrap()
}

fn run(folder: &Path, args: &[&str]) -> Value {
    let out = scan(folder, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&stdout(&out)).unwrap_or_else(|_| panic!("{}", stderr(&out)))
}

fn fails(run: &Value) -> Vec<(String, String, String)> {
    run["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["result"] == "fail")
        .map(|f| {
            let word = |key: &str| f[key].as_str().unwrap().to_owned();
            (word("control"), word("subject"), word("disposition"))
        })
        .collect()
}

fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "-b", "main"]);
    fs::write(dir.path().join("compose.yml"), COMPOSE).unwrap();
    fs::write(
        dir.path().join(".env"),
        "APP_KEY=${APP_KEY}\nAPP_DEBUG=true\n",
    )
    .unwrap();
    fs::create_dir(dir.path().join("redis")).unwrap();
    fs::write(
        dir.path().join("redis/redis.conf"),
        "requirepass ${PW}\ninclude more.conf\n",
    )
    .unwrap();
    fs::write(dir.path().join("redis/more.conf"), "protected-mode no\n").unwrap();
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "-q", "-m", "a"]);
    dir
}

#[test]
fn paths_are_relative_and_ids_stay() {
    let dir = repository();
    let sarif = |folder: &Path| -> Value {
        serde_json::from_str(&stdout(&scan(folder, &["--format", "sarif"]))).unwrap()
    };
    let prints = |log: &Value| -> Vec<(String, String)> {
        log["runs"][0]["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| {
                let uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                    .as_str()
                    .unwrap_or("")
                    .to_owned();
                (uri, r["partialFingerprints"].to_string())
            })
            .collect()
    };
    let first = prints(&sarif(dir.path()));
    assert!(
        first.iter().any(|(uri, _)| uri == "compose.yml"),
        "{first:?}"
    );
    assert!(
        first
            .iter()
            .all(|(uri, _)| !uri.starts_with('/') && !uri.starts_with("./") && !uri.contains("..")),
        "{first:?}"
    );
    // A line above everything moves all lines and changes no id.
    fs::write(dir.path().join("compose.yml"), format!("# kho\n{COMPOSE}")).unwrap();
    assert_eq!(first, prints(&sarif(dir.path())));
}

#[test]
fn a_waiver_in_a_remark_counts_on_a_remark_alone() {
    let dir = repository();
    let text = COMPOSE
        .replace(
            "    ports",
            "    # capdo:waive CFG-CMP-008 until=2027-03-01 reason=\"chờ tách mạng\"\n    ports",
        )
        .replace(
            "    privileged: true",
            "    privileged: true # capdo:waive CFG-CMP-001 until=2027-03-01 reason=\"quét mã\"",
        );
    fs::write(dir.path().join("compose.yml"), text).unwrap();
    let run_of = run(dir.path(), &[]);
    let of = |control: &str| {
        let all = fails(&run_of);
        all.into_iter().find(|(c, ..)| c == control).unwrap().2
    };
    // CFG-CMP-001 is an interpretation, CFG-CMP-008 binds.
    assert_eq!(
        (of("CFG-CMP-001").as_str(), of("CFG-CMP-008").as_str()),
        ("waived", "none")
    );
    let waivers = run_of["waivers"].as_array().unwrap();
    assert_eq!(waivers.len(), 2);
    let bound = waivers
        .iter()
        .find(|w| w["covers"].as_str().unwrap().contains("CFG-CMP-008"))
        .unwrap();
    assert_eq!(
        (bound["active"].as_bool(), bound["remark"]["code"].as_str()),
        (Some(false), Some("waiver-not-approved"))
    );
    assert_eq!(bound["reason"], "chờ tách mạng");
    // What never ends is no acceptance for a time.
    let text = fs::read_to_string(dir.path().join("compose.yml")).unwrap();
    fs::write(
        dir.path().join("compose.yml"),
        text.replace("CFG-CMP-001 until=2027", "CFG-CMP-001 until=2099"),
    )
    .unwrap();
    let run_of = run(dir.path(), &[]);
    let all = fails(&run_of);
    let endless = all.into_iter().find(|(c, ..)| c == "CFG-CMP-001").unwrap();
    assert_eq!(endless.2, "none");
    assert!(run_of["waivers"].to_string().contains("waiver-too-long"));
}

#[test]
fn an_approved_entry_that_names_the_file_makes_it_count() {
    let dir = repository();
    let text = COMPOSE.replace(
        "    ports",
        "    # capdo:waive CFG-CMP-008 until=2027-03-01 reason=\"chờ tách mạng\"\n    ports",
    );
    fs::write(dir.path().join("compose.yml"), text).unwrap();
    let inventory = "schema: capdo/inventory/1\norganisation: { name: { vi: Mẫu, en: Sample }, ownership: private, size: large }\nsystems:\n  - { id: kho, name: { vi: Kho, en: Depot }, level: 3, hosting: own, online_service: true }\nassets:\n  - { id: kho-conf, system: kho, kind: config, path: . }\n  - { id: other, system: kho, kind: config, path: redis }\nwaivers: [ waivers.yaml ]\n";
    let entry = |approver: &str| {
        format!(
            "schema: capdo/waivers/1\nwaivers:\n  - {{ id: W-1, control: CFG-CMP-008, file: compose.yml, disposition: waived, reason: chờ, owner: kho, {approver}from: 2026-11-01, until: 2027-03-01 }}\n"
        )
    };
    fs::write(dir.path().join("capdo.yaml"), inventory).unwrap();
    let disposition = |approver: &str| {
        fs::write(dir.path().join("waivers.yaml"), entry(approver)).unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_capdo"))
            .args(["audit", "capdo.yaml", "--as-of", DAY, "--format", "json"])
            .current_dir(dir.path())
            .env("SOURCE_DATE_EPOCH", EPOCH)
            .output()
            .unwrap();
        let run: Value =
            serde_json::from_str(&stdout(&out)).unwrap_or_else(|_| panic!("{}", stderr(&out)));
        let inline = run["waivers"]
            .as_array()
            .unwrap()
            .iter()
            .find(|w| w["id"].as_str().unwrap().starts_with("inline:"))
            .unwrap()
            .clone();
        let all = fails(&run);
        (
            all.into_iter()
                .find(|(c, ..)| c == "CFG-CMP-008")
                .unwrap()
                .2,
            inline["active"].as_bool().unwrap(),
        )
    };
    assert_eq!(
        disposition("approver: Giám đốc, "),
        ("waived".to_owned(), true)
    );
    assert_eq!(disposition(""), ("none".to_owned(), false));
    // What was approved for another asset approves nothing here.
    assert_eq!(
        disposition("approver: Giám đốc, asset: other, "),
        ("none".to_owned(), false)
    );
}

#[test]
fn only_what_changed_is_told() {
    let dir = repository();
    let all = fails(&run(dir.path(), &[]));
    assert!(
        all.iter().any(|(c, ..)| c == "CFG-ENV-001")
            && all.iter().any(|(c, ..)| c == "CFG-RDS-004")
    );
    // Nothing changed: nothing is told, and the run says that it is a part.
    let none = run(dir.path(), &["--changed-since", "HEAD"]);
    assert_eq!(fails(&none), []);
    assert_eq!(none["run"]["complete"], false);
    assert!(none["notes"].to_string().contains("Chỉ phần thay đổi"));
    // The file that another includes, and a file that git does not know yet.
    fs::write(
        dir.path().join("redis/more.conf"),
        "protected-mode no\ntimeout 0\n",
    )
    .unwrap();
    fs::write(dir.path().join("moi.env"), "APP_KEY=${K}\nAPP_DEBUG=true\n").unwrap();
    let some = fails(&run(dir.path(), &["--changed-since", "HEAD"]));
    let controls: Vec<&str> = some.iter().map(|(c, ..)| c.as_str()).collect();
    assert!(controls.contains(&"CFG-RDS-004"), "{some:?}");
    assert!(
        some.iter()
            .any(|(c, s, _)| c == "CFG-ENV-001" && s.contains("moi.env")),
        "{some:?}"
    );
    assert!(!controls.contains(&"CFG-CMP-008"), "{some:?}");
    for wrong in ["--upload-pack=x", "no-such-revision"] {
        let out = scan(dir.path(), &[&format!("--changed-since={wrong}")]);
        assert_eq!(code(&out), 2, "{}", stderr(&out));
    }
}

#[test]
fn the_files_for_pipelines_name_what_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let help = stdout(&crate::support::capdo(&["scan", "--help"]));
    for file in [
        ".pre-commit-hooks.yaml",
        "action.yml",
        "templates/ci/gitlab.yml",
    ] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains("capdo scan config"), "{file}");
        let options = text
            .split(|c: char| c.is_whitespace() || "\"()$".contains(c))
            .filter(|w| w.starts_with("--") && w.len() > 2);
        let mut any = 0;
        for option in options {
            any += 1;
            assert!(
                help.contains(option.split('=').next().unwrap()),
                "{file}: {option}"
            );
        }
        assert!(any > 0, "{file}");
    }
}

/// Controls of files that are read by the readers for servers say the same as those of servers.
#[test]
fn controls_of_files_and_of_servers_do_not_part() {
    let controls = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/controls");
    let said = |path: &Path| -> String {
        let text = fs::read_to_string(path).unwrap();
        let own = ["id: ", "asset: ", "subject: "];
        text.lines()
            .filter(|l| !own.iter().any(|o| l.starts_with(o)))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let servers: Vec<String> = fs::read_dir(controls.join("server"))
        .unwrap()
        .map(|e| said(&e.unwrap().path()))
        .collect();
    let mut alike = 0;
    for entry in fs::read_dir(controls.join("config")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if ["CFG-SSH-", "CFG-SUD-", "CFG-PAM-", "CFG-RSL-"]
            .iter()
            .any(|own| name.starts_with(own))
        {
            assert!(
                servers.contains(&said(&path)),
                "{name} differs from every control of servers"
            );
            alike += 1;
        }
    }
    assert!(alike >= 50, "{alike}");
}
