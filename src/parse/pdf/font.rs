//! Fonts of a page: which bytes stand for which letters.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Encoding, Object};

/// A gap in a row of letters, in thousandths of the letters' height, that is a space.
const SPACE: f32 = -200.0;
/// How wide a letter is where its font does not say, in heights of a letter.
const USUAL_WIDTH: f32 = 0.5;
/// The most widths of a font.
const MAX_WIDTHS: usize = 70_000;
/// The most fonts of a page.
const MAX_FONTS: usize = 200;

/// The fonts of some resources by name, the first of a name counts; those with a map to Unicode are left with it alone.
pub(super) fn dictionaries(
    doc: &Document,
    resources: &[&Dictionary],
) -> BTreeMap<Vec<u8>, Dictionary> {
    let mut found = BTreeMap::new();
    for resource in resources {
        let Ok(fonts) = resource.get_deref(b"Font", doc).and_then(Object::as_dict) else {
            continue;
        };
        for (name, _) in fonts.iter().take(MAX_FONTS) {
            let Ok(font) = fonts.get_deref(name, doc).and_then(Object::as_dict) else {
                continue;
            };
            if !found.contains_key(name) {
                let mut font = font.clone();
                if font.has(b"ToUnicode") {
                    font.remove(b"Encoding");
                }
                found.insert(name.clone(), font);
            }
        }
    }
    found
}

/// How the bytes of each font are read; `None` where it does not name its letters.
pub(super) struct Fonts<'a> {
    known: BTreeMap<&'a [u8], Option<Encoding<'a>>>,
    widths: BTreeMap<&'a [u8], Widths>,
}

/// How wide the letters of a font are, in heights of a letter.
#[derive(Debug, Default)]
struct Widths {
    /// Two bytes for each letter?
    wide: bool,
    usual: f32,
    by_code: BTreeMap<u32, f32>,
}

impl<'a> Fonts<'a> {
    /// The encodings of these fonts.
    pub(super) fn of(
        doc: &'a Document,
        fonts: &'a BTreeMap<Vec<u8>, Dictionary>,
        limit: usize,
    ) -> lopdf::Result<Self> {
        let mut known = BTreeMap::new();
        let mut widths = BTreeMap::new();
        for (name, font) in fonts {
            known.insert(name.as_slice(), encoding(doc, font, limit)?);
            widths.insert(name.as_slice(), Widths::of(doc, font));
        }
        Ok(Self { known, widths })
    }

    /// How far a row of letters goes, in heights of a letter.
    pub(super) fn advance(&self, font: &[u8], operands: &[Object]) -> f32 {
        let none = Widths::default();
        let widths = self.widths.get(font).unwrap_or(&none);
        let of = |part: &Object| match part.as_str() {
            Ok(bytes) => widths.sum(bytes),
            Err(_) => -part.as_float().unwrap_or(0.0) / 1000.0,
        };
        operands
            .iter()
            .map(|operand| match operand.as_array() {
                Ok(parts) => parts.iter().map(of).sum(),
                Err(_) => operand.as_str().map_or(0.0, |bytes| widths.sum(bytes)),
            })
            .sum()
    }

    /// The text of a row of letters.
    pub(super) fn decode(&self, font: &[u8], operands: &[Object]) -> Option<String> {
        let encoding = self.known.get(font)?.as_ref()?;
        let mut out = String::new();
        for operand in operands {
            if let Ok(parts) = operand.as_array() {
                for part in parts {
                    piece(encoding, part, &mut out)?;
                }
            } else if operand.as_str().is_ok() {
                // The widths of `"` stand before its text and are no text.
                piece(encoding, operand, &mut out)?;
            }
        }
        // A letter that the map does not name.
        (!out.contains('\u{fffd}')).then_some(out)
    }
}

