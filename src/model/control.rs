//! A control: one check, compiled from one YAML file.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AssetKind, Day, FigureUnit, Force, Level, LevelSet, Predicate, ResultWord, Severity, Shared,
    Text, Vocabulary,
};

/// All controls that are loaded, with the vocabulary they are written in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RulePack {
    /// Controls, sorted by id.
    pub controls: Vec<Control>,
    /// Subject types and fact paths.
    pub vocabulary: Vocabulary,
}

impl RulePack {
    /// The control with this id.
    pub fn control(&self, id: &str) -> Option<&Control> {
        self.controls
            .binary_search_by(|c| c.id.as_str().cmp(id))
            .ok()
            .map(|at| &self.controls[at])
    }
}

/// One check; bears on one or more requirements.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Control {
    /// `SRV-LOG-003`.
    pub id: String,
    /// What must be so, as a sentence.
    pub title: Shared<Text>,
    /// The kind of asset that it judges.
    pub asset: AssetKind,
    /// The type of subject that it judges.
    pub subject: String,
    /// Decides the gate.
    pub severity: Severity,
    /// Decides gap or remark, with the requirement's own.
    pub force: Force,
    /// The result where the collector proved that the subject is not there.
    pub absent: Absent,
    /// The levels at which it is asked.
    pub levels: LevelSet,
    /// The requirements on which it bears.
    pub satisfies: Vec<Bearing>,
    /// Figures by source and level.
    pub parameters: Vec<Parameter>,
    /// Narrows the control; false is `notapplicable`.
    pub when: Option<Predicate>,
    /// What must hold.
    pub assert: Predicate,
    /// Why it matters.
    pub rationale: Text,
    /// How to mend it.
    pub remediation: Shared<Text>,
    /// Catalogues of others.
    pub references: References,
    /// Its tests.
    pub examples: Vec<Example>,
    /// The file it came from, relative to the pack.
    pub file: String,
}

/// What an absent subject gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Absent {
    /// A safeguard is missing.
    Fail,
    /// The duty is absent.
    Notapplicable,
}

/// A requirement on which a control bears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearing {
    /// The requirement's id.
    pub requirement: String,
    /// Does a pass of this control alone cover the requirement whole?
    pub full: bool,
}

/// A figure of a control.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name, written `$name` in predicates.
    pub name: String,
    /// Its unit.
    pub unit: FigureUnit,
    /// In which direction it becomes stricter.
    pub tighten: Tighten,
    /// Where it comes from; of those that count, the strictest wins.
    pub by: Vec<ParameterSource>,
}

/// In which direction a figure becomes stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tighten {
    /// More is stricter.
    Up,
    /// Less is stricter.
    Down,
}

/// One source of a figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ParameterSource {
    /// The requirement it stands in.
    pub source: String,
    /// Its value at each level, in the parameter's unit.
    pub values: BTreeMap<u8, i64>,
    /// How strongly the figure itself holds.
    pub force: Force,
}

/// Where others say the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct References {
    /// The CIS benchmark.
    pub cis: Option<String>,
    /// Rules of the SCAP Security Guide.
    pub ssg: Vec<String>,
    /// RFC, NIST and others, in words.
    pub other: Vec<String>,
}

/// A test of a control, written beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Example {
    /// What the case is.
    pub name: String,
    /// The level of the system.
    pub level: Level,
    /// Facts of the subject, as JSON text by path.
    pub facts: BTreeMap<String, String>,
    /// The collector proved that the subject is not there.
    pub absent: bool,
    /// The day of the law; the fixed day of tests where absent.
    pub as_of: Option<Day>,
    /// Parameters that the inventory sets.
    pub parameters: BTreeMap<String, i64>,
    /// The result it must give.
    pub expect: Expectation,
}

/// The result that an example expects.
pub type Expectation = ResultWord;

/// A control that is asked at one level on one day.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The values that count, by parameter.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// Its requirements that are in force and bind the level.
    pub requirements: Vec<String>,
    /// The weakest force of its figures: a suggested figure makes no gap.
    pub figure_force: Force,
}

/// A value that counts, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// The value.
    pub value: i64,
    /// Its unit.
    pub unit: FigureUnit,
    /// The requirement, or `inventory`.
    pub source: String,
}

/// A control that is asked, as its place in the pack, with the values that count.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its place in the pack.
    pub control: u32,
    /// The values and requirements that count.
    pub selection: Arc<Selection>,
}
