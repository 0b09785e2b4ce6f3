//! From judgements to findings: ids, requirements with their force, words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::basis::{self, Subjects};
use super::{Duties, Input, Judged};
use crate::model::{
    Actual, ActualReport, AssetKind, Control, ControlReport, Disposition, Finding,
    FindingRequirement, Force, Judgement, Location, Name, Names, ORG, ParameterReport,
    ParameterValue, Place, Reason, ReasonReport, ResultWord, Selection, Shared, Target, Text,
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
    let assets: Vec<Of<'_>> = input.assets.iter().map(Of::asset).collect();
    let subjects = basis::subjects(input);
    let fresh = || Drafts::of_assets(input, duties, &assets, &subjects);
    // Room is taken once: the list is the largest of a run, and a part is collected beside it.
    let mut found = Vec::with_capacity(judgements.len() + input.not_selected.len());
    let mut judgements = judgements.into_iter();
    while !judgements.as_slice().is_empty() {
        let part: Vec<Judgement> = judgements.by_ref().take(PART).collect();
        let part: Vec<Finding> = part
            .into_par_iter()
            .with_min_len(AT_ONCE)
            .map_init(fresh, |drafts, j| drafts.of_judgement(j))
            .flatten_iter()
            .collect();
        found.extend(part);
    }
    let mut drafts = Drafts::new(input, duties);
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
        finding.reason = Some(reasons::reason(reason).into());
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
fn without_idle(input: &Input<'_>, mut judgements: Vec<Judgement>) -> Vec<Judgement> {
    let idle = |j: &Judgement| j.reason.as_ref().is_some_and(|r| r.code == "no-subject");
    let mut keep = {
        let asset = |j: &Judgement| input.assets.get(j.asset as usize);
        let mut busy = BTreeSet::new();
        for j in judgements.iter().filter(|j| !idle(j)) {
            let of_asset = asset(j).map(|a| a.systems.as_slice());
            let systems = j.systems.as_deref().or(of_asset).unwrap_or_default();
            busy.extend(systems.iter().map(|s| (j.control, s.as_str())));
        }
        // What the inventory says stands beside lists that only some systems have: any of them will do.
        let document =
            |j: &Judgement| asset(j).is_some_and(|a| a.asset.kind == AssetKind::Document);
        let anywhere: BTreeSet<u32> = busy.iter().map(|(control, _)| *control).collect();
        let mut said = BTreeSet::new();
        let mut is_kept = |j: &Judgement| {
            if !idle(j) {
                return true;
            }
            let own = j.systems.as_deref().and_then(|s| s.first());
            let system = own.or_else(|| asset(j).and_then(|a| a.systems.first()));
            let elsewhere = document(j) && anywhere.contains(&j.control);
            let there = system.is_some_and(|s| busy.contains(&(j.control, s.as_str())));
            !elsewhere && !there && said.insert((j.control, system.cloned()))
        };
        let keep: Vec<bool> = judgements.iter().map(&mut is_kept).collect();
        keep.into_iter()
    };
    judgements.retain(|_| keep.next().unwrap_or(true));
    judgements
}

/// How many judgements are turned into findings by one thread at least.
const AT_ONCE: usize = 2048;

/// How many are turned into findings before the next.
const PART: usize = 1 << 15;

/// Makes findings; what all those of one control and system say is made once.
pub(super) struct Drafts<'a, 'b> {
    input: &'a Input<'b>,
    duties: &'a Duties<'b>,
    expected: BTreeMap<(String, Vec<i64>), Shared<Text>>,
    reasons: BTreeMap<Reason, Shared<ReasonReport>>,
    said: BTreeMap<(u32, u32), Vec<Said>>,
    names: Names,
    of: Option<(&'a [Of<'a>], &'a Subjects<'a>)>,
}

/// What is looked up of an asset for each of its findings.
struct Of<'a> {
    judged: &'a Judged,
    asked: BTreeMap<u32, &'a Selection>,
    /// Its evidence by source, in the order in which it was read.
    evidence: BTreeMap<&'a str, Vec<usize>>,
}

/// What the findings of one control in one asset say alike, for the systems of their subjects.
#[derive(Clone)]
struct Said {
    systems: Shared<Vec<String>>,
    force: Force,
    expected: Shared<Text>,
    requirements: Shared<Vec<FindingRequirement>>,
    parameters: Shared<BTreeMap<String, ParameterReport>>,
}

impl<'a, 'b> Drafts<'a, 'b> {
    /// For findings that speak of no asset.
    pub(super) fn new(input: &'a Input<'b>, duties: &'a Duties<'b>) -> Self {
        Self {
            input,
            duties,
            expected: BTreeMap::new(),
            reasons: BTreeMap::new(),
            said: BTreeMap::new(),
            names: Names::default(),
            of: None,
        }
    }

