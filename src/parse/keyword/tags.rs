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
    let (mut tags, mut depth) = (Vec::new(), 0_usize);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                tags.push(tag(text, reader.buffer_position(), depth, &start));
                depth += 1;
            }
            Event::Empty(start) => tags.push(tag(text, reader.buffer_position(), depth, &start)),
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof => return (depth == 0).then_some(tags),
            Event::Text(_)
            | Event::CData(_)
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

fn tag(text: &str, end: u64, depth: usize, start: &BytesStart<'_>) -> Tag {
    let end = usize::try_from(end).unwrap_or(usize::MAX).min(text.len());
    let before = text
        .as_bytes()
        .get(..end.saturating_sub(1))
        .unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let attributes = start.attributes().flatten();
    Tag {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        depth,
        name: words(start.name().as_ref()),
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
        assert_eq!(read("<zone><service></zone>"), None);
        assert_eq!(read("<zone>"), None);
    }
}
