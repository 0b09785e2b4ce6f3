//! A page of documentation for each control, drawn from its YAML: docs/controls/<ID>.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::{Absent, Control, Force, Law, RulePack};

/// The pages by file name, with an index.
pub fn control_pages(pack: &RulePack, law: &Law) -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = pack
        .controls
        .iter()
        .map(|control| (format!("{}.md", control.id), page(control, law)))
        .collect();
    pages.insert("README.md".into(), index(pack));
    pages
}

fn index(pack: &RulePack) -> String {
    let mut text = String::from(
        "# Controls\n\nDrawn by `capdo rules docs`; do not edit.\n\n| id | asset | severity | levels | what must be so |\n|---|---|---|---|---|\n",
    );
    for c in &pack.controls {
        let _ = writeln!(
            text,
            "| [{0}]({0}.md) | {1} | {2} | {3} | {4} · {5} |",
            c.id,
            c.asset.word(),
            c.severity.word(),
            c.levels,
            c.title.vi,
            c.title.en
        );
    }
    text
}

fn page(c: &Control, law: &Law) -> String {
    let mut text = format!(
        "# {} · {}\n\n{}\n\nDrawn by `capdo rules docs` from `{}`; do not edit.\n\n",
        c.id, c.title.vi, c.title.en, c.file
    );
    let force = match c.force {
        Force::Binding => "binding",
        Force::Suggested => "suggested",
        Force::Interpretation => "interpretation",
    };
    let absent = match c.absent {
        Absent::Fail => "fail",
        Absent::Notapplicable => "notapplicable",
    };
    let _ = writeln!(
        text,
        "| asset | subject | severity | force | levels | subject absent |\n|---|---|---|---|---|---|\n| {} | `{}` | {} | {force} | {} | {absent} |\n",
        c.asset.word(),
        c.subject,
        c.severity.word(),
        c.levels
    );
    let _ = writeln!(text, "{}\n\n{}\n", c.rationale.vi, c.rationale.en);
    let _ = writeln!(
        text,
        "## Requirements\n\n| requirement | clause | duty |\n|---|---|---|"
    );
    for bearing in &c.satisfies {
        if let Some(r) = law.requirement(&bearing.requirement) {
            let number = law
                .instrument(&r.instrument)
                .map_or("", |i| i.number.as_str());
            let covers = if bearing.full { " (whole)" } else { "" };
            let _ = writeln!(
                text,
                "| `{}`{covers} | {number} {} | {} |",
                r.id,
                clauses(&r.clauses),
                r.title.vi
            );
        }
    }
    if !c.parameters.is_empty() {
        let _ = writeln!(
            text,
            "\n## Values\n\n| value | unit | source | by level |\n|---|---|---|---|"
        );
        for p in &c.parameters {
            for source in &p.by {
                let values: Vec<String> = source
                    .values
                    .iter()
                    .map(|(l, v)| format!("{l}: {v}"))
                    .collect();
                let _ = writeln!(
                    text,
                    "| `{}` | {:?} | `{}` | {} |",
                    p.name,
                    p.unit,
                    source.source,
                    values.join(", ")
                );
            }
        }
    }
    let _ = writeln!(
        text,
        "\n## Remedy\n\n{}\n\n{}\n",
        c.remediation.vi, c.remediation.en
    );
    let _ = writeln!(
        text,
        "## Examples\n\n| case | level | result |\n|---|---|---|"
    );
    for e in &c.examples {
        let _ = writeln!(text, "| {} | {} | {} |", e.name, e.level, e.expect.word());
    }
    let others: Vec<String> = c
        .references
        .cis
        .iter()
        .map(|cis| format!("CIS: {cis}"))
        .chain(c.references.ssg.iter().map(|rule| format!("SSG: `{rule}`")))
        .chain(c.references.other.iter().cloned())
        .collect();
    if !others.is_empty() {
        let _ = writeln!(text, "\n## Elsewhere\n\n{}", others.join(" · "));
    }
    text
}

fn clauses(clauses: &BTreeMap<u8, String>) -> String {
    match clauses.get(&0) {
        Some(one) => one.clone(),
        None => clauses
            .iter()
            .map(|(level, clause)| format!("{level}: {clause}"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}
