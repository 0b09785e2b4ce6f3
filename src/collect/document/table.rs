//! Tables of staff lists: `,` `;` or tab, a header in Vietnamese or English, rows with their lines.
//!
//! Pure: text in, rows out. What cannot be read is kept as a bad line, never dropped.

use std::collections::BTreeMap;

use super::words::{plain, section};
use crate::model::Day;

/// A table with named columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::collect) struct Table {
    /// Its rows.
    pub(in crate::collect) rows: Vec<Row>,
    /// Lines that could not be read as rows.
    pub(in crate::collect) bad: Vec<u32>,
    /// The columns that were found.
    pub(in crate::collect) columns: Vec<&'static str>,
    /// There are columns that nobody knows: what they hold was not seen.
    pub(in crate::collect) strange: bool,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::collect) struct Row {
    /// Its line, from 1.
    pub(in crate::collect) line: u32,
    pub(in crate::collect) cells: BTreeMap<&'static str, String>,
}

impl Row {
    /// The cell in this column; empty where the row or the table has none.
    pub(in crate::collect) fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// A cell with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect) enum DayCell {
    /// Nothing in it.
    Blank,
    /// A day.
    Day(Day),
    /// Something else.
    Bad,
}

/// Why a text is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::collect) enum NoTable {
    /// Nothing in it.
    #[error("empty")]
    Empty,
    /// None of the first lines has the columns that are needed.
    #[error("no header line with the columns {0}")]
    NoHeader(&'static str),
}

/// Reads a table that has at least the columns `needed`, with any of `known`.
pub(in crate::collect) fn read(
    text: &str,
    known: &[&'static str],
    needed: &'static [&'static str],
    names: &'static str,
) -> Result<Table, NoTable> {
    if text.trim().is_empty() {
        return Err(NoTable::Empty);
    }
    b",;\t|"
        .iter()
        .filter_map(|delimiter| read_with(text, *delimiter, known, needed))
        .max_by_key(|table| table.columns.len())
        .ok_or(NoTable::NoHeader(names))
}

