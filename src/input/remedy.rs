//! The plan file: what will be done about gaps, by whom and when. Its ids must exist.

use std::path::Path;

use super::check::{Check, Unique};
use super::files::{Base, read_yaml};
use super::syntax::PlanFile;
use crate::model::{Law, RemedyEntry, RemedyPlan, RulePack};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::shape::Shape;
use crate::parse::yaml::Step;

/// Reads a plan file; `systems` are those of the inventory or the run.
///
/// # Errors
/// Every mistake of the file, at its place.
pub fn load(
    path: &Path,
    law: &Law,
    rules: &RulePack,
    systems: &[&str],
) -> Result<RemedyPlan, Diagnostics> {
    let shown = path.display().to_string();
    let doc = read_yaml(path, &shown)?;
    let file: PlanFile = doc.decode(&Shape::of::<PlanFile>())?;
    let base = Base::of(path, &shown);
    let mut mistakes = Diagnostics::default();
    let mut check = Check {
        doc: &doc,
        base: &base,
        mistakes: &mut mistakes,
    };
    check.schema(&file.schema, SCHEMA);
    if file.report.period.is_some_and(|p| p.to < p.from) {
        let steps = ["report".into(), "period".into(), "to".into()];
        check.at(&steps, "this day lies before `from`", "write a later day");
    }
    for (at, entry) in file.remedies.iter().enumerate() {
        remedy(&mut check, at, entry, law, rules, systems);
    }
    let mut ids = Unique::default();
    for (at, system) in file.systems.iter().enumerate() {
        let steps: [Step<'_>; 3] = ["systems".into(), at.into(), "id".into()];
        ids.add(&mut check, &steps, &system.id);
        check.known(&steps, "system", &system.id, systems.iter().copied());
    }
    mistakes.into_result(RemedyPlan {
        head: file.report,
        remedies: file.remedies,
        systems: file
            .systems
            .into_iter()
            .map(|s| (s.id.clone(), s))
            .collect(),
        proposals: file.proposals,
    })
}

fn remedy(
    check: &mut Check<'_>,
    at: usize,
    entry: &RemedyEntry,
    law: &Law,
    rules: &RulePack,
    systems: &[&str],
) {
    let key =
        |key: &'static str| -> [Step<'static>; 3] { ["remedies".into(), at.into(), key.into()] };
    match (&entry.requirement, &entry.control) {
        (Some(id), None) => {
            let known = law.requirements.iter().map(|r| r.id.as_str());
            check.known(&key("requirement"), "requirement", id, known);
        }
        (None, Some(id)) => {
            let known = rules.controls.iter().map(|c| c.id.as_str());
            check.known(&key("control"), "control", id, known);
        }
        (Some(_), Some(_)) => check.at(
            &key("control"),
            "`control` and `requirement` stand side by side",
            "keep one of them",
        ),
        (None, None) => check.at(
            &["remedies".into(), at.into()],
            "it is not said what is mended",
            "write `requirement: ID` or `control: ID`",
        ),
    }
    if let Some(system) = &entry.system {
        check.known(
            &key("system"),
            "system",
            system,
            systems.iter().copied().chain(["org"]),
        );
    }
    check.not_blank(&key("measure"), &entry.measure);
    check.not_blank(&key("owner"), &entry.owner);
}

const SCHEMA: &str = "capdo/plan/1";
