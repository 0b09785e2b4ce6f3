//! Was a run changed by hand after it was written? Its counts, its states and its gate must fit the findings that it lists. A hand that
//! turns one thing forgets the rest; what fits everywhere only the seal of the manifest can tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Counts, Disposition, Finding, Force, LetterItem, ORG, RequirementReport, ResultWord, Run,
    Severity, Status,
};

/// What does not fit, or nothing.
pub(super) fn changed(run: &Run) -> Option<String> {
    counts(run)
        .or_else(|| findings(run))
        .or_else(|| duties(run))
        .or_else(|| letter(run))
        .or_else(|| systems(run))
        .or_else(|| gate(run))
}

/// The figures of the summary.
fn counts(run: &Run) -> Option<String> {
    let mut ids = BTreeSet::new();
    let mut by_result: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_severity: BTreeMap<String, u64> = BTreeMap::new();
    for finding in &run.findings {
        if !ids.insert(finding.id.as_str()) {
            return Some(format!("finding {} stands twice", finding.id));
        }
        let word = finding.result.word().to_owned();
        *by_result.entry(word).or_default() += 1;
        if is_active(finding) {
            let word = finding.severity.word().to_owned();
            *by_severity.entry(word).or_default() += 1;
        }
    }
    if by_result != run.summary.by_result || by_severity != run.summary.by_severity {
        return Some("its summary does not count the findings that it lists".into());
    }
    let mut counts = Counts::default();
    for system in run.requirements.iter().flat_map(|r| &r.systems) {
        counts.add(system.status);
    }
    let percent = |part: u64, whole: u64| {
        let share = (part * 100).checked_div(whole)?;
        u8::try_from(share).ok()
    };
    let decided = counts.met + counts.remark + counts.gap;
    let figures = (
        percent(counts.met, decided),
        percent(decided, counts.applicable()),
    );
    if counts != run.summary.requirements
        || figures != (run.summary.compliance, run.summary.coverage)
    {
        return Some("its summary does not count the requirements that it lists".into());
    }
    None
}

/// What stands beside a failure was accepted by a waiver of the run, and how severe it is its control says.
fn findings(run: &Run) -> Option<String> {
    let severe: BTreeMap<&str, Severity> = run
        .controls
        .iter()
        .map(|c| (c.id.as_str(), c.severity))
        .collect();
    let waivers: BTreeSet<&str> = run.waivers.iter().map(|w| w.id.as_str()).collect();
    let fits = |finding: &Finding| {
        let by = finding.waiver.as_ref().filter(|w| w.active);
        let accepted = match finding.disposition {
            Disposition::None | Disposition::Attested | Disposition::Inherited => true,
            Disposition::Waived | Disposition::Compensating | Disposition::FalsePositive => {
                by.is_some_and(|w| waivers.contains(w.id.as_str()))
            }
        };
        let said = severe.get(finding.control.as_str());
        accepted && said.is_none_or(|s| *s == finding.severity)
    };
    let wrong = run.findings.iter().find(|f| !fits(f))?;
    Some(format!(
        "finding {} does not fit its control and its waiver",
        wrong.id
    ))
}

/// The five items of the letter: each the worst of its duties.
fn letter(run: &Run) -> Option<String> {
    let known: BTreeMap<&str, Status> = run
        .requirements
        .iter()
        .map(|r| (r.id.as_str(), r.status))
        .collect();
    let fits = |item: &LetterItem| {
        let worst = item.obligations.iter().map(|o| o.status).max();
        worst.is_none_or(|w| w == item.status)
            && item.obligations.iter().all(|o| {
                let all = o.requirements.iter();
                let worst = all.filter_map(|id| known.get(id.as_str())).max();
                worst.is_none_or(|w| *w == o.status)
            })
    };
    let wrong = run.letter.iter().find(|item| !fits(item))?;
    Some(format!(
        "item {} of the letter is not the worst of its duties",
        wrong.item
    ))
}

/// The state of each duty.
fn duties(run: &Run) -> Option<String> {
    let known: BTreeMap<&str, &Finding> = run.findings.iter().map(|f| (f.id.as_str(), f)).collect();
    for requirement in &run.requirements {
        let worst = requirement.systems.iter().map(|s| s.status).max();
        if worst.is_some_and(|worst| worst != requirement.status) {
            return Some(format!(
                "requirement {} is not the worst of its systems",
                requirement.id
            ));
        }
        let mut findings: Vec<&Finding> = Vec::new();
        for id in &requirement.findings {
            match known.get(id.as_str()) {
                Some(finding) => findings.push(finding),
                None => {
                    return Some(format!(
                        "requirement {} rests on finding {id}, which is not there",
                        requirement.id
                    ));
                }
            }
        }
        if !fits(requirement, &findings) {
            return Some(format!(
                "the state of requirement {} does not fit its findings",
                requirement.id
            ));
        }
    }
    None
}

