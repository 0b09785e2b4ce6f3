//! Option files of MySQL and MariaDB: groups, names with dashes or underscores, values with quotes, inclusions.

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub line: u32,
    /// The group it stands in, in lower case; empty before the first.
    pub group: String,
    /// What it says.
    pub item: Item,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A group begins.
    Group,
    /// `!include FILE`.
    Include(String),
    /// `!includedir FOLDER`.
    IncludeFolder(String),
    /// An option, its name with underscores in lower case, without `loose_`.
    Option {
        /// The name.
        name: String,
        /// The value; nothing where the name stands alone.
        value: Option<String>,
    },
    /// The programs would refuse it.
    Broken,
}

/// The lines that say something.
pub fn parse(text: &str) -> Vec<Line> {
    let mut group = String::new();
    let mut out = Vec::new();
    for (line, content) in super::keyword::numbered(text) {
        let content = content.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let item = if let Some(rest) = content.strip_prefix('[') {
            match rest.split_once(']') {
                Some((name, _)) => {
                    group = name.trim().to_ascii_lowercase();
                    Item::Group
                }
                None => Item::Broken,
            }
        } else if let Some(rest) = content.strip_prefix("!includedir") {
            Item::IncludeFolder(rest.trim().to_owned())
        } else if let Some(rest) = content.strip_prefix("!include") {
            Item::Include(rest.trim().to_owned())
        } else if group.is_empty() {
            Item::Broken
        } else {
            option(content)
        };
        out.push(Line {
            line,
            group: group.clone(),
            item,
        });
    }
    out
}

fn option(content: &str) -> Item {
    let (name, value) = match content.split_once('=') {
        Some((name, value)) => (name, Some(value_of(value))),
        None => (content.split(" #").next().unwrap_or(content), None),
    };
    let name = name.trim().to_ascii_lowercase().replace('-', "_");
    // No option is called so: the programs would not start.
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.:".contains(c))
    {
        return Item::Broken;
    }
    Item::Option {
        name: name.strip_prefix("loose_").unwrap_or(&name).to_owned(),
        value,
    }
}

/// Quotes hold everything; without them a `#` ends the value.
fn value_of(raw: &str) -> String {
    let raw = raw.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = raw.strip_prefix(quote)
            && let Some((inner, _)) = rest.split_once(quote)
        {
            return inner.to_owned();
        }
    }
    raw.split('#').next().unwrap_or(raw).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn groups_and_options() {
        let lines = parse(
            "[mysqld]\nskip-name-resolve\nbind-address = 127.0.0.1 # here\nloose-x='a # b'\n!includedir /etc/mysql/conf.d/\n[bad\n",
        );
        let option = |name: &str, value: Option<&str>| Item::Option {
            name: name.into(),
            value: value.map(str::to_owned),
        };
        assert_eq!(lines[1].item, option("skip_name_resolve", None));
        assert_eq!(lines[2].item, option("bind_address", Some("127.0.0.1")));
        assert_eq!(lines[3].item, option("x", Some("a # b")));
        assert_eq!(
            lines[4].item,
            Item::IncludeFolder("/etc/mysql/conf.d/".into())
        );
        assert_eq!((&lines[5].item, lines[5].line), (&Item::Broken, 6));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ -~\\n\\tà\\[\\]!='\"#]{0,200}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            for l in parse(&text) {
                prop_assert!(l.line >= 1 && l.line <= last);
            }
        }
    }
}
