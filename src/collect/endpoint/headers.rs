//! Reads the headers of one answer. Pure; values of cookies are dropped where they are read.

use std::collections::BTreeSet;

use super::facts::{CookieFacts, HttpFacts};
use super::leaf::{AMBIGUOUS, Leaf, NOT_APPLICABLE, NOT_ASKED};

/// The headers of one answer: names in lower case, in the order sent.
pub(super) struct Answer<'a> {
    /// The status code.
    pub(super) status: u16,
    /// Names and values.
    pub(super) headers: &'a [(String, String)],
    /// Scheme and host of the Location, resolved; empty where there is none.
    pub(super) redirects_to: String,
}

/// What these headers say.
pub(super) fn read(answer: &Answer<'_>) -> HttpFacts {
    let mut facts = HttpFacts::unseen(NOT_ASKED);
    facts.status = Leaf::seen(i64::from(answer.status));
    facts.redirects_to = Leaf::seen(answer.redirects_to.clone());
    let kind = answer.first("content-type").unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    transport(
        &mut facts,
        answer
            .first("strict-transport-security")
            .unwrap_or_default(),
    );
    cookies(&mut facts, answer);
    banners(&mut facts, answer);
    // A redirect shows no page, and the page behind it was not asked for.
    if !(300..400).contains(&answer.status) {
        page(&mut facts, answer, &kind);
    }
    if is_trouble(answer.status) {
        in_trouble(&mut facts);
    }
    facts.content_type = Leaf::seen(kind);
    facts
}

/// A refusal of our request or a failure: the server, or one before it, answers in place of the service.
fn is_trouble(status: u16) -> bool {
    matches!(status, 400 | 429 | 500..)
}

/// What such an answer leaves out is not what the service does.
fn in_trouble(facts: &mut HttpFacts) {
    if facts.hsts_max_age.v == Some(0) {
        facts.hsts_max_age = Leaf::unseen(AMBIGUOUS);
        facts.hsts_include_subdomains = Leaf::unseen(AMBIGUOUS);
        facts.hsts_preload = Leaf::unseen(AMBIGUOUS);
    }
    facts.csp = Leaf::unseen(AMBIGUOUS);
    facts.csp_policy = Leaf::unseen(AMBIGUOUS);
    facts.nosniff = Leaf::unseen(AMBIGUOUS);
    facts.frame_policy = Leaf::unseen(AMBIGUOUS);
    facts.referrer_policy = Leaf::unseen(AMBIGUOUS);
}

impl<'a> Answer<'a> {
    fn all(&self, name: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        let headers = self.headers;
        headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }

    fn first(&self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }
}

/// RFC 6797: the first header counts; without a valid max-age there is no policy, and a directive that stands twice makes
/// the header none.
fn transport(facts: &mut HttpFacts, header: &str) {
    let mut age = 0;
    let (mut subdomains, mut preload) = (false, false);
    let mut seen = BTreeSet::new();
    let mut twice = false;
    for directive in header.split(';') {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let name = name.trim().to_ascii_lowercase();
        twice |= !name.is_empty() && !seen.insert(name.clone());
        match name.as_str() {
            "max-age" => {
                let value = value.trim();
                let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
                let digits = quoted.unwrap_or(value);
                let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                // More digits than fit are still a policy.
                age = if whole {
                    digits.parse().unwrap_or(i64::MAX)
                } else {
                    0
                };
            }
            "includesubdomains" => subdomains = true,
            "preload" => preload = true,
            _ => {}
        }
    }
    if twice {
        age = 0;
    }
    facts.hsts_max_age = Leaf::seen(age);
    facts.hsts_include_subdomains = Leaf::seen(subdomains && age > 0);
    facts.hsts_preload = Leaf::seen(preload && age > 0);
}

