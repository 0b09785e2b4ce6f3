//! What a label prints: pieces in order, with the caption and the party they stand under.

use crate::privacy::masks::{self, Exposure};
use crate::privacy::names::{self, Around, classify};
use crate::privacy::{Class, Party, values};
use crate::text::unicode;

use super::captions::{GOODS, OWN, is_free, is_side, is_thing};
use super::cut::{Cut, cut_of};
use super::decode;
use super::look::Look;
use super::parts::{Part, parts};
use super::payload::{self, Link};
use super::pictures::PICTURE;
use super::pieces;
use super::replaced::left_by;
use super::words::{
    has_phone, hint_words, is_area, is_code_name, is_time, looks_like_name, name_of, path_of,
    phone_part, short,
};

/// How something is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Medium {
    Text,
    Qr,
    Barcode,
}

impl Medium {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Qr => "qr",
            Self::Barcode => "barcode",
        }
    }
}

/// A piece in the order of the file.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) line: u32,
    pub(super) text: String,
    pub(super) medium: Medium,
    /// Words around it that may name a party: classes, ids, comments.
    pub(super) hint: String,
    /// A comment right before it, which may say what it is.
    pub(super) note: String,
    /// Where it stands, from the left and from the top, in heights of a usual letter.
    pub(super) at: Option<(f32, f32)>,
}

/// A printed field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Field {
    pub(super) line: u32,
    pub(super) class: Class,
    pub(super) party: Party,
    pub(super) exposure: Exposure,
    pub(super) medium: Medium,
    /// Digits hidden and shown, where they can be counted.
    pub(super) digits: Option<(u32, u32)>,
    /// What shows of a printed value, and where; not of a placeholder.
    pub(super) look: Option<Look>,
    /// For fields that hold no personal data: what they are called.
    pub(super) name: String,
}

/// A label.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Label {
    pub(super) fields: Vec<Field>,
    /// Placeholders and parts that were not understood.
    pub(super) unknown: Vec<String>,
    /// What codes carry.
    pub(super) payloads: Vec<(Medium, String)>,
    /// What they are: `waybill`, `token`, `url`, …
    pub(super) code_kinds: Vec<&'static str>,
    /// Addresses of pages, in codes and in text.
    pub(super) links: Vec<Link>,
    /// There may be codes that were not read.
    pub(super) hidden_codes: bool,
    /// Has it placeholders: is it a template and no sample?
    pub(super) template: bool,
}

impl Label {
    /// The same without its lines: two labels of a batch that look alike are equal then.
    pub(super) fn without_lines(&self) -> Self {
        let mut label = self.clone();
        label.fields.iter_mut().for_each(|f| f.line = 0);
        let text = |u: &mut String| {
            if let Some(at) = u.find("(line ") {
                u.truncate(at);
            }
        };
        label.unknown.iter_mut().for_each(text);
        label
    }
}

/// Reads the pieces of a label.
pub(super) fn read(spots: &[Spot]) -> Label {
    let spots = &pieces::joined(spots);
    let all: Vec<(&Spot, Vec<Part>)> = spots.iter().map(|s| (s, parts(&s.text))).collect();
    let template = all.iter().any(|(_, p)| {
        p.iter()
            .any(|p| matches!(p, Part::Put(put) if is_of_template(put)))
    });
    let mut walk = Walk {
        label: Label {
            template,
            ..Label::default()
        },
        party: None,
        caption: None,
        own: false,
        full: false,
    };
    for (spot, parts) in &all {
        walk.spot(spot, parts);
    }
    walk.label
}

/// Is it surely a placeholder? `#HCM05#` on a sample is the code of a sorting centre.
fn is_of_template(put: &str) -> bool {
    let mark = put
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    !mark || classify(put, &Around::default()).is_personal() || names::is_plain(put)
}

struct Walk {
    label: Label,
    /// The party of the block.
    party: Option<Party>,
    /// The caption that waits for its value.
    caption: Option<(Class, String)>,
    /// The last caption is one under which the company writes words of its own.
    own: bool,
    /// There were more fields than are kept.
    full: bool,
}

