//! `sshd_config` as sshd itself ends up with it: Include, Match blocks, first value wins, its own values where it is
//! silent. One subject for connections that no Match block touches (`sshd`), one for each block (`sshd.match[…]`).

mod defaults;
mod effective;
mod lines;
mod options;
mod running;
mod socket;

use super::host::{Host, reason, texts};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Fact, Place, Reason, Seen, SourceError, Subject, Value};

pub use defaults::Version;
pub use lines::Files;
use options::Options;
pub(super) use socket::PIECES as SOCKET;

const CONFIG: &str = "/etc/ssh/sshd_config";
const PACKAGES: [&str; 4] = [
    "openssh-server",
    "openssh-server-gssapi",
    "dropbear",
    "dropbear-bin",
];

/// What this part reads. An Include or a banner that leads elsewhere is not collected from a host, and is told so.
pub(super) const PIECES: &[Piece] = &[
    file(CONFIG),
    file("/etc/ssh/sshd_config.d/*"),
    file(options::POLICY),
    file(options::SYSCONFIG),
    file(options::DEFAULT),
    file("/etc/systemd/system/ssh.service"),
    file("/etc/systemd/system/sshd.service"),
    file("/run/systemd/system/ssh.service"),
    file("/run/systemd/system/sshd.service"),
    file("/usr/lib/systemd/system/ssh.service"),
    file("/usr/lib/systemd/system/sshd.service"),
    file("/lib/systemd/system/ssh.service"),
    file("/lib/systemd/system/sshd.service"),
    file("/etc/systemd/system/ssh.service.d/*.conf"),
    file("/etc/systemd/system/sshd.service.d/*.conf"),
    file("/run/systemd/system/ssh.service.d/*.conf"),
    file("/run/systemd/system/sshd.service.d/*.conf"),
    file("/usr/lib/systemd/system/ssh.service.d/*.conf"),
    file("/usr/lib/systemd/system/sshd.service.d/*.conf"),
    file("/lib/systemd/system/ssh.service.d/*.conf"),
    file("/lib/systemd/system/sshd.service.d/*.conf"),
    folder("/etc/systemd/system"),
    folder("/run/systemd/system"),
    folder("/usr/lib/systemd/system"),
    folder("/lib/systemd/system"),
    folder("/etc/systemd/system/ssh*.service.d"),
    folder("/run/systemd/system/ssh*.service.d"),
    folder("/usr/lib/systemd/system/ssh*.service.d"),
    folder("/lib/systemd/system/ssh*.service.d"),
    banner_file("/etc/issue"),
    banner_file("/etc/issue.net"),
    banner_file("/etc/motd"),
    banner_file("/etc/ssh/*banner*"),
    Piece {
        what: What::Stat("/usr/sbin/sshd"),
        serves: &["sshd"],
    },
    Piece {
        what: What::Command(&running::EFFECTIVE),
        serves: &["sshd", "drift"],
    },
];

/// Directives, no comments.
const fn file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["sshd"],
    }
}

const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
        serves: &["sshd"],
    }
}

/// What everyone is shown who connects.
const fn banner_file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Whole,
        },
        serves: &["sshd"],
    }
}

/// The subjects of the `sshd_config` at `path`: `sshd` first, then one for each Match block.
///
/// # Errors
/// Where the file itself cannot be read.
pub fn subjects(
    files: &mut dyn Files,
    path: &str,
    version: Option<Version>,
) -> Result<Vec<Subject>, SourceError> {
    with_options(files, path, version, &Options::default())
}

/// As [`subjects`], with options of the command line, which count before all files.
fn with_options(
    files: &mut dyn Files,
    path: &str,
    version: Option<Version>,
    options: &Options,
) -> Result<Vec<Subject>, SourceError> {
    let mut config = lines::read(files, path)?;
    config.put_first(options);
    let shown = files.shown(path);
    // `Match all` speaks for everybody: its lines count in each subject, and it is none itself.
    Ok((0..config.blocks.len())
        .filter(|block| config.blocks[*block].criteria != "all")
        .map(|block| {
            effective::subject(&config, block, version)
                .at(Place::new(shown.as_str(), config.blocks[block].line))
        })
        .collect())
}

impl Files for Host<'_> {
    fn text(&mut self, path: &str) -> Result<String, SourceError> {
        Host::text(self, path)
    }

    fn fitting(&mut self, pattern: &str) -> Result<Vec<String>, SourceError> {
        self.glob(pattern)
    }

    fn shown(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Collects the subject type `sshd`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let version = host.version("openssh-server").and_then(Version::of_package);
    let options = options::read(host);
    let hidden = options.as_ref().err().cloned();
    let options = options.unwrap_or_default();
    let path = options.file.as_deref().unwrap_or(CONFIG);
    let read = with_options(host, path, version, &options);
    match read {
        Ok(mut all) => {
            let banner = banner(host, &all);
            let ports = socket::ports(host);
            for subject in &mut all {
                if let Some(e) = &hidden {
                    blind(subject, e);
                }
                if let Some(fact) = &banner {
                    subject.put(fact.clone());
                }
                subject.put(ports.clone());
            }
            let known = hidden.map_or(Ok(&options), Err);
            running::collect(host, version, known, all.first(), out);
            out.subjects.extend(all);
            out.saw("sshd", Seen::Whole);
        }
        Err(e) if e.is_missing() && path == CONFIG => {
            let seen = if host.exists("/usr/sbin/sshd") == Some(false) {
                host.without(CONFIG, &PACKAGES)
            } else {
                Seen::Not(Reason::new("missing", CONFIG))
            };
            out.saw("sshd", seen);
        }
        Err(e) => out.saw("sshd", Seen::Not(reason(&e))),
    }
}

/// The command line may say other than the files for everything.
fn blind(subject: &mut Subject, error: &SourceError) {
    const KNOWN: [&str; 3] = ["in_match", "errors", "version"];
    for fact in &mut subject.facts {
        if !KNOWN.contains(&&*fact.path) {
            fact.value = super::host::unseen(error);
        }
    }
}

/// How many characters the file of the banner holds.
fn banner(host: &mut Host<'_>, all: &[Subject]) -> Option<Fact> {
    let fact = all.first()?.facts.get("banner")?;
    let Value::Text(path) = &fact.value else {
        return None;
    };
    let value = if path == "none" {
        Value::Int(0)
    } else {
        match host.optional(path) {
            Ok(Some(text)) => {
                Value::Int(i64::try_from(text.trim().chars().count()).unwrap_or(i64::MAX))
            }
            Ok(None) => Value::Int(0),
            Err(e) => super::host::unseen(&e),
        }
    };
    Some(Fact::derived("banner.chars", value))
}

/// A comma-separated list as a list.
fn list(text: &str) -> Value {
    texts(text.split(',').filter(|t| !t.is_empty()))
}
