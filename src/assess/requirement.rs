//! The state of each requirement for each system: the first rule that matches wins (docs/architecture.md).

use std::collections::{BTreeMap, BTreeSet};

use super::finding::words;
use super::{Duties, Input, waive};
use crate::model::{
    Attestation, AttestationReport, Disposition, Duty, Exposure, Finding, Force, ORG, Reading,
    ReasonReport, Requirement, RequirementReport, RequirementSystem, ResultWord, Status, Text,
};

/// The requirements in force that bind a system or the organisation. In a scan only those on which a finding bears.
pub(super) fn reports(
    input: &Input<'_>,
    duties: &Duties<'_>,
    findings: &[Finding],
    attestations: &[AttestationReport],
) -> Vec<RequirementReport> {
    let lifted = lifted(input, findings);
    let mut by_requirement: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|f| f.result != ResultWord::NotSelected)
    {
        let spoken_of = lifted.get(finding.id.as_str());
        for requirement in &finding.requirements {
            let seen = spoken_of.map_or(finding, |lifted| lifted.seen_by(&requirement.id));
            by_requirement
                .entry(&requirement.id)
                .or_default()
                .push(seen);
        }
    }
    let order: Vec<&str> = input
        .inventory
        .systems
        .iter()
        .map(|s| s.id.as_str())
        .chain([ORG])
        .collect();
    let mut reports = Vec::new();
    for requirement in input
        .law
        .requirements
        .iter()
        .filter(|r| r.in_force(input.as_of))
    {
        let own = by_requirement
            .get(requirement.id.as_str())
            .map_or(&[][..], Vec::as_slice);
        if input.scan.is_some() && own.is_empty() {
            continue;
        }
        let case = Case {
            input,
            requirement,
            findings: own,
            attestations,
        };
        let systems: Vec<RequirementSystem> = order
            .iter()
            .filter_map(|s| duties.get(&requirement.id, s))
            .map(|duty| case.system(duty))
            .collect();
        if let Some(worst) = systems.iter().max_by_key(|s| s.status) {
            reports.push(case.report(
                worst.status,
                worst.reason.clone(),
                worst.due,
                systems.clone(),
                duties,
            ));
        }
    }
    reports
}

/// A finding that a waiver lifts for one requirement alone: for the others nothing was approved.
struct Lifted<'a> {
    requirement: &'a str,
    lifted: Finding,
    plain: Finding,
}

impl Lifted<'_> {
    fn seen_by(&self, requirement: &str) -> &Finding {
        if requirement == self.requirement {
            &self.lifted
        } else {
            &self.plain
        }
    }
}

/// Those findings, by id.
fn lifted<'a>(input: &'a Input<'_>, findings: &'a [Finding]) -> BTreeMap<&'a str, Lifted<'a>> {
    let of_one = |f: &'a Finding| {
        let id = f.waiver.as_ref().filter(|w| w.active).map(|w| &w.id)?;
        let waiver = input.inventory.waivers.iter().find(|w| w.id == *id)?;
        let requirement = waiver.requirement.as_deref()?;
        let with = |disposition: Disposition| Finding {
            disposition,
            ..f.clone()
        };
        waive::lifts(waiver).then(|| Lifted {
            requirement,
            lifted: with(waive::disposition(waiver.disposition)),
            plain: with(Disposition::None),
        })
    };
    findings
        .iter()
        .filter(|f| f.waiver.is_some())
        .filter_map(|f| Some((f.id.as_str(), of_one(f)?)))
        .collect()
}

/// One requirement with all that bears on it.
struct Case<'a, 'b> {
    input: &'a Input<'b>,
    requirement: &'a Requirement,
    findings: &'a [&'a Finding],
    attestations: &'a [AttestationReport],
}

impl Case<'_, '_> {
    fn report(
        &self,
        status: Status,
        reason: ReasonReport,
        due: Option<crate::model::Day>,
        systems: Vec<RequirementSystem>,
        duties: &Duties<'_>,
    ) -> RequirementReport {
        let r = self.requirement;
        let number = self
            .input
            .law
            .instrument(&r.instrument)
            .map_or("", |i| i.number.as_str());
        let clauses: BTreeSet<&str> = systems.iter().map(|s| s.clause.as_str()).collect();
        let clause = clauses.into_iter().collect::<Vec<_>>().join(", ");
        let force = systems
            .iter()
            .filter_map(|s| duties.get(&r.id, &s.id))
            .map(|d| d.force)
            .max();
        let bears = |c: &&crate::model::Control| c.satisfies.iter().any(|b| b.requirement == r.id);
        RequirementReport {
            id: r.id.clone(),
            instrument: r.instrument.clone(),
            reference: Text::same(format!("{number} {clause}").trim().to_owned()),
            title: r.title.clone(),
            text: r.text.clone(),
            force: force.unwrap_or(r.force),
            strength: r.strength,
            reading: r.reading,
            status,
            reason,
            due,
            controls: self
                .input
                .pack
                .controls
                .iter()
                .filter(bears)
                .map(|c| c.id.clone())
                .collect(),
            findings: self.findings.iter().map(|f| f.id.clone()).collect(),
            attestations: self
                .attestations
                .iter()
                .filter(|a| a.requirement == r.id && a.in_date)
                .map(|a| a.id.clone())
                .collect(),
            systems,
            exposure: if status == Status::Gap {
                self.exposure()
            } else {
                Vec::new()
            },
        }
    }

