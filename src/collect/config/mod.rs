//! Configuration files, wherever they lie, each read as its program reads it, and the secrets in clear in all text.
//!
//! Takes a file, a folder or a pattern. What was not recognised is listed with its count, what is recognised but not in
//! effect too: nothing is left out in silence. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use rayon::prelude::*;

use super::{Context, Reader, RootFolder};
use crate::model::{
    Collected, Day, Fact, InlineWaiver, Origin, Reason, Seen, Sensitivity, Source, Subject, Value,
};

mod apache;
mod applications;
mod chrony;
mod containers;
#[cfg(test)]
mod deployed_tests;
mod found;
mod haproxy;
#[cfg(test)]
mod holes_tests;
#[cfg(test)]
mod hostile_tests;
mod hosts;
mod kind;
#[cfg(test)]
mod kinds_tests;
mod kubernetes;
mod logrotate;
#[cfg(test)]
mod looked_past_tests;
mod mysql;
mod mysql_version;
mod nginx;
mod node;
#[cfg(test)]
mod overlays_tests;
mod packets;
mod postfix;
mod postgresql;
mod queues;
mod redis;
#[cfg(test)]
mod rings_tests;
mod secret;
mod secrets;
#[cfg(test)]
mod servers_tests;
mod settings;
mod stores;
#[cfg(test)]
mod taken_back_tests;
mod terraform;
#[cfg(test)]
mod tests;
mod tree;
mod waivers;

use kind::Kind;
use tree::Tree;

/// Collects the configuration at `path`, which people see as `shown`: a file, a folder or a pattern (`conf/*.conf`).
pub fn collect(path: &Path, shown: &str, cx: &Context) -> Collected {
    let target = Target::of(path, shown);
    match RootFolder::open(&target.root) {
        Ok(root) => collect_from(&target, &root, cx),
        Err(e) => unreachable_target(e.code(), &e.to_string()),
    }
}

/// What a file would be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    /// The word of its kind: `nginx`, `postgresql`.
    pub word: &'static str,
    /// Does it configure the host itself? The collector of servers reads that too.
    pub of_host: bool,
}

/// Tells what a file would be read as; `path` begins with `/` and goes from the top of what is looked at.
pub fn recognise(path: &str, text: &str) -> Option<Recognised> {
    let kind = kind::of(path, text);
    Some(Recognised {
        word: kind.word()?,
        of_host: kind::OF_HOSTS.contains(&kind),
    })
}

/// Why a folder is left alone: what others wrote, or a store of versions.
pub fn is_left_out(entry: &walkdir::DirEntry) -> bool {
    tree::vendored(entry).is_some()
}

fn collect_from(target: &Target, source: &dyn Source, cx: &Context) -> Collected {
    let reader = Reader::new(source, target.shown.clone(), cx.now);
    let mut tree = Tree::walk(target, reader);
    if tree.files.is_empty() && tree.unreadable.is_empty() {
        return unreachable_target("missing", &target.shown);
    }
    let mut out = Collected::default();
    let mut unused = Vec::new();
    for (_, read) in READERS {
        read(&mut tree, &mut out, &mut unused);
    }
    out.subjects.par_iter_mut().for_each(mask);
    secret::refer(&mut out.subjects);
    tell_apart(&mut out.subjects, &target.shown);
    out.subjects.push(summary(&tree, &unused));
    out.saw("config-files", Seen::Whole);
    out.inline = inline(&tree);
    out.evidence = tree.reader.into_evidence();
    out
}

/// The waivers that stand in remarks of the files.
fn inline(tree: &Tree<'_>) -> Vec<InlineWaiver> {
    tree.remarks
        .iter()
        .map(|(path, remark)| InlineWaiver {
            control: remark.control.clone(),
            place: tree.place(path, remark.line),
            to: remark.to,
            until: remark.until.as_deref().and_then(Day::parse),
            reason: remark.reason.clone(),
        })
        .collect()
}

/// What is to be walked.
pub(super) struct Target {
    root: PathBuf,
    shown: String,
    /// Only what matches, relative to the root; everything where absent.
    only: Option<globset::GlobMatcher>,
}

