//! What the law of the pack says on the days on which it changes, and the verdicts that the first reading of the texts
//! would have got wrong ([A] corrections of the second reader).

use std::collections::BTreeMap;

use capdo::commands::{Pack, embedded};
use capdo::law::{demanded_level, duties};
use capdo::model::{Day, Duty, Force, Level, Organisation, Reading, Requirement, System};
use serde_json::json;

use crate::support::{capdo, code, stderr};

fn pack() -> Pack {
    embedded().unwrap()
}

fn day(words: &str) -> Day {
    Day::parse(words).unwrap()
}

fn organisation(ownership: &str, size: &str) -> Organisation {
    let name = json!({ "vi": "Mẫu", "en": "Sample" });
    serde_json::from_value(json!({ "name": name, "ownership": ownership, "size": size })).unwrap()
}

/// A customer portal of level 3, levelled in 2025 under NĐ 85/2016, with these keys changed.
fn portal(changed: serde_json::Value) -> System {
    let mut system = json!({
        "id": "portal", "name": { "vi": "Cổng", "en": "Portal" }, "level": 3, "hosting": "own", "online_service": true,
        "go_live": "2023-05-01", "data_subjects": { "basic": 1_200_000, "sensitive": 30_000 },
        "level_decision": { "number": "12", "date": "2025-06-10", "authority": "a", "regime": "nd85" },
    });
    for (key, value) in changed.as_object().unwrap() {
        system[key] = value.clone();
    }
    serde_json::from_value(system).unwrap()
}

/// The duties of a large private company with one system, by requirement.
fn of(system: &System, on: &str) -> BTreeMap<String, Duty> {
    held(&organisation("private", "large"), system, on)
}

fn held(organisation: &Organisation, system: &System, on: &str) -> BTreeMap<String, Duty> {
    duties(
        &pack().law,
        organisation,
        std::slice::from_ref(system),
        day(on),
    )
    .into_iter()
    .map(|duty| (duty.requirement.clone(), duty))
    .collect()
}

fn from_instrument<'a>(held: &'a BTreeMap<String, Duty>, id: &str) -> Vec<&'a str> {
    let own = |r: &&String| r.split_once('.').is_some_and(|(i, _)| i == id);
    held.keys().filter(own).map(String::as_str).collect()
}

fn requirement(id: &str) -> Requirement {
    pack().law.requirement(id).unwrap().clone()
}

fn figure(id: &str, name: &str, level: u8) -> Option<i64> {
    requirement(id)
        .figures
        .get(name)?
        .values
        .get(&level)
        .copied()
}

/// Which instruments give duties to the portal on each day on which something changes.
#[test]
fn instruments_by_day() {
    let old = ["nd85", "tt12", "tcvn11930", "l86-2015", "tt31-2017"];
    let law = ["l116", "qcvn12"];
    let decrees = ["nd331", "nd333", "tcvn14423"];
    let postal = ["l49", "letter"];
    let people = ["l91", "nd356"];
    let table: [(&str, Vec<&str>); 9] = [
        ("2025-04-01", [&old[..], &["nd53"], &postal].concat()),
        (
            "2026-06-30",
            [&old[..], &["nd53"], &postal, &people].concat(),
        ),
        ("2026-07-01", [&law[..], &postal, &people].concat()),
        ("2026-08-18", [&law[..], &postal, &people].concat()),
        (
            "2026-08-19",
            [&law[..], &decrees, &postal, &people].concat(),
        ),
        (
            "2027-02-28",
            [&law[..], &decrees, &postal, &people].concat(),
        ),
        (
            "2027-03-01",
            [&law[..], &decrees, &postal, &people].concat(),
        ),
        (
            "2027-06-30",
            [&law[..], &decrees, &postal, &people].concat(),
        ),
        (
            "2027-07-01",
            [&law[..], &decrees, &postal, &people].concat(),
        ),
    ];
    let all = [&old[..], &["nd53"], &law, &decrees, &postal, &people].concat();
    for (on, there) in table {
        let held = of(&portal(json!({})), on);
        for id in &all {
            let some = !from_instrument(&held, id).is_empty();
            assert_eq!(some, there.contains(id), "{id} on {on}");
        }
    }
}

#[test]
fn no_letter_before_its_day() {
    let held = of(&portal(json!({})), "2025-03-27");
    assert!(from_instrument(&held, "letter").is_empty());
    assert!(!from_instrument(&of(&portal(json!({})), "2025-03-28"), "letter").is_empty());
}

#[test]
fn sanctions_on_data_from_november_2026() {
    let law = pack().law;
    let decree = law.instrument("nd363").unwrap();
    assert!(!decree.in_force(day("2026-11-10")) && decree.in_force(day("2026-11-11")));
    assert_eq!(decree.reading, Reading::Unverified);
}

