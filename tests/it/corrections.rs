//! The [A] corrections of the second reader, each as the verdict that the uncorrected text would have got wrong: the same
//! company under the shipped law, and under a copy in which the correction was taken back.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::papers::{NO_MACHINES, Said, company, status};
use crate::support::{DAY, capdo, code, stderr};

/// A file of the rules with one text taken back.
type Back<'a> = (&'a str, &'a dyn Fn(&str) -> String);

/// The run under the shipped rules, and under those with the corrections taken back.
fn both(rest: &str, said: &[Said<'_>], on: &str, back: &[Back<'_>]) -> (Value, Value) {
    let folder = tempfile::tempdir().unwrap();
    let rest = rest.replace("*no", "{ vi: Không có, en: None }");
    let path = company(folder.path(), &rest, said);
    let rules = uncorrected(folder.path(), back);
    let run = |more: &[&str]| {
        let args = [
            "audit",
            path.to_str().unwrap(),
            "--as-of",
            on,
            "--format",
            "json",
        ];
        let output = capdo(&[&args, more].concat());
        assert!([0, 1, 3].contains(&code(&output)), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let ours = run(&[]);
    (ours, run(&["--rules", &rules, "--allow-weaker"]))
}

/// The rules over ours: whole files, changed.
fn uncorrected(folder: &Path, back: &[Back<'_>]) -> String {
    let rules = folder.join("rules");
    for (name, change) in back {
        let text = fs::read_to_string(Path::new("rules").join(name)).unwrap();
        let changed = change(&text);
        assert_ne!(
            text, changed,
            "{name}: the correction is there to be taken back"
        );
        let at = rules.join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, changed).unwrap();
    }
    rules.to_str().unwrap().to_owned()
}

/// The text of one requirement, changed.
fn within(text: &str, id: &str, change: impl Fn(&str) -> String) -> String {
    let from = text.find(&format!("- id: {id}\n")).unwrap();
    let to = text[from + 1..]
        .find("\n  - id: ")
        .map_or(text.len(), |n| from + 1 + n);
    format!(
        "{}{}{}",
        &text[..from],
        change(&text[from..to]),
        &text[to..]
    )
}

fn exposure(run: &Value, id: &str) -> Vec<String> {
    let all = run["requirements"].as_array().unwrap();
    let found = all.iter().find(|r| r["id"] == id).unwrap();
    let list = found["exposure"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|e| e["provision"].as_str().unwrap().to_owned())
        .collect()
}

const MET: (&str, u32) = ("2026-11-01", 12);

/// The company itself says that this duty is not met.
fn not_met<'a>(id: &'a str, scope: &'a str) -> Said<'a> {
    (id, scope, MET.0, MET.1, "not-met")
}

#[test]
fn correction_1_the_list_of_businesses_ends() {
    let small = NO_MACHINES
        .replace("level: 3", "level: 2")
        .replace(
            "basic: 1200000, sensitive: 30000",
            "basic: 10, sensitive: 0",
        )
        .replace(
            ", level_decision: { number: '12', date: 2025-06-10, authority: a, regime: nd85 }",
            "",
        );
    let back: Back<'_> = ("law/nd331.yaml", &|t| {
        within(t, "nd331.13.2.a", |r| {
            r.replace("    valid_to: 2027-02-28\n", "")
        })
    });
    let (ours, theirs) = both(&small, &[], "2027-03-01", &[back]);
    assert_eq!(
        theirs["systems"][0]["required_level"], 3,
        "item 97 for ever"
    );
    assert_ne!(ours["systems"][0]["required_level"], 3);
    let (before, _) = both(&small, &[], "2027-02-28", &[back]);
    assert_eq!(before["systems"][0]["required_level"], 3);
}

#[test]
fn correction_2_a_lapsed_cycle_is_no_gap() {
    let back: Back<'_> = ("law/nd85.yaml", &|t| {
        t.replace("in_force_to: 2026-06-30\n", "")
    });
    let said = [not_met("nd85.20.2.c", "portal")];
    let (ours, theirs) = both(NO_MACHINES, &said, DAY, &[back]);
    assert_eq!(
        status(&theirs, "nd85.20.2.c"),
        "gap",
        "no repeal clause found"
    );
    assert_eq!(status(&ours, "nd85.20.2.c"), "");
    let said = [("nd85.20.2.c", "portal", "2026-06-01", 12, "not-met")];
    let (before, _) = both(NO_MACHINES, &said, "2026-06-30", &[back]);
    assert_eq!(status(&before, "nd85.20.2.c"), "gap");
}

