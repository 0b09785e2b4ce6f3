//! Sessions at a shell: the time after which an idle one ends, and logins without a password.

use std::collections::BTreeSet;

use super::host::{Host, derived, set, unseen};
use super::pam;
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{numbered, pairs};

/// Names the consoles where the init is none of systemd.
const INITTAB: &str = "/etc/inittab";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    shell("/etc/environment"),
    shell("/etc/profile"),
    shell("/etc/profile.d/*.sh"),
    shell("/etc/bash.bashrc"),
    shell("/etc/bashrc"),
    folder("/etc/systemd/system"),
    folder("/run/systemd/system"),
    folder("/usr/lib/systemd/system"),
    folder("/lib/systemd/system"),
    lines("/etc/systemd/system/*getty*.service", &["ExecStart"]),
    lines("/run/systemd/system/*getty*.service", &["ExecStart"]),
    lines("/etc/systemd/system/*getty*.d/*.conf", &["ExecStart"]),
    lines("/run/systemd/system/*getty*.d/*.conf", &["ExecStart"]),
    lines("/usr/lib/systemd/system/*getty*.d/*.conf", &["ExecStart"]),
    lines("/lib/systemd/system/*getty*.d/*.conf", &["ExecStart"]),
    Piece {
        what: What::File {
            path: INITTAB,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["session"],
    },
    lines("/etc/gdm3/daemon.conf", &["AutomaticLogin"]),
    lines("/etc/gdm3/custom.conf", &["AutomaticLogin"]),
    lines("/etc/gdm/custom.conf", &["AutomaticLogin"]),
    lines("/etc/lightdm/lightdm.conf", &["autologin-user"]),
    lines("/etc/lightdm/lightdm.conf.d/*.conf", &["autologin-user"]),
    lines(
        "/etc/xdg/lightdm/lightdm.conf.d/*.conf",
        &["autologin-user"],
    ),
    lines(
        "/usr/share/lightdm/lightdm.conf.d/*.conf",
        &["autologin-user"],
    ),
    lines("/etc/sddm.conf", &["User"]),
    lines("/etc/sddm.conf.d/*.conf", &["User"]),
    lines("/usr/lib/sddm/sddm.conf.d/*.conf", &["User"]),
];

const fn lines(path: &'static str, words: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(words),
        },
        serves: &["session"],
    }
}

/// Of files that shells read only the lines on idle sessions and modes: what else they export may be secret.
const fn shell(path: &'static str) -> Piece {
    let words = &[
        "TMOUT",
        "readonly",
        "declare",
        "typeset",
        "export TMOUT",
        "umask",
        "unset",
        // A setting behind a condition may not count.
        "[",
        "test ",
        "if ",
        "elif ",
        "fi",
        "case ",
        "esac",
        "for ",
        "while ",
        "until ",
        "done",
    ];
    lines(path, words)
}

const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
        serves: &["session"],
    }
}

/// Collects the subject type `session`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("session", "session");
    match timeout(host) {
        Ok(Some((seconds, readonly, file, line))) => {
            subject.put(set("timeout.seconds", seconds, &file, line));
            subject.put(derived("timeout.readonly", readonly, &file, line));
        }
        Ok(None) => {
            subject.put(Fact::derived("timeout.seconds", Value::Absent));
            subject.put(Fact::derived("timeout.readonly", false));
        }
        Err(why) => {
            subject.put(Fact::derived("timeout.seconds", why.clone()));
            subject.put(Fact::derived("timeout.readonly", why));
        }
    }
    let fact = autologin(host).unwrap_or_else(|e| Fact::derived("autologin", unseen(&e)));
    subject.put(fact);
    match umask(host) {
        Ok((mask, file, line)) => {
            let at = |path: &'static str, value: Value| derived(path, value, &file, line);
            subject.put(at("umask.value", format!("{mask:03o}").into()));
            subject.put(at("umask.others", (mask & 0o7 == 0o7).into()));
            subject.put(at("umask.group", (mask & 0o20 != 0).into()));
        }
        Err(e) => {
            for path in ["umask.value", "umask.others", "umask.group"] {
                subject.put(Fact::derived(path, unseen(&e)));
            }
        }
    }
    out.subjects.push(subject);
    out.saw("session", Seen::Whole);
}

type Timeout = (i64, bool, String, u32);

/// The files that every login shell reads, in their order.
fn shell_files(host: &Host<'_>) -> Result<Vec<String>, SourceError> {
    let mut files = vec!["/etc/environment".to_owned(), "/etc/profile".to_owned()];
    files.extend(host.drop_ins(&["/etc/profile.d"], ".sh")?);
    files.extend(["/etc/bash.bashrc".to_owned(), "/etc/bashrc".to_owned()]);
    Ok(files)
}

