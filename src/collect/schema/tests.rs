use std::path::Path;
use std::time::Duration;

use super::*;
use crate::model::{Subject, Value};

fn context() -> Context {
    Context {
        now: jiff::Timestamp::UNIX_EPOCH,
        timeout: Duration::from_secs(1),
        offline: true,
    }
}

fn text(subject: &Subject, path: &str) -> String {
    subject
        .facts
        .get(path)
        .map(|f| f.value.shown())
        .unwrap_or_default()
}

fn sample(name: &str) -> Collected {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sample-configs/schemas")
        .join(name);
    collect(&path, &format!("schemas/{name}"), None, &[], &context())
}

fn find<'a>(out: &'a Collected, id: &str) -> &'a Subject {
    out.subjects
        .iter()
        .find(|s| &*s.id == id)
        .unwrap_or_else(|| panic!("{id} not there"))
}

fn shown(out: &Collected, id: &str) -> String {
    let s = find(out, id);
    format!(
        "{} {} {} {} {}",
        s.kind,
        text(s, "class"),
        text(s, "party"),
        text(s, "protected"),
        text(s, "sensitive")
    )
}

fn file(name: &str, text: &[u8]) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    collect(&path, name, None, &[], &context())
}

#[test]
fn a_real_pg_dump() {
    let out = sample("orders.sql");
    for (id, expected) in [
        ("public.orders.sender_phone", "column phone sender no false"),
        (
            "public.orders.recipient_phone_enc",
            "column phone recipient yes false",
        ),
        (
            "public.orders.recipient_phone_hmac",
            "column phone recipient yes false",
        ),
        (
            "public.orders.recipient_address_enc",
            "column address recipient yes false",
        ),
        (
            "public.orders.noi_dung_hang_hoa",
            "column contents unknown no false",
        ),
        (
            "public.orders.warehouse_name",
            "column-other none unknown no false",
        ),
        (
            "public.orders.phone_verified_at",
            "column-other none unknown no false",
        ),
        ("public.customers.name", "column name customer no false"),
        (
            "public.customers.so_cccd",
            "column national_id customer no false",
        ),
        (
            "public.customers.cccd_image_front",
            "column photo customer unknown true",
        ),
        (
            "public.customers.bank_account_no",
            "column bank customer no true",
        ),
        (
            "public.customers.web_address",
            "column-other none customer no false",
        ),
        (
            "public.customers.address_id",
            "column-other none customer no false",
        ),
        (
            "public.accounts.password_hash",
            "column credential unknown yes false",
        ),
        (
            "public.courier_positions.kinh_do",
            "column gps courier no true",
        ),
        (
            "public.provinces.name",
            "column-other none unknown no false",
        ),
    ] {
        assert_eq!(shown(&out, id), expected, "{id}");
    }
    let whole = find(&out, "orders.sql");
    assert_eq!(text(whole, "unparsed"), "0");
    assert_eq!(text(whole, "has_access_log"), "true");
    assert_eq!(text(whole, "grants_public_personal"), "[]");
    assert!(!text(whole, "integrity_missing").contains("public.orders"));
    let accounts = find(&out, "public.accounts");
    assert_eq!(text(accounts, "has_last_login"), "true");
    assert_eq!(text(accounts, "has_mfa"), "false");
    assert_eq!(text(accounts, "password_hash"), "bcrypt");
    let tables = out.sights.iter().filter(|s| !OF_APIS.contains(&&*s.kind));
    assert!(tables.clone().count() == 4 && tables.clone().all(|s| s.seen == Seen::Whole));
    assert!(out.sights.iter().any(|s| matches!(s.seen, Seen::Absent(_))));
    assert_eq!(out.evidence[0].source, "schemas/orders.sql");
    assert_eq!(
        find(&out, "public.orders.sender_phone")
            .place
            .as_ref()
            .unwrap()
            .file
            .as_ref(),
        "schemas/orders.sql"
    );
}

#[test]
fn a_real_mariadb_dump() {
    let out = sample("sorting.sql");
    for (id, expected) in [
        (
            "kien_hang.sdt_nguoi_nhan",
            "column phone recipient no false",
        ),
        ("kien_hang.ma_van_don", "column-other none unknown no false"),
        ("kien_hang.mat_hang", "column contents unknown no false"),
        ("nguoi_dung.mat_khau", "column credential unknown no false"),
        (
            "nguoi_dung.anh_cccd_mat_truoc",
            "column photo unknown no true",
        ),
        ("diem_quet.toa_do", "column gps unknown no true"),
        ("diem_quet.dia_chi_ip", "column ip unknown no false"),
    ] {
        assert_eq!(shown(&out, id), expected, "{id}");
    }
    assert_eq!(text(find(&out, "sorting.sql"), "unparsed_statements"), "[]");
    assert_eq!(text(find(&out, "nguoi_dung"), "password_hash"), "md5");
    let dialect = text(find(&out, "sorting.sql"), "dialect");
    assert_eq!(dialect, "mysql");
}

#[test]
fn nothing_is_never_clean() {
    for bytes in [&b"SELECT 1;\n"[..], b"", b"-- nothing\n"] {
        let out = file("empty.sql", bytes);
        assert!(out.subjects.iter().all(|s| &*s.kind != "column"));
        assert!(
            out.sights
                .iter()
                .all(|s| matches!(&s.seen, Seen::Not(r) if r.code == "no-schema"))
        );
    }
    let out = file("binary.sql", b"PGDMP\x01\0\0CREATE TABLE a (b int);");
    assert!(
        out.sights
            .iter()
            .all(|s| matches!(&s.seen, Seen::Not(r) if r.code == "unreadable"))
    );
    let out = collect(
        Path::new("/nonexistent/x.sql"),
        "x.sql",
        None,
        &[],
        &context(),
    );
    assert!(
        out.sights
            .iter()
            .all(|s| matches!(&s.seen, Seen::Not(r) if r.code == "missing"))
    );
    let out = file(
        "half.sql",
        b"CREATE TABLE a (sdt text);\nCREATE TABLE b (c text DEFAULT 'x);\n",
    );
    assert!(
        out.sights
            .iter()
            .any(|s| &*s.kind == "column" && matches!(s.seen, Seen::Not(_)))
    );
}

#[test]
fn two_alike_carry_their_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.sql"), "CREATE TABLE kh (sdt text);").unwrap();
    std::fs::write(folder.path().join("b.sql"), "CREATE TABLE kh (sdt text);").unwrap();
    let out = collect(folder.path(), "db", None, &[], &context());
    assert!(out.subjects.iter().any(|s| &*s.id == "kh.sdt"));
    assert!(out.subjects.iter().any(|s| &*s.id == "kh.sdt@b.sql"));
    assert!(
        out.subjects.iter().all(|s| s
            .facts
            .values()
            .all(|f| !matches!(f.value, Value::Unseen(_))
                || &*f.path == "password_hash"
                || &*f.path == "stored_safely"))
    );
}

#[test]
fn grants_to_everybody() {
    let out = file("g.sql", b"CREATE TABLE orders (id int, recipient_phone text);\nGRANT SELECT ON orders TO PUBLIC;\nGRANT USAGE ON SCHEMA public TO PUBLIC;\nALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;\n");
    let list = text(find(&out, "g.sql"), "grants_public_personal");
    assert!(
        list.contains("line 2") && list.contains("line 4") && !list.contains("USAGE"),
        "{list}"
    );
}