impl Target {
    fn of(path: &Path, shown: &str) -> Self {
        // The target itself may be a link; what is below it may not lead out.
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if real.is_dir() {
            return Self {
                root: real,
                shown: shown.to_owned(),
                only: None,
            };
        }
        let text = path.to_string_lossy();
        if !path.exists() && text.contains(['*', '?', '[']) {
            return Self::pattern(path, shown);
        }
        if !path.exists() {
            // Nothing stands there, and what stands beside it was not asked for.
            return Self {
                root: real,
                shown: shown.to_owned(),
                only: None,
            };
        }
        let name = real
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            root: parent(&real),
            shown: parent(Path::new(shown)).display().to_string(),
            only: GlobBuilder::new(&globset::escape(&name))
                .literal_separator(true)
                .build()
                .ok()
                .map(|g| g.compile_matcher()),
        }
    }

    fn pattern(path: &Path, shown: &str) -> Self {
        let plain = |path: &Path| -> PathBuf {
            path.iter()
                .take_while(|part| !part.to_string_lossy().contains(['*', '?', '[']))
                .collect()
        };
        let root = plain(path);
        let rest = path
            .strip_prefix(&root)
            .unwrap_or(path)
            .display()
            .to_string();
        let here = |path: PathBuf| {
            if path.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                path
            }
        };
        Self {
            root: here(root),
            shown: here(plain(Path::new(shown))).display().to_string(),
            only: GlobBuilder::new(&rest)
                .literal_separator(true)
                .build()
                .ok()
                .map(|g| g.compile_matcher()),
        }
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

fn unreachable_target(code: &'static str, detail: &str) -> Collected {
    let mut out = Collected::default();
    let types = READERS.iter().flat_map(|(types, _)| types.iter());
    for kind in types.chain(&["config-files"]) {
        out.saw(kind, Seen::Not(Reason::new(code, detail)));
    }
    out
}

/// What a whole kind was seen like: what could not be read, and the first thing that was not understood, make it not
/// whole; the rest of it still counts.
fn seen(tree: &Tree<'_>, kinds: &[Kind]) -> Seen {
    if let Some((file, why)) = kinds.iter().find_map(|kind| tree.unreadable_of(kind)) {
        return Seen::Not(Reason::new("unreadable", format!("{file}: {why}")));
    }
    if let Some(why) = tree.not_whole() {
        return Seen::Not(why);
    }
    let of_kind: BTreeSet<String> = kinds
        .iter()
        .flat_map(|kind| tree.of_kind(kind))
        .map(|file| tree.reader.shown(&file))
        .collect();
    let problem = tree
        .problems
        .iter()
        .find(|(place, _)| of_kind.contains(&*place.file));
    match problem {
        Some((place, what)) => Seen::Not(Reason::new("not-parsed", format!("{place}: {what}"))),
        None => Seen::Whole,
    }
}

/// Whatever a directive is called, a secret behind it is masked: a reader may not know that it is one.
fn mask(subject: &mut Subject) {
    for fact in subject.facts.values_mut().chain(&mut subject.other) {
        let path = fact.path.clone();
        match &mut fact.value {
            Value::Text(text) => {
                if settings::holds_secret(&path, text) && !is_mask(text) {
                    fact.value = masked(text);
                }
            }
            Value::List(list) => {
                for item in &mut list.items {
                    if let Value::Text(text) = item
                        && settings::holds_secret(&path, text)
                    {
                        *item = masked(text);
                    }
                }
            }
            Value::Bool(_)
            | Value::Int(_)
            | Value::Day(_)
            | Value::Map(_)
            | Value::Absent
            | Value::Unseen(_) => {}
        }
    }
}

/// Is it what was put in the place of a secret before?
fn is_mask(text: &str) -> bool {
    text.starts_with("‹secret: ") && text.ends_with('›') && text.chars().count() < 60
}

fn masked(text: &str) -> Value {
    Fact::new("value", text, Origin::Set, Sensitivity::Secret("value")).value
}

/// Subjects of one name get the path of their file, then a number in file order.
fn tell_apart(subjects: &mut [Subject], shown: &str) {
    let mut ids: BTreeMap<String, u32> = BTreeMap::new();
    for subject in subjects.iter() {
        *ids.entry(subject.id.to_string()).or_default() += 1;
    }
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for subject in subjects {
        if ids.get(&*subject.id).is_none_or(|count| *count < 2) {
            continue;
        }
        // The path inside the target: it stays the same wherever the target is called from.
        let file = subject.place.as_ref().map_or("", |p| &p.file);
        let file = file
            .strip_prefix(shown.trim_end_matches('/'))
            .unwrap_or(file);
        let id = format!("{}@{}", subject.id, file.trim_start_matches('/'));
        let nth = seen.entry(id.clone()).or_default();
        *nth += 1;
        subject.id = if *nth > 1 { format!("{id}#{nth}") } else { id }.into();
    }
}

