//! The chapters after the failures: what is undetermined and why, waivers, attestations, the matrix, counts by
//! control, and how the result came about.

use std::collections::BTreeMap;

use serde::Serialize;

use super::matrix::Matrix;
use crate::model::{
    AssetReport, AttestationReport, InstrumentReport, Reading, ReasonReport, ResultWord, Run,
    Status, Text, WaiverReport,
};
use crate::report::common::{both, cite, instrument_name as name, lead, lines, remarks, short};
use crate::text::labels::{self, Label};

/// The rest of the page.
#[derive(Debug, Serialize)]
pub(super) struct Rest {
    undetermined: Vec<Group>,
    waivers: Vec<Waiver>,
    attestations: Vec<Attestation>,
    matrix: Matrix,
    controls: Controls,
    instruments: Vec<Instrument>,
    assets: Vec<Asset>,
    evidence: Vec<Evidence>,
    tool: Tool,
}

/// Requirements that are undetermined for one reason.
#[derive(Debug, Serialize)]
struct Group {
    reason: Text,
    count: usize,
    items: Vec<Open>,
}

#[derive(Debug, Serialize)]
struct Open {
    id: String,
    title: Text,
    reference: Text,
    systems: String,
    reason: Option<Text>,
}

#[derive(Debug, Serialize)]
struct Waiver {
    id: String,
    disposition: Label,
    covers: String,
    reason: String,
    owner: String,
    approver: Option<String>,
    ticket: Option<String>,
    from: Text,
    until: Text,
    active: bool,
    remarks: Vec<Text>,
    findings: u64,
}

#[derive(Debug, Serialize)]
struct Attestation {
    id: String,
    requirement: String,
    scope: String,
    statement: Text,
    evidence: String,
    sha256: String,
    signer: String,
    role: String,
    issued: Text,
    valid_to: Text,
    in_date: bool,
    remark: Option<Text>,
}

/// Counts of results by control.
#[derive(Debug, Serialize)]
struct Controls {
    words: Vec<Label>,
    rows: Vec<Count>,
}

