//! What the rules of a proxy come to: who is sent on to HTTPS, which headers every answer has, what is limited.

use std::collections::BTreeMap;

use crate::collect::config::nginx::is_aside;
use crate::collect::config::settings::{Line, Settings};

/// The rules of a proxy, with its criteria by their names.
pub(super) struct Rules<'p> {
    proxy: &'p Settings,
    /// Lines of one name are alternatives: then it has no criterion of its own.
    criteria: BTreeMap<&'p str, Option<&'p str>>,
}

impl<'p> Rules<'p> {
    pub(super) fn of(proxy: &'p Settings) -> Self {
        let mut criteria = BTreeMap::new();
        for line in proxy.all("acl") {
            if let Some((name, criterion)) = line.value.split_once(char::is_whitespace) {
                criteria
                    .entry(name)
                    .and_modify(|c| *c = None)
                    .or_insert(Some(criterion.trim()));
            }
        }
        Self { proxy, criteria }
    }
}

/// Is every plain request sent on to HTTPS? A way past for `acme-challenge` does no harm. `ports` are those that take
/// plain requests; one that is not known is none.
pub(super) fn sends_on(rules: &Rules<'_>, ports: &[Option<u16>]) -> bool {
    let redirects = rules.proxy.all("redirect").iter().map(|l| l.value.as_str());
    // What is answered at once does not come to the rules behind.
    let requests = rules
        .proxy
        .all("http-request")
        .iter()
        .map(|l| l.value.as_str())
        .take_while(|rule| !answers_all(rule))
        .filter_map(|rule| rule.strip_prefix("redirect "));
    redirects.chain(requests).any(|rule| {
        let (what, condition) = split(rule);
        let to_https = what.contains("scheme https")
            || (what.contains("prefix https://") || what.contains("location https://"));
        to_https && holds_for_plain(rules, condition, ports)
    })
}

fn answers_all(rule: &str) -> bool {
    let (what, condition) = split(rule);
    let first = what.split(' ').next().unwrap_or_default();
    condition.is_none() && ["return", "allow", "use-service"].contains(&first)
}

/// The rule and its condition with `if` or `unless`.
fn split(rule: &str) -> (&str, Option<(bool, &str)>) {
    let at = |word: &str| rule.find(&format!(" {word} "));
    match (at("if"), at("unless")) {
        (Some(at), _) => (&rule[..at], Some((true, &rule[at + 4..]))),
        (None, Some(at)) => (&rule[..at], Some((false, &rule[at + 8..]))),
        (None, None) => (rule, None),
    }
}

/// Does the condition hold for every request that came in plain?
fn holds_for_plain(
    rules: &Rules<'_>,
    condition: Option<(bool, &str)>,
    ports: &[Option<u16>],
) -> bool {
    let Some((is_if, text)) = condition else {
        return true;
    };
    let terms = terms(rules, text);
    // `unless a or b` is `if !a !b`; `or` in an `if` is another matter.
    let mixed = has_or(text);
    if is_if && mixed {
        return false;
    }
    !terms.is_empty()
        && (is_if || mixed || terms.len() == 1)
        && terms.iter().all(|(negated, criterion)| {
            let wanted = *negated == is_if;
            holds_of_plain(criterion, wanted, ports)
                || (wanted && criterion.contains("acme-challenge"))
        })
        && terms
            .iter()
            .any(|(_, c)| c.starts_with("ssl_fc") || c.starts_with("dst_port"))
}

/// Does a criterion, or its opposite, hold for every plain request?
fn holds_of_plain(criterion: &str, opposite: bool, ports: &[Option<u16>]) -> bool {
    match criterion {
        "ssl_fc" => opposite,
        "ssl_fc,not" => !opposite,
        _ => {
            let Some(named) = criterion.strip_prefix("dst_port ") else {
                return false;
            };
            let named: Vec<u16> = named.split(' ').filter_map(|p| p.parse().ok()).collect();
            ports
                .iter()
                .all(|port| port.is_some_and(|port| named.contains(&port) != opposite))
        }
    }
}

