//! `.htaccess`: what a folder says of itself, and over the hosts that serve it, where `AllowOverride` lets it.

use super::Node;
use super::expand::Expander;
use super::facts::{any, put};
use super::listing::lists;
use crate::collect::config::found::candidates;
use crate::collect::config::kind::Kind;
use crate::collect::config::nginx::is_aside;
use crate::collect::config::tree::{Tree, folder, join};
use crate::model::{Collected, Subject};

/// Adds what a file changes for its folder.
pub(super) fn facts(tree: &Tree<'_>, path: &str, nodes: &[Node], out: &mut Collected) {
    let id = format!("apache.htaccess[{}]", path.trim_start_matches('/'));
    let mut subject = Subject::new("apache-htaccess", id).at(tree.place(path, 1));
    let indexes = lists(nodes);
    put(&mut subject, "indexes", indexes.is_some(), indexes);
    let errors = any(nodes, &|n| {
        let of_errors = n.name.starts_with("php_")
            && n.args
                .first()
                .is_some_and(|a| a.eq_ignore_ascii_case("display_errors"));
        let value = n.args.get(1).map(|v| v.to_ascii_lowercase());
        of_errors
            && value.is_some_and(|v| ["on", "1", "true", "yes", "stdout"].contains(&v.as_str()))
    });
    put(
        &mut subject,
        "display_errors",
        errors.is_some(),
        errors.map(|n| n.place.clone()),
    );
    out.subjects.push(subject);
}

/// A folder of the tree with lines of its own on headers.
pub(super) struct Folder {
    path: String,
    nodes: Vec<Node>,
}

/// The folders whose file says something of headers, as a server with these modules reads them.
pub(super) fn folders(tree: &mut Tree<'_>, server: &Expander) -> Vec<Folder> {
    let mut all = Vec::new();
    // What is wrong with them is told where they are read for themselves.
    let known = tree.problems.len();
    for file in tree.of_kind(&Kind::Htaccess) {
        let nodes = server.inside(&file).file(tree, &file, 0);
        if any(&nodes, &|n| n.name == "header").is_some() {
            all.push(Folder {
                path: folder(&file).to_owned(),
                nodes,
            });
        }
    }
    tree.problems.truncate(known);
    all
}

/// The lines of a folder over one host.
pub(super) struct Over<'f> {
    pub(super) nodes: &'f [Node],
    /// They hold for every answer of the host; else for some, or it is not known.
    pub(super) every: bool,
}

/// A host with what it inherits.
pub(super) struct Served<'n> {
    /// The lines of the server.
    pub(super) all: &'n [Node],
    pub(super) host: &'n [Node],
    pub(super) root: Option<&'n str>,
    /// All roots of hosts of this server.
    pub(super) roots: &'n [String],
    pub(super) main: &'n str,
    /// A file that is not here may say anything.
    pub(super) missing: bool,
}

/// What folders say over a host.
pub(super) fn over<'f>(folders: &'f [Folder], served: &Served<'_>) -> Vec<Over<'f>> {
    let Some(root) = served.root else {
        return Vec::new();
    };
    // Another name of the file is another file.
    let mut names = served.host.iter().rfind(|n| n.name == "accessfilename");
    names = names.or_else(|| served.all.iter().rfind(|n| n.name == "accessfilename"));
    if names.is_some_and(|n| !n.args.iter().any(|name| name == ".htaccess")) {
        return Vec::new();
    }
    let only_files = !elsewhere(served.all) && !elsewhere(served.host);
    let mut out = Vec::new();
    for found in folders {
        let Some(at) = real(&found.path, root, served.main) else {
            continue;
        };
        let others = served.roots.iter().filter(|other| *other != root);
        let mut others = others.filter(|other| real(&found.path, other, served.main).is_some());
        let its_own = found.path == at || others.next().is_none();
        let above = is_above(&at, root);
        match allowed(&at, served) {
            Allowed::No => {}
            Allowed::Yes => out.push(Over {
                nodes: &found.nodes,
                every: above && its_own && only_files,
            }),
            Allowed::Open => out.push(Over {
                nodes: &found.nodes,
                every: false,
            }),
        }
    }
    out
}

/// Are requests answered by something else than files of the root?
fn elsewhere(nodes: &[Node]) -> bool {
    any(nodes, &|n| {
        let passes = n.name.starts_with("proxypass") && n.name != "proxypassreverse";
        let alias =
            ["alias", "aliasmatch", "scriptalias", "scriptaliasmatch"].contains(&n.name.as_str());
        let aside = n
            .args
            .first()
            .is_some_and(|path| is_aside(path, n.name.ends_with("match")));
        (passes || alias) && !aside
    })
    .is_some()
}

/// Where a folder of the tree lies on the host that has this root: at it, below it or above it.
fn real(path: &str, root: &str, main: &str) -> Option<String> {
    let root = root.trim_end_matches('/');
    let whole = join("/", root);
    let from = folder(main).to_owned();
    for at in candidates("/", root).chain(candidates(&from, root)) {
        if let Some(rest) = below(path, &at) {
            return Some(format!("{root}{rest}"));
        }
        if at == whole && path != "/" && below(&at, path).is_some() {
            return Some(path.to_owned());
        }
    }
    None
}

/// What follows the folder in a path at or below it.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn is_above(folder: &str, path: &str) -> bool {
    below(path.trim_end_matches('/'), folder).is_some()
}

/// May the file of a folder set headers?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Yes,
    No,
    Open,
}

