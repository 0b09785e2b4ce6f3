//! Pictures on a page: those that stand in it as data are looked at, of others only a logo is known to print nothing of
//! persons.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::parts::{Part, parts};
use super::read::{Medium, Spot};
use super::sheets;
use crate::parse::picture::Picture;
use crate::privacy::names;

/// What a picture is for the label.
pub(super) enum Shown {
    /// A logo, an icon: nothing of the parcel.
    Ornament,
    /// What stands on it was read.
    Spots(Vec<Spot>),
    /// The page of an SVG picture.
    Drawing(String),
    /// It may be a code and text; it was not read.
    Hidden,
    /// Its address may be what a code carries.
    Address,
}

/// The shorter side, in points, under which a picture without a code is an icon.
const ICON_SIDE: usize = 64;
/// How long a picture's text may be.
const MAX_DATA_BYTES: usize = 16 * 1024 * 1024;

/// Is this attribute of this element the place of a picture?
pub(super) fn is_picture(element: &str, name: &str) -> bool {
    let name = name
        .trim_start_matches([':', '['])
        .trim_end_matches(']')
        .trim_start_matches("v-bind:")
        .trim_start_matches("attr.")
        .trim_start_matches("data-")
        .trim_start_matches("th:")
        .trim_start_matches("ng-");
    let source = matches!(name, "src" | "srcset" | "xlink:href" | "href" | "original");
    match name {
        "background" | "poster" => true,
        _ if !source => false,
        _ => matches!(
            element,
            "img" | "image" | "source" | "input" | "amp-img" | "v-img" | "q-img" | "ion-img"
        ),
    }
}

/// What the picture at `address` shows. `about`: what the page says of it; `code`: it is called like a code.
pub(super) fn shown(address: &str, about: &str, code: bool, line: u32) -> Shown {
    let address = address.trim();
    let puts = parts(address)
        .iter()
        .any(|p| matches!(p, Part::Put(_) | Part::Fetch(_)));
    let ornament = is_ornament(about) || !address.starts_with("data:") && is_ornament(address);
    if let Some(data) = address.strip_prefix("data:") {
        return match (puts, ornament) {
            (true, _) if code => Shown::Address,
            (true, true) => Shown::Ornament,
            (true, false) => Shown::Hidden,
            (false, _) => of_data(data, ornament, line),
        };
    }
    if ornament {
        Shown::Ornament
    } else if code && (puts || address.contains(['?', '='])) {
        Shown::Address
    } else {
        Shown::Hidden
    }
}

fn of_data(data: &str, ornament: bool, line: u32) -> Shown {
    let hidden = match ornament {
        true => Shown::Ornament,
        false => Shown::Hidden,
    };
    let Some((head, body)) = data.split_once(',') else {
        return hidden;
    };
    let head = head.to_ascii_lowercase();
    let packed = head.contains(";base64");
    if body.len() > MAX_DATA_BYTES || !head.starts_with("image/") {
        return hidden;
    }
    let bytes = match packed {
        true => {
            let text: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            STANDARD
                .decode(&text)
                .or_else(|_| STANDARD_NO_PAD.decode(text.trim_end_matches('=')))
                .ok()
        }
        false => Some(percent(body)),
    };
    let Some(bytes) = bytes else {
        return hidden;
    };
    if head.starts_with("image/svg") {
        return match String::from_utf8(bytes) {
            Ok(page) if !ornament => Shown::Drawing(page),
            Ok(_) | Err(_) => hidden,
        };
    }
    let Ok(picture) = Picture::decode(&bytes) else {
        return hidden;
    };
    let codes = picture.codes();
    if codes.is_empty() {
        return match picture.short_side() < ICON_SIDE {
            true => Shown::Ornament,
            false => hidden,
        };
    }
    let (width, height) = picture.sides();
    let long = width.max(height) * 10 / width.min(height).max(1);
    let matrix = codes.iter().all(|c| c.matrix);
    let alone = codes.len() == 1 && (matrix && long <= 13 || !matrix && long >= 15);
    let mut spots: Vec<Spot> = codes.iter().map(|c| sheets::spot(c, line)).collect();
    if !alone {
        spots.push(hidden_spot(line, Medium::Text));
    }
    Shown::Spots(spots)
}

/// What stands for a picture that was not read: its text, and a code that may be on it.
pub(super) fn hidden_spot(line: u32, medium: Medium) -> Spot {
    Spot {
        line,
        text: format!("{{{{> {PICTURE} (line {line}) }}}}"),
        medium,
        hint: String::new(),
        note: String::new(),
        at: None,
    }
}

/// What a picture that was not read is called.
pub(super) const PICTURE: &str = "picture";

fn percent(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(hex.unwrap_or(*first));
        rest = after
            .get(if hex.is_some() { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    out
}

/// Is it clearly a logo, an icon or a part of the frame?
fn is_ornament(about: &str) -> bool {
    let words = names::words_of(about);
    words
        .iter()
        .any(|w| ORNAMENTS.contains(&w.as_str()) || w.ends_with("logo") || w.starts_with("logo"))
}

const ORNAMENTS: [&str; 24] = [
    "icon",
    "icons",
    "ico",
    "favicon",
    "banner",
    "brand",
    "header",
    "footer",
    "sprite",
    "arrow",
    "checkbox",
    "tick",
    "scissors",
    "spacer",
    "pixel",
    "fragile",
    "warning",
    "caution",
    "watermark",
    "flag",
    "divider",
    "pattern",
    "avatar_default",
    "placeholder",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::pdf::sample;

    fn word(shown: &Shown) -> &'static str {
        match shown {
            Shown::Ornament => "ornament",
            Shown::Spots(_) => "spots",
            Shown::Drawing(_) => "drawing",
            Shown::Hidden => "hidden",
            Shown::Address => "address",
        }
    }

    #[test]
    fn pictures_of_a_page() {
        for (address, about, code, expected) in [
            ("/img/logo.png", "img", false, "ornament"),
            ("{{ company.logo_url }}", "img", false, "ornament"),
            ("/img/ghn.png", "img Logo GHN", false, "ornament"),
            ("/storage/labels/123.png", "img", false, "hidden"),
            ("{{ order.label_image }}", "img", false, "hidden"),
            ("/storage/123.png", "img qr", true, "hidden"),
            ("/qr?d={{ code }}", "img", true, "address"),
            (
                "data:image/png;base64,{{ qr(order.code) }}",
                "img",
                true,
                "address",
            ),
            (
                "data:image/png;base64,iVBORw0KGgo",
                "img barcode",
                true,
                "hidden",
            ),
            (
                "data:image/gif;base64,R0lGODdhAQABAIAAAP",
                "img",
                false,
                "hidden",
            ),
            (
                "data:image/svg+xml,%3Csvg%3E%3C/svg%3E",
                "img",
                false,
                "drawing",
            ),
        ] {
            assert_eq!(word(&shown(address, about, code, 1)), expected, "{address}");
        }
    }

    #[test]
    fn a_code_in_the_page_is_read() {
        let png = sample::picture(
            "0912345678",
            rxing::BarcodeFormat::QR_CODE,
            image::ImageFormat::Png,
        );
        let address = format!("data:image/png;base64,{}", STANDARD.encode(png));
        let Shown::Spots(spots) = shown(&address, "img", false, 7) else {
            panic!("not read");
        };
        assert_eq!((spots[0].text.as_str(), spots[0].line), ("0912345678", 7));
    }
}
