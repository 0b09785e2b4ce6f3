//! `report.sarif`: SARIF 2.1.0, thin, as code scanning takes it.
//!
//! Code scanning refuses a file in which one result has no physical place in the repository. So what was found on a
//! host or at an address points to the asset's line in the inventory, and the real place stands in the logical
//! location and in the message. By default only failures that count are results; what could not be looked at is a
//! notification, never silence. Sanctions have no place here.

pub(super) mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::common::{
    Stream, VALUE_CHARS, active, actual, is_active, lines, markdown, reason, short, whereabouts,
};
use super::{Options, Render, ReportError};
use crate::model::{ControlReport, Finding, Lang, ResultWord, Run, Severity, Text};
use crate::text::labels::{self, page};
use place::Places;

/// `--format sarif`.
#[derive(Debug, Clone, Copy)]
pub struct Sarif;

impl Render for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn file_name(&self) -> &'static str {
        "report.sarif"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let mut bytes = Vec::new();
        self.draw(run, options, &mut bytes)?;
        Ok(bytes)
    }

    fn draw(&self, run: &Run, options: &Options, out: &mut dyn Write) -> Result<(), ReportError> {
        let log = Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Writer::of(run, options)],
        };
        // The serializer writes a few bytes at a time.
        let mut out = BufWriter::with_capacity(1 << 16, out);
        serde_json::to_writer(&mut out, &log)?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }
}

#[derive(serde::Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Writer<'a>; 1],
}

/// A run is written while it is made: many results at once would take gigabytes.
impl Serialize for Writer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut chosen: Vec<&Finding> = if self.full {
            self.run.findings.iter().collect()
        } else {
            active(self.run)
        };
        let most = if self.full { chosen.len() } else { MAX_RESULTS };
        let dropped = chosen.len().saturating_sub(most);
        chosen.truncate(most);
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.head(dropped).as_object().into_iter().flatten() {
            map.serialize_entry(key, value)?;
        }
        let results = Stream(|| chosen.iter().map(|f| self.result(f)));
        map.serialize_entry("results", &results)?;
        map.end()
    }
}

/// What code scanning shows of a run.
const MAX_RESULTS: usize = 5000;
/// Notifications are for people: past this only their number is told.
const MAX_NOTIFICATIONS: usize = 500;
/// `shortDescription` may have 1024 characters.
const SHORT_CHARS: usize = 1000;
/// A rule may have 20 tags.
const MAX_TAGS: usize = 18;

struct Writer<'a> {
    run: &'a Run,
    lang: Lang,
    full: bool,
    /// Requirement → its instrument.
    instruments: BTreeMap<&'a str, &'a str>,
    /// Was there a baseline?
    compared: bool,
    places: Places<'a>,
    rules: Vec<Value>,
    indices: BTreeMap<&'a str, usize>,
}

impl<'a> Writer<'a> {
    fn of(run: &'a Run, options: &'a Options) -> Self {
        let mut writer = Self {
            run,
            lang: options.lang,
            full: options.sarif_full,
            instruments: run
                .requirements
                .iter()
                .map(|r| (r.id.as_str(), r.instrument.as_str()))
                .collect(),
            compared: run.findings.iter().any(|f| f.baseline.is_some()),
            places: Places::of(run, &options.source_root),
            rules: Vec::new(),
            indices: BTreeMap::new(),
        };
        writer.write_rules();
        writer
    }

    fn write_rules(&mut self) {
        let mut requirements: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for finding in &self.run.findings {
            requirements
                .entry(&finding.control)
                .or_default()
                .extend(finding.requirements.iter().map(|r| r.id.as_str()));
        }
        for control in &self.run.controls {
            let tags = requirements.get(control.id.as_str());
            let rule = self.rule(control, tags);
            self.indices.insert(&control.id, self.rules.len());
            self.rules.push(rule);
        }
        for finding in &self.run.findings {
            if !self.indices.contains_key(finding.control.as_str()) {
                let tags = requirements.get(finding.control.as_str());
                let rule = self.rule(&control_of(finding), tags);
                self.indices.insert(&finding.control, self.rules.len());
                self.rules.push(rule);
            }
        }
        // Some readers stumble over a run without rules.
        if self.rules.is_empty() {
            let name = json!({ "text": "capdo" });
            self.rules.push(json!({
                "id": "capdo", "shortDescription": name, "fullDescription": name, "help": name,
            }));
        }
    }

