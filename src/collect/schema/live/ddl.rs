//! Rows of the catalog of PostgreSQL written as the statements that `pg_dump` writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A name in quotes.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name with its schema.
pub(super) fn full(schema: &str, table: &str) -> String {
    format!("{}.{}", name(schema), name(table))
}

/// A text in quotes.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// One row of an answer: texts, or nothing.
pub(super) type Row = Vec<Option<String>>;

/// The value at a place of a row; nothing is the empty text.
pub(super) fn at(row: &Row, place: usize) -> &str {
    row.get(place)
        .and_then(Option::as_deref)
        .unwrap_or_default()
}

/// `CREATE TABLE` with its columns and checks, then its comments. Rows: schema, table, partitioned, table comment,
/// column, type, not null, default, column comment, generated; ordered by table.
pub(super) fn tables(columns: &[Row], checks: &[Row]) -> String {
    let mut by_table: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for row in columns {
        by_table
            .entry((at(row, 0), at(row, 1)))
            .or_default()
            .push(row);
    }
    let mut out = String::new();
    for ((schema, table), rows) in by_table {
        let of = full(schema, table);
        let mut items: Vec<String> = rows.iter().map(|r| column(r)).collect();
        items.extend(
            checks
                .iter()
                .filter(|c| at(c, 0) == schema && at(c, 1) == table)
                .map(|c| format!("CONSTRAINT c {}", at(c, 2))),
        );
        let partitioned = rows.first().is_some_and(|r| at(r, 2) == "t");
        let tail = if partitioned {
            " PARTITION BY RANGE (x)"
        } else {
            ""
        };
        let _ = writeln!(out, "CREATE TABLE {of} (\n{}\n){tail};", items.join(",\n"));
        if let Some(first) = rows.first().filter(|r| !at(r, 3).is_empty()) {
            let _ = writeln!(out, "COMMENT ON TABLE {of} IS {};", text(at(first, 3)));
        }
        for row in rows.iter().filter(|r| !at(r, 8).is_empty()) {
            let _ = writeln!(
                out,
                "COMMENT ON COLUMN {of}.{} IS {};",
                name(at(row, 4)),
                text(at(row, 8))
            );
        }
    }
    out
}

/// `CREATE DOMAIN`, `CREATE TYPE`. Rows: schema, type, what a domain is made of; and schema, type, field, its type.
pub(super) fn types(named: &[Row], fields: &[Row]) -> String {
    let mut out = named.iter().fold(String::new(), |mut out, row| {
        let of = full(at(row, 0), at(row, 1));
        let _ = match at(row, 2) {
            "" => writeln!(out, "CREATE TYPE {of};"),
            base => writeln!(out, "CREATE DOMAIN {of} AS {base};"),
        };
        out
    });
    let mut by_type: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for row in fields {
        by_type
            .entry((at(row, 0), at(row, 1)))
            .or_default()
            .push(format!("{} {}", name(at(row, 2)), at(row, 3)));
    }
    for ((schema, of), fields) in by_type {
        let _ = writeln!(
            out,
            "CREATE TYPE {} AS ({});",
            full(schema, of),
            fields.join(", ")
        );
    }
    out
}

fn column(row: &Row) -> String {
    let mut out = format!("{} {}", name(at(row, 4)), at(row, 5));
    let default = at(row, 7);
    if !at(row, 9).is_empty() {
        let _ = write!(out, " GENERATED ALWAYS AS ({default}) STORED");
    } else if !default.is_empty() {
        let _ = write!(out, " DEFAULT {default}");
    }
    if at(row, 6) == "t" {
        out.push_str(" NOT NULL");
    }
    out
}

/// The rights that make up ALL on a table.
const ALL: [&str; 7] = [
    "DELETE",
    "INSERT",
    "REFERENCES",
    "SELECT",
    "TRIGGER",
    "TRUNCATE",
    "UPDATE",
];

/// `GRANT`, also of single columns. Rows: schema, table, column, grantee, right, may be given on.
pub(super) fn grants(rows: &[Row]) -> String {
    let mut by: BTreeMap<[&str; 5], Vec<&str>> = BTreeMap::new();
    for row in rows {
        let key = [at(row, 0), at(row, 1), at(row, 2), at(row, 3), at(row, 5)];
        by.entry(key).or_default().push(at(row, 4));
    }
    let mut out = String::new();
    for ([schema, table, column, grantee, option], mut rights) in by {
        rights.sort_unstable();
        rights.dedup();
        let what = match ALL.iter().all(|r| rights.contains(r)) {
            true => "ALL".to_owned(),
            false if column.is_empty() => rights.join(","),
            false => {
                let each: Vec<String> = rights
                    .iter()
                    .map(|r| format!("{r}({})", name(column)))
                    .collect();
                each.join(",")
            }
        };
        let to = grantee_of(grantee);
        let option = if option == "t" {
            " WITH GRANT OPTION"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "GRANT {what} ON TABLE {} TO {to}{option};",
            full(schema, table)
        );
    }
    out
}

/// Rights of tables that are made later. Rows: grantee, right.
pub(super) fn default_grants(rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |mut out, row| {
        let to = grantee_of(at(row, 0));
        let _ = writeln!(
            out,
            "ALTER DEFAULT PRIVILEGES GRANT {} ON TABLES TO {to};",
            at(row, 1)
        );
        out
    })
}

/// The catalog knows PUBLIC as nobody.
fn grantee_of(grantee: &str) -> String {
    match grantee {
        "" | "-" => "PUBLIC".into(),
        other => name(other),
    }
}

/// Row-level security. Rows: schema, table, enabled, policy, its condition.
pub(super) fn policies(rows: &[Row]) -> String {
    let mut out = String::new();
    for row in rows {
        let of = full(at(row, 0), at(row, 1));
        if at(row, 2) == "t" {
            let _ = writeln!(out, "ALTER TABLE {of} ENABLE ROW LEVEL SECURITY;");
        }
        if !at(row, 3).is_empty() {
            let using = match at(row, 4) {
                "" => String::new(),
                condition => format!(" USING ({condition})"),
            };
            let _ = writeln!(out, "CREATE POLICY {} ON {of}{using};", name(at(row, 3)));
        }
    }
    out
}

/// Labels of masks. Rows: name of the column, label.
pub(super) fn labels(rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |mut out, row| {
        let _ = writeln!(
            out,
            "SECURITY LABEL FOR anon ON COLUMN {} IS {};",
            at(row, 0),
            text(at(row, 1))
        );
        out
    })
}

/// Views. Rows: schema, name, definition.
pub(super) fn views(rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |mut out, row| {
        let definition = at(row, 2).trim_end().trim_end_matches(';');
        let _ = writeln!(
            out,
            "CREATE VIEW {} AS\n{definition};",
            full(at(row, 0), at(row, 1))
        );
        out
    })
}

/// Whole statements, one in each row.
pub(super) fn statements(rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |mut out, row| {
        let _ = writeln!(out, "{};", at(row, 0).trim_end().trim_end_matches(';'));
        out
    })
}
