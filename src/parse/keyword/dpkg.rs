//! `/var/lib/dpkg/status`: the packages that are installed.

use std::cmp::Ordering;

use super::numbered;

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The line of its name, from 1.
    pub line: u32,
    /// Its name without architecture.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The packages whose state is installed or half-way there; one that was removed is not there, even where its
/// configuration files remain.
pub fn installed(text: &str) -> Vec<Package> {
    let mut packages = Vec::new();
    let mut name: Option<(u32, String)> = None;
    let mut version = String::new();
    let mut there = false;
    let mut close = |name: &mut Option<(u32, String)>, version: &mut String, there: &mut bool| {
        if let Some((line, name)) = name.take().filter(|_| *there) {
            packages.push(Package {
                line,
                name,
                version: std::mem::take(version),
            });
        }
        version.clear();
        *there = false;
    };
    for (line, content) in numbered(text) {
        if content.trim().is_empty() {
            close(&mut name, &mut version, &mut there);
        } else if let Some(value) = field(content, "Package") {
            close(&mut name, &mut version, &mut there);
            name = Some((line, value.to_owned()));
        } else if let Some(value) = field(content, "Version") {
            value.clone_into(&mut version);
        } else if let Some(value) = field(content, "Status") {
            there = !matches!(
                value.split_whitespace().next_back(),
                None | Some("not-installed" | "config-files")
            );
        }
    }
    close(&mut name, &mut version, &mut there);
    packages
}

fn field<'a>(content: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = content.split_once(':')?;
    (key.eq_ignore_ascii_case(name)).then(|| value.trim())
}

/// The upstream version: no epoch, no Debian revision.
pub fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.rsplit_once('-').map_or(version, |(rest, _)| rest)
}

/// The order of two versions, as dpkg has it: epoch, upstream version, revision; `~` comes before the end.
pub fn compare(a: &str, b: &str) -> Ordering {
    let split = |v: &str| {
        let (epoch, rest) = v.split_once(':').unwrap_or(("0", v));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
        (
            epoch.parse::<u32>().unwrap_or(0),
            upstream.to_owned(),
            revision.to_owned(),
        )
    };
    let (x, y) = (split(a.trim()), split(b.trim()));
    x.0.cmp(&y.0)
        .then_with(|| part(&x.1, &y.1))
        .then_with(|| part(&x.2, &y.2))
}

/// Runs of other signs and runs of digits take turns.
fn part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    // Letters come before all other signs, `~` even before the end.
    let weight = |c: Option<&u8>| match c {
        Some(b'~') => -1,
        None => 0,
        Some(c) if c.is_ascii_digit() => 0,
        Some(c) if c.is_ascii_alphabetic() => i32::from(*c),
        Some(c) => i32::from(*c) + 256,
    };
    while !(a.is_empty() && b.is_empty()) {
        let digit = |c: Option<&u8>| c.is_none_or(u8::is_ascii_digit);
        while !(digit(a.first()) && digit(b.first())) {
            let order = weight(a.first()).cmp(&weight(b.first()));
            if order != Ordering::Equal {
                return order;
            }
            a = a.get(1..).unwrap_or_default();
            b = b.get(1..).unwrap_or_default();
        }
        let (x, rest_a) = number(a);
        let (y, rest_b) = number(b);
        let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

/// The digits at the beginning without leading zeros, and the rest.
fn number(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|c| !c.is_ascii_digit());
    let (digits, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    let zeros = digits.iter().take_while(|c| **c == b'0').count();
    (digits.get(zeros..).unwrap_or_default(), rest)
}

/// Is this a list of packages, as apt keeps it? An empty one is.
pub fn is_list(bytes: &[u8]) -> bool {
    let lines = bytes.split(|b| *b == b'\n');
    lines
        .filter(|line| !line.is_empty())
        .take(1)
        .all(|line| line.starts_with(b"Package:"))
}

/// Names and versions in a list of a repository (`…_Packages`).
pub fn offered(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut name = "";
    text.lines().filter_map(move |line| {
        if let Some(value) = field(line, "Package") {
            name = value;
        }
        let version = field(line, "Version")?;
        (!name.is_empty()).then_some((name, version))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `dpkg --compare-versions` says.
    #[test]
    fn versions_are_ordered_as_dpkg_does() {
        for (a, b, order) in [
            ("1.0", "1.0", Ordering::Equal),
            ("1.0-1", "1.0-1+deb12u1", Ordering::Less),
            ("1.0~rc1-1", "1.0-1", Ordering::Less),
            ("1:0.9", "2.0", Ordering::Greater),
            ("9.2p1-2+deb12u6", "9.2p1-2+deb12u10", Ordering::Less),
            ("2.36-9+deb12u4", "2.36-9+deb12u4", Ordering::Equal),
            ("1.0a", "1.0+", Ordering::Less),
            ("1.0", "1.0.0", Ordering::Less),
            ("1.2-01", "1.2-1", Ordering::Equal),
            ("1.0-1~bpo12+1", "1.0-1", Ordering::Less),
            ("0:1.0", "1.0", Ordering::Equal),
            ("1.0-0", "1.0", Ordering::Equal),
        ] {
            assert_eq!(compare(a, b), order, "{a} {b}");
            assert_eq!(compare(b, a), order.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn removed_packages_are_not_there() {
        let packages = installed(
            "Package: a\nStatus: install ok installed\nVersion: 1:9.2p1-2+deb12u6\nDescription: x\n y\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: c\nStatus: hold ok installed\nVersion: 2-1-3\n",
        );
        let names: Vec<&str> = packages.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(upstream(&packages[0].version), "9.2p1");
        assert_eq!(upstream(&packages[1].version), "2-1");
    }
}