/// Law 116 Art. 45.1: twelve months for systems that were levelled under the old law, to 01/07/2027 and no day longer.
#[test]
fn time_to_adapt() {
    let due = |system: &System, on: &str| of(system, on)["l116.10.2.a"].due;
    let levelled = portal(json!({}));
    for on in [
        "2026-07-01",
        "2026-08-19",
        "2027-03-01",
        "2027-06-30",
        "2027-07-01",
    ] {
        assert_eq!(due(&levelled, on), Some(day("2027-07-01")), "{on}");
    }
    assert_eq!(due(&levelled, "2027-07-02"), None);
    let never = portal(json!({ "level_decision": null }));
    assert_eq!(
        due(&never, "2026-08-19"),
        None,
        "no time for what was never levelled"
    );
    let later = json!({ "level_decision": { "number": "1", "date": "2026-07-01", "authority": "a", "regime": "nd331" } });
    assert_eq!(due(&portal(later), "2026-08-19"), None);
}

/// NĐ 331 Art. 39.1: systems that were being built on 01/07/2026.
#[test]
fn time_to_build() {
    let due = |changed| of(&portal(changed), "2026-11-23")["nd331.39.1"].due;
    let building =
        json!({ "investment_from": "2026-03-01", "go_live": null, "level_decision": null });
    assert_eq!(due(building), Some(day("2027-07-01")));
    assert_eq!(
        due(json!({ "investment_from": "2026-07-01", "go_live": null })),
        None
    );
}

/// Correction 1: not item 97 for ever, but item 69 to 28/02/2027, to be read again after it.
#[test]
fn correction_1_item_69_ends() {
    let law = pack().law;
    let small =
        portal(json!({ "data_subjects": { "basic": 10 }, "level": 2, "level_decision": null }));
    let demanded = |on: &str| demanded_level(&law, &small, day(on));
    let before = demanded("2027-02-28").unwrap();
    assert_eq!(before.level, Level::new(3).unwrap());
    assert_eq!(before.force, Force::Interpretation);
    let after = demanded("2027-03-01").map(|d| (d.level.number(), d.requirement));
    assert!(
        after
            .as_ref()
            .is_none_or(|(level, by)| *level < 3 && by != "nd331.13.2.a"),
        "the new list was not read: {after:?}"
    );
    assert_eq!(
        requirement("nd331.13.2.a").valid_to,
        Some(day("2027-02-28"))
    );
    let list = law.instrument("nq66-17").unwrap();
    assert!(list.in_force(day("2027-02-28")) && !list.in_force(day("2027-03-01")));
    assert!(
        law.instrument("l24-2026")
            .unwrap()
            .in_force(day("2027-03-01"))
    );
}

/// Correction 2: the texts that guided the old laws lapsed with them; nobody fails by them for a later day.
#[test]
fn correction_2_old_texts_lapsed() {
    let law = pack().law;
    for id in ["nd85", "tt12", "nd53", "tcvn11930"] {
        assert_eq!(
            law.instrument(id).unwrap().in_force_to,
            Some(day("2026-06-30")),
            "{id}"
        );
    }
    let held = of(&portal(json!({})), "2026-11-23");
    assert!(
        !held.contains_key("nd85.20.2.c"),
        "no yearly review by NĐ 85 any more"
    );
    assert!(of(&portal(json!({})), "2026-06-30").contains_key("nd85.20.2.c"));
}

/// Correction 3: only some articles of NĐ 15/2020 are gone.
#[test]
fn correction_3_nd15_lives_on_in_part() {
    let law = pack().law;
    let instrument = law.instrument("nd15-2020").unwrap();
    let on = day("2026-11-23");
    for (id, there) in [
        ("10.3.c", false),
        ("102.3.m", false),
        ("78.1.b", true),
        ("84.1", true),
        ("89.1", true),
    ] {
        let sanction = law.sanction(&format!("nd15-2020.{id}")).unwrap();
        assert_eq!(sanction.in_force(on), there, "{id}");
        assert!(
            sanction.printed().is_none(),
            "{id}: nobody confirmed the amount"
        );
    }
    assert!(
        instrument.in_force(day("2026-11-23")),
        "Art. 78, 84, 89 are not repealed"
    );
}

