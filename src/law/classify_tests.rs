//! Every line of the table of criteria: met, not met, not told; and what the days change.

use std::collections::BTreeSet;

use super::*;
use crate::model::{
    DataSubjects, Harm, Hosting, IndustrialControl, InformationClass, Infrastructure,
    LevelDecision, National, OnlineBusiness, Traits,
};

fn law() -> Law {
    let files = crate::law::compile::tests::shipped();
    crate::law::load(Law::default(), &files).unwrap()
}

fn day(words: &str) -> Day {
    Day::parse(words).unwrap()
}

/// Everything told, and none of it meets any criterion.
fn nothing() -> System {
    System {
        id: "x".into(),
        name: Text::same("x"),
        level: Level::new(2).unwrap(),
        level_decision: None,
        go_live: None,
        investment_from: None,
        hosting: Hosting::Own,
        online_service: false,
        data_subjects: None,
        classification: Traits {
            information: Some(BTreeSet::from([InformationClass::StateSecret])),
            internal: Some(false),
            online_business: None,
            public_administration: Some(false),
            public_service_degree: Some(0),
            infrastructure: Some(Infrastructure::None),
            continuous: Some(false),
            national: Some(BTreeSet::new()),
            security_harm: Some(Harm::None),
            industrial_control: Some(IndustrialControl::None),
        },
        zones: None,
        without: Default::default(),
    }
}

fn people(basic: u64, sensitive: u64) -> Option<DataSubjects> {
    Some(DataSubjects { basic, sensitive })
}

/// The smallest change that meets a criterion.
fn meets(test: Test) -> System {
    let mut s = nothing();
    let t = &mut s.classification;
    match test {
        Test::InternalPublic => {
            t.internal = Some(true);
            t.information = Some(BTreeSet::from([InformationClass::Public]));
        }
        Test::InternalPersonal => {
            t.internal = Some(true);
            t.information = Some(BTreeSet::from([InformationClass::Private]));
        }
        Test::OtherBusiness => {
            s.online_service = true;
            t.online_business = Some(OnlineBusiness::Other);
        }
        Test::ConditionalBusiness => s.online_service = true,
        Test::Fewer => {
            s.online_service = true;
            s.data_subjects = people(9_999, 9_999);
        }
        Test::AtLeast => {
            s.online_service = true;
            s.data_subjects = people(0, 10_000);
        }
        Test::Infrastructure(wanted) => t.infrastructure = Some(wanted),
        Test::Nationwide => {
            t.infrastructure = Some(Infrastructure::Nationwide);
            t.continuous = Some(true);
        }
        Test::Security(harm) => t.security_harm = Some(harm),
        Test::Administration => t.public_administration = Some(true),
        Test::PublicService { from, .. } => t.public_service_degree = Some(from),
        Test::Control(wanted) => t.industrial_control = Some(wanted),
        Test::National(wanted) => t.national = Some(BTreeSet::from([wanted])),
        Test::Outside => {}
    }
    s
}

fn outcome(found: &Classification, row: &Row) -> Outcome {
    let line = found
        .branches
        .iter()
        .find(|b| b.requirement == row.requirement && b.level.number() == row.level);
    line.unwrap().outcome.clone()
}

fn on(row: &Row) -> Day {
    day(if row.requirement.starts_with("nd85") {
        "2025-04-01"
    } else {
        "2026-11-23"
    })
}

#[test]
fn every_line_is_met_by_its_own_facts_and_by_nothing_else() {
    let law = law();
    for row in TABLE {
        let none = classify(&law, &nothing(), on(row));
        let quiet = if row.test == Test::Outside {
            Outcome::Outside
        } else {
            Outcome::NotMet
        };
        assert_eq!(outcome(&none, row), quiet, "{row:?}");
        assert_eq!((none.level, none.up_to), (None, None), "{row:?}");
        if row.test == Test::Outside {
            continue;
        }
        let found = classify(&law, &meets(row.test), on(row));
        assert_eq!(outcome(&found, row), Outcome::Met, "{row:?}");
        assert!(found.level.unwrap().number() >= row.level, "{row:?}");
    }
}

#[test]
fn what_is_not_told_leaves_a_line_open() {
    let law = law();
    let mut silent = nothing();
    silent.classification = Traits::default();
    for row in TABLE {
        match row.test {
            // An internal system is outside all lines on online services.
            Test::OtherBusiness | Test::ConditionalBusiness | Test::Fewer | Test::AtLeast => {
                assert_eq!(
                    outcome(&classify(&law, &silent, on(row)), row),
                    Outcome::NotMet
                );
                if matches!(row.test, Test::Fewer | Test::AtLeast) {
                    let online = System {
                        online_service: true,
                        ..silent.clone()
                    };
                    let Outcome::Open(keys) = outcome(&classify(&law, &online, on(row)), row)
                    else {
                        panic!("{row:?}");
                    };
                    assert!(keys.contains(&"data_subjects"));
                }
            }
            Test::Outside => {}
            Test::InternalPublic
            | Test::InternalPersonal
            | Test::Infrastructure(_)
            | Test::Nationwide
            | Test::Security(_)
            | Test::Administration
            | Test::PublicService { .. }
            | Test::Control(_)
            | Test::National(_) => {
                let found = outcome(&classify(&law, &silent, on(row)), row);
                assert!(
                    matches!(&found, Outcome::Open(keys) if !keys.is_empty()),
                    "{row:?} {found:?}"
                );
            }
        }
    }
    let found = classify(&law, &silent, day("2026-11-23"));
    assert_eq!((found.level, found.up_to), (None, Level::new(5)));
}

