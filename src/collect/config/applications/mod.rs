//! What applications are configured by: Spring Boot, .NET, Django, Tomcat, `.env`, and the pipelines that build and deliver them.

use super::kind::Kind;
use super::seen;
use super::tree::Tree;
use crate::model::Collected;

mod connections;
mod django;
mod dotenv;
mod dotnet;
mod pipeline;
mod profiles;
mod spring;
#[cfg(test)]
mod tests;
mod tomcat;

pub(super) const TYPES: &[&str] = &[
    "spring",
    "dotenv",
    "pipeline",
    "dotnet",
    "django",
    "tomcat",
    "tomcat-users",
    "web-xml",
];

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
    pipeline::collect(tree, out);
    out.saw("pipeline", seen(tree, &[Kind::Pipeline]));
    dotnet::collect(tree, out);
    out.saw("dotnet", seen(tree, &[Kind::Dotnet]));
    django::collect(tree, out);
    out.saw("django", seen(tree, &[Kind::Django]));
    tomcat::collect(tree, out);
    for kind in ["tomcat", "tomcat-users", "web-xml"] {
        out.saw(kind, seen(tree, &[Kind::Tomcat]));
    }
}
