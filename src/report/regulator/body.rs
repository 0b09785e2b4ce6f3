//! The chapters I to VIII.

use std::collections::{BTreeMap, BTreeSet};

use super::paper::{Block, Head, Paper, Sign, Table};
use super::{appendix, form, gaps, vi};
use crate::model::{
    AssetKind, Counts, DataPlace, IncidentKind, LetterItem, ORG, Reading, RemedyPlan,
    RequirementReport, Run,
};
use crate::report::common::{cite, instrument_name, lines};
use crate::text::labels;
use crate::text::regulator as words;

/// The whole report.
pub(super) fn paper(run: &Run, plan: &RemedyPlan) -> Paper {
    let issuer = issuer(run, plan);
    let mut body = Vec::new();
    for chapter in [
        basis(run),
        scope(run, plan),
        letter(run),
        systems(run),
        people(run, plan),
        incidents(run),
        gaps::chapter(run, plan),
        proposals(plan),
    ] {
        body.extend(chapter);
    }
    Paper {
        title: words::SUBJECT.to_owned(),
        author: issuer.clone(),
        created: run.run.finished.clone(),
        head: Some(head(run, plan, issuer)),
        body,
        sign: Some(sign(plan)),
        appendices: vec![
            form::appendix(run, plan, false),
            appendix::results(run),
            appendix::evidence(run),
            appendix::papers(run),
        ],
    }
}

/// The body that reports, in capitals.
pub(super) fn issuer(run: &Run, plan: &RemedyPlan) -> String {
    match (&plan.head.issuing_body, &run.organisation) {
        (Some(body), _) => lines(body),
        (None, Some(organisation)) => vi(&organisation.name).to_uppercase(),
        (None, None) => words::BLANK.to_owned(),
    }
}

fn head(run: &Run, plan: &RemedyPlan, issuer: String) -> Head {
    let symbol = plan
        .head
        .symbol
        .as_deref()
        .map_or(words::SYMBOL.to_owned(), lines);
    Head {
        parent: plan.head.parent_body.as_deref().map(lines),
        symbol: words::number(&symbol),
        place_and_date: words::place_and_date(plan.head.place.as_deref().map(lines).as_deref()),
        subject: words::SUBJECT.to_owned(),
        recipients: plan.head.recipients.iter().map(|r| lines(r)).collect(),
        basis: bases(run),
        issuer,
    }
}

/// The letter and the texts in force that bind here, each once. What nobody could verify is no basis of a report.
fn bases(run: &Run) -> Vec<String> {
    let asked: BTreeSet<&str> = run
        .requirements
        .iter()
        .map(|r| r.instrument.as_str())
        .collect();
    let mut bases = vec![words::BASIS_LETTER.to_owned()];
    bases.extend(
        run.instruments
            .iter()
            .filter(|i| i.in_force && i.id != "letter" && i.reading != Reading::Unverified)
            .filter(|i| asked.contains(i.id.as_str()))
            .map(|i| words::basis(i.kind, &lines(&i.number), &vi(&i.title))),
    );
    bases
}

fn basis(run: &Run) -> Vec<Block> {
    let mut table = Table::new(&words::CITED_HEAD, &[50, 50]);
    for cited in run.instruments.iter().filter(|i| i.cited_by_letter) {
        let now: Vec<String> = cited
            .replaced_by
            .iter()
            .filter_map(|id| run.instruments.iter().find(|i| i.id == *id))
            .map(|i| {
                format!(
                    "{} {}",
                    instrument_name(i).vi,
                    words::from_day(i.in_force_from)
                )
            })
            .collect();
        let now = match (cited.in_force, now.is_empty()) {
            (true, true) => words::STILL.to_owned(),
            (true, false) => format!("{}; {}", words::STILL, now.join("; ")),
            (false, true) => words::ENDED_UNKNOWN.to_owned(),
            (false, false) => now.join("; "),
        };
        table.add([
            format!("{} {}", instrument_name(cited).vi, vi(&cited.title)),
            now,
        ]);
    }
    let mut blocks = vec![
        Block::Chapter(words::CHAPTER_1.to_owned()),
        Block::Text(words::CITED_LEAD.to_owned()),
        Block::Table(table),
    ];
    let asked: BTreeSet<&str> = run
        .requirements
        .iter()
        .map(|r| r.instrument.as_str())
        .collect();
    let secondary: Vec<String> = run
        .instruments
        .iter()
        .filter(|i| i.reading == Reading::Secondary && asked.contains(i.id.as_str()))
        .map(|i| instrument_name(i).vi)
        .collect();
    if !secondary.is_empty() {
        blocks.push(Block::Note(format!(
            "{}: {}.",
            words::SECONDARY,
            secondary.join("; ")
        )));
    }
    blocks
}

