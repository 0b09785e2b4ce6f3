//! The way of the data through one run: collect, judge, assess. Audit and scan differ only in what they hand in.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::outward::{asset_facts, org_facts, system_facts};
use super::progress::Progress;
use super::{Failure, Pack};
use crate::assess::{self, Baseline, DemandedLevel, GateRules, Judged};
use crate::cli::{GateArgs, WorkArgs};
use crate::collect::{self, Asking, Context};
use crate::engine::{AssetView, Engine};
use crate::law;
use crate::model::{
    Asked, Asset, AssetKind, Collected, Day, Duty, HostLists, Inventory, Judgement, Level, ORG,
    Reason, Run, RunInfo, Seen, Selection, Subject, System, Target, Tool, Value, keyed,
};
use crate::rules::{Choice, choose};
use crate::text::lists;

/// The id of what the inventory itself says.
const INVENTORY_ASSET: &str = "inventory";

/// What each level calls for: the controls, with the values and requirements that count.
type Choices = BTreeMap<Level, BTreeMap<u32, Arc<Selection>>>;

/// Targets over the network at once: four sockets each, sixty-four in all.
const AT_ONCE: usize = 16;

fn threads(count: usize) -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .map_err(|e| Failure::Internal(e.to_string()))
}

/// What one run is made of.
pub(super) struct Work<'a> {
    pub(super) pack: &'a Pack,
    pub(super) inventory: &'a Inventory,
    pub(super) scan: Option<(AssetKind, Level)>,
    /// Tell only of what changed.
    pub(super) changed: Option<&'a super::changed::Changed>,
    pub(super) as_of: Day,
    pub(super) now: Timestamp,
    pub(super) gate: &'a GateArgs,
    pub(super) work: &'a WorkArgs,
    pub(super) input_bytes: Vec<u8>,
    pub(super) baseline: Option<Baseline>,
    pub(super) quiet: bool,
}

/// Was the run interrupted?
pub(super) fn interrupted() -> bool {
    collect::stopped()
}

/// How long a run may go on after it was interrupted: a collector may be in the middle of a large file.
const GRACE: std::time::Duration = std::time::Duration::from_secs(30);

/// Lets the first interrupt end the run in order, within [`GRACE`]; the second ends it at once. Reports appear together or
/// not at all, so ending in the middle leaves nothing half-written.
pub(super) fn watch_interrupts() {
    let end = || std::process::exit(130);
    let handler = move || {
        if collect::stop() {
            end();
        }
        std::thread::spawn(move || {
            std::thread::sleep(GRACE);
            end();
        });
    };
    if ctrlc::set_handler(handler).is_err() {
        tracing::debug!("interrupts are not watched");
    }
}

