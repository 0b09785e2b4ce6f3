//! How people prove who they are: second factors in the stacks of PAM and in sshd, empty passwords, `su`, accounts
//! that a directory keeps, and whether what administrators do is recorded.

use super::host::{Host, derived, texts, unseen};
use super::open_stack;
use super::pam::{self, Module};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::pairs;
use crate::parse::keyword::pam::arg;

const NSSWITCH: &str = "/etc/nsswitch.conf";
const SSSD: &str = "/etc/sssd/sssd.conf";
const SSSD_FOLDER: &str = "/etc/sssd/conf.d";
const SSSD_KEYS: &[&str] = &["domains", "id_provider", "scope"];

/// What this part reads beside the stacks of PAM.
pub(super) const PIECES: &[Piece] = &[
    file(NSSWITCH, &["passwd"]),
    file(SSSD, SSSD_KEYS),
    file("/etc/sssd/conf.d/*.conf", SSSD_KEYS),
    Piece {
        what: What::Folder(SSSD_FOLDER),
        serves: &["authentication"],
    },
];

const fn file(path: &'static str, words: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(words),
        },
        serves: &["authentication"],
    }
}

/// Modules that ask for something that one has, beside what one knows.
const FACTORS: [&str; 9] = [
    "pam_google_authenticator",
    "pam_oath",
    "pam_u2f",
    "pam_duo",
    "pam_yubico",
    "pam_pkcs11",
    "pam_securid",
    "pam_privacyidea",
    "pam_2fa",
];

/// Arguments with which an account without a second factor gets in.
const LENIENT: [&str; 3] = ["nullok", "nouserok", "failmode"];

/// Modules that ask a directory.
const DIRECTORIES: [&str; 4] = ["pam_sss", "pam_ldap", "pam_winbind", "pam_krb5"];

/// Collects the subject type `authentication`. It runs after sshd and sudo, whose facts it joins.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("authentication", "authentication");
    let login = auth(host, "login");
    let sshd = auth(host, "sshd");
    let sudo = auth(host, "sudo");
    let su = auth(host, "su");
    subject.put(nullok(&[&login, &sshd, &sudo, &su]));
    subject.put(su_restricted(&su));
    subject.put(open_stack::fact(host));
    for (path, stack) in [("mfa.login", &login), ("mfa.sudo", &sudo)] {
        subject.put(factor(path, stack));
    }
    let by_pam = factor("mfa.sshd", &sshd).value;
    ssh(out, &by_pam, &mut subject);
    subject.put(Fact::derived(
        "mfa.modules",
        modules(&[&login, &sshd, &sudo]),
    ));
    let central = central(host, &[&login, &sshd]).unwrap_or_else(|e| hidden("central", &e));
    subject.put(central);
    let recorded = recorded(host, out).unwrap_or_else(|e| hidden("recorded", &e));
    subject.put(recorded);
    out.subjects.push(subject);
    out.saw("authentication", Seen::Whole);
}

type Stack = Result<Option<Vec<Module>>, SourceError>;

fn auth(host: &mut Host<'_>, service: &str) -> Stack {
    pam::stack(host, service, "auth")
}

fn hidden(path: &'static str, error: &SourceError) -> Fact {
    Fact::derived(path, unseen(error))
}

/// Does pam_unix let in who has no password?
fn nullok(stacks: &[&Stack]) -> Fact {
    let mut seen = 0;
    for stack in stacks {
        match stack {
            Ok(Some(modules)) => {
                seen += 1;
                let open = |m: &&Module| {
                    m.name == "pam_unix"
                        && ["nullok", "nullok_secure"]
                            .iter()
                            .any(|a| arg(&m.args, a).is_some())
                };
                if let Some(m) = modules.iter().find(open) {
                    return derived("nullok", true, &m.file, m.line);
                }
            }
            Ok(None) => {}
            Err(e) => return hidden("nullok", e),
        }
    }
    if seen == 0 {
        let why = Value::unseen("missing-fact", "/etc/pam.d: no stack of a login");
        return Fact::derived("nullok", why);
    }
    Fact::derived("nullok", false)
}

