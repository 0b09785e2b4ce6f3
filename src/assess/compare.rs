//! Two runs side by side: how each finding and each duty went from one to the other.
//!
//! What can no longer be seen, and what is no longer there, is never a step forward: only a pass mends a failure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::summary::is_active_fail;
use crate::model::{Finding, ResultWord, Run, Severity, Status, Text};

/// How a finding stands in a run, as far as a comparison asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It passes, or is mended.
    Pass,
    /// It fails, and nothing stands beside it.
    Fail,
    /// It fails, and a waiver in force stands beside it.
    Accepted,
    /// It could not be judged: `error`, `unknown`, `notchecked`.
    Unseen,
    /// The duty does not arise, is not in force, or only informs.
    Outside,
    /// The run does not have it.
    Absent,
}

/// All of them, in the order of tables.
pub const STANDINGS: [Standing; 6] = [
    Standing::Pass,
    Standing::Fail,
    Standing::Accepted,
    Standing::Unseen,
    Standing::Outside,
    Standing::Absent,
];

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// A step back.
    Worse,
    /// A step forward.
    Better,
    /// Neither, and worth a look: it went away, it came, it was accepted, its duty changed.
    Changed,
    /// As it was.
    Same,
}

impl Standing {
    /// Of a finding.
    pub fn of(finding: &Finding) -> Self {
        match finding.result {
            ResultWord::Pass | ResultWord::Fixed => Self::Pass,
            ResultWord::Fail if is_active_fail(finding) => Self::Fail,
            ResultWord::Fail => Self::Accepted,
            ResultWord::Error | ResultWord::Unknown | ResultWord::NotChecked => Self::Unseen,
            ResultWord::NotApplicable | ResultWord::NotSelected | ResultWord::Informational => {
                Self::Outside
            }
        }
    }
}

/// The table of transitions.
pub fn way(old: Standing, new: Standing) -> Way {
    use Standing::{Absent, Accepted, Fail, Outside, Pass, Unseen};
    match (old, new) {
        (Pass, Pass)
        | (Fail, Fail)
        | (Accepted, Accepted)
        | (Unseen, Unseen)
        | (Outside, Outside)
        | (Absent, Absent) => Way::Same,
        // Sight that is lost, an acceptance that ended, a failure that came.
        (Pass | Fail | Accepted | Outside, Unseen) => Way::Worse,
        (Pass | Accepted | Unseen | Outside | Absent, Fail) => Way::Worse,
        (Pass, Accepted) => Way::Worse,
        (Fail | Accepted | Unseen, Pass) => Way::Better,
        // Accepting is no mending; what vanished was not mended.
        (Fail | Unseen | Outside | Absent, Accepted) => Way::Changed,
        (Outside | Absent, Pass) | (Absent, Unseen) => Way::Changed,
        (Pass | Fail | Accepted | Unseen | Absent, Outside) => Way::Changed,
        (Pass | Fail | Accepted | Unseen | Outside, Absent) => Way::Changed,
    }
}

/// Which way the state of a duty went. `None` is a run without it.
pub fn way_of_duty(old: Option<Status>, new: Option<Status>) -> Way {
    use Status::{Gap, Met, NotApplicable, Remark, Undetermined};
    match (old, new) {
        (None, None) => Way::Same,
        (old, new) if old == new => Way::Same,
        (None | Some(NotApplicable), Some(Gap)) => Way::Worse,
        (Some(_), None) | (None, Some(_)) => Way::Changed,
        (Some(Met | Remark | Gap | NotApplicable), Some(Undetermined)) => Way::Worse,
        (Some(Met | Remark | Undetermined), Some(Gap)) => Way::Worse,
        (Some(Met), Some(Remark)) => Way::Worse,
        (Some(Gap | Remark | Undetermined), Some(Met)) | (Some(Gap), Some(Remark)) => Way::Better,
        (Some(_), Some(_)) => Way::Changed,
    }
}

/// A finding that did not stay as it was.
#[derive(Debug, Clone, Serialize)]
pub struct FindingStep {
    /// Its id.
    pub id: String,
    /// The control.
    pub control: String,
    /// Its title.
    pub title: Text,
    /// Its severity in the later run, or in the earlier one where it is gone.
    pub severity: Severity,
    /// The asset.
    pub asset: String,
    /// The subject.
    pub subject: String,
    /// Which way.
    pub way: Way,
    /// How it stood.
    pub from: Standing,
    /// How it stands.
    pub to: Standing,
    /// The result word there; none where it was not there.
    pub old: Option<ResultWord>,
    /// The result word now; none where it is gone.
    pub new: Option<ResultWord>,
}

