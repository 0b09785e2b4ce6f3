//! What is asked of a web server only with a permission: port 80, an error page, a short fixed list of paths of
//! administration, CORS, security.txt. Of each answer only a conclusion is kept.

use std::net::IpAddr;

use jiff::Timestamp;

use super::facts::HttpFacts;
use super::http::{Page, Plain, Web};
use super::leaf::{AMBIGUOUS, Leaf, NOT_APPLICABLE, NOT_ASKED};
use super::traces;
use crate::privacy::values;

/// How many requests that is, at most.
pub(super) const REQUESTS: u32 = 3 + (ORIGINS + PATHS.len()) as u32;

/// Every request, as the plan names it.
pub(super) fn requests(host: &str) -> Vec<String> {
    let fixed = ["/", SECURITY_TXT, NOT_THERE];
    let own = PATHS.iter().map(|path| path.path);
    let paths = fixed
        .into_iter()
        .chain(own)
        .map(|path| format!("GET {path}"));
    std::iter::once(format!("GET http://{host}:80/"))
        .chain(paths)
        .collect()
}

/// Asks all of it.
pub(super) async fn ask(web: &Web<'_>, facts: &mut HttpFacts, name: &str, now: Timestamp) {
    plain(web, facts, name).await;
    security_txt(web, facts, now).await;
    facts.error_trace = error_page(web).await;
    paths(web, facts).await;
    cors(web, facts, name).await;
}

async fn plain(web: &Web<'_>, facts: &mut HttpFacts, name: &str) {
    let (secure, own) = match web.plain().await {
        Ok(Plain::SentTo(to)) => {
            let secure = to.starts_with("https://");
            let host = to.rsplit("//").next().unwrap_or_default();
            let host = host.rsplit_once(':').map_or(host, |(host, port)| {
                if port.bytes().all(|b| b.is_ascii_digit()) {
                    host
                } else {
                    to.as_str()
                }
            });
            (Leaf::seen(secure), Leaf::seen(related(host, name)))
        }
        // Nothing is sent anywhere.
        Ok(Plain::Served) => (Leaf::seen(false), Leaf::unseen(NOT_APPLICABLE)),
        Err(why) => (Leaf::unseen(why), Leaf::unseen(why)),
    };
    facts.redirect_to_https = secure;
    facts.redirect_stays = own;
}

/// The same host, or one that has or lacks `www.`.
fn related(host: &str, name: &str) -> bool {
    let bare = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.strip_prefix("www.").unwrap_or(&text).to_owned()
    };
    bare(host) == bare(name)
}

/// RFC 9116: Contact and Expires are demanded.
async fn security_txt(web: &Web<'_>, facts: &mut HttpFacts, now: Timestamp) {
    let page = match web.page(SECURITY_TXT).await {
        // A redirect to where the file stands is allowed by the RFC; it was not followed.
        Err(AMBIGUOUS) => return no_security_txt(facts, NOT_ASKED),
        Err(why) => return no_security_txt(facts, why),
        Ok(page) => page,
    };
    let (there, current) = match (page.status, page.lacks) {
        (429 | 500.., _) => return no_security_txt(facts, AMBIGUOUS),
        (200, Some(why)) => return no_security_txt(facts, why),
        (200, None) => about(&page, now),
        (_, _) => (false, None),
    };
    facts.security_txt = Leaf::seen(there);
    facts.security_txt_current = match current {
        Some(current) => Leaf::seen(current),
        None => Leaf::unseen(NOT_APPLICABLE),
    };
}

/// Is it such a file with a contact, and does its one end lie ahead? A page of HTML is none, whatever its lines say.
fn about(page: &Page, now: Timestamp) -> (bool, Option<bool>) {
    let html = page.media_type.to_ascii_lowercase().contains("html");
    if html || page.body.trim_start().starts_with('<') {
        return (false, None);
    }
    let fields = |name: &str| -> Vec<String> {
        let lines = page.body.lines().filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            let known = key.trim().eq_ignore_ascii_case(name);
            known.then(|| value.trim().to_owned())
        });
        lines.collect()
    };
    let there = fields("contact").iter().any(|to| is_contact(to));
    let current = match fields("expires").as_slice() {
        [one] => one.parse::<Timestamp>().is_ok_and(|end| end >= now),
        // None, or several: the RFC allows neither.
        _ => false,
    };
    (there, Some(current))
}

/// An address with its scheme; a bare address of mail is understood all the same.
fn is_contact(to: &str) -> bool {
    let secure = to.starts_with("mailto:") || to.starts_with("https:") || to.starts_with("tel:");
    (secure && to.len() > "mailto:".len()) || values::is_email(to)
}

fn no_security_txt(facts: &mut HttpFacts, why: &str) {
    facts.security_txt = Leaf::unseen(why);
    facts.security_txt_current = Leaf::unseen(why);
}

/// Does the page of an error show how the program is built?
async fn error_page(web: &Web<'_>) -> Leaf<bool> {
    match web.page(NOT_THERE).await {
        Ok(page) => error_shows(&page),
        Err(why) => Leaf::unseen(why),
    }
}

