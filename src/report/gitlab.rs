//! `gl-code-quality.json`: the Code Quality report of GitLab, which it shows in merge requests.
//!
//! A place has to be a file of the repository: hosts and endpoints stand at their line in the inventory, as in SARIF.

use serde_json::{Value, json};

use super::common::{active, lines, whereabouts};
use super::sarif::place::Places;
use super::{Options, Render, ReportError};
use crate::model::{Run, Severity};

/// `--format gitlab`.
#[derive(Debug, Clone, Copy)]
pub struct Gitlab;

impl Render for Gitlab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn file_name(&self) -> &'static str {
        "gl-code-quality.json"
    }

    fn is_usual(&self) -> bool {
        false
    }

    fn render(&self, run: &Run, options: &Options) -> Result<Vec<u8>, ReportError> {
        let places = Places::of(run, &options.source_root);
        let issues: Vec<Value> = active(run)
            .into_iter()
            .map(|finding| {
                let (path, line) = places.path(finding);
                let mut words = vec![lines(finding.title.get(options.lang))];
                words.extend(whereabouts(finding));
                json!({
                    "description": words.join(" · "),
                    "check_name": finding.control,
                    "fingerprint": finding.id,
                    "severity": severity(finding.severity),
                    "location": { "path": path, "lines": { "begin": line } },
                })
            })
            .collect();
        let mut bytes = serde_json::to_vec(&issues)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_issue_has_what_gitlab_asks_for() {
        for run in [sample::run(), sample::scan(), sample::hostile()] {
            let bytes = Gitlab.render(&run, &Options::default()).unwrap();
            let issues: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(issues.len(), active(&run).len());
            let mut prints = std::collections::BTreeSet::new();
            for issue in &issues {
                assert!(prints.insert(issue["fingerprint"].as_str().unwrap().to_owned()));
                assert!(
                    !issue["location"]["path"]
                        .as_str()
                        .unwrap()
                        .starts_with("./")
                );
                assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
                assert!(
                    ["info", "minor", "major", "critical", "blocker"]
                        .contains(&issue["severity"].as_str().unwrap())
                );
                assert!(!issue["description"].as_str().unwrap().is_empty());
            }
        }
    }
}
