//! Shipping labels and their templates: which fields are printed, whose they are, how far they are hidden.
//!
//! Values of samples are looked at in memory; facts hold only classes, exposures and counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use self::profile::Profile;
use self::taken::Taken;
use super::walk::{Opened, Walk};
use super::{Context, Reader};
use crate::model::{Collected, MaskProfile, Reason, Seen, Subject};
use crate::parse::{eltron, html, jsx, pdf, picture, tspl, vietnamese, zpl};
use crate::privacy::masks::Exposure;
use crate::privacy::{Class, Party};

mod captions;
mod columns;
mod components;
mod cut;
mod decode;
mod facts;
mod includes;
mod look;
mod operands;
mod parts;
mod payload;
mod pictures;
mod pieces;
mod profile;
mod read;
mod replaced;
mod reversal;
mod sheets;
mod spots;
mod taken;
mod together;
mod words;

pub(in crate::collect) use reversal::reversal;

/// The subject types of this collector.
pub const KINDS: [&str; 3] = ["label", "label-field", "label-set"];

/// Collects the labels at `path`: one file, or a folder of them. `shown` is the path that people see; `masks` the company's own
/// profile.
pub fn collect(path: &Path, shown: &str, masks: Option<&MaskProfile>, cx: &Context) -> Collected {
    let profile = Profile::of(masks);
    let mut out = Collected::default();
    let opened = match Opened::at(path, shown) {
        Ok(opened) => opened,
        Err(e) => return unseen(out, e.code(), shown),
    };
    let mut reader = Reader::new(&opened.root, opened.base.as_str(), cx.now);
    let files = opened.files(&reader, &is_any_label);
    let only = &opened.only;
    let Walk { files, faults } = match files {
        Ok(walk) => walk,
        Err(e) => return unseen(out, e.code(), shown),
    };
    let mut failed: Vec<Reason> = faults;
    let mut taken = Taken::default();
    for file in &files {
        let place = if only.is_some() {
            shown.to_owned()
        } else {
            reader.shown(&format!("/{file}"))
        };
        match label(&mut reader, &files, file, &place, only.is_some(), &profile) {
            Ok(subjects) => subjects
                .into_iter()
                .for_each(|s| add(&mut out, &mut taken, s, file)),
            Err(reason) => failed.push(reason),
        }
    }
    out.evidence = reader.into_evidence();
    for item in out.evidence.iter_mut().filter(|_| only.is_some()) {
        item.id = shown.to_owned();
        item.source = shown.to_owned();
    }
    if let Some(set) = together::set(&out.subjects, failed.is_empty(), shown) {
        out.subjects.push(set);
    }
    reversal(&mut out, None);
    sights(&mut out, failed, files.is_empty(), shown);
    out
}

/// A personal field, without its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::collect) struct Printed {
    pub(in crate::collect) class: Class,
    pub(in crate::collect) party: Party,
    pub(in crate::collect) exposure: Exposure,
    /// Digits hidden and shown, where they count.
    pub(in crate::collect) digits: Option<(u32, u32)>,
}

/// What a page prints of persons: class, party, exposure, digits hidden and shown. For pages that are no labels.
/// What it prints as `common` prints it is left out; captions that both have are kept.
pub(in crate::collect) fn read_page(page: &str, common: &str) -> Vec<Printed> {
    let common: BTreeSet<String> = html::parse(common).into_iter().map(|p| p.text).collect();
    let pieces = html::parse(page);
    // What the common pieces of this very page say, with nothing where it has more.
    let mut own: BTreeMap<Printed, usize> = BTreeMap::new();
    let blank = |piece: &html::Piece| html::Piece {
        text: "—".to_owned(),
        ..piece.clone()
    };
    let shared: Vec<html::Piece> = pieces
        .iter()
        .map(|p| match common.contains(&p.text) {
            true => p.clone(),
            false => blank(p),
        })
        .collect();
    // Under which heading it stands may differ between the two, so the party does not count.
    let alike = |shown: &Printed| Printed {
        party: Party::Unknown,
        ..shown.clone()
    };
    for shown in printed(&shared) {
        *own.entry(alike(&shown)).or_default() += 1;
    }
    let mut found = printed(&pieces);
    found.retain(|shown| match own.get_mut(&alike(shown)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        Some(_) | None => true,
    });
    found
}

fn printed(pieces: &[html::Piece]) -> Vec<Printed> {
    let fields = read::read(&spots::of_html(pieces)).fields;
    fields
        .into_iter()
        .map(|f| Printed {
            class: f.class,
            party: f.party,
            exposure: f.exposure,
            digits: f.digits,
        })
        .collect()
}

/// The texts that a text holds written otherwise: base64, hexadecimal, percent signs.
pub(in crate::collect) fn decoded(text: &str) -> Vec<String> {
    decode::inside(text)
}

