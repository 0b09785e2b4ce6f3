//! Bundles: what the program writes and reads, cut answers, hostile archives.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use capdo::collect::server::script::{Options, script_of};
use capdo::collect::{RootFolder, server};
use capdo::commands::embedded;
use capdo::engine::{AssetView, Engine};
use capdo::evidence::{Bundle, Problem};
use capdo::model::{Asked, Collected, Day, Level, ResultWord, Value};
use capdo::rules::{Choice, choose};
use flate2::{Compression, GzBuilder};

use crate::collecting::{at, base, files_only};
use crate::roots::context;
use crate::support::{capdo, code, command, stderr, stdout};

fn debian() -> String {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots/bases/debian12");
    base.to_str().unwrap().to_owned()
}

/// A bundle of the base, as bytes.
fn bundle() -> Vec<u8> {
    let root = RootFolder::open(Path::new(&debian())).unwrap();
    server::gather(&root, at()).to_bytes("test").unwrap()
}

fn findings(run: &str) -> serde_json::Value {
    let run: serde_json::Value = serde_json::from_str(run).unwrap();
    run["findings"].clone()
}

/// An inventory with one server, which is looked at as `how` says.
fn inventory(folder: &Path, how: &str) -> String {
    let file = folder.join("capdo.yaml");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs/capdo.yaml");
    let text = fs::read_to_string(sample).unwrap();
    let head = text.split("\nassets:").next().unwrap();
    let assets = format!("\nassets:\n  - {{ id: web, system: portal, kind: server, {how} }}\n");
    fs::write(&file, head.to_owned() + &assets).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_bundle_is_private_the_same_each_time_and_judged_as_its_root() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for name in ["a.capdo", "b.capdo"] {
        let output = capdo(&["collect", &debian(), "-o", &path(name)]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
    }
    assert_eq!(
        fs::read(path("a.capdo")).unwrap(),
        fs::read(path("b.capdo")).unwrap()
    );
    let mode = fs::metadata(path("a.capdo")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let read = Bundle::of_file(&fs::read(path("a.capdo")).unwrap()).unwrap();
    assert!(read.complete && !read.live);
    let root = RootFolder::open(Path::new(&debian())).unwrap();
    assert!(read == server::gather(&root, read.collected_at));
    // The inventory says root or bundle; the findings of planned parts are the same.
    let judged = |how: &str| {
        let inventory = inventory(dir.path(), how);
        let output = capdo(&[
            "audit",
            &inventory,
            "--as-of",
            "2026-11-23",
            "--format",
            "json",
        ]);
        findings(&stdout(&output))
    };
    let (root, bundle) = (
        judged(&format!("root: {}", debian())),
        judged("bundle: a.capdo"),
    );
    let (root, bundle) = (root.as_array().unwrap(), bundle.as_array().unwrap());
    let mut same = 0;
    for finding in bundle {
        let twin = root.iter().find(|f| f["id"] == finding["id"]);
        if twin == Some(finding) {
            same += 1;
        } else {
            // A part that is blind in a bundle never passes for it.
            let same_result = twin.is_some_and(|t| t["result"] == finding["result"]);
            assert!(same_result || finding["result"] != "pass", "{finding:#}");
            // What has no form in a plan (a binary record of logins) is said not to be there.
            let text = finding.to_string();
            let told =
                text.contains("not-collected") || text.contains("not in the collection plan");
            assert!(told, "{finding:#}\n{twin:#?}");
        }
    }
    assert!(same > 20, "{same}");
    // The same words elsewhere.
    let scan = capdo(&["scan", "server", &path("a.capdo"), "--format", "json"]);
    let judge = capdo(&["judge", &path("a.capdo"), "--format", "json"]);
    assert_eq!(findings(&stdout(&scan)), findings(&stdout(&judge)));
    let facts = capdo(&["facts", "server", &path("a.capdo")]);
    assert!(stdout(&facts).contains("sshd.permitrootlogin"));
}

#[test]
fn an_answer_that_was_brought_becomes_a_bundle_and_is_judged() {
    let dir = tempfile::tempdir().unwrap();
    let printed = capdo(&["collect", "--script"]);
    assert_eq!(code(&printed), 0);
    let told = stderr(&printed);
    let sha = told.trim().strip_prefix("sha256 ").unwrap();
    assert_eq!(capdo::collect::hex_sha256(&printed.stdout), sha);
    assert_ne!(
        printed.stdout,
        capdo(&["collect", "--script", "--sudo"]).stdout
    );
    let script = dir.path().join("script.sh");
    fs::write(&script, &printed.stdout).unwrap();
    let answer = Command::new("sh").arg(&script).output().unwrap();
    let raw = dir.path().join("answer.txt");
    fs::write(&raw, &answer.stdout).unwrap();
    let raw = raw.to_str().unwrap();
    let out = dir.path().join("here.capdo");
    let output = capdo(&["collect", "--from", raw, "-o", out.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let bundle = Bundle::of_file(&fs::read(&out).unwrap()).unwrap();
    assert!(bundle.live && bundle.complete && bundle.script.is_some());
    let results = |file: &str| -> Vec<(String, String)> {
        let output = capdo(&["judge", file, "--format", "json"]);
        let findings = findings(&stdout(&output));
        let word = |f: &serde_json::Value, key: &str| f[key].as_str().unwrap().to_owned();
        findings
            .as_array()
            .unwrap()
            .iter()
            .map(|f| (word(f, "control") + &word(f, "subject"), word(f, "result")))
            .collect()
    };
    assert_eq!(results(raw), results(out.to_str().unwrap()));
    // Standard input, cut: a bundle all the same, and exit 3.
    let half = &answer.stdout[..answer.stdout.len() / 2];
    let cut = dir.path().join("cut.capdo");
    let mut child = command(&["collect", "--from", "-", "-o", cut.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(half).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(!Bundle::of_file(&fs::read(&cut).unwrap()).unwrap().complete);
}

/// Control and subject of all that passes or need not apply.
fn good(collected: &Collected) -> BTreeSet<String> {
    let pack = embedded().unwrap();
    let on = Day::new(2026, 11, 23).unwrap();
    let mut asked = Vec::new();
    for (index, control) in pack.rules.controls.iter().enumerate() {
        let choice = choose(control, &pack.law, Level::ALL[2], on, &Default::default());
        if let Choice::Asked(selection) = choice
            && control.id.starts_with("SRV-")
        {
            let control = u32::try_from(index).unwrap();
            asked.push(Asked {
                control,
                selection: selection.into(),
            });
        }
    }
    let none = Default::default();
    let asset = [("roles".to_owned(), Value::list([]))].into();
    let view = AssetView {
        index: 0,
        collected,
        asset: &asset,
        system: &none,
        org: &none,
        collected_on: on,
    };
    Engine::new(&pack.rules)
        .judge(&view, &asked)
        .iter()
        .filter(|j| matches!(j.result, ResultWord::Pass | ResultWord::NotApplicable))
        .map(|j| {
            format!(
                "{} {}",
                pack.rules.controls[j.control as usize].id, j.subject
            )
        })
        .collect()
}

#[test]
fn a_cut_answer_passes_nothing_that_the_whole_does_not() {
    let dir = base("debian12");
    let pieces = files_only();
    let options = Options {
        root: dir.path().to_str().unwrap(),
        ..Options::default()
    };
    let script = dir.path().join("script");
    fs::write(&script, script_of(&[&pieces], &options).text).unwrap();
    let answer = Command::new("sh").arg(script).output().unwrap().stdout;
    let judged = |bytes: &[u8]| {
        let bundle = Bundle::of_answer(bytes, at()).unwrap();
        (
            bundle.complete,
            good(&server::collect(&bundle, "it", &context(at()))),
        )
    };
    let (complete, whole) = judged(&answer);
    assert!(complete && whole.len() > 10, "{}", whole.len());
    // Every border of a frame; of the lines inside one, some.
    let text = String::from_utf8_lossy(&answer);
    let (mut end, mut cuts, mut inside) = (0, Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        inside += 1;
        if line.starts_with(['P', 'E', 'D', 'd', 'F', 'f', 'x', 'B', 'Z']) || inside % 500 == 0 {
            cuts.push(end);
        }
        end += line.len();
    }
    // Each cut is a collection of its own: enough of them to be sure, few enough to wait for.
    let step = (cuts.len() / 80).max(1);
    for cut in cuts.into_iter().step_by(step) {
        let (complete, passes) = judged(&answer[..cut]);
        assert!(!complete, "cut at {cut}");
        let more: Vec<_> = passes.difference(&whole).collect();
        assert!(more.is_empty(), "cut at {cut}: {more:?}");
    }
}

/// A gzip as ours of these entries.
fn pack(entries: &[(tar::EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (kind, name, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        let place = &mut header.as_old_mut().name;
        place[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    zip(&builder.into_inner().unwrap())
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .operating_system(0xff)
        .write(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The entries of a real bundle.
fn unpack(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(flate2::bufread::GzDecoder::new(bytes));
    archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

#[test]
fn hostile_archives_are_refused_and_nothing_is_unpacked() {
    let real = unpack(&bundle());
    type Entries = Vec<(tar::EntryType, String, Vec<u8>)>;
    let again = |change: &dyn Fn(&mut Entries)| {
        let regular = tar::EntryType::Regular;
        let mut entries: Vec<_> = real
            .iter()
            .map(|(name, bytes)| (regular, name.clone(), bytes.clone()))
            .collect();
        change(&mut entries);
        let entries: Vec<_> = entries
            .iter()
            .map(|(k, n, b)| (*k, n.as_str(), &b[..]))
            .collect();
        Bundle::of_file(&pack(&entries))
    };
    again(&|_| {}).unwrap();
    let integrity = |found: Result<Bundle, Problem>, what: &str| {
        assert!(
            matches!(found, Err(Problem::Integrity(_))),
            "{what}: {:?}",
            found.err()
        );
    };
    for name in [
        "/etc/passwd",
        "../../etc/passwd",
        "pieces/../../x",
        "pieces/00000",
        "index.json",
    ] {
        integrity(again(&|e| e[3].1 = name.into()), name);
        integrity(
            again(&|e| e.push((tar::EntryType::Regular, name.into(), Vec::new()))),
            name,
        );
    }
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Char,
        tar::EntryType::Block,
        tar::EntryType::Fifo,
        tar::EntryType::Directory,
        tar::EntryType::GNULongName,
        tar::EntryType::XHeader,
    ] {
        integrity(again(&|e| e[2].0 = kind), "kind");
    }
    integrity(again(&|e| _ = e.pop()), "one less");
    integrity(again(&|e| e.swap(2, 3)), "swapped");
    integrity(again(&|e| e[2].2.push(b'x')), "longer");
    integrity(again(&|e| e[1].2.push(b' ')), "index");
    integrity(again(&|e| e.clear()), "empty");
    let version = again(&|e| {
        let text = String::from_utf8(e[0].2.clone()).unwrap();
        e[0].2 = text
            .replace("capdo/bundle/1", "capdo/bundle/9")
            .into_bytes();
    });
    assert_eq!(
        version.err(),
        Some(Problem::Version("capdo/bundle/9".into()))
    );
    // A bomb: 300 MB of nothing in 300 KB.
    let bomb = zip(&vec![0; 300 * 1024 * 1024]);
    assert!(bomb.len() < 1024 * 1024);
    assert!(matches!(Bundle::of_file(&bomb), Err(Problem::TooLarge(_))));
    for foreign in [&b""[..], b"PK\x03\x04", b"capdo", b"\x1f"] {
        assert!(matches!(Bundle::of_file(foreign), Err(Problem::Foreign(_))));
    }
}

#[test]
fn a_flipped_or_lost_byte_is_told() {
    let bytes = bundle();
    let whole = Bundle::of_file(&bytes).unwrap();
    let step = (bytes.len() / 150).max(1);
    let (head, tail) = (0..20, bytes.len() - 20..bytes.len());
    for at in (0..bytes.len()).step_by(step).chain(head).chain(tail) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        let found = Bundle::of_file(&flipped);
        let told = match &found {
            Err(Problem::Integrity(_) | Problem::Foreign(_)) => true,
            // The last byte of the packed stream has bits that mean nothing.
            Ok(read) => *read == whole,
            Err(_) => false,
        };
        assert!(told, "byte {at}: {:?}", found.map(|_| "read"));
        assert!(Bundle::of_file(&bytes[..at]).is_err(), "cut at {at}");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("web.capdo");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    fs::write(&path, flipped).unwrap();
    let path = path.to_str().unwrap();
    for args in [&["judge", path][..], &["scan", "server", path]] {
        let output = capdo(args);
        assert_eq!(code(&output), 5, "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    let audit = capdo(&["audit", &inventory(dir.path(), "bundle: web.capdo")]);
    assert_eq!(code(&audit), 5);
    for (file, bytes) in [("none.capdo", None), ("other.capdo", Some("no bundle"))] {
        let at = dir.path().join(file);
        if let Some(bytes) = bytes {
            fs::write(&at, bytes).unwrap();
        }
        assert_eq!(code(&capdo(&["judge", at.to_str().unwrap()])), 4, "{file}");
    }
}
