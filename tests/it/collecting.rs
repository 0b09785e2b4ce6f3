//! The collection script, run for real under every shell that is here.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use capdo::collect::RootFolder;
use capdo::collect::server;
use capdo::collect::server::plan::{Keep, PIECES, Piece, Reduction, What};
use capdo::collect::server::script::{Options, script_of};
use capdo::evidence::{Bundle, HostFacts};
use capdo::model::{EntryKind, Source, SourceError};
use jiff::Timestamp;

use crate::alike::differences;
use crate::roots::context;

const SERVES: &[&str] = &["host"];

pub(crate) fn at() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

/// The shells that are here; the others are named.
fn shells() -> Vec<Vec<&'static str>> {
    let all = [vec!["dash"], vec!["bash"], vec!["busybox", "sh"]];
    all.into_iter()
        .filter(|shell| {
            let works = Command::new(shell[0])
                .args(&shell[1..])
                .args(["-c", "true"])
                .stdin(Stdio::null())
                .status();
            let there = works.is_ok_and(|s| s.success());
            if !there {
                println!("left out: {} is not here", shell.join(" "));
            }
            there
        })
        .collect()
}

fn run(shell: &[&str], text: &str) -> Vec<u8> {
    let mut child = Command::new(shell[0])
        .args(&shell[1..])
        .arg("-s")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said, "", "{}", shell.join(" "));
    output.stdout
}

fn text(pieces: &[&[Piece]], root: &Path) -> String {
    let options = Options {
        root: root.to_str().unwrap(),
        deadline: 2,
        ..Options::default()
    };
    script_of(pieces, &options).text
}

/// The plan without its commands: they speak of this machine, not of a scratch root.
pub(crate) fn files_only() -> Vec<Piece> {
    PIECES
        .iter()
        .flat_map(|part| part.iter())
        .filter(|p| !matches!(p.what, What::Command(_)))
        .copied()
        .collect()
}

/// A copy of a base whose links stay inside it when the kernel follows them.
pub(crate) fn base(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/roots/bases")
        .join(name);
    let copy = Command::new("cp")
        .arg("-a")
        .arg(from.join("."))
        .arg(dir.path())
        .status();
    assert!(copy.unwrap().success());
    for entry in walkdir::WalkDir::new(dir.path()) {
        let entry = entry.unwrap();
        if !entry.path_is_symlink() {
            continue;
        }
        let target = fs::read_link(entry.path()).unwrap();
        if let Ok(inside) = target.strip_prefix("/") {
            let up = "../".repeat(entry.depth() - 1);
            fs::remove_file(entry.path()).unwrap();
            symlink(Path::new(&up).join(inside), entry.path()).unwrap();
        }
    }
    dir
}

/// What a script said, as if a folder had been gathered.
fn as_gathered(answer: &[u8]) -> Bundle {
    let mut bundle = Bundle::of_answer(answer, at()).unwrap();
    assert!(bundle.host.uid.is_some() && bundle.host.clock.is_some());
    bundle.script = None;
    bundle.host = HostFacts::default();
    bundle.live = false;
    bundle
}

#[test]
fn the_script_of_each_shell_finds_what_the_root_shows() {
    let pieces = files_only();
    for name in ["debian12", "rocky9"] {
        if !Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/roots/bases")
            .join(name)
            .exists()
        {
            continue;
        }
        let dir = base(name);
        let root = RootFolder::open(dir.path()).unwrap();
        let gathered = server::gather_of(&root, at(), &[&pieces]);
        let script = text(&[&pieces], dir.path());
        for shell in shells() {
            let answer = run(&shell, &script);
            let bundle = as_gathered(&answer);
            assert!(bundle.complete, "{shell:?}");
            assert_eq!(bundle.asked(), gathered.asked());
            for piece in &pieces {
                if let What::File { path, .. } = piece.what
                    && !path.contains('*')
                {
                    assert_eq!(
                        bundle.read(path, u64::MAX),
                        gathered.read(path, u64::MAX),
                        "{shell:?} {path}"
                    );
                }
            }
            assert_eq!(bundle.faults(), gathered.faults(), "{shell:?}");
            assert!(bundle == gathered, "{shell:?}: something differs");
            let cx = context(at());
            let wrong = differences(
                &server::collect(&root, "it", &cx),
                &server::collect(&bundle, "it", &cx),
            );
            assert!(wrong.is_empty(), "{shell:?}\n{}", wrong.join("\n"));
        }
    }
}

