//! What an asset of several files shows, and what its files cannot show alone.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::model::Value;

pub(super) fn folder(files: &[(&str, &[u8])]) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    at(folder.path())
}

fn at(path: &Path) -> Collected {
    let cx = Context {
        now: jiff::Timestamp::UNIX_EPOCH,
        timeout: Duration::from_secs(1),
        offline: true,
    };
    collect(path, "k", None, &[], &cx)
}

pub(super) fn fact(out: &Collected, id: &str, path: &str) -> String {
    let subject = out
        .subjects
        .iter()
        .find(|s| &*s.id == id)
        .unwrap_or_else(|| panic!("{id} not there"));
    let value = &subject.facts.get(path).unwrap().value;
    if let Value::Unseen(why) = value {
        return format!("? {}", why.code);
    }
    value.shown()
}

const KH: &[u8] = b"CREATE TABLE public.khach_hang (id bigserial, ho_ten text, sdt varchar(20));\n";

#[test]
fn rights_and_rows_of_other_files_count() {
    let out = folder(&[
        ("01.sql", KH),
        (
            "02.sql",
            b"GRANT SELECT ON public.khach_hang TO PUBLIC;\nGRANT ALL ON public.khach_hang TO app WITH GRANT OPTION;\nALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;\n",
        ),
        (
            "03.sql",
            b"INSERT INTO khach_hang VALUES (1,'a','0912345678');\n",
        ),
    ]);
    for path in [
        "grants_public_personal",
        "grants_all_personal",
        "grants_option_personal",
        "grants_default_public",
    ] {
        assert!(
            fact(&out, "01.sql", path).contains("02.sql, line"),
            "{path}"
        );
    }
    assert_eq!(
        fact(&out, "01.sql", "dumped_personal_tables"),
        "[public.khach_hang]"
    );
    assert_eq!(
        fact(
            &folder(&[("01.sql", KH)]),
            "01.sql",
            "dumped_personal_tables"
        ),
        "[]"
    );
}

#[test]
fn rights_on_everything_are_rights_on_each_table() {
    for (name, grant) in [
        (
            "a",
            "GRANT SELECT ON SCHEMA::[dbo] TO [public]\nGO\nCREATE TABLE [dbo].[x]([id] [int] NULL)\nGO",
        ),
        ("b", "GRANT SELECT ANY TABLE TO PUBLIC;"),
        ("c", "GRANT pg_read_all_data TO PUBLIC;"),
        (
            "d",
            "CREATE ROLE doc; GRANT SELECT ON khach_hang TO doc; GRANT doc TO PUBLIC;",
        ),
        (
            "e",
            "ALTER TABLE khach_hang RENAME TO kh2; GRANT SELECT ON kh2 TO PUBLIC;",
        ),
        (
            "f",
            "DO $$ BEGIN EXECUTE 'GRANT SELECT ON khach_hang TO PUBLIC'; END $$;",
        ),
        ("g", "GRANT READ ON khach_hang TO PUBLIC;"),
    ] {
        let text = format!("CREATE TABLE khach_hang (id int, sdt varchar(20));\n{grant}\n");
        let out = folder(&[("s.sql", text.as_bytes())]);
        assert_ne!(
            fact(&out, "s.sql", "grants_public_personal"),
            "[]",
            "{name}"
        );
        let two = folder(&[
            (
                "1.sql",
                b"CREATE TABLE khach_hang (id int, sdt varchar(20));\n",
            ),
            ("2.sql", grant.as_bytes()),
        ]);
        assert_ne!(
            fact(&two, "1.sql", "grants_public_personal"),
            "[]",
            "{name}"
        );
    }
}

#[test]
fn a_role_that_nothing_describes_leaves_it_open() {
    let of = |grant: &str| {
        let text = format!("CREATE TABLE khach_hang (id serial, sdt varchar(20));\n{grant}\n");
        let out = folder(&[("s.sql", text.as_bytes())]);
        fact(&out, "s.sql", "grants_public_personal")
    };
    assert_eq!(of("GRANT doc TO PUBLIC;"), "? ambiguous");
    assert_eq!(of("GRANT CREATE SESSION TO PUBLIC;"), "[]");
    assert_eq!(
        of("GRANT USAGE ON SCHEMA x TO doc; GRANT doc TO PUBLIC;"),
        "[]"
    );
}

