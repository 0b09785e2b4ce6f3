//! What applications are configured by: Spring Boot, `.env`, and the pipelines that build and deliver them.

use super::kind::Kind;
use super::seen;
use super::tree::Tree;
use crate::model::Collected;

mod dotenv;
mod pipeline;
mod spring;

pub(super) const TYPES: &[&str] = &["spring", "dotenv", "pipeline"];

/// Adds what stands in the tree's files of applications.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    spring::collect(tree, out);
    out.saw("spring", seen(tree, &[Kind::Spring]));
    for path in tree.of_kind(&Kind::DotEnv) {
        if let Ok(text) = tree.text(&path) {
            dotenv::collect(tree, &path, &text, out);
        }
    }
    out.saw("dotenv", seen(tree, &[Kind::DotEnv]));
    for path in tree.of_kind(&Kind::Pipeline) {
        if let Ok(text) = tree.text(&path) {
            pipeline::collect(tree, &path, &text, out);
        }
    }
    out.saw("pipeline", seen(tree, &[Kind::Pipeline]));
}
