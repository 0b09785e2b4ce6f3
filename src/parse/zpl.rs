//! ZPL II labels: what is printed where, as text, barcode or two-dimensional code.

/// The most fields of one file.
const MAX_FIELDS: usize = 20_000;
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

/// A file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// In file order.
    pub items: Vec<Item>,
    /// Has it a label at all (`^XA`)?
    pub has_label: bool,
    /// It ended inside a label.
    pub unfinished: bool,
}

/// Reads a file. Bytes that are no UTF-8 are read as Latin-1. Where it stores a template and recalls it, the template's
/// fields stand filled in.
pub fn parse(text: &str) -> Label {
    let mut label = read(text);
    fill(&mut label);
    label
}

/// Puts what a recall (`^XF`) says of numbered fields into the template that the same file stored (`^DF`).
fn fill(label: &mut Label) {
    let named = |name: &str| {
        name.split(',')
            .next()
            .unwrap_or(name)
            .trim()
            .to_ascii_uppercase()
    };
    let recalled = label
        .items
        .iter()
        .position(|i| matches!(i, Item::Recalls(..)));
    let Some(at) = recalled else { return };
    let Some(Item::Recalls(_, name)) = label.items.get(at) else {
        return;
    };
    let name = named(name);
    let stored = label
        .items
        .iter()
        .take(at)
        .any(|i| matches!(i, Item::Stores(_, s) if named(s) == name));
    if !stored {
        return;
    }
    let said: Vec<(u32, u32, String)> = label
        .items
        .split_off(at)
        .into_iter()
        .filter_map(|item| match item {
            Item::Field(Field {
                line,
                text,
                number: Some((n, _)),
                ..
            }) => Some((n, line, text)),
            Item::Field(_)
            | Item::Comment(..)
            | Item::Picture(_)
            | Item::Recalls(..)
            | Item::Stores(..) => None,
        })
        .collect();
    for item in &mut label.items {
        if let Item::Field(field) = item
            && let Some((n, _)) = field.number
            && let Some((_, line, text)) = said.iter().find(|(m, ..)| *m == n)
        {
            (field.line, field.text) = (*line, payload(field.print, text));
        }
    }
    label.items.push(Item::Recalls(0, name));
}

fn read(text: &str) -> Label {
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
        caret: '^',
        tilde: '~',
        label: Label::default(),
        now: Open::default(),
        utf8: true,
    };
    while reader.command().is_some() {}
    reader.close();
    reader.label.unfinished = reader.now.inside;
    reader.label
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
                self.label.has_label = true;
                self.now = Open {
                    inside: true,
                    ..Open::default()
                };
            }
            "XZ" => {
                self.close();
                self.now.inside = false;
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
        if self.label.items.len() < MAX_FIELDS {
            self.label.items.push(item);
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
            .items
            .into_iter()
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
        assert!(!parse(text).unfinished);
        assert!(parse("^XA^FO1,1^FDa").unfinished);
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