    fn rule(&self, control: &ControlReport, requirements: Option<&BTreeSet<&str>>) -> Value {
        let mut tags = vec!["security".to_owned(), control.asset.word().to_owned()];
        tags.extend(
            requirements
                .into_iter()
                .flatten()
                .take(MAX_TAGS - 2)
                .map(|id| (*id).to_owned()),
        );
        let or_id = |text: &Text| non_empty(lines(text.get(self.lang)), &control.id);
        json!({
            "id": control.id,
            "name": control.id,
            "shortDescription": { "text": short(&or_id(&control.title), SHORT_CHARS) },
            "fullDescription": { "text": or_id(&control.rationale) },
            "help": {
                "text": self.help(control, self.lang),
                "markdown": format!(
                    "{}\n\n---\n\n{}",
                    markdown(&self.help(control, Lang::Vi)),
                    markdown(&self.help(control, Lang::En))
                ),
            },
            "defaultConfiguration": { "level": level(control.severity) },
            "properties": {
                "security-severity": security_severity(control.severity),
                "precision": "high",
                "problem.severity": level(control.severity),
                "tags": tags,
            },
        })
    }

    fn help(&self, control: &ControlReport, lang: Lang) -> String {
        let word = |key| page::word(key).get(lang);
        let text = |text: &Text| lines(text.get(lang));
        format!(
            "{}\n\n{}: {}\n\n{}: {}\n\n{}: {}",
            text(&control.title),
            word("expected"),
            text(&control.expected),
            word("remedy"),
            text(&control.remediation),
            word("why"),
            text(&control.rationale)
        )
    }

    /// All but the results.
    fn head(&self, dropped: usize) -> Value {
        let info = &self.run.run;
        json!({
            "tool": { "driver": {
                "name": self.run.tool.name,
                "version": self.run.tool.version,
                "semanticVersion": self.run.tool.version,
                "rules": self.rules,
                "properties": { "rules_sha256": self.run.tool.rules_sha256, "law_sha256": self.run.tool.law_sha256 },
            }},
            "automationDetails": { "id": format!("capdo/{}/{}", info.scope, info.id) },
            "language": match self.lang { Lang::Vi => "vi", Lang::En => "en" },
            "columnKind": "unicodeCodePoints",
            "invocations": [self.invocation(dropped)],
            "taxonomies": self.taxonomies(),
            "properties": {
                "as_of": info.as_of,
                "gate": self.run.gate.outcome,
                "requirements": self.run.summary.requirements,
                "disclaimer": self.run.disclaimer,
            },
        })
    }

    /// The requirements that the controls bear on, by instrument.
    fn taxonomies(&self) -> Vec<Value> {
        self.run
            .instruments
            .iter()
            .filter_map(|instrument| {
                let taxa: Vec<Value> = self
                    .run
                    .requirements
                    .iter()
                    .filter(|r| r.instrument == instrument.id)
                    .map(|r| {
                        json!({
                            "id": r.id,
                            "name": short(&lines(r.reference.get(self.lang)), SHORT_CHARS),
                            "shortDescription": { "text": non_empty(lines(r.title.get(self.lang)), &r.id) },
                        })
                    })
                    .collect();
                (!taxa.is_empty()).then(|| {
                    json!({
                        "name": instrument.id,
                        "version": instrument.number,
                        "shortDescription": { "text": non_empty(lines(instrument.title.get(self.lang)), &instrument.id) },
                        "taxa": taxa,
                    })
                })
            })
            .collect()
    }

    fn taxa(&self, finding: &Finding) -> Vec<Value> {
        finding
            .requirements
            .iter()
            .filter_map(|r| self.instruments.get(r.id.as_str()).map(|i| (&r.id, i)))
            .map(|(id, instrument)| json!({ "id": id, "toolComponent": { "name": instrument } }))
            .collect()
    }

    fn invocation(&self, dropped: usize) -> Value {
        let errors: Vec<&Finding> = self
            .run
            .findings
            .iter()
            .filter(|f| f.result == ResultWord::Error)
            .collect();
        let mut invocation = json!({
            "executionSuccessful": errors.is_empty() && self.run.run.complete,
            "exitCode": self.run.gate.exit_code,
            "toolExecutionNotifications": self.notifications(&errors, dropped),
        });
        for (key, moment) in [
            ("startTimeUtc", &self.run.run.started),
            ("endTimeUtc", &self.run.run.finished),
        ] {
            if let Ok(moment) = moment.parse::<jiff::Timestamp>() {
                invocation[key] = json!(moment.to_string());
            }
        }
        invocation
    }

