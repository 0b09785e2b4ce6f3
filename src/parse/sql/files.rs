//! Files that are enciphered as a whole: those of a database (TDE), of a tablespace, of one table.

use super::lex::{Kind, Token};
use super::{Dialect, Schema, Table, table};

/// What a statement says of the encryption of a database or tablespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Is it a tablespace? Else a database.
    pub tablespace: bool,
    /// Its name, lower case; empty where the one in use is meant.
    pub name: String,
    /// Is it enciphered from now on?
    pub on: bool,
}

/// `ALTER DATABASE d SET ENCRYPTION ON`, `CREATE|ALTER TABLESPACE t … ENCRYPTION …`.
pub(super) fn read(tokens: &[Token], schema: &mut Schema) {
    let at = |n: usize, w: &str| tokens.get(n).is_some_and(|t| t.is(w));
    let skip = usize::from(at(1, "bigfile") || at(1, "smallfile"));
    let name = tokens.get(2 + skip).map(|t| t.text.to_lowercase());
    let Some(name) = name else {
        return;
    };
    if at(0, "alter") && at(1, "database") {
        let said = |word: &str| {
            tokens
                .windows(2)
                .any(|w| w[0].is("encryption") && w[1].is(word))
        };
        let on = said("on");
        if on || said("off") {
            let name = match name.as_str() {
                "current" => schema.in_use.clone().unwrap_or_default().to_lowercase(),
                _ => name,
            };
            schema.files.push(Files {
                tablespace: false,
                name,
                on,
            });
        }
        return;
    }
    if at(1 + skip, "tablespace") && (at(0, "alter") || at(0, "create")) {
        let has = |w: &str| tokens.iter().any(|t| t.is(w));
        let on = has("encryption") && !has("decrypt") && !says(tokens, &["n", "no", "off"]);
        if on || has("encryption") || at(0, "create") {
            schema.files.push(Files {
                tablespace: true,
                name,
                on,
            });
        }
    }
}

/// The tablespaces that the options of a table name, lower case.
pub(super) fn tablespaces(rest: &[Token]) -> Vec<String> {
    let mut depth = 0_i32;
    let mut end = 0;
    for (at, token) in rest.iter().enumerate() {
        depth += i32::from(token.sign('(')) - i32::from(token.sign(')'));
        if depth == 0 && token.sign(')') {
            end = at;
            break;
        }
    }
    let options = rest.get(end..).unwrap_or_default();
    options
        .windows(2)
        .filter(|w| w[0].is("tablespace") && w[1].names())
        .map(|w| w[1].text.to_lowercase())
        .collect()
}

/// `ALTER TABLE t MOVE TABLESPACE x`: its rows lie there now.
pub(super) fn moved(tokens: &[Token], schema: &mut Schema) {
    let Some(at) = tokens.iter().take(4).position(|t| t.is("table")) else {
        return;
    };
    let rest = tokens.get(at + 1..).unwrap_or_default();
    let to: Vec<String> = rest
        .windows(2)
        .filter(|w| w[0].is("tablespace") && w[1].names())
        .map(|w| w[1].text.to_lowercase())
        .collect();
    if let (Some((name, _)), false) = (table::name(rest), to.is_empty()) {
        let of = schema.tables.iter_mut();
        for table in of.filter(|t| super::same_table(&t.name, &name)) {
            table.tablespaces.clone_from(&to);
        }
    }
}

impl Schema {
    /// Do the rows of the table lie in enciphered files? By its database or its tablespaces.
    pub fn in_enciphered_files(&self, table: &Table) -> bool {
        let on = |tablespace: bool, name: &str| {
            let mut of = self.files.iter().rev();
            of.find(|f| f.tablespace == tablespace && f.name.eq_ignore_ascii_case(name))
                .is_some_and(|f| f.on)
        };
        let spaces = &table.tablespaces;
        if !spaces.is_empty() && spaces.iter().all(|s| on(true, s)) {
            return true;
        }
        if self.dialect != Dialect::Mssql {
            return false;
        }
        let mut parts = table.full().rsplit('.').skip(2);
        match parts.next() {
            Some(database) => on(false, database),
            // The script names one database alone: it is that of the table.
            None => {
                let mut of = self.files.iter().filter(|f| !f.tablespace);
                let one = of.next();
                one.is_some_and(|one| of.all(|f| f.name == one.name) && on(false, &one.name))
            }
        }
    }
}

/// `ENCRYPTION='Y'` of MySQL, `ENCRYPTED=YES` of MariaDB.
pub(super) fn encrypts(options: &[Token]) -> bool {
    says(options, &["y", "yes", "on"])
}

/// Does it say one of these words of its encryption?
pub(super) fn says(options: &[Token], words: &[&str]) -> bool {
    options.iter().enumerate().any(|(at, t)| {
        (t.is("encryption")
            || t.is("encrypted")
            || t.kind == Kind::Name && t.text.eq_ignore_ascii_case("encrypted"))
            && options
                .iter()
                .skip(at + 1)
                .take(2)
                .any(|v| words.iter().any(|y| v.text.eq_ignore_ascii_case(y)))
    })
}
