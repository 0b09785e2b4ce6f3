//! Chapter VII: what is not met, why, what will be done, by when and by whom.

use std::collections::BTreeMap;

use super::paper::{Block, Table};
use super::vi;
use crate::model::{
    ORG, RemedyPlan, RequirementReport, RequirementSystem, ResultWord, Run, Status,
};
use crate::report::common::{cite, lines, short};
use crate::text::regulator as words;

/// The chapter.
pub(super) fn chapter(run: &Run, plan: &RemedyPlan) -> Vec<Block> {
    let mut blocks = vec![Block::Chapter(words::CHAPTER_7.to_owned())];
    let mut table = Table::new(&words::GAPS_HEAD, &[26, 24, 22, 14, 14]);
    let names: BTreeMap<&str, String> = run
        .systems
        .iter()
        .map(|s| (s.id.as_str(), vi(&s.name)))
        .collect();
    let failing = Failing::of(run);
    let (mut count, mut planned) = (0, 0);
    for system in &run.systems {
        let open: Vec<(&RequirementReport, &RequirementSystem)> = run
            .requirements
            .iter()
            .filter_map(|r| {
                let state = r.systems.iter().find(|s| s.id == system.id)?;
                (state.status == Status::Gap).then_some((r, state))
            })
            .collect();
        if open.is_empty() {
            continue;
        }
        table.band(names.get(system.id.as_str()).cloned().unwrap_or_default());
        for (requirement, state) in open {
            count += 1;
            let row = gap(run, plan, &failing, requirement, state);
            planned += usize::from(row.1);
            table.add(row.0);
        }
    }
    if count == 0 {
        blocks.push(Block::Text(words::NO_GAPS.to_owned()));
    } else {
        blocks.push(Block::Text(words::gaps_lead(count, planned)));
        blocks.push(Block::Table(table));
    }
    blocks
}

/// A gap as a row, and whether it has a plan.
fn gap(
    run: &Run,
    plan: &RemedyPlan,
    failing: &Failing<'_>,
    requirement: &RequirementReport,
    state: &RequirementSystem,
) -> ([String; 5], bool) {
    let controls = failing.controls(requirement, &state.id);
    let ids: Vec<&str> = controls.iter().map(|(id, _)| *id).collect();
    let remedy = plan.remedy(&requirement.id, &ids, &state.id);
    let mut checks: Vec<String> = controls
        .iter()
        .take(3)
        .map(|(_, title)| title.clone())
        .collect();
    if controls.len() > 3 {
        checks.push(words::more(controls.len() - 3));
    }
    let cause = match remedy.and_then(|r| r.cause.as_deref()) {
        Some(cause) => lines(cause),
        None if checks.is_empty() => String::new(),
        None => words::cause(&checks.join("; ")),
    };
    let mut due: Vec<String> = remedy.map(|r| r.due.vi()).into_iter().collect();
    due.extend(state.due.map(words::transition));
    due.extend(state.accepted_until.map(words::accepted));
    if due.is_empty() {
        due.push(words::NO_DUE.to_owned());
    }
    let row = [
        format!(
            "{}\n({})",
            vi(&requirement.title),
            cite(requirement, run).vi
        ),
        cause,
        remedy.map_or_else(|| words::NO_MEASURE.to_owned(), |r| lines(&r.measure)),
        due.join("\n"),
        remedy.map_or_else(|| words::NO_OWNER.to_owned(), |r| short(&r.owner, 200)),
    ];
    (row, remedy.is_some())
}

/// Binding failures by requirement and system, with the titles of their controls.
struct Failing<'a>(BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, String>>);

impl<'a> Failing<'a> {
    fn of(run: &'a Run) -> Self {
        let mut all: BTreeMap<(&str, &str), BTreeMap<&str, String>> = BTreeMap::new();
        for finding in &run.findings {
            if finding.result != ResultWord::Fail {
                continue;
            }
            for requirement in &finding.requirements {
                // What binds the company as a whole is judged by the findings of any system.
                let systems = finding.systems.iter().map(String::as_str);
                for system in systems.chain([finding.system.as_str(), ORG]) {
                    all.entry((requirement.id.as_str(), system))
                        .or_default()
                        .entry(&finding.control)
                        .or_insert_with(|| vi(&finding.title));
                }
            }
        }
        Self(all)
    }

    fn controls(&self, requirement: &RequirementReport, system: &str) -> Vec<(&'a str, String)> {
        self.0
            .get(&(requirement.id.as_str(), system))
            .map(|controls| {
                controls
                    .iter()
                    .map(|(id, title)| (*id, title.clone()))
                    .collect()
            })
            .unwrap_or_default()
    }
}
