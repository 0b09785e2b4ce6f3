//! The level that the law demands of a system, as far as the inventory tells it: every line of the table of
//! criteria with its answer, the one that decides, and what is not told.

use std::collections::BTreeSet;

use super::criteria::{Answer, Measure, Row, TABLE, Test, answer};
use crate::model::{Day, Force, Law, Level, Reading, Regime, Requirement, System, Text};

/// The share of a figure, in percent, from which a count is near it.
const NEAR: u64 = 80;
/// The law whose first day ended the levelling under the older texts, and kept the levels decided before.
const KEEPS_LEVELS: &str = "l116";

/// A level and the provision that demands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demanded {
    /// The level.
    pub level: Level,
    /// How strongly.
    pub force: Force,
    /// The requirement that demands it.
    pub requirement: String,
    /// The provision and the counts, in words.
    pub because: Text,
}

/// A system before the criteria of one decree.
#[derive(Debug, Clone)]
pub struct Classification {
    /// The decree whose criteria were asked.
    pub instrument: Option<String>,
    /// Does it bind on the day? Where not, the answer is that of its first day, to prepare for.
    pub in_force: bool,
    /// Its first day, where it does not bind yet.
    pub from: Option<Day>,
    /// Every line of the table, highest level first.
    pub branches: Vec<Branch>,
    /// The highest level that a line gives.
    pub level: Option<Level>,
    /// The highest level that a line gives without interpretation.
    pub firm: Option<Level>,
    /// The highest level that what is not told could still give, where it is above.
    pub up_to: Option<Level>,
    /// What the inventory does not tell and that could change the level.
    pub missing: Vec<&'static str>,
    /// Was the level decided under the older law, and so stays (Law 116/2025 Art. 45.1)?
    pub kept: bool,
}

/// One line of the table with its answer.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The level that it gives.
    pub level: Level,
    /// The requirement.
    pub requirement: String,
    /// Instrument and clause.
    pub reference: String,
    /// The answer.
    pub outcome: Outcome,
    /// How firm the line is.
    pub force: Force,
    /// The counts against the figures, where it has some.
    pub measures: Vec<Measure>,
    /// Is this the line that decides?
    pub decides: bool,
}

/// The answer to one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It gives its level.
    Met,
    /// It does not.
    NotMet,
    /// The inventory does not tell these keys.
    Open(Vec<&'static str>),
    /// Past this day its text must be read again.
    Reread(Day),
    /// No inventory can tell: a risk assessment, or a decision from above.
    Outside,
}

/// A count and the figure above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearness {
    /// The requirement with the figure.
    pub requirement: String,
    /// The level from the figure on.
    pub level: Level,
    /// The count and the figure.
    pub measure: Measure,
    /// Of a hundred.
    pub percent: u64,
    /// Near enough to be told.
    pub warn: bool,
}

impl Classification {
    /// The line that decides.
    pub fn deciding(&self) -> Option<&Branch> {
        self.branches.iter().find(|b| b.decides)
    }

    /// How near the counts are to the figures that they have not reached, above the level that is sure.
    pub fn nearness(&self) -> Vec<Nearness> {
        let lines = self
            .branches
            .iter()
            .filter(|b| b.outcome == Outcome::NotMet);
        let upper = lines.filter(|b| self.firm.is_none_or(|level| b.level > level));
        upper
            .flat_map(|b| {
                b.measures
                    .iter()
                    .filter(|m| m.count < m.limit)
                    .map(move |m| (b, m))
            })
            .map(|(b, m)| {
                let percent = m.count.saturating_mul(100) / m.limit.max(1);
                Nearness {
                    requirement: b.requirement.clone(),
                    level: b.level,
                    measure: m.clone(),
                    percent,
                    warn: percent >= NEAR,
                }
            })
            .collect()
    }
}

/// What the criteria of the day say of a system.
pub fn classify(law: &Law, system: &System, on: Day) -> Classification {
    let lines: Vec<(&Row, &Requirement)> = TABLE
        .iter()
        .filter_map(|row| Some((row, law.requirement(row.requirement)?)))
        .collect();
    let today = lines
        .iter()
        .find(|(_, r)| r.in_force(on))
        .map(|(_, r)| (r.instrument.clone(), on));
    let coming = || {
        let later = lines.iter().filter(|(_, r)| r.in_force_from > on);
        later
            .min_by_key(|(_, r)| r.in_force_from)
            .map(|(_, r)| (r.instrument.clone(), r.in_force_from))
    };
    let in_force = today.is_some();
    let Some((instrument, day)) = today.or_else(coming) else {
        return empty(law, system, on);
    };
    let asked: Vec<Asked<'_>> = lines
        .iter()
        .filter(|(_, r)| r.instrument == instrument && r.in_force(day))
        .filter_map(|(row, requirement)| {
            Some(Asked {
                row,
                requirement,
                level: Level::new(row.level)?,
            })
        })
        .collect();
    let mut found = empty(law, system, on);
    found.instrument = Some(instrument);
    found.in_force = in_force;
    found.from = (!in_force).then_some(day);
    found.branches = asked
        .iter()
        .map(|a| branch(law, system, a, &asked, day))
        .collect();
    conclude(&mut found);
    found
}

