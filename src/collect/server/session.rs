//! Sessions at a shell: the time after which an idle one ends, and logins without a password.

use super::host::{Host, derived, set, unseen};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{numbered, pairs};

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
        Err(e) => {
            subject.put(Fact::derived("timeout.seconds", unseen(&e)));
            subject.put(Fact::derived("timeout.readonly", unseen(&e)));
        }
    }
    let fact = autologin(host).unwrap_or_else(|e| Fact::derived("autologin", unseen(&e)));
    subject.put(fact);
    out.subjects.push(subject);
    out.saw("session", Seen::Whole);
}

type Timeout = (i64, bool, String, u32);

/// `TMOUT` of the files that every login shell reads, in their order: the last counts, a read-only one for good.
fn timeout(host: &mut Host<'_>) -> Result<Option<Timeout>, SourceError> {
    let mut files = vec!["/etc/environment".to_owned(), "/etc/profile".to_owned()];
    files.extend(host.drop_ins(&["/etc/profile.d"], ".sh")?);
    files.extend(["/etc/bash.bashrc".to_owned(), "/etc/bashrc".to_owned()]);
    let mut found: Option<Timeout> = None;
    for file in files {
        let Some(text) = host.optional(&file)? else {
            continue;
        };
        for (line, content) in numbered(&text) {
            let code = content.split('#').next().unwrap_or_default();
            let locks = code.contains("readonly")
                || code.contains("declare -r")
                || code.contains("typeset -r");
            let value = code.split([';', '&', ' ', '\t']).find_map(|w| {
                let digits = w
                    .strip_prefix("TMOUT=")
                    .or_else(|| w.strip_prefix("-xr TMOUT="))?;
                digits.trim_matches(['"', '\'']).parse::<i64>().ok()
            });
            let locked = found.as_ref().is_some_and(|(_, locked, _, _)| *locked);
            match (value, &mut found) {
                (Some(seconds), _) if !locked => found = Some((seconds, locks, file.clone(), line)),
                (None, Some((_, locked, _, _))) if locks && code.contains("TMOUT") => {
                    *locked = true
                }
                _other => {}
            }
        }
    }
    // TMOUT=0 switches the end of idle sessions off.
    Ok(found.filter(|(seconds, _, _, _)| *seconds > 0))
}

/// agetty's option, long or short.
fn logs_in(line: &str) -> bool {
    line.contains("--autologin") || (line.contains("getty") && line.contains(" -a "))
}

/// Logins without a password on a console or a desktop.
fn autologin(host: &mut Host<'_>) -> Result<Fact, SourceError> {
    for folder in host.names("/etc/systemd/system")? {
        if !folder.contains("getty") || !folder.ends_with(".d") {
            continue;
        }
        for file in host.drop_ins(&[&format!("/etc/systemd/system/{folder}")], ".conf")? {
            let text = host.optional(&file)?.unwrap_or_default();
            let line =
                numbered(&text).find(|(_, l)| logs_in(l) && !l.trim_start().starts_with('#'));
            if let Some((line, _)) = line {
                return Ok(set("autologin", true, &file, line));
            }
        }
    }
    for (file, key) in [
        ("/etc/gdm3/daemon.conf", "AutomaticLoginEnable"),
        ("/etc/gdm3/custom.conf", "AutomaticLoginEnable"),
        ("/etc/gdm/custom.conf", "AutomaticLoginEnable"),
        ("/etc/lightdm/lightdm.conf", "autologin-user"),
        ("/etc/sddm.conf", "User"),
    ] {
        let pairs = pairs::ini(&host.optional(file)?.unwrap_or_default());
        let on = pairs::last(&pairs, key)
            .filter(|p| !p.value.is_empty() && !p.value.eq_ignore_ascii_case("false"));
        if let Some(pair) = on {
            return Ok(set("autologin", true, file, pair.line));
        }
    }
    Ok(Fact::derived("autologin", false))
}
