//! No personal value in any output: 200 values are planted in every kind of schema input, and everything that is
//! written is searched for them.

use std::fs;
use std::path::Path;

use crate::support::{command, stderr, stdout};

/// Invented values: phones, names, identity numbers, e-mails, addresses.
fn canaries() -> Vec<String> {
    let names = [
        "Quách Thị Mộng",
        "Đoàn Vĩnh Thụy",
        "Tôn Nữ Bạch",
        "Lại Hữu Quýnh",
    ];
    (0..40)
        .flat_map(|n| {
            [
                format!("0987{:06}", 100_003 + n * 977),
                format!(
                    "{} {}",
                    names[n % 4],
                    [
                        "Ánh", "Bảo", "Chi", "Dung", "Giang", "Hạnh", "Khuê", "Lam", "Mai", "Nga"
                    ][n / 4]
                ),
                format!("0012{:08}", 93_000_007 + n * 31),
                format!("canary{n}.kh@thu-mau.vn"),
                format!("Số {} ngõ Chim Hoàng Yến", 700 + n),
            ]
        })
        .collect()
}

/// Files of every kind, each with some of the values where such a file may hold them.
fn plant(folder: &Path, canaries: &[String]) {
    let rows = |from: usize| {
        let five = &canaries[from..from + 5];
        format!(
            "'{}','{}','{}','{}','{}'",
            five[0], five[1], five[2], five[3], five[4]
        )
    };
    let all: Vec<String> = (0..40).map(|n| rows(n * 5)).collect();
    let columns =
        "sdt varchar(20), ho_ten varchar(90), cccd varchar(12), email varchar(90), dia_chi text";
    let mysql: String = all
        .iter()
        .map(|r| format!("INSERT INTO `kh` VALUES ({r});\n"))
        .collect();
    fs::write(folder.join("mysql.sql"), format!("-- MySQL dump\n-- {}\nCREATE TABLE `kh` ({columns} COMMENT '{}', x varchar(30) DEFAULT '{}', y enum('{}')) ENGINE=InnoDB COMMENT='{}';\n{mysql}", canaries[1], canaries[6], canaries[5], canaries[11], canaries[16])).unwrap();
    let copy: String = all
        .iter()
        .map(|r| format!("{}\n", r.replace("','", "\t").replace('\'', "")))
        .collect();
    fs::write(folder.join("pg.sql"), format!("-- PostgreSQL database dump\nCREATE TABLE public.kh ({columns}, CONSTRAINT c CHECK ((ho_ten <> '{}')));\nCOMMENT ON COLUMN public.kh.sdt IS '{}';\nCREATE VIEW v AS SELECT '{}' AS a, sdt FROM public.kh;\nCREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT pgp_sym_encrypt('{}', '{}') $$;\nCOPY public.kh FROM stdin;\n{copy}\\.\n", canaries[21], canaries[25], canaries[26], canaries[30], canaries[33])).unwrap();
    let mssql: String = all
        .iter()
        .map(|r| format!("INSERT [dbo].[KH] VALUES (N{r})\n"))
        .collect();
    fs::write(folder.join("mssql.sql"), format!("CREATE TABLE [dbo].[KH]([SDT] [nvarchar](20) DEFAULT N'{}')\nGO\n{mssql}GO\nEXEC sp_addextendedproperty 'MS_Description', N'{}', 'SCHEMA', 'dbo', 'TABLE', 'KH', 'COLUMN', 'SDT'\nGO\n", canaries[35], canaries[36])).unwrap();
    // A torn dump: rows where statements should be.
    let torn: String = canaries.iter().map(|c| format!("{c};\n")).collect();
    fs::write(
        folder.join("torn.sql"),
        format!(
            "CREATE TABLE a (sdt text);\n{torn}CREATE TABLE b (c text DEFAULT '{}\n",
            canaries[41]
        ),
    )
    .unwrap();
    let examples: Vec<String> = canaries.iter().map(|c| format!("'{c}'")).collect();
    fs::write(folder.join("api.yaml"), format!("openapi: 3.0.0\nservers: [ {{ url: 'http://user:{}@api.example.vn/' }} ]\npaths:\n  /kh:\n    get:\n      description: '{}'\n      parameters: [ {{ name: sdt, in: query, example: '{}', schema: {{ type: string, default: '{}' }} }} ]\n      responses: {{ '200': {{ content: {{ j: {{ schema: {{ $ref: '#/components/schemas/KH' }}, example: [ {} ] }} }} }} }}\ncomponents: {{ schemas: {{ KH: {{ properties: {{ ho_ten: {{ type: string, example: '{}', enum: [ {} ] }} }} }} }} }}\n", canaries[50], canaries[51], canaries[55], canaries[60], examples.join(", "), canaries[61], examples.join(", "))).unwrap();
    fs::write(folder.join("schema.json"), format!("{{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": \"KH\", \"properties\": {{\"sdt\": {{\"type\": \"string\", \"const\": \"{}\", \"description\": \"{}\"}}}}}}", canaries[65], canaries[66])).unwrap();
    fs::write(folder.join("don.proto"), format!("syntax = \"proto3\";\npackage don;\nmessage KH {{\n  // {}\n  string sdt = 1; // {}\n  string ho_ten = 2 [(mau) = \"{}\"];\n  reserved \"{}\";\n}}\nservice S {{ rpc X(KH) returns (KH) {{ option (google.api.http) = {{ get: \"/v1/kh\" body: \"{}\" }}; }} }}\n", canaries[75], canaries[76], canaries[77], canaries[78], canaries[79])).unwrap();
    fs::write(
        folder.join("broken.proto"),
        format!(
            "message {} {{ string = \"{}\" }}",
            canaries[80], canaries[81]
        ),
    )
    .unwrap();
    fs::write(folder.join("schema.prisma"), format!("datasource db {{\n  provider = \"mysql\"\n  url = \"mysql://u:{}@h/d\"\n}}\n/// {}\nmodel KH {{\n  sdt String @default(\"{}\") /// {}\n  {} \n  hoTen String @map(\"ho_ten\") // {}\n}}\n", canaries[82], canaries[86], canaries[85], canaries[87], canaries[90], canaries[91])).unwrap();
    fs::write(folder.join("kh.avsc"), format!("{{\"type\": \"record\", \"name\": \"KH\", \"doc\": \"{}\", \"fields\": [ {{\"name\": \"sdt\", \"type\": \"string\", \"default\": \"{}\", \"doc\": \"{}\"}}, {{\"name\": \"loai\", \"type\": {{\"type\": \"enum\", \"name\": \"L\", \"symbols\": [\"{}\"]}}}} ]}}", canaries[95], canaries[96], canaries[97], canaries[100])).unwrap();
    // One that cannot be read.
    fs::write(
        folder.join("broken.yaml"),
        format!("openapi: 3.0.0\npaths: {{ {}: [\n", canaries[71]),
    )
    .unwrap();
}

