//! What the findings can be filtered by; the script of the page does it, without it the page is whole.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{Finding, ResultWord, Run, Severity, Text};
use crate::report::common::{both, lines};
use crate::text::labels::{self, Label};

/// The choices.
#[derive(Debug, Serialize)]
pub(super) struct Filter {
    systems: Vec<System>,
    results: Vec<Choice>,
    severities: Vec<Choice>,
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct System {
    id: String,
    name: Text,
}

#[derive(Debug, Serialize)]
struct Choice {
    word: &'static str,
    label: Label,
}

#[derive(Debug, Serialize)]
struct Item {
    item: u8,
    title: Text,
}

impl Filter {
    /// Only what the page has rows for.
    pub(super) fn of(run: &Run) -> Self {
        let drawn = |f: &&Finding| f.result == ResultWord::Fail || f.result.is_undecided();
        let results: BTreeSet<ResultWord> = run
            .findings
            .iter()
            .filter(drawn)
            .map(|f| f.result)
            .collect();
        let severities: BTreeSet<Severity> = run
            .findings
            .iter()
            .filter(drawn)
            .map(|f| f.severity)
            .collect();
        Self {
            systems: run
                .systems
                .iter()
                .map(|s| System {
                    id: lines(&s.id),
                    name: both(&s.name),
                })
                .collect(),
            results: results
                .into_iter()
                .map(|r| Choice {
                    word: r.word(),
                    label: labels::result(r),
                })
                .collect(),
            severities: severities
                .into_iter()
                .rev()
                .map(|s| Choice {
                    word: s.word(),
                    label: labels::severity(s),
                })
                .collect(),
            items: run
                .letter
                .iter()
                .map(|i| Item {
                    item: i.item,
                    title: both(&i.title),
                })
                .collect(),
        }
    }
}

/// Requirement → the items of the letter that it belongs to.
pub(super) struct Items<'a>(BTreeMap<&'a str, BTreeSet<u8>>);

impl<'a> Items<'a> {
    pub(super) fn of_run(run: &'a Run) -> Self {
        let mut items: BTreeMap<&str, BTreeSet<u8>> = BTreeMap::new();
        for item in &run.letter {
            for id in item.obligations.iter().flat_map(|o| &o.requirements) {
                items.entry(id).or_default().insert(item.item);
            }
        }
        Self(items)
    }

    /// `1 3`.
    pub(super) fn of(&self, finding: &Finding) -> String {
        let items: BTreeSet<u8> = finding
            .requirements
            .iter()
            .filter_map(|r| self.0.get(r.id.as_str()))
            .flatten()
            .copied()
            .collect();
        let items: Vec<String> = items.iter().map(u8::to_string).collect();
        items.join(" ")
    }
}
