//! The subject `nginx`: the http level, and what of the main level matters.

use super::directives;
use super::expand::Node;
use super::scope::Scope;
use super::values;
use crate::model::{Fact, Place, Subject, Value};

pub(super) fn subject(scope: &Scope<'_>, main: &[Node], place: Place) -> Subject {
    let mut subject = Subject::new("nginx", "nginx").at(place);
    // What stands outside the http level: user, worker processes, the connections of a worker.
    values::put_all(&mut subject, &Scope::new(true).with(main), false);
    for events in main.iter().filter(|n| n.name == "events") {
        values::put_all(
            &mut subject,
            &Scope::new(true).with(events.children()),
            false,
        );
    }
    values::put_all(&mut subject, scope, true);
    if !subject.facts.contains_key("worker_connections") {
        subject.put(Fact::default_of("worker_connections", "512"));
    }
    let level = scope.http();
    let servers = level
        .iter()
        .filter(|n| n.name == "server" && n.children.is_some())
        .count();
    subject.put(Fact::derived(
        "servers",
        i64::try_from(servers).unwrap_or(i64::MAX),
    ));
    subject.put(Fact::derived("defaults_of", directives::VERSION));
    // Streams and mail are named, not judged.
    let others = main
        .iter()
        .filter(|n| matches!(n.name.as_str(), "stream" | "mail") && n.children.is_some());
    subject.put(Fact::derived(
        "other_blocks",
        Value::list(others.map(|n| Value::from(n.name.as_str()))),
    ));
    let missing = main
        .iter()
        .chain(level)
        .filter(|n| n.name == "include")
        .map(|n| Value::from(n.text()));
    subject.put(Fact::derived("includes_missing", Value::list(missing)));
    subject.put(Fact::derived(
        "has_limit_req_zone",
        level.iter().any(|n| n.name == "limit_req_zone"),
    ));
    subject.put(Fact::derived(
        "has_limit_conn_zone",
        level.iter().any(|n| n.name == "limit_conn_zone"),
    ));
    subject
}
