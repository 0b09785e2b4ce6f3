//! SQL definition files: tables with their columns, comments, views and grants, each with its line.
//!
//! The file is split into statements by our own splitter (dumps are no plain SQL), each one is read alone, and what
//! was not understood is kept with its line: a schema of which a part was not read is never shown as whole.

mod about;
mod accounts;
mod bare;
mod changes;
mod columns;
mod conditions;
mod files;
mod guard;
mod holds;
mod inside;
mod lex;
mod place;
mod read;
mod rights;
mod rows;
mod runs;
mod sections;
mod skim;
mod split;
pub mod steps;
mod table;
mod taken;
mod types;
mod view;

pub use bare::Unguard;
pub use changes::{expand, is_trigger, renamed_in};
pub use columns::{Change, What, apply, follow};
pub use files::Files;
pub use holds::Reading;
pub use place::{Same, same_full};
pub use rights::{Grant, Grantee, Right, Target};
pub use runs::Trigger;
pub use sections::takes_back;
pub use skim::{SkimError, skim};
pub use split::{MAX_STATEMENT_BYTES, Statement, split};
pub use taken::{Taking, lift, take_of_other};

/// The language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    /// SQL Server.
    Mssql,
    /// Oracle.
    Oracle,
    /// SQLite and what does not show.
    Generic,
}

impl Dialect {
    /// The word that facts and inventories use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Mysql => "mysql",
            Self::Mssql => "mssql",
            Self::Oracle => "oracle",
            Self::Generic => "generic",
        }
    }

    /// The dialect with this word, as inventories write it.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "postgresql" | "postgres" | "pg" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::Mysql),
            "mssql" | "sqlserver" | "tsql" => Some(Self::Mssql),
            "oracle" => Some(Self::Oracle),
            "generic" | "sqlite" | "ansi" => Some(Self::Generic),
            _ => None,
        }
    }

    /// The dialect that the text looks like: marks of each are counted in its first part.
    pub fn guess(text: &str) -> Self {
        let mut end = text.len().min(400_000);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = text.get(..end).unwrap_or_default().to_ascii_lowercase();
        let count = |marks: &[&str]| -> usize {
            marks.iter().map(|m| head.matches(m).count().min(40)).sum()
        };
        // What SQLite dumps is told by words of its own; its types are those of any other.
        if ["pragma foreign_keys", "sqlite_sequence", "without rowid"]
            .iter()
            .any(|m| head.contains(m))
        {
            return Self::Generic;
        }
        let mut best = (Self::Generic, 0);
        for (dialect, marks) in MARKS {
            let score = count(marks);
            if score > best.1 {
                best = (dialect, score);
            }
        }
        best.0
    }
}

/// What files of each dialect have.
const MARKS: [(Dialect, &[&str]); 4] = [
    (
        Dialect::Postgres,
        &[
            "postgresql database dump",
            "pg_catalog",
            "character varying",
            "timestamp without",
            "timestamptz",
            "bytea",
            " serial",
            "owner to",
            "nextval(",
            "plpgsql",
            "jsonb",
            "bigserial",
            "comment on ",
            "on all tables in schema",
            "row level security",
            "alter default privileges",
        ],
    ),
    (
        Dialect::Mysql,
        &[
            "mysql dump",
            "mariadb dump",
            "phpmyadmin",
            "engine=",
            "engine =",
            "auto_increment",
            "` ",
            "/*!4",
            "unlock tables",
            "tinyint(",
        ],
    ),
    (
        Dialect::Mssql,
        &[
            "[dbo]",
            "\ngo\n",
            "nvarchar(",
            "identity(1",
            "set ansi_nulls",
            "[int]",
            "datetime2",
            "sp_addextendedproperty",
        ],
    ),
    (
        Dialect::Oracle,
        &[
            "varchar2",
            "number(",
            "\nrem ",
            "tablespace",
            "segment creation",
            "sysdate",
            "\n/\n",
        ],
    ),
];

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name as written, without quotes.
    pub name: String,
    /// Its type as written, lower case.
    pub data_type: String,
    /// The type that its own type is made of, where the schema defines one (a domain, an alias).
    pub base: Option<String>,
    /// Its type is one that no file defines.
    pub undefined: bool,
    /// What the schema says of it: `COMMENT`, or the line comment beside it.
    pub comment: String,
    /// Was the comment a real one of the database?
    pub has_comment: bool,
    /// Its default is a literal text that is not empty.
    pub default_text: bool,
    /// NOT NULL.
    pub not_null: bool,
    /// Made from other columns.
    pub generated: bool,
    /// The kind of hash that a check of the column asks for, or what a trigger makes of it.
    pub hash: Option<&'static str>,
    /// The table that its values refer to, where the definition says it.
    pub refers: bool,
    /// Its line.
    pub line: u32,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Its name with its schema, where it has one.
    pub name: String,
    /// Its name with the schema or database that was in use, where that is known; else empty.
    pub full: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its comment.
    pub comment: String,
    /// The files that it lies in are enciphered.
    pub encrypted: bool,
    /// The tablespaces that it lies in, where the definition names them, lower case.
    pub tablespaces: Vec<String>,
    /// Only what later statements say of a table that stands in another file.
    pub in_part: bool,
    /// Its line.
    pub line: u32,
}