#[test]
fn utf_16_has_rows() {
    let text = "CREATE TABLE [dbo].[KH]([Id] [int] NOT NULL,[SDT] [varchar](20) NULL)\r\nGO\r\nINSERT [dbo].[KH] ([Id], [SDT]) VALUES (1, N'0912345678')\r\nGO\r\n";
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let out = folder(&[("k.sql", &bytes)]);
    assert_eq!(fact(&out, "k.sql", "dumped_personal_tables"), "[dbo.KH]");
}

#[test]
fn copies_that_are_not_read_leave_it_open() {
    for name in [
        "backup.sql.zip",
        "kh.sql.bz2",
        "x.bak",
        "khach_hang.csv",
        "dump.7z",
    ] {
        let out = folder(&[("01.sql", KH), (name, b"PK\x03\x04")]);
        assert_eq!(
            fact(&out, "01.sql", "dumped_personal_tables"),
            "? unsupported-format",
            "{name}"
        );
    }
    let out = folder(&[("01.sql", KH), ("khac.csv", b"a"), ("doc.zip", b"PK")]);
    assert_eq!(fact(&out, "01.sql", "dumped_personal_tables"), "[]");
}

#[test]
fn triggers_that_do_not_run_protect_nothing() {
    let table = "CREATE TABLE kh (id int, cccd varchar(12));\n";
    let function = "CREATE FUNCTION mh() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\nNEW.cccd := pgp_sym_encrypt(NEW.cccd, current_setting('k')); RETURN NEW; END $$;\n";
    let trigger =
        "CREATE TRIGGER t BEFORE INSERT OR UPDATE ON kh FOR EACH ROW EXECUTE FUNCTION mh();\n";
    let safely = |text: &str| {
        fact(
            &folder(&[("s.sql", text.as_bytes())]),
            "kh.cccd",
            "stored_safely",
        )
    };
    let on = format!("{table}{function}{trigger}");
    assert_eq!(safely(&on), "true");
    for off in [
        "ALTER TABLE kh DISABLE TRIGGER t;",
        "ALTER TABLE kh DISABLE TRIGGER ALL;",
        "DROP TRIGGER t ON kh;",
        "DROP TRIGGER IF EXISTS t ON kh CASCADE;",
    ] {
        assert_eq!(safely(&format!("{on}{off}\n")), "false", "{off}");
        let two = folder(&[("1.sql", on.as_bytes()), ("2.sql", off.as_bytes())]);
        assert_eq!(fact(&two, "kh.cccd", "stored_safely"), "false", "{off}");
    }
    let back = "ALTER TABLE kh DISABLE TRIGGER ALL;\nALTER TABLE kh ENABLE TRIGGER ALL;\n";
    assert_eq!(safely(&format!("{on}{back}")), "true");
    assert_eq!(
        safely(&format!(
            "{table}DROP TRIGGER IF EXISTS t ON kh;\n{function}{trigger}"
        )),
        "true"
    );
    for function in [
        function.replace("NEW.cccd :=", "-- NEW.cccd :="),
        function
            .replace("NEW.cccd :=", "/* NEW.cccd :=")
            .replace("RETURN NEW", "*/ RETURN NEW"),
        function
            .replace("NEW.cccd :=", "IF false THEN NEW.cccd :=")
            .replace("RETURN NEW", "END IF; RETURN NEW"),
    ] {
        assert_eq!(
            safely(&format!("{table}{function}{trigger}")),
            "false",
            "{function}"
        );
    }
    let late = trigger.replace("INSERT OR UPDATE", "UPDATE");
    assert_eq!(safely(&format!("{table}{function}{late}")), "false");
}

/// The columns of an asset with their types.
fn columns(out: &Collected) -> Vec<String> {
    let mut all: Vec<String> = out
        .subjects
        .iter()
        .filter(|s| s.kind.starts_with("column"))
        .map(|s| format!("{} {}", s.id, s.facts.get("type").unwrap().value.shown()))
        .collect();
    all.sort();
    all
}

