//! The list of staff and the list of trainings of a company: two files to the subjects `roster` and `training`.

use super::list_file::ListFile;
use super::people::{Staff, Trained, Trainings, staff, trainings};
use super::registers;
use crate::collect::Context;
use crate::collect::figures::{count, lines, percent};
use crate::model::{
    Asset, Collected, Day, Fact, Organisation, Place, Reason, Seen, Subject, Target, Value,
};

/// Reads the lists of one asset. Who works is asked for the day of `cx.now`.
pub fn collect(asset: &Asset, organisation: &Organisation, cx: &Context) -> Collected {
    let mut collected = Collected::default();
    let Target::Roster {
        roster,
        trained,
        papers,
    } = &asset.target
    else {
        for kind in [ROSTER, TRAINING] {
            let reason = Reason::new("not_asked", "the asset names no list of staff");
            collected.saw(kind, Seen::Not(reason));
        }
        return collected;
    };
    let on = Day::of(cx.now);
    let roster_file = ListFile::new(roster, asset.shown.clone());
    let trained_file = ListFile::beside(trained, roster, &asset.shown);
    let staff = roster_file
        .read(
            cx,
            ROSTER_COLUMNS,
            ROSTER_NEEDED,
            "id, role",
            &mut collected.evidence,
        )
        .map(|table| staff(&table, organisation, on));
    let courses = trained_file
        .read(
            cx,
            TRAINED_COLUMNS,
            TRAINED_NEEDED,
            "id, date",
            &mut collected.evidence,
        )
        .map(|table| trainings(&table, on));
    match &staff {
        Ok(staff) => {
            collected.subjects.push(roster_subject(
                staff,
                courses.as_ref().ok(),
                organisation,
                &roster_file.shown,
            ));
            collected.saw(ROSTER, Seen::Whole);
        }
        Err(reason) => collected.saw(ROSTER, Seen::Not(reason.clone())),
    }
    match (staff, courses) {
        (Ok(staff), Ok(courses)) => {
            collected.subjects.push(training_subject(
                &staff,
                &courses,
                organisation,
                &trained_file.shown,
            ));
            collected.saw(TRAINING, Seen::Whole);
        }
        (Err(reason), _) | (_, Err(reason)) => collected.saw(TRAINING, Seen::Not(reason)),
    }
    registers::collect(papers, (roster, &asset.shown), cx, &mut collected);
    collected
}

fn roster_subject(
    staff: &Staff,
    courses: Option<&Trainings>,
    organisation: &Organisation,
    shown: &str,
) -> Subject {
    let mut subject = Subject::new(ROSTER, ROSTER).at(Place::new(shown, 0));
    let place = |lines: &[u32]| Place::new(shown, lines.first().copied().unwrap_or(0));
    let mut put = |path: &'static str, value: Value, lines: &[u32]| {
        subject.put(Fact::derived(path, value).at(place(lines)));
    };
    put("rows", count(staff.rows), &[]);
    put("bad_rows", count(staff.bad.len()), &staff.bad);
    put("bad_lines", lines(&staff.bad), &staff.bad);
    put(
        "duplicates",
        count(staff.duplicates.len()),
        &staff.duplicates,
    );
    put(
        "duplicate_lines",
        lines(&staff.duplicates),
        &staff.duplicates,
    );
    if let Some(courses) = courses {
        put("training_rows", count(courses.rows), &[]);
        put("training_bad_rows", count(courses.bad.len()), &[]);
        put("training_bad_lines", lines(&courses.bad), &[]);
        put("training_duplicates", count(courses.duplicates.len()), &[]);
        let unknown = courses
            .people
            .keys()
            .filter(|id| !staff.everyone.contains(*id))
            .count();
        put("trained_not_listed", count(unknown), &[]);
    }
    put("employers", count(staff.employers), &[]);
    put("subcontractor_rows", count(staff.subcontractor_rows), &[]);
    put(
        "subcontractors_expected",
        organisation.subcontractors.into(),
        &[],
    );
    put("has_subcontractors", has_subcontractors(staff), &[]);
    subject
}

/// Are there rows of other employers? Not decidable without that column.
fn has_subcontractors(staff: &Staff) -> Value {
    if staff.names_employers {
        (staff.subcontractor_rows > 0).into()
    } else {
        Value::unseen("ambiguous", NO_EMPLOYER)
    }
}

