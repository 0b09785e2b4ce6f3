//! The paper of one requirement, for one system or the whole company: what the attestations of the day say of it.
//!
//! One that is missing, has ended, or whose document is gone or changed says nothing: the paper is not checked, never passed.

use std::collections::BTreeMap;

use super::attestation::{ORGANISATION, fault};
use crate::model::{Attestation, Day, Fact, Inventory, ORG, Period, Place, Subject, Value};

/// One subject for each paper that is asked for. `attestations` are the subjects that were made of the attestations.
pub(super) fn subjects(
    papers: &[(&str, &str)],
    inventory: &Inventory,
    attestations: &[Subject],
    as_of: Day,
) -> Vec<Subject> {
    let mut own: BTreeMap<&str, Vec<&Attestation>> = BTreeMap::new();
    for attestation in &inventory.attestations {
        own.entry(&attestation.requirement)
            .or_default()
            .push(attestation);
    }
    let seen: BTreeMap<&str, &Subject> = attestations.iter().map(|s| (&*s.id, s)).collect();
    papers
        .iter()
        .map(|(requirement, system)| {
            let speak: Vec<&Attestation> = own
                .get(requirement)
                .into_iter()
                .flatten()
                .filter(|a| a.scope == *system || a.scope == ORGANISATION)
                .copied()
                .collect();
            subject(requirement, system, inventory, &speak, &seen, as_of)
        })
        .collect()
}

fn subject(
    requirement: &str,
    system: &str,
    inventory: &Inventory,
    speak: &[&Attestation],
    seen: &BTreeMap<&str, &Subject>,
    as_of: Day,
) -> Subject {
    let id = format!("paper[{system}/{requirement}]");
    let mut subject = Subject::new(&format!("paper[{requirement}]"), id);
    if system != ORG {
        subject.systems = Some(vec![system.to_owned()]);
    }
    let in_time = |a: &&&Attestation| a.issued <= as_of && as_of <= a.valid_to;
    let mut counting: Vec<&Attestation> = Vec::new();
    let mut fault = None;
    for attestation in speak.iter().filter(in_time) {
        match document_fault(attestation, seen) {
            None => counting.push(attestation),
            Some(why) => fault = Some((why, *attestation)),
        }
    }
    // The latest word counts; of two of one day the one that says it is not met.
    let latest = counting
        .into_iter()
        .max_by_key(|a| (a.issued, !a.met, &a.id));
    let denied = latest.and_then(|a| a.denied_by(speak.iter().copied(), as_of));
    let (held, months, at) = match (latest, denied) {
        (Some(a), None) => (Value::Bool(a.met), months(a.issued, as_of).into(), Some(a)),
        (Some(_), Some(later)) => {
            let why = Value::unseen("attestation-contradicted", later.id.clone());
            (why.clone(), why, Some(later))
        }
        (None, _) => {
            let (why, at) = fault.map_or_else(
                || lacking(requirement, speak, as_of),
                |(why, at)| (why, Some(at)),
            );
            (why.clone(), why, at)
        }
    };
    let place = at.map_or_else(
        || Place::new(inventory.file.as_str(), 0),
        |a| Place::new(a.file.as_str(), a.line),
    );
    subject.put(Fact::derived("held", held).at(place.clone()));
    subject.put(Fact::derived("month", months).at(place.clone()));
    subject.at(place)
}

/// Why none speaks: there never was one, or the last one has ended, or the next one has not begun.
fn lacking<'a>(
    requirement: &str,
    speak: &[&'a Attestation],
    as_of: Day,
) -> (Value, Option<&'a Attestation>) {
    match speak.iter().max_by_key(|a| a.valid_to) {
        None => (Value::unseen("no-attestation", requirement), None),
        Some(last) if last.issued > as_of => (
            Value::unseen("attestation-not-begun", last.issued.to_string()),
            Some(last),
        ),
        Some(last) => (
            Value::unseen("attestation-ended", last.valid_to.to_string()),
            Some(last),
        ),
    }
}

/// What is wrong with an attestation, as its own subject has it.
fn document_fault(attestation: &Attestation, seen: &BTreeMap<&str, &Subject>) -> Option<Value> {
    let document = &attestation.evidence.written;
    match seen.get(format!("attestation[{}]", attestation.id).as_str()) {
        Some(subject) => fault(subject, document).map(|why| Value::Unseen(why.into())),
        None => Some(Value::unseen(
            "attestation-missing-evidence",
            document.clone(),
        )),
    }
}

/// The month since its day in which a paper stands, from 1: a cycle of 6 months is kept to the end of the sixth.
fn months(issued: Day, as_of: Day) -> i64 {
    (1..=MOST)
        .find(|n| as_of <= Period::Months(*n).last_day(issued))
        .unwrap_or(MOST)
}

/// Longer than any cycle of the law.
const MOST: i64 = 1200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_of_a_paper() {
        let day = |words| Day::parse(words).unwrap();
        for (issued, on, month) in [
            ("2026-05-23", "2026-05-23", 1),
            ("2026-05-23", "2026-06-23", 1),
            ("2026-05-23", "2026-06-24", 2),
            ("2026-05-23", "2026-11-23", 6),
            ("2026-05-22", "2026-11-23", 7),
            ("2025-11-23", "2026-11-23", 12),
            ("1900-01-01", "2026-11-23", MOST),
        ] {
            assert_eq!(months(day(issued), day(on)), month, "{issued} {on}");
        }
    }
}
