//! What protects a column beside its own type and name: triggers, masks on reading, encrypted files, views, grants,
//! row-level security, and what the operator declares.

use crate::model::Declared;
use crate::parse::sql::{Column, Guard, GuardKind, Reading, Schema, Table, View, same_table};
use crate::privacy::Class;
use crate::privacy::protection::{MASKED_ON_READ, Protected};
use crate::privacy::values::Sampled;

/// Who may read, and how it is stored, are two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shield {
    /// Does anything protect it?
    pub(super) protected: Protected,
    /// Is it enciphered, hashed or masked where it is stored?
    pub(super) at_rest: Protected,
    /// Why, as a stable code.
    pub(super) why: String,
    /// The kind of hash, where it is told.
    pub(super) hash: Option<&'static str>,
}

/// What the rest of the schema says of one table, looked up once for all its columns.
pub(super) struct Access<'a> {
    guards: Vec<&'a Guard>,
    /// Those who may read it.
    reads: Vec<Reading<'a>>,
    /// Views of it that readers were given.
    views: Vec<&'a View>,
    encrypted: bool,
}

impl<'a> Access<'a> {
    /// Looks a table up.
    pub(super) fn of(table: &Table, schema: &'a Schema) -> Self {
        let guards: Vec<&Guard> = schema
            .guards
            .iter()
            .filter(|g| same_table(&g.table, &table.name))
            .collect();
        let altered = guards
            .iter()
            .any(|g| g.kind == GuardKind::Files && !g.doubt);
        let of_it = |v: &&View| v.of.iter().any(|t| same_table(t, &table.name));
        Self {
            reads: schema.readings(table.full()),
            views: schema
                .views
                .iter()
                .filter(of_it)
                .filter(|v| schema.readings(v.full()).iter().any(|r| !r.grant.doubt))
                .collect(),
            encrypted: table.encrypted || altered || schema.in_enciphered_files(table),
            guards,
        }
    }

    fn guards(&self, column: &Column) -> impl Iterator<Item = &'a Guard> {
        self.guards
            .iter()
            .copied()
            .filter(|g| {
                g.column
                    .as_ref()
                    .is_none_or(|c| c.eq_ignore_ascii_case(&column.name))
            })
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// A column in its place.
pub(super) struct Held<'a> {
    /// Its table.
    pub(super) table: &'a Table,
    /// The column.
    pub(super) column: &'a Column,
    /// What the schema says of the table.
    pub(super) access: &'a Access<'a>,
    /// What sampled values look like.
    pub(super) values: Option<&'a Sampled>,
}

