//! `capdo classify`: the level that each system must have under the law of the day, and why.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::json;

use super::{Failure, Outcome, Pack, coverage, draft, output};
use crate::cli::{ClassifyArgs, Common, ListFormat};
use crate::input;
use crate::law::{self, Branch, Classification};
use crate::model::{Day, Force, Inventory, Lang, Level, Regime, System, Text};
use crate::text::classify as words;

/// A system with all that is said of it.
pub(super) struct Case<'a> {
    pub(super) system: &'a System,
    pub(super) found: Classification,
    pub(super) decision: Text,
    higher: Option<Higher>,
    investment: Option<Day>,
}

/// What a higher level adds.
struct Higher {
    level: Level,
    requirements: usize,
    controls: usize,
}

/// Runs the command.
pub(super) fn run(args: &ClassifyArgs, common: &Common) -> Outcome {
    let pack = Pack::of(common)?;
    let on = common.as_of.unwrap_or_else(|| Day::of(super::now()));
    let inventory = input::load(&args.inventory, &pack.law, &pack.rules)?;
    let lang = common.lang.into();
    let mut cases = Vec::new();
    for system in &inventory.systems {
        cases.push(case(&pack, &inventory, system, on));
    }
    if let Some(wanted) = &args.draft {
        if let Some(id) = wanted {
            cases.retain(|c| c.system.id == *id);
            if cases.is_empty() {
                return Err(no_system(id, &inventory));
            }
        }
        let text = draft::draft(&pack, &inventory, &cases, on, lang);
        return deliver(&text, args.out.as_deref());
    }
    let text = match args.format {
        ListFormat::Json => coverage::pretty(&as_json(&cases, on))?,
        ListFormat::Human => human(&pack, &cases, &inventory, args.explain, on, lang),
    };
    match args.format {
        ListFormat::Human => output::said(&text)?,
        ListFormat::Json => output::stdout(&text)?,
    }
    Ok(0)
}

fn no_system(id: &str, inventory: &Inventory) -> Failure {
    let ids = inventory.systems.iter().map(|s| s.id.as_str());
    let help = crate::parse::shape::nearest(id, ids).map_or_else(
        || "name a system of the inventory; the inventory itself stands before --draft".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Failure::Usage(format!("there is no system `{id}`\n  help: {help}"))
}

fn deliver(text: &str, out: Option<&std::path::Path>) -> Outcome {
    let Some(path) = out else {
        output::stdout(text)?;
        return Ok(0);
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => std::path::Path::new("."),
    };
    let Some(name) = path.file_name() else {
        return Err(Failure::Usage(format!("{}: name a file", path.display())));
    };
    output::folder(folder)?;
    output::file(folder, &name.to_string_lossy(), text.as_bytes())?;
    Ok(0)
}

fn case<'a>(pack: &Pack, inventory: &Inventory, system: &'a System, on: Day) -> Case<'a> {
    let found = law::classify(&pack.law, system, on);
    let due = pack
        .law
        .requirements
        .iter()
        .filter(|r| r.in_force(on))
        .filter_map(|r| law::due(r, system, on))
        .max();
    Case {
        decision: words::decision(
            system.level_decision.as_ref(),
            &decision(pack, system, &found, due, on),
        ),
        higher: higher(pack, inventory, system, found.level, on),
        investment: due.filter(|_| !found.kept && system.investment_from.is_some()),
        system,
        found,
    }
}

/// What the decision is worth on the day.
fn decision(
    pack: &Pack,
    system: &System,
    found: &Classification,
    due: Option<Day>,
    on: Day,
) -> Text {
    let Some(decision) = &system.level_decision else {
        return Text::default();
    };
    if decision.date > on {
        return words::decision_later();
    }
    if found.kept {
        return words::kept(due);
    }
    let id = match decision.regime {
        Regime::Nd85 => "nd85",
        Regime::Nd331 => "nd331",
    };
    let rests = pack.law.instrument(id);
    if rests.is_some_and(|i| !i.in_force(decision.date)) {
        return words::decision_out_of_time();
    }
    Text::default()
}

