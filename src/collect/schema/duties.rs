//! What the tables show of duties: deletion, consent, requests of data subjects, incidents, logs, copies, keys.

use std::collections::BTreeSet;

use super::judge::{Judged, last_part};
use crate::model::Value;
use crate::parse::sql::{Schema, Table, same_table};
use crate::privacy::Class;
use crate::privacy::names::words_of;
use crate::text::unicode;

/// A column of a record that a duty asks for: its name in facts, and the phrases it may be called by, between `|`.
type Wanted = (&'static str, &'static str);

/// Puts the facts of all duties.
pub(super) fn facts(schema: &Schema, personal: &[&Judged], put: &mut dyn FnMut(&str, Value)) {
    let held: BTreeSet<usize> = personal.iter().map(|j| j.table).collect();
    let tables = |keep: &dyn Fn(usize, &Table) -> bool| {
        let found = schema.tables.iter().enumerate();
        super::whole::list(
            found
                .filter(|(at, t)| held.contains(at) && keep(*at, t))
                .map(|(_, t)| t.name.clone()),
        )
    };
    let of_class = |at: usize, classes: &[Class]| {
        personal
            .iter()
            .any(|j| j.table == at && classes.contains(&j.verdict.class))
    };
    put(
        "retention_missing",
        tables(&|_, t| {
            // Logs have periods of their own, and old partitions are dropped.
            let log = is_called(&t.name, AUDIT_TABLES) || is_called(&t.name, LOGIN_TABLES);
            !log && !has(t, RETENTION) && !is_partitioned(schema, t)
        }),
    );
    put(
        "gps_retention_missing",
        tables(&|at, t| {
            of_class(at, &[Class::Gps]) && !has(t, RETENTION) && !is_partitioned(schema, t)
        }),
    );
    put("has_retention_job", schema.purges.into());
    put("copied_tables", tables(&|_, t| is_copy(&t.name)));
    let dumped = tables(&|_, t| schema.rows.keys().any(|r| same_table(r, &t.name)));
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
        tables(&|at, _| of_class(at, &[Class::NationalId, Class::Passport])),
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
    put(
        "tokens_without_expiry",
        tables(&|at, t| keeps_tokens(schema, personal, at) && !has(t, EXPIRY)),
    );
    put(
        "literal_keys",
        super::whole::list(schema.literal_keys.iter().map(|l| format!("line {l}"))),
    );
    records(schema, put);
}

/// Tables that a duty needs, and the columns that they lack.
fn records(schema: &Schema, put: &mut dyn FnMut(&str, Value)) {
    let mut record = |has_it: &str, lacks: &str, names: &str, wanted: &[Wanted]| {
        let found: Vec<&Table> = schema
            .tables
            .iter()
            .filter(|t| is_called(&t.name, names))
            .collect();
        put(has_it, (!found.is_empty()).into());
        // The best of several tables counts.
        let lacking = found
            .iter()
            .map(|t| missing(t, wanted))
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
    let roles = schema
        .tables
        .iter()
        .any(|t| is_called(&t.name, ROLE_TABLES));
    put("has_roles", roles.into());
}

/// The audit tables of a schema.
pub(super) fn audit_tables(schema: &Schema) -> impl Iterator<Item = &Table> {
    schema.tables.iter().filter(|t| {
        [AUDIT_TABLES, LOGIN_TABLES, SCAN_TABLES]
            .iter()
            .any(|names| is_called(&t.name, names))
    })
}

fn missing(table: &Table, wanted: &[Wanted]) -> Vec<&'static str> {
    wanted
        .iter()
        .filter(|(_, phrases)| !has(table, phrases))
        .map(|(name, _)| *name)
        .collect()
}

/// Has the table a column that is called so?
fn has(table: &Table, phrases: &str) -> bool {
    table.columns.iter().any(|c| is_called(&c.name, phrases))
}

/// Stand the words of one of the phrases in the name, one after the other?
fn is_called(name: &str, phrases: &str) -> bool {
    let words: Vec<String> = words_of(last_part(name));
    phrases.split('|').any(|phrase| {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        words.windows(wanted.len()).any(|w| {
            w.iter()
                .zip(&wanted)
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
    super::whole::list(
        personal
            .iter()
            .filter(|j| j.verdict.class == Class::Card)
            .filter(|j| {
                j.of(schema).is_some_and(|(_, c)| {
                    is_called(&c.name, "cvv|cvc|card security code|track data|pin block")
                })
            })
            .map(|j| j.name(schema)),
    )
}

fn keeps_tokens(schema: &Schema, personal: &[&Judged], at: usize) -> bool {
    personal
        .iter()
        .filter(|j| j.table == at && j.verdict.class == Class::Credential)
        .any(|j| {
            j.of(schema).is_some_and(|(_, c)| {
                is_called(
                    &c.name,
                    "token|otp|ma xac nhan|ma xac thuc|verification code",
                )
            })
        })
}

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
