//! Migrations of Django: `CreateModel`, `AddField` and what changes tables later. SQL that they run is read as SQL.

use super::words::{Kind, Language, Word, closes, literal, parts, words};
use crate::parse::sql::{Column, Dialect, Schema, Table, What, steps};

/// Is it a migration of Django?
pub(super) fn is_it(text: &str) -> bool {
    text.contains("migrations.Migration") && text.contains("operations")
}

/// Reads a file; its application is the folder above `migrations`.
pub(super) fn read(name: &str, text: &str, dialect: Dialect) -> Schema {
    let words = words(text, Language::Python);
    let mut schema = Schema::of_steps(dialect);
    let app = application(name);
    let at = words.windows(2).position(|w| {
        w.first().is_some_and(|w| w.is("operations")) && w.get(1).is_some_and(|w| w.sign('='))
    });
    // `operations += …`, `operations.append(…)`, `[ … ] + more`: what is added was not seen.
    let adds = |at: usize| {
        let more = |n: usize, word: &str| words.get(at + n).is_some_and(|w| w.is(word));
        let sign = |c: char| words.get(at + 1).is_some_and(|w| w.sign(c));
        sign('+') || sign('.') && ["append", "extend", "insert"].iter().any(|w| more(2, w))
    };
    let named = words.iter().enumerate().filter(|(_, w)| w.is("operations"));
    let ends = at.map(|at| closes(&words, at + 2));
    let added = named.map(|(at, _)| at).chain(ends).find(|at| adds(*at));
    if let Some(word) = added.and_then(|at| words.get(at)) {
        schema.misses(word.line, "operations");
    }
    let list = at.and_then(|at| {
        let open = at + 2;
        words
            .get(open)?
            .sign('[')
            .then(|| words.get(open + 1..closes(&words, open)))?
    });
    let Some(list) = list else {
        schema.misses(1, "operations");
        return schema;
    };
    for one in parts(list, ',').into_iter().filter(|p| !p.is_empty()) {
        let line = one.first().map_or(0, |w| w.line);
        match Call::of(one) {
            Some(call) if operation(&call, &app, &mut schema).is_some() => {}
            Some(call) => schema.misses(line, call.name),
            None => schema.misses(line, "operation"),
        }
    }
    schema.ends();
    schema
}

fn application(path: &str) -> String {
    let folders: Vec<&str> = path.split('/').collect();
    let at = folders.iter().rposition(|f| *f == "migrations");
    let of = at
        .and_then(|at| at.checked_sub(1))
        .and_then(|at| folders.get(at));
    of.map(|f| f.to_lowercase()).unwrap_or_default()
}

/// `migrations.AddField(model_name='x', …)`: the last part of its name, and its arguments.
struct Call<'a> {
    name: &'a str,
    line: u32,
    given: Vec<&'a [Word]>,
}

impl<'a> Call<'a> {
    fn of(words: &'a [Word]) -> Option<Self> {
        let open = words.iter().position(|w| w.sign('('))?;
        let name = words.get(open.checked_sub(1)?)?;
        let inner = words.get(open + 1..closes(words, open))?;
        let given = parts(inner, ',').into_iter().filter(|p| !p.is_empty());
        Some(Self {
            name: &name.text,
            line: name.line,
            given: given.collect(),
        })
        .filter(|_| name.kind == Kind::Word)
    }

    /// `key=value`, or the argument at this place.
    fn get(&self, key: &str, place: usize) -> Option<&'a [Word]> {
        let named = self.given.iter().find_map(|part| {
            let is_it = part.first()?.is(key) && part.get(1)?.sign('=');
            is_it.then(|| part.get(2..))?
        });
        named.or_else(|| {
            let part = self.given.get(place).copied()?;
            (!part.get(1).is_some_and(|w| w.sign('='))).then_some(part)
        })
    }

    fn text(&self, key: &str, place: usize) -> Option<&'a str> {
        literal(self.get(key, place)?)
    }
}

