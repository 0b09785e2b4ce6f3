//! JSX and TSX made into HTML with template marks, line for line: `{order.phone}` becomes `{{ order.phone }}`, code around the
//! markup is left out.

/// The deepest nesting of braces.
const MAX_DEPTH: u32 = 60;

/// The markup of a file, as many lines as the file.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    code(text, &mut out, 0);
    out
}

/// Code: kept are its line ends and the markup that begins in it.
fn code(text: &str, out: &mut String, depth: u32) {
    let mut rest = text;
    while let Some(at) = begins(rest) {
        blank(rest.get(..at).unwrap_or_default(), out);
        let inner = rest.get(at..).unwrap_or_default();
        let length = element(inner);
        tags(inner.get(..length).unwrap_or_default(), out, depth);
        out.push(' ');
        rest = inner.get(length..).unwrap_or_default();
    }
    blank(rest, out);
}

/// Where markup begins in code: `<` before a letter or `>`, after what cannot end a value.
fn begins(code: &str) -> Option<usize> {
    let bytes = code.as_bytes();
    let mut quote: Option<u8> = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(q), b) if *b == q || *b == b'\n' && q != b'`' => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(*byte),
            (None, b'/') if bytes.get(at + 1) == Some(&b'/') => {
                let line = code.get(at..).and_then(|l| l.find('\n'));
                at += line.unwrap_or(bytes.len());
            }
            (None, b'/') if bytes.get(at + 1) == Some(&b'*') => {
                let end = code.get(at..).and_then(|l| l.find("*/"));
                at += end.unwrap_or(bytes.len());
            }
            (None, b'<') => {
                let next = bytes
                    .get(at + 1)
                    .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'>');
                let before = code.get(..at).unwrap_or_default().trim_end();
                // `useState<Order>(…)`, `a < b`: a type or a comparison.
                let value = before
                    .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ')' || c == ']')
                    && !["return", "default", "case"]
                        .iter()
                        .any(|w| before.ends_with(w));
                if next && !value {
                    return Some(at);
                }
            }
            (None, _) => {}
        }
        at += 1;
    }
    None
}

/// How long the element is that begins here, with all inside it.
fn element(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_i32, 0);
    while at < bytes.len() {
        match bytes.get(at) {
            Some(b'{') => at += braces(text.get(at..).unwrap_or_default()),
            Some(b'<') => {
                let closes = bytes.get(at + 1) == Some(&b'/');
                let (length, alone) = tag(text.get(at..).unwrap_or_default());
                at += length;
                depth += match (closes, alone) {
                    (true, _) => -1,
                    (false, true) => 0,
                    (false, false) => 1,
                };
                if depth <= 0 {
                    return at;
                }
            }
            Some(_) => at += 1,
            None => break,
        }
    }
    bytes.len()
}

/// The length of a tag, and whether it closes itself.
fn tag(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = 1;
    let mut quote: Option<u8> = None;
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(q), b) if *b == q => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'{') => {
                at += braces(text.get(at..).unwrap_or_default());
                continue;
            }
            (None, b'>') => return (at + 1, bytes.get(at - 1) == Some(&b'/')),
            (None, _) => {}
        }
        at += 1;
    }
    (bytes.len(), true)
}

/// The length of `{…}` with what is nested in it.
fn braces(text: &str) -> usize {
    let mut depth = 0_u32;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            // An apostrophe in the words of markup opens nothing.
            (Some(q), '\n') if q != '`' => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            (None, _) => {}
        }
    }
    text.len().max(1)
}

/// Markup: text and tags as they are, expressions as template marks.
fn tags(text: &str, out: &mut String, depth: u32) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut inside_tag = false;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        match bytes.get(at) {
            Some(b'{') => {
                let length = braces(rest);
                let inner = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                let attribute = inside_tag.then(|| name_before(out));
                expression(inner, attribute.as_deref(), out, depth);
                at += length;
                continue;
            }
            Some(b'<') => inside_tag = true,
            Some(b'>') => inside_tag = false,
            Some(_) | None => {}
        }
        let Some(c) = rest.chars().next() else { break };
        out.push(c);
        at += c.len_utf8();
    }
}

/// The name of the attribute whose value begins here.
fn name_before(out: &str) -> String {
    let head = out.trim_end().trim_end_matches('=');
    head.chars()
        .rev()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':'))
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect()
}

fn expression(inner: &str, attribute: Option<&str>, out: &mut String, depth: u32) {
    let lines = || inner.matches('\n').count();
    match attribute {
        // What is called on a click and how it looks is not printed.
        Some(name)
            if name.starts_with("on") || matches!(name, "style" | "className" | "key" | "ref") =>
        {
            out.push_str("\"\"");
            out.extend(std::iter::repeat_n('\n', lines()));
        }
        Some(_) => {
            out.push_str("\"{{ ");
            let plain = inner.chars().map(|c| match c {
                '"' | '`' => '\'',
                '<' | '>' => ' ',
                c => c,
            });
            single_braces(plain, out);
            out.push_str(" }}\"");
        }
        None if begins(inner).is_some() && depth < MAX_DEPTH => code(inner, out, depth + 1),
        None if inner.trim_start().starts_with("/*") => blank(inner, out),
        None => {
            let plain = inner.trim().trim_matches(['"', '\'', '`']);
            if plain.len() + 2 == inner.trim().len() && !plain.contains(['"', '\'', '`', '$']) {
                // `{" "}`, `{"Người nhận"}`: words.
                out.push_str(plain);
            } else {
                out.push_str("{{ ");
                single_braces(inner.chars(), out);
                out.push_str(" }}");
            }
        }
    }
}

/// Braces inside an expression, of which two must not stand together: these would be marks of a template.
fn single_braces(inner: impl Iterator<Item = char>, out: &mut String) {
    for c in inner {
        if matches!(c, '{' | '}') && out.ends_with(c) {
            out.push(' ');
        }
        out.push(c);
    }
}

/// Only the line ends.
fn blank(text: &str, out: &mut String) {
    out.extend(text.chars().filter(|c| *c == '\n'));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component() {
        let text = "import React from 'react';\nconst x: Array<string> = [];\nexport default function Label({ order }: Props) {\n  if (a < b) return null;\n  return (\n    <div className={s.box} onClick={() => go('>')}>\n      <b>Người nhận:</b> {mask(order.phone)}\n      {order.items.map((i) => (\n        <li key={i.id}>{i.name}</li>\n      ))}\n      {cod > 0 && <p>COD {cod}</p>}\n      <QRCode value={`${order.code}|${order.phone}`} size={80} />\n    </div>\n  );\n}\n";
        let out = markup(text);
        assert_eq!(out.matches('\n').count(), text.matches('\n').count());
        for part in [
            "{{ mask(order.phone) }}",
            "<li key=\"\">{{ i.name }}</li>",
            "{{ cod }}",
            "order.code",
            "value=\"{{ ",
        ] {
            assert!(out.contains(part), "{part}\n{out}");
        }
        for part in ["import", "order.items.map", "Props", "go("] {
            assert!(!out.contains(part), "{part}\n{out}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_keeps_lines(text in "(<p>|</p>|<a/>|\\{|\\}|=>|'|\"|`|\\$\\{|[a-z ]{0,4}|đ|\n|/\\*|\\*/|//|<){0,40}") {
            proptest::prop_assert!(markup(&text).matches('\n').count() <= text.matches('\n').count());
        }
    }
}
