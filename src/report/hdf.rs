//! `hdf.json`: InSpec's exec-json, version 1 of the Heimdall Data Format.
//!
//! An impact is never 0: Heimdall would turn any failure of such a control into "not applicable".

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::common::{VALUE_CHARS, actual, is_active, lines, reason, short, whereabouts};
use super::{Options, Render, ReportError};
use crate::model::{ControlReport, Finding, Lang, ResultWord, Run, Severity};

/// `--format hdf`.
#[derive(Debug, Clone, Copy)]
pub struct Hdf;

impl Render for Hdf {
    fn name(&self) -> &'static str {
        "hdf"
    }

    fn file_name(&self) -> &'static str {
        "hdf.json"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let mut by_control: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &run.findings {
            by_control
                .entry(&finding.control)
                .or_default()
                .push(finding);
        }
        let described: BTreeMap<&str, &ControlReport> =
            run.controls.iter().map(|c| (c.id.as_str(), c)).collect();
        let controls: Vec<Value> = by_control
            .iter()
            .map(|(id, findings)| {
                control(id, described.get(id).copied(), findings, run, options.lang)
            })
            .collect();
        let document = json!({
            "platform": { "name": run.tool.name, "release": run.tool.version, "target_id": short(&run.run.input, VALUE_CHARS) },
            "version": run.tool.version,
            "statistics": { "duration": seconds(run) },
            "profiles": [{
                "name": format!("capdo-{}", run.run.scope),
                "title": run.disclaimer.get(options.lang),
                "version": run.tool.version,
                "sha256": run.tool.rules_sha256,
                "supports": [],
                "attributes": [],
                "groups": [],
                "controls": controls,
            }],
        });
        let mut bytes = serde_json::to_vec(&document)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn seconds(run: &Run) -> f64 {
    let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
    match (moment(&run.run.started), moment(&run.run.finished)) {
        (Some(from), Some(to)) => to.duration_since(from).as_secs_f64().max(0.0),
        _ => 0.0,
    }
}

fn control(
    id: &str,
    described: Option<&ControlReport>,
    findings: &[&Finding],
    run: &Run,
    lang: Lang,
) -> Value {
    let first = findings.first();
    let severity = first.map_or(Severity::Info, |f| f.severity);
    let title = described
        .map(|c| &c.title)
        .or(first.map(|f| &f.title))
        .map_or_else(String::new, |t| lines(t.get(lang)));
    let text = |text: fn(&ControlReport) -> &crate::model::Text| {
        described.map_or_else(String::new, |c| lines(text(c).get(lang)))
    };
    let mut requirements: Vec<&str> = findings
        .iter()
        .flat_map(|f| f.requirements.iter().map(|r| r.id.as_str()))
        .collect();
    requirements.sort_unstable();
    requirements.dedup();
    let mut control = json!({
        "id": id,
        "title": title,
        "desc": text(|c| &c.rationale),
        "descriptions": [
            { "label": "check", "data": text(|c| &c.expected) },
            { "label": "fix", "data": text(|c| &c.remediation) },
        ],
        "impact": impact(severity),
        "refs": [],
        "tags": { "severity": severity.word(), "requirements": requirements },
        "source_location": { "ref": format!("{id}.yaml"), "line": 1 },
        "code": "",
        "results": findings.iter().map(|f| result(f, run, lang)).collect::<Vec<_>>(),
    });
    let failing: Vec<&&Finding> = findings
        .iter()
        .filter(|f| f.result == ResultWord::Fail)
        .collect();
    // A waiver of HDF stands beside a whole control: only where all of its failures are waived.
    if !failing.is_empty()
        && failing.iter().all(|f| !is_active(f))
        && let Some(waiver) = failing.iter().find_map(|f| f.waiver.as_ref())
    {
        control["waiver_data"] = json!({
            "expiration_date": waiver.until,
            "justification": short(&waiver.reason, VALUE_CHARS),
            "run": true,
            "skipped_due_to_waiver": false,
        });
    }
    control
}

fn result(finding: &Finding, run: &Run, lang: Lang) -> Value {
    let status = match finding.result {
        ResultWord::Pass | ResultWord::Fixed | ResultWord::Informational => "passed",
        ResultWord::Fail => "failed",
        ResultWord::Error | ResultWord::Unknown => "error",
        ResultWord::NotApplicable | ResultWord::NotChecked | ResultWord::NotSelected => "skipped",
    };
    let facts: Vec<String> = finding
        .actual
        .iter()
        .take(5)
        .map(|fact| actual(fact, VALUE_CHARS))
        .collect();
    let why = finding
        .reason
        .as_ref()
        .map_or_else(String::new, |r| short(reason(r, lang), VALUE_CHARS));
    let message = match (facts.is_empty(), why.is_empty()) {
        (false, _) => format!(
            "{}\n{}",
            lines(finding.expected.get(lang)),
            facts.join("\n")
        ),
        (true, false) => why.clone(),
        (true, true) => lines(finding.expected.get(lang)),
    };
    let mut result = json!({
        "status": status,
        "code_desc": whereabouts(finding).join(" · "),
        "start_time": run.run.started,
    });
    if status == "skipped" {
        result["skip_message"] = json!(format!("{}: {message}", finding.result.word()));
    } else {
        result["message"] = json!(message);
    }
    result
}

fn impact(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 1.0,
        Severity::High => 0.7,
        Severity::Medium => 0.5,
        Severity::Low => 0.3,
        Severity::Info => 0.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_finding_is_a_result_and_no_impact_is_zero() {
        for run in [sample::run(), sample::hostile()] {
            let bytes = Hdf.render(&run, &Options::default()).unwrap();
            let document: Value = serde_json::from_slice(&bytes).unwrap();
            let controls = document["profiles"][0]["controls"].as_array().unwrap();
            let mut results = 0;
            for control in controls {
                assert!(control["impact"].as_f64().unwrap() > 0.0);
                for result in control["results"].as_array().unwrap() {
                    results += 1;
                    assert!(
                        ["passed", "failed", "skipped", "error"]
                            .contains(&result["status"].as_str().unwrap())
                    );
                }
            }
            assert_eq!(results, run.findings.len());
        }
    }

    #[test]
    fn what_was_not_seen_never_passes() {
        let bytes = Hdf.render(&sample::run(), &Options::default()).unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let passed = document["profiles"][0]["controls"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|c| c["results"].as_array().unwrap())
            .filter(|r| r["status"] == "passed")
            .count();
        let decided = sample::run()
            .findings
            .iter()
            .filter(|f| {
                matches!(
                    f.result,
                    ResultWord::Pass | ResultWord::Fixed | ResultWord::Informational
                )
            })
            .count();
        assert_eq!(passed, decided);
    }
}