/// Correction 4: who hands over on lawful request is not fined by Art. 12.3.b; who refuses is, by 12.4.d.
#[test]
fn correction_4_handing_over_is_not_the_act() {
    let law = pack().law;
    let cites = |provision: &str| {
        let some = law
            .requirements
            .iter()
            .filter(|r| r.sanction.iter().any(|s| s == provision));
        some.map(|r| r.id.as_str()).collect::<Vec<_>>()
    };
    assert!(cites("nd174.12.3.b").is_empty());
    assert_eq!(cites("nd174.12.4.d"), ["l49.14.6"]);
}

/// Correction 5: 72 hours only for the harmful class; other breaches are notified without a figure.
#[test]
fn correction_5_not_every_breach_within_72_hours() {
    assert_eq!(figure("l91.23.1", "notice", 3), Some(72));
    assert!(requirement("l91.23.1").text.vi.contains("có thể gây hại"));
    assert!(requirement("l91.23.3").figures.is_empty());
}

/// Correction 6: data stay in Viet Nam without a retention figure; 24 months run from a request only.
#[test]
fn correction_6_no_retention_of_24_months() {
    assert!(requirement("nd333.19.1").figures.is_empty());
    assert_eq!(figure("nd333.20.1", "on_request", 3), Some(24));
    let held = of(&portal(json!({})), "2026-11-23");
    let law = pack().law;
    for id in held.keys() {
        let figures = &law.requirement(id).unwrap().figures;
        let two_years = figures
            .get("retention")
            .is_some_and(|f| f.values.values().any(|v| *v == 24));
        assert!(!two_years, "{id}");
    }
    assert_eq!(figure("nd333.16.3.c", "answer", 3), Some(24));
    assert_eq!(figure("nd333.16.3.c", "urgent", 3), Some(3));
    assert_eq!(figure("nd333.16.4.b", "urgent", 3), Some(6));
}

/// Correction 7: twelve months of logs are a reading for a postal firm, never a gap.
#[test]
fn correction_7_twelve_months_of_logs_are_interpretation() {
    let held = of(&portal(json!({})), "2026-11-23");
    assert_eq!(held["nd333.16.6"].force, Force::Interpretation);
    assert_eq!(
        requirement("nd333.16.6").figures["retention"].force,
        Force::Interpretation
    );
    let offline = of(&portal(json!({ "online_service": false })), "2026-11-23");
    assert!(!offline.contains_key("nd333.16.6"));
    let months = |level| figure("tcvn14423.log-5", "retention", level);
    assert_eq!(
        [months(2), months(3), months(4), months(5)],
        [Some(1), Some(3), Some(6), Some(12)]
    );
}

/// Correction 8: physical separation is for what is rented; network zones are apart logically.
#[test]
fn correction_8_physical_separation_of_what_is_rented() {
    let at = |hosting: &str| {
        of(
            &portal(json!({ "level": 5, "hosting": hosting })),
            "2026-11-23",
        )
    };
    assert!(at("cloud").contains_key("nd331.30.9") && at("datacentre").contains_key("nd331.30.9"));
    assert!(!at("own").contains_key("nd331.30.9"));
    assert!(
        requirement("nd331.30.9")
            .text
            .vi
            .contains("vùng mạng tách riêng về lô-gic")
    );
}

/// Correction 9: a state non-business unit with the function may assess too.
#[test]
fn correction_9_who_may_assess() {
    let text = requirement("nd331.31.2.c").text;
    assert!(text.vi.contains("tổ chức sự nghiệp nhà nước"));
    assert!(text.vi.contains("chủ quản tự tổ chức"));
}

/// Correction 13: zones without those that exist only where there is wireless or WAN.
#[test]
fn correction_13_zones() {
    let zones = pack()
        .law
        .requirements
        .iter()
        .find_map(|r| {
            r.figures
                .get("zones")
                .filter(|_| r.instrument == "tcvn14423")
                .cloned()
        })
        .unwrap();
    assert_eq!(
        zones.values,
        BTreeMap::from([(2, 4), (3, 6), (4, 7), (5, 7)])
    );
}

/// Correction 18: small firms may leave the impact dossier out, but not with sensitive data or 100,000 people.
#[test]
fn correction_18_small_firms() {
    let dossier = |size: &str, basic: u64, sensitive: u64| {
        let system = portal(json!({ "data_subjects": { "basic": basic, "sensitive": sensitive } }));
        held(&organisation("private", size), &system, "2026-11-23").contains_key("l91.21")
    };
    for size in ["small", "micro"] {
        assert!(!dossier(size, 99_999, 0));
        assert!(dossier(size, 100_000, 0));
        assert!(dossier(size, 10, 1));
        let uncounted = portal(json!({ "data_subjects": null }));
        let held = held(&organisation("private", size), &uncounted, "2026-11-23");
        assert!(
            held.contains_key("l91.21"),
            "what was not counted may be any number"
        );
    }
    assert!(dossier("medium", 10, 0));
    let none = portal(json!({ "data_subjects": { "basic": 10 } }));
    assert!(!of(&none, "2026-11-23").contains_key("nd356.4.2"));
    assert!(of(&portal(json!({})), "2026-11-23").contains_key("nd356.4.2"));
}

