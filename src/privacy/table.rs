//! The table of words: reads `rules/privacy/names.txt`, which is part of the program, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::{Class, Party};

/// The table that is built in.
pub(super) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::parse(include_str!("../../rules/privacy/names.txt")));

/// A phrase and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase<T> {
    /// Its words.
    pub(super) words: Vec<String>,
    /// Only at the beginning.
    pub(super) first: bool,
    /// Only at the end.
    pub(super) last: bool,
    /// Only where all other words are of the kind that stands beside any datum (`tinh_nguoi_nhan`, not `gia_noi_tinh`).
    pub(super) alone: bool,
    /// What it says.
    pub(super) says: T,
}

/// Words of tables, and the phrases that count in them.
type Within = (BTreeSet<String>, Vec<Phrase<(Class, u8)>>);

/// All words.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Phrases of classes with their confidence; class `none` are lures. By first word.
    pub(super) classes: BTreeMap<String, Vec<Phrase<(Class, u8)>>>,
    /// Phrases of parties, by first word.
    pub(super) parties: BTreeMap<String, Vec<Phrase<Party>>>,
    /// Last words of properties.
    pub(super) tail: BTreeSet<String>,
    /// First words of properties.
    pub(super) head: BTreeSet<String>,
    /// Things.
    pub(super) thing: BTreeSet<String>,
    /// Persons.
    pub(super) person: BTreeSet<String>,
    /// Words of protection.
    pub(super) cover: BTreeSet<String>,
    /// Words of which glued names are made.
    pub(super) glue: BTreeSet<String>,
    /// Words of labels that are no personal data.
    pub(super) plain: BTreeSet<String>,
    /// Words that may stand beside a phrase marked `~`.
    pub(super) beside: BTreeSet<String>,
    /// Phrases that count only in tables of persons.
    pub(super) brief: BTreeMap<String, Vec<Phrase<(Class, u8)>>>,
    /// Phrases that count only in tables of one matter: words of the table, then phrases.
    pub(super) within: Vec<Within>,
    /// Words around the name of a table that say nothing: `tbl`, `dm`, `list`.
    pub(super) affix: BTreeSet<String>,
    /// Abbreviations.
    pub(super) short: BTreeMap<String, Vec<String>>,
    /// Phrases of several words as they stand in glued names: `thudientu`.
    pub(super) squeezed: BTreeMap<String, Vec<String>>,
    /// How a phrase is written where it means what the table says: `chu ky` is "chữ ký", not "chu kỳ".
    pub(super) accents: BTreeMap<String, String>,
    /// Every word that means something somewhere.
    pub(super) known: BTreeSet<String>,
    /// Lines that could not be read: none, a test keeps it.
    pub(super) bad: Vec<String>,
}

