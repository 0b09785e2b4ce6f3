//! Buckets: who reads them, whether they are encrypted, kept in versions, and logged.

use super::scope::{text, truth};
use super::{Resource, World};
use crate::model::{Collected, Fact, Place, Subject, Value};
use crate::parse::hcl::{Body, Expr};

/// Adds a subject for each bucket.
pub(super) fn collect(world: &World<'_, '_>, out: &mut Collected) {
    for bucket in world.of(&["aws_s3_bucket"]) {
        let mut subject = world.subject("tf-bucket", "tf.bucket", bucket);
        aws(world, bucket, &mut subject);
        out.subjects.push(subject);
    }
    let containers = world
        .resources
        .iter()
        .filter(|r| r.kind.ends_with("_objectstorage_container_v1"));
    for bucket in containers {
        let mut subject = world.subject("tf-bucket", "tf.bucket", bucket);
        openstack(world, bucket, &mut subject);
        out.subjects.push(subject);
    }
}

fn aws(world: &World<'_, '_>, bucket: &Resource, subject: &mut Subject) {
    let name = world.get(bucket, "bucket").and_then(|(v, _)| text(&v));
    let beside = |kind: &'static str| {
        world
            .resources
            .iter()
            .find(|r| r.kind == kind && world.names(r, "bucket", bucket, name.as_deref()))
    };
    let block = beside("aws_s3_bucket_public_access_block");
    blocked(world, block, subject);
    public(world, bucket, &beside, block, subject);
    encrypted(
        world,
        bucket,
        beside("aws_s3_bucket_server_side_encryption_configuration"),
        subject,
    );
    versions(world, bucket, beside("aws_s3_bucket_versioning"), subject);
    let inner = bucket.body.of("logging").next();
    let logged = beside("aws_s3_bucket_logging").map(|r| world.place(r));
    let at = logged.or_else(|| inner.map(|b| world.tree.place(&bucket.path, b.line)));
    put(subject, "logged", at.is_some(), at);
    world.flag(subject, "force_destroyed", bucket, "force_destroy", false);
    let locked = beside("aws_s3_bucket_object_lock_configuration").map(|r| world.place(r));
    match locked {
        Some(place) => put(subject, "locked", true, Some(place)),
        None => world.flag(subject, "locked", bucket, "object_lock_enabled", false),
    }
}

/// All four of the settings that keep a bucket from the public.
fn blocked(world: &World<'_, '_>, block: Option<&Resource>, subject: &mut Subject) {
    let Some(block) = block else {
        return put(subject, "public_access_blocked", false, None);
    };
    let mut value = Value::Bool(true);
    let mut at = world.place(block);
    for name in BLOCKS {
        match world.get(block, name) {
            None => value = Value::Bool(false),
            Some((v, place)) => match truth(&v) {
                Some(true) => {}
                Some(false) => {
                    value = Value::Bool(false);
                    at = place;
                }
                None if value == Value::Bool(true) => {
                    value = Value::unseen("ambiguous", "an expression whose value is not here");
                }
                None => {}
            },
        }
    }
    put(subject, "public_access_blocked", value, Some(at));
}

/// Does a line let everybody in? Where all four blocks stand, none does.
fn public<'w>(
    world: &World<'_, '_>,
    bucket: &Resource,
    beside: &dyn Fn(&'static str) -> Option<&'w Resource>,
    block: Option<&Resource>,
    subject: &mut Subject,
) {
    let shut = block.is_some_and(|b| {
        BLOCKS
            .iter()
            .all(|n| world.get(b, n).and_then(|(v, _)| truth(&v)) == Some(true))
    });
    let mut found: Option<(Value, Place)> = None;
    let mut add = |value: Value, place: Place| {
        if found.as_ref().is_none_or(|(v, _)| *v != Value::Bool(true)) {
            found = Some((value, place));
        }
    };
    let apart = beside("aws_s3_bucket_acl");
    let acl = apart
        .and_then(|r| world.get(r, "acl"))
        .or_else(|| world.get(bucket, "acl"));
    if let Some((value, place)) = acl {
        match text(&value) {
            Some(acl) if PUBLIC.contains(&acl.as_str()) => add(true.into(), place),
            Some(_) => {}
            None => add(unknown(), place),
        }
    }
    // Rights that are given one by one.
    for resource in apart.into_iter().chain([bucket]) {
        if let Some(open) = grants(world, resource, &resource.body) {
            let value = if open { true.into() } else { unknown() };
            add(value, world.place(resource));
        }
    }
    // A policy or a list of rights of which it is not known to which bucket it belongs.
    let stray = world.resources.iter().find(|r| {
        ["aws_s3_bucket_policy", "aws_s3_bucket_acl"].contains(&r.kind.as_str())
            && world.get(r, "bucket").is_some_and(|(v, _)| is_stray(&v))
    });
    if let Some(stray) = stray {
        add(unknown(), world.place(stray));
    }
    let policy = beside("aws_s3_bucket_policy")
        .and_then(|r| world.get(r, "policy"))
        .or_else(|| world.get(bucket, "policy"));
    if let Some((value, place)) = policy {
        match for_everybody(world, &value) {
            Some(true) => add(true.into(), place),
            Some(false) => {}
            None => add(unknown(), place),
        }
    }
    let (value, place) = match found {
        Some((_, place)) if shut => (Value::Bool(false), Some(place)),
        Some((value, place)) => (value, Some(place)),
        None => (Value::Bool(false), None),
    };
    put(subject, "public", value, place);
}

