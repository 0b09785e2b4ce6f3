//! Files of labels as spots in the order of the file.

use crate::parse::html::{MAX_PIECES, Piece, Where};
use crate::parse::zpl;
use crate::privacy::names;

use super::components::is_component;
use super::parts::{Part, parts};
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
                let note = std::mem::take(&mut note);
                spots.push(Spot {
                    line: field.line,
                    text,
                    medium,
                    hint: hint.clone(),
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
    let mut spots = printed(pieces);
    let fetch = |what: &str| Spot {
        line: 1,
        text: format!("{{{{> {what} }}}}"),
        medium: Medium::Text,
        hint: String::new(),
        note: String::new(),
        at: None,
    };
    if pieces.len() >= MAX_PIECES {
        spots.push(fetch("the rest of a long file"));
    }
    // What a script writes on the paper is not followed.
    let written = pieces.iter().filter(|p| p.place == Where::Script);
    if written
        .into_iter()
        .any(|p| WRITES.iter().any(|w| p.text.contains(w)))
    {
        spots.push(fetch("script"));
    }
    spots
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

fn printed(pieces: &[Piece]) -> Vec<Spot> {
    pieces
        .iter()
        .filter_map(|piece| {
            let hint = piece.inside.join(" ");
            let about = format!("{hint} {} {}", piece.element, piece.text).to_ascii_lowercase();
            let medium = match &piece.place {
                Where::Text => medium_of(&hint.to_ascii_lowercase()).unwrap_or(Medium::Text),
                Where::Attribute(name) if fetches(name) => Medium::Text,
                Where::Attribute(name) => {
                    let near = format!(
                        "{} {} {name}",
                        piece.element,
                        piece.inside.last().cloned().unwrap_or_default()
                    );
                    match medium_of(&format!("{near} {}", piece.text).to_ascii_lowercase()) {
                        Some(medium) => medium,
                        None if prints(name) => Medium::Text,
                        None if is_component(&piece.element, name, &piece.text) => Medium::Text,
                        None => return None,
                    }
                }
                Where::Script if about.contains("qrcode") || about.contains("qr(") => Medium::Qr,
                Where::Script if about.contains("barcode") => Medium::Barcode,
                Where::Script => return None,
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
                Where::Attribute(_) | Where::Text => piece.text.clone(),
            };
            Some(Spot {
                line: piece.line,
                text,
                medium,
                hint,
                note: String::new(),
                at: None,
            })
        })
        .collect()
}

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
