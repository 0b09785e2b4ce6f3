//! `capdo law coverage`: which requirements in force are decided whole, in part, by attestation, by nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::{Failure, Outcome, Pack, output};
use crate::cli::{Common, CoverageArgs, CoverageFormat};
use crate::input;
use crate::law;
use crate::model::{AssetKind, Day, Lang, Law, Level, Otherwise, Requirement, keyed};
use crate::rules::{Choice, choose};
use crate::text::coverage as words;

/// How a requirement is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Decided {
    /// By controls alone.
    Whole,
    /// By controls, and an attestation for the rest.
    WithPaper,
    /// By controls in part, and nothing decides the rest.
    Part,
    /// By an attestation alone.
    Attestation,
    /// By nothing.
    Nothing,
}

const ALL: [Decided; 5] = [
    Decided::Whole,
    Decided::WithPaper,
    Decided::Part,
    Decided::Attestation,
    Decided::Nothing,
];

impl Decided {
    fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::WithPaper => "controls-and-attestation",
            Self::Part => "part",
            Self::Attestation => "attestation",
            Self::Nothing => "nothing",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Whole => "●",
            Self::WithPaper => "◕",
            Self::Part => "◐",
            Self::Attestation => "✎",
            Self::Nothing => "○",
        }
    }

    /// Can it be decided whole, where the company does its part?
    fn covered(self) -> bool {
        match self {
            Self::Whole | Self::WithPaper | Self::Attestation => true,
            Self::Part | Self::Nothing => false,
        }
    }
}

/// One requirement at one level.
struct Row<'a> {
    requirement: &'a Requirement,
    level: Level,
    /// The systems that it binds; empty where only a level was named.
    systems: Vec<String>,
    decided: Decided,
    controls: Vec<&'a str>,
}

/// Counts by kind of decision.
type Counts = [u64; 5];

/// Runs the command.
pub(super) fn run(args: &CoverageArgs, common: &Common) -> Outcome {
    let pack = Pack::of(common)?;
    let on = common.as_of.unwrap_or_else(|| Day::of(super::now()));
    let (rows, heading) = match &args.inventory {
        Some(path) => (of_inventory(&pack, path, on)?, path.display().to_string()),
        None => (
            of_level(&pack, args.level, on),
            words::level(args.level).get(common.lang.into()).to_owned(),
        ),
    };
    let percent = percent(&rows);
    let text = match args.format {
        CoverageFormat::Human => human(&pack, &rows, &heading, on, common.lang.into()),
        CoverageFormat::Json => pretty(&as_json(&rows, on))?,
        CoverageFormat::Sarif => pretty(&sarif(&pack.law, &rows))?,
    };
    match args.format {
        CoverageFormat::Human => output::said(&text)?,
        CoverageFormat::Json | CoverageFormat::Sarif => output::stdout(&text)?,
    }
    Ok(u8::from(percent < u64::from(args.fail_under)))
}

/// A text to inform, and a criterion that binds nobody, ask nothing that could be decided.
pub(super) fn is_duty(requirement: &Requirement) -> bool {
    let informs = requirement.evidence.is_empty() && requirement.decided_by.is_empty();
    let binds_nobody = requirement
        .binds
        .as_ref()
        .is_some_and(|b| b.any.is_empty() && b.otherwise == Otherwise::Exempt);
    !informs && !binds_nobody
}

fn of_level(pack: &Pack, level: Level, on: Day) -> Vec<Row<'_>> {
    let all = pack.law.requirements.iter();
    let asked = asked(pack, level, on);
    all.filter(|r| r.in_force(on) && r.levels.contains(level) && is_duty(r))
        .map(|r| row(pack, r, level, Vec::new(), &asked))
        .collect()
}

fn of_inventory<'a>(pack: &'a Pack, path: &Path, on: Day) -> Result<Vec<Row<'a>>, Failure> {
    let inventory = input::load(path, &pack.law, &pack.rules)?;
    let mut systems: BTreeMap<(String, Level), Vec<String>> = BTreeMap::new();
    for duty in law::duties(&pack.law, &inventory.organisation, &inventory.systems, on) {
        systems
            .entry((duty.requirement, duty.level))
            .or_default()
            .push(duty.system);
    }
    let levels: BTreeSet<Level> = systems.keys().map(|(_, level)| *level).collect();
    let asked: BTreeMap<Level, BTreeSet<&str>> = levels
        .into_iter()
        .map(|level| (level, asked(pack, level, on)))
        .collect();
    Ok(systems
        .into_iter()
        .filter_map(|((id, level), systems)| {
            let requirement = pack.law.requirement(&id).filter(|r| is_duty(r))?;
            Some(row(pack, requirement, level, systems, asked.get(&level)?))
        })
        .collect())
}

