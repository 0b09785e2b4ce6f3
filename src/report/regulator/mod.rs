//! The report to an authority, and the yearly table of systems: Vietnamese, in the form of Nghị định 30/2020/NĐ-CP, as
//! Word and as a page to print.
//!
//! It counts and never gives a percentage; it has no sanctions, no values of targets and no names of persons. One paper is
//! made of the run and the plan file; the drawings of it know nothing of either.

mod appendix;
mod body;
mod csv;
mod docx;
mod form;
mod gaps;
mod page;
mod paper;

use super::{Options, Render, ReportError};
use crate::model::{Run, Text};
use crate::report::common::lines;

/// `--format docx`.
#[derive(Debug, Clone, Copy)]
pub struct Docx;

/// `--format regulator-html`.
#[derive(Debug, Clone, Copy)]
pub struct Page;

/// `--format mau08`.
#[derive(Debug, Clone, Copy)]
pub struct FormDocx;

/// `--format mau08-csv`.
#[derive(Debug, Clone, Copy)]
pub struct FormCsv;

impl Render for Docx {
    fn name(&self) -> &'static str {
        "docx"
    }

    fn file_name(&self) -> &'static str {
        "report.docx"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        docx::draw(&body::paper(run, &options.plan))
    }
}

impl Render for Page {
    fn name(&self) -> &'static str {
        "regulator-html"
    }

    fn file_name(&self) -> &'static str {
        "regulator.html"
    }

    fn is_usual(&self) -> bool {
        false
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        Ok(page::draw(&body::paper(run, &options.plan)).into_bytes())
    }
}

impl Render for FormDocx {
    fn name(&self) -> &'static str {
        "mau08"
    }

    fn file_name(&self) -> &'static str {
        "mau-08.docx"
    }

    fn is_usual(&self) -> bool {
        false
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        docx::draw(&form::paper(run, &options.plan))
    }
}

impl Render for FormCsv {
    fn name(&self) -> &'static str {
        "mau08-csv"
    }

    fn file_name(&self) -> &'static str {
        "mau-08.csv"
    }

    fn is_usual(&self) -> bool {
        false
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        csv::draw(run, &options.plan)
    }
}

/// The Vietnamese words of a text, safe to show.
fn vi(text: &Text) -> String {
    lines(&text.vi)
}

#[cfg(test)]
mod tests;
