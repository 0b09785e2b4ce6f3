//! What a pod may do to its node, and what each of its containers runs as. The container's word counts before the pod's.

use super::Object;
use crate::collect::config::containers::image;
use crate::collect::config::node::{Putter, texts, truth};
use crate::collect::config::secrets;
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::yaml::Node;

/// Adds the pod of an object that has one, and its containers.
pub(super) fn collect(tree: &Tree<'_>, object: &Object, all: &[Object], out: &mut Collected) {
    let Some(pod) = pod(object) else { return };
    let mut subject = object.subject(tree, "k8s-workload", "k8s.workload");
    let mut put = Putter {
        subject: &mut subject,
        file: tree.shown(&object.path),
    };
    put.derived("kind", object.kind.as_str(), None);
    for (path, key) in [
        ("hostnetwork", "hostNetwork"),
        ("hostpid", "hostPID"),
        ("hostipc", "hostIPC"),
    ] {
        put.flag(path, pod.get(key), false);
    }
    // The older name of the same key still counts.
    let account = pod
        .get("serviceAccountName")
        .or_else(|| pod.get("serviceAccount"));
    put.text("serviceaccountname", account, "default");
    // Where neither the pod nor its account says so, the token is given to it.
    let own = pod.get("automountServiceAccountToken");
    put.flag(
        "automountserviceaccounttoken",
        own.or_else(|| of_account(object, account, all)),
        true,
    );
    let mounts: Vec<(String, u32)> = pod
        .get("volumes")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|v| v.at(&["hostPath", "path"]))
        .filter_map(|path| Some((path.scalar()?, path.span.line)))
        .collect();
    put.list("host_paths", &mounts);
    let sensitive: Vec<_> = mounts
        .into_iter()
        .filter(|(p, _)| image::is_sensitive(p))
        .collect();
    put.list("sensitive_host_paths", &sensitive);
    out.subjects.push(subject);
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in pod.get(list).map_or(&[][..], Node::items) {
            one(tree, object, pod, container, out);
        }
    }
}

/// What the account of a pod says of its token, where the account is among the manifests.
fn of_account<'a>(object: &Object, account: Option<&Node>, all: &'a [Object]) -> Option<&'a Node> {
    let name = account
        .and_then(Node::scalar)
        .unwrap_or_else(|| "default".into());
    let mut said = all
        .iter()
        .filter(|o| o.kind == "ServiceAccount" && o.name == name && o.namespace == object.namespace)
        .map(|o| o.node.get("automountServiceAccountToken"));
    let first = said.next()??;
    // Overlays may say otherwise of the same account.
    said.all(|other| other.and_then(Node::scalar) == first.scalar())
        .then_some(first)
}

/// The pod inside any kind of workload.
fn pod(object: &Object) -> Option<&Node> {
    let keys: &[&str] = match object.kind.as_str() {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "PodTemplate" => &["template", "spec"],
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job"
        | "Rollout"
        | "DeploymentConfig" => &["spec", "template", "spec"],
        // Kinds of others often hold a pod in the same place.
        _ => {
            let pod = object.node.at(&["spec", "template", "spec"])?;
            return pod.get("containers").map(|_| pod);
        }
    };
    object
        .node
        .at(keys)
        .filter(|pod| pod.get("containers").is_some())
}

fn one(tree: &Tree<'_>, object: &Object, pod: &Node, container: &Node, out: &mut Collected) {
    let name = container
        .get("name")
        .and_then(Node::scalar)
        .unwrap_or_else(|| "-".into());
    let id = format!("{}.container[{name}]", object.id("k8s.workload"));
    let mut subject =
        Subject::new("k8s-container", id).at(tree.place(&object.path, container.span.line));
    let mut put = Putter {
        subject: &mut subject,
        file: tree.shown(&object.path),
    };
    let own = |key: &str| container.at(&["securityContext", key]);
    let either = |key: &str| own(key).or_else(|| pod.at(&["securityContext", key]));
    put.flag("privileged", own("privileged"), false);
    put.flag(
        "readonlyrootfilesystem",
        own("readOnlyRootFilesystem"),
        false,
    );
    // Kubernetes lets a process gain rights where nothing is said.
    put.flag(
        "allowprivilegeescalation",
        own("allowPrivilegeEscalation"),
        true,
    );
    user(&either, &mut put);
    let caps = |key: &str| texts(container.at(&["securityContext", "capabilities", key]));
    let added: Vec<_> = caps("add")
        .into_iter()
        .filter(|(c, _)| image::is_dangerous(c))
        .collect();
    put.list("dangerous_capabilities", &added);
    let drops = caps("drop");
    let all = drops.iter().find(|(c, _)| c.eq_ignore_ascii_case("all"));
    put.derived("drops_all", all.is_some(), all.map(|(_, line)| *line));
    let profile = either("seccompProfile").and_then(|p| p.get("type"));
    put.text("seccomp", profile, "unset");
    image_of(container, &mut put);
    for (path, keys) in [
        ("limits_cpu", ["resources", "limits", "cpu"]),
        ("limits_memory", ["resources", "limits", "memory"]),
    ] {
        let limit = container.at(&keys);
        put.derived(path, limit.is_some(), limit.map(|n| n.span.line));
    }
    let ports: Vec<(String, u32)> = container
        .get("ports")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|p| p.get("hostPort"))
        .filter_map(|p| Some((p.scalar()?, p.span.line)))
        .collect();
    put.list("host_ports", &ports);
    variables(container, &mut put);
    // A container without an image is a patch on another: where it is silent, nothing is known.
    if container.get("image").is_none() {
        put.blind("only a part of a container, to be laid over another");
    }
    out.subjects.push(subject);
}

/// As whom it runs: what the image says is not here, so only a written user or a written promise counts.
fn user<'n>(either: &dyn Fn(&str) -> Option<&'n Node>, put: &mut Putter<'_>) {
    let number = either("runAsUser");
    let promise = either("runAsNonRoot");
    let root = match (number.and_then(Node::scalar), promise.and_then(truth)) {
        (Some(n), _) => n != "0",
        (None, Some(true)) => true,
        (None, Some(false) | None) => false,
    };
    let line = number.or(promise).map(|n| n.span.line);
    put.text("runasuser", number, Value::Absent);
    put.flag("runasnonroot", promise, false);
    put.derived("named_user", root, line);
}

fn image_of(container: &Node, put: &mut Putter<'_>) {
    let Some(node) = container.get("image") else {
        return put.derived(
            "image_pinned",
            Value::unseen("missing-fact", "no image is named"),
            None,
        );
    };
    let name = node.scalar().unwrap_or_default();
    let value = if image::is_open(&name) {
        Value::unseen("ambiguous", "a variable without a value here")
    } else {
        image::is_pinned(&name).into()
    };
    put.derived("image", name, Some(node.span.line));
    put.derived("image_pinned", value, Some(node.span.line));
}

/// Variables whose secret stands in the manifest itself.
fn variables(container: &Node, put: &mut Putter<'_>) {
    let mut named = Vec::new();
    for variable in container.get("env").map_or(&[][..], Node::items) {
        let (Some(name), Some(value)) = (
            variable.get("name").and_then(Node::scalar),
            variable.get("value").and_then(Node::scalar),
        ) else {
            continue;
        };
        if !secrets::scan(&format!("{name}={value}"), secrets::Look::Config).is_empty() {
            named.push((name, variable.span.line));
        }
    }
    put.list("secret_variables", &named);
    put.subject.put(Fact::derived(
        "container",
        container
            .get("name")
            .and_then(Node::scalar)
            .unwrap_or_default(),
    ));
}
