//! Traces of SIP as text: who calls, by its INVITEs.

use std::collections::BTreeSet;

use super::MAX_PARTS;

/// An INVITE of a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invite {
    /// Its line.
    pub line: u32,
    /// The name shown in `From`.
    pub display: String,
    /// The user of `P-Asserted-Identity`, or else of `From`.
    pub caller: String,
    /// Has it an `Identity` header (RFC 8224)?
    pub identity: bool,
}

/// A message while it is read.
#[derive(Default)]
struct Open {
    invite: Invite,
    asserted: String,
    id: String,
    /// What the log writes before each line of it, in bytes.
    prefix: usize,
}

/// The INVITEs of a trace; a call that is sent again counts once, by its `Call-ID`.
pub fn invites(text: &str) -> Vec<Invite> {
    let mut out: Vec<Invite> = Vec::new();
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let mut now: Option<Open> = None;
    let mut done = |now: &mut Option<Open>, out: &mut Vec<Invite>| {
        if let Some(mut open) = now.take()
            && (open.id.is_empty() || ids.insert(open.id))
            && out.len() < MAX_PARTS
        {
            if !open.asserted.is_empty() {
                open.invite.caller = open.asserted;
            }
            out.push(open.invite);
        }
    };
    for (number, line) in text.lines().enumerate() {
        if let Some(prefix) = begins(line) {
            done(&mut now, &mut out);
            now = Some(Open {
                invite: Invite {
                    line: u32::try_from(number + 1).unwrap_or(u32::MAX),
                    ..Invite::default()
                },
                prefix,
                ..Open::default()
            });
            continue;
        }
        let Some(open) = now.as_mut() else {
            continue;
        };
        let bare = trimmed(line);
        // A log may write before each line as much as before the first, or nothing.
        let header = header(bare).or_else(|| header(trimmed(line.get(open.prefix..)?)));
        let other = |l: &str| l.starts_with("SIP/2.0 ") || l.trim_end().ends_with(" SIP/2.0");
        if other(bare) || line.get(open.prefix..).is_some_and(|l| other(trimmed(l))) {
            done(&mut now, &mut out);
            continue;
        }
        let Some((name, value)) = header else {
            continue;
        };
        match name {
            Name::From => (open.invite.display, open.invite.caller) = party(value),
            Name::Asserted => open.asserted = party(value).1,
            Name::Identity => open.invite.identity = true,
            Name::CallId => value.trim().clone_into(&mut open.id),
        }
    }
    done(&mut now, &mut out);
    out
}

/// Where an INVITE begins in a line, whatever a log writes before it.
fn begins(line: &str) -> Option<usize> {
    if !line.contains("SIP/2.0") {
        return None;
    }
    let at = line.match_indices("INVITE").find(|(at, word)| {
        let before = line.get(..*at).unwrap_or_default();
        let after = line.get(at + word.len()..).unwrap_or_default();
        let uri = after.trim_start().to_ascii_lowercase();
        !before.ends_with(|c: char| c.is_alphanumeric())
            && after.starts_with([' ', '\t'])
            && ["sip:", "sips:", "tel:"].iter().any(|s| uri.starts_with(s))
    })?;
    Some(at.0)
}

enum Name {
    From,
    Asserted,
    Identity,
    CallId,
}

/// A header that says who calls, with its value.
fn header(line: &str) -> Option<(Name, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = match name.trim().to_ascii_lowercase().as_str() {
        "from" | "f" => Name::From,
        "p-asserted-identity" => Name::Asserted,
        "identity" | "y" => Name::Identity,
        "call-id" | "i" => Name::CallId,
        _ => return None,
    };
    Some((name, value))
}

fn trimmed(line: &str) -> &str {
    line.trim_start_matches(|c: char| c.is_whitespace() || c == '|')
}

/// `"Name" <sip:0247…@host>;tag=x` → name and user.
fn party(value: &str) -> (String, String) {
    let display = value.split('<').next().unwrap_or_default();
    let display = if value.contains('<') {
        display.trim().trim_matches('"').trim()
    } else {
        ""
    };
    let uri = value
        .split_once("sip:")
        .or_else(|| value.split_once("sips:"))
        .or_else(|| value.split_once("tel:"));
    let user = uri.map_or("", |(_, rest)| {
        rest.split(['@', ';', '>']).next().unwrap_or_default()
    });
    (display.to_owned(), user.to_owned())
}
