//! What takes protection away again: row security that is switched off, masks and policies that are dropped, triggers
//! that go, files that are deciphered. Kept, so that what one file says counts for what another protects.

use super::lex::{Kind, Token};
use super::{Guard, GuardKind, Schema, same_table, table};

/// One thing that takes protection away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unguard {
    /// Which kind; any where none is named.
    pub kind: Option<GuardKind>,
    /// Of which table; of any where none is named.
    pub table: Option<String>,
    /// Of which column; of all where none is named.
    pub column: Option<String>,
    /// The trigger or policy that goes, `*` for all; none where it is no such thing.
    pub by: Option<String>,
}

/// The most that is kept of a file.
const MAX_UNGUARDS: usize = 20_000;

impl Unguard {
    /// Everything of this kind that protects a table.
    pub(super) fn of(kind: GuardKind, table: &str) -> Self {
        Self {
            kind: Some(kind),
            table: Some(table.to_owned()),
            column: None,
            by: None,
        }
    }

    /// Does it take this away?
    pub fn takes(&self, guard: &Guard) -> bool {
        let named = match &self.by {
            Some(by) => !guard.by.is_empty() && (by == "*" || same_table(by, &guard.by)),
            None => true,
        };
        let column = match (&self.column, &guard.column) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (Some(_), None) => false,
            (None, _) => true,
        };
        named
            && column
            && self.kind.is_none_or(|k| k == guard.kind)
            && self
                .table
                .as_ref()
                .is_none_or(|t| same_table(t, &guard.table))
    }
}

impl Schema {
    /// Takes protection away, here and in the files before.
    pub(super) fn unguard(&mut self, one: Unguard) {
        // What only takes a migration back may never happen.
        if self.takes_back || self.perhaps {
            for guard in self.guards.iter_mut().filter(|g| one.takes(g)) {
                guard.doubt = true;
            }
            return;
        }
        self.guards.retain(|g| !one.takes(g));
        if self.unguards.len() < MAX_UNGUARDS {
            self.unguards.push(one);
        }
    }
}

/// `DROP POLICY p ON t`: one that let every row through counts no more either.
pub(super) fn dropped_policy(tokens: &[Token], schema: &mut Schema) {
    if !tokens.get(1).is_some_and(|t| t.is("policy")) {
        return;
    }
    let rest = tokens.get(2..).unwrap_or_default();
    let name = table::name(rest);
    let on = rest.iter().position(|t| t.is("on"));
    let of = on.and_then(|at| table::name(rest.get(at + 1..)?));
    if let (Some((name, _)), Some((of, _))) = (name, of) {
        for kind in [GuardKind::Policy, GuardKind::Open] {
            schema.unguard(Unguard {
                by: Some(name.clone()),
                ..Unguard::of(kind, &of)
            });
        }
    }
}

/// `DBMS_REDACT.DROP_POLICY(…)`, `DISABLE_POLICY`: nothing of the table is hidden any more.
pub(super) fn dropped_redaction(tokens: &[Token], schema: &mut Schema) {
    let ends = |t: &Token| t.is("drop_policy") || t.is("disable_policy");
    if !tokens.iter().any(|t| t.is("dbms_redact")) || !tokens.iter().any(ends) {
        return;
    }
    let named = tokens.iter().position(|t| t.is("object_name"));
    let texts = |from: usize| tokens.iter().skip(from).filter(|t| t.kind == Kind::Text);
    // By their places: the schema, then the object.
    let of = match named {
        Some(at) => texts(at).next(),
        None => texts(0).nth(1),
    };
    let mut one = Unguard::of(GuardKind::Redaction, "");
    one.table = of.map(|t| t.text.clone());
    schema.unguard(one);
}
