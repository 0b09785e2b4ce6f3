//! What clap says of words that do not fit, in Vietnamese where that was asked for; in English it says it itself.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::Lang;
use crate::text::errors::{Usage, UsageKind, heading, usage};

/// The words for stderr; nothing where clap's own are right: in English, and where it is no mistake (help, version).
pub(super) fn words(error: &clap::Error, lang: Lang) -> Option<String> {
    if lang == Lang::En || !error.use_stderr() {
        return None;
    }
    let said = usage(kind(error.kind())?, &parts(error));
    let mut text = format!("{}: {said}\n", heading("error").vi);
    if let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) {
        let line = line.to_string();
        let line = line.trim().trim_start_matches("Usage:").trim();
        text.push_str(&format!("\n{}: {line}\n", heading("usage").vi));
    }
    text.push_str(&format!("\n{}\n", heading("more").vi));
    Some(text)
}

/// Nothing for what clap adds in a version to come: its own words are better than none.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "clap marks the enum as one that grows"
)]
fn kind(kind: ErrorKind) -> Option<UsageKind> {
    Some(match kind {
        ErrorKind::InvalidValue => UsageKind::InvalidValue,
        ErrorKind::ValueValidation => UsageKind::RefusedValue,
        ErrorKind::UnknownArgument => UsageKind::UnknownArgument,
        ErrorKind::InvalidSubcommand => UsageKind::UnknownCommand,
        ErrorKind::ArgumentConflict => UsageKind::Conflict,
        ErrorKind::MissingRequiredArgument => UsageKind::Missing,
        ErrorKind::MissingSubcommand => UsageKind::MissingCommand,
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            UsageKind::NoValue
        }
        ErrorKind::TooManyValues => UsageKind::TooMany,
        ErrorKind::InvalidUtf8 => UsageKind::NoText,
        ErrorKind::Io | ErrorKind::Format => UsageKind::Other,
        _ => return None,
    })
}

fn parts(error: &clap::Error) -> Usage {
    let of = |kind| list(error.get(kind));
    let one = |kind| of(kind).join(", ");
    let suggested = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let named = match error.get(ContextKind::InvalidSubcommand) {
        Some(_) => one(ContextKind::InvalidSubcommand),
        None => one(ContextKind::InvalidArg),
    };
    let others = [
        ContextKind::PriorArg,
        ContextKind::ValidValue,
        ContextKind::ValidSubcommand,
    ];
    Usage {
        argument: named,
        value: one(ContextKind::InvalidValue),
        others: others.into_iter().flat_map(of).collect(),
        near: suggested
            .into_iter()
            .find_map(|kind| of(kind).into_iter().next()),
        why: std::error::Error::source(error).map(ToString::to_string),
    }
}

fn list(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        Some(_) | None => Vec::new(),
    }
}
