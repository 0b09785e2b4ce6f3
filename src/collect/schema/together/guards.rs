//! What one file protects of a table that stands in another: triggers, row-level security, masks, enciphered files. What
//! a later file takes away is gone; where the order does not show nobody can say.

use super::super::order::{Order, When};
use super::{File, Said, names_here};
use crate::parse::sql::{self, Files, Guard, GuardKind, Table, Unguard};

/// Which of two files is run first, by their places.
type Which<'a> = &'a dyn Fn(usize, usize) -> When;

/// Gives each file with tables what all of them protect.
pub(super) fn join(files: &mut [File], said: &[Said]) {
    let orders: Vec<Order> = files.iter().map(|f| Order::of(&f.file)).collect();
    let when = |one: usize, other: usize| match (orders.get(one), orders.get(other)) {
        (Some(a), Some(b)) => a.when(b),
        (_, _) => When::NotKnown,
    };
    let left: Vec<Vec<Guard>> = said.iter().map(|one| left(one, said, &when)).collect();
    let spaces = enciphered(said, &orders, &when);
    let whole: Vec<(usize, Table)> = files
        .iter()
        .enumerate()
        .flat_map(|(at, f)| f.schema.tables.iter().map(move |t| (at, t)))
        .filter(|(_, t)| !t.in_part && (t.encrypted || !t.tablespaces.is_empty()))
        .map(|(at, t)| (at, t.clone()))
        .collect();
    for (at, file) in files.iter_mut().enumerate() {
        let schema = &mut file.schema;
        if schema.tables.is_empty() || schema.is_of_models() {
            continue;
        }
        schema.files.clone_from(&spaces);
        let mut guards = Vec::new();
        for (one, left) in said.iter().zip(&left) {
            if one.at == at {
                guards.extend(left.iter().cloned());
                continue;
            }
            let names = names_here(schema, &one.renamed);
            let before = when(one.at, at) == When::Before;
            for guard in left {
                let mut guard = guard.clone();
                for (old, new) in &names {
                    if sql::same_table(&guard.table, new) {
                        guard.table.clone_from(old);
                    }
                }
                // What was said before the table was made was said of another one.
                let here = |t: &Table| sql::same_table(&t.name, &guard.table);
                if schema
                    .tables
                    .iter()
                    .any(|t| here(t) && (t.in_part || !before))
                {
                    guards.push(guard);
                }
            }
        }
        if said.iter().any(|s| s.at == at) {
            schema.guards = guards;
        } else {
            schema.guards.extend(guards);
        }
        for table in &mut schema.tables {
            bare(table, at, said, &when);
            if table.in_part {
                let of = whole
                    .iter()
                    .find(|(_, t)| sql::same_table(&t.name, &table.name));
                if let Some((_, of)) = of {
                    table.encrypted |= of.encrypted;
                    table.tablespaces.clone_from(&of.tablespaces);
                }
            }
        }
    }
}

/// What is left of what one file protects.
fn left(one: &Said, said: &[Said], when: Which<'_>) -> Vec<Guard> {
    let mut guards = one.guards.clone();
    run(one, &mut guards, said, when);
    for other in said.iter().filter(|s| s.at != one.at) {
        let order = when(other.at, one.at);
        if order == When::Before {
            continue;
        }
        for unguard in takes(other) {
            // A file that drops a table and makes it anew only begins with it.
            let makes = |s: &Said, t: &String| s.makes.iter().any(|m| sql::same_table(m, t));
            let begins = is_of_table(&unguard)
                && unguard
                    .table
                    .as_ref()
                    .is_some_and(|t| makes(other, t) && !makes(one, t));
            match order {
                When::NotKnown if begins => {}
                When::NotKnown => {
                    for guard in guards.iter_mut().filter(|g| unguard.takes(g)) {
                        guard.doubt = true;
                    }
                }
                When::After | When::Before => guards.retain(|g| !unguard.takes(g)),
            }
        }
    }
    guards
}

/// All that a file takes away, with the triggers that it drops.
fn takes(said: &Said) -> impl Iterator<Item = Unguard> {
    let triggers = said.dropped.iter().map(|(name, of)| Unguard {
        kind: None,
        table: of.clone(),
        column: None,
        by: Some(name.clone()),
    });
    said.unguards.iter().cloned().chain(triggers)
}

fn is_of_table(unguard: &Unguard) -> bool {
    unguard.kind.is_none() && unguard.by.is_none()
}

/// Functions of other files that triggers of this one run.
fn run(one: &Said, guards: &mut Vec<Guard>, said: &[Said], when: Which<'_>) {
    for trigger in &one.triggers {
        let of = |s: &'_ Said| {
            let found = s.routines.iter();
            let mut found = found.filter(|(n, _)| sql::same_table(n, &trigger.runs));
            found.next().map(|(_, does)| (s.at, does.clone()))
        };
        let found: Vec<(usize, Vec<(String, GuardKind)>)> = said.iter().filter_map(of).collect();
        if found.iter().all(|(at, _)| *at == one.at) {
            continue;
        }
        // The one that is written last is run.
        let last = found.iter().fold(None, |last: Option<&(usize, _)>, next| {
            match last.map(|l| when(l.0, next.0)) {
                Some(When::After) => last,
                Some(When::Before | When::NotKnown) | None => Some(next),
            }
        });
        let Some((at, does)) = last else {
            continue;
        };
        let doubt = found
            .iter()
            .any(|(other, o)| other != at && o != does && when(*other, *at) != When::Before);
        guards.retain(|g| {
            g.runs.is_empty() || g.by != trigger.name || !sql::same_table(&g.table, &trigger.table)
        });
        let made = trigger.guards(does).into_iter();
        guards.extend(made.map(|g| Guard { doubt, ..g }));
    }
}

/// A table whose own files another file deciphers.
fn bare(table: &mut Table, at: usize, said: &[Said], when: Which<'_>) {
    for other in said.iter().filter(|s| s.at != at) {
        let files = other.unguards.iter().filter(|u| {
            u.kind == Some(GuardKind::Files)
                && u.table
                    .as_ref()
                    .is_some_and(|t| sql::same_table(t, &table.name))
        });
        if files.count() > 0 && when(other.at, at) != When::Before {
            table.encrypted = false;
        }
    }
}

/// What all files say of databases and tablespaces, in their order; where that does not show and they do not agree,
/// nothing is enciphered.
fn enciphered(said: &[Said], orders: &[Order], when: Which<'_>) -> Vec<Files> {
    let mut all: Vec<(usize, &Files)> = said
        .iter()
        .flat_map(|s| s.files.iter().map(|f| (s.at, f)))
        .collect();
    all.sort_by(|a, b| orders.get(a.0).cmp(&orders.get(b.0)));
    let mut out: Vec<Files> = all.iter().map(|(_, f)| (*f).clone()).collect();
    for (at, one) in &all {
        let other = |(by, f): &&(usize, &Files)| {
            f.name == one.name
                && f.tablespace == one.tablespace
                && f.on != one.on
                && by != at
                && when(*by, *at) == When::NotKnown
        };
        if all.iter().any(|o| other(&o)) {
            out.push(Files {
                on: false,
                ..(*one).clone()
            });
        }
    }
    out
}
