//! What the inventory itself says: decisions on levels, attestations, who judges, the company.

use super::{attestation, incident, network, paper};
use crate::collect::Context;
use crate::model::{
    Collected, Day, Fact, Inventory, LevelDecision, Ownership, Place, Regime, Seen, Size, Subject,
    System, Value,
};

/// The subjects that need no target. A decision or attestation dated after `as_of` does not exist yet; one dated
/// ahead of the day of collecting as well is named as such. `papers` are the requirements whose paper is asked for, each with
/// its system or `org`.
pub fn collect_inventory(
    inventory: &Inventory,
    papers: &[(&str, &str)],
    as_of: Day,
    cx: &Context,
) -> Collected {
    let mut collected = Collected::default();
    let place = Place::new(inventory.file.as_str(), 0);
    for system in &inventory.systems {
        collected
            .subjects
            .push(level_decision(system, as_of).at(place.clone()));
    }
    for system in &inventory.systems {
        let subject = network::subject(system);
        collected.subjects.push(subject.at(place.clone()));
    }
    let today = Day::of(cx.now);
    let mut subjects = Vec::new();
    for attestation in &inventory.attestations {
        if attestation.issued <= as_of || attestation.issued > today {
            let subject = attestation::subject(attestation, inventory, as_of, cx, &mut collected);
            subjects.push(subject);
        }
    }
    let stated = paper::subjects(papers, inventory, &subjects, as_of);
    collected.subjects.extend(subjects);
    collected.subjects.extend(stated);
    incident::collect(inventory, as_of, cx, &mut collected);
    collected
        .subjects
        .push(assessor(inventory).at(place.clone()));
    collected.subjects.push(organisation(inventory).at(place));
    for kind in [
        "level-decision",
        "network",
        "attestation",
        "assessor",
        "organisation",
    ] {
        collected.saw(kind, Seen::Whole);
    }
    collected
}

fn level_decision(system: &System, as_of: Day) -> Subject {
    let mut subject = Subject::new("level-decision", format!("level_decision[{}]", system.id));
    subject.systems = Some(vec![system.id.clone()]);
    let written = system.level_decision.as_ref();
    let decision = written.filter(|d| d.date <= as_of);
    let mut put = |fact: Fact| subject.put(fact);
    put(Fact::derived("present", decision.is_some()));
    put(Fact::derived(
        "dated_ahead",
        written.is_some() && decision.is_none(),
    ));
    let of = |get: fn(&LevelDecision) -> Value| decision.map_or(Value::Absent, get);
    put(Fact::set("number", of(|d| words(&d.number))));
    put(Fact::set("date", of(|d| Value::Day(d.date))));
    put(Fact::set("authority", of(|d| words(&d.authority))));
    put(Fact::set("regime", of(|d| regime(d.regime).into())));
    let old = decision.is_some_and(|d| d.regime == Regime::Nd85);
    put(Fact::derived("levelled_under_nd85", old));
    put(Fact::set("level", i64::from(system.level.number())));
    put(Fact::set("online_service", system.online_service));
    put(Fact::set(
        "go_live",
        system.go_live.map_or_else(no_go_live, Value::Day),
    ));
    // Days as numbers, so that a control can say "from this day on".
    let number = |day: Day| day.to_string().replace('-', "").parse::<i64>().ok();
    let go_live = system.go_live.and_then(number);
    put(Fact::derived(
        "go_live_number",
        go_live.map_or_else(no_go_live, Value::Int),
    ));
    put(Fact::derived(
        "before_go_live",
        before_go_live(system, decision),
    ));
    let (basic, sensitive) = match system.data_subjects {
        Some(counts) => (subjects(counts.basic), subjects(counts.sensitive)),
        None => (no_counts(), no_counts()),
    };
    put(Fact::set("basic_subjects", basic));
    put(Fact::set("sensitive_subjects", sensitive));
    subject
}

fn before_go_live(system: &System, decision: Option<&LevelDecision>) -> Value {
    match (decision, system.go_live) {
        (Some(decision), Some(go_live)) => (decision.date <= go_live).into(),
        // No decision is no decision before that day either.
        (None, Some(_)) => false.into(),
        (_, None) => no_go_live(),
    }
}

fn assessor(inventory: &Inventory) -> Subject {
    let mut subject = Subject::new("assessor", "assessor");
    let assessor = inventory.assessor.as_ref();
    let unit = assessor.map_or(Value::Absent, |a| words(&a.unit));
    subject.put(Fact::derived("present", unit != Value::Absent));
    subject.put(Fact::set("unit", unit));
    let independent = assessor
        .and_then(|a| a.independent_of_operation)
        .map_or_else(
            || Value::unseen("missing-fact", "independent_of_operation is not stated"),
            Value::Bool,
        );
    subject.put(Fact::set("independent", independent));
    let unstated = || Value::unseen("not_asked", "kind is not stated");
    let kind = assessor.and_then(|a| a.kind);
    let kind = kind.map_or_else(unstated, |kind| kind.word().into());
    subject.put(Fact::set("kind", kind));
    subject.put(Fact::derived("highest_level", highest_level(inventory)));
    subject
}

fn organisation(inventory: &Inventory) -> Subject {
    let company = &inventory.organisation;
    let mut subject = Subject::new("organisation", "organisation");
    subject.put(Fact::set("name", company.name.vi.as_str()));
    let tax_code = company.tax_code.as_deref().unwrap_or_default();
    subject.put(Fact::derived(
        "tax_code_stated",
        !tax_code.trim().is_empty(),
    ));
    let ownership = match company.ownership {
        Ownership::Private => "private",
        Ownership::State => "state",
    };
    subject.put(Fact::set("ownership", ownership));
    let size = match company.size {
        Size::Micro => "micro",
        Size::Small => "small",
        Size::Medium => "medium",
        Size::Large => "large",
    };
    subject.put(Fact::set("size", size));
    subject.put(Fact::set("subcontractors", company.subcontractors));
    let systems = i64::try_from(inventory.systems.len()).unwrap_or(i64::MAX);
    subject.put(Fact::derived("systems", systems));
    subject.put(Fact::derived("highest_level", highest_level(inventory)));
    subject
}

fn highest_level(inventory: &Inventory) -> Value {
    let levels = inventory.systems.iter().map(|s| s.level.number());
    levels
        .max()
        .map_or(Value::Absent, |level| i64::from(level).into())
}

/// What was written, or nothing where only blanks were.
fn words(written: &str) -> Value {
    match written.trim() {
        "" => Value::Absent,
        words => words.into(),
    }
}

fn regime(regime: Regime) -> &'static str {
    match regime {
        Regime::Nd85 => "nd85",
        Regime::Nd331 => "nd331",
    }
}

fn subjects(count: u64) -> Value {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

fn no_go_live() -> Value {
    Value::unseen("missing-fact", "go_live is not stated")
}

fn no_counts() -> Value {
    Value::unseen("missing-fact", "data_subjects is not stated")
}

#[cfg(test)]
#[path = "inventory_tests.rs"]
mod tests;
