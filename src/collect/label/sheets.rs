//! Printed samples: PDF files by their text and their codes, pictures by their codes alone.

use std::collections::BTreeMap;

use crate::parse::pdf::{Filled, Pdf, Run};
use crate::parse::picture::{Code, Picture};

use super::read::{Medium, Spot};

/// A picture at least so wide and high, in points, may be a part of the label that is not text: a logo is smaller.
const LARGE_PICTURE: (f32, f32) = (100.0, 50.0);
/// So many small pictures may be the letters of a text.
const MANY_PICTURES: usize = 8;
/// The longest side of a picture that is one square code, in points: 60 mm.
const LARGEST_CODE: f32 = 170.0;
/// The shorter side of a picture that is one barcode.
const LARGEST_STRIP: f32 = 90.0;
/// So many small dark boxes are a drawn code.
const MANY_BOXES: usize = 40;
/// The longest side of a box of a drawn code, in points.
const SMALL_BOX: f32 = 60.0;
/// Points of a drawing for each point of the page.
const SCALE: f32 = 4.0;
/// The largest side of a drawing, in points of it.
const MAX_SIDE: usize = 4000;

/// What a sample holds.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) spots: Vec<Spot>,
    pub(super) unknown: Vec<String>,
    /// There may be codes that were not read.
    pub(super) hidden_codes: bool,
}

/// The text of a PDF in reading order, and the codes on it.
pub(super) fn of_pdf(pdf: &Pdf) -> Sheet {
    let mut sheet = Sheet {
        spots: lines(&pdf.runs),
        unknown: pdf.unread.clone(),
        hidden_codes: pdf
            .unread
            .iter()
            .any(|u| u.contains("picture") || u.contains("drawing") || u.contains("forms")),
    };
    let mut covered: BTreeMap<u32, (f32, usize)> = BTreeMap::new();
    for placed in &pdf.pictures {
        let codes = placed.picture.codes();
        let (width, height) = placed.sides;
        let large = width >= LARGE_PICTURE.0 && height >= LARGE_PICTURE.1;
        let unread = if codes.is_empty() {
            large || is_line(placed.sides)
        } else {
            holds_more(codes.len(), placed.sides, codes.iter().all(|c| c.matrix))
        };
        if unread {
            sheet
                .unknown
                .push(format!("picture (page {})", placed.page));
            sheet.hidden_codes |= codes.is_empty();
        } else if codes.is_empty() {
            // Text may be cut into strips.
            let of_page = covered.entry(placed.page).or_default();
            *of_page = (of_page.0 + width * height, of_page.1 + 1);
        }
        sheet.spots.extend(codes.iter().map(|c| spot(c, 0)));
    }
    for (page, (area, count)) in covered {
        if area >= LARGE_PICTURE.0 * LARGE_PICTURE.1 || count >= MANY_PICTURES {
            sheet.unknown.push(format!("pictures (page {page})"));
            sheet.hidden_codes = true;
        }
    }
    let pages = pdf.boxes.last().map_or(0, |b| b.page);
    for page in 1..=pages {
        let boxes: Vec<&Filled> = pdf
            .boxes
            .iter()
            .filter(|b| b.page == page && is_small(b))
            .collect();
        if boxes.len() < MANY_BOXES {
            continue;
        }
        let codes = drawn(&boxes).map(|p| p.codes()).unwrap_or_default();
        if codes.is_empty() {
            sheet.unknown.push(format!("drawing (page {page})"));
            sheet.hidden_codes = true;
        }
        sheet.spots.extend(codes.iter().map(|c| spot(c, 0)));
    }
    sheet
}

/// Has a picture the form of a line of text? A logo is shorter or higher.
fn is_line((width, height): (f32, f32)) -> bool {
    width >= 40.0 && (5.0..=40.0).contains(&height) && width >= 5.0 * height
}

/// Is a picture more than the code on it? One that is a code alone is square, or one strip.
fn holds_more(codes: usize, (width, height): (f32, f32), matrix: bool) -> bool {
    let long = width.max(height) / width.min(height).max(0.1);
    let square = matrix && codes == 1 && long <= 1.2 && width.max(height) <= LARGEST_CODE;
    let strip = !matrix && codes == 1 && height.min(width) <= LARGEST_STRIP;
    !(square || strip)
}

