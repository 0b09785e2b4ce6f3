//! Counts of lists as facts.

use crate::model::Value;

/// The most line numbers of one fact.
const MAX_LINES: usize = 100;

/// A count.
pub(super) fn count(n: usize) -> Value {
    i64::try_from(n).unwrap_or(i64::MAX).into()
}

/// Of a hundred, rounded down: 99.9 is not 100.
pub(super) fn percent(part: usize, all: usize) -> Value {
    count((part * 100).checked_div(all).unwrap_or(0))
}

/// The first lines of a list: all of them help nobody.
pub(super) fn lines(lines: &[u32]) -> Value {
    let shown = lines
        .iter()
        .take(MAX_LINES)
        .map(|line| Value::Int(i64::from(*line)));
    if lines.len() > MAX_LINES {
        Value::partial_list(shown)
    } else {
        Value::list(shown)
    }
}
