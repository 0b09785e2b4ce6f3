//! The trend: the duties by state in each earlier run that was given and in this one, as a picture and as a table.

use serde::Serialize;

use crate::model::{Run, Status, Text};
use crate::report::Past;
use crate::report::common::short;
use crate::text::labels::{self, Label};

/// The trend; without earlier runs there is none.
#[derive(Debug, Serialize)]
pub(super) struct Trend {
    sentence: Text,
    picture: Picture,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Picture {
    width: u64,
    height: u64,
    base: u64,
    columns: Vec<Column>,
    legend: Vec<Key>,
    /// Runs that the table has and the picture has not.
    left_out: Option<Text>,
}

#[derive(Debug, Serialize)]
struct Key {
    word: &'static str,
    label: Label,
}

#[derive(Debug, Serialize)]
struct Column {
    x: u64,
    middle: u64,
    day: Text,
    bars: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    word: &'static str,
    y: u64,
    height: u64,
    /// Where its number stands; absent where it is too low for one.
    number: Option<u64>,
    count: u64,
}

#[derive(Debug, Serialize)]
struct Row {
    time: Text,
    as_of: Text,
    gap: u64,
    remark: u64,
    undetermined: u64,
    met: u64,
    all: u64,
    grave: u64,
    gate: Label,
    outcome: String,
    now: bool,
    remarks: Vec<Label>,
}

impl Trend {
    pub(super) fn of(run: &Run, history: &[Past]) -> Option<Self> {
        let first = history.first()?;
        let now = Past::of(run);
        let all: Vec<&Past> = history.iter().chain([&now]).collect();
        let before = std::iter::once(None).chain(all.iter().copied().map(Some));
        let rows = all
            .iter()
            .zip(before)
            .map(|(past, before)| row(past, before, past.id == now.id))
            .collect();
        Some(Self {
            sentence: labels::trend(
                all.len(),
                (first.day(), first.counts),
                (now.day(), now.counts),
            ),
            picture: picture(&all),
            rows,
        })
    }
}

fn row(past: &Past, before: Option<&Past>, now: bool) -> Row {
    let count = |severity: &str| past.by_severity.get(severity).copied().unwrap_or(0);
    let other = |differs: fn(&Past, &Past) -> bool| before.is_some_and(|b| differs(b, past));
    let remarks = [
        (
            other(|a, b| a.rules_sha256 != b.rules_sha256),
            "trend_rules",
        ),
        (other(|a, b| a.law_sha256 != b.law_sha256), "trend_law"),
        (!past.complete, "trend_cut"),
    ];
    Row {
        time: labels::moment(&short(&past.finished, 40)),
        as_of: labels::day(past.as_of),
        gap: past.counts.gap,
        remark: past.counts.remark,
        undetermined: past.counts.undetermined,
        met: past.counts.met,
        all: past.counts.applicable(),
        grave: count("critical") + count("high"),
        gate: labels::gate(&past.gate),
        outcome: short(&past.gate, 20),
        now,
        remarks: remarks
            .into_iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, key)| labels::page::word(key))
            .collect(),
    }
}

fn picture(all: &[&Past]) -> Picture {
    let shown = all.get(all.len().saturating_sub(MOST)..).unwrap_or(all);
    let highest = shown.iter().map(|p| p.counts.applicable()).max();
    let highest = highest.unwrap_or(0).max(1);
    let columns: Vec<Column> = shown
        .iter()
        .zip(0..)
        .map(|(past, at)| {
            let x = GAP + at * STEP;
            Column {
                x,
                middle: x + WIDTH / 2,
                day: past.day(),
                bars: bars(past, highest),
            }
        })
        .collect();
    let left = all.len() - shown.len();
    Picture {
        width: GAP + columns.len() as u64 * STEP,
        height: TOP + HEIGHT + 24,
        base: TOP + HEIGHT,
        columns,
        legend: STATES
            .into_iter()
            .map(|status| Key {
                word: status.word(),
                label: labels::status(status),
            })
            .collect(),
        left_out: (left > 0).then(|| labels::more(left)),
    }
}

/// From the bottom: what is worst.
fn bars(past: &Past, highest: u64) -> Vec<Bar> {
    let counts = past.counts;
    let mut y = TOP + HEIGHT;
    STATES
        .into_iter()
        .filter_map(|status| {
            let count = match status {
                Status::Gap => counts.gap,
                Status::Remark => counts.remark,
                Status::Undetermined => counts.undetermined,
                Status::Met => counts.met,
                Status::NotApplicable => counts.notapplicable,
            };
            let height = (count.min(highest) * HEIGHT / highest).max(u64::from(count > 0));
            (height > 0).then(|| {
                y = y.saturating_sub(height);
                Bar {
                    word: status.word(),
                    y,
                    height,
                    number: (height >= LEGIBLE).then(|| y + height / 2 + 4),
                    count,
                }
            })
        })
        .collect()
}

/// What is drawn of a run, from the bottom.
const STATES: [Status; 4] = [
    Status::Gap,
    Status::Remark,
    Status::Undetermined,
    Status::Met,
];
/// Columns of the picture.
const MOST: usize = 24;
const GAP: u64 = 12;
const STEP: u64 = 84;
const WIDTH: u64 = 64;
const TOP: u64 = 6;
const HEIGHT: u64 = 220;
/// The lowest bar that has room for its number.
const LEGIBLE: u64 = 12;
