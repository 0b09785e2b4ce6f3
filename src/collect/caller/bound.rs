//! The numbers that carriers bound to brand names.

use std::collections::{BTreeMap, BTreeSet};

use super::numbers::Span;
use super::register::{self, Register};
use crate::collect::document::table::{DayCell, Row, Table, day};
use crate::collect::document::words::{has_phrase, plain};
use crate::collect::figures::{count, lines};
use crate::model::{Day, Fact, Place, Subject, Value};

/// The columns that such a list may have.
pub(super) const COLUMNS: &[&str] = &[
    "bound_to",
    "number",
    "telco",
    "trunk",
    "active_from",
    "active_to",
];
/// Those that it must have.
pub(super) const NEEDED: &[&str] = &["number", "bound_to"];
/// For people.
pub(super) const NAMES: &str = "number, brandname";

/// The carriers that serve nearly all telephones of the country.
const LARGE: [&str; 3] = ["viettel", "vnpt", "mobifone"];
const CARRIERS: [&str; 6] = [
    "viettel",
    "vnpt",
    "mobifone",
    "vietnamobile",
    "gmobile",
    "other",
];

/// The list.
#[derive(Debug, Default)]
pub(super) struct Bound {
    rows: Vec<Binding>,
    bad: Vec<u32>,
    names_carriers: bool,
}

#[derive(Debug)]
struct Binding {
    line: u32,
    span: Span,
    name: String,
    carrier: Option<&'static str>,
    trunk: String,
    from: Option<Day>,
    to: Option<Day>,
}

impl Binding {
    fn counts(&self, on: Day) -> bool {
        self.from.is_none_or(|day| day <= on) && self.to.is_none_or(|day| on <= day)
    }
}

impl Bound {
    /// Reads the list.
    pub(super) fn of(table: &Table) -> Self {
        let mut bound = Self {
            bad: table.bad.clone(),
            names_carriers: table.columns.contains(&"telco"),
            ..Self::default()
        };
        for row in &table.rows {
            match binding(row) {
                Some(binding) => bound.rows.push(binding),
                None => bound.bad.push(row.line),
            }
        }
        bound.bad.sort_unstable();
        bound
    }

    /// Was the number, or the trunk, bound to a brand name on the day?
    pub(super) fn holds(&self, number: Option<&str>, trunk: &str, on: Option<Day>) -> bool {
        let trunk = plain(trunk);
        self.rows.iter().any(|row| {
            let here = number.is_some_and(|n| row.span.holds(n))
                || number.is_none() && !trunk.is_empty() && row.trunk == trunk;
            here && on.is_none_or(|on| row.counts(on))
        })
    }

    /// Could every row be read?
    pub(super) fn is_whole(&self) -> bool {
        self.bad.is_empty()
    }

    /// How many numbers, or blocks of them, each brand name has on the day.
    pub(super) fn by_name(&self, on: Day) -> BTreeMap<String, usize> {
        let mut by_name = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.counts(on)) {
            *by_name.entry(row.name.clone()).or_default() += 1;
        }
        by_name
    }

    /// The subject. `register` is the list of brand names, or why there is none.
    pub(super) fn subject(
        &self,
        register: Result<&Register, &Value>,
        on: Day,
        shown: &str,
    ) -> Subject {
        let mut subject = Subject::new("caller-numbers", "caller-numbers").at(Place::new(shown, 0));
        let mut put = |path: &'static str, value: Value| {
            subject.put(Fact::derived(path, value).at(Place::new(shown, 0)));
        };
        let current: Vec<&Binding> = self.rows.iter().filter(|row| row.counts(on)).collect();
        put("rows", count(self.rows.len()));
        put("bad_rows", count(self.bad.len()));
        put("bad_lines", lines(&self.bad));
        put("current", count(current.len()));
        let twice = twice(&current);
        put("duplicates", count(twice.len()));
        put("duplicate_lines", lines(&twice));
        match register {
            Ok(register) => {
                let of = |wanted: Option<bool>| -> Vec<u32> {
                    let rows = current
                        .iter()
                        .filter(|r| register.counts(&r.name, on) == wanted);
                    rows.map(|r| r.line).collect()
                };
                let (loose, unclear) = (of(Some(false)), of(None));
                let number = match (loose.is_empty(), unclear.is_empty()) {
                    (true, false) => Value::unseen(
                        "ambiguous",
                        "the register does not say whether a name counts",
                    ),
                    (false, _) | (true, true) => count(loose.len()),
                };
                put("unregistered", number);
                put("unregistered_lines", lines(&loose));
            }
            Err(why) => put("unregistered", why.clone()),
        }
        let carriers: BTreeSet<&str> = current.iter().filter_map(|r| r.carrier).collect();
        let missing: Vec<Value> = LARGE
            .iter()
            .filter(|c| !carriers.contains(*c))
            .map(|c| Value::from(*c))
            .collect();
        let list: Vec<Value> = carriers.iter().map(|c| Value::from(*c)).collect();
        if !self.names_carriers {
            let why = || Value::unseen("ambiguous", "the list has no column with the carrier");
            put("carriers", why());
            put("large_carriers_missing", why());
        } else if self.bad.is_empty() && current.iter().all(|r| r.carrier.is_some()) {
            put("carriers", Value::list(list));
            put("large_carriers_missing", Value::list(missing));
        } else {
            put("carriers", Value::partial_list(list));
            let unclear = Value::unseen("ambiguous", "rows with a carrier that is not known");
            let all_there = missing.is_empty();
            put(
                "large_carriers_missing",
                if all_there { Value::list([]) } else { unclear },
            );
        }
        subject
    }
}

/// Lines whose number an earlier line of the day binds to another name. The list is sorted, so that neighbours meet.
fn twice(rows: &[&Binding]) -> Vec<u32> {
    let mut sorted: Vec<&&Binding> = rows.iter().collect();
    sorted.sort_by(|a, b| (&a.span, a.line).cmp(&(&b.span, b.line)));
    let mut found: Vec<u32> = sorted
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] if a.span.meets(&b.span) && a.name != b.name => Some(b.line),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found
}

fn binding(row: &Row) -> Option<Binding> {
    let read = |column: &str| match day(row.get(column)) {
        DayCell::Blank => Some(None),
        DayCell::Day(day) => Some(Some(day)),
        DayCell::Bad => None,
    };
    let name = register::key(row.get("bound_to"));
    if name.is_empty() {
        return None;
    }
    Some(Binding {
        line: row.line,
        span: Span::parse(row.get("number"))?,
        name,
        carrier: CARRIERS
            .into_iter()
            .find(|c| has_phrase(row.get("telco"), &format!("carrier.{c}"))),
        trunk: plain(row.get("trunk")),
        from: read("active_from")?,
        to: read("active_to")?,
    })
}
