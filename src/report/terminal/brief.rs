//! The summary that fits a screen: the same run, only what comes first. `--verbose` gives the long one, the page gives all.

use std::collections::BTreeMap;

use super::{Out, fit, pad};
use crate::model::{Finding, Lang, ReasonReport, ResultWord, Run, Severity, Status, Text};
use crate::report::common::{active, actual, lead, lines, whereabouts, worst};
use crate::text::labels;

/// Failures that are shown.
const WORST: usize = 3;
/// Systems, reasons and remarks that are shown.
const FEW: usize = 4;
/// Reasons that are shown.
const REASONS: usize = 3;
/// Below this the names of systems are left out.
const NARROW: usize = 100;
/// Rows of a table that are shown.
const ROWS: usize = 20;

/// The summary of a run in one language, short, in lines of at most so many columns.
pub fn brief(run: &Run, lang: Lang, width: usize) -> String {
    let mut out = Out {
        text: String::new(),
        lang,
        width,
        tight: true,
    };
    out.head(run);
    out.counts(run);
    out.letter(run);
    out.few_systems(run);
    if is_endpoints(run) {
        out.endpoints(run);
    }
    out.few_worst(run);
    out.few_undetermined(run);
    out.few_waivers(run);
    out.gate_line(run);
    out.few_notes(run);
    out.text
}

/// Is this a scan of endpoints? Then each has a row.
fn is_endpoints(run: &Run) -> bool {
    run.run.scope == "scan" && run.run.kind == Some(crate::model::AssetKind::Endpoint)
}

impl Out {
    fn few_systems(&mut self, run: &Run) {
        if run.systems.is_empty() || run.run.scope == "scan" {
            return;
        }
        self.heading("systems");
        let mut worst_first: Vec<_> = run.systems.iter().collect();
        worst_first.sort_by_key(|s| std::cmp::Reverse(s.status));
        for system in worst_first.iter().take(FEW) {
            let state = self.state(system.status);
            let counts = labels::open_counts(system.counts);
            let id = fit(&system.id, 20);
            // On a narrow screen its id says which it is.
            let name = match self.width < NARROW {
                true => id,
                false => format!("{} ({id})", fit(self.get(&system.name), 28)),
            };
            self.line(&format!(
                "  {state}  {name}, {} {} · {}",
                self.word("level_short"),
                system.level,
                counts.get(self.lang)
            ));
        }
        self.more(worst_first.len(), FEW);
    }

    fn few_worst(&mut self, run: &Run) {
        let all = active(run).len();
        if all == 0 {
            return;
        }
        self.heading("failing");
        let shown = worst(run, WORST);
        for finding in &shown {
            self.one_failure(finding);
        }
        if all > shown.len() {
            let more = labels::more(all - shown.len());
            let details = self.word("see_more");
            self.line(&format!("  … {}. {details}", more.get(self.lang)));
        }
    }

    fn one_failure(&mut self, finding: &Finding) {
        let severity = self.severity(finding.severity);
        let title = fit(self.get(&finding.title), self.width.saturating_sub(30));
        self.line(&format!("  {severity}  {title} ({})", finding.control));
        let mut parts = whereabouts(finding);
        // A file that is the asset itself is said once, with its line.
        if let [asset, place, ..] = parts.as_slice()
            && place.starts_with(asset.as_str())
        {
            parts.remove(0);
        }
        let mut place = parts.join("  ");
        if let Some(fact) = finding.actual.first() {
            place = format!("{place}: {}", actual(fact, 60));
        }
        self.line(&format!(
            "    {}",
            fit(&place, self.width.saturating_sub(4))
        ));
        let remedy = lines(self.get(&finding.remediation)).replace('\n', " ");
        let word = self.word("remedy");
        self.line(&format!(
            "    {}",
            fit(&format!("{word}: {remedy}"), self.width.saturating_sub(4))
        ));
    }

    fn few_undetermined(&mut self, run: &Run) {
        let mut reasons: BTreeMap<&str, (&ReasonReport, usize)> = BTreeMap::new();
        let pairs = run.requirements.iter().flat_map(|r| &r.systems);
        for system in pairs.filter(|s| s.status == Status::Undetermined) {
            let why = &system.reason;
            reasons.entry(&why.code).or_insert((why, 0)).1 += 1;
        }
        if reasons.is_empty() {
            return;
        }
        self.heading("undetermined");
        let mut reasons: Vec<(usize, String)> = reasons
            .into_iter()
            .map(|(code, (why, count))| {
                let words = lead(code, &Text::new(why.vi.clone(), why.en.clone()));
                (
                    count,
                    fit(words.get(self.lang), self.width.saturating_sub(20)),
                )
            })
            .collect();
        reasons.sort_by_key(|(count, words)| (std::cmp::Reverse(*count), words.clone()));
        for (count, words) in reasons.iter().take(REASONS) {
            self.line(&format!("  {count:>5}  {words}"));
        }
        self.more(reasons.len(), REASONS);
        let failed = run.findings.iter();
        let failed = failed.filter(|f| f.result == ResultWord::Error).count();
        if failed > 0 {
            let words = labels::errors(failed);
            self.line(&format!("  {}", words.get(self.lang)));
        }
    }

