//! Tools that save data, and what of a job tells that one of them does.

use crate::collect::server::started::{Program, When as Saves, starts};

/// A tool, by the words that start it in a job.
pub(super) struct Tool {
    pub(super) name: &'static str,
    words: &'static [Program],
    pub(super) files: &'static [&'static str],
    pub(super) cipher: Cipher,
    /// Words that tell how many versions stay.
    pub(super) keeps: &'static [&'static str],
    /// Words whose value is a host.
    pub(super) hosts: &'static [&'static str],
}

const ALWAYS: Saves = Saves::Without(&[]);

/// What borgmatic does instead, where it is told.
const BORGMATIC: &[&str] = &[
    "prune",
    "compact",
    "check",
    "list",
    "info",
    "extract",
    "mount",
    "umount",
    "restore",
    "delete",
    "init",
    "rcreate",
    "repo-create",
    "repo-list",
    "rlist",
    "rinfo",
    "repo-info",
    "config",
    "key",
    "break-lock",
    "export-tar",
    "transfer",
];

/// What duplicity does instead.
const DUPLICITY: &[&str] = &[
    "restore",
    "verify",
    "cleanup",
    "collection-status",
    "list-current-files",
    "remove-older-than",
    "remove-all-but-n-full",
    "remove-all-inc-of-but-n-full",
];

/// What rdiff-backup does instead.
const RDIFF_BACKUP: &[&str] = &[
    "restore",
    "-r",
    "--restore-as-of",
    "remove",
    "--remove-older-than",
    "list",
    "-l",
    "--list-increments",
    "verify",
    "--verify",
    "compare",
    "--compare",
    "test",
    "info",
    "regress",
    "--version",
];

/// Only how the tables look, or who may log in.
const PG_DUMP: &[&str] = &["--schema-only", "-s", "--version", "--help"];
const PG_DUMPALL: &[&str] = &[
    "--schema-only",
    "-s",
    "--globals-only",
    "-g",
    "--roles-only",
    "-r",
    "--tablespaces-only",
    "-t",
    "--version",
    "--help",
];
const MYSQLDUMP: &[&str] = &["--no-data", "-d", "--version", "--help"];

/// How one sees that a tool encrypts its copies.
#[derive(Clone, Copy)]
pub(super) enum Cipher {
    /// Unless one of these words stands in the job or its files.
    Unless(&'static [&'static str]),
    /// Where one of these words stands there.
    Where(&'static [&'static str]),
    /// Where each store of pgBackRest has one.
    Stores,
    /// Only the repository knows, unless one of these words stands there.
    Hidden(&'static [&'static str]),
}

pub(super) const TOOLS: [Tool; 15] = [
    Tool {
        name: "restic",
        words: &[
            ("restic", Saves::With(&["backup"])),
            ("resticprofile", Saves::With(&["backup"])),
            ("autorestic", Saves::With(&["backup", "cron"])),
        ],
        files: &[
            "/etc/restic/*.env",
            "/etc/restic/*.conf",
            "/etc/default/restic",
        ],
        cipher: Cipher::Unless(&["--insecure-no-password"]),
        keeps: &["--keep-", "keep-daily", "keep-last"],
        hosts: &[],
    },
    Tool {
        name: "borg",
        words: &[
            ("borgmatic", Saves::Without(BORGMATIC)),
            ("borg", Saves::With(&["create"])),
        ],
        files: &["/etc/borgmatic/config.yaml", "/etc/borgmatic.d/*.yaml"],
        cipher: Cipher::Hidden(&[
            "encryption_passphrase",
            "encryption_passcommand",
            "borg_passphrase",
            "borg_passcommand",
        ]),
        keeps: &[
            "keep_daily",
            "keep_weekly",
            "keep_monthly",
            "--keep-",
            "keep_within",
        ],
        hosts: &[],
    },
    Tool {
        name: "pgbackrest",
        words: &[("pgbackrest", Saves::With(&["backup"]))],
        files: &[
            "/etc/pgbackrest.conf",
            "/etc/pgbackrest/pgbackrest.conf",
            "/etc/pgbackrest/conf.d/*.conf",
        ],
        cipher: Cipher::Stores,
        keeps: &["repo1-retention-full"],
        hosts: &[
            "repo1-host",
            "repo1-s3-endpoint",
            "repo1-azure-account",
            "repo1-gcs-bucket",
            "repo1-sftp-host",
        ],
    },
    Tool {
        name: "barman",
        words: &[("barman", Saves::With(&["backup"]))],
        files: &["/etc/barman.conf", "/etc/barman.d/*.conf"],
        cipher: Cipher::Where(&["encryption = gpg", "encryption=gpg"]),
        keeps: &["retention_policy"],
        hosts: &[],
    },
    Tool {
        name: "bareos",
        words: &[("bareos-fd", ALWAYS), ("bacula-fd", ALWAYS)],
        files: &[
            "/etc/bareos/bareos-fd.d/client/*.conf",
            "/etc/bacula/bacula-fd.conf",
        ],
        cipher: Cipher::Where(&["pki encryption = yes", "pki encryption=yes"]),
        keeps: &[],
        hosts: &[],
    },
    Tool {
        name: "duplicity",
        words: &[
            ("duplicity", Saves::Without(DUPLICITY)),
            ("duply", Saves::With(&["backup", "bkp", "incr", "full"])),
        ],
        files: &[],
        cipher: Cipher::Unless(&["--no-encryption"]),
        keeps: &["remove-older-than", "remove-all-but"],
        hosts: &[],
    },
    Tool {
        name: "rsnapshot",
        words: &[(
            "rsnapshot",
            Saves::Without(&["configtest", "du", "diff", "-t"]),
        )],
        files: &["/etc/rsnapshot.conf"],
        cipher: Cipher::Where(&[]),
        keeps: &["retain"],
        hosts: &[],
    },
    Tool {
        name: "mariabackup",
        words: &[
            ("mariabackup", Saves::With(&["--backup"])),
            ("mariadb-backup", Saves::With(&["--backup"])),
            ("xtrabackup", Saves::With(&["--backup"])),
        ],
        files: &[],
        cipher: Cipher::Where(&["--encrypt=", "--encrypt "]),
        keeps: &["-mtime +"],
        hosts: &[],
    },
    Tool {
        name: "pg_dump",
        words: &[
            ("pg_dump", Saves::Without(PG_DUMP)),
            ("pg_dumpall", Saves::Without(PG_DUMPALL)),
            ("pg_basebackup", ALWAYS),
        ],
        files: &[],
        cipher: Cipher::Where(&[]),
        keeps: &["-mtime +"],
        hosts: &[],
    },
    Tool {
        name: "mysqldump",
        words: &[
            ("mysqldump", Saves::Without(MYSQLDUMP)),
            ("mariadb-dump", Saves::Without(MYSQLDUMP)),
        ],
        files: &[],
        cipher: Cipher::Where(&[]),
        keeps: &["-mtime +"],
        hosts: &[],
    },
    Tool {
        name: "kopia",
        words: &[("kopia", Saves::With(&["create"]))],
        files: &[],
        cipher: Cipher::Unless(&["--encryption=none"]),
        keeps: &["--keep-"],
        hosts: &[],
    },
    Tool {
        name: "rdiff-backup",
        words: &[("rdiff-backup", Saves::Without(RDIFF_BACKUP))],
        files: &[],
        cipher: Cipher::Where(&[]),
        keeps: &["remove-older-than", "remove increments"],
        hosts: &[],
    },
    Tool {
        name: "duplicacy",
        words: &[("duplicacy", Saves::With(&["backup"]))],
        files: &[],
        cipher: Cipher::Hidden(&[]),
        keeps: &["prune -keep"],
        hosts: &[],
    },
    Tool {
        name: "proxmox-backup-client",
        words: &[("proxmox-backup-client", Saves::With(&["backup"]))],
        files: &[],
        cipher: Cipher::Hidden(&["--keyfile", "--crypt-mode encrypt", "--crypt-mode=encrypt"]),
        keeps: &["--keep-"],
        hosts: &[],
    },
    Tool {
        name: "velero",
        words: &[("velero", Saves::With(&["backup", "schedule"]))],
        files: &[],
        cipher: Cipher::Hidden(&[]),
        keeps: &["--ttl"],
        hosts: &[],
    },
];