#[test]
fn correction_3_what_nd_174_did_not_repeal_is_still_shown() {
    // Consent: the uncorrected text held all of the decree for historical since 01/07/2026.
    let ended: Back<'_> = ("law/sanctions/nd15-2020.yaml", &|t| {
        ["84.1", "84.2"].iter().fold(t.to_owned(), |text, id| {
            let entry = format!("  - id: nd15-2020.{id}\n");
            let gone = format!("{entry}    in_force_to: 2026-06-30\n");
            text.replace(&entry, &gone)
        })
    });
    let said = [("l91.9", "organisation", "2026-06-01", 12, "not-met")];
    let (ours, theirs) = both(NO_MACHINES, &said, "2026-08-18", &[ended]);
    let old = ["nd15-2020.84.1", "nd15-2020.84.2"];
    assert_eq!(exposure(&ours, "l91.9"), old);
    assert!(exposure(&theirs, "l91.9").is_empty());
    // From 19/08/2026 NĐ 330 stands beside it.
    let (ours, _) = both(NO_MACHINES, &said, "2026-08-19", &[ended]);
    let shown = exposure(&ours, "l91.9");
    assert!(shown.iter().any(|p| p == "nd330.43.1"), "{shown:?}");
    // Art. 10, which it did repeal, is not shown after it.
    let said = [not_met("letter.1.1", "organisation")];
    let (ours, _) = both(NO_MACHINES, &said, DAY, &[ended]);
    assert_eq!(exposure(&ours, "letter.1.1"), ["nd174.12.3.c"]);
}

#[test]
fn correction_4_handing_over_is_not_fined() {
    let back: Back<'_> = ("law/l49.yaml", &|t| {
        t.replace(
            "sanction: [ \"nd174.12.4.d\" ]",
            "sanction: [ \"nd174.12.3.b\" ]",
        )
    });
    let said = [not_met("l49.14.6", "organisation")];
    let (ours, theirs) = both(NO_MACHINES, &said, DAY, &[back]);
    assert_eq!(
        exposure(&ours, "l49.14.6"),
        ["nd174.12.4.d"],
        "not cooperating"
    );
    assert_eq!(exposure(&theirs, "l49.14.6"), ["nd174.12.3.b"]);
}

#[test]
fn correction_5_72_hours_for_the_harmful_class_only() {
    let back: Back<'_> = ("controls/document/DOC-BRE-001.yaml", &|t| {
        let without_when = |l: &&str| !l.starts_with("when:");
        t.lines()
            .filter(without_when)
            .collect::<Vec<_>>()
            .join("\n")
    });
    let breach = |class: &str, told: &str| {
        let one = format!(
            "incidents: [ {{ id: b1, kind: personal-data, detected: '2026-11-01T08:00:00+07:00'{told}{class} }} ]"
        );
        let said = [("l91.23.1", "organisation", MET.0, MET.1, "met")];
        let (ours, theirs) = both(
            &NO_MACHINES.replace("incidents: []", &one),
            &said,
            DAY,
            &[back],
        );
        (status(&ours, "l91.23.1"), status(&theirs, "l91.23.1"))
    };
    let late = ", notified: '2026-11-05T08:00:00+07:00'";
    let in_time = ", notified: '2026-11-04T08:00:00+07:00'";
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(breach(", harm_class: false", late), pair("met", "gap"));
    assert_eq!(
        breach(", harm_class: true", late),
        pair("gap", "gap"),
        "paper or not"
    );
    assert_eq!(breach(", harm_class: true", in_time), pair("met", "met"));
    assert_eq!(
        breach(", harm_class: true", ""),
        pair("gap", "gap"),
        "never told"
    );
    assert_eq!(
        breach("", late),
        pair("undetermined", "gap"),
        "class not stated"
    );
}

#[test]
fn correction_6_no_24_months_without_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let back: Back<'_> = ("controls/server/SRV-LOG-003.yaml", &|t| {
        t.replacen(
            "    by:\n",
            "    by:\n      - { source: nd333.19.1, values: { 2: 730, 3: 730, 4: 730, 5: 730 } }\n",
            1,
        )
        .replacen("satisfies: [ ", "satisfies: [ nd333.19.1, ", 1)
    });
    let rules = uncorrected(folder.path(), &[back]);
    let result = |more: &[&str]| {
        let args = [
            "scan",
            "server",
            "sample-configs/servers/web-01",
            "--level",
            "2",
            "--as-of",
            DAY,
            "--format",
            "json",
        ];
        let output = capdo(&[&args, more].concat());
        let run: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = run["findings"].as_array().unwrap();
        found
            .iter()
            .find(|f| f["control"] == "SRV-LOG-003")
            .unwrap()["result"]
            .clone()
    };
    assert_eq!(result(&[]), "pass");
    assert_eq!(result(&["--rules", &rules, "--allow-weaker"]), "fail");
}

#[test]
fn correction_7_twelve_months_of_logs_are_never_a_gap() {
    let back: Back<'_> = ("law/nd333.yaml", &|t| {
        within(t, "nd333.16.6", |r| {
            r.replacen("    force: interpretation\n", "", 1)
        })
    });
    let said = [not_met("nd333.16.6", "portal")];
    let (ours, theirs) = both(NO_MACHINES, &said, DAY, &[back]);
    assert_eq!(status(&ours, "nd333.16.6"), "remark");
    assert_eq!(status(&theirs, "nd333.16.6"), "gap");
}

