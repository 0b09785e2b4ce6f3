//! EPL2 labels: `A50,20,0,3,1,1,N,"text"`, barcodes `B…`, QR codes `b…`, variables, stored forms.

use super::zpl::{Field, Item, Label, Print};

/// The most fields of one label.
const MAX_FIELDS: usize = 20_000;
/// The most fields of one file.
const MAX_ALL: usize = 500_000;

/// Does the text look like EPL2? It clears the memory (`N`) or begins a form, and prints (`P1`) or has fields.
pub fn is_epl(text: &str) -> bool {
    let mut fields = 0;
    let mut frame = 0;
    for line in text.lines().take(2000).map(str::trim) {
        let numbers = line
            .get(1..)
            .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        match line.chars().next() {
            Some('A' | 'B' | 'b') if numbers && line.contains(',') => fields += 1,
            Some('N') if line.len() == 1 => frame += 1,
            Some('P' | 'q' | 'Q' | 'S' | 'D') if numbers => frame += 1,
            Some('F') if line.starts_with("FS\"") || line.starts_with("FR\"") => frame += 1,
            Some(_) | None => {}
        }
    }
    fields > 0 && frame > 0
}

/// Reads a file: one label for each `P1`. A file that stores a form is one, since what it prints stands in the form.
pub fn parse(text: &str) -> Vec<Label> {
    let fresh = || Label {
        has_label: true,
        ..Label::default()
    };
    let stores = text.lines().any(|l| l.trim().starts_with("FS\""));
    let mut labels = Vec::new();
    let mut label = fresh();
    let mut all = 0;
    for (number, line) in text.lines().enumerate() {
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let line = line.trim();
        let Some(first) = line.chars().next() else {
            continue;
        };
        let is_field = line
            .get(1..)
            .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        let item = match first {
            ';' => Some(Item::Comment(
                number,
                line.get(1..).unwrap_or_default().trim().into(),
            )),
            'A' if is_field => field(number, line, Print::Text),
            'B' if is_field => field(number, line, Print::Barcode),
            'b' if is_field => field(number, line, Print::Matrix),
            'G' if line.starts_with("GG") || line.starts_with("GW") => Some(Item::Picture(number)),
            'F' if line.starts_with("FR") => Some(Item::Recalls(number, quoted(line))),
            'F' if line.starts_with("FS") => Some(Item::Stores(number, quoted(line))),
            'P' if is_field && !stores && !label.items.is_empty() => {
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

/// The data stands last: in quotes, or as a variable (`V00`), both perhaps more than once.
fn field(line: u32, text: &str, print: Print) -> Option<Item> {
    let numbers: Vec<i32> = text
        .get(1..)?
        .split(',')
        .take(2)
        .filter_map(|n| n.trim().parse().ok())
        .collect();
    let at = match numbers.as_slice() {
        [x, y] => Some((*x, *y)),
        _ => None,
    };
    let open = text.find('"');
    let data = open.map(|_| quoted(text)).unwrap_or_default();
    let outside = text.get(..open.unwrap_or(text.len())).unwrap_or_default();
    let variable = outside
        .rsplit(',')
        .next()
        .and_then(|v| v.trim().strip_prefix(['V', 'C']))
        .and_then(|v| v.parse().ok());
    Some(Item::Field(Field {
        line,
        text: data,
        print,
        number: variable.map(|n: u32| (n, String::new())),
        at,
    }))
}

/// What stands between the first quote and the last, `\"` and `\\` resolved.
fn quoted(text: &str) -> String {
    let inner = text.split_once('"').map_or("", |(_, rest)| {
        rest.rsplit_once('"').map_or(rest, |(inner, _)| inner)
    });
    inner.replace("\\\"", "\"").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let text = "N\nq609\n; Recipient\nA26,26,0,4,1,1,N,\"T*** M**\"\nB26,110,0,1,2,2,80,N,\"BC0001\"\nb26,210,Q,\"BC0001\"\nA5,5,0,1,1,1,N,V01\nGG1,2,\"LOGO\"\nP1\n";
        assert!(is_epl(text));
        assert!(!is_epl("<p>A4, letter</p>"));
        let items = parse(text).remove(0).items;
        assert_eq!(items[0], Item::Comment(3, "Recipient".into()));
        let shown: Vec<_> = items
            .iter()
            .filter_map(|i| match i {
                Item::Field(f) => Some((
                    f.line,
                    f.text.as_str(),
                    f.print,
                    f.number.as_ref().map(|n| n.0),
                )),
                Item::Comment(..) | Item::Picture(_) | Item::Recalls(..) | Item::Stores(..) => None,
            })
            .collect();
        assert_eq!(
            shown,
            [
                (4, "T*** M**", Print::Text, None),
                (5, "BC0001", Print::Barcode, None),
                (6, "BC0001", Print::Matrix, None),
                (7, "", Print::Text, Some(1)),
            ]
        );
        assert_eq!(items[5], Item::Picture(8));
        let batch = format!("{text}N\nA5,5,0,1,1,1,N,\"x\"\nP1\n");
        assert_eq!(parse(&batch).len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(A|B|b|FR|FS|GG|V|[0-9,\"; đ\n]){0,40}|.{0,80}") {
            let _ = (is_epl(&text), parse(&text));
        }
    }
}