fn search(what: &str, text: &str, canaries: &[String]) {
    for canary in canaries {
        assert!(!text.contains(canary.as_str()), "{canary} stands in {what}");
    }
}

fn search_folder(folder: &Path, canaries: &[String], files: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search_folder(&path, canaries, files);
            continue;
        }
        *files += 1;
        let bytes = fs::read(&path).unwrap();
        search(
            &path.display().to_string(),
            &String::from_utf8_lossy(&bytes),
            canaries,
        );
    }
}

#[test]
fn no_planted_value_is_written() {
    let canaries = canaries();
    assert_eq!(
        canaries
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        200
    );
    let folder = tempfile::tempdir().unwrap();
    let schemas = folder.path().join("schemas");
    fs::create_dir(&schemas).unwrap();
    plant(&schemas, &canaries);
    let target = schemas.display().to_string();
    let results = folder.path().join("results");
    let results_shown = results.display().to_string();
    let mut said = 0;
    for args in [
        vec!["facts", "schema", &target],
        vec!["scan", "schema", &target, "--lang", "vi"],
        vec![
            "scan", "schema", &target, "--lang", "en", "--format", "json",
        ],
        vec!["scan", "schema", &target, "--format", "sarif"],
        vec!["scan", "schema", &target, "--format", "html"],
        vec!["scan", "schema", &target, "--format", "junit"],
        vec![
            "scan",
            "schema",
            &target,
            "--out",
            &results_shown,
            "--verbose",
        ],
    ] {
        let output = command(&args).env("RUST_BACKTRACE", "1").output().unwrap();
        let (out, err) = (stdout(&output), stderr(&output));
        assert_ne!(output.status.code(), Some(2), "{args:?}: {err}");
        said += out.len();
        search(&format!("{args:?} stdout"), &out, &canaries);
        search(&format!("{args:?} stderr"), &err, &canaries);
    }
    assert!(said > 10_000, "the files were looked at");
    let mut files = 0;
    search_folder(&results, &canaries, &mut files);
    assert!(files > 0);
}
