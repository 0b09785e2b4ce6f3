//! The operations of a description: what they give, whom they ask, and what stands in their addresses.

use std::collections::BTreeSet;

use super::fields::{is_true, judge};
use super::resolve::{Property, follow, is_list, name_of, properties};
use super::{Kind, entries, items, text};
use crate::model::{Fact, Place, Subject, Value};
use crate::parse::yaml::{Node, NodeValue};
use crate::privacy::names::{Around, classify};
use crate::privacy::{Class, Setting};

/// One operation.
pub(super) struct Operation {
    method: String,
    path: String,
    line: u32,
    /// The personal fields of its good answers, as `class:name`.
    pub(super) gives: BTreeSet<String>,
    pub(super) sensitive: bool,
    pub(super) credentials: bool,
    /// `None`: this kind of description does not say.
    pub(super) authenticated: Option<bool>,
    /// The same.
    pub(super) key_in_query: Option<bool>,
    pub(super) list: bool,
    pub(super) paginated: bool,
    pub(super) personal_in_url: BTreeSet<String>,
    pub(super) sequential_ids: BTreeSet<String>,
    /// A part of the answer is described in a file that is not there, or nowhere.
    pub(super) not_followed: bool,
    /// A parameter is.
    pub(super) parameter_not_followed: bool,
}

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

impl Operation {
    /// An operation of which nothing is known yet.
    pub(super) fn begin(method: &str, path: &str, line: u32) -> Self {
        Self {
            method: method.to_owned(),
            path: path.chars().take(200).collect(),
            line,
            gives: BTreeSet::new(),
            sensitive: false,
            credentials: false,
            authenticated: Some(false),
            key_in_query: Some(false),
            list: false,
            paginated: false,
            personal_in_url: BTreeSet::new(),
            sequential_ids: BTreeSet::new(),
            not_followed: false,
            parameter_not_followed: false,
        }
    }

    pub(super) fn subject(&self, file: &str) -> Subject {
        let place = Place::new(file, self.line);
        let id = format!("{} {}", self.method.to_uppercase(), self.path);
        let mut subject = Subject::new("api-operation", id).at(place.clone());
        let mut put = |path: &'static str, value: Value| {
            subject.put(Fact::derived(path, value).at(place.clone()))
        };
        let list = |of: &BTreeSet<String>| {
            let items = of.iter().cloned().map(Value::from);
            match self.parameter_not_followed {
                true => Value::partial_list(items),
                false => Value::list(items),
            }
        };
        put("method", self.method.as_str().into());
        let gives = self.gives.iter().cloned().map(Value::from);
        put(
            "personal_fields",
            match self.not_followed {
                true => Value::partial_list(gives),
                false => Value::list(gives),
            },
        );
        // What was found is there; what was not found may stand in the part that was not followed.
        let seen = |it: bool, whole: bool| match it || whole {
            true => it.into(),
            false => Value::unseen("not-parsed", "a part is not described here"),
        };
        let found = |it: bool| seen(it, !self.not_followed);
        let told = |it: Option<bool>| match it {
            Some(it) => it.into(),
            None => Value::unseen("not_asked", "this kind of description does not say it"),
        };
        put("gives_personal", found(!self.gives.is_empty()));
        put("gives_sensitive", found(self.sensitive));
        put("gives_credentials", found(self.credentials));
        put("authenticated", told(self.authenticated));
        put("key_in_query", told(self.key_in_query));
        put("list", found(self.list));
        put(
            "paginated",
            seen(self.paginated, !self.parameter_not_followed),
        );
        put("personal_in_url", list(&self.personal_in_url));
        put("sequential_ids", list(&self.sequential_ids));
        subject
    }
}

/// All operations, in the order of the file.
pub(super) fn all(root: &Node, kind: Kind) -> Vec<Operation> {
    let mut out = Vec::new();
    for (path, line, item) in entries(root.get("paths")) {
        let item = follow(root, item);
        if text(item, "$ref").is_some_and(|r| !r.starts_with("#/")) {
            out.push(elsewhere(path, line));
        }
        for (method, line, operation) in entries(Some(item)) {
            if METHODS.contains(&method) {
                out.push(one(root, kind, path, method, line, item, operation));
            }
        }
    }
    out
}

