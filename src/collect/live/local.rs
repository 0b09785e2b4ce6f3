//! This machine: the script runs in a shell of its own process group, so that all of it can be ended at once.

use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Command;
use tokio::time::timeout;

use super::WATCH;
use super::ask::{Raw, talk};
use crate::collect::server::script::Script;
use crate::model::Reason;

/// How long a shell that was told to end may take.
const GRACE: Duration = Duration::from_millis(500);

/// Runs the script.
pub(super) async fn ask(script: &Script, whole: Duration) -> Result<Raw, Reason> {
    let failed = |e: std::io::Error| Reason::new("no-answer", format!("/bin/sh: {e}"));
    let mut child = Command::new("/bin/sh")
        .args(["-s", WATCH])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let group = child.id().and_then(|id| i32::try_from(id).ok());
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(to), Some(from), Some(complaints)) = streams else {
        return Err(Reason::new("no-answer", "/bin/sh"));
    };
    let mut raw = talk(&script.text, to, from, complaints, whole).await;
    raw.status = match timeout(GRACE, child.wait()).await {
        Ok(ended) => ended.ok().and_then(|status| status.code()),
        Err(_still_running) => None,
    };
    // Whatever is left of it ends here: what was cut, and what a command left behind.
    if let Some(group) = group.filter(|id| *id > 1) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGTERM);
        if raw.status.is_none() {
            let _ = timeout(GRACE, child.wait()).await;
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
    Ok(raw)
}