/// The controls that a level calls for on the day.
pub(super) fn asked(pack: &Pack, level: Level, on: Day) -> BTreeSet<&str> {
    let none = BTreeMap::new();
    let controls = pack.rules.controls.iter();
    controls
        .filter(|c| matches!(choose(c, &pack.law, level, on, &none), Choice::Asked(_)))
        .map(|c| c.id.as_str())
        .collect()
}

fn row<'a>(
    pack: &'a Pack,
    requirement: &'a Requirement,
    level: Level,
    systems: Vec<String>,
    asked: &BTreeSet<&str>,
) -> Row<'a> {
    let mut full = false;
    let mut controls = Vec::new();
    // A control of the paper of one requirement reads an attestation: it is how that attestation is asked for.
    let mut by_machine = Vec::new();
    for control in &pack.rules.controls {
        let bears = control
            .satisfies
            .iter()
            .find(|b| b.requirement == requirement.id);
        if let Some(bearing) = bears.filter(|_| asked.contains(control.id.as_str())) {
            full |= bearing.full;
            controls.push(control.id.as_str());
            if keyed(&control.subject).1.is_none() {
                by_machine.push(control.id.as_str());
            }
        }
    }
    Row {
        decided: decided(requirement, full, &by_machine),
        requirement,
        level,
        systems,
        controls,
    }
}

fn decided(requirement: &Requirement, full: bool, controls: &[&str]) -> Decided {
    let mut best = match (full, controls.is_empty()) {
        (true, _) => Decided::Whole,
        (false, false) => Decided::Part,
        (false, true) => Decided::Nothing,
    };
    for set in &requirement.decided_by {
        let named = |id: &String| {
            id == "attestation" || id == "controls" || controls.contains(&id.as_str())
        };
        if set.is_empty() || !set.iter().all(named) {
            continue;
        }
        let paper = set.iter().any(|id| id == "attestation");
        let found = match (paper, controls.is_empty()) {
            (false, false) => Decided::Whole,
            (true, false) => Decided::WithPaper,
            (true, true) => Decided::Attestation,
            (false, true) => continue,
        };
        if !best.covered() || found < best {
            best = found;
        }
    }
    best
}

