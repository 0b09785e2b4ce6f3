//! Controls on lists, labels and papers against invented files: a base of good ones, changed as a scenario says, collected and
//! judged as an audit does.
//!
//! The scenarios stand in `tests/assets/<kind>.yaml`:
//!
//! ```yaml
//! kind: caller-id
//! asset: { brandnames: brandnames.csv }             # keys of the inventory, with paths
//! files: { brandnames.csv: "brandname\nBuuChinh\n" }   # the good ones
//! scenarios:
//!   - name: it ended
//!     files: { brandnames.csv: "…", other.csv: null }  # null takes away
//!     asset: { numbers: null }
//!     expect: { CAL-BRN-003: fail, "CAL-BRN-003 brandname[BuuChinh]": fail }   # of all subjects, or of one
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use capdo::collect;
use capdo::commands::{Pack, embedded};
use capdo::engine::{AssetView, Engine};
use capdo::model::{
    Asked, Asset, AssetKind, CallerFiles, Collected, Day, Inventory, Level, Organisation,
    Ownership, PeopleFiles, ResultWord, Size, Target, Text,
};
use capdo::parse::yaml::Document;
use capdo::rules::{Choice, choose};
use serde::Deserialize;

use crate::roots::context;
use crate::support::EPOCH;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    kind: String,
    asset: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    scenarios: Vec<Scenario>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    #[serde(default)]
    asset: BTreeMap<String, Option<String>>,
    #[serde(default)]
    files: BTreeMap<String, Option<String>>,
    expect: BTreeMap<String, ResultWord>,
}

fn books() -> Vec<Book> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assets");
    let mut all = Vec::new();
    for entry in fs::read_dir(home).unwrap() {
        let path = entry.unwrap().path();
        let shown = path.display().to_string();
        let document = Document::parse(&shown, &fs::read(&path).unwrap())
            .unwrap_or_else(|e| panic!("{shown}: {e:?}"));
        all.push(
            serde_json::from_value(document.root.json()).unwrap_or_else(|e| panic!("{shown}: {e}")),
        );
    }
    all
}

fn target(kind: &str, keys: &BTreeMap<String, String>, folder: &Path) -> (AssetKind, Target) {
    let path = |key: &str| keys.get(key).map(|name| folder.join(name));
    let must = |key: &str| path(key).unwrap_or_else(|| panic!("no {key}"));
    match kind {
        "caller-id" => {
            let files = CallerFiles {
                brandnames: must("brandnames"),
                numbers: path("numbers"),
                calls: path("calls"),
                roster: path("roster"),
                sip: path("sip"),
                traces: path("traces"),
                app: path("app"),
            };
            (AssetKind::CallerId, Target::CallerId(Box::new(files)))
        }
        "document" => {
            let papers = PeopleFiles {
                requests: path("requests"),
                roles: path("rights"),
                internal_rule: path("internal_rule"),
            };
            let (roster, trained) = (must("roster"), must("trained"));
            let target = Target::Roster {
                roster,
                trained,
                papers,
            };
            (AssetKind::Document, target)
        }
        "label" => (AssetKind::Label, Target::Label(must("path"))),
        other => panic!("{other}"),
    }
}

fn inventory() -> Inventory {
    Inventory {
        file: "capdo.yaml".into(),
        organisation: Organisation {
            name: Text::new("Công ty cổ phần Bưu chính Mẫu", "Sample Postal JSC"),
            tax_code: Some("0100109106".into()),
            ownership: Ownership::Private,
            size: Size::Large,
            subcontractors: true,
        },
        assessor: None,
        systems: Vec::new(),
        assets: Vec::new(),
        attestations: Vec::new(),
        incidents: None,
        waivers: Vec::new(),
        parameters: BTreeMap::new(),
        mask_profile: None,
        code_reversal: None,
    }
}

