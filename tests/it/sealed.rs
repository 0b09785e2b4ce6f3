//! What stands beside the reports: manifest, chain and seal; folders that cannot take them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{DAY, EPOCH, capdo, code, command, stderr, stdout};

const TARGET: &str = "sample-configs/configs/portal";

fn scan_into(out: &str, more: &[&str]) {
    let args = ["scan", "config", TARGET, "--as-of", DAY, "-q", "--out", out];
    let output = capdo(&[&args[..], more].concat());
    assert!(code(&output) < 4, "{}", stderr(&output));
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (String::new(), String::new())
    );
}

#[test]
fn a_run_is_sealed_chained_and_checked_offline() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (key, out) = (at("seal.key"), at("out"));
    let made = capdo(&["keygen", "-o", &key]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    let said = stdout(&made);
    assert!(
        said.contains("dấu toàn vẹn") && !said.contains("chữ ký số"),
        "{said}"
    );
    let mode = fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        code(&capdo(&["keygen", "-o", &key])),
        4,
        "keys are never overwritten"
    );

    scan_into(&out, &["--sign", &key]);
    scan_into(&out, &["--sign", &key]);
    let text = fs::read_to_string(&key).unwrap();
    let output = command(&[
        "scan", "config", TARGET, "-q", "--out", &out, "--sign", "env:SEAL",
    ])
    .env("SEAL", text)
    .output()
    .unwrap();
    assert!(code(&output) < 4, "{}", stderr(&output));
    let public = format!("{key}.pub");
    let output = capdo(&["verify", &out, "--key", &public]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let said = stdout(&output);
    for words in [
        "Toàn vẹn",
        "nối liền với 2 lần chạy trước: 2 lần có dấu của cùng khóa",
        "Lần chạy kết thúc lúc",
        "--key",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("chữ ký số"));
    // What lies in the chain and belongs to no run is named.
    fs::write(format!("{out}/chain/beside.json"), "{}").unwrap();
    assert!(stdout(&capdo(&["verify", &out])).contains("chain/beside.json"));
    // Another key, a lost seal, the private key in place of the public one.
    let other = at("other.key");
    capdo(&["keygen", "-o", &other, "-q"]);
    assert_eq!(
        code(&capdo(&["verify", &out, "--key", &format!("{other}.pub")])),
        5
    );
    assert_eq!(code(&capdo(&["verify", &out, "--key", &key])), 4);
    fs::remove_file(format!("{out}/manifest.sig")).unwrap();
    assert_eq!(code(&capdo(&["verify", &out])), 5);
}

