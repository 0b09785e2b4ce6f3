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
                || matches!(&f.value, Value::Unseen(why) if why.code == "not_asked")
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

/// A schema that shows what the duties ask for.
const GOOD: &str = "
CREATE TABLE customers (id int, full_name_enc bytea, phone_enc bytea, retention_until date, row_hmac text);
CREATE TABLE data_consents (id int, subject_id int, purpose text, granted_at timestamp, channel text, withdrawn_at timestamp);
CREATE TABLE data_subject_requests (id int, kind text, received_at timestamp, answered_at timestamp, done_at timestamp);
CREATE TABLE incidents (id int, detected_at timestamp, first_notice_at timestamp, report_at timestamp, severity int);
CREATE TABLE data_breaches (id int, detected_at timestamp, harm_class text, notified_authority_at timestamp, notified_subjects_at timestamp, minutes_ref text);
CREATE TABLE authority_requests (id int, authority text, document_no text, scope text, minutes_ref text);
CREATE TABLE audit_log (id int, occurred_at timestamp, account_id int, source_ip inet, action text, object_id int, result text);
CREATE TABLE login_history (id int, account_id int, login_at timestamp, logout_at timestamp, ip inet, source_port int);
CREATE TABLE roles (id int, name text);
CREATE TABLE courier_positions (courier_id int, lat numeric(9,6), seen_at timestamp) PARTITION BY RANGE (seen_at);
CREATE FUNCTION purge_customers() RETURNS void LANGUAGE sql AS $$ DELETE FROM customers WHERE retention_until < now() $$;
CREATE FUNCTION look(p bytea) RETURNS text LANGUAGE sql AS $$ SELECT pgp_sym_decrypt(p, current_setting('app.key')) $$;
GRANT INSERT ON audit_log TO app;
";

/// One that shows the opposite.
const BAD: &str = "
CREATE TABLE customers_bak (id int, full_name text, phone text, religion text, cvv varchar(4), password varchar(255) DEFAULT 'abc12345');
CREATE TABLE consents (id int, subject_id int);
CREATE TABLE incidents (id int, title text);
CREATE TABLE audit_log (id int, at timestamp, user_id int);
CREATE TABLE courier_positions (courier_id int, lat numeric(9,6));
CREATE TABLE print_tokens (id int, token text);
CREATE VIEW customers_view AS SELECT id, phone FROM customers_bak;
CREATE FUNCTION look(p bytea) RETURNS text LANGUAGE sql AS $$ SELECT pgp_sym_decrypt(p, 'k3y') $$;
GRANT ALL ON customers_bak TO app WITH GRANT OPTION;
GRANT DELETE ON audit_log TO app;
GRANT SELECT ON customers_view TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
INSERT INTO customers_bak VALUES (1, 'x', 'y');
";

