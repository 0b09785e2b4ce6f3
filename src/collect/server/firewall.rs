//! The host's own firewall, as far as files tell: ufw, nftables, saved iptables rules, firewalld.

use super::host::{Host, derived, reason};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{numbered, pairs};

const PACKAGES: [&str; 5] = [
    "ufw",
    "nftables",
    "iptables-persistent",
    "firewalld",
    "netfilter-persistent",
];

/// What one kind of firewall says.
struct Wall {
    kind: &'static str,
    file: String,
    line: u32,
    enabled: bool,
    input: Option<String>,
    output: Option<String>,
}

/// Collects the subject type `firewall`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut walls = Vec::new();
    for read in [ufw, nftables, iptables, firewalld] {
        match read(host) {
            Ok(wall) => walls.extend(wall),
            Err(e) => {
                out.saw("firewall", Seen::Not(reason(&e)));
                return;
            }
        }
    }
    // The one that is on counts; else the first that is there.
    let Some(wall) = walls.iter().find(|w| w.enabled).or(walls.first()) else {
        let seen = host.without(
            "ufw.conf, nftables.conf, rules.v4, firewalld.conf",
            &PACKAGES,
        );
        out.saw("firewall", seen);
        return;
    };
    let mut subject = Subject::new("firewall", "firewall");
    let text = |value: &Option<String>| match value {
        Some(policy) => Value::Text(policy.clone()),
        None => Value::unseen(
            "not-parsed",
            "the files do not say it in a form that we read",
        ),
    };
    subject.put(derived("kind", wall.kind, &wall.file, wall.line));
    subject.put(derived("enabled", wall.enabled, &wall.file, wall.line));
    subject.put(derived(
        "input.policy",
        text(&wall.input),
        &wall.file,
        wall.line,
    ));
    subject.put(derived(
        "output.policy",
        text(&wall.output),
        &wall.file,
        wall.line,
    ));
    let blocks = match (&wall.input, wall.enabled) {
        (_, false) => Value::Bool(false),
        (Some(policy), true) => Value::Bool(policy == "drop" || policy == "reject"),
        (None, true) => text(&None),
    };
    subject.put(
        Fact::derived("blocks_by_default", blocks)
            .at(crate::model::Place::new(wall.file.as_str(), wall.line)),
    );
    out.subjects.push(subject);
    out.saw("firewall", Seen::Whole);
}

fn ufw(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    const CONF: &str = "/etc/ufw/ufw.conf";
    const DEFAULTS: &str = "/etc/default/ufw";
    if host.has(&["ufw"]) == Some(false) {
        return Ok(None);
    }
    let Some(text) = host.optional(CONF)? else {
        return Ok(None);
    };
    let conf = pairs::equals(&text);
    let defaults = pairs::equals(&host.optional(DEFAULTS)?.unwrap_or_default());
    let policy =
        |key: &str| pairs::last(&defaults, key).map(|p| (p.line, p.value.to_ascii_lowercase()));
    let enabled =
        pairs::last(&conf, "ENABLED").is_some_and(|p| p.value.eq_ignore_ascii_case("yes"));
    let line = pairs::last(&conf, "ENABLED").map_or(0, |p| p.line);
    Ok(Some(Wall {
        kind: "ufw",
        file: CONF.to_owned(),
        line,
        enabled: enabled && host.unit_on(&["ufw.service"]).unwrap_or(true),
        // ufw's own values: in is dropped, out accepted.
        input: Some(policy("DEFAULT_INPUT_POLICY").map_or_else(|| "drop".to_owned(), |(_, p)| p)),
        output: Some(
            policy("DEFAULT_OUTPUT_POLICY").map_or_else(|| "accept".to_owned(), |(_, p)| p),
        ),
    }))
}

fn nftables(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    for file in ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"] {
        if host.has(&["nftables"]) == Some(false) {
            return Ok(None);
        }
        let Some(text) = host.optional(file)? else {
            continue;
        };
        let (input, line) = chain(&text, "input");
        let (output, _) = chain(&text, "output");
        return Ok(Some(Wall {
            kind: "nftables",
            file: file.to_owned(),
            line,
            enabled: host.unit_on(&["nftables.service"]).unwrap_or(true),
            // Includes may hold the chain: without one in the file itself nothing is said.
            input: input.or_else(|| (!text.contains("include ")).then(|| "accept".to_owned())),
            output: output.or_else(|| (!text.contains("include ")).then(|| "accept".to_owned())),
        }));
    }
    Ok(None)
}

