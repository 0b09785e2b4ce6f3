//! Each server control against scratch roots: a base of real files, changed as a scenario says, collected and judged.
//!
//! The scenarios stand in `tests/roots/scenarios/<CONTROL>.yaml`, the bases in `tests/roots/bases/`:
//!
//! ```yaml
//! - name: root may log in
//!   base: debian12            # or another folder of bases; `none` is an empty folder
//!   level: 3                  # 3 where not written
//!   roles: [web]
//!   as_of: 2025-04-01         # 2026-11-23 where not written
//!   subject: sshd             # only this subject's results; all of them where not written
//!   files: { /etc/ssh/sshd_config: "PermitRootLogin yes\n", /etc/issue: null }   # null takes away
//!   packed: { /var/lib/apt/lists/x_Packages.lz4: "Package: a\n" }   # packed with lz4
//!   modes: { /etc/shadow: "0644" }
//!   owners: { /etc/shadow: "1000:1000" }           # root owns all else, whoever runs the test
//!   links: { /etc/systemd/system/x.service: /dev/null }
//!   folders: [ /etc/sudoers ]                       # a folder where a file should be: cannot be read
//!   software: "nginx\nphp 8.2\n"                    # the company's list of allowed software
//!   roster: "id,account,active_to\n1,an,2026-01-31\n"   # and of its staff
//!   live: { "/usr/sbin/sysctl -a": "net.ipv4.ip_forward = 1\n" }   # the host runs and says this; other commands: not permitted
//!   expect: fail
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use capdo::collect::{Context, RootFolder, server};
use capdo::commands::{Pack, embedded};
use capdo::engine::{AssetView, Engine};
use capdo::model::{
    Asked, Command, Day, Entry, HostLists, Level, Output, ResultWord, Source, SourceError, Value,
};
use capdo::parse::yaml::Document;
use capdo::rules::{Choice, choose};
use rayon::prelude::*;
use serde::Deserialize;

use crate::alike::differences;
use crate::support::EPOCH;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    base: String,
    level: Option<u8>,
    #[serde(default)]
    roles: Vec<String>,
    as_of: Option<Day>,
    subject: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, Option<String>>,
    #[serde(default)]
    packed: BTreeMap<String, String>,
    #[serde(default)]
    modes: BTreeMap<String, String>,
    #[serde(default)]
    owners: BTreeMap<String, String>,
    #[serde(default)]
    links: BTreeMap<String, String>,
    #[serde(default)]
    folders: Vec<String>,
    live: Option<BTreeMap<String, String>>,
    /// The company's list of allowed software.
    software: Option<String>,
    /// The company's list of staff.
    roster: Option<String>,
    expect: ResultWord,
}

/// A root that also answers commands.
struct Live {
    root: RootFolder,
    says: Option<BTreeMap<String, String>>,
    owners: BTreeMap<String, String>,
}

impl Live {
    /// The entry with the owner that the scenario gives it.
    fn owned(&self, path: &str, mut entry: Entry) -> Entry {
        let owner = self.owners.get(path).map_or("0:0", String::as_str);
        let (uid, gid) = owner.split_once(':').unwrap();
        (entry.uid, entry.gid) = (uid.parse().unwrap(), gid.parse().unwrap());
        entry
    }
}

impl Source for Live {
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        self.root.read(path, cap)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        let inside = |name: &str| format!("{}/{name}", path.trim_end_matches('/'));
        let entries = self.root.list(path)?.into_iter();
        Ok(entries.map(|e| self.owned(&inside(&e.name), e)).collect())
    }

    fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        self.root.stat(path).map(|e| self.owned(path, e))
    }

    fn run(&self, command: &'static Command) -> Result<Output, SourceError> {
        let shown = command.shown();
        match self.says.as_ref().map(|says| says.get(&shown)) {
            None => Err(SourceError::NotLive(shown)),
            Some(None) => Err(SourceError::Refused(
                shown,
                "the scenario has no answer".into(),
            )),
            Some(Some(text)) => Ok(Output {
                status: 0,
                stdout: text.clone().into_bytes(),
            }),
        }
    }
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots")
}

