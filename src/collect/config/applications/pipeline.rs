//! Pipelines of GitHub Actions and GitLab CI: secrets in them, rights they have, code of others that they run.

use std::collections::BTreeSet;

use crate::collect::config::found::Found as Named;
use crate::collect::config::kind::Kind;
use crate::collect::config::node::{Putter, pairs, texts, truth};
use crate::collect::config::secrets;
use crate::collect::config::settings::told;
use crate::collect::config::tree::{Tree, folder};
use crate::model::{Collected, Subject, Value};
use crate::parse::yaml::{self, Node, NodeValue};

/// Adds the subject of each pipeline, and of each file of the tree that one of GitLab includes.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    let mut todo = tree.of_kind(&Kind::Pipeline);
    let mut done: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = todo.pop() {
        if !done.insert(tree.real(&path)) || done.len() > MAX_FILES {
            continue;
        }
        match tree.text(&path) {
            Ok(text) => one(tree, &path, &text, out, &mut todo),
            Err(e) => told(tree, &path, 0, e.code()),
        }
    }
}

fn one(tree: &mut Tree<'_>, path: &str, text: &str, out: &mut Collected, todo: &mut Vec<String>) {
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
    let github = path.contains(".github/");
    let mut included = Included::default();
    if !github {
        for root in &roots {
            includes(tree, path, root, &mut included, todo);
        }
    }
    let id = format!("pipeline[{}]", path.trim_start_matches('/'));
    let mut subject = Subject::new("pipeline", id).at(tree.place(path, 1));
    let mut put = Putter {
        subject: &mut subject,
        file: tree.shown(path),
    };
    let mut found = Found::default();
    for root in &roots {
        tainted(root, &mut found.tainted, 0);
    }
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
    put.list("foreign_includes", &included.foreign);
    put.list("unpinned_includes", &included.unpinned);
    // What stands in a pipeline of others was not seen.
    if !included.foreign.is_empty() {
        for path in ["secret_variables", "privileged"] {
            if let Some(Value::List(list)) = put.subject.facts.get_mut(path).map(|f| &mut f.value) {
                list.complete = false;
            }
        }
    }
    let (value, line) = permissions(&roots);
    put.derived("permissions_all", value, line);
    let foreign = roots.iter().find_map(|r| {
        let on = r.get("on")?;
        let named = WITH_SECRETS.iter().any(|event| {
            on.get(event).is_some()
                || on.scalar().as_deref() == Some(event)
                || on
                    .items()
                    .iter()
                    .any(|i| i.scalar().as_deref() == Some(event))
        });
        named.then_some(on)
    });
    let line = foreign.map(|n| n.span.line);
    match foreign {
        Some(_) if found.head => put.derived("runs_foreign_code", true, line),
        Some(_) if found.named_by_step => put.derived(
            "runs_foreign_code",
            Value::unseen("ambiguous", "a step says what is checked out"),
            line,
        ),
        Some(_) | None => put.derived("runs_foreign_code", false, None),
    }
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

/// Has the token every right? Where neither the whole nor the job says it, the settings of the repository do.
fn permissions(roots: &[Node]) -> (Value, Option<u32>) {
    let own = roots.iter().find_map(|r| r.get("permissions"));
    let jobs = roots
        .iter()
        .filter_map(|r| r.get("jobs"))
        .flat_map(Node::entries);
    let mut silent = None;
    let mut all = own.into_iter().collect::<Vec<_>>();
    for (name, job) in jobs {
        match job.get("permissions") {
            Some(said) => all.push(said),
            None if own.is_none() => silent = silent.or(Some(name.span.line)),
            None => {}
        }
    }
    let write_all = all
        .iter()
        .find(|p| p.scalar().as_deref() == Some("write-all"));
    match (write_all, silent) {
        (Some(node), _) => (true.into(), Some(node.span.line)),
        (None, Some(line)) => {
            let why = "no permissions: the settings of the repository decide";
            (Value::unseen("missing-fact", why), Some(line))
        }
        (None, None) => (false.into(), None),
    }
}

/// What others wrote and this pipeline takes in.
#[derive(Default)]
struct Included {
    foreign: Vec<(String, u32)>,
    unpinned: Vec<(String, u32)>,
}

/// `include` of GitLab: files of the repository are read too, what others keep is named.
fn includes(
    tree: &mut Tree<'_>,
    path: &str,
    root: &Node,
    included: &mut Included,
    todo: &mut Vec<String>,
) {
    let Some(include) = root.get("include") else {
        return;
    };
    let one = std::slice::from_ref(include);
    let items = if include.items().is_empty() {
        one
    } else {
        include.items()
    };
    for item in items {
        let line = item.span.line;
        let text = |key: &str| item.get(key).and_then(Node::scalar);
        let plain = item.scalar();
        let is_url = |t: &String| t.starts_with("http://") || t.starts_with("https://");
        if let Some(url) = text("remote").or_else(|| plain.clone().filter(is_url)) {
            if text("integrity").is_none() {
                included.unpinned.push((url.clone(), line));
            }
            included.foreign.push((url, line));
        } else if let Some(written) = text("local").or(plain) {
            local(tree, path, &written, line, todo);
        } else if let Some(project) = text("project") {
            if text("ref").is_none_or(|at| !is_release(&at)) {
                included.unpinned.push((project.clone(), line));
            }
            included.foreign.push((project, line));
        } else if let Some(component) = text("component") {
            let at = component.rsplit_once('@').map(|(_, at)| at);
            if at.is_none_or(|at| !is_release(at)) {
                included.unpinned.push((component.clone(), line));
            }
            included.foreign.push((component, line));
        }
        // A template is GitLab's own.
    }
}

/// Does it name one state of a repository: a commit, or the number of a release?
fn is_release(at: &str) -> bool {
    let commit = at.len() >= 40 && at.chars().all(|c| c.is_ascii_hexdigit());
    let number = at.trim_start_matches('v');
    commit || (number.contains('.') && number.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// A path is seen from the top of the repository, which is a folder above this file.
fn local(tree: &mut Tree<'_>, path: &str, written: &str, line: u32, todo: &mut Vec<String>) {
    let inside = written.trim_start_matches('/');
    let mut top = folder(path).to_owned();
    loop {
        match tree.find(&top, inside) {
            Named::Files(files) if !files.is_empty() => {
                todo.extend(files);
                return;
            }
            Named::Part(files, why) => {
                todo.extend(files);
                return told(
                    tree,
                    path,
                    line,
                    &format!("includes {why}, which is not here"),
                );
            }
            Named::Files(_) | Named::NoFolder | Named::Missing => {}
        }
        if top == "/" {
            return told(
                tree,
                path,
                line,
                &format!("includes {written}, which is not here"),
            );
        }
        top = folder(&top).to_owned();
    }
}

/// How many files of pipelines are read.
const MAX_FILES: usize = 10_000;

/// What a pipeline holds, wherever it stands.
#[derive(Default)]
struct Found {
    secrets: Vec<(String, u32)>,
    unpinned: Vec<(String, u32)>,
    injections: Vec<(String, u32)>,
    privileged: Vec<(String, u32)>,
    /// It checks out what a stranger proposes.
    head: bool,
    /// What it checks out a step or a job before says.
    named_by_step: bool,
    /// Variables that hold what a stranger wrote.
    tainted: BTreeSet<String>,
}

/// The variables of a pipeline that hold what a stranger may write.
fn tainted(node: &Node, found: &mut BTreeSet<String>, depth: usize) {
    if depth > 40 {
        return;
    }
    for (key, value) in node.entries() {
        if key.name == "env" {
            for (name, value, _) in pairs(Some(value)) {
                let value = value.unwrap_or_default();
                if expressions(&value).any(|e| foreign_in(e).is_some()) {
                    found.insert(name.to_ascii_lowercase());
                }
            }
        }
        tainted(value, found, depth + 1);
    }
    for item in node.items() {
        tainted(item, found, depth + 1);
    }
}

/// Is one of these variables put into a command before the shell sees it?
fn takes_tainted(script: &str, tainted: &BTreeSet<String>) -> bool {
    expressions(script).any(|expression| {
        let plain = plain(expression);
        let mut names = plain.match_indices("env.").filter_map(|(at, word)| {
            let rest = plain.get(at + word.len()..)?;
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            rest.get(..end.unwrap_or(rest.len()))
        });
        names.any(|name| tainted.contains(name))
    })
}

fn walk(node: &Node, found: &mut Found, depth: usize) {
    if depth > 40 {
        return;
    }
    for (key, value) in node.entries() {
        let line = value.span.line;
        match (key.name.as_str(), value.scalar()) {
            ("env" | "variables" | "with", None) => {
                // GitLab also writes `NAME: { value: …, description: … }`.
                let long = value.entries().iter().filter_map(|(key, value)| {
                    let value = value.get("value")?.scalar();
                    Some((key.name.clone(), value, key.span.line))
                });
                for (name, value, line) in pairs(Some(value)).into_iter().chain(long) {
                    let text = format!("{name}={}", value.unwrap_or_default());
                    if !secrets::scan(&text, secrets::Look::Config).is_empty() {
                        found.secrets.push((name, line));
                    }
                }
            }
            ("uses", Some(action)) => {
                // The forge's own are trusted as the forge is.
                let own = action.starts_with("./")
                    || (action.starts_with("docker://") && action.contains("@sha256:"))
                    || action.starts_with("actions/")
                    || action.starts_with("github/");
                let pinned = action.rsplit_once('@').is_some_and(|(_, at)| {
                    at.len() == 40 && at.chars().all(|c| c.is_ascii_hexdigit())
                });
                if !own && !pinned {
                    found.unpinned.push((action, line));
                }
            }
            ("run" | "script", Some(script)) => {
                if let Some(taken) = expressions(&script).find_map(foreign_in) {
                    found.injections.push((taken.to_owned(), line));
                } else if takes_tainted(&script, &found.tainted) {
                    found.injections.push(("env".to_owned(), line));
                }
                found.head |= PROPOSED.iter().any(|words| script.contains(words))
                    || (script.contains("git ")
                        && [
                            "github.event.pull_request.head",
                            "github.event.workflow_run.head",
                        ]
                        .iter()
                        .any(|words| script.contains(words)));
                commands(&script, line, found);
            }
            ("script" | "before_script" | "after_script", None) => {
                for (command, line) in texts(Some(value)) {
                    commands(&command, line, found);
                }
            }
            ("ref" | "repository", Some(what)) => {
                found.head |= [
                    "pull_request.head",
                    "head_ref",
                    "refs/pull/",
                    "merge_commit_sha",
                    "workflow_run.head_",
                ]
                .iter()
                .any(|words| what.contains(words));
                found.named_by_step |= ["steps.", "needs.", "env.", "inputs."]
                    .iter()
                    .any(|words| expressions(&what).any(|e| plain(e).contains(words)));
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

/// A password that a command is given in clear.
fn commands(script: &str, line: u32, found: &mut Found) {
    for command in script.lines() {
        if !secrets::scan(command, secrets::Look::Config).is_empty() {
            let name = command.split_whitespace().take(2).collect::<Vec<_>>();
            found.secrets.push((name.join(" "), line));
        }
    }
}

/// What stands in `${{ … }}`.
fn expressions(script: &str) -> impl Iterator<Item = &str> {
    script
        .split("${{")
        .skip(1)
        .map(|rest| rest.split("}}").next().unwrap_or(rest))
}

/// What of it a stranger may write; names count in any letters, `a['b']` is `a.b`.
fn foreign_in(expression: &str) -> Option<&'static str> {
    let plain = plain(expression);
    let whole = ["tojson(github)", "tojson(github.event)"];
    if whole.iter().any(|w| plain.contains(w)) {
        return Some("github.event");
    }
    FOREIGN.iter().find(|f| plain.contains(**f)).copied()
}

fn plain(expression: &str) -> String {
    let lower = expression.to_ascii_lowercase();
    let dotted = lower.replace("['", ".").replace("']", "");
    dotted.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Events whose pipelines run with the secrets of the repository, whoever caused them.
const WITH_SECRETS: [&str; 3] = ["pull_request_target", "issue_comment", "workflow_run"];

/// Commands that fetch what a stranger proposes.
const PROPOSED: [&str; 3] = ["gh pr checkout", "refs/pull/", "git fetch origin pull/"];

/// What a stranger may write into a title, a text or the name of a branch.
const FOREIGN: [&str; 20] = [
    "github.event.review_comment.body",
    "github.event.head_commit.committer",
    "github.event.workflow_run.pull_requests",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo",
    "github.event.commits",
    "github.event.head_commit.author",
    "github.event.pages",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit",
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
