//! The last login of each account: what `lastlog` says on a live host, the file it reads else.
//!
//! Only the day is kept: from where somebody logged in is nobody's business here. Hosts that keep the newer
//! `lastlog2` are not read, and that is said.

use std::collections::BTreeMap;

use super::host::{Host, unseen};
use super::plan::{Piece, What};
use crate::model::{Command, Day, SourceError, Value};
use crate::parse::keyword::accounts::User;

/// What a live host says.
const LASTLOG: Command = Command {
    id: "lastlog",
    argv: &["/usr/bin/lastlog"],
    root: false,
};

const FILE: &str = "/var/log/lastlog";
const NEWER: &str = "/var/lib/lastlog/lastlog2.db";

/// One record: the time, then the line and the machine, which are not read.
const RECORD: usize = 4 + 32 + 256;

/// What this part reads. The file itself is read of a folder only: it holds addresses.
pub(super) const PIECES: &[Piece] = &[
    Piece {
        what: What::Command(&LASTLOG),
        serves: &["accounts"],
    },
    Piece {
        what: What::Stat(NEWER),
        serves: &["accounts"],
    },
];

/// The last logins.
pub(super) enum Logins {
    /// By name, as the live host says; `None` for never.
    Named(BTreeMap<String, Option<Day>>),
    /// By number, as the file has them.
    Numbered(Vec<u8>),
    /// Not to be seen.
    Hidden(Value),
}

/// Reads the last logins.
pub(super) fn read(host: &mut Host<'_>) -> Logins {
    match host.exists(NEWER) {
        Some(false) => {}
        Some(true) => {
            return Logins::Hidden(Value::unseen("not-parsed", format!("{NEWER} is not read")));
        }
        None => return Logins::Hidden(Value::unseen("unreadable", NEWER)),
    }
    match host.run(&LASTLOG) {
        Ok(text) => named(&text),
        Err(SourceError::NotLive(_)) => match host.bytes(FILE) {
            Ok(bytes) => Logins::Numbered(bytes),
            Err(e) => Logins::Hidden(unseen(&e)),
        },
        Err(e) => Logins::Hidden(unseen(&e)),
    }
}

impl Logins {
    /// Days since an account was last used: since its last login, or since its password was set where that is later.
    pub(super) fn idle(&self, user: &User, changed: &Value, today: Day) -> Value {
        let login = match self {
            Self::Hidden(why) => return why.clone(),
            Self::Named(all) => match all.get(&user.name) {
                Some(day) => *day,
                None => return Value::unseen("missing-fact", "lastlog does not name the account"),
            },
            Self::Numbered(bytes) => day_of(bytes, user.uid),
        };
        let since = login.map(|day| today.days_since(day));
        match (since, changed) {
            (Some(a), Value::Int(b)) => Value::Int(a.min(*b)),
            (Some(a), _) => Value::Int(a),
            (None, Value::Int(b)) => Value::Int(*b),
            (None, Value::Unseen(_)) => changed.clone(),
            (None, _) => Value::unseen(
                "missing-fact",
                "never logged in, and no day of its password",
            ),
        }
    }
}

/// The record of a number; a file that ends before it has none.
fn day_of(bytes: &[u8], uid: i64) -> Option<Day> {
    let at = usize::try_from(uid).ok()?.checked_mul(RECORD)?;
    let time = bytes.get(at..at.checked_add(4)?)?;
    let seconds = i64::from(u32::from_le_bytes(time.try_into().ok()?));
    let day = Day::of(jiff::Timestamp::from_second(seconds).ok()?);
    (seconds > 0).then_some(day)
}

fn named(text: &str) -> Logins {
    let mut all = BTreeMap::new();
    for line in text.lines().skip(1) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(name) = words.first() else { continue };
        let day = if line.contains("**") {
            None
        } else {
            match date(&words) {
                Some(day) => Some(day),
                None => {
                    return Logins::Hidden(Value::unseen("not-parsed", "a day of lastlog"));
                }
            }
        };
        all.insert((*name).to_owned(), day);
    }
    Logins::Named(all)
}

/// `Fri Nov 27 17:05:05 +0000 2026` at the end of a line.
fn date(words: &[&str]) -> Option<Day> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let [.., month, day, _, _, year] = words else {
        return None;
    };
    let month = MONTHS.iter().position(|m| m == month)? + 1;
    Day::new(
        year.parse().ok()?,
        i8::try_from(month).ok()?,
        day.parse().ok()?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, uid: i64) -> User {
        let line = format!("{name}:x:{uid}:100::/home/{name}:/bin/sh\n");
        crate::parse::keyword::accounts::passwd(&line).0.remove(0)
    }

    #[test]
    fn days_of_both_forms() {
        let today = Day::new(2026, 11, 23).unwrap();
        let live = named(
            "Username         Port     From             Latest\nan  pts/0 192.0.2.7  Fri Nov 13 17:05:05 +0000 2026\nbinh             **Never logged in**\n",
        );
        assert_eq!(
            live.idle(&user("an", 1000), &Value::Int(90), today),
            Value::Int(10)
        );
        assert_eq!(
            live.idle(&user("binh", 1001), &Value::Int(90), today),
            Value::Int(90)
        );
        assert!(matches!(
            live.idle(&user("chi", 1002), &Value::Absent, today),
            Value::Unseen(_)
        ));
        let mut file = vec![0; RECORD * 2];
        file[RECORD..RECORD + 4].copy_from_slice(&1_794_000_000_u32.to_le_bytes());
        let file = Logins::Numbered(file);
        let Value::Int(days) = file.idle(&user("an", 1), &Value::Absent, today) else {
            panic!("a number")
        };
        assert!((10..20).contains(&days), "{days}");
        assert!(matches!(
            file.idle(&user("root", 0), &Value::Absent, today),
            Value::Unseen(_)
        ));
        assert!(matches!(named("h\nan pts/0 hôm qua\n"), Logins::Hidden(_)));
    }
}
