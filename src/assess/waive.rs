//! Waivers beside findings: they never overwrite a result, and an ended one counts for nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use crate::model::{
    Day, Disposition, Finding, FindingWaiver, Force, Reason, ResultWord, Waiver, WaiverDisposition,
    WaiverReport,
};
use crate::text::reasons;

/// Puts the waivers beside the findings that they match, and reports on each.
pub(super) fn apply(input: &Input<'_>, findings: &mut [Finding]) -> Vec<WaiverReport> {
    let mut reports = Vec::new();
    let mut waivers: Vec<&Waiver> = input.inventory.waivers.iter().collect();
    waivers.sort_by(|a, b| a.id.cmp(&b.id));
    let failing = Failing::of(findings);
    for waiver in waivers {
        let fault = fault(waiver, input.as_of);
        let active = fault.is_none();
        let mut met = Met::default();
        for at in failing.candidates(waiver) {
            let Some(finding) = findings.get_mut(*at).filter(|f| matches(waiver, f)) else {
                continue;
            };
            // Whoever approved it for a whole system cannot have seen what came later.
            if waiver.asset.is_none()
                && let Some(baseline) = input.baseline
                && baseline.came_after(&finding.id, waiver.from)
            {
                met.later += 1;
                continue;
            }
            met.findings += 1;
            met.assets.insert(finding.asset.to_string());
            // Of several waivers one that counts stays.
            if let Some(other) = finding.waiver.as_ref().filter(|w| w.active) {
                met.others.insert(other.id.clone());
                continue;
            }
            if active && !breaks_more(waiver, finding) {
                finding.disposition = disposition(waiver.disposition);
            }
            finding.waiver = Some(Box::new(FindingWaiver {
                id: waiver.id.clone(),
                until: waiver.until,
                active,
                reason: waiver.reason.clone(),
            }));
        }
        let remarks = remarks(waiver, input.as_of, fault, &met);
        reports.push(WaiverReport {
            id: waiver.id.clone(),
            disposition: disposition(waiver.disposition),
            covers: covers(waiver),
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            approver: waiver.approver.clone(),
            ticket: waiver.ticket.clone(),
            from: waiver.from,
            until: waiver.until,
            active,
            remark: remarks.first().map(reasons::reason),
            remarks: remarks.iter().map(reasons::reason).collect(),
            findings: met.findings,
        });
    }
    reports
}

/// What a waiver met.
#[derive(Default)]
struct Met {
    findings: u64,
    assets: BTreeSet<String>,
    /// Failures that came after it was approved, which it does not cover.
    later: u64,
    /// Other waivers on the same findings.
    others: BTreeSet<String>,
}

/// Failures by what a waiver names, so that ten thousand waivers do not each walk all findings.
struct Failing {
    by_control: BTreeMap<String, Vec<usize>>,
    by_requirement: BTreeMap<String, Vec<usize>>,
}

impl Failing {
    fn of(findings: &[Finding]) -> Self {
        let mut by_control: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut by_requirement: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, finding) in findings.iter().enumerate() {
            if finding.result != ResultWord::Fail {
                continue;
            }
            by_control
                .entry(finding.control.to_string())
                .or_default()
                .push(at);
            for requirement in &finding.requirements {
                let of_one = by_requirement.entry(requirement.id.clone());
                of_one.or_default().push(at);
            }
        }
        Self {
            by_control,
            by_requirement,
        }
    }

    fn candidates(&self, waiver: &Waiver) -> &[usize] {
        let found = match (&waiver.control, &waiver.requirement) {
            (Some(control), _) => self.by_control.get(control),
            (None, Some(requirement)) => self.by_requirement.get(requirement),
            (None, None) => None,
        };
        found.map_or(&[], Vec::as_slice)
    }
}

