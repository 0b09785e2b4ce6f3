//! The reductions of the script and of `reduce` are the same, with every awk that is here, on lines made to be awkward.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::gather::gather_of;
use super::super::plan::{Keep, Piece, Reduction, What};
use super::super::reduce::reduce;
use super::super::script::{Options, script_of};
use crate::collect::RootFolder;
use crate::evidence::Bundle;
use crate::model::Source;

const WORDS: &[&str] = &["net", "Key", "\"q\"", "\\", "'", "$"];

const KEEPS: [(&str, Keep); 10] = [
    ("/t/whole", Keep::Whole),
    ("/t/lines", Keep::Lines(WORDS)),
    ("/t/masked", Keep::Reduced(Reduction::Masked)),
    ("/t/passwd", Keep::Reduced(Reduction::Passwd)),
    ("/t/shadow", Keep::Reduced(Reduction::Shadow)),
    ("/t/group", Keep::Reduced(Reduction::Group)),
    ("/t/dpkg", Keep::Reduced(Reduction::Dpkg)),
    ("/t/first", Keep::Reduced(Reduction::FirstWord)),
    ("/t/snmp", Keep::Reduced(Reduction::Snmp)),
    ("/t/age", Keep::Reduced(Reduction::RuleAge)),
];

/// Parts that lines are made of.
const PARTS: &[&str] = &[
    "net.ipv4.x = 1",
    "password",
    "Passwd",
    "secret",
    "TOKEN",
    "key",
    "=",
    " = ",
    ":",
    " ",
    "\t",
    "\"",
    "'",
    ",",
    ";",
    "#",
    "\\",
    "\r",
    "[section]",
    "{",
    "}",
    "$6$salt$hashhashhash",
    "$y$j9T$abc$defghijk",
    "$2b$12$abcdefghijkl",
    "$1$",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA0123456789==",
    "Proc-Type: 4",
    "postgres://u:p@h/db",
    "http://h",
    "root:",
    "+",
    "x:0:0:",
    "::",
    "19000:0:99999:7:::",
    "!",
    "*",
    "_J9..K0AyUubFZ",
    "abcdefghijklm",
    "Package: a",
    "Status: install ok installed",
    "VERSION: 1",
    " Description",
    "grub.pbkdf2.sha512.10000.AB12.CD",
    "rocommunity public",
    "RWcommunity hidden 10.0.0.0/8",
    "com2sec a default private",
    "createUser me SHA p",
    "include",
    "#include /x",
    "#clear A::B;",
    "#1000 ALL=(ALL)",
    "bindpw pw",
    "<password>p</password>",
    "password_pbkdf2 root ",
    "${GRUB2_PASSWORD}",
    "''",
    "updated_at 2024_05_06",
    "ư",
    "\u{0}x",
    "<",
    "&",
    "%",
];

fn content() -> Vec<u8> {
    let mut runner = TestRunner::deterministic();
    let line = proptest::collection::vec(proptest::sample::select(PARTS), 0..7);
    let lines = proptest::collection::vec(line, 3000);
    let lines = lines.new_tree(&mut runner).unwrap().current();
    let mut text: Vec<u8> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        // A zero byte is another matter: busybox cuts the line there, and the frame says so.
        text.extend(line.concat().replace('\0', "").as_bytes());
        if at % 7 == 0 {
            text.push(0xff);
        }
        text.push(b'\n');
    }
    // The last line has no end.
    text.extend(b"net.last");
    text
}

/// The script's answer about `/t` below `root`, with the tools of `path` where that is given.
fn answer(shell: &[&str], root: &Path, path: Option<&Path>) -> Bundle {
    let pieces: Vec<Piece> = KEEPS
        .iter()
        .map(|(path, keep)| Piece {
            what: What::File { path, keep: *keep },
            serves: &["host"],
        })
        .collect();
    let options = Options {
        root: root.to_str().unwrap(),
        ..Options::default()
    };
    let mut text = script_of(&[&pieces], &options).text;
    if let Some(path) = path {
        let own = format!("PATH={}\n", path.display());
        text = text.replacen("PATH=/usr/sbin:/usr/bin:/sbin:/bin\n", &own, 1);
    }
    let script = root.join("script");
    fs::write(&script, text).unwrap();
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .arg(script)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Bundle::of_answer(&output.stdout, at()).unwrap()
}

fn same(bundle: &Bundle, content: &[u8], who: &str) {
    assert!(bundle.complete, "{who}");
    for (path, keep) in KEEPS {
        let got = bundle.read(path, u64::MAX).unwrap();
        let wanted = reduce(keep, content);
        let lines = |b: &[u8]| -> Vec<String> {
            String::from_utf8_lossy(b)
                .split('\n')
                .map(str::to_owned)
                .collect()
        };
        let source = lines(content);
        for (at, (got, wanted)) in lines(&got).iter().zip(lines(&wanted)).enumerate() {
            assert_eq!(
                *got,
                wanted,
                "{who} {path}:{}: {:?}",
                at + 1,
                source.get(at)
            );
        }
        assert_eq!(got, wanted, "{who} {path}");
    }
}

