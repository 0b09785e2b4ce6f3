//! TSPL labels: `TEXT 10,10,"3",0,1,1,"text"`, `BLOCK`, `BARCODE`, `QRCODE`, `DMATRIX`, `PDF417`, pictures, comments.

use super::zpl::{Field, Item, Label, Print};

/// The most fields of one label.
const MAX_FIELDS: usize = 20_000;
/// The most fields of one file.
const MAX_ALL: usize = 500_000;

/// Does the text look like TSPL? It says its size or clears its memory, and has fields.
pub fn is_tspl(text: &str) -> bool {
    let mut frame = false;
    let mut fields = false;
    for line in text.lines().take(2000) {
        let (word, rest) = command(line);
        frame |= matches!(word.as_str(), "SIZE" | "CLS" | "GAP" | "PRINT");
        fields |= print_of(&word).is_some() && rest.contains(',');
    }
    frame && fields
}

/// Reads a file: one label for each `PRINT`.
pub fn parse(text: &str) -> Vec<Label> {
    let fresh = || Label {
        has_label: true,
        ..Label::default()
    };
    let mut labels = Vec::new();
    let mut label = fresh();
    let mut all = 0;
    for (number, line) in text.lines().enumerate() {
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let (word, rest) = command(line);
        let item = match (word.as_str(), print_of(&word)) {
            (_, Some(print)) => field(number, rest, print),
            ("REM", _) => Some(Item::Comment(number, rest.trim().into())),
            ("BITMAP" | "PUTBMP" | "PUTPCX" | "PUTPNG", _) => Some(Item::Picture(number)),
            ("RUN" | "CALL", _) => Some(Item::Recalls(number, rest.trim().into())),
            ("PRINT", _) if !label.items.is_empty() => {
                labels.push(std::mem::replace(&mut label, fresh()));
                None
            }
            _ => None,
        };
        if label.items.len() < MAX_FIELDS && all < MAX_ALL {
            all += usize::from(item.is_some());
            label.items.extend(item);
        } else {
            label.cut |= item.is_some();
        }
    }
    if !label.items.is_empty() || labels.is_empty() {
        labels.push(label);
    }
    labels
}

fn print_of(word: &str) -> Option<Print> {
    match word {
        "TEXT" | "BLOCK" => Some(Print::Text),
        "BARCODE" | "TLC39" | "RSS" => Some(Print::Barcode),
        "QRCODE" | "DMATRIX" | "PDF417" | "AZTEC" | "MAXICODE" | "MPDF417" => Some(Print::Matrix),
        _ => None,
    }
}

fn command(line: &str) -> (String, &str) {
    let line = line.trim();
    let end = line
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end).unwrap_or((line, ""));
    (word.to_ascii_uppercase(), rest)
}

/// The data is the last quoted part, with what a program puts between: `"Tel: "+TEL$`.
fn field(line: u32, rest: &str, print: Print) -> Option<Item> {
    let parts = split(rest);
    let mut numbers = parts.iter().take(2).map(|n| n.trim().parse::<i32>());
    let at = match (numbers.next(), numbers.next()) {
        (Some(Ok(x)), Some(Ok(y))) => Some((x, y)),
        _ => None,
    };
    let data = parts.last()?.trim();
    let mut text = String::new();
    for (at, part) in data.split('"').enumerate() {
        if at % 2 == 1 {
            text.push_str(part);
        } else {
            let name = part.trim_matches([' ', '+', '&']).trim_end_matches('$');
            if name.chars().any(char::is_alphabetic) {
                text.push_str(&format!("{{{{ {name} }}}}"));
            }
        }
    }
    // `\["]` is a quote, `\[R]` a line end.
    let text = text.replace("\\[R]", "\n").replace("\\[L]", "\n");
    Some(Item::Field(Field {
        line,
        text,
        print,
        number: None,
        at,
    }))
}

/// Parts between commas that stand in no quotes.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let text = "SIZE 100 mm,150 mm\nCLS\nREM Recipient\nTEXT 10,20,\"3\",0,1,1,\"Ha Noi, VN\"\nBARCODE 10,60,\"128\",80,1,0,2,4,\"BC0001\"\nQRCODE 10,200,H,4,A,0,\"BC0001\"\nTEXT 1,1,\"1\",0,1,1,\"Tel: \"+TEL$\nBITMAP 0,0,2,16,0,xx\nPRINT 1\n";
        assert!(is_tspl(text));
        assert!(!is_tspl("TEXT of a page, size 2"));
        let items = parse(text).remove(0).items;
        let texts: Vec<&str> = items
            .iter()
            .filter_map(|i| match i {
                Item::Field(f) => Some(f.text.as_str()),
                Item::Comment(..) | Item::Picture(_) | Item::Recalls(..) | Item::Stores(..) => None,
            })
            .collect();
        assert_eq!(texts, ["Ha Noi, VN", "BC0001", "BC0001", "Tel: {{ TEL }}"]);
        assert!(matches!(items.last(), Some(Item::Picture(8))));
        let batch = format!("{text}CLS\nTEXT 1,1,\"1\",0,1,1,\"x\"\nPRINT 1\n");
        assert_eq!(parse(&batch).len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(TEXT|QRCODE|BLOCK|REM|[0-9,\"+$ đ\n]){0,40}|.{0,80}") {
            let _ = (is_tspl(&text), parse(&text));
        }
    }
}
