//! PDF files: the text that they print, with its places, and the pictures that stand on them.
//!
//! Text of fonts that do not say which letters they draw is named, not guessed; so are pictures and fields that are not read.
//! What a stream may unpack to, pages and pieces are all bounded.

use lopdf::content::Content;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

mod font;
mod state;

use self::font::Fonts;
use self::state::{Matrix, State};
use super::picture::Picture;

/// The most that one stream may unpack to.
const MAX_STREAM_BYTES: usize = 16 * 1024 * 1024;
/// The most pages that are read.
const MAX_PAGES: usize = 20;
/// The most pieces of text of a file.
const MAX_RUNS: usize = 20_000;
/// The most pictures of a file.
const MAX_PICTURES: usize = 20;
/// How deep forms may stand in forms.
const MAX_DEPTH: u32 = 4;
/// The most filled boxes of a page.
const MAX_BOXES: usize = 40_000;

/// A piece of text that is printed at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The page, from 1.
    pub page: u32,
    /// From the left, in points.
    pub x: f32,
    /// From the bottom, in points.
    pub y: f32,
    /// The height of its letters, in points.
    pub size: f32,
    /// How far it goes to the right, in points.
    pub width: f32,
    /// Its text.
    pub text: String,
}

/// A picture on a page.
#[derive(Debug)]
pub struct Placed {
    /// The page, from 1.
    pub page: u32,
    /// How wide and how high it stands there, in points.
    pub sides: (f32, f32),
    /// What it is.
    pub picture: Picture,
}

/// A filled box: barcodes are often drawn of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filled {
    /// The page, from 1.
    pub page: u32,
    /// Left, bottom, right, top, in points.
    pub edges: [f32; 4],
}

/// More filled curves than a mark of the company has: letters may be drawn with them.
const MANY_CURVES: usize = 100;

/// What a file prints.
#[derive(Debug, Default)]
pub struct Pdf {
    /// Text in the order of the file.
    pub runs: Vec<Run>,
    /// Pictures that could be unpacked.
    pub pictures: Vec<Placed>,
    /// Dark boxes.
    pub boxes: Vec<Filled>,
    /// What is on it and was not read.
    pub unread: Vec<String>,
}

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No PDF, or broken.
    #[error("no readable PDF")]
    Broken,
    /// It wants a password.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// It unpacks to more than is read.
    #[error("the PDF unpacks to too much")]
    TooLarge,
}

/// Reads a file.
///
/// # Errors
/// Where it is no PDF, is encrypted, or would unpack to too much.
pub fn parse(bytes: &[u8]) -> Result<Pdf, Error> {
    let options = LoadOptions {
        max_decompressed_size: Some(MAX_STREAM_BYTES),
        ..LoadOptions::default()
    };
    let doc = Document::load_mem_with_options(bytes, options).map_err(|e| error(&e))?;
    if doc.is_encrypted() {
        return Err(Error::Encrypted);
    }
    let pages = doc.get_pages();
    if pages.is_empty() {
        return Err(Error::Broken);
    }
    let mut pdf = Pdf::default();
    if pages.len() > MAX_PAGES {
        pdf.unread.push(format!("pages after {MAX_PAGES}"));
    }
    for (number, id) in pages.into_iter().take(MAX_PAGES) {
        page(&doc, number, id, &mut pdf)?;
    }
    Ok(pdf)
}

fn error(e: &lopdf::Error) -> Error {
    if matches!(
        e,
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })
    ) {
        Error::TooLarge
    } else if matches!(
        e,
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_)
    ) {
        Error::Encrypted
    } else {
        Error::Broken
    }
}

fn page(doc: &Document, number: u32, id: ObjectId, pdf: &mut Pdf) -> Result<(), Error> {
    let content = doc
        .get_page_content_with_limit(id, MAX_STREAM_BYTES)
        .map_err(|e| error(&e))?;
    let (own, ids) = doc.get_page_resources(id).map_err(|e| error(&e))?;
    let resources: Vec<&Dictionary> = own
        .into_iter()
        .chain(ids.into_iter().filter_map(|id| doc.get_dictionary(id).ok()))
        .collect();
    let mut reader = Reader {
        doc,
        page: number,
        pdf,
    };
    reader.content(&content, &resources, Matrix::ONE, 0)?;
    // What people filled in, and stamps, are drawn over the page.
    let drawn = doc.get_page_annotations(id).unwrap_or_default();
    let shows = drawn.iter().any(|a| {
        let link = a
            .get(b"Subtype")
            .and_then(Object::as_name)
            .is_ok_and(|n| n == b"Link" || n == b"Popup");
        !link
    });
    if shows {
        pdf.unread
            .push(format!("form fields or notes (page {number})"));
    }
    Ok(())
}

struct Reader<'a, 'p> {
    doc: &'a Document,
    page: u32,
    pdf: &'p mut Pdf,
}