/// A trace proves itself; that there is none is proven only by a whole page of an error.
fn error_shows(page: &Page) -> Leaf<bool> {
    match (traces::shows(&page.body), page.status >= 400, page.lacks) {
        (true, _, _) => Leaf::seen(true),
        (false, _, Some(why)) => Leaf::unseen(why),
        (false, true, None) if page.status != TOO_MANY => Leaf::seen(false),
        (false, _, None) => Leaf::unseen(AMBIGUOUS),
    }
}

/// More requests than the server bears: it says nothing of the page.
const TOO_MANY: u16 = 429;

/// RFC 9116.
const SECURITY_TXT: &str = "/.well-known/security.txt";
/// A page that no program has.
const NOT_THERE: &str = "/capdo-khong-co-trang-nay?id=%27";

/// A path of administration and what proves that it is what its name says: pages that answer everything with the same
/// page of their own prove nothing.
struct Path {
    path: &'static str,
    shows: fn(&Page) -> bool,
}

const PATHS: [Path; 6] = [
    Path {
        path: "/actuator",
        shows: |p| p.is_served() && p.body.contains("\"_links\""),
    },
    Path {
        path: "/manager/html",
        shows: |p| {
            p.realm.contains("Tomcat Manager") || p.body.contains("Tomcat Web Application Manager")
        },
    },
    Path {
        path: "/phpmyadmin/",
        shows: |p| {
            p.is_served() && (p.body.contains("phpMyAdmin") || p.body.contains("pma_username"))
        },
    },
    Path {
        path: "/.git/HEAD",
        shows: |p| p.is_served() && is_git_head(p.body.trim()),
    },
    Path {
        path: "/.env",
        shows: |p| p.is_served() && is_env(&p.body),
    },
    Path {
        path: "/server-status",
        shows: |p| p.is_served() && p.body.contains("Apache Server Status"),
    },
];

async fn paths(web: &Web<'_>, facts: &mut HttpFacts) {
    let (mut open, mut hidden) = (Vec::new(), None);
    for path in PATHS {
        match web.page(path.path).await {
            Ok(page) if (path.shows)(&page) => open.push(path.path.to_owned()),
            Ok(page) if says_no(&page) => {}
            Ok(_) => hidden = hidden.or(Some(AMBIGUOUS)),
            // What stands behind a redirect was not asked for.
            Err(why) => hidden = hidden.or(Some(why)),
        }
    }
    facts.open_paths = match hidden {
        Some(why) if open.is_empty() => Leaf::unseen(why),
        Some(_) | None => Leaf::seen(open),
    };
}

/// A whole page that is not what was looked for, or a refusal; a server in trouble says neither.
fn says_no(page: &Page) -> bool {
    page.lacks.is_none() && page.status < 500 && page.status != TOO_MANY
}

/// A branch, or the number of a commit in SHA-1 or SHA-256.
fn is_git_head(text: &str) -> bool {
    let hash = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let branch = text.strip_prefix("ref:").map(str::trim_start);
    hash || branch.is_some_and(|name| name.starts_with("refs/"))
}

/// Lines `NAME=value`, and no page. Values may hold anything.
fn is_env(text: &str) -> bool {
    let is_name = |name: &str| {
        let name = name.strip_prefix("export ").unwrap_or(name).trim_start();
        let bare = name.trim_end();
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        // `NAME = value` is one too; `word = word` may be prose.
        let apart = name != bare && bare.bytes().any(|b| b.is_ascii_lowercase());
        !bare.is_empty() && bare.bytes().all(fits) && !apart
    };
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with(['#', ';', '[']));
    let first = lines.next().and_then(|l| l.split_once('='));
    first.is_some_and(|(name, _)| is_name(name))
}

/// An origin that nobody has.
const FOREIGN: &str = "https://capdo.invalid";

/// Origins that are not the service's own: a stranger's, that of a page without one, and names that only begin or end as
/// this one does.
fn foreign(name: &str) -> [String; ORIGINS] {
    [
        FOREIGN.to_owned(),
        "null".to_owned(),
        format!("https://{name}.capdo.invalid"),
        format!("https://capdo-invalid{}", registered(name)),
    ]
}

/// The part of a name that somebody registered: names below it are the company's own. `com.vn` and its like are not.
pub(super) fn registered(name: &str) -> &str {
    if name.parse::<IpAddr>().is_ok() {
        return name;
    }
    let dots: Vec<usize> = name.rmatch_indices('.').map(|(at, _)| at).collect();
    let second = match dots.as_slice() {
        [last, before, ..] => name.get(before + 1..*last).unwrap_or_default(),
        _ => return name,
    };
    let labels = if SHARED.contains(&second) { 2 } else { 1 };
    dots.get(labels)
        .and_then(|at| name.get(at + 1..))
        .unwrap_or(name)
}

/// Second labels under which anybody may register.
const SHARED: [&str; 14] = [
    "com", "net", "org", "gov", "edu", "ac", "co", "int", "biz", "pro", "info", "name", "health",
    "asia",
];

/// How many origins are tried.
const ORIGINS: usize = 4;

