//! A name taken apart into words: camelCase, snake_case, UPPER, spaces, glued Vietnamese, abbreviations.

use super::table::Table;
use crate::text::unicode;

/// No name of a column is longer; what is, is cut.
const MAX_NAME_CHARS: usize = 256;
/// Most words that one name gives.
const MAX_WORDS: usize = 40;

/// The words of a name, folded, abbreviations written out.
pub(super) fn words(name: &str, table: &Table) -> Vec<String> {
    let mut out = Vec::new();
    for raw in with_initials(pieces(name), table) {
        let folded = unicode::fold(&raw);
        for word in split_digits(&folded) {
            if let Some(stands) = table.short.get(&word) {
                out.extend(stands.iter().cloned());
            } else if table.known.contains(&word) {
                out.push(word);
            } else {
                match unglue(&word, table) {
                    Some(parts) => {
                        for part in parts {
                            match table.short.get(&part) {
                                Some(stands) => out.extend(stands.iter().cloned()),
                                None => out.push(part),
                            }
                        }
                    }
                    None => out.push(singular(&word, table).unwrap_or(word)),
                }
            }
        }
        if out.len() >= MAX_WORDS {
            break;
        }
    }
    out.truncate(MAX_WORDS);
    out
}

/// `DThoai`, `DChi`: an initial belongs to the word after it where both are an abbreviation that we know.
fn with_initials(pieces: Vec<String>, table: &Table) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let initial = out.last().filter(|last| last.chars().count() == 1);
        let joined = initial.map(|one| format!("{one}{piece}"));
        let known = joined.filter(|both| {
            let folded = unicode::fold(both.trim_end_matches(|c: char| c.is_ascii_digit()));
            table.short.contains_key(&folded) || table.known.contains(&folded)
        });
        match known {
            Some(both) => {
                out.pop();
                out.push(both);
            }
            None => out.push(piece),
        }
    }
    out
}

/// The words with `tokens` as `token`, where that is known too; nothing where none changes.
pub(super) fn singulars(said: &[String], table: &Table) -> Option<Vec<String>> {
    let one = |w: &String| singular(w, table).unwrap_or_else(|| w.clone());
    let all: Vec<String> = said.iter().map(one).collect();
    (all != said).then_some(all)
}

/// `insurances` → `insurance`, where only the latter is known.
fn singular(word: &str, table: &Table) -> Option<String> {
    let one = word.strip_suffix('s').filter(|o| o.len() >= 4)?;
    table.known.contains(one).then(|| one.to_owned())
}

/// The first piece of a name, folded, where more follow it: `khg` of `KHG_TEN`.
pub(super) fn first_piece(name: &str) -> Option<String> {
    let all = pieces(name);
    let first = all.first().filter(|_| all.len() > 1)?;
    Some(unicode::fold(first))
}

/// The name without that piece, where it begins with it.
pub(super) fn without_piece<'a>(name: &'a str, piece: &str) -> &'a str {
    let Some(first) = pieces(name).first().cloned() else {
        return name;
    };
    match name.find(&first) {
        Some(at) if unicode::fold(&first) == piece => name.get(at + first.len()..).unwrap_or(name),
        Some(_) | None => name,
    }
}

/// Splits at what is no letter or digit, and where the case changes: `senderTel`, `IPAddress`, `KHG_TEN`.
fn pieces(name: &str) -> Vec<String> {
    let nfc = unicode::nfc(name);
    let chars: Vec<char> = nfc.chars().take(MAX_NAME_CHARS).collect();
    let mut out = Vec::new();
    let mut piece = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            flush(&mut piece, &mut out);
            continue;
        }
        let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let after = chars.get(at + 1).copied();
        let hump = c.is_uppercase()
            && match before {
                Some(b) if b.is_lowercase() || b.is_numeric() => true,
                Some(b) if b.is_uppercase() => after.is_some_and(char::is_lowercase),
                Some(_) | None => false,
            };
        if hump {
            flush(&mut piece, &mut out);
        }
        piece.push(c);
    }
    flush(&mut piece, &mut out);
    out
}

fn flush(piece: &mut String, out: &mut Vec<String>) {
    if !piece.is_empty() {
        out.push(std::mem::take(piece));
    }
}

/// `line1` → `line` and nothing: numbers at the end only count the columns; `sha256`, `ipv4` stay.
fn split_digits(word: &str) -> Vec<String> {
    const WHOLE: [&str; 9] = [
        "sha1", "sha256", "sha512", "md5", "argon2", "argon2id", "pbkdf2", "ipv4", "ipv6",
    ];
    match word {
        "ipv4" | "ipv6" => return vec!["ip".into()],
        whole if WHOLE.contains(&whole) => return vec![whole.into()],
        _ => {}
    }
    word.split(|c: char| c.is_ascii_digit())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `tennguoinhan` → `ten nguoi nhan`: the fewest words and whole phrases that make it up.
fn unglue(word: &str, table: &Table) -> Option<Vec<String>> {
    if word.len() < 4 || !word.is_ascii() {
        return None;
    }
    if let Some(phrase) = table.squeezed.get(word) {
        return Some(phrase.clone());
    }
    // best[i] = (number of words, where the last one begins) for the first i bytes
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=word.len() {
        for start in end.saturating_sub(MAX_PART)..end {
            let Some((count, _)) = best[start] else {
                continue;
            };
            let part = &word[start..end];
            if part.len() >= 2
                && (table.glue.contains(part) || is_phrase(part, table))
                && best[end].is_none_or(|(c, _)| count + 1 < c)
            {
                best[end] = Some((count + 1, start));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, start) = best[end]?;
        let part = &word[start..end];
        match table.squeezed.get(part).filter(|_| is_phrase(part, table)) {
            Some(phrase) => parts.extend(phrase.iter().rev().cloned()),
            None => parts.push(part.to_owned()),
        }
        end = start;
    }
    parts.reverse();
    Some(parts)
}

/// A glued phrase inside a longer word; a short one may be any letters.
fn is_phrase(part: &str, table: &Table) -> bool {
    part.len() >= 6 && table.squeezed.contains_key(part)
}

/// The longest part that is looked for in a glued name.
const MAX_PART: usize = 14;

#[cfg(test)]
mod tests {
    use super::super::table::TABLE;
    use super::*;

    fn joined(name: &str) -> String {
        words(name, &TABLE).join(" ")
    }

    #[test]
    fn takes_names_apart() {
        assert_eq!(joined("SdtnguoiNhan"), "sdt nguoi nhan");
        assert_eq!(joined("tennguoinhan"), "ten nguoi nhan");
        assert_eq!(joined("Số Điện Thoại"), "so dien thoai");
        assert_eq!(joined("IPAddress"), "ip address");
        assert_eq!(joined("PHUTRACHPHONE"), "phu trach phone");
        assert_eq!(joined("address_line_2"), "address line");
        assert_eq!(joined("So\u{0302}\u{0301}DT"), "so dien thoai");
        assert_eq!(joined("hotel"), "hotel");
        assert_eq!(joined("DThoaiGui"), "dien thoai gui");
        assert_eq!(joined("DChi2"), "dia chi");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(name in ".{0,80}") {
            let _ = words(&name, &TABLE);
        }
    }
}
