//! What the company itself lists beside a host: the software that is allowed on it, and the staff. The host is held against
//! both: software that stands on no list, accounts of people who have left.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::host::texts;
use crate::collect::Context;
use crate::collect::document::list_file::ListFile;
use crate::collect::document::people::span;
use crate::collect::document::table::Table;
use crate::model::{
    Collected, Day, Fact, HostLists, List, Object, Place, Reason, Seen, Subject, Value,
};
use crate::parse::keyword::sshd::fits;

const SOFTWARE: &str = "software";
const LEAVERS: &str = "leavers";

const STAFF_COLUMNS: &[&str] = &["id", "account", "active_from", "active_to"];
const STAFF_NEEDED: &[&str] = &["account"];

/// The subject types `software` and `leavers`, from what was collected of the host.
pub fn beside(collected: &mut Collected, lists: &HostLists, cx: &Context) {
    match &lists.software {
        None => not_named(
            collected,
            SOFTWARE,
            "the inventory names no list of allowed software",
        ),
        Some((shown, path)) => {
            let file = ListFile::new(path, shown.clone());
            match file.text(cx, &mut collected.evidence) {
                Ok(text) => {
                    let subject = software(&text, shown, collected);
                    collected.subjects.push(subject);
                    collected.saw(SOFTWARE, Seen::Whole);
                }
                Err(e) => collected.saw(SOFTWARE, Seen::Not(Reason::new(e.code(), shown.clone()))),
            }
        }
    }
    match &lists.roster {
        None => not_named(
            collected,
            LEAVERS,
            "the inventory names no list of staff for this host",
        ),
        Some((shown, path)) => {
            let file = ListFile::new(path, shown.clone());
            match file.read(
                cx,
                STAFF_COLUMNS,
                STAFF_NEEDED,
                "account",
                &mut collected.evidence,
            ) {
                Ok(table) => {
                    let subject = leavers(&table, shown, collected, Day::of(cx.now));
                    collected.subjects.push(subject);
                    collected.saw(LEAVERS, Seen::Whole);
                }
                Err(reason) => collected.saw(LEAVERS, Seen::Not(reason)),
            }
        }
    }
}

fn not_named(collected: &mut Collected, kind: &str, why: &str) {
    collected.saw(kind, Seen::Not(Reason::new("not_asked", why)));
}

/// The value of a fact of the host; where the subject was not made, why.
fn of_host(collected: &Collected, kind: &str, path: &str) -> Value {
    let subject = collected.subjects.iter().find(|s| &*s.kind == kind);
    let fact = subject.and_then(|s| s.facts.get(path));
    fact.map_or_else(|| not_seen(collected, kind), |f| f.value.clone())
}

fn not_seen(collected: &Collected, kind: &str) -> Value {
    let sight = collected.sights.iter().find(|s| &*s.kind == kind);
    match sight.map(|s| &s.seen) {
        Some(Seen::Not(reason)) => {
            let code = match reason.code {
                Cow::Borrowed(code) => code,
                Cow::Owned(_) => "unreadable",
            };
            Value::unseen(code, reason.detail.clone())
        }
        Some(Seen::Absent(_)) => Value::Absent,
        Some(Seen::Whole) | None => Value::unseen("missing-fact", kind),
    }
}

/// What stands on no line of the list. A line names a package (`nginx`, `lib*`) or a runtime with its version (`php 8.2`,
/// `java 17`, `python *`).
fn software(text: &str, shown: &str, collected: &Collected) -> Subject {
    let lines: Vec<String> = text
        .lines()
        .map(|l| l.split('#').next().unwrap_or_default())
        .map(|l| {
            l.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase()
        })
        .filter(|l| !l.is_empty())
        .collect();
    let unlisted = |name: &str| !lines.iter().any(|line| fits(&name.to_lowercase(), line));
    let mut subject = Subject::new(SOFTWARE, SOFTWARE).at(Place::new(shown, 0));
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(Place::new(shown, 0)));
    };
    put(
        "entries",
        i64::try_from(lines.len()).unwrap_or(i64::MAX).into(),
    );
    put("runtimes.unlisted", runtimes(collected, &unlisted));
    let mut names = of_host(collected, "packages", "names");
    if let Value::List(names) = &mut names {
        let beside = |n: &Value| matches!(n, Value::Text(name) if unlisted(name));
        names.items.retain(beside);
    }
    put("packages.unlisted", names);
    subject
}

fn runtimes(collected: &Collected, unlisted: &dyn Fn(&str) -> bool) -> Value {
    let text = |subject: &Subject, path: &str| match subject.facts.get(path).map(|f| &f.value) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let found = collected.subjects.iter().filter(|s| &*s.kind == "runtime");
    let names: Vec<String> = found
        .map(|s| format!("{} {}", text(s, "name"), text(s, "version")))
        .filter(|name| unlisted(name))
        .collect();
    let sight = collected.sights.iter().find(|s| &*s.kind == "runtime");
    match sight.map(|s| &s.seen) {
        Some(Seen::Whole | Seen::Absent(_)) => texts(names),
        Some(Seen::Not(_)) if !names.is_empty() => {
            Value::partial_list(names.into_iter().map(Value::Text))
        }
        Some(Seen::Not(_)) | None => not_seen(collected, "runtime"),
    }
}

