//! Who reaches what: Ingress, Service, and whether a namespace closes itself before it opens.

use std::collections::{BTreeMap, BTreeSet};

use super::Object;
use crate::collect::config::containers::image;
use crate::collect::config::node::{Putter, texts};
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::yaml::Node;

/// Adds an Ingress or a Service.
pub(super) fn collect(tree: &Tree<'_>, object: &Object, out: &mut Collected) {
    match object.kind.as_str() {
        "Ingress" => out.subjects.push(ingress(tree, object)),
        "Service" => out.subjects.push(service(tree, object)),
        _ => {}
    }
}

fn ingress(tree: &Tree<'_>, object: &Object) -> Subject {
    let mut subject = object.subject(tree, "k8s-ingress", "k8s.ingress");
    let mut put = Putter {
        subject: &mut subject,
        file: tree.shown(&object.path),
    };
    let spec = object.node.get("spec");
    let tls = spec.and_then(|s| s.get("tls"));
    let hosts: Vec<(String, u32)> = spec
        .and_then(|s| s.get("rules"))
        .map_or(&[][..], Node::items)
        .iter()
        .map(|rule| {
            let host = rule
                .get("host")
                .and_then(Node::scalar)
                .unwrap_or_else(|| "*".into());
            (host, rule.span.line)
        })
        .collect();
    // What no rule takes goes to the default backend, whatever its name.
    let rest = spec.and_then(|s| s.get("defaultBackend").or_else(|| s.get("backend")));
    let hosts: Vec<(String, u32)> = hosts
        .into_iter()
        .chain(rest.map(|b| ("*".to_owned(), b.span.line)))
        .collect();
    let covered: BTreeSet<String> = tls
        .map_or(&[][..], Node::items)
        .iter()
        .flat_map(|t| t.get("hosts").map_or(&[][..], Node::items))
        .filter_map(Node::scalar)
        .collect();
    // An entry without hosts speaks for all.
    let all = tls
        .map_or(&[][..], Node::items)
        .iter()
        .any(|t| t.get("hosts").is_none_or(|h| h.items().is_empty()));
    let plain: Vec<_> = hosts
        .into_iter()
        .filter(|(host, _)| {
            !all && !covered.contains(host) && !covered.iter().any(|c| wild(c, host))
        })
        .collect();
    put.derived(
        "tls",
        tls.is_some_and(|t| !t.items().is_empty()),
        tls.map(|t| t.span.line),
    );
    put.list("plain_hosts", &plain);
    let notes = object.node.at(&["metadata", "annotations"]);
    let off = notes
        .map_or(&[][..], Node::entries)
        .iter()
        .find(|(key, value)| {
            key.name.ends_with("/ssl-redirect") && value.scalar().as_deref() == Some("false")
        });
    put.derived(
        "redirect_off",
        off.is_some(),
        off.map(|(key, _)| key.span.line),
    );
    let snippets: Vec<(String, u32)> = notes
        .map_or(&[][..], Node::entries)
        .iter()
        .filter(|(key, _)| key.name.ends_with("-snippet"))
        .map(|(key, _)| (key.name.clone(), key.span.line))
        .collect();
    put.list("snippets", &snippets);
    subject
}

/// Does `*.a.b` cover `x.a.b`?
fn wild(pattern: &str, host: &str) -> bool {
    pattern.strip_prefix('*').is_some_and(|rest| {
        host.split_once('.')
            .is_some_and(|(_, h)| rest.trim_start_matches('.') == h)
    })
}

fn service(tree: &Tree<'_>, object: &Object) -> Subject {
    let mut subject = object.subject(tree, "k8s-service", "k8s.service");
    let mut put = Putter {
        subject: &mut subject,
        file: tree.shown(&object.path),
    };
    let spec = object.node.get("spec");
    let kind = spec.and_then(|s| s.get("type"));
    put.text("type", kind, "ClusterIP");
    let external = spec.and_then(|s| s.get("externalIPs"));
    let by_address = external.is_some_and(|e| !e.items().is_empty());
    let by_kind = kind
        .and_then(Node::scalar)
        .is_some_and(|k| k == "NodePort" || k == "LoadBalancer");
    let internal = object
        .node
        .at(&["metadata", "annotations"])
        .map_or(&[][..], Node::entries)
        .iter()
        .any(|(key, value)| {
            key.name.contains("internal") && value.scalar().is_some_and(|v| v != "false")
        });
    // A range of all addresses binds nobody; neither do ranges bind the ports of the nodes.
    let ranges = texts(spec.and_then(|s| s.get("loadBalancerSourceRanges")));
    let bound = kind.and_then(Node::scalar).as_deref() == Some("LoadBalancer")
        && !ranges.is_empty()
        && !ranges.iter().any(|(range, _)| is_everywhere(range));
    let outside = by_address || (by_kind && !internal && !bound);
    let mut databases = Vec::new();
    let mut admin = Vec::new();
    for port in spec
        .and_then(|s| s.get("ports"))
        .map_or(&[][..], Node::items)
    {
        let number = |key: &str| {
            port.get(key)
                .and_then(Node::scalar)
                .and_then(|p| p.parse::<u16>().ok())
        };
        for n in [number("port"), number("targetPort")]
            .into_iter()
            .flatten()
            .take(2)
        {
            if !outside {
                continue;
            }
            let item = (n.to_string(), port.span.line);
            if image::is_database_port(n) && !databases.contains(&item) {
                databases.push(item.clone());
            }
            if image::is_admin_port(n) && !admin.contains(&item) {
                admin.push(item);
            }
        }
    }
    put.list("published_databases", &databases);
    put.list("published_admin", &admin);
    put.derived(
        "external_ips",
        external.is_some(),
        external.map(|n| n.span.line),
    );
    subject
}

