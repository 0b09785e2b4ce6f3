//! The summary on a terminal: counts first, the letter, the worst, what is undetermined, the gate.
//!
//! The text carries ANSI styles; the caller prints it through `anstream`, which drops them where they do not belong.
//! It reads the same without colour.

mod brief;

use std::collections::BTreeMap;
use std::fmt::Write;

pub use brief::brief;

use anstyle::{AnsiColor, Style};

use super::common::{
    active, actual, before_waivers, lead, lines, reason, remarks, short, whereabouts, worst,
};
use crate::model::{Finding, Lang, ReasonReport, Run, Severity, Status, Text};
use crate::text::labels::{self, page};
use crate::text::unicode::visible;

/// The summary of a run in one language, in lines of at most so many columns.
pub fn summary(run: &Run, lang: Lang, width: usize) -> String {
    let mut out = Out {
        text: String::new(),
        lang,
        width,
        tight: false,
    };
    out.head(run);
    out.counts(run);
    out.letter(run);
    out.systems(run);
    out.worst(run);
    out.undetermined(run);
    out.waivers(run);
    out.notes(run);
    out.gate(run);
    out.text
}

/// Failures that are shown.
const WORST: usize = 10;
/// Columns of a line where nobody says how many there are.
pub const WIDTH: usize = 100;

struct Out {
    text: String,
    lang: Lang,
    /// Columns of a line that we wrap.
    width: usize,
    /// No empty lines between sections.
    tight: bool,
}