impl Widths {
    fn of(doc: &Document, font: &Dictionary) -> Self {
        let array = |d: &Dictionary, key: &[u8]| {
            let found = d.get_deref(key, doc).and_then(Object::as_array);
            found.cloned().unwrap_or_default()
        };
        let number =
            |d: &Dictionary, key: &[u8]| d.get_deref(key, doc).and_then(Object::as_float).ok();
        let inner = array(font, b"DescendantFonts");
        let inner = inner
            .first()
            .and_then(|o| doc.dereference(o).ok())
            .and_then(|(_, o)| o.as_dict().ok());
        let Some(inner) = inner else {
            let first = number(font, b"FirstChar").unwrap_or(0.0) as u32;
            let widths = array(font, b"Widths");
            let by_code = widths
                .iter()
                .take(256)
                .zip(first..)
                .filter_map(|(w, code)| {
                    let width = doc.dereference(w).ok()?.1.as_float().ok()?;
                    Some((code, width / 1000.0))
                });
            return Self {
                wide: false,
                usual: USUAL_WIDTH,
                by_code: by_code.collect(),
            };
        };
        let mut by_code = BTreeMap::new();
        let rows = array(inner, b"W");
        let mut at = rows.iter();
        // `first [w w w]` or `first last w`.
        while let (Some(first), Some(next)) = (at.next(), at.next()) {
            let first = first.as_float().unwrap_or(0.0) as u32;
            let next = doc.dereference(next).map(|(_, o)| o).unwrap_or(next);
            if let Ok(list) = next.as_array() {
                let widths = list.iter().map(|w| w.as_float().unwrap_or(0.0) / 1000.0);
                by_code.extend((first..).zip(widths).take(MAX_WIDTHS));
            } else {
                let last = (next.as_float().unwrap_or(0.0) as u32).min(0xffff);
                let width = at.next().and_then(|w| w.as_float().ok()).unwrap_or(0.0) / 1000.0;
                by_code.extend((first..=last).take(MAX_WIDTHS).map(|code| (code, width)));
            }
            if by_code.len() > MAX_WIDTHS {
                break;
            }
        }
        Self {
            wide: true,
            usual: number(inner, b"DW").unwrap_or(1000.0) / 1000.0,
            by_code,
        }
    }

    fn sum(&self, bytes: &[u8]) -> f32 {
        let width = |code: u32| {
            let usual = if self.usual > 0.0 {
                self.usual
            } else {
                USUAL_WIDTH
            };
            self.by_code.get(&code).copied().unwrap_or(usual)
        };
        if self.wide {
            let code = |pair: &[u8]| pair.iter().fold(0, |code, b| code << 8 | u32::from(*b));
            bytes.chunks(2).map(|pair| width(code(pair))).sum()
        } else {
            bytes.iter().map(|b| width(u32::from(*b))).sum()
        }
    }
}

fn piece(encoding: &Encoding<'_>, part: &Object, out: &mut String) -> Option<()> {
    if let Ok(bytes) = part.as_str() {
        out.push_str(&Document::decode_text(encoding, bytes).ok()?);
    } else if part.as_float().is_ok_and(|gap| gap < SPACE) && !out.ends_with(' ') {
        out.push(' ');
    }
    Some(())
}

/// The font's own map to Unicode counts; without one only fonts of Latin letters are read.
fn encoding<'a>(
    doc: &'a Document,
    font: &'a Dictionary,
    limit: usize,
) -> lopdf::Result<Option<Encoding<'a>>> {
    let word = |key: &[u8]| font.get(key).and_then(Object::as_name).unwrap_or_default();
    if font.has(b"ToUnicode") {
        let found = font.get_font_encoding_with_limit(doc, limit)?;
        return Ok(matches!(found, Encoding::UnicodeMapEncoding(_)).then_some(found));
    }
    // A subset of letters in an order of its own (`ABCDEF+Name`) without a named encoding tells nothing.
    let own_order = word(b"BaseFont").get(6) == Some(&b'+') && !font.has(b"Encoding");
    if own_order || matches!(word(b"Subtype"), b"Type0" | b"Type3") {
        return Ok(None);
    }
    font.get_font_encoding_with_limit(doc, limit).map(Some)
}
