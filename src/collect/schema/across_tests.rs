//! What files of one asset give, protect and take away of each other's tables.

use super::together_tests::{fact, folder};

const TABLE: &str = "CREATE TABLE public.kh (id bigserial, sdt varchar(20), cccd varchar(12));\n";

/// A fact of two files, in the order of their names or without one.
fn two(first: (&str, &str), second: (&str, &str), id: &str, path: &str) -> String {
    let files = [
        (first.0, first.1.as_bytes()),
        (second.0, second.1.as_bytes()),
    ];
    fact(&folder(&files), id, path)
}

#[test]
fn rights_that_a_later_file_takes_back() {
    let given = format!("{TABLE}GRANT SELECT ON public.kh TO PUBLIC;\nGRANT ALL ON kh TO app;\n");
    let taken = "REVOKE ALL ON public.kh FROM PUBLIC;\nREVOKE ALL ON kh FROM app;\n";
    for path in ["grants_public_personal", "grants_all_personal"] {
        let after = two(("1.sql", &given), ("2.sql", taken), "1.sql", path);
        assert_eq!(after, "[]", "{path}");
        let before = two(("2.sql", &given), ("1.sql", taken), "2.sql", path);
        assert!(before.contains("line"), "{path} {before}");
        let open = two(("kh.sql", &given), ("quyen.sql", taken), "kh.sql", path);
        assert_eq!(open, "? ambiguous", "{path}");
    }
    let reader = two(
        ("1.sql", &given),
        ("2.sql", taken),
        "public.kh.sdt",
        "readers",
    );
    assert_eq!(reader, "[]");
}

#[test]
fn what_protects_a_table_of_another_file() {
    let mssql =
        "CREATE TABLE dbo.kh (id int IDENTITY(1,1), sdt nvarchar(20), cccd nvarchar(12));\nGO\n";
    let trigger =
        "CREATE TRIGGER t BEFORE INSERT OR UPDATE ON kh FOR EACH ROW EXECUTE FUNCTION mh();\n";
    let function = "CREATE OR REPLACE FUNCTION mh() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\nNEW.cccd := pgp_sym_encrypt(NEW.cccd, current_setting('k')); RETURN NEW; END $$;\n";
    let both = format!("{function}{trigger}");
    let with_trigger = format!("{TABLE}{trigger}");
    let oracle =
        "CREATE TABLE kh (id NUMBER(9), sdt VARCHAR2(20), cccd VARCHAR2(12)) TABLESPACE ts_kh;\n";
    for (table, guard, id) in [
        (
            TABLE,
            "SECURITY LABEL FOR anon ON COLUMN public.kh.cccd IS 'MASKED WITH VALUE NULL';\n",
            "public.kh.cccd",
        ),
        (
            TABLE,
            "ALTER TABLE kh ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON kh USING (chu = current_user);\n",
            "public.kh.cccd",
        ),
        (TABLE, &both, "public.kh.cccd"),
        (&with_trigger, function, "public.kh.cccd"),
        (
            mssql,
            "ALTER TABLE dbo.kh ALTER COLUMN cccd ADD MASKED WITH (FUNCTION = 'default()');\nGO\n",
            "dbo.kh.cccd",
        ),
        (
            mssql,
            "ALTER DATABASE BuuDien SET ENCRYPTION ON;\nGO\n",
            "dbo.kh.cccd",
        ),
        (
            oracle,
            "CREATE TABLESPACE ts_kh DATAFILE 'a.dbf' SIZE 1G ENCRYPTION USING 'AES256' DEFAULT STORAGE (ENCRYPT);\n",
            "kh.cccd",
        ),
        (
            oracle,
            "BEGIN DBMS_REDACT.ADD_POLICY(object_schema => 'B', object_name => 'KH', column_name => 'CCCD', policy_name => 'p'); END;\n/\n",
            "kh.cccd",
        ),
    ] {
        let alone = format!("{table}{guard}");
        let one = fact(&folder(&[("1.sql", alone.as_bytes())]), id, "protected");
        assert_eq!(one, "yes", "{guard}");
        for names in [("1.sql", "2.sql"), ("bang.sql", "bao_mat.sql")] {
            let found = two((names.0, table), (names.1, guard), id, "protected");
            assert_eq!(found, "yes", "{guard} {names:?}");
        }
    }
}

