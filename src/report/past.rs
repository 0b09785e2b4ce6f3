//! What a report tells of an earlier run: its figures, never its findings.

use std::collections::BTreeMap;

use super::common::short;
use crate::model::{Counts, Day, Run, Text};
use crate::text::labels;

/// The figures of one run, for the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The id of the run.
    pub id: String,
    /// When it ended, RFC 3339.
    pub finished: String,
    /// The day whose law counted.
    pub as_of: Day,
    /// Pairs of requirement and system by status.
    pub counts: Counts,
    /// Active failures by severity.
    pub by_severity: BTreeMap<String, u64>,
    /// The word of its gate.
    pub gate: String,
    /// False where it was interrupted.
    pub complete: bool,
    /// Of the rules.
    pub rules_sha256: String,
    /// Of the law.
    pub law_sha256: String,
}

impl Past {
    /// The figures of this run.
    pub fn of(run: &Run) -> Self {
        Self {
            id: run.run.id.clone(),
            finished: run.run.finished.clone(),
            as_of: run.run.as_of,
            counts: run.summary.requirements,
            by_severity: run.summary.by_severity.clone(),
            gate: run.gate.outcome.clone(),
            complete: run.run.complete,
            rules_sha256: run.tool.rules_sha256.clone(),
            law_sha256: run.tool.law_sha256.clone(),
        }
    }

    /// The day on which it ended, as far as its moment can be read.
    pub(super) fn day(&self) -> Text {
        let day = self.finished.get(..10).and_then(Day::parse);
        day.map_or_else(|| Text::same(short(&self.finished, 20)), labels::day)
    }
}
