//! What a host passes on to another machine without TLS: by `ProxyPass`, by a rule with `[P]`, by a handler, or by a
//! balancer, whose members may stand anywhere.

use super::Node;
use super::redirect::flags;
use crate::collect::config::settings::is_loopback;
use crate::model::Place;

/// The plain ways out of this machine.
#[derive(Debug, Default)]
pub(super) struct Upstreams {
    pub(super) far: Vec<(String, Place)>,
    /// A target is a variable, or a balancer whose members were not seen.
    pub(super) partial: bool,
}

/// Those of a host, `all` being the lines of the server, which a host takes over.
pub(super) fn of(host: &[Node], all: &[Node]) -> Upstreams {
    let mut found = Upstreams::default();
    let levels = [host, all];
    found.look(host, &levels, true);
    if !std::ptr::eq(host, all) {
        found.look(all, &levels, false);
    }
    found
}

impl Upstreams {
    fn look(&mut self, nodes: &[Node], levels: &[&[Node]], own: bool) {
        for node in nodes {
            let skipped = match node.name.as_str() {
                "virtualhost" => true,
                // Balancers count where a host uses them; rules of the server are not its hosts'.
                "proxy" | "rewriterule" | "balancermember" => !own,
                _ => false,
            };
            if skipped {
                continue;
            }
            for target in targets(node) {
                self.see(target, &node.place, levels);
            }
            self.look(node.children(), levels, true);
        }
    }

    fn see(&mut self, target: &str, place: &Place, levels: &[&[Node]]) {
        match Way::of(target) {
            Way::Safe => {}
            Way::Far => {
                let shown = target.split('?').next().unwrap_or(target).to_owned();
                if !self.far.iter().any(|(other, _)| *other == shown) {
                    self.far.push((shown, place.clone()));
                }
            }
            Way::Unknown => self.partial = true,
            Way::Balancer(name) => {
                let mut members: Vec<(&str, &Place)> = Vec::new();
                for level in levels {
                    gather(level, name, &mut members);
                }
                self.partial |= members.is_empty();
                for (member, place) in members {
                    // A balancer of balancers is none.
                    if !matches!(Way::of(member), Way::Balancer(_)) {
                        self.see(member, place, levels);
                    }
                }
            }
        }
    }
}

/// Where the line passes requests on to.
fn targets(node: &Node) -> Vec<&str> {
    let args = || node.args.iter().map(String::as_str);
    let is_target = |a: &&str| a.contains("://") || a.starts_with("unix:");
    match node.name.as_str() {
        "proxypass" | "proxypassmatch" | "balancermember" => args().filter(is_target).collect(),
        "rewriterule" if flags(node).iter().any(|f| f == "P" || f == "PROXY") => {
            args().skip(1).take(1).collect()
        }
        "sethandler" | "addhandler" => args()
            .take(1)
            .filter_map(|a| a.strip_prefix("proxy:"))
            .collect(),
        _ => Vec::new(),
    }
}

/// The members of a balancer.
fn gather<'n>(nodes: &'n [Node], name: &str, out: &mut Vec<(&'n str, &'n Place)>) {
    let is = |arg: Option<&String>| {
        arg.is_some_and(|a| matches!(Way::of(a), Way::Balancer(n) if n.eq_ignore_ascii_case(name)))
    };
    for node in nodes.iter().filter(|n| n.name != "virtualhost") {
        let here = is(node.args.first());
        if node.name == "balancermember" && here {
            out.extend(node.args.get(1).map(|a| (a.as_str(), &node.place)));
        }
        if node.name == "proxy" && here {
            let members = node
                .children()
                .iter()
                .filter(|n| n.name == "balancermember");
            out.extend(members.filter_map(|n| Some((n.args.first()?.as_str(), &n.place))));
        }
    }
}

/// How a target is reached.
enum Way<'t> {
    /// Over TLS, or on this machine.
    Safe,
    Far,
    Unknown,
    Balancer(&'t str),
}

impl<'t> Way<'t> {
    fn of(target: &'t str) -> Self {
        if target.starts_with("unix:") {
            return Self::Safe;
        }
        let Some((scheme, rest)) = target.split_once("://") else {
            return if target.starts_with(['$', '%']) {
                Self::Unknown
            } else {
                Self::Safe
            };
        };
        let name = rest.split(['/', '?']).next().unwrap_or(rest);
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "balancer" {
            return Self::Balancer(name);
        }
        if SECURE.contains(&scheme.as_str()) {
            return Self::Safe;
        }
        let name = name.rsplit_once('@').map_or(name, |(_, host)| host);
        let name = match name.strip_prefix('[') {
            Some(inner) => inner.split(']').next().unwrap_or(inner),
            None => name.split(':').next().unwrap_or(name),
        };
        if name.is_empty() || name.contains(['$', '%']) || !PLAIN.contains(&scheme.as_str()) {
            Self::Unknown
        } else if is_loopback(name) {
            Self::Safe
        } else {
            Self::Far
        }
    }
}

const SECURE: [&str; 3] = ["https", "wss", "h2"];
const PLAIN: [&str; 8] = ["http", "ajp", "ws", "fcgi", "scgi", "uwsgi", "h2c", "ftp"];
