//! What code scanning asks for, and that nothing hostile gets through.

use super::*;
use crate::model::Disposition;
use crate::report::sample;

fn drawn(run: &Run, full: bool) -> Value {
    let options = Options {
        sarif_full: full,
        ..Options::default()
    };
    serde_json::from_slice(&Sarif.render(run, &options).unwrap()).unwrap()
}

#[test]
fn a_run() {
    insta::assert_json_snapshot!(drawn(&sample::run(), false));
}

#[test]
fn every_result_has_a_place_in_the_repository() {
    for (run, full) in [
        (sample::run(), false),
        (sample::run(), true),
        (sample::hostile(), true),
    ] {
        let log = drawn(&run, full);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert!(!results.is_empty());
        for result in results {
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.is_empty() && uri.is_ascii() && uri.len() < 8000);
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
            assert_eq!(
                result["kind"] == "fail",
                result["level"] != "none",
                "{result}"
            );
        }
    }
}

#[test]
fn findings_on_hosts_point_to_the_inventory() {
    let log = drawn(&sample::run(), false);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|r| r["ruleId"] == rule).unwrap();
    let ssh = &of("SRV-SSH-001")["locations"][0];
    assert_eq!(
        ssh["physicalLocation"]["artifactLocation"]["uri"],
        "deploy/inventory.yaml"
    );
    assert_eq!(ssh["physicalLocation"]["region"]["startLine"], 24);
    assert_eq!(
        ssh["logicalLocations"][0]["fullyQualifiedName"],
        "web-01:/etc/ssh/sshd_config:12"
    );
    let nginx = &of("CFG-NGX-002")["locations"][0]["physicalLocation"];
    assert_eq!(
        nginx["artifactLocation"]["uri"],
        "deploy/configs/portal/nginx.conf"
    );
    assert_eq!(nginx["region"]["startLine"], 17);
}

#[test]
fn errors_are_told_and_what_is_dropped_is_counted() {
    let log = drawn(&sample::run(), false);
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
    let mut run = sample::large(30_000);
    for finding in &mut run.findings {
        finding.result = ResultWord::Fail;
        finding.disposition = Disposition::None;
    }
    let log = drawn(&run, false);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 5000);
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("25000"));
}

#[test]
fn a_run_without_findings_has_rules() {
    let mut run = sample::run();
    run.findings.clear();
    run.controls.clear();
    let log = drawn(&run, false);
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert!(
        !log["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn markdown_says_what_the_text_says() {
    assert_eq!(
        markdown("![x](javascript:1) <b> `a`"),
        "\\!\\[x\\](javascript:1) &lt;b> \\`a\\`"
    );
    let log = drawn(&sample::hostile(), true).to_string();
    assert!(!log.contains('\u{202e}') && !log.contains("\\u001b"));
}

/// What the types of others can hold comes back as it was: nothing of ours has a name or a shape that SARIF does not know.
#[test]
fn the_types_of_serde_sarif_hold_every_run() {
    for run in [
        sample::run(),
        sample::scan(),
        sample::hostile(),
        sample::large(300),
    ] {
        for full in [false, true] {
            let log = drawn(&run, full);
            let held: serde_sarif::sarif::Sarif = serde_json::from_value(log.clone()).unwrap();
            let again = serde_json::to_value(&held).unwrap();
            same(&log, &again, "$");
        }
    }
}

/// Equal, where a number may have become one with a point.
fn same(ours: &Value, theirs: &Value, at: &str) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let (a, b) = (a.get(key), b.get(key));
                assert!(a.is_some() && b.is_some(), "{at}.{key}: {a:?} {b:?}");
                same(a.unwrap(), b.unwrap(), &format!("{at}.{key}"));
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{at}");
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                same(a, b, &format!("{at}[{i}]"));
            }
        }
        (Value::Number(a), Value::Number(b)) => assert_eq!(a.as_f64(), b.as_f64(), "{at}"),
        (a, b) => assert_eq!(a, b, "{at}"),
    }
}

#[test]
fn other_lines_of_a_finding_are_related_places() {
    use crate::model::{ActualReport, Name, Origin};
    let mut run = sample::run();
    let at = |file: Option<&str>, line, origin| ActualReport {
        path: "ssl_protocols".into(),
        value: "TLSv1\u{1b}[31m".into(),
        origin: Some(origin),
        file: file.map(Into::into),
        line,
    };
    let more = |finding: &mut Finding, own: Option<Name>, line| {
        finding.actual = vec![
            at(own.as_deref(), line, Origin::Set),
            at(
                Some("configs/portal/conf.d/tls.conf"),
                Some(3),
                Origin::Shadowed,
            ),
            at(
                Some("configs/portal/conf.d/tls.conf"),
                Some(3),
                Origin::Shadowed,
            ),
            at(None, None, Origin::Default),
        ];
    };
    for finding in &mut run.findings {
        let location = finding.location.clone();
        let (file, line) = location.map_or((None, None), |l| (l.file, l.line));
        more(finding, file, line);
    }
    let log = drawn(&run, false);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|r| r["ruleId"] == rule).unwrap();
    let nginx = of("CFG-NGX-002")["relatedLocations"].as_array().unwrap();
    assert_eq!(
        nginx.len(),
        1,
        "its own line is no other one, and none stands twice"
    );
    let place = &nginx[0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "deploy/configs/portal/conf.d/tls.conf"
    );
    assert_eq!(place["region"]["startLine"], 3);
    let said = nginx[0]["message"]["text"].as_str().unwrap();
    assert!(
        said.starts_with("ssl_protocols = TLSv1") && !said.contains('\u{1b}'),
        "{said}"
    );
    assert!(said.contains(crate::text::labels::origin(Origin::Shadowed).vi));
    // On a host: the line of the inventory, and the real place by name.
    let ssh = &of("SRV-SSH-001")["relatedLocations"][0];
    assert_eq!(
        ssh["physicalLocation"]["artifactLocation"]["uri"],
        "deploy/inventory.yaml"
    );
    assert_eq!(
        ssh["logicalLocations"][0]["fullyQualifiedName"],
        "web-01:configs/portal/conf.d/tls.conf:3"
    );
    let many = (0..100).map(|n| at(Some("a"), Some(n + 1), Origin::Set));
    run.findings[0].actual = many.collect();
    let log = drawn(&run, true);
    let related = log["runs"][0]["results"][0]["relatedLocations"].as_array();
    assert_eq!(related.unwrap().len(), 20);
}

#[test]
fn no_sanctions() {
    let text = drawn(&sample::run(), true).to_string();
    assert!(!text.contains("174/2026"));
}

#[test]
fn a_scan_of_a_folder_points_into_it() {
    let log = drawn(&sample::scan(), false);
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "images/web-01/etc/ssh/sshd_config"
    );
    assert_eq!(place["region"]["startLine"], 12);
}