/// Accounts of the host whose holder has left and that can still be used. No names: the lines of the list and of passwd.
fn leavers(table: &Table, shown: &str, collected: &Collected, on: Day) -> Subject {
    let mut bad = table.bad.clone();
    // Who works on the day by any row has not left.
    let mut holders: BTreeMap<String, (bool, u32)> = BTreeMap::new();
    for row in &table.rows {
        let account = row.get("account");
        if account.is_empty() {
            continue;
        }
        let Some((from, to)) = span(row) else {
            bad.push(row.line);
            continue;
        };
        let holder = holders
            .entry(account.to_owned())
            .or_insert((false, row.line));
        holder.0 |= from <= on && on <= to;
        holder.1 = row.line;
    }
    let mut subject = Subject::new(LEAVERS, LEAVERS).at(Place::new(shown, 0));
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(Place::new(shown, 0)));
    };
    let left = holders.values().filter(|(works, _)| !works).count();
    put("people", i64::try_from(left).unwrap_or(i64::MAX).into());
    put(
        "bad_rows",
        i64::try_from(bad.len()).unwrap_or(i64::MAX).into(),
    );
    let mut enabled = of_host(collected, "accounts", "users");
    let elsewhere = keys_elsewhere(collected);
    if let Value::List(users) = &enabled {
        enabled = still_usable(users, &holders, elsewhere, shown, bad.is_empty());
    }
    put("enabled", enabled);
    subject
}

/// The accounts that can be used although their holder does not work any more; what cannot be told leaves the list open.
fn still_usable(
    users: &List,
    holders: &BTreeMap<String, (bool, u32)>,
    elsewhere: bool,
    shown: &str,
    whole: bool,
) -> Value {
    let (mut found, mut open) = (Vec::new(), None);
    for user in &users.items {
        let Value::Map(user) = user else { continue };
        let Some(Value::Text(name)) = user.get("name") else {
            continue;
        };
        let Some((false, line)) = holders.get(name) else {
            continue;
        };
        match usable(user, elsewhere) {
            Ok(false) => {}
            Ok(true) => {
                let at = user.get("line").map_or_else(String::new, Value::shown);
                found.push(Value::Text(format!("{shown}:{line} – /etc/passwd:{at}")));
            }
            Err(unseen) => open = Some(unseen),
        }
    }
    match open {
        Some(unseen) if found.is_empty() => unseen,
        None if whole && users.complete => Value::list(found),
        Some(_) | None => Value::partial_list(found),
    }
}

/// Does sshd take keys from other places than the homes that were looked at? Where its settings were not seen, it may.
fn keys_elsewhere(collected: &Collected) -> bool {
    let sight = collected.sights.iter().find(|s| &*s.kind == "sshd");
    if sight.is_some_and(|s| matches!(s.seen, Seen::Absent(_))) {
        return false;
    }
    // In the global part and in each Match block that says it.
    let says = |path: &str, own: &[&str]| {
        let is_own = |value: &Value| matches!(value, Value::Text(text) if text.split_whitespace().all(|w| own.contains(&w)));
        let parts = collected.subjects.iter().filter(|s| &*s.kind == "sshd");
        let mut said = parts.filter_map(|s| s.facts.get(path));
        is_own(&of_host(collected, "sshd", path)) && said.all(|fact| is_own(&fact.value))
    };
    let homes = [".ssh/authorized_keys", ".ssh/authorized_keys2"];
    !(says("authorizedkeysfile", &homes) && says("authorizedkeyscommand", &["none"]))
}

/// Can the account still be used? Not where it has ended, has no shell to log in with, or has neither password nor key.
fn usable(user: &Object, elsewhere: bool) -> Result<bool, Value> {
    let fact = |path: &str| user.get(path).cloned().unwrap_or(Value::Absent);
    let is = |path: &str, value: bool| fact(path) == Value::Bool(value);
    if is("can_login", false) || is("expired", true) {
        return Ok(false);
    }
    if is("locked", true) && is("keys", false) {
        return match elsewhere {
            false => Ok(false),
            true => Err(Value::unseen(
                "ambiguous",
                "sshd takes keys from elsewhere, too",
            )),
        };
    }
    if is("expired", false) && (is("locked", false) || is("keys", true)) {
        return Ok(true);
    }
    let open = ["expired", "locked", "keys"].map(fact);
    let unseen = open.into_iter().find(|v| matches!(v, Value::Unseen(_)));
    Err(unseen.unwrap_or_else(|| Value::unseen("missing-fact", "expired, locked, keys")))
}
