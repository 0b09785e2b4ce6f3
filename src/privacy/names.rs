//! What a name says, with its type, comment, table and neighbours.

use super::setting::{Setting, count_of};
use super::table::{Phrase, TABLE, Table};
use super::weigh::{
    is_text, weigh_accents, weigh_comment, weigh_content, weigh_picture, weigh_table, weigh_type,
};
use super::words::{singulars, without_piece, words};
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
    let setting = Setting::of(around.table, around.neighbours);
    classify_in(name, around.data_type, around.comment, &setting)
}

/// The same, in a table that was looked at before.
pub fn classify_in(
    name: &str,
    data_type: Option<&str>,
    comment: Option<&str>,
    setting: &Setting,
) -> Verdict {
    let table = &*TABLE;
    let whole = setting.said(name, table);
    let said = own_words(name, &whole, setting, table);
    let (mut named, mut lure) = by_words(&said, table);
    if named.is_none() && lure.is_none() && said != whole {
        // What all names of the table begin with may belong to the phrase after all, but does not speak alone.
        (named, lure) = by_words(&whole, table);
        let alone = setting.prefix.as_deref().map(|p| words(p, table));
        let alone = alone.and_then(|p| by_words(&p, table).0);
        named = named.filter(|n| alone.is_none_or(|a| a.reasons != n.reasons));
    }
    if named.is_none() && lure.is_none() {
        // "session_tokens"
        named = singulars(&said, table).and_then(|one| by_words(&one, table).0);
    }
    if let Some(paper) = paper_number(&said, data_type, table) {
        (named, lure) = (Some(paper), None);
    }
    if lure.as_deref().is_none_or(|l| l == "state")
        && let Some(part) = part_of_address(&said, data_type, setting, table)
    {
        (named, lure) = (Some(part), None);
    }
    let named = match &lure {
        Some(_) => named,
        None => named
            .or_else(|| in_setting(&said, setting, table))
            .or_else(|| axis(&said, setting)),
    };
    let bare = said
        .iter()
        .filter(|w| !table.cover.contains(*w))
        .all(|w| is_bare_name(w));
    let mut verdict = match named {
        Some(found) => found,
        None if lure.is_none() && bare && !said.is_empty() => bare_name(&whole, setting, table),
        None => match lure {
            Some(lure) => Verdict::none(90, format!("lure:{lure}")),
            None if said.last().is_some_and(|w| table.tail.contains(w)) => {
                Verdict::none(75, "property")
            }
            None => by_comment(data_type, comment, table)
                .or_else(|| name_of_person(&said, &whole, table))
                .or_else(|| who_does(&said, data_type))
                .unwrap_or_else(|| Verdict::none(70, "no-word")),
        },
    };
    weigh_picture(&mut verdict, &said, data_type, comment, table);
    weigh_type(&mut verdict, data_type, &said);
    weigh_accents(&mut verdict, name, comment, table);
    weigh_comment(&mut verdict, comment, table);
    weigh_table(&mut verdict, &whole, setting, table);
    weigh_content(&mut verdict, &said, setting, table);
    verdict.party = party(&whole, comment, setting, table);
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
    let all = words(name, &TABLE);
    let enciphered = all.ends_with(&["ma".to_owned(), "hoa".to_owned()]);
    let mut out: Vec<String> = all
        .into_iter()
        .filter(|w| TABLE.cover.contains(w))
        .collect();
    out.extend(enciphered.then(|| "ma_hoa".to_owned()));
    out
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

/// The words of a name without what all names of its table begin with. The thing that the prefix stands for may be
/// named again at the end: `KH_TENKH`.
fn own_words(name: &str, whole: &[String], setting: &Setting, table: &Table) -> Vec<String> {
    let Some(prefix) = &setting.prefix else {
        return whole.to_vec();
    };
    let rest = without_piece(name, prefix);
    let folded = crate::text::unicode::fold(rest);
    let thing = folded.trim_matches('_').strip_suffix(prefix.as_str());
    if rest != name && matches!(thing, Some("ten" | "ma" | "loai" | "name" | "ten_" | "ma_")) {
        return words(thing.unwrap_or_default(), table);
    }
    let own = words(rest, table);
    if own.is_empty() { whole.to_vec() } else { own }
}

/// `passport_id varchar`: where it is text, the id of a paper is its number and no key.
fn paper_number(said: &[String], data_type: Option<&str>, table: &Table) -> Option<Verdict> {
    let (last, paper) = said.split_last()?;
    if last != "id" || paper.is_empty() || !data_type.is_some_and(is_text) {
        return None;
    }
    let papers = [
        Class::NationalId,
        Class::Passport,
        Class::SocialInsurance,
        Class::TaxCode,
    ];
    by_words(paper, table)
        .0
        .filter(|v| papers.contains(&v.class))
}

/// `state`, `billing_state` beside a city and a street.
fn part_of_address(
    said: &[String],
    data_type: Option<&str>,
    setting: &Setting,
    table: &Table,
) -> Option<Verdict> {
    let (last, rest) = said.split_last()?;
    let whose = rest
        .iter()
        .all(|w| table.person.contains(w) || table.beside.contains(w));
    let state = matches!(last.as_str(), "state" | "county" | "region");
    (state && whose && setting.postal && data_type.is_none_or(is_text)).then(|| Verdict {
        class: Class::Address,
        party: Party::Unknown,
        confidence: 75,
        sensitive: false,
        reasons: [format!("name:{last}"), "table:tells".to_owned()].into(),
    })
}

struct Match<'a> {
    start: usize,
    end: usize,
    class: Class,
    confidence: u8,
    phrase: &'a Phrase<(Class, u8)>,
}