/// The policy of the chain at this hook: its own word, or a last rule that drops or rejects everything.
fn chain(text: &str, hook: &str) -> (Option<String>, u32) {
    let mut found: (Option<String>, u32) = (None, 0);
    let mut inside = false;
    for (line, content) in numbered(text) {
        let code = content.split('#').next().unwrap_or_default().trim();
        if code.contains(&format!("hook {hook} ")) && code.contains("filter") {
            inside = true;
            let policy = ["drop", "accept"]
                .iter()
                .find(|p| code.contains(&format!("policy {p}")));
            found = (Some((*policy.unwrap_or(&"accept")).to_owned()), line);
        } else if inside && code.starts_with("policy ") {
            found.0 = Some(
                code.trim_start_matches("policy ")
                    .trim_end_matches(';')
                    .trim()
                    .to_owned(),
            );
        } else if inside && (code == "drop" || code == "counter drop" || code.starts_with("reject"))
        {
            found.0 = Some("drop".to_owned());
        } else if code.starts_with('}') {
            inside = false;
        }
    }
    found
}

fn iptables(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    for file in ["/etc/iptables/rules.v4", "/etc/sysconfig/iptables"] {
        let Some(text) = host.optional(file)? else {
            continue;
        };
        let policy = |name: &str| {
            numbered(&text).find_map(|(line, l)| {
                let rest = l.strip_prefix(&format!(":{name} "))?;
                Some((line, rest.split_whitespace().next()?.to_ascii_lowercase()))
            })
        };
        let last = |name: &str| {
            let rules: Vec<&str> = text
                .lines()
                .filter(|l| l.starts_with(&format!("-A {name} ")))
                .collect();
            rules.last().is_some_and(|l| {
                **l == format!("-A {name} -j DROP")
                    || l.starts_with(&format!("-A {name} -j REJECT"))
            })
        };
        let told = |name: &str| {
            if last(name) {
                Some("drop".to_owned())
            } else {
                policy(name).map(|(_, p)| p)
            }
        };
        return Ok(Some(Wall {
            kind: "iptables",
            file: file.to_owned(),
            line: policy("INPUT").map_or(0, |(line, _)| line),
            enabled: host
                .unit_on(&["netfilter-persistent.service", "iptables.service"])
                .unwrap_or(true),
            input: told("INPUT"),
            output: told("OUTPUT"),
        }));
    }
    Ok(None)
}

fn firewalld(host: &mut Host<'_>) -> Result<Option<Wall>, SourceError> {
    const CONF: &str = "/etc/firewalld/firewalld.conf";
    if host.has(&["firewalld"]) == Some(false) {
        return Ok(None);
    }
    let Some(text) = host.optional(CONF)? else {
        return Ok(None);
    };
    let pairs = pairs::equals(&text);
    let zone = pairs::last(&pairs, "DefaultZone");
    let name = zone.map_or("public", |p| p.value.as_str());
    Ok(Some(Wall {
        kind: "firewalld",
        file: CONF.to_owned(),
        line: zone.map_or(0, |p| p.line),
        enabled: host.unit_on(&["firewalld.service"]).unwrap_or(true),
        // Of the zones that firewalld brings, only `trusted` lets everything in.
        input: Some(
            if name == "trusted" {
                "accept"
            } else {
                "reject"
            }
            .to_owned(),
        ),
        output: Some("accept".to_owned()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains() {
        let drop = "table inet filter {\n chain input {\n  type filter hook input priority 0; policy drop;\n }\n}\n";
        assert_eq!(chain(drop, "input"), (Some("drop".into()), 3));
        let open =
            "chain input {\n type filter hook input priority filter;\n tcp dport 22 accept\n}\n";
        assert_eq!(chain(open, "input").0.as_deref(), Some("accept"));
        assert_eq!(chain(open, "output").0, None);
    }
}
