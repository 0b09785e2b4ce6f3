//! Terraform: what the files of each module would make, with defaults of variables, what callers give, and override
//! files laid over. It runs nothing; what only Terraform could work out was not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::kind::Kind;
use super::seen;
use super::settings::{is_secret, told};
use super::tree::{Tree, folder, join};
use crate::model::{Collected, Fact, Origin, Place, Reason, Seen, Sensitivity, Subject, Value};
use crate::parse::hcl::{self, Attribute, Block, Body, Expr};

mod buckets;
mod databases;
mod groups;
#[cfg(test)]
mod json_tests;
mod loops;
mod scope;
#[cfg(test)]
mod tests;

use scope::Scope;

pub(super) const TYPES: &[&str] = &["tf-security-group", "tf-bucket", "tf-database", "tf-module"];

/// The files of one folder.
#[derive(Default)]
struct Module {
    files: Vec<(String, Body)>,
    overrides: Vec<(String, Body)>,
    /// `terraform.tfvars` and `*.auto.tfvars`, which Terraform reads of itself.
    given: Vec<Body>,
    /// Others, which somebody may choose.
    chosen: Vec<Body>,
}

/// A resource as it would be made.
pub(super) struct Resource {
    kind: String,
    name: String,
    /// Which of several that a loop makes.
    key: Option<String>,
    line: u32,
    path: String,
    body: Body,
}

/// What the makers of facts are given: a module with its names.
pub(super) struct World<'t, 'a> {
    tree: &'t Tree<'a>,
    folder: String,
    scope: Scope,
    resources: Vec<Resource>,
    /// A provider is told to speak to another cloud than its own.
    elsewhere: bool,
}

/// Adds what the modules of the tree would make.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    let modules = read(tree);
    let mut missing = None;
    let calls = calls(tree, &modules, out, &mut missing);
    let mut scopes = BTreeMap::new();
    for name in modules.keys() {
        scope_of(name, &modules, &calls, &mut scopes, &mut BTreeSet::new());
    }
    for (name, module) in &modules {
        let scope = scopes.remove(name).unwrap_or_default();
        let world = World {
            tree,
            folder: name.clone(),
            resources: loops::written_out(resources(module), &scope),
            scope,
            elsewhere: is_elsewhere(module),
        };
        groups::collect(&world, out);
        buckets::collect(&world, out);
        databases::collect(&world, out);
    }
    let seen = match (seen(tree, &[Kind::Terraform]), missing) {
        (Seen::Whole, Some(what)) => Seen::Not(Reason::new("include-missing", what)),
        (seen, _) => seen,
    };
    for kind in TYPES {
        out.saw(kind, seen.clone());
    }
}

fn read(tree: &mut Tree<'_>) -> BTreeMap<String, Module> {
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    let mut values: Vec<(String, Rank, Body)> = Vec::new();
    for path in tree.of_kind(&Kind::Terraform) {
        let Ok(text) = tree.text(&path) else { continue };
        let name = path.rsplit('/').next().unwrap_or(&path);
        let (stem, read): (&str, Parse) = match name.strip_suffix(".json") {
            Some(stem) if stem.ends_with(".tfvars") => (stem, hcl::json::values),
            Some(stem) => (stem, hcl::json::parse),
            None => (name, hcl::parse),
        };
        let body = match read(&text) {
            Ok(body) => body,
            Err(fault) => {
                told(tree, &path, fault.line, fault.what);
                continue;
            }
        };
        let at = folder(&path).to_owned();
        if stem.ends_with(".tfvars") {
            values.push((at, Rank::of(name, stem), body));
        } else if stem == "override.tf" || stem.ends_with("_override.tf") {
            modules.entry(at).or_default().overrides.push((path, body));
        } else {
            modules.entry(at).or_default().files.push((path, body));
        }
    }
    values.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    for (at, rank, body) in values {
        match modules.get_mut(&at) {
            Some(module) if rank != Rank::Chosen => module.given.push(body),
            Some(module) => module.chosen.push(body),
            None => elsewhere(&mut modules, &at, &body),
        }
    }
    modules
}