/// What is collected of a scenario's files.
fn collected(book: &Book, scenario: &Scenario) -> Collected {
    let dir = tempfile::tempdir().unwrap();
    let mut files: BTreeMap<&str, &str> = book
        .files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    for (name, text) in &scenario.files {
        match text {
            Some(text) => files.insert(name, text),
            None => files.remove(name.as_str()),
        };
    }
    for (name, text) in files {
        let at: PathBuf = dir.path().join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, text).unwrap();
    }
    let mut keys = book.asset.clone();
    for (key, value) in &scenario.asset {
        match value {
            Some(value) => keys.insert(key.clone(), value.clone()),
            None => keys.remove(key),
        };
    }
    let (kind, target) = target(&book.kind, &keys, dir.path());
    let asset = Asset {
        id: "it".into(),
        systems: vec!["portal".into()],
        kind,
        line: 1,
        roles: Vec::new(),
        shown: first_of(&book.asset),
        target,
        lists: capdo::model::HostLists::default(),
    };
    let cx = context(jiff::Timestamp::from_second(EPOCH.parse().unwrap()).unwrap());
    collect::collect(&asset, &inventory(), &cx).unwrap()
}

/// The path that the inventory names first.
fn first_of(keys: &BTreeMap<String, String>) -> String {
    let first = ["brandnames", "path", "roster"]
        .iter()
        .find_map(|key| keys.get(*key));
    first.cloned().unwrap_or_default()
}

fn judge(pack: &Pack, control: &str, collected: &Collected) -> Vec<(String, ResultWord)> {
    let index = pack.rules.controls.iter().position(|c| c.id == control);
    let index = index.unwrap_or_else(|| panic!("no control {control}"));
    let on = Day::new(2026, 11, 23).unwrap();
    let law = &pack.law;
    let chosen = choose(
        &pack.rules.controls[index],
        law,
        Level::ALL[2],
        on,
        &BTreeMap::new(),
    );
    let Choice::Asked(selection) = chosen else {
        panic!("{control} is not asked");
    };
    let none = BTreeMap::new();
    let view = AssetView {
        index: 0,
        collected,
        asset: &none,
        system: &none,
        org: &none,
        collected_on: on,
    };
    let control = u32::try_from(index).unwrap();
    let judgements = Engine::new(&pack.rules).judge(
        &view,
        &[Asked {
            control,
            selection: selection.into(),
        }],
    );
    judgements
        .iter()
        .map(|j| (j.subject.to_string(), j.result))
        .collect()
}

#[test]
fn each_scenario_gives_what_it_expects() {
    let pack = embedded().unwrap();
    let mut wrong = Vec::new();
    for book in &books() {
        for scenario in &book.scenarios {
            let collected = collected(book, scenario);
            for (key, expected) in &scenario.expect {
                let (control, subject) = match key.split_once(' ') {
                    Some((control, subject)) => (control, Some(subject)),
                    None => (key.as_str(), None),
                };
                let all = judge(&pack, control, &collected);
                let got: BTreeSet<ResultWord> = all
                    .iter()
                    .filter(|(id, _)| subject.is_none_or(|s| s == id))
                    .map(|(_, result)| *result)
                    .collect();
                if got != BTreeSet::from([*expected]) {
                    wrong.push(format!(
                        "{}: {}: {key}: expected {expected:?}, got {got:?} of {all:?}",
                        book.kind, scenario.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_control_passes_fails_and_is_not_seen_somewhere() {
    let pack = embedded().unwrap();
    let books = books();
    let mut without = Vec::new();
    for control in &pack.rules.controls {
        // Documents have many controls on papers and on the inventory, which have tests of their own.
        let own = !["document"].contains(&control.asset.word())
            || ["DOC-REQ", "DOC-ROL", "DOC-RUL"].contains(&&control.id[..7]);
        if !own {
            continue;
        }
        let of_kind = |b: &&Book| b.kind == control.asset.word();
        let Some(book) = books.iter().find(of_kind) else {
            continue;
        };
        let ways: BTreeSet<ResultWord> = book
            .scenarios
            .iter()
            .flat_map(|s| &s.expect)
            .filter(|(key, _)| key.split(' ').next() == Some(control.id.as_str()))
            .map(|(_, word)| *word)
            .collect();
        let bad = [ResultWord::Fail, ResultWord::Informational];
        let unseen = [
            ResultWord::Error,
            ResultWord::Unknown,
            ResultWord::NotChecked,
            ResultWord::NotApplicable,
        ];
        let any = |words: &[ResultWord]| words.iter().any(|w| ways.contains(w));
        if !(ways.contains(&ResultWord::Pass) && any(&bad) && any(&unseen)) {
            without.push(format!("{} {ways:?}", control.id));
        }
    }
    assert!(without.is_empty(), "{}", without.join("\n"));
}
