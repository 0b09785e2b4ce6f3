//! Counts, systems, assets and evidence of a run.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use crate::model::{
    AssetReport, Counts, Day, Disposition, EvidenceItem, Finding, IncidentKind, IncidentReport,
    ORG, RequirementReport, ResultWord, Status, Summary, SystemReport,
};
use crate::text::lists;

/// Counts over the whole run.
pub(super) fn summary(findings: &[Finding], requirements: &[RequirementReport]) -> Summary {
    let mut summary = Summary::default();
    for finding in findings {
        *summary
            .by_result
            .entry(finding.result.word().to_owned())
            .or_default() += 1;
        if is_active_fail(finding) {
            *summary
                .by_severity
                .entry(finding.severity.word().to_owned())
                .or_default() += 1;
        }
    }
    for system in requirements.iter().flat_map(|r| &r.systems) {
        summary.requirements.add(system.status);
    }
    let c = summary.requirements;
    summary.compliance = percent(c.met, c.met + c.remark + c.gap);
    summary.coverage = percent(c.met + c.remark + c.gap, c.applicable());
    summary
}

/// A failure that nothing approved stands beside.
pub(super) fn is_active_fail(finding: &Finding) -> bool {
    finding.result == ResultWord::Fail && finding.disposition == Disposition::None
}

/// Each system with the state and counts of its requirements; the organisation last.
pub(super) fn systems(input: &Input<'_>, requirements: &[RequirementReport]) -> Vec<SystemReport> {
    let mut counts: BTreeMap<&str, (Counts, Status)> = BTreeMap::new();
    for system in requirements.iter().flat_map(|r| &r.systems) {
        let entry = counts
            .entry(&system.id)
            .or_insert((Counts::default(), Status::NotApplicable));
        entry.0.add(system.status);
        entry.1 = entry.1.max(system.status);
    }
    let of = |id: &str| {
        counts
            .get(id)
            .copied()
            .unwrap_or((Counts::default(), Status::Undetermined))
    };
    let mut reports: Vec<SystemReport> = input
        .inventory
        .systems
        .iter()
        .map(|s| {
            let (counts, status) = of(&s.id);
            let demanded = input.demanded.get(&s.id);
            SystemReport {
                id: s.id.clone(),
                name: s.name.clone(),
                level: s.level,
                required_level: demanded.map(|d| d.level),
                required_because: demanded.map(|d| d.because.clone()),
                level_decision: s.level_decision.clone().filter(|d| d.date <= input.as_of),
                status,
                counts,
                without: s.without.clone(),
                hosting: Some(s.hosting),
                online_service: Some(s.online_service),
                go_live: s.go_live,
                data_subjects: s.data_subjects,
            }
        })
        .collect();
    if let Some((counts, status)) = counts.get(ORG).copied()
        && let Some(level) = input.inventory.systems.iter().map(|s| s.level).max()
    {
        reports.push(SystemReport {
            id: ORG.into(),
            name: lists::organisation(),
            level,
            required_level: None,
            required_because: None,
            level_decision: None,
            status,
            counts,
            without: BTreeMap::new(),
            hosting: None,
            online_service: None,
            go_live: None,
            data_subjects: None,
        });
    }
    reports
}

/// Incidents that were found by the end of the day whose law counts.
pub(super) fn incidents(input: &Input<'_>) -> Option<Vec<IncidentReport>> {
    let known = input.inventory.incidents.as_ref()?;
    Some(
        known
            .iter()
            .filter(|i| Day::of(i.detected) <= input.as_of)
            .map(|i| IncidentReport {
                id: i.id.clone(),
                kind: i.kind,
                detected: i.detected.to_string(),
                notified: i.notified.map(|moment| moment.to_string()),
                grave: match i.kind {
                    IncidentKind::System => i.serious,
                    IncidentKind::PersonalData => i.harm_class,
                },
            })
            .collect(),
    )
}

/// The assets of the inventory.
pub(super) fn assets(input: &Input<'_>) -> Vec<AssetReport> {
    let mut seen = BTreeSet::new();
    input
        .assets
        .iter()
        .filter(|a| seen.insert(a.asset.id.clone()))
        .map(|a| AssetReport {
            id: a.asset.id.clone(),
            kind: a.asset.kind,
            systems: a.systems.clone(),
            target: a.asset.shown.clone(),
            subjects: a.collected.subjects.len() as u64,
            line: a.asset.line,
        })
        .collect()
}

/// What was read, each once.
pub(super) fn evidence(input: &Input<'_>) -> Vec<EvidenceItem> {
    let all: BTreeSet<&EvidenceItem> = input
        .assets
        .iter()
        .flat_map(|a| &a.collected.evidence)
        .collect();
    all.into_iter().cloned().collect()
}

fn percent(part: u64, whole: u64) -> Option<u8> {
    if whole == 0 {
        return None;
    }
    u8::try_from(part * 100 / whole).ok()
}