fn page(facts: &mut HttpFacts, answer: &Answer<'_>, kind: &str) {
    let nosniff = answer.first("x-content-type-options").is_some_and(|value| {
        let first = value.split(',').next().unwrap_or_default();
        first.trim().eq_ignore_ascii_case("nosniff")
    });
    facts.nosniff = Leaf::seen(nosniff);
    // Without a type a browser may still show it as a page.
    if !matches!(kind, "" | "text/html" | "application/xhtml+xml") {
        facts.csp = Leaf::unseen(NOT_APPLICABLE);
        facts.csp_policy = Leaf::unseen(NOT_APPLICABLE);
        facts.frame_policy = Leaf::unseen(NOT_APPLICABLE);
        facts.referrer_policy = Leaf::unseen(NOT_APPLICABLE);
        return;
    }
    let policies: Vec<&str> = answer
        .all("content-security-policy")
        .filter(|policy| !policy.is_empty())
        .collect();
    let policy = policies.join(", ");
    facts.csp = Leaf::seen(!policy.is_empty());
    facts.frame_policy = Leaf::seen(framing(&policy, answer).to_owned());
    facts.csp_policy = Leaf::seen(without_nonces(&policy));
    // The last word that a browser knows counts.
    let all: Vec<&str> = answer.all("referrer-policy").collect();
    let all = all.join(",").to_ascii_lowercase();
    let known = all
        .split(',')
        .map(str::trim)
        .rfind(|w| REFERRER.contains(w));
    facts.referrer_policy = Leaf::seen(known.unwrap_or_default().to_owned());
}

/// Referrer Policy, 3.
const REFERRER: [&str; 8] = [
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

/// Who may frame the page: frame-ancestors wins over X-Frame-Options (CSP 3, 7.7.1).
fn framing(policy: &str, answer: &Answer<'_>) -> &'static str {
    let sources: Vec<Vec<String>> = policy
        .split([';', ','])
        .filter_map(|directive| {
            let mut words = directive.split_whitespace();
            let name = words.next()?;
            name.eq_ignore_ascii_case("frame-ancestors")
                .then(|| words.map(str::to_ascii_lowercase).collect())
        })
        .collect();
    if !sources.is_empty() {
        // Several policies hold together: the narrowest is named.
        let width = sources.iter().map(|list| width(list)).min();
        return FRAMING[width.unwrap_or(FRAMING.len() - 1)];
    }
    let mut options: Vec<String> = answer
        .all("x-frame-options")
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().to_ascii_lowercase())
        .filter(|value| !value.is_empty())
        .collect();
    options.sort();
    options.dedup();
    match options.as_slice() {
        [one] if one == "deny" => "none",
        [one] if one == "sameorigin" => "same-origin",
        // HTML: several that contradict each other block; one that is not known does nothing.
        [_, _, ..] if options.iter().any(|o| o == "deny" || o == "sameorigin") => "none",
        _ => "any",
    }
}

const FRAMING: [&str; 4] = ["none", "same-origin", "listed", "any"];

fn width(sources: &[String]) -> usize {
    let any = |source: &String| {
        matches!(
            source.as_str(),
            "*" | "http:" | "https:" | "http://*" | "https://*"
        )
    };
    if sources.iter().any(any) {
        3
    } else if sources.iter().all(|source| source == "'none'") {
        0
    } else if sources.iter().all(|source| source == "'self'") {
        1
    } else {
        2
    }
}

/// A nonce differs from answer to answer and tells nothing.
fn without_nonces(policy: &str) -> String {
    let words: Vec<&str> = policy
        .split(' ')
        .map(|word| {
            let tail = word.find([';', ',']).map_or("", |at| &word[at..]);
            match (word.starts_with("'nonce-"), tail) {
                (false, _) => word,
                (true, "") => "'nonce-…'",
                (true, _) => "'nonce-…';",
            }
        })
        .collect();
    words
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_POLICY)
        .collect()
}

/// The most of a policy that is kept: of a longer one nothing is said.
pub(super) const MAX_POLICY: usize = 8192;

