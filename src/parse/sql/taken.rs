//! Rights that are taken back: `REVOKE`, `DENY`, accounts and roles that go, tables that go. What is left at the end
//! says who may read; what could not be followed is marked so and never counts as taken.

use super::lex::Token;
use super::place::{Same, same_full};
use super::rights::{self, Grant, Grantee, Right, Said, Target};
use super::{Dialect, Schema};

/// What takes rights back, kept for those that other files give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    what: Taken,
    rights: Vec<Right>,
    on: Option<Target>,
    from: Vec<Grantee>,
    /// The role that the script had taken on.
    by: String,
    perhaps: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// The rights themselves.
    Rights,
    /// Only that they may be given on.
    Option,
    /// All that the account has on anything.
    Everything,
    /// The account itself.
    Account,
}

/// The most that is kept of a file.
const MAX_TAKINGS: usize = 20_000;

/// `REVOKE … FROM …`, also after `ALTER DEFAULT PRIVILEGES`.
pub(super) fn revoke(tokens: &[Token], schema: &mut Schema) {
    let Some(at) = tokens.iter().position(|t| t.is("revoke")) else {
        return;
    };
    let head = tokens.get(at..).unwrap_or_default();
    // `REVOKE GRANT OPTION FOR …`, `REVOKE ADMIN OPTION FOR …`.
    let option = head
        .windows(2)
        .take(6)
        .any(|w| w[0].is("option") && w[1].is("for"));
    let from = match option {
        true => head.iter().position(|t| t.is("for")).unwrap_or(0),
        false => 0,
    };
    let rest = head.get(from..).unwrap_or_default();
    let Some(said) = rights::said(rest, &["from", "to"], schema) else {
        return;
    };
    if at > 0 {
        let (schemas, role) = rights::later(tokens, at);
        for of in schemas {
            let on = rights::made_later(said.on.first(), of, role.clone());
            let taking = taking(&said, Some(on), option);
            schema.keep_what_was_made(&taking);
            schema.take(taking);
        }
        return;
    }
    // `REVOKE ALL PRIVILEGES, GRANT OPTION FROM u` of MySQL: on everything.
    let all = said.on.is_empty()
        && schema.dialect == Dialect::Mysql
        && said.rights.iter().any(Right::is_all)
        && said.rights.iter().any(|r| r.name == "grant option");
    if all {
        let mut taking = taking(&said, None, false);
        taking.what = Taken::Everything;
        return schema.take(taking);
    }
    for taking in takings(&said, option) {
        schema.take(taking);
    }
}

/// `DENY … TO …` of SQL Server: it takes the place of the right on the same thing, and goes before any other.
pub(super) fn deny(tokens: &[Token], schema: &mut Schema) {
    let Some(said) = rights::said(tokens, &["to"], schema) else {
        return;
    };
    let denied = rights::grants(tokens, schema);
    for taking in takings(&said, false) {
        schema.take(taking);
    }
    schema.denials.extend(denied);
}

fn takings(said: &Said, option: bool) -> Vec<Taking> {
    if said.on.is_empty() {
        return vec![taking(said, None, option)];
    }
    let each = said.on.iter().cloned();
    each.map(|on| taking(said, Some(on), option)).collect()
}

fn taking(said: &Said, on: Option<Target>, option: bool) -> Taking {
    // `REVOKE GRANT OPTION ON db.* FROM u` of MySQL.
    let option = option || said.rights.iter().all(|r| r.name == "grant option");
    Taking {
        what: if option { Taken::Option } else { Taken::Rights },
        rights: said.rights.clone(),
        on,
        from: said.to.clone(),
        by: String::new(),
        perhaps: false,
    }
}

/// `DROP USER u`, `DROP ROLE IF EXISTS r`, `DROP LOGIN`, `DROP OWNED BY r`.
pub(super) fn dropped_accounts(tokens: &[Token], schema: &mut Schema) {
    let word = |at: usize, w: &str| tokens.get(at).is_some_and(|t| t.is(w));
    let owned = word(1, "owned") && word(2, "by");
    let account = ["user", "role", "group"].iter().any(|w| word(1, w));
    if !word(0, "drop") || !owned && !account {
        return;
    }
    let mut rest = tokens.get(2 + usize::from(owned)..).unwrap_or_default();
    if rest.first().is_some_and(|t| t.is("if")) {
        rest = rest.get(2..).unwrap_or_default();
    }
    let from = rights::grantees(rest, schema);
    schema.take(Taking {
        what: if owned {
            Taken::Everything
        } else {
            Taken::Account
        },
        rights: Vec::new(),
        on: None,
        from,
        by: String::new(),
        perhaps: false,
    });
}

