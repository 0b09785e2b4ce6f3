//! The chapters of failures: a requirement's text once, its controls under it, their findings as rows.
//!
//! A finding bears on several requirements; its row stands under the first of them that is drawn, the others point
//! there. That keeps the page small and the counts honest.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::rows::{Told, told};
use super::tables::{Table, Tables};
use super::undecided::Undecided;
use crate::model::{
    ControlReport, Exposure, Finding, InstrumentKind, Reading, RequirementReport,
    RequirementSystem, ResultWord, Run, Status, Text,
};
use crate::report::common::{both, cite, instrument_name as name, lines};
use crate::text::labels::{self, Label};

/// Failures by requirement, and what could not be decided.
#[derive(Debug, Serialize)]
pub(super) struct Chapters {
    gaps: Vec<Duty>,
    remarks: Vec<Duty>,
    other: Vec<Block>,
    undecided: Vec<Undecided>,
}

#[derive(Debug, Serialize)]
struct Duty {
    id: String,
    word: &'static str,
    label: Label,
    title: Text,
    reference: Text,
    text: Text,
    force: Label,
    strength: Label,
    reading: Option<Label>,
    systems: Vec<State>,
    blocks: Vec<Block>,
    above: Vec<Above>,
    exposure: Vec<Text>,
}

#[derive(Debug, Serialize)]
struct State {
    id: String,
    word: &'static str,
    state: Text,
    clause: String,
    reason: Text,
}

/// A control with its findings.
#[derive(Debug, Serialize)]
struct Block {
    control: String,
    anchored: bool,
    title: Text,
    word: &'static str,
    severity: Label,
    expected: Text,
    rationale: Text,
    remediation: Text,
    shared: Vec<Told>,
    /// The mark of its table.
    rows: String,
}

/// Findings that stand elsewhere.
#[derive(Debug, Serialize)]
struct Above {
    control: String,
    title: Text,
    requirement: String,
    count: usize,
}

/// Where a requirement stands on the page: under gaps, under remarks, or only in the matrix.
pub(super) fn anchor(requirement: &RequirementReport) -> String {
    match drawn(requirement) {
        Some(_) => format!("r-{}", requirement.id),
        None => format!("m-{}", requirement.id),
    }
}

/// A remark for one system is drawn even where another system is undetermined.
fn drawn(requirement: &RequirementReport) -> Option<Status> {
    let has = |status| {
        requirement.status == status || requirement.systems.iter().any(|s| s.status == status)
    };
    [Status::Gap, Status::Remark].into_iter().find(|s| has(*s))
}

impl Chapters {
    pub(super) fn of<'a>(run: &'a Run, tables: &mut Tables<'a>) -> Self {
        let mut writer = Writer::of(run, tables);
        Self {
            gaps: writer.duties(run, Status::Gap),
            remarks: writer.duties(run, Status::Remark),
            other: writer.left(run),
            undecided: super::undecided::groups(run, tables),
        }
    }
}

/// What was written already.
struct Writer<'a, 't> {
    findings: BTreeMap<&'a str, &'a Finding>,
    controls: BTreeMap<&'a str, &'a ControlReport>,
    /// Finding → the requirement under which it stands.
    shown: BTreeMap<&'a str, &'a str>,
    anchored: BTreeSet<&'a str>,
    tables: &'t mut Tables<'a>,
}

impl<'a, 't> Writer<'a, 't> {
    fn of(run: &'a Run, tables: &'t mut Tables<'a>) -> Self {
        Self {
            findings: run.findings.iter().map(|f| (f.id.as_str(), f)).collect(),
            controls: run.controls.iter().map(|c| (c.id.as_str(), c)).collect(),
            shown: BTreeMap::new(),
            anchored: BTreeSet::new(),
            tables,
        }
    }

    /// The most particular texts first: there the rows stand, and the broad duties of laws and letter point to them.
    fn duties(&mut self, run: &'a Run, status: Status) -> Vec<Duty> {
        let mut drawn: Vec<&RequirementReport> = run
            .requirements
            .iter()
            .filter(|r| drawn(r) == Some(status))
            .collect();
        let kinds: BTreeMap<&str, InstrumentKind> = run
            .instruments
            .iter()
            .map(|i| (i.id.as_str(), i.kind))
            .collect();
        drawn.sort_by_key(|r| kinds.get(r.instrument.as_str()).map_or(0, |k| breadth(*k)));
        drawn
            .into_iter()
            .map(|r| self.duty(r, status, run))
            .collect()
    }

    /// Failures that stand under no requirement that is drawn.
    fn left(&mut self, run: &'a Run) -> Vec<Block> {
        let rows: Vec<&Finding> = run
            .findings
            .iter()
            .filter(|f| f.result == ResultWord::Fail && !self.shown.contains_key(f.id.as_str()))
            .collect();
        self.blocks(&rows)
    }

