//! Agents that send logs to a central place: which are installed, switched on, and where their files say that logs go.
//!
//! Only hosts are taken from their files, never what stands before `@` in an address. An agent that is managed from
//! elsewhere says nothing here of where it sends.

use super::host::{Host, both, texts, unseen};
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{SourceError, Value};
use crate::parse::keyword::numbered;

/// How a file marks the part that names destinations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The whole file.
    All,
    /// Blocks that a line with this start opens and the next line with the same first character closes.
    Block(&'static str),
    /// Below a key at the left edge that begins so (YAML).
    Key(&'static str),
}

/// One agent.
struct Agent {
    name: &'static str,
    packages: &'static [&'static str],
    units: &'static [&'static str],
    files: &'static [&'static str],
    part: Part,
    keys: &'static [&'static str],
    /// Words that tell of an encrypted way; empty where it always is.
    tls: &'static [&'static str],
}

const AGENTS: [Agent; 13] = [
    Agent {
        name: "filebeat",
        packages: &["filebeat"],
        units: &["filebeat.service"],
        files: &["/etc/filebeat/filebeat.yml"],
        part: Part::Key("output."),
        keys: &["hosts"],
        tls: &["https://", "ssl."],
    },
    Agent {
        name: "auditbeat",
        packages: &["auditbeat"],
        units: &["auditbeat.service"],
        files: &["/etc/auditbeat/auditbeat.yml"],
        part: Part::Key("output."),
        keys: &["hosts"],
        tls: &["https://", "ssl."],
    },
    Agent {
        name: "elastic-agent",
        packages: &["elastic-agent"],
        units: &["elastic-agent.service"],
        files: &["/etc/elastic-agent/elastic-agent.yml"],
        part: Part::Key("outputs"),
        keys: &["hosts"],
        tls: &["https://", "ssl."],
    },
    Agent {
        name: "vector",
        packages: &["vector"],
        units: &["vector.service"],
        files: &["/etc/vector/vector.yaml"],
        part: Part::Key("sinks"),
        keys: &[
            "endpoint",
            "endpoints",
            "address",
            "uri",
            "bootstrap_servers",
        ],
        tls: &["https://", "tls:"],
    },
    Agent {
        name: "vector",
        packages: &["vector"],
        units: &["vector.service"],
        files: &["/etc/vector/vector.toml"],
        part: Part::Block("[sinks."),
        keys: &[
            "endpoint",
            "endpoints",
            "address",
            "uri",
            "bootstrap_servers",
        ],
        tls: &["https://", "tls."],
    },
    Agent {
        name: "fluent-bit",
        packages: &["fluent-bit", "td-agent-bit"],
        units: &["fluent-bit.service", "td-agent-bit.service"],
        files: &["/etc/fluent-bit/fluent-bit.conf"],
        part: Part::Block("[output]"),
        keys: &["host"],
        tls: &["tls on"],
    },
    Agent {
        name: "fluentd",
        packages: &["td-agent", "fluent-package", "calyptia-fluentd"],
        units: &["td-agent.service", "fluentd.service"],
        files: &["/etc/td-agent/td-agent.conf", "/etc/fluent/fluentd.conf"],
        part: Part::All,
        keys: &["host"],
        tls: &["transport tls", "scheme https"],
    },
    Agent {
        name: "promtail",
        packages: &["promtail"],
        units: &["promtail.service"],
        files: &["/etc/promtail/config.yml"],
        part: Part::Key("clients"),
        keys: &["url", "- url"],
        tls: &["https://"],
    },
    Agent {
        name: "wazuh-agent",
        packages: &["wazuh-agent", "ossec-hids-agent"],
        units: &["wazuh-agent.service", "ossec.service"],
        files: &["/var/ossec/etc/ossec.conf"],
        part: Part::All,
        keys: &["<address>", "<server-ip>", "<server-hostname>"],
        tls: &[],
    },
    Agent {
        name: "splunkforwarder",
        packages: &["splunkforwarder"],
        units: &["SplunkForwarder.service", "splunk.service"],
        files: &["/opt/splunkforwarder/etc/system/local/outputs.conf"],
        part: Part::Block("[tcpout"),
        keys: &["server"],
        tls: &["usessl = true", "usessl=true", "clientcert"],
    },
    Agent {
        name: "nxlog",
        packages: &["nxlog-ce", "nxlog"],
        units: &["nxlog.service"],
        files: &["/etc/nxlog/nxlog.conf", "/etc/nxlog.conf"],
        part: Part::Block("<output"),
        keys: &["host"],
        tls: &["om_ssl", "https://"],
    },
    Agent {
        name: "systemd-journal-upload",
        packages: &["systemd-journal-remote"],
        units: &["systemd-journal-upload.service"],
        files: &["/etc/systemd/journal-upload.conf"],
        part: Part::Block("[upload]"),
        keys: &["url"],
        tls: &["https://"],
    },
    Agent {
        name: "syslog-ng",
        packages: &["syslog-ng", "syslog-ng-core"],
        units: &["syslog-ng.service"],
        files: &[
            "/etc/syslog-ng/syslog-ng.conf",
            "/etc/syslog-ng/conf.d/*.conf",
        ],
        part: Part::All,
        keys: &["destination"],
        tls: &["transport(\"tls\")", "transport(tls)"],
    },
];

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    masked("/etc/filebeat/filebeat.yml"),
    masked("/etc/auditbeat/auditbeat.yml"),
    masked("/etc/elastic-agent/elastic-agent.yml"),
    masked("/etc/vector/vector.yaml"),
    masked("/etc/vector/vector.toml"),
    masked("/etc/fluent-bit/fluent-bit.conf"),
    masked("/etc/td-agent/td-agent.conf"),
    masked("/etc/fluent/fluentd.conf"),
    masked("/etc/promtail/config.yml"),
    super::malware::WAZUH_CONF,
    lines(
        "/opt/splunkforwarder/etc/system/local/outputs.conf",
        &["server", "useSSL", "clientCert"],
    ),
    masked("/etc/nxlog/nxlog.conf"),
    masked("/etc/nxlog.conf"),
    lines("/etc/systemd/journal-upload.conf", &["URL"]),
    masked("/etc/syslog-ng/syslog-ng.conf"),
    masked("/etc/syslog-ng/conf.d/*.conf"),
];

