//! PDFs made for tests: text in a font with a map to Unicode, pictures, drawn codes.

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, StringFormat, dictionary};
use rxing::{BarcodeFormat, MultiFormatWriter, Writer};

/// Something on a page.
pub(crate) enum Put<'a> {
    /// Text at a place, in a font with a map to Unicode.
    Text(f32, f32, &'a str),
    /// The same in a font without one.
    Nameless(f32, f32, &'a str),
    /// A QR code as a picture.
    Qr(f32, f32, &'a str),
    /// A QR code of dark boxes.
    Drawn(f32, f32, &'a str),
    /// A grey picture of this size.
    Grey(f32, f32, f32),
}

/// A code as levels of grey, four points for each of its own.
pub(crate) fn code(text: &str, format: BarcodeFormat) -> (Vec<u8>, usize, usize) {
    let (w, h) = if format == BarcodeFormat::CODE_128 {
        (400, 80)
    } else {
        (200, 200)
    };
    let bits = MultiFormatWriter.encode(text, &format, w, h).unwrap();
    let (w, h) = (bits.width() as usize, bits.height() as usize);
    let luma = (0..w * h)
        .map(|i| {
            if bits.get((i % w) as u32, (i / w) as u32) {
                0
            } else {
                255
            }
        })
        .collect();
    (luma, w, h)
}

pub(crate) fn pdf(put: &[Put<'_>]) -> Vec<u8> {
    let mut doc = Document::with_version("1.5");
    let pages = doc.new_object_id();
    let letters: std::collections::BTreeSet<u16> = put
        .iter()
        .filter_map(|p| match p {
            Put::Text(_, _, text) => Some(text.encode_utf16()),
            Put::Nameless(..) | Put::Qr(..) | Put::Drawn(..) | Put::Grey(..) => None,
        })
        .flatten()
        .collect();
    let letters: Vec<String> = letters
        .iter()
        .map(|c| format!("<{c:04X}> <{c:04X}>"))
        .collect();
    let chunks: Vec<String> = letters
        .chunks(90)
        .map(|c| format!("{} beginbfchar\n{}\nendbfchar\n", c.len(), c.join("\n")))
        .collect();
    let map = format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<< /Registry (Adobe)\n/Ordering (UCS)\n/Supplement 0\n>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend",
        chunks.concat()
    );
    let map = doc.add_object(Stream::new(dictionary! {}, map.into_bytes()));
    let cid = doc.add_object(dictionary! { "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "AAAAAA+X", "DW" => 500 });
    let named = dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "AAAAAA+X", "Encoding" => "Identity-H",
        "DescendantFonts" => vec![cid.into()], "ToUnicode" => map,
    };
    let mut nameless = named.clone();
    nameless.remove(b"ToUnicode");
    let (named, nameless) = (doc.add_object(named), doc.add_object(nameless));
    let mut pictures = dictionary! {};
    let mut operations = Vec::new();
    let op = |name: &str, operands: Vec<Object>| Operation::new(name, operands);
    for (at, put) in put.iter().enumerate() {
        match put {
            Put::Text(x, y, text) | Put::Nameless(x, y, text) => {
                let font = if matches!(put, Put::Text(..)) {
                    "F1"
                } else {
                    "F2"
                };
                let bytes = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
                operations.extend([
                    op("BT", vec![]),
                    op("Tf", vec![font.into(), 10.into()]),
                    op("Td", vec![(*x).into(), (*y).into()]),
                    op("Tj", vec![Object::String(bytes, StringFormat::Hexadecimal)]),
                    op("ET", vec![]),
                ]);
            }
            Put::Qr(x, y, _) | Put::Grey(x, y, _) => {
                let (luma, w, h, side) = match put {
                    Put::Qr(_, _, text) => {
                        let (luma, w, h) = code(text, BarcodeFormat::QR_CODE);
                        (luma, w, h, 80.0)
                    }
                    Put::Grey(_, _, side) => (vec![128; 100], 10, 10, *side),
                    Put::Text(..) | Put::Nameless(..) | Put::Drawn(..) => continue,
                };
                let mut stream = Stream::new(
                    dictionary! {
                        "Type" => "XObject", "Subtype" => "Image", "Width" => w as i64, "Height" => h as i64,
                        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
                    },
                    luma,
                );
                stream.compress().unwrap();
                let id = doc.add_object(stream);
                let name = format!("I{at}");
                pictures.set(name.clone(), id);
                operations.extend([
                    op("q", vec![]),
                    op(
                        "cm",
                        vec![
                            side.into(),
                            0.into(),
                            0.into(),
                            side.into(),
                            (*x).into(),
                            (*y).into(),
                        ],
                    ),
                    op("Do", vec![Object::Name(name.into_bytes())]),
                    op("Q", vec![]),
                ]);
            }
            Put::Drawn(x, y, text) => {
                let (luma, w, h) = code(text, BarcodeFormat::QR_CODE);
                for (i, _) in luma.iter().enumerate().filter(|(_, level)| **level == 0) {
                    let (column, row) = ((i % w) as f32 * 0.5, (h - i / w) as f32 * 0.5);
                    operations.push(op(
                        "re",
                        vec![
                            (x + column).into(),
                            (y + row).into(),
                            0.5.into(),
                            0.5.into(),
                        ],
                    ));
                }
                operations.push(op("f", vec![]));
            }
        }
    }
    let content = Content { operations }.encode().unwrap();
    let content = doc.add_object(Stream::new(dictionary! {}, content));
    let page = doc.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => named, "F2" => nameless }, "XObject" => pictures },
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1, "MediaBox" => vec![0.into(), 0.into(), 298.into(), 420.into()] };
    doc.objects.insert(pages, Object::Dictionary(tree));
    let catalog = doc.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    doc.trailer.set("Root", catalog);
    let mut out = Vec::new();
    doc.save_to(&mut out).unwrap();
    out
}

/// A picture file with a code in the middle of white paper.
pub(crate) fn picture(text: &str, format: BarcodeFormat, kind: image::ImageFormat) -> Vec<u8> {
    let (luma, w, h) = code(text, format);
    let mut paper = image::GrayImage::from_pixel(600, 800, image::Luma([255]));
    for (i, level) in luma.iter().enumerate() {
        paper.put_pixel(
            (100 + i % w) as u32,
            (300 + i / w) as u32,
            image::Luma([*level]),
        );
    }
    assert!(h < 400);
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageLuma8(paper)
        .write_to(&mut out, kind)
        .unwrap();
    out.into_inner()
}
