//! The rules of `pg_hba.conf`: one subject each, with the rule before it that leaves it nothing.

use super::access::Hosts;
use crate::collect::config::found::Found;
use crate::collect::config::kind::HBA_TYPES;
use crate::collect::config::tree::{Tree, folder};
use crate::model::{Fact, Origin, Place, Sensitivity, Subject, Value};
use crate::parse::postgres::{self, Row, Word};

/// What a rules' file gives.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) subjects: Vec<Subject>,
    pub(super) problems: Vec<(&'static str, String)>,
    /// Another rules' file takes this one in.
    pub(super) included: bool,
}

struct Rule {
    id: String,
    kind: String,
    databases: Vec<Word>,
    users: Vec<Word>,
    address: String,
    hosts: Hosts,
    method: String,
    options: Vec<String>,
    /// A list came from a file that is not in the tree.
    partial: bool,
    place: Place,
}

/// Reads a rules' file with what it includes.
pub(super) fn collect(tree: &mut Tree<'_>, path: &str) -> Rules {
    let mut out = Rules::default();
    let mut rules = Vec::new();
    read(tree, path, &mut Vec::new(), &mut rules, &mut out);
    for (nth, rule) in rules.iter().enumerate() {
        let by = rules[..nth].iter().find(|before| before.covers(rule));
        let keeps_out = rules[..nth]
            .iter()
            .any(|before| before.keeps_superuser_from(rule));
        out.subjects.push(rule.subject(nth + 1, by, keeps_out));
    }
    out
}

fn read(
    tree: &mut Tree<'_>,
    path: &str,
    stack: &mut Vec<String>,
    rules: &mut Vec<Rule>,
    out: &mut Rules,
) {
    let shown = tree.reader.shown(path);
    if stack.len() > MAX_DEPTH || stack.contains(&tree.real(path)) {
        out.problems
            .push(("not-parsed", format!("{shown}: includes go round")));
        return;
    }
    let text = match tree.text(path) {
        Ok(text) => text,
        Err(e) => {
            out.problems.push((e.code(), shown));
            return;
        }
    };
    stack.push(tree.real(path));
    let (rows, problems) = postgres::rows(&text);
    out.problems.extend(
        problems
            .iter()
            .map(|p| ("not-parsed", format!("{shown}:{}: {}", p.line, p.what))),
    );
    for row in rows {
        let first = row.fields[0].first().map_or("", |w| w.text.as_str());
        if rules.len() >= MAX_RULES {
            out.problems.push(("too-large", shown.clone()));
            break;
        }
        // Since PostgreSQL 16.
        if matches!(first, "include" | "include_if_exists" | "include_dir") {
            include(tree, path, &row, stack, rules, out);
        } else {
            match rule(tree, path, &row) {
                Some(rule) => rules.push(rule),
                None => out
                    .problems
                    .push(("not-parsed", format!("{shown}:{}: no rule", row.line))),
            }
        }
    }
    stack.pop();
}

fn include(
    tree: &mut Tree<'_>,
    path: &str,
    row: &Row,
    stack: &mut Vec<String>,
    rules: &mut Vec<Rule>,
    out: &mut Rules,
) {
    let how = row.fields[0][0].text.clone();
    let Some(written) = row
        .fields
        .get(1)
        .and_then(|f| f.first())
        .map(|w| w.text.clone())
    else {
        return;
    };
    let pattern = if how == "include_dir" {
        format!("{}/*.conf", written.trim_end_matches('/'))
    } else {
        written
    };
    match tree.find(folder(path), &pattern) {
        Found::Files(files) => files.iter().for_each(|f| read(tree, f, stack, rules, out)),
        Found::Part(files, why) => {
            files.iter().for_each(|f| read(tree, f, stack, rules, out));
            lost(tree, path, row.line, &why, out);
        }
        // Inside the tree it is proven absent; a path of the real host may lie elsewhere.
        Found::NoFolder | Found::Missing
            if how == "include_if_exists" && !pattern.starts_with('/') => {}
        Found::NoFolder | Found::Missing => lost(tree, path, row.line, &pattern, out),
    }
}