const fn masked(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["logging"],
    }
}

const fn lines(path: &'static str, words: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Lines(words),
        },
        serves: &["logging"],
    }
}

/// What an agent of this host does.
pub(super) struct Shipper {
    /// Its name.
    pub(super) name: &'static str,
    /// Is it switched on?
    pub(super) enabled: Value,
    /// Other hosts to which it sends; not to be told where its file is not there or names a variable.
    pub(super) targets: Result<Vec<String>, Value>,
    /// Is every way encrypted?
    pub(super) tls: bool,
}

impl Shipper {
    /// Does it send to another host?
    pub(super) fn sends(&self) -> Value {
        let to = match &self.targets {
            Ok(targets) => Value::Bool(!targets.is_empty()),
            Err(why) => why.clone(),
        };
        both(to, self.enabled.clone())
    }

    /// As an element of the fact `shippers`.
    pub(super) fn value(&self) -> Value {
        Value::map([
            ("name", self.name.into()),
            ("enabled", self.enabled.clone()),
            ("sends", self.sends()),
            (
                "targets",
                match &self.targets {
                    Ok(targets) => texts(targets.clone()),
                    Err(why) => why.clone(),
                },
            ),
            ("tls", self.tls.into()),
        ])
    }
}

/// The agents that are installed, or whose files stand here where packages cannot be told.
pub(super) fn read(host: &mut Host<'_>) -> Vec<Shipper> {
    let mut found: Vec<Shipper> = Vec::new();
    for agent in &AGENTS {
        let installed = host.has(agent.packages);
        if installed == Some(false) {
            continue;
        }
        let text = match text(host, agent) {
            Ok(text) => text,
            Err(e) => {
                found.push(Shipper {
                    name: agent.name,
                    enabled: host.unit_on(agent.units),
                    targets: Err(unseen(&e)),
                    tls: false,
                });
                continue;
            }
        };
        // Of two forms of its file the one that is there counts.
        let again = found.iter().any(|s| s.name == agent.name);
        if text.is_none() && (installed.is_none() || again || two_forms(agent.name)) {
            continue;
        }
        let (targets, tls) = match text {
            Some(text) => targets(agent, &text),
            None => (
                Err(Value::unseen(
                    "not-parsed",
                    format!("{}: no file of its settings", agent.name),
                )),
                false,
            ),
        };
        found.push(Shipper {
            name: agent.name,
            enabled: host.unit_on(agent.units),
            targets,
            tls,
        });
    }
    found
}

