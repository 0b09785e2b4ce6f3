//! The accounts: who can log in, with what kind of password, how old, with what power. No names of persons, no hashes.

use std::collections::BTreeMap;

use super::groups;
use super::homes;
use super::host::{Host, derived, reason, texts, unseen};
use super::lastlogin::{self, Logins};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Day, Fact, List, Seen, SourceError, Subject, Value};
use crate::parse::keyword::accounts::{Ages, Group, User, group, passwd, shadow};
use crate::parse::keyword::{numbered, pairs};

const PASSWD: &str = "/etc/passwd";
const SHADOW: &str = "/etc/shadow";
const GROUP: &str = "/etc/group";
const DEFAULT_NAMES: &str = include_str!("../../../rules/data/default-accounts.txt");

const USERADD: &str = "/etc/default/useradd";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file(PASSWD, Keep::Reduced(Reduction::Passwd)),
    file(SHADOW, Keep::Reduced(Reduction::Shadow)),
    file(GROUP, Keep::Reduced(Reduction::Group)),
    file(USERADD, Keep::Lines(&["INACTIVE"])),
];

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["accounts"],
    }
}

/// Groups whose members may become root by the settings of the usual distributions.
const ADMIN_GROUPS: [&str; 4] = ["sudo", "wheel", "admin", "root"];

/// Groups whose members come to root's power by another way: containers, raw disks, the passwords of all.
const ROOT_LIKE: [&str; 6] = ["docker", "podman", "lxd", "incus-admin", "disk", "shadow"];

/// The lines of shadow.
struct Shadow {
    of: BTreeMap<String, Ages>,
    /// Could all its lines be read?
    whole: bool,
}

type Shadows = Result<Shadow, SourceError>;

/// The groups, and the lines of group that cannot be read.
pub(super) type Groups = Result<(Vec<Group>, Vec<u32>), SourceError>;

/// Collects the subject type `accounts`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let (users, bad) = match host.text(PASSWD) {
        Ok(text) => passwd(&text),
        Err(e) => {
            out.saw("accounts", Seen::Not(reason(&e)));
            return;
        }
    };
    let shadows: Shadows = host.text(SHADOW).map(|text| {
        let (ages, bad) = shadow(&text);
        let of = ages.into_iter().map(|a| (a.name.clone(), a)).collect();
        Shadow {
            of,
            whole: bad.is_empty(),
        }
    });
    let groups = host.text(GROUP).map(|text| group(&text));
    let mut subject = Subject::new("accounts", "accounts");
    let logins = lastlogin::read(host);
    let items = users
        .iter()
        .map(|u| account(u, &shadows, &groups, &logins, host))
        .collect();
    let list = Value::List(List {
        items,
        complete: bad.is_empty(),
    });
    subject.put(derived("users", list, PASSWD, 0));
    subject.put(Fact::derived(
        "unreadable_lines",
        i64::try_from(bad.len()).unwrap_or(i64::MAX),
    ));
    subject.put(derived(
        "duplicate_uids",
        as_whole(
            duplicates(users.iter().map(|u| u.uid.to_string())),
            bad.is_empty(),
        ),
        PASSWD,
        0,
    ));
    subject.put(derived(
        "duplicate_names",
        as_whole(
            duplicates(users.iter().map(|u| u.name.clone())),
            bad.is_empty(),
        ),
        PASSWD,
        0,
    ));
    let uid0 = users.iter().filter(|u| u.uid == 0).map(|u| u.name.as_str());
    subject.put(derived(
        "uid0",
        as_whole(texts(uid0), bad.is_empty()),
        PASSWD,
        0,
    ));
    passwords(&mut subject, &users, bad.is_empty(), &shadows);
    let new = inactive_of_new(host);
    subject.put(new);
    groups::put(&mut subject, &users, &groups);
    homes::root(host, out, &mut subject);
    homes::trust(host, &mut subject);
    legacy(host, &mut subject);
    out.subjects.push(subject);
    out.saw("accounts", Seen::Whole);
}

