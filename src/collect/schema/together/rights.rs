//! Rights that one file gives and another takes back. Where names of files do not say which is run first, nobody can
//! say whether the right is still there.

use super::super::order::{Order, When};
use super::{File, Said, names_here};
use crate::parse::sql::{self, Grant};

/// What is left of the rights that one file gives.
struct Left {
    at: usize,
    grants: Vec<Grant>,
    denials: Vec<Grant>,
}

/// Gives each file with tables the rights that all of them leave.
pub(super) fn join(files: &mut [File], said: &[Said]) {
    let orders: Vec<Order> = files.iter().map(|f| Order::of(&f.file)).collect();
    let when = |one: usize, other: usize| match (orders.get(one), orders.get(other)) {
        (Some(a), Some(b)) => a.when(b),
        (_, _) => When::NotKnown,
    };
    let left: Vec<Left> = said
        .iter()
        .map(|one| left(one, files, said, &when))
        .collect();
    for (at, file) in files.iter_mut().enumerate() {
        if file.schema.tables.is_empty() || file.schema.is_of_models() {
            continue;
        }
        let schema = &mut file.schema;
        schema.grants.clear();
        schema.denials.clear();
        for (one, said) in left.iter().zip(said) {
            let names = names_here(schema, &said.renamed);
            let here = |grant: &Grant| {
                let mut grant = grant.clone();
                if one.at == at {
                    grant.file.clear();
                    return grant;
                }
                for (old, new) in &names {
                    sql::renamed_in(&mut grant, new, old);
                }
                grant
            };
            let grants: Vec<Grant> = one.grants.iter().map(here).collect();
            let denials: Vec<Grant> = one.denials.iter().map(here).collect();
            schema.grants.extend(grants);
            schema.denials.extend(denials);
            schema.rights_shown |= said.rights_shown;
        }
    }
}

fn left(one: &Said, files: &[File], said: &[Said], when: &dyn Fn(usize, usize) -> When) -> Left {
    let mut out = Left {
        at: one.at,
        grants: one.grants.clone(),
        denials: one.denials.clone(),
    };
    let Some(dialect) = files.get(one.at).map(|f| f.schema.dialect) else {
        return out;
    };
    for other in said.iter().filter(|s| s.at != one.at) {
        let order = when(other.at, one.at);
        if order == When::Before {
            continue;
        }
        for taking in &other.takings {
            let perhaps = order == When::NotKnown;
            sql::take_of_other(&mut out.grants, taking, perhaps, dialect);
            // What denies is only taken away: it hides less then.
            sql::take_of_other(&mut out.denials, taking, false, dialect);
        }
        for grant in &other.grants {
            sql::lift(&mut out.denials, grant, dialect);
        }
    }
    out
}
