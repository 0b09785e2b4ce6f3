//! ZPL II labels: what is printed where, as text, barcode or two-dimensional code.

use std::collections::{BTreeMap, BTreeSet};

/// The most fields of one label.
const MAX_FIELDS: usize = 20_000;
/// The most fields of one file.
const MAX_ALL: usize = 500_000;
/// The most that is kept of one field.
const MAX_DATA_BYTES: usize = 64 * 1024;

/// How a field is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Print {
    /// Letters.
    Text,
    /// A linear barcode.
    Barcode,
    /// QR, Data Matrix, PDF417, Aztec.
    Matrix,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The line of its data.
    pub line: u32,
    /// What it prints, escapes resolved; empty for a field that only has a number.
    pub text: String,
    /// How.
    pub print: Print,
    /// Its number in a template (`^FN`), with its prompt where it has one.
    pub number: Option<(u32, String)>,
    /// Where it stands, in dots from the left and from the top, where it says so.
    pub at: Option<(i32, i32)>,
}

/// Something on the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A field.
    Field(Field),
    /// `^FX`: a comment.
    Comment(u32, String),
    /// A picture: what it shows is not known.
    Picture(u32),
    /// `^XF`: fields are put into a stored template.
    Recalls(u32, String),
    /// `^DF`: the label is a template to be stored.
    Stores(u32, String),
}

/// One label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// In file order.
    pub items: Vec<Item>,
    /// Has it a label at all (`^XA`)?
    pub has_label: bool,
    /// It ended inside a label.
    pub unfinished: bool,
    /// It has more than is kept.
    pub cut: bool,
}

/// Reads a file: one label for each `^XA … ^XZ`. Bytes that are no UTF-8 are read as Latin-1. Where one stores a
/// template and another recalls it, the template's fields stand filled in, and the template alone is no label.
pub fn parse(text: &str) -> Vec<Label> {
    let mut labels = read(text);
    let stored: BTreeMap<String, Vec<Item>> = labels
        .iter()
        .filter_map(|l| Some((name_of(l, true)?, l.items.clone())))
        .collect();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for label in &mut labels {
        let Some(name) = name_of(label, false) else {
            continue;
        };
        let Some(template) = stored.get(&name) else {
            continue;
        };
        fill(label, template);
        used.insert(name);
    }
    labels.retain(|l| {
        // One that stores and recalls at once was filled.
        let recalls = l.items.iter().any(|i| matches!(i, Item::Recalls(..)));
        recalls || name_of(l, true).is_none_or(|name| !used.contains(&name))
    });
    labels
}

/// The name of the template that a label stores (`^DF`) or recalls (`^XF`).
fn name_of(label: &Label, stores: bool) -> Option<String> {
    label
        .items
        .iter()
        .find_map(|item| match item {
            Item::Stores(_, name) if stores => Some(name),
            Item::Recalls(_, name) if !stores => Some(name),
            Item::Stores(..)
            | Item::Recalls(..)
            | Item::Field(_)
            | Item::Comment(..)
            | Item::Picture(_) => None,
        })
        .map(|name| {
            name.split(',')
                .next()
                .unwrap_or(name)
                .trim()
                .to_ascii_uppercase()
        })
}

/// Puts what a recall (`^XF`) says of numbered fields into the template that the file stored (`^DF`). What it prints
/// beside them stays.
fn fill(label: &mut Label, template: &[Item]) {
    let mut said: BTreeMap<u32, (u32, String)> = BTreeMap::new();
    let mut own: Vec<Item> = Vec::new();
    for item in std::mem::take(&mut label.items) {
        match item {
            Item::Field(Field {
                line,
                text,
                number: Some((n, _)),
                ..
            }) => {
                said.insert(n, (line, text));
            }
            other @ (Item::Field(_)
            | Item::Comment(..)
            | Item::Picture(_)
            | Item::Recalls(..)
            | Item::Stores(..)) => own.push(other),
        }
    }
    let fields = template.iter().map(|item| match item {
        Item::Field(field) => {
            let mut field = field.clone();
            if let Some((n, _)) = field.number
                && let Some((line, text)) = said.get(&n)
            {
                (field.line, field.text) = (*line, payload(field.print, text));
            }
            Item::Field(field)
        }
        Item::Comment(..) | Item::Picture(_) | Item::Recalls(..) | Item::Stores(..) => item.clone(),
    });
    label.items = fields.chain(own).collect();
}

fn read(text: &str) -> Vec<Label> {
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
        caret: '^',
        tilde: '~',
        all: 0,
        labels: Vec::new(),
        label: Label::default(),
        now: Open::default(),
        utf8: true,
    };
    while reader.command().is_some() {}
    reader.close();
    reader.label.unfinished = reader.now.inside;
    reader.end();
    reader.labels
}

