//! Words of PHP, Ruby and Python, as far as migrations need them: names, texts, signs, each with its line. A text with
//! parts that only the program fills in is open.

/// The language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Php,
    Ruby,
    Python,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare name or number.
    Word,
    /// A text that is written out.
    Text,
    /// A text with parts to fill in.
    Open,
    /// `:name` of Ruby.
    Symbol,
    /// One sign; a new line of Ruby is one.
    Sign,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) line: u32,
}

impl Word {
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub(super) fn sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign && self.text.starts_with(sign)
    }

    /// What a name in quotes or a symbol says.
    pub(super) fn said(&self) -> Option<&str> {
        matches!(self.kind, Kind::Text | Kind::Symbol).then_some(self.text.as_str())
    }
}

/// The most words of one file.
const MAX_WORDS: usize = 400_000;

/// The words of a text.
pub(super) fn words(text: &str, language: Language) -> Vec<Word> {
    let mut reader = Reader {
        rest: text.trim_start_matches('\u{feff}'),
        line: 1,
        language,
        heredocs: Vec::new(),
        out: Vec::new(),
    };
    while reader.out.len() < MAX_WORDS && reader.step() {}
    reader.out
}

struct Reader<'a> {
    rest: &'a str,
    line: u32,
    language: Language,
    /// Ends of texts that begin on the next line, with the places of their words.
    heredocs: Vec<(String, usize)>,
    out: Vec<Word>,
}

impl Reader<'_> {
    fn take(&mut self, bytes: usize) -> &str {
        let (taken, rest) = match self.rest.split_at_checked(bytes) {
            Some(parts) => parts,
            None => (self.rest, ""),
        };
        let lines = taken.matches('\n').count();
        self.line = self
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.rest = rest;
        taken
    }

    fn put(&mut self, kind: Kind, text: String, line: u32) {
        self.out.push(Word { kind, text, line });
    }

    fn step(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else {
            return false;
        };
        let line = self.line;
        if c == '\n' {
            self.take(1);
            if self.language == Language::Ruby {
                self.put(Kind::Sign, "\n".into(), line);
            }
            self.heredocs();
        } else if c.is_whitespace() {
            self.take(c.len_utf8());
        } else if let Some(end) = self.comment() {
            self.take(end);
        } else if self.heredoc() {
        } else if c == '\'' || c == '"' {
            self.quoted(c, line);
        } else if c == ':' && self.language == Language::Ruby && self.symbol(line) {
        } else if c.is_alphanumeric() || c == '_' || c == '$' || c == '@' {
            let end = self
                .rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '?' | '!')))
                .unwrap_or(self.rest.len());
            let end = end.max(c.len_utf8());
            let word = self.take(end).to_owned();
            self.put(Kind::Word, word, line);
        } else {
            self.take(c.len_utf8());
            self.put(Kind::Sign, c.to_string(), line);
        }
        true
    }

    /// How long the comment is that begins here.
    fn comment(&self) -> Option<usize> {
        let to_end = || self.rest.find('\n').unwrap_or(self.rest.len());
        let hash = self.rest.starts_with('#') && !self.rest.starts_with("#[");
        match self.language {
            Language::Php if self.rest.starts_with("/*") => {
                Some(self.rest.find("*/").map_or(self.rest.len(), |n| n + 2))
            }
            Language::Php if self.rest.starts_with("//") || hash => Some(to_end()),
            Language::Ruby | Language::Python if self.rest.starts_with('#') => Some(to_end()),
            Language::Php | Language::Ruby | Language::Python => None,
        }
    }

    /// `<<~SQL` of Ruby, `<<<'SQL'` of PHP: the text begins on the next line.
    fn heredoc(&mut self) -> bool {
        let sign = match self.language {
            Language::Php => "<<<",
            Language::Ruby => "<<",
            Language::Python => return false,
        };
        let Some(after) = self.rest.strip_prefix(sign) else {
            return false;
        };
        let bare = match self.language {
            Language::Php => after.trim_start(),
            Language::Ruby | Language::Python => after.trim_start_matches(['~', '-']),
        };
        let name = bare.trim_start_matches(['\'', '"', '`']);
        let end = name
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(name.len());
        let (Some(tag), Some(rest)) = (name.get(..end), name.get(end..)) else {
            return false;
        };
        if tag.is_empty() || tag.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let tag = tag.to_owned();
        let quote = usize::from(bare.len() != name.len());
        let used = self.rest.len() - rest.len() + quote;
        let line = self.line;
        self.take(used);
        self.heredocs.push((tag, self.out.len()));
        self.put(Kind::Text, String::new(), line);
        true
    }

    /// The texts that were announced on the line before.
    fn heredocs(&mut self) {
        for (tag, at) in std::mem::take(&mut self.heredocs) {
            let mut text = String::new();
            let line = self.line;
            while !self.rest.is_empty() {
                let end = self.rest.find('\n').map_or(self.rest.len(), |n| n + 1);
                let one = self.take(end).to_owned();
                let bare = one.trim();
                if bare == tag
                    || bare
                        .strip_prefix(&tag)
                        .is_some_and(|r| r.starts_with([';', ',', ')']))
                {
                    // What follows the end of the text goes on.
                    let left = bare.strip_prefix(&tag).unwrap_or_default();
                    for sign in left.chars() {
                        self.put(Kind::Sign, sign.to_string(), self.line);
                    }
                    break;
                }
                text.push_str(&one);
            }
            let open = match self.language {
                Language::Php => text.contains('$'),
                Language::Ruby | Language::Python => text.contains("#{"),
            };
            if let Some(word) = self.out.get_mut(at) {
                word.text = text;
                word.line = line;
                if open {
                    word.kind = Kind::Open;
                }
            }
        }
    }

    fn quoted(&mut self, quote: char, line: u32) {
        let long: String = std::iter::repeat_n(quote, 3).collect();
        let mark = match self.language {
            Language::Python if self.rest.starts_with(&long) => 3,
            Language::Php | Language::Ruby | Language::Python => 1,
        };
        let mut text = String::new();
        let chars = self.rest.char_indices().skip(mark);
        let mut end = self.rest.len();
        let mut escaped = false;
        for (at, c) in chars {
            if escaped {
                text.push(match c {
                    'n' if quote == '"' => '\n',
                    't' if quote == '"' => '\t',
                    c => c,
                });
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == quote
                && (mark == 1 || self.rest.get(at..).is_some_and(|r| r.starts_with(&long)))
            {
                end = at + mark;
                break;
            } else {
                text.push(c);
            }
        }
        // `f"…"` of Python, `"$x"` of PHP, `"#{x}"` of Ruby.
        let before = self.out.last().filter(|w| w.kind == Kind::Word);
        let prefix = before.is_some_and(|w| matches!(w.text.as_str(), "f" | "r" | "b" | "u" | "F"));
        let filled = match self.language {
            Language::Php => quote == '"' && text.contains('$'),
            Language::Ruby => quote == '"' && text.contains("#{"),
            Language::Python => prefix && before.is_some_and(|w| w.text.eq_ignore_ascii_case("f")),
        };
        if prefix && self.language == Language::Python {
            self.out.pop();
        }
        self.take(end);
        self.put(if filled { Kind::Open } else { Kind::Text }, text, line);
    }

    /// `:name`, `:"a name"`.
    fn symbol(&mut self, line: u32) -> bool {
        let Some(after) = self.rest.strip_prefix(':') else {
            return false;
        };
        let end = after
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '?' | '!')))
            .unwrap_or(after.len());
        let name = after.get(..end).unwrap_or_default().to_owned();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        self.take(end + 1);
        self.put(Kind::Symbol, name, line);
        true
    }
}

