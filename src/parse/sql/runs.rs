//! Triggers that run a function: what it does counts, wherever the function stands, and when it is written anew what
//! it does then.

use super::{Guard, GuardKind, Schema, same_table};

/// A trigger that runs before rows are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// The function that it runs.
    pub runs: String,
    /// Does it run for all rows?
    pub always: bool,
}

impl Trigger {
    /// What it protects when its function does this.
    pub fn guards(&self, does: &[(String, GuardKind)]) -> Vec<Guard> {
        let each = does.iter().map(|(column, kind)| Guard {
            column: Some(column.clone()),
            by: self.name.clone(),
            runs: self.runs.clone(),
            ..Guard::of(
                if self.always {
                    *kind
                } else {
                    GuardKind::Sometimes
                },
                &self.table,
            )
        });
        each.collect()
    }
}

impl Schema {
    /// A function that is written, or written anew: triggers run what it is now.
    pub(super) fn wrote(&mut self, name: String, does: Vec<(String, GuardKind)>) {
        let runs_it = |runs: &str| !runs.is_empty() && same_table(runs, &name);
        self.guards.retain(|g| !runs_it(&g.runs));
        self.disabled.retain(|g| !runs_it(&g.runs));
        let of = self.triggers.iter().filter(|t| runs_it(&t.runs));
        let more: Vec<Guard> = of.flat_map(|t| t.guards(&does)).collect();
        self.guards.extend(more);
        self.routines.retain(|(n, _)| !same_table(n, &name));
        self.routines.push((name, does));
    }

    /// A trigger that is made.
    pub(super) fn made(&mut self, trigger: Trigger) {
        let does = self
            .routines
            .iter()
            .find(|(n, _)| same_table(n, &trigger.runs));
        let guards = does.map(|(_, does)| trigger.guards(does));
        self.guards.extend(guards.into_iter().flatten());
        self.triggers.push(trigger);
    }
}
