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
