//! Runs the examples that stand in the controls.

use std::collections::BTreeMap;

use crate::commands::Pack;
use crate::engine::{AssetView, Engine};
use crate::model::{
    Asked, Collected, Control, Day, Example, Fact, ResultWord, Seen, Subject, Value,
};
use crate::rules::{Choice, choose, fact_value};

/// The day of the law for examples that name none.
pub(super) const EXAMPLE_DAY: (i16, i8, i8) = (2026, 11, 23);

/// One example that did not give what it expects.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) control: String,
    pub(super) example: String,
    pub(super) expected: ResultWord,
    pub(super) got: Vec<ResultWord>,
    pub(super) why: String,
}

/// Runs all examples; says how many ran, and which went wrong.
pub(super) fn run(pack: &Pack, prefix: &str) -> (usize, Vec<Wrong>) {
    let engine = Engine::new(&pack.rules);
    let mut count = 0;
    let mut wrong = Vec::new();
    for (index, control) in pack
        .rules
        .controls
        .iter()
        .enumerate()
        .filter(|(_, c)| c.id.starts_with(prefix))
    {
        for example in &control.examples {
            count += 1;
            let (got, why) = one(pack, &engine, index, control, example);
            if got != [example.expect] {
                wrong.push(Wrong {
                    control: control.id.clone(),
                    example: example.name.clone(),
                    expected: example.expect,
                    got,
                    why,
                });
            }
        }
    }
    (count, wrong)
}

fn one(
    pack: &Pack,
    engine: &Engine<'_>,
    index: usize,
    control: &Control,
    e: &Example,
) -> (Vec<ResultWord>, String) {
    let Some(default) = Day::new(EXAMPLE_DAY.0, EXAMPLE_DAY.1, EXAMPLE_DAY.2) else {
        unreachable!("a real day")
    };
    let on = e.as_of.unwrap_or(default);
    let selection = match choose(control, &pack.law, e.level, on, &e.parameters) {
        Choice::OtherLevel => return (Vec::new(), format!("not asked at level {}", e.level)),
        Choice::NotInForce(reason) => {
            return (vec![ResultWord::NotSelected], reason.code.into_owned());
        }
        Choice::Asked(selection) => selection,
    };
    let world = World::of(pack, control, e);
    let view = AssetView {
        index: 0,
        collected: &world.collected,
        asset: &world.asset,
        system: &world.system,
        org: &world.org,
        collected_on: on,
    };
    let judgements = engine.judge(
        &view,
        &[Asked {
            control: u32::try_from(index).unwrap_or(0),
            selection,
        }],
    );
    let why = judgements
        .iter()
        .map(|j| {
            let reason = j
                .reason
                .as_ref()
                .map_or(String::new(), |r| format!("{} {}", r.code, r.detail));
            let actual: Vec<String> = j
                .actual
                .iter()
                .map(|a| format!("{} = {}", a.path, a.value))
                .collect();
            format!("{reason} {}", actual.join(", "))
        })
        .collect::<Vec<_>>()
        .join("; ");
    (judgements.iter().map(|j| j.result).collect(), why)
}

/// The little world of one example.
struct World {
    collected: Collected,
    asset: BTreeMap<String, Value>,
    system: BTreeMap<String, Value>,
    org: BTreeMap<String, Value>,
}

impl World {
    fn of(pack: &Pack, control: &Control, e: &Example) -> Self {
        let mut world = Self {
            collected: Collected::default(),
            asset: BTreeMap::from([
                ("id".into(), "example".into()),
                ("roles".into(), Value::list([])),
            ]),
            system: BTreeMap::from([
                ("id".into(), "example".into()),
                ("level".into(), Value::Int(e.level.number().into())),
                ("online_service".into(), true.into()),
                ("hosting".into(), "own".into()),
            ]),
            org: BTreeMap::from([
                ("ownership".into(), "private".into()),
                ("subcontractors".into(), true.into()),
            ]),
        };
        let mut subject = Subject::new(&control.subject, control.subject.as_str());
        let mut host = Subject::new("host", "host");
        for (path, json) in &e.facts {
            let json: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
            let reaches = [
                ("asset.", "asset"),
                ("system.", "system"),
                ("org.", "org"),
                ("host.", "host"),
            ];
            let outward = reaches
                .iter()
                .find_map(|(prefix, kind)| path.strip_prefix(prefix).map(|key| (*kind, key)));
            let (kind, key) = outward.unwrap_or((control.subject.as_str(), path.as_str()));
            let value = fact_value(&json, pack.rules.vocabulary.fact(kind, key, None));
            match outward {
                Some(("asset", key)) => drop(world.asset.insert(key.into(), value)),
                Some(("system", key)) => drop(world.system.insert(key.into(), value)),
                Some(("org", key)) => drop(world.org.insert(key.into(), value)),
                Some((_, key)) => host.put(Fact::set(key, value)),
                None => subject.put(Fact::set(path.as_str(), value)),
            }
        }
        if !host.facts.is_empty() {
            world.collected.subjects.push(host);
        }
        if e.absent {
            world
                .collected
                .saw(&control.subject, Seen::Absent("example".into()));
        } else {
            world.collected.subjects.push(subject);
        }
        world
    }
}
