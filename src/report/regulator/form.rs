//! The table of systems of the yearly report (NĐ 331/2026/NĐ-CP Điều 36, Mẫu số 08) and how far each requirement is.

use super::paper::{Appendix, Block, Paper, Table};
use super::{appendix, body, vi};
use crate::model::{
    Counts, Deployment, DossierStage, RemedyPlan, RequirementReport, Run, Status, SystemReport,
};
use crate::report::common::{cite, lines};
use crate::text::regulator as words;

/// The form as a paper of its own.
pub(super) fn paper(run: &Run, plan: &RemedyPlan) -> Paper {
    Paper {
        title: words::APPENDIX_1.1.to_owned(),
        author: body::issuer(run, plan),
        created: run.run.finished.clone(),
        head: None,
        body: Vec::new(),
        sign: None,
        appendices: vec![appendix(run, plan, true)],
    }
}

/// The form as an appendix; `whole` with each requirement, which another appendix of the report has anyway.
pub(super) fn appendix(run: &Run, plan: &RemedyPlan, whole: bool) -> Appendix {
    let mut table = Table::new(&words::FORM_HEAD, &[4, 13, 9, 8, 5, 9, 9, 9, 8, 9, 9, 8]);
    for row in rows(run, plan) {
        table.add(row);
    }
    let mut measures = Table::new(&words::FORM_MEASURES_HEAD, &[24, 34, 26, 16]);
    for requirement in standard(run).filter(|_| whole) {
        measures.add([
            cite(requirement, run).vi,
            vi(&requirement.title),
            appendix::states(requirement, run),
            roadmap(requirement, plan),
        ]);
    }
    let mut body = vec![
        Block::Table(table),
        Block::Note(words::FORM_NOTE.to_owned()),
    ];
    if !measures.rows.is_empty() {
        body.push(Block::Text(words::FORM_MEASURES.to_owned()));
        body.push(Block::Table(measures));
    }
    if whole {
        body.push(Block::Note(vi(&run.disclaimer)));
    }
    appendix::appendix(words::APPENDIX_1, true, body)
}

/// A row for each system.
pub(super) fn rows(run: &Run, plan: &RemedyPlan) -> Vec<[String; 12]> {
    body::real_systems(run)
        .enumerate()
        .map(|(at, system)| row(at + 1, system, run, plan))
        .collect()
}

fn row(number: usize, system: &SystemReport, run: &Run, plan: &RemedyPlan) -> [String; 12] {
    let planned = plan.systems.get(&system.id);
    let decision = system.level_decision.as_ref();
    let stage = match decision {
        Some(_) => Some(DossierStage::Approved),
        None => planned.and_then(|p| p.dossier),
    };
    let operator = planned.and_then(|p| p.operator.as_deref()).map(lines);
    [
        number.to_string(),
        vi(&system.name),
        operator.unwrap_or_else(|| {
            run.organisation
                .as_ref()
                .map(|o| vi(&o.name))
                .unwrap_or_default()
        }),
        system
            .hosting
            .map_or_else(String::new, |h| words::hosting(h).to_owned()),
        system.level.to_string(),
        stage.map_or_else(String::new, |s| words::stage(s).to_owned()),
        decision.map_or_else(String::new, |d| {
            format!("{}, {}", lines(&d.number), d.date.vi())
        }),
        decision.map_or_else(String::new, |d| lines(&d.authority)),
        match (decision, planned.and_then(|p| p.approval_expected)) {
            (None, Some(day)) => day.vi(),
            (None, None) | (Some(_), _) => String::new(),
        },
        planned
            .and_then(|p| p.regulation.as_deref())
            .map_or_else(String::new, lines),
        deployed(system.counts, planned.and_then(|p| p.deployment))
            .map_or_else(String::new, |d| words::deployment(d).to_owned()),
        planned
            .and_then(|p| p.note.as_deref())
            .map_or_else(String::new, lines),
    ]
}

/// How far the measures are: the company's word, but never "whole" beside what the run found otherwise. Without its word
/// only what the run proves: a part that is met.
fn deployed(counts: Counts, told: Option<Deployment>) -> Option<Deployment> {
    let open = counts.gap + counts.undetermined + counts.remark;
    match told {
        Some(Deployment::Full) if open > 0 => None,
        Some(told) => Some(told),
        None if counts.met > 0 && open > 0 => Some(Deployment::Partly),
        None if counts.met > 0 => Some(Deployment::Full),
        None => None,
    }
}

/// The requirements of the standard of levels.
fn standard(run: &Run) -> impl Iterator<Item = &RequirementReport> {
    run.requirements
        .iter()
        .filter(|r| r.instrument.starts_with("tcvn") || r.instrument == "nd331")
}

/// The days by which what is open is to be mended.
fn roadmap(requirement: &RequirementReport, plan: &RemedyPlan) -> String {
    let controls: Vec<&str> = requirement.controls.iter().map(String::as_str).collect();
    let mut days: Vec<String> = requirement
        .systems
        .iter()
        .filter(|s| s.status == Status::Gap)
        .filter_map(|s| {
            plan.remedy(&requirement.id, &controls, &s.id)
                .map(|r| r.due)
                .or(s.due)
        })
        .map(crate::model::Day::vi)
        .collect();
    days.dedup();
    days.join("\n")
}