    fn few_waivers(&mut self, run: &Run) {
        let spoken = self.spoken_waivers(run);
        if spoken.is_empty() {
            return;
        }
        self.heading("waivers");
        for line in spoken.iter().take(FEW) {
            self.line(&fit(line, self.width));
        }
        self.more(spoken.len(), FEW);
    }

    fn gate_line(&mut self, run: &Run) {
        self.heading("gate");
        self.verdict(run);
        let reasons: Vec<String> = run
            .gate
            .reasons
            .iter()
            .map(|why| fit(self.get(why), 120))
            .collect();
        self.wrapped(4, &reasons.join(" · "));
    }

    fn few_notes(&mut self, run: &Run) {
        for note in run.notes.iter().take(FEW) {
            let note = fit(
                &lines(self.get(note)).replace('\n', " "),
                self.width.saturating_sub(2),
            );
            self.line(&format!("! {note}"));
        }
        self.more(run.notes.len(), FEW);
        let disclaimer = lines(self.get(&run.disclaimer));
        self.wrapped(0, &disclaimer);
    }

    /// How many more there are than were shown.
    fn more(&mut self, all: usize, shown: usize) {
        if all > shown {
            let more = labels::more(all - shown);
            self.line(&format!("  … {}", more.get(self.lang)));
        }
    }

    /// One row for each endpoint: how many fail by severity, how many could not be judged, the worst.
    fn endpoints(&mut self, run: &Run) {
        self.heading("endpoints");
        let width = run.assets.iter().map(|a| a.target.chars().count()).max();
        let width = width.unwrap_or(0).clamp(10, 44);
        let heads = [
            "worst_short",
            "failing_short",
            "unseen_short",
            "passing_short",
        ]
        .map(|w| self.word(w));
        let [worst_word, failing, unseen, passing] = heads;
        self.line(&format!(
            "  {}  {:>12}  {:>9}  {:>5}  {worst_word}",
            pad("", width),
            failing,
            unseen,
            passing
        ));
        let mut assets: Vec<_> = run.assets.iter().collect();
        assets.sort_by(|a, b| a.target.cmp(&b.target));
        for asset in assets.iter().take(ROWS) {
            let own: Vec<&Finding> = run
                .findings
                .iter()
                .filter(|f| f.asset == asset.id)
                .collect();
            let row = Row::of(&own);
            let title = row.worst.map_or("", |f| self.get(&f.title)).to_owned();
            let line = format!(
                "  {}  {:>12}  {:>9}  {:>5}  {}",
                pad(&fit(&asset.target, width), width),
                row.failing(),
                row.unseen,
                row.passing,
                fit(&title, self.width.saturating_sub(width + 37))
            );
            self.line(&line);
        }
        self.more(assets.len(), ROWS);
        let legend = self.word("endpoints_legend");
        self.line(&format!("  {legend}"));
    }
}

/// What a row of the table says.
struct Row<'a> {
    by_severity: [usize; 4],
    unseen: usize,
    passing: usize,
    worst: Option<&'a Finding>,
}

impl<'a> Row<'a> {
    fn of(findings: &[&'a Finding]) -> Self {
        let mut row = Self {
            by_severity: [0; 4],
            unseen: 0,
            passing: 0,
            worst: None,
        };
        for finding in findings {
            match finding.result {
                ResultWord::Pass | ResultWord::Fixed => row.passing += 1,
                ResultWord::Error | ResultWord::Unknown | ResultWord::NotChecked => row.unseen += 1,
                ResultWord::Fail => row.fail(finding),
                ResultWord::NotApplicable | ResultWord::NotSelected | ResultWord::Informational => {
                }
            }
        }
        row
    }

    fn fail(&mut self, finding: &'a Finding) {
        let at = match finding.severity {
            Severity::Critical => 0,
            Severity::High => 1,
            Severity::Medium => 2,
            Severity::Low | Severity::Info => 3,
        };
        if let Some(count) = self.by_severity.get_mut(at) {
            *count += 1;
        }
        let key = |f: &Finding| (f.severity, f.force);
        if self.worst.is_none_or(|w| key(finding) > key(w)) {
            self.worst = Some(finding);
        }
    }

    /// `critical/high/medium/low`.
    fn failing(&self) -> String {
        self.by_severity.map(|n| n.to_string()).join("/")
    }
}
