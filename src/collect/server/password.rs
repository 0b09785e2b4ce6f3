//! The password policy: login.defs, PAM's password stack and pwquality together.

use super::host::{Host, derived, number, set, unseen};
use super::pam::{self, Module};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::pairs::{self, Pair};
use crate::parse::keyword::pam::arg;

const LOGIN_DEFS: &str = "/etc/login.defs";
const PWQUALITY: &str = "/etc/security/pwquality.conf";
const SERVICES: [&str; 3] = ["passwd", "common-password", "system-auth"];
const QUALITY: [&str; 3] = ["pam_pwquality", "pam_cracklib", "pam_passwdqc"];

/// What this part reads beside the stacks of PAM.
pub(super) const PIECES: &[Piece] = &[
    file(
        LOGIN_DEFS,
        &[
            "PASS_MAX_DAYS",
            "PASS_MIN_DAYS",
            "PASS_WARN_AGE",
            "ENCRYPT_METHOD",
            "UMASK",
        ],
    ),
    file(PWQUALITY, QUALITY_KEYS),
    file("/etc/security/pwquality.conf.d/*.conf", QUALITY_KEYS),
    file("/etc/security/pwhistory.conf", &["remember"]),
];

const QUALITY_KEYS: &[&str] = &[
    "minlen",
    "minclass",
    "dcredit",
    "ucredit",
    "lcredit",
    "ocredit",
    "dictcheck",
    "enforce_for_root",
    "enforcing",
];

const fn file(path: &'static str, words: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(words),
        },
        serves: &["password-policy", "session"],
    }
}

/// The value that shadow's tools read as "no limit".
const NO_LIMIT: i64 = 99_999;

/// Collects the subject type `password-policy`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("password-policy", "password-policy");
    login_defs(host, &mut subject);
    match pam::first(host, &SERVICES, "password") {
        Ok(Some(stack)) => {
            quality(host, &mut subject, &stack);
            history(host, &mut subject, &stack);
            hash(host, &mut subject, &stack);
        }
        Ok(None) => hide(
            &mut subject,
            &Value::unseen("missing-fact", "/etc/pam.d: no password stack"),
        ),
        Err(e) => hide(&mut subject, &unseen(&e)),
    }
    out.subjects.push(subject);
    out.saw("password-policy", Seen::Whole);
}

fn hide(subject: &mut Subject, why: &Value) {
    for path in [
        "quality.enabled",
        "min_length",
        "classes",
        "history",
        "hash",
        "dictcheck",
        "quality.root",
    ] {
        subject.put(Fact::derived(path, why.clone()));
    }
}

fn login_defs(host: &mut Host<'_>, subject: &mut Subject) {
    const KEYS: [(&str, &str, i64); 3] = [
        ("PASS_MAX_DAYS", "max_days", NO_LIMIT),
        ("PASS_MIN_DAYS", "min_days", 0),
        ("PASS_WARN_AGE", "warn_days", 0),
    ];
    let pairs = match host.text(LOGIN_DEFS) {
        Ok(text) => pairs::blanks(&text),
        Err(e) => {
            // Missing: shadow's tools use their own values, but why it is missing nobody knows.
            let why = unseen(&e);
            for (_, path, _) in KEYS {
                subject.put(Fact::derived(path, why.clone()));
            }
            return;
        }
    };
    for (key, path, own) in KEYS {
        match pairs::last(&pairs, key) {
            Some(pair) => {
                let off = pair.value.trim().starts_with('-');
                let value = if off {
                    Value::Int(own)
                } else {
                    number(&pair.value)
                };
                subject.put(set(path, value, LOGIN_DEFS, pair.line));
            }
            None => subject.put(Fact::default_of(path, own)),
        }
    }
}

