//! What the schema cannot say: no reference leads nowhere, no uuid stands twice, what was not decided is no finding.

use super::*;
use crate::report::sample;

fn drawn(run: &Run) -> Value {
    serde_json::from_slice(&Oscal.render(run, &Options::default()).unwrap()).unwrap()
}

fn walk<'v>(value: &'v Value, key: &str, visit: &mut impl FnMut(&str, &'v Value)) {
    visit(key, value);
    match value {
        Value::Object(object) => object.iter().for_each(|(k, v)| walk(v, k, visit)),
        Value::Array(items) => items.iter().for_each(|v| walk(v, key, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_reference_dangles_and_no_uuid_stands_twice() {
    for run in [
        sample::run(),
        sample::scan(),
        sample::hostile(),
        sample::large(800),
    ] {
        let document = drawn(&run);
        let (mut made, mut used) = (Vec::new(), Vec::new());
        walk(&document, "", &mut |key, value| {
            let Some(text) = value.as_str() else { return };
            match key {
                "uuid" => made.push(text.to_owned()),
                "observation-uuid" | "risk-uuid" | "subject-uuid" | "component-uuid" => {
                    used.push(text.to_owned())
                }
                "href" => used.extend(text.strip_prefix('#').map(str::to_owned)),
                _ => {}
            }
        });
        let unique: BTreeSet<&String> = made.iter().collect();
        assert_eq!(unique.len(), made.len());
        assert!(!used.is_empty());
        for uuid in &used {
            assert!(unique.contains(uuid), "{uuid}");
        }
        for uuid in &made {
            assert_eq!(uuid::Uuid::parse_str(uuid).unwrap().get_version_num(), 5);
        }
    }
}

#[test]
fn only_what_was_decided_is_a_finding() {
    let run = sample::run();
    let document = drawn(&run);
    let result = &document["assessment-results"]["results"][0];
    let counts = run.summary.requirements;
    let findings = result["findings"].as_array().unwrap();
    assert_eq!(
        findings.len() as u64,
        counts.met + counts.gap + counts.remark
    );
    let satisfied = findings
        .iter()
        .filter(|f| f["target"]["status"]["state"] == "satisfied")
        .count();
    assert_eq!(satisfied as u64, counts.met);
    assert!(
        result["risks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|r| r["status"] == "deviation-approved")
    );
}

#[test]
fn no_list_is_empty_and_values_are_one_line() {
    for run in [sample::run(), sample::hostile(), sample::scan()] {
        walk(&drawn(&run), "", &mut |key, value| {
            if let Some(items) = value.as_array() {
                assert!(!items.is_empty(), "{key}");
            }
            if key == "value" || key == "title" {
                let text = value.as_str().unwrap();
                assert!(
                    !text.is_empty() && text == text.trim() && !text.contains('\n'),
                    "{text:?}"
                );
            }
        });
    }
}

#[test]
fn tokens_fit() {
    assert_eq!(parts::token("letter.2.2"), "letter.2.2");
    assert_eq!(parts::token("9.2/1"), "_9.2_1");
}
