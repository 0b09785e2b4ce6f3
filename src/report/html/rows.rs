//! One finding as a row: what it is, where, what was found, what is said of it and what stands beside it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::filter::Items;
use crate::model::{ActualReport, Disposition, Finding, Origin, Text};
use crate::report::common::{VALUE_CHARS, actual, both, lines, place, short};
use crate::text::labels::{self, Label, page};

/// One finding.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    id: String,
    word: &'static str,
    label: Label,
    asset: String,
    systems: String,
    items: String,
    subject: String,
    actual: Vec<Value>,
    more: Option<Text>,
    place: String,
    pub(super) told: Vec<Told>,
    beside: Option<Label>,
    marks: Vec<Text>,
    evidence: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Value {
    text: String,
    origin: Option<Label>,
    place: Option<String>,
}

/// Something that is said of a finding, under its word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Told {
    word: Label,
    text: Text,
}

impl Row {
    pub(super) fn of(
        finding: &Finding,
        expected: &Text,
        evidence: &BTreeMap<&str, usize>,
        items: &Items<'_>,
    ) -> Self {
        let place = place(finding);
        let left = finding.actual.len().saturating_sub(FACTS)
            + usize::try_from(finding.actual_more).unwrap_or(usize::MAX);
        Self {
            id: finding.id.clone(),
            word: finding.result.word(),
            label: labels::result(finding.result),
            asset: short(&finding.asset, 120),
            systems: short(&finding.systems.join(", "), 240),
            items: items.of(finding),
            subject: short(&finding.subject, 160),
            actual: finding
                .actual
                .iter()
                .take(FACTS)
                .map(|fact| value(fact, &place))
                .collect(),
            more: (left > 0).then(|| labels::more(left)),
            told: told(finding, expected),
            beside: (finding.disposition != Disposition::None)
                .then(|| labels::disposition(finding.disposition)),
            marks: marks(finding),
            evidence: finding
                .evidence
                .iter()
                .filter_map(|id| evidence.get(id.as_str()).copied())
                .take(4)
                .collect(),
            place,
        }
    }
}

/// Facts shown in a row.
const FACTS: usize = 6;

fn value(fact: &ActualReport, shown: &str) -> Value {
    let place = fact.file.as_ref().map(|file| match fact.line {
        Some(line) if line > 0 => format!("{}:{line}", short(file, VALUE_CHARS)),
        _ => short(file, VALUE_CHARS),
    });
    Value {
        text: actual(fact, VALUE_CHARS),
        origin: fact
            .origin
            .filter(|o| matches!(o, Origin::Default | Origin::Shadowed))
            .map(labels::origin),
        place: place.filter(|p| p != shown),
    }
}

/// What is often the same for all findings of a control: what was expected, the value that counts, the reason.
pub(super) fn told(finding: &Finding, expected: &Text) -> Vec<Told> {
    let mut told = Vec::new();
    let mut say = |key: &'static str, text: Text| {
        told.push(Told {
            word: page::word(key),
            text,
        });
    };
    if *finding.expected != *expected {
        say("expected", both(&finding.expected));
    }
    for (name, parameter) in &finding.parameters {
        let unit = labels::unit(&parameter.unit);
        let value = |unit: &str| {
            let amount = format!("{} {unit}", parameter.value);
            format!("{name} = {} ({})", amount.trim_end(), parameter.source)
        };
        say("parameter", Text::new(value(&unit.vi), value(&unit.en)));
    }
    if let Some(reason) = &finding.reason {
        say(
            "reason",
            Text::new(
                short(&reason.vi, VALUE_CHARS),
                short(&reason.en, VALUE_CHARS),
            ),
        );
    }
    told
}

/// What stands beside one result: a waiver, the result before.
fn marks(finding: &Finding) -> Vec<Text> {
    let mut marks = Vec::new();
    if let Some(waiver) = &finding.waiver {
        let counts = page::word(if waiver.active {
            "counts_now"
        } else {
            "counts_not"
        });
        let (id, reason) = (lines(&waiver.id), short(&waiver.reason, VALUE_CHARS));
        let accepted = labels::accepted(waiver.until);
        marks.push(Text::new(
            format!("{id}: {}, {} – {reason}", accepted.vi, counts.vi),
            format!("{id}: {}, {} – {reason}", accepted.en, counts.en),
        ));
    }
    if let Some(before) = finding.baseline {
        let (word, label) = (page::word("baseline"), labels::result(before));
        marks.push(Text::new(
            format!("{}: {}", word.vi, label.vi),
            format!("{}: {}", word.en, label.en),
        ));
    }
    marks
}
