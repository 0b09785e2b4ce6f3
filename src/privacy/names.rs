//! What a name says, with its type, comment, table and neighbours.

use std::collections::BTreeSet;

use super::table::{Phrase, TABLE, Table};
use super::weigh::{weigh_comment, weigh_content, weigh_table, weigh_type};
use super::words::words;
use super::{Class, Party, Verdict};

/// What stands around a name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The table, object or file that it stands in.
    pub table: Option<&'a str>,
    /// Its data type as written (`varchar(20)`), where it has one.
    pub data_type: Option<&'a str>,
    /// Its comment or heading.
    pub comment: Option<&'a str>,
    /// The names beside it.
    pub neighbours: &'a [&'a str],
}

/// What the name of a column, field or placeholder says.
pub fn classify(name: &str, around: &Around) -> Verdict {
    let table = &*TABLE;
    let said = words(name, table);
    let (named, lure) = by_words(&said, table);
    let mut verdict = match named {
        Some(found) => found,
        None if lure.is_none() && said.iter().all(|w| is_bare_name(w)) && !said.is_empty() => {
            bare_name(around, table)
        }
        None => match lure {
            Some(lure) => Verdict::none(90, format!("lure:{lure}")),
            None if said.last().is_some_and(|w| table.tail.contains(w)) => {
                Verdict::none(75, "property")
            }
            None => by_comment(around, table)
                .or_else(|| name_of_person(&said, table))
                .unwrap_or_else(|| Verdict::none(70, "no-word")),
        },
    };
    weigh_type(&mut verdict, around);
    weigh_comment(&mut verdict, around, table);
    weigh_table(&mut verdict, &said, around, table);
    weigh_content(&mut verdict, &said, around, table);
    verdict.party = party(&said, around, table);
    if verdict.is_personal() {
        verdict.sensitive = verdict.class.is_sensitive() || is_card_picture(&verdict, &said, table);
    }
    verdict
}

/// The words of a name, as the classifier sees them: for protection and for label fields.
pub fn words_of(name: &str) -> Vec<String> {
    words(name, &TABLE)
}

/// Does the name hold a word that says that its value is protected?
pub fn cover_words(name: &str) -> Vec<String> {
    words(name, &TABLE)
        .into_iter()
        .filter(|w| TABLE.cover.contains(w))
        .collect()
}

/// Whose data the words speak of, where they say so.
pub fn party_of(text: &str) -> Option<Party> {
    find_party(&words(text, &TABLE), &TABLE)
}

/// Has the name a word that we know to be no personal data on a label (`weight`, `tracking`)?
pub fn is_plain(name: &str) -> bool {
    words(name, &TABLE).iter().any(|w| TABLE.plain.contains(w))
}

/// Is it a table of persons with accounts or a thing?
pub fn is_person_word(word: &str) -> bool {
    TABLE.person.contains(word)
}

struct Match<'a> {
    start: usize,
    end: usize,
    class: Class,
    confidence: u8,
    phrase: &'a Phrase<(Class, u8)>,
}

pub(super) fn by_words(said: &[String], table: &Table) -> (Option<Verdict>, Option<String>) {
    let core: Vec<String> = said
        .iter()
        .filter(|w| !table.cover.contains(*w))
        .cloned()
        .collect();
    let core = if core.is_empty() { said } else { &core };
    let mut found = matches(core, table);
    // A longer phrase speaks for the words of a shorter one.
    let spans: Vec<(usize, usize)> = found.iter().map(|m| (m.start, m.end)).collect();
    found.retain(|m| {
        !spans
            .iter()
            .any(|&(s, e)| s <= m.start && m.end <= e && e - s > m.end - m.start)
    });
    let lure = found.iter().find(|m| m.class == Class::None);
    let lure_words = lure.map(|m| m.phrase.words.join("_"));
    found.retain(|m| m.class != Class::None);
    let rank = |c: Class| Class::ALL.iter().position(|x| *x == c);
    let best = found.iter().max_by_key(|m| {
        (
            m.confidence,
            m.end - m.start,
            std::cmp::Reverse(rank(m.class)),
        )
    });
    let Some(best) = best else {
        return (None, lure_words);
    };
    if lure_words.is_some() && best.confidence <= 60 {
        return (None, lure_words);
    }
    if let Some(word) = property(core, best, table) {
        return (None, Some(word));
    }
    let verdict = Verdict {
        class: best.class,
        party: Party::Unknown,
        confidence: best.confidence,
        sensitive: false,
        reasons: [format!("name:{}", best.phrase.words.join("_"))].into(),
    };
    (Some(verdict), None)
}