fn put(root: &Path, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let at = root.join(path.trim_start_matches('/'));
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(&at, bytes).unwrap();
    at
}

const fn file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Whole,
        },
        serves: SERVES,
    }
}

/// Files that are none, or that are hostile.
const AWKWARD: &[Piece] = &[
    file("/a/fifo"),
    file("/a/empty"),
    file("/a/huge"),
    file("/a/binary"),
    file("/a/loop"),
    file("/a/through/loop/x"),
    file("/a/dangling"),
    file("/a/folder"),
    file("/a/file/below"),
    file("/a/none"),
    file("/a/link"),
    file("/a/long"),
    file("/a/no-end"),
    file("/d/*"),
    file("/many/*/x"),
    Piece {
        what: What::Folder("/d"),
        serves: SERVES,
    },
    Piece {
        what: What::Folder("/a/file"),
        serves: SERVES,
    },
    Piece {
        what: What::Stat("/a/mode"),
        serves: SERVES,
    },
];

fn code<T>(found: Result<T, SourceError>) -> String {
    found.map_or_else(|e| e.code().to_owned(), |_| "found".to_owned())
}

fn awkward() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    put(root, "/a/file", "x\n");
    put(root, "/a/empty", "");
    put(root, "/a/no-end", "x");
    put(root, "/a/binary", b"a\0b\nc\n");
    put(root, "/a/long", "y".repeat(3_000_000));
    let huge = fs::File::create(root.join("a/huge")).unwrap();
    huge.set_len(40 * 1024 * 1024 * 1024).unwrap();
    fs::create_dir(root.join("a/folder")).unwrap();
    symlink("loop", root.join("a/loop")).unwrap();
    fs::create_dir(root.join("a/through")).unwrap();
    symlink("loop", root.join("a/through/loop")).unwrap();
    symlink("nowhere", root.join("a/dangling")).unwrap();
    symlink("../a/file", root.join("a/link")).unwrap();
    let mode = put(root, "/a/mode", "");
    fs::set_permissions(mode, fs::Permissions::from_mode(0o4751)).unwrap();
    let fifo = Command::new("mkfifo").arg(root.join("a/fifo")).status();
    assert!(fifo.unwrap().success());
    for name in [
        "plain",
        ".hidden",
        "with blank",
        "-n",
        "$(touch x)",
        "`id`",
        "ti\u{1EBF}ng",
        "*",
    ] {
        put(root, &format!("/d/{name}"), name);
    }
    put(root, "/d/two\nlines", "x");
    fs::create_dir(root.join("d/sub")).unwrap();
    put(root, "/many/one/x", "1\n");
    fs::create_dir_all(root.join("many/two")).unwrap();
    put(root, "/many/three", "a file where a folder is thought");
    dir
}

