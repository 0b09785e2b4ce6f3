//! The gate: one exit code that means the same for every format.

use super::summary::is_active_fail;
use super::{Baseline, Input};
use crate::model::{
    Finding, Force, Gate, RequirementReport, ResultWord, Severity, Status, Summary, Target, Text,
};
use crate::text::lists;

/// The gate of a run.
pub(super) fn gate(
    input: &Input<'_>,
    findings: &[Finding],
    requirements: &[RequirementReport],
    summary: &Summary,
) -> Gate {
    let rules = input.gate;
    let compared = compared(input);
    let mut failed: Vec<Text> = Vec::new();
    let counted: Vec<&Finding> = findings
        .iter()
        .filter(|f| counts(input, f, requirements))
        .collect();
    for severity in [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ] {
        let number = counted.iter().filter(|f| f.severity == severity).count();
        if number > 0 {
            failed.push(lists::gate_failures(number, severity));
        }
    }
    if rules.strict {
        let remarks = requirements
            .iter()
            .flat_map(|r| r.systems.iter().map(move |s| (r, s)))
            .filter(|(_, s)| s.status == Status::Remark)
            .filter(|(r, s)| compared.is_none_or(|b| !b.lacked_already(&r.id, &s.id)))
            .count();
        if remarks > 0 {
            failed.push(lists::gate_remarks(remarks));
        }
    }
    // Where no duty applies at all nothing is covered.
    let coverage = summary.coverage.unwrap_or(0);
    if coverage < rules.min_coverage {
        failed.push(lists::gate_coverage(coverage, rules.min_coverage));
    }
    let mut incomplete: Vec<Text> = Vec::new();
    let undetermined = summary.requirements.undetermined;
    let errors = findings
        .iter()
        .filter(|f| f.result == ResultWord::Error)
        .count();
    match input.scan {
        None if undetermined > rules.max_undetermined => {
            incomplete.push(lists::gate_undetermined(
                undetermined,
                rules.max_undetermined,
            ));
        }
        Some(_) if errors > 0 => incomplete.push(lists::gate_errors(errors)),
        None | Some(_) => {}
    }
    if let Some(baseline) = compared {
        let lost = findings
            .iter()
            .filter(|f| is_unseen(f.result) && baseline.was_decided(&f.id))
            .count();
        if lost > 0 {
            incomplete.push(lists::gate_lost(lost));
        }
    }
    // What the inventory says of itself is not looking: where no target was seen, no allowance makes a verdict.
    let of_itself = |target: &Target| matches!(target, Target::NotBuilt(_));
    let mut targets = input.assets.iter().filter(|a| !of_itself(&a.asset.target));
    let open = input.scan.is_some() || undetermined > 0;
    if open && targets.all(|a| a.collected.subjects.is_empty()) {
        incomplete.push(lists::gate_nothing());
    }
    // Nor is a day on which nothing is asked, or a target of which nothing could be decided.
    if incomplete.is_empty() && !findings.iter().any(|f| is_decided(f.result)) {
        incomplete.push(lists::gate_undecided());
    }
    let (outcome, exit_code) = match (failed.is_empty(), incomplete.is_empty()) {
        (false, _) => ("fail", 1),
        (true, false) => ("incomplete", 3),
        (true, true) => ("pass", 0),
    };
    failed.extend(incomplete);
    Gate {
        outcome: outcome.into(),
        exit_code,
        fail_on: rules.fail_on,
        new_only: rules.fail_on_new,
        reasons: failed,
    }
}

/// The baseline, where only what is new there counts.
fn compared<'a>(input: &Input<'a>) -> Option<&'a Baseline> {
    input.baseline.filter(|_| input.gate.fail_on_new)
}

/// Was it judged?
fn is_decided(result: ResultWord) -> bool {
    !is_unseen(result) && result != ResultWord::NotSelected
}

/// Could it not be judged?
fn is_unseen(result: ResultWord) -> bool {
    match result {
        ResultWord::Error | ResultWord::Unknown | ResultWord::NotChecked => true,
        ResultWord::Pass
        | ResultWord::Fail
        | ResultWord::Fixed
        | ResultWord::NotApplicable
        | ResultWord::NotSelected
        | ResultWord::Informational => false,
    }
}

/// Does this finding fail the gate?
fn counts(input: &Input<'_>, finding: &Finding, requirements: &[RequirementReport]) -> bool {
    if !is_active_fail(finding) {
        return false;
    }
    if compared(input).is_some_and(|b| b.failed_already(&finding.id)) {
        return false;
    }
    if finding.severity == Severity::Critical && finding.force != Force::Binding {
        return true;
    }
    let bound = finding.force == Force::Binding;
    let severe = finding.severity >= input.gate.fail_on;
    bound && severe && !(input.gate.allow_transition && in_transition(finding, requirements))
}

/// Is every binding gap of this finding still in its time to adapt?
fn in_transition(finding: &Finding, requirements: &[RequirementReport]) -> bool {
    let mut pairs = finding
        .requirements
        .iter()
        .filter(|r| r.force == Force::Binding)
        .filter_map(|r| requirements.iter().find(|report| report.id == r.id))
        .flat_map(|report| &report.systems)
        .filter(|s| s.id == crate::model::ORG || finding.systems.contains(&s.id))
        .filter(|s| s.status == Status::Gap)
        .peekable();
    pairs.peek().is_some() && pairs.all(|s| s.due.is_some())
}