fn has_or(text: &str) -> bool {
    text.split_whitespace().any(|w| ["or", "||"].contains(&w))
}

/// Does a condition hold for every request over TLS and no other, or the other way round?
fn asks_tls(rules: &Rules<'_>, (is_if, text): (bool, &str)) -> Option<bool> {
    match terms(rules, text).as_slice() {
        [(negated, criterion)] => {
            let tls = match criterion.as_str() {
                "ssl_fc" | "dst_port 443" => true,
                "ssl_fc,not" | "dst_port 80" => false,
                _ => return None,
            };
            Some((tls != *negated) == is_if)
        }
        _ => None,
    }
}

/// Does the rule keep strangers from the page at `uri`: by an account, a certificate, an address?
pub(super) fn guards(rules: &Rules<'_>, rule: &str, uri: &str) -> bool {
    let (what, condition) = split(rule);
    let first = what.split(' ').next().unwrap_or_default();
    let refuses = ["auth", "deny", "reject", "silent-drop", "tarpit"].contains(&first);
    let Some((is_if, text)) = condition else {
        return refuses;
    };
    let ways = text.replace(" || ", " or ");
    let mut ways = ways
        .split(" or ")
        .map(|way| terms(rules, way))
        .filter(|way| !way.is_empty());
    let of_stranger = |(negated, criterion): &(bool, String)| {
        let by_whom = ["src ", "http_auth", "ssl_c_"]
            .iter()
            .any(|w| criterion.starts_with(w));
        // Everybody comes from there.
        let all = criterion.split(' ').any(|a| a.ends_with("/0"));
        let on_page = criterion
            .split_once(' ')
            .filter(|(name, _)| name.starts_with("path") || name.starts_with("url"))
            .is_some_and(|(_, paths)| paths.split(' ').any(|p| uri.starts_with(p)));
        match (by_whom && !all, on_page) {
            (true, _) => Some(*negated),
            (false, true) => Some(!*negated),
            (false, false) => None,
        }
    };
    refuses
        && if is_if {
            ways.any(|way| way.iter().all(|term| of_stranger(term) == Some(true)))
        } else {
            ways.all(|way| way.iter().any(|term| of_stranger(term) == Some(false)))
        }
}

/// The terms of a condition: turned round or not, and what they ask.
fn terms(rules: &Rules<'_>, text: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if ["or", "||", "and"].contains(&word) {
            continue;
        }
        let (mut negated, mut rest) = (false, word);
        while let Some(inner) = rest.strip_prefix('!') {
            negated = !negated;
            rest = inner;
        }
        if rest.is_empty() {
            rest = words.next().unwrap_or_default();
        }
        if rest == "{" {
            let inner: Vec<&str> = words.by_ref().take_while(|w| *w != "}").collect();
            found.push((negated, inner.join(" ")));
            continue;
        }
        let criterion = rules.criteria.get(rest).copied().flatten();
        found.push((negated, criterion.unwrap_or_default().to_owned()));
    }
    found
}

/// `max-age` of HSTS, where every answer has it; the line that decides.
pub(super) fn hsts<'p>(rules: &Rules<'p>) -> (i64, Option<&'p Line>) {
    let lines = rules
        .proxy
        .all("http-response")
        .iter()
        .chain(rules.proxy.all("http-after-response"));
    let (mut age, mut place) = (0, None);
    for line in lines {
        let (what, condition) = split(&line.value);
        let lower = what.to_ascii_lowercase();
        let mut words = lower.split(' ');
        let (action, name) = (words.next().unwrap_or_default(), words.next());
        if name != Some("strict-transport-security") {
            continue;
        }
        let asked = condition.map(|c| asks_tls(rules, c));
        // What holds for plain requests alone is another matter.
        if asked == Some(Some(false)) {
            continue;
        }
        let always = asked.is_none_or(|tls| tls == Some(true));
        let told = match action {
            "set-header" | "add-header" => max_age(&lower),
            "del-header" | "replace-header" | "replace-value" => 0,
            _ => continue,
        };
        // A condition may take some of it away, and gives nothing.
        if always || told < age {
            (age, place) = (told, Some(line));
        }
    }
    (age, place)
}

