//! `capdo rules check`: every mistake of every rule file, for people and as SARIF.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Failure, Outcome, Pack, output};
use crate::cli::{CheckFormat, Common};
use crate::model::AssetKind;
use crate::parse::diagnostic::{Diagnostic, Diagnostics};

/// Runs the command.
pub(super) fn run(format: CheckFormat, common: &Common) -> Outcome {
    match (Pack::of(common), format) {
        (Err(Failure::Input(mistakes)), CheckFormat::Sarif) => {
            let failure = Failure::Input(mistakes.clone());
            output::stdout(&sarif(&mistakes)?)?;
            Ok(failure.code())
        }
        (Ok(_), CheckFormat::Sarif) => {
            output::stdout(&sarif(&Diagnostics::default())?)?;
            Ok(0)
        }
        (pack, CheckFormat::Human | CheckFormat::Sarif) => {
            output::stdout(&summary(&pack?))?;
            Ok(0)
        }
    }
}

fn summary(pack: &Pack) -> String {
    let mut by_kind: BTreeMap<AssetKind, usize> = BTreeMap::new();
    for control in &pack.rules.controls {
        *by_kind.entry(control.asset).or_default() += 1;
    }
    let kinds: Vec<String> = by_kind
        .iter()
        .map(|(kind, count)| format!("{} {count}", kind.word()))
        .collect();
    format!(
        "{} controls ({}), {} subject types, {} requirements of {} instruments: no mistakes\n",
        pack.rules.controls.len(),
        kinds.join(", "),
        pack.rules.vocabulary.types.len(),
        pack.law.requirements.len(),
        pack.law.instruments.len()
    )
}

/// SARIF 2.1.0 with one result for each mistake.
fn sarif(mistakes: &Diagnostics) -> Result<String, Failure> {
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "capdo",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [{
                    "id": "rule-file",
                    "shortDescription": { "text": "A mistake in a file of rules" },
                }],
            } },
            // Columns are counted in characters.
            "columnKind": "unicodeCodePoints",
            "results": mistakes.0.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    let text = serde_json::to_string_pretty(&log).map_err(|e| Failure::Internal(e.to_string()))?;
    Ok(text + "\n")
}

fn result(mistake: &Diagnostic) -> Value {
    let message = match &mistake.help {
        Some(help) => format!("{}\nhelp: {help}", mistake.message),
        None => mistake.message.clone(),
    };
    let mut place = json!({
        "artifactLocation": { "uri": uri(&mistake.file) },
    });
    if let Some(span) = mistake.span {
        place["region"] =
            json!({ "startLine": span.line.max(1), "startColumn": span.column.max(1) });
    }
    json!({
        "ruleId": "rule-file",
        "ruleIndex": 0,
        "level": "error",
        "message": { "text": message },
        "locations": [{ "physicalLocation": place }],
    })
}

/// The file as a relative reference: what a URI may not hold is escaped.
fn uri(file: &str) -> String {
    let mut text = String::new();
    for byte in file.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte));
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml::{Document, Step};

    #[test]
    fn a_mistake_has_its_place() {
        let document = Document::parse("my rules/A-1.yaml", b"id: A-1\nlevels: often\n").unwrap();
        let mut mistakes = Diagnostics::default();
        mistakes.push(document.mistake(&[Step::Key("levels")], "no levels", Some("2+".into())));
        mistakes.push(Diagnostic::of_file("B.yaml", "empty", "write it"));
        let log: Value = serde_json::from_str(&sarif(&mistakes).unwrap()).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "my%20rules/A-1.yaml");
        assert_eq!(place["region"]["startLine"], 2);
        assert_eq!(place["region"]["startColumn"], 9);
        assert_eq!(results[0]["message"]["text"], "no levels\nhelp: 2+");
        let whole = &results[1]["locations"][0]["physicalLocation"];
        assert!(whole.get("region").is_none());
    }
}
