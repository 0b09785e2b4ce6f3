//! Does a stack of PAM let somebody in who has proven nothing? The stack is run as libpam runs it, once for each answer
//! that its conditions may give, while each module that asks for a proof refuses.

use super::host::{Host, texts, unseen};
use super::pam::{self, Module};
use crate::model::{Fact, Place, Value};

/// Services by which people log in or become another; `other` stands for all that have no file.
const SERVICES: [&str; 20] = [
    "login",
    "remote",
    "sshd",
    "su",
    "su-l",
    "sudo",
    "sudo-i",
    "other",
    "polkit-1",
    "cockpit",
    "gdm-password",
    "lightdm",
    "sddm",
    "xdm",
    "vsftpd",
    "proftpd",
    "dovecot",
    "samba",
    "vlock",
    "screen",
];

/// Modules that ask for a proof: without one they refuse.
const PROOFS: [&str; 27] = [
    "pam_unix",
    "pam_unix2",
    "pam_sss",
    "pam_ldap",
    "pam_krb5",
    "pam_winbind",
    "pam_pkcs11",
    "pam_u2f",
    "pam_oath",
    "pam_google_authenticator",
    "pam_yubico",
    "pam_duo",
    "pam_securid",
    "pam_privacyidea",
    "pam_2fa",
    "pam_radius_auth",
    "pam_radius",
    "pam_tacplus",
    "pam_fprintd",
    "pam_ssh_agent_auth",
    "pam_systemd_home",
    "pam_userdb",
    "pam_pwdfile",
    "pam_mysql",
    "pam_pgsql",
    "pam_tcb",
    // It lets in root alone, who needs no proof any more.
    "pam_rootok",
];

/// Modules that prepare something, and say nothing of who may log in.
const SILENT: [&str; 11] = [
    "pam_env",
    "pam_nologin",
    "pam_faildelay",
    "pam_warn",
    "pam_echo",
    "pam_motd",
    "pam_issue",
    "pam_group",
    "pam_keyinit",
    "pam_limits",
    "pam_loginuid",
];

/// Modules that say who it is or where from, or succeed by the way: either answer is possible.
const CONDITIONS: [&str; 16] = [
    "pam_localuser",
    "pam_usertype",
    "pam_succeed_if",
    "pam_listfile",
    "pam_access",
    "pam_time",
    "pam_wheel",
    "pam_rhosts",
    "pam_rhosts_auth",
    "pam_securetty",
    "pam_shells",
    "pam_tally2",
    "pam_cap",
    "pam_gnome_keyring",
    "pam_ecryptfs",
    "pam_mount",
];

/// The most modules whose answers are tried out.
const MOST: usize = 10;

/// What a module or a stack answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Success,
    Refusal,
    /// It says nothing.
    Nothing,
}

/// What is known of the answer of a module to somebody without a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Always(Answer),
    Either,
    /// Nobody told us what it does.
    Foreign,
}

fn known(module: &Module) -> Known {
    let name = module.name.as_str();
    // It says whether the account is locked, and counts: that is no proof.
    let counts = name == "pam_faillock" && !module.args.iter().any(|a| a == "authfail");
    if name == "pam_permit" || counts {
        Known::Always(Answer::Success)
    } else if SILENT.contains(&name) {
        Known::Always(Answer::Nothing)
    } else if name == "pam_deny" || PROOFS.contains(&name) || name == "pam_faillock" {
        Known::Always(Answer::Refusal)
    } else if CONDITIONS.contains(&name) {
        Known::Either
    } else {
        Known::Foreign
    }
}

/// What libpam does with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Ignore,
    Ok,
    Done,
    Bad,
    Die,
    Reset,
    Jump(usize),
}

/// The words of pam.conf(5) and the pairs in brackets that they stand for.
fn step(control: &str, answer: Answer) -> Step {
    let refused = answer == Answer::Refusal;
    match control.to_ascii_lowercase().as_str() {
        _ if answer == Answer::Nothing => Step::Ignore,
        "required" if refused => Step::Bad,
        "requisite" if refused => Step::Die,
        "sufficient" | "optional" if refused => Step::Ignore,
        "required" | "requisite" | "optional" => Step::Ok,
        "sufficient" => Step::Done,
        pairs => {
            let inside = pairs.trim_start_matches('[').trim_end_matches(']');
            let of = |name: &str| {
                let mut words = inside.split_whitespace();
                words.find_map(|w| w.strip_prefix(name)?.strip_prefix('='))
            };
            let own = match refused {
                true => of("auth_err").or_else(|| of("perm_denied")),
                false => of("success"),
            };
            match own.or_else(|| of("default")) {
                Some("ignore") => Step::Ignore,
                Some("ok") => Step::Ok,
                Some("done") => Step::Done,
                Some("die") => Step::Die,
                Some("reset") => Step::Reset,
                Some(n) => n.parse().map_or(Step::Bad, Step::Jump),
                None => Step::Bad,
            }
        }
    }
}