/// That a redirect or a server in trouble sets none proves nothing of the service.
fn cookies(facts: &mut HttpFacts, answer: &Answer<'_>) {
    let set: Vec<CookieFacts> = answer.all("set-cookie").map(cookie).collect();
    facts.cookies = match (set.is_empty(), answer.status) {
        (true, 300..400) => Leaf::unseen(NOT_ASKED),
        (true, status) if is_trouble(status) => Leaf::unseen(AMBIGUOUS),
        (true | false, _) => Leaf::seen(set),
    };
}

fn cookie(header: &str) -> CookieFacts {
    let mut parts = header.split(';');
    let pair = parts.next().unwrap_or_default();
    // A cookie without `=` is all value (RFC 6265bis, 5.6): it has no name to keep.
    let name = pair.split_once('=').map_or("", |(name, _)| name).trim();
    let mut facts = CookieFacts {
        name: name.chars().filter(|c| !c.is_control()).take(128).collect(),
        ..CookieFacts::default()
    };
    for attribute in parts {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        match key.trim().to_ascii_lowercase().as_str() {
            "secure" => facts.secure = true,
            "httponly" => facts.http_only = true,
            "samesite" => facts.same_site = same_site(value.trim()),
            _ => {}
        }
    }
    facts
}

fn same_site(value: &str) -> Option<String> {
    ["Strict", "Lax", "None"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(value))
        .map(ToOwned::to_owned)
}

fn banners(facts: &mut HttpFacts, answer: &Answer<'_>) {
    let server: Vec<&str> = answer.all("server").collect();
    let server: String = server
        .join(", ")
        .chars()
        .filter(|c| !c.is_control())
        .take(256)
        .collect();
    let others: Vec<String> = BANNERS
        .iter()
        .flat_map(|name| {
            answer
                .all(name)
                .map(move |value| format!("{name}: {value}"))
        })
        .map(|line| line.chars().filter(|c| !c.is_control()).take(256).collect())
        .collect();
    let shown = shows_version(&server) || others.iter().any(|line| shows_version(line));
    facts.server = Leaf::seen(server);
    facts.powered_by = Leaf::seen(others);
    facts.version_shown = Leaf::seen(shown);
}

const BANNERS: &[&str] = &[
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
];

