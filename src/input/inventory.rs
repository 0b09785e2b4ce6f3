//! The inventory: systems and assets that fit together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::assets;
use super::check::{Check, Unique};
use super::files::Base;
use super::syntax::{IncidentEntry, InventoryFile, SystemEntry};
use crate::model::{AssetKind, CodeReversal, Incident, IncidentKind, Inventory, System, Text};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::shape::nearest;
use crate::parse::yaml::{Document, Step};

/// Makes the model of a file whose shape is right. Attestations and waivers come later.
pub(super) fn build(
    doc: &Document,
    written: InventoryFile,
    base: &Base,
    mistakes: &mut Diagnostics,
) -> Inventory {
    let mut check = Check {
        doc,
        base,
        mistakes,
    };
    check.schema(&written.schema, SCHEMA);
    let systems = systems(&mut check, written.systems);
    let assets = assets::build(&mut check, written.assets, &systems);
    for key in written.parameters.keys() {
        let parts = key.split_once('.');
        if !parts.is_some_and(|(control, name)| !control.is_empty() && !name.is_empty()) {
            check.at_key(
                &["parameters".into()],
                key,
                format!("`{key}` names no parameter"),
                "write it as CONTROL.parameter, for instance SRV-LOG-003.min_days".into(),
            );
        }
    }
    let incidents = incidents(&mut check, written.incidents);
    let code_reversal = written.code_reversal.and_then(|said| {
        let at = [Step::Key("code_reversal"), Step::Key("evidence")];
        Some(CodeReversal {
            authorised: said.authorised,
            logged: said.logged,
            evidence: check.evidence(&at, said.evidence)?,
        })
    });
    Inventory {
        file: doc.file.to_string(),
        organisation: written.organisation,
        assessor: written.assessor,
        systems,
        assets,
        attestations: Vec::new(),
        incidents,
        waivers: Vec::new(),
        parameters: written.parameters,
        mask_profile: written.mask_profile,
        code_reversal,
    }
}

/// Told after it was found; each question of the kind of which the law asks it.
fn incidents(check: &mut Check<'_>, written: Option<Vec<IncidentEntry>>) -> Option<Vec<Incident>> {
    let mut ids = Unique::default();
    let mut all = Vec::new();
    for (at, entry) in written?.into_iter().enumerate() {
        let key = |key: &'static str| [Step::Key("incidents"), Step::Item(at), Step::Key(key)];
        ids.add(check, &key("id"), &entry.id);
        let mut moment = |name: &'static str, words: &str| {
            let moment: Option<Timestamp> = words.parse().ok();
            if moment.is_none() {
                let message = format!("`{words}` is no moment");
                check.at(&key(name), message, "write `2026-11-01T08:00:00+07:00`");
            }
            moment
        };
        let detected = moment("detected", &entry.detected);
        let notified = entry.notified.map(|words| moment("notified", &words));
        if let (Some(detected), Some(Some(notified))) = (detected, notified)
            && notified < detected
        {
            let help = "write both times with their offset";
            check.at(&key("notified"), "told before it was found", help);
        }
        let (wrong, other) = match entry.kind {
            IncidentKind::PersonalData => (entry.serious.map(|_| "serious"), "system"),
            IncidentKind::System => (entry.harm_class.map(|_| "harm_class"), "personal-data"),
        };
        if let Some(wrong) = wrong {
            let message = format!("`{wrong}` is asked of incidents of kind {other} only");
            check.at(
                &key(wrong),
                message,
                "leave it out, or write the other kind",
            );
        }
        all.extend(detected.map(|detected| Incident {
            id: entry.id,
            kind: entry.kind,
            detected,
            notified: notified.flatten(),
            harm_class: entry.harm_class,
            serious: entry.serious,
        }));
    }
    Some(all)
}

fn systems(check: &mut Check<'_>, written: Vec<SystemEntry>) -> Vec<System> {
    if written.is_empty() {
        check.at(
            &["systems".into()],
            "there is no system",
            "list every information system used to supply postal services",
        );
    }
    let mut ids = Unique::default();
    let mut systems = Vec::new();
    for (at, entry) in written.into_iter().enumerate() {
        let id = ["systems".into(), at.into(), "id".into()];
        check.id(&id, &entry.id);
        ids.add(check, &id, &entry.id);
        let dates = entry.investment_from.zip(entry.go_live);
        if dates.is_some_and(|(from, live)| from > live) {
            check.at(
                &["systems".into(), at.into(), "go_live".into()],
                "the system went live before its investment began",
                "check go_live and investment_from",
            );
        }
        traits(check, at, &entry);
        let without = without(check, at, entry.without);
        systems.push(System {
            id: entry.id,
            name: entry.name,
            level: entry.level,
            level_decision: entry.level_decision,
            go_live: entry.go_live,
            investment_from: entry.investment_from,
            hosting: entry.hosting,
            online_service: entry.online_service,
            data_subjects: entry.data_subjects,
            classification: entry.classification,
            zones: entry.zones,
            without,
        });
    }
    systems
}

/// What is said of the criteria must not contradict itself.
fn traits(check: &mut Check<'_>, at: usize, entry: &SystemEntry) {
    let steps = ["systems".into(), at.into(), "classification".into()];
    let mut wrong = |key: &'static str, message: &str, help: &str| {
        check.at(&[&steps[..], &[key.into()]].concat(), message, help);
    };
    let told = &entry.classification;
    if told.internal == Some(true) && entry.online_service {
        wrong(
            "internal",
            "the system is an online service and internal at once",
            "a system that serves people or businesses is not internal: check online_service",
        );
    }
    if told
        .public_service_degree
        .is_some_and(|degree| degree > MAX_DEGREE)
    {
        wrong(
            "public_service_degree",
            "online public services have degrees 1 to 4",
            "write 0 where it provides none",
        );
    }
    if told.information.as_ref().is_some_and(BTreeSet::is_empty) {
        wrong(
            "information",
            "no class of information is named",
            "name public, private, personal or state-secret; or leave the key out",
        );
    }
}

/// The kinds that a system is declared to be without, each with its reason.
fn without(
    check: &mut Check<'_>,
    at: usize,
    written: BTreeMap<String, Text>,
) -> BTreeMap<AssetKind, Text> {
    let mut kinds = BTreeMap::new();
    for (word, reason) in written {
        let steps = ["systems".into(), at.into(), "without".into()];
        if reason.vi.trim().is_empty() || reason.en.trim().is_empty() {
            check.at(
                &[&steps[..], &[word.as_str().into()]].concat(),
                "the reason is empty",
                "say in both languages why the system has none; it stands on page one",
            );
        }
        match AssetKind::ALL.into_iter().find(|kind| kind.word() == word) {
            Some(kind) => {
                kinds.insert(kind, reason);
            }
            None => {
                let words = AssetKind::ALL.map(AssetKind::word);
                let help = match nearest(&word, words.into_iter()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("kinds: {}", words.join(", ")),
                };
                let message = format!("`{word}` is no kind of asset");
                check.at_key(&steps, &word, message, help);
            }
        }
    }
    kinds
}

/// The highest degree of online public services that there ever was.
const MAX_DEGREE: u8 = 4;

const SCHEMA: &str = "capdo/inventory/1";
