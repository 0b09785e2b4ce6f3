//! `findings.csv`: a line for each finding, for a spreadsheet.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a return for a formula: such a cell begins with
//! an apostrophe here (OWASP, CSV injection). The file begins with a byte-order mark, or Excel reads Vietnamese wrongly.

use super::common::{VALUE_CHARS, actual, is_active, lines, place, short};
use super::{Options, Render, ReportError};
use crate::model::{Finding, Lang, Run};
use crate::text::labels;

/// `--format csv`.
#[derive(Debug, Clone, Copy)]
pub struct Csv;

impl Render for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn file_name(&self) -> &'static str {
        "findings.csv"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let mut out = writer();
        out.write_record(HEAD)?;
        for finding in &run.findings {
            out.write_record(row(finding, options.lang).iter().map(|c| cell(c)))?;
        }
        Ok(out.into_inner().map_err(|e| e.into_error())?)
    }
}

/// The columns.
const HEAD: [&str; 19] = [
    "id",
    "control",
    "severity",
    "force",
    "result",
    "label",
    "active",
    "disposition",
    "system",
    "systems",
    "asset",
    "subject",
    "title",
    "expected",
    "actual",
    "reason",
    "place",
    "requirements",
    "remediation",
];

fn row(finding: &Finding, lang: Lang) -> [String; 19] {
    let facts: Vec<String> = finding
        .actual
        .iter()
        .take(5)
        .map(|fact| actual(fact, VALUE_CHARS))
        .collect();
    let requirements: Vec<&str> = finding.requirements.iter().map(|r| r.id.as_str()).collect();
    let reason = finding
        .reason
        .as_ref()
        .map_or("", |r| super::common::reason(r, lang));
    [
        finding.id.clone(),
        finding.control.to_string(),
        finding.severity.word().to_owned(),
        labels::force(finding.force).get(lang).to_owned(),
        finding.result.word().to_owned(),
        labels::result(finding.result).get(lang).to_owned(),
        is_active(finding).to_string(),
        labels::disposition(finding.disposition)
            .get(lang)
            .to_owned(),
        short(&finding.system, VALUE_CHARS),
        short(&finding.systems.join(" "), VALUE_CHARS),
        short(&finding.asset, VALUE_CHARS),
        short(&finding.subject, VALUE_CHARS),
        lines(finding.title.get(lang)),
        lines(finding.expected.get(lang)),
        facts.join("; "),
        short(reason, VALUE_CHARS),
        place(finding),
        requirements.join(" "),
        lines(finding.remediation.get(lang)),
    ]
}

/// A writer as RFC 4180 asks for, after a byte-order mark.
pub(super) fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec())
}

/// A cell that no spreadsheet takes for a formula.
pub(super) fn cell(text: &str) -> String {
    // Leading spaces are no help: some programs trim them first.
    if text.trim_start().starts_with([
        '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn read(bytes: &[u8]) -> Vec<csv::StringRecord> {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap();
        csv::Reader::from_reader(text)
            .into_records()
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn a_line_for_each_finding() {
        let run = sample::run();
        let records = read(&Csv.render(&run, &Options::default()).unwrap());
        assert_eq!(records.len(), run.findings.len());
        for (record, finding) in records.iter().zip(&run.findings) {
            assert_eq!(&record[0], finding.id);
            assert_eq!(&record[4], finding.result.word());
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        let mut run = sample::run();
        for (at, formula) in [
            "=cmd|' /C calc'!A0",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            " =1",
            "\r=1",
        ]
        .iter()
        .enumerate()
        {
            run.findings[at].subject = (*formula).into();
        }
        for record in read(&Csv.render(&run, &Options::default()).unwrap()) {
            for field in &record {
                assert!(
                    !field.trim_start().starts_with(['=', '+', '-', '@']),
                    "{field}"
                );
            }
        }
        assert_eq!(cell("=cmd|x"), "'=cmd|x");
        assert_eq!(cell("a-b"), "a-b");
    }
}
