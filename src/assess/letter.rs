//! The five items of letter 509/BTTTT-BC: the first level of every audit report.

use std::collections::BTreeMap;

use super::Input;
use crate::model::{LetterItem, Obligation, RequirementReport, Status};
use crate::text::lists;

/// The id of the letter among the instruments.
const LETTER: &str = "letter";

/// The items with their obligations; none in a scan, and none before the letter.
pub(super) fn items(input: &Input<'_>, requirements: &[RequirementReport]) -> Vec<LetterItem> {
    let in_force = input
        .law
        .instrument(LETTER)
        .is_some_and(|i| i.in_force(input.as_of));
    if input.scan.is_some() || !in_force {
        return Vec::new();
    }
    let by_id: BTreeMap<&str, &RequirementReport> =
        requirements.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut items: BTreeMap<u8, Vec<Obligation>> = BTreeMap::new();
    for requirement in input
        .law
        .requirements
        .iter()
        .filter(|r| r.instrument == LETTER)
    {
        let Some(number) = requirement
            .id
            .split('.')
            .nth(1)
            .and_then(|n| n.parse::<u8>().ok())
        else {
            continue;
        };
        let Some(own) = by_id.get(requirement.id.as_str()) else {
            continue;
        };
        let others = requirement
            .corresponds_to
            .iter()
            .filter_map(|id| by_id.get(id.as_str()));
        let all: Vec<&RequirementReport> = std::iter::once(own).chain(others).copied().collect();
        items.entry(number).or_default().push(Obligation {
            id: requirement.id.clone(),
            title: requirement.title.clone(),
            strength: requirement.strength,
            status: all
                .iter()
                .map(|r| r.status)
                .max()
                .unwrap_or(Status::Undetermined),
            requirements: all.iter().map(|r| r.id.clone()).collect(),
        });
    }
    items
        .into_iter()
        .map(|(item, mut obligations)| {
            obligations.sort_by_key(|o| number_of(&o.id));
            let status = obligations
                .iter()
                .map(|o| o.status)
                .max()
                .unwrap_or(Status::Undetermined);
            LetterItem {
                item,
                title: lists::letter_item(item),
                status,
                obligations,
            }
        })
        .collect()
}

fn number_of(id: &str) -> u32 {
    id.rsplit('.')
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or(u32::MAX)
}
