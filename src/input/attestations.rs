//! Attestations: statements about documents, tied to a requirement that exists.

use super::check::{Check, Unique};
use super::files::{Base, Overlay, read_yaml_over};
use super::syntax::{AttestationEntry, AttestationsFile, Outcome};
use crate::model::{Attestation, Inventory, Law, Period};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::shape::Shape;
use crate::parse::yaml::{Document, Step};

/// Reads the files that the inventory names.
pub(super) fn load(
    inventory_doc: &Document,
    inventory: &Inventory,
    base: &Base,
    law: &Law,
    over: &Overlay,
    mistakes: &mut Diagnostics,
) -> Vec<Attestation> {
    let mut ids = Unique::default();
    let mut all = Vec::new();
    for (doc, base) in named_files(inventory_doc, "attestations", base, over, mistakes) {
        match doc.decode::<AttestationsFile>(&Shape::of::<AttestationsFile>()) {
            Ok(file) => {
                let mut check = Check {
                    doc: &doc,
                    base: &base,
                    mistakes,
                };
                check.schema(&file.schema, SCHEMA);
                for (at, entry) in file.attestations.into_iter().enumerate() {
                    ids.add(&mut check, &key(at, "id"), &entry.id);
                    all.extend(build(&mut check, at, entry, inventory, law));
                }
            }
            Err(more) => mistakes.extend(more),
        }
    }
    all
}

/// The documents under a key of the inventory that lists files, each with the folder its paths are relative to.
pub(super) fn named_files(
    doc: &Document,
    key: &'static str,
    base: &Base,
    over: &Overlay,
    mistakes: &mut Diagnostics,
) -> Vec<(Document, Base)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(node) = doc.root.get(key).and_then(|list| list.item(at)) {
        let steps = [key.into(), at.into()];
        at += 1;
        let json = node.json();
        let written = json.as_str().unwrap_or_default();
        let mut check = Check {
            doc,
            base,
            mistakes,
        };
        let Some(path) = check.path(&steps, written) else {
            continue;
        };
        if over.get(&path).is_none()
            && let Err(problem) = super::files::check_readable(&path)
        {
            check.at(
                &steps,
                format!("`{written}`: {}", problem.message),
                &problem.help,
            );
            continue;
        }
        let shown = base.shown(written);
        match read_yaml_over(&path, &shown, over) {
            Ok(doc) => found.push((doc, Base::of(&path, &shown))),
            Err(more) => mistakes.extend(more),
        }
    }
    found
}

fn build(
    check: &mut Check<'_>,
    at: usize,
    entry: AttestationEntry,
    inventory: &Inventory,
    law: &Law,
) -> Option<Attestation> {
    check.id(&key(at, "id"), &entry.id);
    let requirements = law.requirements.iter().map(|r| r.id.as_str());
    check.known(
        &key(at, "requirement"),
        "requirement",
        &entry.requirement,
        requirements,
    );
    if entry.scope != ORGANISATION {
        let systems = inventory.systems.iter().map(|s| s.id.as_str());
        let scopes = systems.chain([ORGANISATION]);
        check.known(&key(at, "scope"), "system", &entry.scope, scopes);
    }
    let signer = [key(at, "signer").as_slice(), &["name".into()]].concat();
    super::waivers::honest(check, &signer, &entry.signer.name);
    let period = Period::parse(&entry.valid_for);
    if period.is_none() {
        check.at(
            &key(at, "valid_for"),
            format!("`{}` is no length of time", entry.valid_for),
            "write for instance `12 months`, `1 year` or `90 days`",
        );
    }
    let evidence = check.evidence(&key(at, "evidence"), entry.evidence);
    let line = check.line(&["attestations".into(), at.into()]);
    let (evidence, valid_for) = (evidence?, period?);
    Some(Attestation {
        id: entry.id,
        requirement: entry.requirement,
        scope: entry.scope,
        statement: entry.statement,
        evidence,
        signer: entry.signer,
        issued: entry.issued,
        met: entry.outcome == Outcome::Met,
        valid_for,
        valid_to: valid_for.last_day(entry.issued),
        file: check.doc.file.to_string(),
        line,
    })
}

fn key(at: usize, key: &'static str) -> [Step<'static>; 3] {
    ["attestations".into(), at.into(), key.into()]
}

const SCHEMA: &str = "capdo/attestations/1";
const ORGANISATION: &str = "organisation";
