//! `/var/lib/dpkg/status`: the packages that are installed.

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

#[cfg(test)]
mod tests {
    use super::*;

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
