//! Which program a YAML or JSON file is written for, by its keys at the left margin.

use super::{Kind, TEMPLATE, names};

/// The kind of a YAML file whose name says nothing.
pub(super) fn of(path: &str, text: &str) -> Kind {
    if !is_manifest(text) && !has(text, "services") {
        return Kind::Unknown("not recognised");
    }
    if names::is_template(path, text) {
        return Kind::Unknown(TEMPLATE);
    }
    if is_manifest(text) {
        return Kind::Kubernetes;
    }
    let image = text.lines().any(|line| {
        let key = line.trim_start();
        line.len() > key.len() && (key.starts_with("image:") || key.starts_with("build:"))
    });
    if image {
        Kind::Compose
    } else {
        Kind::Unknown("not recognised")
    }
}

/// Is it a manifest of Kubernetes?
pub(super) fn is_manifest(text: &str) -> bool {
    has(text, "apiVersion") && has(text, "kind")
}

/// Is it the description of an interface, as OpenAPI writes it?
pub(super) fn is_interface(text: &str) -> bool {
    has(text, "openapi") || has(text, "swagger")
}

/// Does the key stand at the left margin, in quotes or without?
fn has(text: &str, key: &str) -> bool {
    text.lines().any(|line| {
        let bare = ['"', '\'']
            .into_iter()
            .find_map(|q| line.strip_prefix(q)?.strip_prefix(key)?.strip_prefix(q))
            .or_else(|| line.strip_prefix(key));
        bare.is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// The kind of a JSON file whose name says nothing.
pub(super) fn of_json(text: &str) -> Kind {
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    if has("apiVersion") && has("kind") && (has("metadata") || has("items")) {
        return Kind::Kubernetes;
    }
    let daemon = [
        "log-driver",
        "live-restore",
        "userns-remap",
        "insecure-registries",
        "storage-driver",
    ];
    if daemon.iter().any(|key| has(key)) && text.trim_start().starts_with('{') {
        return Kind::DockerDaemon;
    }
    Kind::Unknown("not recognised")
}
