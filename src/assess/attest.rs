//! Attestations: which of them count on the day.

use super::Input;
use crate::model::{AttestationReport, Duty, Reason};
use crate::text::reasons;

/// Each attestation, and why it does not count where it does not.
pub(super) fn reports(input: &Input<'_>) -> Vec<AttestationReport> {
    let on = input.as_of;
    let mut reports: Vec<AttestationReport> = input
        .inventory
        .attestations
        .iter()
        .map(|a| {
            let fault = if a.issued > on {
                Some(Reason::new("attestation-not-begun", a.issued.to_string()))
            } else if a.valid_to < on {
                Some(Reason::new("attestation-ended", a.valid_to.to_string()))
            } else {
                let unsaid = || (!a.met).then(|| Reason::new("attestation-not-met", ""));
                input.attestation_faults.get(&a.id).cloned().or_else(unsaid)
            };
            // It is in date, and no duty of the day asks for it: a wrong scope, another level, an older text.
            let asked = |d: &Duty| d.requirement == a.requirement && a.speaks_of(&d.system);
            let unused = (!input.duties.iter().any(asked))
                .then(|| Reason::new("attestation-unused", a.scope.clone()));
            AttestationReport {
                id: a.id.clone(),
                requirement: a.requirement.clone(),
                scope: a.scope.clone(),
                statement: a.statement.clone(),
                evidence: a.evidence.written.clone(),
                sha256: a.evidence.sha256.clone(),
                signer: a.signer.clone(),
                issued: a.issued,
                valid_to: a.valid_to,
                in_date: fault.is_none(),
                remark: fault.as_ref().or(unused.as_ref()).map(reasons::reason),
            }
        })
        .collect();
    reports.sort_by(|a, b| a.id.cmp(&b.id));
    reports
}
