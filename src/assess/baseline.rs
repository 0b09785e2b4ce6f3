//! An earlier run beside this one: what failed there already, and whether it speaks of the same things at all.

use std::collections::{BTreeMap, BTreeSet};

use super::summary::is_active_fail;
use crate::model::{AssetKind, Day, Finding, Inventory, ResultWord, Run, Status};

/// What counts of an earlier run.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    on: Option<Day>,
    findings: BTreeMap<String, Stood>,
    duties: BTreeMap<(String, String), Status>,
    organisation: Option<(String, Option<String>)>,
    kind: Option<AssetKind>,
    assets: BTreeSet<String>,
    systems: BTreeSet<String>,
}

/// How a finding stood.
#[derive(Debug, Clone, Copy)]
struct Stood {
    result: ResultWord,
    active_fail: bool,
}

impl Baseline {
    /// Of an earlier run.
    pub fn of(run: &Run) -> Self {
        let stood = |f: &Finding| Stood {
            result: f.result,
            active_fail: is_active_fail(f),
        };
        let pairs = run.requirements.iter().flat_map(|r| {
            let one =
                |s: &crate::model::RequirementSystem| ((r.id.clone(), s.id.clone()), s.status);
            r.systems.iter().map(one)
        });
        let organisation = run.organisation.as_ref();
        Self {
            on: Some(run.run.as_of),
            findings: run
                .findings
                .iter()
                .map(|f| (f.id.clone(), stood(f)))
                .collect(),
            duties: pairs.collect(),
            organisation: organisation.map(|o| (o.name.vi.clone(), o.tax_code.clone())),
            kind: run.run.kind,
            assets: run.assets.iter().map(|a| a.id.clone()).collect(),
            systems: run.systems.iter().map(|s| s.id.clone()).collect(),
        }
    }

    /// The result of a finding there.
    pub(super) fn result(&self, id: &str) -> Option<ResultWord> {
        self.findings.get(id).map(|s| s.result)
    }

    /// Is it proven that this failure came after the day: was it not there when a run of that day or a later one looked?
    pub(super) fn came_after(&self, id: &str, day: Day) -> bool {
        self.on.is_some_and(|on| on >= day) && self.result(id) != Some(ResultWord::Fail)
    }

    /// Did this failure stand there already, with nothing beside it? One that was accepted there and is no longer is new.
    pub(super) fn failed_already(&self, id: &str) -> bool {
        self.findings.get(id).is_some_and(|s| s.active_fail)
    }

    /// Was it decided there?
    pub(super) fn was_decided(&self, id: &str) -> bool {
        self.findings.get(id).is_some_and(|s| match s.result {
            ResultWord::Pass | ResultWord::Fixed | ResultWord::Fail => true,
            ResultWord::Error
            | ResultWord::Unknown
            | ResultWord::NotApplicable
            | ResultWord::NotChecked
            | ResultWord::NotSelected
            | ResultWord::Informational => false,
        })
    }

    /// Did this duty of this system lack something there already?
    pub(super) fn lacked_already(&self, requirement: &str, system: &str) -> bool {
        let key = (requirement.to_owned(), system.to_owned());
        let status = self.duties.get(&key);
        status.is_some_and(|s| matches!(s, Status::Gap | Status::Remark))
    }

    /// Why it is the run of something else; nothing where it fits.
    pub fn foreign(&self, inventory: &Inventory, scan: Option<AssetKind>) -> Option<String> {
        match (self.kind, scan) {
            (Some(_), None) => return Some("it is of a scan, and this is an audit".into()),
            (None, Some(_)) => return Some("it is of an audit, and this is a scan".into()),
            (Some(there), Some(here)) if there != here => {
                return Some(format!(
                    "it is of a scan of kind {}, and this one is of kind {}",
                    there.word(),
                    here.word()
                ));
            }
            (None, None) | (Some(_), Some(_)) => {}
        }
        let here = &inventory.organisation;
        if let (Some((name, code)), None) = (&self.organisation, scan) {
            let same = match (code, &here.tax_code) {
                (Some(there), Some(here)) => there == here,
                (None, _) | (_, None) => *name == here.name.vi,
            };
            if !same {
                let of = |code: &Option<String>| code.clone().unwrap_or_else(|| "-".into());
                return Some(format!(
                    "it is of {name} (tax code {}), and this inventory is of {} (tax code {})",
                    of(code),
                    here.name.vi,
                    of(&here.tax_code)
                ));
            }
        }
        let assets = inventory.assets.iter().map(|a| &a.id);
        let systems = inventory.systems.iter().map(|s| &s.id);
        if scan.is_none() && apart(&self.systems, systems) {
            return Some("it has none of the systems of this inventory".into());
        }
        apart(&self.assets, assets).then(|| "it has none of the assets that are judged now".into())
    }
}

/// Have both something, and nothing in common?
fn apart<'a>(there: &BTreeSet<String>, here: impl Iterator<Item = &'a String>) -> bool {
    let here: BTreeSet<&String> = here.collect();
    !there.is_empty() && !here.is_empty() && here.iter().all(|id| !there.contains(*id))
}
