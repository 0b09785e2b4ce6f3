//! Databases and caches that a cloud runs: who reaches them, whether they are encrypted, backed up, kept from deletion.

use super::scope::{number, text};
use super::{Resource, World};
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::hcl::Expr;

/// Adds a subject for each database.
pub(super) fn collect(world: &World<'_, '_>, out: &mut Collected) {
    for (kind, own_days) in [
        ("aws_db_instance", 0),
        ("aws_rds_cluster", 1),
        ("aws_docdb_cluster", 1),
        ("aws_neptune_cluster", 1),
    ] {
        for database in world.of(&[kind]) {
            let mut subject = world.subject("tf-database", "tf.database", database);
            facts(world, database, own_days, &mut subject);
            out.subjects.push(subject);
        }
    }
    for cache in world.of(&["aws_elasticache_replication_group"]) {
        let mut subject = world.subject("tf-database", "tf.database", cache);
        self::cache(world, cache, &mut subject);
        out.subjects.push(subject);
    }
}

fn facts(world: &World<'_, '_>, database: &Resource, own_days: i64, subject: &mut Subject) {
    public(world, database, subject);
    // A copy takes this from what it is a copy of.
    let copied = [
        "replicate_source_db",
        "snapshot_identifier",
        "replication_source_identifier",
    ]
    .iter()
    .find_map(|name| world.get(database, name));
    match (world.get(database, "storage_encrypted"), copied) {
        (None, Some((_, place))) => {
            let value = Value::unseen("missing-fact", "as what it is a copy of");
            subject.put(Fact::derived("encrypted", value).at(place));
        }
        (Some(_), _) | (None, None) => {
            world.flag(subject, "encrypted", database, "storage_encrypted", false);
        }
    }
    days(
        world,
        database,
        "backup_retention_period",
        own_days,
        subject,
    );
    world.flag(
        subject,
        "kept_from_deletion",
        database,
        "deletion_protection",
        false,
    );
    world.flag(subject, "spread", database, "multi_az", false);
    if database.kind != "aws_db_instance" {
        let value = Value::unseen("not_applicable", "a cluster is spread of itself");
        subject.put(Fact::derived("spread", value));
    }
    let value = Value::unseen("not_applicable", "the server itself asks for TLS or not");
    subject.put(Fact::derived("tls", value));
    let logs = world.get(database, "enabled_cloudwatch_logs_exports");
    let value = match logs.as_ref().map(|(v, _)| v) {
        None => Value::Bool(false),
        Some(Expr::List(items)) => Value::Bool(!items.is_empty()),
        Some(_) => Value::unseen("ambiguous", "an expression whose value is not here"),
    };
    let fact = Fact::derived("logs_exported", value);
    subject.put(match logs {
        Some((_, place)) => fact.at(place),
        None => fact,
    });
}

/// Is it reached from outside? A cluster is as its members are.
fn public(world: &World<'_, '_>, database: &Resource, subject: &mut Subject) {
    if database.kind == "aws_db_instance" {
        return world.flag(subject, "public", database, "publicly_accessible", false);
    }
    let members: Vec<&Resource> = world
        .of(&["aws_rds_cluster_instance"])
        .filter(|m| world.names(m, "cluster_identifier", database, None))
        .collect();
    let says = |m: &&&Resource| world.get(m, "publicly_accessible").is_some();
    let is = |m: &&&Resource, wanted: Option<bool>| {
        let said = world.get(m, "publicly_accessible");
        said.is_some_and(|(v, _)| super::scope::truth(&v) == wanted)
    };
    let worst = members
        .iter()
        .find(|m| is(m, Some(true)))
        .or_else(|| members.iter().find(|m| is(m, None)))
        .or_else(|| members.iter().find(says))
        .copied()
        .unwrap_or(database);
    world.flag(subject, "public", worst, "publicly_accessible", false);
}

fn cache(world: &World<'_, '_>, cache: &Resource, subject: &mut Subject) {
    subject.put(Fact::derived("public", false));
    world.flag(
        subject,
        "encrypted",
        cache,
        "at_rest_encryption_enabled",
        false,
    );
    world.flag(subject, "tls", cache, "transit_encryption_enabled", false);
    days(world, cache, "snapshot_retention_limit", 0, subject);
    world.flag(subject, "spread", cache, "multi_az_enabled", false);
    for path in ["kept_from_deletion", "logs_exported"] {
        let value = Value::unseen("not_applicable", "a cache has no such setting");
        subject.put(Fact::derived(path, value));
    }
}

fn days(world: &World<'_, '_>, database: &Resource, name: &str, own: i64, subject: &mut Subject) {
    subject.put(match world.get(database, name) {
        None => Fact::default_of("backup_days", Value::Int(own)),
        Some((value, place)) => {
            let value = match (number(&value), text(&value)) {
                (Some(days), _) => Value::Int(days),
                (None, Some(_)) => Value::unseen("not-a-number", name),
                (None, None) => Value::unseen("ambiguous", "an expression whose value is not here"),
            };
            Fact::derived("backup_days", value).at(place)
        }
    });
}