/// The codes of a picture; its letters are not read.
pub(super) fn of_picture(picture: &Picture) -> Sheet {
    let codes = picture.codes();
    Sheet {
        spots: codes.iter().map(|c| spot(c, 0)).collect(),
        unknown: vec!["the text of a picture (no character recognition)".into()],
        hidden_codes: codes.is_empty(),
    }
}

/// A code as a piece of the label.
pub(super) fn spot(code: &Code, line: u32) -> Spot {
    Spot {
        line,
        text: code.text.clone(),
        medium: if code.matrix {
            Medium::Qr
        } else {
            Medium::Barcode
        },
        hint: String::new(),
        note: String::new(),
        at: None,
    }
}

/// Runs of one row that touch are one piece; pieces from the top down, each row from the left.
fn lines(runs: &[Run]) -> Vec<Spot> {
    let usual = usual_size(runs);
    let mut sorted: Vec<&Run> = runs.iter().collect();
    sorted.sort_by(|a, b| {
        (a.page, -a.y, a.x)
            .partial_cmp(&(b.page, -b.y, b.x))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut rows: Vec<Vec<&Run>> = Vec::new();
    for run in sorted {
        let fits = |row: &Vec<&Run>| {
            row.first().is_some_and(|first| {
                first.page == run.page && (first.y - run.y).abs() < 0.5 * first.size.min(run.size)
            })
        };
        match rows.last_mut().filter(|row| fits(row)) {
            Some(row) => row.push(run),
            None => rows.push(vec![run]),
        }
    }
    let mut spots: Vec<Spot> = Vec::new();
    for row in &mut rows {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
        let mut end: Option<f32> = None;
        for run in row.iter() {
            let gap = end.map(|end| (run.x - end) / run.size);
            match (gap, spots.last_mut()) {
                (Some(gap), Some(last)) if gap < 1.0 => {
                    if gap > 0.15 && !last.text.ends_with(' ') && !run.text.starts_with(' ') {
                        last.text.push(' ');
                    }
                    last.text.push_str(&run.text);
                }
                _ => spots.push(Spot {
                    // A PDF has no lines: the row from the top of the file is nothing that people can go to.
                    line: 0,
                    text: run.text.clone(),
                    medium: Medium::Text,
                    hint: String::new(),
                    note: String::new(),
                    at: Some((run.x / usual, (run.page as f32 * 10_000.0 - run.y) / usual)),
                }),
            }
            end = Some(run.x + run.width);
        }
    }
    spots
}

/// The height of letters in the middle.
fn usual_size(runs: &[Run]) -> f32 {
    let mut sizes: Vec<f32> = runs.iter().map(|r| r.size).collect();
    sizes.sort_by(f32::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(10.0).max(1.0)
}

fn is_small(filled: &Filled) -> bool {
    let [left, bottom, right, top] = filled.edges;
    let (width, height) = (right - left, top - bottom);
    width > 0.1 && height > 0.1 && width.min(height) < 8.0 && width.max(height) <= SMALL_BOX
}

/// The boxes as a picture.
fn drawn(boxes: &[&Filled]) -> Option<Picture> {
    let edge = |i: usize, pick: fn(f32, f32) -> f32, from: f32| {
        boxes
            .iter()
            .filter_map(|b| b.edges.get(i))
            .fold(from, |a, b| pick(a, *b))
    };
    let left = edge(0, f32::min, f32::INFINITY);
    let bottom = edge(1, f32::min, f32::INFINITY);
    let right = edge(2, f32::max, f32::NEG_INFINITY);
    let top = edge(3, f32::max, f32::NEG_INFINITY);
    let margin = 12.0;
    let size = |from: f32, to: f32| ((to - from + 2.0 * margin) * SCALE).round() as usize;
    let (width, height) = (size(left, right), size(bottom, top));
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        return None;
    }
    let mut luma = vec![255_u8; width * height];
    let dot = |at: f32| (at * SCALE).round().max(0.0) as usize;
    for filled in boxes {
        let [l, b, r, t] = filled.edges;
        let columns = dot(l - left + margin)..dot(r - left + margin).min(width);
        // Pictures begin at the top.
        for y in dot(top - t + margin)..dot(top - b + margin).min(height) {
            let row = y * width;
            if let Some(line) =
                luma.get_mut(row + columns.start.min(columns.end)..row + columns.end)
            {
                line.fill(0);
            }
        }
    }
    Picture::of_luma(luma, width, height)
}
