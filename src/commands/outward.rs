//! What a control may reach for beside the subject: the asset, its system, the organisation.

use std::collections::BTreeMap;

use crate::model::{Asset, Inventory, System, Target, Value};

pub(super) fn asset_facts(asset: &Asset) -> BTreeMap<String, Value> {
    let mut facts = BTreeMap::from([
        ("id".to_owned(), asset.id.as_str().into()),
        ("kind".to_owned(), asset.kind.word().into()),
        (
            "roles".to_owned(),
            Value::list(asset.roles.iter().map(|r| r.as_str().into())),
        ),
    ]);
    if let Target::Endpoint { purpose, .. } | Target::EndpointFacts { purpose, .. } = &asset.target
    {
        facts.insert("purpose".to_owned(), purpose.as_str().into());
    }
    facts
}

pub(super) fn system_facts(system: &System) -> BTreeMap<String, Value> {
    let hosting = match system.hosting {
        crate::model::Hosting::Own => "own",
        crate::model::Hosting::Datacentre => "datacentre",
        crate::model::Hosting::Cloud => "cloud",
    };
    let mut facts = BTreeMap::from([
        ("id".to_owned(), system.id.as_str().into()),
        ("level".to_owned(), Value::Int(system.level.number().into())),
        ("online_service".to_owned(), system.online_service.into()),
        ("hosting".to_owned(), hosting.into()),
    ]);
    if let Some(counts) = system.data_subjects {
        let int = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        facts.insert("basic_subjects".to_owned(), int(counts.basic));
        facts.insert("sensitive_subjects".to_owned(), int(counts.sensitive));
    }
    facts
}

pub(super) fn org_facts(inventory: &Inventory) -> BTreeMap<String, Value> {
    let org = &inventory.organisation;
    let ownership = match org.ownership {
        crate::model::Ownership::Private => "private",
        crate::model::Ownership::State => "state",
    };
    let size = match org.size {
        crate::model::Size::Micro => "micro",
        crate::model::Size::Small => "small",
        crate::model::Size::Medium => "medium",
        crate::model::Size::Large => "large",
    };
    BTreeMap::from([
        ("ownership".to_owned(), ownership.into()),
        ("size".to_owned(), size.into()),
        ("subcontractors".to_owned(), org.subcontractors.into()),
    ])
}
