//! The table of states, row by row, and what must hold for every set of findings.

use proptest::prelude::*;

use super::*;
use crate::model::{FindingRequirement, ReasonReport, Severity, Shared};

fn finding(result: ResultWord, force: Force, disposition: Disposition, code: &str) -> Finding {
    Finding {
        id: format!("{result:?}{force:?}{disposition:?}{code}"),
        control: "CTL".into(),
        severity: Severity::High,
        force,
        result,
        disposition,
        system: "s".into(),
        systems: vec!["s".into()].into(),
        asset: "a".into(),
        subject: "x".into(),
        title: Shared::default(),
        expected: Shared::default(),
        actual: Vec::new(),
        actual_more: 0,
        reason: Some(
            ReasonReport {
                code: code.into(),
                ..ReasonReport::default()
            }
            .into(),
        ),
        location: None,
        evidence: Vec::new(),
        remediation: Shared::default(),
        requirements: vec![FindingRequirement {
            id: "r.1".into(),
            force,
        }]
        .into(),
        parameters: Shared::default(),
        waiver: None,
        baseline: None,
    }
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let results = prop::sample::select(ResultWord::ALL.to_vec());
    let forces = prop::sample::select(vec![
        Force::Binding,
        Force::Suggested,
        Force::Interpretation,
    ]);
    let dispositions = prop::sample::select(vec![
        Disposition::None,
        Disposition::Waived,
        Disposition::Compensating,
        Disposition::FalsePositive,
    ]);
    let codes = prop::sample::select(vec!["no-asset", "no-subject", "not_asked", "unreadable"]);
    (results, forces, dispositions, codes).prop_map(|(r, f, d, c)| finding(r, f, d, c))
}

fn names(set: &[&str]) -> Vec<String> {
    set.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn a_set_is_decided_by_all_of_its_members_and_one_that_is_good() {
    let pass = finding(ResultWord::Pass, Force::Binding, Disposition::None, "");
    let unknown = finding(ResultWord::Unknown, Force::Binding, Disposition::None, "");
    let absent = finding(
        ResultWord::NotApplicable,
        Force::Binding,
        Disposition::None,
        "",
    );
    assert!(decided_whole(&names(&["CTL"]), &[&pass], false));
    assert!(!decided_whole(&names(&["CTL", "OTHER"]), &[&pass], false));
    assert!(!decided_whole(&names(&["CTL"]), &[&pass, &unknown], false));
    assert!(
        !decided_whole(&names(&["CTL"]), &[&absent], false),
        "nothing good in it"
    );
    assert!(!decided_whole(
        &names(&["CTL", "attestation"]),
        &[&pass],
        false
    ));
    assert!(decided_whole(
        &names(&["CTL", "attestation"]),
        &[&pass],
        true
    ));
    assert!(
        !decided_whole(&[], &[&pass], true),
        "an empty set decides nothing"
    );
}

#[test]
fn paper_adds_to_the_controls_and_never_stands_in_for_them() {
    let set = names(&["controls", "attestation"]);
    let of = |result, code| finding(result, Force::Binding, Disposition::None, code);
    let pass = of(ResultWord::Pass, "");
    let missing = of(ResultWord::NotChecked, "no-asset");
    let idle = of(ResultWord::NotChecked, "no-subject");
    assert!(decided_whole(&set, &[], true), "no control: paper decides");
    assert!(!decided_whole(&set, &[&pass], false));
    assert!(decided_whole(&set, &[&pass], true));
    assert!(decided_whole(&set, &[&pass, &idle], true));
    assert!(!decided_whole(&set, &[&pass, &missing], true));
    for unseen in [ResultWord::Error, ResultWord::Unknown] {
        assert!(!decided_whole(&set, &[&pass, &of(unseen, "")], true));
    }
}

#[test]
fn no_subject_counts_only_where_nothing_else_decides() {
    let idle = finding(
        ResultWord::NotChecked,
        Force::Binding,
        Disposition::None,
        "no-subject",
    );
    let missing = finding(
        ResultWord::NotChecked,
        Force::Binding,
        Disposition::None,
        "no-asset",
    );
    let pass = finding(ResultWord::Pass, Force::Binding, Disposition::None, "");
    assert!(worst_undecided(&[&idle], false).is_some());
    assert!(worst_undecided(&[&idle, &pass], false).is_none());
    assert!(worst_undecided(&[&missing, &pass], false).is_some());
    assert!(
        worst_undecided(&[&missing, &pass], true).is_none(),
        "a whole set lifts notchecked"
    );
}

proptest! {
    #[test]
    fn a_set_never_lifts_what_could_not_be_seen(findings in prop::collection::vec(any_finding(), 0..6)) {
        let all: Vec<&Finding> = findings.iter().collect();
        let unseen = findings.iter().any(|f| matches!(f.result, ResultWord::Error | ResultWord::Unknown));
        prop_assert_eq!(unseen, worst_undecided(&all, true).is_some());
    }

    #[test]
    fn nothing_is_decided_well_without_a_pass_or_an_excuse(findings in prop::collection::vec(any_finding(), 0..6)) {
        let all: Vec<&Finding> = findings.iter().collect();
        if decided_whole(&names(&["CTL"]), &all, false) {
            let good = findings.iter().any(|f| {
                matches!(f.result, ResultWord::Pass | ResultWord::Fixed)
                    || (f.result == ResultWord::Fail
                        && matches!(f.disposition, Disposition::Compensating | Disposition::FalsePositive))
            });
            prop_assert!(good);
        }
    }
}