/// How a file becomes blocks.
type Parse = fn(&str) -> Result<Body, hcl::Fault>;

/// When Terraform reads a file of values: what comes later counts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Main,
    MainJson,
    Auto(String),
    /// Only where somebody names it.
    Chosen,
}

impl Rank {
    fn of(name: &str, stem: &str) -> Self {
        if stem == "terraform.tfvars" {
            if name == stem {
                Self::Main
            } else {
                Self::MainJson
            }
        } else if stem.ends_with(".auto.tfvars") {
            Self::Auto(name.to_owned())
        } else {
            Self::Chosen
        }
    }
}

/// Values in a folder of their own, which somebody may choose: for the module above them, else for each that has
/// variables of these names.
fn elsewhere(modules: &mut BTreeMap<String, Module>, at: &str, body: &Body) {
    let above = std::iter::successors(Some(at), |at| (*at != "/").then(|| folder(at)))
        .find(|at| modules.contains_key(*at))
        .map(str::to_owned);
    if let Some(module) = above.and_then(|at| modules.get_mut(&at)) {
        return module.chosen.push(body.clone());
    }
    for module in modules.values_mut() {
        let names = |variable: &Block| {
            let name = variable.labels.first();
            name.is_some_and(|name| body.get(name).is_some())
        };
        let meant = module
            .files
            .iter()
            .any(|(_, file)| file.of("variable").any(names));
        if meant {
            module.chosen.push(body.clone());
        }
    }
}

/// Who calls a local module, with what: the folder of the caller and the call.
type Calls = BTreeMap<String, Vec<(String, Body)>>;

/// The modules that are called; those that the tree does not have are named.
fn calls(
    tree: &Tree<'_>,
    modules: &BTreeMap<String, Module>,
    out: &mut Collected,
    missing: &mut Option<String>,
) -> Calls {
    let mut calls = Calls::new();
    for (from, module) in modules {
        for (path, block) in module
            .files
            .iter()
            .flat_map(|(path, body)| body.of("module").map(move |b| (path, b)))
        {
            let name = block.labels.first().map_or("", String::as_str);
            let place = tree.place(path, block.line);
            let written = block.body.get("source").map(|a| &a.value);
            let source = match written {
                Some(Expr::Text(source)) => source.as_str(),
                Some(_) | None => "",
            };
            let local = source.starts_with("./") || source.starts_with("../");
            let to = join(from, source);
            let present = local && modules.contains_key(&to);
            if present {
                let call = (from.clone(), block.body.clone());
                calls.entry(to).or_default().push(call);
            } else {
                missing.get_or_insert_with(|| format!("{place}: module {name}: {source}"));
            }
            let id = format!("tf.module[{}:{name}]", shown_folder(from));
            let mut subject = Subject::new("tf-module", id).at(place.clone());
            let pinned = local
                || block.body.get("version").is_some_and(is_exact)
                || source.contains("?ref=");
            subject.put(Fact::set("source", without_account(source)).at(place.clone()));
            for (path, value) in [("present", present), ("local", local), ("pinned", pinned)] {
                subject.put(Fact::derived(path, value).at(place.clone()));
            }
            out.subjects.push(subject);
        }
    }
    calls
}

/// Does the version name one release, not whatever comes?
fn is_exact(version: &Attribute) -> bool {
    matches!(&version.value, Expr::Text(text)
        if text.trim_start_matches(['=', ' ']).chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c)))
}

/// A source may hold a name and a password: `git::https://user:word@host`.
fn without_account(source: &str) -> String {
    match (source.find("://"), source.find('@')) {
        (Some(start), Some(at)) if start + 3 < at => {
            let (before, after) = (source.get(..start + 3), source.get(at + 1..));
            format!(
                "{}{}",
                before.unwrap_or_default(),
                after.unwrap_or_default()
            )
        }
        _ => source.to_owned(),
    }
}

