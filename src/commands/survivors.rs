//! `rules/survivors.txt`: mutants that no example can catch, each with its reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Failure;
use super::rules_test::Survivor;
use crate::parse::diagnostic::{Diagnostic, Diagnostics, Span};

/// The list that is built in.
const EMBEDDED: &str = include_str!("../../rules/survivors.txt");

/// Mutants that may survive, with the reason of each.
pub(super) type Known = BTreeMap<Survivor, String>;

/// The embedded list, and that of the folder of `--rules`, for the controls whose id begins with `prefix`.
///
/// # Errors
/// Where a line is not `control | mutant | reason`, or stands twice.
pub(super) fn known(folder: Option<&Path>, prefix: &str) -> Result<Known, Failure> {
    let mut known = read("rules/survivors.txt", EMBEDDED)?;
    let own = folder.map(|folder| folder.join("survivors.txt"));
    if let Some(path) = own.filter(|path| path.exists()) {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|e| Failure::File(format!("{name}: {e}")))?;
        known.extend(read(&name, &text)?);
    }
    known.retain(|survivor, _| survivor.control.starts_with(prefix));
    Ok(known)
}

fn read(file: &str, text: &str) -> Result<Known, Diagnostics> {
    let mut known = Known::new();
    let mut mistakes = Diagnostics::default();
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let span = Span {
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            column: 1,
            start,
            end: start + line.len(),
        };
        start += line.len() + 1;
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let mut wrong = |message: &str| {
            mistakes.push(Diagnostic {
                file: file.into(),
                source: Some(text.into()),
                span: Some(span),
                message: message.to_owned(),
                help: Some("a line is `CONTROL | mutant | reason`".into()),
            });
        };
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [control, mutant, reason] = parts.as_slice() else {
            wrong("not three parts");
            continue;
        };
        if reason.is_empty() {
            wrong("no reason");
            continue;
        }
        let survivor = Survivor {
            control: (*control).to_owned(),
            mutant: (*mutant).to_owned(),
        };
        if known.insert(survivor, (*reason).to_owned()).is_some() {
            wrong("this mutant stands twice");
        }
    }
    mistakes.into_result(known)
}

/// What is wrong: mutants that survive without a reason, and reasons for mutants that do not survive.
pub(super) fn compare(found: &[Survivor], known: &Known) -> Vec<String> {
    let unknown = found
        .iter()
        .filter(|s| !known.contains_key(s))
        .map(|s| format!("{}: {} survives", s.control, s.mutant));
    let stale = known.keys().filter(|s| !found.contains(s)).map(|s| {
        format!(
            "{}: {} stands in survivors.txt, but an example catches it, or it is no mutant",
            s.control, s.mutant
        )
    });
    unknown.chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survivor(control: &str, mutant: &str) -> Survivor {
        Survivor {
            control: control.into(),
            mutant: mutant.into(),
        }
    }

    #[test]
    fn lines_are_three_parts() {
        let known = read("s", "# why\n\nA-1 | assert is → is_not | the same\n").unwrap();
        assert_eq!(known[&survivor("A-1", "assert is → is_not")], "the same");
        let mistakes = read("s", "A-1 | x\nA-1 | y | \nA-1 | z | a\nA-1 | z | b\n").unwrap_err();
        let lines: Vec<u32> = mistakes.0.iter().map(|d| d.span.unwrap().line).collect();
        assert_eq!(lines, [1, 2, 4]);
    }

    #[test]
    fn both_directions_are_wrong() {
        let known = read("s", "A-1 | x | the same\nA-1 | gone | the same\n").unwrap();
        let found = [survivor("A-1", "x"), survivor("A-1", "new")];
        let wrong = compare(&found, &known);
        assert_eq!(wrong.len(), 2);
        assert_eq!(wrong[0], "A-1: new survives");
        assert!(wrong[1].starts_with("A-1: gone stands in survivors.txt"));
    }

    #[test]
    fn the_embedded_list_reads() {
        read("rules/survivors.txt", EMBEDDED).unwrap();
    }
}
