//! The socket by which systemd starts sshd: where one is on, it says on which ports connections are taken.

use super::super::timers;
use crate::collect::server::host::{Host, unseen};
use crate::collect::server::plan::{Keep, Piece, What};
use crate::model::{Fact, Value};
use crate::parse::keyword::pairs;

const SOCKETS: [&str; 2] = ["ssh.socket", "sshd.socket"];

/// What this part reads.
pub(in crate::collect::server) const PIECES: &[Piece] = &[
    file("/etc/systemd/system/ssh*.socket"),
    file("/etc/systemd/system/ssh*.socket.d/*.conf"),
    file("/usr/lib/systemd/system/ssh*.socket"),
    file("/usr/lib/systemd/system/ssh*.socket.d/*.conf"),
    file("/lib/systemd/system/ssh*.socket"),
    file("/lib/systemd/system/ssh*.socket.d/*.conf"),
];

const fn file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(&["ListenStream"]),
        },
        serves: &["sshd", "firewall", "sockets"],
    }
}

/// The ports of the sockets that are on; none where none is.
pub(super) fn ports(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "socket.ports";
    let mut all = Vec::new();
    for unit in SOCKETS {
        // One that is masked or nowhere listens to nothing.
        let text = match timers::text(host, unit) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        };
        let on = host.unit_on(&[unit]);
        if let Value::Unseen(_) = on {
            return Fact::derived(PATH, on);
        }
        if on == Value::Bool(true) {
            all.extend(listened(&text));
        }
    }
    Fact::derived(PATH, Value::list(all.into_iter().map(Value::Int)))
}

fn listened(text: &str) -> Vec<i64> {
    let mut ports = Vec::new();
    for pair in pairs::ini(text) {
        if pair.key != "ListenStream" {
            continue;
        }
        // An empty line takes back those before it.
        if pair.value.is_empty() {
            ports.clear();
        }
        // `22`, `0.0.0.0:22`, `[::]:22`; a path is no port.
        let port = pair.value.rsplit(':').next().unwrap_or_default();
        ports.extend(port.parse::<u16>().ok().map(i64::from));
    }
    ports
}