/// Operations of a path that another file describes: all that is known is that there are some.
fn elsewhere(path: &str, line: u32) -> Operation {
    Operation {
        authenticated: None,
        key_in_query: None,
        not_followed: true,
        parameter_not_followed: true,
        ..Operation::begin("any", path, line)
    }
}

fn one(
    root: &Node,
    kind: Kind,
    path: &str,
    method: &str,
    line: u32,
    item: &Node,
    operation: &Node,
) -> Operation {
    let mut out = Operation::begin(method, path, line);
    answers(root, operation, &mut out);
    for parameter in items(item.get("parameters"))
        .iter()
        .chain(items(operation.get("parameters")))
    {
        let parameter = follow(root, parameter);
        out.parameter_not_followed |= parameter.get("$ref").is_some();
        parameter_of(parameter, root, &mut out);
    }
    security(root, kind, operation, &mut out);
    out
}

fn answers(root: &Node, operation: &Node, out: &mut Operation) {
    for (status, _, answer) in entries(operation.get("responses")) {
        // What an error says is another matter.
        if !(status.starts_with('2') || status == "default") {
            continue;
        }
        let answer = follow(root, answer);
        out.not_followed |= answer.get("$ref").is_some();
        for (_, _, content) in entries(answer.get("content")) {
            match content.get("schema") {
                Some(schema) => described(root, schema, out),
                // An answer without a description may hold anything.
                None => out.not_followed = true,
            }
        }
        if let Some(schema) = answer.get("schema") {
            described(root, schema, out);
        }
    }
}

fn described(root: &Node, schema: &Node, out: &mut Operation) {
    out.list |= is_list(root, schema);
    out.not_followed |= is_open(root, schema, 6);
    gives(root, schema, out);
}

/// May the answer hold more than its description names: an object without properties, a file?
fn is_open(root: &Node, schema: &Node, depth: u32) -> bool {
    let schema = follow(root, schema);
    let has = |key: &str| schema.get(key).is_some();
    if depth == 0 || has("enum") || has("const") || has("$ref") {
        return false;
    }
    if let Some(items) = schema.get("items") {
        return is_open(root, items, depth - 1);
    }
    if ["properties", "allOf", "anyOf", "oneOf"]
        .iter()
        .any(|k| has(k))
    {
        return false;
    }
    if let Some(more) = schema.get("additionalProperties") {
        let closed = matches!(more.value, NodeValue::Bool(false));
        return !closed && is_open(root, more, depth - 1);
    }
    match text(schema, "type") {
        Some("object" | "array" | "file") => true,
        Some("string") => text(schema, "format") == Some("binary"),
        Some(_) => false,
        None => !has("type"),
    }
}

fn gives(root: &Node, schema: &Node, out: &mut Operation) {
    let (all, outside) = properties(root, schema, name_of(schema));
    out.not_followed |= outside;
    let mut objects: Vec<Option<&str>> = all.iter().map(|p| p.object).collect();
    objects.sort_unstable();
    objects.dedup();
    for object in objects {
        let own: Vec<&Property<'_>> = all.iter().filter(|p| p.object == object).collect();
        let names: Vec<&str> = own.iter().map(|p| p.name).collect();
        let setting = Setting::of(object, &names);
        for property in own {
            let verdict = judge(property, &setting);
            if !verdict.is_personal() || is_true(property.schema, "writeOnly") {
                continue;
            }
            out.sensitive |= verdict.sensitive;
            // A token that the answer exists to give is no leak of a password.
            out.credentials |= verdict.class == Class::Credential && is_password(property.name);
            out.gives
                .insert(format!("{}:{}", verdict.class.word(), property.name));
        }
    }
}

pub(super) fn is_password(name: &str) -> bool {
    let folded: String = name.to_lowercase().replace(['_', '-'], "");
    ["password", "passwd", "matkhau", "pwd", "secret", "salt"]
        .iter()
        .any(|w| folded.contains(w))
}

