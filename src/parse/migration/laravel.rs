//! Migrations of Laravel: `Schema::create('kh', function (Blueprint $table) { $table->string('sdt', 20); })`, and what
//! changes tables later. SQL that they run is read as SQL; of `down` nothing is, for it only takes back.

use super::words::{Kind, Language, Word, closes, literal, parts, words};
use crate::parse::sql::{Column, Dialect, Schema, Table, What, steps};

/// Is it a migration of Laravel, or one that only runs SQL (Doctrine)?
pub(super) fn is_it(text: &str) -> bool {
    text.contains("Schema::") || text.contains("->addSql(") || text.contains("DB::")
}

/// Reads a file.
pub(super) fn read(text: &str, dialect: Dialect) -> Schema {
    let words = words(text, Language::Php);
    let mut schema = Schema::of_steps(dialect);
    let mut found = false;
    for (at, word) in words.iter().enumerate() {
        if !word.is("function") {
            continue;
        }
        let Some(name) = words.get(at + 1).filter(|w| w.kind == Kind::Word) else {
            continue;
        };
        if name.text == "down" || name.text == "__construct" {
            continue;
        }
        if let Some(body) = body(&words, at) {
            found = true;
            block(body, &mut schema);
        }
    }
    if !found {
        schema.misses(1, "migration");
    }
    schema.ends();
    schema
}

/// What stands between the braces after this place.
fn body(words: &[Word], at: usize) -> Option<&[Word]> {
    let open = at + words.get(at..)?.iter().position(|w| w.sign('{'))?;
    words.get(open + 1..closes(words, open))
}

/// The statements of a block; what stands under a condition counts as done.
fn block(body: &[Word], schema: &mut Schema) {
    let mut at = 0;
    while let Some(first) = body.get(at) {
        let framed = [
            "if", "elseif", "else", "try", "catch", "finally", "foreach", "for", "while",
        ];
        if first.kind == Kind::Word && framed.contains(&first.text.as_str()) {
            let Some(open) = body
                .get(at..)
                .and_then(|r| r.iter().position(|w| w.sign('{')))
            else {
                return schema.misses(first.line, &first.text);
            };
            let open = at + open;
            let end = closes(body, open);
            let inner = body.get(open + 1..end).unwrap_or_default();
            let looped = ["foreach", "for", "while"].contains(&first.text.as_str());
            // What a loop does depends on what it runs over.
            if looped && inner.iter().any(|w| w.is("Schema") || w.is("DB")) {
                schema.misses(first.line, &first.text);
            } else if first.text != "catch" {
                block(inner, schema);
            }
            at = end + 1;
            continue;
        }
        let rest = body.get(at..).unwrap_or_default();
        let statement = parts(rest, ';').first().copied().unwrap_or_default();
        if !statement.is_empty() {
            step(statement, schema);
        }
        at += statement.len() + 1;
    }
}