#[test]
fn what_is_no_file_or_hostile_is_told_and_nothing_hangs() {
    let dir = awkward();
    for shell in shells() {
        let began = Instant::now();
        let answer = run(&shell, &text(&[AWKWARD], dir.path()));
        assert!(began.elapsed() < Duration::from_secs(20), "{shell:?}");
        let bundle = as_gathered(&answer);
        assert!(bundle.complete, "{shell:?}");
        for (path, wanted) in [
            ("/a/fifo", "wrong-kind"),
            ("/a/empty", "found"),
            ("/a/huge", "too-large"),
            ("/a/loop", "link-loop"),
            ("/a/through/loop/x", "link-loop"),
            ("/a/dangling", "missing"),
            ("/a/folder", "wrong-kind"),
            ("/a/file/below", "missing"),
            ("/a/none", "missing"),
            ("/a/link", "found"),
            ("/d/with blank", "found"),
            ("/d/-n", "found"),
            ("/d/$(touch x)", "found"),
            ("/d/*", "found"),
            ("/d/sub", "wrong-kind"),
            ("/d/other", "missing"),
            ("/many/one/x", "found"),
            ("/many/two/x", "missing"),
            ("/many/three/x", "missing"),
            ("/many/four/x", "missing"),
            ("/d/.hidden", "not-collected"),
        ] {
            assert_eq!(
                code(bundle.read(path, u64::MAX)),
                wanted,
                "{shell:?} {path}"
            );
        }
        assert_eq!(bundle.read("/a/no-end", 9).unwrap(), b"x\n");
        assert_eq!(bundle.read("/a/long", u64::MAX).unwrap().len(), 3_000_001);
        // A zero byte may come through or be told; it may not cut the file short.
        if let Ok(bytes) = bundle.read("/a/binary", 99) {
            // Some builds of busybox take it for the end of a line.
            let whole: [&[u8]; 2] = [b"a\0b\nc\n", b"a\nb\nc\n"];
            assert!(whole.contains(&&*bytes), "{shell:?}: {bytes:?}");
        }
        let names: Vec<String> = bundle
            .list("/d")
            .unwrap()
            .into_iter()
            .map(|e| e.name)
            .collect();
        assert!(names.contains(&".hidden".into()) && names.contains(&"ti\u{1EBF}ng".into()));
        // A name that cannot be framed is there, as something that cannot be read.
        assert!(names.contains(&"two?lines".into()), "{names:?}");
        assert_eq!(code(bundle.list("/a/file")), "wrong-kind");
        let mode = bundle.stat("/a/mode").unwrap();
        assert_eq!(
            (mode.kind, mode.mode, mode.size),
            (EntryKind::File, 0o4751, 0)
        );
        assert!(!dir.path().join("x").exists() && !Path::new("x").exists());
    }
}

