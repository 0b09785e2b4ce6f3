//! Collectors: the only code that touches targets. Each reads one kind of asset and emits facts; none judges.
//!
//! Read-only, capped, with deadlines. What could not be seen is said with a reason, never left out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Asset, Collected, Inventory, Reason, Source, Target};

pub mod bundle;
pub mod caller;
pub mod config;
pub mod document;
pub mod endpoint;
mod figures;
pub mod label;
pub mod lists;
pub mod live;
mod reader;
mod root;
pub mod schema;
pub mod server;
mod stop;
mod system_roots;
mod walk;

pub use live::Asking;
pub use reader::{ASSUMED, Reader, hex_sha256};
pub use root::RootFolder;
pub use stop::{stop, stopped};

/// The largest file that is read whole.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// What every collector is told.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment of collecting: ages count from it.
    pub now: Timestamp,
    /// The deadline of one network call.
    pub timeout: Duration,
    /// No network at all.
    pub offline: bool,
}

/// Collects one asset of an inventory. Where it cannot be begun at all, every subject type of its kind says why.
pub fn collect(asset: &Asset, inventory: &Inventory, cx: &Context) -> Result<Collected, Reason> {
    collect_asking(asset, inventory, cx, &Asking::default())
}

/// The same; hosts that run are asked in this way.
pub fn collect_asking(
    asset: &Asset,
    inventory: &Inventory,
    cx: &Context,
    asking: &Asking,
) -> Result<Collected, Reason> {
    let mut collected = match &asset.target {
        Target::ServerRoot(root) => {
            let source =
                RootFolder::open(root).map_err(|e| Reason::new(e.code(), e.to_string()))?;
            if source.stat("/etc").is_err_and(|e| e.is_missing()) {
                return Err(Reason::new(server::NOT_A_ROOT, asset.shown.clone()));
            }
            let mut collected = server::collect(&source, &asset.id, cx);
            server::beside(&mut collected, &asset.lists, cx);
            collected
        }
        Target::Bundle(path) => {
            let bundle = bundle::open(path, cx.now).map_err(|e| e.reason(&asset.shown))?;
            // Ages count from the day of collecting.
            let cx = Context {
                now: bundle.collected_at,
                ..cx.clone()
            };
            let mut collected = server::collect(&bundle, &asset.id, &cx);
            server::beside(&mut collected, &asset.lists, &cx);
            collected
        }
        Target::Local { .. } | Target::Ssh { .. } => {
            let opened = live::open(&asset.target, asking, cx)?;
            let mut collected = server::collect(&opened.bundle, &asset.id, cx);
            server::beside(&mut collected, &asset.lists, cx);
            opened.tell(&mut collected);
            collected
        }
        Target::Endpoint { .. } | Target::EndpointFacts { .. } => {
            endpoint::collect(&asset.target, &asset.shown, cx)
        }
        Target::Config(path) => config::collect(path, &asset.shown, cx),
        Target::Schema {
            path,
            dialect,
            declared,
        } => schema::collect(path, &asset.shown, dialect.as_deref(), declared, cx),
        Target::Database {
            env,
            sample,
            declared,
        } => schema::collect_live(env, *sample, declared, &asset.shown, cx),
        Target::Label(path) => {
            let mut seen = label::collect(path, &asset.shown, inventory.mask_profile.as_ref(), cx);
            label::reversal(&mut seen, inventory.code_reversal.as_ref());
            seen
        }
        Target::Roster { .. } => document::collect(asset, &inventory.organisation, cx),
        Target::CallerId(files) => caller::collect(files, &asset.shown, inventory, cx),
        Target::NotBuilt(what) => return Err(Reason::new("not-built", *what)),
    };
    for item in &mut collected.evidence {
        item.id = format!("{}:{}", asset.id, item.source);
    }
    name_apart(&mut collected);
    for subject in &mut collected.subjects {
        subject.facts.shrink();
        subject.other.shrink_to_fit();
    }
    Ok(collected)
}

/// Two subjects of one name in an asset are told apart by `#2`, in the order of the files.
pub fn name_apart(collected: &mut Collected) {
    let mut seen: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    for subject in &mut collected.subjects {
        let count = seen.entry(subject.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            subject.id = format!("{}#{count}", subject.id).into();
        }
    }
}
