//! Where the packages of a host come from: apt's sources, yum's repositories, whether signatures are checked, over what, and
//! whether from a mirror of the company's own.

use super::host::{Host, derived, reason, unseen};
use super::plan::{Keep, Piece, Reduction, What};
use super::record::Manager;
use crate::model::{Collected, Fact, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::aptconf::{Settings, is_off, is_part};
use crate::parse::keyword::pairs;
use crate::parse::keyword::repositories::{self, Repository};

const PUBLIC: &str = include_str!("../../../rules/data/public-mirrors.txt");

const SOURCES: &str = "/etc/apt/sources.list";
const SOURCES_D: &str = "/etc/apt/sources.list.d";
const APT_CONF: &str = "/etc/apt/apt.conf.d";
const APT_MAIN: &str = "/etc/apt/apt.conf";
const YUM_D: &str = "/etc/yum.repos.d";
const DNF_CONF: [&str; 2] = ["/etc/dnf/dnf.conf", "/etc/yum.conf"];

/// What this part reads. Addresses may hold passwords.
pub(super) const PIECES: &[Piece] = &[
    masked(SOURCES),
    masked("/etc/apt/sources.list.d/*.list"),
    masked("/etc/apt/sources.list.d/*.sources"),
    masked("/etc/yum.repos.d/*.repo"),
    Piece {
        what: What::File {
            path: DNF_CONF[0],
            keep: Keep::Lines(&["gpgcheck", "localpkg_gpgcheck"]),
        },
        serves: SERVES,
    },
    Piece {
        what: What::File {
            path: DNF_CONF[1],
            keep: Keep::Lines(&["gpgcheck", "localpkg_gpgcheck"]),
        },
        serves: SERVES,
    },
    // Names stand in blocks over lines: none may be left out.
    apt_conf("/etc/apt/apt.conf.d/*"),
    apt_conf(APT_MAIN),
    folder(SOURCES_D),
    folder(YUM_D),
    folder(APT_CONF),
];

const SERVES: &[&str] = &["repositories"];

const fn masked(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: SERVES,
    }
}

const fn apt_conf(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["repositories", "packages"],
    }
}

const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
        serves: SERVES,
    }
}

/// Repositories with the file that each stands in, and files that could not be read.
type Read = (Vec<(String, Repository)>, Option<SourceError>);

/// Collects the subject type `repositories`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let manager = match host.record() {
        Ok(record) => record.manager,
        Err(e) => {
            out.saw("repositories", Seen::Not(reason(&e)));
            return;
        }
    };
    let read = match manager {
        Manager::Dpkg => of_apt(host),
        Manager::Rpm => of_yum(host),
    };
    let (all, hidden) = match read {
        Ok(read) => read,
        Err(e) => {
            out.saw("repositories", Seen::Not(reason(&e)));
            return;
        }
    };
    let on: Vec<&(String, Repository)> = all.iter().filter(|(_, r)| !r.off).collect();
    let mut subject = Subject::new("repositories", "repositories");
    let mut put = |path: &'static str, fits: &dyn Fn(&Repository) -> bool| {
        let found: Vec<_> = on.iter().filter(|(_, r)| fits(r)).collect();
        let items = found.iter().map(|(file, r)| Value::Text(shown(file, r)));
        let value = match &hidden {
            Some(e) if found.is_empty() => unseen(e),
            Some(_) => Value::partial_list(items),
            None => Value::list(items),
        };
        let place = found
            .first()
            .map(|(file, r)| Place::new(file.clone(), r.line));
        let fact = Fact::derived(path, value);
        subject.put(match place {
            Some(place) => fact.at(place),
            None => fact,
        });
    };
    put("all", &|_| true);
    put("unsigned", &|r| r.checked == Some(false));
    put("clear", &|r| {
        r.urls
            .iter()
            .any(|u| u.starts_with("http://") || u.starts_with("ftp://"))
    });
    put("public", &|r| hosts(r).any(|h| is_public(&h)));
    // A name that is neither a known public mirror nor one of a private network may be either.
    let doubtful = on
        .iter()
        .flat_map(|(_, r)| hosts(r))
        .find(|h| !is_public(h) && !is_private(h));
    if let (Some(name), Some(fact)) = (doubtful, subject.facts.get_mut("public"))
        && let Value::List(list) = &mut fact.value
    {
        list.complete = false;
        if list.items.is_empty() {
            fact.value = Value::unseen("ambiguous", format!("{name}: whose mirror it is"));
        }
    }
    let fact = locally(host, manager);
    subject.put(fact);
    out.subjects.push(subject);
    out.saw("repositories", Seen::Whole);
}

/// The name and addresses without user and password.
fn shown(file: &str, repository: &Repository) -> String {
    let hosts: Vec<String> = hosts(repository).collect();
    format!(
        "{} ({}) {file}:{}",
        repository.name,
        hosts.join(", "),
        repository.line
    )
}

fn hosts(repository: &Repository) -> impl Iterator<Item = String> + '_ {
    repository.urls.iter().filter_map(|u| repositories::host(u))
}

fn is_public(host: &str) -> bool {
    PUBLIC
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(str::split_whitespace)
        .any(|known| host == known || host.strip_suffix(known).is_some_and(|h| h.ends_with('.')))
}