/// `AllowOverride` and `AllowOverrideList` of the sections above the folder, the nearest last; Apache's own value is none.
fn allowed(path: &str, served: &Served<'_>) -> Allowed {
    let mut sections: Vec<(&str, &Node)> = Vec::new();
    for node in served.all.iter().chain(served.host) {
        let name = node.args.first().map_or("", String::as_str);
        if node.name == "directory" && name != "~" && meets(name, path) {
            sections.push((name.trim_end_matches('/'), node));
        }
    }
    sections.sort_by_key(|(name, _)| name.matches('/').count());
    let (mut group, mut named) = (false, false);
    for line in sections.iter().flat_map(|(_, node)| node.children()) {
        let has = |words: &[&str]| {
            let mut args = line.args.iter();
            args.any(|a| words.iter().any(|w| a.eq_ignore_ascii_case(w)))
        };
        match line.name.as_str() {
            "allowoverride" => group = has(&["all", "fileinfo"]),
            "allowoverridelist" => named = has(&["header"]),
            _ => {}
        }
    }
    match (group || named, served.missing) {
        (true, false) => Allowed::Yes,
        (false, false) => Allowed::No,
        (_, true) => Allowed::Open,
    }
}

/// Is the folder the one that a section names, or below it? A pattern meets folders part by part.
fn meets(name: &str, path: &str) -> bool {
    if !name.contains(['*', '?', '[']) {
        return is_above(name, path);
    }
    let Ok(pattern) = globset::GlobBuilder::new(name.trim_end_matches('/'))
        .literal_separator(true)
        .build()
    else {
        return false;
    };
    let pattern = pattern.compile_matcher();
    std::iter::successors(Some(path), |at| (*at != "/").then(|| folder(at)))
        .any(|at| pattern.is_match(at))
}

#[cfg(test)]
mod tests {
    use crate::collect::config::collect;
    use crate::collect::config::tests::{cx, shown, subject, tree};

    const SET: &str = "Header always set Strict-Transport-Security \"max-age=31536000\"\n";
    const UNSET: &str = "Header always unset Strict-Transport-Security\n";

    fn age(host: &str, allow: &str, path: &str, text: &str) -> String {
        let main = format!(
            "<Directory /srv/www>\n{allow}\n</Directory>\n<VirtualHost *:443>\nServerName a\nDocumentRoot /srv/www/shop/public\nSSLEngine on\n{host}\n</VirtualHost>\n"
        );
        let dir = tree(&[("etc/apache2/apache2.conf", &main), (path, text)]);
        let out = collect(dir.path(), "c", &cx());
        shown(subject(&out, "apache.vhost[a:443]"), "hsts_max_age")
    }

    #[test]
    fn headers_of_folders_lie_over_hosts() {
        let all = "AllowOverride All";
        let at = "srv/www/shop/public/.htaccess";
        assert_eq!(age(SET, all, at, UNSET), "0");
        assert_eq!(age("", all, at, SET), "31536000");
        assert_eq!(age(SET, all, at, &SET.replace("31536000", "60")), "60");
        // What is not let has no effect; Apache's own value lets nothing.
        for allow in ["AllowOverride None", "AllowOverride AuthConfig Indexes", ""] {
            assert_eq!(age(SET, allow, at, UNSET), "31536000", "{allow}");
            assert_eq!(age("", allow, at, SET), "0", "{allow}");
        }
        for allow in ["AllowOverride FileInfo", "AllowOverrideList Header"] {
            assert_eq!(age(SET, allow, at, UNSET), "0", "{allow}");
        }
        let deeper =
            "AllowOverride All\n</Directory>\n<Directory /srv/www/shop/*>\nAllowOverride None";
        assert_eq!(age(SET, deeper, at, UNSET), "31536000");
    }

    #[test]
    fn folders_above_below_and_elsewhere() {
        let all = "AllowOverride All";
        assert_eq!(age(SET, all, "srv/www/.htaccess", UNSET), "0");
        assert_eq!(
            age(SET, all, "srv/www/shop/public/app/.htaccess", UNSET),
            "0"
        );
        // One folder alone does not speak for the host.
        assert_eq!(age("", all, "srv/www/shop/public/app/.htaccess", SET), "0");
        assert_eq!(age(SET, all, "srv/www/other/.htaccess", UNSET), "31536000");
        // A copy of the folder, without the path of the host above it.
        assert_eq!(age(SET, all, "public/.htaccess", UNSET), "0");
        assert_eq!(age("", all, "shop/public/.htaccess", SET), "31536000");
        // What is passed on meets no folder.
        let passes = "ProxyPass /api http://127.0.0.1:8080/";
        assert_eq!(age(passes, all, "public/.htaccess", SET), "0");
        // Not read at all under another name, or where an inclusion may say anything.
        let renamed = format!("{all}\n</Directory>\nAccessFileName .acl\n<Directory /srv/none>");
        assert_eq!(age(SET, &renamed, "public/.htaccess", UNSET), "31536000");
        let lost = "</Directory>\nInclude conf-lost/a.conf\n<Directory /srv/none>";
        assert_eq!(
            age("", lost, "public/.htaccess", SET),
            "? (include-missing)"
        );
        assert_eq!(
            age(SET, lost, "public/.htaccess", UNSET),
            "? (include-missing)"
        );
        // A host alone, without the server.
        let alone = format!(
            "<VirtualHost *:443>\nServerName a\nDocumentRoot /a/public\n{SET}</VirtualHost>\n"
        );
        let dir = tree(&[("deploy/a.conf", &alone), ("public/.htaccess", UNSET)]);
        let out = collect(dir.path(), "c", &cx());
        let shown = shown(subject(&out, "apache.vhost[a:443]"), "hsts_max_age");
        assert!(shown != "31536000", "{shown}");
    }
}
