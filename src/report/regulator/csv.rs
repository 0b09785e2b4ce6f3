//! The table of systems as CSV, for those who fill in the form elsewhere.

use super::form;
use crate::model::{RemedyPlan, Run};
use crate::report::ReportError;
use crate::report::csv::{cell, writer};
use crate::text::regulator as words;

pub(super) fn draw(run: &Run, plan: &RemedyPlan) -> Result<Vec<u8>, ReportError> {
    let mut out = writer();
    out.write_record(words::FORM_HEAD)?;
    for row in form::rows(run, plan) {
        out.write_record(row.iter().map(|c| cell(c)))?;
    }
    Ok(out.into_inner().map_err(|e| e.into_error())?)
}
