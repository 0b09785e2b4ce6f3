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
    assert_eq!(schema.grants[0].to, ["public"]);
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