/// Rights on a table go with it, but in MySQL, where they wait for the next one of that name.
pub(super) fn dropped_table(name: &str, schema: &mut Schema) {
    let goes = match schema.dialect {
        Dialect::Postgres | Dialect::Mssql | Dialect::Oracle => true,
        Dialect::Mysql | Dialect::Generic => false,
    };
    if !goes || schema.perhaps || schema.takes_back {
        return;
    }
    let full = schema.home().full(name);
    let is_it =
        |g: &Grant| matches!(&g.on, Some(Target::Table(t)) if same_full(t, &full) == Same::Yes);
    let gone: Vec<Grant> = schema.grants.extract_if(.., |g| is_it(g)).collect();
    schema.undo.extend(gone);
}

/// `BEGIN`, `COMMIT`, `ROLLBACK`: what a transaction took away and gave up again is there.
pub(super) fn transaction(tokens: &[Token], schema: &mut Schema) {
    let word = |w: &str| tokens.first().is_some_and(|t| t.is(w));
    let transactional = match schema.dialect {
        Dialect::Postgres | Dialect::Mssql | Dialect::Generic => true,
        Dialect::Mysql | Dialect::Oracle => false,
    };
    let begins = tokens.len() < 3 && schema.dialect == Dialect::Postgres
        || tokens
            .get(1)
            .is_some_and(|t| t.is("tran") || t.is("transaction"));
    if word("rollback") && transactional {
        let back = std::mem::take(&mut schema.undo);
        schema.grants.extend(back);
        schema.denials.clear();
    } else if word("commit") || word("start") || word("begin") && begins {
        schema.undo.clear();
    }
}

pub(super) fn is_one(a: &Grantee, b: &Grantee) -> bool {
    a.name == b.name && a.host.eq_ignore_ascii_case(&b.host)
}

impl Taking {
    /// A role is taken from its members.
    pub(super) fn of_role(role: Right, from: Vec<Grantee>) -> Self {
        Self {
            what: Taken::Rights,
            rights: vec![role],
            on: None,
            from,
            by: String::new(),
            perhaps: false,
        }
    }
}

impl Schema {
    /// Adds rights; one that is given anew ends what denied it.
    pub(super) fn give(&mut self, given: Vec<Grant>) {
        let dialect = self.dialect;
        for grant in &given {
            lift(&mut self.denials, grant, dialect);
        }
        self.grants.extend(given);
    }

    /// Tables that were made while a default held have its right, also when the default goes.
    fn keep_what_was_made(&mut self, taking: &Taking) {
        let Some(Target::Later(of, _)) = &taking.on else {
            return;
        };
        let mut made = Vec::new();
        for grant in self.grants.iter().filter(|g| g.on == taking.on) {
            for table in self
                .tables
                .iter()
                .filter(|t| !t.in_part && t.line > grant.line)
            {
                let whole = Target::Tables(of.clone());
                if of.is_none() || whole.covers(table.full(), self.dialect) != Same::No {
                    made.push(Grant {
                        object: table.name.clone(),
                        on: Some(Target::Table(table.full().to_owned())),
                        ..grant.clone()
                    });
                }
            }
        }
        self.grants.extend(made);
    }

    /// Takes rights from those that this file gave, and keeps it for those of other files.
    pub(super) fn take(&mut self, mut taking: Taking) {
        if self.takes_back {
            return;
        }
        taking.perhaps |= self.perhaps;
        taking.by.clone_from(&self.acting);
        let before = self.undo.len();
        take_from(&mut self.grants, &taking, self.dialect, &mut self.undo);
        self.rights_shown |= self.undo.len() > before;
        if taking.what != Taken::Option && !taking.perhaps {
            let mut gone = Vec::new();
            take_from(&mut self.denials, &taking, self.dialect, &mut gone);
        }
        if self.takings.len() < MAX_TAKINGS {
            self.takings.push(taking);
        }
    }
}

/// A right that is given on the same thing ends the denial of it.
pub fn lift(denials: &mut Vec<Grant>, grant: &Grant, dialect: Dialect) {
    if denials.is_empty() {
        return;
    }
    let taking = Taking {
        what: Taken::Rights,
        // A right to a column goes before the denial of its table.
        rights: grant
            .rights
            .iter()
            .map(|r| Right {
                name: r.name.clone(),
                columns: Vec::new(),
            })
            .collect(),
        on: grant.on.clone(),
        from: grant.to.clone(),
        by: grant.by.clone(),
        perhaps: false,
    };
    take_from(denials, &taking, dialect, &mut Vec::new());
}

