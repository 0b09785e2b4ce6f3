//! `schema.rb` and migrations of Rails: `create_table "kh" do |t| t.string "sdt", limit: 20 end`, and what changes
//! tables later. SQL that they run is read as SQL; of `down` nothing is, for it only takes back.

use super::words::{Kind, Language, Word, closes, literal, parts, words};
use crate::parse::sql::{Column, Dialect, Schema, Table, What, steps};

/// Is it a schema or a migration of Rails?
pub(super) fn is_it(text: &str) -> bool {
    text.contains("ActiveRecord::Schema") || text.contains("ActiveRecord::Migration")
}

/// The number of the last migration that a `schema.rb` holds.
pub(super) fn version(text: &str) -> Option<u64> {
    let at = text.find("ActiveRecord::Schema")?;
    let rest = text.get(at..)?;
    let line = rest.lines().next()?;
    let after = line.split_once("version:")?.1;
    let digits: String = after.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Reads a file.
pub(super) fn read(text: &str, dialect: Dialect) -> Schema {
    let words = words(text, Language::Ruby);
    let lines = lines(&words);
    let mut reader = Reader {
        schema: Schema::of_steps(dialect),
        table: None,
        blocks: Vec::new(),
    };
    for line in &lines {
        reader.line(line);
    }
    if let Some((table, ..)) = reader.table.take() {
        // The file ends inside a table.
        reader.schema.misses(table.line, "create_table");
        reader.schema.makes(table);
    }
    reader.schema.ends();
    reader.schema
}

/// Statements: a line goes on in brackets and after a comma or an operator.
fn lines(words: &[Word]) -> Vec<Vec<Word>> {
    let mut out = Vec::new();
    let mut now: Vec<Word> = Vec::new();
    let mut depth = 0_i32;
    for word in words {
        if ['(', '[', '{'].iter().any(|c| word.sign(*c)) {
            depth += 1;
        } else if [')', ']', '}'].iter().any(|c| word.sign(*c)) {
            depth -= 1;
        }
        let ends = word.sign('\n') || word.sign(';');
        if !ends {
            now.push(word.clone());
            continue;
        }
        let goes_on = now
            .last()
            .is_some_and(|w| w.sign(',') || w.sign('\\') || w.sign('='));
        if depth <= 0 && !goes_on && !now.is_empty() {
            out.push(std::mem::take(&mut now));
        }
    }
    if !now.is_empty() {
        out.push(now);
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    /// A frame whose statements count.
    Frame,
    /// `create_table … do |t|`.
    Table,
    /// `def down`, `dir.down do`: it takes back.
    Back,
    /// What holds no step that we know.
    Other,
}

struct Reader {
    schema: Schema,
    /// The table whose block is open, whether it is made or changed, and the name of its variable.
    table: Option<(Table, bool, String)>,
    blocks: Vec<Block>,
}

impl Reader {
    fn line(&mut self, line: &[Word]) {
        let Some(first) = line.first() else {
            return;
        };
        if first.is("end") {
            return self.end();
        }
        let back = self.blocks.contains(&Block::Back);
        let opens = opens(line);
        if back {
            if opens {
                self.blocks.push(Block::Back);
            }
            return;
        }
        if self.table.is_some() {
            return self.in_table(line, opens);
        }
        let name = first.text.as_str();
        let at = first.line;
        match name {
            "class" | "module" | "ActiveRecord" | "begin" | "if" | "unless" | "else" | "elsif"
            | "rescue" | "ensure" | "reversible" | "safety_assured" | "transaction" => {}
            "def" => {
                let down = line.get(1).is_some_and(|w| w.is("down"));
                self.blocks
                    .push(if down { Block::Back } else { Block::Frame });
                return;
            }
            "create_table" | "change_table" | "create_join_table" => {
                return self.table(line, opens);
            }
            _ if is_call_of(line, "down") => {
                if opens {
                    self.blocks.push(Block::Back);
                }
                return;
            }
            _ if is_call_of(line, "up") => {}
            _ => {
                if !self.step(line) {
                    self.schema.misses(at, name);
                }
                if opens {
                    self.blocks.push(Block::Other);
                }
                return;
            }
        }
        if opens {
            self.blocks.push(Block::Frame);
        }
    }

    fn end(&mut self) {
        if self.blocks.pop() == Some(Block::Table)
            && let Some((table, fresh, _)) = self.table.take()
        {
            self.done(table, fresh);
        }
    }

    fn done(&mut self, table: Table, fresh: bool) {
        match fresh {
            true => self.schema.makes(table),
            false => {
                let (name, line) = (table.name, table.line);
                self.schema.adds(&name, table.columns, line);
            }
        }
    }

    /// `create_table "kh", force: :cascade, comment: "…" do |t|`.
    fn table(&mut self, line: &[Word], opens: bool) {
        let at = line.first().map_or(0, |w| w.line);
        let given = given(line, 1);
        let fresh = !line.first().is_some_and(|w| w.is("change_table"));
        let joined = line.first().is_some_and(|w| w.is("create_join_table"));
        let Some(name) = given.first().copied().and_then(literal).filter(|_| !joined) else {
            self.schema.misses(at, "create_table");
            if opens {
                self.blocks.push(Block::Other);
            }
            return;
        };
        let mut table = Table {
            name: name.to_owned(),
            line: at,
            comment: option(&given, "comment")
                .and_then(literal)
                .unwrap_or_default()
                .to_owned(),
            ..Table::default()
        };
        let id = option(&given, "id").map(|w| w.iter().any(|w| w.is("false")));
        if fresh && id != Some(true) {
            let key = option(&given, "primary_key")
                .and_then(literal)
                .unwrap_or("id");
            table.columns.push(steps::column(key, "bigint", at));
        }
        if !opens {
            // `{ |t| … }`, `do |t| … end` on one line, `&block`: its columns are not taken apart.
            if line
                .iter()
                .any(|w| w.sign('|') || w.sign('&') || w.is("do"))
            {
                self.schema.misses(at, "create_table");
            }
            return self.done(table, fresh);
        }
        let bar = line.iter().position(|w| w.sign('|'));
        if bar.is_some_and(|n| line.len() > n + 3) {
            self.schema.misses(at, "create_table");
        }
        let variable = bar.and_then(|n| line.get(n + 1));
        let variable = variable.map_or_else(|| "t".to_owned(), |w| w.text.clone());
        self.table = Some((table, fresh, variable));
        self.blocks.push(Block::Table);
    }

    fn in_table(&mut self, line: &[Word], opens: bool) {
        let at = line.first().map_or(0, |w| w.line);
        if opens {
            // A condition or a loop inside a table: what it does was not followed.
            self.blocks.push(Block::Other);
            return self.schema.misses(at, "block");
        }
        let Some((table, fresh, variable)) = &mut self.table else {
            return;
        };
        let call = line.first().is_some_and(|w| w.is(variable))
            && line.get(1).is_some_and(|w| w.sign('.'));
        let method = line.get(2).filter(|_| call).map(|w| w.text.clone());
        let Some(method) = method else {
            return self.schema.misses(at, "block");
        };
        let given = given(line, 3);
        let of = table.name.clone();
        if *fresh || !CHANGES.contains(&method.as_str()) {
            match columns(&method, &given, at) {
                Some(made) => table.columns.extend(made),
                None => self.schema.misses(at, &method),
            }
            return;
        }
        let name = |n: usize| given.get(n).copied().and_then(literal).map(str::to_owned);
        let whats = match (method.as_str(), name(0), name(1)) {
            ("rename", Some(old), Some(new)) => vec![What::Renamed(old, new)],
            ("remove", Some(_), _) => {
                let all = given.iter().filter_map(|g| literal(g));
                all.map(|n| What::Dropped(n.to_owned())).collect()
            }
            ("change", Some(column), Some(kind)) => {
                vec![What::Typed(one(&column, &kind, &given, at))]
            }
            (_, _, _) => return self.schema.misses(at, &method),
        };
        for what in whats {
            self.schema.changes(&of, what, at);
        }
    }

    /// A step outside a table; false where it is not known.
    fn step(&mut self, line: &[Word]) -> bool {
        let Some(first) = line.first() else {
            return true;
        };
        let at = first.line;
        let given = given(line, 1);
        let text = |n: usize| given.get(n).copied().and_then(literal);
        let named = text(0).zip(text(1));
        match (first.text.as_str(), named) {
            ("add_column", Some((of, name))) => {
                let Some(kind) = text(2) else {
                    return false;
                };
                let rest = given.get(3..).unwrap_or_default();
                let column = one(name, kind, rest, at);
                self.schema.adds(of, vec![column], at);
            }
            ("add_reference" | "add_belongs_to", Some((of, name))) => {
                let mut column = steps::column(&format!("{name}_id"), "bigint", at);
                column.refers = true;
                self.schema.adds(of, vec![column], at);
            }
            ("add_timestamps", _) => match text(0) {
                Some(of) => self.schema.adds(of, times(at), at),
                None => return false,
            },
            ("change_column", Some((of, name))) => {
                let Some(kind) = text(2) else {
                    return false;
                };
                let what = What::Typed(one(name, kind, given.get(3..).unwrap_or_default(), at));
                self.schema.changes(of, what, at);
            }
            ("rename_column", Some((of, old))) => match text(2) {
                Some(new) => {
                    let what = What::Renamed(old.to_owned(), new.to_owned());
                    self.schema.changes(of, what, at);
                }
                None => return false,
            },
            ("remove_column", Some((of, name))) => {
                self.schema.changes(of, What::Dropped(name.to_owned()), at);
            }
            ("remove_columns", Some((of, _))) => {
                let all = given.iter().skip(1).filter_map(|g| literal(g));
                let all: Vec<String> = all.map(str::to_owned).collect();
                for name in all {
                    self.schema.changes(of, What::Dropped(name), at);
                }
            }
            ("rename_table", Some((old, new))) => self.schema.renames(old, new),
            ("drop_table", _) => match text(0) {
                Some(of) => self.schema.changes(of, What::TableDropped, at),
                None => return false,
            },
            ("execute", _) => match text(0) {
                Some(sql) => {
                    let line = given.first().and_then(|g| g.first()).map_or(at, |w| w.line);
                    self.schema.runs(sql, line);
                }
                None => return false,
            },
            (name, _) => return NO_COLUMNS.contains(&name),
        }
        true
    }
}

/// Does the line open a block that an `end` closes?
fn opens(line: &[Word]) -> bool {
    let begins = [
        "if", "unless", "def", "class", "module", "begin", "case", "while", "until", "for",
    ];
    let first = line.first().is_some_and(|w| begins.iter().any(|b| w.is(b)));
    let closed = line.len() > 1 && line.last().is_some_and(|w| w.is("end"));
    let block = line
        .iter()
        .enumerate()
        .any(|(n, w)| w.is("do") && line.get(n + 1).is_none_or(|next| next.sign('|')));
    (first || block) && !closed
}

/// `dir.up do`, `up_only do`.
fn is_call_of(line: &[Word], name: &str) -> bool {
    line.get(1).is_some_and(|w| w.sign('.')) && line.get(2).is_some_and(|w| w.is(name))
        || line
            .first()
            .is_some_and(|w| w.text == format!("{name}_only"))
}

/// The arguments of a call, with brackets or without, up to its block.
fn given(line: &[Word], from: usize) -> Vec<&[Word]> {
    let rest = line.get(from..).unwrap_or_default();
    let inner = match rest.first() {
        Some(open) if open.sign('(') => rest.get(1..closes(rest, 0)).unwrap_or_default(),
        Some(_) | None => {
            let end = rest
                .iter()
                .position(|w| w.is("do") || w.is("if") || w.is("unless"));
            rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
        }
    };
    parts(inner, ',')
        .into_iter()
        .filter(|p| !p.is_empty())
        .collect()
}

/// `limit: 20`, `:limit => 20`.
fn option<'a>(given: &[&'a [Word]], name: &str) -> Option<&'a [Word]> {
    given.iter().find_map(|part| {
        let first = part.first()?;
        let label = first.is(name) && part.get(1)?.sign(':');
        let arrow = first.kind == Kind::Symbol && first.text == name && part.get(1)?.sign('=');
        match (label, arrow) {
            (true, _) => part.get(2..),
            (_, true) => part.get(3..),
            (false, false) => None,
        }
    })
}

