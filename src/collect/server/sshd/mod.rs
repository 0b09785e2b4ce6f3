//! `sshd_config` as sshd itself ends up with it: Include, Match blocks, first value wins, its own values where it is
//! silent. One subject for connections that no Match block touches (`sshd`), one for each block (`sshd.match[…]`).

mod defaults;
mod effective;
mod lines;
mod policy;
mod running;

use super::host::{Host, reason, texts};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Collected, Fact, Place, Reason, Seen, SourceError, Subject, Value};

pub use defaults::Version;
pub use lines::Files;

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
    file(policy::POLICY),
    file(policy::OPT_OUT),
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
    with_options(files, path, version, Vec::new())
}

/// As [`subjects`], with options of the command line, which count before all files.
fn with_options(
    files: &mut dyn Files,
    path: &str,
    version: Option<Version>,
    options: Vec<lines::Setting>,
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
    let options = policy::options(host);
    let hidden = options.as_ref().err().cloned();
    let read = with_options(host, CONFIG, version, options.unwrap_or_default());
    match read {
        Ok(mut all) => {
            let banner = banner(host, &all);
            for subject in &mut all {
                if let Some(e) = &hidden {
                    blind_algorithms(subject, e);
                }
                if let Some(fact) = &banner {
                    subject.put(fact.clone());
                }
            }
            running::collect(host, version, all.first(), out);
            out.subjects.extend(all);
            out.saw("sshd", Seen::Whole);
        }
        Err(e) if e.is_missing() => {
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

/// The command line may hold other algorithms than the files.
fn blind_algorithms(subject: &mut Subject, error: &SourceError) {
    for name in ["ciphers", "macs", "kexalgorithms"] {
        for path in [name.to_owned(), format!("{name}.list")] {
            if let Some(fact) = subject.facts.get_mut(path.as_str()) {
                fact.value = super::host::unseen(error);
            }
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
