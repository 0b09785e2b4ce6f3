//! How `rules/controls/**.yaml` and `rules/vocabulary/*.yaml` are written: see docs/adding-a-control.md.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::model::{
    Absent, AssetKind, Day, FigureUnit, Force, Level, References, ResultWord, Severity, Text,
    Tighten, ValueType,
};
use crate::parse::levels::Levels;

/// One file of `rules/controls`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlFile {
    /// `capdo/control/1`.
    pub schema: String,
    /// `SRV-LOG-003`: the name of the file.
    pub id: String,
    /// What must be so, as a sentence.
    pub title: Text,
    /// The kind of asset that it judges.
    pub asset: AssetKind,
    /// A subject type of the vocabulary.
    pub subject: String,
    /// Decides the gate.
    pub severity: Severity,
    /// Decides gap or remark.
    #[serde(default)]
    pub force: Force,
    /// The result where the collector proved that the subject is not there.
    pub absent: Absent,
    /// The levels at which it is asked.
    pub levels: Levels,
    /// The requirements on which it bears.
    pub satisfies: Vec<BearingSyntax>,
    /// Figures by source and level.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterSyntax>,
    /// Narrows the control; false is `notapplicable`.
    #[serde(default)]
    pub when: Option<PredicateSyntax>,
    /// What must hold.
    pub assert: PredicateSyntax,
    /// Why it matters.
    pub rationale: Text,
    /// How to mend it.
    pub remediation: Text,
    /// Catalogues of others.
    #[serde(default)]
    pub references: References,
    /// Its tests.
    pub examples: Vec<ExampleSyntax>,
}

/// A requirement's id, or `{ id, covers: full }`.
#[derive(Debug, Clone)]
pub struct BearingSyntax {
    /// The requirement's id.
    pub id: String,
    /// Does a pass cover it whole?
    pub full: bool,
}

impl<'de> Deserialize<'de> for BearingSyntax {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Json::deserialize(deserializer)?;
        let text = |key: &str| {
            value
                .get(key)
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Ok(match value.as_str() {
            Some(id) => Self {
                id: id.to_owned(),
                full: false,
            },
            None => Self {
                id: text("id"),
                full: text("covers") == "full",
            },
        })
    }
}

impl JsonSchema for BearingSyntax {
    fn schema_name() -> Cow<'static, str> {
        "Bearing".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a requirement's id, or `{ id, covers: full }`",
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object",
                    "properties": {
                        "id": { "type": "string" },
                        "covers": { "type": "string", "enum": ["full", "part"] }
                    },
                    "required": ["id", "covers"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

/// A figure of a control.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterSyntax {
    /// Its unit.
    pub unit: FigureUnit,
    /// In which direction it becomes stricter.
    pub tighten: Tighten,
    /// Where it comes from.
    pub by: Vec<SourceSyntax>,
}

/// One source of a figure.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSyntax {
    /// The requirement it stands in.
    pub source: String,
    /// The name of the figure there.
    #[serde(default)]
    pub figure: Option<String>,
    /// Or its values by level, in the parameter's unit.
    #[serde(default)]
    pub values: BTreeMap<u8, i64>,
}

/// A test of a control.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleSyntax {
    /// What the case is.
    pub name: String,
    /// The level of the system.
    #[serde(default)]
    pub level: Option<Level>,
    /// Facts of the subject by path.
    #[serde(default)]
    pub facts: BTreeMap<String, Json>,
    /// The collector proved that the subject is not there.
    #[serde(default)]
    pub absent: bool,
    /// The day of the law.
    #[serde(default)]
    pub as_of: Option<Day>,
    /// Parameters that the inventory sets.
    #[serde(default)]
    pub parameters: BTreeMap<String, i64>,
    /// The result it must give.
    pub expect: ResultWord,
}

/// A predicate: one of `all any not each some none`, or `fact` with one operator.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PredicateSyntax {
    /// All of these.
    pub all: Option<Vec<PredicateSyntax>>,
    /// One of these.
    pub any: Option<Vec<PredicateSyntax>>,
    /// Not this.
    pub not: Option<Box<PredicateSyntax>>,
    /// Every element of a list.
    pub each: Option<Box<OverSyntax>>,
    /// At least one element of a list.
    pub some: Option<Box<OverSyntax>>,
    /// No element of a list.
    pub none: Option<Box<OverSyntax>>,
    /// The fact to compare.
    pub fact: Option<String>,
    /// Equal.
    pub is: Option<Json>,
    /// Not equal.
    pub is_not: Option<Json>,
    /// One of these.
    #[serde(rename = "in")]
    pub is_in: Option<Vec<Json>>,
    /// None of these.
    pub not_in: Option<Vec<Json>>,
    /// At least.
    pub at_least: Option<Json>,
    /// At most.
    pub at_most: Option<Json>,
    /// Within these two.
    pub between: Option<Vec<Json>>,
    /// The text matches this expression.
    pub matches: Option<String>,
    /// It does not.
    pub not_matches: Option<String>,
    /// The list has this element; the text has this part.
    pub contains: Option<Json>,
    /// The text begins so.
    pub starts_with: Option<String>,
    /// It is there; false: the collector looked, and it is not.
    pub exists: Option<bool>,
    /// The length of the list.
    pub count: Option<CountSyntax>,
    /// At most this many days old.
    pub newer_than: Option<Json>,
    /// More than this many days old.
    pub older_than: Option<Json>,
    /// Every element is one of these.
    pub subset_of: Option<Vec<Json>>,
    /// No element is one of these.
    pub disjoint_from: Option<Vec<Json>>,
}

/// `{ of: PATH, where: …, assert: …, empty: … }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverSyntax {
    /// The list.
    pub of: String,
    /// Only the elements for which this holds.
    #[serde(default, rename = "where")]
    pub filter: Option<PredicateSyntax>,
    /// What must hold of them.
    pub assert: PredicateSyntax,
    /// What `each` says of an empty complete list.
    #[serde(default)]
    pub empty: Option<EmptySyntax>,
}

/// What `each` says of an empty complete list.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EmptySyntax {
    /// It holds.
    Pass,
    /// The duty is absent.
    Notapplicable,
}

/// A bound on the length of a list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CountSyntax {
    /// Exactly.
    pub is: Option<Json>,
    /// At least.
    pub at_least: Option<Json>,
    /// At most.
    pub at_most: Option<Json>,
}

/// One file of `rules/vocabulary`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VocabularyFile {
    /// `capdo/vocabulary/1`.
    pub schema: String,
    /// The subject type: the name of the file.
    #[serde(rename = "type")]
    pub name: String,
    /// The kind of asset in which it is found.
    pub asset: AssetKind,
    /// What it is.
    pub title: Text,
    /// Any other path is a directive of the program, as text.
    #[serde(default)]
    pub open: bool,
    /// One for each requirement: a control names it as `TYPE[REQUIREMENT]`.
    #[serde(default)]
    pub keyed: bool,
    /// Its facts by path.
    #[serde(default)]
    pub facts: BTreeMap<String, FactSyntax>,
}

/// One fact path.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactSyntax {
    /// Its type; of the elements where it is a list.
    #[serde(rename = "type")]
    pub kind: ValueType,
    /// Is it a list?
    #[serde(default)]
    pub list: bool,
    /// Its unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// What it means.
    pub meaning: Text,
    /// The facts of each element.
    #[serde(default)]
    pub of: BTreeMap<String, FactSyntax>,
}