/// What the names of a module stand for, its callers' before.
fn scope_of(
    name: &str,
    modules: &BTreeMap<String, Module>,
    calls: &Calls,
    done: &mut BTreeMap<String, Scope>,
    open: &mut BTreeSet<String>,
) {
    if done.contains_key(name) || !open.insert(name.to_owned()) {
        return;
    }
    let Some(module) = modules.get(name) else {
        return;
    };
    let from = calls.get(name).map_or(&[][..], Vec::as_slice);
    for (caller, _) in from {
        scope_of(caller, modules, calls, done, open);
    }
    let mut scope = Scope::new();
    let bodies = || module.files.iter().chain(&module.overrides).map(|(_, b)| b);
    for block in bodies().flat_map(|b| b.of("variable")) {
        let Some(variable) = block.labels.first() else {
            continue;
        };
        let own = block.body.get("default").map(|a| a.value.clone());
        let value = if from.is_empty() {
            let given = module.given.iter().rev().find_map(|b| b.get(variable));
            agreed(
                given.map(|a| a.value.clone()).or(own),
                module
                    .chosen
                    .iter()
                    .map(|b| b.get(variable).map(|a| a.value.clone())),
            )
        } else {
            passed(variable, own, from, done)
        };
        scope.set(variable, value);
    }
    for attribute in bodies()
        .flat_map(|b| b.of("locals"))
        .flat_map(|b| &b.body.attributes)
    {
        scope.local(&attribute.name, attribute.value.clone());
    }
    done.insert(name.to_owned(), scope);
}

/// The value where every file that may be chosen says the same, or nothing.
fn agreed(value: Option<Expr>, others: impl Iterator<Item = Option<Expr>>) -> Expr {
    let mut others = others.flatten();
    match value {
        Some(value) if others.all(|other| other == value) => value,
        Some(_) => Expr::Open("a variable for which .tfvars files have other values"),
        None => Expr::Open("a variable without a value here"),
    }
}

/// What the callers give, where all give the same.
fn passed(
    variable: &str,
    own: Option<Expr>,
    from: &[(String, Body)],
    done: &BTreeMap<String, Scope>,
) -> Expr {
    let mut values: Vec<Expr> = Vec::new();
    for (caller, call) in from {
        let value = match (call.get(variable), done.get(caller)) {
            (Some(given), Some(scope)) => scope.resolved(&given.value),
            (Some(_), None) => Expr::Open("modules that call each other"),
            (None, _) => own
                .clone()
                .unwrap_or(Expr::Open("a variable without a value here")),
        };
        if !values.contains(&value) {
            values.push(value);
        }
    }
    match values.len() {
        1 => values.remove(0),
        _ => Expr::Open("a variable that is given several values"),
    }
}

/// The resources and data of a module, what override files say laid over them.
fn resources(module: &Module) -> Vec<Resource> {
    let mut all = Vec::new();
    for (path, body) in &module.files {
        for block in &body.blocks {
            let [kind, name] = block.labels.as_slice() else {
                continue;
            };
            let kind = match block.name.as_str() {
                "resource" => kind.clone(),
                "data" => format!("data.{kind}"),
                _ => continue,
            };
            all.push(Resource {
                kind,
                name: name.clone(),
                key: None,
                line: block.line,
                path: path.clone(),
                body: block.body.clone(),
            });
        }
    }
    for (_, body) in &module.overrides {
        for block in body.of("resource") {
            let [kind, name] = block.labels.as_slice() else {
                continue;
            };
            if let Some(over) = all.iter_mut().find(|r| r.kind == *kind && r.name == *name) {
                lay_over(&mut over.body, block);
            }
        }
    }
    all
}

/// As Terraform merges: an attribute takes the place of its like, blocks take the place of all of their name.
fn lay_over(body: &mut Body, over: &Block) {
    for attribute in &over.body.attributes {
        body.attributes.retain(|a| a.name != attribute.name);
        body.attributes.push(attribute.clone());
    }
    for block in &over.body.blocks {
        body.blocks.retain(|b| b.name != block.name);
    }
    body.blocks.extend(over.body.blocks.iter().cloned());
}

