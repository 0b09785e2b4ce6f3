//! What several parts of the collector read beside the record of packages: the units that are switched on.

use super::plan::{Piece, What};

/// What [`Host`](super::host::Host) itself reads, whatever part asks.
pub(super) const PIECES: &[Piece] = &[
    Piece {
        // Is this the root of a host at all?
        what: What::Stat("/etc/passwd"),
        serves: &["host"],
    },
    folder("/etc/systemd/system"),
    folder("/etc/systemd/system/*.wants"),
    folder("/etc/systemd/system/*.requires"),
    folder("/usr/lib/systemd/system"),
    folder("/usr/lib/systemd/system/*.wants"),
    folder("/usr/lib/systemd/system/*.requires"),
    folder("/lib/systemd/system"),
    folder("/lib/systemd/system/*.wants"),
    folder("/lib/systemd/system/*.requires"),
    folder("/etc/rc3.d"),
    folder("/etc/rc5.d"),
];

/// Names and links of units; none is opened.
const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
        serves: &["service", "logging", "timesync", "auditd", "firewall"],
    }
}
