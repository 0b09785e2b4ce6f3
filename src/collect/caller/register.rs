//! The register of brand names: what is written of each, and whether it may be shown on a call today.
//!
//! NĐ 91/2020 Điều 23 (at most 11 characters, 3 years) was read in the press only: it makes suggestions, no duties.

use std::collections::BTreeMap;

use crate::collect::document::table::{DayCell, Row, Table, day};
use crate::collect::document::words::{plain, says};
use crate::collect::figures::{count, lines};
use crate::model::{Day, Fact, Period, Place, Subject, Value};
use crate::privacy::values;

/// The columns that such a list may have.
pub(super) const COLUMNS: &[&str] = &[
    "brandname",
    "holder_tax",
    "issued",
    "expires",
    "usage",
    "status",
];
/// Those that it must have.
pub(super) const NEEDED: &[&str] = &["brandname"];
/// For people.
pub(super) const NAMES: &str = "brandname";

/// The longest brand name.
const MAX_CHARS: usize = 11;
/// How long a brand name counts where the list says only when it was granted.
const MONTHS: i64 = 36;

/// The register.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) names: Vec<Name>,
    bad: Vec<u32>,
    duplicates: Vec<u32>,
}

/// One brand name.
#[derive(Debug)]
pub(super) struct Name {
    line: u32,
    /// As it is compared: lower case.
    pub(super) key: String,
    written: String,
    form: bool,
    issued: Option<Day>,
    expires: Option<Day>,
    holder: Holder,
    for_calls: Option<bool>,
    revoked: Option<bool>,
}

/// Whose it is, by its tax code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// The company's own.
    Own,
    /// Of somebody else.
    Other,
    /// The list does not say.
    NotSaid,
    /// The inventory does not say what the company's own is.
    NotKnown,
}

impl Register {
    /// Reads the list. `own` is the company's tax code.
    pub(super) fn of(table: &Table, own: Option<&str>) -> Self {
        let mut register = Self {
            bad: table.bad.clone(),
            ..Self::default()
        };
        for row in &table.rows {
            let Some(name) = name(row, own) else {
                register.bad.push(row.line);
                continue;
            };
            if register.names.iter().any(|n| n.key == name.key) {
                register.duplicates.push(row.line);
            }
            register.names.push(name);
        }
        register.bad.sort_unstable();
        register
    }

    /// May a call show this name on the day? `None` where the list does not tell.
    pub(super) fn counts(&self, key: &str, on: Day) -> Option<bool> {
        let mut unclear = false;
        for name in self.names.iter().filter(|n| n.key == key) {
            match name.counts(on) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unclear = true,
            }
        }
        // A row that could not be read may be this name.
        (!unclear && self.bad.is_empty()).then_some(false)
    }

    /// The subject of the list as a whole.
    pub(super) fn subject(&self, on: Day, shown: &str) -> Subject {
        let mut subject =
            Subject::new("brandname-register", "brandname-register").at(Place::new(shown, 0));
        let mut put = |path: &'static str, value: Value| {
            subject.put(Fact::derived(path, value).at(Place::new(shown, 0)));
        };
        put("rows", count(self.names.len()));
        put("bad_rows", count(self.bad.len()));
        put("bad_lines", lines(&self.bad));
        put("duplicates", count(self.duplicates.len()));
        put("duplicate_lines", lines(&self.duplicates));
        let sure = self
            .names
            .iter()
            .filter(|n| n.counts(on) == Some(true))
            .count();
        let unclear = self.names.iter().any(|n| n.counts(on).is_none());
        put(
            "valid_names",
            match sure {
                0 if !self.bad.is_empty() => Value::unseen(
                    "not-parsed",
                    format!("{} rows could not be read", self.bad.len()),
                ),
                0 if unclear => {
                    Value::unseen("ambiguous", "the list does not say whether the name counts")
                }
                sure => count(sure),
            },
        );
        subject
    }

    /// One subject for each name. `bound` counts the numbers of each, where a list of numbers was read.
    pub(super) fn subjects(
        &self,
        on: Day,
        shown: &str,
        bound: Result<&BTreeMap<String, usize>, &Value>,
    ) -> Vec<Subject> {
        let subject = |name: &Name| {
            let numbers = match bound {
                Ok(bound) => count(bound.get(&name.key).copied().unwrap_or(0)),
                Err(why) => why.clone(),
            };
            name.subject(on, shown, numbers)
        };
        self.names.iter().map(subject).collect()
    }
}

impl Name {
    fn counts(&self, on: Day) -> Option<bool> {
        let in_date = self.expires.map(|day| day >= on);
        let begun = self.issued.is_none_or(|day| day <= on);
        let all = [
            Some(self.form),
            Some(begun),
            in_date,
            self.for_calls,
            self.revoked.map(|r| !r),
            match self.holder {
                Holder::Other => Some(false),
                Holder::Own | Holder::NotSaid | Holder::NotKnown => Some(true),
            },
        ];
        if all.contains(&Some(false)) {
            return Some(false);
        }
        all.iter().all(Option::is_some).then_some(true)
    }

