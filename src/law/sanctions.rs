//! Provisions on sanctions: `rules/law/sanctions/<instrument>.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Day, FineRange, Law, Payer, Reading, Sanction, Text};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::shape::nearest;
use crate::parse::yaml::{Document, Step};

/// One file of `rules/law/sanctions`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionFile {
    /// `capdo/sanctions/1`.
    pub schema: String,
    /// The instrument that holds them; the prefix of their ids.
    pub instrument: String,
    /// For whom its amounts are printed, where a provision does not say otherwise.
    #[serde(rename = "for")]
    pub payer: Payer,
    /// Do organisations pay double, where a provision does not say otherwise?
    #[serde(default)]
    pub doubled_for_organisation: bool,
    /// The provisions.
    pub sanctions: Vec<SanctionSyntax>,
}

/// One provision.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionSyntax {
    /// `<instrument>.<article>.<clause>.<point>`.
    pub id: String,
    /// The act, in our words.
    pub text: Text,
    /// When it applies only so far, doubts.
    #[serde(default)]
    pub conditions: Option<Text>,
    /// What the text prints.
    #[serde(default)]
    pub range: Option<FineRange>,
    /// For whom the amount is printed.
    #[serde(default, rename = "for")]
    pub payer: Option<Payer>,
    /// Do organisations pay double?
    #[serde(default)]
    pub doubled_for_organisation: Option<bool>,
    /// How we read it; default the instrument's.
    #[serde(default)]
    pub reading: Option<Reading>,
    /// The last day in force.
    #[serde(default)]
    pub in_force_to: Option<Day>,
}

/// Puts the provisions of a file over those of the same instrument.
pub(super) fn add(
    law: &mut Law,
    document: &Document,
    file: &SanctionFile,
    mistakes: &mut Diagnostics,
) {
    if file.schema != "capdo/sanctions/1" {
        mistakes.push(document.mistake(&["schema".into()], "this is no capdo/sanctions/1", None));
    }
    let Some(instrument) = law.instruments.iter().find(|i| i.id == file.instrument) else {
        let near = nearest(
            &file.instrument,
            law.instruments.iter().map(|i| i.id.as_str()),
        );
        let help = near.map(|n| format!("did you mean `{n}`?"));
        let message = format!("`{}` is not known", file.instrument);
        mistakes.push(document.mistake(&["instrument".into()], message, help));
        return;
    };
    let mut found: Vec<Sanction> = Vec::new();
    for (index, written) in file.sanctions.iter().enumerate() {
        let mut wrong = |key: &'static str, message: String| {
            let steps = [Step::Key("sanctions"), Step::Item(index), Step::Key(key)];
            mistakes.push(document.mistake(&steps, message, None));
        };
        let own = written.id.strip_prefix(&file.instrument);
        if own.is_none_or(|rest| !rest.starts_with('.') || rest.len() < 2) {
            wrong(
                "id",
                format!("an id here begins with `{}.`", file.instrument),
            );
        }
        if found.iter().any(|s| s.id == written.id) {
            wrong("id", format!("`{}` stands twice", written.id));
        }
        if let Some(range) = written.range
            && range.to.is_some_and(|to| to < range.from)
        {
            wrong("range", "it ends below its beginning".into());
        }
        if let Some(to) = written
            .in_force_to
            .filter(|to| *to < instrument.in_force_from)
        {
            let from = instrument.in_force_from;
            wrong(
                "in_force_to",
                format!("it ends on {to}, before it begins on {from}"),
            );
        }
        found.push(Sanction {
            id: written.id.clone(),
            instrument: file.instrument.clone(),
            text: written.text.clone(),
            conditions: written.conditions.clone(),
            range: written.range,
            payer: written.payer.unwrap_or(file.payer),
            doubled_for_organisation: written
                .doubled_for_organisation
                .unwrap_or(file.doubled_for_organisation),
            reading: written.reading.unwrap_or(instrument.reading),
            in_force_from: instrument.in_force_from,
            in_force_to: written.in_force_to.or(instrument.in_force_to),
        });
    }
    law.sanctions.retain(|s| s.instrument != file.instrument);
    law.sanctions.extend(found);
}
