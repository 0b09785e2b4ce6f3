//! Hosts that run, without SSH: this machine, the plan, and inventories that name them wrongly.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use capdo::collect::{Context, RootFolder, server};
use capdo::commands::embedded;
use capdo::model::{AssetKind, Day, Level, Subject};
use capdo::rules::{Choice, choose};
use serde_json::Value;

use crate::support::{DAY, capdo, code, stderr, stdout};

const INVENTORY: &str = "schema: capdo/inventory/1
organisation: { name: { vi: Mẫu, en: Sample }, ownership: private, size: large }
systems:
  - { id: s, name: { vi: Mẫu, en: Sample }, level: 3, hosting: own, online_service: true }
assets:
  - { id: here, system: s, kind: server, local: true }
  - { id: web, system: s, kind: server, ssh: audit@web-01, sudo: true }
  - { id: db, system: s, kind: server, ssh: \"audit@[::1]:2222\", restricted: true }
  - { id: tls, system: s, kind: endpoint, address: \"tracuu.example.vn:443\", closed: [22] }
  - { id: pub, system: s, kind: endpoint, address: \"a.example.vn:443\", purpose: tracking, sample_waybill: EA1, authorised: { by: x, document: y, until: 2027-01-01 } }
";

fn plan(lang: &str, format: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("capdo.yaml");
    fs::write(&path, INVENTORY).unwrap();
    let path = path.to_str().unwrap();
    let output = capdo(&[
        "plan", path, "--format", format, "--as-of", DAY, "--lang", lang,
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn the_plan_names_everything_before_it_is_touched() {
    let plan: Value = serde_json::from_str(&plan("vi", "json")).unwrap();
    assert_eq!(plan["schema"], "capdo/plan/1");
    let asset = |id: &str| {
        let all = plan["assets"].as_array().unwrap();
        all.iter().find(|a| a["id"] == id).unwrap().clone()
    };
    let has = |asset: &Value, what: &str, name: &str| {
        let touches = asset["touches"].as_array().unwrap();
        touches
            .iter()
            .any(|t| t["what"] == what && t["name"] == name)
    };
    for id in ["here", "web", "db"] {
        let asset = asset(id);
        assert!(has(&asset, "file", "/etc/ssh/sshd_config"), "{id}");
        assert!(has(&asset, "command", "/usr/sbin/sysctl -a"), "{id}");
    }
    assert_eq!(asset("db")["via"], "ssh-restricted");
    // Without a permission no more is asked than any visitor asks.
    assert!(has(&asset("tls"), "not-asked", "tracuu.example.vn:22"));
    assert!(has(&asset("pub"), "request", "GET /{waybill}"));
    // The script that is installed is the one whose hash is named.
    let script = capdo(&["collect", "--script"]);
    let said = plan["script"]["sha256"].as_str().unwrap();
    assert!(stderr(&script).contains(said));
    assert!(
        plan["grants"]["installed"][0]
            .as_str()
            .unwrap()
            .contains(said)
    );
    let key = plan["grants"]["authorized_keys"].as_str().unwrap();
    assert!(key.starts_with("restrict,command="), "{key}");
}

#[test]
fn the_plan_is_what_is_sent() {
    let plan: Value = serde_json::from_str(&plan("vi", "json")).unwrap();
    let touches = plan["assets"][0]["touches"].as_array().unwrap();
    assert!(
        touches
            .iter()
            .all(|t| t["what"] != "file" || t["keep"].is_string())
    );
    // The asked pieces of an answer of this machine are exactly those of the plan.
    let dir = tempfile::tempdir().unwrap();
    let answer = dir.path().join("answer");
    let script = capdo(&["collect", "--script"]).stdout;
    let mut sh = Command::new("/bin/sh")
        .stdin(Stdio::piped())
        .stdout(fs::File::create(&answer).unwrap())
        .spawn()
        .unwrap();
    sh.stdin.take().unwrap().write_all(&script).unwrap();
    assert!(sh.wait().unwrap().success());
    let answer = fs::read(&answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let asked: Vec<&str> = answer
        .lines()
        .filter_map(|l| l.strip_prefix("A "))
        .collect();
    let restricted = plan["assets"][2]["touches"].as_array().unwrap();
    let planned: Vec<String> = restricted
        .iter()
        .map(|t| {
            format!(
                "{} {}",
                t["what"].as_str().unwrap(),
                t["name"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(asked, planned);
}

#[test]
fn the_plan_for_people() {
    let vi = plan("vi", "human");
    assert!(vi.contains("Kế hoạch thu thập"), "{vi}");
    assert!(vi.contains("NOPASSWD"), "{vi}");
    let en = plan("en", "human");
    assert!(en.contains("not authorised"), "{en}");
}

#[test]
fn the_sudoers_lines_are_sudoers() {
    if !Path::new("/usr/sbin/visudo").exists() {
        eprintln!("left out: sudoers lines against visudo (needs the Debian package sudo)");
        return;
    }
    let plan: Value = serde_json::from_str(&plan("vi", "json")).unwrap();
    for way in ["installed", "sent"] {
        let lines: Vec<&str> = plan["grants"][way]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| l.as_str().unwrap())
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("capdo");
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        let output = Command::new("/usr/sbin/visudo")
            .arg("-cf")
            .arg(&file)
            .output()
            .unwrap();
        assert!(output.status.success(), "{way}: {}", stderr(&output));
    }
}

#[test]
fn this_machine_can_be_kept_and_judged_later() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("here.capdo");
    let bundle = bundle.to_str().unwrap();
    let output = capdo(&["collect", "local", "-o", bundle]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = capdo(&["judge", bundle, "--format", "json", "--as-of", DAY]);
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!run["findings"].as_array().unwrap().is_empty());
}

#[test]
fn hosts_are_named_right_before_anything_is_touched() {
    for wrong in ["ssh:-oProxyCommand=x", "ssh:a b", "ssh:"] {
        let output = capdo(&["scan", "server", wrong]);
        assert_eq!(code(&output), 2, "{wrong}: {}", stderr(&output));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("capdo.yaml");
    let text = INVENTORY
        .replace("audit@web-01", "-oProxyCommand=x")
        .replace("local: true", "local: true, restricted: true");
    fs::write(&path, text).unwrap();
    let output = capdo(&["plan", path.to_str().unwrap()]);
    assert_eq!(code(&output), 4);
    let told = stderr(&output);
    assert!(told.contains("names no host"), "{told}");
    assert!(
        told.contains("`restricted` means nothing for `local`"),
        "{told}"
    );
}

#[test]
fn what_the_controls_of_a_level_need_is_enough_for_them() {
    let cx = Context {
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
        timeout: std::time::Duration::from_secs(1),
        offline: true,
    };
    let pack = embedded().unwrap();
    let root = RootFolder::open(Path::new("tests/roots/bases/debian12"));
    let root = root.unwrap();
    let on = Day::new(2026, 11, 23).unwrap();
    for level in Level::ALL {
        let none = BTreeMap::new();
        let asked = pack.rules.controls.iter().filter(|c| {
            c.asset == AssetKind::Server
                && matches!(choose(c, &pack.law, level, on, &none), Choice::Asked(_))
        });
        let needs: BTreeSet<String> = asked.map(|c| c.subject.to_string()).collect();
        assert!(!needs.is_empty());
        let pieces = server::plan::needed(&needs);
        let whole = server::gather(&root, cx.now);
        let part = server::gather_of(&root, cx.now, &[&pieces]);
        let seen = |bundle| {
            let collected = server::collect(bundle, "a", &cx);
            let wanted = |s: &&Subject| needs.contains(&*s.kind);
            let all: Vec<_> = collected.subjects.iter().filter(wanted).cloned().collect();
            format!("{all:#?}")
        };
        let (whole, part) = (seen(&whole), seen(&part));
        let differs = whole.lines().zip(part.lines()).find(|(a, b)| a != b);
        assert_eq!(
            differs, None,
            "level {level}: a piece does not say what it serves"
        );
        assert_eq!(whole.len(), part.len());
    }
}
