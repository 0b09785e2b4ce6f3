//! Who may read at the end of a script.

use super::*;

/// Who reads the table `kh`, with a question mark where that is in doubt.
fn readers(text: &str, dialect: Dialect) -> Vec<String> {
    let schema = parse(text, Some(dialect));
    assert_eq!(schema.unparsed, [], "{text}");
    let table = schema
        .tables
        .iter()
        .find(|t| t.name.ends_with("kh"))
        .unwrap();
    let readings = schema.readings(table.full());
    let mut out: Vec<String> = readings
        .iter()
        .map(|r| {
            let doubt = if r.grant.doubt { "?" } else { "" };
            let hidden = if r.shows("sdt") { "" } else { " -sdt" };
            format!("{}{doubt}{hidden}", r.to)
        })
        .collect();
    out.sort();
    out.dedup();
    out
}

fn check(dialect: Dialect, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let whole = format!("CREATE TABLE kh (id int, sdt varchar(20));\n{text}\n");
        assert_eq!(&readers(&whole, dialect), expected, "{text}");
    }
}

#[test]
fn of_postgres() {
    check(
        Dialect::Postgres,
        &[
            (
                "GRANT SELECT ON kh TO app, PUBLIC; REVOKE SELECT ON kh FROM PUBLIC;",
                &["app"],
            ),
            (
                "GRANT ALL ON kh TO app; REVOKE SELECT ON public.kh FROM app;",
                &[],
            ),
            (
                "GRANT SELECT ON kh TO app; REVOKE INSERT ON kh FROM app;",
                &["app"],
            ),
            (
                "GRANT SELECT ON kh TO app; REVOKE GRANT OPTION FOR SELECT ON kh FROM app;",
                &["app"],
            ),
            (
                "GRANT SELECT ON kh TO app; REVOKE SELECT ON kh FROM app; GRANT SELECT ON kh TO app;",
                &["app"],
            ),
            (
                "GRANT SELECT ON kh TO app; REVOKE SELECT (sdt) ON kh FROM app;",
                &["app"],
            ),
            (
                "GRANT SELECT (id, sdt) ON kh TO app; REVOKE SELECT (sdt) ON kh FROM app;",
                &["app -sdt"],
            ),
            (
                "GRANT SELECT (id, sdt) ON kh TO app; REVOKE SELECT ON kh FROM app;",
                &[],
            ),
            (
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;",
                &["app"],
            ),
            ("GRANT SELECT ON ALL TABLES IN SCHEMA kho TO app;", &[]),
            (
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO app; REVOKE ALL ON kh FROM app;",
                &[],
            ),
            (
                "GRANT ALL ON ALL TABLES IN SCHEMA public TO app; REVOKE SELECT ON kh FROM app;",
                &[],
            ),
            (
                "GRANT SELECT ON kh TO app; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM app;",
                &[],
            ),
            (
                "GRANT SELECT ON kh TO app; REVOKE ALL ON ALL TABLES IN SCHEMA kho FROM app;",
                &["app"],
            ),
            ("GRANT SELECT ON kho.kh TO app;", &[]),
            (
                "GRANT SELECT ON kh TO app; DROP OWNED BY app; DROP ROLE app;",
                &[],
            ),
            // PostgreSQL keeps a role that has rights.
            ("GRANT SELECT ON kh TO app; DROP ROLE app;", &["app"]),
            (
                "GRANT pg_read_all_data TO app; REVOKE pg_read_all_data FROM app;",
                &[],
            ),
            (
                "GRANT pg_read_all_data TO app; DROP OWNED BY app;",
                &["app"],
            ),
            (
                "BEGIN; GRANT SELECT ON kh TO app; COMMIT; BEGIN; REVOKE SELECT ON kh FROM app; ROLLBACK;",
                &["app"],
            ),
            (
                "GRANT SELECT ON kh TO app; DO $$ BEGIN IF x THEN REVOKE SELECT ON kh FROM app; END IF; END $$;",
                &["app?"],
            ),
            (
                "GRANT SELECT ON kh TO app; DO $$ BEGIN REVOKE SELECT ON kh FROM app; END $$;",
                &[],
            ),
            (
                "GRANT SELECT ON kh TO app; ALTER ROLE app RENAME TO b; REVOKE SELECT ON kh FROM b;",
                &[],
            ),
            (
                "GRANT SELECT ON a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, b4, b5, b6, b7, b8, b9, c1, c2, c3, c4, c5, c6, c7, c8, c9, d1, kh TO PUBLIC;",
                &["public"],
            ),
            // What another role gave only that role takes back.
            (
                "SET ROLE b; GRANT SELECT ON kh TO app; RESET ROLE; REVOKE SELECT ON kh FROM app;",
                &["app?"],
            ),
            (
                "SET SESSION AUTHORIZATION b; GRANT SELECT ON kh TO app; REVOKE SELECT ON kh FROM app;",
                &[],
            ),
            ("SET search_path TO kho; GRANT SELECT ON kh TO app;", &[]),
        ],
    );
    let later = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;\nCREATE TABLE kh (sdt text);\nALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM PUBLIC;\n";
    assert_eq!(readers(later, Dialect::Postgres), ["public"]);
    let before = "CREATE TABLE kh (sdt text);\nALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;\nALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC;\n";
    assert_eq!(readers(before, Dialect::Postgres), [""; 0]);
    let other = "CREATE TABLE kh (sdt text);\nALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;\nALTER DEFAULT PRIVILEGES IN SCHEMA kho REVOKE ALL ON TABLES FROM PUBLIC;\n";
    assert_eq!(readers(other, Dialect::Postgres), ["public"]);
}