/// Short words that say something only in a table of persons, or of one matter (`ns`, `ket_luan`).
fn in_setting(said: &[String], setting: &Setting, table: &Table) -> Option<Verdict> {
    let matter = table
        .within
        .iter()
        .filter(|(words, _)| setting.words.iter().any(|w| words.contains(w)))
        .flat_map(|(_, phrases)| phrases);
    let brief = said
        .iter()
        .filter(|_| setting.of_persons())
        .filter_map(|w| table.brief.get(w))
        .flatten();
    let found = matter
        .chain(brief)
        .filter(|p| {
            (0..said.len())
                .any(|at| fits(p, said, at) && stands_alone(said, at, at + p.words.len(), table))
        })
        .max_by_key(|p| p.words.len())?;
    // The code of a person is none of his data: "ma_ns".
    let begins = said.first().filter(|w| table.head.contains(*w));
    if begins.is_some_and(|w| !found.words.contains(w)) {
        return None;
    }
    // A property of it is no value of it: "ket_luan_id".
    if said
        .last()
        .is_some_and(|w| table.tail.contains(w) && !found.words.contains(w))
    {
        return None;
    }
    Some(Verdict {
        class: found.says.0,
        party: Party::Unknown,
        confidence: found.says.1,
        sensitive: false,
        reasons: [
            format!("name:{}", found.words.join("_")),
            "table:tells".to_owned(),
        ]
        .into(),
    })
}