fn step(statement: &[Word], schema: &mut Schema) {
    let line = statement.first().map_or(0, |w| w.line);
    let calls = |name: &str| {
        statement
            .iter()
            .enumerate()
            .find(|(n, w)| w.is(name) && statement.get(n + 1).is_some_and(|w| w.sign('(')))
            .map(|(n, _)| n)
    };
    if statement.first().is_some_and(|w| w.is("DB"))
        && let Some(at) = calls("transaction")
    {
        if let Some(body) = body(statement, at) {
            block(body, schema);
        }
        return;
    }
    let facade = statement.iter().any(|w| w.is("Schema"));
    if facade {
        for (name, fresh) in [("create", true), ("table", false)] {
            if let Some(at) = calls(name) {
                if table(statement, at, fresh, schema).is_none() {
                    schema.misses(line, "Schema");
                }
                return;
            }
        }
        for name in ["dropIfExists", "drop"] {
            if let Some(at) = calls(name) {
                return match argument(statement, at, 0) {
                    Some(of) => schema.changes(of, What::TableDropped, line),
                    None => schema.misses(line, "Schema"),
                };
            }
        }
        if let Some(at) = calls("rename") {
            return match (argument(statement, at, 0), argument(statement, at, 1)) {
                (Some(old), Some(new)) => schema.renames(old, new),
                (_, _) => schema.misses(line, "Schema"),
            };
        }
        let harmless = [
            "hasTable",
            "hasColumn",
            "hasColumns",
            "disableForeignKeyConstraints",
            "enableForeignKeyConstraints",
            "defaultStringLength",
            "getConnection",
        ];
        if !harmless.iter().any(|n| calls(n).is_some()) {
            schema.misses(line, "Schema");
        }
        return;
    }
    for name in ["statement", "unprepared", "addSql", "execute"] {
        if let Some(at) = calls(name) {
            return match argument(statement, at, 0) {
                Some(text) => schema.runs(text, line_of(statement, at)),
                None => schema.misses(line, "SQL"),
            };
        }
    }
    // Rows are no tables; what other objects do is not seen.
    let own = statement.first().is_some_and(|w| w.is("$this"));
    let builds = ["Artisan", "Capsule"]
        .iter()
        .any(|n| statement.iter().any(|w| w.is(n)));
    let abort = calls("abortIf").is_some() || calls("skipIf").is_some();
    if own && !abort || builds {
        schema.misses(line, "call");
    }
}

fn line_of(statement: &[Word], at: usize) -> u32 {
    statement.get(at + 2).map_or(0, |w| w.line)
}

/// The text that is the argument `n` of the call at `at`.
fn argument(statement: &[Word], at: usize, n: usize) -> Option<&str> {
    literal(arguments(statement, at).get(n).copied()?)
}

fn arguments(statement: &[Word], at: usize) -> Vec<&[Word]> {
    let end = closes(statement, at + 1);
    let inner = statement.get(at + 2..end).unwrap_or_default();
    parts(inner, ',')
        .into_iter()
        .filter(|p| !p.is_empty())
        .collect()
}

/// `Schema::create('kh', function (Blueprint $table) { … })`.
fn table(statement: &[Word], at: usize, fresh: bool, schema: &mut Schema) -> Option<()> {
    let name = argument(statement, at, 0)?.to_owned();
    let line = statement.get(at)?.line;
    let closure = arguments(statement, at).get(1).copied()?;
    let open = closure.iter().position(|w| w.sign('{'))?;
    let body = closure.get(open + 1..closes(closure, open))?;
    let mut of = Of {
        name: &name,
        table: Table {
            name: name.clone(),
            line,
            ..Table::default()
        },
        changes: Vec::new(),
        missed: Vec::new(),
        renamed: None,
    };
    of.block(body);
    let Of {
        table,
        changes,
        missed,
        renamed,
        ..
    } = of;
    if fresh {
        if table.columns.is_empty() && missed.is_empty() {
            schema.misses(line, "Schema");
        }
        schema.makes(table);
    } else {
        schema.adds(&name, table.columns, line);
    }
    for (what, line) in changes {
        schema.changes(&name, what, line);
    }
    for (line, word) in missed {
        schema.misses(line, &word);
    }
    if let Some(new) = renamed {
        schema.renames(&name, &new);
    }
    Some(())
}

/// A table while its steps are read.
struct Of<'a> {
    name: &'a str,
    table: Table,
    changes: Vec<(What, u32)>,
    missed: Vec<(u32, String)>,
    renamed: Option<String>,
}