/// A duty of a system that did not stay as it was.
#[derive(Debug, Clone, Serialize)]
pub struct DutyStep {
    /// The requirement.
    pub requirement: String,
    /// Instrument and clause.
    #[serde(rename = "ref")]
    pub reference: Text,
    /// Its title.
    pub title: Text,
    /// The system.
    pub system: String,
    /// Which way.
    pub way: Way,
    /// Its state there.
    pub old: Option<Status>,
    /// Its state now.
    pub new: Option<Status>,
}

/// One cell of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// How they stood.
    pub from: Standing,
    /// How they stand.
    pub to: Standing,
    /// Which way that is.
    pub way: Way,
    /// How many findings.
    pub count: u64,
}

/// What changed between two runs: `capdo/diff/1`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Always `capdo/diff/1`.
    pub schema: String,
    /// The id of the earlier run.
    pub old: String,
    /// The id of the later run.
    pub new: String,
    /// Was it judged by other rules?
    pub rules_changed: bool,
    /// Was it judged by other law, or at another day?
    pub law_changed: bool,
    /// Findings by way.
    pub by_way: BTreeMap<&'static str, u64>,
    /// The table of transitions, cells that are not empty.
    pub table: Vec<Cell>,
    /// Findings that did not stay as they were: steps back first, the most severe first.
    pub findings: Vec<FindingStep>,
    /// Duties that did not stay as they were, in the same order.
    pub requirements: Vec<DutyStep>,
}

/// Compares an earlier with a later run.
pub fn compare(old: &Run, new: &Run) -> Comparison {
    let mut table: BTreeMap<(Standing, Standing), u64> = BTreeMap::new();
    let mut by_way: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut findings = Vec::new();
    for (before, after) in paired(old, new) {
        let Some(shown) = after.or(before) else {
            continue;
        };
        let from = before.map_or(Standing::Absent, Standing::of);
        let to = after.map_or(Standing::Absent, Standing::of);
        let way = way(from, to);
        *table.entry((from, to)).or_default() += 1;
        *by_way.entry(word(way)).or_default() += 1;
        if way != Way::Same {
            findings.push(FindingStep {
                id: shown.id.clone(),
                control: shown.control.to_string(),
                title: Text::clone(&shown.title),
                severity: shown.severity,
                asset: shown.asset.to_string(),
                subject: shown.subject.to_string(),
                way,
                from,
                to,
                old: before.map(|f| f.result),
                new: after.map(|f| f.result),
            });
        }
    }
    findings.sort_by(|a, b| {
        let key = |s: &FindingStep| (s.way, std::cmp::Reverse(s.severity));
        (key(a), &a.control, &a.asset, &a.subject).cmp(&(key(b), &b.control, &b.asset, &b.subject))
    });
    Comparison {
        schema: "capdo/diff/1".into(),
        old: old.run.id.clone(),
        new: new.run.id.clone(),
        rules_changed: old.tool.rules_sha256 != new.tool.rules_sha256,
        law_changed: old.tool.law_sha256 != new.tool.law_sha256 || old.run.as_of != new.run.as_of,
        by_way,
        table: table
            .into_iter()
            .map(|((from, to), count)| Cell {
                from,
                to,
                way: way(from, to),
                count,
            })
            .collect(),
        findings,
        requirements: duties(old, new),
    }
}

/// The word of files.
pub fn word(way: Way) -> &'static str {
    match way {
        Way::Worse => "worse",
        Way::Better => "better",
        Way::Changed => "changed",
        Way::Same => "same",
    }
}

type Pair<'a> = (Option<&'a Finding>, Option<&'a Finding>);

/// Findings of both runs by id.
fn paired<'a>(old: &'a Run, new: &'a Run) -> Vec<Pair<'a>> {
    let mut pairs: BTreeMap<&str, Pair<'a>> = BTreeMap::new();
    for finding in &old.findings {
        pairs.entry(&finding.id).or_default().0 = Some(finding);
    }
    for finding in &new.findings {
        pairs.entry(&finding.id).or_default().1 = Some(finding);
    }
    pairs.into_values().collect()
}