/// Takes what another file takes back; `perhaps` where the order of the files does not show.
pub fn take_of_other(grants: &mut Vec<Grant>, taking: &Taking, perhaps: bool, dialect: Dialect) {
    let mut taking = taking.clone();
    taking.perhaps |= perhaps;
    take_from(grants, &taking, dialect, &mut Vec::new());
}

/// What becomes of a right.
enum Left {
    /// Nothing happens to it.
    Whole,
    /// What is left of it; none where nothing is.
    Rest(Option<Box<Grant>>),
    /// It may be gone, or a part of it.
    Doubt,
}

fn take_from(grants: &mut Vec<Grant>, taking: &Taking, dialect: Dialect, undo: &mut Vec<Grant>) {
    let blocked = taking.what == Taken::Account && dialect == Dialect::Postgres && {
        // PostgreSQL keeps a role that still has rights on anything.
        let held = |g: &Grant| g.on.is_some() && hit(g, taking).any(|h| h);
        grants.iter().any(held)
    };
    if blocked {
        return;
    }
    let mut more = Vec::new();
    for grant in grants.iter_mut() {
        if !hit(grant, taking).any(|h| h) {
            continue;
        }
        // PostgreSQL takes back what the same role gave.
        let of_other = dialect == Dialect::Postgres
            && matches!(taking.what, Taken::Rights | Taken::Option)
            && grant.by != taking.by;
        let left = match (left(grant, taking, dialect), taking.perhaps || of_other) {
            (Left::Whole, _) => continue,
            (Left::Rest(_) | Left::Doubt, true) | (Left::Doubt, false) => None,
            (Left::Rest(rest), false) => Some(rest),
        };
        undo.push(grant.clone());
        let touched: Vec<bool> = hit(grant, taking).collect();
        let (mut out, mut stay) = (Vec::new(), Vec::new());
        for (to, touched) in std::mem::take(&mut grant.to).into_iter().zip(touched) {
            if touched { out.push(to) } else { stay.push(to) }
        }
        grant.to = stay;
        let rest = match left {
            Some(rest) => rest.map(|r| *r),
            None => Some(Grant {
                doubt: true,
                ..grant.clone()
            }),
        };
        more.extend(rest.map(|r| Grant { to: out, ..r }));
    }
    // A role that goes is nobody's any more.
    if taking.what == Taken::Account && !taking.perhaps {
        for grant in grants.iter_mut().filter(|g| g.on.is_none()) {
            let is_gone = |r: &Right| taking.from.iter().any(|f| f.name == r.name);
            if grant.privileges != Grant::LOGIN {
                grant.rights.retain(|r| !is_gone(r));
                if grant.rights.is_empty() {
                    grant.to.clear();
                }
            }
        }
    }
    grants.retain(|g| !g.to.is_empty());
    grants.extend(more);
}

/// Which of its grantees the taking names.
fn hit<'a>(grant: &'a Grant, taking: &'a Taking) -> impl Iterator<Item = bool> + 'a {
    grant
        .to
        .iter()
        .map(|to| taking.from.iter().any(|from| is_one(to, from)))
}

fn left(grant: &Grant, taking: &Taking, dialect: Dialect) -> Left {
    match taking.what {
        Taken::Account => return Left::Rest(None),
        // Roles and the account itself stay.
        Taken::Everything if grant.on.is_none() => return Left::Whole,
        Taken::Everything => return Left::Rest(None),
        Taken::Rights | Taken::Option => {}
    }
    if grant.privileges == Grant::LOGIN {
        return Left::Whole;
    }
    let reach = match (&grant.on, &taking.on) {
        (None, None) => Reach::Same,
        (Some(of), Some(by)) => reach(of, by, dialect),
        (None, Some(_)) | (Some(_), None) => Reach::None,
    };
    let option = taking.what == Taken::Option;
    match reach {
        Reach::None => Left::Whole,
        Reach::Perhaps => Left::Doubt,
        Reach::Part(_) if option => Left::Whole,
        Reach::Part(table) => {
            let mut rest = grant.clone();
            rest.except.push((table, taking.rights.clone()));
            Left::Rest(Some(Box::new(rest)))
        }
        Reach::Same if option => Left::Rest(Some(Box::new(Grant {
            option: false,
            ..grant.clone()
        }))),
        Reach::Same => without(grant, &taking.rights, dialect),
    }
}

/// How far a taking reaches into a right.
enum Reach {
    None,
    Perhaps,
    /// One table out of all.
    Part(String),
    Same,
}

