//! What the table that a column stands in says: persons or things, what its names begin with, who stands beside.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{by_words, find_party};
use super::table::{TABLE, Table};
use super::words::{first_piece, without_piece, words};
use super::{Class, Party};

/// The fewest names of which a common beginning is a prefix of the table.
const FEWEST: usize = 4;

/// A table, looked at once for all its columns.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Has it a name at all?
    pub(super) named: bool,
    /// The words of its name, without `tbl`, `dm`, `list`.
    pub(super) words: Vec<String>,
    /// A table of persons.
    pub(super) person: bool,
    /// A table of things.
    pub(super) thing: bool,
    /// Some column is a phone, an e-mail, a birthday, an identity number, a password.
    pub(super) contact: bool,
    /// Some column names a sender or a recipient.
    pub(super) sides: bool,
    /// Some column is an identity number or passport.
    pub(super) papers: bool,
    /// Both halves of a position stand there, shortened: `kd` and `vd`.
    pub(super) axes: bool,
    /// Endings that several of its glued names have: `lx` of `htlx`, `sdtlx`.
    endings: Vec<String>,
    /// A city stands beside a street, an address or a postcode.
    pub(super) postal: bool,
    /// The piece that most names begin with, as it is written there, folded.
    pub(super) prefix: Option<String>,
    /// Whose the rows are, where the name says it.
    pub(super) party: Option<Party>,
    /// The words of its columns, by their names.
    columns: BTreeMap<String, Vec<String>>,
}

impl Setting {
    /// The setting of a table with these columns.
    pub fn of(name: Option<&str>, columns: &[&str]) -> Self {
        let table = &*TABLE;
        let mut setting = Self {
            prefix: prefix(columns, table),
            endings: endings(columns, table),
            ..Self::default()
        };
        if let Some(name) = name {
            setting.name(name, table);
        }
        let (mut city, mut street) = (false, false);
        let (mut east, mut north) = (false, false);
        for column in columns {
            let said = setting.column(column, table);
            east |= said.last().is_some_and(|w| w == "kd");
            north |= said.last().is_some_and(|w| w == "vd");
            city |= said.iter().any(|w| w == "city");
            street |= said.iter().any(|w| STREETS.contains(&w.as_str()));
        }
        setting.postal = city && street;
        setting.axes = east && north;
        setting
    }

    fn name(&mut self, name: &str, table: &Table) {
        self.named = true;
        let all = words(name, table);
        let lookup = all.iter().any(|w| LOOKUPS.contains(&w.as_str()))
            || all
                .windows(2)
                .any(|w| w == ["danh", "muc"] || w == ["bang", "gia"]);
        self.words = all
            .iter()
            .filter(|w| !table.affix.contains(*w))
            .cloned()
            .collect();
        if self.words.is_empty() {
            self.words = all;
        }
        self.party = table_party(&self.words, table);
        self.person = count_of(&self.words, &table.person) > 0;
        // Vietnamese puts the thing first ("kho hang"), English last ("post office").
        self.thing = lookup || ends_with_one_of(&self.words, &table.thing) || {
            let first = begins_with_one_of(&self.words, &table.thing);
            first && !self.person
        };
        if lookup && !ends_with_one_of(&self.words, &table.person) {
            self.person = false;
        }
        let joined = self.words.join("_");
        if MACHINES.iter().any(|m| joined.starts_with(m)) {
            // "may_in_nhan", "oauth_clients": what follows says what it is for.
            (self.thing, self.person, self.party) = (true, false, None);
        }
    }

    /// Looks at one column; gives its words.
    fn column(&mut self, column: &str, table: &Table) -> Vec<String> {
        let whole = self.taken_apart(column, table);
        let said = match &self.prefix {
            Some(prefix) => words(without_piece(column, prefix), table),
            None => whole.clone(),
        };
        self.columns.insert(column.to_owned(), whole);
        self.say(&said, table);
        said
    }

    /// The words of a name; of one that only its ending explains, those before it too.
    fn taken_apart(&self, column: &str, table: &Table) -> Vec<String> {
        let whole = words(column, table);
        let [one] = whole.as_slice() else {
            return whole;
        };
        let end = self
            .endings
            .iter()
            .filter(|e| one.len() > e.len() + 1 && one.ends_with(e.as_str()));
        let Some(end) = end.max_by_key(|e| e.len()) else {
            return whole;
        };
        if table.known.contains(one) || table.short.contains_key(one) {
            return whole;
        }
        let stem = one.strip_suffix(end.as_str()).unwrap_or(one);
        let mut out = words(stem, table);
        // What is no word of ours only names the table; "the person who …" is one with any.
        let ending = words(end, table);
        let person = out.last().is_some_and(|w| w == "nguoi");
        let says = |w: &String| person || w != end || table.known.contains(w);
        out.extend(ending.into_iter().filter(says));
        out
    }

    /// The words of a name, which most often is one of its columns.
    pub(super) fn said(&self, name: &str, table: &Table) -> Vec<String> {
        let known = self.columns.get(name).cloned();
        known.unwrap_or_else(|| words(name, table))
    }