fn scope(run: &Run, plan: &RemedyPlan) -> Vec<Block> {
    let mut blocks = vec![Block::Chapter(words::CHAPTER_2.to_owned())];
    let mut say = |text: String| blocks.push(Block::Text(text));
    match &run.organisation {
        Some(organisation) => say(words::scope_organisation(
            &vi(&organisation.name),
            organisation.tax_code.as_deref().map(lines).as_deref(),
        )),
        None => say(words::SCOPE_SCAN.to_owned()),
    }
    let systems: Vec<String> = real_systems(run).map(|s| vi(&s.name)).collect();
    if !systems.is_empty() {
        say(words::scope_systems(systems.len(), &systems.join("; ")));
    }
    say(words::scope_time(
        &labels::moment(&run.run.started).vi,
        run.run.as_of,
        plan.period(),
    ));
    let mut kinds: BTreeMap<AssetKind, usize> = BTreeMap::new();
    for asset in &run.assets {
        *kinds.entry(asset.kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| format!("{count} {}", labels::kind(kind).vi))
        .collect();
    say(words::scope_method(
        &format!("{} {}", run.tool.name, run.tool.version),
        &kinds.join(", "),
        run.evidence.len(),
    ));
    let assessor = run.assessor.as_ref();
    say(words::scope_assessor(
        assessor.map(|a| lines(&a.unit)).as_deref(),
        assessor.and_then(|a| a.independent_of_operation),
    ));
    say(format!("{} {}", words::SCOPE_LIMITS, vi(&run.disclaimer)));
    if !run.run.complete {
        say(words::INCOMPLETE.to_owned());
    }
    blocks
}

/// Without the pseudo-system of the organisation.
pub(super) fn real_systems(run: &Run) -> impl Iterator<Item = &crate::model::SystemReport> {
    run.systems.iter().filter(|s| s.id != ORG)
}

fn letter(run: &Run) -> Vec<Block> {
    let mut blocks = vec![
        Block::Chapter(words::CHAPTER_3.to_owned()),
        Block::Text(words::results_lead(&words::counts(
            run.summary.requirements,
        ))),
    ];
    if run.letter.is_empty() {
        blocks.push(Block::Text(words::NO_LETTER.to_owned()));
        return blocks;
    }
    let known: BTreeMap<&str, &RequirementReport> = run
        .requirements
        .iter()
        .map(|r| (r.id.as_str(), r))
        .collect();
    let mut totals = Table::new(&words::ITEMS_HEAD, &[40, 14, 8, 9, 11, 11, 10]);
    for item in &run.letter {
        let counts = item_counts(item, &known);
        totals.add([
            words::item(item.item, &vi(&item.title)),
            words::status(item.status).to_owned(),
            counts.met.to_string(),
            counts.gap.to_string(),
            counts.remark.to_string(),
            counts.undetermined.to_string(),
            counts.notapplicable.to_string(),
        ]);
    }
    blocks.push(Block::Table(totals));
    let numbers = appendix::numbers(run);
    for item in &run.letter {
        blocks.push(Block::Heading(words::item(item.item, &vi(&item.title))));
        let mut table = Table::new(&words::DUTIES_HEAD, &[34, 36, 14, 16]);
        for duty in &item.obligations {
            let asked: Vec<&RequirementReport> = duty
                .requirements
                .iter()
                .filter_map(|id| known.get(id.as_str()).copied())
                .collect();
            table.add([
                vi(&duty.title),
                places(run, asked.iter().copied().filter(|r| r.id != duty.id)),
                words::status(duty.status).to_owned(),
                evidence_of(run, &asked, &numbers),
            ]);
        }
        blocks.push(Block::Table(table));
    }
    blocks
}

/// `Nghị định 331/2026/NĐ-CP: Điều 18 khoản 1; Điều 18 khoản 2`, a line for each instrument.
fn places<'a>(run: &Run, requirements: impl Iterator<Item = &'a RequirementReport>) -> String {
    let mut lines: Vec<(&str, String)> = Vec::new();
    for requirement in requirements {
        let id = requirement.instrument.as_str();
        let known = run.instruments.iter().find(|i| i.id == id);
        let place = match known {
            Some(instrument) => appendix::clauses(requirement, &instrument.number),
            None => cite(requirement, run).vi,
        };
        match lines.iter_mut().find(|(instrument, _)| *instrument == id) {
            Some((_, line)) => line.push_str(&format!("; {place}")),
            None => {
                let name =
                    known.map_or_else(String::new, |i| format!("{}: ", instrument_name(i).vi));
                lines.push((id, format!("{name}{place}")));
            }
        }
    }
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    lines.join("\n")
}

