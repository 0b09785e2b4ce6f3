//! The whole book on one page, for a lawyer to proofread: docs/law.md.

use std::fmt::Write as _;

use crate::model::{
    Figure, FineRange, FineUnit, Instrument, Law, Payer, Reading, Requirement, Sanction, Scope,
    Strength, Text,
};

/// Every instrument, requirement, figure and provision on sanctions, with source and reading.
pub fn page(law: &Law) -> String {
    let mut out = String::from(
        "# The law of the pack\n\nDrawn by `capdo law docs` from `rules/law`; do not edit. \
         For a lawyer to proofread: each duty with its clause, dates, figures and how it was read.\n\n",
    );
    if let Some(day) = law.reviewed_on {
        let _ = writeln!(out, "Reviewed on {day}.\n");
    }
    out.push_str(
        "Reading: **read** in the text · **secondary** decides, and says so · **unverified** never decides.\n\
         Force: **binding** a gap where not met · **suggested**, **interpretation** a remark at most.\n\n\
         | id | number | in force | reading | requirements | sanctions |\n|---|---|---|---|---|---|\n",
    );
    for i in &law.instruments {
        let requirements = law.requirements.iter().filter(|r| r.instrument == i.id);
        let sanctions = law.sanctions.iter().filter(|s| s.instrument == i.id);
        let _ = writeln!(
            out,
            "| [{0}](#{0}) | {1} | {2} | {3} | {4} | {5} |",
            i.id,
            cell(&i.number),
            dates(i.in_force_from, i.in_force_to),
            reading(i.reading),
            requirements.count(),
            sanctions.count()
        );
    }
    for i in &law.instruments {
        instrument(&mut out, law, i);
    }
    out
}

fn instrument(out: &mut String, law: &Law, i: &Instrument) {
    let _ = writeln!(
        out,
        "\n## {}\n\n**{}** {}\n",
        i.id,
        i.number,
        both(&i.title)
    );
    let issued = i
        .issued
        .map_or_else(|| "not noted".to_owned(), |d| d.to_string());
    let _ = writeln!(
        out,
        "- issued: {issued} · in force: {}\n- reading: {}{}\n- source: {}",
        dates(i.in_force_from, i.in_force_to),
        reading(i.reading),
        if i.cited_by_letter {
            " · cited by the letter"
        } else {
            ""
        },
        i.source
    );
    if !i.replaced_by.is_empty() {
        let _ = writeln!(out, "- replaced by: {}", i.replaced_by.join(", "));
    }
    if let Some(note) = &i.note {
        let _ = writeln!(out, "- note: {}", both(note));
    }
    for r in law.requirements.iter().filter(|r| r.instrument == i.id) {
        requirement(out, i, r);
    }
    let mut sanctions = law
        .sanctions
        .iter()
        .filter(|s| s.instrument == i.id)
        .peekable();
    if sanctions.peek().is_some() {
        out.push_str(
            "\n### Sanctions, for reference\n\n| id | act | conditions | printed for | printed | organisation | in force | reading |\n|---|---|---|---|---|---|---|---|\n",
        );
        sanctions.for_each(|s| sanction(out, s));
    }
}

