//! Page one: what, when, by whom, under which law; levels, counts, the letter, the worst, cited → in force.

use serde::Serialize;

use crate::model::{Counts, LetterItem, Obligation, Run, Status, SystemReport, Text};
use crate::report::common::{
    actual, before_waivers, both, instrument_name as name, lines, short, whereabouts, worst,
};
use crate::text::labels::{self, Label};

/// Page one.
#[derive(Debug, Serialize)]
pub(super) struct Front {
    scan: bool,
    complete: bool,
    organisation: Option<Text>,
    tax_code: Option<String>,
    input: String,
    started: Text,
    assessor: Option<String>,
    independent: Option<bool>,
    as_of: Text,
    run_id: String,
    tool: String,
    counts: Counts,
    sentence: Text,
    before: Option<Text>,
    bars: Vec<Bar>,
    coverage: Option<u8>,
    compliance: Option<u8>,
    gate: Gate,
    systems: Vec<System>,
    letter: Vec<Item>,
    worst: Vec<Worst>,
    cited: Vec<Cited>,
    notes: Vec<Text>,
    disclaimer: Text,
}

#[derive(Debug, Serialize)]
struct Bar {
    word: &'static str,
    x: u64,
    width: u64,
}

#[derive(Debug, Serialize)]
struct Gate {
    outcome: String,
    label: Label,
    exit_code: u8,
    fail_on: Label,
    new_only: bool,
    reasons: Vec<Text>,
}

#[derive(Debug, Serialize)]
struct System {
    id: String,
    name: Text,
    organisation: bool,
    level: u8,
    required: Option<u8>,
    higher: bool,
    because: Option<Text>,
    decision: Option<Text>,
    word: &'static str,
    label: Label,
    sentence: Text,
    without: Vec<Without>,
}

#[derive(Debug, Serialize)]
struct Without {
    kind: Label,
    reason: Text,
}

#[derive(Debug, Serialize)]
struct Item {
    item: u8,
    title: Text,
    word: &'static str,
    label: Label,
    obligations: Vec<Duty>,
}

