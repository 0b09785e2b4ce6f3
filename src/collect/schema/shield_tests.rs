//! How what stands elsewhere in a schema protects a column.

use super::judge::{Beside, judge};
use super::shield::Shield;
use crate::model::{Declared, EvidenceFile, ProtectionKind};
use crate::parse::sql::{Dialect, parse};
use crate::privacy::protection::Protected;

fn of(text: &str, dialect: Dialect, column: &str, declared: &[Declared]) -> Shield {
    let schema = parse(text, Some(dialect));
    assert_eq!(schema.unparsed, [], "{text}");
    let beside = Beside {
        declared,
        sampled: None,
    };
    let judged = judge(&schema, &beside);
    let one = judged
        .iter()
        .find(|j| j.name(&schema).ends_with(column))
        .unwrap_or_else(|| panic!("{column} not there"));
    Shield {
        protected: one.protected,
        at_rest: one.at_rest,
        why: one.why.clone(),
        hash: one.hash,
    }
}

fn says(text: &str, dialect: Dialect, column: &str) -> String {
    let s = of(text, dialect, column, &[]);
    format!("{} {} {}", s.protected.word(), s.at_rest.word(), s.why)
}

const ORDERS: &str =
    "CREATE TABLE orders (id int, recipient_phone varchar(20), recipient_name text);\n";

#[test]
fn nothing_that_protects_is_no() {
    assert_eq!(says(ORDERS, Dialect::Postgres, "phone"), "no no readable");
}

#[test]
fn masks_on_reading_do_not_encipher() {
    let label = format!(
        "{ORDERS}SECURITY LABEL FOR anon ON COLUMN public.orders.recipient_phone IS 'MASKED WITH FUNCTION anon.partial(recipient_phone,2,$$***$$,2)';"
    );
    assert_eq!(
        says(&label, Dialect::Postgres, "phone"),
        "yes no label:anon"
    );
    assert_eq!(
        says(&label, Dialect::Postgres, "recipient_name"),
        "no no readable"
    );
    let mssql = "CREATE TABLE [dbo].[orders] ([recipient_phone] [nvarchar](20) MASKED WITH (FUNCTION = 'default()') NULL)\nGO\nALTER TABLE [dbo].[orders] ADD [recipient_name] [nvarchar](50)\nGO\nALTER TABLE [dbo].[orders] ALTER COLUMN [recipient_name] ADD MASKED WITH (FUNCTION = 'partial(1,\"x\",0)')\nGO\n";
    assert_eq!(
        says(mssql, Dialect::Mssql, "phone"),
        "yes no masked-on-read"
    );
    assert_eq!(
        says(mssql, Dialect::Mssql, "recipient_name"),
        "yes no masked-on-read"
    );
    let oracle = "CREATE TABLE KH (SDT VARCHAR2(12), TEN VARCHAR2(50));\nBEGIN\n DBMS_REDACT.ADD_POLICY(object_schema => 'APP', object_name => 'KH', column_name => 'SDT', policy_name => 'p', function_type => DBMS_REDACT.PARTIAL, expression => '1=1');\nEND;\n/\n";
    assert_eq!(says(oracle, Dialect::Oracle, "SDT"), "yes no redaction");
    assert_eq!(says(oracle, Dialect::Oracle, "TEN"), "no no readable");
}

