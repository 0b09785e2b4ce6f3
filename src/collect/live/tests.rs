//! Answers, deadlines and limits of hosts that run, against shells of this machine.

use std::time::{Duration, Instant};

use super::ask::{Cut, Raw, talk};
use super::opened::{self, MARK, Via};
use super::{WATCH, local};
use crate::collect::server::plan::{Piece, What};
use crate::collect::server::script::{Options, Script, script, script_of};
use crate::collect::{Asking, Context, server};
use crate::model::{Command, Source, Target};

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

/// A command that does not end by itself, and can be told from others.
const HANGS: Command = Command {
    id: "hangs",
    argv: &["/usr/bin/sleep", "86420"],
    root: false,
};

fn hanging() -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let line = |e: std::fs::DirEntry| std::fs::read(e.path().join("cmdline")).unwrap_or_default();
    processes
        .filter(|e| {
            e.file_name()
                .to_string_lossy()
                .starts_with(|c: char| c.is_ascii_digit())
        })
        .map(line)
        .filter(|l| l.ends_with(b"sleep\x0086420\0"))
        .count()
}

#[test]
fn the_script_ends_with_its_commands_where_nobody_listens_any_more() {
    let piece = Piece {
        what: What::Command(&HANGS),
        serves: &[],
    };
    let text = script_of(&[&[piece]], &Options::default()).text;
    let meanwhile = std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(1));
        hanging()
    });
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
        let none = tokio::io::empty();
        let raw = talk(&text, to, from, none, Duration::from_secs(2)).await;
        assert_eq!(raw.cut, Some(Cut::TimedOut));
        // `talk` has closed the way in: the script ends itself, long before the command's deadline.
        let status = tokio::time::timeout(Duration::from_secs(10), child.wait()).await;
        assert_eq!(status.unwrap().unwrap().code(), None, "ended by a signal");
    });
    assert!(meanwhile.join().unwrap() > 0, "it ran");
    let until = Instant::now() + Duration::from_secs(10);
    while hanging() > 0 {
        assert!(Instant::now() < until, "the command outlives the script");
        std::thread::sleep(Duration::from_millis(50));
    }
}