#[test]
fn migrations_lead_to_the_last_state_of_each_column() {
    let out = folder(&[
        (
            "V1__init.sql",
            b"CREATE TABLE kh (cccd bytea, x1 varchar(30), cu text);\n",
        ),
        (
            "V2__b.sql",
            b"ALTER TABLE kh ALTER COLUMN cccd TYPE varchar(12);\nALTER TABLE kh RENAME COLUMN x1 TO sdt;\n",
        ),
        (
            "V10__c.sql",
            b"ALTER TABLE kh DROP COLUMN cu, ADD COLUMN email varchar(50);\n",
        ),
        ("U10__c.sql", b"ALTER TABLE kh DROP COLUMN sdt;\n"),
        ("V3.down.sql", b"ALTER TABLE kh DROP COLUMN cccd;\n"),
    ]);
    assert_eq!(
        columns(&out),
        [
            "kh.cccd varchar(12)",
            "kh.email varchar(50)",
            "kh.sdt varchar(30)"
        ]
    );
    let out = folder(&[
        ("1.sql", b"CREATE TABLE kh (cccd bytea);\n"),
        ("2.sql", b"ALTER TABLE kh RENAME TO khach;\n"),
        ("3.sql", b"ALTER TABLE khach ALTER COLUMN cccd TYPE text;\n"),
    ]);
    assert_eq!(columns(&out), ["kh.cccd text"]);
    // Where the order does not show nothing is taken away.
    let out = folder(&[
        ("create.sql", b"CREATE TABLE kh (cccd bytea, sdt text);\n"),
        (
            "alter.sql",
            b"ALTER TABLE kh DROP COLUMN sdt;\nALTER TABLE kh ALTER COLUMN cccd TYPE text;\n",
        ),
    ]);
    assert_eq!(columns(&out), ["kh.cccd text", "kh.sdt text"]);
    // A change of a table that is nowhere is known by itself.
    let out = folder(&[
        ("1.sql", b"CREATE TABLE a (b int);\n"),
        ("2.sql", b"ALTER TABLE kh MODIFY cccd varchar(12);\n"),
    ]);
    assert_eq!(columns(&out), ["a.b int", "kh.cccd varchar(12)"]);
}

#[test]
fn a_type_that_no_file_defines_may_hold_anything() {
    let table = b"CREATE TABLE public.kh (so_dt public.t_sdt, dc public.t_dia_chi);\nCOMMENT ON TABLE public.kh IS 'x';\n";
    let out = folder(&[("1.sql", table)]);
    assert_eq!(
        fact(&out, "public.kh.so_dt", "stored_safely"),
        "? ambiguous"
    );
    assert_eq!(fact(&out, "1.sql", "unparsed"), "2");
    let out = folder(&[
        ("1.sql", table),
        (
            "0.sql",
            b"CREATE DOMAIN public.t_sdt AS varchar(15);\nCREATE TYPE public.t_dia_chi AS (duong text, sdt_lh varchar(15));\n",
        ),
    ]);
    assert_eq!(fact(&out, "public.kh.so_dt", "stored_safely"), "false");
    assert_eq!(fact(&out, "1.sql", "unparsed"), "0");
    assert_eq!(fact(&out, "public.kh.sdt_lh", "class"), "phone");
}

#[test]
fn rows_that_are_set_or_merged_count() {
    let table = "CREATE TABLE kh (id int, ho_ten varchar(90), sdt varchar(15));\n";
    for (statement, dumped) in [
        ("UPDATE kh SET sdt = '0912345678' WHERE id = 1;", "[kh]"),
        ("UPDATE kh SET ho_ten = 'Trần Thị B' WHERE id = 1;", "[kh]"),
        (
            "UPDATE kh SET ho_ten = 'chưa có tên' WHERE ho_ten IS NULL;",
            "[]",
        ),
        ("UPDATE kh SET trang_thai = '123456789' WHERE id = 1;", "[]"),
        (
            "MERGE INTO kh USING (SELECT 1 id, 'B' t, '0912345678' s FROM dual) x ON (kh.id = x.id) WHEN NOT MATCHED THEN INSERT VALUES (x.id, x.t, x.s);",
            "[kh]",
        ),
        (
            "MERGE kh AS t USING (VALUES (1, N'B', '0912345678')) AS s(a, b, c) ON t.id = s.a WHEN NOT MATCHED THEN INSERT (id) VALUES (s.a);",
            "[kh]",
        ),
        (
            "INSERT INTO kh SELECT 1, 'B', '0912345678' WHERE NOT EXISTS (SELECT 1 FROM kh);",
            "[kh]",
        ),
    ] {
        let text = format!("{table}{statement}\n");
        let out = folder(&[("1.sql", text.as_bytes())]);
        assert_eq!(
            fact(&out, "1.sql", "dumped_personal_tables"),
            dumped,
            "{statement}"
        );
    }
}

#[test]
fn migrations_of_programs_are_told() {
    let out = folder(&[("a.sql", KH), ("2024_01_02_kh.cs", b"class A {}")]);
    let seen = format!("{:?}", out.sights);
    assert!(seen.contains("unsupported-format"), "{seen}");
}
