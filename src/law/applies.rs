//! Whom a requirement binds, how strongly, and until when a gap may still be closed.

use crate::model::{
    Condition, Day, Force, Organisation, Otherwise, Reading, Requirement, Strength, System, Text,
};

/// What a requirement is for an organisation and its systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearing {
    /// It holds with this force; the text says why, where it is weaker than the law's own.
    Holds(Force, Option<Text>),
    /// It is no duty here.
    Exempt(Text),
}

/// What a requirement is for these systems: one system, or all of them for organisation-wide duties.
pub fn bearing(
    requirement: &Requirement,
    organisation: &Organisation,
    systems: &[&System],
) -> Bearing {
    let own = own_force(requirement);
    let Some(binds) = &requirement.binds else {
        return Bearing::Holds(own, None);
    };
    let bound = binds.any.iter().any(|condition| {
        people(condition, systems) && systems.iter().any(|s| holds(condition, organisation, s))
    });
    match (bound, binds.otherwise) {
        (true, _) => Bearing::Holds(own, None),
        (false, Otherwise::Suggested) => {
            Bearing::Holds(own.min(Force::Suggested), Some(binds.reason.clone()))
        }
        (false, Otherwise::Exempt) => Bearing::Exempt(binds.reason.clone()),
    }
}

/// The last day to close a gap, where a transition holds for this system.
pub fn due(requirement: &Requirement, system: &System, on: Day) -> Option<Day> {
    let transition = requirement.transition.as_ref()?;
    if transition.until < on {
        return None;
    }
    let levelled = transition.applies_if.levelled_before.is_none_or(|before| {
        system
            .level_decision
            .as_ref()
            .is_some_and(|d| d.date < before && d.date <= on)
    });
    let building = transition
        .applies_if
        .investment_before
        .is_none_or(|before| {
            system.investment_from.is_some_and(|from| from < before)
                && system.go_live.is_none_or(|live| live >= before)
        });
    (levelled && building).then_some(transition.until)
}

/// `should` never binds, and neither does what nobody could confirm.
fn own_force(requirement: &Requirement) -> Force {
    let by_strength = match requirement.strength {
        Strength::Must => requirement.force,
        Strength::Should => requirement.force.min(Force::Suggested),
    };
    match requirement.reading {
        Reading::Read | Reading::Secondary => by_strength,
        Reading::Unverified => Force::Interpretation,
    }
}

fn holds(condition: &Condition, organisation: &Organisation, system: &System) -> bool {
    condition
        .online_service
        .is_none_or(|online| online == system.online_service)
        && condition
            .ownership
            .is_none_or(|ownership| ownership == organisation.ownership)
        && condition
            .hosting
            .as_ref()
            .is_none_or(|hosting| hosting.contains(&system.hosting))
        && condition
            .size
            .as_ref()
            .is_none_or(|size| size.contains(&organisation.size))
        && condition
            .sensitive_data
            .is_none_or(|wanted| match system.data_subjects {
                Some(counts) => (counts.sensitive > 0) == wanted,
                None => wanted,
            })
}

/// Whether the systems hold the data of so many people. What was not counted may be any number: the duty stays.
fn people(condition: &Condition, systems: &[&System]) -> bool {
    condition.people_at_least.is_none_or(|least| {
        systems
            .iter()
            .try_fold(0u64, |sum, s| {
                s.data_subjects
                    .map(|d| sum.saturating_add(d.basic.max(d.sensitive)))
            })
            .is_none_or(|sum| sum >= least)
    })
}
