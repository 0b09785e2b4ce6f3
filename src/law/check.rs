//! What cannot be true of the dates and successors in a file of `rules/law`.

use std::collections::BTreeSet;

use super::syntax::{LawFile, RequirementSyntax};
use crate::model::{Day, Law};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::yaml::{Document, Step};

/// The dates of the instrument and of each duty in it.
pub(super) fn dates(document: &Document, file: &LawFile, mistakes: &mut Diagnostics) {
    let end_first = |to: Option<Day>| to.filter(|to| *to < file.in_force_from);
    if let Some(to) = end_first(file.in_force_to) {
        let message = format!(
            "it ends on {to}, before it begins on {}",
            file.in_force_from
        );
        mistakes.push(document.mistake(&["in_force_to".into()], message, None));
    }
    if let Some(issued) = file.issued.filter(|issued| *issued > file.in_force_from) {
        let message = format!(
            "issued on {issued}, after it begins to hold on {}",
            file.in_force_from
        );
        mistakes.push(document.mistake(&["issued".into()], message, None));
    }
    for (index, written) in file.requirements.iter().enumerate() {
        for (key, message) in wrong_dates(file, written) {
            let steps = [Step::Key("requirements"), Step::Item(index), Step::Key(key)];
            mistakes.push(document.mistake(&steps, message, None));
        }
    }
}

fn wrong_dates(file: &LawFile, written: &RequirementSyntax) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    let from = written.in_force_from.unwrap_or(file.in_force_from);
    let to = written.in_force_to.or(file.in_force_to);
    if from < file.in_force_from {
        let whole = file.in_force_from;
        wrong.push((
            "in_force_from",
            format!("{from} lies before the instrument begins, on {whole}"),
        ));
    }
    if let Some(to) = to.filter(|to| *to < from) {
        let key = match written.in_force_to {
            Some(_) => "in_force_to",
            None => "in_force_from",
        };
        wrong.push((key, format!("it ends on {to}, before it begins on {from}")));
    }
    if let (Some(own), Some(whole)) = (written.in_force_to, file.in_force_to)
        && own > whole
    {
        wrong.push((
            "in_force_to",
            format!("{own} lies after the instrument ends, on {whole}"),
        ));
    }
    if let Some(day) = written.valid_to.filter(|day| *day < from) {
        wrong.push((
            "valid_to",
            format!("{day} lies before it begins, on {from}"),
        ));
    }
    if let Some(until) = written.transition.as_ref().map(|t| t.until)
        && until < from
    {
        wrong.push((
            "transition",
            format!("{until} lies before it begins, on {from}"),
        ));
    }
    wrong
}

/// What came in the place of an instrument: no ring, and not before the old one ended.
pub(super) fn successors(
    law: &Law,
    document: &Document,
    file: &LawFile,
    mistakes: &mut Diagnostics,
) {
    for (index, id) in file.replaced_by.iter().enumerate() {
        let steps = ["replaced_by".into(), index.into()];
        if leads_to(law, id, &file.id) {
            let message = format!("a ring: `{id}` is itself replaced by `{}`", file.id);
            mistakes.push(document.mistake(&steps, message, None));
        }
        let Some((to, next)) = file.in_force_to.zip(law.instrument(id)) else {
            continue;
        };
        if next.in_force_from <= to {
            let message = format!(
                "they overlap: `{id}` begins on {}, this ends on {to}",
                next.in_force_from
            );
            mistakes.push(document.mistake(&steps, message, None));
        }
    }
}

/// Does the chain of successors of `from` come to `to`?
fn leads_to(law: &Law, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(id) = todo.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id)
            && let Some(instrument) = law.instrument(id)
        {
            todo.extend(instrument.replaced_by.iter().map(String::as_str));
        }
    }
    false
}
