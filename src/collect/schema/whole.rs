//! What a schema file shows as a whole.

use crate::model::{Fact, Place, Subject, Value};
use crate::parse::sql::{self, Grant, Schema, Table};
use crate::privacy::Class;
use crate::privacy::protection::Protected;
use crate::text::unicode;

use super::duties;
use super::judge::{Judged, last_part};
use super::said::{Of, Said};

/// What only the database itself shows, not the models of a program.
const NOT_IN_MODELS: [&str; 11] = [
    "audit_writable",
    "dumped_personal_tables",
    "grants_all_personal",
    "grants_anywhere",
    "grants_default_public",
    "grants_option_personal",
    "grants_public",
    "grants_public_personal",
    "has_retention_job",
    "literal_keys",
    "views_public_personal",
];

/// The most elements of a list.
const MAX_LISTED: usize = 200;

/// Facts on rights: lists of what should not be.
const RIGHTS: [&str; 8] = [
    "audit_writable",
    "grants_all_personal",
    "grants_anywhere",
    "grants_default_public",
    "grants_option_personal",
    "grants_public",
    "grants_public_personal",
    "views_public_personal",
];

/// The subject of a file; `rights` says whether it shows who may do what: most dumps do not.
pub(super) fn subject(
    schema: &Schema,
    said: &Said,
    judged: &[Judged],
    unproven: &[String],
    id: &str,
    (file, rights): (&str, bool),
) -> Subject {
    let place = Place::new(file, 0);
    let mut subject = Subject::new("schema", id).at(place.clone());
    let mut put = |path: &'static str, value: Value| {
        let value = if schema.only_models && NOT_IN_MODELS.contains(&path) {
            Value::unseen("not_asked", "models show no grants, triggers, jobs or rows")
        } else if !rights && RIGHTS.contains(&path) && is_nothing(&value) {
            Value::unseen("not_asked", NO_RIGHTS)
        } else {
            value
        };
        subject.put(Fact::derived(path, value).at(place.clone()));
    };
    let personal: Vec<&Judged> = judged.iter().filter(|j| j.verdict.is_personal()).collect();
    let named = |keep: &dyn Fn(&&&Judged) -> bool| {
        list(personal.iter().filter(|j| keep(j)).map(|j| j.name(schema)))
    };
    put("dialect", schema.dialect.word().into());
    put("tables", count(schema.tables.len()));
    put("columns", count(judged.len()));
    put("views", count(schema.views.len()));
    put("personal_columns", count(personal.len()));
    put(
        "sensitive_columns",
        count(personal.iter().filter(|j| j.verdict.sensitive).count()),
    );
    put(
        "unprotected_columns",
        count(
            personal
                .iter()
                .filter(|j| j.protected == Protected::No)
                .count(),
        ),
    );
    put("unparsed", count(schema.unparsed.len()));
    put(
        "unparsed_statements",
        list(
            schema
                .unparsed
                .iter()
                .map(|u| format!("{}: {}", u.line, u.begins)),
        ),
    );
    put("unproven_declarations", list(unproven.iter().cloned()));
    put("unlabelled_columns", named(&|j| !labelled(j, schema)));
    put(
        "integrity_missing",
        list(without_integrity(schema, said, &personal)),
    );
    put(
        "unlabelled_sensitive",
        named(&|j| j.verdict.sensitive && !labelled(j, schema)),
    );
    put(
        "default_text_credentials",
        named(&|j| {
            j.verdict.class == Class::Credential
                && j.of(schema).is_some_and(|(_, c)| c.default_text)
        }),
    );
    grants(schema, said, &personal, &mut put);
    duties::facts(schema, said, &personal, &mut put);
    let tables = schema.tables.iter().zip(said.tables());
    let logs = tables
        .filter(|(_, of)| is_access_log(of))
        .map(|(t, _)| t.name.clone());
    let logs: Vec<String> = logs.collect();
    put("has_access_log", (!logs.is_empty()).into());
    put("access_log_tables", list(logs.into_iter()));
    subject
}

/// What a file without any right is said to be.
pub(super) const NO_RIGHTS: &str = "the file shows no rights";

fn is_nothing(value: &Value) -> bool {
    *value == Value::list([])
}

