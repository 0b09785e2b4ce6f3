//! Runtimes of applications that packages brought (PHP, Python, Node.js, Java, .NET, Ruby), and how long each is mended.
//!
//! A version that the distribution itself ships is mended as long as the distribution; any other by its makers alone.

use std::collections::BTreeMap;

use super::host::{Host, derived, reason};
use super::os::{self, Release};
use super::record::{Manager, Package};
use crate::model::{Collected, Day, Fact, Seen, Subject, Value};

const TABLE: &str = include_str!("../../../rules/data/runtimes.txt");

/// Marks in versions of packages that others than the distribution built.
const FOREIGN: [&str; 4] = ["nodesource", "gbp", "sury", "remi"];

/// Collects the subject type `runtime`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let (manager, place) = match host.record() {
        Ok(record) => (record.manager, record.place.clone()),
        Err(e) => {
            out.saw("runtime", Seen::Not(reason(&e)));
            return;
        }
    };
    let mut found: BTreeMap<(&'static str, String), Package> = BTreeMap::new();
    if let Ok(record) = host.record() {
        for package in &record.every {
            if let Some(runtime) = runtime(&package.name, &package.version) {
                found.entry(runtime).or_insert_with(|| package.clone());
            }
        }
    }
    if found.is_empty() {
        let proof = format!("{place}: php, python, nodejs, openjdk, dotnet, ruby");
        out.saw("runtime", Seen::Absent(proof));
        return;
    }
    let release = os::release(host);
    for ((name, cycle), package) in found {
        let mut subject = Subject::new("runtime", format!("runtime:{name}-{cycle}"));
        let (end, left) = match end(name, &cycle, &package, manager, release.as_ref()) {
            Some(end) => (Value::Day(end), Value::Int(end.days_since(host.today))),
            None => {
                let why = Value::unseen(
                    "missing-fact",
                    "the table of support ends does not name this runtime",
                );
                (why.clone(), why)
            }
        };
        for (path, value) in [
            ("name", Value::from(name)),
            ("version", cycle.as_str().into()),
            ("package", package.name.as_str().into()),
            ("package.version", package.version.as_str().into()),
            ("end_of_support", end),
            ("support.days_left", left),
        ] {
            subject.put(derived(path, value, &place, package.line));
        }
        out.subjects.push(subject);
    }
    out.saw("runtime", Seen::Whole);
}

/// Which runtime in which version a package is.
fn runtime(name: &str, version: &str) -> Option<(&'static str, String)> {
    let version = version.split_once(':').map_or(version, |(_, v)| v);
    let numbers = |count: usize, text: &str| {
        let parts: Vec<&str> = text
            .split(|c: char| !c.is_ascii_digit())
            .take(count)
            .collect();
        let whole = parts.len() == count && parts.iter().all(|p| !p.is_empty());
        whole.then(|| parts.join("."))
    };
    let cycle = |text: &str, count: usize| {
        let digits = |c: char| c.is_ascii_digit() || c == '.';
        (!text.is_empty() && text.chars().all(digits)).then(|| numbers(count, text))?
    };
    if name == "php-common" {
        return Some(("php", numbers(2, version)?));
    }
    if let Some(inside) = name
        .strip_prefix("php")
        .and_then(|n| n.strip_suffix("-common"))
    {
        return Some(("php", cycle(inside, 2)?));
    }
    match name {
        "python3" => return Some(("python", numbers(2, version)?)),
        "ruby" => return Some(("ruby", numbers(2, version)?)),
        "nodejs" => return Some(("node", numbers(1, version)?)),
        _ => {}
    }
    let bare = name.strip_suffix("-minimal").unwrap_or(name);
    if let Some(text) = bare.strip_prefix("python") {
        return Some(("python", cycle(text, 2)?));
    }
    if let Some(text) = name.strip_prefix("ruby") {
        return Some(("ruby", cycle(text, 2)?));
    }
    if let Some(text) = name
        .strip_prefix("dotnet-runtime-")
        .or_else(|| name.strip_prefix("aspnetcore-runtime-"))
    {
        return Some(("dotnet", cycle(text, 2)?));
    }
    let java = name
        .strip_prefix("openjdk-")
        .and_then(|n| n.strip_suffix("-jre-headless"))
        .or_else(|| {
            name.strip_prefix("java-")?
                .strip_suffix("-openjdk-headless")
        })
        .or_else(|| name.strip_prefix("temurin-")?.strip_suffix("-jdk"))
        .or_else(|| name.strip_prefix("temurin-")?.strip_suffix("-jre"))?;
    let java = java
        .strip_prefix("1.")
        .map_or(java, |n| n.split('.').next().unwrap_or(n));
    Some(("java", cycle(java, 1)?))
}

/// The last day on which the runtime is mended.
fn end(
    name: &str,
    cycle: &str,
    package: &Package,
    manager: Manager,
    release: Option<&Release>,
) -> Option<Day> {
    let foreign = FOREIGN.iter().any(|f| package.version.contains(f));
    if let (Some(release), false) = (release, foreign) {
        let major = release.version.split('.').next().unwrap_or_default();
        let of = match manager {
            Manager::Rpm => format!("el/{major}"),
            Manager::Dpkg => format!("{}/{}", release.id, release.version),
        };
        let line = format!("ships {of} {name} {cycle}");
        if TABLE.lines().any(|l| l == line) {
            return release.end;
        }
        // What else a maker of rpm packages ships has ends of its own.
        if manager == Manager::Rpm && package.version.contains(".el") {
            return None;
        }
    }
    TABLE.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let fits = words.next() == Some(name) && words.next() == Some(cycle);
        fits.then(|| words.next().and_then(Day::parse))?
    })
}

/// The names of runtimes in one list, for inventories of software.
pub(super) fn names(host: &Host<'_>) -> Vec<String> {
    let mut all: Vec<String> = host.record().map_or_else(
        |_| Vec::new(),
        |record| {
            let every = record.every.iter();
            every
                .filter_map(|p| runtime(&p.name, &p.version))
                .map(|(name, cycle)| format!("{name} {cycle}"))
                .collect()
        },
    );
    all.sort();
    all.dedup();
    all
}

/// A fact of the runtimes that are installed.
pub(super) fn fact(host: &Host<'_>) -> Fact {
    derived(
        "runtimes",
        super::host::texts(names(host)),
        host.record_place(),
        0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_known_as_runtimes() {
        let of = |name, version| runtime(name, version).map(|(n, c)| format!("{n} {c}"));
        for (name, version, expected) in [
            ("php8.2-common", "8.2.20-1~deb12u1", Some("php 8.2")),
            ("php-common", "8.0.30-1.el9", Some("php 8.0")),
            ("php-common", "2:93", None),
            ("python3.11-minimal", "3.11.2-6", Some("python 3.11")),
            ("python3", "3.9.18-3.el9", Some("python 3.9")),
            ("python3-apt", "2.6", None),
            ("nodejs", "18.20.4-1nodesource1", Some("node 18")),
            ("openjdk-17-jre-headless", "17.0.11", Some("java 17")),
            ("java-1.8.0-openjdk-headless", "1:1.8.0.412", Some("java 8")),
            ("ruby3.1", "3.1.2", Some("ruby 3.1")),
            ("ruby-dev", "1:3.1", None),
            ("dotnet-runtime-6.0", "6.0.36", Some("dotnet 6.0")),
        ] {
            assert_eq!(of(name, version).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["ships", of, _, _] => assert!(of.contains('/'), "{line}"),
                [_, _, day] => assert!(Day::parse(day).is_some(), "{line}"),
                _ => panic!("{line}"),
            }
        }
    }
}