fn read_with(
    text: &str,
    delimiter: u8,
    known: &[&'static str],
    needed: &[&'static str],
) -> Option<Table> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut header: Option<Vec<Option<&'static str>>> = None;
    for (number, record) in reader.records().enumerate() {
        let record = record.ok()?;
        let line = record
            .position()
            .map_or(1, |p| real_line(text, p.byte(), p.line()));
        match &header {
            None if number >= HEADER_WITHIN => return None,
            None => {
                header = columns(&record, known, needed);
                if let Some(found) = &header {
                    table.columns = found.iter().flatten().copied().collect();
                    table.strange = found
                        .iter()
                        .zip(&record)
                        .any(|(known, cell)| known.is_none() && !cell.trim().is_empty());
                }
            }
            Some(header) => table.take(&record, header, line),
        }
    }
    header.is_some().then_some(table)
}

impl Table {
    fn take(&mut self, record: &csv::StringRecord, header: &[Option<&'static str>], line: u32) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        // A quote that is never closed swallows the lines after it: they show as a line end inside a cell.
        let swallowed = record.iter().any(|cell| cell.contains('\n'));
        let too_long = record
            .iter()
            .skip(header.len())
            .any(|cell| !cell.trim().is_empty());
        if swallowed || too_long {
            self.bad.push(line);
            return;
        }
        let cells = header
            .iter()
            .zip(record.iter())
            .filter_map(|(column, cell)| Some(((*column)?, cell.trim().to_owned())))
            .collect();
        self.rows.push(Row { line, cells });
    }
}

/// Which column each cell of a header names, where it is one.
fn columns(
    record: &csv::StringRecord,
    known: &[&'static str],
    needed: &[&'static str],
) -> Option<Vec<Option<&'static str>>> {
    let mut found: Vec<Option<&'static str>> = Vec::new();
    for cell in record {
        let column = known.iter().copied().find(|column| names(column, cell));
        // The first of two alike counts.
        found.push(column.filter(|column| !found.contains(&Some(*column))));
    }
    needed
        .iter()
        .all(|column| found.contains(&Some(*column)))
        .then_some(found)
}

/// Does a cell of a header name this column? What stands in brackets explains; spaces may be left out (`callerNumber`).
fn names(column: &str, cell: &str) -> bool {
    let words = section(&format!("header.{column}"));
    let whole = plain(cell);
    let bare = plain(cell.split(['(', '[']).next().unwrap_or(cell));
    [&whole, &bare].into_iter().any(|cell| {
        words.contains(cell)
            || !cell.contains(' ')
                && !cell.is_empty()
                && words.iter().any(|w| w.replace(' ', "") == *cell)
    })
}

/// The line at which a record begins: the reader names the blank lines before it.
fn real_line(text: &str, byte: u64, line: u64) -> u32 {
    let rest = usize::try_from(byte)
        .ok()
        .and_then(|at| text.as_bytes().get(at..))
        .unwrap_or_default();
    let blank = rest
        .iter()
        .take_while(|b| matches!(b, b'\n' | b'\r'))
        .filter(|b| **b == b'\n')
        .count();
    u32::try_from(line.saturating_add(blank as u64)).unwrap_or(u32::MAX)
}

/// Reads `2026-03-12`, `12/03/2026`, `12-3-2026` or `12.03.2026`: the day stands before the month, as in Vietnam.
pub(in crate::collect) fn day(cell: &str) -> DayCell {
    let cell = cell.trim();
    if plain(cell).is_empty() || section("blank").contains(&plain(cell)) {
        return DayCell::Blank;
    }
    if let Some(day) = Day::parse(cell) {
        return DayCell::Day(day);
    }
    let parts: Vec<&str> = cell.split(['/', '-', '.']).collect();
    let [day, month, year] = parts.as_slice() else {
        return DayCell::Bad;
    };
    let (Ok(day), Ok(month), Ok(year)) = (day.parse(), month.parse(), year.parse::<i16>()) else {
        return DayCell::Bad;
    };
    // A year of two digits could be any century.
    if year < 1900 {
        return DayCell::Bad;
    }
    Day::new(year, month, day).map_or(DayCell::Bad, DayCell::Day)
}

/// A title may stand above the header.
const HEADER_WITHIN: usize = 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: &[&str] = &["id", "role", "employer"];

    fn table(text: &str) -> Result<Table, NoTable> {
        read(text, KNOWN, &["id", "role"], "id, role")
    }

    #[test]
    fn titles_blank_lines_and_signs() {
        let text = "DANH SÁCH\n\nMã NV;Họ tên;Chức danh\n\nA1;x;bưu tá\nA2;y;kế toán\n";
        let table = table(text).unwrap();
        assert_eq!(table.columns, ["id", "role"]);
        let lines: Vec<(u32, &str)> = table.rows.iter().map(|r| (r.line, r.get("role"))).collect();
        assert_eq!(lines, [(5, "bưu tá"), (6, "kế toán")]);
        assert_eq!(table.rows[0].get("employer"), "");
    }

    #[test]
    fn an_open_quote_is_a_bad_line() {
        let read = table("id,role\nA1,x\nA2,\"bưu tá\nA3,bưu tá\n").unwrap();
        assert_eq!((read.rows.len(), read.bad), (1, vec![3]));
        assert_eq!(table("a,b\n1,2\n"), Err(NoTable::NoHeader("id, role")));
        assert_eq!(table(" \n"), Err(NoTable::Empty));
    }

    #[test]
    fn days_of_both_kinds() {
        let at = |y, m, d| DayCell::Day(Day::new(y, m, d).unwrap());
        assert_eq!(day("2026-03-12"), at(2026, 3, 12));
        assert_eq!(day("12/3/2026"), at(2026, 3, 12));
        assert_eq!(day("-"), DayCell::Blank);
        assert_eq!(day("đến nay"), DayCell::Blank);
        for bad in ["3/13/2026", "12/03/26", "soon", "2026-02-30"] {
            assert_eq!(day(bad), DayCell::Bad, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_lines_stay_in_the_file(text in "(id,role\n)?[a-z,;\"\n\r\t ]{0,200}") {
            if let Ok(table) = table(&text) {
                let last = u32::try_from(text.split('\n').count()).unwrap();
                for line in table.rows.iter().map(|r| r.line).chain(table.bad.iter().copied()) {
                    prop_assert!((1..=last).contains(&line), "{line} of {last}");
                }
            }
        }
    }
}