#[derive(Debug, Serialize)]
struct Count {
    id: String,
    title: Text,
    counts: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct Instrument {
    name: Text,
    title: Text,
    from: Text,
    to: Option<Text>,
    in_force: bool,
    by: Vec<Text>,
    reading: Label,
    doubtful: bool,
    note: Option<Text>,
}

#[derive(Debug, Serialize)]
struct Asset {
    id: String,
    kind: Label,
    systems: String,
    target: String,
    subjects: u64,
}

#[derive(Debug, Serialize)]
struct Evidence {
    id: String,
    source: String,
    command: Option<String>,
    sha256: Option<String>,
    collected_at: String,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct Tool {
    name: String,
    version: String,
    rules: String,
    law: String,
    host: String,
    started: Text,
    finished: Text,
}

impl Rest {
    pub(super) fn of(run: &Run) -> Self {
        Self {
            undetermined: undetermined(run),
            waivers: run.waivers.iter().map(waiver).collect(),
            attestations: run.attestations.iter().map(attestation).collect(),
            matrix: Matrix::of(run),
            controls: controls(run),
            instruments: run.instruments.iter().map(|i| instrument(i, run)).collect(),
            assets: run.assets.iter().map(asset).collect(),
            evidence: run
                .evidence
                .iter()
                .map(|e| Evidence {
                    id: short(&e.id, 240),
                    source: short(&e.source, 240),
                    command: e.command.as_ref().map(|c| short(c, 240)),
                    sha256: e.sha256.clone(),
                    collected_at: labels::clock(&short(&e.collected_at, 40)),
                    bytes: e.bytes,
                })
                .collect(),
            tool: Tool {
                name: run.tool.name.clone(),
                version: run.tool.version.clone(),
                rules: run.tool.rules_sha256.clone(),
                law: run.tool.law_sha256.clone(),
                host: short(&run.run.host, 120),
                started: labels::moment(&run.run.started),
                finished: labels::moment(&run.run.finished),
            },
        }
    }
}

/// By reason code, the most frequent first.
fn undetermined(run: &Run) -> Vec<Group> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for requirement in &run.requirements {
        let mut by_code: BTreeMap<&str, (Text, Vec<&str>)> = BTreeMap::new();
        for system in &requirement.systems {
            if system.status == Status::Undetermined {
                let why =
                    || Text::new(short(&system.reason.vi, 300), short(&system.reason.en, 300));
                let (_, systems) = by_code
                    .entry(&system.reason.code)
                    .or_insert_with(|| (why(), Vec::new()));
                systems.push(&system.id);
            }
        }
        for (code, (why, systems)) in by_code {
            let group = groups.entry(code).or_insert_with(|| Group {
                reason: why.clone(),
                count: 0,
                items: Vec::new(),
            });
            group.count += systems.len();
            group.items.push(Open {
                id: requirement.id.clone(),
                title: both(&requirement.title),
                reference: cite(requirement, run),
                systems: systems.join(", "),
                reason: Some(why),
            });
        }
    }
    for (code, group) in &mut groups {
        head(code, group);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|g| std::cmp::Reverse(g.count));
    groups
}

/// The words that all items share; what differs stays with the items.
fn head(code: &str, group: &mut Group) {
    let same = group
        .items
        .iter()
        .all(|item| item.reason.as_ref() == Some(&group.reason));
    if same {
        group.items.iter_mut().for_each(|item| item.reason = None);
        return;
    }
    let lead = lead(code, &group.reason);
    for text in group.items.iter_mut().filter_map(|i| i.reason.as_mut()) {
        for (words, lead) in [(&mut text.vi, &lead.vi), (&mut text.en, &lead.en)] {
            if let Some(detail) = words.strip_prefix(lead.as_str()) {
                *words = detail.trim_start_matches([':', ' ']).to_owned();
            }
        }
    }
    for item in &mut group.items {
        item.reason = item.reason.take().filter(|text| !text.vi.is_empty());
    }
    group.reason = lead;
}

fn words(reason: &ReasonReport) -> Text {
    Text::new(lines(&reason.vi), lines(&reason.en))
}

fn waiver(waiver: &WaiverReport) -> Waiver {
    Waiver {
        id: lines(&waiver.id),
        disposition: labels::disposition(waiver.disposition),
        covers: short(&waiver.covers, 240),
        reason: short(&waiver.reason, 500),
        owner: lines(&waiver.owner),
        approver: waiver.approver.as_deref().map(lines),
        ticket: waiver.ticket.as_deref().map(lines),
        from: labels::day(waiver.from),
        until: labels::day(waiver.until),
        active: waiver.active,
        remarks: remarks(waiver).map(words).collect(),
        findings: waiver.findings,
    }
}

fn attestation(attestation: &AttestationReport) -> Attestation {
    Attestation {
        id: lines(&attestation.id),
        requirement: attestation.requirement.clone(),
        scope: lines(&attestation.scope),
        statement: both(&attestation.statement),
        evidence: short(&attestation.evidence, 240),
        sha256: attestation.sha256.clone(),
        signer: lines(&attestation.signer.name),
        role: lines(&attestation.signer.role),
        issued: labels::day(attestation.issued),
        valid_to: labels::day(attestation.valid_to),
        in_date: attestation.in_date,
        remark: attestation.remark.as_ref().map(words),
    }
}

fn controls(run: &Run) -> Controls {
    let mut by_control: BTreeMap<&str, BTreeMap<ResultWord, u64>> = BTreeMap::new();
    for finding in &run.findings {
        *by_control
            .entry(&finding.control)
            .or_default()
            .entry(finding.result)
            .or_default() += 1;
    }
    let used: Vec<ResultWord> = ResultWord::ALL
        .into_iter()
        .filter(|w| by_control.values().any(|c| c.contains_key(w)))
        .collect();
    Controls {
        words: used.iter().map(|w| labels::result(*w)).collect(),
        rows: run
            .controls
            .iter()
            .map(|control| Count {
                id: control.id.clone(),
                title: both(&control.title),
                counts: used
                    .iter()
                    .map(|w| {
                        by_control
                            .get(control.id.as_str())
                            .and_then(|c| c.get(w))
                            .copied()
                            .unwrap_or(0)
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn instrument(instrument: &InstrumentReport, run: &Run) -> Instrument {
    Instrument {
        name: name(instrument),
        title: both(&instrument.title),
        from: labels::day(instrument.in_force_from),
        to: instrument.in_force_to.map(labels::day),
        in_force: instrument.in_force,
        by: instrument
            .replaced_by
            .iter()
            .filter_map(|id| run.instruments.iter().find(|i| i.id == *id))
            .map(name)
            .collect(),
        reading: labels::reading(instrument.reading),
        doubtful: instrument.reading != Reading::Read,
        note: instrument.note.as_ref().map(both),
    }
}

fn asset(asset: &AssetReport) -> Asset {
    Asset {
        id: lines(&asset.id),
        kind: labels::kind(asset.kind),
        systems: asset.systems.join(", "),
        target: short(&asset.target, 240),
        subjects: asset.subjects,
    }
}
