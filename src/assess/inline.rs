//! Waivers that stand in remarks of the files themselves. Whoever may write the file may write the remark: one counts
//! only on a remark, or where an approved entry of `waivers.yaml` names the same control and file.

use super::Input;
use super::waive;
use crate::model::{
    Day, Disposition, Finding, FindingWaiver, Force, InlineWaiver, Reason, ResultWord, Severity,
    Waiver, WaiverReport,
};
use crate::text::reasons;

/// Puts the inline waivers beside the findings that they stand at, and reports on each.
pub(super) fn apply(input: &Input<'_>, findings: &mut [Finding]) -> Vec<WaiverReport> {
    let mut reports = Vec::new();
    for judged in input.assets {
        for waiver in &judged.collected.inline {
            reports.push(one(input, &judged.asset.id, waiver, findings));
        }
    }
    reports
}

fn one(
    input: &Input<'_>,
    asset: &str,
    waiver: &InlineWaiver,
    findings: &mut [Finding],
) -> WaiverReport {
    let id = format!("inline:{}", waiver.place);
    let asset_systems = systems_of(input, asset);
    let entry = approval(input, waiver, asset, asset_systems);
    let until = waiver.until.unwrap_or(input.as_of);
    let whole = waiver.until.is_some() && !waiver.reason.trim().is_empty();
    let ended = waiver.until.is_some_and(|until| until < input.as_of);
    // It has no first day: counted from the day that is judged.
    let endless = until > input.as_of.plus_days(MAX_DAYS);
    let mut matched = 0;
    let mut refused = 0;
    for finding in findings
        .iter_mut()
        .filter(|f| f.asset == *asset && f.result == ResultWord::Fail && stands_at(waiver, f))
    {
        matched += 1;
        // What fails the gate whatever its force is no remark.
        let remark = finding.force != Force::Binding && finding.severity != Severity::Critical;
        let counts = whole && !ended && !endless && (remark || entry.is_some());
        refused += u64::from(!counts);
        // One of waivers.yaml that counts stays.
        if finding.waiver.as_ref().is_some_and(|w| w.active) {
            continue;
        }
        if counts {
            finding.disposition = Disposition::Waived;
        }
        finding.waiver = Some(Box::new(FindingWaiver {
            id: id.clone(),
            until,
            active: counts,
            reason: waiver.reason.clone(),
        }));
    }
    let fault = if ended {
        Some(Reason::new("waiver-ended", until.to_string()))
    } else if endless {
        Some(Reason::new("waiver-too-long", until.to_string()))
    } else if !whole || refused > 0 {
        Some(Reason::new("waiver-not-approved", ""))
    } else {
        (matched == 0).then(|| Reason::new("waiver-unused", ""))
    };
    WaiverReport {
        id,
        disposition: Disposition::Waived,
        covers: format!("{} · {}", waiver.control, waiver.place),
        reason: waiver.reason.clone(),
        owner: entry.map(|e| e.owner.clone()).unwrap_or_default(),
        approver: entry.and_then(|e| e.approver.clone()),
        ticket: entry.and_then(|e| e.ticket.clone()),
        from: entry.map_or(input.as_of, |e| e.from),
        until,
        active: whole && !ended && !endless && refused == 0,
        remark: fault.as_ref().map(reasons::reason),
        remarks: fault.iter().map(reasons::reason).collect(),
        findings: matched,
    }
}

/// The longest time that a failure may be accepted before it is decided again.
const MAX_DAYS: i64 = 180;

fn systems_of<'i>(input: &'i Input<'_>, asset: &str) -> &'i [String] {
    let judged = input.assets.iter().find(|j| j.asset.id == asset);
    judged.map_or(&[], |j| j.systems.as_slice())
}

/// The entry of `waivers.yaml` that names this control and this file, and no other asset or system, approved and in its days.
fn approval<'i>(
    input: &'i Input<'_>,
    inline: &InlineWaiver,
    asset: &str,
    systems: &[String],
) -> Option<&'i Waiver> {
    let on: Day = input.as_of;
    input.inventory.waivers.iter().find(|entry| {
        let file = entry.in_file.as_deref();
        entry.control.as_deref() == Some(inline.control.as_str())
            && entry.asset.as_deref().is_none_or(|a| a == asset)
            && entry.system.as_ref().is_none_or(|s| systems.contains(s))
            && file.is_some_and(|wanted| waive::is_file(wanted, &inline.place.file))
            && waive::fault(entry, on).is_none()
    })
}

/// Is the finding one of this control, in this file, at the lines that the remark speaks of?
fn stands_at(waiver: &InlineWaiver, finding: &Finding) -> bool {
    let Some(location) = &finding.location else {
        return false;
    };
    let line = location.line.unwrap_or(1);
    finding.control == waiver.control
        && location.file.as_deref() == Some(&*waiver.place.file)
        && (waiver.place.line..=waiver.to).contains(&line)
}
