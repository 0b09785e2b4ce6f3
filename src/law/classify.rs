//! The level that the law demands of a system, as far as the inventory tells it.

use crate::model::{Day, Force, Law, Level, System, Text};

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

/// The criteria that demand level 3 of an online service: by the number of people whose data it holds, and as a
/// service in a conditional line of business. The figures stand in the law.
const LEVEL_3_BY_COUNTS: [&str; 2] = ["nd331.13.2.c", "nd85.9.2"];
const LEVEL_3_BY_BUSINESS: [&str; 1] = ["nd331.13.2.a"];

/// The highest level that the law of the day demands of this system, with the strongest provision for it.
pub fn demanded_level(law: &Law, system: &System, on: Day) -> Option<Demanded> {
    if !system.online_service {
        return None;
    }
    let level = Level::new(3)?;
    by_counts(law, system, on, level).or_else(|| by_business(law, on, level))
}

fn by_counts(law: &Law, system: &System, on: Day, level: Level) -> Option<Demanded> {
    let counts = system.data_subjects?;
    LEVEL_3_BY_COUNTS
        .iter()
        .filter_map(|id| law.requirement(id))
        .filter(|r| r.in_force(on))
        .find_map(|r| {
            let figure = |name: &str| {
                r.figures.get(name).and_then(|f| {
                    f.values
                        .get(&level.number())
                        .or_else(|| f.values.values().next())
                })
            };
            let over = |name: &str, count: u64| {
                figure(name)
                    .and_then(|limit| u64::try_from(*limit).ok())
                    .filter(|limit| count >= *limit)
            };
            let limit = over("basic_subjects", counts.basic)
                .map(|limit| (limit, counts.basic))
                .or_else(|| {
                    over("sensitive_subjects", counts.sensitive)
                        .map(|limit| (limit, counts.sensitive))
                })
                .or_else(|| over("users", counts.basic).map(|limit| (limit, counts.basic)))?;
            let words = format!("{} · {} ≥ {}", reference(law, &r.id), limit.1, limit.0);
            Some(Demanded {
                level,
                force: Force::Binding,
                requirement: r.id.clone(),
                because: Text::same(words),
            })
        })
}

fn by_business(law: &Law, on: Day, level: Level) -> Option<Demanded> {
    LEVEL_3_BY_BUSINESS
        .iter()
        .filter_map(|id| law.requirement(id))
        .find(|r| r.in_force(on) && r.valid_to.is_none_or(|to| on <= to))
        .map(|r| Demanded {
            level,
            force: Force::Interpretation,
            requirement: r.id.clone(),
            because: Text::same(reference(law, &r.id)),
        })
}

fn reference(law: &Law, id: &str) -> String {
    law.requirement(id).map_or_else(String::new, |r| {
        let number = law
            .instrument(&r.instrument)
            .map_or("", |i| i.number.as_str());
        format!("{number} {}", r.clause(None))
    })
}
