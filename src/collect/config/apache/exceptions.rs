//! Which requests a log with a condition leaves out: where the variable of the condition is set, and for what.

use super::Node;
use super::redirect::arguments;
use crate::collect::config::nginx::{is_aside, meets_every_path};
use crate::collect::config::settings::is_loopback;

/// Which requests a log takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// All, or all but those that everybody may know of.
    All,
    Some,
    None,
}

/// Which requests a log with this condition takes. Where a file is missing, the variable may be set there.
pub(super) fn takes(condition: &str, levels: &[&[Node]], missing: bool) -> Takes {
    let Some(name) = condition.strip_prefix("env=!") else {
        return Takes::Some;
    };
    let mut setters = Vec::new();
    for level in levels {
        gather(level, name, None, &mut setters);
    }
    if setters.contains(&Sets::Always) {
        Takes::None
    } else if missing || setters.contains(&Sets::Some) {
        Takes::Some
    } else {
        Takes::All
    }
}

/// For which requests a line sets a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sets {
    Always,
    Some,
    /// Icons, signs of life, this machine itself.
    Harmless,
}

/// The lines that set the variable, in sections too; hosts are levels of their own.
fn gather(level: &[Node], name: &str, section: Option<&Node>, out: &mut Vec<Sets>) {
    for node in level.iter().filter(|n| n.name != "virtualhost") {
        if let Some(sets) = sets(node, name) {
            let aside = section.is_some_and(|s| {
                let pattern = s.name.ends_with("match");
                s.args.last().is_some_and(|a| is_aside(a, pattern))
            });
            out.push(match (sets, section) {
                (Sets::Harmless, _) => Sets::Harmless,
                _ if aside => Sets::Harmless,
                (sets, None) => sets,
                (Sets::Always | Sets::Some, Some(_)) => Sets::Some,
            });
        }
        gather(node.children(), name, Some(node), out);
    }
}

/// Does the line set the variable, and for which requests?
fn sets(node: &Node, name: &str) -> Option<Sets> {
    let is = |arg: &String| arg.split('=').next() == Some(name);
    let first = node.args.first()?;
    match node.name.as_str() {
        "setenv" | "passenv" => is(first).then_some(Sets::Always),
        "setenvif" | "setenvifnocase" => {
            let (pattern, names) = (node.args.get(1)?, node.args.get(2..)?);
            names.iter().any(is).then(|| met_by(first, pattern))
        }
        "browsermatch" | "browsermatchnocase" => {
            let names = node.args.get(1..)?;
            names.iter().any(is).then(|| met_by("user-agent", first))
        }
        "setenvifexpr" => node.args.iter().skip(1).any(is).then_some(Sets::Some),
        "rewriterule" => {
            let set = arguments(node)
                .iter()
                .filter_map(|flag| flag.strip_prefix("E=").or(flag.strip_prefix("ENV=")))
                .any(|set| set.split(':').next() == Some(name));
            let to = set.then_some(first)?;
            Some(met_by("request_uri", to))
        }
        _ => None,
    }
}

/// Which requests meet a pattern of one of their attributes.
fn met_by(attribute: &str, pattern: &str) -> Sets {
    let attribute = attribute.to_ascii_lowercase();
    if [".", ".*", "^", "^.*$", "^.*"].contains(&pattern)
        || (attribute == "request_uri" && meets_every_path(pattern))
    {
        return Sets::Always;
    }
    let bare: String = pattern.chars().filter(|c| !"^$\\".contains(*c)).collect();
    let harmless = match attribute.as_str() {
        "request_uri" => {
            let (before, ways) = bare.split_once('(').unwrap_or(("", &bare));
            let ways = ways.split_once(')').map_or(ways, |(ways, _)| ways);
            is_aside(pattern, true)
                || ways
                    .split('|')
                    .all(|one| is_aside(&format!("{before}{one}"), false))
        }
        "remote_addr" | "server_addr" => {
            let inner = bare.trim_matches(['(', ')']);
            inner.split('|').all(is_loopback)
        }
        "user-agent" => {
            let lower = bare.to_ascii_lowercase();
            SIGNS.iter().any(|sign| lower.contains(sign)) && !lower.contains(".*")
        }
        _ => false,
    };
    if harmless { Sets::Harmless } else { Sets::Some }
}

