//! Sets of levels as our files write them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::model::LevelSet;

/// A set of levels as files write it: `2+`, `3`, `1..3`, `[1, 2]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Levels(serde_json::Value);

impl Levels {
    /// The set, where it is one.
    pub fn set(&self) -> Option<LevelSet> {
        let one = |value: &serde_json::Value| match value {
            serde_json::Value::String(words) => LevelSet::parse(words),
            serde_json::Value::Number(number) => LevelSet::parse(&number.to_string()),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => None,
        };
        match self.0.as_array() {
            Some(items) => items
                .iter()
                .try_fold(LevelSet::NONE, |set, item| Some(set.union(one(item)?))),
            None => one(&self.0),
        }
    }
}

impl JsonSchema for Levels {
    fn schema_name() -> Cow<'static, str> {
        "Levels".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`2+`, `3`, `1..3` or `[1, 2]`",
            "anyOf": [
                { "type": "string" },
                { "type": "integer", "minimum": 1, "maximum": 5 },
                { "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 5 } }
            ]
        })
    }
}