/// The scheme of an encrypted way.
const HTTPS: &str = "https://";

/// Words that take encryption or the check of the other side away.
const CLEAR: [&str; 12] = [
    "http://",
    "ssl.enabled: false",
    "enabled: false",
    "verification_mode: none",
    "verification_mode: \"none\"",
    "verify_certificate: false",
    "verify_certificate = false",
    "tls.verify off",
    "insecure_skip_verify: true",
    "usessl = false",
    "usessl=false",
    "sslverifyservercert = false",
];

fn two_forms(name: &str) -> bool {
    AGENTS.iter().filter(|a| a.name == name).count() > 1
}

fn text(host: &mut Host<'_>, agent: &Agent) -> Result<Option<String>, SourceError> {
    let mut all: Option<String> = None;
    for pattern in agent.files {
        for file in host.glob(pattern)? {
            if let Some(text) = host.optional(&file)? {
                let whole = all.get_or_insert_default();
                whole.push_str(&text);
                whole.push('\n');
            }
        }
    }
    Ok(all)
}

/// The hosts that a file names as destinations, and whether the part that names them tells of encryption.
fn targets(agent: &Agent, text: &str) -> (Result<Vec<String>, Value>, bool) {
    let (mut inside, mut listing) = (agent.part == Part::All, false);
    let mut values: Vec<String> = Vec::new();
    let (mut told, mut named, mut denied) = (0usize, 0usize, false);
    for (_, line) in numbered(text) {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) || content.starts_with("//") {
            continue;
        }
        let lower = content.to_ascii_lowercase();
        match agent.part {
            Part::All => {}
            Part::Block(start) => {
                if start.get(..1).is_some_and(|first| lower.starts_with(first)) {
                    inside = lower.starts_with(start);
                }
            }
            Part::Key(start) => {
                if !line.starts_with([' ', '\t', '-']) {
                    inside = lower.starts_with(start);
                }
            }
        }
        if !inside {
            continue;
        }
        denied |= CLEAR.iter().any(|word| lower.contains(word));
        let tells = |word: &str| word != HTTPS && lower.contains(word);
        told += usize::from(agent.tls.iter().any(|word| tells(word)));
        if agent.name == "syslog-ng" {
            values.extend(syslog_ng(content));
            continue;
        }
        if listing && let Some(item) = content.strip_prefix("- ") {
            values.push(item.to_owned());
            continue;
        }
        listing = false;
        let Some(rest) = agent.keys.iter().find_map(|key| after(content, key)) else {
            continue;
        };
        named += 1;
        if rest.is_empty() {
            listing = true;
        } else {
            values.extend(rest.split(',').map(str::to_owned));
        }
    }
    let secure = |v: &String| v.trim_matches(['[', '"', '\'', ' ']).starts_with(HTTPS);
    let by_scheme = agent.tls.contains(&HTTPS) && !values.is_empty() && values.iter().all(secure);
    // One encrypted way says nothing of another: each that is named must tell.
    let by_setting = told > 0 && told >= named;
    let tls = agent.tls.is_empty() || (!denied && (by_scheme || by_setting));
    let hosts: Vec<String> = values
        .iter()
        .map(|v| host_of(v))
        .filter(|h| !h.is_empty())
        .collect();
    if hosts.iter().any(|h| h.contains(['$', '{', '%'])) {
        let why = format!("{}: the destination is a variable", agent.name);
        return (Err(Value::unseen("not-parsed", why)), tls);
    }
    if hosts.is_empty() && text.lines().any(|l| l.trim_start().starts_with("fleet:")) {
        let why = format!("{}: managed from elsewhere", agent.name);
        return (Err(Value::unseen("not-parsed", why)), tls);
    }
    let mut hosts: Vec<String> = hosts.into_iter().filter(|h| !is_here(h)).collect();
    hosts.sort();
    hosts.dedup();
    (Ok(hosts), tls)
}

