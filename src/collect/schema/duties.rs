//! What the tables show of duties: deletion, consent, requests of data subjects, incidents, logs, copies, keys.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::judge::{Judged, last_part};
use super::said::{Of, Said};
use crate::model::Value;
use crate::parse::sql::{Schema, Table, same_table};
use crate::privacy::Class;
use crate::privacy::names::words_of;
use crate::text::unicode;

/// A column of a record that a duty asks for: its name in facts, and the phrases it may be called by, between `|`.
type Wanted = (&'static str, &'static str);

/// Does a table with personal data count: its place, the classes that it holds, itself, its words?
type Keep<'a> = dyn Fn(usize, &BTreeSet<Class>, &Table, &Of) -> bool + 'a;

/// Puts the facts of all duties.
pub(super) fn facts(
    schema: &Schema,
    said: &Said,
    personal: &[&Judged],
    put: &mut dyn FnMut(&'static str, Value),
) {
    let mut held: BTreeMap<usize, BTreeSet<Class>> = BTreeMap::new();
    for judged in personal {
        let classes = held.entry(judged.table).or_default();
        classes.insert(judged.verdict.class);
    }
    let tables = |keep: &Keep<'_>| {
        let found = schema.tables.iter().zip(said.tables()).enumerate();
        super::whole::list(
            found
                .filter(|(at, (table, of))| held.get(at).is_some_and(|h| keep(*at, h, table, of)))
                .map(|(_, (table, _))| table.name.clone()),
        )
    };
    let (audit, login) = (phrases(AUDIT_TABLES), phrases(LOGIN_TABLES));
    let (retention, expiry, token) = (phrases(RETENTION), phrases(EXPIRY), phrases(TOKENS));
    put(
        "retention_missing",
        tables(&|_, _, t, of| {
            // Logs have periods of their own, and old partitions are dropped.
            let log = is_called(&of.name, &audit) || is_called(&of.name, &login);
            !log && !has(t, of, &retention) && !is_partitioned(schema, t)
        }),
    );
    put(
        "gps_retention_missing",
        tables(&|_, held, t, of| {
            held.contains(&Class::Gps) && !has(t, of, &retention) && !is_partitioned(schema, t)
        }),
    );
    put("has_retention_job", schema.purges.into());
    put("copied_tables", tables(&|_, _, t, _| is_copy(&t.name)));
    let is_set = |t: &Table, name: &str| {
        let mut set = schema.set.iter();
        set.any(|(of, c)| same_table(of, &t.name) && c.eq_ignore_ascii_case(name))
    };
    let set: BTreeSet<usize> = personal
        .iter()
        .filter(|j| j.of(schema).is_some_and(|(t, c)| is_set(t, &c.name)))
        .map(|j| j.table)
        .collect();
    let dumped = tables(&|at, _, t, _| {
        set.contains(&at) || schema.rows.keys().any(|r| same_table(r, &t.name))
    });
    put(
        "dumped_personal_tables",
        match schema.unread.first() {
            // A copy beside that was not read may hold rows of any table.
            Some(file) if dumped == Value::list([]) => {
                Value::unseen("unsupported-format", unicode::visible(file))
            }
            Some(_) | None => dumped,
        },
    );
    put(
        "national_id_tables",
        tables(&|_, held, _, _| {
            [Class::NationalId, Class::Passport]
                .iter()
                .any(|c| held.contains(c))
        }),
    );
    let named = |classes: &[Class]| {
        super::whole::list(
            personal
                .iter()
                .filter(|j| classes.contains(&j.verdict.class))
                .map(|j| j.name(schema)),
        )
    };
    put(
        "special_columns",
        named(&[
            Class::Ethnicity,
            Class::Religion,
            Class::Politics,
            Class::SexLife,
            Class::Criminal,
        ]),
    );
    put("biometric_columns", named(&[Class::Biometric]));
    put("security_code_columns", security_codes(schema, personal));
    let is_token = |j: &&&Judged| {
        let column = j.of(schema).map(|(_, column)| column);
        column.is_some_and(|c| is_called(&words_of(last_part(&c.name)), &token))
    };
    let credentials = personal
        .iter()
        .filter(|j| j.verdict.class == Class::Credential);
    let keep_tokens: BTreeSet<usize> = credentials.filter(is_token).map(|j| j.table).collect();
    put(
        "tokens_without_expiry",
        tables(&|at, _, t, of| keep_tokens.contains(&at) && !has(t, of, &expiry)),
    );
    put(
        "literal_keys",
        super::whole::list(schema.literal_keys.iter().map(|line| match line {
            0 => "a routine".to_owned(),
            line => format!("line {line}"),
        })),
    );
    records(schema, said, put);
}