/// `nginx/1`, `PHP 8.2`: a digit behind a slash, or digits with a dot between.
fn shows_version(banner: &str) -> bool {
    let bytes = banner.as_bytes();
    bytes
        .windows(2)
        .any(|w| w[0] == b'/' && w[1].is_ascii_digit())
        || bytes
            .windows(3)
            .any(|w| w[0].is_ascii_digit() && w[1] == b'.' && w[2].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts(status: u16, headers: &[(&str, &str)]) -> HttpFacts {
        let headers: Vec<_> = headers
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        read(&Answer {
            status,
            headers: &headers,
            redirects_to: String::new(),
        })
    }

    #[test]
    fn hsts() {
        let age = |value| {
            facts(200, &[("strict-transport-security", value)])
                .hsts_max_age
                .v
        };
        assert_eq!(
            age("max-age=63072000; includeSubDomains; preload"),
            Some(63_072_000)
        );
        assert_eq!(age("includeSubDomains; MAX-AGE = \"300\""), Some(300));
        assert_eq!(age("max-age=a"), Some(0));
        // A browser drops a header that says a thing twice, or half a quotation.
        assert_eq!(age("max-age=0; max-age=300"), Some(0));
        assert_eq!(age("max-age=\"300"), Some(0));
        assert_eq!(age("max-age=99999999999999999999999"), Some(i64::MAX));
        assert_eq!(facts(200, &[]).hsts_max_age.v, Some(0));
    }

    #[test]
    fn framing_is_told_from_both_headers() {
        let policy = |headers: &[(&str, &str)]| facts(200, headers).frame_policy.v.unwrap();
        assert_eq!(policy(&[]), "any");
        assert_eq!(policy(&[("x-frame-options", "SameOrigin")]), "same-origin");
        assert_eq!(
            policy(&[("x-frame-options", "ALLOW-FROM https://a.example")]),
            "any"
        );
        assert_eq!(
            policy(&[("x-frame-options", "DENY"), ("x-frame-options", "deny")]),
            "none"
        );
        let csp = "default-src 'self'; frame-ancestors 'self' https://a.example";
        assert_eq!(
            policy(&[
                ("content-security-policy", csp),
                ("x-frame-options", "DENY")
            ]),
            "listed"
        );
        assert_eq!(
            policy(&[("content-security-policy", "frame-ancestors *")]),
            "any"
        );
    }

    #[test]
    fn a_cookie_loses_its_value() {
        let seen = facts(
            200,
            &[
                (
                    "set-cookie",
                    "sid=s3cret-value; Path=/; Secure; HttpOnly; SameSite=lax",
                ),
                ("set-cookie", "loose-s3cret-value"),
            ],
        );
        let text = serde_json::to_string(&seen).unwrap();
        assert!(!text.contains("s3cret"));
        let cookies = seen.cookies.v.unwrap();
        assert_eq!(cookies[0].same_site.as_deref(), Some("Lax"));
        assert!(cookies[0].secure && cookies[0].http_only);
        assert_eq!(cookies[1], CookieFacts::default());
    }

    #[test]
    fn banners_with_and_without_version() {
        let shown = |k, v| facts(200, &[(k, v)]).version_shown.v.unwrap();
        assert!(shown("server", "nginx/1.22.1"));
        assert!(shown("server", "Apache/2 (Debian)"));
        assert!(shown("x-powered-by", "PHP/8.2"));
        assert!(shown("x-aspnet-version", "4.0.30319"));
        assert!(!shown("server", "nginx"));
        assert!(!shown("server", "Apache (Debian)"));
    }

    #[test]
    fn what_trouble_and_redirects_leave_out_is_not_known() {
        for (status, why) in [(503, AMBIGUOUS), (429, AMBIGUOUS), (302, NOT_ASKED)] {
            let seen = facts(status, &[]);
            assert_eq!(seen.cookies, Leaf::unseen(why), "{status}");
            assert_eq!(seen.nosniff, Leaf::unseen(why), "{status}");
        }
        assert_eq!(facts(503, &[]).hsts_max_age, Leaf::unseen(AMBIGUOUS));
        let set = facts(302, &[("set-cookie", "a=b")]).cookies.v.unwrap();
        assert_eq!(set.len(), 1);
        assert_eq!(facts(404, &[]).cookies, Leaf::seen(Vec::new()));
        let policy = |value| facts(200, &[("referrer-policy", value)]).referrer_policy.v;
        assert_eq!(policy("unsafe-url, bogus").as_deref(), Some("unsafe-url"));
        assert_eq!(policy("unsafe-url, Origin").as_deref(), Some("origin"));
    }

    #[test]
    fn a_redirect_is_no_page_and_json_is_not_framed() {
        let redirect = facts(301, &[("content-type", "text/html")]);
        assert_eq!(redirect.csp, Leaf::unseen(NOT_ASKED));
        let api = facts(200, &[("content-type", "application/json; charset=utf-8")]);
        assert_eq!(api.frame_policy, Leaf::unseen(NOT_APPLICABLE));
        assert_eq!(api.nosniff.v, Some(false));
    }

    #[test]
    fn nonces_are_not_kept() {
        let csp = "script-src 'self' 'nonce-abc123'; object-src 'none'";
        let seen = facts(200, &[("content-security-policy", csp)]);
        let kept = seen.csp_policy.v.unwrap();
        assert_eq!(kept, "script-src 'self' 'nonce-…'; object-src 'none'");
    }

    proptest! {
        #[test]
        fn never_panics(value in any::<String>(), at in 0usize..7) {
            let names = ["strict-transport-security", "content-security-policy", "x-frame-options",
                "set-cookie", "server", "content-type", "x-content-type-options"];
            facts(200, &[(names[at], &value)]);
        }
    }
}