/// What asks whether a server lives calls itself so.
const SIGNS: [&str; 5] = [
    "internal dummy",
    "elb-healthchecker",
    "kube-probe",
    "googlehc",
    "haproxy",
];

#[cfg(test)]
mod tests {
    use super::super::tests::{host, main};

    fn log(server: &str, lines: &str) -> (String, String) {
        let out = main(&format!(
            "LogFormat \"%v %h %l %u %t \\\"%r\\\" %>s\" vhost\n{server}\n<VirtualHost *:80>\nServerName a\n{lines}\n</VirtualHost>\n"
        ));
        let of = |path| host(&out, "a:80", path);
        (of("access_log_enabled"), of("access_log_fields"))
    }

    #[test]
    fn what_a_condition_leaves_out() {
        let with = |setter: &str| {
            let lines = format!("CustomLog /l/a vhost env=!quiet\n{setter}");
            log("", &lines).0
        };
        for setter in [
            "",
            "SetEnvIf Request_URI \"^/favicon\\.ico$\" quiet",
            "SetEnvIf Request_URI \"^/(health|ping)$\" quiet",
            "SetEnvIf Request_URI \"\\.(gif|png|css|js)$\" quiet",
            "SetEnvIf Remote_Addr \"127\\.0\\.0\\.1\" quiet",
            "SetEnvIf Remote_Addr \"^::1$\" quiet",
            "<Location /healthz>\nSetEnv quiet\n</Location>",
            "BrowserMatch \"kube-probe\" quiet",
        ] {
            assert_eq!(with(setter), "true", "{setter}");
        }
        for setter in [
            "SetEnvIf Request_URI \"^/api/\" quiet",
            "SetEnvIf Request_Method POST quiet",
            "SetEnvIf Remote_Addr \"^10\\.\" quiet",
            "SetEnvIfExpr \"%{REQUEST_URI} =~ m#^/a#\" quiet",
            "<Location /app>\nSetEnv quiet\n</Location>",
            "<If \"-n 'x'\">\nSetEnv quiet\n</If>",
            "RewriteRule ^/api/ - [E=quiet:1]",
        ] {
            assert_eq!(with(setter), "? (ambiguous)", "{setter}");
        }
        for setter in [
            "SetEnv quiet 1",
            "SetEnvIf Request_URI .* quiet",
            "RewriteRule ^ - [E=quiet:1,NC]",
        ] {
            assert_eq!(with(setter), "false", "{setter}");
        }
        assert_eq!(
            log("SetEnv quiet", "CustomLog /l/a vhost env=!quiet").0,
            "false"
        );
        assert_eq!(log("", "CustomLog /l/a vhost env=some").0, "? (ambiguous)");
        assert_eq!(
            log(
                "",
                "CustomLog /l/a vhost \"expr=%{REQUEST_STATUS} -ge 400\""
            )
            .0,
            "? (ambiguous)"
        );
        assert_eq!(log("", "CustomLog /dev/null vhost").0, "false");
    }

    #[test]
    fn logs_of_opposite_conditions() {
        let all = "[source, destination, account, time, action]";
        let pair = "LogFormat \"%a %t \\\"%r\\\"\" short\n";
        let of = |second: &str| {
            log(
                pair,
                &format!(
                    "SetEnvIf X-Forwarded-For \"^.+$\" proxied\nCustomLog /l/a vhost env=!proxied\n{second}"
                ),
            )
        };
        let (enabled, fields) = of("CustomLog /l/b vhost env=proxied");
        assert_eq!((enabled.as_str(), fields.as_str()), ("true", all));
        let (enabled, fields) = of("CustomLog /l/b short env=proxied");
        assert_eq!(
            (enabled.as_str(), fields.as_str()),
            ("true", "[source, time, action]")
        );
        let (enabled, fields) = of("CustomLog /l/b short");
        assert_eq!(
            (enabled.as_str(), fields.as_str()),
            ("true", "[source, time, action]")
        );
        assert_eq!(of("").0, "? (ambiguous)");
        let (enabled, fields) = log("GlobalLog /l/g vhost", "CustomLog /l/b \"%h\" env=some");
        assert_eq!((enabled.as_str(), fields.as_str()), ("true", all));
    }
}