impl Of<'_> {
    fn block(&mut self, body: &[Word]) {
        let mut at = 0;
        while let Some(first) = body.get(at) {
            if first.is("if") || first.is("else") || first.is("elseif") {
                let open = body
                    .get(at..)
                    .and_then(|r| r.iter().position(|w| w.sign('{')));
                let Some(open) = open.map(|o| at + o) else {
                    return self.missed.push((first.line, first.text.clone()));
                };
                let end = closes(body, open);
                self.block(body.get(open + 1..end).unwrap_or_default());
                at = end + 1;
                continue;
            }
            let rest = body.get(at..).unwrap_or_default();
            let statement = parts(rest, ';').first().copied().unwrap_or_default();
            if let Some(first) = statement.first()
                && self.step(statement).is_none()
                && !self.inside(statement)
            {
                let name = statement.iter().skip(1).find(|w| w.kind == Kind::Word);
                let name = name.map_or_else(String::new, |w| w.text.clone());
                self.missed.push((first.line, name));
            }
            at += statement.len() + 1;
        }
    }

    /// `Schema::withoutForeignKeyConstraints(function () use ($table) { … })`: its steps count. False where it has none.
    fn inside(&mut self, statement: &[Word]) -> bool {
        let called = statement.first().is_some_and(|w| !w.text.starts_with('$'));
        let open = statement.iter().position(|w| w.sign('{'));
        let Some(open) = open.filter(|_| called) else {
            return false;
        };
        let inner = statement.get(open + 1..closes(statement, open));
        self.block(inner.unwrap_or_default());
        true
    }

    /// `$table->string('sdt', 20)->nullable()->comment('…')`.
    fn step(&mut self, statement: &[Word]) -> Option<()> {
        let chain = chain(statement)?;
        let Some((method, line, given)) = chain.first() else {
            // `$table->engine = 'InnoDB'`.
            return Some(());
        };
        let line = *line;
        let text = |n: usize| given.get(n).copied().and_then(literal);
        let later = chain.get(1..).unwrap_or_default();
        match *method {
            "comment" => {
                self.table.comment = text(0)?.to_owned();
                return Some(());
            }
            "renameColumn" => {
                let what = What::Renamed(text(0)?.to_owned(), text(1)?.to_owned());
                self.changes.push((what, line));
                return Some(());
            }
            "rename" => {
                self.renamed = Some(text(0)?.to_owned());
                return Some(());
            }
            "dropColumn" | "dropColumns" | "removeColumn" => {
                for name in names(given)? {
                    self.changes.push((What::Dropped(name), line));
                }
                return Some(());
            }
            other if DROPS.contains(&other) => return self.drops(other, line),
            other if NO_COLUMNS.contains(&other) => return Some(()),
            _ => {}
        }
        let mut made = made(method, given, self.name, line)?;
        for column in &mut made {
            modify(column, later);
        }
        if later.iter().any(|(m, ..)| *m == "change") {
            let typed = made.into_iter().map(|c| (What::Typed(c), line));
            self.changes.extend(typed);
        } else {
            self.table.columns.extend(made);
        }
        Some(())
    }

    fn drops(&mut self, method: &str, line: u32) -> Option<()> {
        let gone: &[&str] = match method {
            "dropTimestamps" | "dropTimestampsTz" => &["created_at", "updated_at"],
            "dropSoftDeletes" | "dropSoftDeletesTz" => &["deleted_at"],
            "dropRememberToken" => &["remember_token"],
            _ => &[],
        };
        for name in gone {
            self.changes.push((What::Dropped((*name).to_owned()), line));
        }
        Some(())
    }
}

/// A call: its name, its line, its arguments.
type Call<'a> = (&'a str, u32, Vec<&'a [Word]>);

