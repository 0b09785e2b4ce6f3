//! What a host answered: a bundle, or why it is none.

use jiff::Timestamp;

use super::ask::{Cut, Raw};
use super::ssh::LOST;
use crate::evidence::{Bundle, is_answer};
use crate::model::{Collected, Fact, Reason, Seen, Subject, Value};

/// What a shell says before it takes the script: a key that lets it is not restricted to one command.
pub(super) const MARK: &str = "capdo/unrestricted";

/// How far a shell's own greetings are looked through for the mark.
const GREETINGS: usize = 16 * 1024;

/// The way to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A shell on this machine.
    Local,
    /// SSH.
    Ssh,
}

impl Via {
    fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Ssh => "ssh",
        }
    }
}

/// A host that answered.
#[derive(Debug)]
pub struct Opened {
    /// What it answered.
    pub bundle: Bundle,
    /// How it was reached.
    pub via: Via,
    /// Could the key do nothing but this? Only for SSH.
    pub restricted: Option<bool>,
}

impl Opened {
    /// Says of the collection itself how it was made.
    pub fn tell(&self, out: &mut Collected) {
        let mut subject = Subject::new("collection", "collection");
        subject.put(Fact::derived("via", self.via.word()));
        subject.put(Fact::derived("complete", self.bundle.complete));
        if let Some(restricted) = self.restricted {
            subject.put(Fact::derived("key_restricted", restricted));
        }
        if let Some(uid) = self.bundle.host.uid {
            subject.put(Fact::derived("uid", Value::Int(uid.into())));
        }
        if let Some(script) = &self.bundle.script {
            subject.put(Fact::derived("script", script.as_str()));
        }
        out.subjects.push(subject);
        out.saw("collection", Seen::Whole);
    }
}

/// The bundle of an answer, which must be one of a script with one of these ids. A key that was `promised` to be
/// restricted to the installed script must not run anything else.
pub(super) fn of(
    raw: Raw,
    via: Via,
    known: &[String],
    promised: bool,
    at: Timestamp,
) -> Result<Opened, Reason> {
    let head = raw.answer.get(..GREETINGS).unwrap_or(&raw.answer);
    let mark = format!("{MARK}\n");
    let marked = head
        .windows(mark.len())
        .position(|part| part == mark.as_bytes())
        .map(|from| from + mark.len());
    let restricted = (via == Via::Ssh).then_some(marked.is_none());
    let answer = raw.answer.get(marked.unwrap_or(0)..).unwrap_or_default();
    if promised && marked.is_some() {
        return Err(Reason::new("key-not-restricted", ""));
    }
    if !is_answer(answer) {
        return Err(none(&raw, answer));
    }
    let bundle =
        Bundle::of_answer(answer, at).map_err(|e| Reason::new("script-version", e.to_string()))?;
    if !bundle.script.as_ref().is_some_and(|id| known.contains(id)) {
        let theirs: String = bundle
            .script
            .unwrap_or_default()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(12)
            .collect();
        let ours: String = known
            .last()
            .map(|id| id.chars().take(12).collect())
            .unwrap_or_default();
        return Err(Reason::new("script-version", format!("{theirs} ≠ {ours}")));
    }
    if let Some(cut) = raw.cut {
        tracing::warn!(?cut, "the answer was cut: what came is kept");
    }
    Ok(Opened {
        bundle,
        via,
        restricted,
    })
}

/// Why there is no answer at all.
fn none(raw: &Raw, answer: &[u8]) -> Reason {
    let said = [
        raw.complaint.as_slice(),
        answer.get(..GREETINGS).unwrap_or(answer),
    ];
    let complaint = String::from_utf8_lossy(&said.join(&b'\n')).into_owned();
    let line = complaint.lines().find(|line| !line.trim().is_empty());
    let mut detail: String = line
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    if let Some(status) = raw.status.filter(|s| *s != 0) {
        detail = format!("exit status {status} {detail}").trim().to_owned();
    }
    match raw.cut {
        Some(Cut::Stopped) => Reason::new("interrupted", ""),
        Some(Cut::TimedOut) => Reason::new("timeout", detail),
        Some(Cut::TooLarge) => Reason::new("too-large", detail),
        Some(Cut::Broken) => Reason::new("connection-lost", detail),
        None if raw.status == Some(LOST) => Reason::new("connection-lost", detail),
        None => Reason::new("no-answer", detail),
    }
}