/// What the column's own definition says, and what the rest of the schema adds.
pub(super) fn shield(
    class: Class,
    own: (Protected, String, Option<&'static str>),
    held: &Held<'_>,
    declared: &[Declared],
) -> Shield {
    let (protected, why, hash) = own;
    let mut shield = Shield {
        protected,
        at_rest: protected,
        why,
        hash,
    };
    if class == Class::None {
        return shield;
    }
    if shield.why == MASKED_ON_READ {
        shield.at_rest = Protected::No;
    }
    stored_by_trigger(&mut shield, class, held);
    if class == Class::Credential {
        // Neither a mask nor an encrypted disk makes a readable password a hashed one.
        if let Some(values) = held.values {
            seen_in_values(&mut shield, values);
        }
        return shield;
    }
    if shield.at_rest != Protected::Yes && held.access.encrypted {
        shield.protected = Protected::Yes;
        shield.at_rest = Protected::Yes;
        shield.why = "files:encrypted".into();
    }
    if shield.protected != Protected::Yes
        && let Some(why) = limited(held)
    {
        shield.protected = Protected::Yes;
        shield.why = why;
    }
    doubt(&mut shield, held);
    if shield.at_rest != Protected::Yes {
        declare(&mut shield, held.table, held.column, declared);
    }
    shield
}

/// Something protected it, and whether it still does does not show.
fn doubt(shield: &mut Shield, held: &Held<'_>) {
    for guard in held.access.guards(held.column).filter(|g| g.doubt) {
        let stored = match guard.kind {
            GuardKind::Open => continue,
            GuardKind::Files | GuardKind::Enciphered | GuardKind::Hashed(_) => true,
            GuardKind::Label
            | GuardKind::Masked
            | GuardKind::Redaction
            | GuardKind::RowSecurity
            | GuardKind::Policy
            | GuardKind::Sometimes => false,
        };
        if shield.protected == Protected::No {
            shield.protected = Protected::Unknown;
            shield.why = "order:unknown".into();
        }
        if stored && shield.at_rest == Protected::No {
            shield.at_rest = Protected::Unknown;
        }
    }
}

fn stored_by_trigger(shield: &mut Shield, class: Class, held: &Held<'_>) {
    let sure = || held.access.guards(held.column).filter(|g| !g.doubt);
    let sometimes = sure().any(|g| g.kind == GuardKind::Sometimes);
    let told = sure().find_map(|g| match g.kind {
        GuardKind::Enciphered => Some((Protected::Yes, "trigger:enciphers".to_owned(), None)),
        GuardKind::Hashed(kind) => {
            Some((hashed(kind, class), format!("trigger:{kind}"), Some(kind)))
        }
        GuardKind::Label
        | GuardKind::Masked
        | GuardKind::Redaction
        | GuardKind::RowSecurity
        | GuardKind::Policy
        | GuardKind::Open
        | GuardKind::Files
        | GuardKind::Sometimes => None,
    });
    let told = told.or(sometimes.then(|| (Protected::Unknown, "trigger:sometimes".into(), None)));
    let checked = held
        .column
        .hash
        .map(|kind| (hashed(kind, class), format!("check:{kind}"), Some(kind)));
    if let Some((protected, why, hash)) = told.or(checked) {
        *shield = Shield {
            protected,
            at_rest: protected,
            why,
            hash,
        };
    }
}

/// What stored passwords look like says more than their definition.
fn seen_in_values(shield: &mut Shield, values: &Sampled) {
    if let Some(kind) = values.hash {
        let worth = hashed(kind, Class::Credential);
        *shield = Shield {
            protected: worth,
            at_rest: worth,
            why: format!("hash:{kind}"),
            hash: Some(kind),
        };
    } else if values.short && shield.at_rest == Protected::Unknown {
        shield.protected = Protected::No;
        shield.at_rest = Protected::No;
        shield.why = "too-short-for-a-hash".into();
    }
}

/// What a hash of this kind is worth.
fn hashed(kind: &str, class: Class) -> Protected {
    match kind {
        "md5" | "sha1" => Protected::No,
        // One round of SHA-2 guards no password and no phone; keyed it guards what is no password.
        "sha2" => Protected::Unknown,
        "hmac" if class == Class::Credential => Protected::Unknown,
        _ => Protected::Yes,
    }
}

/// What keeps readers away though the value is stored readable.
fn limited(held: &Held<'_>) -> Option<String> {
    let (mut security, mut policy, mut open) = (false, false, false);
    for guard in held.access.guards(held.column) {
        if guard.doubt {
            // Policies let rows through one beside the other.
            open |= guard.kind == GuardKind::Open;
            continue;
        }
        match guard.kind {
            GuardKind::Label => return Some("label:anon".into()),
            GuardKind::Masked => return Some(MASKED_ON_READ.into()),
            GuardKind::Redaction => return Some("redaction".into()),
            GuardKind::RowSecurity => security = true,
            GuardKind::Policy => policy = true,
            GuardKind::Open => open = true,
            GuardKind::Files
            | GuardKind::Enciphered
            | GuardKind::Hashed(_)
            | GuardKind::Sometimes => {}
        }
    }
    let name = held.column.name.to_lowercase();
    if let Some(view) = masking_view(held.access, &name) {
        return Some(format!("view:{}", view.name));
    }
    if column_grants(held.access, &name) {
        return Some("grants:columns".into());
    }
    (security && policy && !open).then(|| "row-security".into())
}

/// A view that hides the column, given to readers who were not given the table.
fn masking_view<'a>(access: &Access<'a>, name: &str) -> Option<&'a View> {
    if !access.reads.is_empty() {
        return None;
    }
    access.views.iter().copied().find(|v| {
        v.hides.iter().any(|h| h == name) && !v.shows.iter().any(|s| s == name || s == "*")
    })
}

/// Readers were given columns one by one, and not this one, or it is denied them.
fn column_grants(access: &Access<'_>, name: &str) -> bool {
    access.reads.iter().any(|r| !r.grant.doubt) && !access.reads.iter().any(|r| r.shows(name))
}

fn declare(shield: &mut Shield, table: &Table, column: &Column, declared: &[Declared]) {
    let full = format!("{}.{}", table.name, column.name);
    if let Some(said) = declared.iter().find(|d| d.covers(&full)) {
        shield.protected = Protected::Yes;
        shield.at_rest = match said.at_rest() {
            true => Protected::Yes,
            false => shield.at_rest,
        };
        shield.why = format!("declared:{}", said.by.word());
    }
}