/// Is it not known which bucket is named?
fn is_stray(value: &Expr) -> bool {
    match value {
        Expr::Text(_) => false,
        // Of a loop; a bucket of a module is none of these.
        Expr::Name(path) => path.first().is_none_or(|first| first == "each"),
        Expr::Null
        | Expr::Bool(_)
        | Expr::Number(_)
        | Expr::List(_)
        | Expr::Map(..)
        | Expr::Parts(_)
        | Expr::Call(..)
        | Expr::Open(_) => true,
    }
}

/// Do rights go to everybody: true, not known (false), or not (nothing)?
fn grants(world: &World<'_, '_>, resource: &Resource, body: &Body) -> Option<bool> {
    let of = |value: &Expr| match text(value) {
        Some(uri) => {
            (uri.ends_with("/AllUsers") || uri.ends_with("/AuthenticatedUsers")).then_some(true)
        }
        None => Some(false),
    };
    let here = world
        .get_in(body, resource, "uri")
        .and_then(|(v, _)| of(&v));
    let inner = ["access_control_policy", "grant", "grantee"]
        .iter()
        .flat_map(|name| body.of(name))
        .filter_map(|block| grants(world, resource, &block.body));
    here.into_iter().chain(inner).max()
}

/// Does a policy name everybody without a condition? Nothing where it is not here.
fn for_everybody(world: &World<'_, '_>, policy: &Expr) -> Option<bool> {
    match policy {
        Expr::Call(_, args) => said(args.first()?),
        // A text of JSON: without a star it names nobody but those that it names.
        Expr::Text(text) if !text.contains('*') => Some(false),
        Expr::Name(path) => {
            let [data, kind, name, ..] = path.as_slice() else {
                return None;
            };
            let kind = format!("{data}.{kind}");
            let document = world
                .resources
                .iter()
                .find(|r| r.kind == kind && r.name == *name)?;
            documented(world, document)
        }
        Expr::Text(_)
        | Expr::Null
        | Expr::Bool(_)
        | Expr::Number(_)
        | Expr::List(_)
        | Expr::Map(..)
        | Expr::Parts(_)
        | Expr::Open(_) => None,
    }
}

/// A policy as an object.
fn said(policy: &Expr) -> Option<bool> {
    let mut open = false;
    for statement in field(policy, "Statement")?.each() {
        let effect = text(field(statement, "Effect")?)?;
        if effect != "Allow" || field(statement, "Condition").is_some_and(binds) {
            continue;
        }
        open |= has_star(field(statement, "Principal")?)?;
    }
    Some(open)
}

/// Does a condition say from where or for whom? One that asks for TLS, or for a header, lets everybody in.
fn binds(condition: &Expr) -> bool {
    let Expr::Map(operators, _) = condition else {
        return false;
    };
    operators.iter().any(|(_, held)| {
        matches!(held, Expr::Map(pairs, _) if pairs.iter().any(|(key, _)| is_binding(key)))
    })
}

/// Keys by which AWS counts a policy as none for the public.
fn is_binding(key: &str) -> bool {
    let key = key.to_lowercase();
    [
        "aws:sourceip",
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpcsourceip",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:userid",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
    ]
    .contains(&key.as_str())
}

fn field<'e>(value: &'e Expr, name: &str) -> Option<&'e Expr> {
    let Expr::Map(pairs, _) = value else {
        return None;
    };
    pairs.iter().find(|(key, _)| key == name).map(|(_, v)| v)
}

