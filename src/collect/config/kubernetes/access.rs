//! Rights inside the cluster: roles, whom they are given to, tokens of accounts, secrets that stand in a manifest.

use super::Object;
use crate::collect::config::node::{Putter, texts};
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Subject, Value};
use crate::parse::yaml::Node;

/// Adds a role, a binding, a secret or an account.
pub(super) fn collect(tree: &Tree<'_>, object: &Object, out: &mut Collected) {
    let (kind, prefix): (&str, &str) = match object.kind.as_str() {
        "Role" | "ClusterRole" => ("k8s-role", "k8s.role"),
        "RoleBinding" | "ClusterRoleBinding" => ("k8s-binding", "k8s.binding"),
        "Secret" => ("k8s-secret", "k8s.secret"),
        "ServiceAccount" => ("k8s-serviceaccount", "k8s.serviceaccount"),
        _ => return,
    };
    let mut subject: Subject = object.subject(tree, kind, prefix);
    let mut put = Putter {
        subject: &mut subject,
        file: tree.shown(&object.path),
    };
    match kind {
        "k8s-role" => role(object, &mut put),
        "k8s-binding" => binding(object, &mut put),
        "k8s-secret" => secret(object, &mut put),
        _ => put.flag(
            "automountserviceaccounttoken",
            object.node.get("automountServiceAccountToken"),
            true,
        ),
    }
    out.subjects.push(subject);
}

fn role(object: &Object, put: &mut Putter<'_>) {
    let rules = object.node.get("rules").map_or(&[][..], Node::items);
    let has = |rule: &Node, key: &str, words: &[&str]| {
        texts(rule.get(key))
            .iter()
            .any(|(t, _)| words.contains(&t.as_str()))
    };
    let line = |found: Option<&Node>| found.map(|n| n.span.line);
    let wild = rules
        .iter()
        .find(|r| has(r, "verbs", &["*"]) && has(r, "resources", &["*"]));
    put.derived("wildcard", wild.is_some(), line(wild));
    let any_verb = rules
        .iter()
        .find(|r| has(r, "verbs", &["*"]) || has(r, "resources", &["*"]));
    put.derived("any_wildcard", any_verb.is_some(), line(any_verb));
    let secrets = rules.iter().find(|r| {
        has(r, "resources", &["secrets", "*"])
            && has(r, "verbs", &["get", "list", "watch", "*"])
            && r.get("resourceNames").is_none()
    });
    put.derived("reads_secrets", secrets.is_some(), line(secrets));
    // `*` among the verbs or the resources holds these, too.
    let escalates = rules.iter().find(|r| {
        has(r, "verbs", &["escalate", "bind", "impersonate"])
            || (has(r, "verbs", &["*"]) && has(r, "resources", &GRANTING))
            || (has(r, "resources", &["pods/exec", "pods/attach", "nodes/proxy"])
                && has(r, "verbs", &["create", "get", "*"]))
            || (has(r, "resources", &["*", "pods/*", "*/*", "*/exec"])
                && has(r, "verbs", &["create", "*"]))
    });
    put.derived("escalates", escalates.is_some(), line(escalates));
    // The cluster fills in what other roles say.
    if let Some(rule) = object.node.get("aggregationRule") {
        let found = [
            ("wildcard", wild.is_some()),
            ("any_wildcard", any_verb.is_some()),
            ("reads_secrets", secrets.is_some()),
            ("escalates", escalates.is_some()),
        ];
        for (path, _) in found.into_iter().filter(|(_, found)| !found) {
            let value = Value::unseen("ambiguous", "its rules are put together from other roles");
            put.derived(path, value, Some(rule.span.line));
        }
    }
}

/// Who may do everything with these gives rights to whomever they like, or takes those of others.
const GRANTING: [&str; 8] = [
    "*",
    "roles",
    "clusterroles",
    "rolebindings",
    "clusterrolebindings",
    "users",
    "groups",
    "serviceaccounts",
];

fn binding(object: &Object, put: &mut Putter<'_>) {
    let to = object.node.at(&["roleRef", "name"]);
    put.text("role", to, "-");
    let admin = to
        .and_then(Node::scalar)
        .is_some_and(|r| r == "cluster-admin");
    put.derived("cluster_admin", admin, to.map(|n| n.span.line));
    let subjects = object.node.get("subjects").map_or(&[][..], Node::items);
    let nobody = subjects.iter().find(|s| {
        s.get("name").and_then(Node::scalar).is_some_and(|n| {
            [
                "system:anonymous",
                "system:unauthenticated",
                "system:authenticated",
                "system:serviceaccounts",
            ]
            .contains(&n.as_str())
        })
    });
    put.derived("everybody", nobody.is_some(), nobody.map(|n| n.span.line));
    let default = subjects.iter().find(|s| {
        let name = s.get("name").and_then(Node::scalar).unwrap_or_default();
        match s.get("kind").and_then(Node::scalar).as_deref() {
            Some("ServiceAccount") => name == "default",
            // The same account by the name that it has as a user.
            Some("User") => {
                name.starts_with("system:serviceaccount:") && name.ends_with(":default")
            }
            _ => false,
        }
    });
    put.derived(
        "default_account",
        default.is_some(),
        default.map(|n| n.span.line),
    );
}

fn secret(object: &Object, put: &mut Putter<'_>) {
    let mut names = Vec::new();
    for key in ["data", "stringData"] {
        for (name, value) in object.node.get(key).map_or(&[][..], Node::entries) {
            let text = value.scalar().unwrap_or_default();
            let reference = text.is_empty()
                || text.contains("${")
                || text.contains("{{")
                || text.starts_with('<')
                || text.starts_with("ENC[")
                || text.starts_with("vault:")
                || text.starts_with("ref+");
            // What only describes, and certificates, are no secrets.
            let public = [
                "ca.crt", "tls.crt", "username", "user", "host", "port", "database",
            ]
            .contains(&name.name.as_str());
            if !reference && !public {
                names.push((name.name.clone(), name.span.line));
            }
        }
    }
    put.list("values_in_clear", &names);
    put.text("type", object.node.get("type"), "Opaque");
}
