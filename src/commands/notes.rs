//! What a run says of itself beside its findings.

use std::collections::{BTreeMap, BTreeSet};

use super::work::{Work, collected_on};
use crate::assess::{DemandedLevel, Judged};
use crate::law;
use crate::model::{Collected, Day, Level, System, Target, Text, Value};
use crate::text::lists;

/// More requirements than one paper is taken to speak of without a word.
const MANY_DUTIES: usize = 10;

impl Work<'_> {
    pub(super) fn notes(
        &self,
        demanded: &BTreeMap<String, DemandedLevel>,
        judged: &[Judged],
    ) -> Vec<Text> {
        let mut notes = Vec::new();
        let unrestricted: Vec<&str> = judged
            .iter()
            .filter(|j| may_do_more(&j.collected))
            .map(|j| j.asset.id.as_str())
            .collect();
        if !unrestricted.is_empty() {
            notes.push(lists::note_unrestricted(&unrestricted.join(", ")));
        }
        notes.extend(self.note_dates(judged));
        notes.extend(self.notes_shared());
        if let Some((_, level)) = self.scan {
            notes.push(lists::note_scan(level));
        }
        if self.changed.is_some() {
            notes.push(lists::note_changed());
        }
        let secondary: Vec<&str> = self
            .pack
            .law
            .instruments
            .iter()
            .filter(|i| i.reading == crate::model::Reading::Secondary && i.in_force(self.as_of))
            .map(|i| i.number.as_str())
            .collect();
        if !secondary.is_empty() {
            notes.push(lists::note_secondary(&secondary.join(", ")));
        }
        let in_force = |id: &str| {
            self.pack
                .law
                .instrument(id)
                .is_some_and(|i| i.in_force(self.as_of))
        };
        let lapsed = self
            .pack
            .law
            .instrument("tcvn11930")
            .and_then(|i| i.in_force_to)
            .is_some_and(|to| to < self.as_of);
        if lapsed && !in_force("tcvn14423") {
            notes.push(lists::note_between());
        }
        if !self.pack.weakened.is_empty() {
            notes.push(lists::note_weakened(&self.pack.weakened.join("; ")));
        }
        for system in &self.inventory.systems {
            if let Some(d) = demanded.get(&system.id).filter(|d| d.level > system.level) {
                let more = self.more_requirements(system, d.level);
                notes.push(lists::note_level(&system.id, d.level, &d.because.vi, more));
            }
        }
        notes
    }

    /// Evidence of another day than the one that is judged: both are said.
    fn note_dates(&self, judged: &[Judged]) -> Option<Text> {
        let kept = judged.iter().filter(|j| match &j.asset.target {
            Target::Bundle(_) => true,
            // Records of endpoints do not say their day here.
            Target::EndpointFacts { .. }
            | Target::ServerRoot(_)
            | Target::Local { .. }
            | Target::Ssh { .. }
            | Target::Endpoint { .. }
            | Target::Config(_)
            | Target::Schema { .. }
            | Target::Database { .. }
            | Target::Label(_)
            | Target::Roster { .. }
            | Target::CallerId { .. }
            | Target::NotBuilt(_) => false,
        });
        let days: BTreeSet<Day> = kept.filter_map(|j| collected_on(&j.collected)).collect();
        let (first, last) = (*days.first()?, *days.last()?);
        let today = Day::of(self.now);
        let other = first != last || last != self.as_of || last != today;
        other.then(|| lists::note_dates(first, last, today, self.as_of))
    }

    /// Papers that stand for so many requirements that nobody may have looked for each, by their bytes: a copy is no other paper.
    fn notes_shared(&self) -> Vec<Text> {
        let mut papers: BTreeMap<&str, (&str, BTreeSet<&str>)> = BTreeMap::new();
        for attestation in &self.inventory.attestations {
            if attestation.issued <= self.as_of && self.as_of <= attestation.valid_to {
                let evidence = &attestation.evidence;
                let (_, duties) = papers
                    .entry(&evidence.sha256)
                    .or_insert((&evidence.written, BTreeSet::new()));
                duties.insert(&attestation.requirement);
            }
        }
        papers
            .into_values()
            .filter(|(_, duties)| duties.len() > MANY_DUTIES)
            .map(|(document, duties)| lists::note_shared(document, duties.len()))
            .collect()
    }

    /// How many more requirements a higher level would bring.
    fn more_requirements(&self, system: &System, level: Level) -> u64 {
        let at = |level: Level| {
            let raised = System {
                level,
                ..system.clone()
            };
            law::duties(
                &self.pack.law,
                &self.inventory.organisation,
                &[raised],
                self.as_of,
            )
            .len() as u64
        };
        at(level).saturating_sub(at(system.level))
    }
}

/// Was it collected with an SSH key that may do more than that?
fn may_do_more(collected: &Collected) -> bool {
    let of = collected.subjects.iter().find(|s| &*s.kind == "collection");
    let fact = of.and_then(|s| s.facts.get("key_restricted"));
    fact.is_some_and(|f| f.value == Value::Bool(false))
}
