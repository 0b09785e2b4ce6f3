//! What a schema file shows as a whole.

use crate::model::{Fact, Place, Subject, Value};
use crate::parse::sql::Schema;
use crate::privacy::Class;
use crate::privacy::protection::Protected;
use crate::text::unicode;

use super::judge::Judged;
use super::said::{Of, Said};
use super::{duties, rights};

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
        let shown = schema.steps && rights && RIGHTS.contains(&path);
        let value = if schema.only_models && !shown && NOT_IN_MODELS.contains(&path) {
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
    rights::facts(schema, said, &personal, &mut put);
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
