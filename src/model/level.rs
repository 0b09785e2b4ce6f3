//! Security levels (cấp độ 1–5) and sets of them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A security level of an information system, 1 to 5 (NĐ 331/2026 Điều 11–15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

impl JsonSchema for Level {
    fn schema_name() -> Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 5 })
    }
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Level; 5] = [Level(1), Level(2), Level(3), Level(4), Level(5)];

    /// The level with this number, if it is one.
    pub fn new(number: u8) -> Option<Self> {
        (1..=5).contains(&number).then_some(Self(number))
    }

    /// Its number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Level {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Self::new(number).ok_or_else(|| format!("a level is 1 to 5, not {number}"))
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        level.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A set of levels: `2+`, `1..3`, `[1, 2]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LevelSet(u8);

impl LevelSet {
    /// Every level.
    pub const ALL: LevelSet = LevelSet(0b11_1110);
    /// No level.
    pub const NONE: LevelSet = LevelSet(0);

    /// The set of these levels.
    pub fn of(levels: impl IntoIterator<Item = Level>) -> Self {
        Self(
            levels
                .into_iter()
                .fold(0, |bits, level| bits | 1 << level.0),
        )
    }

    /// Reads `3`, `2+` or `1..3`.
    pub fn parse(words: &str) -> Option<Self> {
        let level = |s: &str| s.trim().parse::<u8>().ok().and_then(Level::new);
        if let Some(from) = words.strip_suffix('+') {
            let from = level(from)?;
            return Some(Self::of(Level::ALL.into_iter().filter(|l| *l >= from)));
        }
        if let Some((from, to)) = words.split_once("..") {
            let (from, to) = (level(from)?, level(to)?);
            return (from <= to)
                .then(|| Self::of(Level::ALL.into_iter().filter(|l| (from..=to).contains(l))));
        }
        level(words).map(|l| Self::of([l]))
    }

    /// Is this level in the set?
    pub fn contains(self, level: Level) -> bool {
        self.0 & (1 << level.0) != 0
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Is every level of this set in the other?
    pub fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Nothing in it?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its levels, lowest first.
    pub fn iter(self) -> impl Iterator<Item = Level> {
        Level::ALL.into_iter().filter(move |l| self.contains(*l))
    }
}

impl fmt::Display for LevelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels: Vec<u8> = self.iter().map(Level::number).collect();
        match levels.as_slice() {
            [] => write!(f, "–"),
            [one] => write!(f, "{one}"),
            [first, .., 5] if levels.len() == usize::from(6 - first) => write!(f, "{first}+"),
            [first, .., last] if levels.len() == usize::from(last - first + 1) => {
                write!(f, "{first}–{last}")
            }
            many => {
                let words: Vec<String> = many.iter().map(ToString::to_string).collect();
                write!(f, "{}", words.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_sets() {
        for (words, shown) in [("2+", "2+"), ("1..3", "1–3"), ("4", "4"), ("1+", "1+")] {
            assert_eq!(LevelSet::parse(words).unwrap().to_string(), shown);
        }
        for wrong in ["0", "6", "3..1", "+", "two", ""] {
            assert_eq!(LevelSet::parse(wrong), None, "{wrong}");
        }
    }
}