fn percent(rows: &[Row<'_>]) -> u64 {
    let covered = rows.iter().filter(|r| r.decided.covered()).count() as u64;
    match rows.len() as u64 {
        0 => 100,
        all => covered * 100 / all,
    }
}

/// Counts by a word of each row.
fn by(rows: &[Row<'_>], word: impl Fn(&Row<'_>) -> Vec<String>) -> BTreeMap<String, Counts> {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for row in rows {
        for word in word(row) {
            counts.entry(word).or_default()[row.decided as usize] += 1;
        }
    }
    counts
}

fn by_instrument(rows: &[Row<'_>]) -> BTreeMap<String, Counts> {
    by(rows, |r| vec![r.requirement.instrument.clone()])
}

fn by_level(rows: &[Row<'_>]) -> BTreeMap<String, Counts> {
    by(rows, |r| vec![r.level.to_string()])
}

/// By item of the letter: its own requirements, and those that they name in other texts.
fn by_item(law: &Law, rows: &[Row<'_>]) -> BTreeMap<String, Counts> {
    let item = |id: &str| {
        let rest = id.strip_prefix("letter.")?;
        rest.split('.').next().map(str::to_owned)
    };
    let mut items: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for requirement in &law.requirements {
        if let Some(item) = item(&requirement.id) {
            let named = requirement.corresponds_to.iter().map(String::as_str);
            for id in named.chain([requirement.id.as_str()]) {
                items.entry(id).or_default().insert(item.clone());
            }
        }
    }
    by(rows, |r| {
        items
            .get(r.requirement.id.as_str())
            .map(|items| items.iter().cloned().collect())
            .unwrap_or_default()
    })
}

fn human(pack: &Pack, rows: &[Row<'_>], heading: &str, on: Day, lang: Lang) -> String {
    let mut text = String::new();
    let percent = percent(rows);
    let _ = writeln!(
        text,
        "{}",
        words::heading(heading, on, rows.len(), percent).get(lang)
    );
    let mut table = |title: crate::model::Text, counts: BTreeMap<String, Counts>| {
        let _ = writeln!(
            text,
            "\n{:<12} ●      ◕      ◐      ✎      ○",
            title.get(lang)
        );
        for (word, row) in counts {
            let cells: Vec<String> = row.iter().map(|n| format!("{n:<6}")).collect();
            let _ = writeln!(text, "{word:<12} {}", cells.join(" ").trim_end());
        }
    };
    table(words::instruments(), by_instrument(rows));
    table(words::items(), by_item(&pack.law, rows));
    table(words::levels(), by_level(rows));
    table(words::sum(), by(rows, |_| vec!["Σ".to_owned()]));
    let _ = writeln!(text, "\n{}\n", words::legend().get(lang));
    for r in rows {
        let _ = writeln!(
            text,
            "{} {:<26} {}  {}",
            r.decided.sign(),
            r.requirement.id,
            r.level,
            r.controls.join(", ")
        );
    }
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn as_json(rows: &[Row<'_>], on: Day) -> serde_json::Value {
    let named = |counts: BTreeMap<String, Counts>| -> serde_json::Value {
        let row = |c: Counts| -> serde_json::Value {
            ALL.iter()
                .map(|d| (d.word().to_owned(), json!(c[*d as usize])))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let rows: serde_json::Map<_, _> = counts.into_iter().map(|(w, c)| (w, row(c))).collect();
        rows.into()
    };
    let list: Vec<serde_json::Value> = rows
        .iter()
        .map(|r| {
            json!({
                "id": r.requirement.id, "level": r.level, "systems": r.systems,
                "decided": r.decided.word(), "controls": r.controls,
            })
        })
        .collect();
    json!({
        "schema": "capdo/coverage/1",
        "as_of": on,
        "percent": percent(rows),
        "by_instrument": named(by_instrument(rows)),
        "by_level": named(by_level(rows)),
        "requirements": list,
    })
}

/// Requirements that nothing decides, or only in part, and those that a machine could look at and no control does:
/// one result for each, at its file.
fn sarif(law: &Law, rows: &[Row<'_>]) -> serde_json::Value {
    let mut open: BTreeMap<&str, &Row<'_>> = BTreeMap::new();
    let by_machine = |r: &Row<'_>| {
        r.requirement
            .evidence
            .iter()
            .any(|k| *k != AssetKind::Document)
    };
    let paper_only = |r: &Row<'_>| r.decided == Decided::Attestation && by_machine(r);
    for row in rows
        .iter()
        .filter(|r| !r.decided.covered() || paper_only(r))
    {
        open.entry(&row.requirement.id).or_insert(row);
    }
    let results: Vec<serde_json::Value> = open
        .values()
        .map(|r| {
            let number = law
                .instrument(&r.requirement.instrument)
                .map_or("", |i| i.number.as_str());
            let clause = r.requirement.clause(Some(r.level));
            let said = words::uncovered(
                &format!("{} ({number} {clause})", r.requirement.id),
                &r.requirement.title,
                &words::decided(r.decided.word()),
            );
            json!({
                "ruleId": r.decided.word(),
                "level": if r.decided == Decided::Nothing { "warning" } else { "note" },
                "message": { "text": format!("{} / {}", said.vi, said.en) },
                "partialFingerprints": { "requirement/v1": r.requirement.id },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": format!("rules/law/{}.yaml", r.requirement.instrument) },
                    "region": { "startLine": 1 },
                } }],
            })
        })
        .collect();
    let rules: Vec<serde_json::Value> = [Decided::Part, Decided::Attestation, Decided::Nothing]
        .iter()
        .map(|d| json!({ "id": d.word(), "shortDescription": { "text": words::decided(d.word()).en } }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "capdo", "version": env!("CARGO_PKG_VERSION"), "rules": rules,
            } },
            "results": results,
        }],
    })
}

/// JSON for people and machines.
pub(super) fn pretty(value: &serde_json::Value) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|e| Failure::Internal(e.to_string()))
}
