//! A sample of calls: how many left by a number that shows the company's name, each for its waybill, by whom.
//!
//! Numbers, waybills and ids of people are looked at in memory; facts hold counts, shares, days and lines.

use super::bound::Bound;
use super::numbers::{is_mobile, national};
use crate::collect::document::people::Staff;
use crate::collect::document::table::{DayCell, Row, Table, day};
use crate::collect::document::words::{plain, section};
use crate::collect::figures::{count, lines, percent};
use crate::model::{Day, Fact, Place, Subject, Value};
use crate::privacy::{masks, values};

/// The columns that such a list may have.
pub(super) const COLUMNS: &[&str] = &[
    "from_number",
    "to_number",
    "waybill",
    "courier",
    "at",
    "direction",
    "trunk",
];
/// Those that it must have.
pub(super) const NEEDED: &[&str] = &["from_number"];
/// For people.
pub(super) const NAMES: &str = "from";

/// The sample.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Vec<Call>,
    bad: Vec<u32>,
    other: usize,
    columns: Vec<&'static str>,
    strange: bool,
}

/// A call to a customer.
#[derive(Debug)]
struct Call {
    line: u32,
    from: Option<String>,
    trunk: String,
    waybill: bool,
    courier: String,
    at: Option<Day>,
    full_recipient: bool,
}

impl Calls {
    /// Reads the list as it stands on a day: a call after it is no call.
    pub(super) fn of(table: &Table, on: Day) -> Self {
        let mut calls = Self {
            bad: table.bad.clone(),
            columns: table.columns.clone(),
            strange: table.strange,
            ..Self::default()
        };
        for row in &table.rows {
            match direction(row.get("direction")) {
                None => calls.bad.push(row.line),
                Some(false) => calls.other += 1,
                Some(true) => match call(row).filter(|c| c.at.is_none_or(|at| at <= on)) {
                    Some(call) => calls.calls.push(call),
                    None => calls.bad.push(row.line),
                },
            }
        }
        calls.bad.sort_unstable();
        calls
    }

    fn has(&self, column: &'static str) -> bool {
        self.columns.contains(&column)
    }

    /// The subject. `bound` and `staff` are the lists beside it, or why there are none.
    pub(super) fn subject(
        &self,
        bound: Result<&Bound, &Value>,
        staff: Result<&Staff, &Value>,
        shown: &str,
    ) -> Subject {
        let mut subject = Subject::new("caller-calls", "caller-calls").at(Place::new(shown, 0));
        let mut put = |path: &'static str, value: Value| {
            subject.put(Fact::derived(path, value).at(Place::new(shown, 0)));
        };
        put("rows", count(self.calls.len() + self.other));
        put("bad_rows", count(self.bad.len()));
        put("bad_lines", lines(&self.bad));
        put("calls", count(self.calls.len()));
        let days = || self.calls.iter().filter_map(|c| c.at);
        let unknown = || Value::unseen("ambiguous", "the list does not say when");
        put("oldest_call", days().min().map_or_else(unknown, Value::Day));
        put("newest_call", days().max().map_or_else(unknown, Value::Day));
        match bound {
            Ok(bound) => {
                let own: Vec<u32> =
                    self.lines_of(|c| !bound.holds(c.from.as_deref(), &c.trunk, c.at));
                put("through_registered", count(self.calls.len() - own.len()));
                // What a row of numbers that could not be read holds, is not known.
                let share = if bound.is_whole() || own.is_empty() {
                    self.share(self.calls.len() - own.len())
                } else {
                    Value::unseen(
                        "not-parsed",
                        "rows of the list of numbers could not be read",
                    )
                };
                put("share", share);
                put("unregistered_lines", lines(&own));
                let mobile = |c: &Call| {
                    own.binary_search(&c.line).is_ok() && c.from.as_deref().is_some_and(is_mobile)
                };
                put("from_mobile", count(self.lines_of(mobile).len()));
            }
            Err(why) => {
                for path in ["through_registered", "share", "from_mobile"] {
                    put(path, why.clone());
                }
            }
        }
        if self.has("waybill") {
            let without = self.lines_of(|c| !c.waybill);
            put("with_waybill", count(self.calls.len() - without.len()));
            put(
                "waybill_share",
                self.share(self.calls.len() - without.len()),
            );
            put("without_waybill_lines", lines(&without));
        } else {
            let why = Value::unseen("ambiguous", "the list has no column with the waybill");
            put("with_waybill", why.clone());
            put("waybill_share", why);
        }
        self.couriers(staff, &mut put);
        if self.has("to_number") {
            let full = self.lines_of(|c| c.full_recipient);
            put("full_recipients", self.at_least(full.len()));
        } else {
            // Without such a column there is none; in a column that nobody knows there may be.
            let none = if self.strange {
                Value::unseen("ambiguous", "the list has columns that are not known")
            } else {
                count(0)
            };
            put("full_recipients", none);
        }
        subject
    }

    fn couriers(&self, staff: Result<&Staff, &Value>, put: &mut impl FnMut(&'static str, Value)) {
        if !self.has("courier") {
            put(
                "not_in_roster",
                Value::unseen("ambiguous", "the list has no column with the courier"),
            );
            return;
        }
        let staff = match staff {
            Ok(staff) => staff,
            Err(why) => return put("not_in_roster", why.clone()),
        };
        let listed = |c: &Call| match c.at {
            Some(on) => staff.works(&c.courier, on),
            None => staff.everyone.contains(&plain(&c.courier)),
        };
        let missing = self.lines_of(|c| !listed(c));
        let number = if !staff.bad.is_empty() && !missing.is_empty() {
            Value::unseen("not-parsed", "rows of the roster could not be read")
        } else if !self.calls.is_empty() && missing.len() == self.calls.len() {
            Value::unseen("ambiguous", "the two lists share no id")
        } else {
            self.at_least(missing.len())
        };
        put("not_in_roster", number);
        put("not_in_roster_lines", lines(&missing));
    }

    fn lines_of(&self, wanted: impl Fn(&Call) -> bool) -> Vec<u32> {
        self.calls
            .iter()
            .filter(|c| wanted(c))
            .map(|c| c.line)
            .collect()
    }

    /// A share of the calls. Rows that could not be read may be either: where that changes the figure it is not known.
    fn share(&self, part: usize) -> Value {
        let all = self.calls.len() + self.bad.len();
        if self.calls.is_empty() {
            return Value::unseen("ambiguous", "the list has no call to a customer");
        }
        let (low, high) = (percent(part, all), percent(part + self.bad.len(), all));
        if low == high {
            low
        } else {
            Value::unseen(
                "not-parsed",
                format!("{} rows could not be read", self.bad.len()),
            )
        }
    }

    /// A count that rows which could not be read may only raise: none is known only where all were read.
    fn at_least(&self, n: usize) -> Value {
        if n == 0 && !self.bad.is_empty() {
            Value::unseen(
                "not-parsed",
                format!("{} rows could not be read", self.bad.len()),
            )
        } else if self.calls.is_empty() {
            Value::unseen("ambiguous", "the list has no call to a customer")
        } else {
            count(n)
        }
    }
}