/// Accounts without a password, and root's.
fn passwords(subject: &mut Subject, users: &[User], whole: bool, shadows: &Shadows) {
    let empty = match &shadows {
        Ok(shadows) => {
            let open = |u: &&User| {
                u.password.empty
                    || shadows
                        .of
                        .get(&u.name)
                        .is_some_and(|a| u.password.shadowed && a.password.empty)
            };
            let names = users.iter().filter(open).map(|u| u.name.as_str().into());
            Value::List(List {
                items: names.collect(),
                complete: whole && shadows.whole,
            })
        }
        Err(e) => unseen(e),
    };
    subject.put(derived("empty_passwords", empty, SHADOW, 0));
    let line = shadows
        .as_ref()
        .ok()
        .and_then(|s| s.of.get("root"))
        .map_or(0, |a| a.line);
    let locked = match &shadows {
        Ok(s) => s.of.get("root").map_or_else(
            || {
                if s.whole {
                    Value::Absent
                } else {
                    Value::unseen("not-parsed", "a line of shadow cannot be read")
                }
            },
            |a| Value::Bool(a.password.locked),
        ),
        Err(e) => unseen(e),
    };
    subject.put(derived("root.locked", locked, SHADOW, line));
}

fn account(
    user: &User,
    shadows: &Shadows,
    groups: &Groups,
    logins: &Logins,
    host: &Host<'_>,
) -> Value {
    let shell = if user.shell.is_empty() {
        "/bin/sh"
    } else {
        user.shell.as_str()
    };
    let program = shell.rsplit('/').next().unwrap_or_default();
    let login = !matches!(
        program,
        "nologin" | "false" | "sync" | "shutdown" | "halt" | "true" | "git-shell"
    );
    let mut entries: Vec<(&str, Value)> = vec![
        ("name", user.name.as_str().into()),
        ("uid", user.uid.into()),
        ("shell", shell.into()),
        ("can_login", login.into()),
        ("system", (user.uid < 1000 && user.uid != 0).into()),
        ("default_name", default_name(&user.name).into()),
        ("line", i64::from(user.line).into()),
        ("admin", admin(user, groups)),
        ("root_like", member(user, groups, &ROOT_LIKE)),
    ];
    entries.extend(password(user, shadows, login, host));
    let changed = entries.iter().find(|(k, _)| *k == "changed_days_ago");
    let changed = changed.map_or(Value::Absent, |(_, v)| v.clone());
    entries.push(("idle_days", logins.idle(user, &changed, host.today)));
    entries.extend(homes::of(user, host));
    Value::map(entries)
}

fn default_name(name: &str) -> bool {
    DEFAULT_NAMES
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(str::split_whitespace)
        .any(|n| n == name)
}

fn admin(user: &User, groups: &Groups) -> Value {
    if user.uid == 0 {
        return Value::Bool(true);
    }
    member(user, groups, &ADMIN_GROUPS)
}

fn member(user: &User, groups: &Groups, names: &[&str]) -> Value {
    match groups {
        Ok((groups, bad)) => {
            let member = groups.iter().any(|g| {
                names.contains(&g.name.as_str())
                    && (g.gid == user.gid || g.members.contains(&user.name))
            });
            if member || bad.is_empty() {
                Value::Bool(member)
            } else {
                Value::unseen("not-parsed", "a line of group cannot be read")
            }
        }
        Err(e) => unseen(e),
    }
}

