//! How long logrotate keeps a file.

use super::host::Host;
use crate::model::{SourceError, Value};
use crate::parse::keyword::logrotate::{Config, Rules, Stanza, parse};
use crate::parse::keyword::sshd::fits;

const CONFIG: &str = "/etc/logrotate.conf";

/// What "never removed" counts as: a hundred years, so that it can be compared.
pub(super) const NEVER_REMOVED_DAYS: i64 = 36_500;

/// What logrotate does, as far as it could be read.
pub(super) struct Rotation {
    stanzas: Vec<(String, Stanza, Rules)>,
    hidden: Option<SourceError>,
    there: bool,
}

/// How long a file is kept, and the line that says so.
pub(super) struct Kept {
    pub(super) days: Value,
    pub(super) place: Option<(String, u32)>,
}

/// Reads logrotate with all that it includes.
pub(super) fn read(host: &mut Host<'_>) -> Rotation {
    let mut rotation = Rotation {
        stanzas: Vec::new(),
        hidden: None,
        there: true,
    };
    let text = match host.optional(CONFIG) {
        Ok(Some(text)) => text,
        Ok(None) => {
            rotation.there = false;
            return rotation;
        }
        Err(e) => {
            rotation.hidden = Some(e);
            return rotation;
        }
    };
    let main = parse(&text);
    let global = main.global.clone();
    rotation.add(CONFIG, main, &global);
    let mut files = Vec::new();
    for path in &global.includes {
        match host.names(path) {
            Ok(names) => files.extend(
                names
                    .into_iter()
                    .filter(|n| !skipped(n))
                    .map(|n| format!("{path}/{n}")),
            ),
            Err(crate::model::SourceError::WrongKind(..)) => files.push(path.clone()),
            Err(e) => rotation.hidden = Some(e),
        }
    }
    for file in files {
        match host.text(&file) {
            Ok(text) => rotation.add(&file, parse(&text), &global),
            Err(e) if e.is_missing() => {}
            Err(e) => rotation.hidden = Some(e),
        }
    }
    rotation
}

/// Names that logrotate leaves out (its own `tabooext`).
fn skipped(name: &str) -> bool {
    [
        ".rpmsave",
        ".rpmorig",
        "~",
        ".dpkg-old",
        ".dpkg-dist",
        ".dpkg-new",
        ".disabled",
        ".bak",
        ".swp",
        ",v",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

impl Rotation {
    fn add(&mut self, file: &str, config: Config, global: &Rules) {
        let outer = config.global.over(global);
        for stanza in config.stanzas {
            let rules = stanza.rules.over(&outer);
            self.stanzas.push((file.to_owned(), stanza, rules));
        }
    }

    /// How long this log is kept.
    pub(super) fn kept(&self, log: &str) -> Kept {
        let found = self
            .stanzas
            .iter()
            .find(|(_, s, _)| s.files.iter().any(|f| fits(log, f)));
        match found {
            Some((file, stanza, rules)) => Kept {
                days: days(rules),
                place: Some((file.clone(), stanza.rotate_line)),
            },
            None => Kept {
                days: match &self.hidden {
                    Some(e) => super::host::unseen(e),
                    // Nothing rotates it: it grows.
                    None => Value::Int(NEVER_REMOVED_DAYS),
                },
                place: self.there.then(|| (CONFIG.to_owned(), 0)),
            },
        }
    }
}

/// Days that rotated files are kept: rotations × period, at most `maxage`.
pub(in crate::collect) fn days(rules: &Rules) -> Value {
    // logrotate's own values: no old files, once a month… a stanza without a period rotates by size at 1 MB.
    let rotate = rules.rotate.unwrap_or(0);
    if rotate == 0 {
        return Value::Int(0);
    }
    if rules.by_size {
        return Value::unseen(
            "bounded-by-size",
            "logrotate: rotated by size, so that the time depends on the traffic",
        );
    }
    let Some(period) = rules.period_days else {
        return Value::unseen("bounded-by-size", "logrotate: no period; rotated by size");
    };
    let kept = if rotate < 0 {
        NEVER_REMOVED_DAYS
    } else {
        rotate.saturating_mul(period)
    };
    Value::Int(
        rules
            .maxage
            .filter(|a| *a >= 0)
            .map_or(kept, |age| age.min(kept)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotations_times_period() {
        let of = |text: &str| {
            let config = parse(text);
            days(&config.stanzas[0].rules.over(&config.global))
        };
        assert_eq!(of("weekly\n/a {\n rotate 4\n}\n"), Value::Int(28));
        assert_eq!(
            of("/a {\n daily\n rotate 400\n maxage 365\n}\n"),
            Value::Int(365)
        );
        assert_eq!(of("weekly\n/a {\n rotate 0\n}\n"), Value::Int(0));
        assert_eq!(
            of("weekly\n/a {\n rotate -1\n}\n"),
            Value::Int(NEVER_REMOVED_DAYS)
        );
        assert!(
            matches!(of("/a {\n size 10M\n rotate 9\n}\n"), Value::Unseen(w) if w.code == "bounded-by-size")
        );
        assert!(matches!(
            of("weekly\n/a {\n maxsize 10M\n rotate 9\n}\n"),
            Value::Unseen(_)
        ));
    }
}
