//! Tools that watch files for changes: which are installed, whether they run by themselves, and from which record.

use super::host::{Host, certainty, derived, reason, texts, unseen};
use super::malware::enabled;
use super::packages;
use super::plan::{Piece, What};
use super::schedule::{self, Job};
use super::started::{Program, When, starts};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::numbered;

/// Where AIDE keeps the record that it compares with, on Debian and on RHEL.
const AIDE_DB: [&str; 3] = [
    "/var/lib/aide/aide.db",
    "/var/lib/aide/aide.db.gz",
    "/var/lib/aide/aide.db.zst",
];
/// What starts AIDE: Debian's timer, its older daily job.
const AIDE_TIMER: &str = "dailyaidecheck.timer";
const AIDE_DAILY: [&str; 2] = ["/etc/cron.daily/aide", "/etc/cron.daily/dailyaidecheck"];
const WAZUH: &str = "/var/ossec/etc/ossec.conf";

/// What this part reads, beside the record of packages and the units.
pub(super) const PIECES: &[Piece] = &[
    piece(What::Stat(AIDE_DB[0])),
    piece(What::Stat(AIDE_DB[1])),
    piece(What::Stat(AIDE_DB[2])),
    piece(What::Stat(AIDE_DAILY[0])),
    piece(What::Stat(AIDE_DAILY[1])),
];

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["integrity"],
    }
}

/// Collects the subject type `integrity`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let names = packages::class("integrity");
    let found = match packages::found(host, "integrity") {
        Ok(found) => found,
        Err(e) => {
            out.saw("integrity", Seen::Not(reason(&e)));
            return;
        }
    };
    if found.is_empty() {
        let proof = format!("{}: {}", host.record_place(), names.join(", "));
        out.saw("integrity", Seen::Absent(proof));
        return;
    }
    let mut subject = Subject::new("integrity", "integrity");
    subject.put(derived(
        "tools",
        texts(found.iter().copied()),
        host.record_place(),
        0,
    ));
    let aide = found.iter().any(|n| n.starts_with("aide"));
    let wazuh = ["wazuh-agent", "ossec-hids-agent"]
        .iter()
        .any(|n| found.contains(n));
    let (mut works, mut record) = (Vec::new(), Vec::new());
    if aide {
        works.push(scheduled(host));
        record.push(database(host));
    }
    if wazuh {
        works.push(syscheck(host));
        // Wazuh makes its record itself when it first runs.
        record.push(Fact::derived("baseline", true));
    }
    if !(aide || wazuh) {
        works.push(Fact::derived("automatic", enabled(host, "integrity")));
        let why = Value::unseen("not-parsed", "the record of this tool is not read");
        record.push(Fact::derived("baseline", why));
    }
    for facts in [works, record] {
        let best = facts.into_iter().min_by_key(|f| certainty(&f.value));
        best.into_iter().for_each(|f| subject.put(f));
    }
    out.subjects.push(subject);
    out.saw("integrity", Seen::Whole);
}

/// Is there a record that AIDE can compare with?
fn database(host: &Host<'_>) -> Fact {
    const PATH: &str = "baseline";
    let mut hidden = None;
    for path in AIDE_DB {
        match host.entry(path) {
            Ok(entry) => return derived(PATH, entry.size > 0, path, 0),
            Err(e) if e.is_missing() => {}
            Err(e) => hidden = Some(e),
        }
    }
    match hidden {
        Some(e) => Fact::derived(PATH, unseen(&e)),
        None => derived(PATH, false, AIDE_DB[0], 0),
    }
}

/// Does something start AIDE by itself?
fn scheduled(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "automatic";
    let timer = host.unit_on(&[AIDE_TIMER, "aidecheck.timer", "aide-check.timer"]);
    if timer == Value::Bool(true) {
        return Fact::derived(PATH, true);
    }
    for path in AIDE_DAILY {
        // run-parts leaves out what may not be executed.
        match host.entry(path) {
            Ok(entry) if entry.mode & 0o111 != 0 => {
                return derived(PATH, schedule::daemon(host), path, 0);
            }
            Ok(_) => {}
            Err(e) if e.is_missing() => {}
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        }
    }
    match job(host) {
        Ok(Some(job)) => derived(PATH, job.enabled, &job.place.0, job.place.1),
        Ok(None) => Fact::derived(PATH, timer),
        Err(e) => Fact::derived(PATH, unseen(&e)),
    }
}

/// What AIDE does instead of looking for changes.
const INSTEAD: &[&str] = &[
    "--init",
    "-i",
    "--dry-init",
    "-n",
    "--compare",
    "-E",
    "--config-check",
    "-D",
    "--path-check",
    "-p",
    "--list",
    "--version",
    "-v",
    "--help",
    "-h",
];

const AIDE: [Program; 3] = [
    ("aide", When::Without(INSTEAD)),
    ("aide.wrapper", When::Without(INSTEAD)),
    ("dailyaidecheck", When::Without(&[])),
];

/// A job that looks for changes with AIDE, and whether it is on; what cannot be told hides that there is none.
fn job(host: &mut Host<'_>) -> Result<Option<Job>, SourceError> {
    let (jobs, hidden) = schedule::read(host);
    let mut open = hidden;
    let mut found: Option<Job> = None;
    for job in jobs.into_iter().filter(|j| j.enabled != Value::Bool(false)) {
        match starts(&AIDE, &job.command) {
            Some(true) => {
                let before = found.as_ref().map_or(3, |f| certainty(&f.enabled));
                if certainty(&job.enabled) < before {
                    found = Some(job);
                }
            }
            Some(false) => {}
            None => {
                let why = "aide: another program says what it does".to_owned();
                open.get_or_insert(SourceError::Unreadable(job.place.0, why));
            }
        }
    }
    match (found, open) {
        (Some(job), _) => Ok(Some(job)),
        (None, Some(e)) => Err(e),
        (None, None) => Ok(None),
    }
}

/// Does Wazuh watch files, and start with the host?
fn syscheck(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "automatic";
    let text = match host.optional(WAZUH) {
        Ok(text) => text.unwrap_or_default(),
        Err(e) => return Fact::derived(PATH, unseen(&e)),
    };
    let mut inside = false;
    let mut on: Option<(bool, u32)> = None;
    for (line, l) in numbered(&text) {
        let l = l.trim();
        if l.starts_with("<syscheck") {
            inside = true;
            on = Some((true, line));
        } else if l.starts_with("</syscheck") {
            inside = false;
        } else if inside && l.starts_with("<disabled>yes") {
            on = Some((false, line));
        }
    }
    let Some((on, line)) = on else {
        return derived(PATH, false, WAZUH, 0);
    };
    let runs = super::host::both(on.into(), enabled(host, "integrity"));
    derived(PATH, runs, WAZUH, line)
}