/// Runs the modules that stand `deep` substacks in; a substack is one module to those around it.
fn run(modules: &[Module], deep: usize, answers: &mut dyn FnMut(&Module) -> Answer) -> Answer {
    let mut said = Answer::Nothing;
    let mut jump = 0;
    let mut at = 0;
    while let Some(module) = modules.get(at) {
        let inside = module.within.get(deep + 1);
        let (len, step) = match inside {
            Some(_) => {
                let rest = modules.get(at..).unwrap_or_default();
                let same = |m: &&Module| m.within.get(deep + 1) == inside;
                let len = rest.iter().take_while(same).count();
                let part = rest.get(..len).unwrap_or_default();
                let answer = match jump {
                    0 => run(part, deep + 1, answers),
                    _ => Answer::Nothing,
                };
                (len, step("required", answer))
            }
            None if jump > 0 => (1, Step::Ignore),
            None => (1, step(&module.control, answers(module))),
        };
        at += len;
        if jump > 0 {
            jump -= 1;
            continue;
        }
        match step {
            Step::Ignore => {}
            Step::Jump(over) => jump = over,
            Step::Reset => said = Answer::Nothing,
            Step::Bad => said = Answer::Refusal,
            Step::Die => return Answer::Refusal,
            Step::Ok | Step::Done => {
                if said == Answer::Nothing {
                    said = Answer::Success;
                }
                if step == Step::Done && said == Answer::Success {
                    return said;
                }
            }
        }
    }
    said
}

/// Does the stack let in who proves nothing, for some answers of its conditions?
#[derive(Debug, Clone, PartialEq, Eq)]
enum Opens {
    Yes,
    No,
    /// Only if a module that we do not know lets in.
    Perhaps(String),
}

fn opens(modules: &[Module]) -> Opens {
    let either: Vec<u32> = modules
        .iter()
        .filter(|m| known(m) == Known::Either)
        .map(|m| m.line)
        .collect();
    let lets_in = |foreign: Answer| {
        (0..1u32 << either.len().min(MOST)).any(|choice| {
            let mut nth = 0;
            let mut answers = |module: &Module| match known(module) {
                Known::Always(answer) => answer,
                Known::Foreign => foreign,
                Known::Either => {
                    let yes = choice >> nth & 1 == 1;
                    nth = (nth + 1).min(MOST);
                    if yes {
                        Answer::Success
                    } else {
                        Answer::Refusal
                    }
                }
            };
            run(modules, 0, &mut answers) == Answer::Success
        })
    };
    if lets_in(Answer::Refusal) {
        return Opens::Yes;
    }
    if either.len() > MOST {
        return Opens::Perhaps(format!("{} conditions", either.len()));
    }
    let foreign = modules.iter().find(|m| known(m) == Known::Foreign);
    match foreign.filter(|_| lets_in(Answer::Success)) {
        Some(module) => Opens::Perhaps(module.name.clone()),
        None => Opens::No,
    }
}

