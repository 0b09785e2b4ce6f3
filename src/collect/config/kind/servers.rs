//! Names, places and contents of what proxies, mail, queues, clocks, packet filters and the kernel are configured by.

use super::Kind;
use crate::collect::config::queues;
use crate::parse::keyword::numbered;
use crate::parse::{haproxy, postfix, rabbitmq};

/// The kind that name and place say.
pub(super) fn by_name(folder: &str, name: &str) -> Option<Kind> {
    let last = folder.rsplit('/').next().unwrap_or_default();
    let inside = |own: &str| folder.split('/').any(|part| part == own);
    let ends = |end: &str| name.ends_with(end);
    Some(match name {
        _ if (name.starts_with("haproxy") && (ends(".cfg") || ends(".conf")))
            || (inside("haproxy") && ends(".cfg")) =>
        {
            Kind::Haproxy
        }
        "main.cf" => Kind::Postfix,
        "master.cf" => Kind::PostfixMaster,
        "rabbitmq.conf" => Kind::Rabbitmq,
        _ if inside("rabbitmq") && last == "conf.d" && ends(".conf") => Kind::Rabbitmq,
        "advanced.config" | "rabbitmq.config" => Kind::RabbitmqAdvanced,
        "server.properties" | "broker.properties" | "controller.properties" => Kind::Kafka,
        "chrony.conf" => Kind::Chrony,
        _ if (inside("chrony") && (ends(".sources") || (last == "conf.d" && ends(".conf"))))
            || (last == "chrony.d" && ends(".conf")) =>
        {
            Kind::Chrony
        }
        _ if ends(".nft") || name == "nftables.conf" => Kind::Nftables,
        _ if ["nftables", "nftables.d"].contains(&last) && ends(".conf") => Kind::Nftables,
        "rules.v4" | "rules.v6" => Kind::Iptables,
        "iptables" | "ip6tables" if last == "sysconfig" => Kind::Iptables,
        "logrotate.conf" => Kind::Logrotate,
        _ if last == "logrotate.d" => Kind::Logrotate,
        "sysctl.conf" => Kind::Sysctl,
        _ if last == "sysctl.d" && ends(".conf") => Kind::Sysctl,
        "auditd.conf" | "audit.rules" => Kind::Auditd,
        // What auditd does when it stops is no rule of it.
        "audit-stop.rules" => return None,
        _ if inside("audit") && ends(".rules") => Kind::Auditd,
        _ => return None,
    })
}

/// Does the text agree with what the name says? Some names are those of other programs too.
pub(super) fn holds(kind: Kind, text: &str) -> bool {
    // A file in which nothing stands says nothing else.
    if said(text).next().is_none() {
        return true;
    }
    if kind == Kind::PostfixMaster {
        postfix::is_master(text)
    } else if kind == Kind::Kafka {
        queues::is_kafka(text)
    } else if kind == Kind::Iptables {
        is_saved(text)
    } else if kind == Kind::RabbitmqAdvanced {
        // Terms of Erlang, behind remarks of their own.
        let first = text
            .lines()
            .map(str::trim)
            .find(|l| !l.is_empty() && !l.starts_with('%'));
        first.is_some_and(|line| line.starts_with('['))
    } else {
        true
    }
}

/// The kind of a file whose name says nothing.
pub(super) fn by_content(text: &str) -> Option<Kind> {
    if is_saved(text) {
        Some(Kind::Iptables)
    } else if is_nft(text) {
        Some(Kind::Nftables)
    } else if is_kernel(text) {
        Some(Kind::Sysctl)
    } else if is_audit(text) {
        Some(Kind::Auditd)
    } else if rabbitmq::looks_like(text) {
        Some(Kind::Rabbitmq)
    } else if haproxy::looks_like(text) {
        Some(Kind::Haproxy)
    } else if is_logrotate(text) {
        Some(Kind::Logrotate)
    } else {
        None
    }
}

/// The lines in which something stands.
fn said(text: &str) -> impl Iterator<Item = &str> {
    numbered(text)
        .map(|(_, line)| line.trim())
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
}

/// `*filter`, `:INPUT DROP [0:0]`, `COMMIT`.
fn is_saved(text: &str) -> bool {
    let mut table = false;
    for line in said(text) {
        table |= line.strip_prefix('*').is_some_and(|name| {
            ["filter", "nat", "mangle", "raw", "security"].contains(&name.trim())
        });
        if table && line == "COMMIT" {
            return true;
        }
    }
    false
}

