//! `oscal-assessment-results.json`: NIST OSCAL assessment-results 1.1.2.
//!
//! Each finding of ours is an observation. Only a pair of requirement and system that was decided, met, gap or remark, is a
//! finding of OSCAL: it knows nothing between satisfied and not. UUIDs are version 5 of our ids, so the same run gives the
//! same document. Each reference is made from a thing that is written.

mod catalog;
mod parts;

pub use catalog::{CATALOG_FILE, Source, profile_file};

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::common::{Stream, lines, place};
use super::{Options, Render, ReportError};
use crate::model::{
    AttestationReport, Disposition, Finding, Lang, Level, ORG, RequirementReport,
    RequirementSystem, ResultWord, Run, Status,
};
use crate::text::{labels, oscal as words};
use parts::{moment, name, prop, short_or, uuid};

/// `--format oscal`.
#[derive(Debug, Clone, Copy)]
pub struct Oscal;

impl Render for Oscal {
    fn name(&self) -> &'static str {
        "oscal"
    }

    fn file_name(&self) -> &'static str {
        "oscal-assessment-results.json"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let document = Writer {
            run,
            lang: options.lang,
            evidence: run.evidence.iter().map(|e| e.id.as_str()).collect(),
            assets: run.assets.iter().map(|a| a.id.as_str()).collect(),
            systems: run.systems.iter().map(|s| s.id.as_str()).collect(),
            by_id: run.findings.iter().map(|f| (f.id.as_str(), f)).collect(),
        };
        let mut bytes = serde_json::to_vec(&document)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

struct Writer<'a> {
    run: &'a Run,
    lang: Lang,
    evidence: BTreeSet<&'a str>,
    assets: BTreeSet<&'a str>,
    systems: BTreeSet<&'a str>,
    by_id: BTreeMap<&'a str, &'a Finding>,
}

/// The document is written while it is made: a hundred thousand observations at once would take more than a gigabyte.
impl Serialize for Writer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut root = serializer.serialize_map(Some(1))?;
        root.serialize_entry("assessment-results", &Whole(self))?;
        root.end()
    }
}

struct Whole<'a>(&'a Writer<'a>);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.head().as_object().into_iter().flatten() {
            map.serialize_entry(key, value)?;
        }
        map.serialize_entry("results", &[Lists(self.0)])?;
        map.end()
    }
}

struct Lists<'a>(&'a Writer<'a>);

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.result().as_object().into_iter().flatten() {
            map.serialize_entry(key, value)?;
        }
        // OSCAL takes no empty lists.
        if self.0.observations().next().is_some() {
            map.serialize_entry("observations", &Stream(|| self.0.observations()))?;
        }
        if self.0.findings().next().is_some() {
            map.serialize_entry("findings", &Stream(|| self.0.findings()))?;
        }
        let risks = self.0.risks();
        if !risks.is_empty() {
            map.serialize_entry("risks", &risks)?;
        }
        map.end()
    }
}

