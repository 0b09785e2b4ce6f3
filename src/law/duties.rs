//! All duties of an organisation on a day.

use super::applies::{Bearing, bearing, due};
use crate::model::{Day, Duty, Law, Level, ORG, Organisation, Requirement, Scope, System};

/// Every requirement in force that holds for a system at its level, or for the organisation at the highest level of
/// its systems. Sorted by requirement, then by the order of the systems.
pub fn duties(law: &Law, organisation: &Organisation, systems: &[System], on: Day) -> Vec<Duty> {
    let all: Vec<&System> = systems.iter().collect();
    let Some(highest) = systems.iter().map(|s| s.level).max() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for requirement in law.requirements.iter().filter(|r| r.in_force(on)) {
        match requirement.scope {
            Scope::Organisation => {
                let due = systems
                    .iter()
                    .map(|s| due(requirement, s, on))
                    .min()
                    .flatten();
                found.extend(duty(requirement, organisation, &all, ORG, highest, due));
            }
            Scope::System => {
                for system in systems {
                    let due = due(requirement, system, on);
                    found.extend(duty(
                        requirement,
                        organisation,
                        &[system],
                        &system.id,
                        system.level,
                        due,
                    ));
                }
            }
        }
    }
    found
}

fn duty(
    requirement: &Requirement,
    organisation: &Organisation,
    systems: &[&System],
    id: &str,
    level: Level,
    due: Option<Day>,
) -> Option<Duty> {
    if !requirement.levels.contains(level) {
        return None;
    }
    match bearing(requirement, organisation, systems) {
        Bearing::Exempt(_) => None,
        Bearing::Holds(force, weaker_because) => Some(Duty {
            requirement: requirement.id.clone(),
            system: id.to_owned(),
            level,
            force,
            weaker_because,
            due,
        }),
    }
}
