//! Our requirements as an OSCAL 1.1.2 catalogue, and one profile for each level.
//!
//! The only drawing of the law itself: everything else of `report` is drawn from a run. A requirement is a control of OSCAL; its part
//! `<id>_obj` is the objective that findings of the assessment-results name. UUIDs are version 5 of the law and the day, so a run can
//! name the profile that it was judged by without reading it.

use serde_json::{Value, json};

use super::parts::{VERSION, moment, name, objective, prop, short_or, token, uuid};
use crate::model::{
    Control, Day, FigureUnit, Instrument, Lang, Law, Level, Reading, Requirement, RulePack,
};
use crate::report::common::lines;
use crate::text::oscal as words;

/// The file of the catalogue: the profiles import it from beside them.
pub const CATALOG_FILE: &str = "oscal-catalog.json";

/// The file of the profile of a level.
pub fn profile_file(level: Level) -> String {
    format!("oscal-profile-level-{level}.json")
}

/// What catalogue and profiles are drawn of.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The law.
    pub law: &'a Law,
    /// The controls that bear on it.
    pub rules: &'a RulePack,
    /// Of the files of the law.
    pub law_sha256: &'a str,
    /// The day whose law the profiles choose.
    pub as_of: Day,
    /// The language of titles and texts.
    pub lang: Lang,
}

/// The UUID of the catalogue of this law.
pub(super) fn catalog_uuid(law_sha256: &str) -> String {
    uuid("catalog", law_sha256)
}

/// The UUID of the profile of a level under this law on this day.
pub(super) fn profile_uuid(law_sha256: &str, as_of: Day, level: Level) -> String {
    uuid("profile", &format!("{law_sha256} {as_of} {level}"))
}

