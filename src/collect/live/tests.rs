//! Answers, deadlines and limits of hosts that run, against shells of this machine.

use std::time::{Duration, Instant};

use super::ask::{Cut, Raw, talk};
use super::opened::{self, MARK, Via};
use super::{WATCH, local};
use crate::collect::server::script::{Options, Script, script};
use crate::collect::{Asking, Context, server};
use crate::model::{Source, Target};

fn cx() -> Context {
    Context {
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
        timeout: Duration::from_secs(4),
        offline: true,
    }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// What a shell script says, asked as this machine is.
fn says(text: &str, whole: Duration) -> Raw {
    let script = Script {
        text: format!("{text}\nexit $?\n"),
        id: String::new(),
        sha256: String::new(),
    };
    block(local::ask(&script, whole)).unwrap()
}

fn code_of(raw: Raw, promised: bool) -> String {
    let at = cx().now;
    opened::of(raw, Via::Ssh, &["abc".into()], promised, at)
        .unwrap_err()
        .code
        .to_string()
}

fn answered(text: &str) -> Raw {
    Raw {
        answer: text.as_bytes().to_vec(),
        ..Raw::default()
    }
}

#[test]
fn this_machine_answers_whole() {
    let target = Target::Local { sudo: false };
    let opened = super::open(&target, &Asking::default(), &cx()).unwrap();
    assert!(opened.bundle.complete, "{:?}", opened.bundle.faults());
    assert_eq!(opened.restricted, None);
    assert!(opened.bundle.stat("/etc/os-release").is_ok());
    assert_eq!(
        opened.bundle.script,
        Some(script(&Options::default()).id),
        "{MARK}"
    );
    let mut collected = server::collect(&opened.bundle, "a", &cx());
    opened.tell(&mut collected);
    assert!(collected.subjects.iter().any(|s| &*s.kind == "collection"));
}

#[test]
fn a_deadline_a_limit_and_a_hang_keep_what_came() {
    let began = Instant::now();
    let raw = says(
        "echo first; sleep 30 & sleep 30",
        Duration::from_millis(400),
    );
    assert_eq!(
        (raw.cut, raw.answer.as_slice()),
        (Some(Cut::TimedOut), &b"first\n"[..])
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    let raw = says("cat /dev/zero", Duration::from_secs(60));
    assert_eq!(raw.cut, Some(Cut::TooLarge));
    assert_eq!(raw.answer.len() as u64, crate::evidence::MAX_ANSWER_BYTES);
    let raw = says(
        "cat /dev/zero >&2 & sleep 0.2; echo end; kill $!",
        Duration::from_secs(60),
    );
    assert_eq!((raw.cut, raw.answer.as_slice()), (None, &b"end\n"[..]));
    assert!(raw.complaint.len() <= 2048);
}

#[test]
fn what_is_no_answer_says_why() {
    let raw = says("echo gone >&2; exit 3", Duration::from_secs(9));
    assert_eq!(raw.status, Some(3));
    let why = opened::of(raw, Via::Local, &[], false, cx().now).unwrap_err();
    assert_eq!(
        (&*why.code, &*why.detail),
        ("no-answer", "exit status 3 gone")
    );
    assert_eq!(
        code_of(answered("This account is not available.\n"), false),
        "no-answer"
    );
    assert_eq!(
        code_of(answered("capdo/answer/1 other\nB\nZ\n"), true),
        "script-version"
    );
    assert_eq!(
        code_of(answered("capdo/answer/9 abc\nB\nZ\n"), false),
        "script-version"
    );
    // A key that was said to be restricted and runs what it is told.
    let marked = format!("{MARK}\ncapdo/answer/1 abc\nB\nZ\n");
    assert_eq!(code_of(answered(&marked), true), "key-not-restricted");
    assert_eq!(
        code_of(answered(&format!("{MARK}\n")), true),
        "key-not-restricted"
    );
    let lost = Raw {
        status: Some(255),
        ..Raw::default()
    };
    assert_eq!(code_of(lost, false), "connection-lost");
}

#[test]
fn the_mark_tells_whether_the_key_is_restricted() {
    let open = |text: &str| {
        opened::of(answered(text), Via::Ssh, &["abc".into()], false, cx().now).unwrap()
    };
    let answer = "capdo/answer/1 abc\nB\nZ\n";
    assert_eq!(open(answer).restricted, Some(true));
    assert_eq!(open(&format!("{MARK}\n{answer}")).restricted, Some(false));
    // A shell may greet before it is told anything.
    assert_eq!(
        open(&format!("hello\n{MARK}\n{answer}")).restricted,
        Some(false)
    );
}

#[test]
fn the_script_ends_where_nobody_listens_any_more() {
    let text = script(&Options::default()).text;
    // The same script, with a command that hangs instead of the plan.
    let hangs = text.replace("say Z\n}", "sleep 60; say Z\n}");
    assert_ne!(hangs, text);
    block(async {
        let mut child = tokio::process::Command::new("/bin/sh")
            .args(["-s", WATCH])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let from = child.stdout.take().unwrap();
        let raw = talk(&hangs, to, from, tokio::io::empty(), Duration::from_secs(2)).await;
        assert_eq!(raw.cut, Some(Cut::TimedOut));
        // `talk` has closed the way in: the script ends itself, long before its command would.
        let status = tokio::time::timeout(Duration::from_secs(10), child.wait()).await;
        assert_eq!(status.unwrap().unwrap().code(), None, "ended by a signal");
    });
}

#[test]
fn what_the_controls_of_a_level_need_is_enough_for_them() {
    let pack = crate::commands::embedded().unwrap();
    let root = crate::collect::RootFolder::open(std::path::Path::new("tests/roots/bases/debian12"));
    let root = root.unwrap();
    let on = crate::model::Day::new(2026, 11, 23).unwrap();
    for level in crate::model::Level::ALL {
        let none = std::collections::BTreeMap::new();
        let asked = pack.rules.controls.iter().filter(|c| {
            c.asset == crate::model::AssetKind::Server
                && matches!(
                    crate::rules::choose(c, &pack.law, level, on, &none),
                    crate::rules::Choice::Asked(_)
                )
        });
        let needs: std::collections::BTreeSet<String> =
            asked.map(|c| c.subject.to_string()).collect();
        assert!(!needs.is_empty());
        let pieces = server::plan::needed(&needs);
        let whole = server::gather(&root, cx().now);
        let part = server::gather_of(&root, cx().now, &[&pieces]);
        let seen = |bundle| {
            let collected = server::collect(bundle, "a", &cx());
            let wanted = |s: &&crate::model::Subject| needs.contains(&*s.kind);
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