fn duties(old: &Run, new: &Run) -> Vec<DutyStep> {
    let of = |run: &Run| -> BTreeMap<(String, String), (Status, Text, Text)> {
        let pairs = run.requirements.iter().flat_map(|r| {
            r.systems.iter().map(|s| {
                let key = (r.id.clone(), s.id.clone());
                (key, (s.status, r.reference.clone(), r.title.clone()))
            })
        });
        pairs.collect()
    };
    let (before, after) = (of(old), of(new));
    let mut keys: Vec<&(String, String)> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut steps: Vec<DutyStep> = keys
        .into_iter()
        .filter_map(|key| {
            let (_, reference, title) = after.get(key).or_else(|| before.get(key))?;
            let status = |all: &BTreeMap<_, (Status, Text, Text)>| all.get(key).map(|d| d.0);
            let (old, new) = (status(&before), status(&after));
            let way = way_of_duty(old, new);
            (way != Way::Same).then(|| DutyStep {
                requirement: key.0.clone(),
                reference: reference.clone(),
                title: title.clone(),
                system: key.1.clone(),
                way,
                old,
                new,
            })
        })
        .collect();
    steps.sort_by(|a, b| {
        (a.way, &a.requirement, &a.system).cmp(&(b.way, &b.requirement, &b.system))
    });
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Disposition;

    fn run() -> Run {
        serde_json::from_str(include_str!("../../tests/fixtures/run.json")).unwrap()
    }

    /// The table as it is documented: rows from, columns to; `-` worse, `+` better, `~` changed, `.` same.
    const TABLE: [&str; 6] = [
        //          P F A U O X
        /* pass */ ".---~~", /* fail */ "+.~-~~",
        /* acc. */ "+-.-~~", /* uns. */ "+-~.~~", /* out. */ "~-~-.~",
        /* abs. */ "~-~~~.",
    ];

    #[test]
    fn the_table_is_the_documented_one() {
        for (row, from) in TABLE.iter().zip(STANDINGS) {
            for (sign, to) in row.chars().zip(STANDINGS) {
                let wanted = match sign {
                    '-' => Way::Worse,
                    '+' => Way::Better,
                    '~' => Way::Changed,
                    _ => Way::Same,
                };
                assert_eq!(way(from, to), wanted, "{from:?} → {to:?}");
            }
        }
    }

    #[test]
    fn the_page_shows_the_table() {
        let page = include_str!("../../docs/gate.md");
        let rows: Vec<Vec<&str>> = page
            .lines()
            .filter(|l| l.starts_with("| **"))
            .map(|l| l.split('|').skip(2).take(6).map(str::trim).collect())
            .collect();
        assert_eq!(rows.len(), STANDINGS.len());
        for (row, from) in rows.iter().zip(STANDINGS) {
            for (shown, to) in row.iter().zip(STANDINGS) {
                let wanted = match way(from, to) {
                    Way::Worse => "▼",
                    Way::Better => "▲",
                    Way::Changed => "~",
                    Way::Same => "",
                };
                assert_eq!(*shown, wanted, "{from:?} → {to:?}");
            }
        }
    }

    #[test]
    fn only_a_pass_is_a_step_forward() {
        for from in STANDINGS {
            for to in STANDINGS {
                assert!(way(from, to) != Way::Better || to == Standing::Pass);
            }
        }
        let all = [
            Status::NotApplicable,
            Status::Met,
            Status::Remark,
            Status::Undetermined,
            Status::Gap,
        ];
        for from in all {
            let lost = way_of_duty(Some(from), Some(Status::Undetermined));
            let wanted = if from == Status::Undetermined {
                Way::Same
            } else {
                Way::Worse
            };
            assert_eq!(lost, wanted, "{from:?}");
        }
        assert_eq!(way_of_duty(Some(Status::Gap), None), Way::Changed);
    }

    #[test]
    fn the_same_run_twice_has_no_step() {
        let comparison = compare(&run(), &run());
        assert!(comparison.findings.is_empty() && comparison.requirements.is_empty());
        assert_eq!(comparison.by_way.get("same"), Some(&26));
    }

    #[test]
    fn a_pass_that_is_no_longer_checked_is_a_step_back() {
        let (old, mut new) = (run(), run());
        let passed = new
            .findings
            .iter_mut()
            .find(|f| f.result == ResultWord::Pass);
        let passed = passed.unwrap();
        passed.result = ResultWord::NotChecked;
        let id = passed.id.clone();
        let steps = compare(&old, &new).findings;
        assert_eq!(steps.len(), 1);
        assert_eq!((steps[0].way, &steps[0].id), (Way::Worse, &id));
    }

    #[test]
    fn an_accepted_failure_is_no_mended_one() {
        let (old, mut new) = (run(), run());
        let failed = new.findings.iter_mut().find(|f| is_active_fail(f)).unwrap();
        failed.disposition = Disposition::Waived;
        let steps = compare(&old, &new).findings;
        assert_eq!(
            (steps[0].way, steps[0].to),
            (Way::Changed, Standing::Accepted)
        );
        // And back again: the acceptance ended.
        let steps = compare(&new, &old).findings;
        assert_eq!(steps[0].way, Way::Worse);
    }
}
