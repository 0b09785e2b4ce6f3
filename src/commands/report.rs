//! `capdo report`: draws the formats of a run again.

use super::{Outcome, audit, deliver};
use crate::cli::{Common, ReportArgs};

/// Runs the command.
pub(super) fn run(args: &ReportArgs, common: &Common) -> Outcome {
    let formats = deliver::formats(&args.format, args.out.as_deref())?;
    let run = audit::read_run(&args.run)?;
    deliver::deliver(&run, &formats, args.out.as_deref(), common)?;
    Ok(0)
}
