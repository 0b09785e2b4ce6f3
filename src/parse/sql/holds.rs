//! Who holds which right on a table at the end of the script: rights that were given, less what was taken and denied.

use super::place::Same;
use super::rights::{Grant, Grantee, Right, Target, is_everywhere, reads_all};
use super::{Dialect, Schema, Table, place};

/// One account or role that may read a table, or some of its columns.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The right.
    pub grant: &'a Grant,
    /// Who.
    pub to: &'a str,
    /// The only columns that it is for, lower case.
    only: Option<Vec<&'a str>>,
    /// Columns that are denied, lower case.
    denied: Vec<&'a str>,
}

impl Reading<'_> {
    /// Does it show this column (lower case)?
    pub fn shows(&self, column: &str) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|list| list.contains(&column)) && !self.denied.contains(&column)
    }
}

/// Rights that let rows be read.
const READS: [&str; 5] = ["select", "read", "control", "all", "all privileges"];
/// Rights that reach rows in any way.
const ROWS: [&str; 9] = [
    "select",
    "insert",
    "update",
    "delete",
    "truncate",
    "all",
    "all privileges",
    "read",
    "control",
];

impl Schema {
    /// Everybody who may read the table or view, by its full name.
    pub fn readings(&self, full: &str) -> Vec<Reading<'_>> {
        let mut out = Vec::new();
        for grant in self.grants.iter().filter(|g| self.covers(g, full)) {
            let rights = of_kind(grant, &READS, full, self.dialect);
            if rights.is_empty() {
                continue;
            }
            let whole = rights.iter().any(|r| r.columns.is_empty());
            let columns = rights.iter().flat_map(|r| r.columns.iter());
            let only: Option<Vec<&str>> = (!whole).then(|| columns.map(String::as_str).collect());
            for to in &grant.to {
                if let Some(denied) = self.denied(to, full) {
                    out.push(Reading {
                        grant,
                        to: &to.name,
                        only: only.clone(),
                        denied,
                    });
                }
            }
        }
        out
    }

    /// Does the right reach rows of the table or view, for one of those that `who` names?
    pub fn reaches(&self, grant: &Grant, full: &str, who: &dyn Fn(&str) -> bool) -> bool {
        self.covers(grant, full)
            && !of_kind(grant, &ROWS, full, self.dialect).is_empty()
            && grant
                .to
                .iter()
                .any(|t| who(&t.name) && self.denied(t, full).is_some())
    }

    /// Is the right one to rows at all, whatever the table?
    pub fn gives_rows(&self, grant: &Grant) -> bool {
        !matches!(grant.on, Some(Target::Other(_)))
            && !of_kind(grant, &ROWS, "", self.dialect).is_empty()
    }

    /// Is it a right on another database alone, as far as names say? In MySQL one account has rights on many.
    pub fn is_of_other_database(&self, grant: &Grant) -> bool {
        let of = match &grant.on {
            Some(Target::Table(name)) => name.rsplit_once('.').map(|(of, _)| of),
            Some(Target::Tables(of)) => of.as_deref(),
            Some(Target::Later(..) | Target::Other(_)) | None => None,
        };
        let Some(of) = of.filter(|_| self.dialect == Dialect::Mysql) else {
            return false;
        };
        let all = Target::Tables(Some(of.to_owned()));
        !self.tables.is_empty()
            && self
                .tables
                .iter()
                .all(|t| all.covers(t.full(), self.dialect) == Same::No)
    }

    fn covers(&self, grant: &Grant, full: &str) -> bool {
        match &grant.on {
            Some(on) => on.covers(full, self.dialect) != Same::No,
            // A role, or a right of the whole server.
            None => !grant.object.is_empty(),
        }
    }

    /// The columns that the account is denied to read; `None` where it is denied the whole table.
    fn denied(&self, to: &Grantee, full: &str) -> Option<Vec<&str>> {
        if self.denials.is_empty() {
            return Some(Vec::new());
        }
        let names = self.roles_of(&to.name);
        let mut out = Vec::new();
        for denial in self.denials.iter().filter(|d| !d.doubt) {
            let covers = match &denial.on {
                Some(on) => on.covers(full, self.dialect) == Same::Yes,
                None => denial.rights.iter().any(|r| is_everywhere(r, self.dialect)),
            };
            if !covers || !denial.names().any(|n| names.iter().any(|x| x == n)) {
                continue;
            }
            for right in denial
                .rights
                .iter()
                .filter(|r| READS.contains(&r.name.as_str()))
            {
                match right.columns.is_empty() {
                    true => return None,
                    false => out.extend(right.columns.iter().map(String::as_str)),
                }
            }
        }
        Some(out)
    }

    /// The account, the roles that it is a member of, and PUBLIC. A membership in doubt denies nothing.
    fn roles_of(&self, name: &str) -> Vec<String> {
        let mut names = vec![name.to_owned(), "public".to_owned()];
        let mut from = 0;
        while from < names.len() && names.len() < MAX_ROLES {
            let known = names.clone();
            let more = self
                .grants
                .iter()
                .filter(|g| !g.doubt && g.names().any(|n| known.iter().any(|k| k == n)))
                .flat_map(Grant::roles)
                .filter(|role| !known.iter().any(|k| k == role))
                .map(str::to_owned);
            let more: Vec<String> = more.collect();
            from = known.len();
            names.extend(more);
        }
        names
    }

    /// Those who have the rights of this role, also through other roles; with whether that is in doubt.
    pub fn members(&self, role: &str) -> Vec<(&str, bool)> {
        let mut out: Vec<(&str, bool)> = Vec::new();
        let mut roles = vec![(role.to_owned(), false)];
        let mut at = 0;
        while let Some((of, doubt)) = roles.get(at).cloned().filter(|_| at < MAX_ROLES) {
            at += 1;
            for grant in self.grants.iter().filter(|g| g.roles().any(|r| r == of)) {
                for name in grant.names().filter(|n| *n != role) {
                    if !out.iter().any(|(n, _)| *n == name) {
                        out.push((name, doubt || grant.doubt));
                        roles.push((name.to_owned(), doubt || grant.doubt));
                    }
                }
            }
        }
        out
    }
}

