//! What the plan promises: nothing is read of a host that no piece names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use super::super::plan::{Keep, PIECES, What};
use super::super::{Host, parts};
use crate::collect::RootFolder;
use crate::evidence::Asked;
use crate::model::{Collected, Command, Entry, Output, Source, SourceError};

/// A root that keeps what it is asked.
struct Recording<'a> {
    root: &'a dyn Source,
    unnamed: Mutex<BTreeSet<String>>,
    plan: Vec<Asked>,
}

impl Recording<'_> {
    fn note(&self, how: &str, what: &str, names: impl Fn(&Asked) -> bool) {
        // A live host is asked `rpm -qa`; the database itself is read in a folder alone.
        let of_rpm = ["/var/lib/rpm/", "/usr/lib/sysimage/rpm/"];
        if of_rpm.iter().any(|folder| what.starts_with(folder)) {
            return;
        }
        if !self.plan.iter().any(names) {
            let mut unnamed = self.unnamed.lock().unwrap();
            unnamed.insert(format!("{how} {what}"));
        }
    }
}

impl Source for Recording<'_> {
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        self.note("read", path, |a| a.reads(path));
        self.root.read(path, cap)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        self.note("list", path, |a| a.lists(path));
        self.root.list(path)
    }

    fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        self.note("stat", path, |a| a.stats(path));
        self.root.stat(path)
    }

    fn run(&self, command: &'static Command) -> Result<Output, SourceError> {
        let shown = command.shown();
        self.note("run", &shown, |a| a.runs(&shown));
        Err(SourceError::Refused(
            shown,
            "only the question counts".into(),
        ))
    }
}

fn plan() -> Vec<Asked> {
    PIECES
        .iter()
        .flat_map(|part| part.iter())
        .map(|p| p.asked())
        .collect()
}

/// What each part reads of the bases and of an empty root without being named.
fn unnamed() -> Vec<(&'static str, BTreeSet<String>)> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots/bases");
    let empty = tempfile::tempdir().unwrap();
    let mut roots = vec![RootFolder::open(empty.path()).unwrap()];
    for base in std::fs::read_dir(home).unwrap() {
        roots.push(RootFolder::open(&base.unwrap().path()).unwrap());
    }
    parts()
        .into_iter()
        .map(|(name, part)| {
            let mut all = BTreeSet::new();
            for root in &roots {
                let source = Recording {
                    root,
                    unnamed: Mutex::default(),
                    plan: plan(),
                };
                let now = "2026-11-23T00:00:00Z".parse().unwrap();
                part(&mut Host::new(&source, now), &mut Collected::default());
                all.extend(source.unnamed.into_inner().unwrap());
            }
            (name.trim_end_matches("::collect"), all)
        })
        .collect()
}

#[test]
fn nothing_is_read_that_no_piece_names() {
    let mut wrong = Vec::new();
    for (part, unnamed) in unnamed() {
        wrong.extend(unnamed.iter().map(|what| format!("{part}: {what}")));
    }
    assert!(wrong.is_empty(), "named by no piece:\n{}", wrong.join("\n"));
}

#[test]
fn what_leads_out_of_the_plan_is_told_and_hides_what_it_may_set() {
    let includes = "Include /opt/own/*.conf /srv/ssh.conf\nPermitRootLogin no\n";
    let banner = "PermitRootLogin no\nBanner /opt/banner\n";
    for (config, hidden) in [
        (includes, &["permitrootlogin", "maxauthtries"][..]),
        (banner, &["banner.chars"]),
    ] {
        let root = super::root(
            &["openssh-server 1:9.2p1"],
            &[
                ("/etc/ssh/sshd_config", config),
                ("/opt/own/a.conf", "PermitRootLogin yes\n"),
                ("/srv/ssh.conf", "MaxAuthTries 3\n"),
                ("/opt/banner", "hello"),
            ],
        );
        let source = RootFolder::open(root.path()).unwrap();
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let bundle = crate::collect::server::gather(&source, now);
        let mut out = Collected::default();
        let part = super::super::sshd::collect;
        part(&mut Host::new(&bundle, now), &mut out);
        let subject = super::subject(&out, "sshd");
        for path in hidden {
            let crate::model::Value::Unseen(why) = &subject.facts[*path].value else {
                panic!("{path}: {:?}", subject.facts[*path]);
            };
            assert_eq!(why.code, "not-collected", "{path}");
        }
    }
}

#[test]
fn pieces_can_be_written_into_a_script() {
    for piece in PIECES.iter().flat_map(|part| part.iter()) {
        let asked = piece.asked();
        assert!(asked.what.starts_with('/'), "{}", asked.what);
        assert!(!piece.serves.is_empty(), "{}: serves nothing", asked.what);
        let safe = |c: char| c.is_ascii_alphanumeric() || "/._-+:@,*?".contains(c);
        match piece.what {
            What::Command(command) => {
                assert!(command.argv.iter().all(|w| !w.contains(['\n', '\0'])));
            }
            What::File { path, keep } => {
                assert!(path.chars().all(safe), "{path}");
                if let Keep::Lines(words) = keep {
                    assert!(
                        words.iter().all(|w| !w.is_empty() && w.is_ascii()),
                        "{path}"
                    );
                }
                let secret = ["shadow", "/ssl/private", "ssh_host_", ".key", "krb5.keytab"];
                let whole = matches!(keep, Keep::Whole | Keep::Lines(_));
                assert!(
                    !(whole && secret.iter().any(|s| path.contains(s))),
                    "{path}"
                );
            }
            What::Folder(path) | What::Stat(path) => assert!(path.chars().all(safe), "{path}"),
        }
        assert!(
            !asked.what.starts_with("/*"),
            "{}: lists the whole root",
            asked.what
        );
    }
}

/// Each file is read once, so all parts that read it must agree on how much of it leaves the host.
#[test]
fn one_file_has_one_rule() {
    let mut rules: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for piece in PIECES.iter().copied().flatten() {
        if let What::File { path, keep } = piece.what {
            rules.entry(path).or_default().insert(format!("{keep:?}"));
        }
    }
    rules.retain(|_, keeps| keeps.len() > 1);
    assert!(rules.is_empty(), "{rules:#?}");
}
