//! Proxies: may anybody go through the squid of this host?
//!
//! Its access rules are read in order; what lists of other kinds would hold back is not guessed.

use super::host::{Host, derived, reason, unseen};
use super::plan::{Keep, Piece, What};
use crate::model::{Collected, Fact, Seen, SourceError, Subject, Value};
use crate::parse::keyword::words;

const SQUID: &str = "/etc/squid/squid.conf";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file(SQUID, Keep::Lines(&["http_access", "include", "acl"])),
    file(
        "/etc/squid/conf.d/*.conf",
        Keep::Lines(&["http_access", "include", "acl"]),
    ),
];

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["proxy"],
    }
}

/// Collects the subject type `proxy`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let read = if host.has(&["squid", "squid-openssl"]) == Some(false) {
        Ok(None)
    } else {
        host.optional(SQUID)
    };
    match read {
        Ok(Some(text)) => {
            let mut subject = Subject::new("proxy", "proxy");
            let fact = open(host, &text).unwrap_or_else(|e| Fact::derived("open", unseen(&e)));
            subject.put(fact);
            out.subjects.push(subject);
            out.saw("proxy", Seen::Whole);
        }
        Ok(None) => out.saw("proxy", host.without(SQUID, &["squid", "squid-openssl"])),
        Err(e) => out.saw("proxy", Seen::Not(reason(&e))),
    }
}

/// May anybody go through? The first rule of `http_access` that fits counts; after the last, its opposite.
fn open(host: &mut Host<'_>, text: &str) -> Result<Fact, SourceError> {
    const PATH: &str = "open";
    let mut lines: Vec<(String, u32, Vec<String>)> = Vec::new();
    for line in words(text, &['#']) {
        if line.keyword() == "include" {
            for pattern in line.args() {
                for file in host.glob(pattern)? {
                    let text = host.text(&file)?;
                    let of = words(&text, &['#']).into_iter();
                    lines.extend(of.map(|w| (file.clone(), w.line, w.words)));
                }
            }
        } else {
            lines.push((SQUID.to_owned(), line.line, line.words));
        }
    }
    // Lists that hold every address there is.
    let mut whole = vec!["all".to_owned()];
    for (_, _, words) in &lines {
        if let [acl, name, kind, values @ ..] = words.as_slice()
            && acl == "acl"
            && kind == "src"
            && values
                .iter()
                .any(|v| matches!(v.as_str(), "0.0.0.0/0" | "::/0" | "all"))
        {
            whole.push(name.clone());
        }
    }
    let mut last = None;
    for (file, line, words) in &lines {
        let [access, verb, lists @ ..] = words.as_slice() else {
            continue;
        };
        if access != "http_access" {
            continue;
        }
        let fits_all = !lists.is_empty() && lists.iter().all(|l| whole.contains(l));
        if fits_all {
            return Ok(derived(PATH, verb == "allow", file, *line));
        }
        last = Some((verb == "deny", file, *line));
    }
    Ok(match last {
        Some((open, file, line)) => derived(PATH, open, file, line),
        // Without a rule squid lets nobody through.
        None => derived(PATH, Value::Bool(false), SQUID, 0),
    })
}