/// The most roles that are followed.
const MAX_ROLES: usize = 200;

/// The rights of this kind that the grant gives on the table.
fn of_kind<'a>(grant: &'a Grant, kind: &[&str], full: &str, dialect: Dialect) -> Vec<&'a Right> {
    let reading = !kind.contains(&"insert");
    let taken = |right: &Right| {
        grant
            .except
            .iter()
            .filter(|(table, _)| place::same_full(table, full) == Same::Yes)
            .flat_map(|(_, rights)| rights)
            .filter(|t| t.columns.is_empty())
            .any(|t| {
                let of_all = right.is_all() && t.name == "select" && reading;
                t.is_all() || t.name == right.name || of_all
            })
    };
    let is_it = |right: &&Right| {
        let of_server = grant.on.is_none()
            && (reads_all(&right.name)
                || right.name.contains("select any table")
                || right.name.contains("any table") && !reading);
        let named = kind.contains(&right.name.as_str())
            && (grant.on.is_some() || is_everywhere(right, dialect));
        (of_server || named) && !taken(right)
    };
    grant.rights.iter().filter(is_it).collect()
}

impl Table {
    /// Its name with the schema or database that it is in, where that is known.
    pub fn full(&self) -> &str {
        match self.full.is_empty() {
            true => &self.name,
            false => &self.full,
        }
    }
}

impl super::View {
    /// Its name with the schema or database that it is in, where that is known.
    pub fn full(&self) -> &str {
        match self.full.is_empty() {
            true => &self.name,
            false => &self.full,
        }
    }
}