#[test]
fn who_may_not_look_is_told_so_and_never_that_nothing_is_there() {
    let id = Command::new("id").arg("-u").output().unwrap();
    let setpriv = Command::new("setpriv").arg("--version").output();
    if id.stdout != b"0\n" || setpriv.is_err() {
        println!("left out: another account can only be tried by root, with setpriv");
        return;
    }
    const PIECES: &[Piece] = &[
        file("/closed/x"),
        file("/closed/*.conf"),
        file("/secret"),
        file("/open"),
        file("/closed-link"),
        file("/mine"),
    ];
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    put(dir.path(), "/closed/x", "x");
    put(dir.path(), "/open", "x");
    let secret = put(dir.path(), "/secret", "x");
    symlink("closed/x", dir.path().join("closed-link")).unwrap();
    symlink("open", dir.path().join("mine")).unwrap();
    std::os::unix::fs::lchown(dir.path().join("mine"), Some(65_534), None).unwrap();
    fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(dir.path().join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
    for shell in shells() {
        let nobody = ["setpriv", "--reuid=65534", "--clear-groups"];
        let shell = [&nobody[..], &shell].concat();
        let bundle = as_gathered(&run(&shell, &text(&[PIECES], dir.path())));
        for (path, wanted) in [
            ("/closed/x", "unreadable"),
            ("/closed/a.conf", "unreadable"),
            ("/closed-link", "unreadable"),
            ("/secret", "unreadable"),
            ("/open", "found"),
            // A link that an account made to another's file.
            ("/mine", "not-permitted"),
        ] {
            assert_eq!(code(bundle.read(path, 9)), wanted, "{shell:?} {path}");
        }
        assert_eq!(bundle.stat("/secret").unwrap().mode, 0o600);
    }
}

macro_rules! command {
    ($name:ident, $root:expr, $($word:expr),*) => {
        const $name: capdo::model::Command = capdo::model::Command {
            id: stringify!($name),
            argv: &[$($word),*],
            root: $root,
        };
    };
}

command!(SAYS, false, "/bin/echo", "one two", "$HOME `id` 'q'");
command!(FAILS, false, "/bin/sh", "-c", "echo partly; exit 3");
command!(HANGS, false, "/bin/sleep", "60");
command!(
    FLOODS,
    false,
    "/bin/sh",
    "-c",
    "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done"
);
command!(
    BINARY,
    false,
    "/bin/sh",
    "-c",
    "printf 'a\\000b\\nZ\\nE 0\\nc 0\\n'"
);
command!(NONE, false, "/usr/bin/there-is-no-such-program");
command!(ELSEWHERE, false, "/nowhere/true");
command!(READS, false, "/bin/cat");
command!(
    LANGUAGE,
    false,
    "/bin/sh",
    "-c",
    "echo $LC_ALL $BASH_ENV $SECRET_OF_CALLER; umask"
);

const COMMANDS: &[Piece] = &[
    run_piece(&SAYS),
    run_piece(&FAILS),
    run_piece(&HANGS),
    run_piece(&FLOODS),
    run_piece(&BINARY),
    run_piece(&NONE),
    run_piece(&ELSEWHERE),
    run_piece(&READS),
    run_piece(&LANGUAGE),
];

const fn run_piece(command: &'static capdo::model::Command) -> Piece {
    Piece {
        what: What::Command(command),
        serves: SERVES,
    }
}

#[test]
fn commands_that_hang_flood_or_lie_harm_nothing_else() {
    let options = Options {
        deadline: 2,
        ..Options::default()
    };
    let with_timeout = script_of(&[COMMANDS], &options).text;
    let own_watch = with_timeout
        .replace("if timeout --foreground -k 2 1 true", "if false")
        .replace("elif timeout -k 2 1 true", "elif false")
        .replace("elif timeout 1 true", "elif false");
    assert_eq!(own_watch.matches("if false").count(), 3);
    for shell in shells() {
        for text in [&with_timeout, &own_watch] {
            let began = Instant::now();
            let answer = run(&shell, text);
            assert!(began.elapsed() < Duration::from_secs(30), "{shell:?}");
            let bundle = Bundle::of_answer(&answer, at()).unwrap();
            assert!(bundle.complete, "{shell:?}");
            let said = bundle.run(&SAYS).unwrap();
            assert_eq!(said.stdout, b"one two $HOME `id` 'q'\n", "{shell:?}");
            let failed = bundle.run(&FAILS).unwrap();
            assert_eq!((failed.status, &failed.stdout[..]), (3, &b"partly\n"[..]));
            assert_eq!(code(bundle.run(&HANGS)), "timeout", "{shell:?}");
            assert_eq!(code(bundle.run(&FLOODS)), "too-large", "{shell:?}");
            assert_eq!(
                bundle.run(&BINARY).unwrap().stdout,
                b"a\x01b\nZ\nE 0\nc 0\n"
            );
            assert_eq!(code(bundle.run(&NONE)), "missing");
            assert_eq!(bundle.run(&ELSEWHERE).unwrap().status, 0);
            assert_eq!(bundle.run(&READS).unwrap().stdout, b"");
            assert_eq!(bundle.run(&LANGUAGE).unwrap().stdout, b"C\n0077\n");
        }
    }
}

/// A `find` that says this on standard error, prints one line and exits with 1.
fn finder(dir: &Path, says: &str) -> &'static capdo::model::Command {
    fs::create_dir(dir).unwrap();
    let program = dir.join("find");
    fs::write(&program, format!("#!/bin/sh\necho found\n{says}\nexit 1\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path: &'static str = String::leak(program.display().to_string());
    Box::leak(Box::new(capdo::model::Command {
        id: "finder",
        argv: Vec::leak(vec![path]),
        root: false,
    }))
}

#[test]
fn a_search_is_whole_where_only_vanished_entries_were_missed() {
    const GONE: &str = "echo \"find: '/tmp/x': No such file or directory\" >&2";
    const CLOSED: &str = "echo \"find: '/root': Permission denied\" >&2";
    let dir = tempfile::tempdir().unwrap();
    for (name, says, status) in [
        ("gone", GONE.to_owned(), 0),
        ("closed", CLOSED.to_owned(), 1),
        ("both", format!("{GONE}\n{CLOSED}\n{GONE}"), 1),
        ("otherwise", format!("{GONE}\nexit 2"), 2),
        ("killed", format!("{GONE}\nexec sleep 30"), -1),
    ] {
        let command = finder(&dir.path().join(name), &says);
        let piece: &'static [Piece] = Vec::leak(vec![run_piece(command)]);
        let options = Options {
            deadline: 2,
            ..Options::default()
        };
        for shell in shells() {
            let answer = run(&shell, &script_of(&[piece], &options).text);
            let bundle = Bundle::of_answer(&answer, at()).unwrap();
            let output = bundle.run(command);
            if status < 0 {
                assert_eq!(code(output), "timeout", "{name} {shell:?}");
                continue;
            }
            let output = output.unwrap();
            assert_eq!(output.status, status, "{name} {shell:?}");
            assert_eq!(output.stdout, b"found\n", "{name} {shell:?}");
        }
    }
}

#[test]
fn a_script_that_was_cut_on_its_way_does_nothing() {
    let script = text(&[AWKWARD], Path::new("/"));
    for part in 1..8 {
        let cut = &script[..script.len() * part / 8];
        let mut child = Command::new("sh")
            .arg("-s")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), cut.as_bytes()).unwrap();
        assert_eq!(child.wait_with_output().unwrap().stdout, b"");
    }
}