#[derive(Debug, Serialize)]
struct Duty {
    id: String,
    title: Text,
    strength: Label,
    word: &'static str,
    label: Label,
    requirements: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Link {
    href: String,
    id: String,
}

#[derive(Debug, Serialize)]
struct Worst {
    id: String,
    control: String,
    title: Text,
    word: &'static str,
    severity: Label,
    force: Label,
    at: Vec<String>,
    /// What was found there: the title says what must be so.
    actual: Option<String>,
    remediation: Text,
}

#[derive(Debug, Serialize)]
struct Cited {
    name: Text,
    title: Text,
    in_force: bool,
    to: Option<Text>,
    by: Vec<Successor>,
}

#[derive(Debug, Serialize)]
struct Successor {
    name: Text,
    title: Text,
    from: Text,
    in_force: bool,
}

impl Front {
    pub(super) fn of(run: &Run) -> Self {
        let organisation = run.organisation.as_ref();
        let assessor = run.assessor.as_ref();
        let enough = run.summary.coverage.is_some_and(|c| c >= ENOUGH_COVERAGE);
        Self {
            scan: run.run.scope == "scan",
            complete: run.run.complete,
            organisation: organisation.map(|o| both(&o.name)),
            tax_code: organisation.and_then(|o| o.tax_code.as_deref().map(lines)),
            input: short(&run.run.input, 240),
            started: labels::moment(&run.run.started),
            assessor: assessor.map(|a| lines(&a.unit)),
            independent: assessor.and_then(|a| a.independent_of_operation),
            as_of: labels::day(run.run.as_of),
            run_id: short(&run.run.id, 80),
            tool: format!("{} {}", run.tool.name, run.tool.version),
            counts: run.summary.requirements,
            sentence: labels::counts(run.summary.requirements),
            before: before_waivers(run),
            bars: bars(run.summary.requirements),
            coverage: run.summary.coverage,
            compliance: run.summary.compliance.filter(|_| enough),
            gate: Gate {
                outcome: run.gate.outcome.clone(),
                label: labels::gate(&run.gate.outcome),
                exit_code: run.gate.exit_code,
                fail_on: labels::severity(run.gate.fail_on),
                new_only: run.gate.new_only,
                reasons: run.gate.reasons.iter().map(both).collect(),
            },
            systems: run.systems.iter().map(system).collect(),
            letter: run.letter.iter().map(|i| item(run, i)).collect(),
            worst: worst_three(run),
            cited: cited(run),
            notes: run.notes.iter().map(both).collect(),
            disclaimer: both(&run.disclaimer),
        }
    }
}

/// Below this coverage no percentage of fulfilment is drawn (design §3).
const ENOUGH_COVERAGE: u8 = 80;

/// The parts of the bar, out of 1000.
fn bars(counts: Counts) -> Vec<Bar> {
    let all = counts.applicable().max(1);
    let mut x = 0;
    [
        (Status::Gap, counts.gap),
        (Status::Remark, counts.remark),
        (Status::Met, counts.met),
        (Status::Undetermined, counts.undetermined),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(status, count)| {
        let width = count * 1000 / all;
        let bar = Bar {
            word: status.word(),
            x,
            width: width.max(2),
        };
        x += width;
        bar
    })
    .collect()
}

fn system(system: &SystemReport) -> System {
    let decision = system.level_decision.as_ref().map(|d| {
        let regime = labels::regime(d.regime);
        let (number, authority) = (lines(&d.number), lines(&d.authority));
        Text::new(
            format!("{number}, {}, {authority} ({})", d.date.vi(), regime.vi),
            format!("{number}, {}, {authority} ({})", d.date, regime.en),
        )
    });
    System {
        id: lines(&system.id),
        name: both(&system.name),
        organisation: system.id == "org",
        level: system.level.number(),
        required: system.required_level.map(crate::model::Level::number),
        higher: system.required_level.is_some_and(|r| r > system.level),
        because: system.required_because.as_ref().map(both),
        decision,
        word: system.status.word(),
        label: labels::status(system.status),
        sentence: labels::counts(system.counts),
        without: system
            .without
            .iter()
            .map(|(kind, reason)| Without {
                kind: labels::kind(*kind),
                reason: both(reason),
            })
            .collect(),
    }
}

fn item(run: &Run, item: &LetterItem) -> Item {
    Item {
        item: item.item,
        title: both(&item.title),
        word: item.status.word(),
        label: labels::status(item.status),
        obligations: item.obligations.iter().map(|o| duty(run, o)).collect(),
    }
}

fn duty(run: &Run, obligation: &Obligation) -> Duty {
    Duty {
        id: obligation.id.clone(),
        title: both(&obligation.title),
        strength: labels::strength(obligation.strength),
        word: obligation.status.word(),
        label: labels::status(obligation.status),
        requirements: obligation
            .requirements
            .iter()
            .filter_map(|id| run.requirements.iter().find(|r| r.id == *id))
            .map(|r| Link {
                href: super::blocks::anchor(r),
                id: r.id.clone(),
            })
            .collect(),
    }
}

fn worst_three(run: &Run) -> Vec<Worst> {
    worst(run, 3)
        .into_iter()
        .map(|f| Worst {
            id: f.id.clone(),
            control: f.control.to_string(),
            title: both(&f.title),
            word: f.severity.word(),
            severity: labels::severity(f.severity),
            force: labels::force(f.force),
            at: whereabouts(f),
            actual: f.actual.first().map(|fact| actual(fact, 120)),
            remediation: both(&f.remediation),
        })
        .collect()
}

fn cited(run: &Run) -> Vec<Cited> {
    run.instruments
        .iter()
        .filter(|i| i.cited_by_letter)
        .map(|i| Cited {
            name: name(i),
            title: both(&i.title),
            in_force: i.in_force,
            to: i.in_force_to.map(labels::day),
            by: i
                .replaced_by
                .iter()
                .filter_map(|id| run.instruments.iter().find(|n| n.id == *id))
                .map(|n| Successor {
                    name: name(n),
                    title: both(&n.title),
                    from: labels::day(n.in_force_from),
                    in_force: n.in_force,
                })
                .collect(),
        })
        .collect()
}