fn parameter_of(parameter: &Node, root: &Node, out: &mut Operation) {
    let (Some(name), Some(place)) = (text(parameter, "name"), text(parameter, "in")) else {
        return;
    };
    let schema = parameter
        .get("schema")
        .map_or(parameter, |s| follow(root, s));
    let data_type = text(schema, "type").unwrap_or_default();
    out.paginated |= place == "query" && is_page(name);
    if place != "path" && place != "query" {
        return;
    }
    let around = Around {
        data_type: Some(if data_type == "string" {
            "text"
        } else {
            data_type
        }),
        comment: text(parameter, "description"),
        ..Around::default()
    };
    let verdict = classify(name, &around);
    if IN_URL.contains(&verdict.class) {
        out.personal_in_url
            .insert(format!("{}:{name}", verdict.class.word()));
    }
    if place == "path" && data_type == "integer" {
        out.sequential_ids.insert(name.to_owned());
    }
}

/// A parameter that bounds a list.
pub(super) fn is_page(name: &str) -> bool {
    let folded = name.to_lowercase().replace(['_', '-'], "");
    PAGES.contains(&folded.as_str())
}

/// Is somebody asked who he is? One way without any opens it to all.
fn security(root: &Node, kind: Kind, operation: &Node, out: &mut Operation) {
    let Some(asked) = operation.get("security").or(root.get("security")) else {
        return;
    };
    let ways = items(Some(asked));
    let open = |way: &Node| entries(Some(way)).next().is_none();
    let schemes = match kind {
        Kind::OpenApi => root
            .get("components")
            .and_then(|c| c.get("securitySchemes")),
        Kind::Swagger => root.get("securityDefinitions"),
        Kind::JsonSchema | Kind::Avro | Kind::Protobuf => None,
    };
    // A name that nothing defines asks nobody.
    let defined = |name: &str| schemes.and_then(|s| s.get(name)).map(|s| follow(root, s));
    out.authenticated = Some(
        !ways.is_empty()
            && ways.iter().all(|way| {
                !open(way) && entries(Some(way)).all(|(name, _, _)| defined(name).is_some())
            }),
    );
    out.key_in_query = Some(ways.iter().any(|way| {
        entries(Some(way)).any(|(name, _, _)| {
            defined(name).is_some_and(|s| {
                text(s, "type") == Some("apiKey") && text(s, "in") == Some("query")
            })
        })
    }));
}

/// Servers of the description that are spoken to without TLS.
pub(super) fn plain_servers(root: &Node, kind: Kind) -> Value {
    let mut plain: Vec<String> = Vec::new();
    match kind {
        Kind::OpenApi => {
            for server in items(root.get("servers")) {
                plain.extend(
                    text(server, "url")
                        .filter(|u| u.starts_with("http://") && !is_local(u))
                        .map(place_of),
                );
            }
        }
        Kind::Swagger => {
            let http = items(root.get("schemes"))
                .iter()
                .any(|s| matches!(&s.value, NodeValue::Text(t) if t == "http"));
            let host = text(root, "host").unwrap_or("http");
            if http && !is_local(&format!("http://{host}")) {
                plain.push(place_of(&format!("http://{host}")));
            }
        }
        Kind::JsonSchema | Kind::Avro | Kind::Protobuf => {
            return Value::unseen("not_applicable", "it describes no server");
        }
    }
    Value::list(plain.into_iter().map(Value::from))
}

/// The address without what logs in, and without its query.
fn place_of(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or_default();
    let slash = if path.is_empty() { "" } else { "/" };
    format!("http://{host}{slash}{path}")
        .chars()
        .take(120)
        .collect()
}

fn is_local(url: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]
        .iter()
        .any(|h| {
            url.strip_prefix("http://")
                .is_some_and(|u| u.starts_with(h))
        })
}

/// Parameters that bound a list.
const PAGES: [&str; 24] = [
    "page",
    "limit",
    "offset",
    "cursor",
    "size",
    "perpage",
    "pagesize",
    "pageindex",
    "skip",
    "take",
    "top",
    "after",
    "before",
    "first",
    "last",
    "pagenumber",
    "pageno",
    "maxresults",
    "pagetoken",
    "count",
    "start",
    "trang",
    "sotrang",
    "kichthuoctrang",
];

/// Classes that have no place in an address, which logs and histories keep.
pub(super) const IN_URL: [Class; 12] = [
    Class::Name,
    Class::Phone,
    Class::Email,
    Class::NationalId,
    Class::Passport,
    Class::Dob,
    Class::Bank,
    Class::Card,
    Class::Credential,
    Class::SocialInsurance,
    Class::TaxCode,
    Class::Plate,
];