/// A type that the schema defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// The columns that it is made of; none where it is no such type.
    pub columns: Vec<Column>,
    /// The type that it is made of, where it is a domain or an alias.
    pub base: Option<String>,
}

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its name with the schema or database that was in use, where that is known; else empty.
    pub full: String,
    /// Its line.
    pub line: u32,
    /// The tables that it is made of.
    pub of: Vec<String>,
    /// The columns that it shows as they are, lower case; `*` for all.
    pub shows: Vec<String>,
    /// The columns that it cuts, hashes or covers, lower case.
    pub hides: Vec<String>,
}

/// What protects a table or a column beside its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// How.
    pub kind: GuardKind,
    /// The table.
    pub table: String,
    /// The column, where it is for one.
    pub column: Option<String>,
    /// The trigger or policy that does it, where it is one; else empty.
    pub by: String,
    /// The function that the trigger runs, where it runs one; else empty.
    pub runs: String,
    /// Whether it still does could not be followed.
    pub doubt: bool,
}

impl Guard {
    /// A guard of a whole table.
    pub(super) fn of(kind: GuardKind, table: &str) -> Self {
        Self {
            kind,
            table: table.to_owned(),
            column: None,
            by: String::new(),
            runs: String::new(),
            doubt: false,
        }
    }
}

/// Ways of protecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardKind {
    /// A label of PostgreSQL Anonymizer.
    Label,
    /// `MASKED WITH` added later.
    Masked,
    /// Oracle redaction.
    Redaction,
    /// Row-level security is on.
    RowSecurity,
    /// A policy of row-level security.
    Policy,
    /// A policy that lets every row through.
    Open,
    /// The table's files are enciphered.
    Files,
    /// A trigger enciphers the column.
    Enciphered,
    /// A trigger hashes the column.
    Hashed(&'static str),
    /// A trigger enciphers or hashes the column of some rows.
    Sometimes,
}

/// What was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsed {
    /// The line where the statement begins.
    pub line: u32,
    /// Its first words, no values: only letters.
    pub begins: String,
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The dialect it was read in.
    pub dialect: Dialect,
    /// Tables, in file order.
    pub tables: Vec<Table>,
    /// Views.
    pub views: Vec<View>,
    /// Rights that are given at the end of the script.
    pub grants: Vec<Grant>,
    /// Rights that are denied (SQL Server).
    pub denials: Vec<Grant>,
    /// Did the script say anything of rights, also of some that were taken back later?
    pub rights_shown: bool,
    /// What took rights back, for those that other files give.
    pub takings: Vec<Taking>,
    /// What was taken since the transaction began.
    pub undo: Vec<Grant>,
    /// The database or schema in use.
    pub in_use: Option<String>,
    /// The role that the script has taken on; empty where it is its own.
    pub acting: String,
    /// Whether what is read now happens does not show.
    pub perhaps: bool,
    /// What protects tables and columns beside their types.
    pub guards: Vec<Guard>,
    /// What functions encipher or hash, by name: it counts where a trigger runs them.
    pub routines: Vec<(String, Vec<(String, GuardKind)>)>,
    /// What is said of the encryption of databases and tablespaces, in order.
    pub files: Vec<Files>,
    /// Triggers that run a function.
    pub triggers: Vec<Trigger>,
    /// What took protection away, for what other files protect.
    pub unguards: Vec<Unguard>,
    /// Tables that are partitioned.
    pub partitioned: Vec<String>,
    /// Something deletes, drops or makes anonymous by itself: an event, a job, a routine that is named so.
    pub purges: bool,
    /// Lines where a key for encryption stands as a literal.
    pub literal_keys: Vec<u32>,
    /// What was not understood.
    pub unparsed: Vec<Unparsed>,
    /// Only tables and columns can be written there (models of a program), no grants, triggers, jobs or rows.
    pub only_models: bool,
    /// They are steps of a program's migrations: what they change counts for other files.
    pub steps: bool,
    /// The number of the last migration that it holds, where it says so.
    pub up_to: Option<u64>,
    /// Files that these steps take in.
    pub includes: Vec<String>,
    /// Lines of it were taken for Windows-1258.
    pub old_encoding: bool,
    /// Statements in all.
    pub statements: usize,
    /// Tables that rows are given for, and how many statements give them.
    pub rows: std::collections::BTreeMap<String, u32>,
    /// Rows that are changed to values written out: table and column.
    pub set: std::collections::BTreeSet<(String, String)>,
    /// Types that tables may use.
    pub types: Vec<Type>,
    /// What later statements make of columns, in order.
    pub changes: Vec<Change>,
    /// The statements that are read now take back what the file did.
    pub takes_back: bool,
    /// Roles that are made here: they come from no address.
    pub roles: Vec<String>,
    /// Tables that got another name, in order: the old one, the new one.
    pub renamed: Vec<(String, String)>,
    /// Triggers that were dropped or disabled, by name; `*` for all of a table. With their table, where it is said.
    pub dropped: Vec<(String, Option<String>)>,
    /// What triggers protect that are disabled now.
    pub disabled: Vec<Guard>,
    /// Files beside the schema that hold data and were not read.
    pub unread: Vec<String>,
}

