//! What sshd itself says that it would do: `sshd -T`, read like a configuration of its own.

use super::super::drift;
use super::super::host::Host;
use super::defaults::{DIRECTIVES, Version};
use super::lines::Files;
use super::options::Options;
use crate::model::{Collected, Command, Fact, Origin, SourceError, Subject, Value};

/// It reads the host keys, so root must ask.
pub(super) const EFFECTIVE: Command = Command {
    id: "sshd-effective",
    argv: &["/usr/sbin/sshd", "-T"],
    root: true,
};

/// Its answer as the only file of a configuration.
struct Answer(String);

impl Files for Answer {
    fn text(&mut self, _path: &str) -> Result<String, SourceError> {
        Ok(self.0.clone())
    }

    fn fitting(&mut self, _pattern: &str) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }

    fn shown(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// The subject `sshd@running`, judged by the same controls, and where it says other than our reading of the files.
/// Where sshd does not answer, only that is said: the files themselves were read.
pub(super) fn collect(
    host: &mut Host<'_>,
    version: Option<Version>,
    options: Result<&Options, SourceError>,
    saved: Option<&Subject>,
    out: &mut Collected,
) {
    let running = host.run(&EFFECTIVE).and_then(|text| {
        let options = options?;
        let shown = EFFECTIVE.shown();
        if options.file.is_some() {
            let why = "sshd is started with another file".to_owned();
            return Err(SourceError::Unreadable(shown, why));
        }
        // It knows its files, not the command line of the unit.
        let all = super::with_options(&mut Answer(text), &shown, version, options)?;
        all.into_iter()
            .next()
            .ok_or_else(|| SourceError::Missing(EFFECTIVE.shown()))
    });
    let differences = running.as_ref().map_err(Clone::clone).map(|now| {
        saved
            .map(|saved| differences(now, saved))
            .unwrap_or_default()
    });
    drift::compare("sshd", differences, out);
    if let Ok(mut subject) = running {
        subject.id = "sshd@running".into();
        // It has read what it says, in words that it may have learnt after this was written.
        subject.put(Fact::derived("errors", Value::list([])));
        out.subjects.push(subject);
    }
}

/// Directives that the files set and that sshd understands otherwise.
fn differences(now: &Subject, saved: &Subject) -> Vec<String> {
    let names = DIRECTIVES.iter().map(|d| d.name);
    names
        .filter_map(|name| {
            let (now, saved) = (now.facts.get(name)?, saved.facts.get(name)?);
            let set = saved.origin == Origin::Set && now.value != saved.value;
            set.then(|| {
                let place = saved.place.as_ref().map(ToString::to_string);
                format!(
                    "{name}: running {}, saved {} ({})",
                    now.value.json(),
                    saved.value.json(),
                    place.unwrap_or_default()
                )
            })
        })
        .collect()
}
