//! Files of labels as spots in the order of the file.

use crate::parse::html::{self, MAX_PIECES, Piece, Where};
use crate::parse::zpl;
use crate::privacy::names;

use super::components::{is_component, is_strange};
use super::parts::{Part, parts};
use super::pictures::{self, Shown};
use super::read::{Medium, Spot};

/// The height of a usual letter on a label printer of 203 dpi, in dots.
const DOTS: f32 = 28.0;

/// The pieces of a ZPL file; pictures and templates from elsewhere are not understood.
pub(super) fn of_zpl(label: &zpl::Label) -> (Vec<Spot>, Vec<String>) {
    let mut spots = Vec::new();
    let mut unknown = Vec::new();
    let mut hint = String::new();
    let mut note = String::new();
    let stored = label
        .items
        .iter()
        .any(|i| matches!(i, zpl::Item::Stores(..)));
    for item in &label.items {
        match item {
            zpl::Item::Comment(_, text) => {
                note.clone_from(text);
                // A comment that names no party stands inside the block of the one that did.
                if names::party_of(text).is_some() {
                    hint.clone_from(text);
                }
            }
            zpl::Item::Picture(line) if !names::is_plain(&note) => {
                unknown.push(format!("picture (line {line})"))
            }
            zpl::Item::Picture(_) | zpl::Item::Stores(..) => {}
            zpl::Item::Recalls(line, _) if !stored => {
                unknown.push(format!("template (line {line})"))
            }
            zpl::Item::Recalls(..) => {}
            zpl::Item::Field(field) => {
                let medium = match field.print {
                    zpl::Print::Text => Medium::Text,
                    zpl::Print::Barcode => Medium::Barcode,
                    zpl::Print::Matrix => Medium::Qr,
                };
                let text = match (&field.number, field.text.trim()) {
                    (Some((number, prompt)), "") if prompt.is_empty() => {
                        format!("{{{{ {note} fn{number} }}}}")
                    }
                    (Some((_, prompt)), "") => format!("{{{{ {prompt} }}}}"),
                    (Some(_) | None, text) => text.to_owned(),
                };
                // The prompt of a template's field says what it is, whoever filled it in.
                let prompt = field
                    .number
                    .as_ref()
                    .map_or("", |(_, prompt)| prompt.as_str());
                let note = match std::mem::take(&mut note) {
                    note if note.is_empty() => prompt.to_owned(),
                    note => note,
                };
                let hint = match names::party_of(prompt).is_some() {
                    true => prompt,
                    false => hint.as_str(),
                };
                spots.push(Spot {
                    line: field.line,
                    text,
                    medium,
                    hint: hint.to_owned(),
                    note,
                    at: field.at.map(|(x, y)| (x as f32 / DOTS, y as f32 / DOTS)),
                });
            }
        }
    }
    (spots, unknown)
}

/// The pieces of a template that are printed.
pub(super) fn of_html(pieces: &[Piece]) -> Vec<Spot> {
    let mut spots = Vec::with_capacity(pieces.len());
    // What a script draws is looked at in the script.
    let scripted = pieces
        .iter()
        .any(|p| p.place == Where::Script && medium_of_script(p).is_some());
    for (at, piece) in pieces.iter().enumerate() {
        let spot = match &piece.place {
            // What an attribute holds is written by the style.
            Where::Style if piece.text.starts_with("attr(") => Some(fetch("style", piece.line)),
            Where::Style => {
                picture(piece, pieces, at, &mut spots);
                continue;
            }
            Where::Attribute(name) if pictures::is_picture(&piece.element, name) => {
                match picture(piece, pieces, at, &mut spots) {
                    true => continue,
                    false => printed(piece),
                }
            }
            Where::Element => drawn(piece, pieces, at, scripted),
            Where::Attribute(name) if name == "d" && is_drawn_code(&piece.text) => {
                Some(pictures::hidden_spot(piece.line, Medium::Qr))
            }
            Where::Attribute(_) | Where::Text | Where::Script => printed(piece),
        };
        spots.extend(spot);
    }
    if pieces.len() >= MAX_PIECES {
        spots.push(fetch("the rest of a long file", 1));
    }
    // What a script writes on the paper is not followed.
    let written = pieces.iter().filter(|p| p.place == Where::Script);
    if written
        .into_iter()
        .any(|p| WRITES.iter().any(|w| p.text.contains(w)))
    {
        spots.push(fetch("script", 1));
    }
    spots
}

/// What stands for the end of a file of which not all is read.
pub(super) fn rest() -> [Spot; 1] {
    [fetch("the rest of a long file", 1)]
}

/// Something that is printed and not known.
fn fetch(what: &str, line: u32) -> Spot {
    Spot {
        line,
        text: format!("{{{{> {what} }}}}"),
        medium: Medium::Text,
        hint: String::new(),
        note: String::new(),
        at: None,
    }
}

