//! Secrets that are known by their shape alone.

use std::sync::{LazyLock, OnceLock};

use regex::{Regex, RegexSet};

use super::table::TABLE;
use super::{Class, Hit, lures, mask};

/// A shape: what it is, and the group that holds the secret itself.
struct Shape {
    kind: &'static str,
    class: Class,
    pattern: &'static str,
    regex: OnceLock<Option<Regex>>,
}

impl Shape {
    /// Its expression, compiled where a line first has its lead: all of them take longer than a small tree.
    fn regex(&self) -> Option<&Regex> {
        let compiled = self
            .regex
            .get_or_init(|| Regex::new(&ascii(self.pattern)).ok());
        compiled.as_ref()
    }
}

/// What every line holds that has one of the shapes, as an expression: cheap to look for.
pub(super) fn leads() -> String {
    let all = TABLE.iter().map(|(_, lead, ..)| *lead);
    all.chain(PRIVATE).collect::<Vec<_>>().join("|")
}

/// Adds what stands in this line; `below` are the lines after it.
pub(super) fn scan(line: &str, below: &[&str], number: u32, prose: bool, hits: &mut Vec<Hit>) {
    if let Some(kind) = private_key(line, below) {
        hits.push(Hit {
            class: Class::PrivateKey,
            kind,
            line: number,
            key: String::new(),
            mask: format!("‹secret: {kind}›"),
        });
        return;
    }
    if !LEAD.is_match(line) {
        return;
    }
    for at in ANY.matches(line) {
        let Some(shape) = SHAPES.get(at) else {
            continue;
        };
        let found = shape.regex().into_iter();
        for found in found.flat_map(|regex| regex.captures_iter(line)) {
            let Some(value) = found.name("v").or_else(|| found.get(0)) else {
                continue;
            };
            // What has the shape of a key is one; a password may be a word that stands for another.
            let is_word = [Class::Connection, Class::Password].contains(&shape.class);
            // What is given to a call may be anything short.
            let chance = shape.kind == "client-key"
                && (value.as_str().len() < 24 || lures::entropy(value.as_str()) < 3.8);
            if chance
                || lures::is_known(value.as_str())
                || (is_word && lures::is_placeholder(value.as_str()))
                || (prose && is_word)
            {
                continue;
            }
            hits.push(Hit {
                class: shape.class,
                kind: shape.kind,
                line: number,
                key: String::new(),
                mask: mask(shape.kind, value.as_str()),
            });
            return;
        }
    }
}

/// A private key that no passphrase keeps, with something in it.
fn private_key(line: &str, below: &[&str]) -> Option<&'static str> {
    if line.starts_with("PuTTY-User-Key-File-") {
        let open = below.iter().take(3).any(|l| l.trim() == "Encryption: none");
        return open.then_some("putty-private-key");
    }
    if line.contains("AGE-SECRET-KEY-1") && line.len() >= 74 {
        return Some("age-private-key");
    }
    let (_, rest) = line.split_once("-----BEGIN ")?;
    let (name, rest) = rest.split_once("-----")?;
    if !name.contains("PRIVATE KEY") || name.starts_with("ENCRYPTED") {
        return None;
    }
    // In JSON and in YAML the whole key may stand in one line.
    let inline = rest.replace("\\n", "");
    let body = if inline.len() > 40 {
        inline
    } else {
        let lines = below.iter().take(4).map(|l| l.trim());
        if lines
            .clone()
            .any(|l| l.starts_with("Proc-Type:") && l.contains("ENCRYPTED"))
        {
            return None;
        }
        lines.collect::<Vec<_>>().join("")
    };
    let letters = body
        .chars()
        .take(64)
        .filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c))
        .count();
    let varied = lures::entropy(&body.chars().take(64).collect::<String>()) > 3.0;
    // The key of an encrypted OpenSSH file names its cipher behind this.
    let encrypted = body.starts_with("b3BlbnNzaC1rZXktdjEAAAAACmFlcz");
    (letters >= 40 && varied && !encrypted).then_some("private-key")
}

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    TABLE
        .iter()
        .map(|(kind, _, class, pattern)| Shape {
            kind,
            class: *class,
            pattern,
            regex: OnceLock::new(),
        })
        .collect()
});

/// Which of their leads a line holds: one pass instead of one for each, and far smaller than the shapes themselves.
static ANY: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(TABLE.iter().map(|(_, lead, ..)| lead)).unwrap_or_else(|_| RegexSet::empty())
});

static LEAD: LazyLock<Regex> = LazyLock::new(|| super::constant(&leads()));

/// Ends of words are those of ASCII: looking for others is slow.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

/// What stands in the first line of a private key.
const PRIVATE: [&str; 3] = ["PRIVATE KEY", "PuTTY-User-Key", "AGE-SECRET-KEY"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_regular_expression() {
        assert_eq!((SHAPES.len(), ANY.len()), (TABLE.len(), TABLE.len()));
        let broken = SHAPES.iter().find(|shape| shape.regex().is_none());
        assert_eq!(broken.map(|shape| shape.kind), None);
    }

    proptest::proptest! {
        /// A line that is passed over for want of a lead would have been no secret.
        #[test]
        fn every_match_holds_its_lead(at in 0..TABLE.len(), seed in proptest::num::u64::ANY) {
            let (kind, lead, _, pattern) = TABLE[at];
            // The generator knows no ends of words and lines.
            let plain = pattern.replace(r"\b", "").replace('$', "").replace("(?:^|:)", ":");
            let plain = plain.replace("(?i)^", "(?i)");
            let plain = plain.trim_start_matches('^').to_owned();
            let lead = Regex::new(lead).unwrap();
            let text = sample(&plain, seed);
            proptest::prop_assert!(lead.is_match(&text) && LEAD.is_match(&text), "{}: {}", kind, text);
        }
    }

    /// A text that the expression meets.
    fn sample(pattern: &str, seed: u64) -> String {
        use proptest::strategy::{Strategy, ValueTree};
        use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let texts = proptest::string::string_regex(pattern).unwrap();
        texts.new_tree(&mut runner).unwrap().current()
    }
}
