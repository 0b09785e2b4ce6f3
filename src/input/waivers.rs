//! Waivers: acceptances of findings, tied to a control or requirement that exists, with an end.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::attestations::named_files;
use super::check::{Check, Unique};
use super::files::{Base, Overlay, read_capped};
use super::syntax::{WaiverEntry, WaiversFile};
use crate::model::{AssetKind, EvidenceFile, Inventory, Law, RulePack, Waiver, WaiverDisposition};
use crate::parse::bytes::{is_empty, is_own_form};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::shape::Shape;
use crate::parse::yaml::{Document, Node, Step};
use crate::text::names::{is_disguised, names_somebody, same_person};

/// Reads the files that the inventory names.
pub(super) fn load(
    inventory_doc: &Document,
    inventory: &Inventory,
    base: &Base,
    law: &Law,
    rules: &RulePack,
    over: &Overlay,
    mistakes: &mut Diagnostics,
) -> Vec<Waiver> {
    let mut ids = Unique::default();
    let mut all = Vec::new();
    let written = asset_ids(inventory_doc);
    for (doc, base) in named_files(inventory_doc, "waivers", base, over, mistakes) {
        match doc.decode::<WaiversFile>(&Shape::of::<WaiversFile>()) {
            Ok(file) => {
                let mut check = Check {
                    doc: &doc,
                    base: &base,
                    mistakes,
                };
                check.schema(&file.schema, SCHEMA);
                for (at, entry) in file.waivers.into_iter().enumerate() {
                    check.id(&key(at, "id"), &entry.id);
                    ids.add(&mut check, &key(at, "id"), &entry.id);
                    covers(&mut check, at, &entry, law, rules);
                    scope(&mut check, at, &entry);
                    place(&mut check, at, &entry, inventory, &written);
                    all.push(build(&mut check, at, entry));
                }
            }
            Err(more) => mistakes.extend(more),
        }
    }
    all
}

/// Exactly one of control and requirement, and it must exist.
fn covers(check: &mut Check<'_>, at: usize, entry: &WaiverEntry, law: &Law, rules: &RulePack) {
    match (&entry.control, &entry.requirement) {
        (Some(control), None) => {
            let known = rules.controls.iter().map(|c| c.id.as_str());
            check.known(&key(at, "control"), "control", control, known);
        }
        (None, Some(requirement)) => {
            let known = law.requirements.iter().map(|r| r.id.as_str());
            check.known(&key(at, "requirement"), "requirement", requirement, known);
        }
        (Some(_), Some(_)) => check.at(
            &key(at, "requirement"),
            "`control` and `requirement` stand side by side",
            "keep one of them",
        ),
        (None, None) => check.at(
            &["waivers".into(), at.into()],
            "it is not said what is accepted",
            "write `control: ID` or `requirement: ID`",
        ),
    }
}

/// What is accepted everywhere hides what nobody has seen yet: a new host, the next file.
fn scope(check: &mut Check<'_>, at: usize, entry: &WaiverEntry) {
    let scopes = [&entry.system, &entry.asset, &entry.file];
    if scopes.into_iter().all(Option::is_none) {
        check.at(
            &["waivers".into(), at.into()],
            "it is not said where the failure is accepted",
            "add `asset: ID` (best), `system: ID` (`org` for a duty of the whole company) or `file: PATH`",
        );
    }
}

/// The system and asset must exist and belong together.
fn place(
    check: &mut Check<'_>,
    at: usize,
    entry: &WaiverEntry,
    inventory: &Inventory,
    written: &[String],
) {
    if let Some(system) = &entry.system {
        let systems = inventory.systems.iter().map(|s| s.id.as_str());
        // `org`: duties of the company as a whole.
        check.known(&key(at, "system"), "system", system, systems.chain(["org"]));
    }
    let Some(id) = &entry.asset else { return };
    // Findings without an asset stand under `<system>/<kind>`.
    if let Some((system, kind)) = id.split_once('/') {
        let systems = inventory.systems.iter().map(|s| s.id.as_str());
        check.known(&key(at, "asset"), "system", system, systems.chain(["org"]));
        let kinds = AssetKind::ALL.iter().map(|k| k.word());
        check.known(&key(at, "asset"), "kind of asset", kind, kinds);
        return;
    }
    let assets = written.iter().map(String::as_str);
    if !check.known(&key(at, "asset"), "asset", id, assets) {
        return;
    }
    let asset = inventory.assets.iter().find(|a| a.id == *id);
    if let (Some(asset), Some(system)) = (asset, &entry.system)
        && !asset.systems.contains(system)
    {
        check.at(
            &key(at, "asset"),
            format!("`{id}` does not belong to the system `{system}`"),
            &format!("it belongs to {}", asset.systems.join(", ")),
        );
    }
}

