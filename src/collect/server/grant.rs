//! The rights that a collection needs on a host, as the lines that an administrator would write: sudoers for exactly
//! the installed script or exactly the commands and files of the plan, and the line of `authorized_keys`.

use super::plan::{Piece, What};

/// Where the script is installed, owned by root and writable by nobody else.
pub const INSTALLED: &str = "/usr/local/sbin/capdo-collect";

/// The account that collects.
pub const ACCOUNT: &str = "capdo-audit";

/// Where files lie that only root may read, on one distribution or another.
const ROOT_ONLY: &[&str] = &[
    "/boot/grub",
    "/boot/grub2",
    "/etc/audit",
    "/etc/chrony.keys",
    "/etc/crypttab",
    "/etc/firewalld",
    "/etc/gshadow",
    "/etc/iptables",
    "/etc/nftables.conf",
    "/etc/nftables",
    "/etc/rsyslog.d",
    "/etc/security/opasswd",
    "/etc/shadow",
    "/etc/ssh/sshd_config",
    "/etc/ssh/sshd_config.d",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/sysconfig/nftables.conf",
    "/etc/ufw",
    "/root",
    "/var/spool/cron",
];

/// Does the piece say all only to root?
pub fn needs_root(piece: &Piece) -> bool {
    match piece.what {
        What::Command(command) => command.root,
        What::File { path, .. } | What::Folder(path) => ROOT_ONLY.iter().any(|own| {
            path.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }),
        What::Stat(_) => false,
    }
}

/// sudoers for the installed script alone; the hash ends the right where the file is changed.
pub fn sudoers_of_script(sha256: &str) -> Vec<String> {
    vec![format!(
        "{ACCOUNT} ALL=(root) NOPASSWD: sha256:{sha256} {INSTALLED} watch"
    )]
}

/// sudoers for a script that is sent: each command and each file of these pieces by its whole name. A pattern is not
/// granted, because sudo's own patterns reach further than ours.
pub fn sudoers_of_pieces(pieces: &[Piece]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for piece in pieces.iter().filter(|p| needs_root(p)) {
        let line = match piece.what {
            What::Command(command) => {
                let mut words = command.argv.iter().map(|w| escaped(w));
                let mut line = words.next().unwrap_or_default();
                match command.argv.len() {
                    // Without this any arguments would be granted.
                    1 => line.push_str(" \"\""),
                    _ => words.for_each(|word| line.push_str(&format!(" {word}"))),
                }
                line
            }
            What::File { path, .. } if !path.contains(['*', '?']) => {
                format!("/bin/cat {}", escaped(path))
            }
            What::File { .. } | What::Folder(_) | What::Stat(_) => continue,
        };
        if !commands.contains(&line) {
            commands.push(line);
        }
    }
    if commands.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "Cmnd_Alias CAPDO = \\\n    {}",
        commands.join(", \\\n    ")
    )];
    lines.push(format!("{ACCOUNT} ALL=(root) NOPASSWD: CAPDO"));
    lines
}

/// A word in sudoers: what has a meaning there is taken literally.
fn escaped(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if matches!(
            c,
            ',' | ':' | '=' | '\\' | '*' | '?' | '[' | ']' | '!' | '#' | '"' | ' '
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The line of `authorized_keys` of a key that can do nothing but this.
pub fn authorized_key() -> String {
    format!("restrict,command=\"exec sudo -n {INSTALLED} watch\" ssh-ed25519 AAAA… {ACCOUNT}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::server::plan::Keep;
    use crate::model::Command;

    const SAYS: Command = Command {
        id: "x",
        argv: &["/usr/sbin/x", "--format=a,b:c"],
        root: true,
    };
    const ALONE: Command = Command {
        id: "y",
        argv: &["/usr/sbin/y"],
        root: true,
    };
    const OPEN: Command = Command {
        id: "z",
        argv: &["/usr/bin/z"],
        root: false,
    };

    #[test]
    fn exactly_what_needs_root_is_granted() {
        let file = |path| What::File {
            path,
            keep: Keep::Whole,
        };
        let pieces: Vec<Piece> = [
            What::Command(&SAYS),
            What::Command(&ALONE),
            What::Command(&OPEN),
            file("/etc/shadow"),
            file("/etc/shadow-"),
            file("/etc/sudoers.d/*"),
            file("/etc/hosts"),
        ]
        .map(|what| Piece { what, serves: &[] })
        .to_vec();
        assert_eq!(
            sudoers_of_pieces(&pieces).join("\n"),
            "Cmnd_Alias CAPDO = \\\n    /usr/sbin/x --format\\=a\\,b\\:c, \\\n    /usr/sbin/y \"\", \\\n    /bin/cat /etc/shadow\n\
             capdo-audit ALL=(root) NOPASSWD: CAPDO"
        );
        assert!(sudoers_of_pieces(&pieces[2..3]).is_empty());
    }
}