/// `table inet filter {` with a chain.
fn is_nft(text: &str) -> bool {
    let table = said(text).any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), ["table" | "add", .., last] if *last == "{" || words.contains(&"table"))
            && words.iter().any(|w| ["inet", "ip", "ip6", "bridge", "netdev", "arp"].contains(w))
    });
    table && said(text).any(|line| line.split_whitespace().any(|w| w == "chain"))
}

/// Every line sets something of the kernel.
fn is_kernel(text: &str) -> bool {
    let mut any = false;
    for line in said(text) {
        let Some((key, _)) = line.trim_start_matches('-').split_once('=') else {
            return false;
        };
        let key = key.trim().replace('/', ".");
        let root = key.split('.').next().unwrap_or_default();
        if !["net", "kernel", "fs", "vm", "user", "dev"].contains(&root) || !key.contains('.') {
            return false;
        }
        any |= ["net.ipv", "net.core", "kernel.", "fs.", "vm."]
            .iter()
            .any(|start| key.starts_with(start));
    }
    any
}

/// Every line is one for `auditctl`.
fn is_audit(text: &str) -> bool {
    let mut any = false;
    for line in said(text) {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("-w") => any |= words.next().is_some_and(|path| path.starts_with('/')),
            Some("-a" | "-A") => {
                any |= words.next().is_some_and(|w| {
                    w.split(',')
                        .any(|part| ["exit", "always", "never"].contains(&part))
                });
            }
            Some(
                "-D"
                | "-b"
                | "-f"
                | "-e"
                | "-i"
                | "-c"
                | "-r"
                | "--backlog_wait_time"
                | "--loginuid-immutable"
                | "-d"
                | "-W",
            ) => {}
            Some(_) | None => return false,
        }
    }
    any
}

/// Paths with braces behind, and words that only logrotate has inside.
fn is_logrotate(text: &str) -> bool {
    let opens = said(text).any(|line| line.starts_with(['/', '"']) && line.ends_with('{'));
    let own = [
        "missingok",
        "notifempty",
        "delaycompress",
        "sharedscripts",
        "postrotate",
    ];
    opens && said(text).any(|line| own.contains(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places() {
        for (path, wanted) in [
            ("/etc/haproxy/haproxy.cfg", Some(Kind::Haproxy)),
            ("/haproxy/conf.d/10-web.cfg", Some(Kind::Haproxy)),
            ("/postfix/main.cf", Some(Kind::Postfix)),
            ("/rabbitmq/conf.d/10-a.conf", Some(Kind::Rabbitmq)),
            ("/chrony/conf.d/a.conf", Some(Kind::Chrony)),
            ("/etc/sysctl.d/99-a.conf", Some(Kind::Sysctl)),
            ("/etc/audit/rules.d/a.rules", Some(Kind::Auditd)),
            ("/etc/udev/rules.d/a.rules", None),
            ("/etc/audit/audit-stop.rules", None),
            ("/audit/rules/99-khoa.rules", Some(Kind::Auditd)),
            ("/etc/logrotate.d/nginx", Some(Kind::Logrotate)),
            ("/setup.cfg", None),
        ] {
            let (folder, name) = path.rsplit_once('/').unwrap();
            assert_eq!(by_name(folder, name), wanted, "{path}");
        }
    }

    #[test]
    fn contents() {
        for (text, wanted) in [
            ("*filter\n:INPUT DROP [0:0]\nCOMMIT\n", Some(Kind::Iptables)),
            (
                "table inet filter {\n chain input {\n }\n}\n",
                Some(Kind::Nftables),
            ),
            (
                "# x\nnet.ipv4.ip_forward = 0\n-kernel.sysrq=0\n",
                Some(Kind::Sysctl),
            ),
            ("net.name = x\n", None),
            ("-D\n-w /etc/passwd -p wa\n", Some(Kind::Auditd)),
            ("-v\n", None),
            ("listeners.tcp = none\n", Some(Kind::Rabbitmq)),
            ("frontend a\n bind :80\n", Some(Kind::Haproxy)),
            ("/var/log/a.log {\n missingok\n}\n", Some(Kind::Logrotate)),
            ("server.port=80\n", None),
        ] {
            assert_eq!(by_content(text), wanted, "{text}");
        }
        assert!(!holds(Kind::Kafka, "server.port=80\n"));
        assert!(holds(Kind::Kafka, "broker.id=1\nlog.dirs=/a\n"));
        assert!(holds(
            Kind::Kafka,
            "broker.id=1\nlistener.security.protocol.map=A:PLAINTEXT\n"
        ));
    }
}