    fn duty(&mut self, requirement: &'a RequirementReport, status: Status, run: &Run) -> Duty {
        let failing: Vec<&'a Finding> = requirement
            .findings
            .iter()
            .filter_map(|id| self.findings.get(id.as_str()).copied())
            .filter(|f| f.result == ResultWord::Fail)
            .collect();
        let (old, new): (Vec<&Finding>, Vec<&Finding>) = failing
            .into_iter()
            .partition(|f| self.shown.contains_key(f.id.as_str()));
        let above = self.above(&old);
        for finding in &new {
            self.shown.insert(&finding.id, &requirement.id);
        }
        Duty {
            id: requirement.id.clone(),
            word: status.word(),
            label: labels::status(status),
            title: both(&requirement.title),
            reference: cite(requirement, run),
            text: both(&requirement.text),
            force: labels::force(requirement.force),
            strength: labels::strength(requirement.strength),
            reading: (requirement.reading != Reading::Read)
                .then(|| labels::reading(requirement.reading)),
            systems: requirement.systems.iter().map(|s| state(s, run)).collect(),
            blocks: self.blocks(&new),
            above,
            exposure: requirement
                .exposure
                .iter()
                .map(|e| exposure(e, run))
                .collect(),
        }
    }

    /// Those that stand elsewhere, by control and place.
    fn above(&self, old: &[&'a Finding]) -> Vec<Above> {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for finding in old {
            if let Some(requirement) = self.shown.get(finding.id.as_str()) {
                *counts.entry((&finding.control, requirement)).or_default() += 1;
            }
        }
        counts
            .into_iter()
            .map(|((control, requirement), count)| Above {
                control: control.to_owned(),
                title: self
                    .controls
                    .get(control)
                    .map(|c| both(&c.title))
                    .unwrap_or_default(),
                requirement: requirement.to_owned(),
                count,
            })
            .collect()
    }

    fn blocks(&mut self, findings: &[&'a Finding]) -> Vec<Block> {
        let mut by_control: BTreeMap<&'a str, Vec<&'a Finding>> = BTreeMap::new();
        for finding in findings {
            by_control
                .entry(&finding.control)
                .or_default()
                .push(finding);
        }
        let mut blocks: Vec<Block> = by_control
            .into_iter()
            .filter_map(|(control, findings)| self.block(control, findings))
            .collect();
        blocks.sort_by_key(|b| std::cmp::Reverse(severity_rank(b.word)));
        blocks
    }

    fn block(&mut self, id: &'a str, findings: Vec<&'a Finding>) -> Option<Block> {
        let first = *findings.first()?;
        let control = self.controls.get(id).copied();
        let expected: &Text = control.map_or(&first.expected, |c| &c.expected);
        let mut shared = told(first, expected);
        for finding in findings.iter().skip(1) {
            if shared.is_empty() {
                break;
            }
            let own = told(finding, expected);
            shared.retain(|t| own.contains(t));
        }
        let rows = self.tables.keep(Table::Rows {
            findings,
            expected,
            shared: shared.clone(),
        });
        Some(Block {
            control: id.to_owned(),
            anchored: self.anchored.insert(id),
            title: both(control.map_or(&first.title, |c| &c.title)),
            word: first.severity.word(),
            severity: labels::severity(first.severity),
            expected: both(expected),
            rationale: control.map(|c| both(&c.rationale)).unwrap_or_default(),
            remediation: both(control.map_or(&first.remediation, |c| &c.remediation)),
            shared,
            rows,
        })
    }
}

/// How broad the duties of a text are.
fn breadth(kind: InstrumentKind) -> u8 {
    match kind {
        InstrumentKind::Standard => 0,
        InstrumentKind::Circular | InstrumentKind::Decision | InstrumentKind::Resolution => 1,
        InstrumentKind::Decree => 2,
        InstrumentKind::Law => 3,
        InstrumentKind::Letter => 4,
    }
}

fn severity_rank(word: &str) -> usize {
    ["info", "low", "medium", "high", "critical"]
        .iter()
        .position(|w| *w == word)
        .unwrap_or(0)
}

fn state(system: &RequirementSystem, run: &Run) -> State {
    let mut words = match (system.status, system.due) {
        (Status::Gap, Some(due)) => labels::due(due, run.run.as_of),
        _ => labels::status(system.status).text(),
    };
    if let Some(until) = system.accepted_until {
        let accepted = labels::accepted(until);
        words.vi = format!("{}; {}", words.vi, accepted.vi);
        words.en = format!("{}; {}", words.en, accepted.en);
    }
    State {
        id: lines(&system.id),
        word: system.status.word(),
        state: words,
        clause: lines(&system.clause),
        // The state of a gap says it all, with its dates.
        reason: match system.status {
            Status::Gap => Text::default(),
            Status::Remark | Status::Undetermined | Status::Met | Status::NotApplicable => {
                Text::new(lines(&system.reason.vi), lines(&system.reason.en))
            }
        },
    }
}

/// A provision on sanctions: `nd174.12.3.c` is written out with the name of its instrument.
fn exposure(e: &Exposure, run: &Run) -> Text {
    let known = e.provision.split_once('.').and_then(|(id, place)| {
        let instrument = run.instruments.iter().find(|i| i.id == id)?;
        Some((name(instrument), labels::provision(place)))
    });
    let provision = match known {
        Some((name, place)) => Text::new(
            format!("{}, {}", name.vi, place.vi),
            format!("{}, {}", name.en, place.en),
        ),
        None => Text::same(&e.provision),
    };
    let words = labels::fine::exposure(&provision, e);
    Text::new(lines(&words.vi), lines(&words.en))
}
