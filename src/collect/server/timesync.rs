//! Time: chrony, ntp, ntpsec, openntpd or systemd-timesyncd.

use super::host::{Host, both, derived, reason, texts};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{pairs, words};

/// A service of time.
struct Service {
    name: &'static str,
    packages: &'static [&'static str],
    units: &'static [&'static str],
    files: &'static [&'static str],
}

const SERVICES: [Service; 5] = [
    Service {
        name: "chrony",
        packages: &["chrony"],
        units: &["chrony.service", "chronyd.service"],
        files: &[
            "/etc/chrony/chrony.conf",
            "/etc/chrony.conf",
            "/etc/chrony/conf.d/*.conf",
            "/etc/chrony/sources.d/*.sources",
        ],
    },
    Service {
        name: "ntpsec",
        packages: &["ntpsec"],
        units: &["ntpsec.service", "ntp.service", "ntpd.service"],
        files: &["/etc/ntpsec/ntp.conf", "/etc/ntpsec/ntp.d/*.conf"],
    },
    Service {
        name: "ntp",
        packages: &["ntp"],
        units: &["ntp.service", "ntpd.service"],
        files: &["/etc/ntp.conf"],
    },
    Service {
        name: "openntpd",
        packages: &["openntpd"],
        units: &["openntpd.service"],
        files: &["/etc/openntpd/ntpd.conf"],
    },
    Service {
        name: "systemd-timesyncd",
        packages: &["systemd-timesyncd"],
        units: &["systemd-timesyncd.service"],
        files: &[
            "/etc/systemd/timesyncd.conf",
            "/etc/systemd/timesyncd.conf.d/*.conf",
        ],
    },
];

/// Collects the subject type `timesync`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut failed: Option<SourceError> = None;
    for service in &SERVICES {
        // Before Debian 11, timesyncd was part of systemd itself.
        let own = service.name == "systemd-timesyncd";
        let installed = match host.has(service.packages) {
            Some(false) if own && host.version("systemd").is_some() => {
                let on = host.unit_on(service.units);
                (!matches!(on, Value::Unseen(_))).then_some(on == Value::Bool(true))
            }
            other => other,
        };
        if installed == Some(false) {
            continue;
        }
        match servers(host, service) {
            Ok(None) if installed.is_none() => {}
            Ok(found) => {
                let (servers, place) = found.unwrap_or_default();
                out.subjects.push(subject(host, service, servers, place));
                out.saw("timesync", Seen::Whole);
                return;
            }
            Err(e) => failed = failed.or(Some(e)),
        }
    }
    let all: Vec<&str> = SERVICES
        .iter()
        .flat_map(|s| s.packages.iter().copied())
        .collect();
    match failed {
        Some(e) => out.saw("timesync", Seen::Not(reason(&e))),
        None => {
            let seen = host.without("chrony.conf, ntp.conf, timesyncd.conf", &all);
            out.saw("timesync", seen);
        }
    }
}

type Servers = (Vec<String>, Option<(String, u32)>);

/// The servers that the files name; `None` where no file is there.
fn servers(host: &mut Host<'_>, service: &Service) -> Result<Option<Servers>, SourceError> {
    let mut found: Option<Servers> = None;
    for pattern in service.files {
        for file in host.glob(pattern)? {
            let Some(text) = host.optional(&file)? else {
                continue;
            };
            let (servers, place) = found.get_or_insert_default();
            for (line, names) in named(service, &text) {
                place.get_or_insert((file.clone(), line));
                servers.extend(names);
            }
        }
    }
    Ok(found)
}

fn named(service: &Service, text: &str) -> Vec<(u32, Vec<String>)> {
    if service.name == "systemd-timesyncd" {
        return pairs::ini(text)
            .into_iter()
            .filter(|p| p.section == "Time" && matches!(p.key.as_str(), "NTP" | "FallbackNTP"))
            .map(|p| {
                (
                    p.line,
                    p.value.split_whitespace().map(str::to_owned).collect(),
                )
            })
            .collect();
    }
    words(text, &['#', '!', ';', '%'])
        .into_iter()
        .filter(|w| {
            matches!(
                w.keyword().as_str(),
                "server" | "servers" | "pool" | "peer" | "refclock"
            )
        })
        .map(|w| (w.line, w.args().first().cloned().into_iter().collect()))
        .collect()
}

fn subject(
    host: &Host<'_>,
    service: &Service,
    servers: Vec<String>,
    place: Option<(String, u32)>,
) -> Subject {
    let mut subject = Subject::new("timesync", "timesync");
    let on = host.unit_on(service.units);
    // timesyncd has servers of its own compiled in; the others ask nobody without a line.
    let asks = !servers.is_empty() || service.name == "systemd-timesyncd";
    let (file, line) = place.unwrap_or((
        service
            .files
            .first()
            .map_or(String::new(), |f| (*f).to_owned()),
        0,
    ));
    subject.put(derived("service", service.name, &file, line));
    subject.put(derived(
        "enabled",
        both(on.clone(), asks.into()),
        &file,
        line,
    ));
    subject.put(derived("servers", texts(servers), &file, line));
    subject.put(Fact::derived("unit_enabled", on));
    subject
}
