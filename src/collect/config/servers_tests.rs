//! HAProxy, Postfix, queues, clocks, packets, the kernel and logs, on folders as they are handed in.

use super::tests::{cx, seen, shown, subject, tree};
use super::*;
use crate::model::Origin;

fn at(subject: &Subject, path: &str) -> String {
    subject.facts[path].place.as_ref().unwrap().to_string()
}