/// `$table->a(…)->b(…)` as its calls; none where it is no such chain.
fn chain(statement: &[Word]) -> Option<Vec<Call<'_>>> {
    let first = statement.first()?;
    if first.kind != Kind::Word || !first.text.starts_with('$') {
        return None;
    }
    let mut at = 1;
    let mut out = Vec::new();
    while at < statement.len() {
        let arrow = statement.get(at)?.sign('-') && statement.get(at + 1)?.sign('>');
        let name = statement.get(at + 2)?;
        if !arrow || name.kind != Kind::Word {
            return None;
        }
        match statement.get(at + 3) {
            Some(open) if open.sign('(') => {
                out.push((name.text.as_str(), name.line, arguments(statement, at + 2)));
                at = closes(statement, at + 3) + 1;
            }
            // A property that is set; it holds no column.
            Some(equal) if equal.sign('=') && out.is_empty() => return Some(out),
            Some(_) | None => return None,
        }
    }
    Some(out)
}

/// `'a'`, `'a', 'b'`, `['a', 'b']`.
fn names(given: &[&[Word]]) -> Option<Vec<String>> {
    let mut out = Vec::new();
    for part in given {
        let inner = match (part.first(), part.len()) {
            (Some(open), n) if open.sign('[') => part.get(1..n - 1)?,
            (Some(array), n) if array.is("array") => part.get(2..n - 1)?,
            (_, _) => part,
        };
        for one in parts(inner, ',').into_iter().filter(|p| !p.is_empty()) {
            out.push(literal(one)?.to_owned());
        }
    }
    Some(out)
}

