//! Hosts that run: this machine, or one behind SSH. Both are asked once, by the collection script, and what they
//! answered is a [`Bundle`] like any other: judged the same way, now or later.
//!
//! `ask` reads an answer with a deadline and a limit, `local` and `ssh` are the two ways to a shell, `opened` makes
//! a bundle of the answer or says why there is none.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

mod ask;
mod local;
mod opened;
mod ssh;
#[cfg(test)]
mod tests;

pub use opened::{Opened, Via};

use super::Context;
use super::server::plan;
use super::server::script::{Options, Script, script, script_of};
use crate::model::{Reason, Target};

/// A host has so many times the deadline of one network call for its whole answer.
const WHOLE: u32 = 30;

/// What the script is told: whoever asks keeps its standard input open, and where that ends, the script ends.
const WATCH: &str = "watch";

/// How hosts that run are asked.
#[derive(Debug, Clone, Default)]
pub struct Asking {
    /// Only what these subject types need; all where absent.
    pub needs: Option<BTreeSet<String>>,
    /// The SSH configuration, instead of the user's own.
    pub ssh_config: Option<PathBuf>,
}

impl Asking {
    /// The script that is sent.
    pub fn script(&self, sudo: bool) -> Script {
        let options = Options {
            sudo,
            ..Options::default()
        };
        match &self.needs {
            Some(needs) => script_of(&[&plan::needed(needs)], &options),
            None => script(&options),
        }
    }
}

/// Asks the host. What came of an answer that was cut is kept.
///
/// # Errors
/// Where there is no answer at all, or none of this version's script.
pub fn open(target: &Target, asking: &Asking, cx: &Context) -> Result<Opened, Reason> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Reason::new("panic", e.to_string()))?;
    let deadline = cx.timeout * WHOLE;
    let opened = match target {
        Target::Local { sudo } => {
            let script = asking.script(*sudo);
            let raw = runtime.block_on(local::ask(&script, deadline))?;
            opened::of(raw, Via::Local, &[script.id], false, cx.now)
        }
        Target::Ssh {
            remote,
            sudo,
            restricted,
        } => {
            if cx.offline {
                return Err(Reason::new("offline", remote.to_string()));
            }
            let script = asking.script(*sudo);
            let sent = (!restricted).then_some(script.text.as_str());
            let call = ssh::Call {
                remote,
                config: asking.ssh_config.as_deref(),
                connect: cx.timeout,
                whole: deadline,
            };
            let raw = runtime.block_on(ssh::ask(&call, sent))?;
            let mut known = vec![script.id];
            known.extend([false, true].map(|sudo| Asking::default().script(sudo).id));
            opened::of(raw, Via::Ssh, &known, *restricted, cx.now)
        }
        Target::ServerRoot(_)
        | Target::Bundle(_)
        | Target::Endpoint { .. }
        | Target::EndpointFacts { .. }
        | Target::Config(_)
        | Target::Schema { .. }
        | Target::Database { .. }
        | Target::Label(_)
        | Target::Roster { .. }
        | Target::CallerId(_)
        | Target::NotBuilt(_) => return Err(Reason::new("not-live", "")),
    };
    // Names that are still being looked up, and pipes that nobody closes, must not hold the audit.
    runtime.shutdown_timeout(Duration::from_millis(10));
    opened
}