    /// What could not be looked at, and what was left out.
    fn notifications(&self, errors: &[&Finding], dropped: usize) -> Vec<Value> {
        let mut notifications: Vec<Value> = errors
            .iter()
            .take(MAX_NOTIFICATIONS)
            .map(|f| {
                json!({
                    "level": "error",
                    "descriptor": { "id": f.reason.as_ref().map_or("error", |r| r.code.as_str()) },
                    "associatedRule": { "id": f.control, "index": self.index(f) },
                    "message": { "text": self.message(f, self.lang) },
                    "locations": [self.places.location(f)],
                })
            })
            .collect();
        let mut note = |id: &str, level: &str, text: &str| {
            notifications.push(json!({
                "level": level, "descriptor": { "id": id }, "message": { "text": text },
            }));
        };
        let silent = errors.len().saturating_sub(MAX_NOTIFICATIONS);
        for (id, count) in [("results-dropped", dropped), ("errors-dropped", silent)] {
            if count > 0 {
                note(id, "warning", labels::left_out(count).get(self.lang));
            }
        }
        if !self.run.run.complete {
            note(
                "incomplete",
                "error",
                page::word("incomplete").get(self.lang),
            );
        }
        notifications
    }

    fn index(&self, finding: &Finding) -> usize {
        self.indices
            .get(finding.control.as_str())
            .copied()
            .unwrap_or(0)
    }

    fn result(&self, finding: &Finding) -> Value {
        let (kind, level) = kind(finding);
        let mut result = json!({
            "ruleId": finding.control,
            "ruleIndex": self.index(finding),
            "kind": kind,
            "level": level,
            "message": {
                "text": self.message(finding, self.lang),
                "markdown": markdown(&self.message(finding, self.lang)),
            },
            "locations": [self.places.location(finding)],
            "partialFingerprints": {
                "capdo/v1": finding.id,
                "primaryLocationLineHash": format!("{}:1", finding.id),
            },
            "properties": {
                "result": finding.result.word(),
                "system": finding.system,
                "asset": finding.asset,
                "force": finding.force,
                "requirements": finding.requirements.iter().map(|r| &r.id).collect::<Vec<_>>(),
                "message_en": self.message(finding, Lang::En),
            },
        });
        let related = self.places.related(finding, self.lang);
        if !related.is_empty() {
            result["relatedLocations"] = Value::Array(related);
        }
        let taxa = self.taxa(finding);
        if !taxa.is_empty() {
            result["taxa"] = Value::Array(taxa);
        }
        if self.compared {
            result["baselineState"] = json!(match finding.baseline {
                None => "new",
                Some(before) if before == finding.result => "unchanged",
                Some(_) => "updated",
            });
        }
        if finding.result == ResultWord::Fail && !is_active(finding) {
            let why = finding.waiver.as_ref().map_or_else(String::new, |w| {
                format!("{} ({}): {}", w.id, w.until, short(&w.reason, VALUE_CHARS))
            });
            result["suppressions"] = json!([{
                "kind": "external", "status": "accepted", "justification": why,
            }]);
        }
        result
    }

    /// Title, what was found, what was expected, where it really is.
    fn message(&self, finding: &Finding, lang: Lang) -> String {
        let word = |key| page::word(key).get(lang);
        let mut text = format!("{}.", lines(finding.title.get(lang)));
        let facts: Vec<String> = finding
            .actual
            .iter()
            .take(5)
            .map(|f| actual(f, VALUE_CHARS))
            .collect();
        if !facts.is_empty() {
            text.push_str(&format!(" {}: {}.", word("actual"), facts.join(", ")));
        } else if let Some(why) = &finding.reason {
            text.push_str(&format!(
                " {}: {}.",
                word("reason"),
                short(reason(why, lang), VALUE_CHARS)
            ));
        }
        let expected = lines(finding.expected.get(lang));
        if !expected.is_empty() {
            text.push_str(&format!(" {}: {expected}.", word("expected")));
        }
        let at = whereabouts(finding);
        if !at.is_empty() {
            text.push_str(&format!(" {}: {}.", word("place"), at.join(" · ")));
        }
        text
    }
}

/// Kind and level; a level only where the kind is `fail`.
fn kind(finding: &Finding) -> (&'static str, &'static str) {
    let kind = match finding.result {
        ResultWord::Fail => return ("fail", level(finding.severity)),
        ResultWord::Pass | ResultWord::Fixed => "pass",
        ResultWord::NotApplicable | ResultWord::NotSelected => "notApplicable",
        ResultWord::Error | ResultWord::Unknown | ResultWord::NotChecked => "open",
        ResultWord::Informational => "informational",
    };
    (kind, "none")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// Inside the bands of code scanning: above 9.0, 7.0, 4.0, 0.1.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

/// A control that the run does not describe.
fn control_of(finding: &Finding) -> ControlReport {
    ControlReport {
        id: finding.control.to_string(),
        title: finding.title.clone(),
        asset: crate::model::AssetKind::Config,
        severity: finding.severity,
        force: finding.force,
        expected: finding.expected.clone(),
        rationale: Text::clone(&finding.title),
        remediation: finding.remediation.clone(),
    }
}

fn non_empty(text: String, otherwise: &str) -> String {
    if text.is_empty() {
        otherwise.to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests;
