//! From the files of `rules/law` to the book; every mistake of every file at once.

use std::collections::{BTreeMap, BTreeSet};

use super::check;
use super::sanctions::{self, SanctionFile};
use super::syntax::{FigureSyntax, LawFile, LawPackFile, RequirementSyntax};
use crate::model::{AssetKind, Figure, Instrument, Law, LevelSet, Requirement};
use crate::parse::diagnostic::{Diagnostic, Diagnostics};
use crate::parse::shape::{Shape, nearest};
use crate::parse::yaml::{Document, Step};

/// The name of the file that says when the pack was reviewed.
const PACK_FILE: &str = "_pack.yaml";
/// The folder of the provisions on sanctions.
const SANCTIONS: &str = "sanctions";

/// Reads the files of `rules/law`, each with its name and bytes, and puts them over a book that is there already:
/// an instrument of the same id is replaced whole.
///
/// # Errors
/// Every mistake of every file.
pub fn load(base: Law, files: &[(String, Vec<u8>)]) -> Result<Law, Diagnostics> {
    let mut mistakes = Diagnostics::default();
    let mut law = base;
    let read = parse(&mut law, files, &mut mistakes);
    for (document, file) in &read.laws {
        add(&mut law, document, file, &mut mistakes);
    }
    for (document, file) in &read.sanctions {
        sanctions::add(&mut law, document, file, &mut mistakes);
    }
    law.instruments.sort_by(|a, b| a.id.cmp(&b.id));
    law.requirements.sort_by(|a, b| a.id.cmp(&b.id));
    law.sanctions.sort_by(|a, b| a.id.cmp(&b.id));
    for (document, file) in &read.laws {
        references(&law, document, file, &mut mistakes);
        check::successors(&law, document, file, &mut mistakes);
    }
    mistakes.into_result(law)
}

/// The files by kind.
#[derive(Default)]
struct Files {
    laws: Vec<(Document, LawFile)>,
    sanctions: Vec<(Document, SanctionFile)>,
}

fn parse(law: &mut Law, files: &[(String, Vec<u8>)], mistakes: &mut Diagnostics) -> Files {
    let shape = Shape::of::<LawFile>();
    let mut read = Files::default();
    for (name, bytes) in files {
        let parsed = Document::parse(name, bytes).and_then(|document| {
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            if file == PACK_FILE {
                let pack: LawPackFile = document.decode(&Shape::of::<LawPackFile>())?;
                law.reviewed_on = Some(pack.reviewed_on);
            } else if folder.rsplit('/').next() == Some(SANCTIONS) {
                let file: SanctionFile = document.decode(&Shape::of::<SanctionFile>())?;
                read.sanctions.push((document, file));
            } else {
                let file: LawFile = document.decode(&shape)?;
                read.laws.push((document, file));
            }
            Ok(())
        });
        if let Err(found) = parsed {
            mistakes.extend(found);
        }
    }
    read
}

fn add(law: &mut Law, document: &Document, file: &LawFile, mistakes: &mut Diagnostics) {
    if file.schema != "capdo/law/1" {
        mistakes.push(document.mistake(&["schema".into()], "this is no capdo/law/1", None));
    }
    let stem = document
        .file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".yaml");
    if file.id != stem {
        let message = format!("the id `{}` is not the name of the file, `{stem}`", file.id);
        mistakes.push(document.mistake(&["id".into()], message, None));
    }
    check::dates(document, file, mistakes);
    law.instruments.retain(|i| i.id != file.id);
    law.requirements.retain(|r| r.instrument != file.id);
    law.instruments.push(Instrument {
        id: file.id.clone(),
        number: file.number.clone(),
        kind: file.kind,
        title: file.title.clone(),
        issued: file.issued,
        in_force_from: file.in_force_from,
        in_force_to: file.in_force_to,
        replaced_by: file.replaced_by.clone(),
        cited_by_letter: file.cited_by_letter,
        source: file.source.clone(),
        reading: file.reading,
        note: file.note.clone(),
    });
    let mut seen = BTreeSet::new();
    for (index, written) in file.requirements.iter().enumerate() {
        let at = |key: &'static str| [Step::Key("requirements"), Step::Item(index), Step::Key(key)];
        if !seen.insert(&written.id) {
            mistakes.push(document.mistake(
                &at("id"),
                format!("`{}` stands twice", written.id),
                None,
            ));
            continue;
        }
        match requirement(file, written) {
            Ok(requirement) => law.requirements.push(requirement),
            Err(found) => {
                for (key, message) in found {
                    mistakes.push(document.mistake(&at(key), message, None));
                }
            }
        }
    }
}

