//! Keys with values: `key = value`, `key value`, and ini files with sections.

use super::numbered;

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Its line, from 1.
    pub line: u32,
    /// The section it stands in; empty outside ini files and before the first.
    pub section: String,
    /// The key as written.
    pub key: String,
    /// The value without quotes; empty where there is none.
    pub value: String,
}

/// `key=value` or a bare `key`, as in os-release, pwquality.conf, faillock.conf, sysctl.conf, auditd.conf.
pub fn equals(text: &str) -> Vec<Pair> {
    numbered(text)
        .filter_map(|(line, content)| {
            let content = strip(content)?;
            let (key, value) = content.split_once('=').unwrap_or((content, ""));
            Some(pair(line, "", key, value))
        })
        .collect()
}

/// `KEY value`, as in login.defs.
pub fn blanks(text: &str) -> Vec<Pair> {
    numbered(text)
        .filter_map(|(line, content)| {
            let content = strip(content)?;
            let (key, value) = content
                .split_once(char::is_whitespace)
                .unwrap_or((content, ""));
            Some(pair(line, "", key, value))
        })
        .collect()
}

/// Sections in brackets, as in journald.conf and unit files.
pub fn ini(text: &str) -> Vec<Pair> {
    let mut section = String::new();
    let mut pairs = Vec::new();
    for (line, content) in numbered(text) {
        let Some(content) = strip(content) else {
            continue;
        };
        if let Some(name) = content.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
        } else if let Some((key, value)) = content.split_once('=') {
            pairs.push(pair(line, &section, key, value));
        }
    }
    pairs
}

/// The last pair with this key, which counts in most programs.
pub fn last<'a>(pairs: &'a [Pair], key: &str) -> Option<&'a Pair> {
    pairs.iter().rev().find(|p| p.key.eq_ignore_ascii_case(key))
}

fn strip(content: &str) -> Option<&str> {
    let content = content.trim();
    (!content.is_empty() && !content.starts_with(['#', ';'])).then_some(content)
}

fn pair(line: u32, section: &str, key: &str, value: &str) -> Pair {
    let value = value.trim();
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q))
        .unwrap_or(value);
    Pair {
        line,
        section: section.to_owned(),
        key: key.trim().to_owned(),
        value: unquoted.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms() {
        let pairs = equals("# c\nID=debian\nNAME=\"Debian GNU\"\neven_deny_root\n");
        assert_eq!(pairs[1].value, "Debian GNU");
        assert_eq!(
            (pairs[2].key.as_str(), pairs[2].line),
            ("even_deny_root", 4)
        );
        let pairs = blanks("PASS_MAX_DAYS\t90\n");
        assert_eq!(
            (pairs[0].key.as_str(), pairs[0].value.as_str()),
            ("PASS_MAX_DAYS", "90")
        );
        let pairs = ini("[Journal]\nStorage=persistent\n[Other]\nStorage=no\n");
        assert_eq!(
            (pairs[0].section.as_str(), pairs[1].section.as_str()),
            ("Journal", "Other")
        );
        assert_eq!(last(&pairs, "storage").map(|p| p.line), Some(4));
    }
}
