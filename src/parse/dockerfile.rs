//! A Dockerfile as instructions: lines that go on, remarks between them, here-documents, the escape that a first line
//! may set.

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Its first line, from 1.
    pub line: u32,
    /// Its word in upper case: `FROM`, `RUN`.
    pub word: String,
    /// All behind the word, its lines joined by blanks, here-documents by line ends.
    pub rest: String,
}

impl Instruction {
    /// The flags that stand first: `--platform=…`, `--chown=…`.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        self.rest
            .split_whitespace()
            .take_while(|w| w.starts_with("--"))
    }

    /// The words behind the flags; a JSON list gives its elements.
    pub fn args(&self) -> Vec<String> {
        let mut rest = self.rest.trim();
        while rest.starts_with("--") {
            rest = rest
                .split_once(char::is_whitespace)
                .map_or("", |(_, r)| r.trim_start());
        }
        if rest.starts_with('[')
            && let Ok(list) = serde_json::from_str::<Vec<String>>(rest)
        {
            return list;
        }
        rest.split_whitespace().map(str::to_owned).collect()
    }

    /// Names and values of `ENV`, `ARG` and `LABEL`.
    pub fn pairs(&self) -> Vec<(String, Option<String>)> {
        let words = shell_words(&self.rest);
        let Some(first) = words.first() else {
            return Vec::new();
        };
        if self.word != "ARG" && !first.contains('=') {
            // The old form: one name, the rest is its value.
            return vec![(first.clone(), Some(words[1..].join(" ")))];
        }
        words
            .iter()
            .map(|word| match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word.clone(), None),
            })
            .collect()
    }
}

/// The instructions of a Dockerfile.
pub fn parse(text: &str) -> Vec<Instruction> {
    let lines: Vec<&str> = text.lines().collect();
    let escape = escape(&lines);
    let mut out: Vec<Instruction> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let first = u32::try_from(at + 1).unwrap_or(u32::MAX);
        at += 1;
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let mut whole = String::new();
        let mut part = trimmed;
        while let Some(more) = part.strip_suffix(escape) {
            whole.push_str(more);
            whole.push(' ');
            // Remarks and empty lines inside do not end it.
            part = loop {
                let Some(next) = lines.get(at) else { break "" };
                at += 1;
                let next = next.trim();
                if !next.is_empty() && !next.starts_with('#') {
                    break next;
                }
            };
        }
        whole.push_str(part);
        let (word, rest) = whole
            .split_once(char::is_whitespace)
            .unwrap_or((&whole, ""));
        let word = word.to_ascii_uppercase();
        let mut rest = rest.trim().to_owned();
        if ["RUN", "COPY", "ADD"].contains(&word.as_str()) {
            for end in here_documents(&rest) {
                while let Some(next) = lines.get(at) {
                    at += 1;
                    if next.trim_start_matches('\t') == end {
                        break;
                    }
                    rest.push('\n');
                    rest.push_str(next);
                }
            }
        }
        // What is triggered in a later build is run all the same.
        if word == "ONBUILD"
            && let Some((inner, more)) = rest.split_once(char::is_whitespace)
        {
            out.push(Instruction {
                line: first,
                word: inner.to_ascii_uppercase(),
                rest: more.trim().to_owned(),
            });
            continue;
        }
        out.push(Instruction {
            line: first,
            word,
            rest,
        });
    }
    out
}

/// `# escape=` of the first lines.
fn escape(lines: &[&str]) -> char {
    for line in lines {
        let Some(remark) = line.trim().strip_prefix('#') else {
            break;
        };
        let Some((name, value)) = remark.split_once('=') else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return '`';
        }
    }
    '\\'
}

/// The words that end the here-documents of an instruction.
fn here_documents(rest: &str) -> Vec<String> {
    let mut ends = Vec::new();
    for word in rest.split_whitespace() {
        let Some(end) = word.strip_prefix("<<") else {
            continue;
        };
        let end = end.trim_start_matches('-').trim_matches(['"', '\'']);
        if !end.is_empty() && end.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            ends.push(end.to_owned());
        }
    }
    ends
}

/// Words as a shell takes them apart, without its quotes.
fn shell_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut open = None;
    let mut any = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (open, c) {
            (_, '\\') if open != Some('\'') => word.extend(chars.next()),
            (None, '"' | '\'') => {
                open = Some(c);
                any = true;
            }
            (Some(quote), c) if c == quote => open = None,
            (None, c) if c.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (_, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_go_on() {
        let text = "# syntax=docker/dockerfile:1\nfrom --platform=linux/amd64 debian:12 as base\nRUN apt-get update \\\n  # why\n\n  && apt-get install x\nENV A=1 B=\"two words\"\nENV OLD some value\nRUN <<EOF\necho hi\nUSER nobody\nEOF\nUSER app\nENTRYPOINT [\"/a\", \"b\"]\n";
        let all = parse(text);
        let words: Vec<(&str, u32)> = all.iter().map(|i| (i.word.as_str(), i.line)).collect();
        assert_eq!(
            words,
            [
                ("FROM", 2),
                ("RUN", 3),
                ("ENV", 7),
                ("ENV", 8),
                ("RUN", 9),
                ("USER", 13),
                ("ENTRYPOINT", 14)
            ]
        );
        assert_eq!(all[0].args(), ["debian:12", "as", "base"]);
        assert_eq!(all[2].pairs()[1], ("B".into(), Some("two words".into())));
        assert_eq!(all[3].pairs(), [("OLD".into(), Some("some value".into()))]);
        assert!(all[4].rest.contains("echo hi"));
        assert_eq!(all[6].args(), ["/a", "b"]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ -~\\n\\tà]{0,200}|((FROM|RUN|ENV|USER) [ -~]{0,20}\\\\?\n){0,20}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            for i in parse(&text) {
                prop_assert!(i.line >= 1 && i.line <= last);
                let _ = (i.args(), i.pairs(), i.flags().count());
            }
        }
    }
}
