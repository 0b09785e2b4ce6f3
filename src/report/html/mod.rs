//! `report.html`: one file for the regulator, the management and the reviewer, readable without JavaScript.
//!
//! Rust makes a view of the run in the order of the page, the templates only draw it. Nothing is fetched: the page
//! forbids it to itself by a content security policy that names its one style sheet and its one script by hash.

mod blocks;
mod data_map;
mod filter;
mod front;
mod matrix;
mod rest;
mod rows;
mod trend;
mod undecided;

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tera::{Context, Tera};

use super::{Options, Render, ReportError};
use crate::model::{Lang, Run};
use crate::text::labels::{Label, page};

/// `--format html`.
#[derive(Debug, Clone, Copy)]
pub struct Html;

impl Render for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn file_name(&self) -> &'static str {
        "report.html"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let view = View::of(run, options);
        let tera = match &*TEMPLATES {
            Ok(tera) => tera,
            Err(error) => return Err(ReportError::Template(tera::Error::message(error))),
        };
        let context = Context::from_serialize(&view)?;
        let mut page = Vec::with_capacity(256 * 1024);
        tera.render_to("report.html", &context, &mut page)?;
        Ok(page)
    }
}

/// All that the templates draw.
#[derive(Debug, Serialize)]
struct View {
    w: BTreeMap<&'static str, Label>,
    csp: String,
    english: bool,
    front: front::Front,
    trend: Option<trend::Trend>,
    filter: filter::Filter,
    chapters: blocks::Chapters,
    rest: rest::Rest,
    data: data_map::DataMap,
}

impl View {
    fn of(run: &Run, options: &Options) -> Self {
        Self {
            w: page::words(),
            csp: format!(
                "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
                hash(CSS),
                hash(SCRIPT)
            ),
            english: options.lang == Lang::En,
            front: front::Front::of(run),
            trend: trend::Trend::of(run, &options.history),
            filter: filter::Filter::of(run),
            chapters: blocks::Chapters::of(run),
            rest: rest::Rest::of(run),
            data: data_map::DataMap::of(run),
        }
    }
}

const CSS: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// The names end in `.html` where text is put in: that is what switches escaping on.
static TEMPLATES: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
    let mut tera = Tera::new();
    tera.add_raw_templates([
        ("words.html", include_str!("../../../templates/words.html")),
        (
            "blocks.html",
            include_str!("../../../templates/blocks.html"),
        ),
        (
            "filter.html",
            include_str!("../../../templates/filter.html"),
        ),
        (
            "data_map.html",
            include_str!("../../../templates/data_map.html"),
        ),
        ("front.html", include_str!("../../../templates/front.html")),
        ("trend.html", include_str!("../../../templates/trend.html")),
        ("rest.html", include_str!("../../../templates/rest.html")),
        (
            "report.html",
            include_str!("../../../templates/report.html"),
        ),
        ("report.css", CSS),
        ("report.js", SCRIPT),
    ])
    .map_err(|e| e.to_string())?;
    Ok(tera)
});

/// `sha256-…` as a content security policy writes it.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648 §4.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(char::from(SIGNS[word >> (18 - 6 * place) & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
