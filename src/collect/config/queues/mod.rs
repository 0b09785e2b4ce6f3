//! Servers that hold messages: RabbitMQ and Kafka.

mod kafka;
mod rabbitmq;

pub(super) use kafka::looks_like as is_kafka;

use super::kind::Kind;
use super::seen;
use super::tree::Tree;
use crate::model::Collected;

pub(super) const TYPES: &[&str] = &["rabbitmq", "kafka"];

/// Adds a subject for each server.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    rabbitmq::collect(tree, out);
    kafka::collect(tree, out);
    let rabbit = [Kind::Rabbitmq, Kind::RabbitmqAdvanced];
    out.saw("rabbitmq", seen(tree, &rabbit));
    out.saw("kafka", seen(tree, &[Kind::Kafka]));
}

/// Versions of TLS with published weaknesses.
fn is_weak(version: &str) -> bool {
    ["sslv3", "tlsv1", "tlsv1.0", "tlsv1.1"].contains(&version.trim().to_ascii_lowercase().as_str())
}