/// What was walked, what was recognised and what was not.
fn summary(tree: &Tree<'_>, unused: &[String]) -> Subject {
    let mut subject = Subject::new("config-files", "config-files");
    let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let listed = |items: Vec<(String, String)>| {
        let whole = items.len() <= MAX_LISTED && !tree.truncated;
        let items = items
            .into_iter()
            .take(MAX_LISTED)
            .map(|(file, why)| Value::map([("file", file.into()), ("why", why.into())]));
        if whole {
            Value::list(items)
        } else {
            Value::partial_list(items)
        }
    };
    let unknown: Vec<_> = tree
        .files
        .iter()
        .filter_map(|f| {
            let why = match f.kind {
                Kind::Unknown(why) => why,
                Kind::Archive => "an archive, left alone",
                Kind::Nginx
                | Kind::Postgres
                | Kind::Hba
                | Kind::Ident
                | Kind::Apache
                | Kind::Htaccess
                | Kind::Mysql
                | Kind::Redis
                | Kind::RedisAcl
                | Kind::Mongodb
                | Kind::Elastic
                | Kind::Dockerfile
                | Kind::Compose
                | Kind::DockerDaemon
                | Kind::Kubernetes
                | Kind::Kustomize
                | Kind::Spring
                | Kind::DotEnv
                | Kind::Host
                | Kind::Unit
                | Kind::Pipeline
                | Kind::Dotnet
                | Kind::Django
                | Kind::Tomcat
                | Kind::Terraform
                | Kind::Haproxy
                | Kind::Postfix
                | Kind::PostfixMaster
                | Kind::Rabbitmq
                | Kind::RabbitmqAdvanced
                | Kind::Kafka
                | Kind::Chrony
                | Kind::Nftables
                | Kind::Iptables
                | Kind::Logrotate
                | Kind::Sysctl
                | Kind::Auditd => return None,
            };
            Some((tree.reader.shown(&f.path), why.to_owned()))
        })
        .collect();
    let of = |kind: &Kind| count(tree.files.iter().filter(|f| f.kind == *kind).count());
    for (path, value) in [
        ("files", count(tree.files.len() + tree.unreadable.len())),
        ("recognised", count(tree.files.len() - unknown.len())),
        ("unrecognised_count", count(unknown.len())),
        ("unreadable_count", count(tree.unreadable.len())),
        ("nginx_files", of(&Kind::Nginx)),
        ("postgresql_files", of(&Kind::Postgres)),
        ("pg_hba_files", of(&Kind::Hba)),
        ("kinds", kinds(tree)),
        (
            "problems",
            listed(
                tree.problems
                    .iter()
                    .map(|(place, what)| (place.to_string(), what.clone()))
                    .collect(),
            ),
        ),
        ("left_out", listed(tree.left_out.clone())),
        ("truncated", tree.truncated.into()),
        ("unrecognised", listed(unknown)),
        ("unreadable", listed(tree.unreadable.clone())),
        (
            "not_in_effect",
            Value::list(unused.iter().map(|f| Value::from(f.as_str()))),
        ),
    ] {
        subject.put(Fact::derived(path, value));
    }
    subject
}

/// How many files of each kind.
fn kinds(tree: &Tree<'_>) -> Value {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for word in tree.files.iter().filter_map(|f| f.kind.word()) {
        *counts.entry(word).or_default() += 1;
    }
    Value::list(
        counts
            .into_iter()
            .map(|(kind, files)| Value::map([("kind", kind.into()), ("files", Value::Int(files))])),
    )
}

/// Reads what there is of one program.
type Read = fn(&mut Tree<'_>, &mut Collected, &mut Vec<String>);

/// The readers with their subject types.
const READERS: &[(&[&str], Read)] = &[
    (&["nginx", "nginx-server", "nginx-location"], nginx::collect),
    (&["postgresql", "pg-hba"], postgresql::collect),
    (apache::TYPES, apache::collect),
    (mysql::TYPES, mysql::collect),
    (redis::TYPES, redis::collect),
    (stores::TYPES, stores::collect),
    (containers::TYPES, containers::collect),
    (kubernetes::TYPES, kubernetes::collect),
    (applications::TYPES, applications::collect),
    (terraform::TYPES, terraform::collect),
    (hosts::TYPES, hosts::collect),
    (haproxy::TYPES, haproxy::collect),
    (postfix::TYPES, postfix::collect),
    (queues::TYPES, queues::collect),
    (chrony::TYPES, chrony::collect),
    (packets::TYPES, packets::collect),
    (logrotate::TYPES, logrotate::collect),
    (secret::TYPES, secret::collect),
];

/// How many names a list in the summary holds.
const MAX_LISTED: usize = 500;
