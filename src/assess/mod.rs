//! From judgements to the run: findings, requirements, letter items, systems, gate.
//!
//! Pure: the same input gives the same bytes. Nothing becomes `met` without a pass or an attestation in date, and
//! what could not be seen stays undetermined.

mod attest;
mod baseline;
mod basis;
pub mod compare;
mod data_map;
mod finding;
mod gate;
mod inline;
mod letter;
mod missing;
mod requirement;
mod summary;
mod waive;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use baseline::Baseline;
use rayon::slice::ParallelSliceMut;

use crate::model::{
    Asked, Asset, AssetKind, AttestationReport, BeforeWaivers, Collected, Day, Disposition, Duty,
    Finding, Force, InstrumentReport, Inventory, Judgement, Law, Level, Reason, ResultWord,
    RulePack, Run, RunInfo, Selection, Severity, Text, Tool,
};

/// What the gate counts.
#[derive(Debug, Clone, Copy)]
pub struct GateRules {
    /// The severity from which binding failures count.
    pub fail_on: Severity,
    /// The coverage in percent below which the gate fails.
    pub min_coverage: u8,
    /// How many undetermined duties do not make the run incomplete.
    pub max_undetermined: u64,
    /// Count remarks too.
    pub strict: bool,
    /// Leave out gaps whose time to adapt has not passed.
    pub allow_transition: bool,
    /// Leave out what failed in the baseline already, and count what can no longer be judged.
    pub fail_on_new: bool,
}

/// One asset that was judged.
#[derive(Debug)]
pub struct Judged {
    /// What the inventory says of it.
    pub asset: Asset,
    /// Its system of the highest level comes first.
    pub systems: Vec<String>,
    /// What was seen.
    pub collected: Collected,
    /// The controls that were asked of it.
    pub asked: Vec<Asked>,
}

/// A level that the law demands of a system.
#[derive(Debug, Clone)]
pub struct DemandedLevel {
    /// The level.
    pub level: Level,
    /// How strongly.
    pub force: Force,
    /// The provision and the counts.
    pub because: Text,
}

/// Everything that a run is made of.
pub struct Input<'a> {
    /// The law.
    pub law: &'a Law,
    /// The controls.
    pub pack: &'a RulePack,
    /// What the company says of itself; in a scan, of one assumed system.
    pub inventory: &'a Inventory,
    /// A scan of this kind, not an audit.
    pub scan: Option<AssetKind>,
    /// The day whose law counts.
    pub as_of: Day,
    /// Every duty of the day.
    pub duties: &'a [Duty],
    /// What was judged.
    pub assets: &'a [Judged],
    /// Of each asset by each control.
    pub judgements: Vec<Judgement>,
    /// Controls whose law is not in force on the day.
    pub not_selected: &'a [(u32, Reason)],
    /// The controls that each system, and `org`, calls for.
    pub called: &'a BTreeMap<String, BTreeMap<u32, Arc<Selection>>>,
    /// What the law demands of each system.
    pub demanded: &'a BTreeMap<String, DemandedLevel>,
    /// What is wrong with the documents of attestations, by attestation.
    pub attestation_faults: &'a BTreeMap<String, Reason>,
    /// An earlier run.
    pub baseline: Option<&'a Baseline>,
    /// The gate.
    pub gate: GateRules,
    /// What judged.
    pub tool: Tool,
    /// When, of what.
    pub info: RunInfo,
    /// Remarks on the run.
    pub notes: Vec<Text>,
    /// What every format carries.
    pub disclaimer: Text,
}

