//! The network zones that the inventory names for a system. The standard counts those of wireless and WAN apart: each is
//! one more only where there is one.

use std::collections::BTreeSet;

use crate::model::{Fact, Subject, System, Value};

/// Zones that count only where they exist.
const IF_ANY: [&str; 2] = ["wireless", "wan"];

/// The subject of one system.
pub(super) fn subject(system: &System) -> Subject {
    let mut subject = Subject::new("network", format!("network[{}]", system.id));
    subject.systems = Some(vec![system.id.clone()]);
    let Some(zones) = &system.zones else {
        // What the inventory does not say may stand in a paper.
        let why = Value::unseen("not_asked", "zones");
        subject.put(Fact::derived("zones", why.clone()));
        subject.put(Fact::derived("zones.count", why));
        return subject;
    };
    let names: BTreeSet<String> = zones.iter().map(|z| z.trim().to_lowercase()).collect();
    let counted = names
        .iter()
        .filter(|z| !IF_ANY.contains(&z.as_str()))
        .count();
    let list = Value::list(names.iter().map(|z| Value::from(z.as_str())));
    subject.put(Fact::set("zones", list));
    let counted = i64::try_from(counted).unwrap_or(i64::MAX);
    subject.put(Fact::derived("zones.count", counted));
    subject
}
