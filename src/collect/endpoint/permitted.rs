//! What is asked of a web server only with a permission: port 80, an error page, a short fixed list of paths of
//! administration, CORS, security.txt. Of each answer only a conclusion is kept.

use jiff::Timestamp;

use super::facts::HttpFacts;
use super::http::{Page, Plain, Web};
use super::leaf::{AMBIGUOUS, CAPPED, Leaf, NOT_APPLICABLE, NOT_ASKED};

/// How many requests that is, at most.
pub(super) const REQUESTS: u32 = 4 + PATHS.len() as u32;

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
    cors(web, facts).await;
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
    if page.status != 200 {
        facts.security_txt = Leaf::seen(false);
        facts.security_txt_current = Leaf::unseen(NOT_APPLICABLE);
        return;
    }
    let field = |name: &str| {
        page.body.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    facts.security_txt = Leaf::seen(field("contact").is_some());
    let end = field("expires").and_then(|at| at.parse::<Timestamp>().ok());
    facts.security_txt_current = Leaf::seen(end.is_some_and(|end| end >= now));
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
    let traced = TRACES.iter().any(|trace| page.body.contains(trace));
    match (traced, page.status >= 400, page.whole) {
        (true, _, _) => Leaf::seen(true),
        (false, true, true) if page.status != TOO_MANY => Leaf::seen(false),
        (false, _, false) => Leaf::unseen(CAPPED),
        (false, _, true) => Leaf::unseen(AMBIGUOUS),
    }
}

/// More requests than the server bears: it says nothing of the page.
const TOO_MANY: u16 = 429;

/// RFC 9116.
const SECURITY_TXT: &str = "/.well-known/security.txt";
/// A page that no program has.
const NOT_THERE: &str = "/capdo-khong-co-trang-nay?id=%27";

/// Marks of stack traces and of pages for developers.
const TRACES: [&str; 16] = [
    "Traceback (most recent call last)",
    "\tat java.",
    "\tat org.springframework.",
    "\tat org.apache.catalina.",
    "at System.Web.",
    "Server Error in '/' Application",
    "Microsoft.AspNetCore.Diagnostics.DeveloperExceptionPage",
    "Whoops! There was an error",
    "Whoops, looks like something went wrong",
    "Illuminate\\",
    "Stack trace:",
    "Fatal error: Uncaught",
    "Werkzeug Debugger",
    "You're seeing this error because you have <code>DEBUG = True</code>",
    "ActionController::RoutingError",
    "    at Object.<anonymous> (/",
];

/// A path of administration and what proves that it is what its name says: pages that answer everything with the same
/// page of their own prove nothing.
struct Path {
    path: &'static str,
    shows: fn(&Page) -> bool,
}

const PATHS: [Path; 6] = [
    Path {
        path: "/actuator",
        shows: |p| p.status == 200 && p.body.contains("\"_links\""),
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
            p.status == 200 && (p.body.contains("phpMyAdmin") || p.body.contains("pma_username"))
        },
    },
    Path {
        path: "/.git/HEAD",
        shows: |p| p.status == 200 && is_git_head(p.body.trim()),
    },
    Path {
        path: "/.env",
        shows: |p| p.status == 200 && is_env(&p.body),
    },
    Path {
        path: "/server-status",
        shows: |p| p.status == 200 && p.body.contains("Apache Server Status"),
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
    page.whole && page.status < 500 && page.status != TOO_MANY
}

fn is_git_head(text: &str) -> bool {
    let hash = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    text.starts_with("ref: refs/") || hash
}

/// Lines `NAME=value`, and no page.
fn is_env(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    let first = lines.next().and_then(|l| l.split_once('='));
    first.is_some_and(|(name, _)| is_name(name)) && !text.contains('<')
}

/// An origin that nobody has.
const FOREIGN: &str = "https://capdo.invalid";

async fn cors(web: &Web<'_>, facts: &mut HttpFacts) {
    match web.foreign(FOREIGN).await {
        Ok((origin, credentials)) => {
            let word = match origin.as_str() {
                "" => "none",
                "*" => "any",
                FOREIGN => "reflected",
                "null" => "null",
                _ => "listed",
            };
            facts.cors_origin = Leaf::seen(word.to_owned());
            facts.cors_credentials = Leaf::seen(credentials);
        }
        Err(why) => {
            facts.cors_origin = Leaf::unseen(why);
            facts.cors_credentials = Leaf::unseen(why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(status: u16, body: &str) -> Page {
        Page {
            status,
            media_type: String::new(),
            realm: String::new(),
            whole: true,
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
            whole: false,
            ..page(404, "x")
        };
        assert_eq!(error_shows(&cut), Leaf::unseen(CAPPED));
        assert!(says_no(&page(404, "")) && says_no(&page(200, "<app>")));
        assert!(!says_no(&page(503, "")) && !says_no(&page(429, "")) && !says_no(&cut));
    }

    #[test]
    fn what_proves_a_path() {
        assert!(is_git_head("ref: refs/heads/main"));
        assert!(!is_git_head("<!doctype html>"));
        assert!(is_env("# production\nAPP_KEY=x\nDB_PASSWORD=y\n"));
        assert!(!is_env("<html>A=b</html>") && !is_env("hello = world") && !is_env(""));
        assert!(related("www.a.example", "a.example") && !related("b.example", "a.example"));
    }
}