fn training_subject(
    staff: &Staff,
    courses: &Trainings,
    organisation: &Organisation,
    shown: &str,
) -> Subject {
    let mut subject = Subject::new(TRAINING, TRAINING).at(Place::new(shown, 0));
    let of = |ids: &std::collections::BTreeSet<String>| -> Vec<Trained> {
        ids.iter()
            .map(|id| courses.people.get(id).copied().unwrap_or_default())
            .collect()
    };
    let couriers = of(&staff.couriers);
    let trained = couriers.iter().filter(|t| t.last.is_some()).count();
    let signed = couriers
        .iter()
        .filter(|t| t.last.is_some() && t.signed)
        .count();
    let oldest = couriers.iter().filter_map(|t| t.last).min();
    let doubt = doubt(staff, courses, organisation);
    let unread = unread_trainings(&couriers, courses);
    let all = couriers.len();
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(Place::new(shown, 0)));
    };
    put("active_staff", count(staff.active.len()));
    put("active_couriers", count(all));
    put("active_subcontracted", count(staff.subcontracted));
    put("trained", count(trained));
    put("missing", count(all - trained));
    put("signed", count(signed));
    put("unsigned", count(trained - signed));
    put("other_courses", count(courses.other_courses));
    let unsure = !courses.bad.is_empty() || oldest.is_none();
    let course_doubt = doubt.clone().or_else(|| unread.clone().filter(|_| unsure));
    let oldest = oldest.map_or(Value::Absent, Value::Day);
    put("oldest_course", course_doubt.unwrap_or(oldest));
    put("roster_has_subcontractors", has_subcontractors(staff));
    // Rows that could not be read cannot lower a share that is whole without them.
    let share = |part: usize| {
        let gap = doubt
            .clone()
            .or_else(|| unread.clone().filter(|_| part < all));
        gap.unwrap_or_else(|| percent(part, all))
    };
    put("coverage", share(trained));
    put("signed_coverage", share(signed));
    subject
}

/// Why it cannot be told how many deliver.
fn doubt(staff: &Staff, courses: &Trainings, organisation: &Organisation) -> Option<Value> {
    if !staff.bad.is_empty() {
        let detail = format!("{} rows of the roster could not be read", staff.bad.len());
        return Some(Value::unseen("not-parsed", detail));
    }
    if staff.couriers.is_empty() {
        return Some(Value::unseen(
            "ambiguous",
            "no delivery staff in the roster",
        ));
    }
    if organisation.subcontractors && !staff.names_employers {
        return Some(Value::unseen("ambiguous", NO_EMPLOYER));
    }
    if organisation.subcontractors && staff.subcontractor_rows == 0 {
        return Some(Value::unseen("ambiguous", "no subcontractor rows"));
    }
    // Two lists that share no person were written with different ids.
    if !courses.people.is_empty() && !courses.people.keys().any(|id| staff.everyone.contains(id)) {
        return Some(Value::unseen("ambiguous", "the two lists share no id"));
    }
    None
}

/// Why it cannot be told who of them was trained.
fn unread_trainings(couriers: &[Trained], courses: &Trainings) -> Option<Value> {
    if !courses.bad.is_empty() {
        let detail = format!("{} rows of trainings could not be read", courses.bad.len());
        return Some(Value::unseen("not-parsed", detail));
    }
    let doubtful = couriers
        .iter()
        .filter(|t| t.last.is_none() && t.doubtful)
        .count();
    (doubtful > 0).then(|| {
        let detail = format!("{doubtful} have only courses that do not say what they are about");
        Value::unseen("ambiguous", detail)
    })
}

const ROSTER: &str = "roster";
const TRAINING: &str = "training";
pub(super) const ROSTER_COLUMNS: &[&str] =
    &["id", "name", "role", "employer", "active_from", "active_to"];
pub(super) const ROSTER_NEEDED: &[&str] = &["id", "role"];
pub(super) const TRAINED_COLUMNS: &[&str] = &["id", "name", "course", "date", "signed", "outcome"];
pub(super) const TRAINED_NEEDED: &[&str] = &["id", "date"];
const NO_EMPLOYER: &str = "the roster has no column with the employer";

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