/// pwquality.conf with its drop-ins, which it reads before the file itself.
fn settings(host: &mut Host<'_>) -> Result<Vec<(String, Pair)>, SourceError> {
    let mut all = Vec::new();
    let mut files = host.drop_ins(&["/etc/security/pwquality.conf.d"], ".conf")?;
    files.push(PWQUALITY.to_owned());
    for file in files {
        if let Some(text) = host.optional(&file)? {
            all.extend(pairs::equals(&text).into_iter().map(|p| (file.clone(), p)));
        }
    }
    Ok(all)
}

/// One setting: an argument of the module, else the last line of the files, else the module's own value.
fn setting(module: &Module, files: &[(String, Pair)], key: &str, own: i64) -> (Value, String, u32) {
    if let Some(value) = arg(&module.args, key) {
        return (number(value), module.file.clone(), module.line);
    }
    match files.iter().rev().find(|(_, p)| p.key == key) {
        Some((file, pair)) => (number(&pair.value), file.clone(), pair.line),
        None => (Value::Int(own), module.file.clone(), module.line),
    }
}

/// The modules that look at a new password before one of them writes it: what comes later refuses too late.
fn before_change(stack: &[Module]) -> &[Module] {
    let writes = stack.iter().position(|m| m.name == "pam_unix");
    stack.get(..writes.unwrap_or(stack.len())).unwrap_or(stack)
}

fn quality(host: &mut Host<'_>, subject: &mut Subject, stack: &[Module]) {
    const LIMITS: [&str; 4] = ["min_length", "classes", "dictcheck", "quality.root"];
    let module = before_change(stack)
        .iter()
        .find(|m| QUALITY.contains(&m.name.as_str()) && m.binds && !m.skipped);
    let Some(module) = module else {
        subject.put(Fact::derived("quality.enabled", false));
        only_unix(subject, stack);
        return;
    };
    if module.name == "pam_passwdqc" {
        // So told it warns and lets all pass.
        let on = arg(&module.args, "enforce") != Some("none");
        subject.put(derived("quality.enabled", on, &module.file, module.line));
        if !on {
            only_unix(subject, stack);
            return;
        }
        let why = Value::unseen("not-parsed", "the settings of pam_passwdqc are not read");
        for path in LIMITS {
            subject.put(derived(path, why.clone(), &module.file, module.line));
        }
        return;
    }
    let files = if module.name == "pam_pwquality" {
        settings(host)
    } else {
        Ok(Vec::new())
    };
    let files = match files {
        Ok(files) => files,
        Err(e) => {
            for path in ["quality.enabled"].iter().chain(&LIMITS) {
                subject.put(Fact::derived(*path, unseen(&e)));
            }
            return;
        }
    };
    // `enforcing = 0` warns and lets all pass.
    let (enforcing, file, line) = match setting(module, &files, "enforcing", 1) {
        (Value::Int(n), file, line) => (Value::Bool(n != 0), file, line),
        other => other,
    };
    let off = enforcing == Value::Bool(false);
    subject.put(derived("quality.enabled", enforcing, &file, line));
    if off {
        only_unix(subject, stack);
    } else {
        limits(subject, module, &files);
    }
}

/// What counts where no module looks at new passwords: pam_unix itself asks for six characters and no kinds.
fn only_unix(subject: &mut Subject, stack: &[Module]) {
    let unix = stack.iter().find(|m| m.name == "pam_unix");
    let length = unix.map(|m| (arg(&m.args, "minlen").map_or(Value::Int(6), number), m));
    match length {
        Some((length, m)) => subject.put(derived("min_length", length, &m.file, m.line)),
        None => subject.put(Fact::derived(
            "min_length",
            Value::unseen("not-parsed", "no pam_unix in the stack"),
        )),
    }
    subject.put(Fact::derived("classes", 1));
    subject.put(Fact::derived("dictcheck", false));
    subject.put(Fact::derived("quality.root", false));
}

