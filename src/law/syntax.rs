//! How `rules/law/*.yaml` is written: see docs/law-format.md.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{
    AssetKind, Binds, Day, FigureUnit, Force, InstrumentKind, Reading, Scope, Strength, Text,
    Transition,
};
use crate::parse::levels::Levels;

/// One file of `rules/law`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LawFile {
    /// `capdo/law/1`.
    pub schema: String,
    /// The prefix of its requirements' ids.
    pub id: String,
    /// Official number and symbol.
    pub number: String,
    /// What it is.
    pub kind: InstrumentKind,
    /// Its title.
    pub title: Text,
    /// The day it was issued.
    #[serde(default)]
    pub issued: Option<Day>,
    /// The first day in force.
    pub in_force_from: Day,
    /// The last day in force.
    #[serde(default)]
    pub in_force_to: Option<Day>,
    /// Instrument ids that came in its place.
    #[serde(default)]
    pub replaced_by: Vec<String>,
    /// Does letter 509/BTTTT-BC cite it?
    pub cited_by_letter: bool,
    /// Where we read it.
    pub source: String,
    /// How we read it.
    pub reading: Reading,
    /// Doubts, status.
    #[serde(default)]
    pub note: Option<Text>,
    /// Whom its requirements bind, where they do not say otherwise.
    #[serde(default)]
    pub binds: Option<Binds>,
    /// The time to adapt of its requirements, where they do not say otherwise.
    #[serde(default)]
    pub transition: Option<Transition>,
    /// The duties in it.
    #[serde(default)]
    pub requirements: Vec<RequirementSyntax>,
}

/// `rules/law/_pack.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LawPackFile {
    /// `capdo/law-pack/1`.
    pub schema: String,
    /// The day on which the pack was last read against its sources.
    pub reviewed_on: Day,
}

/// One duty.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementSyntax {
    /// `<instrument>.<rest>`.
    pub id: String,
    /// Clauses by level.
    #[serde(default)]
    pub clauses: BTreeMap<u8, String>,
    /// One clause for all levels.
    #[serde(default)]
    pub clause: Option<String>,
    /// `2+`, `[1, 2]`, `1..3`.
    #[serde(default)]
    pub levels: Option<Levels>,
    /// A short noun phrase.
    pub title: Text,
    /// The duty in our words.
    pub text: Text,
    /// Must or should.
    pub strength: Strength,
    /// Binding, suggested or interpretation.
    #[serde(default)]
    pub force: Force,
    /// For each system, or once.
    pub scope: Scope,
    /// Kinds of evidence.
    #[serde(default)]
    pub evidence: Vec<AssetKind>,
    /// Sets of controls, `controls` (all that bear on it) and `attestation`, one of which must be decided whole.
    #[serde(default)]
    pub decided_by: Option<Vec<Vec<String>>>,
    /// The same duty in other texts.
    #[serde(default)]
    pub corresponds_to: Vec<String>,
    /// How we read it.
    #[serde(default)]
    pub reading: Option<Reading>,
    /// The first day in force.
    #[serde(default)]
    pub in_force_from: Option<Day>,
    /// The last day in force.
    #[serde(default)]
    pub in_force_to: Option<Day>,
    /// Past this day it must be read again.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Where it was read.
    #[serde(default)]
    pub source: Option<String>,
    /// Provisions on sanctions.
    #[serde(default)]
    pub sanction: Vec<String>,
    /// Doubts.
    #[serde(default)]
    pub note: Option<Text>,
    /// Numbers that controls take from here.
    #[serde(default)]
    pub figures: BTreeMap<String, FigureSyntax>,
    /// Whom it binds.
    #[serde(default)]
    pub binds: Option<Binds>,
    /// A time to adapt.
    #[serde(default)]
    pub transition: Option<Transition>,
}

/// A number of the law.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureSyntax {
    /// Its unit.
    pub unit: FigureUnit,
    /// Its value at each level.
    #[serde(default)]
    pub values: BTreeMap<u8, i64>,
    /// The same value at every level that the requirement binds.
    #[serde(default)]
    pub value: Option<i64>,
    /// Binding or suggested.
    #[serde(default)]
    pub force: Force,
    /// Doubts.
    #[serde(default)]
    pub note: Option<Text>,
}