/// Where the bracket that opens at `at` closes.
pub(super) fn closes(words: &[Word], at: usize) -> usize {
    let mut depth = 0_i32;
    for (n, word) in words.iter().enumerate().skip(at) {
        if ['(', '[', '{'].iter().any(|c| word.sign(*c)) {
            depth += 1;
        } else if [')', ']', '}'].iter().any(|c| word.sign(*c)) {
            depth -= 1;
            if depth <= 0 {
                return n;
            }
        }
    }
    words.len()
}

/// The parts between signs that stand in no bracket.
pub(super) fn parts(words: &[Word], sign: char) -> Vec<&[Word]> {
    let mut depth = 0_i32;
    let parts = words.split(|w| {
        if ['(', '[', '{'].iter().any(|c| w.sign(*c)) {
            depth += 1;
        } else if [')', ']', '}'].iter().any(|c| w.sign(*c)) {
            depth -= 1;
        }
        depth == 0 && w.sign(sign)
    });
    parts.collect()
}

/// The one text that these words are; none where they are anything else.
pub(super) fn literal(words: &[Word]) -> Option<&str> {
    match words {
        [one] => one.said(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, language: Language) -> Vec<String> {
        let all = words(text, language);
        all.into_iter()
            .map(|w| format!("{}{}", w.line, w.text))
            .collect()
    }

    #[test]
    fn words_of_three_languages() {
        assert_eq!(
            shown(
                "$t->string('a\\'b'); // c\n# d\n/* e */ \"x\"",
                Language::Php
            ),
            ["1$t", "1-", "1>", "1string", "1(", "1a'b", "1)", "1;", "3x"]
        );
        assert_eq!(
            shown(
                "t.string :sdt, limit: 20 # c\nexecute <<~SQL\n  A;\nSQL\nx",
                Language::Ruby
            ),
            [
                "1t", "1.", "1string", "1sdt", "1,", "1limit", "1:", "120", "1\n", "2execute",
                "3  A;\n", "2\n", "5x"
            ]
        );
        assert_eq!(
            shown("f'{x}' \"\"\"a\nb\"\"\" c", Language::Python),
            ["1{x}", "1a\nb", "2c"]
        );
        assert_eq!(words("f'{x}'", Language::Python)[0].kind, Kind::Open);
        assert_eq!(words("\"a $b\"", Language::Php)[0].kind, Kind::Open);
    }
}
