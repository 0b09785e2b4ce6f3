//! Detection and prevention of intrusion on the host: fail2ban, CrowdSec, Suricata, Snort, agents of a host IDS.

use super::host::{Host, derived, reason, texts, unseen};
use super::packages;
use super::plan::{Keep, Piece, Reduction, What};
use super::services::any_on;
use crate::model::{Collected, Day, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::pairs;

/// Packages with the units that run them.
const UNITS: [(&str, &[&str]); 9] = [
    ("fail2ban", &["fail2ban.service"]),
    ("crowdsec", &["crowdsec.service"]),
    ("suricata", &["suricata.service"]),
    ("snort", &["snort.service", "snort3.service"]),
    ("sshguard", &["sshguard.service"]),
    ("wazuh-agent", &["wazuh-agent.service"]),
    ("ossec-hids-agent", &["ossec.service", "ossec-hids.service"]),
    ("falcon-sensor", &["falcon-sensor.service"]),
    ("mdatp", &["mdatp.service"]),
];

/// Where rules of Suricata and Snort stand.
const RULES: [&str; 3] = [
    "/var/lib/suricata/rules/suricata.rules",
    "/etc/suricata/rules/suricata.rules",
    "/etc/snort/rules/snort.rules",
];

/// Where a job that fetches rules may stand.
const JOBS: [&str; 5] = [
    "/etc/crontab",
    "/etc/cron.d/*",
    "/etc/cron.daily/*",
    "/etc/cron.weekly/*",
    "/var/spool/cron/crontabs/root",
];

const FETCHERS: [&str; 4] = ["suricata-update", "oinkmaster", "pulledpork", "cscli hub u"];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file("/etc/fail2ban/jail.conf", JAIL),
    file("/etc/fail2ban/jail.d/*", JAIL),
    file("/etc/fail2ban/jail.local", JAIL),
    file(RULES[0], AGE),
    file(RULES[1], AGE),
    file(RULES[2], AGE),
    file(JOBS[0], MASKED),
    file(JOBS[1], MASKED),
    file(JOBS[2], MASKED),
    file(JOBS[3], MASKED),
    file(JOBS[4], MASKED),
];

const JAIL: Keep = Keep::Lines(&["enabled"]);
const AGE: Keep = Keep::Reduced(Reduction::RuleAge);
const MASKED: Keep = Keep::Reduced(Reduction::Masked);

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["intrusion"],
    }
}

/// Collects the subject type `intrusion`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let names: Vec<&'static str> = match host.packages() {
        Ok(_) => UNITS
            .iter()
            .map(|(name, _)| *name)
            .filter(|n| host.has(&[n]) == Some(true))
            .collect(),
        Err(e) => {
            out.saw("intrusion", Seen::Not(reason(&e)));
            return;
        }
    };
    if names.is_empty() {
        let known = packages::class("intrusion").join(", ");
        let place = host.record_place();
        out.saw("intrusion", Seen::Absent(format!("{place}: {known}")));
        return;
    }
    let units: Vec<&str> = UNITS
        .iter()
        .filter(|(n, _)| names.contains(n))
        .flat_map(|(_, units)| units.iter().copied())
        .collect();
    let mut subject = Subject::new("intrusion", "intrusion");
    let by_rules = names.iter().any(|n| matches!(*n, "suricata" | "snort"));
    let fail2ban = names.contains(&"fail2ban");
    let place = host.record_place().to_owned();
    subject.put(derived("products", texts(names), &place, 0));
    subject.put(Fact::derived("running", any_on(host, &units)));
    subject.put(derived("by_rules", by_rules, &place, 0));
    subject.put(derived("fail2ban", fail2ban, &place, 0));
    let nothing = || Value::unseen("not_applicable", "no product of this kind");
    let facts = if by_rules {
        [age(host), fetched(host)]
    } else {
        ["rules.age_days", "rules.automatic"].map(|p| Fact::derived(p, nothing()))
    };
    facts.into_iter().for_each(|f| subject.put(f));
    let jail = if fail2ban {
        jail(host)
    } else {
        Fact::derived("guards_ssh", nothing())
    };
    subject.put(jail);
    out.subjects.push(subject);
    out.saw("intrusion", Seen::Whole);
}