/// Makes the run.
pub fn assess(mut input: Input<'_>) -> Run {
    let judgements = std::mem::take(&mut input.judgements);
    let duties = Duties::of(input.duties);
    let mut findings = finding::findings(&input, &duties, judgements);
    if input.scan.is_none() {
        findings.extend(missing::findings(&input, &duties));
    }
    // In place: a stable sort would ask for as much memory again.
    findings.par_sort_unstable_by(|a, b| {
        (&a.control, &a.system, &a.asset, &a.subject)
            .cmp(&(&b.control, &b.system, &b.asset, &b.subject))
    });
    if let Some(baseline) = input.baseline {
        for finding in &mut findings {
            finding.baseline = baseline.result(&finding.id);
            if finding.result == ResultWord::Pass && finding.baseline == Some(ResultWord::Fail) {
                finding.result = ResultWord::Fixed;
            }
        }
    }
    let attestations = attest::reports(&input);
    let mut waivers = waive::apply(&input, &mut findings);
    waivers.extend(inline::apply(&input, &mut findings));
    let requirements = requirement::reports(&input, &duties, &findings, &attestations);
    let systems = summary::systems(&input, &requirements);
    let letter = letter::items(&input, &requirements);
    let mut summary = summary::summary(&findings, &requirements);
    let beside = |f: &Finding| f.waiver.as_ref().is_some_and(|w| w.active);
    if (findings.iter()).any(|f| f.disposition != Disposition::None || beside(f)) {
        summary.before_waivers = Some(before_waivers(&input, &duties, &findings, &attestations));
    }
    let places = data_map::of(input.assets, &findings);
    let gate = gate::gate(&input, &findings, &requirements, &summary);
    Run {
        schema: "capdo/run/1".into(),
        tool: input.tool.clone(),
        run: input.info.clone(),
        organisation: input
            .scan
            .is_none()
            .then(|| input.inventory.organisation.clone()),
        assessor: input.inventory.assessor.clone(),
        gate,
        summary,
        letter,
        systems,
        assets: summary::assets(&input),
        controls: finding::controls(&input, &findings),
        requirements,
        findings,
        evidence: summary::evidence(&input),
        instruments: instruments(&input),
        waivers,
        attestations,
        incidents: input
            .scan
            .is_none()
            .then(|| summary::incidents(&input))
            .flatten(),
        data_map: places,
        disclaimer: input.disclaimer.clone(),
        notes: input.notes.clone(),
    }
}

/// The figures as if nothing stood beside any finding.
fn before_waivers(
    input: &Input<'_>,
    duties: &Duties<'_>,
    findings: &[Finding],
    attestations: &[AttestationReport],
) -> BeforeWaivers {
    let mut raw = findings.to_vec();
    for finding in &mut raw {
        finding.disposition = Disposition::None;
        finding.waiver = None;
    }
    let requirements = requirement::reports(input, duties, &raw, attestations);
    let summary = summary::summary(&raw, &requirements);
    BeforeWaivers {
        by_severity: summary.by_severity,
        requirements: summary.requirements,
        compliance: summary.compliance,
        coverage: summary.coverage,
    }
}

/// Duties by requirement and system.
struct Duties<'a>(BTreeMap<(&'a str, &'a str), &'a Duty>);

impl<'a> Duties<'a> {
    fn of(duties: &'a [Duty]) -> Self {
        Self(
            duties
                .iter()
                .map(|d| ((d.requirement.as_str(), d.system.as_str()), d))
                .collect(),
        )
    }

    fn get(&self, requirement: &str, system: &str) -> Option<&'a Duty> {
        self.0.get(&(requirement, system)).copied()
    }
}

fn instruments(input: &Input<'_>) -> Vec<InstrumentReport> {
    input
        .law
        .instruments
        .iter()
        .map(|i| InstrumentReport {
            id: i.id.clone(),
            number: i.number.clone(),
            kind: i.kind,
            title: i.title.clone(),
            in_force_from: i.in_force_from,
            in_force_to: i.in_force_to,
            in_force: i.in_force(input.as_of),
            replaced_by: i.replaced_by.clone(),
            cited_by_letter: i.cited_by_letter,
            reading: i.reading,
            note: i.note.clone(),
        })
        .collect()
}
