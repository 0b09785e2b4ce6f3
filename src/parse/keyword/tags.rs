//! XML files of settings (firewalld) as a flat list of tags: the name, the attributes, the line, how deep it stands.
//!
//! Entities of attributes are left as written and nothing outside the file is ever looked up.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// How many tags are read.
const MAX_TAGS: usize = 100_000;

/// A tag that opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its line, from 1.
    pub line: u32,
    /// How many tags it stands in.
    pub depth: usize,
    /// Its name.
    pub name: String,
    /// The text that stands in it before any other tag.
    pub text: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name)?;
        Some(&found.1)
    }
}

/// The tags of a file; `None` where it is no XML.
pub fn read(text: &str) -> Option<Vec<Tag>> {
    let mut reader = Reader::from_str(text);
    let (mut tags, mut depth) = (Vec::<Tag>::new(), 0_usize);
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    // Text right behind a tag belongs to it.
    let mut open = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                tags.push(tag(lines.before(reader.buffer_position()), depth, &start));
                depth += 1;
                open = true;
            }
            Event::Empty(start) => {
                tags.push(tag(lines.before(reader.buffer_position()), depth, &start));
                open = false;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                open = false;
            }
            Event::Eof => return (depth == 0).then_some(tags),
            Event::Text(inner) => {
                if open && let Some(last) = tags.last_mut() {
                    last.text.push_str(String::from_utf8_lossy(&inner).trim());
                }
            }
            Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
        if tags.len() > MAX_TAGS {
            return None;
        }
    }
}

/// Counts lines in one way through the text.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line on which what ends here ends.
    fn before(&mut self, end: u64) -> u32 {
        let end = usize::try_from(end)
            .unwrap_or(usize::MAX)
            .min(self.text.len());
        let to = end.saturating_sub(1).max(self.at);
        let passed = self.text.as_bytes().get(self.at..to).unwrap_or_default();
        let more = passed.iter().filter(|b| **b == b'\n').count();
        self.line = self
            .line
            .saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        self.at = to;
        self.line
    }
}

fn tag(line: u32, depth: usize, start: &BytesStart<'_>) -> Tag {
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let attributes = start.attributes().flatten();
    Tag {
        line,
        depth,
        name: words(start.name().as_ref()),
        text: String::new(),
        attributes: attributes
            .map(|a| (words(a.key.as_ref()), words(&a.value)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_with_their_lines() {
        let text = "<?xml version=\"1.0\"?>\n<zone target=\"DROP\">\n  <!-- <port/> -->\n  <service name='ssh'/>\n</zone>\n";
        let tags = read(text).unwrap();
        let seen: Vec<_> = tags
            .iter()
            .map(|t| (t.line, t.depth, t.name.as_str()))
            .collect();
        assert_eq!(seen, [(2, 0, "zone"), (4, 1, "service")]);
        assert_eq!(
            (tags[0].get("target"), tags[1].get("name")),
            (Some("DROP"), Some("ssh"))
        );
        let texts = read("<a>\n<b> 30 </b><c/>x</a>").unwrap();
        assert_eq!((texts[1].text.as_str(), texts[2].line), ("30", 2));
        assert_eq!(read("<zone><service></zone>"), None);
        assert_eq!(read("<zone>"), None);
    }
}
