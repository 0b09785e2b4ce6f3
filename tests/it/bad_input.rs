//! Wrong input of ours and wrong targets: a message with place and remedy, the right exit code, and on it goes.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::support::{capdo, code, command, sample_copy, stderr, stdout};

#[test]
fn inventories_that_cannot_be_read_end_with_4() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    fs::create_dir(at("folder.yaml")).unwrap();
    fs::write(at("binary.yaml"), b"\x7fELF\0\0").unwrap();
    fs::write(at("empty.yaml"), "").unwrap();
    fs::write(at("deep.yaml"), "[".repeat(100_000)).unwrap();
    fs::write(at("bomb.yaml"), bomb()).unwrap();
    fs::File::create(at("huge.yaml"))
        .unwrap()
        .set_len(100 * 1024 * 1024)
        .unwrap();
    fs::write(
        at("keys.yaml"),
        "schema: capdo/inventory/1\nsystemz: []\nsystemz: []\n",
    )
    .unwrap();
    std::os::unix::fs::symlink("round.yaml", at("round.yaml")).unwrap();
    let all = [
        "missing", "folder", "binary", "empty", "deep", "bomb", "huge", "keys", "round",
    ];
    for name in all {
        let path = at(&format!("{name}.yaml"));
        let output = capdo(&["audit", &path]);
        assert_eq!(code(&output), 4, "{name}: {}", stderr(&output));
        let message = stderr(&output);
        assert!(message.contains(&path), "{name}: no place: {message}");
        assert!(message.contains("help"), "{name}: no remedy: {message}");
        assert!(!message.contains("panicked"), "{name}");
    }
}

#[test]
fn windows_line_ends_and_a_mark_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let path = sample.join("capdo.yaml");
    let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
    fs::write(&path, format!("\u{feff}{text}")).unwrap();
    let output = capdo(&["audit", path.to_str().unwrap(), "--format", "json"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
}

#[test]
fn a_path_that_climbs_out_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let path = sample.join("capdo.yaml");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("path: labels", "path: ../../labels");
    fs::write(&path, text).unwrap();
    let output = capdo(&["audit", path.to_str().unwrap()]);
    assert_eq!(code(&output), 4);
    assert!(
        stderr(&output).contains("capdo.yaml:"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_target_at_fault_is_a_result_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    fs::remove_dir_all(sample.join("servers/web-01")).unwrap();
    let path = sample.join("capdo.yaml");
    let output = capdo(&["audit", path.to_str().unwrap(), "--format", "json"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let run: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let of = |asset: &str| {
        let findings = run["findings"].as_array().unwrap();
        findings
            .iter()
            .filter(|f| f["asset"] == asset)
            .map(|f| f["result"].clone())
            .collect::<Vec<_>>()
    };
    assert!(!of("web-01").is_empty());
    assert!(
        of("web-01").iter().all(|r| r == "error"),
        "{:?}",
        of("web-01")
    );
    assert!(of("sort-01").iter().any(|r| r == "fail"));
}

#[test]
fn scans_of_nothing_are_incomplete_never_passed() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().display().to_string();
    let missing = dir.path().join("none").display().to_string();
    for kind in ["server", "config", "schema", "label"] {
        for target in [&empty, &missing] {
            let output = capdo(&["scan", kind, target, "--format", "json"]);
            let run: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
            assert_ne!(code(&output), 0, "{kind} {target}");
            let passes = run["summary"]["by_result"]["pass"].as_u64().unwrap_or(0);
            assert_eq!(passes, 0, "{kind} {target}");
        }
    }
    let output = capdo(&["scan", "endpoint", "127.0.0.1:1", "--format", "json"]);
    assert_eq!(code(&output), 3, "{}", stdout(&output));
}

#[test]
fn usage_is_2_and_unknown_words_have_a_hint() {
    for args in [
        &["audit", "--format", "htlm"][..],
        &["scan", "server"],
        &["nonsense"],
        &["explain", "SRV-NONE-000"],
    ] {
        let output = capdo(args);
        assert_eq!(code(&output), 2, "{args:?}: {}", stderr(&output));
    }
    assert!(stderr(&capdo(&["audit", "--format", "htlm"])).contains("did you mean `html`"));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = command(&["rules", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdout.take().unwrap();
    let mut some = [0u8; 16];
    pipe.read_exact(&mut some).unwrap();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
}

#[test]
fn results_are_for_their_owner_and_not_through_links() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let victim = dir.path().join("victim");
    fs::write(&victim, "mine").unwrap();
    fs::create_dir(&out).unwrap();
    std::os::unix::fs::symlink(&victim, out.join("run.json")).unwrap();
    let output = capdo(&[
        "scan",
        "config",
        "sample-configs/configs/portal",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(code(&output) < 4, "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
    let mode = fs::symlink_metadata(out.join("run.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

fn bomb() -> String {
    let mut text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (before, after) in ('a'..='l').zip('b'..='m') {
        let list = vec![format!("*{before}"); 10].join(",");
        text += &format!("{after}: &{after} [{list}]\n");
    }
    text
}