fn password(
    user: &User,
    shadows: &Shadows,
    login: bool,
    host: &Host<'_>,
) -> Vec<(&'static str, Value)> {
    const PATHS: [&str; 9] = [
        "hash_kind",
        "locked",
        "password_login",
        "max_days",
        "min_days",
        "inactive_days",
        "changed_days_ago",
        "expired",
        "in_passwd",
    ];
    let shadows = match shadows {
        Ok(shadows) => shadows,
        Err(e) => return PATHS.iter().map(|p| (*p, unseen(e))).collect(),
    };
    let ages = shadows
        .of
        .get(&user.name)
        .filter(|_| user.password.shadowed);
    if ages.is_none() && user.password.shadowed && !shadows.whole {
        let why = Value::unseen("not-parsed", "a line of shadow cannot be read");
        return PATHS.iter().map(|p| (*p, why.clone())).collect();
    }
    let password = match ages {
        Some(ages) => ages.password,
        None => user.password,
    };
    // Without a line in shadow an `x` fits no password.
    let locked = password.locked || (user.password.shadowed && ages.is_none());
    let number = |n: Option<i64>| n.map_or(Value::Absent, Value::Int);
    let ages_of = |get: fn(&Ages) -> Option<i64>| number(ages.and_then(get));
    let changed = ages.and_then(|a| a.changed).filter(|c| *c > 0);
    let changed = changed.and_then(|c| days_ago(host.today, c));
    let expired = ages
        .and_then(|a| a.expires)
        .and_then(|e| days_ago(host.today, e));
    vec![
        ("expired", expired.is_some_and(|ago| ago >= 0).into()),
        ("hash_kind", password.kind.into()),
        ("locked", locked.into()),
        (
            "in_passwd",
            (!user.password.shadowed && !user.password.locked).into(),
        ),
        (
            "password_login",
            (login && !locked && (password.kind != "none" || password.empty)).into(),
        ),
        // The value that shadow's tools read as "no limit".
        (
            "max_days",
            Value::Int(ages.and_then(|a| a.max).unwrap_or(99_999)),
        ),
        ("min_days", ages_of(|a| a.min)),
        ("inactive_days", ages_of(|a| a.inactive)),
        ("changed_days_ago", number(changed)),
    ]
}

/// How many days lie between a day that shadow counts from 1970-01-01 and today.
fn days_ago(today: Day, day: i64) -> Option<i64> {
    Some(today.days_since(Day::new(1970, 1, 1)?.plus_days(day)))
}

/// Lines with `+` or `-` that NIS once put its own accounts in place of.
fn legacy(host: &mut Host<'_>, subject: &mut Subject) {
    let (mut found, mut whole) = (Vec::new(), true);
    for file in [PASSWD, SHADOW, GROUP] {
        match host.optional(file) {
            Ok(text) => {
                let text = text.unwrap_or_default();
                let old = numbered(&text).filter(|(_, l)| l.starts_with(['+', '-']));
                found.extend(old.map(|(line, _)| format!("{file}:{line}")));
            }
            Err(e) if found.is_empty() => {
                subject.put(Fact::derived("legacy_entries", unseen(&e)));
                return;
            }
            Err(_) => whole = false,
        }
    }
    let list = as_whole(texts(found), whole);
    subject.put(derived("legacy_entries", list, PASSWD, 0));
}

/// The list, incomplete where lines could not be read.
fn as_whole(list: Value, whole: bool) -> Value {
    let Value::List(list) = list else {
        return list;
    };
    Value::List(List {
        complete: list.complete && whole,
        ..list
    })
}

fn duplicates(all: impl Iterator<Item = String>) -> Value {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    texts(
        counts
            .into_iter()
            .filter(|(_, n)| *n > 1)
            .map(|(one, _)| one),
    )
}

/// Days after which a new account with an outdated password is locked.
fn inactive_of_new(host: &mut Host<'_>) -> Fact {
    match host.optional(USERADD) {
        Ok(text) => {
            let pairs = pairs::equals(&text.unwrap_or_default());
            match pairs::last(&pairs, "INACTIVE")
                .and_then(|p| Some((p.line, p.value.parse::<i64>().ok()?)))
            {
                Some((line, days)) if days >= 0 => {
                    derived("new.inactive_days", days, USERADD, line)
                }
                Some(_) | None => Fact::derived("new.inactive_days", Value::Absent),
            }
        }
        Err(e) => Fact::derived("new.inactive_days", unseen(&e)),
    }
}