/// What a policy closes for every pod of its namespace.
#[derive(Default)]
struct Closed {
    ingress: Option<u32>,
    egress: Option<u32>,
    path: String,
    open: bool,
}

/// Adds one subject for each namespace in which something runs: does a policy close it before others open it?
pub(super) fn namespaces(tree: &Tree<'_>, objects: &[Object], out: &mut Collected) {
    let mut closed: BTreeMap<&str, Closed> = BTreeMap::new();
    for policy in objects.iter().filter(|o| o.kind == "NetworkPolicy") {
        let entry = closed.entry(&policy.namespace).or_default();
        policy_of(policy, entry);
    }
    let mut seen: BTreeMap<&str, &Object> = BTreeMap::new();
    for object in objects.iter().filter(|o| RUNS.contains(&o.kind.as_str())) {
        seen.entry(&object.namespace).or_insert(object);
    }
    for (name, first) in seen {
        let place = tree.place(&first.path, first.node.span.line);
        let mut subject = Subject::new("k8s-namespace", format!("k8s.namespace[{name}]")).at(place);
        let own = closed.get(name);
        for (path, line) in [
            ("default_deny_ingress", own.and_then(|c| c.ingress)),
            ("default_deny_egress", own.and_then(|c| c.egress)),
        ] {
            let fact = Fact::derived(path, line.is_some());
            subject.put(match (line, own) {
                (Some(line), Some(own)) => fact.at(tree.place(&own.path, line)),
                _ => fact,
            });
        }
        subject.put(Fact::derived("allows_all", own.is_some_and(|c| c.open)));
        subject.put(Fact::derived("policies", own.is_some()));
        // Where nothing names it, whoever applies the manifests chooses.
        let named = objects.iter().any(|o| o.named && o.namespace == name);
        let is_default = match (name, named) {
            ("default", false) => Value::unseen("ambiguous", "no namespace is written"),
            (name, _) => Value::Bool(name == "default"),
        };
        subject.put(Fact::derived("is_default", is_default));
        let level = objects
            .iter()
            .find(|o| o.kind == "Namespace" && o.name == name)
            .map(|o| {
                let label =
                    o.node
                        .at(&["metadata", "labels", "pod-security.kubernetes.io/enforce"]);
                label
                    .and_then(Node::scalar)
                    .map_or(Value::Absent, Value::Text)
            });
        subject.put(Fact::derived(
            "pod_security",
            level.unwrap_or_else(|| {
                Value::unseen("missing-fact", "the Namespace is not among the manifests")
            }),
        ));
        out.subjects.push(subject);
    }
}

fn policy_of(policy: &Object, closed: &mut Closed) {
    let Some(spec) = policy.node.get("spec") else {
        return;
    };
    let everybody = spec.get("podSelector").is_none_or(|s| {
        s.entries()
            .iter()
            .all(|(_, v)| v.entries().is_empty() && v.items().is_empty())
    });
    let types: Vec<String> = spec
        .get("policyTypes")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(Node::scalar)
        .collect();
    for (name, key) in [("Ingress", "ingress"), ("Egress", "egress")] {
        // Without types a policy speaks of what comes in, and of what goes out where it says so.
        let speaks = if types.is_empty() {
            name == "Ingress" || spec.get(key).is_some()
        } else {
            types.iter().any(|t| t == name)
        };
        let rules = spec.get(key).map_or(&[][..], Node::items);
        let side = if name == "Ingress" { "from" } else { "to" };
        let open = rules.iter().any(|rule| lets_all(rule, side));
        closed.open |= everybody && speaks && open;
        if everybody && speaks && !open {
            closed.path.clone_from(&policy.path);
            let line = Some(policy.node.span.line);
            if name == "Ingress" {
                closed.ingress = line;
            } else {
                closed.egress = line;
            }
        }
    }
}

/// Does a rule let everything through? One without ports, where it names no peer, or one that stands for all addresses or for
/// every pod of every namespace.
fn lets_all(rule: &Node, side: &str) -> bool {
    if rule.get("ports").is_some_and(|p| !p.items().is_empty()) {
        return false;
    }
    let peers = rule.get(side).map_or(&[][..], Node::items);
    let selects_all = |node: &Node| {
        node.entries()
            .iter()
            .all(|(_, v)| v.entries().is_empty() && v.items().is_empty())
    };
    let everybody = |peer: &Node| {
        let range = peer.at(&["ipBlock", "cidr"]).and_then(Node::scalar);
        let namespaces = peer.get("namespaceSelector").is_some_and(selects_all);
        let pods = peer.get("podSelector").is_none_or(selects_all);
        range.is_some_and(|r| is_everywhere(&r)) || (namespaces && pods)
    };
    peers.is_empty() || peers.iter().any(everybody)
}

/// `0.0.0.0/0`, `::/0`.
fn is_everywhere(range: &str) -> bool {
    range.trim().ends_with("/0")
}

/// Kinds that run something.
const RUNS: [&str; 9] = [
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "Rollout",
];