impl Out {
    fn word(&self, key: &'static str) -> &'static str {
        page::word(key).get(self.lang)
    }

    fn get<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.lang)
    }

    fn line(&mut self, line: &str) {
        for line in line.trim_end().split('\n') {
            // A pipeline takes a line that begins so for a command of its own.
            let begins = line.trim_start();
            if begins.starts_with("::") || begins.starts_with("##") {
                self.text.push_str("· ");
            }
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn heading(&mut self, key: &'static str) {
        let bold = Style::new().bold();
        let word = self.word(key);
        if !self.tight {
            self.line("");
        }
        self.line(&format!("{bold}{word}{bold:#}"));
    }

    /// Words broken at spaces, each line after `indent` blanks.
    fn wrapped(&mut self, indent: usize, text: &str) {
        let mut line = " ".repeat(indent);
        let mut length = indent;
        for word in text.split_whitespace() {
            let chars = word.chars().count();
            if length > indent && length + 1 + chars > self.width {
                self.line(&line);
                line = " ".repeat(indent);
                length = indent;
            }
            if length > indent {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += chars;
        }
        if length > indent {
            self.line(&line);
        }
    }

    fn head(&mut self, run: &Run) {
        let bold = Style::new().bold();
        let scan = run.run.scope == "scan";
        let title = self.word(if scan { "title_scan" } else { "title" });
        self.line(&format!("{bold}{title}{bold:#}"));
        if let Some(organisation) = &run.organisation {
            let name = lines(self.get(&organisation.name));
            self.wrapped(0, &name);
        }
        let as_of = labels::day(run.run.as_of);
        let (law, day) = (self.word("as_of"), self.get(&as_of));
        let mut end = format!(" · {law} {day}");
        if let Some(system) = run.systems.first().filter(|_| scan) {
            let _ = write!(end, " · {} {}", self.word("level_short"), system.level);
        }
        // What was looked at takes the room that is left.
        let most = match self.tight {
            true => self.width.saturating_sub(end.chars().count()).max(12),
            false => 120,
        };
        self.line(&format!("{}{end}", fit(&visible(&run.run.input), most)));
        if scan {
            let note = self.word("scan_note");
            self.wrapped(0, note);
        }
        if !run.run.complete {
            let note = self.word("incomplete");
            self.line(note);
        }
    }

    fn counts(&mut self, run: &Run) {
        self.heading("summary");
        let counts = labels::counts(run.summary.requirements);
        let sentence = self.get(&counts).to_owned();
        self.line(&format!("  {sentence}"));
        let mut more = Vec::new();
        if let Some(coverage) = run.summary.coverage {
            more.push(format!("{}: {coverage} %", self.word("coverage")));
        }
        match run.summary.compliance {
            Some(met) if run.summary.coverage.is_some_and(|c| c >= 80) => {
                more.push(format!("{}: {met} %", self.word("fulfilment")));
            }
            _ => more.push(self.word("low_coverage").to_owned()),
        }
        self.wrapped(2, &more.join(". "));
        if let Some(words) = before_waivers(run) {
            self.wrapped(2, words.get(self.lang));
        }
    }

    fn letter(&mut self, run: &Run) {
        if run.letter.is_empty() {
            return;
        }
        self.heading("letter");
        for item in &run.letter {
            let state = self.state(item.status);
            // Two blanks, the number, the state, as wide as all are, two blanks.
            let room = self.width.saturating_sub(21);
            let title = fit(self.get(&item.title), room);
            self.line(&format!("  {}. {state}  {title}", item.item));
        }
    }

    fn systems(&mut self, run: &Run) {
        if run.systems.is_empty() || run.run.scope == "scan" {
            return;
        }
        self.heading("systems");
        for system in &run.systems {
            let state = self.state(system.status);
            let mut line = format!(
                "  {state}  {} ({}), {} {}",
                lines(self.get(&system.name)),
                lines(&system.id),
                self.word("level_short"),
                system.level
            );
            if let Some(required) = system.required_level.filter(|r| *r > system.level) {
                let _ = write!(line, ", {}: {required}", self.word("required"));
            }
            if system.level_decision.is_none() && system.id != "org" {
                let (word, none) = (self.word("decision"), self.word("decision_none"));
                let _ = write!(line, "; {word}: {none}");
            }
            self.line(&line);
        }
    }

    /// A status in its colour, padded.
    fn state(&self, status: Status) -> String {
        let style = match status {
            Status::Gap => AnsiColor::Red.on_default().bold(),
            Status::Remark => AnsiColor::Yellow.on_default(),
            Status::Met => AnsiColor::Green.on_default(),
            Status::Undetermined => AnsiColor::Cyan.on_default(),
            Status::NotApplicable => Style::new().dimmed(),
        };
        format!(
            "{style}{}{style:#}",
            pad(labels::status(status).get(self.lang), 14)
        )
    }

    fn worst(&mut self, run: &Run) {
        let all = active(run).len();
        if all == 0 {
            return;
        }
        self.heading("failing");
        let shown = worst(run, WORST);
        for finding in &shown {
            self.finding(finding);
        }
        if all > shown.len() {
            let more = labels::more(all - shown.len());
            let details = self.word("see_report");
            self.line(&format!("  … {}. {details}", more.get(self.lang)));
        }
    }

    /// A severity in its colour, padded.
    fn severity(&self, severity: Severity) -> String {
        let style = match severity {
            Severity::Critical | Severity::High => AnsiColor::Red.on_default(),
            Severity::Medium => AnsiColor::Yellow.on_default(),
            Severity::Low | Severity::Info => Style::new().dimmed(),
        };
        let word = pad(labels::severity(severity).get(self.lang), 12);
        format!("{style}{word}{style:#}")
    }

    fn finding(&mut self, finding: &Finding) {
        let severity = self.severity(finding.severity);
        let force = labels::force(finding.force).get(self.lang);
        let title = lines(self.get(&finding.title));
        self.line(&format!(
            "  {severity}  {title} ({}, {force})",
            finding.control
        ));
        self.line(&format!("    {}", whereabouts(finding).join("  ")));
        let facts: Vec<String> = finding
            .actual
            .iter()
            .take(3)
            .map(|fact| actual(fact, 80))
            .collect();
        if !facts.is_empty() {
            let word = self.word("actual");
            self.line(&format!("    {word}: {}", facts.join(", ")));
        }
        let remedy = format!(
            "{}: {}",
            self.word("remedy"),
            lines(self.get(&finding.remediation))
        );
        self.wrapped(4, &remedy);
    }

    fn undetermined(&mut self, run: &Run) {
        let mut reasons: BTreeMap<&str, (&ReasonReport, u64, bool)> = BTreeMap::new();
        for requirement in &run.requirements {
            for system in &requirement.systems {
                if system.status == Status::Undetermined {
                    let why = &system.reason;
                    let entry = reasons.entry(&why.code).or_insert((why, 0, true));
                    entry.1 += 1;
                    entry.2 &= entry.0 == why;
                }
            }
        }
        if reasons.is_empty() {
            return;
        }
        self.heading("undetermined");
        let mut reasons: Vec<(u64, String)> = reasons
            .into_iter()
            .map(|(code, (why, count, same))| {
                let words = Text::new(why.vi.clone(), why.en.clone());
                let words = if same { words } else { lead(code, &words) };
                (count, short(self.get(&words), 160))
            })
            .collect();
        reasons.sort_by_key(|(count, words)| (std::cmp::Reverse(*count), words.clone()));
        for (count, words) in reasons {
            self.line(&format!("  {count:>5}  {words}"));
        }
        let mut errors = run
            .findings
            .iter()
            .filter(|f| f.result == crate::model::ResultWord::Error);
        for finding in errors.by_ref().take(5) {
            let why = finding.reason.as_ref().map_or("", |r| reason(r, self.lang));
            self.line(&format!(
                "         {}  {}: {}",
                short(&finding.asset, 60),
                finding.control,
                short(why, 160)
            ));
        }
        let left = errors.count();
        if left > 0 {
            let more = labels::more(left);
            self.line(&format!("         … {}", more.get(self.lang)));
        }
    }

    fn waivers(&mut self, run: &Run) {
        let spoken = self.spoken_waivers(run);
        if spoken.is_empty() {
            return;
        }
        self.heading("waivers");
        for line in spoken {
            self.line(&line);
        }
    }

    /// A line for each remark on a waiver.
    fn spoken_waivers(&self, run: &Run) -> Vec<String> {
        run.waivers
            .iter()
            .flat_map(|w| remarks(w).map(move |r| (w, r)))
            .map(|(w, r)| format!("  {}  {}", lines(&w.id), short(reason(r, self.lang), 120)))
            .collect()
    }

    fn notes(&mut self, run: &Run) {
        for note in run.notes.iter().chain([&run.disclaimer]) {
            self.line("");
            let note = lines(self.get(note));
            self.wrapped(2, &note);
        }
    }

    fn gate(&mut self, run: &Run) {
        self.heading("gate");
        self.verdict(run);
        for why in &run.gate.reasons {
            let why = lines(self.get(why));
            self.wrapped(4, &why);
        }
    }

    fn verdict(&mut self, run: &Run) {
        let style = match run.gate.outcome.as_str() {
            "pass" => AnsiColor::Green.on_default().bold(),
            "fail" => AnsiColor::Red.on_default().bold(),
            _ => AnsiColor::Cyan.on_default().bold(),
        };
        let label = labels::gate(&run.gate.outcome).get(self.lang);
        let exit = self.word("exit_code");
        self.line(&format!(
            "  {style}{label}{style:#} ({exit} {})",
            run.gate.exit_code
        ));
    }
}

fn pad(words: &str, width: usize) -> String {
    format!("{words:<width$}")
}

/// A text in so many columns, the sign of what is cut among them.
fn fit(text: &str, columns: usize) -> String {
    match text.chars().count() > columns {
        true => short(text, columns.saturating_sub(1)),
        false => short(text, columns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn plain(run: &Run, lang: Lang) -> String {
        anstream::adapter::strip_str(&summary(run, lang, WIDTH)).to_string()
    }

    #[test]
    fn in_vietnamese() {
        insta::assert_snapshot!(plain(&sample::run(), Lang::Vi));
    }

    #[test]
    fn in_english() {
        insta::assert_snapshot!(plain(&sample::run(), Lang::En));
    }

    #[test]
    fn the_short_one_fits_a_screen() {
        for lang in [Lang::Vi, Lang::En] {
            for run in [
                sample::run(),
                sample::hostile(),
                sample::scan(),
                sample::large(5000),
            ] {
                let text = anstream::adapter::strip_str(&brief(&run, lang, WIDTH)).to_string();
                assert!(
                    text.lines().count() <= 45,
                    "{}:\n{text}",
                    text.lines().count()
                );
                let widest = text.lines().map(|l| l.chars().count()).max();
                assert!(widest <= Some(140), "{widest:?}:\n{text}");
            }
        }
    }

    #[test]
    fn no_line_of_it_is_wider_than_the_screen() {
        for (lang, width) in [
            (Lang::Vi, 80),
            (Lang::En, 80),
            (Lang::Vi, 100),
            (Lang::En, 120),
        ] {
            for run in [sample::run(), sample::scan(), sample::large(500)] {
                let text = anstream::adapter::strip_str(&brief(&run, lang, width)).to_string();
                for line in text.lines() {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn nothing_hostile_reaches_the_terminal() {
        let short =
            anstream::adapter::strip_str(&brief(&sample::hostile(), Lang::Vi, WIDTH)).to_string();
        let text = plain(&sample::hostile(), Lang::Vi) + &short;
        let wrong = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{2028}';
        assert_eq!(text.chars().find(|c| wrong(*c)), None);
        assert!(text.lines().all(|line| line.chars().count() < 2000));
    }
}
