//! `capdo attest --missing`: the papers that the company still owes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::work::attestation_faults;
use super::{Outcome, Pack, coverage, output};
use crate::cli::{AttestArgs, Common, ListFormat};
use crate::collect::{self, Context};
use crate::model::{
    Attestation, Day, Duty, FigureUnit, Force, Inventory, Lang, Level, ORG, Period, Reason,
    Requirement, Text,
};
use crate::text::{coverage as words, lists, reasons};
use crate::{input, law};

/// Figures in months that are the cycle of a paper; others in months are times to keep something, or time limits.
const CYCLES: [&str; 15] = [
    "channels",
    "detect",
    "exercise",
    "external",
    "internal",
    "organisation",
    "repeat",
    "restore_test",
    "review",
    "scan",
    "scan_all",
    "thresholds",
    "training",
    "update",
    "verify",
];

/// A paper that is owed.
struct Owed<'a> {
    requirement: &'a Requirement,
    reference: String,
    system: String,
    force: Force,
    /// In months.
    cycle: Option<i64>,
    /// The attestation that counted last, or counts from a later day.
    last: Option<&'a Attestation>,
    /// Why an attestation whose time has not passed does not count.
    fault: Option<Reason>,
}

/// Runs the command.
pub(super) fn run(args: &AttestArgs, common: &Common) -> Outcome {
    let pack = Pack::of(common)?;
    let moment = super::now();
    let on = common.as_of.unwrap_or_else(|| Day::of(moment));
    let inventory = input::load(&args.inventory, &pack.law, &pack.rules)?;
    let faults = faults(&inventory, on, moment);
    let owed = owed(&pack, &inventory, &faults, on);
    let text = match args.format {
        ListFormat::Json => coverage::pretty(&as_json(&owed, on))?,
        ListFormat::Human => human(&owed, &inventory, on, common.lang.into()),
    };
    match args.format {
        ListFormat::Human => output::said(&text)?,
        ListFormat::Json => output::stdout(&text)?,
    }
    Ok(0)
}

/// Attestations that say nothing: their document is missing, empty or changed, or their signer is not named.
fn faults(inventory: &Inventory, on: Day, now: jiff::Timestamp) -> BTreeMap<String, Reason> {
    let cx = Context {
        now,
        timeout: std::time::Duration::from_secs(1),
        offline: true,
    };
    let collected = collect::document::collect_inventory(inventory, &[], on, &cx);
    attestation_faults(collected.subjects.iter())
}

fn owed<'a>(
    pack: &'a Pack,
    inventory: &'a Inventory,
    faults: &BTreeMap<String, Reason>,
    on: Day,
) -> Vec<Owed<'a>> {
    law::duties(&pack.law, &inventory.organisation, &inventory.systems, on)
        .into_iter()
        .filter_map(|duty| {
            let requirement = pack.law.requirement(&duty.requirement)?;
            needs_paper(pack, requirement, duty.level)
                .then(|| one(pack, inventory, requirement, &duty, faults, on))
                .flatten()
        })
        .collect()
}

/// Is there no way to decide it without paper?
fn needs_paper(pack: &Pack, requirement: &Requirement, level: Level) -> bool {
    let paper = |set: &Vec<String>| set.iter().any(|id| id == "attestation");
    let sets = &requirement.decided_by;
    let full = pack.rules.controls.iter().any(|control| {
        control.levels.contains(level)
            && control
                .satisfies
                .iter()
                .any(|b| b.full && b.requirement == requirement.id)
    });
    sets.iter().any(paper) && sets.iter().all(paper) && !full
}

