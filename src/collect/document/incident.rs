//! Incidents and breaches that the inventory records: how long it took until the authority was told.

use jiff::Timestamp;

use crate::collect::Context;
use crate::model::{
    Collected, Day, Fact, Incident, IncidentKind, Inventory, Place, Seen, Subject, Value,
};

/// One subject for each; none where the inventory says that there were none, nothing seen where it does not tell.
pub(super) fn collect(inventory: &Inventory, as_of: Day, cx: &Context, collected: &mut Collected) {
    let place = Place::new(inventory.file.as_str(), 0);
    let known = inventory.incidents.as_deref().unwrap_or_default();
    let found = known.iter().filter(|i| Day::of(i.detected) <= as_of);
    let until = end_of(as_of).map_or(cx.now, |end| end.min(cx.now));
    let subjects: Vec<Subject> = found
        .map(|incident| subject(incident, until).at(place.clone()))
        .collect();
    for kind in ["breach", "incident"] {
        let some = subjects.iter().any(|s| &*s.kind == kind);
        if inventory.incidents.is_some() && !some {
            collected.saw(kind, Seen::Absent(format!("incidents: {}", known.len())));
        } else {
            collected.saw(kind, Seen::Whole);
        }
    }
    collected.subjects.extend(subjects);
}

fn subject(incident: &Incident, until: Timestamp) -> Subject {
    let kind = match incident.kind {
        IncidentKind::PersonalData => "breach",
        IncidentKind::System => "incident",
    };
    let mut subject = Subject::new(kind, format!("{kind}[{}]", incident.id));
    // Told after the day that is judged is not told yet on that day.
    let told = incident.notified.filter(|t| *t <= until);
    let notified = match told {
        Some(_) => Value::Bool(true),
        None => Value::unseen("time-still-runs", incident.detected.to_string()),
    };
    subject.put(Fact::derived("notified", notified));
    let hours = hours(incident.detected, told.unwrap_or(until));
    subject.put(Fact::derived("hours_until_notice", hours));
    let (path, stated) = match incident.kind {
        IncidentKind::PersonalData => ("harm_class", incident.harm_class),
        IncidentKind::System => ("serious", incident.serious),
    };
    let unstated = || Value::unseen("missing-fact", format!("{path} is not stated"));
    let class = stated.map_or_else(unstated, Value::Bool);
    subject.put(Fact::set(path, class));
    subject
}

/// Hours that were begun.
fn hours(from: Timestamp, to: Timestamp) -> i64 {
    let seconds = to.as_second().saturating_sub(from.as_second());
    seconds.max(0).saturating_add(3599) / 3600
}

/// The last moment of a day in Vietnam.
fn end_of(day: Day) -> Option<Timestamp> {
    format!("{day}T23:59:59+07:00").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_were_begun() {
        let at = |words: &str| words.parse::<Timestamp>().unwrap();
        let found = at("2026-11-01T08:00:00+07:00");
        for (told, expected) in [
            ("2026-11-01T08:00:00+07:00", 0),
            ("2026-11-04T08:00:00+07:00", 72),
            ("2026-11-04T08:00:01+07:00", 73),
        ] {
            assert_eq!(hours(found, at(told)), expected, "{told}");
        }
    }
}