#[test]
fn encryption_of_columns_and_files() {
    let mssql = "CREATE TABLE [kh] ([sdt] [varchar](20) COLLATE Latin1_General_BIN2 ENCRYPTED WITH (COLUMN_ENCRYPTION_KEY = [k], ENCRYPTION_TYPE = Deterministic, ALGORITHM = 'AEAD_AES_256_CBC_HMAC_SHA_256') NULL)\nGO\n";
    assert_eq!(says(mssql, Dialect::Mssql, "sdt"), "yes yes type:encrypted");
    let oracle = "CREATE TABLE KH (SDT VARCHAR2(12) ENCRYPT USING 'AES256', TEN VARCHAR2(50));\n";
    assert_eq!(
        says(oracle, Dialect::Oracle, "SDT"),
        "yes yes type:encrypted"
    );
    let mysql = "CREATE TABLE `kh` (`sdt` varchar(20), `mat_khau` varchar(255)) ENGINE=InnoDB ENCRYPTION='Y';\n";
    assert_eq!(
        says(mysql, Dialect::Mysql, "sdt"),
        "yes yes files:encrypted"
    );
    assert_eq!(
        says(mysql, Dialect::Mysql, "mat_khau"),
        "unknown unknown hash-unknown"
    );
    let maria = "CREATE TABLE `kh` (`sdt` varchar(20)) ENGINE=InnoDB `ENCRYPTED`=YES;\n";
    assert_eq!(
        says(maria, Dialect::Mysql, "sdt"),
        "yes yes files:encrypted"
    );
    let tde = "CREATE TABLE [kh] ([sdt] [varchar](20) NULL)\nGO\nALTER DATABASE [BuuChinh] SET ENCRYPTION ON\nGO\n";
    assert_eq!(says(tde, Dialect::Mssql, "sdt"), "yes yes files:encrypted");
}

#[test]
fn triggers_and_checks() {
    let pg = "CREATE TABLE accounts (id int, password varchar(255), phone text, CONSTRAINT c CHECK ((id > 0)));\nCREATE FUNCTION protect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.password := crypt(NEW.password, gen_salt('bf', 12)); NEW.phone := pgp_sym_encrypt(NEW.phone, 'k'); RETURN NEW; END $$;\n";
    assert_eq!(
        says(pg, Dialect::Postgres, "password"),
        "unknown unknown hash-unknown"
    );
    let run = format!(
        "{pg}CREATE TRIGGER t BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION protect();\n"
    );
    assert_eq!(
        says(&run, Dialect::Postgres, "password"),
        "yes yes trigger:bcrypt"
    );
    assert_eq!(
        says(&run, Dialect::Postgres, "phone"),
        "yes yes trigger:enciphers"
    );
    let mysql = "CREATE TABLE tk (id int, mat_khau varchar(255));\nDELIMITER ;;\nCREATE TRIGGER b BEFORE INSERT ON tk FOR EACH ROW BEGIN SET NEW.mat_khau = MD5(NEW.mat_khau); END ;;\nDELIMITER ;\n";
    assert_eq!(says(mysql, Dialect::Mysql, "mat_khau"), "no no trigger:md5");
    let check = "CREATE TABLE a (password text NOT NULL, CONSTRAINT c CHECK ((password ~~ '$2b$%'::text)));\n";
    assert_eq!(
        says(check, Dialect::Postgres, "password"),
        "yes yes check:bcrypt"
    );
}

#[test]
fn views_and_grants() {
    let view = "CREATE VIEW orders_view AS SELECT o.id, concat('*****', right(o.recipient_phone, 3)) AS recipient_phone, o.recipient_name FROM orders o;\n";
    let text = format!("{ORDERS}{view}");
    assert_eq!(
        says(&text, Dialect::Postgres, "orders.recipient_phone"),
        "no no readable"
    );
    let text = format!("{ORDERS}{view}GRANT SELECT ON orders_view TO support;\n");
    assert_eq!(
        says(&text, Dialect::Postgres, "orders.recipient_phone"),
        "yes no view:orders_view"
    );
    assert_eq!(
        says(&text, Dialect::Postgres, "orders.recipient_name"),
        "no no readable"
    );
    let text = format!(
        "{ORDERS}{view}GRANT SELECT ON orders_view TO support;\nGRANT SELECT ON ALL TABLES IN SCHEMA public TO app;\n"
    );
    assert_eq!(
        says(&text, Dialect::Postgres, "orders.recipient_phone"),
        "no no readable"
    );
    let text = format!("{ORDERS}GRANT SELECT (id, recipient_name) ON orders TO support;\n");
    assert_eq!(
        says(&text, Dialect::Postgres, "recipient_phone"),
        "yes no grants:columns"
    );
    assert_eq!(
        says(&text, Dialect::Postgres, "recipient_name"),
        "no no readable"
    );
    let rls = format!("{ORDERS}ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;\n");
    assert_eq!(
        says(&rls, Dialect::Postgres, "recipient_phone"),
        "no no readable"
    );
    let rls =
        format!("{rls}CREATE POLICY own ON public.orders USING (recipient_name = current_user);\n");
    assert_eq!(
        says(&rls, Dialect::Postgres, "recipient_phone"),
        "yes no row-security"
    );
}

