//! Who delivers, who was trained: two tables joined by the id of a person.
//!
//! Pure. A row that could not be read makes what depends on it uncertain, never better.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{DayCell, Row, Table, day};
use super::words::{bare_company, has_phrase, plain, says, section};
use crate::model::{Day, Organisation};

/// What the list of staff says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::collect) struct Staff {
    /// Ids of the delivery staff who work on the day.
    pub(in crate::collect) couriers: BTreeSet<String>,
    /// Ids of all who work on the day.
    pub(in crate::collect) active: BTreeSet<String>,
    /// Ids of all who ever worked.
    pub(in crate::collect) everyone: BTreeSet<String>,
    /// Rows that were read.
    pub(in crate::collect) rows: usize,
    /// Lines that could not be read.
    pub(in crate::collect) bad: Vec<u32>,
    /// Lines whose person stands on an earlier line for the same time.
    pub(in crate::collect) duplicates: Vec<u32>,
    /// Is there a column with the employer?
    pub(in crate::collect) names_employers: bool,
    /// How many employers there are, the company itself included.
    pub(in crate::collect) employers: usize,
    /// Delivery staff on the day whose employer is another company.
    pub(in crate::collect) subcontracted: usize,
    /// Rows whose employer is another company.
    pub(in crate::collect) subcontractor_rows: usize,
    /// From when to when each worked, by id.
    pub(in crate::collect) spans: BTreeMap<String, Vec<(Day, Day)>>,
}

impl Staff {
    /// Did this person work on the day? The id however it is spaced and capitalised.
    pub(in crate::collect) fn works(&self, id: &str, on: Day) -> bool {
        let spans = self.spans.get(&plain(id));
        spans.is_some_and(|spans| spans.iter().any(|(from, to)| *from <= on && on <= *to))
    }
}

/// Reads the list of staff.
pub(in crate::collect) fn staff(table: &Table, organisation: &Organisation, on: Day) -> Staff {
    let mut staff = Staff {
        bad: table.bad.clone(),
        names_employers: table.columns.contains(&"employer"),
        ..Staff::default()
    };
    let own = Own::of(organisation);
    let mut employers: BTreeSet<Option<String>> = BTreeSet::new();
    let mut names: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut roles: BTreeMap<&str, bool> = BTreeMap::new();
    let mut spans: BTreeMap<String, Vec<(Day, Day)>> = BTreeMap::new();
    for row in &table.rows {
        let (id, Some((from, to))) = (person(row), span(row)) else {
            staff.bad.push(row.line);
            continue;
        };
        if id.is_empty() || row.get("role").is_empty() {
            staff.bad.push(row.line);
            continue;
        }
        staff.rows += 1;
        let earlier = spans.entry(id.clone()).or_default();
        // Bounded, so that a file with one person a million times ends.
        if (earlier.iter().take(MAX_SPANS)).any(|(f, t)| *f <= to && from <= *t) {
            staff.duplicates.push(row.line);
        }
        earlier.push((from, to));
        // The same few employers and roles stand on every row.
        let employer = row.get("employer");
        let bare = names.entry(employer).or_insert_with(|| {
            let outside = !own.is(employer);
            outside.then(|| bare_company(employer))
        });
        let subcontracted = bare.is_some();
        staff.subcontractor_rows += usize::from(subcontracted);
        employers.insert(bare.clone());
        let role = row.get("role");
        let courier = *roles
            .entry(role)
            .or_insert_with(|| has_phrase(role, "role"));
        if from <= on && on <= to {
            if courier && staff.couriers.insert(id.clone()) {
                staff.subcontracted += usize::from(subcontracted);
            }
            staff.active.insert(id.clone());
        }
        staff.everyone.insert(id);
    }
    staff.employers = employers.len();
    staff.spans = spans;
    staff.bad.sort_unstable();
    staff
}

/// The names of the company itself.
struct Own([String; 2]);

impl Own {
    fn of(organisation: &Organisation) -> Self {
        Self([
            bare_company(&organisation.name.vi),
            bare_company(&organisation.name.en),
        ])
    }

    /// Is this the company, a branch that bears its name, or a department of it?
    fn is(&self, employer: &str) -> bool {
        let bare = bare_company(employer);
        let named =
            |own: &String| !own.is_empty() && format!(" {bare} ").contains(&format!(" {own} "));
        // A column "đơn vị" often has post offices and teams: those are no other company.
        let department = bare == plain(employer)
            && has_phrase(employer, "department")
            && !has_phrase(employer, "outside");
        bare.is_empty() || department || self.0.iter().any(named)
    }
}

/// The days between which the row says that the person works.
pub(in crate::collect) fn span(row: &Row) -> Option<(Day, Day)> {
    let from = match day(row.get("active_from")) {
        DayCell::Blank => Day::new(1900, 1, 1),
        DayCell::Day(day) => Some(day),
        DayCell::Bad => None,
    }?;
    let to = match day(row.get("active_to")) {
        DayCell::Blank => Day::new(9999, 12, 31),
        DayCell::Day(day) => Some(day),
        DayCell::Bad => None,
    }?;
    (from <= to).then_some((from, to))
}

/// The id of the person in a row, however it is spaced and capitalised.
fn person(row: &Row) -> String {
    plain(row.get("id"))
}

