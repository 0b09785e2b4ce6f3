//! `junit.xml`: a suite for each system, a case for each control and asset.
//!
//! A case has at most one of failure, error and skipped: what an active failure says goes before what could not be
//! seen, that before what is accepted, that before what was not looked at. Sanctions have no place here.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::common::{VALUE_CHARS, actual, is_active, lines, short, whereabouts};
use super::{Options, Render, ReportError};
use crate::model::{Disposition, Finding, Lang, ResultWord, Run};
use crate::text::labels;

/// `--format junit`.
#[derive(Debug, Clone, Copy)]
pub struct Junit;

impl Render for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn file_name(&self) -> &'static str {
        "junit.xml"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let mut report = Report::new("capdo");
        let mut systems: BTreeMap<&str, Cases<'_>> = BTreeMap::new();
        for finding in &run.findings {
            systems
                .entry(&finding.system)
                .or_default()
                .entry((&finding.control, &finding.asset))
                .or_default()
                .push(finding);
        }
        for (system, cases) in systems {
            report.add_test_suite(suite(run, system, &cases, options.lang));
        }
        let mut bytes = Vec::new();
        report.serialize(&mut bytes)?;
        if bytes.last() != Some(&b'\n') {
            bytes.push(b'\n');
        }
        Ok(bytes)
    }
}

/// Findings by control and asset.
type Cases<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Finding>>;

/// Findings told in one case; the rest is a number.
const TOLD: usize = 50;

fn suite(run: &Run, id: &str, cases: &Cases<'_>, lang: Lang) -> TestSuite {
    let system = run.systems.iter().find(|s| s.id == id);
    let name = match system {
        Some(system) => format!("{id} – {}", lines(system.name.get(lang))),
        None => id.to_owned(),
    };
    let mut suite = TestSuite::new(xml(&name));
    for (key, value) in [
        ("capdo.version", run.tool.version.clone()),
        ("run.id", run.run.id.clone()),
        ("run.as_of", run.run.as_of.to_string()),
        ("run.started", run.run.started.clone()),
        ("rules.sha256", run.tool.rules_sha256.clone()),
        ("law.sha256", run.tool.law_sha256.clone()),
        ("gate", run.gate.outcome.clone()),
        ("disclaimer", run.disclaimer.get(lang).to_owned()),
    ] {
        suite.add_property(Property::new(key, xml(&value)));
    }
    if let Some(system) = system {
        suite.add_property(Property::new("level", system.level.to_string()));
    }
    for ((control, asset), findings) in cases {
        suite.add_test_case(case(control, asset, findings, lang));
    }
    suite
}

fn case(control: &str, asset: &str, findings: &[&Finding], lang: Lang) -> TestCase {
    let title = findings.first().map_or("", |f| f.title.get(lang));
    let class = findings
        .iter()
        .flat_map(|f| &f.requirements)
        .map(|r| r.id.as_str())
        .next()
        .unwrap_or("capdo");
    let name = format!("{control} {} – {}", short(asset, 120), lines(title));
    let mut case = TestCase::new(xml(&name), status(findings, lang));
    case.set_classname(xml(class));
    case.set_assertions(findings.len());
    case
}

/// The one element of the case.
fn status(findings: &[&Finding], lang: Lang) -> TestCaseStatus {
    let of = |wanted: fn(&Finding) -> bool| -> Vec<&Finding> {
        findings.iter().copied().filter(|f| wanted(f)).collect()
    };
    let failing = of(is_active);
    if !failing.is_empty() {
        return not_success(NonSuccessKind::Failure, &failing, lang);
    }
    let unseen = of(|f| matches!(f.result, ResultWord::Error | ResultWord::Unknown));
    if !unseen.is_empty() {
        return not_success(NonSuccessKind::Error, &unseen, lang);
    }
    let accepted = of(|f| f.result == ResultWord::Fail);
    let unchecked = of(|f| f.result == ResultWord::NotChecked);
    for skipped in [accepted, unchecked] {
        if let Some(first) = skipped.first() {
            return skip(first, &skipped, lang);
        }
    }
    let decided = |f: &&Finding| {
        !matches!(
            f.result,
            ResultWord::NotApplicable | ResultWord::NotSelected
        )
    };
    match findings.iter().find(|f| decided(f)) {
        Some(_) => TestCaseStatus::success(),
        None => findings
            .first()
            .map_or_else(TestCaseStatus::success, |first| skip(first, findings, lang)),
    }
}