impl Work<'_> {
    /// Collects, judges and assesses.
    pub(super) fn run(self) -> Result<Run, Failure> {
        let cx = Context {
            now: self.now,
            timeout: std::time::Duration::from_secs(self.work.timeout),
            offline: self.work.offline,
        };
        let choices = self.choices();
        let called = self.called(&choices);
        let duties = law::duties(
            &self.pack.law,
            &self.inventory.organisation,
            &self.inventory.systems,
            self.as_of,
        );
        let mut judged = self.collect_all(&duties, &choices, &cx)?;
        if let Some(changed) = self.changed {
            changed.narrow(&mut judged);
        }
        let engine = Engine::new(&self.pack.rules);
        let org = org_facts(self.inventory);
        let judgements: Vec<Judgement> = judged
            .iter()
            .enumerate()
            .flat_map(|(index, judged)| self.judge(&engine, index, judged, &org))
            .collect();
        let not_selected = self.not_selected();
        let demanded = self.demanded();
        let faults = attestation_faults(judged.iter().flat_map(|j| &j.collected.subjects));
        let info = self.info(&judged);
        let run = assess::assess(assess::Input {
            law: &self.pack.law,
            pack: &self.pack.rules,
            inventory: self.inventory,
            scan: self.scan.map(|(kind, _)| kind),
            as_of: self.as_of,
            duties: &duties,
            assets: &judged,
            judgements,
            not_selected: &not_selected,
            called: &called,
            demanded: &demanded,
            attestation_faults: &faults,
            baseline: self.baseline.as_ref(),
            gate: GateRules {
                fail_on: self.gate.fail_on.into(),
                min_coverage: self.gate.min_coverage,
                max_undetermined: self.gate.max_undetermined,
                strict: self.gate.strict,
                allow_transition: self.gate.allow_transition,
                fail_on_new: self.gate.fail_on_new,
            },
            tool: Tool {
                name: "capdo".into(),
                version: env!("CARGO_PKG_VERSION").into(),
                rules_sha256: self.pack.rules_sha256.clone(),
                law_sha256: self.pack.law_sha256.clone(),
            },
            info,
            notes: self.notes(&demanded, &judged),
            disclaimer: lists::disclaimer(),
        });
        Ok(run)
    }

    /// The controls that a level calls for on the day, of the kinds that are judged.
    fn asked(&self, level: Level) -> BTreeMap<u32, Arc<Selection>> {
        let mut asked = BTreeMap::new();
        for (index, control) in self.pack.rules.controls.iter().enumerate() {
            if self.scan.is_some_and(|(kind, _)| kind != control.asset) {
                continue;
            }
            let prefix = format!("{}.", control.id);
            let stricter = self
                .inventory
                .parameters
                .iter()
                .filter_map(|(key, value)| {
                    key.strip_prefix(&prefix)
                        .map(|name| (name.to_owned(), *value))
                })
                .collect();
            if let Choice::Asked(selection) =
                choose(control, &self.pack.law, level, self.as_of, &stricter)
            {
                asked.insert(
                    u32::try_from(index).unwrap_or(u32::MAX),
                    Arc::new(selection),
                );
            }
        }
        asked
    }

    /// What each level of the inventory calls for, chosen once for all its assets.
    fn choices(&self) -> Choices {
        let levels: BTreeSet<Level> = self.inventory.systems.iter().map(|s| s.level).collect();
        levels.into_iter().map(|l| (l, self.asked(l))).collect()
    }

    /// The controls that each system, and the organisation, calls for.
    fn called(&self, choices: &Choices) -> BTreeMap<String, BTreeMap<u32, Arc<Selection>>> {
        let at = |level: Level| choices.get(&level).cloned().unwrap_or_default();
        let systems = &self.inventory.systems;
        let mut called: BTreeMap<_, _> = systems
            .iter()
            .map(|s| (s.id.clone(), at(s.level)))
            .collect();
        if let Some(highest) = systems.iter().map(|s| s.level).max() {
            called.insert(ORG.to_owned(), at(highest));
        }
        called
    }

    /// Controls whose law is not in force on the day at any level that is judged.
    fn not_selected(&self) -> Vec<(u32, Reason)> {
        let mut found = Vec::new();
        for (index, control) in self.pack.rules.controls.iter().enumerate() {
            if self.scan.is_some_and(|(kind, _)| kind != control.asset) {
                continue;
            }
            let mut reason = None;
            let mut asked = false;
            for system in &self.inventory.systems {
                match choose(
                    control,
                    &self.pack.law,
                    system.level,
                    self.as_of,
                    &BTreeMap::new(),
                ) {
                    Choice::Asked(_) => asked = true,
                    Choice::NotInForce(why) => reason = Some(why),
                    Choice::OtherLevel => {}
                }
            }
            if let Some(reason) = reason.filter(|_| !asked) {
                found.push((u32::try_from(index).unwrap_or(u32::MAX), reason));
            }
        }
        found
    }

    fn demanded(&self) -> BTreeMap<String, DemandedLevel> {
        if self.scan.is_some() {
            return BTreeMap::new();
        }
        let of = |s: &System| {
            let d = law::demanded_level(&self.pack.law, s, self.as_of)?;
            Some((
                s.id.clone(),
                DemandedLevel {
                    level: d.level,
                    force: d.force,
                    because: d.because,
                },
            ))
        };
        self.inventory.systems.iter().filter_map(of).collect()
    }

    fn collect_all(
        &self,
        duties: &[Duty],
        choices: &Choices,
        cx: &Context,
    ) -> Result<Vec<Judged>, Failure> {
        // What is asked over the network waits most of the time, and needs no core of its own.
        let far = |asset: &&Asset| {
            matches!(
                asset.target,
                Target::Endpoint { .. } | Target::Ssh { .. } | Target::Database { .. }
            )
        };
        let (far, near): (Vec<&Asset>, Vec<&Asset>) = self.inventory.assets.iter().partition(far);
        let at_once = match self.work.jobs {
            0 => AT_ONCE.min(far.len().max(1)),
            jobs => jobs,
        };
        let (far_pool, near_pool) = (threads(at_once)?, threads(self.work.jobs)?);
        let progress = Progress::new(self.inventory.assets.len(), self.quiet);
        let collect = |assets: &[&Asset]| -> Vec<Judged> {
            let each = assets.par_iter().map(|asset| {
                let _running = progress.begin(asset);
                self.collect_one(asset, choices, cx, &progress)
            });
            each.collect()
        };
        let (far, near) = std::thread::scope(|scope| {
            let far = scope.spawn(|| far_pool.install(|| collect(&far)));
            let near = near_pool.install(|| collect(&near));
            (far.join(), near)
        });
        let mut judged =
            far.map_err(|_| Failure::Internal("collecting over the network ended early".into()))?;
        judged.extend(near);
        progress.finish();
        // The order of the inventory's assets must not reach the run.
        judged.sort_by(|a, b| a.asset.id.cmp(&b.asset.id));
        if self.scan.is_none() {
            judged.extend(self.of_inventory(duties, choices, cx));
        }
        Ok(judged)
    }

    fn collect_one(
        &self,
        asset: &Asset,
        choices: &Choices,
        cx: &Context,
        progress: &Progress,
    ) -> Judged {
        tracing::info!(asset = asset.id, "collecting");
        let mut systems = asset.systems.clone();
        systems.sort_by_key(|id| std::cmp::Reverse(self.level_of(id)));
        let mut asked = self.asked_of(choices, asset.kind, systems.first());
        // Papers stand in the inventory's attestations, in no asset.
        asked.retain(|a| self.paper_of(a.control).is_none());
        let asking = Asking {
            needs: Some(self.needs(&asked)),
            ssh_config: self.work.ssh_config.clone(),
        };
        let outcome = if interrupted() {
            Err(Reason::new("interrupted", ""))
        } else {
            catch_unwind(AssertUnwindSafe(|| {
                collect::collect_asking(asset, self.inventory, cx, &asking)
            }))
            .unwrap_or_else(|_| Err(Reason::new("panic", asset.id.clone())))
        };
        let collected = outcome.unwrap_or_else(|reason| {
            progress.aside(|| {
                tracing::warn!(asset = asset.id, code = %reason.code, "not collected: {}", reason.detail);
            });
            self.nothing_of(asset.kind, &reason)
        });
        Judged {
            asset: asset.clone(),
            systems,
            collected,
            asked,
        }
    }

    /// The subject types that these controls judge.
    fn needs(&self, asked: &[Asked]) -> BTreeSet<String> {
        let control = |a: &Asked| self.pack.rules.controls.get(a.control as usize);
        let subjects = asked
            .iter()
            .filter_map(control)
            .map(|c| c.subject.to_string());
        subjects.collect()
    }

    /// Every subject type of a kind, not seen for one reason.
    fn nothing_of(&self, kind: AssetKind, reason: &Reason) -> Collected {
        let mut collected = Collected::default();
        for (name, subject) in &self.pack.rules.vocabulary.types {
            if subject.asset == kind {
                collected.saw(name, Seen::Not(reason.clone()));
            }
        }
        collected
    }

    fn asked_of(&self, choices: &Choices, kind: AssetKind, system: Option<&String>) -> Vec<Asked> {
        let Some(level) = system.and_then(|id| self.level_of(id)) else {
            return Vec::new();
        };
        let of_kind = |index: u32| {
            self.pack
                .rules
                .controls
                .get(index as usize)
                .is_some_and(|control| control.asset == kind)
        };
        choices
            .get(&level)
            .into_iter()
            .flatten()
            .filter(|(control, _)| of_kind(**control))
            .map(|(control, selection)| Asked {
                control: *control,
                selection: Arc::clone(selection),
            })
            .collect()
    }

    fn level_of(&self, system: &str) -> Option<Level> {
        self.inventory
            .systems
            .iter()
            .find(|s| s.id == system)
            .map(|s| s.level)
    }

    /// What the inventory says of itself: one part for each system, judged at its level, and one for the rest.
    fn of_inventory(&self, duties: &[Duty], choices: &Choices, cx: &Context) -> Vec<Judged> {
        let papers = self.papers(duties);
        let mut whole =
            collect::document::collect_inventory(self.inventory, &papers, self.as_of, cx);
        collect::name_apart(&mut whole);
        for item in &mut whole.evidence {
            item.id = format!("{INVENTORY_ASSET}:{}", item.source);
        }
        let mut all: Vec<String> = self
            .inventory
            .systems
            .iter()
            .map(|s| s.id.clone())
            .collect();
        all.sort_by_key(|id| std::cmp::Reverse(self.level_of(id)));
        let groups = std::iter::once(None).chain(all.iter().map(Some));
        groups
            .map(|system| {
                let own = |s: &&crate::model::Subject| {
                    s.systems.as_ref().and_then(|s| s.first()) == system
                };
                let collected = Collected {
                    subjects: whole.subjects.iter().filter(own).cloned().collect(),
                    sights: whole.sights.clone(),
                    evidence: whole.evidence.clone(),
                    inline: Vec::new(),
                };
                let systems = system.map_or_else(|| all.clone(), |s| vec![s.clone()]);
                let asset = Asset {
                    id: INVENTORY_ASSET.into(),
                    systems: systems.clone(),
                    kind: AssetKind::Document,
                    line: 1,
                    roles: Vec::new(),
                    shown: self.inventory.file.clone(),
                    target: Target::NotBuilt("inventory"),
                    lists: HostLists::default(),
                };
                let mut asked = self.asked_of(choices, AssetKind::Document, systems.first());
                // Of one system only what the inventory says of it; the part of the organisation tells what is missing.
                asked.retain(|a| {
                    let apart = system.is_some() || self.paper_of(a.control).is_some();
                    !apart || self.has_subject(a.control, &collected)
                });
                Judged {
                    asked,
                    asset,
                    systems,
                    collected,
                }
            })
            .collect()
    }

    /// The papers that the duties of the day ask for, where a control reads them.
    fn papers<'d>(&self, duties: &'d [Duty]) -> Vec<(&'d str, &'d str)> {
        let controls = 0..u32::try_from(self.pack.rules.controls.len()).unwrap_or(u32::MAX);
        let read: BTreeSet<&str> = controls.filter_map(|index| self.paper_of(index)).collect();
        duties
            .iter()
            .filter(|d| read.contains(d.requirement.as_str()))
            .map(|d| (d.requirement.as_str(), d.system.as_str()))
            .collect()
    }

    /// The requirement whose paper a control reads.
    fn paper_of(&self, control: u32) -> Option<&str> {
        let control = self.pack.rules.controls.get(control as usize)?;
        keyed(&control.subject).1
    }

    fn has_subject(&self, control: u32, collected: &Collected) -> bool {
        let control = self.pack.rules.controls.get(control as usize);
        control.is_some_and(|c| collected.subjects.iter().any(|s| *s.kind == *c.subject))
    }

    fn judge(
        &self,
        engine: &Engine<'_>,
        index: usize,
        judged: &Judged,
        org: &BTreeMap<String, Value>,
    ) -> Vec<Judgement> {
        let system = judged
            .systems
            .first()
            .and_then(|id| self.inventory.systems.iter().find(|s| s.id == *id));
        let view = AssetView {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            collected: &judged.collected,
            asset: &asset_facts(&judged.asset),
            system: &system.map(system_facts).unwrap_or_default(),
            org,
            collected_on: collected_on(&judged.collected).unwrap_or(Day::of(self.now)),
        };
        engine.judge(&view, &judged.asked)
    }

    fn info(&self, judged: &[Judged]) -> RunInfo {
        let mut hash = Sha256::new();
        for part in [
            &self.pack.law_sha256,
            &self.pack.rules_sha256,
            &self.as_of.to_string(),
        ] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(&self.input_bytes);
        let evidence: BTreeSet<_> = judged.iter().flat_map(|j| &j.collected.evidence).collect();
        for item in evidence {
            hash.update(item.id.as_bytes());
            hash.update(item.sha256.as_deref().unwrap_or_default().as_bytes());
        }
        let id: String = hash
            .finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        RunInfo {
            id,
            scope: if self.scan.is_some() { "scan" } else { "audit" }.into(),
            kind: self.scan.map(|(kind, _)| kind),
            input: self.inventory.file.clone(),
            started: self.now.to_string(),
            finished: super::now().to_string(),
            as_of: self.as_of,
            host: host.trim().to_owned(),
            complete: !interrupted() && self.changed.is_none(),
        }
    }
}

/// The day of the evidence: that of a bundle is not today.
pub(super) fn collected_on(collected: &Collected) -> Option<Day> {
    let first = collected.evidence.first()?;
    first.collected_at.parse::<Timestamp>().ok().map(Day::of)
}

/// What is wrong with attestations: documents that are not there, not readable, others than recorded; signers that are not named.
pub(super) fn attestation_faults<'a>(
    subjects: impl Iterator<Item = &'a Subject>,
) -> BTreeMap<String, Reason> {
    let mut faults = BTreeMap::new();
    for subject in subjects.filter(|s| &*s.kind == "attestation") {
        let Some(id) = subject
            .id
            .strip_prefix("attestation[")
            .and_then(|rest| rest.strip_suffix(']'))
        else {
            continue;
        };
        if let Some(why) = collect::document::fault(subject, "") {
            faults.insert(id.to_owned(), Reason::new(why.code, why.detail));
        }
    }
    faults
}

#[cfg(test)]
#[path = "work_tests.rs"]
mod tests;
