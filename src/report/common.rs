//! What several formats ask of a run: which failures count, where they are, which are worst; and text of targets
//! made safe and short enough to show.

use std::cmp::Reverse;

use crate::model::{
    ActualReport, Disposition, Finding, InstrumentKind, InstrumentReport, Lang, ReasonReport,
    RequirementReport, ResultWord, Run, Text, WaiverReport,
};
use crate::text::unicode::visible;
use crate::text::{labels, reasons};

/// Does this failure count: a `fail` with nothing beside it, or with a waiver that is not approved or has ended?
pub(super) fn is_active(finding: &Finding) -> bool {
    finding.result == ResultWord::Fail
        && (finding.disposition == Disposition::None
            || finding.waiver.as_ref().is_some_and(|w| !w.active))
}

/// Active failures, the worst first.
pub(super) fn active(run: &Run) -> Vec<&Finding> {
    let mut all: Vec<&Finding> = run.findings.iter().filter(|f| is_active(f)).collect();
    all.sort_by_key(|f| {
        (
            Reverse(f.severity),
            Reverse(f.force),
            &f.control,
            &f.asset,
            &f.subject,
        )
    });
    all
}

/// The worst active failures, one for each control.
pub(super) fn worst(run: &Run, count: usize) -> Vec<&Finding> {
    let mut chosen: Vec<&Finding> = Vec::new();
    for finding in active(run) {
        if chosen.len() == count {
            break;
        }
        if chosen.iter().all(|c| c.control != finding.control) {
            chosen.push(finding);
        }
    }
    chosen
}

/// The figures as if there were no waiver, in a sentence; nothing where none counts.
pub(super) fn before_waivers(run: &Run) -> Option<Text> {
    let before = run.summary.before_waivers.as_ref()?;
    let all = before.by_severity.values().sum();
    let left = run.summary.by_severity.values().sum();
    let moved = before.requirements != run.summary.requirements;
    let duties = moved.then_some(before.requirements);
    Some(labels::before_waivers(all, left, duties))
}

/// All that is to say of a waiver; a run of an older version has but one remark.
pub(super) fn remarks(waiver: &WaiverReport) -> impl Iterator<Item = &ReasonReport> {
    let old = waiver.remark.as_ref().filter(|_| waiver.remarks.is_empty());
    waiver.remarks.iter().chain(old)
}

/// `file:line`, an address, or nothing.
pub(super) fn place(finding: &Finding) -> String {
    let Some(location) = &finding.location else {
        return String::new();
    };
    let words = match (&location.file, location.line, &location.address) {
        (Some(file), Some(line), _) if line > 0 => format!("{file}:{line}"),
        (Some(file), _, _) => file.to_string(),
        (None, _, Some(address)) => address.to_string(),
        (None, _, None) => String::new(),
    };
    short(&words, PLACE_CHARS)
}

/// Asset, place and subject, each said once.
pub(super) fn whereabouts(finding: &Finding) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in [
        short(&finding.asset, VALUE_CHARS),
        place(finding),
        short(&finding.subject, VALUE_CHARS),
    ] {
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

/// `path = value`, safe and short.
pub(super) fn actual(fact: &ActualReport, chars: usize) -> String {
    let value = match fact.value.as_str() {
        "" => "\"\"".to_owned(),
        value => short(value, chars),
    };
    format!("{} = {value}", short(&fact.path, PLACE_CHARS))
}

/// One line of a target's text: what hides is shown, what is long is cut.
pub(super) fn short(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", visible(&text[..at])),
        None => visible(text),
    }
}

/// Text of ours or of an input, which may have several lines.
pub(super) fn lines(text: &str) -> String {
    let cut = match text.char_indices().nth(TEXT_CHARS) {
        Some((at, _)) => &text[..at],
        None => text,
    };
    let shown: Vec<String> = cut.trim_end().split('\n').map(visible).collect();
    let mut all = shown.join("\n");
    if cut.len() < text.len() {
        all.push('…');
    }
    all
}

/// Both languages of a text, safe to show.
pub(super) fn both(text: &Text) -> Text {
    Text::new(lines(&text.vi), lines(&text.en))
}

/// What a reason's code means without the detail of one case; for a code of another version, the words before it.
pub(super) fn lead(code: &str, words: &Text) -> Text {
    let known = reasons::code(code);
    if known.vi != code {
        return known;
    }
    let before = |text: &str| match text.split_once(": ") {
        Some((lead, _)) => short(lead, VALUE_CHARS),
        None => short(text, VALUE_CHARS),
    };
    Text::new(before(&words.vi), before(&words.en))
}

/// A reason's words.
pub(super) fn reason(reason: &ReasonReport, lang: Lang) -> &str {
    match lang {
        Lang::Vi => &reason.vi,
        Lang::En => &reason.en,
    }
}

/// `Nghị định 331/2026/NĐ-CP`; the number of a standard names itself.
pub(super) fn instrument_name(instrument: &InstrumentReport) -> Text {
    let number = lines(&instrument.number);
    if instrument.kind == InstrumentKind::Standard {
        return Text::same(number);
    }
    let kind = labels::instrument(instrument.kind);
    Text::new(
        format!("{} {number}", kind.vi),
        format!("{} {number}", kind.en),
    )
}

/// Instrument and clause, with what the instrument is: `Nghị định 331/2026/NĐ-CP Điều 20 khoản 1`.
pub(super) fn cite(requirement: &RequirementReport, run: &Run) -> Text {
    let reference = both(&requirement.reference);
    let instrument = run
        .instruments
        .iter()
        .find(|i| i.id == requirement.instrument && i.kind != InstrumentKind::Standard)
        .filter(|i| reference.vi.starts_with(&i.number));
    match instrument.map(|i| labels::instrument(i.kind)) {
        Some(kind) => Text::new(
            format!("{} {}", kind.vi, reference.vi),
            format!("{} {}", kind.en, reference.en),
        ),
        None => reference,
    }
}

/// Text for XML and HTML: what hides is shown, what marks up is escaped, what XML 1.0 has no place for is left out.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text as Markdown that says the same: nothing of it becomes a link, an image or HTML.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// A list of JSON that is written while it is made.
pub(super) struct Stream<F>(pub(super) F);

impl<I: Iterator<Item = serde_json::Value>, F: Fn() -> I> serde::Serialize for Stream<F> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// The longest place that is shown.
pub(super) const PLACE_CHARS: usize = 240;
/// The longest value that is shown.
pub(super) const VALUE_CHARS: usize = 240;
/// The longest text that is shown.
const TEXT_CHARS: usize = 4000;
