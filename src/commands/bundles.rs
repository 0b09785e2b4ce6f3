//! Evidence bundles are looked at before anything is judged: one that is not what was written ends the run.

use rayon::prelude::*;

use super::{Failure, now};
use crate::collect::bundle::{self, Unopened};
use crate::evidence::Problem;
use crate::model::{Inventory, Target};

/// Is each bundle what was written? What else is wrong with one is told of its asset.
///
/// # Errors
/// With all that are not.
pub(super) fn are_whole(inventory: &Inventory) -> Result<(), Failure> {
    let broken = problems(inventory, |e| {
        matches!(e, Unopened::Holds(Problem::Integrity(_)))
    });
    told(broken, Failure::Integrity)
}

/// Can each bundle be read at all?
///
/// # Errors
/// With all that cannot; those that are not what was written are left to [`are_whole`].
pub(super) fn can_be_read(inventory: &Inventory) -> Result<(), Failure> {
    let broken = problems(inventory, |e| {
        !matches!(e, Unopened::Holds(Problem::Integrity(_)))
    });
    let help = "\n  help: name a bundle that `capdo collect` wrote, or an answer of its script";
    let broken = broken.into_iter().map(|why| why + help).collect();
    told(broken, Failure::File)
}

fn told(broken: Vec<String>, failure: fn(String) -> Failure) -> Result<(), Failure> {
    if broken.is_empty() {
        Ok(())
    } else {
        Err(failure(broken.join("\nerror: ")))
    }
}

fn problems(inventory: &Inventory, counts: fn(&Unopened) -> bool) -> Vec<String> {
    let moment = now();
    inventory
        .assets
        .par_iter()
        .filter_map(|asset| match &asset.target {
            Target::Bundle(path) => bundle::open(path, moment)
                .err()
                .filter(counts)
                .map(|e| format!("{}: {e}", asset.shown)),
            Target::ServerRoot(_)
            | Target::Local { .. }
            | Target::Ssh { .. }
            | Target::Endpoint { .. }
            | Target::EndpointFacts { .. }
            | Target::Config(_)
            | Target::Schema { .. }
            | Target::Label(_)
            | Target::Roster { .. }
            | Target::CallerId { .. }
            | Target::NotBuilt(_) => None,
        })
        .collect()
}