/// What there is to say of a waiver: why it does not count, that it matches nothing, that it covers more than its approver can have seen,
/// that another stands there already, that it ends soon, that nobody can look up where it was decided.
fn remarks(waiver: &Waiver, on: Day, fault: Option<Reason>, met: &Met) -> Vec<Reason> {
    let active = fault.is_none();
    let mut remarks: Vec<Reason> = fault.into_iter().collect();
    if met.findings == 0 && met.later == 0 {
        remarks.push(Reason::new("waiver-unused", ""));
    }
    if active && met.later > 0 {
        remarks.push(Reason::new("waiver-later", met.later.to_string()));
    }
    if active && waiver.asset.is_none() && met.findings > 0 {
        let figures = format!("{}, {}", met.findings, met.assets.len());
        remarks.push(Reason::new("waiver-broad", figures));
    }
    if active && !met.others.is_empty() {
        let others: Vec<&str> = met.others.iter().map(String::as_str).take(5).collect();
        remarks.push(Reason::new("waiver-overlaps", others.join(", ")));
    }
    if active && waiver.until.days_since(on) <= ENDS_SOON_DAYS {
        remarks.push(Reason::new("waiver-ending", waiver.until.to_string()));
    }
    if waiver.ticket.as_ref().is_none_or(|t| t.trim().is_empty()) {
        remarks.push(Reason::new("waiver-no-ticket", ""));
    }
    remarks
}

/// A waiver that ends within so many days is told.
const ENDS_SOON_DAYS: i64 = 30;

pub(super) fn fault(waiver: &Waiver, on: Day) -> Option<Reason> {
    if waiver
        .approver
        .as_deref()
        .is_none_or(|a| a.trim().is_empty())
    {
        return Some(Reason::new("waiver-not-approved", ""));
    }
    if waiver.from > on {
        return Some(Reason::new("waiver-not-begun", waiver.from.to_string()));
    }
    (waiver.until < on).then(|| Reason::new("waiver-ended", waiver.until.to_string()))
}

fn matches(waiver: &Waiver, finding: &Finding) -> bool {
    let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|w| w == value);
    let bears = |id: &String| finding.requirements.iter().any(|r| r.id == *id);
    is(&waiver.control, &finding.control)
        && waiver.requirement.as_ref().is_none_or(bears)
        && waiver
            .system
            .as_ref()
            .is_none_or(|s| finding.systems.contains(s))
        && is(&waiver.asset, &finding.asset)
        && is(&waiver.subject, &finding.subject)
        && waiver.in_file.as_deref().is_none_or(|wanted| {
            let file = finding.location.as_ref().and_then(|l| l.file.as_deref());
            file.is_some_and(|file| is_file(wanted, file))
        })
}

/// Is this the file that is meant: its whole path, or the end of it?
pub(super) fn is_file(wanted: &str, file: &str) -> bool {
    let wanted = wanted.trim_start_matches("./");
    file == wanted || file.ends_with(&format!("/{wanted}"))
}

/// Does it lift what it covers, and not only accept it for a time?
pub(super) fn lifts(waiver: &Waiver) -> bool {
    match waiver.disposition {
        WaiverDisposition::Waived => false,
        WaiverDisposition::Compensating | WaiverDisposition::FalsePositive => true,
    }
}

/// Was the failure lifted for one duty, and does it break another that binds? Then it stays an active failure.
fn breaks_more(waiver: &Waiver, finding: &Finding) -> bool {
    let Some(only) = waiver.requirement.as_ref().filter(|_| lifts(waiver)) else {
        return false;
    };
    let mut others = finding.requirements.iter().filter(|r| r.id != *only);
    others.any(|r| r.force == Force::Binding)
}

pub(super) fn disposition(written: WaiverDisposition) -> Disposition {
    match written {
        WaiverDisposition::Waived => Disposition::Waived,
        WaiverDisposition::Compensating => Disposition::Compensating,
        WaiverDisposition::FalsePositive => Disposition::FalsePositive,
    }
}

fn covers(waiver: &Waiver) -> String {
    let parts = [
        &waiver.control,
        &waiver.requirement,
        &waiver.system,
        &waiver.asset,
        &waiver.subject,
        &waiver.in_file,
    ];
    parts
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>()
        .join(" · ")
}
