//! Which MySQL or MariaDB reads an option file, where the tree tells: the path, the packages of the host, the images that
//! containers are made of.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::tree::Tree;

/// A product in one version, `8.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    pub(super) maria: bool,
    pub(super) version: String,
}

impl Told {
    /// MySQL 8.0 or later, whose own values differ from those before.
    pub(super) fn is_mysql_8(&self) -> bool {
        let major = self.version.split('.').next();
        !self.maria
            && major
                .and_then(|m| m.parse::<u32>().ok())
                .is_some_and(|m| m >= 8)
    }
}

/// What is told of the server whose main file this is; nothing where nothing is, or the tree contradicts itself.
pub(super) fn told(tree: &mut Tree<'_>, main: &str) -> Option<Told> {
    of_path(main)
        .or_else(|| of_packages(tree))
        .or_else(|| of_images(tree))
}

/// `/opt/mysql-8.0/my.cnf`, `/srv/mariadb/10.11/my.cnf`.
fn of_path(path: &str) -> Option<Told> {
    one(IN_PATH.captures_iter(path).filter_map(|found| {
        let name = found.get(1)?.as_str();
        Some((name.to_owned(), found.get(2)?.as_str().to_owned()))
    }))
}

/// What Debian's list of packages says.
fn of_packages(tree: &mut Tree<'_>) -> Option<Told> {
    let text = tree.text("/var/lib/dpkg/status").ok()?;
    one(text.split("\n\n").filter_map(|entry| {
        let field = |name: &str| entry.lines().find_map(|l| l.strip_prefix(name));
        let package = field("Package: ")?;
        let is_server = [
            "mariadb-server-core",
            "mysql-server-core",
            "mysql-community-server-core",
        ]
        .iter()
        .any(|name| package.starts_with(name));
        let installed = field("Status: ")?.ends_with(" installed");
        let version = field("Version: ")?;
        let version = version.split_once(':').map_or(version, |(_, v)| v);
        (is_server && installed).then(|| (package.to_owned(), version.to_owned()))
    }))
}

/// The tags of images in compose files, Dockerfiles and manifests.
fn of_images(tree: &mut Tree<'_>) -> Option<Told> {
    let mut all = Vec::new();
    for kind in [Kind::Compose, Kind::Dockerfile, Kind::Kubernetes] {
        for path in tree.of_kind(&kind) {
            let Ok(text) = tree.text(&path) else { continue };
            all.extend(IMAGE.captures_iter(&text).filter_map(|found| {
                let tag = found.get(2).map_or("", |tag| tag.as_str());
                Some((found.get(1)?.as_str().to_owned(), tag.to_owned()))
            }));
        }
    }
    one(all.into_iter())
}

/// The one that all name; nothing where one of them has no number.
fn one(named: impl Iterator<Item = (String, String)>) -> Option<Told> {
    let mut all = BTreeSet::new();
    for (name, version) in named {
        let mut numbers = version.split(['.', '-']);
        let (major, minor) = (numbers.next()?, numbers.next()?);
        let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        if !is_number(major) || !is_number(minor) {
            return None;
        }
        all.insert(Told {
            maria: name.starts_with("mariadb"),
            version: format!("{major}.{minor}"),
        });
    }
    if all.len() > 1 {
        return None;
    }
    all.pop_first()
}

static IN_PATH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(mysql|mariadb)[-_/]?([0-9]+\.[0-9]+)"));
static IMAGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?m)^\s*(?:-\s+)?(?:image:|FROM)\s+["']?(?:[\w.:-]+/)*(mysql|mysql-server|mariadb|percona|percona-server)(?::([\w.-]+))?(?:["'@\s]|$)"#,
    )
});

fn pattern(text: &str) -> Regex {
    match Regex::new(text) {
        Ok(regex) => regex,
        Err(e) => unreachable!("a constant expression: {e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::collect;
    use super::super::tests::{cx, shown, subject, tree};

    fn local_infile(files: &[(&str, &str)]) -> String {
        let dir = tree(files);
        shown(
            subject(&collect(dir.path(), "c", &cx()), "mysql"),
            "local_infile_on",
        )
    }

    #[test]
    fn groups_of_a_version() {
        let text = "[mysqld]\nport=3306\nlocal_infile=0\n[mysqld-8.0]\nlocal_infile=1\n[mariadb-10.11]\nlocal_infile=1\n";
        let file = |path: &'static str| (path, text);
        assert_eq!(local_infile(&[file("etc/my.cnf")]), "? (ambiguous)");
        assert_eq!(local_infile(&[file("opt/mysql-8.0/my.cnf")]), "true");
        assert_eq!(local_infile(&[file("opt/mysql-8.4/my.cnf")]), "false");
        assert_eq!(local_infile(&[file("mariadb/10.11/my.cnf")]), "true");
        assert_eq!(local_infile(&[file("mariadb/10.6/my.cnf")]), "false");
        let compose = |image: &str| format!("services:\n  db:\n    image: {image}\n");
        for (image, shown) in [
            ("mysql:8.0.36", "true"),
            ("\"registry.vn:5000/lib/mysql:8.4\"", "false"),
            ("mysql:latest", "? (ambiguous)"),
            ("mysql", "? (ambiguous)"),
            ("mysql-exporter:1.0", "? (ambiguous)"),
        ] {
            let text = compose(image);
            let files = [file("db/my.cnf"), ("compose.yaml", text.as_str())];
            assert_eq!(local_infile(&files), shown, "{image}");
        }
        let two = "services:\n  a:\n    image: mysql:8.0\n  b:\n    image: mariadb:10.11\n";
        assert_eq!(
            local_infile(&[file("db/my.cnf"), ("compose.yaml", two)]),
            "? (ambiguous)"
        );
        let status = "Package: mariadb-server-core\nStatus: install ok installed\nVersion: 1:10.11.6-0+deb12u1\n\nPackage: mysql-server-core-8.0\nStatus: deinstall ok config-files\nVersion: 8.0.36\n";
        assert_eq!(
            local_infile(&[file("etc/mysql/my.cnf"), ("var/lib/dpkg/status", status)]),
            "true"
        );
    }

    #[test]
    fn groups_of_another_product() {
        let text = "[mysqld]\nport=3306\n[mariadb]\nlocal_infile=0\n";
        let file = |path: &'static str| (path, text);
        assert_eq!(
            local_infile(&[file("opt/mysql-5.7/my.cnf")]),
            "? (ambiguous)"
        );
        assert_eq!(local_infile(&[file("opt/mysql-8.0/my.cnf")]), "false");
        assert_eq!(local_infile(&[file("opt/mariadb-10.11/my.cnf")]), "false");
    }
}