/// Whoever writes a sealed manifest anew has no key: the seal that is left behind gives it away. A link may lead elsewhere tomorrow. A run beside
/// a manifest that does not hold is not believed.
#[test]
fn a_seal_that_is_left_behind_a_link_and_a_broken_manifest_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (key, sealed, plain) = (at("seal.key"), at("sealed"), at("plain"));
    assert_eq!(code(&capdo(&["keygen", "-o", &key])), 0);
    scan_into(&sealed, &["--sign", &key]);
    scan_into(&plain, &[]);
    assert_eq!(code(&capdo(&["verify", &plain])), 0);
    fs::rename(format!("{plain}/run.json"), at("elsewhere.json")).unwrap();
    std::os::unix::fs::symlink(at("elsewhere.json"), format!("{plain}/run.json")).unwrap();
    let linked = capdo(&["verify", &plain, "--lang", "en"]);
    assert_eq!(code(&linked), 0);
    assert!(
        stdout(&linked).contains("run.json: is a link"),
        "{}",
        stdout(&linked)
    );
    fs::copy(
        format!("{sealed}/manifest.sig"),
        format!("{plain}/manifest.sig"),
    )
    .unwrap();
    let stray = capdo(&["verify", &plain]);
    assert_eq!(code(&stray), 5, "{}", stdout(&stray));
    assert!(
        stderr(&stray).contains("manifest.sig"),
        "{}",
        stderr(&stray)
    );
    let manifest = format!("{sealed}/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text + " ").unwrap();
    for args in [
        &["report", &format!("{sealed}/run.json"), "--format", "csv"][..],
        &[
            "scan",
            "config",
            TARGET,
            "-q",
            "--baseline",
            &format!("{sealed}/run.json"),
        ],
    ] {
        let output = capdo(args);
        assert_eq!(code(&output), 5, "{args:?}");
        assert!(
            stderr(&output).contains("does not hold"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn openssl_agrees_with_the_seal() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: no openssl here");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let openssl = |args: &[&str]| {
        let output = Command::new("openssl").args(args).output().unwrap();
        assert!(
            output.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    // A key that OpenSSL made seals; what capdo sealed OpenSSL checks.
    let (key, public, out) = (at("o.key"), at("o.pub"), at("out"));
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &key]);
    openssl(&["pkey", "-in", &key, "-pubout", "-out", &public]);
    scan_into(&out, &["--sign", &key]);
    assert_eq!(code(&capdo(&["verify", &out, "--key", &public])), 0);
    let seal: Value =
        serde_json::from_slice(&fs::read(format!("{out}/manifest.sig")).unwrap()).unwrap();
    let hex = seal["signature"].as_str().unwrap();
    let raw: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect();
    fs::write(at("raw"), raw).unwrap();
    let manifest = format!("{out}/manifest.json");
    openssl(&[
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        &public,
        "-rawin",
        "-in",
        &manifest,
        "-sigfile",
        &at("raw"),
    ]);
    // And a pair that keygen made is a pair for OpenSSL.
    let own = at("own.key");
    capdo(&["keygen", "-o", &own, "-q"]);
    let again = at("again.pub");
    openssl(&["pkey", "-in", &own, "-pubout", "-out", &again]);
    assert_eq!(
        fs::read(again).unwrap(),
        fs::read(format!("{own}.pub")).unwrap()
    );
}

#[test]
fn a_flipped_byte_anywhere_is_5() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    scan_into(&out, &[]);
    scan_into(&out, &[]);
    let mut files: Vec<_> = walkdir(Path::new(&out));
    files.sort();
    assert!(
        files
            .iter()
            .any(|f| f.ends_with(".json") && f.contains("/chain/")),
        "{files:?}"
    );
    for (number, file) in files.iter().enumerate() {
        let bytes = fs::read(file).unwrap();
        for at in [0, bytes.len() / 3 + number, bytes.len() - 1] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            fs::write(file, other).unwrap();
            let output = capdo(&["verify", &out]);
            assert_eq!(code(&output), 5, "{file} byte {at}: {}", stdout(&output));
            assert!(stderr(&output).contains("KHÔNG TOÀN VẸN"));
        }
        fs::write(file, bytes).unwrap();
    }
    assert_eq!(code(&capdo(&["verify", &out])), 0);
    // Who reads the run again is told, too.
    let run = format!("{out}/run.json");
    let text = fs::read_to_string(&run)
        .unwrap()
        .replace("\"host\": \"", "\"host\": \"x");
    fs::write(&run, text).unwrap();
    assert_eq!(code(&capdo(&["report", &run])), 5);
}

fn walkdir(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walkdir(&path));
        } else {
            files.push(path.display().to_string());
        }
    }
    files
}

