//! `capdo report`: draws the formats of a run again.

use jiff::Timestamp;

use super::deliver::{self, Reports};
use super::sealing::{self, Sealing};
use super::{Outcome, Pack, runs};
use crate::cli::{Common, ReportArgs};

/// Runs the command.
pub(super) fn run(args: &ReportArgs, common: &Common) -> Outcome {
    let out = args.out.as_deref();
    let formats = deliver::formats(&args.format, out)?;
    let run = runs::read(&args.run)?;
    let until = run.run.finished.parse().unwrap_or(Timestamp::MAX);
    let mut history = runs::history(&args.draw.history, until, |earlier| {
        runs::apart(earlier, &run).map(str::to_owned)
    })?;
    // A pattern of file names takes in the run itself.
    history.retain(|past| past.id != run.run.id || past.finished != run.run.finished);
    let sealing = Sealing {
        key: sealing::signing_key(args.sign.as_deref())?,
        inputs: sealing::history(&args.draw.history),
        earlier: args.run.parent().map(std::path::Path::to_owned),
    };
    let systems: Vec<&str> = run.systems.iter().map(|s| s.id.as_str()).collect();
    let plan = deliver::plan(&args.draw, out, &Pack::of(common)?, &systems)?;
    let reports = Reports {
        formats: &formats,
        out,
        draw: &args.draw,
        plan,
        history,
        sealing,
    };
    deliver::deliver(&run, reports, common)?;
    Ok(0)
}
