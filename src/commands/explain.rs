//! `capdo explain`: a control or a requirement in words, with the values that count and where they come from.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Failure, Outcome, Pack, law, output};
use crate::cli::{Common, ExplainArgs};
use crate::model::{Control, Day, Lang, Level};
use crate::parse::shape::nearest;
use crate::rules::{Choice, choose};
use crate::text::expected::expected;
use crate::text::{labels, lists, reasons};

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, common: &Common) -> Outcome {
    let pack = Pack::of(common)?;
    let on = common.as_of.unwrap_or_else(|| Day::of(super::now()));
    let lang = common.lang.into();
    let text = if let Some(control) = pack.rules.control(&args.id) {
        control_text(&pack, control, args.level, on, lang)
    } else if let Some(requirement) = pack.law.requirement(&args.id) {
        law::requirement_text(&pack, requirement, on, lang)
    } else {
        let ids = pack.rules.controls.iter().map(|c| c.id.as_str());
        let near = nearest(
            &args.id,
            ids.chain(pack.law.requirements.iter().map(|r| r.id.as_str())),
        );
        let help = near.map_or_else(
            || "see `capdo rules list` and `capdo law list`".to_owned(),
            |n| format!("did you mean `{n}`?"),
        );
        return Err(Failure::Usage(format!(
            "no control or requirement `{}`\n  help: {help}",
            args.id
        )));
    };
    output::said(&text)?;
    Ok(0)
}

fn control_text(pack: &Pack, c: &Control, level: Level, on: Day, lang: Lang) -> String {
    let mut text = format!(
        "{} · {} · {}\n{}\n\n",
        c.id,
        labels::severity(c.severity).get(lang),
        labels::force(c.force).get(lang),
        c.title.get(lang)
    );
    let label = |key: &str| lists::explain(key).get(lang).to_owned();
    match choose(c, &pack.law, level, on, &BTreeMap::new()) {
        Choice::OtherLevel => {
            let _ = writeln!(text, "{} {level}: – ({})", label("level"), c.levels);
        }
        Choice::NotInForce(reason) => {
            let words = reasons::reason(&reason);
            let _ = writeln!(
                text,
                "{} {level}, {on}: {}",
                label("level"),
                if lang == Lang::Vi { words.vi } else { words.en }
            );
        }
        Choice::Asked(selection) => {
            let expected = expected(c, &pack.rules.vocabulary, &selection.parameters);
            let _ = writeln!(text, "{} {level}, {on}", label("level"));
            let _ = writeln!(text, "{}: {}", label("expected"), expected.get(lang));
            for (name, value) in &selection.parameters {
                let unit = reasons::unit(value.unit);
                let _ = writeln!(
                    text,
                    "  ${name} = {} {} ← {}",
                    value.value,
                    unit.get(lang),
                    value.source
                );
            }
        }
    }
    let _ = writeln!(
        text,
        "\n{}\n\n{}: {}\n",
        c.rationale.get(lang),
        label("remedy"),
        c.remediation.get(lang)
    );
    for bearing in &c.satisfies {
        if let Some(r) = pack.law.requirement(&bearing.requirement) {
            let number = pack
                .law
                .instrument(&r.instrument)
                .map_or("", |i| i.number.as_str());
            let mark = if r.in_force(on) { "●" } else { "○" };
            let _ = writeln!(
                text,
                "{mark} {:<24} {number} {} · {}",
                r.id,
                r.clause(Some(level)),
                r.title.get(lang)
            );
        }
    }
    text
}