/// Tables that a duty needs, and the columns that they lack.
fn records(schema: &Schema, said: &Said, put: &mut dyn FnMut(&'static str, Value)) {
    let called = |names: &'static str| {
        let names = phrases(names);
        let tables = schema.tables.iter().zip(said.tables());
        tables.filter(move |(_, of)| is_called(&of.name, &names))
    };
    let mut record =
        |has_it: &'static str, lacks: &'static str, names: &'static str, wanted: &[Wanted]| {
            let found: Vec<(&Table, &Of)> = called(names).collect();
            put(has_it, (!found.is_empty()).into());
            // The best of several tables counts.
            let lacking = found
                .iter()
                .map(|(table, of)| missing(table, of, wanted))
                .min_by_key(Vec::len)
                .unwrap_or_else(|| wanted.iter().map(|(name, _)| *name).collect());
            put(lacks, Value::list(lacking.into_iter().map(Value::from)));
        };
    record("has_consent", "consent_missing", CONSENT_TABLES, CONSENT);
    record("has_requests", "request_missing", REQUEST_TABLES, REQUEST);
    record(
        "has_incidents",
        "incident_missing",
        INCIDENT_TABLES,
        INCIDENT,
    );
    record("has_breaches", "breach_missing", BREACH_TABLES, BREACH);
    record("has_audit", "audit_missing", AUDIT_TABLES, AUDIT);
    record("has_login_log", "login_log_missing", LOGIN_TABLES, LOGIN);
    record(
        "has_disclosures",
        "disclosure_missing",
        DISCLOSURE_TABLES,
        DISCLOSURE,
    );
    record("has_scan_log", "scan_log_missing", SCAN_TABLES, SCAN);
    let roles = called(ROLE_TABLES).next().is_some();
    put("has_roles", roles.into());
}

/// The audit tables of a schema.
pub(super) fn audit_tables<'a>(schema: &'a Schema, said: &Said) -> Vec<&'a Table> {
    let names = [AUDIT_TABLES, LOGIN_TABLES, SCAN_TABLES].map(phrases);
    let tables = schema.tables.iter().zip(said.tables());
    tables
        .filter(|(_, of)| names.iter().any(|names| is_called(&of.name, names)))
        .map(|(table, _)| table)
        .collect()
}

fn missing(table: &Table, of: &Of, wanted: &[Wanted]) -> Vec<&'static str> {
    wanted
        .iter()
        .filter(|(_, names)| !has(table, of, &phrases(names)))
        .map(|(name, _)| *name)
        .collect()
}

/// Has the table a column that is called so?
fn has(table: &Table, of: &Of, phrases: &[Phrase]) -> bool {
    let mut columns = table.columns.iter().zip(&of.columns);
    columns.any(|(column, words)| {
        let last = match column.name.contains('.') {
            true => Cow::Owned(words_of(last_part(&column.name))),
            false => Cow::Borrowed(words),
        };
        is_called(&last, phrases)
    })
}

/// Words that stand one after the other.
type Phrase = Vec<&'static str>;

/// The phrases that stand between `|`.
fn phrases(all: &'static str) -> Vec<Phrase> {
    all.split('|').map(|p| p.split(' ').collect()).collect()
}

/// Stand the words of one of the phrases in the name, one after the other?
fn is_called(words: &[String], phrases: &[Phrase]) -> bool {
    phrases.iter().any(|wanted| {
        words.windows(wanted.len()).any(|w| {
            w.iter()
                .zip(wanted)
                .all(|(a, b)| a == b || is_plural(a, b) || is_plural(b, a))
        })
    })
}

fn is_plural(word: &str, one: &str) -> bool {
    word.strip_suffix('s') == Some(one)
        || word.strip_suffix("es") == Some(one)
        || word
            .strip_suffix("ies")
            .is_some_and(|stem| one.strip_suffix('y') == Some(stem))
}

/// Old partitions are dropped, so the table needs no column for it.
fn is_partitioned(schema: &Schema, table: &Table) -> bool {
    schema
        .partitioned
        .iter()
        .any(|name| same_table(name, &table.name))
}

/// `customers_bak`, `orders_old`, `copy_of_users`, `tmp_export`.
fn is_copy(name: &str) -> bool {
    let folded = unicode::fold(last_part(name));
    let parts: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|p| !p.is_empty())
        .collect();
    let dated = parts.last().is_some_and(|p| {
        p.len() == 8 && p.starts_with("20") && p.bytes().all(|b| b.is_ascii_digit())
    });
    dated || parts.len() > 1 && parts.iter().any(|p| COPIES.contains(p))
}

