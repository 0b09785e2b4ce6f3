//! Tables of accounts: those with a password.

use std::collections::BTreeMap;

use crate::model::{Fact, Place, Subject, Value};
use crate::parse::sql::{Schema, Table};
use crate::privacy::Class;
use crate::privacy::protection::Protected;

use super::judge::Judged;
use super::said::{Of, Said};

/// A subject for each table of accounts.
pub(super) fn subjects(
    schema: &Schema,
    said: &Said,
    judged: &[Judged],
    file: &str,
) -> Vec<Subject> {
    let mut passwords: BTreeMap<usize, &Judged> = BTreeMap::new();
    for one in judged
        .iter()
        .filter(|j| j.verdict.class == Class::Credential)
        .filter(|j| is_password(said.column(j.table, j.column)))
    {
        passwords.entry(one.table).or_insert(one);
    }
    // A table beside them may keep the second factors of all.
    let mfa = said.tables().iter().any(|of| fits(&of.name, MFA));
    let mut out = Vec::new();
    for (at, password) in passwords {
        let (Some(table), Some(of)) = (schema.tables.get(at), said.table(at)) else {
            continue;
        };
        if !is_reset(&of.name) {
            out.push(subject(schema, (table, of), mfa, password, file));
        }
    }
    out
}

fn subject(
    schema: &Schema,
    (table, of): (&Table, &Of),
    mfa: bool,
    password: &Judged,
    file: &str,
) -> Subject {
    let place = Place::new(file, table.line);
    let mut subject = Subject::new("account-table", table.name.as_str()).at(place.clone());
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(place.clone()))
    };
    let mut missing = Vec::new();
    for (path, words) in FIELDS {
        let found = of.columns.iter().any(|c| fits(c, words));
        put(path, found.into());
        if !found && LISTED.contains(&path) {
            missing.push(Value::from(path.trim_start_matches("has_")));
        }
    }
    put("missing_fields", Value::list(missing));
    let mfa = mfa || of.columns.iter().any(|c| fits(c, MFA));
    put("has_mfa", mfa.into());
    put("password_protected", password.protected.word().into());
    put(
        "password_hash",
        match password.hash {
            Some(kind) => kind.into(),
            None if password.protected == Protected::No => "none".into(),
            None => Value::unseen("ambiguous", "the kind of hash does not show in the schema"),
        },
    );
    put("password_column", password.name(schema).into());
    subject
}

fn is_password(words: &[String]) -> bool {
    let all = |list: &[&str]| list.iter().all(|w| words.iter().any(|x| x == w));
    ["password", "passwd", "matkhau", "pass", "passwrd"]
        .iter()
        .any(|w| words.iter().any(|x| x == w))
        || all(&["mat", "khau"])
}

/// A table of reset tokens or old passwords is no table of accounts.
fn is_reset(words: &[String]) -> bool {
    [
        "reset",
        "resets",
        "history",
        "histories",
        "log",
        "logs",
        "token",
        "tokens",
    ]
    .iter()
    .any(|w| words.iter().any(|x| x == w))
}

/// Has the name one of these phrases?
fn fits(words: &[String], phrases: &[&str]) -> bool {
    phrases.iter().any(|p| {
        let wanted = p.split(' ');
        words
            .windows(wanted.clone().count())
            .any(|w| w.iter().zip(wanted.clone()).all(|(a, b)| a == b))
    })
}

/// Fields of the account list (TCVN 14423 x.6.2.1).
const LISTED: [&str; 6] = [
    "has_type",
    "has_name",
    "has_status",
    "has_manager",
    "has_department",
    "has_dates",
];

const MFA: &[&str] = &[
    "mfa",
    "totp",
    "two factor",
    "twofactor",
    "otp secret",
    "otp enabled",
    "webauthn",
    "fido",
    "authenticator",
    "xac thuc hai",
    "xac thuc da yeu to",
    "recovery codes",
    "google secret",
    "two fa",
    "tfa",
    "passkey",
    "passkeys",
    "is otp",
];

const FIELDS: [(&str, &[&str]); 10] = [
    (
        "has_lockout",
        &[
            "failed attempts",
            "failed logins",
            "failed login",
            "login attempts",
            "access failed",
            "locked at",
            "locked until",
            "lockout",
            "lockout end",
            "lock until",
            "so lan sai",
            "lan dang nhap sai",
            "so lan dang nhap sai",
            "khoa den",
            "khoa luc",
            "failed count",
            "invalid attempts",
            "retry",
        ],
    ),
    (
        "has_password_changed",
        &[
            "password changed",
            "password updated",
            "password set",
            "password expires",
            "password expired",
            "password expiry",
            "password last",
            "last password",
            "pwd changed",
            "doi mat khau",
            "ngay doi mat khau",
            "mat khau het han",
            "han mat khau",
            "must change password",
        ],
    ),
    (
        "has_disabled",
        &[
            "disabled",
            "disabled at",
            "deactivated",
            "deactivated at",
            "deleted at",
            "locked at",
            "suspended at",
            "ngay khoa",
            "ngay vo hieu",
            "vo hieu hoa",
            "ngay nghi viec",
            "end date",
            "valid until",
            "expires at",
            "terminated at",
            "active to",
            "ngay ket thuc",
        ],
    ),
    (
        "has_type",
        &[
            "type",
            "role",
            "roles",
            "role id",
            "loai",
            "vai tro",
            "quyen",
            "kind",
            "account type",
            "is admin",
            "authority",
            "nhom",
            "group",
            "chuc vu",
        ],
    ),
    (
        "has_name",
        &[
            "name",
            "username",
            "ten",
            "login",
            "ho ten",
            "fullname",
            "email",
            "tai khoan",
            "account",
            "first name",
        ],
    ),
    (
        "has_status",
        &[
            "status",
            "state",
            "active",
            "is active",
            "enabled",
            "disabled",
            "locked",
            "trang thai",
            "tinh trang",
            "khoa",
            "blocked",
            "banned",
            "deleted",
            "hoat dong",
            "suspended",
            "activated",
        ],
    ),
    (
        "has_manager",
        &[
            "manager",
            "quan ly",
            "supervisor",
            "owner",
            "nguoi quan ly",
            "responsible",
            "parent",
        ],
    ),
    (
        "has_department",
        &[
            "department",
            "dept",
            "phong ban",
            "don vi",
            "unit",
            "branch",
            "chi nhanh",
            "post office",
            "buu cuc",
            "office",
            "phong",
            "organisation",
            "organization",
            "kho",
            "hub",
        ],
    ),
    (
        "has_dates",
        &[
            "created",
            "activated",
            "disabled at",
            "deactivated",
            "ngay tao",
            "ngay kich hoat",
            "ngay khoa",
            "locked at",
            "deleted at",
            "createdat",
            "thoi gian tao",
            "ngay vao lam",
            "date joined",
            "valid until",
        ],
    ),
    (
        "has_last_login",
        &[
            "last login",
            "last signin",
            "last sign",
            "last seen",
            "last access",
            "last active",
            "last activity",
            "dang nhap cuoi",
            "lan dang nhap cuoi",
            "lastlogin",
            "dang nhap gan nhat",
            "last logged",
            "login at",
            "last visit",
        ],
    ),
];
