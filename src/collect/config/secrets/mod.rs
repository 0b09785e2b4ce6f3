//! Secrets in clear in any text: private keys, tokens by their shape, passwords in connection strings, values of keys
//! that are called password, secret or token.
//!
//! Pure: a text in, hits out, each with its line and a mask. Neither the value nor a hash of it is kept.

use std::sync::LazyLock;

use regex::Regex;

mod keyed;
mod lures;
mod shapes;
mod table;
#[cfg(test)]
mod tests;

pub(super) use keyed::says_one;

/// What kind of secret it is, coarsely: one control for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// A private key.
    PrivateKey,
    /// A key of a cloud or of a service.
    CloudKey,
    /// A token: JWT, bearer, session.
    Token,
    /// A password in a connection string.
    Connection,
    /// A password or another shared secret behind a telling name.
    Password,
}

impl Class {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::PrivateKey,
        Self::CloudKey,
        Self::Token,
        Self::Connection,
        Self::Password,
    ];

    /// The subject type.
    pub(super) fn subject(self) -> &'static str {
        match self {
            Self::PrivateKey => "secret-private-key",
            Self::CloudKey => "secret-cloud-key",
            Self::Token => "secret-token",
            Self::Connection => "secret-connection",
            Self::Password => "secret-password",
        }
    }

    /// Its name in facts.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PrivateKey => "private-key",
            Self::CloudKey => "cloud-key",
            Self::Token => "token",
            Self::Connection => "connection-string",
            Self::Password => "password",
        }
    }
}

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) class: Class,
    /// What exactly: `aws-access-key`, `jwt`, `vnpay`.
    pub(super) kind: &'static str,
    /// Its line, from 1.
    pub(super) line: u32,
    /// The name that it stands behind, where it has one.
    pub(super) key: String,
    /// What may be shown of it.
    pub(super) mask: String,
}

/// How a file is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A configuration: values may stand without quotes.
    Config,
    /// Source code: only literals in quotes.
    Code,
    /// Text for people, words of a screen: only what has the shape of a key, or of a strong password behind its name.
    Prose,
    /// Tests and examples: what stands there is counted, and is no finding.
    Aside,
}

/// How the file at this path is looked at.
pub(super) fn look(path: &str) -> Look {
    let lower = path.to_ascii_lowercase();
    let mut parts: Vec<&str> = lower.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let aside = parts.iter().any(|part| ASIDE.contains(part))
        || super::kind::is_example(&lower)
        || name.starts_with("test_")
        || TEST_ENDS.iter().any(|end| name.contains(end));
    if aside {
        return Look::Aside;
    }
    let words = parts.iter().any(|part| WORDS.contains(part));
    let end = name.rsplit('.').next().unwrap_or_default();
    if words || PROSE.contains(&end) {
        Look::Prose
    } else if CODE.contains(&end) {
        Look::Code
    } else {
        Look::Config
    }
}

/// Is the whole text looked at, or is there more of it than that?
pub(super) fn is_whole(text: &str) -> bool {
    text.len() <= MAX_LINE
        || (text.lines().count() <= MAX_LINES && text.lines().all(|line| line.len() <= MAX_LINE))
}

/// Could there be a secret in this text at all?
pub(super) fn may_be(text: &str) -> bool {
    LEAD.is_match(text)
}

/// The secrets of a text.
pub(super) fn scan(text: &str, look: Look) -> Vec<Hit> {
    let told = told(text);
    if told.is_empty() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    // What a controller encrypted may stand in a repository.
    let sealed = text.contains("kind: SealedSecret")
        && lines.iter().any(|l| l.trim() == "kind: SealedSecret");
    for at in told {
        let Some(line) = lines.get(at) else { break };
        if line.len() > MAX_LINE || hits.len() >= MAX_HITS {
            continue;
        }
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let before = hits.len();
        let below = lines.get(at + 1..).unwrap_or_default();
        shapes::scan(line, below, number, look == Look::Prose, &mut hits);
        if hits.len() > before || sealed {
            continue;
        }
        let above = lines.get(at.wrapping_sub(1)).copied();
        hits.extend(match look {
            Look::Prose => keyed::in_prose(line, number),
            Look::Config | Look::Code | Look::Aside => keyed::scan(line, above, number, look),
        });
    }
    hits
}

/// The lines that are worth a look, from 0: those that hold a lead, and the one below each, since a value may stand
/// under its name.
fn told(text: &str) -> Vec<usize> {
    let mut told: Vec<usize> = Vec::new();
    let (mut line, mut counted, mut at) = (0, 0, 0);
    while let Some(found) = LEAD.find_at(text, at) {
        let between = text.as_bytes().get(counted..found.start());
        line += memchr::memchr_iter(b'\n', between.unwrap_or_default()).count();
        counted = found.start();
        if told.last() != Some(&line) {
            told.push(line);
        }
        told.push(line + 1);
        let rest = text.as_bytes().get(found.end()..).unwrap_or_default();
        match memchr::memchr(b'\n', rest) {
            Some(end) => at = found.end() + end,
            None => break,
        }
    }
    told
}

/// What every line holds in which, or below which, a secret can stand.
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    let (word, leads) = (keyed::IN_VIETNAMESE, shapes::leads());
    constant(&format!("(?i:{}|{word})|{leads}", keyed::WORDS))
});
/// A constant that does not compile meets nothing, and a test.
fn constant(pattern: &str) -> Regex {
    match Regex::new(pattern) {
        Ok(regex) => regex,
        Err(_) => unreachable!("a constant pattern: {pattern}"),
    }
}

/// What may be shown: how long it is, and where that gives nothing away, how it begins.
fn mask(kind: &str, value: &str) -> String {
    let length = match value.chars().count() {
        0..=3 => "1–3",
        4..=7 => "4–7",
        8..=13 => "8–13",
        14..=31 => "14–31",
        _ => "32+",
    };
    format!("‹secret: {kind}, {length}›")
}

/// Folders of tests, examples and texts.
const ASIDE: [&str; 17] = [
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "__tests__",
    "fixtures",
    "fixture",
    "testdata",
    "test-data",
    "example",
    "examples",
    "sample",
    "samples",
    "mock",
    "mocks",
    "e2e",
];
const TEST_ENDS: [&str; 6] = [
    "_test.",
    ".test.",
    ".spec.",
    "-test.",
    "tests.java",
    "test.java",
];

/// Folders with the words of a screen.
const WORDS: [&str; 8] = [
    "i18n",
    "locale",
    "locales",
    "lang",
    "langs",
    "messages",
    "translations",
    "docs",
];
const PROSE: [&str; 9] = [
    "md", "markdown", "rst", "adoc", "txt", "html", "htm", "svg", "css",
];
const CODE: [&str; 27] = [
    "js", "mjs", "cjs", "jsx", "ts", "tsx", "vue", "java", "kt", "scala", "groovy", "gradle", "py",
    "rb", "php", "go", "rs", "c", "h", "cpp", "cs", "swift", "sh", "bash", "ps1", "pl", "lua",
];

/// How much of a text is looked at.
const MAX_LINES: usize = 200_000;
const MAX_LINE: usize = 1024 * 1024;
const MAX_HITS: usize = 200;
