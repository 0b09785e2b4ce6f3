//! `summary.md`: what a reviewer reads beside a pipeline. Short enough for the job summary of GitHub (1 MiB) by far.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::common::{
    active, before_waivers, lead, lines, markdown, reason, remarks, short, whereabouts, worst,
};
use super::{Options, Past, Render, ReportError};
use crate::model::{Lang, ReasonReport, Run, Severity, Status, WaiverReport};
use crate::text::labels::{self, page};

/// `--format markdown`.
#[derive(Debug, Clone, Copy)]
pub struct Markdown;

impl Render for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn file_name(&self) -> &'static str {
        "summary.md"
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let mut out = Out {
            text: String::new(),
            lang: options.lang,
        };
        out.head(run);
        out.trend(run, &options.history);
        out.letter(run);
        out.systems(run);
        out.worst(run);
        out.undetermined(run);
        out.waivers(run);
        out.line(&format!("> {}", md(run.disclaimer.get(options.lang))));
        Ok(out.text.into_bytes())
    }
}

/// Failures that are listed.
const WORST: usize = 15;
/// Reasons that are listed.
const REASONS: usize = 8;

struct Out {
    text: String,
    lang: Lang,
}

impl Out {
    fn word(&self, key: &'static str) -> &'static str {
        page::word(key).get(self.lang)
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn head(&mut self, run: &Run) {
        let title = if run.run.scope == "scan" {
            "title_scan"
        } else {
            "title"
        };
        let title = self.word(title);
        self.line(&format!("# {title}\n"));
        let mut of: Vec<String> = run
            .organisation
            .iter()
            .map(|o| md(o.name.get(self.lang)))
            .collect();
        of.push(format!("`{}`", code(&run.run.input)));
        of.push(format!(
            "{} {}",
            self.word("as_of"),
            labels::day(run.run.as_of).get(self.lang)
        ));
        self.line(&format!("{}\n", of.join(" · ")));
        let sentence = labels::counts(run.summary.requirements);
        self.line(&format!("**{}**\n", sentence.get(self.lang)));
        if let Some(coverage) = run.summary.coverage {
            let word = self.word("coverage");
            self.line(&format!("{word}: {coverage} %\n"));
        }
        if !run.run.complete {
            let word = self.word("incomplete");
            self.line(&format!("> {word}\n"));
        }
        let failing = active(run);
        let counts: Vec<String> = SEVERITIES
            .iter()
            .filter_map(|s| {
                let count = failing.iter().filter(|f| f.severity == *s).count();
                (count > 0).then(|| format!("{} {count}", labels::severity(*s).get(self.lang)))
            })
            .collect();
        if !counts.is_empty() {
            let word = self.word("failing");
            self.line(&format!("{word}: {}\n", counts.join(", ")));
        }
        if let Some(before) = before_waivers(run) {
            self.line(&format!("{}\n", before.get(self.lang)));
        }
        let gate = labels::gate(&run.gate.outcome).get(self.lang);
        let (word, exit) = (self.word("gate"), self.word("exit_code"));
        let only = match run.gate.new_only {
            true => format!("; {}", self.word("new_only")),
            false => String::new(),
        };
        self.line(&format!(
            "{word}: **{gate}** ({exit} {}{only})\n",
            run.gate.exit_code
        ));
        for reason in run.gate.reasons.iter().take(REASONS) {
            let reason = md(reason.get(self.lang));
            self.line(&format!("- {reason}"));
        }
        self.line("");
    }

    /// From the first of the earlier runs that were given to this one.
    fn trend(&mut self, run: &Run, history: &[Past]) {
        let Some(first) = history.first() else {
            return;
        };
        let now = Past::of(run);
        let said = labels::trend(
            history.len() + 1,
            (first.day(), first.counts),
            (now.day(), now.counts),
        );
        self.line(&format!("{}\n", md(said.get(self.lang))));
    }

    fn table(&mut self, head: &[&str]) {
        self.line(&format!("| {} |", head.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(head.len())));
    }

    fn letter(&mut self, run: &Run) {
        if run.letter.is_empty() {
            return;
        }
        let heading = self.word("letter");
        self.line(&format!("## {heading}\n"));
        self.table(&["", heading, self.word("status")]);
        for item in &run.letter {
            let title = md(item.title.get(self.lang));
            let status = self.status(item.status);
            self.line(&format!("| {} | {title} | {status} |", item.item));
        }
        self.line("");
    }

    fn status(&self, status: Status) -> String {
        let sign = match status {
            Status::Gap => "✗",
            Status::Remark => "!",
            Status::Met => "✓",
            Status::Undetermined => "?",
            Status::NotApplicable => "–",
        };
        format!("{sign} {}", labels::status(status).get(self.lang))
    }

    fn systems(&mut self, run: &Run) {
        if run.systems.is_empty() || run.run.scope == "scan" {
            return;
        }
        let heading = self.word("systems");
        self.line(&format!("## {heading}\n"));
        self.table(&[
            self.word("system"),
            self.word("level"),
            self.word("status"),
            self.word("counts"),
        ]);
        for system in &run.systems {
            let line = format!(
                "| {} (`{}`) | {} | {} | {} |",
                md(system.name.get(self.lang)),
                code(&system.id),
                system.level,
                self.status(system.status),
                labels::counts(system.counts).get(self.lang)
            );
            self.line(&line);
        }
        self.line("");
    }

    fn worst(&mut self, run: &Run) {
        let chosen = worst(run, WORST);
        if chosen.is_empty() {
            let word = self.word("worst_none");
            self.line(&format!("{word}\n"));
            return;
        }
        let heading = self.word("failing");
        self.line(&format!("## {heading}\n"));
        self.table(&[
            self.word("severity"),
            self.word("control"),
            self.word("place"),
            self.word("remedy"),
        ]);
        for finding in &chosen {
            let at: Vec<String> = whereabouts(finding)
                .iter()
                .map(|part| format!("`{}`", code(part)))
                .collect();
            let line = format!(
                "| {} | {} `{}` | {} | {} |",
                labels::severity(finding.severity).get(self.lang),
                md(finding.title.get(self.lang)),
                code(&finding.control),
                at.join(" "),
                md(&short(finding.remediation.get(self.lang), 200))
            );
            self.line(&line);
        }
        let left = active(run).len().saturating_sub(chosen.len());
        if left > 0 {
            let more = labels::more(left);
            self.line(&format!("\n{}\n", more.get(self.lang)));
        } else {
            self.line("");
        }
    }

    /// By reason, the most frequent first.
    fn undetermined(&mut self, run: &Run) {
        let mut reasons: BTreeMap<&str, (usize, &ReasonReport)> = BTreeMap::new();
        for system in run.requirements.iter().flat_map(|r| &r.systems) {
            if system.status == Status::Undetermined {
                reasons
                    .entry(&system.reason.code)
                    .or_insert((0, &system.reason))
                    .0 += 1;
            }
        }
        if reasons.is_empty() {
            return;
        }
        let mut reasons: Vec<(usize, &ReasonReport)> = reasons.into_values().collect();
        reasons.sort_by_key(|(count, reason)| (std::cmp::Reverse(*count), &reason.code));
        let (heading, note) = (self.word("undetermined"), self.word("undetermined_lead"));
        self.line(&format!("## {heading}\n\n{note}\n"));
        for (count, reason) in reasons.iter().take(REASONS) {
            let words = crate::model::Text::new(&reason.vi, &reason.en);
            let words = lead(&reason.code, &words);
            let words = md(words.get(self.lang));
            self.line(&format!("- {count}: {words}"));
        }
        self.line("");
    }
}

impl Out {
    /// Those of which there is something to say first: ended, not approved, unused, overlapping, ending soon.
    fn waivers(&mut self, run: &Run) {
        if run.waivers.is_empty() {
            return;
        }
        let heading = self.word("waivers");
        self.line(&format!("## {heading}\n"));
        self.table(&[
            self.word("id"),
            self.word("covers"),
            self.word("until"),
            self.word("status"),
        ]);
        let mut waivers: Vec<&WaiverReport> = run.waivers.iter().collect();
        waivers.sort_by_key(|w| (remarks(w).next().is_none(), w.until));
        for waiver in waivers.iter().take(WORST) {
            let state = match waiver.active {
                true => self.word("counts_now"),
                false => self.word("counts_not"),
            };
            let said: Vec<String> = std::iter::once(state.to_owned())
                .chain(remarks(waiver).map(|r| md(reason(r, self.lang))))
                .collect();
            let line = format!(
                "| `{}` | `{}` | {} | {} |",
                code(&waiver.id),
                code(&waiver.covers),
                labels::day(waiver.until).get(self.lang),
                said.join("; ")
            );
            self.line(&line);
        }
        let left = waivers.len().saturating_sub(WORST);
        if left > 0 {
            let more = labels::more(left);
            self.line(&format!("\n{}", more.get(self.lang)));
        }
        self.line("");
    }
}

const SEVERITIES: [Severity; 5] = [
    Severity::Critical,
    Severity::High,
    Severity::Medium,
    Severity::Low,
    Severity::Info,
];

/// Text in one line of Markdown.
fn md(text: &str) -> String {
    let mut line = String::new();
    for word in lines(text).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    markdown(&line)
}

/// Text between backticks, in a cell of a table.
fn code(text: &str) -> String {
    let mut shown = String::new();
    for c in short(text, 160).chars() {
        // A pipe ends a cell even inside of code; a backtick would end the code.
        let _ = match c {
            '`' => shown.write_char('\''),
            '|' => shown.write_str("\\|"),
            other => shown.write_char(other),
        };
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn drawn(run: &Run) -> String {
        String::from_utf8(Markdown.render(run, &Options::default()).unwrap()).unwrap()
    }

    #[test]
    fn a_run() {
        insta::assert_snapshot!(drawn(&sample::run()));
    }

    #[test]
    fn it_stays_short_and_hostile_text_stays_text() {
        for run in [sample::hostile(), sample::large(5000)] {
            let text = drawn(&run);
            assert!(text.len() < 64 * 1024, "{}", text.len());
            for never in ["<script", "\u{1b}", "\u{202e}", "\u{0}"] {
                assert!(!outside_of_code(&text).contains(never), "{never:?}");
            }
            let cells = |line: &str| line.replace("\\|", "").matches('|').count();
            let failing = text
                .split("## ")
                .find(|part| part.contains("| Vị trí |"))
                .unwrap();
            for line in failing.lines().filter(|l| l.starts_with("| ")) {
                assert_eq!(cells(line), 5, "{line}");
            }
        }
    }

    fn outside_of_code(text: &str) -> String {
        text.split('`').step_by(2).collect()
    }
}
