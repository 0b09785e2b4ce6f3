//! Evidence that a level calls for and the inventory does not have: `notchecked` (`no-asset`), or `notapplicable`
//! where the inventory declares that there is none.

use super::finding::{Drafts, pseudo_asset};
use super::{Duties, Input};
use crate::model::{AssetKind, Control, Finding, ORG, Reason, ResultWord, Scope, Selection, Text};
use crate::text::reasons;

/// One finding for each control that a system calls for and that has no asset to judge.
pub(super) fn findings(input: &Input<'_>, duties: &Duties<'_>) -> Vec<Finding> {
    let mut drafts = Drafts::new(input, duties);
    let mut found = Vec::new();
    for (system, called) in input.called {
        for (index, selection) in called {
            let Some(control) = input.pack.controls.get(*index as usize) else {
                continue;
            };
            if has_asset(input, system, control.asset) {
                continue;
            }
            // Only what is judged here: duties of the system, or those of the organisation.
            let wanted = if system == ORG {
                Scope::Organisation
            } else {
                Scope::System
            };
            let mut own = Selection::clone(selection);
            own.requirements
                .retain(|id| input.law.requirement(id).is_some_and(|r| r.scope == wanted));
            if own
                .requirements
                .iter()
                .all(|id| duties.get(id, system).is_none())
            {
                continue;
            }
            let asset = pseudo_asset(input, system, control);
            let mut finding = drafts.of(
                control,
                &own,
                &asset,
                &control.subject,
                std::slice::from_ref(system),
            );
            let mut requirements = finding.requirements.to_vec();
            requirements.retain(|r| duties.get(&r.id, system).is_some());
            finding.requirements = requirements.into();
            match declared_absent(input, system, control) {
                Some(why) => {
                    finding.result = ResultWord::NotApplicable;
                    finding.reason = Some(super::finding::words("declared-absent", &why).into());
                }
                None => {
                    finding.reason = Some(
                        reasons::reason(&Reason::new("no-asset", control.asset.word())).into(),
                    );
                }
            }
            found.push(finding);
        }
    }
    found
}

fn has_asset(input: &Input<'_>, system: &str, kind: AssetKind) -> bool {
    let mut of_kind = input.assets.iter().filter(|a| a.asset.kind == kind);
    if system == ORG {
        of_kind.next().is_some()
    } else {
        of_kind.any(|a| a.systems.iter().any(|s| s == system))
    }
}

/// Why there is none: declared by the system, or for the organisation by all of its systems.
fn declared_absent(input: &Input<'_>, system: &str, control: &Control) -> Option<Text> {
    let of = |s: &crate::model::System| s.without.get(&control.asset).cloned();
    if system == ORG {
        let all: Option<Vec<Text>> = input.inventory.systems.iter().map(of).collect();
        return all.and_then(|texts| texts.into_iter().next());
    }
    input
        .inventory
        .systems
        .iter()
        .find(|s| s.id == system)
        .and_then(of)
}
