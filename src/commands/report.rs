//! `capdo report`: draws the formats of a run again.

use super::{Outcome, deliver, runs};
use crate::cli::{Common, ReportArgs};

/// Runs the command.
pub(super) fn run(args: &ReportArgs, common: &Common) -> Outcome {
    let formats = deliver::formats(&args.format, args.out.as_deref())?;
    let run = runs::read(&args.run)?;
    deliver::deliver(&run, &formats, args.out.as_deref(), common)?;
    Ok(0)
}
