//! Configuration and traces of the telephone exchange: is the way to the carrier protected, and whose number is shown?

use super::bound::Bound;
use super::numbers::national;
use super::register::{Register, key};
use crate::collect::figures::{count, lines};
use crate::collect::walk::Opened;
use crate::collect::{Context, Reader};
use crate::model::{Collected, Day, Fact, Place, Reason, Seen, Subject, Value};
use crate::parse::{bytes, sip};

/// The subject types.
pub(super) const TRUNK: &str = "sip-trunk";
pub(super) const TRACE: &str = "sip-trace";

const CONFIGS: [&str; 3] = [".conf", ".cfg", ".xml"];
const TRACES: [&str; 5] = [".txt", ".log", ".sip", ".trace", ".sngrep"];

/// Texts with their places, and what could not be read.
type Texts = (Vec<(String, String)>, Option<Reason>);

/// The texts of a file or folder.
fn texts(
    path: &std::path::Path,
    shown: &str,
    ends: &'static [&'static str],
    cx: &Context,
    out: &mut Collected,
) -> Result<Texts, Reason> {
    let opened = Opened::at(path, shown).map_err(|e| Reason::new(e.code(), shown))?;
    let mut reader = Reader::new(&opened.root, opened.base.as_str(), cx.now);
    let wanted = |name: &str| ends.iter().any(|e| name.to_ascii_lowercase().ends_with(e));
    let walk = opened
        .files(&reader, &wanted)
        .map_err(|e| Reason::new(e.code(), shown))?;
    let mut fault = walk.faults.into_iter().next();
    let mut found = Vec::new();
    for file in &walk.files {
        let place = if opened.only.is_some() {
            shown.to_owned()
        } else {
            reader.shown(&format!("/{file}"))
        };
        let read = reader
            .bytes(&format!("/{file}"))
            .map_err(|e| Reason::new(e.code(), place.clone()));
        let text = read.and_then(|b| {
            bytes::lossy(&b).map_err(|e| Reason::new("not-parsed", format!("{place}: {e}")))
        });
        match text {
            Ok(text) => found.push((place, text)),
            Err(reason) => fault = fault.or(Some(reason)),
        }
    }
    out.evidence.extend(reader.into_evidence());
    Ok((found, fault))
}

/// The trunks of the configuration at `path`.
pub(super) fn trunks(
    path: &std::path::Path,
    shown: &str,
    bound: Result<&Bound, &Value>,
    cx: &Context,
    out: &mut Collected,
) {
    let (texts, mut fault) = match texts(path, shown, &CONFIGS, cx, out) {
        Ok(read) => read,
        Err(reason) => return out.saw(TRUNK, Seen::Not(reason)),
    };
    let mut any = false;
    for (place, text) in &texts {
        let name = place.rsplit('/').next().unwrap_or(place);
        let Some(program) = sip::program(name, text) else {
            continue;
        };
        let beside: Vec<&str> = texts
            .iter()
            .filter(|(other, _)| other != place)
            .map(|(_, text)| text.as_str())
            .filter(|_| program == sip::Program::Asterisk)
            .collect();
        let found = sip::trunks(program, text, &beside.join("\n"));
        if let Some(line) = found.broken {
            let what = format!("{place}: not readable from line {line} on");
            fault = fault.or_else(|| Some(Reason::new("not-parsed", what)));
        }
        for trunk in found.all {
            any = true;
            out.subjects.push(trunk_subject(&trunk, place, bound, cx));
        }
    }
    let none = || {
        Reason::new(
            "not-parsed",
            format!("{shown}: no trunk to a carrier was recognised"),
        )
    };
    out.saw(
        TRUNK,
        match fault {
            Some(fault) => Seen::Not(fault),
            None if any => Seen::Whole,
            None => Seen::Not(none()),
        },
    );
}

