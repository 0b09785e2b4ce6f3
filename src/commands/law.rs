//! `capdo law`: instruments, requirements, and which of them a machine decides.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::json;

use super::{Failure, Outcome, Pack, output};
use crate::cli::{Common, LawCommand, ListFormat};
use crate::model::{Day, Instrument, Lang, Requirement};
use crate::text::{labels, reasons};

/// Runs the command.
pub(super) fn run(command: &LawCommand, common: &Common) -> Outcome {
    let pack = Pack::of(common)?;
    let on = common.as_of.unwrap_or_else(|| Day::of(super::now()));
    match command {
        LawCommand::List { format } => list(&pack, on, *format, common.lang.into()),
        LawCommand::Show { id } => show(&pack, id, on, common.lang.into()),
        LawCommand::Docs { out, check } => super::law_docs::run(&pack, out, *check),
        LawCommand::Oscal { out } => super::law_oscal::run(&pack, out.as_deref(), on, common),
        LawCommand::Coverage(args) => super::coverage::run(args, common),
    }
}

fn list(pack: &Pack, on: Day, format: ListFormat, lang: Lang) -> Outcome {
    let mut instruments: Vec<&Instrument> = pack.law.instruments.iter().collect();
    instruments.sort_by_key(|i| (!i.in_force(on), i.in_force_from, i.id.clone()));
    let mut text = String::new();
    match format {
        ListFormat::Json => {
            let rows: Vec<serde_json::Value> = instruments
                .iter()
                .map(|i| {
                    json!({
                        "id": i.id, "number": i.number, "kind": i.kind, "title": i.title,
                        "in_force_from": i.in_force_from, "in_force_to": i.in_force_to, "in_force": i.in_force(on),
                        "cited_by_letter": i.cited_by_letter, "replaced_by": i.replaced_by, "reading": i.reading,
                        "requirements": requirements_of(pack, i, on),
                    })
                })
                .collect();
            text = serde_json::to_string_pretty(&rows)
                .map_err(|e| Failure::Internal(e.to_string()))?
                + "\n";
            return output::stdout(&text).map(|()| 0);
        }
        ListFormat::Human => {
            let _ = writeln!(text, "{}", crate::text::lists::law_as_of(on).get(lang));
            for i in instruments {
                let mark = if i.in_force(on) { "●" } else { "○" };
                let cited = if i.cited_by_letter { "†" } else { " " };
                let to = i
                    .in_force_to
                    .map_or_else(|| " ".repeat(10), |d| d.to_string());
                let _ = writeln!(
                    text,
                    "{mark}{cited} {:<10} {} – {to} {:>4}  {} · {}",
                    i.id,
                    i.in_force_from,
                    requirements_of(pack, i, on),
                    i.number,
                    i.title.get(lang)
                );
                if !i.in_force(on) && !i.replaced_by.is_empty() {
                    let _ = writeln!(text, "                → {}", i.replaced_by.join(", "));
                }
            }
            let _ = writeln!(text, "{}", crate::text::lists::law_legend().get(lang));
        }
    }
    output::said(&text)?;
    Ok(0)
}

fn requirements_of(pack: &Pack, instrument: &Instrument, on: Day) -> usize {
    let own = pack
        .law
        .requirements
        .iter()
        .filter(|r| r.instrument == instrument.id);
    if instrument.in_force(on) {
        own.filter(|r| r.in_force(on)).count()
    } else {
        own.count()
    }
}