/// Pairs of requirement and system of an item, each once.
fn item_counts(item: &LetterItem, known: &BTreeMap<&str, &RequirementReport>) -> Counts {
    let ids: BTreeSet<&str> = item
        .obligations
        .iter()
        .flat_map(|o| o.requirements.iter().map(String::as_str))
        .collect();
    let mut counts = Counts::default();
    for requirement in ids.into_iter().filter_map(|id| known.get(id)) {
        for system in &requirement.systems {
            counts.add(system.status);
        }
    }
    counts
}

/// `BC-3, BC-7, và 12 mục khác`: the evidence of what bears on these requirements.
fn evidence_of(
    run: &Run,
    requirements: &[&RequirementReport],
    numbers: &BTreeMap<&str, usize>,
) -> String {
    let wanted: BTreeSet<&str> = requirements
        .iter()
        .flat_map(|r| r.findings.iter().map(String::as_str))
        .collect();
    let found: BTreeSet<usize> = run
        .findings
        .iter()
        .filter(|f| wanted.contains(f.id.as_str()))
        .flat_map(|f| &f.evidence)
        .filter_map(|id| numbers.get(id.as_str()).copied())
        .collect();
    let mut shown: Vec<String> = found
        .iter()
        .take(SHOWN_EVIDENCE)
        .map(|n| appendix::evidence_number(*n))
        .collect();
    if found.len() > SHOWN_EVIDENCE {
        shown.push(words::more(found.len() - SHOWN_EVIDENCE));
    }
    shown.join(", ")
}

const SHOWN_EVIDENCE: usize = 6;

fn systems(run: &Run) -> Vec<Block> {
    let mut table = Table::new(&words::SYSTEMS_HEAD, &[6, 26, 10, 11, 22, 25]);
    for (at, system) in real_systems(run).enumerate() {
        let decision = system.level_decision.as_ref().map_or_else(
            || words::NO_DECISION.to_owned(),
            |d| {
                format!(
                    "{}, {}, {}",
                    lines(&d.number),
                    d.date.vi(),
                    lines(&d.authority)
                )
            },
        );
        table.add([
            (at + 1).to_string(),
            vi(&system.name),
            system.level.to_string(),
            system
                .required_level
                .map_or_else(|| words::NOT_TOLD.to_owned(), |l| l.to_string()),
            decision,
            words::counts(system.counts),
        ]);
    }
    vec![
        Block::Chapter(words::CHAPTER_4.to_owned()),
        Block::Table(table),
        Block::Note(words::SYSTEMS_NOTE.to_owned()),
    ]
}

fn people(run: &Run, plan: &RemedyPlan) -> Vec<Block> {
    let mut table = Table::new(&words::PEOPLE_HEAD, &[26, 16, 16, 24, 18]);
    let untold = || words::NOT_TOLD.to_owned();
    for system in real_systems(run) {
        let planned = plan.systems.get(&system.id);
        let kinds = planned
            .filter(|p| !p.personal_data.is_empty())
            .map_or_else(untold, |p| lines(&p.personal_data.join("; ")));
        table.add([
            vi(&system.name),
            system
                .data_subjects
                .map_or_else(untold, |d| number(d.basic)),
            system
                .data_subjects
                .map_or_else(untold, |d| number(d.sensitive)),
            kinds,
            planned
                .and_then(|p| p.impact_assessment.as_deref())
                .map_or_else(untold, lines),
        ]);
    }
    let mut results = Table::new(&words::REQUIREMENTS_HEAD, &[32, 46, 22]);
    for requirement in run
        .requirements
        .iter()
        .filter(|r| PERSONAL_DATA.contains(&r.instrument.as_str()))
    {
        results.add([
            cite(requirement, run).vi,
            vi(&requirement.title),
            appendix::states(requirement, run),
        ]);
    }
    let mut blocks = vec![
        Block::Chapter(words::CHAPTER_5.to_owned()),
        Block::Table(table),
    ];
    blocks.extend(data_map(run));
    if !results.rows.is_empty() {
        blocks.push(Block::Text(words::PEOPLE_LEAD.to_owned()));
        blocks.push(Block::Table(results));
    }
    blocks
}