fn lost(tree: &Tree<'_>, path: &str, line: u32, what: &str, out: &mut Rules) {
    let shown = tree.reader.shown(path);
    let what = format!("{shown}:{line}: {what}");
    out.problems.push(("include-missing", what));
}

fn rule(tree: &mut Tree<'_>, path: &str, row: &Row) -> Option<Rule> {
    let single = |nth: usize| {
        row.fields
            .get(nth)
            .filter(|f| f.len() == 1)
            .map(|f| f[0].text.as_str())
    };
    let kind = single(0)
        .filter(|kind| HBA_TYPES.contains(kind))?
        .to_owned();
    let mut partial = false;
    let databases = names(tree, path, row.fields.get(1)?, 0, &mut partial);
    let users = names(tree, path, row.fields.get(2)?, 0, &mut partial);
    let (address, hosts, at) = if kind == "local" {
        (String::new(), Hosts::Local, 3)
    } else {
        let written = single(3)?;
        let needs_mask = !written.contains('/') && written.parse::<std::net::IpAddr>().is_ok();
        let mask = if needs_mask { Some(single(4)?) } else { None };
        let shown = mask.map_or_else(|| written.to_owned(), |mask| format!("{written} {mask}"));
        (
            shown,
            Hosts::read(written, mask)?,
            if needs_mask { 5 } else { 4 },
        )
    };
    let method = single(at).filter(|m| METHODS.contains(m))?.to_owned();
    let options = row.fields[at + 1..]
        .iter()
        .flatten()
        .map(|w| w.text.clone())
        .collect();
    let joined = |field: &[Word]| field.iter().map(written).collect::<Vec<_>>().join(",");
    let mut id = format!(
        "{kind} {} {}",
        joined(&row.fields[1]),
        joined(&row.fields[2])
    );
    if !address.is_empty() {
        id = format!("{id} {address}");
    }
    Some(Rule {
        id: format!("pg_hba[{id}]"),
        kind,
        databases,
        users,
        address,
        hosts,
        method,
        options,
        partial,
        place: tree.place(path, row.line),
    })
}

/// The names of a field, files of names (`@file`) read in.
fn names(
    tree: &mut Tree<'_>,
    path: &str,
    field: &[Word],
    depth: usize,
    partial: &mut bool,
) -> Vec<Word> {
    let mut all = Vec::new();
    for word in field {
        let Some(file) = word
            .text
            .strip_prefix('@')
            .filter(|f| !word.quoted && !f.is_empty())
        else {
            all.push(word.clone());
            continue;
        };
        let found = match tree.find(folder(path), file) {
            Found::Files(files) if depth < MAX_DEPTH => files.into_iter().next(),
            Found::Files(_) | Found::Part(..) | Found::NoFolder | Found::Missing => None,
        };
        let text = found.and_then(|at| tree.text(&at).ok().map(|text| (at, text)));
        match text {
            Some((at, text)) => {
                for row in postgres::rows(&text).0 {
                    let words: Vec<Word> = row.fields.into_iter().flatten().collect();
                    all.extend(names(tree, &at, &words, depth + 1, partial));
                }
            }
            None => *partial = true,
        }
        if all.len() > MAX_RULES {
            *partial = true;
            break;
        }
    }
    all
}

fn written(word: &Word) -> String {
    if word.quoted && ["all", "replication", "sameuser", "samerole"].contains(&word.text.as_str()) {
        format!("\"{}\"", word.text)
    } else {
        word.text.clone()
    }
}

impl Rule {
    /// Does it take every connection that the other would take?
    fn covers(&self, other: &Self) -> bool {
        let kinds = match self.kind.as_str() {
            "host" => other.kind != "local",
            kind => kind == other.kind,
        };
        kinds
            && self.hosts.covers(&other.hosts)
            && self.takes_databases_of(other)
            && takes_users(&self.users, other)
    }

    /// A rule before it that refuses the superuser from all of its addresses.
    fn keeps_superuser_from(&self, other: &Self) -> bool {
        let is_meant = self
            .users
            .iter()
            .any(|w| w.text == SUPERUSER || (w.text == "all" && !w.quoted));
        let kinds = self.kind == "host" || self.kind == other.kind;
        self.method == "reject"
            && is_meant
            && kinds
            && self.hosts.covers(&other.hosts)
            && self.takes_databases_of(other)
    }