/// Correction 20: "approved before operation" is for new and upgraded systems; what ran before is no gap by its date.
#[test]
fn correction_20_systems_that_already_ran() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("capdo.yaml");
    let text = "schema: capdo/inventory/1\norganisation: { name: { vi: Mẫu, en: Sample }, ownership: private, size: large }\n\
        systems:\n  - { id: portal, name: { vi: a, en: a }, level: 3, hosting: own, online_service: true, go_live: 2023-05-01,\n    \
        level_decision: { number: '1', date: 2025-06-10, authority: a, regime: nd85 } }\n";
    std::fs::write(&file, text).unwrap();
    let path = file.to_string_lossy();
    let output = capdo(&["audit", &path, "--as-of", "2026-11-23", "--format", "json"]);
    let run: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = run["requirements"].as_array().unwrap();
    let status = |id: &str| {
        all.iter()
            .find(|r| r["id"] == id)
            .map(|r| r["status"].clone())
    };
    for id in ["nd331.30.6", "letter.3.2"] {
        assert_ne!(status(id).unwrap(), "gap", "{id}");
    }
}

/// Section 2: rows of TCVN 14423:2026 that the first catalogue did not word; each has a duty at its level.
#[test]
fn section_2_rows_have_a_duty() {
    let rows = [
        (
            1,
            "3.6.2.3 3.4.2.1b 3.15.2.1c 3.15.2.1d 3.14.1 3.2.1b 3.12.2.2 3.7.1a",
        ),
        (
            2,
            "4.6.2.3 4.4.2.1c 4.15.2.1d 4.15.2.1e 4.14.1 4.12.2.1d 4.15.1 4.2.1b",
        ),
        (
            3,
            "5.6.2.3 5.4.2.1c 5.16.2.1d 5.16.2.1e 5.15.1 5.12.2.1d 5.16.1 5.4.2.7a 5.12.2.4f 5.1.2.3b 5.2.1b",
        ),
        (
            4,
            "6.6.2.3 6.4.2.1c 6.17.2.1c 6.17.2.1d 6.15.1 6.4.2.7a 6.12.2.4f 6.12.2.1d 6.15.2.2a–b 6.4.2.10c 6.16.2.1c 6.1.2.3b 6.14.1c 6.14.2.2d 6.2.1b 6.12.2.2a",
        ),
        (
            5,
            "7.6.2.3 7.4.2.1c 7.17.2.1c 7.17.2.1d 7.15.1 7.4.2.7a 7.12.2.5e 7.12.2.1d 7.15.2.2a–b 7.4.2.10c 7.16.2.1c 7.1.2.3b 7.2.1b 7.12.2.2a",
        ),
    ];
    let law = pack().law;
    let mut without = Vec::new();
    for (level, clauses) in rows {
        for clause in clauses.split(' ') {
            let there = law.requirements.iter().any(|r| {
                r.instrument == "tcvn14423"
                    && r.clauses.get(&level).is_some_and(|c| c.contains(clause))
            });
            if !there {
                without.push(clause);
            }
        }
    }
    assert!(without.is_empty(), "{without:?}");
}

/// NĐ 330 Art. 7.1: sections 1 to 5 are printed for individuals, section 6 for organisations; NĐ 174 for organisations.
#[test]
fn amounts_for_an_organisation() {
    let law = pack().law;
    for (id, from, to) in [
        ("nd330.23.2.a", 60, 100),
        ("nd330.23.1.c", 40, 60),
        ("nd330.22.1.a", 30, 60),
        ("nd330.54.3", 40, 60),
        ("nd330.69.2.b", 50, 70),
        ("nd174.12.3.c", 10, 20),
    ] {
        let range = law.sanction(id).unwrap().for_organisation().unwrap();
        assert_eq!((range.from, range.to), (from, Some(to)), "{id}");
    }
}

#[test]
fn a_day_without_law() {
    for on in ["2009-12-31", "0001-01-01", "2100-01-01", "9999-12-31"] {
        let output = capdo(&["law", "list", "--as-of", on]);
        assert_eq!(code(&output), 2, "{on}");
        let said = stderr(&output);
        assert!(
            said.contains("is not in the pack: name a day from 2010-01-01"),
            "{said}"
        );
    }
    assert_eq!(code(&capdo(&["law", "list", "--as-of", "2010-01-01"])), 0);
}