impl Schema {
    /// A schema in which nothing was found yet.
    pub fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            tables: Vec::new(),
            views: Vec::new(),
            grants: Vec::new(),
            denials: Vec::new(),
            rights_shown: false,
            takings: Vec::new(),
            undo: Vec::new(),
            in_use: None,
            acting: String::new(),
            perhaps: false,
            guards: Vec::new(),
            routines: Vec::new(),
            files: Vec::new(),
            triggers: Vec::new(),
            unguards: Vec::new(),
            partitioned: Vec::new(),
            purges: false,
            literal_keys: Vec::new(),
            unparsed: Vec::new(),
            only_models: false,
            old_encoding: false,
            steps: false,
            up_to: None,
            includes: Vec::new(),
            statements: 0,
            rows: std::collections::BTreeMap::new(),
            set: std::collections::BTreeSet::new(),
            types: Vec::new(),
            changes: Vec::new(),
            takes_back: false,
            roles: Vec::new(),
            renamed: Vec::new(),
            dropped: Vec::new(),
            disabled: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Does it only say what a program's models are? Then no statement of another file changes it.
    pub fn is_of_models(&self) -> bool {
        self.only_models && !self.steps
    }

    /// Rows that were given to a table before it got its name are rows of that table.
    fn settle(&mut self) {
        for (old, new) in self.renamed.clone() {
            let there = self.tables.iter().any(|t| same_table(&t.name, &old));
            let found = self.rows.keys().find(|r| same_table(r, &old)).cloned();
            if let (false, Some(count)) = (there, found.and_then(|r| self.rows.remove(&r))) {
                *self.rows.entry(new).or_default() += count;
            }
        }
        // phpMyAdmin and mysqldump write a table in place of each view, which is dropped before the view is made.
        let stands_in = |t: &Table| {
            let dropped =
                |c: &Change| c.what == What::TableDropped && same_table(&c.table, &t.name);
            self.views.iter().any(|v| same_table(&v.name, &t.name))
                && self.changes.iter().any(dropped)
        };
        let gone: Vec<bool> = self.tables.iter().map(stands_in).collect();
        let mut gone = gone.into_iter();
        self.tables.retain(|_| !gone.next().unwrap_or(false));
        self.define();
    }

    /// A type that no file defines may be made of columns: what it holds was not seen.
    pub fn note_undefined(&mut self) {
        let columns = self.tables.iter().flat_map(|t| &t.columns);
        let lines = columns.filter(|c| types::may_hold_more(c, self.dialect));
        let lines: Vec<u32> = lines.map(|c| c.line).collect();
        self.unparsed.extend(lines.into_iter().map(|line| Unparsed {
            line,
            begins: "type".into(),
        }));
    }

    /// Says of each column whether its type is known, and what it is made of.
    pub fn define(&mut self) {
        for table in &mut self.tables {
            types::define(table, &self.types, self.dialect);
        }
    }
}

/// Are these two names of one table? `orders` and `public.orders` are, where one of them names no schema.
pub fn same_table(a: &str, b: &str) -> bool {
    about::same_name(a, b)
}

/// Reads a file; without a dialect it is guessed.
pub fn parse(text: &str, dialect: Option<Dialect>) -> Schema {
    let dialect = dialect.unwrap_or_else(|| Dialect::guess(text));
    let mut schema = Schema::empty(dialect);
    let mut sections = sections::Sections::of(text, false);
    for statement in split(text, dialect) {
        schema.statements += 1;
        schema.takes_back = sections.at(statement.line);
        read::read(&statement, &mut schema);
    }
    schema.settle();
    schema
}

#[cfg(test)]
mod rights_tests;
#[cfg(test)]
mod tests;