/// What the list of trainings says of one person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::collect) struct Trained {
    /// The last course on confidentiality up to the day.
    pub(in crate::collect) last: Option<Day>,
    /// Was one of these courses signed?
    pub(in crate::collect) signed: bool,
    /// There is a row that may be such a course, but cannot be told.
    pub(in crate::collect) doubtful: bool,
}

/// All that the list of trainings says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::collect) struct Trainings {
    /// By the id of the person.
    pub(in crate::collect) people: BTreeMap<String, Trained>,
    /// Rows that were read.
    pub(in crate::collect) rows: usize,
    /// Lines that could not be read.
    pub(in crate::collect) bad: Vec<u32>,
    /// Lines that say the same as an earlier one.
    pub(in crate::collect) duplicates: Vec<u32>,
    /// Rows of courses whose name does not say that they are about confidentiality.
    pub(in crate::collect) other_courses: usize,
}

/// Reads the list of trainings.
pub(in crate::collect) fn trainings(table: &Table, on: Day) -> Trainings {
    let mut all = Trainings {
        bad: table.bad.clone(),
        ..Trainings::default()
    };
    let has_course = table.columns.contains(&"course");
    let has_outcome = table.columns.contains(&"outcome");
    let mut seen: BTreeSet<Row> = BTreeSet::new();
    for row in &table.rows {
        let id = person(row);
        if id.is_empty() {
            all.bad.push(row.line);
            continue;
        }
        let same = Row {
            line: 0,
            ..row.clone()
        };
        if !seen.insert(same) {
            all.duplicates.push(row.line);
            continue;
        }
        let person = all.people.entry(id).or_default();
        let (DayCell::Day(held), Some(signed)) = (day(row.get("date")), answer(row.get("signed")))
        else {
            person.doubtful = true;
            all.bad.push(row.line);
            continue;
        };
        all.rows += 1;
        // A course that lies ahead has trained nobody yet.
        if held > on {
            continue;
        }
        let course = row.get("course");
        let held_at_all = !has_phrase(course, "void");
        if has_course && !(held_at_all && says(course, "course") == Some(true)) {
            all.other_courses += 1;
            person.doubtful = true;
            continue;
        }
        // Who was entered for a course, stayed away or failed was not trained by it.
        match has_outcome.then(|| finished(row.get("outcome"))) {
            Some(Some(false)) => continue,
            Some(None) => {
                person.doubtful = true;
                continue;
            }
            None | Some(Some(true)) => {}
        }
        person.last = person.last.max(Some(held));
        person.signed |= signed;
    }
    all.bad.sort_unstable();
    all
}

/// Did the person finish the course, as a column of results or states tells it? `None` where it does not say.
fn finished(cell: &str) -> Option<bool> {
    if has_phrase(cell, "undone") {
        return Some(false);
    }
    let done = says(cell, "done");
    done.or_else(|| answer(cell).filter(|_| !plain(cell).is_empty()))
}

/// Yes or no; blank is no; `None` where it is neither.
pub(super) fn answer(cell: &str) -> Option<bool> {
    let cell = plain(cell);
    if cell.is_empty() || section("no").contains(&cell) || section("blank").contains(&cell) {
        return Some(false);
    }
    section("yes").contains(&cell).then_some(true)
}

const MAX_SPANS: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collect::document::table::read;
    use crate::model::{Ownership, Size, Text};

    proptest! {
        #[test]
        fn counts_stay_within_the_lists(
            roster in "(([a-c]|),(courier|clerk|),[a-z \"]{0,4},(2026-01-01|1/2/2026|soon|)\n){0,12}",
            trained in "(([a-d]|),(privacy|other|),(2026-01-01|2027-01-01|soon|),(yes|no|maybe|)\n){0,12}",
        ) {
            let organisation = Organisation {
                name: Text::same("Sample Postal JSC"),
                tax_code: None,
                ownership: Ownership::Private,
                size: Size::Large,
                subcontractors: true,
            };
            let on = Day::new(2026, 11, 23).unwrap();
            let columns = ["id", "role", "employer", "active_from", "course", "date", "signed"];
            let roster = read(&format!("id,role,employer,active_from\n{roster}"), &columns, &["id"], "id").unwrap();
            let trained = read(&format!("id,course,date,signed\n{trained}"), &columns, &["id"], "id").unwrap();
            let staff = staff(&roster, &organisation, on);
            let courses = trainings(&trained, on);
            prop_assert!(staff.couriers.is_subset(&staff.active) && staff.active.is_subset(&staff.everyone));
            prop_assert!(staff.subcontracted <= staff.couriers.len());
            prop_assert!(staff.rows + staff.bad.len() == roster.rows.len() + roster.bad.len());
            prop_assert!(courses.people.values().all(|t| t.last.is_none_or(|day| day <= on)));
        }
    }

    #[test]
    fn one_person_many_times_ends() {
        let rows = "x,courier\n".repeat(50_000);
        let table = read(&format!("id,role\n{rows}"), &["id", "role"], &["id"], "id").unwrap();
        let organisation = Organisation {
            name: Text::same("a"),
            tax_code: None,
            ownership: Ownership::Private,
            size: Size::Large,
            subcontractors: false,
        };
        let staff = staff(&table, &organisation, Day::new(2026, 11, 23).unwrap());
        assert_eq!((staff.couriers.len(), staff.duplicates.len()), (1, 49_999));
    }
}
