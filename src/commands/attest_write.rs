//! `capdo attest`: records what a document states, with its hash, who signed it and how long it counts.

use std::path::Path;

use super::attest::cycle;
use super::entry::{self, Kind, quoted};
use super::{Failure, Outcome, Pack, now, output};
use crate::cli::{AttestArgs, Common};
use crate::input;
use crate::model::{Day, Inventory, Lang, Level, Period, Requirement, Scope};
use crate::parse::shape::nearest;
use crate::text::entries as words;
use crate::text::names::names_somebody;

const ATTESTATIONS: Kind = Kind {
    key: "attestations",
    schema: "capdo/attestations/1",
};

/// The scope of the whole company.
const ORGANISATION: &str = "organisation";

/// Runs the command.
pub(super) fn run(args: &AttestArgs, common: &Common) -> Outcome {
    let pack = Pack::of(common)?;
    let today = common.as_of.unwrap_or_else(|| Day::of(now()));
    let inventory = input::load(&args.inventory, &pack.law, &pack.rules)?;
    let wanted = args.requirement.as_deref().unwrap_or_default();
    let Some(requirement) = pack.law.requirement(wanted) else {
        let known = pack.law.requirements.iter().map(|r| r.id.as_str());
        let help = nearest(wanted, known).map_or_else(
            || "see `capdo attest --missing`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::Usage(format!(
            "there is no requirement `{wanted}`\n  help: {help}"
        )));
    };
    let scope = scope(args, requirement, &inventory)?;
    let level = level(&inventory, &scope);
    let lawful = level.and_then(|level| cycle(requirement, level));
    let issued = args.issued.unwrap_or(today);
    let valid_for = args
        .valid_for
        .clone()
        .unwrap_or_else(|| format!("{} months", lawful.unwrap_or(12)));
    let file = entry::target(&ATTESTATIONS, &args.inventory, args.file.as_deref())?;
    let taken = inventory.attestations.iter().map(|a| a.id.as_str());
    let id = match &args.id {
        Some(id) => id.clone(),
        None => entry::next_id("att-", taken),
    };
    let lines = lines(args, &id, &scope, issued, &valid_for, &file)?;
    let count = inventory.attestations.len();
    entry::add(
        &ATTESTATIONS,
        &args.inventory,
        &file,
        &lines,
        &pack,
        |read| right(read, &id, count, today),
    )?;
    if !common.quiet {
        let lang: Lang = common.lang.into();
        let ends = Period::parse(&valid_for).map(|p| p.last_day(issued));
        let longer = lawful.filter(|months| ends.is_some_and(|e| e > issued.plus_months(*months)));
        let said = words::attested(&id, &file.display().to_string(), ends, longer);
        output::said(&format!("{}\n", said.get(lang)))?;
    }
    Ok(0)
}

/// What is written, or the whole company where the duty is one of the whole company.
fn scope(
    args: &AttestArgs,
    requirement: &Requirement,
    inventory: &Inventory,
) -> Result<String, Failure> {
    if let Some(scope) = &args.scope {
        let of_all = requirement.scope == Scope::Organisation;
        return if of_all && inventory.systems.iter().any(|s| s.id == *scope) {
            Err(Failure::Usage(format!(
                "{} is a duty of the whole company: a document of one system says nothing of it\n  help: leave out --scope",
                requirement.id
            )))
        } else {
            Ok(scope.clone())
        };
    }
    match requirement.scope {
        Scope::Organisation => Ok(ORGANISATION.into()),
        Scope::System => {
            let systems: Vec<&str> = inventory.systems.iter().map(|s| s.id.as_str()).collect();
            Err(Failure::Usage(format!(
                "{} is judged for each system: say of which the document speaks\n  help: --scope {} (or --scope organisation where it speaks of all)",
                requirement.id,
                systems.join(" | ")
            )))
        }
    }
}

fn level(inventory: &Inventory, scope: &str) -> Option<Level> {
    let systems = inventory.systems.iter();
    systems
        .filter(|s| scope == ORGANISATION || s.id == scope)
        .map(|s| s.level)
        .max()
}

/// What the checks of the file do not ask.
fn right(read: &Inventory, id: &str, before: usize, today: Day) -> Result<(), String> {
    let Some(made) = read.attestations.iter().find(|a| a.id == id) else {
        return Err("the entry would not be read\n  help: write the list in the form of docs/inventory.md, one `- ` line for each".into());
    };
    if read.attestations.len() != before + 1 {
        return Err("the entry would not be read as one more attestation".into());
    }
    if made.issued > today {
        return Err(format!(
            "the document is of {}, after today ({today})\n  help: name the day on it with --issued",
            made.issued
        ));
    }
    if made.valid_to < today {
        return Err(format!(
            "the document of {} counted until {} only\n  help: a newer document is needed",
            made.issued, made.valid_to
        ));
    }
    if made.statement.vi.trim().is_empty() {
        let what = "statement";
        return Err(format!("{what}: this is empty\n  help: write it out"));
    }
    for (what, text) in [("signer", &made.signer.name), ("role", &made.signer.role)] {
        if !names_somebody(text) {
            return Err(format!(
                "{what}: nobody is named\n  help: write it as it stands on the document"
            ));
        }
    }
    Ok(())
}

fn lines(
    args: &AttestArgs,
    id: &str,
    scope: &str,
    issued: Day,
    valid_for: &str,
    file: &Path,
) -> Result<Vec<String>, Failure> {
    let of = |value: &Option<String>| quoted(value.as_deref().unwrap_or_default());
    let statement_en = args.statement_en.as_ref().or(args.statement.as_ref());
    let mut lines = vec![
        format!("- id: {}", quoted(id)),
        format!("  requirement: {}", of(&args.requirement)),
        format!("  scope: {}", quoted(scope)),
        format!(
            "  statement: {{ vi: {}, en: {} }}",
            of(&args.statement),
            of(&statement_en.cloned())
        ),
    ];
    if let Some(document) = &args.evidence {
        lines.push(format!("  {}", entry::evidence(file, document)?));
    }
    lines.push(format!(
        "  signer: {{ name: {}, role: {} }}",
        of(&args.signer),
        of(&args.role)
    ));
    lines.push(format!("  issued: {issued}"));
    lines.push(format!("  valid_for: {}", quoted(valid_for)));
    if args.not_met {
        lines.push("  outcome: not-met".into());
    }
    Ok(lines)
}
