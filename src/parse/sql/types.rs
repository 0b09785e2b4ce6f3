//! Types of columns: which ones every server knows, and what those are made of that a schema defines.

use super::{Column, Dialect, Table, Type, same_table};

/// Says of each column of the table whether its type is known, and what it is made of.
pub(super) fn define(table: &mut Table, types: &[Type], dialect: Dialect) {
    for column in &mut table.columns {
        let written = column.data_type.as_str();
        if written.is_empty() || is_known(written, dialect) {
            (column.base, column.undefined) = (None, false);
            continue;
        }
        let found = defined(written, types);
        column.undefined = found.is_none();
        column.base = found.and_then(|t| t.base.clone());
    }
}

/// The definition of a type, followed through aliases of aliases.
fn defined<'a>(written: &str, types: &'a [Type]) -> Option<&'a Type> {
    let mut name = bare(written);
    let mut found = None;
    for _ in 0..MAX_ALIASES {
        let Some(next) = types.iter().find(|t| same_table(&t.name, name)) else {
            break;
        };
        found = Some(next);
        match &next.base {
            Some(base) => name = bare(base),
            None => break,
        }
    }
    found
}

/// The most aliases of aliases that are followed.
const MAX_ALIASES: usize = 8;

/// The name of a type without its length, its array brackets and what follows.
pub(super) fn bare(written: &str) -> &str {
    written.split(['(', '[', ' ']).next().unwrap_or(written)
}

/// Columns whose type is made of columns that no file shows may hold anything.
pub(super) fn may_hold_more(column: &Column, dialect: Dialect) -> bool {
    // In SQL Server a type of one's own is another name of a usual one; MySQL and SQLite have none.
    column.undefined && matches!(dialect, Dialect::Postgres | Dialect::Oracle)
}

/// Is it a type of the server, or of a usual extension?
fn is_known(written: &str, dialect: Dialect) -> bool {
    let name = bare(written);
    // MySQL has only its own types, SQLite takes any word.
    if dialect == Dialect::Mysql || dialect == Dialect::Generic && !name.contains(['.', '_']) {
        return true;
    }
    let (space, last) = name.rsplit_once('.').unwrap_or(("", name));
    if [
        "pg_catalog",
        "sys",
        "mdsys",
        "xdb",
        "sysibm",
        "information_schema",
    ]
    .contains(&space)
    {
        return true;
    }
    let last = last.trim_matches(['"', '`']);
    let last = last.strip_prefix('_').unwrap_or(last);
    KNOWN.binary_search(&last).is_ok() || last.starts_with("reg")
}

/// Types of PostgreSQL, SQL Server, Oracle and SQL, and of usual extensions, sorted.
const KNOWN: [&str; 144] = [
    "any",
    "anydata",
    "anydataset",
    "anytype",
    "bfile",
    "bigint",
    "bigserial",
    "binary",
    "binary_double",
    "binary_float",
    "bit",
    "blob",
    "bool",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "bytes",
    "char",
    "character",
    "cid",
    "cidr",
    "circle",
    "citext",
    "clob",
    "cube",
    "date",
    "datemultirange",
    "daterange",
    "datetime",
    "datetime2",
    "datetimeoffset",
    "dbclob",
    "dec",
    "decfloat",
    "decimal",
    "double",
    "ean13",
    "float",
    "float4",
    "float8",
    "geography",
    "geometry",
    "graphic",
    "halfvec",
    "hierarchyid",
    "hstore",
    "httpuritype",
    "image",
    "inet",
    "int",
    "int1",
    "int2",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "intarray",
    "integer",
    "interval",
    "isbn",
    "isbn13",
    "json",
    "json_object_t",
    "jsonb",
    "jsonpath",
    "line",
    "long",
    "lquery",
    "lseg",
    "ltree",
    "ltxtquery",
    "macaddr",
    "macaddr8",
    "mediumint",
    "mediumtext",
    "money",
    "name",
    "national",
    "nchar",
    "nclob",
    "ntext",
    "number",
    "numeric",
    "nummultirange",
    "numrange",
    "nvarchar",
    "nvarchar2",
    "oid",
    "path",
    "pg_lsn",
    "point",
    "polygon",
    "raster",
    "raw",
    "real",
    "rowid",
    "rowversion",
    "sdo_geometry",
    "seg",
    "semver",
    "serial",
    "serial2",
    "serial4",
    "serial8",
    "smalldatetime",
    "smallint",
    "smallmoney",
    "smallserial",
    "sparsevec",
    "sql_variant",
    "string",
    "sysname",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tinyint",
    "tinytext",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "uniqueidentifier",
    "uritype",
    "urowid",
    "uuid",
    "varbinary",
    "varbit",
    "varchar",
    "varchar2",
    "vargraphic",
    "vector",
    "xid",
    "xid8",
    "xml",
    "xmltype",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_servers_are_known() {
        assert!(KNOWN.is_sorted());
        for (written, dialect, known) in [
            ("character varying(20)", Dialect::Postgres, true),
            ("public.citext", Dialect::Postgres, true),
            ("text[]", Dialect::Postgres, true),
            ("_text", Dialect::Postgres, true),
            ("public.t_sdt", Dialect::Postgres, false),
            ("sys.anydata", Dialect::Oracle, true),
            ("bc.t_dia_chi", Dialect::Oracle, false),
            ("dbo.dienthoai", Dialect::Mssql, false),
            ("bool", Dialect::Mysql, true),
            ("guid", Dialect::Generic, true),
        ] {
            assert_eq!(is_known(written, dialect), known, "{written}");
        }
    }
}
