//! From judgements to findings: ids, requirements with their force, words.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::basis::{self, Subjects};
use super::{Duties, Input, Judged};
use crate::model::{
    Actual, ActualReport, AssetKind, Control, ControlReport, Disposition, Finding,
    FindingRequirement, Force, Judgement, Location, ORG, ParameterReport, Place, ReasonReport,
    ResultWord, Selection, Target, Text,
};
use crate::text::expected::expected;
use crate::text::reasons;

/// The findings of all judgements, and one for each control whose law is not in force.
pub(super) fn findings(
    input: &Input<'_>,
    duties: &Duties<'_>,
    judgements: Vec<Judgement>,
) -> Vec<Finding> {
    let judgements = without_idle(input, judgements);
    let mut drafts = Drafts {
        input,
        duties,
        expected: BTreeMap::new(),
        subjects: basis::subjects(input),
    };
    let mut found: Vec<Finding> = judgements
        .iter()
        .filter_map(|j| drafts.of_judgement(j))
        .collect();
    for (control, reason) in input.not_selected {
        let Some(control) = input.pack.controls.get(*control as usize) else {
            continue;
        };
        let asset = pseudo_asset(input, ORG, control);
        let mut finding = drafts.of(
            control,
            &Selection::default(),
            &asset,
            control.subject.as_str(),
            &[ORG.to_owned()],
        );
        finding.result = ResultWord::NotSelected;
        finding.reason = Some(reasons::reason(reason));
        found.push(finding);
    }
    found
}

/// The id of what stands in for an asset that is not there: `<system>/<kind>`, in a scan `<kind>`.
pub(super) fn pseudo_asset(input: &Input<'_>, system: &str, control: &Control) -> String {
    match input.scan {
        Some(_) => control.asset.word().to_owned(),
        None => format!("{system}/{}", control.asset.word()),
    }
}

/// `no-subject` says that no asset of the kind has such a subject: of several assets of one system it is said once,
/// and not at all where another asset has one.
fn without_idle(input: &Input<'_>, judgements: Vec<Judgement>) -> Vec<Judgement> {
    let idle = |j: &Judgement| j.reason.as_ref().is_some_and(|r| r.code == "no-subject");
    let system = |j: &Judgement| {
        let own = j.systems.as_ref().and_then(|s| s.first().cloned());
        own.or_else(|| {
            input
                .assets
                .get(j.asset as usize)
                .and_then(|a| a.systems.first().cloned())
        })
    };
    let mut busy = BTreeSet::new();
    for j in judgements.iter().filter(|j| !idle(j)) {
        let asset = input.assets.get(j.asset as usize);
        let systems = j
            .systems
            .as_ref()
            .map(|s| s.to_vec())
            .or_else(|| asset.map(|a| a.systems.clone()));
        busy.extend(
            systems
                .unwrap_or_default()
                .into_iter()
                .map(|s| (j.control, Some(s))),
        );
    }
    // What the inventory says stands beside lists that only some systems have: any of them will do.
    let document = |j: &Judgement| {
        let asset = input.assets.get(j.asset as usize);
        asset.is_some_and(|a| a.asset.kind == AssetKind::Document)
    };
    let anywhere: BTreeSet<u32> = busy.iter().map(|(control, _)| *control).collect();
    let mut said = BTreeSet::new();
    judgements
        .into_iter()
        .filter(|j| {
            let key = (j.control, system(j));
            let elsewhere = document(j) && anywhere.contains(&j.control);
            !idle(j) || (!elsewhere && !busy.contains(&key) && said.insert(key))
        })
        .collect()
}

/// Makes findings; the words of what is expected are made once for each control and set of values.
pub(super) struct Drafts<'a, 'b> {
    pub(super) input: &'a Input<'b>,
    pub(super) duties: &'a Duties<'b>,
    pub(super) expected: BTreeMap<(String, Vec<i64>), Text>,
    pub(super) subjects: Subjects<'a>,
}

impl Drafts<'_, '_> {
    fn of_judgement(&mut self, j: &Judgement) -> Option<Finding> {
        let judged = self.input.assets.get(j.asset as usize)?;
        let control = self.input.pack.controls.get(j.control as usize)?;
        let selection = &judged
            .asked
            .iter()
            .find(|a| a.control == j.control)?
            .selection;
        let systems = j
            .systems
            .as_ref()
            .map_or_else(|| judged.systems.clone(), |s| s.to_vec());
        let whole;
        let j = if j.result == ResultWord::Pass {
            whole = basis::of_pass(j, control, &self.subjects);
            &whole
        } else {
            j
        };
        let mut finding = self.of(control, selection, &judged.asset.id, &j.subject, &systems);
        finding.result = j.result;
        finding.reason = j.reason.as_ref().map(reasons::reason);
        finding.actual = j.actual.iter().map(actual).collect();
        finding.actual_more = j.more;
        finding.location = location(judged, j.place.as_ref());
        finding.evidence = evidence(judged, j);
        Some(finding)
    }