/// The highest level that the law of the day demands of this system, with the strongest provision for it.
pub fn demanded_level(law: &Law, system: &System, on: Day) -> Option<Demanded> {
    let found = classify(law, system, on);
    let branch = found.deciding().filter(|_| found.in_force)?;
    // A level decided under the older law stays valid: nothing more is demanded.
    if found.kept && branch.level > system.level {
        return None;
    }
    let over = branch.measures.iter().find(|m| m.count >= m.limit);
    let because = match over {
        Some(m) => format!("{} · {} ≥ {}", branch.reference, m.count, m.limit),
        None => branch.reference.clone(),
    };
    Some(Demanded {
        level: branch.level,
        force: branch.force,
        requirement: branch.requirement.clone(),
        because: Text::same(because),
    })
}

/// A line of the table with its requirement.
struct Asked<'a> {
    row: &'a Row,
    requirement: &'a Requirement,
    level: Level,
}

fn empty(law: &Law, system: &System, on: Day) -> Classification {
    Classification {
        instrument: None,
        in_force: false,
        from: None,
        branches: Vec::new(),
        level: None,
        firm: None,
        up_to: None,
        missing: Vec::new(),
        kept: kept(law, system, on),
    }
}

/// Decided under the older law, before the newer one began.
fn kept(law: &Law, system: &System, on: Day) -> bool {
    let from = law.instrument(KEEPS_LEVELS).map(|i| i.in_force_from);
    let decision = system.level_decision.as_ref();
    from.zip(decision)
        .is_some_and(|(from, d)| from <= on && d.regime == Regime::Nd85 && d.date < from)
}

fn branch(law: &Law, system: &System, a: &Asked<'_>, all: &[Asked<'_>], day: Day) -> Branch {
    let measures = measures(a.requirement, system, a.level);
    let Answer { truth, missing } = answer(a.row.test, system, &measures);
    let outcome = match truth {
        _ if a.row.test == Test::Outside => Outcome::Outside,
        Some(true) => reread(a.requirement, day).map_or(Outcome::Met, Outcome::Reread),
        // Whether a service is outside the list is as open as whether it is on it.
        Some(false) => list_unread(system, a, all, day).map_or(Outcome::NotMet, Outcome::Reread),
        None => Outcome::Open(missing),
    };
    let number = law
        .instrument(&a.requirement.instrument)
        .map_or("", |i| i.number.as_str());
    Branch {
        level: a.level,
        requirement: a.requirement.id.clone(),
        reference: format!("{number} {}", a.requirement.clause(Some(a.level))),
        outcome,
        force: match a.requirement.reading {
            Reading::Unverified => Force::Interpretation,
            Reading::Read | Reading::Secondary => a.requirement.force,
        },
        measures,
        decides: false,
    }
}

fn reread(requirement: &Requirement, day: Day) -> Option<Day> {
    requirement.valid_to.filter(|to| *to < day)
}

fn list_unread(system: &System, a: &Asked<'_>, all: &[Asked<'_>], day: Day) -> Option<Day> {
    let open = a.row.test == Test::OtherBusiness
        && system.online_service
        && system.classification.online_business.is_none();
    let list = all
        .iter()
        .find(|other| other.row.test == Test::ConditionalBusiness)?;
    reread(list.requirement, day).filter(|_| open)
}

/// The figures of a criterion, each with the number of people that stands against it.
fn measures(requirement: &Requirement, system: &System, level: Level) -> Vec<Measure> {
    // The figures are those of online services.
    let Some(people) = system.data_subjects.filter(|_| system.online_service) else {
        return Vec::new();
    };
    let figure = |name: &str, count: u64| {
        let figure = requirement.figures.get(name)?;
        let value = figure
            .values
            .get(&level.number())
            .or_else(|| figure.values.values().next())?;
        Some(Measure {
            figure: name.to_owned(),
            count,
            limit: u64::try_from(*value).ok()?,
        })
    };
    [
        figure("basic_subjects", people.basic),
        figure("sensitive_subjects", people.sensitive),
        figure("users", people.basic.max(people.sensitive)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The line that decides: of the highest level that any gives, the strongest.
fn conclude(found: &mut Classification) {
    let met = |b: &&Branch| b.outcome == Outcome::Met;
    found.level = found.branches.iter().filter(met).map(|b| b.level).max();
    found.firm = found
        .branches
        .iter()
        .filter(met)
        .filter(|b| b.force == Force::Binding)
        .map(|b| b.level)
        .max();
    let level = found.level;
    let decides = found
        .branches
        .iter()
        .enumerate()
        .filter(|(_, b)| b.outcome == Outcome::Met && Some(b.level) == level)
        .min_by_key(|(at, b)| (std::cmp::Reverse(b.force), *at))
        .map(|(at, _)| at);
    if let Some(branch) = decides.and_then(|at| found.branches.get_mut(at)) {
        branch.decides = true;
    }
    let above = |b: &&Branch| level.is_none_or(|level| b.level > level);
    let mut keys = BTreeSet::new();
    for branch in found.branches.iter().filter(above) {
        let open = match &branch.outcome {
            Outcome::Open(missing) => {
                keys.extend(missing.iter().copied());
                true
            }
            Outcome::Reread(_) => true,
            Outcome::Met | Outcome::NotMet | Outcome::Outside => false,
        };
        if open {
            found.up_to = found.up_to.max(Some(branch.level));
        }
    }
    found.missing = keys.into_iter().collect();
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;