fn grants(
    schema: &Schema,
    said: &Said,
    personal: &[&Judged],
    put: &mut dyn FnMut(&'static str, Value),
) {
    let roles = public_roles(schema);
    let to_public = |g: &Grant| g.to.iter().any(|t| t == "public" || roles.contains(t));
    let public: Vec<&Grant> = schema
        .grants
        .iter()
        .filter(|g| to_public(g) && gives(g))
        .collect();
    let shown = |g: &Grant| {
        let place = match g.file.is_empty() {
            true => format!("line {}", g.line),
            false => format!("{}, line {}", g.file, g.line),
        };
        unicode::visible(&match g.object.is_empty() {
            true => format!("{} ({place})", g.privileges),
            false => format!("{} on {} ({place})", g.privileges, g.object),
        })
    };
    put("grants_public", list(public.iter().map(|g| shown(g))));
    let on_personal = public.iter().filter(|g| {
        g.object.starts_with("default")
            || g.object.to_ascii_lowercase().contains("all tables")
            || personal.iter().any(|j| {
                j.of(schema).is_some_and(|(t, _)| {
                    is_on(g, &t.name)
                        || g.object
                            .split([' ', ','])
                            .any(|w| last_part(w).eq_ignore_ascii_case(last_part(&t.name)))
                })
            })
    });
    let on_personal: Vec<String> = on_personal.map(|g| shown(g)).collect();
    let open = on_personal.is_empty() && !personal.is_empty() && gives_unknown_role(schema, &roles);
    put(
        "grants_public_personal",
        match open {
            true => Value::unseen("ambiguous", "PUBLIC has a role that no file describes"),
            false => list(on_personal.into_iter()),
        },
    );
    let mut tables: Vec<&str> = personal
        .iter()
        .filter_map(|j| j.of(schema).map(|(t, _)| t.name.as_str()))
        .collect();
    tables.dedup();
    let held = |g: &Grant| gives(g) && tables.iter().any(|t| is_on(g, t));
    let of = |keep: &dyn Fn(&Grant) -> bool| {
        list(
            schema
                .grants
                .iter()
                .filter(|g| keep(g))
                .map(|g| unicode::visible(&format!("{} to {}", shown(g), g.to.join(", ")))),
        )
    };
    put(
        "grants_all_personal",
        of(&|g| g.privileges.to_ascii_lowercase().starts_with("all") && held(g)),
    );
    put("grants_option_personal", of(&|g| g.option && held(g)));
    put(
        "grants_anywhere",
        of(&|g| g.anywhere && (gives(g) || g.privileges == Grant::LOGIN)),
    );
    put(
        "grants_default_public",
        of(&|g| g.object.starts_with("default") && to_public(g)),
    );
    let audits: Vec<&Table> = duties::audit_tables(schema, said);
    put(
        "audit_writable",
        of(&|g| {
            let what = g.privileges.to_ascii_lowercase();
            let writes = ["update", "delete", "truncate", "all"]
                .iter()
                .any(|w| what.contains(w));
            writes && audits.iter().any(|t| is_on(g, &t.name))
        }),
    );
    let open = schema.views.iter().filter(|v| {
        public.iter().any(|g| is_on(g, &v.name))
            && personal.iter().any(|j| {
                j.of(schema).is_some_and(|(t, c)| {
                    let name = c.name.to_lowercase();
                    v.of.iter().any(|of| sql::same_table(of, &t.name))
                        && v.shows.iter().any(|s| *s == name || s == "*")
                })
            })
    });
    let mut open: Vec<String> = open.map(|v| v.name.clone()).collect();
    open.sort();
    put("views_public_personal", list(open.into_iter()));
}

/// Roles that PUBLIC was given: what they may, all may.
fn public_roles(schema: &Schema) -> Vec<String> {
    let mut roles: Vec<String> = vec!["public".to_owned()];
    loop {
        let more: Vec<String> = schema
            .grants
            .iter()
            .filter(|g| g.object.is_empty() && g.privileges != Grant::LOGIN)
            .filter(|g| g.to.iter().any(|t| roles.contains(t)))
            .flat_map(|g| g.privileges.split(','))
            .map(|role| role.trim().to_lowercase())
            .filter(|role| !roles.contains(role))
            .collect();
        if more.is_empty() || roles.len() > MAX_LISTED {
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
                .any(|g| !g.object.is_empty() && g.to.contains(role))
    };
    schema.dialect != sql::Dialect::Mssql && roles.iter().skip(1).any(|r| !described(r))
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

/// Is the grant on this table or view, or on all?
fn is_on(grant: &Grant, name: &str) -> bool {
    let on = grant.object.to_ascii_lowercase();
    on.contains("all tables")
        || on.starts_with("default tables")
        || on.ends_with(".*")
        || on.ends_with(". *")
        || grant
            .object
            .split([' ', ','])
            .filter(|w| !w.is_empty())
            .any(|w| sql::same_table(w, name))
}

/// The right to use a schema or a type shows no row.
fn gives(grant: &Grant) -> bool {
    let what = grant.privileges.to_ascii_lowercase();
    let on = grant.object.to_ascii_lowercase();
    let row = ["select", "insert", "update", "delete", "truncate", "all"]
        .iter()
        .any(|p| what.contains(p))
        || what
            .split([' ', ','])
            .any(|w| matches!(w, "read" | "control"));
    let other = [
        "schema ",
        "directory ",
        "function ",
        "type ",
        "language ",
        "database ",
        "sequence ",
        "procedure ",
        "default functions",
        "default types",
        "default sequences",
        "default schemas",
    ];
    row && !other.iter().any(|o| on.starts_with(o))
}

/// Does the comment of the column, or of its table, say how sensitive it is?
fn labelled(j: &Judged, schema: &Schema) -> bool {
    j.of(schema)
        .is_some_and(|(t, c)| says_label(&c.comment) || says_label(&t.comment))
}

fn says_label(comment: &str) -> bool {
    if comment.is_empty() {
        return false;
    }
    let folded = unicode::fold(comment);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    LABELS.iter().any(|label| {
        let wanted: Vec<&str> = label.split(' ').collect();
        words.windows(wanted.len()).any(|w| w == wanted)
    })
}

/// Tables with personal data and nothing that shows a change.
fn without_integrity(
    schema: &Schema,
    said: &Said,
    personal: &[&Judged],
) -> impl Iterator<Item = String> {
    let mut tables: Vec<usize> = personal.iter().map(|j| j.table).collect();
    tables.dedup();
    tables
        .into_iter()
        .filter_map(|at| schema.tables.get(at).zip(said.table(at)))
        .filter(|(_, of)| {
            !of.columns.iter().any(|words| {
                let any = |list: &[&str]| list.iter().any(|w| words.iter().any(|x| x == w));
                any(&["checksum", "hmac", "mac", "digest", "crc", "integrity"])
                    || any(&["row", "record", "data", "content", "ban"])
                        && any(&["hash", "sha", "sha256", "signature"])
            })
        })
        .map(|(t, _)| t.name.clone())
        .collect::<Vec<_>>()
        .into_iter()
}

/// A table that keeps who looked at or changed which record.
fn is_access_log(of: &Of) -> bool {
    let words = &of.name;
    let any = |list: &[&str]| list.iter().any(|w| words.iter().any(|x| x == w));
    let log = any(&["log", "logs", "history", "trail", "ky", "events", "lich"]);
    let about = any(&[
        "audit", "access", "activity", "data", "truy", "hoat", "view", "export", "nhat", "user",
        "action",
    ]);
    let audit = any(&["audit", "audits", "auditlog", "accesslog"]);
    if !(audit || log && about) {
        return false;
    }
    let columns: Vec<&String> = of.columns.iter().flatten().collect();
    [
        "user", "account", "actor", "by", "employee", "nhan", "nguoi", "username", "admin",
        "staff", "causer",
    ]
    .iter()
    .any(|w| columns.iter().any(|x| *x == w))
}

fn count(n: usize) -> Value {
    i64::try_from(n).unwrap_or(i64::MAX).into()
}

pub(super) fn list(items: impl Iterator<Item = String>) -> Value {
    let mut items: Vec<Value> = items.take(MAX_LISTED + 1).map(Value::from).collect();
    if items.len() > MAX_LISTED {
        items.truncate(MAX_LISTED);
        return Value::partial_list(items);
    }
    Value::list(items)
}

/// Words of sensitivity classes, folded.
const LABELS: [&str; 24] = [
    "han che",
    "noi bo",
    "cong khai",
    "bi mat",
    "nhay cam",
    "du lieu ca nhan",
    "dlcn",
    "muc mat",
    "tuyet mat",
    "restricted",
    "internal",
    "confidential",
    "public",
    "sensitive",
    "secret",
    "pii",
    "personal data",
    "phan loai",
    "spi",
    "private",
    "sensitivity",
    "classification",
    "muc do",
    "class",
];
