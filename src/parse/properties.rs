//! Java properties: names and values with `=`, `:` or a blank, lines that go on, escapes.

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its first line, from 1.
    pub line: u32,
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// The properties, with `#---` as the mark between documents of Spring: `None`.
pub fn parse(text: &str) -> Vec<Option<Property>> {
    let mut out = Vec::new();
    let mut lines = super::keyword::numbered(text);
    while let Some((line, content)) = lines.next() {
        let content = content.trim_start();
        if ["#---", "!---"].contains(&content.trim_end()) {
            out.push(None);
            continue;
        }
        if content.is_empty() || content.starts_with(['#', '!']) {
            continue;
        }
        let mut whole = content.to_owned();
        while ends_open(&whole) {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            whole.push_str(next.trim_start());
        }
        let (name, value) = split(&whole);
        out.push(Some(Property { line, name, value }));
    }
    out
}

/// An odd number of backslashes at the end.
fn ends_open(line: &str) -> bool {
    line.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

fn split(line: &str) -> (String, String) {
    let mut name = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.extend(chars.next()),
            '=' | ':' => break,
            c if c.is_whitespace() => break,
            c => name.push(c),
        }
    }
    let rest = chars.as_str().trim_start();
    let rest = rest
        .strip_prefix(['=', ':'])
        .filter(|_| !line.contains(['=', ':']) || !ended(line, &name))
        .unwrap_or(rest);
    (name, escaped(rest.trim()))
}

/// Did the name end at its sign already?
fn ended(line: &str, name: &str) -> bool {
    line.get(name.len()..)
        .is_some_and(|rest| rest.starts_with(['=', ':']))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                let letter = u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32);
                out.push(letter.unwrap_or('\u{FFFD}'));
            }
            Some(c) => out.push(c),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_values() {
        let all = parse("# x\na.b=c\n d : e\nf g\nh=i\\\n   j\n#---\nk=\\u0041=\n");
        let pairs: Vec<(u32, String, String)> = all
            .iter()
            .flatten()
            .map(|p| (p.line, p.name.clone(), p.value.clone()))
            .collect();
        let want = [
            (2, "a.b", "c"),
            (3, "d", "e"),
            (4, "f", "g"),
            (5, "h", "ij"),
            (8, "k", "A="),
        ];
        assert_eq!(pairs, want.map(|(l, n, v)| (l, n.to_owned(), v.to_owned())));
        assert_eq!(all.iter().filter(|p| p.is_none()).count(), 1);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ -~\\n\\tà=:\\\\]{0,200}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            for p in parse(&text).into_iter().flatten() {
                prop_assert!(p.line >= 1 && p.line <= last);
            }
        }
    }
}
