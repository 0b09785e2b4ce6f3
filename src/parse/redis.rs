//! Configuration of Redis and Valkey, and their lists of users.

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub line: u32,
    /// The directive in lower case.
    pub name: String,
    /// Its arguments without quotes.
    pub args: Vec<String>,
}

/// The lines that say something; those that the server would refuse (open quotes) by their number.
pub fn parse(text: &str) -> (Vec<Line>, Vec<u32>) {
    let mut lines = Vec::new();
    let mut broken = Vec::new();
    for (line, content) in super::keyword::numbered(text) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        match words(content) {
            Some(mut words) if !words.is_empty() => {
                let name = words.remove(0).to_ascii_lowercase();
                lines.push(Line {
                    line,
                    name,
                    args: words,
                });
            }
            Some(_) => {}
            None => broken.push(line),
        }
    }
    (lines, broken)
}

/// Words as `sdssplitargs` takes them apart; nothing where a quote stays open.
fn words(content: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut chars = content.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(first) = chars.peek().copied() else {
            return Some(words);
        };
        let mut word = String::new();
        if first == '"' || first == '\'' {
            chars.next();
            loop {
                match chars.next()? {
                    '\\' if first == '"' => word.extend(chars.next()),
                    c if c == first => break,
                    c => word.push(c),
                }
            }
            // Behind a closing quote stands a blank or nothing.
            if chars.peek().is_some_and(|c| !c.is_whitespace()) {
                return None;
            }
        } else {
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                word.push(c);
            }
        }
        words.push(word);
    }
}

/// A list of users: every line that says something begins with `user`.
pub fn is_acl(text: &str) -> bool {
    let mut any = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        if words.next() != Some("user") || words.next().is_none() {
            return false;
        }
        if !words.any(|w| {
            ["on", "off", "nopass", "allkeys", "allcommands"].contains(&w)
                || w.starts_with(['+', '~', '>', '#'])
        }) {
            return false;
        }
        any = true;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_and_remarks() {
        let (lines, broken) =
            parse("# x\nBind 127.0.0.1 -::1\nrequirepass \"a b\"\nsave \"\"\nx \"open\n");
        assert_eq!(
            lines[0],
            Line {
                line: 2,
                name: "bind".into(),
                args: vec!["127.0.0.1".into(), "-::1".into()]
            }
        );
        assert_eq!(lines[1].args, ["a b"]);
        assert_eq!(lines[2].args, [""]);
        assert_eq!(broken, [5]);
        assert!(is_acl("user default off\nuser a on >x ~* +@all\n") && !is_acl("user www-data;\n"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ -~\\n\\tà\"']{0,200}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            let _ = is_acl(&text);
            let (lines, broken) = parse(&text);
            for line in lines.iter().map(|l| l.line).chain(broken) {
                prop_assert!(line >= 1 && line <= last);
            }
        }
    }
}