/// Which classes live where, whether protected, who can see them: a row for each place.
fn data_map(run: &Run) -> Vec<Block> {
    let mut places: BTreeMap<(&str, &str), Vec<&DataPlace>> = BTreeMap::new();
    for place in &run.data_map {
        places
            .entry((&place.asset, &place.place))
            .or_default()
            .push(place);
    }
    if places.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(&words::DATA_HEAD, &[28, 30, 18, 24]);
    for ((asset, place), held) in places.iter().take(MOST_PLACES) {
        let classes: BTreeSet<&str> = held
            .iter()
            .map(|p| labels::data::class(&p.class).vi)
            .collect();
        let sum = |of: fn(&DataPlace) -> u64| held.iter().map(|p| of(p)).sum::<u64>();
        let readers: BTreeSet<&String> = held.iter().flat_map(|p| &p.readers).collect();
        let readers: Vec<String> = readers.into_iter().cloned().collect();
        let unknown = held.iter().any(|p| p.readers_unknown);
        table.add([
            lines(&format!("{asset} · {place}")),
            classes.into_iter().collect::<Vec<_>>().join(", "),
            words::protection(sum(|p| p.open), sum(|p| p.protected), sum(|p| p.unknown)),
            lines(&labels::data::readers(&readers, unknown).vi),
        ]);
    }
    let mut blocks = vec![
        Block::Text(words::DATA_LEAD.to_owned()),
        Block::Table(table),
    ];
    if places.len() > MOST_PLACES {
        blocks.push(Block::Note(words::more(places.len() - MOST_PLACES)));
    }
    blocks
}

/// The most places of that table; the page has all.
const MOST_PLACES: usize = 200;

/// The texts on personal data.
const PERSONAL_DATA: [&str; 2] = ["l91", "nd356"];

fn incidents(run: &Run) -> Vec<Block> {
    let mut blocks = vec![Block::Chapter(words::CHAPTER_6.to_owned())];
    match &run.incidents {
        None => blocks.push(Block::Text(words::INCIDENTS_UNTOLD.to_owned())),
        Some(known) if known.is_empty() => {
            blocks.push(Block::Text(words::INCIDENTS_NONE.to_owned()));
        }
        Some(known) => {
            let mut table = Table::new(&words::INCIDENTS_HEAD, &[16, 20, 20, 20, 24]);
            for incident in known {
                let kind = match incident.kind {
                    IncidentKind::System => words::INCIDENT_SYSTEM,
                    IncidentKind::PersonalData => words::INCIDENT_DATA,
                };
                table.add([
                    lines(&incident.id),
                    kind.to_owned(),
                    labels::moment(&incident.detected).vi,
                    incident.notified.as_deref().map_or_else(
                        || words::NOT_NOTIFIED.to_owned(),
                        |moment| labels::moment(moment).vi,
                    ),
                    words::grave(incident.grave).to_owned(),
                ]);
            }
            blocks.push(Block::Table(table));
        }
    }
    blocks
}

fn proposals(plan: &RemedyPlan) -> Vec<Block> {
    let mut blocks = vec![Block::Chapter(words::CHAPTER_8.to_owned())];
    if plan.proposals.is_empty() {
        blocks.push(Block::Text(format!(
            "{}{}",
            words::NO_PROPOSALS,
            words::END
        )));
    }
    for (at, proposal) in plan.proposals.iter().enumerate() {
        let end = if at + 1 == plan.proposals.len() {
            words::END
        } else {
            ""
        };
        blocks.push(Block::Text(format!("{}. {}{end}", at + 1, lines(proposal))));
    }
    blocks
}

fn sign(plan: &RemedyPlan) -> Sign {
    let mut copies: Vec<String> = vec![words::AS_ABOVE.to_owned()];
    copies.extend(plan.head.copies.iter().map(|c| {
        let line = lines(c);
        let line = line.trim_end_matches([';', '.']).to_owned();
        format!("{line};")
    }));
    copies.push(words::FILED.to_owned());
    let post = if plan.head.signed_as.is_empty() {
        vec![words::POST.to_owned()]
    } else {
        plan.head.signed_as.iter().map(|p| lines(p)).collect()
    };
    Sign { copies, post }
}

/// `1.200.000`.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}