    fn takes_databases_of(&self, other: &Self) -> bool {
        let key = |w: &Word, name: &str| !w.quoted && w.text == name;
        let all = self.databases.iter().any(|w| key(w, "all"));
        // `all` means every database, but not the replication that names none.
        !other.partial
            && other
                .databases
                .iter()
                .all(|w| (all && !key(w, "replication")) || self.databases.contains(w))
    }

    fn subject(&self, order: usize, shadowed_by: Option<&Rule>, keeps_out: bool) -> Subject {
        let mut subject = Subject::new("pg-hba", self.id.as_str()).at(self.place.clone());
        let here = |fact: Fact| fact.at(self.place.clone());
        let list = |words: &[Word]| {
            let items = words.iter().map(|w| Value::from(written(w)));
            if self.partial {
                Value::partial_list(items)
            } else {
                Value::list(items)
            }
        };
        let remote = !self.hosts.is_this_machine();
        let is_plain = matches!(self.kind.as_str(), "host" | "hostnossl" | "hostnogssenc");
        let has = |name: &str| {
            self.users
                .iter()
                .any(|w| (w.text == "all" && !w.quoted) || w.text == name)
        };
        let refused = self.method == "reject";
        for (path, value) in [
            ("type", self.kind.as_str().into()),
            ("database", list(&self.databases)),
            ("user", list(&self.users)),
            (
                "address",
                if self.kind == "local" {
                    Value::Absent
                } else {
                    self.address.as_str().into()
                },
            ),
            ("method", self.method.as_str().into()),
        ] {
            subject.put(here(Fact::set(path, value)));
        }
        subject.put(here(self.option_fact()));
        let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let effective = shadowed_by.is_none();
        for (path, value) in [
            ("order", count(order)),
            (
                "addresses",
                self.hosts.count().map_or_else(
                    || Value::unseen("ambiguous", "only the server knows"),
                    Value::Int,
                ),
            ),
            ("any_address", self.hosts.is_any().into()),
            ("remote", remote.into()),
            ("plain_remote", (remote && is_plain && !refused).into()),
            (
                "any_user",
                self.users
                    .iter()
                    .any(|w| w.text == "all" && !w.quoted)
                    .into(),
            ),
            (
                "reaches_superuser",
                (remote && !refused && !keeps_out && has(SUPERUSER)).into(),
            ),
            (
                "shadowed_by",
                shadowed_by.map_or(Value::Absent, |r| r.id.as_str().into()),
            ),
            ("effective", effective.into()),
        ] {
            subject.put(here(Fact::derived(path, value)));
        }
        subject
    }

    fn option_fact(&self) -> Fact {
        let secret = self
            .options
            .iter()
            .any(|o| SECRET_OPTIONS.iter().any(|s| o.starts_with(s)));
        let items = self.options.iter().map(|o| Value::from(o.as_str()));
        let sensitivity = if secret {
            Sensitivity::Secret("options")
        } else {
            Sensitivity::Public
        };
        Fact::new("options", Value::list(items), Origin::Set, sensitivity)
    }
}

fn takes_users(users: &[Word], other: &Rule) -> bool {
    users.iter().any(|w| w.text == "all" && !w.quoted)
        || (!other.partial && other.users.iter().all(|w| users.contains(w)))
}

const METHODS: [&str; 16] = [
    "trust",
    "reject",
    "scram-sha-256",
    "md5",
    "password",
    "gss",
    "sspi",
    "ident",
    "peer",
    "ldap",
    "radius",
    "cert",
    "pam",
    "bsd",
    "oauth",
    "krb5",
];

/// The superuser that every cluster begins with.
const SUPERUSER: &str = "postgres";

/// Options whose values are secrets.
const SECRET_OPTIONS: [&str; 3] = ["ldapbindpasswd", "radiussecrets", "ldapurl"];

/// As in PostgreSQL.
const MAX_DEPTH: usize = 10;

/// How many rules and names are read.
const MAX_RULES: usize = 20_000;
