//! Locking after wrong passwords: pam_faillock or pam_tally2 in the stacks of logins, with their settings.

use super::host::{Host, derived, number, unseen};
use super::pam::{self, Module};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::pairs;
use crate::parse::keyword::pam::arg;

const CONFIG: &str = "/etc/security/faillock.conf";

/// What this part reads beside the stacks of PAM.
pub(super) const PIECES: &[Piece] = &[Piece {
    what: What::File {
        path: CONFIG,
        keep: Keep::Lines(&["deny", "unlock_time", "fail_interval", "even_deny_root"]),
    },
    serves: &["lockout"],
}];

const PATHS: [&str; 6] = [
    "enabled",
    "deny",
    "unlock_time",
    "fail_interval",
    "root",
    "permanent",
];

/// Collects the subject type `lockout`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("lockout", "lockout");
    match stacks(host) {
        // Who logs in by SSH with a password meets none of it.
        Ok(_) if around_pam(out) => {
            put(host, &mut subject, &[Vec::new()]);
        }
        Ok(stacks) if stacks.is_empty() => hide(
            &mut subject,
            &Value::unseen("missing-fact", "/etc/pam.d: no stack of a login"),
        ),
        Ok(stacks) => put(host, &mut subject, &stacks),
        Err(e) => hide(&mut subject, &unseen(&e)),
    }
    out.subjects.push(subject);
    out.saw("lockout", Seen::Whole);
}

/// Does sshd ask for passwords itself, without PAM, of anybody?
fn around_pam(out: &Collected) -> bool {
    let mut servers = out.subjects.iter().filter(|s| &*s.kind == "sshd");
    servers.any(|server| {
        let is = |path: &str, word: &str| {
            let fact = server.facts.get(path);
            fact.is_some_and(|f| f.value == Value::from(word))
        };
        is("usepam", "no") && is("passwordauthentication", "yes")
    })
}

fn hide(subject: &mut Subject, why: &Value) {
    for path in PATHS {
        subject.put(Fact::derived(path, why.clone()));
    }
}

/// The stacks by which people log in; where the services' own files are not there, those that they all include.
fn stacks(host: &mut Host<'_>) -> Result<Vec<Vec<Module>>, SourceError> {
    let mut found = Vec::new();
    for service in ["login", "sshd"] {
        found.extend(pam::stack(host, service, "auth")?);
    }
    if found.is_empty() {
        found.extend(pam::first(
            host,
            &["common-auth", "system-auth", "password-auth"],
            "auth",
        )?);
    }
    Ok(found)
}

/// The module that counts and locks. faillock counts by its `authfail` line and locks by a line that refuses: `preauth`
/// or `authsucc`. tally2 needs a line that binds.
fn locker(stack: &[Module]) -> Option<&Module> {
    let says = |m: &Module, word: &str| m.args.iter().any(|a| a == word);
    let refuses = stack.iter().any(|m| {
        m.name == "pam_faillock"
            && !m.skipped
            && (says(m, "preauth") && m.binds || says(m, "authsucc") && (m.binds || m.falls))
    });
    stack.iter().find(|m| match m.name.as_str() {
        "pam_faillock" => refuses && says(m, "authfail"),
        "pam_tally2" | "pam_tally" => m.binds,
        _ => false,
    })
}

fn put(host: &mut Host<'_>, subject: &mut Subject, stacks: &[Vec<Module>]) {
    let lockers: Vec<&Module> = stacks.iter().filter_map(|s| locker(s)).collect();
    let Some(module) = lockers.first().filter(|_| lockers.len() == stacks.len()) else {
        subject.put(Fact::derived("enabled", false));
        for path in PATHS.iter().skip(1) {
            subject.put(Fact::derived(*path, Value::Absent));
        }
        return;
    };
    subject.put(derived("enabled", true, &module.file, module.line));
    subject.put(derived(
        "module",
        module.name.as_str(),
        &module.file,
        module.line,
    ));
    let faillock = module.name == "pam_faillock";
    let config = if faillock {
        host.optional(CONFIG)
    } else {
        Ok(None)
    };
    let config = match config {
        Ok(text) => pairs::equals(&text.unwrap_or_default()),
        Err(e) => {
            for path in PATHS.iter().skip(1) {
                subject.put(Fact::derived(*path, unseen(&e)));
            }
            return;
        }
    };
    // faillock's own values; tally2 locks nobody without `deny` and for good without `unlock_time`.
    let own: [(&str, i64); 3] = if faillock {
        [("deny", 3), ("unlock_time", 600), ("fail_interval", 900)]
    } else {
        [("deny", 0), ("unlock_time", 0), ("fail_interval", 0)]
    };
    let mut permanent = false;
    for (key, own) in own {
        let fact = match (arg(&module.args, key), pairs::last(&config, key)) {
            (Some(value), _) => derived(key, seconds(value), &module.file, module.line),
            (None, Some(pair)) => derived(key, seconds(&pair.value), CONFIG, pair.line),
            (None, None) => Fact::default_of(key, own),
        };
        permanent |= key == "unlock_time" && fact.value == Value::Int(0);
        subject.put(fact);
    }
    subject.put(Fact::derived("permanent", permanent));
    let root = arg(&module.args, "even_deny_root").is_some()
        || pairs::last(&config, "even_deny_root").is_some();
    subject.put(Fact::derived("root", root));
    // Without a number of attempts nothing is ever locked.
    if subject
        .facts
        .get("deny")
        .is_some_and(|f| f.value == Value::Int(0))
    {
        subject.put(derived("enabled", false, &module.file, module.line));
    }
}

fn seconds(value: &str) -> Value {
    if value == "never" {
        Value::Int(0)
    } else {
        number(value)
    }
}