fn not_success(kind: NonSuccessKind, findings: &[&Finding], lang: Lang) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    if let Some(first) = findings.first() {
        status.set_type(format!("{}.{}", first.result.word(), first.severity.word()));
        status.set_message(xml(&message(first, lang)));
    }
    status.set_description(xml(&told(findings, lang)));
    status
}

/// The message begins with the word, so that a reader sees that nothing was proven.
fn skip(first: &Finding, findings: &[&Finding], lang: Lang) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    let message = match &first.waiver {
        Some(waiver) if first.result == ResultWord::Fail => format!(
            "{} until {}: {} ({})",
            disposition(first.disposition),
            waiver.until,
            short(&waiver.reason, VALUE_CHARS),
            waiver.id
        ),
        Some(_) | None if first.result == ResultWord::Fail => {
            disposition(first.disposition).to_owned()
        }
        Some(_) | None => format!("{}: {}", first.result.word(), why(first, lang)),
    };
    status.set_message(xml(&message));
    if first.result == ResultWord::Fail {
        status.set_description(xml(&told(findings, lang)));
    }
    status
}

fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::None => "none",
        Disposition::Waived => "waived",
        Disposition::Compensating => "compensating",
        Disposition::Attested => "attested",
        Disposition::Inherited => "inherited",
        Disposition::FalsePositive => "false-positive",
    }
}

fn message(finding: &Finding, lang: Lang) -> String {
    format!(
        "{}: {} – {}",
        labels::result(finding.result).get(lang),
        lines(finding.title.get(lang)),
        lines(finding.expected.get(lang))
    )
}

fn why(finding: &Finding, lang: Lang) -> String {
    finding.reason.as_ref().map_or_else(String::new, |r| {
        short(super::common::reason(r, lang), VALUE_CHARS)
    })
}

/// `place: subject: facts`, a line for each finding, then the remedy.
fn told(findings: &[&Finding], lang: Lang) -> String {
    let mut text = String::new();
    for finding in findings.iter().take(TOLD) {
        let facts: Vec<String> = finding
            .actual
            .iter()
            .take(5)
            .map(|fact| actual(fact, VALUE_CHARS))
            .collect();
        let mut parts = whereabouts(finding);
        parts.extend([facts.join(", "), why(finding, lang)]);
        parts.retain(|part| !part.is_empty());
        text.push_str(&parts.join(" · "));
        text.push('\n');
    }
    if findings.len() > TOLD {
        text.push_str(labels::more(findings.len() - TOLD).get(lang));
        text.push('\n');
    }
    if let Some(first) = findings.first() {
        text.push_str(&lines(first.remediation.get(lang)));
    }
    text
}

/// XML 1.0 has no place for control characters nor for U+FFFE and U+FFFF; quick-junit escapes the rest.
fn xml(text: &str) -> String {
    text.chars()
        .filter(|c| {
            matches!(c, '\t' | '\n') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn drawn(run: &Run) -> String {
        String::from_utf8(Junit.render(run, &Options::default()).unwrap()).unwrap()
    }

    #[test]
    fn a_run() {
        insta::assert_snapshot!(drawn(&sample::run()));
    }

    #[test]
    fn hostile_text_stays_text() {
        let text = drawn(&sample::hostile());
        assert!(!text.contains("<script"));
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{fffe}') && !text.contains('\u{202e}')
        );
    }

    #[test]
    fn at_most_one_outcome() {
        for case in drawn(&sample::large(2000)).split("<testcase ").skip(1) {
            let outcomes = ["<failure", "<error", "<skipped"]
                .map(|tag| case.matches(tag).count())
                .iter()
                .sum::<usize>();
            assert!(outcomes <= 1, "{case}");
        }
    }
}