#[test]
fn what_tables_show_of_duties() {
    let good = file("good.sql", GOOD.as_bytes());
    let whole = find(&good, "good.sql");
    for path in [
        "retention_missing",
        "gps_retention_missing",
        "copied_tables",
        "dumped_personal_tables",
        "special_columns",
        "security_code_columns",
        "literal_keys",
        "consent_missing",
        "request_missing",
        "incident_missing",
        "breach_missing",
        "disclosure_missing",
        "audit_missing",
        "login_log_missing",
        "grants_all_personal",
        "grants_option_personal",
        "grants_default_public",
        "audit_writable",
        "views_public_personal",
        "default_text_credentials",
    ] {
        assert_eq!(text(whole, path), "[]", "{path}");
    }
    for path in [
        "has_retention_job",
        "has_consent",
        "has_requests",
        "has_incidents",
        "has_breaches",
        "has_disclosures",
        "has_audit",
        "has_login_log",
        "has_roles",
    ] {
        assert_eq!(text(whole, path), "true", "{path}");
    }
    let bad = file("bad.sql", BAD.as_bytes());
    let whole = find(&bad, "bad.sql");
    for (path, expected) in [
        (
            "retention_missing",
            "[customers_bak, courier_positions, print_tokens]",
        ),
        ("gps_retention_missing", "[courier_positions]"),
        ("copied_tables", "[customers_bak]"),
        ("dumped_personal_tables", "[customers_bak]"),
        ("special_columns", "[customers_bak.religion]"),
        ("security_code_columns", "[customers_bak.cvv]"),
        ("default_text_credentials", "[customers_bak.password]"),
        ("tokens_without_expiry", "[print_tokens]"),
        ("literal_keys", "[line 9]"),
        (
            "consent_missing",
            "[purpose, granted_at, proof, withdrawn_at]",
        ),
        (
            "incident_missing",
            "[detected_at, first_notice_at, report_at, severity]",
        ),
        ("audit_missing", "[source_address, action, object, result]"),
        ("has_requests", "false"),
        ("has_retention_job", "false"),
        ("has_roles", "false"),
        (
            "grants_option_personal",
            "[ALL on customers_bak (line 10) to app]",
        ),
        (
            "grants_all_personal",
            "[ALL on customers_bak (line 10) to app]",
        ),
        ("audit_writable", "[DELETE on audit_log (line 11) to app]"),
        ("views_public_personal", "[customers_view]"),
    ] {
        assert_eq!(text(whole, path), expected, "{path}");
    }
    assert!(text(whole, "grants_default_public").contains("line 13"));
}