/// The field that is being put together.
#[derive(Debug, Default)]
struct Open {
    inside: bool,
    print: Option<Print>,
    hex: Option<char>,
    data: Option<(u32, String)>,
    number: Option<(u32, String)>,
    number_line: u32,
    at: Option<(i32, i32)>,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    caret: char,
    tilde: char,
    /// The items of all labels so far.
    all: usize,
    labels: Vec<Label>,
    label: Label,
    now: Open,
    utf8: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        let ends = self
            .text
            .get(self.at..end)
            .unwrap_or_default()
            .matches('\n')
            .count();
        self.line = self
            .line
            .saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.at = end;
    }

    /// One command with what follows it up to the next.
    fn command(&mut self) -> Option<()> {
        let (caret, tilde) = (self.caret, self.tilde);
        let start = self.rest().find([caret, tilde])?;
        self.skip(start);
        let sign = self.rest().chars().next()?;
        self.skip(sign.len_utf8());
        let name: String = self.rest().chars().take(2).collect();
        let name_bytes = if name.starts_with(['A', 'a']) {
            1
        } else {
            name.len()
        };
        let line = self.line;
        self.skip(name_bytes);
        let rest = self.rest();
        let end = rest.find([caret, tilde]).unwrap_or(rest.len());
        let data = rest.get(..end).unwrap_or_default();
        let data_line = self.line;
        if matches!(name.to_ascii_uppercase().as_str(), "CC" | "CT") {
            let new = data.chars().next()?;
            if name.eq_ignore_ascii_case("CC") {
                self.caret = new;
            } else {
                self.tilde = new;
            }
            self.skip(new.len_utf8());
            return Some(());
        }
        self.skip(end);
        self.act(&name.to_ascii_uppercase(), data, line.max(data_line));
        Some(())
    }

    fn act(&mut self, name: &str, data: &str, line: u32) {
        match name {
            "XA" => {
                if self.now.inside {
                    // The one before never ended.
                    self.close();
                    self.label.unfinished = true;
                    self.end();
                }
                self.label.has_label = true;
                self.now = Open {
                    inside: true,
                    ..Open::default()
                };
            }
            "XZ" => {
                self.close();
                self.now.inside = false;
                self.end();
            }
            "FO" | "FT" => {
                self.close();
                let mut numbers = data.split(',').map(|n| n.trim().parse::<i32>());
                self.now.at = match (numbers.next(), numbers.next()) {
                    (Some(Ok(x)), Some(Ok(y))) => Some((x, y)),
                    _ => None,
                };
            }
            "FS" => self.close(),
            "FD" | "FV" | "SN" => {
                let text: String = clip(data).to_owned();
                self.now.data = Some((line, text));
            }
            "FH" => self.now.hex = Some(data.trim().chars().next().unwrap_or('_')),
            "CI" => {
                let set: Option<u32> = data.split(',').next().and_then(|n| n.trim().parse().ok());
                self.utf8 = set.is_none_or(|n| n >= 28);
            }
            "FN" => {
                let digits: String = data
                    .trim()
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .collect();
                let prompt = data.split('"').nth(1).unwrap_or_default().to_owned();
                self.now.number = digits.parse().ok().map(|n| (n, prompt));
                self.now.number_line = line;
            }
            "FX" => self.item(Item::Comment(line, clip(data).trim().to_owned())),
            "GF" | "XG" | "IM" | "IL" => self.item(Item::Picture(line)),
            // Outside a label people write notes as they like.
            "XF" if !self.now.inside => {}
            "XF" => self.item(Item::Recalls(line, clip(data).trim().to_owned())),
            "DF" => self.item(Item::Stores(line, clip(data).trim().to_owned())),
            "BQ" | "BX" | "B7" | "BO" | "B0" | "BF" | "BD" => self.now.print = Some(Print::Matrix),
            "BY" => {}
            other if other.starts_with('B') => self.now.print = Some(Print::Barcode),
            _ => {}
        }
    }

    fn item(&mut self, item: Item) {
        if self.label.items.len() < MAX_FIELDS && self.all < MAX_ALL {
            self.label.items.push(item);
            self.all += 1;
        } else {
            self.label.cut = true;
        }
    }

    /// Ends the label; one that only sets the printer up prints nothing.
    fn end(&mut self) {
        let label = std::mem::take(&mut self.label);
        let prints = label.items.iter().any(|i| !matches!(i, Item::Comment(..)));
        if prints || label.cut {
            self.labels.push(label);
        } else {
            // A remark before a label belongs to it.
            self.label.items = label.items;
        }
    }

    /// Ends the field that is open.
    fn close(&mut self) {
        let inside = self.now.inside;
        let open = std::mem::take(&mut self.now);
        self.now.inside = inside;
        let print = open.print.unwrap_or(Print::Text);
        let (line, text) = match (open.data, &open.number) {
            (Some((line, data)), _) => (line, data),
            (None, Some(_)) => (open.number_line, String::new()),
            (None, None) => return,
        };
        let text = match open.hex {
            Some(mark) => unescape(&text, mark, self.utf8),
            None => text,
        };
        let text = payload(print, &text);
        self.item(Item::Field(Field {
            line,
            text,
            print,
            number: open.number,
            at: open.at,
        }));
    }
}