/// Days since the newest of the rules was written, as the rules themselves say.
fn age(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "rules.age_days";
    let mut newest: Option<(Day, &str)> = None;
    let mut there = false;
    for file in RULES {
        match host.optional(file) {
            Ok(Some(text)) => {
                there = true;
                let days = text.split("updated_at ").skip(1);
                let days = days.filter_map(|t| Day::parse(&t.get(..10)?.replace('_', "-")));
                newest = newest.max(days.max().map(|day| (day, file)));
            }
            Ok(None) => {}
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        }
    }
    match (newest, there) {
        (Some((day, file)), _) => derived(PATH, host.today.days_since(day), file, 0),
        (None, true) => Fact::derived(
            PATH,
            Value::unseen("not-parsed", "no rule says when it was written"),
        ),
        (None, false) => Fact::derived(PATH, Value::Absent),
    }
}

/// Is there a job or a timer that fetches rules?
fn fetched(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "rules.automatic";
    let timers = ["suricata-update.timer", "crowdsec-hubupdate.timer"];
    if any_on(host, &timers) == Value::Bool(true) {
        return Fact::derived(PATH, true);
    }
    for pattern in JOBS {
        match job(host, pattern) {
            Ok(Some((file, line))) => return derived(PATH, true, &file, line),
            Ok(None) => {}
            Err(e) => return Fact::derived(PATH, unseen(&e)),
        }
    }
    derived(PATH, false, "/etc/cron.d", 0)
}

fn job(host: &mut Host<'_>, pattern: &str) -> Result<Option<(String, u32)>, SourceError> {
    for file in host.glob(pattern)? {
        let text = host.optional(&file)?.unwrap_or_default();
        let found = crate::parse::keyword::numbered(&text).find(|(_, l)| {
            !l.trim_start().starts_with('#') && FETCHERS.iter().any(|f| l.contains(f))
        });
        if let Some((line, _)) = found {
            return Ok(Some((file, line)));
        }
    }
    Ok(None)
}

/// Is the jail of sshd on? `jail.conf`, `jail.d/*.conf`, `jail.local`, `jail.d/*.local`, the later one counts.
fn jail(host: &mut Host<'_>) -> Fact {
    const PATH: &str = "guards_ssh";
    let read = |host: &mut Host<'_>| -> Result<Option<(bool, String, u32)>, SourceError> {
        let mut files = vec!["/etc/fail2ban/jail.conf".to_owned()];
        let more = host.glob("/etc/fail2ban/jail.d/*")?;
        files.extend(more.iter().filter(|f| f.ends_with(".conf")).cloned());
        files.push("/etc/fail2ban/jail.local".to_owned());
        files.extend(more.into_iter().filter(|f| f.ends_with(".local")));
        let (mut own, mut all) = (None, None);
        for file in files {
            let text = host.optional(&file)?.unwrap_or_default();
            for pair in pairs::ini(&text).into_iter().filter(|p| p.key == "enabled") {
                let on = matches!(
                    pair.value.to_ascii_lowercase().as_str(),
                    "true" | "yes" | "on" | "1"
                );
                match pair.section.as_str() {
                    "sshd" => own = Some((on, file.clone(), pair.line)),
                    "DEFAULT" => all = Some((on, file.clone(), pair.line)),
                    _ => {}
                }
            }
        }
        Ok(own.or(all))
    };
    match read(host) {
        Ok(Some((on, file, line))) => derived(PATH, on, &file, line),
        Ok(None) => derived(PATH, false, "/etc/fail2ban/jail.conf", 0),
        Err(e) => Fact::derived(PATH, unseen(&e)),
    }
}