/// Looks at the picture that the piece names; false where its address is what a code carries.
fn picture(piece: &Piece, pieces: &[Piece], at: usize, spots: &mut Vec<Spot>) -> bool {
    let text = piece.text.as_str();
    let lower = text.to_ascii_lowercase();
    // A part of the page itself, or a font.
    let other = text.starts_with('#')
        || [".woff", ".woff2", ".ttf", ".otf", ".eot", ".css"]
            .iter()
            .any(|e| lower.split(['?', '#']).next().unwrap_or("").ends_with(e))
        || lower.starts_with("data:font")
        || lower.starts_with("data:application");
    if piece.place == Where::Style && other {
        return true;
    }
    let own = piece.inside.last().cloned().unwrap_or_default();
    // The other attributes of the element stand around it.
    let around = pieces.iter().skip(at.saturating_sub(8)).take(16);
    let titles = around
        .filter(|p| {
            p.element == piece.element
                && p.inside == piece.inside
                && matches!(&p.place, Where::Attribute(n) if n == "alt" || n == "title")
        })
        .map(|p| p.text.as_str());
    let titles: Vec<&str> = titles.collect();
    let about = format!("{own} {}", titles.join(" "));
    let address = match text.starts_with("data:") {
        true => "",
        false => text,
    };
    let code = medium_of(&format!("{about} {address}").to_ascii_lowercase()).is_some();
    match pictures::shown(text, &about, code, piece.line) {
        Shown::Ornament => {}
        Shown::Spots(found) => spots.extend(found),
        Shown::Drawing(page) => {
            let inner = html::parse(&page);
            let outlines = inner.is_empty() && page.contains("<path");
            let found: Vec<Spot> = inner.iter().filter_map(printed).collect();
            spots.extend(found.into_iter().map(|s| Spot {
                line: piece.line,
                ..s
            }));
            if outlines {
                spots.push(pictures::hidden_spot(piece.line, Medium::Qr));
            }
        }
        Shown::Hidden => spots.push(pictures::hidden_spot(piece.line, Medium::Qr)),
        Shown::Address => return false,
    }
    true
}

/// An element that a script fills, or that loads a page; one that is called like a code and holds nothing.
fn drawn(piece: &Piece, pieces: &[Piece], at: usize, scripted: bool) -> Option<Spot> {
    let own = piece.inside.last()?;
    let depth = piece.inside.len();
    let is_code = medium_of(&own.to_ascii_lowercase()).is_some();
    let within = || {
        let after = pieces.iter().skip(at + 1).take(NEAR);
        after.take_while(|p| p.inside.get(..depth) == Some(piece.inside.as_slice()))
    };
    // Lines and colours of a drawing say nothing.
    let says = |p: &Piece| match &p.place {
        Where::Text | Where::Script | Where::Style => true,
        Where::Attribute(name) => !SHAPES.contains(&name.as_str()),
        Where::Element => false,
    };
    let filled = within().any(says);
    let loads = within().any(|p| {
        p.inside.len() == depth
            && matches!(&p.place, Where::Attribute(n) if matches!(n.as_str(), "src" | "data" | "srcdoc"))
    });
    match piece.element.as_str() {
        "canvas" if is_code && (scripted || filled) => None,
        "canvas" => Some(fetch("canvas", piece.line)),
        // Those that name a page are fetched by it.
        "iframe" | "object" | "embed" | "applet" if loads => None,
        "iframe" | "object" | "embed" | "applet" => Some(fetch(&piece.element, piece.line)),
        element if element.contains('-') && !is_code => {
            (is_strange(element) && !filled).then(|| fetch(element, piece.line))
        }
        _ if scripted || filled => None,
        _ => Some(pictures::hidden_spot(piece.line, Medium::Qr)),
    }
}

/// How many pieces after an element are looked at to say whether it holds anything.
const NEAR: usize = 200;

/// Attributes of drawings.
const SHAPES: [&str; 22] = [
    "d",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "width",
    "height",
    "fill",
    "points",
    "viewbox",
    "xmlns",
    "version",
    "transform",
    "stroke",
    "shape-rendering",
];

/// Is the path of an SVG drawing made of many small boxes, as codes are?
fn is_drawn_code(path: &str) -> bool {
    let straight = |c: char| c.is_ascii_digit() || " ,.-\nMmHhVvLlZz".contains(c);
    let across = path.chars().filter(|c| matches!(c, 'h' | 'H')).count();
    across >= 40 && path.chars().all(straight)
}

fn medium_of_script(piece: &Piece) -> Option<Medium> {
    let about = format!("{} {}", piece.inside.join(" "), piece.text).to_ascii_lowercase();
    if about.contains("qrcode") || about.contains("qr(") {
        Some(Medium::Qr)
    } else if about.contains("barcode") {
        Some(Medium::Barcode)
    } else {
        None
    }
}