#[test]
fn what_a_later_file_takes_away() {
    let rls = format!(
        "{TABLE}ALTER TABLE kh ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON kh USING (chu = current_user);\n"
    );
    let open = "CREATE POLICY q ON kh FOR SELECT USING (true);\n";
    let tde = "CREATE TABLE dbo.kh (id int IDENTITY(1,1), sdt nvarchar(20), cccd nvarchar(12));\nGO\nALTER DATABASE BuuDien SET ENCRYPTION ON;\nGO\n";
    let function = "CREATE FUNCTION mh() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\nNEW.cccd := pgp_sym_encrypt(NEW.cccd, current_setting('k')); RETURN NEW; END $$;\n";
    let trigger = format!(
        "{TABLE}{function}CREATE TRIGGER t BEFORE INSERT ON kh FOR EACH ROW EXECUTE FUNCTION mh();\n"
    );
    let bare = "CREATE OR REPLACE FUNCTION mh() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n";
    for (on, off, id) in [
        (
            rls.as_str(),
            "ALTER TABLE kh DISABLE ROW LEVEL SECURITY;\n",
            "public.kh.cccd",
        ),
        (&rls, open, "public.kh.cccd"),
        (
            &rls,
            "DROP TABLE kh;\nCREATE TABLE public.kh (cccd varchar(12));\n",
            "public.kh.cccd",
        ),
        (
            tde,
            "ALTER DATABASE BuuDien SET ENCRYPTION OFF;\nGO\n",
            "dbo.kh.cccd",
        ),
        (&trigger, bare, "public.kh.cccd"),
        (&trigger, "DROP TRIGGER t ON kh;\n", "public.kh.cccd"),
    ] {
        let together = format!("{on}{off}");
        let one = folder(&[("1.sql", together.as_bytes())]);
        if !off.contains("CREATE TABLE") {
            assert_eq!(fact(&one, id, "protected"), "no", "{off}");
        }
        assert_eq!(
            two(("1.sql", on), ("2.sql", off), id, "protected"),
            "no",
            "{off}"
        );
        let unknown = two(("kh.sql", on), ("x.sql", off), id, "protected");
        assert_ne!(unknown, "yes", "{off}");
    }
}

#[test]
fn another_database_protects_nothing_here() {
    let table =
        "USE BuuDien;\nGO\nCREATE TABLE dbo.kh (id int IDENTITY(1,1), cccd nvarchar(12));\nGO\n";
    let id = "dbo.kh.cccd";
    for (other, expected) in [
        ("ALTER DATABASE Khac SET ENCRYPTION ON;\nGO\n", "no"),
        ("ALTER DATABASE BuuDien SET ENCRYPTION ON;\nGO\n", "yes"),
    ] {
        assert_eq!(
            two(("1.sql", table), ("2.sql", other), id, "protected"),
            expected
        );
    }
}

#[test]
fn migrations_of_programs_are_one_database() {
    let create = "<?php\nclass A { public function up() { Schema::create('khach_hang', function (Blueprint $table) { $table->id(); $table->string('ho_ten'); $table->binary('cccd'); }); } }\n";
    let alter = "<?php\nclass B { public function up() { Schema::table('khach_hang', function (Blueprint $table) { $table->string('sdt', 20); $table->string('cccd', 12)->change(); $table->dropColumn('ho_ten'); }); } }\n";
    let out = folder(&[
        ("2024_01_01_000000_a.php", create.as_bytes()),
        ("2024_01_02_000000_b.php", alter.as_bytes()),
    ]);
    assert_eq!(fact(&out, "khach_hang.cccd", "type"), "varchar(12)");
    assert_eq!(fact(&out, "khach_hang.sdt", "class"), "phone");
    assert!(!out.subjects.iter().any(|s| s.id.contains("ho_ten")));
    let whole = "2024_01_01_000000_a.php";
    assert_eq!(fact(&out, whole, "grants_public_personal"), "? not_asked");
}

#[test]
fn a_schema_of_rails_holds_its_migrations() {
    let schema = "ActiveRecord::Schema.define(version: 2024_05_01) do\n  create_table \"kh\" do |t|\n    t.string \"sdt\"\n  end\nend\n";
    let old = "class A < ActiveRecord::Migration[7.0]\n  def change\n    create_table :kh do |t|\n      t.string :sdt\n      t.string :cu\n    end\n  end\nend\n";
    let new = "class B < ActiveRecord::Migration[7.0]\n  def change\n    add_column :kh, :cccd, :string\n  end\nend\n";
    let out = folder(&[
        ("db/schema.rb", schema.as_bytes()),
        ("db/migrate/20240101_a.rb", old.as_bytes()),
        ("db/migrate/20240601_b.rb", new.as_bytes()),
    ]);
    let mut ids: Vec<&str> = out
        .subjects
        .iter()
        .filter(|s| s.kind.starts_with("column"))
        .map(|s| &*s.id)
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["kh.cccd", "kh.id", "kh.sdt"]);
}

#[test]
fn what_a_change_log_takes_in() {
    let log = "<databaseChangeLog><include file=\"bang/kh.xml\" relativeToChangelogFile=\"true\"/><include file=\"gone.xml\"/></databaseChangeLog>";
    let table = "<databaseChangeLog><changeSet id=\"1\" author=\"a\"><createTable tableName=\"kh\"><column name=\"sdt\" type=\"varchar(20)\"/></createTable></changeSet></databaseChangeLog>";
    let out = folder(&[
        ("db.changelog-master.xml", log.as_bytes()),
        ("bang/kh.xml", table.as_bytes()),
    ]);
    assert_eq!(fact(&out, "kh.sdt", "class"), "phone");
    assert!(format!("{:?}", out.sights).contains("gone.xml"));
}