    /// A finding without a result yet.
    pub(super) fn of(
        &mut self,
        control: &Control,
        selection: &Selection,
        asset: &str,
        subject: &str,
        systems: &[String],
    ) -> Finding {
        let requirements = self.requirements(control, selection, systems);
        let force = requirements
            .iter()
            .map(|r| r.force)
            .max()
            .unwrap_or(Force::Interpretation);
        let key = (
            control.id.clone(),
            selection.parameters.values().map(|p| p.value).collect(),
        );
        let expected = self
            .expected
            .entry(key)
            .or_insert_with(|| {
                expected(control, &self.input.pack.vocabulary, &selection.parameters)
            })
            .clone();
        Finding {
            id: finding_id(&control.id, asset, subject),
            control: control.id.clone(),
            severity: control.severity,
            force,
            result: ResultWord::NotChecked,
            disposition: Disposition::None,
            system: systems.first().cloned().unwrap_or_default(),
            systems: systems.to_vec(),
            asset: asset.to_owned(),
            subject: subject.to_owned(),
            title: control.title.clone(),
            expected,
            actual: Vec::new(),
            actual_more: 0,
            reason: None,
            location: None,
            evidence: Vec::new(),
            remediation: control.remediation.clone(),
            requirements,
            parameters: selection
                .parameters
                .iter()
                .map(|(name, p)| {
                    let unit = reasons::unit(p.unit).en;
                    (
                        name.clone(),
                        ParameterReport {
                            value: p.value,
                            unit,
                            source: p.source.clone(),
                        },
                    )
                })
                .collect(),
            waiver: None,
            baseline: None,
        }
    }

    /// The requirements in force on which the control bears here, each with the weaker force of control, figure and
    /// requirement; of several systems the strongest.
    fn requirements(
        &self,
        control: &Control,
        selection: &Selection,
        systems: &[String],
    ) -> Vec<FindingRequirement> {
        let mut found: Vec<FindingRequirement> = Vec::new();
        for id in &selection.requirements {
            let force = systems
                .iter()
                .map(String::as_str)
                .chain([ORG])
                .filter_map(|system| self.duties.get(id, system))
                .map(|duty| duty.force.min(control.force).min(selection.figure_force))
                .max();
            if let Some(force) = force {
                found.push(FindingRequirement {
                    id: id.clone(),
                    force,
                });
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }
}

/// First 16 hex digits of SHA-256 over control, asset and subject.
fn finding_id(control: &str, asset: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    for part in [control, asset, subject] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn actual(a: &Actual) -> ActualReport {
    ActualReport {
        path: a.path.to_string(),
        value: shortened(&a.shown()),
        origin: a.origin,
        file: a.place.as_ref().map(|p| p.file.to_string()),
        line: a.place.as_ref().map(|p| p.line).filter(|line| *line > 0),
    }
}

/// Values of targets may be as long as they like; a report may not.
fn shortened(value: &str) -> String {
    const MOST: usize = 400;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    value.chars().take(MOST).chain(['…']).collect()
}

fn location(judged: &Judged, place: Option<&Place>) -> Option<Location> {
    if let Some(place) = place {
        let line = (place.line > 0).then_some(place.line);
        return Some(Location {
            file: Some(place.file.to_string()),
            line,
            column: None,
            address: None,
        });
    }
    match &judged.asset.target {
        Target::Endpoint { address, .. } | Target::EndpointFacts { address, .. } => {
            Some(Location {
                file: None,
                line: None,
                column: None,
                address: Some(address.clone()),
            })
        }
        Target::ServerRoot(_)
        | Target::Bundle(_)
        | Target::Local { .. }
        | Target::Ssh { .. }
        | Target::Config(_)
        | Target::Schema { .. }
        | Target::Database { .. }
        | Target::Label(_)
        | Target::Roster { .. }
        | Target::CallerId(_)
        | Target::NotBuilt(_) => None,
    }
}

fn evidence(judged: &Judged, j: &Judgement) -> Vec<String> {
    let all = &judged.collected.evidence;
    let places = j
        .actual
        .iter()
        .filter_map(|a| a.place.as_ref())
        .chain(j.place.as_ref());
    let files: BTreeSet<&str> = places.map(|p| &*p.file).collect();
    let hit: Vec<String> = all
        .iter()
        .filter(|e| files.contains(e.source.as_str()))
        .map(|e| e.id.clone())
        .collect();
    if hit.is_empty() && all.len() <= 3 {
        all.iter().map(|e| e.id.clone()).collect()
    } else {
        hit
    }
}

/// The controls that the findings name, with their texts once.
pub(super) fn controls(input: &Input<'_>, findings: &[Finding]) -> Vec<ControlReport> {
    let mut expected: BTreeMap<&str, &Text> = BTreeMap::new();
    for finding in findings {
        expected
            .entry(&finding.control)
            .or_insert(&finding.expected);
    }
    input
        .pack
        .controls
        .iter()
        .filter_map(|c| {
            let expected = expected.get(c.id.as_str())?;
            Some(ControlReport {
                id: c.id.clone(),
                title: c.title.clone(),
                asset: c.asset,
                severity: c.severity,
                force: c.force,
                expected: (*expected).clone(),
                rationale: c.rationale.clone(),
                remediation: c.remediation.clone(),
            })
        })
        .collect()
}

/// A reason made of a code and words that differ by language.
pub(super) fn words(code: &str, detail: &Text) -> ReasonReport {
    let lead = reasons::code(code);
    let with = |lead: String, detail: &str| {
        if detail.is_empty() {
            lead
        } else {
            format!("{lead}: {detail}")
        }
    };
    ReasonReport {
        code: code.to_owned(),
        vi: with(lead.vi, &detail.vi),
        en: with(lead.en, &detail.en),
    }
}
