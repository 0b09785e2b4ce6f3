//! What a collection reads of a host: a constant list of files, folders and commands, each with what it serves.
//!
//! Each part of the collector names its own pieces beside the code that reads them; a test runs every part over a
//! recording source and fails where something is read that no piece names. A live host is asked for exactly this.

use std::collections::BTreeSet;

use crate::evidence::{Asked, Kind};
use crate::model::Command;

/// All pieces, part by part.
pub const PIECES: &[&[Piece]] = &[
    super::record::PIECES,
    super::os::PIECES,
    super::updates::PIECES,
    super::updates::EXECUTION,
    super::repositories::PIECES,
    super::mounts::PIECES,
    super::mountunits::PIECES,
    super::permissions::PIECES,
    super::tree::PIECES,
    super::containers::PIECES,
    super::common::PIECES,
    super::sshd::PIECES,
    super::sshd::SOCKET,
    super::sysctl::PIECES,
    super::accounts::PIECES,
    super::homes::PIECES,
    super::lastlogin::PIECES,
    super::pam::PIECES,
    super::authentication::PIECES,
    super::password::PIECES,
    super::lockout::PIECES,
    super::privilege::PIECES,
    super::session::PIECES,
    super::screen::PIECES,
    super::malware::PIECES,
    super::integrity::PIECES,
    super::firewall::PIECES,
    super::services::PIECES,
    super::legacy::PIECES,
    super::sockets::PIECES,
    super::cmdline::PIECES,
    super::kernel::PIECES,
    super::lsm::PIECES,
    super::resolver::PIECES,
    super::dhcp::PIECES,
    super::intrusion::PIECES,
    super::remote::PIECES,
    super::proxy::PIECES,
    super::auditd::PIECES,
    super::backup::PIECES,
    super::schedule::PIECES,
    super::timers::PIECES,
    super::logging::PIECES,
    super::cleaning::PIECES,
    super::logfiles::PIECES,
    super::monitoring::PIECES,
    super::shippers::PIECES,
    super::timesync::PIECES,
];

/// What every part rests on: which system it is, which packages prove what is not there, which units are on.
const ALWAYS: &[&[Piece]] = &[
    super::record::PIECES,
    super::common::PIECES,
    super::os::PIECES,
];

/// The pieces that these subject types need, and those that every part rests on.
pub fn needed(types: &BTreeSet<String>) -> Vec<Piece> {
    let always: BTreeSet<Asked> = ALWAYS.concat().iter().map(Piece::asked).collect();
    let asked = |piece: &Piece| piece.serves.iter().any(|t| types.contains(*t));
    let mut pieces = PIECES.concat();
    pieces.retain(|piece| asked(piece) || always.contains(&piece.asked()));
    pieces
}

/// One thing that is read of a host.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// What is read.
    pub what: What,
    /// The subject types of the vocabulary that need it.
    pub serves: &'static [&'static str],
}

impl Piece {
    /// The piece as an answer and a bundle name it.
    pub fn asked(&self) -> Asked {
        let (kind, what) = match self.what {
            What::File { path, .. } => (Kind::File, path.to_owned()),
            What::Folder(path) => (Kind::Folder, path.to_owned()),
            What::Stat(path) => (Kind::Stat, path.to_owned()),
            What::Command(command) => (Kind::Command, command.shown()),
        };
        Asked::new(kind, what)
    }
}

/// What is read.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// A file, or all files that fit a pattern with `*`; no `*` reaches over `/`.
    File {
        /// The absolute path or pattern.
        path: &'static str,
        /// How much of it leaves the host.
        keep: Keep,
    },
    /// Names, kinds, modes and owners of the entries of a folder, or of all folders that fit a pattern.
    Folder(&'static str),
    /// Kind, mode and owner of what stands at a path, or at all that fit a pattern; no content.
    Stat(&'static str),
    /// A read-only command.
    Command(&'static Command),
}

/// How much of a file leaves the host. Line numbers stay: a line that is left out is an empty line.
#[derive(Debug, Clone, Copy)]
pub enum Keep {
    /// All of it. Only for formats that have no place for a secret, not even a comment.
    Whole,
    /// Lines that begin (after blanks, in any case) with one of these words, section heads `[x]`, and lone braces.
    Lines(&'static [&'static str]),
    /// What awk on the host makes of it.
    Reduced(Reduction),
}

/// Named reductions, each one awk program of the collection script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reduction {
    /// `/etc/passwd` without the names of people (GECOS).
    Passwd,
    /// `/etc/group` with the second field, where it is neither empty nor `x`, replaced by `*`.
    Group,
    /// `/etc/shadow` with each hash reduced to its kind (`$6$`), a lock kept, an empty field kept.
    Shadow,
    /// Records of dpkg: package, status, version, source, architecture.
    Dpkg,
    /// Lines without comments; arguments that hold a secret (`password=`, `passwd=`, `secret=`, `token=`, `key=`,
    /// a URL with a password) are masked.
    Masked,
    /// Of each line that does not begin with `#` only its first word, and where that holds `=`, only what stands up to
    /// and with the `=`: `GRUB2_PASSWORD=grub.…` is `GRUB2_PASSWORD=`. After `password_pbkdf2` stands `$` where the password
    /// comes from a variable, `""` where it is empty, else `***`.
    FirstWord,
    /// Lines of snmpd.conf without comments; of `rocommunity`, `rwcommunity`, `rocommunity6`, `rwcommunity6` the second
    /// word, of `com2sec`, `com2sec6` the last word is `***` unless it is `public` or `private`; of `createUser`,
    /// `trapcommunity`, `trapsink`, `trap2sink`, `informsink` and `trapsess` only the first word.
    Snmp,
    /// The newest `updated_at YYYY_MM_DD` of a file of intrusion rules, as one line; nothing else of it.
    RuleAge,
    /// Names and versions of a list of packages, one line each; a list that is packed is unpacked first.
    Offered,
}