fn higher(
    pack: &Pack,
    inventory: &Inventory,
    system: &System,
    found: Option<Level>,
    on: Day,
) -> Option<Higher> {
    let next = Level::new(system.level.number() + 1);
    let level = found.filter(|l| *l > system.level).or(next)?;
    let requirements = |level: Level| -> BTreeSet<String> {
        let raised = System {
            level,
            ..system.clone()
        };
        law::duties(&pack.law, &inventory.organisation, &[raised], on)
            .into_iter()
            .map(|d| d.requirement)
            .collect()
    };
    let controls = |level| coverage::asked(pack, level, on);
    Some(Higher {
        level,
        requirements: requirements(level)
            .difference(&requirements(system.level))
            .count(),
        controls: controls(level).difference(&controls(system.level)).count(),
    })
}

fn human(
    pack: &Pack,
    cases: &[Case<'_>],
    inventory: &Inventory,
    explain: bool,
    on: Day,
    lang: Lang,
) -> String {
    let mut text = String::new();
    let first = cases.first().map(|c| &c.found);
    let _ = writeln!(text, "{}", heading(pack, first, inventory, on).get(lang));
    for case in cases {
        let _ = writeln!(
            text,
            "\n{} · {}",
            case.system.id,
            case.system.name.get(lang)
        );
        for line in summary(pack, case) {
            let _ = writeln!(text, "  {}", line.get(lang));
        }
        if explain {
            for branch in &case.found.branches {
                let _ = writeln!(text, "    {}", line(pack, branch).get(lang));
            }
        }
    }
    text
}

fn heading(pack: &Pack, found: Option<&Classification>, inventory: &Inventory, on: Day) -> Text {
    let number = found
        .and_then(|f| f.instrument.as_deref())
        .and_then(|id| pack.law.instrument(id))
        .map(|i| i.number.as_str());
    match (number, found.and_then(|f| f.from)) {
        (None, _) => words::heading_none(&inventory.file, on),
        (Some(number), None) => words::heading(&inventory.file, on, number),
        (Some(number), Some(from)) => words::heading_between(&inventory.file, on, number, from),
    }
}

/// The lines of a system.
pub(super) fn summary(pack: &Pack, case: &Case<'_>) -> Vec<Text> {
    let found = &case.found;
    let deciding = found.deciding();
    let mut lines = vec![words::level(
        found.level,
        deciding.map_or(Force::Binding, |b| b.force),
        deciding.map_or("", |b| b.reference.as_str()),
    )];
    if found.level != found.firm {
        lines.push(words::firm(found.firm));
    }
    // What weakens the deciding text, its counter-argument with it.
    let weak = deciding.filter(|b| b.force != Force::Binding);
    let note = weak
        .and_then(|b| pack.law.requirement(&b.requirement))
        .and_then(|r| r.note.as_ref());
    lines.extend(note.map(words::note));
    let used = deciding
        .filter(|b| !b.measures.is_empty())
        .or_else(|| found.branches.iter().find(|b| !b.measures.is_empty()));
    if let Some(branch) = used {
        lines.push(words::counts(&measures(branch)));
    }
    lines.push(words::declared(case.system.level, found.level));
    lines.push(case.decision.clone());
    lines.extend(case.investment.map(words::investment));
    for near in found.nearness() {
        let m = &near.measure;
        let measure = words::measure(&m.figure, m.count, m.limit);
        lines.push(words::near(&measure, near.percent, near.level, near.warn));
    }
    if let Some(h) = &case.higher {
        lines.push(words::higher(h.level, h.requirements, h.controls));
    }
    if !found.missing.is_empty() {
        lines.push(words::missing(&found.missing.join(", "), found.up_to));
    }
    lines.extend(unread(found));
    lines
}

/// Lines of the table above the level whose text must be read again.
fn unread(found: &Classification) -> Option<Text> {
    let mut days = Vec::new();
    let mut references = Vec::new();
    let mut up_to = None;
    for branch in &found.branches {
        if let law::Outcome::Reread(day) = branch.outcome {
            days.push(day);
            references.push(branch.reference.as_str());
            up_to = up_to.max(Some(branch.level));
        }
    }
    let day = days.into_iter().min()?;
    Some(words::to_reread(&references.join(", "), day, up_to))
}

fn measures(branch: &Branch) -> Text {
    let all: Vec<Text> = branch
        .measures
        .iter()
        .map(|m| words::measure(&m.figure, m.count, m.limit))
        .collect();
    let join = |lang| {
        let parts: Vec<&str> = all.iter().map(|t: &Text| t.get(lang)).collect();
        parts.join("; ")
    };
    Text::new(join(Lang::Vi), join(Lang::En))
}

/// One line of the table with its answer.
pub(super) fn line(pack: &Pack, branch: &Branch) -> Text {
    let said = answer(branch);
    let title = pack
        .law
        .requirement(&branch.requirement)
        .map(|r| r.title.clone())
        .unwrap_or_default();
    let sign = match &branch.outcome {
        law::Outcome::Met if branch.decides => "▶",
        law::Outcome::Met => "●",
        law::Outcome::NotMet => "○",
        law::Outcome::Open(_) | law::Outcome::Reread(_) => "?",
        law::Outcome::Outside => "–",
    };
    let counts = measures(branch);
    let row = |lang: Lang| {
        let mut row = format!(
            "{sign} {} {} · {}: {}",
            branch.level,
            branch.reference,
            title.get(lang),
            said.get(lang)
        );
        if !branch.measures.is_empty() {
            let _ = write!(row, " ({})", counts.get(lang));
        }
        row
    };
    Text::new(row(Lang::Vi), row(Lang::En))
}

fn answer(branch: &Branch) -> Text {
    match &branch.outcome {
        law::Outcome::Met if branch.decides => words::decides(),
        law::Outcome::Met => words::met(),
        law::Outcome::NotMet => words::not_met(),
        law::Outcome::Open(keys) => words::open(&keys.join(", ")),
        law::Outcome::Reread(day) => words::reread(*day),
        law::Outcome::Outside => words::outside(),
    }
}

fn outcome_word(outcome: &law::Outcome) -> &'static str {
    match outcome {
        law::Outcome::Met => "met",
        law::Outcome::NotMet => "not-met",
        law::Outcome::Open(_) => "not-told",
        law::Outcome::Reread(_) => "reread",
        law::Outcome::Outside => "outside",
    }
}