fn operation(call: &Call<'_>, app: &str, schema: &mut Schema) -> Option<()> {
    let line = call.line;
    let table = |model: &str| match app {
        "" => model.to_lowercase(),
        app => format!("{app}_{}", model.to_lowercase()),
    };
    match call.name {
        "CreateModel" => {
            let model = call.text("name", 0)?;
            let mut missed = Vec::new();
            let mut columns = Vec::new();
            for field in items(call.get("fields", 1)?)? {
                let inner = items(field);
                let pair = inner
                    .as_deref()
                    .and_then(|i| i.first().copied().zip(i.get(1).copied()));
                let made = pair.and_then(|(name, field)| column(literal(name)?, field));
                match made {
                    Some(made) => columns.extend(made),
                    None => missed.push(field.first().map_or(line, |w| w.line)),
                }
            }
            let options = call.get("options", 2);
            let own = options.and_then(|o| option(o, "db_table"));
            let said = options
                .and_then(|o| option(o, "verbose_name"))
                .unwrap_or_default();
            schema.makes(Table {
                name: own.map_or_else(|| table(model), str::to_owned),
                columns,
                comment: said.to_owned(),
                line,
                ..Table::default()
            });
            for line in missed {
                schema.misses(line, "field");
            }
            // Fields of abstract models above it are written out here, those of others stand in their own tables.
        }
        "DeleteModel" => {
            schema.changes(&table(call.text("name", 0)?), What::TableDropped, line);
        }
        "RenameModel" => {
            let (old, new) = (call.text("old_name", 0)?, call.text("new_name", 1)?);
            schema.renames(&table(old), &table(new));
        }
        "AlterModelTable" => {
            schema.renames(&table(call.text("name", 0)?), call.text("table", 1)?);
        }
        "AddField" => {
            let of = table(call.text("model_name", 0)?);
            let made = column(call.text("name", 1)?, call.get("field", 2)?)?;
            schema.adds(&of, made, line);
        }
        "AlterField" => {
            let of = table(call.text("model_name", 0)?);
            for made in column(call.text("name", 1)?, call.get("field", 2)?)? {
                schema.changes(&of, What::Typed(made), line);
            }
        }
        "RemoveField" => {
            let of = table(call.text("model_name", 0)?);
            let name = call.text("name", 1)?.to_owned();
            schema.changes(&of, What::Dropped(name), line);
        }
        "RenameField" => {
            let of = table(call.text("model_name", 0)?);
            let what = What::Renamed(
                call.text("old_name", 1)?.to_owned(),
                call.text("new_name", 2)?.to_owned(),
            );
            schema.changes(&of, what, line);
        }
        "RunSQL" => schema.runs(call.text("sql", 0)?, call.get("sql", 0)?.first()?.line),
        other if NO_COLUMNS.contains(&other) => {}
        _ => return None,
    }
    Some(())
}

/// What stands in a list or tuple.
fn items(words: &[Word]) -> Option<Vec<&[Word]>> {
    let open = words.first()?;
    if !open.sign('[') && !open.sign('(') {
        return None;
    }
    let end = closes(words, 0);
    // `[ … ] + more` holds what nobody wrote out.
    if end + 1 != words.len() {
        return None;
    }
    let inner = words.get(1..end)?;
    Some(
        parts(inner, ',')
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect(),
    )
}

/// `'db_table': 'kh'` of a mapping.
fn option<'a>(words: &'a [Word], key: &str) -> Option<&'a str> {
    let inner = words.get(1..closes(words, 0))?;
    parts(inner, ',').into_iter().find_map(|pair| {
        let is_it = pair.first()?.said()? == key && pair.get(1)?.sign(':');
        is_it.then(|| literal(pair.get(2..)?))?
    })
}

