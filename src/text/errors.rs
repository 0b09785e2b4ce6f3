//! Errors in Vietnamese. The English stands where an error is made; here each has its Vietnamese, by pattern.
//!
//! `{}` in the English takes any words; `{0}`, `{1}` … in the Vietnamese put them back, themselves in Vietnamese where they are known.
//! A test of the sources finds an error without an entry here.

mod table;
mod usage;

pub use usage::{Usage, UsageKind, heading, usage};

use crate::model::Lang;

/// An error as a person reads it: every line of it that is known, in the language.
pub fn say(english: &str, lang: Lang) -> String {
    match lang {
        Lang::En => english.to_owned(),
        Lang::Vi => {
            let lines: Vec<String> = english.split('\n').map(line).collect();
            lines.join("\n")
        }
    }
}

/// The Vietnamese of one message, or nothing where no pattern fits it.
pub fn vietnamese(english: &str) -> Option<String> {
    table::TABLE.iter().find_map(|(en, vi)| {
        let taken = matched(en, english)?;
        Some(filled(vi, &taken))
    })
}

/// A line with its mark and what it speaks of: `error: FILE: MESSAGE`.
fn line(english: &str) -> String {
    let body = english.trim_start();
    let indent = &english[..english.len() - body.len()];
    for (mark, vi) in [("error: ", "lỗi: "), ("help: ", "gợi ý: ")] {
        if let Some(rest) = body.strip_prefix(mark) {
            return format!("{indent}{vi}{}", phrase(rest));
        }
    }
    format!("{indent}{}", phrase(body))
}

/// A message, known as it is or behind the names of files that stand before it; else as it was.
fn phrase(english: &str) -> String {
    if let Some(vi) = vietnamese(english) {
        return vi;
    }
    for (at, _) in english.match_indices(": ") {
        let (before, rest) = (&english[..at], &english[at + 2..]);
        if let Some(vi) = vietnamese(rest) {
            return format!("{before}: {vi}");
        }
    }
    english.to_owned()
}

/// What the gaps of a pattern take of a text, where it fits.
fn matched<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut taken = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let last = pieces.peek().is_none();
        let at = match (piece, last) {
            ("", true) => rest.len(),
            (piece, true) => rest.len().checked_sub(piece.len())?,
            (piece, false) => rest.find(piece)?,
        };
        let (gap, after) = (rest.get(..at)?, rest.get(at..)?);
        rest = after.strip_prefix(piece)?;
        taken.push(gap);
    }
    (rest.is_empty() && taken.iter().all(|t| !t.is_empty())).then_some(taken)
}

fn filled(vietnamese: &str, taken: &[&str]) -> String {
    let mut text = String::new();
    let mut rest = vietnamese;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let gap = after
            .split_once('}')
            .and_then(|(number, after)| Some((number.parse::<usize>().ok()?, after)));
        match gap {
            Some((at, after)) => {
                text.push_str(&phrase(taken.get(at).copied().unwrap_or_default()));
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_and_put_back() {
        assert_eq!(matched("no `{}`, {}", "no `a`, b"), Some(vec!["a", "b"]));
        assert_eq!(matched("{} ends", "it ends"), Some(vec!["it"]));
        assert_eq!(matched("{} ends", "it ends not"), None);
        assert_eq!(matched("plain", "plain"), Some(vec![]));
        assert_eq!(matched("plain", "plainer"), None);
        assert_eq!(filled("{1} rồi {0} {x}", &["a", "b"]), "b rồi a {x}");
    }

    #[test]
    fn an_error_is_said_line_by_line_and_unknown_words_stay() {
        let english =
            "error: a: b.yaml: there is no such file\n  help: add --out DIR\nnobody knows this";
        assert_eq!(say(english, Lang::En), english);
        assert_eq!(
            say(english, Lang::Vi),
            "lỗi: a: b.yaml: không có tệp này\n  gợi ý: thêm --out DIR\nnobody knows this"
        );
        // What a message took in is itself in Vietnamese.
        let nested = "x/run.json: cannot be read: Permission denied (os error 13)";
        assert_eq!(
            say(nested, Lang::Vi),
            "x/run.json: không đọc được: không đủ quyền truy cập"
        );
    }

    #[test]
    fn every_entry_is_well_formed() {
        for (at, (en, vi)) in table::TABLE.iter().enumerate() {
            assert!(crate::text::unicode::is_nfc(vi), "{vi}");
            let gaps = en.matches("{}").count();
            for gap in 0..gaps {
                assert!(
                    vi.contains(&format!("{{{gap}}}")),
                    "{vi}: {{{gap}}} is lost"
                );
            }
            assert!(!vi.contains(&format!("{{{gaps}}}")), "{vi}: too many gaps");
            let twice = table::TABLE
                .iter()
                .skip(at + 1)
                .any(|(other, _)| other == en);
            assert!(!twice, "{en} stands twice");
            // An earlier pattern that is wider would hide it.
            let example = en.replace("{}", "X9");
            let first = table::TABLE
                .iter()
                .find(|(p, _)| matched(p, &example).is_some());
            assert_eq!(first.map(|(p, _)| *p), Some(*en));
        }
    }
}
