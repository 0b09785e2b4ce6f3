//! Images and containers: what a Dockerfile builds, what a compose file starts, how the Docker daemon is set.

use super::kind::Kind;
use super::seen;
use super::tree::Tree;
use crate::model::Collected;

mod compose;
mod daemon;
mod dockerfile;
pub(super) mod image;
mod merge;
mod services;

pub(super) const TYPES: &[&str] = &["dockerfile", "compose-service", "docker-daemon"];

/// Adds what stands in the tree's files of containers.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    for path in tree.of_kind(&Kind::Dockerfile) {
        if let Ok(text) = tree.text(&path) {
            dockerfile::collect(tree, &path, &text, out);
        }
    }
    out.saw("dockerfile", seen(tree, &[Kind::Dockerfile]));
    services::collect(tree, out);
    out.saw("compose-service", seen(tree, &[Kind::Compose]));
    for path in tree.of_kind(&Kind::DockerDaemon) {
        if let Ok(text) = tree.text(&path) {
            daemon::collect(tree, &path, &text, out);
        }
    }
    out.saw("docker-daemon", seen(tree, &[Kind::DockerDaemon]));
}