fn limits(subject: &mut Subject, module: &Module, files: &[(String, Pair)]) {
    // libpwquality 1.4: eight characters; pam_cracklib: nine with one credit for each kind.
    let (own_length, own_credit) = if module.name == "pam_pwquality" {
        (8, 0)
    } else {
        (9, 1)
    };
    let (length, file, line) = setting(module, files, "minlen", own_length);
    let credits = ["dcredit", "ucredit", "lcredit", "ocredit"]
        .map(|key| setting(module, files, key, own_credit).0);
    // A positive credit lets a password be shorter; a negative one demands a character of the kind.
    let (mut shorter, mut demanded) = (0, 0);
    let mut whole = true;
    for credit in credits {
        if let Value::Int(n) = credit {
            shorter += n.clamp(0, NO_LIMIT);
            demanded += i64::from(n < 0);
        } else {
            whole = false;
        }
    }
    let counted = |value: Value, count: &dyn Fn(i64) -> i64| match (value, whole) {
        (Value::Int(n), true) => Value::Int(count(n)),
        (Value::Int(_), false) => Value::unseen("not-a-number", "a credit is no number"),
        (other, _) => other,
    };
    let length = counted(length, &|n| n.saturating_sub(shorter).max(6));
    subject.put(derived("min_length", length, &file, line));
    let (classes, file, line) = setting(module, files, "minclass", 0);
    let classes = counted(classes, &|n| n.max(demanded).max(1));
    subject.put(derived("classes", classes, &file, line));
    let (dict, file, line) = setting(module, files, "dictcheck", 1);
    subject.put(derived("dictcheck", dict != Value::Int(0), &file, line));
    let root = files.iter().find(|(_, p)| p.key == "enforce_for_root");
    let by_arg = arg(&module.args, "enforce_for_root").is_some();
    subject.put(match root {
        Some((file, pair)) => set("quality.root", true, file, pair.line),
        None => derived("quality.root", by_arg, &module.file, module.line),
    });
}

/// How many old passwords are refused: pam_pwhistory, or pam_unix itself.
fn history(host: &mut Host<'_>, subject: &mut Subject, stack: &[Module]) {
    let module = before_change(stack)
        .iter()
        .find(|m| m.name == "pam_pwhistory" && m.binds && !m.skipped);
    if let Some(module) = module {
        let value = match arg(&module.args, "remember") {
            Some(value) => number(value),
            None => match host.optional("/etc/security/pwhistory.conf") {
                Ok(text) => {
                    let pairs = pairs::equals(&text.unwrap_or_default());
                    // Its own value is ten.
                    pairs::last(&pairs, "remember").map_or(Value::Int(10), |p| number(&p.value))
                }
                Err(e) => unseen(&e),
            },
        };
        subject.put(derived("history", value, &module.file, module.line));
        return;
    }
    let unix = stack.iter().find_map(|m| {
        let value = arg(&m.args, "remember").filter(|_| m.name == "pam_unix")?;
        Some(derived("history", number(value), &m.file, m.line))
    });
    subject.put(unix.unwrap_or_else(|| Fact::derived("history", 0)));
}

/// The kind of hash of new passwords.
fn hash(host: &mut Host<'_>, subject: &mut Subject, stack: &[Module]) {
    const KINDS: [&str; 7] = [
        "yescrypt",
        "gost_yescrypt",
        "sha512",
        "sha256",
        "blowfish",
        "md5",
        "bigcrypt",
    ];
    for module in stack.iter().filter(|m| m.name == "pam_unix") {
        let kind = KINDS.iter().find(|k| module.args.iter().any(|a| a == *k));
        if let Some(kind) = kind {
            subject.put(set("hash", *kind, &module.file, module.line));
            return;
        }
    }
    let fact = match host.text(LOGIN_DEFS) {
        Ok(text) => match pairs::last(&pairs::blanks(&text), "ENCRYPT_METHOD") {
            Some(pair) => set(
                "hash",
                pair.value.to_ascii_lowercase(),
                LOGIN_DEFS,
                pair.line,
            ),
            None => Fact::default_of("hash", "des"),
        },
        Err(e) => Fact::derived("hash", unseen(&e)),
    };
    subject.put(fact);
}
