//! The facts on which a pass rests: drawn only where a finding is made, because most passes are only counted.

use std::collections::BTreeMap;

use super::Input;
use crate::model::{Actual, Control, Judgement, Reach, Subject};

/// How many facts a finding shows.
const MOST: usize = 20;

/// The subjects of all assets, by asset and id.
pub(super) type Subjects<'a> = BTreeMap<(u32, &'a str), &'a Subject>;

/// All subjects, to be found by name.
pub(super) fn subjects<'a>(input: &'a Input<'_>) -> Subjects<'a> {
    let of = |(index, judged): (usize, &'a super::Judged)| {
        let asset = u32::try_from(index).unwrap_or(u32::MAX);
        judged
            .collected
            .subjects
            .iter()
            .map(move |s| ((asset, &*s.id), s))
    };
    input.assets.iter().enumerate().flat_map(of).collect()
}

/// The same judgement with the facts that its control looked at, and the place of the first of them.
pub(super) fn of_pass(
    mut whole: Judgement,
    control: &Control,
    subjects: &Subjects<'_>,
) -> Judgement {
    let Some(subject) = subjects.get(&(whole.asset, &*whole.subject)) else {
        return whole;
    };
    control.assert.each_path(None, &mut |path, inside| {
        let here = path.reach == Reach::Subject || (path.reach == Reach::Here && inside.is_none());
        if let Some(fact) = subject.facts.get(path.key.as_str()).filter(|_| here)
            && whole.actual.len() < MOST
            && !whole.actual.iter().any(|a| a.path == fact.path)
        {
            whole.actual.push(Actual {
                path: fact.path.clone(),
                value: Some(fact.value.clone()),
                origin: Some(fact.origin),
                place: fact.place.clone(),
            });
        }
    });
    let place = whole.actual.iter().find_map(|a| a.place.clone());
    whole.place = place.or(whole.place);
    whole
}