fn reach(of: &Target, by: &Target, dialect: Dialect) -> Reach {
    let postgres = dialect == Dialect::Postgres;
    // A dialect that does not show may be that of PostgreSQL.
    let generic = dialect == Dialect::Generic;
    match (of, by) {
        (Target::Table(a), Target::Table(b)) => match same_full(a, b) {
            Same::No => Reach::None,
            Same::Perhaps => Reach::Perhaps,
            Same::Yes => Reach::Same,
        },
        (Target::Tables(a), Target::Tables(b)) => match (a, b) {
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => Reach::Same,
            (None, None) => Reach::Same,
            // MySQL can take one database out of all (partial_revokes), where that is on.
            (None, Some(_)) => Reach::Perhaps,
            (Some(_), Some(_) | None) => Reach::None,
        },
        // In PostgreSQL a right on all tables is one on each that is there.
        (Target::Table(a), Target::Tables(_)) if postgres => match by.covers(a, dialect) {
            Same::No => Reach::None,
            Same::Perhaps => Reach::Perhaps,
            Same::Yes => Reach::Same,
        },
        (Target::Tables(_), Target::Table(b)) if postgres => match of.covers(b, dialect) {
            Same::No => Reach::None,
            Same::Perhaps => Reach::Perhaps,
            Same::Yes => Reach::Part(b.clone()),
        },
        (Target::Table(a), Target::Tables(_)) if generic => match by.covers(a, dialect) {
            Same::No => Reach::None,
            Same::Perhaps | Same::Yes => Reach::Perhaps,
        },
        (Target::Tables(_), Target::Table(b)) if generic => match of.covers(b, dialect) {
            Same::No => Reach::None,
            Same::Perhaps | Same::Yes => Reach::Perhaps,
        },
        (Target::Later(a, by_a), Target::Later(b, by_b)) if a == b && by_a == by_b => Reach::Same,
        (Target::Other(a), Target::Other(b)) if a.eq_ignore_ascii_case(b) => Reach::Same,
        (
            Target::Table(_) | Target::Tables(_) | Target::Later(..) | Target::Other(_),
            Target::Table(_) | Target::Tables(_) | Target::Later(..) | Target::Other(_),
        ) => Reach::None,
    }
}

/// What is left of a right on the same thing.
fn without(grant: &Grant, taken: &[Right], dialect: Dialect) -> Left {
    let mut rights = grant.rights.clone();
    let named: Vec<&Right> = taken.iter().filter(|t| !t.is_all()).collect();
    let all = taken.iter().any(Right::is_all) && grant.on.is_some()
        || taken.iter().any(Right::is_all) && grant.gives_all();
    let by_columns = rights.iter().any(|r| !r.columns.is_empty());
    if all {
        // Rights to single columns go with those to the table in PostgreSQL; elsewhere that is not sure.
        return match by_columns && dialect != Dialect::Postgres {
            true => Left::Doubt,
            false => Left::Rest(None),
        };
    }
    if grant.gives_all() && named.iter().any(|t| t.columns.is_empty()) {
        rights = ROWS
            .iter()
            .map(|name| Right {
                name: (*name).to_owned(),
                columns: Vec::new(),
            })
            .collect();
    }
    let before = rights.clone();
    for one in named {
        for right in rights.iter_mut().filter(|r| r.name == one.name) {
            match (right.columns.is_empty(), one.columns.is_empty()) {
                (true, true) => right.name.clear(),
                // A right to the whole table stays.
                (true, false) => {}
                (false, true) if dialect == Dialect::Postgres => right.name.clear(),
                (false, true) => return Left::Doubt,
                (false, false) => {
                    right.columns.retain(|c| !one.columns.contains(c));
                    if right.columns.is_empty() {
                        right.name.clear();
                    }
                }
            }
        }
    }
    rights.retain(|r| !r.name.is_empty());
    if rights == before {
        return Left::Whole;
    }
    if rights.is_empty() {
        return Left::Rest(None);
    }
    Left::Rest(Some(Box::new(Grant {
        privileges: shown(&rights),
        rights,
        ..grant.clone()
    })))
}

/// What `ALL` is made of, as far as rows go.
const ROWS: [&str; 7] = [
    "select",
    "insert",
    "update",
    "delete",
    "truncate",
    "references",
    "trigger",
];

fn shown(rights: &[Right]) -> String {
    let each: Vec<String> = rights
        .iter()
        .map(|r| match r.columns.is_empty() {
            true => r.name.to_uppercase(),
            false => format!("{} ({})", r.name.to_uppercase(), r.columns.join(", ")),
        })
        .collect();
    each.join(", ").chars().take(120).collect()
}
