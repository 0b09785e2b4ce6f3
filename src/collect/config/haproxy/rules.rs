//! What the rules of a proxy come to: who is sent on to HTTPS, which headers every answer has, what is limited.

use crate::collect::config::settings::{Line, Settings};

/// Is every plain request sent on to HTTPS? A way past for `acme-challenge` does no harm.
pub(super) fn sends_on(proxy: &Settings) -> bool {
    let redirects = proxy.all("redirect").iter().map(|l| l.value.as_str());
    let requests = proxy
        .all("http-request")
        .iter()
        .filter_map(|l| l.value.strip_prefix("redirect "));
    redirects.chain(requests).any(|rule| {
        let (what, condition) = split(rule);
        let to_https = what.contains("scheme https")
            || (what.contains("prefix https://") || what.contains("location https://"));
        to_https && holds_for_plain(proxy, condition)
    })
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
fn holds_for_plain(proxy: &Settings, condition: Option<(bool, &str)>) -> bool {
    let Some((is_if, text)) = condition else {
        return true;
    };
    let terms = terms(proxy, text);
    // `unless a or b` is `if !a !b`; `or` in an `if` is another matter.
    let mixed = text.split_whitespace().any(|w| ["or", "||"].contains(&w));
    if is_if && mixed {
        return false;
    }
    !terms.is_empty()
        && (is_if || mixed || terms.len() == 1)
        && terms.iter().all(|(negated, criterion)| {
            let wanted = *negated == is_if;
            let plain_only = match criterion.as_str() {
                "ssl_fc" => wanted,
                "ssl_fc,not" => !wanted,
                c if c.starts_with("dst_port") => !wanted,
                _ => false,
            };
            let harmless = wanted && criterion.contains("acme-challenge");
            plain_only || harmless
        })
        && terms
            .iter()
            .any(|(_, c)| c.starts_with("ssl_fc") || c.starts_with("dst_port"))
}

/// The terms of a condition: turned round or not, and what they ask.
fn terms(proxy: &Settings, text: &str) -> Vec<(bool, String)> {
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
        let named: Vec<&str> = proxy
            .all("acl")
            .iter()
            .filter_map(|l| l.value.split_once(char::is_whitespace))
            .filter(|(name, _)| *name == rest)
            .map(|(_, criterion)| criterion.trim())
            .collect();
        // Lines of one name are alternatives.
        match named.as_slice() {
            [one] => found.push((negated, (*one).to_owned())),
            _ => found.push((negated, String::new())),
        }
    }
    found
}

/// `max-age` of HSTS, where every answer has it.
pub(super) fn hsts(proxy: &Settings) -> Option<(i64, &Line)> {
    let set = proxy
        .all("http-response")
        .iter()
        .chain(proxy.all("http-after-response"));
    set.filter(|l| {
        let lower = l.value.to_ascii_lowercase();
        (lower.starts_with("set-header strict-transport-security ")
            || lower.starts_with("add-header strict-transport-security "))
            && match split(&l.value).1 {
                None => true,
                Some((is_if, condition)) => {
                    is_if && ["{ ssl_fc }", "is_ssl", "is_https"].contains(&condition.trim())
                }
            }
    })
    .filter_map(|l| {
        let lower = l.value.to_ascii_lowercase();
        let digits: String = lower
            .split_once("max-age=")?
            .1
            .trim_start_matches('"')
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        Some((digits.parse().ok()?, l))
    })
    .next_back()
}

/// Is the number of connections limited: of all, or by source?
pub(super) fn limits(proxy: &Settings) -> bool {
    let counted = [
        "conn_cur",
        "conn_rate",
        "http_req_rate",
        "sc0_conn",
        "sc_conn",
        "sc_http_req",
    ];
    let refused = proxy
        .all("tcp-request")
        .iter()
        .chain(proxy.all("http-request"))
        .any(|l| {
            l.value.contains("reject") || l.value.contains("deny") || l.value.contains("tarpit")
        });
    let by_source = refused
        && proxy
            .all("acl")
            .iter()
            .chain(proxy.all("tcp-request"))
            .chain(proxy.all("http-request"))
            .any(|l| counted.iter().any(|c| l.value.contains(c)));
    let own = proxy
        .get("maxconn")
        .and_then(|v| v.parse::<u64>().ok())
        .is_some_and(|n| n > 0);
    own || by_source
}

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
        ] {
            assert_eq!(sends_on(&of(rules)), wanted, "{rules:?}");
        }
    }

    #[test]
    fn headers_and_limits() {
        let line = "set-header Strict-Transport-Security \"max-age=16000000; includeSubDomains\"";
        assert_eq!(
            hsts(&of(&[("http-response", line)])).map(|h| h.0),
            Some(16_000_000)
        );
        let some = format!("{line} if {{ path_beg /a }}");
        assert!(hsts(&of(&[("http-response", &some)])).is_none());
        assert!(limits(&of(&[("maxconn", "200")])) && !limits(&of(&[("maxconn", "0")])));
        assert!(limits(&of(&[
            ("acl", "many src_conn_cur ge 10"),
            ("tcp-request", "connection reject if many"),
        ])));
        assert!(!limits(&of(&[("acl", "many src_conn_cur ge 10")])));
    }
}
