//! What must be fast: loading the rules, judging, whole audits. Run by `scripts/bench`; figures in docs/performance.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use capdo::commands::embedded;
use capdo::engine::{AssetView, Engine};
use capdo::model::{Asked, Collected, Day, Fact, Law, RulePack, Selection, Subject, Value};
use capdo::{law, rules};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// The embedded pack, as every command loads it.
#[divan::bench]
fn load_embedded_pack() {
    black_box(embedded().is_ok());
}

/// A blob of the size that the pack may grow to.
#[divan::bench]
fn load_500_controls_and_600_requirements(bencher: Bencher<'_, '_>) {
    let (law, pack) = large();
    let Ok(blob) = postcard::to_stdvec(&(law, pack)) else {
        return;
    };
    bencher.bench(|| postcard::from_bytes::<(Law, RulePack)>(black_box(&blob)).is_ok());
}

/// `--rules DIR` with 500 files of controls.
#[divan::bench]
fn parse_500_control_files(bencher: Bencher<'_, '_>) {
    let Ok(base) = embedded() else { return };
    let files = control_files(500);
    bencher.bench(|| rules::load(base.rules.clone(), &base.law, black_box(&files)).is_ok());
}

/// The law from its YAML.
#[divan::bench]
fn parse_the_law(bencher: Bencher<'_, '_>) {
    let files = yaml_files("rules/law");
    bencher.bench(|| law::load(Law::default(), black_box(&files)).is_ok());
}

/// One million assertions with their judgements: 1,000 subjects by 1,000 controls.
#[divan::bench(sample_count = 10)]
fn a_million_assertions(bencher: Bencher<'_, '_>) {
    let Ok(pack) = embedded() else { return };
    let Some(control) = pack.rules.control("SRV-LOG-003").cloned() else {
        return;
    };
    let rules = RulePack {
        controls: vec![control; 1000],
        vocabulary: pack.rules.vocabulary.clone(),
    };
    let Some(parameter) = rules.controls[0].parameters.first() else {
        return;
    };
    let value = capdo::model::ParameterValue {
        value: 90,
        unit: parameter.unit,
        source: "tcvn14423.log-5".into(),
    };
    let parameters = BTreeMap::from([(parameter.name.clone(), value)]);
    let asked: Vec<Asked> = (0..1000)
        .map(|control| Asked {
            control,
            selection: std::sync::Arc::new(Selection {
                parameters: parameters.clone(),
                ..Selection::default()
            }),
        })
        .collect();
    let mut collected = Collected::default();
    for number in 0..1000 {
        let mut subject = Subject::new("logging", format!("logging-{number}"));
        subject.put(Fact::derived("retention.days", Value::Int(number % 180)));
        collected.subjects.push(subject);
    }
    let engine = Engine::new(&rules);
    let empty = BTreeMap::new();
    let Some(day) = Day::new(2026, 11, 23) else {
        return;
    };
    let view = AssetView {
        index: 0,
        collected: &collected,
        asset: &empty,
        system: &empty,
        org: &empty,
        collected_on: day,
    };
    bencher.bench(|| black_box(engine.judge(&view, &asked).len()));
}

fn large() -> (Law, RulePack) {
    let Ok(pack) = embedded() else {
        return (Law::default(), RulePack::default());
    };
    let mut law = pack.law.clone();
    let mut rules = pack.rules.clone();
    for number in 0.. {
        let Some(mut requirement) = pack
            .law
            .requirements
            .get(number % pack.law.requirements.len())
            .cloned()
        else {
            break;
        };
        if law.requirements.len() >= 600 {
            break;
        }
        requirement.id = format!("{}-{number}", requirement.id);
        law.requirements.push(requirement);
    }
    for number in 0.. {
        let Some(mut control) = pack
            .rules
            .controls
            .get(number % pack.rules.controls.len())
            .cloned()
        else {
            break;
        };
        if rules.controls.len() >= 500 {
            break;
        }
        control.id = format!("{}-{number}", control.id);
        rules.controls.push(control);
    }
    (law, rules)
}

/// Files of controls as a user would have them: those of the project under other ids.
fn control_files(count: usize) -> Vec<(String, Vec<u8>)> {
    let originals = yaml_files("rules/controls");
    (0..count)
        .filter_map(|number| {
            let (name, bytes) = originals.get(number % originals.len())?;
            let id = Path::new(name).file_stem()?.to_string_lossy().into_owned();
            let own = format!("OWN-{number:04}");
            let text = String::from_utf8(bytes.clone()).ok()?.replacen(
                &format!("id: {id}"),
                &format!("id: {own}"),
                1,
            );
            Some((format!("controls/{own}.yaml"), text.into_bytes()))
        })
        .collect()
}

fn yaml_files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "yaml")
        })
        .filter_map(|entry| {
            Some((
                entry.path().display().to_string(),
                std::fs::read(entry.path()).ok()?,
            ))
        })
        .collect()
}
