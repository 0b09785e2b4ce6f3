//! Roles and their members, other names of accounts, rights inside blocks, and the database in use.

use super::Schema;
use super::lex::{Kind, Token};
use super::rights::{self, Grant, Right, Target};
use super::taken::{Taking, deny, dropped_accounts, is_one, revoke};

/// `ALTER ROLE r ADD MEMBER u`, `DROP MEMBER u`, `EXEC sp_addrolemember 'r', 'u'`: SQL Server gives roles so.
pub(super) fn member(tokens: &[Token], schema: &mut Schema) {
    let texts: Vec<&Token> = tokens.iter().filter(|t| t.names() || is_text(t)).collect();
    let at = |word: &str| texts.iter().position(|t| t.text.eq_ignore_ascii_case(word));
    let pair = |role: usize, user: usize| texts.get(role).copied().zip(texts.get(user).copied());
    let second = |word: &str| tokens.get(1).is_some_and(|t| t.is(word));
    // `ALTER GROUP r ADD USER u` of PostgreSQL.
    let altered = tokens.first().is_some_and(|t| t.is("alter"))
        && (second("role") && at("member") == Some(4)
            || second("group") && texts.get(4).is_some_and(|t| t.is("user")));
    let adds = |word: &str| texts.get(3).is_some_and(|t| t.is(word));
    let (found, add) = if altered {
        (pair(2, 5), adds("add"))
    } else if let Some(from) = at("sp_addrolemember") {
        (named_arguments(&texts, from), true)
    } else if let Some(from) = at("sp_droprolemember") {
        (named_arguments(&texts, from), false)
    } else {
        return;
    };
    let Some((role, user)) = found else {
        return;
    };
    if !add {
        let right = Right {
            name: role.text.to_lowercase(),
            columns: Vec::new(),
        };
        let from = rights::grantees(std::slice::from_ref(user), schema);
        return schema.take(Taking::of_role(right, from));
    }
    let grant = of_role(role, std::slice::from_ref(user), role.line, schema);
    match grant.rights.iter().any(|r| r.name == DENIES_READING) {
        true => schema.denials.push(Grant {
            rights: vec![Right {
                name: "select".into(),
                columns: Vec::new(),
            }],
            on: Some(Target::Tables(None)),
            ..grant
        }),
        false => schema.grants.push(grant),
    }
}

/// `CREATE ROLE an IN ROLE doc`, `CREATE ROLE doc ROLE an`: members from the beginning.
pub(super) fn joined(tokens: &[Token], schema: &mut Schema) {
    // In MySQL it only says which of his roles an account begins with.
    let mysql = schema.dialect == super::Dialect::Mysql;
    let Some(name) = tokens.first().filter(|t| t.names() && !mysql) else {
        return;
    };
    let line = name.line;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        let kind = token.is("role") || token.is("group") || token.is("admin") || token.is("user");
        if !kind {
            continue;
        }
        let into = tokens.get(at - 1).is_some_and(|t| t.is("in"));
        let rest = tokens.get(at + 1..).unwrap_or_default();
        // `a, b` up to the next word of the statement.
        let mut end = 0;
        while rest.get(end).is_some_and(Token::names) {
            end += 1;
            match rest.get(end) {
                Some(comma) if comma.sign(',') => end += 1,
                Some(_) | None => break,
            }
        }
        let named = rest.get(..end).unwrap_or_default();
        let own = std::slice::from_ref(name);
        let (roles, members) = if into { (named, own) } else { (own, named) };
        for role in roles.iter().filter(|t| t.names()) {
            let grant = of_role(role, members, line, schema);
            schema.grants.push(grant);
        }
    }
}

/// A role that these are made members of.
fn of_role(role: &Token, members: &[Token], line: u32, schema: &Schema) -> Grant {
    let right = Right {
        name: role.text.to_lowercase(),
        columns: Vec::new(),
    };
    let reads = rights::reads_all(&right.name);
    Grant {
        privileges: match reads {
            true => format!("SELECT by {}", right.name),
            false => role.text.clone(),
        },
        object: if reads {
            "all tables".into()
        } else {
            String::new()
        },
        on: None,
        except: Vec::new(),
        option: false,
        doubt: schema.perhaps || schema.takes_back,
        by: schema.acting.clone(),
        file: String::new(),
        line,
        rights: vec![right],
        to: rights::grantees(members, schema),
    }
}

/// The role of SQL Server whose members read nothing.
const DENIES_READING: &str = "db_denydatareader";

