//! What was asked but not decided: by result and reason, each control once, its assets and subjects as lines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::filter::Items;
use super::tables::{Table, Tables};
use crate::model::{Finding, ResultWord, Run, Text};
use crate::report::common::{both, lead, short, whereabouts};
use crate::text::labels::{self, Label};

/// Results that came about for one reason.
#[derive(Debug, Serialize)]
pub(super) struct Undecided {
    word: &'static str,
    label: Label,
    reason: Text,
    count: usize,
    open: bool,
    controls: Vec<Control>,
}

#[derive(Debug, Serialize)]
struct Control {
    id: String,
    title: Text,
    /// The mark of its lines.
    lines: String,
}

/// One thing that could not be decided.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    id: String,
    systems: String,
    items: String,
    severity: &'static str,
    at: String,
    detail: Option<Text>,
    evidence: Vec<usize>,
}

/// All groups: what failed to be looked at first.
pub(super) fn groups<'a>(run: &'a Run, tables: &mut Tables<'a>) -> Vec<Undecided> {
    let mut groups: BTreeMap<(ResultWord, &str), BTreeMap<&str, Vec<&Finding>>> = BTreeMap::new();
    for finding in run.findings.iter().filter(|f| f.result.is_undecided()) {
        let code = finding.reason.as_ref().map_or("", |r| r.code.as_str());
        groups
            .entry((finding.result, code))
            .or_default()
            .entry(&finding.control)
            .or_default()
            .push(finding);
    }
    groups
        .into_iter()
        .map(|((result, code), controls)| group(result, code, controls, tables))
        .collect()
}

fn group<'a>(
    result: ResultWord,
    code: &str,
    controls: BTreeMap<&str, Vec<&'a Finding>>,
    tables: &mut Tables<'a>,
) -> Undecided {
    let first = controls.values().flatten().next();
    let words = first
        .and_then(|f| f.reason.as_ref())
        .map(|r| Text::new(r.vi.clone(), r.en.clone()))
        .unwrap_or_default();
    let reason = lead(code, &words);
    Undecided {
        word: result.word(),
        label: labels::result(result),
        count: controls.values().map(Vec::len).sum(),
        open: result != ResultWord::NotChecked,
        controls: controls
            .into_iter()
            .map(|(id, findings)| Control {
                id: id.to_owned(),
                title: findings.first().map(|f| both(&f.title)).unwrap_or_default(),
                lines: tables.keep(Table::Lines {
                    findings,
                    lead: reason.clone(),
                }),
            })
            .collect(),
        reason,
    }
}

pub(super) fn line(
    finding: &Finding,
    lead: &Text,
    evidence: &BTreeMap<&str, usize>,
    items: &Items<'_>,
) -> Line {
    let rest = |words: &str, lead: &str| {
        let rest = words.strip_prefix(lead).unwrap_or(words);
        short(rest.trim_start_matches([':', ' ']), 300)
    };
    let detail = finding
        .reason
        .as_ref()
        .map(|r| Text::new(rest(&r.vi, &lead.vi), rest(&r.en, &lead.en)));
    Line {
        id: finding.id.clone(),
        systems: short(&finding.systems.join(", "), 240),
        items: items.of(finding),
        severity: finding.severity.word(),
        at: whereabouts(finding).join(" · "),
        detail: detail.filter(|text| !text.vi.is_empty()),
        evidence: finding
            .evidence
            .iter()
            .filter_map(|id| evidence.get(id.as_str()).copied())
            .take(4)
            .collect(),
    }
}
