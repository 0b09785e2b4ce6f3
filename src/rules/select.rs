//! Which controls are asked at a level on a day, and with which values.

use std::collections::BTreeMap;

use crate::model::{Control, Day, Force, Law, Level, Parameter, Reason, Selection, Tighten};

pub use crate::model::ParameterValue;

/// What becomes of a control at one level on one day.
#[derive(Debug, Clone)]
pub enum Choice {
    /// It is not for this level.
    OtherLevel,
    /// Its law is not in force on the day, or gives no value.
    NotInForce(Reason),
    /// It is asked.
    Asked(Selection),
}

/// Chooses a control for a level and a day. `stricter` has the values of the inventory, by parameter.
pub fn choose(
    control: &Control,
    law: &Law,
    level: Level,
    on: Day,
    stricter: &BTreeMap<String, i64>,
) -> Choice {
    if !control.levels.contains(level) {
        return Choice::OtherLevel;
    }
    let in_force: Vec<String> = control
        .satisfies
        .iter()
        .filter_map(|b| law.requirement(&b.requirement))
        .filter(|r| r.in_force(on) && r.levels.contains(level))
        .map(|r| r.id.clone())
        .collect();
    if in_force.is_empty() {
        return Choice::NotInForce(Reason::new("not-in-force", on.to_string()));
    }
    let mut parameters = BTreeMap::new();
    let mut force = Force::Binding;
    for parameter in &control.parameters {
        let Some((mut value, figure_force)) = strictest(parameter, law, level, on) else {
            return Choice::NotInForce(Reason::new("no-value", parameter.name.clone()));
        };
        if let Some(own) = stricter.get(&parameter.name)
            && is_stricter(parameter.tighten, *own, value.value)
        {
            value = ParameterValue {
                value: *own,
                unit: parameter.unit,
                source: "inventory".into(),
            };
        }
        force = force.min(figure_force);
        parameters.insert(parameter.name.clone(), value);
    }
    Choice::Asked(Selection {
        parameters,
        requirements: in_force,
        figure_force: force,
    })
}

/// Why an override is weaker than the control that it replaces; empty where it is not.
pub fn weaker(old: &Control, new: &Control) -> Vec<String> {
    let mut reasons = Vec::new();
    if new.severity < old.severity {
        reasons.push(format!(
            "severity {} instead of {}",
            new.severity.word(),
            old.severity.word()
        ));
    }
    if new.force < old.force {
        reasons.push("a weaker force".to_owned());
    }
    if !old.levels.is_subset(new.levels) {
        reasons.push(format!("levels {} instead of {}", new.levels, old.levels));
    }
    for bearing in &old.satisfies {
        if !new
            .satisfies
            .iter()
            .any(|b| b.requirement == bearing.requirement)
        {
            reasons.push(format!("no longer bears on {}", bearing.requirement));
        }
    }
    if new.absent != old.absent && new.absent == crate::model::Absent::Notapplicable {
        reasons.push("an absent subject no longer fails".to_owned());
    }
    if new.when != old.when {
        reasons.push("another `when`".to_owned());
    }
    if new.assert != old.assert {
        reasons.push("another `assert`".to_owned());
    }
    for parameter in &old.parameters {
        let Some(other) = new.parameters.iter().find(|p| p.name == parameter.name) else {
            reasons.push(format!("the parameter {} is gone", parameter.name));
            continue;
        };
        for source in &parameter.by {
            // One requirement may give two figures: any entry of it that is as strict will do.
            let as_strict = |values: &BTreeMap<u8, i64>| {
                source.values.iter().all(|(level, floor)| {
                    let value = values.get(level);
                    value.is_some_and(|v| !is_stricter(parameter.tighten, *floor, *v))
                })
            };
            let mut same = other.by.iter().filter(|s| s.source == source.source);
            let looser = !same.any(|s| as_strict(&s.values));
            if looser {
                reasons.push(format!("{} of {} is lower", parameter.name, source.source));
            }
        }
    }
    reasons
}

/// The strictest value of the sources that are in force and bind the level, with how strongly it holds.
fn strictest(
    parameter: &Parameter,
    law: &Law,
    level: Level,
    on: Day,
) -> Option<(ParameterValue, Force)> {
    parameter
        .by
        .iter()
        .filter(|s| {
            law.requirement(&s.source)
                .is_some_and(|r| r.in_force(on) && r.levels.contains(level))
        })
        .filter_map(|s| s.values.get(&level.number()).map(|value| (s, *value)))
        .reduce(|best, next| {
            if is_stricter(parameter.tighten, next.1, best.1) {
                next
            } else {
                best
            }
        })
        .map(|(s, value)| {
            (
                ParameterValue {
                    value,
                    unit: parameter.unit,
                    source: s.source.clone(),
                },
                s.force,
            )
        })
}

/// Is `a` stricter than `b`?
pub(super) fn is_stricter(tighten: Tighten, a: i64, b: i64) -> bool {
    match tighten {
        Tighten::Up => a > b,
        Tighten::Down => a < b,
    }
}