/// What stands after a key.
fn after<'a>(content: &'a str, key: &str) -> Option<&'a str> {
    let start = content.get(..key.len())?;
    if !start.eq_ignore_ascii_case(key) {
        return None;
    }
    let rest = content.get(key.len()..)?;
    let own = key.ends_with('>') || rest.is_empty() || rest.starts_with([' ', ':', '=', '\t', '.']);
    own.then(|| {
        let rest = rest.trim_start_matches([' ', '\t', ':', '=']);
        rest.split('<').next().unwrap_or(rest).trim()
    })
}

/// `network("host" …)`, `tcp("host")`, `syslog("host")` of syslog-ng; what it receives names no host in quotes.
fn syslog_ng(content: &str) -> Vec<String> {
    [
        "network(\"",
        "tcp(\"",
        "udp(\"",
        "syslog(\"",
        "network('",
        "tcp('",
        "udp('",
        "syslog('",
    ]
    .iter()
    .filter_map(|start| {
        let rest = content.split(start).nth(1)?;
        rest.split(['"', '\'']).next().map(str::to_owned)
    })
    .collect()
}

/// The host of an address: no scheme, no user, no path, no port.
pub(super) fn host_of(value: &str) -> String {
    let value = value.trim().trim_matches(['[', ']', '"', '\'', ' ', ',']);
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let value = value.split(['/', '?', ' ']).next().unwrap_or(value);
    let value = value.rsplit_once('@').map_or(value, |(_, rest)| rest);
    let value = match value.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => value,
    };
    value.trim_matches(['[', ']', '"', '\'']).to_owned()
}

/// Does a name mean the host itself?
pub(super) fn is_here(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.") || host == "::1" || host == "0.0.0.0"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> (Option<Vec<String>>, bool) {
        let agent = AGENTS.iter().find(|a| a.name == name).unwrap();
        let (targets, tls) = targets(agent, text);
        (targets.ok(), tls)
    }

    #[test]
    fn destinations() {
        let beat = "setup.kibana:\n  hosts: [\"kibana:5601\"]\noutput.elasticsearch:\n  hosts: [\"https://u:p@es1:9200\", \"es2:9200\"]\n";
        let two = Some(vec!["es1".to_owned(), "es2".to_owned()]);
        assert_eq!(of("filebeat", beat), (two, false), "one of them in clear");
        let safe = "output.elasticsearch:\n  hosts: [\"https://es1:9200\", \"https://es2:9200\"]\n";
        assert!(of("filebeat", safe).1);
        let unchecked = format!("{safe}  ssl.verification_mode: none\n");
        assert!(!of("filebeat", &unchecked).1);
        let by_ca =
            "output.logstash:\n  hosts: [\"log:5044\"]\n  ssl.certificate_authorities: [ca]\n";
        assert!(of("filebeat", by_ca).1);
        let list = "output.logstash:\n  hosts:\n    - \"log.noi-bo.vn:5044\"\n";
        assert_eq!(
            of("filebeat", list),
            (Some(vec!["log.noi-bo.vn".into()]), false)
        );
        let here = "output.elasticsearch:\n  hosts: [\"localhost:9200\"]\n";
        assert_eq!(of("filebeat", here), (Some(vec![]), false));
        let variable = "output.elasticsearch:\n  hosts: [\"${ES}\"]\n";
        assert_eq!(of("filebeat", variable).0, None);
        let bit = "[INPUT]\n  Host 10.0.0.1\n[OUTPUT]\n  Name forward\n  Host 10.0.0.9\n  tls on\n";
        assert_eq!(of("fluent-bit", bit), (Some(vec!["10.0.0.9".into()]), true));
        let wazuh = "<server>\n  <address>10.0.0.7</address>\n</server>\n";
        assert_eq!(
            of("wazuh-agent", wazuh),
            (Some(vec!["10.0.0.7".into()]), true)
        );
        let ng = "source s { network(ip(0.0.0.0) port(514)); };\ndestination d { network(\"10.1.1.1\" port(6514) transport(\"tls\")); };\n";
        assert_eq!(of("syslog-ng", ng), (Some(vec!["10.1.1.1".into()]), true));
    }
}
