//! `capdo report`: draws the formats of a run again.

use super::{Outcome, Pack, audit, deliver};
use crate::cli::{Common, ReportArgs};

/// Runs the command.
pub(super) fn run(args: &ReportArgs, common: &Common) -> Outcome {
    let formats = deliver::formats(&args.format, args.out.as_deref())?;
    let run = audit::read_run(&args.run)?;
    let systems: Vec<&str> = run.systems.iter().map(|s| s.id.as_str()).collect();
    let plan = deliver::plan(
        &args.draw,
        args.out.as_deref(),
        &Pack::of(common)?,
        &systems,
    )?;
    deliver::deliver(
        &run,
        &formats,
        args.out.as_deref(),
        &args.draw,
        plan,
        common,
    )?;
    Ok(0)
}