#[test]
fn what_is_declared_with_a_paper() {
    let paper = |by, columns: &str| Declared {
        columns: vec![columns.into()],
        by,
        evidence: EvidenceFile {
            written: "luks.txt".into(),
            path: "/nonexistent".into(),
            sha256: String::new(),
        },
    };
    let disk = [paper(ProtectionKind::Disk, "orders.*")];
    let said = of(ORDERS, Dialect::Postgres, "recipient_phone", &disk);
    assert_eq!(
        (said.at_rest, said.why.as_str()),
        (Protected::Yes, "declared:disk")
    );
    let mask = [paper(ProtectionKind::Masking, "*.recipient_phone")];
    let said = of(ORDERS, Dialect::Postgres, "recipient_phone", &mask);
    assert_eq!(
        (said.protected, said.at_rest),
        (Protected::Yes, Protected::No)
    );
    let said = of(ORDERS, Dialect::Postgres, "recipient_name", &mask);
    assert_eq!(said.protected, Protected::No);
    let (proven, unproven) = super::declared::check(&disk);
    assert!(proven.is_empty());
    assert_eq!(unproven, ["luks.txt: not readable"]);
}

#[test]
fn a_trigger_of_some_rows_protects_not_all() {
    let says_of = |body: &str, when: &str| {
        let text = format!(
            "CREATE TABLE t (loai text, cccd text);\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;\nCREATE TRIGGER g BEFORE INSERT OR UPDATE ON t FOR EACH ROW {when} EXECUTE FUNCTION f();"
        );
        says(&text, Dialect::Postgres, "cccd")
    };
    let sets = "NEW.cccd := pgp_sym_encrypt(NEW.cccd, k);";
    let always = "yes yes trigger:enciphers";
    let sometimes = "unknown unknown trigger:sometimes";
    for (body, when, expected) in [
        (sets.to_owned(), "", always),
        (format!("IF NEW.cccd IS NOT NULL THEN {sets} END IF;"), "", always),
        (format!("IF NEW.loai = 'vip' THEN {sets} END IF;"), "", sometimes),
        (sets.to_owned(), "WHEN (NEW.cccd IS NOT NULL)", always),
        (sets.to_owned(), "WHEN (NEW.loai = 'vip')", sometimes),
        (
            "NEW.cccd := CASE WHEN NEW.loai = 'v' THEN pgp_sym_encrypt(NEW.cccd, k) ELSE NEW.cccd END;".to_owned(),
            "",
            sometimes,
        ),
    ] {
        assert_eq!(says_of(&body, when), expected, "{body} {when}");
    }
}

#[test]
fn what_is_taken_back_protects_nothing() {
    let table = "CREATE TABLE t (cccd text)";
    for (text, dialect) in [
        (
            format!("{table} ENCRYPTION='Y';\nALTER TABLE t ENCRYPTION='N';"),
            Dialect::Mysql,
        ),
        (
            format!(
                "{table}\nGO\nALTER DATABASE d SET ENCRYPTION ON\nGO\nALTER DATABASE d SET ENCRYPTION OFF\nGO\n"
            ),
            Dialect::Mssql,
        ),
        (
            format!(
                "{table};\nSECURITY LABEL FOR anon ON COLUMN t.cccd IS 'MASKED WITH VALUE $$x$$';\nSECURITY LABEL FOR anon ON COLUMN t.cccd IS NULL;"
            ),
            Dialect::Postgres,
        ),
        (
            format!(
                "{table};\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON t USING (true);"
            ),
            Dialect::Postgres,
        ),
    ] {
        assert_eq!(says(&text, dialect, "cccd"), "no no readable", "{text}");
    }
    let view = "CREATE TABLE t (sdt text);\nCREATE VIEW v AS SELECT left(sdt, 3) AS sdt FROM t;\nGRANT SELECT ON v TO a;\nCREATE OR REPLACE VIEW v AS SELECT sdt FROM t;";
    assert_eq!(says(view, Dialect::Postgres, "sdt"), "no no readable");
}