fn max_age(text: &str) -> i64 {
    let after = text.split_once("max-age=").map_or("", |(_, rest)| rest);
    let digits: String = after
        .trim_start_matches('"')
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

/// Is the number of connections limited: of all, or by source?
pub(super) fn limits(rules: &Rules<'_>) -> bool {
    let counts = |text: &str| COUNTED.iter().any(|c| text.contains(c));
    let by_source = rules
        .proxy
        .all("tcp-request")
        .iter()
        .chain(rules.proxy.all("http-request"))
        .any(|l| {
            let (what, condition) = split(&l.value);
            let refuses = ["reject", "deny", "tarpit"]
                .iter()
                .any(|w| what.contains(w));
            refuses
                && condition.is_some_and(|(_, text)| {
                    terms(rules, text).iter().any(|(_, term)| counts(term))
                })
        });
    let own = rules
        .proxy
        .get("maxconn")
        .and_then(|v| v.parse::<u64>().ok())
        .is_some_and(|n| n > 0);
    own || by_source
}

/// Are requests kept out of the log: all of them, or some that somebody may want to know of?
pub(super) fn silences(rules: &Rules<'_>) -> Option<bool> {
    let mut some = false;
    let all = rules
        .proxy
        .all("http-request")
        .iter()
        .chain(rules.proxy.all("http-response"));
    for rule in all.filter(|l| l.value.starts_with("set-log-level silent")) {
        match split(&rule.value).1 {
            None => return Some(true),
            Some((is_if, text)) => {
                let harmless = is_if
                    && terms(rules, text).iter().any(|(negated, criterion)| {
                        let path = criterion
                            .split_once(' ')
                            .filter(|(name, _)| name.starts_with("path"));
                        !negated
                            && path.is_some_and(|(_, paths)| {
                                paths.split(' ').all(|p| is_aside(p, false))
                            })
                    })
                    && !has_or(text);
                some |= !harmless;
            }
        }
    }
    if some { None } else { Some(false) }
}

/// What is counted for each source, or for all.
const COUNTED: [&str; 6] = [
    "conn_cur",
    "conn_rate",
    "http_req_rate",
    "sc0_conn",
    "sc_conn",
    "sc_http_req",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    fn of(lines: &[(&str, &str)]) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in lines {
            settings.add(*name, *value, Place::new("a", 1));
        }
        settings
    }

    fn limits_of(proxy: &Settings) -> bool {
        limits(&Rules::of(proxy))
    }

    #[test]
    fn who_is_sent_on() {
        for (rules, wanted) in [
            (
                &[("redirect", "scheme https code 301 if !{ ssl_fc }")][..],
                true,
            ),
            (
                &[("http-request", "redirect scheme https unless { ssl_fc }")],
                true,
            ),
            (&[("http-request", "redirect scheme https")], true),
            (
                &[("acl", "tls ssl_fc"), ("redirect", "scheme https if !tls")],
                true,
            ),
            (
                &[
                    ("acl", "plain ssl_fc,not"),
                    ("redirect", "scheme https if plain"),
                ],
                true,
            ),
            (&[("redirect", "scheme https if plain")], false),
            (&[("redirect", "scheme https if { ssl_fc }")], false),
            (
                &[(
                    "redirect",
                    "scheme https if !{ ssl_fc } { path_beg /login }",
                )],
                false,
            ),
            (
                &[(
                    "redirect",
                    "scheme https if !{ ssl_fc } !{ path_beg /.well-known/acme-challenge/ }",
                )],
                true,
            ),
            (
                &[(
                    "redirect",
                    "scheme https unless { ssl_fc } || { path_beg /.well-known/acme-challenge/ }",
                )],
                true,
            ),
            (&[("redirect", "location /a")], false),
            (&[("redirect", "scheme https if { dst_port 443 }")], false),
            (&[("redirect", "scheme https if { dst_port 80 }")], true),
            (&[("redirect", "scheme https if !{ dst_port 443 }")], true),
            (
                &[
                    ("http-request", "return status 200"),
                    ("http-request", "redirect scheme https"),
                ],
                false,
            ),
        ] {
            assert_eq!(
                sends_on(&Rules::of(&of(rules)), &[Some(80)]),
                wanted,
                "{rules:?}"
            );
        }
    }

    #[test]
    fn headers_and_limits() {
        let line = "set-header Strict-Transport-Security \"max-age=16000000; includeSubDomains\"";
        let age = |lines: &[&str]| {
            let lines: Vec<(&str, &str)> = lines.iter().map(|l| ("http-response", *l)).collect();
            hsts(&Rules::of(&of(&lines))).0
        };
        assert_eq!(age(&[line]), 16_000_000);
        assert_eq!(age(&[&format!("{line} if {{ ssl_fc }}")]), 16_000_000);
        assert_eq!(age(&[&format!("{line} if {{ path_beg /a }}")]), 0);
        for taken in [
            "del-header Strict-Transport-Security",
            "del-header strict-transport-security if { path_beg /app }",
            "set-header Strict-Transport-Security max-age=0 if { src 10.0.0.1 }",
        ] {
            assert_eq!(age(&[line, taken]), 0, "{taken}");
        }
        let plain = "del-header Strict-Transport-Security if !{ ssl_fc }";
        assert_eq!(age(&[line, plain]), 16_000_000);
        assert!(limits_of(&of(&[("maxconn", "200")])) && !limits_of(&of(&[("maxconn", "0")])));
        assert!(limits_of(&of(&[
            ("acl", "many src_conn_cur ge 10"),
            ("tcp-request", "connection reject if many"),
        ])));
        assert!(!limits_of(&of(&[("acl", "many src_conn_cur ge 10")])));
        assert!(!limits_of(&of(&[
            ("acl", "many src_conn_cur ge 10"),
            ("http-request", "deny if { path /x }"),
        ])));
        assert!(limits_of(&of(&[(
            "http-request",
            "deny deny_status 429 if { sc_http_req_rate(0) gt 20 }",
        )])));
    }

    #[test]
    fn who_is_kept_out() {
        let guards = |rule: &str| {
            let proxy = of(&[
                ("acl", "inside src 10.0.0.0/8"),
                ("acl", "known http_auth(staff)"),
                ("acl", "all src 0.0.0.0/0"),
            ]);
            super::guards(&Rules::of(&proxy), rule, "/stats")
        };
        for rule in [
            "auth realm x",
            "auth unless known",
            "auth if { path_beg /stats } !known",
            "deny if !inside",
            "deny if !inside !known",
            "deny unless inside || known",
            "deny if !{ src 10.0.0.0/8 127.0.0.1 }",
            "deny",
        ] {
            assert!(guards(rule), "{rule}");
        }
        for rule in [
            "deny if { src 1.2.3.4 }",
            "deny if !all",
            "deny if { path /other } !inside",
            "auth if { path_beg /admin }",
            "deny unless inside || { path /stats }",
            "allow if inside",
        ] {
            assert!(!guards(rule), "{rule}");
        }
    }

    #[test]
    fn what_is_kept_out_of_the_log() {
        let silences = |rule: &str| silences(&Rules::of(&of(&[("http-request", rule)])));
        assert_eq!(silences("set-log-level silent"), Some(true));
        assert_eq!(
            silences("set-log-level silent if { path /healthz }"),
            Some(false)
        );
        assert_eq!(silences("set-log-level silent if { path_beg /api }"), None);
    }
}
