//! The appendices: results by article, clause and point; evidence with hashes; papers that count.

use std::collections::BTreeMap;

use super::paper::{Appendix, Block, Table};
use super::vi;
use crate::model::{RequirementReport, Run};
use crate::report::common::{instrument_name, lines, short};
use crate::text::labels;
use crate::text::regulator as words;

/// Every requirement in force, by instrument.
pub(super) fn results(run: &Run) -> Appendix {
    let mut by_instrument: BTreeMap<&str, Vec<&RequirementReport>> = BTreeMap::new();
    for requirement in &run.requirements {
        by_instrument
            .entry(&requirement.instrument)
            .or_default()
            .push(requirement);
    }
    let mut table = Table::new(&words::RESULTS_HEAD, &[26, 40, 34]);
    for instrument in &run.instruments {
        let Some(requirements) = by_instrument.get(instrument.id.as_str()) else {
            continue;
        };
        table.band(format!(
            "{} {}",
            instrument_name(instrument).vi,
            vi(&instrument.title)
        ));
        for requirement in requirements {
            table.add([
                clauses(requirement, &instrument.number),
                vi(&requirement.title),
                states(requirement, run),
            ]);
        }
    }
    let body = vec![
        Block::Note(words::BY_NUMBER.to_owned()),
        Block::Table(table),
    ];
    appendix(words::APPENDIX_2, false, body)
}

/// Article, clause and point, without the number of the instrument that stands above.
pub(super) fn clauses(requirement: &RequirementReport, number: &str) -> String {
    let reference = vi(&requirement.reference);
    reference
        .strip_prefix(number)
        .map_or(reference.clone(), |rest| rest.trim().to_owned())
}

/// The state for each system; one word where it is the same for all. Systems by their number: an authority knows no ids.
pub(super) fn states(requirement: &RequirementReport, run: &Run) -> String {
    let number = |id: &str| {
        let mut known = super::body::real_systems(run);
        words::system_number(known.position(|s| s.id == id).map(|at| at + 1))
    };
    let first = requirement
        .systems
        .first()
        .map(|s| (s.status, s.due, s.accepted_until));
    let same = requirement
        .systems
        .iter()
        .all(|s| Some((s.status, s.due, s.accepted_until)) == first);
    let word = |s: &crate::model::RequirementSystem| {
        let mut word = words::status(s.status).to_owned();
        for beside in [
            s.due.map(words::transition),
            s.accepted_until.map(words::accepted),
        ]
        .into_iter()
        .flatten()
        {
            word.push_str(&format!(" ({beside})"));
        }
        word
    };
    match (same, requirement.systems.first()) {
        (_, None) => words::status(requirement.status).to_owned(),
        (true, Some(first)) => word(first),
        (false, Some(_)) => requirement
            .systems
            .iter()
            .map(|s| format!("{}: {}", number(&s.id), word(s)))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// Evidence → its number.
pub(super) fn numbers(run: &Run) -> BTreeMap<&str, usize> {
    run.evidence
        .iter()
        .enumerate()
        .map(|(at, e)| (e.id.as_str(), at + 1))
        .collect()
}

/// `BC-7`.
pub(super) fn evidence_number(n: usize) -> String {
    format!("BC-{n}")
}

/// What was read, with hashes.
pub(super) fn evidence(run: &Run) -> Appendix {
    let mut table = Table::new(&words::EVIDENCE_HEAD, &[10, 34, 40, 16]);
    for (at, item) in run.evidence.iter().take(MOST_EVIDENCE).enumerate() {
        table.add([
            evidence_number(at + 1),
            short(&homes_masked(&item.id), 200),
            item.sha256
                .as_deref()
                .map_or_else(|| words::NOT_HASHED.to_owned(), |h| short(h, 64)),
            short(&labels::clock(&item.collected_at), 40),
        ]);
    }
    let mut body = vec![Block::Table(table)];
    if run.evidence.len() > MOST_EVIDENCE {
        body.push(Block::Note(words::more(run.evidence.len() - MOST_EVIDENCE)));
    }
    appendix(words::APPENDIX_3, false, body)
}

/// The folder of a person bears the person's name: `/home/an.nv/.ssh` becomes `/home/…/.ssh`.
fn homes_masked(place: &str) -> String {
    let mut shown = String::new();
    let mut rest = place;
    while let Some(at) = rest.find("/home/") {
        let (before, after) = rest.split_at(at + "/home/".len());
        shown.push_str(before);
        shown.push('…');
        rest = after.find('/').map_or("", |end| &after[end..]);
    }
    shown.push_str(rest);
    shown
}

const MOST_EVIDENCE: usize = 2000;

/// Attestations and waivers, with posts, without names.
pub(super) fn papers(run: &Run) -> Appendix {
    let mut table = Table::new(&words::PAPERS_HEAD, &[14, 36, 18, 16, 16]);
    for a in &run.attestations {
        let mut dates = words::from_to(a.issued, a.valid_to);
        if !a.in_date {
            dates = format!("{dates}\n({})", words::OUT_OF_DATE);
        }
        table.add([
            lines(&a.id),
            vi(&a.statement),
            format!("{}, {}", lines(&a.requirement), lines(&a.scope)),
            lines(&a.signer.role),
            dates,
        ]);
    }
    for w in &run.waivers {
        let mut dates = words::from_to(w.from, w.until);
        if !w.active {
            dates = format!("{dates}\n({})", words::OUT_OF_DATE);
        }
        let approved = if w.approver.is_some() {
            words::APPROVED
        } else {
            words::NOT_APPROVED
        };
        table.add([
            lines(&w.id),
            format!("{}: {}", words::WAIVER, short(&w.reason, 500)),
            short(&w.covers, 200),
            approved.to_owned(),
            dates,
        ]);
    }
    let body = if table.rows.is_empty() {
        Block::Text(words::NONE.to_owned())
    } else {
        Block::Table(table)
    };
    appendix(words::APPENDIX_4, false, vec![body])
}

pub(super) fn appendix((number, title): (&str, &str), wide: bool, body: Vec<Block>) -> Appendix {
    Appendix {
        number: number.to_owned(),
        title: title.to_owned(),
        wide,
        body,
    }
}
