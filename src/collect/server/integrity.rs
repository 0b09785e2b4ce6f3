//! Tools that watch files for changes: which are installed, whether they run by themselves, and from which record.

use super::host::{Host, certainty, derived, reason, texts, unseen};
use super::malware::enabled;
use super::packages;
use super::plan::{Keep, Piece, Reduction, What};
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
/// Lines of cron that may start a check.
const CRON: [&str; 5] = [
    "/etc/crontab",
    "/etc/cron.d/*",
    "/etc/anacrontab",
    "/var/spool/cron/root",
    "/var/spool/cron/crontabs/root",
];
const WAZUH: &str = "/var/ossec/etc/ossec.conf";

/// What this part reads, beside the record of packages and the units.
pub(super) const PIECES: &[Piece] = &[
    piece(What::Stat(AIDE_DB[0])),
    piece(What::Stat(AIDE_DB[1])),
    piece(What::Stat(AIDE_DB[2])),
    piece(What::Stat(AIDE_DAILY[0])),
    piece(What::Stat(AIDE_DAILY[1])),
    cron(CRON[0]),
    cron(CRON[1]),
    cron(CRON[2]),
    cron(CRON[3]),
    cron(CRON[4]),
];

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["integrity"],
    }
}

/// Jobs may name a password.
const fn cron(path: &'static str) -> Piece {
    let keep = Keep::Reduced(Reduction::Masked);
    piece(What::File { path, keep })
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
            Ok(entry) if entry.mode & 0o111 != 0 => return derived(PATH, true, path, 0),
            Ok(_) => {}
            Err(e) if e.is_missing() => {}
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        }
    }
    match job(host) {
        Ok(Some((file, line))) => derived(PATH, true, &file, line),
        Ok(None) => Fact::derived(PATH, timer),
        Err(e) => Fact::derived(PATH, unseen(&e)),
    }
}

/// A line of cron that runs AIDE.
fn job(host: &mut Host<'_>) -> Result<Option<(String, u32)>, SourceError> {
    for pattern in CRON {
        for file in host.glob(pattern)? {
            let Some(text) = host.optional(&file)? else {
                continue;
            };
            let runs = |l: &str| !l.trim_start().starts_with('#') && l.contains("aide");
            if let Some((line, _)) = numbered(&text).find(|(_, l)| runs(l)) {
                return Ok(Some((file, line)));
            }
        }
    }
    Ok(None)
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