/// `'r', 'u'`, or with their names `@rolename = N'r', @membername = N'u'`.
fn named_arguments<'a>(texts: &[&'a Token], from: usize) -> Option<(&'a Token, &'a Token)> {
    let values: Vec<&Token> = texts
        .iter()
        .skip(from + 1)
        .filter(|t| !t.text.starts_with('@') && !t.is("n"))
        .copied()
        .collect();
    values.first().copied().zip(values.get(1).copied())
}

fn is_text(token: &Token) -> bool {
    token.kind == Kind::Text
}

/// `RENAME USER a TO b`, `ALTER ROLE a RENAME TO b`, `ALTER USER a WITH NAME = b`.
pub(super) fn renamed_account(tokens: &[Token], schema: &mut Schema) {
    let word = |at: usize, w: &str| tokens.get(at).is_some_and(|t| t.is(w));
    if !word(1, "user") && !word(1, "role") {
        return;
    }
    let to = tokens.iter().position(|t| t.is("to"));
    let name = tokens
        .windows(2)
        .position(|w| w[0].is("name") && w[1].sign('='));
    let cut = match (
        word(0, "rename"),
        tokens.iter().position(|t| t.is("rename")),
    ) {
        (true, _) => to.map(|to| (to, to + 1)),
        (false, Some(at)) => to.map(|to| (at, to + 1)),
        (false, None) => name.map(|at| (at.saturating_sub(1), at + 2)),
    };
    let Some((end, from)) = cut else {
        return;
    };
    let old = rights::grantees(tokens.get(2..end).unwrap_or_default(), schema);
    let new = rights::grantees(tokens.get(from..).unwrap_or_default(), schema);
    let (Some(old), Some(new)) = (old.first(), new.first()) else {
        return;
    };
    for grant in schema.grants.iter_mut().chain(&mut schema.denials) {
        for to in grant.to.iter_mut().filter(|t| is_one(t, old)) {
            *to = new.clone();
        }
        // A role keeps its members.
        if grant.on.is_none() && grant.privileges != Grant::LOGIN {
            for right in grant.rights.iter_mut().filter(|r| r.name == old.name) {
                right.name.clone_from(&new.name);
            }
        }
    }
}

/// `IF … GRANT …`, `BEGIN … REVOKE … END`: whether it happens does not show.
pub(super) fn inside(tokens: &[Token], schema: &mut Schema) {
    let before = schema.perhaps;
    schema.perhaps = true;
    for (at, token) in tokens.iter().enumerate() {
        let rest = tokens.get(at..).unwrap_or_default();
        let end = rest.iter().position(|t| t.sign(';')).unwrap_or(rest.len());
        let part = rest.get(..end).unwrap_or_default();
        if token.is("grant") && !part.get(1).is_some_and(|t| t.is("option")) {
            // A right that may be given counts as given.
            schema.perhaps = before;
            let given = rights::grants(part, schema);
            schema.perhaps = true;
            schema.give(given);
        } else if token.is("revoke") {
            revoke(part, schema);
        } else if token.is("deny") {
            deny(part, schema);
        } else if token.is("drop") {
            dropped_accounts(part, schema);
        }
    }
    schema.perhaps = before;
}

/// `USE db`, `SET search_path TO s`, `ALTER SESSION SET CURRENT_SCHEMA = s`: where names without a schema stand now.
pub(super) fn used(tokens: &[Token], schema: &mut Schema) {
    let at = |n: usize| tokens.get(n);
    let word = |n: usize, w: &str| at(n).is_some_and(|t| t.is(w));
    // `SET SESSION AUTHORIZATION r`, `SET ROLE r`, and back again.
    let role = match (
        word(1, "session") && word(2, "authorization"),
        word(1, "role"),
    ) {
        (true, _) => Some(3),
        (false, true) => Some(2),
        (false, false) => None,
    };
    if let Some(role) = role.filter(|_| word(0, "set") || word(0, "reset")) {
        let own = ["default", "none"].iter().any(|w| word(role, w));
        let named = at(role).filter(|_| !own && word(0, "set"));
        schema.acting = named.map(|t| t.text.to_lowercase()).unwrap_or_default();
        return;
    }
    let path = |w: &str| tokens.iter().position(|t| t.is(w)).filter(|p| *p < 8);
    let named = if word(0, "use") {
        at(1)
    } else if let Some(path) = path("search_path").filter(|_| word(0, "set")) {
        at(path + 2)
    } else if let Some(path) = path("current_schema").filter(|_| word(0, "alter")) {
        at(path + 2)
    } else {
        return;
    };
    let named = named
        .map(|t| t.text.as_str())
        .filter(|n| !n.is_empty() && !n.starts_with('$'));
    schema.in_use = named.map(str::to_owned);
}
