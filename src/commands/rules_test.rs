//! Runs the examples that stand in the controls, against the controls and against mutants of them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::commands::Pack;
use crate::engine::{AssetView, Engine};
use crate::model::{
    Asked, Collected, Control, Day, Example, Fact, Judgement, ResultWord, RulePack, Seen, Subject,
    Value, Vocabulary,
};
use crate::rules::{self, Choice, choose, fact_value};

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
            let case = Case::of(pack, control, example);
            let (got, why) = case.run(&engine, index, &case.choice);
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

/// A mutant that no example catches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Survivor {
    pub(super) control: String,
    pub(super) mutant: String,
}

/// Runs the examples against all mutants; says how many there are, and which survive.
pub(super) fn mutants(pack: &Pack, prefix: &str) -> (usize, Vec<Survivor>) {
    let found: Vec<(usize, Vec<Survivor>)> = pack
        .rules
        .controls
        .par_iter()
        .filter(|c| c.id.starts_with(prefix))
        .map(|control| survivors(pack, control))
        .collect();
    let count = found.iter().map(|(count, _)| count).sum();
    (count, found.into_iter().flat_map(|(_, s)| s).collect())
}

/// All mutants of one control stand in one pack: each expression is compiled once, each example's world made once.
fn survivors(pack: &Pack, control: &Control) -> (usize, Vec<Survivor>) {
    let (names, controls): (Vec<(String, bool)>, Vec<Control>) = rules::mutants(control)
        .into_iter()
        .map(|m| ((m.name, m.figures), m.control))
        .unzip();
    let mutated = RulePack {
        controls,
        vocabulary: Vocabulary::default(),
    };
    let engine = Engine::new(&mutated);
    let cases: Vec<Case<'_>> = control
        .examples
        .iter()
        .map(|example| Case::of(pack, control, example))
        .collect();
    let caught = |index: usize, figures: bool| {
        cases.iter().any(|case| {
            let anew = figures.then(|| case.choose(pack, &mutated.controls[index]));
            let choice = anew.as_ref().unwrap_or(&case.choice);
            case.run(&engine, index, choice).0 != [case.example.expect]
        })
    };
    let count = names.len();
    let alive = names
        .into_iter()
        .enumerate()
        .filter(|(index, (_, figures))| !caught(*index, *figures))
        .map(|(_, (mutant, _))| Survivor {
            control: control.id.clone(),
            mutant,
        })
        .collect();
    (count, alive)
}

/// One example, ready to be judged.
struct Case<'a> {
    example: &'a Example,
    on: Day,
    choice: Choice,
    world: World,
}

impl<'a> Case<'a> {
    fn of(pack: &Pack, control: &Control, example: &'a Example) -> Self {
        let Some(default) = Day::new(EXAMPLE_DAY.0, EXAMPLE_DAY.1, EXAMPLE_DAY.2) else {
            unreachable!("a real day")
        };
        let on = example.as_of.unwrap_or(default);
        Self {
            example,
            on,
            choice: choose(control, &pack.law, example.level, on, &example.parameters),
            world: World::of(pack, control, example),
        }
    }

    /// What becomes of a changed control at the level and on the day of the example.
    fn choose(&self, pack: &Pack, control: &Control) -> Choice {
        let e = self.example;
        choose(control, &pack.law, e.level, self.on, &e.parameters)
    }

    /// The results that the control at `index` of the engine's pack gives, and why.
    fn run(&self, engine: &Engine<'_>, index: usize, choice: &Choice) -> (Vec<ResultWord>, String) {
        let selection = match choice {
            Choice::OtherLevel => {
                return (
                    Vec::new(),
                    format!("not asked at level {}", self.example.level),
                );
            }
            Choice::NotInForce(reason) => {
                return (vec![ResultWord::NotSelected], reason.code.to_string());
            }
            Choice::Asked(selection) => selection.clone(),
        };
        let view = AssetView {
            index: 0,
            collected: &self.world.collected,
            asset: &self.world.asset,
            system: &self.world.system,
            org: &self.world.org,
            collected_on: self.on,
        };
        let judgements = engine.judge(
            &view,
            &[Asked {
                control: u32::try_from(index).unwrap_or(0),
                selection: std::sync::Arc::new(selection),
            }],
        );
        let words = judgements.iter().map(|j| j.result).collect();
        (
            words,
            judgements.iter().map(why).collect::<Vec<_>>().join("; "),
        )
    }
}

fn why(judgement: &Judgement) -> String {
    let reason = judgement
        .reason
        .as_ref()
        .map_or(String::new(), |r| format!("{} {}", r.code, r.detail));
    let actual: Vec<String> = judgement
        .actual
        .iter()
        .map(|a| format!("{} = {}", a.path, a.shown()))
        .collect();
    format!("{reason} {}", actual.join(", "))
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
                Some((_, key)) => host.put(Fact::set(key.to_owned(), value)),
                None => subject.put(Fact::set(path.clone(), value)),
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