#[test]
fn awk_and_rust_reduce_alike() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("t")).unwrap();
    let content = content();
    for (path, _) in KEEPS {
        fs::write(dir.path().join(path.trim_start_matches('/')), &content).unwrap();
    }
    same(&answer(&["sh"], dir.path(), None), &content, "sh");
    let there = Command::new("busybox").arg("true").status();
    if !there.is_ok_and(|s| s.success()) {
        println!("left out: busybox is not here");
        return;
    }
    // Only busybox's own tools.
    let tools = dir.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let list = Command::new("busybox").arg("--list").output().unwrap();
    for tool in String::from_utf8(list.stdout).unwrap().lines() {
        let path = std::env::var("PATH").unwrap();
        let busybox = std::env::split_paths(&path)
            .map(|p| p.join("busybox"))
            .find(|p| p.exists())
            .unwrap();
        std::os::unix::fs::symlink(busybox, tools.join(tool)).unwrap();
    }
    same(
        &answer(&["busybox", "sh"], dir.path(), Some(&tools)),
        &content,
        "busybox",
    );
    // Without stat, readlink, timeout and head: what old and small systems lack.
    for tool in ["stat", "readlink", "timeout", "head"] {
        fs::remove_file(tools.join(tool)).unwrap();
    }
    same(
        &answer(&["busybox", "sh"], dir.path(), Some(&tools)),
        &content,
        "busybox without stat",
    );
}

/// Lists of apt, plain and packed: their lines on the host and here are the same, and what is no list is not read.
#[test]
fn lists_of_packages_are_unpacked_and_reduced_alike() {
    const LISTS: Piece = Piece {
        what: What::File {
            path: "/lists/*_Packages*",
            keep: Keep::Reduced(Reduction::Offered),
        },
        serves: &["packages"],
    };
    let dir = tempfile::tempdir().unwrap();
    let lists = dir.path().join("lists");
    fs::create_dir(&lists).unwrap();
    let list =
        b"Package: a\nVersion: 1:2-3\nDescription: x\n Version: no\n\nPackage: b\nVersion: 4\n";
    let packed = |bytes: &[u8]| {
        let mut packer = lz4_flex::frame::FrameEncoder::new(Vec::new());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    for (name, bytes) in [
        ("plain_Packages", list.to_vec()),
        ("empty_Packages", Vec::new()),
        ("packed_Packages.lz4", packed(list)),
        ("cut_Packages.lz4", packed(list)[..20].to_vec()),
        ("other_Packages", b"<html>\nPackage: a\n".to_vec()),
        ("other_Packages.lz4", packed(b"<html>\n")),
        ("a'b_Packages.lz4", packed(list)),
    ] {
        fs::write(lists.join(name), bytes).unwrap();
    }
    let root = RootFolder::open(dir.path()).unwrap();
    let here = gather_of(&root, at(), &[&[LISTS]]);
    let options = Options {
        root: dir.path().to_str().unwrap(),
        ..Options::default()
    };
    let script = script_of(&[&[LISTS]], &options).text;
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let there = Bundle::of_answer(&output.stdout, at()).unwrap();
    let kept = b"Package: a\nVersion: 1:2-3\nPackage: b\nVersion: 4\n";
    let has_apt = Path::new("/usr/lib/apt/apt-helper").exists();
    for (name, wanted) in [
        ("plain_Packages", Some(&kept[..])),
        ("empty_Packages", Some(b"")),
        ("packed_Packages.lz4", Some(&kept[..])),
        ("cut_Packages.lz4", None),
        ("other_Packages", None),
        ("other_Packages.lz4", None),
    ] {
        let read = |bundle: &Bundle| bundle.read(&format!("/lists/{name}"), u64::MAX).ok();
        assert_eq!(read(&here).as_deref(), wanted, "{name} here");
        if has_apt || !name.ends_with(".lz4") {
            assert_eq!(read(&there).as_deref(), wanted, "{name} there");
        }
    }
    // No name that a shell could take for more than a name.
    let quoted = there.read("/lists/a'b_Packages.lz4", u64::MAX);
    assert!(quoted.is_err(), "{quoted:?}");
}

fn at() -> jiff::Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

#[test]
fn a_secret_does_not_outlive_its_reduction() {
    let secrets = [
        "$6$salt$HUNTER2HUNTER2HUNTER2",
        "password=HUNTER2",
        "db_password = \"HUNTER2\"",
        "API_TOKEN='HUNTER2'",
        "url=postgres://app:HUNTER2@db/x",
        "-----BEGIN PRIVATE KEY-----\nHUNTER2HUNTER2HUNTER2\n-----END PRIVATE KEY-----",
        "an:$y$j9T$HUNTER2HUNTER2$HUNTER2:19000:0:99999:7:::",
        "an:HUNTER2HUNTE1:1:1:HUNTER2:/home/an:/bin/sh",
    ];
    for secret in secrets {
        let file = secret.contains(":/home/") || secret.contains(":::");
        for (path, keep) in KEEPS {
            // A whole file of passwd's form is another file.
            if file && !["/t/passwd", "/t/shadow"].contains(&path) {
                continue;
            }
            let left = reduce(keep, secret.as_bytes());
            let left = String::from_utf8(left).unwrap();
            assert!(!left.contains("HUNTER2"), "{path}: {secret} leaves {left}");
        }
    }
    assert_eq!(
        reduce(
            Keep::Reduced(Reduction::Shadow),
            b"root:!$y$j9T$s$h:19000:0:90:7:30::\nb::1:0:9:7:::\nc:*:1:0:9:7:::\nbroken\n"
        ),
        b"root:!$y$***:19000:0:90:7:30::\nb::1:0:9:7:::\nc:*:1:0:9:7:::\n?\n"
    );
    // What merely looks alike stays.
    let pam = b"password [success=1 default=ignore] pam_unix.so obscure use_authtok\n";
    assert_eq!(reduce(Keep::Whole, pam), pam);
}
