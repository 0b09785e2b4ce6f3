//! Waivers beside findings: they never overwrite a result, and an ended one counts for nothing.

use super::Input;
use crate::model::{
    Day, Disposition, Finding, FindingWaiver, Reason, ResultWord, Waiver, WaiverDisposition,
    WaiverReport,
};
use crate::text::reasons;

/// Puts the waivers beside the findings that they match, and reports on each.
pub(super) fn apply(input: &Input<'_>, findings: &mut [Finding]) -> Vec<WaiverReport> {
    let mut reports = Vec::new();
    let mut waivers: Vec<&Waiver> = input.inventory.waivers.iter().collect();
    waivers.sort_by(|a, b| a.id.cmp(&b.id));
    for waiver in waivers {
        let fault = fault(waiver, input.as_of);
        let active = fault.is_none();
        let mut matched = 0;
        for finding in findings
            .iter_mut()
            .filter(|f| f.result == ResultWord::Fail && matches(waiver, f))
        {
            matched += 1;
            // Of several waivers one that counts stays.
            if finding.waiver.as_ref().is_some_and(|w| w.active) {
                continue;
            }
            if active {
                finding.disposition = disposition(waiver.disposition);
            }
            finding.waiver = Some(FindingWaiver {
                id: waiver.id.clone(),
                until: waiver.until,
                active,
                reason: waiver.reason.clone(),
            });
        }
        let fault = fault.or_else(|| (matched == 0).then(|| Reason::new("waiver-unused", "")));
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
            remark: fault.as_ref().map(reasons::reason),
            findings: matched,
        });
    }
    reports
}

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

fn disposition(written: WaiverDisposition) -> Disposition {
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