#[test]
fn correction_8_own_rooms_need_no_physical_separation() {
    let back: Back<'_> = ("law/nd331.yaml", &|t| {
        within(t, "nd331.30.9", |r| {
            r.replace(", hosting: [ datacentre, cloud ]", "")
        })
    });
    let five = NO_MACHINES.replace("level: 3", "level: 5");
    let said = [not_met("nd331.30.9", "portal")];
    let (ours, theirs) = both(&five, &said, DAY, &[back]);
    assert_eq!(status(&ours, "nd331.30.9"), "");
    assert_eq!(status(&theirs, "nd331.30.9"), "gap");
    let (rented, _) = both(
        &five.replace("hosting: own", "hosting: cloud"),
        &said,
        DAY,
        &[back],
    );
    assert_eq!(status(&rented, "nd331.30.9"), "gap");
}

#[test]
fn correction_9_a_state_unit_may_assess() {
    let back: Back<'_> = ("controls/document/DOC-ASR-002.yaml", &|t| {
        t.replace(
            "in: [ licensed, designated, state-unit ]",
            "in: [ licensed, designated ]",
        )
    });
    let five = |kind: &str| {
        NO_MACHINES.replace("level: 3", "level: 5").replace(
            "independent_of_operation: true",
            &format!("independent_of_operation: true, kind: {kind}"),
        )
    };
    let said = [("nd331.31.2.c", "organisation", MET.0, MET.1, "met")];
    let (ours, theirs) = both(&five("state-unit"), &said, DAY, &[back]);
    assert_eq!(status(&ours, "nd331.31.2.c"), "met");
    assert_eq!(status(&theirs, "nd331.31.2.c"), "gap");
    let (own, _) = both(&five("internal"), &said, DAY, &[back]);
    assert_eq!(status(&own, "nd331.31.2.c"), "gap");
}

#[test]
fn correction_20_what_ran_before_is_no_gap_by_its_date() {
    let back: Back<'_> = ("controls/document/DOC-LVL-003.yaml", &|t| {
        let without_when = |l: &&str| !l.starts_with("when:");
        t.lines()
            .filter(without_when)
            .collect::<Vec<_>>()
            .join("\n")
    });
    let (ours, theirs) = both(NO_MACHINES, &[], DAY, &[back]);
    for id in ["nd331.30.6", "letter.3.2"] {
        assert_ne!(status(&ours, id), "gap", "{id}");
        assert_eq!(status(&theirs, id), "gap", "{id}");
    }
    let new = NO_MACHINES
        .replace("go_live: 2023-05-01", "go_live: 2026-09-01")
        .replace("2025-06-10", "2026-10-01");
    let (ours, _) = both(&new, &[], DAY, &[back]);
    assert_eq!(status(&ours, "nd331.30.6"), "gap");
}

/// Section 2: rows that the first catalogue did not word. A company that says itself that it does not have them was not
/// told so before.
#[test]
fn section_2_the_rows_without_wording_decide() {
    let rows = [
        ("acc-types", "portal"),
        ("dat-request", "portal"),
        ("dat-important", "portal"),
        ("net-internal-access", "portal"),
        ("rsk-reassess", "portal"),
        ("inc-roles", "organisation"),
        ("inc-cooperate", "organisation"),
        ("inc-policy", "organisation"),
        ("sup-evaluate", "organisation"),
    ];
    let ids: Vec<String> = rows
        .iter()
        .map(|(id, _)| format!("tcvn14423.{id}"))
        .collect();
    let said: Vec<Said<'_>> = ids
        .iter()
        .zip(rows)
        .map(|(id, (_, scope))| not_met(id, scope))
        .collect();
    let levels = |t: &str| {
        ids.iter().fold(t.to_owned(), |text, id| {
            within(&text, id, |r| {
                r.replacen(
                    "    strength:",
                    "    in_force_to: 2026-08-19\n    strength:",
                    1,
                )
            })
        })
    };
    let (ours, theirs) = both(NO_MACHINES, &said, DAY, &[("law/tcvn14423.yaml", &levels)]);
    for id in &ids {
        assert_eq!(status(&ours, id), "gap", "{id}");
        assert_eq!(status(&theirs, id), "", "{id}");
    }
}

#[test]
fn correction_13_zones_that_may_not_exist_are_not_counted() {
    let six = NO_MACHINES.replace(
        "go_live: 2023-05-01,",
        "go_live: 2023-05-01, zones: [ servers, dmz, internal, border, database, management, wireless ],",
    );
    let back: Back<'_> = ("law/tcvn14423.yaml", &|t| {
        within(t, "tcvn14423.net-8", |r| {
            r.replace("{ 2: 4, 3: 6, 4: 7, 5: 7 }", "{ 2: 5, 3: 7, 4: 9, 5: 9 }")
        })
    });
    // A control takes its figure from the law when it is read.
    let again: Back<'_> = ("controls/document/DOC-ZON-001.yaml", &|t| format!("{t}\n"));
    let (ours, theirs) = both(&six, &[], DAY, &[back, again]);
    assert_eq!(status(&theirs, "tcvn14423.net-8"), "gap", "5/7/9/9");
    assert_ne!(status(&ours, "tcvn14423.net-8"), "gap");
    let five = six.replace(", management", "");
    let (fewer, _) = both(&five, &[], DAY, &[back, again]);
    assert_eq!(status(&fewer, "tcvn14423.net-8"), "gap");
}