/// The three digits of a card, which nobody may keep after the payment.
fn security_codes(schema: &Schema, personal: &[&Judged]) -> Value {
    let codes = phrases("cvv|cvc|card security code|track data|pin block");
    super::whole::list(
        personal
            .iter()
            .filter(|j| j.verdict.class == Class::Card)
            .filter(|j| {
                j.of(schema)
                    .is_some_and(|(_, c)| is_called(&words_of(last_part(&c.name)), &codes))
            })
            .map(|j| j.name(schema)),
    )
}

const TOKENS: &str = "token|otp|ma xac nhan|ma xac thuc|verification code";

const RETENTION: &str = "deleted at|deleted on|delete after|deleted date|purge|purge at|purged at|retention|retention until|\
    retain until|expires at|expire at|expired at|expiry|expiration|anonymized at|anonymised at|erased at|\
    erase after|archived at|destroy at|ngay xoa|han luu|thoi han luu|ngay huy du lieu|het han luu|\
    ngay het han luu|luu den|xoa luc|ngay an danh|valid until|keep until|disposed at|ngay tieu huy";

const EXPIRY: &str = "expires|expires at|expire|expire at|expired at|expiry|expiration|valid until|valid to|ttl|het han|\
    ngay het han|han dung|exp|sent at|created at|issued at";

const COPIES: [&str; 15] = [
    "bak", "backup", "bk", "old", "copy", "copie", "tmp", "temp", "test", "export", "dump",
    "saoluu", "cu", "archive2", "clone",
];

const CONSENT_TABLES: &str = "consent|dong y|data consent|privacy consent|chap thuan|su dong y";
const CONSENT: &[Wanted] = &[
    ("purpose", "purpose|muc dich|scope|pham vi|consent type"),
    (
        "granted_at",
        "granted at|given at|consented at|agreed at|created at|ngay dong y|thoi diem dong y|accepted at|\
    consent date|thoi gian",
    ),
    (
        "proof",
        "proof|proof url|evidence|bang chung|channel|kenh|ip|signature|document|hinh thuc|method|recording|\
    policy version|phien ban",
    ),
    (
        "withdrawn_at",
        "withdrawn|withdrawn at|revoked at|withdrawal|ngay rut|rut lai|opted out at|ngay rut dong y",
    ),
];

const REQUEST_TABLES: &str = "subject request|data subject request|dsr|dsar|privacy request|yeu cau chu the|erasure request|\
    yeu cau du lieu|yeu cau xoa du lieu|data request|deletion request";
const REQUEST: &[Wanted] = &[
    ("kind", "type|kind|loai|loai yeu cau|request type"),
    (
        "received_at",
        "received at|requested at|created at|ngay tiep nhan|tiep nhan luc|submitted at|ngay nhan|ngay gui",
    ),
    (
        "answered_at",
        "answered at|responded at|replied at|first response at|ngay phan hoi|phan hoi luc|ngay tra loi",
    ),
    (
        "done_at",
        "completed at|done at|closed at|fulfilled at|resolved at|hoan thanh luc|ngay hoan thanh|ngay xu ly",
    ),
];

const INCIDENT_TABLES: &str = "incident|security incident|su co|su co an ninh|su co bao mat";
const INCIDENT: &[Wanted] = &[
    (
        "detected_at",
        "detected at|discovered at|phat hien luc|ngay phat hien|thoi diem phat hien|occurred at|found at",
    ),
    (
        "first_notice_at",
        "first notice at|reported at|notified at|bao cao luc|ngay bao cao|bao cao lan dau|thong bao luc|\
    bao cao nhanh luc",
    ),
    (
        "report_at",
        "full report at|cause report at|report at|second report at|bao cao day du luc|bao cao ket qua luc|\
    bao cao nguyen nhan luc|final report at|closed at|bao cao bo sung luc",
    ),
    (
        "severity",
        "severity|level|muc do|priority|nghiem trong|cap do",
    ),
];

