//! A record of DMARC (RFC 7489). Pure.

use std::collections::BTreeMap;

/// What stands under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// No record.
    None,
    /// One.
    One(Record),
    /// Several, which receivers pass over.
    Several,
}

/// The tags of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record(BTreeMap<String, String>);

/// The record among these texts.
pub(super) fn one(texts: Vec<String>) -> Found {
    let mut records = texts.iter().filter_map(|text| Record::of(text));
    match (records.next(), records.next()) {
        (None, _) => Found::None,
        (Some(one), None) => Found::One(one),
        (Some(_), Some(_)) => Found::Several,
    }
}

impl Record {
    fn of(text: &str) -> Option<Self> {
        let mut tags = text.split(';').filter_map(|tag| tag.split_once('='));
        let (name, version) = tags.next()?;
        // The version stands first and is written just so (6.3).
        if !name.trim().eq_ignore_ascii_case("v") || version.trim() != "DMARC1" {
            return None;
        }
        let mut all = BTreeMap::new();
        for (name, value) in tags {
            // Of a tag that stands twice the first counts.
            all.entry(name.trim().to_ascii_lowercase())
                .or_insert_with(|| value.trim().to_owned());
        }
        Some(Self(all))
    }

    /// What happens to a forged mail of the domain itself.
    pub(super) fn policy(&self) -> Option<String> {
        self.word("p").map(|word| self.eased(word))
    }

    /// What happens to one of a domain below it: what is not said of those holds for them too.
    pub(super) fn below(&self) -> Option<String> {
        let word = self.word("sp").or_else(|| self.word("p"));
        word.map(|word| self.eased(word))
    }

    fn word(&self, tag: &str) -> Option<String> {
        self.0.get(tag).map(|word| word.to_ascii_lowercase())
    }

    /// With `pct=0`, and with `t=y` of its successor, the next weaker policy holds (6.6.4).
    fn eased(&self, word: String) -> String {
        let test = self.word("t").as_deref() == Some("y");
        match (word.as_str(), test || self.percent() == Some(0)) {
            ("reject", true) => "quarantine".to_owned(),
            ("quarantine", true) => "none".to_owned(),
            (_, _) => word,
        }
    }

    /// The share of mail that the policy holds for; none where it is no such number.
    pub(super) fn percent(&self) -> Option<i64> {
        match self.0.get("pct") {
            None => Some(100),
            Some(pct) => pct.parse().ok().filter(|pct| (0..=100).contains(pct)),
        }
    }

    /// Do aggregate reports go somewhere?
    pub(super) fn has_reports(&self) -> bool {
        self.0.get("rua").is_some_and(|to| !to.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        match one(vec!["other".to_owned(), text.to_owned()]) {
            Found::One(record) => record,
            other @ (Found::None | Found::Several) => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn policies_as_they_hold() {
        let of = |text: &str| {
            let record = record(text);
            (
                record.policy().unwrap_or_default(),
                record.below().unwrap_or_default(),
            )
        };
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(of("v=DMARC1; p=reject; pct=50"), both("reject", "reject"));
        assert_eq!(of("v=DMARC1;p=reject;sp=none"), both("reject", "none"));
        assert_eq!(
            of("v=DMARC1; P=Reject; rua=mailto:a@b.c"),
            both("reject", "reject")
        );
        assert_eq!(of("v=DMARC1; p=quarantine; pct=0"), both("none", "none"));
        assert_eq!(
            of("v=DMARC1; p=reject; sp=quarantine; t=y"),
            both("quarantine", "none")
        );
        assert_eq!(of("v = DMARC1; rua=mailto:a@b.c"), both("", ""));
        assert_eq!(record("v=DMARC1; p=none; pct=a").percent(), None);
        assert!(record("v=DMARC1; rua=mailto:a@b.c").has_reports());
    }

    #[test]
    fn none_and_several() {
        let of = |all: &[&str]| one(all.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(
            of(&["v=DMARC10; p=reject", "p=reject; v=DMARC1"]),
            Found::None
        );
        assert_eq!(
            of(&["v=DMARC1; p=reject", "v=DMARC1; p=none"]),
            Found::Several
        );
    }
}