fn show(pack: &Pack, id: &str, on: Day, lang: Lang) -> Outcome {
    if let Some(requirement) = pack.law.requirement(id) {
        output::said(&requirement_text(pack, requirement, on, lang))?;
        return Ok(0);
    }
    let Some(instrument) = pack.law.instrument(id) else {
        let ids = pack.law.instruments.iter().map(|i| i.id.as_str());
        let near = crate::parse::shape::nearest(
            id,
            ids.chain(pack.law.requirements.iter().map(|r| r.id.as_str())),
        );
        let help = near.map_or_else(
            || "see `capdo law list`".to_owned(),
            |n| format!("did you mean `{n}`?"),
        );
        return Err(Failure::Usage(format!(
            "no instrument or requirement `{id}`\n  help: {help}"
        )));
    };
    let mut text = format!("{} · {}\n", instrument.number, instrument.title.get(lang));
    let to = instrument
        .in_force_to
        .map_or_else(String::new, |d| d.to_string());
    let _ = writeln!(
        text,
        "{} – {to}  {}",
        instrument.in_force_from, instrument.source
    );
    if let Some(note) = &instrument.note {
        let _ = writeln!(text, "{}", note.get(lang));
    }
    for r in pack
        .law
        .requirements
        .iter()
        .filter(|r| r.instrument == instrument.id)
    {
        let _ = writeln!(
            text,
            "  {:<26} {:<5} {}",
            r.id,
            r.levels.to_string(),
            r.title.get(lang)
        );
    }
    output::said(&text)?;
    Ok(0)
}

/// A requirement in words.
pub(super) fn requirement_text(pack: &Pack, r: &Requirement, on: Day, lang: Lang) -> String {
    let number = pack
        .law
        .instrument(&r.instrument)
        .map_or("", |i| i.number.as_str());
    let mut text = format!(
        "{} · {number}\n{}\n\n{}\n\n",
        r.id,
        r.title.get(lang),
        r.text.get(lang)
    );
    let clauses: Vec<String> = r
        .clauses
        .iter()
        .map(|(l, c)| {
            if *l == 0 {
                c.clone()
            } else {
                format!("{l}: {c}")
            }
        })
        .collect();
    let mut line = |key: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(
                text,
                "{}: {value}",
                crate::text::lists::requirement(key).get(lang)
            );
        }
    };
    line("clauses", clauses.join(", "));
    line("levels", r.levels.to_string());
    line(
        "strength",
        [
            labels::strength(r.strength),
            labels::force(r.force),
            labels::scope(r.scope),
        ]
        .map(|label| label.get(lang))
        .join(" · "),
    );
    line("reading", labels::reading(r.reading).get(lang).to_owned());
    let to = r.in_force_to.map_or_else(String::new, |d| d.to_string());
    line(
        "in_force",
        format!(
            "{} – {to} ({})",
            r.in_force_from,
            labels::in_force(r.in_force(on)).get(lang)
        ),
    );
    line(
        "evidence",
        r.evidence
            .iter()
            .map(|e| labels::kind(*e).get(lang))
            .collect::<Vec<_>>()
            .join(", "),
    );
    let decides = |id: &String| match id.as_str() {
        "attestation" => labels::by_paper().get(lang).to_owned(),
        "controls" => labels::by_controls().get(lang).to_owned(),
        other => other.to_owned(),
    };
    line(
        "decided_by",
        r.decided_by
            .iter()
            .map(|set| set.iter().map(decides).collect::<Vec<_>>().join(" + "))
            .collect::<Vec<_>>()
            .join(" | "),
    );
    let figures: Vec<String> = r
        .figures
        .iter()
        .map(|(name, f)| {
            let values: Vec<String> = f.values.iter().map(|(l, v)| format!("{l}: {v}")).collect();
            let unit = reasons::unit(f.unit);
            format!("{name} {{{}}} {}", values.join(", "), unit.get(lang))
        })
        .collect();
    line("figures", figures.join("; "));
    line("controls", controls_of(pack, r).join(", "));
    line("corresponds_to", r.corresponds_to.join(", "));
    line(
        "note",
        r.note
            .as_ref()
            .map_or_else(String::new, |n| n.get(lang).to_owned()),
    );
    text
}

fn controls_of(pack: &Pack, r: &Requirement) -> Vec<String> {
    let bears = |c: &&crate::model::Control| c.satisfies.iter().any(|b| b.requirement == r.id);
    pack.rules
        .controls
        .iter()
        .filter(bears)
        .map(|c| c.id.clone())
        .collect()
}

/// The moment that counts as now: `SOURCE_DATE_EPOCH` where it is set.
pub(super) fn now() -> Timestamp {
    std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|seconds| seconds.trim().parse::<i64>().ok())
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or_else(Timestamp::now)
}
