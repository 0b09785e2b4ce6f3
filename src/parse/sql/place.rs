//! Of which database and schema a name without them is, and whether two names are of one table.

use super::{Dialect, Schema, Target};

/// Where names stand that say no schema or database.
pub(super) struct Home<'a> {
    dialect: Dialect,
    in_use: Option<&'a str>,
}

/// Whether two names are of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Same {
    /// They are not.
    No,
    /// One of them does not say its schema or database.
    Perhaps,
    /// They are.
    Yes,
}

impl Schema {
    /// Says of tables and views that were just found in which schema or database they are.
    pub(super) fn place(&mut self, tables: usize, views: usize) {
        let home = Home::new(self.dialect, self.in_use.as_deref());
        for table in self.tables.iter_mut().skip(tables) {
            table.full = home.full(&table.name);
        }
        for view in self.views.iter_mut().skip(views) {
            view.full = home.full(&view.name);
        }
    }

    /// Where names stand now.
    pub(super) fn home(&self) -> Home<'_> {
        Home::new(self.dialect, self.in_use.as_deref())
    }
}

impl<'a> Home<'a> {
    /// Where names stand in a file of this dialect.
    pub(super) fn new(dialect: Dialect, in_use: Option<&'a str>) -> Self {
        Self { dialect, in_use }
    }

    /// The name with the schema or database that it is in, where that is known.
    pub(super) fn full(&self, name: &str) -> String {
        let parts = name.matches('.').count() + 1;
        let used = self.in_use;
        match (self.dialect, parts, used) {
            (Dialect::Postgres, 1, used) => format!("{}.{name}", used.unwrap_or("public")),
            (Dialect::Mysql | Dialect::Oracle, 1, Some(used)) => format!("{used}.{name}"),
            (Dialect::Mssql, 1, Some(used)) => format!("{used}.dbo.{name}"),
            (Dialect::Mssql, 1, None) => format!("dbo.{name}"),
            (Dialect::Mssql, 2, Some(used)) => format!("{used}.{name}"),
            (
                Dialect::Postgres
                | Dialect::Mysql
                | Dialect::Mssql
                | Dialect::Oracle
                | Dialect::Generic,
                ..,
            ) => name.to_owned(),
        }
    }
}

/// Are these full names of one table?
pub fn same_full(a: &str, b: &str) -> Same {
    let mut a = a.rsplit('.');
    let mut b = b.rsplit('.');
    let mut first = true;
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x.eq_ignore_ascii_case(y) => first = false,
            (None, None) => return Same::Yes,
            (Some(_), Some(_)) => return Same::No,
            (Some(_), None) | (None, Some(_)) if first => return Same::No,
            (Some(_), None) | (None, Some(_)) => return Same::Perhaps,
        }
    }
}

impl Target {
    /// Is the table, by its full name, among what the right is on?
    pub fn covers(&self, full: &str, dialect: Dialect) -> Same {
        match self {
            Self::Table(name) => same_full(name, full),
            Self::Tables(None) => Same::Yes,
            Self::Tables(Some(of)) => {
                let mut parts = full.rsplit('.').skip(1);
                match parts.next() {
                    None => Same::Perhaps,
                    Some(schema) if dialect == Dialect::Mysql => match like(of, schema) {
                        true => Same::Yes,
                        false => Same::No,
                    },
                    Some(schema) if schema.eq_ignore_ascii_case(of) => Same::Yes,
                    Some(_) => Same::No,
                }
            }
            // Tables that are made later may be this one.
            Self::Later(None, _) => Same::Perhaps,
            Self::Later(Some(of), _) => {
                match Self::Tables(Some(of.clone())).covers(full, dialect) {
                    Same::No => Same::No,
                    Same::Perhaps | Same::Yes => Same::Perhaps,
                }
            }
            Self::Other(_) => Same::No,
        }
    }
}

/// `buu\_dien%` of MySQL: any letters, one letter, or a letter itself.
fn like(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while n < name.len() {
        let (token, width) = match (pattern.get(p), pattern.get(p + 1)) {
            (Some('\\'), Some(next)) => (Some((*next, true)), 2),
            (Some(c), _) => (Some((*c, false)), 1),
            (None, _) => (None, 0),
        };
        match token {
            Some(('%', false)) => {
                back = Some((p + 1, n));
                p += 1;
            }
            Some(('_', false)) => {
                p += 1;
                n += 1;
            }
            Some((c, _)) if name.get(n) == Some(&c) => {
                p += width;
                n += 1;
            }
            Some(_) | None => match back {
                Some((from, at)) => {
                    back = Some((from, at + 1));
                    p = from;
                    n = at + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_table() {
        for (a, b, expected) in [
            ("kh", "kh", Same::Yes),
            ("public.kh", "PUBLIC.KH", Same::Yes),
            ("kh", "a.kh", Same::Perhaps),
            ("a.kh", "b.kh", Same::No),
            ("x.dbo.kh", "dbo.kh", Same::Perhaps),
            ("kh", "dh", Same::No),
        ] {
            assert_eq!(same_full(a, b), expected, "{a} {b}");
        }
        for (pattern, name, expected) in [
            ("buu%", "buu_dien", true),
            ("buu\\_dien", "buu_dien", true),
            ("buu\\_dien", "buuxdien", false),
            ("buu_dien", "buuxdien", true),
            ("%kho", "so_kho", true),
            ("khac", "buu_dien", false),
        ] {
            assert_eq!(like(pattern, name), expected, "{pattern} {name}");
        }
    }
}
