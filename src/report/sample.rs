//! A realistic run for the tests of all formats, and one whose strings are hostile.

use crate::model::{Name, ReasonReport, Run};

/// `tests/fixtures/run.json`: every result word, disposition and status.
pub(super) fn run() -> Run {
    serde_json::from_str(include_str!("../../tests/fixtures/run.json")).unwrap()
}

/// What a hostile target puts where it can.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"'&]]>\u{1b}[31m\u{0}\u{8}\r\n::error::\u{202e}txt\u{2028}\u{fffe}{{7*7}}";

/// The run with hostile strings wherever a target or an input speaks, 10 kB long.
pub(super) fn hostile() -> Run {
    let mut run = run();
    let long = format!("{HOSTILE}{}", "A".repeat(10_000));
    let name = Name::from(long.as_str());
    for finding in &mut run.findings {
        finding.subject = name.clone();
        for fact in &mut finding.actual {
            fact.value.clone_from(&long);
            fact.file = Some(name.clone());
        }
        if let Some(location) = &mut finding.location {
            location.file = location.file.as_ref().map(|_| name.clone());
            location.address = location.address.as_ref().map(|_| name.clone());
        }
        if let Some(reason) = &mut finding.reason {
            *reason = ReasonReport {
                code: reason.code.clone(),
                vi: long.clone(),
                en: long.clone(),
            }
            .into();
        }
        if let Some(waiver) = &mut finding.waiver {
            waiver.reason.clone_from(&long);
        }
    }
    for item in &mut run.evidence {
        item.source.clone_from(&long);
        item.command = Some(long.clone());
    }
    for waiver in &mut run.waivers {
        waiver.reason.clone_from(&long);
        waiver.covers.clone_from(&long);
    }
    for asset in &mut run.assets {
        asset.target.clone_from(&long);
    }
    run.run.input.clone_from(&long);
    run.run.host = long;
    run
}

/// A scan of one folder that is a server's root: no inventory, no systems, no letter.
pub(super) fn scan() -> Run {
    let mut run = run();
    run.run.scope = "scan".to_owned();
    run.run.kind = Some(crate::model::AssetKind::Server);
    run.run.input = "images/web-01/".to_owned();
    run.organisation = None;
    run.assessor = None;
    run.letter.clear();
    run.systems.clear();
    run.waivers.clear();
    run.attestations.clear();
    run.assets.truncate(1);
    run.findings.retain(|f| f.asset == "web-01");
    for finding in &mut run.findings {
        finding.system = "".into();
        finding.systems = Vec::new().into();
        finding.waiver = None;
    }
    for requirement in &mut run.requirements {
        requirement.systems.clear();
    }
    run
}

/// The run with this many findings of 400 controls.
pub(super) fn large(count: usize) -> Run {
    let mut run = run();
    let findings = std::mem::take(&mut run.findings);
    let controls = std::mem::take(&mut run.controls);
    let mut ids: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for n in 0..400 {
        let mut control = controls[n % controls.len()].clone();
        control.id = format!("{}-{n}", control.id);
        run.controls.push(control);
    }
    for n in 0..count {
        let control = &run.controls[n % 400];
        let model = findings
            .iter()
            .filter(|f| control.id.starts_with(&*f.control))
            .nth(n / 400 % 2)
            .or_else(|| {
                findings
                    .iter()
                    .find(|f| control.id.starts_with(&*f.control))
            })
            .unwrap();
        let mut finding = model.clone();
        finding.id = format!("{n:016x}");
        finding.control = control.id.as_str().into();
        finding.subject = format!("{}[{n}]", finding.subject).into();
        for requirement in &finding.requirements {
            ids.entry(requirement.id.clone())
                .or_default()
                .push(finding.id.clone());
        }
        run.findings.push(finding);
    }
    for requirement in &mut run.requirements {
        if let Some(found) = ids.remove(&requirement.id) {
            requirement.findings = found;
        }
    }
    run
}
