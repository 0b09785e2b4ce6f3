//! Instruments of law and the duties in them, as data with dates.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sanction::Sanction;
use super::{AssetKind, Day, Force, Hosting, Level, LevelSet, Ownership, Size, Text};

/// All instruments and requirements that are loaded, sorted by id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Law {
    /// The day on which the pack was last read against its sources.
    pub reviewed_on: Option<Day>,
    /// Instruments, sorted by id.
    pub instruments: Vec<Instrument>,
    /// Requirements of all instruments, sorted by id.
    pub requirements: Vec<Requirement>,
    /// Provisions on sanctions, sorted by id.
    pub sanctions: Vec<Sanction>,
}

impl Law {
    /// The instrument with this id.
    pub fn instrument(&self, id: &str) -> Option<&Instrument> {
        self.instruments
            .binary_search_by(|i| i.id.as_str().cmp(id))
            .ok()
            .map(|at| &self.instruments[at])
    }

    /// The provision on sanctions with this id.
    pub fn sanction(&self, id: &str) -> Option<&Sanction> {
        self.sanctions
            .binary_search_by(|s| s.id.as_str().cmp(id))
            .ok()
            .map(|at| &self.sanctions[at])
    }

    /// The requirement with this id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .binary_search_by(|r| r.id.as_str().cmp(id))
            .ok()
            .map(|at| &self.requirements[at])
    }
}

/// A law, decree, circular, standard or letter, with the days between which it is in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instrument {
    /// Our id: the prefix of its requirements' ids.
    pub id: String,
    /// Its official number and symbol.
    pub number: String,
    /// What it is.
    pub kind: InstrumentKind,
    /// Its title.
    pub title: Text,
    /// The day it was issued.
    pub issued: Option<Day>,
    /// The first day in force.
    pub in_force_from: Day,
    /// The last day in force.
    pub in_force_to: Option<Day>,
    /// What came in its place.
    pub replaced_by: Vec<String>,
    /// Does letter 509/BTTTT-BC cite it?
    pub cited_by_letter: bool,
    /// Where we read it.
    pub source: String,
    /// How we read it.
    pub reading: Reading,
    /// Doubts, status.
    pub note: Option<Text>,
}

impl Instrument {
    /// Is it in force on this day?
    pub fn in_force(&self, on: Day) -> bool {
        self.in_force_from <= on && self.in_force_to.is_none_or(|to| on <= to)
    }
}

/// What an instrument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InstrumentKind {
    /// Luật.
    Law,
    /// Nghị định.
    Decree,
    /// Thông tư.
    Circular,
    /// Tiêu chuẩn, quy chuẩn.
    Standard,
    /// Công văn.
    Letter,
    /// Quyết định.
    Decision,
    /// Nghị quyết.
    Resolution,
}

/// How we read a text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    /// Not confirmed: never decides.
    Unverified,
    /// In a secondary source: decides, and says so.
    Secondary,
    /// In the text itself.
    Read,
}

/// One duty in an instrument.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Requirement {
    /// Its id, `tcvn14423.log-5`.
    pub id: String,
    /// The id of its instrument.
    pub instrument: String,
    /// The clause at each level, or under level 0 the one place for all levels.
    pub clauses: BTreeMap<u8, String>,
    /// The levels that it binds.
    pub levels: LevelSet,
    /// A short noun phrase.
    pub title: Text,
    /// The duty in our words.
    pub text: Text,
    /// Must or should.
    pub strength: Strength,
    /// How strongly it holds for those whom it binds.
    pub force: Force,
    /// Judged for each system, or once.
    pub scope: Scope,
    /// The kinds of asset that can give evidence.
    pub evidence: Vec<AssetKind>,
    /// Sets of controls, `controls` (all that bear on it) and `attestation`, one of which must be decided whole.
    pub decided_by: Vec<Vec<String>>,
    /// The same duty in the older or newer texts.
    pub corresponds_to: Vec<String>,
    /// How we read it.
    pub reading: Reading,
    /// The first day in force.
    pub in_force_from: Day,
    /// The last day in force.
    pub in_force_to: Option<Day>,
    /// Past this day it must be read again and is undetermined.
    pub valid_to: Option<Day>,
    /// Where it was read, if elsewhere than the instrument.
    pub source: Option<String>,
    /// Provisions on sanctions that may follow.
    pub sanction: Vec<String>,
    /// Doubts about numbers, dates, clauses.
    pub note: Option<Text>,
    /// Numbers that controls take from here.
    pub figures: BTreeMap<String, Figure>,
    /// Whom it binds; everybody where absent.
    pub binds: Option<Binds>,
    /// A time to adapt.
    pub transition: Option<Transition>,
}

