//! The page of the data map: a picture of classes and places, the same as a table, and counts for each system.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{DataPlace, Run, Text};
use crate::report::common::lines;
use crate::text::labels::{self, Label, data};

/// So many places are drawn one by one; with more each asset is one column.
const MAX_COLUMNS: usize = 24;
/// The most rows of the table.
const MAX_ROWS: usize = 1000;
/// Sizes of the picture.
const LEFT: usize = 170;
const TOP: usize = 150;
const CELL: usize = 26;

/// The map.
#[derive(Debug, Serialize)]
pub(super) struct DataMap {
    systems: Vec<SystemCount>,
    picture: Option<Picture>,
    rows: Vec<Row>,
    more: usize,
}

/// How many classes a system holds.
#[derive(Debug, Serialize)]
struct SystemCount {
    id: String,
    basic: usize,
    sensitive: usize,
    open: u64,
    protected: u64,
    unknown: u64,
}

/// The picture: everything placed.
#[derive(Debug, Serialize)]
struct Picture {
    width: usize,
    height: usize,
    columns: Vec<Column>,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Column {
    x: usize,
    y: usize,
    name: String,
}

#[derive(Debug, Serialize)]
struct Line {
    y: usize,
    middle: usize,
    label: Label,
    sensitive: bool,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    x: usize,
    middle: usize,
    word: &'static str,
    sign: &'static str,
    title: String,
}

/// A row of the table.
#[derive(Debug, Serialize)]
struct Row {
    system: String,
    kind: Label,
    place: String,
    class: Label,
    party: Label,
    sensitive: bool,
    word: &'static str,
    open: u64,
    protected: u64,
    unknown: u64,
    readers: Text,
    findings: Vec<(String, String)>,
}

impl DataMap {
    pub(super) fn of(run: &Run) -> Self {
        let controls: BTreeMap<&str, &str> = run
            .findings
            .iter()
            .map(|f| (f.id.as_str(), f.control.as_str()))
            .collect();
        let row = |place: &DataPlace| Row {
            system: place.system.clone(),
            kind: labels::kind(place.kind),
            place: lines(&format!("{} · {}", place.asset, place.place)),
            class: data::class(&place.class),
            party: data::party(&place.party),
            sensitive: place.sensitive,
            word: state(place.open, place.protected, place.unknown).0,
            open: place.open,
            protected: place.protected,
            unknown: place.unknown,
            readers: readers(place),
            findings: place
                .findings
                .iter()
                .map(|id| {
                    (
                        id.clone(),
                        controls
                            .get(id.as_str())
                            .copied()
                            .unwrap_or_default()
                            .to_owned(),
                    )
                })
                .collect(),
        };
        Self {
            systems: systems(&run.data_map),
            picture: picture(&run.data_map),
            rows: run.data_map.iter().take(MAX_ROWS).map(row).collect(),
            more: run.data_map.len().saturating_sub(MAX_ROWS),
        }
    }
}

fn readers(place: &DataPlace) -> Text {
    let text = data::readers(&place.readers, place.readers_unknown);
    Text::new(lines(&text.vi), lines(&text.en))
}

fn systems(map: &[DataPlace]) -> Vec<SystemCount> {
    let ids: BTreeSet<&str> = map.iter().map(|p| p.system.as_str()).collect();
    let count = |id: &str| {
        let own = || map.iter().filter(move |p| p.system == id);
        let sensitive: BTreeSet<&str> = own()
            .filter(|p| p.sensitive)
            .map(|p| p.class.as_str())
            .collect();
        let basic: BTreeSet<&str> = own()
            .filter(|p| !p.sensitive)
            .map(|p| p.class.as_str())
            .collect();
        SystemCount {
            id: id.to_owned(),
            basic: basic.len(),
            sensitive: sensitive.len(),
            open: own().map(|p| p.open).sum(),
            protected: own().map(|p| p.protected).sum(),
            unknown: own().map(|p| p.unknown).sum(),
        }
    };
    ids.into_iter().map(count).collect()
}

/// What a cell says: one in clear outweighs others, one not known those that are protected.
fn state(open: u64, protected: u64, unknown: u64) -> (&'static str, &'static str) {
    match (open, unknown, protected) {
        (1.., _, _) => ("gap", "✗"),
        (0, 1.., _) => ("undetermined", "?"),
        (0, 0, _) => ("met", "✓"),
    }
}

fn picture(map: &[DataPlace]) -> Option<Picture> {
    let places: BTreeSet<String> = map
        .iter()
        .map(|p| format!("{} · {}", p.asset, p.place))
        .collect();
    let by_asset = places.len() > MAX_COLUMNS;
    let column = |p: &DataPlace| {
        if by_asset {
            p.asset.clone()
        } else {
            format!("{} · {}", p.asset, p.place)
        }
    };
    let names: BTreeSet<String> = map.iter().map(column).collect();
    let classes: BTreeSet<&str> = map.iter().map(|p| p.class.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let x_of = |at: usize| LEFT + at * CELL;
    let columns = names.iter().enumerate().map(|(at, name)| Column {
        x: x_of(at) + CELL / 2,
        y: TOP - 8,
        name: short(name),
    });
    let rows = classes.iter().enumerate().map(|(row, class)| {
        let own = || map.iter().filter(|p| p.class == *class);
        let cells = names.iter().enumerate().filter_map(|(at, name)| {
            let here: Vec<&DataPlace> = own().filter(|p| column(p) == *name).collect();
            let sum = |of: fn(&DataPlace) -> u64| here.iter().map(|p| of(p)).sum::<u64>();
            let (open, protected, unknown) =
                (sum(|p| p.open), sum(|p| p.protected), sum(|p| p.unknown));
            let (word, sign) = state(open, protected, unknown);
            (!here.is_empty()).then(|| Cell {
                x: x_of(at),
                middle: x_of(at) + CELL / 2,
                word,
                sign,
                title: format!("{class} · {name}: ✗ {open}, ✓ {protected}, ? {unknown}"),
            })
        });
        Line {
            y: TOP + row * CELL,
            middle: TOP + row * CELL + CELL / 2 + 4,
            label: data::class(class),
            sensitive: own().any(|p| p.sensitive),
            cells: cells.collect(),
        }
    });
    Some(Picture {
        width: x_of(names.len()) + 90,
        height: TOP + classes.len() * CELL + 10,
        columns: columns.collect(),
        rows: rows.collect(),
    })
}

/// As much of a name as fits above its column.
fn short(name: &str) -> String {
    const LONGEST: usize = 26;
    let count = name.chars().count();
    if count <= LONGEST {
        return lines(name);
    }
    let tail: String = name.chars().skip(count - LONGEST + 1).collect();
    lines(&format!("…{tail}"))
}