/// The services whose stack lets in who proves nothing.
pub(super) fn fact(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "open_services";
    let mut open: Vec<&str> = Vec::new();
    let mut place = None;
    let mut perhaps = None;
    let mut seen = false;
    for service in SERVICES {
        let modules = match pam::stack(host, service, "auth") {
            Ok(Some(modules)) => modules,
            Ok(None) => continue,
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        seen = true;
        match opens(&modules) {
            Opens::No => {}
            Opens::Yes => {
                open.push(service);
                let file = format!("/etc/pam.d/{service}");
                place.get_or_insert(Place::new(file, 0));
            }
            Opens::Perhaps(what) => {
                perhaps.get_or_insert(format!("{service}: {what}"));
            }
        }
    }
    let value = match perhaps {
        _ if !seen => Value::unseen("missing-fact", "/etc/pam.d: no stack of a login"),
        Some(what) if open.is_empty() => Value::unseen("ambiguous", what),
        Some(_) | None => texts(open),
    };
    let fact = Fact::derived(PATH, value);
    match place {
        Some(place) => fact.at(place),
        None => fact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::keyword::pam::{Action, parse};

    /// The modules of these lines; those in `inside` stand in a substack.
    fn modules(text: &str, inside: std::ops::Range<u32>) -> Vec<Module> {
        let of = |rule: crate::parse::keyword::pam::Rule| match rule.action {
            Action::Module {
                control,
                module,
                args,
            } => Some(Module {
                name: module,
                args,
                binds: false,
                falls: false,
                skipped: false,
                control,
                within: match inside.contains(&rule.line) {
                    true => vec![0, 1],
                    false => vec![0],
                },
                file: String::new(),
                line: rule.line,
            }),
            Action::Include(_) | Action::Substack(_) => None,
        };
        parse(text, Some("auth"))
            .into_iter()
            .filter_map(of)
            .collect()
    }

    #[test]
    fn stacks_that_ask() {
        for text in [
            // Debian's common-auth, alone and behind what login and su put before it.
            "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so",
            "auth optional pam_faildelay.so\nauth requisite pam_nologin.so\nauth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so\nauth optional pam_group.so",
            "auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid\nauth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so",
            // RHEL 9 by authselect, with faillock and sssd.
            "auth required pam_env.so\nauth required pam_faillock.so preauth silent\nauth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\nauth [default=1 ignore=ignore success=ok] pam_localuser.so\nauth sufficient pam_unix.so\nauth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\nauth sufficient pam_sss.so forward_pass\nauth required pam_faillock.so authfail\nauth required pam_deny.so",
            // Only those whom a list allows, and then with a password.
            "auth required pam_listfile.so item=user sense=allow file=/etc/allowed\nauth required pam_unix.so",
            // A stack of preparations alone: libpam refuses.
            "auth required pam_env.so\nauth optional pam_faildelay.so",
            "auth required pam_deny.so",
        ] {
            assert_eq!(opens(&modules(text, 0..0)), Opens::No, "{text}");
        }
    }

    #[test]
    fn stacks_that_let_in() {
        for text in [
            "auth sufficient pam_permit.so\nauth required pam_unix.so",
            "auth required pam_permit.so",
            "auth optional pam_unix.so\nauth required pam_permit.so",
            // The jump over pam_deny is one too far.
            "auth [success=2 default=1] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so",
            "auth [success=1 default=ignore] pam_unix.so\nauth required pam_permit.so",
            // Members of a group prove nothing.
            "auth sufficient pam_wheel.so trust use_uid\nauth required pam_unix.so",
            "auth sufficient pam_succeed_if.so uid >= 1000 quiet\nauth required pam_unix.so",
            "auth [success=done default=ignore] pam_access.so\nauth required pam_unix.so",
            "auth sufficient pam_rhosts.so\nauth required pam_unix.so",
            // Whoever is not locked has said enough, where nothing refuses behind.
            "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so",
        ] {
            assert_eq!(opens(&modules(text, 0..0)), Opens::Yes, "{text}");
        }
    }

    #[test]
    fn a_module_that_nobody_knows() {
        let opens = |text: &str| opens(&modules(text, 0..0));
        assert_eq!(
            opens("auth sufficient pam_company.so\nauth required pam_unix.so"),
            Opens::Perhaps("pam_company".into())
        );
        // It may say what it likes: the password is asked for.
        let beside = "auth required pam_company.so\nauth required pam_unix.so";
        assert_eq!(opens(beside), Opens::No);
    }

    #[test]
    fn what_ends_a_substack_ends_only_it() {
        let text =
            "auth sufficient pam_permit.so\nauth required pam_deny.so\nauth required pam_unix.so";
        assert_eq!(opens(&modules(text, 1..3)), Opens::No);
        let text =
            "auth sufficient pam_permit.so\nauth required pam_deny.so\nauth optional pam_unix.so";
        assert_eq!(opens(&modules(text, 1..3)), Opens::Yes);
        // A jump passes over the whole of it.
        let text = "auth [default=1] pam_env.so\nauth required pam_deny.so\nauth required pam_deny.so\nauth required pam_permit.so";
        assert_eq!(opens(&modules(text, 2..4)), Opens::No);
        let text = text.replace("pam_env", "pam_localuser");
        assert_eq!(opens(&modules(&text, 2..4)), Opens::Yes);
    }
}