/// The text and the codes of a PDF as a page, and whether all of it was read; `None` where nothing was.
pub(in crate::collect) fn pdf_page(bytes: &[u8]) -> Option<(String, bool)> {
    let sheet = sheets::of_pdf(&pdf::parse(bytes).ok()?);
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let mut page = String::new();
    for spot in columns::in_columns(sheet.spots) {
        let class = match spot.medium {
            read::Medium::Text => "text",
            read::Medium::Qr => "qrcode",
            read::Medium::Barcode => "barcode",
        };
        page.push_str(&format!(
            "<p class=\"{class}\">{}</p>\n",
            escaped(&spot.text)
        ));
    }
    (!page.is_empty()).then_some((page, sheet.unknown.is_empty()))
}

fn sights(out: &mut Collected, failed: Vec<Reason>, empty: bool, shown: &str) {
    let reason = failed
        .into_iter()
        .next()
        .or_else(|| empty.then(|| Reason::new("no-label", shown)));
    for kind in KINDS {
        out.saw(
            kind,
            match &reason {
                Some(reason) => Seen::Not(reason.clone()),
                None => Seen::Whole,
            },
        );
    }
}

fn unseen(mut out: Collected, code: &'static str, detail: &str) -> Collected {
    for kind in KINDS {
        out.saw(kind, Seen::Not(Reason::new(code, detail)));
    }
    out
}

/// Two alike carry their file. `taken` are the ids so far.
fn add(out: &mut Collected, taken: &mut Taken, mut subject: Subject, file: &str) {
    if taken.has(&subject.id) {
        let id = format!("{}@{file}", subject.id);
        subject.id = taken.free(&id).into();
    } else {
        taken.free(&subject.id);
    }
    out.subjects.push(subject);
}

/// The subjects of one label file; none where it is an ornament of a folder and no label.
fn label(
    reader: &mut Reader,
    files: &[String],
    file: &str,
    place: &str,
    alone: bool,
    profile: &Profile,
) -> Result<Vec<Subject>, Reason> {
    let name = file.rsplit('/').next().unwrap_or(file);
    if !is_label(name) {
        return Err(Reason::new("unsupported-format", place));
    }
    let bytes = reader
        .bytes(&format!("/{file}"))
        .map_err(|e| Reason::new(e.code(), place))?;
    let broken = |e: &dyn std::fmt::Display| Reason::new("not-parsed", format!("{place}: {e}"));
    let labels = if bytes.starts_with(b"%PDF-") || has_end(name, &[".pdf"]) {
        let pdf = pdf::parse(&bytes).map_err(|e| broken(&e))?;
        vec![of_sheet(sheets::of_pdf(&pdf))]
    } else if picture::is_picture(&bytes) || has_end(name, &PICTURES) {
        let picture = picture::Picture::decode(&bytes).map_err(|e| broken(&e))?;
        let sheet = sheets::of_picture(&picture);
        if !alone && sheet.spots.is_empty() && picture.short_side() < MIN_LABEL_SIDE {
            return Ok(Vec::new());
        }
        vec![of_sheet(sheet)]
    } else {
        let (text, assumed) = vietnamese::text(&bytes)
            .map_err(|e| Reason::new("unreadable", format!("{place}: {e}")))?;
        if assumed {
            reader.note_encoding(&format!("/{file}"));
        }
        // Notes beside labels are none.
        if !alone && has_end(name, &PLAIN) && !is_commands(&text) && !text.contains("{{") {
            return Ok(Vec::new());
        }
        let mut folder = includes::Folder::of(reader, files);
        of_text(&text, (file, name), place, &mut folder)?
    };
    let empty =
        |l: &read::Label| l.fields.is_empty() && l.unknown.is_empty() && l.payloads.is_empty();
    if labels.iter().all(empty) {
        return Err(Reason::new("no-label", place));
    }
    Ok(facts::all(&labels, name, place, profile))
}

/// A template, or the commands of a label printer: told by what stands in it.
fn of_text(
    text: &str,
    (file, name): (&str, &str),
    place: &str,
    folder: &mut includes::Folder<'_, '_>,
) -> Result<Vec<read::Label>, Reason> {
    let zpl = || text.contains("^XA") || has_end(name, &[".zpl"]);
    let commands = if zpl() {
        Some(zpl::parse(text))
    } else if tspl::is_tspl(text) || has_end(name, &[".tspl"]) {
        Some(tspl::parse(text))
    } else if eltron::is_epl(text) || has_end(name, &[".epl"]) {
        Some(eltron::parse(text))
    } else {
        None
    };
    let Some(parsed) = commands else {
        let markup = if has_end(name, &[".jsx", ".tsx"]) {
            jsx::markup(text)
        } else {
            text.to_owned()
        };
        let spots = includes::follow(spots_of(&markup), file, folder, &spots_of);
        return Ok(vec![read::read(&spots)]);
    };
    if !parsed.iter().any(|l| l.has_label) {
        return Err(Reason::new("no-label", place));
    }
    Ok(parsed.par_iter().map(of_commands).collect())
}

