//! The groups: numbers and names that stand twice, and groups of accounts that are nowhere.

use std::collections::BTreeMap;

use super::accounts::Groups;
use super::host::{derived, unseen};
use crate::model::{Fact, List, Subject, Value};
use crate::parse::keyword::accounts::User;

const GROUP: &str = "/etc/group";

/// Puts what is to be known of the groups.
pub(super) fn put(subject: &mut Subject, users: &[User], groups: &Groups) {
    let (groups, bad) = match groups {
        Ok(all) => all,
        Err(e) => {
            for path in [
                "groups.duplicate_gids",
                "groups.duplicate_names",
                "groups.missing",
            ] {
                subject.put(Fact::derived(path, unseen(e)));
            }
            return;
        }
    };
    let whole = bad.is_empty();
    let gids = twice(groups.iter().map(|g| g.gid.to_string()));
    subject.put(derived(
        "groups.duplicate_gids",
        list(gids, whole),
        GROUP,
        0,
    ));
    let names = twice(groups.iter().map(|g| g.name.clone()));
    subject.put(derived(
        "groups.duplicate_names",
        list(names, whole),
        GROUP,
        0,
    ));
    // A line that cannot be read may be the very group.
    let missing = users
        .iter()
        .filter(|u| !groups.iter().any(|g| g.gid == u.gid))
        .map(|u| u.gid.to_string());
    let missing = if whole {
        list(missing.collect(), true)
    } else {
        Value::unseen("not-parsed", "a line of group cannot be read")
    };
    subject.put(derived("groups.missing", missing, GROUP, 0));
}

fn list(items: Vec<String>, complete: bool) -> Value {
    let items = items.into_iter().map(Value::Text).collect();
    Value::List(List { items, complete })
}

fn twice(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
        .into_iter()
        .filter(|(_, n)| *n > 1)
        .map(|(one, _)| one)
        .collect()
}
