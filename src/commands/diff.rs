//! `capdo diff`: what changed between two runs, with the table of transitions.

use std::fmt::Write as _;

use super::{Failure, Outcome, output, runs};
use crate::assess::compare::{self, Comparison, FindingStep, STANDINGS, Standing, Way};
use crate::cli::{Common, DiffArgs, ListFormat};
use crate::model::{Lang, Run};
use crate::text::compare::word;
use crate::text::labels;
use crate::text::unicode::visible;

/// Rows of a list that are shown; the JSON has all.
const SHOWN: usize = 20;

/// The longest text of a run that is shown.
const MOST_CHARS: usize = 160;

/// Runs the command.
pub(super) fn run(args: &DiffArgs, common: &Common) -> Outcome {
    let (old, new) = (runs::read(&args.old)?, runs::read(&args.new)?);
    same_thing(&old, &new, args)?;
    let comparison = compare::compare(&old, &new);
    match args.format {
        ListFormat::Json => {
            let json = serde_json::to_string_pretty(&comparison)
                .map_err(|e| Failure::Internal(e.to_string()))?;
            output::stdout(&format!("{json}\n"))?;
        }
        ListFormat::Human => output::said(&human(&old, &new, &comparison, common.lang.into()))?,
    }
    let worse = comparison.by_way.contains_key("worse")
        || comparison.requirements.iter().any(|r| r.way == Way::Worse);
    Ok(u8::from(args.fail_on_worse && worse))
}

fn ended(run: &Run) -> Option<jiff::Timestamp> {
    run.run.finished.parse().ok()
}

/// Runs of different things have no steps between them.
fn same_thing(old: &Run, new: &Run, args: &DiffArgs) -> Result<(), Failure> {
    let Some(why) = runs::apart(old, new) else {
        return Ok(());
    };
    Err(Failure::File(format!(
        "{} and {} are not runs of the same thing: {why}\n  help: compare two runs of one inventory, or two scans of the same targets",
        args.old.display(),
        args.new.display()
    )))
}

fn human(old: &Run, new: &Run, comparison: &Comparison, lang: Lang) -> String {
    let say = |key: &'static str| word(key).get(lang);
    let mut text = format!("{}\n", say("title"));
    for (key, run) in [("old", old), ("new", new)] {
        let _ = writeln!(
            text,
            "  {}: {} · {} · {} · {}",
            say(key),
            shown(&run.run.input),
            labels::moment(&shown(&run.run.finished)).get(lang),
            run.run.as_of,
            run.run.id
        );
    }
    for (shown, key) in [
        (comparison.rules_changed, "rules_changed"),
        (comparison.law_changed, "law_changed"),
        (!old.run.complete || !new.run.complete, "incomplete"),
        (ended(old) > ended(new), "turned"),
    ] {
        if shown {
            let _ = writeln!(text, "  {}", say(key));
        }
    }
    table(&mut text, comparison, lang);
    let _ = writeln!(text, "  {}", say("legend"));
    for way in [Way::Worse, Way::Better, Way::Changed] {
        findings(&mut text, comparison, way, lang);
    }
    for (way, key) in [(Way::Worse, "duties_worse"), (Way::Better, "duties_better")] {
        duties(&mut text, comparison, way, say(key), lang);
    }
    if comparison.findings.is_empty() && comparison.requirements.is_empty() {
        let _ = writeln!(text, "\n{}", say("none"));
    }
    text
}

fn table(text: &mut String, comparison: &Comparison, lang: Lang) {
    let _ = write!(text, "\n{}\n  {:<12}", word("table").get(lang), "");
    for to in STANDINGS {
        let _ = write!(text, "{:>11}", standing(to, lang));
    }
    text.push('\n');
    for from in STANDINGS {
        let _ = write!(text, "  {:<12}", standing(from, lang));
        for to in STANDINGS {
            let cell = comparison
                .table
                .iter()
                .find(|c| c.from == from && c.to == to);
            let shown =
                cell.map_or_else(|| "·".to_owned(), |c| format!("{}{}", sign(c.way), c.count));
            let _ = write!(text, "{shown:>11}");
        }
        text.push('\n');
    }
}

fn sign(way: Way) -> &'static str {
    match way {
        Way::Worse => "▼ ",
        Way::Better => "▲ ",
        Way::Changed => "~ ",
        Way::Same => "",
    }
}

fn findings(text: &mut String, comparison: &Comparison, way: Way, lang: Lang) {
    let steps: Vec<&FindingStep> = comparison
        .findings
        .iter()
        .filter(|s| s.way == way)
        .collect();
    if steps.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n{} ({})",
        word(compare::word(way)).get(lang),
        steps.len()
    );
    for step in steps.iter().take(SHOWN) {
        let title = match lang {
            Lang::Vi => &step.title.vi,
            Lang::En => &step.title.en,
        };
        let _ = writeln!(
            text,
            "  {}{} → {}  {:<12}  {} ({})\n      {}  {}",
            sign(way),
            standing(step.from, lang),
            standing(step.to, lang),
            labels::severity(step.severity).get(lang),
            shown(title),
            step.control,
            shown(&step.asset),
            shown(&step.subject)
        );
    }
    more(text, steps.len(), lang);
}

fn duties(text: &mut String, comparison: &Comparison, way: Way, heading: &str, lang: Lang) {
    let steps: Vec<_> = comparison
        .requirements
        .iter()
        .filter(|s| s.way == way)
        .collect();
    if steps.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{heading} ({})", steps.len());
    for step in steps.iter().take(SHOWN) {
        let state = |s: Option<crate::model::Status>| {
            s.map_or(word("absent").get(lang), |s| labels::status(s).get(lang))
        };
        let _ = writeln!(
            text,
            "  {}{} → {}  {}  {}: {}",
            sign(way),
            state(step.old),
            state(step.new),
            shown(&step.system),
            shown(step.reference.get(lang)),
            shown(step.title.get(lang))
        );
    }
    more(text, steps.len(), lang);
}

fn more(text: &mut String, all: usize, lang: Lang) {
    if all > SHOWN {
        let more = labels::more(all - SHOWN);
        let _ = writeln!(text, "  … {}", more.get(lang));
    }
}

/// Text of a run as a line takes it: nothing that hides, nothing endless.
fn shown(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", visible(text.get(..at).unwrap_or_default())),
        None => visible(text),
    }
}

fn standing(standing: Standing, lang: Lang) -> &'static str {
    word(match standing {
        Standing::Pass => "pass",
        Standing::Fail => "fail",
        Standing::Accepted => "accepted",
        Standing::Unseen => "unseen",
        Standing::Outside => "outside",
        Standing::Absent => "absent",
    })
    .get(lang)
}