fn requirement(out: &mut String, i: &Instrument, r: &Requirement) {
    let _ = writeln!(out, "\n### {}\n\n**{}**\n", r.id, both(&r.title));
    let _ = writeln!(out, "{}\n\n{}\n", r.text.vi, r.text.en);
    let clauses: Vec<String> = r
        .clauses
        .iter()
        .map(|(level, clause)| match level {
            0 => clause.clone(),
            level => format!("L{level}: {clause}"),
        })
        .collect();
    let strength = match r.strength {
        Strength::Must => "must",
        Strength::Should => "should",
    };
    let scope = match r.scope {
        Scope::System => "each system",
        Scope::Organisation => "once in the organisation",
    };
    let _ = writeln!(
        out,
        "- clause: {}\n- levels {} · {strength} · {} · {scope} · {}",
        clauses.join(", "),
        r.levels,
        format!("{:?}", r.force).to_lowercase(),
        reading(r.reading)
    );
    if (r.in_force_from, r.in_force_to) != (i.in_force_from, i.in_force_to) {
        let _ = writeln!(out, "- in force: {}", dates(r.in_force_from, r.in_force_to));
    }
    if let Some(day) = r.valid_to {
        let _ = writeln!(out, "- to be read again after {day}");
    }
    if let Some(source) = &r.source {
        let _ = writeln!(out, "- source: {source}");
    }
    for (name, figure) in &r.figures {
        let _ = writeln!(out, "- figure `{name}`: {}", figure_words(figure));
    }
    if let Some(binds) = &r.binds {
        let otherwise = format!("{:?}", binds.otherwise).to_lowercase();
        let _ = writeln!(
            out,
            "- binds not everybody (otherwise {otherwise}): {}",
            both(&binds.reason)
        );
    }
    if let Some(transition) = &r.transition {
        let _ = writeln!(
            out,
            "- transition to {}: {}",
            transition.until,
            both(&transition.basis)
        );
    }
    let mut list = |name: &str, ids: &[String]| {
        if !ids.is_empty() {
            let _ = writeln!(out, "- {name}: {}", ids.join(", "));
        }
    };
    let evidence: Vec<String> = r.evidence.iter().map(|k| k.word().to_owned()).collect();
    list("evidence", &evidence);
    let sets: Vec<String> = r.decided_by.iter().map(|set| set.join(" + ")).collect();
    list("decided by", &sets);
    list("corresponds to", &r.corresponds_to);
    list("sanctions", &r.sanction);
    if let Some(note) = &r.note {
        let _ = writeln!(out, "- note: {}", both(note));
    }
}

fn figure_words(figure: &Figure) -> String {
    let unit = format!("{:?}", figure.unit).to_lowercase();
    let mut distinct: Vec<i64> = figure.values.values().copied().collect();
    distinct.dedup();
    let values = match distinct.as_slice() {
        [one] => one.to_string(),
        _ => {
            let by_level = figure.values.iter().map(|(l, v)| format!("L{l} {v}"));
            by_level.collect::<Vec<_>>().join(", ")
        }
    };
    let force = format!("{:?}", figure.force).to_lowercase();
    let note = figure
        .note
        .as_ref()
        .map_or_else(String::new, |n| format!(" · {}", both(n)));
    format!("{values} {unit} ({force}){note}")
}

fn sanction(out: &mut String, s: &Sanction) {
    let conditions = s.conditions.as_ref().map_or_else(String::new, both);
    let payer = match s.payer {
        Payer::Organisation => "organisation",
        Payer::Individual => "individual",
    };
    let amount = |range: Option<FineRange>| range.map_or_else(|| "–".to_owned(), fine);
    let _ = writeln!(
        out,
        "| {} | {} | {} | {payer} | {} | {} | {} | {} |",
        s.id,
        cell(&both(&s.text)),
        cell(&conditions),
        amount(s.range),
        amount(s.for_organisation()),
        dates(s.in_force_from, s.in_force_to),
        reading(s.reading)
    );
}

fn fine(range: FineRange) -> String {
    let unit = match range.unit {
        FineUnit::MillionVnd => "m VND",
        FineUnit::PercentOfRevenue => "% of revenue",
    };
    match range.to {
        Some(to) => format!("{}–{to} {unit}", range.from),
        None => format!("{} {unit} or more", range.from),
    }
}

fn dates(from: crate::model::Day, to: Option<crate::model::Day>) -> String {
    to.map_or_else(|| format!("{from} –"), |to| format!("{from} – {to}"))
}

fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::Read => "read",
        Reading::Secondary => "secondary",
        Reading::Unverified => "unverified",
    }
}

fn both(text: &Text) -> String {
    format!("{} · {}", text.vi, text.en)
}

fn cell(words: &str) -> String {
    words.replace('|', "\\|")
}
