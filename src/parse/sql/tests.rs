use super::*;

fn columns(schema: &Schema) -> Vec<String> {
    schema
        .tables
        .iter()
        .flat_map(|t| {
            t.columns
                .iter()
                .map(move |c| format!("{}.{}:{}", t.name, c.name, c.line))
        })
        .collect()
}

#[test]
fn a_pg_dump() {
    let text = "\\restrict abc\n--\nSET x = 1;\nCREATE TABLE public.orders (\n    id bigint NOT NULL,\n    phone character varying(20) DEFAULT ''::character varying,\n    note text, -- free text; with 'quote\n    CONSTRAINT c CHECK ((id > 0))\n);\nALTER SEQUENCE public.s OWNED BY public.orders.id;\nCOMMENT ON COLUMN public.orders.phone IS 'Phone; it''s';\nCOPY public.orders (id) FROM stdin;\n1\t'; CREATE TABLE evil (a int);\n\\.\n\nGRANT SELECT ON TABLE public.orders TO PUBLIC;\n\\unrestrict abc\n";
    let schema = parse(text, None);
    assert_eq!(schema.dialect, Dialect::Postgres);
    assert_eq!(
        columns(&schema),
        [
            "public.orders.id:5",
            "public.orders.phone:6",
            "public.orders.note:7"
        ]
    );
    let phone = &schema.tables[0].columns[1];
    assert_eq!(phone.data_type, "character varying(20)");
    assert_eq!(phone.comment, "Phone; it's");
    assert!(!phone.default_text);
    assert_eq!(schema.grants[0].to[0].name, "public");
    assert_eq!(schema.unparsed, []);
}

#[test]
fn a_mysqldump() {
    let text = "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nCREATE TABLE `kh` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `sdt` varchar(15) DEFAULT NULL COMMENT 'Điện thoại; khách',\n  `loai` enum('a','b)') NOT NULL,\n  PRIMARY KEY (`id`),\n  KEY `k` (`sdt`)\n) ENGINE=InnoDB COMMENT='Khách hàng';\nDELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON kh FOR EACH ROW BEGIN SET x=1; END */;;\nDELIMITER ;\nINSERT INTO kh VALUES (1,'it\\'s; CREATE','x');\n";
    let schema = parse(text, None);
    assert_eq!(schema.dialect, Dialect::Mysql);
    assert_eq!(columns(&schema), ["kh.id:4", "kh.sdt:5", "kh.loai:6"]);
    assert_eq!(schema.tables[0].comment, "Khách hàng");
    assert_eq!(schema.unparsed, []);
}

#[test]
fn sql_server_and_oracle() {
    let text = "SET ANSI_NULLS ON\nGO\nCREATE TABLE [dbo].[KhachHang](\n\t[ID] [int] IDENTITY(1,1) NOT NULL,\n\t[SDT] [nvarchar](20) MASKED WITH (FUNCTION = 'partial(0,\"x\",4)') NULL,\n CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([ID] ASC) WITH (PAD_INDEX = OFF) ON [PRIMARY]\n) ON [PRIMARY]\nGO\nEXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Số máy' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'KhachHang', @level2type=N'COLUMN',@level2name=N'SDT'\nGO\n";
    let schema = parse(text, None);
    assert_eq!(schema.dialect, Dialect::Mssql);
    assert_eq!(
        columns(&schema),
        ["dbo.KhachHang.ID:4", "dbo.KhachHang.SDT:5"]
    );
    assert!(
        schema.tables[0].columns[1]
            .data_type
            .ends_with("masked with")
    );
    assert_eq!(schema.tables[0].columns[1].comment, "Số máy");
    assert_eq!(schema.unparsed, []);
    let text = "REM it's a comment\nCREATE TABLE KH (\n  TEN VARCHAR2(50 CHAR) NOT NULL ENABLE,\n  DC VARCHAR2(200)\n) SEGMENT CREATION IMMEDIATE TABLESPACE USERS\n/\nALTER TABLE KH ADD (SDT VARCHAR2(12), CONSTRAINT p PRIMARY KEY (TEN));\n";
    let schema = parse(text, Some(Dialect::Oracle));
    assert_eq!(columns(&schema), ["KH.TEN:3", "KH.DC:4", "KH.SDT:7"]);
    assert_eq!(schema.unparsed, []);
}

