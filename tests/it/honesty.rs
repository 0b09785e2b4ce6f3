//! What could not be seen is never a pass: properties of the engine over the examples of all controls, and of whole
//! scans over hosts whose files cannot be read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use capdo::commands::embedded;
use capdo::engine::{AssetView, Engine};
use capdo::model::{
    Asked, Collected, Control, Day, Fact, List, ResultWord, Seen, Subject, Value, Vocabulary,
};
use capdo::rules::{Choice, choose, fact_value};
use proptest::prelude::*;

use crate::support::{capdo, stdout};

/// One example of a control, ready to be judged.
struct Case<'a> {
    index: usize,
    control: &'a Control,
    asked: Asked,
    facts: BTreeMap<String, Value>,
    outward: BTreeMap<String, Value>,
}

fn cases<'a>(pack: &'a capdo::commands::Pack) -> Vec<Case<'a>> {
    let default = Day::new(2026, 11, 23).unwrap();
    let mut cases = Vec::new();
    for (index, control) in pack.rules.controls.iter().enumerate() {
        for example in control.examples.iter().filter(|e| !e.absent) {
            let on = example.as_of.unwrap_or(default);
            let Choice::Asked(selection) =
                choose(control, &pack.law, example.level, on, &example.parameters)
            else {
                continue;
            };
            let mut facts = BTreeMap::new();
            let mut outward = BTreeMap::from([(
                "system.level".to_owned(),
                Value::Int(example.level.number().into()),
            )]);
            for (path, json) in &example.facts {
                let json = serde_json::from_str(json).unwrap();
                let value = fact_value(&json, spec(&pack.rules.vocabulary, &control.subject, path));
                let inside = ["asset.", "system.", "org.", "host."]
                    .iter()
                    .any(|p| path.starts_with(p));
                if inside {
                    outward.insert(path.clone(), value)
                } else {
                    facts.insert(path.clone(), value)
                };
            }
            let asked = Asked {
                control: u32::try_from(index).unwrap(),
                selection: selection.into(),
            };
            cases.push(Case {
                index,
                control,
                asked,
                facts,
                outward,
            });
        }
    }
    cases
}

fn spec<'v>(
    words: &'v Vocabulary,
    subject: &str,
    path: &str,
) -> Option<&'v capdo::model::FactSpec> {
    words.fact(subject, path, None)
}

fn judge(engine: &Engine<'_>, case: &Case<'_>, facts: &BTreeMap<String, Value>) -> ResultWord {
    let mut subject = Subject::new(&case.control.subject, "subject");
    for (path, value) in facts {
        subject.put(Fact::set(path.clone(), value.clone()));
    }
    let mut collected = Collected {
        subjects: vec![subject],
        ..Collected::default()
    };
    let of = |prefix: &str| -> BTreeMap<String, Value> {
        let own = case
            .outward
            .iter()
            .filter_map(|(k, v)| Some((k.strip_prefix(prefix)?.to_owned(), v.clone())));
        own.collect()
    };
    let host = of("host.");
    if !host.is_empty() {
        let mut subject = Subject::new("host", "host");
        host.into_iter()
            .for_each(|(path, value)| subject.put(Fact::set(path, value)));
        collected.subjects.push(subject);
    }
    let view = AssetView {
        index: 0,
        collected: &collected,
        asset: &of("asset."),
        system: &of("system."),
        org: &of("org."),
        collected_on: Day::new(2026, 11, 23).unwrap(),
    };
    engine.judge(&view, std::slice::from_ref(&case.asked))[0].result
}

/// Ways in which a collector may see less.
fn blinded(value: &Value, way: u8, keep: usize) -> Option<Value> {
    match way {
        0 => None,
        1 => Some(Value::unseen("unreadable", "")),
        2 => Some(Value::unseen("timeout", "")),
        3 => Some(Value::unseen("not_asked", "")),
        _ => match value {
            Value::List(list) => {
                let items = list
                    .items
                    .iter()
                    .take(keep % (list.items.len() + 1))
                    .cloned()
                    .collect();
                Some(Value::List(List {
                    items,
                    complete: false,
                }))
            }
            _ => Some(Value::unseen("not-parsed", "")),
        },
    }
}