#[test]
fn of_mysql() {
    check(
        Dialect::Mysql,
        &[
            (
                "GRANT SELECT ON b.* TO 'app'@'10.%'; REVOKE SELECT ON b.* FROM 'app'@'10.%';",
                &[],
            ),
            // Another host is another account.
            (
                "GRANT SELECT ON kh TO 'app'@'%'; REVOKE SELECT ON kh FROM 'app'@'localhost';",
                &["app"],
            ),
            (
                "GRANT SELECT ON kh TO 'app'@'%'; DROP USER 'app'@'localhost';",
                &["app"],
            ),
            (
                "GRANT SELECT ON kh TO app; DROP USER IF EXISTS 'app'@'%';",
                &[],
            ),
            (
                "GRANT ALL ON *.* TO app; REVOKE ALL PRIVILEGES, GRANT OPTION FROM app;",
                &[],
            ),
            (
                "GRANT ALL ON b.* TO app; REVOKE SELECT ON b.* FROM app;",
                &[],
            ),
            (
                "GRANT ALL ON b.* TO app; REVOKE SELECT ON b.kh FROM app;",
                &["app"],
            ),
            (
                "GRANT SELECT ON *.* TO app; REVOKE SELECT ON b.* FROM app;",
                &["app?"],
            ),
            (
                "RENAME USER x TO y; GRANT SELECT ON kh TO x; RENAME USER x TO y; DROP USER y;",
                &[],
            ),
        ],
    );
    let used = "USE buudien;\nCREATE TABLE kh (sdt varchar(20));\n";
    for (grant, expected) in [
        ("GRANT SELECT ON khac.* TO app;", vec![]),
        ("GRANT SELECT ON khac.kh TO app;", vec![]),
        ("GRANT SELECT ON `buu%`.* TO app;", vec!["app"]),
        ("GRANT SELECT ON `buudien`.`kh` TO app;", vec!["app"]),
        ("GRANT SELECT ON kh TO app;", vec!["app"]),
        ("USE khac; GRANT SELECT ON kh TO app;", vec![]),
        (
            "GRANT SELECT ON kh TO app; REVOKE SELECT ON buudien.kh FROM app;",
            vec![],
        ),
    ] {
        let found = readers(&format!("{used}{grant}"), Dialect::Mysql);
        assert_eq!(found, expected, "{grant}");
    }
}