fn has_star(value: &Expr) -> Option<bool> {
    match value {
        Expr::Text(text) => Some(text == "*"),
        Expr::Name(_) => Some(false),
        Expr::List(items) => items
            .iter()
            .try_fold(false, |all, i| Some(all | has_star(i)?)),
        Expr::Map(pairs, true) => pairs
            .iter()
            .try_fold(false, |all, (_, v)| Some(all | has_star(v)?)),
        Expr::Map(_, false)
        | Expr::Null
        | Expr::Bool(_)
        | Expr::Number(_)
        | Expr::Parts(_)
        | Expr::Call(..)
        | Expr::Open(_) => None,
    }
}

/// `data "aws_iam_policy_document"`.
fn documented(world: &World<'_, '_>, document: &Resource) -> Option<bool> {
    if document.body.of("dynamic").next().is_some() {
        return None;
    }
    let mut open = false;
    for statement in document.body.of("statement") {
        let effect = world.get_in(&statement.body, document, "effect");
        let effect = effect.map_or(Some("Allow".to_owned()), |(v, _)| text(&v))?;
        let bound = statement.body.of("condition").any(|condition| {
            let key = world.get_in(&condition.body, document, "variable");
            key.and_then(|(v, _)| text(&v))
                .is_some_and(|key| is_binding(&key))
        });
        if effect != "Allow" || bound {
            continue;
        }
        for principals in statement.body.of("principals") {
            let (who, _) = world.get_in(&principals.body, document, "identifiers")?;
            open |= has_star(&who)?;
        }
    }
    Some(open)
}

/// AWS encrypts every bucket since January 2023; what another cloud does of itself is not known.
fn encrypted(
    world: &World<'_, '_>,
    bucket: &Resource,
    apart: Option<&Resource>,
    subject: &mut Subject,
) {
    let inner = bucket
        .body
        .of("server_side_encryption_configuration")
        .next();
    let at = apart
        .map(|r| world.place(r))
        .or_else(|| inner.map(|b| world.tree.place(&bucket.path, b.line)));
    subject.put(match at {
        Some(place) => Fact::derived("encrypted", true).at(place),
        None if world.elsewhere => Fact::derived(
            "encrypted",
            Value::unseen(
                "missing-fact",
                "another cloud than AWS: its own value is not known",
            ),
        ),
        None => Fact::default_of("encrypted", true),
    });
}

fn versions(
    world: &World<'_, '_>,
    bucket: &Resource,
    apart: Option<&Resource>,
    subject: &mut Subject,
) {
    let inside = |r: &Resource, block: &str, key: &str| {
        let block = r.body.of(block).next()?;
        world.get_in(&block.body, r, key)
    };
    let found = apart
        .and_then(|r| inside(r, "versioning_configuration", "status"))
        .or_else(|| inside(bucket, "versioning", "enabled"));
    let Some((value, place)) = found else {
        return put(subject, "versioned", false, None);
    };
    let value = match text(&value).as_deref() {
        Some("Enabled" | "true") => Value::Bool(true),
        Some(_) => Value::Bool(false),
        None => unknown(),
    };
    put(subject, "versioned", value, Some(place));
}

/// A container of OpenStack: what it says of reading and versions; the cloud alone knows the rest.
fn openstack(world: &World<'_, '_>, bucket: &Resource, subject: &mut Subject) {
    let read = world.get(bucket, "container_read");
    let value = match read.as_ref().map(|(v, _)| text(v)) {
        Some(Some(acl)) => acl.contains(".r:*").into(),
        Some(None) => unknown(),
        None => Value::Bool(false),
    };
    put(subject, "public", value, read.map(|(_, at)| at));
    let blocks = ["versioning", "versioning_legacy"]
        .iter()
        .find_map(|n| bucket.body.of(n).next());
    match blocks {
        Some(block) => {
            let at = world.tree.place(&bucket.path, block.line);
            put(subject, "versioned", true, Some(at));
        }
        None => world.flag(subject, "versioned", bucket, "versioning", false),
    }
    world.flag(subject, "force_destroyed", bucket, "force_destroy", false);
    for path in ["encrypted", "logged"] {
        let value = Value::unseen("missing-fact", "the cloud alone knows");
        subject.put(Fact::derived(path, value));
    }
    for path in ["public_access_blocked", "locked"] {
        let value = Value::unseen("not_applicable", "this kind of bucket has no such setting");
        subject.put(Fact::derived(path, value));
    }
}

fn unknown() -> Value {
    Value::unseen("ambiguous", "an expression whose value is not here")
}

fn put(subject: &mut Subject, path: &'static str, value: impl Into<Value>, place: Option<Place>) {
    let fact = Fact::derived(path, value);
    subject.put(match place {
        Some(place) => fact.at(place),
        None => fact,
    });
}

const PUBLIC: [&str; 3] = ["public-read", "public-read-write", "authenticated-read"];
const BLOCKS: [&str; 4] = [
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
];
