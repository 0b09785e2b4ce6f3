//! apt.conf: names with `::` or in blocks, in any case, with values behind them; remarks; `#clear`. The last value counts.

use std::collections::BTreeMap;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value without quotes.
    pub value: String,
    /// The file it stands in.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
}

/// What apt ends up with: names in lower case, parts joined by `::`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<String, Setting>,
    /// Values without a name of their own, by what they stand below.
    lists: BTreeMap<String, Vec<Setting>>,
}

impl Settings {
    /// The value that counts.
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.values.get(&name.to_ascii_lowercase())
    }

    /// The values of a list, in their order.
    pub fn list(&self, name: &str) -> &[Setting] {
        let found = self.lists.get(&name.to_ascii_lowercase());
        found.map_or(&[], Vec::as_slice)
    }

    /// Reads a file after those before it.
    pub fn read(&mut self, file: &str, text: &str) {
        let mut blocks: Vec<String> = Vec::new();
        let mut said: Vec<(String, u32)> = Vec::new();
        for (token, line) in tokens(text) {
            match token {
                Token::Word(word) => said.push((word, line)),
                Token::Open => {
                    let name = said.first().map(|(name, _)| name.as_str());
                    blocks.push(below(&blocks, name.unwrap_or_default()));
                    said.clear();
                }
                Token::Close | Token::End => {
                    self.put(&blocks, &said, file);
                    said.clear();
                    if token == Token::Close {
                        blocks.pop();
                    }
                }
            }
        }
        self.put(&blocks, &said, file);
    }

    fn put(&mut self, blocks: &[String], said: &[(String, u32)], file: &str) {
        let of = |value: &str, line: u32| Setting {
            value: value.to_owned(),
            file: file.to_owned(),
            line,
        };
        match said {
            [(clear, _), names @ ..] if clear.eq_ignore_ascii_case("#clear") => {
                for (name, _) in names {
                    let name = below(&[], name);
                    let inside = format!("{name}::");
                    let stays = |k: &String| *k != name && !k.starts_with(&inside);
                    self.values.retain(|k, _| stays(k));
                    self.lists.retain(|k, _| stays(k));
                }
            }
            // `Name:: "value";` adds to a list.
            [(name, line), (value, _), ..] if name.ends_with("::") => {
                let list = self.lists.entry(below(blocks, name)).or_default();
                list.push(of(value, *line));
            }
            [(name, line), (value, _), ..] => {
                self.values.insert(below(blocks, name), of(value, *line));
            }
            // A bare value in a block is one more of a list.
            [(value, line)] => {
                if let Some(block) = blocks.last() {
                    let list = self.lists.entry(block.clone()).or_default();
                    list.push(of(value, *line));
                }
            }
            [] => {}
        }
    }
}

/// The whole name of what stands in the innermost of these blocks.
fn below(blocks: &[String], name: &str) -> String {
    let name = name.trim_end_matches("::").to_ascii_lowercase();
    match blocks.last() {
        Some(block) if !block.is_empty() => format!("{block}::{name}"),
        Some(_) | None => name,
    }
}

/// Does apt read a value as "no"? So it does the words that it knows, and 0.
pub fn is_off(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    ["0", "no", "false", "without", "off", "disable", ""].contains(&value.as_str())
}

/// Does apt read a file of this name in a folder of parts?
pub fn is_part(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    name.chars().all(plain) && ending.is_none_or(|ending| ending == "conf")
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Open,
    Close,
    End,
}

fn tokens(text: &str) -> Vec<(Token, u32)> {
    let mut all = Vec::new();
    let mut line = 1u32;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let remark = if rest.starts_with("/*") {
            Some(rest.find("*/").map_or(rest.len(), |at| at + 2))
        } else if rest.starts_with("//") || (c == '#' && !is_command(rest)) {
            Some(rest.find('\n').unwrap_or(rest.len()))
        } else {
            None
        };
        let (token, end) = match (remark, c) {
            (Some(end), _) => (None, end),
            (None, '{') => (Some(Token::Open), 1),
            (None, '}') => (Some(Token::Close), 1),
            (None, ';') => (Some(Token::End), 1),
            (None, '"') => {
                let inside = rest.get(1..).unwrap_or_default();
                let end = inside.find('"').unwrap_or(inside.len());
                let value = inside.get(..end).unwrap_or_default();
                (
                    Some(Token::Word(value.to_owned())),
                    (end + 2).min(rest.len()),
                )
            }
            (None, c) if c.is_whitespace() => (None, c.len_utf8()),
            (None, _) => {
                let ends = |c: char| c.is_whitespace() || "{};\"".contains(c);
                let end = rest.find(ends).unwrap_or(rest.len());
                let word = rest.get(..end).unwrap_or_default();
                (Some(Token::Word(word.to_owned())), end)
            }
        };
        all.extend(token.map(|token| (token, line)));
        let (passed, left) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let lines = passed.matches('\n').count();
        line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        rest = left;
    }
    all
}

/// `#clear` and `#include` are commands, anything else behind `#` a remark.
fn is_command(rest: &str) -> bool {
    ["#clear", "#include"].iter().any(|command| {
        let head = rest.get(..command.len());
        let after = rest.get(command.len()..).unwrap_or_default();
        head.is_some_and(|h| h.eq_ignore_ascii_case(command))
            && after.starts_with(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Settings {
        let mut all = Settings::default();
        all.read("f", text);
        all
    }

    #[test]
    fn all_ways_of_writing() {
        let name = "APT::Periodic::Unattended-Upgrade";
        for (text, value, line) in [
            ("APT::Periodic::Unattended-Upgrade \"0\";", "0", 1),
            ("apt::periodic::UNATTENDED-upgrade 1;", "1", 1),
            ("APT { Periodic\n{ Unattended-Upgrade \"0\"; }; };", "0", 2),
            (
                "# x\n/* APT\n*/ APT::Periodic { Enable \"1\";\n Unattended-Upgrade \"1\"; // x\n};",
                "1",
                4,
            ),
            (
                "APT::Periodic::Unattended-Upgrade \"0\";\nAPT{Periodic{Unattended-Upgrade\"1\";};};",
                "1",
                2,
            ),
        ] {
            let all = of(text);
            let got = all.get(name).map(|s| (s.value.as_str(), s.line));
            assert_eq!(got, Some((value, line)), "{text}");
        }
        let cleared =
            of("APT::Periodic::Unattended-Upgrade \"1\";\nAPT::X \"1\";\n#clear APT::Periodic;\n");
        assert!(cleared.get(name).is_none() && cleared.get("apt::x").is_some());
        assert!(
            of("// APT::Periodic::Unattended-Upgrade \"1\";")
                .get(name)
                .is_none()
        );
        let list = of("A::B { \"x\"; \"http://h//p\"; };\nA::C \"1\";");
        assert_eq!(list.get("a::c").map(|s| s.line), Some(2));
        let more = of("A::B { \"x\"; \"y\"; };\nA::B:: \"z\";\n");
        let values: Vec<&str> = more.list("a::b").iter().map(|s| s.value.as_str()).collect();
        assert_eq!(values, ["x", "y", "z"]);
        assert!(of("A::B { \"x\"; };\n#clear A;\n").list("a::b").is_empty());
    }

    #[test]
    fn names_of_parts() {
        assert!(is_part("20auto-upgrades") && is_part("99x.conf"));
        assert!(!is_part("99x.dpkg-old") && !is_part("99x.conf~"));
    }
}