/// What scripts write with.
const WRITES: [&str; 9] = [
    "textContent",
    "innerText",
    "innerHTML",
    "outerHTML",
    "insertAdjacent",
    "document.write",
    ".text(",
    ".html(",
    ".append(",
];

/// What one piece prints.
fn printed(piece: &Piece) -> Option<Spot> {
    let hint = piece.inside.join(" ");
    let medium = match &piece.place {
        Where::Text => medium_of(&hint.to_ascii_lowercase()).unwrap_or(Medium::Text),
        Where::Attribute(name) if fetches(name) => Medium::Text,
        Where::Attribute(name) => {
            let near = format!(
                "{} {} {name}",
                piece.element,
                piece.inside.last().cloned().unwrap_or_default()
            );
            let medium = medium_of(&format!("{near} {}", piece.text).to_ascii_lowercase());
            match medium.filter(|_| !SILENT.contains(&name.as_str())) {
                Some(medium) => medium,
                None if prints(name) => Medium::Text,
                None if is_component(&piece.element, name, &piece.text) => Medium::Text,
                None => return None,
            }
        }
        Where::Script => medium_of_script(piece)?,
        Where::Element | Where::Style => return None,
    };
    let text = match &piece.place {
        // Thymeleaf: a fragment of this file or of another.
        Where::Attribute(name) if fetches(name) => {
            let what = piece.text.split('(').next().unwrap_or_default();
            let what = what.trim_start_matches("~{").trim_end_matches('}');
            let part = match what.contains("::") {
                true => String::new(),
                false => " ::".to_owned(),
            };
            format!("{{{{> {what}{part} }}}}")
        }
        Where::Attribute(name)
            if medium == Medium::Text
                && !prints(name)
                && is_component(&piece.element, name, &piece.text) =>
        {
            format!("{{{{> {} }}}}", piece.element)
        }
        // Vue, Angular, Thymeleaf: the attribute itself is an expression.
        Where::Attribute(name) if binds(name) && !piece.text.contains("{") => {
            format!("{{{{ {} }}}}", piece.text)
        }
        // `new QRCode(a, order.phone)`: what the code carries is not read.
        Where::Script => match placeholders_only(&piece.text) {
            puts if puts.is_empty() => "{{> script }}".to_owned(),
            puts => puts,
        },
        Where::Attribute(_) | Where::Text | Where::Element | Where::Style => piece.text.clone(),
    };
    Some(Spot {
        line: piece.line,
        text,
        medium,
        hint,
        note: String::new(),
        at: None,
    })
}

/// Attributes of pictures that print nothing and that no code carries.
const SILENT: [&str; 14] = [
    "alt", "title", "width", "height", "align", "border", "role", "type", "rel", "loading",
    "decoding", "sizes", "name", "for",
];

fn medium_of(about: &str) -> Option<Medium> {
    let words: Vec<&str> = about.split(|c: char| !c.is_alphanumeric()).collect();
    if words.iter().any(|w| {
        w.starts_with("qr")
            || w.ends_with("qr")
            || matches!(*w, "datamatrix" | "pdf417" | "aztec" | "qrcode")
    }) {
        Some(Medium::Qr)
    } else if words.iter().any(|w| {
        w.contains("barcode") || w.contains("code128") || w.contains("code39") || *w == "bwip"
    }) {
        Some(Medium::Barcode)
    } else {
        None
    }
}

/// Attributes whose value appears on the paper.
fn prints(name: &str) -> bool {
    matches!(
        name,
        "value"
            | "data-value"
            | "data-text"
            | "placeholder"
            | "th:text"
            | "th:utext"
            | "v-text"
            | "v-html"
            | "v-model"
            | ":value"
            | "v-bind:value"
            | "[value]"
            | "[(ngmodel)]"
            | "ng-model"
            | "ng-value"
            | "th:value"
            | "th:placeholder"
            | "x-text"
            | "x-html"
            | "x-model"
            | ":innerhtml"
            | ":textcontent"
            | "ng-bind"
            | "ng-bind-html"
            | "[innertext]"
            | "[innerhtml]"
            | "[textcontent]"
            | "data-bind"
    )
}

/// Attributes that put another template in.
fn fetches(name: &str) -> bool {
    matches!(
        name,
        "th:replace" | "th:insert" | "th:include" | "data-th-replace" | "data-th-insert"
    )
}

fn binds(name: &str) -> bool {
    name.starts_with([':', '['])
        || name.starts_with("v-")
        || name.starts_with("x-")
        || name.starts_with("th:")
        || name.starts_with("ng-")
        || name == "data-bind"
}

/// Of a script only what is put into it counts.
fn placeholders_only(text: &str) -> String {
    parts(text)
        .into_iter()
        .filter_map(|p| match p {
            Part::Put(p) => Some(format!("{{{{ {p} }}}} ")),
            Part::Words(_) | Part::Fetch(_) => None,
        })
        .collect()
}
