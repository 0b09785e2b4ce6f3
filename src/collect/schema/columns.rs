//! One subject for each column.

use rayon::prelude::*;

use crate::model::{Fact, Place, Subject, Value};
use crate::parse::sql::Schema;
use crate::privacy::Class;
use crate::privacy::protection::Protected;

use super::judge::Judged;
use super::readers::Readers;
use crate::text::why;

/// A subject for each column: `column` where it holds personal data, else `column-other`.
pub(super) fn subjects(
    schema: &Schema,
    judged: &[Judged],
    readers: &mut Readers<'_>,
    file: &str,
) -> Vec<Subject> {
    // Who may read is looked up once for each table, so in the order of the tables.
    let read: Vec<Option<Value>> = judged
        .iter()
        .map(|j| {
            let (table, column) = j.of(schema).filter(|_| j.verdict.is_personal())?;
            Some(readers.column(j.table, table, column))
        })
        .collect();
    judged
        .par_iter()
        .zip(read)
        .filter_map(|(j, read)| {
            let (table, column) = j.of(schema)?;
            let place = Place::new(file, column.line);
            let kind = if j.verdict.is_personal() {
                "column"
            } else {
                "column-other"
            };
            let mut subject =
                Subject::new(kind, format!("{}.{}", table.name, column.name)).at(place.clone());
            let mut put = |path: &'static str, value: Value| {
                subject.put(Fact::derived(path, value).at(place.clone()))
            };
            put("class", j.verdict.class.word().into());
            put("party", j.verdict.party.word().into());
            put("protected", j.protected.word().into());
            put("stored_safely", stored_safely(j));
            put("confidence", i64::from(j.verdict.confidence).into());
            put("sensitive", j.verdict.sensitive.into());
            put("reason", reason(j).into());
            if j.verdict.is_personal() {
                let codes = j.verdict.reasons.iter().map(String::as_str);
                let words = why::words(codes.chain([j.why.as_str()]));
                put("why_vi", words.vi.into());
                put("why_en", words.en.into());
            }
            if let Some(read) = read {
                put("readers", read);
            }
            subject.put(Fact::set("type", column.data_type.as_str()).at(place.clone()));
            Some(subject)
        })
        .collect()
}

/// A readable column whose class is a guess is not called unprotected.
fn stored_safely(j: &Judged) -> Value {
    match j.at_rest {
        Protected::Yes => true.into(),
        Protected::No if j.verdict.is_personal() && j.verdict.confidence < SURE => {
            Value::unseen("ambiguous", "what the column holds is not sure")
        }
        Protected::No => false.into(),
        Protected::Unknown => Value::unseen("ambiguous", j.why.clone()),
    }
}

/// From this confidence on a class counts.
const SURE: u8 = 60;

fn reason(j: &Judged) -> String {
    if j.verdict.class == Class::None {
        j.verdict.reason()
    } else {
        format!("{} {}", j.verdict.reason(), j.why)
    }
}
