//! RabbitMQ's `rabbitmq.conf`: names with dots and values, a remark behind a value too, quotes around it.

use std::collections::BTreeSet;

use super::keyword::numbered;

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its line, from 1.
    pub line: u32,
    /// The name as written.
    pub name: String,
    /// The value without quotes.
    pub value: String,
}

/// The settings, and the lines that are none.
pub fn parse(text: &str) -> (Vec<Setting>, Vec<u32>) {
    let (mut settings, mut broken) = (Vec::new(), Vec::new());
    for (line, content) in numbered(text) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        match content.split_once('=') {
            Some((name, value)) if is_name(name.trim()) => settings.push(Setting {
                line,
                name: name.trim().to_owned(),
                value: plain(value),
            }),
            Some(_) | None => broken.push(line),
        }
    }
    (settings, broken)
}

/// A value within single quotes may hold a `#`; else a remark begins there.
fn plain(value: &str) -> String {
    let value = value.trim();
    if let Some((inner, _)) = value.strip_prefix('\'').and_then(|v| v.split_once('\'')) {
        return inner.to_owned();
    }
    value
        .split('#')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// The atoms of terms of Erlang, what stands in texts and remarks left out: every setting that such a file may hold is
/// named by one.
pub fn atoms(text: &str) -> BTreeSet<String> {
    let mut atoms = BTreeSet::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' => while chars.next_if(|c| *c != '\n').is_some() {},
            '"' | '\'' => {
                let mut word = String::new();
                while let Some(inner) = chars.next_if(|inner| *inner != c) {
                    if inner == '\\' {
                        chars.next();
                    }
                    word.push(inner);
                }
                chars.next();
                if c == '\'' {
                    atoms.insert(word);
                }
            }
            c if c.is_ascii_lowercase() => {
                let mut word = String::from(c);
                while let Some(c) =
                    chars.next_if(|c| c.is_ascii_alphanumeric() || ['_', '@'].contains(c))
                {
                    word.push(c);
                }
                atoms.insert(word);
            }
            // A name that begins in capitals, or a number.
            c if c.is_ascii_alphanumeric() || c == '_' => {
                while chars
                    .next_if(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .is_some()
                {}
            }
            _ => {}
        }
    }
    atoms
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ['.', '_', '-', '$', '/', ':', '\\'].contains(&c))
}

/// Does it hold settings that only RabbitMQ has?
pub fn looks_like(text: &str) -> bool {
    let (settings, broken) = parse(text);
    broken.is_empty()
        && settings.iter().any(|s| {
            OWN.iter().any(|own| s.name.starts_with(own)) || LISTENERS.contains(&s.name.as_str())
        })
}

const OWN: [&str; 8] = [
    "loopback_users",
    "listeners.tcp.",
    "listeners.ssl.",
    "vm_memory_high_watermark",
    "cluster_formation.",
    "management.tcp.",
    "management.ssl.",
    "queue_master_locator",
];
const LISTENERS: [&str; 2] = ["listeners.tcp", "listeners.ssl"];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn settings_and_remarks() {
        let (all, broken) = parse(
            "# x\nlisteners.tcp = none\n default_pass='a#b' # c\nlog.file.level = info # d\n[{rabbit, []}].\n",
        );
        let pairs: Vec<(u32, &str, &str)> = all
            .iter()
            .map(|s| (s.line, s.name.as_str(), s.value.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                (2, "listeners.tcp", "none"),
                (3, "default_pass", "a#b"),
                (4, "log.file.level", "info"),
            ]
        );
        assert_eq!(broken, [5]);
        assert!(looks_like("listeners.ssl.default = 5671\n") && !looks_like("a = b\n"));
    }

    #[test]
    fn names_in_terms_of_erlang() {
        let found = atoms(
            "%% tcp_listeners\n[{rabbit, [{loopback_users, []}, {'Odd', \"ssl_options\"}, {log, [{file, [{level, X1}]}]}]}].",
        );
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(
            found,
            ["Odd", "file", "level", "log", "loopback_users", "rabbit"]
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ -~\\n\\tà='#.]{0,200}") {
            let _ = atoms(&text);
            let last = u32::try_from(text.lines().count()).unwrap();
            let _ = looks_like(&text);
            let (all, broken) = parse(&text);
            for line in all.iter().map(|s| s.line).chain(broken) {
                prop_assert!(line >= 1 && line <= last);
            }
        }
    }
}