fn inside(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

/// The scratch root of a scenario.
fn build(scenario: &Scenario, root: &Path) {
    if scenario.base != "none" {
        let base = home().join("bases").join(&scenario.base);
        let status = std::process::Command::new("cp")
            .arg("-a")
            .arg(base.join("."))
            .arg(root)
            .status()
            .unwrap();
        assert!(status.success(), "no base {}", scenario.base);
        // What the version control of the bases does not keep.
        for folder in [
            "/boot",
            "/home",
            "/root",
            "/tmp",
            "/var/log/journal",
            "/var/log/apt",
        ] {
            fs::create_dir_all(inside(root, folder)).unwrap();
        }
        for (path, mode) in [("/etc/shadow", 0o640), ("/etc/sudoers", 0o440)] {
            let at = inside(root, path);
            if at.exists() {
                fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    }
    for (path, text) in &scenario.files {
        let at = inside(root, path);
        match text {
            None if at.is_dir() => fs::remove_dir_all(&at).unwrap(),
            None => fs::remove_file(&at).unwrap_or_else(|e| panic!("{path}: {e}")),
            Some(text) => {
                fs::create_dir_all(at.parent().unwrap()).unwrap();
                if at.is_symlink() {
                    fs::remove_file(&at).unwrap();
                }
                fs::write(&at, text).unwrap();
            }
        }
    }
    for (path, text) in &scenario.packed {
        let at = inside(root, path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        let mut packer = lz4_flex::frame::FrameEncoder::new(fs::File::create(at).unwrap());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap();
    }
    for (path, target) in &scenario.links {
        let at = inside(root, path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&at);
        symlink(target, &at).unwrap();
    }
    for path in &scenario.folders {
        let at = inside(root, path);
        let _ = fs::remove_file(&at);
        fs::create_dir_all(&at).unwrap();
    }
    for (path, mode) in &scenario.modes {
        let mode = u32::from_str_radix(mode, 8).unwrap();
        fs::set_permissions(inside(root, path), fs::Permissions::from_mode(mode)).unwrap();
    }
}

pub(crate) fn context(now: jiff::Timestamp) -> Context {
    Context {
        now,
        timeout: std::time::Duration::from_secs(1),
        offline: true,
    }
}

/// The results of the control in the scenario, and why; and, where asked, what a collection of the
/// root says otherwise than it.
fn judge(
    pack: &Pack,
    control: &str,
    scenario: &Scenario,
    again: bool,
) -> (BTreeSet<ResultWord>, String, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    build(scenario, dir.path());
    let source = Live {
        root: RootFolder::open(dir.path()).unwrap(),
        says: scenario.live.clone(),
        owners: scenario.owners.clone(),
    };
    let cx = context(jiff::Timestamp::from_second(EPOCH.parse().unwrap()).unwrap());
    let beside = tempfile::tempdir().unwrap();
    let list = |name: &str, text: &Option<String>| {
        let path = beside.path().join(name);
        fs::write(&path, text.as_ref()?).unwrap();
        Some((name.to_owned(), path))
    };
    let lists = HostLists {
        software: list("software.txt", &scenario.software),
        roster: list("roster.csv", &scenario.roster),
    };
    let collect = |source: &dyn Source| {
        let mut collected = server::collect(source, "it", &cx);
        server::beside(&mut collected, &lists, &cx);
        collected
    };
    let collected = collect(&source);
    let differ = if again {
        let bundle = server::gather(&source, cx.now);
        differences(&collected, &collect(&bundle))
    } else {
        Vec::new()
    };
    let index = pack.rules.controls.iter().position(|c| c.id == control);
    let index = index.unwrap_or_else(|| panic!("no control {control}"));
    let on = scenario
        .as_of
        .unwrap_or_else(|| Day::new(2026, 11, 23).unwrap());
    let level = Level::ALL[usize::from(scenario.level.unwrap_or(3)) - 1];
    let control = &pack.rules.controls[index];
    let selection = match choose(control, &pack.law, level, on, &BTreeMap::new()) {
        Choice::Asked(selection) => selection,
        Choice::OtherLevel | Choice::NotInForce(_) => {
            return ([ResultWord::NotSelected].into(), "not asked".into(), differ);
        }
    };
    let roles = scenario.roles.iter().map(|r| r.as_str().into());
    let asset = BTreeMap::from([
        ("id".to_owned(), "it".into()),
        ("kind".to_owned(), "server".into()),
        ("roles".to_owned(), Value::list(roles)),
    ]);
    let view = AssetView {
        index: 0,
        collected: &collected,
        asset: &asset,
        system: &BTreeMap::new(),
        org: &BTreeMap::new(),
        collected_on: Day::of(cx.now),
    };
    let asked = Asked {
        control: u32::try_from(index).unwrap(),
        selection: selection.into(),
    };
    let judgements = Engine::new(&pack.rules).judge(&view, &[asked]);
    let of_subject = |id: &str| scenario.subject.as_deref().is_none_or(|s| s == id);
    let judgements: Vec<_> = judgements
        .iter()
        .filter(|j| of_subject(&j.subject))
        .collect();
    (
        judgements.iter().map(|j| j.result).collect(),
        format!("{judgements:#?}"),
        differ,
    )
}

fn scenarios() -> BTreeMap<String, Vec<Scenario>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(home().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let shown = path.display().to_string();
        let document = Document::parse(&shown, &fs::read(&path).unwrap())
            .unwrap_or_else(|e| panic!("{shown}: {e:?}"));
        let list =
            serde_json::from_value(document.root.json()).unwrap_or_else(|e| panic!("{shown}: {e}"));
        all.insert(id, list);
    }
    all
}

#[test]
fn each_scenario_gives_what_it_expects() {
    let pack = embedded().unwrap();
    let only = std::env::var("CAPDO_SCENARIO").unwrap_or_default();
    let mut wrong = Vec::new();
    for (control, list) in scenarios().iter().filter(|(id, _)| id.starts_with(&only)) {
        // The facts do not hang on the control: of all its scenarios the first and each fourth are collected, too.
        let judged: Vec<_> = list
            .par_iter()
            .enumerate()
            .map(|(at, s)| judge(&pack, control, s, !only.is_empty() || at % 4 == 0))
            .collect();
        for (scenario, (got, why, differ)) in list.iter().zip(judged) {
            let named = |d| format!("{control}: {}: in a bundle: {d}", scenario.name);
            wrong.extend(differ.into_iter().map(named));
            if got != BTreeSet::from([scenario.expect]) {
                let why = if only.is_empty() { "" } else { &why };
                wrong.push(format!(
                    "{control}: {}: expected {:?}, got {got:?} {why}",
                    scenario.name, scenario.expect
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_server_control_has_scenarios() {
    let pack = embedded().unwrap();
    let all = scenarios();
    let mut without = Vec::new();
    for control in &pack.rules.controls {
        if !control.id.starts_with("SRV-") {
            continue;
        }
        let has = |word: ResultWord| {
            all.get(&control.id)
                .is_some_and(|list| list.iter().any(|s| s.expect == word))
        };
        let unseen = [
            ResultWord::Error,
            ResultWord::Unknown,
            ResultWord::NotChecked,
        ];
        // Pass, fail, and absent or not to be seen.
        if !has(ResultWord::Pass)
            || !has(ResultWord::Fail)
            || !(unseen.into_iter().any(has) || has(ResultWord::NotApplicable))
        {
            without.push(control.id.as_str());
        }
    }
    assert!(
        without.is_empty(),
        "without scenarios: {}",
        without.join(" ")
    );
}