impl Table {
    /// Reads the table; a line that cannot be read is kept in `bad`.
    pub(super) fn parse(text: &str) -> Self {
        let mut table = Self::default();
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name.to_owned();
            } else if table.line(&section, line).is_none() {
                table.bad.push(line.to_owned());
            }
        }
        table.squeeze();
        table.write_out();
        table.glue_words();
        table
    }

    /// Whole phrases may be glued too, also those with words too short to be glue by themselves.
    fn squeeze(&mut self) {
        let phrases = self.classes.values().flatten().map(|p| &p.words);
        self.squeezed = phrases
            .filter(|words| words.len() > 1)
            .map(|words| (words.concat(), words.clone()))
            .filter(|(glued, _)| glued.len() >= 4 && !self.known.contains(glued))
            .collect();
    }

    /// What names may be glued of: also the words of classes and persons; short ones only where the list says so.
    fn glue_words(&mut self) {
        let phrases = self.classes.values().flatten().map(|p| &p.words);
        let parties = self.parties.values().flatten().map(|p| &p.words);
        let words: BTreeSet<String> = phrases
            .chain(parties)
            .flatten()
            .chain(self.short.keys())
            .filter(|w| w.len() >= 3 && !self.tail.contains(*w) && !self.head.contains(*w))
            .cloned()
            .collect();
        self.glue.extend(words);
    }

    /// Abbreviations are written out in the phrases too, so that both meet.
    fn write_out(&mut self) {
        let classes = std::mem::take(&mut self.classes);
        self.classes = self.written_out(classes.into_values().flatten());
        let brief = std::mem::take(&mut self.brief);
        self.brief = self.written_out(brief.into_values().flatten());
    }

    fn written_out(
        &self,
        phrases: impl Iterator<Item = Phrase<(Class, u8)>>,
    ) -> BTreeMap<String, Vec<Phrase<(Class, u8)>>> {
        let mut out: BTreeMap<String, Vec<Phrase<(Class, u8)>>> = BTreeMap::new();
        for mut phrase in phrases {
            phrase.words = phrase
                .words
                .into_iter()
                .flat_map(|w| self.short.get(&w).cloned().unwrap_or_else(|| vec![w]))
                .collect();
            if let Some(first) = phrase.words.first() {
                out.entry(first.clone()).or_default().push(phrase);
            }
        }
        out
    }

    fn line(&mut self, section: &str, line: &str) -> Option<()> {
        match section {
            "class" => {
                let (class, rest) = line.split_once(' ')?;
                self.class_line(Class::from_word(class)?, rest)
            }
            "none" => self.class_line(Class::None, line),
            "brief" => {
                let (class, rest) = line.split_once(' ')?;
                for phrase in phrases_of(Class::from_word(class)?, rest)? {
                    self.known.extend(phrase.words.iter().cloned());
                    let first = phrase.words.first()?.clone();
                    self.brief.entry(first).or_default().push(phrase);
                }
                Some(())
            }
            "within" => {
                let (class, rest) = line.split_once(' ')?;
                let (matter, rest) = rest.split_once(" : ")?;
                let phrases = phrases_of(Class::from_word(class)?, rest)?;
                let matter = matter.split_whitespace().map(str::to_owned).collect();
                self.within.push((matter, phrases));
                Some(())
            }
            "party" => {
                let (party, phrase) = line.split_once(' ')?;
                let phrase = phrase_of(phrase, Party::from_word(party)?)?;
                self.known.extend(phrase.words.iter().cloned());
                let first = phrase.words.first()?.clone();
                self.parties.entry(first).or_default().push(phrase);
                Some(())
            }
            "accents" => {
                let (plain, written) = line.split_once(" = ")?;
                self.accents
                    .insert(plain.replace(' ', "_"), written.to_owned());
                Some(())
            }
            "short" => {
                let (word, stands) = line.split_once(" = ")?;
                let stands: Vec<String> = stands.split_whitespace().map(str::to_owned).collect();
                self.known.insert(word.to_owned());
                self.short.insert(word.to_owned(), stands);
                Some(())
            }
            other => {
                let words = line.split_whitespace().map(str::to_owned);
                let set = match other {
                    "tail" => &mut self.tail,
                    "head" => &mut self.head,
                    "thing" => &mut self.thing,
                    "person" => &mut self.person,
                    "cover" => &mut self.cover,
                    "glue" => &mut self.glue,
                    "plain" => &mut self.plain,
                    "beside" => &mut self.beside,
                    "affix" => &mut self.affix,
                    _ => return None,
                };
                for word in words {
                    self.known.extend(word.split('_').map(str::to_owned));
                    set.insert(word);
                }
                Some(())
            }
        }
    }

    fn class_line(&mut self, class: Class, rest: &str) -> Option<()> {
        for phrase in phrases_of(class, rest)? {
            self.known.extend(phrase.words.iter().cloned());
            let first = phrase.words.first()?.clone();
            self.classes.entry(first).or_default().push(phrase);
        }
        Some(())
    }
}

/// `90 ten khach | ten nv`: the confidence, then phrases.
fn phrases_of(class: Class, line: &str) -> Option<Vec<Phrase<(Class, u8)>>> {
    let (confidence, phrases) = line.split_once(' ')?;
    let confidence = confidence.parse().ok()?;
    phrases
        .split('|')
        .map(|phrase| phrase_of(phrase, (class, confidence)))
        .collect()
}

fn phrase_of<T>(text: &str, says: T) -> Option<Phrase<T>> {
    let text = text.trim();
    let (text, alone) = match text.strip_prefix('~') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (text, first) = match text.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    // "long$ url" is a slip of the pen that would hide a phrase: '$' stands only at the end.
    let (text, last) = match text.strip_suffix('$') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let clean = words.iter().all(|w| {
        w.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    (clean && !words.is_empty()).then_some(Phrase {
        words,
        first,
        last,
        alone,
        says,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!(TABLE.bad, Vec::<String>::new());
        assert!(TABLE.classes.len() > 200);
    }
}
