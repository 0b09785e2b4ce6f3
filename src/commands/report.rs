//! `capdo report`: draws the formats of a run again.

use super::sealing::{self, Sealing};
use super::{Outcome, deliver, runs};
use crate::cli::{Common, ReportArgs};

/// Runs the command.
pub(super) fn run(args: &ReportArgs, common: &Common) -> Outcome {
    let formats = deliver::formats(&args.format, args.out.as_deref())?;
    let run = runs::read(&args.run)?;
    let sealing = Sealing {
        key: sealing::signing_key(args.sign.as_deref())?,
        inputs: Vec::new(),
        earlier: args.run.parent().map(std::path::Path::to_owned),
    };
    deliver::deliver(&run, &formats, args.out.as_deref(), &sealing, common)?;
    Ok(0)
}
