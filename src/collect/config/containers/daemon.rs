//! `daemon.json` of Docker, and its own values where it is silent.

use crate::collect::config::node::{Putter, texts};
use crate::collect::config::settings::told;
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Subject, Value};
use crate::parse::yaml::{self, Node};

/// Adds the subject of one `daemon.json`.
pub(super) fn collect(tree: &mut Tree<'_>, path: &str, text: &str, out: &mut Collected) {
    let root = match yaml::json_document(text) {
        Ok(root) => root,
        Err(fault) => return told(tree, path, fault.line, &fault.what),
    };
    let mut subject = Subject::new("docker-daemon", "docker.daemon").at(tree.place(path, 1));
    let mut put = Putter {
        subject: &mut subject,
        file: tree.shown(path),
    };
    put.flag("icc", root.get("icc"), true);
    put.flag("live-restore", root.get("live-restore"), false);
    put.flag("no-new-privileges", root.get("no-new-privileges"), false);
    put.flag("userland-proxy", root.get("userland-proxy"), true);
    put.flag("experimental", root.get("experimental"), false);
    put.flag("tlsverify", root.get("tlsverify"), false);
    put.flag("iptables", root.get("iptables"), true);
    put.text("userns-remap", root.get("userns-remap"), "");
    put.text("log-driver", root.get("log-driver"), "json-file");
    put.text("log-level", root.get("log-level"), "info");
    let tcp: Vec<(String, u32)> = texts(root.get("hosts"))
        .into_iter()
        // An address without a kind is one of TCP.
        .filter(|(host, _)| {
            !["unix://", "fd://", "npipe://"]
                .iter()
                .any(|kind| host.starts_with(kind))
        })
        .collect();
    put.list("tcp_hosts", &tcp);
    put.list(
        "insecure-registries",
        &texts(root.get("insecure-registries")),
    );
    // The driver `local` has a bound of its own.
    let driver = root.get("log-driver").and_then(Node::scalar);
    let size = root.at(&["log-opts", "max-size"]).and_then(Node::scalar);
    let rotated = match driver.as_deref() {
        None | Some("json-file") => size.is_some_and(|size| size != "-1"),
        Some("local") => size.is_none_or(|size| size != "-1"),
        Some(_) => true,
    };
    put.derived(
        "logs_bounded",
        rotated,
        root.get("log-opts").map(|n| n.span.line),
    );
    let open = !tcp.is_empty()
        && put
            .subject
            .facts
            .get("tlsverify")
            .is_some_and(|f| f.value != Value::Bool(true));
    put.derived("open_tcp", open, tcp.first().map(|(_, line)| *line));
    out.subjects.push(subject);
}