/// One label of a printer's commands.
fn of_commands(parsed: &zpl::Label) -> read::Label {
    let (spots, unknown) = spots::of_zpl(parsed);
    let mut label = read::read(&columns::in_columns(spots));
    label.hidden_codes = unknown
        .iter()
        .any(|u| u.starts_with("picture") || u.starts_with("template"));
    label.unknown.extend(unknown);
    if parsed.unfinished {
        label.unknown.push("the label does not end (^XZ)".into());
    }
    if parsed.cut {
        label.unknown.push("more fields than are read".into());
        label.hidden_codes = true;
    }
    label
}

/// Are these the commands of a label printer?
fn is_commands(text: &str) -> bool {
    text.contains("^XA") || tspl::is_tspl(text) || eltron::is_epl(text)
}

/// The pieces of a page. `<x-address>` of Blade puts another file in.
fn spots_of(markup: &str) -> Vec<read::Spot> {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some((before, after)) = rest.split_once("<x-") {
        text.push_str(before);
        let end = after.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | '_')));
        let name = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
        if !name.is_empty() && !name.starts_with("slot") {
            text.push_str(&format!("{{{{> x-{name} }}}}"));
        }
        text.push_str("<x-");
        rest = after;
    }
    text.push_str(rest);
    spots::of_html(&html::parse(&text))
}

fn of_sheet(sheet: sheets::Sheet) -> read::Label {
    let mut label = read::read(&columns::in_columns(sheet.spots));
    label.unknown.extend(sheet.unknown);
    label.hidden_codes = sheet.hidden_codes;
    label
}

/// What may be a label; style sheets, notes and sources are none.
/// What a file may be to this collector, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Commands of label printers: always a label.
    Printer,
    /// A template, a picture or a page: a label where it lies among labels.
    Perhaps,
}

/// What a file may be, by its name.
pub fn named(name: &str) -> Option<Named> {
    if has_end(name, &PRINTER) {
        Some(Named::Printer)
    } else {
        (is_label(name) && !has_end(name, &PLAIN)).then_some(Named::Perhaps)
    }
}

fn is_any_label(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let named = file.trim_start_matches('.').contains('.') && !file.starts_with('.');
    is_label(name) || named && !has_end(name, &NO_LABELS)
}

fn is_label(name: &str) -> bool {
    has_end(name, &TEMPLATES)
        || has_end(name, &PRINTER)
        || has_end(name, &PICTURES)
        || has_end(name, &PLAIN)
        || has_end(name, &[".pdf"])
}

fn has_end(name: &str, ends: &[&str]) -> bool {
    let lower = name.to_ascii_lowercase();
    ends.iter().any(|e| lower.ends_with(e))
}

/// The shorter side, in points, under which a picture without a code is an ornament: no label can be read on it.
const MIN_LABEL_SIDE: usize = 300;
/// Templates of pages.
const TEMPLATES: [&str; 26] = [
    ".html",
    ".htm",
    ".xhtml",
    ".tpl",
    ".twig",
    ".j2",
    ".jinja",
    ".jinja2",
    ".hbs",
    ".handlebars",
    ".mustache",
    ".php",
    ".phtml",
    ".ctp",
    ".cshtml",
    ".vue",
    ".ejs",
    ".erb",
    ".liquid",
    ".jsp",
    ".njk",
    ".ftl",
    ".jsx",
    ".tsx",
    ".svg",
    ".thymeleaf",
];
/// Commands of label printers.
const PRINTER: [&str; 4] = [".zpl", ".prn", ".epl", ".tspl"];
/// Printed samples as pictures.
const PICTURES: [&str; 3] = [".png", ".jpg", ".jpeg"];
/// Plain text: a label where it holds the commands of a printer.
const PLAIN: [&str; 2] = [".txt", ".dat"];
/// Files beside labels that print nothing. Any other that is not read may be a label, and is told.
const NO_LABELS: [&str; 42] = [
    ".css",
    ".scss",
    ".sass",
    ".less",
    ".js",
    ".mjs",
    ".cjs",
    ".ts",
    ".map",
    ".md",
    ".rst",
    ".adoc",
    ".woff",
    ".woff2",
    ".ttf",
    ".otf",
    ".eot",
    ".json",
    ".yaml",
    ".yml",
    ".toml",
    ".ini",
    ".csv",
    ".lock",
    ".log",
    ".ico",
    ".java",
    ".kt",
    ".py",
    ".rb",
    ".go",
    ".cs",
    ".rs",
    ".c",
    ".h",
    ".sh",
    ".bat",
    ".ps1",
    ".sql",
    ".properties",
    ".po",
    ".mo",
];

#[cfg(test)]
mod tests;
