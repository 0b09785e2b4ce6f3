//! Calendar days. All days of capdo are those of UTC+7, the time of Vietnam.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A calendar day in UTC+7, written `2026-11-23`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

impl Day {
    /// The day with this year, month and day of the month, if there is one.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self)
    }

    /// Reads `2026-11-23`.
    pub fn parse(words: &str) -> Option<Self> {
        // A date in the ISO form only: jiff would take more, and a wrong reading of a date changes a verdict.
        if words.len() != 10 {
            return None;
        }
        words.parse::<Date>().ok().map(Self)
    }

    /// The day on which this moment falls in Vietnam.
    pub fn of(moment: Timestamp) -> Self {
        Self(Offset::constant(7).to_datetime(moment).date())
    }

    /// Days from `earlier` to this day; negative where it lies before.
    pub fn days_since(self, earlier: Day) -> i64 {
        self.0
            .since(earlier.0)
            .map_or(0, |span| i64::from(span.get_days()))
    }

    /// The day `days` later.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.0.checked_add(days.days()).map_or(self, Self)
    }

    /// The same day of the month, `months` later; the last day of that month where it is shorter.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        self.0.checked_add(months.months()).map_or(self, Self)
    }

    /// As Vietnamese texts write it: `23/11/2026`.
    pub fn vi(self) -> String {
        format!(
            "{:02}/{:02}/{}",
            self.0.day(),
            self.0.month(),
            self.0.year()
        )
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_vietnam() {
        let moment: Timestamp = "2026-11-22T17:00:00Z".parse().unwrap();
        assert_eq!(Day::of(moment).to_string(), "2026-11-23");
        assert_eq!(Day::of(moment).vi(), "23/11/2026");
    }

    #[test]
    fn counts() {
        let a = Day::parse("2026-02-27").unwrap();
        assert_eq!(Day::parse("2027-02-28").unwrap().days_since(a), 366);
        assert_eq!(
            Day::parse("2026-08-31").unwrap().plus_months(6).to_string(),
            "2027-02-28"
        );
        assert_eq!(Day::parse("23/11/2026"), None);
        assert_eq!(Day::parse("2026-11-23T00:00:00"), None);
    }
}