fn is_elsewhere(module: &Module) -> bool {
    module.files.iter().any(|(_, body)| {
        body.of("provider").any(|p| {
            p.labels.first().is_some_and(|l| l == "aws")
                && (p.body.of("endpoints").next().is_some() || p.body.get("endpoints").is_some())
        })
    })
}

fn shown_folder(folder: &str) -> &str {
    match folder.trim_start_matches('/') {
        "" => ".",
        inside => inside,
    }
}

impl World<'_, '_> {
    /// The resources of these kinds that are made at all.
    fn of<'w>(&'w self, kinds: &'w [&str]) -> impl Iterator<Item = &'w Resource> {
        self.resources.iter().filter(move |r| {
            kinds.contains(&r.kind.as_str())
                && self.get(r, "count").and_then(|(v, _)| scope::number(&v)) != Some(0)
        })
    }

    /// The value of an attribute with its place; nothing where it is not written, or null.
    fn get(&self, resource: &Resource, name: &str) -> Option<(Expr, Place)> {
        self.get_in(&resource.body, resource, name)
    }

    fn get_in(&self, body: &Body, resource: &Resource, name: &str) -> Option<(Expr, Place)> {
        let attribute = body.get(name)?;
        let value = self.scope.resolved(&attribute.value);
        (value != Expr::Null).then(|| (value, self.tree.place(&resource.path, attribute.line)))
    }

    fn place(&self, resource: &Resource) -> Place {
        self.tree.place(&resource.path, resource.line)
    }

    /// A subject for a resource, with every attribute that is written.
    fn subject(&self, kind: &'static str, prefix: &str, resource: &Resource) -> Subject {
        let id = format!(
            "{prefix}[{}:{}.{}{}]",
            shown_folder(&self.folder),
            resource.kind,
            resource.name,
            resource
                .key
                .as_ref()
                .map_or_else(String::new, |key| format!("[{key}]"))
        );
        let mut subject = Subject::new(kind, id).at(self.place(resource));
        subject.put(Fact::derived("resource", resource.kind.as_str()).at(self.place(resource)));
        for attribute in &resource.body.attributes {
            let Some((value, place)) = self.get(resource, &attribute.name) else {
                continue;
            };
            let sensitivity = if is_secret(&attribute.name) && scope::text(&value).is_some() {
                Sensitivity::Secret("value")
            } else {
                Sensitivity::Public
            };
            let path = attribute.name.to_lowercase();
            let fact = Fact::new(path, scope::shown(&value), Origin::Set, sensitivity);
            subject.put(fact.at(place));
        }
        subject
    }

    /// Puts a truth that an attribute says, or the provider's own.
    fn flag(
        &self,
        subject: &mut Subject,
        path: &'static str,
        resource: &Resource,
        name: &str,
        own: bool,
    ) {
        subject.put(match self.get(resource, name) {
            None => Fact::default_of(path, own),
            Some((value, place)) => Fact::derived(path, truth(&value)).at(place),
        });
    }

    /// Does the attribute of one resource name the other?
    fn names(
        &self,
        from: &Resource,
        attribute: &str,
        to: &Resource,
        literal: Option<&str>,
    ) -> bool {
        match self.get(from, attribute) {
            Some((Expr::Name(path), _)) => {
                path.first().is_some_and(|k| *k == to.kind) && path.get(1) == Some(&to.name)
            }
            Some((Expr::Text(text), _)) => literal == Some(text.as_str()),
            Some(_) | None => false,
        }
    }
}

/// The truth of a value; what is not known here was not seen.
fn truth(value: &Expr) -> Value {
    match scope::truth(value) {
        Some(b) => Value::Bool(b),
        None => Value::unseen("ambiguous", "an expression whose value is not here"),
    }
}