const BREACH_TABLES: &str = "breach|data breach|personal data breach|vi pham du lieu|lo du lieu|lo lot du lieu|vi pham dlcn";
const BREACH: &[Wanted] = &[
    (
        "detected_at",
        "detected at|discovered at|phat hien luc|ngay phat hien|thoi diem phat hien",
    ),
    (
        "harm_class",
        "harm class|harm|muc do anh huong|gay hai|risk class|anh huong|hau qua",
    ),
    (
        "notified_authority_at",
        "notified authority at|authority notified at|notified at|reported at|thong bao co quan luc|\
    bao cao co quan luc|ngay thong bao|thong bao luc",
    ),
    (
        "notified_subjects_at",
        "notified subjects at|subjects notified at|thong bao chu the luc|thong bao nguoi dung luc|\
    customers notified at",
    ),
    (
        "minutes",
        "minutes|bien ban|minutes ref|so bien ban|record number",
    ),
];

const AUDIT_TABLES: &str = "audit|audit log|audit trail|auditlog|activity log|access log|nhat ky|nhat ky he thong|\
    nhat ky truy cap|lich su thao tac|user activity|change log|data access log|nhat ky thao tac|\
    event log|security log|activity";
const AUDIT: &[Wanted] = &[
    (
        "time",
        "at|time|timestamp|created|occurred|thoi gian|thoi diem|luc|ngay|date|logged",
    ),
    (
        "account",
        "user|actor|account|username|by|nguoi|nguoi dung|tai khoan|employee|nhan vien|causer|admin|subject",
    ),
    (
        "source_address",
        "ip|ip address|address|source|dia chi|remote|client|host",
    ),
    (
        "action",
        "action|event|operation|method|verb|hanh dong|thao tac|type|activity|loai",
    ),
    (
        "object",
        "object|entity|table|resource|target|record|model|doi tuong|ban ghi|auditable|row|path|url|\
    subject type|bang",
    ),
    (
        "result",
        "result|status|outcome|success|ket qua|error|code|thanh cong|trang thai|response",
    ),
];

const LOGIN_TABLES: &str = "login|login log|login history|login attempt|sign in log|signin|session log|auth log|\
    lich su dang nhap|nhat ky dang nhap|dang nhap|authentication log|user session";
const LOGIN: &[Wanted] = &[
    (
        "account",
        "user|account|username|tai khoan|nguoi dung|email|login",
    ),
    (
        "login_at",
        "login at|logged in at|at|time|created|thoi gian|dang nhap luc|timestamp|signed in|ngay|attempted",
    ),
    (
        "logout_at",
        "logout|logout at|logged out at|ended at|dang xuat|dang xuat luc|end|signed out",
    ),
    (
        "address",
        "ip|ip address|remote|dia chi ip|source ip|address",
    ),
    (
        "source_port",
        "port|source port|src port|cong|remote port|cong nguon",
    ),
];

const DISCLOSURE_TABLES: &str = "authority request|disclosure|disclosure register|yeu cau cung cap thong tin|cung cap thong tin|\
    yeu cau co quan|legal request|law enforcement request|so cung cap thong tin";
const DISCLOSURE: &[Wanted] = &[
    (
        "requester",
        "requester|authority|agency|co quan|don vi yeu cau|co quan yeu cau|nguoi yeu cau",
    ),
    (
        "document",
        "document|document no|so cong van|so van ban|letter|reference|cong van|van ban",
    ),
    ("scope", "scope|pham vi|noi dung|content|data|thong tin"),
    ("minutes", "minutes|bien ban|so bien ban|record"),
];

const SCAN_TABLES: &str = "scan log|scan history|scan event|label scan|label scan log|label access|label access log|qr scan|reveal log|\
    unmask log|token resolution|detokenize log|detokenise log|nhat ky quet|nhat ky quet ma|lich su quet|lich su quet ma|\
    quet ma|quet nhan|nhat ky xem nhan|luot quet";
const SCAN: &[Wanted] = &[
    (
        "account",
        "user|actor|account|username|by|courier|driver|staff|employee|nguoi|nguoi quet|nguoi dung|tai khoan|nhan vien|\
    buu ta|tai xe|shipper|nv",
    ),
    (
        "time",
        "at|time|timestamp|created|scanned|thoi gian|thoi diem|luc|ngay|date|ngay quet|gio",
    ),
    (
        "item",
        "waybill|parcel|order|shipment|label|token|tracking|item|barcode|van don|ma van don|buu gui|ma buu gui|kien|\
    don|don hang|ma don|so hieu|code",
    ),
    (
        "result",
        "result|status|outcome|allowed|granted|denied|authorised|authorized|permitted|ket qua|duoc phep|trang thai|tu choi|\
    hop le|reason|purpose|ly do|muc dich",
    ),
];

const ROLE_TABLES: &str = "role|permission|vai tro|quyen|phan quyen|nhom quyen|privilege|user role|acl|user group|\
    nhom nguoi dung";