    fn subject(&self, on: Day, shown: &str, numbers: Value) -> Subject {
        let place = Place::new(shown, self.line);
        // A brand name is public; what has not its form may be anything, and is not shown.
        let id = if self.form && values::classes(&self.written).is_empty() {
            format!("brandname[{}]", self.written)
        } else {
            format!("brandname[line {}]", self.line)
        };
        let mut subject = Subject::new("brandname", id).at(place.clone());
        let mut put = |path: &'static str, value: Value| {
            subject.put(Fact::derived(path, value).at(place.clone()))
        };
        put("form_valid", self.form.into());
        put("length", count(self.written.chars().count()));
        let not_said =
            |what: &str| Value::unseen("ambiguous", format!("the list does not say {what}"));
        put(
            "issued",
            self.issued
                .map_or_else(|| not_said("when it was granted"), Value::Day),
        );
        let days_left = |end: Day| Value::Int(end.days_since(on));
        put(
            "expires",
            self.expires
                .map_or_else(|| not_said("when it ends"), Value::Day),
        );
        put(
            "days_left",
            self.expires
                .map_or_else(|| not_said("when it ends"), days_left),
        );
        put(
            "valid_days",
            match (self.issued, self.expires) {
                (Some(from), Some(to)) => Value::Int(to.days_since(from)),
                (None, _) | (_, None) => not_said("from when to when it counts"),
            },
        );
        put(
            "holder_is_company",
            match self.holder {
                Holder::Own => true.into(),
                Holder::Other => false.into(),
                Holder::NotSaid => not_said("the tax code of the holder"),
                Holder::NotKnown => Value::unseen(
                    "not_asked",
                    "the inventory has no tax_code of the organisation",
                ),
            },
        );
        put(
            "for_calls",
            self.for_calls
                .map_or_else(|| not_said("what it is for"), Value::Bool),
        );
        put(
            "revoked",
            self.revoked
                .map_or_else(|| not_said("its state"), Value::Bool),
        );
        put("numbers", numbers);
        subject
    }
}

/// As it is compared: the national system does not tell cases apart.
pub(super) fn key(written: &str) -> String {
    written.trim().to_lowercase()
}

fn name(row: &Row, own: Option<&str>) -> Option<Name> {
    let written = row.get("brandname");
    if written.is_empty() {
        return None;
    }
    let read = |column: &str| match day(row.get(column)) {
        DayCell::Blank => Some(None),
        DayCell::Day(day) => Some(Some(day)),
        DayCell::Bad => None,
    };
    let (issued, expires) = (read("issued")?, read("expires")?);
    let expires = expires.or_else(|| issued.map(|day| Period::Months(MONTHS).last_day(day)));
    Some(Name {
        line: row.line,
        key: key(written),
        written: written.to_owned(),
        form: has_form(written),
        issued,
        expires,
        holder: holder(row.get("holder_tax"), own),
        for_calls: for_calls(row.get("usage")),
        revoked: revoked(row.get("status")),
    })
}

/// At most 11 Latin letters, digits, `-` `_` `.` and spaces, not digits alone.
fn has_form(written: &str) -> bool {
    let written = written.trim();
    (1..=MAX_CHARS).contains(&written.chars().count())
        && written
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '))
        && written.chars().any(|c| c.is_ascii_alphabetic())
}

/// Compares tax codes by their ten digits; a branch (`-001`) is the company.
fn holder(written: &str, own: Option<&str>) -> Holder {
    let Some(own) = own else {
        return Holder::NotKnown;
    };
    let digits = |code: &str| -> String {
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        // Spreadsheets take the leading 0 away.
        let digits = if digits.len() == 9 {
            format!("0{digits}")
        } else {
            digits
        };
        digits.chars().take(10).collect()
    };
    match digits(written) {
        code if code.is_empty() => Holder::NotSaid,
        code if code == digits(own) => Holder::Own,
        _ => Holder::Other,
    }
}

/// A list of brand names for calls that does not say more is one of names for calls.
fn for_calls(written: &str) -> Option<bool> {
    if plain(written).is_empty() {
        return Some(true);
    }
    match (says(written, "voice"), says(written, "text")) {
        (Some(voice), _) => Some(voice),
        (None, Some(true)) => Some(false),
        (None, Some(false) | None) => None,
    }
}

fn revoked(written: &str) -> Option<bool> {
    if plain(written).is_empty() {
        return Some(false);
    }
    match (says(written, "revoked"), says(written, "granted")) {
        (Some(true), _) | (_, Some(false)) => Some(true),
        (Some(false) | None, Some(true)) => Some(false),
        (Some(false) | None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (name, good) in [
            ("VietNamPost", true),
            ("BC MAU", true),
            ("A-1_b.c", true),
            ("BuuChinhMau1", false),
            ("19001234", false),
            ("Bưu chính", false),
            ("", false),
        ] {
            assert_eq!(has_form(name), good, "{name}");
        }
    }

    #[test]
    fn states_and_holders() {
        assert_eq!(revoked("Đã thu hồi"), Some(true));
        assert_eq!(revoked("Còn hiệu lực"), Some(false));
        assert_eq!(revoked("Hết hiệu lực"), Some(true));
        assert_eq!(revoked("xyz"), None);
        for gone in [
            "Không còn hiệu lực",
            "Chưa có hiệu lực",
            "Chưa hoạt động",
            "no longer valid",
            "Không hoạt động",
        ] {
            assert_eq!(revoked(gone), Some(true), "{gone}");
        }
        assert_eq!(revoked("Chưa thu hồi, đang hoạt động"), Some(false));
        assert_eq!(revoked("Chưa thu hồi"), None);
        let text_only = "Tin nhắn (không dùng cho thoại)";
        assert_eq!(for_calls(text_only), Some(false));
        assert_eq!(for_calls("no voice"), Some(false));
        assert_eq!(for_calls("Thoại, không SMS"), Some(true));
        assert_eq!(for_calls("Thoại, SMS"), Some(true));
        assert_eq!(for_calls("Tin nhắn"), Some(false));
        assert_eq!(holder("0100109106-001", Some("0100109106")), Holder::Own);
        assert_eq!(holder("100109106", Some("0100109106")), Holder::Own);
        assert_eq!(holder("0402230476", Some("0100109106")), Holder::Other);
    }
}
