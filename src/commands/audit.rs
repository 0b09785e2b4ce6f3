//! `capdo audit`: the main job.

use std::collections::BTreeMap;
use std::fs;

use super::deliver::{self, Reports};
use super::sealing::{self, Sealing};
use super::work::{self, Work};
use super::{Failure, Outcome, Pack, now, runs};
use crate::cli::{AuditArgs, Common};
use crate::input;
use crate::model::Day;

/// Runs the command.
pub(super) fn run(args: &AuditArgs, common: &Common) -> Outcome {
    let formats = deliver::formats(&args.work.format, args.work.out.as_deref())?;
    let pack = Pack::of(common)?;
    let inventory = input::load(&args.inventory, &pack.law, &pack.rules)?;
    parameters(&inventory.parameters, &pack)?;
    let moment = now();
    let named = &args.work.draw.history;
    let earlier = runs::earlier(&args.gate, named, &inventory, None, moment)?;
    if let Some(out) = &args.work.out {
        super::output::folder(out)?;
    }
    super::bundles::are_whole(&inventory)?;
    let sealing = Sealing {
        key: sealing::signing_key(args.work.sign.as_deref())?,
        inputs: sealing::inputs(&inventory, Some(&args.inventory), named),
        earlier: runs::folder_of(&args.gate),
    };
    let systems: Vec<&str> = inventory.systems.iter().map(|s| s.id.as_str()).collect();
    let plan = deliver::plan(&args.work.draw, args.work.out.as_deref(), &pack, &systems)?;
    work::watch_interrupts();
    let run = Work {
        pack: &pack,
        inventory: &inventory,
        scan: None,
        changed: None,
        as_of: common.as_of.unwrap_or_else(|| Day::of(moment)),
        now: moment,
        gate: &args.gate,
        work: &args.work,
        input_bytes: fs::read(&args.inventory).unwrap_or_default(),
        baseline: earlier.baseline,
        quiet: common.quiet,
    }
    .run()?;
    let reports = Reports {
        formats: &formats,
        out: args.work.out.as_deref(),
        draw: &args.work.draw,
        plan,
        history: earlier.history,
        sealing,
    };
    deliver::deliver(&run, reports, common)?;
    Ok(if work::interrupted() {
        130
    } else {
        run.gate.exit_code
    })
}

/// Every `CONTROL.parameter` of the inventory must exist and be stricter than the law, at every level.
fn parameters(written: &BTreeMap<String, i64>, pack: &Pack) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for (key, value) in written {
        let known = key.rsplit_once('.').and_then(|(id, name)| {
            pack.rules
                .control(id)?
                .parameters
                .iter()
                .find(|p| p.name == name)
        });
        match known {
            None => wrong.push(format!(
                "parameters.{key}: no such control or parameter; see `capdo rules list`"
            )),
            Some(parameter) => {
                let loosest = |values: &BTreeMap<u8, i64>| match parameter.tighten {
                    crate::model::Tighten::Up => values.values().min().copied(),
                    crate::model::Tighten::Down => values.values().max().copied(),
                };
                let floor = parameter.by.iter().filter_map(|s| loosest(&s.values));
                let looser = |floor: i64| match parameter.tighten {
                    crate::model::Tighten::Up => *value < floor,
                    crate::model::Tighten::Down => *value > floor,
                };
                if floor.into_iter().all(looser) && !parameter.by.is_empty() {
                    wrong.push(format!("parameters.{key}: {value} is looser than the law sets; an inventory may only tighten"));
                }
            }
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure::File(wrong.join("\nerror: ")))
    }
}
