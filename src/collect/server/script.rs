//! The collection script: the plan as one POSIX-sh text that a host runs once and that leaves nothing behind.
//!
//! It works with dash, busybox and old bash, needs `awk` and `stat` or `ls`, opens regular files only, reduces what it
//! reads on the host, and streams a framed answer (`evidence::Bundle::of_answer`).

use super::plan::{self, Piece};

/// How the script is made.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Ask `sudo -n` for commands that say all only to root, and for files that the account may not read.
    pub sudo: bool,
    /// The deadline of each command, in seconds.
    pub deadline: u32,
    /// What stands before each path: empty for a host, a folder in tests. Part of the text, never of the environment.
    pub root: &'a str,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            sudo: false,
            deadline: 20,
            root: "",
        }
    }
}

/// A collection script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its text: to be read, run as `sh -s` over standard input, or installed.
    pub text: String,
    /// What its answers call it: the SHA-256 of the text before this id was written into it.
    pub id: String,
    /// The SHA-256 of the text, as `sha256sum` of the installed file says it.
    pub sha256: String,
}

/// The script of the whole plan.
pub fn script(options: &Options<'_>) -> Script {
    script_of(plan::PIECES, options)
}

/// The script of these pieces.
pub fn script_of(pieces: &[&[Piece]], options: &Options<'_>) -> Script {
    let text = write::text(pieces, options);
    let id = crate::collect::hex_sha256(text.as_bytes());
    let text = text.replacen(write::ID, &id, 1);
    let sha256 = crate::collect::hex_sha256(text.as_bytes());
    Script { text, id, sha256 }
}

mod write;