/// The worst that a foreign origin gets.
async fn cors(web: &Web<'_>, facts: &mut HttpFacts, name: &str) {
    let mut worst: Option<(&'static str, bool)> = None;
    let mut unseen = None;
    for asked in foreign(name) {
        let (origin, credentials) = match web.foreign(&asked).await {
            Ok(answer) => answer,
            Err(why) => {
                unseen = unseen.or(Some(why));
                break;
            }
        };
        let word = match origin.as_str() {
            "" => "none",
            "*" => "any",
            "null" => "null",
            origin if origin.eq_ignore_ascii_case(&asked) => "reflected",
            _ => "listed",
        };
        let harm = |(word, credentials): (&str, bool)| {
            let open = matches!(word, "reflected" | "null");
            (open && credentials, open || word == "any", word == "listed")
        };
        if worst.is_none_or(|known| harm((word, credentials)) > harm(known)) {
            worst = Some((word, credentials));
        }
    }
    let open = worst.filter(|(word, _)| matches!(*word, "reflected" | "null"));
    match (worst, unseen) {
        // What was seen open is open, whatever else was not seen.
        (_, Some(why)) if open.is_none() => {
            facts.cors_origin = Leaf::unseen(why);
            facts.cors_credentials = Leaf::unseen(why);
        }
        (Some((word, credentials)), _) => {
            facts.cors_origin = Leaf::seen(word.to_owned());
            facts.cors_credentials = Leaf::seen(credentials);
        }
        (None, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::leaf::CAPPED;
    use super::*;

    fn page(status: u16, body: &str) -> Page {
        Page {
            status,
            media_type: String::new(),
            realm: String::new(),
            lacks: None,
            body: body.to_owned(),
        }
    }

    #[test]
    fn only_a_whole_page_of_an_error_proves_that_it_shows_nothing() {
        let trace = "Traceback (most recent call last)";
        assert_eq!(error_shows(&page(500, trace)), Leaf::seen(true));
        assert_eq!(error_shows(&page(200, trace)), Leaf::seen(true));
        assert_eq!(error_shows(&page(404, "not found")), Leaf::seen(false));
        assert_eq!(error_shows(&page(200, "<app>")), Leaf::unseen(AMBIGUOUS));
        assert_eq!(
            error_shows(&page(429, "slow down")),
            Leaf::unseen(AMBIGUOUS)
        );
        let cut = Page {
            lacks: Some(CAPPED),
            ..page(404, "x")
        };
        assert_eq!(error_shows(&cut), Leaf::unseen(CAPPED));
        assert!(says_no(&page(404, "")) && says_no(&page(200, "<app>")));
        assert!(!says_no(&page(503, "")) && !says_no(&page(429, "")) && !says_no(&cut));
    }

    #[test]
    fn names_that_only_look_like_ours() {
        for (name, of) in [
            ("tracuu.mau.vn", "mau.vn"),
            ("a.tracuu.buuchinhmau.vn", "buuchinhmau.vn"),
            ("buuchinhmau.com.vn", "buuchinhmau.com.vn"),
            ("tracuu.buuchinhmau.com.vn", "buuchinhmau.com.vn"),
            ("mau.vn", "mau.vn"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(registered(name), of);
        }
    }

    #[test]
    fn what_a_security_txt_is() {
        let now = "2026-11-30T00:00:00Z".parse().unwrap();
        let of = |media: &str, body: &str| {
            let page = Page {
                media_type: media.to_owned(),
                ..page(200, body)
            };
            about(&page, now)
        };
        let good = "Contact: mailto:a@mau.example\nExpires: 2027-06-01T07:00:00+07:00\n";
        assert_eq!(of("text/plain", good), (true, Some(true)));
        assert_eq!(of("text/html", good), (false, None));
        assert_eq!(of("", "<p>\nContact: us"), (false, None));
        let twice = format!("{good}Expires: 2020-01-01T00:00:00Z\n");
        assert_eq!(of("text/plain", &twice), (true, Some(false)));
        assert_eq!(of("text/plain", "Contact:\n"), (false, Some(false)));
        assert!(!of("text/plain", "Contact: 1900 545481\n").0);
        assert!(of("text/plain", "contact: a@mau.example\n").0);
    }

    #[test]
    fn what_proves_a_path() {
        assert!(is_git_head("ref: refs/heads/main"));
        assert!(!is_git_head("<!doctype html>"));
        assert!(is_env("# production\nAPP_KEY=x\nDB_PASSWORD=y\n"));
        assert!(is_git_head(&"a".repeat(64)) && is_git_head("ref:\trefs/heads/x"));
        for kept in [
            "MAIL_FROM=\"Mau <no-reply@mau.example>\"\n",
            "export DB_PASSWORD=x\n",
            "; x\n[main]\ndb.password=x\n",
            "DB_PASSWORD = x\n",
        ] {
            assert!(is_env(kept), "{kept}");
        }
        assert!(!is_env("<html>A=b</html>") && !is_env("hello = world") && !is_env(""));
        assert!(related("www.a.example", "a.example") && !related("b.example", "a.example"));
    }
}