/// May only members of a group become another?
fn su_restricted(su: &Stack) -> Fact {
    const PATH: &str = "su.restricted";
    match su {
        Ok(Some(modules)) => {
            let wheel =
                |m: &&Module| m.name == "pam_wheel" && m.binds && arg(&m.args, "deny").is_none();
            match modules.iter().find(wheel) {
                Some(m) => derived(PATH, true, &m.file, m.line),
                None => derived(PATH, false, "/etc/pam.d/su", 0),
            }
        }
        Ok(None) => Fact::derived(PATH, Value::unseen("missing-fact", "/etc/pam.d/su")),
        Err(e) => hidden(PATH, e),
    }
}

/// Is a second factor asked of everybody?
fn factor(path: &'static str, stack: &Stack) -> Fact {
    match stack {
        Ok(Some(modules)) => {
            let asks = |m: &&Module| {
                FACTORS.contains(&m.name.as_str())
                    && m.binds
                    && !m.skipped
                    && !LENIENT.iter().any(|a| arg(&m.args, a).is_some())
            };
            match modules.iter().find(asks) {
                Some(m) => derived(path, true, &m.file, m.line),
                None => Fact::derived(path, false),
            }
        }
        Ok(None) => Fact::derived(
            path,
            Value::unseen("missing-fact", "no file of the service in /etc/pam.d"),
        ),
        Err(e) => hidden(path, e),
    }
}

fn modules(stacks: &[&Stack]) -> Value {
    let mut all: Vec<&str> = Vec::new();
    for stack in stacks {
        let Ok(stack) = stack else {
            return Value::unseen("unreadable", "/etc/pam.d");
        };
        let named = stack.iter().flatten().map(|m| m.name.as_str());
        all.extend(named.filter(|n| FACTORS.contains(n)));
    }
    all.sort_unstable();
    all.dedup();
    texts(all)
}

/// Does each way in by SSH ask for two factors: sshd's own methods, or PAM's where nothing goes around it?
fn ssh(out: &Collected, by_pam: &Value, subject: &mut Subject) {
    let servers: Vec<&Subject> = out.subjects.iter().filter(|s| &*s.kind == "sshd").collect();
    if servers.is_empty() {
        let sight = out
            .sights
            .iter()
            .find(|s| &*s.kind == "sshd")
            .map(|s| &s.seen);
        let why = Value::unseen("missing-fact", "sshd was not seen");
        subject.put(match sight {
            Some(Seen::Absent(_)) => Fact::derived("ssh.present", false),
            Some(_) | None => Fact::derived("ssh.present", why.clone()),
        });
        subject.put(Fact::derived("mfa.ssh", why));
        return;
    }
    subject.put(Fact::derived("ssh.present", true));
    let mut all = Value::Bool(true);
    for server in servers {
        all = super::host::both(all, two_factors(server, by_pam));
    }
    subject.put(Fact::derived("mfa.ssh", all));
}

