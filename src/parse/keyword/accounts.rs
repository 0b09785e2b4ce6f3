//! passwd, group and shadow. Of a password hash only its kind leaves this module, of a person's name nothing.

use super::numbered;

/// A line of passwd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its line, from 1.
    pub line: u32,
    /// The account's name.
    pub name: String,
    /// Its number.
    pub uid: i64,
    /// Its group's number.
    pub gid: i64,
    /// Its home folder.
    pub home: String,
    /// Its shell; empty means `/bin/sh`.
    pub shell: String,
    /// A password that stands in passwd itself, where all can read it.
    pub password: Password,
}

/// A line of shadow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ages {
    /// Its line, from 1.
    pub line: u32,
    /// The account's name.
    pub name: String,
    /// What kind of password it has.
    pub password: Password,
    /// Days since 1970-01-01 of the last change; 0: must be changed at the next login.
    pub changed: Option<i64>,
    /// Days until it may be changed.
    pub min: Option<i64>,
    /// Days until it must be changed.
    pub max: Option<i64>,
    /// Days after `max` until the account is locked.
    pub inactive: Option<i64>,
    /// Days since 1970-01-01 of the account's end.
    pub expires: Option<i64>,
}

/// What is known of a password without the password or its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Password {
    /// The kind of hash; `none` where there is none.
    pub kind: &'static str,
    /// Locked: no password fits.
    pub locked: bool,
    /// No password is asked for.
    pub empty: bool,
    /// It stands in shadow.
    pub shadowed: bool,
}

impl Password {
    fn of(field: &str) -> Self {
        let hash = field.trim_start_matches(['!', '*']);
        Self {
            kind: kind(hash),
            locked: hash.len() != field.len() || field == "x",
            empty: field.is_empty(),
            shadowed: field == "x",
        }
    }
}

fn kind(hash: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 12] = [
        ("$y$", "yescrypt"),
        ("$gy$", "gost-yescrypt"),
        ("$7$", "scrypt"),
        ("$2", "bcrypt"),
        ("$6$", "sha512"),
        ("$5$", "sha256"),
        ("$1$", "md5"),
        ("$md5", "sunmd5"),
        ("$sha1$", "sha1"),
        ("$3$", "nt"),
        ("$argon2", "argon2"),
        ("_", "bsdi-des"),
    ];
    if matches!(hash, "" | "x" | "NP" | "LK") {
        return "none";
    }
    match PREFIXES.iter().find(|(start, _)| hash.starts_with(start)) {
        Some((_, kind)) => kind,
        None if hash.len() == 13 => "des",
        None => "unknown",
    }
}

/// The accounts, and the lines that cannot be read.
pub fn passwd(text: &str) -> (Vec<User>, Vec<u32>) {
    lines(text, |line, f| {
        let [name, password, uid, gid, _, home, shell] = f else {
            return None;
        };
        Some(User {
            line,
            name: (*name).to_owned(),
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
            home: home.trim().to_owned(),
            shell: shell.trim().to_owned(),
            password: Password::of(password),
        })
    })
}

/// The ages and kinds of passwords, and the lines that cannot be read.
pub fn shadow(text: &str) -> (Vec<Ages>, Vec<u32>) {
    lines(text, |line, f| {
        let (name, password) = (f.first()?, f.get(1)?);
        // -1 switches an age off, as no number does.
        let number = |at: usize| {
            f.get(at)
                .and_then(|n| n.trim().parse().ok())
                .filter(|n: &i64| *n >= 0)
        };
        (f.len() >= 8).then(|| Ages {
            line,
            name: (*name).to_owned(),
            password: Password::of(password),
            changed: number(2),
            min: number(3),
            max: number(4),
            inactive: number(6),
            expires: number(7),
        })
    })
}

/// A line of group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its line, from 1.
    pub line: u32,
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: i64,
    /// The names of its members, without those whose own group it is.
    pub members: Vec<String>,
}

/// The groups, and the lines that cannot be read.
pub fn group(text: &str) -> (Vec<Group>, Vec<u32>) {
    lines(text, |line, f| {
        let [name, _, gid, members] = f else {
            return None;
        };
        Some(Group {
            line,
            name: (*name).to_owned(),
            gid: gid.parse().ok()?,
            members: members
                .split(',')
                .map(str::trim)
                .filter(|m| !m.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    })
}

fn lines<T>(text: &str, read: impl Fn(u32, &[&str]) -> Option<T>) -> (Vec<T>, Vec<u32>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (line, content) in numbered(text) {
        // NIS lines (`+`, `-`) name accounts that stand elsewhere.
        if content.trim().is_empty() || content.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = content.split(':').collect();
        match read(line, &fields).filter(|_| !content.starts_with(['+', '-', ':'])) {
            Some(item) => good.push(item),
            None => bad.push(line),
        }
    }
    (good, bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_not_hashes() {
        let (ages, bad) = shadow(
            "root:!$y$j9T$inventedsalt$inventedinvented:19000:0:90:7:30::\na:$6$s$h:19000:0:99999:7:::\nb::19000:0:99999:7:::\nc:*:19000:0:99999:7:::\nd:$1$x$y:0:0:-1:7:::\nno colon here $6$\n",
        );
        assert_eq!(bad, [6]);
        assert_eq!(
            (ages[0].password.kind, ages[0].password.locked),
            ("yescrypt", true)
        );
        assert_eq!((ages[0].max, ages[0].inactive), (Some(90), Some(30)));
        assert_eq!(
            (ages[1].password.kind, ages[1].password.locked),
            ("sha512", false)
        );
        assert!(ages[2].password.empty && !ages[2].password.locked);
        assert!(ages[3].password.locked);
        assert_eq!((ages[4].password.kind, ages[4].max), ("md5", None));
        assert!(!format!("{ages:?}").contains("invented"));
    }
}