/// The mask of new files: what the shells' files set, the most open of them; else that of pam_umask, which takes the
/// one of login.defs; else 022, with which systems start.
fn umask(host: &mut Host<'_>) -> Result<(u32, String, u32), SourceError> {
    let mut found: Option<(u32, String, u32)> = None;
    for file in shell_files(host)? {
        let text = host.optional(&file)?.unwrap_or_default();
        for (line, content) in numbered(&text) {
            let code = content.split('#').next().unwrap_or_default().trim();
            // `[ $(umask) -eq 0 ] && umask 022` only mends a mask that is none.
            let Some(rest) = code.strip_prefix("umask") else {
                continue;
            };
            let Ok(mask) = u32::from_str_radix(rest.trim().trim_end_matches(';'), 8) else {
                continue;
            };
            found = Some(match found {
                Some((old, file, at)) if old & mask == old => (old, file, at),
                Some((old, _, _)) => (old & mask, file.clone(), line),
                None => (mask, file.clone(), line),
            });
        }
    }
    if let Some(found) = found {
        return Ok(found);
    }
    const LOGIN_DEFS: &str = "/etc/login.defs";
    for service in ["login", "sshd"] {
        let stack = pam::stack(host, service, "session")?.unwrap_or_default();
        let Some(module) = stack.into_iter().find(|m| m.name == "pam_umask") else {
            continue;
        };
        let octal = |value: &str| u32::from_str_radix(value.trim(), 8).ok();
        if let Some(mask) = crate::parse::keyword::pam::arg(&module.args, "umask").and_then(octal) {
            return Ok((mask, module.file, module.line));
        }
        let pairs = pairs::blanks(&host.optional(LOGIN_DEFS)?.unwrap_or_default());
        let pair = pairs::last(&pairs, "UMASK");
        if let Some((mask, line)) = pair.and_then(|p| Some((octal(&p.value)?, p.line))) {
            return Ok((mask, LOGIN_DEFS.to_owned(), line));
        }
    }
    Ok((0o022, "/etc/profile".to_owned(), 0))
}

