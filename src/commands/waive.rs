//! `capdo waive`: records that a failure is accepted for a time. The control runs on, and its result stays.

use super::entry::{self, Kind, quoted};
use super::{Failure, Outcome, Pack, now, output};
use crate::cli::{Common, DispositionArg, WaiveArgs};
use crate::input;
use crate::model::{Day, Inventory, Lang};
use crate::text::entries as words;
use crate::text::names::names_somebody;

const WAIVERS: Kind = Kind {
    key: "waivers",
    schema: "capdo/waivers/1",
};

/// Runs the command.
pub(super) fn run(args: &WaiveArgs, common: &Common) -> Outcome {
    if args.system.is_none() && args.asset.is_none() {
        return Err(Failure::Usage(
            "say where it is accepted: --asset or --system\n  help: --system org for a duty of the whole company".into(),
        ));
    }
    let pack = Pack::of(common)?;
    let today = common.as_of.unwrap_or_else(|| Day::of(now()));
    let inventory = input::load(&args.inventory, &pack.law, &pack.rules)?;
    let file = entry::target(&WAIVERS, &args.inventory, args.file.as_deref())?;
    let taken = inventory.waivers.iter().map(|w| w.id.as_str());
    let id = match &args.id {
        Some(id) => id.clone(),
        None => entry::next_id("wvr-", taken),
    };
    let from = args.from.unwrap_or(today);
    let until = match (args.until, args.days) {
        (Some(until), _) => until,
        (None, Some(days)) => from.plus_days(days),
        (None, None) => return Err(Failure::Usage("say when it ends: --until or --days".into())),
    };
    let lines = lines(args, &id, from, until, &file)?;
    let count = inventory.waivers.len();
    entry::add(&WAIVERS, &args.inventory, &file, &lines, &pack, |read| {
        right(read, &id, count, until, today)
    })?;
    if !common.quiet {
        let lang: Lang = common.lang.into();
        let shown = file.display().to_string();
        let said = words::waived(
            &id,
            &shown,
            until,
            args.approver.as_deref().is_some_and(names_somebody),
        );
        output::said(&format!("{}\n", said.get(lang)))?;
    }
    Ok(0)
}

/// What the checks of the file do not ask: is it read as one entry more, and does it still last?
fn right(read: &Inventory, id: &str, before: usize, until: Day, today: Day) -> Result<(), String> {
    if until < today {
        return Err(format!(
            "the waiver would end on {until}, before today ({today})\n  help: name a later day with --until"
        ));
    }
    let there = read.waivers.iter().any(|w| w.id == id);
    if !there || read.waivers.len() != before + 1 {
        return Err("the entry would not be read as one more waiver\n  help: write the list in the form of docs/inventory.md, one `- ` line for each".into());
    }
    Ok(())
}

fn lines(
    args: &WaiveArgs,
    id: &str,
    from: Day,
    until: Day,
    file: &std::path::Path,
) -> Result<Vec<String>, Failure> {
    let mut lines = vec![format!("- id: {}", quoted(id))];
    let mut put = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            lines.push(format!("  {key}: {}", quoted(value)));
        }
    };
    put("control", args.control.as_deref());
    put("requirement", args.requirement.as_deref());
    put("system", args.system.as_deref());
    put("asset", args.asset.as_deref());
    put("subject", args.subject.as_deref());
    put(
        "disposition",
        Some(match args.disposition {
            DispositionArg::Waived => "waived",
            DispositionArg::Compensating => "compensating",
            DispositionArg::FalsePositive => "false-positive",
        }),
    );
    put("reason", Some(&args.reason));
    put("owner", Some(&args.owner));
    put("approver", args.approver.as_deref());
    put("ticket", Some(&args.ticket));
    if let Some(document) = &args.evidence {
        lines.push(format!("  {}", entry::evidence(file, document)?));
    }
    lines.push(format!("  from: {from}"));
    lines.push(format!("  until: {until}"));
    Ok(lines)
}