impl Writer<'_> {
    /// All but the results.
    fn head(&self) -> Value {
        let run = self.run;
        let mut metadata = json!({
            "title": name(labels::page::word("title").get(self.lang)),
            "last-modified": moment(&run.run.finished),
            "version": short_or(&run.run.id, "1"),
            "oscal-version": parts::VERSION,
            "remarks": lines(run.disclaimer.get(self.lang)),
        });
        if let Some(organisation) = &run.organisation {
            metadata["parties"] = json!([{
                "uuid": uuid("party", "organisation"),
                "type": "organization",
                "name": name(organisation.name.get(self.lang)),
            }]);
        }
        json!({
            "uuid": uuid("assessment-results", &run.run.id),
            "metadata": metadata,
            "import-ap": { "href": format!("#{}", uuid("plan", "plan")) },
            "back-matter": { "resources": self.resources() },
        })
    }

    /// The result without its lists.
    fn result(&self) -> Value {
        let run = self.run;
        json!({
            "uuid": uuid("result", &run.run.id),
            "title": name(labels::page::word("title").get(self.lang)),
            "description": lines(run.disclaimer.get(self.lang)),
            "start": moment(&run.run.started),
            "end": moment(&run.run.finished),
            "props": [
                prop("as-of", &run.run.as_of.to_string()),
                prop("rules-sha256", &run.tool.rules_sha256),
                prop("law-sha256", &run.tool.law_sha256),
                prop("gate", &run.gate.outcome),
            ],
            "reviewed-controls": { "control-selections": [self.selection()] },
            "local-definitions": self.definitions(),
        })
    }

    /// The requirements that were judged, by their ids in the catalogue; a scan of nothing that the law speaks of has none.
    fn selection(&self) -> Value {
        let ids: BTreeSet<String> = self
            .run
            .requirements
            .iter()
            .map(|r| parts::token(&r.id))
            .collect();
        if ids.is_empty() {
            return json!({ "include-all": {} });
        }
        let ids: Vec<Value> = ids.iter().map(|id| json!({ "control-id": id })).collect();
        json!({ "include-controls": ids })
    }

    /// The systems as components, the assets as items of the inventory.
    fn definitions(&self) -> Value {
        let mut components: Vec<Value> = self
            .run
            .systems
            .iter()
            .map(|s| {
                json!({
                    "uuid": uuid("system", &s.id),
                    "type": "system",
                    "title": name(s.name.get(self.lang)),
                    "description": name(s.name.get(self.lang)),
                    "props": [prop("id", &s.id), prop("level", &s.level.to_string())],
                    "status": { "state": "operational" },
                })
            })
            .collect();
        components.push(json!({
            "uuid": uuid("scope", "scope"),
            "type": "system",
            "title": short_or(&self.run.run.input, "capdo"),
            "description": short_or(&self.run.run.input, "capdo"),
            "status": { "state": "operational" },
        }));
        let items: Vec<Value> = self
            .run
            .assets
            .iter()
            .map(|a| {
                json!({
                    "uuid": uuid("asset", &a.id),
                    "description": short_or(&a.target, &a.id),
                    "props": [prop("id", &a.id), prop("kind", a.kind.word())],
                })
            })
            .collect();
        let mut definitions = json!({ "components": components });
        if !items.is_empty() {
            definitions["inventory-items"] = Value::Array(items);
        }
        definitions
    }

    fn observations(&self) -> impl Iterator<Item = Value> {
        let seen = self.run.findings.iter().map(|f| self.observation(f));
        seen.chain(self.run.attestations.iter().map(|a| self.paper(a)))
    }

    fn paper(&self, a: &AttestationReport) -> Value {
        json!({
            "uuid": uuid("attestation", &a.id),
            "title": name(&a.id),
            "description": name(a.statement.get(self.lang)),
            "methods": ["EXAMINE"],
            "collected": moment(&format!("{}T00:00:00+07:00", a.issued)),
            "expires": moment(&format!("{}T23:59:59+07:00", a.valid_to)),
            "props": [
                prop("requirement", &a.requirement),
                prop("scope", &a.scope),
                prop("in-date", if a.in_date { "yes" } else { "no" }),
                prop("sha256", &a.sha256),
            ],
            "relevant-evidence": [{ "description": short_or(&a.evidence, "-") }],
        })
    }

    fn observation(&self, finding: &Finding) -> Value {
        let document = finding.asset.ends_with("/document") || finding.control.starts_with("DOC-");
        let mut props = vec![
            prop("xccdf-result", finding.result.word()),
            prop("control", &finding.control),
            prop("severity", finding.severity.word()),
        ];
        if finding.disposition != Disposition::None {
            props.push(prop(
                "disposition",
                labels::disposition(finding.disposition).en,
            ));
        }
        if let Some(reason) = &finding.reason {
            props.push(prop("reason", &reason.code));
        }
        let at = place(finding);
        let mut observation = json!({
            "uuid": uuid("finding", &finding.id),
            "title": name(&format!("{} {}", finding.control, finding.title.get(self.lang))),
            "description": self.told(finding),
            "methods": [if document { "EXAMINE" } else { "TEST" }],
            "collected": moment(&self.run.run.started),
            "props": props,
            "subjects": [self.subject(finding)],
        });
        let evidence: Vec<Value> = finding
            .evidence
            .iter()
            .filter(|id| self.evidence.contains(id.as_str()))
            .take(20)
            .map(|id| {
                json!({
                    "href": format!("#{}", uuid("evidence", id)),
                    "description": short_or(&at, id),
                })
            })
            .collect();
        if !evidence.is_empty() {
            observation["relevant-evidence"] = Value::Array(evidence);
        }
        observation
    }

    fn told(&self, finding: &Finding) -> String {
        let result = labels::result(finding.result).get(self.lang);
        let expected = lines(finding.expected.get(self.lang));
        match &finding.reason {
            Some(reason) => format!(
                "{result}: {expected} – {}",
                lines(super::common::reason(reason, self.lang))
            ),
            None => format!("{result}: {expected}"),
        }
    }

    /// The asset, else the system, else what was judged as a whole.
    fn subject(&self, finding: &Finding) -> Value {
        let (id, kind) = if self.assets.contains(finding.asset.as_str()) {
            (uuid("asset", &finding.asset), "inventory-item")
        } else if self.systems.contains(finding.system.as_str()) {
            (uuid("system", &finding.system), "component")
        } else {
            (uuid("scope", "scope"), "component")
        };
        json!({ "subject-uuid": id, "type": kind, "title": short_or(&finding.subject, &finding.asset) })
    }

    /// Accepted failures, by waiver.
    fn risks(&self) -> Vec<Value> {
        let mut by_waiver: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in self.run.findings.iter().filter(|f| is_waived(f)) {
            if let Some(waiver) = &finding.waiver {
                by_waiver.entry(&waiver.id).or_default().push(finding);
            }
        }
        by_waiver
            .into_iter()
            .filter_map(|(id, findings)| {
                let waiver = findings.first()?.waiver.as_ref()?;
                let related: Vec<Value> = findings
                    .iter()
                    .map(|f| json!({ "observation-uuid": uuid("finding", &f.id) }))
                    .collect();
                Some(json!({
                    "uuid": uuid("waiver", id),
                    "title": name(id),
                    "description": short_or(&waiver.reason, id),
                    "statement": short_or(&waiver.reason, id),
                    "status": "deviation-approved",
                    "deadline": moment(&format!("{}T23:59:59+07:00", waiver.until)),
                    "related-observations": related,
                }))
            })
            .collect()
    }

    fn findings(&self) -> impl Iterator<Item = Value> {
        self.run.requirements.iter().flat_map(move |requirement| {
            let bearing: Vec<&Finding> = requirement
                .findings
                .iter()
                .filter_map(|id| self.by_id.get(id.as_str()).copied())
                .collect();
            requirement
                .systems
                .iter()
                .filter_map(move |system| self.finding(requirement, system, &bearing))
        })
    }

    /// One pair of requirement and system, where it was decided.
    fn finding(
        &self,
        requirement: &RequirementReport,
        system: &RequirementSystem,
        bearing: &[&Finding],
    ) -> Option<Value> {
        let status = match system.status {
            Status::Met => json!({ "state": "satisfied", "reason": "pass" }),
            Status::Gap => json!({ "state": "not-satisfied", "reason": "fail" }),
            Status::Remark => {
                json!({ "state": "not-satisfied", "reason": "other", "remarks": labels::status(system.status).get(self.lang) })
            }
            Status::Undetermined | Status::NotApplicable => return None,
        };
        let here: Vec<&&Finding> = bearing
            .iter()
            .filter(|f| system.id == ORG || f.system == system.id || f.systems.contains(&system.id))
            .collect();
        let mut related: Vec<Value> = here
            .iter()
            .map(|f| json!({ "observation-uuid": uuid("finding", &f.id) }))
            .collect();
        let counting = |scope: &str| scope == system.id || scope == "organisation";
        for a in &self.run.attestations {
            if requirement.attestations.contains(&a.id) && counting(&a.scope) {
                related.push(json!({ "observation-uuid": uuid("attestation", &a.id) }));
            }
        }
        let waivers: BTreeSet<&str> = here
            .iter()
            .filter(|f| is_waived(f))
            .filter_map(|f| f.waiver.as_ref().map(|w| w.id.as_str()))
            .collect();
        let mut finding = json!({
            "uuid": uuid("requirement", &format!("{} {}", requirement.id, system.id)),
            "title": name(&format!("{} – {}", requirement.title.get(self.lang), system.id)),
            "description": short_or(super::common::reason(&system.reason, self.lang), &requirement.id),
            "props": [
                prop("requirement", &requirement.id),
                prop("system", &system.id),
                prop("status", system.status.word()),
                prop("reference", requirement.reference.get(self.lang)),
            ],
            "target": { "type": "objective-id", "target-id": parts::objective(&requirement.id), "status": status },
        });
        if !related.is_empty() {
            finding["related-observations"] = Value::Array(related);
        }
        if !waivers.is_empty() {
            let risks = waivers
                .iter()
                .map(|id| json!({ "risk-uuid": uuid("waiver", id) }));
            finding["related-risks"] = risks.collect();
        }
        Some(finding)
    }

    /// The catalogue whose objectives the findings name, and the profile of each level that was asked.
    fn catalogs(&self) -> Vec<Value> {
        let law = &self.run.tool.law_sha256;
        let as_of = self.run.run.as_of;
        let levels: BTreeSet<Level> = self.run.systems.iter().map(|s| s.level).collect();
        let profiles = levels.into_iter().map(|level| {
            let uuid = catalog::profile_uuid(law, as_of, level);
            (uuid, Some((level, as_of)), profile_file(level))
        });
        let catalog = (catalog::catalog_uuid(law), None, CATALOG_FILE.to_owned());
        std::iter::once(catalog)
            .chain(profiles)
            .map(|(document, which, file)| {
                json!({
                    "uuid": uuid("document", &document),
                    "title": name(words::catalog(which).get(self.lang)),
                    "document-ids": [{ "identifier": format!("urn:uuid:{document}") }],
                    "citation": { "text": words::resource(which).get(self.lang) },
                    "props": [prop("file", &file)],
                })
            })
            .collect()
    }

    /// The plan that the results are of, and what was read, with hashes.
    fn resources(&self) -> Vec<Value> {
        let mut all = vec![json!({
            "uuid": uuid("plan", "plan"),
            "title": name(labels::page::word("method").get(self.lang)),
            "description": lines(labels::page::word("method_text").get(self.lang)),
        })];
        all.extend(self.catalogs());
        let mut seen = BTreeSet::new();
        for item in self
            .run
            .evidence
            .iter()
            .filter(|e| seen.insert(e.id.as_str()))
        {
            let mut link =
                json!({ "href": format!("urn:capdo:evidence:{}", uuid("evidence", &item.id)) });
            if let Some(hash) = &item.sha256 {
                link["hashes"] = json!([{ "algorithm": "SHA-256", "value": short_or(hash, "-") }]);
            }
            all.push(json!({
                "uuid": uuid("evidence", &item.id),
                "title": short_or(&item.id, "-"),
                "props": [prop("kind", &item.kind), prop("bytes", &item.bytes.to_string())],
                "rlinks": [link],
            }));
        }
        all
    }
}

/// A failure that an approved waiver in date stands beside.
fn is_waived(finding: &Finding) -> bool {
    finding.result == ResultWord::Fail && finding.waiver.as_ref().is_some_and(|w| w.active)
}

#[cfg(test)]
mod tests;
