//! Monitoring agents: which are installed and switched on, and whom those answer that are asked over the network.

use super::host::{Host, certainty, derived, texts, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Seen, Subject, Value};
use crate::parse::keyword::pairs;

/// Agents with packages and units.
const AGENTS: [(&str, &[&str], &[&str]); 9] = [
    (
        "node_exporter",
        &[
            "prometheus-node-exporter",
            "node_exporter",
            "golang-github-prometheus-node-exporter",
        ],
        &["prometheus-node-exporter.service", "node_exporter.service"],
    ),
    ("zabbix-agent", &["zabbix-agent"], &["zabbix-agent.service"]),
    (
        "zabbix-agent2",
        &["zabbix-agent2"],
        &["zabbix-agent2.service"],
    ),
    ("telegraf", &["telegraf"], &["telegraf.service"]),
    (
        "nrpe",
        &["nagios-nrpe-server", "nrpe"],
        &["nagios-nrpe-server.service", "nrpe.service"],
    ),
    (
        "check_mk",
        &["check-mk-agent"],
        &[
            "check-mk-agent.socket",
            "check_mk.socket",
            "cmk-agent-ctl-daemon.service",
        ],
    ),
    (
        "collectd",
        &["collectd", "collectd-core"],
        &["collectd.service"],
    ),
    ("netdata", &["netdata"], &["netdata.service"]),
    ("pcp", &["pcp"], &["pmcd.service"]),
];

/// Files that name who may ask an agent.
const ASKED: [(&str, &str); 4] = [
    ("/etc/zabbix/zabbix_agentd.conf", "Server"),
    ("/etc/zabbix/zabbix_agent2.conf", "Server"),
    ("/etc/nagios/nrpe.cfg", "allowed_hosts"),
    ("/etc/nrpe.cfg", "allowed_hosts"),
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    lines(
        "/etc/zabbix/zabbix_agentd.conf",
        &["Server=", "TLSConnect", "TLSAccept"],
    ),
    lines(
        "/etc/zabbix/zabbix_agent2.conf",
        &["Server=", "TLSConnect", "TLSAccept"],
    ),
    lines(
        "/etc/nagios/nrpe.cfg",
        &["allowed_hosts", "dont_blame_nrpe"],
    ),
    lines("/etc/nrpe.cfg", &["allowed_hosts", "dont_blame_nrpe"]),
];

const fn lines(path: &'static str, words: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(words),
        },
        serves: &["monitoring"],
    }
}

/// Collects the subject type `monitoring`: always one subject.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("monitoring", "monitoring");
    let mut on = Vec::new();
    let mut states = Vec::new();
    let mut names = Vec::new();
    for (name, packages, units) in AGENTS {
        let state = host.unit_on(units);
        // A unit of an agent that came without a package counts; what a removed package left behind does not.
        let installed = host.has(packages);
        if installed == Some(true) {
            names.push(name);
        }
        let state = match (installed, state) {
            (Some(true), state) => state,
            (_, Value::Bool(true)) => Value::Bool(true),
            (None, state) => state,
            (Some(false), _) => Value::Bool(false),
        };
        if state == Value::Bool(true) {
            on.push(name);
        }
        states.push(state);
    }
    let enabled = states.into_iter().min_by_key(certainty);
    subject.put(Fact::derived(
        "enabled",
        enabled.unwrap_or(Value::Bool(false)),
    ));
    subject.put(Fact::derived("running", texts(on)));
    subject.put(Fact::derived("installed", texts(names)));
    asked(host, &mut subject);
    out.subjects.push(subject);
    out.saw("monitoring", Seen::Whole);
}

/// Does an agent answer anybody, and does it talk in clear text?
fn asked(host: &mut Host<'_>, subject: &mut Subject) {
    let (mut anybody, mut clear, mut configured) = (None, None, Vec::new());
    for (file, key) in ASKED {
        let text = match host.optional(file) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(e) => {
                for path in ["anybody", "clear_text"] {
                    subject.put(Fact::derived(path, unseen(&e)));
                }
                subject.put(Fact::derived("configured", unseen(&e)));
                return;
            }
        };
        configured.push(file);
        let pairs = pairs::equals(&text);
        let servers = pairs::last(&pairs, key);
        let open = match servers {
            Some(p) => p.value.split(',').any(|s| {
                let s = s.trim();
                s == "0.0.0.0/0" || s == "::/0" || s.is_empty()
            }),
            // Without the line Zabbix answers nobody, NRPE anybody.
            None => key == "allowed_hosts",
        };
        let line = servers.map_or(0, |p| p.line);
        if open || anybody.is_none() {
            anybody = Some(derived("anybody", open, file, line));
        }
        if file.contains("zabbix") {
            let safe = |key: &str| {
                pairs::last(&pairs, key)
                    .is_some_and(|p| p.value != "unencrypted" && !p.value.contains("unencrypted"))
            };
            let open = !(safe("TLSConnect") && safe("TLSAccept"));
            if open || clear.is_none() {
                clear = Some(derived("clear_text", open, file, 0));
            }
        }
    }
    subject.put(Fact::derived("configured", texts(configured)));
    subject.put(anybody.unwrap_or_else(|| Fact::derived("anybody", false)));
    subject.put(clear.unwrap_or_else(|| Fact::derived("clear_text", false)));
}