/// `kd` beside `vd`: the two halves of a position.
fn axis(said: &[String], setting: &Setting) -> Option<Verdict> {
    let last = said.last().filter(|_| setting.axes)?;
    matches!(last.as_str(), "kd" | "vd").then(|| Verdict {
        class: Class::Gps,
        party: Party::Unknown,
        confidence: 75,
        sensitive: false,
        reasons: [format!("name:{last}"), "table:tells".to_owned()].into(),
    })
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
    // "sdt_nguoi_than": what it is of a person counts, and a person without the word name is whose it is.
    let value = |m: &Match| !matches!(m.class, Class::Name | Class::None) && m.confidence >= 80;
    if found.iter().any(value) {
        let named = |w: &String| is_bare_name(w) || w == "ho";
        found.retain(|m| m.class != Class::Name || m.phrase.words.iter().any(named));
    }
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
    let heads_it = found.iter().any(|m| m.start == 0 && m.class == best.class);
    if let Some(word) = property(core, best, heads_it, table) {
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
fn property(core: &[String], best: &Match, heads_it: bool, table: &Table) -> Option<String> {
    let last = core.len().checked_sub(1)?;
    if best.end <= last && core.get(last).is_some_and(|w| table.tail.contains(w)) {
        return core.get(last).cloned();
    }
    let first = core.first()?;
    // "so_lan_sai_mat_khau": how often, how many.
    let counted = core.get(1).is_some_and(|w| COUNTED.contains(&w.as_str()));
    if first == "so" && counted && best.start > 1 {
        return Some("so".into());
    }
    (!heads_it && best.start > 0 && table.head.contains(first)).then(|| first.clone())
}

/// What is counted after "so".
const COUNTED: [&str; 6] = ["lan", "luong", "ngay", "gio", "phut", "thang"];

fn matches<'a>(said: &[String], table: &'a Table) -> Vec<Match<'a>> {
    let mut out = Vec::new();
    for start in 0..said.len() {
        for phrase in table.classes.get(&said[start]).into_iter().flatten() {
            let end = start + phrase.words.len();
            let alone = || {
                stands_alone(said, start, end, table)
                    || beside_its_like(said, start, end, phrase, table)
            };
            if fits(phrase, said, start) && (!phrase.alone || alone()) {
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

/// `thon_xom`: words of which each alone is of the class are so together.
fn beside_its_like(
    said: &[String],
    start: usize,
    end: usize,
    phrase: &Phrase<(Class, u8)>,
    table: &Table,
) -> bool {
    let alike = |word: &String| {
        let phrases = table.classes.get(word).into_iter().flatten();
        phrases
            .filter(|p| p.words.len() == 1)
            .any(|p| p.says.0 == phrase.says.0)
    };
    said.iter().enumerate().all(|(at, word)| {
        (start..end).contains(&at)
            || table.beside.contains(word)
            || table.person.contains(word)
            || alike(word)
    })
}

/// Are all other words such as stand beside any datum: whose, which, where?
fn stands_alone(said: &[String], start: usize, end: usize, table: &Table) -> bool {
    said.iter().enumerate().all(|(at, word)| {
        (start..end).contains(&at) || table.beside.contains(word) || table.person.contains(word)
    })
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

/// `name`, `ten` alone: what the table is decides, or the prefix that all its columns have.
fn bare_name(whole: &[String], setting: &Setting, table: &Table) -> Verdict {
    let person = setting.person || count_of(whole, &table.person) > 0 && !setting.thing;
    let confidence = match (person, setting.thing, setting.contact) {
        (true, _, true) => 90,
        (true, false, false) => 80,
        (false, false, true) => 75,
        (true, true, false) | (false, false, false) => 45,
        (false, true, _) => return Verdict::none(80, "name-of-thing"),
    };
    if confidence == 45 && setting.named {
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

/// `sender_name`, `name_user`, `NV_TEN`, `ten_nguoi_…`: a name of a person; any other name is that of a thing.
fn name_of_person(said: &[String], whole: &[String], table: &Table) -> Option<Verdict> {
    let contact = || {
        said.len()
            .checked_sub(1)
            .filter(|_| said.ends_with(&["contact".into()]))
    };
    let at = said
        .iter()
        .position(|w| w == "name" || w == "ten")
        .or_else(contact)?;
    let others: Vec<String> = said
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != at)
        .map(|(_, w)| w.clone())
        .collect();
    let persons = count_of(&others, &table.person);
    let is_party = find_party(said, table)
        .or(find_party(whole, table))
        .is_some();
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

/// `nguoi_kiem_ke text`: "the person who …" in a column of text is the name of that person.
fn who_does(said: &[String], data_type: Option<&str>) -> Option<Verdict> {
    let begins = said.first().is_some_and(|w| w == "nguoi") && said.len() > 1;
    (begins && data_type.is_some_and(is_text)).then(|| Verdict {
        class: Class::Name,
        party: Party::Unknown,
        confidence: 60,
        sensitive: false,
        reasons: ["name:person".to_owned()].into(),
    })
}

/// Where the name says nothing, its comment may: `field_1` with "Số điện thoại người nhận".
fn by_comment(data_type: Option<&str>, comment: Option<&str>, table: &Table) -> Option<Verdict> {
    let said = words(comment?, table);
    if said.len() > 14 {
        return None;
    }
    let (found, _) = by_words(&said, table);
    let number = data_type.is_some_and(|t| {
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
    verdict.class == Class::Photo
        && matches(said, table).iter().any(|m| {
            m.class == Class::NationalId
                || m.class == Class::Passport
                || (m.class == Class::Photo && m.confidence == 97)
        })
}

fn party(said: &[String], comment: Option<&str>, setting: &Setting, table: &Table) -> Party {
    find_party(said, table)
        .or_else(|| comment.and_then(|c| find_party(&words(c, table), table)))
        .or(setting.party)
        .unwrap_or(Party::Unknown)
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
