//! How many people a database that runs holds, by its own statistics: estimates, counted without reading a row.

use super::judge::Judged;
use super::live::Live;
use crate::model::{Fact, Subject, Value};
use crate::parse::sql::{Schema, same_table};
use crate::privacy::Class;

/// Puts the estimates; a file has none.
pub(super) fn put(subject: &mut Subject, schema: &Schema, judged: &[Judged], live: Option<&Live>) {
    let place = subject.place.clone();
    let mut put = |path: &'static str, value: Value| {
        let fact = Fact::derived(path, value);
        subject.put(match &place {
            Some(place) => fact.at(place.clone()),
            None => fact,
        });
    };
    let Some(live) = live else {
        for path in [
            "basic_people",
            "sensitive_people",
            "connection_tls",
            "version",
        ] {
            put(
                path,
                Value::unseen("not_asked", "only of a database that runs"),
            );
        }
        return;
    };
    put("connection_tls", live.tls.into());
    put("version", live.version.as_str().into());
    put("basic_people", most(schema, judged, live, false));
    put("sensitive_people", most(schema, judged, live, true));
}

/// The largest table that has one person in a row; the same person may stand in several tables.
fn most(schema: &Schema, judged: &[Judged], live: &Live, sensitive: bool) -> Value {
    let rows = |at: usize| {
        let table = schema.tables.get(at)?;
        let of = |c: &dyn Fn(&Judged) -> bool| judged.iter().any(|j| j.table == at && c(j));
        let person = of(&|j| IDENTIFYING.contains(&j.verdict.class));
        let counts = person && (!sensitive || of(&|j| j.verdict.sensitive));
        let found = live
            .rows
            .iter()
            .find(|(name, _)| same_table(name, &table.name));
        counts.then(|| found.map(|(_, n)| *n))
    };
    let counted: Vec<Option<i64>> = (0..schema.tables.len()).filter_map(rows).collect();
    match counted.iter().flatten().max() {
        // A table that was never analysed may hold any number.
        _ if counted.iter().any(Option::is_none) => {
            Value::unseen("ambiguous", "a table has no statistics: run ANALYZE")
        }
        Some(n) => (*n).into(),
        None => 0_i64.into(),
    }
}

/// Classes of which a person has one.
const IDENTIFYING: [Class; 6] = [
    Class::Name,
    Class::Phone,
    Class::Email,
    Class::NationalId,
    Class::Passport,
    Class::SocialInsurance,
];
