//! The matrix of requirements and systems, one group of rows for each instrument.

use std::collections::BTreeMap;

use serde::Serialize;

use super::blocks::anchor;
use crate::model::{RequirementReport, Run, Status, Text};
use crate::report::common::{both, instrument_name as name, lines};
use crate::text::labels::{self, Label};

/// The matrix.
#[derive(Debug, Serialize)]
pub(super) struct Matrix {
    systems: Vec<String>,
    legend: Vec<Cell>,
    groups: Vec<Rows>,
}

/// The requirements of one instrument.
#[derive(Debug, Serialize)]
struct Rows {
    name: Text,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    id: String,
    title: Text,
    href: Option<String>,
    clause: String,
    cells: Vec<Option<Cell>>,
}

#[derive(Debug, Clone, Serialize)]
struct Cell {
    word: &'static str,
    sign: &'static str,
    label: Label,
}

impl Matrix {
    pub(super) fn of(run: &Run) -> Self {
        let systems: Vec<&str> = run.systems.iter().map(|s| s.id.as_str()).collect();
        let mut groups: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        for requirement in &run.requirements {
            groups
                .entry(&requirement.instrument)
                .or_default()
                .push(line(requirement, &systems));
        }
        Matrix {
            systems: systems.iter().map(|s| lines(s)).collect(),
            legend: [
                Status::Gap,
                Status::Remark,
                Status::Met,
                Status::Undetermined,
                Status::NotApplicable,
            ]
            .map(cell)
            .to_vec(),
            groups: groups
                .into_iter()
                .map(|(id, rows)| Rows {
                    name: run
                        .instruments
                        .iter()
                        .find(|i| i.id == id)
                        .map_or_else(|| Text::same(id), name),
                    rows,
                })
                .collect(),
        }
    }
}

fn line(requirement: &RequirementReport, systems: &[&str]) -> Line {
    let here = anchor(requirement);
    Line {
        id: requirement.id.clone(),
        title: both(&requirement.title),
        href: here.starts_with("r-").then_some(here),
        clause: requirement
            .systems
            .first()
            .map(|s| lines(&s.clause))
            .unwrap_or_default(),
        cells: systems
            .iter()
            .map(|id| {
                requirement
                    .systems
                    .iter()
                    .find(|s| s.id == *id)
                    .map(|s| cell(s.status))
            })
            .collect(),
    }
}

fn cell(status: Status) -> Cell {
    Cell {
        word: status.word(),
        sign: match status {
            Status::Gap => "✗",
            Status::Remark => "!",
            Status::Met => "✓",
            Status::Undetermined => "?",
            Status::NotApplicable => "–",
        },
        label: labels::status(status),
    }
}