#[test]
fn one_answer_can_settle_a_line() {
    let law = law();
    let on = day("2026-11-23");
    let mut s = nothing();
    s.classification.national = Some(BTreeSet::from([National::EGovernment]));
    s.classification.infrastructure = None;
    assert_eq!(classify(&law, &s, on).level, Level::new(4));
    // Logins of staff make an internal system one with personal information, whatever else is told.
    let mut s = nothing();
    s.classification.internal = Some(true);
    s.classification.information = Some(BTreeSet::from([InformationClass::Public]));
    s.data_subjects = people(40, 0);
    assert_eq!(classify(&law, &s, on).level, Level::new(2));
}

#[test]
fn counts_at_the_figure_and_one_below() {
    let law = law();
    let firm = |basic, sensitive, words: &str| {
        let mut s = nothing();
        s.online_service = true;
        s.data_subjects = people(basic, sensitive);
        classify(&law, &s, day(words)).firm.map(Level::number)
    };
    for (basic, sensitive, new, old) in [
        (0, 10_000, 3, 3),
        (100_000, 0, 3, 3),
        (99_999, 9_999, 2, 3),
        (10_000, 0, 2, 3),
        (9_999, 0, 2, 2),
    ] {
        assert_eq!(firm(basic, sensitive, "2026-11-23"), Some(new));
        assert_eq!(firm(basic, sensitive, "2026-06-30"), Some(old));
    }
}

#[test]
fn near_a_figure_from_four_fifths_on() {
    let law = law();
    let near = |basic| {
        let mut s = nothing();
        s.online_service = true;
        s.classification.online_business = Some(OnlineBusiness::Other);
        s.data_subjects = people(basic, 0);
        let found = classify(&law, &s, day("2026-11-23"));
        let first = found.nearness().into_iter().next().unwrap();
        (first.percent, first.warn)
    };
    assert_eq!(near(79_999), (79, false));
    assert_eq!(near(80_000), (80, true));
    assert_eq!(near(99_999), (99, true));
}

#[test]
fn the_days_change_the_answer() {
    let law = law();
    let mut s = nothing();
    s.online_service = true;
    s.data_subjects = people(100, 0);
    let at = |words: &str| classify(&law, &s, day(words));
    let decree = |words: &str| (at(words).instrument.unwrap(), at(words).in_force);
    assert_eq!(decree("2026-06-30"), ("nd85".into(), true));
    for between in ["2026-07-01", "2026-08-18"] {
        assert_eq!(decree(between), ("nd331".into(), false));
        assert_eq!(at(between).from, Some(day("2026-08-19")));
        assert_eq!(demanded_level(&law, &s, day(between)), None);
    }
    assert_eq!(decree("2026-08-19"), ("nd331".into(), true));
    // Correction 1: the list with the posts in it is known until 2027-02-28; from then on the line is open.
    let last = demanded_level(&law, &s, day("2027-02-28")).unwrap();
    assert_eq!(
        (last.level.number(), last.force),
        (3, Force::Interpretation)
    );
    let after = at("2027-03-01");
    assert_eq!(
        (after.level, after.up_to),
        (Level::new(2), Level::new(3)),
        "by counts, level 2; the list could give 3"
    );
    assert_eq!(at("2027-03-01").missing, Vec::<&str>::new());
}

#[test]
fn a_service_outside_the_list_is_open_while_the_list_is() {
    let law = law();
    let mut s = nothing();
    s.online_service = true;
    let found = classify(&law, &s, day("2027-03-01"));
    let lines: Vec<&Branch> = found
        .branches
        .iter()
        .filter(|b| matches!(b.outcome, Outcome::Reread(_)))
        .collect();
    assert_eq!(lines.len(), 2);
    s.classification.online_business = Some(OnlineBusiness::Other);
    assert_eq!(classify(&law, &s, day("2027-03-01")).level, Level::new(2));
}

/// Law 116/2025 Art. 45.1: the level decided under the older law stays; the new figures demand nothing more.
#[test]
fn a_level_decided_under_the_older_law_stays() {
    let law = law();
    let mut s = nothing();
    s.online_service = true;
    s.data_subjects = people(500_000, 0);
    s.level_decision = Some(LevelDecision {
        number: "1".into(),
        date: day("2026-06-30"),
        authority: "a".into(),
        regime: Regime::Nd85,
    });
    assert!(classify(&law, &s, day("2026-11-23")).kept);
    assert_eq!(demanded_level(&law, &s, day("2026-11-23")), None);
    // While that law was in force its own criteria counted.
    assert!(!classify(&law, &s, day("2026-06-30")).kept);
    assert!(demanded_level(&law, &s, day("2026-06-30")).is_some());
    s.level_decision.as_mut().unwrap().date = day("2026-07-01");
    assert!(demanded_level(&law, &s, day("2026-11-23")).is_some());
}