/// `phone_verified_at`, `is_phone_public`, `address_id`: a property of the thing, no value of it.
fn property(core: &[String], best: &Match, table: &Table) -> Option<String> {
    let last = core.len().checked_sub(1)?;
    if best.end <= last && core.get(last).is_some_and(|w| table.tail.contains(w)) {
        return core.get(last).cloned();
    }
    let first = core.first()?;
    (best.start > 0 && table.head.contains(first)).then(|| first.clone())
}

fn matches<'a>(said: &[String], table: &'a Table) -> Vec<Match<'a>> {
    let mut out = Vec::new();
    for start in 0..said.len() {
        for phrase in table.classes.get(&said[start]).into_iter().flatten() {
            if fits(phrase, said, start) {
                out.push(Match {
                    start,
                    end: start + phrase.words.len(),
                    class: phrase.says.0,
                    confidence: phrase.says.1,
                    phrase,
                });
            }
        }
    }
    out
}

fn fits<T>(phrase: &Phrase<T>, said: &[String], start: usize) -> bool {
    let end = start + phrase.words.len();
    said.get(start..end) == Some(phrase.words.as_slice())
        && (!phrase.first || start == 0)
        && (!phrase.last || end == said.len())
}

fn is_bare_name(word: &str) -> bool {
    matches!(word, "name" | "ten" | "names" | "full")
}

/// `name`, `ten` alone: what the table is decides.
fn bare_name(around: &Around, table: &Table) -> Verdict {
    let (person, thing) = table_kind(around, table);
    let contact = around.neighbours.iter().any(|n| {
        matches!(
            by_words(&words(n, table), table).0.map(|v| v.class),
            Some(Class::Phone | Class::Email | Class::Dob | Class::NationalId | Class::Credential)
        )
    });
    let confidence = match (person, thing, contact) {
        (true, _, true) => 90,
        (true, false, false) => 80,
        (false, false, true) => 75,
        (true, true, false) | (false, false, false) => 45,
        (false, true, _) => return Verdict::none(80, "name-of-thing"),
    };
    if confidence == 45 && around.table.is_some() {
        return Verdict::none(60, "name-without-person");
    }
    Verdict {
        class: Class::Name,
        party: Party::Unknown,
        confidence,
        sensitive: false,
        reasons: ["name:bare".to_owned()].into(),
    }
}

/// Is the table one of persons, one of things?
pub(super) fn table_kind(around: &Around, table: &Table) -> (bool, bool) {
    let Some(name) = around.table else {
        return (false, false);
    };
    let said = words(name, table);
    (
        count_of(&said, &table.person) > 0,
        ends_with_one_of(&said, &table.thing),
    )
}

/// How many of the phrases (`khach_hang`) stand in the words.
fn count_of(said: &[String], phrases: &BTreeSet<String>) -> usize {
    (1..=4)
        .flat_map(|n| said.windows(n))
        .filter(|w| phrases.contains(&w.join("_")))
        .count()
}

/// Do the words end with one of the phrases?
fn ends_with_one_of(said: &[String], phrases: &BTreeSet<String>) -> bool {
    (1..=4.min(said.len())).any(|n| {
        said.get(said.len() - n..)
            .is_some_and(|w| phrases.contains(&w.join("_")))
    })
}