impl Source<'_> {
    /// Every requirement of every instrument, whatever its dates: they stand in its properties.
    pub fn catalog(&self) -> Value {
        let groups: Vec<Value> = self.law.instruments.iter().map(|i| self.group(i)).collect();
        let resources: Vec<Value> = self
            .law
            .instruments
            .iter()
            .map(|i| self.resource(i))
            .collect();
        json!({ "catalog": {
            "uuid": catalog_uuid(self.law_sha256),
            "metadata": self.metadata(words::catalog(None).get(self.lang)),
            "groups": groups,
            "back-matter": { "resources": resources },
        }})
    }

    /// The requirements that hold at a level, with the figures of that level.
    pub fn profile(&self, level: Level, chosen: &[&Requirement]) -> Value {
        let ids: Vec<String> = chosen.iter().map(|r| token(&r.id)).collect();
        let figures: Vec<Value> = chosen
            .iter()
            .flat_map(|r| {
                r.figures.iter().filter_map(move |(figure, values)| {
                    let value = values.values.get(&level.number())?;
                    Some(json!({ "param-id": param(r, figure), "values": [value.to_string()] }))
                })
            })
            .collect();
        let mut profile = json!({
            "uuid": profile_uuid(self.law_sha256, self.as_of, level),
            "metadata": self.metadata(words::catalog(Some((level, self.as_of))).get(self.lang)),
            "imports": [{ "href": CATALOG_FILE, "include-controls": [{ "with-ids": ids }] }],
            "merge": { "as-is": true },
        });
        profile["metadata"]["props"] = json!([
            prop("level", &level.to_string()),
            prop("as-of", &self.as_of.to_string()),
        ]);
        if !figures.is_empty() {
            profile["modify"] = json!({ "set-parameters": figures });
        }
        json!({ "profile": profile })
    }

    fn metadata(&self, title: &str) -> Value {
        // The law changes on the day on which it was read again; a clock would make two drawings differ.
        let day = self.law.reviewed_on.unwrap_or(self.as_of);
        json!({
            "title": name(title),
            "last-modified": moment(&format!("{day}T00:00:00+07:00")),
            "version": short_or(self.law_sha256.get(..16).unwrap_or_default(), "1"),
            "oscal-version": VERSION,
            "remarks": words::remarks().get(self.lang),
        })
    }

    fn group(&self, instrument: &Instrument) -> Value {
        let controls: Vec<Value> = self
            .law
            .requirements
            .iter()
            .filter(|r| r.instrument == instrument.id)
            .map(|r| self.control(r))
            .collect();
        let mut props = vec![
            prop("number", &instrument.number),
            prop("in-force-from", &instrument.in_force_from.to_string()),
            prop("reading", reading(instrument.reading)),
            prop(
                "cited-by-letter",
                if instrument.cited_by_letter {
                    "yes"
                } else {
                    "no"
                },
            ),
        ];
        props.extend(
            instrument
                .in_force_to
                .map(|to| prop("in-force-to", &to.to_string())),
        );
        let mut links = vec![json!({ "href": reference(instrument), "rel": "reference" })];
        let successors = instrument
            .replaced_by
            .iter()
            .filter_map(|id| self.law.instrument(id));
        links.extend(
            successors.map(|i| json!({ "href": reference(i), "rel": "successor-version" })),
        );
        let mut group = json!({
            "id": token(&instrument.id),
            "class": "instrument",
            "title": name(&format!("{} · {}", instrument.number, instrument.title.get(self.lang))),
            "props": props,
            "links": links,
        });
        if !controls.is_empty() {
            group["controls"] = Value::Array(controls);
        }
        group
    }

    /// Where the instrument was read.
    fn resource(&self, instrument: &Instrument) -> Value {
        let title = instrument.title.get(self.lang);
        let text = format!("{}: {title} ({})", instrument.number, instrument.source);
        json!({
            "uuid": uuid("instrument", &instrument.id),
            "title": name(&instrument.number),
            "citation": { "text": short_or(&text, &instrument.number) },
        })
    }

    fn control(&self, requirement: &Requirement) -> Value {
        let id = token(&requirement.id);
        let mut control = json!({
            "id": id,
            "class": "requirement",
            "title": name(requirement.title.get(self.lang)),
            "props": self.props(requirement),
            "parts": self.parts(requirement),
        });
        let params: Vec<Value> = requirement
            .figures
            .iter()
            .map(|(figure, values)| {
                let label = format!("{figure} ({})", unit(values.unit));
                json!({ "id": param(requirement, figure), "label": label })
            })
            .collect();
        if !params.is_empty() {
            control["params"] = Value::Array(params);
        }
        let mut links: Vec<Value> = self
            .law
            .instrument(&requirement.instrument)
            .map(|i| json!({ "href": reference(i), "rel": "reference" }))
            .into_iter()
            .collect();
        let related = requirement
            .corresponds_to
            .iter()
            .filter(|id| self.law.requirement(id).is_some());
        links.extend(
            related.map(|id| json!({ "href": format!("#{}", token(id)), "rel": "related" })),
        );
        if !links.is_empty() {
            control["links"] = Value::Array(links);
        }
        control
    }

    fn props(&self, requirement: &Requirement) -> Vec<Value> {
        let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let mut props = vec![
            json!({ "name": "label", "value": short_or(requirement.clause(None), &requirement.id) }),
            prop("levels", &requirement.levels.to_string()),
            prop("strength", &word(json!(requirement.strength))),
            prop("force", &word(json!(requirement.force))),
            prop("scope", &word(json!(requirement.scope))),
            prop("reading", reading(requirement.reading)),
            prop("in-force-from", &requirement.in_force_from.to_string()),
        ];
        props.extend(
            requirement
                .in_force_to
                .map(|to| prop("in-force-to", &to.to_string())),
        );
        let by_level = requirement.clauses.iter().filter(|(level, _)| **level > 0);
        props
            .extend(by_level.map(|(level, clause)| prop(&format!("clause-level-{level}"), clause)));
        let transition = requirement.transition.as_ref();
        props.extend(transition.map(|t| prop("transition-until", &t.until.to_string())));
        props
    }

    fn parts(&self, requirement: &Requirement) -> Vec<Value> {
        let text = lines(requirement.text.get(self.lang));
        let id = token(&requirement.id);
        let mut parts = vec![
            json!({ "id": format!("{id}_smt"), "name": "statement", "prose": text }),
            json!({ "id": objective(&requirement.id), "name": "assessment-objective", "prose": text }),
        ];
        let notes: Vec<String> = [
            requirement.binds.as_ref().map(|b| &b.reason),
            requirement.transition.as_ref().map(|t| &t.basis),
            requirement.note.as_ref(),
        ]
        .into_iter()
        .flatten()
        .map(|t| lines(t.get(self.lang)))
        .collect();
        if !notes.is_empty() {
            let prose = notes.join("\n\n");
            parts.push(json!({ "id": format!("{id}_gdn"), "name": "guidance", "prose": prose }));
        }
        let bearing = self.rules.controls.iter();
        let bearing =
            bearing.filter(|c| c.satisfies.iter().any(|b| b.requirement == requirement.id));
        parts.extend(bearing.map(|c| self.method(&id, c)));
        parts
    }

    /// How one control of ours looks at it.
    fn method(&self, id: &str, control: &Control) -> Value {
        let paper = control.id.starts_with("DOC-");
        json!({
            "id": format!("{id}_asm-{}", token(&control.id)),
            "name": "assessment-method",
            "title": name(&format!("{} {}", control.id, control.title.get(self.lang))),
            "props": [
                { "name": "method", "value": if paper { "EXAMINE" } else { "TEST" } },
                prop("levels", &control.levels.to_string()),
                prop("severity", control.severity.word()),
            ],
        })
    }
}

fn reference(instrument: &Instrument) -> String {
    format!("#{}", uuid("instrument", &instrument.id))
}

fn param(requirement: &Requirement, figure: &str) -> String {
    token(&format!("{}_prm-{figure}", requirement.id))
}

fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::Unverified => "unverified",
        Reading::Secondary => "secondary",
        Reading::Read => "read",
    }
}

fn unit(unit: FigureUnit) -> String {
    json!(unit).as_str().unwrap_or_default().to_owned()
}