/// The columns that a call makes; none where it is not known or its name is not written out.
fn made(method: &str, given: &[&[Word]], of: &str, line: u32) -> Option<Vec<Column>> {
    let text = |n: usize| given.get(n).copied().and_then(literal);
    let one = |name: &str, kind: &str| Some(vec![steps::column(name, kind, line)]);
    let many = |names: &[(&str, &str)]| {
        Some(
            names
                .iter()
                .map(|(name, kind)| steps::column(name, kind, line))
                .collect(),
        )
    };
    match method {
        "id" | "increments" | "bigIncrements" => {
            return one(
                match given.is_empty() {
                    true => "id",
                    false => text(0)?,
                },
                "bigint",
            );
        }
        "timestamps" | "timestampsTz" | "nullableTimestamps" | "datetimes" => {
            return many(&[("created_at", "timestamp"), ("updated_at", "timestamp")]);
        }
        "softDeletes" | "softDeletesTz" | "softDeletesDatetime" => {
            return one(text(0).unwrap_or("deleted_at"), "timestamp");
        }
        "rememberToken" => return one("remember_token", "varchar(100)"),
        "ipAddress" if given.is_empty() => return one("ip_address", "varchar(45)"),
        "uuid" | "ulid" if given.is_empty() => return one(method, "uuid"),
        "foreignIdFor" => {
            let model = given
                .first()?
                .iter()
                .rev()
                .find(|w| w.kind == Kind::Word && w.text != "class")?;
            let name = text(1).map(str::to_owned);
            return one(
                &name.unwrap_or_else(|| format!("{}_id", snake(&model.text))),
                "bigint",
            );
        }
        "addColumn" => return one(text(1)?, text(0)?),
        "rawColumn" => return one(text(0)?, text(1)?),
        _ => {}
    }
    if method.to_ascii_lowercase().ends_with("morphs") {
        let name = text(0)?;
        return many(&[
            (&format!("{name}_type"), "varchar(255)"),
            (&format!("{name}_id"), "bigint"),
        ]);
    }
    let (_, kind) = TYPES.iter().find(|(m, _)| *m == method)?;
    let length = given.get(1).and_then(|p| match p {
        [n] if n.text.bytes().all(|b| b.is_ascii_digit()) => Some(n.text.as_str()),
        _ => None,
    });
    let kind = match (*kind, length) {
        ("varchar", None) => "varchar(255)".to_owned(),
        (kind @ ("varchar" | "char"), Some(n)) => format!("{kind}({n})"),
        (kind, _) => kind.to_owned(),
    };
    // A foreign key says whose number it is.
    let mut column = steps::column(text(0)?, &kind, line);
    column.refers = method.starts_with("foreign") && !of.is_empty();
    Some(vec![column])
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// What the calls after the first say of a column.
fn modify(column: &mut Column, later: &[Call<'_>]) {
    let nullable = later.iter().any(|(m, ..)| *m == "nullable");
    column.not_null = !nullable;
    for (method, _, given) in later {
        let text = given.first().copied().and_then(literal);
        match (*method, text) {
            ("comment", Some(text)) => {
                column.comment = text.chars().take(400).collect();
                column.has_comment = true;
            }
            ("default", Some(text)) => column.default_text = !text.is_empty(),
            ("storedAs" | "virtualAs" | "generatedAs", _) => column.generated = true,
            ("constrained" | "references", _) => column.refers = true,
            (_, _) => {}
        }
    }
}

/// Calls that take something away which is no column of its own name.
const DROPS: [&str; 18] = [
    "dropTimestamps",
    "dropTimestampsTz",
    "dropSoftDeletes",
    "dropSoftDeletesTz",
    "dropRememberToken",
    "dropPrimary",
    "dropUnique",
    "dropIndex",
    "dropForeign",
    "dropForeignIdFor",
    "dropConstrainedForeignId",
    "dropConstrainedForeignIdFor",
    "dropSpatialIndex",
    "dropFullText",
    "dropMorphs",
    "dropIfExists",
    "dropForeignKey",
    "dropIndexIfExists",
];

/// Calls that make no column.
const NO_COLUMNS: [&str; 18] = [
    "primary",
    "unique",
    "index",
    "foreign",
    "fullText",
    "fulltext",
    "rawIndex",
    "spatialIndex",
    "vectorIndex",
    "renameIndex",
    "engine",
    "charset",
    "collation",
    "temporary",
    "innoDb",
    "check",
    "after",
    "instant",
];

/// Calls that make one column, and its type in SQL.
const TYPES: [(&str, &str); 57] = [
    ("string", "varchar"),
    ("char", "char"),
    ("text", "text"),
    ("tinyText", "text"),
    ("mediumText", "text"),
    ("longText", "text"),
    ("integer", "int"),
    ("tinyInteger", "int"),
    ("smallInteger", "int"),
    ("mediumInteger", "int"),
    ("bigInteger", "bigint"),
    ("unsignedInteger", "int"),
    ("unsignedTinyInteger", "int"),
    ("unsignedSmallInteger", "int"),
    ("unsignedMediumInteger", "int"),
    ("unsignedBigInteger", "bigint"),
    ("unsignedDecimal", "decimal"),
    ("tinyIncrements", "int"),
    ("smallIncrements", "int"),
    ("mediumIncrements", "int"),
    ("integerIncrements", "int"),
    ("foreignId", "bigint"),
    ("foreignUuid", "uuid"),
    ("foreignUlid", "char"),
    ("float", "float"),
    ("double", "double"),
    ("decimal", "decimal"),
    ("boolean", "boolean"),
    ("enum", "varchar"),
    ("set", "varchar"),
    ("json", "json"),
    ("jsonb", "jsonb"),
    ("date", "date"),
    ("dateTime", "timestamp"),
    ("dateTimeTz", "timestamp"),
    ("time", "time"),
    ("timeTz", "time"),
    ("timestamp", "timestamp"),
    ("timestampTz", "timestamp"),
    ("year", "int"),
    ("binary", "blob"),
    ("uuid", "uuid"),
    ("ulid", "char"),
    ("ipAddress", "varchar"),
    ("macAddress", "varchar"),
    ("geometry", "geometry"),
    ("geography", "geography"),
    ("point", "point"),
    ("lineString", "geometry"),
    ("polygon", "polygon"),
    ("geometryCollection", "geometry"),
    ("multiPoint", "geometry"),
    ("multiLineString", "geometry"),
    ("multiPolygon", "geometry"),
    ("computed", "varchar"),
    ("vector", "vector"),
    ("tsvector", "tsvector"),
];
