//! DHCP servers: is one there, is it on, does it write down which address it gave to whom.

use super::host::{Host, derived, reason, texts};
use super::plan::{Keep, Piece, What};
use super::services::any_on;
use crate::model::{Collected, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{pairs, words};

const ISC: &str = "/etc/dhcp/dhcpd.conf";
const KEA: &str = "/etc/kea/kea-dhcp4.conf";
const DNSMASQ: &str = "/etc/dnsmasq.conf";

const PACKAGES: [&str; 7] = [
    "isc-dhcp-server",
    "dhcp-server",
    "kea-dhcp4-server",
    "kea",
    "kea-dhcp4",
    "dnsmasq",
    "dnsmasq-base",
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file(ISC, Keep::Lines(&["subnet", "log-facility"])),
    file(
        KEA,
        Keep::Lines(&["\"loggers\"", "\"severity\"", "\"subnet4\""]),
    ),
    file(DNSMASQ, SETTINGS),
    file("/etc/dnsmasq.d/*", SETTINGS),
];

const SETTINGS: Keep = Keep::Lines(&["dhcp-range", "log-dhcp", "quiet-dhcp", "log-facility"]);

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["dhcp-server"],
    }
}

/// Collects the subject type `dhcp-server`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    match read(host) {
        Ok(Some(subject)) => {
            out.subjects.push(subject);
            out.saw("dhcp-server", Seen::Whole);
        }
        Ok(None) => {
            let files = "dhcpd.conf, kea-dhcp4.conf, dhcp-range of dnsmasq";
            // dnsmasq without a range of addresses gives none.
            let seen = if host.has(&PACKAGES[..5]) == Some(false) {
                Seen::Absent(files.to_owned())
            } else {
                host.without(files, &PACKAGES)
            };
            out.saw("dhcp-server", seen);
        }
        Err(e) => out.saw("dhcp-server", Seen::Not(reason(&e))),
    }
}

fn read(host: &mut Host<'_>) -> Result<Option<Subject>, SourceError> {
    let mut subject = Subject::new("dhcp-server", "dhcp-server");
    let (mut products, mut logs, mut units) = (Vec::new(), Vec::new(), Vec::new());
    // What was taken off may leave its files behind.
    let there = |host: &Host<'_>, names: &[&str]| host.has(names) != Some(false);
    if there(host, &["isc-dhcp-server", "dhcp-server"])
        && let Some(text) = host.optional(ISC)?
        && words(&text, &['#']).iter().any(|w| w.keyword() == "subnet")
    {
        products.push("isc-dhcp-server");
        units.extend(["isc-dhcp-server.service", "dhcpd.service"]);
        // dhcpd has no switch that turns its log off.
        logs.push((true, ISC.to_owned(), 0));
    }
    if there(host, &["kea-dhcp4-server", "kea", "kea-dhcp4"])
        && let Some(text) = host.optional(KEA)?
    {
        products.push("kea");
        units.extend(["kea-dhcp4-server.service", "kea-dhcp4.service"]);
        logs.push(kea(&text));
    }
    if there(host, &["dnsmasq", "dnsmasq-base"]) {
        let (mut serves, mut quiet, mut seen) = (false, None, false);
        let mut files = host.glob("/etc/dnsmasq.d/*")?;
        files.insert(0, DNSMASQ.to_owned());
        for file in files {
            let Some(text) = host.optional(&file)? else {
                continue;
            };
            seen = true;
            for pair in pairs::equals(&text) {
                serves |= pair.key == "dhcp-range";
                if pair.key == "quiet-dhcp" {
                    quiet = Some((file.clone(), pair.line));
                }
            }
        }
        if seen && serves {
            products.push("dnsmasq");
            units.push("dnsmasq.service");
            let (file, line) = quiet.clone().unwrap_or((DNSMASQ.to_owned(), 0));
            logs.push((quiet.is_none(), file, line));
        }
    }
    if products.is_empty() {
        return Ok(None);
    }
    let (logged, file, line) = logs
        .iter()
        .min_by_key(|(logs, ..)| *logs)
        .cloned()
        .unwrap_or((false, String::new(), 0));
    subject.put(derived("products", texts(products), &file, 0));
    subject.put(derived("enabled", any_on(host, &units), &file, 0));
    subject.put(derived("logs", Value::Bool(logged), &file, line));
    Ok(Some(subject))
}

/// Leases are written at INFO, which is where kea begins on its own.
fn kea(text: &str) -> (bool, String, u32) {
    let mut logs = (true, KEA.to_owned(), 0);
    for line in words(text, &['#', '/']) {
        let plain: String = line.words.concat();
        if let Some(level) = plain.strip_prefix("\"severity\":") {
            let level = level.trim_matches(['"', ',']);
            if matches!(level, "NONE" | "FATAL" | "ERROR" | "WARN") {
                logs = (false, KEA.to_owned(), line.line);
            }
        }
    }
    logs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kea_logs_leases_at_info() {
        assert!(kea("{ \"Dhcp4\": { } }").0);
        let (logs, _, line) = kea("{\n \"loggers\": [ {\n \"severity\": \"WARN\",\n } ] }");
        assert!(!logs && line == 3);
    }
}
