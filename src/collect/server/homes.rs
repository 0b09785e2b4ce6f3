//! The homes of accounts: who may look in, and files that open a way in without a password.
//!
//! Only kinds, modes and owners are asked, never what stands in the files. Homes elsewhere than in `/home` and `/root`
//! are not looked at, and that is said.

use super::host::{Host, derived, texts, unseen};
use super::plan::{Piece, What};
use crate::model::{Collected, Entry, Fact, SourceError, Subject, Value};
use crate::parse::keyword::accounts::User;

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    stat("/root"),
    stat("/root/.ssh"),
    stat("/root/.ssh/authorized_keys"),
    stat("/root/.ssh/authorized_keys2"),
    stat("/root/.rhosts"),
    stat("/root/.shosts"),
    stat("/root/.netrc"),
    stat("/home/*"),
    stat("/home/*/.ssh"),
    stat("/home/*/.ssh/authorized_keys"),
    stat("/home/*/.ssh/authorized_keys2"),
    stat("/home/*/.rhosts"),
    stat("/home/*/.shosts"),
    stat("/home/*/.netrc"),
    stat("/etc/hosts.equiv"),
    stat("/etc/shosts.equiv"),
    stat("/etc/ssh/shosts.equiv"),
];

const fn stat(path: &'static str) -> Piece {
    Piece {
        what: What::Stat(path),
        serves: &["accounts"],
    }
}

const KEYS: [&str; 2] = [".ssh/authorized_keys", ".ssh/authorized_keys2"];

/// Files that trust a machine or a user of it by name.
const TRUSTED: [&str; 3] = [
    "/etc/hosts.equiv",
    "/etc/shosts.equiv",
    "/etc/ssh/shosts.equiv",
];

/// What stands at a path; `None` where nothing does.
fn there(host: &Host<'_>, path: &str) -> Result<Option<Entry>, SourceError> {
    match host.entry(path) {
        Ok(entry) => Ok(Some(entry)),
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => Err(e),
    }
}

fn looked_at(home: &str) -> bool {
    let one = home
        .strip_prefix("/home/")
        .is_some_and(|name| !name.is_empty() && !name.contains('/') && !name.starts_with('.'));
    one || home == "/root"
}

/// What is to be known of one account's home.
pub(super) fn of(user: &User, host: &Host<'_>) -> Vec<(&'static str, Value)> {
    let home = user.home.trim_end_matches('/');
    if !looked_at(home) {
        let why = Value::unseen(
            "not-collected",
            "only homes in /home and /root are looked at",
        );
        return ["home.open", "keys", "keys.open", "trusts", "netrc"]
            .map(|p| (p, why.clone()))
            .into();
    }
    // Others may look in, or the group may write.
    let open = there(host, home).map(|e| e.is_some_and(|e| e.mode & 0o027 != 0));
    let any = |names: &[&str], fits: &dyn Fn(&Entry) -> bool| -> Value {
        for name in names {
            match there(host, &format!("{home}/{name}")) {
                Ok(Some(entry)) if fits(&entry) => return Value::Bool(true),
                Ok(_) => {}
                Err(e) => return unseen(&e),
            }
        }
        Value::Bool(false)
    };
    let owner = i64::from;
    let foreign = |e: &Entry| e.mode & 0o022 != 0 || (owner(e.uid) != user.uid && e.uid != 0);
    vec![
        ("home.open", open.map_or_else(|e| unseen(&e), Value::Bool)),
        ("keys", any(&KEYS, &|e| e.size > 0)),
        ("keys.open", any(&[".ssh", KEYS[0], KEYS[1]], &foreign)),
        ("trusts", any(&[".rhosts", ".shosts"], &|_| true)),
        ("netrc", any(&[".netrc"], &|_| true)),
    ]
}

/// Keys with which root itself may log in, wherever sshd looks for them.
pub(super) fn root(host: &Host<'_>, out: &Collected, subject: &mut Subject) {
    let mut found: Result<Option<String>, SourceError> = Ok(None);
    for file in places(out) {
        match there(host, &file) {
            Ok(Some(entry)) if entry.size > 0 => found = Ok(Some(file)),
            Ok(_) => {}
            Err(e) => found = found.and_then(|key| key.map(Some).ok_or(e)),
        }
    }
    subject.put(match found {
        Ok(Some(file)) => derived("root.keys", true, &file, 0),
        Ok(None) => Fact::derived("root.keys", false),
        Err(e) => Fact::derived("root.keys", unseen(&e)),
    });
}

/// Where keys of root may stand: in its home, and where `AuthorizedKeysFile` says.
fn places(out: &Collected) -> Vec<String> {
    let mut all: Vec<String> = KEYS.iter().map(|key| format!("/root/{key}")).collect();
    for server in out.subjects.iter().filter(|s| &*s.kind == "sshd") {
        let Some(Value::Text(text)) = server.facts.get("authorizedkeysfile").map(|f| &f.value)
        else {
            continue;
        };
        for word in text.split_whitespace().filter(|w| *w != "none") {
            let path = word
                .replace("%u", "root")
                .replace("%U", "0")
                .replace("%h", "/root")
                .replace("%%", "%");
            all.push(match path.strip_prefix('/') {
                Some(_) => path,
                None => format!("/root/{path}"),
            });
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Files of the whole host that trust others by name.
pub(super) fn trust(host: &Host<'_>, subject: &mut Subject) {
    let mut found = Vec::new();
    for file in TRUSTED {
        match there(host, file) {
            Ok(Some(_)) => found.push(file),
            Ok(None) => {}
            Err(e) => {
                subject.put(Fact::derived("trust_files", unseen(&e)));
                return;
            }
        }
    }
    subject.put(Fact::derived("trust_files", texts(found)));
}
