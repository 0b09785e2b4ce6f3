//! Which rights should not be: what everybody may read, all rights at once, rights that may be given on, accounts that
//! come from anywhere. A right of which nobody can say whether it was taken back leaves its list open.

use crate::model::Value;
use crate::parse::sql::{Dialect, Grant, Schema, Table};
use crate::text::unicode;

use super::duties;
use super::judge::Judged;
use super::said::Said;
use super::whole::list;

/// The most roles that are followed.
const MAX_ROLES: usize = 200;

/// The facts of the schema on rights.
pub(super) fn facts(
    schema: &Schema,
    said: &Said,
    personal: &[&Judged],
    put: &mut dyn FnMut(&'static str, Value),
) {
    let roles = public_roles(schema);
    let is_public = |name: &str| roles.iter().any(|r| r == name);
    let to_public = |g: &Grant| g.names().any(is_public);
    put(
        "grants_public",
        of(schema, shown, &|g| {
            to_public(g) && gives(schema, g, &is_public)
        }),
    );
    let mut tables: Vec<&Table> = personal
        .iter()
        .filter_map(|j| j.of(schema).map(|(t, _)| t))
        .collect();
    tables.dedup_by(|a, b| a.name == b.name);
    let on_personal = |g: &Grant, who: &dyn Fn(&str) -> bool| {
        tables.iter().any(|t| schema.reaches(g, t.full(), who))
    };
    let public = of(schema, shown, &|g| {
        to_public(g) && (g.is_later() && schema.gives_rows(g) || on_personal(g, &is_public))
    });
    let open = public == Value::list([]) && !personal.is_empty();
    put(
        "grants_public_personal",
        match open && gives_unknown_role(schema, &roles) {
            true => Value::unseen("ambiguous", "PUBLIC has a role that no file describes"),
            false => public,
        },
    );
    let anybody = |_: &str| true;
    put(
        "grants_all_personal",
        of(schema, shown_to, &|g| {
            g.gives_all() && on_personal(g, &anybody)
        }),
    );
    put(
        "grants_option_personal",
        of(schema, shown_to, &|g| g.option && on_personal(g, &anybody)),
    );
    put(
        "grants_anywhere",
        of(schema, shown_to, &|g| {
            let rows = schema.gives_rows(g) && !schema.is_of_other_database(g);
            g.anywhere() && (rows || g.privileges == Grant::LOGIN)
        }),
    );
    put(
        "grants_default_public",
        of(schema, shown_to, &|g| g.is_later() && to_public(g)),
    );
    let audits: Vec<&Table> = duties::audit_tables(schema, said);
    put(
        "audit_writable",
        of(schema, shown_to, &|g| {
            writes(g) && audits.iter().any(|t| schema.reaches(g, t.full(), &anybody))
        }),
    );
    put("views_public_personal", views(schema, personal, &is_public));
}

/// Views that show personal columns to everybody.
fn views(schema: &Schema, personal: &[&Judged], who: &dyn Fn(&str) -> bool) -> Value {
    let shows = |v: &crate::parse::sql::View| {
        personal.iter().any(|j| {
            j.of(schema).is_some_and(|(t, c)| {
                let name = c.name.to_lowercase();
                v.of.iter()
                    .any(|of| crate::parse::sql::same_table(of, &t.name))
                    && v.shows.iter().any(|s| *s == name || s == "*")
            })
        })
    };
    let open = |sure: bool| {
        let given = |v: &&crate::parse::sql::View| {
            schema
                .grants
                .iter()
                .any(|g| g.doubt != sure && schema.reaches(g, v.full(), who))
        };
        let mut open: Vec<String> = schema
            .views
            .iter()
            .filter(given)
            .filter(|v| shows(v))
            .map(|v| v.name.clone())
            .collect();
        open.sort();
        open
    };
    let sure = open(true);
    match sure.is_empty() && !open(false).is_empty() {
        true => doubt(),
        false => list(sure.into_iter()),
    }
}

/// The rights that `keep` names; unknown where those that are left are all in doubt.
fn of(schema: &Schema, show: fn(&Grant) -> String, keep: &dyn Fn(&Grant) -> bool) -> Value {
    let found = schema.grants.iter().filter(|g| keep(g));
    let (doubtful, sure): (Vec<&Grant>, Vec<&Grant>) = found.partition(|g| g.doubt);
    match sure.is_empty() && !doubtful.is_empty() {
        true => doubt(),
        false => list(sure.into_iter().map(show)),
    }
}

fn doubt() -> Value {
    Value::unseen("ambiguous", "whether a right was taken back does not show")
}

fn shown(grant: &Grant) -> String {
    let place = match grant.file.is_empty() {
        true => format!("line {}", grant.line),
        false => format!("{}, line {}", grant.file, grant.line),
    };
    unicode::visible(&match grant.object.is_empty() {
        true => format!("{} ({place})", grant.privileges),
        false => format!("{} on {} ({place})", grant.privileges, grant.object),
    })
}

fn shown_to(grant: &Grant) -> String {
    let to: Vec<&str> = grant.names().take(20).collect();
    unicode::visible(&format!("{} to {}", shown(grant), to.join(", ")))
}

/// Is it a right to rows, of this database as far as that is known?
fn gives(schema: &Schema, grant: &Grant, who: &dyn Fn(&str) -> bool) -> bool {
    schema.gives_rows(grant)
        && (schema.denials.is_empty()
            || schema
                .tables
                .iter()
                .any(|t| schema.reaches(grant, t.full(), who)))
}

fn writes(grant: &Grant) -> bool {
    grant.gives_all()
        || grant.rights.iter().any(|r| {
            ["update", "delete", "truncate"]
                .iter()
                .any(|w| r.name.contains(w))
        })
}

/// Roles that PUBLIC was given: what they may, all may.
fn public_roles(schema: &Schema) -> Vec<String> {
    let mut roles: Vec<String> = vec!["public".to_owned()];
    loop {
        let more: Vec<String> = schema
            .grants
            .iter()
            .filter(|g| g.names().any(|n| roles.iter().any(|r| r == n)))
            .flat_map(Grant::roles)
            .filter(|role| !roles.iter().any(|r| r == role))
            .map(str::to_owned)
            .collect();
        if more.is_empty() || roles.len() > MAX_ROLES {
            return roles;
        }
        roles.extend(more);
    }
}

/// Was PUBLIC given a role whose rights stand in none of the files?
fn gives_unknown_role(schema: &Schema, roles: &[String]) -> bool {
    let described = |role: &String| {
        // Rights of the system have several words; the rest of them gives no row.
        role.contains(' ')
            || NO_ROLES.contains(&role.as_str())
            || schema
                .grants
                .iter()
                .any(|g| g.on.is_some() && g.names().any(|n| n == role))
    };
    schema.dialect != Dialect::Mssql && roles.iter().skip(1).any(|r| !described(r))
}

/// Rights of systems that are one word.
const NO_ROLES: [&str; 8] = [
    "connect",
    "resource",
    "usage",
    "temp",
    "temporary",
    "execute",
    "create",
    "soda_app",
];