    /// The provisions on sanctions of the day, side by side.
    fn exposure(&self) -> Vec<Exposure> {
        let law = self.input.law;
        let known = self.requirement.sanction.iter();
        known
            .filter_map(|id| law.sanction(id))
            .filter(|s| s.in_force(self.input.as_of))
            .map(|s| Exposure {
                provision: s.id.clone(),
                text: s.text.clone(),
                conditions: s.conditions.clone(),
                payer: s.payer,
                range: s.printed(),
                organisation_range: s.for_organisation(),
                reading: s.reading,
            })
            .collect()
    }

    fn system(&self, duty: &Duty) -> RequirementSystem {
        let findings: Vec<&Finding> = self
            .findings
            .iter()
            .filter(|f| duty.system == ORG || f.systems.contains(&duty.system))
            .copied()
            .collect();
        let attested = self.attested(&duty.system);
        let (status, reason) = self.status(duty, &findings, attested);
        let due = duty.due.filter(|_| status == Status::Gap);
        let accepted_until = (status == Status::Gap)
            .then(|| accepted(&self.binding_fails(duty, &findings)))
            .flatten();
        let reason = match (due, accepted_until) {
            _ if status != Status::Gap => reason,
            (_, Some(day)) => words("gap-accepted", &Text::new(day.vi(), day.to_string())),
            (Some(day), None) => words("gap-in-transition", &Text::new(day.vi(), day.to_string())),
            (None, None) => reason,
        };
        RequirementSystem {
            id: duty.system.clone(),
            status,
            reason,
            clause: self.requirement.clause(Some(duty.level)).to_owned(),
            due,
            accepted_until,
        }
    }

    fn status(&self, duty: &Duty, findings: &[&Finding], attested: bool) -> (Status, ReasonReport) {
        let plain = |code: &str| words(code, &Text::default());
        if self.requirement.reading == Reading::Unverified {
            return (Status::Undetermined, plain("unverified"));
        }
        if let Some(day) = self
            .requirement
            .valid_to
            .filter(|day| *day < self.input.as_of)
        {
            return (
                Status::Undetermined,
                words("reread", &Text::new(day.vi(), day.to_string())),
            );
        }
        if !self.binding_fails(duty, findings).is_empty() {
            return (Status::Gap, plain("gap"));
        }
        let set_decided = self
            .requirement
            .decided_by
            .iter()
            .any(|set| decided_whole(set, findings, attested));
        if let Some(finding) = worst_undecided(findings, set_decided) {
            return (Status::Undetermined, undecided(finding, findings));
        }
        let informs =
            self.requirement.evidence.is_empty() && self.requirement.decided_by.is_empty();
        if findings.is_empty() && informs {
            return (Status::NotApplicable, plain("informs"));
        }
        if findings.is_empty() && !attested {
            return (Status::Undetermined, plain("no-control"));
        }
        if findings
            .iter()
            .any(|f| f.result == ResultWord::Fail && !excused(f))
        {
            return (Status::Remark, plain("remark"));
        }
        let only_absent = findings
            .iter()
            .filter(|f| !lacking_paper(f))
            .all(|f| f.result == ResultWord::NotApplicable);
        if findings.iter().any(|f| !lacking_paper(f)) && only_absent && !attested {
            return (Status::NotApplicable, plain("not-applicable"));
        }
        let passed = findings.iter().any(|f| decided_well(f));
        if (passed || attested) && (set_decided || self.covered_by_one(findings)) {
            return (Status::Met, plain("covered"));
        }
        (Status::Undetermined, plain("partly-covered"))
    }

    /// Failures that make a gap.
    fn binding_fails<'f>(&self, duty: &Duty, findings: &[&'f Finding]) -> Vec<&'f Finding> {
        findings
            .iter()
            .filter(|f| f.result == ResultWord::Fail && !excused(f))
            .filter(|f| {
                let pair = f.requirements.iter().find(|r| r.id == self.requirement.id);
                pair.is_some_and(|r| r.force.min(duty.force) == Force::Binding)
            })
            .copied()
            .collect()
    }

    /// One control that covers the requirement whole, and all its findings here decided well.
    fn covered_by_one(&self, findings: &[&Finding]) -> bool {
        self.input.pack.controls.iter().any(|control| {
            let full = control
                .satisfies
                .iter()
                .any(|b| b.full && b.requirement == self.requirement.id);
            full && decided_whole(std::slice::from_ref(&control.id), findings, false)
        })
    }

    /// An attestation in date for this system, or for the whole organisation.
    fn attested(&self, system: &str) -> bool {
        let counts = self
            .requirement
            .decided_by
            .iter()
            .any(|set| set.iter().any(|id| id == "attestation"));
        if !counts {
            return false;
        }
        let written = &self.input.inventory.attestations;
        let speak: Vec<&Attestation> = written
            .iter()
            .filter(|a| a.requirement == self.requirement.id && a.speaks_of(system))
            .collect();
        let in_date = |a: &&&Attestation| {
            let mut reports = self.attestations.iter();
            reports.any(|report| report.in_date && report.id == a.id)
        };
        let on = self.input.as_of;
        speak
            .iter()
            .filter(in_date)
            .any(|a| a.denied_by(speak.iter().copied(), on).is_none())
    }
}