fn requirement(
    file: &LawFile,
    written: &RequirementSyntax,
) -> Result<Requirement, Vec<(&'static str, String)>> {
    let mut wrong = Vec::new();
    let rest = written
        .id
        .strip_prefix(&file.id)
        .and_then(|rest| rest.strip_prefix('.'));
    let tidy = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if rest.is_none_or(|rest| rest.is_empty() || !rest.chars().all(tidy)) {
        wrong.push((
            "id",
            format!(
                "an id here begins with `{}.` and goes on in a-z, 0-9, `-`, `.`",
                file.id
            ),
        ));
    }
    let mut clauses = written.clauses.clone();
    match (&written.clause, clauses.is_empty()) {
        (Some(clause), true) => {
            clauses.insert(0, clause.clone());
        }
        (None, false) => {}
        (Some(_), false) => wrong.push(("clause", "either `clause` or `clauses`, not both".into())),
        (None, true) => wrong.push(("id", "`clause` or `clauses` is missing".into())),
    }
    let by_level = LevelSet::of(clauses.keys().filter_map(|n| crate::model::Level::new(*n)));
    let levels = match &written.levels {
        Some(levels) => levels.set().unwrap_or_else(|| {
            wrong.push((
                "levels",
                "levels are written `2+`, `3`, `1..3` or `[1, 2]`".into(),
            ));
            LevelSet::ALL
        }),
        None if by_level.is_empty() => LevelSet::ALL,
        None => by_level,
    };
    let mut figures = BTreeMap::new();
    for (name, figure) in &written.figures {
        match figure_by_level(figure, levels) {
            Ok(figure) => {
                figures.insert(name.clone(), figure);
            }
            Err(message) => wrong.push(("figures", format!("`{name}`: {message}"))),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let document_alone = written.evidence == [AssetKind::Document];
    let decided_by = match &written.decided_by {
        Some(sets) => sets.clone(),
        None if document_alone => vec![vec!["attestation".to_owned()]],
        None => Vec::new(),
    };
    Ok(Requirement {
        id: written.id.clone(),
        instrument: file.id.clone(),
        clauses,
        levels,
        title: written.title.clone(),
        text: written.text.clone(),
        strength: written.strength,
        force: written.force,
        scope: written.scope,
        evidence: written.evidence.clone(),
        decided_by,
        corresponds_to: written.corresponds_to.clone(),
        reading: written.reading.unwrap_or(file.reading),
        in_force_from: written
            .in_force_from
            .unwrap_or(file.in_force_from)
            .max(file.in_force_from),
        in_force_to: written.in_force_to.or(file.in_force_to),
        valid_to: written.valid_to,
        source: written.source.clone(),
        sanction: written.sanction.clone(),
        note: written.note.clone(),
        figures,
        binds: written.binds.clone().or_else(|| file.binds.clone()),
        transition: written
            .transition
            .clone()
            .or_else(|| file.transition.clone()),
    })
}

fn figure_by_level(written: &FigureSyntax, levels: LevelSet) -> Result<Figure, String> {
    let values = match (written.value, written.values.is_empty()) {
        (Some(value), true) => levels.iter().map(|level| (level.number(), value)).collect(),
        (None, false) => written.values.clone(),
        (Some(_), false) => return Err("either `value` or `values`, not both".into()),
        (None, true) => return Err("`value` or `values` is missing".into()),
    };
    Ok(Figure {
        unit: written.unit,
        values,
        force: written.force,
        note: written.note.clone(),
    })
}

fn references(law: &Law, document: &Document, file: &LawFile, mistakes: &mut Diagnostics) {
    let unknown = |steps: &[Step<'_>], id: &str, near: Option<&str>| -> Diagnostic {
        document.mistake(
            steps,
            format!("`{id}` is not known"),
            near.map(|n| format!("did you mean `{n}`?")),
        )
    };
    for (index, id) in file.replaced_by.iter().enumerate() {
        if law.instrument(id).is_none() {
            let near = nearest(id, law.instruments.iter().map(|i| i.id.as_str()));
            mistakes.push(unknown(&["replaced_by".into(), index.into()], id, near));
        }
    }
    for (at, requirement) in file.requirements.iter().enumerate() {
        for (index, id) in requirement.sanction.iter().enumerate() {
            if law.sanction(id).is_none() {
                let near = nearest(id, law.sanctions.iter().map(|s| s.id.as_str()));
                let steps = [
                    "requirements".into(),
                    at.into(),
                    "sanction".into(),
                    index.into(),
                ];
                mistakes.push(unknown(&steps, id, near));
            }
        }
        for (index, id) in requirement.corresponds_to.iter().enumerate() {
            let steps = [
                "requirements".into(),
                at.into(),
                "corresponds_to".into(),
                index.into(),
            ];
            if *id == requirement.id {
                let message = "it corresponds to itself";
                mistakes.push(document.mistake(&steps, message, None));
            }
            if law.requirement(id).is_none() && law.instrument(id).is_none() {
                let near = nearest(id, law.requirements.iter().map(|r| r.id.as_str()));
                mistakes.push(unknown(&steps, id, near));
            }
        }
    }
}

#[cfg(test)]
#[path = "compile_tests.rs"]
pub(in crate::law) mod tests;