/// What holds of every duty, whatever its law says: a gap rests on a failure; what fails with nothing beside it, or could not be seen, is
/// never met and never not applicable; what is met rests on something.
fn fits(requirement: &RequirementReport, findings: &[&Finding]) -> bool {
    requirement.systems.iter().all(|system| {
        let own: Vec<&&Finding> = findings
            .iter()
            .filter(|f| system.id == ORG || f.systems.contains(&system.id))
            .collect();
        let any = |is: fn(&Finding) -> bool| own.iter().any(|f| is(f));
        match system.status {
            Status::Gap => any(|f| f.result == ResultWord::Fail),
            Status::Met => {
                let rests = any(decided_well) || !requirement.attestations.is_empty();
                rests && !any(speaks_against)
            }
            Status::NotApplicable => !any(speaks_against),
            Status::Remark | Status::Undetermined => true,
        }
    })
}

fn speaks_against(finding: &Finding) -> bool {
    match finding.result {
        ResultWord::Fail => is_active(finding) && finding.waiver.is_none(),
        ResultWord::Error | ResultWord::Unknown => true,
        ResultWord::Pass
        | ResultWord::Fixed
        | ResultWord::NotApplicable
        | ResultWord::NotChecked
        | ResultWord::NotSelected
        | ResultWord::Informational => false,
    }
}

fn decided_well(finding: &Finding) -> bool {
    matches!(finding.result, ResultWord::Pass | ResultWord::Fixed)
        || finding.result == ResultWord::Fail && finding.disposition != Disposition::None
        || finding.result == ResultWord::Fail && finding.waiver.is_some()
}

fn is_active(finding: &Finding) -> bool {
    finding.result == ResultWord::Fail && finding.disposition == Disposition::None
}

/// The counts and the state of each system.
fn systems(run: &Run) -> Option<String> {
    for system in &run.systems {
        let mut counts = Counts::default();
        let mut worst = None;
        let all = run.requirements.iter().flat_map(|r| &r.systems);
        for state in all.filter(|s| s.id == system.id) {
            counts.add(state.status);
            worst = worst.max(Some(state.status));
        }
        if counts != system.counts || worst.is_some_and(|w| w != system.status) {
            return Some(format!(
                "system {} does not count its requirements",
                system.id
            ));
        }
    }
    None
}

/// The gate.
fn gate(run: &Run) -> Option<String> {
    let code = match run.gate.outcome.as_str() {
        "pass" => 0,
        "fail" => 1,
        _ => 3,
    };
    let failed = code == 1;
    if run.gate.exit_code != code || failed && run.gate.reasons.is_empty() {
        return Some("its gate and its exit code do not fit".into());
    }
    let by_id: BTreeMap<&str, &RequirementReport> = run
        .requirements
        .iter()
        .map(|r| (r.id.as_str(), r))
        .collect();
    let counts = |finding: &&Finding| {
        let bound = finding.force == Force::Binding;
        let severe = finding.severity >= run.gate.fail_on;
        let always = finding.severity == Severity::Critical && !bound;
        is_active(finding) && (always || bound && severe && !may_wait(finding, &by_id))
    };
    let passed_over = !failed && !run.gate.new_only && run.findings.iter().any(|f| counts(&f));
    passed_over.then(|| "its gate does not fit its findings".into())
}

/// May the time to adapt have been asked for and still run? The run does not say whether it was asked for.
fn may_wait(finding: &Finding, requirements: &BTreeMap<&str, &RequirementReport>) -> bool {
    let bound = finding
        .requirements
        .iter()
        .filter(|r| r.force == Force::Binding);
    let mut gaps = bound
        .filter_map(|r| requirements.get(r.id.as_str()))
        .flat_map(|r| &r.systems)
        .filter(|s| s.status == Status::Gap)
        .filter(|s| s.id == ORG || finding.systems.contains(&s.id))
        .peekable();
    gaps.peek().is_some() && gaps.all(|s| s.due.is_some())
}