/// `sender_name`, `name_user`, `NV_TEN`, `ten_nguoi_…`: a name of a person; any other name is that of a thing.
fn name_of_person(said: &[String], table: &Table) -> Option<Verdict> {
    let at = said.iter().position(|w| w == "name" || w == "ten")?;
    let others: Vec<String> = said
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != at)
        .map(|(_, w)| w.clone())
        .collect();
    let persons = count_of(&others, &table.person);
    let is_party = find_party(said, table).is_some();
    let property = said.last().is_some_and(|w| table.tail.contains(w));
    if property || (persons == 0 && !is_party) {
        return Some(Verdict::none(75, "name-of-thing"));
    }
    if count_of(&others, &table.thing) > 0 {
        return Some(Verdict::none(65, "name-of-thing"));
    }
    Some(Verdict {
        class: Class::Name,
        party: Party::Unknown,
        confidence: 90,
        sensitive: false,
        reasons: ["name:person".to_owned()].into(),
    })
}

/// Where the name says nothing, its comment may: `field_1` with "Số điện thoại người nhận".
fn by_comment(around: &Around, table: &Table) -> Option<Verdict> {
    let said = words(around.comment?, table);
    if said.len() > 14 {
        return None;
    }
    let (found, _) = by_words(&said, table);
    let number = around.data_type.is_some_and(|t| {
        ["dec", "num", "float", "double", "int", "bigint", "real"]
            .iter()
            .any(|n| t.to_ascii_lowercase().starts_with(n))
    });
    // One short word in running text says little ("lon", "tinh").
    let sure = |v: &Verdict| {
        v.confidence >= 90
            && v.reasons.iter().any(|r| {
                r.contains('_') || v.confidence >= 95 && v.class != Class::Gps && r.len() > 7
            })
            && (!number || v.class == Class::Cod)
    };
    let mut verdict = found.filter(sure)?;
    verdict.confidence = 75;
    verdict.reasons = verdict
        .reasons
        .iter()
        .map(|r| r.replace("name:", "comment:"))
        .collect();
    Some(verdict)
}

fn is_card_picture(verdict: &Verdict, said: &[String], table: &Table) -> bool {
    if verdict.class != Class::Photo {
        return false;
    }
    let biometric = [
        "fingerprint",
        "biometric",
        "khuon",
        "tay",
        "trac",
        "embedding",
    ];
    matches(said, table).iter().any(|m| {
        m.class == Class::NationalId
            || m.class == Class::Passport
            || (m.class == Class::Photo && m.confidence == 97)
    }) || said.iter().any(|w| biometric.contains(&w.as_str()))
}

fn party(said: &[String], around: &Around, table: &Table) -> Party {
    find_party(said, table)
        .or_else(|| {
            around
                .comment
                .and_then(|c| find_party(&words(c, table), table))
        })
        .or_else(|| around.table.and_then(|t| table_party(t, table)))
        .unwrap_or(Party::Unknown)
}

fn table_party(name: &str, table: &Table) -> Option<Party> {
    let mut said = words(name, table);
    for word in &mut said {
        if let Some(singular) = word.strip_suffix('s').filter(|s| s.len() > 3) {
            *word = singular.to_owned();
        }
    }
    find_party(&said, table).filter(|p| {
        // A table of deliveries or shops is not all of one side.
        matches!(p, Party::Courier | Party::Customer | Party::Staff)
            || said.iter().any(|w| {
                matches!(
                    w.as_str(),
                    "recipient" | "receiver" | "sender" | "nguoi" | "consignee"
                )
            })
    })
}

/// The longest phrase of a party; of two as long, the earlier.
pub(super) fn find_party(said: &[String], table: &Table) -> Option<Party> {
    let mut best: Option<(usize, Party)> = None;
    for start in 0..said.len() {
        for phrase in table.parties.get(&said[start]).into_iter().flatten() {
            let length = phrase.words.len();
            if fits(phrase, said, start) && best.is_none_or(|(l, _)| length > l) {
                best = Some((length, phrase.says));
            }
        }
    }
    best.map(|(_, party)| party)
}

#[cfg(test)]
mod tests;