fn as_json(cases: &[Case<'_>], on: Day) -> serde_json::Value {
    let branch = |b: &Branch| {
        let measures: Vec<serde_json::Value> = b
            .measures
            .iter()
            .map(|m| json!({ "figure": m.figure, "count": m.count, "limit": m.limit }))
            .collect();
        json!({
            "level": b.level, "requirement": b.requirement, "reference": b.reference,
            "outcome": outcome_word(&b.outcome), "force": b.force, "decides": b.decides,
            "measures": measures, "said": answer(b),
        })
    };
    let systems: Vec<serde_json::Value> = cases
        .iter()
        .map(|c| {
            let near: Vec<serde_json::Value> = c
                .found
                .nearness()
                .iter()
                .map(|n| {
                    json!({
                        "requirement": n.requirement, "level": n.level, "figure": n.measure.figure,
                        "count": n.measure.count, "limit": n.measure.limit, "percent": n.percent, "warn": n.warn,
                    })
                })
                .collect();
            let higher = c.higher.as_ref().map(|h| {
                json!({ "level": h.level, "requirements": h.requirements, "controls": h.controls })
            });
            json!({
                "id": c.system.id, "declared": c.system.level, "level": c.found.level, "firm": c.found.firm,
                "up_to": c.found.up_to, "missing": c.found.missing, "kept": c.found.kept,
                "decision": c.decision, "deciding": c.found.deciding().map(branch), "near": near,
                "higher": higher, "branches": c.found.branches.iter().map(branch).collect::<Vec<_>>(),
            })
        })
        .collect();
    let first = cases.first().map(|c| &c.found);
    json!({
        "schema": "capdo/classify/1",
        "as_of": on,
        "instrument": first.and_then(|f| f.instrument.clone()),
        "in_force": first.is_some_and(|f| f.in_force),
        "from": first.and_then(|f| f.from),
        "systems": systems,
    })
}