/// Approved, with evidence: the tool is wrong, or another safeguard stands there.
fn excused(finding: &Finding) -> bool {
    match finding.disposition {
        Disposition::FalsePositive | Disposition::Compensating => true,
        Disposition::None
        | Disposition::Waived
        | Disposition::Attested
        | Disposition::Inherited => false,
    }
}

fn decided_well(finding: &Finding) -> bool {
    match finding.result {
        ResultWord::Pass | ResultWord::Fixed => true,
        ResultWord::Fail => excused(finding),
        ResultWord::Error
        | ResultWord::Unknown
        | ResultWord::NotApplicable
        | ResultWord::NotChecked
        | ResultWord::NotSelected
        | ResultWord::Informational => false,
    }
}

/// Is every member of the set decided, and at least one of them well? `controls` stands for every control that bears
/// on the requirement and was asked: paper may add to what they see, never stand in for it.
fn decided_whole(set: &[String], findings: &[&Finding], attested: bool) -> bool {
    let mut well = false;
    for id in set {
        if id == "attestation" {
            if !attested {
                return false;
            }
            well = true;
            continue;
        }
        if id == "controls" {
            if worst_undecided(findings, false).is_some() {
                return false;
            }
            well |= findings.iter().any(|f| !of_paper(f) && decided_well(f));
            continue;
        }
        let mut own = findings.iter().filter(|f| f.control == *id).peekable();
        if own.peek().is_none() {
            return false;
        }
        for finding in own {
            if finding.result.is_undecided() {
                return false;
            }
            well |= decided_well(finding);
        }
    }
    well
}

/// The finding that leaves the requirement undetermined, where one does.
fn worst_undecided<'f>(findings: &[&'f Finding], set_decided: bool) -> Option<&'f Finding> {
    let anything_decided = findings
        .iter()
        .any(|f| decided_well(f) || f.result == ResultWord::Fail);
    // What machines saw decides before a paper that is not there; where nothing else bears on it, the paper is what is missing.
    let by_machine = findings.iter().any(|f| !of_paper(f));
    let required = |f: &&&Finding| match f.result {
        ResultWord::NotChecked if by_machine && lacking_paper(f) => false,
        ResultWord::Error | ResultWord::Unknown => true,
        ResultWord::NotChecked if set_decided => false,
        ResultWord::NotChecked => match f.reason.as_ref().map(|r| r.code.as_str()) {
            Some("no-asset" | "not-authorised") => true,
            _ => !anything_decided,
        },
        ResultWord::Pass
        | ResultWord::Fail
        | ResultWord::NotApplicable
        | ResultWord::NotSelected
        | ResultWord::Informational
        | ResultWord::Fixed => false,
    };
    findings
        .iter()
        .filter(required)
        .min_by_key(|f| (f.result, f.id.clone()))
        .copied()
}

/// Does the finding speak of the paper of one requirement?
fn of_paper(finding: &Finding) -> bool {
    finding.subject.starts_with("paper[")
}

/// The paper of a requirement that is not there or no longer counts.
fn lacking_paper(finding: &Finding) -> bool {
    of_paper(finding) && finding.result == ResultWord::NotChecked
}

/// Why it is undetermined: the reason of the worst finding, and the controls that could not decide.
fn undecided(worst: &Finding, findings: &[&Finding]) -> ReasonReport {
    let code = worst
        .reason
        .as_ref()
        .map_or("undecided", |r| r.code.as_str());
    let controls: BTreeSet<&str> = findings
        .iter()
        .filter(|f| f.result.is_undecided() && f.reason.as_ref().is_some_and(|r| r.code == code))
        .map(|f| f.control.as_str())
        .collect();
    let more = controls.len().saturating_sub(5);
    let mut names: Vec<String> = controls.into_iter().take(5).map(str::to_owned).collect();
    if more > 0 {
        names.push(format!("+{more}"));
    }
    words(code, &Text::same(names.join(", ")))
}

/// The day until which all these failures are accepted.
fn accepted(fails: &[&Finding]) -> Option<crate::model::Day> {
    let days: Option<Vec<_>> = fails
        .iter()
        .map(|f| {
            f.waiver
                .as_ref()
                .filter(|w| w.active && f.disposition == Disposition::Waived)
                .map(|w| w.until)
        })
        .collect();
    days.and_then(|days| days.into_iter().min())
}

#[cfg(test)]
#[path = "requirement_tests.rs"]
mod tests;
