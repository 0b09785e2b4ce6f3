//! Who may come into a section: `Require`, and the older `Order`, `Allow` and `Deny`.

use super::Node;

/// Do the lines of a section let strangers in? Nothing where it says nothing of it.
pub(super) fn admits(section: &[Node]) -> Option<bool> {
    let new = any_of(section);
    let old = by_order(section);
    let either = section
        .iter()
        .rfind(|n| n.name == "satisfy")
        .is_some_and(|n| n.text().eq_ignore_ascii_case("any"));
    match (new, old) {
        (Some(new), Some(old)) if either => Some(new || old),
        (Some(new), Some(old)) => Some(new && old),
        (new, old) => new.or(old),
    }
}

/// One line that grants is enough.
fn any_of(nodes: &[Node]) -> Option<bool> {
    let mut said = nodes.iter().filter_map(requirement).peekable();
    said.peek()?;
    Some(said.any(|granted| granted))
}

fn requirement(node: &Node) -> Option<bool> {
    let text = node.text().to_ascii_lowercase();
    match node.name.as_str() {
        "require" if text.starts_with("not ") => None,
        // A method says nothing of who comes.
        "require" => Some(
            text == "all granted"
                || text.starts_with("method ")
                || (text.starts_with("ip ") && text.split(' ').any(|a| a.ends_with("/0"))),
        ),
        "requireany" => any_of(node.children()),
        "requireall" => {
            let mut said = node.children().iter().filter_map(requirement).peekable();
            said.peek()?;
            Some(said.all(|granted| granted))
        }
        _ => None,
    }
}

fn by_order(section: &[Node]) -> Option<bool> {
    let lines = |name: &'static str| section.iter().filter(move |n| n.name == name);
    let all = |name: &'static str| lines(name).any(|n| n.text().eq_ignore_ascii_case("from all"));
    let order = lines("order")
        .next_back()
        .map(|n| n.text().to_ascii_lowercase());
    if order.is_none() && lines("allow").chain(lines("deny")).next().is_none() {
        return None;
    }
    let closed = order.is_some_and(|o| o.starts_with("allow") || o.starts_with("mutual"));
    Some(if closed {
        all("allow") && !all("deny")
    } else {
        !all("deny") || all("allow")
    })
}

/// The page of state that strangers see.
pub(super) fn open_status(nodes: &[Node]) -> Option<&Node> {
    look(nodes, false)
}

fn look(nodes: &[Node], closed: bool) -> Option<&Node> {
    nodes.iter().filter(|n| n.block.is_some()).find_map(|node| {
        let closed = admits(node.children()).map_or(closed, |open| !open);
        let shows = node.children().iter().any(|c| {
            c.name == "sethandler" && ["server-status", "server-info"].contains(&c.text().as_str())
        });
        if shows && !closed {
            return Some(node);
        }
        look(node.children(), closed)
    })
}

/// What the sections of the file system's root come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Closed,
    /// A condition, or a kind of files, opens it again.
    InPart,
    Open,
}

/// Is the root of the file system closed, and does no host open it again?
pub(super) fn root(nodes: &[Node]) -> Root {
    let here = of_level(nodes);
    let mut all = vec![here];
    for host in nodes.iter().filter(|n| n.name == "virtualhost") {
        all.push(of_level(host.children()));
    }
    if here.is_none() || all.contains(&Some(Root::Open)) {
        Root::Open
    } else if all.contains(&Some(Root::InPart)) {
        Root::InPart
    } else {
        Root::Closed
    }
}

/// The last section that says who comes in counts.
fn of_level(nodes: &[Node]) -> Option<Root> {
    let sections = nodes
        .iter()
        .filter(|n| n.name == "directory" && n.args.iter().any(|a| a == "/"));
    let mut root = None;
    for section in sections {
        match admits(section.children()) {
            Some(true) => root = Some(Root::Open),
            Some(false) => root = Some(Root::Closed),
            None => {}
        }
        if root != Some(Root::Open) && opens_inside(section.children()) {
            root = Some(Root::InPart);
        }
    }
    root
}

fn opens_inside(nodes: &[Node]) -> bool {
    let apart = |n: &&Node| n.block.is_some() && !n.name.starts_with("require");
    nodes
        .iter()
        .filter(apart)
        .any(|n| admits(n.children()) == Some(true) || opens_inside(n.children()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{main, shown_of};

    #[test]
    fn who_comes_into_the_root() {
        let of = |text: &str| shown_of(&main(text), "root_denied");
        let dir = |lines: &str| of(&format!("<Directory />\n{lines}\n</Directory>\n"));
        assert_eq!(dir("Require all denied"), "true");
        assert_eq!(dir("Require all denied\nRequire all granted"), "false");
        assert_eq!(dir("Require all denied\nRequire method GET"), "false");
        assert_eq!(
            dir("<RequireAll>\nRequire all denied\nRequire all granted\n</RequireAll>"),
            "true"
        );
        assert_eq!(dir("Order deny,allow\nDeny from all"), "true");
        assert_eq!(
            dir("Order deny,allow\nDeny from all\nAllow from all"),
            "false"
        );
        assert_eq!(
            dir("Order allow,deny\nDeny from all\nAllow from all"),
            "true"
        );
        assert_eq!(
            dir("Require all denied\n<If \"-n 'x'\">\nRequire all granted\n</If>"),
            "? (ambiguous)"
        );
        assert_eq!(
            of(
                "<Directory />\nRequire all denied\n</Directory>\n<VirtualHost *:80>\n<Directory />\nRequire all granted\n</Directory>\n</VirtualHost>\n"
            ),
            "false"
        );
        assert_eq!(
            of(
                "<Directory />\nRequire all denied\n</Directory>\n<Directory />\nRequire all granted\n</Directory>\n"
            ),
            "false"
        );
    }

    #[test]
    fn who_sees_the_page_of_state() {
        let of = |lines: &str| {
            let text = format!("<Location /s>\nSetHandler server-status\n{lines}\n</Location>\n");
            shown_of(&main(&text), "status_exposed")
        };
        assert_eq!(of("Require local"), "false");
        assert_eq!(of(""), "true");
        assert_eq!(of("Require local\nRequire all granted"), "true");
        assert_eq!(of("<If \"-n 'x'\">\nRequire local\n</If>"), "true");
        assert_eq!(of("Order deny,allow\nAllow from 10.0.0.1"), "true");
        assert_eq!(
            of("Order deny,allow\nDeny from all\nAllow from 10.0.0.1"),
            "false"
        );
        let text = "<Location /s>\nRequire local\n<If \"-n 'x'\">\nSetHandler server-info\n</If>\n</Location>\n";
        assert_eq!(shown_of(&main(text), "status_exposed"), "false");
        let text = "<If \"-n 'x'\">\nSetHandler server-info\n</If>\n";
        assert_eq!(shown_of(&main(text), "status_exposed"), "true");
    }
}