/// Is it a call to a customer? A list without directions is one of those.
fn direction(written: &str) -> Option<bool> {
    let written = plain(written);
    if written.is_empty() || section("outgoing").contains(&written) {
        return Some(true);
    }
    section("incoming").contains(&written).then_some(false)
}

fn call(row: &Row) -> Option<Call> {
    let from = row.get("from_number");
    let number = national(from);
    let trunk = row.get("trunk").to_owned();
    // A name of an extension tells nothing without its trunk.
    if number.is_none() && trunk.is_empty() {
        return None;
    }
    let waybill = plain(row.get("waybill"));
    let at = match moment(row.get("at")) {
        DayCell::Blank => None,
        DayCell::Day(day) => Some(day),
        DayCell::Bad => return None,
    };
    let to = row.get("to_number");
    Some(Call {
        line: row.line,
        // An inner extension leaves by its trunk.
        from: number.filter(|n| n.len() > 6 || trunk.is_empty()),
        trunk,
        waybill: is_waybill(&waybill),
        courier: row.get("courier").to_owned(),
        at,
        full_recipient: !values::phones(to).is_empty()
            || !masks::has_mask(to) && national(to).is_some_and(|n| n.len() > 6),
    })
}

/// The number of a parcel has a digit; `không có`, `chưa có mã 1` is none.
fn is_waybill(plain: &str) -> bool {
    const NONE: [&str; 5] = ["khong", "chua", "no", "not", "none"];
    let first = plain.split(' ').next().unwrap_or_default();
    plain.chars().any(|c| c.is_ascii_digit() && c != '0')
        && !NONE.contains(&first)
        && !section("blank").contains(plain)
}

/// The day of `2026-11-01T08:12:33+07:00`, `01/11/2026 08:12`, `08:12 01/11/2026`.
fn moment(written: &str) -> DayCell {
    match day(written) {
        DayCell::Bad => {}
        found @ (DayCell::Blank | DayCell::Day(_)) => return found,
    }
    written
        .split([' ', 'T', ',', '\u{a0}'])
        .map(day)
        .find(|cell| matches!(cell, DayCell::Day(_)))
        .unwrap_or(DayCell::Bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let expected = DayCell::Day(Day::new(2026, 11, 1).unwrap());
        for written in [
            "2026-11-01T08:12:33+07:00",
            "01/11/2026 08:12",
            "08:12 01/11/2026",
            "2026-11-01 08:12:33",
            "1-11-2026",
        ] {
            assert_eq!(moment(written), expected, "{written}");
        }
        assert_eq!(moment("hôm qua"), DayCell::Bad);
        assert_eq!(moment(""), DayCell::Blank);
    }

    #[test]
    fn waybills() {
        for (written, expected) in [
            ("BC123456789VN", true),
            ("138963567225", true),
            ("không có", false),
            ("Chưa có mã", false),
            ("0", false),
            ("", false),
            ("none", false),
        ] {
            assert_eq!(is_waybill(&plain(written)), expected, "{written}");
        }
    }

    #[test]
    fn directions() {
        assert_eq!(direction("Gọi đi"), Some(true));
        assert_eq!(direction(""), Some(true));
        assert_eq!(direction("INBOUND"), Some(false));
        assert_eq!(direction("sideways"), None);
    }
}