#[test]
fn what_is_not_understood_is_said() {
    let schema = parse(
        "CREATE TABLE a (b int);\nFROB THE NICATOR;\nCREATE TABLE c AS SELECT 1;\n",
        None,
    );
    let lines: Vec<u32> = schema.unparsed.iter().map(|u| u.line).collect();
    assert_eq!(lines, [2, 3]);
    let schema = parse(
        "CREATE TABLE a (b int);\nCREATE TABLE d (c text DEFAULT 'x);\nCREATE TABLE e (f int);\n",
        None,
    );
    assert_eq!(schema.unparsed.len(), 1);
    assert_eq!(schema.unparsed[0].line, 2);
}

#[test]
fn hostile_lines_end() {
    let huge = format!(
        "CREATE TABLE a (b int);\nINSERT INTO a VALUES {};\nCREATE TABLE c (d int);",
        "(1),".repeat(1_000_000)
    );
    let schema = parse(&huge, Some(Dialect::Mysql));
    assert_eq!(schema.tables.len(), 2);
    let deep = format!(
        "CREATE TABLE a (b int CHECK {}1{});",
        "(".repeat(20_000),
        ")".repeat(20_000)
    );
    assert_eq!(parse(&deep, Some(Dialect::Postgres)).tables.len(), 1);
    let names = format!("CREATE TABLE a ({} int);", "b".repeat(300_000));
    assert_eq!(parse(&names, None).tables.len(), 1);
}

proptest::proptest! {
    #[test]
    fn never_panics_and_lines_stand_in_the_file(text in "(CREATE TABLE |ALTER TABLE |a|b|\\(|\\)|,|;|'|\"|`|\\$\\$|/\\*|\\*/|--|\n|int | varchar\\(5\\)|COMMENT |GO\n|\\[|\\]|đ| |\\\\|DELIMITER |COPY x FROM stdin;){0,60}") {
        let lines = u32::try_from(text.lines().count().max(1)).unwrap() + 1;
        for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Mssql, Dialect::Oracle, Dialect::Generic] {
            let schema = parse(&text, Some(dialect));
            for table in &schema.tables {
                assert!(table.line <= lines);
                assert!(table.columns.iter().all(|c| c.line >= 1 && c.line <= lines));
            }
            assert!(schema.unparsed.iter().all(|u| u.line >= 1 && u.line <= lines));
        }
    }

    #[test]
    fn never_panics(text in ".{0,200}") {
        let _ = parse(&text, None);
    }
}

fn names(schema: &Schema) -> Vec<&str> {
    schema.tables.iter().map(|t| t.name.as_str()).collect()
}

fn skimmed(text: &str, dialect: Dialect) -> Schema {
    skim(&mut text.as_bytes(), Some(dialect)).unwrap()
}