fn clip(data: &str) -> &str {
    let mut end = data.len().min(MAX_DATA_BYTES);
    while !data.is_char_boundary(end) {
        end -= 1;
    }
    data.get(..end).unwrap_or_default()
}

/// `_C4_90` → `Đ`.
fn unescape(text: &str, mark: char, utf8: bool) -> String {
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let hex = after
            .get(..2)
            .filter(|_| c == mark)
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                let mut buffer = [0; 4];
                bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                rest = after;
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) if utf8 => String::from_utf8_lossy(e.as_bytes()).into_owned(),
        Err(e) => e.as_bytes().iter().map(|b| char::from(*b)).collect(),
    }
}

/// The data without the printer's own switches: `QA,` of QR codes, `>:` of Code 128.
fn payload(print: Print, text: &str) -> String {
    let bytes = text.as_bytes();
    match print {
        Print::Matrix => {
            let switch = matches!(bytes, [b'H' | b'Q' | b'M' | b'L', b'A' | b'M', b',', ..]);
            text.get(if switch { 3 } else { 0 }..)
                .unwrap_or_default()
                .to_owned()
        }
        Print::Barcode => text
            .strip_prefix(">:")
            .or_else(|| text.strip_prefix(">;"))
            .or_else(|| text.strip_prefix(">9"))
            .unwrap_or(text)
            .to_owned(),
        // `\\&` ends a line of a block (`^FB`).
        Print::Text => text.replace("\\&", "\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Field> {
        parse(text)
            .into_iter()
            .flat_map(|l| l.items)
            .filter_map(|i| match i {
                Item::Field(f) => Some(f),
                Item::Comment(..) | Item::Picture(_) | Item::Recalls(..) | Item::Stores(..) => None,
            })
            .collect()
    }

    #[test]
    fn reads_fields() {
        let text = "^XA^CI28\n^FX Recipient\n^FO10,10^A0N,30,30^FH^FD_C4_90inh^FS\n^FO1,1^BQN,2,5^FDQA,BD123VN^FS\n^FO1,1^BCN,80^FD>:BD123^FS\n^FO2,2^A0^FN3\"phone\"^FS\n^XZ";
        let found = fields(text);
        assert_eq!(found[0].text, "Đinh");
        assert_eq!(found[0].line, 3);
        assert_eq!(
            (found[1].text.as_str(), found[1].print),
            ("BD123VN", Print::Matrix)
        );
        assert_eq!(
            (found[2].text.as_str(), found[2].print),
            ("BD123", Print::Barcode)
        );
        assert_eq!(found[3].number, Some((3, "phone".into())));
        assert!(!parse(text)[0].unfinished);
        assert!(parse("^XA^FO1,1^FDa")[0].unfinished);
    }

    #[test]
    fn one_label_for_each_end() {
        let batch = "^XA^MMT^XZ\n^XA^FO1,1^FDa^FS^XZ\n^XA^FO1,1^FDb^FS^XZ^XA^FO1,1^FDc";
        let found = parse(batch);
        let texts: Vec<usize> = found.iter().map(|l| l.items.len()).collect();
        assert_eq!(texts, [1, 1, 1]);
        assert_eq!(found.iter().filter(|l| l.unfinished).count(), 1);
        let stored = "^XA^DFR:T.ZPL^FS^FO1,1^A0^FN1^FS^FO9,9^FDfixed^FS^XZ\n^XA^XFR:T.ZPL^FS^FN1^FDone^FS^XZ\n^XA^XFR:T.ZPL^FS^FN1^FDtwo^FS^XZ";
        let texts: Vec<String> = fields(stored).into_iter().map(|f| f.text).collect();
        assert_eq!(texts, ["one", "fixed", "two", "fixed"]);
        assert_eq!(parse("^XA^DFR:T.ZPL^FS^FO1,1^A0^FN1^FS^XZ").len(), 1);
    }

    #[test]
    fn another_caret() {
        let found = fields("^XA^CC!!FO1,1!FDa^b!FS!XZ");
        assert_eq!(found[0].text, "a^b");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(\\^XA|\\^XZ|\\^FD|\\^FS|\\^FH|\\^FN|\\^CC|\\^BQ|~|_|[0-9a-fA-F]{1,3}|đ|\n|\"|,){0,40}") {
            let lines = u32::try_from(text.split('\n').count()).unwrap();
            for field in fields(&text) {
                assert!(field.line >= 1 && field.line <= lines);
            }
        }

        #[test]
        fn never_panics_on_anything(text in ".{0,200}") {
            let _ = parse(&text);
        }
    }
}
