//! `capdo rules`: for those who write controls.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::{Failure, Outcome, Pack, output, rules_check, rules_test, survivors};
use crate::cli::{Common, KindArg, ListFormat, RulesCommand, SchemaKind};
use crate::model::{AssetKind, Control, Lang, Run};
use crate::parse::shape::Shape;
use crate::rules::control_pages;
use crate::text::labels;

/// Runs the command.
pub(super) fn run(command: &RulesCommand, common: &Common) -> Outcome {
    match command {
        RulesCommand::List { format } => list(&Pack::of(common)?, *format, common.lang.into()),
        RulesCommand::Check { format } => rules_check::run(*format, common),
        RulesCommand::Test { prefix, no_mutants } => test(
            &Pack::with_examples(common)?,
            prefix.as_deref().unwrap_or_default(),
            *no_mutants,
            common,
        ),
        RulesCommand::Docs { out, check } => docs(&Pack::with_examples(common)?, out, *check),
        RulesCommand::Schema { which } => schema(*which),
        RulesCommand::New { id, kind } => new(id, *kind),
    }
}

fn list(pack: &Pack, format: ListFormat, lang: Lang) -> Outcome {
    let mut text = String::new();
    match format {
        ListFormat::Json => {
            let rows: Vec<serde_json::Value> = pack.rules.controls.iter().map(row).collect();
            text = serde_json::to_string_pretty(&rows)
                .map_err(|e| Failure::Internal(e.to_string()))?
                + "\n";
        }
        ListFormat::Human => {
            for control in &pack.rules.controls {
                let _ = writeln!(
                    text,
                    "{:<14} {:<9} {:<12}  {:<5}  {}",
                    control.id,
                    control.asset.word(),
                    labels::severity(control.severity).get(lang),
                    control.levels.to_string(),
                    control.title.get(lang)
                );
            }
            let _ = writeln!(
                text,
                "{}",
                labels::controls(pack.rules.controls.len()).get(lang)
            );
            return output::said(&text).map(|()| 0);
        }
    }
    output::stdout(&text)?;
    Ok(0)
}

fn row(control: &Control) -> serde_json::Value {
    json!({
        "id": control.id,
        "title": control.title,
        "severity": control.severity,
        "asset": control.asset,
        "subject": control.subject,
        "levels": control.levels.iter().collect::<Vec<_>>(),
        "force": control.force,
        "satisfies": control.satisfies.iter().map(|b| b.requirement.as_str()).collect::<Vec<_>>(),
        "references": { "cis": control.references.cis, "ssg": control.references.ssg },
    })
}

fn test(pack: &Pack, prefix: &str, no_mutants: bool, common: &Common) -> Outcome {
    let (count, wrong) = rules_test::run(pack, prefix);
    let mut text = String::new();
    for w in &wrong {
        let got: Vec<&str> = w.got.iter().map(|word| word.word()).collect();
        let _ = writeln!(
            text,
            "{}: example \"{}\" expects {}, got {} ({})",
            w.control,
            w.example,
            w.expected.word(),
            if got.is_empty() {
                "nothing".to_owned()
            } else {
                got.join(", ")
            },
            w.why.trim()
        );
    }
    let mut mutation = String::new();
    let mut alive = 0;
    if !no_mutants && !wrong.is_empty() {
        mutation = "mutants not tried: examples fail\n".to_owned();
    } else if !no_mutants {
        let (count, found) = rules_test::mutants(pack, prefix);
        let known = survivors::known(common.rules.as_deref(), prefix)?;
        let verdict = survivors::compare(&found, &known);
        alive = verdict.len();
        verdict.iter().for_each(|line| {
            let _ = writeln!(text, "{line}");
        });
        mutation = format!(
            "{count} mutants: {} caught, {} survive ({} of them with a reason)\n",
            count - found.len(),
            found.len(),
            known.len()
        );
    }
    let _ = writeln!(
        text,
        "{} passed, {} failed",
        count - wrong.len(),
        wrong.len()
    );
    output::stdout(&(text + &mutation))?;
    Ok(u8::from(!wrong.is_empty() || alive > 0))
}

fn docs(pack: &Pack, folder: &Path, check: bool) -> Outcome {
    let pages = control_pages(&pack.rules, &pack.law);
    let mut stale = Vec::new();
    if !check {
        fs::create_dir_all(folder)
            .map_err(|e| Failure::File(format!("{}: {e}", folder.display())))?;
    }
    for (name, text) in &pages {
        let path = folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        if check {
            stale.push(name.clone());
        } else {
            fs::write(&path, text)
                .map_err(|e| Failure::File(format!("{}: {e}", path.display())))?;
        }
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") && !pages.contains_key(&name) {
            if check {
                stale.push(name);
            } else {
                fs::remove_file(entry.path()).map_err(|e| Failure::File(format!("{name}: {e}")))?;
            }
        }
    }
    if stale.is_empty() {
        output::stdout(&format!("{} pages\n", pages.len()))?;
        return Ok(0);
    }
    output::stderr(&format!(
        "not up to date: {}\n  help: run `capdo rules docs`\n",
        stale.join(", ")
    ));
    Ok(1)
}

fn schema(which: SchemaKind) -> Outcome {
    let shape = match which {
        SchemaKind::Control => crate::rules::control_shape(),
        SchemaKind::Vocabulary => Shape::of::<crate::rules::VocabularyFile>(),
        SchemaKind::Law => Shape::of::<crate::law::LawFile>(),
        SchemaKind::Sanctions => Shape::of::<crate::law::SanctionFile>(),
        SchemaKind::Run => Shape::of::<Run>(),
        SchemaKind::Inventory => Shape::of::<crate::input::syntax::InventoryFile>(),
        SchemaKind::Waivers => Shape::of::<crate::input::syntax::WaiversFile>(),
        SchemaKind::Attestations => Shape::of::<crate::input::syntax::AttestationsFile>(),
        SchemaKind::Plan => Shape::of::<crate::input::syntax::PlanFile>(),
    };
    let text = serde_json::to_string_pretty(shape.schema())
        .map_err(|e| Failure::Internal(e.to_string()))?;
    output::stdout(&(text + "\n"))?;
    Ok(0)
}

fn new(id: &str, kind: KindArg) -> Outcome {
    let kind = AssetKind::from(kind);
    let text = include_str!("../../templates/control.yaml")
        .replace("{{ id }}", id)
        .replace("{{ asset }}", kind.word());
    output::stdout(&text)?;
    Ok(0)
}
