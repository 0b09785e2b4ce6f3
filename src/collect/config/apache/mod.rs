//! Apache httpd as it would run: inclusions and macros put in, `IfModule` and `Define` decided, sections and hosts with
//! what they inherit. What stands in `<If>` depends on each request: it protects nothing here, and what it takes back is
//! taken back.

use super::kind::Kind;
use super::seen;
use super::tree::Tree;
use crate::model::{Collected, Place};

mod access;
mod condition;
mod exceptions;
mod expand;
mod facts;
mod headers;
mod host;
mod htaccess;
mod listing;
mod logs;
mod macros;
mod redirect;
#[cfg(test)]
mod tests;
mod tls;
mod upstreams;

use expand::Expander;

pub(super) const TYPES: &[&str] = &["apache", "apache-vhost", "apache-htaccess"];

/// A directive or a section with where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) args: Vec<String>,
    pub(super) place: Place,
    pub(super) block: Option<Vec<Node>>,
}

impl Node {
    fn text(&self) -> String {
        self.args.join(" ")
    }

    fn children(&self) -> &[Node] {
        self.block.as_deref().unwrap_or_default()
    }
}

/// Adds what stands in the tree's files of Apache.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let files = tree.of_kind(&Kind::Apache);
    let mut mains: Vec<String> = files
        .iter()
        .filter(|f| f.ends_with("/apache2.conf") || f.ends_with("/httpd.conf"))
        .cloned()
        .collect();
    let mut used = Vec::new();
    for main in &mains {
        let mut expander = Expander::new(main);
        let nodes = expander.file(tree, main, 0);
        used.append(&mut expander.used);
        facts::server(tree, main, &nodes, &expander, out);
    }
    let left: Vec<String> = files
        .into_iter()
        .filter(|f| !used.contains(f) && !used.contains(&tree.real(f)))
        .collect();
    if mains.is_empty() {
        // Parts without a main file: what the server says above them is not known.
        let folders = htaccess::folders(tree, &Expander::new("/"));
        for file in &left {
            let mut expander = Expander::new(file);
            expander.part = true;
            let nodes = expander.file(tree, file, 0);
            facts::parts(tree, &nodes, &folders, &expander, out);
        }
        mains.clear();
    } else {
        unused.extend(left.iter().map(|f| tree.reader.shown(f)));
    }
    let seen_whole = seen(tree, &[Kind::Apache]);
    out.saw("apache", seen_whole.clone());
    out.saw("apache-vhost", seen_whole);
    for file in tree.of_kind(&Kind::Htaccess) {
        let mut expander = Expander::new(&file);
        expander.part = true;
        let nodes = expander.file(tree, &file, 0);
        htaccess::facts(tree, &file, &nodes, out);
    }
    out.saw("apache-htaccess", seen(tree, &[Kind::Htaccess]));
}