/// `TMOUT` of the files that every login shell reads: the last counts, a read-only one for good. One behind a condition
/// counts for nobody knows whom.
fn timeout(host: &mut Host<'_>) -> Result<Option<Timeout>, Value> {
    let files = shell_files(host).map_err(|e| unseen(&e))?;
    let mut found: Option<Timeout> = None;
    let mut doubt: Option<String> = None;
    for file in files {
        let Some(text) = host.optional(&file).map_err(|e| unseen(&e))? else {
            continue;
        };
        let mut depth = 0usize;
        for (line, content) in numbered(&text) {
            let code = content.split('#').next().unwrap_or_default();
            for (statement, behind) in statements(code) {
                let first = statement.split_whitespace().next().unwrap_or_default();
                match first {
                    "if" | "case" | "for" | "while" | "until" => depth += 1,
                    "fi" | "esac" | "done" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                let locked = found.as_ref().is_some_and(|(_, locked, _, _)| *locked);
                let says = said(statement);
                if locked || says == Says::Nothing {
                    continue;
                }
                if depth > 0 || behind || says == Says::Unclear {
                    doubt = Some(format!("{file}:{line}: TMOUT hangs on a condition"));
                    continue;
                }
                match says {
                    Says::Set(seconds, locks) => {
                        found = Some((seconds, locks, file.clone(), line));
                        doubt = None;
                    }
                    Says::Unset => {
                        found = None;
                        doubt = None;
                    }
                    Says::Lock => {
                        if let Some((_, locked, _, _)) = &mut found {
                            *locked = true;
                        }
                    }
                    Says::Unclear | Says::Nothing => {}
                }
            }
        }
    }
    if let Some(why) = doubt {
        return Err(Value::unseen("ambiguous", why));
    }
    // TMOUT=0 switches the end of idle sessions off.
    Ok(found.filter(|(seconds, _, _, _)| *seconds > 0))
}

/// The statements of a line, and whether each waits for what one before it on the line says.
fn statements(code: &str) -> Vec<(&str, bool)> {
    let mut all = Vec::new();
    for list in code.split(';') {
        let parts = list.split("&&").flat_map(|part| part.split("||"));
        for (at, part) in parts.enumerate() {
            let mut part = part.trim();
            for word in ["then", "else", "do", "{"] {
                let rest = part.strip_prefix(word);
                part = rest
                    .filter(|r| r.starts_with(char::is_whitespace))
                    .map_or(part, str::trim_start);
            }
            all.push((part, at > 0));
        }
    }
    all
}

/// What a statement does to `TMOUT`.
#[derive(PartialEq, Eq)]
enum Says {
    Set(i64, bool),
    Unset,
    Lock,
    /// What it sets hangs on more than the file says.
    Unclear,
    Nothing,
}

fn said(statement: &str) -> Says {
    let mut words = statement.split_whitespace();
    let first = words.clone().next().unwrap_or_default();
    let value = words.clone().find_map(|w| w.strip_prefix("TMOUT="));
    let bare = words.any(|w| w == "TMOUT");
    let flags = statement.split_whitespace().nth(1).unwrap_or_default();
    let declares = matches!(first, "declare" | "typeset") && flags.starts_with('-');
    let locks = first == "readonly" || (declares && flags.contains('r'));
    let sets = matches!(first, "export" | "readonly" | "declare" | "typeset");
    match value {
        Some(value) if value.contains(['$', '`']) => Says::Unclear,
        Some(value) if sets || first.starts_with("TMOUT=") => {
            // bash takes what is no number for none.
            let seconds = value.trim_matches(['"', '\'']).parse();
            Says::Set(seconds.unwrap_or(0), locks)
        }
        _ if bare && first == "unset" => Says::Unset,
        _ if bare && locks => Says::Lock,
        _ => Says::Nothing,
    }
}

/// agetty's option, long or short.
fn logs_in(line: &str) -> bool {
    line.contains("--autologin")
        || (line.contains("getty") && line.contains(" -a "))
        || line.contains("login -f ")
}

/// Folders of units, the first counts before the others for a drop-in of the same name.
const UNITS: [&str; 4] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

const LIGHTDM: [&str; 3] = [
    "/usr/share/lightdm/lightdm.conf.d",
    "/etc/xdg/lightdm/lightdm.conf.d",
    "/etc/lightdm/lightdm.conf.d",
];

/// The names of folders with drop-ins of consoles.
fn getty_folders(host: &Host<'_>) -> Result<BTreeSet<String>, SourceError> {
    let mut all = BTreeSet::new();
    for units in UNITS {
        let getty = |n: &String| n.contains("getty") && n.ends_with(".d");
        all.extend(host.names(units)?.into_iter().filter(getty));
    }
    Ok(all)
}

/// Logins without a password on a console or a desktop.
fn autologin(host: &mut Host<'_>) -> Result<Fact, SourceError> {
    let mut consoles = vec![INITTAB.to_owned()];
    // What an administrator wrote whole counts before what packages bring.
    for own in [
        "/etc/systemd/system/*getty*.service",
        "/run/systemd/system/*getty*.service",
    ] {
        consoles.extend(host.glob(own)?);
    }
    for folder in getty_folders(host)? {
        let folders = UNITS.map(|units| format!("{units}/{folder}"));
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        consoles.extend(host.drop_ins(&folders, ".conf")?);
    }
    for file in consoles {
        let text = host.optional(&file)?.unwrap_or_default();
        let line = numbered(&text).find(|(_, l)| logs_in(l) && !l.trim_start().starts_with('#'));
        if let Some((line, _)) = line {
            return Ok(set("autologin", true, &file, line));
        }
    }
    let mut files = vec![
        ("/etc/gdm3/daemon.conf".to_owned(), "AutomaticLoginEnable"),
        ("/etc/gdm3/custom.conf".to_owned(), "AutomaticLoginEnable"),
        ("/etc/gdm/custom.conf".to_owned(), "AutomaticLoginEnable"),
        ("/etc/lightdm/lightdm.conf".to_owned(), "autologin-user"),
        ("/etc/sddm.conf".to_owned(), "User"),
    ];
    for (folders, key) in [
        (&LIGHTDM[..], "autologin-user"),
        (&["/etc/sddm.conf.d", "/usr/lib/sddm/sddm.conf.d"], "User"),
    ] {
        for folder in folders {
            let found = host.drop_ins(&[folder], ".conf")?;
            files.extend(found.into_iter().map(|file| (file, key)));
        }
    }
    for (file, key) in files {
        let pairs = pairs::ini(&host.optional(&file)?.unwrap_or_default());
        let on = pairs::last(&pairs, key)
            .filter(|p| !p.value.is_empty() && !p.value.eq_ignore_ascii_case("false"));
        if let Some(pair) = on {
            return Ok(set("autologin", true, &file, pair.line));
        }
    }
    Ok(Fact::derived("autologin", false))
}