    fn say(&mut self, said: &[String], table: &Table) {
        // The key of a person names no side.
        let key = said.last().is_some_and(|w| table.tail.contains(w));
        self.sides |= !key
            && find_party(said, table)
                .is_some_and(|p| matches!(p, Party::Sender | Party::Recipient));
        let Some(class) = by_words(said, table).0.map(|v| v.class) else {
            return;
        };
        self.contact |= matches!(
            class,
            Class::Phone | Class::Email | Class::Dob | Class::NationalId | Class::Credential
        );
        self.papers |= matches!(class, Class::NationalId | Class::Passport);
    }

    /// Are its rows persons, or do they hold what only persons have?
    pub(super) fn of_persons(&self) -> bool {
        self.person || self.contact && !self.thing
    }

    /// Has its name one of these words?
    pub(super) fn speaks_of(&self, list: &[&str]) -> bool {
        self.words.iter().any(|w| list.contains(&w.as_str()))
    }
}

/// The piece that most columns begin with: `KHG` of `KHG_TEN`, `KHG_SDT`.
fn prefix(columns: &[&str], table: &Table) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for piece in columns.iter().filter_map(|c| first_piece(c)) {
        *counts.entry(piece).or_default() += 1;
    }
    let (piece, count) = counts.into_iter().max_by_key(|(_, n)| *n)?;
    let most = count >= FEWEST && count * 10 >= columns.len() * 6;
    // "is_…" and "so_…" are no names of tables.
    (most && !table.head.contains(&piece) && piece != "so").then_some(piece)
}

/// The fewest names that an ending explains.
const FEWEST_ENDED: usize = 3;

/// Short endings of glued names, where what stands before them are words that we know: `ten`, `sdt`, `ma` before `lx`.
fn endings(columns: &[&str], table: &Table) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for column in columns {
        let glued = crate::text::unicode::fold(column);
        if glued.len() < 4 || !glued.bytes().all(|b| b.is_ascii_lowercase()) {
            continue;
        }
        for length in 2..=3 {
            let Some((stem, end)) = glued.split_at_checked(glued.len().saturating_sub(length))
            else {
                continue;
            };
            let known = stem.len() > 1
                && (table.known.contains(stem)
                    || table.short.contains_key(stem)
                    || table.brief.contains_key(stem));
            if known {
                *counts.entry(end.to_owned()).or_default() += 1;
            }
        }
    }
    let often = counts.into_iter().filter(|(_, n)| *n >= FEWEST_ENDED);
    often.map(|(end, _)| end).collect()
}

/// How many of the phrases (`khach_hang`) stand in the words.
pub(super) fn count_of(said: &[String], phrases: &BTreeSet<String>) -> usize {
    (1..=4)
        .flat_map(|n| said.windows(n))
        .filter(|w| phrases.contains(&w.join("_")))
        .count()
}

fn ends_with_one_of(said: &[String], phrases: &BTreeSet<String>) -> bool {
    (1..=4.min(said.len())).any(|n| {
        said.get(said.len() - n..)
            .is_some_and(|w| phrases.contains(&w.join("_")))
    })
}

/// Begins with a thing of Vietnamese: `kho hang`, `may phan loai`, `xe tai`.
fn begins_with_one_of(said: &[String], phrases: &BTreeSet<String>) -> bool {
    (1..=4.min(said.len())).any(|n| {
        said.get(..n).is_some_and(|w| {
            let joined = w.join("_");
            phrases.contains(&joined) && HEAD_FIRST.contains(&joined.as_str())
        })
    })
}

fn table_party(said: &[String], table: &Table) -> Option<Party> {
    let singular: Vec<String> = said
        .iter()
        .map(|w| match w.strip_suffix('s').filter(|s| s.len() > 3) {
            Some(one) => one.to_owned(),
            None => w.clone(),
        })
        .collect();
    find_party(&singular, table).filter(|p| {
        // A table of deliveries or shops is not all of one side.
        matches!(p, Party::Courier | Party::Customer | Party::Staff)
            || singular.iter().any(|w| {
                matches!(
                    w.as_str(),
                    "recipient" | "receiver" | "sender" | "nguoi" | "consignee"
                )
            })
    })
}

/// Words of tables that only list what others refer to.
const LOOKUPS: [&str; 8] = [
    "dm",
    "dmuc",
    "lookup",
    "lkp",
    "dictionary",
    "enum",
    "enums",
    "catalog",
];

/// Words of the part of an address that stands in a street.
const STREETS: [&str; 6] = ["street", "address", "zip", "postcode", "postal", "zipcode"];

/// Machines and programs, whatever person their name goes on with.
const MACHINES: [&str; 9] = [
    "may_in",
    "may_chu",
    "may_quet",
    "may_phan_loai",
    "camera",
    "printer",
    "oauth_client",
    "api_client",
    "scanner",
];

/// Things that stand first in Vietnamese names of tables.
const HEAD_FIRST: [&str; 34] = [
    "kho",
    "xe",
    "phuong_tien",
    "may",
    "may_chu",
    "camera",
    "thiet_bi",
    "buu_cuc",
    "chi_nhanh",
    "phong_ban",
    "san_pham",
    "danh_muc",
    "tinh",
    "huyen",
    "xa",
    "phuong",
    "quan",
    "tuyen",
    "cong_van",
    "van_ban",
    "bang_gia",
    "dich_vu",
    "loai",
    "nhom",
    "kenh",
    "cau_hinh",
    "mau",
    "trang_thai",
    "diem_giao_dich",
    "trung_tam",
    "don_vi",
    "nha_cung_cap",
    "tai_san",
    "vat_tu",
];
