//! Pipelines of GitHub Actions and GitLab CI: secrets in them, rights they have, code of others that they run.

use crate::collect::config::node::{Putter, pairs, truth};
use crate::collect::config::secrets;
use crate::collect::config::settings::told;
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Subject, Value};
use crate::parse::yaml::{self, Node, NodeValue};

/// Adds the subject of one pipeline.
pub(super) fn collect(tree: &mut Tree<'_>, path: &str, text: &str, out: &mut Collected) {
    let mut roots = Vec::new();
    for doc in yaml::documents(text) {
        match doc {
            Ok(root) => roots.push(root),
            Err(fault) => told(tree, path, fault.line, &fault.what),
        }
    }
    if roots.is_empty() {
        return;
    }
    let id = format!("pipeline[{}]", path.trim_start_matches('/'));
    let mut subject = Subject::new("pipeline", id).at(tree.place(path, 1));
    let mut put = Putter {
        subject: &mut subject,
        file: tree.reader.shown(path),
    };
    let github = path.contains(".github/");
    let mut found = Found::default();
    for root in &roots {
        walk(root, &mut found, 0);
    }
    put.derived(
        "system",
        if github {
            "github-actions"
        } else {
            "gitlab-ci"
        },
        None,
    );
    put.list("secret_variables", &found.secrets);
    put.list("unpinned_actions", &found.unpinned);
    put.list("injections", &found.injections);
    put.list("privileged", &found.privileged);
    let write_all = roots
        .iter()
        .find_map(|r| r.get("permissions"))
        .filter(|p| p.scalar().as_deref() == Some("write-all"));
    put.derived(
        "permissions_all",
        write_all.is_some(),
        write_all.map(|n| n.span.line),
    );
    let foreign = roots.iter().find_map(|r| {
        let on = r.get("on")?;
        let named = on.get("pull_request_target").is_some()
            || on.scalar().as_deref() == Some("pull_request_target")
            || on
                .items()
                .iter()
                .any(|i| i.scalar().as_deref() == Some("pull_request_target"));
        named.then_some(on)
    });
    let checkout = foreign.filter(|_| found.head);
    put.derived(
        "runs_foreign_code",
        checkout.is_some(),
        checkout.map(|n| n.span.line),
    );
    if !github {
        for path in [
            "permissions_all",
            "runs_foreign_code",
            "unpinned_actions",
            "injections",
        ] {
            put.derived(
                path,
                Value::unseen("not_applicable", "no pipeline of GitHub Actions"),
                None,
            );
        }
    }
    out.subjects.push(subject);
}

/// What a pipeline holds, wherever it stands.
#[derive(Default)]
struct Found {
    secrets: Vec<(String, u32)>,
    unpinned: Vec<(String, u32)>,
    injections: Vec<(String, u32)>,
    privileged: Vec<(String, u32)>,
    /// It checks out what a stranger proposes.
    head: bool,
}

fn walk(node: &Node, found: &mut Found, depth: usize) {
    if depth > 40 {
        return;
    }
    for (key, value) in node.entries() {
        let line = value.span.line;
        match (key.name.as_str(), value.scalar()) {
            ("env" | "variables", None) => {
                for (name, value, line) in pairs(Some(value)) {
                    let text = format!("{name}={}", value.unwrap_or_default());
                    if !secrets::scan(&text, secrets::Look::Config).is_empty() {
                        found.secrets.push((name, line));
                    }
                }
            }
            ("uses", Some(action)) => {
                // The forge's own are trusted as the forge is.
                let own = action.starts_with("./")
                    || action.starts_with("docker://")
                    || action.starts_with("actions/")
                    || action.starts_with("github/");
                let pinned = action.rsplit_once('@').is_some_and(|(_, at)| {
                    at.len() == 40 && at.chars().all(|c| c.is_ascii_hexdigit())
                });
                if !own && !pinned {
                    found.unpinned.push((action, line));
                }
            }
            ("run", Some(script)) => {
                let taken = FOREIGN
                    .iter()
                    .find(|f| script.contains(*f) && script.contains("${{"));
                if let Some(taken) = taken {
                    found.injections.push(((*taken).to_owned(), line));
                }
            }
            ("ref", Some(what)) => {
                found.head |= what.contains("pull_request.head") || what.contains("head_ref")
            }
            ("privileged", _) if truth(value) == Some(true) => {
                found.privileged.push(("privileged".into(), line))
            }
            ("options", Some(text)) if text.contains("--privileged") => {
                found.privileged.push(("--privileged".into(), line))
            }
            _ => {}
        }
        walk(value, found, depth + 1);
    }
    if let NodeValue::List(items) = &node.value {
        items.iter().for_each(|item| walk(item, found, depth + 1));
    }
}

/// What a stranger may write into a title, a text or the name of a branch.
const FOREIGN: [&str; 9] = [
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.head_commit.message",
    "github.head_ref",
    "github.event.discussion.body",
];