/// A secret of every form, planted where the plan reads.
const SECRETS: &str = "an:$6$saltsalt$HUNTER2HUNTER2HUNTER2:20000:0:99999:7:::
password=HUNTER2
  db_password = \"HUNTER2 HUNTER2\"
api_token = 'HUNTER2'
secret=HUNTER2,more
url = postgres://app:HUNTER2@db.example.vn/x
# password: HUNTER2HUNTER2, said the comment, and $y$j9T$HUNTER2HUNTER2$HUNTER2HUNTER2
-----BEGIN OPENSSH PRIVATE KEY-----
HUNTER2HUNTER2HUNTER2HUNTER2HUNTER2HUNTER2HUNTER2HUNTER2HUNTER2HUNTER2
-----END OPENSSH PRIVATE KEY-----
";

#[test]
fn no_secret_planted_in_a_planned_file_leaves_the_host() {
    let pieces = files_only();
    let dir = tempfile::tempdir().unwrap();
    let mut planted = 0;
    for piece in &pieces {
        let What::File { path, keep } = piece.what else {
            continue;
        };
        let at = dir
            .path()
            .join(path.trim_start_matches('/').replace(['*', '?'], "x"));
        if fs::create_dir_all(at.parent().unwrap()).is_err() || at.is_dir() {
            continue;
        }
        let text = match keep {
            // In a comment of a whole file only what has the form of a secret can be told.
            Keep::Whole => SECRETS.replace("password: HUNTER2HUNTER2, said the comment, and", ""),
            Keep::Reduced(Reduction::Passwd) => {
                format!("an:HUNTER2HUNTE1:1000:1000:HUNTER2,room:/home/an:/bin/sh\n{SECRETS}")
            }
            // Their words begin the lines of the file: each of them may stand before a secret.
            Keep::Lines(words) => words.iter().fold(SECRETS.to_owned(), |text, word| {
                text + &format!("{word} password=HUNTER2\n{word}='$6$saltsalt$HUNTER2HUNTER2'\n")
            }),
            Keep::Reduced(_) => SECRETS.to_owned(),
        };
        fs::write(at, text).unwrap();
        planted += 1;
    }
    assert!(planted > 10);
    let root = RootFolder::open(dir.path()).unwrap();
    let gathered = server::gather_of(&root, at(), &[&pieces]);
    let mut unpacked = Vec::new();
    let bytes = gathered.to_bytes("test").unwrap();
    std::io::Read::read_to_end(
        &mut flate2::bufread::GzDecoder::new(&bytes[..]),
        &mut unpacked,
    )
    .unwrap();
    let answer = run(&["sh"], &text(&[&pieces], dir.path()));
    for (what, bytes) in [("bundle", unpacked), ("answer", answer)] {
        let text = String::from_utf8_lossy(&bytes);
        let leaks: Vec<&str> = text.lines().filter(|l| l.contains("HUNTER")).collect();
        assert!(leaks.is_empty(), "{what}: {leaks:#?}");
        assert!(text.contains("***"), "{what}");
    }
}