#[test]
fn the_manifest_names_what_was_judged() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    let args = [
        "audit",
        "sample-configs/capdo.yaml",
        "--as-of",
        DAY,
        "-q",
        "--format",
        "html",
        "--out",
        &out,
    ];
    capdo(&args);
    let manifest: Value =
        serde_json::from_slice(&fs::read(format!("{out}/manifest.json")).unwrap()).unwrap();
    let names = |key: &str| -> Vec<String> {
        let list = manifest[key].as_array().unwrap().iter();
        list.map(|f| {
            format!(
                "{} {}",
                f["kind"].as_str().unwrap(),
                f["name"].as_str().unwrap()
            )
        })
        .collect()
    };
    assert_eq!(names("files"), ["report report.html", "report run.json"]);
    for input in [
        "inventory sample-configs/capdo.yaml",
        "waivers sample-configs/waivers.yaml",
        "attestations sample-configs/documents/attestations.yaml",
        "facts sample-configs/endpoints/portal-tls.jsonl",
    ] {
        assert!(names("inputs").contains(&input.to_owned()), "{input}");
    }
    let said = stdout(&capdo(&["verify", &out, "--lang", "en"]));
    for words in [
        "The files fit each other: 2 files",
        "Not sealed",
        "this is the first run",
        "as it was when the run was made",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // A baseline in another folder is the run before.
    let next = dir.path().join("next").display().to_string();
    let more = ["--baseline", &format!("{out}/run.json")];
    let args = [
        "audit",
        "sample-configs/capdo.yaml",
        "--as-of",
        DAY,
        "-q",
        "--format",
        "json",
        "--out",
        &next,
    ];
    capdo(&[&args[..], &more].concat());
    let said = stdout(&capdo(&["verify", &next, "--lang", "en"]));
    assert!(said.contains("to 1 runs before"), "{said}");
}

#[test]
fn evidence_is_judged_again_under_another_day_and_both_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("web.capdo").display().to_string();
    capdo(&["collect", "sample-configs/servers/web-01", "-o", &bundle]);
    let later = (EPOCH.parse::<i64>().unwrap() + 90 * 86_400).to_string();
    let args = [
        "judge",
        &bundle,
        "--as-of",
        "2025-06-01",
        "--format",
        "json",
    ];
    let output = command(&args)
        .env("SOURCE_DATE_EPOCH", later)
        .output()
        .unwrap();
    let run: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let notes = run["notes"].to_string();
    for words in [
        "ngày 23/11/2026",
        "đánh giá ngày 21/02/2027",
        "pháp luật tại ngày 01/06/2025",
    ] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
    let said = stdout(&capdo(&["verify", &bundle, "--lang", "en"]));
    assert!(said.contains("It holds"), "{said}");
}

#[test]
fn a_folder_that_cannot_take_the_reports_is_an_error_and_nothing_is_half_written() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    fs::write(at("file"), "mine").unwrap();
    for out in [
        at("file"),
        at("file/below"),
        "/proc/self/none".into(),
        "/proc/self".into(),
    ] {
        let output = capdo(&["scan", "config", TARGET, "--out", &out]);
        assert_eq!(code(&output), 4, "{out}");
        let said = stderr(&output);
        assert!(said.contains(&out) && said.contains("help:"), "{said}");
    }
    assert_eq!(fs::read_to_string(at("file")).unwrap(), "mine");

    // A device that takes nothing: told like a full folder.
    let full = fs::File::create("/dev/full").unwrap();
    let mut scan = Command::new(env!("CARGO_BIN_EXE_capdo"));
    scan.args(["scan", "config", TARGET, "--lang", "en"]);
    let output = scan
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("help: make room"),
        "{}",
        stderr(&output)
    );

    // Full in the middle: what stood there stands there whole, and holds.
    let out = at("out");
    scan_into(&out, &[]);
    let before: Vec<(String, Vec<u8>)> = walkdir(Path::new(&out))
        .into_iter()
        .map(|f| (f.clone(), fs::read(f).unwrap()))
        .collect();
    let script = format!(
        "trap '' XFSZ; ulimit -f 16; exec {} scan config {TARGET} --as-of 2026-11-20 --out {out}",
        env!("CARGO_BIN_EXE_capdo")
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("nothing there was changed"),
        "{}",
        stderr(&output)
    );
    for (file, bytes) in &before {
        assert!(fs::read(file).unwrap() == *bytes, "{file}");
    }
    let now = walkdir(Path::new(&out));
    assert!(!Path::new(&out).join("chain").exists(), "made for nothing");
    assert_eq!(now.len(), before.len(), "no temporary file stays: {now:?}");
    assert_eq!(code(&capdo(&["verify", &out])), 0);
}