#[test]
fn of_sql_server() {
    check(
        Dialect::Mssql,
        &[
            (
                "GRANT SELECT ON dbo.kh TO app;\nDENY SELECT ON dbo.kh TO app;",
                &[],
            ),
            (
                "GRANT SELECT ON dbo.kh TO app;\nDENY SELECT ON dbo.kh(sdt) TO app;",
                &["app -sdt"],
            ),
            (
                "GRANT SELECT ON SCHEMA::dbo TO app;\nDENY SELECT ON OBJECT::dbo.kh TO public;",
                &[],
            ),
            ("GRANT SELECT ON SCHEMA::kho TO app;", &[]),
            ("GRANT SELECT TO app;\nREVOKE SELECT FROM app;", &[]),
            (
                "GRANT SELECT ON dbo.kh TO app;\nREVOKE SELECT ON dbo.kh TO app;",
                &[],
            ),
            (
                "DENY SELECT ON dbo.kh TO app;\nGRANT SELECT ON dbo.kh TO app;",
                &["app"],
            ),
            (
                "DENY SELECT ON dbo.kh TO app;\nGRANT SELECT ON dbo.kh(sdt) TO app;",
                &["app"],
            ),
            (
                "DENY SELECT ON dbo.kh TO app;\nGRANT SELECT ON SCHEMA::dbo TO app;",
                &[],
            ),
            ("ALTER ROLE db_datareader ADD MEMBER app;", &["app"]),
            (
                "ALTER ROLE db_datareader ADD MEMBER [app];\nALTER ROLE db_datareader DROP MEMBER [app];",
                &[],
            ),
            (
                "EXEC sp_addrolemember 'db_datareader', 'app';\nGO",
                &["app"],
            ),
            (
                "EXEC sp_addrolemember N'db_datareader', N'app';\nEXEC sp_droprolemember N'db_datareader', N'app';",
                &[],
            ),
            (
                "ALTER ROLE doc ADD MEMBER app;\nGRANT SELECT ON SCHEMA::dbo TO app;\nDENY SELECT ON dbo.kh TO doc;",
                &[],
            ),
            ("GRANT SELECT ON dbo.kh TO app;\nDROP USER app;", &[]),
            (
                "IF NOT EXISTS (SELECT 1) GRANT SELECT ON dbo.kh TO app;",
                &["app"],
            ),
            (
                "GRANT SELECT ON dbo.kh TO app;\nGO\nIF EXISTS (SELECT 1) REVOKE SELECT ON dbo.kh FROM app;",
                &["app?"],
            ),
        ],
    );
}

#[test]
fn of_oracle() {
    check(
        Dialect::Oracle,
        &[
            (
                "GRANT SELECT ON kh TO app; REVOKE SELECT ON kh FROM app;",
                &[],
            ),
            (
                "GRANT SELECT ANY TABLE TO app; REVOKE SELECT ANY TABLE FROM app;",
                &[],
            ),
            (
                "GRANT DBA TO app; REVOKE SELECT ANY TABLE FROM app;",
                &["app"],
            ),
            (
                "GRANT SELECT ON kh TO app; REVOKE SELECT ON buudien.kh FROM app;",
                &["app?"],
            ),
            ("GRANT SELECT ON kh TO app; DROP USER app CASCADE;", &[]),
            (
                "GRANT ALL PRIVILEGES TO app; REVOKE ALL PRIVILEGES FROM app;",
                &[],
            ),
            (
                "GRANT READ ON kh TO app; BEGIN EXECUTE IMMEDIATE 'REVOKE READ ON kh FROM app'; END;\n/",
                &[],
            ),
        ],
    );
}

#[test]
fn members_of_roles() {
    let text = "CREATE TABLE kh (sdt text);\nGRANT doc TO an, binh;\nGRANT SELECT ON kh TO doc;\nREVOKE doc FROM binh;\n";
    let schema = parse(text, Some(Dialect::Postgres));
    assert_eq!(schema.members("doc"), [("an", false)]);
    for text in [
        "CREATE ROLE an LOGIN IN ROLE doc;",
        "CREATE ROLE doc NOLOGIN ROLE an, binh;",
        "ALTER GROUP doc ADD USER an;",
    ] {
        let schema = parse(text, Some(Dialect::Postgres));
        assert_eq!(
            schema.members("doc").first(),
            Some(&("an", false)),
            "{text}"
        );
    }
    assert!(schema.rights_shown);
}