impl Requirement {
    /// Is it in force on this day?
    pub fn in_force(&self, on: Day) -> bool {
        self.in_force_from <= on && self.in_force_to.is_none_or(|to| on <= to)
    }

    /// The clause that counts at this level.
    pub fn clause(&self, level: Option<Level>) -> &str {
        level
            .and_then(|l| self.clauses.get(&l.number()))
            .or_else(|| self.clauses.get(&0))
            .or_else(|| self.clauses.values().next())
            .map_or("", String::as_str)
    }
}

/// Must or should; `should` never binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// An order.
    Must,
    /// An example or advice.
    Should,
}

/// For what a duty is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// For each system.
    System,
    /// Once, under the pseudo-system `org`.
    Organisation,
}

/// A number of the law, by level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Its unit.
    pub unit: FigureUnit,
    /// Its value at each level.
    pub values: BTreeMap<u8, i64>,
    /// How strongly it holds.
    pub force: Force,
    /// Doubts.
    pub note: Option<Text>,
}

/// The unit of a figure or parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FigureUnit {
    /// Calendar days.
    Days,
    /// Calendar months.
    Months,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
    /// How many.
    Count,
    /// Characters.
    Chars,
    /// Classes of characters.
    Classes,
    /// Kilometres.
    Km,
    /// Of a hundred.
    Percent,
    /// Bits of a key.
    Bits,
}

impl FigureUnit {
    /// The same amount in another unit, where one follows from the other. A month counts 30 days, a full
    /// year 365.
    pub fn convert(self, value: i64, to: FigureUnit) -> Option<i64> {
        let seconds = |unit| match unit {
            Self::Seconds => Some(1),
            Self::Minutes => Some(60),
            Self::Hours => Some(3600),
            Self::Days => Some(86_400),
            Self::Months
            | Self::Count
            | Self::Chars
            | Self::Classes
            | Self::Km
            | Self::Percent
            | Self::Bits => None,
        };
        if self == to {
            return Some(value);
        }
        if self == Self::Months {
            return Self::Days.convert(value / 12 * 365 + value % 12 * 30, to);
        }
        let (from, into): (i64, i64) = (seconds(self)?, seconds(to)?);
        let total = value.checked_mul(from)?;
        (total % into == 0).then_some(total / into)
    }
}

/// Whom a requirement binds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binds {
    /// One of these suffices.
    pub any: Vec<Condition>,
    /// What it is for those it does not bind.
    pub otherwise: Otherwise,
    /// Why, with the article.
    pub reason: Text,
}

/// Facts of an organisation and a system that must all hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Is it an online service?
    pub online_service: Option<bool>,
    /// Who owns the organisation.
    pub ownership: Option<Ownership>,
    /// Where the system stands.
    pub hosting: Option<Vec<Hosting>>,
    /// How large the organisation is.
    pub size: Option<Vec<Size>>,
    /// Does the system hold sensitive personal data? Yes, where the inventory does not count.
    pub sensitive_data: Option<bool>,
    /// At least so many people's data in all systems together. Held, where the inventory does not count.
    pub people_at_least: Option<u64>,
}

/// What a requirement is for those it does not bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// Advice: a remark at most.
    Suggested,
    /// No duty at all.
    Exempt,
}

/// A time in which a gap may still be closed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The last day.
    pub until: Day,
    /// For whom.
    pub applies_if: AppliesIf,
    /// The article.
    pub basis: Text,
}

/// For which systems a transition holds: all keys that are given must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AppliesIf {
    /// The level was decided before this day.
    pub levelled_before: Option<Day>,
    /// The system was being built before this day and had not gone live.
    pub investment_before: Option<Day>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_become_days() {
        let days = |months| FigureUnit::Months.convert(months, FigureUnit::Days);
        assert_eq!(
            [days(1), days(3), days(6), days(12)],
            [Some(30), Some(90), Some(180), Some(365)]
        );
        assert_eq!(
            FigureUnit::Hours.convert(12, FigureUnit::Seconds),
            Some(43_200)
        );
        assert_eq!(
            FigureUnit::Minutes.convert(15, FigureUnit::Seconds),
            Some(900)
        );
        assert_eq!(FigureUnit::Count.convert(1, FigureUnit::Days), None);
    }
}