/// The ids of all assets as they are written: one with a mistake elsewhere is there all the same.
fn asset_ids(doc: &Document) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(asset) = doc.root.get("assets").and_then(|list| list.item(ids.len())) {
        let id = asset.get("id").map(Node::json);
        ids.push(
            id.and_then(|id| id.as_str().map(str::to_owned))
                .unwrap_or_default(),
        );
    }
    ids
}

fn build(check: &mut Check<'_>, at: usize, entry: WaiverEntry) -> Waiver {
    check.not_blank(&key(at, "reason"), &entry.reason);
    if !names_somebody(&entry.owner) {
        check.at(
            &key(at, "owner"),
            "nobody is named",
            "write the name of the person who answers for it",
        );
    }
    if entry.from > entry.until {
        check.at(
            &key(at, "until"),
            format!(
                "the waiver ends on {} before it begins on {}",
                entry.until, entry.from
            ),
            "check from and until",
        );
    }
    let days = entry.until.days_since(entry.from);
    if days > MAX_DAYS {
        check.at(
            &key(at, "until"),
            format!("the waiver lasts {days} days; at most {MAX_DAYS} are accepted"),
            &format!(
                "end it by {}, and decide again then",
                entry.from.plus_days(MAX_DAYS)
            ),
        );
    }
    let approver = entry.approver.as_deref().unwrap_or_default();
    if names_somebody(approver) && same_person(approver, &entry.owner) {
        check.at(
            &key(at, "approver"),
            "whoever answers for a waiver cannot approve it",
            "name another person as approver",
        );
    }
    for (name, written) in [("owner", entry.owner.as_str()), ("approver", approver)] {
        honest(check, &key(at, name), written);
    }
    let written = entry.evidence.is_some();
    let evidence = entry
        .evidence
        .and_then(|evidence| check.evidence(&key(at, "evidence"), evidence));
    let needs_evidence = match entry.disposition {
        WaiverDisposition::Waived => false,
        WaiverDisposition::Compensating | WaiverDisposition::FalsePositive => true,
    };
    if needs_evidence && !written {
        check.at(
            &key(at, "disposition"),
            "such a waiver lifts a gap and needs evidence",
            "add `evidence: { path, sha256 }`, or write `disposition: waived`",
        );
    }
    // It lifts a gap: the document must be the one that was approved.
    if let Some(evidence) = evidence.as_ref().filter(|_| needs_evidence) {
        document(check, at, evidence);
    }
    Waiver {
        id: entry.id,
        control: entry.control,
        requirement: entry.requirement,
        system: entry.system,
        asset: entry.asset,
        subject: entry.subject,
        in_file: entry.file,
        disposition: entry.disposition,
        reason: entry.reason,
        owner: entry.owner,
        // `chưa duyệt`, `-`, `TBD`: nobody approved it.
        approver: entry.approver.filter(|a| names_somebody(a)),
        evidence,
        ticket: entry.ticket,
        from: entry.from,
        until: entry.until,
        file: check.doc.file.to_string(),
        line: check.line(&["waivers".into(), at.into()]),
    }
}

/// A name that mixes alphabets is written to look like another.
pub(super) fn honest(check: &mut Check<'_>, steps: &[Step<'_>], name: &str) {
    if is_disguised(name) {
        check.at(
            steps,
            "this name mixes letters of several alphabets that look alike",
            "write the name anew, with Vietnamese letters only",
        );
    }
}

fn document(check: &mut Check<'_>, at: usize, evidence: &EvidenceFile) {
    let steps = [&key(at, "evidence")[..], &["path".into()]].concat();
    match read_capped(&evidence.path, MAX_EVIDENCE_BYTES) {
        Ok(bytes) if is_empty(&bytes) => check.at(
            &steps,
            format!("`{}` is an empty document", evidence.written),
            "name the document that was approved",
        ),
        Ok(bytes) if is_own_form(&bytes) => check.at(
            &steps,
            format!(
                "`{}` is a file of capdo, and proves nothing of what it says",
                evidence.written
            ),
            "name the document that was approved",
        ),
        Ok(bytes) if hex(&bytes) == evidence.sha256 => {}
        Ok(_) => check.at(
            &steps,
            format!(
                "`{}` is not the document with this SHA-256",
                evidence.written
            ),
            "restore the document, or approve the new one and write its hash",
        ),
        Err(problem) => check.at(
            &steps,
            format!("`{}`: {}", evidence.written, problem.message),
            &problem.help,
        ),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn key(at: usize, key: &'static str) -> [Step<'static>; 3] {
    ["waivers".into(), at.into(), key.into()]
}

const SCHEMA: &str = "capdo/waivers/1";

/// The longest time that a failure may be accepted before it is decided again.
const MAX_DAYS: i64 = 180;

const MAX_EVIDENCE_BYTES: u64 = 32 * 1024 * 1024;