/// A column of this type and these options.
fn one(name: &str, kind: &str, given: &[&[Word]], line: u32) -> Column {
    let limit = option(given, "limit")
        .and_then(|w| w.first())
        .map(|w| w.text.clone());
    let kind = match (kind, limit) {
        ("string", None) => "varchar(255)".to_owned(),
        ("string", Some(n)) => format!("varchar({n})"),
        ("datetime" | "timestamptz", _) => "timestamp".to_owned(),
        ("binary", _) => "blob".to_owned(),
        ("enum", _) => "varchar".to_owned(),
        (kind, _) => kind.to_owned(),
    };
    let mut column = steps::column(name, &kind, line);
    if let Some(text) = option(given, "comment").and_then(literal) {
        column.comment = text.chars().take(400).collect();
        column.has_comment = true;
    }
    column.default_text = option(given, "default")
        .and_then(literal)
        .is_some_and(|t| !t.is_empty());
    column.not_null = option(given, "null").is_some_and(|w| w.iter().any(|w| w.is("false")));
    column
}

fn times(line: u32) -> Vec<Column> {
    ["created_at", "updated_at"]
        .iter()
        .map(|n| steps::column(n, "timestamp", line))
        .collect()
}

/// What `t.method` makes; none where it is not known.
fn columns(method: &str, given: &[&[Word]], line: u32) -> Option<Vec<Column>> {
    let names: Vec<&str> = given.iter().map_while(|g| literal(g)).collect();
    match method {
        "index"
        | "check_constraint"
        | "foreign_key"
        | "unique_constraint"
        | "exclusion_constraint" => return Some(Vec::new()),
        "timestamps" => return Some(times(line)),
        "references" | "belongs_to" => {
            let kinds = option(given, "polymorphic").is_some();
            let mut out = Vec::new();
            for name in names {
                let mut column = steps::column(&format!("{name}_id"), "bigint", line);
                column.refers = true;
                out.push(column);
                if kinds {
                    out.push(steps::column(&format!("{name}_type"), "varchar(255)", line));
                }
            }
            return Some(out).filter(|o| !o.is_empty());
        }
        "column" => return Some(vec![one(names.first()?, names.get(1)?, given, line)]),
        "virtual" => {
            let kind = option(given, "type").and_then(literal).unwrap_or("varchar");
            let mut column = one(names.first()?, kind, given, line);
            column.generated = true;
            return Some(vec![column]);
        }
        _ => {}
    }
    let made = names.iter().map(|name| one(name, method, given, line));
    let made: Vec<Column> = made.collect();
    Some(made).filter(|m| !m.is_empty())
}

/// Calls of `change_table` that make no column.
const CHANGES: [&str; 8] = [
    "rename",
    "remove",
    "change",
    "change_default",
    "change_null",
    "remove_index",
    "remove_references",
    "remove_timestamps",
];

/// Steps that make no column.
const NO_COLUMNS: [&str; 30] = [
    "add_index",
    "remove_index",
    "rename_index",
    "add_foreign_key",
    "remove_foreign_key",
    "add_check_constraint",
    "remove_check_constraint",
    "validate_foreign_key",
    "validate_check_constraint",
    "enable_extension",
    "disable_extension",
    "create_enum",
    "add_enum_value",
    "change_column_null",
    "change_column_default",
    "change_column_comment",
    "change_table_comment",
    "disable_ddl_transaction",
    "create_schema",
    "add_unique_constraint",
    "add_exclusion_constraint",
    "puts",
    "say",
    "require",
    "return",
    "private",
    "raise",
    "commit_db_transaction",
    "remove_reference",
    "remove_timestamps",
];