    fn of_assets(
        input: &'a Input<'b>,
        duties: &'a Duties<'b>,
        assets: &'a [Of<'a>],
        subjects: &'a Subjects<'a>,
    ) -> Self {
        Self {
            of: Some((assets, subjects)),
            ..Self::new(input, duties)
        }
    }

    fn of_judgement(&mut self, j: Judgement) -> Option<Finding> {
        let (assets, subjects) = self.of?;
        let of = assets.get(j.asset as usize)?;
        let control = self.input.pack.controls.get(j.control as usize)?;
        let said = self.said(control, of, &j)?;
        let j = if j.result == ResultWord::Pass {
            basis::of_pass(j, control, subjects)
        } else {
            j
        };
        let reason = j.reason.as_ref().map(|r| self.reason(r));
        let subject = j.subject.clone().into();
        let mut finding = self.finding(control, &said, &of.judged.asset.id, subject);
        finding.result = j.result;
        finding.reason = reason;
        finding.actual = j.actual.iter().map(|a| self.actual(a)).collect();
        finding.actual_more = j.more;
        finding.location = location(of.judged, j.place.as_ref());
        finding.evidence = of.evidence(&j, &mut self.names);
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
        let said = self.say(control, selection, systems);
        self.finding(control, &said, asset, subject.into())
    }

    fn said(&mut self, control: &Control, of: &Of<'_>, j: &Judgement) -> Option<Said> {
        let selection = *of.asked.get(&j.control)?;
        let systems: &[String] = j.systems.as_deref().unwrap_or(&of.judged.systems);
        let key = (j.control, j.asset);
        let known = self.said.get(&key).into_iter().flatten();
        if let Some(said) = known.into_iter().find(|s| **s.systems == *systems) {
            return Some(said.clone());
        }
        let said = self.say(control, selection, systems);
        self.said.entry(key).or_default().push(said.clone());
        Some(said)
    }

    fn say(&mut self, control: &Control, selection: &Selection, systems: &[String]) -> Said {
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
                expected(control, &self.input.pack.vocabulary, &selection.parameters).into()
            })
            .clone();
        let parameter = |(name, p): (&String, &ParameterValue)| {
            let report = ParameterReport {
                value: p.value,
                unit: reasons::unit(p.unit).en,
                source: p.source.clone(),
            };
            (name.clone(), report)
        };
        let parameters: BTreeMap<String, ParameterReport> =
            selection.parameters.iter().map(parameter).collect();
        Said {
            systems: systems.to_vec().into(),
            force,
            expected,
            requirements: requirements.into(),
            parameters: parameters.into(),
        }
    }

    fn reason(&mut self, reason: &Reason) -> Shared<ReasonReport> {
        if let Some(known) = self.reasons.get(reason) {
            return known.clone();
        }
        let words: Shared<ReasonReport> = reasons::reason(reason).into();
        self.reasons.insert(reason.clone(), words.clone());
        words
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

    fn finding(&mut self, control: &Control, said: &Said, asset: &str, subject: Name) -> Finding {
        let system = said.systems.first().map_or("", String::as_str);
        Finding {
            id: finding_id(&control.id, asset, &subject),
            control: self.names.name(&control.id),
            severity: control.severity,
            force: said.force,
            result: ResultWord::NotChecked,
            disposition: Disposition::None,
            system: self.names.name(system),
            systems: said.systems.clone(),
            asset: self.names.name(asset),
            subject,
            title: control.title.clone(),
            expected: said.expected.clone(),
            actual: Vec::new(),
            actual_more: 0,
            reason: None,
            location: None,
            evidence: Vec::new(),
            remediation: control.remediation.clone(),
            requirements: said.requirements.clone(),
            parameters: said.parameters.clone(),
            waiver: None,
            baseline: None,
        }
    }

    fn actual(&mut self, a: &Actual) -> ActualReport {
        ActualReport {
            path: self.names.name(&a.path),
            value: shortened(&a.shown()),
            origin: a.origin,
            file: a.place.as_ref().map(|p| p.file.clone().into()),
            line: a.place.as_ref().map(|p| p.line).filter(|line| *line > 0),
        }
    }
}

/// First 16 hex digits of SHA-256 over control, asset and subject.
fn finding_id(control: &str, asset: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    for part in [control, asset, subject] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let first = hash.finalize().into_iter().take(8);
    first.fold(String::with_capacity(16), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
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
            file: Some(place.file.clone().into()),
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
                address: Some(address.as_str().into()),
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

impl<'a> Of<'a> {
    fn asset(judged: &'a Judged) -> Self {
        let mut evidence: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, item) in judged.collected.evidence.iter().enumerate() {
            evidence.entry(&item.source).or_default().push(at);
        }
        let asked = judged.asked.iter();
        Self {
            judged,
            asked: asked.map(|a| (a.control, &*a.selection)).collect(),
            evidence,
        }
    }

    /// What was read of the files that the judgement names; all that was read, where it names none and that is little.
    fn evidence(&self, j: &Judgement, names: &mut Names) -> Vec<Name> {
        let all = &self.judged.collected.evidence;
        let places = j
            .actual
            .iter()
            .filter_map(|a| a.place.as_ref())
            .chain(j.place.as_ref());
        let files: BTreeSet<&str> = places.map(|p| &*p.file).collect();
        let found = files.iter().filter_map(|file| self.evidence.get(file));
        let hit: BTreeSet<usize> = found.flatten().copied().collect();
        if hit.is_empty() && all.len() <= 3 {
            return all.iter().map(|e| names.name(&e.id)).collect();
        }
        let items = hit.into_iter().filter_map(|at| all.get(at));
        items.map(|e| names.name(&e.id)).collect()
    }
}

/// The controls that the findings name, with their texts once.
pub(super) fn controls(input: &Input<'_>, findings: &[Finding]) -> Vec<ControlReport> {
    let mut expected: BTreeMap<&str, &Shared<Text>> = BTreeMap::new();
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