/// Is it one of the tools?
pub(super) fn is_tool(program: &str) -> bool {
    let mut names = TOOLS.iter().flat_map(|t| t.words);
    names.any(|(name, _)| *name == program)
}

/// Does a job save with this tool? `None` where a variable or another program says what is done.
pub(super) fn saves(tool: &Tool, command: &str) -> Option<bool> {
    starts(tool.words, command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_saves() {
        let of = |name: &str, command: &str| {
            let all: &[Tool] = &TOOLS;
            saves(all.iter().find(|t| t.name == name).unwrap(), command)
        };
        for (name, command, expected) in [
            ("restic", "restic -r /backup forget --prune", Some(false)),
            ("restic", "restic \\\n  -r /srv backup /etc", Some(true)),
            ("restic", "restic $WHAT", None),
            ("borg", "borgmatic --verbosity 1", Some(true)),
            ("borg", "/usr/bin/borgmatic check", Some(false)),
            ("borg", "borg create ::{now} /srv", Some(true)),
            ("borg", "cyborg create", Some(false)),
            ("pg_dump", "/usr/bin/pg_dump -d vandon", Some(true)),
            ("pg_dump", "pg_dumpall --globals-only", Some(false)),
            (
                "mysqldump",
                "mysqldump -d vandon; mysqldump vandon",
                Some(true),
            ),
            (
                "duplicity",
                "duplicity remove-older-than 6M file:///x",
                Some(false),
            ),
            ("restic", "echo restic backup is off for now", Some(false)),
            (
                "restic",
                "logger -t sao-luu 'restic backup ok'",
                Some(false),
            ),
            ("restic", "true # restic backup /srv", Some(false)),
            ("pg_dump", "[ -x /usr/bin/pg_dump ] || exit 0", Some(false)),
            ("pg_dump", "command -v pg_dump >/dev/null", Some(false)),
            ("restic", "apt-get install restic backup", Some(false)),
            (
                "restic",
                "ExecStart=-/usr/bin/restic backup /srv",
                Some(true),
            ),
            ("restic", "ExecStart=/bin/echo restic backup", Some(false)),
            ("pg_dump", "su - postgres -c \"pg_dump don\"", Some(true)),
            (
                "pg_dump",
                "PGPASSFILE=/x nice -n 19 pg_dump don",
                Some(true),
            ),
            (
                "pg_dump",
                "if ! pg_dump don > /x; then exit 1; fi",
                Some(true),
            ),
            ("pg_dump", "OUT=$(pg_dump don)", Some(true)),
            ("restic", "/opt/wrap.sh restic backup", None),
            ("restic", "R=/usr/bin/restic\n$R backup /srv", None),
        ] {
            assert_eq!(of(name, command), expected, "{command}");
        }
    }
}