fn one<'a>(
    pack: &Pack,
    inventory: &'a Inventory,
    requirement: &'a Requirement,
    duty: &Duty,
    faults: &BTreeMap<String, Reason>,
    on: Day,
) -> Option<Owed<'a>> {
    let own: Vec<&Attestation> = inventory
        .attestations
        .iter()
        .filter(|a| a.requirement == requirement.id)
        .filter(|a| a.speaks_of(&duty.system))
        .collect();
    let in_time = |a: &&&Attestation| a.issued <= on && on <= a.valid_to;
    let counting = own
        .iter()
        .filter(in_time)
        .filter(|a| !faults.contains_key(&a.id))
        .max_by_key(|a| (a.issued, !a.met, &a.id));
    let denied = counting.and_then(|a| a.denied_by(own.iter().copied(), on));
    let cycle = cycle(requirement, duty.level);
    // A paper counts by its own time, and is done again by that of the law.
    let overdue = counting.and_then(|a| {
        let due = Period::Months(cycle?).last_day(a.issued);
        (due < on).then(|| Reason::new("attestation-old", due.to_string()))
    });
    let fault = match (counting, denied) {
        (Some(_), None) => Some(overdue?),
        (Some(_), Some(later)) => Some(Reason::new("attestation-contradicted", later.id.clone())),
        (None, _) => own
            .iter()
            .filter(in_time)
            .find_map(|a| faults.get(&a.id).cloned()),
    };
    let number = pack
        .law
        .instrument(&requirement.instrument)
        .map_or("", |i| i.number.as_str());
    Some(Owed {
        reference: format!("{number} {}", requirement.clause(Some(duty.level))),
        requirement,
        system: duty.system.clone(),
        force: duty.force,
        cycle,
        last: own.into_iter().max_by_key(|a| a.valid_to),
        fault,
    })
}

/// The shortest cycle of the requirement at this level, in months.
pub(super) fn cycle(requirement: &Requirement, level: Level) -> Option<i64> {
    let figures = requirement.figures.iter();
    figures
        .filter(|(name, figure)| {
            figure.unit == FigureUnit::Months && CYCLES.contains(&name.as_str())
        })
        .filter_map(|(_, figure)| figure.values.get(&level.number()).copied())
        .min()
}

fn state(owed: &Owed<'_>, on: Day) -> Text {
    match (&owed.fault, owed.last) {
        (Some(fault), _) => {
            let said = reasons::reason(fault);
            Text::new(said.vi, said.en)
        }
        (None, None) => words::never(),
        (None, Some(last)) if last.issued > on => words::begins(last.issued),
        (None, Some(last)) => words::ended(last.valid_to),
    }
}

fn human(owed: &[Owed<'_>], inventory: &Inventory, on: Day, lang: Lang) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}",
        words::owed(&inventory.file, on, owed.len()).get(lang)
    );
    let systems = inventory.systems.iter().map(|s| (s.id.as_str(), &s.name));
    let organisation = lists::organisation();
    for (id, name) in [(ORG, &organisation)].into_iter().chain(systems) {
        let own: Vec<&Owed<'_>> = owed.iter().filter(|o| o.system == id).collect();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{id} · {} ({})", name.get(lang), own.len());
        for o in own {
            let weaker = match o.force {
                Force::Binding => String::new(),
                Force::Suggested | Force::Interpretation => format!(
                    " ({})",
                    words::weaker(o.force == Force::Interpretation).get(lang)
                ),
            };
            let _ = writeln!(
                text,
                "  {:<26} {} · {}{weaker} · {} · {}",
                o.requirement.id,
                o.reference,
                o.requirement.title.get(lang),
                words::cycle(o.cycle).get(lang),
                state(o, on).get(lang)
            );
        }
    }
    text
}

fn as_json(owed: &[Owed<'_>], on: Day) -> serde_json::Value {
    let rows: Vec<serde_json::Value> = owed
        .iter()
        .map(|o| {
            let due = o
                .last
                .filter(|last| o.fault.is_none() && last.issued <= on)
                .map_or_else(|| "now".to_owned(), |last| last.valid_to.to_string());
            json!({
                "requirement": o.requirement.id, "reference": o.reference, "title": o.requirement.title,
                "system": o.system, "force": o.force, "cycle_months": o.cycle, "due": due,
                "last": o.last.map(|a| a.id.clone()), "state": state(o, on),
            })
        })
        .collect();
    json!({ "schema": "capdo/attest-missing/1", "as_of": on, "missing": rows })
}
