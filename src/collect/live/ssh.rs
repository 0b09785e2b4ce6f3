//! A host behind SSH: the user's own `ssh`, its configuration, jump hosts and agent; host keys strictly as known.
//!
//! One connection, one command. A key without restrictions runs a shell that first says so and then takes the script
//! from its standard input; a key with a forced command answers at once, and nothing is sent.

use std::path::Path;
use std::time::Duration;

use openssh::{ControlPersist, Error, KnownHosts, SessionBuilder, Stdio};
use tokio::time::timeout;

use super::ask::{Raw, talk};
use super::opened::MARK;
use crate::collect::stop::stopped;
use crate::model::{Reason, Remote};

/// How long a silent connection is borne, in seconds: three of these.
const ALIVE: Duration = Duration::from_secs(5);

/// How many seconds a connection may stand without its command: long enough for a busy machine to begin it.
const IDLE: usize = 10;

/// How long `ssh` itself may take to end.
const GRACE: Duration = Duration::from_secs(2);

/// How often the wish to stop is looked at while a connection is made.
const TICK: Duration = Duration::from_millis(100);

/// What `ssh` ends with where the connection is lost.
pub(super) const LOST: i32 = 255;

/// Whom to ask, and how.
pub(super) struct Call<'a> {
    pub(super) remote: &'a Remote,
    pub(super) config: Option<&'a Path>,
    pub(super) connect: Duration,
    pub(super) whole: Duration,
}

/// Connects and asks; `script` is sent where the key is not known to be restricted.
pub(super) async fn ask(call: &Call<'_>, script: Option<&str>) -> Result<Raw, Reason> {
    // The control socket must not lie in the user's home, and is gone afterwards.
    let folder = tempfile::tempdir().map_err(|e| Reason::new("no-answer", e.to_string()))?;
    let mut builder = SessionBuilder::default();
    builder
        .known_hosts_check(KnownHosts::Strict)
        .connect_timeout(call.connect)
        .server_alive_interval(ALIVE)
        .control_directory(folder.path());
    // Where we are killed, the connection ends by itself: no process stays, here or there.
    if let Some(seconds) = std::num::NonZeroUsize::new(IDLE) {
        builder.control_persist(ControlPersist::IdleFor(seconds));
    }
    if let Some(user) = &call.remote.user {
        builder.user(user.clone());
    }
    if let Some(port) = call.remote.port {
        builder.port(port);
    }
    if let Some(config) = call.config {
        builder.config_file(config);
    }
    let session = {
        let connect = builder.connect(&call.remote.host);
        tokio::pin!(connect);
        // Looking up the name, connecting, and both sides' greetings.
        let until = std::time::Instant::now() + call.connect * 3;
        loop {
            match timeout(TICK, &mut connect).await {
                Ok(session) => break session.map_err(|e| told(&e, call.remote))?,
                Err(_) if stopped() => return Err(Reason::new("interrupted", "")),
                Err(_) if std::time::Instant::now() >= until => {
                    return Err(Reason::new("timeout", call.remote.to_string()));
                }
                Err(_tick) => {}
            }
        }
    };
    let command = match script {
        Some(_) => format!("echo {MARK}; exec sh -s {}", super::WATCH),
        None => format!("echo {MARK}"),
    };
    let spawned = session
        .raw_command(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .await;
    let outcome = match spawned {
        Err(e) => Err(told(&e, call.remote)),
        Ok(mut child) => {
            let streams = (
                child.stdin().take(),
                child.stdout().take(),
                child.stderr().take(),
            );
            if let (Some(to), Some(from), Some(complaints)) = streams {
                let mut raw =
                    talk(script.unwrap_or_default(), to, from, complaints, call.whole).await;
                raw.status = match timeout(GRACE, child.wait()).await {
                    Ok(Ok(status)) => status.code(),
                    Ok(Err(Error::Disconnected | Error::RemoteProcessTerminated)) => Some(LOST),
                    Ok(Err(_)) | Err(_) => None,
                };
                Ok(raw)
            } else {
                Err(Reason::new("no-answer", call.remote.to_string()))
            }
        }
    };
    // A host that is gone cannot be told goodbye.
    let _ = timeout(GRACE, session.close()).await;
    outcome
}

/// What `ssh` says went wrong, as a stable code; its own first words stay.
fn told(error: &Error, remote: &Remote) -> Reason {
    let words = match std::error::Error::source(error) {
        Some(source) => source.to_string(),
        None => error.to_string(),
    };
    let code = code(&words);
    let line = words
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('@'))
        .find(|line| code == "no-answer" || self::code(line) == code)
        .unwrap_or_default();
    let line: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    Reason::new(code, format!("{remote}: {line}"))
}

/// OpenSSH has no codes: these words have stood in it for twenty years.
fn code(words: &str) -> &'static str {
    let table: [(&str, &str); 13] = [
        ("IDENTIFICATION HAS CHANGED", "host-key-changed"),
        ("Host key for ", "host-key-changed"),
        ("host key is known for", "host-key-unknown"),
        ("Host key verification failed", "host-key-unknown"),
        ("Permission denied (", "key-refused"),
        ("Too many authentication failures", "key-refused"),
        ("Could not resolve hostname", "unresolved"),
        ("Connection refused", "refused"),
        ("timed out", "timeout"),
        ("No route to host", "unreachable"),
        ("Network is unreachable", "unreachable"),
        ("Connection reset", "reset"),
        ("Connection closed", "closed"),
    ];
    let found = table.iter().find(|(part, _)| words.contains(part));
    found.map_or("no-answer", |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_ssh_have_codes() {
        let changed = "@@@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nIT IS POSSIBLE\nHost key for h has changed and you have requested strict checking.\nHost key verification failed.";
        assert_eq!(code(changed), "host-key-changed");
        assert_eq!(
            code("No ED25519 host key is known for h.\r\nHost key verification failed."),
            "host-key-unknown"
        );
        assert_eq!(code("a@h: Permission denied (publickey)."), "key-refused");
        assert_eq!(code("anything else"), "no-answer");
        let error = Error::Connect(std::io::Error::other(changed));
        let reason = told(&error, &Remote::parse("h").unwrap());
        assert!(reason.detail.contains("has changed"), "{}", reason.detail);
        assert!(!reason.detail.contains('@'), "{}", reason.detail);
    }
}