/// The columns of a field; none where it is no call of a kind that we know.
fn column(name: &str, field: &[Word]) -> Option<Vec<Column>> {
    let call = Call::of(field)?;
    let number = |key: &str| {
        let words = call.get(key, usize::MAX)?;
        words.first().map(|w| w.text.clone())
    };
    let own = call.text("db_column", usize::MAX).unwrap_or(name);
    let of_text = |kind: &str| match number("max_length") {
        Some(n) if n.bytes().all(|b| b.is_ascii_digit()) => format!("varchar({n})"),
        Some(_) | None => kind.to_owned(),
    };
    let refers = matches!(call.name, "ForeignKey" | "OneToOneField");
    let (name, kind) = match call.name {
        "ManyToManyField" | "GenericRelation" => return Some(Vec::new()),
        "ForeignKey" | "OneToOneField" => {
            let given = call.text("db_column", usize::MAX).map(str::to_owned);
            (
                given.unwrap_or_else(|| format!("{name}_id")),
                "bigint".to_owned(),
            )
        }
        "CharField" | "EmailField" | "SlugField" | "URLField" | "FileField" | "ImageField"
        | "FilePathField" => (own.to_owned(), of_text("varchar")),
        "TextField" => (own.to_owned(), "text".to_owned()),
        other => {
            let kind = TYPES.iter().find(|(n, _)| *n == other).map(|(_, k)| *k);
            // A kind of somebody else may encipher: what it stores does not show.
            (
                own.to_owned(),
                kind.map_or_else(
                    || format!("field_of.{}", other.to_lowercase()),
                    str::to_owned,
                ),
            )
        }
    };
    let mut column = steps::column(&name, &kind, call.line);
    column.refers = refers;
    let said = ["db_comment", "help_text", "verbose_name"]
        .iter()
        .find_map(|k| call.text(k, usize::MAX));
    let first = call
        .given
        .first()
        .copied()
        .and_then(literal)
        .filter(|_| !refers);
    if let Some(said) = said.or(first) {
        column.comment = said.chars().take(400).collect();
    }
    column.has_comment = call.text("db_comment", usize::MAX).is_some();
    column.default_text = call
        .text("default", usize::MAX)
        .is_some_and(|d| !d.is_empty());
    column.not_null = !call
        .given
        .iter()
        .any(|p| p.first().is_some_and(|w| w.is("null")));
    Some(vec![column])
}

/// Kinds of fields and their types in SQL.
const TYPES: [(&str, &str); 27] = [
    ("AutoField", "int"),
    ("BigAutoField", "bigint"),
    ("SmallAutoField", "int"),
    ("IntegerField", "int"),
    ("BigIntegerField", "bigint"),
    ("SmallIntegerField", "int"),
    ("PositiveIntegerField", "int"),
    ("PositiveBigIntegerField", "bigint"),
    ("PositiveSmallIntegerField", "int"),
    ("BooleanField", "boolean"),
    ("NullBooleanField", "boolean"),
    ("DateField", "date"),
    ("DateTimeField", "timestamp"),
    ("TimeField", "time"),
    ("DurationField", "interval"),
    ("DecimalField", "decimal"),
    ("FloatField", "float"),
    ("UUIDField", "uuid"),
    ("JSONField", "jsonb"),
    ("BinaryField", "bytea"),
    ("GenericIPAddressField", "inet"),
    ("IPAddressField", "inet"),
    ("ArrayField", "text[]"),
    ("HStoreField", "hstore"),
    ("PointField", "point"),
    ("PolygonField", "polygon"),
    ("CICharField", "citext"),
];

/// Operations that make no column.
const NO_COLUMNS: [&str; 16] = [
    "AddIndex",
    "RemoveIndex",
    "RenameIndex",
    "AddConstraint",
    "RemoveConstraint",
    "AlterConstraint",
    "AlterUniqueTogether",
    "AlterIndexTogether",
    "AlterOrderWithRespectTo",
    "AlterModelOptions",
    "AlterModelManagers",
    "AlterModelTableComment",
    "RunPython",
    "CreateExtension",
    "TrigramExtension",
    "UnaccentExtension",
];