fn trunk_subject(
    trunk: &sip::Trunk,
    place: &str,
    bound: Result<&Bound, &Value>,
    cx: &Context,
) -> Subject {
    let at = Place::new(place, trunk.line);
    // Names of trunks are the company's words; one that holds a number is not shown.
    let shows =
        trunk.name.chars().filter(char::is_ascii_digit).count() < 6 && !trunk.name.is_empty();
    let name = if shows {
        trunk.name.clone()
    } else {
        format!("line {}", trunk.line)
    };
    let mut subject = Subject::new(TRUNK, format!("sip-trunk[{name}]")).at(at.clone());
    let mut put =
        |path: &'static str, value: Value| subject.put(Fact::derived(path, value).at(at.clone()));
    let told = |known: Option<bool>, what: &str| {
        known.map_or_else(
            || Value::unseen("ambiguous", format!("this file does not say {what}")),
            Value::Bool,
        )
    };
    put("tls", told(trunk.tls, "how it is carried"));
    put("srtp", told(trunk.srtp, "whether speech is enciphered"));
    put(
        "sets_caller",
        told(
            trunk.caller.as_ref().map(Option::is_some),
            "which number is shown",
        ),
    );
    let registered = match (&trunk.caller, bound) {
        (Some(Some(number)), Ok(bound)) => match national(number) {
            Some(number) => bound.holds(Some(&number), "", Some(Day::of(cx.now))).into(),
            None => Value::unseen("ambiguous", "the number stands in a variable"),
        },
        (Some(None), _) => Value::unseen("not_applicable", "the trunk sets no number"),
        (None, _) => Value::unseen("ambiguous", "this file does not say which number is shown"),
        (Some(Some(_)), Err(why)) => why.clone(),
    };
    put("caller_registered", registered);
    subject
}

/// What the traces at `path` show of outgoing calls.
pub(super) fn traces(
    path: &std::path::Path,
    shown: &str,
    register: Result<&Register, &Value>,
    bound: Result<&Bound, &Value>,
    cx: &Context,
    out: &mut Collected,
) {
    let (texts, fault) = match texts(path, shown, &TRACES, cx, out) {
        Ok(read) => read,
        Err(reason) => return out.saw(TRACE, Seen::Not(reason)),
    };
    let mut any = false;
    for (place, text) in &texts {
        let invites = sip::invites(text);
        if invites.is_empty() {
            continue;
        }
        any = true;
        out.subjects
            .push(trace_subject(&invites, place, register, bound, cx));
    }
    let none = || Reason::new("not-parsed", format!("{shown}: no INVITE of SIP"));
    out.saw(
        TRACE,
        match fault {
            Some(fault) => Seen::Not(fault),
            None if any => Seen::Whole,
            None => Seen::Not(none()),
        },
    );
}

fn trace_subject(
    invites: &[sip::Invite],
    place: &str,
    register: Result<&Register, &Value>,
    bound: Result<&Bound, &Value>,
    cx: &Context,
) -> Subject {
    let on = Day::of(cx.now);
    let file = place.rsplit('/').next().unwrap_or(place);
    let mut subject = Subject::new(TRACE, format!("sip-trace[{file}]")).at(Place::new(place, 0));
    let mut put = |path: &'static str, value: Value| {
        subject.put(Fact::derived(path, value).at(Place::new(place, 0)));
    };
    let of = |wanted: &dyn Fn(&sip::Invite) -> bool| -> Vec<u32> {
        invites
            .iter()
            .filter(|i| wanted(i))
            .map(|i| i.line)
            .collect()
    };
    put("invites", count(invites.len()));
    match bound {
        Ok(bound) => {
            let strange =
                of(&|i| !national(&i.caller).is_some_and(|n| bound.holds(Some(&n), "", None)));
            put("unregistered", count(strange.len()));
            put("unregistered_lines", lines(&strange));
        }
        Err(why) => put("unregistered", why.clone()),
    }
    match register {
        Ok(register) => {
            let unnamed = of(&|i| register.counts(&key(&i.display), on) != Some(true));
            put("unnamed", count(unnamed.len()));
            put("unnamed_lines", lines(&unnamed));
        }
        Err(why) => put("unnamed", why.clone()),
    }
    put("without_identity", count(of(&|i| !i.identity).len()));
    subject
}