impl<'a> Reader<'a, '_> {
    /// Walks through the drawing of a page or of a form on it.
    fn content(
        &mut self,
        bytes: &[u8],
        resources: &[&'a Dictionary],
        at: Matrix,
        depth: u32,
    ) -> Result<(), Error> {
        let Ok(content) = Content::decode(bytes) else {
            self.unread("drawing that could not be read");
            return Ok(());
        };
        let dictionaries = font::dictionaries(self.doc, resources);
        let fonts = Fonts::of(self.doc, &dictionaries, MAX_STREAM_BYTES).map_err(|e| error(&e))?;
        let mut state = State::new(at);
        let mut kept: Vec<State> = Vec::new();
        let mut boxes: Vec<[f32; 4]> = Vec::new();
        let (mut curves, mut filled) = (0_usize, 0_usize);
        for operation in &content.operations {
            let operands = operation.operands.as_slice();
            match operation.operator.as_str() {
                "q" if kept.len() < 64 => kept.push(state.clone()),
                "Q" => state = kept.pop().unwrap_or(state),
                "Do" => self.placed(operands, resources, &state, depth)?,
                "BI" => match operands.first() {
                    Some(Object::Stream(stream)) => self.picture(stream, &state),
                    Some(_) | None => self.unread("picture"),
                },
                "c" | "v" | "y" => curves += 1,
                "re" => boxes.extend(state.rectangle(operands)),
                "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" => {
                    let page = self.page;
                    if state.dark && self.pdf.boxes.len() < MAX_BOXES {
                        self.pdf.boxes.extend(boxes.iter().map(|edges| Filled {
                            page,
                            edges: *edges,
                        }));
                    }
                    boxes.clear();
                    filled += std::mem::take(&mut curves);
                }
                "n" | "S" | "s" => {
                    boxes.clear();
                    curves = 0;
                }
                "Tj" | "TJ" | "'" | "\"" => {
                    if matches!(operation.operator.as_str(), "'" | "\"") {
                        state.next_line();
                    }
                    self.text(operands, &fonts, &mut state);
                }
                other => state.set(other, operands),
            }
        }
        if filled > MANY_CURVES {
            self.unread("drawing, perhaps of letters");
        }
        Ok(())
    }

    fn text(&mut self, operands: &[Object], fonts: &Fonts<'_>, state: &mut State) {
        let text = match fonts.decode(&state.font, operands) {
            Some(text) => text,
            None => {
                self.unread("text of a font that does not name its letters");
                return;
            }
        };
        let (x, y, size) = state.place();
        let advance = fonts.advance(&state.font, operands);
        if !text.trim().is_empty() && self.pdf.runs.len() < MAX_RUNS {
            self.pdf.runs.push(Run {
                page: self.page,
                x,
                y,
                size,
                width: advance * size,
                text,
            });
        }
        state.advance(advance);
    }

    /// A form or picture of the resources.
    fn placed(
        &mut self,
        operands: &[Object],
        resources: &[&'a Dictionary],
        state: &State,
        depth: u32,
    ) -> Result<(), Error> {
        let Some(stream) = operands
            .first()
            .and_then(|o| o.as_name().ok())
            .and_then(|name| self.named(resources, name))
        else {
            self.unread("something placed that is not there");
            return Ok(());
        };
        let kind = stream.dict.get(b"Subtype").and_then(Object::as_name);
        if kind.is_ok_and(|k| k == b"Image") {
            self.picture(stream, state);
            return Ok(());
        }
        if depth >= MAX_DEPTH {
            self.unread("forms in forms");
            return Ok(());
        }
        let bytes = stream
            .decompressed_content_with_limit(MAX_STREAM_BYTES)
            .or_else(|e| match error(&e) {
                Error::TooLarge => Err(Error::TooLarge),
                Error::Broken | Error::Encrypted => Ok(stream.content.clone()),
            })?;
        let own = stream
            .dict
            .get_deref(b"Resources", self.doc)
            .and_then(Object::as_dict);
        let inner: Vec<&Dictionary> = own.into_iter().chain(resources.iter().copied()).collect();
        let matrix = stream
            .dict
            .get(b"Matrix")
            .and_then(Object::as_array)
            .ok()
            .and_then(|m| Matrix::of(m))
            .unwrap_or(Matrix::ONE);
        self.content(&bytes, &inner, matrix.then(state.matrix), depth + 1)
    }

    fn named(&self, resources: &[&'a Dictionary], name: &[u8]) -> Option<&'a Stream> {
        resources.iter().find_map(|r| {
            let objects = r
                .get_deref(b"XObject", self.doc)
                .and_then(Object::as_dict)
                .ok()?;
            let object = objects.get_deref(name, self.doc).ok()?;
            object.as_stream().ok()
        })
    }

    fn picture(&mut self, stream: &Stream, state: &State) {
        if self.pdf.pictures.len() >= MAX_PICTURES {
            self.unread("more pictures");
            return;
        }
        match unpacked(self.doc, stream) {
            Some(picture) => self.pdf.pictures.push(Placed {
                page: self.page,
                sides: state.matrix.sides(),
                picture,
            }),
            None => self.unread("picture"),
        }
    }

    fn unread(&mut self, what: &str) {
        let what = format!("{what} (page {})", self.page);
        if !self.pdf.unread.contains(&what) && self.pdf.unread.len() < 100 {
            self.pdf.unread.push(what);
        }
    }
}

/// A picture as levels of grey: JPEG, or packed samples of 1 or 8 bits in grey, RGB or a palette.
fn unpacked(doc: &Document, stream: &Stream) -> Option<Picture> {
    let filters = stream.filters().unwrap_or_default();
    if filters.contains(&b"DCTDecode".as_slice()) {
        return (filters.len() == 1)
            .then(|| Picture::decode(&stream.content).ok())
            .flatten();
    }
    let number = |long: &[u8], short: &[u8]| {
        let found = stream
            .dict
            .get_deref(long, doc)
            .or_else(|_| stream.dict.get_deref(short, doc));
        found
            .and_then(Object::as_i64)
            .ok()
            .and_then(|n| usize::try_from(n).ok())
    };
    let (width, height) = (number(b"Width", b"W")?, number(b"Height", b"H")?);
    let mask = stream
        .dict
        .get(b"ImageMask")
        .or_else(|_| stream.dict.get(b"IM"));
    let mask = mask.and_then(Object::as_bool).unwrap_or(false);
    let bits = if mask {
        1
    } else {
        number(b"BitsPerComponent", b"BPC")?
    };
    let space = stream
        .dict
        .get_deref(b"ColorSpace", doc)
        .or_else(|_| stream.dict.get_deref(b"CS", doc));
    let (channels, palette) = if mask {
        (1, None)
    } else {
        channels(doc, space.ok()?)?
    };
    let inverted = stream
        .dict
        .get(b"Decode")
        .and_then(Object::as_array)
        .is_ok_and(|d| {
            d.first()
                .is_some_and(|o| o.as_float().is_ok_and(|f| f > 0.5))
        });
    let bytes = stream
        .decompressed_content_with_limit(MAX_STREAM_BYTES)
        .ok()?;
    let row = (width * channels * bits).div_ceil(8);
    let mut luma = Vec::with_capacity(width.checked_mul(height)?.min(MAX_STREAM_BYTES));
    for line in bytes.chunks(row.max(1)).take(height) {
        for x in 0..width {
            let level = match (bits, channels) {
                (8, 1) => *line.get(x)?,
                (8, 3) => grey(line.get(3 * x..3 * x + 3)?),
                (1, 1) => line.get(x / 8)? >> (7 - x % 8) & 1,
                _ => return None,
            };
            let level = match (&palette, bits) {
                (Some(palette), _) => {
                    grey(palette.get(usize::from(level) * 3..usize::from(level) * 3 + 3)?)
                }
                (None, 1) => level * 255,
                (None, _) => level,
            };
            luma.push(if inverted { 255 - level } else { level });
        }
    }
    Picture::of_luma(luma, width, height)
}

/// How many samples a pixel has, and its palette.
fn channels(doc: &Document, space: &Object) -> Option<(usize, Option<Vec<u8>>)> {
    if let Ok(name) = space.as_name() {
        return match name {
            b"DeviceGray" | b"G" | b"CalGray" => Some((1, None)),
            b"DeviceRGB" | b"RGB" | b"CalRGB" => Some((3, None)),
            _ => None,
        };
    }
    let parts = space.as_array().ok()?;
    let kind = parts.first()?.as_name().ok()?;
    let at = |i: usize| {
        parts
            .get(i)
            .and_then(|o| doc.dereference(o).ok())
            .map(|(_, o)| o)
    };
    match kind {
        b"CalGray" => Some((1, None)),
        b"CalRGB" => Some((3, None)),
        b"ICCBased" => match at(1)?
            .as_stream()
            .ok()?
            .dict
            .get(b"N")
            .and_then(Object::as_i64)
            .ok()?
        {
            1 => Some((1, None)),
            3 => Some((3, None)),
            _ => None,
        },
        b"Indexed" | b"I" => {
            let (base, _) = channels(doc, at(1)?)?;
            let table = at(3)?;
            let table = match table.as_str() {
                Ok(bytes) => bytes.to_vec(),
                Err(_) => table
                    .as_stream()
                    .ok()?
                    .decompressed_content_with_limit(4096)
                    .ok()?,
            };
            let table = if base == 1 {
                table.iter().flat_map(|b| [*b; 3]).collect()
            } else {
                table
            };
            Some((1, Some(table)))
        }
        _ => None,
    }
}

fn grey(rgb: &[u8]) -> u8 {
    let weights = [299_u32, 587, 114];
    let sum: u32 = rgb
        .iter()
        .zip(weights)
        .map(|(c, w)| u32::from(*c) * w)
        .sum();
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
