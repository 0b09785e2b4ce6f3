//! One asset, the controls that are asked of it, and what was seen: judgements.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::predicate::{Regexes, Scope, Trail};
use super::truth::{Gap, Truth, result_of};
use crate::model::{
    Absent, Asked, Collected, Control, Day, Facts, Judgement, Op, Reason, ResultWord, RulePack,
    Seen, Severity, Subject, Value,
};

/// One asset as the engine sees it.
pub struct AssetView<'a> {
    /// Its place in what is judged.
    pub index: u32,
    /// What was seen.
    pub collected: &'a Collected,
    /// What the inventory says of the asset.
    pub asset: &'a BTreeMap<String, Value>,
    /// What the inventory says of its system of the highest level.
    pub system: &'a BTreeMap<String, Value>,
    /// What the inventory says of the organisation.
    pub org: &'a BTreeMap<String, Value>,
    /// The day on which it was collected.
    pub collected_on: Day,
}

/// The controls of a pack, ready to judge.
pub struct Engine<'a> {
    pack: &'a RulePack,
    regexes: Regexes<'a>,
}

impl<'a> Engine<'a> {
    /// Makes the pack ready: each expression is compiled once, where a control that is asked first needs it.
    pub fn new(pack: &'a RulePack) -> Self {
        let mut regexes = Regexes::new();
        for control in &pack.controls {
            for predicate in [Some(&control.assert), control.when.as_ref()]
                .into_iter()
                .flatten()
            {
                predicate.each_op(&mut |_, op| {
                    if let Op::Matches(pattern) | Op::NotMatches(pattern) = op {
                        regexes.entry(pattern.as_str()).or_default();
                    }
                });
            }
        }
        Self { pack, regexes }
    }

    /// Judges one asset by the controls that are asked of it.
    pub fn judge(&self, view: &AssetView<'_>, asked: &[Asked]) -> Vec<Judgement> {
        let host = view
            .collected
            .subjects
            .iter()
            .find(|s| &*s.kind == "host")
            .map(|s| &s.facts);
        let mut by_kind: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
        for subject in &view.collected.subjects {
            by_kind.entry(&subject.kind).or_default().push(subject);
        }
        let of = |one: &Asked| {
            let control = self.pack.controls.get(one.control as usize);
            control
                .and_then(|c| by_kind.get(c.subject.as_str()))
                .map_or(0, Vec::len)
        };
        let mut judgements = Vec::with_capacity(asked.iter().map(|one| of(one) + 1).sum());
        for one in asked {
            let control = &self.pack.controls[one.control as usize];
            let subjects = by_kind
                .get(control.subject.as_str())
                .map_or(&[][..], Vec::as_slice);
            for subject in subjects {
                judgements.push(self.subject(control, one, view, subject, host));
            }
            judgements.extend(unseen_subjects(control, one, view, subjects.is_empty()));
        }
        judgements
    }

    fn subject(
        &self,
        control: &Control,
        asked: &Asked,
        view: &AssetView<'_>,
        subject: &Subject,
        host: Option<&Facts>,
    ) -> Judgement {
        let scope = Scope {
            subject: &subject.facts,
            host,
            asset: view.asset,
            system: view.system,
            org: view.org,
            parameters: &asked.selection.parameters,
            regexes: &self.regexes,
            today: view.collected_on,
        };
        let mut trail = Trail::default();
        let (result, reason) = decide(control, &scope, &mut trail);
        let place = trail
            .actual
            .iter()
            .find_map(|a| a.place.clone())
            .or_else(|| subject.place.clone());
        Judgement {
            control: asked.control,
            asset: view.index,
            subject: subject.id.clone(),
            systems: subject.systems.as_deref().map(Arc::from),
            result,
            reason,
            actual: trail.actual,
            more: trail.more,
            place,
        }
    }
}

fn decide(control: &Control, scope: &Scope<'_>, trail: &mut Trail) -> (ResultWord, Option<Reason>) {
    if let Some(when) = &control.when {
        let mut proof = Trail::default();
        match scope.eval(when, None, true, &mut proof) {
            Truth::True => {}
            Truth::False => {
                let named = proof
                    .actual
                    .iter()
                    .map(|a| format!("{} = {}", a.path, a.shown()))
                    .collect::<Vec<_>>();
                *trail = proof;
                return (
                    ResultWord::NotApplicable,
                    Some(Reason::new("when-false", named.join(", "))),
                );
            }
            Truth::Unknown(gap) => {
                *trail = proof;
                return unknown(*gap);
            }
        }
    }
    match scope.eval(&control.assert, None, true, trail) {
        Truth::True => {
            *trail = Trail::default();
            (ResultWord::Pass, None)
        }
        Truth::False if control.severity == Severity::Info => {
            (ResultWord::Informational, Some(Reason::new("not-met", "")))
        }
        Truth::False => (ResultWord::Fail, Some(Reason::new("not-met", ""))),
        Truth::Unknown(gap) => unknown(*gap),
    }
}

fn unknown(gap: Gap) -> (ResultWord, Option<Reason>) {
    (
        result_of(gap.code).unwrap_or(ResultWord::Error),
        Some(Reason::new(gap.code, gap.detail)),
    )
}

/// What a control gives where no subject was seen, or not all.
fn unseen_subjects(
    control: &Control,
    asked: &Asked,
    view: &AssetView<'_>,
    none: bool,
) -> Option<Judgement> {
    let sight = view
        .collected
        .sights
        .iter()
        .find(|s| *s.kind == control.subject);
    let (result, reason) = match sight.map(|s| &s.seen) {
        Some(Seen::Not(reason)) => (
            result_of(&reason.code).unwrap_or(ResultWord::Error),
            reason.clone(),
        ),
        Some(Seen::Absent(proof)) if none => {
            let reason = Reason::new("proven-absent", proof.clone());
            match (control.absent, control.severity) {
                (Absent::Notapplicable, _) => (ResultWord::NotApplicable, reason),
                (Absent::Fail, Severity::Info) => (ResultWord::Informational, reason),
                (Absent::Fail, _) => (ResultWord::Fail, reason),
            }
        }
        Some(Seen::Whole) | None if none => (
            ResultWord::NotChecked,
            Reason::new("no-subject", control.subject.clone()),
        ),
        Some(Seen::Absent(_) | Seen::Whole) | None => return None,
    };
    Some(Judgement {
        control: asked.control,
        asset: view.index,
        subject: control.subject.as_str().into(),
        systems: None,
        result,
        reason: Some(reason),
        actual: Vec::new(),
        more: 0,
        place: None,
    })
}