/// A name or an address that only a private network knows.
fn is_private(host: &str) -> bool {
    if let Ok(address) = host.parse::<std::net::IpAddr>() {
        return match address {
            std::net::IpAddr::V4(a) => a.is_private() || a.is_loopback(),
            std::net::IpAddr::V6(a) => a.is_unique_local() || a.is_loopback(),
        };
    }
    let suffixes = [
        ".local",
        ".internal",
        ".lan",
        ".intra",
        ".corp",
        ".home.arpa",
    ];
    !host.contains('.') || suffixes.iter().any(|s| host.ends_with(s))
}

fn of_apt(host: &mut Host<'_>) -> Result<Read, SourceError> {
    let (mut all, mut hidden, mut there) = (Vec::new(), None, false);
    let mut files = vec![SOURCES.to_owned()];
    files.extend(host.drop_ins(&[SOURCES_D], ".list")?);
    files.extend(host.drop_ins(&[SOURCES_D], ".sources")?);
    for file in files {
        let found = match host.optional(&file) {
            Ok(Some(text)) if file.ends_with(".sources") => repositories::deb822(&text),
            Ok(Some(text)) => repositories::one_line(&text),
            Ok(None) => continue,
            Err(e) => {
                hidden.get_or_insert(e);
                continue;
            }
        };
        there = true;
        match found {
            Some(found) => all.extend(found.into_iter().map(|r| (file.clone(), r))),
            None => {
                let why = "a line of another form".to_owned();
                hidden.get_or_insert(SourceError::Unreadable(file, why));
            }
        }
    }
    if !there && hidden.is_none() {
        return Err(SourceError::Missing(SOURCES.into()));
    }
    Ok((all, hidden))
}

fn of_yum(host: &mut Host<'_>) -> Result<Read, SourceError> {
    let default = match main(host, "gpgcheck")? {
        Some((value, ..)) => value,
        // Without a line yum and dnf do not check.
        None => false,
    };
    let (mut all, mut hidden) = (Vec::new(), None);
    let files = host.drop_ins(&[YUM_D], ".repo")?;
    if files.is_empty() {
        return Err(SourceError::Missing(YUM_D.into()));
    }
    for file in files {
        match host.text(&file) {
            Ok(text) => {
                for mut repository in repositories::yum(&text) {
                    repository.checked.get_or_insert(default);
                    all.push((file.clone(), repository));
                }
            }
            Err(e) => _ = hidden.get_or_insert(e),
        }
    }
    Ok((all, hidden))
}

/// A switch of the `[main]` section, with its place.
fn main(host: &mut Host<'_>, key: &str) -> Result<Option<(bool, String, u32)>, SourceError> {
    for file in DNF_CONF {
        if let Some(text) = host.optional(file)? {
            let all = pairs::ini(&text);
            let main: Vec<_> = all.into_iter().filter(|p| p.section == "main").collect();
            return Ok(pairs::last(&main, key).map(|p| {
                let on = matches!(
                    p.value.to_ascii_lowercase().as_str(),
                    "1" | "yes" | "true" | "on"
                );
                (on, file.to_owned(), p.line)
            }));
        }
    }
    Ok(None)
}

/// Are packages refused that carry no signature: those of a file for dnf, all of them for apt?
fn locally(host: &mut Host<'_>, manager: Manager) -> Fact {
    const PATH: &str = "unsigned.refused";
    if manager == Manager::Rpm {
        return match main(host, "localpkg_gpgcheck") {
            Ok(Some((on, file, line))) => derived(PATH, on, &file, line),
            Ok(None) => derived(PATH, false, DNF_CONF[0], 0),
            Err(e) => Fact::derived(PATH, unseen(&e)),
        };
    }
    let settings = match apt_settings(host) {
        Ok(settings) => settings,
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let lax = [
        "APT::Get::AllowUnauthenticated",
        "Acquire::AllowInsecureRepositories",
        "Acquire::AllowDowngradeToInsecureRepositories",
    ];
    let mut set = lax.iter().filter_map(|name| settings.get(name));
    match set.find(|s| !is_off(&s.value)) {
        Some(s) => derived(PATH, false, &s.file, s.line),
        None => derived(PATH, true, APT_CONF, 0),
    }
}

/// What apt is told: the folder first, then the file, whose values count before those.
pub(super) fn apt_settings(host: &mut Host<'_>) -> Result<Settings, SourceError> {
    let mut files = host.drop_ins(&[APT_CONF], "")?;
    files.retain(|f| f.rsplit('/').next().is_some_and(is_part));
    files.push(APT_MAIN.to_owned());
    let mut settings = Settings::default();
    for file in files {
        if let Some(text) = host.optional(&file)? {
            settings.read(&file, &text);
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_mirror_it_is() {
        assert!(is_public("deb.debian.org") && is_public("vn.archive.ubuntu.com"));
        assert!(!is_public("debian.org.evil.vn") && !is_public("notdebian.org"));
        assert!(is_private("10.1.2.3") && is_private("mirror") && is_private("apt.corp.lan"));
        assert!(!is_private("mirror.example.vn") && !is_private("8.8.8.8"));
    }
}