#[test]
fn apostrophes_in_rows_swallow_no_table() {
    for (dialect, value) in [
        (Dialect::Postgres, r"E'O\'Brien'"),
        (Dialect::Postgres, r"E'it''s\'x'"),
        (Dialect::Postgres, r"$$it's$$"),
        (Dialect::Postgres, r"$q$a'b$q$"),
        (Dialect::Postgres, r"'C:\'"),
        (Dialect::Postgres, "1 -- it's\n"),
        (Dialect::Postgres, "1 /* it's */"),
        (Dialect::Mysql, "\"it's ok\""),
        (Dialect::Mysql, r#""a\"b'c""#),
        (Dialect::Mysql, "1 # it's\n"),
        (Dialect::Generic, r"'O\'Brien'"),
        (Dialect::Generic, r"'C:\'"),
        (Dialect::Generic, "'it''s'"),
        (Dialect::Oracle, r"'C:\'"),
    ] {
        let text = format!(
            "CREATE TABLE nv (id int, ghi text);\nINSERT INTO nv VALUES (1, {value});\nCREATE TABLE kh (id int, sdt text);\n"
        );
        for schema in [skimmed(&text, dialect), parse(&text, Some(dialect))] {
            assert_eq!(names(&schema), ["nv", "kh"], "{value}");
            assert_eq!(schema.unparsed, [], "{value}");
        }
    }
}

#[test]
fn rows_whose_quotes_do_not_end_are_said() {
    let torn =
        "CREATE TABLE nv (id int);\nINSERT INTO nv VALUES ('a);\nCREATE TABLE kh (sdt text);\n";
    let schema = skimmed(torn, Dialect::Postgres);
    assert_eq!(schema.unparsed.len(), 1);
    // Two wrong quotes make a pair: the line inside shows it.
    let pair = "CREATE TABLE nv (id int);\nINSERT INTO nv VALUES ('a'');\nCREATE TABLE kh (sdt text);\nINSERT INTO nv VALUES ('b');\n";
    assert!(!skimmed(pair, Dialect::Postgres).unparsed.is_empty());
    let copy =
        "CREATE TABLE nv (id int);\nCOPY nv (id) FROM stdin;\n1\n2\nCREATE TABLE kh (sdt text);\n";
    assert!(!skimmed(copy, Dialect::Postgres).unparsed.is_empty());
}

#[test]
fn rows_are_counted_wherever_they_stand() {
    let one_line = "CREATE TABLE kh (id int, sdt text);\nBEGIN; INSERT INTO kh VALUES (1,'0912345678'); COMMIT;\n";
    let block = "CREATE TABLE kh (id int, sdt text);\nDO $$ BEGIN INSERT INTO kh VALUES (1,'0912345678'); END $$;\n";
    let merged = "CREATE TABLE kh (id int, sdt text);\nMERGE INTO kh USING (VALUES (1,'0912345678')) s ON 1=0 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);\n";
    for text in [one_line, block, merged] {
        for schema in [
            skimmed(text, Dialect::Postgres),
            parse(text, Some(Dialect::Postgres)),
        ] {
            assert_eq!(schema.rows.get("kh"), Some(&1), "{text}");
        }
    }
    let mut long = String::new();
    for n in 0..40 {
        long.push_str(&format!(
            "CREATE TABLE t{n} (id int, so_luong int, ghi text);\n"
        ));
    }
    long.push_str("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\nINSERT INTO log VALUES ('x');\nRETURN NEW; END $$;\nINSERT INTO t1 VALUES (1,2,'x');\nINSERT INTO t1 VALUES (2,2,'x');\n");
    let schema = skimmed(&long, Dialect::Postgres);
    assert_eq!(schema.rows.get("t1"), Some(&2));
    assert_eq!(schema.rows.get("log"), None);
    let mssql = "CREATE TABLE [dbo].[K]([Id] [int] NOT NULL,[SDT] [varchar](20) NULL) ON [PRIMARY]\nGO\nSET IDENTITY_INSERT [dbo].[K] ON \n\nINSERT [dbo].[K] ([Id], [SDT]) VALUES (1, N'0912345678')\nINSERT [dbo].[K] ([Id], [SDT]) VALUES (2, N'0912345679')\nSET IDENTITY_INSERT [dbo].[K] OFF\nGO\n";
    for schema in [
        skimmed(mssql, Dialect::Mssql),
        parse(mssql, Some(Dialect::Mssql)),
    ] {
        assert_eq!(schema.rows.get("dbo.K"), Some(&2));
        assert_eq!(schema.unparsed, []);
    }
}

#[test]
fn statements_of_sql_server_without_semicolons() {
    let text = "DROP TABLE [a]\nCREATE TABLE [a]([x] [int] NULL)\nCREATE TABLE [b](\n[y] [int] NULL,\n[cccd] [varchar](12) NULL\n)\nALTER TABLE [b] ADD [MaVanDon] [varchar](20) NULL, [SDT] [varchar](20) NULL, CONSTRAINT [c] CHECK (1=1)\nGRANT SELECT ON [b] TO [public]\n";
    let schema = parse(text, Some(Dialect::Mssql));
    assert_eq!(
        columns(&schema),
        ["a.x:2", "b.y:4", "b.cccd:5", "b.MaVanDon:7", "b.SDT:7"]
    );
    assert_eq!(schema.grants.len(), 1);
    assert_eq!(schema.unparsed, []);
}

#[test]
fn names_that_change_and_what_is_copied() {
    let text = "CREATE TYPE giay_to AS (cccd text, anh_khuon_mat bytea);\nCREATE TABLE kh (id int, giay giay_to, a text);\nGRANT SELECT ON kh TO PUBLIC;\nINSERT INTO kh VALUES (1, null, 'x');\nALTER TABLE kh RENAME TO khach_hang;\nALTER TABLE khach_hang RENAME COLUMN a TO sdt;\nSELECT * INTO khach_hang_bak FROM khach_hang;\nSELECT x INTO y FROM nowhere;\n";
    let schema = parse(text, Some(Dialect::Postgres));
    assert_eq!(names(&schema), ["khach_hang", "khach_hang_bak"]);
    for table in &schema.tables {
        let all: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(all, ["id", "giay", "sdt", "cccd", "anh_khuon_mat"]);
    }
    assert_eq!(schema.grants[0].object, "khach_hang");
    assert_eq!(schema.rows.get("khach_hang"), Some(&1));
    assert_eq!(schema.unparsed.len(), 1);
    let mysql = "CREATE TABLE kh (id int, a varchar(20));\nALTER TABLE kh CHANGE a cccd varchar(12);\nRENAME TABLE kh TO kh2;\n";
    assert_eq!(
        columns(&parse(mysql, Some(Dialect::Mysql))),
        ["kh2.id:1", "kh2.cccd:2"]
    );
    let mssql = "CREATE TABLE [dbo].[kh]([a] [int] NULL)\nGO\nEXEC sp_rename 'dbo.kh', 'khach'\nGO\nEXEC sp_rename 'dbo.khach.a', 'cccd', 'COLUMN'\nGO\n";
    assert_eq!(
        columns(&parse(mssql, Some(Dialect::Mssql))),
        ["dbo.khach.cccd:1"]
    );
}

#[test]
fn blocks_and_executed_texts_are_read() {
    let text = "CREATE TABLE kh (id int, sdt text);\nDO $$ BEGIN\n  EXECUTE 'GRANT SELECT ON kh TO PUBLIC';\n  IF NOT EXISTS (SELECT 1) THEN\n    ALTER TABLE kh ADD COLUMN IF NOT EXISTS cccd varchar(12);\n  END IF;\nEXCEPTION WHEN duplicate_column THEN NULL; END $$;\n";
    let schema = parse(text, Some(Dialect::Postgres));
    assert_eq!(columns(&schema), ["kh.id:1", "kh.sdt:1", "kh.cccd:5"]);
    assert_eq!(schema.grants.len(), 1);
    assert_eq!(schema.unparsed, []);
    for built in [
        "DO $$ BEGIN EXECUTE 'CREATE TABLE ' || x || ' (cccd text)'; END $$;",
        "DO $$ BEGIN EXECUTE format('GRANT SELECT ON %I TO PUBLIC', t); END $$;",
    ] {
        assert_eq!(
            parse(built, Some(Dialect::Postgres)).unparsed.len(),
            1,
            "{built}"
        );
    }
    let oracle = "BEGIN EXECUTE IMMEDIATE 'CREATE TABLE kh (cccd varchar2(12))'; END;\n/\n";
    assert_eq!(names(&parse(oracle, Some(Dialect::Oracle))), ["kh"]);
    let mssql = "EXEC('CREATE TABLE kh (cccd varchar(12))')\nGO\nEXEC sp_executesql N'GRANT SELECT ON kh TO public'\nGO\n";
    let schema = parse(mssql, Some(Dialect::Mssql));
    assert_eq!(names(&schema), ["kh"]);
    assert_eq!(schema.grants.len(), 1);
}

#[test]
fn accounts_from_anywhere() {
    let text = "CREATE ROLE 'doc';\nGRANT SELECT ON b.kh TO 'doc';\nGRANT SELECT ON b.* TO `app`@`%`;\nGRANT SELECT ON b.kh TO 'app2';\nGRANT SELECT ON b.kh TO app3@'0.0.0.0/0.0.0.0';\nCREATE USER 'app4'@'%' IDENTIFIED BY 'x';\nGRANT SELECT ON b.* TO 'app5'@'%.%.%.%';\nGRANT SELECT ON b.* TO 'in'@'10.0.0.%', lo@localhost;\n";
    let schema = parse(text, Some(Dialect::Mysql));
    let open: Vec<u32> = schema
        .grants
        .iter()
        .filter(|g| g.anywhere())
        .map(|g| g.line)
        .collect();
    assert_eq!(open, [3, 4, 5, 6, 7]);
    let last: Vec<&str> = schema.grants.last().unwrap().names().collect();
    assert_eq!(last, ["in", "lo"]);
}

/// The columns with their types.
fn typed(text: &str, dialect: Dialect) -> Vec<String> {
    let schema = parse(text, Some(dialect));
    assert_eq!(schema.unparsed, [], "{text}");
    schema
        .tables
        .iter()
        .flat_map(|t| {
            t.columns
                .iter()
                .map(move |c| format!("{} {}", c.name, c.data_type))
        })
        .collect()
}

#[test]
fn the_last_state_of_each_column_counts() {
    let postgres = "CREATE TABLE t (a bytea, b text, c int);\nALTER TABLE ONLY t ALTER COLUMN a TYPE varchar(12) USING convert_from(a, 'UTF8'), RENAME b TO d;\nALTER TABLE t DROP COLUMN IF EXISTS c CASCADE, ADD e date, DROP CONSTRAINT x;\nALTER TABLE t ALTER a SET NOT NULL, ALTER a SET DATA TYPE varchar(15);\n";
    assert_eq!(
        typed(postgres, Dialect::Postgres),
        ["a varchar(15)", "d text", "e date"]
    );
    let mysql = "CREATE TABLE t (a varbinary(255), b varbinary(255), c text, `key` text);\nALTER TABLE `t` MODIFY COLUMN `a` varchar(12) NOT NULL COMMENT 'x' AFTER `b`, CHANGE `b` `d` varchar(15), DROP `c`, DROP PRIMARY KEY, DROP KEY k, ADD INDEX i (a), ALTER INDEX i INVISIBLE, ALTER a SET DEFAULT 'x', ALGORITHM=INPLACE, LOCK=NONE;\n";
    assert_eq!(
        typed(mysql, Dialect::Mysql),
        ["a varchar(12)", "d varchar(15)", "key text"]
    );
    let mssql = "CREATE TABLE [dbo].[t]([a] [varbinary](256) NULL, [b] [int], [c] [nvarchar](50) MASKED WITH (FUNCTION = 'default()'), [d] [int], [e] [int])\nGO\nALTER TABLE [dbo].[t] ALTER COLUMN [a] [nvarchar](12) NULL\nGO\nALTER TABLE [dbo].[t] ALTER COLUMN [c] DROP MASKED\nGO\nALTER TABLE [dbo].[t] DROP CONSTRAINT x, y\nGO\nALTER TABLE [dbo].[t] DROP CONSTRAINT x, COLUMN [d], [e]\nGO\nEXEC sp_rename 'dbo.t.b', 'f', 'COLUMN'\nGO\n";
    assert_eq!(
        typed(mssql, Dialect::Mssql),
        ["a nvarchar(12)", "f int", "c nvarchar(50)"]
    );
    let oracle = "CREATE TABLE t (a RAW(256), b VARCHAR2(20) ENCRYPT, c VARCHAR2(9) ENCRYPT, d NUMBER, e NUMBER);\nALTER TABLE t MODIFY (a VARCHAR2(12 BYTE), b DECRYPT);\nALTER TABLE t MODIFY c VARCHAR2(30) NOT NULL ENABLE;\nALTER TABLE t MODIFY c NULL;\nALTER TABLE t DROP (d, e);\nALTER TABLE t RENAME COLUMN a TO f;\n";
    assert_eq!(
        typed(oracle, Dialect::Oracle),
        [
            "f varchar2(12 byte)",
            "b varchar2(20)",
            "c varchar2(30) encrypted with"
        ]
    );
}

#[test]
fn a_way_back_takes_nothing_away() {
    for (up, down) in [
        ("-- +goose Up", "-- +goose Down"),
        ("-- migrate:up", "-- migrate:down"),
        ("", "-- //@UNDO"),
    ] {
        let text = format!(
            "{up}\nCREATE TABLE t (a int);\nALTER TABLE t ADD COLUMN sdt text;\n{down}\nALTER TABLE t DROP COLUMN sdt;\n"
        );
        assert_eq!(typed(&text, Dialect::Postgres), ["a int", "sdt text"]);
    }
}

#[test]
fn what_sqlite_dumps() {
    let text = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE \"K\" (\"Id\" INTEGER PRIMARY KEY, [SDT] NVARCHAR(15));\nCREATE VIRTUAL TABLE f USING fts5(ho_ten, dia_chi, tokenize='porter');\nCREATE TABLE IF NOT EXISTS 'f_data'(id INTEGER PRIMARY KEY, block BLOB);\nCOMMIT;\n";
    let schema = parse(text, None);
    assert_eq!(
        (schema.dialect, &schema.unparsed[..]),
        (Dialect::Generic, &[][..])
    );
    assert_eq!(
        columns(&schema),
        [
            "K.Id:3",
            "K.SDT:3",
            "f.ho_ten:4",
            "f.dia_chi:4",
            "f_data.id:5",
            "f_data.block:5"
        ]
    );
}

#[test]
fn types_of_ones_own() {
    let oracle = "CREATE EDITIONABLE TYPE \"BC\".\"T_DC\"   OID 'AB12' AS OBJECT (so_nha VARCHAR2(50), sdt VARCHAR2(15))\n/\nCREATE TYPE BC.T_DS AS TABLE OF BC.T_DC\n/\nCREATE TABLE BC.KH (dc BC.T_DC, ds BC.T_DS, x BC.T_LA);\n";
    let schema = parse(oracle, Some(Dialect::Oracle));
    let names: Vec<&str> = schema.tables[0]
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(names, ["dc", "ds", "x", "so_nha", "sdt"]);
    let undefined: Vec<bool> = schema.tables[0]
        .columns
        .iter()
        .map(|c| c.undefined)
        .collect();
    assert_eq!(undefined, [false, false, true, false, false]);
}

#[test]
fn a_table_in_place_of_a_view_is_none() {
    let text = "CREATE TABLE `v` (\n`id` int(11)\n,`sdt` varchar(15)\n);\nDROP TABLE IF EXISTS `v`;\nCREATE VIEW `v` AS SELECT `id`, `sdt` FROM `kh`;\n";
    let schema = parse(text, Some(Dialect::Mysql));
    assert_eq!((schema.tables.len(), schema.views.len()), (0, 1));
}
