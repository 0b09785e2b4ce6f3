//! Mistakes of texts and of the pack as a whole: what a schema cannot say. A lint is a mistake like any other.

use super::syntax::{ControlFile, FactSyntax, VocabularyFile};
use crate::model::{Control, Parameter, Predicate, Reach, Text};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::yaml::{Document, Step};

/// The longest title, in characters: one line of a report.
const MAX_TITLE: usize = 120;
/// The longest rationale: two or three sentences.
const MAX_RATIONALE: usize = 400;
/// The longest remediation.
const MAX_REMEDIATION: usize = 500;
/// A Vietnamese text with more letters than this has diacritics.
const MAX_PLAIN_LETTERS: usize = 12;

/// Words that promise or accuse more than an audit can say.
const BANNED: &str = include_str!("../../rules/words/banned.txt");

/// Types of subjects whose fact paths are the directives of the program. The rules of pg_hba.conf have none.
const DIRECTIVES: [&str; 5] = [
    "sshd",
    "nginx",
    "nginx-server",
    "nginx-location",
    "postgresql",
];

/// What collectors put behind the name of a directive.
const ENDINGS: [&str; 6] = [
    "_seconds",
    "_count",
    "_fields",
    "_enabled",
    "_conditional",
    "_locations",
];

/// Facts that are worked out of directives, with what a remediation then has to name.
const DERIVED: [(&str, &str); 12] = [
    ("weak_protocols", "ssl_protocols"),
    ("weak_ciphers", "ssl_ciphers"),
    ("serves_plain_http", "return 301"),
    ("hsts_max_age", "strict-transport-security"),
    ("limits_connections", "limit_conn"),
    ("limits_requests", "limit_req"),
    ("dotfiles_denied", "deny"),
    ("plain_upstreams", "proxy_pass"),
    ("stub_status_exposed", "stub_status"),
    ("data_log_enabled", "pgaudit"),
    ("listens_on_all", "listen_addresses"),
    ("alive.seconds", "clientalive"),
];

/// The texts of one control.
pub(super) fn control(
    doc: &Document,
    file: &ControlFile,
    assert: &Predicate,
    mistakes: &mut Diagnostics,
) {
    let texts = [
        ("title", &file.title, MAX_TITLE),
        ("rationale", &file.rationale, MAX_RATIONALE),
        ("remediation", &file.remediation, MAX_REMEDIATION),
    ];
    for (key, text, longest) in texts {
        let at = [Step::Key(key)];
        words(doc, &at, text, mistakes);
        for (lang, text) in [("vi", &text.vi), ("en", &text.en)] {
            let length = text.chars().count();
            if length > longest {
                let message = format!("{length} characters; a {key} has at most {longest}");
                mistakes.push(doc.mistake(&[at[0], Step::Key(lang)], message, None));
            }
        }
    }
    remediation(doc, file, assert, mistakes);
}

/// The texts of one subject type.
pub(super) fn vocabulary(doc: &Document, file: &VocabularyFile, mistakes: &mut Diagnostics) {
    words(doc, &[Step::Key("title")], &file.title, mistakes);
    for (path, fact) in &file.facts {
        let at = [Step::Key("facts"), Step::Key(path)];
        meaning(doc, &at, fact, mistakes);
    }
}

fn meaning(doc: &Document, at: &[Step<'_>], fact: &FactSyntax, mistakes: &mut Diagnostics) {
    let here = [at, &[Step::Key("meaning")]].concat();
    words(doc, &here, &fact.meaning, mistakes);
    for (path, inner) in &fact.of {
        let at = [at, &[Step::Key("of"), Step::Key(path)]].concat();
        meaning(doc, &at, inner, mistakes);
    }
}

/// Banned words in both languages, and Vietnamese without its marks.
fn words(doc: &Document, at: &[Step<'_>], text: &Text, mistakes: &mut Diagnostics) {
    for (lang, text) in [("vi", &text.vi), ("en", &text.en)] {
        let at = [at, &[Step::Key(lang)]].concat();
        let lower = text.to_lowercase();
        for word in banned().filter(|word| lower.contains(word)) {
            let help = "say what is so, not what it means before the law";
            let message = format!("the word `{word}` has no place here");
            mistakes.push(doc.mistake(&at, message, Some(help.into())));
        }
        if lang == "vi" && is_plain(text) {
            let message = "a Vietnamese text without diacritics";
            mistakes.push(doc.mistake(&at, message, None));
        }
    }
}

fn banned() -> impl Iterator<Item = &'static str> {
    BANNED
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Longer than a few letters and without any diacritic; what stands between backticks, and paths, are not words.
fn is_plain(text: &str) -> bool {
    let mut letters = 0;
    for prose in text.split('`').step_by(2) {
        for word in prose.split_whitespace() {
            let name = word.contains(['/', '_', '=', '*'])
                || word.trim_end_matches(['.', ',']).contains('.');
            if name {
                continue;
            }
            for letter in word.chars().filter(|c| c.is_alphabetic()) {
                if !letter.is_ascii() {
                    return false;
                }
                letters += 1;
            }
        }
    }
    letters > MAX_PLAIN_LETTERS
}

/// Does the remediation name what the assertion looks at?
fn remediation(doc: &Document, file: &ControlFile, assert: &Predicate, mistakes: &mut Diagnostics) {
    if !DIRECTIVES.contains(&file.subject.as_str()) {
        return;
    }
    let mut names: Vec<String> = Vec::new();
    assert.each_path(None, &mut |path, inside| {
        if path.reach == Reach::Subject || (path.reach == Reach::Here && inside.is_none()) {
            let name = directive(&path.key);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    });
    for (lang, text) in [("vi", &file.remediation.vi), ("en", &file.remediation.en)] {
        let lower = text.to_lowercase();
        if !names.is_empty() && !names.iter().any(|name| lower.contains(name.as_str())) {
            let message = format!("the remediation names none of: {}", names.join(", "));
            let help = "say which line to write";
            let at = [Step::Key("remediation"), Step::Key(lang)];
            mistakes.push(doc.mistake(&at, message, Some(help.into())));
        }
    }
}

/// The directive from which a fact comes.
fn directive(key: &str) -> String {
    if let Some((_, name)) = DERIVED.iter().find(|(fact, _)| *fact == key) {
        return (*name).to_owned();
    }
    let first = key.split('.').next().unwrap_or(key);
    let name = ENDINGS
        .iter()
        .find_map(|ending| first.strip_suffix(ending))
        .unwrap_or(first);
    name.to_owned()
}

/// A control that asserts the same of the same subject at a level of this one.
pub(super) fn twin<'a>(
    control: &Control,
    mut others: impl Iterator<Item = &'a Control>,
) -> Option<&'a Control> {
    others.find(|other| {
        other.id != control.id
            && other.asset == control.asset
            && other.subject == control.subject
            && other.assert == control.assert
            && other.when == control.when
            && control.levels.iter().any(|l| other.levels.contains(l))
            && same_figures(&other.parameters, &control.parameters)
    })
}

fn same_figures(a: &[Parameter], b: &[Parameter]) -> bool {
    let same = |a: &Parameter, b: &Parameter| {
        a.name == b.name
            && a.tighten == b.tighten
            && a.by.len() == b.by.len()
            && a.by
                .iter()
                .zip(&b.by)
                .all(|(a, b)| a.source == b.source && a.values == b.values)
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}