#[test]
fn interfaces_and_packed_dumps() {
    use std::io::Write;

    let folder = tempfile::tempdir().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed
        .write_all(b"CREATE TABLE kh (sdt varchar(12));\nINSERT INTO kh VALUES ('0912345678');\n")
        .unwrap();
    std::fs::write(folder.path().join("kh.sql.gz"), packed.finish().unwrap()).unwrap();
    std::fs::write(
        folder.path().join("api.yaml"),
        "openapi: 3.0.0\npaths: { /a: { get: { responses: { '200': { content: { j: { schema: { properties: { phone: { type: string } } } } } } } } } }\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("compose.yaml"), "services: {}\n").unwrap();
    let out = collect(folder.path(), "db", None, &[], &context());
    assert_eq!(shown(&out, "kh.sdt"), "column phone customer no false");
    assert_eq!(
        text(find(&out, "kh.sql.gz"), "dumped_personal_tables"),
        "[kh]"
    );
    assert_eq!(
        text(find(&out, "GET /a"), "personal_fields"),
        "[phone:phone]"
    );
    assert!(out.sights.iter().all(|s| match &*s.kind {
        "account-table" => matches!(s.seen, Seen::Absent(_)),
        _ => s.seen == Seen::Whole,
    }));
    // Only an interface: tables are proven absent, not unseen.
    std::fs::remove_file(folder.path().join("kh.sql.gz")).unwrap();
    let out = collect(folder.path(), "db", None, &[], &context());
    assert!(
        out.sights
            .iter()
            .any(|s| &*s.kind == "column" && matches!(s.seen, Seen::Absent(_)))
    );
    std::fs::write(folder.path().join("broken.sql.gz"), b"\x1f\x8b\x08 no gzip").unwrap();
    let out = collect(folder.path(), "db", None, &[], &context());
    assert!(
        out.sights
            .iter()
            .all(|s| matches!(&s.seen, Seen::Not(r) if r.code == "unreadable"))
    );
}

#[test]
fn models_of_prisma_show_columns_and_no_rights() {
    let text = "datasource db {\n  provider = \"postgresql\"\n}\nmodel KhachHang {\n  id Int @id\n  sdt String @db.VarChar(15)\n  matKhau String\n  @@map(\"khach_hang\")\n}\n";
    let out = file("schema.prisma", text.as_bytes());
    assert_eq!(
        shown(&out, "khach_hang.sdt"),
        "column phone customer no false"
    );
    assert_eq!(find(&out, "khach_hang").kind.as_ref(), "account-table");
    let whole = find(&out, "schema.prisma");
    assert_eq!(text_of_dialect(whole), "postgresql");
    for path in ["grants_public", "has_retention_job", "literal_keys"] {
        assert!(
            matches!(&whole.facts[path].value, Value::Unseen(r) if r.code == "not_asked"),
            "{path}"
        );
    }
    let column = find(&out, "khach_hang.sdt");
    assert!(matches!(column.facts["readers"].value, Value::Unseen(_)));
    assert!(
        out.sights
            .iter()
            .any(|s| &*s.kind == "column" && s.seen == Seen::Whole)
    );
}

fn text_of_dialect(subject: &Subject) -> String {
    text(subject, "dialect")
}

#[test]
fn who_may_read_a_column() {
    let text = "CREATE TABLE kh (sdt text, ho_ten text, dia_chi text);\nCREATE TABLE luong (nv_id int, luong_co_ban numeric);\nCREATE VIEW v AS SELECT ho_ten FROM kh;\nGRANT SELECT (sdt) ON kh TO giao_hang;\nGRANT ALL ON kh TO quan_ly;\nGRANT INSERT ON kh TO nhap;\nGRANT SELECT ON v TO bao_cao;\n";
    let out = file("a.sql", text.as_bytes());
    let readers = |id: &str| super::tests::text(find(&out, id), "readers");
    assert_eq!(readers("kh.sdt"), "[giao_hang, quan_ly]");
    assert_eq!(readers("kh.ho_ten"), "[bao_cao (v), quan_ly]");
    assert_eq!(readers("kh.dia_chi"), "[quan_ly]");
    assert_eq!(readers("luong.luong_co_ban"), "[]");
    let silent = file("b.sql", b"CREATE TABLE kh (sdt text);");
    assert!(matches!(
        find(&silent, "kh.sdt").facts["readers"].value,
        Value::Unseen(_)
    ));
}

#[test]
fn a_log_of_scans_is_known() {
    let said = |columns: &str| {
        let table = format!("CREATE TABLE nhat_ky_quet_ma (id int, {columns});");
        let out = file("a.sql", table.as_bytes());
        let whole = find(&out, "a.sql");
        (text(whole, "has_scan_log"), text(whole, "scan_log_missing"))
    };
    assert_eq!(
        said("nguoi_quet text, thoi_gian timestamp, ma_van_don text, ket_qua text"),
        ("true".to_owned(), "[]".to_owned())
    );
    assert_eq!(
        said("thoi_gian timestamp, ma_van_don text").1,
        "[account, result]"
    );
    let out = file("a.sql", b"CREATE TABLE a (id int);");
    assert_eq!(text(find(&out, "a.sql"), "has_scan_log"), "false");
}

#[test]
fn protocol_buffers_of_a_folder_are_read_together() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put(
        "a.proto",
        "syntax = \"proto3\"; package a; import \"b.proto\"; message Hoi { string ma = 1; } service S { rpc Xem(Hoi) returns (b.Kh); }",
    );
    put(
        "b.proto",
        "syntax = \"proto3\"; package b; message Kh { string so_dien_thoai = 1; }",
    );
    put(
        "c.avsc",
        "{\"type\":\"record\",\"name\":\"KhachHang\",\"fields\":[{\"name\":\"ho_ten\",\"type\":\"string\"}]}",
    );
    let out = collect(folder.path(), "api", None, &[], &context());
    let operation = find(&out, "RPC /a.S/Xem");
    assert_eq!(text(operation, "personal_fields"), "[phone:so_dien_thoai]");
    assert_eq!(text(find(&out, "KhachHang.ho_ten"), "class"), "name");
    put("d.proto", "message {");
    let out = collect(folder.path(), "api", None, &[], &context());
    assert!(
        out.sights
            .iter()
            .all(|s| matches!(&s.seen, Seen::Not(r) if r.code == "not-parsed"))
    );
}