fn two_factors(server: &Subject, by_pam: &Value) -> Value {
    let is = |path: &str, wanted: &str| match server.facts.get(path).map(|f| &f.value) {
        Some(Value::Text(text)) => Value::Bool(text.eq_ignore_ascii_case(wanted)),
        Some(Value::Unseen(why)) => Value::Unseen(why.clone()),
        Some(_) | None => Value::unseen("missing-fact", "sshd's settings were not seen"),
    };
    let both = super::host::both;
    let pam = both(is("usepam", "yes"), by_pam.clone());
    let methods = match server.facts.get("authenticationmethods").map(|f| &f.value) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Unseen(why)) => return Value::Unseen(why.clone()),
        Some(_) | None => "any".to_owned(),
    };
    if methods.trim() == "any" {
        // A key alone, or sshd's own question for a password, goes around PAM's second factor.
        let only = both(
            is("pubkeyauthentication", "no"),
            is("passwordauthentication", "no"),
        );
        return both(only, both(is("kbdinteractiveauthentication", "yes"), pam));
    }
    let mut all = Value::Bool(true);
    for way in methods.split_whitespace() {
        let mut kinds: Vec<&str> = way
            .split(',')
            .map(|m| match m.split(':').next().unwrap_or_default() {
                "password" | "keyboard-interactive" => "known",
                other => other,
            })
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.len() < 2 {
            let asked = Value::Bool(way.contains("keyboard-interactive"));
            all = both(all, both(asked, pam.clone()));
        }
    }
    all
}

/// Are accounts kept by a directory: does the host look them up there, and prove them there?
fn central(host: &mut Host<'_>, stacks: &[&Stack]) -> Result<Fact, SourceError> {
    let switch = pairs::blanks(&host.optional(NSSWITCH)?.unwrap_or_default());
    let sources = pairs::last(&switch, "passwd:").map(|p| (p.value.clone(), p.line));
    let (sources, line) = sources.unwrap_or_default();
    let named = |n: &str| sources.split_whitespace().any(|s| s == n);
    let looked_up = named("ldap") || named("winbind") || (named("sss") && domains(host)?);
    if !looked_up {
        return Ok(derived("central", false, NSSWITCH, line));
    }
    for stack in stacks {
        if let Some(modules) = stack.as_ref().map_err(Clone::clone)? {
            let asked = modules
                .iter()
                .find(|m| DIRECTORIES.contains(&m.name.as_str()));
            if let Some(m) = asked {
                return Ok(derived("central", true, &m.file, m.line));
            }
        }
    }
    Ok(derived("central", false, NSSWITCH, line))
}

/// The settings of sssd, drop-ins after the file itself.
fn sssd(host: &mut Host<'_>) -> Result<Vec<pairs::Pair>, SourceError> {
    let mut files = vec![SSSD.to_owned()];
    files.extend(host.drop_ins(&[SSSD_FOLDER], ".conf")?);
    let mut all = Vec::new();
    for file in files {
        all.extend(pairs::ini(&host.optional(&file)?.unwrap_or_default()));
    }
    Ok(all)
}

/// Does sssd ask a directory, not only the files of this host?
fn domains(host: &mut Host<'_>) -> Result<bool, SourceError> {
    let all = sssd(host)?;
    Ok(all.iter().any(|p| {
        p.key == "id_provider" && matches!(p.value.as_str(), "ldap" | "ad" | "ipa" | "idp")
    }))
}

/// Is what administrators type or see recorded: pam_tty_audit, sudo's own recording, or sssd's of sessions?
fn recorded(host: &mut Host<'_>, out: &Collected) -> Result<Fact, SourceError> {
    const PATH: &str = "recorded";
    let sudo = out.subjects.iter().find(|s| &*s.kind == "privilege");
    let by_sudo = sudo.and_then(|s| s.facts.get("log_output"));
    if by_sudo.is_some_and(|fact| fact.value == Value::Bool(true)) {
        return Ok(Fact::derived(PATH, true));
    }
    for service in ["sshd", "login"] {
        let stack = pam::stack(host, service, "session")?.unwrap_or_default();
        let audits = |m: &&Module| {
            m.name == "pam_tty_audit" && arg(&m.args, "enable").is_some_and(|who| !who.is_empty())
        };
        if let Some(m) = stack.iter().find(audits) {
            return Ok(derived(PATH, true, &m.file, m.line));
        }
    }
    let scope = sssd(host)?;
    let scope = pairs::last(&scope, "scope").filter(|p| p.section == "session_recording");
    Ok(Fact::derived(
        PATH,
        scope.is_some_and(|p| p.value != "none"),
    ))
}
