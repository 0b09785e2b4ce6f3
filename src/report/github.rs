//! `annotations.txt`: workflow commands of GitHub Actions, which it shows at the lines of a change.
//!
//! It shows about ten of each level in a step, so the worst come first and a last line gives the counts.

use super::common::{active, lines, short, whereabouts};
use super::sarif::place::Places;
use super::{Options, Render, ReportError};
use crate::model::{Finding, Lang, Run, Severity};
use crate::text::labels::{self, page};

/// `--format github`.
#[derive(Debug, Clone, Copy)]
pub struct Github;

impl Render for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn file_name(&self) -> &'static str {
        "annotations.txt"
    }

    fn is_usual(&self) -> bool {
        false
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let places = Places::of(run, &options.source_root);
        let all = active(run);
        let mut text = String::new();
        let mut left = all.len();
        for level in ["error", "warning", "notice"] {
            for finding in all.iter().filter(|f| word(f.severity) == level).take(SHOWN) {
                text.push_str(&annotation(finding, level, &places, options.lang));
                left -= 1;
            }
        }
        let mut words = labels::counts(run.summary.requirements)
            .get(options.lang)
            .to_owned();
        words.push_str(&format!(
            "; {}: {}",
            page::word("gate").get(options.lang),
            labels::gate(&run.gate.outcome).get(options.lang)
        ));
        if left > 0 {
            words.push_str(&format!("; {}", labels::left_out(left).get(options.lang)));
        }
        let level = if run.gate.outcome == "pass" {
            "notice"
        } else {
            "error"
        };
        text.push_str(&format!("::{level} title=capdo::{}\n", data(&words)));
        Ok(text.into_bytes())
    }
}

/// How many of a level are shown.
const SHOWN: usize = 10;

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

fn annotation(finding: &Finding, level: &str, places: &Places<'_>, lang: Lang) -> String {
    let (file, line) = places.path(finding);
    let message = format!(
        "{} · {}",
        lines(finding.title.get(lang)),
        whereabouts(finding).join(" · ")
    );
    let remedy = short(finding.remediation.get(lang), 300);
    format!(
        "::{level} file={},line={line},title={}::{}\n",
        property(&file),
        property(&finding.control),
        data(&format!("{message}\n{remedy}"))
    )
}

/// What follows `::`: a line end would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property: a comma or colon would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn drawn(run: &Run) -> String {
        String::from_utf8(Github.render(run, &Options::default()).unwrap()).unwrap()
    }

    #[test]
    fn a_run() {
        insta::assert_snapshot!(drawn(&sample::run()));
    }

    #[test]
    fn hostile_text_is_no_command() {
        let text = drawn(&sample::hostile());
        for line in text.lines() {
            let level = line.strip_prefix("::").unwrap();
            assert!(
                ["error ", "warning ", "notice "]
                    .iter()
                    .any(|l| level.starts_with(l)),
                "{line}"
            );
        }
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
        assert!(drawn(&sample::large(5000)).lines().count() <= 31);
    }
}