impl Walk {
    fn spot(&mut self, spot: &Spot, parts: &[Part]) {
        if let Some(party) = names::party_of(&hint_words(&spot.hint)).filter(|p| is_side(*p)) {
            self.party = Some(party);
        }
        self.label.links.extend(payload::link(&spot.text));
        if spot.medium != Medium::Text {
            self.code(spot, parts);
            return;
        }
        let said = classify(&spot.note, &Around::default());
        if said.is_personal() && said.confidence >= 45 {
            self.caption = Some((said.class, spot.note.clone()));
        }
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Words(words) => self.words(spot, words),
                Part::Put(put) => {
                    let words = |p: Option<&'_ Part>| match p {
                        Some(Part::Words(w)) => w.clone(),
                        Some(Part::Put(_) | Part::Fetch(_)) | None => String::new(),
                    };
                    // Only what touches the placeholder belongs to it.
                    let before = words(at.checked_sub(1).and_then(|i| parts.get(i)));
                    let after = words(parts.get(at + 1));
                    let before = before.rsplit(char::is_whitespace).next();
                    let after = after.split(char::is_whitespace).next();
                    let hidden = masks::hidden_count(before.unwrap_or_default())
                        + masks::hidden_count(after.unwrap_or_default());
                    self.put(spot, put, hidden);
                }
                Part::Fetch(what) => self.label.unknown.push(short(what)),
            }
        }
    }

    /// A placeholder.
    fn put(&mut self, spot: &Spot, put: &str, hidden_beside: u32) {
        let (class, party) = self.class_of(put);
        let caption = self.caption.take();
        let under = caption
            .as_ref()
            .map(|(c, _)| *c)
            .filter(|c| *c != Class::None);
        let (class, stands_for) = match (class, under) {
            // "Contents: {{ category_code }}": a code stands for what the caption names.
            (Some(Class::None), Some(under)) if is_code_name(put) => (Some(under), true),
            (class, _) => (class, false),
        };
        let class = match class {
            Some(class) => class,
            None => match caption {
                Some((class, _)) => class,
                None => {
                    self.label.unknown.push(short(put));
                    return;
                }
            },
        };
        let cut = cut_of(put, class)
            .or_else(|| left_by(put, class))
            .filter(|_| class != Class::None);
        let cuts = cut.is_some_and(|c| c != Cut::Whole);
        if cut == Some(Cut::Unclear) && masks::of_expression(put).is_none() {
            self.label.unknown.push(short(put));
            return;
        }
        let exposure = if stands_for {
            Exposure::Coded
        } else if cut == Some(Cut::Whole) {
            Exposure::Full
        } else if hidden_beside > 0 || cuts {
            Exposure::Masked
        } else {
            let area = class == Class::Address && is_area(put);
            let whole = if area {
                Exposure::Masked
            } else {
                Exposure::Full
            };
            masks::of_expression(put).unwrap_or(whole)
        };
        let digits = match (class, exposure) {
            (Class::Phone, Exposure::Full) => Some((0, 10)),
            (Class::Phone, Exposure::Masked) => match (hidden_beside, cut) {
                (0, Some(Cut::Shows(n))) => Some((10_u32.saturating_sub(n), n)),
                (0, _) => None,
                (hidden, Some(Cut::Shows(n))) => Some((hidden, n)),
                (hidden, _) => Some((hidden, 10_u32.saturating_sub(hidden))),
            },
            _ => None,
        };
        self.push(Field {
            line: spot.line,
            class,
            party,
            exposure,
            medium: spot.medium,
            digits,
            look: None,
            name: name_of(put),
        });
    }

    /// The class of a placeholder, where it is understood; and the party.
    fn class_of(&self, put: &str) -> (Option<Class>, Party) {
        let path = path_of(put);
        let whole = classify(&path, &Around::default());
        let block = self.party.unwrap_or(Party::Unknown);
        // On a label the customer is the one under whose heading it stands.
        let vague = whole.party == Party::Unknown
            || whole.party == Party::Customer && block != Party::Unknown;
        let party = if vague { block } else { whole.party };
        if whole.is_personal() {
            return (Some(whole.class), party);
        }
        let last = path
            .rsplit(['.', '>', '['])
            .next()
            .unwrap_or_default()
            .trim_matches(['"', '\'', ']']);
        let alone = classify(last, &Around::default());
        let thing = whole.reasons.contains("name-of-thing") && whole.confidence == 65;
        if alone.is_personal() && !thing && !whole.reasons.iter().any(|r| r.starts_with("lure:")) {
            return (Some(alone.class), party);
        }
        let lure = whole.reasons.iter().any(|r| r.starts_with("lure:")) || thing;
        let known = lure || names::is_plain(&path);
        (known.then_some(Class::None), party)
    }

    /// Plain words: captions, and in samples values.
    fn words(&mut self, spot: &Spot, text: &str) {
        for line in text.split('\n').map(str::trim).filter(|l| !l.is_empty()) {
            let (caption, value) = match line.split_once([':', '：']) {
                Some((caption, value)) if !is_time(caption, value) => {
                    (caption.trim(), value.trim())
                }
                Some(_) | None => (line, ""),
            };
            // "Contents" in one cell, "T-shirt number 5" in the next: under a caption words of things are its value.
            let waits = self
                .caption
                .as_ref()
                .is_some_and(|(c, _)| *c != Class::None);
            let is_value =
                waits && caption == line && !line.ends_with([':', '：']) && is_thing(line);
            let said = if is_value {
                None
            } else {
                self.caption_of(caption)
            };
            match said {
                Some(_) if value.is_empty() => {}
                Some(class) => {
                    self.caption = None;
                    self.value(spot, Some(class), value);
                }
                None => {
                    let waits = self.caption.take().map(|(c, _)| c);
                    self.value(spot, waits, line);
                }
            }
        }
    }

    /// Is it a caption? Then it waits for its value, and may name the party of what follows.
    fn caption_of(&mut self, text: &str) -> Option<Class> {
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        let count = text.split_whitespace().count();
        if count == 0 || count > 6 || text.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let english = unicode::fold(text);
        let side = match english.as_str() {
            "from" | "den tu" | "tu" => Some(Party::Sender),
            "to" | "den" => Some(Party::Recipient),
            _ => None,
        };
        if let Some(party) = side
            .or_else(|| names::party_of(text))
            .filter(|p| is_side(*p))
        {
            self.party = Some(party);
        }
        let verdict = classify(text, &Around::default());
        let class = if side.is_some() {
            Class::Name
        } else if GOODS.contains(&english.as_str()) {
            Class::Contents
        } else if matches!(english.as_str(), "d/c" | "dc" | "d.c") {
            Class::Address
        } else {
            verdict.class
        };
        // One known word does not explain a line of others.
        let explains = |reason: &String| {
            reason
                .strip_prefix("lure:")
                .is_some_and(|lure| 2 * lure.split('_').count() >= count)
        };
        let plain = verdict.reasons.iter().any(explains) || names::is_plain(text);
        if class == Class::None && !plain && side.is_none() {
            return None;
        }
        self.own = names::words_of(text)
            .iter()
            .any(|w| OWN.contains(&w.as_str()));
        self.caption = Some((class, text.to_owned()));
        Some(class)
    }

    /// A literal value: judged only in samples, or under a party; a template's own words are the company's.
    fn value(&mut self, spot: &Spot, under: Option<Class>, text: &str) {
        // Under a caption of things a personal value is one all the same.
        let shows = || has_phone(text) || !values::classes(text).is_empty();
        let under = match under {
            Some(Class::None) if self.label.template => return,
            Some(Class::None) if !shows() => {
                // A name under a caption that says something else is one all the same, and free text may be anything.
                if values::is_person(text) || !self.own && is_free(text) {
                    self.not_known(spot);
                }
                return;
            }
            Some(Class::None) => None,
            other => other,
        };
        let folded = unicode::fold(text);
        let mut classes = values::classes(text);
        if has_phone(text) {
            classes.retain(|c| matches!(c, Class::NationalId | Class::Card | Class::Email));
            for class in std::mem::replace(&mut classes, vec![Class::Phone]) {
                if !(self.label.template && self.party.is_none()) {
                    self.literal(spot, class, text);
                }
            }
        }
        let class = match classes.first() {
            Some(_) if self.label.template && self.party.is_none() => return,
            Some(Class::Phone) if under.is_none_or(|c| c == Class::Phone) => Some(Class::Phone),
            Some(Class::Phone) => {
                // "Tran Thi Mau - 0912 345 678": both.
                self.literal(spot, Class::Phone, &phone_part(text));
                under
            }
            Some(found) => under.or(Some(*found)),
            None => under,
        };
        let class = match class {
            Some(class) => class,
            None if self.label.template || names::is_plain(&folded) => return,
            None if self.party.is_some() && looks_like_name(text) && !self.has_name() => {
                Class::Name
            }
            None => {
                // Words of a sample that nobody explains may be a name or an address.
                if text.split_whitespace().count() >= 2 && text.chars().any(char::is_alphabetic) {
                    self.not_known(spot);
                }
                return;
            }
        };
        if !self.label.template || masks::has_mask(text) || !classes.is_empty() {
            self.literal(spot, class, text);
        }
    }

    fn not_known(&mut self, spot: &Spot) {
        self.label
            .unknown
            .push(format!("text (line {})", spot.line));
    }

    fn literal(&mut self, spot: &Spot, class: Class, text: &str) {
        let mask = masks::of_value(class, text);
        // Stars alone stand beside a placeholder and belong to it.
        let alone = self.label.template && !text.chars().any(char::is_alphanumeric);
        if mask.exposure == Exposure::Absent || alone {
            return;
        }
        self.push(Field {
            line: spot.line,
            class,
            party: self.party.unwrap_or(Party::Unknown),
            exposure: mask.exposure,
            medium: spot.medium,
            digits: (class == Class::Phone).then_some((mask.hidden, mask.visible)),
            look: Some(Look::of(class, text)),
            name: String::new(),
        });
    }

    fn has_name(&self) -> bool {
        let party = self.party.unwrap_or(Party::Unknown);
        self.label
            .fields
            .iter()
            .any(|f| f.class == Class::Name && f.party == party)
    }

    /// What a barcode or QR code carries.
    fn code(&mut self, spot: &Spot, parts: &[Part]) {
        let before = (self.label.fields.len(), self.label.unknown.len());
        for part in parts {
            match part {
                Part::Put(put) => {
                    self.caption = None;
                    self.put(spot, put, 0);
                }
                Part::Words(words) => self.payload(spot, words, 0),
                Part::Fetch(what) => {
                    self.label.unknown.push(short(what));
                    self.label.hidden_codes = true;
                }
            }
        }
        let fields = self.label.fields.get(before.0..).unwrap_or_default();
        let is_unknown = self.label.unknown.len() > before.1;
        let code_kind = payload::kind(&spot.text, fields, is_unknown);
        let mut kinds: Vec<String> = fields.iter().map(kind_of).collect();
        if self.label.unknown.len() > before.1 {
            kinds.push("unknown".into());
        } else if kinds.is_empty() && !parts.is_empty() {
            let text = spot.text.trim();
            let kind = if text.contains("://") {
                "url"
            } else if text.split_whitespace().count() > 1 {
                self.label
                    .unknown
                    .push(format!("payload (line {})", spot.line));
                "unknown"
            } else {
                "code"
            };
            kinds.push(kind.into());
        }
        kinds.sort();
        kinds.dedup();
        let fetched = |p: &Part| matches!(p, Part::Fetch(_));
        // A picture that was not read may be a code, or none.
        let picture = |p: &Part| matches!(p, Part::Fetch(what) if what.starts_with(PICTURE));
        if parts.iter().all(picture) {
            return;
        }
        if !parts.iter().all(fetched) {
            self.label.code_kinds.push(code_kind);
        }
        self.label
            .payloads
            .extend(kinds.into_iter().map(|k| (spot.medium, k)));
    }

    /// A literal payload: personal values give themselves away, keys name the rest.
    fn payload(&mut self, spot: &Spot, text: &str, depth: usize) {
        if depth < MAX_DECODED {
            for inner in decode::inside(text) {
                self.payload(spot, &inner, depth + 1);
            }
        }
        if payload::is_bank(text) {
            self.literal(spot, Class::Bank, text);
            return;
        }
        let pieces = text
            .split(['|', ';', '\n', '&', '{', '}', '?'])
            .flat_map(|p| p.split("\","));
        for piece in pieces.take(100) {
            let (key, value) = piece.split_once(['=', ':']).unwrap_or(("", piece));
            let value = value.trim().trim_matches(['"', ' ', '\'']);
            let by_value = values::classes(value);
            let verdict = classify(key, &Around::default());
            let class = by_value.first().copied().unwrap_or(verdict.class);
            let alone = key.is_empty()
                && by_value.is_empty()
                && !self.label.template
                && looks_like_name(value);
            let class = if alone { Class::Name } else { class };
            if class == Class::None || value.is_empty() {
                continue;
            }
            let saved = self.party;
            if verdict.party != Party::Unknown {
                self.party = Some(verdict.party);
            }
            self.literal(spot, class, value);
            self.party = saved;
        }
    }

    fn push(&mut self, field: Field) {
        if self.label.fields.len() < MAX_FIELDS {
            self.label.fields.push(field);
        } else if self.label.fields.len() == MAX_FIELDS && !self.full {
            self.full = true;
            let rest = "the rest of a file that holds too many fields";
            self.label.unknown.push(rest.to_owned());
        }
    }
}

/// The most fields of a label.
const MAX_FIELDS: usize = 2000;
/// The deepest that a payload is decoded.
const MAX_DECODED: usize = 3;

/// `recipient_phone`; without a side only the class.
pub(super) fn kind_of(field: &Field) -> String {
    match (field.class, field.party) {
        (Class::None, _) => field.name.clone(),
        (Class::Contents | Class::Cod, _) | (_, Party::Unknown) => field.class.word().to_owned(),
        (class, party) => format!("{}_{}", party.word(), class.word()),
    }
}