#[test]
fn seeing_one_fact_less_never_helps() {
    let pack = embedded().unwrap();
    let engine = Engine::new(&pack.rules);
    for case in cases(&pack) {
        let before = judge(&engine, &case, &case.facts);
        for path in case.facts.keys() {
            for way in 0..5 {
                for keep in 0..3 {
                    let mut facts = case.facts.clone();
                    match blinded(&case.facts[path], way, keep) {
                        Some(value) => facts.insert(path.clone(), value),
                        None => facts.remove(path),
                    };
                    no_better(
                        &case,
                        before,
                        judge(&engine, &case, &facts),
                        &format!("{path} way {way}"),
                    );
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn seeing_many_facts_less_never_helps(seed in proptest::collection::vec((0u8..6, 0usize..4), 40)) {
        let pack = embedded().unwrap();
        let engine = Engine::new(&pack.rules);
        for case in cases(&pack) {
            let before = judge(&engine, &case, &case.facts);
            let mut facts = BTreeMap::new();
            for (at, (path, value)) in case.facts.iter().enumerate() {
                let (way, keep) = seed[(at + case.index) % seed.len()];
                // Way 5 leaves the fact as it is.
                let seen = if way == 5 { Some(value.clone()) } else { blinded(value, way, keep) };
                if let Some(value) = seen {
                    facts.insert(path.clone(), value);
                }
            }
            no_better(&case, before, judge(&engine, &case, &facts), "many");
        }
    }
}

fn no_better(case: &Case<'_>, before: ResultWord, after: ResultWord, what: &str) {
    let id = &case.control.id;
    if before != ResultWord::Pass {
        assert_ne!(
            after,
            ResultWord::Pass,
            "{id}: {what}: {before:?} became a pass"
        );
    }
    if before != ResultWord::NotApplicable {
        assert_ne!(
            after,
            ResultWord::NotApplicable,
            "{id}: {what}: {before:?} became not applicable"
        );
    }
}

#[test]
fn a_control_passes_only_on_a_subject() {
    let pack = embedded().unwrap();
    let engine = Engine::new(&pack.rules);
    let empty = BTreeMap::new();
    for case in cases(&pack) {
        for seen in [
            Seen::Whole,
            Seen::Not(capdo::model::Reason::new("unreadable", "")),
        ] {
            let mut collected = Collected::default();
            collected.saw(&case.control.subject, seen);
            let view = AssetView {
                index: 0,
                collected: &collected,
                asset: &empty,
                system: &empty,
                org: &empty,
                collected_on: Day::new(2026, 11, 23).unwrap(),
            };
            let result = engine.judge(&view, std::slice::from_ref(&case.asked))[0].result;
            assert!(result.is_undecided(), "{}: {result:?}", case.control.id);
        }
    }
}

/// Each file of the samples in turn becomes a folder, then bytes that are no text: it is there and cannot be read.
#[test]
fn a_file_that_cannot_be_read_never_helps() {
    let samples = [
        ("server", "servers/web-01"),
        ("server", "servers/sort-01"),
        ("config", "configs/portal"),
        ("config", "configs/sorting"),
        ("schema", "schemas"),
        ("label", "labels"),
    ];
    for (kind, sample) in samples {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("copy");
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("sample-configs")
            .join(sample);
        assert!(
            std::process::Command::new("cp")
                .arg("-a")
                .arg(&from)
                .arg(&root)
                .status()
                .unwrap()
                .success()
        );
        let before = results(kind, &root);
        for file in files(&root) {
            let bytes = fs::read(&file).unwrap();
            fs::remove_file(&file).unwrap();
            fs::create_dir(&file).unwrap();
            compare(&before, &results(kind, &root), &file);
            fs::remove_dir(&file).unwrap();
            fs::write(&file, b"\0\xff\xfe\0binary").unwrap();
            compare(&before, &results(kind, &root), &file);
            fs::write(&file, bytes).unwrap();
        }
    }
}

/// Proofs that are gone prove nothing.
#[test]
fn what_proves_absence_must_be_there() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("host");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs/servers/web-01");
    assert!(
        std::process::Command::new("cp")
            .arg("-a")
            .arg(&from)
            .arg(&root)
            .status()
            .unwrap()
            .success()
    );
    let before = results("server", &root);
    let status = root.join("var/lib/dpkg/status");
    fs::remove_file(&status).unwrap();
    compare(&before, &results("server", &root), &status);
}

/// A few files copied out of a host: what rests on none of them was not seen.
#[test]
fn a_piece_of_a_host_is_no_host() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("etc/ssh")).unwrap();
    fs::write(
        dir.path().join("etc/ssh/sshd_config"),
        "PermitRootLogin no\n",
    )
    .unwrap();
    let results = results("server", dir.path());
    // Those that are asked of a role alone: that the asset has none of it, the inventory proves, not the host.
    const OF_A_ROLE: [&str; 2] = ["SRV-ACC-023", "SRV-ACC-027"];
    for ((control, subject), result) in &results {
        let by_role = result == "notapplicable" && OF_A_ROLE.contains(&control.as_str());
        if (result == "pass" || result == "notapplicable") && !by_role {
            assert!(subject.starts_with("sshd"), "{control} {subject}: {result}");
        }
    }
    assert_eq!(
        results[&("SRV-SSH-001".to_owned(), "sshd".to_owned())],
        "pass"
    );
}

fn results(kind: &str, target: &Path) -> BTreeMap<(String, String), String> {
    let output = capdo(&["scan", kind, target.to_str().unwrap(), "--format", "json"]);
    let run: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let text = |f: &serde_json::Value, key: &str| f[key].as_str().unwrap().to_owned();
    let findings = run["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|f| ((text(f, "control"), text(f, "subject")), text(f, "result")))
        .collect()
}

fn compare(
    before: &BTreeMap<(String, String), String>,
    after: &BTreeMap<(String, String), String>,
    what: &Path,
) {
    for (key, result) in after {
        let was = before.get(key).map_or("(nothing)", String::as_str);
        if result == "pass" || result == "notapplicable" {
            assert_eq!(
                was,
                result,
                "{}: {key:?} was {was}, became {result}",
                what.display()
            );
        }
    }
}

fn files(root: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .map(|e| e.unwrap())
        .filter(|e| e.file_type().is_file())
        .map(|e| e.into_path())
        .collect()
}
